/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The admission plugin: hands the client's proof to l2tpgwd and asks whether it may come in, and
 * with which address; names the interface after the client's slot; reports what becomes of the
 * link. It decides nothing, and whatever goes wrong is a refusal (architecture: admission).
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/ip4.h"
#include "base/messages.h"
#include "hooks/admission.h"
#include "hooks/channel.h"
#include "hooks/counters.h"
#include "hooks/farewell.h"
#include "hooks/identity.h"
#include "hooks/pppd_compat.h"

#define UP_RETRIES        6 /* after 2, 4, 8 … seconds: two minutes in all */
#define UP_RETRY_SECONDS  2
#define DOWN_MILLISECONDS 2000
#define PROC_TEXT_MAX     (1u << 20)

_Static_assert(CHAP_MICROSOFT_V2 == 0x81, "the digest code of RFC 2759");
_Static_assert(PPPD_IFNAME_SIZE >= IDENTITY_IFNAME_SIZE, "req_ifname takes our names");

void plugin_init(void);
extern char pppd_version[];
char pppd_version[] = PPPD_PLUGIN_VERSION; /* pppd refuses a plugin made for another version */

static struct {
	char *socket; /* option l2tpgw-socket */
	uint32_t parent;
	bool identified;
	struct identity identity;
	char ifname[IDENTITY_IFNAME_SIZE];
	char user[MSG_USER_MAX + 1];
	bool authenticated;
	uint32_t address; /* the client's, once authenticated */
	bool was_up;
	time_t up_since; /* CLOCK_BOOTTIME */
	unsigned up_retry;
	bool counted; /* the two below are those of the whole session */
	unsigned seconds;
	struct counters counters;
} link_state;

static char option_name[] = "l2tpgw-socket";
static char option_text[] = "Where l2tpgwd listens";
static option_t plugin_options[] = {
	{ .name = option_name,
	  .type = o_string,
	  .addr = &link_state.socket,
	  .description = option_text,
	  .flags = OPT_PRIV },
	{ .name = NULL },
};

static void begin(struct fields *message, const char *type)
{
	fields_init(message);
	fields_put(message, MSG_TYPE, type);
	identity_put(message, &link_state.identity);
	if (*link_state.user)
		fields_put(message, MSG_USER, link_state.user);
}

/* A report that does not arrive is no reason to disturb the link; l2tpgwd reconciles. */
static int report(const struct fields *message)
{
	struct err err;

	if (!channel_report(link_state.socket, message, &err))
		return 0;
	pppd_warn("l2tpgw: not reported: %s", err.text);
	return -1;
}

/* --- who we are --------------------------------------------------------------------------- */

static int read_proc(const char *path, struct buf *text)
{
	struct err err;

	return file_read(path, PROC_TEXT_MAX, text, &err);
}

/*
 * Not by if_nametoindex(3): when there is no interface of a name, that has the kernel look for a
 * module called so, and every login would wait for two runs of modprobe.
 */
static bool interface_exists(const char *name)
{
	char path[sizeof("/proc/sys/net/ipv4/conf/") + IDENTITY_IFNAME_SIZE];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s", name);
	return access(path, F_OK) == 0;
}

static void name_interface(void)
{
	unsigned round = 0;

	do
		identity_ifname(link_state.identity.vip, round, link_state.ifname);
	while (interface_exists(link_state.ifname) && ++round < IDENTITY_ROUNDS);
}

static void identify(void)
{
	cleanup_buf struct buf cmdline = BUF_INIT;
	cleanup_buf struct buf stat = BUF_INIT;
	struct identity *identity = &link_state.identity;

	if (!link_state.socket)
		pppd_fatal("l2tpgw: option l2tpgw-socket is missing");
	if (!identity_vip(pppd_ipparam(), &identity->vip))
		pppd_fatal("l2tpgw: ipparam is not the address of a slot: is \"pass peer\" on?");
	identity->pid = (uint32_t)getpid();
	identity->parent = link_state.parent;
	if (!read_proc("/proc/self/cmdline", &cmdline))
		identity_cmdline(identity, buf_text(&cmdline), cmdline.len);
	if (read_proc("/proc/self/stat", &stat) || !identity_stat(identity, buf_text(&stat)))
		pppd_warn("l2tpgw: /proc/self/stat could not be read");
	name_interface();
	link_state.identified = true;
}

/* Another session that is still there under the same address can be put out of the way in time. */
static void report_start(void)
{
	struct fields message;

	begin(&message, MSG_START);
	(void)report(&message);
}

/* --- may the client come in? --------------------------------------------------------------- */

