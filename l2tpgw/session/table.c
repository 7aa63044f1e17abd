/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/table.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "session/expiry.h"
#include "session/grant.h"
#include "session/lockout.h"

struct session_table *session_table_new(const struct policy *policy)
{
	struct session_table *table = mem_alloc(sizeof(*table));

	table->policy = policy;
	table->addresses = addresses_new(policy);
	table->suspicion = suspicion_new();
	table->holders = holders_new();
	return table;
}

void session_table_free(struct session_table *table)
{
	struct session_action action;

	if (!table)
		return;
	while (session_next(table, &action))
		continue;
	table_foreach(session, table) free(session);
	free(table->ended);
	free(table->bans.list);
	holders_free(table->holders);
	suspicion_free(table->suspicion);
	addresses_free(table->addresses);
	free(table);
}

/* Whose terms cannot follow is sent away by the next tick. */
static void follow(struct session_table *table, struct session *session)
{
	const struct session_terms before = session->terms;

	if (!session->pppd.pid || !terms_follow(&session->terms, table->policy, session->user) ||
	    !memcmp(&before, &session->terms, sizeof(before)))
		return;
	grant_given(table, session);
	table_emit(table, SESSION_WRITE, session);
}

void session_table_policy(struct session_table *table, const struct policy *policy)
{
	struct addresses *addresses = addresses_new(policy);

	addresses_inherit(addresses, table->addresses);
	addresses_free(table->addresses);
	table->addresses = addresses;
	table->policy = policy;
	memset(table->offsets, 0, sizeof(table->offsets));
	expiry_forget(table);
	lockout_follow(table);
	table_foreach(session, table)
	{
		(void)addresses_claim(addresses, session->address);
		follow(table, session);
	}
}

void session_table_zones(struct session_table *table, const int32_t *offsets)
{
	memcpy(table->offsets, offsets, table->policy->zones_count * sizeof(*offsets));
}

void session_table_shards(struct session_table *table, const uint8_t worker_of[FABRIC_SHARDS])
{
	memcpy(table->worker_of, worker_of, sizeof(table->worker_of));
}

struct session *table_add(struct session_table *table, uint32_t slot)
{
	struct session *session = mem_alloc(sizeof(*session));

	session->slot = slot;
	session->state = SESSION_SECURED;
	session->deadline = TABLE_NEVER;
	table->slots[slot] = session;
	table->counts[SESSION_SECURED]++;
	return session;
}

void table_remove(struct session_table *table, struct session *session)
{
	table->counts[session->state]--;
	table->slots[session->slot] = NULL;
	free(session);
}

void table_state(struct session_table *table, struct session *session, enum session_state state)
{
	table->counts[session->state]--;
	table->counts[state]++;
	session->state = state;
}

static bool same_process(struct session_pid a, struct session_pid b)
{
	return a.pid && a.pid == b.pid && (a.start == b.start || !a.start || !b.start);
}

struct session *table_find_pid(const struct session_table *table, struct session_pid pppd)
{
	table_foreach(session, table)
	{
		if (same_process(session->pppd, pppd))
			return session;
	}
	return NULL;
}

struct session *table_find_mark(const struct session_table *table, uint32_t mark)
{
	struct session *session = table->slots[fabric_slot(mark)];

	return session && session->child.mark == mark && session->sa && session->life == table->life
		   ? session
		   : NULL;
}

struct session *table_find_child(const struct session_table *table, uint32_t child)
{
	table_foreach(session, table)
	{
		if (session->child.id == child && session->sa && session->life == table->life)
			return session;
	}
	return NULL;
}

bool table_shares_address(const struct session_table *table, const struct session *session)
{
	table_foreach(other, table)
	{
		if (other != session && other->address == session->address)
			return true;
	}
	return false;
}

unsigned table_ike_users(const struct session_table *table, uint32_t ike, const struct session *but)
{
	unsigned count = 0;

	table_foreach(session, table)
	{
		count += session != but && session->sa && session->ike.id == ike &&
			 session->life == table->life;
	}
	return count;
}

static struct queued *enqueue(struct session_table *table, enum session_action_kind kind,
			      uint32_t slot)
{
	struct queued *queued = mem_alloc(sizeof(*queued));

	queued->action.kind = kind;
	queued->action.slot = slot;
	if (table->last)
		table->last->next = queued;
	else
		table->first = queued;
	table->last = queued;
	return queued;
}

struct session_action *table_emit(struct session_table *table, enum session_action_kind kind,
				  const struct session *session)
{
	struct queued *queued = enqueue(table, kind, session ? session->slot : 0);

	queued->action.mark = session ? session->child.mark : 0;
	return &queued->action;
}

