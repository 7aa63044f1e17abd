/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/vici_wire.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

#define FRAME_HEADER 4
/* A buffer that one large packet made grow is given back when it is empty again. */
#define READER_KEEP (64 * 1024)

enum element_type {
	SECTION_START = 1,
	SECTION_END = 2,
	KEY_VALUE = 3,
	LIST_START = 4,
	LIST_ITEM = 5,
	LIST_END = 6,
};

static const struct {
	bool name;
	bool message;
} packet_shapes[VICI_PACKET_TYPES] = {
	[VICI_CMD_REQUEST] = { true, true },       [VICI_CMD_RESPONSE] = { false, true },
	[VICI_CMD_UNKNOWN] = { false, false },     [VICI_EVENT_REGISTER] = { true, false },
	[VICI_EVENT_UNREGISTER] = { true, false }, [VICI_EVENT_CONFIRM] = { false, false },
	[VICI_EVENT_UNKNOWN] = { false, false },   [VICI_EVENT] = { true, true },
};

/* Encoding: the first failure latches, what follows is skipped. */
struct encoder {
	struct buf body;
	enum err_code code;
	const char *failed;
};

static void encode_fail(struct encoder *enc, enum err_code code, const char *why)
{
	if (enc->failed)
		return;
	enc->code = code;
	enc->failed = why;
}

static void put(struct encoder *enc, const void *data, size_t len)
{
	if (len > VICI_PACKET_MAX - enc->body.len)
		encode_fail(enc, ERR_FAILED, "the packet is longer than 512 KiB");
	if (!enc->failed)
		buf_append(&enc->body, data, len);
}

static void put_byte(struct encoder *enc, uint8_t byte)
{
	put(enc, &byte, 1);
}

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < 0x20 || *text > 0x7e)
			return false;
	}
	return true;
}

static void put_name(struct encoder *enc, const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (len > VICI_NAME_MAX)
		encode_fail(enc, ERR_FAILED, "a name is longer than 255 bytes");
	else if (!len || !is_printable(name))
		encode_fail(enc, ERR_INTERNAL, "a name is missing, empty or not printable");
	put_byte(enc, (uint8_t)len);
	put(enc, name, len);
}

static void put_value(struct encoder *enc, const struct tree *node)
{
	if (node->len > VICI_VALUE_MAX)
		encode_fail(enc, ERR_FAILED, "a value is longer than 65535 bytes");
	put_byte(enc, (uint8_t)(node->len >> 8));
	put_byte(enc, (uint8_t)node->len);
	put(enc, node->value, node->len);
}

static void put_children(struct encoder *enc, const struct tree *parent, unsigned depth);

static void put_section(struct encoder *enc, const struct tree *node, unsigned depth)
{
	put_byte(enc, SECTION_START);
	put_name(enc, node->name);
	put_children(enc, node, depth + 1);
	put_byte(enc, SECTION_END);
}

static void put_list(struct encoder *enc, const struct tree *node, unsigned depth)
{
	put_byte(enc, LIST_START);
	put_name(enc, node->name);
	put_children(enc, node, depth);
	put_byte(enc, LIST_END);
}

static void put_node(struct encoder *enc, const struct tree *node, unsigned depth)
{
	switch (node->type) {
	case TREE_SECTION:
		put_section(enc, node, depth);
		return;
	case TREE_VALUE:
		put_byte(enc, KEY_VALUE);
		put_name(enc, node->name);
		put_value(enc, node);
		return;
	case TREE_LIST:
		put_list(enc, node, depth);
		return;
	case TREE_ITEM:
		put_byte(enc, LIST_ITEM);
		put_value(enc, node);
		return;
	}
}

static void put_children(struct encoder *enc, const struct tree *parent, unsigned depth)
{
	bool list = parent->type == TREE_LIST;

	if (depth > VICI_DEPTH_MAX)
		encode_fail(enc, ERR_FAILED, "sections are nested too deep");
	tree_foreach (node, parent) {
		if ((node->type == TREE_ITEM) != list)
			encode_fail(enc, ERR_INTERNAL, "lists hold items and nothing else does");
		if (enc->failed)
			return;
		put_node(enc, node, depth);
	}
}

