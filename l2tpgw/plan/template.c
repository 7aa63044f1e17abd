/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan/template.h"

#include <string.h>

struct expansion {
	const char *name;
	escape_fn *escape;
	const struct template_var *vars;
	struct buf *out;
	struct err *err;
	unsigned line;
	bool inside; /* between @if and @end */
	bool hidden; /* and the condition is false */
};

static int broken(struct expansion *x, const char *what, const char *text, size_t len)
{
	return err_set(x->err, ERR_INTERNAL, "template %s, line %u: %s: %.*s", x->name, x->line,
		       what, (int)len, text);
}

static const struct template_var *find(struct expansion *x, const char *name, size_t len)
{
	for (const struct template_var *var = x->vars; var->name; var++)
		if (strlen(var->name) == len && memcmp(var->name, name, len) == 0)
			return var;
	broken(x, "unknown name", name, len);
	return NULL;
}

static int put_value(struct expansion *x, const char *name, size_t len)
{
	const struct template_var *var = find(x, name, len);

	if (!var)
		return -1;
	if (!var->value)
		return broken(x, "no value", name, len);
	if (var->verbatim) {
		buf_puts(x->out, var->value);
		return 0;
	}
	if (x->escape(var->value, x->out, x->err) < 0)
		return err_wrap(x->err, "%s of %s", var->name, x->name);
	return 0;
}

static int put_line(struct expansion *x, const char *line, const char *end)
{
	while (line < end) {
		const char *open = memmem(line, (size_t)(end - line), "@{", 2);
		const char *close;

		if (!open) {
			buf_append(x->out, line, (size_t)(end - line));
			return 0;
		}
		buf_append(x->out, line, (size_t)(open - line));
		open += 2;
		close = memchr(open, '}', (size_t)(end - open));
		if (!close)
			return broken(x, "placeholder without end", open, (size_t)(end - open));
		if (put_value(x, open, (size_t)(close - open)) < 0)
			return -1;
		line = close + 1;
	}
	return 0;
}

static int begin(struct expansion *x, const char *name, size_t len)
{
	bool negated = len > 0 && name[0] == '!';
	const struct template_var *var = find(x, name + negated, len - negated);

	if (!var)
		return -1;
	if (x->inside)
		return broken(x, "@if inside of @if", name, len);
	x->inside = true;
	x->hidden = !var->value != negated;
	return 0;
}

static int finish(struct expansion *x)
{
	if (!x->inside)
		return broken(x, "stray", "@end", 4);
	x->inside = false;
	x->hidden = false;
	return 0;
}

/* One line, with its newline (the last line may lack it). */
static int expand_line(struct expansion *x, const char *line, const char *end)
{
	const char *word = line + strspn(line, "\t ");
	size_t len = strcspn(word, "\n");

	if (len >= 4 && strncmp(word, "@if ", 4) == 0)
		return begin(x, word + 4, len - 4);
	if (len == 4 && strncmp(word, "@end", 4) == 0)
		return finish(x);
	return x->hidden ? 0 : put_line(x, line, end);
}

int template_expand(const char *name, const char *text, escape_fn *escape,
		    const struct template_var *vars, struct buf *out, struct err *err)
{
	struct expansion x = {
		.name = name, .escape = escape, .vars = vars, .out = out, .err = err
	};

	while (*text) {
		const char *end = text + strcspn(text, "\n");

		if (*end)
			end++;
		x.line++;
		if (expand_line(&x, text, end) < 0)
			return -1;
		text = end;
	}
	return x.inside ? broken(&x, "missing", "@end", 4) : 0;
}

int template_render(const char *name, escape_fn *escape, const struct template_var *vars,
		    struct buf *out, struct err *err)
{
	for (const struct template *t = templates; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return template_expand(name, t->text, escape, vars, out, err);
	return err_set(err, ERR_INTERNAL, "no template %s", name);
}
