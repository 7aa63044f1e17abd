/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What servers say, and what they cannot mean. */
#include "unit.h"

#include <string.h>

#include "drive/radius_terms.h"

#define SUCCESS "S=407A5589115FD0D6209F510FE9C04566932CDA56"

static struct radius_packet packet;
static struct radius_terms terms;
static struct err err;

static void begin(void)
{
	radius_begin(&packet, RADIUS_ACCESS_ACCEPT, true);
}

static int end(void)
{
	struct radius_view view;

	assert_false(packet.failed);
	radius_finish_request(&packet, 1, (struct radius_secret){ "x", 1 });
	assert_true(radius_read(&view, packet.data, packet.len));
	return radius_terms_read(&view, &terms, &err);
}

static void put_rate(uint8_t type, uint32_t rate)
{
	const uint8_t bytes[] = { (uint8_t)(rate >> 24), (uint8_t)(rate >> 16),
				  (uint8_t)(rate >> 8), (uint8_t)rate };

	radius_put_vendor(&packet, RADIUS_WISPR, type, bytes, sizeof(bytes));
}

static void all_of_it(void **state)
{
	struct radius_packet again;

	(void)state;
	begin();
	radius_put_u32(&packet, RADIUS_SERVICE_TYPE, RADIUS_SERVICE_FRAMED);
	radius_put_u32(&packet, RADIUS_FRAMED_PROTOCOL, RADIUS_PROTOCOL_PPP);
	radius_put_u32(&packet, RADIUS_FRAMED_IP_ADDRESS, 0x0a090007);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, 3600);
	radius_put_u32(&packet, RADIUS_IDLE_TIMEOUT, 600);
	radius_put_u32(&packet, RADIUS_ACCT_INTERIM_INTERVAL, 300);
	radius_put_text(&packet, RADIUS_FILTER_ID, "staff");
	radius_put_text(&packet, RADIUS_FILTER_ID, "others");
	radius_put_text(&packet, RADIUS_FRAMED_POOL, "dmz");
	radius_put(&packet, RADIUS_CLASS, "\0one", 4);
	radius_put(&packet, RADIUS_CLASS, "two", 3);
	put_rate(RADIUS_WISPR_MAX_DOWN, 50000000);
	put_rate(RADIUS_WISPR_MAX_UP, 9600);
	radius_put_vendor(&packet, RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS, "\7" SUCCESS, 43);
	radius_put_vendor(&packet, 9, 1, "of another", 10);
	assert_int_equal(end(), 0);
	assert_int_equal(terms.address, 0x0a090007);
	assert_int_equal(terms.session_timeout, 3600);
	assert_int_equal(terms.idle_timeout, 600);
	assert_int_equal(terms.interim, 300);
	assert_string_equal(terms.group, "staff");
	assert_string_equal(terms.pool, "dmz");
	assert_int_equal(terms.down, 50000000);
	assert_int_equal(terms.up, RADIUS_RATE_MIN);
	assert_string_equal(terms.success, SUCCESS);
	radius_begin(&again, RADIUS_ACCOUNTING_REQUEST, false);
	radius_put_class(&again, terms.class, terms.class_len);
	assert_int_equal(again.len, 20 + 6 + 5);
	assert_memory_equal(again.data + 20, "\x19\6\0one\x19\5two", 11);
}

static void nothing_is_fine_too(void **state)
{
	(void)state;
	begin();
	assert_int_equal(end(), 0);
	assert_int_equal(terms.address + terms.session_timeout + terms.class_len, 0);
	assert_string_equal(terms.success, "");
	assert_string_equal(terms.group, "");
}

static void values_without_meaning_are_left_to_us(void **state)
{
	(void)state;
	begin();
	radius_put_u32(&packet, RADIUS_FRAMED_IP_ADDRESS, 0xfffffffe);
	radius_put_u32(&packet, RADIUS_SESSION_TIMEOUT, 0xffffffff);
	radius_put_u32(&packet, RADIUS_IDLE_TIMEOUT, 0);
	radius_put_u32(&packet, RADIUS_ACCT_INTERIM_INTERVAL, 1);
	put_rate(RADIUS_WISPR_MAX_DOWN, 0);
	assert_int_equal(end(), 0);
	assert_int_equal(terms.address, 0);
	assert_int_equal(terms.session_timeout, 0);
	assert_int_equal(terms.idle_timeout, 0);
	assert_int_equal(terms.interim, RADIUS_INTERIM_MIN);
	assert_int_equal(terms.down, 0);
}

