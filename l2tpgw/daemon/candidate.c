/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/candidate.h"

#include <stdio.h>

#include "apply/history.h"
#include "apply/policy_file.h"
#include "daemon/workers.h"

static int plan_it(const struct gateway *gateway, struct candidate *candidate, struct err *err)
{
	const struct plan_paths paths = { .run = gateway->paths.run,
					  .plugin = gateway->paths.plugin };
	cleanup_arena struct arena *arena = arena_new();
	struct plan_running *running;
	size_t count;

	workers_running(gateway->workers, arena, &running, &count);
	candidate->plan = plan_make(candidate->policy, &paths, running, count, err);
	if (candidate->plan)
		return 0;
	candidate_free(candidate);
	return -1;
}

/* What was read and checked becomes the candidate's. */
static int take(const struct gateway *gateway, struct policy_file *file,
		struct candidate *candidate, struct err *err)
{
	candidate->text = file->text;
	file->text = (struct buf)BUF_INIT;
	candidate->host = file->host;
	candidate->policy = policy_file_take(file);
	return plan_it(gateway, candidate, err);
}

int candidate_from_disk(const struct gateway *gateway, struct candidate *candidate, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = gateway->paths.policy,
							.strict = true };

	*candidate = (struct candidate){ .text = BUF_INIT };
	if (policy_file_load(&file, err) < 0)
		return -1;
	return take(gateway, &file, candidate, err);
}

static int from_text(const struct gateway *gateway, const char *name, struct buf *text,
		     struct candidate *candidate, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = name,
							.strict = true,
							.text = *text };

	*text = (struct buf)BUF_INIT;
	*candidate = (struct candidate){ .text = BUF_INIT };
	if (policy_file_check(&file, err) < 0)
		return -1;
	return take(gateway, &file, candidate, err);
}

int candidate_from_text(const struct gateway *gateway, struct buf *text,
			struct candidate *candidate, struct err *err)
{
	return from_text(gateway, "policy", text, candidate, err);
}

int candidate_from_generation(const struct gateway *gateway, unsigned number,
			      struct candidate *candidate, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char name[32];

	if (history_policy(&gateway->paths, number, &text, err) < 0)
		return -1;
	(void)snprintf(name, sizeof(name), "generation %u", number);
	return from_text(gateway, name, &text, candidate, err);
}

void candidate_swap(struct candidate *candidate, struct gateway *gateway)
{
	struct candidate old = { .host = gateway->host,
				 .policy = gateway->policy,
				 .plan = gateway->plan };

	gateway->host = candidate->host;
	gateway->policy = candidate->policy;
	gateway->plan = candidate->plan;
	candidate->host = old.host;
	candidate->policy = old.policy;
	candidate->plan = old.plan;
}

void candidate_free(struct candidate *candidate)
{
	buf_free(&candidate->text);
	plan_free(candidate->plan);
	policy_free(candidate->policy);
	candidate->plan = NULL;
	candidate->policy = NULL;
}
