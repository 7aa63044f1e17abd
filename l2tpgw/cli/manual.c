/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/exit_status.h"
#include "cli/verb.h"
#include "policy/key_doc.h"

/* Text as it is: what troff would take for its own is escaped (groff_char(7)). */
static void put_text(struct buf *out, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			buf_puts(out, "\\&");
		if (*text == '\\')
			buf_puts(out, "\\e");
		else if (*text == '-')
			buf_puts(out, "\\-");
		else if (*text == '"' && start)
			buf_puts(out, "\\(dq");
		else
			buf_putc(out, *text);
		start = *text == '\n';
	}
}

static void put_line(struct buf *out, const char *macro, const char *text)
{
	if (!*text)
		return;
	buf_puts(out, macro);
	put_text(out, text);
	buf_putc(out, '\n');
}

static void put_heading(struct buf *out, const char *name, const char *section, const char *summary)
{
	buf_printf(out, ".TH %s %s \"" L2TPGW_DATE "\" \"l2tpgw %s\" \"l2tpgw\"\n.SH NAME\n", name,
		   section, L2TPGW_VERSION);
	put_text(out, summary);
	buf_putc(out, '\n');
}

/* ---- l2tpgw(8) ---- */

static void put_options(struct buf *out, const struct verb *verb)
{
	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		const struct option_spec *spec = &option_specs[id];

		if (id == OPTION_HELP || !verb_takes(verb, id))
			continue;
		buf_puts(out, ".RS\n.TP\n\\fB\\-\\-");
		put_text(out, spec->name);
		buf_puts(out, "\\fR");
		if (spec->argument)
			buf_printf(out, " \\fI%s\\fR", spec->argument);
		buf_putc(out, '\n');
		put_text(out, spec->help);
		buf_puts(out, "\n.RE\n");
	}
}

static void put_verb(struct buf *out, const struct verb *verb, const char *above)
{
	char title[VERB_TITLE_MAX];

	(void)snprintf(title, sizeof(title), "%s%s%s", above, *above ? " " : "", verb->name);
	if (!verb->subs) {
		buf_puts(out, ".TP\n\\fB");
		put_text(out, title);
		buf_puts(out, "\\fR");
		if (verb->operands)
			buf_printf(out, " \\fI%s\\fR", verb->operands);
		buf_putc(out, '\n');
		put_line(out, "", verb->summary);
		put_line(out, ".br\n", verb->detail);
		put_options(out, verb);
	}
	for (const struct verb *sub = verb->subs; sub && sub->name; sub++)
		put_verb(out, sub, title);
}

static void put_exit_statuses(struct buf *out)
{
	buf_puts(out, ".SH EXIT STATUS\n");
	for (const struct exit_status *exit = exit_statuses; exit->meaning; exit++)
		buf_printf(out, ".TP\n\\fB%d\\fR\n%s\n", exit->status, exit->meaning);
}

void manual_command(struct buf *out)
{
	put_heading(out, "L2TPGW", "8",
		    "l2tpgw - an L2TP/IPsec remote-access gateway from one policy");
	buf_puts(out, ".SH SYNOPSIS\n.B l2tpgw\n[\\fIVERB\\fR] [\\fIoptions\\fR] "
		      "[\\fIoperands\\fR]\n.SH DESCRIPTION\n");
	put_text(out,
		 "Provisions, changes and watches an L2TP/IPsec gateway on this machine. The "
		 "gateway is what one file says: /etc/l2tpgw/policy.json, see "
		 "l2tpgw-policy(5). Without a verb it shows the status. Results go to standard "
		 "output, the rest to standard error. Passwords are never taken from an "
		 "argument.");
	buf_puts(out, "\n.SH VERBS\nEvery verb takes \\fB\\-\\-help\\fR.\n");
	for (const struct verb *verb = verbs; verb->name; verb++)
		put_verb(out, verb, "");
	put_exit_statuses(out);
	buf_puts(out, ".SH FILES\n.TP\n.I /etc/l2tpgw/policy.json\nthe policy\n"
		      ".TP\n.I /var/lib/l2tpgw\nwhat was applied, and when\n"
		      ".TP\n.I /run/l2tpgw\nwhat runs: rendered files, sockets, records\n"
		      ".SH SEE ALSO\n.BR l2tpgw\\-policy (5),\n.BR l2tpgwd (8)\n");
}

/* ---- l2tpgw-policy(5) ---- */

static void put_fact(struct buf *out, const char *label, const char *text)
{
	if (!*text)
		return;
	buf_printf(out, ".br\n%s: ", label);
	put_text(out, text);
	buf_putc(out, '\n');
}

static void put_key_facts(struct buf *out, const struct key *key)
{
	cleanup_buf struct buf values = BUF_INIT, fallback = BUF_INIT;

	key_doc_values(key, &values);
	key_doc_default(key, &fallback);
	put_fact(out, "Values", buf_text(&values));
	put_fact(out, "Default", buf_text(&fallback));
	put_fact(out, "Example", key->example ? key->example : "");
	buf_printf(out, ".br\nA change %s (%s).\n", key_doc_impact(key->impact),
		   key_impact_text(key->impact));
	if (key->secret)
		buf_puts(out, ".br\nA secret: never shown.\n");
}

static void put_key(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf name = BUF_INIT;
	struct buf *out = user;

	if (!strcmp(key->name, "*"))
		return;
	key_doc_name(pointer, &name);
	if (!strchr(buf_text(&name), '.'))
		buf_printf(out, ".SS %s\n", buf_text(&name));
	buf_puts(out, ".TP\n\\fB");
	put_text(out, buf_text(&name));
	buf_puts(out, "\\fR\n");
	put_text(out, key->summary);
	buf_puts(out, ".\n");
	if (key->unsupported)
		buf_puts(out, ".br\nNot supported yet: a policy that has it is refused.\n");
	else
		put_key_facts(out, key);
}

void manual_policy(struct buf *out)
{
	put_heading(out, "L2TPGW-POLICY", "5",
		    "l2tpgw-policy - the policy of an L2TP/IPsec gateway");
	buf_puts(out, ".SH DESCRIPTION\n");
	put_text(out, "One JSON object (RFC 8259) in UTF-8, owned by root, mode 0600. Unknown and "
		      "duplicate keys, wrong types, values out of range and contradictions are "
		      "errors; l2tpgw check reports all of them at once. The smallest one that "
		      "works:");
	buf_puts(out, "\n.PP\n.nf\n.RS 4\n{ \"version\": 1,\n  \"gateway\": { \"name\": "
		      "\"vpn.example.net\" },\n  \"ipsec\": { \"psk\": \"32 characters or more\" "
		      "},\n  \"users\": [ { \"name\": \"alice\", \"password\": \"hers\" } ] }\n"
		      ".RE\n.fi\n.PP\n");
	put_text(out, "Names with dots stand for keys inside keys: ipsec.psk is the key psk of the "
		      "object ipsec. Those of a list are keys of each of its items.");
	buf_puts(out, "\n.SH KEYS\n");
	key_each(put_key, out);
	buf_puts(out, ".SH SEE ALSO\n.BR l2tpgw (8),\n.BR l2tpgwd (8)\n");
}
