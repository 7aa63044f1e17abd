/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks/admission.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ip4.h"
#include "base/messages.h"

static struct admission refusal(const char *reason)
{
	return (struct admission){ .reason = reason };
}

/* An address that is absent stays 0; false if one is there that cannot be meant. */
static bool read_address(const struct fields *answer, const char *name, uint32_t *address)
{
	const char *text = fields_get(answer, name);

	return !text || (ip4_parse(text, address) && *address);
}

static bool read_admitted(const struct fields *answer, struct admission *admission)
{
	size_t len;

	admission->message = fields_get(answer, MSG_MESSAGE);
	len = admission->message ? strlen(admission->message) : 0;
	return len && len <= MSG_MESSAGE_MAX &&
	       read_address(answer, MSG_ADDRESS, &admission->address) && admission->address &&
	       read_address(answer, MSG_DNS1, &admission->dns[0]) &&
	       read_address(answer, MSG_DNS2, &admission->dns[1]);
}

struct admission admission_read(const struct fields *answer)
{
	const char *type = fields_get(answer, MSG_TYPE);
	const char *reason = fields_get(answer, MSG_REASON);
	struct admission admission = { .admitted = true };

	if (type && !strcmp(type, MSG_DENIED))
		return refusal(reason ? reason : "no reason given");
	if (!type || strcmp(type, MSG_ADMITTED))
		return refusal("the answer is neither admitted nor denied");
	if (!read_admitted(answer, &admission))
		return refusal("the answer lacks a field or has a malformed one");
	return admission;
}

const char *admission_protocol(int digest_code)
{
	static const struct {
		int code;
		const char *name;
	} names[] = {
		{ 0x05, MSG_PROTOCOL_MD5 },
		{ 0x80, MSG_PROTOCOL_MSCHAP },
		{ 0x81, MSG_PROTOCOL_MSCHAPV2 },
	};

	for (size_t i = 0; i < array_size(names); i++)
		if (names[i].code == digest_code)
			return names[i].name;
	return MSG_PROTOCOL_OTHER;
}
