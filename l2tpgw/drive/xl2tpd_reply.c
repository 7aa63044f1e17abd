/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/xl2tpd_reply.h"

#include <stdio.h>
#include <string.h>

#include "base/ip4.h"

#define LINE_MAX_BYTES 512 /* names of sections are the longest part, 100 bytes in xl2tpd */

struct scan {
	const char *at, *end;
	char line[LINE_MAX_BYTES];
};

/* The next line without its newline; false at the end, and for what is no line of text. */
static bool next_line(struct scan *scan)
{
	const char *newline = memchr(scan->at, '\n', (size_t)(scan->end - scan->at));
	size_t len = newline ? (size_t)(newline - scan->at) : 0;

	if (!newline || len >= sizeof(scan->line) || memchr(scan->at, '\0', len))
		return false;
	memcpy(scan->line, scan->at, len);
	scan->line[len] = '\0';
	scan->at = newline + 1;
	return true;
}

static bool at_end(const struct scan *scan)
{
	return scan->at == scan->end;
}

/* A decimal number without a sign, of at most `max`; *text moves behind it. */
static bool take_number(const char **text, unsigned max, unsigned *value)
{
	unsigned long long sum = 0;
	const char *p = *text;

	for (; *p >= '0' && *p <= '9'; p++) {
		sum = sum * 10 + (unsigned)(*p - '0');
		if (sum > max)
			return false;
	}
	if (p == *text)
		return false;
	*text = p;
	*value = (unsigned)sum;
	return true;
}

static bool take_text(const char **text, const char *expected)
{
	size_t len = strlen(expected);

	if (strncmp(*text, expected, len) != 0)
		return false;
	*text += len;
	return true;
}

static bool take_last_number(const char **text, unsigned max, unsigned *value)
{
	return take_number(text, max, value) && !**text;
}

int xl2tpd_reply_code(const char *text, size_t len)
{
	if (len < 3 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' ||
	    text[2] != ' ')
		return -1;
	return (text[0] - '0') * 10 + text[1] - '0';
}

static bool scan_open(struct scan *scan, const char *text, size_t len)
{
	scan->at = text;
	scan->end = text + len;
	return len <= XL2TPD_REPLY_MAX && next_line(scan) && !strcmp(scan->line, "00 OK");
}

static struct xl2tpd_tunnel *add_tunnel(struct arena *arena, struct xl2tpd_tunnels *out)
{
	void *list = out->list;
	struct xl2tpd_tunnel *tunnel;

	if (out->count >= XL2TPD_TUNNELS_MAX)
		return NULL;
	tunnel = arena_push(arena, &list, &out->count, sizeof(*tunnel));
	out->list = list;
	*tunnel = (struct xl2tpd_tunnel){ 0 };
	return tunnel;
}

/* "ADDRESS, id REMOTE, ourtid LOCAL has N calls and self ADDRESS" */
static bool take_available_tunnel(struct arena *arena, const char *p, struct xl2tpd_tunnels *out)
{
	struct xl2tpd_tunnel *tunnel = add_tunnel(arena, out);
	unsigned remote, local, calls;

	p += strcspn(p, ",");
	if (!tunnel || !take_text(&p, ", id ") || !take_number(&p, UINT16_MAX, &remote) ||
	    !take_text(&p, ", ourtid ") || !take_number(&p, UINT16_MAX, &local) ||
	    !take_text(&p, " has ") || !take_number(&p, UINT16_MAX, &calls) ||
	    !take_text(&p, " calls and self "))
		return false;
	*tunnel = (struct xl2tpd_tunnel){ .remote = (uint16_t)remote,
					  .local = (uint16_t)local,
					  .calls = calls };
	return true;
}

bool xl2tpd_parse_available(struct arena *arena, const char *text, size_t len,
			    struct xl2tpd_tunnels *out)
{
	struct scan scan;
	unsigned count;

	*out = (struct xl2tpd_tunnels){ 0 };
	if (!scan_open(&scan, text, len))
		return false;
	while (next_line(&scan)) {
		const char *p = scan.line;

		if (!take_text(&p, "00 AVAILABLE "))
			return false;
		if (take_text(&p, "tunnel ") && !take_available_tunnel(arena, p, out))
			return false;
		if (take_text(&p, "tunnels count=") &&
		    (!take_last_number(&p, XL2TPD_TUNNELS_MAX, &count) || count != out->count))
			return false;
		/* The last line; its number counts what is being set up too, and is no check. */
		if (take_text(&p, "calls count="))
			return at_end(&scan);
	}
	return false;
}

