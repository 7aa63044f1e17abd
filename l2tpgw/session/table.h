/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_TABLE_H
#define L2TPGW_SESSION_TABLE_H

/* The table's inside, shared by the files of session/: its records and its queue of actions. */
#include "session/account.h"
#include "session/addresses.h"
#include "session/ban.h"
#include "session/holders.h"
#include "session/session.h"
#include "session/suspicion.h"

#define TABLE_NEVER UINT64_MAX

struct queued {
	struct queued *next;
	struct session_action action;
	/* Both owned; NULL unless the action is a JOURNAL, or an ACCOUNT. */
	struct session_report *report;
	struct session_account *account;
};

struct table_bans {
	struct session_ban *list; /* in the order of their end */
	size_t count;
};

struct session_table {
	const struct policy *policy;
	struct addresses *addresses;
	int32_t offsets[POLICY_ZONES_MAX]; /* of policy.zones: seconds east of UTC */
	struct session *slots[FABRIC_SLOTS];
	unsigned counts[SESSION_STATES];
	uint64_t life; /* of charon; 0 = there is none */
	uint8_t worker_of[FABRIC_SHARDS];

	uint32_t snapshot; /* number of the last one begun */
	bool in_snapshot;
	bool looking;    /* a snapshot was asked for by an admission, and has not ended yet */
	uint32_t *ended; /* children that went down since it began: its entries may be older */
	size_t ended_count;

	struct session_foreign foreign[SESSION_FOREIGN_MAX];
	size_t foreign_count;

	int64_t expiry_from, expiry_to; /* wall seconds in which no user expires */
	uint64_t counted;               /* ms: when the limits last had the counters read */
	bool counting;                  /* a COUNT is in the queue */
	uint64_t denied[SESSION_DENIALS];

	struct table_bans bans;
	struct suspicion *suspicion;
	struct holders *holders;

	struct queued *first, *last;
	struct session_report *handed_out; /* of the last session_next(), as the one below */
	struct session_account *handed_account;
};

/* Adds an empty record in state SECURED; its slot is free. */
struct session *table_add(struct session_table *table, uint32_t slot);
void table_remove(struct session_table *table, struct session *session);
void table_state(struct session_table *table, struct session *session, enum session_state state);
struct session *table_find_pid(const struct session_table *table, struct session_pid pppd);
bool table_mark_is_foreign(const struct session_table *table, uint32_t mark);
/* The one whose SA has that mark in this life of charon. */
struct session *table_find_mark(const struct session_table *table, uint32_t mark);
struct session *table_find_child(const struct session_table *table, uint32_t child);
/* How many sessions other than `but` have an SA under that IKE_SA of this life. */
unsigned table_ike_users(const struct session_table *table, uint32_t ike,
			 const struct session *but);

/* Whether another session has its address too: of the same user, and one is about to end. */
bool table_shares_address(const struct session_table *table, const struct session *session);

/* Appends an action that concerns the session, or, of NULL, an SA that is nobody's; the caller
 * fills in the rest. */
struct session_action *table_emit(struct session_table *table, enum session_action_kind kind,
				  const struct session *session);
struct session_report *table_report(struct session_table *table, enum session_journal kind,
				    uint32_t slot);
void table_bans_changed(struct session_table *table);
void table_account(struct session_table *table, const struct session *session,
		   enum account_event event, int64_t wall, enum session_reason reason);
void table_resync(struct session_table *table, unsigned delay_ms);
/* All links, before whatever is asked for from now on; one pending is enough. */
void table_count(struct session_table *table);

#define table_foreach(it, table)                                            \
	for (uint32_t slot_##it = 0; slot_##it < FABRIC_SLOTS; slot_##it++) \
		for (struct session *it = (table)->slots[slot_##it]; it; it = NULL)

#endif
