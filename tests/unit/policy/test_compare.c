/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every difference is found, with the impact that the table says, and nothing else is. */
#include "fixture.h"
#include "policy/compare.h"
#include "policy/keys.h"

#define POLICIES 2000

/* Each key that a policy can hold, and two values that differ. */
static const struct {
	const char *path, *before, *after;
} pairs[] = {
	{ "gateway.name", "\"a.example\"", "\"b.example\"" },
	{ "gateway.wan", "\"auto\"", "\"eth0\"" },
	{ "ipsec.psk", "\"first pre-shared key 1234\"", "\"other pre-shared key 1234\"" },
	{ "ipsec.clients", "[\"windows\"]", "[\"windows\", \"apple\"]" },
	{ "ipsec.legacy", "[]", "[\"android-11\"]" },
	{ "ipsec.ike_proposals", "[\"aes256-sha256-modp2048\"]", "[\"aes128-sha1-ecp256\"]" },
	{ "ipsec.esp_proposals", "[\"aes256gcm16\"]", "[\"aes256-sha256\"]" },
	{ "ipsec.ike_lifetime", "\"8h\"", "\"9h\"" },
	{ "ipsec.esp_lifetime", "\"1h\"", "\"2h\"" },
	{ "ipsec.dpd", "\"30s\"", "0" },
	{ "ipsec.idle_sa", "0", "\"10m\"" },
	{ "ipsec.threads", "16", "32" },
	{ "ipsec.charon", "\"managed\"", "\"external\"" },
	{ "l2tp.max_sessions", "400", "401" },
	{ "l2tp.retries", "5", "6" },
	{ "l2tp.drain", "0", "\"24h\"" },
	{ "ppp.mtu", "1300", "1301" },
	{ "ppp.mru", "1300", "1301" },
	{ "ppp.dns", "[\"9.9.9.9\"]", "[\"9.9.9.10\"]" },
	{ "ppp.wins", "[]", "[\"10.1.1.1\"]" },
	{ "ppp.idle_timeout", "0", "\"30m\"" },
	{ "ppp.session_timeout", "\"1d\"", "\"2d\"" },
	{ "ppp.echo_interval", "\"1s\"", "\"20s\"" },
	{ "ppp.echo_failures", "1", "100" },
	{ "addresses.pool", "\"10.77.0.0/20\"", "\"10.78.0.0/20\"" },
	{ "addresses.local", "\"10.66.0.1\"", "\"10.66.0.2\"" },
	{ "routing.nat", "\"masquerade\"", "{\"snat\": \"203.0.113.5\"}" },
	{ "firewall.allow_from", "[]", "[\"192.0.2.0/24\"]" },
	{ "firewall.deny_from", "[\"198.51.100.0/24\"]", "[\"198.51.100.0/25\"]" },
	{ "firewall.isolate_clients", "true", "false" },
	{ "firewall.integrate", "false", "true" },
	{ "firewall.gateway_services", "[]", "[\"dns\", \"icmp\", \"ssh\"]" },
	{ "l2tp.when_full", "\"refuse\"", "\"close-oldest\"" },
	{ "addresses.pools", "{\"p\": \"10.50.0.0/24\", \"q\": \"10.51.0.0/24\"}",
	  "{\"p\": \"10.50.0.0/24\", \"q\": \"10.52.0.0/24\"}" },
	{ "groups.NAME.allow", "[]",
	  "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22]}]" },
	{ "groups.NAME.pool", "\"p\"", "\"q\"" },
	{ "groups.NAME.max_sessions", "1", "2" },
	{ "groups.NAME.user_sessions", "1", "2" },
	{ "groups.NAME.when_full", "\"close-oldest\"", "\"refuse\"" },
	{ "groups.NAME.idle_timeout", "0", "\"1h\"" },
	{ "groups.NAME.session_timeout", "\"1h\"", "\"2h\"" },
	{ "groups.NAME.dns", "[\"10.1.1.1\"]", "[\"10.1.1.1\", \"10.1.1.2\"]" },
	{ "groups.NAME.hours", "[{\"days\": [\"mon\"], \"zone\": \"UTC\"}]",
	  "[{\"days\": [\"mon\"]}]" },
	{ "groups.NAME.rate.down", "\"10M\"", "\"512k\"" },
	{ "groups.NAME.rate.up", "\"10M\"", "\"1G\"" },
	{ "users.*.group", "\"a\"", "\"b\"" },
	{ "users.*.max_sessions", "1", "2" },
	{ "radius.servers", "[{\"address\": \"192.0.2.10\", \"secret\": \"0123456789abcdef\"}]",
	  "[{\"address\": \"192.0.2.10\", \"secret\": \"0123456789abcdeF\"}]" },
	{ "radius.users", "\"local-first\"", "\"radius-only\"" },
	{ "radius.nas_identifier", "\"a\"", "\"b\"" },
	{ "radius.nas_address", "\"auto\"", "\"192.0.2.1\"" },
	{ "radius.interim", "\"10m\"", "0" },
	{ "radius.timeout", "\"1s\"", "\"3s\"" },
	{ "radius.retries", "0", "1" },
	{ "radius.dead_time", "0", "\"1m\"" },
	{ "radius.require_message_authenticator", "true", "false" },
	{ "radius.dynamic_authorization", "true", "false" },
	{ "radius.dynamic_authorization_port", "3799", "1700" },
	{ "radius.require_event_timestamp", "true", "false" },
	{ "users.*.password", "\"first password\"", "\"other password\"" },
	{ "users.*.address", "\"10.66.7.8\"", "\"10.66.7.9\"" },
	{ "users.*.expires", "\"2030-12-31T23:00:00Z\"", "\"2031-12-31T23:00:00Z\"" },
	{ "users.*.disabled", "false", "true" },
	{ "firewall.brute_force.failures", "5", "10" },
	{ "firewall.brute_force.window", "\"10m\"", "\"5m\"" },
	{ "firewall.brute_force.ban", "\"1h\"", "\"1d\"" },
	{ "firewall.brute_force.allow", "[]", "[\"192.0.2.0/24\"]" },
	{ "users.*.rate.down", "\"10M\"", "\"512k\"" },
	{ "users.*.rate.up", "\"10M\"", "\"1G\"" },
};

