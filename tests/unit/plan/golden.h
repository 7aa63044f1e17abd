/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_PLAN_GOLDEN_H
#define L2TPGW_TESTS_PLAN_GOLDEN_H

/* Compares a text with the file of that name in data/; UPDATE_GOLDEN=1 writes the file instead. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

static void golden_check(const char *name, const char *text, size_t len)
{
	cleanup_buf struct buf path = BUF_INIT;
	cleanup_buf struct buf expected = BUF_INIT;
	struct err err = { 0 };

	buf_printf(&path, "%s/%s", TEST_DATA, name);
	if (getenv("UPDATE_GOLDEN")) {
		if (file_write(buf_text(&path), text, len, 0644, false, &err) < 0)
			fail_msg("%s", err.text);
		return;
	}
	if (file_read(buf_text(&path), 1 << 20, &expected, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(text, buf_text(&expected));
	assert_int_equal(len, expected.len);
}

#endif
