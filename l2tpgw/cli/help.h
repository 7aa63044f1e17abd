/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_HELP_H
#define L2TPGW_CLI_HELP_H

/* --help, out of the table of verbs; on standard output. */
#include "cli/verb.h"

/* `title` is the verb with what it stands under: "user add". */
void help_verb(const struct verb *verb, const char *title);
/* All verbs. */
void help_all(void);

#endif
