/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/args.h"
#include "cli/help.h"

/* What people try first, and what no verb is: the first word as a verb, NULL if it is its own. */
static char *other_name(const char *word)
{
	static char help[] = "--help", version[] = "version";

	if (!strcmp(word, "help"))
		return help;
	return !strcmp(word, "--version") ? version : NULL;
}

static int run(int argc, char **argv, struct err *err)
{
	struct paths paths;
	struct args args = { .paths = &paths };
	struct match match;
	char *other = argc > 1 ? other_name(argv[1]) : NULL;

	if (other)
		argv[1] = other;
	if (argc > 1 && !strcmp(argv[1], "--help")) {
		help_all();
		return 0;
	}
	if (args_match(argc, argv, &match, err) < 0 ||
	    args_parse(&match, argc, argv, &args, err) < 0)
		return -1;
	if (args.given[OPTION_HELP]) {
		help_verb(match.verb, match.title);
		return 0;
	}
	if (paths_load(&paths, err) < 0)
		return -1;
	return match.verb->run(&args, err);
}

int main(int argc, char **argv)
{
	struct err err = { .code = ERR_NONE };
	int result;

	(void)setlocale(LC_CTYPE, "");
	result = run(argc, argv, &err);
	if ((fflush(stdout) || ferror(stdout)) && result == 0)
		result = err_errno(&err, errno, "standard output");
	if (result >= 0)
		return result;
	(void)fprintf(stderr, "l2tpgw: %s\n", err.text);
	return (int)err.code;
}
