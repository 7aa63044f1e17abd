/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/local.h"

#define REPLY_MAX (32u << 20)

static int send_line(int fd, const json_t *request, struct err *err)
{
	cleanup_free char *text = json_dumps(request, JSON_COMPACT);
	cleanup_buf struct buf line = BUF_INIT;

	buf_printf(&line, "%s\n", text ? text : "{}");
	if (local_flush(fd, &line, err) != 0)
		return err_set(err, ERR_UNREACHABLE, "l2tpgwd does not take the request");
	return 0;
}

static int receive_line(int fd, struct buf *line, struct err *err)
{
	while (!line->len || line->data[line->len - 1] != '\n') {
		ssize_t n = local_read(fd, line, REPLY_MAX, err);

		if (n == LOCAL_AGAIN)
			return err_set(err, ERR_UNREACHABLE, "l2tpgwd does not answer in time");
		if (n == LOCAL_CLOSED)
			return err_set(err, ERR_UNREACHABLE, "l2tpgwd ended the conversation");
		if (n < 0)
			return -1;
	}
	return 0;
}

static enum err_code error_code(const json_t *error)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));

	return code > 0 && code < 126 ? (enum err_code)code : ERR_INTERNAL;
}

/* The result out of {"ok": …}, or the error of {"error": …} into *err. */
static json_t *reply_result(const struct buf *line, struct err *err)
{
	json_error_t syntax;
	json_t *reply = json_loadb(line->data, line->len, 0, &syntax);
	const json_t *error = json_object_get(reply, "error");
	const char *text = json_string_value(json_object_get(error, "text"));
	json_t *result = json_incref(json_object_get(reply, "ok"));

	if (!result)
		(void)err_set(err, error_code(error), "%s",
			      text ? text : "l2tpgwd answered something unreadable");
	json_decref(reply);
	return result;
}

json_t *client_call(const struct paths *paths, const json_t *request, unsigned timeout_ms,
		    struct err *err)
{
	cleanup_fd int fd = local_connect(paths->control, SOCK_STREAM, (int)timeout_ms, err);
	cleanup_buf struct buf line = BUF_INIT;

	if (fd < 0) {
		if (err->code != ERR_PERMISSION)
			(void)err_set(err, ERR_UNREACHABLE,
				      "the gateway is not running; start it with: l2tpgw up");
		return NULL;
	}
	if (send_line(fd, request, err) < 0 || receive_line(fd, &line, err) < 0)
		return NULL;
	return reply_result(&line, err);
}

json_t *client_verb(const struct paths *paths, const char *verb, unsigned timeout_ms,
		    struct err *err)
{
	json_t *request = json_pack("{s:s}", "verb", verb);
	json_t *result = client_call(paths, request, timeout_ms, err);

	json_decref(request);
	return result;
}
