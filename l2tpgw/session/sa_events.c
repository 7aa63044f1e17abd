/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "base/mem.h"
#include "session/machine.h"
#include "session/report.h"

/*
 * What charon reports, led to the records it concerns. Its events and the entries of a snapshot
 * come over two connections, so neither order between them is certain: what an event said since
 * the snapshot began counts for more.
 */
#define ADOPTION_DELAY                                                             \
	2000u /* ms after a new IKE_SA until it has adopted the old one's children \
	       */
#define REVIEW_DELAY 1000u

static void collide(struct session_table *table, const struct session *session,
		    const struct sa_ike *ike, const struct sa_child *child)
{
	struct session_action *action = table_emit(table, SESSION_CLOSE_SA, session);

	action->mark = child->mark;
	action->child = child->id;
	report_collision(table, session, ike, child);
}

/* Rarely: most of them were passed over (session_mark_skip()). */
static void refuse_mark(struct session_table *table, const struct sa_ike *ike,
			const struct sa_child *child)
{
	struct session_action *action = table_emit(table, SESSION_CLOSE_SA, NULL);

	action->mark = child->mark;
	action->child = child->id;
	report_foreign_mark(table, ike, child->mark);
}

/* A live SA: makes its record, refreshes it, or is in the way of another. */
static void child_lives(struct session_table *table, struct session_now now, enum event_kind kind,
			const struct sa_ike *ike, const struct sa_child *child)
{
	struct event event = { .kind = kind, .now = now, .ike = ike, .child = child };
	struct session *session = table_find_mark(table, child->mark);
	const struct session *other = table->slots[fabric_slot(child->mark)];

	if (!child->mark)
		return;
	if (!session && other)
		collide(table, other, ike, child);
	else if (!session && table_mark_is_foreign(table, child->mark))
		refuse_mark(table, ike, child);
	else
		machine_run(table, session, &event);
}

static bool has_ended(const struct session_table *table, uint32_t child)
{
	for (size_t i = 0; i < table->ended_count; i++) {
		if (table->ended[i] == child)
			return true;
	}
	return false;
}

static void note_ended(struct session_table *table, uint32_t child)
{
	if (!table->in_snapshot || has_ended(table, child))
		return;
	if ((table->ended_count & (table->ended_count - 1)) == 0)
		table->ended = mem_grow(table->ended, table->ended_count,
					table->ended_count ? table->ended_count * 2 : 1,
					sizeof(*table->ended));
	table->ended[table->ended_count++] = child;
}

static void touch(struct session_table *table, uint32_t mark)
{
	struct session *session = table_find_mark(table, mark);

	if (session)
		session->touched = table->snapshot;
}

static void child_up(struct session_table *table, struct session_now now, const struct sa_event *sa)
{
	child_lives(table, now, EVENT_CHILD_UP, &sa->ike, &sa->children[0]);
	touch(table, sa->children[0].mark);
}

static void child_rekey(struct session_table *table, struct session_now now,
			const struct sa_event *sa)
{
	child_lives(table, now, EVENT_CHILD_REKEY, &sa->ike, &sa->children[0]);
	touch(table, sa->children[0].mark);
}

static void child_down(struct session_table *table, struct session_now now,
		       const struct sa_event *sa)
{
	struct event event = { .kind = EVENT_CHILD_DOWN, .now = now };

	note_ended(table, sa->children[0].id);
	machine_run(table, table_find_child(table, sa->children[0].id), &event);
}

/* A reauthentication begins like this; its children change hands without a word. */
static void ike_up(struct session_table *table, struct session_now now, const struct sa_event *sa)
{
	(void)now;
	table_foreach(session, table)
	{
		if (session->ike.remote == sa->ike.remote && session->ike.id != sa->ike.id &&
		    session->ike.remote_port == sa->ike.remote_port) {
			table_resync(table, ADOPTION_DELAY);
			return;
		}
	}
}

static unsigned ike_event(struct session_table *table, struct event *event, uint32_t ike)
{
	unsigned count = 0;

	table_foreach(session, table)
	{
		if (!session->sa || session->ike.id != ike || session->life != table->life)
			continue;
		machine_run(table, session, event);
		count++;
	}
	return count;
}

