/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/verb.h"

#include <string.h>

#define BIT(option) (1u << (option))
_Static_assert(OPTION_IDS <= 32, "verb.options has a bit for each");

const struct option_spec option_specs[OPTION_IDS] = {
	[OPTION_HELP] = { "help", NULL, "show this help" },
	[OPTION_JSON] = { "json", NULL, "print one JSON object instead of text" },
	[OPTION_POLICY] = { "policy", "FILE", "the policy to use instead of the installed one" },
	[OPTION_TIMEOUT] = { "timeout", "SECONDS", "how long to wait until all is ready (120)" },
	[OPTION_PURGE] = { "purge", NULL, "also delete the policy, its secrets and all state" },
	[OPTION_UNLESS_RESTARTING] = { "unless-restarting", NULL,
				       "do nothing if systemd only restarts the unit" },
	[OPTION_OUTPUT] = { "output", "FILE", "write to FILE, readable by root only" },
	[OPTION_OUTSIDE] = { "outside", NULL, "also write files outside /etc/l2tpgw" },
	[OPTION_ALLOW_DROP] = { "allow-drop", NULL, "do it even if it ends sessions" },
	[OPTION_CONFIRM_WITHIN] = { "confirm-within", "TIME",
				    "undo it unless l2tpgw confirm follows in 120s, 5m, ..." },
	[OPTION_BAN] = { "ban", "DURATION",
			 "also keep the user out for so long, as in 30m, 1h or 2d" },
	[OPTION_WATCH] = { "watch", NULL, "go on, and print again at every change" },
	[OPTION_PASSWORD_FILE] = { "password-file", "FILE",
				   "the password is the first line; - is standard input" },
	[OPTION_HASH] = { "hash", NULL, "put its NT hash into the policy, not the password" },
	[OPTION_GENERATE] = { "generate", NULL, "make a password of 80 random bits" },
	[OPTION_ASK] = { "ask", NULL, "ask for the password at the terminal, twice" },
	[OPTION_SHOW] = { "show", NULL, "print a generated password even if it is no terminal" },
	[OPTION_GROUP] = { "group", "GROUP", "the group whose rules count for the user" },
	[OPTION_ADDRESS] = { "address", "ADDRESS", "the address the user always gets" },
	[OPTION_COMMENT] = { "comment", "TEXT", "a note that stands beside the user" },
	[OPTION_EXPIRES] = { "expires", "WHEN", "the user is locked out from then on" },
	[OPTION_PASSWORDS_TO] = { "passwords-to", "FILE", "a new file for generated passwords" },
};

#define OF_PASSWORD                                                                              \
	(BIT(OPTION_PASSWORD_FILE) | BIT(OPTION_HASH) | BIT(OPTION_GENERATE) | BIT(OPTION_ASK) | \
	 BIT(OPTION_SHOW))
#define WHEN_HELP                                                                                  \
	"WHEN is +30d (or h, m, s), a date and time such as 2030-12-31T18:00:00Z, a date, which\n" \
	"is the last day in the time zone of this machine, or never.\n"

static const struct verb user_verbs[] = {
	{ .name = "add",
	  .operands = "NAME",
	  .options = OF_PASSWORD | BIT(OPTION_GROUP) | BIT(OPTION_ADDRESS) | BIT(OPTION_COMMENT) |
		     BIT(OPTION_EXPIRES),
	  .json = true,
	  .summary = "a new user",
	  .detail = "Without an option the password is generated and shown once, on a "
		    "terminal.\n" WHEN_HELP,
	  .run = verb_user_add },
	{ .name = "passwd",
	  .operands = "USER",
	  .options = OF_PASSWORD,
	  .json = true,
	  .summary = "another password",
	  .detail =
	      "Asks for it at the terminal unless an option says otherwise. It counts from the\n"
	      "user's next login; who is on stays on.\n",
	  .run = verb_user_passwd },
	{ .name = "disable",
	  .operands = "USER",
	  .json = true,
	  .summary = "lock a user out, and end the user's sessions",
	  .detail = "The user stays in the policy; enable lets the user in again.\n",
	  .run = verb_user_disable },
	{ .name = "enable",
	  .operands = "USER",
	  .json = true,
	  .summary = "let a disabled user in again",
	  .detail = "",
	  .run = verb_user_enable },
	{ .name = "expire",
	  .operands = "USER WHEN",
	  .json = true,
	  .summary = "lock a user out from some time on",
	  .detail = WHEN_HELP "Sessions that are on then end.\n",
	  .run = verb_user_expire },
	{ .name = "remove",
	  .operands = "USER",
	  .json = true,
	  .summary = "take a user out of the policy, and end the user's sessions",
	  .detail = "",
	  .run = verb_user_remove },
	{ .name = "list",
	  .json = true,
	  .summary = "the users, without their passwords",
	  .detail = "Sessions are counted if the gateway runs.\n",
	  .run = verb_user_list },
	{ .name = "import",
	  .operands = "FILE",
	  .options = BIT(OPTION_PASSWORDS_TO),
	  .json = true,
	  .summary = "new users out of a CSV file",
	  .detail =
	      "The first line names the columns, in any order: name; password, address, expires,\n"
	      "group, comment if need be. Commas or semicolons between, UTF-8. Every error is\n"
	      "reported with its line, and then nothing is changed. Users without a password get\n"
	      "a generated one, which goes into the new file that --passwords-to names.\n",
	  .run = verb_user_import },
	{ .name = NULL },
};

