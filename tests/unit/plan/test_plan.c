/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "plan/digest.h"
#include "sample.h"

static void assert_same_files(const struct plan *a, const struct plan *b)
{
	assert_int_equal(a->files_count, b->files_count);
	for (size_t i = 0; i < a->files_count; i++) {
		assert_string_equal(a->files[i].path, b->files[i].path);
		assert_int_equal(a->files[i].len, b->files[i].len);
		assert_memory_equal(a->files[i].data, b->files[i].data, a->files[i].len);
		assert_int_equal(a->files[i].mode, b->files[i].mode);
	}
}

static void planning_twice_gives_the_same(void **state)
{
	struct policy policy = sample_policy();
	struct plan *a, *b;

	(void)state;
	policy.l2tp.max_sessions = 1000;
	a = sample_plan(&policy);
	b = sample_plan(&policy);
	assert_same_files(a, b);
	assert_string_equal(a->ruleset, b->ruleset);
	assert_string_equal(a->ruleset_digest, b->ruleset_digest);
	assert_string_equal(a->charon_digest, b->charon_digest);
	assert_true(tree_equal(a->connection, b->connection));
	assert_true(tree_equal(a->secret, b->secret));
	for (size_t i = 0; i < a->workers_count; i++)
		assert_string_equal(a->workers[i].digest, b->workers[i].digest);
	plan_free(a);
	plan_free(b);
}

/* The policy is gone before the plan is read: ASan finds what was not copied. */
static void the_plan_outlives_the_policy(void **state)
{
	struct policy *policy = malloc(sizeof(*policy));
	struct ip4_net *net = malloc(sizeof(*net));
	char *psk = strdup("secret");
	struct plan *plan;

	(void)state;
	*net = (struct ip4_net){ 0xc0000200, 24 };
	*policy = sample_policy();
	policy->ipsec.psk = psk;
	policy->ipsec.psk_len = 6;
	policy->firewall.allow_from = (struct policy_nets){ net, 1 };
	plan = sample_plan(policy);
	free(psk);
	free(net);
	free(policy);
	assert_memory_equal(tree_get(plan->secret, "data")->value, "secret", 6);
	assert_non_null(strstr(plan->ruleset, "192.0.2.0/24"));
	plan_free(plan);
}

static void no_file_holds_a_secret(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan;

	(void)state;
	policy.ipsec.psk = "correct-horse-battery-staple";
	policy.ipsec.psk_len = strlen(policy.ipsec.psk);
	plan = sample_plan(&policy);
	for (size_t i = 0; i < plan->files_count; i++)
		assert_null(memmem(plan->files[i].data, plan->files[i].len, policy.ipsec.psk,
				   policy.ipsec.psk_len));
	assert_null(strstr(plan->ruleset, policy.ipsec.psk));
	plan_free(plan);
}

static void host_objects(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);

	(void)state;
	assert_int_equal(plan->sysctls_count, 3);
	assert_string_equal(plan->sysctls[0].name, "net/ipv4/conf/all/accept_redirects");
	assert_string_equal(plan->sysctls[1].name, "net/ipv4/ip_forward");
	assert_string_equal(plan->sysctls[2].name, "net/core/xfrm_acq_expires");
	assert_string_equal(plan->sysctls[1].value, "1");
	assert_int_equal(plan->routes_count, 1);
	assert_int_equal(plan->routes[0].address, FABRIC_VIP_NET);
	assert_int_equal(plan->routes[0].bits, FABRIC_VIP_BITS);
	assert_int_equal(plan->xfrm_policies_count, 3);
	for (size_t i = 0; i < plan->xfrm_policies_count; i++) {
		const struct plan_xfrm_policy *xfrm = &plan->xfrm_policies[i];

		/* Real SAs' policies lie between: strongSwan's are some 370,000. */
		assert_true(xfrm->block ? xfrm->priority > 1000000 : xfrm->priority < 100000);
		assert_int_equal(xfrm->sport, xfrm->block && xfrm->out ? 1701 : 0);
		assert_int_equal(xfrm->dport, xfrm->block && !xfrm->out ? 1701 : 0);
	}
	plan_free(plan);
}

static void digests_tell_texts_apart(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(digest_hex(arena, "", 0), "cbf29ce484222325af63bd4c8601b7df");
	assert_string_equal(digest_hex(arena, "a", 1), digest_hex(arena, "ab", 1));
	assert_string_not_equal(digest_hex(arena, "a", 1), digest_hex(arena, "b", 1));
	assert_string_not_equal(digest_hex(arena, "\0", 1), digest_hex(arena, "\0\0", 2));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planning_twice_gives_the_same),
		cmocka_unit_test(the_plan_outlives_the_policy),
		cmocka_unit_test(no_file_holds_a_secret),
		cmocka_unit_test(host_objects),
		cmocka_unit_test(digests_tell_texts_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
