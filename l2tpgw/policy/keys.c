/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/keys.h"

#include <string.h>

#include "base/cleanup.h"
#include "policy/geometry.h"
#include "policy/key_table.h"
#include "policy/load.h"
#include "policy/set.h"
#include "policy/show.h"

/* clang-format off */
static const struct key gateway_keys[] = {
	{ .name = "name", .forms = KEY_STRING, RANGE(1, 253), .impact = KEY_LIVE,
	  .set = set_name, .show = show_text, AT(gateway.name),
	  .fallback_doc = "the address of the WAN interface",
	  .pattern = "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", .example = "\"vpn.example.net\"",
	  .summary = "DNS name or IPv4 address that clients dial" },
	{ .name = "wan", .forms = KEY_STRING | KEY_WORD, WORDS("auto"), RANGE(1, 15),
	  .impact = KEY_LIVE, .set = set_wan, .show = show_text, AT(gateway.wan), .fallback = "\"auto\"",
	  .pattern = "^[A-Za-z0-9._-]+$", .example = "\"eth0\"",
	  .summary = "Interface towards the internet; \"auto\" is that of the IPv4 default route, "
		     "followed as it changes" },
};

static const struct key psk_keys[] = {
	{ .name = "file", .forms = KEY_STRING, RANGE(2, 4095), .required = true,
	  .impact = KEY_NEW_SESSIONS, .set = set_psk_file, AT(ipsec.psk), .pattern = "^/",
	  .example = "\"/etc/l2tpgw/psk\"",
	  .summary = SECRET_FILE("key") },
};
static const struct key client_item = { .name = "*", .forms = KEY_WORD,
	WORDS("windows", "apple", "chromeos", "linux", "android"), .unique = true,
	.set = set_bit, AT(ipsec.clients), .impact = KEY_NEW_SESSIONS,
	.summary = "An operating system as it comes" };
static const struct key legacy_item = { .name = "*", .forms = KEY_WORD,
	WORDS("android-11", "3des-router"), .unique = true,
	.set = add_legacy, AT(ipsec.legacy), .impact = KEY_NEW_SESSIONS,
	.summary = "\"android-11\" admits MODP1024, \"3des-router\" admits 3DES, MD5 and MODP1024" };
static const struct key ike_item = { .name = "*", .forms = KEY_STRING, RANGE(1, 100),
	.set = add_ike, .impact = KEY_NEW_SESSIONS, .pattern = "^[a-z0-9_]+(-[a-z0-9_]+)*$",
	.example = "\"aes256-sha256-modp2048\"",
	.summary = "Encryption, integrity and Diffie-Hellman group in strongSwan's syntax" };
static const struct key esp_item = { .name = "*", .forms = KEY_STRING, RANGE(1, 100),
	.set = add_esp, .impact = KEY_NEW_SESSIONS, .pattern = "^[a-z0-9_]+(-[a-z0-9_]+)*$",
	.example = "\"aes256gcm16\"",
	.summary = "Encryption and, unless it is AES-GCM, integrity in strongSwan's syntax" };
