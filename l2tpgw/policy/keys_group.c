/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/key_table.h"

#define AT_ALLOW(member) .offset = offsetof(struct policy_allow, member)
#define AT_HOURS(member) .offset = offsetof(struct policy_hours, member)
#define TIME_OF_DAY      "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"

/* clang-format off */
static const struct key port_item = { .name = "*", .forms = KEY_INTEGER | KEY_STRING, RANGE(1, 65535),
	.set = add_ports, AT_ALLOW(ports), .impact = KEY_LIVE, .pattern = "^[0-9]{1,5}-[0-9]{1,5}$",
	.example = "\"8000-8100\"", .summary = "A port, or a range of ports" };
static const struct key allow_keys[] = {
	{ .name = "to", .forms = KEY_NETWORK, .required = true, .set = set_any_net, AT_ALLOW(to),
	  .impact = KEY_LIVE, .example = "\"10.1.2.3\"", .summary = "Network or address to go to" },
	{ .name = "proto", .forms = KEY_WORD, WORDS("any", "tcp", "udp", "icmp"), .set = set_word,
	  AT_ALLOW(proto), .impact = KEY_LIVE, .fallback = "\"any\"", .example = "\"tcp\"",
	  .summary = "Protocol it may be reached by" },
	{ .name = "ports", .forms = KEY_LIST, RANGE(1, POLICY_PORTS_MAX), .item = &port_item,
	  .impact = KEY_LIVE, .fallback_doc = "all", .example = "[443, \"8000-8100\"]",
	  .summary = "Ports of TCP or UDP that may be reached" },
};
static const struct key allow_item = { .name = "*", .forms = KEY_NETWORK | KEY_OBJECT, KEYS(allow_keys),
	.set = set_allow, .impact = KEY_LIVE, .example = "\"10.1.0.0/16\"",
	.summary = "A network that clients may go to, and that may reach them; or one by a protocol "
		   "and ports alone, which may not" };

static const struct key group_dns_item = { .name = "*", .forms = KEY_ADDRESS, .set = add_group_dns,
	AT_GROUP(dns), .impact = KEY_NEW_SESSIONS, .example = "\"10.1.2.3\"", .summary = "Address of a resolver" };

static const struct key day_item = { .name = "*", .forms = KEY_WORD,
	WORDS("mon", "tue", "wed", "thu", "fri", "sat", "sun"), .unique = true, .set = set_bit,
	AT_HOURS(days), .impact = KEY_LIVE, .summary = "A day of the week" };
static const struct key hours_keys[] = {
	{ .name = "days", .forms = KEY_LIST, RANGE(1, 7), .item = &day_item, .impact = KEY_LIVE,
	  .fallback_doc = "all", .example = "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
	  .summary = "Days on which it begins" },
	{ .name = "from", .forms = KEY_STRING, RANGE(5, 5), .set = set_time_of_day, AT_HOURS(from),
	  .impact = KEY_LIVE, .fallback = "\"00:00\"", .pattern = TIME_OF_DAY, .example = "\"08:00\"",
	  .summary = "Time of the day from which clients may be connected" },
	{ .name = "to", .forms = KEY_STRING, RANGE(5, 5), .set = set_time_of_day, AT_HOURS(to),
	  .impact = KEY_LIVE, .fallback = "\"24:00\"", .pattern = TIME_OF_DAY, .example = "\"18:00\"",
	  .summary = "Time at which their sessions end; one that is not later than \"from\" is of the "
		     "next day" },
	{ .name = "zone", .forms = KEY_STRING, RANGE(1, 64), .set = set_zone, AT_HOURS(zone),
	  .impact = KEY_LIVE, .fallback_doc = "that of the gateway", .pattern = "^[A-Za-z0-9_+/-]+$",
	  .example = "\"Europe/Berlin\"", .summary = "Time zone of the two, as the tz database calls it" },
};
static const struct key hours_item = { .name = "*", .forms = KEY_OBJECT, KEYS(hours_keys),
	.set = set_hours, .impact = KEY_LIVE,
	.example = "{\"days\": [\"mon\"], \"from\": \"08:00\", \"to\": \"18:00\"}",
	.summary = "A time in which the group's clients may be connected" };

static const struct key group_rate_keys[] = {
	{ .name = "down", .forms = KEY_RATE, RANGE(RATE_MIN, RATE_MAX), STORES(rate),
	  AT_GROUP(rate.down), .impact = KEY_LIVE, .fallback_doc = "no limit", .example = "\"50M\"",
	  .summary = "Bits a second to the client" },
	{ .name = "up", .forms = KEY_RATE, RANGE(RATE_MIN, RATE_MAX), STORES(rate),
	  AT_GROUP(rate.up), .impact = KEY_LIVE, .fallback_doc = "no limit", .example = "\"10M\"",
	  .summary = "Bits a second from the client" },
};

