/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_EXTERNAL_H
#define L2TPGW_DAEMON_EXTERNAL_H

/* A charon that is not ours: taking our things out of it. */
#include "base/err.h"

/*
 * Ends our IKE_SAs and unloads our connection and secret in the charon that listens there (none is
 * fine); nobody else's is touched. Blocks until ours are gone, at most some ten seconds.
 */
int external_forget(const char *socket, struct err *err);

#endif
