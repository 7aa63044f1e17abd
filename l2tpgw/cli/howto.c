/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/howto.h"

#include <stdio.h>

static const char steps[] =
    "\n"
    "Windows 10, 11   Settings, Network & internet, VPN, Add VPN: type L2TP/IPsec with pre-shared\n"
    "                 key; sign-in: user name and password. If this gateway is behind NAT, once,\n"
    "                 as administrator, then restart: reg add HKLM\\SYSTEM\\CurrentControlSet\\\n"
    "                 Services\\PolicyAgent /v AssumeUDPEncapsulationContextOnSendRule\n"
    "                 /t REG_DWORD /d 2 /f\n"
    "macOS            System Settings, VPN, Add VPN Configuration, L2TP over IPSec: user\n"
    "                 authentication Password, machine authentication Shared Secret.\n"
    "iOS, iPadOS      Settings, General, VPN & Device Management, VPN, Add: type L2TP; Secret is\n"
    "                 the pre-shared key; Send All Traffic on.\n"
    "Android 11-      Settings, Network, VPN, +: type L2TP/IPSec PSK (needs \"android-11\" in\n"
    "                 ipsec.legacy; Android 12 and later have no L2TP client).\n"
    "ChromeOS         Settings, Network, Add connection, Add built-in VPN: L2TP/IPsec,\n"
    "                 pre-shared key.\n"
    "Linux            package network-manager-l2tp(-gnome): VPN, add, Layer 2 Tunneling Protocol;\n"
    "                 IPsec settings: pre-shared key.\n";

void howto_print(const struct policy *policy, const char *server, const char *policy_path,
		 bool secrets)
{
	const struct policy_user *user = policy->users_count ? &policy->users[0] : NULL;

	printf("\nHow to connect\n  server          %s\n", server);
	if (secrets) {
		printf("  pre-shared key  %s\n", policy->ipsec.psk);
		if (user)
			printf("  user            %s\n  password        %s\n", user->name,
			       user->password ? user->password
					      : "(the policy has its NT hash only)");
	} else {
		printf("  pre-shared key, users and passwords: in %s\n", policy_path);
	}
	(void)fputs(steps, stdout);
	(void)fflush(stdout);
}
