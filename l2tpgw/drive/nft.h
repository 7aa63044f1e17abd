/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NFT_H
#define L2TPGW_DRIVE_NFT_H

/*
 * nftables: rules go in as text (one buffer = one transaction, all or nothing) and are read back
 * as JSON (libnftables-json(5)). Nothing is printed: what libnftables says is in *err.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "drive/netlink.h"

#define NFT_COMMENT_MAX 129 /* bytes with the NUL; NFTNL_UDATA_COMMENT_MAXLEN is 128 */

struct nft_table {
	uint64_t handle;               /* another one after the table was recreated */
	char comment[NFT_COMMENT_MAX]; /* "" = none */
};

/* Runs commands in nft(8)'s language; on failure nothing of them was done. */
int nft_run(const char *text, struct err *err);
/*
 * Runs a list command and appends its JSON to `out`; more than `max` bytes is an error. Without
 * `elements` maps and sets are listed without what is in them.
 */
int nft_list(const char *command, bool elements, size_t max, struct buf *out, struct err *err);
/* Our table (inet FABRIC_TABLE), by netlink alone: cheap. NET_DONE; NET_SAME if it is not there. */
int nft_table_get(struct nft_table *table, struct err *err);
/* Counts the transactions in this network namespace, anybody's: equal = nothing was changed. */
int nft_generation(uint32_t *generation, struct err *err);
/* The same over a socket for NETLINK_NETFILTER that is open. */
int nft_generation_over(int fd, uint32_t *generation, struct err *err);
/* NET_DONE; NET_SAME if it was not there. */
int nft_table_delete(struct err *err);

#endif
