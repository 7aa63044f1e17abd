/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The allocator at random: no address is ever taken twice, and none that is not to be given. */
#include "unit.h"

#include "helper.h"
#include "policy/pool.h"
#include "session/addresses.h"

#define STEPS   200000
#define HOLDERS 120u
#define CHANGE  2000 /* steps between two policies */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

static const char *const names[] = { "", "small", "large", "none" };
static uint32_t held[HOLDERS]; /* 0 = nothing */

static struct policy_pool pools[] = { { "large", { POOL + 0x200, 26 } },
				      { "small", { POOL + 0x100, 29 } } };
static struct policy_user users[] = {
	{ .name = "a", .address = FIXED },
	{ .name = "b", .address = POOL + 0x102 },
	{ .name = "c", .address = 0x0b000001 },
};

static struct policy make_policy(void)
{
	struct policy policy = { .addresses = { .pool = { POOL, 27 },
						.local = POOL + 1,
						.pools = pools,
						.pools_count = 2 },
				 .users = users,
				 .users_count = 3 };

	/* Now and then somebody's own address moves, or a pool goes. */
	users[1].address = POOL + 0x102 + pick(3);
	policy.addresses.pools_count = 1 + pick(2);
	return policy;
}

static bool is_held(uint32_t address)
{
	for (unsigned i = 0; i < HOLDERS; i++) {
		if (held[i] == address)
			return true;
	}
	return false;
}

static void check_new(const struct policy *policy, uint32_t address)
{
	assert_false(is_held(address));
	assert_int_not_equal(address, policy->addresses.local);
	for (size_t i = 0; i < policy->users_count; i++)
		assert_int_not_equal(address, policy->users[i].address);
	assert_false(pool_edge(policy, address));
}

static struct addresses *renew(struct addresses *old, struct policy *policy)
{
	struct addresses *addresses;

	*policy = make_policy();
	addresses = addresses_new(policy);
	if (old)
		addresses_inherit(addresses, old);
	addresses_free(old);
	for (unsigned i = 0; i < HOLDERS; i++) {
		if (held[i])
			(void)addresses_claim(addresses, held[i]);
	}
	return addresses;
}

/* What RADIUS says may lie anywhere. */
static uint32_t take(struct addresses *addresses, const struct policy *policy)
{
	uint32_t address = POOL + pick(0x300);
	char user[16];

	(void)snprintf(user, sizeof(user), "u%u", pick(200));
	if (pick(5) == 0)
		return !is_held(address) && addresses_claim(addresses, address) ? address : 0;
	address = addresses_take(addresses, names[pick(4)], user);
	if (address)
		check_new(policy, address);
	return address;
}

static void step(struct addresses *addresses, const struct policy *policy)
{
	uint32_t *mine = &held[pick(HOLDERS)];

	if (*mine)
		addresses_release(addresses, *mine, "somebody");
	*mine = *mine ? 0 : take(addresses, policy);
}

static void no_address_twice(void **state)
{
	struct addresses *addresses = NULL;
	struct policy policy;

	(void)state;
	seed = 11;
	for (int i = 0; i < STEPS; i++) {
		if (i % CHANGE == 0)
			addresses = renew(addresses, &policy);
		step(addresses, &policy);
	}
	for (unsigned i = 0; i < HOLDERS; i++)
		addresses_release(addresses, held[i], "x");
	assert_int_equal(addresses_in_use(addresses), 0);
	addresses_free(addresses);
}

static void a_pool_gives_all_it_has(void **state)
{
	struct policy policy;
	struct addresses *addresses;
	unsigned given = 0;

	(void)state;
	memset(held, 0, sizeof(held));
	policy = make_policy();
	policy.addresses.pools_count = 2;
	users[1].address = 0;
	addresses = addresses_new(&policy);
	while (addresses_take(addresses, "small", "x"))
		given++;
	assert_int_equal(given, 6);
	assert_int_equal(addresses_take(addresses, "none", "x"), 0);
	assert_int_not_equal(addresses_take(addresses, "", "x"), 0);
	/* What lies in no pool is nobody's to refuse. */
	assert_true(addresses_claim(addresses, 0x0c000001));
	addresses_free(addresses);
}

static void a_user_gets_the_same_again(void **state)
{
	struct policy policy = make_policy();
	struct addresses *addresses = addresses_new(&policy), *next;
	uint32_t mine = addresses_take(addresses, "large", "alice");

	(void)state;
	addresses_release(addresses, mine, "alice");
	for (int i = 0; i < 10; i++) {
		uint32_t other = addresses_take(addresses, "large", "somebody");

		addresses_release(addresses, other, "somebody");
	}
	assert_int_equal(addresses_take(addresses, "large", "alice"), mine);
	addresses_release(addresses, mine, "alice");
	next = addresses_new(&policy);
	addresses_inherit(next, addresses);
	assert_int_equal(addresses_take(next, "large", "alice"), mine);
	addresses_free(addresses);
	addresses_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_address_twice),
		cmocka_unit_test(a_pool_gives_all_it_has),
		cmocka_unit_test(a_user_gets_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
