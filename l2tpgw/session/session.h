/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_SESSION_H
#define L2TPGW_SESSION_SESSION_H

/*
 * The session table: one record for each client, which joins its CHILD_SA (and the IKE_SA above
 * it), its slot, its L2TP tunnel, its pppd, its interface and its user. The key is the slot, which
 * follows from the CHILD_SA's mark; IKE ids come and go with reauthentication and are never a key.
 *
 * Pure: no system call, no clock. What happened comes in by the functions below together with the
 * time; what must be done goes out as actions, which the caller takes with session_next() after
 * each call. A record begins with its CHILD_SA and ends when both CHILD_SA and pppd are gone.
 *
 *   SECURED  the CHILD_SA is there, nobody has logged in over it (charon's `inactivity`, that is
 *            ipsec.idle_sa, ends it in the end)
 *   DIALING  a pppd was admitted: it has an address, its user is known
 *   UP       the link carries IP
 *   CLOSING  we are ending it: pppd first, then its L2TP tunnel, then the SA, so that the client
 *            is told by each; every step has a time limit
 *
 * A PPP session that ends by itself leaves its SA (back to SECURED): clients delete it themselves
 * or dial again over it. If it ended by a time-out, a dead peer, a kick or a dead worker, the SA
 * goes too, so that the client notices.
 *
 * charon's lives are numbered by the caller. A session whose SA belongs to an earlier life is an
 * orphan: it goes on over the kernel's SAs, and when its PPP ends we delete those ourselves.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fabric.h"
#include "base/fields.h"
#include "policy/policy.h"
#include "session/mschap.h"
#include "session/sa.h"
#include "session/terms.h"

/*
 * Of everything that is kept of sessions in files: raised when an older l2tpgwd could not read it
 * any more. 0 is what was written before it had a number.
 */
#define SESSION_FORMAT       1
#define SESSION_FORMAT_FIELD "format" /* of a session record */

#define SESSION_ID_MAX     40
#define SESSION_USER_MAX   256
#define SESSION_IFNAME_MAX 16
#define SESSION_AUTH_MAX   16

enum session_state {
	SESSION_NONE, /* no record; never seen outside the state table */
	SESSION_SECURED,
	SESSION_DIALING,
	SESSION_UP,
	SESSION_CLOSING,
};
#define SESSION_STATES 5

/* Why a session, or its SA, ended or is being ended. */
enum session_reason {
	SESSION_REASON_NONE,
	SESSION_HUNG_UP,        /* the client ended PPP */
	SESSION_CALL_CLOSED,    /* xl2tpd ended the call: StopCCN, CDN or no answer to HELLO */
	SESSION_NEGOTIATION,    /* LCP or IPCP failed */
	SESSION_WRONG_PASSWORD, /* of a login that was admitted: it had to show it anew */
	SESSION_IDLE,           /* no traffic for its idle time-out */
	SESSION_TIME_LIMIT,     /* its session time-out */
	SESSION_DEAD_PEER,      /* no answer to LCP echo */
	SESSION_PPPD_FAILED,    /* any other exit status */
	SESSION_PPPD_KILLED,    /* by a signal that is not ours */
	SESSION_PPPD_VANISHED,  /* it is gone, nobody saw how */
	SESSION_SA_CLOSED,      /* the CHILD_SA was deleted: by the client, or idle */
	SESSION_SA_PEER_GONE,   /* its IKE_SA went first: dead peer detection, or deleted */
	SESSION_SA_LOST,        /* not in a snapshot any more */
	SESSION_WORKER_DIED,
	SESSION_CHARON_DIED, /* an SA without a session, left by a charon that is gone */
	SESSION_COLLISION,   /* another session has the slot */
	SESSION_REPLACED,    /* the same client, or the owner of the static address, dialed anew */
	SESSION_KICKED,
	SESSION_USER_DISABLED,
	SESSION_USER_REMOVED,
	SESSION_USER_EXPIRED,
	SESSION_GROUP_REMOVED, /* of a RADIUS user: the policy has no such group, or pool, any more
				*/
	SESSION_OUT_OF_HOURS,
	SESSION_OUSTED,         /* by a newer login, where when_full says so */
	SESSION_RULES_FAILED,   /* what it may do could not be put into nftables */
	SESSION_RADIUS_ENDED,   /* Disconnect-Request */
	SESSION_DRAINED,        /* l2tp.drain */
	SESSION_CHARON_RESTART, /* asked for: with --allow-drop */
	SESSION_SHUTDOWN,
	SESSION_BANNED, /* an SA of a banned address, over which nobody has logged in */
};
#define SESSION_REASONS 31
/* "hung-up", and "the client hung up". Never NULL. */
const char *session_reason_name(enum session_reason reason);
const char *session_reason_text(enum session_reason reason);
const char *session_state_name(enum session_state state);

