/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/program_version.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/process.h"

#define ANSWER_MS  15000 /* a busy machine; swanctl loads many plugins */
#define ANSWER_MAX 16384 /* swanctl complains of every plugin that is not installed first */

bool program_version_find(const char *text, char *version, size_t size)
{
	for (const char *at = text; *at; at++) {
		size_t len = strspn(at, "0123456789.");

		if (isdigit((unsigned char)*at) && memchr(at, '.', len) && len < size) {
			(void)snprintf(version, size, "%.*s", (int)len, at);
			return true;
		}
		at += len ? len - 1 : 0;
	}
	return false;
}

static int ask(enum program program, int out, struct err *err)
{
	enum program asked = program == PROGRAM_CHARON ? PROGRAM_SWANCTL : program;
	const char *argv[] = { program_path(asked), "--version", NULL };
	struct spawn spawn = { .argv = argv, .out = out };
	struct process process = PROCESS_NONE;
	int status;

	if (process_spawn(&spawn, &process, err) < 0)
		return -1;
	if (!process_wait(&process, ANSWER_MS))
		(void)process_signal(&process, SIGKILL, err);
	(void)process_wait(&process, ANSWER_MS);
	/* The exit status means nothing: xl2tpd's is 1. */
	if (process_reap(&process, &status, err) != 0)
		process_release(&process);
	return 0;
}

int program_version(enum program program, char *version, size_t size, struct err *err)
{
	cleanup_fd int answer = memfd_create("version", MFD_CLOEXEC);
	char text[ANSWER_MAX];
	ssize_t len;

	if (answer < 0)
		return err_errno(err, errno, "memfd_create");
	if (ask(program, answer, err) < 0)
		return -1;
	len = pread(answer, text, sizeof(text) - 1, 0);
	text[len > 0 ? len : 0] = '\0';
	if (!program_version_find(text, version, size))
		return err_set(err, ERR_FAILED, "%s does not say which version it is",
			       program_path(program));
	return 0;
}

const char *program_version_of_plugin(void)
{
	return L2TPGW_PPPD_VERSION;
}
