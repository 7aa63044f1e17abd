/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/ability.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_pppox.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/xfrm.h>

#include "base/cleanup.h"
#include "drive/netlink.h"
#include "drive/nft.h"

static int probe_ppp(struct err *err)
{
	cleanup_fd int fd = open("/dev/ppp", O_RDWR | O_CLOEXEC);

	return fd < 0 ? err_errno(err, errno, "/dev/ppp") : 0;
}

static int probe_l2tp(struct err *err)
{
	cleanup_fd int fd = socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);

	return fd < 0 ? err_errno(err, errno, "PPPoL2TP socket") : 0;
}

static int probe_xfrm(struct err *err)
{
	uint32_t flags = 0;
	cleanup_nl_msg struct nl_msg *msg =
	    netlink_request(XFRM_MSG_GETSPDINFO, 0, &flags, sizeof(flags));
	cleanup_fd int fd = netlink_open(NETLINK_XFRM, NULL, 0, err);
	int errnum;

	if (fd < 0)
		return -1;
	errnum = netlink_talk(fd, msg);
	return errnum ? err_errno(err, errnum, "XFRM") : 0;
}

/* With a key of zeros. */
static void put_algorithm(struct nl_msg *msg, int type, const char *name, unsigned bits)
{
	struct xfrm_algo algo = { .alg_key_len = bits };
	char data[sizeof(algo) + 32] = { 0 };

	(void)snprintf(algo.alg_name, sizeof(algo.alg_name), "%s", name);
	memcpy(data, &algo, sizeof(algo));
	netlink_put(msg, type, data, sizeof(algo) + bits / 8);
}

/*
 * Asks for a change of a SA that does not exist. The kernel first builds the new one, which takes
 * ESP and its algorithms, then looks for the old one and says ESRCH (xfrm_add_sa).
 */
static int probe_esp(struct err *err)
{
	struct xfrm_usersa_info sa = {
		.id = { .daddr.a4 = htonl(INADDR_LOOPBACK),
			.spi = htonl(0xffffffff),
			.proto = IPPROTO_ESP },
		.saddr.a4 = htonl(INADDR_LOOPBACK),
		.family = AF_INET,
		.mode = XFRM_MODE_TRANSPORT,
		.lft = { .soft_byte_limit = XFRM_INF,
			 .hard_byte_limit = XFRM_INF,
			 .soft_packet_limit = XFRM_INF,
			 .hard_packet_limit = XFRM_INF },
	};
	cleanup_nl_msg struct nl_msg *msg = netlink_request(XFRM_MSG_UPDSA, 0, &sa, sizeof(sa));
	cleanup_fd int fd = netlink_open(NETLINK_XFRM, NULL, 0, err);
	int errnum;

	if (fd < 0)
		return -1;
	put_algorithm(msg, XFRMA_ALG_CRYPT, "cbc(aes)", 128);
	put_algorithm(msg, XFRMA_ALG_AUTH, "hmac(sha1)", 160);
	errnum = netlink_talk(fd, msg);
	return errnum == ESRCH || !errnum ? 0 : err_errno(err, errnum, "ESP");
}

static int probe_nftables(struct err *err)
{
	struct nft_table table;

	return nft_table_get(&table, err) < 0 ? -1 : 0;
}

static int probe_conntrack(struct err *err)
{
	struct nfgenmsg nfg = { .version = NFNETLINK_V0 };
	cleanup_nl_msg struct nl_msg *msg = netlink_request(
	    (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_GET_STATS, 0, &nfg, sizeof(nfg));
	cleanup_fd int fd = netlink_open(NETLINK_NETFILTER, NULL, 0, err);
	int errnum;

	if (fd < 0)
		return -1;
	errnum = netlink_talk(fd, msg);
	return errnum ? err_errno(err, errnum, "connection tracking") : 0;
}

static const struct {
	const char *text;
	const char *module;
	int (*probe)(struct err *err);
} abilities[ABILITY_COUNT] = {
	[ABILITY_PPP] = { "PPP in the kernel", "ppp_generic", probe_ppp },
	[ABILITY_L2TP] = { "L2TP in the kernel", "l2tp_ppp", probe_l2tp },
	[ABILITY_XFRM] = { "IPsec in the kernel", "xfrm_user", probe_xfrm },
	[ABILITY_ESP] = { "ESP with AES-CBC and HMAC-SHA1", "esp4", probe_esp },
	[ABILITY_NFTABLES] = { "nftables", "nf_tables", probe_nftables },
	[ABILITY_CONNTRACK] = { "connection tracking over netlink", "nf_conntrack_netlink",
				probe_conntrack },
};

int ability_probe(enum ability ability, struct err *err)
{
	return abilities[ability].probe(err);
}

const char *ability_text(enum ability ability)
{
	return abilities[ability].text;
}

const char *ability_module(enum ability ability)
{
	return abilities[ability].module;
}
