/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/opening_tools.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "drive/firewalld.h"
#include "drive/iptables.h"
#include "drive/nft.h"
#include "drive/ufw.h"

#define LISTING_MAX (16u << 20)
#define COPIES_MAX  16

/* ---- ufw ---- */

static int ufw_there(const struct opening *opening, bool *there, struct err *err)
{
	char comment[OPENING_COMMENT_MAX];

	return ufw_has(opening_comment(opening, comment), there, err);
}

/* A rule of the administrator's for the same packets is left as it is. */
static int ufw_put(const struct opening *opening, struct err *err)
{
	const char *rule = opening->kind->rule;
	char comment[OPENING_COMMENT_MAX];
	enum ufw_other other;
	bool there;

	if (ufw_there(opening, &there, err) < 0)
		return -1;
	if (there)
		return 0;
	if (ufw_find_other(rule, &other, err) < 0)
		return -1;
	if (other == UFW_OTHER_REFUSES)
		return err_set(err, ERR_FAILED,
			       "ufw has a rule that refuses or limits this, which is left as it "
			       "is; if it need not be: ufw %s",
			       rule);
	return other == UFW_OTHER_ALLOWS ? 0
					 : ufw_add(rule, opening_comment(opening, comment), err);
}

static int ufw_take(const struct opening *opening, struct err *err)
{
	bool there;

	if (ufw_there(opening, &there, err) < 0)
		return -1;
	return there ? ufw_delete(opening->kind->rule, err) : 0;
}

/* ---- firewalld ---- */

static int firewalld_do(const struct opening *opening, enum firewalld_act act, struct err *err)
{
	cleanup_firewalld struct firewalld *firewalld = NULL;
	int rc = firewalld_open(&firewalld, err);

	if (rc < 0)
		return -1;
	/* What it does not remember is gone with it. */
	if (rc > 0)
		return act == FIREWALLD_ADD ? err_set(err, ERR_FAILED, "firewalld does not run")
					    : 0;
	return (opening->kind->place ? firewalld_interface : firewalld_rule)(
	    firewalld, act, opening->place, opening->kind->rule, err);
}

static int firewalld_there(const struct opening *opening, bool *there, struct err *err)
{
	int rc = firewalld_do(opening, FIREWALLD_QUERY, err);

	*there = rc > 0;
	return rc < 0 ? -1 : 0;
}

static int firewalld_put(const struct opening *opening, struct err *err)
{
	return firewalld_do(opening, FIREWALLD_ADD, err) < 0 ? -1 : 0;
}

static int firewalld_take(const struct opening *opening, struct err *err)
{
	return firewalld_do(opening, FIREWALLD_REMOVE, err) < 0 ? -1 : 0;
}

/* ---- iptables, Docker's chain among it ---- */

static enum iptables_kind kind_of(const struct opening *opening, const char **chain)
{
	static const char legacy[] = "legacy:";

	*chain = opening->place;
	if (strncmp(opening->place, legacy, strlen(legacy)) != 0)
		return IPTABLES_NFT;
	*chain += strlen(legacy);
	return IPTABLES_LEGACY;
}

static int iptables_there(const struct opening *opening, bool *there, struct err *err)
{
	char comment[OPENING_COMMENT_MAX];
	const char *chain;
	enum iptables_kind kind = kind_of(opening, &chain);

	return iptables_has(kind, chain, opening->kind->rule, opening_comment(opening, comment),
			    there, err);
}

static int iptables_put(const struct opening *opening, struct err *err)
{
	char comment[OPENING_COMMENT_MAX];
	const char *chain;
	enum iptables_kind kind = kind_of(opening, &chain);
	bool there;

	if (iptables_there(opening, &there, err) < 0)
		return -1;
	return there ? 0
		     : iptables_insert(kind, chain, opening->kind->rule,
				       opening_comment(opening, comment), err);
}

static int iptables_take(const struct opening *opening, struct err *err)
{
	char comment[OPENING_COMMENT_MAX];
	const char *chain;
	enum iptables_kind kind = kind_of(opening, &chain);

	return iptables_delete(kind, chain, opening->kind->rule, opening_comment(opening, comment),
			       err);
}

