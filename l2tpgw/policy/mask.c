/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/mask.h"

#include "policy/keys.h"

bool mask_read(struct mask_reader *reader, const char *text, size_t len, struct token token)
{
	bool member = reader->member;

	reader->at = token.end;
	reader->member = token_is(text, token, '{') || token_is(text, token, ',');
	if (token.type == TOKEN_PUNCTUATION)
		return false;
	if (token.type != TOKEN_STRING || !member ||
	    !token_is(text, token_next(text, len, token.end), ':'))
		return reader->hidden;
	reader->hidden = !key_is_public(text + token.start + 1, token.end - token.start - 2);
	return false;
}

void mask_text(const char *text, size_t len, struct buf *out)
{
	struct mask_reader reader = { .hidden = true };

	for (;;) {
		size_t before = reader.at;
		struct token token = token_next(text, len, before);

		if (token.type == TOKEN_END)
			break;
		buf_append(out, text + before, token.start - before);
		if (mask_read(&reader, text, len, token))
			buf_puts(out, text[token.start] == '"' ? "\"" MASK "\"" : MASK);
		else
			buf_append(out, text + token.start, token.end - token.start);
	}
	buf_append(out, text + reader.at, len - reader.at);
}
