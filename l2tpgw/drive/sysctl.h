/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_SYSCTL_H
#define L2TPGW_DRIVE_SYSCTL_H

/*
 * Kernel parameters below /proc/sys. Names are written with slashes ("net/ipv4/ip_forward"), as an
 * interface name in them may hold dots.
 */
#include "base/err.h"

#define SYSCTL_VALUE_MAX 256 /* bytes with the NUL */

/* The value without its newline. 0; 1 if there is no such parameter; negative on failure. */
int sysctl_read(const char *name, char value[SYSCTL_VALUE_MAX], struct err *err);
/* 0; 1 if there is no such parameter; negative if it is refused. */
int sysctl_write(const char *name, const char *value, struct err *err);

#endif
