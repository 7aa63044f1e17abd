/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_RADIUS_LOGIN_H
#define L2TPGW_DAEMON_RADIUS_LOGIN_H

/* One login as a RADIUS server is asked about it, and what it said. */
#include "daemon/gateway.h"
#include "drive/radius_terms.h"

struct radius_login {
	struct gateway *gateway;
	void (*on_done)(void *user);
	void *user;
	bool asking;
	/* Once it was answered: */
	struct session_radius said; /* its texts are those below */
	struct radius_terms terms;
	char class[TERMS_CLASS_MAX];
	char message[MSCHAP_MESSAGE_MAX];
	uint8_t flags; /* of the client's response */
};

/*
 * Asks. `on_done` is called once, later, unless it is cancelled; if no server can be asked, at once
 * the login is as if none had answered, and false.
 */
bool radius_login_ask(struct radius_login *login, const struct session_request *request);
void radius_login_cancel(struct radius_login *login);

#endif
