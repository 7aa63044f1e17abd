/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/acls.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/ruleset.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/loop.h"
#include "drive/nft.h"
#include "plan/acl.h"

#define LIST_MAX (4u << 20) /* bytes of a map's listing */
#define RETRY_MS 2000

struct entry {
	uint32_t address; /* 0 = none */
	char group[POLICY_NAME_MAX];
};

struct acls {
	struct gateway *gateway;
	const struct policy *coming; /* whose ruleset may be there already; NULL = none */
	bool known;                  /* the session table holds the sessions there are */
	bool failed;                 /* the kernel's maps are not what `on` says */
	uint64_t retry_due;          /* ms */
	int fd;                      /* to nftables; -1 = not open */
	struct entry on[FABRIC_SLOTS];
};

struct acls *acls_new(struct gateway *gateway)
{
	struct acls *acls = mem_alloc(sizeof(*acls));

	acls->gateway = gateway;
	acls->fd = -1;
	return acls;
}

void acls_free(struct acls *acls)
{
	if (acls && acls->fd >= 0)
		(void)close(acls->fd);
	free(acls);
}

static struct entry wanted(const struct acls *acls, uint32_t slot)
{
	const struct session *session = session_by_slot(acls->gateway->sessions, slot);
	struct entry entry = { .address = 0 };

	if (!session || !session->address ||
	    !policy_group(acls->gateway->policy, session->terms.group) ||
	    (acls->coming && !policy_group(acls->coming, session->terms.group)))
		return entry;
	entry.address = session->address;
	memcpy(entry.group, session->terms.group, sizeof(entry.group));
	return entry;
}

static bool is_same(const struct entry *a, const struct entry *b)
{
	return a->address == b->address && !strcmp(a->group, b->group);
}

static bool is_shared(const struct acls *acls, uint32_t slot)
{
	for (uint32_t i = 0; i < FABRIC_SLOTS; i++) {
		if (i != slot && acls->on[i].address == acls->on[slot].address)
			return true;
	}
	return false;
}

static void put(struct buf *out, const struct entry *entry)
{
	char address[IP4_TEXT_MAX];

	ip4_text(entry->address, address);
	buf_printf(out,
		   "add element inet " FABRIC_TABLE " " ACL_TO " { %s : goto " ACL_TO_CHAIN "%s }\n"
		   "add element inet " FABRIC_TABLE " " ACL_FROM " { %s : goto " ACL_FROM_CHAIN
		   "%s }\n",
		   address, entry->group, address, entry->group);
}

struct elements {
	struct arena *arena;
	struct nft_element *list;
	size_t count;
};

static void push(struct elements *elements, const char *map, uint32_t address, const char *chain)
{
	struct nft_element *element = arena_push(elements->arena, (void **)&elements->list,
						 &elements->count, sizeof(*element));

	*element = (struct nft_element){ .map = map, .address = address, .chain = chain };
}

static void change(struct acls *acls, struct elements *elements, uint32_t slot)
{
	struct entry entry = wanted(acls, slot), *on = &acls->on[slot];

	if (is_same(&entry, on))
		return;
	if (on->address && !is_shared(acls, slot)) {
		push(elements, ACL_TO, on->address, NULL);
		push(elements, ACL_FROM, on->address, NULL);
	}
	if (entry.address) {
		push(elements, ACL_TO, entry.address,
		     arena_printf(elements->arena, ACL_TO_CHAIN "%s", entry.group));
		push(elements, ACL_FROM, entry.address,
		     arena_printf(elements->arena, ACL_FROM_CHAIN "%s", entry.group));
	}
	*on = entry;
}

static void failed(struct acls *acls, const struct err *err)
{
	if (!acls->failed)
		log_error("where sessions may go cannot be put into nftables: %s", err->text);
	acls->failed = true;
	acls->retry_due = loop_ms() + RETRY_MS;
}

