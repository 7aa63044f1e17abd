/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/examine.h"

#include <inttypes.h>

#include "cli/package_manager.h"
#include "drive/storage.h"

#define UNITS       "/etc/systemd/system"
#define NEEDED      (1u << 20) /* history, sessions, a policy: less than this, with room to spare */
#define BYTES_OF_KB 1024

static void examine_place(struct findings *findings, const char *path, const char *what)
{
	struct err err = { .code = ERR_NONE };
	struct storage storage;

	if (storage_of(path, &storage, &err) < 0) {
		finding_add(findings, "files", FINDING_PROBLEM, "%.300s", err.text);
	} else if (storage.read_only) {
		finding_add(findings, "files", FINDING_PROBLEM,
			    "%s is on a read-only file system, but %s is to be written there", path,
			    what);
		finding_remedy(findings, "make it writable: mount -o remount,rw");
	} else if (storage.free < NEEDED) {
		finding_add(findings, "files", FINDING_PROBLEM,
			    "the disk is full: %" PRIu64 " kB are left in %s, where %s is to be "
			    "written",
			    storage.free / BYTES_OF_KB, storage.folder, what);
		finding_remedy(findings, "make room: df, %s, journalctl --vacuum-size=100M",
			       package_clean());
	}
}

void examine_files(struct findings *findings, const struct paths *paths, bool policy, bool units)
{
	size_t before = findings->count;

	if (policy)
		examine_place(findings, paths->etc, "the policy");
	if (units)
		examine_place(findings, UNITS, "that the gateway starts at boot");
	examine_place(findings, paths->state, "the history of policies");
	examine_place(findings, paths->run, "the state of the sessions");
	if (findings->count == before)
		finding_add(findings, "files", FINDING_GOOD, "what l2tpgw writes has room");
}
