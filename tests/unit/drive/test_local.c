/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "drive/local.h"
#include "tmpdir.h"

static struct err err;

static const char *path;

static int fresh_path(void **state)
{
	(void)state;
	path = tmpdir_path("sock");
	(void)unlink(path);
	return 0;
}

static mode_t mode_of(const char *file)
{
	struct stat st;

	assert_int_equal(lstat(file, &st), 0);
	return st.st_mode & 07777;
}

static void modes_are_kept(void **state)
{
	int fd;

	(void)state;
	fd = local_listen(path, SOCK_SEQPACKET, 0600, NULL, &err);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(path), 0600);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = local_listen(path, SOCK_STREAM, 0660, "no-such-group-here", &err);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(path), 0600);
	close(fd);
	if (geteuid() != 0 || !getgrnam("daemon"))
		return;
	fd = local_listen(path, SOCK_STREAM, 0660, "daemon", &err);
	assert_int_equal(mode_of(path), 0660);
	close(fd);
}

/* The listener may be busy while everybody dials at once. */
static void many_can_wait(void **state)
{
	int fd = local_listen(path, SOCK_SEQPACKET, 0600, NULL, &err);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int waiting[300];

	(void)state;
	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	for (size_t i = 0; i < array_size(waiting); i++) {
		waiting[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
		assert_int_equal(connect(waiting[i], (struct sockaddr *)&address, sizeof(address)),
				 0);
	}
	for (size_t i = 0; i < array_size(waiting); i++)
		close(waiting[i]);
	close(fd);
}

static void live_owner_is_left_alone(void **state)
{
	int fd = local_listen(path, SOCK_STREAM, 0600, NULL, &err);

	(void)state;
	assert_true(fd >= 0);
	assert_true(local_alive(path, SOCK_STREAM));
	assert_int_equal(local_listen(path, SOCK_STREAM, 0600, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	assert_int_equal(local_listen(path, SOCK_SEQPACKET, 0600, NULL, &err), -1);
	assert_int_equal(err.code, ERR_LOCKED);
	close(fd);
	assert_false(local_alive(path, SOCK_STREAM));
	fd = local_listen(path, SOCK_STREAM, 0600, NULL, &err);
	assert_true(fd >= 0);
	close(fd);
}

static void other_files_are_left_alone(void **state)
{
	(void)state;
	tmpdir_write("sock", "precious");
	assert_int_equal(local_listen(path, SOCK_STREAM, 0600, NULL, &err), -1);
	assert_int_equal(mode_of(path) & 0600, 0600);
	assert_int_equal(access(path, R_OK), 0);
}

static void nobody_there(void **state)
{
	char too_long[200];

	(void)state;
	assert_int_equal(local_connect(path, SOCK_STREAM, 100, &err), -1);
	assert_int_equal(err.code, ERR_UNREACHABLE);
	memset(too_long, 'x', sizeof(too_long));
	too_long[0] = '/';
	too_long[199] = '\0';
	assert_int_equal(local_connect(too_long, SOCK_STREAM, 100, &err), -1);
	assert_int_equal(local_listen(too_long, SOCK_STREAM, 0600, NULL, &err), -1);
}

struct pair {
	int listener, client, server;
	struct local_peer peer;
};

static struct pair connect_pair(int type)
{
	struct pair pair;

	pair.listener = local_listen(path, type, 0600, NULL, &err);
	assert_true(pair.listener >= 0);
	assert_int_equal(local_accept(pair.listener, &pair.peer, &err), LOCAL_AGAIN);
	pair.client = local_connect(path, type, 200, &err);
	assert_true(pair.client >= 0);
	pair.server = local_accept(pair.listener, &pair.peer, &err);
	assert_true(pair.server >= 0);
	return pair;
}

static void close_pair(struct pair *pair)
{
	close(pair->listener);
	close(pair->client);
	close(pair->server);
}

static void peer_is_who_the_kernel_says(void **state)
{
	struct pair pair = connect_pair(SOCK_SEQPACKET);

	(void)state;
	assert_int_equal(pair.peer.pid, getpid());
	assert_int_equal(pair.peer.uid, geteuid());
	assert_int_equal(pair.peer.gid, getegid());
	close_pair(&pair);
}

static void messages_stay_whole(void **state)
{
	struct pair pair = connect_pair(SOCK_SEQPACKET);
	char data[16];

	(void)state;
	assert_int_equal(local_receive(pair.server, data, sizeof(data), &err), LOCAL_AGAIN);
	assert_int_equal(local_send(pair.client, "hello", 5, &err), 0);
	assert_int_equal(local_send(pair.client, "0123456789abcdefX", 17, &err), 0);
	assert_int_equal(local_send(pair.client, "again", 5, &err), 0);
	assert_int_equal(local_receive(pair.server, data, sizeof(data), &err), 5);
	assert_memory_equal(data, "hello", 5);
	assert_int_equal(local_receive(pair.server, data, sizeof(data), &err), -1);
	assert_non_null(strstr(err.text, "17"));
	assert_int_equal(local_receive(pair.server, data, sizeof(data), &err), 5);
	close(pair.client);
	assert_int_equal(local_receive(pair.server, data, sizeof(data), &err), LOCAL_CLOSED);
	/* No signal, an error. */
	assert_int_equal(local_send(pair.server, "x", 1, &err), -1);
	pair.client = -1;
	close_pair(&pair);
}

static void client_does_not_wait_for_ever(void **state)
{
	struct pair pair = connect_pair(SOCK_SEQPACKET);
	char data[16];

	(void)state;
	assert_int_equal(local_receive(pair.client, data, sizeof(data), &err), LOCAL_AGAIN);
	close_pair(&pair);
}

static void streams_are_bounded(void **state)
{
	struct pair pair = connect_pair(SOCK_STREAM);
	cleanup_buf struct buf in = BUF_INIT;

	(void)state;
	assert_int_equal(local_read(pair.server, &in, 8, &err), LOCAL_AGAIN);
	assert_int_equal(write(pair.client, "0123456789", 10), 10);
	assert_int_equal(local_read(pair.server, &in, 8, &err), 8);
	assert_string_equal(buf_text(&in), "01234567");
	assert_int_equal(local_read(pair.server, &in, 8, &err), -1);
	buf_consume(&in, 8);
	assert_int_equal(local_read(pair.server, &in, 8, &err), 2);
	close(pair.client);
	assert_int_equal(local_read(pair.server, &in, 8, &err), LOCAL_CLOSED);
	pair.client = -1;
	close_pair(&pair);
}

static void slow_readers_block_nobody(void **state)
{
	struct pair pair = connect_pair(SOCK_STREAM);
	cleanup_buf struct buf out = BUF_INIT, in = BUF_INIT;
	size_t total = 4 << 20;

	(void)state;
	for (size_t i = 0; i < total; i++)
		buf_putc(&out, (char)('a' + i % 23));
	assert_int_equal(local_flush(pair.server, &out, &err), LOCAL_AGAIN);
	assert_true(out.len > 0 && out.len < total);
	while (in.len < total) {
		assert_true(local_read(pair.client, &in, total + 1, &err) > 0);
		(void)local_flush(pair.server, &out, &err);
	}
	assert_int_equal(out.len, 0);
	for (size_t i = 0; i < total; i++)
		assert_int_equal(in.data[i], 'a' + i % 23);
	close_pair(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(modes_are_kept, fresh_path),
		cmocka_unit_test_setup(many_can_wait, fresh_path),
		cmocka_unit_test_setup(live_owner_is_left_alone, fresh_path),
		cmocka_unit_test_setup(other_files_are_left_alone, fresh_path),
		cmocka_unit_test_setup(nobody_there, fresh_path),
		cmocka_unit_test_setup(peer_is_who_the_kernel_says, fresh_path),
		cmocka_unit_test_setup(messages_stay_whole, fresh_path),
		cmocka_unit_test_setup(client_does_not_wait_for_ever, fresh_path),
		cmocka_unit_test_setup(streams_are_bounded, fresh_path),
		cmocka_unit_test_setup(slow_readers_block_nobody, fresh_path),
	};

	return cmocka_run_group_tests(tests, tmpdir_make, tmpdir_remove);
}
