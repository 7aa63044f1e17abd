/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ACLS_H
#define L2TPGW_DAEMON_ACLS_H

/*
 * Where each session may go: the maps acl_to and acl_from in the ruleset (templates/fabric.nft)
 * lead from its address to the rules of its group. An address that is not in them goes nowhere.
 *
 * What is in the maps is state of ours, not of the plan; it survives a change of the ruleset, but
 * not the removal of the table.
 */
#include "daemon/gateway.h"

struct acls *acls_new(struct gateway *gateway);
void acls_free(struct acls *acls); /* NULL is fine */
/* The slot's session has other terms or another address, or is gone. */
void acls_slot(struct acls *acls, uint32_t slot);
/* Whether the kernel has what the slot's session needs. */
bool acls_hold(const struct acls *acls, uint32_t slot);
/*
 * Before the ruleset changes to that of another policy: a group that it does not have any more is
 * let go of, so that its rules can be removed; who is in it goes nowhere until it is clear what is
 * to become of the session. NULL, afterwards: the policy in force alone counts again.
 */
void acls_follow(struct acls *acls, const struct policy *policy);
/*
 * The table may have been made anew, or the sessions are known for the first time: all of it is
 * written again. Does nothing before the sessions are known.
 */
void acls_refill(struct acls *acls);
void acls_sessions_known(struct acls *acls);
/* Others changed nftables: what they did to the maps is undone. */
void acls_check(struct acls *acls);
/* What could not be written is tried again. */
void acls_tick(struct acls *acls);

#endif