static const struct key ipsec_keys[] = {
	{ .name = "psk", .forms = KEY_STRING | KEY_OBJECT, RANGE(8, 255), .required = true,
	  .secret = true, .impact = KEY_NEW_SESSIONS, KEYS(psk_keys), STORES(psk),
	  AT(ipsec.psk), .pattern = "^[ -~]*$", .example = "{\"file\": \"/etc/l2tpgw/psk\"}",
	  .summary = "Pre-shared key of all clients, printable ASCII; or the file that holds it" },
	{ .name = "certificates", .forms = KEY_STRING | KEY_OBJECT, .unsupported = true,
	  .impact = KEY_NEW_SESSIONS, .summary = "Certificates in place of the pre-shared key" },
	{ .name = "clients", .forms = KEY_LIST, RANGE(1, 5), .item = &client_item, .show = show_bits,
	  .impact = KEY_NEW_SESSIONS, .example = "[\"windows\", \"apple\"]",
	  .fallback = "[\"windows\", \"apple\", \"chromeos\", \"linux\", \"android\"]",
	  .summary = "Operating systems whose proposals are admitted" },
	{ .name = "legacy", .forms = KEY_LIST, RANGE(0, 2), .item = &legacy_item, .show = show_bits,
	  .impact = KEY_NEW_SESSIONS, .fallback = "[]", .example = "[\"android-11\"]",
	  .summary = "Weak algorithms admitted for the sake of old clients, by the name of these" },
	{ .name = "ike_proposals", .forms = KEY_LIST, RANGE(1, POLICY_PROPOSALS_MAX),
	  .item = &ike_item, .show = show_ike, .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "made from clients and legacy",
	  .example = "[\"aes256-sha256-modp2048\"]",
	  .summary = "Proposals of IKE in order of preference, in place of the computed ones" },
	{ .name = "esp_proposals", .forms = KEY_LIST, RANGE(1, POLICY_PROPOSALS_MAX),
	  .item = &esp_item, .show = show_esp, .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "made from clients and legacy",
	  .example = "[\"aes256gcm16\", \"aes256-sha1\"]",
	  .summary = "Proposals of ESP in order of preference, in place of the computed ones" },
	{ .name = "ike_lifetime", .forms = KEY_DURATION, RANGE(10, 7 * DAY), STORES(seconds),
	  AT(ipsec.ike_lifetime), .impact = KEY_NEW_SESSIONS, .fallback = "\"8h\"",
	  .example = "\"24h\"", .summary = "Longest life of an IKE SA" },
	{ .name = "esp_lifetime", .forms = KEY_DURATION, RANGE(10, 7 * DAY), STORES(seconds),
	  AT(ipsec.esp_lifetime), .impact = KEY_NEW_SESSIONS, .fallback = "\"1h\"",
	  .example = "\"8h\"", .summary = "Longest life of an ESP SA" },
	{ .name = "dpd", .forms = KEY_DURATION, RANGE(1, HOUR), .zero = true, STORES(seconds),
	  AT(ipsec.dpd), .impact = KEY_NEW_SESSIONS, .fallback = "\"30s\"", .example = "\"1m\"",
	  .summary = "Silence after which a client is asked whether it lives (RFC 3706)" },
	{ .name = "idle_sa", .forms = KEY_DURATION, RANGE(10, 7 * DAY), .zero = true,
	  STORES(seconds), AT(ipsec.idle_sa), .impact = KEY_NEW_SESSIONS, .fallback = "\"5m\"",
	  .example = "\"10m\"",
	  .summary = "Time without a packet after which an ESP SA is closed; ends what Windows, "
		     "which has no DPD, leaves behind" },
	{ .name = "threads", .forms = KEY_INTEGER, RANGE(8, 256), STORES(number),
	  AT(ipsec.threads), .impact = KEY_DROPS, .fallback = "16", .example = "32",
	  .summary = "Threads of the charon that l2tpgwd runs; it reads that only when it starts" },
	{ .name = "charon", .forms = KEY_WORD, WORDS("managed", "external"), STORES(word),
	  AT(ipsec.charon), .impact = KEY_DROPS, .fallback = "\"managed\"",
	  .example = "\"external\"",
	  .summary = "Whether l2tpgw runs a charon of its own or uses one that serves others too" },
};

static const struct key l2tp_keys[] = {
	{ .name = "max_sessions", .forms = KEY_INTEGER, RANGE(1, POLICY_SESSIONS_MAX),
	  .set = set_sessions, .show = show_number, AT(l2tp.max_sessions),
	  .impact = KEY_ROLLING, .fallback = "400",
	  .example = "50", .summary = "Clients at once; sizes the set of workers" },
	{ .name = "when_full", .forms = KEY_WORD, WORDS("refuse", "close-oldest"), STORES(word),
	  AT(l2tp.when_full), .impact = KEY_NEW_SESSIONS, .fallback = "\"refuse\"",
	  .example = "\"close-oldest\"",
	  .summary = "What becomes of a login when max_sessions are there: it is refused, or the "
		     "oldest session ends" },
	{ .name = "retries", .forms = KEY_INTEGER, RANGE(2, 10), STORES(number),
	  AT(l2tp.retries), .impact = KEY_ROLLING, .fallback = "5", .example = "7",
	  .summary = "How often an L2TP message is sent again, after 1, 2, 4, ... seconds, until a "
		     "client that does not acknowledge it counts as gone" },
	{ .name = "drain", .forms = KEY_DURATION, RANGE(MINUTE, 365 * DAY), .zero = true,
	  STORES(seconds), AT(l2tp.drain), .impact = KEY_LIVE, .fallback = "0",
	  .example = "\"24h\"",
	  .summary = "How long sessions may stay on a worker of an earlier configuration before "
		     "they are ended; 0 is as long as they like" },
};

