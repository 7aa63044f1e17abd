/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/ip4.h"
#include "drive/netlink.h"

/* CTA_FILTER_F_CTA_IP_SRC and _DST in the kernel's nf_internals.h */
#define FILTER_IP_SRC    (1u << 0)
#define FILTER_IP_DST    (1u << 1)
#define CT_TYPE(message) (NFNL_SUBSYS_CTNETLINK << 8 | (message))

/* What names an entry: its original tuple as the kernel wrote it, zone and id (0 = none). */
struct entry {
	void *tuple;
	size_t tuple_len;
	uint16_t zone;
	uint32_t id;
};

struct tuple {
	uint32_t src, dst; /* 0 = not IPv4 */
	uint8_t proto;
	uint16_t dport;
	uint16_t zone;
};

static uint16_t take_be16(const struct nlattr *attr)
{
	uint16_t value;

	if (!attr || nla_len(attr) < (int)sizeof(value))
		return 0;
	memcpy(&value, nla_data(attr), sizeof(value));
	return ntohs(value);
}

static bool take_tuple(struct nlattr *nested, struct tuple *out)
{
	struct nlattr *attr[CTA_TUPLE_MAX + 1], *ip[CTA_IP_MAX + 1], *proto[CTA_PROTO_MAX + 1];

	*out = (struct tuple){ 0 };
	if (!nested || nla_parse_nested(attr, CTA_TUPLE_MAX, nested, NULL) < 0 ||
	    !attr[CTA_TUPLE_IP] || nla_parse_nested(ip, CTA_IP_MAX, attr[CTA_TUPLE_IP], NULL) < 0)
		return false;
	out->src = netlink_ip4(ip[CTA_IP_V4_SRC]);
	out->dst = netlink_ip4(ip[CTA_IP_V4_DST]);
	out->zone = take_be16(attr[CTA_TUPLE_ZONE]);
	if (!attr[CTA_TUPLE_PROTO] ||
	    nla_parse_nested(proto, CTA_PROTO_MAX, attr[CTA_TUPLE_PROTO], NULL) < 0)
		return true;
	if (proto[CTA_PROTO_NUM] && nla_len(proto[CTA_PROTO_NUM]) >= 1)
		out->proto = nla_get_u8(proto[CTA_PROTO_NUM]);
	out->dport = take_be16(proto[CTA_PROTO_DST_PORT]);
	return true;
}

/* Whose entries: of these addresses, or un-NATed L2TP in these zones. */
struct slots {
	struct ip4_net vips;
	uint16_t zone_first, zone_last;
};

static bool is_ours(const struct slots *slots, const struct tuple *orig, const struct tuple *reply,
		    uint16_t zone)
{
	if (ip4_in(orig->src, slots->vips) || ip4_in(orig->dst, slots->vips) ||
	    ip4_in(reply->src, slots->vips) || ip4_in(reply->dst, slots->vips))
		return true;
	return orig->proto == IPPROTO_UDP && orig->dport == FABRIC_L2TP_PORT &&
	       zone >= slots->zone_first && zone <= slots->zone_last;
}

static void entry_take(struct nlmsghdr *nlh, void *user)
{
	struct netlink_list *list = user;
	struct nlattr *attr[CTA_MAX + 1];
	struct tuple orig, reply;
	struct entry *out;
	uint16_t zone;

	if (nlmsg_parse(nlh, sizeof(struct nfgenmsg), attr, CTA_MAX, NULL) < 0 ||
	    !take_tuple(attr[CTA_TUPLE_ORIG], &orig) || !take_tuple(attr[CTA_TUPLE_REPLY], &reply))
		return;
	zone = take_be16(attr[CTA_ZONE]);
	if (!is_ours(list->filter, &orig, &reply, zone ? zone : orig.zone))
		return;
	out = netlink_list_add(list, sizeof(*out));
	out->tuple_len = (size_t)nla_len(attr[CTA_TUPLE_ORIG]);
	out->tuple = arena_memdup(list->arena, nla_data(attr[CTA_TUPLE_ORIG]), out->tuple_len);
	out->zone = zone;
	out->id = netlink_u32(attr[CTA_ID], 0);
}

