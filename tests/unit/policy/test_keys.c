/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every key of the table: values that pass and values that do not, with the message. */
#include "fixture.h"
#include "policy/keys.h"

struct sample {
	const char *path, *value;
	const char *error; /* part of its message; NULL = valid */
};

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct sample samples[] = {
	{ "version", "1", NULL },
	{ "version", "2", "version must be 1" },
	{ "version", "\"1\"", "version must be a whole number, not a string" },
	{ "version", NULL, "version is missing" },
	{ "gateway", "{}", NULL },
	{ "gateway", "[]", "gateway must be an object, not a list" },
	{ "gateway.name", "\"vpn.example.net\"", NULL },
	{ "gateway.name", "\"203.0.113.5\"", NULL },
	{ "gateway.name", "\"a\"", NULL },
	{ "gateway.name", "\"\"", "gateway.name is empty" },
	{ "gateway.name", "\"vpn..net\"", "a dot too many" },
	{ "gateway.name", "\"vpn.net.\"", "a dot too many" },
	{ "gateway.name", "\"-vpn.net\"", "may begin or end" },
	{ "gateway.name", "\"vpn_1.net\"", "letters, digits" },
	{ "gateway.name", "\"a b\"", "letters, digits" },
	{ "gateway.name", "\"b\\u00fccher.example\"", "xn--" },
	{ "gateway.name", "\"1.2.3\"", "neither a DNS name" },
	{ "gateway.name", "\"1.2.3.256\"", "neither a DNS name" },
	{ "gateway.name", "\"127.0.0.1\"", "not an address that clients can dial" },
	{ "gateway.name", "\"" A50 "aaaaaaaaaaaaaa.net\"", "longer than 63" },
	{ "gateway.name", "\"" A50 "." A50 "." A50 "." A50 "." A50 "\"", "longer than 253" },
	{ "gateway.wan", "\"auto\"", NULL },
	{ "gateway.wan", "\"eth0.100\"", NULL },
	{ "gateway.wan", "\"ppp0\"", NULL },
	{ "gateway.wan", "\"a-name-too-long-for-it\"", "longer than 15" },
	{ "gateway.wan", "\"eth/0\"", "not a name of an interface" },
	{ "gateway.wan", "\"et h\"", "not a name of an interface" },
	{ "gateway.wan", "\"eth0\\n\"", "not a name of an interface" },
	{ "gateway.wan", "\"..\"", "not a name of an interface" },
	{ "gateway.wan", "\"lo\"", "loopback" },
	{ "gateway.wan", "\"l2tpgw3\"", "those of sessions" },
	{ "gateway.wan", "1", "must be \"auto\" or a string" },
	{ "ipsec", "{\"psk\": \"0123456789abcdefghijklm\"}", NULL },
	{ "ipsec", "null", "ipsec must be an object, not null" },
	{ "ipsec", NULL, "ipsec.psk is missing" },
	{ "ipsec", "{}", "ipsec.psk is missing" },
	{ "ipsec.psk", "\"0123456789abcdef~ !\\\"#%$\"", NULL },
	{ "ipsec.psk", "{\"file\": \"/etc/psk\"}", NULL },
	{ "ipsec.psk", "\"1234567\"", "shorter than 8" },
	{ "ipsec.psk", "\"p\\u00e4sswort-pf\\u00e4lzisch\"", "printable ASCII" },
	{ "ipsec.psk", "\"0123456789abc\\ndef0123\"", "printable ASCII" },
	{ "ipsec.psk", "\"0123456789abcdef0123 \"", "begin or end with a space" },
	{ "ipsec.psk", "5", "ipsec.psk must be a string or an object, not a number" },
	{ "ipsec.psk", "{}", "ipsec.psk.file is missing" },
	{ "ipsec.psk.file", "\"/etc/psk\"", NULL },
	{ "ipsec.psk.file", "\"/etc/none\"", "cannot be read: /etc/none: not there" },
	{ "ipsec.psk.file", "\"etc/psk\"", "absolute path" },
	{ "ipsec.certificates", "\"managed\"", "\"ipsec.certificates\" is not supported yet" },
	{ "ipsec.clients", "[\"windows\", \"apple\"]", NULL },
	{ "ipsec.clients", "[]", "must not be empty" },
	{ "ipsec.clients", "\"windows\"", "must be a list, not a string" },
	{ "ipsec.clients", "[\"android\"]", "this admits nobody" },
	{ "ipsec.clients.0", "\"chromeos\"", NULL },
	{ "ipsec.clients.0", "\"Windows\"", "did you mean \"windows\"?" },
	{ "ipsec.clients.0", "\"amiga\"", "must be one of \"windows\", \"apple\"" },
	{ "ipsec.clients", "[\"apple\", \"apple\"]", "\"apple\" stands twice" },
	{ "ipsec.clients.0", "7", "not a number" },
	{ "ipsec.legacy", "[]", NULL },
	{ "ipsec.legacy", "{}", "must be a list" },
	{ "ipsec.legacy.0", "\"android-11\"", NULL },
	{ "ipsec.legacy.0", "\"3des-router\"", NULL },
	{ "ipsec.legacy.0", "\"android-10\"", "did you mean \"android-11\"?" },
	{ "ipsec.legacy.0", "\"des\"", "must be one of" },
	{ "ipsec.ike_proposals", "[\"aes256-sha256-modp2048\", \"aes128-sha1-ecp256\"]", NULL },
	{ "ipsec.ike_proposals", "[]", "must not be empty" },
	{ "ipsec.ike_proposals.0", "\"aes256-sha256-curve25519\"", NULL },
	{ "ipsec.ike_proposals.0", "\"aes256-sha256\"", "no Diffie-Hellman group" },
	{ "ipsec.ike_proposals.0", "\"aes256-modp2048\"", "no integrity" },
	{ "ipsec.ike_proposals.0", "\"sha1-modp2048\"", "no encryption" },
	{ "ipsec.ike_proposals.0", "\"aes256-aes128-sha1-modp2048\"",
	  "two algorithms of one kind" },
	{ "ipsec.ike_proposals.0", "\"aes256gcm16-modp2048\"", "for ESP only" },
	{ "ipsec.ike_proposals.0", "\"aes256-sha1-modp2048!\"", "did you mean \"modp2048\"?" },
	{ "ipsec.ike_proposals.0", "\"aes256--modp2048\"", "unknown algorithm \"\"" },
	{ "ipsec.ike_proposals.0", "\"default\"", "unknown algorithm \"default\"" },
	{ "ipsec.ike_proposals.0", "\"aes256-sha1-modp1024\"", "\"android-11\" would admit it" },
	{ "ipsec.ike_proposals.0", "\"3des-sha1-modp2048\"", "\"3des-router\" would admit it" },
	{ "ipsec.ike_proposals.0", "\"aes256-md5-modp2048\"", "\"3des-router\" would admit it" },
	{ "ipsec.ike_proposals.0", "\"aes256-sha1-modp768\"", "broken and never admitted" },
	{ "ipsec.ike_proposals.0", "\"des-sha1-modp2048\"", "broken and never admitted" },
	{ "ipsec.esp_proposals", "[\"aes256gcm16\", \"aes256-sha1\"]", NULL },
	{ "ipsec.esp_proposals", "7", "must be a list" },
	{ "ipsec.esp_proposals.0", "\"aes256-sha256\"", NULL },
	{ "ipsec.esp_proposals.0", "\"aes256-sha256-modp2048\"", NULL },
	{ "ipsec.esp_proposals.0", "\"aes256\"", "no integrity" },
	{ "ipsec.esp_proposals.0", "\"aes256gcm16-sha1\"", "beside AES-GCM" },
	{ "ipsec.esp_proposals.0", "\"null-sha1\"", "broken and never admitted" },
	{ "ipsec.esp_proposals.0", "\"\"", "is empty" },
	{ "ipsec.ike_lifetime", "\"24h\"", NULL },
	{ "ipsec.ike_lifetime", "\"9s\"", "must be from 10s to 7d" },
	{ "ipsec.ike_lifetime", "\"8d\"", "must be from 10s to 7d" },
	{ "ipsec.ike_lifetime", "\"8\"", "must be a duration such as" },
	{ "ipsec.ike_lifetime", "\"1h30m\"", "must be a duration such as" },
	{ "ipsec.ike_lifetime", "28800", "needs a unit" },
	{ "ipsec.ike_lifetime", "0", "must be from 10s" },
	{ "ipsec.esp_lifetime", "\"10s\"", NULL },
	{ "ipsec.esp_lifetime", "\"99999999999999999999d\"", "must be a duration" },
	{ "ipsec.dpd", "0", NULL },
	{ "ipsec.dpd", "\"0\"", NULL },
	{ "ipsec.dpd", "\"0s\"", NULL },
	{ "ipsec.dpd", "\"2h\"", "must be 0 or from 1s to 1h" },
	{ "ipsec.idle_sa", "\"10m\"", NULL },
	{ "ipsec.idle_sa", "\"30s\"", "longer than ppp.echo_interval" },
	{ "ipsec.idle_sa", "-1", "needs a unit" },
	{ "ipsec.threads", "32", NULL },
	{ "ipsec.threads", "7", "from 8 to 256, not 7" },
	{ "ipsec.threads", "257", "from 8 to 256, not 257" },
	{ "ipsec.charon", "\"external\"", NULL },
	{ "ipsec.charon", "\"extern\"", "did you mean \"external\"?" },
	{ "l2tp", "{}", NULL },
	{ "l2tp", "true", "l2tp must be an object, not true" },
	{ "l2tp.max_sessions", "2800", NULL },
	{ "l2tp.retries", "2", NULL },
	{ "l2tp.retries", "1", "from 2 to 10, not 1" },
	{ "l2tp.retries", "11", "from 2 to 10, not 11" },
	{ "l2tp.drain", "0", NULL },
	{ "l2tp.drain", "\"60s\"", NULL },
	{ "l2tp.drain", "\"59s\"", "from 1m to 365d" },
	{ "l2tp.max_sessions", "2801", "from 1 to 2800, not 2801" },
	{ "l2tp.max_sessions", "0", "from 1 to 2800, not 0" },
	{ "l2tp.max_sessions", "1e2", "not a number with a fraction" },
	{ "ppp", "{}", NULL },
	{ "ppp", "\"\"", "ppp must be an object, not a string" },
	{ "ppp.mtu", "\"auto\"", NULL },
	{ "ppp.mtu", "1404", NULL },
	{ "ppp.mtu", "576", NULL },
	{ "ppp.mtu", "1405", "mtu 1405 makes packets of 1508 bytes" },
	{ "ppp.mtu", "575", "from 576 to 9000" },
	{ "ppp.mtu", "\"atuo\"", "did you mean \"auto\"?" },
	{ "ppp.mru", "1398", NULL },
	{ "ppp.mru", "1399", "mru 1399 makes packets of 1508 bytes" },
	{ "ppp.dns", "\"auto\"", NULL },
	{ "ppp.dns", "[]", NULL },
	{ "ppp.dns", "[\"9.9.9.9\", \"1.1.1.1\", \"8.8.8.8\"]", "at most 2 items, not 3" },
	{ "ppp.dns.0", "\"9.9.9.9\"", NULL },
	{ "ppp.dns.0", "\"127.0.0.53\"", "no client can reach a server there" },
	{ "ppp.dns.0", "\"9.9.9\"", "must be an IPv4 address, not \"9.9.9\"" },
	{ "ppp.dns.0", "\"dns.example\"", "must be an IPv4 address" },
	{ "ppp.search_domain", "\"example.net\"", "\"ppp.search_domain\" is not supported yet" },
	{ "ppp.wins", "[\"10.1.2.3\", \"10.1.2.4\"]", NULL },
	{ "ppp.wins", "\"10.1.2.3\"", "must be a list" },
	{ "ppp.wins.0", "\"10.1.2.3\"", NULL },
	{ "ppp.wins.0", "\"::1\"", "must be an IPv4 address" },
	{ "ppp.idle_timeout", "\"30m\"", NULL },
	{ "ppp.idle_timeout", "\"366d\"", "must be 0 or from 1s to 365d" },
	{ "ppp.session_timeout", "\"12h\"", NULL },
	{ "ppp.session_timeout", "\"x\"", "must be a duration" },
	{ "ppp.echo_interval", "\"20s\"", NULL },
	{ "ppp.echo_interval", "0", "must be from 1s to 1h" },
	{ "ppp.echo_failures", "3", NULL },
	{ "ppp.echo_failures", "0", "from 1 to 100" },
	{ "ppp.echo_failures", "3.0", "not a number with a fraction" },
	{ "addresses", "{}", NULL },
	{ "addresses", "[]", "must be an object" },
	{ "addresses.pool", "\"10.77.0.0/24\"", NULL },
	{ "addresses.pool", "\"auto\"", NULL },
	{ "addresses.pool", "\"10.77.0.0/30\"", NULL },
	{ "addresses.pool", "\"10.77.0.0/31\"", "too small" },
	{ "addresses.pool", "\"10.77.0.9\"", "too small" },
	{ "addresses.pool", "\"64.0.0.0/7\"", "too large" },
	{ "addresses.pool", "\"0.0.0.0/0\"", "all there is" },
	{ "addresses.pool", "\"10.77.0.1/24\"", "did you mean \"10.77.0.0/24\"?" },
	{ "addresses.pool", "\"10.77.0.0/33\"", "a network such as" },
	{ "addresses.pool", "\"10.20.3.0/24\"", "the gateway's own network 10.20.0.0/16 on eth1" },
	{ "addresses.pool", "\"10.0.0.0/8\"", "the gateway's own network 10.20.0.0/16 on eth1" },
	{ "addresses.pool", "\"198.18.4.0/24\"", "198.18.0.0/15" },
	{ "addresses.pool", "\"198.16.0.0/14\"", "198.18.0.0/15" },
	{ "addresses.pool", "\"127.1.0.0/24\"", "127.0.0.0/8" },
	{ "addresses.pool", "\"224.1.0.0/24\"", "multicast" },
	{ "addresses.pool", "\"0.1.0.0/24\"", "0.0.0.0/8" },
	{ "addresses.pool", "{\"a\": \"10.77.0.0/24\"}",
	  "addresses.pool must be \"auto\" or a network such as \"10.20.0.0/24\", not an object" },
	{ "addresses.pools", "{}", NULL },
	{ "addresses.pools", "[]", "addresses.pools must be an object, not a list" },
	{ "addresses.pools", "{\"a b\": \"10.78.0.0/24\"}", "\"a b\" is no name for it" },
	{ "addresses.pools", "{\"\": \"10.78.0.0/24\"}", "1 to 32 characters are needed" },
	{ "addresses.pools", "{\"../a\": \"10.78.0.0/24\"}", "a letter or digit" },
	{ "addresses.pools", "{\"" A50 "\": \"10.78.0.0/24\"}", "1 to 32 characters" },
	{ "addresses.pools", "{\"a\": \"10.78.0.0/16\", \"b\": \"10.78.3.0/24\"}",
	  "pool 10.78.3.0/24 overlaps the pool \"a\" (10.78.0.0/16)" },
	{ "addresses.pools.guests", "\"10.78.0.0/24\"", NULL },
	{ "addresses.pools.guests", "\"10.20.4.0/24\"", "gateway's own network 10.20.0.0/16" },
	{ "addresses.pools.guests", "\"10.78.0.0/31\"", "too small" },
	{ "addresses.pools.guests", "\"198.18.4.0/24\"", "198.18.0.0/15" },
	{ "addresses.pools.guests", "\"auto\"", "must be a network" },
	{ "addresses.pools.guests", "{}", "must be a network" },
	{ "l2tp.when_full", "\"close-oldest\"", NULL },
	{ "l2tp.when_full", "\"close-newest\"", "did you mean \"close-oldest\"?" },
	{ "addresses.local", "\"10.99.0.1\"", NULL },
	{ "addresses.local", "\"auto\"", NULL },
	{ "addresses.local", "\"198.18.0.1\"", "198.18.0.0/15" },
	{ "addresses.local", "\"10.20.0.1\"", "gateway's own network 10.20.0.0/16 on eth1" },
	{ "addresses.local", "\"0.0.0.0\"", "not an address of a machine" },
	{ "addresses.local", "\"10.99.0.1/24\"", "must be \"auto\" or an IPv4 address" },
	{ "routing", "{}", NULL },
	{ "routing", "0", "must be an object" },
	{ "routing.mode", "\"full\"", NULL },
	{ "routing.mode", "\"split\"", "\"split\" in \"routing.mode\" is not supported yet" },
	{ "routing.mode", "\"ful\"", "did you mean \"full\"?" },
	{ "routing.routes", "[]", "\"routing.routes\" is not supported yet" },
	{ "routing.nat", "\"none\"", NULL },
	{ "routing.nat", "\"masquerade\"", NULL },
	{ "routing.nat", "\"maskerade\"", "did you mean \"masquerade\"?" },
	{ "routing.nat", "{}", "routing.nat.snat is missing" },
	{ "routing.nat.snat", "\"203.0.113.7\"", NULL },
	{ "routing.nat.snat", "\"224.0.0.1\"", "multicast" },
	{ "routing.nat.snat", "\"auto\"", "must be an IPv4 address" },
	{ "firewall", "{}", NULL },
	{ "firewall", "null", "must be an object" },
	{ "firewall.allow_from", "[\"192.0.2.0/24\", \"198.51.100.7\"]", NULL },
	{ "firewall.allow_from", "[\"192.0.2.0/24\", \"192.0.2.0/24\"]",
	  "192.0.2.0/24 stands twice" },
	{ "firewall.allow_from", "\"192.0.2.0/24\"", "must be a list" },
	{ "firewall.allow_from.0", "\"0.0.0.0/0\"", NULL },
	{ "firewall.allow_from.0", "\"192.0.2.1/24\"", "did you mean \"192.0.2.0/24\"?" },
	{ "firewall.allow_from.0", "\"2001:db8::/32\"", "a network such as" },
	{ "firewall.deny_from", "[\"192.0.2.0/24\"]", NULL },
	{ "firewall.deny_from", "4", "must be a list" },
	{ "firewall.deny_from.0", "\"192.0.2.1\"", NULL },
	{ "firewall.deny_from.0", "\"0.0.0.0/0\"", "locks out everybody" },
	{ "firewall.deny_from.0", "false", "not false" },
	{ "firewall.isolate_clients", "false", NULL },
	{ "firewall.integrate", "true", NULL },
	{ "firewall.integrate", "\"ufw\"", "must be true or false, not a string" },
	{ "firewall.isolate_clients", "\"no\"", "must be true or false, not a string" },
	{ "firewall.isolate_clients", "1", "must be true or false, not a number" },
	{ "firewall.gateway_services", "[]", NULL },
	{ "firewall.gateway_services", "[\"dns\", \"dns\"]", "stands twice" },
	{ "firewall.gateway_services.0", "\"ssh\"", NULL },
	{ "firewall.gateway_services.0", "\"shh\"", "did you mean \"ssh\"?" },
	{ "firewall.brute_force", "{}", NULL },
	{ "firewall.brute_force", "false", "must be an object, not false" },
	{ "firewall.brute_force.failures", "0", NULL },
	{ "firewall.brute_force.failures", "1000", NULL },
	{ "firewall.brute_force.failures", "-1", "must be from 0 to 1000" },
	{ "firewall.brute_force.window", "\"1d\"", NULL },
	{ "firewall.brute_force.window", "0", "must be from 1s to 1d" },
	{ "firewall.brute_force.ban", "\"30d\"", NULL },
	{ "firewall.brute_force.ban", "\"31d\"", "must be from 1s to 30d" },
	{ "firewall.brute_force.allow", "[]", NULL },
	{ "firewall.brute_force.allow", "\"192.0.2.0/24\"", "must be a list, not a string" },
	{ "firewall.brute_force.allow.0", "\"192.0.2.0/24\"", NULL },
	{ "firewall.brute_force.allow.0", "\"office\"", "must be a network such as" },
	{ "groups", "{}", NULL },
	{ "groups", "[]", "groups must be an object, not a list" },
	{ "groups", "{\"a;b\": {}}", "\"a;b\" is no name for it" },
	{ "groups", "{\"-a\": {}}", "a letter or digit" },
	{ "groups.staff", "{}", NULL },
	{ "groups.staff", "[]", "groups.staff must be an object, not a list" },
	{ "groups.staff", "{\"alow\": []}", "did you mean \"allow\"?" },
	{ "groups.staff.allow", "[]", NULL },
	{ "groups.staff.allow", "\"10.1.0.0/16\"", "groups.staff.allow must be a list" },
	{ "groups.staff.allow.0", "\"10.1.0.0/16\"", NULL },
	{ "groups.staff.allow.0", "\"0.0.0.0/0\"", NULL },
	{ "groups.staff.allow.0", "\"10.1.0.1/16\"", "did you mean \"10.1.0.0/16\"?" },
	{ "groups.staff.allow.0", "\"fd00::/8\"", "a network such as" },
	{ "groups.staff.allow.0", "{}", "groups.staff.allow[0].to is missing" },
	{ "groups.staff.allow.0", "{\"to\": \"10.1.2.3\", \"ports\": [22]}",
	  "only \"tcp\" and \"udp\" have ports" },
	{ "groups.staff.allow.0", "{\"to\": \"10.1.2.3\", \"proto\": \"icmp\", \"ports\": [22]}",
	  "only \"tcp\" and \"udp\" have ports" },
	{ "groups.tcp.allow.0.to", "\"10.1.2.3\"", NULL },
	{ "groups.tcp.allow.0.to", "\"server\"", "a network such as" },
	{ "groups.tcp.allow.0.proto", "\"udp\"", NULL },
	{ "groups.tcp.allow.0.proto", "\"any\"", "only \"tcp\" and \"udp\" have ports" },
	{ "groups.tcp.allow.0.proto", "\"tpc\"", "did you mean \"tcp\"?" },
	{ "groups.tcp.allow.0.ports", "[443, \"8000-8100\"]", NULL },
	{ "groups.tcp.allow.0.ports", "[]", "must not be empty" },
	{ "groups.tcp.allow.0.ports", "443", "must be a list" },
	{ "groups.tcp.allow.0.ports.0", "1", NULL },
	{ "groups.tcp.allow.0.ports.0", "\"1-65535\"", NULL },
	{ "groups.tcp.allow.0.ports.0", "0", "from 1 to 65535, not 0" },
	{ "groups.tcp.allow.0.ports.0", "65536", "from 1 to 65535, not 65536" },
	{ "groups.tcp.allow.0.ports.0", "\"0-9\"", "must be a port, or a range" },
	{ "groups.tcp.allow.0.ports.0", "\"9-8\"", "must be a port, or a range" },
	{ "groups.tcp.allow.0.ports.0", "\"8-65536\"", "must be a port, or a range" },
	{ "groups.tcp.allow.0.ports.0", "\"8-9}\"", "must be a port, or a range" },
	{ "groups.tcp.allow.0.ports.0", "\"https\"", "must be a port, or a range" },
	{ "groups.staff.pool", "\"gests\"", "addresses.pools has no pool \"gests\"" },
	{ "groups.in.pool", "\"guests\"", NULL },
	{ "groups.in.pool", "\"gests\"", "did you mean \"guests\"?" },
	{ "groups.staff.max_sessions", "20", NULL },
	{ "groups.staff.max_sessions", "0", "from 1 to 2800, not 0" },
	{ "groups.staff.user_sessions", "1", NULL },
	{ "groups.staff.user_sessions", "\"1\"", "must be a whole number" },
	{ "groups.staff.when_full", "\"refuse\"", NULL },
	{ "groups.staff.when_full", "\"close\"", "must be one of" },
	{ "groups.staff.rate", "{}", NULL },
	{ "groups.staff.rate", "\"10M\"", "must be an object, not a string" },
	{ "groups.staff.rate.down", "\"10M\"", NULL },
	{ "groups.staff.rate.down", "\"10\"", "must be" },
	{ "groups.staff.rate.up", "\"512k\"", NULL },
	{ "groups.staff.rate.up", "\"63k\"", "must be from 64k to 10G" },
	{ "groups.staff.idle_timeout", "\"30m\"", NULL },
	{ "groups.staff.idle_timeout", "0", NULL },
	{ "groups.staff.idle_timeout", "30", "needs a unit" },
	{ "groups.staff.session_timeout", "\"12h\"", NULL },
	{ "groups.staff.session_timeout", "\"366d\"", "must be 0 or from 1s to 365d" },
	{ "groups.staff.dns", "[\"10.1.2.3\", \"10.1.2.4\"]", NULL },
	{ "groups.staff.dns", "[]", "must not be empty" },
	{ "groups.staff.dns.0", "\"10.1.2.3\"", NULL },
	{ "groups.staff.dns.0", "\"127.0.0.53\"", "no client can reach a server there" },
	{ "groups.staff.hours", "[]", NULL },
	{ "groups.staff.hours", "\"always\"", "must be a list" },
	{ "groups.staff.hours.0", "{}", NULL },
	{ "groups.staff.hours.0", "\"08:00-18:00\"", "must be an object" },
	{ "groups.staff.hours.0.days", "[\"mon\", \"sun\"]", NULL },
	{ "groups.staff.hours.0.days", "[]", "must not be empty" },
	{ "groups.staff.hours.0.days", "[\"mon\", \"mon\"]", "\"mon\" stands twice" },
	{ "groups.staff.hours.0.days.0", "\"sat\"", NULL },
	{ "groups.staff.hours.0.days.0", "\"monday\"", "must be one of \"mon\"" },
	{ "groups.staff.hours.0.from", "\"08:30\"", NULL },
	{ "groups.staff.hours.0.from", "\"24:00\"", "nothing begins at 24:00" },
	{ "groups.staff.hours.0.from", "\"8:30\"", "shorter than 5 bytes" },
	{ "groups.staff.hours.0.from", "\"08:60\"", "must be a time of the day" },
	{ "groups.staff.hours.0.from", "\"08-30\"", "must be a time of the day" },
	{ "groups.staff.hours.0.from", "\"0a:30\"", "must be a time of the day" },
	{ "groups.staff.hours.0.from", "830", "must be a string" },
	{ "groups.staff.hours.0.to", "\"24:00\"", NULL },
	{ "groups.staff.hours.0.to", "\"24:01\"", "must be a time of the day" },
	{ "groups.staff.hours.0.zone", "\"Europe/Berlin\"", NULL },
	{ "groups.staff.hours.0.zone", "\"Europe/Berln\"", "knows no time zone" },
	{ "groups.staff.hours.0.zone", "\"../../etc/passwd\"", "not a name of a time zone" },
	{ "groups.staff.hours.0.zone", "\"/etc/passwd\"", "not a name of a time zone" },
	{ "groups.staff.hours.0.zone", "7", "must be a string" },
	{ "radius", "{}", NULL },
	{ "radius", "[]", "radius must be an object, not a list" },
	{ "radius.servers", "[]", NULL },
	{ "radius.servers", "{}", "radius.servers must be a list" },
	{ "radius.servers.0", "{\"address\": \"192.0.2.10\", \"secret\": \"0123456789abcdef\"}",
	  NULL },
	{ "radius.servers.0", "{\"address\": \"192.0.2.10\"}",
	  "radius.servers[0].secret is missing" },
	{ "radius.servers.0.address", "\"192.0.2.11\"", NULL },
	{ "radius.servers.0.address", "\"0.0.0.0\"", "not an address of a machine" },
	{ "radius.servers.0.address", "\"radius.example\"", "must be an IPv4 address" },
	{ "radius.servers.0.auth_port", "1645", NULL },
	{ "radius.servers.0.auth_port", "0", "from 1 to 65535" },
	{ "radius.servers.0.acct_port", "0", NULL },
	{ "radius.servers.0.acct_port", "65536", "from 0 to 65535" },
	{ "radius.servers.0.secret", "\"0123456789abcdef ~\"", NULL },
	{ "radius.servers.0.secret", "{\"file\": \"/etc/psk\"}", NULL },
	{ "radius.servers.0.secret", "\"\"", "is empty" },
	{ "radius.servers.0.secret", "\"0123456789abcde\\u00e4\"", "printable ASCII" },
	{ "radius.servers.0.secret.file", "\"/etc/psk\"", NULL },
	{ "radius.servers.0.secret.file", "\"/etc/none\"", "the RADIUS secret cannot be read" },
	{ "radius.users", "\"radius-only\"", NULL },
	{ "radius.users", "\"radius\"", "must be one of" },
	{ "radius.nas_identifier", "\"gw 1\"", NULL },
	{ "radius.nas_identifier", "\"g\\u00fc\"", "printable ASCII" },
	{ "radius.nas_address", "\"auto\"", NULL },
	{ "radius.nas_address", "\"10.1\"", "must be \"auto\" or an IPv4 address" },
	{ "radius.interim", "\"10s\"", NULL },
	{ "radius.interim", "\"9s\"", "must be 0 or from 10s to 1d" },
	{ "radius.timeout", "\"4s\"", NULL },
	{ "radius.timeout", "\"5s\"", "make 15 s until the next server" },
	{ "radius.timeout", "0", "from 1s to 10s" },
	{ "radius.retries", "5", NULL },
	{ "radius.retries", "6", "from 0 to 5" },
	{ "radius.dead_time", "0", NULL },
	{ "radius.dead_time", "\"2d\"", "from 1s to 1d" },
	{ "radius.require_message_authenticator", "false", NULL },
	{ "radius.require_message_authenticator", "0", "must be true or false" },
	{ "radius.dynamic_authorization", "true", NULL },
	{ "radius.dynamic_authorization", "{}", "must be true or false" },
	{ "radius.dynamic_authorization_port", "1700", NULL },
	{ "radius.dynamic_authorization_port", "0", "from 1 to 65535" },
	{ "radius.require_event_timestamp", "false", NULL },
	{ "radius.require_event_timestamp", "1", "must be true or false" },
	{ "observe", "{}", "\"observe\" is not supported yet" },
	{ "users", "[]", NULL },
	{ "users", NULL, NULL },
	{ "users", "{}", "users must be a list, not an object" },
	{ "users.0", "{\"name\": \"a\", \"password\": \"b\"}", NULL },
	{ "users.0", "\"alice\"", "users[0] must be an object, not a string" },
	{ "users.0.name", "\"DOMAIN\\\\bob the 'great' #1 %*@/\"", NULL },
	{ "users.0.name", "\"\"", "users[0].name is empty" },
	{ "users.0.name", "\"*\"", "pppd takes for anybody" },
	{ "users.0.name", "\"b\\u00f6b\"", "printable ASCII only" },
	{ "users.0.name", "\"a\\nb\"", "printable ASCII only" },
	{ "users.0.name", "\" a\"", "begin or end with a space" },
	{ "users.0.name", NULL, "users[0].name is missing" },
	{ "users.0.name", "\"" A50 A50 A50 A50 A50 "aaaaaa\"", "longer than 255" },
	{ "users.0.password", "\"@/etc/passwd\"", NULL },
	{ "users.0.password", "\" \\\"#;%*'\\u00e9\\u00ff \"", NULL },
	{ "users.0.password", "\"ab\\u20ac\"", "character 3 is one that MS-CHAPv2" },
	{ "users.0.password", "\"a\\tb\"", "character 2 is a control character" },
	{ "users.0.password", "\"a\\u0085b\"", "character 2 is a control character" },
	{ "users.0.password", "\"\"", "users[0].password is empty" },
	{ "users.0.password", "null", "users[0].password must be a string, not null" },
	{ "users.0.password", "\"" A50 A50 A50 A50 A50 "aaaaaa\"", "behind the 255" },
	{ "users.0.password", NULL, "users[0].password is missing" },
	{ "users.0.password_file", "\"/etc/psk\"", NULL },
	{ "users.0.password_file", "\"/etc/none\"",
	  "the password cannot be read: /etc/none: not there" },
	{ "users.0.password_file", "\"etc/psk\"", "absolute path" },
	{ "users.0.nt_hash", "\"8846F7EAEE8fb117ad06bdd830b7586c\"", NULL },
	{ "users.0.nt_hash", "\"8846f7eaee8fb117ad06bdd830b7586\"", "shorter than 32" },
	{ "users.0.nt_hash", "\"8846f7eaee8fb117ad06bdd830b7586c0\"", "longer than 32" },
	{ "users.0.nt_hash", "\"8846f7eaee8fb117ad06bdd830b7586x\"",
	  "must be 32 hexadecimal digits" },
	{ "users.0.nt_hash", "5", "must be a string, not a number" },
	{ "users.0",
	  "{\"name\": \"a\", \"password\": \"b\", \"nt_hash\": "
	  "\"8846f7eaee8fb117ad06bdd830b7586c\"}",
	  "\"nt_hash\" stands beside \"password\"" },
	{ "users.0.group", "\"default\"", NULL },
	{ "users.0.group", "\"x\"", "there is no group \"x\"" },
	{ "users.0.group", "\"defualt\"", "did you mean \"default\"?" },
	{ "users.0.group", "\"\"", "users[0].group is empty" },
	{ "users.0.address", "\"10.99.0.9\"", NULL },
	{ "users.0.address", "\"10.20.0.9\"", "gateway's own network 10.20.0.0/16 on eth1" },
	{ "users.0.address", "\"198.19.0.9\"", "198.18.0.0/15" },
	{ "users.0.address", "\"10.99.0\"", "must be an IPv4 address" },
	{ "users.0.expires", "\"2030-01-01T00:00:00Z\"", NULL },
	{ "users.0.expires", "\"2030-01-01\"", "must be a date and time with an offset" },
	{ "users.0.expires", "\"2030-02-30T00:00:00Z\"", "must be a date and time" },
	{ "users.0.expires", "1893456000", "must be a string" },
	{ "users.0.disabled", "true", NULL },
	{ "users.0.disabled", "0", "must be true or false" },
	{ "users.0.max_sessions", "1", NULL },
	{ "users.0.max_sessions", "0", "from 1 to 2800, not 0" },
	{ "users.0.rate", "{}", NULL },
	{ "users.0.rate", "\"10M\"", "must be an object, not a string" },
	{ "users.0.rate.down", "\"64k\"", NULL },
	{ "users.0.rate.up", "\"10G\"", NULL },
	{ "users.0.rate.down", "\"63k\"", "must be from 64k to 10G" },
	{ "users.0.rate.down", "\"11G\"", "must be from 64k to 10G" },
	{ "users.0.rate.down", "\"0\"", "must be from 64k to 10G" },
	{ "users.0.rate.down", "\"10m\"", "must be a rate such as \"512k\"" },
	{ "users.0.rate.down", "\"10 M\"", "must be a rate" },
	{ "users.0.rate.up", "10000000", "needs a unit: write \"512k\"" },
	{ "users.0.rate.left", "\"1M\"", "unknown key \"left\"" },
	{ "users.0.comment", "\"line\\nbreak \\u20ac\"", NULL },
	{ "users.0.comment", "7", "must be a string" },
};

