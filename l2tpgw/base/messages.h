/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_MESSAGES_H
#define L2TPGW_BASE_MESSAGES_H

/*
 * What pppd's plugin (hooks/) and l2tpgwd say to each other. The socket is AF_UNIX,
 * SOCK_SEQPACKET; one packet is one message of base/fields.h. Only `admit` is answered, once, on
 * the same connection; everything else is a report and is never answered. pppd runs as root, so
 * the daemon takes messages only from peers with uid 0, and only if SO_PEERCRED's pid is `pid`.
 *
 *   pppd                                      l2tpgwd
 *   start  IDENTITY                       ->  before the first packet of PPP
 *   admit  IDENTITY user protocol challenge response [ifname] ->
 *                                         <-  admitted message address [dns1 dns2]
 *                                         <-  denied reason
 *   refused IDENTITY user protocol        ->  the client insists on another protocol; or
 *                                             (mschapv2) answers by what is no answer
 *   up     IDENTITY user ifname address local mtu [retry] ->
 *   down   IDENTITY user authenticated status [ifname rx tx seconds] ->
 *
 * IDENTITY stands in every message of pppd and is enough to know the session again after a restart
 * of l2tpgwd: vip pid starttime parent tunnel session. A connection lasts for one message, and
 * for the answer to it. The order of messages that came over different connections is not defined,
 * except that nothing of one pppd is sent before it was `admitted` other than `start`, `refused`
 * and `down`. `admit` comes again if pppd challenges again (its option chap-interval), `up` if IPCP
 * is negotiated again. `down` is pppd's last word.
 *
 * A `down` that finds no l2tpgwd is left in a file instead, if the link was up: MSG_ENDED_NAME in
 * the folder MSG_ENDED_FOLDER beside the socket, with what would have been sent.
 *
 * l2tpgwd verifies the client's answer itself: no password ever leaves it.
 */

#include <inttypes.h>

#define MSG_TYPE "type"

/* Values of MSG_TYPE. */
#define MSG_START    "start"
#define MSG_ADMIT    "admit"
#define MSG_ADMITTED "admitted"
#define MSG_DENIED   "denied"
#define MSG_REFUSED  "refused"
#define MSG_UP       "up"
#define MSG_DOWN     "down"

/* IDENTITY */
#define MSG_VIP       "vip"       /* dotted quad: the client's stand-in address, names its slot */
#define MSG_PID       "pid"       /* of pppd, as getpid() gives it there */
#define MSG_STARTTIME "starttime" /* of pppd: field 22 of /proc/PID/stat */
#define MSG_PARENT    "parent"    /* pid of the xl2tpd that started it: names the worker */
#define MSG_TUNNEL    "tunnel"    /* the worker's own L2TP tunnel id; 0 if pppd was not told */
#define MSG_SESSION   "session"   /* the worker's own L2TP session id; 0 if pppd was not told */

/* admit, refused; `user` also in up, and in down when the client ever gave a name */
#define MSG_USER     "user"     /* as the client sent it, bytes outside ASCII as pppd prints them */
#define MSG_PROTOCOL "protocol" /* one of MSG_PROTOCOL_…; in admit the first */

#define MSG_PROTOCOL_MSCHAPV2 "mschapv2"
#define MSG_PROTOCOL_MSCHAP   "mschap"
#define MSG_PROTOCOL_MD5      "md5"
#define MSG_PROTOCOL_PAP      "pap"
#define MSG_PROTOCOL_OTHER    "other"

/* admit: hexadecimal digits */
#define MSG_CHALLENGE "challenge" /* ours, MSG_CHALLENGE_SIZE bytes */
#define MSG_RESPONSE  "response"  /* the Value of the client's Response, RFC 2759, 4 */

#define MSG_CHALLENGE_SIZE 16
#define MSG_RESPONSE_SIZE  49

/* admitted */
#define MSG_MESSAGE "message" /* of the Success packet: 1 to MSG_MESSAGE_MAX bytes */
#define MSG_ADDRESS "address" /* dotted quad: the client's, and the only one it may have */
#define MSG_DNS1    "dns1"    /* dotted quads; absent = what the options file says */
#define MSG_DNS2    "dns2"

#define MSG_MESSAGE_MAX 80
#define MSG_USER_MAX    255

/* denied: text for the log, one line */
#define MSG_REASON "reason"

/* admit, up, down: of the link, which is there before LCP; older plugins do not say it in admit */
#define MSG_IFNAME "ifname"

/* up (MSG_ADDRESS is the client's); `retry` = how often it was tried before, absent = 0 */
#define MSG_LOCAL "local" /* dotted quad: the gateway's address on the interface */
#define MSG_MTU   "mtu"   /* of the interface, bytes */
#define MSG_RETRY "retry"

/*
 * down. rx, tx and seconds are of the whole session, from the gateway's side, 64 bit; absent if it
 * was never up, or if pppd ended without taking the link down.
 */
#define MSG_STATUS        "status"        /* pppd(8), EXIT STATUS */
#define MSG_AUTHENTICATED "authenticated" /* 1 = the client proved its password, 0 = it did not */
#define MSG_RX            "rx"            /* bytes */
#define MSG_TX            "tx"            /* bytes */
#define MSG_SECONDS       "seconds"       /* since the link came up */

/* down, as a file */
#define MSG_ENDED_FOLDER "ended"                /* made by l2tpgwd; root's alone */
#define MSG_ENDED_NAME   "%" PRIu32 "-%" PRIu64 /* pid, starttime */

#endif
