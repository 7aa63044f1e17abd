/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real rulesets of other tools, as "nft -j list ruleset" printed them: ufw as it is enabled first
 * and after the remedies, Docker's chains before and after, firewalld 1.3.3 as it is installed and
 * with our openings, and tables by hand.
 */
#include <string.h>

#include "apply/judge.h"
#include "apply/neighbours.h"
#include "apply/opening.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "unit.h"

static void find_with(struct arena *arena, const char *name, uint16_t orders,
		      struct neighbour_blocks *blocks)
{
	const struct neighbour_traffic traffic = { .wan = "wan", .orders = orders };
	cleanup_buf struct buf text = BUF_INIT;
	struct neighbour_rules rules = { .legacy = NULL };
	struct err err;

	assert_int_equal(
	    file_read(arena_printf(arena, "%s/%s", TEST_DATA, name), 1 << 20, &text, &err), 0);
	rules.nft = buf_text(&text);
	rules.nft_len = text.len;
	assert_int_equal(neighbours_judge(arena, &rules, &traffic, blocks, &err), 0);
}

static void find(struct arena *arena, const char *name, struct neighbour_blocks *blocks)
{
	find_with(arena, name, 0, blocks);
}

static const struct neighbour_block *block_of(const struct neighbour_blocks *blocks,
					      enum neighbour_need need, const char *chain)
{
	for (size_t i = 0; i < blocks->count; i++) {
		if (blocks->list[i].need == need && !strcmp(blocks->list[i].chain, chain))
			return &blocks->list[i];
	}
	return NULL;
}

static void blocks_surely(const struct neighbour_blocks *blocks, enum neighbour_tool tool,
			  enum neighbour_need need, const char *chain)
{
	const struct neighbour_block *block = block_of(blocks, need, chain);

	if (!block)
		fail_msg("%s is not seen to block need %d", chain, (int)need);
	assert_true(block->certain);
	assert_int_equal(block->tool, tool);
}

static void test_ufw(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct neighbour_blocks blocks;

	(void)state;
	find(arena, "ufw.json", &blocks);
	assert_int_equal(blocks.count, 5);
	blocks_surely(&blocks, TOOL_UFW, NEED_IKE, "ip filter INPUT");
	blocks_surely(&blocks, TOOL_UFW, NEED_NATT, "ip filter INPUT");
	blocks_surely(&blocks, TOOL_UFW, NEED_ESP, "ip filter INPUT");
	blocks_surely(&blocks, TOOL_UFW, NEED_L2TP, "ip filter INPUT");
	blocks_surely(&blocks, TOOL_UFW, NEED_FORWARD, "ip filter FORWARD");
	assert_string_equal(openings_remedy(arena, &blocks.list[4]),
			    "ufw route allow in on l2tpgw+ from 0.0.0.0/0");
	find(arena, "ufw_open.json", &blocks);
	assert_int_equal(blocks.count, 0);
}

static void test_docker(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct neighbour_blocks blocks;

	(void)state;
	find(arena, "docker.json", &blocks);
	assert_int_equal(blocks.count, 2);
	blocks_surely(&blocks, TOOL_DOCKER, NEED_FORWARD, "ip filter FORWARD");
	blocks_surely(&blocks, TOOL_DOCKER, NEED_ANSWER, "ip filter FORWARD");
	find(arena, "docker_open.json", &blocks);
	assert_int_equal(blocks.count, 0);
}

