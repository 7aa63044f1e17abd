/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/cleanup.h"
#include "session/session.h"
#include "session/reason.h"

static const struct {
	const char *name, *text;
	bool closes_sa; /* the client would not notice otherwise, or must not stay */
} reasons[SESSION_REASONS] = {
	[SESSION_REASON_NONE] = { "none", "no reason is known", false },
	[SESSION_HUNG_UP] = { "hung-up", "the client hung up", false },
	[SESSION_CALL_CLOSED] = { "call-closed",
				  "the L2TP call was closed by the client, or it stopped answering",
				  false },
	[SESSION_NEGOTIATION] = { "negotiation", "PPP could not agree with the client", false },
	[SESSION_WRONG_PASSWORD] = { "wrong-password",
				     "it did not show its password anew, or not in time", false },
	[SESSION_IDLE] = { "idle", "no traffic for as long as its idle_timeout", true },
	[SESSION_TIME_LIMIT] = { "time-limit", "its session_timeout was reached", true },
	[SESSION_DEAD_PEER] = { "dead-peer", "the client no longer answers LCP echoes", true },
	[SESSION_PPPD_FAILED] = { "pppd-failed", "pppd failed", false },
	[SESSION_PPPD_KILLED] = { "pppd-killed", "pppd was killed", true },
	[SESSION_PPPD_VANISHED] = { "pppd-vanished", "pppd is gone, nobody saw how", true },
	[SESSION_SA_CLOSED] = { "sa-closed", "its IPsec SA was deleted, by the client or as idle",
				true },
	[SESSION_SA_PEER_GONE] = { "peer-gone",
				   "its IKE SA ended: the client deleted it or does not answer",
				   true },
	[SESSION_SA_LOST] = { "sa-lost", "charon has no IPsec SA for it any more", true },
	[SESSION_WORKER_DIED] = { "worker-died", "its xl2tpd worker died", true },
	[SESSION_CHARON_DIED] = { "charon-died", "charon died and nothing used the SA", true },
	[SESSION_COLLISION] = { "collision", "another session has its slot", true },
	[SESSION_REPLACED] = { "replaced", "the same user dialed anew", true },
	[SESSION_KICKED] = { "kicked", "it was kicked", true },
	[SESSION_USER_DISABLED] = { "user-disabled", "the user was disabled", true },
	[SESSION_USER_REMOVED] = { "user-removed", "the user was removed", true },
	[SESSION_USER_EXPIRED] = { "user-expired", "users[].expires of the user was reached",
				   true },
	[SESSION_GROUP_REMOVED] = { "group-removed",
				    "the policy has no group or pool any more that RADIUS named",
				    true },
	[SESSION_OUT_OF_HOURS] = { "out-of-hours", "the hours of its group are over", true },
	[SESSION_OUSTED] = { "ousted", "it made room for a newer login (when_full)", true },
	[SESSION_RULES_FAILED] = { "rules-failed", "its rules could not be put into nftables",
				   true },
	[SESSION_RADIUS_ENDED] = { "radius-ended", "a RADIUS server ended it", true },
	[SESSION_DRAINED] = { "drained",
			      "its xl2tpd worker of an earlier configuration ended (l2tp.drain)",
			      true },
	[SESSION_CHARON_RESTART] = { "charon-restart", "charon is started anew", true },
	[SESSION_BANNED] = { "banned", "its address is banned", true },
	[SESSION_SHUTDOWN] = { "shutdown", "the gateway is being shut down", true },
};

const char *session_reason_name(enum session_reason reason)
{
	return reasons[reason].name;
}

const char *session_reason_text(enum session_reason reason)
{
	return reasons[reason].text;
}

bool reason_closes_sa(enum session_reason reason)
{
	return reasons[reason].closes_sa;
}

