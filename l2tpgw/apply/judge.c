/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/judge.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/ip4.h"

#define DEPTH_MAX 16
#define RULES_MAX 200000    /* looked at for one packet; then the answer is "anything" */
#define LEAVE     (1u << 4) /* of a rule: the chain is left, as from its end */
#define ANYTHING  (JUDGE_ACCEPT | JUDGE_DROP | JUDGE_RETURN)
#define REFUSAL   (JUDGE_DROP | JUDGE_AWAY)

enum truth {
	FALSE,
	TRUE,
	UNKNOWN,
	SOME, /* unknown: of some senders, or of what comes too fast */
};

struct court {
	const json_t *ruleset;
	const char *family, *table;
	const struct judge_packet *packet;
	unsigned depth, looked;
};

static enum truth not(enum truth truth) {
	return truth == FALSE  ? TRUE
	       : truth == TRUE ? FALSE
			       : UNKNOWN;
}

static enum truth truth_of(bool value)
{
	return value ? TRUE : FALSE;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static bool is_one_of(const char *name, const char *const list[])
{
	while (*list && strcmp(*list, name) != 0)
		list++;
	return *list;
}

/* ---- values: what of the packet an expression names ---- */

struct value {
	enum {
		VALUE_UNKNOWN,
		VALUE_ABSENT,
		VALUE_OUTSIDE, /* the name of an interface, neither lo nor a client's */
		VALUE_NAME,
		VALUE_NUMBER,
		VALUE_ADDRESS,
	} kind;
	const char *name;
	uint64_t number;
};

static struct value number(uint64_t n)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = n };
}

static struct value named(const char *name)
{
	return name ? (struct value){ .kind = VALUE_NAME, .name = name }
		    : (struct value){ .kind = VALUE_ABSENT };
}

static struct value meta_value(const struct judge_packet *packet, const char *key)
{
	if (!strcmp(key, "iifname") || !strcmp(key, "iif"))
		return packet->outside ? (struct value){ .kind = VALUE_OUTSIDE }
				       : named(packet->iif);
	if (!strcmp(key, "oifname") || !strcmp(key, "oif"))
		return named(packet->oif);
	if (!strcmp(key, "l4proto"))
		return number(packet->proto);
	if (!strcmp(key, "nfproto"))
		return number(2); /* NFPROTO_IPV4 */
	return (struct value){ .kind = VALUE_UNKNOWN };
}

static struct value payload_value(const struct judge_packet *packet, const json_t *payload)
{
	const char *protocol = text_of(payload, "protocol"), *field = text_of(payload, "field");
	bool ports = packet->proto == JUDGE_TCP || packet->proto == JUDGE_UDP;

	if ((!strcmp(protocol, "udp") && packet->proto != JUDGE_UDP) ||
	    (!strcmp(protocol, "tcp") && packet->proto != JUDGE_TCP) ||
	    (!strcmp(protocol, "icmp") && packet->proto != JUDGE_ICMP) ||
	    (!strcmp(protocol, "esp") && packet->proto != JUDGE_ESP) ||
	    (!strcmp(protocol, "th") && !ports) || !strncmp(protocol, "ip6", 3) ||
	    !strncmp(protocol, "icmpv6", 6))
		return (struct value){ .kind = VALUE_ABSENT };
	if (!strcmp(field, "sport") && packet->sport)
		return number(packet->sport);
	if (!strcmp(field, "dport") && packet->dport)
		return number(packet->dport);
	if (!strcmp(protocol, "ip") && !strcmp(field, "protocol"))
		return number(packet->proto);
	if (!strcmp(protocol, "ip") && !strcmp(field, "daddr") && packet->daddr)
		return (struct value){ .kind = VALUE_ADDRESS, .number = packet->daddr };
	return (struct value){ .kind = VALUE_UNKNOWN };
}

/* "fib daddr type": RTN_UNICAST or RTN_LOCAL of rtnetlink(7). */
static struct value fib_value(const struct judge_packet *packet, const json_t *fib)
{
	const json_t *flags = json_object_get(fib, "flags");
	const char *flag =
	    json_string_value(json_is_array(flags) ? json_array_get(flags, 0) : flags);

	if (strcmp(text_of(fib, "result"), "type") != 0 || !flag || strcmp(flag, "daddr") != 0)
		return (struct value){ .kind = VALUE_UNKNOWN };
	return number(packet->local ? 2 : 1);
}

static struct value value_of(const struct judge_packet *packet, const json_t *expr)
{
	const json_t *fib = json_object_get(expr, "fib");
	const json_t *meta = json_object_get(expr, "meta");
	const json_t *payload = json_object_get(expr, "payload");

