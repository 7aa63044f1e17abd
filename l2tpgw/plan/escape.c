/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define XL2TPD_STRING_MAX 99   /* file.h: STRLEN 100, with its NUL */
#define PPPD_WORD_MAX     1023 /* pppd.h: MAXWORDLEN 1024, with its NUL */

/* Stand for themselves, and never end or begin anything, in every dialect here. */
#define BARE                         \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_./:-"

static bool bare(const char *value)
{
	return value[strspn(value, BARE)] == '\0';
}

static bool control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static int refuse(struct err *err, const char *why)
{
	return err_set(err, ERR_POLICY, "value %s", why);
}

static int check_length(const char *value, size_t max, struct err *err)
{
	size_t len = strlen(value);

	if (len == 0)
		return refuse(err, "must not be empty");
	if (len > max)
		return err_set(err, ERR_POLICY, "value must not be longer than %zu bytes", max);
	return 0;
}

static void put_strongswan(char c, struct buf *out)
{
	switch (c) {
	case '\n':
		buf_puts(out, "\\n");
		return;
	case '\r':
		buf_puts(out, "\\r");
		return;
	case '\t':
		buf_puts(out, "\\t");
		return;
	case '\\':
	case '"':
		buf_putc(out, '\\');
		break;
	}
	buf_putc(out, c);
}

/* A plain word as it is, anything else in quotes. */
static void put_word(const char *value, void (*put)(char c, struct buf *out), struct buf *out)
{
	if (bare(value)) {
		buf_puts(out, value);
		return;
	}
	buf_putc(out, '"');
	for (; *value; value++)
		put(*value, out);
	buf_putc(out, '"');
}

int escape_strongswan(const char *value, struct buf *out, struct err *err)
{
	if (check_length(value, SIZE_MAX, err) < 0)
		return -1;
	put_word(value, put_strongswan, out);
	return 0;
}

static bool xl2tpd_edge(char c)
{
	return c > 0x20 && c < 0x7f;
}

int escape_xl2tpd(const char *value, struct buf *out, struct err *err)
{
	if (check_length(value, XL2TPD_STRING_MAX, err) < 0)
		return -1;
	if (!xl2tpd_edge(value[0]) || !xl2tpd_edge(value[strlen(value) - 1]))
		return refuse(err, "must begin and end with a visible ASCII character");
	for (const char *p = value; *p; p++)
		if (control(*p) || *p == ';' || *p == '%')
			return refuse(err, "must not contain ';', '%' or control characters");
	buf_puts(out, value);
	return 0;
}

static void put_pppd(char c, struct buf *out)
{
	if (control(c)) {
		buf_printf(out, "\\%03o", (unsigned)c);
		return;
	}
	if (c == '\\' || c == '"')
		buf_putc(out, '\\');
	buf_putc(out, c);
}

int escape_pppd(const char *value, struct buf *out, struct err *err)
{
	if (check_length(value, PPPD_WORD_MAX, err) < 0)
		return -1;
	put_word(value, put_pppd, out);
	return 0;
}

int escape_nft(const char *value, struct buf *out, struct err *err)
{
	if (check_length(value, SIZE_MAX, err) < 0)
		return -1;
	if (!bare(value))
		return refuse(err, "is not a plain word");
	buf_puts(out, value);
	return 0;
}
