/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const char *const names[] = {
	MSG_TYPE,      MSG_VIP,           MSG_PID,   MSG_STARTTIME, MSG_PARENT,
	MSG_TUNNEL,    MSG_SESSION,       MSG_USER,  MSG_PROTOCOL,  MSG_MESSAGE,
	MSG_ADDRESS,   MSG_DNS1,          MSG_DNS2,  MSG_REASON,    MSG_RESPONSE,
	MSG_CHALLENGE, MSG_IFNAME,        MSG_LOCAL, MSG_MTU,       MSG_RETRY,
	MSG_STATUS,    MSG_AUTHENTICATED, MSG_RX,    MSG_TX,        MSG_SECONDS,
};

/* Sent on as it was understood, it is the same message. */
static void write_again(const struct fields *in)
{
	struct fields out;

	fields_init(&out);
	for (const char *p = in->data; p < in->data + in->len; p += strlen(p) + 1) {
		char name[FIELDS_MAX];
		size_t len = strcspn(p, "=");

		memcpy(name, p, len);
		name[len] = '\0';
		must(fields_get(in, name) == p + len + 1);
		fields_put(&out, name, p + len + 1);
	}
	must(!out.failed && out.len == in->len && !memcmp(out.data, in->data, in->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields fields;
	uint64_t value;

	if (!fields_decode(&fields, data, size)) {
		must(!fields_get(&fields, MSG_TYPE));
		return 0;
	}
	for (size_t i = 0; i < array_size(names); i++) {
		const char *text = fields_get(&fields, names[i]);

		must(!text || strlen(text) < FIELDS_MAX);
		must(!fields_number(&fields, names[i], UINT16_MAX, &value) || value <= UINT16_MAX);
	}
	write_again(&fields);
	return 0;
}
