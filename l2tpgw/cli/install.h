/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_INSTALL_H
#define L2TPGW_CLI_INSTALL_H

/* The installed policy, ETC/policy.json: put there, and put back if the gateway will not have it.
 */
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "drive/paths.h"

struct install {
	const struct paths *paths;
	bool changed;   /* it was written by us */
	bool existed;   /* there was one before, which is in `before` */
	bool generated; /* with secrets made just now */
	struct buf before, after;
	int lock; /* of whoever edits the policy; held until install_free() */
};

#define INSTALL_INIT(p)                  \
	{                                \
		.paths = (p), .lock = -1 \
	}

/* Who edits the policy meanwhile is waited for, then ERR_LOCKED. `what` is told to who comes later.
 */
int install_lock(struct install *install, const char *what, struct err *err);
/*
 * Makes `text` the installed policy; the one before is kept as policy.json.before. Takes the lock,
 * if install_lock() has not.
 */
int install_text(struct install *install, const struct buf *text, const char *what,
		 struct err *err);
/* Makes one with generated secrets and one user. */
int install_generated(struct install *install, struct err *err);
/*
 * Puts back what was there, unless somebody has edited it since; a generated one stays. What goes
 * wrong is added to *err.
 */
void install_undo(struct install *install, struct err *err);
void install_free(struct install *install);

#endif