static const struct key dns_item = { .name = "*", .forms = KEY_ADDRESS, .set = add_dns,
	.impact = KEY_NEW_SESSIONS, .example = "\"9.9.9.9\"", .summary = "Address of a resolver" };
static const struct key wins_item = { .name = "*", .forms = KEY_ADDRESS, .set = add_wins,
	.impact = KEY_NEW_SESSIONS, .example = "\"10.1.2.3\"", .summary = "Address of a server" };
static const struct key ppp_keys[] = {
	{ .name = "mtu", .forms = KEY_INTEGER | KEY_WORD, WORDS("auto"),
	  RANGE(GEOMETRY_INNER_MIN, GEOMETRY_INNER_MAX), STORES(number), AT(ppp.mtu),
	  .impact = KEY_NEW_SESSIONS, .fallback = "\"auto\"", .example = "1400",
	  .summary = "Largest IP packet sent to clients; \"auto\" is what fits without fragments" },
	{ .name = "mru", .forms = KEY_INTEGER | KEY_WORD, WORDS("auto"),
	  RANGE(GEOMETRY_INNER_MIN, GEOMETRY_INNER_MAX), STORES(number), AT(ppp.mru),
	  .impact = KEY_NEW_SESSIONS, .fallback = "\"auto\"", .example = "1398",
	  .summary = "Largest IP packet clients may send; \"auto\" is what fits with any client's headers" },
	{ .name = "dns", .forms = KEY_LIST | KEY_WORD, WORDS("auto"), RANGE(0, POLICY_DNS_MAX),
	  .item = &dns_item, STORES(dns), AT(ppp.dns), .impact = KEY_NEW_SESSIONS,
	  .fallback = "\"auto\"", .fallback_doc = "the gateway's resolvers",
	  .example = "[\"10.1.2.3\"]", .summary = "Resolvers that clients are told" },
	{ .name = "search_domain", .forms = KEY_STRING, .unsupported = true,
	  .impact = KEY_NEW_SESSIONS, .summary = "Domain that clients append to short names" },
	{ .name = "wins", .forms = KEY_LIST, RANGE(0, 2), .item = &wins_item, .show = show_wins, AT(ppp.wins),
	  .impact = KEY_NEW_SESSIONS, .fallback = "[]", .example = "[\"10.1.2.3\"]",
	  .summary = "WINS servers that clients are told" },
	{ .name = "idle_timeout", .forms = KEY_DURATION, RANGE(1, 365 * DAY), .zero = true,
	  STORES(seconds), AT(ppp.idle_timeout), .impact = KEY_LIVE, .fallback = "0",
	  .example = "\"30m\"", .summary = "Time without traffic after which a session ends; 0 is never" },
	{ .name = "session_timeout", .forms = KEY_DURATION, RANGE(1, 365 * DAY), .zero = true,
	  STORES(seconds), AT(ppp.session_timeout), .impact = KEY_LIVE, .fallback = "0",
	  .example = "\"12h\"", .summary = "Longest life of a session; 0 is without end" },
	{ .name = "echo_interval", .forms = KEY_DURATION, RANGE(1, HOUR), STORES(seconds),
	  AT(ppp.echo_interval), .impact = KEY_NEW_SESSIONS, .fallback = "\"30s\"",
	  .example = "\"20s\"", .summary = "Time between LCP echo requests" },
	{ .name = "echo_failures", .forms = KEY_INTEGER, RANGE(1, 100), STORES(number),
	  AT(ppp.echo_failures), .impact = KEY_NEW_SESSIONS, .fallback = "4", .example = "3",
	  .summary = "Unanswered LCP echo requests after which a session ends" },
};

static const struct key pool_item = { .name = "NAME", .forms = KEY_NETWORK, .set = set_net,
	.offset = offsetof(struct policy_pool, net), .impact = KEY_NEW_SESSIONS,
	.example = "\"10.78.0.0/24\"", .summary = "Network that clients get their addresses from" };
