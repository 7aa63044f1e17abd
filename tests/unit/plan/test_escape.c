/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "plan/template.h"
#include "readers.h"

#define CASES 4000

static uint64_t random_state;

static unsigned random_below(unsigned limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % limit;
}

/* What breaks files: more likely than its share of all bytes. */
static const char *const nasty[] = {
	"\n",   "\r\n",
	"\"",   "'",
	"#",    ";",
	"%s",   "%n",
	"*",    "@/",
	"@{v}", "\\",
	"\\n",  "\\\n",
	"\t",   " ",
	"=",    "{",
	"}",    "\x01",
	"\x7f", "ü",
	"日",   "\xff",
	"\\x",  "\\0",
	":",    ",",
	".",    "[",
	"]",    "$(x)",
	"`x`",  "include /etc/passwd",
};

static void random_value(char *out, size_t max)
{
	unsigned pieces = 1 + random_below(12);

	*out = '\0';
	for (unsigned i = 0; i < pieces; i++) {
		char byte[2] = { (char)(1 + random_below(255)), '\0' };
		const char *piece = random_below(2) ? byte : nasty[random_below(array_size(nasty))];

		if (strlen(out) + strlen(piece) < max)
			strcat(out, piece);
	}
	if (random_below(40) == 0) {
		size_t len = random_below(2) ? 100 : max - 1;

		memset(out, 'x', len);
		out[len] = '\0';
	}
}

struct dialect {
	const char *text; /* a file with one value between two others */
	escape_fn *escape;
	void (*read)(const char *text, struct read_result *result);
	size_t count, index; /* items read back, and which of them is the value */
};

static const struct dialect strongswan = { "before = 1\nvalue = @{v}\nafter = 2\n",
					   escape_strongswan, read_strongswan, 3, 1 };
static const struct dialect xl2tpd = { "before = 1\nvalue = @{v}\nafter = 2\n", escape_xl2tpd,
				       read_xl2tpd, 3, 1 };
static const struct dialect pppd = { "before\nvalue @{v}\nafter\n", escape_pppd, read_pppd, 4, 2 };

/* False if the escaper refused; otherwise the value must come back, and nothing but it. */
static bool round_trip(const struct dialect *dialect, const char *value)
{
	const struct template_var vars[] = { { .name = "v", .value = value }, { 0 } };
	static struct read_result result;
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { 0 };

	if (template_expand("test", dialect->text, dialect->escape, vars, &out, &err) < 0) {
		assert_int_equal(err.code, ERR_POLICY);
		return false;
	}
	result.count = 0;
	result.failed = false;
	dialect->read(buf_text(&out), &result);
	assert_false(result.failed);
	assert_int_equal(result.count, dialect->count);
	assert_string_equal(result.items[dialect->index].value, value);
	return true;
}

static unsigned random_round_trips(const struct dialect *dialect, uint64_t seed)
{
	char value[1200];
	unsigned written = 0;

	random_state = seed;
	for (unsigned i = 0; i < CASES; i++) {
		random_value(value, sizeof(value));
		written += round_trip(dialect, value);
	}
	return written;
}

static void strongswan_reads_back(void **state)
{
	(void)state;
	/* It can say everything. */
	assert_int_equal(random_round_trips(&strongswan, 1), CASES);
}

static void xl2tpd_reads_back(void **state)
{
	unsigned written = random_round_trips(&xl2tpd, 2);

	(void)state;
	assert_in_range(written, CASES / 50, CASES - 1);
}

static void pppd_reads_back(void **state)
{
	unsigned written = random_round_trips(&pppd, 3);

	(void)state;
	assert_in_range(written, CASES * 9 / 10, CASES - 1); /* all but those too long */
}

static void each_nasty_piece_alone_and_inside(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(nasty); i++) {
		char value[128];

		(void)snprintf(value, sizeof(value), "a%sb", nasty[i]);
		assert_true(round_trip(&strongswan, nasty[i]));
		assert_true(round_trip(&strongswan, value));
		assert_true(round_trip(&pppd, nasty[i]));
		assert_true(round_trip(&pppd, value));
		round_trip(&xl2tpd, nasty[i]);
		round_trip(&xl2tpd, value);
	}
}

static void xl2tpd_refuses_what_it_cannot_say(void **state)
{
	static const char *const refused[] = { "a;b", "a%b",  "a\nb", "a\tb",  " a",
					       "a ",  "\xc3", "aü",   "a\177b" };
	char value[101];

	(void)state;
	for (size_t i = 0; i < array_size(refused); i++)
		assert_false(round_trip(&xl2tpd, refused[i]));
	memset(value, 'x', sizeof(value));
	value[100] = '\0';
	assert_false(round_trip(&xl2tpd, value));
	value[99] = '\0';
	assert_true(round_trip(&xl2tpd, value));
	assert_true(round_trip(&xl2tpd, "/run/a dir/ü=x"));
}

static void pppd_refuses_long_words(void **state)
{
	char value[1025];

	(void)state;
	memset(value, '"', sizeof(value));
	value[1024] = '\0';
	assert_false(round_trip(&pppd, value));
	value[1023] = '\0';
	assert_true(round_trip(&pppd, value));
}

static void nft_takes_plain_words_only(void **state)
{
	static const char *const refused[] = {
		"a b", "a;b", "a\nb", "\"", "{", "$x", "@x", "ü", "*"
	};
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < array_size(refused); i++)
		assert_int_equal(escape_nft(refused[i], &out, &err), -1);
	assert_int_equal(out.len, 0);
	assert_int_equal(escape_nft("198.18.0.0/15", &out, &err), 0);
	assert_string_equal(buf_text(&out), "198.18.0.0/15");
}

static void nothing_may_be_empty(void **state)
{
	static escape_fn *const all[] = { escape_strongswan, escape_xl2tpd, escape_pppd,
					  escape_nft };

	(void)state;
	for (size_t i = 0; i < array_size(all); i++) {
		cleanup_buf struct buf out = BUF_INIT;
		struct err err = { 0 };

		assert_int_equal(all[i]("", &out, &err), -1);
		assert_int_equal(err.code, ERR_POLICY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strongswan_reads_back),
		cmocka_unit_test(xl2tpd_reads_back),
		cmocka_unit_test(pppd_reads_back),
		cmocka_unit_test(each_nasty_piece_alone_and_inside),
		cmocka_unit_test(xl2tpd_refuses_what_it_cannot_say),
		cmocka_unit_test(pppd_refuses_long_words),
		cmocka_unit_test(nft_takes_plain_words_only),
		cmocka_unit_test(nothing_may_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
