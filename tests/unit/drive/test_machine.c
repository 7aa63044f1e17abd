/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fabric.h"
#include "drive/ability.h"
#include "drive/machine.h"
#include "drive/modules.h"
#include "drive/net_address.h"
#include "drive/paths.h"
#include "drive/ports.h"
#include "drive/silent.h"
#include "drive/sysctl.h"
#include "netns.h"
#include "tmpdir.h"

static struct err err;

/* paths */

static int forget_environment(void **state)
{
	(void)state;
	unsetenv("L2TPGW_ETC");
	unsetenv("L2TPGW_STATE");
	unsetenv("L2TPGW_RUN");
	unsetenv("L2TPGW_PLUGIN");
	return 0;
}

static void paths_have_defaults(void **state)
{
	struct paths paths;
	char worker[PATHS_MAX];

	(void)state;
	assert_int_equal(paths_load(&paths, &err), 0);
	assert_string_equal(paths.policy, "/etc/l2tpgw/policy.json");
	assert_string_equal(paths.journal, "/var/lib/l2tpgw/journal");
	assert_string_equal(paths.vici, "/run/l2tpgw/charon.vici");
	paths_worker(&paths, 14, "control", worker);
	assert_string_equal(worker, "/run/l2tpgw/xl2tpd-14.control");
}

static void paths_follow_the_environment(void **state)
{
	struct paths paths;

	(void)state;
	setenv("L2TPGW_RUN", "/tmp/gw-b/run", 1);
	setenv("L2TPGW_PLUGIN", "/opt/l2tpgw/plugin.so", 1);
	assert_int_equal(paths_load(&paths, &err), 0);
	assert_string_equal(paths.control, "/tmp/gw-b/run/control.sock");
	assert_string_equal(paths.etc, "/etc/l2tpgw");
	assert_string_equal(paths.plugin, "/opt/l2tpgw/plugin.so");
}

static void odd_roots_are_refused(void **state)
{
	static const char *const odd[] = {
		"run",
		"./run",
		"/run/../etc",
		"/run/./x",
		"/run//x",
		"/run/",
		"/run/a b",
		"/run/\"x\"",
		"/run/a\nb",
		"/run/$HOME",
		"/run/a;b",
		"/run/#x",
		"/",
		"/run/..",
		"/run/{x}",
		"/run/\xc3\xa4x",
		"/0123456789012345678901234567890123456789012345678901234567890123456789",
	};
	struct paths paths;

	(void)state;
	for (size_t i = 0; i < array_size(odd); i++) {
		setenv("L2TPGW_RUN", odd[i], 1);
		assert_int_equal(paths_load(&paths, &err), -1);
		assert_int_equal(err.code, ERR_USAGE);
		assert_non_null(strstr(err.text, "L2TPGW_RUN"));
	}
}

/* A socket's path must fit struct sockaddr_un however long the root is. */
static void longest_root_still_works(void **state)
{
	char root[PATHS_ROOT_MAX];
	struct paths paths;

	(void)state;
	memset(root, 'r', sizeof(root));
	root[0] = '/';
	root[sizeof(root) - 1] = '\0';
	setenv("L2TPGW_RUN", root, 1);
	assert_int_equal(paths_load(&paths, &err), 0);
	assert_true(strlen(paths.admission) < 108);
	assert_string_equal(paths.admission + strlen(root), "/admission.sock");
}

/* sysctl */

static void sysctl_is_read_and_written(void **state)
{
	char before[SYSCTL_VALUE_MAX], after[SYSCTL_VALUE_MAX];

	(void)state;
	netns_needed();
	assert_int_equal(sysctl_read("net/ipv4/ip_forward", before, &err), 0);
	assert_int_equal(sysctl_write("net/ipv4/ip_forward", before[0] == '1' ? "0" : "1", &err),
			 0);
	assert_int_equal(sysctl_read("net/ipv4/ip_forward", after, &err), 0);
	assert_string_not_equal(before, after);
	assert_int_equal(sysctl_write("net/ipv4/ip_forward", "nonsense", &err), -1);
	assert_int_equal(sysctl_read("net/ipv4/conf/nosuch0/rp_filter", after, &err), 1);
	assert_int_equal(sysctl_write("net/ipv4/conf/nosuch0/rp_filter", "1", &err), 1);
}

