/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_FAKE_PPPD_H
#define L2TPGW_TESTS_FAKE_PPPD_H

/* pppd's end of the plugin interface: what the plugin takes from the program that loads it. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "hooks/pppd_compat.h"

typedef void notify_function(void *context, int arg);

static struct {
	notify_function *phase, *up, *down, *exit;
	void (*timer)(void *arg);
	int timer_seconds;
	option_t *options;
	jmp_buf died;
	int warnings;
} fake_pppd;

lcp_options lcp_wantoptions[NUM_PPP];
ipcp_options ipcp_allowoptions[NUM_PPP], ipcp_gotoptions[NUM_PPP];
int (*allowed_address_hook)(uint32_t address);

#if __has_include(<pppd/pppdconf.h>) /* 2.5 */

char req_ifname[PPPD_IFNAME_SIZE];
chap_verify_hook_fn *chap_verify_hook;
chap_check_hook_fn *chap_check_hook;
pap_check_hook_fn *pap_check_hook;
pap_auth_hook_fn *pap_auth_hook;
ip_choose_hook_fn *ip_choose_hook;
static const char *fake_ipparam;

const char *ppp_ipparam(void); /* the header has no prototype, only () */
const char *ppp_ipparam(void)
{
	return fake_ipparam;
}

void ppp_add_options(option_t *options)
{
	fake_pppd.options = options;
}

void ppp_add_notify(ppp_notify_t type, ppp_notify_fn *function, void *context)
{
	(void)context;
	if (type == NF_PHASE_CHANGE)
		fake_pppd.phase = function;
	else if (type == NF_IP_UP)
		fake_pppd.up = function;
	else if (type == NF_IP_DOWN)
		fake_pppd.down = function;
	else if (type == NF_EXIT)
		fake_pppd.exit = function;
}

void ppp_timeout(ppp_timer_cb function, void *arg, int seconds, int microseconds)
{
	(void)arg;
	(void)microseconds;
	fake_pppd.timer = function;
	fake_pppd.timer_seconds = seconds;
}

void ppp_untimeout(void (*function)(void *), void *arg)
{
	(void)arg;
	if (fake_pppd.timer == function)
		fake_pppd.timer = NULL;
}

#else /* 2.4.9 */

char req_ifname[PPPD_IFNAME_SIZE];
char *ipparam;
struct notifier *phasechange, *ip_up_notifier, *ip_down_notifier, *exitnotify;
int (*chap_verify_hook)(char *, char *, int, struct chap_digest_type *, unsigned char *,
			unsigned char *, char *, int);
int (*chap_check_hook)(void);
int (*pap_check_hook)(void);
int (*pap_auth_hook)(char *, char *, char **, struct wordlist **, struct wordlist **);
void (*ip_choose_hook)(u_int32_t *);
#define fake_ipparam ipparam

void add_options(option_t *options)
{
	fake_pppd.options = options;
}

void add_notifier(struct notifier **list, notify_func function, void *context)
{
	(void)context;
	if (list == &phasechange)
		fake_pppd.phase = function;
	else if (list == &ip_up_notifier)
		fake_pppd.up = function;
	else if (list == &ip_down_notifier)
		fake_pppd.down = function;
	else if (list == &exitnotify)
		fake_pppd.exit = function;
}

void timeout(void (*function)(void *), void *arg, int seconds, int microseconds)
{
	(void)arg;
	(void)microseconds;
	fake_pppd.timer = function;
	fake_pppd.timer_seconds = seconds;
}

void untimeout(void (*function)(void *), void *arg)
{
	(void)arg;
	if (fake_pppd.timer == function)
		fake_pppd.timer = NULL;
}

#endif

#if __has_include(<pppd/pppdconf.h>)
#define FAKE_FORMAT const char *
#else
#define FAKE_FORMAT char *
#endif

void warn(FAKE_FORMAT format, ...)
{
	(void)format;
	fake_pppd.warnings++;
}

/* The real one ends pppd. */
void fatal(FAKE_FORMAT format, ...)
{
	(void)format;
	longjmp(fake_pppd.died, 1);
}

#endif
