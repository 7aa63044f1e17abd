/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/cleanup.h"
#include "golden.h"
#include "sample.h"

/* The text between "add element inet l2tpgw NAME {" and the closing brace, NULL if not there. */
static const char *elements(const char *ruleset, const char *name, size_t *len)
{
	char start[64];
	const char *found;

	(void)snprintf(start, sizeof(start), "\nadd element inet l2tpgw %s { ", name);
	found = strstr(ruleset, start);
	if (!found)
		return NULL;
	found += strlen(start);
	*len = strcspn(found, "}");
	return found;
}

/* The ring has 4,096 elements, which nobody wants to read in data/. */
static void put_without_rings(struct buf *out, const char *ruleset)
{
	while (*ruleset) {
		const char *line = ruleset;
		size_t len = strcspn(line, "\n") + 1;

		ruleset += len;
		if (line[0] == '\t' && line[1] >= '0' && line[1] <= '9')
			continue;
		buf_append(out, line, len);
	}
}

static bool has(const struct policy *policy, const char *text)
{
	struct plan *plan = sample_plan(policy);
	bool found = strstr(plan->ruleset, text);

	plan_free(plan);
	return found;
}

static void ruleset_is_as_written_down(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	put_without_rings(&out, plan->ruleset);
	golden_check("fabric.nft", buf_text(&out), out.len);
	plan_free(plan);
}

static unsigned parse_ring(const char *text, size_t len, unsigned *keys, uint32_t *values)
{
	cleanup_free char *copy = strndup(text, len);
	unsigned count = 0;
	char *save = NULL;

	for (char *item = strtok_r(copy, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		char value[32];

		assert_true(count < FABRIC_SLOTS);
		assert_int_equal(sscanf(item, " %u : %31s", &keys[count], value), 2);
		if (!ip4_parse(value, &values[count]))
			values[count] = (uint32_t)strtoul(value, NULL, 10);
		count++;
	}
	return count;
}

static void the_ring_is_complete(void **state)
{
	static unsigned keys[FABRIC_SLOTS];
	static uint32_t values[FABRIC_SLOTS];
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	const char *text;
	size_t len;

	(void)state;
	text = elements(plan->ruleset, "zone_of", &len);
	assert_int_equal(parse_ring(text, len, keys, values), FABRIC_SLOTS);
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		assert_int_equal(keys[slot], slot);
		assert_int_equal(values[slot], fabric_zone(slot));
	}
	text = elements(plan->ruleset, "vip_of", &len);
	assert_int_equal(parse_ring(text, len, keys, values), FABRIC_SLOTS);
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		assert_int_equal(keys[slot], slot);
		assert_int_equal(values[slot], fabric_vip(slot));
	}
	plan_free(plan);
}

static void shards_are_spread_over_the_workers(void **state)
{
	static unsigned keys[FABRIC_SLOTS];
	static uint32_t values[FABRIC_SLOTS];
	struct policy policy = sample_policy();

	(void)state;
	for (unsigned workers = 1; workers <= 7; workers++) {
		unsigned load[FABRIC_WORKERS_MAX + 1] = { 0 };
		struct plan *plan;
		const char *text;
		size_t len;

		policy.l2tp.max_sessions = workers * 400;
		plan = sample_plan(&policy);
		text = elements(plan->ruleset, "worker_of", &len);
		assert_int_equal(parse_ring(text, len, keys, values), FABRIC_SHARDS);
		for (unsigned i = 0; i < FABRIC_SHARDS; i++) {
			assert_int_equal(keys[i], i);
			assert_in_range(values[i] - FABRIC_WORKER_NET, 1, workers);
			load[values[i] - FABRIC_WORKER_NET]++;
		}
		for (unsigned n = 1; n <= workers; n++)
			assert_in_range(load[n], FABRIC_SHARDS / workers,
					FABRIC_SHARDS / workers + 1);
		plan_free(plan);
	}
}

static void nat_follows_the_policy(void **state)
{
	struct policy policy = sample_policy();

	(void)state;
	assert_true(has(&policy, "!= local masquerade\n"));
	assert_false(has(&policy, "snat ip to 203.0.113.9"));
	policy.routing.nat = POLICY_NAT_SNAT;
	policy.routing.snat = 0xcb007109;
	assert_true(has(&policy, "!= local snat ip to 203.0.113.9\n"));
	assert_false(has(&policy, "masquerade\n"));
	policy.routing.nat = POLICY_NAT_NONE;
	assert_false(has(&policy, "!= local snat"));
	assert_false(has(&policy, "masquerade\n"));
}

