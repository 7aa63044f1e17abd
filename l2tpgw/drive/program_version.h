/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PROGRAM_VERSION_H
#define L2TPGW_DRIVE_PROGRAM_VERSION_H

/* Which version of another's program is installed: it is asked with --version. */
#include <stddef.h>

#include "base/err.h"
#include "drive/programs.h"

/*
 * Of PROGRAM_CHARON (which takes any argument for "start": swanctl, of the same strongSwan, answers
 * for it), PROGRAM_XL2TPD and PROGRAM_PPPD.
 */
int program_version(enum program program, char *version, size_t size, struct err *err);
/* The first thing in what a program says that looks like a version: "2.4.9". False if none. */
bool program_version_find(const char *text, char *version, size_t size);
/* The version of pppd that our plugin was built for. */
const char *program_version_of_plugin(void);

#endif
