/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/account_queue.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "drive/paths.h"

static void path_of(const struct account_queue *queue, uint64_t number, char out[PATHS_MAX])
{
	(void)snprintf(out, PATHS_MAX, "%s/%016" PRIx64, queue->directory, number);
}

static struct account_entry *push(struct account_queue *queue, uint64_t number,
				  const struct session_account *account)
{
	struct account_entry *entry = mem_alloc(sizeof(*entry));

	entry->number = number;
	entry->event = account->event;
	(void)snprintf(entry->id, sizeof(entry->id), "%s", account->id);
	if (queue->last)
		queue->last->next = entry;
	else
		queue->first = entry;
	queue->last = entry;
	queue->count++;
	return entry;
}

static int read_record(const char *path, struct session_account *account, struct err *err)
{
	cleanup_buf struct buf data = BUF_INIT;
	struct fields fields;

	if (file_read(path, FIELDS_MAX, &data, err) < 0)
		return -1;
	if (!fields_decode(&fields, buf_text(&data), data.len))
		return err_set(err, ERR_FAILED, "it is damaged");
	return account_decode(&fields, account, err);
}

static int write_record(const char *path, const struct session_account *account, struct err *err)
{
	struct fields fields;

	account_encode(account, &fields);
	if (fields.failed)
		return err_set(err, ERR_INTERNAL, "it does not fit");
	return file_write(path, fields.data, fields.len, 0600, false, err);
}

/* ---- what an earlier l2tpgwd left ---- */

static bool is_number(const char *name, uint64_t *number)
{
	return strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16 &&
	       sscanf(name, "%" SCNx64, number) == 1;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t *list_numbers(const char *directory, size_t *count)
{
	DIR *dir = opendir(directory);
	uint64_t *numbers = NULL, number;

	*count = 0;
	if (!dir)
		return NULL;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!is_number(entry->d_name, &number))
			continue;
		numbers = mem_grow(numbers, *count, *count + 1, sizeof(*numbers));
		numbers[(*count)++] = number;
	}
	(void)closedir(dir);
	if (*count)
		qsort(numbers, *count, sizeof(*numbers), by_number);
	return numbers;
}

static void adopt(struct account_queue *queue, uint64_t number)
{
	struct session_account account;
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	path_of(queue, number, path);
	queue->next = number + 1;
	if (read_record(path, &account, &err) == 0) {
		(void)push(queue, number, &account);
		return;
	}
	log_warning("accounting record %s is left out: %s", path, err.text);
	(void)file_remove(path, &err);
}

void account_queue_open(struct account_queue *queue, const char *directory)
{
	struct err err = { .code = ERR_NONE };
	uint64_t *numbers;
	size_t count;

	*queue = (struct account_queue){ .directory = directory };
	if (file_mkdirs(directory, 0700, &err) < 0 || file_remove_halves(directory, &err) < 0)
		log_error("accounting: %s", err.text);
	numbers = list_numbers(directory, &count);
	for (size_t i = 0; i < count; i++)
		adopt(queue, numbers[i]);
	free(numbers);
}

/* ---- from now on ---- */

static void forget_kept(struct account_queue *queue, struct account_entry *entry)
{
	if (!entry->kept)
		return;
	free(entry->kept);
	entry->kept = NULL;
	queue->kept--;
}

void account_queue_remove(struct account_queue *queue, struct account_entry *entry)
{
	struct account_entry **at = &queue->first, *before = NULL;
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	for (; *at != entry; at = &(*at)->next)
		before = *at;
	*at = entry->next;
	if (queue->last == entry)
		queue->last = before;
	queue->count--;
	path_of(queue, entry->number, path);
	if (file_remove(path, &err) < 0)
		log_error("accounting: %s", err.text);
	forget_kept(queue, entry);
	free(entry);
}

static void make_room(struct account_queue *queue)
{
	struct account_entry *oldest = queue->first;

	while (oldest && oldest->sending)
		oldest = oldest->next;
	if (queue->count < ACCOUNT_QUEUE_MAX || !oldest)
		return;
	if (!queue->given_up++)
		log_error(
		    "accounting: %d records wait for a RADIUS server; the oldest are given up",
		    ACCOUNT_QUEUE_MAX);
	account_queue_remove(queue, oldest);
}

/* A disk that is full need not keep a server from hearing it. */
static struct account_entry *keep(struct account_queue *queue,
				  const struct session_account *account, const struct err *why)
{
	struct account_entry *entry;

	if (queue->kept >= ACCOUNT_QUEUE_KEPT_MAX) {
		log_error("accounting of %s is lost: %s", account->id, why->text);
		queue->given_up++;
		return NULL;
	}
	log_error("accounting of %s is kept in memory alone: %s", account->id, why->text);
	entry = push(queue, queue->next++, account);
	entry->kept = mem_alloc(sizeof(*entry->kept));
	*entry->kept = *account;
	queue->kept++;
	return entry;
}

struct account_entry *account_queue_append(struct account_queue *queue,
					   const struct session_account *account)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	make_room(queue);
	path_of(queue, queue->next, path);
	if (write_record(path, account, &err) < 0)
		return keep(queue, account, &err);
	return push(queue, queue->next++, account);
}

int account_queue_read(const struct account_queue *queue, const struct account_entry *entry,
		       struct session_account *account, struct err *err)
{
	char path[PATHS_MAX];

	if (entry->kept) {
		*account = *entry->kept;
		return 0;
	}
	path_of(queue, entry->number, path);
	return read_record(path, account, err);
}

void account_queue_sync(struct account_queue *queue, struct account_entry *entry)
{
	struct err err = { .code = ERR_NONE };
	char path[PATHS_MAX];

	if (entry->synced)
		return;
	path_of(queue, entry->number, path);
	if (entry->kept && write_record(path, entry->kept, &err) < 0)
		return; /* as was told */
	forget_kept(queue, entry);
	entry->synced = true;
	if (file_sync(path, &err) < 0)
		log_error("accounting: %s", err.text);
}

void account_queue_close(struct account_queue *queue)
{
	struct account_entry *next;

	for (struct account_entry *entry = queue->first; entry; entry = next) {
		next = entry->next;
		if (entry->kept)
			account_queue_sync(queue, entry);
		forget_kept(queue, entry);
		free(entry);
	}
	*queue = (struct account_queue){ .directory = queue->directory };
}
