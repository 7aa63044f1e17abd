/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/daemon.h"
#include "cli/examine.h"
#include "drive/pidfile.h"
#include "drive/ports.h"
#include "drive/procfs.h"

#define PORT_IKE  500
#define PORT_NATT 4500
#define PORT_L2TP 1701

/* Who is known to hold these ports, by the name of the process (proc(5), comm). */
static const struct other {
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

static const struct other *other_by_command(const char *command)
{
	for (size_t i = 0; i < array_size(others); i++) {
		if (!strcmp(others[i].command, command))
			return &others[i];
	}
	return NULL;
}

static const char *name_of(const struct port_owner *owner)
{
	return *owner->command ? owner->command : "the kernel or another container";
}

/* The gateway works without that port, but for the servers' orders. */
static void orders_taken(struct findings *findings, const struct port_owner *owner)
{
	finding_add(findings, "ports", FINDING_WARNING,
		    "UDP %u is in use by %s (pid %d): RADIUS servers can end and change nothing",
		    owner->port, name_of(owner), (int)owner->pid);
	finding_remedy(findings, "stop it, or set radius.dynamic_authorization_port, here and in "
				 "the servers, to a port that is free");
}

static void port_taken(struct findings *findings, const struct port_owner *owner)
{
	const struct other *other = other_by_command(owner->command);

	finding_add(findings, "ports", FINDING_PROBLEM, "UDP %u is in use by %s%s%s (pid %d)",
		    owner->port, other ? other->product : "", other ? ": " : "", name_of(owner),
		    (int)owner->pid);
	if (other)
		finding_remedy(findings, "systemctl disable --now %s", other->units);
	else
		finding_remedy(findings, "stop it, and keep it from being started again");
	if (!strncmp(owner->command, "charon", 6))
		finding_remedy(findings, "or, if that charon must go on: \"ipsec\": {\"charon\": "
					 "\"external\"} in the policy");
}

static bool is_our_charon(const struct paths *paths, pid_t pid)
{
	struct err ignored = { .code = ERR_NONE };
	struct procfs_stat stat;
	struct pidfile file;

	return pidfile_read(paths->charon_pid, &file, &ignored) == 0 && file.pid == pid &&
	       procfs_stat(pid, &stat, &ignored) == 0 && stat.start == file.start;
}

/* It keeps UDP 1701 silent. */
static bool is_our_daemon(const struct paths *paths, const struct port_owner *owner)
{
	struct process daemon = daemon_running(paths);
	bool ours = daemon.pid == owner->pid && !strcmp(owner->command, "l2tpgwd");

	process_release(&daemon);
	return ours;
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

static bool is_ike(uint16_t port)
{
	return port == PORT_IKE || port == PORT_NATT;
}

static void nobody_else(struct findings *findings, uint16_t orders)
{
	char more[32] = "";

	if (orders)
		(void)snprintf(more, sizeof(more), ", nor %u for RADIUS", orders);
	finding_add(findings, "ports", FINDING_GOOD, "nobody else holds UDP 500, 4500 or 1701%s",
		    more);
}

void examine_ports(struct findings *findings, const struct paths *paths,
		   const struct policy *policy)
{
	const uint16_t orders = policy ? policy_orders_port(policy) : 0;
	const uint16_t ports[] = { PORT_L2TP, PORT_IKE, PORT_NATT, orders };
	bool managed = !policy || policy->ipsec.charon == POLICY_CHARON_MANAGED;
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	size_t count, before = findings->count;
	struct port_owner *list;
	uint16_t last = 0;
	bool ike = false;

	if (ports_owners(arena, ports, array_size(ports), &list, &count, &err) < 0) {
		finding_add(findings, "ports", FINDING_PROBLEM, "%.300s", err.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		ike |= list[i].port == PORT_IKE;
		if (list[i].port == last || (!managed && is_ike(list[i].port)) ||
		    is_ours(paths, list[i].pid) || is_our_daemon(paths, &list[i]))
			continue;
		if (list[i].port == orders)
			orders_taken(findings, &list[i]);
		else
			port_taken(findings, &list[i]);
		last = list[i].port;
	}
	if (!managed && !ike) {
		finding_add(findings, "ports", FINDING_PROBLEM,
			    "ipsec.charon is \"external\", but nobody listens on UDP 500");
		finding_remedy(findings,
			       "start that charon (systemctl start strongswan), or set it "
			       "to \"managed\"");
	}
	if (findings->count == before)
		nobody_else(findings, orders);
}
