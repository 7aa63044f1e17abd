/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <sys/wait.h>

#include "drive/net_monitor.h"
#include "drive/nft.h"
#include "drive/nft_map.h"
#include "netns.h"

static struct err err;

/* The fabric in small: every L2TP packet belongs to slot 5. */
static const char ruleset[] =
    "add table inet l2tpgw\n"
    "delete table inet l2tpgw\n"
    "table inet l2tpgw { comment \"3f786850e387550fdab836ed7e6dc881de23001b\"\n"
    " map zone_of { typeof meta mark : ct zone; elements = { 0 : 6, 5 : 6 } }\n"
    " chain raw_pre { type filter hook prerouting priority raw;\n"
    "  udp dport 1701 ct original zone set meta mark & 0xfff map @zone_of\n }\n"
    " chain disguise { type nat hook input priority 100;\n"
    "  ip daddr 198.18.0.0/28 udp dport 1701 snat ip to 198.18.16.5\n }\n"
    "}\n";

static void nft_needed(void)
{
	netns_needed();
	if (nft_run("add table inet l2tpgw\ndelete table inet l2tpgw\n", &err) < 0)
		skip();
}

static void table_comes_and_goes(void **state)
{
	struct nft_table table, again;

	(void)state;
	nft_needed();
	assert_int_equal(nft_table_get(&table, &err), NET_SAME);
	assert_int_equal(nft_table_delete(&err), NET_SAME);
	assert_ok(nft_run(ruleset, &err));
	assert_int_equal(nft_table_get(&table, &err), NET_DONE);
	assert_string_equal(table.comment, "3f786850e387550fdab836ed7e6dc881de23001b");
	assert_ok(nft_run(ruleset, &err));
	assert_int_equal(nft_table_get(&again, &err), NET_DONE);
	assert_true(again.handle != table.handle);
	assert_int_equal(nft_table_delete(&err), NET_DONE);
	assert_int_equal(nft_table_get(&table, &err), NET_SAME);
	assert_ok(nft_run("add table inet l2tpgw", &err));
	assert_int_equal(nft_table_get(&table, &err), NET_DONE);
	assert_string_equal(table.comment, "");
	assert_int_equal(nft_table_delete(&err), NET_DONE);
}

static const char maps[] = "add table inet l2tpgw\ndelete table inet l2tpgw\n"
			   "table inet l2tpgw {\n"
			   " map m { type ipv4_addr : verdict; }\n"
			   " map n { type ipv4_addr : verdict; }\n"
			   " chain one { }\n chain two { }\n}\n";

static bool map_says(const char *map, const char *what)
{
	cleanup_buf struct buf json = BUF_INIT;
	char command[64];

	(void)snprintf(command, sizeof(command), "list map inet l2tpgw %s", map);
	assert_ok(nft_list(command, true, 1 << 16, &json, &err));
	return strstr(buf_text(&json), what);
}

static void elements_of_maps_come_and_go(void **state)
{
	const struct nft_element first[] = { { "m", 0x0a000001, "one" },
					     { "n", 0x0a000001, "two" },
					     { "m", 0x0a000002, "two" } };
	const struct nft_element moved[] = { { "m", 0x0a000001, NULL },
					     { "m", 0x0a000001, "two" } };
	const struct nft_element gone[] = { { "m", 0x0a000002, NULL } };
	uint32_t before, after;
	int fd;

	(void)state;
	nft_needed();
	assert_ok(nft_run(maps, &err));
	fd = nft_map_open(&err);
	assert_true(fd >= 0);
	assert_ok(nft_generation_over(fd, &before, &err));
	assert_ok(nft_map_run(fd, first, 3, &err));
	assert_ok(nft_generation_over(fd, &after, &err));
	assert_int_equal(after, before + 1);
	assert_true(map_says("m", "[\"10.0.0.1\", {\"goto\": {\"target\": \"one\"}}]"));
	assert_true(map_says("m", "[\"10.0.0.2\", {\"goto\": {\"target\": \"two\"}}]"));
	assert_true(map_says("n", "[\"10.0.0.1\", {\"goto\": {\"target\": \"two\"}}]"));
	assert_ok(nft_map_run(fd, moved, 2, &err));
	assert_true(map_says("m", "[\"10.0.0.1\", {\"goto\": {\"target\": \"two\"}}]"));
	assert_ok(nft_map_run(fd, gone, 1, &err));
	assert_false(map_says("m", "10.0.0.2"));
	assert_ok(nft_map_run(fd, NULL, 0, &err));
	close(fd);
}

