/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy means: defaults, computed values, and rules between keys. */
#include <time.h>

#include "fixture.h"
#include "policy/pool.h"

static void test_defaults(void **state)
{
	struct loaded loaded;
	const struct policy *p;

	(void)state;
	load_text(&loaded, FIXTURE_BASE);
	p = loaded.policy;
	assert_non_null(p);
	assert_int_equal(loaded.diags.count, 0);
	assert_null(p->gateway.name);
	assert_null(p->gateway.wan);
	assert_string_equal(p->ipsec.psk, FIXTURE_PSK);
	assert_int_equal(p->ipsec.psk_len, strlen(FIXTURE_PSK));
	assert_int_equal(p->ipsec.clients, 0x1f);
	assert_int_equal(p->ipsec.legacy, 0);
	assert_int_equal(p->ipsec.ike_lifetime, 28800);
	assert_int_equal(p->ipsec.esp_lifetime, 3600);
	assert_int_equal(p->ipsec.dpd, 30);
	assert_int_equal(p->ipsec.idle_sa, 300);
	assert_int_equal(p->ipsec.charon, POLICY_CHARON_MANAGED);
	assert_int_equal(p->l2tp.max_sessions, 400);
	assert_int_equal(p->l2tp.retries, 5);
	assert_int_equal(p->l2tp.drain, 0);
	assert_int_equal(p->ppp.dns_count, 2);
	assert_int_equal(p->ppp.dns[0], 0x09090909);
	assert_int_equal(p->ppp.wins_count, 0);
	assert_int_equal(p->ppp.idle_timeout, 0);
	assert_int_equal(p->ppp.session_timeout, 0);
	assert_int_equal(p->ppp.echo_interval, 30);
	assert_int_equal(p->ppp.echo_failures, 4);
	assert_int_equal(p->addresses.pool.bits, 24);
	assert_int_equal(p->addresses.pool.address >> 24, 10);
	assert_int_equal(p->addresses.local, p->addresses.pool.address + 1);
	assert_int_equal(p->routing.nat, POLICY_NAT_MASQUERADE);
	assert_int_equal(p->firewall.allow_from.count, 0);
	assert_true(p->firewall.isolate_clients);
	assert_int_equal(p->firewall.gateway_services,
			 1u << POLICY_SERVICE_DNS | 1u << POLICY_SERVICE_ICMP);
	assert_int_equal(p->users_count, 1);
	assert_string_equal(policy_user(p, "alice")->password, FIXTURE_PASSWORD);
	assert_null(policy_user(p, "bob"));
	unload(&loaded);
}

