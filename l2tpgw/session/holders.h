/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_HOLDERS_H
#define L2TPGW_SESSION_HOLDERS_H

/*
 * Who had an address last. Connections outlive their session, so that a client that dials again
 * goes on with them; whoever else gets the address must not. Bounded: what is forgotten counts as
 * somebody else's. Pure.
 */
#include <stdbool.h>
#include <stdint.h>

struct holders;

struct holders *holders_new(void);
void holders_free(struct holders *holders); /* NULL is fine */
/* `user` has it from now on. True if somebody else may have had it before. */
bool holders_take(struct holders *holders, uint32_t address, const char *user);

#endif
