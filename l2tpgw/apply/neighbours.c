/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/neighbours.h"

#include <string.h>

#include "apply/judge.h"
#include "apply/legacy.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/file.h"
#include "drive/iptables.h"
#include "drive/nft.h"

#define RULESET_BYTES_MAX (16u << 20)
#define LEGACY_BYTES_MAX  4096
#define LEGACY_TABLES_MAX 4
#define SESSION           FABRIC_IFNAME_PREFIX "1" /* any session interface */

static const char *const tools[TOOLS] = {
	[TOOL_NFTABLES] = "nftables", [TOOL_UFW] = "ufw",           [TOOL_FIREWALLD] = "firewalld",
	[TOOL_DOCKER] = "Docker",     [TOOL_IPTABLES] = "iptables",
};

static const char *const needs[NEEDS] = {
	[NEED_IKE] = "IKE (UDP 500) from the internet",
	[NEED_NATT] = "IKE and ESP of clients behind NAT (UDP 4500)",
	[NEED_ESP] = "ESP from the internet",
	[NEED_L2TP] = "L2TP out of IPsec (UDP 1701 to 198.18.0.0/28)",
	[NEED_FORWARD] = "what clients send to the internet",
	[NEED_ANSWER] = "the answers of the internet to clients",
	[NEED_REPLY] = "what the gateway says to clients (IKE, ESP, L2TP)",
	[NEED_ORDERS] = "the orders of RADIUS servers",
};

const char *neighbour_tool_name(enum neighbour_tool tool)
{
	return tools[tool];
}

const char *neighbour_block_verb(const struct neighbour_block *block)
{
	if (block->away)
		return block->certain ? "sends" : "may send";
	return block->certain ? "blocks" : "may block";
}

