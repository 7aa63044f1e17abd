/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cli/client.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "policy/units.h"
#include "session/ban.h"

#define KICK_TIMEOUT_MS 40000 /* l2tpgwd waits for the goodbyes, but not as long */

static int parse_ban(const char *text, json_int_t *seconds, struct err *err)
{
	uint64_t value;

	if (!units_parse(text, &value) || !value || value > SESSION_BAN_SECONDS_MAX)
		return err_set(err, ERR_USAGE,
			       "kick: --ban takes a whole number of s, m, h or d, at most 366d, as "
			       "in 1h; \"%.32s\" is none",
			       text);
	*seconds = (json_int_t)value;
	return 0;
}

static void print_kick(const json_t *kick)
{
	json_int_t kicked = json_integer_value(json_object_get(kick, "kicked"));
	json_int_t left = json_integer_value(json_object_get(kick, "remaining"));

	printf("ended %lld session%s of %s in %.1f s\n", (long long)(kicked - left),
	       kicked - left == 1 ? "" : "s", print_text(kick, "target"),
	       json_real_value(json_object_get(kick, "seconds")));
	if (json_is_string(json_object_get(kick, "banned")))
		printf("%s is banned until %s; l2tpgw bans lift %s lets in again\n",
		       print_text(kick, "banned"), print_text(kick, "banned_until"),
		       print_text(kick, "banned"));
}

static int check_gone(const json_t *kick, struct err *err)
{
	json_int_t left = json_integer_value(json_object_get(kick, "remaining"));

	if (!left)
		return 0;
	return err_set(err, ERR_NOT_CONVERGED,
		       "%lld session%s being ended, but not gone yet; l2tpgw sessions shows "
		       "when it is",
		       (long long)left, left == 1 ? " is" : "s are");
}

int verb_kick(const struct args *args, struct err *err)
{
	json_int_t seconds = 0;
	json_t *request, *kick;
	int result;

	if (args->given[OPTION_BAN] && parse_ban(args->value[OPTION_BAN], &seconds, err) < 0)
		return -1;
	request = json_pack("{s:s, s:s, s:I}", "verb", "kick", "target", args->operand[0], "ban",
			    seconds);
	if (!request)
		return err_set(err, ERR_USAGE, "kick: that is no name of a user nor an id");
	kick = client_call(args->paths, request, KICK_TIMEOUT_MS, err);
	json_decref(request);
	if (!kick)
		return -1;
	if (args->given[OPTION_JSON])
		print_json(kick);
	else
		print_kick(kick);
	result = check_gone(kick, err);
	json_decref(kick);
	return result;
}
