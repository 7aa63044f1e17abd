/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/xfrm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <linux/xfrm.h>

#define PROTO_ESP 50

static void put_mark(struct nl_msg *msg, uint32_t value, uint32_t mask)
{
	struct xfrm_mark mark = { .v = value, .m = mask };

	if (mask)
		netlink_put(msg, XFRMA_MARK, &mark, sizeof(mark));
}

static void take_mark(const struct nlattr *attr, uint32_t *value, uint32_t *mask)
{
	struct xfrm_mark mark;

	if (!attr || nla_len(attr) < (int)sizeof(mark))
		return;
	memcpy(&mark, nla_data(attr), sizeof(mark));
	*value = mark.v;
	*mask = mark.m;
}

/* Rules */

/*
 * The kernel finds a policy by comparing selectors bytewise, padding included (selector_cmp), so
 * `sel` must have been cleared by memset(): an initializer leaves the padding as it likes.
 */
static void fill_selector(struct xfrm_selector *sel, const struct xfrm_rule *rule)
{
	sel->family = AF_INET;
	sel->saddr.a4 = htonl(rule->src.address);
	sel->prefixlen_s = rule->src.bits;
	sel->proto = rule->proto;
	sel->sport = htons(rule->sport);
	sel->sport_mask = rule->sport ? 0xffff : 0;
	sel->dport = htons(rule->dport);
	sel->dport_mask = rule->dport ? 0xffff : 0;
}

static int rule_send(int type, const struct xfrm_rule *rule, struct err *err)
{
	cleanup_nl_msg struct nl_msg *msg = NULL;
	struct xfrm_userpolicy_info policy;

	memset(&policy, 0, sizeof(policy));
	fill_selector(&policy.sel, rule);
	policy.lft.soft_byte_limit = policy.lft.hard_byte_limit = XFRM_INF;
	policy.lft.soft_packet_limit = policy.lft.hard_packet_limit = XFRM_INF;
	policy.priority = rule->priority;
	policy.dir = rule->out ? XFRM_POLICY_OUT : XFRM_POLICY_IN;
	policy.action = rule->block ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	policy.share = XFRM_SHARE_ANY;
	msg = netlink_request(type, 0, &policy, sizeof(policy));
	return netlink_change(NETLINK_XFRM, msg, EEXIST, "XFRM policy", err);
}

int xfrm_rule_add(const struct xfrm_rule *rule, struct err *err)
{
	int rc = rule_send(XFRM_MSG_NEWPOLICY, rule, err);

	if (rc != NET_SAME)
		return rc;
	/* It has this selector; whether its action and priority are right is not worth a question.
	 */
	return rule_send(XFRM_MSG_UPDPOLICY, rule, err) < 0 ? -1 : NET_SAME;
}

int xfrm_rule_delete(const struct xfrm_rule *rule, struct err *err)
{
	cleanup_nl_msg struct nl_msg *msg = NULL;
	struct xfrm_userpolicy_id id;

	memset(&id, 0, sizeof(id));
	fill_selector(&id.sel, rule);
	id.dir = rule->out ? XFRM_POLICY_OUT : XFRM_POLICY_IN;
	msg = netlink_request(XFRM_MSG_DELPOLICY, 0, &id, sizeof(id));
	return netlink_change(NETLINK_XFRM, msg, ENOENT, "XFRM policy", err);
}

bool xfrm_rule_is(const struct xfrm_rule *rule, const struct xfrm_policy *policy)
{
	return policy->dir == (rule->out ? XFRM_DIR_OUT : XFRM_DIR_IN) &&
	       policy->block == rule->block && policy->proto == rule->proto &&
	       policy->sport == rule->sport && policy->dport == rule->dport &&
	       policy->src.address == rule->src.address && policy->src.bits == rule->src.bits &&
	       policy->dst.bits == 0 && policy->priority == rule->priority && !policy->mark_mask &&
	       !policy->if_id && !policy->has_tmpl;
}

/* Policies */

static void take_template(const struct nlattr *attr, struct xfrm_policy *out)
{
	struct xfrm_user_tmpl tmpl;

	if (!attr || nla_len(attr) < (int)sizeof(tmpl))
		return;
	memcpy(&tmpl, nla_data(attr), sizeof(tmpl));
	out->has_tmpl = true;
	out->tmpl_proto = tmpl.id.proto;
	out->tmpl_mode = tmpl.mode;
	out->tmpl_src = ntohl(tmpl.saddr.a4);
	out->tmpl_dst = ntohl(tmpl.id.daddr.a4);
	out->tmpl_spi = ntohl(tmpl.id.spi);
	out->tmpl_reqid = tmpl.reqid;
}

static struct ip4_net selector_net(const xfrm_address_t *address, uint8_t bits)
{
	struct ip4_net net = { .bits = bits > 32 ? 32 : bits };

	net.address = ntohl(address->a4) & ip4_mask(net.bits);
	return net;
}

/* Policies of sockets (charon has some) are listed with directions of their own: not these. */
static void policy_take(struct nlmsghdr *nlh, void *user)
{
	struct xfrm_userpolicy_info info; /* copied: netlink aligns to 4 bytes only */
	struct nlattr *attr[XFRMA_MAX + 1];
	struct xfrm_policy *out;

	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY ||
	    nlmsg_parse(nlh, sizeof(info), attr, XFRMA_MAX, NULL) < 0)
		return;
	memcpy(&info, nlmsg_data(nlh), sizeof(info));
	if (info.sel.family != AF_INET || info.dir > XFRM_POLICY_FWD)
		return;
	out = netlink_list_add(user, sizeof(*out));
	*out = (struct xfrm_policy){
		.dir = (enum xfrm_dir)info.dir,
		.block = info.action == XFRM_POLICY_BLOCK,
		.proto = info.sel.proto,
		.sport = ntohs(info.sel.sport),
		.dport = ntohs(info.sel.dport),
		.src = selector_net(&info.sel.saddr, info.sel.prefixlen_s),
		.dst = selector_net(&info.sel.daddr, info.sel.prefixlen_d),
		.priority = info.priority,
		.index = info.index,
		.if_id = netlink_u32(attr[XFRMA_IF_ID], 0),
	};
	take_mark(attr[XFRMA_MARK], &out->mark, &out->mark_mask);
	take_template(attr[XFRMA_TMPL], out);
}

