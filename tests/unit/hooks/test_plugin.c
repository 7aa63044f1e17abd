/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole plugin between a pppd and an l2tpgwd that are both played here. */
#include "unit.h"

#include <arpa/inet.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/messages.h"
#include "fake_daemon.h"
#include "fake_pppd.h"

#define ADMITTED "type=admitted\0message=S=0123\0address=10.9.0.2"

void plugin_init(void);
extern char pppd_version[];

static struct fake_daemon fake;
static struct fields taken; /* the message that take() saw last */
static int verified;        /* how often pppd compared */
static char failure[256];

/* pppd's own check of a secret: there is none to check. */
static int verify_response(int id, char *name, unsigned char *secret, int secret_len,
			   unsigned char *challenge, unsigned char *response, char *message,
			   int message_space)
{
	(void)id;
	(void)name;
	(void)secret;
	(void)secret_len;
	(void)challenge;
	(void)response;
	(void)message;
	(void)message_space;
	verified++;
	return 1;
}

static int setup(void **state)
{
	(void)state;
	fake_daemon_open(&fake);
	memset(lcp_wantoptions, 0, sizeof(lcp_wantoptions));
	lcp_wantoptions[0].neg_upap = 1;
	lcp_wantoptions[0].neg_eap = 1;
	lcp_wantoptions[0].chap_mdtype = MDTYPE_MD5 | MDTYPE_MICROSOFT;
	memset(ipcp_allowoptions, 0, sizeof(ipcp_allowoptions));
	verified = 0;
	plugin_init();
	*(char **)fake_pppd.options[0].addr = fake.path;
	fake_ipparam = (char *)(uintptr_t) "198.18.16.5";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_daemon_close(&fake);
	return 0;
}

static const char *take(const char *name)
{
	int fd = fake_daemon_take(&fake, &taken);

	assert_true(fd >= 0);
	close(fd);
	return fields_get(&taken, name);
}

static bool starts(void)
{
	if (setjmp(fake_pppd.died))
		return false;
	fake_pppd.phase(NULL, PHASE_SERIALCONN);
	assert_string_equal(take(MSG_TYPE), MSG_START);
	assert_string_equal(fields_get(&taken, MSG_VIP), "198.18.16.5");
	return true;
}

static bool reaches_network(void)
{
	if (setjmp(fake_pppd.died))
		return false;
	fake_pppd.phase(NULL, PHASE_NETWORK);
	return true;
}

static int answer_with(int code, unsigned char challenge_len, unsigned char response_len)
{
	struct chap_digest_type digest = { .code = code, .verify_response = verify_response };
	unsigned char challenge[1 + 64] = { challenge_len, 0xab, 0xcd };
	unsigned char response[1 + 64] = { response_len, 0x12 };
	char name[] = "alice", ourname[] = "gw";

	return chap_verify_hook(name, ourname, 1, &digest, challenge, response, failure,
				sizeof(failure));
}

static int authenticate(int code)
{
	return answer_with(code, 16, 49);
}

/* Runs last of the logins: what is authenticated stays so in this process. */
static void log_in(void)
{
	fake_daemon_answer(&fake, ADMITTED, sizeof(ADMITTED));
	assert_int_equal(authenticate(CHAP_MICROSOFT_V2), 1);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
}

static void version_is_pppds(void **state)
{
	(void)state;
	assert_string_equal(pppd_version, PPPD_PLUGIN_VERSION);
	assert_string_equal(fake_pppd.options[0].name, "l2tpgw-socket");
	assert_true(fake_pppd.options[0].flags & OPT_PRIV);
}

static void foreign_ipparam_is_fatal(void **state)
{
	static const char *const bad[] = { "192.0.2.1", "", NULL };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fake_ipparam = (char *)(uintptr_t)bad[i];
		assert_false(starts());
	}
	fake_ipparam = (char *)(uintptr_t) "198.18.16.5";
	*(char **)fake_pppd.options[0].addr = NULL;
	assert_false(starts());
}

static void interface_has_the_slots_name(void **state)
{
	(void)state;
	assert_true(starts());
	assert_string_equal(req_ifname, "l2tpgw5");
}

