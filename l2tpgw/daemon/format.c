/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/format.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fields.h"
#include "base/file.h"
#include "session/session.h"

#define NUMBER_BYTES_MAX 16

_Static_assert(SESSION_FORMAT <= FORMAT_NOW, "records do not run ahead");

static int refuse(const char *path, const char *format, struct err *err)
{
	/* With this exit status systemd does not try again. */
	return err_set(err, ERR_LOCKED,
		       "%s is of format %.16s, l2tpgwd %s knows those up to %d: another version "
		       "wrote it. Nothing was touched, and whoever is connected stays so. Start "
		       "that version again, or end the gateway with l2tpgw down",
		       path, format, L2TPGW_VERSION, FORMAT_NOW);
}

static bool is_known(const char *number)
{
	return strlen(number) == 1 && number[0] >= '0' && number[0] <= '0' + FORMAT_NOW;
}

static void number_path(const char *root, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%.*s/format", PATHS_ROOT_MAX - 1, root);
}

static int check_number(const char *root, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char path[PATHS_MAX], number[NUMBER_BYTES_MAX + 1];

	number_path(root, path);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (file_read(path, NUMBER_BYTES_MAX, &text, err) < 0)
		return -1;
	(void)snprintf(number, sizeof(number), "%.*s", (int)strcspn(buf_text(&text), "\n"),
		       buf_text(&text));
	return is_known(number) ? 0 : refuse(path, *number ? number : "\"\"", err);
}

/* A damaged record is left out later on, alone; one of another format is not known to be damaged.
 */
static int check_record(const char *path, struct err *err)
{
	cleanup_buf struct buf data = BUF_INIT;
	struct err ignored;
	struct fields fields;
	const char *number;

	if (file_read(path, FIELDS_MAX, &data, &ignored) < 0 ||
	    !fields_decode(&fields, buf_text(&data), data.len))
		return 0;
	number = fields_get(&fields, SESSION_FORMAT_FIELD);
	return !number || is_known(number) ? 0 : refuse(path, number, err);
}

static int check_records(const struct paths *paths, struct err *err)
{
	DIR *dir = opendir(paths->sessions);
	char path[PATHS_MAX + 256];
	int result = 0;

	if (!dir)
		return errno == ENOENT ? 0
				       : err_errno(err, errno, "cannot list %s", paths->sessions);
	for (struct dirent *entry; !result && (entry = readdir(dir));) {
		(void)snprintf(path, sizeof(path), "%s/%s", paths->sessions, entry->d_name);
		if (entry->d_name[0] != '.')
			result = check_record(path, err);
	}
	(void)closedir(dir);
	return result;
}

int format_check(const struct paths *paths, struct err *err)
{
	if (check_number(paths->run, err) < 0 || check_number(paths->state, err) < 0)
		return -1;
	return check_records(paths, err);
}

static int write_number(const char *root, struct err *err)
{
	char path[PATHS_MAX], text[NUMBER_BYTES_MAX];
	int len = snprintf(text, sizeof(text), "%d\n", FORMAT_NOW);

	number_path(root, path);
	return file_write(path, text, (size_t)len, 0644, false, err);
}

int format_write(const struct paths *paths, struct err *err)
{
	return write_number(paths->run, err) < 0 ? -1 : write_number(paths->state, err);
}