int xfrm_policy_list(struct arena *arena, struct xfrm_policy **list, size_t *count, struct err *err)
{
	struct xfrm_userpolicy_id id = { 0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(XFRM_MSG_GETPOLICY, NLM_F_DUMP, &id, sizeof(id));
	struct netlink_list found = { .arena = arena };

	if (netlink_collect(NETLINK_XFRM, msg, policy_take, &found, "list of XFRM policies", err) <
	    0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}

int xfrm_policy_delete(const struct xfrm_policy *policy, struct err *err)
{
	struct xfrm_userpolicy_id id = { .index = policy->index, .dir = (uint8_t)policy->dir };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(XFRM_MSG_DELPOLICY, 0, &id, sizeof(id));

	put_mark(msg, policy->mark, policy->mark_mask);
	if (policy->if_id)
		netlink_put_u32(msg, XFRMA_IF_ID, policy->if_id);
	return netlink_change(NETLINK_XFRM, msg, ENOENT, "XFRM policy", err);
}

int xfrm_policy_delete_mark(uint32_t mark, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_policy *list;
	size_t count;
	int deleted = 0;

	if (xfrm_policy_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!list[i].mark_mask || list[i].mark != mark)
			continue;
		if (xfrm_policy_delete(&list[i], err) < 0)
			return -1;
		deleted++;
	}
	return deleted;
}

/* SAs */

static void take_encap(const struct nlattr *attr, struct xfrm_sa *out)
{
	struct xfrm_encap_tmpl encap;

	if (!attr || nla_len(attr) < (int)sizeof(encap))
		return;
	memcpy(&encap, nla_data(attr), sizeof(encap));
	out->encap = true;
	out->encap_sport = ntohs(encap.encap_sport);
	out->encap_dport = ntohs(encap.encap_dport);
}

static void sa_take(struct nlmsghdr *nlh, void *user)
{
	struct xfrm_usersa_info info; /* copied: netlink aligns to 4 bytes only */
	struct nlattr *attr[XFRMA_MAX + 1];
	struct xfrm_sa *out;

	if (nlh->nlmsg_type != XFRM_MSG_NEWSA ||
	    nlmsg_parse(nlh, sizeof(info), attr, XFRMA_MAX, NULL) < 0)
		return;
	memcpy(&info, nlmsg_data(nlh), sizeof(info));
	if (info.family != AF_INET)
		return;
	out = netlink_list_add(user, sizeof(*out));
	*out = (struct xfrm_sa){
		.spi = ntohl(info.id.spi),
		.src = ntohl(info.saddr.a4),
		.dst = ntohl(info.id.daddr.a4),
		.proto = info.id.proto,
		.mode = info.mode,
		.reqid = info.reqid,
		.set_mark = netlink_u32(attr[XFRMA_SET_MARK], 0),
		.if_id = netlink_u32(attr[XFRMA_IF_ID], 0),
		.bytes = info.curlft.bytes,
		.packets = info.curlft.packets,
		.added = info.curlft.add_time,
		.used = info.curlft.use_time,
	};
	/* Without a mask of its own a mark is set whole. */
	if (attr[XFRMA_SET_MARK])
		out->set_mask = netlink_u32(attr[XFRMA_SET_MARK_MASK], UINT32_MAX);
	take_mark(attr[XFRMA_MARK], &out->mark, &out->mark_mask);
	take_encap(attr[XFRMA_ENCAP], out);
}

int xfrm_sa_list(struct arena *arena, struct xfrm_sa **list, size_t *count, struct err *err)
{
	struct xfrm_usersa_id id = { 0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(XFRM_MSG_GETSA, NLM_F_DUMP, &id, sizeof(id));
	struct netlink_list found = { .arena = arena };

	if (netlink_collect(NETLINK_XFRM, msg, sa_take, &found, "list of SAs", err) < 0)
		return -1;
	*list = found.items;
	*count = found.count;
	return 0;
}

int xfrm_sa_delete(const struct xfrm_sa *sa, struct err *err)
{
	struct xfrm_usersa_id id = { .daddr.a4 = htonl(sa->dst),
				     .spi = htonl(sa->spi),
				     .family = AF_INET,
				     .proto = sa->proto };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(XFRM_MSG_DELSA, 0, &id, sizeof(id));

	put_mark(msg, sa->mark, sa->mark_mask);
	if (sa->if_id)
		netlink_put_u32(msg, XFRMA_IF_ID, sa->if_id);
	return netlink_change(NETLINK_XFRM, msg, ESRCH, "SA", err);
}

bool xfrm_sa_has_mark(const struct xfrm_sa *sa, uint32_t mark)
{
	return sa->proto == PROTO_ESP && ((sa->mark_mask && sa->mark == mark) ||
					  (sa->set_mask == UINT32_MAX && sa->set_mark == mark));
}

int xfrm_sa_delete_mark(uint32_t mark, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;
	size_t count;
	int deleted = 0;

	if (xfrm_sa_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!xfrm_sa_has_mark(&list[i], mark))
			continue;
		if (xfrm_sa_delete(&list[i], err) < 0)
			return -1;
		deleted++;
	}
	return deleted;
}
