/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/ip4.h"

static uint64_t seed = 0x9e3779b97f4a7c15u;

static uint32_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static void addresses_are_strict(void **state)
{
	static const char *const bad[] = { "",           "1.2.3",    "1.2.3.4.5", "1.2.3.256",
					   " 1.2.3.4",   "1.2.3.4 ", "1.2.3.4\n", "01.2.3.4",
					   "0x1.2.3.4",  "1.2.3.-4", "1.2.3.+4",  "1.2..4",
					   "1.2.3.4/32", "::1",      "localhost" };
	uint32_t address = 7;

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++)
		assert_false(ip4_parse(bad[i], &address));
	assert_int_equal(address, 7);
	assert_true(ip4_parse("198.18.16.5", &address));
	assert_int_equal(address, 0xc6121005);
	assert_true(ip4_parse("255.255.255.255", &address));
	assert_int_equal(address, 0xffffffff);
}

static void networks_have_no_host_bits(void **state)
{
	static const char *const bad[] = { "10.0.0.1/24",  "10.0.0.0/33", "10.0.0.0/",
					   "10.0.0.0/08",  "10.0.0.0/-1", "10.0.0.0/8 ",
					   "10.0.0.0/8/8", "/8",          "10.0.0.0/100",
					   "1.0.0.0/0",    "10.0.0.0 /8", "255.255.255.255255/32" };
	struct ip4_net net = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < array_size(bad); i++)
		assert_false(ip4_net_parse(bad[i], &net));
	assert_int_equal(net.bits, 7);
	assert_true(ip4_net_parse("0.0.0.0/0", &net));
	assert_int_equal(net.bits, 0);
	assert_true(ip4_net_parse("10.0.0.1", &net));
	assert_int_equal(net.bits, 32);
	assert_true(ip4_net_parse("10.0.0.0/31", &net));
	assert_int_equal(net.address, 0x0a000000);
}

static void text_is_read_back(void **state)
{
	char text[IP4_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t bits = (uint8_t)(next() % 33);
		struct ip4_net net = { next() & ip4_mask(bits), bits }, back;
		uint32_t address = next(), same;

		assert_true(ip4_parse(ip4_text(address, text), &same));
		assert_int_equal(address, same);
		assert_true(ip4_net_parse(ip4_net_text(net, text), &back));
		assert_int_equal(net.address, back.address);
		assert_int_equal(net.bits, back.bits);
	}
}

/* Against the definition: the first `bits` bits are the same. */
static void membership_is_by_prefix(void **state)
{
	(void)state;
	assert_int_equal(ip4_mask(0), 0);
	assert_int_equal(ip4_mask(1), 0x80000000);
	assert_int_equal(ip4_mask(32), 0xffffffff);
	for (int i = 0; i < 20000; i++) {
		uint8_t bits = (uint8_t)(next() % 33), other = (uint8_t)(next() % 33);
		uint32_t base = next();
		/* Near each other, so that both answers come up. */
		uint32_t address = base ^ (1u << next() % 32);
		struct ip4_net a = { base & ip4_mask(bits), bits };
		struct ip4_net b = { address & ip4_mask(other), other };
		uint8_t shorter = bits < other ? bits : other;
		uint64_t x = base, y = address;

		assert_int_equal(ip4_in(address, a), x >> (32 - bits) == y >> (32 - bits));
		assert_int_equal(ip4_overlap(a, b), x >> (32 - shorter) == y >> (32 - shorter));
		assert_int_equal(ip4_overlap(a, b), ip4_overlap(b, a));
	}
}

static void fabric_numbers_fit_together(void **state)
{
	struct ip4_net fabric = { FABRIC_NET, FABRIC_NET_BITS };
	struct ip4_net workers = { FABRIC_WORKER_NET, FABRIC_WORKER_BITS };
	struct ip4_net vips = { FABRIC_VIP_NET, FABRIC_VIP_BITS };

	(void)state;
	assert_true(ip4_overlap(fabric, workers) && ip4_overlap(fabric, vips));
	assert_false(ip4_overlap(workers, vips));
	assert_true(ip4_in(fabric_vip(0), vips) && ip4_in(fabric_vip(FABRIC_SLOTS - 1), vips));
	assert_true(ip4_in(fabric_worker_address(FABRIC_WORKERS_MAX), workers));
	assert_int_equal(fabric_slot(FABRIC_SLOTS + 3), 3);
	assert_int_equal(fabric_zone(FABRIC_SLOTS - 1), FABRIC_SLOTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_strict),
		cmocka_unit_test(networks_have_no_host_bits),
		cmocka_unit_test(text_is_read_back),
		cmocka_unit_test(membership_is_by_prefix),
		cmocka_unit_test(fabric_numbers_fit_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
