/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/systemctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drive/program_run.h"

#define WAIT_MS 240000 /* longer than any start or stop of our unit may take */

bool systemctl_usable(void)
{
	/* sd_booted(3) */
	return access("/run/systemd/system", F_OK) == 0 && program_exists(PROGRAM_SYSTEMCTL);
}

int systemctl(const char *const *words, struct buf *said, struct err *err)
{
	return program_run(PROGRAM_SYSTEMCTL, words, WAIT_MS, said, err);
}

int systemctl_must(const char *const *words, struct err *err)
{
	return program_must(PROGRAM_SYSTEMCTL, words, WAIT_MS, err);
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
