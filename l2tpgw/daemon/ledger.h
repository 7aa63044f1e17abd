/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_LEDGER_H
#define L2TPGW_DAEMON_LEDGER_H

/*
 * What a change leaves on disk: its generation in the history, the journal while it is under way,
 * and the policy file. One order of writing, such that a crash between any two of them is
 * recognized at the next start (recovery.h).
 */
#include "apply/change.h"
#include "apply/history.h"
#include "apply/journal.h"
#include "base/buf.h"
#include "base/rfc3339.h"
#include "drive/sha256.h"

struct ledger {
	const struct paths *paths;
	char base[SHA256_TEXT_MAX]; /* of what the policy file has to hold; "" = anything */
	struct journal journal;     /* from, to, who, what, …: meaningful once opened */
};

/* What was read before is what is replaced now, or the change was made from something else. */
int ledger_check_base(const struct ledger *ledger, struct err *err);
/*
 * Before anything is touched: checks the base, keeps the policy as a pending generation, writes the
 * journal, and the policy file if it holds something else. Of the journal who, what and
 * confirm_within are the caller's. On failure nothing is changed.
 */
int ledger_open(struct ledger *ledger, const struct buf *text, const struct changes *changes,
		struct err *err);
/* The moment from which the new policy is in force. A failure is undone by ledger_fail(). */
int ledger_commit(struct ledger *ledger, struct err *err);
/*
 * After the commit: ends the change, or lets it wait for its confirmation. What fails is *err's,
 * and may be tried again; the policy is in force all the same.
 */
int ledger_settle(struct ledger *ledger, struct err *err);
/* It came to nothing, and the gateway is as before: so is this. What cannot be is added to *err. */
void ledger_fail(struct ledger *ledger, const char *why, struct err *err);
/* Until when it may be confirmed, by the clock as it is set now. */
const char *ledger_deadline(const struct ledger *ledger, char out[RFC3339_MAX]);
/* The change that waits is for good. */
int ledger_confirm(struct ledger *ledger, struct err *err);
/*
 * The change that waited was taken back, and the gateway is as before. 0; 1 = but the policy file
 * was edited since and left alone.
 */
int ledger_roll_back(struct ledger *ledger, const char *why, struct err *err);

#endif
