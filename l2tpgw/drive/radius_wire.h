/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_RADIUS_WIRE_H
#define L2TPGW_DRIVE_RADIUS_WIRE_H

/*
 * RADIUS packets as bytes: RFC 2865 (access), 2866 (accounting), 2548 (Microsoft's attributes),
 * 3579 (Message-Authenticator), 5176 (dynamic authorization), 5997 (Status-Server). Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RADIUS_PACKET_MAX  4096
#define RADIUS_HEADER_SIZE 20
#define RADIUS_AUTH_SIZE   16  /* of an authenticator */
#define RADIUS_VALUE_MAX   253 /* of an attribute */
#define RADIUS_VENDOR_MAX  247 /* of an attribute of a vendor */

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11,
	RADIUS_STATUS_SERVER = 12,
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_DISCONNECT_ACK = 41,
	RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_ACK = 44,
	RADIUS_COA_NAK = 45,
};

enum radius_type {
	RADIUS_USER_NAME = 1,
	RADIUS_NAS_IP_ADDRESS = 4,
	RADIUS_NAS_PORT = 5,
	RADIUS_SERVICE_TYPE = 6,
	RADIUS_FRAMED_PROTOCOL = 7,
	RADIUS_FRAMED_IP_ADDRESS = 8,
	RADIUS_FILTER_ID = 11,
	RADIUS_REPLY_MESSAGE = 18,
	RADIUS_STATE = 24,
	RADIUS_CLASS = 25,
	RADIUS_VENDOR_SPECIFIC = 26,
	RADIUS_SESSION_TIMEOUT = 27,
	RADIUS_IDLE_TIMEOUT = 28,
	RADIUS_CALLED_STATION_ID = 30,
	RADIUS_CALLING_STATION_ID = 31,
	RADIUS_NAS_IDENTIFIER = 32,
	RADIUS_PROXY_STATE = 33,
	RADIUS_ACCT_STATUS_TYPE = 40,
	RADIUS_ACCT_DELAY_TIME = 41,
	RADIUS_ACCT_INPUT_OCTETS = 42,
	RADIUS_ACCT_OUTPUT_OCTETS = 43,
	RADIUS_ACCT_SESSION_ID = 44,
	RADIUS_ACCT_AUTHENTIC = 45,
	RADIUS_ACCT_SESSION_TIME = 46,
	RADIUS_ACCT_TERMINATE_CAUSE = 49,
	RADIUS_ACCT_INPUT_GIGAWORDS = 52,
	RADIUS_ACCT_OUTPUT_GIGAWORDS = 53,
	RADIUS_EVENT_TIMESTAMP = 55,
	RADIUS_NAS_PORT_TYPE = 61,
	RADIUS_MESSAGE_AUTHENTICATOR = 80,
	RADIUS_ACCT_INTERIM_INTERVAL = 85,
	RADIUS_NAS_PORT_ID = 87,
	RADIUS_FRAMED_POOL = 88,
	RADIUS_ERROR_CAUSE = 101,
};

#define RADIUS_SERVICE_FRAMED 2 /* of Service-Type */
#define RADIUS_PROTOCOL_PPP   1 /* of Framed-Protocol */

enum radius_vendor { RADIUS_NO_VENDOR = 0, RADIUS_MICROSOFT = 311, RADIUS_WISPR = 14122 };
#define RADIUS_MS_CHAP_ERROR     2
#define RADIUS_MS_CHAP_CHALLENGE 11
#define RADIUS_MS_CHAP2_RESPONSE 25
#define RADIUS_MS_CHAP2_SUCCESS  26
#define RADIUS_WISPR_MAX_UP      7
#define RADIUS_WISPR_MAX_DOWN    8

struct radius_secret {
	const void *data;
	size_t len;
};

/* ---- writing ---- */

struct radius_packet {
	size_t len;
	bool failed; /* something did not fit: latched */
	uint8_t data[RADIUS_PACKET_MAX];
};

/* `signed_` puts an empty Message-Authenticator first, for one of the three below to fill in. */
void radius_begin(struct radius_packet *packet, enum radius_code code, bool signed_);
void radius_put(struct radius_packet *packet, uint8_t type, const void *data, size_t len);
/* What is longer than an attribute can be is cut. An empty text is left out. */
void radius_put_text(struct radius_packet *packet, uint8_t type, const char *text);
void radius_put_u32(struct radius_packet *packet, uint8_t type, uint32_t value);
void radius_put_vendor(struct radius_packet *packet, uint32_t vendor, uint8_t type,
		       const void *data, size_t len);

/* The last step, which makes the authenticators of ... */
/* ... Access-Request and Status-Server: `random` is theirs; */
void radius_finish_random(struct radius_packet *packet, uint8_t id,
			  const uint8_t random[RADIUS_AUTH_SIZE], struct radius_secret secret);
/* ... Accounting-Request, Disconnect-Request and CoA-Request; */
void radius_finish_request(struct radius_packet *packet, uint8_t id, struct radius_secret secret);
/* ... any answer to the request with that id and authenticator. */
void radius_finish_reply(struct radius_packet *packet, uint8_t id,
			 const uint8_t request[RADIUS_AUTH_SIZE], struct radius_secret secret);
/* Of the finished packet. */
const uint8_t *radius_authenticator(const struct radius_packet *packet);

/* ---- reading ---- */

/* A packet whose lengths all fit together. Points into the bytes that were read. */
struct radius_view {
	uint8_t code, id;
	const uint8_t *data; /* all of it */
	size_t len;
	const uint8_t *authenticator;
};

struct radius_attribute {
	uint32_t vendor; /* RADIUS_NO_VENDOR, or the vendor that `type` belongs to */
	uint8_t type;
	const uint8_t *value;
	size_t len;
	size_t at, sub; /* where radius_next() goes on */
};

/* Bytes behind the packet's own length are padding (RFC 2865, 3). */
bool radius_read(struct radius_view *view, const void *data, size_t len);
/* The next attribute, those of vendors one by one; begin with a zeroed *attribute. A vendor's that
 * is not made of attributes is left out. */
bool radius_next(const struct radius_view *view, struct radius_attribute *attribute);
/* False unless it is four bytes. */
bool radius_u32(const struct radius_attribute *attribute, uint32_t *value);

enum radius_proof {
	RADIUS_PROVEN,
	RADIUS_FORGED,   /* the authenticator or the Message-Authenticator is not right */
	RADIUS_UNSIGNED, /* right as far as it goes, but there is no Message-Authenticator */
};
/* Whether it is the answer, of somebody who has the secret, to the request that had that
 * authenticator. */
enum radius_proof radius_check_reply(const struct radius_view *view,
				     const uint8_t request[RADIUS_AUTH_SIZE],
				     struct radius_secret secret);
/* The same of a Disconnect-Request, CoA-Request or Accounting-Request. */
enum radius_proof radius_check_request(const struct radius_view *view, struct radius_secret secret);

#endif
