/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/orphans.h"

#include <linux/xfrm.h>
#include <netinet/in.h>

#include "base/log.h"
#include "drive/xfrm.h"

/* What our connection makes (plan/charon.c): ESP in transport mode for L2TP, by a whole mark. */
static bool is_of_us(const struct xfrm_policy *policy)
{
	return policy->has_tmpl && policy->tmpl_proto == IPPROTO_ESP &&
	       policy->tmpl_mode == XFRM_MODE_TRANSPORT && policy->mark &&
	       policy->mark_mask == UINT32_MAX && policy->dir == XFRM_DIR_OUT &&
	       policy->sport == FABRIC_L2TP_PORT;
}

static bool has_session(const struct gateway *gateway, uint32_t mark)
{
	const struct session *session = session_by_slot(gateway->sessions, fabric_slot(mark));

	return session && session->child.mark == mark;
}

void orphans_sweep(struct gateway *gateway)
{
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct xfrm_policy *list;
	size_t count;

	if (xfrm_policy_list(arena, &list, &count, &err) < 0) {
		log_warning("looking for orphaned SAs: %s", err.text);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_of_us(&list[i]) || has_session(gateway, list[i].mark))
			continue;
		if (xfrm_sa_delete_mark(list[i].mark, &err) < 0 ||
		    xfrm_policy_delete_mark(list[i].mark, &err) < 0)
			log_warning("the SAs of mark %u cannot be deleted: %s", list[i].mark,
				    err.text);
		else
			log_info("the SAs of mark %u belonged to nobody: deleted", list[i].mark);
	}
}
