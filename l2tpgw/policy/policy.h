/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_POLICY_H
#define L2TPGW_POLICY_POLICY_H

/*
 * The policy: everything an administrator decided, validated, with every default filled in.
 * policy_load() takes bytes and facts and does no syscall; what it returns needs no further check.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ip4.h"
#include "base/mem.h"
#include "policy/diag.h"
#include "policy/host.h"

#define POLICY_BYTES_MAX (8u << 20) /* of the file; more is refused unread */
#define POLICY_USERS_MAX 20000
#define POLICY_NETS_MAX  256
#define POLICY_SESSIONS_MAX \
	2800                   /* 7 workers of 400, twice while generations change: 14 addresses */
#define POLICY_DNS_MAX       2 /* what pppd can push (ms-dns) */
#define POLICY_PROPOSALS_MAX 64
#define POLICY_NT_HASH_SIZE  16
#define POLICY_GROUPS_MAX    256
#define POLICY_ALLOW_MAX     256 /* of a group */
#define POLICY_PORTS_MAX     64  /* of an entry of allow */
#define POLICY_HOURS_MAX     32  /* of a group */
#define POLICY_POOLS_MAX     64
#define POLICY_ZONES_MAX     64
#define POLICY_NAME_MAX      33 /* of a group or pool, with its NUL */

#define POLICY_DEFAULT_GROUP "default"
#define POLICY_UNSET         UINT32_MAX /* of a group's times: as the ppp section says */

enum policy_client { /* ipsec.clients, bit numbers in policy.ipsec.clients */
		     POLICY_CLIENT_WINDOWS,
		     POLICY_CLIENT_APPLE,
		     POLICY_CLIENT_CHROMEOS,
		     POLICY_CLIENT_LINUX,
		     POLICY_CLIENT_ANDROID,
};

enum policy_legacy { /* ipsec.legacy, bit numbers in policy.ipsec.legacy */
		     POLICY_LEGACY_ANDROID_11,  /* MODP1024 with AES: Android 11 and older */
		     POLICY_LEGACY_3DES_ROUTER, /* 3DES, MD5, MODP1024: cheap routers */
};

enum policy_charon { POLICY_CHARON_MANAGED, POLICY_CHARON_EXTERNAL };
enum policy_nat { POLICY_NAT_MASQUERADE, POLICY_NAT_SNAT, POLICY_NAT_NONE };

enum policy_service {                       /* firewall.gateway_services, bit numbers */
		      POLICY_SERVICE_DNS,   /* UDP and TCP 53 */
		      POLICY_SERVICE_ICMP,  /* ICMP echo request */
		      POLICY_SERVICE_SSH,   /* TCP 22 */
		      POLICY_SERVICE_HTTP,  /* TCP 80 */
		      POLICY_SERVICE_HTTPS, /* TCP 443 */
		      POLICY_SERVICE_NTP,   /* UDP 123 */
};

struct policy_rate {       /* bits a second, 0 = as fast as it goes */
	uint64_t down, up; /* to the client, from the client */
};

enum policy_proto { POLICY_PROTO_ANY, POLICY_PROTO_TCP, POLICY_PROTO_UDP, POLICY_PROTO_ICMP };
enum policy_when_full { POLICY_REFUSE, POLICY_CLOSE_OLDEST };

struct policy_ports {
	uint16_t from, to; /* both included */
};

/* Where the clients of a group may go. */
struct policy_allow {
	struct ip4_net to;
	enum policy_proto proto;
	struct policy_ports *ports; /* only of TCP and UDP; count 0 = all */
	size_t ports_count;
};

/* From a time to a time on some days of the week. to <= from ends on the next day. */
struct policy_hours {
	unsigned days;         /* bit 0 = Monday; never 0 */
	unsigned from, to;     /* minutes of the day, 0 to 1440 */
	unsigned zone;         /* index in policy.zones */
	const char *zone_name; /* that entry: NULL = the machine's own */
};

struct policy_pool {
	const char *name; /* at most POLICY_NAME_MAX - 1 of letters, digits, "_", "." and "-" */
	struct ip4_net net;
};

struct policy_group {
	const char *name; /* as that of a pool */
	bool restricted;  /* `allow` counts; else its clients may go anywhere */
	struct policy_allow *allow;
	size_t allow_count;
	const char *pool;       /* NULL = addresses.pool */
	unsigned max_sessions;  /* of all its users together; 0 = no limit of its own */
	unsigned user_sessions; /* of each of its users; 0 = no limit */
	enum policy_when_full when_full;
	struct policy_rate rate;                /* of each session */
	uint32_t idle_timeout, session_timeout; /* seconds, 0 = never; POLICY_UNSET */
	uint32_t dns[POLICY_DNS_MAX];
	size_t dns_count;           /* 0 = as ppp.dns */
	struct policy_hours *hours; /* count 0 = always */
	size_t hours_count;
};

struct policy_user {
	const char *name; /* printable ASCII, 1 to 255 bytes, unique */
	const char
	    *password; /* bytes as MS-CHAPv2 takes them (ISO 8859-1), 1 to 255; or NULL and */
	const uint8_t *nt_hash; /* POLICY_NT_HASH_SIZE bytes: MD4 of it in UTF-16 (RFC 2759, 8.3) */
	uint32_t address;       /* static address, 0 = from the pool */
	int64_t expires;        /* wall seconds from which on the user is locked out, 0 = never */
	bool disabled;
	const char *group;       /* there is one of that name */
	unsigned max_sessions;   /* 0 = as its group says */
	struct policy_rate rate; /* in place of the group's, each direction that is not 0 */
};

