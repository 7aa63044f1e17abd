/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/token.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_punctuation(char c)
{
	return c && strchr("{}[],:", c);
}

static struct token token_string(const char *text, size_t len, size_t start)
{
	size_t at = start + 1;

	while (at < len && text[at] != '"' && text[at] != '\n')
		at += text[at] == '\\' && at + 1 < len && text[at + 1] != '\n' ? 2 : 1;
	if (at < len && text[at] == '"')
		return (struct token){ TOKEN_STRING, start, at + 1 };
	return (struct token){ TOKEN_OPEN_STRING, start, at };
}

struct token token_next(const char *text, size_t len, size_t at)
{
	size_t start;

	while (at < len && is_space(text[at]))
		at++;
	if (at >= len)
		return (struct token){ TOKEN_END, len, len };
	if (text[at] == '"')
		return token_string(text, len, at);
	if (is_punctuation(text[at]))
		return (struct token){ TOKEN_PUNCTUATION, at, at + 1 };
	start = at;
	while (at < len && !is_space(text[at]) && !is_punctuation(text[at]) && text[at] != '"')
		at++;
	return (struct token){ TOKEN_WORD, start, at };
}

bool token_is(const char *text, struct token token, char punctuation)
{
	return token.type == TOKEN_PUNCTUATION && text[token.start] == punctuation;
}

uint64_t token_hash(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

static uint64_t hash_code(uint64_t hash, uint32_t code)
{
	char bytes[4];
	size_t len = 0;

	if (code == '~' || code == '/')
		return token_hash(hash, code == '~' ? "~0" : "~1", 2);
	if (code < 0x80) {
		bytes[len++] = (char)code;
	} else if (code < 0x800) {
		bytes[len++] = (char)(0xc0 | code >> 6);
	} else if (code < 0x10000) {
		bytes[len++] = (char)(0xe0 | code >> 12);
		bytes[len++] = (char)(0x80 | (code >> 6 & 0x3f));
	} else {
		bytes[len++] = (char)(0xf0 | code >> 18);
		bytes[len++] = (char)(0x80 | (code >> 12 & 0x3f));
		bytes[len++] = (char)(0x80 | (code >> 6 & 0x3f));
	}
	if (code >= 0x80)
		bytes[len++] = (char)(0x80 | (code & 0x3f));
	return token_hash(hash, bytes, len);
}

static bool hex4(const char *text, const char *end, uint32_t *value)
{
	*value = 0;
	if (end - text < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		const char *digits = "0123456789abcdef0123456789ABCDEF";
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return false;
		*value = *value << 4 | ((uint32_t)(digit - digits) & 15);
	}
	return true;
}

/* \uXXXX, or two of them that make one character; `at` is behind the u and is moved on. */
static bool unicode_escape(const char **at, const char *end, uint32_t *code)
{
	uint32_t low;

	if (!hex4(*at, end, code))
		return false;
	*at += 4;
	if (*code < 0xd800 || *code > 0xdfff)
		return true;
	if (*code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
	    !hex4(*at + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
		return false;
	*at += 6;
	*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool escape(const char **at, const char *end, uint32_t *code)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (*at == end)
		return false;
	if (**at == 'u') {
		(*at)++;
		return unicode_escape(at, end, code);
	}
	found = strchr(from, *(*at)++);
	if (!found || !*found)
		return false;
	*code = (uint8_t)to[found - from];
	return true;
}

bool token_hash_string(const char *text, struct token string, uint64_t *hash)
{
	const char *at = text + string.start + 1, *end = text + string.end - 1;
	uint32_t code;

	while (at < end) {
		if (*at == '\\') {
			at++;
			if (!escape(&at, end, &code))
				return false;
			*hash = hash_code(*hash, code);
		} else if (*at == '~' || *at == '/') {
			*hash = hash_code(*hash, (uint8_t)*at++);
		} else {
			*hash = token_hash(*hash, at++, 1);
		}
	}
	return true;
}
