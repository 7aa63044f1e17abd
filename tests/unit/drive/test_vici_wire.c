/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "drive/vici_wire.h"

static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned random_below(unsigned limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % limit);
}

/* The structure and the bytes of README.md, "Encoding example". */
static const uint8_t readme[] = {
	3,   4,   'k', 'e', 'y', '1', 0,   6,   'v', 'a', 'l', 'u', 'e', '1', 1,   8,
	's', 'e', 'c', 't', 'i', 'o', 'n', '1', 1,   11,  's', 'u', 'b', '-', 's', 'e',
	'c', 't', 'i', 'o', 'n', 3,   4,   'k', 'e', 'y', '2', 0,   6,   'v', 'a', 'l',
	'u', 'e', '2', 2,   4,   5,   'l', 'i', 's', 't', '1', 5,   0,   5,   'i', 't',
	'e', 'm', '1', 5,   0,   5,   'i', 't', 'e', 'm', '2', 6,   2,
};

static struct tree *readme_tree(struct arena *arena)
{
	struct tree *root = tree_new(arena);
	struct tree *section, *sub, *list;

	tree_value(arena, root, "key1", "value1");
	section = tree_section(arena, root, "section1");
	sub = tree_section(arena, section, "sub-section");
	tree_value(arena, sub, "key2", "value2");
	list = tree_list(arena, section, "list1");
	tree_item(arena, list, "item1");
	tree_item(arena, list, "item2");
	return root;
}

/* Decodes from memory of exactly that size, so that the sanitizer sees any byte read beyond. */
static int decode(struct arena *arena, const void *data, size_t len, struct vici_packet *packet,
		  struct err *err)
{
	cleanup_free uint8_t *exact = malloc(len ? len : 1);

	if (len)
		memcpy(exact, data, len);
	return vici_decode(arena, exact, len, packet, err);
}

static void test_readme_example(void **state)
{
	static const uint8_t start[] = { 0, 0, 0, 1 + 3 + sizeof(readme), 0, 2, 'g', 'o' };
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf out = BUF_INIT;
	struct vici_packet packet = { VICI_CMD_REQUEST, "go", readme_tree(arena) };
	struct vici_packet back;
	struct err err;

	(void)state;
	assert_int_equal(vici_encode(&out, &packet, &err), 0);
	assert_int_equal(out.len, sizeof(start) + sizeof(readme));
	assert_memory_equal(out.data, start, sizeof(start));
	assert_memory_equal(out.data + sizeof(start), readme, sizeof(readme));

	assert_int_equal(decode(arena, out.data + 4, out.len - 4, &back, &err), 0);
	assert_int_equal(back.type, VICI_CMD_REQUEST);
	assert_string_equal(back.name, "go");
	assert_true(tree_equal(back.message, packet.message));
}

static void test_every_type(void **state)
{
	static const struct {
		enum vici_packet_type type;
		bool name, message;
	} types[] = {
		{ VICI_CMD_REQUEST, true, true },       { VICI_CMD_RESPONSE, false, true },
		{ VICI_CMD_UNKNOWN, false, false },     { VICI_EVENT_REGISTER, true, false },
		{ VICI_EVENT_UNREGISTER, true, false }, { VICI_EVENT_CONFIRM, false, false },
		{ VICI_EVENT_UNKNOWN, false, false },   { VICI_EVENT, true, true },
	};
	cleanup_arena struct arena *arena = arena_new();
	struct vici_packet back;
	struct err err;

	(void)state;
	for (size_t i = 0; i < array_size(types); i++) {
		cleanup_buf struct buf out = BUF_INIT;
		struct vici_packet packet = { types[i].type, types[i].name ? "n" : NULL, NULL };

		assert_int_equal(vici_encode(&out, &packet, &err), 0);
		assert_int_equal(decode(arena, out.data + 4, out.len - 4, &back, &err), 0);
		assert_int_equal(back.type, types[i].type);
		assert_int_equal(back.name != NULL, types[i].name);
		assert_int_equal(back.message != NULL, types[i].message);
		buf_putc(&out, 2);
		assert_int_equal(decode(arena, out.data + 4, out.len - 4, &back, &err), -1);
	}
}

