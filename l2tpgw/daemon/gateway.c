/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/gateway.h"

#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "apply/object.h"
#include "base/log.h"
#include "daemon/acls.h"
#include "daemon/accounting.h"
#include "daemon/admission.h"
#include "daemon/bans.h"
#include "daemon/charon.h"
#include "daemon/counters.h"
#include "daemon/drift.h"
#include "daemon/foreign.h"
#include "daemon/integration.h"
#include "daemon/loop.h"
#include "daemon/orphans.h"
#include "daemon/pppds.h"
#include "daemon/records.h"
#include "daemon/shaper.h"
#include "daemon/stays.h"
#include "daemon/transaction.h"
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
	       workers_ready(gateway->workers) && integration_begun(gateway->integration);
}

/* ---- what the session table asks for ---- */

static void delete_sa(const struct gateway *gateway, const struct session_action *action)
{
	struct err err = { .code = ERR_NONE };

	if (orphans_delete_mark(action->mark, !gateway->plan->charon_managed, &err) < 0)
		log_warning("the SAs of mark %u cannot be deleted: %s", action->mark, err.text);
}

static void forget_slot(const struct session_action *action)
{
	struct err err = { .code = ERR_NONE };

	if (conntrack_forget(fabric_vip(action->slot), &err) < 0)
		log_warning("connection tracking of slot %u: %s", action->slot, err.text);
}

static void forget_address(const struct gateway *gateway, const struct session_action *action)
{
	const struct session *session = session_by_slot(gateway->sessions, action->slot);
	struct err err = { .code = ERR_NONE };

	if (action->inherited && session && session->address &&
	    conntrack_forget_client(session->address, &err) < 0)
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
		delete_sa(gateway, action);
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
	case SESSION_RATE:
		if (!shaper_set(action->slot, action->ifname, &action->rate))
			session_rate_failed(gateway->sessions, action->slot);
		break;
	case SESSION_BANS:
		bans_changed(gateway);
		break;
	case SESSION_ALLOW:
		forget_address(gateway, action);
		acls_slot(gateway->acls, action->slot);
		break;
	case SESSION_DISALLOW:
		acls_slot(gateway->acls, action->slot);
		break;
	case SESSION_ACCOUNT:
		accounting_take(gateway->accounting, action->account);
		break;
	case SESSION_COUNT:
		counters_refresh(gateway);
		break;
	case SESSION_JOURNAL:
		log_notice("%s: %s", session_journal_name(action->report->kind),
			   action->report->text);
		break;
	}
}

bool gateway_perform(struct gateway *gateway)
{
	struct session_action action;
	bool any = false;

	while (session_next(gateway->sessions, &action)) {
		act(gateway, &action);
		any = true;
	}
	return any;
}

void gateway_settle(struct gateway *gateway)
{
	while (gateway_perform(gateway)) {
		if (gateway->admission)
			admission_retry(gateway->admission);
	}
}

void gateway_refill(struct gateway *gateway)
{
	stays_refill(gateway->stays);
	acls_refill(gateway->acls);
	bans_refill(gateway);
}

/* ---- the machine around it ---- */

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
		transaction_follow(gateway);
	}
	foreign_look(gateway);
	drift_repair(gateway->drift, OBJECT_OF_NETWORK);
}

void gateway_reloaded(struct gateway *gateway)
{
	if (gateway->reloading)
		(void)sd_notifyf(0, "READY=1\nSTATUS=%s", gateway->apply_result);
	gateway->reloading = false;
}
