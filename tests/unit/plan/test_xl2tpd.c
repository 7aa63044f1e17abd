/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "golden.h"
#include "plan/xl2tpd.h"
#include "sample.h"

static void worker_file_is_as_written_down(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	const struct plan_file *file = sample_file(plan, "xl2tpd-1.conf");

	(void)state;
	golden_check("xl2tpd-1.conf", file->data, file->len);
	plan_free(plan);
}

static void one_worker_holds_400(void **state)
{
	static const struct {
		unsigned sessions, workers;
	} cases[] = { { 1, 1 }, { 400, 1 }, { 401, 2 }, { 800, 2 }, { POLICY_SESSIONS_MAX, 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct policy policy = sample_policy();
		struct plan *plan;

		policy.l2tp.max_sessions = cases[i].sessions;
		plan = sample_plan(&policy);
		assert_int_equal(plan->workers_count, cases[i].workers);
		assert_int_equal(plan->addresses_count, cases[i].workers);
		for (unsigned n = 0; n < cases[i].workers; n++) {
			assert_int_equal(plan->workers[n].number, n + 1);
			assert_int_equal(plan->addresses[n], fabric_worker_address(n + 1));
		}
		plan_free(plan);
	}
}

static void too_many_workers_are_refused(void **state)
{
	struct policy policy = sample_policy();
	struct err err = { 0 };

	(void)state;
	policy.l2tp.max_sessions = FABRIC_WORKERS_MAX * XL2TPD_SESSIONS + 1;
	assert_null(plan_make(&policy, &sample_paths, NULL, 0, &err));
	assert_int_equal(err.code, ERR_INTERNAL);
}

/* pppd reads its options anew for each session: only the path of the file is the worker's. */
static void ppp_changes_need_no_new_worker(void **state)
{
	struct policy policy = sample_policy();
	struct plan *before = sample_plan(&policy);
	struct plan *after;

	(void)state;
	policy.ppp.mtu = 1300;
	policy.ppp.dns[0] = 0x08080808;
	policy.ppp.dns_count = 1;
	policy.addresses.local = 0x0a000001;
	policy.l2tp.max_sessions = 800;
	after = sample_plan(&policy);
	assert_string_equal(before->workers[0].digest, after->workers[0].digest);
	assert_string_not_equal(after->workers[0].digest, after->workers[1].digest);
	assert_string_not_equal(sample_file(before, "ppp-options")->data,
				sample_file(after, "ppp-options")->data);
	plan_free(before);
	plan_free(after);
}

/* ---- generations ---- */

static struct policy with(unsigned sessions, unsigned retries)
{
	struct policy policy = sample_policy();

	policy.l2tp.max_sessions = sessions;
	policy.l2tp.retries = retries;
	return policy;
}

/* What runs once the plan is in force and nobody has ended. */
static size_t running_of(const struct plan *plan, struct plan_running *running)
{
	for (size_t i = 0; i < plan->workers_count; i++)
		running[i] = (struct plan_running){ .number = plan->workers[i].number,
						    .digest = plan->workers[i].digest,
						    .draining = plan->workers[i].draining };
	return plan->workers_count;
}

static struct plan *next_plan(const struct plan *before, const struct policy *policy,
			      struct err *err)
{
	struct plan_running running[FABRIC_WORKERS_MAX];
	size_t count = running_of(before, running);

	return plan_make(policy, &sample_paths, running, count, err);
}

/* "1 2 -3": 1 and 2 serve, 3 drains. */
static const char *parts(const struct plan *plan, char text[64])
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < plan->workers_count; i++)
		len +=
		    (size_t)snprintf(text + len, 64 - len, "%s%s%u", i ? " " : "",
				     plan->workers[i].draining ? "-" : "", plan->workers[i].number);
	return text;
}

static void a_change_starts_a_generation(void **state)
{
	static const struct {
		unsigned sessions, retries;
		const char *parts;
	} steps[] = {
		{ 400, 5, "1" },         { 400, 5, "1" },
		{ 400, 6, "2 -1" },      { 800, 6, "2 3 -1" },
		{ 400, 6, "2 -1 -3" },   { 400, 5, "1 -2 -3" },
		{ 1200, 6, "2 3 4 -1" }, { 1200, 7, "5 6 7 -1 -2 -3 -4" },
	};
	struct plan *plan = NULL;
	struct err err = { 0 };
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		struct policy policy = with(steps[i].sessions, steps[i].retries);
		struct plan *next = plan ? next_plan(plan, &policy, &err) : sample_plan(&policy);

		assert_non_null(next);
		assert_string_equal(parts(next, text), steps[i].parts);
		plan_free(plan);
		plan = next;
	}
	plan_free(plan);
}

