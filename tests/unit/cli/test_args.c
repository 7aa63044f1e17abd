/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "cli/args.h"

#define WORDS_MAX 8

static int nothing(const struct args *args, struct err *err)
{
	(void)args;
	(void)err;
	return 0;
}

static const struct verb two = { .name = "two", .operands = "NAME [WHEN]", .run = nothing };

struct line {
	struct match match;
	struct args args;
	struct err err;
};

/* Splits at blanks; argv[0] is put in front. */
static int read_line(struct line *line, const struct verb *verb, char *text)
{
	char program[] = "l2tpgw", *argv[WORDS_MAX + 2] = { program }, *save = NULL;
	int argc = 1;

	*line = (struct line){ .err = { .code = ERR_NONE } };
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	if (verb)
		line->match = (struct match){ .verb = verb, .title = "two", .words = 1 };
	else if (args_match(argc, argv, &line->match, &line->err) < 0)
		return -1;
	return args_parse(&line->match, argc, argv, &line->args, &line->err);
}

static void a_verb_is_found_with_its_options(void **state)
{
	char text[] = "sessions --json 7-1a --watch", alone[] = "--json", dash[] = "check -";
	struct line line;

	(void)state;
	assert_int_equal(read_line(&line, NULL, text), 0);
	assert_string_equal(line.match.title, "sessions");
	assert_string_equal(line.args.operand[0], "7-1a");
	assert_null(line.args.operand[1]);
	assert_true(line.args.given[OPTION_JSON] && line.args.given[OPTION_WATCH]);
	assert_int_equal(read_line(&line, NULL, alone), 0);
	assert_string_equal(line.match.title, "status");
	assert_int_equal(read_line(&line, NULL, dash), 0);
	assert_string_equal(line.args.operand[0], "-");
}

static void operands_are_counted(void **state)
{
	char none[] = "two", one[] = "two alice", both[] = "two alice never", more[] = "two a b c",
	     dashed[] = "two -- -x";
	struct line line;

	(void)state;
	assert_int_equal(read_line(&line, &two, none), -1);
	assert_int_equal(line.err.code, ERR_USAGE);
	assert_string_equal(line.err.text, "two: NAME is missing; see l2tpgw two --help");
	assert_int_equal(read_line(&line, &two, one), 0);
	assert_string_equal(line.args.operand[0], "alice");
	assert_null(line.args.operand[1]);
	assert_int_equal(read_line(&line, &two, both), 0);
	assert_string_equal(line.args.operand[1], "never");
	assert_int_equal(read_line(&line, &two, more), -1);
	assert_non_null(strstr(line.err.text, "\"c\" is too much"));
	assert_int_equal(read_line(&line, &two, dashed), 0);
	assert_string_equal(line.args.operand[0], "-x");
}

static void what_is_unknown_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{ "statsu", "did you mean \"status\"?" },
		{ "frobnicate", "l2tpgw --help lists them" },
		{ "status --watch", "no option --watch" },
		{ "up --timeout", "a value is missing for --timeout" },
		{ "up -q", "no option -q" },
		{ "version 7", "\"7\" is too much" },
	};
	struct line line;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[64];

		strcpy(text, wrong[i][0]);
		assert_int_equal(read_line(&line, NULL, text), -1);
		assert_int_equal(line.err.code, ERR_USAGE);
		assert_non_null(strstr(line.err.text, wrong[i][1]));
	}
}

static void level_is_sound(const struct verb *level, size_t under)
{
	for (const struct verb *verb = level; verb->name; verb++) {
		size_t optional = 0, count = 0;

		assert_ptr_equal(verb_find(level, verb->name), verb);
		assert_true(under + strlen(verb->name) + 1 < VERB_TITLE_MAX);
		assert_true(*verb->summary && verb->detail);
		assert_int_equal(!verb->run, !!verb->subs);
		for (const char *at = verb->operands; at && *at; at += *at == ' ') {
			assert_true(*at == '[' || !optional);
			optional += *at == '[';
			count++;
			at += strcspn(at, " ");
		}
		assert_true(count <= OPERANDS_MAX);
		if (verb->subs) {
			assert_true(!verb->operands && !verb->options && !verb->json);
			level_is_sound(verb->subs, under + strlen(verb->name) + 1);
		} else {
			/* import prints a policy, which is JSON by itself. */
			assert_true(verb->json || !strcmp(verb->name, "import"));
		}
	}
}

static void every_row_is_complete(void **state)
{
	(void)state;
	level_is_sound(verbs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verb_is_found_with_its_options),
		cmocka_unit_test(operands_are_counted),
		cmocka_unit_test(what_is_unknown_is_named),
		cmocka_unit_test(every_row_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
