/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/gate.h"

#include <stdio.h>

#include "base/fabric.h"
#include "drive/nft.h"

int gate_close(struct err *err)
{
	char text[160];

	(void)snprintf(text, sizeof(text),
		       "flush set inet " FABRIC_TABLE " closed\n"
		       "add element inet " FABRIC_TABLE " closed { 500 timeout %us }\n",
		       GATE_S);
	return nft_run(text, err);
}

int gate_open(struct err *err)
{
	return nft_run("flush set inet " FABRIC_TABLE " closed\n", err);
}
