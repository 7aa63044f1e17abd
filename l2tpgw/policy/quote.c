/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/quote.h"

void quote_json(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_printf(out, "\\%c", *text);
		else if (*text == '\n' || *text == '\t')
			buf_puts(out, *text == '\n' ? "\\n" : "\\t");
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			buf_printf(out, "\\u%04x", (unsigned char)*text);
		else
			buf_putc(out, *text);
	}
	buf_putc(out, '"');
}
