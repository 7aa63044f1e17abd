/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_PACKAGE_MANAGER_H
#define L2TPGW_CLI_PACKAGE_MANAGER_H

/* How this machine's distribution is told to install something: apt(8), or dnf(8) of RHEL. */
#include <stddef.h>

enum package {
	PACKAGE_CHARON,
	PACKAGE_XL2TPD,
	PACKAGE_PPP,
	PACKAGE_IPTABLES, /* the old one */
	PACKAGE_CLOCK,    /* what keeps the time */
	PACKAGES,
};

/* "apt install charon-systemd". */
const char *package_install(enum package package, char *out, size_t size);
/* What makes room: "apt-get clean". */
const char *package_clean(void);

#endif