/* Acct-Terminate-Cause, RFC 2866, 5.10. */
enum {
	USER_REQUEST = 1,
	LOST_CARRIER = 2,
	LOST_SERVICE = 3,
	IDLE_TIMEOUT = 4,
	SESSION_TIMEOUT = 5,
	ADMIN_RESET = 6,
	ADMIN_REBOOT = 7,
	NAS_ERROR = 9,
	NAS_REQUEST = 10,
	PORT_PREEMPTED = 13,
	USER_ERROR = 17,
};
static const unsigned char causes[SESSION_REASONS] = {
	[SESSION_REASON_NONE] = NAS_ERROR,       [SESSION_HUNG_UP] = USER_REQUEST,
	[SESSION_CALL_CLOSED] = USER_REQUEST,    [SESSION_NEGOTIATION] = USER_ERROR,
	[SESSION_WRONG_PASSWORD] = USER_ERROR,   [SESSION_IDLE] = IDLE_TIMEOUT,
	[SESSION_TIME_LIMIT] = SESSION_TIMEOUT,  [SESSION_DEAD_PEER] = LOST_CARRIER,
	[SESSION_PPPD_FAILED] = NAS_ERROR,       [SESSION_PPPD_KILLED] = NAS_ERROR,
	[SESSION_PPPD_VANISHED] = NAS_ERROR,     [SESSION_SA_CLOSED] = USER_REQUEST,
	[SESSION_SA_PEER_GONE] = LOST_CARRIER,   [SESSION_SA_LOST] = LOST_SERVICE,
	[SESSION_WORKER_DIED] = NAS_ERROR,       [SESSION_CHARON_DIED] = NAS_ERROR,
	[SESSION_COLLISION] = NAS_ERROR,         [SESSION_REPLACED] = PORT_PREEMPTED,
	[SESSION_KICKED] = ADMIN_RESET,          [SESSION_USER_DISABLED] = ADMIN_RESET,
	[SESSION_USER_REMOVED] = ADMIN_RESET,    [SESSION_USER_EXPIRED] = SESSION_TIMEOUT,
	[SESSION_GROUP_REMOVED] = ADMIN_RESET,   [SESSION_OUT_OF_HOURS] = SESSION_TIMEOUT,
	[SESSION_OUSTED] = PORT_PREEMPTED,       [SESSION_RULES_FAILED] = NAS_ERROR,
	[SESSION_RADIUS_ENDED] = ADMIN_RESET,    [SESSION_DRAINED] = NAS_REQUEST,
	[SESSION_CHARON_RESTART] = ADMIN_REBOOT, [SESSION_BANNED] = ADMIN_RESET,
	[SESSION_SHUTDOWN] = ADMIN_REBOOT,
};

unsigned reason_cause(enum session_reason reason)
{
	return causes[reason];
}

/* pppd(8), EXIT STATUS. */
static const enum session_reason by_status[] = {
	SESSION_HUNG_UP,     SESSION_PPPD_FAILED, SESSION_PPPD_FAILED, SESSION_PPPD_FAILED,
	SESSION_PPPD_FAILED, SESSION_CALL_CLOSED, SESSION_PPPD_FAILED, SESSION_PPPD_FAILED,
	SESSION_PPPD_FAILED, SESSION_PPPD_FAILED, SESSION_NEGOTIATION, SESSION_WRONG_PASSWORD,
	SESSION_IDLE,        SESSION_TIME_LIMIT,  SESSION_PPPD_FAILED, SESSION_DEAD_PEER,
	SESSION_CALL_CLOSED, SESSION_NEGOTIATION, SESSION_PPPD_FAILED, SESSION_PPPD_FAILED,
};

enum session_reason reason_of_end(const struct session_end *end)
{
	switch (end->how) {
	case SESSION_EXITED:
		return end->code >= 0 && (size_t)end->code < array_size(by_status)
			   ? by_status[end->code]
			   : SESSION_PPPD_FAILED;
	case SESSION_SIGNALED:
		return SESSION_PPPD_KILLED;
	case SESSION_VANISHED:
		return SESSION_PPPD_VANISHED;
	}
	return SESSION_PPPD_VANISHED;
}

