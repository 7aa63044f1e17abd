/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thousands of generated policies. Valid ones load; damaged ones never crash, are diagnosed at
 * places inside the text, and show no secret.
 */
#include "generate.h"
#include "policy/keys.h"

#define POLICIES  2000
#define MUTATIONS 8 /* of each */

static char *generate_text(void)
{
	json_t *root = generate();
	char *text = write_down(root);

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
		char *text = generate_text();
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
	text = generate_text();
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
