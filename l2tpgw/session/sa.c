/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/sa.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "base/ip4.h"
#include "session/text.h"

static bool number32(const struct tree *section, const char *name, int base, uint32_t *out)
{
	uint64_t value;

	if (!tree_number(section, name, base, &value) || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool flag(const struct tree *section, const char *name)
{
	return !strcmp(tree_text(section, name, ""), "yes");
}

static void endpoint(const struct tree *section, const char *host, const char *port,
		     uint32_t *address, uint16_t *number)
{
	uint32_t value;

	if (!ip4_parse(tree_text(section, host, ""), address))
		*address = 0;
	*number = number32(section, port, 10, &value) && value <= UINT16_MAX ? (uint16_t)value : 0;
}

static void endpoints(const struct tree *section, struct sa_ike *ike)
{
	endpoint(section, "local-host", "local-port", &ike->local, &ike->local_port);
	endpoint(section, "remote-host", "remote-port", &ike->remote, &ike->remote_port);
}

static void copy_spi(const struct tree *section, const char *name, char out[SA_SPI_MAX])
{
	const char *text = tree_text(section, name, "");
	size_t len = strlen(text);

	out[0] = '\0';
	if (!len || len >= SA_SPI_MAX || strspn(text, "0123456789abcdefABCDEF") != len)
		return;
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
}

/* "/NAME-BITS" behind what is there, as `swanctl --list-sas` joins them. */
static void append_algorithm(const struct tree *section, const char *name, const char *bits,
			     char out[SA_PROPOSAL_MAX])
{
	const struct tree *node = tree_get(section, name);
	uint32_t size;
	char text[40];

	if (!node || node->type != TREE_VALUE || !node->len)
		return;
	text_printable(node->value, node->len, text, sizeof(text));
	if (out[0])
		text_append(out, SA_PROPOSAL_MAX, "/");
	text_append(out, SA_PROPOSAL_MAX, "%s", text);
	if (bits && number32(section, bits, 10, &size) && size)
		text_append(out, SA_PROPOSAL_MAX, "-%u", size);
}

static void copy_proposal(const struct tree *section, char out[SA_PROPOSAL_MAX])
{
	out[0] = '\0';
	append_algorithm(section, "encr-alg", "encr-keysize", out);
	append_algorithm(section, "integ-alg", "integ-keysize", out);
	append_algorithm(section, "prf-alg", NULL, out);
	append_algorithm(section, "dh-group", NULL, out);
	if (tree_get(section, "esn"))
		text_append(out, SA_PROPOSAL_MAX, "/ESN");
}

static bool parse_ike(const struct tree *section, struct sa_ike *ike)
{
	const struct tree *identity = tree_get(section, "remote-id");

	if (!number32(section, "uniqueid", 10, &ike->id) || !ike->id)
		return false;
	endpoints(section, ike);
	ike->nat_remote = flag(section, "nat-remote");
	ike->nat_local = flag(section, "nat-local");
	if (identity && identity->type == TREE_VALUE)
		text_printable(identity->value, identity->len, ike->identity,
			       sizeof(ike->identity));
	copy_spi(section, "initiator-spi", ike->initiator_spi);
	copy_spi(section, "responder-spi", ike->responder_spi);
	copy_proposal(section, ike->proposal);
	return true;
}

/* child_sa_state_names in strongSwan's child_sa.c; all others are OTHER. */
static const struct {
	const char *name;
	enum sa_child_state state;
} child_states[] = {
	{ "INSTALLED", SA_CHILD_LIVE },  { "UPDATING", SA_CHILD_LIVE },
	{ "REKEYING", SA_CHILD_LIVE },   { "REKEYED", SA_CHILD_ENDING },
	{ "RETRYING", SA_CHILD_ENDING }, { "DELETING", SA_CHILD_ENDING },
	{ "DELETED", SA_CHILD_ENDING },  { "DESTROYING", SA_CHILD_ENDING },
};

static enum sa_child_state child_state(const char *name)
{
	for (size_t i = 0; i < array_size(child_states); i++) {
		if (!strcmp(child_states[i].name, name))
			return child_states[i].state;
	}
	return SA_CHILD_OTHER;
}

/* Both ways the same and the whole of it (a mask would be told), as the fabric needs it. */
static uint32_t child_mark(const struct tree *section)
{
	uint32_t in, out;

	if (!number32(section, "mark-in", 16, &in) || !number32(section, "mark-out", 16, &out) ||
	    in != out || tree_get(section, "mark-mask-in") || tree_get(section, "mark-mask-out"))
		return 0;
	return in;
}

static bool parse_child(const struct tree *section, struct sa_child *child)
{
	if (!section || section->type != TREE_SECTION ||
	    !number32(section, "uniqueid", 10, &child->id) || !child->id)
		return false;
	child->state = child_state(tree_text(section, "state", ""));
	child->mark = child_mark(section);
	(void)number32(section, "spi-in", 16, &child->spi_in);
	(void)number32(section, "spi-out", 16, &child->spi_out);
	child->encap = flag(section, "encap");
	(void)tree_number(section, "bytes-in", 10, &child->bytes_in);
	(void)tree_number(section, "bytes-out", 10, &child->bytes_out);
	(void)number32(section, "install-time", 10, &child->age);
	copy_proposal(section, child->proposal);
	return true;
}

static void parse_children(const struct tree *ike, struct arena *arena, struct sa_event *out)
{
	const struct tree *list = tree_get(ike, "child-sas");

	if (!list)
		return;
	tree_foreach (section, list) {
		struct sa_child child = { 0 };

		if (out->children_count == SA_CHILDREN_MAX)
			return;
		if (parse_child(section, &child))
			*(struct sa_child *)arena_push(arena, (void **)&out->children,
						       &out->children_count, sizeof(child)) = child;
	}
}

/* The first section stands for the IKE_SA, under the name of its connection. */
static const struct tree *ike_section(const struct tree *message)
{
	tree_foreach (node, message) {
		if (node->type == TREE_SECTION)
			return node;
	}
	return NULL;
}

static bool is_ours(const char *name)
{
	size_t len = strlen(FABRIC_NAME);

	return !strncmp(name, FABRIC_NAME, len) && (name[len] == '\0' || name[len] == '-');
}

static bool read_ike_updown(const struct tree *message, const struct tree *section,
			    struct arena *arena, struct sa_event *out)
{
	(void)arena;
	out->kind = flag(message, "up") ? SA_IKE_UP : SA_IKE_DOWN;
	return parse_ike(section, &out->ike);
}

/* The section still has the old end points; the new ones stand beside it. */
static bool read_ike_update(const struct tree *message, const struct tree *section,
			    struct arena *arena, struct sa_event *out)
{
	(void)arena;
	out->kind = SA_IKE_UPDATE;
	if (!parse_ike(section, &out->ike))
		return false;
	if (tree_get(message, "remote-host"))
		endpoints(message, &out->ike);
	return true;
}

static bool read_ike_rekey(const struct tree *message, const struct tree *section,
			   struct arena *arena, struct sa_event *out)
{
	struct sa_ike old = { 0 };

	(void)message;
	(void)arena;
	out->kind = SA_IKE_REKEY;
	if (!parse_ike(tree_get(section, "old"), &old))
		return false;
	out->old_ike = old.id;
	return parse_ike(tree_get(section, "new"), &out->ike);
}

static bool read_child_updown(const struct tree *message, const struct tree *section,
			      struct arena *arena, struct sa_event *out)
{
	out->kind = flag(message, "up") ? SA_CHILD_UP : SA_CHILD_DOWN;
	parse_children(section, arena, out);
	return parse_ike(section, &out->ike) && out->children_count == 1;
}

static bool read_child_rekey(const struct tree *message, const struct tree *section,
			     struct arena *arena, struct sa_event *out)
{
	const struct tree *list = tree_get(section, "child-sas");
	struct sa_child old = { 0 }, *child = arena_alloc(arena, sizeof(*child));

	(void)message;
	out->kind = SA_CHILD_REKEY;
	if (!list || !list->child || !parse_child(tree_get(list->child, "old"), &old) ||
	    !parse_child(tree_get(list->child, "new"), child))
		return false;
	out->old_child = old.id;
	out->children = child;
	out->children_count = 1;
	return parse_ike(section, &out->ike);
}

static bool read_list_sa(const struct tree *message, const struct tree *section,
			 struct arena *arena, struct sa_event *out)
{
	(void)message;
	out->kind = SA_LISTED;
	parse_children(section, arena, out);
	return parse_ike(section, &out->ike);
}

static const struct {
	const char *name;
	bool (*read)(const struct tree *message, const struct tree *section, struct arena *arena,
		     struct sa_event *out);
} events[] = {
	{ "ike-updown", read_ike_updown },   { "ike-update", read_ike_update },
	{ "ike-rekey", read_ike_rekey },     { "child-updown", read_child_updown },
	{ "child-rekey", read_child_rekey }, { "list-sa", read_list_sa },
};

int sa_parse(const char *event, const struct tree *message, struct arena *arena,
	     struct sa_event *out, struct err *err)
{
	const struct tree *section = ike_section(message);

	memset(out, 0, sizeof(*out));
	if (!section)
		return err_set(err, ERR_FAILED, "charon's event %s names no IKE_SA", event);
	if (!is_ours(section->name))
		return 0;
	for (size_t i = 0; i < array_size(events); i++) {
		if (strcmp(events[i].name, event) != 0)
			continue;
		if (events[i].read(message, section, arena, out))
			return 0;
		out->kind = SA_FOREIGN;
		return err_set(err, ERR_FAILED, "charon's event %s lacks what it must have", event);
	}
	return err_set(err, ERR_FAILED, "charon's event %s is not one about SAs", event);
}
