/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/set.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"
#include "base/rfc3339.h"
#include "policy/load.h"
#include "policy/names.h"

void set_text(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	*(const char **)field = arena_strdup(load->arena, value->text);
}

/* "auto" leaves the zero that stands for it. */
void set_number(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	if (value->form == KEY_INTEGER)
		*(unsigned *)field = (unsigned)value->number;
}

void set_seconds(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	*(uint32_t *)field = (uint32_t)value->number;
}

void set_rate(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	*(uint64_t *)field = (uint64_t)value->number;
}

void set_flag(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	*(bool *)field = value->flag;
}

void set_word(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)load;
	(void)key;
	*(unsigned *)field = value->word;
}

void set_bit(struct load *load, const struct key *key, const struct value *value, void *field)
{
	unsigned *bits = field, bit = 1u << value->word;

	if (*bits & bit)
		load_error(load, "\"%s\" stands twice", key->words[value->word]);
	*bits |= bit;
}

void set_time(struct load *load, const struct key *key, const struct value *value, void *field)
{
	int64_t wall;

	(void)key;
	if (rfc3339_parse(value->text, &wall) && wall)
		*(int64_t *)field = wall;
	else
		load_error(load,
			   "%s must be a date and time with an offset, such as "
			   "\"2030-12-31T23:00:00Z\" or \"2031-01-01T00:00:00+01:00\", not \"%s\"",
			   load_path(load), load_quote(load, value->text));
}

void set_address(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	if (value->form != KEY_ADDRESS)
		return;
	if (value->address == 0)
		load_error(load, "%s: 0.0.0.0 is not an address of a machine", load_path(load));
	*(uint32_t *)field = value->address;
}

void set_net(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	if (value->form != KEY_NETWORK)
		return;
	if (value->net.bits == 0)
		load_error(load, "%s: 0.0.0.0/0 is all there is", load_path(load));
	*(struct ip4_net *)field = value->net;
}

void add_net(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy_nets *nets = field;
	struct ip4_net *net;
	char text[IP4_TEXT_MAX];

	(void)key;
	for (size_t i = 0; i < nets->count; i++)
		if (nets->net[i].address == value->net.address &&
		    nets->net[i].bits == value->net.bits) {
			load_error(load, "%s stands twice", ip4_net_text(value->net, text));
			return;
		}
	net = arena_push(load->arena, (void **)&nets->net, &nets->count, sizeof(*net));
	*net = value->net;
}

static void add_proposal(struct load *load, const struct value *value, enum proposal_use use)
{
	struct load_proposal *proposal = arena_push(load->arena, (void **)&load->proposals,
						    &load->proposals_count, sizeof(*proposal));

	*proposal = (struct load_proposal){
		.use = use,
		.text = arena_strdup(load->arena, value->text),
		.pointer = arena_strdup(load->arena, buf_text(&load->path)),
	};
}

void add_ike(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	(void)field;
	add_proposal(load, value, PROPOSAL_IKE);
}

void add_esp(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	(void)field;
	add_proposal(load, value, PROPOSAL_ESP);
}

void add_legacy(struct load *load, const struct key *key, const struct value *value, void *field)
{
	static const char *const costs[] = {
		[POLICY_LEGACY_ANDROID_11] =
		    "\"android-11\" admits the group MODP1024, which a well-funded attacker can "
		    "break; clients that offer better are not affected",
		[POLICY_LEGACY_3DES_ROUTER] =
		    "\"3des-router\" admits 3DES, MD5 and the group MODP1024, which are weak; "
		    "clients that offer better are not affected",
	};

	set_bit(load, key, value, field);
	load_warning(load, "%s", costs[value->word]);
}

bool set_usable_server(struct load *load, uint32_t address)
{
	const char *kind = names_reserved(address);
	char text[IP4_TEXT_MAX];

	if (kind)
		load_error(load, "%s is %s: no client can reach a server there",
			   ip4_text(address, text), kind);
	return !kind;
}

void add_dns(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy *policy = load->policy;

	(void)key;
	(void)field;
	if (set_usable_server(load, value->address))
		policy->ppp.dns[policy->ppp.dns_count++] = value->address;
}

void add_wins(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy *policy = load->policy;

	(void)key;
	(void)field;
	if (set_usable_server(load, value->address))
		policy->ppp.wins[policy->ppp.wins_count++] = value->address;
}

void set_dns(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	(void)field;
	load->dns_given = value->form == KEY_LIST;
}

/* Only what the policy itself says is held against the size of the pool. */
void set_sessions(struct load *load, const struct key *key, const struct value *value, void *field)
{
	set_number(load, key, value, field);
	load->sessions_given = !load->in_defaults;
}

void set_name(struct load *load, const struct key *key, const struct value *value, void *field)
{
	const char *why = names_gateway(value->text);

	if (why)
		load_error(load, "%s: %s", load_path(load), why);
	else
		set_text(load, key, value, field);
}