const struct verb verbs[] = {
	{ .name = "up",
	  .options = BIT(OPTION_POLICY) | BIT(OPTION_TIMEOUT),
	  .json = true,
	  .summary = "provision and start the gateway, and say how to connect",
	  .detail =
	      "Checks that this machine can be a gateway and names what is missing, writes a\n"
	      "policy with generated secrets if there is none, applies it, starts everything,\n"
	      "waits until it is ready and says how each kind of client connects. Safe to\n"
	      "repeat: a gateway that already is as its policy says is left alone. Under\n"
	      "systemd it enables and starts l2tpgw.service, so it is there after a reboot.\n",
	  .run = verb_up },
	{ .name = "down",
	  .options = BIT(OPTION_PURGE) | BIT(OPTION_UNLESS_RESTARTING),
	  .json = true,
	  .summary = "stop the gateway and put everything back",
	  .detail = "Ends all sessions and removes every rule, address, process, file in /run and\n"
		    "sysctl change of l2tpgw. The policy is kept unless --purge is given. Under\n"
		    "systemd it stops and disables l2tpgw.service.\n",
	  .run = verb_down },
	{ .name = "status",
	  .json = true,
	  .summary = "health of each part on one screen",
	  .detail = "Shows the parts of the gateway, how many sessions there are, and warnings.\n",
	  .run = verb_status },
	{ .name = "check",
	  .operands = "[POLICY]",
	  .json = true,
	  .summary = "validate a policy; needs no root and no daemon",
	  .detail =
	      "Reports every error at once, with its line and what would be right. \"-\" reads\n"
	      "standard input. Nothing is changed.\n",
	  .run = verb_check },
	{ .name = "plan",
	  .operands = "[POLICY]",
	  .json = true,
	  .summary = "what apply would change, and whom it would touch",
	  .detail =
	      "Compares the policy with what really runs: files, rules, addresses, sysctls,\n"
	      "workers, what charon holds, users. One line a difference, with its impact: live,\n"
	      "new sessions, rolling (by new workers, old sessions stay on theirs) or drops.\n"
	      "Secrets are never shown. Exit status 2 if there are differences. \"-\" reads\n"
	      "standard input. Nothing is changed.\n",
	  .run = verb_plan },
	{ .name = "apply",
	  .operands = "[POLICY]",
	  .options = BIT(OPTION_ALLOW_DROP) | BIT(OPTION_CONFIRM_WITHIN),
	  .json = true,
	  .summary = "make the gateway be as the policy says, dropping nobody",
	  .detail =
	      "Does what plan shows, all of it or, if anything fails, nothing. What would end\n"
	      "sessions is refused without --allow-drop. POLICY is installed as the policy;\n"
	      "\"-\" reads standard input. With --confirm-within the gateway goes back to what\n"
	      "was in force unless l2tpgw confirm follows in time.\n",
	  .run = verb_apply },
	{ .name = "confirm",
	  .json = true,
	  .summary = "keep what apply --confirm-within changed",
	  .detail = "Exit status 4 if it was too late and everything is as it was before.\n",
	  .run = verb_confirm },
	{ .name = "rollback",
	  .operands = "[N]",
	  .options = BIT(OPTION_ALLOW_DROP) | BIT(OPTION_CONFIRM_WITHIN),
	  .json = true,
	  .summary = "go back to the policy before, or to generation N",
	  .detail =
	      "Applies a policy that was applied before (l2tpgw history), in the same way and\n"
	      "with the same care as apply, and installs it as the policy. What waits for\n"
	      "confirmation is undone at once.\n",
	  .run = verb_rollback },
	{ .name = "history",
	  .operands = "[N]",
	  .json = true,
	  .summary = "which policies were applied, by whom, and how it ended",
	  .detail =
	      "The last 50 are kept. With a number: what that one did, and how its text differs\n"
	      "from the one that was in force before; secrets are hidden. Needs root, but no\n"
	      "l2tpgwd.\n",
	  .run = verb_history },
	{ .name = "sessions",
	  .operands = "[ID]",
	  .options = BIT(OPTION_WATCH),
	  .json = true,
	  .summary = "who is connected",
	  .detail = "One line a client, or all there is to know of the session with that id.\n",
	  .run = verb_sessions },
	{ .name = "user",
	  .summary = "users: add, lock out, remove, list; edits the policy and applies it",
	  .detail =
	      "Edits /etc/l2tpgw/policy.json in place: order and layout of everything else stay "
	      "as\n"
	      "they are. A gateway that runs applies the change at once; nobody but the user who\n"
	      "is disabled, expired or removed is disturbed.\n",
	  .subs = user_verbs },
	{ .name = "kick",
	  .operands = "USER|ID",
	  .options = BIT(OPTION_BAN),
	  .json = true,
	  .summary = "end sessions, and keep their user out for a while",
	  .detail =
	      "Ends all sessions of a user, or the one with that id: PPP, L2TP and IPsec say\n"
	      "goodbye, so that the client knows. Returns when they are gone. A ban is of the\n"
	      "user, and of the addresses that nobody else has used lately; it ends all of the\n"
	      "user's sessions, and outlives restarts.\n",
	  .run = verb_kick },
	{ .name = "bans",
	  .operands = "[lift] [USER|ADDRESS]",
	  .json = true,
	  .summary = "who is banned, why and until when; \"bans lift ...\" ends a ban",
	  .detail =
	      "Bans are made by l2tpgw kick --ban and by what firewall.brute_force says, and end "
	      "by\n"
	      "themselves. A ban of an address keeps it out of IKE. One of a user that came of "
	      "itself\n"
	      "does not count where somebody has logged in during the last day. lift needs root.\n",
	  .run = verb_bans },
	{ .name = "mtu",
	  .operands = "[POLICY]",
	  .json = true,
	  .summary = "how MTU and MRU follow from the policy, line by line",
	  .detail =
	      "Prints the sum of headers, IV, padding and ICV that leads from the MTU of the\n"
	      "WAN to the largest inner packet that is not fragmented.\n",
	  .run = verb_mtu },
	{ .name = "doctor",
	  .json = true,
	  .summary = "what is wrong with this machine or gateway, layer by layer",
	  .detail =
	      "Looks at kernel, packages, ports, network, name, machine, policy and the running\n"
	      "gateway, and says what to do about what it finds. Changes nothing, disturbs\n"
	      "nobody, and works before anything is installed. Needs root. Exit status: 1 if\n"
	      "there is a problem, 2 if there are warnings only.\n",
	  .run = verb_doctor },
	{ .name = "import",
	  .operands = "[ROOT]",
	  .options = BIT(OPTION_OUTPUT),
	  .summary = "a policy from an existing L2TP/IPsec setup",
	  .detail =
	      "Reads ipsec.conf, ipsec.secrets, swanctl.conf, xl2tpd.conf, pppd's options and\n"
	      "chap-secrets below ROOT (this machine's if none is given), as they were written\n"
	      "by hand or by setup-ipsec-vpn, and prints the policy that is nearest to them,\n"
	      "with its secrets. What could not be carried over is listed on standard error.\n"
	      "Nothing else is changed.\n",
	  .run = verb_import },
	{ .name = "backup",
	  .options = BIT(OPTION_OUTPUT),
	  .json = true,
	  .summary = "everything another machine needs to be this gateway",
	  .detail = "Prints the policy and the files it names as one document, with every secret "
		    "in\nclear: keep it like a key.\n",
	  .run = verb_backup },
	{ .name = "restore",
	  .operands = "FILE",
	  .options = BIT(OPTION_OUTSIDE),
	  .json = true,
	  .summary = "put back what backup made",
	  .detail =
	      "Checks the policy against this machine, writes it and the files it names, and\n"
	      "changes nothing unless all of it can be done. A policy that is there is kept\n"
	      "as policy.json.before; files that the policy does not name are left out. Then:\n"
	      "l2tpgw up. \"-\" reads standard input.\n",
	  .run = verb_restore },
	{ .name = "explain",
	  .operands = "[KEY]",
	  .json = true,
	  .summary = "what a key of the policy means",
	  .detail =
	      "Its values, its default, an example, and what a change of it does to those who\n"
	      "are connected. Without a key: all of them, a line each.\n",
	  .run = verb_explain },
	{ .name = "schema",
	  .json = true,
	  .summary = "JSON Schema of the policy",
	  .detail = "For editors and other programs; made from the table that checks the policy.\n",
	  .run = verb_schema },
	{ .name = "version",
	  .json = true,
	  .summary = "version of l2tpgw and of its parts",
	  .detail = "And of what it works with: the kernel, strongSwan, xl2tpd, pppd, and the "
		    "libraries it was\n"
		    "built with. Needs neither root nor a gateway that runs.\n",
	  .run = verb_version },
	{ .name = NULL },
};

const struct verb *verb_find(const struct verb *level, const char *name)
{
	for (const struct verb *verb = level; verb->name; verb++) {
		if (!strcmp(verb->name, name))
			return verb;
	}
	return NULL;
}

bool verb_takes(const struct verb *verb, enum option_id id)
{
	return id == OPTION_HELP || (id == OPTION_JSON && verb->json) || (verb->options & BIT(id));
}
