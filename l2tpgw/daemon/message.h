/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_MESSAGE_H
#define L2TPGW_DAEMON_MESSAGE_H

/* What a pppd says (base/messages.h), read and checked. Pure. */
#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"
#include "session/session.h"

enum message_kind { MESSAGE_START, MESSAGE_ADMIT, MESSAGE_REFUSED, MESSAGE_UP, MESSAGE_DOWN };
#define MESSAGE_KINDS 5

/* Texts point into the fields; NULL = not there. Numbers and addresses: 0 = not there. */
struct message {
	enum message_kind kind;
	struct session_pid pppd;
	uint32_t vip;
	uint32_t parent; /* pid of the worker that started it */
	uint32_t tunnel, call;
	const char *user, *protocol; /* both there in admit */
	const char *ifname;          /* admit, up; there in up */
	/* admit */
	struct mschap_proof proof;
	/* up */
	uint32_t address, mtu;
	/* down */
	unsigned status; /* pppd(8), EXIT STATUS: 0 to 255 */
	bool authenticated;
	bool counted; /* rx and tx are there */
	uint64_t rx, tx;
};

/* False if it is none, or lacks what one of its kind must have. */
bool message_read(const struct fields *fields, struct message *message);
/* Of a message of kind MESSAGE_DOWN. */
struct session_end message_end(const struct message *message);

#endif
