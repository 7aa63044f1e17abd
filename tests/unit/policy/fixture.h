/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_POLICY_FIXTURE_H
#define L2TPGW_TESTS_POLICY_FIXTURE_H

/* Policies made from a small valid one by setting single values, and what loading them says. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/policy.h"
#include "unit.h"

#define FIXTURE_PSK      "Zq8vK2mX4wR7tY1uB5nC9dF3"
#define FIXTURE_PASSWORD "Hj6pL0sT2qW8eR4z"
#define FIXTURE_BASE                                                  \
	"{\"version\": 1, \"ipsec\": {\"psk\": \"" FIXTURE_PSK "\"}," \
	" \"users\": [{\"name\": \"alice\", \"password\": \"" FIXTURE_PASSWORD "\"}]}"

struct loaded {
	struct policy *policy;
	struct diags diags;
	struct buf rendered;
};

static inline struct host fixture_host(void)
{
	struct host host = {
		.wan = "eth0",
		.wan_address = 0xcb007105, /* 203.0.113.5 */
		.wan_mtu = 1500,
		.nets = { { "eth0", { 0xcb007100, 24 } }, { "eth1", { 0x0a140000, 16 } } },
		.nets_count = 2,
		.resolvers = { 0x09090909, 0x08080808, 0x01010101 },
		.resolvers_count = 3,
	};

	return host;
}

static inline int fixture_read(void *user, const char *path, struct buf *out, struct err *err)
{
	(void)user;
	if (strcmp(path, "/etc/psk") != 0 && strcmp(path, "/root/psk") != 0 &&
	    strcmp(path, "/etc/l2tpgw/alice") != 0 && strcmp(path, "/etc/l2tpgw/radius") != 0)
		return err_set(err, ERR_FAILED, "%s: not there", path);
	buf_puts(out, FIXTURE_PSK "\n");
	return 0;
}

static inline bool fixture_zone(void *user, const char *name)
{
	(void)user;
	return !strcmp(name, "Europe/Berlin") || !strcmp(name, "UTC");
}

static inline void load_bytes(struct loaded *loaded, const char *text, size_t len,
			      const struct host *host)
{
	struct policy_io io = { .read = fixture_read, .zone = fixture_zone };

	*loaded = (struct loaded){ .rendered = BUF_INIT };
	loaded->policy = policy_load("policy.json", text, len, host, &io, &loaded->diags);
	diags_render(&loaded->diags, "policy.json", text, len, &loaded->rendered);
}

static inline void load_text(struct loaded *loaded, const char *text)
{
	struct host host = fixture_host();

	load_bytes(loaded, text, strlen(text), &host);
}

static inline void unload(struct loaded *loaded)
{
	policy_free(loaded->policy);
	diags_free(&loaded->diags);
	buf_free(&loaded->rendered);
}

static inline bool is_index(const char *step)
{
	return *step >= '0' && *step <= '9';
}

/* The value below `parent` at one step of a path, made if there is none. */
static inline json_t *fixture_step(json_t *parent, const char *step, const char *next)
{
	json_t *child;

	if (json_is_array(parent)) {
		if (json_array_size(parent) <= (size_t)atoi(step))
			json_array_append_new(parent, json_object());
		return json_array_get(parent, (size_t)atoi(step));
	}
	child = json_object_get(parent, step);
	if (!json_is_object(child) && !json_is_array(child)) {
		child = is_index(next) ? json_array() : json_object();
		json_object_set_new(parent, step, child);
	}
	return child;
}

/* Sets "users.0.name" and the like to a value given as JSON text; NULL removes it. */
static inline void fixture_set(json_t *root, const char *path, const char *value)
{
	char *copy = strdup(path), *save = NULL, *step, *next;
	json_t *at = root, *json = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

	if (!strncmp(path, "radius.servers.0.", 17)) /* of one that is complete */
		fixture_set(root, "radius.servers.0",
			    "{\"address\": \"192.0.2.10\", \"secret\": \"0123456789abcdef\"}");
	for (step = strtok_r(copy, ".", &save); (next = strtok_r(NULL, ".", &save)); step = next)
		at = fixture_step(at, step, next);
	if (value)
		assert_non_null(json);
	if (!strcmp(step, "password_file") || !strcmp(step, "nt_hash"))
		json_object_del(at, "password"); /* which they stand for */
	if (json_is_array(at) && json_array_size(at) > (size_t)atoi(step))
		json_array_set_new(at, (size_t)atoi(step), json);
	else if (json_is_array(at))
		json_array_append_new(at, json);
	else if (json)
		json_object_set_new(at, step, json);
	else
		json_object_del(at, step);
	free(copy);
}

/* Loads the small policy with up to three values set. */
static inline void load_with(struct loaded *loaded, const struct host *host,
			     const char *const settings[][2], size_t count)
{
	json_t *root = json_loads(FIXTURE_BASE, 0, NULL);
	char *text;

	for (size_t i = 0; i < count; i++)
		fixture_set(root, settings[i][0], settings[i][1]);
	text = json_dumps(root, JSON_INDENT(2));
	load_bytes(loaded, text, strlen(text), host);
	free(text);
	json_decref(root);
}

static inline bool says(const struct loaded *loaded, const char *message)
{
	for (size_t i = 0; i < loaded->diags.count; i++)
		if (strstr(loaded->diags.list[i].message, message))
			return true;
	return false;
}

#endif
