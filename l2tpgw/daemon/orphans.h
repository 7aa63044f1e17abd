/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ORPHANS_H
#define L2TPGW_DAEMON_ORPHANS_H

/*
 * SAs that a charon of ours left in the kernel when it died and that belong to no session: made in
 * its last moments, or while l2tpgwd was away. Nobody would ever end them.
 */
#include "base/err.h"
#include "session/session.h"

/*
 * Deletes those without a session in the table (NULL = all), for a managed charon only: another's
 * may have connections like ours. To be called while no charon of ours runs, or before it has our
 * connection: what a living one made is its own affair. How many marks, or negative.
 */
int orphans_delete(const struct session_table *sessions, struct err *err);
/*
 * Deletes the SAs and policies of one mark. `shared`: a charon that serves others too may have
 * given one of them that mark since; only what carries L2TP is deleted then.
 */
int orphans_delete_mark(uint32_t mark, bool shared, struct err *err);

#endif
