/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits in place: goldens for what they look like, then thousands of documents in random layouts
 * against a model that edits the parsed document. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/edit.h"
#include "policy/policy.h"
#include "unit.h"

#define DOCUMENTS 4000

/* ---- what it looks like ---- */

static const struct edit_user bob = {
	{ { .key = "name", .text = "bob" }, { .key = "password", .text = "p\"w" } }, 2
};
static const struct edit_member disabled = { .key = "disabled", .literal = "true" };

enum what { ADD, REMOVE, SET, UNSET };

static int edit(enum what what, const char *name, const struct buf *in, struct buf *out,
		struct err *err)
{
	const char *text = buf_text(in);

	switch (what) {
	case ADD:
		return edit_add(text, in->len, &bob, 1, out, err);
	case REMOVE:
		return edit_remove(text, in->len, name, out, err);
	case SET:
		return edit_set(text, in->len, name, &disabled, out, err);
	case UNSET:
		return edit_unset(text, in->len, name, "disabled", out, err);
	}
	return -1;
}

static void looks(enum what what, const char *before, const char *after)
{
	cleanup_buf struct buf in = BUF_INIT, out = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	buf_puts(&in, before);
	assert_int_equal(edit(what, "al", &in, &out, &err), 0);
	assert_string_equal(buf_text(&out), after);
}

static void what_is_added_looks_like_what_is_there(void **state)
{
	(void)state;
	/* As `l2tpgw up` writes it. */
	looks(
	    ADD,
	    "{\n  \"version\": 1,\n  \"users\": [ { \"name\": \"al\", \"password\": \"x\" } ]\n}\n",
	    "{\n  \"version\": 1,\n  \"users\": [ { \"name\": \"al\", \"password\": \"x\" }, "
	    "{ \"name\": \"bob\", \"password\": \"p\\\"w\" } ]\n}\n");
	/* One user a line, tabs, CRLF. */
	looks(ADD, "{\r\n\t\"users\": [\r\n\t\t{\"name\": \"al\", \"password\": \"x\"}\r\n\t]\r\n}",
	      "{\r\n\t\"users\": [\r\n\t\t{\"name\": \"al\", \"password\": \"x\"},\r\n\t\t"
	      "{\"name\": \"bob\", \"password\": \"p\\\"w\"}\r\n\t]\r\n}");
	/* One member a line. */
	looks(ADD,
	      "{\n \"users\": [\n  {\n   \"name\": \"al\",\n   \"password\": \"x\"\n  }\n ]\n}\n",
	      "{\n \"users\": [\n  {\n   \"name\": \"al\",\n   \"password\": \"x\"\n  },\n  {\n"
	      "   \"name\": \"bob\",\n   \"password\": \"p\\\"w\"\n  }\n ]\n}\n");
	looks(ADD, "{\"users\":[{\"name\":\"al\",\"password\":\"x\"}],\"version\":1}",
	      "{\"users\":[{\"name\":\"al\",\"password\":\"x\"},"
	      "{\"name\":\"bob\",\"password\":\"p\\\"w\"}],\"version\":1}");
	/* Commas in front. */
	looks(ADD,
	      "{ \"users\": [ {\"name\":\"al\"}\n , {\"name\":\"cy\",\"password\":\"x\"}\n ] }",
	      "{ \"users\": [ {\"name\":\"al\"}\n , {\"name\":\"cy\",\"password\":\"x\"}\n "
	      ", {\"name\":\"bob\",\"password\":\"p\\\"w\"}\n ] }");
}

static void the_first_user_looks_like_the_document(void **state)
{
	(void)state;
	looks(ADD, "{\n\t\"version\": 1,\n\t\"users\": []\n}\n",
	      "{\n\t\"version\": 1,\n\t\"users\": [\n\t\t"
	      "{ \"name\": \"bob\", \"password\": \"p\\\"w\" }\n\t]\n}\n");
	looks(ADD, "{\r\n  \"version\": 1\r\n}\r\n",
	      "{\r\n  \"version\": 1,\r\n  \"users\": [\r\n    "
	      "{ \"name\": \"bob\", \"password\": \"p\\\"w\" }\r\n  ]\r\n}\r\n");
	looks(ADD, "{\"users\":[],\"version\":1}",
	      "{\"users\":[{\"name\":\"bob\",\"password\":\"p\\\"w\"}],\"version\":1}");
	looks(ADD, "{\"version\": 1}",
	      "{\"version\": 1, \"users\": [{\"name\": \"bob\", \"password\": \"p\\\"w\"}]}");
}

