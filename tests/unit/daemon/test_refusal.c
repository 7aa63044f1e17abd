/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "daemon/refusal.h"

static void lines(struct refusals *refusals, uint32_t id, const char *const *text, bool *found,
		  struct refusal *out)
{
	*found = false;
	for (; *text; text++)
		*found |= refusals_line(refusals, id, *text, out);
}

static void a_wrong_key_is_told_with_its_peer(void **state)
{
	/* strongSwan 5.9.8, Main Mode with another PSK */
	static const char *const log[] = {
		"203.0.113.9 is initiating a Main Mode IKE_SA",
		"selected proposal: IKE:AES_CBC_256/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_2048",
		"invalid HASH_V1 payload length, decryption failed?", NULL
	};
	static struct refusals refusals;
	struct refusal refusal;
	bool found;

	(void)state;
	lines(&refusals, 7, log, &found, &refusal);
	assert_true(found);
	assert_string_equal(refusal.peer, "203.0.113.9");
	assert_string_equal(refusal.reason, "wrong pre-shared key");
	assert_int_equal(refusal.denial, SESSION_DENY_PSK);
	assert_string_equal(refusal.offer, "");
	/* The same attempt is not told twice. */
	assert_false(refusals_line(&refusals, 7, "could not decrypt payloads", &refusal));
}

/* Many keys tried in one IKE_SA are not one failure; a client that repeats its message is. */
static void guesses_count(void **state)
{
	static struct refusals refusals;
	struct refusal refusal;
	unsigned told = 0;

	(void)state;
	(void)refusals_line(&refusals, 7, "203.0.113.9 is initiating a Main Mode IKE_SA", &refusal);
	for (unsigned i = 0; i < 10 * REFUSAL_GUESSES; i++) {
		told += refusals_line(&refusals, 7,
				      "invalid ID_V1 payload length, decryption failed?", &refusal);
		assert_string_equal(refusal.peer, "203.0.113.9");
		if (i + 1 == REFUSAL_GUESSES)
			assert_int_equal(told, 1);
	}
	assert_int_equal(told, 10);
}

/* First messages cost nothing, and may have any source. */
static void a_flood_hides_nobody(void **state)
{
	static struct refusals refusals;
	struct refusal refusal;
	unsigned told = 0;

	(void)state;
	(void)refusals_line(&refusals, 7, "203.0.113.9 is initiating a Main Mode IKE_SA", &refusal);
	for (uint32_t id = 0; id < 3 * REFUSAL_TRACKED; id++) {
		(void)refusals_line(&refusals, 1000 + id,
				    "192.0.2.1 is initiating a Main Mode IKE_SA", &refusal);
		if (refusals_line(&refusals, 7, "could not decrypt payloads", &refusal)) {
			assert_string_equal(refusal.peer, "203.0.113.9");
			told++;
		}
	}
	assert_int_equal(told, 3 * REFUSAL_TRACKED / REFUSAL_GUESSES);
}

static void weak_proposals_are_told_with_what_was_offered(void **state)
{
	static const char *const log[] = {
		"203.0.113.9 is initiating a Main Mode IKE_SA",
		"received proposals: IKE:3DES_CBC/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024",
		"configured proposals: "
		"IKE:AES_CBC_256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048",
		"no proposal found", NULL
	};
	static struct refusals refusals;
	struct refusal refusal;
	bool found;

	(void)state;
	lines(&refusals, 8, log, &found, &refusal);
	assert_true(found);
	assert_string_equal(refusal.offer, "IKE:3DES_CBC/HMAC_SHA1_96/PRF_HMAC_SHA1/MODP_1024");
}

static void success_is_no_refusal(void **state)
{
	static const char *const log[] = {
		"203.0.113.9 is initiating a Main Mode IKE_SA",
		"IKE_SA l2tpgw[1] established between 198.51.100.1[198.51.100.1]...203.0.113.9[c]",
		"CHILD_SA l2tpgw{1} established with SPIs c1_i c2_o and TS a === b", NULL
	};
	static struct refusals refusals;
	struct refusal refusal;
	bool found;

	(void)state;
	lines(&refusals, 9, log, &found, &refusal);
	assert_false(found);
}

static void an_identity_is_not_taken_for_an_address(void **state)
{
	static const char *const log[] = { "203.0.113.9 is initiating a Main Mode IKE_SA",
					   "198.51.100.7 and others is initiating a",
					   "no proposal found", NULL };
	static struct refusals refusals;
	struct refusal refusal;
	bool found;

	(void)state;
	lines(&refusals, 10, log, &found, &refusal);
	assert_true(found);
	assert_string_equal(refusal.peer, "203.0.113.9");
}

static void attempts_are_kept_apart_and_bounded(void **state)
{
	static struct refusals refusals;
	struct refusal refusal;
	char line[4096];

	(void)state;
	for (uint32_t id = 1; id <= 3 * REFUSAL_TRACKED; id++) {
		(void)snprintf(line, sizeof(line), "10.0.%u.%u is initiating a Main Mode IKE_SA",
			       id / 256, id % 256);
		assert_false(refusals_line(&refusals, id, line, &refusal));
	}
	assert_true(refusals_line(&refusals, 3 * REFUSAL_TRACKED, "no proposal found", &refusal));
	assert_string_equal(refusal.peer, "10.0.3.0");
	/* Long forgotten: told all the same, only without its address. */
	assert_true(refusals_line(&refusals, 1, "no proposal found", &refusal));
	assert_string_equal(refusal.peer, "");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_false(refusals_line(&refusals, 5, line, &refusal));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_key_is_told_with_its_peer),
		cmocka_unit_test(guesses_count),
		cmocka_unit_test(a_flood_hides_nobody),
		cmocka_unit_test(weak_proposals_are_told_with_what_was_offered),
		cmocka_unit_test(success_is_no_refusal),
		cmocka_unit_test(an_identity_is_not_taken_for_an_address),
		cmocka_unit_test(attempts_are_kept_apart_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
