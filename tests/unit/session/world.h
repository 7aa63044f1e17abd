/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_SESSION_WORLD_H
#define L2TPGW_TESTS_SESSION_WORLD_H

/*
 * A model of what surrounds the table: charon, the kernel's SAs, pppd processes, record files and
 * the events on their way. It does what the table's actions say, as far as the real parts would.
 */
#include <stdlib.h>

#include "helper.h"

#define SAS     64u
#define PPPDS   128u
#define HOLDERS 64u

struct world_sa {
	bool in_kernel, in_charon;
	uint32_t id, mark, ike;
	uint16_t port;
};

struct world_pppd {
	bool alive, admitted, waiting;
	uint32_t pid, slot;
	const char *user;
};

struct message {
	struct message *next;
	bool is_end;
	struct sa_event event;
	struct sa_child child;
	struct session_end end;
};

struct world {
	struct session_table *table;
	struct policy policy;
	uint64_t ms, random, life;
	uint32_t next_id, next_mark, next_pid;
	struct world_sa sas[SAS];
	struct world_pppd pppds[PPPDS];
	struct message *first, **end;
	struct fields *records[FABRIC_SLOTS];
	bool in_snapshot, captured;
	struct world_sa view[SAS];
	unsigned ups, ousted;
	struct policy_group groups[2];
	struct policy_pool pools[1];
	struct policy_user users[5];
	struct world_rule { /* in the kernel: where an address may go */
		uint32_t address;
		char group[POLICY_NAME_MAX];
	} rules[FABRIC_SLOTS];
	struct world_holder { /* in connection tracking: whose connections an address has */
		uint32_t address;
		char user[SESSION_USER_MAX];
	} holders[HOLDERS];
};

/* splitmix64 */
static uint64_t roll(struct world *w)
{
	uint64_t z = w->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static unsigned below(struct world *w, unsigned n)
{
	return (unsigned)(roll(w) % n);
}

static struct message *post(struct world *w)
{
	struct message *message = calloc(1, sizeof(*message));

	*w->end = message;
	w->end = &message->next;
	return message;
}

static void say_sa(struct world *w, const struct world_sa *sa_, enum sa_event_kind kind,
		   uint32_t old)
{
	struct message *message;

	if (below(w, 10) == 0) /* lost */
		return;
	message = post(w);
	message->event.kind = kind;
	message->event.ike = test_ike(sa_->ike, PEER, sa_->port);
	message->event.old_child = message->event.old_ike = old;
	message->child = test_child(sa_->id, sa_->mark);
	message->event.children = &message->child;
	message->event.children_count = 1;
}

static void pppd_dies(struct world *w, struct world_pppd *pppd, enum session_end_how how, int code)
{
	struct message *message;

	if (!pppd->alive)
		return;
	pppd->alive = false;
	message = post(w);
	message->is_end = true;
	message->end = (struct session_end){ .pppd = pid_of(pppd->pid), .how = how, .code = code };
}

static void deliver(struct world *w)
{
	struct message *message = w->first;

	if (!message)
		return;
	w->first = message->next;
	if (!w->first)
		w->end = &w->first;
	if (message->is_end)
		session_pppd_ended(w->table, at_ms(w->ms), &message->end);
	else
		session_sa(w->table, at_ms(w->ms), &message->event);
	free(message);
}

static void charon_forgets(struct world *w, struct world_sa *sa_)
{
	sa_->in_charon = sa_->in_kernel = false;
	say_sa(w, sa_, SA_CHILD_DOWN, 0);
}

static void do_close_sa(struct world *w, const struct session_action *action)
{
	for (unsigned i = 0; i < SAS; i++) {
		if (w->sas[i].in_charon && (w->sas[i].id == action->child ||
					    (action->ike && w->sas[i].ike == action->ike)))
			charon_forgets(w, &w->sas[i]);
	}
}

static void do_delete_sa(struct world *w, const struct session_action *action)
{
	for (unsigned i = 0; i < SAS; i++) {
		if (w->sas[i].mark == action->mark)
			w->sas[i].in_kernel = false;
	}
}

static void do_kill(struct world *w, const struct session_action *action)
{
	for (unsigned i = 0; i < PPPDS; i++) {
		if (w->pppds[i].alive && w->pppds[i].pid == action->pppd.pid &&
		    (action->hard || below(w, 3)))
			pppd_dies(w, &w->pppds[i], action->hard ? SESSION_SIGNALED : SESSION_EXITED,
				  action->hard ? 9 : 5);
	}
}

static void do_write(struct world *w, uint32_t slot)
{
	if (!session_by_slot(w->table, slot))
		return;
	if (!w->records[slot])
		w->records[slot] = malloc(sizeof(struct fields));
	session_encode(session_by_slot(w->table, slot), w->records[slot]);
	assert_false(w->records[slot]->failed);
}

static void do_remove(struct world *w, uint32_t slot)
{
	free(w->records[slot]);
	w->records[slot] = NULL;
}

static void follow_connections(struct world *w, const struct session *session, bool forgotten)
{
	struct world_holder *holder = w->holders;

	while (holder->address && holder->address != session->address)
		holder++;
	assert_true(holder < w->holders + HOLDERS - 1);
	if (holder->address && strcmp(holder->user, session->user) != 0)
		assert_true(forgotten);
	holder->address = session->address;
	(void)snprintf(holder->user, sizeof(holder->user), "%s", session->user);
}

static void do_allow(struct world *w, const struct session_action *action)
{
	uint32_t slot = action->slot;
	const struct session *session = session_by_slot(w->table, slot);

	if (!session || !session->address)
		return;
	follow_connections(w, session, action->inherited);
	w->rules[slot].address = session->address;
	memcpy(w->rules[slot].group, session->terms.group, sizeof(w->rules[slot].group));
}

static void do_disallow(struct world *w, uint32_t slot)
{
	const struct session *session = session_by_slot(w->table, slot);

	if (!session || !session->address)
		w->rules[slot] = (struct world_rule){ 0 };
}

static void do_count(struct world *w)
{
	for (const struct session *s = NULL; (s = session_iterate(w->table, s));)
		session_counters(w->table, at_ms(w->ms), s->slot, s->rx_bytes + below(w, 2),
				 s->tx_bytes);
}

static void obey(struct world *w)
{
	struct session_action action;

	while (session_next(w->table, &action)) {
		switch (action.kind) {
		case SESSION_CLOSE_SA:
			if (below(w, 10)) /* charon may be deaf */
				do_close_sa(w, &action);
			break;
		case SESSION_DELETE_SA:
			do_delete_sa(w, &action);
			break;
		case SESSION_KILL_PPPD:
			do_kill(w, &action);
			break;
		case SESSION_WRITE:
			do_write(w, action.slot);
			break;
		case SESSION_REMOVE:
			do_remove(w, action.slot);
			break;
		case SESSION_JOURNAL:
			w->ups += action.report->kind == SESSION_J_UP;
			w->ousted += action.report->reason == SESSION_OUSTED;
			break;
		case SESSION_CLOSE_TUNNEL:
			if (below(w, 4)) /* xl2tpd may be frozen */
				session_tunnel_closed(w->table, at_ms(w->ms), action.slot);
			break;
		case SESSION_ALLOW:
			do_allow(w, &action);
			break;
		case SESSION_DISALLOW:
			do_disallow(w, action.slot);
			break;
		case SESSION_COUNT:
			do_count(w);
			break;
		case SESSION_RATE:
		case SESSION_BANS:
		case SESSION_ACCOUNT:
		case SESSION_FORGET_SLOT:
		case SESSION_RESYNC:
			break;
		}
	}
}

#endif
