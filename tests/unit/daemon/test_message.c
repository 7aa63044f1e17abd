/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/messages.h"
#include "daemon/message.h"

#define IDENTITY "vip=198.18.16.7\0pid=42\0starttime=900\0parent=41\0tunnel=5\0session=6\0"

#define CHALLENGE "5B5D7C7D7B3F2F3E3C2C602132262628"
#define VALUE                                              \
	"21402324255E262A28295F2B3A337C7E0000000000000000" \
	"82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF00"
#define PROOF "challenge=" CHALLENGE "\0response=" VALUE "\0"

static bool read_text(const char *data, size_t size, struct fields *fields, struct message *message)
{
	/* The NUL of the literal is one too many. */
	return fields_decode(fields, data, size - 1) && message_read(fields, message);
}

#define READ(text, fields, message) read_text(text, sizeof(text), fields, message)

static void an_admission_is_understood(void **state)
{
	struct message message;
	struct fields fields;

	(void)state;
	assert_true(READ("type=admit\0" IDENTITY "user=alice\0protocol=mschapv2\0" PROOF, &fields,
			 &message));
	assert_int_equal(message.kind, MESSAGE_ADMIT);
	assert_int_equal(message.vip, 0xc6121007);
	assert_int_equal(message.pppd.pid, 42);
	assert_int_equal(message.pppd.start, 900);
	assert_int_equal(message.parent, 41);
	assert_int_equal(message.tunnel, 5);
	assert_int_equal(message.call, 6);
	assert_string_equal(message.user, "alice");
	assert_string_equal(message.protocol, "mschapv2");
	assert_int_equal(message.proof.challenge[0], 0x5b);
	assert_int_equal(message.proof.peer_challenge[0], 0x21);
	assert_int_equal(message.proof.response[23], 0xdf);
	assert_null(message.ifname);
	assert_true(READ("type=admit\0" IDENTITY
			 "user=a\0protocol=mschapv2\0ifname=l2tpgw7\0" PROOF,
			 &fields, &message));
	assert_string_equal(message.ifname, "l2tpgw7");
}

static void the_start_of_a_pppd_is_understood(void **state)
{
	struct message message;
	struct fields fields;

	(void)state;
	assert_true(READ("type=start\0" IDENTITY, &fields, &message));
	assert_int_equal(message.kind, MESSAGE_START);
	assert_int_equal(message.vip, 0xc6121007);
	assert_int_equal(message.pppd.pid, 42);
	assert_int_equal(message.parent, 41);
	assert_int_equal(message.tunnel, 5);
	assert_false(
	    READ("type=start\0pid=42\0starttime=900\0parent=41\0tunnel=5\0", &fields, &message));
	assert_false(READ("type=start\0vip=198.18.16.7\0parent=41\0tunnel=5\0", &fields, &message));
}

static void reports_are_understood(void **state)
{
	struct message message;
	struct fields fields;

	(void)state;
	assert_true(READ("type=refused\0" IDENTITY "user=a\0protocol=md5\0", &fields, &message));
	assert_int_equal(message.kind, MESSAGE_REFUSED);
	assert_string_equal(message.protocol, "md5");
	assert_true(READ("type=up\0" IDENTITY "ifname=l2tpgw7\0address=10.0.0.2\0mtu=1400\0",
			 &fields, &message));
	assert_int_equal(message.kind, MESSAGE_UP);
	assert_string_equal(message.ifname, "l2tpgw7");
	assert_int_equal(message.mtu, 1400);
	assert_true(READ("type=down\0" IDENTITY
			 "status=16\0authenticated=1\0rx=18446744073709551615\0tx=1\0",
			 &fields, &message));
	assert_int_equal(message.kind, MESSAGE_DOWN);
	assert_int_equal(message.status, 16);
	assert_true(message.authenticated && message.counted);
	assert_true(message.rx == UINT64_MAX && message.tx == 1);
	assert_true(READ("type=down\0" IDENTITY "status=0\0rx=5\0", &fields, &message));
	assert_false(message.counted);
}

static void what_lacks_something_is_none(void **state)
{
	struct message message;
	struct fields fields;

	(void)state;
	assert_false(READ(IDENTITY "user=a\0protocol=mschapv2\0", &fields, &message));
	assert_false(READ("type=reboot\0" IDENTITY, &fields, &message));
	assert_false(READ("type=admit\0" IDENTITY "user=a\0" PROOF, &fields, &message));
	assert_false(READ("type=admit\0" IDENTITY "protocol=mschapv2\0" PROOF, &fields, &message));
	assert_false(
	    READ("type=admit\0vip=x\0pid=42\0user=a\0protocol=b\0" PROOF, &fields, &message));
	assert_false(
	    READ("type=admit\0vip=198.18.16.7\0user=a\0protocol=b\0" PROOF, &fields, &message));
	assert_false(READ("type=admit\0vip=198.18.16.7\0pid=-42\0user=a\0protocol=b\0" PROOF,
			  &fields, &message));
	assert_false(READ("type=admit\0" IDENTITY "user=a\0protocol=b\0", &fields, &message));
	assert_false(READ("type=admit\0" IDENTITY "user=a\0protocol=b\0challenge=" CHALLENGE "\0",
			  &fields, &message));
	assert_false(READ("type=admit\0" IDENTITY "user=a\0protocol=b\0challenge=" CHALLENGE
			  "\0response=" VALUE "00\0",
			  &fields, &message));
	assert_false(READ("type=refused\0" IDENTITY "protocol=md5\0", &fields, &message));
	assert_false(READ("type=up\0" IDENTITY, &fields, &message));
	assert_false(READ("type=down\0" IDENTITY, &fields, &message));
	assert_false(READ("type=down\0" IDENTITY "status=4294967295\0", &fields, &message));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_admission_is_understood),
		cmocka_unit_test(the_start_of_a_pppd_is_understood),
		cmocka_unit_test(reports_are_understood),
		cmocka_unit_test(what_lacks_something_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