static void sysctl_names_cannot_climb(void **state)
{
	static const char *const odd[] = { "",
					   "/net/ipv4/ip_forward",
					   "../self/comm",
					   "net/../net/ipv4/ip_forward",
					   "net//ipv4/ip_forward",
					   "net/ipv4/",
					   "net/./ipv4/ip_forward",
					   "net/a b",
					   "net/a\nb" };
	char value[SYSCTL_VALUE_MAX];

	(void)state;
	for (size_t i = 0; i < array_size(odd); i++) {
		assert_int_equal(sysctl_read(odd[i], value, &err), -1);
		assert_int_equal(err.code, ERR_INTERNAL);
		assert_int_equal(sysctl_write(odd[i], "1", &err), -1);
	}
}

/* modules */

static void module_states_are_told_apart(void **state)
{
	(void)state;
	tmpdir_write("proc/modules", "nf_tables 401408 3 nft_ct, Live 0x0000000000000000\n");
	tmpdir_write("lib/modules/6.1/modules.builtin", "kernel/net/xfrm/xfrm_user.ko\n");
	tmpdir_write("lib/modules/6.1/modules.dep",
		     "kernel/net/l2tp/l2tp_ppp.ko.xz: kernel/net/l2tp/l2tp-core.ko.xz\n"
		     "kernel/net/netfilter/nf_tables.ko: kernel/lib/libcrc32c.ko\n"
		     "kernel/net/ipv4/esp4.ko:\n"
		     "kernel/drivers/net/ppp/ppp-generic.ko.zst:\n"
		     "kernel/x/shadowed.ko:\n"
		     "kernel/x/never.ko:\n"
		     "kernel/x/both.ko:\n"
		     "kernel/x/more.ko:\n");
	tmpdir_write("etc/modprobe.d/shadow.conf", "# nothing\n");
	tmpdir_write("usr/lib/modprobe.d/shadow.conf", "blacklist shadowed\n");
	tmpdir_write("usr/lib/modprobe.d/l2tp.conf", "#blacklist esp4\n  blacklist\tl2tp-ppp\n");
	tmpdir_write("usr/lib/modprobe.d/l2tp.conf.rpmsave", "blacklist esp4\n");
	tmpdir_write("run/modprobe.d/x.conf",
		     "install never /bin/false\nblacklist both\ninstall both /usr/bin/true\n"
		     "install more modprobe -i more && modprobe other\n");

	assert_int_equal(module_state_at(tmpdir, "6.1", "nf-tables"), MODULE_LOADED);
	assert_int_equal(module_state_at(tmpdir, "6.1", "xfrm_user"), MODULE_BUILTIN);
	assert_int_equal(module_state_at(tmpdir, "6.1", "l2tp_ppp"), MODULE_BLACKLISTED);
	assert_int_equal(module_state_at(tmpdir, "6.1", "never"), MODULE_DISABLED);
	assert_int_equal(module_state_at(tmpdir, "6.1", "both"), MODULE_DISABLED);
	assert_int_equal(module_state_at(tmpdir, "6.1", "more"), MODULE_LOADABLE);
	assert_int_equal(module_state_at(tmpdir, "6.1", "esp4"), MODULE_LOADABLE);
	assert_int_equal(module_state_at(tmpdir, "6.1", "ppp_generic"), MODULE_LOADABLE);
	assert_int_equal(module_state_at(tmpdir, "6.1", "shadowed"), MODULE_LOADABLE);
	assert_int_equal(module_state_at(tmpdir, "6.1", "esp"), MODULE_MISSING);
	assert_int_equal(module_state_at(tmpdir, "6.1", "l2tp_core"), MODULE_MISSING);
	assert_int_equal(module_state_at(tmpdir, "6.2", "esp4"), MODULE_MISSING);
}

static void loading_what_is_not_there_fails(void **state)
{
	(void)state;
	assert_int_equal(module_load("l2tpgw_no_such_module", &err), -1);
	assert_non_null(strstr(err.text, "l2tpgw_no_such_module"));
}

/* Whatever this kernel can do, the answer has a reason. */
static void abilities_are_probed(void **state)
{
	(void)state;
	for (int i = 0; i < ABILITY_COUNT; i++) {
		struct err why = { .code = ERR_NONE };
		int rc = ability_probe((enum ability)i, &why);

		print_message("%s (%s): %s\n", ability_text((enum ability)i),
			      ability_module((enum ability)i), rc ? why.text : "yes");
		assert_int_equal(rc < 0, why.code != ERR_NONE);
	}
}

/* cryptography */

