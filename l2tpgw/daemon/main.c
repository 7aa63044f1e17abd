/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2tpgwd: the supervisor. It runs in the foreground; its children outlive it, so that it can be
 * stopped, upgraded or killed without anybody losing a connection. `l2tpgwd --down` takes away what
 * a gateway left on this machine and ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/acls.h"
#include "daemon/accounting.h"
#include "daemon/admission.h"
#include "daemon/bans.h"
#include "daemon/charon.h"
#include "daemon/control.h"
#include "daemon/drift.h"
#include "daemon/dynamic_authorization.h"
#include "daemon/format.h"
#include "daemon/gateway.h"
#include "daemon/guard.h"
#include "daemon/integration.h"
#include "daemon/instance.h"
#include "daemon/leases.h"
#include "daemon/loop.h"
#include "daemon/obstacles.h"
#include "daemon/pppd_files.h"
#include "daemon/pppds.h"
#include "daemon/radius_link.h"
#include "daemon/records.h"
#include "daemon/request.h"
#include "daemon/stays.h"
#include "daemon/recovery.h"
#include "daemon/teardown.h"
#include "daemon/ticker.h"
#include "daemon/transaction.h"
#include "daemon/watch.h"
#include "daemon/workers.h"
#include "drive/encap.h"
#include "drive/silent.h"

static int make_directories(const struct paths *paths, struct err *err)
{
	if (file_mkdirs(paths->sessions, 0700, err) < 0 ||
	    file_mkdirs(paths->results, 0700, err) < 0 || file_mkdirs(paths->ended, 0700, err) < 0)
		return -1;
	return file_mkdirs(paths->state, 0700, err);
}

/* A pidfd for each pppd: the usual soft limit of 1024 is one for programs that use select(). */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void parts_new(struct gateway *gateway)
{
	gateway->radius = radius_link_new(gateway);
	gateway->accounting = accounting_new(gateway);
	gateway->dynamic_authorization = dynamic_authorization_new(gateway);
	gateway->pppds = pppds_new(gateway);
	gateway->acls = acls_new(gateway);
	gateway->stays = stays_new(gateway);
	gateway->workers = workers_new(gateway);
	gateway->charon = charon_new(gateway);
	gateway->transaction = transaction_new(gateway);
	gateway->drift = drift_new(gateway);
	gateway->obstacles = obstacles_new(gateway);
	gateway->integration = integration_new(gateway);
}

static void parts_free(struct gateway *gateway)
{
	gateway->ending = true;
	/* Those that wait for an answer of charon are told that there will be none. */
	charon_free(gateway->charon);
	transaction_free(gateway->transaction);
	dynamic_authorization_free(gateway->dynamic_authorization);
	control_close(gateway->control);
	admission_close(gateway->admission);
	radius_link_free(gateway->radius);
	accounting_free(gateway->accounting);
	watch_close(gateway->watch);
	drift_free(gateway->drift);
	obstacles_free(gateway->obstacles);
	integration_free(gateway->integration);
	workers_free(gateway->workers);
	stays_free(gateway->stays);
	acls_free(gateway->acls);
	pppds_free(gateway->pppds);
	if (gateway->started) {
		bans_save(gateway);
		leases_save(gateway);
	}
	session_table_free(gateway->sessions);
	plan_free(gateway->plan);
	policy_free(gateway->policy);
}

/* The silent socket first: from here on nothing on port 1701 is answered. */
static int gateway_begin(struct gateway *gateway, struct err *err)
{
	workers_adopt(gateway->workers);
	gateway->held[0] = silent_open(err);
	gateway->held[1] = gateway->held[0] < 0 ? -1 : encap_open(err);
	if (gateway->held[1] < 0 || pppd_files_note(&gateway->paths, err) < 0 ||
	    recovery_begin(gateway, err) < 0)
		return -1;
	bans_load(gateway);
	leases_load(gateway);
	if (watch_open(gateway, err) < 0 || admission_open(gateway, err) < 0 ||
	    control_open(gateway, err) < 0)
		return -1;
	workers_commit(gateway->workers);
	charon_start(gateway->charon);
	recovery_continue(gateway);
	integration_follow(gateway->integration, gateway->policy);
	ticker_start(gateway);
	return 0;
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct gateway *gateway = user;

	(void)source;
	log_notice("signal %u: l2tpgwd ends, the gateway goes on without it", info->ssi_signo);
	(void)sd_event_exit(gateway->loop, 0);
	return 0;
}

/* systemd waits for the READY that belongs to the newest RELOADING, which the time tells. */
static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
	struct gateway *gateway = user;
	struct request request = { .verb = REQUEST_APPLY, .what = "reload" };
	struct err err = { .code = ERR_NONE };

	(void)source;
	(void)info;
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, loop_us());
	gateway->reloading = true;
	if (transaction_request(gateway, &request, "signal", 0, &err) == 0)
		return 0;
	log_error("reload: %s", err.text);
	gateway_reloaded(gateway);
	return 0;
}

