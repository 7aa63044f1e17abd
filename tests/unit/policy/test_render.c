/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown of an error: exact text, places, order, limits, and no secrets. */
#include "fixture.h"

static void renders(const char *text, const char *expected)
{
	struct loaded loaded;

	load_text(&loaded, text);
	assert_string_equal(buf_text(&loaded.rendered), expected);
	unload(&loaded);
}

static void test_sample(void **state)
{
	(void)state;
	renders("{\n"
		"  \"version\": 1,\n"
		"  \"gateway\": {\n"
		"    \"name\": \"vpn.example.net\",\n"
		"    \"wan\": \"eth0\"\n"
		"  },\n"
		"  \"ipsec\": {\n"
		"    \"psk\": \"" FIXTURE_PSK "\"\n"
		"  },\n"
		"  \"l2tp\": {\n"
		"    \"max_sessions\": 100\n"
		"  },\n"
		"  \"addresses\": {\n"
		"    \"pool\": \"10.20.0.0/24\",\n"
		"    \"local\": \"10.20.0.1\"\n"
		"  },\n"
		"  \"users\": [\n"
		"    { \"name\": \"alice\", \"password\": \"" FIXTURE_PASSWORD "\" },\n"
		"    { \"name\": \"bob\", \"password\": \"" FIXTURE_PASSWORD "\" },\n"
		"    { \"name\": \"carol\", \"password\": \"" FIXTURE_PASSWORD "\" },\n"
		"    { \"name\": \"dave\", \"password\": \"" FIXTURE_PASSWORD "\",\n"
		"      \"adress\": \"10.77.0.4\" }\n"
		"  ]\n"
		"}\n",
		"policy.json:14:13: error: pool 10.20.0.0/24 overlaps the gateway's own network "
		"10.20.0.0/16 on eth1\n"
		"   14 |     \"pool\": \"10.20.0.0/24\",\n"
		"      |             ^~~~~~~~~~~~~~\n"
		"policy.json:22:7: error: unknown key \"adress\" in users[3]; did you mean "
		"\"address\"?\n"
		"   22 |       \"adress\": \"********\" }\n"
		"      |       ^~~~~~~~\n"
		"2 errors; nothing was changed\n");
}

static void test_nothing_to_say(void **state)
{
	(void)state;
	renders(FIXTURE_BASE, "");
}

static void test_warning_alone(void **state)
{
	(void)state;
	renders("{\"version\": 1, \"ipsec\": {\"psk\": \"" FIXTURE_PSK "\"},\n\"users\": []}",
		"policy.json:2:10: warning: there are no users: nobody can log in\n"
		"    2 | \"users\": []}\n"
		"      |          ^~\n"
		"1 warning\n");
}

static void test_missing_shows_what_is_around(void **state)
{
	(void)state;
	renders("{ \"version\": 1,\n  \"users\": [\n    { \"name\": \"a\" } ],\n"
		"  \"ipsec\": { } }",
		"policy.json:3:5: error: users[0].password is missing: Password, of characters "
		"that MS-CHAPv2 carries: U+0020 to U+00FF\n"
		"    3 |     { \"name\": \"a\" } ],\n"
		"      |     ^\n"
		"policy.json:4:12: error: ipsec.psk is missing: Pre-shared key of all clients, "
		"printable ASCII; or the file that holds it\n"
		"    4 |   \"ipsec\": { } }\n"
		"      |            ^\n"
		"2 errors; nothing was changed\n");
}

static void test_tabs_and_wide_characters(void **state)
{
	(void)state;
	renders("{\"version\": 1,\n\"ipsec\": {\"psk\": \"" FIXTURE_PSK "\"},\n"
		"\"users\": [{\"name\": \"a\", \"password\": \"b\",\n"
		"\t\"comment\": \"\xe4\xb8\xad\xc3\xa9\",\t\"x\": 1}]}",
		"policy.json:4:19: error: unknown key \"x\" in users[0]\n"
		"    4 |         \"comment\": \"\xe4\xb8\xad\xc3\xa9\",       \"x\": ********}]}\n"
		"      |                                 ^~~\n"
		"1 error; nothing was changed\n");
}

static void test_terminal_is_safe(void **state)
{
	struct loaded loaded;

	(void)state;
	load_text(&loaded, "{\"version\": 1, \"x\x1b[31m\xe2\x80\xae\": 1}");
	assert_null(loaded.policy);
	assert_null(strchr(buf_text(&loaded.rendered), 0x1b));
	assert_null(strstr(buf_text(&loaded.rendered), "\xe2\x80\xae"));
	assert_non_null(strstr(buf_text(&loaded.rendered), "<U+001B>"));
	unload(&loaded);
	load_text(&loaded, "{\"version\": 1, \"x\\u001b[31m\\u202e\": 1}");
	assert_null(strchr(buf_text(&loaded.rendered), 0x1b));
	assert_null(strstr(buf_text(&loaded.rendered), "\xe2\x80\xae"));
	unload(&loaded);
}

