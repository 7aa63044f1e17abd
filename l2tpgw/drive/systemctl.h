/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_SYSTEMCTL_H
#define L2TPGW_DRIVE_SYSTEMCTL_H

/*
 * systemd, through systemctl(1): as root it needs no message bus, which a minimal machine lacks.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* systemd is what runs this machine. */
bool systemctl_usable(void);
/*
 * Runs systemctl with these words (NULL at the end) and waits for it. Its exit status, or -1 with
 * *err; what it said is appended to *said, which may be NULL.
 */
int systemctl(const char *const *words, struct buf *said, struct err *err);
/* The same, and whatever is not success is an error with its words. */
int systemctl_must(const char *const *words, struct err *err);
/* One property of a unit, "" if it has none (systemctl(1), show). */
int systemctl_property(const char *unit, const char *property, struct buf *value, struct err *err);
/* Does this listing (systemctl list-jobs --plain --no-legend) say that the unit is restarted? */
bool systemctl_lists_restart(const char *listing, const char *unit);

#endif
