/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What charon might send: any bytes, cut into any chunks. VICI has one encoding only, so whatever
 * decodes must be written as the bytes it was: by the simple writer here always, by ours if the
 * names are such that it may send them. The cuts must not matter.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "drive/vici_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool sendable_name(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++) {
		if (*name < 0x20 || *name > 0x7e)
			return false;
	}
	return true;
}

/* charon may send names that we must not. */
static bool sendable(const struct tree *parent)
{
	tree_foreach (node, parent) {
		if ((node->name && !sendable_name(node->name)) || !sendable(node))
			return false;
	}
	return true;
}

static void write_name(struct buf *out, const char *name)
{
	buf_putc(out, (char)strlen(name));
	buf_puts(out, name);
}

static void write_value(struct buf *out, const struct tree *node)
{
	buf_putc(out, (char)(node->len >> 8));
	buf_putc(out, (char)node->len);
	buf_append(out, node->value, node->len);
}

static void write_children(struct buf *out, const struct tree *parent)
{
	static const char start[] = {
		[TREE_SECTION] = 1, [TREE_VALUE] = 3, [TREE_LIST] = 4, [TREE_ITEM] = 5
	};
	static const char end[] = { [TREE_SECTION] = 2, [TREE_LIST] = 6, [TREE_ITEM] = 0 };

	tree_foreach (node, parent) {
		buf_putc(out, start[node->type]);
		if (node->name)
			write_name(out, node->name);
		if (node->type == TREE_VALUE || node->type == TREE_ITEM)
			write_value(out, node);
		write_children(out, node);
		if (end[node->type])
			buf_putc(out, end[node->type]);
	}
}

static void check_bytes(const struct buf *out, const uint8_t *data, size_t len)
{
	if (out->len != len || memcmp(out->data, data, len) != 0)
		abort();
}

/* `frame` is the one that `packet` was decoded from. */
static void check_encoding(const struct vici_packet *packet, const uint8_t *frame, size_t len)
{
	bool possible = (!packet->name || sendable_name(packet->name)) &&
			(!packet->message || sendable(packet->message));
	cleanup_buf struct buf simple = BUF_INIT;
	cleanup_buf struct buf ours = BUF_INIT;
	struct err err;

	buf_putc(&simple, (char)packet->type);
	if (packet->name)
		write_name(&simple, packet->name);
	if (packet->message)
		write_children(&simple, packet->message);
	check_bytes(&simple, frame + 4, len - 4);

	if ((vici_encode(&ours, packet, &err) == 0) != possible)
		abort();
	if (possible)
		check_bytes(&ours, frame, len);
}

static size_t frame_length(const uint8_t *frame)
{
	return 4 +
	       ((size_t)frame[0] << 24 | (size_t)frame[1] << 16 | (size_t)frame[2] << 8 | frame[3]);
}

/* Returns how many packets there were, and in *failed whether the stream broke. */
static size_t read_stream(const uint8_t *data, size_t size, unsigned cut, bool *failed)
{
	cleanup_arena struct arena *arena = arena_new();
	struct vici_reader reader = VICI_READER_INIT;
	struct vici_packet packet;
	struct err err;
	size_t count = 0, done = 0;
	int found = 0;

	for (size_t at = 0, len; at < size && found >= 0; at += len) {
		len = cut ? 1 + (at * 7 + cut) % cut : size;
		if (len > size - at)
			len = size - at;
		vici_reader_feed(&reader, data + at, len);
		while ((found = vici_reader_next(&reader, arena, &packet, &err)) > 0) {
			check_encoding(&packet, data + done, frame_length(data + done));
			done += frame_length(data + done);
			count++;
		}
	}
	*failed = found < 0;
	vici_reader_free(&reader);
	return count;
}

static void one_packet(const uint8_t *data, size_t size)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf frame = BUF_INIT;
	struct vici_packet packet;
	struct err err;

	if (vici_decode(arena, data, size, &packet, &err) < 0)
		return;
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(&frame, (char)(size >> shift));
	buf_append(&frame, data, size);
	check_encoding(&packet, (const uint8_t *)frame.data, frame.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool failed_whole, failed_cut;

	if (size < 1)
		return 0;
	/* Without a frame around it the fuzzer need not guess a length. */
	one_packet(data + 1, size - 1);
	if (read_stream(data + 1, size - 1, 0, &failed_whole) !=
		read_stream(data + 1, size - 1, 1 + data[0], &failed_cut) ||
	    failed_whole != failed_cut)
		abort();
	return 0;
}
