/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/xl2tpd.h"

#include <string.h>

#include "base/buf.h"
#include "plan/digest.h"
#include "plan/escape.h"
#include "plan/pppd.h"
#include "plan/files.h"
#include "plan/template.h"

enum part { PART_NONE, PART_SERVES, PART_DRAINS };

/* Workers by number; [0] is not used. */
struct parts {
	enum part part[FABRIC_WORKERS_MAX + 1];
	const struct plan_running *running[FABRIC_WORKERS_MAX + 1];
	unsigned serving;
};

unsigned xl2tpd_workers(const struct policy *policy)
{
	unsigned count = (policy->l2tp.max_sessions + XL2TPD_SESSIONS - 1) / XL2TPD_SESSIONS;

	return count > 0 ? count : 1;
}

static int render(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		  unsigned number, struct buf *out, struct err *err)
{
	char listen[IP4_TEXT_MAX];
	const struct template_var vars[] = {
		{ .name = "number", .value = arena_printf(plan->arena, "%u", number) },
		{ .name = "listen", .value = ip4_text(fabric_worker_address(number), listen) },
		{ .name = "port", .value = arena_printf(plan->arena, "%d", FABRIC_L2TP_PORT) },
		{ .name = "retries",
		  .value = arena_printf(plan->arena, "%u", policy->l2tp.retries) },
		{ .name = "nothing", .value = pppd_nothing_path(plan, paths) },
		{ .name = "options", .value = pppd_options_path(plan, paths) },
		{ 0 },
	};

	return template_render("xl2tpd.conf", escape_xl2tpd, vars, out, err);
}

static int has_configuration(struct plan *plan, const struct policy *policy,
			     const struct plan_paths *paths, const struct plan_running *running,
			     bool *has, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (render(plan, policy, paths, running->number, &text, err) < 0)
		return -1;
	*has = !strcmp(running->digest, digest_hex(plan->arena, buf_text(&text), text.len));
	return 0;
}

/* Lets running workers with the right configuration serve; the lowest numbers, up to `count`. */
static int keep(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		struct parts *parts, bool draining, unsigned count, struct err *err)
{
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX && parts->serving < count; n++) {
		const struct plan_running *running = parts->running[n];
		bool has = false;

		if (!running || running->draining != draining)
			continue;
		if (has_configuration(plan, policy, paths, running, &has, err) < 0)
			return -1;
		if (!has)
			continue;
		parts->part[n] = PART_SERVES;
		parts->serving++;
	}
	return 0;
}

static void allocate(struct parts *parts, unsigned count)
{
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX; n++) {
		if (parts->part[n] == PART_NONE && parts->serving < count) {
			parts->part[n] = PART_SERVES;
			parts->serving++;
		}
	}
}

/* One that drains already serves again only if another one would have to be started otherwise. */
static int assign(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		  struct parts *parts, struct err *err)
{
	unsigned count = xl2tpd_workers(policy), draining = 0;

	if (count > FABRIC_WORKERS_MAX)
		return err_set(err, ERR_INTERNAL, "%u sessions need more workers than there are",
			       policy->l2tp.max_sessions);
	if (keep(plan, policy, paths, parts, false, count, err) < 0 ||
	    keep(plan, policy, paths, parts, true, count, err) < 0)
		return -1;
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX; n++) {
		if (parts->running[n] && parts->part[n] == PART_NONE) {
			parts->part[n] = PART_DRAINS;
			draining++;
		}
	}
	allocate(parts, count);
	if (parts->serving == count)
		return 0;
	return err_set(err, ERR_LOCKED,
		       "%u new xl2tpd workers are needed and %u of %u are in use, %u of them by "
		       "sessions of earlier configurations; try again when more of these have "
		       "ended (l2tpgw status), or give them an end with l2tp.drain",
		       count, count - parts->serving, FABRIC_WORKERS_MAX, draining);
}

static struct plan_worker *add(struct plan *plan, unsigned number)
{
	struct plan_worker *worker =
	    arena_push(plan->arena, (void **)&plan->workers, &plan->workers_count, sizeof(*worker));

	worker->number = number;
	return worker;
}

static int add_serving(struct plan *plan, const struct policy *policy,
		       const struct plan_paths *paths, unsigned number, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct plan_worker *worker;

	if (render(plan, policy, paths, number, &text, err) < 0)
		return -1;
	worker = add(plan, number);
	worker->config = arena_printf(plan->arena, "%s/xl2tpd-%u.conf", paths->run, number);
	worker->digest = digest_hex(plan->arena, buf_text(&text), text.len);
	files_add(plan, worker->config, &text);
	return 0;
}

static void add_draining(struct plan *plan, const struct plan_running *running)
{
	struct plan_worker *worker = add(plan, running->number);

	worker->digest = arena_strdup(plan->arena, running->digest);
	worker->draining = true;
}

int xl2tpd_plan(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		const struct plan_running *running, size_t running_count, struct err *err)
{
	struct parts parts = { .serving = 0 };

	for (size_t i = 0; i < running_count; i++)
		parts.running[running[i].number] = &running[i];
	if (assign(plan, policy, paths, &parts, err) < 0)
		return -1;
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX; n++) {
		if (parts.part[n] == PART_SERVES && add_serving(plan, policy, paths, n, err) < 0)
			return -1;
	}
	for (unsigned shard = 0; shard < FABRIC_SHARDS; shard++)
		plan->worker_of[shard] = (uint8_t)plan->workers[shard % parts.serving].number;
	for (unsigned n = 1; n <= FABRIC_WORKERS_MAX; n++) {
		if (parts.part[n] == PART_DRAINS)
			add_draining(plan, parts.running[n]);
	}
	return 0;
}
