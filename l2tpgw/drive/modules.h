/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_MODULES_H
#define L2TPGW_DRIVE_MODULES_H

/*
 * Kernel modules: what a remedy is made of when something does not work (drive/ability.h): load it,
 * take a line out of modprobe.d, install a package, or give up.
 */
#include "base/err.h"

enum module_state {
	MODULE_BUILTIN, /* in the kernel itself */
	MODULE_LOADED,
	MODULE_LOADABLE,    /* installed, not loaded */
	MODULE_BLACKLISTED, /* the same, but the kernel may not load it by an alias */
	MODULE_DISABLED,    /* installed, but modprobe.d has /bin/false run in its place */
	MODULE_MISSING,     /* not installed for the running kernel */
};

/* `name` as in modprobe(8); "-" and "_" are the same. */
enum module_state module_state(const char *name);
/* The same for another root directory and kernel release. */
enum module_state module_state_at(const char *root, const char *release, const char *name);
const char *module_state_text(enum module_state state);
/*
 * Loads it by modprobe(8), without a shell. Blacklists bind only aliases, so this succeeds in spite
 * of one; an "install NAME /bin/false" line stays an error.
 */
int module_load(const char *name, struct err *err);
/* With a parameter of the module: "numifbs=0". */
int module_load_with(const char *name, const char *parameter, struct err *err);

#endif
