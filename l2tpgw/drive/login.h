/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_LOGIN_H
#define L2TPGW_DRIVE_LOGIN_H

/*
 * Who is behind a process, as the kernel knows it and not as the process says: its user and, where
 * sudo or su stand between, who logged in: /proc/PID/loginuid (pam_loginuid(8)), else the owner of
 * its terminal (sudo and su leave it to the one who sits there).
 */
#include <sys/types.h>

#define LOGIN_WHO_MAX 64 /* bytes with the NUL */

/* "root (alice)", "alice"; printable. What cannot be found out is left out. */
const char *login_who(pid_t pid, uid_t uid, char out[LOGIN_WHO_MAX]);

#endif
