/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_LOCKOUT_H
#define L2TPGW_SESSION_LOCKOUT_H

/*
 * Brute force (firewall.brute_force): what fails to log in is counted (suspicion.h), and when it is
 * too much, bans follow (ban.h) and are told in the journal. An address that sessions are up from
 * is in good standing, and so is one that somebody logged in from lately.
 */
#include "session/ban.h"

/*
 * A login failed at that address: a wrong password of `user`, a user there is not (NULL), or a
 * wrong pre-shared key. Only what took an exchange of messages counts, as an address is easily
 * forged.
 */
void lockout_failed(struct session_table *table, struct session_now now, uint32_t address,
		    const char *user, enum session_ban_why why);
/* The session's user has shown the password. */
void lockout_passed(struct session_table *table, struct session_now now,
		    const struct session *session);
/* The session's user was on until now. */
/* Whoever is up keeps the address in good standing, also in what is written down of it. */
void lockout_are_on(struct session_table *table, int64_t wall);
void lockout_was_on(struct session_table *table, struct session_now now,
		    const struct session *session);
/* The policy is another one: lifts what came of itself, of addresses that it spares. */
void lockout_follow(struct session_table *table);
/* Nobody is banned from there, unless by hand. */
bool lockout_spares(const struct session_table *table, uint32_t address);
bool lockout_trusts(const struct session_table *table, int64_t wall, uint32_t address);
/* Nobody but that user is on from there, nor was lately. */
bool lockout_is_only(const struct session_table *table, int64_t wall, uint32_t address,
		     const char *user);

#endif
