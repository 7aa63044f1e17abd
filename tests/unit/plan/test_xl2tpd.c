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
	assert_null(plan_make(&policy, &sample_paths, &err));
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
		assert_null(plan_make(&policy, &paths, &err));
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
		cmocka_unit_test(a_path_xl2tpd_cannot_read_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
