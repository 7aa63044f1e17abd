/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/leases.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "session/leases.h"

#define LEASES_BYTES_MAX (LEASES_MAX * 128u)

static uint64_t saved; /* session_leases_changes() of what is on disk */

static void read_file(struct gateway *gateway)
{
	const char *path = gateway->paths.leases;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = { .code = ERR_NONE };

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return;
	if (file_read(path, LEASES_BYTES_MAX, &text, &err) < 0 ||
	    session_leases_decode(gateway->sessions, buf_text(&text), text.len, &err) < 0)
		log_error("%s: %s; clients may get other addresses than before", path, err.text);
}

void leases_load(struct gateway *gateway)
{
	read_file(gateway);
	saved = session_leases_changes(gateway->sessions);
}

void leases_save(struct gateway *gateway)
{
	uint64_t changes = session_leases_changes(gateway->sessions);
	json_t *json;
	cleanup_free char *text = NULL;
	struct err err = { .code = ERR_NONE };

	if (changes == saved)
		return;
	json = session_leases_encode(gateway->sessions);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	if (!text || file_write(gateway->paths.leases, text, strlen(text), 0600, true, &err) < 0) {
		log_error("who had which address cannot be written: %s", err.text);
		return;
	}
	saved = changes;
}
