/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/completion.h"

#include "cli/verb.h"

#define MADE "# Made from l2tpgw's table of verbs.\n"

static void put_names(struct buf *out, const struct verb *level)
{
	for (const struct verb *verb = level; verb->name; verb++)
		buf_printf(out, "%s%s", verb == level ? "" : " ", verb->name);
}

static void put_options(struct buf *out, const struct verb *verb)
{
	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		if (verb_takes(verb, id))
			buf_printf(out, "%s--%s", id ? " " : "", option_specs[id].name);
	}
}

/* Single quotes hold everything but themselves, in all three shells. */
static void put_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *text);
	}
	buf_putc(out, '\'');
}

/* ---- bash and zsh: which words may follow which ---- */

/* One branch for what was typed so far ("user add"), with the words that fit next. */
static void put_branches(struct buf *out, const struct verb *level, const char *above)
{
	for (const struct verb *verb = level; verb->name; verb++) {
		const char *space = *above ? " " : "";

		buf_printf(out, "\t'%s%s%s' | '%s%s%s '*) fits='", above, space, verb->name, above,
			   space, verb->name);
		if (verb->subs)
			put_names(out, verb->subs);
		else
			put_options(out, verb);
		buf_puts(out, "' ;;\n");
	}
}

static void put_words_case(struct buf *out)
{
	buf_puts(out, "\tcase \"$typed\" in\n");
	/* The longer ones first: a branch matches whatever begins with it. */
	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (verb->subs)
			put_branches(out, verb->subs, verb->name);
	}
	put_branches(out, verbs, "");
	buf_puts(out, "\t*) fits='");
	put_names(out, verbs);
	buf_puts(out, " --help --version' ;;\n\tesac\n");
}

void completion_bash(struct buf *out)
{
	buf_puts(out, MADE "_l2tpgw() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} fits\n"
			   "\tlocal typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n");
	put_words_case(out);
	buf_puts(out, "\tmapfile -t COMPREPLY < <(compgen -W \"$fits\" -- \"$cur\")\n"
		      "\t[ \"${#COMPREPLY[@]}\" -gt 0 ] || "
		      "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n}\n"
		      "complete -F _l2tpgw l2tpgw\n");
}

void completion_zsh(struct buf *out)
{
	buf_puts(out,
		 "#compdef l2tpgw\n" MADE "local fits typed=\"${(j: :)words[2,CURRENT-1]}\"\n");
	put_words_case(out);
	buf_puts(out, "compadd -- ${=fits} || _files\n");
}

/* ---- fish: one line a word ---- */

static void put_fish_verbs(struct buf *out, const struct verb *level, const char *above)
{
	for (const struct verb *verb = level; verb->name; verb++) {
		buf_puts(out, "complete -c l2tpgw -f ");
		if (*above)
			buf_printf(out,
				   "-n '__fish_seen_subcommand_from %s; and test (count "
				   "(commandline -opc)) -eq 2' ",
				   above);
		else
			buf_puts(out, "-n __fish_use_subcommand ");
		buf_printf(out, "-a %s -d ", verb->name);
		put_quoted(out, verb->summary);
		buf_putc(out, '\n');
		if (verb->subs)
			put_fish_verbs(out, verb->subs, verb->name);
	}
}

static void put_fish_options(struct buf *out, const struct verb *level, const char *above)
{
	for (const struct verb *verb = level; verb->name; verb++) {
		if (verb->subs)
			put_fish_options(out, verb->subs, verb->name);
		for (enum option_id id = 0; id < OPTION_IDS && !verb->subs; id++) {
			if (!verb_takes(verb, id))
				continue;
			buf_puts(out, "complete -c l2tpgw -n '");
			if (*above)
				buf_printf(out, "__fish_seen_subcommand_from %s; and ", above);
			buf_printf(out, "__fish_seen_subcommand_from %s' -l %s %s-d ", verb->name,
				   option_specs[id].name, option_specs[id].argument ? "-r " : "");
			put_quoted(out, option_specs[id].help);
			buf_putc(out, '\n');
		}
	}
}

void completion_fish(struct buf *out)
{
	buf_puts(out, MADE);
	put_fish_verbs(out, verbs, "");
	put_fish_options(out, verbs, "");
}
