/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/history.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "state_dir.h"

static struct paths paths;

static int fresh(void **state)
{
	(void)state;
	return state_make(&paths);
}

static int gone(void **state)
{
	(void)state;
	state_unmake();
	return 0;
}

static unsigned add(const char *text, const struct changes *changes)
{
	struct generation g = { .when = 1700000000, .who = "root (alice)", .what = "apply" };
	struct err err = { .code = ERR_NONE };

	if (history_add(&paths, &g, text, strlen(text), changes, &err) < 0)
		fail_msg("%s", err.text);
	return g.number;
}

static void commit(unsigned number)
{
	struct err err = { .code = ERR_NONE };

	if (history_commit(&paths, number, &err) < 0)
		fail_msg("%s", err.text);
}

static unsigned current(void)
{
	struct err err = { .code = ERR_NONE };
	unsigned number;

	if (history_current(&paths, &number, &err) < 0)
		fail_msg("%s", err.text);
	return number;
}

static size_t list(struct arena *arena, struct generation **generations)
{
	struct err err = { .code = ERR_NONE };
	size_t count;

	if (history_list(&paths, arena, generations, &count, &err) < 0)
		fail_msg("%s", err.text);
	return count;
}

static void path_below(const char *name, char out[PATHS_MAX + 64])
{
	(void)snprintf(out, PATHS_MAX + 64, "%s/%s", paths.history, name);
}

static void nothing_was_applied_yet(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	struct generation *generations;

	(void)state;
	assert_int_equal(current(), 0);
	assert_int_equal(list(arena, &generations), 0);
	assert_int_equal(history_policy(&paths, 3, &text, &err), -1);
	assert_non_null(strstr(err.text, "nothing was applied yet"));
}

static void what_is_kept_comes_back(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct changes changes = { .arena = arena }, back = { .arena = arena };
	struct err err = { .code = ERR_NONE };
	struct generation g;
	struct change *change;

	(void)state;
	change = change_add(&changes, "user bob", CHANGE_REMOVE, KEY_DROPS, "removed");
	change_drops(&changes, change, "bob", "1a-66");
	change_add(&changes, "connection l2tpgw", CHANGE_SET, KEY_NEW_SESSIONS, NULL);
	assert_int_equal(add("{ \"a\": \"\xc3\xa4\" }\n", &changes), 1);
	assert_int_equal(history_policy(&paths, 1, &text, &err), 0);
	assert_string_equal(buf_text(&text), "{ \"a\": \"\xc3\xa4\" }\n");
	assert_int_equal(history_read(&paths, 1, &g, &back, &err), 0);
	assert_string_equal(g.who, "root (alice)");
	assert_string_equal(g.what, "apply");
	assert_int_equal(g.result, GENERATION_PENDING);
	assert_int_equal(g.changes, 2);
	assert_int_equal(back.count, 2);
	assert_string_equal(back.list[0].object, "user bob");
	assert_int_equal(back.list[0].impact, KEY_DROPS);
	assert_string_equal(back.list[0].drops[0].session, "1a-66");
	assert_int_equal(back.list[1].action, CHANGE_SET);
	assert_null(back.list[1].detail);
}

