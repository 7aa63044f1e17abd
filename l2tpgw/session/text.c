/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

void text_printable(const void *data, size_t len, char *out, size_t size)
{
	const unsigned char *bytes = data;
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		size_t need = is_plain(bytes[i]) ? 1 : 4;

		if (at + need >= size)
			break;
		if (need == 1)
			out[at] = (char)bytes[i];
		else
			(void)snprintf(out + at, size - at, "\\x%02x", bytes[i]);
		at += need;
	}
	out[at] = '\0';
}

void text_append(char *out, size_t size, const char *fmt, ...)
{
	size_t at = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(out + at, size - at, fmt, ap);
	va_end(ap);
}

void text_copy(char *out, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(out, text, len);
	out[len] = '\0';
}

bool text_is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
	}
	return true;
}