/* As pppd answers a wrong password (RFC 2759, 6), so that nobody learns which names exist. */
static void refuse_text(const unsigned char *challenge, char *message, size_t space)
{
	char hex[2 * MAX_CHALLENGE_LEN + 1];

	hex_encode(challenge + 1, challenge[0] <= MAX_CHALLENGE_LEN ? challenge[0] : 0, hex);
	(void)snprintf(message, space, "E=691 R=1 C=%s V=0 M=Access denied", hex);
}

static void take_admission(const struct admission *admission)
{
	link_state.authenticated = true;
	link_state.address = admission->address;
	for (size_t i = 0; i < array_size(admission->dns); i++)
		if (admission->dns[i])
			ipcp_allowoptions[0].dnsaddr[i] = htonl(admission->dns[i]);
}

/* The client's answer to a challenge, as pppd hands it over. */
struct attempt {
	struct chap_digest_type *digest;
	unsigned char *challenge, *response;
	char *message;
	int message_space;
};

/* pppd gives lengths in front; what is not as long as RFC 2759 wants it is no answer. */
static bool put_proof(struct fields *request, const struct attempt *try)
{
	char challenge[2 * MSG_CHALLENGE_SIZE + 1], response[2 * MSG_RESPONSE_SIZE + 1];

	if (try->challenge[0] != MSG_CHALLENGE_SIZE || try->response[0] != MSG_RESPONSE_SIZE)
		return false;
	hex_encode(try->challenge + 1, MSG_CHALLENGE_SIZE, challenge);
	hex_encode(try->response + 1, MSG_RESPONSE_SIZE, response);
	fields_put(request, MSG_CHALLENGE, challenge);
	fields_put(request, MSG_RESPONSE, response);
	return true;
}

static void report_refused(const struct attempt *try)
{
	struct fields message;

	begin(&message, MSG_REFUSED);
	fields_put(&message, MSG_PROTOCOL, admission_protocol(try->digest->code));
	(void)report(&message);
}

/*
 * A RADIUS server that l2tpgwd asks may take its time; l2tpgwd gives up before we do. Clients that
 * repeat their response meanwhile get the answer to the first one.
 */
static const struct channel_patience admit_patience = { .reach_ms = 10000, .answer_ms = 25000 };

static bool admit(const struct attempt *try)
{
	struct fields request, answer;
	struct admission admission;
	struct err err;

	begin(&request, MSG_ADMIT);
	fields_put(&request, MSG_PROTOCOL, MSG_PROTOCOL_MSCHAPV2);
	fields_put(&request, MSG_IFNAME, link_state.ifname);
	if (!put_proof(&request, try)) {
		pppd_warn("l2tpgw: %q is refused: malformed response", link_state.user);
		report_refused(try);
		return false;
	}
	if (channel_ask(link_state.socket, &request, &admit_patience, &answer, &err)) {
		pppd_warn("l2tpgw: %q is refused: l2tpgwd: %s", link_state.user, err.text);
		return false;
	}
	admission = admission_read(&answer);
	if (!admission.admitted) {
		pppd_warn("l2tpgw: %q is refused: %q", link_state.user, admission.reason);
		return false;
	}
	(void)snprintf(try->message, (size_t)try->message_space, "%s", admission.message);
	take_admission(&admission);
	return true;
}

/* Nothing but MS-CHAPv2 is ever asked for; this holds even if pppd were configured otherwise. */
static int verify_hook(char *name, char *ourname, int id, struct chap_digest_type *digest,
		       unsigned char *challenge, unsigned char *response, char *message, int space)
{
	const struct attempt try = { digest, challenge, response, message, space };

	(void)ourname;
	(void)id;
	(void)snprintf(link_state.user, sizeof(link_state.user), "%s", name);
	link_state.authenticated = false;
	if (digest->code != CHAP_MICROSOFT_V2)
		report_refused(&try);
	else if (admit(&try))
		return 1;
	refuse_text(challenge, message, (size_t)space);
	return 0;
}

/* "There is a secret": pppd then asks the client to authenticate without looking at its files. */
static int chap_check(void)
{
	return 1;
}

static int pap_check(void)
{
	return 0;
}

static int pap_refuse(char *name, char *password, char **message, struct wordlist **addresses,
		      struct wordlist **options)
{
	static char text[] = "MS-CHAPv2 is required";

	(void)name;
	(void)password;
	(void)addresses;
	(void)options;
	*message = text;
	return 0;
}

static void choose_address(uint32_t *address)
{
	*address = link_state.authenticated ? htonl(link_state.address) : 0;
}

static int allow_address(uint32_t address)
{
	return link_state.authenticated && address == htonl(link_state.address);
}

static void set_hooks(void)
{
	chap_verify_hook = verify_hook;
	chap_check_hook = chap_check;
	pap_check_hook = pap_check;
	pap_auth_hook = pap_refuse;
	ip_choose_hook = choose_address;
	allowed_address_hook = allow_address;
}