static void test_long_line(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct loaded loaded;
	const char *line;

	(void)state;
	buf_puts(&text, "{\"version\": 1, \"users\": [{\"comment\": \"");
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, "\xc3\xa9");
	buf_puts(&text, "\", \"adress\": 1}], \"gateway\": {\"name\": \"");
	for (int i = 0; i < 5000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "\"}}");
	load_text(&loaded, buf_text(&text));
	line = strstr(buf_text(&loaded.rendered), "policy.json:1:5042: error: unknown key");
	assert_non_null(line);
	for (line = buf_text(&loaded.rendered); *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") < 300);
	unload(&loaded);
}

struct syntax_case {
	const char *text, *where, *message;
};

static const struct syntax_case syntax[] = {
	{ "", "1:1", "the file is empty" },
	{ " \n", "1:1", "the file is empty" },
	{ "[]", "1:1", "a policy is an object" },
	{ "\"x\"", "1:1", "a policy is an object" },
	{ "{\"a\": 1,}", "1:8", "no comma may stand behind the last item" },
	{ "{\"a\": [1,\n]}", "1:9", "no comma may stand behind the last item" },
	{ "{\"a\" 1}", "1:6", "\":\" expected behind the key" },
	{ "{\"a\": 1 \"b\": 2}", "1:9", "\",\" or \"}\" expected" },
	{ "{\"a\": [1 2]}", "1:10", "\",\" or \"]\" expected" },
	{ "{a: 1}", "1:2", "a key in double quotes expected" },
	{ "{'a': 1}", "1:2", "a key in double quotes expected" },
	{ "{\"a\": 'x'}", "1:7", "strings stand in double quotes" },
	{ "{\"a\": True}", "1:7", "strings stand in double quotes" },
	{ "{\n// x\n\"a\": 1}", "2:1", "a key in double quotes expected" },
	{ "{\"a\": # x\n1}", "1:7", "JSON has no comments" },
	{ "{\"a\": 01}", "1:7", "not a number" },
	{ "{\"a\": 1.}", "1:7", "not a number" },
	{ "{\"a\": -}", "1:7", "not a number" },
	{ "{\"a\": \"x\n\"}", "1:7", "not closed on this line" },
	{ "{\"a\": \"x\ty\"}", "1:9", "a control character in a string" },
	{ "{\"a\": \"\\x\"}", "1:7", "malformed escape" },
	{ "{\"a\": \"\\u12g4\"}", "1:7", "malformed escape" },
	{ "{\"a\": \"\\ud800\"}", "1:7", "malformed escape" },
	{ "{\"a\": \"\\u0000\"}", "1:14", "\\u0000 is possible in no string" },
	{ "{\"a\": 99999999999999999999}", "1:26", "the number is too large" },
	{ "{\"a\": 1} x", "1:10", "nothing may follow" },
	{ "{} {}", "1:4", "nothing may follow" },
	{ "{\"a\": {\"b\": [1", "1:15", "the text ends too early" },
	{ "{\"a\":", "1:6", "the text ends too early" },
	{ "{\"a\"", "1:5", "\":\" expected" },
	{ "{", "1:2", "the text ends too early" },
	{ "}", "1:1", "a value expected" },
	{ "{\"a\": ,}", "1:7", "a value expected" },
	{ "\xef\xbb\xbf{}", "1:1", "byte order mark" },
	{ "{\n\"a\": \"\xff\"}", "2:7", "not UTF-8 text" },
	{ "{\"\xc3\xa9\": tru}", "1:7", "neither a number" },
};

