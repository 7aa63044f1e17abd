/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/stays.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/loop.h"
#include "drive/nft.h"

#define REDIALS_BYTES_MAX (1u << 20)
#define REDIAL_MS         60000 /* a second request within this time is a second try */

struct stays {
	struct gateway *gateway;
	bool known;  /* the session table holds the sessions there are */
	bool failed; /* the kernel's map is not what `on` says */
	bool changing;
	uint8_t next[FABRIC_SHARDS];     /* if changing */
	uint8_t on[FABRIC_SLOTS];        /* what the map says; 0 = nothing */
	uint64_t redialed[FABRIC_SLOTS]; /* ms; when the slot's client was last seen trying */
};

struct stays *stays_new(struct gateway *gateway)
{
	struct stays *stays = mem_alloc(sizeof(*stays));

	stays->gateway = gateway;
	return stays;
}

void stays_free(struct stays *stays)
{
	free(stays);
}

/* The worker that the slot's session is to stay on; 0 = where it belongs anyway. */
static uint8_t wanted(const struct stays *stays, uint32_t slot)
{
	const struct session *session = session_by_slot(stays->gateway->sessions, slot);
	unsigned shard;

	if (!session || !session->pppd.pid || !session->worker)
		return 0;
	shard = session->child.mark & (FABRIC_SHARDS - 1);
	if (session->worker == stays->gateway->plan->worker_of[shard] &&
	    (!stays->changing || session->worker == stays->next[shard]))
		return 0;
	return (uint8_t)session->worker;
}

static void put(struct buf *out, uint32_t slot, uint8_t worker)
{
	char address[IP4_TEXT_MAX];

	buf_printf(out, "add element inet " FABRIC_TABLE " stays_on { %u : %s }\n", slot,
		   ip4_text(fabric_worker_address(worker), address));
}

static void change(struct stays *stays, struct buf *out, uint32_t slot)
{
	uint8_t worker = wanted(stays, slot);

	if (worker == stays->on[slot])
		return;
	if (stays->on[slot])
		buf_printf(out, "delete element inet " FABRIC_TABLE " stays_on { %u }\n", slot);
	if (worker)
		put(out, slot, worker);
	stays->on[slot] = worker;
}

static void run(struct stays *stays, struct buf *text)
{
	struct err err = { .code = ERR_NONE };

	if (!text->len || nft_run(buf_text(text), &err) == 0)
		return;
	if (!stays->failed)
		log_warning("sessions that stay on their worker cannot be noted: %s", err.text);
	stays->failed = true;
}

void stays_refill(struct stays *stays)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!stays->known)
		return;
	buf_puts(&text, "flush map inet " FABRIC_TABLE " stays_on\n");
	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		stays->on[slot] = wanted(stays, slot);
		if (stays->on[slot])
			put(&text, slot, stays->on[slot]);
	}
	stays->failed = false;
	run(stays, &text);
}

void stays_sessions_known(struct stays *stays)
{
	stays->known = true;
	stays_refill(stays);
}

void stays_follow(struct stays *stays, const uint8_t worker_of[FABRIC_SHARDS])
{
	cleanup_buf struct buf text = BUF_INIT;

	stays->changing = worker_of;
	if (worker_of)
		memcpy(stays->next, worker_of, sizeof(stays->next));
	for (uint32_t slot = 0; stays->known && slot < FABRIC_SLOTS; slot++)
		change(stays, &text, slot);
	run(stays, &text);
}

void stays_slot(struct stays *stays, uint32_t slot)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!stays->known)
		return;
	change(stays, &text, slot);
	run(stays, &text);
}

/*
 * The first request of a client may be one that a tunnel under way has made unnecessary; a second
 * one means that nobody answers it.
 */
static void redialed(struct stays *stays, uint32_t slot)
{
	uint64_t now = loop_ms();
	bool again = stays->redialed[slot] && now - stays->redialed[slot] < REDIAL_MS;

	stays->redialed[slot] = again ? 0 : now;
	if (!again)
		return;
	log_info("slot %u dials anew and leaves its worker", slot);
	session_redial(stays->gateway->sessions, gateway_now(), slot);
}

/* {"nftables": [{"set": {"elem": [{"elem": {"val": 5, "expires": 29}}]}}]} */
static unsigned take(struct stays *stays, const json_t *root)
{
	const json_t *object, *entry;
	size_t i, j;
	unsigned count = 0;

	json_array_foreach(json_object_get(root, "nftables"), i, object)
	{
		json_array_foreach(json_object_get(json_object_get(object, "set"), "elem"), j,
				   entry)
		{
			const json_t *elem = json_object_get(entry, "elem");
			const json_t *val = elem ? json_object_get(elem, "val") : entry;
			json_int_t slot = json_is_integer(val) ? json_integer_value(val) : -1;

			count++;
			if (slot >= 0 && slot < (json_int_t)FABRIC_SLOTS)
				redialed(stays, (uint32_t)slot);
		}
	}
	return count;
}

void stays_look(struct stays *stays)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	json_t *root;

	if (stays->failed)
		stays_refill(stays);
	if (!stays->known || nft_list("list set inet " FABRIC_TABLE " redials", true,
				      REDIALS_BYTES_MAX, &text, &err) < 0)
		return;
	root = json_loadb(buf_text(&text), text.len, 0, NULL);
	if (take(stays, root) && nft_run("flush set inet " FABRIC_TABLE " redials\n", &err) < 0)
		log_warning("redials: %s", err.text);
	json_decref(root);
	gateway_settle(stays->gateway);
}
