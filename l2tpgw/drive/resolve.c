/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_S 2

static int ask(const char *name, int family, struct addrinfo **list)
{
	struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM };

	if (res_init() == 0) {
		_res.retrans = ANSWER_S;
		_res.retry = 1;
	}
	return getaddrinfo(name, NULL, &hints, list);
}

int resolve_ipv4(const char *name, uint32_t *addresses, size_t max, size_t *count, struct err *err)
{
	struct addrinfo *list;
	int result = ask(name, AF_INET, &list);

	*count = 0;
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

bool resolve_has_ipv6(const char *name)
{
	struct addrinfo *list;
	bool found = false;

	if (ask(name, AF_INET6, &list) != 0)
		return false;
	for (const struct addrinfo *info = list; info; info = info->ai_next) {
		struct sockaddr_in6 address;

		memcpy(&address, info->ai_addr, sizeof(address));
		found |= !IN6_IS_ADDR_LOOPBACK(&address.sin6_addr) &&
			 !IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr);
	}
	freeaddrinfo(list);
	return found;
}
