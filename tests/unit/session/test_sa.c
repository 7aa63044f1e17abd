/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "session/sa.h"

/* What charon sends, as it was seen on strongSwan 5.9.8 with a client behind NAT. */
static struct tree *fill_ike(struct arena *a, struct tree *section, const char *id)
{
	tree_value(a, section, "uniqueid", id);
	tree_value(a, section, "version", "1");
	tree_value(a, section, "state", "ESTABLISHED");
	tree_value(a, section, "local-host", "203.0.113.1");
	tree_value(a, section, "local-port", "4500");
	tree_value(a, section, "local-id", "203.0.113.1");
	tree_value(a, section, "remote-host", "203.0.113.2");
	tree_value(a, section, "remote-port", "55609");
	tree_value(a, section, "remote-id", "192.168.1.12");
	tree_value(a, section, "initiator-spi", "00ab34CD00000001");
	tree_value(a, section, "responder-spi", "1111111111111111");
	tree_value(a, section, "nat-remote", "yes");
	tree_value(a, section, "nat-any", "yes");
	tree_value(a, section, "encr-alg", "AES_CBC");
	tree_value(a, section, "encr-keysize", "256");
	tree_value(a, section, "integ-alg", "HMAC_SHA2_256_128");
	tree_value(a, section, "prf-alg", "PRF_HMAC_SHA2_256");
	tree_value(a, section, "dh-group", "MODP_2048");
	tree_value(a, section, "established", "0");
	return section;
}

static struct tree *fill_child(struct arena *a, struct tree *section, const char *id)
{
	struct tree *ts;

	tree_value(a, section, "name", "l2tpgw");
	tree_value(a, section, "uniqueid", id);
	tree_value(a, section, "reqid", "7");
	tree_value(a, section, "state", "INSTALLED");
	tree_value(a, section, "mode", "TRANSPORT");
	tree_value(a, section, "protocol", "ESP");
	tree_value(a, section, "encap", "yes");
	tree_value(a, section, "spi-in", "c3fdf1be");
	tree_value(a, section, "spi-out", "01020304");
	tree_value(a, section, "mark-in", "0000001a");
	tree_value(a, section, "mark-out", "0000001a");
	tree_value(a, section, "encr-alg", "AES_GCM_16");
	tree_value(a, section, "encr-keysize", "256");
	tree_value(a, section, "bytes-in", "18446744073709551615");
	tree_value(a, section, "bytes-out", "12");
	tree_value(a, section, "install-time", "3");
	ts = tree_list(a, section, "local-ts");
	tree_item(a, ts, "203.0.113.1/32[udp/l2f]");
	return section;
}

static struct tree *updown(struct arena *a, const char *name, bool up, bool child)
{
	struct tree *root = tree_new(a), *ike;

	if (up)
		tree_value(a, root, "up", "yes");
	ike = fill_ike(a, tree_section(a, root, name), "4");
	if (child)
		fill_child(a, tree_section(a, tree_section(a, ike, "child-sas"), "l2tpgw-9"), "9");
	return root;
}

static void test_child_up(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct sa_event event;
	struct err err;

	(void)state;
	assert_int_equal(sa_parse("child-updown", updown(a, "l2tpgw", true, true), a, &event, &err),
			 0);
	assert_int_equal(event.kind, SA_CHILD_UP);
	assert_int_equal(event.ike.id, 4);
	assert_int_equal(event.ike.local, 0xcb007101);
	assert_int_equal(event.ike.remote, 0xcb007102);
	assert_int_equal(event.ike.remote_port, 55609);
	assert_true(event.ike.nat_remote);
	assert_false(event.ike.nat_local);
	assert_string_equal(event.ike.identity, "192.168.1.12");
	assert_string_equal(event.ike.initiator_spi, "00ab34cd00000001");
	assert_string_equal(event.ike.proposal,
			    "AES_CBC-256/HMAC_SHA2_256_128/PRF_HMAC_SHA2_256/MODP_2048");
	assert_int_equal(event.children_count, 1);
	assert_int_equal(event.children[0].id, 9);
	assert_int_equal(event.children[0].mark, 0x1a);
	assert_int_equal(event.children[0].state, SA_CHILD_LIVE);
	assert_int_equal(event.children[0].spi_in, 0xc3fdf1be);
	assert_true(event.children[0].encap);
	assert_true(event.children[0].bytes_in == UINT64_MAX);
	assert_int_equal(event.children[0].age, 3);
	assert_string_equal(event.children[0].proposal, "AES_GCM_16-256");
}