struct session_now {
	uint64_t ms;  /* monotonic */
	int64_t wall; /* seconds since the epoch */
};

/* A process: the number alone may mean another one tomorrow (proc(5), starttime). */
struct session_pid {
	uint32_t pid;   /* 0 = none */
	uint64_t start; /* clock ticks since boot; 0 in an event = not known, matches any */
};

/* Everything known about one client. Read only outside session/. */
struct session {
	char id[SESSION_ID_MAX]; /* "1a-66f0c2d1", printable; each login over one SA has its own */
	enum session_state state;
	enum session_reason reason; /* why it is being closed, or DIALING will fail */
	uint32_t slot;
	int64_t since;   /* wall seconds: start of UP; before that, of the SA */
	int64_t secured; /* wall seconds: the SA came up */
	uint64_t life;   /* of charon, when the SA was made */
	bool sa;         /* the SA is (or may still be) there */
	struct sa_ike ike;
	struct sa_child child; /* bytes and age are those of the last event */
	unsigned worker;       /* 0 = not known */
	uint32_t tunnel, call; /* local L2TP tunnel and session id; 0 = not known */
	struct session_pid pppd;
	char auth[SESSION_AUTH_MAX];     /* "mschapv2"; "" = not known */
	char user[SESSION_USER_MAX];     /* "" = nobody logged in */
	uint32_t address;                /* 0 = none */
	char ifname[SESSION_IFNAME_MAX]; /* from DIALING on if pppd says it then, or from UP on */
	uint32_t mtu;                    /* bytes, 0 = not known */
	uint64_t rx_bytes, tx_bytes;     /* of the link; rx is what the client sent */
	struct session_terms terms;      /* while somebody is logged in */

	/* The table's own. */
	uint64_t deadline;        /* ms; UINT64_MAX = none */
	uint64_t up, last_moved;  /* ms: since when it is UP, and when traffic was last seen */
	uint64_t counted;         /* ms: when it was last looked for */
	struct policy_rate paced; /* what was asked for */
	unsigned logins, tries;
	uint32_t seen, touched; /* snapshot numbers */
	bool peer_gone, tunnel_closing, sa_closing, was_up;
};

/* Effects. */
enum session_action_kind {
	SESSION_CLOSE_SA,     /* terminate child and ike by unique id, so that the peer knows */
	SESSION_KILL_PPPD,    /* SIGTERM, or SIGKILL if hard; after checking pppd.start */
	SESSION_DELETE_SA,    /* delete the kernel's SAs and policies of mark: an orphan's */
	SESSION_FORGET_SLOT,  /* delete the conntrack entries of the slot's VIP */
	SESSION_CLOSE_TUNNEL, /* xl2tpd of worker: close local tunnel id; session_tunnel_closed() */
	SESSION_WRITE,        /* write the slot's record, see session_encode() */
	SESSION_REMOVE,       /* remove the slot's record file */
	SESSION_RESYNC,       /* take a snapshot, delay_ms from now (one pending is enough) */
	SESSION_RATE,         /* shape the link `ifname` anew; or session_rate_failed() */
	SESSION_BANS,         /* the bans are others: write them, and keep out whom they name */
	SESSION_JOURNAL,      /* report an event */
	SESSION_ALLOW,        /* the session's address may go where its group may */
	SESSION_DISALLOW,     /* the slot's address is nobody's any more: it may go nowhere */
	SESSION_ACCOUNT,      /* tell whoever accounts for it, see account.h */
	SESSION_COUNT,        /* read the counters of all links, see session_counters() */
};

enum session_journal {
	SESSION_J_SECURED,   /* a CHILD_SA came up */
	SESSION_J_UNSECURED, /* it ended without a login */
	SESSION_J_ADMITTED,
	SESSION_J_REFUSED, /* a login was denied or failed */
	SESSION_J_UP,
	SESSION_J_DOWN,    /* a login that was admitted ended; the reason is the true one */
	SESSION_J_REBOUND, /* the peer's real address or port changed */
	SESSION_J_REKEYED,
	SESSION_J_COLLISION,
	SESSION_J_BANNED,
	SESSION_J_ORPHANED, /* charon died; the session goes on */
	SESSION_J_RESTORED, /* taken over from an earlier l2tpgwd */
};
const char *session_journal_name(enum session_journal kind);