static void what_goes_takes_its_comma_along(void **state)
{
	(void)state;
	looks(REMOVE, "{\"users\": [ {\"name\": \"al\"} ]}", "{\"users\": []}");
	looks(REMOVE, "{\"users\": [\n  {\"name\": \"al\"},\n  {\"name\": \"cy\"}\n]}",
	      "{\"users\": [\n  {\"name\": \"cy\"}\n]}");
	looks(REMOVE, "{\"users\": [\n  {\"name\": \"cy\"},\n  {\"name\": \"al\"}\n]}",
	      "{\"users\": [\n  {\"name\": \"cy\"}\n]}");
	looks(UNSET, "{\"users\": [{\"disabled\": true, \"name\": \"al\"}]}",
	      "{\"users\": [{\"name\": \"al\"}]}");
	looks(UNSET, "{\"users\": [{\"name\": \"al\",\n \"disabled\": true\n}]}",
	      "{\"users\": [{\"name\": \"al\"\n}]}");
	looks(UNSET, "{\"users\": [{\"name\": \"al\" }] }", "{\"users\": [{\"name\": \"al\" }] }");
}

static void a_member_is_replaced_or_added_behind(void **state)
{
	(void)state;
	looks(SET, "{\"users\": [{\"disabled\" :  false , \"name\": \"\\u0061l\"}]}",
	      "{\"users\": [{\"disabled\" :  true , \"name\": \"\\u0061l\"}]}");
	looks(SET, "{\"users\": [{\"d\\u0069sabled\":{\"x\":[1,\"}\"]},\"name\":\"al\"}]}",
	      "{\"users\": [{\"d\\u0069sabled\":true,\"name\":\"al\"}]}");
	looks(SET, "{\"users\": [{\n\t\"name\": \"al\",\n\t\"password\": \"x\"\n}]}",
	      "{\"users\": [{\n\t\"name\": \"al\",\n\t\"password\": \"x\",\n\t\"disabled\": "
	      "true\n}]}");
	/* What is inside a value or below another key is nobody's user. */
	looks(SET,
	      "{\"groups\": {\"users\": [{\"name\": \"al\"}]}, \"users\": [{\"comment\": "
	      "\"\\\"name\\\": \\\"al\\\"\", \"name\": \"cy\"}, {\"name\": \"al\"}]}",
	      "{\"groups\": {\"users\": [{\"name\": \"al\"}]}, \"users\": [{\"comment\": "
	      "\"\\\"name\\\": \\\"al\\\"\", \"name\": \"cy\"}, {\"name\": \"al\", \"disabled\": "
	      "true}]}");
}

static void what_cannot_be_edited_is_said(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
	} wrong[] = {
		{ "", ERR_POLICY },
		{ "{", ERR_POLICY },
		{ "{}", ERR_POLICY },
		{ "[]", ERR_POLICY },
		{ "{\"users\": {}}", ERR_POLICY },
		{ "{\"users\": [], \"users\": []}", ERR_POLICY },
		{ "\xef\xbb\xbf{\"users\": []}", ERR_POLICY },
		{ "{\"users\": [\"\xff\"]}", ERR_POLICY },
		{ "{\"users\": []}", ERR_FAILED },
		{ "{\"version\": 1}", ERR_FAILED },
		{ "{\"users\": [{\"name\": \"AL\"}, {\"name\": 7}, \"al\", null]}", ERR_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < array_size(wrong); i++) {
		for (enum what what = REMOVE; what <= UNSET; what++) {
			cleanup_buf struct buf in = BUF_INIT, out = BUF_INIT;
			struct err err = { .code = ERR_NONE };

			buf_puts(&in, wrong[i].text);
			assert_int_equal(edit(what, "al", &in, &out, &err), -1);
			assert_int_equal(err.code, wrong[i].code);
			assert_int_equal(out.len, 0);
		}
	}
}

