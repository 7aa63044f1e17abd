/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_WORK_H
#define L2TPGW_DAEMON_WORK_H

/*
 * The inside of a transaction, shared by the files it is made of: transaction.c (who may begin
 * what, and the table), work_do.c (its way forward) and work_end.c (commit, undo, and what is
 * told).
 */
#include "daemon/effects.h"
#include "daemon/ledger.h"
#include "daemon/loop.h"
#include "daemon/request.h"
#include "drive/login.h"

enum work_state { /* see transaction.h */
		  STATE_IDLE,
		  STATE_LOOKING,
		  STATE_STARTING,
		  STATE_CLOSING,
		  STATE_LOADING,
		  STATE_VERIFYING,
		  STATE_UNDOING,
		  STATE_CONFIRMING,
		  STATES,
};

enum work_event {
	EVENT_BEGIN,   /* there is something to do in t->work */
	EVENT_TICK,    /* the time that the state asked for has come */
	EVENT_LOOKED,  /* charon said what it holds (struct holding), or cannot say (NULL) */
	EVENT_LOADED,  /* charon holds what it was given, or not (struct err) */
	EVENT_CONFIRM, /* the change that waits is confirmed */
	EVENTS,
};

enum work_purpose {
	PURPOSE_APPLY,     /* a policy somebody wants in force */
	PURPOSE_FOLLOW,    /* the policy in force, planned anew */
	PURPOSE_TAKE_BACK, /* the one before the change that was not confirmed */
};

/* One change, from its request to its end. */
struct work {
	enum work_purpose purpose;
	struct arena *arena;        /* NULL = there is none */
	struct candidate candidate; /* once swapped, what was in force before */
	struct effects effects;
	struct ledger ledger;
	bool recorded;     /* the ledger is open: it is another policy */
	bool swapped;      /* it is what gateway->plan says */
	bool given;        /* charon was given something of it */
	size_t done;       /* steps */
	uint64_t client;   /* whom to tell; 0 = nobody */
	unsigned sessions; /* that were up when it began */
	uint64_t began;    /* ms */
	bool allow_drop;
	char allow_drop_of[SESSION_USER_MAX];
	char why[160]; /* TAKE_BACK: for the history */
	struct err failure;
};

/* Somebody who came while l2tpgwd followed the network by itself: served after it. */
struct work_guest {
	bool is_there;
	struct request request;
	char who[LOGIN_WHO_MAX];
	uint64_t client;
};

struct transaction {
	struct gateway *gateway;
	enum work_state state;
	struct loop_timer timer;
	uint64_t deadline; /* ms; of the state */
	bool asking;       /* LOOKING: the question is under way */
	bool follow;       /* to be done when nothing else is */
	bool follow_later; /* it failed: not at once */
	struct work work;
	/* CONFIRMING, and while something else is done meanwhile: what waits. */
	bool waits;
	struct ledger waiting;
	char taken_back[160]; /* why, if that is so but could not be written down yet */
	/* What is left of a change that is in force could not be tidied up yet. */
	bool unsettled;
	struct ledger settling;
	struct work_guest guest;
};

#define WORK_RETRY_MS 5000 /* what must be done is tried again */

/* Feeds the table. */
void work_event(struct transaction *t, enum work_event event, const void *what);
void work_new(struct transaction *t, enum work_purpose purpose);
/* The state to be in while nothing is under way; sets the timer for what comes next. */
enum work_state work_rest(struct transaction *t);

/* Handlers of the table, in the order of a change. */
enum work_state work_begin(struct transaction *t, const void *what);
enum work_state work_looked(struct transaction *t, const void *holding);
enum work_state work_look_again(struct transaction *t, const void *what);
enum work_state work_starting(struct transaction *t, const void *what);
enum work_state work_closing(struct transaction *t, const void *what);
enum work_state work_loading(struct transaction *t, const void *what);
enum work_state work_loaded(struct transaction *t, const void *why);
enum work_state work_verified(struct transaction *t, const void *holding);
enum work_state work_undoing(struct transaction *t, const void *what);

/* Ends. */
enum work_state work_commit(struct transaction *t);
enum work_state work_undo(struct transaction *t, const struct err *failure);
/* Before anything was touched. */
enum work_state work_refuse(struct transaction *t, const struct err *failure);
/* There was nothing to do. */
enum work_state work_nothing(struct transaction *t);
/* `down` has come: it makes an end of everything itself. */
enum work_state work_abandon(struct transaction *t);
/* After the ruleset was touched: what others keep in it is written again. */
void work_refill(struct transaction *t);
/* This is what became of some of its changes: the one who asked is told. */
void work_progress(struct transaction *t, size_t from, size_t to, enum change_result result);

#endif