static const struct key addresses_keys[] = {
	{ .name = "pool", .forms = KEY_NETWORK | KEY_WORD, WORDS("auto"),
	  STORES(net), AT(addresses.pool), .impact = KEY_NEW_SESSIONS, .fallback = "\"auto\"", .fallback_doc = "a free /24 of 10.0.0.0/8",
	  .example = "\"10.77.0.0/24\"", .summary = "Network that clients get their addresses from" },
	{ .name = "pools", .forms = KEY_MAP, RANGE(0, POLICY_POOLS_MAX), .item = &pool_item,
	  .add = add_pool, .show = show_pools, AT(addresses), .impact = KEY_NEW_SESSIONS,
	  .example = "{\"guests\": \"10.78.0.0/24\"}",
	  .summary = "Further networks by name, for groups whose clients get their addresses there" },
	{ .name = "local", .forms = KEY_ADDRESS | KEY_WORD, WORDS("auto"), STORES(address),
	  AT(addresses.local), .impact = KEY_NEW_SESSIONS, .fallback = "\"auto\"",
	  .fallback_doc = "the first address of the pool", .example = "\"10.77.0.1\"",
	  .summary = "The gateway's own address inside the tunnels" },
};

static const struct key snat_keys[] = {
	{ .name = "snat", .forms = KEY_ADDRESS, .required = true, .set = set_snat, AT(routing),
	  .impact = KEY_LIVE, .example = "\"203.0.113.7\"",
	  .summary = "Source address that clients' packets get" },
};
static const struct key routing_keys[] = {
	{ .name = "mode", .forms = KEY_WORD, WORDS("full"), LATER("split"), .impact = KEY_NEW_SESSIONS,
	  .fallback = "\"full\"", .example = "\"full\"",
	  .summary = "What clients send through the tunnel: everything" },
	{ .name = "routes", .forms = KEY_LIST, .unsupported = true, .impact = KEY_NEW_SESSIONS,
	  .summary = "Networks that clients reach through the tunnel in split mode" },
	{ .name = "nat", .forms = KEY_WORD | KEY_OBJECT, WORDS("masquerade", "none"), KEYS(snat_keys),
	  .set = set_snat, .show = show_nat, AT(routing), .impact = KEY_LIVE, .fallback = "\"masquerade\"",
	  .example = "{\"snat\": \"203.0.113.7\"}",
	  .summary = "How clients' addresses are hidden from the internet" },
};

static const struct key source_item = { .name = "*", .forms = KEY_NETWORK, .impact = KEY_LIVE,
	.set = add_net, AT(firewall.allow_from), .example = "\"192.0.2.0/24\"",
	.summary = "Network of clients' public addresses" };
static const struct key deny_item = { .name = "*", .forms = KEY_NETWORK, .impact = KEY_LIVE,
	.set = add_net, AT(firewall.deny_from), .example = "\"192.0.2.0/24\"",
	.summary = "Network of clients' public addresses" };
static const struct key service_item = { .name = "*", .forms = KEY_WORD, .impact = KEY_LIVE,
	WORDS("dns", "icmp", "ssh", "http", "https", "ntp"), .unique = true, .set = set_bit,
	AT(firewall.gateway_services), .summary = "A service of the gateway" };
static const struct key spared_item = { .name = "*", .forms = KEY_NETWORK, .impact = KEY_LIVE,
	.set = add_net, AT(firewall.brute_force.allow), .example = "\"192.0.2.0/24\"",
	.summary = "Network of clients' public addresses" };
