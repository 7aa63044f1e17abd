/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/xl2tpd.h"

#include "plan/digest.h"
#include "plan/escape.h"
#include "plan/files.h"
#include "plan/pppd.h"
#include "plan/template.h"

unsigned xl2tpd_workers(const struct policy *policy)
{
	unsigned count = (policy->l2tp.max_sessions + XL2TPD_SESSIONS - 1) / XL2TPD_SESSIONS;

	return count > 0 ? count : 1;
}

static int plan_worker(struct plan *plan, const struct plan_paths *paths, unsigned number,
		       struct err *err)
{
	char listen[IP4_TEXT_MAX];
	const struct template_var vars[] = {
		{ .name = "number", .value = arena_printf(plan->arena, "%u", number) },
		{ .name = "listen", .value = ip4_text(fabric_worker_address(number), listen) },
		{ .name = "port", .value = arena_printf(plan->arena, "%d", FABRIC_L2TP_PORT) },
		{ .name = "nothing", .value = pppd_nothing_path(plan, paths) },
		{ .name = "options", .value = pppd_options_path(plan, paths) },
		{ 0 },
	};
	const struct plan_file *file =
	    files_render(plan, arena_printf(plan->arena, "%s/xl2tpd-%u.conf", paths->run, number),
			 "xl2tpd.conf", escape_xl2tpd, vars, err);
	struct plan_worker *worker;

	if (!file)
		return -1;
	worker =
	    arena_push(plan->arena, (void **)&plan->workers, &plan->workers_count, sizeof(*worker));
	worker->number = number;
	worker->config = file->path;
	worker->digest = digest_hex(plan->arena, file->data, file->len);
	return 0;
}

int xl2tpd_plan(struct plan *plan, const struct policy *policy, const struct plan_paths *paths,
		struct err *err)
{
	unsigned count = xl2tpd_workers(policy);

	if (count > FABRIC_WORKERS_MAX)
		return err_set(err, ERR_INTERNAL, "%u sessions need more workers than there are",
			       policy->l2tp.max_sessions);
	for (unsigned number = 1; number <= count; number++)
		if (plan_worker(plan, paths, number, err) < 0)
			return -1;
	return 0;
}
