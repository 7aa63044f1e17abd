/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_POOL_H
#define L2TPGW_SESSION_POOL_H

/*
 * The addresses of one network that clients get. A user gets the one used last if it is free, else
 * the one that has been free for longest. Never given out: network and broadcast address, the
 * gateway's own, users' static ones. Of a pool of more than POOL_MAX addresses only the first are
 * used.
 */
#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"

#define POOL_MAX 65535u

struct pool;

/* Of that network; what of it the policy reserves is not given out. */
struct pool *pool_new(const struct policy *policy, struct ip4_net net);
void pool_free(struct pool *pool); /* NULL is fine */
/* Who had which address last is remembered across pools. */
void pool_inherit(struct pool *pool, struct pool *old);
/* An address for that user; 0 = none is left. */
uint32_t pool_take(struct pool *pool, const char *user);
/* Takes that one; false if it is taken, reserved or none of the pool's. */
bool pool_claim(struct pool *pool, uint32_t address);
/* Whether it is an address that the pool could give out, were it not reserved or taken. */
bool pool_has(const struct pool *pool, uint32_t address);
/* Gives back; addresses that are not taken are left alone. */
void pool_release(struct pool *pool, uint32_t address, const char *user);
uint32_t pool_in_use(const struct pool *pool);

#endif