static void a_draining_worker_keeps_its_address_and_serves_nobody(void **state)
{
	struct policy policy = with(400, 5);
	struct plan *old = sample_plan(&policy);
	struct err err = { 0 };
	struct plan *plan;

	(void)state;
	policy.l2tp.retries = 6;
	plan = next_plan(old, &policy, &err);
	assert_int_equal(plan->addresses_count, 2);
	assert_int_equal(plan->addresses[0], fabric_worker_address(2));
	assert_int_equal(plan->addresses[1], fabric_worker_address(1));
	for (unsigned shard = 0; shard < FABRIC_SHARDS; shard++)
		assert_int_equal(plan->worker_of[shard], 2);
	assert_null(plan->workers[1].config);
	assert_string_equal(plan->workers[1].digest, old->workers[0].digest);
	assert_null(sample_file(plan, "xl2tpd-1.conf"));
	assert_non_null(strstr(plan->ruleset, "ip daddr { 198.18.0.1 } goto redial\n"));
	assert_null(strstr(old->ruleset, "goto redial"));
	plan_free(old);
	plan_free(plan);
}

static void a_plan_for_what_runs_is_the_same_plan(void **state)
{
	struct policy policy = with(800, 5);
	struct plan *first = sample_plan(&policy);
	struct err err = { 0 };
	struct plan *rolled, *again;

	(void)state;
	policy.l2tp.retries = 6;
	rolled = next_plan(first, &policy, &err);
	again = next_plan(rolled, &policy, &err);
	assert_string_equal(rolled->ruleset, again->ruleset);
	assert_int_equal(rolled->files_count, again->files_count);
	assert_int_equal(rolled->workers_count, again->workers_count);
	plan_free(first);
	plan_free(rolled);
	plan_free(again);
}

static void without_a_free_number_it_is_refused(void **state)
{
	struct policy policy = with(POLICY_SESSIONS_MAX, 5);
	struct plan *plans[3] = { sample_plan(&policy) };
	struct err err = { 0 };

	(void)state;
	policy.l2tp.retries = 6;
	plans[1] = next_plan(plans[0], &policy, &err);
	assert_int_equal(plans[1]->workers_count, FABRIC_WORKERS_MAX);
	policy.l2tp.retries = 7;
	assert_null(next_plan(plans[1], &policy, &err));
	assert_int_equal(err.code, ERR_LOCKED);
	assert_non_null(strstr(err.text, "7 new xl2tpd workers are needed"));
	/* The way back needs none. */
	policy.l2tp.retries = 5;
	plans[2] = next_plan(plans[1], &policy, &err);
	assert_non_null(plans[2]);
	for (size_t i = 0; i < 3; i++)
		plan_free(plans[i]);
}

static void a_path_xl2tpd_cannot_read_is_refused(void **state)
{
	static const char *const runs[] = {
		"/run/a;b",
		"/run/a%nb",
		"/run/a\nport = 1",
		"/run/"
		"0123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789"
		"0123456789",
	};
	struct policy policy = sample_policy();

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++) {
		struct plan_paths paths = { .run = runs[i], .plugin = sample_paths.plugin };
		struct err err = { 0 };

		/* The other dialects may quote what is refused here. */
		policy.ipsec.charon = POLICY_CHARON_EXTERNAL;
		assert_null(plan_make(&policy, &paths, NULL, 0, &err));
		assert_int_equal(err.code, ERR_POLICY);
		assert_non_null(strstr(err.text, "xl2tpd.conf"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worker_file_is_as_written_down),
		cmocka_unit_test(one_worker_holds_400),
		cmocka_unit_test(too_many_workers_are_refused),
		cmocka_unit_test(ppp_changes_need_no_new_worker),
		cmocka_unit_test(a_change_starts_a_generation),
		cmocka_unit_test(a_draining_worker_keeps_its_address_and_serves_nobody),
		cmocka_unit_test(a_plan_for_what_runs_is_the_same_plan),
		cmocka_unit_test(without_a_free_number_it_is_refused),
		cmocka_unit_test(a_path_xl2tpd_cannot_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
