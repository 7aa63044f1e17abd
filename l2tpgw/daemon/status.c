/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/status.h"

#include <stdio.h>
#include <string.h>

#include "apply/detour.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "daemon/accounting.h"
#include "daemon/charon.h"
#include "daemon/counters.h"
#include "daemon/dynamic_authorization.h"
#include "daemon/integration.h"
#include "daemon/obstacles.h"
#include "daemon/radius_link.h"
#include "daemon/transaction.h"
#include "daemon/workers.h"

static json_t *time_json(int64_t wall)
{
	char text[RFC3339_MAX];

	return rfc3339_text(wall, text) ? json_string(text) : json_null();
}

static json_t *address_json(uint32_t address)
{
	char text[IP4_TEXT_MAX];

	return address ? json_string(ip4_text(address, text)) : json_null();
}

static json_t *gateway_json(const struct gateway *gateway)
{
	const struct host *host = &gateway->host;
	const char *name = gateway->policy->gateway.name;

	return json_pack("{s:o, s:o, s:o, s:o}", "name",
			 name ? json_string(name) : address_json(host->wan_address), "wan",
			 *host->wan ? json_string(host->wan) : json_null(), "address",
			 address_json(host->wan_address), "mtu",
			 host->wan_mtu ? json_integer(host->wan_mtu) : json_null());
}

static json_t *no_wan_json(const char *named)
{
	if (named)
		return json_sprintf("gateway.wan names %s, which this machine has not: its address "
				    "and MTU are not known",
				    named);
	return json_string("there is no IPv4 default route: nobody outside this machine's own "
			   "networks can connect");
}

static void detour_warnings(const struct host *host, json_t *list)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err ignored = { .code = ERR_NONE };
	struct detour detour;

	if (detour_find(host, &detour, &ignored) > 0)
		json_array_append_new(list, json_sprintf("%s; remedy: %s",
							 detour_text(arena, &detour, host),
							 detour_remedy(arena, &detour, host)));
}

static json_t *warnings_json(const struct gateway *gateway)
{
	json_t *list = json_array();

	if (!*gateway->host.wan)
		json_array_append_new(list, no_wan_json(gateway->policy->gateway.wan));
	if (!gateway->policy->users_count && !gateway->policy->radius.servers_count)
		json_array_append_new(list, json_string("the policy has no users"));
	if (*gateway->reread)
		json_array_append_new(list, json_string(gateway->reread));
	if (*gateway->fallback)
		json_array_append_new(list, json_string(gateway->fallback));
	if (gateway->broken)
		json_array_append_new(list,
				      json_string("rules, addresses or files are not as the policy "
						  "wants them; see the last apply and the log"));
	detour_warnings(&gateway->host, list);
	charon_warnings(gateway->charon, list);
	workers_warnings(gateway->workers, list);
	obstacles_look(gateway->obstacles);
	obstacles_warnings(gateway->obstacles, list);
	if (*integration_problem(gateway->integration))
		json_array_append_new(list,
				      json_sprintf("firewall.integrate: %s; it is tried again",
						   integration_problem(gateway->integration)));
	if (*dynamic_authorization_problem(gateway->dynamic_authorization))
		json_array_append_new(
		    list,
		    json_sprintf("RADIUS servers can end and change nothing: %s; it is tried again",
				 dynamic_authorization_problem(gateway->dynamic_authorization)));
	transaction_warnings(gateway, list);
	return list;
}

static json_t *radius_json(const struct gateway *gateway)
{
	return json_pack("{s:o, s:o}", "servers", radius_link_status(gateway->radius), "accounting",
			 accounting_status(gateway->accounting));
}

/* By reason; those that never were are left out. */
static json_t *refused_json(const struct gateway *gateway)
{
	const uint64_t *denied = session_denied(gateway->sessions);
	json_t *object = json_object();

	for (unsigned i = SESSION_DENY_NONE + 1; i < SESSION_DENIALS; i++) {
		if (denied[i])
			json_object_set_new(object, session_denial_name(i),
					    json_integer((json_int_t)denied[i]));
	}
	return object;
}

static const char *state_name(const struct gateway *gateway)
{
	if (gateway->stopping)
		return "stopping";
	if (gateway->broken)
		return "degraded";
	if (gateway_ready(gateway))
		return "ready";
	return gateway->was_ready ? "degraded" : "starting";
}

json_t *status_json(const struct gateway *gateway)
{
	json_t *parts = json_pack("[o]", charon_status(gateway->charon));
	json_t *workers = workers_status(gateway->workers);

	(void)json_array_extend(parts, workers);
	json_decref(workers);
	return json_pack(
	    "{s:s, s:s, s:s, s:o, s:o, s:o, s:{s:i, s:i, s:i}, s:o, s:o, s:o, s:{s:o, s:s}}",
	    "schema", "l2tpgw.status/1", "state", state_name(gateway), "version", L2TPGW_VERSION,
	    "since", time_json(gateway->started), "gateway", gateway_json(gateway), "parts", parts,
	    "sessions", "up", (int)session_count(gateway->sessions, SESSION_UP), "dialing",
	    (int)(session_count(gateway->sessions, SESSION_SECURED) +
		  session_count(gateway->sessions, SESSION_DIALING)),
	    "max", (int)gateway->policy->l2tp.max_sessions, "refused", refused_json(gateway),
	    "radius", radius_json(gateway), "warnings", warnings_json(gateway), "last_apply",
	    "time", time_json(gateway->applied), "result", gateway->apply_result);
}

json_t *status_sessions(struct gateway *gateway, const char *id)
{
	json_t *list = json_array();
	const struct session *s = NULL;

	counters_refresh(gateway);
	while ((s = session_iterate(gateway->sessions, s))) {
		if (!id || !strcmp(s->id, id))
			json_array_append_new(list,
					      session_json(gateway->sessions, s, gateway_now()));
	}
	if (id && !json_array_size(list)) {
		json_decref(list);
		return NULL;
	}
	return json_pack("{s:s, s:o}", "schema", "l2tpgw.sessions/1", "sessions", list);
}
