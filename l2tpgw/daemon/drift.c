/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/drift.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "apply/ruleset.h"
#include "base/log.h"
#include "daemon/acls.h"
#include "daemon/holdoff.h"
#include "daemon/loop.h"

#define POLL_MS   5000 /* for sysctls, whose changes nothing announces */
#define RETRY_MS  5000 /* what could not be put back may be possible later */
#define FOUND_MAX 400

struct drift {
	struct gateway *gateway;
	struct holdoff holdoff;
	uint64_t poll_due, retry_due;
	unsigned missed; /* kinds that were to be looked at while the gateway was changed */
	char problem[sizeof(((struct err *)0)->text)]; /* why it was not possible; said once */
};

struct drift *drift_new(struct gateway *gateway)
{
	struct drift *drift = mem_alloc(sizeof(*drift));

	drift->gateway = gateway;
	return drift;
}

void drift_free(struct drift *drift)
{
	free(drift);
}

/* "was removed", "was set to 0", "chain guard has 5 rules instead of 6". */
static const char *found_text(const struct step *step, char out[FOUND_MAX])
{
	const struct object_value *before = &step->before;

	if (!step->after.present)
		(void)snprintf(out, FOUND_MAX, "was added");
	else if (!before->present)
		(void)snprintf(out, FOUND_MAX, "was removed");
	else if (step->object.kind == OBJECT_SYSCTL)
		(void)snprintf(out, FOUND_MAX, "was set to %.64s", before->data);
	else
		(void)snprintf(out, FOUND_MAX, "was changed%s%s", before->note ? ": " : "",
			       before->note ? before->note : "");
	return out;
}

/* True if the step is to be done now. */
static bool judge(struct drift *drift, const struct step *step)
{
	char what[HOLDOFF_NAME_MAX], found[FOUND_MAX];
	enum holdoff_verdict verdict;

	(void)object_text(&step->object, what, sizeof(what));
	verdict = holdoff_found(&drift->holdoff, what, loop_ms());
	if (verdict == HOLDOFF_PAUSE)
		log_error("drift: %s %s, for the %dth time in a minute: somebody else insists. It "
			  "is put back every %d s from now on",
			  what, found_text(step, found), HOLDOFF_TIMES + 1,
			  HOLDOFF_PAUSE_MS / 1000);
	return verdict == HOLDOFF_GO;
}

static void keep_judged(struct drift *drift, struct steps *steps)
{
	size_t kept = 0;

	for (size_t i = 0; i < steps->count; i++) {
		if (judge(drift, &steps->list[i]))
			steps->list[kept++] = steps->list[i];
	}
	steps->count = kept;
}

static void failed(struct drift *drift, const struct err *err)
{
	if (strcmp(drift->problem, err->text) != 0)
		log_error("drift cannot be put back: %s", err->text);
	(void)snprintf(drift->problem, sizeof(drift->problem), "%s", err->text);
	drift->gateway->broken = true;
	drift->retry_due = loop_ms() + RETRY_MS;
}

static void tell(const struct steps *steps, const char *outcome)
{
	char what[HOLDOFF_NAME_MAX], found[FOUND_MAX];

	for (size_t i = 0; i < steps->count; i++)
		log_warning("drift: %s %s; %s",
			    object_text(&steps->list[i].object, what, sizeof(what)),
			    found_text(&steps->list[i], found), outcome);
}

static bool has_ruleset(const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		if (steps->list[i].object.kind == OBJECT_RULESET)
			return true;
	}
	return false;
}

void drift_repair(struct drift *drift, unsigned kinds)
{
	struct gateway *gateway = drift->gateway;
	const struct machine machine = machine_here(&gateway->paths);
	cleanup_arena struct arena *arena = arena_new();
	struct err err = { .code = ERR_NONE };
	struct steps steps;

	if (gateway->changing)
		drift->missed |= kinds;
	if (gateway->stopping || gateway->changing || !gateway->plan)
		return;
	if (kinds & OBJECT_BIT(OBJECT_RULESET) && !ruleset_is_unchanged())
		acls_check(gateway->acls);
	if (apply_diff(&machine, gateway->plan, kinds, arena, &steps, &err) < 0) {
		failed(drift, &err);
		return;
	}
	keep_judged(drift, &steps);
	if (apply_run(&machine, &steps, &err) < 0) {
		tell(&steps, "not put back");
		failed(drift, &err);
		return;
	}
	tell(&steps, "put back");
	if (has_ruleset(&steps))
		gateway_refill(gateway);
	if (kinds != OBJECT_ALL)
		return;
	gateway->broken = false;
	drift->problem[0] = '\0';
}

static void repair_missed(struct drift *drift)
{
	unsigned kinds = drift->missed;

	if (!kinds || drift->gateway->changing)
		return;
	drift->missed = 0;
	drift_repair(drift, kinds);
}

void drift_tick(struct drift *drift)
{
	uint64_t now = loop_ms();
	bool left = holdoff_due(&drift->holdoff) <= now;

	repair_missed(drift);
	if (left || (drift->gateway->broken && now >= drift->retry_due)) {
		holdoff_looked(&drift->holdoff, now);
		drift->retry_due = now + RETRY_MS;
		drift_repair(drift, OBJECT_ALL);
	} else if (now >= drift->poll_due) {
		drift->poll_due = now + POLL_MS;
		drift_repair(drift, OBJECT_BIT(OBJECT_SYSCTL));
	}
}
