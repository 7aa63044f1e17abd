/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/orphans.h"

#include <linux/xfrm.h>
#include <netinet/in.h>

#include "daemon/marks.h"
#include "drive/xfrm.h"

/*
 * What our connection makes (plan/charon.c): ESP in transport mode for L2TP, by a whole mark. Or a
 * trap of marks.h.
 */
static bool is_of_us(const struct xfrm_policy *policy)
{
	return policy->has_tmpl && policy->tmpl_proto == IPPROTO_ESP &&
	       policy->tmpl_mode == XFRM_MODE_TRANSPORT && policy->mark &&
	       policy->mark_mask == UINT32_MAX && policy->dir == XFRM_DIR_OUT &&
	       (policy->sport == FABRIC_L2TP_PORT || policy->src.address == MARKS_LOCAL);
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
		if (!is_of_us(&list[i]) || has_session(sessions, list[i].mark))
			continue;
		if (xfrm_sa_delete_mark(list[i].mark, err) < 0 ||
		    xfrm_policy_delete_mark(list[i].mark, err) < 0)
			return err_wrap(err, "the SAs of mark %u", list[i].mark);
		deleted++;
	}
	return deleted;
}
