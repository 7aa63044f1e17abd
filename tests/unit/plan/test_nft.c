/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

/*
 * The rulesets against the kernel's and nft's own judgement, in a network namespace of the test.
 * Without nft or nftables in the kernel this fails: the product could not run there either.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "sample.h"

static struct ip4_net nets[] = { { 0x0a000000, 8 }, { 0x0a010000, 16 }, { 0xc0000201, 32 } };
static struct ip4_net everything[] = { { 0, 0 } };

static int enter_namespace(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

static void flush_table(void)
{
	assert_int_equal(system("nft add table inet l2tpgw; nft delete table inet l2tpgw"), 0);
}

/* Runs `command` with `input` and collects its output; its exit status is the result. */
static int run(const char *command, const char *input, struct buf *out)
{
	char path[] = "/tmp/l2tpgw-test-XXXXXX";
	int fd = mkstemp(path);
	cleanup_buf struct buf line = BUF_INIT;
	char chunk[4096];
	size_t len;
	FILE *pipe;
	int status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, input, strlen(input)), strlen(input));
	close(fd);
	buf_printf(&line, "%s <%s 2>&1", command, path);
	pipe = popen(buf_text(&line), "r");
	assert_non_null(pipe);
	while ((len = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buf_append(out, chunk, len);
	status = pclose(pipe);
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void load(const char *ruleset)
{
	cleanup_buf struct buf out = BUF_INIT;

	if (run("nft -f -", ruleset, &out) != 0)
		fail_msg("nft: %.1000s", buf_text(&out));
}

/* What the kernel holds, without counters and handles. */
static void list(struct buf *out)
{
	assert_int_equal(run("nft -s list table inet l2tpgw", "", out), 0);
}

typedef void variation(struct policy *policy);

static void plain(struct policy *policy)
{
	(void)policy;
}

static void open_to_all(struct policy *policy)
{
	policy->firewall.isolate_clients = false;
	policy->firewall.gateway_services = (1u << POLICY_SERVICE_NTP) * 2 - 1;
	policy->routing.nat = POLICY_NAT_NONE;
}

static void no_services(struct policy *policy)
{
	policy->firewall.gateway_services = 0;
	policy->routing.nat = POLICY_NAT_SNAT;
	policy->routing.snat = 0xcb007101;
}

static void lists(struct policy *policy)
{
	policy->firewall.allow_from = (struct policy_nets){ nets, array_size(nets) };
	policy->firewall.deny_from = (struct policy_nets){ nets + 2, 1 };
	policy->l2tp.max_sessions = POLICY_SESSIONS_MAX;
}

static void deny_everything(struct policy *policy)
{
	policy->firewall.deny_from = (struct policy_nets){ everything, 1 };
}

static variation *const variations[] = { plain, open_to_all, no_services, lists, deny_everything };

static struct plan *varied_plan(variation *vary)
{
	struct policy policy = sample_policy();

	vary(&policy);
	return sample_plan(&policy);
}

static void syntax_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(variations); i++) {
		struct plan *plan = varied_plan(variations[i]);
		cleanup_buf struct buf out = BUF_INIT;

		if (run("nft -c -f -", plan->ruleset, &out) != 0)
			fail_msg("nft -c: %.1000s", buf_text(&out));
		plan_free(plan);
	}
}

static void each_replaces_each(void **state)
{
	struct buf fresh[array_size(variations)] = { 0 };

	(void)state;
	for (size_t i = 0; i < array_size(variations); i++) {
		struct plan *plan = varied_plan(variations[i]);

		flush_table();
		load(plan->ruleset);
		list(&fresh[i]);
		plan_free(plan);
	}
	/* Over whatever was there, itself too, the kernel holds the same as when it was new. */
	for (size_t i = 0; i < array_size(variations) * 4; i++) {
		size_t n = (i * i + i / 2) % array_size(variations);
		struct plan *plan = varied_plan(variations[n]);
		cleanup_buf struct buf now = BUF_INIT;

		load(plan->ruleset);
		list(&now);
		assert_string_equal(buf_text(&now), buf_text(&fresh[n]));
		plan_free(plan);
	}
	for (size_t i = 0; i < array_size(variations); i++)
		buf_free(&fresh[i]);
}

static void live_sets_survive(void **state)
{
	struct plan *plan = varied_plan(plain);
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	flush_table();
	load(plan->ruleset);
	load("add element inet l2tpgw banned { 192.0.2.7 timeout 1h }\n");
	load(plan->ruleset);
	list(&out);
	assert_non_null(strstr(buf_text(&out), "192.0.2.7"));
	plan_free(plan);
}

/* What the daemon knows of sessions is in the table too, and is not the plan's. */
static void generations_come_and_go(void **state)
{
	static const struct plan_running old = { .number = 1, .digest = "-" };
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	struct err err = { 0 };
	struct plan *next = plan_make(&policy, &sample_paths, &old, 1, &err);
	cleanup_buf struct buf before = BUF_INIT, during = BUF_INIT, after = BUF_INIT;

	(void)state;
	flush_table();
	load(plan->ruleset);
	load("add element inet l2tpgw stays_on { 5 : 198.18.0.1, 4095 : 198.18.0.1 }\n");
	list(&before);
	load(next->ruleset);
	list(&during);
	assert_non_null(strstr(buf_text(&during), "0x00000005 : 198.18.0.1"));
	assert_non_null(strstr(buf_text(&during), "goto redial"));
	load(plan->ruleset);
	list(&after);
	assert_string_equal(buf_text(&before), buf_text(&after));
	plan_free(plan);
	plan_free(next);
}

static void the_digest_can_be_read_back(void **state)
{
	static variation *const order[] = { plain, lists, plain };

	(void)state;
	flush_table();
	for (size_t i = 0; i < array_size(order); i++) {
		struct plan *plan = varied_plan(order[i]);
		cleanup_buf struct buf out = BUF_INIT;

		load(plan->ruleset);
		assert_int_equal(run("nft -j list chain inet l2tpgw about", "", &out), 0);
		assert_non_null(strstr(buf_text(&out), plan->ruleset_digest));
		plan_free(plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syntax_is_right),
		cmocka_unit_test(each_replaces_each),
		cmocka_unit_test(live_sets_survive),
		cmocka_unit_test(generations_come_and_go),
		cmocka_unit_test(the_digest_can_be_read_back),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
