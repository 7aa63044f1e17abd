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
		uint32_t address = pool_take(pool, 0);

		assert_true(address > POOL + 1 && address < POOL + 255 && address != FIXED);
		assert_false(seen[address & 255]);
		seen[address & 255] = true;
	}
	assert_int_equal(pool_take(pool, 0), 0);
	assert_int_equal(pool_in_use(pool), 252);
	pool_free(pool);
}

static void test_wanted_then_longest_free(void **state)
{
	struct policy policy = small(29); /* .2 to .6 */
	struct pool *pool = pool_new(&policy, policy.addresses.pool);

	(void)state;
	assert_int_equal(pool_take(pool, 0), POOL + 2);
	assert_int_equal(pool_take(pool, POOL + 2), POOL + 3); /* in use */
	assert_true(pool_release(pool, POOL + 3));
	assert_true(pool_release(pool, POOL + 2));
	assert_int_equal(pool_take(pool, POOL + 2), POOL + 2);
	assert_true(pool_release(pool, POOL + 2));
	/* Those nobody had come first, then the one that is free for longest. */
	assert_int_equal(pool_take(pool, POOL + 1), POOL + 4);
	assert_int_equal(pool_take(pool, POOL + 7), POOL + 5);
	assert_int_equal(pool_take(pool, POOL + 100), POOL + 6);
	assert_int_equal(pool_take(pool, UINT32_MAX), POOL + 3);
	assert_int_equal(pool_take(pool, POOL), POOL + 2);
	assert_int_equal(pool_take(pool, POOL + 2), 0);
	pool_free(pool);
}

static void test_the_spared_come_last(void **state)
{
	struct policy policy = small(29);
	struct pool *pool = pool_new(&policy, policy.addresses.pool);

	(void)state;
	assert_true(pool_claim(pool, POOL + 5));
	pool_spare(pool, POOL + 3);
	pool_spare(pool, POOL + 2);
	pool_spare(pool, POOL + 5);
	pool_spare(pool, POOL + 1);
	pool_spare(pool, POOL + 8);
	assert_int_equal(pool_take(pool, 0), POOL + 4);
	assert_int_equal(pool_take(pool, 0), POOL + 6);
	assert_int_equal(pool_take(pool, 0), POOL + 3);
	assert_int_equal(pool_take(pool, 0), POOL + 2);
	assert_int_equal(pool_take(pool, 0), 0);
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
	assert_false(pool_release(pool, FIXED));
	assert_false(pool_claim(pool, FIXED));
	assert_false(pool_release(pool, POOL + 10));
	assert_int_equal(pool_in_use(pool), 1);
	assert_true(pool_release(pool, POOL + 9));
	assert_false(pool_release(pool, POOL + 9));
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

		while (pool_take(pool, 0))
			count++;
		assert_int_equal(count, sizes[i].count);
		pool_free(pool);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_excluded_and_exhausted),
		cmocka_unit_test(test_wanted_then_longest_free),
		cmocka_unit_test(test_the_spared_come_last),
		cmocka_unit_test(test_claim_and_release),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
