/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/ufw.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/mem.h"
#include "drive/program_run.h"

#define RULES_MAX (4u << 20)
#define RUN_MS    120000 /* Python that starts other programs; cut off it leaves half of it done */

/* Since 0.34, and before that. */
static const char *const rules_paths[] = { "/etc/ufw/user.rules", "/lib/ufw/user.rules" };

bool ufw_installed(void)
{
	return program_exists(PROGRAM_UFW);
}

static const char mark[] = "### tuple ### ";

/* "### tuple ### allow udp 500 0.0.0.0/0 any 0.0.0.0/0 in comment=6c3274…": in hex. */
bool ufw_rules_have(const char *text, size_t len, const char *comment)
{
	char wanted[2 * UFW_COMMENT_MAX + 16] = " comment=";
	size_t used = strlen(wanted);

	for (const char *at = comment; *at && used + 3 < sizeof(wanted); at++)
		used += (size_t)snprintf(wanted + used, sizeof(wanted) - used, "%02x",
					 (unsigned char)*at);
	for (const char *line = text, *end = text + len; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((stop ? stop : end) - line);

		if (size > sizeof(mark) - 1 + used && !memcmp(line, mark, sizeof(mark) - 1) &&
		    !memcmp(line + size - used, wanted, used))
			return true;
		line += size + 1;
	}
	return false;
}

struct tuple {
	const char *protocol, *port, *destination, *interface;
	bool route;
};

/* Of a rule of opening.c's kind: from anywhere, "allow"; `copy` is cut into words. */
static struct tuple tuple_of(char *copy)
{
	struct tuple tuple = { "any", "any", "0.0.0.0/0", NULL, false };
	const char *word;

	while ((word = strsep(&copy, " "))) {
		if (!strcmp(word, "route"))
			tuple.route = true;
		else if (!strcmp(word, "on"))
			tuple.interface = strsep(&copy, " ");
		else if (!strcmp(word, "proto"))
			tuple.protocol = strsep(&copy, " ");
		else if (!strcmp(word, "to"))
			tuple.destination = strsep(&copy, " ");
		else if (!strcmp(word, "port"))
			tuple.port = strsep(&copy, " ");
	}
	return tuple;
}

/* "udp 500 0.0.0.0/0 any 0.0.0.0/0 in", what is between the action and the comment. */
static void tuple_text(const struct tuple *tuple, struct buf *out)
{
	buf_printf(out, " %s %s %s any 0.0.0.0/0 in%s%s", tuple->protocol, tuple->port,
		   tuple->destination, tuple->interface ? "_" : "",
		   tuple->interface ? tuple->interface : "");
}

static bool begins(const char *line, size_t len, const char *beginning)
{
	return len >= strlen(beginning) && !memcmp(line, beginning, strlen(beginning));
}

/* `line` is what follows the mark: "deny udp 500 …", "route:allow …", "allow_log …". */
static enum ufw_other other_of(const char *line, size_t len, const struct tuple *tuple,
			       const char *text)
{
	static const char route[] = "route:", allow[] = "allow";
	const char *blank;
	size_t rest;

	if (begins(line, len, route) != tuple->route)
		return UFW_NO_OTHER;
	line += tuple->route ? strlen(route) : 0;
	len -= tuple->route ? strlen(route) : 0;
	blank = memchr(line, ' ', len);
	rest = blank ? len - (size_t)(blank - line) : 0;
	if (!rest || !begins(blank, rest, text) ||
	    (rest > strlen(text) && blank[strlen(text)] != ' '))
		return UFW_NO_OTHER;
	return begins(line, len, allow) ? UFW_OTHER_ALLOWS : UFW_OTHER_REFUSES;
}

enum ufw_other ufw_rules_other(const char *text, size_t len, const char *rule)
{
	cleanup_free char *copy = mem_strdup(rule);
	const struct tuple tuple = tuple_of(copy);
	cleanup_buf struct buf wanted = BUF_INIT;
	enum ufw_other other = UFW_NO_OTHER;

	tuple_text(&tuple, &wanted);
	for (const char *line = text, *end = text + len; line < end && !other;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t size = (size_t)((stop ? stop : end) - line);

		if (begins(line, size, mark))
			other = other_of(line + strlen(mark), size - strlen(mark), &tuple,
					 buf_text(&wanted));
		line += size + 1;
	}
	return other;
}

/* Empty if it was never used. */
static int read_rules(struct buf *text, struct err *err)
{
	for (size_t i = 0; i < array_size(rules_paths); i++) {
		if (access(rules_paths[i], F_OK) == 0)
			return file_read(rules_paths[i], RULES_MAX, text, err);
	}
	return 0;
}

int ufw_has(const char *comment, bool *has, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (read_rules(&text, err) < 0)
		return -1;
	*has = ufw_rules_have(buf_text(&text), text.len, comment);
	return 0;
}

int ufw_find_other(const char *rule, enum ufw_other *other, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (read_rules(&text, err) < 0)
		return -1;
	*other = ufw_rules_other(buf_text(&text), text.len, rule);
	return 0;
}

bool ufw_words(char *copy, const char *verb, const char *words[UFW_WORDS_MAX + 1])
{
	size_t count = 0;
	char *word;

	while ((word = strsep(&copy, " "))) {
		bool route = count == 0 && !strcmp(word, "route");

		if (count + 2 > UFW_WORDS_MAX)
			return false;
		if (verb && count == 0 && !route)
			words[count++] = verb;
		words[count++] = word;
		if (verb && route)
			words[count++] = verb;
	}
	words[count] = NULL;
	return true;
}

static int run(const char *rule, const char *verb, const char *comment, struct err *err)
{
	const char *words[UFW_WORDS_MAX + 3];
	cleanup_free char *copy = mem_strdup(rule);
	size_t count = 0;

	if (!ufw_words(copy, verb, words))
		return err_set(err, ERR_INTERNAL, "a rule of too many words: %s", rule);
	while (words[count])
		count++;
	if (comment) {
		words[count++] = "comment";
		words[count++] = comment;
		words[count] = NULL;
	}
	return program_must(PROGRAM_UFW, words, RUN_MS, err);
}

int ufw_add(const char *rule, const char *comment, struct err *err)
{
	return run(rule, NULL, comment, err);
}

int ufw_delete(const char *rule, struct err *err)
{
	/* Without its program the rules mean nothing any more. */
	return ufw_installed() ? run(rule, "delete", NULL, err) : 0;
}
