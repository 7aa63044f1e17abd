/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/object.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/ruleset.h"
#include "apply/saved_sysctl.h"
#include "base/buf.h"
#include "base/fabric.h"
#include "base/file.h"
#include "drive/net_address.h"
#include "drive/net_route.h"

#define FILE_BYTES_MAX (4u << 20)

struct kind {
	const char *name;
	int (*get)(const struct paths *, struct arena *, const struct object *,
		   struct object_value *, struct err *);
	int (*set)(const struct paths *, const struct object *, const struct object_value *,
		   struct err *);
	int (*find)(const struct paths *, struct arena *, struct object_list *, struct err *);
};

static struct object *found_add(struct arena *arena, struct object_list *found,
				enum object_kind kind)
{
	struct object *object =
	    arena_push(arena, (void **)&found->list, &found->count, sizeof(*object));

	object->kind = kind;
	return object;
}

static int value_from_file(struct arena *arena, const char *path, size_t max,
			   struct object_value *value, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct stat st;

	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot look at %s", path);
	if (file_read(path, max, &text, err) < 0)
		return -1;
	*value = (struct object_value){ .present = true,
					.data = arena_memdup(arena, buf_text(&text), text.len),
					.len = text.len,
					.mode = st.st_mode & 07777 };
	return 0;
}

/* ---- files: what the plan renders below RUN; told apart from sockets and pid files by name ----
 */

static int file_get(const struct paths *paths, struct arena *arena, const struct object *object,
		    struct object_value *value, struct err *err)
{
	(void)paths;
	return value_from_file(arena, object->name, FILE_BYTES_MAX, value, err);
}

static int file_set(const struct paths *paths, const struct object *object,
		    const struct object_value *value, struct err *err)
{
	(void)paths;
	if (!value->present)
		return file_remove(object->name, err);
	return file_write(object->name, value->data, value->len, value->mode, false, err);
}

static bool is_rendered_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (dot && !strcmp(dot, ".conf")) || !strcmp(name, "ppp-options");
}

static int file_find(const struct paths *paths, struct arena *arena, struct object_list *found,
		     struct err *err)
{
	DIR *dir = opendir(paths->run);

	if (!dir)
		return errno == ENOENT ? 0 : err_errno(err, errno, "cannot list %s", paths->run);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (is_rendered_name(entry->d_name))
			found_add(arena, found, OBJECT_FILE)->name =
			    arena_printf(arena, "%s/%s", paths->run, entry->d_name);
	}
	(void)closedir(dir);
	return 0;
}

/* ---- the ruleset, see ruleset.h ---- */

static int ruleset_object_get(const struct paths *paths, struct arena *arena,
			      const struct object *object, struct object_value *value,
			      struct err *err)
{
	(void)object;
	return ruleset_get(paths, arena, value, err);
}

static int ruleset_object_set(const struct paths *paths, const struct object *object,
			      const struct object_value *value, struct err *err)
{
	(void)object;
	/* Undone: what somebody else made of it is not known, nor wanted. */
	if (value->present && !value->len)
		return 0;
	return value->present ? ruleset_run(paths, value->data, value->len, err)
			      : ruleset_remove(paths, err);
}

static int ruleset_object_find(const struct paths *paths, struct arena *arena,
			       struct object_list *found, struct err *err)
{
	int there = ruleset_is_there(paths, err);

	if (there > 0)
		(void)found_add(arena, found, OBJECT_RULESET);
	return there < 0 ? -1 : 0;
}

/* ---- XFRM policies of the second line of defence ---- */

static int xfrm_get(const struct paths *paths, struct arena *arena, const struct object *object,
		    struct object_value *value, struct err *err)
{
	struct xfrm_policy *list;
	size_t count;

	(void)paths;
	if (xfrm_policy_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		value->present |= xfrm_rule_is(&object->xfrm, &list[i]);
	return 0;
}

static int xfrm_set(const struct paths *paths, const struct object *object,
		    const struct object_value *value, struct err *err)
{
	(void)paths;
	if (value->present)
		return xfrm_rule_add(&object->xfrm, err) < 0 ? -1 : 0;
	return xfrm_rule_delete(&object->xfrm, err) < 0 ? -1 : 0;
}

/* Ours have no template and no mark, and name our port or the workers' network. */
static bool xfrm_is_ours(const struct xfrm_policy *policy)
{
	struct ip4_net workers = { FABRIC_WORKER_NET, FABRIC_WORKER_BITS };

	if (policy->has_tmpl || policy->mark_mask || policy->dir == XFRM_DIR_FWD)
		return false;
	if (policy->block)
		return policy->proto == 17 &&
		       (policy->sport == FABRIC_L2TP_PORT || policy->dport == FABRIC_L2TP_PORT);
	return policy->src.bits == workers.bits && policy->src.address == workers.address;
}

static int xfrm_find(const struct paths *paths, struct arena *arena, struct object_list *found,
		     struct err *err)
{
	struct xfrm_policy *list;
	size_t count;

