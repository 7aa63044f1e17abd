/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_S 2

int resolve_ipv4(const char *name, uint32_t *addresses, size_t max, size_t *count, struct err *err)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	int result;

	*count = 0;
	if (res_init() == 0) {
		_res.retrans = ANSWER_S;
		_res.retry = 1;
	}
	result = getaddrinfo(name, NULL, &hints, &list);
	if (result == EAI_NONAME || result == EAI_NODATA)
		return 0;
	if (result)
		return err_set(err, ERR_FAILED, "%s: %s", name, gai_strerror(result));
	for (const struct addrinfo *info = list; info && *count < max; info = info->ai_next) {
		struct sockaddr_in address;

		memcpy(&address, info->ai_addr, sizeof(address));
		addresses[(*count)++] = ntohl(address.sin_addr.s_addr);
	}
	freeaddrinfo(list);
	return 0;
}
