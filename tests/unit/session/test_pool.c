/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"
#include "session/pool.h"

static struct policy small(uint8_t bits)
{
	struct policy policy = test_policy();

	policy.addresses.pool.bits = bits;
	policy.users_count = 0;
	return policy;
}

static void test_excluded_and_exhausted(void **state)
{
	struct policy policy = test_policy();
	struct pool *pool = pool_new(&policy, policy.addresses.pool);
	bool seen[256] = { false };

	(void)state;
	for (unsigned i = 0; i < 252; i++) {
		uint32_t address = pool_take(pool, "x");

		assert_true(address > POOL + 1 && address < POOL + 255 && address != FIXED);
		assert_false(seen[address & 255]);
		seen[address & 255] = true;
	}
	assert_int_equal(pool_take(pool, "x"), 0);
	assert_int_equal(pool_in_use(pool), 252);
	pool_free(pool);
}

static void test_sticky_then_longest_free(void **state)
{
	struct policy policy = small(29); /* .2 to .6 */
	struct pool *pool = pool_new(&policy, policy.addresses.pool);
	uint32_t alice = pool_take(pool, "alice"), dave = pool_take(pool, "dave");

	(void)state;
	assert_int_equal(alice, POOL + 2);
	assert_int_equal(dave, POOL + 3);
	pool_release(pool, dave, "dave");
	pool_release(pool, alice, "alice");
	assert_int_equal(pool_take(pool, "alice"), alice);
	pool_release(pool, alice, "alice");
	/* Those nobody had come first, then the one that is free for longest. */
	assert_int_equal(pool_take(pool, "erin"), POOL + 4);
	assert_int_equal(pool_take(pool, "frank"), POOL + 5);
	assert_int_equal(pool_take(pool, "grace"), POOL + 6);
	assert_int_equal(pool_take(pool, "heidi"), dave);
	assert_int_equal(pool_take(pool, "ivan"), alice);
	pool_free(pool);
}

static void test_claim_and_release(void **state)
{
	struct policy policy = test_policy();
	struct pool *pool = pool_new(&policy, policy.addresses.pool);

	(void)state;
	assert_true(pool_claim(pool, POOL + 9));
	assert_false(pool_claim(pool, POOL + 9));
	assert_false(pool_claim(pool, POOL + 1));
	assert_false(pool_claim(pool, FIXED));
	assert_false(pool_claim(pool, POOL));
	assert_false(pool_claim(pool, POOL + 255));
	assert_false(pool_claim(pool, POOL + 256));
	assert_false(pool_claim(pool, 0));
	pool_release(pool, FIXED, "bob");
	assert_false(pool_claim(pool, FIXED));
	pool_release(pool, POOL + 10, "alice");
	assert_int_equal(pool_in_use(pool), 1);
	pool_release(pool, POOL + 9, "alice");
	pool_release(pool, POOL + 9, "alice");
	assert_int_equal(pool_in_use(pool), 0);
	pool_free(pool);
}

static void test_sizes(void **state)
{
	static const struct {
		uint8_t bits;
		unsigned count;
	} sizes[] = { { 32, 0 }, { 31, 0 }, { 30, 1 }, { 29, 5 }, { 16, 65533 }, { 8, 65534 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct policy policy = small(sizes[i].bits);
		struct pool *pool = pool_new(&policy, policy.addresses.pool);
		unsigned count = 0;

		while (pool_take(pool, "x"))
			count++;
		assert_int_equal(count, sizes[i].count);
		pool_free(pool);
	}
}

static void test_preference_outlives_a_new_policy(void **state)
{
	struct policy policy = test_policy();
	struct pool *old = pool_new(&policy, policy.addresses.pool),
		    *pool = pool_new(&policy, policy.addresses.pool);

	(void)state;
	assert_true(pool_claim(old, POOL + 77));
	pool_release(old, POOL + 77, "alice");
	pool_inherit(pool, old);
	pool_free(old);
	assert_int_equal(pool_take(pool, "alice"), POOL + 77);
	pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_excluded_and_exhausted),
		cmocka_unit_test(test_sticky_then_longest_free),
		cmocka_unit_test(test_claim_and_release),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_preference_outlives_a_new_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
