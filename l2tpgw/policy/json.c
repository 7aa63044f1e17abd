/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/json.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct wiped {
	size_t size;
	alignas(max_align_t) char data[];
};

static void *wiping_malloc(size_t size)
{
	struct wiped *wiped = size < SIZE_MAX / 2 ? malloc(sizeof(*wiped) + size) : NULL;

	if (!wiped)
		abort();
	wiped->size = size;
	return wiped->data;
}

static void wiping_free(void *p)
{
	struct wiped *wiped;

	if (!p)
		return;
	wiped = (struct wiped *)((char *)p - offsetof(struct wiped, data));
	explicit_bzero(wiped->data, wiped->size);
	free(wiped);
}

void json_wiping_begin(struct json_wiping *saved)
{
	json_get_alloc_funcs(&saved->malloc_fn, &saved->free_fn);
	json_set_alloc_funcs(wiping_malloc, wiping_free);
}

void json_wiping_end(const struct json_wiping *saved)
{
	json_set_alloc_funcs(saved->malloc_fn, saved->free_fn);
}

json_t *json_text(const char *text)
{
	json_t *json = json_string(text);
	char *plain;

	if (json)
		return json;
	plain = mem_strdup(text);
	for (char *c = plain; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	json = json_string(plain);
	free(plain);
	return json;
}
