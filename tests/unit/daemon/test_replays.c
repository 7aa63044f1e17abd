/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "daemon/replays.h"

#define NOW 1000

static struct replays replays;

static void make(struct radius_packet *packet, const char *text)
{
	radius_begin(packet, RADIUS_DISCONNECT_ACK, false);
	radius_put_text(packet, RADIUS_PROXY_STATE, text);
}

static const uint8_t *authenticator(unsigned number)
{
	static uint8_t bytes[RADIUS_AUTH_SIZE];

	memcpy(bytes, &number, sizeof(number));
	return bytes;
}

static void found_while_it_counts(void **state)
{
	struct radius_packet packet;
	const struct replay *replay;

	(void)state;
	make(&packet, "one");
	assert_true(replays_add(&replays, 7, authenticator(1), &packet, NOW));
	replay = replays_find(&replays, 7, authenticator(1), NOW + REPLAYS_SECONDS - 1);
	assert_non_null(replay);
	assert_int_equal(replay->len, packet.len);
	assert_memory_equal(replay->answer, packet.data, packet.len);
	assert_null(replays_find(&replays, 8, authenticator(1), NOW));
	assert_null(replays_find(&replays, 7, authenticator(2), NOW));
	assert_null(replays_find(&replays, 7, authenticator(1), NOW + REPLAYS_SECONDS));
	replays_free(&replays);
	assert_null(replays_find(&replays, 7, authenticator(1), NOW));
}

/* What was carried out is not forgotten for the sake of what comes later. */
static void full_is_full(void **state)
{
	struct radius_packet packet;

	(void)state;
	make(&packet, "one");
	for (unsigned i = 0; i < REPLAYS_MAX; i++) {
		assert_false(replays_full(&replays, NOW));
		assert_true(replays_add(&replays, 7, authenticator(i), &packet, NOW));
	}
	assert_true(replays_full(&replays, NOW));
	assert_false(replays_add(&replays, 7, authenticator(REPLAYS_MAX), &packet, NOW));
	assert_non_null(replays_find(&replays, 7, authenticator(0), NOW));
	assert_false(replays_full(&replays, NOW + REPLAYS_SECONDS));
	assert_true(
	    replays_add(&replays, 7, authenticator(REPLAYS_MAX), &packet, NOW + REPLAYS_SECONDS));
	replays_free(&replays);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_while_it_counts),
		cmocka_unit_test(full_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
