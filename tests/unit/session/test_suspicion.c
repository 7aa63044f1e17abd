/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "session/suspicion.h"

#define HOME   0xcb00710au /* 203.0.113.10 */
#define OFFICE 0xc6336401u
#define NOON   1800000000

static const struct suspicion_rule rule = { .failures = 5, .window = 600 };
static struct suspicion *s;

static int begin(void **state)
{
	(void)state;
	s = suspicion_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	suspicion_free(s);
	return 0;
}

static enum suspicion_verdict fails(int64_t wall, uint32_t address, const char *user)
{
	const struct suspicion_failure failure = {
		.wall = wall,
		.address = address,
		.user = user,
		.trusted = suspicion_trusts(s, wall, address),
	};

	return suspicion_failed(s, &rule, &failure);
}

static void the_fifth_failure_ends_an_address(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		int64_t wall = NOON + round * 10;

		assert_int_equal(fails(wall, HOME, "alice"), SUSPICION_NONE);
		assert_int_equal(fails(wall, HOME, NULL), SUSPICION_NONE);
		assert_int_equal(fails(wall, HOME, "beth"), SUSPICION_NONE);
		assert_int_equal(fails(wall, HOME, NULL), SUSPICION_NONE);
		assert_int_equal(fails(wall, HOME, NULL), SUSPICION_OF_ADDRESS);
	}
}

static void what_is_long_ago_does_not_count(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_NONE);
	/* One at a time, each for itself, for ever. */
	for (unsigned i = 1; i < 1000; i++)
		assert_int_equal(fails(NOON + i * 600, HOME, "alice"), SUSPICION_NONE);
	/* In the very last second it counts. */
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fails(NOON + 600600, HOME, "alice"), SUSPICION_NONE);
	assert_int_equal(fails(NOON + 600600, HOME, "alice"), SUSPICION_NONE);
	assert_int_equal(fails(NOON + 600600 + 599, HOME, "alice"), SUSPICION_OF_ADDRESS);
}

static void guesses_at_one_user_from_many_addresses(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME + i, "alice"), SUSPICION_NONE);
	assert_int_equal(fails(NOON, HOME + 9, "alice"), SUSPICION_OF_USER);
	/* Names that nobody has end no user, and from many addresses nobody. */
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(fails(NOON, OFFICE + i, NULL), SUSPICION_NONE);
}

/* What speaks against the user was used up, what speaks against the address was not. */
static void the_user_does_not_shield_the_addresses(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_NONE);
	assert_int_equal(fails(NOON, HOME + 1, "alice"), SUSPICION_OF_USER);
	assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_OF_ADDRESS);
}

static void an_office_is_not_one_client(void **state)
{
	char user[16];

	(void)state;
	suspicion_passed(s, NOON, OFFICE, "alice");
	for (unsigned i = 0; i < 50; i++) {
		(void)snprintf(user, sizeof(user), "user%u", i);
		for (unsigned tries = 0; tries < 4; tries++)
			assert_int_equal(fails(NOON + 1, OFFICE, user), SUSPICION_NONE);
		assert_int_equal(fails(NOON + 2, OFFICE, NULL), SUSPICION_NONE);
	}
	assert_int_equal(fails(NOON + 3, OFFICE, "user7"), SUSPICION_OF_USER_THERE);
	assert_int_equal(fails(NOON + 3, OFFICE, "user7"), SUSPICION_NONE);
	/* It says nothing of that user elsewhere. */
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fails(NOON + 4, HOME + i, "user7"), SUSPICION_NONE);
}

static void good_standing_lasts_a_day(void **state)
{
	(void)state;
	assert_false(suspicion_trusts(s, NOON, HOME));
	suspicion_passed(s, NOON, HOME, "alice");
	assert_true(suspicion_trusts(s, NOON + 86399, HOME));
	assert_false(suspicion_trusts(s, NOON + 86400, HOME));
	assert_false(suspicion_trusts(s, NOON, HOME + 1));
	suspicion_passed(s, NOON + 90000, HOME, "alice");
	assert_true(suspicion_trusts(s, NOON + 90000 + 86399, HOME));
}

