/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_FIREWALLD_H
#define L2TPGW_DRIVE_FIREWALLD_H

/*
 * firewalld, over D-Bus (firewalld.dbus(5)). What is asked for here is of its run time only: a
 * reload, a restart or a reboot of it forgets all, and nothing is written to its files.
 */
#include <stdbool.h>

#include "base/err.h"

#define FIREWALLD_ZONE_MAX 64 /* bytes with the NUL; 17 characters are the longest of its own */

struct firewalld;

/* 0; 1 = it does not run. Nothing starts it. */
int firewalld_open(struct firewalld **firewalld, struct err *err);
void firewalld_close(struct firewalld **firewalld); /* a NULL pointer is fine */
#define cleanup_firewalld __attribute__((cleanup(firewalld_close)))

/* The zone that counts for an interface: its own, else the default one. */
int firewalld_zone_of(struct firewalld *firewalld, const char *ifname,
		      char zone[FIREWALLD_ZONE_MAX], struct err *err);

enum firewalld_act {
	FIREWALLD_QUERY,  /* 1 = it is there, 0 = it is not */
	FIREWALLD_ADD,    /* 0, also if it was there */
	FIREWALLD_REMOVE, /* 0, also if it was not there */
};
/* firewalld.richlanguage(5). */
int firewalld_rule(struct firewalld *firewalld, enum firewalld_act act, const char *zone,
		   const char *rule, struct err *err);
/* An interface may be many: "l2tpgw+". */
int firewalld_interface(struct firewalld *firewalld, enum firewalld_act act, const char *zone,
			const char *ifname, struct err *err);

#endif
