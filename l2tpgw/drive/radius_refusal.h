/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RADIUS_REFUSAL_H
#define L2TPGW_DRIVE_RADIUS_REFUSAL_H

/* Why a server refuses a login, in an Access-Reject or Access-Challenge. Pure. */
#include "drive/radius_wire.h"

struct radius_refusal {
	/* MS-CHAP-Error says that the password is wrong (E=691; RFC 2548, 2.1.5), or nothing says
	 * that it is for something else: no other error and no Reply-Message. */
	bool of_password;
	char text[RADIUS_VALUE_MAX + 1]; /* as the server put it, any bytes; "" = it did not */
};

void radius_refusal_read(const struct radius_view *view, struct radius_refusal *refusal);

#endif
