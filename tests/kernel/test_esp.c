/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <linux/udp.h>
#include <linux/xfrm.h>

#include "drive/ability.h"
#include "drive/netns.h"
#include "drive/xfrm.h"

static struct err err;

static void put_key(struct nl_msg *msg, int type, const char *name, unsigned bits)
{
	struct xfrm_algo algo = { .alg_key_len = bits };
	char data[sizeof(algo) + 32] = { 0 };

	(void)snprintf(algo.alg_name, sizeof(algo.alg_name), "%s", name);
	memcpy(data, &algo, sizeof(algo));
	netlink_put(msg, type, data, sizeof(algo) + bits / 8);
}

static void put_encapsulation(struct nl_msg *msg)
{
	struct xfrm_encap_tmpl encap = { .encap_type = UDP_ENCAP_ESPINUDP,
					 .encap_sport = htons(61000),
					 .encap_dport = htons(4500) };

	netlink_put(msg, XFRMA_ENCAP, &encap, sizeof(encap));
}

/* As charon makes them: `mark` looks it up, `set_mark` is put on what it decrypts; 0 = without. */
static void add_sa(uint32_t spi, uint32_t mark, uint32_t set_mark)
{
	struct xfrm_usersa_info info = {
		.id = { .daddr.a4 = htonl(0xcb007109), .spi = htonl(spi), .proto = IPPROTO_ESP },
		.saddr.a4 = htonl(0xcb007102),
		.family = AF_INET,
		.mode = XFRM_MODE_TRANSPORT,
		.lft = { XFRM_INF, XFRM_INF, XFRM_INF, XFRM_INF, 0, 0, 0, 0 },
	};
	cleanup_nl_msg struct nl_msg *msg = netlink_request(XFRM_MSG_NEWSA, 0, &info, sizeof(info));
	struct xfrm_mark value = { .v = mark, .m = UINT32_MAX };

	put_key(msg, XFRMA_ALG_CRYPT, "cbc(aes)", 128);
	put_key(msg, XFRMA_ALG_AUTH, "hmac(sha1)", 160);
	put_encapsulation(msg);
	if (mark)
		netlink_put(msg, XFRMA_MARK, &value, sizeof(value));
	if (set_mark)
		netlink_put_u32(msg, XFRMA_SET_MARK, set_mark);
	assert_ok(netlink_change(NETLINK_XFRM, msg, -1, "SA", &err));
}

static size_t list_sas(struct arena *arena, struct xfrm_sa **list)
{
	size_t count;

	assert_ok(xfrm_sa_list(arena, list, &count, &err));
	return count;
}

static void esp_is_there(void **state)
{
	(void)state;
	assert_true(netns_ready);
	assert_ok(ability_probe(ABILITY_ESP, &err));
}

static void an_sa_of_charon_is_read(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;

	(void)state;
	add_sa(0xc2000001, 77, 77);
	assert_int_equal(list_sas(arena, &list), 1);
	assert_int_equal(list[0].spi, 0xc2000001);
	assert_true(list[0].encap);
	assert_int_equal(list[0].encap_sport, 61000);
	assert_int_equal(list[0].encap_dport, 4500);
	assert_int_equal(list[0].mark, 77);
	assert_int_equal(list[0].mark_mask, UINT32_MAX);
	assert_int_equal(list[0].set_mark, 77);
	assert_int_equal(list[0].set_mask, UINT32_MAX);
	assert_int_equal(xfrm_sa_delete(&list[0], &err), NET_DONE);
}

/* An inbound one has no mark to be found by, only the one it sets; neighbours are left alone. */
static void both_directions_of_a_mark_are_deleted(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct xfrm_sa *list;

	(void)state;
	add_sa(0xc3000001, 0, 77);
	add_sa(0xc3000002, 77, 0);
	add_sa(0xc3000003, 0, 78);
	add_sa(0xc3000004, 78, 0);
	add_sa(0xc3000005, 0, 0);
	assert_int_equal(xfrm_sa_delete_mark(77, &err), 2);
	assert_int_equal(xfrm_sa_delete_mark(77, &err), 0);
	assert_int_equal(list_sas(arena, &list), 3);
	for (size_t i = 0; i < 3; i++)
		assert_in_range(list[i].spi, 0xc3000003, 0xc3000005);
	assert_int_equal(xfrm_sa_delete_mark(78, &err), 2);
	assert_int_equal(list_sas(arena, &list), 1);
	assert_int_equal(xfrm_sa_delete(&list[0], &err), NET_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(esp_is_there),
		cmocka_unit_test(an_sa_of_charon_is_read),
		cmocka_unit_test(both_directions_of_a_mark_are_deleted),
	};

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
