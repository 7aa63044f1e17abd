/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/pool.h"
#include "policy/suggest.h"

static const char *name_of(const struct load_user *user)
{
	return user->user.name ? user->user.name : "";
}

static int by_name(const void *a, const void *b)
{
	const struct load_user *x = a, *y = b;
	int order = strcmp(name_of(x), name_of(y));

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_address(const void *a, const void *b)
{
	const struct load_user *x = a, *y = b;

	if (x->user.address != y->user.address)
		return x->user.address > y->user.address ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

static const char *pointer_of(const struct load_user *user, const char *key, char out[64])
{
	(void)snprintf(out, 64, "/users/%zu/%s", user->index, key);
	return out;
}

static void check_names(struct load *load)
{
	char pointer[64];
	const struct load_user *users = load->users;
	size_t first = 0;

	for (size_t i = 1; i < load->users_count; i++) {
		if (!users[i].user.name || strcmp(name_of(&users[first]), name_of(&users[i])) != 0)
			first = i;
		else
			load_error_at(load, pointer_of(&users[i], "name", pointer),
				      "users[%zu] is called \"%s\" too", users[first].index,
				      load_quote(load, users[i].user.name));
	}
}

static void check_address(struct load *load, const struct load_user *user)
{
	const struct policy *policy = load->policy;
	uint32_t address = user->user.address;
	const char *kind = names_reserved(address);
	const struct host_net *other =
	    pool_collision(load->host, (struct ip4_net){ .address = address, .bits = 32 });
	char pointer[64], text[IP4_TEXT_MAX], other_text[IP4_TEXT_MAX];

	pointer_of(user, "address", pointer);
	ip4_text(address, text);
	if (kind)
		load_error_at(load, pointer, "%s is %s", text, kind);
	else if (address == policy->addresses.local)
		load_error_at(load, pointer, "%s is the gateway's own address (addresses.local)",
			      text);
	else if (pool_edge(policy, address))
		load_error_at(
		    load, pointer,
		    "%s is the first or last address of the pool, which no machine may have", text);
	else if (other)
		load_error_at(load, pointer, "%s lies in the gateway's own network %s on %s", text,
			      ip4_net_text(other->net, other_text), other->ifname);
}

static void check_statics(struct load *load)
{
	const struct load_user *users = load->users;
	char pointer[64], text[IP4_TEXT_MAX];
	size_t first = 0;

	for (size_t i = 0; i < load->users_count; i++) {
		if (!users[i].user.address)
			continue;
		check_address(load, &users[i]);
		if (!i || users[first].user.address != users[i].user.address)
			first = i;
		else
			load_error_at(load, pointer_of(&users[i], "address", pointer),
				      "%s is the address of users[%zu] too",
				      ip4_text(users[i].user.address, text), users[first].index);
	}
}

static void check_group(struct load *load, struct load_user *user)
{
	struct suggest suggest;
	char pointer[64];

	if (!user->user.group)
		user->user.group = POLICY_DEFAULT_GROUP;
	if (policy_group(load->policy, user->user.group))
		return;
	suggest_begin(&suggest, user->user.group);
	for (size_t i = 0; i < load->policy->groups_count; i++)
		suggest_offer(&suggest, load->policy->groups[i].name);
	load_error_at(load, pointer_of(user, "group", pointer), "there is no group \"%s\"%s%s%s",
		      load_quote(load, user->user.group), suggest.best ? "; did you mean \"" : "",
		      suggest.best ? suggest.best : "", suggest.best ? "\"?" : "");
}

void check_users(struct load *load)
{
	struct policy *policy = load->policy;
	size_t count = load->users_count;

	if (!count) {
		if (diags_clean(load->diags, "/users") && !policy->radius.servers_count)
			load_warning_at(load, "/users", "there are no users: nobody can log in");
		return;
	}
	qsort(load->users, count, sizeof(*load->users), by_address);
	check_statics(load);
	qsort(load->users, count, sizeof(*load->users), by_name);
	check_names(load);
	for (size_t i = 0; i < count && diags_clean(load->diags, "/groups"); i++)
		check_group(load, &load->users[i]);
	policy->users = arena_alloc(load->arena, count * sizeof(*policy->users));
	policy->users_count = count;
	for (size_t i = 0; i < count; i++)
		policy->users[i] = load->users[i].user;
}
