/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/preflight.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "drive/ability.h"
#include "drive/modules.h"
#include "drive/ports.h"

#define PORT_IKE  500
#define PORT_NATT 4500
#define PORT_L2TP 1701

struct program {
	const char *path;
	const char *what;
	const char *package; /* on Debian; the others name it alike */
};

static const struct program programs[] = {
	{ "/usr/sbin/charon-systemd", "strongSwan's IKE daemon", "charon-systemd" },
	{ "/usr/sbin/xl2tpd", "the L2TP daemon", "xl2tpd" },
	{ "/usr/sbin/pppd", "the PPP daemon", "ppp" },
};

static const char *module_remedy(enum ability ability)
{
	switch (module_state(ability_module(ability))) {
	case MODULE_BUILTIN:
	case MODULE_LOADED:
		return "the module is there, but refuses; in a container, let the host share it "
		       "(/dev/ppp, CAP_NET_ADMIN)";
	case MODULE_LOADABLE:
		return "load it: modprobe";
	case MODULE_BLACKLISTED:
		return "a line in /etc/modprobe.d blacklists it: remove that line, then modprobe";
	case MODULE_MISSING:
		return "this kernel lacks it: install the full kernel package (linux-image-amd64, "
		       "not the cloud one; kernel-modules-extra on RHEL) and reboot into it; "
		       "module";
	}
	return "";
}

static unsigned check_kernel(struct buf *out)
{
	unsigned missing = 0;

	for (enum ability ability = 0; ability < ABILITY_COUNT; ability++) {
		struct err err = { .code = ERR_NONE };

		if (ability_probe(ability, &err) == 0 ||
		    (module_load(ability_module(ability), &err) == 0 &&
		     ability_probe(ability, &err) == 0))
			continue;
		missing++;
		buf_printf(out, "kernel: %s is missing: %s\n  remedy: %s %s\n",
			   ability_text(ability), err.text, module_remedy(ability),
			   ability_module(ability));
	}
	return missing;
}

static unsigned check_programs(const struct paths *paths, bool managed, struct buf *out)
{
	unsigned missing = 0;

	for (size_t i = managed ? 0 : 1; i < array_size(programs); i++) {
		if (access(programs[i].path, X_OK) == 0)
			continue;
		missing++;
		buf_printf(out, "package: %s (%s) is not installed\n  remedy: apt install %s\n",
			   programs[i].what, programs[i].path, programs[i].package);
	}
	if (access(paths->plugin, R_OK) < 0) {
		missing++;
		buf_printf(out,
			   "package: our pppd plugin %s is missing\n  remedy: install l2tpgw "
			   "whole, or name it in L2TPGW_PLUGIN\n",
			   paths->plugin);
	}
	return missing;
}

static unsigned port_taken(const struct port_owner *owner, bool managed, struct buf *out)
{
	const char *who = *owner->command ? owner->command : "the kernel or another container";

	buf_printf(out, "port: UDP %u is in use by %s (pid %d)\n", owner->port, who,
		   (int)owner->pid);
	if (owner->port == PORT_L2TP)
		buf_puts(out, "  remedy: another L2TP server runs; stop and disable it "
			      "(systemctl disable --now xl2tpd)\n");
	else if (managed)
		buf_puts(out,
			 "  remedy: another IKE daemon runs; stop and disable it (systemctl "
			 "disable --now strongswan strongswan-starter ipsec), or, if it is a "
			 "charon that must go on, set \"ipsec\": {\"charon\": \"external\"}\n");
	return 1;
}

static unsigned check_ports(bool managed, struct buf *out)
{
	static const uint16_t ports[] = { PORT_L2TP, PORT_IKE, PORT_NATT };
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct port_owner *list;
	unsigned taken = 0;
	uint16_t last = 0;
	size_t count;

	if (ports_owners(arena, ports, managed ? array_size(ports) : 1, &list, &count, &err) < 0) {
		buf_printf(out, "port: %s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		if (list[i].port != last)
			taken += port_taken(&list[i], managed, out);
		last = list[i].port;
	}
	return taken;
}

unsigned preflight(const struct paths *paths, const struct policy *policy, struct buf *out)
{
	bool managed = policy->ipsec.charon == POLICY_CHARON_MANAGED;

	return check_kernel(out) + check_programs(paths, managed, out) + check_ports(managed, out);
}