static void test_downs_lack_up(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct sa_event event;
	struct err err;

	(void)state;
	assert_int_equal(
	    sa_parse("child-updown", updown(a, "l2tpgw", false, true), a, &event, &err), 0);
	assert_int_equal(event.kind, SA_CHILD_DOWN);
	assert_int_equal(sa_parse("ike-updown", updown(a, "l2tpgw", false, false), a, &event, &err),
			 0);
	assert_int_equal(event.kind, SA_IKE_DOWN);
	assert_int_equal(event.children_count, 0);
}

static void test_rekey(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a), *ike = fill_ike(a, tree_section(a, root, "l2tpgw"), "4");
	struct tree *pair = tree_section(a, tree_section(a, ike, "child-sas"), "l2tpgw");
	struct sa_event event;
	struct err err;

	(void)state;
	fill_child(a, tree_section(a, pair, "old"), "9");
	fill_child(a, tree_section(a, pair, "new"), "10");
	assert_int_equal(sa_parse("child-rekey", root, a, &event, &err), 0);
	assert_int_equal(event.kind, SA_CHILD_REKEY);
	assert_int_equal(event.old_child, 9);
	assert_int_equal(event.children[0].id, 10);
	assert_int_equal(event.children[0].mark, 0x1a);
}

static void test_ike_rekey(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a), *pair = tree_section(a, root, "l2tpgw");
	struct sa_event event;
	struct err err;

	(void)state;
	fill_ike(a, tree_section(a, pair, "old"), "4");
	fill_ike(a, tree_section(a, pair, "new"), "5");
	assert_int_equal(sa_parse("ike-rekey", root, a, &event, &err), 0);
	assert_int_equal(event.kind, SA_IKE_REKEY);
	assert_int_equal(event.old_ike, 4);
	assert_int_equal(event.ike.id, 5);
}

/* The section has the end points as they were; those that count stand beside it. */
static void test_update_has_new_end_points(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a);
	struct sa_event event;
	struct err err;

	(void)state;
	tree_value(a, root, "local-host", "203.0.113.1");
	tree_value(a, root, "local-port", "4500");
	tree_value(a, root, "remote-host", "203.0.113.77");
	tree_value(a, root, "remote-port", "1025");
	fill_ike(a, tree_section(a, root, "l2tpgw"), "4");
	assert_int_equal(sa_parse("ike-update", root, a, &event, &err), 0);
	assert_int_equal(event.kind, SA_IKE_UPDATE);
	assert_int_equal(event.ike.remote, 0xcb00714d);
	assert_int_equal(event.ike.remote_port, 1025);
}

static void test_list_with_many_children(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a), *ike = fill_ike(a, tree_section(a, root, "l2tpgw"), "4");
	struct tree *list = tree_section(a, ike, "child-sas");
	struct sa_event event;
	struct err err;
	char id[16];

	(void)state;
	for (unsigned i = 1; i <= SA_CHILDREN_MAX + 50; i++) {
		(void)snprintf(id, sizeof(id), "%u", i);
		fill_child(a, tree_section(a, list, id), id);
	}
	assert_int_equal(sa_parse("list-sa", root, a, &event, &err), 0);
	assert_int_equal(event.kind, SA_LISTED);
	assert_int_equal(event.children_count, SA_CHILDREN_MAX);
	assert_int_equal(event.children[SA_CHILDREN_MAX - 1].id, SA_CHILDREN_MAX);
}

static void test_foreign_connections(void **state)
{
	static const struct {
		const char *name;
		enum sa_event_kind kind;
	} names[] = {
		{ "l2tpgw", SA_CHILD_UP }, { "l2tpgw-b", SA_CHILD_UP }, { "l2tpgwx", SA_FOREIGN },
		{ "office", SA_FOREIGN },  { "l2tp", SA_FOREIGN },      { "", SA_FOREIGN },
	};
	struct sa_event event;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_arena struct arena *a = arena_new();

		assert_int_equal(
		    sa_parse("child-updown", updown(a, names[i].name, true, true), a, &event, &err),
		    0);
		assert_int_equal(event.kind, names[i].kind);
	}
}

static void replace(struct arena *a, struct tree *section, const char *name, const char *value)
{
	tree_foreach (node, section) {
		if (node->name && !strcmp(node->name, name)) {
			node->value = arena_strdup(a, value);
			node->len = strlen(value);
		}
	}
}

