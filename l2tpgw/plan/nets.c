/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/nets.h"

#include <stdlib.h>

#define ELEMENTS_PER_LINE 8

void nets_separator(struct buf *out, size_t n)
{
	if (n > 0)
		buf_puts(out, n % ELEMENTS_PER_LINE ? ", " : ",\n\t");
}

static int compare_nets(const void *x, const void *y)
{
	const struct ip4_net *a = x;
	const struct ip4_net *b = y;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return (int)a->bits - (int)b->bits;
}

const char *nets_text(struct arena *arena, const struct policy_nets *nets)
{
	cleanup_buf struct buf out = BUF_INIT;
	char text[IP4_TEXT_MAX];
	struct ip4_net *sorted, *last = NULL;
	size_t put = 0;

	if (nets->count == 0)
		return NULL;
	sorted = arena_memdup(arena, nets->net, nets->count * sizeof(*sorted));
	qsort(sorted, nets->count, sizeof(*sorted), compare_nets);
	for (struct ip4_net *net = sorted; net < sorted + nets->count; net++) {
		if (last && ip4_in(net->address, *last))
			continue;
		nets_separator(&out, put++);
		buf_puts(&out, ip4_net_text(*net, text));
		last = net;
	}
	return arena_strdup(arena, buf_text(&out));
}
