/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/admit.h"

#include <stdio.h>
#include <string.h>

#include "policy/names.h"
#include "policy/pool.h"
#include "session/expiry.h"
#include "session/grant.h"
#include "session/hours.h"
#include "session/lockout.h"
#include "session/pace.h"
#include "session/report.h"
#include "session/room.h"
#include "session/text.h"

#define DIAL_TIME    60000u /* ms from admission until the link must be up */
#define RESYNC_DELAY 50u

static void deny(struct event *event, enum session_denial denial)
{
	event->admission->verdict = SESSION_DENY;
	event->admission->answer->denial = denial;
}

static void wait_or_deny(struct event *event, enum session_denial denial)
{
	if (event->admission->last)
		deny(event, denial);
	else
		event->admission->verdict = SESSION_WAIT;
}

static void allow(struct event *event, const struct session *session)
{
	struct session_answer *answer = event->admission->answer;

	event->admission->verdict = SESSION_ADMIT;
	answer->address = session->address;
	answer->session = session;
}

/* Whether the client has the user's password; then the answer has what tells it that we do. */
static bool proven(const struct policy_user *user, struct event *event)
{
	const struct session_request *request = event->admission->request;
	uint8_t hash[MSCHAP_HASH_SIZE];
	bool right;

	if (user->nt_hash)
		memcpy(hash, user->nt_hash, sizeof(hash));
	else
		mschap_hash(user->password, hash);
	right =
	    mschap_verify(request->proof, request->user, hash, event->admission->answer->message);
	explicit_bzero(hash, sizeof(hash));
	return right;
}

static bool in_hours(const struct session_table *table, const char *group, struct event *event)
{
	return hours_open(policy_group(table->policy, group), table->offsets, event->now.wall);
}

static bool judge_local(const struct session_table *table, const struct policy_user *user,
			struct event *event, struct session_terms *terms)
{
	if (user->disabled)
		deny(event, SESSION_DENY_DISABLED);
	else if (expiry_over(user, event->now.wall))
		deny(event, SESSION_DENY_EXPIRED);
	else if (!in_hours(table, user->group, event))
		deny(event, SESSION_DENY_HOURS);
	else if (!proven(user, event))
		deny(event, SESSION_DENY_PASSWORD);
	else {
		terms_of_user(terms, table->policy, user);
		return true;
	}
	return false;
}

static bool accept(const struct session_table *table, const struct session_radius *radius,
		   struct event *event, struct session_terms *terms)
{
	struct session_answer *answer = event->admission->answer;

	if (!terms_of_reply(terms, table->policy, &radius->terms))
		deny(event, SESSION_DENY_RADIUS_TERMS);
	else if (!in_hours(table, terms->group, event))
		deny(event, SESSION_DENY_HOURS);
	else {
		text_copy(answer->message, sizeof(answer->message), radius->message);
		return true;
	}
	return false;
}

static bool judge_radius(const struct session_table *table, struct event *event,
			 struct session_terms *terms)
{
	const struct session_radius *radius = event->admission->request->radius;

	if (!radius) {
		event->admission->verdict = SESSION_ASK;
		return false;
	}
	switch (radius->said) {
	case SESSION_RADIUS_ACCEPT:
		return accept(table, radius, event, terms);
	case SESSION_RADIUS_REJECT:
		deny(event, SESSION_DENY_RADIUS_REFUSED);
		return false;
	case SESSION_RADIUS_SILENT:
		deny(event, SESSION_DENY_RADIUS_SILENT);
		return false;
	case SESSION_RADIUS_MALFORMED:
		deny(event, SESSION_DENY_RADIUS_MALFORMED);
		return false;
	}
	return false;
}

/* Whether the client has shown that it is who it says, and on which terms that one may log in. */
static bool judge(const struct session_table *table, struct event *event,
		  struct session_terms *terms)
{
	const struct policy *policy = table->policy;
	const char *name = event->admission->request->user;
	bool has_radius = policy->radius.servers_count;
	const struct policy_user *user = has_radius && policy->radius.users == POLICY_RADIUS_ONLY
					     ? NULL
					     : policy_user(policy, name);

	if (session_ban_of(table, event->now.wall, name, event->admission->peer))
		deny(event, SESSION_DENY_BANNED);
	else if (user)
		return judge_local(table, user, event, terms);
	else if (!has_radius || names_user(name))
		deny(event, SESSION_DENY_UNKNOWN_USER);
	else
		return judge_radius(table, event, terms);
	return false;
}

/*
 * The event of charon may still be under way, or lost: a snapshot will tell. It is asked for once,
 * however often the question is put meanwhile.
 */
void admit_unknown(struct session_table *table, struct session *session, struct event *event)
{
	(void)session;
	wait_or_deny(event, SESSION_DENY_NO_SA);
	if (event->admission->verdict != SESSION_WAIT || table->looking)
		return;
	table_resync(table, RESYNC_DELAY);
	table->looking = true;
}

