/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which openings serve against what real firewalls block, and how they are remembered. */
#include <string.h>
#include <unistd.h>

#include "apply/opening_tools.h"
#include "apply/openings.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "drive/lock_file.h"
#include "state_dir.h"

static void wanted(struct arena *arena, const char *name, const char *zone, struct buf *out)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct openings openings = { NULL, 0 };
	struct neighbour_rules rules = { .legacy = NULL };
	struct neighbour_blocks blocks;
	struct err err;

	assert_int_equal(
	    file_read(arena_printf(arena, "%s/%s", TEST_DATA, name), 1 << 20, &text, &err), 0);
	rules.nft = buf_text(&text);
	rules.nft_len = text.len;
	assert_int_equal(neighbours_judge(arena, &rules,
					  &(struct neighbour_traffic){ .wan = "wan" }, &blocks,
					  &err),
			 0);
	for (size_t i = 0; i < blocks.count; i++)
		openings_against(arena, &blocks.list[i], zone, &openings);
	openings_text(arena, &openings, out);
}

static void expect(const char *name, const char *zone, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf got = BUF_INIT;

	wanted(arena, name, zone, &got);
	assert_string_equal(buf_text(&got), text);
}

static void test_against_real_ones(void **state)
{
	(void)state;
	expect("ufw.json", NULL, "ufw ike -\nufw nat-t -\nufw esp -\nufw l2tp -\nufw clients -\n");
	expect("ufw_open.json", NULL, "");
	expect("docker.json", NULL, "Docker clients DOCKER-USER\nDocker answers DOCKER-USER\n");
	expect("docker_open.json", NULL, "");
	expect("firewalld.json", "public",
	       "firewalld ike public\nfirewalld nat-t public\nfirewalld esp public\n"
	       "firewalld clients trusted\n");
	expect("firewalld_open.json", "public", "");
	/* It does not run: there is nobody to be asked. */
	expect("firewalld.json", NULL, "");
	expect("nftables.json", NULL,
	       "nftables ike inet filter input\nnftables esp inet filter input\nnftables l2tp inet "
	       "filter input\n"
	       "nftables clients inet filter forward\nnftables answers inet filter forward\n"
	       "nftables esp inet other in\n");
}

static void against(const struct neighbour_block *block, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf got = BUF_INIT;
	struct openings openings = { NULL, 0 };

	openings_against(arena, block, NULL, &openings);
	openings_text(arena, &openings, &got);
	assert_string_equal(buf_text(&got), text);
}

static void remedy(const struct neighbour_block *block, const char *text)
{
	cleanup_arena struct arena *arena = arena_new();

	assert_string_equal(openings_remedy(arena, block), text);
}

static void test_both_kinds_of_iptables(void **state)
{
	struct neighbour_block block = { .tool = TOOL_IPTABLES,
					 .need = NEED_IKE,
					 .chain = "ip filter INPUT",
					 .certain = true,
					 .openable = true };

	(void)state;
	against(&block, "iptables ike INPUT\n");
	remedy(&block, "iptables -I INPUT -p udp --dport 500 -j ACCEPT");
	block.need = NEED_NATT;
	block.chain = "legacy filter INPUT";
	against(&block, "iptables nat-t legacy:INPUT\n");
	block.tool = TOOL_DOCKER;
	block.need = NEED_ANSWER;
	block.chain = "legacy filter FORWARD";
	against(&block, "Docker answers legacy:DOCKER-USER\n");
	remedy(&block, "iptables-legacy -I DOCKER-USER -o l2tpgw+ -m conntrack --ctstate "
		       "RELATED,ESTABLISHED -j ACCEPT");
}

/* Rules for some senders are the administrator's: none of them is passed by. */
static void test_what_only_may_block(void **state)
{
	struct neighbour_block block = { .tool = TOOL_NFTABLES,
					 .need = NEED_IKE,
					 .chain = "inet filter input",
					 .openable = true };

	(void)state;
	against(&block, "");
	remedy(&block, "nft insert rule inet filter input udp dport { 500, 4500 } accept");
	block.certain = true;
	against(&block, "nftables ike inet filter input\n");
}

/* Where our openings have no place nothing is put, and the remedy says where to look. */
static void test_other_chains(void **state)
{
	struct neighbour_block block = { .tool = TOOL_IPTABLES, .need = NEED_IKE };

	(void)state;
	block.chain = "legacy raw PREROUTING";
	against(&block, "");
	remedy(&block, "iptables-legacy -t raw -S PREROUTING (let it pass there)");
	block.chain = "ip raw PREROUTING";
	remedy(&block, "nft list chain ip raw PREROUTING (let it pass there)");
	block.away = true;
	block.chain = "legacy nat PREROUTING";
	remedy(&block, "iptables-legacy -t nat -S PREROUTING (take that rule away)");
}

