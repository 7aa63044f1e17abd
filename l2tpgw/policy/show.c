/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/show.h"

#include "base/rfc3339.h"
#include "policy/policy.h"
#include "policy/units.h"

static const void *field(const struct key *key, const void *base)
{
	return (const char *)base + key->offset;
}

void show_text(const struct key *key, const void *base, struct buf *out)
{
	const char *text = *(const char *const *)field(key, base);

	buf_puts(out, text ? text : "auto");
}

void show_password(const struct key *key, const void *base, struct buf *out)
{
	const struct policy_user *user = base;

	(void)key;
	if (user->password)
		buf_puts(out, user->password);
	else if (user->nt_hash)
		buf_append(out, user->nt_hash, POLICY_NT_HASH_SIZE);
}

void show_psk(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;

	(void)key;
	buf_append(out, policy->ipsec.psk, policy->ipsec.psk_len);
}

void show_number(const struct key *key, const void *base, struct buf *out)
{
	buf_printf(out, "%u", *(const unsigned *)field(key, base));
}

void show_seconds(const struct key *key, const void *base, struct buf *out)
{
	char text[UNITS_TEXT_MAX];

	buf_puts(out, units_text(*(const uint32_t *)field(key, base), text));
}

void show_rate(const struct key *key, const void *base, struct buf *out)
{
	uint64_t rate = *(const uint64_t *)field(key, base);
	char text[UNITS_TEXT_MAX];

	buf_puts(out, rate ? units_rate_text(rate, text) : "none");
}

void show_time(const struct key *key, const void *base, struct buf *out)
{
	const char *text;
	char room[RFC3339_MAX];

	text = rfc3339_text(*(const int64_t *)field(key, base), room);
	buf_puts(out, text ? text : "never");
}

void show_flag(const struct key *key, const void *base, struct buf *out)
{
	buf_puts(out, *(const bool *)field(key, base) ? "true" : "false");
}

void show_word(const struct key *key, const void *base, struct buf *out)
{
	buf_puts(out, key->words[*(const unsigned *)field(key, base)]);
}

static void put_item(struct buf *out, size_t index, const char *text)
{
	buf_printf(out, "%s%s", index ? ", " : "", text);
}

static void put_none(struct buf *out, size_t count)
{
	if (!count)
		buf_puts(out, "none");
}

void show_bits(const struct key *key, const void *base, struct buf *out)
{
	unsigned bits = *(const unsigned *)field(key->item, base);
	size_t count = 0;

	for (size_t i = 0; key->item->words[i]; i++) {
		if (bits & 1u << i)
			put_item(out, count++, key->item->words[i]);
	}
	put_none(out, count);
}

void show_address(const struct key *key, const void *base, struct buf *out)
{
	uint32_t address = *(const uint32_t *)field(key, base);
	char text[IP4_TEXT_MAX];

	buf_puts(out, address ? ip4_text(address, text) : "auto");
}

void show_net(const struct key *key, const void *base, struct buf *out)
{
	char text[IP4_TEXT_MAX];

	buf_puts(out, ip4_net_text(*(const struct ip4_net *)field(key, base), text));
}

void show_nets(const struct key *key, const void *base, struct buf *out)
{
	const struct policy_nets *nets = field(key->item, base);
	char text[IP4_TEXT_MAX];

	for (size_t i = 0; i < nets->count; i++)
		put_item(out, i, ip4_net_text(nets->net[i], text));
	put_none(out, nets->count);
}

static void put_texts(struct buf *out, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_item(out, i, texts[i]);
	put_none(out, count);
}

void show_ike(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;

	(void)key;
	put_texts(out, policy->ipsec.ike_proposals, policy->ipsec.ike_proposals_count);
}

void show_esp(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;

	(void)key;
	put_texts(out, policy->ipsec.esp_proposals, policy->ipsec.esp_proposals_count);
}

static void put_addresses(struct buf *out, const uint32_t *addresses, size_t count)
{
	char text[IP4_TEXT_MAX];

	for (size_t i = 0; i < count; i++)
		put_item(out, i, ip4_text(addresses[i], text));
	put_none(out, count);
}

void show_dns(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;

	(void)key;
	put_addresses(out, policy->ppp.dns, policy->ppp.dns_count);
}

void show_wins(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;

	(void)key;
	put_addresses(out, policy->ppp.wins, policy->ppp.wins_count);
}

void show_nat(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;
	char text[IP4_TEXT_MAX];

	(void)key;
	switch (policy->routing.nat) {
	case POLICY_NAT_MASQUERADE:
		buf_puts(out, "masquerade");
		return;
	case POLICY_NAT_SNAT:
		buf_printf(out, "snat to %s", ip4_text(policy->routing.snat, text));
		return;
	case POLICY_NAT_NONE:
		buf_puts(out, "none");
		return;
	}
}
