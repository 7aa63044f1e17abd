/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/schema.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "policy/key_table.h"

#define OCTET   "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
#define ADDRESS "(" OCTET "\\.){3}" OCTET

static json_t *key_schema(const struct key *key);

static void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, value) < 0)
		abort(); /* out of memory */
}

static void push(json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0)
		abort();
}

static json_t *typed(const char *type)
{
	json_t *object = json_object();

	set(object, "type", json_string(type));
	return object;
}

static json_t *pattern(const char *text)
{
	json_t *object = typed("string");

	set(object, "pattern", json_string(text));
	return object;
}

/* An object cannot be left out if something in it cannot. */
static bool is_required(const struct key *key)
{
	if (key->required || key->forms != KEY_OBJECT)
		return key->required;
	for (size_t i = 0; i < key->keys_count; i++)
		if (is_required(&key->keys[i]))
			return true;
	return false;
}

static json_t *one_of(const char *const *names)
{
	json_t *either = json_array();

	for (size_t i = 0; names[i]; i++)
		push(either, json_pack("{s:[s]}", "required", names[i]));
	return either;
}

static json_t *object_form(const struct key *key)
{
	json_t *object = typed("object"), *properties = json_object(), *required = json_array();

	for (size_t i = 0; i < key->keys_count; i++) {
		set(properties, key->keys[i].name, key_schema(&key->keys[i]));
		if (is_required(&key->keys[i]))
			push(required, json_string(key->keys[i].name));
	}
	set(object, "properties", properties);
	if (json_array_size(required))
		set(object, "required", required);
	else
		json_decref(required);
	set(object, "additionalProperties", json_false());
	if (key->one_of)
		set(object, "oneOf", one_of(key->one_of));
	return object;
}

static json_t *map_form(const struct key *key)
{
	json_t *object = typed("object");

	set(object, "additionalProperties", key_schema(key->item));
	set(object, "propertyNames", json_pack("{s:s}", "pattern", LABEL));
	set(object, "maxProperties", json_integer(key->max));
	return object;
}

static json_t *list_form(const struct key *key)
{
	json_t *object = typed("array");

	set(object, "items", key_schema(key->item));
	if (key->min)
		set(object, "minItems", json_integer(key->min));
	set(object, "maxItems", json_integer(key->max));
	if (key->item->unique)
		set(object, "uniqueItems", json_true());
	return object;
}

static json_t *string_form(const struct key *key)
{
	json_t *object = key->pattern ? pattern(key->pattern) : typed("string");

	if (key->min)
		set(object, "minLength", json_integer(key->min));
	set(object, "maxLength", json_integer(key->max));
	return object;
}

static json_t *integer_form(const struct key *key)
{
	json_t *object = typed("integer");

	set(object, "minimum", json_integer(key->min));
	set(object, "maximum", json_integer(key->max));
	return object;
}

static json_t *boolean_form(const struct key *key)
{
	(void)key;
	return typed("boolean");
}

static json_t *word_form(const struct key *key)
{
	json_t *object = json_object(), *words = json_array();

	for (size_t i = 0; key->words[i]; i++)
		push(words, json_string(key->words[i]));
	set(object, "enum", words);
	return object;
}

/* A whole number and a unit of those letters. */
static json_t *quantity_form(const struct key *key, const char *letters)
{
	cleanup_buf struct buf text = BUF_INIT;
	json_t *object, *either;

	buf_printf(&text, key->zero ? "^(0|(0|[1-9][0-9]{0,8})[%s])$" : "^[1-9][0-9]{0,8}[%s]$",
		   letters);
	if (!key->zero)
		return pattern(buf_text(&text));
	object = json_object();
	either = json_array();
	push(either, pattern(buf_text(&text)));
	push(either, json_pack("{s:i}", "const", 0));
	set(object, "anyOf", either);
	return object;
}

static json_t *duration_form(const struct key *key)
{
	return quantity_form(key, "smhd");
}

static json_t *rate_form(const struct key *key)
{
	return quantity_form(key, "kMG");
}

static json_t *address_form(const struct key *key)
{
	(void)key;
	return pattern("^" ADDRESS "$");
}

static json_t *network_form(const struct key *key)
{
	(void)key;
	return pattern("^" ADDRESS "(/(3[0-2]|[12]?[0-9]))?$");
}

static const struct {
	unsigned form;
	json_t *(*make)(const struct key *key);
} forms[] = {
	{ KEY_WORD, word_form },         { KEY_OBJECT, object_form },
	{ KEY_LIST, list_form },         { KEY_STRING, string_form },
	{ KEY_INTEGER, integer_form },   { KEY_BOOLEAN, boolean_form },
	{ KEY_DURATION, duration_form }, { KEY_ADDRESS, address_form },
	{ KEY_NETWORK, network_form },   { KEY_RATE, rate_form },
	{ KEY_MAP, map_form },
};

static json_t *forms_schema(const struct key *key)
{
	json_t *either = json_array(), *object;

	for (size_t i = 0; i < array_size(forms); i++)
		if (key->forms & forms[i].form)
			push(either, forms[i].make(key));
	if (json_array_size(either) == 1) {
		object = json_incref(json_array_get(either, 0));
		json_decref(either);
		return object;
	}
	object = json_object();
	set(object, "anyOf", either);
	return object;
}

static void describe(json_t *object, const struct key *key)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, "%s.", key->summary);
	if (key->unsupported)
		buf_puts(&text, " Not supported yet.");
	else if (key->fallback_doc)
		buf_printf(&text, " Default: %s.", key->fallback_doc);
	set(object, "description", json_string(buf_text(&text)));
	set(object, "x-l2tpgw-impact", json_string(key_impact_text(key->impact)));
}

static json_t *key_schema(const struct key *key)
{
	json_t *object, *examples;

	if (key->unsupported) {
		object = json_object();
		set(object, "not", json_object());
		set(object, "x-l2tpgw-supported", json_false());
		describe(object, key);
		return object;
	}
	object = forms_schema(key);
	describe(object, key);
	if (key->fallback)
		set(object, "default", json_loads(key->fallback, JSON_DECODE_ANY, NULL));
	if (key->example) {
		examples = json_array();
		push(examples, json_loads(key->example, JSON_DECODE_ANY, NULL));
		set(object, "examples", examples);
	}
	return object;
}

json_t *schema_make(void)
{
	json_t *schema = json_object(), *root = key_schema(&policy_keys);

	set(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	set(schema, "title", json_string("l2tpgw policy"));
	if (json_object_update(schema, root) < 0)
		abort();
	json_decref(root);
	return schema;
}