static void random_fill(struct arena *arena, struct tree *parent, unsigned depth);

static const void *random_bytes(char *bytes, size_t *len)
{
	*len = random_below(10) ? random_below(20) : random_below(3000);
	for (size_t i = 0; i < *len; i++)
		bytes[i] = (char)random_below(256);
	return bytes;
}

static void random_list(struct arena *arena, struct tree *list)
{
	char bytes[3000];

	for (unsigned n = random_below(5); n > 0; n--) {
		tree_item(arena, list, "");
		random_bytes(bytes, &list->last->len);
		list->last->value = arena_memdup(arena, bytes, list->last->len);
	}
}

static void random_child(struct arena *arena, struct tree *parent, unsigned depth)
{
	char bytes[3000], name[256] = "";
	unsigned name_len = 1 + random_below(random_below(10) ? 12 : 255);
	size_t len;

	for (unsigned i = 0; i < name_len; i++)
		name[i] = (char)(0x20 + random_below(0x5f));
	switch (random_below(depth < VICI_DEPTH_MAX ? 4 : 3)) {
	case 0:
		random_list(arena, tree_list(arena, parent, name));
		break;
	case 1:
	case 2:
		random_bytes(bytes, &len);
		tree_bytes(arena, parent, name, bytes, len);
		break;
	default:
		random_fill(arena, tree_section(arena, parent, name), depth + 1);
	}
}

static void random_fill(struct arena *arena, struct tree *parent, unsigned depth)
{
	for (unsigned n = random_below(6); n > 0; n--)
		random_child(arena, parent, depth);
}

/* Any trees, through a stream cut at any places, come out as they went in. */
static void test_round_trips(void **state)
{
	struct vici_reader reader = VICI_READER_INIT;
	struct err err = { .text = "" };

	(void)state;
	for (int round = 0; round < 1000; round++) {
		cleanup_arena struct arena *arena = arena_new();
		cleanup_buf struct buf out = BUF_INIT;
		struct tree *trees[3];
		unsigned seen = 0;

		for (size_t i = 0; i < array_size(trees); i++) {
			trees[i] = tree_new(arena);
			random_fill(arena, trees[i], 0);
			assert_int_equal(
			    vici_encode(&out, &(struct vici_packet){ VICI_EVENT, "e", trees[i] },
					&err),
			    0);
		}
		for (size_t at = 0, len; at < out.len; at += len) {
			struct vici_packet packet;
			int found;

			len = 1 + random_below((unsigned)(out.len - at));
			vici_reader_feed(&reader, out.data + at, len);
			while ((found = vici_reader_next(&reader, arena, &packet, &err)) > 0)
				assert_true(tree_equal(packet.message, trees[seen++]));
			assert_int_equal(found, 0);
		}
		assert_int_equal(seen, array_size(trees));
		assert_int_equal(reader.in.len, 0);
	}
	vici_reader_free(&reader);
}

/* A message in one section: cut anywhere inside, it is not a message. */
static void test_every_truncation(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf out = BUF_INIT;
	struct tree *root = tree_new(arena);
	struct vici_packet packet = { VICI_EVENT, "child-updown", root };
	struct tree *section = tree_section(arena, root, "l2tp");
	struct err err;

	(void)state;
	section->child = readme_tree(arena)->child;
	assert_int_equal(vici_encode(&out, &packet, &err), 0);
	for (size_t len = 0; len < out.len - 4; len++) {
		bool is_empty_message = len == 2 + strlen("child-updown");

		assert_int_equal(decode(arena, out.data + 4, len, &packet, &err),
				 is_empty_message ? 0 : -1);
	}
	for (size_t len = 0; len < out.len; len++) {
		struct vici_reader reader = VICI_READER_INIT;

		vici_reader_feed(&reader, out.data, len);
		assert_int_equal(vici_reader_next(&reader, arena, &packet, &err), 0);
		vici_reader_free(&reader);
	}
}

