/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Suggestions, durations, UTF-8, names and the template: small things without a policy. */
#include "base/utf8.h"
#include "fixture.h"
#include "policy/names.h"
#include "policy/suggest.h"
#include "policy/template.h"
#include "policy/units.h"

static const char *nearest(const char *word)
{
	static const char *const words[] = { "address", "name", "password", "dns", "max_sessions" };
	struct suggest suggest;

	suggest_begin(&suggest, word);
	for (size_t i = 0; i < array_size(words); i++)
		suggest_offer(&suggest, words[i]);
	return suggest.best ? suggest.best : "";
}

static void test_suggest(void **state)
{
	(void)state;
	assert_string_equal(nearest("adress"), "address");
	assert_string_equal(nearest("addresses"), "address");
	assert_string_equal(nearest("nmae"), "name");
	assert_string_equal(nearest("Password"), "password");
	assert_string_equal(nearest("passwd"), "password");
	assert_string_equal(nearest("maxsessions"), "max_sessions");
	assert_string_equal(nearest("dsn"), "dns");
	assert_string_equal(nearest("x"), "");
	assert_string_equal(nearest(""), "");
	assert_string_equal(nearest("radius"), "");
	assert_string_equal(nearest("addressaddressaddressaddressaddress"), "");
}

static void test_units(void **state)
{
	static const char *const bad[] = { "",      "s",   "1",           "1w",  "01s",
					   "-1s",   "+1s", " 1s",         "1s ", "1.5h",
					   "1h30m", "1S",  "1234567890s", "00",  "0x1s" };
	char text[UNITS_TEXT_MAX];
	uint64_t seconds;

	(void)state;
	assert_true(units_parse("0", &seconds) && seconds == 0);
	assert_true(units_parse("90s", &seconds) && seconds == 90);
	assert_true(units_parse("5m", &seconds) && seconds == 300);
	assert_true(units_parse("8h", &seconds) && seconds == 28800);
	assert_true(units_parse("999999999d", &seconds) && seconds == 86399999913600);
	for (size_t i = 0; i < array_size(bad); i++)
		if (units_parse(bad[i], &seconds))
			fail_msg("\"%s\" was taken", bad[i]);
	for (uint64_t i = 1; i < 200000; i += 17) {
		units_text(i, text);
		assert_true(units_parse(text, &seconds) && seconds == i);
	}
	assert_string_equal(units_text(3600, text), "1h");
	assert_string_equal(units_text(5400, text), "90m");
	assert_string_equal(units_text(0, text), "0s");
}

static void test_rates(void **state)
{
	static const char *const bad[] = { "",   "k",  "1",    "1K",   "1m",   "1g",
					   "1T", "-1", "1.5M", "010M", "10 M", "1Mb" };
	char text[UNITS_TEXT_MAX];
	uint64_t rate;

	(void)state;
	assert_true(units_rate_parse("0", &rate) && rate == 0);
	assert_true(units_rate_parse("512k", &rate) && rate == 512000);
	assert_true(units_rate_parse("10M", &rate) && rate == 10000000);
	assert_true(units_rate_parse("1G", &rate) && rate == 1000000000);
	assert_true(units_rate_parse("999999999G", &rate) && rate == 999999999000000000);
	for (size_t i = 0; i < array_size(bad); i++)
		if (units_rate_parse(bad[i], &rate))
			fail_msg("\"%s\" was taken", bad[i]);
	for (uint64_t i = 1000; i < 200000000; i += 117000) {
		units_rate_text(i, text);
		assert_true(units_rate_parse(text, &rate) && rate == i);
	}
	assert_string_equal(units_rate_text(1500000, text), "1500k");
	assert_string_equal(units_rate_text(2000000000, text), "2G");
	assert_string_equal(units_rate_text(0, text), "0k");
}

static void test_utf8(void **state)
{
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xe0\x80\x80",
					   "\xed\xa0\x80",
					   "\xf4\x90\x80\x80",
					   "\xf8\x88\x80\x80",
					   "\xe2\x82",
					   "\xff",
					   "\xc3(" };
	uint32_t code;

	(void)state;
	assert_true(utf8_decode("\xe2\x82\xac", 3, &code) == 3 && code == 0x20ac);
	assert_true(utf8_decode("\xf0\x9f\x98\x80", 4, &code) == 4 && code == 0x1f600);
	assert_int_equal(utf8_decode("\xe2\x82\xac", 2, &code), 0);
	assert_int_equal(utf8_decode("", 0, &code), 0);
	for (size_t i = 0; i < array_size(bad); i++)
		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 0);
	assert_int_equal(utf8_width('a'), 1);
	assert_int_equal(utf8_width(0xe9), 1);
	assert_int_equal(utf8_width(0x301), 0);
	assert_int_equal(utf8_width(0x4e2d), 2);
	assert_int_equal(utf8_width(0x1f600), 2);
	assert_int_equal(utf8_width(0x1b), -1);
	assert_int_equal(utf8_width(0x202e), -1);
	assert_int_equal(utf8_floor("a\xe2\x82\xac", 3), 1);
}

static void test_password_bytes(void **state)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	size_t at;

	(void)state;
	assert_null(names_password("a\xc3\xa9\xc2\xa0\xc3\xbf", &bytes, &at));
	assert_int_equal(bytes.len, 4);
	assert_memory_equal(bytes.data, "a\xe9\xa0\xff", 4);
	assert_non_null(names_password("ab\xe2\x82\xac", &bytes, &at));
	assert_int_equal(at, 3);
	assert_non_null(names_password("a\x7f", &bytes, &at));
	assert_int_equal(at, 2);
}

static void test_template(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;

	(void)state;
	policy_template(&out, "vpn.example.net", "0123456789abcdef0123456789abcdef", "alice", "pw");
	assert_string_equal(buf_text(&out),
			    "{\n"
			    "  \"version\": 1,\n"
			    "  \"gateway\": { \"name\": \"vpn.example.net\" },\n"
			    "  \"ipsec\": { \"psk\": \"0123456789abcdef0123456789abcdef\" },\n"
			    "  \"users\": [ { \"name\": \"alice\", \"password\": \"pw\" } ]\n"
			    "}\n");
}

static void test_template_loads(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct loaded loaded;
	const struct policy_user *user;

	(void)state;
	policy_template(&out, NULL, "quote \" backslash \\ %s # ; end", "o'brian \"x\" \\y",
			"\" \\ \xc3\xa9 #;*%");
	load_text(&loaded, buf_text(&out));
	assert_non_null(loaded.policy);
	assert_int_equal(loaded.diags.count, 0);
	assert_string_equal(loaded.policy->ipsec.psk, "quote \" backslash \\ %s # ; end");
	user = policy_user(loaded.policy, "o'brian \"x\" \\y");
	assert_non_null(user);
	assert_string_equal(user->password, "\" \\ \xe9 #;*%");
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_suggest),        cmocka_unit_test(test_units),
		cmocka_unit_test(test_rates),          cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_password_bytes), cmocka_unit_test(test_template),
		cmocka_unit_test(test_template_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