/* Each is something the event cannot do without, or a mark that the fabric cannot use. */
static void test_bad_values(void **state)
{
	static const struct {
		bool in_child;
		const char *name, *value;
		int result;
		uint32_t mark;
	} rows[] = {
		{ false, "uniqueid", "", -1, 0 },
		{ false, "uniqueid", "0", -1, 0 },
		{ false, "uniqueid", "4294967296", -1, 0 },
		{ false, "uniqueid", "-4", -1, 0 },
		{ false, "remote-host", "fe80::1", 0, 0x1a },
		{ false, "remote-port", "65536", 0, 0x1a },
		{ false, "initiator-spi", "00112233445566778", 0, 0x1a },
		{ true, "uniqueid", "x", -1, 0 },
		{ true, "mark-in", "1b", 0, 0 },
		{ true, "mark-in", "100000000", 0, 0 },
		{ true, "state", "REKEYED", 0, 0x1a },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_arena struct arena *a = arena_new();
		struct tree *root = updown(a, "l2tpgw", true, true);
		struct tree *ike = root->last, *child = ike->last->child;
		struct sa_event event;
		struct err err;

		replace(a, rows[i].in_child ? child : ike, rows[i].name, rows[i].value);
		assert_int_equal(sa_parse("child-updown", root, a, &event, &err), rows[i].result);
		if (!rows[i].result)
			assert_int_equal(event.children[0].mark, rows[i].mark);
		if (!strcmp(rows[i].name, "remote-host"))
			assert_int_equal(event.ike.remote, 0);
		if (!strcmp(rows[i].name, "remote-port"))
			assert_int_equal(event.ike.remote_port, 0);
		if (!strcmp(rows[i].name, "initiator-spi"))
			assert_string_equal(event.ike.initiator_spi, "");
		if (!strcmp(rows[i].name, "state"))
			assert_int_equal(event.children[0].state, SA_CHILD_ENDING);
	}
}

static void test_masked_mark_is_none(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = updown(a, "l2tpgw", true, true);
	struct sa_event event;
	struct err err;

	(void)state;
	tree_value(a, root->last->last->child, "mark-mask-in", "0000ffff");
	assert_int_equal(sa_parse("child-updown", root, a, &event, &err), 0);
	assert_int_equal(event.children[0].mark, 0);
}

/* An identity may be any bytes the peer likes. */
static void test_identity_is_made_printable(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a), *ike = tree_section(a, root, "l2tpgw");
	char long_id[400];
	struct sa_event event;
	struct err err;

	(void)state;
	tree_value(a, ike, "uniqueid", "4");
	tree_bytes(a, ike, "remote-id", "a\n\0\\\x1b[31m\xff", 10);
	assert_int_equal(sa_parse("ike-updown", root, a, &event, &err), 0);
	assert_string_equal(event.ike.identity, "a\\x0a\\x00\\x5c\\x1b[31m\\xff");

	memset(long_id, '\n', sizeof(long_id));
	tree_bytes(a, ike = tree_section(a, root = tree_new(a), "l2tpgw"), "remote-id", long_id,
		   sizeof(long_id));
	tree_value(a, ike, "uniqueid", "4");
	tree_bytes(a, ike, "encr-alg", long_id, sizeof(long_id));
	tree_bytes(a, ike, "integ-alg", long_id, sizeof(long_id));
	tree_bytes(a, ike, "prf-alg", long_id, sizeof(long_id));
	assert_int_equal(sa_parse("ike-updown", root, a, &event, &err), 0);
	assert_int_equal(strlen(event.ike.identity), 124);
	assert_true(strlen(event.ike.proposal) < SA_PROPOSAL_MAX);
	assert_null(strchr(event.ike.proposal, '\n'));
}

static void test_nothing_usable(void **state)
{
	cleanup_arena struct arena *a = arena_new();
	struct tree *root = tree_new(a);
	struct sa_event event;
	struct err err;

	(void)state;
	assert_int_equal(sa_parse("list-sa", root, a, &event, &err), -1);
	tree_value(a, root, "l2tpgw", "no section");
	assert_int_equal(sa_parse("list-sa", root, a, &event, &err), -1);
	assert_int_equal(
	    sa_parse("child-updown", updown(a, "l2tpgw", true, false), a, &event, &err), -1);
	assert_int_equal(sa_parse("child-rekey", updown(a, "l2tpgw", true, true), a, &event, &err),
			 -1);
	assert_int_equal(sa_parse("log", updown(a, "l2tpgw", true, true), a, &event, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_up),
		cmocka_unit_test(test_downs_lack_up),
		cmocka_unit_test(test_rekey),
		cmocka_unit_test(test_ike_rekey),
		cmocka_unit_test(test_update_has_new_end_points),
		cmocka_unit_test(test_list_with_many_children),
		cmocka_unit_test(test_foreign_connections),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_masked_mark_is_none),
		cmocka_unit_test(test_identity_is_made_printable),
		cmocka_unit_test(test_nothing_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
