/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/holdoff.h"

#include <stdio.h>
#include <string.h>

static struct holdoff_object *object_of(struct holdoff *holdoff, const char *name, uint64_t now)
{
	struct holdoff_object *oldest = &holdoff->objects[0];

	for (unsigned i = 0; i < HOLDOFF_TRACKED; i++) {
		struct holdoff_object *object = &holdoff->objects[i];

		if (!strncmp(object->name, name, HOLDOFF_NAME_MAX - 1))
			return object;
		if (object->last < oldest->last)
			oldest = object;
	}
	*oldest = (struct holdoff_object){ .since = now, .last = now };
	(void)snprintf(oldest->name, sizeof(oldest->name), "%s", name);
	return oldest;
}

static bool at_peace(const struct holdoff_object *object, uint64_t now)
{
	return object->due ? now >= object->due + HOLDOFF_WINDOW_MS
			   : now - object->since >= HOLDOFF_WINDOW_MS;
}

enum holdoff_verdict holdoff_found(struct holdoff *holdoff, const char *name, uint64_t now)
{
	struct holdoff_object *object = object_of(holdoff, name, now);

	if (at_peace(object, now)) {
		object->since = now;
		object->count = 0;
		object->due = 0;
	}
	object->last = now;
	object->left = true;
	if (object->due && now < object->due)
		return HOLDOFF_WAIT;
	if (!object->due && object->count == HOLDOFF_TIMES) {
		object->due = now + HOLDOFF_PAUSE_MS;
		return HOLDOFF_PAUSE;
	}
	if (object->due)
		object->due = now + HOLDOFF_PAUSE_MS;
	else
		object->count++;
	object->left = false;
	return HOLDOFF_GO;
}

uint64_t holdoff_due(const struct holdoff *holdoff)
{
	uint64_t due = UINT64_MAX;

	for (unsigned i = 0; i < HOLDOFF_TRACKED; i++) {
		const struct holdoff_object *object = &holdoff->objects[i];

		if (object->left && object->due < due)
			due = object->due;
	}
	return due;
}

void holdoff_looked(struct holdoff *holdoff, uint64_t now)
{
	for (unsigned i = 0; i < HOLDOFF_TRACKED; i++) {
		if (holdoff->objects[i].due <= now)
			holdoff->objects[i].left = false;
	}
}
