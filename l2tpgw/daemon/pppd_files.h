/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_PPPD_FILES_H
#define L2TPGW_DAEMON_PPPD_FILES_H

/*
 * What pppds leave in /run: the pid file of one that had to be killed (a client that has vanished
 * does not let it say goodbye in time), and pppd2.tdb, which the first pppd of a machine makes for
 * all and none removes. If it was our sessions that made it, `down` takes it away again, unless
 * somebody else's pppd runs by then.
 */
#include "base/err.h"
#include "drive/paths.h"

/* Before the first pppd of ours: notes in RUN that the database was not there. */
int pppd_files_note(const struct paths *paths, struct err *err);
/* After the last one. */
int pppd_files_remove(const struct paths *paths, struct err *err);

#endif
