/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "policy/key_doc.h"
#include "policy/suggest.h"

struct search {
	struct arena *arena;
	struct suggest suggest;
	const char *wanted;
	const struct key *found;
	const char *name; /* of the one found */
};

static const char *last_part(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

/* "groups.staff.pool" is what the table calls groups.NAME.pool: a member is called as one likes. */
static bool is_called(const char *name, const char *wanted)
{
	for (;;) {
		size_t len = strcspn(name, "."), wanted_len = strcspn(wanted, ".");
		bool any = len == 4 && !strncmp(name, "NAME", len) && wanted_len;

		if (!any && (len != wanted_len || strncmp(name, wanted, len) != 0))
			return false;
		name += len;
		wanted += wanted_len;
		if (!*name || !*wanted)
			return !*name && !*wanted;
		name++;
		wanted++;
	}
}

/* By its whole name, or by its last part if nothing has that whole name: "psk". */
static void look_at(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct search *search = user;
	const char *name;

	if (!strcmp(key->name, "*"))
		return;
	key_doc_name(pointer, &text);
	name = arena_strdup(search->arena, buf_text(&text));
	suggest_offer(&search->suggest, name);
	if (!is_called(name, search->wanted) &&
	    (search->found || strcmp(last_part(name), search->wanted) != 0))
		return;
	search->found = key;
	search->name = name;
}

static void say(const char *label, void (*what)(const struct key *, struct buf *),
		const struct key *key)
{
	cleanup_buf struct buf text = BUF_INIT;

	what(key, &text);
	if (text.len)
		printf("  %-8s %s\n", label, buf_text(&text));
}

static void say_key(const char *name, const struct key *key)
{
	printf("%s: %s.\n\n", name, key->summary);
	if (key->unsupported) {
		puts("  Known, but not supported yet: a policy that has it is refused.");
		return;
	}
	say("values", key_doc_values, key);
	say("default", key_doc_default, key);
	if (key->example)
		printf("  %-8s %s\n", "example", key->example);
	printf("  %-8s %s: %s\n", "change", key_impact_text(key->impact),
	       key_doc_impact(key->impact));
	if (key->secret)
		puts("  It is a secret: no log, status or plan shows it.");
	for (size_t i = 0; i < key->keys_count; i++)
		printf("\n  %s.%s: %s", name, key->keys[i].name, key->keys[i].summary);
	if (key->keys_count)
		putchar('\n');
}

static void put_text(json_t *object, const char *name,
		     void (*what)(const struct key *, struct buf *), const struct key *key)
{
	cleanup_buf struct buf text = BUF_INIT;

	what(key, &text);
	(void)json_object_set_new(object, name,
				  text.len ? json_string(buf_text(&text)) : json_null());
}

static json_t *key_json(const char *name, const struct key *key)
{
	json_t *object =
	    json_pack("{s:s, s:s, s:b, s:b, s:s, s:s?}", "key", name, "summary", key->summary,
		      "supported", !key->unsupported, "secret", key->secret, "impact",
		      key_impact_text(key->impact), "example", key->example);

	put_text(object, "values", key_doc_values, key);
	put_text(object, "default", key_doc_default, key);
	return object;
}

static void list_key(const char *pointer, const struct key *key, void *user)
{
	cleanup_buf struct buf name = BUF_INIT;
	json_t *list = user;

	if (!strcmp(key->name, "*"))
		return;
	key_doc_name(pointer, &name);
	if (list)
		(void)json_array_append_new(list, key_json(buf_text(&name), key));
	else
		printf("%-28s %s\n", buf_text(&name), key->summary);
}

static void list_keys(bool as_json)
{
	json_t *list, *json;

	if (!as_json) {
		key_each(list_key, NULL);
		return;
	}
	list = json_array();
	key_each(list_key, list);
	json = json_pack("{s:s, s:o}", "schema", "l2tpgw.explain/1", "keys", list);
	print_json(json);
	json_decref(json);
}

static int unknown(const struct search *search, struct err *err)
{
	if (search->suggest.best)
		return err_set(err, ERR_USAGE,
			       "the policy has no key \"%.64s\"; did you mean \"%s\"? l2tpgw "
			       "explain lists them all",
			       search->wanted, search->suggest.best);
	return err_set(err, ERR_USAGE,
		       "the policy has no key \"%.64s\"; l2tpgw explain lists them all",
		       search->wanted);
}

int verb_explain(const struct args *args, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct search search = { .arena = arena, .wanted = args->operand[0] };
	json_t *json;

	if (!search.wanted) {
		list_keys(args->given[OPTION_JSON]);
		return 0;
	}
	suggest_begin(&search.suggest, search.wanted);
	key_each(look_at, &search);
	if (!search.found)
		return unknown(&search, err);
	if (!args->given[OPTION_JSON]) {
		say_key(search.name, search.found);
		return 0;
	}
	json = key_json(search.name, search.found);
	(void)json_object_set_new(json, "schema", json_string("l2tpgw.explain/1"));
	print_json(json);
	json_decref(json);
	return 0;
}
