/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_FORMAT_H
#define L2TPGW_DAEMON_FORMAT_H

/*
 * What l2tpgwd leaves in files for the next one has a format number: RUN/format, STATE/format, and
 * one in each session record. Raised when an older l2tpgwd could not make sense of the files any
 * more; without a number they are of format 0, which this one reads too.
 */
#include "base/err.h"
#include "drive/paths.h"

#define FORMAT_NOW 1

/*
 * Can this l2tpgwd take over what is there? Touches nothing; -1 says which file is of which format.
 * Damaged numbers are not guessed at.
 */
int format_check(const struct paths *paths, struct err *err);
/* From now on the files are of this one's format. */
int format_write(const struct paths *paths, struct err *err);

#endif
