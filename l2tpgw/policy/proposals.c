/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/proposals.h"

#include <string.h>

#include "base/cleanup.h"
#include "policy/policy.h"
#include "policy/suggest.h"

#define CLIENT(name) (1u << POLICY_CLIENT_##name)
#define WINDOWS      CLIENT(WINDOWS)
#define APPLE        CLIENT(APPLE)
#define CHROMEOS     CLIENT(CHROMEOS)
#define LINUX        CLIENT(LINUX)
#define ANDROID_11   (1u << POLICY_LEGACY_ANDROID_11)
#define ROUTER       (1u << POLICY_LEGACY_3DES_ROUTER)

#define CBC(bits)                                                     \
	{                                                             \
		"aes" #bits, PROPOSAL_ENCRYPTION, 0, false, 16, 16, 0 \
	}
#define GCM(bits, icv)                                                     \
	{                                                                  \
		"aes" #bits "gcm" #icv, PROPOSAL_AEAD, 0, false, 8, 4, icv \
	}
#define GROUP(name)                                     \
	{                                               \
		name, PROPOSAL_GROUP, 0, false, 0, 0, 0 \
	}

/* Names: libstrongswan, crypto/proposal/proposal_keywords_static.txt. Sizes: RFC 3602, 4106, 2451,
 * 2403, 2404, 4868. */
static const struct proposal_algorithm algorithms[] = {
	CBC(256),
	CBC(192),
	CBC(128),
	GCM(256, 16),
	GCM(192, 16),
	GCM(128, 16),
	GCM(256, 12),
	GCM(192, 12),
	GCM(128, 12),
	{ "3des", PROPOSAL_ENCRYPTION, ROUTER, false, 8, 8, 0 },
	{ "des", PROPOSAL_ENCRYPTION, 0, true, 8, 8, 0 },
	{ "null", PROPOSAL_ENCRYPTION, 0, true, 0, 4, 0 },
	{ "sha512", PROPOSAL_INTEGRITY, 0, false, 0, 0, 32 },
	{ "sha384", PROPOSAL_INTEGRITY, 0, false, 0, 0, 24 },
	{ "sha256", PROPOSAL_INTEGRITY, 0, false, 0, 0, 16 },
	{ "sha2_512", PROPOSAL_INTEGRITY, 0, false, 0, 0, 32 },
	{ "sha2_384", PROPOSAL_INTEGRITY, 0, false, 0, 0, 24 },
	{ "sha2_256", PROPOSAL_INTEGRITY, 0, false, 0, 0, 16 },
	{ "sha1", PROPOSAL_INTEGRITY, 0, false, 0, 0, 12 },
	{ "sha", PROPOSAL_INTEGRITY, 0, false, 0, 0, 12 },
	{ "md5", PROPOSAL_INTEGRITY, ROUTER, false, 0, 0, 12 },
	GROUP("modp8192"),
	GROUP("modp6144"),
	GROUP("modp4096"),
	GROUP("modp3072"),
	GROUP("modp2048"),
	GROUP("modp1536"),
	{ "modp1024", PROPOSAL_GROUP, ANDROID_11 | ROUTER, false, 0, 0, 0 },
	{ "modp768", PROPOSAL_GROUP, 0, true, 0, 0, 0 },
	GROUP("ecp521"),
	GROUP("ecp384"),
	GROUP("ecp256"),
	GROUP("curve25519"),
	GROUP("x25519"),
};

struct offer {
	const char *text;
	unsigned clients; /* who offers it as it comes */
	unsigned legacy;
};

/*
 * What the clients send in main mode, strongest first. Apple and NetworkManager offer MODP1536 too,
 * but only beside MODP2048; 3DES and MD5 only beside AES and SHA.
 */
static const struct offer ike_offers[] = {
	{ "aes256-sha512-modp2048", APPLE, 0 },
	{ "aes256-sha256-modp2048", APPLE | LINUX, 0 },
	{ "aes128-sha256-modp3072", CHROMEOS, 0 },
	{ "aes256-sha1-ecp384", WINDOWS | LINUX, 0 },
	{ "aes128-sha1-ecp256", WINDOWS | LINUX, 0 },
	{ "aes256-sha1-modp2048", WINDOWS | APPLE | LINUX, 0 },
	{ "aes128-sha1-modp2048", CHROMEOS | LINUX, 0 },
	{ "aes256-sha256-modp1024", 0, ANDROID_11 },
	{ "aes256-sha1-modp1024", 0, ANDROID_11 },
	{ "aes128-sha1-modp1024", 0, ANDROID_11 },
	{ "3des-sha1-modp1024", 0, ROUTER },
	{ "3des-md5-modp1024", 0, ROUTER },
};

