/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
}

/* Without SA_RESTART: read() comes back. */
static void signals_catch(struct sigaction saved[array_size(signals)])
{
	const struct sigaction catch = { .sa_handler = on_signal };

	caught = 0;
	for (size_t i = 0; i < array_size(signals); i++)
		(void)sigaction(signals[i], &catch, &saved[i]);
}

static void signals_back(const struct sigaction saved[array_size(signals)])
{
	for (size_t i = 0; i < array_size(signals); i++)
		(void)sigaction(signals[i], &saved[i], NULL);
	if (caught)
		(void)raise(caught);
}

/* The line without its end; -1 = interrupted, at its end or too long. */
static ssize_t read_line(int terminal, char *out, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(terminal, out + len, 1);

		if (n <= 0 || caught)
			return -1;
		if (out[len] == '\n') {
			out[len] = '\0';
			return (ssize_t)len;
		}
		len++;
	}
	return -1;
}

static ssize_t read_hidden(int terminal, const char *question, char *out, size_t max)
{
	struct sigaction saved[array_size(signals)];
	struct termios before, hidden;
	ssize_t len;

	if (tcgetattr(terminal, &before) < 0)
		return -1;
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	signals_catch(saved);
	(void)dprintf(terminal, "%s", question);
	(void)tcsetattr(terminal, TCSAFLUSH, &hidden);
	len = read_line(terminal, out, max);
	(void)tcsetattr(terminal, TCSAFLUSH, &before);
	(void)dprintf(terminal, "\n");
	signals_back(saved);
	return len;
}

int prompt_secret(const char *question, char *out, size_t max, struct err *err)
{
	cleanup_fd int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (terminal < 0)
		return err_set(err, ERR_USAGE,
			       "there is no terminal to ask at; use --generate or --password-file");
	if (read_hidden(terminal, question, out, max) >= 0)
		return 0;
	explicit_bzero(out, max);
	return err_set(err, ERR_USAGE, "no password was given; nothing was changed");
}
