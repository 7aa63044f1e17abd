/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <nftables/libnftables.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "base/cleanup.h"
#include "base/fabric.h"

#define NFT_TYPE(message) (NFNL_SUBSYS_NFTABLES << 8 | (message))
#define UDATA_COMMENT     0 /* NFTNL_UDATA_TABLE_COMMENT of libnftnl's udata.h */

static void ctx_free(struct nft_ctx **ctx)
{
	nft_ctx_free(*ctx);
}
#define cleanup_ctx __attribute__((cleanup(ctx_free)))

static struct nft_ctx *ctx_new(unsigned flags)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);

	if (!ctx || nft_ctx_buffer_output(ctx) || nft_ctx_buffer_error(ctx))
		abort();
	nft_ctx_output_set_flags(ctx, flags);
	return ctx;
}

/* Its errors quote the whole line with carets below it: the first lines say what matters. */
static int ctx_run(struct nft_ctx *ctx, const char *text, struct err *err)
{
	const char *said;
	size_t len;

	if (nft_run_cmd_from_buffer(ctx, text) == 0)
		return 0;
	said = nft_ctx_get_error_buffer(ctx);
	len = strlen(said);
	while (len && said[len - 1] == '\n')
		len--;
	return err_set(err, errno == EPERM ? ERR_PERMISSION : ERR_FAILED, "nftables: %.*s",
		       len > 1000 ? 1000 : (int)len, said);
}

int nft_run(const char *text, struct err *err)
{
	cleanup_ctx struct nft_ctx *ctx = ctx_new(0);

	return ctx_run(ctx, text, err);
}

int nft_list(const char *command, bool elements, size_t max, struct buf *out, struct err *err)
{
	cleanup_ctx struct nft_ctx *ctx =
	    ctx_new(NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE | NFT_CTX_OUTPUT_NUMERIC_ALL |
		    (elements ? 0 : NFT_CTX_OUTPUT_TERSE));
	const char *json;
	size_t len;

	if (ctx_run(ctx, command, err) < 0)
		return -1;
	json = nft_ctx_get_output_buffer(ctx);
	len = strlen(json);
	if (len > max)
		return err_set(err, ERR_FAILED, "nftables: \"%s\" lists more than %zu bytes",
			       command, max);
	buf_append(out, json, len);
	return 0;
}

/* User data is a run of (type, length, bytes); libnftnl ends a comment by a NUL. */
static void take_comment(const struct nlattr *attr, char comment[NFT_COMMENT_MAX])
{
	const uint8_t *at = nla_data(attr), *end = at + nla_len(attr);

	for (; end - at >= 2 && end - at - 2 >= at[1]; at += 2 + at[1]) {
		if (at[0] == UDATA_COMMENT) {
			(void)snprintf(comment, NFT_COMMENT_MAX, "%.*s", at[1],
				       (const char *)at + 2);
			return;
		}
	}
}

static void table_begin(void *user)
{
	*(struct nft_table *)user = (struct nft_table){ 0 };
}

static void table_take(struct nlmsghdr *nlh, void *user)
{
	struct nlattr *attr[NFTA_TABLE_MAX + 1];
	struct nft_table *table = user;
	uint64_t handle;

	if (nlmsg_parse(nlh, sizeof(struct nfgenmsg), attr, NFTA_TABLE_MAX, NULL) < 0)
		return;
	if (attr[NFTA_TABLE_HANDLE] && nla_len(attr[NFTA_TABLE_HANDLE]) >= (int)sizeof(handle)) {
		memcpy(&handle, nla_data(attr[NFTA_TABLE_HANDLE]), sizeof(handle));
		table->handle = be64toh(handle);
	}
	if (attr[NFTA_TABLE_USERDATA])
		take_comment(attr[NFTA_TABLE_USERDATA], table->comment);
}

int nft_table_get(struct nft_table *table, struct err *err)
{
	struct nfgenmsg nfg = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(NFT_TYPE(NFT_MSG_GETTABLE), 0, &nfg, sizeof(nfg));
	struct netlink_dump dump = { .begin = table_begin, .each = table_take, .user = table };
	cleanup_fd int fd = netlink_open(NETLINK_NETFILTER, NULL, 0, err);
	int errnum;

	if (fd < 0)
		return -1;
	netlink_put(msg, NFTA_TABLE_NAME, FABRIC_TABLE, sizeof(FABRIC_TABLE));
	errnum = netlink_dump(fd, msg, &dump);
	if (errnum == ENOENT)
		return NET_SAME;
	return errnum ? err_errno(err, errnum, "nftables") : NET_DONE;
}

static void generation_begin(void *user)
{
	*(uint32_t *)user = 0;
}

static void generation_take(struct nlmsghdr *nlh, void *user)
{
	struct nlattr *attr[NFTA_GEN_MAX + 1];
	uint32_t *generation = user;

	if (nlmsg_parse(nlh, sizeof(struct nfgenmsg), attr, NFTA_GEN_MAX, NULL) == 0)
		*generation = ntohl(netlink_u32(attr[NFTA_GEN_ID], 0));
}

int nft_generation_over(int fd, uint32_t *generation, struct err *err)
{
	struct nfgenmsg nfg = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(NFT_TYPE(NFT_MSG_GETGEN), 0, &nfg, sizeof(nfg));
	struct netlink_dump dump = { .begin = generation_begin,
				     .each = generation_take,
				     .user = generation };
	int errnum = netlink_dump(fd, msg, &dump);

	return errnum ? err_errno(err, errnum, "nftables") : 0;
}

int nft_generation(uint32_t *generation, struct err *err)
{
	cleanup_fd int fd = netlink_open(NETLINK_NETFILTER, NULL, 0, err);

	return fd < 0 ? -1 : nft_generation_over(fd, generation, err);
}

int nft_table_delete(struct err *err)
{
	struct nft_table table;
	int rc = nft_table_get(&table, err);

	if (rc != NET_DONE)
		return rc;
	/* Created first, so that its being deleted meanwhile is no error. */
	return nft_run("add table inet " FABRIC_TABLE "\ndelete table inet " FABRIC_TABLE "\n",
		       err);
}
