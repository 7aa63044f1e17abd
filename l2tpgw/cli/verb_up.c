/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/policy_file.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/client.h"
#include "cli/daemon.h"
#include "cli/howto.h"
#include "cli/preflight.h"
#include "cli/print.h"
#include "cli/secret.h"
#include "cli/verb.h"
#include "drive/local.h"
#include "policy/template.h"

#define PSK_LENGTH      32 /* 160 bits */
#define PASSWORD_LENGTH 16 /* 80 bits */
#define CALL_TIMEOUT_MS 60000
#define READY_TIMEOUT_S 120
#define LOOK_US         100000
#define FIRST_USER      "alice"

struct up {
	const struct args *args;
	const struct paths *paths;
	bool generated; /* the policy was written just now */
	bool was_running;
	struct process daemon; /* started by us */
};

static int write_policy(const struct up *up, const void *data, size_t len, struct err *err)
{
	if (file_mkdirs(up->paths->etc, 0755, err) < 0)
		return -1;
	return file_write(up->paths->policy, data, len, 0600, true, err);
}

static int generate_policy(struct up *up, struct err *err)
{
	char psk[PSK_LENGTH + 1], password[PASSWORD_LENGTH + 1];
	cleanup_buf struct buf text = BUF_INIT;
	int result;

	if (secret_generate(psk, PSK_LENGTH, err) < 0 ||
	    secret_generate(password, PASSWORD_LENGTH, err) < 0)
		return -1;
	policy_template(&text, NULL, psk, FIRST_USER, password);
	result = write_policy(up, buf_text(&text), text.len, err);
	explicit_bzero(psk, sizeof(psk));
	explicit_bzero(password, sizeof(password));
	up->generated = result == 0;
	if (up->generated)
		(void)fprintf(stderr, "wrote %s with a generated key and user \"%s\"\n",
			      up->paths->policy, FIRST_USER);
	return result;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

/* --policy FILE becomes the installed policy; the one before it is kept beside it. */
static int install_policy(struct up *up, const char *path, struct err *err)
{
	cleanup_policy_file struct policy_file file = { .path = path };
	cleanup_buf struct buf old = BUF_INIT;
	char before[PATHS_MAX + 16];

	if (policy_file_load(&file, err) < 0)
		return -1;
	if (access(up->paths->policy, F_OK) == 0) {
		if (file_read(up->paths->policy, POLICY_BYTES_MAX, &old, err) < 0)
			return -1;
		if (same_bytes(&old, &file.text))
			return 0;
		(void)snprintf(before, sizeof(before), "%s.before", up->paths->policy);
		if (file_write(before, buf_text(&old), old.len, 0600, true, err) < 0)
			return -1;
	}
	return write_policy(up, buf_text(&file.text), file.text.len, err);
}

static int ensure_policy(struct up *up, struct err *err)
{
	if (up->args->given[OPTION_POLICY])
		return install_policy(up, up->args->value[OPTION_POLICY], err);
	if (access(up->paths->policy, F_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return err_errno(err, errno, "cannot look at %s", up->paths->policy);
	return generate_policy(up, err);
}

static int run_preflight(const struct up *up, const struct policy *policy, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	unsigned obstacles = preflight(up->paths, policy, &text);

	if (!obstacles)
		return 0;
	(void)fputs(buf_text(&text), stderr);
	return err_set(err, ERR_FAILED,
		       "%u obstacles; nothing was started. Remove them and run l2tpgw up again",
		       obstacles);
}

/* The daemon died before it answered: what it said last is in its log. */
static int daemon_died(struct up *up, struct err *err)
{
	char text[64];
	int status;

	if (!up->daemon.pid || !process_wait(&up->daemon, 0) ||
	    process_reap(&up->daemon, &status, err) != 0)
		return 0;
	return err_set(err, ERR_FAILED, "l2tpgwd ended at once (%s); the reason is in its log: %s",
		       process_status_text(status, text), daemon_log());
}

static bool is_ready(const struct up *up, json_t **status)
{
	struct err ignored = { .code = ERR_NONE };

	json_decref(*status);
	*status = client_verb(up->paths, "status", CALL_TIMEOUT_MS, &ignored);
	return *status && !strcmp(print_text(*status, "state"), "ready");
}

static unsigned ready_timeout(const struct up *up, struct err *err)
{
	const char *text = up->args->value[OPTION_TIMEOUT];
	char *end;
	unsigned long seconds;

	if (!text)
		return READY_TIMEOUT_S;
	seconds = strtoul(text, &end, 10);
	if (*end || !*text || seconds == 0 || seconds > 3600) {
		(void)err_set(err, ERR_USAGE, "--timeout takes seconds, 1 to 3600");
		return 0;
	}
	return (unsigned)seconds;
}

static int wait_ready(struct up *up, unsigned seconds, json_t **status, struct err *err)
{
	time_t end = time(NULL) + (time_t)seconds;
	bool terminal = isatty(STDERR_FILENO);

	while (!is_ready(up, status)) {
		if (daemon_died(up, err) < 0)
			return -1;
		if (time(NULL) >= end)
			return err_set(err, ERR_NOT_CONVERGED,
				       "applied, but not ready after %u s; see l2tpgw status and "
				       "the log: %s",
				       seconds, daemon_log());
		if (terminal)
			(void)fputs(".", stderr);
		(void)usleep(LOOK_US);
	}
	return 0;
}

static int start(struct up *up, json_t **applied, struct err *err)
{
	if (!up->was_running)
		return daemon_start(up->paths, &up->daemon, err);
	*applied = client_verb(up->paths, "apply", CALL_TIMEOUT_MS, err);
	return *applied ? 0 : -1;
}

static void report(const struct up *up, const struct policy_file *file, json_t *status,
		   const json_t *applied)
{
	const char *server = print_text(json_object_get(status, "gateway"), "name");
	json_int_t changes = json_integer_value(json_object_get(applied, "changes"));

	if (up->args->given[OPTION_JSON]) {
		json_t *result =
		    json_pack("{s:s, s:O, s:b, s:b}", "schema", "l2tpgw.up/1", "status", status,
			      "was_running", up->was_running, "policy_written", up->generated);

		print_json(result);
		json_decref(result);
		return;
	}
	if (up->was_running)
		printf("the gateway was running; %lld changes\n", (long long)changes);
	else
		puts("the gateway is up");
	howto_print(file->policy, server, up->paths->policy,
		    up->generated && isatty(STDOUT_FILENO));
}

static int bring_up(struct up *up, const struct policy_file *file, struct err *err)
{
	unsigned seconds = ready_timeout(up, err);
	json_t *status = NULL, *applied = NULL;
	int result = seconds ? start(up, &applied, err) : -1;

	if (result == 0)
		result = wait_ready(up, seconds, &status, err);
	if (result == 0)
		report(up, file, status, applied);
	json_decref(status);
	json_decref(applied);
	return result;
}

int verb_up(const struct args *args, struct err *err)
{
	struct up up = { .args = args, .paths = args->paths, .daemon = PROCESS_NONE };
	cleanup_policy_file struct policy_file file = { .path = args->paths->policy,
							.strict = true };
	cleanup_buf struct buf warnings = BUF_INIT;
	int result;

	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "up needs root; nothing was changed");
	if (ensure_policy(&up, err) < 0 || policy_file_load(&file, err) < 0)
		return -1;
	policy_file_render(&file, &warnings);
	(void)fputs(buf_text(&warnings), stderr);
	up.was_running = local_alive(args->paths->control, SOCK_STREAM);
	if (!up.was_running && run_preflight(&up, file.policy, err) < 0)
		return -1;
	result = bring_up(&up, &file, err);
	process_release(&up.daemon);
	return result;
}
