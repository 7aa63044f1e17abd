/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/key_table.h"

#define AT_SERVER(member) .offset = offsetof(struct policy_radius_server, member)

/* clang-format off */
static const struct key secret_keys[] = {
	{ .name = "file", .forms = KEY_STRING, RANGE(2, 4095), .required = true, .impact = KEY_LIVE,
	  .set = set_radius_secret_file, .pattern = "^/", .example = "\"/etc/l2tpgw/radius\"",
	  .summary = SECRET_FILE("secret") },
};
static const struct key server_keys[] = {
	{ .name = "address", .forms = KEY_ADDRESS, .required = true, .set = set_address,
	  AT_SERVER(address), .impact = KEY_LIVE, .example = "\"10.1.2.10\"",
	  .summary = "Address of the server" },
	{ .name = "auth_port", .forms = KEY_INTEGER, RANGE(1, 65535), .set = set_number,
	  AT_SERVER(auth_port), .impact = KEY_LIVE, .fallback_doc = "1812", .example = "1645",
	  .summary = "UDP port that logins are asked about" },
	{ .name = "acct_port", .forms = KEY_INTEGER, RANGE(0, 65535), .set = set_number,
	  AT_SERVER(acct_port), .impact = KEY_LIVE, .fallback_doc = "1813", .example = "1646",
	  .summary = "UDP port that accounting is sent to; 0 is none to this server" },
	{ .name = "secret", .forms = KEY_STRING | KEY_OBJECT, RANGE(1, 255), .required = true,
	  .secret = true, KEYS(secret_keys), .set = set_radius_secret, .impact = KEY_LIVE,
	  .pattern = "^[ -~]*$", .example = "{\"file\": \"/etc/l2tpgw/radius\"}",
	  .summary = "Secret shared with the server, printable ASCII; or the file that holds it" },
};
static const struct key server_item = { .name = "*", .forms = KEY_OBJECT, KEYS(server_keys),
	.impact = KEY_LIVE, .summary = "A server" };

const struct key keys_radius[KEYS_OF_RADIUS] = {
	{ .name = "servers", .forms = KEY_LIST, RANGE(0, POLICY_RADIUS_SERVERS_MAX),
	  .item = &server_item, .add = add_radius_server, .show = show_radius_servers, .secret = true,
	  .impact = KEY_LIVE, .fallback_doc = "none: there is no RADIUS",
	  .example = "[{\"address\": \"10.1.2.10\", \"secret\": \"32 characters that are random ..\"}]",
	  .summary = "Servers in the order in which they are asked; one that does not answer is left "
		     "out for dead_time" },
	{ .name = "users", .forms = KEY_WORD, WORDS("local-first", "radius-only"), STORES(word),
	  AT(radius.users), .impact = KEY_NEW_SESSIONS, .fallback = "\"local-first\"",
	  .example = "\"radius-only\"",
	  .summary = "Whom the servers are asked about: those whom users does not name, who then are let "
		     "in while no server answers too; or everybody" },
	{ .name = "nas_identifier", .forms = KEY_STRING, RANGE(1, 253), .set = set_nas_identifier,
	  .show = show_text, AT(radius.nas_identifier), .impact = KEY_LIVE,
	  .fallback_doc = "gateway.name, or \"l2tpgw\"", .pattern = "^[ -~]*$", .example = "\"vpn1\"",
	  .summary = "What the gateway calls itself (NAS-Identifier)" },
	{ .name = "nas_address", .forms = KEY_ADDRESS | KEY_WORD, WORDS("auto"), STORES(address),
	  AT(radius.nas_address), .impact = KEY_LIVE, .fallback = "\"auto\"",
	  .fallback_doc = "the address of the WAN interface", .example = "\"10.1.2.1\"",
	  .summary = "Address that the gateway says it has (NAS-IP-Address)" },
	{ .name = "interim", .forms = KEY_DURATION, RANGE(10, DAY), .zero = true, STORES(seconds),
	  AT(radius.interim), .impact = KEY_LIVE, .fallback = "\"5m\"", .example = "\"10m\"",
	  .summary = "Time between two reports of a session's counters, unless the server says another "
		     "(Acct-Interim-Interval); 0 is none" },
	{ .name = "timeout", .forms = KEY_DURATION, RANGE(1, 10), STORES(seconds),
	  AT(radius.timeout), .impact = KEY_LIVE, .fallback = "\"2s\"", .example = "\"3s\"",
	  .summary = "Time without an answer after which a request is sent again" },
	{ .name = "retries", .forms = KEY_INTEGER, RANGE(0, 5), STORES(number), AT(radius.retries),
	  .impact = KEY_LIVE, .fallback = "2", .example = "1",
	  .summary = "How often a request is sent again to a server, before the next one is asked" },
	{ .name = "dead_time", .forms = KEY_DURATION, RANGE(1, DAY), .zero = true, STORES(seconds),
	  AT(radius.dead_time), .impact = KEY_LIVE, .fallback = "\"30s\"", .example = "\"5m\"",
	  .summary = "How long a server that does not answer is left out; it is asked for signs of life "
		     "(Status-Server) meanwhile. 0 is not at all" },
	{ .name = "require_message_authenticator", .forms = KEY_BOOLEAN, STORES(flag),
	  AT(radius.require_message_authenticator), .impact = KEY_LIVE, .fallback = "true",
	  .example = "false",
	  .summary = "Whether answers without Message-Authenticator count for nothing; false lets whoever "
		     "is between gateway and server forge them (BlastRADIUS, CVE-2024-3596)" },
	{ .name = "dynamic_authorization", .forms = KEY_BOOLEAN, STORES(flag),
	  AT(radius.dynamic_authorization), .impact = KEY_LIVE, .fallback = "false", .example = "true",
	  .summary = "Whether the servers may end sessions and change them (RFC 5176)" },
	{ .name = "dynamic_authorization_port", .forms = KEY_INTEGER, RANGE(1, 65535), STORES(number),
	  AT(radius.dynamic_authorization_port), .impact = KEY_LIVE, .fallback = "3799",
	  .example = "1700", .summary = "UDP port on which they do" },
	{ .name = "require_event_timestamp", .forms = KEY_BOOLEAN, STORES(flag),
	  AT(radius.require_event_timestamp), .impact = KEY_LIVE, .fallback = "true",
	  .example = "false",
	  .summary = "Whether they must say when they asked for it (Event-Timestamp); without it only "
		     "those that name a session by its Acct-Session-Id are safe from being replayed" },
};
/* clang-format on */
