/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/json.h"
#include "policy/load.h"
#include "policy/suggest.h"
#include "policy/units.h"

static void decode_value(struct load *load, const struct key *key, const json_t *json, void *base);

static const char *json_kind(const json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a number";
	case JSON_REAL:
		return "a number with a fraction";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	}
	return "";
}

static const struct {
	unsigned form;
	const char *text;
} form_texts[] = {
	{ KEY_STRING, "a string" },
	{ KEY_INTEGER, "a whole number" },
	{ KEY_BOOLEAN, "true or false" },
	{ KEY_DURATION, "a duration such as \"90s\", \"5m\", \"8h\" or \"1d\"" },
	{ KEY_RATE, "a rate such as \"512k\", \"10M\" or \"1G\" (bits a second)" },
	{ KEY_ADDRESS, "an IPv4 address" },
	{ KEY_NETWORK, "a network such as \"10.20.0.0/24\"" },
	{ KEY_LIST, "a list" },
	{ KEY_OBJECT, "an object" },
	{ KEY_MAP, "an object" },
};

/* "\"auto\" or an IPv4 address" */
static const char *forms_text(struct load *load, const struct key *key)
{
	cleanup_buf struct buf out = BUF_INIT;

	if ((key->forms & KEY_WORD) && key->words[1])
		buf_puts(&out, "one of ");
	if (key->forms & KEY_WORD)
		for (size_t i = 0; key->words[i]; i++)
			buf_printf(&out, "%s\"%s\"", i ? ", " : "", key->words[i]);
	for (size_t i = 0; i < array_size(form_texts); i++)
		if (key->forms & form_texts[i].form)
			buf_printf(&out, "%s%s", out.len ? " or " : "", form_texts[i].text);
	return arena_strdup(load->diags->arena, buf_text(&out));
}

static void wrong_type(struct load *load, const struct key *key, const json_t *json)
{
	load_error(load, "%s must be %s, not %s", load_path(load), forms_text(load, key),
		   json_kind(json));
}

static void set_value(struct load *load, const struct key *key, const struct value *value,
		      void *base)
{
	if (key->set)
		key->set(load, key, value, (char *)base + key->offset);
}

static void path_cut(struct load *load, size_t len)
{
	if (load->path.len > len) {
		load->path.len = len;
		load->path.data[len] = '\0';
	}
}

/* A step of a JSON pointer, RFC 6901 section 3. */
static void path_push(struct load *load, const char *name)
{
	buf_putc(&load->path, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			buf_puts(&load->path, *name == '~' ? "~0" : "~1");
		else
			buf_putc(&load->path, *name);
	}
}

static void unknown_key(struct load *load, const struct key *object, const char *name)
{
	struct suggest suggest;
	const char *where = load_path(load);
	size_t len = load->path.len;

	suggest_begin(&suggest, name);
	/* Beyond what is shown only the number counts. */
	for (size_t i = 0; i < object->keys_count && load->diags->count < DIAGS_RAW_MAX; i++)
		suggest_offer(&suggest, object->keys[i].name);
	path_push(load, name);
	load_key_error(load, "unknown key \"%s\"%s%s%s%s%s", load_quote(load, name),
		       len ? " in " : "", len ? where : "", suggest.best ? "; did you mean \"" : "",
		       suggest.best ? suggest.best : "", suggest.best ? "\"?" : "");
	path_cut(load, len);
}

static void decode_member(struct load *load, const struct key *key, const json_t *json, void *base)
{
	size_t len = load->path.len;

	path_push(load, key->name);
	if (key->unsupported)
		load_key_error(load, "\"%s\" is not supported yet", load_path(load));
	else
		decode_value(load, key, json, base);
	path_cut(load, len);
}

/* What is not written has its default, and so has all below it. */
static void decode_absent(struct load *load, const struct key *key, void *base, bool defaults)
{
	size_t len = load->path.len;

	if (!defaults && !key->required && key->forms != KEY_OBJECT)
		return;
	path_push(load, key->name);
	if (key->required)
		load_error(load, "%s is missing: %s", load_path(load), key->summary);
	if (defaults && key->fallback) {
		cleanup_json json_t *json = json_loads(key->fallback, JSON_DECODE_ANY, NULL);

		load->in_defaults = true;
		decode_value(load, key, json, base);
		load->in_defaults = false;
	}
	if (key->forms == KEY_OBJECT)
		for (size_t i = 0; i < key->keys_count; i++)
			decode_absent(load, &key->keys[i], base, defaults);
	path_cut(load, len);
}

