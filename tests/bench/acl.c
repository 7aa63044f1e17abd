/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a packet of a client costs the gateway's ruleset, with so many sessions that each have a
 * group, and rules, of their own. In a network namespace on this machine: a tun device stands for
 * the sessions' interfaces, packets are forwarded through the real ruleset into another one. System
 * time of this process, in which all of it happens.
 *
 *   acl [RUNS]     medians of that many runs (21)
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/nft.h"
#include "plan/acl.h"
#include "plan/plan.h"

#define RUNS_MAX 101
#define PACKETS  20000u /* of a run */
#define POOL     0x0a4d0000u
#define SERVER   0x0a010203u

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void set_address(const char *name, int request, uint32_t address)
{
	struct ifreq ifr = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	if (fd < 0 || ioctl(fd, (unsigned long)request, &ifr) < 0)
		die(name);
}

static void set_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		die(name);
}

/* A link like those of pppd, with a /16. */
static int open_link(const char *name, uint32_t address)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) < 0 || ioctl(fd, TUNSETLINK, ARPHRD_PPP) < 0)
		die(name);
	set_address(name, SIOCSIFADDR, address);
	set_address(name, SIOCSIFNETMASK, 0xffff0000);
	set_up(name);
	return fd;
}

static void forward(void)
{
	cleanup_fd int fd = open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		die("ip_forward");
}

/* ---- the ruleset ---- */

static void load_ruleset(unsigned sessions)
{
	static const struct plan_paths paths = { .run = "/run/l2tpgw", .plugin = "/plugin.so" };
	cleanup_buf struct buf text = BUF_INIT;
	struct policy *policy;
	struct plan *plan;
	struct diags diags;
	struct err err;

	buf_puts(&text,
		 "{\"version\": 1, \"ipsec\": {\"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\"},"
		 " \"ppp\": {\"dns\": []}, \"routing\": {\"nat\": \"none\"},"
		 " \"addresses\": {\"pool\": \"10.77.0.0/16\"}, \"groups\": {\"default\": {}");
	for (unsigned n = 0; n < sessions; n++)
		buf_printf(&text,
			   ", \"g%u\": {\"allow\": [\"10.9.%u.0/24\", \"10.1.0.0/16\", {\"to\": "
			   "\"10.2.3.4\", \"proto\": \"tcp\", \"ports\": [443]}]}",
			   n, n & 255);
	buf_puts(&text, "}}");
	policy = policy_load("policy", text.data, text.len, NULL, NULL, &diags);
	plan = policy ? plan_make(policy, &paths, NULL, 0, &err) : NULL;
	if (!plan || nft_table_delete(&err) < 0 || nft_run(plan->ruleset, &err) < 0) {
		(void)fprintf(stderr, "no ruleset: %s\n", policy ? err.text : "policy");
		exit(1);
	}
	plan_free(plan);
	policy_free(policy);
	diags_free(&diags);
}

/* sessions 0: one, in the default group, which may go anywhere. */
static void let_in(unsigned sessions)
{
	cleanup_buf struct buf text = BUF_INIT;
	char address[IP4_TEXT_MAX], group[16] = "default";
	struct err err;

	for (unsigned n = 0; n < (sessions ? sessions : 1); n++) {
		if (sessions)
			(void)snprintf(group, sizeof(group), "g%u", n);
		ip4_text(POOL + 2 + n, address);
		buf_printf(&text,
			   "add element inet l2tpgw " ACL_TO " { %s : goto " ACL_TO_CHAIN "%s }\n"
			   "add element inet l2tpgw " ACL_FROM " { %s : goto " ACL_FROM_CHAIN
			   "%s }\n",
			   address, group, address, group);
	}
	if (nft_run(buf_text(&text), &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
}

/* ---- packets ---- */

struct packet {
	uint8_t version, tos;
	uint16_t length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t check;
	uint32_t from, to;
	uint16_t sport, dport, udp_length, udp_check;
	uint8_t data[1000];
} __attribute__((packed));

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void send_from(int fd, uint32_t address)
{
	static struct packet packet = {
		.version = 0x45,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
	};

	packet.length = htons(sizeof(packet));
	packet.from = htonl(address);
	packet.to = htonl(SERVER);
	packet.sport = packet.dport = htons(9000);
	packet.udp_length = htons(sizeof(packet) - 20);
	packet.check = 0;
	packet.check = checksum(&packet, 20);
	if (write(fd, &packet, sizeof(packet)) != (ssize_t)sizeof(packet))
		die("write");
}

static unsigned drain(int fd)
{
	struct packet packet;
	unsigned count = 0;

	while (read(fd, &packet, sizeof(packet)) > 0)
		count++;
	return count;
}

static double system_us(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_stime.tv_sec * 1e6 + (double)usage.ru_stime.tv_usec;
}

/* ns of each packet; `clients` take turns. */
static double run(int in, int out, unsigned clients)
{
	double before = system_us();

	for (unsigned i = 0; i < PACKETS; i++)
		send_from(in, POOL + 2 + i % clients);
	before = system_us() - before;
	if (!drain(out)) {
		(void)fprintf(stderr, "nothing was forwarded\n");
		exit(1);
	}
	return before * 1000 / PACKETS;
}

static int by_value(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1 : 1;
}

static double median(int in, int out, unsigned clients, unsigned runs)
{
	double ns[RUNS_MAX];

	(void)run(in, out, clients);
	for (unsigned i = 0; i < runs; i++)
		ns[i] = run(in, out, clients);
	qsort(ns, runs, sizeof(*ns), by_value);
	return ns[runs / 2];
}

int main(int argc, char **argv)
{
	static const unsigned counts[] = { 0, 1, 10, 100, 250 };
	unsigned runs = argc > 1 ? (unsigned)atoi(argv[1]) : 21;
	double first = 0;
	int in, out;

	if (!runs || runs > RUNS_MAX || unshare(CLONE_NEWNET) < 0)
		die("a network namespace");
	forward();
	in = open_link("l2tpgw1", POOL + 1);
	out = open_link("out", (SERVER & 0xffff0000) + 1);
	printf("%-28s %14s %14s\n", "", "one sends", "all send");
	for (size_t i = 0; i < array_size(counts); i++) {
		unsigned sessions = counts[i];
		char name[64] = "no lists";
		double one, all;

		load_ruleset(sessions);
		let_in(sessions);
		one = median(in, out, 1, runs);
		all = median(in, out, sessions ? sessions : 1, runs);
		if (sessions == 1)
			first = one;
		if (sessions)
			(void)snprintf(name, sizeof(name), "%u session%s, %u list%s", sessions,
				       sessions == 1 ? "" : "s", sessions,
				       sessions == 1 ? "" : "s");
		printf("%-28s %8.0f ns/p %8.0f ns/p%s", name, one, all, first ? "" : "\n");
		if (first)
			printf("  %+.1f %%\n", (one / first - 1) * 100);
	}
	return 0;
}