/*
 * SHA-1 comes before SHA-256: as HMAC both are sound, and Android 6 and 7 cut the latter to 96
 * bits. None has a group: no client asks for perfect forward secrecy in quick mode.
 */
static const struct offer esp_offers[] = {
	{ "aes256gcm16", LINUX | CHROMEOS, 0 },
	{ "aes128gcm16", LINUX | CHROMEOS, 0 },
	{ "aes256-sha1", WINDOWS | APPLE | LINUX, ANDROID_11 },
	{ "aes128-sha1", WINDOWS | APPLE | CHROMEOS | LINUX, ANDROID_11 },
	{ "aes256-sha256", APPLE | LINUX, 0 },
	{ "aes128-sha256", CHROMEOS | LINUX, 0 },
	{ "3des-sha1", 0, ROUTER },
	{ "3des-md5", 0, ROUTER },
};

const char **proposals_make(enum proposal_use use, unsigned clients, unsigned legacy,
			    struct arena *arena, size_t *count)
{
	const struct offer *offers = use == PROPOSAL_IKE ? ike_offers : esp_offers;
	size_t total = use == PROPOSAL_IKE ? array_size(ike_offers) : array_size(esp_offers);
	const char **list = arena_alloc(arena, total * sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < total; i++)
		if ((offers[i].clients & clients) || (offers[i].legacy & legacy))
			list[(*count)++] = offers[i].text;
	return list;
}

static const struct proposal_algorithm *find(const char *name, size_t len)
{
	for (size_t i = 0; i < array_size(algorithms); i++)
		if (strlen(algorithms[i].name) == len && memcmp(algorithms[i].name, name, len) == 0)
			return &algorithms[i];
	return NULL;
}

static const char *unknown(const char *name, size_t len, struct arena *arena)
{
	const char *word = arena_printf(arena, "%.*s", (int)len, name);
	struct suggest suggest;

	suggest_begin(&suggest, word);
	for (size_t i = 0; i < array_size(algorithms); i++)
		suggest_offer(&suggest, algorithms[i].name);
	if (!suggest.best)
		return arena_printf(arena, "names an unknown algorithm \"%s\"", word);
	return arena_printf(arena, "names an unknown algorithm \"%s\"; did you mean \"%s\"?", word,
			    suggest.best);
}

static const char *put(struct proposal *proposal, const struct proposal_algorithm *algorithm)
{
	const struct proposal_algorithm **slot = &proposal->encryption;

	if (algorithm->kind == PROPOSAL_INTEGRITY)
		slot = &proposal->integrity;
	else if (algorithm->kind == PROPOSAL_GROUP)
		slot = &proposal->group;
	if (*slot)
		return "names two algorithms of one kind; IKEv1 takes one, so write two proposals";
	*slot = algorithm;
	return NULL;
}

static const char *complete(const struct proposal *proposal, enum proposal_use use)
{
	bool aead = proposal->encryption && proposal->encryption->kind == PROPOSAL_AEAD;

	if (!proposal->encryption)
		return "names no encryption";
	if (use == PROPOSAL_IKE && aead)
		return "names AES-GCM, which IKEv1 has for ESP only";
	if (use == PROPOSAL_IKE && !proposal->group)
		return "names no Diffie-Hellman group";
	if (!aead && !proposal->integrity)
		return "names no integrity algorithm";
	if (aead && proposal->integrity)
		return "names an integrity algorithm beside AES-GCM, which has its own";
	return NULL;
}

const char *proposal_parse(const char *text, enum proposal_use use, struct proposal *proposal,
			   struct arena *arena)
{
	const char *why = NULL;
	size_t len;

	*proposal = (struct proposal){ 0 };
	for (;; text += len + 1) {
		const struct proposal_algorithm *algorithm;

		len = strcspn(text, "-");
		algorithm = find(text, len);
		why = algorithm ? put(proposal, algorithm) : unknown(text, len, arena);
		if (why)
			return why;
		if (!text[len])
			return complete(proposal, use);
	}
}

const struct proposal_algorithm *proposal_weakness(const struct proposal *proposal, unsigned legacy)
{
	const struct proposal_algorithm *parts[] = {
		proposal->encryption,
		proposal->integrity,
		proposal->group,
	};

	for (size_t i = 0; i < array_size(parts); i++)
		if (parts[i] &&
		    (parts[i]->broken || (parts[i]->legacy && !(parts[i]->legacy & legacy))))
			return parts[i];
	return NULL;
}
