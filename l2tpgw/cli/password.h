/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PASSWORD_H
#define L2TPGW_CLI_PASSWORD_H

/* A user's password, from where the options say; never from the command line itself. */
#include <stdbool.h>

#include "cli/verb.h"

#define PASSWORD_MAX 1024 /* bytes with the NUL: more than a policy takes */

struct password {
	char text[PASSWORD_MAX]; /* UTF-8, checked */
	bool generated;          /* to be shown once */
	bool hashed;             /* --hash */
	char hash[33];           /* its NT hash, if so */
};

/*
 * --generate, --ask (twice, at the terminal), or --password-file ("-" is standard input; its first
 * line). Without any of them it is generated if `generate`, else asked for. A generated one that
 * nobody would see (no terminal, no --show) is ERR_USAGE. With --hash its NT hash is made too.
 * Wipe with password_wipe().
 */
int password_get(const struct args *args, bool generate, struct password *password,
		 struct err *err);
void password_wipe(struct password *password);

#define cleanup_password __attribute__((cleanup(password_wipe)))

#endif
