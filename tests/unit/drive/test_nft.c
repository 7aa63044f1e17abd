/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <sys/wait.h>

#include "drive/net_monitor.h"
#include "drive/nft.h"
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
		cmocka_unit_test(failure_changes_nothing_and_says_why),
		cmocka_unit_test(table_is_listed_as_json),
		cmocka_unit_test(monitor_sees_others_only),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