#define BYTES(...) { __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static void test_malformed(void **state)
{
	static const struct {
		const char *why;
		uint8_t data[12];
		size_t len;
	} cases[] = {
		{ "its type is unknown", BYTES(8) },
		{ "its type is unknown", BYTES(255) },
		{ "it is cut short", BYTES(7) },
		{ "it is cut short", BYTES(7, 1) },
		{ "a name has a NUL in it", BYTES(7, 2, 'a', 0) },
		{ "bytes are left over", BYTES(2, 0) },
		{ "bytes are left over", BYTES(3, 1, 'a', 1) },
		{ "an element has an unknown type", BYTES(1, 0) },
		{ "an element has an unknown type", BYTES(1, 7) },
		{ "a section ends that did not start", BYTES(1, 2) },
		{ "a section ends that did not start", BYTES(1, 1, 1, 'a', 2, 2) },
		{ "a section or list does not end", BYTES(1, 1, 1, 'a') },
		{ "a section or list does not end", BYTES(1, 4, 1, 'a') },
		{ "a section or list does not end", BYTES(1, 4, 1, 'a', 5, 0, 0) },
		{ "a section or list does not end", BYTES(1, 1, 1, 'a', 4, 1, 'a', 6) },
		{ "lists hold items and nothing else does", BYTES(1, 5, 0, 0) },
		{ "lists hold items and nothing else does", BYTES(1, 6) },
		{ "lists hold items and nothing else does", BYTES(1, 1, 1, 'a', 6) },
		{ "lists hold items and nothing else does", BYTES(1, 4, 1, 'a', 2) },
		{ "lists hold items and nothing else does", BYTES(1, 4, 1, 'a', 4, 1, 'b', 6, 6) },
		{ "lists hold items and nothing else does", BYTES(1, 4, 1, 'a', 1, 1, 'b', 2, 6) },
		{ "lists hold items and nothing else does", BYTES(1, 4, 1, 'a', 3, 1, 'b', 0, 0) },
		{ "it is cut short", BYTES(1, 3, 1, 'a', 0, 2, 'x') },
		{ "it is cut short", BYTES(1, 3, 1, 'a', 255, 255, 'x') },
		{ "it is cut short", BYTES(1, 4, 1, 'a', 5, 0, 9, 6) },
		{ "it is cut short", BYTES(1, 1, 255, 'a') },
		{ "a name has a NUL in it", BYTES(1, 1, 1, 0, 2) },
	};
	cleanup_arena struct arena *arena = arena_new();
	struct vici_packet packet;
	struct err err;

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		assert_int_equal(decode(arena, cases[i].data, cases[i].len, &packet, &err), -1);
		assert_non_null(strstr(err.text, cases[i].why));
	}
}

static int encode(const struct tree *message, struct buf *out, struct err *err)
{
	return vici_encode(out, &(struct vici_packet){ VICI_CMD_RESPONSE, NULL, message }, err);
}

static void check_encode(const struct tree *message, const char *failure)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { .text = "" };

	buf_puts(&out, "before");
	assert_int_equal(encode(message, &out, &err), failure ? -1 : 0);
	if (failure) {
		assert_non_null(strstr(err.text, failure));
		assert_string_equal(buf_text(&out), "before");
	}
}

static void test_limits_of_names_and_values(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_free char *big = malloc(VICI_VALUE_MAX + 1);
	struct tree *root = tree_new(arena);
	char name[VICI_NAME_MAX + 2];

	(void)state;
	memset(big, 'v', VICI_VALUE_MAX + 1);
	memset(name, 'n', sizeof(name));
	name[VICI_NAME_MAX] = '\0';
	tree_bytes(arena, root, name, big, VICI_VALUE_MAX);
	check_encode(root, NULL);

	root = tree_new(arena);
	tree_bytes(arena, root, "name", big, VICI_VALUE_MAX + 1);
	check_encode(root, "longer than 65535");

	name[VICI_NAME_MAX] = 'n';
	name[VICI_NAME_MAX + 1] = '\0';
	root = tree_new(arena);
	tree_value(arena, root, name, "");
	check_encode(root, "longer than 255");
}

