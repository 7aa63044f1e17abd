/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_HOOKS_PPPD_COMPAT_H
#define L2TPGW_HOOKS_PPPD_COMPAT_H

/*
 * Everything that differs between pppd 2.4.9 (one pppd.h, plain globals) and 2.5.x (accessors,
 * ppp_add_notify). Both lists were made from the headers and sources of 2.4.9, 2.5.0 and 2.5.2.
 */
#include <stdbool.h>
#include <stdint.h>

#if __has_include(<pppd/pppdconf.h>) /* 2.5 */

#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/lcp.h>
#include <pppd/ipcp.h>
#include <pppd/chap.h>
#include <pppd/options.h>
#include <pppd/upap.h>

#define PPPD_PLUGIN_VERSION PPPD_VERSION
#define PPPD_IFNAME_SIZE    16

/* Not in a header, but make_ppp_unit() takes the name from here (ppp_set_ifname() sets ifname). */
extern char req_ifname[];

#define pppd_add_options(list)       ppp_add_options(list)
#define pppd_on(event, function)     ppp_add_notify(NF_##event, function, NULL)
#define pppd_timeout(function, secs) ppp_timeout(function, NULL, secs, 0)
#define pppd_untimeout(function)     ppp_untimeout(function, NULL)

static inline const char *pppd_ipparam(void)
{
	return ppp_ipparam();
}

#else /* 2.4.9 */

/* Its bool is an unsigned char, of the same size as ours. */
#undef bool
#define bool pppd_bool
#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/lcp.h>
#include <pppd/ipcp.h>
#include <pppd/chap-new.h>
#include <pppd/patchlevel.h>
#undef bool
#define bool _Bool

_Static_assert(sizeof(pppd_bool) == sizeof(bool), "structures of pppd are the same to us");

#define PPPD_PLUGIN_VERSION VERSION
#define PPPD_IFNAME_SIZE    MAXIFNAMELEN

#define pppd_add_options(list)       add_options(list)
#define pppd_list_PHASE_CHANGE       phasechange
#define pppd_list_IP_UP              ip_up_notifier
#define pppd_list_IP_DOWN            ip_down_notifier
#define pppd_list_EXIT               exitnotify
#define pppd_on(event, function)     add_notifier(&pppd_list_##event, function, NULL)
#define pppd_timeout(function, secs) timeout(function, NULL, secs, 0)
#define pppd_untimeout(function)     untimeout(function, NULL)

static inline const char *pppd_ipparam(void)
{
	return ipparam;
}

#endif

/* 2.4.9 and 2.5.0 want a char * for a format that they only read. */
#define pppd_warn(format, ...)  warn((char *)(format), ##__VA_ARGS__)
#define pppd_fatal(format, ...) fatal((char *)(format), ##__VA_ARGS__)

#endif
