/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>

#include "cli/client.h"
#include "cli/print.h"
#include "cli/verb.h"

#define STATUS_TIMEOUT_MS 10000

static void print_part(const json_t *part)
{
	json_int_t pid = json_integer_value(json_object_get(part, "pid"));
	json_int_t restarts = json_integer_value(json_object_get(part, "restarts"));
	const char *detail = json_string_value(json_object_get(part, "detail"));

	printf("  %-12s %-9s", print_text(part, "name"), print_text(part, "state"));
	if (pid)
		printf(" pid %lld", (long long)pid);
	if (restarts)
		printf(", restarted %lld times", (long long)restarts);
	if (detail)
		printf("%s%s", pid || restarts ? ", " : " ", detail);
	putchar('\n');
}

static void print_radius(const json_t *radius)
{
	json_int_t waiting =
	    json_integer_value(json_object_get(json_object_get(radius, "accounting"), "waiting"));
	const json_t *server;
	size_t i;

	json_array_foreach(json_object_get(radius, "servers"), i, server) printf(
	    "  %-12s %s %s\n", "RADIUS", print_text(server, "address"),
	    json_is_true(json_object_get(server, "answers")) ? "answers" : "does not answer");
	if (waiting)
		printf("  %-12s %lld records wait for a RADIUS server\n", "accounting",
		       (long long)waiting);
}

/* "  refused      4 unknown-user, 1 hours", since l2tpgwd began. */
static void print_refused(const json_t *refused)
{
	const char *reason, *before = "";
	json_t *count;

	if (!json_object_size(refused))
		return;
	printf("  %-12s ", "refused");
	json_object_foreach((json_t *)refused, reason, count)
	{
		printf("%s%lld %s", before, (long long)json_integer_value(count), reason);
		before = ", ";
	}
	putchar('\n');
}

static void print_status(const json_t *status)
{
	const json_t *gateway = json_object_get(status, "gateway");
	const json_t *sessions = json_object_get(status, "sessions");
	const json_t *item;
	size_t i;

	printf("gateway %s is %s (%s, wan %s)\n", print_text(gateway, "name"),
	       print_text(status, "state"), print_text(gateway, "address"),
	       print_text(gateway, "wan"));
	json_array_foreach(json_object_get(status, "parts"), i, item) print_part(item);
	printf("  %-12s %lld up, %lld dialing, at most %lld\n", "sessions",
	       (long long)json_integer_value(json_object_get(sessions, "up")),
	       (long long)json_integer_value(json_object_get(sessions, "dialing")),
	       (long long)json_integer_value(json_object_get(sessions, "max")));
	print_refused(json_object_get(status, "refused"));
	print_radius(json_object_get(status, "radius"));
	json_array_foreach(json_object_get(status, "warnings"), i, item)
	    printf("warning: %s\n", json_string_value(item));
	printf("last apply: %s, %s\n", print_text(json_object_get(status, "last_apply"), "time"),
	       print_text(json_object_get(status, "last_apply"), "result"));
}

int verb_status(const struct args *args, struct err *err)
{
	json_t *status = client_verb(args->paths, "status", STATUS_TIMEOUT_MS, err);

	if (!status)
		return -1;
	if (args->given[OPTION_JSON])
		print_json(status);
	else
		print_status(status);
	json_decref(status);
	return 0;
}
