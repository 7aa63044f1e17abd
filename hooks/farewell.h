/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_FAREWELL_H
#define L2TPGW_HOOKS_FAREWELL_H

/* pppd's last word when nobody hears it: a file for the next l2tpgwd. Knows nothing of pppd. */
#include "base/err.h"
#include "base/fields.h"
#include "hooks/identity.h"

/* Beside the socket, where base/messages.h says. Never waits; -1 where l2tpgwd made no folder. */
int farewell_leave(const char *socket, const struct identity *identity,
		   const struct fields *message, struct err *err);

#endif
