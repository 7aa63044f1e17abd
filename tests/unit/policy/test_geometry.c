/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "geometry_table.h"
#include "policy/geometry.h"
#include "policy/proposals.h"

static struct geometry row_geometry(const struct geometry_row *row, unsigned column,
				    struct arena *arena)
{
	struct proposal p;

	assert_null(proposal_parse(row->esp, PROPOSAL_ESP, &p, arena));
	return (struct geometry){
		.outer = row->outer,
		.ipv6 = row->ipv6,
		.natt = row->natt,
		.encryption = "cipher",
		.integrity = "mac",
		.iv = p.encryption->iv,
		.align = p.encryption->align,
		.icv = p.integrity ? p.integrity->icv : p.encryption->icv,
		.l2tp = 6 + 2 * (column / 3),
		.ppp = 4 - column % 3,
	};
}

static unsigned sum_up(const struct geometry *geometry)
{
	struct geometry_sum sum;
	unsigned total;

	geometry_sum(geometry, &sum);
	assert_true(sum.count <= GEOMETRY_LINES_MAX);
	total = sum.lines[0].bytes;
	for (size_t i = 1; i < sum.count; i++)
		total -= sum.lines[i].bytes;
	assert_int_equal(sum.result, total);
	return total;
}

static void test_table(void **state)
{
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	assert_int_equal(array_size(geometry_table), 36);
	for (size_t i = 0; i < array_size(geometry_table); i++) {
		for (unsigned column = 0; column < 12; column++) {
			struct geometry g = row_geometry(&geometry_table[i], column, arena);
			unsigned inner = geometry_table[i].inner[column];

			assert_int_equal(geometry_max_inner(&g), inner);
			assert_int_equal(sum_up(&g), inner);
			assert_true(geometry_outer_size(&g, inner) <= g.outer);
			assert_true(geometry_outer_size(&g, inner + 1) > g.outer);
		}
	}
}

static void test_outer_sizes(void **state)
{
	/* Inner 1404 in AES-CBC with SHA-256 behind NAT is 1492 outside, in GCM 1484. */
	struct geometry cbc = { 1500, false, true, "", "", 16, 16, 16, 6, 4 };
	struct geometry gcm = { 1500, false, true, "", "", 8, 16, 4, 6, 4 };

	(void)state;
	assert_int_equal(geometry_outer_size(&cbc, 1404), 1492);
	assert_int_equal(geometry_outer_size(&cbc, 1405), 1508);
	assert_int_equal(geometry_outer_size(&cbc, 1280), 1380);
	assert_int_equal(geometry_outer_size(&gcm, 1420), 1500);
}

static void test_nothing_fits(void **state)
{
	struct geometry g = { 0, false, true, "", "", 16, 16, 16, 6, 4 };

	(void)state;
	for (g.outer = 0; g.outer < 96; g.outer++)
		assert_int_equal(geometry_max_inner(&g), 0);
}

struct size_case {
	unsigned wan_mtu;
	const char *key, *value; /* a setting besides */
	unsigned mtu, mru;
};

static const struct size_case sizes[] = {
	{ 1500, "version", "1", 1404, 1398 },
	{ 0, "version", "1", 1404, 1398 },    /* unknown */
	{ 9000, "version", "1", 1404, 1398 }, /* the path is not better for it */
	{ 1492, "version", "1", 1404, 1398 }, /* PPPoE */
	{ 1480, "version", "1", 1388, 1382 },
	{ 1460, "version", "1", 1372, 1366 },
	{ 1500, "ipsec.esp_proposals", "[\"aes256gcm16\", \"aes128gcm16\"]", 1420, 1414 },
	{ 1492, "ipsec.esp_proposals", "[\"aes256gcm16\"]", 1412, 1406 },
	{ 1500, "ipsec.esp_proposals", "[\"aes256-sha512\"]", 1388, 1382 },
	{ 1492, "ipsec.esp_proposals", "[\"aes256gcm16\", \"aes256-sha1\"]", 1404, 1398 },
	{ 1500, "ppp.mtu", "1280", 1280, 1398 },
	{ 1500, "ppp.mru", "1366", 1404, 1366 },
	{ 9000, "ppp.mtu", "8000", 8000, 1398 }, /* said by hand, fits this WAN */
	{ 1500, "ipsec.legacy", "[\"3des-router\"]", 1404, 1398 },
	{ 1500, "ipsec.clients", "[\"windows\"]", 1404, 1398 },
};

static void test_policy_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_size(sizes); i++) {
		const char *settings[][2] = { { sizes[i].key, sizes[i].value } };
		struct host host = fixture_host();
		struct loaded loaded;

		host.wan_mtu = sizes[i].wan_mtu;
		load_with(&loaded, &host, settings, 1);
		if (!loaded.policy)
			fail_msg("%s", buf_text(&loaded.rendered));
		assert_int_equal(loaded.policy->ppp.mtu, sizes[i].mtu);
		assert_int_equal(loaded.policy->ppp.mru, sizes[i].mru);
		unload(&loaded);
	}
}

static void test_too_large_by_hand(void **state)
{
	const char *settings[][2] = { { "ppp.mtu", "1410" }, { "ppp.mru", "1410" } };
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	load_with(&loaded, &host, settings, 2);
	assert_null(loaded.policy);
	assert_int_equal(loaded.diags.errors, 2);
	assert_string_equal(loaded.diags.list[0].message,
			    "mtu 1410 makes packets of 1508 bytes, which would be fragmented: "
			    "1500 (path) - 20 (IPv4) - 8 (NAT-T) - 8 (ESP) - 16 (aes256) - "
			    "16 (sha256) - 8 (blocks) - 2 (trailer) - 8 (UDP) - 6 (L2TP) - 4 (PPP) "
			    "= 1404");
	assert_string_equal(loaded.diags.list[1].message,
			    "mru 1410 makes packets of 1508 bytes, which would be fragmented: "
			    "1500 (path) - 20 (IPv4) - 8 (NAT-T) - 8 (ESP) - 16 (aes256) - "
			    "16 (sha256) - 8 (blocks) - 2 (trailer) - 8 (UDP) - 12 (L2TP) - "
			    "4 (PPP) = 1398");
	unload(&loaded);
}

static void test_hopeless_wan(void **state)
{
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	host.wan_mtu = 576;
	load_with(&loaded, &host, NULL, 0);
	assert_null(loaded.policy);
	assert_true(says(&loaded, "the MTU 576 of the WAN leaves"));
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_outer_sizes),
		cmocka_unit_test(test_nothing_fits),
		cmocka_unit_test(test_policy_sizes),
		cmocka_unit_test(test_too_large_by_hand),
		cmocka_unit_test(test_hopeless_wan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