static void test_everything_set(void **state)
{
	struct loaded loaded;
	const struct policy *p;

	(void)state;
	load_text(
	    &loaded,
	    "{\"version\": 1, \"gateway\": {\"name\": \"vpn.example\", \"wan\": \"ppp0\"},"
	    "\"ipsec\": {\"psk\": {\"file\": \"/etc/psk\"}, \"clients\": [\"linux\"],"
	    " \"ike_lifetime\": \"1d\", \"esp_lifetime\": \"2h\", \"dpd\": 0, \"idle_sa\": \"0\","
	    " \"charon\": \"external\"}, \"l2tp\": {\"max_sessions\": 50},"
	    "\"ppp\": {\"mtu\": 1300, \"mru\": 1200, \"dns\": [], \"wins\": [\"10.1.2.3\"],"
	    " \"idle_timeout\": \"30m\", \"session_timeout\": \"12h\","
	    " \"echo_interval\": \"10s\", \"echo_failures\": 3},"
	    "\"addresses\": {\"pool\": \"10.77.0.0/25\", \"local\": \"10.77.0.126\"},"
	    "\"routing\": {\"mode\": \"full\", \"nat\": {\"snat\": \"203.0.113.9\"}},"
	    "\"firewall\": {\"allow_from\": [\"192.0.2.0/24\"], \"deny_from\": [\"192.0.2.7\"],"
	    " \"isolate_clients\": false, \"gateway_services\": [\"ntp\"]},"
	    "\"users\": [{\"name\": \"z\", \"password\": \"1\", \"address\": \"10.77.0.9\"},"
	    "{\"name\": \"a\", \"password\": \"2\", \"disabled\": true}]}");
	p = loaded.policy;
	assert_non_null(p);
	assert_int_equal(loaded.diags.count, 0);
	assert_string_equal(p->gateway.name, "vpn.example");
	assert_string_equal(p->gateway.wan, "ppp0");
	assert_string_equal(p->ipsec.psk, FIXTURE_PSK);
	assert_int_equal(p->ipsec.clients, 1u << POLICY_CLIENT_LINUX);
	assert_int_equal(p->ipsec.ike_lifetime, 86400);
	assert_int_equal(p->ipsec.esp_lifetime, 7200);
	assert_int_equal(p->ipsec.dpd, 0);
	assert_int_equal(p->ipsec.idle_sa, 0);
	assert_int_equal(p->ipsec.charon, POLICY_CHARON_EXTERNAL);
	assert_int_equal(p->l2tp.max_sessions, 50);
	assert_int_equal(p->ppp.mtu, 1300);
	assert_int_equal(p->ppp.mru, 1200);
	assert_int_equal(p->ppp.dns_count, 0);
	assert_int_equal(p->ppp.wins[0], 0x0a010203);
	assert_int_equal(p->ppp.idle_timeout, 1800);
	assert_int_equal(p->ppp.session_timeout, 43200);
	assert_int_equal(p->ppp.echo_interval, 10);
	assert_int_equal(p->ppp.echo_failures, 3);
	assert_int_equal(p->addresses.pool.bits, 25);
	assert_int_equal(p->addresses.local, 0x0a4d007e);
	assert_int_equal(p->routing.nat, POLICY_NAT_SNAT);
	assert_int_equal(p->routing.snat, 0xcb007109);
	assert_int_equal(p->firewall.allow_from.net[0].bits, 24);
	assert_int_equal(p->firewall.deny_from.net[0].bits, 32);
	assert_false(p->firewall.isolate_clients);
	assert_int_equal(p->firewall.gateway_services, 1u << POLICY_SERVICE_NTP);
	assert_string_equal(p->users[0].name, "a");
	assert_true(p->users[0].disabled);
	assert_int_equal(policy_user(p, "z")->address, 0x0a4d0009);
	unload(&loaded);
}

struct rule {
	const char *settings[3][2];
	const char *message; /* of the one error, or the one warning */
	bool error;
};

#define NONE                   \
	{                      \
		"version", "1" \
	}

static const struct rule rules[] = {
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "addresses.local", "\"10.77.0.0\"" },
	    NONE },
	  "first or last address",
	  true },
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "addresses.local", "\"10.77.0.255\"" },
	    NONE },
	  "first or last address",
	  true },
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "routing.nat.snat", "\"10.77.0.9\"" },
	    NONE },
	  "lies in the pool",
	  true },
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "users.0.address", "\"10.77.0.1\"" },
	    NONE },
	  "the gateway's own address",
	  true },
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "users.0.address", "\"10.77.0.255\"" },
	    NONE },
	  "first or last address of the pool",
	  true },
	{ { { "users.0.address", "\"10.77.0.9\"" },
	    { "users.1", "{\"name\": \"b\", \"password\": \"c\", \"address\": \"10.77.0.9\"}" },
	    NONE },
	  "10.77.0.9 is the address of users[0] too",
	  true },
	{ { { "users.1", "{\"name\": \"alice\", \"password\": \"c\"}" }, NONE, NONE },
	  "users[0] is called \"alice\" too",
	  true },
	{ { { "firewall.allow_from", "[\"192.0.2.0/25\"]" },
	    { "firewall.deny_from", "[\"192.0.2.0/24\"]" },
	    NONE },
	  "192.0.2.0/24 also denies 192.0.2.0/25",
	  true },
	{ { { "ipsec.idle_sa", "\"1m\"" }, { "ppp.echo_interval", "\"1m\"" }, NONE },
	  "must be longer than ppp.echo_interval",
	  true },
	{ { { "addresses.pool", "\"10.77.0.0/28\"" }, { "l2tp.max_sessions", "14" }, NONE },
	  "pool 10.77.0.0/28 has addresses for 13 clients, max_sessions is 14",
	  false },
	{ { { "addresses.pool", "\"10.77.0.0/24\"" },
	    { "ppp.dns", "[\"10.77.0.1\"]" },
	    { "firewall.gateway_services", "[]" } },
	  "does not hold \"dns\"",
	  false },
	{ { { "ipsec.psk", "\"0123456789abcdefghi\"" }, NONE, NONE }, "can be guessed", false },
	{ { { "ipsec.legacy", "[\"android-11\"]" }, NONE, NONE }, "MODP1024", false },
	{ { { "ipsec.legacy", "[\"3des-router\"]" }, NONE, NONE }, "3DES, MD5", false },
	{ { { "users", "[]" }, NONE, NONE }, "nobody can log in", false },
	{ { { "ipsec.esp_proposals", "[\"aes256-sha1-modp2048\"]" }, NONE, NONE },
	  "no known client asks for a group",
	  false },
};