struct session_report *table_report(struct session_table *table, enum session_journal kind,
				    uint32_t slot)
{
	struct queued *queued = enqueue(table, SESSION_JOURNAL, slot);

	queued->report = mem_alloc(sizeof(*queued->report));
	queued->report->kind = kind;
	queued->report->slot = slot;
	return queued->report;
}

void table_account(struct session_table *table, const struct session *session,
		   enum account_event event, int64_t wall, enum session_reason reason)
{
	struct queued *queued = enqueue(table, SESSION_ACCOUNT, session->slot);

	queued->account = mem_alloc(sizeof(*queued->account));
	account_of(queued->account, session, event, wall, reason);
}

void table_bans_changed(struct session_table *table)
{
	enqueue(table, SESSION_BANS, 0);
}

void table_resync(struct session_table *table, unsigned delay_ms)
{
	enqueue(table, SESSION_RESYNC, 0)->action.delay_ms = delay_ms;
}

void table_count(struct session_table *table)
{
	if (!table->counting)
		enqueue(table, SESSION_COUNT, 0);
	table->counting = true;
}

bool session_next(struct session_table *table, struct session_action *action)
{
	struct queued *queued = table->first;

	free(table->handed_out);
	free(table->handed_account);
	table->handed_out = NULL;
	table->handed_account = NULL;
	if (!queued)
		return false;
	table->first = queued->next;
	if (!table->first)
		table->last = NULL;
	*action = queued->action;
	action->report = table->handed_out = queued->report;
	action->account = table->handed_account = queued->account;
	if (action->kind == SESSION_COUNT)
		table->counting = false;
	free(queued);
	return true;
}

const struct session *session_by_slot(const struct session_table *table, uint32_t slot)
{
	return slot < FABRIC_SLOTS ? table->slots[slot] : NULL;
}

const struct session *session_by_id(const struct session_table *table, const char *id)
{
	table_foreach(session, table)
	{
		if (!strcmp(session->id, id))
			return session;
	}
	return NULL;
}

const struct session *session_by_pid(const struct session_table *table, struct session_pid pppd)
{
	return table_find_pid(table, pppd);
}

const struct session *session_by_tunnel(const struct session_table *table, uint32_t tunnel,
					uint32_t but)
{
	table_foreach(session, table)
	{
		if (session->slot != but && session->pppd.pid && session->tunnel == tunnel)
			return session;
	}
	return NULL;
}

const struct session *session_iterate(const struct session_table *table,
				      const struct session *after)
{
	for (uint32_t slot = after ? after->slot + 1 : 0; slot < FABRIC_SLOTS; slot++) {
		if (table->slots[slot])
			return table->slots[slot];
	}
	return NULL;
}

unsigned session_count(const struct session_table *table, enum session_state state)
{
	return table->counts[state];
}

unsigned session_total(const struct session_table *table)
{
	unsigned total = 0;

	for (size_t i = 0; i < SESSION_STATES; i++)
		total += table->counts[i];
	return total;
}

bool session_orphaned(const struct session_table *table, const struct session *session)
{
	return session->life != table->life;
}

const char *session_ifname(uint32_t slot, char out[SESSION_IFNAME_MAX])
{
	(void)snprintf(out, SESSION_IFNAME_MAX, "%s%u", FABRIC_IFNAME_PREFIX, slot);
	return out;
}

void session_foreign_marks(struct session_table *table, const struct session_foreign *list,
			   size_t count)
{
	table->foreign_count = count < SESSION_FOREIGN_MAX ? count : SESSION_FOREIGN_MAX;
	if (table->foreign_count)
		memcpy(table->foreign, list, table->foreign_count * sizeof(*list));
}

bool table_mark_is_foreign(const struct session_table *table, uint32_t mark)
{
	for (size_t i = 0; i < table->foreign_count; i++) {
		if ((mark & table->foreign[i].mask) == table->foreign[i].mark)
			return true;
	}
	return false;
}

/* How many marks from `mark` on are nobody's, their slots going round; at most `most`. */
static unsigned free_run(const struct session_table *table, uint32_t mark, unsigned most)
{
	unsigned n = 0;

	while (n < most && !table->slots[fabric_slot(mark + n)] &&
	       !table_mark_is_foreign(table, mark + n))
		n++;
	return n;
}

unsigned session_mark_skip(const struct session_table *table, unsigned want)
{
	unsigned best = 0, longest = 0, most = want < FABRIC_SLOTS ? want : FABRIC_SLOTS;

	/* Having used up n marks, charon's next one is n + 1. */
	for (unsigned skip = 0; skip < FABRIC_SLOTS; skip++) {
		unsigned run = free_run(table, skip + 1, most);

		if (run > longest) {
			best = skip;
			longest = run;
		}
		if (longest == most)
			break;
	}
	return best;
}