static const struct key brute_force_keys[] = {
	{ .name = "failures", .forms = KEY_INTEGER, RANGE(0, 1000), STORES(number),
	  AT(firewall.brute_force.failures), .impact = KEY_LIVE, .fallback = "5", .example = "10",
	  .summary = "Failed logins within the window that ban who fails; 0 is nobody ever" },
	{ .name = "window", .forms = KEY_DURATION, RANGE(1, DAY), STORES(seconds),
	  AT(firewall.brute_force.window), .impact = KEY_LIVE, .fallback = "\"10m\"",
	  .example = "\"30m\"", .summary = "Time in which failures add up" },
	{ .name = "ban", .forms = KEY_DURATION, RANGE(1, 30 * DAY), STORES(seconds),
	  AT(firewall.brute_force.ban), .impact = KEY_LIVE, .fallback = "\"1h\"",
	  .example = "\"1d\"", .summary = "How long who is banned is kept out" },
	{ .name = "allow", .forms = KEY_LIST, RANGE(0, POLICY_NETS_MAX), .item = &spared_item,
	  .show = show_nets, .impact = KEY_LIVE, .fallback = "[]", .example = "[\"192.0.2.0/24\"]",
	  .summary = "From where nobody is ever banned" },
};
static const struct key firewall_keys[] = {
	{ .name = "allow_from", .forms = KEY_LIST, RANGE(0, POLICY_NETS_MAX), .item = &source_item,
	  .show = show_nets, .impact = KEY_LIVE, .fallback = "[]", .fallback_doc = "anybody",
	  .example = "[\"192.0.2.0/24\"]", .summary = "Who may reach IKE and ESP at all; [] is anybody" },
	{ .name = "deny_from", .forms = KEY_LIST, RANGE(0, POLICY_NETS_MAX), .item = &deny_item,
	  .show = show_nets, .impact = KEY_LIVE, .fallback = "[]", .example = "[\"198.51.100.0/24\"]",
	  .summary = "Who may not reach IKE and ESP, even if allow_from names them" },
	{ .name = "isolate_clients", .forms = KEY_BOOLEAN, STORES(flag),
	  AT(firewall.isolate_clients), .impact = KEY_LIVE, .fallback = "true", .example = "false",
	  .summary = "Whether clients are kept from reaching each other" },
	{ .name = "gateway_services", .forms = KEY_LIST, RANGE(0, 6), .item = &service_item, .show = show_bits,
	  .impact = KEY_LIVE, .fallback = "[\"dns\", \"icmp\"]",
	  .example = "[\"dns\", \"icmp\", \"ssh\"]",
	  .summary = "What clients may reach on the gateway itself" },
	{ .name = "integrate", .forms = KEY_BOOLEAN, STORES(flag), AT(firewall.integrate),
	  .impact = KEY_LIVE, .fallback = "false", .example = "true",
	  .summary = "Whether other firewalls of the machine (ufw, firewalld, Docker's rules, tables "
		     "by hand) are told to let the gateway's traffic through, each by its own tool; "
		     "taken back when the gateway goes down" },
	{ .name = "brute_force", .forms = KEY_OBJECT, KEYS(brute_force_keys), .impact = KEY_LIVE,
	  .summary = "When addresses and users that fail to log in are banned for a while" },
};