/* What a value needs around it to be valid: for "groups.tcp.…" and "groups.in.…", and the
 * examples. */
static const char *const around[][3] = {
	{ "groups.tcp.", "groups.tcp.allow",
	  "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22]}]" },
	{ "groups.in.", "addresses.pools", "{\"guests\": \"10.78.0.0/24\"}" },
	{ "groups.NAME.allow.0.", "groups.NAME.allow",
	  "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22]}]" },
};

static void load_sample(struct loaded *loaded, const struct host *host, const char *path,
			const char *value)
{
	const char *settings[][2] = { { "users.0.comment", "\"\"" }, { path, value } };

	for (size_t i = 0; i < array_size(around); i++) {
		if (strncmp(path, around[i][0], strlen(around[i][0])) != 0)
			continue;
		settings[0][0] = around[i][1];
		settings[0][1] = around[i][2];
	}
	load_with(loaded, host, settings, 2);
}

static void test_samples(void **state)
{
	struct host host = fixture_host();

	(void)state;
	for (size_t i = 0; i < array_size(samples); i++) {
		const struct sample *sample = &samples[i];
		struct loaded loaded;

		load_sample(&loaded, &host, sample->path, sample->value);
		if (!sample->error ? !loaded.policy
				   : loaded.policy || !says(&loaded, sample->error))
			fail_msg("%s = %s: expected %s, got\n%s", sample->path,
				 sample->value ? sample->value : "(none)",
				 sample->error ? sample->error : "success",
				 buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

/* One wrong value, one error: no value in error may make others look wrong. */
static void test_no_cascades(void **state)
{
	struct host host = fixture_host();

	(void)state;
	for (size_t i = 0; i < array_size(samples); i++) {
		struct loaded loaded;

		load_sample(&loaded, &host, samples[i].path, samples[i].value);
		if (samples[i].error && loaded.diags.errors != 1)
			fail_msg("%s:\n%s", samples[i].path, buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

/* "users.0.name" as the table has it: "/users/STAR/name". */
static bool same_path(const char *path, const char *pointer)
{
	for (; *path && *pointer == '/'; path += *path == '.') {
		size_t step = strcspn(path, "."), len = strcspn(++pointer, "/");

		bool member = len == 4 && !memcmp(pointer, "NAME", len);

		if (*pointer == '*' ? !is_index(path)
				    : !member && (step != len || memcmp(path, pointer, len) != 0))
			return false;
		path += step;
		pointer += len;
	}
	return !*path && !*pointer;
}

static void covered(const char *pointer, const struct key *key, void *user)
{
	unsigned valid = 0, invalid = 0;

	(void)user;
	for (size_t i = 0; i < array_size(samples); i++) {
		if (!same_path(samples[i].path, pointer))
			continue;
		valid += !samples[i].error;
		invalid += !!samples[i].error;
	}
	if ((!valid && !key->unsupported) || !invalid)
		fail_msg("%s has %u valid and %u invalid samples", pointer, valid, invalid);
}

static void test_every_key_has_samples(void **state)
{
	(void)state;
	key_each(covered, NULL);
}

static void documented(const char *pointer, const struct key *key, void *user)
{
	size_t len = key->summary ? strlen(key->summary) : 0;

	(void)user;
	if (!len || key->summary[len - 1] == '.')
		fail_msg("%s has no proper summary", pointer);
	if (key->forms & KEY_WORD)
		assert_non_null(key->words);
	if (key->example) {
		json_t *json = json_loads(key->example, JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		json_decref(json);
	}
}

static void test_table(void **state)
{
	(void)state;
	key_each(documented, NULL);
	assert_string_equal(key_lookup("users.name")->name, "name");
	assert_string_equal(key_lookup("/users/*/name")->name, "name");
	assert_string_equal(key_lookup("ipsec.psk.file")->name, "file");
	assert_string_equal(key_lookup("groups.staff.allow.to")->name, "to");
	assert_string_equal(key_lookup("/groups/NAME/hours/*/zone")->name, "zone");
	assert_string_equal(key_lookup("addresses.pools.guests")->name, "NAME");
	assert_null(key_lookup("groups.staff.alow"));
	assert_null(key_lookup("users.nmae"));
	assert_null(key_lookup("ppp.mtu.x"));
	assert_true(key_is_public("name", 4));
	assert_false(key_is_public("password", 8));
	assert_false(key_is_public("psk", 3));
	assert_false(key_is_public("pswd", 4));
	assert_false(key_is_public("name\0as far as behind its end", 29));
}

/* Examples of the table are themselves valid. */
static void example_loads(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf path = BUF_INIT;
	struct host host = fixture_host();
	struct loaded loaded;

	(void)user;
	if (!key->example)
		return;
	for (const char *p = pointer + 1; *p; p++)
		buf_putc(&path, (char)(*p == '/' ? '.' : *p == '*' ? '0' : *p));
	load_sample(&loaded, &host, buf_text(&path), key->example);
	if (!loaded.policy && strcmp(pointer, "/ipsec/psk/file") != 0 &&
	    strcmp(pointer, "/ipsec/psk") != 0)
		fail_msg("%s: %s", pointer, buf_text(&loaded.rendered));
	unload(&loaded);
}

static void test_examples(void **state)
{
	(void)state;
	key_each(example_loads, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_no_cascades),
		cmocka_unit_test(test_every_key_has_samples),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
