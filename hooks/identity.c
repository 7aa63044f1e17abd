/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fabric.h"
#include "base/ip4.h"
#include "base/messages.h"

#define STAT_STARTTIME 22 /* proc(5) counts from 1; field 3 is the first behind the name */

bool identity_vip(const char *ipparam, uint32_t *vip)
{
	const struct ip4_net vips = { FABRIC_VIP_NET, FABRIC_VIP_BITS };
	uint32_t address;

	if (!ipparam || !ip4_parse(ipparam, &address) || !ip4_in(address, vips))
		return false;
	*vip = address;
	return true;
}

void identity_ifname(uint32_t vip, unsigned round, char out[IDENTITY_IFNAME_SIZE])
{
	(void)snprintf(out, IDENTITY_IFNAME_SIZE, FABRIC_IFNAME_PREFIX "%" PRIu32,
		       (vip - FABRIC_VIP_NET) % FABRIC_SLOTS + round * FABRIC_SLOTS);
}

/* L2TPv2 ids have 16 bits and are never 0 (RFC 2661, 3.1). */
static void take_id(const char *text, uint32_t *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text >= '0' && *text <= '9' && !*end && value && value <= UINT16_MAX)
		*id = (uint32_t)value;
}

void identity_cmdline(struct identity *identity, const char *data, size_t len)
{
	const char *end = data + len;

	if (!len || end[-1] != '\0')
		return;
	while (data < end) {
		const char *value = data + strlen(data) + 1;

		if (value < end && !strcmp(data, "pppol2tp_tunnel_id"))
			take_id(value, &identity->tunnel);
		if (value < end && !strcmp(data, "pppol2tp_session_id"))
			take_id(value, &identity->session);
		data = value;
	}
}

bool identity_stat(struct identity *identity, const char *text)
{
	/* The name in parentheses may hold anything, ")" and spaces too: count from its end. */
	const char *at = strrchr(text, ')');
	uint64_t starttime;

	if (!at)
		return false;
	for (int field = 2; field < STAT_STARTTIME; field++) {
		at = strchr(at + 1, ' ');
		if (!at)
			return false;
	}
	if (sscanf(at, " %" SCNu64, &starttime) != 1)
		return false;
	identity->starttime = starttime;
	return true;
}

void identity_put(struct fields *message, const struct identity *identity)
{
	char vip[IP4_TEXT_MAX];

	fields_put(message, MSG_VIP, ip4_text(identity->vip, vip));
	fields_put_number(message, MSG_PID, identity->pid);
	fields_put_number(message, MSG_STARTTIME, identity->starttime);
	fields_put_number(message, MSG_PARENT, identity->parent);
	fields_put_number(message, MSG_TUNNEL, identity->tunnel);
	fields_put_number(message, MSG_SESSION, identity->session);
}
