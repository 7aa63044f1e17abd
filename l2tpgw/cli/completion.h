/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_CLI_COMPLETION_H
#define L2TPGW_CLI_COMPLETION_H

/* Completion scripts out of the table of verbs. */
#include "base/buf.h"

void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);
void completion_fish(struct buf *out);

#endif
