/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/key_doc.h"

#include <string.h>

#include "base/cleanup.h"
#include "policy/units.h"

void key_doc_name(const char *pointer, struct buf *out)
{
	for (const char *c = pointer + (*pointer == '/'); *c; c++) {
		if (c[0] == '/' && c[1] == '*')
			c++;
		else
			buf_putc(out, *c == '/' ? '.' : *c);
	}
}

static void say_words(const struct key *key, struct buf *out)
{
	for (size_t i = 0; key->words[i]; i++)
		buf_printf(out, "%s\"%s\"",
			   !i                  ? ""
			   : key->words[i + 1] ? ", "
					       : " or ",
			   key->words[i]);
}

static void say_integer(const struct key *key, struct buf *out)
{
	buf_printf(out, "a number from %lld to %lld", key->min, key->max);
}

static void say_duration(const struct key *key, struct buf *out)
{
	char min[UNITS_TEXT_MAX], max[UNITS_TEXT_MAX];

	buf_printf(out, "a duration from %s to %s, such as \"90s\" or \"8h\"%s",
		   units_text((uint64_t)key->min, min), units_text((uint64_t)key->max, max),
		   key->zero ? "; 0 is off" : "");
}

static void say_rate(const struct key *key, struct buf *out)
{
	char min[UNITS_TEXT_MAX], max[UNITS_TEXT_MAX];

	buf_printf(out, "a rate from %s to %s bits a second, such as \"512k\" or \"10M\"%s",
		   units_rate_text((uint64_t)key->min, min),
		   units_rate_text((uint64_t)key->max, max), key->zero ? "; 0 is none" : "");
}

static void say_boolean(const struct key *key, struct buf *out)
{
	(void)key;
	buf_puts(out, "true or false");
}

static void say_address(const struct key *key, struct buf *out)
{
	(void)key;
	buf_puts(out, "an IPv4 address");
}

static void say_network(const struct key *key, struct buf *out)
{
	(void)key;
	buf_puts(out, "an IPv4 network, such as \"10.0.0.0/24\", or a single address");
}

static void say_string(const struct key *key, struct buf *out)
{
	buf_printf(out, "a text of %lld to %lld bytes", key->min, key->max);
}

static void say_list(const struct key *key, struct buf *out)
{
	cleanup_buf struct buf item = BUF_INIT;

	buf_printf(out, "a list of %lld to %lld, each ", key->min, key->max);
	key_doc_values(key->item, &item);
	buf_puts(out, buf_text(&item));
}

static void say_map(const struct key *key, struct buf *out)
{
	buf_printf(out, "an object of up to %lld, each by its name", key->max);
}

static void say_object(const struct key *key, struct buf *out)
{
	buf_puts(out, "an object of ");
	for (size_t i = 0; i < key->keys_count; i++)
		buf_printf(out, "%s%s", i ? ", " : "", key->keys[i].name);
}

static const struct {
	unsigned form;
	void (*say)(const struct key *key, struct buf *out);
} forms[] = {
	{ KEY_WORD, say_words },        { KEY_STRING, say_string },   { KEY_INTEGER, say_integer },
	{ KEY_BOOLEAN, say_boolean },   { KEY_ADDRESS, say_address }, { KEY_NETWORK, say_network },
	{ KEY_DURATION, say_duration }, { KEY_RATE, say_rate },       { KEY_LIST, say_list },
	{ KEY_OBJECT, say_object },     { KEY_MAP, say_map },
};

void key_doc_values(const struct key *key, struct buf *out)
{
	bool more = false;

	for (size_t i = 0; i < array_size(forms) && !key->unsupported; i++) {
		if (!(key->forms & forms[i].form))
			continue;
		buf_puts(out, more ? "; or " : "");
		forms[i].say(key, out);
		more = true;
	}
}

void key_doc_default(const struct key *key, struct buf *out)
{
	if (key->required)
		buf_puts(out, "required");
	else if (key->fallback && key->fallback_doc)
		buf_printf(out, "%s: %s", key->fallback, key->fallback_doc);
	else if (key->fallback || key->fallback_doc)
		buf_puts(out, key->fallback ? key->fallback : key->fallback_doc);
}

const char *key_doc_impact(enum key_impact impact)
{
	switch (impact) {
	case KEY_LIVE:
		return "takes effect at once, nobody is disturbed";
	case KEY_NEW_SESSIONS:
		return "counts from each client's next login";
	case KEY_ROLLING:
		return "new sessions get a new worker, old ones stay on theirs";
	case KEY_DROPS:
		return "ends sessions, and needs --allow-drop";
	}
	return "";
}
