/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every key of the table: values that pass and values that do not, with the message. */
#include "fixture.h"
#include "key_samples.h"
#include "policy/keys.h"

/* What a value needs around it to be valid: for "groups.tcp.…" and "groups.in.…", and the
 * examples. */
static const char *const around[][3] = {
	{ "groups.tcp.", "groups.tcp.allow",
	  "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22]}]" },
	{ "groups.in.", "addresses.pools", "{\"guests\": \"10.78.0.0/24\"}" },
	{ "groups.NAME.allow.0.", "groups.NAME.allow",
	  "[{\"to\": \"10.1.2.3\", \"proto\": \"tcp\", \"ports\": [22]}]" },
};

static void load_sample(struct loaded *loaded, const struct host *host, const char *path,
			const char *value)
{
	const char *settings[][2] = { { "users.0.comment", "\"\"" }, { path, value } };

	for (size_t i = 0; i < array_size(around); i++) {
		if (strncmp(path, around[i][0], strlen(around[i][0])) != 0)
			continue;
		settings[0][0] = around[i][1];
		settings[0][1] = around[i][2];
	}
	load_with(loaded, host, settings, 2);
}

static void test_samples(void **state)
{
	struct host host = fixture_host();

	(void)state;
	for (size_t i = 0; i < array_size(samples); i++) {
		const struct sample *sample = &samples[i];
		struct loaded loaded;

		load_sample(&loaded, &host, sample->path, sample->value);
		if (!sample->error ? !loaded.policy
				   : loaded.policy || !says(&loaded, sample->error))
			fail_msg("%s = %s: expected %s, got\n%s", sample->path,
				 sample->value ? sample->value : "(none)",
				 sample->error ? sample->error : "success",
				 buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

/* One wrong value, one error: no value in error may make others look wrong. */
static void test_no_cascades(void **state)
{
	struct host host = fixture_host();

	(void)state;
	for (size_t i = 0; i < array_size(samples); i++) {
		struct loaded loaded;

		load_sample(&loaded, &host, samples[i].path, samples[i].value);
		if (samples[i].error && loaded.diags.errors != 1)
			fail_msg("%s:\n%s", samples[i].path, buf_text(&loaded.rendered));
		unload(&loaded);
	}
}

/* "users.0.name" as the table has it: "/users/STAR/name". */
static bool same_path(const char *path, const char *pointer)
{
	for (; *path && *pointer == '/'; path += *path == '.') {
		size_t step = strcspn(path, "."), len = strcspn(++pointer, "/");

		bool member = len == 4 && !memcmp(pointer, "NAME", len);

		if (*pointer == '*' ? !is_index(path)
				    : !member && (step != len || memcmp(path, pointer, len) != 0))
			return false;
		path += step;
		pointer += len;
	}
	return !*path && !*pointer;
}

static void covered(const char *pointer, const struct key *key, void *user)
{
	unsigned valid = 0, invalid = 0;

	(void)user;
	for (size_t i = 0; i < array_size(samples); i++) {
		if (!same_path(samples[i].path, pointer))
			continue;
		valid += !samples[i].error;
		invalid += !!samples[i].error;
	}
	if ((!valid && !key->unsupported) || !invalid)
		fail_msg("%s has %u valid and %u invalid samples", pointer, valid, invalid);
}

static void test_every_key_has_samples(void **state)
{
	(void)state;
	key_each(covered, NULL);
}

static void documented(const char *pointer, const struct key *key, void *user)
{
	size_t len = key->summary ? strlen(key->summary) : 0;

	(void)user;
	if (!len || key->summary[len - 1] == '.')
		fail_msg("%s has no proper summary", pointer);
	if (key->forms & KEY_WORD)
		assert_non_null(key->words);
	if (key->example) {
		json_t *json = json_loads(key->example, JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		json_decref(json);
	}
}

static void test_table(void **state)
{
	(void)state;
	key_each(documented, NULL);
	assert_string_equal(key_lookup("users.name")->name, "name");
	assert_string_equal(key_lookup("/users/*/name")->name, "name");
	assert_string_equal(key_lookup("ipsec.psk.file")->name, "file");
	assert_string_equal(key_lookup("groups.staff.allow.to")->name, "to");
	assert_string_equal(key_lookup("/groups/NAME/hours/*/zone")->name, "zone");
	assert_string_equal(key_lookup("addresses.pools.guests")->name, "NAME");
	assert_null(key_lookup("groups.staff.alow"));
	assert_null(key_lookup("users.nmae"));
	assert_null(key_lookup("ppp.mtu.x"));
	assert_true(key_is_public("name", 4));
	assert_false(key_is_public("password", 8));
	assert_false(key_is_public("psk", 3));
	assert_false(key_is_public("pswd", 4));
	assert_false(key_is_public("name\0as far as behind its end", 29));
}

/* Examples of the table are themselves valid. */
static void example_loads(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf path = BUF_INIT;
	struct host host = fixture_host();
	struct loaded loaded;

	(void)user;
	if (!key->example)
		return;
	for (const char *p = pointer + 1; *p; p++)
		buf_putc(&path, (char)(*p == '/' ? '.' : *p == '*' ? '0' : *p));
	load_sample(&loaded, &host, buf_text(&path), key->example);
	if (!loaded.policy && strcmp(pointer, "/ipsec/psk/file") != 0 &&
	    strcmp(pointer, "/ipsec/psk") != 0)
		fail_msg("%s: %s", pointer, buf_text(&loaded.rendered));
	unload(&loaded);
}

static void test_examples(void **state)
{
	(void)state;
	key_each(example_loads, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_no_cascades),
		cmocka_unit_test(test_every_key_has_samples),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
