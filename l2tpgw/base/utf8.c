/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

#include <string.h>

#include "base/cleanup.h"

struct utf8_lead {
	uint8_t mask, bits; /* (byte & mask) == bits */
	uint8_t len;
	uint32_t min; /* smaller code points are overlong */
};

static const struct utf8_lead utf8_leads[] = {
	{ 0x80, 0x00, 1, 0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

static const struct utf8_lead *utf8_lead(uint8_t byte)
{
	for (size_t i = 0; i < array_size(utf8_leads); i++)
		if ((byte & utf8_leads[i].mask) == utf8_leads[i].bits)
			return &utf8_leads[i];
	return NULL;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *code)
{
	const uint8_t *bytes = (const uint8_t *)text;
	const struct utf8_lead *lead = len ? utf8_lead(bytes[0]) : NULL;
	uint32_t value;

	if (!lead || lead->len > len)
		return 0;
	value = bytes[0] & (uint8_t)~lead->mask;
	for (size_t i = 1; i < lead->len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < lead->min || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*code = value;
	return lead->len;
}

struct utf8_range {
	uint32_t first, last;
	int width;
};

/* Sorted. Only what terminals agree about; characters that reorder or hide text are never shown. */
static const struct utf8_range utf8_ranges[] = {
	{ 0x0000, 0x001f, -1 },  { 0x007f, 0x009f, -1 },  { 0x00ad, 0x00ad, -1 },
	{ 0x0300, 0x036f, 0 },   { 0x061c, 0x061c, -1 },  { 0x1100, 0x115f, 2 },
	{ 0x180e, 0x180e, -1 },  { 0x200b, 0x200f, -1 },  { 0x2028, 0x202e, -1 },
	{ 0x2060, 0x206f, -1 },  { 0x20d0, 0x20ff, 0 },   { 0x2e80, 0x303e, 2 },
	{ 0x3041, 0xa4cf, 2 },   { 0xac00, 0xd7a3, 2 },   { 0xe000, 0xf8ff, -1 },
	{ 0xf900, 0xfaff, 2 },   { 0xfe00, 0xfe0f, 0 },   { 0xfe30, 0xfe6f, 2 },
	{ 0xfeff, 0xfeff, -1 },  { 0xff00, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
	{ 0xfff0, 0xfffb, -1 },  { 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
	{ 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 }, { 0xe0000, 0x10ffff, -1 },
};

int utf8_width(uint32_t code)
{
	for (size_t i = 0; i < array_size(utf8_ranges) && code >= utf8_ranges[i].first; i++)
		if (code <= utf8_ranges[i].last)
			return utf8_ranges[i].width;
	return 1;
}

size_t utf8_floor(const char *text, size_t at)
{
	for (int i = 0; i < 3 && at && ((uint8_t)text[at] & 0xc0) == 0x80; i++)
		at--;
	return at;
}

void utf8_clean(char *text)
{
	size_t len = strlen(text);

	for (size_t at = 0; at < len;) {
		uint32_t code = 0;
		size_t step = utf8_decode(text + at, len - at, &code);

		if (step && utf8_width(code) >= 0) {
			at += step;
			continue;
		}
		step = step ? step : 1;
		memset(text + at, '?', step);
		at += step;
	}
}
