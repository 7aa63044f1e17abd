/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thousands of generated policies. Valid ones load; damaged ones never crash, are diagnosed at
 * places inside the text, and show no secret.
 */
#include "fixture.h"
#include "policy/keys.h"

#define POLICIES  2000
#define MUTATIONS 8 /* of each */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)(seed >> 8) * below >> 24);
}

struct choice {
	const char *path;
	const char *values[5];
};

static const struct choice choices[] = {
	{ "gateway.name", { "\"vpn.example.net\"", "\"203.0.113.5\"", "\"x\"" } },
	{ "gateway.wan", { "\"auto\"", "\"eth0\"", "\"ppp0\"" } },
	{ "ipsec.clients",
	  { "[\"windows\"]", "[\"linux\", \"apple\"]", "[\"chromeos\", \"android\"]" } },
	{ "ipsec.legacy", { "[]", "[\"android-11\"]", "[\"3des-router\", \"android-11\"]" } },
	{ "ipsec.ike_proposals", { "[\"aes256-sha256-modp2048\"]", "[\"aes128-sha1-ecp256\"]" } },
	{ "ipsec.esp_proposals", { "[\"aes256gcm16\"]", "[\"aes256-sha256\", \"aes128-sha1\"]" } },
	{ "ipsec.ike_lifetime", { "\"8h\"", "\"1d\"", "\"600s\"" } },
	{ "ipsec.esp_lifetime", { "\"1h\"", "\"3600s\"" } },
	{ "ipsec.dpd", { "0", "\"0\"", "\"30s\"" } },
	{ "ipsec.idle_sa", { "0", "\"10m\"" } },
	{ "ipsec.threads", { "8", "16", "256" } },
	{ "ipsec.charon", { "\"managed\"", "\"external\"" } },
	{ "l2tp.max_sessions", { "1", "400", "2800" } },
	{ "ppp.mtu", { "\"auto\"", "576", "1380" } },
	{ "ppp.mru", { "\"auto\"", "576", "1380" } },
	{ "ppp.dns", { "\"auto\"", "[]", "[\"9.9.9.9\"]", "[\"10.1.1.1\", \"10.1.1.2\"]" } },
	{ "ppp.wins", { "[]", "[\"10.1.1.1\"]" } },
	{ "ppp.idle_timeout", { "0", "\"30m\"" } },
	{ "ppp.session_timeout", { "\"0\"", "\"1d\"" } },
	{ "ppp.echo_interval", { "\"1s\"", "\"20s\"" } },
	{ "ppp.echo_failures", { "1", "100" } },
	{ "addresses.pool",
	  { "\"auto\"", "\"10.77.0.0/24\"", "\"172.20.0.0/16\"", "\"10.9.0.0/29\"" } },
	{ "addresses.local", { "\"auto\"", "\"10.66.0.1\"" } },
	{ "routing.mode", { "\"full\"" } },
	{ "routing.nat", { "\"masquerade\"", "\"none\"", "{\"snat\": \"203.0.113.5\"}" } },
	{ "firewall.allow_from", { "[]", "[\"192.0.2.0/24\", \"198.51.100.1\"]" } },
	{ "firewall.deny_from", { "[]", "[\"192.0.2.128/25\"]" } },
	{ "firewall.isolate_clients", { "true", "false" } },
	{ "firewall.integrate", { "true", "false" } },
	{ "firewall.gateway_services", { "[]", "[\"dns\", \"icmp\", \"ssh\"]" } },
	{ "addresses.pools", { "{}", "{\"guests\": \"10.98.0.0/24\", \"x\": \"10.97.0.0/29\"}" } },
	{ "l2tp.when_full", { "\"refuse\"", "\"close-oldest\"" } },
	{ "groups.staff.allow",
	  { "[]", "[\"10.1.0.0/16\"]",
	    "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22, \"80-90\"]}]" } },
	{ "groups.staff.hours",
	  { "[]", "[{\"days\": [\"mon\"], \"from\": \"22:00\", \"to\": \"06:00\", \"zone\": "
		  "\"UTC\"}]" } },
	{ "groups.default.max_sessions", { "1", "2800" } },
	{ "groups.staff.user_sessions", { "1", "2" } },
	{ "groups.staff.dns", { "[\"10.1.1.1\"]" } },
	{ "users.0.group", { "\"default\"" } },
	{ "users.0.comment", { "\"\"", "\"\\u20ac\\n\"" } },
	{ "users.0.disabled", { "true", "false" } },
	{ "users.0.address", { "\"10.66.7.8\"", "\"172.31.0.9\"" } },
};

