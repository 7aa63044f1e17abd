/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/leases.h"

#include <stdlib.h>
#include <string.h>

#include "base/ip4.h"
#include "base/mem.h"
#include "policy/json.h"
#include "session/table.h"

/* FNV-1a, within what JSON's integers hold. Users whose numbers are the same just share a lease. */
static uint64_t number_of(const char *user)
{
	uint64_t hash = 14695981039346656037u;

	for (; *user; user++)
		hash = (hash ^ (uint8_t)*user) * 1099511628211u;
	return hash & INT64_MAX;
}

void leases_free(struct leases *leases)
{
	free(leases->list);
	*leases = (struct leases){ 0 };
}

/* `count` if there is none. Who was here lately is found soon. */
static size_t find(const struct leases *leases, uint64_t user)
{
	for (size_t i = leases->count; i-- > 0;) {
		if (leases->list[i].user == user)
			return i;
	}
	return leases->count;
}

static void drop(struct leases *leases, size_t at)
{
	leases->count--;
	memmove(&leases->list[at], &leases->list[at + 1],
		(leases->count - at) * sizeof(leases->list[0]));
}

static void append(struct leases *leases, struct lease lease)
{
	if (!leases->list)
		leases->list = mem_alloc(LEASES_MAX * sizeof(lease));
	leases->list[leases->count++] = lease;
	leases->changes++;
}

void leases_note(struct leases *leases, const char *user, uint32_t address)
{
	const struct lease lease = { .user = number_of(user), .address = address };
	size_t at = find(leases, lease.user);
	bool known = at < leases->count;

	if (known && at == leases->count - 1 && leases->list[at].address == lease.address)
		return;
	if (known || leases->count == LEASES_MAX)
		drop(leases, known ? at : 0);
	append(leases, lease);
}

uint32_t leases_last(const struct leases *leases, const char *user)
{
	size_t at = find(leases, number_of(user));

	return at < leases->count ? leases->list[at].address : 0;
}

/* ---- in a file ---- */

json_t *session_leases_encode(const struct session_table *table)
{
	const struct leases *leases = addresses_leases(table->addresses);
	json_t *list = json_array();
	char address[IP4_TEXT_MAX];

	for (size_t i = 0; i < leases->count; i++)
		json_array_append_new(list, json_pack("{s:I, s:s}", "user",
						      (json_int_t)leases->list[i].user, "address",
						      ip4_text(leases->list[i].address, address)));
	return json_pack("{s:i, s:o}", "format", SESSION_FORMAT, "leases", list);
}

static bool decode_lease(const json_t *json, struct lease *lease)
{
	const json_t *user = json_object_get(json, "user");
	const char *address = json_string_value(json_object_get(json, "address"));

	if (!json_is_integer(user) || json_integer_value(user) < 0 || !address)
		return false;
	lease->user = (uint64_t)json_integer_value(user);
	return ip4_parse(address, &lease->address);
}

/* Of two entries of one user, which nobody wrote, the later one counts. */
static int decode(struct leases *leases, const json_t *root, struct err *err)
{
	const json_t *list = json_object_get(root, "leases"), *item;
	size_t i;

	if (json_integer_value(json_object_get(root, "format")) != SESSION_FORMAT)
		return err_set(err, ERR_FAILED, "it is of another format than %d", SESSION_FORMAT);
	if (!json_is_array(list) || json_array_size(list) > LEASES_MAX)
		return err_set(err, ERR_FAILED, "it is damaged");
	json_array_foreach(list, i, item)
	{
		struct lease lease;

		if (!decode_lease(item, &lease))
			return err_set(err, ERR_FAILED, "entry %zu is damaged", i + 1);
		append(leases, lease);
	}
	return 0;
}

int session_leases_decode(struct session_table *table, const char *text, size_t len,
			  struct err *err)
{
	cleanup_json json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	struct leases leases = { 0 };
	int result = decode(&leases, root, err);

	if (result < 0)
		leases_free(&leases);
	addresses_take_leases(table->addresses, &leases);
	return result;
}

uint64_t session_leases_changes(const struct session_table *table)
{
	return addresses_leases(table->addresses)->changes;
}