static const struct key user_rate_keys[] = {
	{ .name = "down", .forms = KEY_RATE, RANGE(RATE_MIN, RATE_MAX), STORES(rate),
	  AT_USER(rate.down), .impact = KEY_LIVE, .example = "\"50M\"",
	  .summary = "To the client: bits a second" },
	{ .name = "up", .forms = KEY_RATE, RANGE(RATE_MIN, RATE_MAX), STORES(rate),
	  AT_USER(rate.up), .impact = KEY_LIVE, .example = "\"10M\"",
	  .summary = "From the client: bits a second" },
};
static const struct key user_keys[] = {
	{ .name = "name", .forms = KEY_STRING, RANGE(1, 255), .required = true, .set = set_user_name,
	  AT_USER(name), .impact = KEY_NEW_SESSIONS, .pattern = NAMES, .example = "\"alice\"",
	  .summary = "Name to log in with, printable ASCII, unique" },
	{ .name = "password", .forms = KEY_STRING, RANGE(1, 510), .secret = true,
	  STORES(password), AT_USER(password), .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "required, unless password_file or nt_hash is there",
	  .pattern = "^[ -~\\u00a0-\\u00ff]{1,255}$", .example = "\"correct horse battery staple\"",
	  .summary = "Password, of characters that MS-CHAPv2 carries: U+0020 to U+00FF" },
	{ .name = "password_file", .forms = KEY_STRING, RANGE(2, 4095), .set = set_password_file,
	  AT_USER(password), .impact = KEY_NEW_SESSIONS, .pattern = "^/",
	  .example = "\"/etc/l2tpgw/alice\"",
	  .summary = SECRET_FILE("password") },
	{ .name = "nt_hash", .forms = KEY_STRING, RANGE(32, 32), .secret = true, .set = set_nt_hash,
	  AT_USER(nt_hash), .impact = KEY_NEW_SESSIONS, .pattern = "^[0-9a-fA-F]{32}$",
	  .example = "\"8846f7eaee8fb117ad06bdd830b7586c\"",
	  .summary = "NT hash of the password in place of it: who has it can log in with it, but the "
		     "password itself is not in the file" },
	{ .name = "group", .forms = KEY_STRING, RANGE(1, POLICY_NAME_MAX - 1), STORES(text),
	  AT_USER(group), .impact = KEY_LIVE, .fallback_doc = "\"" POLICY_DEFAULT_GROUP "\"",
	  .pattern = LABEL, .example = "\"default\"", .summary = "Group whose rules count for the user" },
	{ .name = "address", .forms = KEY_ADDRESS, STORES(address), AT_USER(address),
	  .impact = KEY_NEW_SESSIONS, .fallback_doc = "one of the pool", .example = "\"10.77.0.10\"",
	  .summary = "Address the user always gets, in the pool or outside it" },
	{ .name = "expires", .forms = KEY_STRING, RANGE(1, 64), STORES(time), AT_USER(expires),
	  .impact = KEY_LIVE, .fallback_doc = "never", .example = "\"2030-12-31T23:00:00Z\"",
	  .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
		     "([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
	  .summary = "Date and time from which on the user is locked out (RFC 3339)" },
	{ .name = "disabled", .forms = KEY_BOOLEAN, STORES(flag), AT_USER(disabled),
	  .impact = KEY_DROPS, .fallback = "false", .example = "true",
	  .summary = "Whether the user is locked out; it ends their sessions" },
	{ .name = "max_sessions", .forms = KEY_INTEGER, RANGE(1, POLICY_SESSIONS_MAX),
	  .set = set_number, .show = show_limit, AT_USER(max_sessions), .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "user_sessions of the group", .example = "2",
	  .summary = "Sessions the user may have at once" },
	{ .name = "rate", .forms = KEY_OBJECT, KEYS(user_rate_keys), .impact = KEY_LIVE,
	  .summary = "How fast each session of the user may be" },
	{ .name = "comment", .forms = KEY_STRING, RANGE(0, 4096), .impact = KEY_LIVE,
	  .example = "\"laptop of the front desk\"", .summary = "A note; means nothing to l2tpgw" },
};
static const char *const user_secrets[] = { "password", "password_file", "nt_hash", NULL };
static const struct key user_item = { .name = "*", .forms = KEY_OBJECT, KEYS(user_keys),
	.one_of = user_secrets,
	.impact = KEY_NEW_SESSIONS, .summary = "A user" };

static const struct key root_keys[] = {
	{ .name = "version", .forms = KEY_INTEGER, RANGE(1, 1), .required = true, .impact = KEY_LIVE,
	  .example = "1", .summary = "Version of this format; always 1" },
	{ .name = "gateway", .forms = KEY_OBJECT, KEYS(gateway_keys), .impact = KEY_LIVE,
	  .summary = "The gateway as the internet sees it" },
	{ .name = "ipsec", .forms = KEY_OBJECT, KEYS(ipsec_keys), .impact = KEY_NEW_SESSIONS,
	  .summary = "Encryption: keys, proposals and lifetimes" },
	{ .name = "l2tp", .forms = KEY_OBJECT, KEYS(l2tp_keys), .impact = KEY_ROLLING,
	  .summary = "The tunnels" },
	{ .name = "ppp", .forms = KEY_OBJECT, KEYS(ppp_keys), .impact = KEY_NEW_SESSIONS,
	  .summary = "What clients negotiate inside the tunnel" },
	{ .name = "addresses", .forms = KEY_OBJECT, KEYS(addresses_keys), .impact = KEY_NEW_SESSIONS,
	  .summary = "Addresses inside the tunnels" },
	{ .name = "routing", .forms = KEY_OBJECT, KEYS(routing_keys), .impact = KEY_LIVE,
	  .summary = "Where clients' packets go" },
	{ .name = "firewall", .forms = KEY_OBJECT, KEYS(firewall_keys), .impact = KEY_LIVE,
	  .summary = "Who may reach what" },
	{ .name = "groups", .forms = KEY_MAP, RANGE(0, POLICY_GROUPS_MAX), .item = &keys_group,
	  .add = add_group, .impact = KEY_LIVE,
	  .example = "{\"guests\": {\"allow\": [{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [443]}]}}",
	  .summary = "Groups of users, and what counts for them; users without one are in \"default\"" },
	{ .name = "users", .forms = KEY_LIST, RANGE(0, POLICY_USERS_MAX), .item = &user_item,
	  .add = add_user, .impact = KEY_NEW_SESSIONS, .fallback = "[]",
	  .example = "[{\"name\": \"alice\", \"password\": \"correct horse battery staple\"}]",
	  .summary = "Who may log in" },
	{ .name = "radius", .forms = KEY_OBJECT, KEYS(keys_radius),
	  .impact = KEY_LIVE, .summary = "RADIUS servers that know the users" },
	{ .name = "observe", .forms = KEY_OBJECT, .unsupported = true, .impact = KEY_LIVE,
	  .summary = "Where events and numbers are sent" },
};