static bool take_peer(const char *p, struct xl2tpd_tunnel *tunnel)
{
	size_t len = strcspn(p, ":");
	char address[16];
	unsigned port;

	if (len >= sizeof(address))
		return false;
	memcpy(address, p, len);
	address[len] = '\0';
	p += len;
	if (!ip4_parse(address, &tunnel->peer) || !take_text(&p, ":") ||
	    !take_last_number(&p, UINT16_MAX, &port))
		return false;
	tunnel->port = (uint16_t)port;
	return true;
}

static bool take_call(struct arena *arena, const char *p, struct xl2tpd_tunnel *tunnel)
{
	void *list = tunnel->call;
	unsigned number, id;

	/* Counters are not looked at: they are 32 bits wide, and 0 while the kernel moves the data.
	 */
	if (!take_number(&p, UINT16_MAX, &number) || !take_text(&p, "."))
		return false;
	if (!take_text(&p, "id="))
		return number + 1 == tunnel->calls;
	if (number != tunnel->calls || !take_last_number(&p, UINT16_MAX, &id))
		return false;
	*(uint16_t *)arena_push(arena, &list, &tunnel->calls, sizeof(*tunnel->call)) = (uint16_t)id;
	tunnel->call = list;
	return true;
}

/* What follows "tunnels.I." */
static bool take_attribute(struct arena *arena, const char *p, struct xl2tpd_tunnel *tunnel)
{
	unsigned count;

	if (take_text(&p, "peer="))
		return take_peer(p, tunnel);
	if (take_text(&p, "calls.count="))
		return take_last_number(&p, UINT16_MAX, &count) && count == tunnel->calls;
	return take_text(&p, "calls.") && take_call(arena, p, tunnel);
}

static bool take_status_tunnel(struct arena *arena, const char *p, struct xl2tpd_tunnels *out)
{
	struct xl2tpd_tunnel *tunnel;
	unsigned number, remote;

	if (!take_number(&p, XL2TPD_TUNNELS_MAX, &number) || !take_text(&p, "."))
		return false;
	if (!take_text(&p, "id="))
		return number + 1 == out->count && take_attribute(arena, p, &out->list[number]);
	if (number != out->count || !take_last_number(&p, UINT16_MAX, &remote))
		return false;
	tunnel = add_tunnel(arena, out);
	if (tunnel)
		tunnel->remote = (uint16_t)remote;
	return tunnel != NULL;
}

bool xl2tpd_parse_status(struct arena *arena, const char *text, size_t len,
			 struct xl2tpd_tunnels *out)
{
	struct scan scan;
	unsigned count;

	*out = (struct xl2tpd_tunnels){ 0 };
	if (!scan_open(&scan, text, len))
		return false;
	while (next_line(&scan)) {
		const char *p = scan.line;

		if (!take_text(&p, "00 STATUS tunnels."))
			return false;
		if (take_text(&p, "count="))
			return take_last_number(&p, XL2TPD_TUNNELS_MAX, &count) &&
			       count == out->count && at_end(&scan);
		if (!take_status_tunnel(arena, p, out))
			return false;
	}
	return false;
}

static bool same_remotes(const struct xl2tpd_tunnels *a, const struct xl2tpd_tunnels *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (a->list[i].remote != b->list[i].remote)
			return false;
	}
	return true;
}

/* The tunnel of that remote id, NULL if there is not exactly one. */
static const struct xl2tpd_tunnel *only(const struct xl2tpd_tunnels *tunnels, uint16_t remote)
{
	const struct xl2tpd_tunnel *found = NULL;

	for (size_t i = 0; i < tunnels->count; i++) {
		if (tunnels->list[i].remote != remote)
			continue;
		if (found)
			return NULL;
		found = &tunnels->list[i];
	}
	return found;
}

void xl2tpd_join(struct xl2tpd_tunnels *status, const struct xl2tpd_tunnels *available)
{
	bool same = same_remotes(status, available);

	for (size_t i = 0; i < status->count; i++) {
		struct xl2tpd_tunnel *tunnel = &status->list[i];
		const struct xl2tpd_tunnel *other = same ? &available->list[i] : NULL;

		if (!same && only(status, tunnel->remote))
			other = only(available, tunnel->remote);
		tunnel->local = other ? other->local : 0;
	}
}

static bool same_tunnel(const struct xl2tpd_tunnel *a, const struct xl2tpd_tunnel *b)
{
	return a->remote == b->remote && a->peer == b->peer && a->port == b->port &&
	       a->calls == b->calls &&
	       (!a->calls || !a->call || !b->call ||
		!memcmp(a->call, b->call, a->calls * sizeof(*a->call)));
}

bool xl2tpd_same_tunnels(const struct xl2tpd_tunnels *a, const struct xl2tpd_tunnels *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_tunnel(&a->list[i], &b->list[i]))
			return false;
	}
	return true;
}
