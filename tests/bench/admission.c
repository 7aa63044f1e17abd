/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a login costs in admission: from the plugin's question to its answer, and l2tpgwd's CPU
 * time, with so many users in the policy. In a network namespace on this machine: l2tpgwd's own
 * admission with its session table, records, and the real ruleset; "pppds" are processes that ask,
 * and end.
 *
 *   admission [LOGINS]     of each kind (500)
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/hex.h"
#include "base/messages.h"
#include "daemon/acls.h"
#include "daemon/admission.h"
#include "daemon/charon.h"
#include "daemon/gateway.h"
#include "daemon/loop.h"
#include "daemon/pppds.h"
#include "daemon/stays.h"
#include "daemon/workers.h"
#include "drive/nft.h"
#include "drive/procfs.h"

#define LOGINS_MAX 10000
#define SLOTS      100u
#define PASSWORD   "a password of a user"

static struct gateway gateway;

/* Filled in by the processes that log in. */
static struct outcome {
	uint32_t us[LOGINS_MAX];
	unsigned admitted, denied;
} * outcome;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- the gateway ---- */

static struct policy *make_policy(unsigned users)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct policy *policy;
	struct diags diags;

	buf_puts(&text, "{\"version\": 1, \"ipsec\": {\"psk\": \"Zq8vK2mX4wR7tY1uB5nC9dF3\"},"
			" \"ppp\": {\"dns\": []}, \"addresses\": {\"pool\": \"10.77.0.0/16\"},"
			" \"firewall\": {\"brute_force\": {\"failures\": 0}},"
			" \"groups\": {\"staff\": {\"allow\": [\"10.1.0.0/16\"], \"user_sessions\":"
			" 200, \"max_sessions\": 300}}, \"users\": [");
	for (unsigned n = 0; n < users; n++)
		buf_printf(&text,
			   "%s{\"name\": \"user%u\", \"password\": \"%s\", \"group\": \"staff\"}",
			   n ? "," : "", n, PASSWORD);
	buf_puts(&text, "]}");
	policy = policy_load("policy", text.data, text.len, NULL, NULL, &diags);
	diags_free(&diags);
	if (!policy)
		die("policy");
	return policy;
}

static void secure(uint32_t n)
{
	struct sa_child child = { .id = 1000 + n, .mark = n, .state = SA_CHILD_LIVE };
	struct sa_event event = {
		.kind = SA_CHILD_UP,
		.ike = { .id = n, .remote = 0xcb007101, .remote_port = (uint16_t)(20000 + n) },
		.children = &child,
		.children_count = 1
	};

	session_sa(gateway.sessions, gateway_now(), &event);
}