	if (meta)
		return meta_value(packet, text_of(meta, "key"));
	if (payload)
		return payload_value(packet, payload);
	return fib ? fib_value(packet, fib) : (struct value){ .kind = VALUE_UNKNOWN };
}

/* ---- comparing ---- */

static const struct {
	const char *name;
	uint64_t number;
} known_names[] = {
	{ "udp", JUDGE_UDP }, { "tcp", JUDGE_TCP }, { "icmp", JUDGE_ICMP }, { "esp", JUDGE_ESP },
	{ "ah", 51 },         { "gre", 47 },        { "sctp", 132 },        { "ipv6-icmp", 58 },
	{ "icmpv6", 58 },     { "ipv4", 2 },        { "ipv6", 10 },         { "unicast", 1 },
	{ "local", 2 },       { "broadcast", 3 },   { "anycast", 4 },       { "multicast", 5 },
};

static enum truth number_is(uint64_t wanted, const json_t *right)
{
	const char *name = json_string_value(right);

	if (json_is_integer(right))
		return truth_of((uint64_t)json_integer_value(right) == wanted);
	for (size_t i = 0; name && i < array_size(known_names); i++) {
		if (!strcmp(known_names[i].name, name))
			return truth_of(known_names[i].number == wanted);
	}
	return UNKNOWN;
}

/* "eth*" is what begins so. */
static enum truth name_is(const char *wanted, const json_t *right)
{
	const char *name = json_string_value(right);
	size_t len = name ? strlen(name) : 0;

	if (!name)
		return UNKNOWN;
	if (len && name[len - 1] == '*')
		return truth_of(!strncmp(wanted, name, len - 1));
	return truth_of(!strcmp(wanted, name));
}

/* lo, or interfaces of clients. */
static bool is_inside(const char *name)
{
	return name && (!strcmp(name, "lo") ||
			!strncmp(name, FABRIC_IFNAME_PREFIX, strlen(FABRIC_IFNAME_PREFIX)));
}

static enum truth address_is(uint32_t wanted, const json_t *right)
{
	const json_t *prefix = json_object_get(right, "prefix");
	const char *text = prefix ? text_of(prefix, "addr") : json_string_value(right);
	json_int_t bits = prefix ? json_integer_value(json_object_get(prefix, "len")) : 32;
	uint32_t address;

	if (!text || !ip4_parse(text, &address) || bits < 0 || bits > 32)
		return UNKNOWN;
	return truth_of(((wanted ^ address) & ip4_mask((uint8_t)bits)) == 0);
}

static enum truth one_is(const struct value *value, const json_t *right)
{
	const json_t *range = json_object_get(right, "range");

	if (value->kind == VALUE_OUTSIDE)
		return is_inside(json_string_value(right)) ? FALSE : UNKNOWN;
	if (value->kind == VALUE_NAME)
		return name_is(value->name, right);
	if (value->kind == VALUE_ADDRESS)
		return address_is((uint32_t)value->number, right);
	if (json_is_integer(json_array_get(range, 0)) && json_is_integer(json_array_get(range, 1)))
		return truth_of(
		    (json_int_t)value->number >= json_integer_value(json_array_get(range, 0)) &&
		    (json_int_t)value->number <= json_integer_value(json_array_get(range, 1)));
	return number_is(value->number, right);
}

static enum truth any_is(const struct value *value, const json_t *list)
{
	enum truth found = FALSE;
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *elem = json_object_get(json_object_get(item, "elem"), "val");
		enum truth one = one_is(value, elem ? elem : item);

		if (one == TRUE)
			return TRUE;
		found = one == UNKNOWN ? UNKNOWN : found;
	}
	return found;
}

static enum truth compare(const struct value *value, const json_t *right)
{
	const json_t *set = json_object_get(right, "set");

	if (value->kind == VALUE_ABSENT)
		return FALSE;
	if (value->kind == VALUE_UNKNOWN ||
	    (json_is_string(right) && *json_string_value(right) == '@'))
		return UNKNOWN;
	if (json_is_array(set) || json_is_array(right))
		return any_is(value, json_is_array(set) ? set : right);
	return one_is(value, right);
}

/* ---- connection states (nf_conntrack: established 2, new 8) ---- */

static enum truth state_is(const struct judge_packet *packet, const json_t *right)
{
	const char *name = json_string_value(right);
	json_int_t bit = packet->established ? 2 : 8;

	if (json_is_integer(right))
		return truth_of(json_integer_value(right) & bit);
	return name ? truth_of(!strcmp(name, packet->established ? "established" : "new"))
		    : UNKNOWN;
}

