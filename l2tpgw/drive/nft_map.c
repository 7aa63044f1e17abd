/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/nft_map.h"

#include <arpa/inet.h>
#include <string.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/fabric.h"
#include "drive/netlink.h"

#define NFT_TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | (message))

int nft_map_open(struct err *err)
{
	return netlink_open(NETLINK_NETFILTER, NULL, 0, err);
}

static void put_name(struct nl_msg *msg, int type, const char *name)
{
	netlink_put(msg, type, name, strlen(name) + 1);
}

static void put_verdict(struct nl_msg *msg, const char *chain)
{
	struct nlattr *data = nla_nest_start(msg, NFTA_SET_ELEM_DATA | NLA_F_NESTED);
	struct nlattr *verdict = nla_nest_start(msg, NFTA_DATA_VERDICT | NLA_F_NESTED);

	netlink_put_u32(msg, NFTA_VERDICT_CODE, htonl((uint32_t)NFT_GOTO));
	put_name(msg, NFTA_VERDICT_CHAIN, chain);
	nla_nest_end(msg, verdict);
	nla_nest_end(msg, data);
}

static void put_element(struct nl_msg *msg, const struct nft_element *element)
{
	struct nlattr *list = nla_nest_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);
	struct nlattr *item = nla_nest_start(msg, NFTA_LIST_ELEM | NLA_F_NESTED);
	struct nlattr *key = nla_nest_start(msg, NFTA_SET_ELEM_KEY | NLA_F_NESTED);

	netlink_put_ip4(msg, NFTA_DATA_VALUE, element->address);
	nla_nest_end(msg, key);
	if (element->chain)
		put_verdict(msg, element->chain);
	nla_nest_end(msg, item);
	nla_nest_end(msg, list);
}

static struct nl_msg *element_message(const struct nft_element *element)
{
	struct nfgenmsg nfg = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };
	struct nl_msg *msg =
	    element->chain
		? netlink_request(NFT_TYPE(NFT_MSG_NEWSETELEM), NLM_F_CREATE, &nfg, sizeof(nfg))
		: netlink_request(NFT_TYPE(NFT_MSG_DELSETELEM), 0, &nfg, sizeof(nfg));

	put_name(msg, NFTA_SET_ELEM_LIST_TABLE, FABRIC_TABLE);
	put_name(msg, NFTA_SET_ELEM_LIST_SET, element->map);
	put_element(msg, element);
	return msg;
}

/* What begins and ends a transaction. */
static struct nl_msg *edge_message(int type)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_UNSPEC,
				.version = NFNETLINK_V0,
				.res_id = htons(NFNL_SUBSYS_NFTABLES) };

	return netlink_request(type, 0, &nfg, sizeof(nfg));
}

int nft_map_run(int fd, const struct nft_element *list, size_t count, struct err *err)
{
	cleanup_arena struct arena *arena = arena_new();
	struct nl_msg **msgs = arena_alloc(arena, (count + 2) * sizeof(struct nl_msg *));
	int errnum;

	if (!count)
		return 0;
	msgs[0] = edge_message(NFNL_MSG_BATCH_BEGIN);
	for (size_t i = 0; i < count; i++)
		msgs[i + 1] = element_message(&list[i]);
	msgs[count + 1] = edge_message(NFNL_MSG_BATCH_END);
	errnum = netlink_batch(fd, msgs, count + 2);
	for (size_t i = 0; i < count + 2; i++)
		nlmsg_free(msgs[i]);
	return errnum ? err_errno(err, errnum, "nftables: elements of %s", list[0].map) : 0;
}
