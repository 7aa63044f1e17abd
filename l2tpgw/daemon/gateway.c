/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/gateway.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apply/apply.h"
#include "apply/policy_file.h"
#include "base/log.h"
#include "daemon/admission.h"
#include "daemon/charon.h"
#include "daemon/drift.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/records.h"
#include "daemon/stays.h"
#include "daemon/workers.h"
#include "drive/conntrack.h"
#include "drive/host.h"
#include "drive/xfrm.h"

struct session_now gateway_now(void)
{
	return (struct session_now){ .ms = loop_ms(), .wall = (int64_t)time(NULL) };
}

bool gateway_ready(const struct gateway *gateway)
{
	return gateway->plan && !gateway->stopping && charon_ready(gateway->charon) &&
	       workers_ready(gateway->workers);
}

/* ---- what the session table asks for ---- */

static void delete_sa(const struct session_action *action)
{
	struct err err = { .code = ERR_NONE };

	if (xfrm_sa_delete_mark(action->mark, &err) < 0 ||
	    xfrm_policy_delete_mark(action->mark, &err) < 0)
		log_warning("the SAs of mark %u cannot be deleted: %s", action->mark, err.text);
}

static void forget_slot(const struct session_action *action)
{
	struct err err = { .code = ERR_NONE };

	if (conntrack_forget(fabric_vip(action->slot), &err) < 0)
		log_warning("connection tracking of slot %u: %s", action->slot, err.text);
}

static void act(struct gateway *gateway, const struct session_action *action)
{
	switch (action->kind) {
	case SESSION_CLOSE_SA:
		charon_close_sa(gateway->charon, action->child, action->ike);
		break;
	case SESSION_KILL_PPPD:
		pppds_kill(gateway->pppds, action->pppd, action->hard);
		break;
	case SESSION_DELETE_SA:
		delete_sa(action);
		break;
	case SESSION_FORGET_SLOT:
		forget_slot(action);
		break;
	case SESSION_CLOSE_TUNNEL:
		workers_close_tunnel(gateway->workers, action->worker, action->tunnel,
				     action->slot);
		break;
	case SESSION_WRITE:
		records_write(gateway, action->slot);
		stays_slot(gateway->stays, action->slot);
		break;
	case SESSION_REMOVE:
		records_remove(gateway, action->slot);
		stays_slot(gateway->stays, action->slot);
		break;
	case SESSION_RESYNC:
		charon_resync(gateway->charon, action->delay_ms);
		break;
	case SESSION_JOURNAL:
		log_notice("%s: %s", session_journal_name(action->report->kind),
			   action->report->text);
		break;
	}
}

void gateway_settle(struct gateway *gateway)
{
	struct session_action action;
	bool again = true;

	while (again) {
		again = false;
		while (session_next(gateway->sessions, &action)) {
			act(gateway, &action);
			again = true;
		}
		if (again && gateway->admission)
			admission_retry(gateway->admission);
	}
}

/* ---- applying ---- */

static void log_steps(const struct steps *steps)
{
	char what[160];

	for (size_t i = 0; i < steps->count; i++)
		log_info("%s: %s", steps->list[i].after.present ? "set" : "removed",
			 object_text(&steps->list[i].object, what, sizeof(what)));
}

static int apply_steps(struct gateway *gateway, const struct plan *plan, unsigned kinds,
		       size_t *changes, struct err *err)
{
	const struct machine machine = machine_here(&gateway->paths);
	cleanup_arena struct arena *arena = arena_new();
	struct steps steps;

	gateway->broken = true;
	workers_hold(gateway->workers, plan);
	if (apply_diff(&machine, plan, kinds, arena, &steps, err) < 0 ||
	    apply_run(&machine, &steps, err) < 0)
		return -1;
	gateway->broken = false;
	log_steps(&steps);
	*changes = steps.count;
	return 0;
}

static struct plan *plan_of(const struct gateway *gateway, const struct policy *policy,
			    struct err *err)
{
	const struct plan_paths paths = { .run = gateway->paths.run,
					  .plugin = gateway->paths.plugin };

	cleanup_arena struct arena *arena = arena_new();
	struct plan_running *running;
	size_t count;

	workers_running(gateway->workers, arena, &running, &count);
	return plan_make(policy, &paths, running, count, err);
}