static int watch_signals(struct gateway *gateway, struct err *err)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    sd_event_add_signal(gateway->loop, NULL, SIGTERM, on_signal, gateway) < 0 ||
	    sd_event_add_signal(gateway->loop, NULL, SIGINT, on_signal, gateway) < 0 ||
	    sd_event_add_signal(gateway->loop, NULL, SIGHUP, on_reload, gateway) < 0)
		return err_set(err, ERR_INTERNAL, "signals cannot be watched");
	return 0;
}

static int serve(struct gateway *gateway, struct err *err)
{
	int result;

	if (sd_event_default(&gateway->loop) < 0)
		return err_set(err, ERR_INTERNAL, "there is no event loop");
	parts_new(gateway);
	if (watch_signals(gateway, err) < 0 || gateway_begin(gateway, err) < 0) {
		parts_free(gateway);
		return -1;
	}
	/* WatchdogSec of the unit, answered by the loop itself as long as it turns. */
	(void)sd_event_set_watchdog(gateway->loop, true);
	gateway->started = (int64_t)time(NULL);
	(void)sd_notify(0, "READY=1");
	result = sd_event_loop(gateway->loop);
	(void)sd_notify(0, "STOPPING=1");
	parts_free(gateway);
	return result < 0
		   ? err_set(err, ERR_INTERNAL, "the event loop failed: %s", strerror(-result))
		   : result;
}

/*
 * A gateway that could not even begin leaves nothing behind; one that goes on without us is not
 * touched by an l2tpgwd that fails.
 */
static int first_or_next_life(struct gateway *gateway, struct err *err)
{
	bool first = !teardown_is_due(&gateway->paths);
	struct err undo = { .code = ERR_NONE };
	int result = -1;

	if (make_directories(&gateway->paths, err) == 0 && format_write(&gateway->paths, err) == 0)
		result = serve(gateway, err);

	if (result < 0 && first && !gateway->started && teardown(&gateway->paths, &undo) < 0)
		(void)err_wrap(err, "not undone (%s)", undo.text);
	return result;
}

enum mode { MODE_SUPERVISE, MODE_DOWN, MODE_GUARD, MODE_FIREWALLS };

static int run(enum mode mode, const char *wan, struct err *err)
{
	struct gateway gateway = { .held = { -1, -1 }, .lock = -1 };

	if (paths_load(&gateway.paths, err) < 0)
		return -1;
	if (geteuid() != 0)
		return err_set(err, ERR_PERMISSION, "l2tpgwd needs root");
	(void)umask(022);
	if (mode == MODE_GUARD)
		return guard_run(&gateway.paths, err);
	if (mode == MODE_FIREWALLS)
		return integration_run(&gateway.paths, wan, err);
	raise_descriptor_limit();
	gateway.lock = instance_lock(&gateway.paths, err);
	if (gateway.lock < 0)
		return -1;
	if (format_check(&gateway.paths, err) < 0) {
		if (mode != MODE_DOWN)
			return -1;
		log_warning("%s; what this one does not know of may be left", err->text);
		err->code = ERR_NONE;
	}
	if (mode == MODE_DOWN)
		return teardown(&gateway.paths, err);
	return first_or_next_life(&gateway, err);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "down", no_argument, NULL, 'd' },
						 { "guard", no_argument, NULL, 'g' },
						 { "firewalls", optional_argument, NULL, 'f' },
						 { "version", no_argument, NULL, 'v' },
						 { "help", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	struct err err = { .code = ERR_NONE };
	enum mode mode = MODE_SUPERVISE;
	const char *wan = NULL;
	int c, result;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v' || c == 'h') {
			puts(
			    c == 'v'
				? "l2tpgwd " L2TPGW_VERSION
				: "usage: l2tpgwd [--down]\n\nThe supervisor of l2tpgw, in "
				  "the foreground. See l2tpgw --help.\n"
				  "--down takes away what a gateway left and ends.\n"
				  "--guard is what l2tpgwd starts to watch over a change "
				  "that waits for\nits confirmation, --firewalls what it starts to "
				  "let other firewalls know\nof the gateway.");
			return 0;
		}
		if (c != 'd' && c != 'g' && c != 'f')
			return ERR_USAGE;
		mode = c == 'd' ? MODE_DOWN : c == 'g' ? MODE_GUARD : MODE_FIREWALLS;
		wan = c == 'f' ? optarg : NULL;
	}
	log_open("l2tpgwd");
	result = run(mode, wan, &err);
	if (result >= 0)
		return result;
	log_error("%s", err.text);
	return (int)err.code;
}
