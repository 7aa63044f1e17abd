/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/exit_status.h"

#include <stddef.h>

#include "base/err.h"

const struct exit_status exit_statuses[] = {
	{ ERR_NONE, "ok" },
	{ ERR_FAILED, "failed; nothing was changed, or it was rolled back" },
	{ EXIT_PENDING, "plan: changes are pending; doctor: warnings, no problem" },
	{ ERR_NOT_CONVERGED, "applied, but not everything came up in time" },
	{ ERR_NOT_CONFIRMED, "rolled back, because nobody confirmed in time" },
	{ ERR_USAGE, "the command line makes no sense" },
	{ ERR_POLICY, "the policy is invalid" },
	{ ERR_UNREACHABLE, "l2tpgwd or charon does not answer" },
	{ ERR_INTERNAL, "a bug of l2tpgw" },
	{ ERR_LOCKED, "somebody else is at it" },
	{ ERR_PERMISSION, "needs root, or membership of group l2tpgw" },
	{ 0, NULL },
};
