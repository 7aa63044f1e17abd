/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_LOCATE_H
#define L2TPGW_POLICY_LOCATE_H

/* From JSON pointers to places in the text. Run only when there is something to show. */
#include <stdbool.h>
#include <stddef.h>

#include "policy/diag.h"

/*
 * Gives each diagnosis its byte range, line and column, sorts them and keeps the first DIAGS_MAX
 * (errors before warnings). With `duplicates` it also reports every key that stands twice.
 */
void locate(struct diags *diags, const char *text, size_t len, bool duplicates);
/* Reports the first fault of syntax; false if the text is JSON as far as it can tell. */
bool locate_fault(struct diags *diags, const char *text, size_t len);

#endif