const struct key policy_keys = { .name = "", .forms = KEY_OBJECT, KEYS(root_keys),
	.impact = KEY_LIVE, .summary = "Policy of an L2TP/IPsec gateway" };
/* clang-format on */

const struct key *key_find(const struct key *object, const char *name)
{
	for (size_t i = 0; i < object->keys_count; i++)
		if (strcmp(object->keys[i].name, name) == 0)
			return &object->keys[i];
	return NULL;
}

static const struct key *key_step(const struct key *key, const char *name, size_t len)
{
	while (key->item && !key->keys && !(key->forms & KEY_MAP))
		key = key->item;
	if (key->forms & KEY_MAP)
		return key->item;
	for (size_t i = 0; i < key->keys_count; i++)
		if (strlen(key->keys[i].name) == len && memcmp(key->keys[i].name, name, len) == 0)
			return &key->keys[i];
	return NULL;
}

const struct key *key_lookup(const char *path)
{
	const struct key *key = &policy_keys;

	path += strspn(path, "./");
	while (key && *path) {
		size_t len = strcspn(path, "./");

		key = key_step(key, path, len);
		path += len;
		path += strspn(path, "./*");
	}
	return key;
}

struct key_walk {
	void (*visit)(const char *pointer, const struct key *key, void *user);
	void *user;
	struct buf pointer;
};

static void key_walk(struct key_walk *walk, const struct key *key)
{
	size_t len = walk->pointer.len;

	for (size_t i = 0; i <= key->keys_count; i++) {
		const struct key *child = i < key->keys_count ? &key->keys[i] : key->item;

		if (!child)
			continue;
		buf_printf(&walk->pointer, "/%s", child->name);
		walk->visit(buf_text(&walk->pointer), child, walk->user);
		key_walk(walk, child);
		walk->pointer.len = len;
	}
}

void key_each(void (*visit)(const char *pointer, const struct key *key, void *user), void *user)
{
	struct key_walk walk = { visit, user, BUF_INIT };

	key_walk(&walk, &policy_keys);
	buf_free(&walk.pointer);
}

static void key_named(const struct key *key, const char *name, size_t len, bool *known,
		      bool *secret)
{
	for (size_t i = 0; i < key->keys_count; i++) {
		const struct key *child = &key->keys[i];

		if (strlen(child->name) == len && memcmp(child->name, name, len) == 0) {
			*known = true;
			*secret |= child->secret;
		}
		key_named(child, name, len, known, secret);
	}
	if (key->item)
		key_named(key->item, name, len, known, secret);
}

bool key_is_public(const char *name, size_t len)
{
	bool known = false, secret = false;

	if (len < 64)
		key_named(&policy_keys, name, len, &known, &secret);
	return known && !secret;
}

const char *key_impact_text(enum key_impact impact)
{
	switch (impact) {
	case KEY_LIVE:
		return "live";
	case KEY_NEW_SESSIONS:
		return "new sessions";
	case KEY_ROLLING:
		return "rolling";
	case KEY_DROPS:
		return "drops";
	}
	return "";
}