void admit_closing(struct session_table *table, struct session *session, struct event *event)
{
	(void)table;
	(void)session;
	wait_or_deny(event, SESSION_DENY_CLOSING);
}

/*
 * Clients behind one NAT share its address, and those of different homes their private address,
 * which is the identity: only together with the port are they a client.
 */
static bool same_client(const struct session *a, const struct session *b, const char *user)
{
	return a->ike.remote == b->ike.remote && a->ike.remote_port == b->ike.remote_port &&
	       !strcmp(a->ike.identity, b->ike.identity) && !strcmp(a->user, user);
}

/* Ends what this client left behind; true if some of it is still there. */
static bool replace_older(struct session_table *table, const struct session *session,
			  const char *user, struct session_now now)
{
	bool pending = false;

	table_foreach(other, table)
	{
		if (other == session || !other->pppd.pid || !same_client(other, session, user))
			continue;
		pending = true;
		if (other->state != SESSION_CLOSING)
			machine_close(table, other, now, SESSION_REPLACED, true);
	}
	return pending;
}

/* True if there is room for one more session; else denied, or to wait for one that ends. */
static bool has_room(struct session_table *table, const struct session_terms *terms,
		     const char *user, struct event *event)
{
	enum session_denial denial;

	switch (room_make(table, event->now, terms, user, &denial)) {
	case ROOM_FREE:
		return true;
	case ROOM_WAIT:
		wait_or_deny(event, denial);
		return false;
	case ROOM_FULL:
		break;
	}
	deny(event, denial);
	return false;
}

static bool is_of_another(const struct session_table *table, uint32_t address, const char *user)
{
	table_foreach(other, table)
	{
		if (other->address == address && strcmp(other->user, user) != 0)
			return true;
	}
	return false;
}

/* True while the same user has it, whose older session is ended for the sake of this one. */
static bool is_in_use(struct session_table *table, uint32_t address, struct event *event)
{
	bool own = false;

	table_foreach(other, table)
	{
		if (other->address != address)
			continue;
		own = true;
		if (other->state != SESSION_CLOSING)
			machine_close(table, other, event->now, SESSION_REPLACED, true);
	}
	if (own)
		wait_or_deny(event, SESSION_DENY_STILL_UP);
	return own;
}

static bool is_static_of_another(const struct policy *policy, uint32_t address, const char *user)
{
	for (size_t i = 0; i < policy->users_count; i++) {
		if (policy->users[i].address == address && strcmp(policy->users[i].name, user) != 0)
			return true;
	}
	return false;
}

/* What is sent to the gateway, its neighbours or those it asks would go to the client instead. */
static bool is_of_the_gateway(const struct policy *policy, uint32_t address)
{
	const struct ip4_net alone = { .address = address, .bits = 32 };

	return address == policy->addresses.local || address == policy->host.wan_address ||
	       pool_collision(&policy->host, alone) || pool_is_asked(policy, address);
}

/* The policy's own were looked at when it was loaded; RADIUS may say anything. */
static bool is_possible(const struct policy *policy, const struct session_terms *terms,
			const char *user)
{
	uint32_t address = terms->address;

	return terms->source == TERMS_LOCAL ||
	       (!names_reserved(address) && !pool_edge(policy, address) &&
		!is_of_the_gateway(policy, address) &&
		!is_static_of_another(policy, address, user));
}

static bool is_leaving(const struct session_table *table)
{
	table_foreach(session, table)
	{
		if (session->state == SESSION_CLOSING && session->address)
			return true;
	}
	return false;
}

/* Before anybody has to make room: who is refused anyway ousts nobody. */
static bool may_have_address(const struct session_table *table, const struct session_terms *terms,
			     const char *user, struct event *event)
{
	if (terms->address && !is_possible(table->policy, terms, user)) {
		deny(event, SESSION_DENY_ADDRESS);
		return false;
	}
	if (terms->address && is_of_another(table, terms->address, user)) {
		deny(event, SESSION_DENY_ADDRESS_IN_USE);
		return false;
	}
	return true;
}

static uint32_t fixed_address(struct session_table *table, const struct session_terms *terms,
			      struct event *event)
{
	if (is_in_use(table, terms->address, event))
		return 0;
	(void)addresses_claim(table->addresses, terms->address);
	return terms->address;
}

/* 0 and denied, or to wait, if there is none. */
static uint32_t find_address(struct session_table *table, const struct session_terms *terms,
			     const char *user, struct event *event)
{
	uint32_t address;

	if (terms->address)
		return fixed_address(table, terms, event);
	address = addresses_take(table->addresses, terms->pool, user);
	if (!address && is_leaving(table))
		wait_or_deny(event, SESSION_DENY_EXHAUSTED);
	else if (!address)
		deny(event, SESSION_DENY_EXHAUSTED);
	return address;
}