/* What one adds for everybody's names is unique, and every need of every tool has an answer. */
static void test_the_table_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i < opening_kinds_count; i++) {
		assert_true(strlen(opening_kinds[i].name) + strlen("l2tpgw ") <
			    OPENING_COMMENT_MAX);
		assert_null(strchr(opening_kinds[i].name, ' '));
		assert_null(strstr(opening_kinds[i].rule, "  "));
		for (size_t j = 0; j < i; j++)
			assert_false(opening_kinds[i].tool == opening_kinds[j].tool &&
				     !strcmp(opening_kinds[i].name, opening_kinds[j].name));
	}
	for (enum neighbour_tool tool = 0; tool < TOOLS; tool++) {
		/* Nobody makes one for those. */
		unsigned needs = 1u << NEED_ORDERS | 1u << NEED_REPLY;

		if (tool == TOOL_DOCKER)
			needs |=
			    1u << NEED_IKE | 1u << NEED_NATT | 1u << NEED_ESP | 1u << NEED_L2TP;
		for (size_t i = 0; i < opening_kinds_count; i++)
			needs |= opening_kinds[i].tool == tool ? opening_kinds[i].needs : 0;
		assert_int_equal(needs, (1u << NEEDS) - 1);
	}
}

static void test_record(void **state)
{
	static const char text[] = "ufw ike -\nfirewalld esp public\n\nnonsense\nufw  -\nufw ike\n"
				   "Docker clients DOCKER-USER\nnftables ike inet filter input";
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf again = BUF_INIT;
	struct openings openings, twice;

	(void)state;
	openings_parse(arena, text, strlen(text), &openings);
	assert_int_equal(openings.count, 4);
	assert_string_equal(openings.list[1].place, "public");
	assert_string_equal(openings.list[3].place, "inet filter input");
	assert_string_equal(opening_text(arena, &openings.list[0]), "opening in ufw: ike");
	assert_string_equal(opening_text(arena, &openings.list[3]),
			    "opening in nftables, inet filter input: ike");
	openings_text(arena, &openings, &again);
	openings_parse(arena, buf_text(&again), again.len, &twice);
	assert_int_equal(twice.count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(opening_same(&openings.list[i], &twice.list[i]));
	openings_parse(arena, "ufw ike \0x", 10, &openings);
	assert_int_equal(openings.count, 0);
}

static void test_rule_of_ours(void **state)
{
	static const char ruleset[] =
	    "{\"nftables\": [{\"metainfo\": {}}, {\"rule\": {\"family\": \"inet\", \"table\": "
	    "\"filter\", \"chain\": \"input\", \"handle\": 7, \"comment\": \"l2tpgw esp\"}},"
	    "{\"rule\": {\"family\": \"inet\", \"table\": \"filter\", \"chain\": \"input\", "
	    "\"handle\": 8}}, {\"rule\": {\"family\": \"inet\", \"table\": \"other\", \"chain\": "
	    "\"input\", \"handle\": 9, \"comment\": \"l2tpgw ike\"}}]}";
	cleanup_arena struct arena *arena = arena_new();
	struct opening esp, ike;

	(void)state;
	assert_true(opening_parse(arena, "nftables esp inet filter input", 30, &esp));
	assert_true(opening_parse(arena, "nftables ike inet filter input", 30, &ike));
	assert_int_equal(opening_nft_handle(ruleset, strlen(ruleset), &esp), 7);
	assert_int_equal(opening_nft_handle(ruleset, strlen(ruleset), &ike), 0);
	assert_int_equal(opening_nft_handle("[]", 2, &ike), 0);
	assert_int_equal(opening_nft_handle("{", 1, &ike), 0);
}

/* A crash between the record and the tool, with a tool that knows nothing of it: nothing is left.
 */
static void test_taking_out_what_is_not_there(void **state)
{
	static const struct openings_wish nothing = { .integrate = false, .wan = "" };
	static const char text[] = "ufw ike -\niptables ike legacy:NO-SUCH-CHAIN\n";
	cleanup_arena struct arena *arena = arena_new();
	struct opening_steps steps;
	struct paths paths;
	struct err err = { .code = ERR_NONE };
	int lock;

	(void)state;
	assert_int_equal(state_make(&paths), 0);
	(void)snprintf(paths.openings_lock, sizeof(paths.openings_lock), "%s/lock", paths.state);
	assert_false(openings_recorded(&paths));
	assert_int_equal(file_write(paths.openings, text, strlen(text), 0600, false, &err), 0);
	assert_int_equal(openings_diff(&paths, &nothing, arena, &steps, &err), 0);
	assert_int_equal(steps.count, 2);
	assert_false(steps.list[0].put);
	lock = openings_lock(&paths, &err);
	assert_true(lock >= 0);
	assert_int_equal(openings_follow(&paths, &nothing, arena, &steps, &err), 0);
	assert_false(openings_recorded(&paths));
	assert_true(lock_file_is_there(lock, paths.openings_lock));
	assert_int_equal(unlink(paths.openings_lock), 0);
	assert_false(lock_file_is_there(lock, paths.openings_lock));
	close(lock);
	state_unmake();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_real_ones),
		cmocka_unit_test(test_both_kinds_of_iptables),
		cmocka_unit_test(test_what_only_may_block),
		cmocka_unit_test(test_other_chains),
		cmocka_unit_test(test_the_table_itself),
		cmocka_unit_test(test_record),
		cmocka_unit_test(test_rule_of_ours),
		cmocka_unit_test(test_taking_out_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