const char *neighbour_block_text(struct arena *arena, const struct neighbour_block *block)
{
	if (block->away)
		return arena_printf(arena, "%s elsewhere", needs[block->need]);
	return block->port ? arena_printf(arena, "%s (UDP %u)", needs[block->need], block->port)
			   : needs[block->need];
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* ---- whose chain is it? ---- */

static bool has_chain(const json_t *ruleset, const json_t *like, const char *beginning)
{
	const json_t *item;
	size_t i;

	json_array_foreach(ruleset, i, item)
	{
		const json_t *chain = json_object_get(item, "chain");

		if (chain && !strcmp(text_of(chain, "family"), text_of(like, "family")) &&
		    !strcmp(text_of(chain, "table"), text_of(like, "table")) &&
		    !strncmp(text_of(chain, "name"), beginning, strlen(beginning)))
			return true;
	}
	return false;
}

/* iptables-nft makes tables and chains with these names, and nobody else in capitals. */
static bool is_iptables(const json_t *chain)
{
	static const char *const chains[] = { "PREROUTING", "INPUT", "FORWARD", "OUTPUT",
					      "POSTROUTING" };

	for (size_t i = 0; i < array_size(chains); i++) {
		if (!strcmp(text_of(chain, "name"), chains[i]))
			return !strcmp(text_of(chain, "family"), "ip") ||
			       !strcmp(text_of(chain, "family"), LEGACY_FAMILY);
	}
	return false;
}

/* Its own, and the one that it has only while it lets nothing new in. */
static bool is_firewalld(const json_t *chain)
{
	return !strcmp(text_of(chain, "table"), "firewalld") ||
	       !strcmp(text_of(chain, "table"), NEIGHBOUR_FIREWALLD_SHUT);
}

static enum neighbour_tool tool_of(const json_t *ruleset, const json_t *chain)
{
	if (is_firewalld(chain))
		return TOOL_FIREWALLD;
	if (!is_iptables(chain))
		return TOOL_NFTABLES;
	if (has_chain(ruleset, chain, "ufw-"))
		return TOOL_UFW;
	if (!strcmp(text_of(chain, "name"), "FORWARD") && has_chain(ruleset, chain, "DOCKER"))
		return TOOL_DOCKER;
	return TOOL_IPTABLES;
}

/* ---- what it does to us ---- */

struct question {
	enum neighbour_need need;
	const char *hook;
	bool from_wan, to_wan; /* else: a session's interface, or none */
	bool surely;           /* told only if it is certain: such rules are common, and fine */
	struct judge_packet packet;
};

#define UDP_TO(port)   .proto = JUDGE_UDP, .dport = (port)
#define UDP_FROM(port) .proto = JUDGE_UDP, .sport = (port), .established = true
#define REQUEST        .proto = JUDGE_TCP, .dport = 443
#define ANSWER         .proto = JUDGE_TCP, .dport = 50000, .established = true

static const struct question questions[] = {
	{ NEED_IKE, "input", true, false, false, { UDP_TO(500) } },
	{ NEED_NATT, "input", true, false, false, { UDP_TO(4500) } },
	{ NEED_ESP, "input", true, false, false, { .proto = JUDGE_ESP } },
	{ NEED_L2TP,
	  "input",
	  true,
	  false,
	  false,
	  { UDP_TO(FABRIC_L2TP_PORT), .daddr = FABRIC_WORKER_NET + 1, .ipsec = true,
	    .dnat = true } },
	{ NEED_ORDERS, "input", false, false, true, { .proto = JUDGE_UDP, .outside = true } },

	{ NEED_FORWARD, "forward", false, true, false, { .iif = SESSION, REQUEST } },
	{ NEED_ANSWER, "forward", true, false, false, { .oif = SESSION, ANSWER } },

	{ NEED_IKE, "prerouting", true, false, true, { UDP_TO(500) } },
	{ NEED_NATT, "prerouting", true, false, true, { UDP_TO(4500) } },
	{ NEED_ESP, "prerouting", true, false, true, { .proto = JUDGE_ESP } },
	{ NEED_L2TP, "prerouting", true, false, true, { UDP_TO(FABRIC_L2TP_PORT), .ipsec = true } },
	{ NEED_FORWARD, "prerouting", false, false, true, { .iif = SESSION, REQUEST } },
	{ NEED_ANSWER, "prerouting", true, false, true, { ANSWER } },

	{ NEED_IKE, "ingress", true, false, true, { UDP_TO(500) } },
	{ NEED_NATT, "ingress", true, false, true, { UDP_TO(4500) } },
	{ NEED_ESP, "ingress", true, false, true, { .proto = JUDGE_ESP } },

	{ NEED_REPLY, "output", false, true, true, { UDP_FROM(500) } },
	{ NEED_REPLY, "output", false, true, true, { UDP_FROM(4500) } },
	{ NEED_REPLY, "output", false, true, true, { .proto = JUDGE_ESP, .established = true } },
	{ NEED_REPLY, "output", false, true, true, { UDP_FROM(FABRIC_L2TP_PORT), .ipsec = true } },

	{ NEED_REPLY, "postrouting", false, true, true, { UDP_FROM(500) } },
	{ NEED_REPLY, "postrouting", false, true, true, { UDP_FROM(4500) } },
	{ NEED_REPLY,
	  "postrouting",
	  false,
	  true,
	  true,
	  { .proto = JUDGE_ESP, .established = true } },
	{ NEED_REPLY,
	  "postrouting",
	  false,
	  true,
	  true,
	  { UDP_FROM(FABRIC_L2TP_PORT), .ipsec = true } },
	{ NEED_FORWARD, "postrouting", false, true, true, { REQUEST } },
	{ NEED_ANSWER, "postrouting", false, false, true, { .oif = SESSION, ANSWER } },
};

static unsigned ask(const json_t *ruleset, const json_t *chain, const struct question *question,
		    const struct neighbour_traffic *traffic)
{
	struct judge_packet packet = question->packet;

	if (question->from_wan)
		packet.iif = traffic->wan;
	if (question->to_wan)
		packet.oif = traffic->wan;
	if (question->need == NEED_ORDERS)
		packet.dport = traffic->orders;
	packet.anywhere = question->from_wan;
	/* The internet's answers to clients are addressed to this machine until they are translated
	   back. */
	packet.local = strcmp(question->hook, "forward") != 0 && question->from_wan;
	return judge(ruleset, chain, &packet);
}

static bool known_block(const struct neighbour_blocks *blocks, enum neighbour_need need,
			const char *chain)
{
	for (size_t i = 0; i < blocks->count; i++) {
		if (blocks->list[i].need == need && !strcmp(blocks->list[i].chain, chain))
			return true;
	}
	return false;
}

/* Of an ingress chain: it is told there what comes in. */
static bool is_of_device(const json_t *chain, const char *wan)
{
	const json_t *device = json_object_get(chain, "dev"), *item;
	size_t i;

	json_array_foreach(device, i, item)
	{
		if (!strcmp(json_is_string(item) ? json_string_value(item) : "", wan))
			return true;
	}
	return json_is_string(device) && !strcmp(json_string_value(device), wan);
}

/* It is asked of that chain, and the answer is not there yet. */
static bool is_open(const struct question *question, const json_t *chain, const char *name,
		    const struct neighbour_traffic *traffic, const struct neighbour_blocks *blocks)
{
	const char *hook = text_of(chain, "hook");

	return !strcmp(question->hook, hook) &&
	       (strcmp(hook, "ingress") != 0 || is_of_device(chain, traffic->wan)) &&
	       (question->need != NEED_ORDERS || traffic->orders) &&
	       !known_block(blocks, question->need, name);
}

/* New flows of a client's, before the way is found: whatever else is translated may be just right.
 */
static bool is_away(const struct question *question, unsigned verdict)
{
	return (verdict & JUDGE_AWAY) && !strcmp(question->hook, "prerouting") &&
	       (question->need == NEED_IKE || question->need == NEED_NATT ||
		question->need == NEED_ESP);
}

static bool is_block(const struct question *question, unsigned verdict)
{
	if (is_away(question, verdict))
		return true;
	return question->surely ? verdict == JUDGE_DROP : verdict & JUDGE_DROP;
}

/* Openings of iptables, ufw and Docker are made for two chains of its table "filter". */
static bool is_openable(const json_t *chain, enum neighbour_tool tool)
{
	const char *hook = text_of(chain, "hook");

	return (!strcmp(hook, "input") || !strcmp(hook, "forward")) &&
	       (tool == TOOL_NFTABLES || tool == TOOL_FIREWALLD ||
		!strcmp(text_of(chain, "table"), "filter"));
}

static void judge_chain(struct arena *arena, const json_t *ruleset, const json_t *chain,
			const struct neighbour_traffic *traffic, struct neighbour_blocks *blocks)
{
	const char *name = arena_printf(arena, "%s %s %s", text_of(chain, "family"),
					text_of(chain, "table"), text_of(chain, "name"));

	for (size_t i = 0; i < array_size(questions); i++) {
		const struct question *question = &questions[i];
		struct neighbour_block *block;
		unsigned verdict;

		if (!is_open(question, chain, name, traffic, blocks))
			continue;
		verdict = ask(ruleset, chain, question, traffic);
		if (!is_block(question, verdict))
			continue;
		block = arena_push(arena, (void **)&blocks->list, &blocks->count, sizeof(*block));
		*block = (struct neighbour_block){ .tool = tool_of(ruleset, chain),
						   .need = question->need,
						   .port = question->need == NEED_ORDERS
							       ? traffic->orders
							       : 0,
						   .chain = name,
						   .certain = !(verdict & JUDGE_ACCEPT),
						   .away = is_away(question, verdict) };
		block->openable = is_openable(chain, block->tool);
	}
}

/* IPv4 only: that is all the gateway carries. */
static bool concerns_us(const json_t *chain)
{
	const char *family = text_of(chain, "family");

	return chain && *text_of(chain, "hook") &&
	       (!strcmp(family, "ip") || !strcmp(family, "inet") || !strcmp(family, "netdev") ||
		!strcmp(family, LEGACY_FAMILY)) &&
	       strcmp(text_of(chain, "table"), FABRIC_TABLE) != 0;
}

static void judge_list(struct arena *arena, const json_t *list,
		       const struct neighbour_traffic *traffic, struct neighbour_blocks *blocks)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const json_t *chain = json_object_get(item, "chain");

		if (concerns_us(chain))
			judge_chain(arena, list, chain, traffic, blocks);
	}
}