static enum truth match_state(const struct judge_packet *packet, const json_t *right)
{
	const json_t *list = json_object_get(right, "set");
	enum truth found = FALSE;
	const json_t *item;
	size_t i;

	if (!list && json_is_array(right))
		list = right;
	if (!list)
		return state_is(packet, right);
	json_array_foreach(list, i, item)
	{
		enum truth one = state_is(packet, item);

		if (one == TRUE)
			return TRUE;
		found = one == UNKNOWN ? UNKNOWN : found;
	}
	return found;
}

static bool is_state(const json_t *left)
{
	return !strcmp(text_of(json_object_get(left, "ct"), "key"), "state");
}

/* ct status, of which only "dnat" (32 of enum ip_conntrack_status) is known here. */
static bool is_status(const json_t *left)
{
	return !strcmp(text_of(json_object_get(left, "ct"), "key"), "status");
}

static enum truth match_status(const struct judge_packet *packet, const json_t *right)
{
	const char *name = json_string_value(right);

	if (json_is_integer(right) ? json_integer_value(right) == 32
				   : name && !strcmp(name, "dnat"))
		return truth_of(packet->dnat);
	return UNKNOWN;
}

/* "ipsec exists": meta secpath, 1 or 0. */
static bool is_ipsec(const json_t *left)
{
	const char *key = text_of(json_object_get(left, "meta"), "key");

	return !strcmp(key, "ipsec") || !strcmp(key, "secpath");
}

static enum truth match_ipsec(const struct judge_packet *packet, const json_t *right)
{
	if (!json_is_boolean(right) && !json_is_integer(right))
		return UNKNOWN;
	return truth_of(packet->ipsec == (json_is_true(right) || json_integer_value(right) == 1));
}

/* ---- who sent it ---- */

/* Alone, or together with something else. */
static bool is_sender(const json_t *left)
{
	const json_t *payload = json_object_get(left, "payload"), *part;
	size_t i;

	json_array_foreach(json_object_get(left, "concat"), i, part)
	{
		if (is_sender(part))
			return true;
	}
	return !strcmp(text_of(payload, "protocol"), "ip") &&
	       !strcmp(text_of(payload, "field"), "saddr");
}

static enum truth match_sender(const json_t *right)
{
	const json_t *bits = json_object_get(json_object_get(right, "prefix"), "len");

	return json_is_integer(bits) && !json_integer_value(bits) ? TRUE : SOME;
}

/* ---- conditions ---- */

static enum truth is_equal(const struct judge_packet *packet, const json_t *left,
			   const json_t *right)
{
	struct value value = value_of(packet, left);

	if (is_state(left))
		return match_state(packet, right);
	if (is_status(left))
		return match_status(packet, right);
	if (is_ipsec(left))
		return match_ipsec(packet, right);
	if (packet->anywhere && is_sender(left))
		return match_sender(right);
	return compare(&value, right);
}

static enum truth match(const struct judge_packet *packet, const json_t *match)
{
	const json_t *left = json_object_get(match, "left");
	const char *op = text_of(match, "op");
	enum truth equal;

	if (strcmp(op, "==") != 0 && strcmp(op, "!=") != 0 && strcmp(op, "in") != 0)
		return UNKNOWN;
	equal = is_equal(packet, left, json_object_get(match, "right"));
	return !strcmp(op, "!=") && value_of(packet, left).kind != VALUE_ABSENT ? not(equal)
										: equal;
}

/* ---- rules and chains ---- */

static unsigned judge_named(struct court *court, const char *name);

/* Of nftables: a port that is no other one changes nothing. 0 = it is none, or of a map. */
static unsigned translation(const struct judge_packet *packet, const json_t *expr)
{
	static const char *const names[] = { "dnat", "redirect", "tproxy" };

	for (size_t i = 0; i < array_size(names); i++) {
		const json_t *to = json_object_get(expr, names[i]);
		const json_t *addr = json_object_get(to, "addr"),
			     *port = json_object_get(to, "port");

		if (!to || !strcmp(text_of(to, "family"), "ip6") || json_object_get(addr, "map"))
			continue;
		return addr || (port && json_integer_value(port) != packet->dport) ? JUDGE_AWAY
										   : JUDGE_ACCEPT;
	}
	return 0;
}

/* Of iptables, whose arguments nftables does not list. */
static bool is_target_away(const json_t *expr)
{
	static const char *const names[] = { "DNAT", "REDIRECT", "TPROXY", NULL };
	const json_t *xt = json_object_get(expr, "xt");

	return !strcmp(text_of(xt, "type"), "target") && is_one_of(text_of(xt, "name"), names);
}

