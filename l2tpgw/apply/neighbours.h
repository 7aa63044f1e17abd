/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_NEIGHBOURS_H
#define L2TPGW_APPLY_NEIGHBOURS_H

/*
 * Other people's firewalls on this machine. A packet must get past every base chain of its hook: no
 * accept of ours overrides a drop of theirs. So it is found out whether one of theirs drops what
 * the gateway lives on, and whose it is.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

enum neighbour_tool {
	TOOL_NFTABLES, /* a table by hand, or nftables.service's */
	TOOL_UFW,
	TOOL_FIREWALLD,
	TOOL_DOCKER,
	TOOL_IPTABLES, /* iptables by hand */
	TOOLS,
};
const char *neighbour_tool_name(enum neighbour_tool tool);

/* What the gateway lives on. */
enum neighbour_need {
	NEED_IKE,     /* UDP 500 from the internet */
	NEED_NATT,    /* UDP 4500 from the internet: IKE and ESP of clients behind NAT */
	NEED_ESP,     /* protocol 50 from the internet */
	NEED_L2TP,    /* UDP 1701 to the workers, out of IPsec */
	NEED_FORWARD, /* clients to the internet */
	NEED_ANSWER,  /* the internet's answers to clients */
	NEED_REPLY,   /* what the gateway itself says to clients: IKE, ESP, L2TP */
	NEED_ORDERS,  /* what RADIUS servers order */
	NEEDS,
};

struct neighbour_block {
	enum neighbour_tool tool;
	enum neighbour_need need;
	uint16_t port;     /* UDP; of NEED_ORDERS only */
	const char *chain; /* "ip filter INPUT"; "legacy filter INPUT" of the old iptables */
	bool certain;      /* false: it depends on rules that cannot be read */
	bool openable;     /* false: an opening (opening.h) has no place there */
	bool away;         /* it is not dropped, but sent to another host or port */
};

/* firewalld's table while it reloads, and after a reload that failed: no rule of ours helps. */
#define NEIGHBOUR_FIREWALLD_SHUT "firewalld_policy_drop"

struct neighbour_blocks {
	struct neighbour_block *list;
	size_t count;
};

/* For people: "blocks", "may block", "sends" or "may send", and what of. In the arena. */
const char *neighbour_block_verb(const struct neighbour_block *block);
const char *neighbour_block_text(struct arena *arena, const struct neighbour_block *block);

/* What the gateway's traffic depends on. */
struct neighbour_traffic {
	const char *wan; /* the interface; "" = unknown */
	/*
	 * UDP port of the orders of RADIUS servers; 0 = there are none. Told is only who blocks it
	 * for everybody: rules for some senders may be just right.
	 */
	uint16_t orders;
};

struct neighbour_rules {
	const char *nft; /* "nft -j list ruleset" */
	size_t nft_len;
	const char *legacy; /* see legacy.h; NULL = there are none */
	size_t legacy_len;
};
/* Pure; all lives in the arena. */
int neighbours_judge(struct arena *arena, const struct neighbour_rules *rules,
		     const struct neighbour_traffic *traffic, struct neighbour_blocks *blocks,
		     struct err *err);
/* The same of this machine. */
int neighbours_find(struct arena *arena, const struct neighbour_traffic *traffic,
		    struct neighbour_blocks *blocks, struct err *err);
/* Rules of the old iptables, which nftables does not list and which count all the same. */
bool neighbours_legacy(void);

#endif