static void a_failing_element_takes_all_back(void **state)
{
	static const struct nft_element bad[][3] = {
		{ { "m", 1, "one" }, { "m", 2, "nosuch" }, { "n", 3, "one" } },
		{ { "m", 1, "one" }, { "nosuch", 2, "one" }, { "n", 3, "one" } },
		{ { "m", 1, "one" }, { "n", 3, "one" }, { "m", 9, NULL } },
		{ { "m", 9, NULL }, { "m", 1, "one" }, { "n", 3, "one" } },
	};
	const struct nft_element good = { "m", 0x0a000001, "one" };
	int fd;

	(void)state;
	nft_needed();
	assert_ok(nft_run(maps, &err));
	fd = nft_map_open(&err);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(nft_map_run(fd, bad[i], 3, &err), -1);
		assert_non_null(strstr(err.text, "nftables"));
		assert_false(map_says("m", "0.0.0.1"));
		assert_false(map_says("n", "0.0.0.3"));
	}
	/* What the kernel still had to say of those is no answer to this. */
	assert_ok(nft_map_run(fd, &good, 1, &err));
	assert_true(map_says("m", "10.0.0.1"));
	close(fd);
}

static void failure_changes_nothing_and_says_why(void **state)
{
	struct nft_table table;

	(void)state;
	nft_needed();
	assert_int_equal(
	    nft_run("add table inet l2tpgw\nadd rule inet l2tpgw nosuch accept\n", &err), -1);
	assert_non_null(strstr(err.text, "nftables: "));
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(nft_table_get(&table, &err), NET_SAME);
	assert_int_equal(nft_run("this is no rule", &err), -1);
	assert_non_null(strstr(err.text, "syntax error"));
}

static void table_is_listed_as_json(void **state)
{
	cleanup_buf struct buf whole = BUF_INIT, terse = BUF_INIT, none = BUF_INIT;

	(void)state;
	nft_needed();
	assert_ok(nft_run(ruleset, &err));
	assert_ok(nft_list("list table inet l2tpgw", true, 1 << 20, &whole, &err));
	assert_non_null(strstr(buf_text(&whole), "\"nftables\""));
	assert_non_null(strstr(buf_text(&whole), "\"elem\""));
	assert_ok(nft_list("list table inet l2tpgw", false, 1 << 20, &terse, &err));
	assert_null(strstr(buf_text(&terse), "\"elem\""));
	assert_int_equal(nft_list("list table inet l2tpgw", true, 100, &none, &err), -1);
	assert_int_equal(none.len, 0);
	assert_int_equal(nft_table_delete(&err), NET_DONE);
	assert_int_equal(nft_list("list table inet l2tpgw", true, 1 << 20, &none, &err), -1);
}

/* Somebody else: another process, in the same namespace. */
static void run_elsewhere(const char *text)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(nft_run(text, &err) < 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void monitor_sees_others_only(void **state)
{
	int fd;

	(void)state;
	nft_needed();
	fd = net_monitor_open_nft(&err);
	assert_ok(fd);
	assert_ok(nft_run(ruleset, &err));
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	run_elsewhere("add table inet other");
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	run_elsewhere("add chain inet l2tpgw more");
	assert_int_equal(net_monitor_drain(fd, &err), NET_MONITOR_TABLE);
	run_elsewhere("flush ruleset");
	assert_int_equal(net_monitor_drain(fd, &err), NET_MONITOR_TABLE | NET_MONITOR_TABLE_GONE);
	assert_int_equal(net_monitor_drain(fd, &err), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_comes_and_goes),
		cmocka_unit_test(elements_of_maps_come_and_go),
		cmocka_unit_test(a_failing_element_takes_all_back),
		cmocka_unit_test(failure_changes_nothing_and_says_why),
		cmocka_unit_test(table_is_listed_as_json),
		cmocka_unit_test(monitor_sees_others_only),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
