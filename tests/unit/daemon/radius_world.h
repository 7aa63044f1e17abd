/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_RADIUS_WORLD_H
#define L2TPGW_TESTS_RADIUS_WORLD_H

/* A gateway without a machine under it, and the RADIUS server that its policy names. */
#include "../drive/tmpdir.h"
#include "../session/helper.h"
#include "../drive/fake_radius.h"
#include "base/cleanup.h"
#include "daemon/accounting.h"
#include "daemon/acls.h"
#include "daemon/dynamic_authorization.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/radius_link.h"
#include "daemon/radius_login.h"
#include "daemon/stays.h"

#define PATIENCE_MS 10000

static struct gateway gateway;
static struct policy policy;
static struct policy_radius_server server;
static struct fake_radius fake;

static inline void world_policy(void)
{
	policy = test_policy();
	server = (struct policy_radius_server){ .address = INADDR_LOOPBACK,
						.auth_port = fake.port,
						.acct_port = fake.port,
						.secret = FAKE_SECRET,
						.secret_len = sizeof(FAKE_SECRET) - 1 };
	policy.radius.servers = &server;
	policy.radius.servers_count = 1;
	policy.radius.nas_identifier = "gw";
	policy.radius.nas_address = 0x0a000001;
	policy.radius.timeout = 1;
	policy.radius.dead_time = 1;
	policy.radius.require_message_authenticator = true;
	policy.radius.require_event_timestamp = true;
}

static inline int world_make(void **state)
{
	struct err err;

	gateway = (struct gateway){ .stopping = true }; /* nothing is applied to this machine */
	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    setenv("L2TPGW_STATE", tmpdir, 1) < 0 || paths_load(&gateway.paths, &err) < 0 ||
	    mkdir(gateway.paths.sessions, 0700) < 0 || sd_event_new(&gateway.loop) < 0)
		return -1;
	fake_radius_open(&fake);
	world_policy();
	gateway.policy = &policy;
	gateway.sessions = test_table(&policy);
	gateway.radius = radius_link_new(&gateway);
	gateway.accounting = accounting_new(&gateway);
	gateway.dynamic_authorization = dynamic_authorization_new(&gateway);
	gateway.pppds = pppds_new(&gateway);
	gateway.acls = acls_new(&gateway);
	gateway.stays = stays_new(&gateway);
	radius_link_follow(gateway.radius);
	return 0;
}

static inline int world_free(void **state)
{
	gateway.ending = true;
	dynamic_authorization_free(gateway.dynamic_authorization);
	radius_link_free(gateway.radius);
	accounting_free(gateway.accounting);
	stays_free(gateway.stays);
	acls_free(gateway.acls);
	pppds_free(gateway.pppds);
	session_table_free(gateway.sessions);
	sd_event_unref(gateway.loop);
	fake_radius_stop(&fake);
	return tmpdir_remove(state);
}

/* Runs the loop until something is so. */
#define turn_until(condition)                                    \
	do {                                                     \
		uint64_t end_ = loop_ms() + PATIENCE_MS;         \
		bool is_ = false;                                \
		while (!(is_ = (condition)) && loop_ms() < end_) \
			(void)sd_event_run(gateway.loop, 20000); \
		assert_true(is_);                                \
	} while (0)

/* What the server was asked for last says of that attribute. */
static inline bool said(uint8_t type, struct radius_attribute *found)
{
	*found = (struct radius_attribute){ 0 };
	while (radius_next(&fake.request, found)) {
		if (!found->vendor && found->type == type)
			return true;
	}
	return false;
}

static inline void assert_said_text(uint8_t type, const char *text)
{
	struct radius_attribute attribute;

	assert_true(said(type, &attribute));
	assert_int_equal(attribute.len, strlen(text));
	assert_memory_equal(attribute.value, text, attribute.len);
}

static inline uint32_t said_number(uint8_t type)
{
	struct radius_attribute attribute;
	uint32_t value = 0;

	assert_true(said(type, &attribute));
	assert_true(radius_u32(&attribute, &value));
	return value;
}

#endif