/* ---- random layouts ---- */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

/* How a document is written; one of these a document, or anew at every place. */
struct layout {
	bool wild;       /* any white space anywhere, escapes at random */
	const char *eol; /* "" = all on one line */
	const char *indent;
	const char *colon, *comma, *pad;
	unsigned lines; /* levels of nesting that have a line for each item */
};

static struct layout random_layout(void)
{
	static const char *const eols[] = { "\n", "\r\n", "" };
	static const char *const indents[] = { "\t", "  ", "    ", "" };
	static const char *const colons[] = { ": ", ":", " : ", ":\t" };
	static const char *const pads[] = { "", " " };

	return (struct layout){ .wild = pick(4) == 0,
				.eol = eols[pick(3)],
				.indent = indents[pick(4)],
				.colon = colons[pick(4)],
				.comma = pick(2) ? ", " : ",",
				.pad = pads[pick(2)],
				.lines = pick(4) };
}

static void wild_space(struct buf *out)
{
	static const char *const spaces[] = { "", "", "", " ", "\n", "\r\n", "\t", "  \n\n\t" };

	for (uint32_t i = pick(3); i; i--)
		buf_puts(out, spaces[pick(array_size(spaces))]);
}

static void write_string(struct buf *out, const struct layout *layout, const char *text)
{
	json_t *json = json_string(text);
	char *plain = json_dumps(json, JSON_ENCODE_ANY | (pick(2) ? JSON_ENSURE_ASCII : 0));

	for (const char *c = plain; *c; c++) {
		if (layout->wild && *c >= 'a' && *c <= 'z' && pick(6) == 0)
			buf_printf(out, "\\u%04x", (unsigned char)*c);
		else if (*c == '\\')
			buf_printf(out, "\\%c", *++c);
		else
			buf_putc(out, *c);
	}
	free(plain);
	json_decref(json);
}

static void break_line(struct buf *out, const struct layout *layout, unsigned depth, bool comma)
{
	if (layout->wild) {
		wild_space(out);
		if (comma)
			buf_putc(out, ',');
		wild_space(out);
		return;
	}
	if (depth > layout->lines || !*layout->eol) {
		buf_puts(out, comma ? layout->comma : layout->pad);
		return;
	}
	buf_puts(out, comma ? "," : "");
	buf_puts(out, layout->eol);
	for (unsigned i = 0; i < depth; i++)
		buf_puts(out, layout->indent);
}

static void write_value(struct buf *out, const struct layout *layout, const json_t *value,
			unsigned depth);

static void write_end(struct buf *out, const struct layout *layout, unsigned depth, char c)
{
	if (!layout->wild && *layout->eol && depth <= layout->lines) {
		buf_puts(out, layout->eol);
		for (unsigned i = 1; i < depth; i++)
			buf_puts(out, layout->indent);
	} else if (!layout->wild) {
		buf_puts(out, layout->pad);
	} else {
		wild_space(out);
	}
	buf_putc(out, c);
}

static void write_object(struct buf *out, const struct layout *layout, const json_t *object,
			 unsigned depth)
{
	const char *key;
	json_t *value;
	bool comma = false;

	buf_putc(out, '{');
	json_object_foreach((json_t *)object, key, value)
	{
		break_line(out, layout, depth, comma);
		write_string(out, layout, key);
		buf_puts(out, layout->colon);
		write_value(out, layout, value, depth + 1);
		comma = true;
	}
	write_end(out, layout, depth, '}');
}

static void write_list(struct buf *out, const struct layout *layout, const json_t *list,
		       unsigned depth)
{
	const json_t *value;
	size_t i;

	buf_putc(out, '[');
	json_array_foreach(list, i, value)
	{
		break_line(out, layout, depth, i > 0);
		write_value(out, layout, value, depth + 1);
	}
	if (i)
		write_end(out, layout, depth, ']');
	else
		buf_puts(out, pick(2) ? "]" : " ]");
}

