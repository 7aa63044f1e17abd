/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "policy/suggest.h"

static int unknown_verb(const struct verb *level, const char *title, const char *name,
			struct err *err)
{
	const char *space = *title ? " " : "";
	struct suggest suggest;

	suggest_begin(&suggest, name);
	for (const struct verb *verb = level; verb->name; verb++)
		suggest_offer(&suggest, verb->name);
	if (suggest.best)
		return err_set(err, ERR_USAGE, "\"%s%s%.64s\" is no verb; did you mean \"%s%s%s\"?",
			       title, space, name, title, space, suggest.best);
	return err_set(err, ERR_USAGE, "\"%s%s%.64s\" is no verb; l2tpgw %s%s--help lists them",
		       title, space, name, title, space);
}

static void add_title(struct match *match)
{
	size_t len = strlen(match->title);

	(void)snprintf(match->title + len, sizeof(match->title) - len, "%s%s", len ? " " : "",
		       match->verb->name);
}

int args_match(int argc, char *const *argv, struct match *match, struct err *err)
{
	const struct verb *level = verbs;

	*match = (struct match){ .words = 0 };
	while (level && match->words + 1 < argc && argv[match->words + 1][0] != '-') {
		const char *name = argv[match->words + 1];

		match->verb = verb_find(level, name);
		if (!match->verb)
			return unknown_verb(level, match->title, name, err);
		match->words++;
		add_title(match);
		level = match->verb->subs;
	}
	if (!match->verb) {
		match->verb = verb_find(verbs, "status");
		add_title(match);
	}
	return 0;
}

/* getopt's table of just the options this verb takes; `val` is the id + 1. */
static void options_of(const struct verb *verb, struct option out[OPTION_IDS + 1])
{
	size_t n = 0;

	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		const struct option_spec *spec = &option_specs[id];

		if (verb_takes(verb, id))
			out[n++] = (struct option){ spec->name, spec->argument ? 1 : 0, NULL,
						    (int)id + 1 };
	}
	out[n] = (struct option){ NULL, 0, NULL, 0 };
}

static int parse_options(const struct match *match, int argc, char **argv, struct args *args,
			 struct err *err)
{
	struct option options[OPTION_IDS + 1];
	int c;

	options_of(match->verb, options);
	opterr = 0;
	optind = 0; /* begin anew, with all that getopt remembers */
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		/* An unknown letter may stand among others, whose argument is not passed yet. */
		char letter[3] = { '-', (char)optopt, '\0' };

		if (c == '?' || c == ':')
			return err_set(
			    err, ERR_USAGE, "%s: %s %s; see l2tpgw %s --help", match->title,
			    c == ':' ? "a value is missing for" : "no option",
			    optopt > OPTION_IDS ? letter : argv[optind - 1], match->title);
		args->given[c - 1] = true;
		args->value[c - 1] = optarg;
	}
	return 0;
}

static int parse_operands(const struct match *match, char *const *words, struct args *args,
			  struct err *err)
{
	const char *spec = match->verb->operands ? match->verb->operands : "";
	size_t count = 0;

	while (*spec) {
		size_t len = strcspn(spec, " ");

		if (*words)
			args->operand[count++] = *words++;
		else if (*spec != '[')
			return err_set(err, ERR_USAGE, "%s: %.*s is missing; see l2tpgw %s --help",
				       match->title, (int)len, spec, match->title);
		spec += len + (spec[len] == ' ');
	}
	if (*words)
		return err_set(err, ERR_USAGE, "%s: \"%.200s\" is too much; see l2tpgw %s --help",
			       match->title, *words, match->title);
	return 0;
}

static int which_one(const struct match *match, struct err *err)
{
	char list[256] = "";
	size_t len = 0;

	for (const struct verb *sub = match->verb->subs; sub->name; sub++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "",
					sub->name);
	return err_set(err, ERR_USAGE, "%s: which one? %s; see l2tpgw %s --help", match->title,
		       list, match->title);
}

int args_parse(const struct match *match, int argc, char **argv, struct args *args, struct err *err)
{
	argc -= match->words;
	argv += match->words;
	if (parse_options(match, argc, argv, args, err) < 0)
		return -1;
	if (args->given[OPTION_HELP])
		return 0;
	if (match->verb->subs)
		return which_one(match, err);
	return parse_operands(match, argv + optind, args, err);
}