void set_wan(struct load *load, const struct key *key, const struct value *value, void *field)
{
	const char *why = value->form == KEY_WORD ? NULL : names_interface(value->text);

	if (why)
		load_error(load, "%s: %s", load_path(load), why);
	else if (value->form != KEY_WORD)
		set_text(load, key, value, field);
}

static void store_psk(struct load *load, const char *text, size_t len)
{
	const char *why = names_psk(text, len);
	struct policy *policy = load->policy;

	if (why) {
		load_error(load, "the pre-shared key %s", why);
		return;
	}
	if (len < 20)
		load_warning(load, "a pre-shared key of less than 20 characters can be guessed by "
				   "whoever records one login");
	policy->ipsec.psk = arena_memdup(load->arena, text, len);
	policy->ipsec.psk_len = len;
}

void set_psk(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	(void)field;
	if (value->form == KEY_STRING)
		store_psk(load, value->text, json_string_length(value->json));
}

/* ProtectHome= and PrivateTmp= of l2tpgw.service. */
static const char *hidden_folder(const char *path)
{
	static const char *const folders[] = { "/root", "/home", "/run/user", "/tmp", "/var/tmp" };

	for (size_t i = 0; i < array_size(folders); i++) {
		size_t len = strlen(folders[i]);

		if (!strncmp(path, folders[i], len) && path[len] == '/')
			return folders[i];
	}
	return NULL;
}

bool load_secret(struct load *load, const struct value *value, const char *what, struct buf *secret)
{
	const char *hidden = hidden_folder(value->text);
	struct err err = { 0 };

	if (value->text[0] != '/') {
		load_error(load, "%s must be an absolute path", load_path(load));
		return false;
	}
	if (hidden)
		load_warning(load,
			     "l2tpgw.service does not see files in %s, its sandbox hides them; "
			     "put the %s into a file in /etc/l2tpgw",
			     hidden, what);
	if (!load->io || !load->io->read) {
		load_error(load, "%s: files cannot be read here", load_path(load));
		return false;
	}
	if (load->io->read(load->io->user, value->text, secret, &err) < 0) {
		load_error(load, "the %s cannot be read: %s", what, err.text);
		return false;
	}
	if (secret->len && secret->data[secret->len - 1] == '\n')
		buf_truncate(secret, secret->len - 1);
	return true;
}

void set_psk_file(struct load *load, const struct key *key, const struct value *value, void *field)
{
	cleanup_buf struct buf psk = BUF_INIT;

	(void)key;
	(void)field;
	if (load_secret(load, value, "pre-shared key", &psk))
		store_psk(load, buf_text(&psk), psk.len);
}

void set_snat(struct load *load, const struct key *key, const struct value *value, void *field)
{
	struct policy *policy = load->policy;
	const char *kind;

	(void)key;
	(void)field;
	if (value->form == KEY_WORD)
		policy->routing.nat = value->word ? POLICY_NAT_NONE : POLICY_NAT_MASQUERADE;
	if (value->form != KEY_ADDRESS)
		return;
	kind = names_reserved(value->address);
	if (kind)
		load_error(load, "%s: %s is %s", load_path(load), value->text, kind);
	policy->routing.nat = POLICY_NAT_SNAT;
	policy->routing.snat = value->address;
}

void set_user_name(struct load *load, const struct key *key, const struct value *value, void *field)
{
	const char *why = names_user(value->text);

	if (why)
		load_error(load, "%s %s", load_path(load), why);
	else
		set_text(load, key, value, field);
}

static void store_password(struct load *load, const char *text, void *field)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	size_t at;
	const char *why = names_password(text, &bytes, &at);

	if (why)
		load_error(load, "%s: character %zu %s", load_path(load), at, why);
	else
		*(const char **)field = arena_memdup(load->arena, bytes.data, bytes.len);
}

void set_password(struct load *load, const struct key *key, const struct value *value, void *field)
{
	(void)key;
	store_password(load, value->text, field);
}

void set_password_file(struct load *load, const struct key *key, const struct value *value,
		       void *field)
{
	cleanup_buf struct buf password = BUF_INIT;

	(void)key;
	if (!load_secret(load, value, "password", &password))
		return;
	if (!password.len)
		load_error(load, "%s: the file is empty", load_path(load));
	else if (strlen(buf_text(&password)) != password.len)
		load_error(load, "%s: the file holds a NUL byte", load_path(load));
	else
		store_password(load, buf_text(&password), field);
}

void set_nt_hash(struct load *load, const struct key *key, const struct value *value, void *field)
{
	uint8_t hash[POLICY_NT_HASH_SIZE];

	(void)key;
	if (hex_decode(value->text, hash, sizeof(hash)))
		*(const uint8_t **)field = arena_memdup(load->arena, hash, sizeof(hash));
	else
		load_error(load, "%s must be 32 hexadecimal digits", load_path(load));
	explicit_bzero(hash, sizeof(hash));
}
