/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_CANDIDATE_H
#define L2TPGW_DAEMON_CANDIDATE_H

/*
 * A policy that could be in force: its text, checked against this machine as it is now, and the
 * plan made of it, with the workers that run as they are now.
 */
#include "base/buf.h"
#include "daemon/gateway.h"

struct candidate {
	struct buf text;
	struct host host;
	struct policy *policy;
	struct plan *plan;
};

/* Each fails with ERR_POLICY and all diagnoses, or because it cannot be read. */
int candidate_from_disk(const struct gateway *gateway, struct candidate *candidate,
			struct err *err);
/* Takes the text out of `text`. */
int candidate_from_text(const struct gateway *gateway, struct buf *text,
			struct candidate *candidate, struct err *err);
int candidate_from_generation(const struct gateway *gateway, unsigned number,
			      struct candidate *candidate, struct err *err);
/* Puts it in force, as far as that is a matter of pointers; what was in force is in it then. */
void candidate_swap(struct candidate *candidate, struct gateway *gateway);
/* Wipes; one that is all zero is fine. */
void candidate_free(struct candidate *candidate);

#define cleanup_candidate __attribute__((cleanup(candidate_free)))

#endif
