/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_VICI_WIRE_H
#define L2TPGW_DRIVE_VICI_WIRE_H

/*
 * The codec of VICI, charon's control protocol: packets to and from trees. Pure.
 * Source: strongSwan, src/libcharon/plugins/vici/README.md ("Transport protocol", "Packet layer",
 * "Message format") and vici_message.c; the limits are those of vici_socket.c and vici_builder.c.
 *
 *   frame   = u32 length (big endian, without itself), packet
 *   packet  = u8 type, [u8 length, name], [message]
 *   message = elements: section start/end, key and value, list start/item/end
 */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/tree.h"

#define VICI_PACKET_MAX   (512 * 1024) /* bytes behind the frame's length */
#define VICI_NAME_MAX     255          /* bytes in a name */
#define VICI_VALUE_MAX    65535        /* bytes in a value */
#define VICI_DEPTH_MAX    32           /* sections within each other; ours, charon uses 4 */
#define VICI_ELEMENTS_MAX 65536        /* elements in a message received; ours */

enum vici_packet_type {
	VICI_CMD_REQUEST = 0,      /* name, message */
	VICI_CMD_RESPONSE = 1,     /* message */
	VICI_CMD_UNKNOWN = 2,      /* nothing */
	VICI_EVENT_REGISTER = 3,   /* name */
	VICI_EVENT_UNREGISTER = 4, /* name */
	VICI_EVENT_CONFIRM = 5,    /* nothing */
	VICI_EVENT_UNKNOWN = 6,    /* nothing */
	VICI_EVENT = 7,            /* name, message */
};
#define VICI_PACKET_TYPES 8

struct vici_packet {
	enum vici_packet_type type;
	const char *name;           /* NULL if the type has none */
	const struct tree *message; /* a root section; NULL if the type has none, or it is empty */
};

/*
 * Appends the frame of a packet; on failure `out` is as before. Names must be 1 to 255 printable
 * ASCII characters (charon does not answer others), values may be any bytes. What is too long or
 * too deep is ERR_FAILED, a tree or packet that VICI cannot express ERR_INTERNAL.
 */
int vici_encode(struct buf *out, const struct vici_packet *packet, struct err *err);

/*
 * Decodes one packet (a frame without its length) into `arena`. Everything is checked: bounds,
 * nesting, that nothing is left over. Values are any bytes; so are names, but for NUL (charon
 * passes names of connections that others configured). Names need not be unique: tree_get() finds
 * the first. `message` is set, if only to an empty section, for every type that has one.
 */
int vici_decode(struct arena *arena, const void *data, size_t len, struct vici_packet *packet,
		struct err *err);

/*
 * Cuts a stream of bytes into packets. Call vici_reader_next() until it returns 0 after each
 * vici_reader_feed(): then the reader never holds more than one packet and what was fed last.
 */
struct vici_reader {
	struct buf in;
	size_t at; /* bytes of `in` already decoded */
};

#define VICI_READER_INIT    \
	{                   \
		BUF_INIT, 0 \
	}

void vici_reader_feed(struct vici_reader *reader, const void *data, size_t len);
/* 1: *packet is the next one; 0: needs more bytes; -1: malformed, the stream is lost for good. */
int vici_reader_next(struct vici_reader *reader, struct arena *arena, struct vici_packet *packet,
		     struct err *err);
void vici_reader_free(struct vici_reader *reader);

#endif
