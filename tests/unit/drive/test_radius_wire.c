/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets as the RFCs show them, packets of our own there and back, and packets that are none. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "drive/radius_wire.h"

static const struct radius_secret secret = { "xyzzy5461", 9 };
static const uint8_t random_auth[RADIUS_AUTH_SIZE] = "0123456789abcde";

/* RFC 2865, 7.1: nemo's answer, which has no Message-Authenticator. */
static void answer_of_the_rfc(void **state)
{
	static const char text[] = "02000026"
				   "86fe220e7624ba2a1005f6bf9b55e0b2"
				   "0606000000010f06000000000e06c0a80103";
	uint8_t request[RADIUS_AUTH_SIZE], data[38];
	struct radius_view view;
	struct radius_attribute attribute = { 0 };
	uint32_t value;

	(void)state;
	assert_true(hex_decode("0f403f9473978057bd83d5cb98f4227a", request, sizeof(request)));
	assert_true(hex_decode(text, data, sizeof(data)));
	assert_true(radius_read(&view, data, sizeof(data)));
	assert_int_equal(radius_check_reply(&view, request, secret), RADIUS_UNSIGNED);
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.type, RADIUS_SERVICE_TYPE);
	assert_true(radius_u32(&attribute, &value) && value == 1);
	assert_true(radius_next(&view, &attribute));
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.type, 14);
	assert_true(radius_u32(&attribute, &value) && value == 0xc0a80103);
	assert_false(radius_next(&view, &attribute));
	data[37]++;
	assert_int_equal(radius_check_reply(&view, request, secret), RADIUS_FORGED);
}

static void fill(struct radius_packet *packet, enum radius_code code, bool is_signed)
{
	radius_begin(packet, code, is_signed);
	radius_put_text(packet, RADIUS_USER_NAME, "alice");
	radius_put_u32(packet, RADIUS_SESSION_TIMEOUT, 3600);
	radius_put_vendor(packet, RADIUS_WISPR, RADIUS_WISPR_MAX_UP, "\0\0\x10\0", 4);
	radius_put(packet, RADIUS_CLASS, "\0\xff", 2);
	radius_put_text(packet, RADIUS_FILTER_ID, "");
	assert_false(packet->failed);
}

static void read_back(const struct radius_packet *packet, struct radius_view *view)
{
	assert_true(radius_read(view, packet->data, packet->len));
	assert_int_equal(view->len, packet->len);
	assert_int_equal(view->id, 7);
}

/* Of each kind, right, with another secret, and with any bit of it changed. */
static void check_every_bit(struct radius_packet *packet, const uint8_t *request)
{
	static const struct radius_secret other = { "xyzzy5462", 9 };
	struct radius_view view;

	read_back(packet, &view);
	assert_int_equal(request ? radius_check_reply(&view, request, secret)
				 : radius_check_request(&view, secret),
			 RADIUS_PROVEN);
	assert_int_equal(request ? radius_check_reply(&view, request, other)
				 : radius_check_request(&view, other),
			 RADIUS_FORGED);
	for (size_t bit = 0; bit < 8 * packet->len; bit++) {
		packet->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (radius_read(&view, packet->data, packet->len))
			assert_int_equal(request ? radius_check_reply(&view, request, secret)
						 : radius_check_request(&view, secret),
					 RADIUS_FORGED);
		packet->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void answers_are_proven(void **state)
{
	struct radius_packet packet;

	(void)state;
	fill(&packet, RADIUS_ACCESS_ACCEPT, true);
	radius_finish_reply(&packet, 7, random_auth, secret);
	check_every_bit(&packet, random_auth);
}

static void requests_are_proven(void **state)
{
	struct radius_packet packet;

	(void)state;
	fill(&packet, RADIUS_COA_REQUEST, true);
	radius_finish_request(&packet, 7, secret);
	check_every_bit(&packet, NULL);
}

static void access_requests_are_signed(void **state)
{
	struct radius_packet packet, again;
	struct radius_view view;
	struct radius_attribute attribute = { 0 };

	(void)state;
	fill(&packet, RADIUS_ACCESS_REQUEST, true);
	radius_finish_random(&packet, 7, random_auth, secret);
	read_back(&packet, &view);
	assert_memory_equal(radius_authenticator(&packet), random_auth, RADIUS_AUTH_SIZE);
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.type, RADIUS_MESSAGE_AUTHENTICATOR);
	assert_int_equal(attribute.len, RADIUS_AUTH_SIZE);
	fill(&again, RADIUS_ACCESS_REQUEST, true);
	radius_finish_random(&again, 8, random_auth, secret);
	assert_memory_not_equal(packet.data + 22, again.data + 22, RADIUS_AUTH_SIZE);
}

static void attributes_come_back(void **state)
{
	static const struct {
		uint32_t vendor;
		uint8_t type;
		size_t len;
	} rows[] = {
		{ 0, RADIUS_USER_NAME, 5 },
		{ 0, RADIUS_SESSION_TIMEOUT, 4 },
		{ RADIUS_WISPR, RADIUS_WISPR_MAX_UP, 4 },
		{ 0, RADIUS_CLASS, 2 },
	};
	struct radius_attribute attribute = { 0 };
	struct radius_packet packet;
	struct radius_view view;
	uint32_t value;

	(void)state;
	fill(&packet, RADIUS_ACCOUNTING_REQUEST, false);
	radius_finish_request(&packet, 7, secret);
	read_back(&packet, &view);
	assert_int_equal(radius_check_request(&view, secret), RADIUS_UNSIGNED);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(radius_next(&view, &attribute));
		assert_int_equal(attribute.vendor, rows[i].vendor);
		assert_int_equal(attribute.type, rows[i].type);
		assert_int_equal(attribute.len, rows[i].len);
		assert_int_equal(radius_u32(&attribute, &value), rows[i].len == 4);
	}
	assert_false(radius_next(&view, &attribute));
}

