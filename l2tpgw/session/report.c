/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fabric.h"
#include "base/ip4.h"
#include "base/rfc3339.h"
#include "policy/units.h"
#include "session/text.h"

#define PEER_MAX (IP4_TEXT_MAX + 8)

#define say(report, ...) text_append((report)->text, sizeof((report)->text), __VA_ARGS__)

static const char *peer_text(const struct sa_ike *ike, char out[PEER_MAX])
{
	char address[IP4_TEXT_MAX];

	(void)snprintf(out, PEER_MAX, "%s:%u", ip4_text(ike->remote, address), ike->remote_port);
	return out;
}

static const char *user_text(const struct session *session)
{
	return session->user[0] ? session->user : "nobody";
}

static struct session_report *report_new(struct session_table *table, enum session_journal kind,
					 const struct session *session)
{
	struct session_report *report = table_report(table, kind, session->slot);

	text_copy(report->id, sizeof(report->id), session->id);
	text_copy(report->user, sizeof(report->user), session->user);
	return report;
}

void report_secured(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_SECURED, session);
	char peer[PEER_MAX];

	say(report, "%s has an IPsec SA in slot %u: %s", peer_text(&session->ike, peer),
	    session->slot, session->child.proposal);
}

void report_unsecured(struct session_table *table, const struct session *session,
		      enum session_reason reason)
{
	struct session_report *report = report_new(table, SESSION_J_UNSECURED, session);
	char peer[PEER_MAX];

	report->reason = reason;
	say(report, "the IPsec SA of %s in slot %u is gone: %s", peer_text(&session->ike, peer),
	    session->slot, session_reason_text(reason));
}

void report_admitted(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_ADMITTED, session);
	char peer[PEER_MAX], address[IP4_TEXT_MAX];

	say(report, "%s may log in from %s with %s", user_text(session),
	    peer_text(&session->ike, peer), ip4_text(session->address, address));
}

static void say_until(struct session_report *report, const struct session_ban *ban)
{
	char until[RFC3339_MAX];

	say(report, " until %s", ban && rfc3339_text(ban->until, until) ? until : "later");
}

static void say_refused(struct session_report *report, const struct session *session,
			const char *user)
{
	char peer[PEER_MAX];

	text_printable(user, strlen(user), report->user, sizeof(report->user));
	if (session)
		text_copy(report->id, sizeof(report->id), session->id);
	say(report, "refused %s from %s: ", *report->user ? report->user : "somebody",
	    session ? peer_text(&session->ike, peer) : "an unknown address");
}

void report_denied(struct session_table *table, const struct session *session,
		   const struct session_request *request, enum session_denial denial, int64_t wall)
{
	struct session_report *report =
	    table_report(table, SESSION_J_REFUSED, request->vip - FABRIC_VIP_NET);

	say_refused(report, session, request->user);
	say(report, "%s", session_denial_text(denial));
	if (denial == SESSION_DENY_BANNED)
		say_until(report, session_ban_of(table, wall, request->user,
						 session ? session->ike.remote : 0));
}

void report_no_proof(struct session_table *table, uint32_t vip, const char *user,
		     enum session_denial denial, const char *method)
{
	uint32_t slot = vip - FABRIC_VIP_NET;
	struct session_report *report = table_report(table, SESSION_J_REFUSED, slot);

	say_refused(report, session_by_slot(table, slot), user ? user : "");
	if (method)
		say(report, "it insists on %s, only MS-CHAPv2 is admitted", method);
	else
		say(report, "%s", session_denial_text(denial));
}

void report_up(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_UP, session);
	char peer[PEER_MAX], address[IP4_TEXT_MAX];

	say(report, "%s is up on %s with %s, from %s", user_text(session), session->ifname,
	    ip4_text(session->address, address), peer_text(&session->ike, peer));
}

static void say_duration(struct session_report *report, int64_t seconds)
{
	say(report, " after %" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
	    (int)(seconds % 60));
}

