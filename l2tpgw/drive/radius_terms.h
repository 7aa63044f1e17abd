/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RADIUS_TERMS_H
#define L2TPGW_DRIVE_RADIUS_TERMS_H

/*
 * What a server says about a session, in an Access-Accept or a CoA-Request, as values that make
 * sense. Attributes that mean nothing to a gateway are passed over; a service that it is not makes
 * all of it void (RFC 2865, 5.6). Pure.
 */
#include "base/err.h"
#include "drive/radius_wire.h"

#define RADIUS_CLASS_MAX   255       /* bytes of all Class attributes together */
#define RADIUS_SUCCESS_MAX 43        /* "S=" and 40 digits, with a NUL */
#define RADIUS_INTERIM_MIN 60        /* seconds (RFC 2869, 5.16) */
#define RADIUS_RATE_MIN    64000     /* bit/s: less is taken for that */
#define RADIUS_TIME_MAX    315360000 /* seconds, ten years: more is taken for never */

struct radius_terms {
	char group[RADIUS_VALUE_MAX + 1];                /* Filter-Id; "" = not said, as below */
	char pool[RADIUS_VALUE_MAX + 1];                 /* Framed-Pool */
	uint32_t address;                                /* Framed-IP-Address; 0 = not said */
	uint32_t session_timeout, idle_timeout, interim; /* seconds; 0 = not said */
	uint64_t down, up;                               /* bit/s (WISPr); 0 = not said */
	uint8_t class[RADIUS_CLASS_MAX]; /* whole attributes, one behind the other */
	size_t class_len;
	char success[RADIUS_SUCCESS_MAX]; /* MS-CHAP2-Success without its first byte; "" = none */
};

/* -1 with what is wrong if a value cannot be meant. */
int radius_terms_read(const struct radius_view *view, struct radius_terms *terms, struct err *err);
/* Puts the Class attributes back. */
void radius_put_class(struct radius_packet *packet, const uint8_t *class, size_t len);

#endif
