/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/xl2tpd_reply.h"

static const char available[] =
    "00 OK\n"
    "00 AVAILABLE lns.0.name=default\n"
    "00 AVAILABLE lns.1.name=default\n"
    "00 AVAILABLE lns.count=2\n"
    "00 AVAILABLE lac.count=0\n"
    "00 AVAILABLE tunnel 0x55d0c0ffee00, id 1, ourtid 40001 has 1 calls and self 0x55d0c0ffee10\n"
    "00 AVAILABLE tunnel 0x55d0c0ffef00, id 1, ourtid 17 has 0 calls and self 0x55d0c0ffef10\n"
    "00 AVAILABLE tunnels count=2\n"
    "00 AVAILABLE calls count=1\n";

static const char status[] = "00 OK\n"
			     "00 STATUS tunnels.0.id=1\n"
			     "00 STATUS tunnels.0.peer=198.18.16.5:1701\n"
			     "00 STATUS tunnels.0.calls.0.id=52000\n"
			     "00 STATUS tunnels.0.calls.0.tx_bytes=0\n"
			     "00 STATUS tunnels.0.calls.0.rx_bytes=-5\n"
			     "00 STATUS tunnels.0.calls.0.tx_pkts=0\n"
			     "00 STATUS tunnels.0.calls.0.rx_pkts=0\n"
			     "00 STATUS tunnels.0.calls.count=1\n"
			     "00 STATUS tunnels.1.id=1\n"
			     "00 STATUS tunnels.1.peer=198.18.16.6:61001\n"
			     "00 STATUS tunnels.1.calls.count=0\n"
			     "00 STATUS tunnels.count=2\n";

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void available_is_parsed(void **state)
{
	struct xl2tpd_tunnels tunnels;

	(void)state;
	assert_true(xl2tpd_parse_available(arena, available, sizeof(available) - 1, &tunnels));
	assert_int_equal(tunnels.count, 2);
	assert_int_equal(tunnels.list[0].remote, 1);
	assert_int_equal(tunnels.list[0].local, 40001);
	assert_int_equal(tunnels.list[0].calls, 1);
	assert_int_equal(tunnels.list[1].local, 17);
}

static void status_is_parsed(void **state)
{
	struct xl2tpd_tunnels tunnels;

	(void)state;
	assert_true(xl2tpd_parse_status(arena, status, sizeof(status) - 1, &tunnels));
	assert_int_equal(tunnels.count, 2);
	assert_int_equal(tunnels.list[0].peer, 0xc6121005);
	assert_int_equal(tunnels.list[0].port, 1701);
	assert_int_equal(tunnels.list[0].calls, 1);
	assert_int_equal(tunnels.list[0].call[0], 52000);
	assert_int_equal(tunnels.list[1].peer, 0xc6121006);
	assert_int_equal(tunnels.list[1].port, 61001);
	assert_int_equal(tunnels.list[1].calls, 0);
}

static void every_truncation_is_malformed(void **state)
{
	struct xl2tpd_tunnels tunnels;

	(void)state;
	for (size_t len = 0; len < sizeof(available) - 1; len++)
		assert_false(xl2tpd_parse_available(arena, available, len, &tunnels));
	for (size_t len = 0; len < sizeof(status) - 1; len++)
		assert_false(xl2tpd_parse_status(arena, status, len, &tunnels));
}

static void any_missing_line_of_a_tunnel_is_noticed(void **state)
{
	struct xl2tpd_tunnels tunnels;
	const char *at = status;

	(void)state;
	while (*at) {
		size_t line = strcspn(at, "\n") + 1, before = (size_t)(at - status);
		cleanup_buf struct buf text = BUF_INIT;
		bool harmless = memmem(at, line, "_bytes", 6) || memmem(at, line, "_pkts", 5) ||
				memmem(at, line, "calls.count", 11);

		buf_append(&text, status, before);
		buf_puts(&text, at + line);
		if (!memmem(at, line, ".peer", 5))
			assert_int_equal(xl2tpd_parse_status(arena, text.data, text.len, &tunnels),
					 harmless);
		at += line;
	}
}

