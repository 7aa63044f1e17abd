/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "policy/geometry.h"
#include "policy/load.h"

static bool clean(const struct load *load, const char *pointer)
{
	return diags_clean(load->diags, pointer);
}

static void check_proposal(struct load *load, const struct load_proposal *given)
{
	const struct proposal_algorithm *weak;
	struct proposal proposal;
	const char *why = proposal_parse(given->text, given->use, &proposal, load->diags->arena);

	if (why) {
		load_error_at(load, given->pointer, "\"%s\" %s", load_quote(load, given->text),
			      why);
		return;
	}
	weak = proposal_weakness(&proposal, load->policy->ipsec.legacy);
	if (weak && !weak->legacy)
		load_error_at(load, given->pointer, "%s is broken and never admitted", weak->name);
	else if (weak)
		load_error_at(load, given->pointer,
			      "%s is weak; ipsec.legacy with \"%s\" would admit it", weak->name,
			      weak->legacy & 1u << POLICY_LEGACY_ANDROID_11 ? "android-11"
									    : "3des-router");
	if (given->use == PROPOSAL_ESP && proposal.group)
		load_warning_at(load, given->pointer,
				"no known client asks for a group (%s) in ESP: it would be refused",
				proposal.group->name);
}

/* Those the policy names, if it names any. */
static bool take_given(struct load *load, enum proposal_use use, const char ***list, size_t *count)
{
	for (size_t i = 0; i < load->proposals_count; i++) {
		const struct load_proposal *given = &load->proposals[i];
		const char **item;

		if (given->use != use)
			continue;
		check_proposal(load, given);
		item = arena_push(load->arena, (void **)list, count, sizeof(*item));
		*item = given->text;
	}
	return *count > 0;
}

static void check_proposals(struct load *load, enum proposal_use use, const char *pointer,
			    const char ***list, size_t *count)
{
	struct policy *policy = load->policy;

	if (take_given(load, use, list, count) || !clean(load, pointer))
		return;
	*list =
	    proposals_make(use, policy->ipsec.clients, policy->ipsec.legacy, load->arena, count);
	if (!*count && use == PROPOSAL_IKE && clean(load, "/ipsec/clients") &&
	    clean(load, "/ipsec/legacy"))
		load_error_at(load, "/ipsec/clients",
			      "this admits nobody: Android up to 11 needs \"legacy\": "
			      "[\"android-11\"], later ones have no L2TP");
}

static void check_given(struct load *load, const char *name, unsigned given,
			const struct geometry *geometry)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct geometry_sum sum;
	char pointer[16];

	if (given <= geometry_max_inner(geometry))
		return;
	geometry_sum(geometry, &sum);
	geometry_sum_text(&sum, &text);
	(void)snprintf(pointer, sizeof(pointer), "/ppp/%s", name);
	load_error_at(load, pointer,
		      "%s %u makes packets of %u bytes, which would be fragmented: %s", name, given,
		      geometry_outer_size(geometry, given), buf_text(&text));
}

typedef void geometry_fn(const struct policy *policy, unsigned outer, struct geometry *geometry);

static void check_size(struct load *load, const char *name, unsigned *size, geometry_fn *fn)
{
	unsigned wan = load->host->wan_mtu;
	struct geometry geometry;

	if (*size) {
		fn(load->policy, wan ? wan : GEOMETRY_OUTER, &geometry);
		check_given(load, name, *size, &geometry);
		return;
	}
	fn(load->policy, geometry_path(wan), &geometry);
	*size = geometry_max_inner(&geometry);
	if (*size < GEOMETRY_INNER_MIN)
		load_error_at(
		    load, "/ppp",
		    "the MTU %u of the WAN leaves %u bytes for a packet in the tunnel; %d "
		    "are needed",
		    wan, *size, GEOMETRY_INNER_MIN);
}

void check_ipsec(struct load *load)
{
	struct policy *policy = load->policy;

	check_proposals(load, PROPOSAL_IKE, "/ipsec/ike_proposals", &policy->ipsec.ike_proposals,
			&policy->ipsec.ike_proposals_count);
	check_proposals(load, PROPOSAL_ESP, "/ipsec/esp_proposals", &policy->ipsec.esp_proposals,
			&policy->ipsec.esp_proposals_count);
	if (!clean(load, "/ipsec/esp_proposals") || !clean(load, "/ipsec/clients") ||
	    !clean(load, "/ipsec/legacy"))
		return;
	if (clean(load, "/ppp/mtu"))
		check_size(load, "mtu", &policy->ppp.mtu, geometry_mtu);
	if (clean(load, "/ppp/mru"))
		check_size(load, "mru", &policy->ppp.mru, geometry_mru);
}
