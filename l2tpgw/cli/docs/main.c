/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2tpgw-docs NAME: writes a page of the manual or a completion script, at build time. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "cli/completion.h"
#include "cli/manual.h"

static const struct {
	const char *name;
	void (*write)(struct buf *out);
} documents[] = {
	{ "l2tpgw.8", manual_command },     { "l2tpgw-policy.5", manual_policy },
	{ "l2tpgw.bash", completion_bash }, { "_l2tpgw", completion_zsh },
	{ "l2tpgw.fish", completion_fish },
};

int main(int argc, char **argv)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; argc == 2 && i < array_size(documents); i++) {
		if (strcmp(documents[i].name, argv[1]) != 0)
			continue;
		documents[i].write(&text);
		return fputs(buf_text(&text), stdout) < 0 || fflush(stdout) ? ERR_FAILED : 0;
	}
	(void)fputs("usage: l2tpgw-docs NAME\n", stderr);
	return ERR_USAGE;
}