struct session_report {
	enum session_journal kind;
	enum session_reason reason;
	uint32_t slot;
	char id[SESSION_ID_MAX];     /* "" = no session came of it */
	char user[SESSION_USER_MAX]; /* printable; "" = not known */
	char text[512];              /* a sentence for people */
};

struct session_account;

struct session_action {
	enum session_action_kind kind;
	uint32_t slot;
	uint32_t mark;
	uint32_t child, ike;     /* CLOSE_SA; 0 = leave that one */
	struct session_pid pppd; /* KILL_PPPD */
	bool hard;
	bool inherited;  /* ALLOW: somebody else may have connections of that address */
	unsigned worker; /* CLOSE_TUNNEL */
	uint32_t tunnel;
	unsigned delay_ms;               /* RESYNC */
	char ifname[SESSION_IFNAME_MAX]; /* RATE; the link may be gone */
	struct policy_rate rate;         /* RATE */
	/* Both valid until the next session_next(). */
	const struct session_report *report;   /* JOURNAL */
	const struct session_account *account; /* ACCOUNT */
};

struct session_table;

/* `policy` is borrowed and must live until the table is freed or given another one. */
struct session_table *session_table_new(const struct policy *policy);
void session_table_free(struct session_table *table); /* NULL is fine */
/* New logins follow the new policy; whom it locks out, session_tick() sends away. */
void session_table_policy(struct session_table *table, const struct policy *policy);
/* worker_of[mark & (FABRIC_SHARDS - 1)]: which worker a new SA is dispatched to. 0 = none. */
void session_table_shards(struct session_table *table, const uint8_t worker_of[FABRIC_SHARDS]);

/*
 * How many seconds east of UTC each of policy.zones is now: all 0 until this was called, also after
 * another policy. To be called again whenever it may have changed.
 */
void session_table_zones(struct session_table *table, const int32_t *offsets);

/* Takes the next action out of the queue; false if there is none. */
bool session_next(struct session_table *table, struct session_action *action);

/*
 * Somebody at that address has another pre-shared key: charon could not read what it received in
 * answer to what it had sent there.
 */
void session_psk_failed(struct session_table *table, struct session_now now, uint32_t address);
/*
 * charon. `life` is any number but 0 that tells one life of charon from another (its pid and start
 * time mixed, say); call it before session_restore() and before the first SA event. A life other
 * than the known one means that the known one died. SAs whose events were lost with it are in the
 * kernel only: whoever starts the next one deletes those whose mark no session has.
 */
void session_charon_up(struct session_table *table, struct session_now now, uint64_t life);
void session_charon_died(struct session_table *table, struct session_now now);
/* Any event of sa_parse(); SA_LISTED only counts between begin and end. */
void session_sa(struct session_table *table, struct session_now now, const struct sa_event *event);
/*
 * A snapshot, by the blocking list-sas: begin when the request is sent, end when all of it was
 * handed in; abort if it failed. What the snapshot does not have and no event touched since begin
 * is gone.
 */
void session_snapshot_begin(struct session_table *table, struct session_now now);
void session_snapshot_end(struct session_table *table, struct session_now now);
void session_snapshot_abort(struct session_table *table);

/* Admission: the plugin of a pppd asks. */
struct session_request {
	uint32_t vip; /* host byte order, as pppd had it as ipparam */
	struct session_pid pppd;
	unsigned worker;                     /* that pppd is a child of */
	uint32_t tunnel, call;               /* local ids, 0 = not known */
	const char *user;                    /* as the client said it: any bytes */
	const char *auth;                    /* "mschapv2" */
	const char *ifname;                  /* of its link, still down; NULL = pppd did not say */
	const struct mschap_proof *proof;    /* what it answered to our challenge */
	const struct session_radius *radius; /* NULL = no server has been asked */
};

/* What came of asking a RADIUS server. */
enum session_radius_said {
	SESSION_RADIUS_ACCEPT,
	SESSION_RADIUS_REJECT,
	SESSION_RADIUS_SILENT,    /* none answers */
	SESSION_RADIUS_MALFORMED, /* it accepts, with something that makes no sense */
};
struct session_radius {
	enum session_radius_said said;
	bool guess;               /* of REJECT: for the password, as far as it says */
	struct terms_reply terms; /* of ACCEPT, as the one below */
	const char *message;      /* what shows the client that the server has the password too */
};

enum session_verdict {
	SESSION_ADMIT,
	SESSION_DENY,
	SESSION_ASK,  /* ask a RADIUS server, then again with what it said */
	SESSION_WAIT, /* ask again after any further event, and with `last` after at most 5 s */
};

