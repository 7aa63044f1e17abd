/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/bans.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "session/ban.h"

#define BANS_BYTES_MAX (SESSION_BANS_MAX * 2048u)

void bans_load(struct gateway *gateway)
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

static int save(struct gateway *gateway, struct err *err)
{
	json_t *json = session_bans_encode(gateway->sessions, gateway_now().wall);
	cleanup_free char *text = json_dumps(json, JSON_INDENT(1));

	json_decref(json);
	if (!text)
		return err_set(err, ERR_INTERNAL, "the bans cannot be written");
	return file_write(gateway->paths.bans, text, strlen(text), 0600, true, err);
}

/* Puts back what was there before a change that could not be written. */
static void put_back(struct gateway *gateway, const char *user, const struct session_ban *before)
{
	int64_t wall = gateway_now().wall;
	struct err ignored;

	(void)session_ban_lift(gateway->sessions, wall, user);
	if (before->until > wall)
		(void)session_ban(gateway->sessions, wall, user, before->until - wall, &ignored);
}

static int save_or_undo(struct gateway *gateway, const char *user, const struct session_ban *before,
			struct err *err)
{
	if (save(gateway, err) == 0)
		return 0;
	put_back(gateway, user, before);
	return err_wrap(err, "nothing was changed");
}

static struct session_ban ban_now(const struct gateway *gateway, const char *user)
{
	const struct session_ban *ban = session_ban_of(gateway->sessions, gateway_now().wall, user);

	return ban ? *ban : (struct session_ban){ .until = 0 };
}

int bans_add(struct gateway *gateway, const char *user, unsigned seconds, struct err *err)
{
	struct session_ban before = ban_now(gateway, user);
	char until[RFC3339_MAX];
	int64_t wall = gateway_now().wall;

	if (session_ban(gateway->sessions, wall, user, seconds, err) < 0 ||
	    save_or_undo(gateway, user, &before, err) < 0)
		return -1;
	log_notice("%s is banned until %s", user, rfc3339_text(wall + seconds, until));
	return 0;
}

int bans_lift(struct gateway *gateway, const char *user, struct err *err)
{
	struct session_ban before = ban_now(gateway, user);

	if (!session_ban_lift(gateway->sessions, gateway_now().wall, user))
		return err_set(err, ERR_FAILED, "\"%s\" is not banned; l2tpgw bans lists who is",
			       user);
	if (save_or_undo(gateway, user, &before, err) < 0)
		return -1;
	log_notice("the ban of %s was lifted", user);
	return 0;
}

json_t *bans_json(struct gateway *gateway)
{
	return json_pack("{s:s, s:o}", "schema", "l2tpgw.bans/1", "bans",
			 session_bans_json(gateway->sessions, gateway_now().wall));
}
