/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/messages.h"
#include "hooks/identity.h"

static void vip_of_ipparam(void **state)
{
	static const struct {
		const char *ipparam;
		bool ours;
		uint32_t vip;
	} cases[] = {
		{ "198.18.16.0", true, 0xc6121000 },
		{ "198.18.16.7", true, 0xc6121007 },
		{ "198.18.31.255", true, 0xc6121fff },
		{ "198.18.15.255", false, 0 },
		{ "198.18.32.0", false, 0 },
		{ "198.18.0.1", false, 0 },
		{ "192.0.2.1", false, 0 },
		{ "198.18.16.7 ", false, 0 },
		{ "198.18.16.07", false, 0 },
		{ "", false, 0 },
		{ NULL, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t vip = 0;

		assert_int_equal(identity_vip(cases[i].ipparam, &vip), cases[i].ours);
		assert_int_equal(vip, cases[i].vip);
	}
}

static void interface_is_named_after_the_slot(void **state)
{
	char name[IDENTITY_IFNAME_SIZE];

	(void)state;
	identity_ifname(0xc6121000, 0, name);
	assert_string_equal(name, "l2tpgw0");
	identity_ifname(0xc6121fff, 0, name);
	assert_string_equal(name, "l2tpgw4095");
	identity_ifname(0xc6121007, 1, name);
	assert_string_equal(name, "l2tpgw4103");
}

#define ARGV                                                            \
	"/usr/sbin/pppd\0plugin\0pppol2tp.so\0pppol2tp\0"               \
	"8\0pppol2tp_lns_mode\0pppol2tp_tunnel_id\0"                    \
	"28413\0pppol2tp_session_id\0"                                  \
	"65535\0passive\0nodetach\0"                                    \
	"10.9.0.1:10.9.0.2\0auth\0file\0/run/l2tpgw/options\0ipparam\0" \
	"198.18.16.3\0"

static void l2tp_ids_of_the_command_line(void **state)
{
	struct identity identity = { 0 };

	(void)state;
	identity_cmdline(&identity, ARGV, sizeof(ARGV) - 1);
	assert_int_equal(identity.tunnel, 28413);
	assert_int_equal(identity.session, 65535);
}

static void bad_command_lines(void **state)
{
	static const struct {
		const char *data;
		size_t len;
	} cases[] = {
		{ "", 0 },
		{ "pppd", 4 },
		{ "pppol2tp_tunnel_id\0", 19 },
		{ "pppol2tp_tunnel_id\0000", 20 },
		{ "pppol2tp_tunnel_id\00065536", 25 },
		{ "pppol2tp_tunnel_id\0-1\0", 22 },
		{ "pppol2tp_tunnel_id\0007x\0", 22 },
		{ "pppol2tp_tunnel_id\0 7\0", 22 },
		{ "pppol2tp_tunnel_id\0\0", 20 },
		{ "xpppol2tp_tunnel_id\0007\0", 22 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct identity identity = { 0 };

		identity_cmdline(&identity, cases[i].data, cases[i].len);
		assert_int_equal(identity.tunnel, 0);
		assert_int_equal(identity.session, 0);
	}
}

static void start_time_of_stat(void **state)
{
	struct identity identity = { 0 };

	(void)state;
	assert_true(identity_stat(&identity, "1 (pp) d (x) S 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
					     "17 18 19 4711 21 22 23\n"));
	assert_int_equal(identity.starttime, 4711);
	assert_false(identity_stat(&identity, ""));
	assert_false(identity_stat(&identity, "1 (pppd) S 2 3"));
	assert_false(identity_stat(&identity, "1 pppd S 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 "
					      "18 19 20 21 22"));
	assert_int_equal(identity.starttime, 4711);
}

static void every_message_says_who(void **state)
{
	const struct identity identity = { 0xc6121003, 100, 99, UINT64_MAX, 28413, 7 };
	struct fields message;

	(void)state;
	fields_init(&message);
	identity_put(&message, &identity);
	assert_false(message.failed);
	assert_string_equal(fields_get(&message, MSG_VIP), "198.18.16.3");
	assert_string_equal(fields_get(&message, MSG_PID), "100");
	assert_string_equal(fields_get(&message, MSG_PARENT), "99");
	assert_string_equal(fields_get(&message, MSG_STARTTIME), "18446744073709551615");
	assert_string_equal(fields_get(&message, MSG_TUNNEL), "28413");
	assert_string_equal(fields_get(&message, MSG_SESSION), "7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vip_of_ipparam),
		cmocka_unit_test(interface_is_named_after_the_slot),
		cmocka_unit_test(l2tp_ids_of_the_command_line),
		cmocka_unit_test(bad_command_lines),
		cmocka_unit_test(start_time_of_stat),
		cmocka_unit_test(every_message_says_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
