/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/holding.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "daemon/kept.h"

/* ---- what list-conns says against what load-conn said ---- */

/* "31680s" and "31680": seconds, however they are written. */
static uint64_t seconds(const struct tree *section, const char *name)
{
	return strtoull(tree_text(section, name, "0"), NULL, 10);
}

static bool note(char *out, size_t size, const char *name, uint64_t is, uint64_t should)
{
	(void)snprintf(out, size, "%s is %" PRIu64 " instead of %" PRIu64, name, is, should);
	return true;
}

/* Charons that report none of these times are older than any we know the listing of. */
static bool time_differs(const struct tree *listed, const struct tree *ours, const char *name,
			 char *out, size_t size)
{
	uint64_t is = seconds(listed, name), should = seconds(ours, name);

	if (!tree_get(listed, "rekey_time") || is == should)
		return false;
	return note(out, size, name, is, should);
}

/* IKEv1 has no rekeying of IKE: charon may report the same time as that of a reauthentication. */
static bool ike_time_differs(const struct tree *listed, const struct tree *ours, char *out,
			     size_t size)
{
	uint64_t should = seconds(ours, "rekey_time"), is = seconds(listed, "rekey_time");

	if (!tree_get(listed, "rekey_time") || is == should ||
	    seconds(listed, "reauth_time") == should)
		return false;
	return note(out, size, "rekey_time", is, should);
}

static bool word_differs(const struct tree *listed, const char *name, const char *should, char *out,
			 size_t size)
{
	const char *is = tree_text(listed, name, should);

	if (!strcasecmp(is, should))
		return false;
	(void)snprintf(out, size, "%s is %.32s instead of %s", name, is, should);
	return true;
}

static bool child_differs(const struct tree *listed, const struct tree *ours, char *out,
			  size_t size)
{
	const struct tree *is = tree_get(tree_get(listed, "children"), FABRIC_NAME);
	const struct tree *should = tree_get(tree_get(ours, "children"), FABRIC_NAME);

	if (!is) {
		(void)snprintf(out, size, "it has no child %s", FABRIC_NAME);
		return true;
	}
	return word_differs(is, "mode", tree_text(should, "mode", ""), out, size) ||
	       time_differs(is, should, "rekey_time", out, size);
}

bool holding_differs(const struct tree *listed, const struct tree *connection, char *out,
		     size_t size)
{
	return word_differs(listed, "version", "IKEv1", out, size) ||
	       ike_time_differs(listed, connection, out, size) ||
	       time_differs(listed, connection, "dpd_delay", out, size) ||
	       time_differs(listed, connection, "dpd_timeout", out, size) ||
	       child_differs(listed, connection, out, size);
}

/* ---- asking ---- */

struct question {
	struct arena *arena;
	struct holding holding;
	const struct tree
	    *connection; /* as it should be; the plan may go before the answer comes */
	unsigned waiting;
	struct err why;
	holding_fn fn;
	void *user;
};

static void question_free(struct question *question)
{
	arena_free(question->arena);
	free(question);
}

static void answered(struct question *question, const struct tree *response, const struct err *why)
{
	if (!response && question->why.code == ERR_NONE)
		question->why = *why;
	if (--question->waiting)
		return;
	question->fn(question->user, question->why.code == ERR_NONE ? &question->holding : NULL,
		     &question->why);
	question_free(question);
}

static void on_conn(void *user, const char *event, const struct tree *message)
{
	struct question *question = user;
	struct holding *holding = &question->holding;
	const struct tree *listed = tree_get(message, FABRIC_NAME);

	(void)event;
	if (!listed)
		return;
	holding->connection = true;
	(void)holding_differs(listed, question->connection, holding->difference,
			      sizeof(holding->difference));
}

static void on_conns(void *user, const struct tree *response, const struct err *why)
{
	answered(user, response, why);
}

static void on_keys(void *user, const struct tree *response, const struct err *why)
{
	struct question *question = user;

	question->holding.secret = response && kept_in(response, "keys");
	answered(question, response, why);
}

static struct question *question_new(const struct plan *plan, holding_fn fn, void *user)
{
	struct question *question = mem_alloc(sizeof(*question));
	struct arena *arena = arena_new();

	*question = (struct question){ .arena = arena, .fn = fn, .user = user };
	question->connection = tree_copy(arena, tree_get(plan->connection, FABRIC_NAME));
	return question;
}

int holding_ask(struct link *link, const struct plan *plan, holding_fn fn, void *user,
		struct err *err)
{
	struct question *question = question_new(plan, fn, user);
	struct tree *ours = tree_new(question->arena);
	struct vici_request conns = { .command = "list-conns",
				      .message = ours,
				      .stream = "list-conn",
				      .timeout_ms = LINK_IN_ROW_MS,
				      .on_event = on_conn,
				      .on_done = on_conns,
				      .user = question };
	struct vici_request keys = { .command = "get-shared",
				     .timeout_ms = LINK_IN_ROW_MS,
				     .on_done = on_keys,
				     .user = question };

	tree_value(question->arena, ours, "ike", FABRIC_NAME);
	if (link_ask(link, &keys) < 0) {
		question_free(question);
		return err_set(err, ERR_UNREACHABLE, "charon does not take questions");
	}
	question->waiting = 1;
	/* If only one of the two can be asked, its answer is the end of both. */
	if (link_ask(link, &conns) == 0)
		question->waiting++;
	else
		(void)err_set(&question->why, ERR_UNREACHABLE, "charon does not take questions");
	return 0;
}

/* ---- giving ---- */

struct gift {
	unsigned waiting;
	struct err why;
	holding_given_fn fn;
	void *user;
};

static void on_given(void *user, const struct tree *response, const struct err *why)
{
	struct gift *gift = user;
	struct err err = { .code = ERR_NONE };

	if (!response)
		err = *why;
	else if (vici_success(response, &err) < 0)
		(void)err_wrap(&err, "charon refuses it");
	if (gift->why.code == ERR_NONE)
		gift->why = err;
	if (--gift->waiting)
		return;
	gift->fn(gift->user, &gift->why);
	free(gift);
}

static void give(struct link *link, struct gift *gift, const char *command,
		 const struct tree *message)
{
	const struct vici_request request = { .command = command,
					      .message = message,
					      .timeout_ms = LINK_IN_ROW_MS,
					      .on_done = on_given,
					      .user = gift };

	if (link_ask(link, &request) == 0)
		gift->waiting++;
	else
		(void)err_set(&gift->why, ERR_UNREACHABLE, "charon does not take what it is given");
}

int holding_give(struct link *link, const struct plan *plan, bool secret, bool connection,
		 holding_given_fn fn, void *user, struct err *err)
{
	struct gift *gift = mem_alloc(sizeof(*gift));

	*gift = (struct gift){ .fn = fn, .user = user };
	if (secret)
		give(link, gift, "load-shared", plan->secret);
	if (connection)
		give(link, gift, "load-conn", plan->connection);
	if (gift->waiting)
		return 0;
	*err = gift->why;
	free(gift);
	return err->code == ERR_NONE ? err_set(err, ERR_INTERNAL, "nothing to give to charon") : -1;
}
