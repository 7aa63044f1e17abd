/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "helper.h"

static struct fields record_of(struct session_table *table, uint32_t slot)
{
	struct fields fields;

	session_encode(session_by_slot(table, slot), &fields);
	assert_false(fields.failed);
	return fields;
}

static void test_round_trip(void **state)
{
	struct policy policy = test_policy();
	struct session_table *before = test_table(&policy), *after = test_table(&policy);
	struct session_answer answer;
	struct session_pid pppd;
	struct fields wire, fields, again;
	struct session a, b;
	struct err err;

	(void)state;
	connect_client(before, 5000, 7, "alice");
	session_counters(before, at_ms(0), 7, UINT64_C(123456789012), 42);
	wire = record_of(before, 7);
	assert_true(fields_decode(&fields, wire.data, wire.len));
	assert_int_equal(session_record_pppd(&fields, &pppd, &err), 0);
	assert_int_equal(pppd.pid, 507);
	assert_int_equal(pppd.start, 5070);
	assert_int_equal(session_restore(after, at_ms(9000), &fields, NULL, &err), 0);
	assert_int_equal(drain(after).journals[SESSION_J_RESTORED], 1);

	a = *session_by_slot(before, 7);
	b = *session_by_slot(after, 7);
	a.child.state = b.child.state;
	a.deadline = b.deadline;
	assert_string_equal(a.id, b.id);
	fields_init(&fields);
	session_encode(&a, &fields);
	fields_init(&again);
	session_encode(&b, &again);
	assert_int_equal(fields.len, again.len);
	assert_memory_equal(fields.data, again.data, fields.len);

	/* Its address is taken, and its pppd is known. */
	secure(after, 9000, 8);
	assert_int_equal(ask(after, 9000, 8, 508, "dave", false, &answer), SESSION_ADMIT);
	assert_int_not_equal(answer.address, a.address);
	ended(after, 9000, 507, SESSION_EXITED, 0);
	assert_int_equal(session_by_slot(after, 7)->state, SESSION_SECURED);
	session_table_free(before);
	session_table_free(after);
}

/* What the snapshot after a restart makes of each record. */
static void test_restart(void **state)
{
	struct policy policy = test_policy();
	struct session_table *before = test_table(&policy), *after = test_table(&policy);
	struct fields fields;
	struct drained drained;
	struct err err;

	(void)state;
	for (uint32_t n = 1; n <= 4; n++)
		connect_client(before, 0, n, "alice");
	secure(before, 0, 5);
	session_close(before, at_ms(0), 4, SESSION_KICKED);
	for (uint32_t n = 1; n <= 5; n++) {
		fields = record_of(before, n);
		/* Client 3's pppd ended meanwhile. */
		assert_int_equal(
		    session_restore(after, at_ms(0), &fields, n != 3 ? NULL : &test_vanished, &err),
		    0);
	}
	session_snapshot_begin(after, at_ms(0));
	sa(after, 0, SA_LISTED, test_ike(1, PEER, 4501), test_child(101, 1), 0);
	sa(after, 0, SA_LISTED, test_ike(4, PEER, 4504), test_child(104, 4), 0);
	sa(after, 0, SA_LISTED, test_ike(5, PEER, 4505), test_child(105, 5), 0);
	sa(after, 0, SA_LISTED, test_ike(6, PEER, 4506), test_child(106, 6), 0);
	session_snapshot_end(after, at_ms(0));
	drained = drain(after);
	assert_int_equal(session_by_slot(after, 1)->state, SESSION_UP);
	assert_int_equal(session_by_slot(after, 2)->state, SESSION_CLOSING);
	assert_null(session_by_slot(after, 3));
	assert_int_equal(drained.report[SESSION_J_DOWN].reason, SESSION_PPPD_VANISHED);
	assert_int_equal(session_by_slot(after, 5)->state, SESSION_SECURED);
	assert_int_equal(session_by_slot(after, 6)->state, SESSION_SECURED);
	/* The kick that was under way goes on. */
	session_tick(after, at_ms(1));
	assert_int_equal(drain(after).last[SESSION_KILL_PPPD].pppd.pid, 504);
	session_table_free(before);
	session_table_free(after);
}