enum session_denial {
	SESSION_DENY_NONE,
	SESSION_DENY_MALFORMED,
	SESSION_DENY_NO_SA, /* no live CHILD_SA has that VIP */
	SESSION_DENY_CLOSING,
	SESSION_DENY_UNKNOWN_USER,
	SESSION_DENY_DISABLED,
	SESSION_DENY_BANNED,
	SESSION_DENY_EXPIRED,
	SESSION_DENY_PASSWORD,
	SESSION_DENY_RADIUS_REFUSED,
	SESSION_DENY_RADIUS_SILENT,
	SESSION_DENY_RADIUS_MALFORMED,
	SESSION_DENY_RADIUS_TERMS,
	SESSION_DENY_HOURS,
	SESSION_DENY_LIMIT,
	SESSION_DENY_GROUP_LIMIT,
	SESSION_DENY_USER_LIMIT,
	SESSION_DENY_EXHAUSTED,
	SESSION_DENY_ADDRESS_IN_USE,
	SESSION_DENY_ADDRESS,    /* RADIUS says one that no client may have */
	SESSION_DENY_STILL_UP,   /* an earlier session in the way did not end in time */
	SESSION_DENY_METHOD,     /* it does not do MS-CHAPv2 */
	SESSION_DENY_UNFINISHED, /* admitted, but never up */
	/* By charon, of clients without a name yet: */
	SESSION_DENY_PSK,
	SESSION_DENY_PROPOSALS,
	SESSION_DENY_IKE, /* for any other reason */
};
#define SESSION_DENIALS 26
const char *session_denial_name(enum session_denial denial);
const char *session_denial_text(enum session_denial denial);

struct session_answer {
	enum session_denial denial;
	uint32_t address;
	char message[MSCHAP_MESSAGE_MAX]; /* of the Success packet; "" unless it is admitted */
	const struct session *session;
};

/*
 * May this pppd go on, and with which address? Asking again for a pppd that was admitted gives the
 * same answer. Nothing is done for the sake of a client that has not shown the password. The newest
 * login wins: an older one over the same SA, or of the same client (same user, identity, real
 * address and port), is ended first, and the verdict is WAIT until it is out of the way. Another
 * client of a user with a static address is ended too.
 */
enum session_verdict session_admit(struct session_table *table, struct session_now now,
				   const struct session_request *request, bool last,
				   struct session_answer *answer);

/* What the id of the session's next login will be; `out`. */
const char *session_next_id(const struct session *session, char out[SESSION_ID_MAX]);
/*
 * A RADIUS server changes the terms of a session that it let in: those that the reply says, but for
 * address and pool. False if they cannot be.
 */
bool session_change(struct session_table *table, uint32_t slot, const struct terms_reply *reply);

struct session_link {
	struct session_pid pppd;
	const char *ifname;
	uint32_t address; /* the client's, as negotiated */
	uint32_t mtu;     /* bytes; 0 = not known */
};
void session_ppp_up(struct session_table *table, struct session_now now,
		    const struct session_link *link);

enum session_end_how { SESSION_EXITED, SESSION_SIGNALED, SESSION_VANISHED };
struct session_end {
	struct session_pid pppd;
	enum session_end_how how;
	int code;     /* pppd(8) EXIT STATUS, or the signal */
	bool counted; /* rx_bytes and tx_bytes are the link's last */
	uint64_t rx_bytes, tx_bytes;
};
/*
 * The link went down (ip-down) with what will be pppd's exit status, if it is known: only the
 * reason is noted, the record waits for session_pppd_ended().
 */
void session_ppp_down(struct session_table *table, struct session_now now,
		      const struct session_end *end);
/* The process is gone. */
void session_pppd_ended(struct session_table *table, struct session_now now,
			const struct session_end *end);
void session_counters(struct session_table *table, struct session_now now, uint32_t slot,
		      uint64_t rx_bytes, uint64_t tx_bytes);
/* What RATE asked could not be done: it is asked for again with whatever comes next. */
void session_rate_failed(struct session_table *table, uint32_t slot);
/* What CLOSE_TUNNEL asked of the slot's worker was done, or cannot be. */
void session_tunnel_closed(struct session_table *table, struct session_now now, uint32_t slot);
/* Worker n died or was given up: whoever is on it is told by deleting the SA. */
void session_worker_died(struct session_table *table, struct session_now now, unsigned worker);
/*
 * Worker n ended because nobody was left on it: SAs whose client may dial again must not lead to it
 * any more. session_table_shards() was given those that serve.
 */
void session_worker_ended(struct session_table *table, struct session_now now, unsigned worker);
/*
 * The slot's client dials again over its SA, to a worker that takes no new tunnels: what is left of
 * the earlier login ends, and its next try is dispatched anew.
 */