static void isolation_follows_the_policy(void **state)
{
	static const char rule[] = "chain between {\n\t\tcounter drop\n\t}\n";
	struct policy policy = sample_policy();

	(void)state;
	assert_true(has(&policy, rule));
	policy.firewall.isolate_clients = false;
	assert_false(has(&policy, rule));
}

/* The text between "chain NAME {" and the closing brace. */
static char *chain(const struct policy *policy, const char *name)
{
	struct plan *plan = sample_plan(policy);
	char start[64], *text;
	const char *found;

	(void)snprintf(start, sizeof(start), "\tchain %s {\n", name);
	found = strstr(plan->ruleset, start);
	assert_non_null(found);
	text = strndup(found + strlen(start), strcspn(found, "}") - strlen(start));
	text[strstr(text, "\n\t}") ? strstr(text, "\n\t}") + 1 - text : (long)strlen(text)] = '\0';
	plan_free(plan);
	return text;
}

static void groups_go_where_they_may(void **state)
{
	static const char *const expected[][2] = {
		{ "to_default", "\t\taccept\n\t" },
		{ "from_default", "\t\tgoto asked\n\t" },
		{ "to_nowhere", "\t\tcounter drop\n\t" },
		{ "from_nowhere", "\t\tcounter drop\n\t" },
	};
	struct policy policy = sample_policy();

	(void)state;
	for (size_t i = 0; i < array_size(expected); i++) {
		cleanup_free char *text = chain(&policy, expected[i][0]);

		assert_string_equal(text, expected[i][1]);
	}
}

/* What ends an allow list is a drop, whatever is in it. */
static void lists_end_closed(void **state)
{
	struct policy_allow allow = { .to = { 0, 0 }, .proto = POLICY_PROTO_UDP };
	struct policy_group groups[] = {
		{ .name = "default", .restricted = true, .allow = &allow, .allow_count = 1 },
	};
	struct policy policy = sample_policy();
	cleanup_free char *to, *from;

	(void)state;
	policy.groups = groups;
	policy.groups_count = 1;
	to = chain(&policy, "to_default");
	from = chain(&policy, "from_default");
	assert_string_equal(to, "\t\tct original protocol 17 accept\n\t\tcounter drop\n\t");
	assert_string_equal(from, "\t\tcounter drop\n\t");
}

static void services_follow_the_policy(void **state)
{
	static const char *const rules[] = {
		[POLICY_SERVICE_DNS] = "tcp dport 53 accept",
		[POLICY_SERVICE_ICMP] = "icmp type echo-request accept",
		[POLICY_SERVICE_SSH] = "tcp dport 22 accept",
		[POLICY_SERVICE_HTTP] = "tcp dport 80 accept",
		[POLICY_SERVICE_HTTPS] = "tcp dport 443 accept",
		[POLICY_SERVICE_NTP] = "udp dport 123 accept",
	};
	struct policy policy = sample_policy();

	(void)state;
	for (unsigned only = 0; only < array_size(rules); only++) {
		policy.firewall.gateway_services = 1u << only;
		for (unsigned i = 0; i < array_size(rules); i++)
			assert_int_equal(has(&policy, rules[i]), i == only);
	}
}

/* Where what was addressed to the gateway is not translated yet, and on, if it is later. */
static void the_gateway_is_the_gateway_before_translation(void **state)
{
	static const char expected[] =
	    "\t\ttype filter hook prerouting priority mangle; policy accept;\n\n"
	    "\t\tiiftype ppp iifname \"l2tpgw*\" ct status & (confirmed | dnat) != confirmed "
	    "fib daddr type local goto services\n\t";
	struct policy policy = sample_policy();
	cleanup_free char *text = chain(&policy, "addressed");

	(void)state;
	assert_string_equal(text, expected);
}

static void segments_fit_mtu_and_mru(void **state)
{
	struct policy policy = sample_policy();

	(void)state;
	assert_true(has(&policy, "iifname \"l2tpgw*\" tcp option maxseg size set 1364"));
	assert_true(has(&policy, "oifname \"l2tpgw*\" tcp option maxseg size set 1358"));
}

