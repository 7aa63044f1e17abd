/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/step_changes.h"

#include <string.h>

#define TEXT_MAX 160

/* What a file is for: those who read it only once see a change at their next start. */
static enum key_impact file_impact(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!strcmp(name, "ppp-options"))
		return KEY_NEW_SESSIONS;
	return strncmp(name, "xl2tpd-", 7) ? KEY_LIVE : KEY_ROLLING;
}

static enum change_action action_of(const struct step *step)
{
	if (!step->after.present)
		return CHANGE_REMOVE;
	return step->before.present ? CHANGE_SET : CHANGE_ADD;
}

void step_changes(struct changes *changes, const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->list[i];
		bool file = step->object.kind == OBJECT_FILE;
		char text[TEXT_MAX];

		(void)change_add(changes, object_text(&step->object, text, sizeof(text)),
				 action_of(step), file ? file_impact(step->object.name) : KEY_LIVE,
				 step->before.note);
	}
}