static void ike_down(struct session_table *table, struct session_now now, const struct sa_event *sa)
{
	struct event event = { .kind = EVENT_IKE_DOWN, .now = now };

	ike_event(table, &event, sa->ike.id);
}

static void ike_update(struct session_table *table, struct session_now now,
		       const struct sa_event *sa)
{
	struct event event = { .kind = EVENT_IKE_UPDATE, .now = now, .ike = &sa->ike };

	/* Nobody's: that of a session whose adoption we have not seen yet. */
	if (!ike_event(table, &event, sa->ike.id) && session_total(table))
		table_resync(table, REVIEW_DELAY);
}

static void ike_rekey(struct session_table *table, struct session_now now,
		      const struct sa_event *sa)
{
	(void)now;
	table_foreach(session, table)
	{
		if (session->ike.id != sa->old_ike || session->life != table->life)
			continue;
		session->ike = sa->ike;
		machine_write(table, session);
	}
}

static void listed_child(struct session_table *table, struct session_now now,
			 const struct sa_ike *ike, const struct sa_child *child)
{
	struct session *session = table_find_mark(table, child->mark);
	bool newest =
	    !session || session->seen != table->snapshot || child->id >= session->child.id;

	if (child->state == SA_CHILD_OTHER || has_ended(table, child->id))
		return;
	if (child->state == SA_CHILD_LIVE && newest &&
	    (!session || session->touched != table->snapshot))
		child_lives(table, now, EVENT_CHILD_UP, ike, child);
	session = table_find_mark(table, child->mark);
	if (session)
		session->seen = table->snapshot;
}

static void listed(struct session_table *table, struct session_now now, const struct sa_event *sa)
{
	if (!table->in_snapshot)
		return;
	for (size_t i = 0; i < sa->children_count; i++)
		listed_child(table, now, &sa->ike, &sa->children[i]);
}

static void foreign(struct session_table *table, struct session_now now, const struct sa_event *sa)
{
	(void)table;
	(void)now;
	(void)sa;
}

typedef void sa_fn(struct session_table *table, struct session_now now, const struct sa_event *sa);

static sa_fn *const handlers[] = {
	[SA_FOREIGN] = foreign,       [SA_IKE_UP] = ike_up,           [SA_IKE_DOWN] = ike_down,
	[SA_IKE_UPDATE] = ike_update, [SA_IKE_REKEY] = ike_rekey,     [SA_CHILD_UP] = child_up,
	[SA_CHILD_DOWN] = child_down, [SA_CHILD_REKEY] = child_rekey, [SA_LISTED] = listed,
};

void session_sa(struct session_table *table, struct session_now now, const struct sa_event *event)
{
	if (table->life)
		handlers[event->kind](table, now, event);
}

void session_snapshot_abort(struct session_table *table)
{
	free(table->ended);
	table->ended = NULL;
	table->ended_count = 0;
	table->in_snapshot = false;
	table->looking = false;
}

void session_snapshot_begin(struct session_table *table, struct session_now now)
{
	(void)now;
	session_snapshot_abort(table);
	table->snapshot++;
	table->in_snapshot = true;
}

void session_snapshot_end(struct session_table *table, struct session_now now)
{
	struct event event = { .kind = EVENT_CHILD_MISSING, .now = now };

	if (!table->in_snapshot)
		return;
	session_snapshot_abort(table);
	table_foreach(session, table)
	{
		if (session->sa && session->life == table->life &&
		    session->seen != table->snapshot && session->touched != table->snapshot)
			machine_run(table, session, &event);
	}
}

void session_charon_died(struct session_table *table, struct session_now now)
{
	struct event event = { .kind = EVENT_CHARON_DIED, .now = now };
	uint64_t life = table->life;

	if (!life)
		return;
	session_snapshot_abort(table);
	table->life = 0;
	table_foreach(session, table)
	{
		if (session->life == life)
			machine_run(table, session, &event);
	}
}

void session_charon_up(struct session_table *table, struct session_now now, uint64_t life)
{
	if (table->life == life)
		return;
	session_charon_died(table, now);
	table->life = life;
	table_foreach(session, table)
	{
		if (session->life != life)
			machine_orphan(session, now);
	}
}