static void write_value(struct buf *out, const struct layout *layout, const json_t *value,
			unsigned depth)
{
	if (json_is_object(value)) {
		write_object(out, layout, value, depth);
	} else if (json_is_array(value)) {
		write_list(out, layout, value, depth);
	} else if (json_is_string(value)) {
		write_string(out, layout, json_string_value(value));
	} else {
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		buf_puts(out, text);
		free(text);
	}
}

static const char *random_text(void)
{
	static const char *const texts[] = { "x",
					     "",
					     "\"quoted\" {\"name\": \"u1\"}, [",
					     "back\\slash",
					     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x91",
					     "tab\tand\nline",
					     "}]",
					     "u1" };

	return texts[pick(array_size(texts))];
}

static json_t *random_user(unsigned number)
{
	static const char *const keys[] = { "password", "disabled", "comment", "address",
					    "expires" };
	json_t *user = json_object();
	char name[16];
	bool first = pick(2);

	(void)snprintf(name, sizeof(name), "u%u", number);
	if (first)
		json_object_set_new(user, "name", json_string(name));
	for (size_t i = 0; i < array_size(keys); i++) {
		if (pick(2))
			json_object_set_new(user, keys[i],
					    i == 1 ? json_boolean(pick(2))
						   : json_string(random_text()));
	}
	if (!first)
		json_object_set_new(user, "name", json_string(name));
	return user;
}

static json_t *random_document(void)
{
	json_t *root = json_object(), *users = json_array();

	json_object_set_new(root, "version", json_integer(1));
	if (pick(2))
		json_object_set_new(root, "groups",
				    json_pack("{s:[{s:s}]}", "users", "name", "u1"));
	for (unsigned i = 0, count = pick(5); i < count; i++)
		json_array_append_new(users, random_user(i));
	if (json_array_size(users) || pick(2))
		json_object_set(root, "users", users);
	json_decref(users);
	if (pick(2))
		json_object_set_new(
		    root, "ppp", json_pack("{s:[s], s:s}", "dns", "9.9.9.9", "mtu", random_text()));
	return root;
}

/* The same edit on the parsed document; false if the edit has to fail. */
static bool model(json_t *root, enum what what, const char *name)
{
	json_t *users = json_object_get(root, "users");
	size_t i = 0;

	if (what == ADD) {
		if (!users)
			json_object_set_new(root, "users", json_array());
		json_array_append_new(json_object_get(root, "users"),
				      json_pack("{s:s, s:s}", "name", "bob", "password", "p\"w"));
		return true;
	}
	while (i < json_array_size(users) &&
	       strcmp(json_string_value(json_object_get(json_array_get(users, i), "name")), name) !=
		   0)
		i++;
	if (i == json_array_size(users))
		return false;
	if (what == REMOVE)
		json_array_remove(users, i);
	else if (what == SET)
		json_object_set_new(json_array_get(users, i), "disabled", json_true());
	else
		json_object_del(json_array_get(users, i), "disabled");
	return true;
}

/* Equal with the order of keys. */
static void assert_document(const struct buf *text, const json_t *wanted)
{
	json_t *root = json_loadb(buf_text(text), text->len, JSON_REJECT_DUPLICATES, NULL);
	char *a = json_dumps(root, JSON_COMPACT), *b = json_dumps(wanted, JSON_COMPACT);

	assert_non_null(root);
	assert_string_equal(a, b);
	free(a);
	free(b);
	json_decref(root);
}

