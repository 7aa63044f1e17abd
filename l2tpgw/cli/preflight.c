/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/preflight.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/ability.h"
#include "drive/modules.h"
#include "drive/pidfile.h"
#include "drive/ports.h"
#include "drive/procfs.h"
#include "drive/programs.h"

#define PORT_IKE  500
#define PORT_NATT 4500
#define PORT_L2TP 1701

static const struct {
	enum program program;
	const char *what;
	const char *package; /* on Debian; the others name it alike */
} programs[] = {
	{ PROGRAM_CHARON, "strongSwan's IKE daemon", "charon-systemd" },
	{ PROGRAM_XL2TPD, "the L2TP daemon", "xl2tpd" },
	{ PROGRAM_PPPD, "the PPP daemon", "ppp" },
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
		if (program_exists(programs[i].program))
			continue;
		missing++;
		buf_printf(out, "package: %s (%s) is not installed\n  remedy: apt install %s\n",
			   programs[i].what, program_path(programs[i].program),
			   programs[i].package);
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

/* Who is known to hold these ports, by the name of the process (proc(5), comm). */
static const struct {
	const char *command;
	const char *product;
	const char *units; /* of systemd, on Debian and elsewhere */
} others[] = {
	{ "charon", "strongSwan", "strongswan-starter ipsec" },
	{ "charon-systemd", "strongSwan", "strongswan" },
	{ "pluto", "Libreswan", "ipsec" },
	{ "racoon", "racoon", "racoon" },
	{ "iked", "an IKEv2 daemon", "iked" },
	{ "xl2tpd", "xl2tpd, another L2TP server,", "xl2tpd" },
	{ "accel-pppd", "accel-ppp", "accel-ppp" },
	{ "openl2tpd", "OpenL2TP", "openl2tpd" },
	{ "vpnserver", "SoftEther VPN", "softether-vpnserver" },
};

static unsigned port_taken(const struct port_owner *owner, struct buf *out)
{
	const char *units = NULL;

	buf_printf(out, "port: UDP %u is in use by ", owner->port);
	for (size_t i = 0; i < array_size(others) && !units; i++) {
		if (strcmp(others[i].command, owner->command) != 0)
			continue;
		units = others[i].units;
		buf_printf(out, "%s: ", others[i].product);
	}
	buf_printf(out, "%s (pid %d)\n",
		   *owner->command ? owner->command : "the kernel or another container",
		   (int)owner->pid);
	if (units)
		buf_printf(out, "  remedy: systemctl disable --now %s\n", units);
	else
		buf_puts(out, "  remedy: stop it, and keep it from being started again\n");
	if (!strncmp(owner->command, "charon", 6))
		buf_puts(out, "  or, if that charon must go on: \"ipsec\": {\"charon\": "
			      "\"external\"} in the policy\n");
	return 1;
}

static bool is_our_charon(const struct paths *paths, pid_t pid)
{
	struct err ignored = { .code = ERR_NONE };
	struct procfs_stat stat;
	struct pidfile file;

	return pidfile_read(paths->charon_pid, &file, &ignored) == 0 && file.pid == pid &&
	       procfs_stat(pid, &stat, &ignored) == 0 && stat.start == file.start;
}

/*
 * Children outlive l2tpgwd, and the next one adopts them. The others are told by an argument: all
 * that we render is below RUN.
 */
static bool is_ours(const struct paths *paths, pid_t pid)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err ignored = { .code = ERR_NONE };
	size_t len = strlen(paths->run), argc;
	char **argv;

	if (!pid || is_our_charon(paths, pid))
		return pid != 0;
	if (procfs_argv(pid, arena, &argv, &argc, &ignored) != 0)
		return false;
	for (size_t i = 0; i < argc; i++) {
		if (!strncmp(argv[i], paths->run, len) && argv[i][len] == '/')
			return true;
	}
	return false;
}

/* With an external charon its ports have to be in use. */
static unsigned charon_missing(struct buf *out)
{
	buf_puts(out, "charon: ipsec.charon is \"external\", but nobody listens on UDP 500\n"
		      "  remedy: start that charon (systemctl start strongswan), or set it to "
		      "\"managed\"\n");
	return 1;
}

static unsigned check_ports(const struct paths *paths, bool managed, struct buf *out)
{
	static const uint16_t ports[] = { PORT_L2TP, PORT_IKE, PORT_NATT };
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct port_owner *list;
	unsigned taken = 0;
	uint16_t last = 0;
	bool ike = false;
	size_t count;

	if (ports_owners(arena, ports, array_size(ports), &list, &count, &err) < 0) {
		buf_printf(out, "port: %s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < count; i++) {
		ike |= list[i].port == PORT_IKE;
		if (list[i].port == last || (!managed && list[i].port != PORT_L2TP) ||
		    is_ours(paths, list[i].pid))
			continue;
		taken += port_taken(&list[i], out);
		last = list[i].port;
	}
	return taken + (managed || ike ? 0 : charon_missing(out));
}

unsigned preflight(const struct paths *paths, const struct policy *policy, struct buf *out)
{
	bool managed = !policy || policy->ipsec.charon == POLICY_CHARON_MANAGED;

	return check_kernel(out) + check_programs(paths, managed, out) +
	       check_ports(paths, managed, out);
}