/* L2TP it lets through by itself: its destination was translated. Answers, too. */
/* What it has beside its own table for as long as it reloads. */
static const char shut[] =
    "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"firewalld_policy_drop\"}},"
    "{\"chain\": {\"family\": \"inet\", \"table\": \"firewalld_policy_drop\","
    " \"name\": \"filter_input\", \"handle\": 1, \"type\": \"filter\", \"hook\": \"input\","
    " \"prio\": 9, \"policy\": \"drop\"}},"
    "{\"rule\": {\"family\": \"inet\", \"table\": \"firewalld_policy_drop\","
    " \"chain\": \"filter_input\", \"handle\": 2, \"expr\": [{\"match\": {\"op\": \"in\","
    " \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": [\"established\", \"related\"]}},"
    " {\"accept\": null}]}}]}";

static void test_firewalld_that_reloads(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct neighbour_rules rules = { .nft = shut, .nft_len = sizeof(shut) - 1 };
	const struct neighbour_traffic traffic = { .wan = "wan" };
	struct neighbour_blocks blocks;
	struct openings openings = { NULL, 0 };
	struct err err;

	(void)state;
	assert_int_equal(neighbours_judge(arena, &rules, &traffic, &blocks, &err), 0);
	blocks_surely(&blocks, TOOL_FIREWALLD, NEED_IKE, "inet firewalld_policy_drop filter_input");
	assert_non_null(strstr(openings_remedy(arena, &blocks.list[0]), "firewall-cmd --state"));
	for (size_t i = 0; i < blocks.count; i++)
		openings_against(arena, &blocks.list[i], "public", &openings);
	assert_int_equal(openings.count, 0);
}

static void test_firewalld(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct neighbour_blocks blocks;

	(void)state;
	find(arena, "firewalld.json", &blocks);
	assert_int_equal(blocks.count, 4);
	blocks_surely(&blocks, TOOL_FIREWALLD, NEED_IKE, "inet firewalld filter_INPUT");
	blocks_surely(&blocks, TOOL_FIREWALLD, NEED_NATT, "inet firewalld filter_INPUT");
	blocks_surely(&blocks, TOOL_FIREWALLD, NEED_ESP, "inet firewalld filter_INPUT");
	blocks_surely(&blocks, TOOL_FIREWALLD, NEED_FORWARD, "inet firewalld filter_FORWARD");
	find(arena, "firewalld_open.json", &blocks);
	assert_int_equal(blocks.count, 0);
}

/* What RADIUS servers order is blocked like all else; a rule for some senders is nobody's fault. */
static void test_orders(void **state)
{
	static const struct {
		const char *file, *chain;
		enum neighbour_tool tool;
		const char *remedy;
	} cases[] = {
		{ "ufw_open.json", "ip filter INPUT", TOOL_UFW,
		  "ufw allow proto udp from SERVER to any port 1700" },
		{ "firewalld_open.json", "inet firewalld filter_INPUT", TOOL_FIREWALLD,
		  "firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source "
		  "address=SERVER port port=1700 protocol=udp accept' && firewall-cmd --reload" },
		{ "nftables.json", "inet filter input", TOOL_NFTABLES,
		  "nft insert rule inet filter input ip saddr SERVER udp dport 1700 accept" },
	};
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct neighbour_block *block;
		struct neighbour_blocks blocks;
		struct openings openings = { NULL, 0 };

		find_with(arena, cases[i].file, 1700, &blocks);
		blocks_surely(&blocks, cases[i].tool, NEED_ORDERS, cases[i].chain);
		block = block_of(&blocks, NEED_ORDERS, cases[i].chain);
		assert_string_equal(neighbour_block_text(arena, block),
				    "the orders of RADIUS servers (UDP 1700)");
		assert_string_equal(openings_remedy(arena, block), cases[i].remedy);
		openings_against(arena, block, "public", &openings);
		assert_int_equal(openings.count, 0);
	}
}

/* "ip filter NAME", a base chain with that hook and one rule; what of it is told. */
static void judge_one(struct arena *arena, const char *chain, const char *expr,
		      struct neighbour_blocks *blocks)
{
	const struct neighbour_traffic traffic = { .wan = "wan", .orders = 3799 };
	const char *text = arena_printf(
	    arena,
	    "{\"nftables\": [{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", "
	    "%s}}, {\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"expr\": "
	    "[%s]}}]}",
	    chain, expr);
	const struct neighbour_rules rules = { .nft = text, .nft_len = strlen(text) };
	struct err err;

	assert_int_equal(neighbours_judge(arena, &rules, &traffic, blocks, &err), 0);
}

#define IS(left, right)   "{\"match\": {\"op\": \"==\", \"left\": " left ", \"right\": " right "}}"
#define META(key)         "{\"meta\": {\"key\": \"" key "\"}}"
#define FIELD(proto, key) "{\"payload\": {\"protocol\": \"" proto "\", \"field\": \"" key "\"}}"
#define ACCEPT            ", {\"accept\": null}"
#define DROP              ", {\"drop\": null}"

