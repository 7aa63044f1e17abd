/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_TOKEN_H
#define L2TPGW_POLICY_TOKEN_H

/*
 * The words of JSON text with their places (RFC 8259 section 2). For finding positions and for
 * showing lines, not for values: those come from jansson. Malformed text gives tokens too.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum token_type {
	TOKEN_END,
	TOKEN_PUNCTUATION, /* one of { } [ ] , : */
	TOKEN_STRING,      /* with its quotes */
	TOKEN_OPEN_STRING, /* no closing quote before the end of the line */
	TOKEN_WORD,        /* number, true, false, null, or what should be one of them */
};

struct token {
	enum token_type type;
	size_t start, end; /* byte range */
};

/* The token at or behind `at`; white space is skipped. */
struct token token_next(const char *text, size_t len, size_t at);
bool token_is(const char *text, struct token token, char punctuation);

#define TOKEN_HASH_INIT 0xcbf29ce484222325u /* FNV-1a, 64 bits */

uint64_t token_hash(uint64_t hash, const void *data, size_t len);
/* Goes on with the characters of a string token, escapes decoded; as they stand in a JSON pointer
 * (RFC 6901: ~ is ~0, / is ~1). False if an escape is malformed. */
bool token_hash_string(const char *text, struct token string, uint64_t *hash);

#endif
