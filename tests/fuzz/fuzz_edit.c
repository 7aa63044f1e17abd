/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a policy's text: an edit fails, or what it gives is JSON that differs as meant. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/edit.h"

static const struct edit_user added = {
	{ { .key = "name", .text = "zoe" }, { .key = "password", .text = "p\"w\\" } }, 2
};

static size_t users_of(const json_t *root)
{
	return json_array_size(json_object_get(root, "users"));
}

static void check_add(const char *text, size_t len, const json_t *root)
{
	struct buf out = BUF_INIT, back = BUF_INIT;
	struct err err;

	if (edit_add(text, len, &added, 1, &out, &err) == 0) {
		json_t *after = json_loadb(out.data, out.len, 0, NULL);

		if (!root || users_of(after) != users_of(root) + 1 ||
		    edit_remove(out.data, out.len, "zoe", &back, &err) != 0)
			abort();
		json_decref(after);
	}
	buf_free(&out);
	buf_free(&back);
}

static void check_name(const char *text, size_t len, const json_t *root, const char *name)
{
	const struct edit_member member = { .key = "comment", .text = "\xc3\xa4\"" };
	struct buf out = BUF_INIT, same = BUF_INIT, gone = BUF_INIT;
	struct err err;
	json_t *after;

	if (edit_set(text, len, name, &member, &out, &err) != 0 ||
	    edit_unset(out.data, out.len, name, "comment", &same, &err) != 0 ||
	    edit_remove(text, len, name, &gone, &err) != 0)
		abort();
	after = json_loadb(gone.data, gone.len, 0, NULL);
	if (users_of(after) + 1 != users_of(root))
		abort();
	json_decref(after);
	after = json_loadb(same.data, same.len, 0, NULL);
	if (users_of(after) != users_of(root))
		abort();
	json_decref(after);
	buf_free(&out);
	buf_free(&same);
	buf_free(&gone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *name;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *user;
	struct buf out = BUF_INIT;
	struct err err;
	size_t i;

	check_add(text, size, root);
	json_array_foreach(json_object_get(root, "users"), i, user)
	{
		name = json_string_value(json_object_get(user, "name"));
		/* Of several with one name the first is meant; text_check() is stricter. */
		if (name && edit_remove(text, size, name, &out, &err) == 0)
			check_name(text, size, root, name);
		buf_free(&out);
	}
	json_decref(root);
	return 0;
}
