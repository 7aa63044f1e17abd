/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "golden.h"
#include "sample.h"

static void put_tree(struct buf *out, const struct tree *parent, unsigned depth)
{
	tree_foreach (node, parent) {
		for (unsigned i = 0; i < depth; i++)
			buf_putc(out, '\t');
		switch (node->type) {
		case TREE_SECTION:
		case TREE_LIST:
			buf_printf(out, "%s %c\n", node->name, node->type == TREE_LIST ? '[' : '{');
			put_tree(out, node, depth + 1);
			break;
		case TREE_VALUE:
			buf_printf(out, "%s = %s\n", node->name, node->value);
			break;
		case TREE_ITEM:
			buf_printf(out, "%s\n", node->value);
			break;
		}
	}
}

static const struct tree *child_of(const struct plan *plan)
{
	const struct tree *connection = tree_get(plan->connection, FABRIC_NAME);

	return tree_get(tree_get(connection, "children"), FABRIC_NAME);
}

static void connection_is_as_written_down(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	put_tree(&out, plan->connection, 0);
	golden_check("connection", buf_text(&out), out.len);
	plan_free(plan);
}

static void secret_carries_any_bytes(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	const struct tree *data = tree_get(plan->secret, "data");

	(void)state;
	assert_string_equal(tree_text(plan->secret, "id", ""), FABRIC_NAME);
	assert_string_equal(tree_text(plan->secret, "type", ""), "IKE");
	assert_null(tree_get(plan->secret, "owners"));
	assert_int_equal(data->len, policy.ipsec.psk_len);
	assert_memory_equal(data->value, policy.ipsec.psk, policy.ipsec.psk_len);
	plan_free(plan);
}

static uint64_t seconds(const struct tree *section, const char *name)
{
	const char *text = tree_text(section, name, "");
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	assert_string_equal(end, "s");
	return value;
}

/* The client renews first, then the gateway, then it is over: for any lifetime. */
static void lifetimes_keep_their_order(void **state)
{
	static const uint32_t lifetimes[] = { 1, 2, 9, 10, 11, 300, 3600, 86400, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(lifetimes) / sizeof(*lifetimes); i++) {
		struct policy policy = sample_policy();
		struct plan *plan;
		const struct tree *connection;

		policy.ipsec.ike_lifetime = lifetimes[i];
		policy.ipsec.esp_lifetime = lifetimes[i];
		policy.ipsec.dpd = lifetimes[i];
		plan = sample_plan(&policy);
		connection = tree_get(plan->connection, FABRIC_NAME);
		assert_true(seconds(connection, "rekey_time") > lifetimes[i]);
		assert_true(seconds(connection, "over_time") > 0);
		assert_true(seconds(child_of(plan), "rekey_time") > lifetimes[i]);
		assert_true(seconds(child_of(plan), "life_time") >
			    seconds(child_of(plan), "rekey_time"));
		assert_int_equal(seconds(connection, "dpd_timeout"), (uint64_t)lifetimes[i] * 4);
		plan_free(plan);
	}
}

static void zero_switches_dpd_and_idle_off(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan;

	(void)state;
	policy.ipsec.dpd = 0;
	policy.ipsec.idle_sa = 0;
	plan = sample_plan(&policy);
	assert_int_equal(seconds(tree_get(plan->connection, FABRIC_NAME), "dpd_delay"), 0);
	assert_int_equal(seconds(child_of(plan), "inactivity"), 0);
	plan_free(plan);
}

static void managed_charon_has_a_file(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	const struct plan_file *file = sample_file(plan, "strongswan.conf");

	(void)state;
	assert_true(plan->charon_managed);
	assert_string_equal(plan->charon_config, "/run/l2tpgw/strongswan.conf");
	assert_int_equal(strlen(plan->charon_digest), 32);
	golden_check("strongswan.conf", file->data, file->len);
	plan_free(plan);
}

static void external_charon_has_none(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan;

	(void)state;
	policy.ipsec.charon = POLICY_CHARON_EXTERNAL;
	plan = sample_plan(&policy);
	assert_false(plan->charon_managed);
	assert_null(plan->charon_config);
	assert_null(plan->charon_digest);
	assert_null(sample_file(plan, "strongswan.conf"));
	assert_non_null(plan->connection);
	plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_is_as_written_down),
		cmocka_unit_test(secret_carries_any_bytes),
		cmocka_unit_test(lifetimes_keep_their_order),
		cmocka_unit_test(zero_switches_dpd_and_idle_off),
		cmocka_unit_test(managed_charon_has_a_file),
		cmocka_unit_test(external_charon_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
