/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/radius_refusal.h"

#include <string.h>

#define WRONG_PASSWORD 691 /* ERROR_AUTHENTICATION_FAILURE (RFC 2759, 6) */
#define DIGITS_MAX     10

/* "E=" and digits, behind an identifier, which some servers leave out. */
static bool read_error(const struct radius_attribute *attribute, uint64_t *error)
{
	size_t at = attribute->len && attribute->value[0] == 'E' ? 0 : 1;
	size_t digits = 0;

	if (attribute->len < at + 2 || memcmp(attribute->value + at, "E=", 2) != 0)
		return false;
	*error = 0;
	for (at += 2; at < attribute->len && digits < DIGITS_MAX; at++, digits++) {
		if (attribute->value[at] < '0' || attribute->value[at] > '9')
			break;
		*error = *error * 10 + (attribute->value[at] - '0');
	}
	return digits;
}

/* Whatever comes last: people read it, and that is all. */
static void keep_text(const struct radius_attribute *attribute, struct radius_refusal *refusal)
{
	memcpy(refusal->text, attribute->value, attribute->len);
	refusal->text[attribute->len] = '\0';
}

void radius_refusal_read(const struct radius_view *view, struct radius_refusal *refusal)
{
	struct radius_attribute attribute = { 0 };
	bool wrong = false, other = false;
	uint64_t error;

	*refusal = (struct radius_refusal){ 0 };
	while (radius_next(view, &attribute)) {
		if (attribute.vendor == RADIUS_NO_VENDOR &&
		    attribute.type == RADIUS_REPLY_MESSAGE && attribute.len)
			other = true;
		else if (attribute.vendor == RADIUS_MICROSOFT &&
			 attribute.type == RADIUS_MS_CHAP_ERROR && read_error(&attribute, &error))
			*(error == WRONG_PASSWORD ? &wrong : &other) = true;
		else
			continue;
		keep_text(&attribute, refusal);
	}
	refusal->of_password = wrong || !other;
}