static void test_syntax(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(syntax); i++) {
		struct loaded loaded;
		char where[64];

		load_text(&loaded, syntax[i].text);
		(void)snprintf(where, sizeof(where), "policy.json:%s: error: ", syntax[i].where);
		if (loaded.policy || loaded.diags.count != 1 || !says(&loaded, syntax[i].message) ||
		    strncmp(buf_text(&loaded.rendered), where, strlen(where)) != 0)
			fail_msg("%s\n%s", syntax[i].text, buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

static void test_nul_and_size(void **state)
{
	size_t len = POLICY_BYTES_MAX + 1;
	char *text = malloc(len);
	struct loaded loaded;

	(void)state;
	load_bytes(&loaded, "{\"a\": \"\0\"}", 10, NULL);
	assert_true(says(&loaded, "holds a NUL byte"));
	unload(&loaded);
	assert_non_null(text);
	memset(text, ' ', len);
	load_bytes(&loaded, text, len, NULL);
	assert_true(says(&loaded, "larger than 8 MiB"));
	unload(&loaded);
	memset(text, '[', len - 1);
	load_bytes(&loaded, text, len - 1, NULL);
	assert_true(says(&loaded, "nested too deep"));
	unload(&loaded);
	free(text);
}

static void test_duplicates(void **state)
{
	(void)state;
	renders("{\"version\": 1, \"ipsec\": {\"psk\": \"" FIXTURE_PSK "\", \"dpd\": \"1m\"},\n"
		"\"users\": [{\"name\": \"a\", \"password\": \"b\",\n\"n\\u0061me\": \"c\"}],\n"
		"\"version\": 2,\n\"users\": [],\n\"version\": 1}",
		"policy.json:3:1: error: duplicate key \"n\\u0061me\" in users[0]\n"
		"    3 | \"n\\u0061me\": \"********\"}],\n"
		"      | ^~~~~~~~~~~\n"
		"policy.json:4:1: error: duplicate key \"version\" in the policy\n"
		"    4 | \"version\": 2,\n"
		"      | ^~~~~~~~~\n"
		"policy.json:5:1: error: duplicate key \"users\" in the policy\n"
		"    5 | \"users\": [],\n"
		"      | ^~~~~~~\n"
		"policy.json:5:10: warning: there are no users: nobody can log in\n"
		"    5 | \"users\": [],\n"
		"      |          ^~\n"
		"policy.json:6:1: error: duplicate key \"version\" in the policy\n"
		"    6 | \"version\": 1}\n"
		"      | ^~~~~~~~~\n"
		"4 errors, 1 warning; nothing was changed\n");
}

/* Of more than DIAGS_MAX the first by position are kept, and errors before warnings. */
static void test_many(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct loaded loaded;

	(void)state;
	buf_puts(&text, "{\"version\": 1, \"ipsec\": {\"psk\": \"short psk\"}, \"users\": [\n");
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "{\"name\": \"u%d\", \"password\": \"\"},\n", i);
	buf_puts(&text, "{}]}");
	load_text(&loaded, buf_text(&text));
	assert_int_equal(loaded.diags.count, DIAGS_MAX);
	assert_int_equal(loaded.diags.errors, 3002);
	assert_int_equal(loaded.diags.warnings, 1);
	for (size_t i = 0; i < DIAGS_MAX; i++) {
		assert_int_equal(loaded.diags.list[i].severity, DIAG_ERROR);
		assert_int_equal(loaded.diags.list[i].line, i + 2);
	}
	assert_non_null(strstr(buf_text(&loaded.rendered),
			       "2903 more are not shown\n"
			       "3002 errors, 1 warning; nothing was changed\n"));
	unload(&loaded);
}

/* Texts that hold S3CR3T where a secret may be meant; it is shown in none of them. */
static const char *const hidden[] = {
	"{\"ipsec\": {\"psk\": \"S3CR3T\"}}",
	"{\"ipsec\": {\"psk\":\n\"S3CR3T\"}}",
	"{\"ipsec\": {\"psk\": [\"S3CR3T\"]}}",
	"{\"ipsec\": {\"pks\": \"S3CR3T\"}}",
	"{\"users\": [{\"password\": \"S3CR3T\xe2\x82\xac\"}]}",
	"{\"users\": [{\"passwort\": \"S3CR3T\"}]}",
	"{\"users\": [{\"name\": \"a\", \"password\": \"S3CR3T\", \"adress\": 1}]}",
	"{\"users\": [{\"name\": \"a\", \"nt_hash\": \"S3CR3T\"}]}",
	"{\"radius\": {\"servers\": [{\"secret\": \"S3CR3T\"}]}, \"x\": 1}",
	"{\"users\": [{\"password\": S3CR3T}]}",
	"{\"users\": [{\"password\" \"S3CR3T\"}]}",
	"{\"users\": [{\"password\": \"S3CR3T}]}",
	"{\"users\": [{\"name\": \"a\", \"S3CR3T\"}]}",
	"{\"users\": [{\"name\": \"a\", \"password: \"S3CR3T\"}]}",
	"{\"users\": [{\"name\": \"a, \"password\": \"S3CR3T\"}]}",
	"{\"users\": [{\"name: \"a\", \"password\": \"S3CR3T\"}]}",
	"{\"users\": [{'name': 'a', 'password': 'S3CR3T'}]}",
	"{\"users\": [{\"password\": \"S3CR3T\xff\"}]}",
	"{\"users\": [{\"name\": \"\xff\", \"password\": \"S3CR3T\"}]}",
	"{\"users\": [{\"p\\u0061ssword\": \"S3CR3T\"}], \"x\": 1}",
	"{\"users\": [{\"password\": \"S3CR3T\", \"password\": \"S3CR3T\"}]}",
};

static void test_no_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(hidden); i++) {
		struct loaded loaded;

		load_text(&loaded, hidden[i]);
		if (loaded.policy || strstr(buf_text(&loaded.rendered), "S3CR3T"))
			fail_msg("%s\n%s", hidden[i], buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_nothing_to_say),
		cmocka_unit_test(test_warning_alone),
		cmocka_unit_test(test_missing_shows_what_is_around),
		cmocka_unit_test(test_tabs_and_wide_characters),
		cmocka_unit_test(test_terminal_is_safe),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_nul_and_size),
		cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
