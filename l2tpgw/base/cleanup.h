/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_CLEANUP_H
#define L2TPGW_BASE_CLEANUP_H

/*
 * Cleanup attributes: a local declared with one of these is released when its scope ends.
 * A value handed on to the caller is taken out first with steal_ptr() or steal_fd().
 * File descriptors start at -1, pointers at NULL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file_(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define cleanup_free __attribute__((cleanup(cleanup_free_)))
#define cleanup_fd   __attribute__((cleanup(cleanup_fd_)))
#define cleanup_file __attribute__((cleanup(cleanup_file_)))

#define steal_ptr(p)                         \
	__extension__({                      \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#define array_size(a) (sizeof(a) / sizeof((a)[0]))

#endif
