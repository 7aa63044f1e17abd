/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/order.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/change.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/print_change.h"
#include "policy/json.h"
#include "policy/units.h"

#define SILENCE_MS  300000
#define CONFIRM_MAX 86400

int order_options(const struct args *args, struct order *order, struct err *err)
{
	const char *within = args->value[OPTION_CONFIRM_WITHIN];
	uint64_t seconds = 0;

	if (within && (!units_parse(within, &seconds) || !seconds || seconds > CONFIRM_MAX))
		return err_set(err, ERR_USAGE,
			       "--confirm-within takes a time such as 120s or 5m, at most 24h");
	order->confirm_within = (unsigned)seconds;
	order->allow_drop = args->given[OPTION_ALLOW_DROP];
	order->json = args->given[OPTION_JSON];
	return 0;
}

static void set_text(json_t *request, const char *name, const char *text)
{
	if (text)
		(void)json_object_set_new(request, name, json_text(text));
}

static json_t *request_json(const struct order *order)
{
	json_t *request = json_pack("{s:s}", "verb", order->verb);

	set_text(request, "base", order->base);
	set_text(request, "what", order->what);
	set_text(request, "allow_drop_of", order->allow_drop_of);
	if (order->allow_drop)
		(void)json_object_set_new(request, "allow_drop", json_true());
	if (order->confirm_within)
		(void)json_object_set_new(request, "confirm_within",
					  json_integer(order->confirm_within));
	if (order->generation)
		(void)json_object_set_new(request, "generation", json_integer(order->generation));
	return request;
}

/* ---- while it goes on ---- */

struct telling {
	const struct order *order;
	json_t *shown; /* objects of changes */
};

static void clear_line(void)
{
	if (isatty(STDERR_FILENO))
		(void)fputs("\r\033[K", stderr);
}

/* Each change once: those that nothing was heard of come at the end. */
static void show_change(struct telling *telling, const json_t *json)
{
	cleanup_arena struct arena *arena = arena_new();
	struct changes one = { .arena = arena };

	if (!change_parse(&one, json) || json_object_get(telling->shown, one.list[0].object))
		return;
	clear_line();
	print_change(&one.list[0]);
	(void)fflush(stdout);
	(void)json_object_set_new(telling->shown, one.list[0].object, json_true());
}

static void show_progress(void *user, const json_t *progress)
{
	const char *result = json_string_value(json_object_get(progress, "result"));
	struct telling *telling = user;

	if (telling->order->json || !result)
		return;
	if (strcmp(result, change_result_name(CHANGE_PENDING)) != 0)
		show_change(telling, progress);
	else if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r\033[K%s ...", print_text(progress, "object"));
}

static void show_rest(struct telling *telling, const json_t *changes)
{
	const json_t *change;
	size_t i;

	json_array_foreach(changes, i, change) show_change(telling, change);
}

json_t *order_give(const struct order *order, struct err *err)
{
	cleanup_json json_t *request = request_json(order), *shown = json_object();
	struct telling telling = { order, shown };
	cleanup_buf struct buf line = BUF_INIT;
	json_t *result;

	client_request(&line, request, order->policy);
	result = client_line(order->paths, &line, SILENCE_MS, show_progress, &telling, err);
	if (!order->json && strcmp(order->verb, "plan") != 0)
		show_rest(&telling, json_object_get(result, "changes"));
	clear_line();
	return result;
}

/* ---- how it ended ---- */

static long long number(const json_t *result, const char *name)
{
	return json_integer_value(json_object_get(result, name));
}

static void print_warnings(const json_t *result)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(result, "warnings"), i, warning)(void)
	    fprintf(stderr, "warning: %s\n", json_string_value(warning));
}

static void print_confirm_by(const json_t *result)
{
	const char *by = json_string_value(json_object_get(result, "confirm_by"));

	if (by)
		(void)fprintf(stderr,
			      "it is undone at %s unless you confirm before: l2tpgw confirm\n", by);
}

void order_print(const struct order *order, const json_t *result)
{
	size_t changes = json_array_size(json_object_get(result, "changes"));

	if (order->json) {
		print_json(result);
		return;
	}
	print_warnings(result);
	print_confirm_by(result);
	printf("applied %zu change%s in %.2f s; %lld of %lld sessions dropped\n", changes,
	       changes == 1 ? "" : "s", json_number_value(json_object_get(result, "seconds")),
	       number(result, "dropped"), number(result, "sessions"));
}
