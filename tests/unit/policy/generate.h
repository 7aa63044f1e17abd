/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_POLICY_GENERATE_H
#define L2TPGW_TESTS_POLICY_GENERATE_H

/* Policies made at random, all of them valid, in random layouts. */
#include "fixture.h"

static uint32_t seed;

static inline uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

struct choice {
	const char *path;
	const char *values[5];
};

static const struct choice choices[] = {
	{ "gateway.name", { "\"vpn.example.net\"", "\"203.0.113.5\"", "\"x\"" } },
	{ "gateway.wan", { "\"auto\"", "\"eth0\"", "\"ppp0\"" } },
	{ "ipsec.clients",
	  { "[\"windows\"]", "[\"linux\", \"apple\"]", "[\"chromeos\", \"android\"]" } },
	{ "ipsec.legacy", { "[]", "[\"android-11\"]", "[\"3des-router\", \"android-11\"]" } },
	{ "ipsec.ike_proposals", { "[\"aes256-sha256-modp2048\"]", "[\"aes128-sha1-ecp256\"]" } },
	{ "ipsec.esp_proposals", { "[\"aes256gcm16\"]", "[\"aes256-sha256\", \"aes128-sha1\"]" } },
	{ "ipsec.ike_lifetime", { "\"8h\"", "\"1d\"", "\"600s\"" } },
	{ "ipsec.esp_lifetime", { "\"1h\"", "\"3600s\"" } },
	{ "ipsec.dpd", { "0", "\"0\"", "\"30s\"" } },
	{ "ipsec.idle_sa", { "0", "\"10m\"" } },
	{ "ipsec.threads", { "8", "16", "256" } },
	{ "ipsec.charon", { "\"managed\"", "\"external\"" } },
	{ "l2tp.max_sessions", { "1", "400", "2800" } },
	{ "ppp.mtu", { "\"auto\"", "576", "1380" } },
	{ "ppp.mru", { "\"auto\"", "576", "1380" } },
	{ "ppp.dns", { "\"auto\"", "[]", "[\"9.9.9.9\"]", "[\"10.1.1.1\", \"10.1.1.2\"]" } },
	{ "ppp.wins", { "[]", "[\"10.1.1.1\"]" } },
	{ "ppp.idle_timeout", { "0", "\"30m\"" } },
	{ "ppp.session_timeout", { "\"0\"", "\"1d\"" } },
	{ "ppp.echo_interval", { "\"1s\"", "\"20s\"" } },
	{ "ppp.echo_failures", { "1", "100" } },
	{ "addresses.pool",
	  { "\"auto\"", "\"10.77.0.0/24\"", "\"172.20.0.0/16\"", "\"10.9.0.0/29\"" } },
	{ "addresses.local", { "\"auto\"", "\"10.66.0.1\"" } },
	{ "routing.mode", { "\"full\"" } },
	{ "routing.nat", { "\"masquerade\"", "\"none\"", "{\"snat\": \"203.0.113.5\"}" } },
	{ "firewall.allow_from", { "[]", "[\"192.0.2.0/24\", \"198.51.100.1\"]" } },
	{ "firewall.deny_from", { "[]", "[\"192.0.2.128/25\"]" } },
	{ "firewall.isolate_clients", { "true", "false" } },
	{ "firewall.integrate", { "true", "false" } },
	{ "firewall.gateway_services", { "[]", "[\"dns\", \"icmp\", \"ssh\"]" } },
	{ "addresses.pools", { "{}", "{\"guests\": \"10.98.0.0/24\", \"x\": \"10.97.0.0/29\"}" } },
	{ "l2tp.when_full", { "\"refuse\"", "\"close-oldest\"" } },
	{ "groups.staff.allow",
	  { "[]", "[\"10.1.0.0/16\"]",
	    "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22, \"80-90\"]}]" } },
	{ "groups.staff.hours",
	  { "[]", "[{\"days\": [\"mon\"], \"from\": \"22:00\", \"to\": \"06:00\", \"zone\": "
		  "\"UTC\"}]" } },
	{ "groups.default.max_sessions", { "1", "2800" } },
	{ "groups.staff.user_sessions", { "1", "2" } },
	{ "groups.staff.dns", { "[\"10.1.1.1\"]" } },
	{ "users.0.group", { "\"default\"" } },
	{ "users.0.comment", { "\"\"", "\"\\u20ac\\n\"" } },
	{ "users.0.disabled", { "true", "false" } },
	{ "users.0.address", { "\"10.66.7.8\"", "\"172.31.0.9\"" } },
};

/* The same in another layout each time. */
static inline char *write_down(const json_t *root)
{
	static const size_t flags[] = { 0,
					JSON_COMPACT,
					JSON_INDENT(1),
					JSON_INDENT(4),
					JSON_ENSURE_ASCII,
					JSON_SORT_KEYS,
					JSON_ESCAPE_SLASH };

	return json_dumps(root, flags[pick(array_size(flags))]);
}

static inline json_t *generate(void)
{
	json_t *root = json_loads(FIXTURE_BASE, 0, NULL);

	for (size_t i = 0; i < array_size(choices); i++) {
		uint32_t count = 0;

		if (pick(2))
			continue;
		while (count < array_size(choices[i].values) && choices[i].values[count])
			count++;
		fixture_set(root, choices[i].path, choices[i].values[pick(count)]);
	}
	return root;
}

#endif
