/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/names.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/ip4.h"
#include "base/utf8.h"
#include "policy/policy.h"

static const struct {
	uint32_t first, last;
	const char *text;
} reserved[] = {
	{ 0x00000000, 0x00ffffff, "in 0.0.0.0/8, which means \"this network\"" },
	{ 0x7f000000, 0x7fffffff, "in 127.0.0.0/8, which every machine keeps to itself" },
	{ 0xa9fe0000, 0xa9feffff, "in 169.254.0.0/16, which is not routed" },
	{ FABRIC_NET, FABRIC_NET | 0x1ffff,
	  "in 198.18.0.0/15, which l2tpgw uses inside the gateway" },
	{ 0xe0000000, 0xefffffff, "a multicast address" },
	{ 0xf0000000, 0xffffffff, "in 240.0.0.0/4, which is reserved" },
};

const char *names_reserved_net(uint32_t first, uint32_t last)
{
	for (size_t i = 0; i < array_size(reserved); i++)
		if (first <= reserved[i].last && last >= reserved[i].first)
			return reserved[i].text;
	return NULL;
}

const char *names_reserved(uint32_t address)
{
	return names_reserved_net(address, address);
}

static const char *label_fault(const char *label, size_t len)
{
	if (!len)
		return "a dot too many";
	if (len > 63)
		return "a part between dots is longer than 63 bytes";
	if (label[0] == '-' || label[len - 1] == '-')
		return "no part between dots may begin or end with \"-\"";
	for (size_t i = 0; i < len; i++)
		if (!isascii((unsigned char)label[i]) ||
		    (!isalnum((unsigned char)label[i]) && label[i] != '-'))
			return "a DNS name holds letters, digits, \"-\" and dots only; write "
			       "others "
			       "in their xn-- form";
	return NULL;
}

const char *names_gateway(const char *text)
{
	const char *label = text, *why;
	uint32_t address;
	size_t len;

	if (ip4_parse(text, &address))
		return names_reserved(address) ? "not an address that clients can dial" : NULL;
	for (;; label += len + 1) {
		len = strcspn(label, ".");
		why = label_fault(label, len);
		if (why || !label[len])
			break;
	}
	if (!why && strspn(label, "0123456789") == len)
		return "neither a DNS name nor an IPv4 address";
	return why;
}

const char *names_interface(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	if (strspn(text, allowed) != strlen(text) || strcmp(text, ".") == 0 ||
	    strcmp(text, "..") == 0 || text[0] == '-')
		return "not a name of an interface";
	if (strcmp(text, "lo") == 0)
		return "no client comes in through the loopback interface";
	if (strncmp(text, FABRIC_IFNAME_PREFIX, strlen(FABRIC_IFNAME_PREFIX)) == 0)
		return "names that begin with \"" FABRIC_IFNAME_PREFIX "\" are those of sessions";
	return NULL;
}

static bool printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

const char *names_user(const char *text)
{
	size_t len = strlen(text);

	if (!printable(text, len))
		return "may hold printable ASCII only: clients and pppd encode others differently";
	if (text[0] == ' ' || text[len - 1] == ' ')
		return "may not begin or end with a space";
	if (strcmp(text, "*") == 0)
		return "may not be \"*\", which pppd takes for anybody";
	return NULL;
}

const char *names_password(const char *text, struct buf *bytes, size_t *at)
{
	size_t len = strlen(text), step;
	uint32_t code = 0;

	for (*at = 1; len; text += step, len -= step, (*at)++) {
		step = utf8_decode(text, len, &code);
		if (!step)
			return "is not UTF-8";
		if (code > 0xff)
			return "is one that MS-CHAPv2 as pppd does it cannot carry: only those up "
			       "to U+00FF";
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			return "is a control character";
		if (*at > NAMES_PASSWORD_MAX)
			return "is behind the 255 that pppd takes";
		buf_putc(bytes, (char)code);
	}
	return NULL;
}

const char *names_psk(const char *text, size_t len)
{
	if (len < NAMES_PSK_MIN)
		return "is shorter than 8 characters";
	if (len > NAMES_PSK_MAX)
		return "is longer than 255 characters";
	if (!printable(text, len))
		return "may hold printable ASCII only: clients encode others differently";
	if (text[0] == ' ' || text[len - 1] == ' ')
		return "may not begin or end with a space, which clients cut off";
	return NULL;
}

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

const char *names_label(const char *text)
{
	if (!*text || strlen(text) >= POLICY_NAME_MAX)
		return "1 to 32 characters are needed";
	if (strspn(text, ALNUM "_.-") != strlen(text) || !strchr(ALNUM, text[0]))
		return "letters, digits, \"_\", \".\" and \"-\" are possible, and a letter or "
		       "digit "
		       "first";
	return NULL;
}

const char *names_zone(const char *text)
{
	size_t len = strlen(text);

	if (!len || strspn(text, ALNUM "_+-/") != len || text[0] == '/' || text[len - 1] == '/' ||
	    strstr(text, "//"))
		return "not a name of a time zone such as \"Europe/Berlin\" or \"UTC\"";
	return NULL;
}
