/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/print_change.h"

#include <stdio.h>

static const char signs[] = { [CHANGE_ADD] = '+', [CHANGE_SET] = '~', [CHANGE_REMOVE] = '-' };

/* What is told of the kernel or a file was written by others. */
static void put_plain(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

void print_change(const struct change *change)
{
	cleanup_buf struct buf impact = BUF_INIT;
	int room = 40;

	change_impact_text(change, &impact);
	if (change->result != CHANGE_PENDING)
		printf("%-7s ", change_result_name(change->result));
	printf("%c ", signs[change->action]);
	put_plain(change->object);
	for (const char *c = change->object; *c && room; c++)
		room--;
	printf("%*s  %-12s", room, "", buf_text(&impact));
	if (change->detail) {
		printf("  ");
		put_plain(change->detail);
	}
	putchar('\n');
}

void print_changes(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		print_change(&changes->list[i]);
}
