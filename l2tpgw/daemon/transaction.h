/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_TRANSACTION_H
#define L2TPGW_DAEMON_TRANSACTION_H

/*
 * A change of the running gateway, one at a time, as a state × event table. Nothing blocks: between
 * its steps the gateway serves. What fails is undone in reverse, and nobody is dropped who was not
 * named before.
 *
 *   IDLE        nothing is under way
 *   LOOKING     charon was asked what it holds, so that it is known what differs
 *   STARTING    files and addresses are as the new policy wants them; new workers start
 *   CLOSING     charon is to be replaced: sessions say goodbye
 *   LOADING     the ruleset leads to the new workers; charon is given what differs, or starts anew
 *   VERIFYING   everything is read back
 *   UNDOING     it failed: charon is given back what it had
 *   CONFIRMING  it is in force, and will be taken back unless it is confirmed
 */
#include <jansson.h>

#include "apply/journal.h"
#include "daemon/gateway.h"

struct request;

struct transaction *transaction_new(struct gateway *gateway);
void transaction_free(struct transaction *transaction); /* NULL is fine */
/*
 * apply, rollback, confirm, and plan. 0: control_finish() tells how it ended, or has done so
 * already; -1: refused, *err says why. `request` is used during the call only.
 */
int transaction_request(struct gateway *gateway, struct request *request, const char *who,
			uint64_t client, struct err *err);
/*
 * Something that the plan depends on has changed (the WAN, the workers): the policy in force is
 * planned anew and what differs is done, as soon as nothing else is under way.
 */
void transaction_follow(struct gateway *gateway);
/* That is under way, or is next. Not while it failed and is tried again later. */
bool transaction_is_following(const struct gateway *gateway);
/* An earlier l2tpgwd left a change that waits for its confirmation. */
void transaction_resume(struct gateway *gateway, const struct journal *journal);
/* Appends a text for `status` if a change waits for its confirmation. */
void transaction_warnings(const struct gateway *gateway, json_t *list);

#endif
