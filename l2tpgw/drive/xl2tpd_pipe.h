/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_XL2TPD_PIPE_H
#define L2TPGW_DRIVE_XL2TPD_PIPE_H

/*
 * The control pipe of an xl2tpd that runs, if somebody has removed its file. xl2tpd opens it anew
 * after each command, and ends if it is not there (xl2tpd.c, open_controlfd()).
 */
#include <sys/types.h>

#include "base/err.h"

/* Makes the pipe at `path` anew and lets the process turn to it. */
int xl2tpd_pipe_renew(const char *path, pid_t pid, struct err *err);

#endif