static void only_mschapv2_is_asked_for(void **state)
{
	(void)state;
	assert_true(starts());
	assert_int_equal(lcp_wantoptions[0].neg_chap, 1);
	assert_int_equal(lcp_wantoptions[0].chap_mdtype, MDTYPE_MICROSOFT_V2);
	assert_int_equal(lcp_wantoptions[0].neg_upap, 0);
	assert_int_equal(lcp_wantoptions[0].neg_eap, 0);
	assert_int_equal(chap_check_hook(), 1);
	assert_int_equal(pap_check_hook(), 0);
}

static void pap_is_refused(void **state)
{
	struct wordlist *addresses = NULL, *options = NULL;
	char *message = NULL;
	char text[] = "x";

	(void)state;
	assert_int_equal(pap_auth_hook(text, text, &message, &addresses, &options), 0);
	assert_non_null(message);
}

static void other_digests_are_refused(void **state)
{
	static const struct {
		int code;
		const char *name;
	} cases[] = { { CHAP_MD5, "md5" }, { CHAP_MICROSOFT, "mschap" }, { 7, "other" } };

	(void)state;
	assert_true(starts());
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(authenticate(cases[i].code), 0);
		assert_string_equal(take(MSG_TYPE), MSG_REFUSED);
		assert_string_equal(fields_get(&taken, MSG_USER), "alice");
		assert_string_equal(fields_get(&taken, MSG_PROTOCOL), cases[i].name);
	}
	assert_int_equal(verified, 0);
}

static void denied_is_out(void **state)
{
	uint32_t address = 1;

	(void)state;
	assert_true(starts());
	fake_daemon_answer(&fake, "type=denied\0reason=disabled", 28);
	assert_int_equal(authenticate(CHAP_MICROSOFT_V2), 0);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
	assert_int_equal(verified, 0);
	assert_string_equal(failure,
			    "E=691 R=1 C=abcd0000000000000000000000000000 V=0 M=Access denied");
	ip_choose_hook(&address);
	assert_int_equal(address, 0);
	assert_int_equal(allowed_address_hook(htonl(0x0a090002)), 0);
	assert_false(reaches_network());
}

/* The client's proof is handed on as it came, and so is what it is answered. */
static void proof_and_message_pass_through(void **state)
{
	int answer[2];
	char text[256];
	pid_t child;

	(void)state;
	assert_true(starts());
	assert_int_equal(pipe(answer), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int code = authenticate(CHAP_MICROSOFT_V2);

		(void)!write(answer[1], failure, strlen(failure) + 1);
		_exit(code);
	}
	fake.child = child;
	close(answer[1]);
	{
		int fd = fake_daemon_take(&fake, &taken);

		assert_true(fd >= 0);
		assert_string_equal(fields_get(&taken, MSG_TYPE), MSG_ADMIT);
		assert_string_equal(fields_get(&taken, MSG_IFNAME), "l2tpgw5");
		assert_string_equal(fields_get(&taken, MSG_CHALLENGE),
				    "abcd0000000000000000000000000000");
		assert_int_equal(strlen(fields_get(&taken, MSG_RESPONSE)), 98);
		assert_memory_equal(fields_get(&taken, MSG_RESPONSE), "1200", 4);
		assert_int_equal(send(fd, ADMITTED, sizeof(ADMITTED), 0), sizeof(ADMITTED));
		close(fd);
	}
	assert_true(read(answer[0], text, sizeof(text)) > 0);
	close(answer[0]);
	assert_string_equal(text, "S=0123");
	assert_int_equal(fake_daemon_child_status(&fake), 1);
}

static void responses_of_another_length_are_out(void **state)
{
	static const struct {
		unsigned char challenge, response;
	} lengths[] = { { 15, 49 }, { 17, 49 }, { 16, 48 }, { 16, 50 }, { 255, 0 } };

	(void)state;
	assert_true(starts());
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(
		    answer_with(CHAP_MICROSOFT_V2, lengths[i].challenge, lengths[i].response), 0);
		assert_string_equal(take(MSG_TYPE), MSG_REFUSED);
		assert_string_equal(fields_get(&taken, MSG_USER), "alice");
		assert_string_equal(fields_get(&taken, MSG_PROTOCOL), MSG_PROTOCOL_MSCHAPV2);
	}
	assert_string_equal(failure, "E=691 R=1 C= V=0 M=Access denied");
	assert_false(reaches_network());
}

