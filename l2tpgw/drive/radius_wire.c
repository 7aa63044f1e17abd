/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/radius_wire.h"

#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <string.h>

#define ID_AT     1
#define LENGTH_AT 2
#define AUTH_AT   4

#define SIGNATURE_SIZE (2 + RADIUS_AUTH_SIZE) /* a Message-Authenticator with its head */
#define VENDOR_HEAD    4                      /* the vendor's number */

static const uint8_t zeros[RADIUS_AUTH_SIZE];

/* ---- writing ---- */

void radius_begin(struct radius_packet *packet, enum radius_code code, bool signed_)
{
	packet->len = RADIUS_HEADER_SIZE;
	packet->failed = false;
	memset(packet->data, 0, RADIUS_HEADER_SIZE);
	packet->data[0] = (uint8_t)code;
	if (signed_)
		radius_put(packet, RADIUS_MESSAGE_AUTHENTICATOR, zeros, sizeof(zeros));
}

/* Room for an attribute of that many bytes in all; NULL if there is none. */
static uint8_t *extend(struct radius_packet *packet, size_t len)
{
	uint8_t *at = packet->data + packet->len;

	if (len > 2 + RADIUS_VALUE_MAX || len > RADIUS_PACKET_MAX - packet->len) {
		packet->failed = true;
		return NULL;
	}
	packet->len += len;
	return at;
}

static void put_attribute(uint8_t *at, uint8_t type, const void *data, size_t len)
{
	at[0] = type;
	at[1] = (uint8_t)(2 + len);
	memcpy(at + 2, data, len);
}

static void put_number(uint8_t out[4], uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (24 - 8 * i));
}

void radius_put(struct radius_packet *packet, uint8_t type, const void *data, size_t len)
{
	uint8_t *at = extend(packet, 2 + len);

	if (at)
		put_attribute(at, type, data, len);
}

void radius_put_text(struct radius_packet *packet, uint8_t type, const char *text)
{
	size_t len = strnlen(text, RADIUS_VALUE_MAX);

	if (len)
		radius_put(packet, type, text, len);
}

void radius_put_u32(struct radius_packet *packet, uint8_t type, uint32_t value)
{
	uint8_t bytes[4];

	put_number(bytes, value);
	radius_put(packet, type, bytes, sizeof(bytes));
}

void radius_put_vendor(struct radius_packet *packet, uint32_t vendor, uint8_t type,
		       const void *data, size_t len)
{
	uint8_t *at = extend(packet, 2 + VENDOR_HEAD + 2 + len);

	if (!at)
		return;
	at[0] = RADIUS_VENDOR_SPECIFIC;
	at[1] = (uint8_t)(2 + VENDOR_HEAD + 2 + len);
	put_number(at + 2, vendor);
	put_attribute(at + 2 + VENDOR_HEAD, type, data, len);
}

/* ---- authenticators ---- */

/* HMAC-MD5 over the packet with that authenticator and an empty Message-Authenticator at `at`. */
static void signature(const uint8_t *data, size_t len,
		      const uint8_t authenticator[RADIUS_AUTH_SIZE], size_t at,
		      struct radius_secret secret, uint8_t out[RADIUS_AUTH_SIZE])
{
	struct hmac_md5_ctx hmac;

	hmac_md5_set_key(&hmac, secret.len, secret.data);
	hmac_md5_update(&hmac, AUTH_AT, data);
	hmac_md5_update(&hmac, RADIUS_AUTH_SIZE, authenticator);
	hmac_md5_update(&hmac, at + 2 - RADIUS_HEADER_SIZE, data + RADIUS_HEADER_SIZE);
	hmac_md5_update(&hmac, RADIUS_AUTH_SIZE, zeros);
	hmac_md5_update(&hmac, len - at - SIGNATURE_SIZE, data + at + SIGNATURE_SIZE);
	hmac_md5_digest(&hmac, RADIUS_AUTH_SIZE, out);
	explicit_bzero(&hmac, sizeof(hmac));
}

/* MD5 over the packet with that authenticator, and the secret behind it. */
static void digest(const uint8_t *data, size_t len, const uint8_t authenticator[RADIUS_AUTH_SIZE],
		   struct radius_secret secret, uint8_t out[RADIUS_AUTH_SIZE])
{
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, AUTH_AT, data);
	md5_update(&md5, RADIUS_AUTH_SIZE, authenticator);
	md5_update(&md5, len - RADIUS_HEADER_SIZE, data + RADIUS_HEADER_SIZE);
	md5_update(&md5, secret.len, secret.data);
	md5_digest(&md5, RADIUS_AUTH_SIZE, out);
	explicit_bzero(&md5, sizeof(md5));
}

static void sign(struct radius_packet *packet, uint8_t id,
		 const uint8_t authenticator[RADIUS_AUTH_SIZE], struct radius_secret secret)
{
	uint8_t *data = packet->data;

	data[ID_AT] = id;
	data[LENGTH_AT] = (uint8_t)(packet->len >> 8);
	data[LENGTH_AT + 1] = (uint8_t)packet->len;
	if (packet->len > RADIUS_HEADER_SIZE &&
	    data[RADIUS_HEADER_SIZE] == RADIUS_MESSAGE_AUTHENTICATOR)
		signature(data, packet->len, authenticator, RADIUS_HEADER_SIZE, secret,
			  data + RADIUS_HEADER_SIZE + 2);
}