static void what_cannot_be_meant_is_refused(void **state)
{
	static const struct {
		uint32_t vendor;
		uint8_t type;
		const char *value;
		size_t len;
	} rows[] = {
		{ 0, RADIUS_SERVICE_TYPE, "\2", 1 },
		{ 0, RADIUS_FRAMED_PROTOCOL, "", 0 },
		{ 0, RADIUS_FRAMED_IP_ADDRESS, "abc", 3 },
		{ 0, RADIUS_SESSION_TIMEOUT, "", 0 },
		{ 0, RADIUS_IDLE_TIMEOUT, "12345678", 8 },
		{ 0, RADIUS_ACCT_INTERIM_INTERVAL, "1", 1 },
		{ 0, RADIUS_FILTER_ID, "a\0b", 3 },
		{ 0, RADIUS_FILTER_ID, "a\x1b[2J", 5 },
		{ 0, RADIUS_FRAMED_POOL, "a\nb", 3 },
		{ RADIUS_WISPR, RADIUS_WISPR_MAX_UP, "12", 2 },
		{ RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS, "\7S=", 3 },
		{ RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS,
		  "\7E=407A5589115FD0D6209F510FE9C04566932CDA56", 43 },
		{ RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS,
		  "\7S=407A5589115FD0D6209F510FE9C04566932CDA5\n", 43 },
		{ RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS,
		  "\7S=407A5589115FD0D6\0"
		  "09F510FE9C04566932CDA560",
		  43 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		if (rows[i].vendor)
			radius_put_vendor(&packet, rows[i].vendor, rows[i].type, rows[i].value,
					  rows[i].len);
		else
			radius_put(&packet, rows[i].type, rows[i].value, rows[i].len);
		assert_int_equal(end(), -1);
	}
}

/* Accounts of administrators of switches, which the same server knows. */
static void other_services_are_refused(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t value;
		const char *why;
	} rows[] = {
		{ RADIUS_SERVICE_TYPE, 1, "its Service-Type is 1, not Framed (2)" },
		{ RADIUS_SERVICE_TYPE, 6, "its Service-Type is 6, not Framed (2)" },
		{ RADIUS_SERVICE_TYPE, 7, "its Service-Type is 7, not Framed (2)" },
		{ RADIUS_FRAMED_PROTOCOL, 2, "its Framed-Protocol is 2, not PPP (1)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		radius_put_u32(&packet, rows[i].type, rows[i].value);
		assert_int_equal(end(), -1);
		assert_string_equal(err.text, rows[i].why);
	}
}

static void endless_class(void **state)
{
	char big[RADIUS_VALUE_MAX];

	(void)state;
	memset(big, 'x', sizeof(big));
	begin();
	radius_put(&packet, RADIUS_CLASS, big, sizeof(big));
	assert_int_equal(end(), 0);
	assert_int_equal(terms.class_len, RADIUS_CLASS_MAX);
	radius_put(&packet, RADIUS_CLASS, "", 0);
	assert_int_equal(end(), -1);
}

/* A record on disk may be damaged. */
static void broken_class_is_not_put(void **state)
{
	(void)state;
	begin();
	radius_put_class(&packet,
			 (const uint8_t *)"\x19\4ab\x19\x09"
					  "cd",
			 8);
	assert_int_equal(packet.len, 20 + 18 + 4);
	radius_put_class(&packet, (const uint8_t *)"\x19\0", 2);
	radius_put_class(&packet, (const uint8_t *)"\x19", 1);
	assert_int_equal(packet.len, 20 + 18 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(nothing_is_fine_too),
		cmocka_unit_test(values_without_meaning_are_left_to_us),
		cmocka_unit_test(what_cannot_be_meant_is_refused),
		cmocka_unit_test(other_services_are_refused),
		cmocka_unit_test(endless_class),
		cmocka_unit_test(broken_class_is_not_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