void session_redial(struct session_table *table, struct session_now now, uint32_t slot);

/* Ends one session; the reason is the caller's (KICKED, USER_DISABLED, SHUTDOWN, IDLE, …). */
void session_close(struct session_table *table, struct session_now now, uint32_t slot,
		   enum session_reason reason);
/* All of a user; how many. */
unsigned session_close_user(struct session_table *table, struct session_now now, const char *user,
			    enum session_reason reason);
/* All there are; how many. */
unsigned session_close_all(struct session_table *table, struct session_now now,
			   enum session_reason reason);
/*
 * Why the session would end at once if that policy were in force, whose zones have these offsets;
 * NONE = it would not.
 */
enum session_reason session_why_out(const struct session *session, const struct policy *policy,
				    const int32_t *offsets, struct session_now now);
/*
 * The client behind that VIP wants to log in by something else than MS-CHAPv2: `method`, or NULL if
 * it did not say. `user` NULL: nor its name. Or "mschapv2": what it answered makes no sense.
 */
void session_no_proof(struct session_table *table, uint32_t vip, const char *user,
		      const char *method);
/* Charon has refused a client, and it is told already: it is counted. */
void session_ike_refused(struct session_table *table, enum session_denial denial);
/* Refusals since the table is there, by session_denial. */
const uint64_t *session_denied(const struct session_table *table);
/* Enforces time limits, and that nobody stays who is locked out (expiry.h). When it wants to be
 * called again, in ms; UINT64_MAX = not needed. */
uint64_t session_tick(struct session_table *table, struct session_now now);

/*
 * Look-ups; NULL if there is none. Valid until the next call that changes the table: an event may
 * free the record it concerns, so never go on from it after session_close().
 */
const struct session *session_by_slot(const struct session_table *table, uint32_t slot);
const struct session *session_by_id(const struct session_table *table, const char *id);
const struct session *session_by_pid(const struct session_table *table, struct session_pid pppd);
/*
 * Who, of all but that slot, has a login in the tunnel of that id. There should be nobody: in the
 * kernel an id is one tunnel's alone, but xl2tpd draws them without looking (new_tunnel(),
 * xl2tpd.c).
 */
const struct session *session_by_tunnel(const struct session_table *table, uint32_t tunnel,
					uint32_t but);
/* In the order of slots; `after` NULL starts. */
const struct session *session_iterate(const struct session_table *table,
				      const struct session *after);
unsigned session_count(const struct session_table *table, enum session_state state);
unsigned session_total(const struct session_table *table);
/* Its SA belongs to a charon that is gone. */
bool session_orphaned(const struct session_table *table, const struct session *session);
/* The interface that the slot's pppd is to use: "l2tpgw<slot>". */
const char *session_ifname(uint32_t slot, char out[SESSION_IFNAME_MAX]);

/*
 * Marks that also mean something to somebody else's routing: replies to a client whose SA had one
 * of these would go where that leads. They are passed over, and an SA that got one is closed.
 */
#define SESSION_FOREIGN_MAX 32
struct session_foreign {
	uint32_t mark, mask; /* those with (mark & mask) == mark */
};
/* In place of those before; at most SESSION_FOREIGN_MAX are kept. */
void session_foreign_marks(struct session_table *table, const struct session_foreign *list,
			   size_t count);

/*
 * charon's marks begin at 1 again when it restarts. How many to use up so that the following ones
 * meet no slot in use and no foreign mark: the fewest that `want` (1 to FABRIC_SLOTS) free slots in
 * a row come after, or, if there is no such run, those before the longest one. 0 while nothing is
 * in the way.
 */
unsigned session_mark_skip(const struct session_table *table, unsigned want);

/* The record that outlives l2tpgwd, no secret in it. Latches fields->failed if it cannot fit. */
void session_encode(const struct session *session, struct fields *fields);
/*
 * Takes over the record of an earlier l2tpgwd. `end`: how the process in it (see
 * session_record_pppd()) ended meanwhile; NULL = it is still there. -1 if the record is malformed
 * or its slot, process or address is taken. The SA is verified by the next snapshot: take one at
 * once.
 */
int session_restore(struct session_table *table, struct session_now now,
		    const struct fields *fields, const struct session_end *end, struct err *err);
/* The process a record names; pid 0 if none. -1 if malformed. */
int session_record_pppd(const struct fields *fields, struct session_pid *pppd, struct err *err);

/* One entry of `sessions --json` (cli.md); the caller owns the reference. */
json_t *session_json(const struct session_table *table, const struct session *session,
		     struct session_now now);

#endif
