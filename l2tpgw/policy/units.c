/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define DIGITS_MAX 9 /* no overflow, whatever the unit */

static const struct {
	char letter;
	uint32_t seconds;
} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

bool units_parse(const char *text, uint64_t *seconds)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t number = 0;

	if (!digits || digits > DIGITS_MAX || (digits > 1 && text[0] == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(text[i] - '0');
	*seconds = 0;
	if (!text[digits])
		return number == 0;
	for (size_t i = 0; i < array_size(units); i++)
		if (text[digits] == units[i].letter && !text[digits + 1]) {
			*seconds = number * units[i].seconds;
			return true;
		}
	return false;
}

const char *units_text(uint64_t seconds, char out[UNITS_TEXT_MAX])
{
	size_t unit = 0;

	while (unit < array_size(units) - 1 && seconds % units[unit].seconds)
		unit++;
	if (!seconds)
		unit = array_size(units) - 1;
	(void)snprintf(out, UNITS_TEXT_MAX, "%" PRIu64 "%c", seconds / units[unit].seconds,
		       units[unit].letter);
	return out;
}
