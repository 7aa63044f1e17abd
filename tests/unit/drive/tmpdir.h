/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_TMPDIR_H
#define L2TPGW_TESTS_TMPDIR_H

/* A directory of the test's own, removed at its end with the files and directories in it. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char tmpdir[64];

static inline int tmpdir_make(void **state)
{
	(void)state;
	(void)strcpy(tmpdir, "/tmp/l2tpgw-test.XXXXXX");
	return mkdtemp(tmpdir) ? 0 : -1;
}

static inline int tmpdir_remove_one_(const char *path, const struct stat *st, int type,
				     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int tmpdir_remove(void **state)
{
	(void)state;
	return nftw(tmpdir, tmpdir_remove_one_, 16, FTW_DEPTH | FTW_PHYS);
}

/* Valid until the call after the next three. */
static inline const char *tmpdir_path(const char *name)
{
	static char path[4][512];
	static unsigned turn;
	char *out = path[turn++ % 4];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", tmpdir, name);
	return out;
}

/* Makes the directories on the way too. */
static inline void tmpdir_write(const char *name, const char *text)
{
	const char *path = tmpdir_path(name);
	FILE *file;

	for (char *p = strchr(path + strlen(tmpdir) + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

#endif
