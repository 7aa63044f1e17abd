/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/machine.h"

#include <errno.h>
#include <linux/if_alg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"

#define NAME_MAX_BYTES 64
#define CRYPTO_BYTES   (256u << 10)
#define PACKET         1408
#define GCM_TAG        16
#define MEASURE_NS     100000000

/* ---- a container? ---- */

static bool first_word(const char *path, char *out, size_t size)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err ignored;

	if (file_read(path, NAME_MAX_BYTES, &text, &ignored) < 0)
		return false;
	(void)snprintf(out, size, "%.*s", (int)strcspn(buf_text(&text), " \n"), buf_text(&text));
	return *out;
}

void machine_container(char *out, size_t size)
{
	static const struct {
		const char *file, *name;
	} marks[] = { { "/.dockerenv", "docker" }, { "/run/.containerenv", "podman" } };

	*out = '\0';
	if (first_word("/run/systemd/container", out, size))
		return;
	for (size_t i = 0; i < array_size(marks); i++) {
		if (access(marks[i].file, F_OK) == 0)
			(void)snprintf(out, size, "%s", marks[i].name);
	}
}

/* ---- clock and random numbers ---- */

bool machine_clock_kept(void)
{
	struct timex state = { .modes = 0 };

	return adjtimex(&state) >= 0 && !(state.status & STA_UNSYNC);
}

bool machine_random_ready(void)
{
	char byte;

	return getrandom(&byte, 1, GRND_NONBLOCK) == 1 || errno != EAGAIN;
}

/* ---- speed of a cipher ---- */

static int open_cipher(const char *name, struct err *err)
{
	struct sockaddr_alg address = { .salg_family = AF_ALG, .salg_type = "aead" };
	static const unsigned char key[16];
	cleanup_fd int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int cipher;

	(void)snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_ALG, ALG_SET_KEY, key, sizeof(key)) < 0 ||
	    setsockopt(fd, SOL_ALG, ALG_SET_AEAD_AUTHSIZE, NULL, GCM_TAG) < 0)
		return err_errno(err, errno, "the kernel's %s cannot be tried", name);
	cipher = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	return cipher < 0 ? err_errno(err, errno, "%s", name) : cipher;
}

/* Encrypts one packet; the answer is as long as the packet and its tag. */
static int encrypt_one(int cipher, struct err *err)
{
	static unsigned char plain[PACKET], secret[PACKET + GCM_TAG];
	struct iovec data = { plain, sizeof(plain) };
	char control[CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(struct af_alg_iv) + 12)] = {
		0
	};
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	uint32_t operation = ALG_OP_ENCRYPT, iv_len = 12;

	head->cmsg_level = SOL_ALG;
	head->cmsg_type = ALG_SET_OP;
	head->cmsg_len = CMSG_LEN(sizeof(operation));
	memcpy(CMSG_DATA(head), &operation, sizeof(operation));
	head = CMSG_NXTHDR(&message, head);
	head->cmsg_level = SOL_ALG;
	head->cmsg_type = ALG_SET_IV;
	head->cmsg_len = CMSG_LEN(sizeof(struct af_alg_iv) + iv_len);
	memcpy(CMSG_DATA(head), &iv_len, sizeof(iv_len));
	if (sendmsg(cipher, &message, 0) != (ssize_t)sizeof(plain) ||
	    read(cipher, secret, sizeof(secret)) != (ssize_t)sizeof(secret))
		return err_errno(err, errno, "the kernel does not encrypt");
	return 0;
}

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* /proc/crypto lists what is instantiated; that of the highest priority does the work. */
static void find_driver(const char *name, char *driver, size_t size)
{
	cleanup_buf struct buf text = BUF_INIT;
	char wanted[NAME_MAX_BYTES + 16], found[NAME_MAX_BYTES];
	long best = -1, priority;
	struct err ignored;

	*driver = '\0';
	if (file_read("/proc/crypto", CRYPTO_BYTES, &text, &ignored) < 0)
		return;
	(void)snprintf(wanted, sizeof(wanted), "name         : %s\n", name);
	for (const char *at = buf_text(&text); (at = strstr(at, wanted)); at++) {
		if (sscanf(at + strlen(wanted), "driver : %63s module : %*s priority : %ld", found,
			   &priority) != 2 ||
		    priority <= best)
			continue;
		best = priority;
		(void)snprintf(driver, size, "%s", found);
	}
}

bool machine_crypto_accelerated(const char *driver)
{
	static const char *const software[] = { "aes-generic", "aes-fixed-time", "aes-lib",
						"(aes-arm",    "ghash-generic",  "ghash-lib" };

	for (size_t i = 0; i < array_size(software); i++) {
		if (strstr(driver, software[i]))
			return false;
	}
	return *driver != '\0';
}

int machine_crypto_speed(const char *name, double *bytes_per_second, char *driver, size_t size,
			 struct err *err)
{
	cleanup_fd int cipher = open_cipher(name, err);
	int64_t begin = now_ns(), spent = 0;
	uint64_t bytes = 0;

	if (cipher < 0)
		return -1;
	for (; spent < MEASURE_NS; spent = now_ns() - begin) {
		if (encrypt_one(cipher, err) < 0)
			return -1;
		bytes += PACKET;
	}
	*bytes_per_second = (double)bytes * 1e9 / (double)spent;
	find_driver(name, driver, size);
	return 0;
}