/*
 * An expression that ends the rule; 0 = it does not. RETURN = the chain it jumped to comes to its
 * end, and the next rule is what counts.
 */
static unsigned verdict_of(struct court *court, const json_t *expr)
{
	const json_t *jump = json_object_get(expr, "jump"), *go = json_object_get(expr, "goto");
	unsigned verdict;

	if (json_object_get(expr, "accept"))
		return JUDGE_ACCEPT;
	if (json_object_get(expr, "drop") || json_object_get(expr, "reject"))
		return JUDGE_DROP;
	if (json_object_get(expr, "return"))
		return LEAVE;
	if (is_target_away(expr))
		return JUDGE_AWAY;
	if (!jump && !go)
		return translation(court->packet, expr);
	verdict = judge_named(court, text_of(jump ? jump : go, "target"));
	return go && (verdict & JUDGE_RETURN) ? (verdict & ~JUDGE_RETURN) | LEAVE : verdict;
}

/* The same, if the rule holds for some senders only: goto is where all is said of those. */
static unsigned verdict_of_some(struct court *court, const json_t *expr)
{
	return json_object_get(expr, "goto") ? 0 : verdict_of(court, expr) & ~REFUSAL;
}

/* A verdict map: { key: verdict, … }. 0 with *sure: nothing in it fits. */
static unsigned verdict_map(struct court *court, const json_t *vmap, bool *sure)
{
	const json_t *key = json_object_get(vmap, "key"), *pair;
	const json_t *list = json_object_get(json_object_get(vmap, "data"), "set");
	bool some = court->packet->anywhere && is_sender(key);
	unsigned possible = 0;
	size_t i;

	*sure = json_is_array(list);
	json_array_foreach(list, i, pair)
	{
		enum truth fits = is_equal(court->packet, key, json_array_get(pair, 0));
		const json_t *verdict = json_array_get(pair, 1);

		if (fits == FALSE)
			continue;
		possible |=
		    fits == SOME ? verdict_of_some(court, verdict) : verdict_of(court, verdict);
		*sure &= fits == TRUE;
		if (fits == TRUE)
			return possible;
	}
	if (json_is_array(list))
		return possible;
	return some ? ANYTHING & ~REFUSAL : ANYTHING;
}

static bool has_part(const json_t *rule, const char *name)
{
	const json_t *expr;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, expr)
	{
		if (json_object_get(expr, name) ||
		    json_object_get(json_object_get(json_object_get(expr, "match"), "left"), name))
			return true;
	}
	return false;
}

/* An extension of iptables, as far as it can be guessed (judge.h). */
static enum truth match_extension(const struct court *court, const json_t *rule, const json_t *xt)
{
	static const char *const senders[] = { "set", "iprange", NULL };
	static const char *const rates[] = { "recent", "hashlimit", "connlimit", NULL };
	const char *name = text_of(xt, "name");

	if (!strcmp(name, "comment"))
		return TRUE;
	if (is_one_of(name, senders))
		return court->packet->anywhere ? SOME : UNKNOWN;
	if (is_one_of(name, rates))
		return SOME;
	if (!strcmp(name, "addrtype"))
		return court->packet->local && has_part(rule, "return") ? TRUE : UNKNOWN;
	if (strcmp(name, "conntrack") != 0 && strcmp(name, "state") != 0)
		return UNKNOWN;
	if (has_part(rule, "drop") || has_part(rule, "reject"))
		return FALSE;
	if (court->packet->established)
		return TRUE;
	return has_part(rule, "payload") ? UNKNOWN : FALSE;
}

/* Statements that decide nothing. */
static bool is_neutral(json_t *expr)
{
	const char *name = json_object_iter_key(json_object_iter(expr));
	static const char *const neutral[] = { "counter", "log",  "mangle", "ct helper",
					       "notrack", "flow", "set",    "meter",
					       "quota",   "last", NULL };

	return name && is_one_of(name, neutral);
}

static bool is_over(const json_t *expr)
{
	return json_is_true(json_object_get(json_object_get(expr, "limit"), "inv")) ||
	       json_is_true(json_object_get(json_object_get(expr, "ct count"), "inv")) ||
	       json_is_true(json_object_get(json_object_get(expr, "quota"), "inv"));
}

/* Too fast, or too much; also each sender by itself. */
static bool is_rate(const json_t *expr)
{
	const json_t *meter = json_object_get(json_object_get(expr, "meter"), "stmt");
	const json_t *of_set = json_object_get(json_object_get(expr, "set"), "stmt");

	return is_over(expr) || is_over(meter) || is_over(json_array_get(of_set, 0));
}

