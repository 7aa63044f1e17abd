/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "../drive/netns.h"
#include "daemon/ike_ports.h"

static void who_has_them_is_named(void **state)
{
	const struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(4500) };
	struct err err = { .code = ERR_NONE };
	int fd;

	(void)state;
	netns_needed();
	assert_int_equal(ike_ports_check(&err), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(ike_ports_check(&err), -1);
	assert_non_null(strstr(err.text, "UDP 4500 is in use by daemon_test_ike"));
	assert_int_equal(close(fd), 0);
	assert_int_equal(ike_ports_check(&err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(who_has_them_is_named) };

	return cmocka_run_group_tests(tests, netns_enter, NULL);
}
