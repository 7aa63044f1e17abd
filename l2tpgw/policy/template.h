/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_TEMPLATE_H
#define L2TPGW_POLICY_TEMPLATE_H

/* The smallest policy that works, for machines that have none. */
#include "base/buf.h"

/* All are UTF-8 and are escaped as JSON needs; `name` may be NULL: the address of the WAN is
 * dialled. */
void policy_template(struct buf *out, const char *name, const char *psk, const char *user,
		     const char *password);

#endif
