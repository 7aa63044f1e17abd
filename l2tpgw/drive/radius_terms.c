/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/radius_terms.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/hex.h"

#define SUCCESS_SIZE    43 /* the identifier, "S=" and 40 digits (RFC 2548, 2.3.3) */
#define ADDRESS_OF_USER 0xffffffffu
#define ADDRESS_OF_NAS  0xfffffffeu /* both leave the choice to us (RFC 2865, 5.8) */

typedef int read_fn(const struct radius_attribute *attribute, struct radius_terms *terms,
		    struct err *err);

static int no_number(const struct radius_attribute *attribute, struct err *err)
{
	return err_set(err, ERR_FAILED, "attribute %u has %zu bytes in place of 4", attribute->type,
		       attribute->len);
}

/* Of an account for something else, a login at a switch say (RFC 2865, 5.6). */
static int read_service(const struct radius_attribute *attribute, struct radius_terms *terms,
			struct err *err)
{
	uint32_t service;

	(void)terms;
	if (!radius_u32(attribute, &service))
		return no_number(attribute, err);
	if (service != RADIUS_SERVICE_FRAMED)
		return err_set(err, ERR_FAILED, "its Service-Type is %u, not Framed (%d)", service,
			       RADIUS_SERVICE_FRAMED);
	return 0;
}

static int read_protocol(const struct radius_attribute *attribute, struct radius_terms *terms,
			 struct err *err)
{
	uint32_t protocol;

	(void)terms;
	if (!radius_u32(attribute, &protocol))
		return no_number(attribute, err);
	if (protocol != RADIUS_PROTOCOL_PPP)
		return err_set(err, ERR_FAILED, "its Framed-Protocol is %u, not PPP (%d)", protocol,
			       RADIUS_PROTOCOL_PPP);
	return 0;
}

/* The first one counts. */
static int read_text(const struct radius_attribute *attribute, char *out, struct err *err)
{
	for (size_t i = 0; i < attribute->len; i++) {
		if (attribute->value[i] < ' ' || attribute->value[i] > '~')
			return err_set(err, ERR_FAILED, "attribute %u is not printable ASCII",
				       attribute->type);
	}
	if (!*out)
		memcpy(out, attribute->value, attribute->len);
	return 0;
}

static int read_group(const struct radius_attribute *attribute, struct radius_terms *terms,
		      struct err *err)
{
	return read_text(attribute, terms->group, err);
}

static int read_pool(const struct radius_attribute *attribute, struct radius_terms *terms,
		     struct err *err)
{
	return read_text(attribute, terms->pool, err);
}

static int read_address(const struct radius_attribute *attribute, struct radius_terms *terms,
			struct err *err)
{
	if (!radius_u32(attribute, &terms->address))
		return no_number(attribute, err);
	if (terms->address == ADDRESS_OF_USER || terms->address == ADDRESS_OF_NAS)
		terms->address = 0;
	return 0;
}

static int read_time(const struct radius_attribute *attribute, uint32_t *seconds, struct err *err)
{
	uint32_t value;

	if (!radius_u32(attribute, &value))
		return no_number(attribute, err);
	*seconds = value > RADIUS_TIME_MAX ? 0 : value;
	return 0;
}

static int read_session(const struct radius_attribute *attribute, struct radius_terms *terms,
			struct err *err)
{
	return read_time(attribute, &terms->session_timeout, err);
}

static int read_idle(const struct radius_attribute *attribute, struct radius_terms *terms,
		     struct err *err)
{
	return read_time(attribute, &terms->idle_timeout, err);
}

static int read_interim(const struct radius_attribute *attribute, struct radius_terms *terms,
			struct err *err)
{
	if (read_time(attribute, &terms->interim, err) < 0)
		return -1;
	if (terms->interim && terms->interim < RADIUS_INTERIM_MIN)
		terms->interim = RADIUS_INTERIM_MIN;
	return 0;
}

static int read_class(const struct radius_attribute *attribute, struct radius_terms *terms,
		      struct err *err)
{
	uint8_t *at = terms->class + terms->class_len;

