/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/ip4.h"
#include "base/utf8.h"
#include "policy/json.h"

#define NOTE_MAX    300
#define POOL_WIDEST 8 /* a larger network is not believed */

void import_note(struct import *import, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list args;

	if (import->notes_count >= IMPORT_NOTES_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	utf8_clean(text);
	*(const char **)arena_push(import->arena, (void **)&import->notes, &import->notes_count,
				   sizeof(*import->notes)) = arena_strdup(import->arena, text);
}

/* Whether a path, or a pattern of paths, means files of a folder that is read. */
static bool is_read(const char *path, const char *folder, const char *suffix)
{
	size_t begin = strlen(folder), end = strlen(suffix), len = strlen(path);

	return len > begin + end && !strncmp(path, folder, begin) && path[begin] != '.' &&
	       !strchr(path + begin, '/') && !strcmp(path + len - end, suffix);
}

void import_include(struct import *import, const char *file, const char *pattern)
{
	static const struct {
		const char *folder, *suffix;
	} read[] = {
		{ "/etc/ipsec.d/", ".conf" }, { "/etc/ipsec.d/", ".secrets" },
		{ "ipsec.d/", ".conf" },      { "ipsec.d/", ".secrets" },
		{ "conf.d/", ".conf" },       { "/etc/swanctl/conf.d/", ".conf" },
	};

	for (size_t i = 0; i < array_size(read); i++) {
		if (is_read(pattern, read[i].folder, read[i].suffix))
			return;
	}
	import_note(import, "%s includes %.100s, which was not read", file, pattern);
}

void import_decide(struct import *import)
{
	import_ipsec_decide(import);
	import_key_decide(import);
	import_chap_decide(import);
	if (!import->conns)
		import_note(import, "no IPsec connection for L2TP was found");
}

void import_name(struct import *import, const char *id)
{
	if (!import->name && id && *id && *id != '%' && !strchr(id, '='))
		import->name = *id == '@' ? id + 1 : id;
}

void import_other_conn(struct import *import, const char *file, const char *name)
{
	import->other_conns++;
	import_note(import, "%s: connection %s is not for L2TP and was left out", file, name);
}

bool import_is_l2tp(const char *text)
{
	return strstr(text, "1701") || strstr(text, "l2f") || strstr(text, "l2tp");
}

void import_proposals(struct import *import, const char *list)
{
	import->modp1024 |=
	    strstr(list, "modp1024") || strstr(list, "dh2,") || strstr(list, ";dh2");
	import->des |= strstr(list, "3des") || strstr(list, "md5");
}

static void put(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static void put_address(json_t *object, const char *name, uint32_t address)
{
	char text[IP4_TEXT_MAX];

	if (address)
		put(object, name, json_string(ip4_text(address, text)));
}

static void put_seconds(json_t *object, const char *name, unsigned seconds)
{
	if (seconds)
		put(object, name, json_sprintf("%us", seconds));
}

/* An empty section says nothing. */
static void put_section(json_t *root, const char *name, json_t *section)
{
	if (json_object_size(section))
		put(root, name, json_incref(section));
	json_decref(section);
}

static json_t *ipsec_section(struct import *import)
{
	json_t *ipsec = json_object(), *legacy = json_array();

	put(ipsec, "psk", json_text(import->psk ? import->psk : ""));
	if (import->modp1024)
		(void)json_array_append_new(legacy, json_string("android-11"));
	if (import->des)
		(void)json_array_append_new(legacy, json_string("3des-router"));
	if (json_array_size(legacy)) {
		import_note(import, "weak algorithms were admitted and still are (ipsec.legacy): "
				    "remove that key when no client needs them");
		put(ipsec, "legacy", json_incref(legacy));
	}
	json_decref(legacy);
	return ipsec;
}

/* The smallest network that holds the range. */
static struct ip4_net smallest_net(uint32_t first, uint32_t last)
{
	struct ip4_net net = { first, 32 };

	while (net.bits > POOL_WIDEST && !ip4_in(last, net)) {
		net.bits--;
		net.address = first & ip4_mask(net.bits);
	}
	return net;
}

static json_t *addresses_section(struct import *import)
{
	json_t *addresses = json_object();
	uint32_t first = import->first, last = import->last;
	char text[IP4_TEXT_MAX];
	struct ip4_net net;

	put_address(addresses, "local", import->local);
	if (!first)
		return addresses;
	net = smallest_net(first, last);
	/* The first and last address of a network are no client's. */
	if (net.bits > 30 || first == net.address || last == (net.address | ~ip4_mask(net.bits))) {
		net.bits = net.bits > 30 ? 30 : (uint8_t)(net.bits - 1);
		net.address &= ip4_mask(net.bits);
	}
	put(addresses, "pool", json_string(ip4_net_text(net, text)));
	import_note(import, "the address range became the network %s, which may be larger", text);
	return addresses;
}

static json_t *ppp_section(struct import *import)
{
	json_t *ppp = json_object(), *dns = json_array();
	char text[IP4_TEXT_MAX];

	for (size_t i = 0; i < import->dns_count; i++)
		(void)json_array_append_new(dns, json_string(ip4_text(import->dns[i], text)));
	if (json_array_size(dns))
		put(ppp, "dns", json_incref(dns));
	json_decref(dns);
	put_seconds(ppp, "echo_interval", import->echo_interval);
	if (import->echo_failures)
		put(ppp, "echo_failures", json_integer(import->echo_failures));
	put_seconds(ppp, "idle_timeout", import->idle);
	put_seconds(ppp, "session_timeout", import->session);
	if (import->mtu || import->mru)
		import_note(import,
			    "mtu %u and mru %u are not carried over: l2tpgw computes the "
			    "largest ones that fit (l2tpgw mtu)",
			    import->mtu, import->mru);
	return ppp;
}

/* Bytes that are no UTF-8 are what pppd takes them for: ISO 8859-1. */
static json_t *latin1_json(const char *bytes)
{
	cleanup_buf struct buf text = BUF_INIT;
	json_t *json = json_string(bytes);

	if (json)
		return json;
	for (; *bytes; bytes++) {
		unsigned char c = (unsigned char)*bytes;

		if (c < 0x80)
			buf_putc(&text, *bytes);
		else
			buf_printf(&text, "%c%c", 0xc0 | (c >> 6), 0x80 | (c & 0x3f));
	}
	return json_string(buf_text(&text));
}

static json_t *users_section(const struct import *import)
{
	json_t *users = json_array();

	for (size_t i = 0; i < import->users_count; i++) {
		const struct import_user *user = &import->users[i];
		json_t *json = json_object();

		put(json, "name", latin1_json(user->name));
		put(json, "password", latin1_json(user->password));
		put_address(json, "address", user->address);
		if (user->disabled)
			put(json, "disabled", json_true());
		(void)json_array_append_new(users, json);
	}
	return users;
}

static int append(const char *data, size_t len, void *out)
{
	buf_append(out, data, len);
	return 0;
}

void import_policy(struct import *import, struct buf *out)
{
	struct json_wiping saved;
	json_t *root, *gateway;

	json_wiping_begin(&saved);
	root = json_object();
	gateway = json_object();
	put(root, "version", json_integer(1));
	if (import->name)
		put(gateway, "name", json_text(import->name));
	put_section(root, "gateway", gateway);
	put(root, "ipsec", ipsec_section(import));
	put_section(root, "ppp", ppp_section(import));
	put_section(root, "addresses", addresses_section(import));
	put(root, "users", users_section(import));
	(void)json_dump_callback(root, append, out, JSON_INDENT(2));
	buf_putc(out, '\n');
	json_decref(root);
	json_wiping_end(&saved);
}