/* A delete without a tuple would flush everything: it is always there, being read from a dump. */
static int entry_delete(int fd, const struct entry *entry)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(CT_TYPE(IPCTNL_MSG_CT_DELETE), 0, &nfg, sizeof(nfg));
	uint16_t zone = htons(entry->zone);

	netlink_put(msg, CTA_TUPLE_ORIG | NLA_F_NESTED, entry->tuple, entry->tuple_len);
	if (zone)
		netlink_put(msg, CTA_ZONE, &zone, sizeof(zone));
	if (entry->id)
		netlink_put_u32(msg, CTA_ID, entry->id);
	return netlink_talk(fd, msg);
}

/* Which address of an entry the kernel is to look at. */
struct filter {
	int tuple, address; /* CTA_TUPLE_…, CTA_IP_V4_… */
	int flags;          /* CTA_FILTER_…_FLAGS */
	uint32_t flag;
};

static const struct filter reply_dst = { CTA_TUPLE_REPLY, CTA_IP_V4_DST, CTA_FILTER_REPLY_FLAGS,
					 FILTER_IP_DST };
static const struct filter reply_src = { CTA_TUPLE_REPLY, CTA_IP_V4_SRC, CTA_FILTER_REPLY_FLAGS,
					 FILTER_IP_SRC };
static const struct filter original_src = { CTA_TUPLE_ORIG, CTA_IP_V4_SRC, CTA_FILTER_ORIG_FLAGS,
					    FILTER_IP_SRC };

/*
 * Lets the kernel pick entries (Linux 5.8 and later; earlier ones ignore it and send all, which
 * entry_take() sorts out as well).
 */
static void put_filter(struct nl_msg *msg, const struct filter *filter, uint32_t address)
{
	struct nlattr *outer = nla_nest_start(msg, filter->tuple | NLA_F_NESTED);
	struct nlattr *inner = nla_nest_start(msg, CTA_TUPLE_IP | NLA_F_NESTED);

	netlink_put_ip4(msg, filter->address, address);
	nla_nest_end(msg, inner);
	nla_nest_end(msg, outer);
	outer = nla_nest_start(msg, CTA_FILTER | NLA_F_NESTED);
	netlink_put_u32(msg, filter->flags, filter->flag);
	nla_nest_end(msg, outer);
}

static int delete_all(const struct entry *list, size_t count, struct err *err)
{
	cleanup_fd int fd = netlink_open(NETLINK_NETFILTER, NULL, 0, err);
	int deleted = 0;

	if (fd < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		int errnum = entry_delete(fd, &list[i]);

		if (errnum && errnum != ENOENT)
			return err_errno(err, errnum, "cannot delete a conntrack entry");
		deleted += !errnum;
	}
	return deleted;
}

/* `filter`: NULL = the whole table is gone through. */
static int forget(const struct slots *slots, const struct filter *filter, struct err *err)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(CT_TYPE(IPCTNL_MSG_CT_GET), NLM_F_DUMP, &nfg, sizeof(nfg));
	cleanup_arena struct arena *arena = arena_new();
	struct netlink_list found = { .arena = arena, .filter = slots };

	if (filter)
		put_filter(msg, filter, slots->vips.address);
	if (netlink_collect(NETLINK_NETFILTER, msg, entry_take, &found, "conntrack", err) < 0)
		return -1;
	return delete_all(found.items, found.count, err);
}

int conntrack_forget(uint32_t vip, struct err *err)
{
	struct slots slots = { .vips = { vip, 32 }, .zone_first = 1, .zone_last = 0 };

	return forget(&slots, &reply_dst, err);
}

int conntrack_forget_client(uint32_t address, struct err *err)
{
	struct slots slots = { .vips = { address, 32 }, .zone_first = 1, .zone_last = 0 };
	int began = forget(&slots, &original_src, err);
	int accepted = began < 0 ? -1 : forget(&slots, &reply_src, err);

	return accepted < 0 ? -1 : began + accepted;
}

int conntrack_forget_all(struct err *err)
{
	struct slots slots = { .vips = { FABRIC_NET, FABRIC_NET_BITS },
			       .zone_first = fabric_zone(0),
			       .zone_last = fabric_zone(FABRIC_SLOTS - 1) };

	return forget(&slots, NULL, err);
}
