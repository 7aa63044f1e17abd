/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DAEMON_RADIUS_LINK_H
#define L2TPGW_DAEMON_RADIUS_LINK_H

/* The way to the RADIUS servers that the policy in force names. */
#include <jansson.h>

#include "daemon/gateway.h"
#include "drive/radius.h"

struct radius_link *radius_link_new(struct gateway *gateway);
void radius_link_free(struct radius_link *link); /* tells all that wait; NULL is fine */
/* Another policy is in force: if it says other things of RADIUS, those that wait are told. */
void radius_link_follow(struct radius_link *link);
/* As radius_ask(). */
int radius_link_ask(struct radius_link *link, enum radius_service service,
		    const struct radius_packet *packet, radius_done_fn on_done, void *user,
		    struct err *err);
/* As radius_ask_server(); `server` is an index of the policy's. */
int radius_link_ask_server(struct radius_link *link, enum radius_service service, size_t server,
			   const struct radius_packet *packet, radius_done_fn on_done, void *user,
			   struct err *err);
/* It cannot be asked for that now. */
bool radius_link_is_dead(const struct radius_link *link, enum radius_service service,
			 size_t server);
void radius_link_cancel(struct radius_link *link, const void *user);
/* What every request says of the gateway: NAS-Identifier, NAS-IP-Address. */
void radius_link_put_gateway(const struct radius_link *link, struct radius_packet *packet);
/* Of a session: NAS-Port, NAS-Port-Type, NAS-Port-Id. */
void radius_link_put_port(struct radius_packet *packet, uint32_t slot);
/* Service-Type, Framed-Protocol (RFC 2865): PPP is all there is. */
void radius_link_put_service(struct radius_packet *packet);
/* Entries of `status`, one a server; an empty list if there is no RADIUS. */
json_t *radius_link_status(const struct radius_link *link);

#endif
