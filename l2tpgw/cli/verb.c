/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verb.h"

#include <stdio.h>
#include <string.h>

#define BIT(option) (1u << (option))

const struct option_spec option_specs[OPTION_IDS] = {
	[OPTION_HELP] = { "help", NULL, "show this help" },
	[OPTION_JSON] = { "json", NULL, "print one JSON object instead of text" },
	[OPTION_POLICY] = { "policy", "FILE", "the policy to use instead of the installed one" },
	[OPTION_TIMEOUT] = { "timeout", "SECONDS", "how long to wait until all is ready (120)" },
	[OPTION_PURGE] = { "purge", NULL, "also delete the policy, its secrets and all state" },
	[OPTION_WATCH] = { "watch", NULL, "go on, and print again at every change" },
};

const struct verb verbs[] = {
	{ "up", NULL, BIT(OPTION_POLICY) | BIT(OPTION_TIMEOUT), true,
	  "provision and start the gateway, and say how to connect",
	  "Checks that this machine can be a gateway and names what is missing, writes a policy "
	  "with\n"
	  "generated secrets if there is none, applies it, starts everything, waits until it is\n"
	  "ready and says how each kind of client connects. Safe to repeat: a gateway that "
	  "already\n"
	  "is as its policy says is left alone.\n",
	  verb_up },
	{ "down", NULL, BIT(OPTION_PURGE), true, "stop the gateway and put everything back",
	  "Ends all sessions and removes every rule, address, process, file in /run and sysctl\n"
	  "change of l2tpgw. The policy is kept unless --purge is given.\n",
	  verb_down },
	{ "status", NULL, 0, true, "health of each part on one screen",
	  "Shows the parts of the gateway, how many sessions there are, and warnings.\n",
	  verb_status },
	{ "check", "POLICY", 0, true, "validate a policy; needs no root and no daemon",
	  "Reports every error at once, with its line and what would be right. \"-\" reads "
	  "standard\n"
	  "input. Nothing is changed.\n",
	  verb_check },
	{ "sessions", "ID", BIT(OPTION_WATCH), true, "who is connected",
	  "One line a client, or all there is to know of the session with that id.\n",
	  verb_sessions },
	{ "mtu", "POLICY", 0, true, "how MTU and MRU follow from the policy, line by line",
	  "Prints the sum of headers, IV, padding and ICV that leads from the MTU of the WAN to "
	  "the\n"
	  "largest inner packet that is not fragmented.\n",
	  verb_mtu },
	{ "schema", NULL, 0, true, "JSON Schema of the policy",
	  "For editors and other programs; made from the table that checks the policy.\n",
	  verb_schema },
	{ "version", NULL, 0, true, "version of l2tpgw and of the parts it drives", "",
	  verb_version },
	{ NULL, NULL, 0, false, NULL, NULL, NULL },
};

const struct verb *verb_find(const char *name)
{
	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (!strcmp(verb->name, name))
			return verb;
	}
	return NULL;
}

static void option_help(enum option_id id)
{
	const struct option_spec *spec = &option_specs[id];
	char left[40];

	(void)snprintf(left, sizeof(left), "--%s%s%s", spec->name, spec->argument ? " " : "",
		       spec->argument ? spec->argument : "");
	printf("  %-20s %s\n", left, spec->help);
}

void verb_help(const struct verb *verb)
{
	printf("usage: l2tpgw %s [options]%s%s%s\n\n%s: %s\n\n%s\n", verb->name,
	       verb->operand ? " [" : "", verb->operand ? verb->operand : "",
	       verb->operand ? "]" : "", verb->name, verb->summary, verb->detail);
	for (enum option_id id = 0; id < OPTION_IDS; id++) {
		if (id == OPTION_HELP || (id == OPTION_JSON && verb->json) ||
		    (verb->options & BIT(id)))
			option_help(id);
	}
}

void verbs_help(void)
{
	puts("usage: l2tpgw [VERB] [options]\n\n"
	     "An L2TP/IPsec remote-access gateway from one JSON policy.\n");
	for (const struct verb *verb = verbs; verb->name; verb++)
		printf("  %-10s %s\n", verb->name, verb->summary);
	puts("\nWithout a verb: status. Every verb takes --help.\n\n"
	     "Exit status: 0 ok, 1 failed, 3 applied but not ready in time, 64 usage,\n"
	     "65 policy invalid, 69 l2tpgwd or charon not reachable, 70 internal error,\n"
	     "75 locked by somebody else, 77 permission denied.");
}
