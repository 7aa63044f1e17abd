/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/package_manager.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static const char *const debian[PACKAGES] = {
	[PACKAGE_CHARON] = "charon-systemd",
	[PACKAGE_XL2TPD] = "xl2tpd",
	[PACKAGE_PPP] = "ppp",
	[PACKAGE_IPTABLES] = "iptables",
	[PACKAGE_CLOCK] = "systemd-timesyncd",
};

static const char *const rhel[PACKAGES] = {
	[PACKAGE_CHARON] = "strongswan",        [PACKAGE_XL2TPD] = "xl2tpd", [PACKAGE_PPP] = "ppp",
	[PACKAGE_IPTABLES] = "iptables-legacy", [PACKAGE_CLOCK] = "chrony",
};

static bool is_rhel(void)
{
	return access("/usr/bin/dnf", X_OK) == 0 && access("/usr/bin/apt-get", X_OK) < 0;
}

const char *package_install(enum package package, char *out, size_t size)
{
	(void)snprintf(out, size, "%s install %s", is_rhel() ? "dnf" : "apt",
		       (is_rhel() ? rhel : debian)[package]);
	return out;
}

const char *package_clean(void)
{
	return is_rhel() ? "dnf clean all" : "apt-get clean";
}
