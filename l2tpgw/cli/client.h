/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_CLIENT_H
#define L2TPGW_CLI_CLIENT_H

/*
 * The CLI's side of the control socket: one JSON object a line each way.
 * Request {"verb": …}; then any number of {"progress": …} and one {"ok": result} or {"error":
 * {"code", "text"}}.
 */
#include <jansson.h>

#include "base/buf.h"
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

/*
 * Appends the line of a request, an object with a verb. `policy` (a checked text; NULL = none)
 * becomes its member of that name; nothing of it stays in memory but what is in `line`.
 */
void client_request(struct buf *line, const json_t *request, const struct buf *policy);
typedef void client_progress(void *user, const json_t *progress);
/* client_call() with such a line, which is consumed. The time is for each line of the answer;
 * `progress` may be NULL. */
json_t *client_line(const struct paths *paths, struct buf *line, unsigned timeout_ms,
		    client_progress *progress, void *user, struct err *err);

#endif
