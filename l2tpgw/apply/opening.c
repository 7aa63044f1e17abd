/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/opening.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apply/legacy.h"
#include "base/cleanup.h"
#include "base/fabric.h"

#define NEED(need) (1u << NEED_##need)
#define CLIENTS    (NEED(FORWARD) | NEED(ANSWER))
#define SESSIONS   FABRIC_IFNAME_PREFIX "+" /* all interfaces of clients */
#define WORKERS    "198.18.0.0/28"
/* Behind the rules of the administrator, whose refusals thus come first (richlanguage(5)). */
#define RICH        "rule priority=\"17010\" family=\"ipv4\" "
#define ESTABLISHED "-m conntrack --ctstate RELATED,ESTABLISHED "

/*
 * ufw: what follows "ufw". IPv4 only, which is said by an address. That L2TP comes out of IPsec it
 *   cannot ask for; our own table does (chain to_worker), and nobody else listens there.
 * firewalld: a rich rule, or the name of interfaces that become part of the zone. What clients send
 *   needs the target of a zone: "trusted" is there for that. Answers it lets through by itself.
 * Docker: in the one chain that it leaves to others (docs.docker.com, "Packet filtering and
 *   firewalls"), and never removes a rule of.
 * iptables and nftables without a tool that is known: in front of what blocks, with our comment,
 *   and only there: nobody's file is touched.
 */
const struct opening_kind opening_kinds[] = {
	{ TOOL_UFW, NEED(IKE), "ike", "allow proto udp to 0.0.0.0/0 port 500", "-" },
	{ TOOL_UFW, NEED(NATT), "nat-t", "allow proto udp to 0.0.0.0/0 port 4500", "-" },
	{ TOOL_UFW, NEED(ESP), "esp", "allow proto esp to 0.0.0.0/0", "-" },
	{ TOOL_UFW, NEED(L2TP), "l2tp", "allow proto udp to " WORKERS " port 1701", "-" },
	{ TOOL_UFW, CLIENTS, "clients", "route allow in on " SESSIONS " from 0.0.0.0/0", "-" },

	{ TOOL_FIREWALLD, NEED(IKE), "ike", RICH "port port=\"500\" protocol=\"udp\" accept",
	  NULL },
	{ TOOL_FIREWALLD, NEED(NATT), "nat-t", RICH "port port=\"4500\" protocol=\"udp\" accept",
	  NULL },
	{ TOOL_FIREWALLD, NEED(ESP), "esp", RICH "protocol value=\"esp\" accept", NULL },
	{ TOOL_FIREWALLD, NEED(L2TP), "l2tp",
	  RICH "destination address=\"" WORKERS "\" port port=\"1701\" protocol=\"udp\" accept",
	  NULL },
	{ TOOL_FIREWALLD, CLIENTS, "clients", SESSIONS, "trusted" },

	{ TOOL_DOCKER, NEED(FORWARD), "clients", "-i " SESSIONS " -j ACCEPT", "DOCKER-USER" },
	{ TOOL_DOCKER, NEED(ANSWER), "answers", "-o " SESSIONS " " ESTABLISHED "-j ACCEPT",
	  "DOCKER-USER" },

	{ TOOL_IPTABLES, NEED(IKE), "ike", "-p udp --dport 500 -j ACCEPT", NULL },
	{ TOOL_IPTABLES, NEED(NATT), "nat-t", "-p udp --dport 4500 -j ACCEPT", NULL },
	{ TOOL_IPTABLES, NEED(ESP), "esp", "-p esp -j ACCEPT", NULL },
	{ TOOL_IPTABLES, NEED(L2TP), "l2tp", "-d " WORKERS " -p udp --dport 1701 -j ACCEPT", NULL },
	{ TOOL_IPTABLES, NEED(FORWARD), "clients", "-i " SESSIONS " -j ACCEPT", NULL },
	{ TOOL_IPTABLES, NEED(ANSWER), "answers", "-o " SESSIONS " " ESTABLISHED "-j ACCEPT",
	  NULL },

	{ TOOL_NFTABLES, NEED(IKE) | NEED(NATT), "ike", "udp dport { 500, 4500 } accept", NULL },
	{ TOOL_NFTABLES, NEED(ESP), "esp", "meta l4proto esp accept", NULL },
	{ TOOL_NFTABLES, NEED(L2TP), "l2tp",
	  "meta ipsec exists ip daddr " WORKERS " udp dport 1701 accept", NULL },
	{ TOOL_NFTABLES, NEED(FORWARD), "clients", "iifname \"" FABRIC_IFNAME_PREFIX "*\" accept",
	  NULL },
	{ TOOL_NFTABLES, NEED(ANSWER), "answers",
	  "oifname \"" FABRIC_IFNAME_PREFIX "*\" ct state established,related accept", NULL },
};
const size_t opening_kinds_count = array_size(opening_kinds);

