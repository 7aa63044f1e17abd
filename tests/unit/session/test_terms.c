/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

static struct policy_pool pools[] = { { "big", { POOL + 0x200, 24 } },
				      { "small", { POOL + 0x100, 28 } } };
static struct policy_group groups[3];
static struct policy_user users[2];
static struct policy policy;

static int prepare(void **state)
{
	(void)state;
	groups[0] = (struct policy_group){ .name = "default",
					   .idle_timeout = POLICY_UNSET,
					   .session_timeout = POLICY_UNSET };
	groups[1] = (struct policy_group){ .name = "guests",
					   .pool = "small",
					   .idle_timeout = 0,
					   .session_timeout = 7200,
					   .rate = { .down = 5000000, .up = 1000000 },
					   .dns = { 0x0a010203 },
					   .dns_count = 1 };
	users[0] = (struct policy_user){ .name = "alice", .group = "default", .address = FIXED };
	users[1] = (struct policy_user){ .name = "bob", .group = "guests", .rate.down = 9000000 };
	policy = test_policy();
	policy.ppp.idle_timeout = 600;
	policy.ppp.session_timeout = 36000;
	policy.groups = groups;
	policy.groups_count = 2;
	policy.users = users;
	policy.users_count = 2;
	policy.addresses.pools = pools;
	policy.addresses.pools_count = 2;
	return 0;
}

static void a_group_falls_back_on_ppp(void **state)
{
	struct session_terms terms;

	(void)state;
	terms_of_user(&terms, &policy, &users[0]);
	assert_int_equal(terms.source, TERMS_LOCAL);
	assert_string_equal(terms.group, "default");
	assert_string_equal(terms.pool, "");
	assert_int_equal(terms.address, FIXED);
	assert_int_equal(terms.idle_timeout, 600);
	assert_int_equal(terms.session_timeout, 36000);
	assert_int_equal(terms.rate.down, 0);
	assert_int_equal(terms.dns_count, 0);
}

static void a_user_goes_before_the_group(void **state)
{
	struct session_terms terms;

	(void)state;
	terms_of_user(&terms, &policy, &users[1]);
	assert_string_equal(terms.pool, "small");
	assert_int_equal(terms.idle_timeout, 0); /* said: never */
	assert_int_equal(terms.session_timeout, 7200);
	assert_int_equal(terms.rate.down, 9000000);
	assert_int_equal(terms.rate.up, 1000000);
	assert_int_equal(terms.dns[0], 0x0a010203);
}

static void radius_goes_before_the_group(void **state)
{
	const struct terms_reply reply = { .group = "guests",
					   .pool = "big",
					   .address = POOL + 77,
					   .session_timeout = 60,
					   .rate = { .up = 64000 },
					   .class = "c1a55" };
	struct session_terms terms;

	(void)state;
	assert_true(terms_of_reply(&terms, &policy, &reply));
	assert_int_equal(terms.source, TERMS_RADIUS);
	assert_string_equal(terms.group, "guests");
	assert_string_equal(terms.pool, "big");
	assert_int_equal(terms.address, POOL + 77);
	assert_int_equal(terms.session_timeout, 60);
	assert_int_equal(terms.idle_timeout, 0);
	assert_int_equal(terms.rate.down, 5000000);
	assert_int_equal(terms.rate.up, 64000);
	assert_string_equal(terms.class, "c1a55");
}

static void whom_nobody_can_place_is_not_let_in(void **state)
{
	char class[TERMS_CLASS_MAX + 1];
	struct session_terms terms;

	(void)state;
	memset(class, 'a', TERMS_CLASS_MAX);
	class[TERMS_CLASS_MAX] = '\0';
	assert_false(terms_of_reply(&terms, &policy, &(struct terms_reply){ .group = "staff" }));
	assert_false(terms_of_reply(&terms, &policy, &(struct terms_reply){ .pool = "none" }));
	assert_false(terms_of_reply(&terms, &policy, &(struct terms_reply){ .class = class }));
	assert_true(terms_of_reply(&terms, &policy, &(struct terms_reply){ .group = "" }));
	assert_string_equal(terms.group, "default");
}

/* Local terms are made anew; of RADIUS' what the server said stays. */
static void terms_follow_the_policy(void **state)
{
	const struct terms_reply reply = { .group = "guests", .session_timeout = 60 };
	struct session_terms local, radius;

	(void)state;
	terms_of_user(&local, &policy, &users[1]);
	assert_true(terms_of_reply(&radius, &policy, &reply));
	groups[1].session_timeout = 100;
	groups[1].rate.up = 7000000;
	groups[1].pool = "big";
	assert_true(terms_follow(&local, &policy, "bob"));
	assert_true(terms_follow(&radius, &policy, "bob"));
	assert_int_equal(local.session_timeout, 100);
	assert_int_equal(local.rate.up, 7000000);
	assert_string_equal(local.pool, "big");
	assert_int_equal(radius.session_timeout, 60);
	assert_int_equal(radius.rate.up, 7000000);
	users[1].group = "default";
	assert_true(terms_follow(&local, &policy, "bob"));
	assert_true(terms_follow(&radius, &policy, "bob"));
	assert_string_equal(local.group, "default");
	assert_string_equal(radius.group, "guests");
	policy.groups_count = policy.users_count = 1;
	assert_false(terms_follow(&local, &policy, "bob"));
	assert_false(terms_follow(&radius, &policy, "bob"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_group_falls_back_on_ppp, prepare),
		cmocka_unit_test_setup(a_user_goes_before_the_group, prepare),
		cmocka_unit_test_setup(radius_goes_before_the_group, prepare),
		cmocka_unit_test_setup(whom_nobody_can_place_is_not_let_in, prepare),
		cmocka_unit_test_setup(terms_follow_the_policy, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
