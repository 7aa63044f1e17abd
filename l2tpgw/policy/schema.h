/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_SCHEMA_H
#define L2TPGW_POLICY_SCHEMA_H

/* The JSON Schema (draft 2020-12) of the policy, made from the table of keys. */
#include <jansson.h>

/* The caller owns the object. Keys not supported yet are there as "not": {}, which no value fits.
 */
json_t *schema_make(void);

#endif
