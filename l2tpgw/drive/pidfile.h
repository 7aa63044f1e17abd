/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PIDFILE_H
#define L2TPGW_DRIVE_PIDFILE_H

/* Pid files: one line "PID START DIGEST", enough to adopt a process after a restart of ours. */
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define PIDFILE_DIGEST_MAX 129 /* bytes with the NUL */

struct pidfile {
	pid_t pid;
	uint64_t start;                  /* see struct process */
	char digest[PIDFILE_DIGEST_MAX]; /* hex: of the configuration it was started with; "" = none
					  */
};

/* Atomic, mode 0644. */
int pidfile_write(const char *path, const struct pidfile *file, struct err *err);
/* 0; 1 = there is none; a malformed one is an error. */
int pidfile_read(const char *path, struct pidfile *file, struct err *err);

#endif
