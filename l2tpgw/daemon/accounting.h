/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ACCOUNTING_H
#define L2TPGW_DAEMON_ACCOUNTING_H

/*
 * RADIUS accounting (RFC 2866). That a session began or ended is queued on disk until a server has
 * taken it; what it has used meanwhile is told as long as there is somebody to tell.
 */
#include <jansson.h>

#include "daemon/gateway.h"
#include "session/account.h"

struct accounting *accounting_new(struct gateway *gateway);
void accounting_free(struct accounting *accounting); /* the queue stays on disk; NULL is fine */
void accounting_take(struct accounting *accounting, const struct session_account *account);
/* No session is there, whatever servers still believe: a gateway begins (Accounting-On), or it has
 * ended (Accounting-Off; RFC 2866, 5.1). Each server that takes accounting hears it, and before
 * whatever comes later, but nobody waits for one that does not answer. */
void accounting_on(struct accounting *accounting);
void accounting_off(struct accounting *accounting);
/* Sends what is due. To be called every now and then. */
void accounting_tick(struct accounting *accounting);
/* No answer of a server is waited for. */
bool accounting_is_done(const struct accounting *accounting);
/* {"waiting": records on disk, "given_up"} */
json_t *accounting_status(const struct accounting *accounting);

#endif
