/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_ADMISSION_H
#define L2TPGW_HOOKS_ADMISSION_H

/* What l2tpgwd answers to `admit` (base/messages.h), checked. Pure. */
#include <stdbool.h>
#include <stdint.h>

#include "base/fields.h"

struct admission {
	bool admitted;
	const char *reason;  /* why not, when not admitted; never NULL then */
	const char *message; /* for the client; points into the answer */
	uint32_t address;    /* the client's, host byte order, like the others */
	uint32_t dns[2];     /* 0 = as the options file says */
};

/* Anything that is not a complete, well-formed `admitted` is a refusal. */
struct admission admission_read(const struct fields *answer);
/* The name that messages use for a CHAP digest code (RFC 1994, RFC 2433, RFC 2759). */
const char *admission_protocol(int digest_code);

#endif
