/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_BOOT_H
#define L2TPGW_DRIVE_BOOT_H

/* Time that no clock setting moves: since which boot, and how long since then. */
#include <stdint.h>

#include "base/err.h"

#define BOOT_ID_MAX 40 /* bytes with the NUL */

/* /proc/sys/kernel/random/boot_id (random(4)): another one after every boot. */
int boot_id(char id[BOOT_ID_MAX], struct err *err);
/* Milliseconds since boot, those asleep too (CLOCK_BOOTTIME). */
uint64_t boot_ms(void);

#endif
