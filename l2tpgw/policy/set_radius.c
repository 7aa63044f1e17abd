/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/set_radius.h"

#include <string.h>

#include "policy/load.h"
#include "policy/names.h"
#include "policy/set.h"

#define SECRET_GOOD 16 /* bytes (RFC 2865, 3) */

void *add_radius_server(struct load *load, const char *name, size_t index, void *field)
{
	struct policy *policy = load->policy;
	struct policy_radius_server *server =
	    arena_push(load->arena, (void **)&policy->radius.servers, &policy->radius.servers_count,
		       sizeof(*server));

	(void)name;
	(void)index;
	(void)field;
	server->auth_port = 1812;
	server->acct_port = 1813;
	return server;
}

static void store_secret(struct load *load, const char *text, size_t len, void *field)
{
	struct policy_radius_server *server = field;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~') {
			load_error(load, "the secret may hold printable ASCII only");
			return;
		}
	}
	if (!len || len > NAMES_PSK_MAX) {
		load_error(load, "the secret must have 1 to %d bytes", NAMES_PSK_MAX);
		return;
	}
	if (len < SECRET_GOOD)
		load_warning(load,
			     "a RADIUS secret of less than %d characters can be guessed by "
			     "whoever sees one packet",
			     SECRET_GOOD);
	server->secret = arena_memdup(load->arena, text, len);
	server->secret_len = len;
}

void set_radius_secret(struct load *load, const struct key *key, const struct value *value,
		       void *field)
{
	(void)key;
	if (value->form == KEY_STRING)
		store_secret(load, value->text, json_string_length(value->json), field);
}

void set_radius_secret_file(struct load *load, const struct key *key, const struct value *value,
			    void *field)
{
	cleanup_buf struct buf secret = BUF_INIT;

	(void)key;
	if (load_secret(load, value, "RADIUS secret", &secret))
		store_secret(load, buf_text(&secret), secret.len, field);
}

void set_nas_identifier(struct load *load, const struct key *key, const struct value *value,
			void *field)
{
	for (const char *c = value->text; *c; c++) {
		if (*c < ' ' || *c > '~') {
			load_error(load, "%s may hold printable ASCII only", load_path(load));
			return;
		}
	}
	set_text(load, key, value, field);
}

void show_radius_servers(const struct key *key, const void *base, struct buf *out)
{
	const struct policy *policy = base;
	char text[IP4_TEXT_MAX];

	(void)key;
	for (size_t i = 0; i < policy->radius.servers_count; i++) {
		const struct policy_radius_server *server = &policy->radius.servers[i];

		buf_printf(out, "%s%s %u %u ", i ? ", " : "", ip4_text(server->address, text),
			   server->auth_port, server->acct_port);
		buf_append(out, server->secret, server->secret_len);
	}
}