static const struct key group_keys[] = {
	{ .name = "allow", .forms = KEY_LIST, RANGE(0, POLICY_ALLOW_MAX), .item = &allow_item,
	  .add = add_allow, .set = set_restricted, .show = show_allow, AT_GROUP(allow), .impact = KEY_LIVE,
	  .fallback_doc = "everywhere",
	  .example = "[\"10.1.0.0/16\", {\"to\": \"10.2.3.4\", \"proto\": \"tcp\", \"ports\": [443]}]",
	  .summary = "Where clients may go; they keep to it at once, in connections under way too. The "
		     "gateway itself is firewall.gateway_services' matter" },
	{ .name = "pool", .forms = KEY_STRING, RANGE(1, POLICY_NAME_MAX - 1), STORES(text),
	  AT_GROUP(pool), .impact = KEY_NEW_SESSIONS, .fallback_doc = "addresses.pool", .pattern = LABEL,
	  .summary = "Name of the pool (addresses.pools) that clients get their addresses from" },
	{ .name = "max_sessions", .forms = KEY_INTEGER, RANGE(1, POLICY_SESSIONS_MAX), .set = set_number,
	  .show = show_limit, AT_GROUP(max_sessions), .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "l2tp.max_sessions", .example = "20",
	  .summary = "Sessions that the group's users may have together" },
	{ .name = "user_sessions", .forms = KEY_INTEGER, RANGE(1, POLICY_SESSIONS_MAX), .set = set_number,
	  .show = show_limit, AT_GROUP(user_sessions), .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "no limit", .example = "1",
	  .summary = "Sessions that each of its users may have" },
	{ .name = "when_full", .forms = KEY_WORD, WORDS("refuse", "close-oldest"), STORES(word),
	  AT_GROUP(when_full), .impact = KEY_NEW_SESSIONS, .fallback = "\"refuse\"",
	  .example = "\"close-oldest\"",
	  .summary = "What becomes of a login beyond these: it is refused, or the oldest session of the "
		     "user or group ends" },
	{ .name = "rate", .forms = KEY_OBJECT, KEYS(group_rate_keys), .impact = KEY_LIVE,
	  .summary = "How fast each session of its users may be" },
	{ .name = "idle_timeout", .forms = KEY_DURATION, RANGE(1, 365 * DAY), .zero = true,
	  .set = set_seconds, .show = show_time_limit, AT_GROUP(idle_timeout), .impact = KEY_LIVE,
	  .fallback_doc = "ppp.idle_timeout", .example = "\"30m\"",
	  .summary = "Time without traffic after which a session ends; 0 is never" },
	{ .name = "session_timeout", .forms = KEY_DURATION, RANGE(1, 365 * DAY), .zero = true,
	  .set = set_seconds, .show = show_time_limit, AT_GROUP(session_timeout), .impact = KEY_LIVE,
	  .fallback_doc = "ppp.session_timeout", .example = "\"12h\"",
	  .summary = "Longest life of a session; 0 is without end" },
	{ .name = "dns", .forms = KEY_LIST, RANGE(1, POLICY_DNS_MAX), .item = &group_dns_item,
	  .show = show_group_dns, AT_GROUP(dns), .impact = KEY_NEW_SESSIONS,
	  .fallback_doc = "ppp.dns", .example = "[\"10.1.2.3\"]",
	  .summary = "Resolvers that clients are told" },
	{ .name = "hours", .forms = KEY_LIST, RANGE(0, POLICY_HOURS_MAX), .item = &hours_item,
	  .add = add_hours, .show = show_hours, AT_GROUP(hours), .impact = KEY_LIVE,
	  .fallback_doc = "always",
	  .example = "[{\"days\": [\"mon\", \"fri\"], \"from\": \"08:00\", \"to\": \"18:00\", \"zone\": \"UTC\"}]",
	  .summary = "When clients may be connected; sessions end when it is over" },
};
const struct key keys_group = { .name = "NAME", .forms = KEY_OBJECT, KEYS(group_keys),
	.impact = KEY_LIVE, .example = "{\"allow\": [\"10.1.0.0/16\"], \"user_sessions\": 1}",
	.summary = "A group; \"default\" is that of users without one" };
/* clang-format on */