static enum truth condition_of(const struct court *court, const json_t *rule, json_t *expr)
{
	const json_t *condition = json_object_get(expr, "match"), *xt = json_object_get(expr, "xt");

	if (condition)
		return match(court->packet, condition);
	if (xt)
		return match_extension(court, rule, xt);
	if (is_rate(expr))
		return SOME;
	return is_neutral(expr) ? TRUE : UNKNOWN;
}

/* nftables does not list ports of multiport, nor what addrtype asks for: a packet may be meant. */
static bool is_vague(const json_t *expr)
{
	static const char *const readable[] = { "multiport", "addrtype", NULL };

	return !is_one_of(text_of(json_object_get(expr, "xt"), "name"), readable);
}

/* It asks what the packet is, not only who sent it. */
static bool is_of_a_kind(const json_t *expr)
{
	static const char *const kinds[] = { "multiport", "udp", "tcp", "esp", NULL };
	const json_t *left = json_object_get(json_object_get(expr, "match"), "left");

	return (json_object_get(left, "payload") && !is_sender(left)) ||
	       !strcmp(text_of(json_object_get(left, "meta"), "key"), "l4proto") ||
	       is_one_of(text_of(json_object_get(expr, "xt"), "name"), kinds);
}

/*
 * What the rule makes of the packet: the verdicts that are possible; `sure` says that one of them
 * is what happens, else the next rule may be what counts. That it goes away is not supposed where
 * the rule may be for another address. Senders that are trusted whatever they send, as a LAN is,
 * were not picked to be the only clients: a rule for those says nothing of any other.
 */
static unsigned judge_rule(struct court *court, const json_t *rule, bool *sure)
{
	bool some = false, vague = false, kind = false;
	json_t *expr;
	size_t i;

	*sure = true;
	json_array_foreach(json_object_get(rule, "expr"), i, expr)
	{
		const json_t *vmap = json_object_get(expr, "vmap");
		enum truth truth = TRUE;
		bool certain = true;
		unsigned possible = json_object_get(expr, "match") ? 0
				    : vmap ? verdict_map(court, vmap, &certain)
				    : some ? verdict_of_some(court, expr)
					   : verdict_of(court, expr);

		*sure &= certain;
		if (some && !kind && json_object_get(expr, "accept"))
			return 0;
		if (possible)
			return possible & ~(some ? REFUSAL : vague || !certain ? JUDGE_AWAY : 0);
		if (!vmap)
			truth = condition_of(court, rule, expr);
		if (truth == FALSE)
			return 0;
		*sure &= truth == TRUE;
		some |= truth == SOME;
		vague |= truth == UNKNOWN && is_vague(expr);
		kind |= is_of_a_kind(expr);
	}
	return 0;
}

static bool is_in(const struct court *court, const json_t *rule, const char *chain)
{
	return rule && !strcmp(text_of(rule, "chain"), chain) &&
	       !strcmp(text_of(rule, "table"), court->table) &&
	       !strcmp(text_of(rule, "family"), court->family);
}

/* Of all its rules; RETURN if the packet may come to its end. */
static unsigned judge_rules(struct court *court, const char *chain)
{
	unsigned possible = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(court->ruleset, i, item)
	{
		const json_t *rule = json_object_get(item, "rule");
		unsigned verdict;
		bool sure;

		if (court->looked++ > RULES_MAX)
			return ANYTHING;
		if (!is_in(court, rule, chain))
			continue;
		verdict = judge_rule(court, rule, &sure);
		if (!verdict)
			continue;
		possible |= verdict & (JUDGE_ACCEPT | REFUSAL);
		possible |= verdict & LEAVE ? JUDGE_RETURN : 0;
		if (sure && !(verdict & JUDGE_RETURN))
			return possible;
	}
	return possible | JUDGE_RETURN;
}

static unsigned judge_named(struct court *court, const char *name)
{
	unsigned verdict;

	if (court->depth >= DEPTH_MAX)
		return ANYTHING;
	court->depth++;
	verdict = judge_rules(court, name);
	court->depth--;
	return verdict;
}

unsigned judge(const json_t *ruleset, const json_t *chain, const struct judge_packet *packet)
{
	struct court court = { .ruleset = ruleset,
			       .family = text_of(chain, "family"),
			       .table = text_of(chain, "table"),
			       .packet = packet };
	unsigned verdict = judge_named(&court, text_of(chain, "name"));

	if (verdict & JUDGE_RETURN)
		verdict |= strcmp(text_of(chain, "policy"), "drop") ? JUDGE_ACCEPT : JUDGE_DROP;
	return verdict & ~JUDGE_RETURN;
}
