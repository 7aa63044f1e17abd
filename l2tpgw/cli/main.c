/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/verb.h"
#include "policy/suggest.h"

static bool option_allowed(const struct verb *verb, enum option_id id)
{
	return id == OPTION_HELP || (id == OPTION_JSON && verb->json) ||
	       (verb->options & (1u << id));
}

/* getopt's table of just the options this verb takes; `val` is the id + 1. */
static void options_of(const struct verb *verb, struct option out[OPTION_IDS + 1])
{
	size_t n = 0;

	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		const struct option_spec *spec = &option_specs[id];

		if (option_allowed(verb, id))
			out[n++] = (struct option){ spec->name, spec->argument ? 1 : 0, NULL,
						    (int)id + 1 };
	}
	out[n] = (struct option){ NULL, 0, NULL, 0 };
}

static int args_parse(const struct verb *verb, int argc, char **argv, struct args *args,
		      struct err *err)
{
	struct option options[OPTION_IDS + 1];
	int c;

	options_of(verb, options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		/* An unknown letter may stand among others, whose argument is not passed yet. */
		char letter[3] = { '-', (char)optopt, '\0' };

		if (c == '?' || c == ':')
			return err_set(err, ERR_USAGE, "%s: %s %s; see l2tpgw %s --help",
				       verb->name,
				       c == ':' ? "a value is missing for" : "no option",
				       optopt > OPTION_IDS ? letter : argv[optind - 1], verb->name);
		args->given[c - 1] = true;
		args->value[c - 1] = optarg;
	}
	if (optind < argc && verb->operand)
		args->operand = argv[optind++];
	if (optind < argc)
		return err_set(err, ERR_USAGE, "%s: \"%s\" is too much; see l2tpgw %s --help",
			       verb->name, argv[optind], verb->name);
	return 0;
}

static int unknown_verb(const char *name, struct err *err)
{
	struct suggest suggest;

	suggest_begin(&suggest, name);
	for (const struct verb *verb = verbs; verb->name; verb++)
		suggest_offer(&suggest, verb->name);
	if (suggest.best)
		return err_set(err, ERR_USAGE, "\"%s\" is no verb; did you mean \"%s\"?", name,
			       suggest.best);
	return err_set(err, ERR_USAGE, "\"%s\" is no verb; l2tpgw --help lists them", name);
}

static int run(int argc, char **argv, struct err *err)
{
	struct paths paths;
	struct args args = { .paths = &paths };
	const char *name = argc > 1 && argv[1][0] != '-' ? argv[1] : "status";
	const struct verb *verb = verb_find(name);

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
		verbs_help();
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "--version"))
		verb = verb_find("version");
	if (!verb)
		return unknown_verb(name, err);
	if (argc > 1 && (argv[1][0] != '-' || !strcmp(argv[1], "--version"))) {
		argc--;
		argv++;
	}
	if (args_parse(verb, argc, argv, &args, err) < 0)
		return -1;
	if (args.given[OPTION_HELP]) {
		verb_help(verb);
		return 0;
	}
	if (paths_load(&paths, err) < 0)
		return -1;
	return verb->run(&args, err);
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
