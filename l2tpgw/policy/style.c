/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/style.h"

#include <string.h>

#include "policy/quote.h"

void doc_put(struct buf *out, const struct doc *doc, size_t start, size_t end)
{
	buf_append(out, doc->text + start, end - start);
}

static void put_span(struct buf *out, const struct doc *doc, struct span span)
{
	doc_put(out, doc, span.start, span.end);
}

struct style style_of(const struct doc *doc, struct span container, bool last)
{
	struct style style = { .end = container.start + 1 };
	struct span_walk walk;
	struct span_item item;

	span_enter(&walk, doc->text, container);
	while (span_next(&walk, &item)) {
		if (style.count == 0) {
			style.open = (struct span){ container.start + 1, item.start };
			style.colon = (struct span){ item.key.end, item.value.start };
		}
		if (style.count == 1 || (style.count && last))
			style.separator = (struct span){ style.end, item.start };
		style.end = item.value.end;
		style.count++;
	}
	style.close = (struct span){ style.end, container.end - 1 };
	return style;
}

static bool breaks(const struct doc *doc, struct span span)
{
	return span.end > span.start && memchr(doc->text + span.start, '\n', span.end - span.start);
}

/* Whether the document has blanks where JSON needs none. */
static bool spaced(const struct doc *doc)
{
	return doc->top.colon.end - doc->top.colon.start > 1;
}

void doc_open(struct doc *doc, const char *text, size_t len)
{
	*doc = (struct doc){ .text = text, .len = len, .root = span_root(text, len) };
	doc->top = style_of(doc, doc->root, false);
}

void style_separator(struct buf *out, const struct doc *doc, const struct style *style)
{
	if (style->separator.end) {
		put_span(out, doc, style->separator);
		return;
	}
	buf_putc(out, ',');
	if (breaks(doc, style->open))
		put_span(out, doc, style->open);
	else if (spaced(doc))
		buf_putc(out, ' ');
}

void style_value(struct buf *out, const struct edit_member *member)
{
	if (member->text)
		quote_json(out, member->text);
	else
		buf_puts(out, member->literal);
}

void style_member(struct buf *out, const struct doc *doc, const struct style *style,
		  const struct edit_member *member)
{
	quote_json(out, member->key);
	put_span(out, doc, style->colon);
	style_value(out, member);
}

void style_user(struct buf *out, const struct doc *doc, const struct style *style,
		const struct edit_user *user)
{
	const char *pad = breaks(doc, doc->top.open) ? " " : "";

	buf_putc(out, '{');
	if (style)
		put_span(out, doc, style->open);
	else
		buf_puts(out, pad);
	for (size_t i = 0; i < user->count; i++) {
		if (i && style)
			style_separator(out, doc, style);
		else if (i)
			buf_puts(out, spaced(doc) ? ", " : ",");
		style_member(out, doc, style ? style : &doc->top, &user->member[i]);
	}
	if (style)
		put_span(out, doc, style->close);
	else
		buf_puts(out, pad);
	buf_putc(out, '}');
}

/* The line end and indentation before the keys of the root; empty if they stand on one line. */
static struct span line_of(const struct doc *doc)
{
	struct span line = doc->top.open;
	size_t start = line.end;

	if (!breaks(doc, line))
		return (struct span){ line.end, line.end };
	while (doc->text[start - 1] != '\n')
		start--;
	start--;
	if (start > line.start && doc->text[start - 1] == '\r')
		start--;
	return (struct span){ start, line.end };
}

void style_list(struct buf *out, const struct doc *doc, const struct edit_user *users, size_t count)
{
	struct span line = line_of(doc), indent = line;

	while (indent.start < indent.end && strchr("\r\n", doc->text[indent.start]))
		indent.start++;
	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_puts(out, line.end > line.start || !spaced(doc) ? "," : ", ");
		put_span(out, doc, line);
		put_span(out, doc, indent);
		style_user(out, doc, NULL, &users[i]);
	}
	put_span(out, doc, line);
	buf_putc(out, ']');
}
