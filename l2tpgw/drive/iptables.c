/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/iptables.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "drive/program_run.h"

#define RUN_MS     15000
#define LOCK       "10" /* s to wait for whoever changes the old kind of rules */
#define COPIES_MAX 16

static const enum program programs[] = {
	[IPTABLES_NFT] = PROGRAM_IPTABLES,
	[IPTABLES_LEGACY] = PROGRAM_IPTABLES_LEGACY,
};

bool iptables_installed(enum iptables_kind kind)
{
	return program_exists(programs[kind]);
}

struct command {
	const char *words[PROGRAM_RUN_WORDS_MAX + 1];
	char *copy; /* of the rule, cut into words */
};

static void command_free(struct command *command)
{
	free(command->copy);
}
#define cleanup_command __attribute__((cleanup(command_free)))

static int command_make(struct command *command, const char *what, const char *chain,
			const char *rule, const char *comment, struct err *err)
{
	const char *const begin[] = { "-w", LOCK, what, chain };
	const char *const end[] = { "-m", "comment", "--comment", comment };
	size_t count = array_size(begin);
	char *rest, *word;

	memcpy(command->words, begin, sizeof(begin));
	command->copy = rest = mem_strdup(rule);
	while ((word = strsep(&rest, " "))) {
		/* The target is last: what matches is in front of it. */
		if (!strcmp(word, "-j")) {
			memcpy(&command->words[count], end, sizeof(end));
			count += array_size(end);
		}
		if (count >= IPTABLES_WORDS_MAX)
			return err_set(err, ERR_INTERNAL, "a rule of too many words: %s", rule);
		command->words[count++] = word;
	}
	command->words[count] = NULL;
	return 0;
}

/* iptables(8): 1 = there is no such rule or chain, 2 = the rule makes no sense. */
int iptables_has(enum iptables_kind kind, const char *chain, const char *rule, const char *comment,
		 bool *has, struct err *err)
{
	cleanup_command struct command command = { .copy = NULL };
	int status;

	*has = false;
	if (!iptables_installed(kind))
		return 0;
	if (command_make(&command, "-C", chain, rule, comment, err) < 0)
		return -1;
	status = program_run(programs[kind], command.words, RUN_MS, NULL, err);
	*has = status == 0;
	return status < 0 ? -1 : 0;
}

static int change(enum iptables_kind kind, const char *what, const char *chain, const char *rule,
		  const char *comment, struct err *err)
{
	cleanup_command struct command command = { .copy = NULL };

	if (command_make(&command, what, chain, rule, comment, err) < 0)
		return -1;
	return program_must(programs[kind], command.words, RUN_MS, err);
}

int iptables_insert(enum iptables_kind kind, const char *chain, const char *rule,
		    const char *comment, struct err *err)
{
	return change(kind, "-I", chain, rule, comment, err);
}

int iptables_delete(enum iptables_kind kind, const char *chain, const char *rule,
		    const char *comment, struct err *err)
{
	for (unsigned copies = 0; copies < COPIES_MAX; copies++) {
		bool has;

		if (iptables_has(kind, chain, rule, comment, &has, err) < 0)
			return -1;
		if (!has)
			return 0;
		if (change(kind, "-D", chain, rule, comment, err) < 0)
			return -1;
	}
	return err_set(err, ERR_FAILED, "chain %s: the rule \"%s\" comes back", chain, comment);
}

int iptables_list(enum iptables_kind kind, const char *table, struct buf *out, struct err *err)
{
	const char *const words[] = { "-w", LOCK, "-t", table, "-S", NULL };
	size_t before = out->len;
	int status = program_run(programs[kind], words, RUN_MS, out, err);

	if (status > 0)
		return err_set(err, ERR_FAILED, "%s -S: %.500s", program_path(programs[kind]),
			       buf_text(out) + before);
	return status;
}
