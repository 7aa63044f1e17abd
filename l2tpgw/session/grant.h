/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_GRANT_H
#define L2TPGW_SESSION_GRANT_H

/*
 * What the kernel has to know of a session's terms: where it may go, and how fast. Said before its
 * login is answered, whenever its terms change, and after a restart.
 */
#include "session/table.h"

/* The session has terms, or other ones: they are to be carried out. */
void grant_given(struct session_table *table, struct session *session);
/* Nobody is logged in over it any more; its address and terms are still there. */
void grant_taken(struct session_table *table, struct session *session);

#endif
