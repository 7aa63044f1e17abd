/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_FAKE_CHARON_H
#define L2TPGW_TESTS_FAKE_CHARON_H

/* A charon played by the same thread: answers what it is asked and notes it. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "drive/vici_wire.h"

#define FAKE_CONNECTIONS 8

struct fake_charon {
	int listener;
	int fd[FAKE_CONNECTIONS];
	struct vici_reader reader[FAKE_CONNECTIONS];
	unsigned count;
	bool deaf;                 /* accepts, reads, answers nothing */
	bool hold_confirms;        /* registrations are not confirmed yet */
	bool refuse;               /* load-conn of "l2tpgw" fails */
	bool forgot;               /* our connection is not there */
	bool no_secret;            /* our secret is not there */
	const struct tree *listed; /* what list-conns says of it; NULL = nothing */
	unsigned ours; /* in so many answers to list-sas there is still an IKE_SA of ours */
	unsigned held; /* confirmations held back, all of one connection */
	int held_fd;
	struct buf story; /* commands, in order */
};

static inline void fake_open(struct fake_charon *fake, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	(void)unlink(path);
	fake->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fake->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fake->listener, FAKE_CONNECTIONS), 0);
}

static inline void fake_hang_up(struct fake_charon *fake)
{
	for (unsigned i = 0; i < fake->count; i++) {
		close(fake->fd[i]);
		vici_reader_free(&fake->reader[i]);
	}
	memset(fake->reader, 0, sizeof(fake->reader));
	fake->count = 0;
	fake->held = 0;
}

static inline void fake_close(struct fake_charon *fake)
{
	fake_hang_up(fake);
	close(fake->listener);
	buf_free(&fake->story);
}

static inline void fake_send(int fd, enum vici_packet_type type, const char *name,
			     const struct tree *message)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err;

	assert_int_equal(vici_encode(&out, &(struct vici_packet){ type, name, message }, &err), 0);
	(void)send(fd, out.data, out.len, MSG_NOSIGNAL);
}

static inline void fake_confirm(struct fake_charon *fake)
{
	for (; fake->held; fake->held--)
		fake_send(fake->held_fd, VICI_EVENT_CONFIRM, NULL, NULL);
	fake->hold_confirms = false;
}

static inline void fake_answer(struct fake_charon *fake, int fd, const struct vici_packet *packet)
{
	cleanup_arena struct arena *arena = arena_new();
	struct tree *message = tree_new(arena);
	const struct tree *first = packet->message ? packet->message->child : NULL;
	bool loads = !strcmp(packet->name, "load-conn");

	buf_printf(&fake->story, "%s", packet->name);
	if (loads && first)
		buf_printf(&fake->story, "(%s)", first->name);
	if (!strcmp(packet->name, "terminate"))
		buf_printf(&fake->story, "(%s, %s)", tree_text(packet->message, "ike", ""),
			   tree_text(packet->message, "timeout", ""));
	buf_putc(&fake->story, ' ');
	if (!strcmp(packet->name, "version")) {
		tree_value(arena, message, "version", "5.9.8");
	} else if (!strcmp(packet->name, "stats")) {
		tree_value(arena, tree_section(arena, message, "uptime"), "since", "today");
	} else if (!strcmp(packet->name, "get-conns")) {
		struct tree *conns = tree_list(arena, message, "conns");

		if (!fake->forgot)
			tree_item(arena, conns, "l2tpgw");
	} else if (!strcmp(packet->name, "get-shared")) {
		struct tree *keys = tree_list(arena, message, "keys");

		if (!fake->no_secret)
			tree_item(arena, keys, "l2tpgw");
	} else if (!strcmp(packet->name, "list-conns")) {
		if (fake->listed)
			fake_send(fd, VICI_EVENT, "list-conn", fake->listed);
	} else if (!strcmp(packet->name, "list-sas")) {
		if (fake->ours && fake->ours--)
			fake_send(fd, VICI_EVENT, "list-sa", message);
	} else {
		bool refused = fake->refuse && loads && first && !strcmp(first->name, "l2tpgw");

		tree_value(arena, message, "success", refused ? "no" : "yes");
		if (refused)
			tree_value(arena, message, "errmsg", "no such algorithm");
	}
	fake_send(fd, VICI_CMD_RESPONSE, NULL, message);
}

static inline void fake_hear(struct fake_charon *fake, int fd, const struct vici_packet *packet)
{
	bool list = packet->name && !strcmp(packet->name, "list-sa");

	if (fake->deaf)
		return;
	if (packet->type == VICI_CMD_REQUEST) {
		fake_answer(fake, fd, packet);
	} else if (fake->hold_confirms && !list) {
		fake->held++;
		fake->held_fd = fd;
	} else {
		fake_send(fd, VICI_EVENT_CONFIRM, NULL, NULL);
	}
}

/* Takes what is there; never blocks. */
static inline void fake_turn(struct fake_charon *fake)
{
	int fd = accept4(fake->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		assert_true(fake->count < FAKE_CONNECTIONS);
		fake->fd[fake->count++] = fd;
	}
	for (unsigned i = 0; i < fake->count; i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct vici_packet packet;
		char chunk[65536];
		struct err err;
		ssize_t n = recv(fake->fd[i], chunk, sizeof(chunk), 0);

		if (n <= 0)
			continue;
		vici_reader_feed(&fake->reader[i], chunk, (size_t)n);
		while (vici_reader_next(&fake->reader[i], arena, &packet, &err) > 0)
			fake_hear(fake, fake->fd[i], &packet);
	}
}

#endif
