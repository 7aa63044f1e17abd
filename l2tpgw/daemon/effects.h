/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_EFFECTS_H
#define L2TPGW_DAEMON_EFFECTS_H

/*
 * What putting a candidate in force would do to this gateway: told to people as changes, and done
 * as steps, processes and what charon is given. `plan` prints it, the transaction performs it.
 */
#include "apply/apply.h"
#include "apply/change.h"
#include "daemon/candidate.h"
#include "daemon/holding.h"

struct effects {
	struct changes changes; /* of the policy, of objects, of others' firewalls, of workers, of
			   charon, in this order */
	/* Where in `changes` the others begin. */
	size_t objects, openings, workers, parts;
	struct steps steps;
	bool secret, connection; /* charon is to be given it */
	bool charon;             /* needs another charon: ends every session */
};

struct effects_wish {
	/* What charon holds compared with the candidate's plan; NULL = it did not say. */
	const struct holding *holding;
	/*
	 * Sessions may end. Without it a charon that runs with an older configuration (of an older
	 * l2tpgw, say) is left alone unless the candidate itself asks for another one.
	 */
	bool allow_drop;
};

/* What *effects points to lives in the arena. */
int effects_find(const struct gateway *gateway, const struct candidate *candidate,
		 const struct effects_wish *wish, struct arena *arena, struct effects *effects,
		 struct err *err);
/*
 * ERR_FAILED naming whom it would drop. Fine are nobody, and with `user` that user alone ("" =
 * nobody).
 */
int effects_check_drops(const struct effects *effects, const char *user, struct err *err);

#endif
