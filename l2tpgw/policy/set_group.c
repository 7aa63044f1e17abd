/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/set_group.h"

#include <limits.h>
#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/set.h"

#define EVERY_DAY 0x7fu
#define NO_ZONE   UINT_MAX

/* The struct that a field is in. */
#define around(field, type, member) ((type *)((char *)(field)-offsetof(type, member)))

/* ---- what lists and maps are made of ---- */

void *add_user(struct load *load, const char *name, size_t index, void *field)
{
	struct load_user *user =
	    arena_push(load->arena, (void **)&load->users, &load->users_count, sizeof(*user));

	(void)name;
	(void)field;
	user->index = index;
	return &user->user;
}

static const char *label(struct load *load, const char *name)
{
	const char *why = names_label(name);

	if (!why)
		return arena_strdup(load->arena, name);
	load_key_error(load, "\"%s\" is no name for it: %s", load_quote(load, name), why);
	return NULL;
}

struct policy_group *load_group(struct load *load, const char *name)
{
	struct policy *policy = load->policy;
	struct policy_group *group = arena_push(load->arena, (void **)&policy->groups,
						&policy->groups_count, sizeof(*group));

	group->name = name;
	group->idle_timeout = group->session_timeout = POLICY_UNSET;
	return group;
}

void *add_group(struct load *load, const char *name, size_t index, void *field)
{
	const char *copy = label(load, name);

	(void)index;
	(void)field;
	return copy ? load_group(load, copy) : NULL;
}

void *add_pool(struct load *load, const char *name, size_t index, void *field)
{
	struct policy *policy = load->policy;
	const char *copy = label(load, name);
	struct policy_pool *pool;

	(void)index;
	(void)field;
	if (!copy)
		return NULL;
	pool = arena_push(load->arena, (void **)&policy->addresses.pools,
			  &policy->addresses.pools_count, sizeof(*pool));
	pool->name = copy;
	return pool;
}

void *add_allow(struct load *load, const char *name, size_t index, void *field)
{
	struct policy_group *group = around(field, struct policy_group, allow);

	(void)name;
	(void)index;
	return arena_push(load->arena, (void **)&group->allow, &group->allow_count,
			  sizeof(*group->allow));
}

void *add_hours(struct load *load, const char *name, size_t index, void *field)
{
	struct policy_group *group = around(field, struct policy_group, hours);
	struct policy_hours *hours =
	    arena_push(load->arena, (void **)&group->hours, &group->hours_count, sizeof(*hours));

	(void)name;
	(void)index;
	hours->to = 24 * 60;
	hours->zone = NO_ZONE;
	return hours;
}

/* ---- where they may go ---- */

void set_restricted(struct load *load, const struct key *key, const struct value *value,
		    void *field)
{
	(void)load;
	(void)key;
	(void)value;
	around(field, struct policy_group, allow)->restricted = true;
}

void set_allow(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy_allow *allow = field;

	(void)key;
	if (value->form == KEY_NETWORK)
		allow->to = value->net;
	else if (allow->ports_count && diags_clean(load->diags, buf_text(&load->path)) &&
		 allow->proto != POLICY_PROTO_TCP && allow->proto != POLICY_PROTO_UDP)
		load_error(load, "%s: only \"tcp\" and \"udp\" have ports", load_path(load));
}

void set_any_net(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	*(struct ip4_net *)field = value->net;
}

static bool parse_port(const char **at, uint16_t *port)
{
	size_t digits = strspn(*at, "0123456789");
	unsigned number = 0;

	if (!digits || digits > 5)
		return false;
	for (; digits; digits--)
		number = number * 10 + (unsigned)(*(*at)++ - '0');
	*port = (uint16_t)number;
	return number && number <= UINT16_MAX;
}

static bool parse_ports(const char *text, struct policy_ports *ports)
{
	return parse_port(&text, &ports->from) && *text++ == '-' && parse_port(&text, &ports->to) &&
	       !*text && ports->from <= ports->to;
}

void add_ports(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy_allow *allow = around(field, struct policy_allow, ports);
	struct policy_ports ports = { .from = (uint16_t)value->number,
				      .to = (uint16_t)value->number };

	(void)key;
	if (value->form == KEY_STRING && !parse_ports(value->text, &ports)) {
		load_error(load, "%s must be a port, or a range such as \"8000-8100\", not \"%s\"",
			   load_path(load), load_quote(load, value->text));
		return;
	}
	*(struct policy_ports *)arena_push(load->arena, (void **)&allow->ports, &allow->ports_count,
					   sizeof(ports)) = ports;
}

void add_group_dns(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy_group *group = around(field, struct policy_group, dns);

	(void)key;
	if (set_usable_server(load, value->address))
		group->dns[group->dns_count++] = value->address;
}

/* ---- hours ---- */

void set_time_of_day(struct load *load, const struct key *key, const struct value *value,
		     void *field)
{
	const char *text = value->text;
	unsigned hour = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
	unsigned minute = (unsigned)(text[3] - '0') * 10 + (unsigned)(text[4] - '0');

	(void)key;
	if (strspn(text, "0123456789") != 2 || text[2] != ':' ||
	    strspn(text + 3, "0123456789") != 2 || text[5] || minute > 59 ||
	    hour * 60 + minute > 24 * 60)
		load_error(load, "%s must be a time of the day such as \"08:30\", not \"%s\"",
			   load_path(load), load_quote(load, text));
	else
		*(unsigned *)field = hour * 60 + minute;
}

/* NULL = the machine's. */
static unsigned zone_index(struct load *load, const char *name)
{
	struct policy *policy = load->policy;
	unsigned i = 0;

	while (i < policy->zones_count &&
	       (name && policy->zones[i] ? strcmp(name, policy->zones[i]) != 0
					 : name != policy->zones[i]))
		i++;
	if (i == POLICY_ZONES_MAX) {
		load_error(load, "there are more than %d time zones", POLICY_ZONES_MAX);
		return 0;
	}
	if (i == policy->zones_count)
		*(const char **)arena_push(load->arena, (void **)&policy->zones,
					   &policy->zones_count, sizeof(*policy->zones)) =
		    name ? arena_strdup(load->arena, name) : NULL;
	return i;
}

void set_zone(struct load *load, const struct key *key, const struct value *value, void *field)
{
	const struct policy_io *io = load->io;
	const char *why = names_zone(value->text);

	(void)key;
	if (why)
		load_error(load, "%s: %s", load_path(load), why);
	else if (io && io->zone && !io->zone(io->user, value->text))
		load_error(load,
			   "%s: this machine knows no time zone \"%s\" (is tzdata installed?)",
			   load_path(load), value->text);
	else
		*(unsigned *)field = zone_index(load, value->text);
}

void set_hours(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy_hours *hours = field;

	(void)key;
	(void)value;
	if (!hours->days)
		hours->days = EVERY_DAY;
	if (hours->zone == NO_ZONE)
		hours->zone = zone_index(load, NULL);
	hours->zone_name = load->policy->zones[hours->zone];
	if (hours->from == 24 * 60)
		load_error(load, "%s: nothing begins at 24:00; write \"00:00\"", load_path(load));
}