static void expect_nets(struct ip4_net *nets, size_t count, const char *expected)
{
	struct policy policy = sample_policy();
	struct plan *plan;
	const char *found;
	char rule[128];

	policy.firewall.allow_from = (struct policy_nets){ nets, count };
	(void)snprintf(rule, sizeof(rule), "ip saddr != { %s } goto unwelcome", expected);
	plan = sample_plan(&policy);
	found = strstr(plan->ruleset, rule);
	assert_non_null(found);
	assert_null(strstr(found + strlen(rule), "goto unwelcome"));
	assert_non_null(strstr(plan->ruleset, "meta l4proto esp goto admission"));
	plan_free(plan);
}

static void overlapping_networks_are_joined(void **state)
{
	struct ip4_net mixed[] = { { 0xc0000200, 24 }, { 0x0a010000, 16 }, { 0x0a000000, 8 },
				   { 0xc0000200, 24 }, { 0xc0000280, 25 }, { 0xc0000300, 32 } };
	struct ip4_net all[] = { { 0x0a000000, 8 }, { 0, 0 } };

	(void)state;
	expect_nets(mixed, array_size(mixed), "10.0.0.0/8, 192.0.2.0/24, 192.0.3.0/32");
	expect_nets(all, array_size(all), "0.0.0.0/0");
}

static void nobody_is_asked_without_lists(void **state)
{
	struct policy policy = sample_policy();
	struct ip4_net net = { 0xc0000200, 24 };

	(void)state;
	assert_false(has(&policy, "goto admission"));
	policy.firewall.deny_from = (struct policy_nets){ &net, 1 };
	assert_true(has(&policy, "goto admission"));
	assert_true(has(&policy, "ip saddr { 192.0.2.0/24 } goto unwelcome"));
	assert_false(has(&policy, "} goto unwelcome\n\t\tip saddr"));
}

/* An uplink may be a ppp interface; ours are told apart by name in every rule. */
static void no_rule_means_somebody_elses_interface(void **state)
{
	struct policy policy = sample_policy();
	struct plan *plan = sample_plan(&policy);
	const char *p = plan->ruleset;

	(void)state;
	assert_null(strstr(p, "\"ppp"));
	for (const char *type = p; (type = strstr(type, "iftype ppp "));) {
		type += strlen("iftype ppp ");
		assert_true(strncmp(type, "iifname", 7) == 0 || strncmp(type, "oifname", 7) == 0 ||
			    strncmp(type, "oiftype", 7) == 0);
	}
	while ((p = strstr(p, "ifname "))) {
		p += strlen("ifname ");
		p += strncmp(p, "!= ", 3) == 0 ? 3 : 0;
		assert_true(strncmp(p, "\"l2tpgw*\"", 9) == 0 || strncmp(p, "\"lo\"", 4) == 0);
	}
	plan_free(plan);
}

static void the_digest_stands_in_the_text_and_follows_it(void **state)
{
	struct policy policy = sample_policy();
	struct plan *a = sample_plan(&policy);
	struct plan *b;
	char rule[64];

	(void)state;
	policy.firewall.isolate_clients = false;
	b = sample_plan(&policy);
	assert_string_not_equal(a->ruleset_digest, b->ruleset_digest);
	(void)snprintf(rule, sizeof(rule), "return comment \"%s\"", a->ruleset_digest);
	assert_non_null(strstr(a->ruleset, rule));
	plan_free(a);
	plan_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ruleset_is_as_written_down),
		cmocka_unit_test(the_ring_is_complete),
		cmocka_unit_test(shards_are_spread_over_the_workers),
		cmocka_unit_test(nat_follows_the_policy),
		cmocka_unit_test(isolation_follows_the_policy),
		cmocka_unit_test(groups_go_where_they_may),
		cmocka_unit_test(lists_end_closed),
		cmocka_unit_test(services_follow_the_policy),
		cmocka_unit_test(the_gateway_is_the_gateway_before_translation),
		cmocka_unit_test(segments_fit_mtu_and_mru),
		cmocka_unit_test(overlapping_networks_are_joined),
		cmocka_unit_test(nobody_is_asked_without_lists),
		cmocka_unit_test(no_rule_means_somebody_elses_interface),
		cmocka_unit_test(the_digest_stands_in_the_text_and_follows_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
