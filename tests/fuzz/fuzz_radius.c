/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "drive/radius_order.h"
#include "drive/radius_refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const struct radius_secret secret = { "a secret of theirs", 18 };
static const uint8_t request[RADIUS_AUTH_SIZE] = "sixteen of chaff";

static bool is_text(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static void check_terms(const struct radius_terms *terms)
{
	struct radius_packet packet;

	must(is_text(terms->group) && is_text(terms->pool) && is_text(terms->success));
	must(!*terms->success || strlen(terms->success) == RADIUS_SUCCESS_MAX - 1);
	must(terms->class_len <= RADIUS_CLASS_MAX);
	must(!terms->interim || terms->interim >= RADIUS_INTERIM_MIN);
	must(!terms->up || terms->up >= RADIUS_RATE_MIN);
	radius_begin(&packet, RADIUS_ACCOUNTING_REQUEST, false);
	radius_put_class(&packet, terms->class, terms->class_len);
	must(!packet.failed && packet.len == RADIUS_HEADER_SIZE + terms->class_len);
}

/* Whatever it is, it is read without harm, and an order is answered with what can be read. */
static void look(const struct radius_view *view)
{
	struct radius_attribute attribute = { 0 };
	struct radius_refusal refusal;
	struct radius_packet answer;
	struct radius_terms terms;
	struct radius_order order;
	struct radius_view back;
	struct err err;
	enum radius_cause cause;

	while (radius_next(view, &attribute))
		must(attribute.value >= view->data &&
		     attribute.value + attribute.len <= view->data + view->len);
	if (radius_terms_read(view, &terms, &err) == 0)
		check_terms(&terms);
	radius_refusal_read(view, &refusal);
	must(strlen(refusal.text) <= RADIUS_VALUE_MAX);
	cause = radius_order_read(view, &order);
	must(cause != RADIUS_NO_CAUSE || radius_order_names(&order));
	must(is_text(order.session) && is_text(order.user) && is_text(order.peer));
	radius_order_answer(view, cause, &answer);
	if (answer.failed)
		return;
	radius_finish_reply(&answer, view->id, view->authenticator, secret);
	must(radius_read(&back, answer.data, answer.len));
	must(radius_check_reply(&back, view->authenticator, secret) == RADIUS_PROVEN);
}

/* Attributes at will in a packet that is signed rightly: what a server with a mind of its own says.
 */
static void sign_and_look(const uint8_t *data, size_t size)
{
	struct radius_packet packet;
	struct radius_view view;

	radius_begin(&packet, size & 1 ? RADIUS_COA_REQUEST : RADIUS_DISCONNECT_REQUEST, true);
	while (size > 2) {
		size_t len = data[1] < size - 2 ? data[1] : size - 2;

		if (data[0] == RADIUS_MESSAGE_AUTHENTICATOR)
			return;
		radius_put(&packet, data[0], data + 2, len);
		data += 2 + len;
		size -= 2 + len;
	}
	if (packet.failed)
		return;
	radius_finish_request(&packet, 7, secret);
	must(radius_read(&view, packet.data, packet.len));
	must(radius_check_request(&view, secret) == RADIUS_PROVEN);
	look(&view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct radius_view view;

	if (radius_read(&view, data, size)) {
		/* Nobody guesses an HMAC. */
		must(radius_check_reply(&view, request, secret) != RADIUS_PROVEN);
		must(radius_check_request(&view, secret) != RADIUS_PROVEN);
		look(&view);
	}
	sign_and_look(data, size);
	return 0;
}