/* What other values refer to. */
#define NAMED                                                                        \
	{ "addresses.pools", "{\"p\": \"10.50.0.0/24\", \"q\": \"10.51.0.0/24\"}" }, \
	{                                                                            \
		"groups", "{\"a\": {}, \"b\": {}}"                                   \
	}
#define NAMED_COUNT 2

static struct policy *load_setting(const char *path, const char *value)
{
	cleanup_buf struct buf real = BUF_INIT;
	const char *setting[NAMED_COUNT + 1][2] = { NAMED };
	struct host host = fixture_host();
	struct loaded loaded;

	for (const char *c = path; *c; c++)
		buf_putc(&real, *c == '*' ? '0' : *c);
	setting[NAMED_COUNT][0] = buf_text(&real);
	setting[NAMED_COUNT][1] = value;
	load_with(&loaded, &host, setting, NAMED_COUNT + 1);
	if (!loaded.policy)
		fail_msg("%s %s: %s", path, value, buf_text(&loaded.rendered));
	diags_free(&loaded.diags);
	buf_free(&loaded.rendered);
	return loaded.policy;
}

static const struct difference *find(const struct differences *differences, const struct key *key)
{
	for (size_t i = 0; i < differences->count; i++) {
		if (differences->list[i].key == key)
			return &differences->list[i];
	}
	return NULL;
}

static void changed_once(const char *path, const char *before, const char *after)
{
	cleanup_arena struct arena *arena = arena_new();
	const struct key *key = key_lookup(path);
	struct policy *a = load_setting(path, before), *b = load_setting(path, after);
	const struct difference *difference;
	struct differences differences;

	assert_non_null(key);
	policy_compare(a, b, arena, &differences);
	difference = find(&differences, key);
	if (!difference)
		fail_msg("%s: %s -> %s is not found", path, before, after);
	assert_int_equal(difference->kind, DIFFERENCE_CHANGED);
	assert_int_equal(difference->impact, key->impact);
	assert_int_equal(difference->before == NULL, key->secret);
	assert_int_equal(difference->user != NULL, strncmp(path, "users", 5) == 0);
	assert_int_equal(difference->group != NULL, strncmp(path, "groups", 6) == 0);
	if (!difference->user && !difference->group)
		assert_string_equal(difference->path, path);
	if (!key->secret)
		assert_string_not_equal(difference->before, difference->after);
	policy_compare(a, a, arena, &differences);
	assert_int_equal(differences.count, 0);
	policy_free(a);
	policy_free(b);
}

