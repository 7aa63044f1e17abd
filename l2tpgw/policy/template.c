/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/template.h"

#include "policy/quote.h"

void policy_template(struct buf *out, const char *name, const char *psk, const char *user,
		     const char *password)
{
	buf_puts(out, "{\n  \"version\": 1,\n");
	if (name) {
		buf_puts(out, "  \"gateway\": { \"name\": ");
		quote_json(out, name);
		buf_puts(out, " },\n");
	}
	buf_puts(out, "  \"ipsec\": { \"psk\": ");
	quote_json(out, psk);
	buf_puts(out, " },\n  \"users\": [ { \"name\": ");
	quote_json(out, user);
	buf_puts(out, ", \"password\": ");
	quote_json(out, password);
	buf_puts(out, " } ]\n}\n");
}
