/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_FINDING_H
#define L2TPGW_CLI_FINDING_H

/* What was found out about this machine, layer by layer, and what to do about it. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/mem.h"

enum severity { /* from harmless to not */
		FINDING_GOOD,
		FINDING_NOTE,    /* worth knowing; nothing to do */
		FINDING_WARNING, /* works, but not as it should or not for everybody */
		FINDING_PROBLEM, /* the gateway cannot work */
};
#define SEVERITIES 4

struct finding {
	const char *layer; /* "kernel", "packages", … */
	enum severity severity;
	const char *text;   /* one sentence without its full stop */
	const char *remedy; /* lines; NULL = there is nothing to do */
};

struct findings {
	struct arena *arena;
	struct finding *list;
	size_t count;
};

/* The finding may be given a remedy by finding_remedy(), which concerns the last one added. */
void finding_add(struct findings *findings, const char *layer, enum severity severity,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Called again, it adds a line. */
void finding_remedy(struct findings *findings, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* How many are of that severity. */
size_t findings_of(const struct findings *findings, enum severity severity);
/* As text, from `least` on. */
void findings_print(const struct findings *findings, enum severity least, FILE *out);
/* {"layer","severity","text","remedy"} each. */
json_t *findings_json(const struct findings *findings);

#endif
