/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_PROCFS_H
#define L2TPGW_DRIVE_PROCFS_H

/*
 * Looking at processes in /proc (proc(5)). Everything read there was written by other processes
 * and is bounded. Whatever is gone meanwhile is simply not there.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"

#define PROCFS_CMDLINE_MAX 16384  /* bytes of an argv that is looked at; the rest is cut off */
#define PROCFS_MAPS_MAX    262144 /* likewise, of what is mapped; a charon has some 40,000 */
#define PROCFS_NAME_MAX    64

struct procfs_stat {
	char comm[64]; /* control characters replaced; without the parentheses */
	char state;    /* 'R', 'S', 'T' (stopped), 'Z' (zombie), … */
	pid_t parent;
	dev_t terminal; /* the controlling one; 0 = none */
	uint64_t cpu;   /* clock ticks it has run so far */
	uint64_t start; /* clock ticks after boot */
};

struct procfs_process {
	pid_t pid;
	struct procfs_stat stat;
	size_t argc;
	char **argv; /* NULL behind the last */
};

/* 0; 1 = gone. */
int procfs_stat(pid_t pid, struct procfs_stat *stat, struct err *err);
/* Parses the content of /proc/PID/stat; false if malformed. Pure. */
bool procfs_parse_stat(const char *text, struct procfs_stat *stat);
/* The argv; *argc 0 for kernel threads and zombies. 0; 1 = gone. */
int procfs_argv(pid_t pid, struct arena *arena, char ***argv, size_t *argc, struct err *err);
/*
 * A file whose code it runs and that has left its place since, as an upgrade does: the last part of
 * its path; "" = none. 0; 1 = gone.
 */
int procfs_replaced(pid_t pid, char name[PROCFS_NAME_MAX], struct err *err);
/* The same of the content of /proc/PID/maps; false if there is none. Pure. */
bool procfs_parse_maps(const char *text, char name[PROCFS_NAME_MAX]);
/* The argument behind `name` ("ipparam", "pppol2tp_tunnel_id"); NULL if there is none. */
const char *procfs_argument(const struct procfs_process *process, const char *name);

/*
 * All processes of our own network namespace for which `match` says yes. The list and the argvs
 * live in the arena.
 */
int procfs_find(struct arena *arena, bool (*match)(const struct procfs_process *, void *),
		void *user, struct procfs_process **list, size_t *count, struct err *err);

#endif