/* charon was restarted while we were away: its sessions are orphans, and stay. */
static void test_restart_of_both(void **state)
{
	struct policy policy = test_policy();
	struct session_table *before = test_table(&policy), *after = session_table_new(&policy);
	struct fields fields;
	struct err err;

	(void)state;
	connect_client(before, 0, 1, "alice");
	secure(before, 0, 2);
	session_charon_up(after, at_ms(0), LIFE + 1);
	for (uint32_t n = 1; n <= 2; n++) {
		fields = record_of(before, n);
		assert_int_equal(session_restore(after, at_ms(0), &fields, NULL, &err), 0);
	}
	session_snapshot_begin(after, at_ms(0));
	session_snapshot_end(after, at_ms(0));
	assert_int_equal(session_by_slot(after, 1)->state, SESSION_UP);
	assert_true(session_orphaned(after, session_by_slot(after, 1)));
	session_tick(after, at_ms(100000));
	assert_null(session_by_slot(after, 2));
	assert_int_equal(drain(after).last[SESSION_DELETE_SA].mark, 2);
	session_table_free(before);
	session_table_free(after);
}

/* The same record with one field changed (NULL: left out). */
static struct fields changed(const struct fields *fields, const char *name, const char *value)
{
	struct fields out;
	char key[64];

	fields_init(&out);
	for (size_t at = 0; at < fields->len; at += strlen(fields->data + at) + 1) {
		const char *field = fields->data + at, *equals = strchr(field, '=');

		(void)snprintf(key, sizeof(key), "%.*s", (int)(equals - field), field);
		if (strcmp(key, name) != 0)
			fields_put(&out, key, equals + 1);
		else if (value)
			fields_put(&out, key, value);
	}
	return out;
}

static void test_bad_records(void **state)
{
	static const struct {
		const char *name, *value;
		int result;
	} rows[] = {
		{ "id", "x", 0 },
		{ "id", NULL, -1 },
		{ "id", "", -1 },
		{ "id", "0123456789012345678901234567890123456789", -1 },
		{ "state", "none", -1 },
		{ "state", "flying", -1 },
		{ "state", "secured", -1 },
		{ "state", NULL, -1 },
		{ "reason", "because", -1 },
		{ "mark", "0", -1 },
		{ "mark", "4294967296", -1 },
		{ "mark", "-1", -1 },
		{ "life", "0", -1 },
		{ "sa", "0", -1 },
		{ "sa", "2", -1 },
		{ "pid", "0", -1 },
		{ "user", "", -1 },
		{ "user", "a\nb", -1 },
		{ "user", NULL, -1 },
		{ "address", "0", -1 },
		{ "worker", "15", -1 },
		{ "since", "253402300800", -1 },
		{ "remote_port", "65536", -1 },
		{ "identity", "\x1b[2J", -1 },
		{ "ifname", "0123456789abcdef", -1 },
		{ "mtu", NULL, 0 },
		{ "spi_in", NULL, 0 },
	};
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct fields good;

	(void)state;
	connect_client(table, 0, 7, "alice");
	good = record_of(table, 7);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session_table *after = test_table(&policy);
		struct fields bad = changed(&good, rows[i].name, rows[i].value);
		struct err err;

		if (session_restore(after, at_ms(0), &bad, NULL, &err) != rows[i].result)
			fail_msg("%s = %s", rows[i].name, rows[i].value);
		assert_int_equal(session_total(after), rows[i].result ? 0 : 1);
		session_table_free(after);
	}
	session_table_free(table);
}

