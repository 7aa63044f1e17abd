/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_FIELDS_H
#define L2TPGW_BASE_FIELDS_H

/*
 * The codec of the admission socket and of session records: one message is a run of
 * "name=value" fields, each ended by a NUL. Names are [a-z0-9_]+ and stand once; values are any
 * bytes but NUL. A message is at most FIELDS_MAX bytes. Both ends (l2tpgwd and the pppd plugin)
 * link this file; everything read is checked before use.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIELDS_MAX 4096

struct fields {
	size_t len;
	bool failed; /* something did not fit or was malformed: latched */
	char data[FIELDS_MAX];
};

void fields_init(struct fields *fields);
void fields_put(struct fields *fields, const char *name, const char *value);
void fields_put_number(struct fields *fields, const char *name, uint64_t value);
/* Takes over a received message; false if it is not well-formed. */
bool fields_decode(struct fields *fields, const void *data, size_t len);
/* The value, NULL if the field is absent. Points into `fields`. */
const char *fields_get(const struct fields *fields, const char *name);
/* A decimal value of at most `max`; false if absent, malformed or larger. */
bool fields_number(const struct fields *fields, const char *name, uint64_t max, uint64_t *value);
void fields_wipe(struct fields *fields);

#endif
