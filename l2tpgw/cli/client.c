/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/client.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/local.h"
#include "policy/quote.h"

#define REPLY_MAX (32u << 20)

static int append(const char *data, size_t len, void *user)
{
	buf_append(user, data, len);
	return 0;
}

void client_request(struct buf *line, const json_t *request, const struct buf *policy)
{
	cleanup_buf struct buf rest = BUF_INIT;

	(void)json_dump_callback(request, append, &rest, JSON_COMPACT);
	if (policy) {
		buf_puts(line, "{\"policy\":");
		quote_json(line, buf_text(policy));
		buf_printf(line, ",%s\n", buf_text(&rest) + 1);
	} else {
		buf_printf(line, "%s\n", buf_text(&rest));
	}
}

/* At least one line; what came behind it stays for the next call. */
static int receive_line(int fd, struct buf *in, struct err *err)
{
	while (!in->len || !memchr(in->data, '\n', in->len)) {
		ssize_t n = local_read(fd, in, REPLY_MAX, err);

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
static json_t *reply_result(const json_t *reply, struct err *err)
{
	const json_t *error = json_object_get(reply, "error");
	const char *text = json_string_value(json_object_get(error, "text"));
	json_t *result = json_incref(json_object_get(reply, "ok"));

	if (!result)
		(void)err_set(err, error_code(error), "%s",
			      text ? text : "l2tpgwd answered something unreadable");
	return result;
}

static json_t *take_line(struct buf *in)
{
	size_t len = (size_t)((char *)memchr(in->data, '\n', in->len) - in->data) + 1;
	json_t *line = json_loadb(in->data, len, 0, NULL);

	buf_consume(in, len);
	return line;
}

static json_t *receive(int fd, client_progress *progress, void *user, struct err *err)
{
	cleanup_buf struct buf in = BUF_INIT;
	json_t *line = NULL, *result;

	do {
		if (line && progress)
			progress(user, json_object_get(line, "progress"));
		json_decref(line);
		if (receive_line(fd, &in, err) < 0)
			return NULL;
		line = take_line(&in);
	} while (json_object_get(line, "progress"));
	result = reply_result(line, err);
	json_decref(line);
	return result;
}

json_t *client_line(const struct paths *paths, struct buf *line, unsigned timeout_ms,
		    client_progress *progress, void *user, struct err *err)
{
	cleanup_fd int fd = local_connect(paths->control, SOCK_STREAM, (int)timeout_ms, err);

	if (fd < 0) {
		if (err->code != ERR_PERMISSION)
			(void)err_set(err, ERR_UNREACHABLE,
				      "the gateway is not running; start it with: l2tpgw up");
		return NULL;
	}
	if (local_flush(fd, line, err) != 0) {
		(void)err_set(err, ERR_UNREACHABLE, "l2tpgwd does not take the request");
		return NULL;
	}
	return receive(fd, progress, user, err);
}

json_t *client_call(const struct paths *paths, const json_t *request, unsigned timeout_ms,
		    struct err *err)
{
	cleanup_buf struct buf line = BUF_INIT;

	client_request(&line, request, NULL);
	return client_line(paths, &line, timeout_ms, NULL, NULL, err);
}

json_t *client_verb(const struct paths *paths, const char *verb, unsigned timeout_ms,
		    struct err *err)
{
	json_t *request = json_pack("{s:s}", "verb", verb);
	json_t *result = client_call(paths, request, timeout_ms, err);

	json_decref(request);
	return result;
}
