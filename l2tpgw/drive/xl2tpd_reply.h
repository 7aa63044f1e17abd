/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_XL2TPD_REPLY_H
#define L2TPGW_DRIVE_XL2TPD_REPLY_H

/*
 * What xl2tpd writes in answer to a command (xl2tpd 1.3.12 to 1.3.20, xl2tpd.c: write_res): lines
 * "NN text", NN = 00 for success. Pure. A reply that ends before its closing count, or whose counts
 * do not agree with what it lists, is malformed as a whole.
 *
 * "available" lists local ids but no peer, "status" peers but no local id, and both leave out what
 * the other has; xl2tpd_join() brings them together.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

#define XL2TPD_REPLY_MAX   (1u << 20) /* bytes: 500 tunnels take 180 KiB */
#define XL2TPD_TUNNELS_MAX 4096

struct xl2tpd_tunnel {
	uint16_t remote; /* id the peer gave it */
	uint16_t local;  /* id xl2tpd gave it; 0 = not known (from "status" alone) */
	uint32_t peer;   /* the client's VIP; 0 = not known (from "available" alone) */
	uint16_t port;
	size_t calls;   /* how many */
	uint16_t *call; /* their local ids; NULL from "available" */
};

struct xl2tpd_tunnels {
	struct xl2tpd_tunnel *list; /* in xl2tpd's order */
	size_t count;
};

/* The number in front of the first line: 0 = success; -1 = there is none. */
int xl2tpd_reply_code(const char *text, size_t len);
/* The reply to "x". False if malformed. The result lives in the arena. */
bool xl2tpd_parse_available(struct arena *arena, const char *text, size_t len,
			    struct xl2tpd_tunnels *out);
/* The reply to "y NAME". */
bool xl2tpd_parse_status(struct arena *arena, const char *text, size_t len,
			 struct xl2tpd_tunnels *out);
/*
 * Fills in the local ids of `status` from `available`. Only the peers' ids tie the two together and
 * these are no more unique than the clients make them, so an id stays 0 unless it is certain: all
 * ids agree one by one, or the peer's id stands once in both. That holds if nothing changed between
 * the two replies: take `status` before and after, and compare (xl2tpd_same_tunnels()).
 */
void xl2tpd_join(struct xl2tpd_tunnels *status, const struct xl2tpd_tunnels *available);
bool xl2tpd_same_tunnels(const struct xl2tpd_tunnels *a, const struct xl2tpd_tunnels *b);

#endif
