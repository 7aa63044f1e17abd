/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/programs.h"

#include <stddef.h>
#include <unistd.h>

/* What the build was told (CMakeLists.txt) comes first. */
#ifndef L2TPGW_CHARON
#define L2TPGW_CHARON "/usr/sbin/charon-systemd"
#endif
#ifndef L2TPGW_XL2TPD
#define L2TPGW_XL2TPD "/usr/sbin/xl2tpd"
#endif
#ifndef L2TPGW_PPPD
#define L2TPGW_PPPD "/usr/sbin/pppd"
#endif

#define PLACES 5

static const char *const places[PROGRAMS][PLACES] = {
	[PROGRAM_CHARON] = { L2TPGW_CHARON, "/usr/sbin/charon-systemd", "/usr/bin/charon-systemd",
			     "/usr/libexec/strongswan/charon-systemd" },
	[PROGRAM_XL2TPD] = { L2TPGW_XL2TPD, "/usr/sbin/xl2tpd", "/usr/bin/xl2tpd" },
	[PROGRAM_PPPD] = { L2TPGW_PPPD, "/usr/sbin/pppd", "/usr/bin/pppd" },
	[PROGRAM_SWANCTL] = { "/usr/sbin/swanctl", "/usr/bin/swanctl" },
	[PROGRAM_MODPROBE] = { "/usr/sbin/modprobe", "/sbin/modprobe", "/usr/bin/modprobe" },
	[PROGRAM_SYSTEMCTL] = { "/usr/bin/systemctl", "/bin/systemctl" },
	[PROGRAM_UFW] = { "/usr/sbin/ufw", "/sbin/ufw" },
	[PROGRAM_IPTABLES] = { "/usr/sbin/iptables-nft", "/sbin/iptables-nft" },
	[PROGRAM_IPTABLES_LEGACY] = { "/usr/sbin/iptables-legacy", "/sbin/iptables-legacy" },
};

static const char *find(enum program program)
{
	for (size_t i = 0; i < PLACES && places[program][i]; i++) {
		if (access(places[program][i], X_OK) == 0)
			return places[program][i];
	}
	return NULL;
}

const char *program_path(enum program program)
{
	const char *path = find(program);

	return path ? path : places[program][0];
}

bool program_exists(enum program program)
{
	return find(program) != NULL;
}
