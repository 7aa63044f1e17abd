/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_POOL_H
#define L2TPGW_SESSION_POOL_H

/*
 * The addresses of one network that clients get: the one they want if it is free, else the one that
 * has been free for longest. Never given out: network and broadcast address, the gateway's own,
 * users' static ones. Of a pool of more than POOL_MAX addresses only the first are used.
 */
#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

#define POOL_MAX 65535u

struct pool;

/* Of that network; what of it the policy reserves is not given out. */
struct pool *pool_new(const struct policy *policy, struct ip4_net net);
void pool_free(struct pool *pool); /* NULL is fine */
/* That one, or another; 0 = none is left. `wanted` may be anything. */
uint32_t pool_take(struct pool *pool, uint32_t wanted);
/* Of those that are free, it is the last one that somebody gets who does not want it. */
void pool_spare(struct pool *pool, uint32_t address);
/* Takes that one; false if it is taken, reserved or none of the pool's. */
bool pool_claim(struct pool *pool, uint32_t address);
/* Whether it is an address that the pool could give out, were it not reserved or taken. */
bool pool_has(const struct pool *pool, uint32_t address);
/* Gives back; false for one that is not taken. */
bool pool_release(struct pool *pool, uint32_t address);
uint32_t pool_in_use(const struct pool *pool);

#endif