static void test_who_may_order(void **state)
{
	static const struct {
		const char *rule;
		bool blocked;
	} cases[] = {
		{ IS(META("iifname"), "\"lo\"") ACCEPT, true },
		{ IS(META("iifname"), "\"l2tpgw*\"") ACCEPT, true },
		{ IS(META("iifname"), "\"lan\"") ACCEPT, false },
		{ IS(FIELD("ip", "saddr"), "\"10.0.0.5\"") ACCEPT, false },
		{ IS(FIELD("udp", "dport"), "3799") ACCEPT, false },
		{ IS(FIELD("udp", "dport"), "3798") ACCEPT, true },
	};
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct neighbour_blocks blocks;

		judge_one(arena, "\"hook\": \"input\", \"policy\": \"drop\"", cases[i].rule,
			  &blocks);
		if (!block_of(&blocks, NEED_ORDERS, "ip t c") == cases[i].blocked)
			fail_msg("case %zu", i);
	}
}

/* Chains of every hook, of which each may end what clients and gateway say to each other. */
static void test_other_hooks(void **state)
{
	static const struct {
		const char *chain, *rule;
		unsigned needs; /* that are blocked, 1 << NEED_… */
	} cases[] = {
		{ "\"hook\": \"output\", \"policy\": \"drop\"",
		  IS(FIELD("tcp", "sport"), "22") ACCEPT, 1u << NEED_REPLY },
		{ "\"hook\": \"output\", \"policy\": \"drop\"",
		  IS("{\"ct\": {\"key\": \"state\"}}", "[\"established\", \"related\"]") ACCEPT,
		  0 },
		{ "\"hook\": \"output\", \"policy\": \"accept\"",
		  IS(FIELD("udp", "sport"), "4500") DROP, 1u << NEED_REPLY },
		{ "\"hook\": \"output\", \"policy\": \"accept\"", IS(META("mark"), "32768") DROP,
		  0 },
		{ "\"hook\": \"postrouting\", \"policy\": \"drop\"", "{\"counter\": null}",
		  1u << NEED_REPLY | 1u << NEED_FORWARD | 1u << NEED_ANSWER },
		{ "\"hook\": \"prerouting\", \"policy\": \"accept\"",
		  IS(FIELD("udp", "dport"), "{\"set\": [500, 4500]}") DROP,
		  1u << NEED_IKE | 1u << NEED_NATT },
		{ "\"hook\": \"prerouting\", \"policy\": \"accept\"",
		  IS(META("iifname"), "\"l2tpgw*\"") DROP, 1u << NEED_FORWARD },
		/* wg-quick's: what is for its own address and comes in elsewhere. */
		{ "\"hook\": \"prerouting\", \"policy\": \"accept\"",
		  "{\"match\": {\"op\": \"!=\", \"left\": " META(
		      "iifname") ", \"right\": \"wg0\"}}, " IS(FIELD("ip", "daddr"), "\"10.0.0.2\"")
		      DROP,
		  0 },
		{ "\"hook\": \"ingress\", \"dev\": \"wan\", \"policy\": \"accept\"",
		  IS(META("l4proto"), "\"esp\"") DROP, 1u << NEED_ESP },
		{ "\"hook\": \"ingress\", \"dev\": [\"lan\", \"wan\"], \"policy\": \"accept\"",
		  IS(META("l4proto"), "\"esp\"") DROP, 1u << NEED_ESP },
		{ "\"hook\": \"ingress\", \"dev\": \"lan\", \"policy\": \"accept\"",
		  IS(META("l4proto"), "\"esp\"") DROP, 0 },
	};
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		struct neighbour_blocks blocks;
		unsigned needs = 0;

		judge_one(arena, cases[i].chain, cases[i].rule, &blocks);
		for (size_t j = 0; j < blocks.count; j++) {
			needs |= 1u << blocks.list[j].need;
			assert_false(blocks.list[j].openable);
			assert_true(blocks.list[j].certain);
		}
		if (needs != cases[i].needs)
			fail_msg("case %zu: %x", i, needs);
	}
}

