/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define TEXT_MAX 512

static const struct {
	const char *name; /* in JSON */
	const char *mark; /* in front of a line */
} severities[SEVERITIES] = {
	[FINDING_GOOD] = { "ok", "ok" },
	[FINDING_NOTE] = { "note", "note" },
	[FINDING_WARNING] = { "warning", "WARNING" },
	[FINDING_PROBLEM] = { "problem", "PROBLEM" },
};

void finding_add(struct findings *findings, const char *layer, enum severity severity,
		 const char *fmt, ...)
{
	struct finding *finding = arena_push(findings->arena, (void **)&findings->list,
					     &findings->count, sizeof(*finding));
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	*finding = (struct finding){ .layer = layer,
				     .severity = severity,
				     .text = arena_strdup(findings->arena, text) };
}

void finding_remedy(struct findings *findings, const char *fmt, ...)
{
	struct finding *finding = &findings->list[findings->count - 1];
	char text[TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	finding->remedy = finding->remedy
			      ? arena_printf(findings->arena, "%s\n%s", finding->remedy, text)
			      : arena_strdup(findings->arena, text);
}

size_t findings_of(const struct findings *findings, enum severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].severity == severity;
	return count;
}

static void print_remedy(const char *remedy, FILE *out)
{
	while (*remedy) {
		size_t len = strcspn(remedy, "\n");

		(void)fprintf(out, "%22s%.*s\n", "-> ", (int)len, remedy);
		remedy += len + (remedy[len] == '\n');
	}
}

void findings_print(const struct findings *findings, enum severity least, FILE *out)
{
	const char *layer = "";

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		if (finding->severity < least)
			continue;
		(void)fprintf(out, "%-10s %-8s %s\n",
			      strcmp(layer, finding->layer) ? finding->layer : "",
			      severities[finding->severity].mark, finding->text);
		if (finding->remedy)
			print_remedy(finding->remedy, out);
		layer = finding->layer;
	}
}

json_t *findings_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		(void)json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s?}", "layer", finding->layer, "severity",
				    severities[finding->severity].name, "text", finding->text,
				    "remedy", finding->remedy));
	}
	return list;
}