static void incomplete_answers_are_out(void **state)
{
	static const char answer[] = "type=admitted\0message=S=0123";

	(void)state;
	assert_true(starts());
	fake_daemon_answer(&fake, answer, sizeof(answer));
	assert_int_equal(authenticate(CHAP_MICROSOFT_V2), 0);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
	assert_int_equal(verified, 0);
}

static void no_daemon_is_out(void **state)
{
	(void)state;
	assert_true(starts());
	fake_daemon_stop(&fake);
	assert_int_equal(authenticate(CHAP_MICROSOFT_V2), 0);
	assert_int_equal(verified, 0);
	assert_false(reaches_network());
}

static void refused_client_is_reported_at_the_end(void **state)
{
	(void)state;
	assert_true(starts());
	fake_pppd.exit(NULL, 11);
	assert_string_equal(take(MSG_TYPE), MSG_DOWN);
	assert_string_equal(fields_get(&taken, MSG_STATUS), "11");
	assert_string_equal(fields_get(&taken, MSG_AUTHENTICATED), "0");
	assert_string_equal(fields_get(&taken, MSG_VIP), "198.18.16.5");
	assert_null(fields_get(&taken, MSG_RX));
	assert_null(fields_get(&taken, MSG_IFNAME));
}

/* What a client does that is not let in leaves nothing: it may try as often as it likes. */
static void refused_client_leaves_no_file(void **state)
{
	(void)state;
	assert_true(starts());
	fake_daemon_stop(&fake);
	assert_int_equal(mkdir(fake.ended, 0700), 0);
	fake_pppd.exit(NULL, 11);
	assert_int_equal(rmdir(fake.ended), 0);
}

static void admitted_is_in(void **state)
{
	static const char answer[] = "type=admitted\0message=S=0123\0address=10.9.0.2\0"
				     "dns1=10.0.0.1";
	uint32_t address = 1;

	(void)state;
	assert_true(starts());
	fake_daemon_answer(&fake, answer, sizeof(answer));
	assert_int_equal(authenticate(CHAP_MICROSOFT_V2), 1);
	assert_int_equal(fake_daemon_child_status(&fake), 0);
	assert_true(reaches_network());
	ip_choose_hook(&address);
	assert_int_equal(address, htonl(0x0a090002));
	assert_int_equal(allowed_address_hook(htonl(0x0a090002)), 1);
	assert_int_equal(allowed_address_hook(htonl(0x0a090003)), 0);
	assert_int_equal(allowed_address_hook(0), 0);
	assert_int_equal(ipcp_allowoptions[0].dnsaddr[0], htonl(0x0a000001));
	assert_int_equal(ipcp_allowoptions[0].dnsaddr[1], 0);
}

static void up_is_reported(void **state)
{
	(void)state;
	assert_true(starts());
	log_in();
	ipcp_gotoptions[0].ouraddr = htonl(0x0a090001);
	fake_pppd.up(NULL, 0);
	assert_null(fake_pppd.timer);
	assert_string_equal(take(MSG_TYPE), MSG_UP);
	assert_string_equal(fields_get(&taken, MSG_USER), "alice");
	assert_string_equal(fields_get(&taken, MSG_IFNAME), "l2tpgw5");
	assert_string_equal(fields_get(&taken, MSG_ADDRESS), "10.9.0.2");
	assert_string_equal(fields_get(&taken, MSG_LOCAL), "10.9.0.1");
	assert_null(fields_get(&taken, MSG_RETRY));
}

static void up_is_tried_again_and_given_up(void **state)
{
	int tries = 0;

	(void)state;
	assert_true(starts());
	log_in();
	fake_daemon_stop(&fake);
	fake_pppd.up(NULL, 0);
	while (fake_pppd.timer) {
		void (*timer)(void *) = fake_pppd.timer;

		assert_int_equal(fake_pppd.timer_seconds, 2 << tries);
		fake_pppd.timer = NULL;
		timer(NULL);
		tries++;
	}
	assert_int_equal(tries, 6);
}