/* How many bytes of each text stand between what both begin and end with. */
static void differing(const struct buf *a, const struct buf *b, size_t *in_a, size_t *in_b)
{
	size_t shorter = a->len < b->len ? a->len : b->len, head = 0, tail = 0;

	while (head < shorter && a->data[head] == b->data[head])
		head++;
	while (tail < shorter - head && a->data[a->len - tail - 1] == b->data[b->len - tail - 1])
		tail++;
	*in_a = a->len - head - tail;
	*in_b = b->len - head - tail;
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static size_t users_of(const json_t *root)
{
	return json_array_size(json_object_get(root, "users"));
}

static const json_t *member_of(const json_t *root, const char *name, const char *key)
{
	const json_t *user;
	size_t i;

	json_array_foreach(json_object_get(root, "users"), i, user)
	{
		if (!strcmp(json_string_value(json_object_get(user, "name")), name))
			return json_object_get(user, key);
	}
	return NULL;
}

/* Only insertion, only deletion, or one value in place of another. */
static void check_span(enum what what, const json_t *before, const char *name,
		       const struct buf *text, const struct buf *out)
{
	size_t gone, come;

	differing(text, out, &gone, &come);
	if (what == ADD && users_of(before))
		assert_int_equal(gone, 0);
	else if (what == SET && member_of(before, name, "disabled"))
		assert_true(gone <= 5 && come <= 5);
	else if (what == SET)
		assert_int_equal(gone, 0);
	else if (what != ADD)
		assert_int_equal(come, 0);
}

/* The inverse gives every byte back, where it can know them. */
static void check_inverse(enum what what, const json_t *before, const char *name,
			  const struct buf *text, const struct buf *out)
{
	cleanup_buf struct buf back = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	if (what == ADD && users_of(before)) {
		assert_int_equal(edit(REMOVE, "bob", out, &back, &err), 0);
		assert_true(same(&back, text));
	} else if (what == SET && !member_of(before, name, "disabled")) {
		assert_int_equal(edit(UNSET, name, out, &back, &err), 0);
		assert_true(same(&back, text));
	}
}

static void check_one(enum what what, const json_t *before, const struct buf *text)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	json_t *after = json_deep_copy(before);
	char name[16];

	(void)snprintf(name, sizeof(name), "u%u", pick(5));
	if (!model(after, what, name)) {
		assert_int_equal(edit(what, name, text, &out, &err), -1);
		assert_int_equal(err.code, ERR_FAILED);
	} else {
		assert_int_equal(edit(what, name, text, &out, &err), 0);
		assert_document(&out, after);
		check_span(what, before, name, text, &out);
		check_inverse(what, before, name, text, &out);
	}
	json_decref(after);
}

static void edits_do_what_was_meant_and_no_more(void **state)
{
	(void)state;
	seed = 20260518;
	for (int i = 0; i < DOCUMENTS; i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct layout layout = random_layout();
		json_t *root = random_document();

		write_value(&text, &layout, root, 1);
		buf_puts(&text, pick(2) ? layout.eol : "");
		assert_document(&text, root);
		for (enum what what = ADD; what <= UNSET; what++)
			check_one(what, root, &text);
		json_decref(root);
	}
}

/* A long life: what was added is changed and removed again, and the rest never moves. */
static void a_hundred_users_come_and_go(void **state)
{
	static const char start[] = "{\n  \"version\": 1,\n  \"users\": [\n    { \"name\": \"u0\", "
				    "\"password\": \"x\" }\n  ]\n}\n";
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	(void)state;
	buf_puts(&text, start);
	for (unsigned i = 1; i <= 200; i++) {
		char name[16];
		struct edit_user user = bob;
		struct buf out = BUF_INIT;

		(void)snprintf(name, sizeof(name), "u%u", i <= 100 ? i : i - 100);
		user.member[0].text = name;
		assert_int_equal(i <= 100
				     ? edit_add(buf_text(&text), text.len, &user, 1, &out, &err)
				     : edit_remove(buf_text(&text), text.len, name, &out, &err),
				 0);
		buf_free(&text);
		text = out;
	}
	assert_string_equal(buf_text(&text), start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_looks_like_what_is_there),
		cmocka_unit_test(the_first_user_looks_like_the_document),
		cmocka_unit_test(what_goes_takes_its_comma_along),
		cmocka_unit_test(a_member_is_replaced_or_added_behind),
		cmocka_unit_test(what_cannot_be_edited_is_said),
		cmocka_unit_test(edits_do_what_was_meant_and_no_more),
		cmocka_unit_test(a_hundred_users_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
