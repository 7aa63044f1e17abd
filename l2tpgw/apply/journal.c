/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/journal.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "policy/json.h"

#define JOURNAL_MAX    8192
#define JOURNAL_SCHEMA "l2tpgw.journal/1"

static const char *const phases[] = {
	[JOURNAL_APPLYING] = "applying",
	[JOURNAL_CONFIRMING] = "confirming",
};

int journal_write(const struct paths *paths, const struct journal *journal, struct err *err)
{
	cleanup_json json_t *json = json_pack(
	    "{s:s, s:s, s:I, s:I, s:b, s:o, s:o, s:I, s:I, s:s, s:I}", "schema", JOURNAL_SCHEMA,
	    "phase", phases[journal->phase], "from", (json_int_t)journal->from, "to",
	    (json_int_t)journal->to, "installed", (int)journal->installed, "who",
	    json_text(journal->who), "what", json_text(journal->what), "since",
	    (json_int_t)journal->since, "confirm_within", (json_int_t)journal->confirm_within,
	    "boot", journal->boot, "confirm_by_ms", (json_int_t)journal->confirm_by);
	cleanup_free char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;

	if (!text)
		return err_set(err, ERR_INTERNAL, "a journal that cannot be written");
	return file_write(paths->journal, text, strlen(text), 0600, true, err);
}

static bool take_number(const json_t *json, const char *member, json_int_t most, json_int_t *out)
{
	const json_t *number = json_object_get(json, member);

	*out = json_integer_value(number);
	return json_is_integer(number) && *out >= 0 && *out <= most;
}

static bool take_text(const json_t *json, const char *member, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(json, member));

	return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool take_phase(const json_t *json, enum journal_phase *phase)
{
	const char *text = json_string_value(json_object_get(json, "phase"));

	for (size_t i = 0; text && i < array_size(phases); i++) {
		*phase = (enum journal_phase)i;
		if (!strcmp(text, phases[i]))
			return true;
	}
	return false;
}

static bool parse(const json_t *json, struct journal *journal)
{
	json_int_t from, to, since, within, by;
	char schema[32];

	if (!take_text(json, "schema", schema, sizeof(schema)) ||
	    strcmp(schema, JOURNAL_SCHEMA) != 0 || !take_phase(json, &journal->phase) ||
	    !take_number(json, "from", UINT32_MAX, &from) ||
	    !take_number(json, "to", UINT32_MAX, &to) || to == 0 ||
	    !take_number(json, "since", INT64_MAX, &since) ||
	    !take_number(json, "confirm_within", UINT32_MAX, &within) ||
	    !take_number(json, "confirm_by_ms", INT64_MAX, &by) ||
	    !take_text(json, "who", journal->who, sizeof(journal->who)) ||
	    !take_text(json, "what", journal->what, sizeof(journal->what)) ||
	    !take_text(json, "boot", journal->boot, sizeof(journal->boot)))
		return false;
	journal->from = (unsigned)from;
	journal->to = (unsigned)to;
	journal->since = since;
	journal->confirm_within = (unsigned)within;
	journal->confirm_by = (uint64_t)by;
	journal->installed = json_is_true(json_object_get(json, "installed"));
	return true;
}

int journal_read(const struct paths *paths, struct journal *journal, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	json_t *json;
	bool good;

	*journal = (struct journal){ .phase = JOURNAL_APPLYING };
	if (access(paths->journal, F_OK) < 0 && errno == ENOENT)
		return 1;
	if (file_read(paths->journal, JOURNAL_MAX, &text, err) < 0)
		return -1;
	json = json_loadb(buf_text(&text), text.len, 0, NULL);
	good = parse(json, journal);
	json_decref(json);
	return good ? 0
		    : err_set(err, ERR_FAILED, "%s is damaged, or of another version of l2tpgw",
			      paths->journal);
}

int journal_remove(const struct paths *paths, struct err *err)
{
	return file_remove_durable(paths->journal, err);
}

int journal_confirming(struct journal *journal, struct err *err)
{
	journal->phase = JOURNAL_CONFIRMING;
	journal->confirm_by = boot_ms() + (uint64_t)journal->confirm_within * 1000;
	return boot_id(journal->boot, err);
}

uint64_t journal_left_ms(const struct journal *journal, const char *boot, uint64_t now_ms)
{
	if (strcmp(boot, journal->boot) != 0 || now_ms >= journal->confirm_by)
		return 0;
	return journal->confirm_by - now_ms;
}
