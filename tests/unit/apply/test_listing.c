/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "apply/listing.h"

#define RULE(handle, packets, port)                                                         \
	"{\"rule\":{\"family\":\"inet\",\"table\":\"t\",\"chain\":\"a\",\"handle\":" handle \
	",\"expr\":[{\"match\":{\"op\":\"==\",\"left\":1,\"right\":" port "}},"             \
	"{\"counter\":{\"packets\":" packets ",\"bytes\":9}},{\"drop\":null}]}},"
#define CHAIN         "{\"chain\":{\"family\":\"inet\",\"table\":\"t\",\"name\":\"a\",\"handle\":3}},"
#define MAP(elements) "{\"map\":{\"name\":\"m\",\"handle\":4,\"elem\":[" elements "]}},"
#define SET(elements) \
	"{\"set\":{\"name\":\"s\",\"handle\":5,\"flags\":[\"timeout\"],\"elem\":[" elements "]}}"
#define LIST(middle)                                                                             \
	"{\"nftables\":[{\"metainfo\":{\"version\":\"1\"}},{\"table\":{\"name\":\"t\"}}," middle \
	"]}"

static struct arena *arena;

static bool is_live(const void *user, const char *kind, const char *name)
{
	(void)user;
	return !strcmp(kind, "map") && !strcmp(name, "live");
}

static struct listing read_listing(const char *json)
{
	struct listing listing;
	struct err err;

	assert_int_equal(listing_read(arena, json, strlen(json), is_live, NULL, &listing, &err), 0);
	return listing;
}

static const char *between(const char *a, const char *b)
{
	struct listing before = read_listing(a), after = read_listing(b), again;

	/* As it is recorded, it is the same listing. */
	assert_true(listing_parse(arena, listing_text(arena, &before), &again));
	assert_null(listing_difference(arena, &before, &again));
	return listing_difference(arena, &again, &after);
}

static const char plain[] =
    LIST(CHAIN RULE("7", "0", "1") RULE("8", "0", "2") MAP("[0,6],[5,7]") SET("500"));

static void what_passes_is_no_difference(void **state)
{
	(void)state;
	assert_null(between(plain, LIST(CHAIN RULE("17", "5", "1") RULE("18", "6", "2") MAP(
				       "[5,7],[0,6]") SET("{\"elem\":{\"val\":4500}},1"))));
}

static void what_lives_in_a_set_is_no_difference(void **state)
{
	(void)state;
	assert_null(between(LIST("{\"map\":{\"name\":\"live\",\"elem\":[1,2]}}"),
			    LIST("{\"map\":{\"name\":\"live\"}}")));
	assert_non_null(between(LIST("{\"set\":{\"name\":\"live\",\"elem\":[1,2]}}"),
				LIST("{\"set\":{\"name\":\"live\"}}")));
}

static void each_part_that_differs_is_told(void **state)
{
	(void)state;
	assert_string_equal(
	    between(plain, LIST(CHAIN RULE("7", "0", "1") MAP("[0,6],[5,7]") SET("500"))),
	    "chain a has 1 rules instead of 2");
	assert_string_equal(between(plain, LIST(CHAIN RULE("7", "0", "2") RULE("8", "0", "1")
						    MAP("[0,6],[5,7]") SET("500"))),
			    "chain a was changed");
	assert_string_equal(between(plain, LIST(CHAIN RULE("7", "0", "1") RULE("8", "0", "2")
						    MAP("[0,6]") SET("500"))),
			    "map m has 1 elements instead of 2");
	assert_string_equal(between(plain, LIST(CHAIN RULE("7", "0", "1") RULE("8", "0", "2")
						    MAP("[0,6],[5,8]") SET("500"))),
			    "map m was changed");
	assert_string_equal(
	    between(plain, LIST(CHAIN RULE("7", "0", "1") RULE("8", "0", "2") SET("500"))),
	    "map m was removed");
	assert_string_equal(
	    between(LIST(CHAIN SET("500")),
		    LIST(CHAIN MAP("1") SET("500") ",{\"chain\":{\"name\":\"b c\"}},"
						   "{\"set\":{\"name\":\"d\"}},"
						   "{\"set\":{\"name\":\"e\"}},"
						   "{\"set\":{\"name\":\"f\"}}")),
	    "map m was added; chain b?c was added; set d was added; set e was added; and 1 more");
}

static void garbage_is_no_listing(void **state)
{
	static const char *const jsons[] = { "", "[]", "{}", "{\"nftables\":3}", "{\"nftables\":" };
	static const char *const texts[] = {
		"",
		"chain a 1 ",
		"chain a 1 0123456789abcdef",
		"chain a x 00\n",
		"a\n",
		"chain a 1 0123456789abcdef0123456789abcdef0\n",
	};
	struct listing listing;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++)
		assert_true(listing_read(arena, jsons[i], strlen(jsons[i]), NULL, NULL, &listing,
					 &err) < 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(listing_parse(arena, texts[i], &listing));
	/* Of the right shape, but nothing in it: nothing to be afraid of. */
	(void)read_listing("{\"nftables\":[1,null,{\"chain\":7},{\"rule\":{}},{\"set\":[]}]}");
}

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_is_no_difference),
		cmocka_unit_test(what_lives_in_a_set_is_no_difference),
		cmocka_unit_test(each_part_that_differs_is_told),
		cmocka_unit_test(garbage_is_no_listing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
