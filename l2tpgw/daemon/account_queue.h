/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_ACCOUNT_QUEUE_H
#define L2TPGW_DAEMON_ACCOUNT_QUEUE_H

/*
 * Accounting records that no server has taken yet, one a file of STATE/accounting, in the order in
 * which they came. They are there from the moment a record is appended: an l2tpgwd that is killed
 * loses none of them. What a server does not take at once is synced to the disk, so that a reset
 * of the machine does not lose it either. What the disk does not take is kept in memory until it
 * does: as long as this l2tpgwd lives.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "session/account.h"

#define ACCOUNT_QUEUE_MAX      20000 /* records; beyond it the oldest are given up */
#define ACCOUNT_QUEUE_KEPT_MAX 1000  /* of these in memory; beyond it the newest are given up */

struct account_entry {
	struct account_entry *next;
	uint64_t number;
	enum account_event event;
	char id[SESSION_ID_MAX];
	bool sending, synced;
	bool refused;   /* of the gateway's: its server is there, but does not take it */
	uint64_t again; /* ms: not before */
	struct session_account *kept; /* what is not on disk; NULL = it is */
};

struct account_queue {
	const char *directory;
	struct account_entry *first, *last;
	size_t count;
	size_t kept; /* of these not on disk */
	uint64_t next;
	uint64_t given_up;
};

/* Takes over what an earlier l2tpgwd left; `directory` lives on. */
void account_queue_open(struct account_queue *queue, const char *directory);
/* The files stay; what is in memory goes, to the disk if that has room by now. */
void account_queue_close(struct account_queue *queue);
/* NULL and an error in the log if there is no place left for it, in memory neither. */
struct account_entry *account_queue_append(struct account_queue *queue,
					   const struct session_account *account);
int account_queue_read(const struct account_queue *queue, const struct account_entry *entry,
		       struct session_account *account, struct err *err);
/* It has to wait: the disk shall have it for certain. */
void account_queue_sync(struct account_queue *queue, struct account_entry *entry);
/* Removes it with its file. */
void account_queue_remove(struct account_queue *queue, struct account_entry *entry);

#endif
