/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PROGRAMS_H
#define L2TPGW_DRIVE_PROGRAMS_H

/* The programs of others that we run, and where distributions keep them. */
#include <stdbool.h>

enum program {
	PROGRAM_CHARON, /* charon-systemd */
	PROGRAM_XL2TPD,
	PROGRAM_PPPD, /* run by xl2tpd, from the path xl2tpd was built with */
	PROGRAM_SWANCTL,
	PROGRAM_MODPROBE,
	PROGRAM_SYSTEMCTL,
	PROGRAM_UFW,
	PROGRAM_IPTABLES,        /* the one whose rules are nftables' */
	PROGRAM_IPTABLES_LEGACY, /* the one with rules of its own in the kernel */
	PROGRAMS,
};

/*
 * The first of its places where there is something to execute; its usual place if there is none,
 * for a message to name. Never NULL; not to be freed.
 */
const char *program_path(enum program program);
bool program_exists(enum program program);

#endif
