/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_EXTERNAL_H
#define L2TPGW_DAEMON_EXTERNAL_H

/* A charon that is not ours: where it listens, and taking our things out of it. */
#include <stddef.h>

#include "base/err.h"

/* Sockets where distributions have it, ending with NULL. */
extern const char *const external_sockets[];
/* The one that exists; the first if none does. */
const char *external_socket(void);
/* Ends our IKE_SAs and unloads our connection and secret; nobody else's is touched. Blocks. */
int external_forget(struct err *err);

#endif
