/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_TEXT_H
#define L2TPGW_POLICY_TEXT_H

/*
 * What is checked of a policy's bytes before any parser sees them: size, UTF-8, no NUL, nesting.
 * One pass; every later stage relies on it.
 */
#include <stdbool.h>
#include <stddef.h>

#define TEXT_DEPTH_MAX 32 /* levels of lists and objects; the deepest key of a policy is at 6 */

struct text_fault {
	size_t at; /* byte offset */
	const char *message;
};

bool text_check(const char *text, size_t len, struct text_fault *fault);

#endif
