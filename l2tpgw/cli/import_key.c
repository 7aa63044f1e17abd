/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pre-shared keys, each with the identities it is for. The gateway has one, for all clients. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/hex.h"
#include "cli/import.h"
#include "policy/names.h"

/* How well the identities of a key match those of one end, as strongSwan ranks them. */
enum match { MATCH_NONE, MATCH_ANYBODY, MATCH_EXACT };

struct import_key {
	const char *where; /* for notes, which never hold the key itself */
	const char *text;
	bool encoded;
	struct import_ids ids; /* none = for anybody */
};

static bool is_anybody(const char *id)
{
	static const char *const anybody[] = { "%any", "%any4", "%any6", "0.0.0.0", "0.0.0.0/0" };

	for (size_t i = 0; i < array_size(anybody); i++) {
		if (!strcmp(id, anybody[i]))
			return true;
	}
	return false;
}

/* "@" only says that a name is not to be looked up. */
static const char *plain(const char *id)
{
	return id + (*id == '@');
}

void import_id(struct import *import, struct import_ids *ids, const char *id)
{
	if (id && *id)
		*(const char **)arena_push(import->arena, (void **)&ids->list, &ids->count,
					   sizeof(*ids->list)) = plain(id);
}

void import_key(struct import *import, const char *where, const char *text, bool encoded,
		struct import_ids ids)
{
	struct import_key *key =
	    arena_push(import->arena, (void **)&import->keys, &import->keys_count, sizeof(*key));

	*key = (struct import_key){ where, text, encoded, ids };
}

static bool has(struct import_ids ids, const char *id)
{
	for (size_t i = 0; i < ids.count; i++) {
		if (!strcmp(ids.list[i], id))
			return true;
	}
	return false;
}

static enum match match(struct import_ids key, struct import_ids end)
{
	enum match best = key.count ? MATCH_NONE : MATCH_ANYBODY;

	for (size_t i = 0; i < key.count; i++) {
		if (is_anybody(key.list[i]))
			best = best ? best : MATCH_ANYBODY;
		else if (has(end, key.list[i]))
			best = MATCH_EXACT;
	}
	return best;
}

/* Who connects for L2TP. Where anybody may, a key for certain peers is not that of the clients. */
static struct import_ids clients(const struct import *import)
{
	for (size_t i = 0; i < import->peer_ids.count; i++) {
		if (is_anybody(import->peer_ids.list[i]))
			return (struct import_ids){ NULL, 0 };
	}
	return import->peer_ids;
}

/* Between the gateway and a peer that is no client. */
static bool is_foreign(const struct import *import, struct import_ids key)
{
	bool foreign = false;

	for (size_t i = 0; i < key.count; i++) {
		if (is_anybody(key.list[i]))
			return false;
		foreign |= !has(import->our_ids, key.list[i]) && !has(clients(import), key.list[i]);
	}
	return foreign;
}

/* 0 = not at all. The peer's end weighs more, as with strongSwan. */
static unsigned fit(const struct import *import, const struct import_key *key)
{
	if (is_foreign(import, key->ids))
		return 0;
	return (MATCH_EXACT + 1) * match(key->ids, clients(import)) +
	       match(key->ids, import->our_ids);
}

/* NULL if none fits, or different ones fit alike. */
static const struct import_key *best_key(const struct import *import)
{
	const struct import_key *best = NULL;
	bool alike = false;

	for (size_t i = 0; i < import->keys_count; i++) {
		const struct import_key *key = &import->keys[i];
		unsigned better = best ? fit(import, best) : 0;

		if (fit(import, key) > better) {
			best = key;
			alike = false;
		} else if (best && fit(import, key) == better) {
			alike |= strcmp(key->text, best->text) != 0;
		}
	}
	return alike ? NULL : best;
}

static bool decode_base64(const char *text, struct buf *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0, held = 0;

	for (; *text && *text != '='; text++) {
		const char *digit = strchr(digits, *text);

		if (!digit)
			return false;
		held = (held << 6 | (unsigned)(digit - digits)) & 0xfff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		buf_putc(out, (char)(held >> bits));
	}
	return strspn(text, "=") == strlen(text);
}

static bool decode_hex(const char *text, struct buf *out)
{
	uint8_t byte;

	for (; *text; text += 2) {
		const char digits[] = { text[0], text[1], '\0' };

		if (!hex_decode(digits, &byte, 1))
			return false;
		buf_putc(out, (char)byte);
	}
	return true;
}

/* The bytes that clients must know; false if they are not what is announced. */
static bool decode(const struct import_key *key, struct buf *out)
{
	if (key->encoded && !strncasecmp(key->text, "0s", 2))
		return decode_base64(key->text + 2, out);
	if (key->encoded && !strncasecmp(key->text, "0x", 2))
		return decode_hex(key->text + 2, out);
	buf_puts(out, key->text);
	return true;
}

static void take_key(struct import *import, const struct import_key *key)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	const char *why = decode(key, &bytes) ? names_psk(buf_text(&bytes), bytes.len)
					      : "is neither Base64 nor hexadecimal";

	if (why) {
		import_note(import, "%s: the key is not carried over: it %s", key->where, why);
		return;
	}
	import->psk = arena_strdup(import->arena, buf_text(&bytes));
	if (is_foreign(import, key->ids) || match(key->ids, clients(import)) == MATCH_EXACT)
		import_note(import, "%s: the key was for certain peers; now it is for all clients",
			    key->where);
}

void import_key_decide(struct import *import)
{
	const struct import_key *best = best_key(import);

	/* Nothing else there could have used it. */
	if (!best && import->keys_count == 1 && !import->other_conns)
		best = import->keys;
	for (size_t i = 0; i < import->keys_count; i++) {
		if (!best || strcmp(import->keys[i].text, best->text) != 0)
			import_note(import, "%s: the key was left out", import->keys[i].where);
	}
	if (best)
		take_key(import, best);
	else if (import->keys_count)
		import_note(import, "which key is that of the clients is not clear: fill in "
				    "ipsec.psk");
}