static void test_tables_by_hand(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct neighbour_block *unsure;
	struct neighbour_blocks blocks;

	(void)state;
	find(arena, "nftables.json", &blocks);
	blocks_surely(&blocks, TOOL_NFTABLES, NEED_NATT, "inet filter input");
	assert_null(block_of(&blocks, NEED_IKE, "inet filter input"));
	blocks_surely(&blocks, TOOL_NFTABLES, NEED_L2TP, "inet filter input");
	blocks_surely(&blocks, TOOL_NFTABLES, NEED_FORWARD, "inet filter forward");
	blocks_surely(&blocks, TOOL_NFTABLES, NEED_ANSWER, "inet filter forward");
	/* Some are trusted whatever they send, all others' ESP is dropped. */
	blocks_surely(&blocks, TOOL_NFTABLES, NEED_ESP, "inet other in");
	/* A rate may be exceeded. */
	unsure = block_of(&blocks, NEED_FORWARD, "inet other pass");
	assert_non_null(unsure);
	assert_false(unsure->certain);
	assert_null(block_of(&blocks, NEED_ANSWER, "inet other pass"));
	assert_null(block_of(&blocks, NEED_IKE, "inet other in"));
	assert_string_equal(openings_remedy(arena, unsure),
			    "nft insert rule inet other pass iifname \"l2tpgw*\" accept");
}

static unsigned judge_rules(const char *policy, const char *rules)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct judge_packet packet = {
		.iif = "wan", .proto = JUDGE_UDP, .dport = 500, .local = true
	};
	const char *text = arena_printf(
	    arena,
	    "[{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"policy\": "
	    "\"%s\"}}%s]",
	    policy, rules);
	json_t *root = json_loads(text, 0, NULL);
	unsigned verdict;

	assert_non_null(root);
	verdict = judge(root, json_object_get(json_array_get(root, 0), "chain"), &packet);
	json_decref(root);
	return verdict;
}

#define RULE(chain, expr)                                                        \
	",{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"" chain \
	"\", \"expr\": [" expr "]}}"
#define JUMP(to) "{\"jump\": {\"target\": \"" to "\"}}"
#define GOTO(to) "{\"goto\": {\"target\": \"" to "\"}}"

static void test_ways_through_chains(void **state)
{
	static const struct {
		const char *policy, *rules;
		unsigned verdict;
	} cases[] = {
		{ "accept", "", JUDGE_ACCEPT },
		{ "drop", "", JUDGE_DROP },
		{ "drop", RULE("c", "{\"accept\": null}"), JUDGE_ACCEPT },
		{ "drop", RULE("c", "{\"return\": null}") RULE("c", "{\"accept\": null}"),
		  JUDGE_DROP },
		{ "drop",
		  RULE("c", JUMP("d")) RULE("d", "{\"return\": null}")
		      RULE("c", "{\"accept\": null}"),
		  JUDGE_ACCEPT },
		{ "drop",
		  RULE("c", GOTO("d")) RULE("d", "{\"counter\": null}")
		      RULE("c", "{\"accept\": null}"),
		  JUDGE_DROP },
		{ "drop", RULE("c", "{\"xt\": null}, {\"accept\": null}"),
		  JUDGE_ACCEPT | JUDGE_DROP },
		{ "accept", RULE("c", "{\"log\": null}, {\"reject\": null}"), JUDGE_DROP },
		/* Chains that lead to themselves end with "anything". */
		{ "drop", RULE("c", JUMP("c")), JUDGE_ACCEPT | JUDGE_DROP },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		if (judge_rules(cases[i].policy, cases[i].rules) != cases[i].verdict)
			fail_msg("case %zu", i);
	}
}

