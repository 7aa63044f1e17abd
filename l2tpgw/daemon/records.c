/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/records.h"

#include <dirent.h>
#include <stdio.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/ended.h"
#include "daemon/pppds.h"

static void record_path(const struct gateway *gateway, uint32_t slot, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/%u", gateway->paths.sessions, slot);
}

void records_write(struct gateway *gateway, uint32_t slot)
{
	const struct session *session = session_by_slot(gateway->sessions, slot);
	struct err err = { .code = ERR_NONE };
	struct fields fields;
	char path[PATHS_MAX];

	if (!session)
		return;
	fields_init(&fields);
	session_encode(session, &fields);
	record_path(gateway, slot, path);
	if (fields.failed || file_write(path, fields.data, fields.len, 0600, false, &err) < 0)
		log_error("session record %s: %s", path, fields.failed ? "too large" : err.text);
}

void records_remove(struct gateway *gateway, uint32_t slot)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	record_path(gateway, slot, path);
	if (file_remove(path, &err) < 0)
		log_error("%s", err.text);
}

static int record_restore(struct gateway *gateway, const char *path, struct err *err)
{
	cleanup_buf struct buf data = BUF_INIT;
	struct session_end end;
	struct session_pid pppd;
	struct fields fields;
	bool gone;

	if (file_read(path, FIELDS_MAX, &data, err) < 0)
		return -1;
	if (!fields_decode(&fields, buf_text(&data), data.len))
		return err_set(err, ERR_FAILED, "it is damaged");
	if (session_record_pppd(&fields, &pppd, err) < 0)
		return -1;
	gone = pppd.pid && !pppds_watch(gateway->pppds, pppd);
	if (gone)
		end = ended_read(&gateway->paths, pppd);
	return session_restore(gateway->sessions, gateway_now(), &fields, gone ? &end : NULL, err);
}

void records_restore(struct gateway *gateway)
{
	DIR *dir = opendir(gateway->paths.sessions);
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX + 256];

	if (!dir)
		return;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", gateway->paths.sessions, entry->d_name);
		if (record_restore(gateway, path, &err) == 0)
			continue;
		log_warning("session record %s is left out: %s", path, err.text);
		(void)file_remove(path, &err);
	}
	(void)closedir(dir);
}
