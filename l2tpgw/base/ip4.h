/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_IP4_H
#define L2TPGW_BASE_IP4_H

/* IPv4 addresses and networks. Addresses are in host byte order everywhere inside l2tpgw. */
#include <stdbool.h>
#include <stdint.h>

#define IP4_TEXT_MAX 20 /* "255.255.255.255/32" and a NUL */

struct ip4_net {
	uint32_t address; /* host bits are zero */
	uint8_t bits;     /* prefix length, 0 to 32 */
};

/* Strict dotted quad, nothing around it; false if it is not one. */
bool ip4_parse(const char *text, uint32_t *address);
/* "a.b.c.d/n" or "a.b.c.d" (= /32). False if malformed, or if bits beyond the prefix are set. */
bool ip4_net_parse(const char *text, struct ip4_net *net);
/* Text is written to `out` and returned. */
const char *ip4_text(uint32_t address, char out[IP4_TEXT_MAX]);
const char *ip4_net_text(struct ip4_net net, char out[IP4_TEXT_MAX]);
uint32_t ip4_mask(uint8_t bits);
bool ip4_in(uint32_t address, struct ip4_net net);
bool ip4_overlap(struct ip4_net a, struct ip4_net b);

#endif