static void up_arrives_when_the_daemon_is_back(void **state)
{
	void (*timer)(void *);

	(void)state;
	assert_true(starts());
	log_in();
	fake_daemon_stop(&fake);
	fake_pppd.up(NULL, 0);
	timer = fake_pppd.timer;
	assert_non_null(timer);
	fake_pppd.timer = NULL;
	fake_daemon_listen(&fake);
	timer(NULL);
	assert_null(fake_pppd.timer);
	assert_string_equal(take(MSG_RETRY), "1");
}

static void down_ends_the_retries(void **state)
{
	(void)state;
	assert_true(starts());
	log_in();
	fake_daemon_stop(&fake);
	fake_pppd.up(NULL, 0);
	assert_non_null(fake_pppd.timer);
	fake_pppd.down(NULL, 0);
	assert_null(fake_pppd.timer);
}

static void end_is_reported(void **state)
{
	(void)state;
	assert_true(starts());
	log_in();
	fake_pppd.up(NULL, 0);
	assert_string_equal(take(MSG_TYPE), MSG_UP);
	fake_pppd.down(NULL, 0);
	fake_pppd.exit(NULL, 16);
	assert_string_equal(take(MSG_TYPE), MSG_DOWN);
	assert_string_equal(fields_get(&taken, MSG_STATUS), "16");
	assert_string_equal(fields_get(&taken, MSG_AUTHENTICATED), "1");
	assert_string_equal(fields_get(&taken, MSG_IFNAME), "l2tpgw5");
}

/* l2tpgwd is away for longer than pppd can wait: the next one finds a file. */
static void end_is_left_in_a_file(void **state)
{
	char path[sizeof(fake.ended) + 64];
	cleanup_buf struct buf data = BUF_INIT;
	struct err err;

	(void)state;
	assert_true(starts());
	log_in();
	fake_pppd.up(NULL, 0);
	assert_string_equal(take(MSG_TYPE), MSG_UP);
	(void)snprintf(path, sizeof(path), "%s/%s-%s", fake.ended, fields_get(&taken, MSG_PID),
		       fields_get(&taken, MSG_STARTTIME));
	fake_pppd.down(NULL, 0);
	fake_daemon_stop(&fake);
	fake_pppd.exit(NULL, 0); /* no folder: no harm */
	assert_int_equal(mkdir(fake.ended, 0700), 0);
	fake_pppd.exit(NULL, 5);
	assert_int_equal(file_read(path, FIELDS_MAX, &data, &err), 0);
	assert_true(fields_decode(&taken, buf_text(&data), data.len));
	assert_string_equal(fields_get(&taken, MSG_TYPE), MSG_DOWN);
	assert_string_equal(fields_get(&taken, MSG_STATUS), "5");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(fake.ended), 0);
}

/* pppd forks for scripts; a child that dies is not the end of the link. */
static void children_report_nothing(void **state)
{
	pid_t child;

	(void)state;
	assert_true(starts());
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		fake_pppd.exit(NULL, 1);
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	fake_pppd.exit(NULL, 0);
	assert_string_equal(take(MSG_STATUS), "0");
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(version_is_pppds),
		test(foreign_ipparam_is_fatal),
		test(interface_has_the_slots_name),
		test(only_mschapv2_is_asked_for),
		test(pap_is_refused),
		test(other_digests_are_refused),
		test(denied_is_out),
		test(proof_and_message_pass_through),
		test(responses_of_another_length_are_out),
		test(incomplete_answers_are_out),
		test(no_daemon_is_out),
		test(refused_client_is_reported_at_the_end),
		test(refused_client_leaves_no_file),
		test(admitted_is_in),
		test(up_is_reported),
		test(up_is_tried_again_and_given_up),
		test(up_arrives_when_the_daemon_is_back),
		test(down_ends_the_retries),
		test(end_is_reported),
		test(end_is_left_in_a_file),
		test(children_report_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
