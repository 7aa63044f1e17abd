/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

/* The real ruleset in a namespace of the test: what others change of it is seen and put right. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apply/ruleset.h"
#include "drive/netns.h"
#include "drive/nft.h"
#include "plan/sample.h"
#include "state_dir.h"

static struct paths paths;
static struct err err;
static struct plan *plan;

#define RULESET_MIN \
	100000 /* bytes of a transaction that makes the table; of others there are few */

static unsigned failing; /* so many of these */

/* What libnftables sends goes through here. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t (*real)(int, const struct msghdr *, int);
	size_t len = 0;

	*(void **)&real = dlsym(RTLD_NEXT, "sendmsg");
	for (size_t i = 0; i < message->msg_iovlen; i++)
		len += message->msg_iov[i].iov_len;
	if (!failing || len < RULESET_MIN)
		return real(fd, message, flags);
	failing--;
	errno = ENOBUFS;
	return -1;
}

static void nft_needed(void)
{
	netns_needed();
	if (nft_run("add table inet l2tpgw\ndelete table inet l2tpgw\n", &err) < 0)
		skip();
	assert_ok(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err));
}

/* NULL if it is the plan's. */
static const char *found(struct arena *arena)
{
	struct object_value value = { .present = false };

	assert_ok(ruleset_get(&paths, arena, &value, &err));
	if (!value.present)
		return "absent";
	if (value.note) {
		assert_int_equal(value.len, 0);
		return value.note;
	}
	assert_int_equal(value.len, strlen(plan->ruleset));
	assert_memory_equal(value.data, plan->ruleset, value.len);
	return NULL;
}

static void read_back_it_is_the_same(void **state)
{
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	nft_needed();
	assert_null(found(arena));
	/* What lives in sets of its own for a while is no change. */
	assert_ok(nft_run("add element inet l2tpgw closed { 500 timeout 30s }\n"
			  "add element inet l2tpgw stays_on { 5 : 198.18.0.1 }\n"
			  "add element inet l2tpgw redials { 5 }",
			  &err));
	assert_null(found(arena));
	assert_ok(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err));
	assert_null(found(arena));
}

/* What sets and maps hold lives through it: the table stays the one it was. */
static void loaded_again_it_is_the_same_table(void **state)
{
	struct nft_table before, after;

	(void)state;
	nft_needed();
	assert_ok(nft_run("add element inet l2tpgw acl_to { 10.99.0.2 : goto to_default }\n"
			  "add element inet l2tpgw acl_from { 10.99.0.2 : goto from_default }\n"
			  "add element inet l2tpgw closed { 500 timeout 100ms }",
			  &err));
	assert_ok(nft_table_get(&before, &err));
	for (unsigned i = 0; i < 20; i++) {
		assert_ok(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err));
		assert_ok(nft_table_get(&after, &err));
		assert_int_equal(after.handle, before.handle);
	}
}

/* Somebody else's tables change nothing of ours, and time nothing at all. */
static void others_may_do_what_they_like(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	uint32_t before, after;

	(void)state;
	nft_needed();
	assert_ok(nft_generation(&before, &err));
	assert_ok(nft_run("add table inet other\nadd chain inet other c", &err));
	assert_ok(nft_generation(&after, &err));
	assert_int_equal(after, before + 1);
	assert_null(found(arena));
	assert_ok(nft_generation(&before, &err));
	assert_int_equal(after, before);
	assert_ok(nft_run("delete table inet other", &err));
}