/* ---- nftables ---- */

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static bool is_at(const json_t *rule, const char *place)
{
	char chain[OPENING_PLACE_MAX];

	(void)snprintf(chain, sizeof(chain), "%s %s %s", text_of(rule, "family"),
		       text_of(rule, "table"), text_of(rule, "chain"));
	return !strcmp(chain, place);
}

uint64_t opening_nft_handle(const char *ruleset, size_t len, const struct opening *opening)
{
	char comment[OPENING_COMMENT_MAX];
	json_t *root = json_loadb(ruleset, len, 0, NULL), *item;
	json_int_t handle = 0;
	size_t i;

	(void)opening_comment(opening, comment);
	json_array_foreach(json_object_get(root, "nftables"), i, item)
	{
		const json_t *rule = json_object_get(item, "rule");

		if (rule && is_at(rule, opening->place) &&
		    !strcmp(text_of(rule, "comment"), comment))
			handle = json_integer_value(json_object_get(rule, "handle"));
	}
	json_decref(root);
	return handle > 0 ? (uint64_t)handle : 0;
}

static int nft_handle(const struct opening *opening, uint64_t *handle, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (nft_list("list ruleset", false, LISTING_MAX, &text, err) < 0)
		return -1;
	*handle = opening_nft_handle(buf_text(&text), text.len, opening);
	return 0;
}

static int nft_there(const struct opening *opening, bool *there, struct err *err)
{
	uint64_t handle = 0;
	int rc = nft_handle(opening, &handle, err);

	*there = handle != 0;
	return rc;
}

/* Names come from others: they are not to be taken for commands. */
static int check_place(const struct opening *opening, struct err *err)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./ ";

	if (!opening->place[strspn(opening->place, plain)])
		return 0;
	return err_set(err, ERR_FAILED, "nftables: a chain of a name that cannot be written: %s",
		       opening->place);
}

static int nft_put(const struct opening *opening, struct err *err)
{
	cleanup_buf struct buf command = BUF_INIT;
	char comment[OPENING_COMMENT_MAX];
	bool there;

	if (check_place(opening, err) < 0 || nft_there(opening, &there, err) < 0)
		return -1;
	if (there)
		return 0;
	buf_printf(&command, "insert rule %s %s comment \"%s\"\n", opening->place,
		   opening->kind->rule, opening_comment(opening, comment));
	return nft_run(buf_text(&command), err);
}

static int nft_take(const struct opening *opening, struct err *err)
{
	if (check_place(opening, err) < 0)
		return -1;
	for (unsigned copies = 0; copies < COPIES_MAX; copies++) {
		cleanup_buf struct buf command = BUF_INIT;
		uint64_t handle = 0;

		if (nft_handle(opening, &handle, err) < 0)
			return -1;
		if (!handle)
			return 0;
		buf_printf(&command, "delete rule %s handle %" PRIu64 "\n", opening->place, handle);
		if (nft_run(buf_text(&command), err) < 0)
			return -1;
	}
	return err_set(err, ERR_FAILED, "%s: our rule comes back", opening->place);
}

/* ---- all ---- */

struct way {
	int (*there)(const struct opening *opening, bool *there, struct err *err);
	int (*put)(const struct opening *opening, struct err *err);
	int (*take)(const struct opening *opening, struct err *err);
};

static const struct way ways[TOOLS] = {
	[TOOL_NFTABLES] = { nft_there, nft_put, nft_take },
	[TOOL_UFW] = { ufw_there, ufw_put, ufw_take },
	[TOOL_FIREWALLD] = { firewalld_there, firewalld_put, firewalld_take },
	[TOOL_DOCKER] = { iptables_there, iptables_put, iptables_take },
	[TOOL_IPTABLES] = { iptables_there, iptables_put, iptables_take },
};

int opening_is_there(const struct opening *opening, bool *there, struct err *err)
{
	return ways[opening->kind->tool].there(opening, there, err);
}

int opening_put(const struct opening *opening, struct err *err)
{
	return ways[opening->kind->tool].put(opening, err);
}

int opening_take(const struct opening *opening, struct err *err)
{
	return ways[opening->kind->tool].take(opening, err);
}
