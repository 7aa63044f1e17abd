/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/buf.h"
#include "base/fabric.h"
#include "base/file.h"
#include "unit.h"

/* NetworkManager would take an interface of ours that the package's file does not name. */
static void each_is_named_to_network_manager(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err;

	(void)state;
	assert_int_equal(
	    file_read(TEST_DATA "/../../../../packaging/NetworkManager.conf", 4096, &text, &err),
	    0);
	assert_non_null(strstr(buf_text(&text), "interface-name:" FABRIC_IFNAME_PREFIX "*"));
	assert_non_null(strstr(buf_text(&text), "interface-name:" FABRIC_SHAPER_PREFIX "*"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_named_to_network_manager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