static char *generate(void)
{
	static const size_t flags[] = { 0,
					JSON_COMPACT,
					JSON_INDENT(1),
					JSON_INDENT(4),
					JSON_ENSURE_ASCII,
					JSON_SORT_KEYS,
					JSON_ESCAPE_SLASH };
	json_t *root = json_loads(FIXTURE_BASE, 0, NULL);
	char *text;

	for (size_t i = 0; i < array_size(choices); i++) {
		uint32_t count = 0;

		if (pick(2))
			continue;
		while (count < array_size(choices[i].values) && choices[i].values[count])
			count++;
		fixture_set(root, choices[i].path, choices[i].values[pick(count)]);
	}
	text = json_dumps(root, flags[pick(array_size(flags))]);
	json_decref(root);
	return text;
}

static void mutate(struct buf *text)
{
	static const char alphabet[] = "{}[],:\"\\ \n\tabu0-1.9e#/'*\x80\xff\x01";
	char c = alphabet[pick(sizeof(alphabet) - 1)];
	size_t at = pick((uint32_t)text->len);

	switch (pick(3)) {
	case 0:
		text->data[at] = c;
		break;
	case 1:
		memmove(text->data + at, text->data + at + 1, text->len - at);
		text->len--;
		break;
	default:
		buf_putc(text, ' ');
		memmove(text->data + at + 1, text->data + at, text->len - at - 1);
		text->data[at] = c;
		break;
	}
}

static void check_diags(const struct loaded *loaded, size_t len)
{
	const struct diags *diags = &loaded->diags;

	assert_int_equal(loaded->policy == NULL, diags->errors > 0);
	assert_true(diags->count <= DIAGS_MAX);
	for (size_t i = 0; i < diags->count; i++) {
		assert_true(diags->list[i].located);
		assert_true(diags->list[i].start <= len);
		assert_true(diags->list[i].end >= diags->list[i].start);
		assert_true(diags->list[i].line >= 1 && diags->list[i].column >= 1);
		if (i)
			assert_true(diags->list[i].start >= diags->list[i - 1].start);
	}
}

static void try_damaged(const char *text, unsigned edits)
{
	cleanup_buf struct buf damaged = BUF_INIT;
	struct host host = fixture_host();
	struct loaded loaded;

	buf_puts(&damaged, text);
	for (unsigned i = 0; i < edits && damaged.len > 1; i++)
		mutate(&damaged);
	load_bytes(&loaded, damaged.data, damaged.len, &host);
	check_diags(&loaded, damaged.len);
	/* One slip of the finger lays no secret open. */
	if (edits == 1 && (strstr(buf_text(&loaded.rendered), FIXTURE_PASSWORD) ||
			   strstr(buf_text(&loaded.rendered), FIXTURE_PSK)))
		fail_msg("%s\n%s", buf_text(&damaged), buf_text(&loaded.rendered));
	unload(&loaded);
}

static void test_random(void **state)
{
	struct host host = fixture_host();

	(void)state;
	seed = 20;
	for (int i = 0; i < POLICIES; i++) {
		char *text = generate();
		struct loaded loaded;

		load_bytes(&loaded, text, strlen(text), &host);
		check_diags(&loaded, strlen(text));
		if (!loaded.policy)
			fail_msg("%s\n%s", text, buf_text(&loaded.rendered));
		unload(&loaded);
		for (unsigned edits = 1; edits <= MUTATIONS; edits++)
			try_damaged(text, edits / 2 ? edits / 2 : 1);
		free(text);
	}
}

/* Cut off anywhere: an error, never a crash. */
static void test_truncated(void **state)
{
	struct host host = fixture_host();
	char *text;

	(void)state;
	seed = 7;
	text = generate();
	for (size_t len = 0; len < strlen(text); len++) {
		char *copy = malloc(len ? len : 1); /* the sanitizer sees any read behind it */
		struct loaded loaded;

		assert_non_null(copy);
		memcpy(copy, text, len);
		load_bytes(&loaded, copy, len, &host);
		assert_null(loaded.policy);
		check_diags(&loaded, len);
		unload(&loaded);
		free(copy);
	}
	free(text);
}

static void test_deterministic(void **state)
{
	struct loaded a, b;

	(void)state;
	load_text(&a, "{\"x\": 1, \"y\": {}, \"version\": \"1\", \"ppp\": {\"mtu\": 1, \"z\": 2}}");
	load_text(&b, "{\"x\": 1, \"y\": {}, \"version\": \"1\", \"ppp\": {\"mtu\": 1, \"z\": 2}}");
	assert_string_equal(buf_text(&a.rendered), buf_text(&b.rendered));
	unload(&a);
	unload(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
