/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/template.h"

static void put_string(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_printf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			buf_printf(out, "\\u%04x", (unsigned char)*text);
		else
			buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

void policy_template(struct buf *out, const char *name, const char *psk, const char *user,
		     const char *password)
{
	buf_puts(out, "{\n  \"version\": 1,\n");
	if (name) {
		buf_puts(out, "  \"gateway\": { \"name\": ");
		put_string(out, name);
		buf_puts(out, " },\n");
	}
	buf_puts(out, "  \"ipsec\": { \"psk\": ");
	put_string(out, psk);
	buf_puts(out, " },\n  \"users\": [ { \"name\": ");
	put_string(out, user);
	buf_puts(out, ", \"password\": ");
	put_string(out, password);
	buf_puts(out, " } ]\n}\n");
}