const char *session_next_id(const struct session *session, char out[SESSION_ID_MAX])
{
	if (session->logins)
		(void)snprintf(out, SESSION_ID_MAX, "%x-%llx.%u", session->child.mark,
			       (unsigned long long)session->secured, session->logins + 1);
	else
		text_copy(out, SESSION_ID_MAX, session->id);
	return out;
}

static void name_login(struct session *session)
{
	char id[SESSION_ID_MAX];

	text_copy(session->id, sizeof(session->id), session_next_id(session, id));
	session->logins++;
}

static void log_in(struct session_table *table, struct session *session, const char *user,
		   struct event *event)
{
	const struct session_request *request = event->admission->request;

	name_login(session);
	session->pppd = request->pppd;
	session->worker = request->worker;
	session->tunnel = request->tunnel;
	session->call = request->call;
	session->tries = 0;
	session->deadline = event->now.ms + DIAL_TIME;
	text_copy(session->user, sizeof(session->user), user);
	text_printable(request->auth, strlen(request->auth), session->auth, sizeof(session->auth));
	if (request->ifname)
		pace_link(session, request->ifname);
	table_state(table, session, SESSION_DIALING);
	report_admitted(table, session);
	lockout_passed(table, event->now, session);
	machine_write(table, session);
	grant_given(table, session);
	allow(event, session);
}

void admit_secured(struct session_table *table, struct session *session, struct event *event)
{
	const char *user = event->admission->request->user;
	struct session_terms terms;

	if (!judge(table, event, &terms))
		return;
	if (replace_older(table, session, user, event->now) && !event->admission->last) {
		event->admission->verdict = SESSION_WAIT;
		return;
	}
	if (!may_have_address(table, &terms, user, event) || !has_room(table, &terms, user, event))
		return;
	session->address = find_address(table, &terms, user, event);
	if (!session->address)
		return;
	session->terms = terms;
	log_in(table, session, user, event);
}

static void admit_again(struct session *session, struct event *event)
{
	if (strcmp(session->user, event->admission->request->user) != 0)
		deny(event, SESSION_DENY_MALFORMED);
	else
		allow(event, session);
}

/* The client dials anew over the same SA: the older pppd holds its interface name and address. */
void admit_busy(struct session_table *table, struct session *session, struct event *event)
{
	const struct session_request *request = event->admission->request;
	struct session_terms terms;

	if (!judge(table, event, &terms))
		return;
	if (session->pppd.pid == request->pppd.pid && session->pppd.start == request->pppd.start) {
		admit_again(session, event);
		return;
	}
	wait_or_deny(event, SESSION_DENY_STILL_UP);
	if (session->reason == SESSION_REPLACED)
		return;
	machine_replace(table, session, event->now);
}

static bool well_formed(const struct session_table *table, const struct session_request *request)
{
	const struct session *other = table_find_pid(table, request->pppd);

	return request->vip - FABRIC_VIP_NET < FABRIC_SLOTS && request->pppd.pid &&
	       request->proof && request->worker <= FABRIC_WORKERS_MAX && request->user[0] &&
	       strlen(request->user) < SESSION_USER_MAX &&
	       (!other || fabric_vip(other->slot) == request->vip);
}

static void count_failure(struct session_table *table, const struct event *event)
{
	const struct admission *admission = event->admission;
	enum session_denial denial = admission->answer->denial;

	if (denial == SESSION_DENY_PASSWORD || denial == SESSION_DENY_UNKNOWN_USER ||
	    (denial == SESSION_DENY_RADIUS_REFUSED && admission->request->radius->guess))
		lockout_failed(table, event->now, admission->peer,
			       denial == SESSION_DENY_UNKNOWN_USER ? NULL
								   : admission->request->user,
			       SESSION_BAN_LOGINS);
}

enum session_verdict session_admit(struct session_table *table, struct session_now now,
				   const struct session_request *request, bool last,
				   struct session_answer *answer)
{
	const struct session *session = session_by_slot(table, request->vip - FABRIC_VIP_NET);
	struct admission admission = { .request = request,
				       .peer = session ? session->ike.remote : 0,
				       .last = last,
				       .answer = answer };
	struct event event = { .kind = EVENT_ADMIT, .now = now, .admission = &admission };

	memset(answer, 0, sizeof(*answer));
	if (well_formed(table, request))
		machine_run(table, (struct session *)session, &event);
	else
		deny(&event, SESSION_DENY_MALFORMED);
	if (admission.verdict != SESSION_ADMIT)
		explicit_bzero(answer->message, sizeof(answer->message));
	if (admission.verdict != SESSION_DENY)
		return admission.verdict;
	table->denied[answer->denial]++;
	report_denied(table, session, request, answer->denial, now.wall);
	count_failure(table, &event);
	return admission.verdict;
}
