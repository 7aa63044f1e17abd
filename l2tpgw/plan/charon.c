/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/charon.h"

#include <inttypes.h>

#include "plan/digest.h"
#include "plan/escape.h"
#include "plan/files.h"
#include "plan/template.h"

#define REPLAY_WINDOW 128 /* packets; several CPUs put packets out of order */
/* Silence after which a peer counts as gone, in intervals of DPD. */
#define DPD_MISSES 4

/*
 * Clients renew their keys themselves, and Windows behind a NAT refuses to have it done by the
 * gateway. So the gateway only does it, and ends what was not renewed, when a client is late.
 */
static uint32_t late(uint32_t lifetime)
{
	return lifetime / 10 > 0 ? lifetime / 10 : 1;
}

static void put_seconds(struct arena *arena, struct tree *section, const char *name,
			uint64_t seconds)
{
	tree_printf(arena, section, name, "%" PRIu64 "s", seconds);
}

static void put_list(struct arena *arena, struct tree *section, const char *name,
		     const char *const *items, size_t count)
{
	struct tree *list = tree_list(arena, section, name);

	for (size_t i = 0; i < count; i++)
		tree_item(arena, list, items[i]);
}

static void put_one(struct arena *arena, struct tree *section, const char *name, const char *item)
{
	put_list(arena, section, name, &item, 1);
}

static void put_child_times(struct arena *arena, struct tree *child, const struct policy *policy)
{
	uint64_t rekey = (uint64_t)policy->ipsec.esp_lifetime + late(policy->ipsec.esp_lifetime);

	put_seconds(arena, child, "rekey_time", rekey);
	put_seconds(arena, child, "life_time", rekey + late(policy->ipsec.esp_lifetime));
	tree_value(arena, child, "rand_time", "0s");
	put_seconds(arena, child, "inactivity", policy->ipsec.idle_sa);
}

static void put_child(struct arena *arena, struct tree *connection, const struct policy *policy)
{
	struct tree *children = tree_section(arena, connection, "children");
	struct tree *child = tree_section(arena, children, FABRIC_NAME);

	tree_value(arena, child, "mode", "transport");
	/* By number: names need /etc/protocols and /etc/services. 17 is UDP. */
	put_one(arena, child, "local_ts", arena_printf(arena, "dynamic[17/%d]", FABRIC_L2TP_PORT));
	put_one(arena, child, "remote_ts", "dynamic[17]");
	put_list(arena, child, "esp_proposals", policy->ipsec.esp_proposals,
		 policy->ipsec.esp_proposals_count);
	/* What tells clients behind one NAT apart; see templates/fabric.nft. */
	tree_value(arena, child, "mark_in", "%unique");
	tree_value(arena, child, "mark_out", "%unique");
	tree_value(arena, child, "set_mark_in", "%same");
	put_child_times(arena, child, policy);
	tree_printf(arena, child, "replay_window", "%d", REPLAY_WINDOW);
	tree_value(arena, child, "dpd_action", "clear");
}

static void put_authentication(struct arena *arena, struct tree *connection)
{
	tree_value(arena, tree_section(arena, connection, "local"), "auth", "psk");
	tree_value(arena, tree_section(arena, connection, "remote"), "auth", "psk");
}

static struct tree *make_connection(struct arena *arena, const struct policy *policy)
{
	struct tree *message = tree_new(arena);
	struct tree *connection = tree_section(arena, message, FABRIC_NAME);
	uint32_t lifetime = policy->ipsec.ike_lifetime;

	tree_value(arena, connection, "version", "1");
	put_one(arena, connection, "local_addrs", "%any");
	put_one(arena, connection, "remote_addrs", "%any");
	put_list(arena, connection, "proposals", policy->ipsec.ike_proposals,
		 policy->ipsec.ike_proposals_count);
	tree_value(arena, connection, "aggressive", "no");
	/* Clients behind NATs have the same private addresses as identities: never one for another.
	 */
	tree_value(arena, connection, "unique", "never");
	tree_value(arena, connection, "fragmentation", "yes");
	tree_value(arena, connection, "mobike", "no");
	/* Stock Windows refuses a server that seems to be behind a NAT. */
	tree_value(arena, connection, "encap", "no");
	put_seconds(arena, connection, "dpd_delay", policy->ipsec.dpd);
	put_seconds(arena, connection, "dpd_timeout", (uint64_t)policy->ipsec.dpd * DPD_MISSES);
	put_seconds(arena, connection, "rekey_time", (uint64_t)lifetime + late(lifetime));
	put_seconds(arena, connection, "over_time", late(lifetime));
	tree_value(arena, connection, "rand_time", "0s");
	put_authentication(arena, connection);
	put_child(arena, connection, policy);
	return message;
}

static struct tree *make_secret(struct arena *arena, const struct policy *policy)
{
	struct tree *message = tree_new(arena);

	tree_value(arena, message, "id", FABRIC_NAME);
	tree_value(arena, message, "type", "IKE");
	tree_bytes(arena, message, "data", policy->ipsec.psk, policy->ipsec.psk_len);
	return message;
}

int charon_plan_config(struct plan *plan, const struct policy *policy,
		       const struct plan_paths *paths, struct err *err)
{
	const struct template_var vars[] = {
		{ .name = "vici",
		  .value = arena_printf(plan->arena, "unix://%s/charon.vici", paths->run) },
		{ .name = "threads",
		  .value = arena_printf(plan->arena, "%u", policy->ipsec.threads) },
		{ 0 },
	};
	const struct plan_file *file;

	plan->charon_managed = policy->ipsec.charon == POLICY_CHARON_MANAGED;
	if (!plan->charon_managed)
		return 0;
	file = files_render(plan, arena_printf(plan->arena, "%s/strongswan.conf", paths->run),
			    "strongswan.conf", escape_strongswan, vars, err);
	if (!file)
		return -1;
	plan->charon_config = file->path;
	plan->charon_digest = digest_hex(plan->arena, file->data, file->len);
	return 0;
}

void charon_plan_objects(struct plan *plan, const struct policy *policy)
{
	plan->connection = make_connection(plan->arena, policy);
	plan->secret = make_secret(plan->arena, policy);
}
