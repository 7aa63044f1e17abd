/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Whatever comes, there is one line back, and it is JSON with a code. */
static void answer(const struct err *err)
{
	cleanup_buf struct buf out = BUF_INIT;
	json_t *reply;

	request_reply(&out, NULL, err);
	must(out.len && out.data[out.len - 1] == '\n' && !memchr(out.data, '\n', out.len - 1));
	reply = json_loadb(out.data, out.len, 0, NULL);
	must(json_integer_value(json_object_get(json_object_get(reply, "error"), "code")) > 0);
	json_decref(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { .code = ERR_NONE };
	struct request request;
	size_t len = size < sizeof(err.text) ? size : sizeof(err.text) - 1;

	if (request_parse((const char *)data, size, &request, &err) == 0) {
		must(request.verb < REQUEST_VERBS);
		must(memchr(request.id, '\0', sizeof(request.id)));
		must(memchr(request.what, '\0', sizeof(request.what)) && *request.what);
		must(memchr(request.allow_drop_of, '\0', sizeof(request.allow_drop_of)));
		must(!*request.base || strlen(request.base) == REQUEST_DIGEST_MAX - 1);
		must(request.confirm_within <= REQUEST_CONFIRM_MAX);
		must(!request.policy || request.policy_len <= POLICY_BYTES_MAX);
		request_free(&request);
	} else {
		must(err.code == ERR_USAGE);
		must(!request.policy);
	}
	answer(&err);
	/* Error texts quote what others said. */
	memcpy(err.text, data, len);
	err.text[len] = '\0';
	err.code = ERR_FAILED;
	answer(&err);
	return 0;
}