void radius_finish_random(struct radius_packet *packet, uint8_t id,
			  const uint8_t random[RADIUS_AUTH_SIZE], struct radius_secret secret)
{
	sign(packet, id, random, secret);
	memcpy(packet->data + AUTH_AT, random, RADIUS_AUTH_SIZE);
}

void radius_finish_request(struct radius_packet *packet, uint8_t id, struct radius_secret secret)
{
	radius_finish_reply(packet, id, zeros, secret);
}

void radius_finish_reply(struct radius_packet *packet, uint8_t id,
			 const uint8_t request[RADIUS_AUTH_SIZE], struct radius_secret secret)
{
	sign(packet, id, request, secret);
	digest(packet->data, packet->len, request, secret, packet->data + AUTH_AT);
}

const uint8_t *radius_authenticator(const struct radius_packet *packet)
{
	return packet->data + AUTH_AT;
}

/* ---- reading ---- */

bool radius_read(struct radius_view *view, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	size_t own, step;

	if (len < RADIUS_HEADER_SIZE)
		return false;
	own = (size_t)bytes[LENGTH_AT] << 8 | bytes[LENGTH_AT + 1];
	if (own < RADIUS_HEADER_SIZE || own > RADIUS_PACKET_MAX || own > len)
		return false;
	for (size_t at = RADIUS_HEADER_SIZE; at < own; at += step) {
		step = own - at < 2 ? 0 : bytes[at + 1];
		if (step < 2 || step > own - at)
			return false;
	}
	*view = (struct radius_view){ .code = bytes[0],
				      .id = bytes[ID_AT],
				      .data = bytes,
				      .len = own,
				      .authenticator = bytes + AUTH_AT };
	return true;
}

static uint32_t number(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* Whether the value of a Vendor-Specific attribute is a vendor's number and attributes. */
static bool has_parts(const uint8_t *value, size_t len)
{
	size_t step;

	if (len < VENDOR_HEAD + 2)
		return false;
	for (size_t at = VENDOR_HEAD; at < len; at += step) {
		step = len - at < 2 ? 0 : value[at + 1];
		if (step < 2 || step > len - at)
			return false;
	}
	return true;
}

static void take_part(struct radius_attribute *attribute, const uint8_t *value, size_t len)
{
	const uint8_t *part = value + attribute->sub;

	attribute->vendor = number(value);
	attribute->type = part[0];
	attribute->value = part + 2;
	attribute->len = (size_t)part[1] - 2;
	attribute->sub += part[1];
	if (attribute->sub < len)
		return;
	attribute->sub = 0;
	attribute->at += 2 + len;
}

bool radius_next(const struct radius_view *view, struct radius_attribute *attribute)
{
	if (!attribute->at)
		attribute->at = RADIUS_HEADER_SIZE;
	while (attribute->at < view->len) {
		const uint8_t *at = view->data + attribute->at;
		size_t len = (size_t)at[1] - 2;

		if (at[0] == RADIUS_VENDOR_SPECIFIC && has_parts(at + 2, len)) {
			if (!attribute->sub)
				attribute->sub = VENDOR_HEAD;
			take_part(attribute, at + 2, len);
			return true;
		}
		attribute->at += 2 + len;
		if (at[0] == RADIUS_VENDOR_SPECIFIC)
			continue;
		attribute->vendor = RADIUS_NO_VENDOR;
		attribute->type = at[0];
		attribute->value = at + 2;
		attribute->len = len;
		return true;
	}
	return false;
}

bool radius_u32(const struct radius_attribute *attribute, uint32_t *value)
{
	if (attribute->len != 4)
		return false;
	*value = number(attribute->value);
	return true;
}

/* One that is there twice is as good as a wrong one. */
static enum radius_proof check_signature(const struct radius_view *view,
					 const uint8_t authenticator[RADIUS_AUTH_SIZE],
					 struct radius_secret secret)
{
	enum radius_proof proof = RADIUS_UNSIGNED;
	uint8_t expected[RADIUS_AUTH_SIZE];
	size_t step;

	for (size_t at = RADIUS_HEADER_SIZE; at < view->len; at += step) {
		step = view->data[at + 1];
		if (view->data[at] != RADIUS_MESSAGE_AUTHENTICATOR)
			continue;
		if (proof != RADIUS_UNSIGNED || step != SIGNATURE_SIZE)
			return RADIUS_FORGED;
		signature(view->data, view->len, authenticator, at, secret, expected);
		if (!memeql_sec(expected, view->data + at + 2, sizeof(expected)))
			return RADIUS_FORGED;
		proof = RADIUS_PROVEN;
	}
	return proof;
}

enum radius_proof radius_check_reply(const struct radius_view *view,
				     const uint8_t request[RADIUS_AUTH_SIZE],
				     struct radius_secret secret)
{
	uint8_t expected[RADIUS_AUTH_SIZE];

	digest(view->data, view->len, request, secret, expected);
	if (!memeql_sec(expected, view->authenticator, sizeof(expected)))
		return RADIUS_FORGED;
	return check_signature(view, request, secret);
}

enum radius_proof radius_check_request(const struct radius_view *view, struct radius_secret secret)
{
	return radius_check_reply(view, zeros, secret);
}
