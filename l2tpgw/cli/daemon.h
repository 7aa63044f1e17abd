/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_DAEMON_H
#define L2TPGW_CLI_DAEMON_H

/* Starting l2tpgwd from the command line, where no service manager does it. */
#include "base/err.h"
#include "drive/paths.h"
#include "drive/process.h"

/*
 * Starts l2tpgwd in the background, with its log in the journal if there is one, else appended to
 * the file named by L2TPGW_LOG (default /var/log/l2tpgw.log). The caller watches *process.
 */
int daemon_start(const struct paths *paths, struct process *process, struct err *err);
/* What an exit status of l2tpgwd means: its exit codes are ours. */
enum err_code daemon_code(int status);
/* Where its log is, for messages. */
const char *daemon_log(void);
/* Runs `l2tpgwd --down` and waits for it. */
int daemon_teardown(const struct paths *paths, struct err *err);
/* The one that runs now, as far as its pid file tells; none if there is none. To be released. */
struct process daemon_running(const struct paths *paths);

#endif