static void every_key_that_changes_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(pairs); i++) {
		changed_once(pairs[i].path, pairs[i].before, pairs[i].after);
		if (strcmp(pairs[i].path, "users.*.disabled") != 0)
			changed_once(pairs[i].path, pairs[i].after, pairs[i].before);
	}
}

static void shown_above(const char *pointer, const struct key *key, void *user)
{
	char path[128];
	size_t found = 0;

	(void)user;
	if (key->unsupported)
		return;
	if (key->set && !key->show && strcmp(key->name, "*") && strcmp(key->name, "file") &&
	    strcmp(key->name, "snat") && strcmp(key->name, "name") && strcmp(key->name, "NAME") &&
	    strcmp(key->name, "password_file") && strcmp(key->name, "nt_hash") &&
	    !strstr(pointer, "/allow/") && !strstr(pointer, "/hours/") &&
	    !strstr(pointer, "/servers/"))
		fail_msg("%s is stored and does not show", pointer);
	if (!key->show)
		return;
	(void)snprintf(path, sizeof(path), "%s", pointer + 1);
	for (char *c = path; *c; c++)
		*c = *c == '/' ? '.' : *c;
	for (size_t i = 0; i < array_size(pairs); i++)
		found += !strcmp(pairs[i].path, path);
	if (found != 1)
		fail_msg("%s has no pair of values here", path);
}

static void no_key_is_forgotten(void **state)
{
	(void)state;
	key_each(shown_above, NULL);
}

static void is_same(const char *a_path, const char *a_value, const char *b_path,
		    const char *b_value)
{
	cleanup_arena struct arena *arena = arena_new();
	struct policy *a = load_setting(a_path, a_value), *b = load_setting(b_path, b_value);
	struct differences differences;

	policy_compare(a, b, arena, &differences);
	if (differences.count)
		fail_msg("%s: %s -> %s", differences.list[0].path, differences.list[0].before,
			 differences.list[0].after);
	policy_free(a);
	policy_free(b);
}

static void what_means_the_same_is_no_difference(void **state)
{
	(void)state;
	is_same("ipsec.dpd", "\"60s\"", "ipsec.dpd", "\"1m\"");
	is_same("ipsec.dpd", "\"30s\"", "ipsec.idle_sa", "\"5m\"");
	is_same("ppp.mtu", "\"auto\"", "routing.mode", "\"full\"");
	is_same("firewall.gateway_services", "[\"dns\", \"icmp\"]", "firewall.gateway_services",
		"[\"icmp\", \"dns\"]");
	is_same("ipsec.psk", "\"" FIXTURE_PSK "\"", "ipsec.psk", "{\"file\": \"/etc/psk\"}");
	is_same("users.0.comment", "\"a\"", "users.0.comment", "\"b\"");
	is_same("users.0.password", "\"" FIXTURE_PSK "\"", "users.0",
		"{\"name\": \"alice\", \"password_file\": \"/etc/psk\"}");
}

static void another_hash_is_another_password(void **state)
{
	static const char *const users[] = {
		"{\"name\": \"alice\", \"nt_hash\": \"8846f7eaee8fb117ad06bdd830b7586c\"}",
		"{\"name\": \"alice\", \"nt_hash\": \"8846f7eaee8fb117ad06bdd830b7586d\"}",
	};
	cleanup_arena struct arena *arena = arena_new();
	struct policy *a = load_setting("users.0", users[0]),
		      *b = load_setting("users.0", users[1]);
	struct differences differences;

	(void)state;
	policy_compare(a, b, arena, &differences);
	assert_int_equal(differences.count, 1);
	assert_ptr_equal(differences.list[0].key, key_lookup("users.password"));
	assert_null(differences.list[0].before);
	policy_free(a);
	policy_free(b);
}

static void what_follows_shows_too(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct policy *a = load_setting("ipsec.clients", "[\"windows\"]");
	struct policy *b = load_setting("ipsec.clients", "[\"linux\"]");
	struct differences differences;

	(void)state;
	policy_compare(a, b, arena, &differences);
	assert_non_null(find(&differences, key_lookup("ipsec.ike_proposals")));
	policy_free(a);
	policy_free(b);
}

#define USER(name, rest) "{\"name\": \"" name "\", \"password\": \"password of " name "\"" rest "}"

