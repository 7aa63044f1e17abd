/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_ADDRESSES_H
#define L2TPGW_SESSION_ADDRESSES_H

/*
 * The addresses that clients get, of all pools of a policy. No address is taken twice; those that
 * the policy keeps for somebody (the gateway's own, users' static ones) are not taken at all.
 */
#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"
#include "session/leases.h"

struct addresses;

struct addresses *addresses_new(const struct policy *policy); /* copies what it needs of it */
void addresses_free(struct addresses *addresses);             /* NULL is fine */
/* Who had which address last is remembered. */
void addresses_inherit(struct addresses *addresses, struct addresses *old);
const struct leases *addresses_leases(const struct addresses *addresses);
/* In place of those there were; `leases` is empty then. */
void addresses_take_leases(struct addresses *addresses, struct leases *leases);
/* An address for that user, the same as last time if it can be; `pool` "" = addresses.pool. 0 =
 * none is left, or there is no such pool.
 */
uint32_t addresses_take(struct addresses *addresses, const char *pool, const char *user);
/* Takes that one; false if it is taken or kept for somebody. True of what lies in no pool. */
bool addresses_claim(struct addresses *addresses, uint32_t address);
uint32_t addresses_in_use(const struct addresses *addresses);
/* Gives back; addresses that are not taken are left alone. */
void addresses_release(struct addresses *addresses, uint32_t address, const char *user);

#endif