/* Exactly one of some members is there. */
static void check_one_of(struct load *load, const struct key *key, const json_t *json)
{
	const char *found = NULL;
	size_t len = load->path.len;

	for (size_t i = 0; key->one_of[i]; i++) {
		if (!json_object_get(json, key->one_of[i]))
			continue;
		path_push(load, key->one_of[i]);
		if (found)
			load_key_error(load, "\"%s\" stands beside \"%s\": only one of them may",
				       key->one_of[i], found);
		found = key->one_of[i];
		path_cut(load, len);
	}
	if (found)
		return;
	path_push(load, key->one_of[0]);
	load_error(load, "%s is missing: %s", load_path(load),
		   key_find(key, key->one_of[0])->summary);
	path_cut(load, len);
}

static void decode_object(struct load *load, const struct key *key, const json_t *json, void *base)
{
	struct value value = { .form = KEY_OBJECT, .json = json };
	bool defaults = base == load->policy;
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)json, name, member)
	{
		const struct key *child = key_find(key, name);

		if (child)
			decode_member(load, child, member, base);
		else
			unknown_key(load, key, name);
	}
	for (size_t i = 0; i < key->keys_count; i++)
		if (!json_object_get(json, key->keys[i].name))
			decode_absent(load, &key->keys[i], base, defaults);
	if (key->one_of)
		check_one_of(load, key, json);
	set_value(load, key, &value, base);
}

/* `name` NULL: of a list. */
static void decode_item(struct load *load, const struct key *key, const char *name, size_t index,
			const json_t *json, void *base)
{
	size_t len = load->path.len;
	char number[24];
	void *made = base;

	(void)snprintf(number, sizeof(number), "%zu", index);
	path_push(load, name ? name : number);
	if (key->add)
		made = key->add(load, name, index, (char *)base + key->offset);
	if (made)
		decode_value(load, key->item, json, made);
	path_cut(load, len);
}

static void decode_items(struct load *load, const struct key *key, const json_t *json, void *base)
{
	const json_t *item;
	size_t index;

	json_array_foreach(json, index, item) decode_item(load, key, NULL, index, item, base);
}

static void decode_map(struct load *load, const struct key *key, const json_t *json, void *base)
{
	long long count = (long long)json_object_size(json);
	const char *name;
	json_t *member;

	if (count > key->max)
		load_error(load, "%s may hold at most %lld, not %lld", load_path(load), key->max,
			   count);
	else
		json_object_foreach((json_t *)json, name, member)
		    decode_item(load, key, name, 0, member, base);
}

static void decode_list(struct load *load, const struct key *key, const json_t *json, void *base)
{
	struct value value = { .form = KEY_LIST, .json = json };
	long long count = (long long)json_array_size(json);

	if (count < key->min)
		load_error(load, "%s must not be empty", load_path(load));
	else if (count > key->max)
		load_error(load, "%s may hold at most %lld items, not %lld", load_path(load),
			   key->max, count);
	else
		decode_items(load, key, json, base);
	set_value(load, key, &value, base);
}

static void decode_integer(struct load *load, const struct key *key, const json_t *json, void *base)
{
	struct value value = {
		.form = KEY_INTEGER,
		.json = json,
		.number = json_integer_value(json),
	};

	if (key->min == key->max && value.number != key->min)
		load_error(load, "%s must be %lld", load_path(load), key->min);
	else if (value.number < key->min || value.number > key->max)
		load_error(load, "%s must be from %lld to %lld, not %lld", load_path(load),
			   key->min, key->max, value.number);
	else
		set_value(load, key, &value, base);
}

static bool find_word(const char *const *words, const char *text, unsigned *word)
{
	for (*word = 0; words && words[*word]; (*word)++)
		if (strcmp(words[*word], text) == 0)
			return true;
	return false;
}

static void unknown_word(struct load *load, const struct key *key, const char *text)
{
	struct suggest suggest;

	suggest_begin(&suggest, text);
	for (size_t i = 0; key->words && key->words[i]; i++)
		suggest_offer(&suggest, key->words[i]);
	load_error(load, "%s must be %s, not \"%s\"%s%s%s", load_path(load), forms_text(load, key),
		   load_quote(load, text), suggest.best ? "; did you mean \"" : "",
		   suggest.best ? suggest.best : "", suggest.best ? "\"?" : "");
}

/* The forms that are a number with a unit. */
struct quantity {
	enum key_form form;
	const char *examples;
	bool (*parse)(const char *text, uint64_t *value);
	const char *(*text)(uint64_t value, char out[UNITS_TEXT_MAX]);
};

static const struct quantity duration = { KEY_DURATION, "\"90s\", \"5m\", \"8h\" or \"1d\"",
					  units_parse, units_text };
static const struct quantity rate = { KEY_RATE, "\"512k\", \"10M\" or \"1G\"", units_rate_parse,
				      units_rate_text };

static void decode_in_range(struct load *load, const struct key *key,
			    const struct quantity *quantity, struct value *value, void *base)
{
	char min[UNITS_TEXT_MAX], max[UNITS_TEXT_MAX];
	const char *off = key->zero ? "0 or " : "";

	if (value->number >= key->min && value->number <= key->max)
		set_value(load, key, value, base);
	else if (value->number == 0 && key->zero)
		set_value(load, key, value, base);
	else
		load_error(load, "%s must be %sfrom %s to %s", load_path(load), off,
			   quantity->text((uint64_t)key->min, min),
			   quantity->text((uint64_t)key->max, max));
}

