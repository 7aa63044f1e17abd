/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_NAMES_H
#define L2TPGW_POLICY_NAMES_H

/*
 * What names, secrets and addresses must look like so that every part of the gateway takes them
 * the same way. Each returns NULL if all is well, else the reason as the end of a sentence.
 */
#include <stdint.h>

#include "base/buf.h"

#define NAMES_PSK_MIN      8
#define NAMES_PSK_MAX      255
#define NAMES_PASSWORD_MAX 255 /* pppd: MAXSECRETLEN 256 with its NUL */

/* A DNS name (RFC 1123 section 2.1) or an IPv4 address. */
const char *names_gateway(const char *text);
/* A name the kernel takes for an interface, and that needs quotes nowhere. */
const char *names_interface(const char *text);
/* Printable ASCII: pppd shows other bytes as M-x and hashes them so. */
const char *names_user(const char *text);
/* UTF-8 to the bytes that MS-CHAPv2 widens to UTF-16 (pppd, chap_ms.c: ascii2unicode), which is
 * ISO 8859-1. On failure *at is the number of the character at fault, from 1. */
const char *names_password(const char *text, struct buf *bytes, size_t *at);
/* Printable ASCII, NAMES_PSK_MIN to NAMES_PSK_MAX bytes: what all clients encode alike. */
const char *names_psk(const char *text, size_t len);
/* Of a group or pool: nothing that needs quotes anywhere. */
const char *names_label(const char *text);
/* A time zone as the tz database could call it; a path that leads nowhere else. */
const char *names_zone(const char *text);
/* What an address is if no machine may have it ("a multicast address"); NULL if one may. */
const char *names_reserved(uint32_t address);
/* The same for any address of a network. */
const char *names_reserved_net(uint32_t first, uint32_t last);

#endif
