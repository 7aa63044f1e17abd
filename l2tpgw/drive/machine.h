/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_MACHINE_H
#define L2TPGW_DRIVE_MACHINE_H

/* What kind of machine this is, and whether its clock and its random numbers can be relied on. */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * "docker", "lxc", …; "" = this is no container. systemd's container interface: what manages one
 * says so in /run/systemd/container; Docker and Podman leave files of their own.
 */
void machine_container(char *out, size_t size);
/* The kernel's clock is kept by a time service (adjtimex(2), STA_UNSYNC). */
bool machine_clock_kept(void);
/* getrandom(2) would not block: keys can be made. */
bool machine_random_ready(void);

/*
 * What the kernel's own implementation does with `name` ("gcm(aes)"), asked over AF_ALG with
 * packets of 1,408 bytes for about 100 ms. *driver is the one that did it, of /proc/crypto.
 * -1: this kernel does not let programs ask (algif_aead), or does not know the algorithm.
 */
int machine_crypto_speed(const char *name, double *bytes_per_second, char *driver, size_t size,
			 struct err *err);
/*
 * Does the CPU do it, by the name of the driver? A combination is as slow as its slowest part; that
 * of x86 with AES-NI is called "generic-gcm-aesni". Pure.
 */
bool machine_crypto_accelerated(const char *driver);

#endif
