/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/orphans.h"

#include <linux/xfrm.h>
#include <netinet/in.h>

#include "drive/xfrm.h"

/* What our connection makes (plan/charon.c): ESP in transport mode for L2TP, by a whole mark. */
static bool is_of_us(const struct xfrm_policy *policy)
{
	uint16_t port = policy->dir == XFRM_DIR_OUT ? policy->sport : policy->dport;

	return policy->has_tmpl && policy->tmpl_proto == IPPROTO_ESP &&
	       policy->tmpl_mode == XFRM_MODE_TRANSPORT && policy->mark &&
	       policy->mark_mask == UINT32_MAX && policy->proto == IPPROTO_UDP &&
	       port == FABRIC_L2TP_PORT;
}

static bool has_session(const struct session_table *sessions, uint32_t mark)
{
	const struct session *session =
	    sessions ? session_by_slot(sessions, fabric_slot(mark)) : NULL;

	return session && session->child.mark == mark;
}

int orphans_delete(const struct session_table *sessions, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *list;
	int deleted = 0;
	size_t count;

	if (xfrm_policy_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!is_of_us(&list[i]) || list[i].dir != XFRM_DIR_OUT ||
		    has_session(sessions, list[i].mark))
			continue;
		if (xfrm_sa_delete_mark(list[i].mark, err) < 0 ||
		    xfrm_policy_delete_mark(list[i].mark, err) < 0)
			return err_wrap(err, "the SAs of mark %u", list[i].mark);
		deleted++;
	}
	return deleted;
}

/* SAs do not tell what they carry; their policy, joined by the reqid, does. */
static int delete_sas(const struct xfrm_policy *policy, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;
	size_t count;

	if (xfrm_sa_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (xfrm_sa_has_mark(&list[i], policy->mark) &&
		    list[i].reqid == policy->tmpl_reqid && xfrm_sa_delete(&list[i], err) < 0)
			return -1;
	}
	return 0;
}

static int delete_l2tp(uint32_t mark, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *list;
	size_t count;

	if (xfrm_policy_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (is_of_us(&list[i]) && list[i].mark == mark &&
		    (delete_sas(&list[i], err) < 0 || xfrm_policy_delete(&list[i], err) < 0))
			return -1;
	}
	return 0;
}

int orphans_delete_mark(uint32_t mark, bool shared, struct err *err)
{
	if (shared)
		return delete_l2tp(mark, err);
	return xfrm_sa_delete_mark(mark, err) < 0 || xfrm_policy_delete_mark(mark, err) < 0 ? -1
											    : 0;
}
