/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_UFW_H
#define L2TPGW_DRIVE_UFW_H

/*
 * ufw(8), changed by its own command line and read from the file that keeps its rules. They are
 * there whether it is enabled or not, and over a reboot. A rule is known by its comment.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define UFW_WORDS_MAX   16
#define UFW_COMMENT_MAX 64 /* bytes with the NUL */

/* Its program is there. */
bool ufw_installed(void);
int ufw_has(const char *comment, bool *has, struct err *err);
/*
 * Of a rule that is not ours, for just the same packets: ufw takes two such rules for one, so ours
 * would take its place, and it would go with ours.
 */
enum ufw_other { UFW_NO_OTHER, UFW_OTHER_ALLOWS, UFW_OTHER_REFUSES /* or limits */ };
int ufw_find_other(const char *rule, enum ufw_other *other, struct err *err);
/* `rule` is what follows "ufw", words apart by blanks: "route allow in on l2tpgw+". */
int ufw_add(const char *rule, const char *comment, struct err *err);
/* One that is not there is fine. */
int ufw_delete(const char *rule, struct err *err);
/* Is there a rule with that comment in this text of its user.rules? Pure. */
bool ufw_rules_have(const char *text, size_t len, const char *comment);
/* What the text has for the packets of `rule`, whatever its comment. Pure. */
enum ufw_other ufw_rules_other(const char *text, size_t len, const char *rule);
/*
 * The words of a rule, with `verb` behind "route" or in front ("delete"; NULL = none); they point
 * into `copy`, which is cut into pieces. False if they are too many. Pure.
 */
bool ufw_words(char *copy, const char *verb, const char *words[UFW_WORDS_MAX + 1]);

#endif