/* Several attributes in one of a vendor; one that is not made of attributes. */
static void parts_of_vendors(void **state)
{
	static const char text[] = "0b00003600000000000000000000000000000000"
				   "1a11"
				   "00000137"
				   "1a03aa"
				   "020400ff"
				   "0b0431aa"
				   "1a0a"
				   "0000372a"
				   "0706"
				   "0001"
				   "1a02"
				   "1b0600000e10";
	struct radius_attribute attribute = { 0 };
	uint8_t data[64];
	struct radius_view view;

	(void)state;
	assert_true(hex_decode(text, data, strlen(text) / 2));
	data[3] = (uint8_t)(strlen(text) / 2);
	assert_true(radius_read(&view, data, strlen(text) / 2));
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.vendor, RADIUS_MICROSOFT);
	assert_int_equal(attribute.type, RADIUS_MS_CHAP2_SUCCESS);
	assert_int_equal(attribute.value[0], 0xaa);
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.type, RADIUS_MS_CHAP_ERROR);
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.type, RADIUS_MS_CHAP_CHALLENGE);
	assert_true(radius_next(&view, &attribute));
	assert_int_equal(attribute.vendor, 0);
	assert_int_equal(attribute.type, RADIUS_SESSION_TIMEOUT);
	assert_false(radius_next(&view, &attribute));
}

static void malformed_packets_are_none(void **state)
{
	static const char *const rows[] = {
		"",
		"0200001400000000000000000000000000000000"
		"00"
		"ff" /* to be cut below */,
		"0200001300000000000000000000000000000000",
		"0200001500000000000000000000000000000000",
		"020000150000000000000000000000000000000001",
		"02000016000000000000000000000000000000000100",
		"02000016000000000000000000000000000000000101",
		"02000016000000000000000000000000000000000103",
		"0200ffff00000000000000000000000000000000",
		"0200100100000000000000000000000000000000",
	};
	uint8_t data[64];
	struct radius_view view;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i]) / 2;

		assert_true(hex_decode(rows[i], data, len));
		if (i == 1) /* padding is none of it */
			assert_true(radius_read(&view, data, len) && view.len == 20);
		else
			assert_false(radius_read(&view, data, len));
	}
	assert_false(radius_read(&view, data, 19));
}

static void two_signatures_are_none(void **state)
{
	struct radius_packet packet;
	struct radius_view view;

	(void)state;
	radius_begin(&packet, RADIUS_COA_REQUEST, true);
	radius_put(&packet, RADIUS_MESSAGE_AUTHENTICATOR, "0123456789abcdef", 16);
	radius_finish_request(&packet, 7, secret);
	read_back(&packet, &view);
	assert_int_equal(radius_check_request(&view, secret), RADIUS_FORGED);
	radius_begin(&packet, RADIUS_COA_REQUEST, false);
	radius_put(&packet, RADIUS_MESSAGE_AUTHENTICATOR, "0123456789abcde", 15);
	packet.failed = false;
	radius_put_text(&packet, RADIUS_USER_NAME, "a");
	packet.data[RADIUS_HEADER_SIZE] = 99; /* not to be filled in */
	radius_finish_request(&packet, 7, secret);
	packet.data[RADIUS_HEADER_SIZE] = RADIUS_MESSAGE_AUTHENTICATOR;
	read_back(&packet, &view);
	assert_int_equal(radius_check_request(&view, secret), RADIUS_FORGED);
}

static void what_does_not_fit_is_latched(void **state)
{
	struct radius_packet packet;
	char big[RADIUS_VALUE_MAX + 1];

	(void)state;
	memset(big, 'x', sizeof(big));
	radius_begin(&packet, RADIUS_ACCESS_REQUEST, true);
	radius_put(&packet, RADIUS_CLASS, big, RADIUS_VALUE_MAX);
	assert_false(packet.failed);
	radius_put(&packet, RADIUS_CLASS, big, RADIUS_VALUE_MAX + 1);
	assert_true(packet.failed);
	radius_begin(&packet, RADIUS_ACCESS_REQUEST, true);
	radius_put_vendor(&packet, 1, 1, big, RADIUS_VENDOR_MAX);
	assert_false(packet.failed);
	radius_put_vendor(&packet, 1, 1, big, RADIUS_VENDOR_MAX + 1);
	assert_true(packet.failed);
	radius_begin(&packet, RADIUS_ACCESS_REQUEST, true);
	for (int i = 0; i < 15; i++)
		radius_put(&packet, RADIUS_CLASS, big, RADIUS_VALUE_MAX);
	assert_false(packet.failed);
	radius_put(&packet, RADIUS_CLASS, big, RADIUS_VALUE_MAX);
	assert_true(packet.failed);
	assert_true(packet.len <= RADIUS_PACKET_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_of_the_rfc),
		cmocka_unit_test(answers_are_proven),
		cmocka_unit_test(requests_are_proven),
		cmocka_unit_test(access_requests_are_signed),
		cmocka_unit_test(attributes_come_back),
		cmocka_unit_test(parts_of_vendors),
		cmocka_unit_test(malformed_packets_are_none),
		cmocka_unit_test(two_signatures_are_none),
		cmocka_unit_test(what_does_not_fit_is_latched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
