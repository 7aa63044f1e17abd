/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/silence.h"

void silence_broken(struct silence *silence)
{
	*silence = (struct silence){ 0 };
}

bool silence_is_death(struct silence *silence, uint64_t cpu, bool runnable)
{
	bool busy = runnable || cpu != silence->cpu;

	silence->cpu = cpu;
	silence->questions++;
	if (silence->questions == 1)
		return false;
	return !busy || silence->questions >= SILENCE_QUESTIONS_MAX;
}
