/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "policy/keys.h"
#include "policy/schema.h"

/* The schema of one form among those a value may have. */
static const json_t *form_with(const json_t *schema, const char *member)
{
	const json_t *any = json_object_get(schema, "anyOf"), *form;
	size_t i;

	if (json_object_get(schema, member))
		return schema;
	json_array_foreach(any, i, form) if (json_object_get(form, member)) return form;
	return NULL;
}

static const json_t *at_pointer(const json_t *schema, const char *pointer)
{
	while (schema && *pointer) {
		size_t len = strcspn(++pointer, "/");
		char name[64];

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, pointer);
		if (strcmp(name, "*") == 0)
			schema = json_object_get(form_with(schema, "items"), "items");
		else if (strcmp(name, "NAME") == 0)
			schema = json_object_get(form_with(schema, "additionalProperties"),
						 "additionalProperties");
		else
			schema = json_object_get(
			    json_object_get(form_with(schema, "properties"), "properties"), name);
		pointer += len;
	}
	return schema;
}

static void has_key(const char *pointer, const struct key *key, void *user)
{
	const json_t *schema = at_pointer(user, pointer);

	if (!schema)
		fail_msg("%s is not in the schema", pointer);
	assert_true(json_is_string(json_object_get(schema, "description")));
	assert_string_equal(json_string_value(json_object_get(schema, "x-l2tpgw-impact")),
			    key_impact_text(key->impact));
	assert_int_equal(key->unsupported, json_object_get(schema, "not") != NULL);
	if (key->fallback && !key->unsupported)
		assert_non_null(json_object_get(schema, "default"));
	if ((key->forms & KEY_OBJECT) && !key->unsupported)
		assert_true(json_is_false(
		    json_object_get(form_with(schema, "properties"), "additionalProperties")));
}

static void test_every_key(void **state)
{
	json_t *schema = schema_make();

	(void)state;
	key_each(has_key, schema);
	json_decref(schema);
}

static void count_properties(const json_t *schema, size_t *count)
{
	const char *name;
	json_t *value;
	size_t i;

	json_object_foreach(json_object_get(schema, "properties"), name, value)
	{
		(*count)++;
		count_properties(value, count);
	}
	if (json_is_object(json_object_get(schema, "additionalProperties"))) {
		(*count)++;
		count_properties(json_object_get(schema, "additionalProperties"), count);
	}
	if (json_object_get(schema, "items")) {
		(*count)++;
		count_properties(json_object_get(schema, "items"), count);
	}
	json_array_foreach(json_object_get(schema, "anyOf"), i, value)
	    count_properties(value, count);
}

static void count_key(const char *pointer, const struct key *key, void *user)
{
	(void)pointer;
	(void)key;
	(*(size_t *)user)++;
}

static void test_nothing_else(void **state)
{
	json_t *schema = schema_make();
	size_t in_schema = 0, in_table = 0;

	(void)state;
	count_properties(schema, &in_schema);
	key_each(count_key, &in_table);
	assert_int_equal(in_schema, in_table);
	assert_string_equal(json_string_value(json_object_get(schema, "$schema")),
			    "https://json-schema.org/draft/2020-12/schema");
	json_decref(schema);
}

static void test_required(void **state)
{
	json_t *schema = schema_make();
	json_t *required = json_object_get(at_pointer(schema, "/users/*"), "required");

	(void)state;
	assert_int_equal(json_array_size(required), 1);
	assert_string_equal(json_string_value(json_array_get(required, 0)), "name");
	assert_int_equal(json_array_size(json_object_get(at_pointer(schema, "/users/*"), "oneOf")),
			 3);
	required = json_object_get(schema, "required");
	assert_int_equal(json_array_size(required), 2);
	assert_string_equal(json_string_value(json_array_get(required, 0)), "version");
	assert_string_equal(json_string_value(json_array_get(required, 1)), "ipsec");
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_nothing_else),
		cmocka_unit_test(test_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
