/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/ip4.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool ip4_parse(const char *text, uint32_t *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	*address = ntohl(in.s_addr);
	return true;
}

static bool ip4_bits_parse(const char *text, uint8_t *bits)
{
	unsigned value = 0;

	if (!*text || strlen(text) > 2 || (text[0] == '0' && text[1]))
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (unsigned)(*text - '0');
	}
	*bits = (uint8_t)value;
	return value <= 32;
}

bool ip4_net_parse(const char *text, struct ip4_net *net)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char address[16];
	struct ip4_net parsed = { .bits = 32 };

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (!ip4_parse(address, &parsed.address))
		return false;
	if (slash && !ip4_bits_parse(slash + 1, &parsed.bits))
		return false;
	if (parsed.address & ~ip4_mask(parsed.bits))
		return false;
	*net = parsed;
	return true;
}

const char *ip4_text(uint32_t address, char out[IP4_TEXT_MAX])
{
	(void)snprintf(out, IP4_TEXT_MAX, "%u.%u.%u.%u", address >> 24, (address >> 16) & 0xff,
		       (address >> 8) & 0xff, address & 0xff);
	return out;
}

const char *ip4_net_text(struct ip4_net net, char out[IP4_TEXT_MAX])
{
	size_t len;

	ip4_text(net.address, out);
	len = strlen(out);
	(void)snprintf(out + len, IP4_TEXT_MAX - len, "/%u", net.bits);
	return out;
}

uint32_t ip4_mask(uint8_t bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

bool ip4_in(uint32_t address, struct ip4_net net)
{
	return (address & ip4_mask(net.bits)) == net.address;
}

bool ip4_overlap(struct ip4_net a, struct ip4_net b)
{
	uint8_t bits = a.bits < b.bits ? a.bits : b.bits;

	return ((a.address ^ b.address) & ip4_mask(bits)) == 0;
}
