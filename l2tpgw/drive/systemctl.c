/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/systemctl.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "drive/process.h"
#include "drive/programs.h"

#define WORDS_MAX 12
#define SAID_MAX  65536
#define WAIT_MS   240000 /* longer than any start or stop of our unit may take */

bool systemctl_usable(void)
{
	/* sd_booted(3) */
	return access("/run/systemd/system", F_OK) == 0 && program_exists(PROGRAM_SYSTEMCTL);
}

static void read_all(int fd, struct buf *said)
{
	char block[4096];
	ssize_t n;

	do {
		n = read(fd, block, sizeof(block));
		if (n > 0 && said && said->len + (size_t)n <= SAID_MAX)
			buf_append(said, block, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

static int finish(struct process *process, struct err *err)
{
	int status = -1;

	if (!process_wait(process, WAIT_MS)) {
		(void)process_signal(process, SIGKILL, err);
		(void)process_wait(process, 1000);
		process_release(process);
		return err_set(err, ERR_FAILED, "systemctl does not come to an end");
	}
	if (process_reap(process, &status, err) < 0)
		return -1;
	if (!WIFEXITED(status))
		return err_set(err, ERR_FAILED, "systemctl was killed");
	return WEXITSTATUS(status);
}

int systemctl(const char *const *words, struct buf *said, struct err *err)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL };
	const char *argv[WORDS_MAX + 2] = { program_path(PROGRAM_SYSTEMCTL) };
	struct spawn spawn = { .argv = argv, .env = env };
	struct process process = PROCESS_NONE;
	cleanup_fd int ours = -1, theirs = -1;
	int ends[2];

	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		argv[i + 1] = words[i];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, errno, "cannot run %s", argv[0]);
	ours = ends[0];
	spawn.out = theirs = ends[1];
	if (process_spawn(&spawn, &process, err) < 0)
		return -1;
	close(steal_fd(&theirs));
	read_all(ours, said);
	return finish(&process, err);
}

int systemctl_must(const char *const *words, struct err *err)
{
	cleanup_buf struct buf said = BUF_INIT;
	int status = systemctl(words, &said, err);

	if (status <= 0)
		return status;
	return err_set(err, ERR_FAILED, "systemctl %s: %s", words[**words == '-'], buf_text(&said));
}

int systemctl_property(const char *unit, const char *property, struct buf *value, struct err *err)
{
	const char *const words[] = { "show", "--value", "--property", property, "--", unit, NULL };
	int status = systemctl(words, value, err);

	if (status > 0)
		return err_set(err, ERR_FAILED, "systemctl show %s: %s", unit, buf_text(value));
	while (value->len && value->data[value->len - 1] == '\n')
		value->data[--value->len] = '\0';
	return status;
}

/* "1234 l2tpgw.service restart running" */
static bool line_says_restart(const char *line, const char *unit)
{
	char name[256], type[32];

	return sscanf(line, " %*u %255s %31s", name, type) == 2 && !strcmp(name, unit) &&
	       !strcmp(type, "restart");
}

bool systemctl_lists_restart(const char *listing, const char *unit)
{
	for (const char *line = listing; *line;) {
		const char *end = strchrnul(line, '\n');

		if (line_says_restart(line, unit))
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}