/* Needs that a base chain with these rules is said to be in the way of: "?" = may, ">" = away. */
static void expect_told(size_t number, const char *chain, const char *rules, const char *expected)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct neighbour_traffic traffic = { .wan = "wan", .orders = 3799 };
	const char *text = arena_printf(
	    arena,
	    "{\"nftables\": [{\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", "
	    "%s}}%s]}",
	    chain, rules);
	const struct neighbour_rules list = { .nft = text, .nft_len = strlen(text) };
	cleanup_buf struct buf told = BUF_INIT;
	struct openings openings = { NULL, 0 };
	struct neighbour_blocks blocks;
	struct err err;
	bool certain = false;

	if (neighbours_judge(arena, &list, &traffic, &blocks, &err) < 0)
		fail_msg("case %zu: %s", number, err.text);
	for (size_t i = 0; i < blocks.count; i++) {
		const struct neighbour_block *block = &blocks.list[i];

		buf_printf(&told, "%s%s%d", block->certain ? "" : "?", block->away ? ">" : "",
			   (int)block->need);
		certain |= block->certain && !block->away;
		openings_against(arena, block, NULL, &openings);
	}
	if (strcmp(buf_text(&told), expected) != 0)
		fail_msg("case %zu: %s", number, buf_text(&told));
	if (!certain)
		assert_int_equal(openings.count, 0);
}

struct told {
	const char *chain, *rules, *expected;
};

static void expect_all_told(const struct told *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_told(i, cases[i].chain, cases[i].rules, cases[i].expected);
}

#define INPUT       "\"hook\": \"input\", \"policy\": \"accept\""
#define INPUT_DROP  "\"hook\": \"input\", \"policy\": \"drop\""
#define PREROUTING  "\"hook\": \"prerouting\", \"policy\": \"accept\""
#define NOT(a, b)   "{\"match\": {\"op\": \"!=\", \"left\": " a ", \"right\": " b "}}"
#define FROM        FIELD("ip", "saddr")
#define NET(a, len) "{\"prefix\": {\"addr\": \"" a "\", \"len\": " len "}}"
#define XT(a)       "{\"xt\": {\"type\": \"match\", \"name\": \"" a "\"}}"
#define TARGET(a)   ", {\"xt\": {\"type\": \"target\", \"name\": \"" a "\"}}"
#define REJECT      ", {\"reject\": null}"
#define OVER        "{\"limit\": {\"rate\": 10, \"burst\": 5, \"per\": \"second\", \"inv\": true}}"
#define VMAP(map)   "{\"vmap\": {\"key\": " FROM ", \"data\": " map "}}"

/* Who bans some senders blocks nobody's IKE. */
static void test_some_senders(void **state)
{
	static const struct told cases[] = {
		{ INPUT, RULE("c", IS(FROM, "\"@blocked\"") DROP), "" },
		{ INPUT, RULE("c", IS(FROM, "\"8.8.8.8\"") DROP), "" },
		{ INPUT, RULE("c", IS(FROM, NET("10.0.0.0", "8")) REJECT), "" },
		{ INPUT, RULE("c", IS(FROM, "{\"set\": [\"8.8.8.8\"]}") REJECT), "" },
		{ INPUT,
		  RULE("c", IS("{\"concat\": [" FROM ", " FIELD("udp", "dport") "]}",
			       "\"@blocked\"") DROP),
		  "" },
		{ INPUT,
		  RULE("c", IS(FROM, NET("100.64.0.0", "10")) ", " NOT(META("iifname"),
								       "\"tailscale0\"") DROP),
		  "" },
		{ INPUT,
		  RULE("c", IS(FROM, "\"@bad\"") ", " JUMP("d")) RULE("d", "{\"drop\": null}"),
		  "" },
		{ INPUT,
		  RULE("c", IS(FROM, "\"@bad\"") ", " GOTO("d")) RULE("d", "{\"drop\": null}"),
		  "" },
		{ INPUT, RULE("c", VMAP("{\"set\": [[\"8.8.8.8\", {\"drop\": null}]]}")), "" },
		{ INPUT, RULE("c", VMAP("\"@verdicts\"")), "" },
		{ INPUT, RULE("c", XT("set") DROP), "" },
		{ INPUT, RULE("c", XT("iprange") DROP), "" },
		/* The rest is blocked, and that is certain. */
		{ INPUT_DROP, RULE("c", IS(FROM, "\"@blocked\"") DROP), "01237" },
		/* firewalld's zones of sources. */
		{ INPUT_DROP,
		  RULE("c", IS(FROM, NET("10.0.0.0", "8")) ", " GOTO("d"))
		      RULE("d", "{\"accept\": null}"),
		  "0123" },
		/* Everybody. */
		{ INPUT, RULE("c", IS(FROM, NET("0.0.0.0", "0")) DROP), "0123" },
		/* Trusted whatever they send. */
		{ INPUT_DROP, RULE("c", IS(FROM, NET("192.168.0.0", "16")) ACCEPT), "0123" },
		{ INPUT_DROP, RULE("c", XT("set") ACCEPT), "0123" },
		/* Only some are let in: told, but not opened for all. */
		{ INPUT_DROP,
		  RULE("c", IS(FROM, "\"@office\"") ", " IS(FIELD("udp", "dport"), "500") ACCEPT),
		  "?01237" },
		{ INPUT_DROP,
		  RULE("c", IS(FROM, "\"@office\"") ", " JUMP("d")) RULE("d", "{\"accept\": null}"),
		  "?0?1?2?3" },
		{ INPUT, RULE("c", NOT(FROM, "\"@office\"") DROP), "?0?1?2?3" },
		{ INPUT_DROP, RULE("c", VMAP("{\"set\": [[\"8.8.8.8\", {\"accept\": null}]]}")),
		  "?0?1?2?3" },
	};

	(void)state;
	expect_all_told(cases, array_size(cases));
}