/* A response of exactly that many bytes. */
static struct tree *message_of(struct arena *arena, size_t len)
{
	static char bytes[VICI_VALUE_MAX];
	struct tree *root = tree_new(arena);
	const size_t overhead = 1 + 1 + 1 + 2;

	for (len -= 1; len > 0;) {
		size_t part = len > sizeof(bytes) ? sizeof(bytes) - overhead : len;

		tree_bytes(arena, root, "v", bytes, part - overhead);
		len -= part;
	}
	return root;
}

static void test_limit_of_packets(void **state)
{
	static const uint8_t too_long[][4] = { { 0, 8, 0, 1 },
					       { 0, 9, 0x60, 0 }, /* 600 KiB */
					       { 255, 255, 255, 255 },
					       { 0, 0, 0, 0 } };
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf out = BUF_INIT;
	struct vici_reader reader = VICI_READER_INIT;
	struct vici_packet packet;
	struct err err;

	(void)state;
	check_encode(message_of(arena, VICI_PACKET_MAX + 1), "longer than 512 KiB");
	assert_int_equal(encode(message_of(arena, VICI_PACKET_MAX), &out, &err), 0);
	assert_int_equal(out.len, 4 + VICI_PACKET_MAX);
	vici_reader_feed(&reader, out.data, out.len - 1);
	assert_int_equal(vici_reader_next(&reader, arena, &packet, &err), 0);
	vici_reader_feed(&reader, out.data + out.len - 1, 1);
	assert_int_equal(vici_reader_next(&reader, arena, &packet, &err), 1);
	assert_int_equal(vici_reader_next(&reader, arena, &packet, &err), 0);
	assert_int_equal(reader.in.cap, 0);

	for (size_t i = 0; i < array_size(too_long); i++) {
		vici_reader_feed(&reader, too_long[i], 4);
		assert_int_equal(vici_reader_next(&reader, arena, &packet, &err), -1);
		vici_reader_free(&reader);
	}
	buf_free(&out);
	assert_int_equal(encode(message_of(arena, VICI_PACKET_MAX - 4), &out, &err), 0);
	buf_append(&out, "\3\1k\0\0", 5);
	assert_int_equal(decode(arena, out.data + 4, out.len - 4, &packet, &err), -1);
}

static void test_limit_of_depth(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf out = BUF_INIT;
	struct tree *root = tree_new(arena), *at = root;
	struct vici_packet packet;
	struct err err;
	uint8_t deep[1 + (VICI_DEPTH_MAX + 1) * 4] = { VICI_CMD_RESPONSE };

	(void)state;
	for (int i = 0; i < VICI_DEPTH_MAX; i++)
		at = tree_section(arena, at, "s");
	tree_item(arena, tree_list(arena, at, "l"), "i");
	assert_int_equal(encode(root, &out, &err), 0);
	assert_int_equal(decode(arena, out.data + 4, out.len - 4, &packet, &err), 0);
	assert_true(tree_equal(packet.message, root));
	tree_section(arena, at, "s");
	check_encode(root, "too deep");

	for (int i = 0; i <= VICI_DEPTH_MAX; i++) {
		memcpy(deep + 1 + 3 * i, "\1\1s", 3);
		deep[1 + 3 * (VICI_DEPTH_MAX + 1) + i] = 2;
	}
	assert_int_equal(decode(arena, deep, sizeof(deep), &packet, &err), -1);
	assert_non_null(strstr(err.text, "too deep"));
}

static void test_limit_of_elements(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf in = BUF_INIT;
	struct vici_packet packet;
	struct err err;

	(void)state;
	buf_append(&in, "\1\4\1l", 4);
	for (int i = 0; i < VICI_ELEMENTS_MAX - 2; i++)
		buf_append(&in, "\5\0\0", 3);
	buf_putc(&in, 6);
	assert_int_equal(decode(arena, in.data, in.len, &packet, &err), 0);
	buf_append(&in, "\3\1k\0\0", 5);
	assert_int_equal(decode(arena, in.data, in.len, &packet, &err), -1);
	assert_non_null(strstr(err.text, "too many"));
}

