/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_VERB_H
#define L2TPGW_CLI_VERB_H

/*
 * The verbs of l2tpgw as one table: dispatch, usage and --help all read it.
 * A verb prints its result on standard output and returns 0, or sets *err and returns -1, or
 * returns an exit code of its own above 0 (when it has said all there is to say itself).
 * A verb with sub-verbs ("user add") only groups them and runs nothing itself.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "drive/paths.h"

#define OPERANDS_MAX   2
#define VERB_TITLE_MAX 32

enum option_id {
	OPTION_HELP,
	OPTION_JSON,
	OPTION_POLICY,
	OPTION_TIMEOUT,
	OPTION_PURGE,
	OPTION_UNLESS_RESTARTING,
	OPTION_WATCH,
	OPTION_OUTPUT,
	OPTION_OUTSIDE,
	OPTION_PASSWORD_FILE,
	OPTION_HASH,
	OPTION_GENERATE,
	OPTION_ASK,
	OPTION_SHOW,
	OPTION_GROUP,
	OPTION_ADDRESS,
	OPTION_COMMENT,
	OPTION_EXPIRES,
	OPTION_ALLOW_DROP,
	OPTION_CONFIRM_WITHIN,
	OPTION_BAN,
	OPTION_PASSWORDS_TO,
	OPTION_IDS,
};

struct option_spec {
	const char *name;     /* long name, without dashes */
	const char *argument; /* name of its value, NULL if it takes none */
	const char *help;
};

extern const struct option_spec option_specs[OPTION_IDS];

/* What the command line said, already checked against the verb's row. */
struct args {
	const struct paths *paths;
	const char *operand[OPERANDS_MAX]; /* in order; NULL if absent */
	const char *value[OPTION_IDS];     /* of options with a value */
	bool given[OPTION_IDS];
};

struct verb {
	const char *name;
	/* As usage shows them, optional ones in brackets and last: "USER [WHEN]"; NULL = none. */
	const char *operands;
	unsigned options;        /* bits of enum option_id; --help and --json need not be named */
	bool json;               /* understands --json */
	const char *summary;     /* one line */
	const char *detail;      /* paragraphs for --help */
	const struct verb *subs; /* sub-verbs, ended like `verbs`; then it takes and runs nothing */
	int (*run)(const struct args *args, struct err *err);
};

extern const struct verb verbs[]; /* ends with name == NULL */
/* In one level of the table; NULL if there is none of that name. */
const struct verb *verb_find(const struct verb *level, const char *name);
bool verb_takes(const struct verb *verb, enum option_id id);

int verb_up(const struct args *args, struct err *err);
int verb_down(const struct args *args, struct err *err);
int verb_status(const struct args *args, struct err *err);
int verb_check(const struct args *args, struct err *err);
int verb_plan(const struct args *args, struct err *err);
int verb_apply(const struct args *args, struct err *err);
int verb_confirm(const struct args *args, struct err *err);
int verb_rollback(const struct args *args, struct err *err);
int verb_history(const struct args *args, struct err *err);
int verb_mtu(const struct args *args, struct err *err);
int verb_doctor(const struct args *args, struct err *err);
int verb_backup(const struct args *args, struct err *err);
int verb_restore(const struct args *args, struct err *err);
int verb_import(const struct args *args, struct err *err);
int verb_explain(const struct args *args, struct err *err);
int verb_schema(const struct args *args, struct err *err);
int verb_kick(const struct args *args, struct err *err);
int verb_bans(const struct args *args, struct err *err);
int verb_sessions(const struct args *args, struct err *err);
int verb_user_add(const struct args *args, struct err *err);
int verb_user_passwd(const struct args *args, struct err *err);
int verb_user_disable(const struct args *args, struct err *err);
int verb_user_enable(const struct args *args, struct err *err);
int verb_user_expire(const struct args *args, struct err *err);
int verb_user_remove(const struct args *args, struct err *err);
int verb_user_list(const struct args *args, struct err *err);
int verb_user_import(const struct args *args, struct err *err);
int verb_version(const struct args *args, struct err *err);

#endif