	if (2 + attribute->len > sizeof(terms->class) - terms->class_len)
		return err_set(err, ERR_FAILED, "its Class attributes have more than %d bytes",
			       RADIUS_CLASS_MAX);
	at[0] = RADIUS_CLASS;
	at[1] = (uint8_t)(2 + attribute->len);
	memcpy(at + 2, attribute->value, attribute->len);
	terms->class_len += 2 + attribute->len;
	return 0;
}

static int read_success(const struct radius_attribute *attribute, struct radius_terms *terms,
			struct err *err)
{
	char *text = terms->success;
	uint8_t ignored[20];

	if (attribute->len != SUCCESS_SIZE)
		return err_set(err, ERR_FAILED, "its MS-CHAP2-Success has %zu bytes in place of %d",
			       attribute->len, SUCCESS_SIZE);
	memcpy(text, attribute->value + 1, SUCCESS_SIZE - 1);
	if (memcmp(text, "S=", 2) != 0 || !hex_decode(text + 2, ignored, sizeof(ignored)))
		return err_set(err, ERR_FAILED, "its MS-CHAP2-Success is malformed");
	return 0;
}

static int read_rate(const struct radius_attribute *attribute, uint64_t *rate, struct err *err)
{
	uint32_t value;

	if (!radius_u32(attribute, &value))
		return no_number(attribute, err);
	*rate = value && value < RADIUS_RATE_MIN ? RADIUS_RATE_MIN : value;
	return 0;
}

static int read_down(const struct radius_attribute *attribute, struct radius_terms *terms,
		     struct err *err)
{
	return read_rate(attribute, &terms->down, err);
}

static int read_up(const struct radius_attribute *attribute, struct radius_terms *terms,
		   struct err *err)
{
	return read_rate(attribute, &terms->up, err);
}

static const struct {
	uint32_t vendor;
	uint8_t type;
	read_fn *read;
} readers[] = {
	{ RADIUS_NO_VENDOR, RADIUS_SERVICE_TYPE, read_service },
	{ RADIUS_NO_VENDOR, RADIUS_FRAMED_PROTOCOL, read_protocol },
	{ RADIUS_NO_VENDOR, RADIUS_FILTER_ID, read_group },
	{ RADIUS_NO_VENDOR, RADIUS_FRAMED_POOL, read_pool },
	{ RADIUS_NO_VENDOR, RADIUS_FRAMED_IP_ADDRESS, read_address },
	{ RADIUS_NO_VENDOR, RADIUS_SESSION_TIMEOUT, read_session },
	{ RADIUS_NO_VENDOR, RADIUS_IDLE_TIMEOUT, read_idle },
	{ RADIUS_NO_VENDOR, RADIUS_ACCT_INTERIM_INTERVAL, read_interim },
	{ RADIUS_NO_VENDOR, RADIUS_CLASS, read_class },
	{ RADIUS_MICROSOFT, RADIUS_MS_CHAP2_SUCCESS, read_success },
	{ RADIUS_WISPR, RADIUS_WISPR_MAX_DOWN, read_down },
	{ RADIUS_WISPR, RADIUS_WISPR_MAX_UP, read_up },
};

int radius_terms_read(const struct radius_view *view, struct radius_terms *terms, struct err *err)
{
	struct radius_attribute attribute = { 0 };

	*terms = (struct radius_terms){ 0 };
	while (radius_next(view, &attribute)) {
		for (size_t i = 0; i < array_size(readers); i++) {
			if (readers[i].vendor == attribute.vendor &&
			    readers[i].type == attribute.type &&
			    readers[i].read(&attribute, terms, err) < 0)
				return -1;
		}
	}
	return 0;
}

void radius_put_class(struct radius_packet *packet, const uint8_t *class, size_t len)
{
	for (size_t at = 0; at + 2 <= len; at += class[at + 1]) {
		if (class[at + 1] < 2 || class[at + 1] > len - at)
			return;
		radius_put(packet, class[at], class + at + 2, class[at + 1] - 2u);
	}
}
