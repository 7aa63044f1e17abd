/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <net/if.h>
#include <linux/if_pppox.h>

#include "base/fabric.h"
#include "drive/l2tp_socket.h"
#include "drive/netns.h"

static struct err err;

/* A tunnel as xl2tpd makes it: a UDP socket connected to the peer, and a PPPoL2TP one over it. */
struct tunnel {
	int udp, pppox;
};

static struct sockaddr_in address(uint32_t ip)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(FABRIC_L2TP_PORT),
				     .sin_addr.s_addr = htonl(ip) };
}

static struct tunnel open_tunnel(uint16_t id, uint32_t peer)
{
	struct tunnel tunnel = { .udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
				 .pppox =
				     socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP) };
	struct sockaddr_in ours = address(fabric_worker_address(1)), theirs = address(peer);
	struct sockaddr_pppol2tp name = {
		.sa_family = AF_PPPOX,
		.sa_protocol = PX_PROTO_OL2TP,
		.pppol2tp = { .fd = tunnel.udp, .addr = theirs, .s_tunnel = id, .d_tunnel = id },
	};
	int yes = 1;

	assert_true(tunnel.udp >= 0 && tunnel.pppox >= 0);
	assert_int_equal(setsockopt(tunnel.udp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
	assert_int_equal(bind(tunnel.udp, (struct sockaddr *)&ours, sizeof(ours)), 0);
	assert_int_equal(connect(tunnel.udp, (struct sockaddr *)&theirs, sizeof(theirs)), 0);
	assert_int_equal(connect(tunnel.pppox, (struct sockaddr *)&name, sizeof(name)), 0);
	return tunnel;
}

static void close_tunnel(struct tunnel tunnel)
{
	close(tunnel.pppox);
	close(tunnel.udp);
}

static uint32_t peer_of(struct tunnel tunnel)
{
	struct sockaddr_in peer;
	socklen_t len = sizeof(peer);

	assert_int_equal(getpeername(tunnel.udp, (struct sockaddr *)&peer, &len), 0);
	return ntohl(peer.sin_addr.s_addr);
}

/* The client of slot 7 dials anew from where it was: its older tunnels hear nothing any more. */
static void older_tunnels_of_a_peer_are_retired(void **state)
{
	uint32_t client = fabric_vip(7), other = fabric_vip(8), nowhere = fabric_vip(4095);
	struct tunnel older[2], kept, others;

	(void)state;
	older[0] = open_tunnel(11, client);
	older[1] = open_tunnel(12, client);
	kept = open_tunnel(13, client);
	others = open_tunnel(14, other);
	assert_int_equal(l2tp_socket_retire(getpid(), client, 13, &err), 2);
	assert_int_equal(peer_of(older[0]), nowhere);
	assert_int_equal(peer_of(older[1]), nowhere);
	assert_int_equal(peer_of(kept), client);
	assert_int_equal(peer_of(others), other);
	assert_int_equal(l2tp_socket_retire(getpid(), client, 13, &err), 0);
	close_tunnel(older[0]);
	close_tunnel(older[1]);
	close_tunnel(kept);
	close_tunnel(others);
}

static void sockets_that_are_no_tunnel_are_left_alone(void **state)
{
	struct sockaddr_in theirs = address(fabric_vip(7));
	struct tunnel plain = { .udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };

	(void)state;
	assert_int_equal(connect(plain.udp, (struct sockaddr *)&theirs, sizeof(theirs)), 0);
	assert_int_equal(l2tp_socket_retire(getpid(), fabric_vip(7), 0, &err), 0);
	assert_int_equal(peer_of(plain), fabric_vip(7));
	close(plain.udp);
}

static void a_worker_that_is_gone_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(l2tp_socket_retire(0x3fffff, fabric_vip(7), 0, &err), -1);
	assert_non_null(strstr(err.text, "xl2tpd"));
}

/* A network with the fabric's addresses, and no one in it. */
static int enter(void **state)
{
	int result = netns_enter(state);

	assert_true(netns_ready);
	netns_add_address("lo", fabric_worker_address(1), FABRIC_NET_BITS);
	return result;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_tunnels_of_a_peer_are_retired),
		cmocka_unit_test(sockets_that_are_no_tunnel_are_left_alone),
		cmocka_unit_test(a_worker_that_is_gone_is_an_error),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