static void test_rates(void **state)
{
	static const struct told cases[] = {
		{ INPUT, RULE("c", OVER DROP), "" },
		{ INPUT,
		  RULE("c", "{\"meter\": {\"key\": " FROM ", \"name\": \"m\", \"stmt\": " OVER
			    "}}" DROP),
		  "" },
		{ INPUT,
		  RULE("c", "{\"set\": {\"op\": \"add\", \"elem\": " FROM
			    ", \"set\": \"@m\", \"stmt\": [" OVER "]}}" DROP),
		  "" },
		{ INPUT, RULE("c", "{\"ct count\": {\"val\": 10, \"inv\": true}}" DROP), "" },
		{ INPUT, RULE("c", XT("hashlimit") DROP) RULE("c", XT("connlimit") DROP), "" },
		{ INPUT, RULE("c", XT("recent") DROP), "" },
		{ INPUT, RULE("c", OVER DROP) RULE("c", IS(META("l4proto"), "\"esp\"") DROP), "2" },
		/* What only counts senders in a set refuses all of them. */
		{ INPUT,
		  RULE("c",
		       "{\"set\": {\"op\": \"add\", \"elem\": " FROM ", \"set\": \"@m\"}}" DROP),
		  "01237" },
	};

	(void)state;
	expect_all_told(cases, array_size(cases));
}

#define IKE_PORTS  IS(FIELD("udp", "dport"), "{\"set\": [500, 4500]}")
#define IKE_PORT   IS(FIELD("udp", "dport"), "500")
#define DNAT       ", {\"dnat\": {\"family\": \"ip\", \"addr\": \"10.0.0.1\"}}"
#define TO_LOCAL   IS("{\"fib\": {\"result\": \"type\", \"flags\": \"daddr\"}}", "\"local\"")
#define PROTO(a)   IS(META("l4proto"), "\"" a "\"")
#define TO(port)   "{\"port\": " port "}"
#define REDIRECTED ", {\"redirect\": "

