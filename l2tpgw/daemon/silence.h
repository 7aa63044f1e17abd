/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_SILENCE_H
#define L2TPGW_DAEMON_SILENCE_H

/*
 * When a process that does not answer is dead. Where everybody dials at once it is only slow: it
 * gets CPU time, or waits for it. Nor does one unanswered question tell much, for it may have been
 * the one who asks that was held up. Pure.
 */
#include <stdbool.h>
#include <stdint.h>

#define SILENCE_QUESTIONS_MAX 6u /* unanswered in a row: it serves nobody */

struct silence {
	unsigned questions; /* unanswered in a row */
	uint64_t cpu;       /* what it had used when the last one remained so */
};

/* It answered, or was started. */
void silence_broken(struct silence *silence);
/*
 * One more question remained unanswered. `cpu`: the time it has used so far, in any unit;
 * `runnable`: it runs, or would if there were a CPU for it. True = it is dead.
 */
bool silence_is_death(struct silence *silence, uint64_t cpu, bool runnable);

#endif