static void put_packet(struct encoder *enc, const struct vici_packet *packet)
{
	bool named = packet_shapes[packet->type].name;

	if (!named != !packet->name || (packet->message && !packet_shapes[packet->type].message))
		encode_fail(enc, ERR_INTERNAL, "the packet's parts do not fit its type");
	if (packet->message && packet->message->type != TREE_SECTION)
		encode_fail(enc, ERR_INTERNAL, "a message is a section");
	put_byte(enc, (uint8_t)packet->type);
	if (named)
		put_name(enc, packet->name);
	if (packet->message)
		put_children(enc, packet->message, 0);
}

int vici_encode(struct buf *out, const struct vici_packet *packet, struct err *err)
{
	struct encoder enc = { .body = BUF_INIT };
	uint8_t header[FRAME_HEADER];
	int result = 0;

	put_packet(&enc, packet);
	if (enc.failed) {
		result = err_set(err, enc.code, "VICI message: %s", enc.failed);
	} else {
		for (size_t i = 0; i < FRAME_HEADER; i++)
			header[i] = (uint8_t)(enc.body.len >> (8 * (FRAME_HEADER - 1 - i)));
		buf_append(out, header, sizeof(header));
		buf_append(out, enc.body.data, enc.body.len);
	}
	buf_free(&enc.body);
	return result;
}

struct decoder {
	struct arena *arena;
	const uint8_t *data;
	size_t len;
	size_t at;
	size_t elements;
	size_t depth;
	struct tree *open[VICI_DEPTH_MAX + 2]; /* the root, sections, and a list in the innermost */
};

struct element {
	char name[VICI_NAME_MAX + 1];
	const uint8_t *value;
	size_t len;
};

/* Those that return text return NULL for success, else what is wrong. */

static const char *take(struct decoder *dec, size_t len, const uint8_t **bytes)
{
	if (len > dec->len - dec->at)
		return "it is cut short";
	*bytes = dec->data + dec->at;
	dec->at += len;
	return NULL;
}

static const char *take_name(struct decoder *dec, char name[VICI_NAME_MAX + 1])
{
	const uint8_t *bytes;
	const char *wrong = take(dec, 1, &bytes);
	size_t len;

	if (wrong)
		return wrong;
	len = bytes[0];
	wrong = take(dec, len, &bytes);
	if (wrong)
		return wrong;
	if (memchr(bytes, 0, len))
		return "a name has a NUL in it";
	memcpy(name, bytes, len);
	name[len] = '\0';
	return NULL;
}

static const char *take_value(struct decoder *dec, struct element *element)
{
	const uint8_t *bytes;
	const char *wrong = take(dec, 2, &bytes);

	if (wrong)
		return wrong;
	element->len = (size_t)bytes[0] << 8 | bytes[1];
	return take(dec, element->len, &element->value);
}

static const char *section_start(struct decoder *dec, const struct element *element)
{
	struct tree *parent = dec->open[dec->depth];

	if (dec->depth == VICI_DEPTH_MAX)
		return "sections are nested too deep";
	dec->open[++dec->depth] = tree_section(dec->arena, parent, element->name);
	return NULL;
}

static const char *list_start(struct decoder *dec, const struct element *element)
{
	struct tree *parent = dec->open[dec->depth];

	dec->open[++dec->depth] = tree_list(dec->arena, parent, element->name);
	return NULL;
}

static const char *any_end(struct decoder *dec, const struct element *element)
{
	(void)element;
	if (dec->depth == 0)
		return "a section ends that did not start";
	dec->depth--;
	return NULL;
}

static const char *key_value(struct decoder *dec, const struct element *element)
{
	tree_bytes(dec->arena, dec->open[dec->depth], element->name, element->value, element->len);
	return NULL;
}

static const char *list_item(struct decoder *dec, const struct element *element)
{
	struct tree *list = dec->open[dec->depth];

	/* tree_item() takes text, and an item on the wire may hold NULs. */
	tree_item(dec->arena, list, "");
	list->last->value = arena_memdup(dec->arena, element->value, element->len);
	list->last->len = element->len;
	return NULL;
}

