/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "daemon/bans.h"
#include "drive/nft.h"
#include "session/ban.h"

#define HOME   0xcb00710au /* 203.0.113.10 */
#define SAMPLE 65536

static struct err err;
static bool has_kernel; /* a network namespace of our own */
static struct policy policy;
static char dir[64];

static int enter(void **state)
{
	(void)state;
	has_kernel = unshare(CLONE_NEWNET) == 0;
	if (has_kernel && nft_run("add table inet l2tpgw\n"
				  "add set inet l2tpgw banned { type ipv4_addr; flags timeout; }\n",
				  &err) < 0)
		fail_msg("%s", err.text);
	return 0;
}

static int begin(void **state)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));

	strcpy(dir, "/tmp/test-bans-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(gateway->paths.bans, sizeof(gateway->paths.bans), "%s/bans.json", dir);
	policy.firewall.brute_force.failures = 3;
	policy.firewall.brute_force.window = 600;
	policy.firewall.brute_force.ban = 3600;
	policy.addresses.pool = (struct ip4_net){ .address = 0x0a090000, .bits = 24 };
	gateway->sessions = session_table_new(&policy);
	bans_load(gateway);
	*state = gateway;
	return 0;
}

static int end(void **state)
{
	struct gateway *gateway = *state;

	(void)unlink(gateway->paths.bans);
	(void)rmdir(dir);
	session_table_free(gateway->sessions);
	free(gateway);
	return 0;
}

/* As after a restart. */
static void start_again(struct gateway *gateway)
{
	session_table_free(gateway->sessions);
	gateway->sessions = session_table_new(&policy);
	bans_load(gateway);
}

static void guess(struct gateway *gateway, uint32_t address)
{
	struct session_action action;

	for (unsigned i = 0; i < 3; i++)
		session_psk_failed(gateway->sessions, gateway_now(), address);
	while (session_next(gateway->sessions, &action)) {
		if (action.kind == SESSION_BANS)
			bans_changed(gateway);
	}
}

/* Whether the kernel's set has it, for longer than so many seconds. */
static bool is_kept_out(const char *address, int64_t seconds)
{
	cleanup_buf struct buf json = BUF_INIT;
	json_t *root, *item, *elem;
	size_t i, j;
	bool found = false;

	if (!has_kernel)
		skip();
	assert_int_equal(nft_list("list set inet l2tpgw banned", true, SAMPLE, &json, &err), 0);
	root = json_loadb(buf_text(&json), json.len, 0, NULL);
	json_array_foreach(json_object_get(root, "nftables"), i, item)
	{
		json_array_foreach(json_object_get(json_object_get(item, "set"), "elem"), j, elem)
		{
			const json_t *one = json_object_get(elem, "elem");

			found |= !strcmp(json_string_value(json_object_get(one, "val")), address) &&
				 json_integer_value(json_object_get(one, "timeout")) > seconds;
		}
	}
	json_decref(root);
	return found;
}

static ino_t file_now(const struct gateway *gateway)
{
	struct stat st;

	return stat(gateway->paths.bans, &st) == 0 ? st.st_ino : 0;
}

static void an_address_is_kept_out_and_let_in(void **state)
{
	struct gateway *gateway = *state;

	guess(gateway, HOME);
	assert_true(is_kept_out("203.0.113.10", 3590));
	start_again(gateway);
	assert_int_equal(nft_run("flush set inet l2tpgw banned\n", &err), 0);
	bans_refill(gateway);
	assert_true(is_kept_out("203.0.113.10", 3500));
	assert_int_equal(session_ban_lift(gateway->sessions, gateway_now().wall, "203.0.113.10"),
			 true);
	bans_changed(gateway);
	assert_false(is_kept_out("203.0.113.10", 0));
	start_again(gateway);
	bans_refill(gateway);
	assert_false(is_kept_out("203.0.113.10", 0));
}

static void of_two_bans_the_longer_one_counts(void **state)
{
	struct gateway *gateway = *state;
	int64_t wall = gateway_now().wall;
	struct session_ban ban = {
		.user = "alice", .address = HOME, .since = wall, .until = wall + 50000
	};

	session_ban_add(gateway->sessions, &ban);
	guess(gateway, HOME);
	assert_true(is_kept_out("203.0.113.10", 40000));
	/* A user at an address closes nothing. */
	ban = (struct session_ban){ .user = "alice",
				    .address = HOME + 1,
				    .since = wall,
				    .until = wall + 50000,
				    .why = SESSION_BAN_LOGINS };
	session_ban_add(gateway->sessions, &ban);
	bans_changed(gateway);
	assert_false(is_kept_out("203.0.113.11", 0));
}

static void what_cannot_be_written_is_not_done(void **state)
{
	struct gateway *gateway = *state;
	const struct session_ban *ban;

	assert_int_equal(bans_add(gateway, "alice", 60, &err), 0);
	(void)snprintf(gateway->paths.bans, sizeof(gateway->paths.bans), "%s/none/bans", dir);
	assert_int_equal(bans_add(gateway, "beth", 60, &err), -1);
	assert_non_null(strstr(err.text, "nothing was changed"));
	assert_int_equal(bans_add(gateway, "alice", 6000, &err), -1);
	assert_int_equal(bans_lift(gateway, "alice", &err), -1);
	assert_null(session_ban_of(gateway->sessions, gateway_now().wall, "beth", 0));
	ban = session_ban_of(gateway->sessions, gateway_now().wall, "alice", 0);
	assert_non_null(ban);
	assert_true(ban->until <= gateway_now().wall + 60);
	(void)snprintf(gateway->paths.bans, sizeof(gateway->paths.bans), "%s/bans.json", dir);
}

static void only_what_changed_is_written(void **state)
{
	struct gateway *gateway = *state;
	ino_t before;

	bans_save(gateway);
	assert_int_equal(file_now(gateway), 0);
	assert_int_equal(bans_add(gateway, "alice", 60, &err), 0);
	before = file_now(gateway);
	assert_int_not_equal(before, 0);
	bans_save(gateway);
	start_again(gateway);
	bans_save(gateway);
	assert_int_equal(file_now(gateway), before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(an_address_is_kept_out_and_let_in),
		TEST(of_two_bans_the_longer_one_counts),
		TEST(what_cannot_be_written_is_not_done),
		TEST(only_what_changed_is_written),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