/* ---- where one goes ---- */

/* "ip filter INPUT" of iptables is its chain INPUT; "legacy filter INPUT" that of the old one. */
static const char *iptables_place(struct arena *arena, const char *chain)
{
	const char *name = strrchr(chain, ' ');
	const char *legacy = strncmp(chain, "legacy ", 7) ? "" : "legacy:";

	return arena_printf(arena, "%s%s", legacy, name ? name + 1 : chain);
}

static bool is_legacy(const struct neighbour_block *block)
{
	return !strncmp(block->chain, LEGACY_FAMILY " ", strlen(LEGACY_FAMILY " "));
}

static const char *place_of(struct arena *arena, const struct opening_kind *kind,
			    const struct neighbour_block *block, const char *zone)
{
	switch (kind->tool) {
	case TOOL_UFW:
		return kind->place;
	case TOOL_FIREWALLD:
		if (!zone)
			return NULL;
		return kind->place ? kind->place : zone;
	case TOOL_DOCKER:
		return is_legacy(block) ? arena_printf(arena, "legacy:%s", kind->place)
					: kind->place;
	case TOOL_IPTABLES:
		return iptables_place(arena, block->chain);
	case TOOL_NFTABLES:
		return block->chain;
	case TOOLS:
		break;
	}
	return NULL;
}

bool opening_same(const struct opening *a, const struct opening *b)
{
	return a->kind == b->kind && !strcmp(a->place, b->place);
}

static void openings_add(struct arena *arena, struct openings *openings,
			 const struct opening *opening)
{
	for (size_t i = 0; i < openings->count; i++) {
		if (opening_same(&openings->list[i], opening))
			return;
	}
	*(struct opening *)arena_push(arena, (void **)&openings->list, &openings->count,
				      sizeof(*opening)) = *opening;
}

/* It passes by itself, or not at all. */
static bool is_shut(const struct neighbour_block *block)
{
	return strstr(block->chain, NEIGHBOUR_FIREWALLD_SHUT);
}

static void openings_for(struct arena *arena, const struct neighbour_block *block, const char *zone,
			 struct openings *openings)
{
	for (size_t i = 0; i < opening_kinds_count && block->openable && !is_shut(block); i++) {
		struct opening opening = { .kind = &opening_kinds[i] };

		if (opening_kinds[i].tool != block->tool ||
		    !(opening_kinds[i].needs & 1u << block->need))
			continue;
		opening.place = place_of(arena, &opening_kinds[i], block, zone);
		if (opening.place && strlen(opening.place) < OPENING_PLACE_MAX)
			openings_add(arena, openings, &opening);
	}
}

void openings_against(struct arena *arena, const struct neighbour_block *block, const char *zone,
		      struct openings *openings)
{
	if (block->certain)
		openings_for(arena, block, zone, openings);
}

/* ---- what people can do ---- */

static const char *firewalld_remedy(enum neighbour_need need)
{
	switch (need) {
	case NEED_IKE:
	case NEED_NATT:
	case NEED_ESP:
		return "firewall-cmd --permanent --add-service=ipsec && firewall-cmd --reload";
	case NEED_L2TP:
		return "firewall-cmd --permanent --add-rich-rule='rule family=ipv4 destination "
		       "address=" WORKERS " port port=1701 protocol=udp accept' && "
		       "firewall-cmd --reload";
	case NEED_FORWARD:
	case NEED_ANSWER:
		return "firewall-cmd --permanent --zone=trusted --add-interface=" SESSIONS
		       " && firewall-cmd --reload";
	case NEED_REPLY:
	case NEED_ORDERS:
	case NEEDS:
		break;
	}
	return "";
}

static const char *command(struct arena *arena, enum neighbour_tool tool, const char *place,
			   const char *rule)
{
	static const char legacy[] = "legacy:";

	if (tool == TOOL_UFW)
		return arena_printf(arena, "ufw %s", rule);
	if (tool == TOOL_NFTABLES)
		return arena_printf(arena, "nft insert rule %s %s", place, rule);
	if (!strncmp(place, legacy, strlen(legacy)))
		return arena_printf(arena, "iptables-legacy -I %s %s", place + strlen(legacy),
				    rule);
	return arena_printf(arena, "iptables -I %s %s", place, rule);
}

