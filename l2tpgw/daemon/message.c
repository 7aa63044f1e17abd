/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/message.h"

#include <string.h>

#include "base/ip4.h"
#include "base/messages.h"

static uint32_t read_u32(const struct fields *fields, const char *name)
{
	uint64_t value = 0;

	(void)fields_number(fields, name, UINT32_MAX, &value);
	return (uint32_t)value;
}

static uint32_t read_address(const struct fields *fields, const char *name)
{
	const char *text = fields_get(fields, name);
	uint32_t address = 0;

	return text && ip4_parse(text, &address) ? address : 0;
}

static bool is(const struct fields *fields, const char *name, const char *value)
{
	const char *text = fields_get(fields, name);

	return text && !strcmp(text, value);
}

static bool read_start(const struct fields *fields, struct message *message)
{
	(void)fields;
	return message->vip;
}

static bool read_admit(const struct fields *fields, struct message *message)
{
	const char *challenge = fields_get(fields, MSG_CHALLENGE);
	const char *response = fields_get(fields, MSG_RESPONSE);

	return message->vip && message->user && message->protocol && challenge && response &&
	       mschap_read(&message->proof, challenge, response);
}

static bool read_refused(const struct fields *fields, struct message *message)
{
	(void)fields;
	return message->user && message->protocol;
}

static bool read_up(const struct fields *fields, struct message *message)
{
	message->address = read_address(fields, MSG_ADDRESS);
	message->mtu = read_u32(fields, MSG_MTU);
	return message->ifname;
}

static bool read_down(const struct fields *fields, struct message *message)
{
	uint64_t status;

	if (!fields_number(fields, MSG_STATUS, UINT8_MAX, &status))
		return false;
	message->status = (unsigned)status;
	message->authenticated = read_u32(fields, MSG_AUTHENTICATED);
	message->counted = fields_number(fields, MSG_RX, UINT64_MAX, &message->rx) &&
			   fields_number(fields, MSG_TX, UINT64_MAX, &message->tx);
	return true;
}

static const struct {
	const char *type;
	bool (*read)(const struct fields *fields, struct message *message);
} kinds[MESSAGE_KINDS] = {
	[MESSAGE_START] = { MSG_START, read_start },
	[MESSAGE_ADMIT] = { MSG_ADMIT, read_admit },
	[MESSAGE_REFUSED] = { MSG_REFUSED, read_refused },
	[MESSAGE_UP] = { MSG_UP, read_up },
	[MESSAGE_DOWN] = { MSG_DOWN, read_down },
};

bool message_read(const struct fields *fields, struct message *message)
{
	*message = (struct message){
		.pppd = { .pid = read_u32(fields, MSG_PID) },
		.vip = read_address(fields, MSG_VIP),
		.parent = read_u32(fields, MSG_PARENT),
		.tunnel = read_u32(fields, MSG_TUNNEL),
		.call = read_u32(fields, MSG_SESSION),
		.user = fields_get(fields, MSG_USER),
		.protocol = fields_get(fields, MSG_PROTOCOL),
		.ifname = fields_get(fields, MSG_IFNAME),
	};
	(void)fields_number(fields, MSG_STARTTIME, UINT64_MAX, &message->pppd.start);
	for (size_t i = 0; i < MESSAGE_KINDS && message->pppd.pid; i++) {
		if (!is(fields, MSG_TYPE, kinds[i].type))
			continue;
		message->kind = (enum message_kind)i;
		return kinds[i].read(fields, message);
	}
	return false;
}

struct session_end message_end(const struct message *message)
{
	return (struct session_end){ .pppd = message->pppd,
				     .how = SESSION_EXITED,
				     .code = (int)message->status,
				     .counted = message->counted,
				     .rx_bytes = message->rx,
				     .tx_bytes = message->tx };
}