static void only_root_can_read_it(void **state)
{
	char path[PATHS_MAX + 64];
	struct stat st;

	(void)state;
	add("{}", NULL);
	assert_int_equal(stat(paths.history, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	path_below("1", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	path_below("1/policy.json", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void results_are_told(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct generation *generations;
	char long_text[600];

	(void)state;
	for (int i = 0; i < 4; i++)
		add("{}", NULL);
	commit(1);
	assert_int_equal(history_result(&paths, 1, GENERATION_APPLIED, NULL, &err), 0);
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	memcpy(long_text + 254, "\xc3\xa4", 2); /* is cut within this character */
	assert_int_equal(history_result(&paths, 2, GENERATION_FAILED, long_text, &err), 0);
	assert_int_equal(history_result(&paths, 3, GENERATION_UNCONFIRMED, "nobody", &err), 0);
	commit(4); /* a crash right here: it counts all the same */
	assert_int_equal(current(), 4);
	assert_int_equal(list(arena, &generations), 4);
	assert_int_equal(generations[0].result, GENERATION_APPLIED);
	assert_int_equal(generations[1].result, GENERATION_FAILED);
	assert_int_equal(strlen(generations[1].detail), 255);
	assert_int_equal(generations[2].result, GENERATION_UNCONFIRMED);
	assert_string_equal(generations[2].detail, "nobody");
	assert_int_equal(generations[3].result, GENERATION_APPLIED);
	assert_int_equal(history_result(&paths, 4, GENERATION_PENDING, NULL, &err), 0);
	add("{}", NULL);
	commit(5); /* 4 was in force, and whatever cut its record off, that is still known */
	(void)list(arena, &generations);
	assert_int_equal(generations[3].result, GENERATION_APPLIED);
	assert_int_equal(generations[4].result, GENERATION_APPLIED);
	commit(0);
	(void)list(arena, &generations);
	assert_int_equal(generations[4].result, GENERATION_APPLIED);
	assert_int_equal(current(), 0);
}

static void the_oldest_go_but_never_the_one_in_force(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	struct generation *generations;

	(void)state;
	add("{}", NULL);
	add("{\"two\": 2}", NULL);
	commit(2);
	for (int i = 0; i < HISTORY_KEPT + 5; i++)
		add("{}", NULL);
	assert_int_equal(list(arena, &generations), HISTORY_KEPT + 1);
	assert_int_equal(generations[0].number, 2);
	assert_int_equal(generations[1].number, 8);
	assert_int_equal(generations[HISTORY_KEPT].number, HISTORY_KEPT + 7);
	assert_int_equal(history_policy(&paths, 2, &text, &err), 0);
	assert_string_equal(buf_text(&text), "{\"two\": 2}");
	assert_int_equal(history_policy(&paths, 5, &text, &err), -1);
	assert_non_null(strstr(err.text, "those kept are 2 to 57"));
	commit(57);
	add("{}", NULL);
	assert_int_equal(list(arena, &generations), HISTORY_KEPT);
	assert_int_equal(history_commit(&paths, 2, &err), -1);
	assert_int_equal(current(), 57);
}

/* An old one that cannot be removed is no reason to refuse a new one. */
static void what_cannot_be_removed_is_in_nobodys_way(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct generation *generations;
	char path[PATHS_MAX + 64];

	(void)state;
	path_below("", path);
	(void)mkdir(path, 0700);
	path_below(".half-1", path);
	assert_int_equal(mkdir(path, 0700), 0);
	path_below(".half-1/folder", path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned i = 1; i <= HISTORY_KEPT + 1; i++)
		assert_int_equal(add("{}", NULL), i);
	assert_int_equal(list(arena, &generations), HISTORY_KEPT + 1);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(add("{}", NULL), HISTORY_KEPT + 2);
	assert_int_equal(list(arena, &generations), HISTORY_KEPT);
	assert_int_equal(generations[0].number, 3);
}

static void what_a_crash_left_is_not_seen_and_goes(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct generation *generations;
	char path[PATHS_MAX + 64];

	(void)state;
	add("{}", NULL);
	path_below(".half-abcdef", path);
	assert_int_equal(mkdir(path, 0700), 0);
	path_below(".half-abcdef/policy.json.x1y2z3", path);
	assert_int_equal(file_write(path, "secret", 6, 0600, false, &err), 0);
	path_below("current.x1y2z3", path);
	assert_int_equal(file_write(path, "1", 1, 0600, false, &err), 0);
	assert_int_equal(list(arena, &generations), 1);
	assert_int_equal(current(), 0);
	assert_int_equal(add("{}", NULL), 2);
	path_below(".half-abcdef", path);
	assert_int_equal(access(path, F_OK), -1);
	path_below("current.x1y2z3", path);
	assert_int_equal(access(path, F_OK), -1);
}

/* It was ended while it wrote down how a generation ended. */
static void half_a_record_goes(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct generation *generations;
	char path[PATHS_MAX + 64];

	(void)state;
	assert_int_equal(add("{}", NULL), 1);
	path_below("1/record.json.x1y2z3~", path);
	assert_int_equal(file_write(path, "{}", 2, 0600, false, &err), 0);
	history_sweep(&paths);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(list(arena, &generations), 1);
}

static void a_number_is_never_used_twice(void **state)
{
	char path[PATHS_MAX + 64];

	(void)state;
	add("{}", NULL);
	add("{}", NULL);
	commit(2);
	path_below("2", path);
	assert_int_equal(nftw(path, state_remove_entry, 4, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(add("{}", NULL), 3);
}

static void damage_is_told_and_hides_nothing_else(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"schema\": \"l2tpgw.x/1\"}" };
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct generation *generations;
	char path[PATHS_MAX + 64];
	unsigned number;

	(void)state;
	add("{}", NULL);
	add("{}", NULL);
	for (size_t i = 0; i < array_size(damaged); i++) {
		path_below("1/record.json", path);
		assert_int_equal(
		    file_write(path, damaged[i], strlen(damaged[i]), 0600, false, &err), 0);
		assert_int_equal(list(arena, &generations), 2);
		assert_non_null(strstr(generations[0].detail, "damaged"));
		assert_string_equal(generations[1].who, "root (alice)");
	}
	path_below("current", path);
	assert_int_equal(file_write(path, "two\n", 4, 0600, false, &err), 0);
	assert_int_equal(history_current(&paths, &number, &err), -1);
	assert_non_null(strstr(err.text, "holds no number"));
}

static void what_cannot_be_added_leaves_what_was(void **state)
{
	struct generation g = { .who = "root", .what = "apply" };
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct generation *generations;

	(void)state;
	add("{}", NULL);
	commit(1);
	/* Nobody can create anything there. */
	(void)snprintf(paths.history, sizeof(paths.history), "/proc/self/history");
	assert_int_equal(history_add(&paths, &g, "{}", 2, NULL, &err), -1);
	assert_int_equal(paths_load(&paths, &err), 0);
	assert_int_equal(list(arena, &generations), 1);
	assert_int_equal(current(), 1);
}

#define history_test(f) cmocka_unit_test_setup_teardown(f, fresh, gone)

int main(void)
{
	const struct CMUnitTest tests[] = {
		history_test(nothing_was_applied_yet),
		history_test(what_is_kept_comes_back),
		history_test(only_root_can_read_it),
		history_test(results_are_told),
		history_test(the_oldest_go_but_never_the_one_in_force),
		history_test(what_cannot_be_removed_is_in_nobodys_way),
		history_test(what_a_crash_left_is_not_seen_and_goes),
		history_test(half_a_record_goes),
		history_test(a_number_is_never_used_twice),
		history_test(damage_is_told_and_hides_nothing_else),
		history_test(what_cannot_be_added_leaves_what_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