int neighbours_judge(struct arena *arena, const struct neighbour_rules *rules,
		     const struct neighbour_traffic *traffic, struct neighbour_blocks *blocks,
		     struct err *err)
{
	json_error_t syntax;
	json_t *root = json_loadb(rules->nft, rules->nft_len, 0, &syntax);
	json_t *list = json_object_get(root, "nftables");

	*blocks = (struct neighbour_blocks){ NULL, 0 };
	if (!json_is_array(list)) {
		json_decref(root);
		return err_set(err, ERR_FAILED, "the list of rules is not understood");
	}
	if (rules->legacy)
		legacy_read(rules->legacy, rules->legacy_len, list);
	judge_list(arena, list, traffic, blocks);
	json_decref(root);
	return 0;
}

/* Those of the old iptables that may drop something, or send it elsewhere, and are in use. */
static size_t legacy_tables(const char *found[], size_t max)
{
	static const char *const names[] = { "filter", "raw", "mangle", "nat" };
	cleanup_buf struct buf text = BUF_INIT;
	struct err ignored;
	size_t count = 0;

	if (file_read("/proc/net/ip_tables_names", LEGACY_BYTES_MAX, &text, &ignored) < 0)
		return 0;
	for (size_t i = 0; i < array_size(names) && count < max; i++) {
		if (strstr(buf_text(&text), names[i]))
			found[count++] = names[i];
	}
	return count;
}

static int list_legacy(struct buf *out, struct err *err)
{
	const char *tables[LEGACY_TABLES_MAX];
	size_t count =
	    iptables_installed(IPTABLES_LEGACY) ? legacy_tables(tables, array_size(tables)) : 0;

	for (size_t i = 0; i < count; i++) {
		buf_printf(out, "*%s\n", tables[i]);
		if (iptables_list(IPTABLES_LEGACY, tables[i], out, err) < 0)
			return -1;
	}
	return 0;
}

int neighbours_find(struct arena *arena, const struct neighbour_traffic *traffic,
		    struct neighbour_blocks *blocks, struct err *err)
{
	cleanup_buf struct buf nft = BUF_INIT, legacy = BUF_INIT;
	struct neighbour_rules rules = { .legacy = NULL };

	*blocks = (struct neighbour_blocks){ NULL, 0 };
	if (nft_list("list ruleset", false, RULESET_BYTES_MAX, &nft, err) < 0 ||
	    list_legacy(&legacy, err) < 0)
		return -1;
	rules.legacy = buf_text(&legacy);
	rules.legacy_len = legacy.len;
	rules.nft = buf_text(&nft);
	rules.nft_len = nft.len;
	return neighbours_judge(arena, &rules, traffic, blocks, err);
}

bool neighbours_legacy(void)
{
	const char *tables[LEGACY_TABLES_MAX];

	return legacy_tables(tables, array_size(tables)) > 0;
}