/* No opening is made for orders: whom to take them from is the administrator's to say. */
static const char *orders_remedy(struct arena *arena, const struct neighbour_block *block)
{
	/* Around the port. */
	static const struct {
		const char *before, *after;
	} rules[TOOLS] = {
		[TOOL_NFTABLES] = { "ip saddr SERVER udp dport ", " accept" },
		[TOOL_UFW] = { "allow proto udp from SERVER to any port ", "" },
		[TOOL_FIREWALLD] = { "firewall-cmd --permanent --add-rich-rule='rule family=ipv4 "
				     "source address=SERVER port port=",
				     " protocol=udp accept' && firewall-cmd --reload" },
		[TOOL_DOCKER] = { "-p udp -s SERVER --dport ", " -j ACCEPT" },
		[TOOL_IPTABLES] = { "-p udp -s SERVER --dport ", " -j ACCEPT" },
	};
	const char *rule = arena_printf(arena, "%s%u%s", rules[block->tool].before, block->port,
					rules[block->tool].after);
	const char *place = block->chain;

	if (block->tool == TOOL_FIREWALLD)
		return rule;
	if (block->tool == TOOL_IPTABLES || block->tool == TOOL_DOCKER)
		place = iptables_place(arena, block->chain);
	return command(arena, block->tool, place, rule);
}

/* "legacy raw PREROUTING" */
static const char *elsewhere_remedy(struct arena *arena, const struct neighbour_block *block)
{
	const char *table = strchr(block->chain, ' ') + 1;
	const char *what = block->away ? "take that rule away" : "let it pass there";
	int len = (int)strcspn(table, " ");

	if (!is_legacy(block))
		return arena_printf(arena, "nft list chain %s (%s)", block->chain, what);
	return arena_printf(arena, "iptables-legacy -t %.*s -S%s (%s)", len, table, table + len,
			    what);
}

const char *openings_remedy(struct arena *arena, const struct neighbour_block *block)
{
	struct openings openings = { NULL, 0 };
	const char *text = "";

	if (is_shut(block))
		return "firewall-cmd --state (nothing new is let in while it reloads, or when "
		       "that failed)";
	if (!block->openable)
		return elsewhere_remedy(arena, block);
	if (block->need == NEED_ORDERS)
		return orders_remedy(arena, block);
	if (block->tool == TOOL_FIREWALLD)
		return firewalld_remedy(block->need);
	openings_for(arena, block, NULL, &openings);
	for (size_t i = 0; i < openings.count; i++) {
		const struct opening *one = &openings.list[i];

		text = arena_printf(arena, "%s%s%s", text, i ? "\n" : "",
				    command(arena, one->kind->tool, one->place, one->kind->rule));
	}
	return text;
}

/* ---- words ---- */

const char *opening_comment(const struct opening *opening, char out[OPENING_COMMENT_MAX])
{
	(void)snprintf(out, OPENING_COMMENT_MAX, FABRIC_NAME " %s", opening->kind->name);
	return out;
}

const char *opening_text(struct arena *arena, const struct opening *opening)
{
	const char *tool = neighbour_tool_name(opening->kind->tool);

	if (!strcmp(opening->place, "-"))
		return arena_printf(arena, "opening in %s: %s", tool, opening->kind->name);
	return arena_printf(arena, "opening in %s, %s: %s", tool, opening->place,
			    opening->kind->name);
}

const char *opening_line(struct arena *arena, const struct opening *opening)
{
	return arena_printf(arena, "%s %s %s", neighbour_tool_name(opening->kind->tool),
			    opening->kind->name, opening->place);
}

static bool is_word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0 || (*at)[len] != ' ')
		return false;
	*at += len + 1;
	return true;
}

bool opening_parse(struct arena *arena, const char *line, size_t len, struct opening *opening)
{
	const char *text = arena_memdup(arena, line, len);

	if (strlen(text) != len || len >= OPENING_PLACE_MAX + OPENING_COMMENT_MAX)
		return false;
	for (size_t i = 0; i < opening_kinds_count; i++) {
		const char *at = text;

		if (!is_word(&at, neighbour_tool_name(opening_kinds[i].tool)) ||
		    !is_word(&at, opening_kinds[i].name) || !*at)
			continue;
		*opening = (struct opening){ &opening_kinds[i], at };
		return true;
	}
	return false;
}