	(void)paths;
	if (xfrm_policy_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!xfrm_is_ours(&list[i]))
			continue;
		found_add(arena, found, OBJECT_XFRM)->xfrm = (struct xfrm_rule){
			.out = list[i].dir == XFRM_DIR_OUT,
			.block = list[i].block,
			.proto = list[i].proto,
			.sport = list[i].sport,
			.dport = list[i].dport,
			.src = list[i].src,
			.priority = list[i].priority,
		};
	}
	return 0;
}

/* ---- routes of slot addresses, to lo ---- */

static int route_get(const struct paths *paths, struct arena *arena, const struct object *object,
		     struct object_value *value, struct err *err)
{
	struct net_route *list;
	size_t count;

	(void)paths;
	if (net_route_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		value->present |= list[i].ifindex == NET_LO &&
				  list[i].net.address == object->route.address &&
				  list[i].net.bits == object->route.bits;
	return 0;
}

static int route_set(const struct paths *paths, const struct object *object,
		     const struct object_value *value, struct err *err)
{
	(void)paths;
	if (value->present)
		return net_route_add(object->route, err) < 0 ? -1 : 0;
	return net_route_delete(object->route, err) < 0 ? -1 : 0;
}

static int route_find(const struct paths *paths, struct arena *arena, struct object_list *found,
		      struct err *err)
{
	struct ip4_net ours = { FABRIC_NET, FABRIC_NET_BITS };
	struct net_route *list;
	size_t count;

	(void)paths;
	if (net_route_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (list[i].ifindex == NET_LO && list[i].net.bits >= FABRIC_NET_BITS &&
		    ip4_in(list[i].net.address, ours))
			found_add(arena, found, OBJECT_ROUTE)->route = list[i].net;
	}
	return 0;
}

/* ---- addresses of the workers, on lo ---- */

static int address_get(const struct paths *paths, struct arena *arena, const struct object *object,
		       struct object_value *value, struct err *err)
{
	struct net_address *list;
	size_t count;

	(void)paths;
	if (net_address_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		value->present |= list[i].ifindex == NET_LO && list[i].address == object->address;
	return 0;
}

static int address_set(const struct paths *paths, const struct object *object,
		       const struct object_value *value, struct err *err)
{
	(void)paths;
	if (value->present)
		return net_address_add(object->address, err) < 0 ? -1 : 0;
	return net_address_delete(object->address, err) < 0 ? -1 : 0;
}

static int address_find(const struct paths *paths, struct arena *arena, struct object_list *found,
			struct err *err)
{
	struct ip4_net workers = { FABRIC_WORKER_NET, FABRIC_WORKER_BITS };
	struct net_address *list;
	size_t count;

	(void)paths;
	if (net_address_list(arena, &list, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (list[i].ifindex == NET_LO && ip4_in(list[i].address, workers))
			found_add(arena, found, OBJECT_ADDRESS)->address = list[i].address;
	}
	return 0;
}

/* ---- sysctls: "absent" is the value they had before ---- */

static int sysctl_get(const struct paths *paths, struct arena *arena, const struct object *object,
		      struct object_value *value, struct err *err)
{
	char text[SYSCTL_VALUE_MAX];
	int saved = saved_sysctl_get(paths, object->name, text, err);

	if (saved)
		return saved < 0 ? -1 : 0;
	if (sysctl_read(object->name, text, err) < 0)
		return -1;
	*value = (struct object_value){ .present = true,
					.data = arena_strdup(arena, text),
					.len = strlen(text) };
	return 0;
}

static int sysctl_save(const struct paths *paths, const char *name, struct err *err)
{
	char text[SYSCTL_VALUE_MAX];
	int result = saved_sysctl_get(paths, name, text, err);

	if (result <= 0)
		return result;
	result = sysctl_read(name, text, err);
	if (result)
		return result < 0 ? -1
				  : err_set(err, ERR_FAILED, "this kernel has no sysctl %s", name);
	return saved_sysctl_put(paths, name, text, err);
}

static int sysctl_restore(const struct paths *paths, const char *name, struct err *err)
{
	char text[SYSCTL_VALUE_MAX];
	int saved = saved_sysctl_get(paths, name, text, err);

	if (saved)
		return saved < 0 ? -1 : 0;
	if (sysctl_write(name, text, err) < 0)
		return -1;
	return saved_sysctl_drop(paths, name, err);
}

static int sysctl_set(const struct paths *paths, const struct object *object,
		      const struct object_value *value, struct err *err)
{
	if (!value->present)
		return sysctl_restore(paths, object->name, err);
	if (sysctl_save(paths, object->name, err) < 0)
		return -1;
	return sysctl_write(object->name, value->data, err) < 0 ? -1 : 0;
}

static int sysctl_find(const struct paths *paths, struct arena *arena, struct object_list *found,
		       struct err *err)
{
	const char **names;
	size_t count;

