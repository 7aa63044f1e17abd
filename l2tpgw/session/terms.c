/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/terms.h"

#include <string.h>

#include "session/text.h"

static uint32_t either(uint32_t own, uint32_t general)
{
	return own == POLICY_UNSET ? general : own;
}

/* What its group says; the rest is left as it is. */
static void take_group(struct session_terms *terms, const struct policy *policy,
		       const struct policy_group *group)
{
	text_copy(terms->group, sizeof(terms->group), group->name);
	memcpy(terms->dns, group->dns, sizeof(terms->dns));
	terms->dns_count = group->dns_count;
	if (!terms->said.pool)
		text_copy(terms->pool, sizeof(terms->pool), group->pool ? group->pool : "");
	if (!terms->said.idle_timeout)
		terms->idle_timeout = either(group->idle_timeout, policy->ppp.idle_timeout);
	if (!terms->said.session_timeout)
		terms->session_timeout =
		    either(group->session_timeout, policy->ppp.session_timeout);
	if (!terms->said.down)
		terms->rate.down = group->rate.down;
	if (!terms->said.up)
		terms->rate.up = group->rate.up;
}

void terms_of_user(struct session_terms *terms, const struct policy *policy,
		   const struct policy_user *user)
{
	*terms = (struct session_terms){ .source = TERMS_LOCAL, .address = user->address };
	take_group(terms, policy, policy_group(policy, user->group));
	if (user->rate.down)
		terms->rate.down = user->rate.down;
	if (user->rate.up)
		terms->rate.up = user->rate.up;
}

static bool has_pool(const struct policy *policy, const char *pool)
{
	return !*pool || policy_pool(policy, pool);
}

static void take_reply(struct session_terms *terms, const struct terms_reply *reply)
{
	*terms = (struct session_terms){
		.source = TERMS_RADIUS,
		.address = reply->address,
		.idle_timeout = reply->idle_timeout,
		.session_timeout = reply->session_timeout,
		.interim = reply->interim,
		.rate = reply->rate,
		.said = { .pool = reply->pool && *reply->pool,
			  .idle_timeout = reply->idle_timeout,
			  .session_timeout = reply->session_timeout,
			  .down = reply->rate.down,
			  .up = reply->rate.up },
	};
	if (terms->said.pool)
		text_copy(terms->pool, sizeof(terms->pool), reply->pool);
	text_copy(terms->class, sizeof(terms->class), reply->class ? reply->class : "");
}

bool terms_of_reply(struct session_terms *terms, const struct policy *policy,
		    const struct terms_reply *reply)
{
	const char *name = reply->group && *reply->group ? reply->group : POLICY_DEFAULT_GROUP;
	const struct policy_group *group = policy_group(policy, name);

	if (!group || (reply->class && strlen(reply->class) >= TERMS_CLASS_MAX) ||
	    (reply->pool && !has_pool(policy, reply->pool)))
		return false;
	take_reply(terms, reply);
	take_group(terms, policy, group);
	return true;
}

bool terms_follow(struct session_terms *terms, const struct policy *policy, const char *name)
{
	const struct policy_user *user = policy_user(policy, name);
	const struct policy_group *group;

	if (terms->source != TERMS_RADIUS) {
		if (user)
			terms_of_user(terms, policy, user);
		return user;
	}
	group = policy_group(policy, terms->group);
	if (!group || (terms->said.pool && !has_pool(policy, terms->pool)))
		return false;
	take_group(terms, policy, group);
	return true;
}

static void change_numbers(struct session_terms *terms, const struct terms_reply *reply)
{
	if (reply->idle_timeout)
		terms->idle_timeout = reply->idle_timeout;
	if (reply->session_timeout)
		terms->session_timeout = reply->session_timeout;
	if (reply->interim)
		terms->interim = reply->interim;
	if (reply->rate.down)
		terms->rate.down = reply->rate.down;
	if (reply->rate.up)
		terms->rate.up = reply->rate.up;
	terms->said.idle_timeout |= reply->idle_timeout != 0;
	terms->said.session_timeout |= reply->session_timeout != 0;
	terms->said.down |= reply->rate.down != 0;
	terms->said.up |= reply->rate.up != 0;
}

bool terms_change(struct session_terms *terms, const struct policy *policy,
		  const struct terms_reply *reply)
{
	const char *name = reply->group && *reply->group ? reply->group : terms->group;
	const struct policy_group *group = policy_group(policy, name);

	if (terms->source != TERMS_RADIUS || !group)
		return false;
	change_numbers(terms, reply);
	take_group(terms, policy, group);
	return true;
}

const char *terms_source_name(enum terms_source source)
{
	static const char *const names[] = {
		[TERMS_NONE] = "none",
		[TERMS_LOCAL] = "local",
		[TERMS_RADIUS] = "radius",
	};

	return names[source];
}