/* A forwarding of ports that the gateway needs takes them from it. */
static void test_elsewhere(void **state)
{
	static const struct told cases[] = {
		{ PREROUTING, RULE("c", IKE_PORTS DNAT), ">0>1" },
		{ PREROUTING, RULE("c", IS(META("iifname"), "\"wan\"") DNAT), ">0>1>2" },
		{ PREROUTING, RULE("c", IKE_PORT REDIRECTED TO("600") "}"), ">0" },
		{ PREROUTING, RULE("c", IKE_PORT ", {\"tproxy\": {\"port\": 600}}" ACCEPT), ">0" },
		{ PREROUTING, RULE("c", TO_LOCAL ", " JUMP("d")) RULE("d", IKE_PORT DNAT), ">0" },
		{ PREROUTING, RULE("c", IKE_PORT TARGET("DNAT")), ">0" },
		{ PREROUTING, RULE("c", IKE_PORT TARGET("REDIRECT")), ">0" },
		/* Which ports these are is not listed. */
		{ PREROUTING, RULE("c", PROTO("udp") ", " XT("multiport") TARGET("DNAT")),
		  "?>0?>1" },
		{ PREROUTING, RULE("c", XT("addrtype") ", " JUMP("d")) RULE("d", IKE_PORT DNAT),
		  "?>0" },
		/* Nothing is changed. */
		{ PREROUTING, RULE("c", IKE_PORT REDIRECTED "null}"), "" },
		{ PREROUTING, RULE("c", IKE_PORT REDIRECTED TO("500") "}"), "" },
		/* Another address, port, interface, or sender. */
		{ PREROUTING,
		  RULE("c", IS(FIELD("ip", "daddr"), "\"192.0.2.9\"") ", " IKE_PORT DNAT), "" },
		{ PREROUTING,
		  RULE("c", IS(FIELD("ip", "daddr"), "\"192.0.2.9\"") ", " JUMP("d"))
		      RULE("d", IKE_PORT DNAT),
		  "" },
		{ PREROUTING, RULE("c", IS(FIELD("udp", "dport"), "501") DNAT), "" },
		{ PREROUTING, RULE("c", IS(META("iifname"), "\"lan\"") ", " IKE_PORT DNAT), "" },
		{ PREROUTING, RULE("c", IS(FROM, "\"8.8.8.8\"") ", " IKE_PORT DNAT), "" },
		{ PREROUTING, RULE("c", XT("recent") ", " IKE_PORT TARGET("DNAT")), "" },
		/* Docker's. */
		{ PREROUTING,
		  RULE("c", TO_LOCAL ", {\"counter\": null}, " JUMP("d"))
		      RULE("d", NOT(META("iifname"), "\"docker0\"") ", " IS(FIELD("tcp", "dport"),
									    "80") DNAT),
		  "" },
		{ PREROUTING,
		  RULE("c", XT("addrtype") ", {\"counter\": null}, " JUMP("d"))
		      RULE("d", NOT(META("iifname"), "\"docker0\"") ", " IS(FIELD("tcp", "dport"),
									    "80") TARGET("DNAT")),
		  "" },
		/* Other ports, and what is no forwarding. */
		{ PREROUTING, RULE("c", IS(FIELD("tcp", "dport"), "443") DNAT), "" },
		{ INPUT, RULE("c", IKE_PORT REDIRECTED TO("600") "}"), "" },
	};

	(void)state;
	expect_all_told(cases, array_size(cases));
}

static void test_words_of_elsewhere(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct neighbour_blocks blocks;

	(void)state;
	judge_one(arena, PREROUTING, IKE_PORT DNAT, &blocks);
	assert_int_equal(blocks.count, 1);
	assert_false(blocks.list[0].openable);
	assert_string_equal(neighbour_block_verb(&blocks.list[0]), "sends");
	assert_string_equal(neighbour_block_text(arena, &blocks.list[0]),
			    "IKE (UDP 500) from the internet elsewhere");
	assert_string_equal(openings_remedy(arena, &blocks.list[0]),
			    "nft list chain ip t c (take that rule away)");
}

static void test_malformed(void **state)
{
	static const char *const texts[] = { "", "[]", "{\"nftables\": 1}", "{" };
	cleanup_arena struct arena *arena = arena_new();
	const struct neighbour_traffic traffic = { .wan = "wan" };
	struct neighbour_blocks blocks;
	struct err err;

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++)
		assert_int_equal(
		    neighbours_judge(
			arena,
			&(struct neighbour_rules){ .nft = texts[i], .nft_len = strlen(texts[i]) },
			&traffic, &blocks, &err),
		    -1);
	(void)judge_rules("drop", RULE("c", "1, null, {\"match\": 1}, {\"vmap\": {}}, {}, []"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ufw),
		cmocka_unit_test(test_docker),
		cmocka_unit_test(test_firewalld),
		cmocka_unit_test(test_firewalld_that_reloads),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_who_may_order),
		cmocka_unit_test(test_other_hooks),
		cmocka_unit_test(test_tables_by_hand),
		cmocka_unit_test(test_ways_through_chains),
		cmocka_unit_test(test_some_senders),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_words_of_elsewhere),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