static void test_what_is_taken_is_taken(void **state)
{
	static const struct {
		const char *name, *value;
	} clashes[] = { { "id", NULL }, { "mark", NULL }, { "pid", NULL }, { "address", NULL } };
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct fields record;

	(void)state;
	connect_client(table, 0, 7, "alice");
	record = record_of(table, 7);
	for (size_t i = 0; i < sizeof(clashes) / sizeof(clashes[0]); i++) {
		struct session_table *after = test_table(&policy);
		struct fields other = record;
		struct err err;

		if (strcmp(clashes[i].name, "id") != 0)
			other = changed(&other, "id", "other");
		if (strcmp(clashes[i].name, "mark") != 0)
			other = changed(&other, "mark", "9");
		if (strcmp(clashes[i].name, "pid") != 0)
			other = changed(&other, "pid", "9");
		if (strcmp(clashes[i].name, "address") != 0)
			other = changed(&other, "address", "9");
		assert_int_equal(session_restore(after, at_ms(0), &record, NULL, &err), 0);
		assert_int_equal(session_restore(after, at_ms(0), &other, NULL, &err), -1);
		assert_int_equal(session_total(after), 1);
		session_table_free(after);
	}
	session_table_free(table);
}

/* The largest record there can be fits. */
static void test_largest_record_fits(void **state)
{
	struct session session;
	struct fields fields;

	(void)state;
	memset(&session, 0xff, sizeof(session));
	session.state = SESSION_CLOSING;
	session.reason = SESSION_USER_DISABLED;
	session.sa = session.ike.nat_local = session.ike.nat_remote = session.child.encap = true;
	session.was_up = true;
	session.id[SESSION_ID_MAX - 1] = session.user[SESSION_USER_MAX - 1] = '\0';
	session.ike.identity[SA_IDENTITY_MAX - 1] = session.ike.proposal[SA_PROPOSAL_MAX - 1] =
	    '\0';
	session.ike.initiator_spi[SA_SPI_MAX - 1] = session.ike.responder_spi[SA_SPI_MAX - 1] = 0;
	session.child.proposal[SA_PROPOSAL_MAX - 1] = session.auth[SESSION_AUTH_MAX - 1] = '\0';
	session.ifname[SESSION_IFNAME_MAX - 1] = '\0';
	session.terms.source = TERMS_RADIUS;
	session.terms.group[POLICY_NAME_MAX - 1] = session.terms.pool[POLICY_NAME_MAX - 1] = '\0';
	session.terms.class[TERMS_CLASS_MAX - 1] = '\0';
	session.terms.said.pool = session.terms.said.down = session.terms.said.up = true;
	session.terms.said.idle_timeout = session.terms.said.session_timeout = true;
	session_encode(&session, &fields);
	assert_false(fields.failed);
}

static const char *text_at(const json_t *entry, const char *section, const char *key)
{
	const json_t *object = section ? json_object_get(entry, section) : entry;
	const json_t *value = json_object_get(object, key);

	assert_non_null(value);
	return json_is_null(value) ? NULL : json_string_value(value);
}

