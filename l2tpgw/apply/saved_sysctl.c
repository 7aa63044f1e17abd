/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/saved_sysctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define SAVED_MAX 65536

static void saved_path(const struct paths *paths, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/sysctl.saved", paths->run);
}

static int saved_read(const struct paths *paths, struct buf *text, struct err *err)
{
	char path[PATHS_MAX];

	saved_path(paths, path);
	if (access(path, F_OK) < 0)
		return 0;
	return file_read(path, SAVED_MAX, text, err);
}

static int saved_write(const struct paths *paths, const struct buf *text, struct err *err)
{
	char path[PATHS_MAX];

	saved_path(paths, path);
	if (!text->len)
		return file_remove(path, err);
	return file_write(path, text->data, text->len, 0644, false, err);
}

/* Splits off the next "name=value" line; false at the end. The text is cut into pieces. */
static bool saved_next(char **at, char **name, char **value)
{
	char *line = strsep(at, "\n");
	char *equals = line ? strchr(line, '=') : NULL;

	if (!equals)
		return false;
	*equals = '\0';
	*name = line;
	*value = equals + 1;
	return true;
}

int saved_sysctl_get(const struct paths *paths, const char *name, char value[SYSCTL_VALUE_MAX],
		     struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char *at, *key, *old;

	if (saved_read(paths, &text, err) < 0)
		return -1;
	at = text.data;
	while (saved_next(&at, &key, &old)) {
		if (strcmp(key, name) != 0)
			continue;
		(void)snprintf(value, SYSCTL_VALUE_MAX, "%s", old);
		return 0;
	}
	return 1;
}

int saved_sysctl_put(const struct paths *paths, const char *name, const char *value,
		     struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (saved_read(paths, &text, err) < 0)
		return -1;
	buf_printf(&text, "%s=%s\n", name, value);
	return saved_write(paths, &text, err);
}

int saved_sysctl_drop(const struct paths *paths, const char *name, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT, rest = BUF_INIT;
	char *at, *key, *old;

	if (saved_read(paths, &text, err) < 0)
		return -1;
	at = text.data;
	while (saved_next(&at, &key, &old)) {
		if (strcmp(key, name) != 0)
			buf_printf(&rest, "%s=%s\n", key, old);
	}
	return saved_write(paths, &rest, err);
}

int saved_sysctl_list(const struct paths *paths, struct arena *arena, const char ***names,
		      size_t *count, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char *at, *key, *old;

	*names = NULL;
	*count = 0;
	if (saved_read(paths, &text, err) < 0)
		return -1;
	at = text.data;
	while (saved_next(&at, &key, &old)) {
		const char **slot = arena_push(arena, (void **)names, count, sizeof(**names));

		*slot = arena_strdup(arena, key);
	}
	return 0;
}
