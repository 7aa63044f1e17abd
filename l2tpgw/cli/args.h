/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_ARGS_H
#define L2TPGW_CLI_ARGS_H

/* The command line, read along the table of verbs. */
#include "cli/verb.h"

/* A verb found in the table. */
struct match {
	const struct verb *verb;
	char title[VERB_TITLE_MAX]; /* with what it stands under: "user add" */
	int words;                  /* of argv that name it */
};

/*
 * Finds the verb that argv[1] and behind name, going down as far as there are sub-verbs and words.
 * ERR_USAGE if there is none of that name, with the nearest one.
 */
int args_match(int argc, char *const *argv, struct match *match, struct err *err);
/*
 * Reads options and operands behind the verb into *args, whose texts are those of argv; getopt may
 * change the order of argv. ERR_USAGE if they are not what the verb takes.
 */
int args_parse(const struct match *match, int argc, char **argv, struct args *args,
	       struct err *err);

#endif
