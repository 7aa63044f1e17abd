/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_RECORD_H
#define L2TPGW_APPLY_RECORD_H

/* What history keeps of a generation beside its policy: record.json, "l2tpgw.generation/1". */
#include <jansson.h>
#include <stdbool.h>

#include "apply/history.h"

/* `changes` may be NULL; at most HISTORY_CHANGES_MAX of them are told. */
json_t *record_json(const struct generation *g, const struct changes *changes);
/* False if it is no record. `changes` may be NULL: they are passed over. */
bool record_parse(const json_t *json, struct generation *g, struct changes *changes);
/* Changes how it ended; `detail` may be NULL. */
void record_set_result(json_t *record, enum generation_result result, const char *detail);

#endif
