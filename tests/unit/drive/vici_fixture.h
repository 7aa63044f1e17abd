/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_VICI_FIXTURE_H
#define L2TPGW_TESTS_VICI_FIXTURE_H

/* The VICI client against a charon played by the same thread over a real UNIX socket. */
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/vici.h"
#include "drive/vici_wire.h"

#define NOW      1000
#define TIMEOUT  500
#define ONE_READ 65536

struct fixture {
	char dir[32];
	char path[64];
	int listener;
	int peer; /* charon's end */
	struct vici *vici;
	struct vici_reader reader; /* of what charon receives */
	struct arena *arena;       /* of the packets it received */
	struct buf story;          /* what the callbacks were told, in order */
	struct err err;
	unsigned again; /* requests that on_done_again() is still to make */
};

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(f->dir, "/tmp/test-vici-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/charon.vici", f->dir);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
	f->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(f->listener, 0), 0);
	assert_int_equal(vici_connect(&f->vici, f->path, &f->err), 0);
	f->peer = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(f->peer >= 0);
	f->arena = arena_new();
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	vici_close(f->vici);
	if (f->peer >= 0)
		close(f->peer);
	close(f->listener);
	unlink(f->path);
	rmdir(f->dir);
	vici_reader_free(&f->reader);
	buf_free(&f->story);
	arena_free(f->arena);
	free(f);
	return 0;
}

static inline void on_event(void *user, const char *event, const struct tree *message)
{
	struct fixture *f = user;

	buf_printf(&f->story, "%s(%s) ", event, tree_text(message, "v", ""));
}

static inline void on_done(void *user, const struct tree *response, const struct err *why)
{
	struct fixture *f = user;

	assert_true(!response != !why);
	if (response)
		buf_printf(&f->story, "done(%s) ", tree_text(response, "v", ""));
	else
		buf_printf(&f->story, "failed(%s) ", why->text);
}

static inline void check_story(struct fixture *f, const char *expected)
{
	assert_string_equal(buf_text(&f->story), expected);
	buf_free(&f->story);
}

static inline int ready(struct fixture *f)
{
	return vici_ready(f->vici, NOW, &f->err);
}

static inline int request(struct fixture *f, const char *command, const char *stream)
{
	const struct vici_request r = { command, NULL, stream, TIMEOUT, on_event, on_done, f };

	return vici_request(f->vici, &r, NOW, &f->err);
}

static inline int listen_for(struct fixture *f, const char *event)
{
	return vici_listen(f->vici, event, on_event, f, NOW, TIMEOUT, &f->err);
}

static inline void charon_reads(struct fixture *f, size_t at_most)
{
	cleanup_free char *chunk = malloc(at_most);
	ssize_t len = recv(f->peer, chunk, at_most, 0);

	if (len > 0)
		vici_reader_feed(&f->reader, chunk, (size_t)len);
	else
		assert_true(len < 0 && errno == EAGAIN);
}

/* Expects that packet to be the next that arrives at charon's end; returns its message. */
static inline const struct tree *charon_gets(struct fixture *f, enum vici_packet_type type,
					     const char *name)
{
	struct vici_packet packet;
	int found;

	while ((found = vici_reader_next(&f->reader, f->arena, &packet, &f->err)) == 0) {
		assert_int_equal(ready(f), 0);
		assert_int_equal(poll(&(struct pollfd){ f->peer, POLLIN, 0 }, 1, 0), 1);
		charon_reads(f, ONE_READ);
	}
	assert_int_equal(found, 1);
	assert_int_equal(packet.type, type);
	assert_string_equal(packet.name, name);
	return packet.message;
}

static inline void charon_gets_nothing(struct fixture *f)
{
	char byte;

	assert_int_equal(ready(f), 0);
	assert_int_equal(recv(f->peer, &byte, 1, 0), -1);
}

static inline void charon_writes(struct fixture *f, const void *data, size_t len)
{
	assert_int_equal(send(f->peer, data, len, MSG_NOSIGNAL), len);
}

static inline void packet_of(struct buf *out, enum vici_packet_type type, const char *name,
			     const char *value)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *root = value ? tree_new(arena) : NULL;
	struct err err;

	if (value)
		tree_value(arena, root, "v", value);
	assert_int_equal(vici_encode(out, &(struct vici_packet){ type, name, root }, &err), 0);
}

static inline void charon_says(struct fixture *f, enum vici_packet_type type, const char *name,
			       const char *value)
{
	cleanup_buf struct buf out = BUF_INIT;

	packet_of(&out, type, name, value);
	charon_writes(f, out.data, out.len);
}

#define VICI_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
