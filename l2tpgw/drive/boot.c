/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/boot.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

int boot_id(char id[BOOT_ID_MAX], struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (file_read(BOOT_ID_FILE, BOOT_ID_MAX - 1, &text, err) < 0)
		return -1;
	(void)snprintf(id, BOOT_ID_MAX, "%s", buf_text(&text));
	id[strcspn(id, "\n")] = '\0';
	return 0;
}

uint64_t boot_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