static json_int_t number_at(const json_t *entry, const char *section, const char *key)
{
	const json_t *value =
	    json_object_get(section ? json_object_get(entry, section) : entry, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void test_json(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	json_t *entry;

	(void)state;
	connect_client(table, 5000, 7, "alice");
	session_counters(table, at_ms(0), 7, 11, 22);
	entry = session_json(table, session_by_slot(table, 7), at_ms(0));
	assert_non_null(entry);
	assert_string_equal(text_at(entry, NULL, "id"), "7-6553f105");
	assert_string_equal(text_at(entry, NULL, "user"), "alice");
	assert_string_equal(text_at(entry, NULL, "group"), "default");
	assert_string_equal(text_at(entry, NULL, "source"), "local");
	assert_null(text_at(entry, NULL, "pool"));
	assert_null(text_at(entry, NULL, "class"));
	assert_true(json_is_null(json_object_get(json_object_get(entry, "rate"), "down")));
	assert_true(json_is_null(json_object_get(json_object_get(entry, "limits"), "idle")));
	assert_string_equal(text_at(entry, NULL, "state"), "up");
	assert_string_equal(text_at(entry, NULL, "since"), "2023-11-14T22:13:25Z");
	assert_string_equal(text_at(entry, NULL, "address"), "10.9.0.2");
	assert_string_equal(text_at(entry, NULL, "interface"), "l2tpgw7");
	assert_int_equal(number_at(entry, NULL, "mtu"), 1400);
	assert_int_equal(number_at(entry, NULL, "rx_bytes"), 11);
	assert_int_equal(number_at(entry, NULL, "tx_bytes"), 22);
	assert_string_equal(text_at(entry, "peer", "address"), "203.0.113.1");
	assert_int_equal(number_at(entry, "peer", "port"), 4507);
	assert_true(json_is_true(json_object_get(json_object_get(entry, "peer"), "behind_nat")));
	assert_string_equal(text_at(entry, "ike", "id"), "7");
	assert_string_equal(text_at(entry, "ike", "identity"), "192.168.1.155");
	assert_string_equal(text_at(entry, "esp", "proposal"), "AES_GCM_16-256");
	assert_string_equal(text_at(entry, "esp", "spi_in"), "c000006b");
	assert_int_equal(number_at(entry, "esp", "mark"), 7);
	assert_int_equal(number_at(entry, NULL, "slot"), 7);
	assert_string_equal(text_at(entry, NULL, "vip"), "198.18.16.7");
	assert_int_equal(number_at(entry, NULL, "worker"), 2);
	assert_string_equal(text_at(entry, "l2tp", "tunnel"), "1007");
	assert_string_equal(text_at(entry, "l2tp", "session"), "2507");
	assert_int_equal(number_at(entry, "ppp", "pid"), 507);
	assert_string_equal(text_at(entry, "ppp", "auth"), "mschapv2");
	assert_string_equal(text_at(entry, NULL, "client"), "unknown");
	json_decref(entry);
	session_table_free(table);
}

/* What is not known is null, and there. */
static void test_json_of_little(void **state)
{
	struct policy policy = test_policy();
	struct session_table *table = test_table(&policy);
	struct sa_ike ike = { .id = 1,
			      .proposal = "AES_CBC-256/HMAC_SHA1_96/PRF_HMAC_SHA1/ECP_384" };
	struct sa_child child = { .id = 2, .mark = 3, .state = SA_CHILD_LIVE };
	json_t *entry;

	(void)state;
	sa(table, 0, SA_CHILD_UP, ike, child, 0);
	entry = session_json(table, session_by_slot(table, 3), at_ms(0));
	assert_string_equal(text_at(entry, NULL, "state"), "secured");
	assert_null(text_at(entry, NULL, "user"));
	assert_null(text_at(entry, NULL, "address"));
	assert_null(text_at(entry, NULL, "interface"));
	assert_null(text_at(entry, NULL, "mtu"));
	assert_null(text_at(entry, NULL, "worker"));
	assert_null(text_at(entry, "peer", "address"));
	assert_null(text_at(entry, "peer", "port"));
	assert_string_equal(text_at(entry, "ike", "id"), "1");
	assert_null(text_at(entry, "ike", "identity"));
	assert_null(text_at(entry, "esp", "proposal"));
	assert_null(text_at(entry, "esp", "spi_out"));
	assert_null(text_at(entry, "l2tp", "tunnel"));
	assert_null(text_at(entry, "ppp", "pid"));
	assert_null(text_at(entry, "ppp", "auth"));
	assert_string_equal(text_at(entry, NULL, "client"), "windows");
	assert_null(text_at(entry, NULL, "group"));
	assert_true(json_is_null(json_object_get(entry, "limits")));
	assert_int_equal(json_object_size(entry), 24);
	json_decref(entry);
	session_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_restart_of_both),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_what_is_taken_is_taken),
		cmocka_unit_test(test_largest_record_fits),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_of_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
