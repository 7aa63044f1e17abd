/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_BUF_H
#define L2TPGW_BASE_BUF_H

/*
 * A growable byte buffer, always NUL-terminated behind its last byte. Running out of memory ends
 * the process. Everything it held is wiped when it grows or is freed, so it may carry secrets.
 */
#include <stddef.h>

struct buf {
	char *data; /* NULL while nothing was ever appended */
	size_t len;
	size_t cap;
};

#define BUF_INIT           \
	{                  \
		NULL, 0, 0 \
	}

void buf_append(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Removes the first `len` bytes (len <= buf->len). */
void buf_consume(struct buf *buf, size_t len);
/* Keeps the first `len` bytes (len <= buf->len) and wipes the others. */
void buf_truncate(struct buf *buf, size_t len);
/* The text, "" when empty. Owned by the buffer, valid until it changes. */
const char *buf_text(const struct buf *buf);
/* Hands the malloc'ed, NUL-terminated bytes to the caller and leaves the buffer empty. */
char *buf_take(struct buf *buf);
void buf_free(struct buf *buf);

#define cleanup_buf __attribute__((cleanup(buf_free)))

#endif