static void software_is_told_from_the_cpu(void **state)
{
	(void)state;
	assert_true(machine_crypto_accelerated("generic-gcm-aesni"));
	assert_true(machine_crypto_accelerated("generic-gcm-vaes-avx10-512"));
	assert_true(machine_crypto_accelerated("gcm-aes-ce"));
	assert_true(machine_crypto_accelerated("gcm_base(ctr-aes-aesni,ghash-clmulni)"));
	assert_false(machine_crypto_accelerated("gcm_base(ctr(aes-generic),ghash-generic)"));
	assert_false(machine_crypto_accelerated("gcm_base(ctr-aes-aesni,ghash-generic)"));
	assert_false(machine_crypto_accelerated("gcm_base(ctr(aes-lib),ghash-lib)"));
	assert_false(machine_crypto_accelerated("gcm_base(ctr(aes-arm64),ghash-neon)"));
	assert_false(machine_crypto_accelerated(""));
}

/* ports and the silent socket */

static int bind_udp(uint32_t address, uint16_t port, bool reuse)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(address) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = reuse;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void owners_are_named(void **state)
{
	static const uint16_t ports[] = { 500, 1701, 4500 };
	cleanup_arena struct arena *arena = arena_new();
	struct port_owner *list;
	size_t count;
	int fd;

	(void)state;
	netns_needed();
	assert_ok(ports_owners(arena, ports, 3, &list, &count, &err));
	assert_int_equal(count, 0);
	fd = bind_udp(0x7f000001, 4500, false);
	assert_ok(ports_owners(arena, ports, 3, &list, &count, &err));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].port, 4500);
	assert_int_equal(list[0].address, 0x7f000001);
	assert_false(list[0].ipv6);
	assert_int_equal(list[0].pid, getpid());
	assert_non_null(strstr("drive_test_machine", list[0].command));
	close(fd);
}

static void send_to(int fd, uint32_t address, const char *byte)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(FABRIC_L2TP_PORT),
				   .sin_addr.s_addr = htonl(address) };

	assert_int_equal(sendto(fd, byte, 1, 0, (struct sockaddr *)&sin, sizeof(sin)), 1);
}

static void silent_socket_leaves_room_for_workers(void **state)
{
	int silent, worker, client;
	char byte;

	(void)state;
	netns_needed();
	silent = silent_open(&err);
	assert_ok(silent);
	assert_int_equal(net_address_add(fabric_worker_address(1), &err), NET_DONE);
	/* As xl2tpd does. */
	worker = bind_udp(fabric_worker_address(1), FABRIC_L2TP_PORT, true);
	assert_true(worker >= 0);
	client = bind_udp(INADDR_LOOPBACK, 0, false);
	send_to(client, fabric_worker_address(1), "w");
	assert_int_equal(recv(worker, &byte, 1, MSG_DONTWAIT), 1);
	/* Every other address is silence, where without the socket there is a refusal. */
	send_to(client, 0x7f000001, "s");
	assert_int_equal(recv(worker, &byte, 1, MSG_DONTWAIT), -1);
	for (int i = 0; i < 100; i++)
		send_to(client, 0x7f000001, "s");
	close(silent);
	close(worker);
	close(client);
	assert_int_equal(net_address_delete(fabric_worker_address(1), &err), NET_DONE);
}

static void silent_socket_meets_another_owner(void **state)
{
	int other;

	(void)state;
	netns_needed();
	other = bind_udp(INADDR_ANY, FABRIC_L2TP_PORT, false);
	assert_true(other >= 0);
	assert_int_equal(silent_open(&err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	close(other);
}

static int setup(void **state)
{
	return tmpdir_make(state) || netns_enter(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(paths_have_defaults, forget_environment),
		cmocka_unit_test_setup(paths_follow_the_environment, forget_environment),
		cmocka_unit_test_setup(odd_roots_are_refused, forget_environment),
		cmocka_unit_test_setup(longest_root_still_works, forget_environment),
		cmocka_unit_test(sysctl_is_read_and_written),
		cmocka_unit_test(sysctl_names_cannot_climb),
		cmocka_unit_test(module_states_are_told_apart),
		cmocka_unit_test(loading_what_is_not_there_fails),
		cmocka_unit_test(abilities_are_probed),
		cmocka_unit_test(software_is_told_from_the_cpu),
		cmocka_unit_test(owners_are_named),
		cmocka_unit_test(silent_socket_leaves_room_for_workers),
		cmocka_unit_test(silent_socket_meets_another_owner),
	};

	return cmocka_run_group_tests(tests, setup, tmpdir_remove);
}
