/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_APPLY_JOURNAL_H
#define L2TPGW_APPLY_JOURNAL_H

/*
 * STATE/journal: which change of the gateway is under way, so that the next l2tpgwd knows after a
 * crash. It is there before anything is touched and goes when all is done. Everything converges to
 * a plan, so it needs no list of steps: only from which generation to which.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "drive/boot.h"
#include "drive/paths.h"

enum journal_phase {
	JOURNAL_APPLYING,   /* what runs is something between `from` and `to` */
	JOURNAL_CONFIRMING, /* `to` is in force, and `from` comes back unless it is confirmed */
};

struct journal {
	enum journal_phase phase;
	unsigned from;  /* the generation in force before; 0 = none */
	unsigned to;    /* the one being applied */
	bool installed; /* the policy file was, or is being, replaced by what `to` says */
	char who[64];
	char what[128];
	int64_t since;           /* wall seconds */
	unsigned confirm_within; /* s; 0 = it needs no confirmation */
	char boot[BOOT_ID_MAX];  /* `confirm_by` counts since this boot */
	uint64_t confirm_by;     /* ms since boot; meaningful while CONFIRMING */
};

/* Atomic and synced. */
int journal_write(const struct paths *paths, const struct journal *journal, struct err *err);
/* 0; 1 = there is none: nothing is under way. One that is damaged is an error. */
int journal_read(const struct paths *paths, struct journal *journal, struct err *err);
int journal_remove(const struct paths *paths, struct err *err);
/* Starts the time in which it has to be confirmed. */
int journal_confirming(struct journal *journal, struct err *err);
/* How long it may still be confirmed, in ms; 0 = it is too late, or that was before a reboot. */
uint64_t journal_left_ms(const struct journal *journal, const char *boot, uint64_t now_ms);

#endif
