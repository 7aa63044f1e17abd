/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void buf_reserve(struct buf *buf, size_t more)
{
	size_t need = buf->len + more + 1;
	size_t cap = buf->cap ? buf->cap : 64;
	char *data;

	if (need <= buf->cap)
		return;
	while (cap < need)
		cap *= 2;
	data = mem_alloc(cap);
	if (buf->len)
		memcpy(data, buf->data, buf->len);
	data[buf->len] = '\0';
	mem_wipe_free(buf->data, buf->cap);
	buf->data = data;
	buf->cap = cap;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	buf_reserve(buf, len);
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list ap;
	int need;

	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0)
		return;
	buf_reserve(buf, (size_t)need);
	va_start(ap, fmt);
	(void)vsnprintf(buf->data + buf->len, (size_t)need + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)need;
}

void buf_consume(struct buf *buf, size_t len)
{
	size_t rest = buf->len - len;

	if (!len)
		return;
	memmove(buf->data, buf->data + len, rest);
	explicit_bzero(buf->data + rest, len);
	buf->len = rest;
}

void buf_truncate(struct buf *buf, size_t len)
{
	if (buf->len == len)
		return;
	explicit_bzero(buf->data + len, buf->len - len);
	buf->len = len;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_take(struct buf *buf)
{
	char *data;

	buf_reserve(buf, 0);
	data = buf->data;
	*buf = (struct buf)BUF_INIT;
	return data;
}

void buf_free(struct buf *buf)
{
	mem_wipe_free(buf->data, buf->cap);
	*buf = (struct buf)BUF_INIT;
}
