/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/backup.h"

#include <limits.h>
#include <string.h>

#include "base/rfc3339.h"
#include "base/utf8.h"
#include "policy/json.h"

#define SCHEMA "l2tpgw.backup/1"

static bool is_shown(const char *text)
{
	size_t len = strlen(text), step;

	for (size_t at = 0; at < len; at += step) {
		uint32_t code = 0;

		step = utf8_decode(text + at, len - at, &code);
		if (!step || utf8_width(code) < 0)
			return false;
	}
	return true;
}

/* Two texts of them are two files, but for links. */
static bool is_plain_path(const char *path)
{
	if (*path != '/' || strlen(path) >= PATH_MAX || path[strlen(path) - 1] == '/')
		return false;
	for (const char *at = path; at; at = strchr(at + 1, '/')) {
		size_t len = strcspn(at + 1, "/");

		if (len == 0 || (len == 1 && at[1] == '.') ||
		    (len == 2 && at[1] == '.' && at[2] == '.'))
			return false;
	}
	return is_shown(path);
}

/* ---- writing ---- */

static int check_paths(const struct backup *backup, struct err *err)
{
	for (size_t i = 0; i < backup->files_count; i++) {
		const char *path = backup->files[i].path;

		if (is_plain_path(path))
			continue;
		return err_set(err, ERR_FAILED,
			       "%s cannot be restored: let the policy name it without \"//\", "
			       "\".\", \"..\" and control characters",
			       is_shown(path) ? path : "a file that the policy names");
	}
	return 0;
}

static int append(const char *data, size_t len, void *out)
{
	buf_append(out, data, len);
	return 0;
}

static json_t *files_json(const struct backup *backup, struct err *err)
{
	json_t *list = json_array();

	for (size_t i = 0; i < backup->files_count; i++) {
		const struct backup_file *file = &backup->files[i];
		json_t *json =
		    json_pack("{s:s, s:s}", "path", file->path, "content", file->content);

		if (!json) {
			(void)err_set(err, ERR_FAILED, "%s is no UTF-8 text", file->path);
			json_decref(list);
			return NULL;
		}
		(void)json_array_append_new(list, json);
	}
	return list;
}

static int write_json(const struct backup *backup, int64_t made, struct buf *out, struct err *err)
{
	char when[RFC3339_MAX];
	json_t *files = files_json(backup, err), *root;

	if (!files)
		return -1;
	root = json_pack("{s:s, s:s?, s:s, s:s, s:o}", "schema", SCHEMA, "made",
			 rfc3339_text(made, when), "version", L2TPGW_VERSION, "policy",
			 backup->policy, "files", files);
	if (!root)
		return err_set(err, ERR_FAILED, "the policy is no UTF-8 text");
	(void)json_dump_callback(root, append, out, JSON_INDENT(1));
	buf_putc(out, '\n');
	json_decref(root);
	return 0;
}

int backup_write(const struct backup *backup, int64_t made, struct buf *out, struct err *err)
{
	struct json_wiping saved;
	int result;

	if (check_paths(backup, err) < 0)
		return -1;
	json_wiping_begin(&saved);
	result = write_json(backup, made, out, err);
	json_wiping_end(&saved);
	if (result == 0 && out->len > BACKUP_BYTES_MAX)
		return err_set(err, ERR_FAILED, "it is larger than the %u MiB that restore takes",
			       BACKUP_BYTES_MAX >> 20);
	return result;
}

/* ---- reading ---- */

struct backup_file *backup_find(const struct backup *backup, const char *path)
{
	for (size_t i = 0; i < backup->files_count; i++) {
		if (!strcmp(backup->files[i].path, path))
			return &backup->files[i];
	}
	return NULL;
}

static int read_files(struct backup *backup, const json_t *list, struct err *err)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) > BACKUP_FILES_MAX)
		return err_set(err, ERR_FAILED, "its list of files is malformed");
	json_array_foreach(list, i, item)
	{
		const char *path = json_string_value(json_object_get(item, "path"));
		const char *content = json_string_value(json_object_get(item, "content"));
		struct backup_file *file;

		if (!path || !content || !is_plain_path(path) || backup_find(backup, path))
			return err_set(err, ERR_FAILED, "its file %zu is malformed", i + 1);
		file = arena_push(backup->arena, (void **)&backup->files, &backup->files_count,
				  sizeof(*file));
		*file = (struct backup_file){ .path = arena_strdup(backup->arena, path),
					      .content = arena_strdup(backup->arena, content) };
	}
	return 0;
}

static int read_json(struct backup *backup, const json_t *root, struct err *err)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));
	const char *policy = json_string_value(json_object_get(root, "policy"));

	if (!schema || strcmp(schema, SCHEMA) != 0)
		return err_set(err, ERR_FAILED,
			       "it is no backup of l2tpgw that this version reads");
	if (!policy)
		return err_set(err, ERR_FAILED, "it has no policy");
	backup->policy = arena_strdup(backup->arena, policy);
	return read_files(backup, json_object_get(root, "files"), err);
}

int backup_read(struct backup *backup, const char *text, size_t len, struct err *err)
{
	struct json_wiping saved;
	json_error_t syntax;
	json_t *root;
	int result;

	json_wiping_begin(&saved);
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &syntax);
	result = root ? read_json(backup, root, err)
		      : err_set(err, ERR_FAILED, "line %d: %s", syntax.line, syntax.text);
	json_decref(root);
	json_wiping_end(&saved);
	return result;
}
