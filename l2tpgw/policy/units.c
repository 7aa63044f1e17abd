/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define DIGITS_MAX 9 /* no overflow, whatever the unit */

struct unit {
	char letter;
	uint32_t size;
};

/* From large to small; zero has the last one. */
static const struct unit durations[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
static const struct unit rates[] = { { 'G', 1000000000 }, { 'M', 1000000 }, { 'k', 1000 } };

static bool parse(const char *text, const struct unit *units, size_t count, uint64_t *value)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t number = 0;

	if (!digits || digits > DIGITS_MAX || (digits > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	*value = 0;
	if (!text[digits])
		return number == 0;
	for (size_t i = 0; i < count; i++)
		if (text[digits] == units[i].letter && !text[digits + 1]) {
			*value = number * units[i].size;
			return true;
		}
	return false;
}

static const char *text_of(uint64_t value, const struct unit *units, size_t count,
			   char out[UNITS_TEXT_MAX])
{
	size_t unit = 0;

	while (unit < count - 1 && (!value || value % units[unit].size))
		unit++;
	(void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "%c", value / units[unit].size,
		       units[unit].letter);
	return out;
}

bool units_parse(const char *text, uint64_t *seconds)
{
	return parse(text, durations, array_size(durations), seconds);
}

const char *units_text(uint64_t seconds, char out[UNITS_TEXT_MAX])
{
	return text_of(seconds, durations, array_size(durations), out);
}

bool units_rate_parse(const char *text, uint64_t *rate)
{
	return parse(text, rates, array_size(rates), rate);
}

const char *units_rate_text(uint64_t rate, char out[UNITS_TEXT_MAX])
{
	return text_of(rate, rates, array_size(rates), out);
}