void report_ended(struct session_table *table, const struct session *session, int64_t wall,
		  enum session_reason reason, const struct session_end *end)
{
	struct session_report *report =
	    report_new(table, session->was_up ? SESSION_J_DOWN : SESSION_J_REFUSED, session);
	char peer[PEER_MAX];

	report->reason = reason;
	say(report, "%s from %s %s", user_text(session), peer_text(&session->ike, peer),
	    session->was_up ? "is down" : "did not get in");
	if (session->was_up)
		say_duration(report, wall > session->since ? wall - session->since : 0);
	say(report, ": %s", session_reason_text(reason));
	if (end && reason == SESSION_PPPD_FAILED)
		say(report, " (exit status %d)", end->code);
	if (end && reason == SESSION_PPPD_KILLED)
		say(report, " (signal %d)", end->code);
	if (session->was_up)
		say(report, "; %" PRIu64 " bytes in, %" PRIu64 " out", session->rx_bytes,
		    session->tx_bytes);
}

void report_rebound(struct session_table *table, const struct session *session,
		    const struct sa_ike *before)
{
	struct session_report *report = report_new(table, SESSION_J_REBOUND, session);
	char from[PEER_MAX], to[PEER_MAX];

	say(report, "%s moved from %s to %s", user_text(session), peer_text(before, from),
	    peer_text(&session->ike, to));
}

void report_rekeyed(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_REKEYED, session);
	char peer[PEER_MAX];

	say(report, "%s from %s has new keys: SPIs %08x and %08x", user_text(session),
	    peer_text(&session->ike, peer), session->child.spi_in, session->child.spi_out);
}

void report_collision(struct session_table *table, const struct session *session,
		      const struct sa_ike *ike, const struct sa_child *child)
{
	struct session_report *report = report_new(table, SESSION_J_COLLISION, session);
	char peer[PEER_MAX];

	report->reason = SESSION_COLLISION;
	say(report, "closing the new IPsec SA of %s: its mark %u falls into slot %u, which %s has",
	    peer_text(ike, peer), child->mark, session->slot, user_text(session));
}

void report_foreign_mark(struct session_table *table, const struct sa_ike *ike, uint32_t mark)
{
	struct session_report *report = table_report(table, SESSION_J_COLLISION, fabric_slot(mark));
	char peer[PEER_MAX];

	report->reason = SESSION_COLLISION;
	say(report,
	    "closing the new IPsec SA of %s: its mark %u is also that of a routing rule of this "
	    "machine (ip rule); the next dial gets another one",
	    peer_text(ike, peer), mark);
}

void report_banned(struct session_table *table, const struct session_ban *ban)
{
	struct session_report *report = table_report(table, SESSION_J_BANNED, 0);
	const char *what = ban->why == SESSION_BAN_PSK ? "wrong pre-shared keys" : "failed logins";
	char peer[IP4_TEXT_MAX], window[UNITS_TEXT_MAX];

	text_printable(ban->user, strlen(ban->user), report->user, sizeof(report->user));
	(void)ip4_text(ban->address, peer);
	if (*ban->user && ban->address)
		say(report, "%s is banned at %s", report->user, peer);
	else if (*ban->user)
		say(report, "%s is banned where nobody has logged in lately", report->user);
	else
		say(report, "%s is banned", peer);
	say_until(report, ban);
	say(report, ": %u %s within %s%s", table->policy->firewall.brute_force.failures, what,
	    units_text(table->policy->firewall.brute_force.window, window),
	    ban->address ? "" : ", from several addresses");
}

void report_orphaned(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_ORPHANED, session);

	say(report, "%s goes on without charon, until the session or its keys end",
	    user_text(session));
}

void report_restored(struct session_table *table, const struct session *session)
{
	struct session_report *report = report_new(table, SESSION_J_RESTORED, session);
	char address[IP4_TEXT_MAX];

	say(report, "%s on %s with %s was taken over", user_text(session), session->ifname,
	    ip4_text(session->address, address));
}