static void decode_quantity(struct load *load, const struct key *key,
			    const struct quantity *quantity, const json_t *json, void *base)
{
	struct value value = { .form = quantity->form, .json = json };
	uint64_t number;

	if (json_is_integer(json) && json_integer_value(json) != 0)
		load_error(load, "%s needs a unit: write %s", load_path(load), quantity->examples);
	else if (json_is_integer(json))
		decode_in_range(load, key, quantity, &value, base);
	else if (!quantity->parse(json_string_value(json), &number))
		unknown_word(load, key, json_string_value(json));
	else {
		value.number = (long long)number;
		decode_in_range(load, key, quantity, &value, base);
	}
}

static const struct quantity *quantity_of(const struct key *key)
{
	return key->forms & KEY_DURATION ? &duration : key->forms & KEY_RATE ? &rate : NULL;
}

static void decode_text(struct load *load, const struct key *key, struct value *value, void *base)
{
	long long len = (long long)json_string_length(value->json);

	if (!len && key->min)
		load_error(load, "%s is empty", load_path(load));
	else if (len < key->min)
		load_error(load, "%s is shorter than %lld bytes", load_path(load), key->min);
	else if (len > key->max)
		load_error(load, "%s is longer than %lld bytes", load_path(load), key->max);
	else
		set_value(load, key, value, base);
}

/* "10.20.0.1/24" is what people write for 10.20.0.0/24: say so. */
static void wrong_net(struct load *load, const struct key *key, const char *text)
{
	char address[IP4_TEXT_MAX], net_text[IP4_TEXT_MAX];
	struct ip4_net net, bits;
	const char *slash = strchr(text, '/');

	if (slash && (size_t)(slash - text) < sizeof(address)) {
		(void)snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
		(void)snprintf(net_text, sizeof(net_text), "0.0.0.0%.8s", slash);
		if (ip4_parse(address, &net.address) && ip4_net_parse(net_text, &bits)) {
			net.bits = bits.bits;
			net.address &= ip4_mask(net.bits);
			load_error(load,
				   "%s: %s has bits set behind its prefix; did you mean \"%s\"?",
				   load_path(load), text, ip4_net_text(net, net_text));
			return;
		}
	}
	unknown_word(load, key, text);
}

static void decode_string(struct load *load, const struct key *key, const json_t *json, void *base)
{
	const char *text = json_string_value(json);
	struct value value = { .form = KEY_WORD, .json = json, .text = text };

	if (find_word(key->words, text, &value.word))
		set_value(load, key, &value, base);
	else if (find_word(key->later_words, text, &value.word))
		load_error(load, "\"%s\" in \"%s\" is not supported yet", text, load_path(load));
	else if (quantity_of(key))
		decode_quantity(load, key, quantity_of(key), json, base);
	else if ((key->forms & KEY_ADDRESS) && ip4_parse(text, &value.address)) {
		value.form = KEY_ADDRESS;
		set_value(load, key, &value, base);
	} else if ((key->forms & KEY_NETWORK) && ip4_net_parse(text, &value.net)) {
		value.form = KEY_NETWORK;
		set_value(load, key, &value, base);
	} else if (key->forms & KEY_STRING) {
		value.form = KEY_STRING;
		decode_text(load, key, &value, base);
	} else if (key->forms & KEY_NETWORK)
		wrong_net(load, key, text);
	else if (key->forms & (KEY_WORD | KEY_ADDRESS))
		unknown_word(load, key, text);
	else
		wrong_type(load, key, json);
}

static void decode_value(struct load *load, const struct key *key, const json_t *json, void *base)
{
	struct value flag = { .form = KEY_BOOLEAN, .json = json, .flag = json_is_true(json) };

	if (json_is_object(json) && (key->forms & KEY_OBJECT))
		decode_object(load, key, json, base);
	else if (json_is_object(json) && (key->forms & KEY_MAP))
		decode_map(load, key, json, base);
	else if (json_is_array(json) && (key->forms & KEY_LIST))
		decode_list(load, key, json, base);
	else if (json_is_boolean(json) && (key->forms & KEY_BOOLEAN))
		set_value(load, key, &flag, base);
	else if (json_is_integer(json) && (key->forms & KEY_INTEGER))
		decode_integer(load, key, json, base);
	else if (json_is_integer(json) && quantity_of(key))
		decode_quantity(load, key, quantity_of(key), json, base);
	else if (json_is_string(json))
		decode_string(load, key, json, base);
	else
		wrong_type(load, key, json);
}

void decode_policy(struct load *load, const json_t *root)
{
	decode_value(load, &policy_keys, root, load->policy);
}