static const char *const states[SESSION_STATES] = {
	[SESSION_NONE] = "none", [SESSION_SECURED] = "secured", [SESSION_DIALING] = "dialing",
	[SESSION_UP] = "up",     [SESSION_CLOSING] = "closing",
};

const char *session_state_name(enum session_state state)
{
	return states[state];
}

static const char *const journals[] = {
	[SESSION_J_SECURED] = "secured",
	[SESSION_J_UNSECURED] = "unsecured",
	[SESSION_J_ADMITTED] = "admitted",
	[SESSION_J_REFUSED] = "refused",
	[SESSION_J_UP] = "up",
	[SESSION_J_DOWN] = "down",
	[SESSION_J_REBOUND] = "rebound",
	[SESSION_J_REKEYED] = "rekeyed",
	[SESSION_J_COLLISION] = "collision",
	[SESSION_J_BANNED] = "banned",
	[SESSION_J_ORPHANED] = "orphaned",
	[SESSION_J_RESTORED] = "restored",
};

const char *session_journal_name(enum session_journal kind)
{
	return journals[kind];
}

static const struct {
	const char *name, *text;
} denials[SESSION_DENIALS] = {
	[SESSION_DENY_NONE] = { "none", "nothing speaks against it" },
	[SESSION_DENY_MALFORMED] = { "malformed", "the request makes no sense" },
	[SESSION_DENY_NO_SA] = { "no-sa", "no IPsec SA stands behind it" },
	[SESSION_DENY_CLOSING] = { "closing", "its IPsec SA is being closed" },
	[SESSION_DENY_UNKNOWN_USER] = { "unknown-user", "unknown user" },
	[SESSION_DENY_DISABLED] = { "disabled", "the user is disabled" },
	[SESSION_DENY_EXPIRED] = { "expired", "the user has expired (users[].expires)" },
	[SESSION_DENY_PASSWORD] = { "wrong-password", "wrong password" },
	[SESSION_DENY_RADIUS_REFUSED] = { "radius-refused", "the RADIUS server refuses it" },
	[SESSION_DENY_RADIUS_SILENT] = { "radius-silent", "no RADIUS server answers" },
	[SESSION_DENY_RADIUS_MALFORMED] = { "radius-malformed",
					    "the RADIUS server's answer makes no sense" },
	[SESSION_DENY_RADIUS_TERMS] = { "radius-terms", "the RADIUS server names a group or pool "
							"that the policy does not have" },
	[SESSION_DENY_BANNED] = { "banned", "the user or the address is banned" },
	[SESSION_DENY_HOURS] = { "hours", "it is outside the hours of the user's group" },
	[SESSION_DENY_GROUP_LIMIT] = { "group-limit",
				       "the group has max_sessions sessions already" },
	[SESSION_DENY_USER_LIMIT] = { "user-limit",
				      "the user has as many sessions as allowed already" },
	[SESSION_DENY_LIMIT] = { "limit", "l2tp.max_sessions sessions are there already" },
	[SESSION_DENY_EXHAUSTED] = { "exhausted", "its pool has no free address" },
	[SESSION_DENY_ADDRESS_IN_USE] = { "address-in-use",
					  "another user's session has the user's own address" },
	[SESSION_DENY_ADDRESS] = { "address", "RADIUS names an address that no client may have" },
	[SESSION_DENY_STILL_UP] = { "still-up", "the client's earlier session has not ended yet" },
	[SESSION_DENY_METHOD] = { "method", "it would not authenticate with MS-CHAPv2" },
	[SESSION_DENY_UNFINISHED] = { "unfinished", "it ended before it was up" },
	[SESSION_DENY_PSK] = { "wrong-psk", "wrong pre-shared key" },
	[SESSION_DENY_PROPOSALS] = { "proposals", "none of its proposals is admitted" },
	[SESSION_DENY_IKE] = { "ike", "charon refuses it" },
};

const char *session_denial_name(enum session_denial denial)
{
	return denials[denial].name;
}

const char *session_denial_text(enum session_denial denial)
{
	return denials[denial].text;
}