/* The session of before an outage ends only while its user already fails to come back. */
static void an_end_does_not_wipe_it(void **state)
{
	(void)state;
	suspicion_passed(s, NOON, HOME, "alice");
	assert_int_equal(fails(NOON + 1, HOME, "alice"), SUSPICION_NONE);
	suspicion_was_on(s, NOON + 2, HOME, "alice");
	assert_true(suspicion_trusts(s, NOON + 2 + 86399, HOME));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fails(NOON + 3, HOME, "alice"), SUSPICION_NONE);
	assert_int_equal(fails(NOON + 3, HOME, "alice"), SUSPICION_OF_USER_THERE);
}

static void a_login_wipes_the_slate(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_NONE);
	suspicion_passed(s, NOON, HOME, "alice");
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_NONE);
	suspicion_passed(s, NOON, HOME, "beth");
	assert_int_equal(fails(NOON, HOME, "alice"), SUSPICION_OF_USER_THERE);
}

static void whose_an_address_is(void **state)
{
	(void)state;
	assert_true(suspicion_is_only(s, NOON, HOME, "alice"));
	suspicion_passed(s, NOON, HOME, "alice");
	suspicion_passed(s, NOON, HOME, "alice");
	assert_true(suspicion_is_only(s, NOON, HOME, "alice"));
	assert_false(suspicion_is_only(s, NOON, HOME, "beth"));
	suspicion_passed(s, NOON, HOME, "beth");
	assert_false(suspicion_is_only(s, NOON, HOME, "alice"));
	assert_false(suspicion_is_only(s, NOON, HOME, "beth"));
	suspicion_passed(s, NOON, HOME, "beth");
	assert_false(suspicion_is_only(s, NOON, HOME, "beth"));
	suspicion_passed(s, NOON + 86400, HOME, "beth");
	assert_true(suspicion_is_only(s, NOON + 86400, HOME, "beth"));
}

static void it_stays_bounded(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < SUSPICION_FAILURES_MAX + 100; i++)
		assert_int_equal(fails(NOON, i + 1, NULL), SUSPICION_NONE);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fails(NOON, HOME, NULL), SUSPICION_NONE);
	assert_int_equal(fails(NOON, HOME, NULL), SUSPICION_OF_ADDRESS);
	for (uint32_t i = 0; i < SUSPICION_STANDINGS_MAX + 100; i++)
		suspicion_passed(s, NOON + i, i + 1, "alice");
	assert_false(suspicion_trusts(s, NOON + 20000, 100));
	assert_true(suspicion_trusts(s, NOON + 20000, 101));
	assert_true(suspicion_trusts(s, NOON + 20000, SUSPICION_STANDINGS_MAX + 100));
}

static void standing_is_kept(void **state)
{
	struct suspicion *other = suspicion_new();
	json_t *list;

	(void)state;
	suspicion_passed(s, NOON, HOME, "alice");
	suspicion_passed(s, NOON + 5, OFFICE, "alice");
	suspicion_passed(s, NOON + 5, OFFICE, "beth");
	suspicion_passed(s, NOON - 90000, OFFICE + 1, "beth");
	list = suspicion_encode(s, NOON + 10);
	assert_int_equal(json_array_size(list), 2);
	suspicion_decode(other, NOON + 20, list);
	assert_true(suspicion_trusts(other, NOON + 20, HOME));
	assert_true(suspicion_is_only(other, NOON + 20, HOME, "alice"));
	assert_false(suspicion_is_only(other, NOON + 20, HOME, "beth"));
	assert_false(suspicion_is_only(other, NOON + 20, OFFICE, "alice"));
	assert_false(suspicion_trusts(other, NOON + 20 + 86400, HOME));
	json_decref(list);
	suspicion_free(other);
}

static void what_cannot_be_read_has_no_standing(void **state)
{
	static const char *const bad[] = {
		"null",
		"{}",
		"[null, 1, \"x\", {}, []]",
		"[{\"peer\": \"203.0.113.10\"}]",
		"[{\"peer\": \"203.0.113.10\", \"seen\": \"yesterday\"}]",
		"[{\"peer\": \"203.0.113.10.\", \"seen\": \"2027-01-15T07:50:00Z\"}]",
		"[{\"peer\": 5, \"seen\": \"2027-01-15T07:50:00Z\"}]",
		/* In days to come: a clock that was wrong. */
		"[{\"peer\": \"203.0.113.10\", \"seen\": \"2029-01-15T07:50:00Z\"}]",
	};

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++) {
		json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		suspicion_passed(s, NOON, HOME, "alice");
		suspicion_decode(s, NOON, json);
		assert_false(suspicion_trusts(s, NOON, HOME));
		json_decref(json);
	}
}