static const struct element_shape {
	bool name;
	bool value;
	enum tree_type within;
	const char *(*add)(struct decoder *dec, const struct element *element);
} element_shapes[] = {
	[SECTION_START] = { true, false, TREE_SECTION, section_start },
	[SECTION_END] = { false, false, TREE_SECTION, any_end },
	[KEY_VALUE] = { true, true, TREE_SECTION, key_value },
	[LIST_START] = { true, false, TREE_SECTION, list_start },
	[LIST_ITEM] = { false, true, TREE_LIST, list_item },
	[LIST_END] = { false, false, TREE_LIST, any_end },
};

static const char *decode_element(struct decoder *dec)
{
	const struct element_shape *shape;
	struct element element;
	const char *wrong;
	uint8_t type = dec->data[dec->at++];

	if (type < SECTION_START || type > LIST_END)
		return "an element has an unknown type";
	if (++dec->elements > VICI_ELEMENTS_MAX)
		return "it has too many elements";
	shape = &element_shapes[type];
	if (dec->open[dec->depth]->type != shape->within)
		return "lists hold items and nothing else does";
	wrong = shape->name ? take_name(dec, element.name) : NULL;
	if (!wrong && shape->value)
		wrong = take_value(dec, &element);
	return wrong ? wrong : shape->add(dec, &element);
}

static const char *decode_message(struct decoder *dec)
{
	const char *wrong = NULL;

	dec->open[0] = tree_new(dec->arena);
	while (!wrong && dec->at < dec->len)
		wrong = decode_element(dec);
	if (!wrong && dec->depth > 0)
		return "a section or list does not end";
	return wrong;
}

static const char *decode_packet(struct decoder *dec, struct vici_packet *packet)
{
	char name[VICI_NAME_MAX + 1];
	const uint8_t *type;
	const char *wrong = take(dec, 1, &type);

	if (wrong)
		return wrong;
	if (type[0] >= VICI_PACKET_TYPES)
		return "its type is unknown";
	*packet = (struct vici_packet){ .type = type[0] };
	if (packet_shapes[packet->type].name) {
		wrong = take_name(dec, name);
		if (wrong)
			return wrong;
		packet->name = arena_strdup(dec->arena, name);
	}
	if (packet_shapes[packet->type].message) {
		wrong = decode_message(dec);
		packet->message = dec->open[0];
		return wrong;
	}
	return dec->at < dec->len ? "bytes are left over" : NULL;
}

static int err_too_long(struct err *err, size_t len)
{
	return err_set(err, ERR_FAILED, "VICI packet of %zu bytes: too long", len);
}

int vici_decode(struct arena *arena, const void *data, size_t len, struct vici_packet *packet,
		struct err *err)
{
	struct decoder dec = { .arena = arena, .data = data, .len = len };
	const char *wrong;

	if (len > VICI_PACKET_MAX)
		return err_too_long(err, len);
	wrong = decode_packet(&dec, packet);
	if (wrong)
		return err_set(err, ERR_FAILED, "VICI packet, byte %zu of %zu: %s", dec.at, len,
			       wrong);
	return 0;
}

void vici_reader_feed(struct vici_reader *reader, const void *data, size_t len)
{
	buf_append(&reader->in, data, len);
}

/* Only here are decoded bytes moved out: once a feed, so that the whole stays linear. */
static int reader_wait(struct vici_reader *reader)
{
	buf_consume(&reader->in, reader->at);
	reader->at = 0;
	if (reader->in.len == 0 && reader->in.cap > READER_KEEP)
		buf_free(&reader->in);
	return 0;
}

int vici_reader_next(struct vici_reader *reader, struct arena *arena, struct vici_packet *packet,
		     struct err *err)
{
	const uint8_t *at = (const uint8_t *)buf_text(&reader->in) + reader->at;
	size_t left = reader->in.len - reader->at;
	size_t len = 0;

	if (left < FRAME_HEADER)
		return reader_wait(reader);
	for (size_t i = 0; i < FRAME_HEADER; i++)
		len = len << 8 | at[i];
	if (len > VICI_PACKET_MAX)
		return err_too_long(err, len);
	if (left - FRAME_HEADER < len)
		return reader_wait(reader);
	reader->at += FRAME_HEADER + len;
	return vici_decode(arena, at + FRAME_HEADER, len, packet, err) < 0 ? -1 : 1;
}

void vici_reader_free(struct vici_reader *reader)
{
	buf_free(&reader->in);
	reader->at = 0;
}
