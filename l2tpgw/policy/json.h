/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_JSON_H
#define L2TPGW_POLICY_JSON_H

/*
 * jansson with memory that is wiped when it is freed, for documents that hold secrets. Every json_t
 * made between begin and end must be freed between them. Not for several threads at once.
 */
#include <jansson.h>

struct json_wiping {
	json_malloc_t malloc_fn;
	json_free_t free_fn;
};

void json_wiping_begin(struct json_wiping *saved);
void json_wiping_end(const struct json_wiping *saved);

/*
 * A string, even of a text that is no UTF-8, as one that was cut within a character: then every
 * byte beyond ASCII becomes "?".
 */
json_t *json_text(const char *text);

static inline void cleanup_json_(json_t **json)
{
	json_decref(*json);
}
#define cleanup_json __attribute__((cleanup(cleanup_json_)))

#endif
