/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_MACHINE_H
#define L2TPGW_SESSION_MACHINE_H

/* The state × event table of one session, and what the other files need of its steps. */
#include "session/table.h"

enum event_kind {
	EVENT_CHILD_UP, /* also: a snapshot has it */
	EVENT_CHILD_REKEY,
	EVENT_CHILD_DOWN,
	EVENT_CHILD_MISSING, /* a snapshot does not have it */
	EVENT_IKE_DOWN,
	EVENT_IKE_UPDATE,
	EVENT_ADMIT,
	EVENT_PPP_UP,
	EVENT_PPP_DOWN,
	EVENT_PPPD_ENDED,
	EVENT_TUNNEL_CLOSED,
	EVENT_COUNTERS,
	EVENT_WORKER_DIED,
	EVENT_WORKER_ENDED,
	EVENT_REDIAL,
	EVENT_CHARON_DIED,
	EVENT_CLOSE,
	EVENT_DEADLINE,
};
#define EVENT_KINDS 18

struct event {
	enum event_kind kind;
	struct session_now now;
	const struct sa_ike *ike;     /* CHILD_UP, CHILD_REKEY, IKE_UPDATE */
	const struct sa_child *child; /* CHILD_UP, CHILD_REKEY */
	struct admission {
		const struct session_request *request;
		uint32_t peer; /* where it comes from; 0 = not known */
		bool last;
		struct session_answer *answer;
		enum session_verdict verdict;
	} * admission;                   /* ADMIT */
	const struct session_link *link; /* PPP_UP */
	const struct session_end *end;   /* PPP_DOWN, PPPD_ENDED */
	uint64_t rx_bytes, tx_bytes;     /* COUNTERS */
	enum session_reason reason;      /* CLOSE */
};

/* `session` NULL stands for "no record". It may be gone afterwards. */
void machine_run(struct session_table *table, struct session *session, struct event *event);

/* Begins to end a session that is not being ended yet. It may be gone afterwards. */
void machine_close(struct session_table *table, struct session *session, struct session_now now,
		   enum session_reason reason, bool hard);
/* Kills its pppd for the sake of one that follows over the same SA. */
void machine_replace(struct session_table *table, struct session *session, struct session_now now);
/* Arms the deadline of an orphan that nobody has logged in over. */
void machine_orphan(struct session *session, struct session_now now);
void machine_write(struct session_table *table, const struct session *session);

#endif
