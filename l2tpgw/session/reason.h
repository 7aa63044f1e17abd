/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_SESSION_REASON_H
#define L2TPGW_SESSION_REASON_H

/* What reasons mean for what happens next. Their names and texts are declared in session.h. */
#include "session/session.h"

/* Whether a session that ended so takes its SA along. */
bool reason_closes_sa(enum session_reason reason);
enum session_reason reason_of_end(const struct session_end *end);

/* As RADIUS calls it: Acct-Terminate-Cause (RFC 2866, 5.10). */
unsigned reason_cause(enum session_reason reason);

#endif
