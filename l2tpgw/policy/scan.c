/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/scan.h"

#include <stdio.h>
#include <string.h>

static bool scan_fail(struct scan *scan, size_t at, const char *message)
{
	scan->fault = (struct text_fault){ at, message };
	scan->doubt = at;
	return false;
}

static struct token scan_next(struct scan *scan)
{
	struct token token = token_next(scan->text, scan->len, scan->at);

	scan->at = token.end;
	return token;
}

static size_t digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

static bool is_number(const char *text, size_t len)
{
	size_t at = len && text[0] == '-', n = digits(text + at, len - at);

	if (!n || (n > 1 && text[at] == '0'))
		return false;
	at += n;
	if (at < len && text[at] == '.') {
		n = digits(text + at + 1, len - at - 1);
		if (!n)
			return false;
		at += 1 + n;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		at++;
		at += at < len && (text[at] == '+' || text[at] == '-');
		n = digits(text + at, len - at);
		if (!n)
			return false;
		at += n;
	}
	return at == len;
}

static bool is_literal(const char *text, size_t len)
{
	return (len == 4 && (memcmp(text, "true", 4) == 0 || memcmp(text, "null", 4) == 0)) ||
	       (len == 5 && memcmp(text, "false", 5) == 0);
}

/* Messages never quote the text: it may be a password that lacks its quotes. */
static bool scan_word(struct scan *scan, struct token token)
{
	const char *text = scan->text + token.start;
	size_t len = token.end - token.start;

	if (is_literal(text, len) || is_number(text, len))
		return true;
	if (text[0] == '#' || (len > 1 && text[0] == '/' && (text[1] == '/' || text[1] == '*')))
		return scan_fail(scan, token.start, "JSON has no comments");
	if (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))
		return scan_fail(scan, token.start, "not a number as JSON writes it");
	return scan_fail(
	    scan, token.start,
	    "neither a number nor true, false or null; strings stand in double quotes");
}

static bool scan_string(struct scan *scan, struct token token, uint64_t *hash)
{
	for (size_t at = token.start; at < token.end; at++)
		if ((uint8_t)scan->text[at] < 0x20)
			return scan_fail(scan, at,
					 "a control character in a string; write \\t or "
					 "\\u0000 to \\u001f");
	if (token.type == TOKEN_OPEN_STRING)
		return scan_fail(scan, token.start, "the string is not closed on this line");
	if (!token_hash_string(scan->text, token, hash))
		return scan_fail(scan, token.start, "malformed escape in the string");
	return true;
}

static bool scan_value(struct scan *scan, struct token token, struct token key, uint64_t hash);

/* What follows an item: false = the container ends here (or fault set). */
static bool scan_more(struct scan *scan, char close, const char *expected, bool *ok)
{
	struct token token = scan_next(scan);

	*ok = true;
	if (token_is(scan->text, token, close))
		return false;
	if (!token_is(scan->text, token, ',')) {
		*ok = scan_fail(scan, token.start,
				token.type == TOKEN_END ? "the text ends too early" : expected);
		return false;
	}
	token = token_next(scan->text, scan->len, scan->at);
	if (token.type == TOKEN_PUNCTUATION && strchr("}]", scan->text[token.start]))
		*ok = scan_fail(scan, scan->at - 1, "no comma may stand behind the last item");
	return *ok;
}

static bool scan_list(struct scan *scan, uint64_t hash)
{
	struct scan_step *step = &scan->path[scan->depth];
	struct token first = token_next(scan->text, scan->len, scan->at);
	char number[24];
	bool ok = true;

	*step = (struct scan_step){ .key.type = TOKEN_END };
	if (token_is(scan->text, first, ']')) {
		scan->at = first.end;
		return true;
	}
	do {
		int len = snprintf(number, sizeof(number), "/%zu", step->index);

		if (!scan_value(scan, scan_next(scan), (struct token){ .type = TOKEN_END },
				token_hash(hash, number, (size_t)len)))
			return false;
		step->index++;
	} while (scan_more(scan, ']', "\",\" or \"]\" expected", &ok));
	return ok;
}

static bool scan_member(struct scan *scan, uint64_t hash)
{
	struct token key = scan_next(scan), colon;

	if (key.type == TOKEN_END)
		return scan_fail(scan, key.start, "the text ends too early");
	if (key.type != TOKEN_STRING && key.type != TOKEN_OPEN_STRING)
		return scan_fail(scan, key.start, "a key in double quotes expected");
	hash = token_hash(hash, "/", 1);
	if (!scan_string(scan, key, &hash))
		return false;
	colon = scan_next(scan);
	if (!token_is(scan->text, colon, ':')) {
		(void)scan_fail(scan, colon.start, "\":\" expected behind the key");
		scan->doubt = key.start; /* it may be the value of a key that is lost */
		return false;
	}
	scan->path[scan->depth] = (struct scan_step){ .key = key };
	if (scan->key)
		scan->key(scan, key);
	return scan_value(scan, scan_next(scan), key, hash);
}

static bool scan_object(struct scan *scan, uint64_t hash)
{
	struct token first = token_next(scan->text, scan->len, scan->at);
	bool ok = true;

	if (scan->object_begin)
		scan->object_begin(scan);
	if (token_is(scan->text, first, '}')) {
		scan->at = first.end;
	} else {
		do {
			if (!scan_member(scan, hash))
				return false;
		} while (scan_more(scan, '}', "\",\" or \"}\" expected", &ok));
	}
	if (ok && scan->object_end)
		scan->object_end(scan);
	return ok;
}

static bool scan_container(struct scan *scan, struct token token, uint64_t hash)
{
	char open = scan->text[token.start];
	bool ok;

	if (open != '{' && open != '[')
		return scan_fail(scan, token.start, "a value expected");
	if (scan->depth == TEXT_DEPTH_MAX)
		return scan_fail(scan, token.start, "lists and objects are nested too deep");
	scan->depth++;
	ok = open == '{' ? scan_object(scan, hash) : scan_list(scan, hash);
	scan->depth--;
	return ok;
}

static bool scan_one(struct scan *scan, struct token token, uint64_t hash)
{
	uint64_t unused = 0;

	switch (token.type) {
	case TOKEN_END:
		return scan_fail(scan, token.start, "the text ends too early");
	case TOKEN_PUNCTUATION:
		return scan_container(scan, token, hash);
	case TOKEN_STRING:
	case TOKEN_OPEN_STRING:
		return scan_string(scan, token, &unused);
	case TOKEN_WORD:
		return scan_word(scan, token);
	}
	return false;
}

static bool scan_value(struct scan *scan, struct token token, struct token key, uint64_t hash)
{
	if (!scan_one(scan, token, hash))
		return false;
	if (scan->value)
		scan->value(scan, &(struct scan_value){ hash, key, token.start, scan->at });
	return true;
}

bool scan_run(struct scan *scan)
{
	struct token token;

	scan->at = 0;
	scan->depth = 0;
	token = scan_next(scan);
	if (token.type == TOKEN_END)
		return scan_fail(scan, 0, "the file is empty");
	if (!scan_value(scan, token, (struct token){ .type = TOKEN_END }, TOKEN_HASH_INIT))
		return false;
	token = scan_next(scan);
	if (token.type != TOKEN_END)
		return scan_fail(scan, token.start, "nothing may follow the policy");
	return true;
}