/* ---- against what it means, word by word ---- */

#define STEPS     4000
#define ADDRESSES 6
#define USERS     4 /* the first one is nobody */

static const char *const names[USERS] = { NULL, "alice", "beth", "carol" };

struct happened {
	int64_t wall;
	unsigned address, user;
	bool failed, trusted;
};

static struct happened steps[STEPS];
static size_t steps_count;
static size_t address_clean[ADDRESSES], user_clean[USERS], there_clean[ADDRESSES][USERS];

static bool was_trusted(int64_t wall, unsigned address)
{
	for (size_t i = 0; i < steps_count; i++)
		if (!steps[i].failed && steps[i].address == address &&
		    steps[i].wall > wall - SUSPICION_STANDING_S)
			return true;
	return false;
}

static enum suspicion_verdict meant(const struct happened *now)
{
	unsigned address = 0, user = 0, there = 0;

	for (size_t i = 0; i <= steps_count; i++) {
		const struct happened *one = i < steps_count ? &steps[i] : now;

		if (!one->failed || one->wall <= now->wall - rule.window)
			continue;
		address += !one->trusted && one->address == now->address &&
			   i >= address_clean[one->address];
		user += !one->trusted && one->user == now->user &&
			i >= address_clean[one->address] && i >= user_clean[one->user];
		there += one->trusted && one->user == now->user && one->address == now->address &&
			 i >= there_clean[one->address][one->user];
	}
	if (now->trusted)
		return there >= rule.failures && now->user ? SUSPICION_OF_USER_THERE
							   : SUSPICION_NONE;
	if (address >= rule.failures)
		return SUSPICION_OF_ADDRESS;
	return user >= rule.failures && now->user ? SUSPICION_OF_USER : SUSPICION_NONE;
}

static void forget(const struct happened *now, enum suspicion_verdict verdict)
{
	size_t next = steps_count + 1;

	if (!now->failed || verdict == SUSPICION_OF_ADDRESS)
		address_clean[now->address] = next;
	if (!now->failed || verdict == SUSPICION_OF_USER_THERE)
		there_clean[now->address][now->user] = next;
	if (verdict == SUSPICION_OF_USER)
		user_clean[now->user] = next;
}

static void it_is_what_it_means(void **state)
{
	unsigned seen[4] = { 0 };
	int64_t wall = NOON;

	(void)state;
	srand(7);
	for (steps_count = 0; steps_count < STEPS; steps_count++) {
		struct happened *now = &steps[steps_count];
		enum suspicion_verdict verdict = SUSPICION_NONE;

		wall += rand() % 50 ? rand() % 40 : rand() % 200000;
		*now = (struct happened){ .wall = wall,
					  .address = (unsigned)rand() % ADDRESSES,
					  .user = (unsigned)rand() % USERS,
					  .failed = rand() % 30 != 0 };
		now->trusted = was_trusted(wall, now->address);
		assert_int_equal(suspicion_trusts(s, wall, HOME + now->address), now->trusted);
		if (!now->failed && !now->user)
			now->user = 1;
		if (now->failed)
			verdict = fails(wall, HOME + now->address, names[now->user]);
		else
			suspicion_passed(s, wall, HOME + now->address, names[now->user]);
		if (now->failed)
			assert_int_equal(verdict, meant(now));
		seen[verdict]++;
		forget(now, verdict);
	}
	for (size_t i = 0; i < array_size(seen); i++)
		assert_true(seen[i] > 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_fifth_failure_ends_an_address),
		TEST(what_is_long_ago_does_not_count),
		TEST(guesses_at_one_user_from_many_addresses),
		TEST(the_user_does_not_shield_the_addresses),
		TEST(an_office_is_not_one_client),
		TEST(good_standing_lasts_a_day),
		TEST(an_end_does_not_wipe_it),
		TEST(a_login_wipes_the_slate),
		TEST(whose_an_address_is),
		TEST(it_stays_bounded),
		TEST(standing_is_kept),
		TEST(what_cannot_be_read_has_no_standing),
		TEST(it_is_what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
