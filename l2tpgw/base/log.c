/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"

static const char *log_name = "l2tpgw";
static bool log_journal;

void log_open(const char *name)
{
	log_name = name;
	log_journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[2048], line[2200];
	va_list ap;
	int len;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_clean(text);
	if (log_journal)
		len = snprintf(line, sizeof(line), "<%d>%s\n", level, text);
	else
		len = snprintf(line, sizeof(line), "%s: %s\n", log_name, text);
	/* One write a line; a log that cannot be written is nothing a gateway should stop for. */
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return;
}
