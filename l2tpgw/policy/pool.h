/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_POOL_H
#define L2TPGW_POLICY_POOL_H

/* The networks that clients get their addresses from. */
#include <stdbool.h>
#include <stdint.h>

#include "base/ip4.h"
#include "policy/policy.h"

/* Addresses for clients and the gateway: all but the first and last of the network. */
uint32_t pool_size(struct ip4_net pool);
/* The pool that the address lies in; NULL = in none. */
const struct ip4_net *pool_of(const struct policy *policy, uint32_t address);
/* First and last of a pool: no machine may have them. */
bool pool_edge(const struct policy *policy, uint32_t address);
/* The connected network of the host that has addresses in common with `net`, or NULL. */
const struct host_net *pool_collision(const struct host *host, struct ip4_net net);
/* A machine that the gateway itself asks: a RADIUS server or a resolver. */
bool pool_is_asked(const struct policy *policy, uint32_t address);
/*
 * A private network of `bits` prefix length that collides with nothing known and that other
 * software and home routers seldom use. The same facts give the same network. False: none is free.
 */
bool pool_find(const struct host *host, const struct policy *policy, uint8_t bits,
	       struct ip4_net *pool);

#endif
