/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_DYNAMIC_AUTHORIZATION_H
#define L2TPGW_DAEMON_DYNAMIC_AUTHORIZATION_H

/*
 * RFC 5176: the policy's RADIUS servers, and nobody else, may end sessions (Disconnect-Request) and
 * change them (CoA-Request).
 */
#include "daemon/gateway.h"

struct dynamic_authorization;

struct dynamic_authorization *dynamic_authorization_new(struct gateway *gateway);
void dynamic_authorization_free(struct dynamic_authorization *dynamic); /* NULL is fine */
/* Another policy is in force: listens where, and if, that says so. */
void dynamic_authorization_follow(struct dynamic_authorization *dynamic);
/* Why nobody is listened to though the policy says so, which is tried again; "" = all is well. */
const char *dynamic_authorization_problem(const struct dynamic_authorization *dynamic);

#endif