static void odd_replies_are_malformed(void **state)
{
	static const char *const odd[] = {
		"01 Error: Could not find lns\n",
		"00 OK\n00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.1.id=1\n00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.peer=1.2.3.4:1\n00 STATUS tunnels.count=0\n",
		"00 OK\n00 STATUS tunnels.0.id=65536\n00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=-1\n00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=\n00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=1\n00 STATUS tunnels.0.peer=1.2.3:4\n"
		"00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=1\n00 STATUS tunnels.0.peer=1.2.3.4:65536\n"
		"00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=1\n00 STATUS tunnels.0.calls.1.id=1\n"
		"00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.0.id=1\n00 STATUS tunnels.0.calls.count=1\n"
		"00 STATUS tunnels.count=1\n",
		"00 OK\n00 STATUS tunnels.count=99999999999999999999\n",
		"00 OK\n00 STATUS tunnels.count=0\n00 STATUS tunnels.count=0\n",
	};
	struct xl2tpd_tunnels tunnels;

	(void)state;
	for (size_t i = 0; i < array_size(odd); i++)
		assert_false(xl2tpd_parse_status(arena, odd[i], strlen(odd[i]), &tunnels));
	assert_true(xl2tpd_parse_status(arena, "00 OK\n00 STATUS tunnels.count=0\n", 32, &tunnels));
	assert_false(
	    xl2tpd_parse_status(arena, "00 OK\n\0000 STATUS tunnels.count=0\n", 33, &tunnels));
}

static void codes_are_read(void **state)
{
	(void)state;
	assert_int_equal(xl2tpd_reply_code("00 OK\n", 6), 0);
	assert_int_equal(xl2tpd_reply_code("01 No such tunnel\n", 18), 1);
	assert_int_equal(xl2tpd_reply_code("0", 1), -1);
	assert_int_equal(xl2tpd_reply_code("", 0), -1);
	assert_int_equal(xl2tpd_reply_code("OK 00", 5), -1);
}

static void make(struct xl2tpd_tunnels *out, struct xl2tpd_tunnel *list, size_t count)
{
	out->list = list;
	out->count = count;
}

static void join_is_certain_or_silent(void **state)
{
	struct xl2tpd_tunnel with_peer[] = { { .remote = 1, .peer = 5 },
					     { .remote = 1, .peer = 6 },
					     { .remote = 9, .peer = 7 } };
	struct xl2tpd_tunnel with_id[] = { { .remote = 1, .local = 100 },
					   { .remote = 1, .local = 200 },
					   { .remote = 9, .local = 300 } };
	struct xl2tpd_tunnels peers, ids;

	(void)state;
	make(&peers, with_peer, 3);
	make(&ids, with_id, 3);
	xl2tpd_join(&peers, &ids);
	assert_int_equal(peers.list[0].local, 100);
	assert_int_equal(peers.list[1].local, 200);
	assert_int_equal(peers.list[2].local, 300);
	/* One tunnel more in one of them: only the id that is unique in both still says anything.
	 */
	make(&ids, with_id + 1, 2);
	xl2tpd_join(&peers, &ids);
	assert_int_equal(peers.list[0].local, 0);
	assert_int_equal(peers.list[1].local, 0);
	assert_int_equal(peers.list[2].local, 300);
	make(&ids, NULL, 0);
	xl2tpd_join(&peers, &ids);
	assert_int_equal(peers.list[2].local, 0);
}

static void changes_between_replies_are_noticed(void **state)
{
	struct xl2tpd_tunnels a, b;

	(void)state;
	assert_true(xl2tpd_parse_status(arena, status, sizeof(status) - 1, &a));
	assert_true(xl2tpd_parse_status(arena, status, sizeof(status) - 1, &b));
	assert_true(xl2tpd_same_tunnels(&a, &b));
	b.list[1].peer++;
	assert_false(xl2tpd_same_tunnels(&a, &b));
	b.list[1].peer--;
	b.list[0].call[0]++;
	assert_false(xl2tpd_same_tunnels(&a, &b));
	b.list[0].call[0]--;
	b.count--;
	assert_false(xl2tpd_same_tunnels(&a, &b));
}

static void bounds_hold(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct xl2tpd_tunnels tunnels;

	(void)state;
	buf_puts(&text, "00 OK\n");
	for (unsigned i = 0; i <= XL2TPD_TUNNELS_MAX; i++)
		buf_printf(&text,
			   "00 AVAILABLE tunnel 0x1, id 1, ourtid 2 has 0 calls and self 0x2\n");
	buf_printf(&text, "00 AVAILABLE tunnels count=%u\n00 AVAILABLE calls count=0\n",
		   XL2TPD_TUNNELS_MAX + 1);
	assert_false(xl2tpd_parse_available(arena, text.data, text.len, &tunnels));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(available_is_parsed),
		cmocka_unit_test(status_is_parsed),
		cmocka_unit_test(every_truncation_is_malformed),
		cmocka_unit_test(any_missing_line_of_a_tunnel_is_noticed),
		cmocka_unit_test(odd_replies_are_malformed),
		cmocka_unit_test(codes_are_read),
		cmocka_unit_test(join_is_certain_or_silent),
		cmocka_unit_test(changes_between_replies_are_noticed),
		cmocka_unit_test(bounds_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
