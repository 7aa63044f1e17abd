/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the number of users costs where no kernel takes part: reading and checking a policy, making
 * its plan, comparing it with the one in force, editing one user. One row a number of users.
 *
 *   scale [RUNS]     medians of that many runs (11)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "apply/policy_changes.h"
#include "base/cleanup.h"
#include "plan/plan.h"
#include "policy/mask.h"

#define RUNS_MAX 101

static const struct host host = {
	.wan = "eth0",
	.wan_address = 0xcb007105, /* 203.0.113.5 */
	.wan_mtu = 1500,
	.nets = { { "eth0", { 0xcb007100, 24 } } },
	.nets_count = 1,
	.resolvers = { 0x09090909 },
	.resolvers_count = 1,
};

static const struct plan_paths plan_paths = { .run = "/run/l2tpgw", .plugin = "/l2tpgw.so" };

/* Every third user has an address, every seventh is disabled; in no order. */
static void make_text(struct buf *text, unsigned users, const char *password)
{
	buf_puts(text,
		 "{\n  \"version\": 1,\n  \"ipsec\": { \"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\" },\n"
		 "  \"addresses\": { \"pool\": \"10.64.0.0/16\" },\n  \"users\": [\n");
	for (unsigned i = 0; i < users; i++) {
		unsigned n = (unsigned)((uint64_t)i * 7919 % users);

		buf_printf(text, "    { \"name\": \"user%05u\", \"password\": \"%s%u\"", n,
			   n == users / 2 ? password : "a password of ", n);
		if (n % 3 == 0)
			buf_printf(text, ", \"address\": \"10.65.%u.%u\"", n / 250, n % 250 + 1);
		buf_printf(text, "%s }%s\n", n % 7 ? "" : ", \"disabled\": true",
			   i + 1 < users ? "," : "");
	}
	buf_puts(text, "  ]\n}\n");
}

/* Of this process: what else the machine does counts little. */
static double now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct policy *load(const struct buf *text)
{
	cleanup_buf struct buf shown = BUF_INIT;
	struct diags diags;
	struct policy *policy =
	    policy_load("policy.json", text->data, text->len, &host, NULL, &diags);

	diags_render(&diags, "policy.json", text->data, text->len, &shown);
	diags_free(&diags);
	if (!policy) {
		(void)fputs(buf_text(&shown), stderr);
		exit(1);
	}
	return policy;
}

struct gauge {
	const char *name;
	void (*run)(const struct buf *texts, const struct policy *in_force);
	double ms[RUNS_MAX];
};

static void run_check(const struct buf *texts, const struct policy *in_force)
{
	(void)in_force;
	policy_free(load(&texts[1]));
}

static void compare_with(const struct policy *in_force, const struct policy *policy)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes changes = { .arena = arena };

	policy_changes(&changes, in_force, policy);
	if (changes.count != 1)
		exit(1);
}

static void run_compare(const struct buf *texts, const struct policy *in_force)
{
	static struct policy *policy;
	static const struct buf *of;

	if (of != texts) {
		policy_free(policy);
		policy = load(&texts[1]);
		of = texts;
	}
	compare_with(in_force, policy);
}

static void run_plan(const struct buf *texts, const struct policy *in_force)
{
	struct policy *policy = load(&texts[1]);
	struct err err;
	struct plan *plan = plan_make(policy, &plan_paths, NULL, 0, &err);

	compare_with(in_force, policy);
	plan_free(plan);
	policy_free(policy);
}

static void run_mask(const struct buf *texts, const struct policy *in_force)
{
	cleanup_buf struct buf out = BUF_INIT;

	(void)in_force;
	mask_text(texts[0].data, texts[0].len, &out);
}

static struct gauge gauges[] = {
	{ .name = "check", .run = run_check },
	{ .name = "compare", .run = run_compare },
	{ .name = "plan", .run = run_plan },
	{ .name = "mask", .run = run_mask },
};

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(unsigned users, unsigned runs)
{
	struct buf *texts = mem_alloc(2 * sizeof(*texts));
	struct policy *in_force;

	make_text(&texts[0], users, "an old password ");
	make_text(&texts[1], users, "a new password ");
	in_force = load(&texts[0]);
	printf("%-8u", users);
	for (size_t i = 0; i < array_size(gauges); i++) {
		for (unsigned run = 0; run < runs; run++) {
			double start = now_ms();

			gauges[i].run(texts, in_force);
			gauges[i].ms[run] = now_ms() - start;
		}
		qsort(gauges[i].ms, runs, sizeof(double), ascending);
		printf("%10.2f", gauges[i].ms[runs / 2]);
	}
	printf("%12zu\n", texts[1].len);
	policy_free(in_force);
	/* The texts stay: their addresses tell run_compare() which policy it has. */
}

int main(int argc, char **argv)
{
	static const unsigned users[] = { 10, 1000, 10000, 20000 };
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 11;

	if (runs < 1 || runs > RUNS_MAX)
		return 64;
	printf("%-8s", "users");
	for (size_t i = 0; i < array_size(gauges); i++)
		printf("%7s ms", gauges[i].name);
	printf("%12s\n", "bytes");
	for (size_t i = 0; i < array_size(users); i++)
		measure(users[i], (unsigned)runs);
	return 0;
}