/* Seconds a login may take: clients give up soon after (hooks/plugin.c). */
#define POLICY_RADIUS_PATIENCE 12

/* Who judges a login: RADIUS those whom `users` does not name, or all. */
enum policy_radius_users { POLICY_RADIUS_LOCAL_FIRST, POLICY_RADIUS_ONLY };

#define POLICY_RADIUS_SERVERS_MAX 8
struct policy_radius_server {
	uint32_t address;
	unsigned auth_port, acct_port; /* acct_port 0 = is told nothing */
	const char *secret;
	size_t secret_len;
};

struct policy_nets {
	struct ip4_net *net;
	size_t count;
};

struct policy {
	struct arena *arena; /* owns everything below */

	struct {
		const char *name; /* what clients dial; NULL = address of wan */
		const char *wan;  /* interface; NULL = that of the default route, followed */
	} gateway;

	struct {
		const char *psk; /* NULL never happens while certificates are not supported */
		size_t psk_len;
		unsigned clients;           /* bits of enum policy_client */
		unsigned legacy;            /* bits of enum policy_legacy */
		const char **ike_proposals; /* strongSwan syntax, in order of preference */
		size_t ike_proposals_count;
		const char **esp_proposals;
		size_t esp_proposals_count;
		uint32_t ike_lifetime, esp_lifetime, dpd,
		    idle_sa;      /* seconds; dpd, idle_sa 0 = off */
		unsigned threads; /* of a managed charon */
		enum policy_charon charon;
	} ipsec;

	struct {
		unsigned max_sessions; /* 1 to POLICY_SESSIONS_MAX */
		enum policy_when_full when_full;
		unsigned retries; /* of a control message */
		uint32_t drain;   /* seconds, 0 = without end */
	} l2tp;

	struct {
		unsigned mtu, mru; /* bytes, computed or checked against the computed ones */
		uint32_t dns[POLICY_DNS_MAX];
		size_t dns_count;
		uint32_t wins[2];
		size_t wins_count;
		uint32_t idle_timeout, session_timeout; /* seconds, 0 = never */
		uint32_t echo_interval;                 /* seconds */
		unsigned echo_failures;
	} ppp;

	struct {
		struct ip4_net pool;
		uint32_t local; /* the gateway's own address on every session interface */
		struct policy_pool *pools; /* besides, for groups; sorted by name */
		size_t pools_count;
	} addresses;

	struct {
		enum policy_nat nat;
		uint32_t snat; /* with POLICY_NAT_SNAT */
	} routing;

	struct {
		struct policy_nets allow_from; /* count 0 = anybody */
		struct policy_nets deny_from;
		bool isolate_clients;
		bool integrate;            /* other people's firewalls are told to let us through */
		unsigned gateway_services; /* bits of enum policy_service */
		struct {
			unsigned failures;        /* within `window`; 0 = nobody is ever banned */
			uint32_t window, ban;     /* seconds */
			struct policy_nets allow; /* never banned */
		} brute_force;
	} firewall;

	struct {
		struct policy_radius_server *servers; /* in the order of preference */
		size_t servers_count;                 /* 0 = there is no RADIUS */
		enum policy_radius_users users;
		const char *nas_identifier;           /* never NULL */
		uint32_t nas_address;                 /* 0 = that of the WAN */
		uint32_t interim, timeout, dead_time; /* seconds */
		unsigned retries;
		bool require_message_authenticator;
		bool dynamic_authorization;
		unsigned dynamic_authorization_port;
		bool require_event_timestamp; /* of dynamic authorization */
	} radius;

	struct policy_group *groups; /* sorted by name; POLICY_DEFAULT_GROUP is one of them */
	size_t groups_count;
	/* Time zones that hours refer to, as the tz database calls them; NULL = the machine's own.
	 */
	const char **zones;
	size_t zones_count;

	struct policy_user *users; /* sorted by name */
	size_t users_count;

	struct host host; /* what was known of the machine when it was loaded */
};

/* How policy_load() reads a file the policy names ({"file": path}); NULL = such keys are errors. */
struct policy_io {
	int (*read)(void *user, const char *path, struct buf *out, struct err *err);
	/* Whether this machine knows a time zone; NULL = every name that could be one is taken. */
	bool (*zone)(void *user, const char *name);
	void *user;
};

/*
 * Parses, checks and completes a policy. `file` is only for messages; `host` may be NULL (nothing
 * is known). On any error diagnosis the result is NULL and `diags` holds every error, sorted by
 * position; on success `diags` may hold warnings. `diags` needs no initialization. The caller frees
 * the policy with policy_free() and the list with diags_free(). One thread at a time: jansson's
 * allocator is replaced meanwhile by one that wipes.
 */
struct policy *policy_load(const char *file, const char *text, size_t len, const struct host *host,
			   const struct policy_io *io, struct diags *diags);
void policy_free(struct policy *policy);
/* Where RADIUS servers send their orders (RFC 5176), UDP; 0 = they give none. */
uint16_t policy_orders_port(const struct policy *policy);
/* Binary search; NULL if there is none. */
const struct policy_user *policy_user(const struct policy *policy, const char *name);
const struct policy_group *policy_group(const struct policy *policy, const char *name);
/* Of those by name. */
const struct policy_pool *policy_pool(const struct policy *policy, const char *name);

#endif
