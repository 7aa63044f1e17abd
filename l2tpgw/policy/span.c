/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/span.h"

#include <string.h>

static bool opens(const char *text, struct token token)
{
	return token_is(text, token, '{') || token_is(text, token, '[');
}

static bool closes(const char *text, struct token token)
{
	return token_is(text, token, '}') || token_is(text, token, ']');
}

/* The value that begins with the first token at or behind `at`. */
static struct span span_value(const char *text, size_t len, size_t at)
{
	struct token token = token_next(text, len, at);
	struct span value = { token.start, token.end };
	size_t depth = opens(text, token);

	while (depth && token.type != TOKEN_END) {
		token = token_next(text, len, token.end);
		depth += opens(text, token);
		depth -= closes(text, token);
		value.end = token.end;
	}
	return value;
}

struct span span_root(const char *text, size_t len)
{
	return span_value(text, len, 0);
}

void span_enter(struct span_walk *walk, const char *text, struct span container)
{
	*walk = (struct span_walk){
		.text = text,
		.len = container.end,
		.at = container.start + 1,
		.object = text[container.start] == '{',
	};
}

bool span_next(struct span_walk *walk, struct span_item *item)
{
	struct token token = token_next(walk->text, walk->len, walk->at);

	if (token_is(walk->text, token, ','))
		token = token_next(walk->text, walk->len, token.end);
	if (token.type == TOKEN_END || closes(walk->text, token))
		return false;
	*item = (struct span_item){ .start = token.start, .key.type = TOKEN_END };
	if (walk->object) {
		item->key = token;
		token = token_next(walk->text, walk->len, token.end);
		token.start = token.end; /* behind the colon */
	}
	item->value = span_value(walk->text, walk->len, token.start);
	walk->at = item->value.end;
	return true;
}

bool span_member(const char *text, struct span object, const char *name, struct span_item *item)
{
	uint64_t wanted = token_hash(TOKEN_HASH_INIT, name, strlen(name));
	struct span_walk walk;

	span_enter(&walk, text, object);
	while (span_next(&walk, item)) {
		uint64_t hash = TOKEN_HASH_INIT;

		if (token_hash_string(text, item->key, &hash) && hash == wanted)
			return true;
	}
	return false;
}
