/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/text.h"

#include <string.h>

#include "base/utf8.h"
#include "policy/policy.h"

struct text_state {
	bool string;  /* inside a string */
	bool escaped; /* behind a backslash in one */
	unsigned depth;
};

static void text_string(struct text_state *state, char c)
{
	if (state->escaped)
		state->escaped = false;
	else if (c == '\\')
		state->escaped = true;
	else if (c == '"' || c == '\n') /* no string goes over a line end: find the fault there */
		state->string = false;
}

static bool text_nesting(struct text_state *state, char c)
{
	if (state->string) {
		text_string(state, c);
		return true;
	}
	if (c == '"')
		state->string = true;
	else if (c == '{' || c == '[')
		state->depth++;
	else if ((c == '}' || c == ']') && state->depth)
		state->depth--;
	return state->depth <= TEXT_DEPTH_MAX;
}

static bool text_fault(struct text_fault *fault, size_t at, const char *message)
{
	*fault = (struct text_fault){ at, message };
	return false;
}

bool text_check(const char *text, size_t len, struct text_fault *fault)
{
	struct text_state state = { 0 };
	uint32_t code = 0;

	if (len > POLICY_BYTES_MAX)
		return text_fault(fault, 0, "the file is larger than 8 MiB");
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return text_fault(fault, 0,
				  "the file begins with a byte order mark; save it "
				  "as UTF-8 without one");
	for (size_t at = 0, step; at < len; at += step) {
		step = utf8_decode(text + at, len - at, &code);
		if (!step)
			return text_fault(fault, at, "not UTF-8 text");
		if (!code)
			return text_fault(fault, at, "not a text file: it holds a NUL byte");
		if (step == 1 && !text_nesting(&state, text[at]))
			return text_fault(fault, at, "lists and objects are nested too deep");
	}
	return true;
}
