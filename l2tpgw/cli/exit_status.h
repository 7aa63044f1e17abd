/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_EXIT_STATUS_H
#define L2TPGW_CLI_EXIT_STATUS_H

/* What each exit status of l2tpgw means: the table that --help and the manual print. */
/* Those that are no errors (base/err.h). */
#define EXIT_PENDING  2 /* of `plan` */
#define EXIT_WARNINGS 2 /* of `doctor` */

struct exit_status {
	int status;
	const char *meaning; /* NULL ends the table */
};

extern const struct exit_status exit_statuses[];

#endif
