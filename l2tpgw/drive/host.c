/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/host.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fabric.h"
#include "base/file.h"
#include "base/mem.h"
#include "drive/net_address.h"
#include "drive/net_link.h"
#include "drive/net_route.h"

#define RESOLV_CONF        "/etc/resolv.conf"
#define RESOLV_CONF_BEHIND "/run/systemd/resolve/resolv.conf" /* what systemd-resolved asks */
#define RESOLV_CONF_MAX    65536

struct facts {
	struct net_link *links;
	size_t links_count;
	struct net_address *addresses;
	size_t addresses_count;
};

static int facts_gather(struct arena *arena, struct facts *facts, struct err *err)
{
	if (net_link_list(arena, "", &facts->links, &facts->links_count, err) < 0)
		return -1;
	return net_address_list(arena, &facts->addresses, &facts->addresses_count, err);
}

static const struct net_link *link_by_index(const struct facts *facts, int ifindex)
{
	for (size_t i = 0; i < facts->links_count; i++) {
		if (facts->links[i].ifindex == ifindex)
			return &facts->links[i];
	}
	return NULL;
}

static const struct net_link *link_by_name(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->links_count; i++) {
		if (!strcmp(facts->links[i].name, name))
			return &facts->links[i];
	}
	return NULL;
}

static uint32_t first_address(const struct facts *facts, int ifindex)
{
	for (size_t i = 0; i < facts->addresses_count; i++) {
		const struct net_address *address = &facts->addresses[i];

		if (address->ifindex == ifindex && address->global && !address->secondary)
			return address->address;
	}
	return 0;
}

static void take_wan(const struct facts *facts, const struct net_link *link, uint32_t source,
		     struct host *host)
{
	_Static_assert(sizeof(host->wan) == sizeof(link->name), "both are interface names");
	memcpy(host->wan, link->name, sizeof(host->wan));
	host->wan_mtu = link->mtu;
	host->wan_address = source ? source : first_address(facts, link->ifindex);
}

static int find_wan(const struct facts *facts, const char *wan, struct host *host, struct err *err)
{
	struct net_route route = { 0 };
	const struct net_link *link;
	int rc = net_route_default(&route, err);

	if (rc < 0)
		return -1;
	link = wan ? link_by_name(facts, wan) : link_by_index(facts, route.ifindex);
	if (link)
		take_wan(facts, link, link->ifindex == route.ifindex ? route.source : 0, host);
	return 0;
}

static bool is_ours(const struct net_link *link, const struct net_address *address)
{
	return !strncmp(link->name, FABRIC_IFNAME_PREFIX, strlen(FABRIC_IFNAME_PREFIX)) ||
	       ip4_in(address->address, (struct ip4_net){ FABRIC_NET, FABRIC_NET_BITS });
}

static void take_nets(const struct facts *facts, struct host *host)
{
	for (size_t i = 0; i < facts->addresses_count && host->nets_count < HOST_NETS_MAX; i++) {
		const struct net_address *address = &facts->addresses[i];
		const struct net_link *link = link_by_index(facts, address->ifindex);
		struct host_net *net;

		if (!link || is_ours(link, address))
			continue;
		net = &host->nets[host->nets_count++];
		memcpy(net->ifname, link->name, sizeof(net->ifname));
		net->net = address->net;
	}
}

static void add_resolver(struct host *host, uint32_t address)
{
	if (host->resolvers_count == HOST_RESOLVERS_MAX || !address || address >> 24 == 127)
		return;
	for (size_t i = 0; i < host->resolvers_count; i++) {
		if (host->resolvers[i] == address)
			return;
	}
	host->resolvers[host->resolvers_count++] = address;
}

static void parse_line(const char *line, struct host *host)
{
	char keyword[16], value[IP4_TEXT_MAX];
	uint32_t address;

	if (sscanf(line, "%15s %19s", keyword, value) == 2 && !strcmp(keyword, "nameserver") &&
	    ip4_parse(value, &address))
		add_resolver(host, address);
}

void host_parse_resolvers(const char *text, size_t len, struct host *host)
{
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		char line[256];

		(void)snprintf(line, sizeof(line), "%.*s", (int)((newline ? newline : end) - text),
			       text);
		parse_line(line, host);
		text = newline ? newline + 1 : end;
	}
}

static void take_resolvers(const char *path, struct host *host)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err ignored; /* a machine without resolvers is a machine without resolvers */

	if (file_read(path, RESOLV_CONF_MAX, &text, &ignored) == 0)
		host_parse_resolvers(buf_text(&text), text.len, host);
}

int host_gather_wan(const char *wan, struct host *host, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct facts facts = { 0 };

	*host = (struct host){ 0 };
	if (facts_gather(arena, &facts, err) < 0 || find_wan(&facts, wan, host, err) < 0)
		return -1;
	take_nets(&facts, host);
	take_resolvers(RESOLV_CONF, host);
	if (!host->resolvers_count)
		take_resolvers(RESOLV_CONF_BEHIND, host);
	return 0;
}

int host_gather(struct host *host, struct err *err)
{
	return host_gather_wan(NULL, host, err);
}