	if (saved_sysctl_list(paths, arena, &names, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		found_add(arena, found, OBJECT_SYSCTL)->name = names[i];
	return 0;
}

static const struct kind kinds[OBJECT_KINDS] = {
	[OBJECT_FILE] = { "file", file_get, file_set, file_find },
	[OBJECT_RULESET] = { "nftables table", ruleset_object_get, ruleset_object_set,
			     ruleset_object_find },
	[OBJECT_XFRM] = { "IPsec policy", xfrm_get, xfrm_set, xfrm_find },
	[OBJECT_ROUTE] = { "route", route_get, route_set, route_find },
	[OBJECT_ADDRESS] = { "address", address_get, address_set, address_find },
	[OBJECT_SYSCTL] = { "sysctl", sysctl_get, sysctl_set, sysctl_find },
};

int object_get(const struct paths *paths, struct arena *arena, const struct object *object,
	       struct object_value *value, struct err *err)
{
	*value = (struct object_value){ .present = false };
	return kinds[object->kind].get(paths, arena, object, value, err);
}

int object_set(const struct paths *paths, const struct object *object,
	       const struct object_value *value, struct err *err)
{
	return kinds[object->kind].set(paths, object, value, err);
}

int object_find_all(const struct paths *paths, unsigned wanted, struct arena *arena,
		    struct object_list *found, struct err *err)
{
	*found = (struct object_list){ NULL, 0 };
	for (enum object_kind kind = 0; kind < OBJECT_KINDS; kind++) {
		if ((wanted & OBJECT_BIT(kind)) && kinds[kind].find(paths, arena, found, err) < 0)
			return -1;
	}
	return 0;
}

enum object_kind object_kind_in_run(const char *name)
{
	if (!*name || is_rendered_name(name))
		return OBJECT_FILE;
	return !strncmp(name, "ruleset.", strlen("ruleset.")) ? OBJECT_RULESET : OBJECT_KINDS;
}

static bool xfrm_same(const struct xfrm_rule *a, const struct xfrm_rule *b)
{
	return a->out == b->out && a->block == b->block && a->proto == b->proto &&
	       a->sport == b->sport && a->dport == b->dport && a->src.bits == b->src.bits &&
	       a->src.address == b->src.address && a->priority == b->priority;
}

bool object_same(const struct object *a, const struct object *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case OBJECT_FILE:
	case OBJECT_SYSCTL:
		return !strcmp(a->name, b->name);
	case OBJECT_RULESET:
		return true;
	case OBJECT_XFRM:
		return xfrm_same(&a->xfrm, &b->xfrm);
	case OBJECT_ROUTE:
		return a->route.address == b->route.address && a->route.bits == b->route.bits;
	case OBJECT_ADDRESS:
		return a->address == b->address;
	case OBJECT_KINDS:
		break;
	}
	return false;
}

bool object_value_equal(const struct object_value *a, const struct object_value *b)
{
	if (a->present != b->present)
		return false;
	return !a->present || (a->mode == b->mode && a->len == b->len &&
			       (!a->len || !memcmp(a->data, b->data, a->len)));
}

const char *object_text(const struct object *object, char *out, size_t size)
{
	const char *name = kinds[object->kind].name;
	char address[IP4_TEXT_MAX];

	switch (object->kind) {
	case OBJECT_FILE:
	case OBJECT_SYSCTL:
		(void)snprintf(out, size, "%s %s", name, object->name);
		break;
	case OBJECT_RULESET:
		(void)snprintf(out, size, "%s inet %s", name, FABRIC_TABLE);
		break;
	case OBJECT_XFRM:
		(void)snprintf(out, size, "%s %s %s priority %u", name,
			       object->xfrm.out ? "out" : "in",
			       object->xfrm.block ? "block" : "allow", object->xfrm.priority);
		break;
	case OBJECT_ROUTE:
		(void)snprintf(out, size, "%s %s", name, ip4_net_text(object->route, address));
		break;
	case OBJECT_ADDRESS:
		(void)snprintf(out, size, "%s %s", name, ip4_text(object->address, address));
		break;
	case OBJECT_KINDS:
		break;
	}
	return out;
}