static void want_mschapv2_only(void)
{
	lcp_options *want = &lcp_wantoptions[0];

	want->neg_chap = 1;
	want->chap_mdtype = MDTYPE_MICROSOFT_V2;
	want->neg_upap = 0;
	want->neg_eap = 0;
}

/* --- what becomes of the link --------------------------------------------------------------- */

static time_t boot_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

static unsigned interface_mtu(const char *interface)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFMTU, &request) < 0 || request.ifr_mtu < 0)
		return 0;
	return (unsigned)request.ifr_mtu;
}

static void put_up(struct fields *message)
{
	char client[IP4_TEXT_MAX], local[IP4_TEXT_MAX];

	begin(message, MSG_UP);
	fields_put(message, MSG_IFNAME, link_state.ifname);
	fields_put(message, MSG_ADDRESS, ip4_text(link_state.address, client));
	fields_put(message, MSG_LOCAL, ip4_text(ntohl(ipcp_gotoptions[0].ouraddr), local));
	fields_put_number(message, MSG_MTU, interface_mtu(link_state.ifname));
	if (link_state.up_retry)
		fields_put_number(message, MSG_RETRY, link_state.up_retry);
}

static void report_up(void *arg)
{
	struct fields message;

	(void)arg;
	put_up(&message);
	if (!report(&message) || link_state.up_retry == UP_RETRIES)
		return;
	pppd_timeout(report_up, UP_RETRY_SECONDS << link_state.up_retry);
	link_state.up_retry++;
}

static void link_is_up(void *context, int arg)
{
	(void)context;
	(void)arg;
	if (!link_state.was_up)
		link_state.up_since = boot_seconds();
	link_state.was_up = true;
	link_state.counted = false;
	link_state.up_retry = 0;
	report_up(NULL);
}

/* The interface is still there: the last moment to read its counters. */
static void link_goes_down(void *context, int arg)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)context;
	(void)arg;
	pppd_untimeout(report_up);
	if (!link_state.was_up)
		return;
	link_state.seconds = (unsigned)(boot_seconds() - link_state.up_since);
	link_state.counted =
	    !read_proc("/proc/self/net/dev", &text) &&
	    counters_find(buf_text(&text), link_state.ifname, &link_state.counters);
}

static void put_down(struct fields *message, int exit_status)
{
	begin(message, MSG_DOWN);
	fields_put_number(message, MSG_AUTHENTICATED, link_state.authenticated);
	fields_put_number(message, MSG_STATUS, (unsigned)exit_status);
	if (link_state.was_up)
		fields_put(message, MSG_IFNAME, link_state.ifname);
	if (link_state.counted) {
		fields_put_number(message, MSG_RX, link_state.counters.rx);
		fields_put_number(message, MSG_TX, link_state.counters.tx);
		fields_put_number(message, MSG_SECONDS, link_state.seconds);
	}
}

/*
 * Nobody else knows the link's last counters. Only of a link that was up: clients that are not let
 * in while l2tpgwd is away cannot fill its folder.
 */
static void report_down(const struct fields *message)
{
	struct err err;

	if (!channel_report_within(link_state.socket, message, DOWN_MILLISECONDS, &err))
		return;
	pppd_warn("l2tpgw: not reported: %s", err.text);
	if (link_state.was_up &&
	    farewell_leave(link_state.socket, &link_state.identity, message, &err))
		pppd_warn("l2tpgw: not left for l2tpgwd either: %s", err.text);
}

static void pppd_ends(void *context, int exit_status)
{
	struct fields message;

	(void)context;
	/* Children that pppd forks may end through the same function. */
	if (!link_state.identified || (uint32_t)getpid() != link_state.identity.pid)
		return;
	put_down(&message, exit_status);
	report_down(&message);
}

/*
 * PHASE_SERIALCONN is the first moment at which all options are known, and the last before the
 * interface is made (start_link() in auth.c, make_ppp_unit() in sys-linux.c).
 */
static void phase_changes(void *context, int phase_now)
{
	(void)context;
	if (phase_now == PHASE_SERIALCONN) {
		identify();
		report_start();
		set_hooks();
		want_mschapv2_only();
		(void)snprintf(req_ifname, IDENTITY_IFNAME_SIZE, "%s", link_state.ifname);
	}
	if (phase_now == PHASE_NETWORK && !link_state.authenticated)
		pppd_fatal("l2tpgw: the client has not authenticated itself");
}

void plugin_init(void)
{
	link_state.parent = (uint32_t)getppid();
	pppd_add_options(plugin_options);
	set_hooks();
	pppd_on(PHASE_CHANGE, phase_changes);
	pppd_on(IP_UP, link_is_up);
	pppd_on(IP_DOWN, link_goes_down);
	pppd_on(EXIT, pppd_ends);
}
