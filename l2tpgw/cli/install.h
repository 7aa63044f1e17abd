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

/*
 * Makes `text` the installed policy; the one before is kept as policy.json.before. ERR_LOCKED while
 * somebody edits it. `what` is told to whoever wants to edit it meanwhile.
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
