/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/cleanup.h"
#include "cli/completion.h"
#include "cli/exit_status.h"
#include "cli/manual.h"
#include "cli/verb.h"
#include "policy/key_doc.h"
#include "unit.h"

static void has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("nothing is said of %s", what);
}

/* As the manual writes it: a hyphen is a minus there. */
static void has_escaped(const char *page, const char *what)
{
	cleanup_buf struct buf escaped = BUF_INIT;

	for (; *what; what++)
		buf_printf(&escaped, "%s%c", *what == '-' ? "\\" : "", *what);
	has(page, buf_text(&escaped));
}

static void every_verb(const char *text, const struct verb *level,
		       void (*check)(const char *, const char *))
{
	for (const struct verb *verb = level; verb->name; verb++) {
		check(text, verb->name);
		if (verb->subs)
			every_verb(text, verb->subs, check);
		for (enum option_id id = OPTION_JSON; id < OPTION_IDS; id++) {
			if (!verb->subs && verb_takes(verb, id))
				check(text, option_specs[id].name);
		}
	}
}

static void test_command_page(void **state)
{
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	manual_command(&page);
	every_verb(buf_text(&page), verbs, has_escaped);
	for (const struct exit_status *exit = exit_statuses; exit->meaning; exit++)
		has(buf_text(&page), exit->meaning);
}

static void key_is_in(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf name = BUF_INIT;

	if (!strcmp(key->name, "*"))
		return;
	key_doc_name(pointer, &name);
	has_escaped(user, buf_text(&name));
	has_escaped(user, key->summary);
}

static void test_policy_page(void **state)
{
	cleanup_buf struct buf page = BUF_INIT;

	(void)state;
	manual_policy(&page);
	key_each(key_is_in, page.data);
}

/* A line that begins like a macro would vanish from the page. */
static void test_nothing_vanishes(void **state)
{
	cleanup_buf struct buf page = BUF_INIT;
	const char *line;

	(void)state;
	manual_command(&page);
	manual_policy(&page);
	for (line = buf_text(&page); *line; line = strchr(line, '\n') + 1) {
		if (*line == '\'' ||
		    (*line == '.' && (line[1] < 'A' || line[1] > 'Z') && strncmp(line, ".br", 3) &&
		     strncmp(line, ".nf", 3) && strncmp(line, ".fi", 3)))
			fail_msg("taken for a macro: %.40s", line);
		assert_non_null(strchr(line, '\n'));
	}
}

static void test_completions(void **state)
{
	static void (*const writers[])(struct buf *) = { completion_bash, completion_zsh,
							 completion_fish };

	(void)state;
	for (size_t i = 0; i < array_size(writers); i++) {
		cleanup_buf struct buf script = BUF_INIT;

		writers[i](&script);
		every_verb(buf_text(&script), verbs, has);
	}
}

static void test_values_in_words(void **state)
{
	cleanup_buf struct buf words = BUF_INIT, list = BUF_INIT, seconds = BUF_INIT;

	(void)state;
	key_doc_values(key_lookup("routing.nat"), &words);
	assert_string_equal(buf_text(&words), "\"masquerade\" or \"none\"; or an object of snat");
	key_doc_values(key_lookup("ppp.wins"), &list);
	assert_string_equal(buf_text(&list), "a list of 0 to 2, each an IPv4 address");
	key_doc_values(key_lookup("ipsec.dpd"), &seconds);
	assert_string_equal(buf_text(&seconds),
			    "a duration from 1s to 1h, such as \"90s\" or \"8h\"; 0 is off");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_page),     cmocka_unit_test(test_policy_page),
		cmocka_unit_test(test_nothing_vanishes), cmocka_unit_test(test_completions),
		cmocka_unit_test(test_values_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
