/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_KEYS_H
#define L2TPGW_POLICY_KEYS_H

/*
 * The table of policy keys: the one place that says what a key is called, which values it takes,
 * what it means, what it defaults to and whom a change of it touches. Decoding, checking, the JSON
 * Schema and the manual are driven by it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum key_form { /* bits: what a value may look like */
		KEY_OBJECT = 1 << 0,
		KEY_LIST = 1 << 1,
		KEY_STRING = 1 << 2,
		KEY_INTEGER = 1 << 3,
		KEY_BOOLEAN = 1 << 4,
		KEY_WORD = 1 << 5,     /* one of `words` */
		KEY_DURATION = 1 << 6, /* "90s", "5m", "8h", "1d" */
		KEY_ADDRESS = 1 << 7,  /* IPv4 */
		KEY_NETWORK = 1 << 8,  /* IPv4, "10.0.0.0/24" or a single address */
		KEY_RATE = 1 << 9,     /* bits a second: "512k", "10M", "1G" */
		KEY_MAP = 1 << 10,     /* an object whose members are called as one likes */
};

/* What happens to connected clients when a value changes, from harmless to not. */
enum key_impact {
	KEY_LIVE,         /* takes effect at once, nobody is disturbed */
	KEY_NEW_SESSIONS, /* counts from each client's next login */
	KEY_ROLLING,      /* a new worker generation; old sessions stay on the old one */
	KEY_DROPS,        /* ends sessions */
};

struct load;  /* a policy being read; see load.h */
struct value; /* a checked value; see load.h */
struct key;

/* Stores a value. `field` is where: base of the struct at hand plus the key's offset. */
typedef void key_set(struct load *load, const struct key *key, const struct value *value,
		     void *field);

/* Appends the value as text; see show.h. `base` is the struct that set()'s field is in. */
typedef void key_show(const struct key *key, const void *base, struct buf *out);

/*
 * Makes what an item of a list, or a member of a map, is stored in; NULL and an error if there
 * cannot be one. `field` as above; `name` is NULL in a list.
 */
typedef void *key_add(struct load *load, const char *name, size_t index, void *field);

struct key {
	const char *name; /* "*" for the items of a list, "NAME" for the members of a map */
	unsigned forms;   /* bits of enum key_form */
	bool required;
	bool unsupported; /* known, but an error: not supported yet */
	bool secret;      /* never shown */
	bool unique;      /* of a list's word items: each at most once */
	enum key_impact impact;
	/* integer: itself; duration: seconds; rate: bits a second; string: bytes; list, map: items
	 */
	long long min, max;
	bool zero;                      /* duration, rate: "0" = off is fine too */
	const char *const *words;       /* NULL-ended */
	const char *const *later_words; /* NULL-ended: known, not supported yet */
	const char *fallback;     /* default as JSON text; NULL = none. Not used below lists. */
	const char *fallback_doc; /* the default in words, where JSON cannot say it */
	const char *pattern;      /* of strings, for the schema (ECMA 262) */
	const char *summary;      /* one sentence, without its full stop */
	const char *example;      /* JSON text */
	const struct key *keys;   /* of an object */
	size_t keys_count;
	const char *const
	    *one_of;            /* NULL-ended: of these members of an object exactly one is there */
	const struct key *item; /* of a list or map */
	key_add *add;   /* of a list or map; NULL: its items are stored where it is itself */
	key_set *set;   /* NULL: nothing to store */
	key_show *show; /* NULL: it shows in the key around it, or nothing is stored */
	size_t offset;  /* in struct policy; below a list or map with `add` in what that made */
};

extern const struct key policy_keys; /* the root: an object */

/* Among the members of an object; NULL if there is none of that name. */
const struct key *key_find(const struct key *object, const char *name);
/*
 * By its names with dots or slashes between, lists passed through, and any name for the member of a
 * map: "users.name", "groups.staff.pool". NULL if unknown.
 */
const struct key *key_lookup(const char *path);
/* Calls `visit` for every key below the root in order; `pointer` has "*" for items. */
void key_each(void (*visit)(const char *pointer, const struct key *key, void *user), void *user);
/* Whether the values of every key of that name may be shown. */
bool key_is_public(const char *name, size_t len);
const char *key_impact_text(enum key_impact impact);

#endif