static void run(struct acls *acls, const struct elements *elements)
{
	struct err err = { .code = ERR_NONE };

	if (!elements->count)
		return;
	if (acls->fd < 0)
		acls->fd = nft_map_open(&err);
	if (acls->fd < 0 ||
	    ruleset_set_elements(acls->fd, elements->list, elements->count, &err) < 0)
		failed(acls, &err);
}

void acls_refill(struct acls *acls)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	if (!acls->known)
		return;
	buf_puts(&text, "flush map inet " FABRIC_TABLE " " ACL_TO "\n"
			"flush map inet " FABRIC_TABLE " " ACL_FROM "\n");
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		acls->on[slot] = wanted(acls, slot);
		if (acls->on[slot].address)
			put(&text, &acls->on[slot]);
	}
	acls->failed = false;
	if (ruleset_run_elements(buf_text(&text), &err) < 0)
		failed(acls, &err);
}

void acls_sessions_known(struct acls *acls)
{
	acls->known = true;
	acls_refill(acls);
}

void acls_slot(struct acls *acls, uint32_t slot)
{
	cleanup_arena struct arena *arena = arena_new();
	struct elements elements = { .arena = arena };

	if (!acls->known)
		return;
	change(acls, &elements, slot);
	run(acls, &elements);
}

bool acls_hold(const struct acls *acls, uint32_t slot)
{
	return acls->known && !acls->failed && acls->on[slot].address;
}

void acls_follow(struct acls *acls, const struct policy *policy)
{
	cleanup_arena struct arena *arena = arena_new();
	struct elements elements = { .arena = arena };

	acls->coming = policy;
	for (uint32_t slot = 0; acls->known && slot < FABRIC_SLOTS; slot++)
		change(acls, &elements, slot);
	run(acls, &elements);
}

/* ["10.77.0.2", {"goto": {"target": "to_default"}}] */
static bool is_wanted(const struct acls *acls, const json_t *element, const char *prefix)
{
	const char *key = json_string_value(json_array_get(element, 0));
	const char *target = json_string_value(
	    json_object_get(json_object_get(json_array_get(element, 1), "goto"), "target"));
	uint32_t address;

	if (!key || !target || strncmp(target, prefix, strlen(prefix)) != 0 ||
	    !ip4_parse(key, &address))
		return false;
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		if (acls->on[slot].address == address)
			return !strcmp(acls->on[slot].group, target + strlen(prefix));
	}
	return false;
}

static const json_t *elements_of(const json_t *root)
{
	const json_t *object;
	size_t i;

	json_array_foreach(json_object_get(root, "nftables"), i, object)
	{
		const json_t *map = json_object_get(object, "map");

		if (map)
			return json_object_get(map, "elem");
	}
	return NULL;
}

/* True if the map holds what is wanted, and nothing else. */
static bool holds(const struct acls *acls, const char *map, const char *prefix)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t i, wanted_count = 0;
	char command[128];
	struct err ignored;
	const json_t *element, *elements;
	json_t *root;
	bool same;

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++)
		wanted_count += acls->on[slot].address && !is_shared(acls, slot);
	(void)snprintf(command, sizeof(command), "list map inet " FABRIC_TABLE " %s", map);
	if (nft_list(command, true, LIST_MAX, &text, &ignored) < 0)
		return false;
	root = json_loadb(buf_text(&text), text.len, 0, NULL);
	elements = elements_of(root);
	same = json_array_size(elements) == wanted_count;
	json_array_foreach(elements, i, element) same &= is_wanted(acls, element, prefix);
	json_decref(root);
	return same;
}

void acls_check(struct acls *acls)
{
	if (!acls->known ||
	    (holds(acls, ACL_TO, ACL_TO_CHAIN) && holds(acls, ACL_FROM, ACL_FROM_CHAIN)))
		return;
	log_warning("drift: where sessions may go was changed in nftables by somebody else; put "
		    "back");
	acls_refill(acls);
}

void acls_tick(struct acls *acls)
{
	if (!acls->failed || loop_ms() < acls->retry_due)
		return;
	acls_refill(acls);
	if (!acls->failed)
		log_notice("where sessions may go is in nftables again");
}