static void begin(unsigned users)
{
	const struct plan_paths paths = { .run = gateway.paths.run, .plugin = "/plugin.so" };
	struct err err = { .text = "" };

	gateway.policy = make_policy(users);
	gateway.sessions = session_table_new(gateway.policy);
	gateway.plan = plan_make(gateway.policy, &paths, NULL, 0, &err);
	gateway.pppds = pppds_new(&gateway);
	gateway.acls = acls_new(&gateway);
	gateway.stays = stays_new(&gateway);
	gateway.workers = workers_new(&gateway);
	gateway.charon = charon_new(&gateway);
	if (!gateway.plan || nft_table_delete(&err) < 0 ||
	    nft_run(gateway.plan->ruleset, &err) < 0 || admission_open(&gateway, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	session_charon_up(gateway.sessions, gateway_now(), 1);
	for (uint32_t n = 1; n <= SLOTS; n++)
		secure(n);
	stays_sessions_known(gateway.stays);
	acls_sessions_known(gateway.acls);
	gateway_settle(&gateway);
}

static void end(void)
{
	admission_close(gateway.admission);
	charon_free(gateway.charon);
	workers_free(gateway.workers);
	stays_free(gateway.stays);
	acls_free(gateway.acls);
	pppds_free(gateway.pppds);
	session_table_free(gateway.sessions);
	plan_free(gateway.plan);
	policy_free(gateway.policy);
}

/* ---- a pppd ---- */

static int reach(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", gateway.paths.admission);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		die("admission socket");
	return fd;
}

static void begin_message(struct fields *message, const char *type, uint32_t slot)
{
	char vip[IP4_TEXT_MAX];
	struct procfs_stat self;
	struct err err;

	if (procfs_stat(getpid(), &self, &err) != 0)
		die("myself");
	fields_init(message);
	fields_put(message, MSG_TYPE, type);
	fields_put(message, MSG_VIP, ip4_text(fabric_vip(slot), vip));
	fields_put_number(message, MSG_PID, (uint64_t)getpid());
	fields_put_number(message, MSG_STARTTIME, self.start);
	fields_put_number(message, MSG_PARENT, (uint64_t)getppid());
}

static void put_proof(struct fields *message, const char *user, const char *password)
{
	struct mschap_proof proof = { .challenge = "sixteen of ours",
				      .peer_challenge = "and of theirs" };
	uint8_t value[MSCHAP_VALUE_SIZE] = { 0 }, hash[MSCHAP_HASH_SIZE];
	char challenge[2 * MSCHAP_CHALLENGE_SIZE + 1], response[2 * MSCHAP_VALUE_SIZE + 1];

	mschap_hash(password, hash);
	mschap_respond(&proof, user, hash, proof.response);
	memcpy(value, proof.peer_challenge, MSCHAP_CHALLENGE_SIZE);
	memcpy(value + MSCHAP_VALUE_SIZE - 1 - MSCHAP_RESPONSE_SIZE, proof.response,
	       MSCHAP_RESPONSE_SIZE);
	hex_encode(proof.challenge, MSCHAP_CHALLENGE_SIZE, challenge);
	hex_encode(value, sizeof(value), response);
	fields_put(message, MSG_CHALLENGE, challenge);
	fields_put(message, MSG_RESPONSE, response);
}

static void log_in(unsigned number, const char *user, const char *password)
{
	uint32_t slot = 1 + number % SLOTS;
	cleanup_fd int fd = -1, bye = -1;
	struct fields message, answer;
	char data[FIELDS_MAX];
	uint64_t began;
	ssize_t len;

	begin_message(&message, MSG_ADMIT, slot);
	fields_put(&message, MSG_USER, user);
	fields_put(&message, MSG_PROTOCOL, MSG_PROTOCOL_MSCHAPV2);
	put_proof(&message, user, password);
	began = loop_us();
	fd = reach();
	if (send(fd, message.data, message.len, 0) < 0)
		die("send");
	len = recv(fd, data, sizeof(data), 0);
	outcome->us[number] = (uint32_t)(loop_us() - began);
	if (len <= 0 || !fields_decode(&answer, data, (size_t)len))
		die("answer");
	if (strcmp(fields_get(&answer, MSG_TYPE), MSG_ADMITTED) != 0) {
		outcome->denied++;
		return;
	}
	outcome->admitted++;
	begin_message(&message, MSG_DOWN, slot);
	fields_put_number(&message, MSG_STATUS, 0);
	bye = reach();
	(void)send(bye, message.data, message.len, 0);
}

static void log_in_all(unsigned logins, unsigned users, const char *password)
{
	for (unsigned i = 0; i < logins; i++) {
		char user[16];
		pid_t pid;

		(void)snprintf(user, sizeof(user), "user%u", (i * 7919u) % users);
		pid = fork();
		if (pid == 0) {
			log_in(i, user, password);
			_exit(0);
		}
		(void)waitpid(pid, NULL, 0);
	}
}

/* ---- measuring ---- */

static double cpu_ms(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static int by_value(const void *a, const void *b)
{
	return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static void measure(unsigned users, unsigned logins, const char *what, const char *password)
{
	double before = cpu_ms(), ms;
	pid_t driver;

	memset(outcome, 0, sizeof(*outcome));
	driver = fork();
	if (driver == 0) {
		log_in_all(logins, users, password);
		_exit(0);
	}
	while (waitpid(driver, NULL, WNOHANG) == 0)
		(void)sd_event_run(gateway.loop, 1000);
	ms = (cpu_ms() - before) / logins;
	qsort(outcome->us, logins, sizeof(*outcome->us), by_value);
	printf("%6u  %-16s %6u %6u  %8u us %8u us  %7.2f ms  %7.0f /s\n", users, what,
	       outcome->admitted, outcome->denied, outcome->us[logins / 2],
	       outcome->us[logins - 1 - logins / 20], ms, 1000 / ms);
}

static void prepare(void)
{
	static char run[] = "/tmp/bench.XXXXXX";
	struct err err = { .text = "" };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	outcome =
	    mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED || !mkdtemp(run) || setenv("L2TPGW_RUN", run, 1) < 0 ||
	    paths_load(&gateway.paths, &err) < 0 || mkdir(gateway.paths.sessions, 0700) < 0 ||
	    sd_event_new(&gateway.loop) < 0 || unshare(CLONE_NEWNET) < 0 || null < 0 ||
	    (getenv("BENCH_LOG") ? 0 : dup2(null, STDERR_FILENO)) < 0)
		die("prepare");
	gateway.stopping = true; /* nothing is applied to this machine */
}

int main(int argc, char **argv)
{
	static const unsigned users[] = { 10, 10000 };
	unsigned logins = argc > 1 ? (unsigned)atoi(argv[1]) : 500;

	if (!logins || logins > LOGINS_MAX)
		return 64;
	prepare();
	printf("%6s  %-16s %6s %6s  %11s %11s  %10s  %9s\n", "users", "", "in", "out", "median",
	       "95 %", "CPU", "a core");
	for (size_t i = 0; i < array_size(users); i++) {
		begin(users[i]);
		measure(users[i], logins, "right password", PASSWORD);
		measure(users[i], logins, "wrong password", "a guess");
		end();
	}
	return 0;
}