static void test_any_bytes(void **state)
{
	static const uint8_t in[] = { 1, 3, 2, 0xc3, 0xbc, 0, 3,   0, 0xff, 0, /* ü = 00 ff 00 */
				      4, 0, 5, 0,    2,    0, 'x', 6 };
	cleanup_arena struct arena *arena = arena_new();
	const struct tree *value, *list;
	struct vici_packet packet;
	struct err err;

	(void)state;
	assert_int_equal(decode(arena, in, sizeof(in), &packet, &err), 0);
	value = packet.message->child;
	assert_string_equal(value->name, "\xc3\xbc");
	assert_int_equal(value->len, 3);
	assert_memory_equal(value->value, "\0\xff", 4);
	list = value->next;
	assert_string_equal(list->name, "");
	assert_int_equal(list->child->len, 2);
	assert_memory_equal(list->child->value, "\0x", 3);
	check_encode(packet.message, "not printable");
}

static void test_trees_vici_cannot_express(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = tree_new(arena);
	struct tree *list = tree_list(arena, root, "l");

	(void)state;
	check_encode(list, "a message is a section");
	check_encode(root, NULL);
	tree_list(arena, list, "l");
	check_encode(root, "lists hold items");
	list->child = list->last = NULL;
	tree_value(arena, list, "k", "v");
	check_encode(root, "lists hold items");
	root = tree_new(arena);
	tree_item(arena, root, "i");
	check_encode(root, "lists hold items");
	root = tree_new(arena);
	tree_section(arena, root, NULL);
	check_encode(root, "a name is missing");
	root = tree_new(arena);
	tree_value(arena, root, "", "v");
	check_encode(root, "empty");
}

static void test_packets_vici_cannot_express(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = tree_new(arena);
	const struct vici_packet packets[] = {
		{ VICI_CMD_REQUEST, NULL, root },   { VICI_CMD_REQUEST, "", root },
		{ VICI_CMD_REQUEST, "a\n", root },  { VICI_CMD_RESPONSE, "a", root },
		{ VICI_EVENT_REGISTER, "a", root }, { VICI_EVENT_CONFIRM, NULL, root },
	};

	(void)state;
	for (size_t i = 0; i < array_size(packets); i++) {
		cleanup_buf struct buf out = BUF_INIT;
		struct err err;

		assert_int_equal(vici_encode(&out, &packets[i], &err), -1);
		assert_int_equal(err.code, ERR_INTERNAL);
		assert_int_equal(out.len, 0);
	}
}

/* Were each packet moved out by itself, this would take minutes. */
static void test_many_packets_at_once(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf in = BUF_INIT;
	struct vici_reader reader = VICI_READER_INIT;
	struct vici_packet packet;
	struct err err;
	int count = 0, found;

	(void)state;
	for (int i = 0; i < 1000000; i++)
		buf_append(&in, "\0\0\0\1\5", 5);
	vici_reader_feed(&reader, in.data, in.len);
	while ((found = vici_reader_next(&reader, arena, &packet, &err)) > 0)
		count++;
	assert_int_equal(found, 0);
	assert_int_equal(count, 1000000);
	vici_reader_free(&reader);
}

/* However the stream is cut: what was decoded is let go. */
static void test_reader_holds_no_more_than_it_must(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct vici_reader reader = VICI_READER_INIT;
	struct vici_packet packet;
	struct err err;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		static const char bytes[] = "\0\0\0\1\5";

		for (int j = 0; j < 3; j++)
			vici_reader_feed(&reader, &bytes[(i * 3 + j) % 5], 1);
		while (vici_reader_next(&reader, arena, &packet, &err) > 0)
			;
		assert_true(reader.in.len < 5);
	}
	vici_reader_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readme_example),
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_limits_of_names_and_values),
		cmocka_unit_test(test_limit_of_packets),
		cmocka_unit_test(test_limit_of_depth),
		cmocka_unit_test(test_limit_of_elements),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_trees_vici_cannot_express),
		cmocka_unit_test(test_packets_vici_cannot_express),
		cmocka_unit_test(test_reader_holds_no_more_than_it_must),
		cmocka_unit_test(test_many_packets_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