static void test_rules(void **state)
{
	struct host host = fixture_host();

	(void)state;
	for (size_t i = 0; i < array_size(rules); i++) {
		struct loaded loaded;

		load_with(&loaded, &host, rules[i].settings, 3);
		if (loaded.diags.errors != rules[i].error ||
		    loaded.diags.warnings != !rules[i].error || !says(&loaded, rules[i].message))
			fail_msg("rule %zu, \"%s\":\n%s", i, rules[i].message,
				 buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

static void test_no_resolver(void **state)
{
	struct host host = fixture_host(), unknown = { 0 };
	struct loaded loaded;

	(void)state;
	host.resolvers_count = 0;
	load_with(&loaded, &host, NULL, 0);
	assert_non_null(loaded.policy);
	assert_true(says(&loaded, "no resolver that clients can reach is known"));
	unload(&loaded);
	load_with(&loaded, &unknown, NULL, 0);
	assert_non_null(loaded.policy);
	assert_int_equal(loaded.diags.count, 0);
	unload(&loaded);
}

static void test_no_io(void **state)
{
	const char *text = "{\"version\": 1, \"ipsec\": {\"psk\": {\"file\": \"/etc/psk\"}}}";
	struct loaded loaded = { .rendered = BUF_INIT };

	(void)state;
	assert_null(policy_load("x", text, strlen(text), NULL, NULL, &loaded.diags));
	assert_int_equal(loaded.diags.errors, 1);
	assert_true(says(&loaded, "files cannot be read here"));
	unload(&loaded);
}

static void hides(const char *path, const char *file, const char *folder)
{
	const char *settings[][2] = { { path, file } };
	struct host host = fixture_host();
	struct loaded loaded;
	char warning[64];

	(void)snprintf(warning, sizeof(warning), "l2tpgw.service does not see files in %s,",
		       folder ? folder : "");
	load_with(&loaded, &host, settings, 1);
	assert_int_equal(loaded.diags.warnings, folder ? 1 : 0);
	assert_true(!folder || says(&loaded, warning));
	unload(&loaded);
}

/* The command that checks sees more than the service that has to read it. */
static void test_secrets_that_the_service_does_not_see(void **state)
{
	const char *settings[][2] = { { "ipsec.psk", "{\"file\": \"/root/psk\"}" } };
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	load_with(&loaded, &host, settings, 1);
	assert_non_null(loaded.policy);
	assert_true(says(&loaded, "put the pre-shared key into a file in /etc/l2tpgw"));
	unload(&loaded);
	hides("ipsec.psk", "{\"file\": \"/root/psk\"}", "/root");
	hides("ipsec.psk", "{\"file\": \"/run/user/0/psk\"}", "/run/user");
	hides("users.0.password_file", "\"/home/alice/password\"", "/home");
	hides("users.0.password_file", "\"/var/tmp/password\"", "/var/tmp");
	hides("radius.servers.0.secret", "{\"file\": \"/tmp/radius\"}", "/tmp");
	hides("radius.servers.0.secret", "{\"file\": \"/etc/l2tpgw/radius\"}", NULL);
	hides("ipsec.psk", "{\"file\": \"/rootless/psk\"}", NULL);
	hides("ipsec.psk", "{\"file\": \"/var/root/psk\"}", NULL);
}

/* Addresses that others say later are judged by it. */
static void test_the_machine_is_remembered(void **state)
{
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	load_with(&loaded, &host, NULL, 0);
	assert_non_null(loaded.policy);
	assert_int_equal(loaded.policy->host.wan_address, host.wan_address);
	assert_non_null(pool_collision(&loaded.policy->host, (struct ip4_net){ 0x0a140007, 32 }));
	assert_true(pool_is_asked(loaded.policy, 0x08080808));
	assert_false(pool_is_asked(loaded.policy, 0x08080809));
	unload(&loaded);
}

static void test_pool_stable_and_free(void **state)
{
	struct host host = { 0 };
	struct policy policy = { 0 };
	struct ip4_net pool, again;

	(void)state;
	/* Whatever was chosen before is taken now: each choice is new, private and free. */
	for (size_t i = 0; i < HOST_NETS_MAX; i++) {
		assert_true(pool_find(&host, &policy, 24, &pool));
		assert_true(pool_find(&host, &policy, 24, &again));
		assert_int_equal(pool.address, again.address);
		assert_int_equal(pool.address >> 24, 10);
		assert_true((pool.address >> 16 & 255) >= 32);
		assert_null(pool_collision(&host, pool));
		host.nets[host.nets_count++].net = pool;
	}
}

static void test_pool_fallbacks(void **state)
{
	struct host host = { .nets = { { "a", { 0x0a000000, 8 } },
				       { "b", { 0xac100000, 12 } },
				       { "c", { 0xc0a80000, 16 } } } };
	struct policy policy = { 0 };
	struct loaded loaded;
	struct ip4_net pool;

	(void)state;
	host.nets_count = 1;
	assert_true(pool_find(&host, &policy, 24, &pool));
	assert_int_equal(pool.address >> 20, 0xac1);
	host.nets_count = 2;
	assert_true(pool_find(&host, &policy, 24, &pool));
	assert_int_equal(pool.address >> 16, 0xc0a8);
	host.nets_count = 3;
	assert_false(pool_find(&host, &policy, 24, &pool));
	load_with(&loaded, &host, NULL, 0);
	assert_null(loaded.policy);
	assert_true(says(&loaded, "no private network is free"));
	unload(&loaded);
}

static void test_pool_grows_with_sessions(void **state)
{
	const char *settings[][2] = { { "l2tp.max_sessions", "2800" } };
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	load_with(&loaded, &host, settings, 1);
	assert_non_null(loaded.policy);
	assert_int_equal(loaded.diags.count, 0);
	assert_int_equal(loaded.policy->addresses.pool.bits, 20);
	assert_int_equal(loaded.policy->addresses.pool.address & 0xfff, 0);
	unload(&loaded);
}

/* Time for that many users in milliseconds, the best of three. */
static double load_users(size_t count)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct timespec a, b;
	double best = 1e9;

	buf_puts(&text, "{\"version\": 1, \"ipsec\": {\"psk\": \"" FIXTURE_PSK "\"}, \"users\": [");
	for (size_t i = 0; i < count; i++)
		buf_printf(&text,
			   "%s{\"name\": \"user%zu\", \"password\": \"pass%zu\", \"address\": "
			   "\"10.%zu.%zu.%zu\"}",
			   i ? ",\n" : "", i * 7919 % count, i, 100 + i / 40000, i / 200 % 200,
			   i % 200 + 2);
	buf_puts(&text, "]}");
	for (int round = 0; round < 3; round++) {
		struct loaded loaded;
		double ms;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		load_text(&loaded, buf_text(&text));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		assert_non_null(loaded.policy);
		assert_int_equal(loaded.policy->users_count, count);
		assert_non_null(policy_user(loaded.policy, "user7"));
		unload(&loaded);
		ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
		best = ms < best ? ms : best;
	}
	return best;
}

static void test_many_users_stay_linear(void **state)
{
	double small = load_users(2000), large = load_users(POLICY_USERS_MAX);

	(void)state;
	print_message("2,000 users: %.1f ms, 20,000 users: %.1f ms\n", small, large);
	assert_true(large < small * 30); /* quadratic would be 100 times */
}

static void test_too_many_users(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct loaded loaded;

	(void)state;
	buf_puts(&text,
		 "{\"version\": 1, \"ipsec\": {\"psk\": \"" FIXTURE_PSK "\"}, \"users\": [{}");
	for (int i = 0; i < POLICY_USERS_MAX; i++)
		buf_puts(&text, ",{}");
	buf_puts(&text, "]}");
	load_text(&loaded, buf_text(&text));
	assert_int_equal(loaded.diags.errors, 1);
	assert_true(says(&loaded, "users may hold at most 20000 items, not 20001"));
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_everything_set),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_no_resolver),
		cmocka_unit_test(test_no_io),
		cmocka_unit_test(test_secrets_that_the_service_does_not_see),
		cmocka_unit_test(test_the_machine_is_remembered),
		cmocka_unit_test(test_pool_stable_and_free),
		cmocka_unit_test(test_pool_fallbacks),
		cmocka_unit_test(test_pool_grows_with_sessions),
		cmocka_unit_test(test_many_users_stay_linear),
		cmocka_unit_test(test_too_many_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