/* Loading the same again would be harmless, but an apply without a change touches nothing. */
static bool charon_differs(const struct plan *a, const struct plan *b)
{
	return !a || !tree_equal(a->secret, b->secret) || !tree_equal(a->connection, b->connection);
}

/* What a running gateway cannot become yet: nobody would see the other charon to its end. */
static int check_reachable(const struct gateway *gateway, const struct plan *plan, struct err *err)
{
	const struct plan *now = gateway->plan;

	if (!now || now->charon_managed == plan->charon_managed)
		return 0;
	return err_set(err, ERR_FAILED,
		       "ipsec.charon cannot be changed while the gateway runs; nothing was "
		       "changed. Take it down first: l2tpgw down, then l2tpgw up");
}

static void adopt_plan(struct gateway *gateway, struct policy *policy, struct plan *plan)
{
	struct policy *old_policy = gateway->policy;
	struct plan *old_plan = gateway->plan;
	bool reload = charon_differs(old_plan, plan);

	gateway->policy = policy;
	gateway->plan = plan;
	if (reload)
		charon_load(gateway->charon);
	if (!gateway->sessions)
		gateway->sessions = session_table_new(policy);
	else
		session_table_policy(gateway->sessions, policy);
	if (gateway->started)
		workers_commit(gateway->workers);
	policy_free(old_policy);
	plan_free(old_plan);
}

static void applied(struct gateway *gateway, const char *result)
{
	gateway->applied = (int64_t)time(NULL);
	(void)snprintf(gateway->apply_result, sizeof(gateway->apply_result), "%s", result);
}

static int apply_policy(struct gateway *gateway, size_t *changes, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = gateway->paths.policy,
							.strict = true };
	struct plan *plan;

	if (policy_file_load(&file, err) < 0)
		return -1;
	plan = plan_of(gateway, file.policy, err);
	if (!plan)
		return -1;
	if (check_reachable(gateway, plan, err) < 0 ||
	    apply_steps(gateway, plan, OBJECT_ALL, changes, err) < 0) {
		plan_free(plan);
		return -1;
	}
	gateway->host = file.host;
	adopt_plan(gateway, policy_file_take(&file), plan);
	return 0;
}

int gateway_apply(struct gateway *gateway, size_t *changes, struct err *err)
{
	char result[64];

	if (gateway->stopping)
		return err_set(err, ERR_LOCKED,
			       "the gateway is being taken down; try again in a moment");
	if (apply_policy(gateway, changes, err) < 0) {
		applied(gateway, err->code == ERR_POLICY ? "the policy is invalid, nothing changed"
							 : err->text);
		return -1;
	}
	(void)snprintf(result, sizeof(result), "%zu changes", *changes);
	applied(gateway, *changes ? result : "nothing to change");
	gateway_settle(gateway);
	return 0;
}

static int plan_again(struct gateway *gateway, struct err *err)
{
	struct plan *plan = plan_of(gateway, gateway->policy, err);
	size_t changes;

	if (!plan)
		return -1;
	if (apply_steps(gateway, plan, OBJECT_ALL, &changes, err) < 0) {
		plan_free(plan);
		return -1;
	}
	plan_free(gateway->plan);
	gateway->plan = plan;
	workers_commit(gateway->workers);
	return 0;
}

void gateway_follow(struct gateway *gateway)
{
	struct err err = { .code = ERR_NONE };

	if (plan_again(gateway, &err) < 0)
		log_error("%s", err.text);
}

static bool host_same(const struct host *a, const struct host *b)
{
	return !strcmp(a->wan, b->wan) && a->wan_address == b->wan_address &&
	       a->wan_mtu == b->wan_mtu;
}

void gateway_host_changed(struct gateway *gateway)
{
	struct err err = { .code = ERR_NONE };
	struct host host;
	char address[IP4_TEXT_MAX];
	size_t changes;

	if (gateway->stopping)
		return;
	if (host_gather_wan(gateway->policy->gateway.wan, &host, &err) < 0) {
		log_warning("%s", err.text);
		return;
	}
	if (!host_same(&host, &gateway->host)) {
		log_notice("the WAN is now %s, %s, MTU %u", *host.wan ? host.wan : "(none)",
			   ip4_text(host.wan_address, address), host.wan_mtu);
		gateway->host = host;
		if (gateway_apply(gateway, &changes, &err) < 0)
			log_error("following the WAN: %s", err.text);
	}
	drift_repair(gateway->drift, OBJECT_OF_NETWORK);
}
