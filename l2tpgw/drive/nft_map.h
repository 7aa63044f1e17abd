/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_NFT_MAP_H
#define L2TPGW_DRIVE_NFT_MAP_H

/*
 * Elements of maps of our table that lead from IPv4 addresses to chains, by netlink alone and over
 * a socket that stays open. libnftables does the same (nft.h), but reads the whole table for it,
 * and closes a socket, which waits for all that was deleted before: some ten milliseconds.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct nft_element {
	const char *map;
	uint32_t address;
	const char *chain; /* the element is "address : goto chain"; NULL = it is deleted */
};

/* For nft_map_run(); negative with *err set. */
int nft_map_open(struct err *err);
/* In one transaction. To delete what is not there, or to change where one leads, is an error. */
int nft_map_run(int fd, const struct nft_element *list, size_t count, struct err *err);

#endif