static void each_change_is_seen_and_undone(void **state)
{
	static const struct {
		const char *command, *found;
	} changes[] = {
		{ "flush chain inet l2tpgw leak", "chain leak has 0 rules instead of 3" },
		{ "insert rule inet l2tpgw guard accept", "chain guard has 8 rules instead of 7" },
		{ "delete element inet l2tpgw vip_of { 7 }",
		  "map vip_of has 4095 elements instead of 4096" },
		{ "delete element inet l2tpgw worker_of { 0 }\n"
		  "add element inet l2tpgw worker_of { 0 : 192.0.2.1 }",
		  "map worker_of was changed" },
		{ "add chain inet l2tpgw mine { type filter hook input priority -5; }\n"
		  "add set inet l2tpgw hers { type ipv4_addr; }\n"
		  "add rule inet l2tpgw mine ip saddr @hers accept",
		  "chain mine was added" },
		/* How old a libnftables is decides how it is told. */
		{ "add table inet l2tpgw { flags dormant; }", "" },
		{ "flush chain inet l2tpgw raw_pre\n"
		  "delete map inet l2tpgw zone_of\n"
		  "add set inet l2tpgw zone_of { type ipv4_addr; }",
		  "map zone_of was removed" },
		{ "flush ruleset", "absent" },
		{ "delete table inet l2tpgw\nadd table inet l2tpgw", "was removed" },
	};

	(void)state;
	nft_needed();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		cleanup_arena struct arena *arena = arena_new();
		const char *note;

		assert_ok(nft_run(changes[i].command, &err));
		note = found(arena);
		assert_non_null(note);
		if (!strstr(note, changes[i].found))
			fail_msg("\"%s\" is told as \"%s\"", changes[i].command, note);
		assert_ok(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err));
		assert_null(found(arena));
	}
}

static void without_its_record_nobody_knows(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	char path[PATHS_MAX];

	(void)state;
	nft_needed();
	(void)snprintf(path, sizeof(path), "%s/ruleset.listing", paths.run);
	assert_int_equal(unlink(path), 0);
	assert_non_null(found(arena));
	nft_needed();
	assert_null(found(arena));
	/* The record of another text is none of this one. */
	(void)snprintf(path, sizeof(path), "%s/ruleset.nft", paths.run);
	assert_int_equal(truncate(path, 100), 0);
	assert_non_null(found(arena));
	assert_int_equal(ruleset_is_there(&paths, &err), 1);
	assert_ok(ruleset_remove(&paths, &err));
	assert_int_equal(ruleset_is_there(&paths, &err), 0);
	assert_string_equal(found(arena), "absent");
}

static bool is_closed(const char *port)
{
	cleanup_buf struct buf text = BUF_INIT;

	assert_ok(nft_list("list set inet l2tpgw closed", true, 1 << 20, &text, &err));
	return strstr(buf_text(&text), port);
}

/* The kernel has no room: the table is not made anew for that, and keeps what is in its sets. */
static void a_failure_for_a_moment_empties_no_set(void **state)
{
	(void)state;
	nft_needed();
	assert_ok(nft_run("add element inet l2tpgw closed { 4711 timeout 1h }\n", &err));
	failing = 1;
	assert_ok(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err));
	assert_int_equal(failing, 0);
	assert_true(is_closed("4711"));
	failing = 3;
	assert_true(ruleset_run(&paths, plan->ruleset, strlen(plan->ruleset), &err) < 0);
	assert_int_equal(failing, 0);
	assert_true(is_closed("4711"));
}

static void what_does_not_load_changes_nothing(void **state)
{
	static const char bad[] = "add table inet l2tpgw\nadd rule inet l2tpgw nosuch accept\n";
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	nft_needed();
	assert_true(ruleset_run(&paths, bad, strlen(bad), &err) < 0);
	assert_null(found(arena));
}

static int setup(void **state)
{
	struct policy policy = sample_policy();

	plan = sample_plan(&policy);
	if (state_make(&paths) < 0)
		return -1;
	(void)snprintf(paths.run, sizeof(paths.run), "%s", paths.state);
	return netns_enter(state);
}

static int teardown(void **state)
{
	(void)state;
	plan_free(plan);
	state_unmake();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_back_it_is_the_same),
		cmocka_unit_test(loaded_again_it_is_the_same_table),
		cmocka_unit_test(others_may_do_what_they_like),
		cmocka_unit_test(each_change_is_seen_and_undone),
		cmocka_unit_test(without_its_record_nobody_knows),
		cmocka_unit_test(a_failure_for_a_moment_empties_no_set),
		cmocka_unit_test(what_does_not_load_changes_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
