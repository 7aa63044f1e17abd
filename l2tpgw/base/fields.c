/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void fields_init(struct fields *fields)
{
	fields->len = 0;
	fields->failed = false;
	fields->data[0] = '\0';
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(const char *field)
{
	size_t n = 0;

	while (is_name_char(field[n]))
		n++;
	return field[n] == '=' ? n : 0;
}

static const char *fields_find(const struct fields *fields, size_t end, const char *name,
			       size_t name_len)
{
	for (size_t at = 0; at < end; at += strlen(fields->data + at) + 1) {
		if (name_length(fields->data + at) == name_len &&
		    !memcmp(fields->data + at, name, name_len))
			return fields->data + at + name_len + 1;
	}
	return NULL;
}

static bool is_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_name_char(name[i]))
			return false;
	}
	return len > 0;
}

void fields_put(struct fields *fields, const char *name, const char *value)
{
	size_t room = sizeof(fields->data) - fields->len;
	size_t name_len = strlen(name), value_len = strlen(value);

	/* What the other end would not take is not sent. */
	if (fields->failed || name_len + value_len + 2 > room || !is_name(name, name_len) ||
	    fields_find(fields, fields->len, name, name_len)) {
		fields->failed = true;
		return;
	}
	memcpy(fields->data + fields->len, name, name_len);
	fields->data[fields->len + name_len] = '=';
	memcpy(fields->data + fields->len + name_len + 1, value, value_len + 1);
	fields->len += name_len + value_len + 2;
}

void fields_put_number(struct fields *fields, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	fields_put(fields, name, text);
}

bool fields_decode(struct fields *fields, const void *data, size_t len)
{
	fields_init(fields);
	fields->failed = true;
	if (!len || len > sizeof(fields->data) || ((const char *)data)[len - 1] != '\0')
		return false;
	memcpy(fields->data, data, len);
	for (size_t at = 0; at < len; at += strlen(fields->data + at) + 1) {
		size_t name_len = name_length(fields->data + at);

		if (!name_len || fields_find(fields, at, fields->data + at, name_len))
			return false;
	}
	fields->len = len;
	fields->failed = false;
	return true;
}

const char *fields_get(const struct fields *fields, const char *name)
{
	return fields_find(fields, fields->len, name, strlen(name));
}

bool fields_number(const struct fields *fields, const char *name, uint64_t max, uint64_t *value)
{
	const char *text = fields_get(fields, name);
	uint64_t sum = 0;

	if (!text || !*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (sum > max)
		return false;
	*value = sum;
	return true;
}

void fields_wipe(struct fields *fields)
{
	explicit_bzero(fields, sizeof(*fields));
}
