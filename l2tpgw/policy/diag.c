/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/diag.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct diag *diags_push(struct diags *diags, enum diag_severity severity)
{
	size_t *counter = severity == DIAG_ERROR ? &diags->errors : &diags->warnings;
	struct diag *diag;

	if ((*counter)++ >= DIAGS_RAW_MAX)
		return NULL;
	if (!diags->arena) {
		diags->arena = arena_new();
		diags->unchecked = SIZE_MAX;
	}
	diag = arena_push(diags->arena, (void **)&diags->list, &diags->count, sizeof(*diag));
	*diag = (struct diag){ .severity = severity, .pointer = "" };
	return diag;
}

static const char *diags_vprintf(struct diags *diags, const char *fmt, va_list ap)
{
	char text[2048];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	return arena_strdup(diags->arena, text);
}

void diags_add(struct diags *diags, enum diag_severity severity, bool on_key, const char *pointer,
	       const char *fmt, ...)
{
	struct diag *diag = diags_push(diags, severity);
	va_list ap;

	if (!diag)
		return;
	diag->on_key = on_key;
	diag->pointer = arena_strdup(diags->arena, pointer);
	va_start(ap, fmt);
	diag->message = diags_vprintf(diags, fmt, ap);
	va_end(ap);
}

struct diag *diags_add_at(struct diags *diags, size_t start, size_t end, const char *fmt, ...)
{
	struct diag *diag = diags_push(diags, DIAG_ERROR);
	va_list ap;

	if (!diag)
		return NULL;
	diag->start = start;
	diag->end = end;
	diag->located = true;
	va_start(ap, fmt);
	diag->message = diags_vprintf(diags, fmt, ap);
	va_end(ap);
	return diag;
}

/* Whether `pointer` is `outer` or below it. */
static bool below(const char *pointer, const char *outer)
{
	size_t len = strlen(outer);

	return strncmp(pointer, outer, len) == 0 && (pointer[len] == '\0' || pointer[len] == '/');
}

bool diags_clean(const struct diags *diags, const char *pointer)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *diag = &diags->list[i];

		if (diag->severity == DIAG_ERROR &&
		    (below(diag->pointer, pointer) || below(pointer, diag->pointer)))
			return false;
	}
	return true;
}

static size_t path_step(struct buf *out, const char *step, size_t len)
{
	if (len && strspn(step, "0123456789") >= len)
		buf_printf(out, "[%.*s]", (int)len, step);
	else
		buf_printf(out, "%s%.*s", out->len ? "." : "", (int)(len < 64 ? len : 64), step);
	return len;
}

const char *diags_path(struct arena *arena, const char *pointer)
{
	cleanup_buf struct buf out = BUF_INIT;

	while (*pointer == '/') {
		pointer++;
		pointer += path_step(&out, pointer, strcspn(pointer, "/"));
	}
	return out.len ? arena_strdup(arena, buf_text(&out)) : "the policy";
}

void diags_free(struct diags *diags)
{
	arena_free(diags->arena);
	*diags = (struct diags){ 0 };
}
