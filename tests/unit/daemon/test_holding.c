/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "daemon/holding.h"

/* What charon 5.9.8 lists, and what it was loaded with. */
struct pair {
	struct arena *arena;
	struct tree *listed, *listed_child, *ours, *ours_child;
};

static struct tree *child_of(struct arena *arena, struct tree *connection)
{
	return tree_section(arena, tree_section(arena, connection, "children"), "l2tpgw");
}

static struct pair make_pair(const char *dpd_listed, const char *dpd)
{
	struct pair pair = { .arena = arena_new() };

	pair.listed = tree_new(pair.arena);
	tree_value(pair.arena, pair.listed, "version", "IKEv1");
	tree_value(pair.arena, pair.listed, "reauth_time", "0");
	tree_value(pair.arena, pair.listed, "rekey_time", "31680");
	if (dpd_listed)
		tree_value(pair.arena, pair.listed, "dpd_delay", dpd_listed);
	pair.listed_child = child_of(pair.arena, pair.listed);
	tree_value(pair.arena, pair.listed_child, "mode", "TRANSPORT");
	tree_value(pair.arena, pair.listed_child, "rekey_time", "3960");
	pair.ours = tree_new(pair.arena);
	tree_value(pair.arena, pair.ours, "version", "1");
	tree_value(pair.arena, pair.ours, "rekey_time", "31680s");
	tree_value(pair.arena, pair.ours, "dpd_delay", dpd);
	pair.ours_child = child_of(pair.arena, pair.ours);
	tree_value(pair.arena, pair.ours_child, "mode", "transport");
	tree_value(pair.arena, pair.ours_child, "rekey_time", "3960s");
	return pair;
}

static void expect(struct pair *pair, const char *difference)
{
	char text[128] = "";
	bool differs = holding_differs(pair->listed, pair->ours, text, sizeof(text));

	assert_string_equal(text, difference);
	assert_int_equal(differs, *difference != '\0');
	arena_free(pair->arena);
}

static void what_was_loaded_is_recognized(void **state)
{
	struct pair pair = make_pair("30", "30s");

	(void)state;
	expect(&pair, "");
}

static void a_time_that_is_off_is_not_listed(void **state)
{
	struct pair off = make_pair(NULL, "0s"), other = make_pair(NULL, "30s");

	(void)state;
	expect(&off, "");
	expect(&other, "dpd_delay is 0 instead of 30");
}

static void another_time_is_told(void **state)
{
	struct pair pair = make_pair("60", "30s");

	(void)state;
	expect(&pair, "dpd_delay is 60 instead of 30");
}

static void another_child_is_told(void **state)
{
	struct pair pair = make_pair("30", "30s");

	(void)state;
	tree_section(pair.arena, pair.listed, "x");
	pair.listed_child->name = "other";
	expect(&pair, "it has no child l2tpgw");
}

static void another_mode_is_told(void **state)
{
	struct pair pair = make_pair("30", "30s");

	(void)state;
	pair.listed_child->child->value = "TUNNEL";
	expect(&pair, "mode is TUNNEL instead of transport");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_loaded_is_recognized),
		cmocka_unit_test(a_time_that_is_off_is_not_listed),
		cmocka_unit_test(another_time_is_told),
		cmocka_unit_test(another_child_is_told),
		cmocka_unit_test(another_mode_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
