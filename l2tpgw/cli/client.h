/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_CLIENT_H
#define L2TPGW_CLI_CLIENT_H

/*
 * The CLI's side of the control socket: one JSON object a line each way.
 * Request {"verb": …}, reply {"ok": result} or {"error": {"code", "text"}}.
 */
#include <jansson.h>

#include "base/err.h"
#include "drive/paths.h"

/*
 * Sends `request` and waits at most `timeout_ms` for the result, which the caller owns. An error
 * reported by l2tpgwd becomes *err with its code; no daemon is ERR_UNREACHABLE.
 */
json_t *client_call(const struct paths *paths, const json_t *request, unsigned timeout_ms,
		    struct err *err);
/* The same for a verb without arguments. */
json_t *client_verb(const struct paths *paths, const char *verb, unsigned timeout_ms,
		    struct err *err);

#endif
