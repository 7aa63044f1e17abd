/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnoses as text. A line of the policy is shown with every value hidden whose key is not known
 * to be harmless, because what is printed here ends up in terminals, logs and bug reports.
 */
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "policy/diag.h"
#include "policy/mask.h"

#define WINDOW_LINE 120 /* bytes of a line that are always shown whole */
#define WINDOW_LEFT 50  /* bytes before the fault in longer ones */
#define MASKS_MAX   (WINDOW_LINE + 8)

struct mask {
	size_t start, end;
	bool quoted;
};

struct render {
	const struct diags *diags;
	const char *text;
	size_t len;
	struct buf *out;

	struct mask_reader reader; /* goes on where the last line's window began: linear over all */

	size_t from, to; /* the window */
	bool cut_left, cut_right;
	struct mask masks[MASKS_MAX];
	size_t masks_count;
	struct buf line, carets;
};

/* One character, made harmless for a terminal; returns the columns it takes. */
static size_t put_code(struct buf *out, const char *bytes, size_t len, uint32_t code)
{
	int width = len ? utf8_width(code) : -1;
	size_t before = out->len;

	if (width >= 0) {
		buf_append(out, bytes, len);
		return (size_t)width;
	}
	if (!len)
		buf_printf(out, "<%02X>", (unsigned char)*bytes);
	else
		buf_printf(out, "<U+%04X>", code);
	return out->len - before;
}

static void put_text(struct buf *out, const char *text)
{
	size_t len = strlen(text), step;
	uint32_t code = 0;

	for (; len; text += step, len -= step) {
		step = utf8_decode(text, len, &code);
		(void)put_code(out, text, step, code);
		step = step ? step : 1;
	}
}

static void find_window(struct render *r, const struct diag *diag)
{
	size_t left = diag->start, right = diag->start;

	while (left && r->text[left - 1] != '\n' && diag->start - left < WINDOW_LINE)
		left--;
	while (right < r->len && r->text[right] != '\n' && right - diag->start < WINDOW_LINE)
		right++;
	r->from = left;
	r->to = right;
	if (right - left > WINDOW_LINE) {
		if (diag->start - left > WINDOW_LEFT)
			r->from = utf8_floor(r->text, diag->start - WINDOW_LEFT);
		if (right - r->from > WINDOW_LINE)
			r->to = utf8_floor(r->text, r->from + WINDOW_LINE);
	}
	r->cut_left = r->from && r->text[r->from - 1] != '\n';
	r->cut_right = r->to < r->len && r->text[r->to] != '\n';
	if (r->to > r->from && r->text[r->to - 1] == '\r')
		r->to--;
}

/* What stands behind a fault may be anything. */
static bool read_token(const struct render *r, struct mask_reader *reader, struct token token)
{
	bool hidden = mask_read(reader, r->text, r->len, token);

	return token.start < r->diags->unchecked ? hidden : token.type != TOKEN_PUNCTUATION;
}

static void find_masks(struct render *r)
{
	struct mask_reader reader = r->reader;

	r->masks_count = 0;
	for (;;) {
		struct token token = token_next(r->text, r->len, reader.at);

		if (token.type == TOKEN_END || token.start >= r->to)
			break;
		if (read_token(r, &reader, token) && token.end > r->from &&
		    r->masks_count < MASKS_MAX)
			r->masks[r->masks_count++] =
			    (struct mask){ token.start, token.end, r->text[token.start] == '"' };
		if (token.end <= r->from)
			r->reader = reader;
	}
}

static void put_carets(struct render *r, const struct diag *diag, size_t start, size_t end,
		       size_t columns)
{
	bool inside = start < diag->end && end > diag->start;

	for (; columns; columns--)
		buf_putc(&r->carets, !inside ? ' ' : strchr(buf_text(&r->carets), '^') ? '~' : '^');
}

static size_t put_mask(struct render *r, const struct diag *diag, const struct mask *mask)
{
	const char *quote = mask->quoted ? "\"" : "";

	buf_printf(&r->line, "%s%s%s", quote, MASK, quote);
	put_carets(r, diag, mask->start, mask->end, strlen(MASK) + 2 * strlen(quote));
	return mask->end;
}

static size_t put_char(struct render *r, const struct diag *diag, size_t at)
{
	uint32_t code = 0;
	size_t step = utf8_decode(r->text + at, r->len - at, &code), columns;

	if (code == '\t') {
		columns = 8 - r->carets.len % 8;
		buf_printf(&r->line, "%*s", (int)columns, "");
	} else {
		columns = put_code(&r->line, r->text + at, step, code);
	}
	step = step ? step : 1;
	put_carets(r, diag, at, at + step, columns);
	return at + step;
}

static void put_window(struct render *r, const struct diag *diag)
{
	const struct mask *mask = r->masks, *masks_end = r->masks + r->masks_count;
	size_t at = r->from;

	if (r->cut_left) {
		buf_puts(&r->line, "...");
		buf_puts(&r->carets, "   ");
	}
	while (at < r->to) {
		while (mask < masks_end && mask->end <= at)
			mask++;
		if (mask < masks_end && mask->start <= at)
			at = put_mask(r, diag, mask);
		else
			at = put_char(r, diag, at);
	}
	if (r->cut_right)
		buf_puts(&r->line, "...");
	if (!strchr(buf_text(&r->carets), '^'))
		buf_putc(&r->carets, '^');
	while (r->carets.len && r->carets.data[r->carets.len - 1] == ' ')
		r->carets.data[--r->carets.len] = '\0';
}

static void render_diag(struct render *r, const char *file, const struct diag *diag)
{
	put_text(r->out, file);
	buf_printf(r->out, ":%u:%u: %s: ", diag->line, diag->column,
		   diag->severity == DIAG_ERROR ? "error" : "warning");
	put_text(r->out, diag->message);
	buf_putc(r->out, '\n');
	if (!r->len)
		return;
	find_window(r, diag);
	find_masks(r);
	put_window(r, diag);
	buf_printf(r->out, "%5u | %s\n      | %s\n", diag->line, buf_text(&r->line),
		   buf_text(&r->carets));
	buf_free(&r->line);
	buf_free(&r->carets);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void render_sum(const struct diags *diags, struct buf *out)
{
	size_t more = diags->errors + diags->warnings - diags->count;

	if (more)
		buf_printf(out, "%zu more %s not shown\n", more, more == 1 ? "is" : "are");
	if (diags->errors)
		buf_printf(out, "%zu error%s", diags->errors, plural(diags->errors));
	if (diags->warnings)
		buf_printf(out, "%s%zu warning%s", diags->errors ? ", " : "", diags->warnings,
			   plural(diags->warnings));
	if (diags->errors)
		buf_puts(out, "; nothing was changed");
	if (diags->errors || diags->warnings)
		buf_putc(out, '\n');
}

void diags_render(const struct diags *diags, const char *file, const char *text, size_t len,
		  struct buf *out)
{
	struct render r = { .diags = diags, .text = text, .len = len, .out = out };

	r.reader.hidden = true;
	for (size_t i = 0; i < diags->count; i++)
		render_diag(&r, file, &diags->list[i]);
	render_sum(diags, out);
}
