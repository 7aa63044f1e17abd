/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/examine.h"
#include "cli/package_manager.h"
#include "drive/machine.h"

#define CIPHER       "gcm(aes)"
#define SLOW_BYTES_S 40e6 /* less than what one client on a fast line asks for */
#define MEGABYTE     1e6

static void tell_speed(struct findings *findings, const char *driver, double bytes_s)
{
	bool accelerated = machine_crypto_accelerated(driver);

	finding_add(findings, "machine",
		    accelerated && bytes_s >= SLOW_BYTES_S ? FINDING_GOOD : FINDING_NOTE,
		    "AES-GCM is %saccelerated: %.1f MB/s on one core (%s)",
		    accelerated ? "" : "not ", bytes_s / MEGABYTE, *driver ? driver : "unknown");
	if (!accelerated)
		finding_remedy(findings, "let the virtual machine see the host's CPU (AES-NI), or "
					 "load aesni_intel or the like");
	else if (bytes_s < SLOW_BYTES_S)
		finding_remedy(findings, "this CPU is slow: clients share what it can do");
}

static void examine_crypto(struct findings *findings)
{
	struct err err = { .code = ERR_NONE };
	char driver[64];
	double speed;

	if (machine_crypto_speed(CIPHER, &speed, driver, sizeof(driver), &err) < 0) {
		finding_add(findings, "machine", FINDING_NOTE,
			    "the speed of the kernel's AES is not known: %.300s", err.text);
		return;
	}
	tell_speed(findings, driver, speed);
}

void examine_machine(struct findings *findings)
{
	char container[64], install[64];

	machine_container(container, sizeof(container));
	if (*container)
		finding_add(
		    findings, "machine", FINDING_NOTE,
		    "this is a container (%s): the host decides about modules, /dev/ppp and "
		    "sysctls",
		    container);
	if (machine_clock_kept()) {
		finding_add(findings, "machine", FINDING_GOOD, "a time service keeps the clock");
	} else {
		finding_add(findings, "machine", FINDING_WARNING,
			    "no time service keeps the clock: expiry dates and logs go wrong");
		finding_remedy(findings, "%s (or another), or start the one that is there",
			       package_install(PACKAGE_CLOCK, install, sizeof(install)));
	}
	if (machine_random_ready()) {
		finding_add(findings, "machine", FINDING_GOOD,
			    "the kernel has random numbers for keys");
	} else {
		finding_add(findings, "machine", FINDING_PROBLEM,
			    "the kernel has no random numbers yet: keys cannot be made");
		finding_remedy(findings, "give a virtual machine a virtio-rng device, or wait");
	}
	examine_crypto(findings);
}
