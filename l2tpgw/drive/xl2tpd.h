/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_XL2TPD_H
#define L2TPGW_DRIVE_XL2TPD_H

/*
 * Client of one xl2tpd's control pipe (xl2tpd.c: do_control). Never blocks and never makes xl2tpd
 * block: one command at a time, one write, and the pipe is closed at once, because xl2tpd reads
 * until the last writer has gone; the reply goes to a regular file made beforehand in a directory
 * of root's alone, for a FIFO nobody reads would hang xl2tpd. A command that xl2tpd lost while it
 * reopened its pipe is sent again; one it has not read yet is not.
 *
 * The caller polls xl2tpd_fd() for input until xl2tpd_deadline(), and then calls xl2tpd_process().
 * Times are microseconds of CLOCK_MONOTONIC, as in sd-event.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define XL2TPD_COMMAND_MAX 128 /* bytes with the NUL; xl2tpd reads 1024 with the file name */

struct xl2tpd;

enum xl2tpd_outcome {
	XL2TPD_OK,        /* it answered 00 */
	XL2TPD_REFUSED,   /* it answered another number: no such tunnel, … */
	XL2TPD_ABSENT,    /* nobody had the pipe open for reading, all the time */
	XL2TPD_TIMEOUT,   /* it did not read the command, or did not answer: frozen */
	XL2TPD_FAILED,    /* no file could be made for the reply: no room, no permission */
	XL2TPD_CANCELLED, /* xl2tpd_free() */
};

/* `reply` is the whole answer ("" without one), valid during the call. It may make requests. */
typedef void xl2tpd_done_fn(void *user, enum xl2tpd_outcome outcome, const char *reply, size_t len);

/*
 * `results` is an existing directory of mode 0700, the same for all workers. A file in it lives as
 * long as its request; after a crash of ours the caller removes what is left.
 */
struct xl2tpd *xl2tpd_new(const char *pipe, const char *results, struct err *err);
/* Whatever was asked ends with XL2TPD_CANCELLED. Not to be called by a callback. NULL is fine. */
void xl2tpd_free(struct xl2tpd *xl2tpd);
int xl2tpd_fd(const struct xl2tpd *xl2tpd);
/* When to call xl2tpd_process() at the latest; UINT64_MAX = nothing is under way. */
uint64_t xl2tpd_deadline(const struct xl2tpd *xl2tpd);
void xl2tpd_process(struct xl2tpd *xl2tpd, uint64_t now);

/*
 * Asks; the answer comes by `done`, never from within this call. `timeout` runs from the moment the
 * command is first tried. ERR_INTERNAL for a command that is too long or holds a newline.
 */
int xl2tpd_request(struct xl2tpd *xl2tpd, const char *command, uint64_t timeout,
		   xl2tpd_done_fn *done, void *user, struct err *err);
/* "x": see xl2tpd_parse_available(). */
int xl2tpd_available(struct xl2tpd *xl2tpd, uint64_t timeout, xl2tpd_done_fn *done, void *user,
		     struct err *err);
/* "y NAME" with the name of an lns section: see xl2tpd_parse_status(). */
int xl2tpd_status(struct xl2tpd *xl2tpd, const char *lns, uint64_t timeout, xl2tpd_done_fn *done,
		  void *user, struct err *err);
/* "d ID": closes a tunnel by its local id (StopCCN goes to the peer). */
int xl2tpd_close_tunnel(struct xl2tpd *xl2tpd, uint16_t local, uint64_t timeout,
			xl2tpd_done_fn *done, void *user, struct err *err);
/*
 * There is no way to hang up a single call: "h ID" sends SIGTERM to process 0, which is xl2tpd's
 * whole group, if the call has no pppd yet (xl2tpd.c: lac_hangup). Signal the pppd itself.
 */

#endif
