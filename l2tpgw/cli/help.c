/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/help.h"

#include <stdio.h>

#include "cli/exit_status.h"

static void option_help(enum option_id id)
{
	const struct option_spec *spec = &option_specs[id];
	char left[40];

	(void)snprintf(left, sizeof(left), "--%s%s%s", spec->name, spec->argument ? " " : "",
		       spec->argument ? spec->argument : "");
	printf("  %-22s %s\n", left, spec->help);
}

static void level_help(const struct verb *level)
{
	for (const struct verb *verb = level; verb->name; verb++)
		printf("  %-10s %s\n", verb->name, verb->summary);
}

static void group_help(const struct verb *verb, const char *title)
{
	printf("usage: l2tpgw %s VERB [options]\n\n%s: %s\n\n%s\n", title, title, verb->summary,
	       verb->detail);
	level_help(verb->subs);
	printf("\nEvery one takes --help: l2tpgw %s %s --help\n", title, verb->subs->name);
}

void help_verb(const struct verb *verb, const char *title)
{
	if (verb->subs) {
		group_help(verb, title);
		return;
	}
	printf("usage: l2tpgw %s [options]%s%s\n\n%s: %s\n\n%s\n", title, verb->operands ? " " : "",
	       verb->operands ? verb->operands : "", title, verb->summary, verb->detail);
	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		if (verb_takes(verb, id))
			option_help(id);
	}
}

void help_all(void)
{
	puts("usage: l2tpgw [VERB] [options]\n\n"
	     "An L2TP/IPsec remote-access gateway from one JSON policy.\n");
	level_help(verbs);
	puts("\nWithout a verb: status. Every verb takes --help.\n\nExit status:");
	for (const struct exit_status *exit = exit_statuses; exit->meaning; exit++)
		printf("  %-10d %s\n", exit->status, exit->meaning);
}