static void users_are_matched_by_name(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct policy *a, *b;
	struct differences d;

	(void)state;
	a = load_setting("users", "[" USER("dave", "") "," USER("alice", "") "," USER(
				      "bob", "") "," USER("carol", ", \"disabled\": true") "]");
	b = load_setting("users",
			 "[" USER("carol", "") "," USER("bob", ", \"disabled\": true") "," USER(
			     "eve", "") "," USER("alice", "") "]");
	policy_compare(a, b, arena, &d);
	assert_int_equal(d.count, 4);
	assert_string_equal(d.list[0].user, "bob");
	assert_string_equal(d.list[0].path, "disabled");
	assert_int_equal(d.list[0].impact, KEY_DROPS);
	assert_string_equal(d.list[1].user, "carol");
	assert_int_equal(d.list[1].impact, KEY_LIVE);
	assert_string_equal(d.list[2].user, "dave");
	assert_string_equal(d.list[2].path, "");
	assert_int_equal(d.list[2].kind, DIFFERENCE_REMOVED);
	assert_int_equal(d.list[2].impact, KEY_DROPS);
	assert_string_equal(d.list[3].user, "eve");
	assert_int_equal(d.list[3].kind, DIFFERENCE_ADDED);
	assert_int_equal(d.list[3].impact, KEY_NEW_SESSIONS);
	policy_free(a);
	policy_free(b);
}

/* ---- generated ---- */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

typedef unsigned __int128 bits; /* one a pair */

/* Sets each key or leaves it; bit i of *sides says which value key i has. */
static struct policy *generate(bits given, bits sides)
{
	const char *settings[array_size(pairs) + NAMED_COUNT][2] = { NAMED };
	char paths[array_size(pairs) + NAMED_COUNT][64];
	struct host host = fixture_host();
	struct loaded loaded;
	size_t count = NAMED_COUNT;

	for (size_t i = 0; i < array_size(pairs); i++) {
		if (!(given >> i & 1))
			continue;
		(void)snprintf(paths[count], sizeof(paths[0]), "%s", pairs[i].path);
		for (char *c = paths[count]; *c; c++)
			*c = *c == '*' ? '0' : *c;
		settings[count][0] = paths[count];
		settings[count++][1] = sides >> i & 1 ? pairs[i].after : pairs[i].before;
	}
	load_with(&loaded, &host, (const char *const(*)[2])settings, count);
	if (!loaded.policy)
		fail_msg("%s", buf_text(&loaded.rendered));
	diags_free(&loaded.diags);
	buf_free(&loaded.rendered);
	return loaded.policy;
}

static void shows_no_secret(const struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *d = &differences->list[i];

		if (d->before)
			assert_null(strstr(d->before, "password"));
		if (d->after)
			assert_null(strstr(d->after, "pre-shared"));
	}
}

/* a to a: nothing; a to b: what was turned over, and the same things back. */
static void generated_policies_compare(void **state)
{
	size_t found = 0;

	(void)state;
	assert_true(array_size(pairs) < 8 * sizeof(bits));
	seed = 20;
	for (int i = 0; i < POLICIES; i++) {
		cleanup_arena struct arena *arena = arena_new();
		bits given = 0, sides = 0, turned = 0;
		struct differences same, there, back;
		struct policy *a, *b;

		for (size_t k = 0; k < array_size(pairs); k++) {
			given |= (bits)pick(2) << k;
			sides |= (bits)pick(2) << k;
			turned |= (bits)(pick(4) == 0) << k;
		}
		a = generate(given, sides);
		b = generate(given, sides ^ turned);
		policy_compare(a, a, arena, &same);
		policy_compare(a, b, arena, &there);
		policy_compare(b, a, arena, &back);
		assert_int_equal(same.count, 0);
		assert_int_equal(there.count, back.count);
		for (size_t k = 0; k < array_size(pairs); k++) {
			if (given & turned & (bits)1 << k) {
				assert_non_null(find(&there, key_lookup(pairs[k].path)));
				found++;
			}
		}
		if (!(given & turned))
			assert_int_equal(there.count, 0);
		shows_no_secret(&there);
		policy_free(a);
		policy_free(b);
	}
	print_message("%d pairs of policies, %zu differences found\n", POLICIES, found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_that_changes_is_found),
		cmocka_unit_test(no_key_is_forgotten),
		cmocka_unit_test(what_means_the_same_is_no_difference),
		cmocka_unit_test(another_hash_is_another_password),
		cmocka_unit_test(what_follows_shows_too),
		cmocka_unit_test(users_are_matched_by_name),
		cmocka_unit_test(generated_policies_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
