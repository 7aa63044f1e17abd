/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/bans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/ruleset.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "plan/digest.h"
#include "session/ban.h"
#include "session/suspicion.h"

#define BANS_BYTES_MAX (SESSION_BANS_MAX * 2048u + SUSPICION_STANDINGS_MAX * 128u)

static uint64_t saved; /* the digest of what is on disk; of nothing, too */

static char *encode(struct gateway *gateway)
{
	json_t *json = session_bans_encode(gateway->sessions, gateway_now().wall);
	char *text = json_dumps(json, JSON_INDENT(1));

	json_decref(json);
	return text;
}

static void read_file(struct gateway *gateway)
{
	const char *path = gateway->paths.bans;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return;
	if (file_read(path, BANS_BYTES_MAX, &text, &err) < 0 ||
	    session_bans_decode(gateway->sessions, gateway_now().wall, buf_text(&text), text.len,
				&err) < 0)
		log_error("%s: %s; nobody is banned by it", path, err.text);
}

void bans_load(struct gateway *gateway)
{
	cleanup_free char *text = NULL;

	read_file(gateway);
	text = encode(gateway);
	saved = text ? digest_number(text, strlen(text)) : 0;
}

static int save(struct gateway *gateway, struct err *err)
{
	cleanup_free char *text = encode(gateway);
	uint64_t digest;

	if (!text)
		return err_set(err, ERR_INTERNAL, "the bans cannot be written");
	digest = digest_number(text, strlen(text));
	if (digest == saved)
		return 0;
	if (file_write(gateway->paths.bans, text, strlen(text), 0600, true, err) < 0)
		return -1;
	saved = digest;
	return 0;
}

void bans_save(struct gateway *gateway)
{
	struct err err = { .code = ERR_NONE };

	if (save(gateway, &err) < 0)
		log_error("who is banned, and who logged in from where, cannot be written: %s",
			  err.text);
}

/* ---- the kernel's set ---- */

/* They stand in the order of their end. */
static bool is_closed_longer(const struct session_ban *bans, size_t at, size_t count)
{
	for (size_t i = at + 1; i < count; i++) {
		if (bans[i].address == bans[at].address && session_ban_closes(&bans[i]))
			return true;
	}
	return false;
}

void bans_refill(struct gateway *gateway)
{
	int64_t wall = gateway_now().wall;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };
	char address[IP4_TEXT_MAX];
	size_t count;
	const struct session_ban *bans = session_bans(gateway->sessions, wall, &count);

	buf_puts(&text, "flush set inet " FABRIC_TABLE " banned\n");
	for (size_t i = 0; i < count; i++) {
		if (session_ban_closes(&bans[i]) && !is_closed_longer(bans, i, count))
			buf_printf(&text,
				   "add element inet " FABRIC_TABLE " banned { %s timeout %" PRId64
				   "s }\n",
				   ip4_text(bans[i].address, address), bans[i].until - wall);
	}
	if (ruleset_run_elements(buf_text(&text), &err) < 0)
		log_error("addresses that are banned cannot be kept out: %s", err.text);
}

/* SAs that were there before, over which nobody has logged in: guesses could go on there. */
static void close_idle_sas(struct gateway *gateway)
{
	int64_t wall = gateway_now().wall;

	for (uint32_t slot = 0; slot < FABRIC_SLOTS; slot++) {
		const struct session *session = session_by_slot(gateway->sessions, slot);
		const struct session_ban *ban;

		if (!session || session->state != SESSION_SECURED)
			continue;
		ban = session_ban_of(gateway->sessions, wall, "", session->ike.remote);
		if (ban && session_ban_closes(ban))
			session_close(gateway->sessions, gateway_now(), slot, SESSION_BANNED);
	}
}

void bans_changed(struct gateway *gateway)
{
	bans_save(gateway);
	bans_refill(gateway);
	close_idle_sas(gateway);
}

/* ---- by hand ---- */

/* Puts back what was there before a change that could not be written. */
static int save_or_undo(struct gateway *gateway, const char *before, struct err *err)
{
	struct err ignored;

	if (save(gateway, err) == 0)
		return 0;
	(void)session_bans_decode(gateway->sessions, gateway_now().wall, before, strlen(before),
				  &ignored);
	return err_wrap(err, "nothing was changed");
}

int bans_add(struct gateway *gateway, const char *user, unsigned seconds, struct err *err)
{
	cleanup_free char *before = encode(gateway);
	char until[RFC3339_MAX];
	int64_t wall = gateway_now().wall;

	if (!before)
		return err_set(err, ERR_INTERNAL, "the bans cannot be written");
	if (session_ban(gateway->sessions, wall, user, seconds, err) < 0 ||
	    save_or_undo(gateway, before, err) < 0)
		return -1;
	log_notice("%s is banned until %s", user, rfc3339_text(wall + seconds, until));
	return 0;
}

int bans_lift(struct gateway *gateway, const char *target, struct err *err)
{
	cleanup_free char *before = encode(gateway);

	if (!before)
		return err_set(err, ERR_INTERNAL, "the bans cannot be written");
	if (!session_ban_lift(gateway->sessions, gateway_now().wall, target))
		return err_set(err, ERR_FAILED, "\"%s\" is not banned; l2tpgw bans lists who is",
			       target);
	if (save_or_undo(gateway, before, err) < 0)
		return -1;
	log_notice("the ban of %s was lifted", target);
	gateway_settle(gateway);
	return 0;
}

json_t *bans_json(struct gateway *gateway)
{
	return json_pack("{s:s, s:o}", "schema", "l2tpgw.bans/1", "bans",
			 session_bans_json(gateway->sessions, gateway_now().wall));
}
