/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "policy/proposals.h"

#define ALL_CLIENTS 0x1fu
#define BIT(x)      (1u << POLICY_##x)

struct client_case {
	const char *what;
	unsigned clients, legacy;
	const char *ike, *esp; /* the first of the gateway's that the client offers too */
	const char *client_ike, *client_esp;
};

/* What the clients offer, in their order. */
#define WINDOWS_IKE                                                                      \
	"aes256-sha1-ecp384 aes128-sha1-ecp256 aes256-sha1-modp2048 3des-sha1-modp2048 " \
	"3des-sha1-modp1024"
#define WINDOWS_ESP "aes256-sha1 aes128-sha1 3des-sha1"
#define APPLE_IKE                                                                                 \
	"aes256-sha256-modp2048 aes256-sha1-modp2048 aes256-md5-modp2048 aes256-sha512-modp2048 " \
	"aes256-sha256-modp1536"
#define APPLE_ESP    "aes256-sha1 aes128-sha1 3des-sha1"
#define CHROMEOS_IKE "aes128-sha256-modp3072 aes128-sha1-modp2048 3des-sha1-modp1536"
#define CHROMEOS_ESP "aes128gcm16 aes128-sha256 aes128-sha1 3des-sha1 3des-md5"
#define LINUX_IKE                                                               \
	"aes256-sha256-modp2048 aes256-sha256-modp1536 aes256-sha256-modp1024 " \
	"aes256-sha1-modp2048 aes256-sha1-ecp384 aes128-sha1-ecp256 3des-sha1-modp2048"
#define LINUX_ESP   "aes256-sha1 aes128-sha1 3des-sha1"
#define ANDROID_IKE "aes256-sha384-modp1024 aes256-sha256-modp1024 aes256-sha1-modp1024"
#define ANDROID_ESP "aes256-sha512 aes256-sha1 aes256-md5 aes128-sha1 3des-sha1"
#define ROUTER_IKE  "3des-md5-modp1024"

static const struct client_case clients[] = {
	{ "Windows", ALL_CLIENTS, 0, "aes256-sha1-ecp384", "aes256-sha1", WINDOWS_IKE,
	  WINDOWS_ESP },
	{ "Windows alone", BIT(CLIENT_WINDOWS), 0, "aes256-sha1-ecp384", "aes256-sha1", WINDOWS_IKE,
	  WINDOWS_ESP },
	{ "Apple", ALL_CLIENTS, 0, "aes256-sha512-modp2048", "aes256-sha1", APPLE_IKE, APPLE_ESP },
	{ "ChromeOS", ALL_CLIENTS, 0, "aes128-sha256-modp3072", "aes128gcm16", CHROMEOS_IKE,
	  CHROMEOS_ESP },
	{ "ChromeOS alone", BIT(CLIENT_CHROMEOS), 0, "aes128-sha256-modp3072", "aes128gcm16",
	  CHROMEOS_IKE, CHROMEOS_ESP },
	{ "NetworkManager", ALL_CLIENTS, 0, "aes256-sha256-modp2048", "aes256-sha1", LINUX_IKE,
	  LINUX_ESP },
	{ "Android 11", ALL_CLIENTS, 0, NULL, "aes256-sha1", ANDROID_IKE, ANDROID_ESP },
	{ "Android 11 admitted", ALL_CLIENTS, BIT(LEGACY_ANDROID_11), "aes256-sha256-modp1024",
	  "aes256-sha1", ANDROID_IKE, ANDROID_ESP },
	{ "router", ALL_CLIENTS, BIT(LEGACY_ANDROID_11), NULL, NULL, ROUTER_IKE, "3des-md5" },
	{ "router admitted", ALL_CLIENTS, BIT(LEGACY_3DES_ROUTER), "3des-md5-modp1024", "3des-md5",
	  ROUTER_IKE, "3des-md5" },
};

static bool offered(const char *offers, const char *proposal)
{
	size_t len = strlen(proposal);

	for (const char *at = offers; (at = strstr(at, proposal)); at += len)
		if ((at == offers || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

/* As charon chooses: its own order wins. */
static const char *choose(enum proposal_use use, const struct client_case *client,
			  struct arena *arena)
{
	const char *offers = use == PROPOSAL_IKE ? client->client_ike : client->client_esp;
	size_t count;
	const char **list = proposals_make(use, client->clients, client->legacy, arena, &count);

	for (size_t i = 0; i < count; i++)
		if (offered(offers, list[i]))
			return list[i];
	return NULL;
}

static void check_choice(const char *what, const char *chosen, const char *expected)
{
	if (chosen != expected && (!chosen || !expected || strcmp(chosen, expected) != 0))
		fail_msg("%s: %s instead of %s", what, chosen ? chosen : "(refused)",
			 expected ? expected : "(refused)");
}

static void test_clients(void **state)
{
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_size(clients); i++) {
		check_choice(clients[i].what, choose(PROPOSAL_IKE, &clients[i], arena),
			     clients[i].ike);
		check_choice(clients[i].what, choose(PROPOSAL_ESP, &clients[i], arena),
			     clients[i].esp);
	}
}

/* Over every set of clients and legacy switches: well-formed, none twice, weak only if admitted. */
static void test_all_sets(void **state)
{
	cleanup_arena struct arena *arena = arena_new();

	(void)state;
	for (unsigned set = 0; set < 256; set++) {
		enum proposal_use use = set & 1 ? PROPOSAL_IKE : PROPOSAL_ESP;
		unsigned legacy = set >> 6;
		struct proposal proposal;
		size_t count;
		const char **list = proposals_make(use, set >> 1 & 31, legacy, arena, &count);

		for (size_t i = 0; i < count; i++) {
			assert_null(proposal_parse(list[i], use, &proposal, arena));
			assert_null(proposal_weakness(&proposal, legacy));
			for (size_t j = 0; j < i; j++)
				assert_string_not_equal(list[i], list[j]);
		}
	}
}

static void test_gcm_first(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	size_t count;
	const char **list = proposals_make(PROPOSAL_ESP, ALL_CLIENTS, 0, arena, &count);

	(void)state;
	assert_int_equal(count, 6);
	assert_string_equal(list[0], "aes256gcm16");
	assert_string_equal(list[1], "aes128gcm16");
	assert_string_equal(list[2], "aes256-sha1");
	assert_string_equal(list[3], "aes128-sha1");
}

static void test_given_in_order(void **state)
{
	const char *settings[][2] = {
		{ "ipsec.legacy", "[\"3des-router\"]" },
		{ "ipsec.ike_proposals", "[\"3des-md5-modp1024\", \"aes256-sha1-modp2048\"]" },
		{ "ipsec.esp_proposals", "[\"3des-md5\"]" },
	};
	struct host host = fixture_host();
	struct loaded loaded;

	(void)state;
	load_with(&loaded, &host, settings, 3);
	assert_non_null(loaded.policy);
	assert_int_equal(loaded.diags.warnings, 1);
	assert_int_equal(loaded.policy->ipsec.ike_proposals_count, 2);
	assert_string_equal(loaded.policy->ipsec.ike_proposals[0], "3des-md5-modp1024");
	assert_string_equal(loaded.policy->ipsec.ike_proposals[1], "aes256-sha1-modp2048");
	assert_int_equal(loaded.policy->ipsec.esp_proposals_count, 1);
	assert_int_equal(loaded.policy->ppp.mtu, 1420); /* blocks of 8 */
	unload(&loaded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_all_sets),
		cmocka_unit_test(test_gcm_first),
		cmocka_unit_test(test_given_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
