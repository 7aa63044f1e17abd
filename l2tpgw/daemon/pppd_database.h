/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_PPPD_DATABASE_H
#define L2TPGW_DAEMON_PPPD_DATABASE_H

/*
 * /run/pppd2.tdb, which the first pppd of a machine makes for all and none removes. If it was our
 * sessions that made it, `down` takes it away again, unless somebody else's pppd runs by then.
 */
#include "base/err.h"
#include "drive/paths.h"

/* Before the first pppd of ours: notes in RUN that it was not there. */
int pppd_database_note(const struct paths *paths, struct err *err);
/* After the last one. */
int pppd_database_remove(const struct paths *paths, struct err *err);

#endif
