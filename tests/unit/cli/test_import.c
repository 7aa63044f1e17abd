/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/import.h"
#include "cli/import_words.h"
#include "policy/policy.h"
#include "unit.h"

/* As setup-ipsec-vpn writes them. */
static const char ipsec_conf[] =
    "version 2.0\n\nconfig setup\n  ikev1-policy=accept\n  uniqueids=no\n\n"
    "conn shared\n  left=%defaultroute\n  leftid=203.0.113.5\n  right=%any\n"
    "  encapsulation=yes\n  authby=secret\n  pfs=no\n  rekey=no\n"
    "  ike=aes256-sha2;modp2048,aes128-sha1;modp2048,aes256-sha1;modp1024\n"
    "  phase2alg=aes_gcm-null,aes128-sha1,aes256-sha2\n  ikelifetime=24h\n\n"
    "conn l2tp-psk\n  auto=add\n  leftprotoport=17/1701\n  rightprotoport=17/%any\n"
    "  type=transport\n  also=shared\n\n"
    "conn xauth-psk\n  auto=add\n  leftsubnet=0.0.0.0/0\n  also=shared\n\n"
    "include /etc/ipsec.d/*.conf\ninclude /opt/more.conf\n";
static const char ipsec_secrets[] = "%any  %any  : PSK \"a key # with {everything}\"\n";
static const char xl2tpd_conf[] =
    "[global]\nport = 1701\n\n[lns default]\nip range = 192.168.42.10-192.168.42.250\n"
    "local ip = 192.168.42.1\nrequire chap = yes\nrefuse pap = yes\nname = l2tpd\n"
    "pppoptfile = /etc/ppp/options.xl2tpd\nlength bit = yes\n";
static const char options[] = "+mschap-v2\nipcp-accept-local\nnoccp\nauth\nmtu 1280\nmru 1280\n"
			      "proxyarp\nlcp-echo-failure 4\nlcp-echo-interval 30\n"
			      "connect-delay 5000\nms-dns 8.8.8.8\nms-dns 8.8.4.4\n";
static const char chap_secrets[] = "# comment\n\"vpnuser\" l2tpd \"pass\\\"word #1\" *\n"
				   "bob l2tpd secret 192.168.42.77\n"
				   "bob l2tpd other *\nbroken\n\"*\" * secret *\n";

static void read_all(struct import *import)
{
	import_ipsec_conf(import, "ipsec.conf", ipsec_conf);
	import_ipsec_secrets(import, "ipsec.secrets", ipsec_secrets);
	import_xl2tpd(import, "xl2tpd.conf", xl2tpd_conf);
	import_ppp_options(import, "options", options);
	import_chap_secrets(import, "chap-secrets", chap_secrets);
	import_decide(import);
}

static bool noted(const struct import *import, const char *what)
{
	for (size_t i = 0; i < import->notes_count; i++) {
		if (strstr(import->notes[i], what))
			return true;
	}
	return false;
}

static void test_setup_ipsec_vpn(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;
	struct policy *policy;
	struct diags diags;

	(void)state;
	read_all(&import);
	assert_string_equal(import.options_file, "/etc/ppp/options.xl2tpd");
	import_policy(&import, &text);
	policy = policy_load("test", buf_text(&text), text.len, NULL, NULL, &diags);
	assert_non_null(policy);
	assert_string_equal(policy->ipsec.psk, "a key # with {everything}");
	assert_string_equal(policy->gateway.name, "203.0.113.5");
	assert_int_equal(policy->ipsec.legacy, 1u << POLICY_LEGACY_ANDROID_11);
	assert_int_equal(policy->addresses.pool.address, 0xc0a82a00);
	assert_int_equal(policy->addresses.pool.bits, 24);
	assert_int_equal(policy->addresses.local, 0xc0a82a01);
	assert_int_equal(policy->ppp.dns_count, 2);
	assert_int_equal(policy->ppp.dns[1], 0x08080404);
	assert_int_equal(policy->users_count, 2);
	assert_string_equal(policy_user(policy, "vpnuser")->password, "pass\"word #1");
	assert_int_equal(policy_user(policy, "bob")->address, 0xc0a82a4d);
	diags_free(&diags);
	policy_free(policy);
}

static void test_what_is_left_out_is_said(void **state)
{
	static const char *const notes[] = { "xauth-psk",      "/opt/more.conf", "mtu 1280",
					     "ipsec.legacy",   "chap-secrets:4", "chap-secrets:5",
					     "chap-secrets:6", "192.168.42.0/24" };
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	read_all(&import);
	import_policy(&import, &text);
	for (size_t i = 0; i < array_size(notes); i++) {
		if (!noted(&import, notes[i]))
			fail_msg("no note about %s", notes[i]);
	}
	/* Those are read too. */
	assert_false(noted(&import, "/etc/ipsec.d"));
	for (size_t i = 0; i < import.notes_count; i++) {
		assert_null(strstr(import.notes[i], "pass\"word"));
		assert_null(strstr(import.notes[i], "a key"));
	}
}

/* A connection may be spread over the files that ipsec.conf includes. */
static void test_ipsec_conf_over_files(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };

	(void)state;
	import_ipsec_conf(&import, "ipsec.conf",
			  "conn %default\n auto=add\n leftid=@vpn.example.net\n"
			  "include /etc/ipsec.d/l2tp.conf\ninclude ipsec.d/site*.conf\n"
			  "include /etc/ipsec.d/../x.conf\ninclude /etc/ipsec.d/a/b.conf\n");
	import_ipsec_conf(&import, "l2tp.conf",
			  " leftid=@of.nobody\nconn l2tp\n leftprotoport=17/1701\n "
			  "ike=\"3des-sha1\\\" # modp1024\n"
			  "conn site\n left=%any\n");
	import_decide(&import);
	assert_int_equal(import.conns, 1);
	assert_string_equal(import.name, "vpn.example.net");
	assert_true(import.des);
	assert_false(import.modp1024); /* a backslash is no escape there: the rest is a comment */
	assert_false(noted(&import, "no IPsec connection"));
	assert_false(noted(&import, "l2tp.conf, which"));
	assert_false(noted(&import, "site*.conf"));
	assert_true(noted(&import, "x.conf, which was not read"));
	assert_true(noted(&import, "b.conf, which was not read"));
	assert_true(noted(&import, "l2tp.conf: connection site is not for L2TP"));
}

static void test_swanctl(void **state)
{
	static const char text[] =
	    "connections {\n  l2tp {\n    version = 1\n    proposals = aes256-sha1-modp2048, "
	    "3des-sha1-modp2048\n    local { auth = psk\n id = @vpn.example.net }\n"
	    "    remote { auth = psk }\n    children {\n      net {\n"
	    "        local_ts = dynamic[udp/1701]\n        mode = transport\n      }\n    }\n  }\n"
	    "  site { children { net { local_ts = 10.0.0.0/8 } } }\n}\n"
	    "secrets {\n  ike-1 {\n    secret = \"with } brace\"\n  }\n  eap-x { secret = y }\n}\n";
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };

	(void)state;
	import_swanctl(&import, "swanctl.conf", text);
	import_decide(&import);
	assert_int_equal(import.conns, 1);
	assert_string_equal(import.psk, "with } brace");
	assert_string_equal(import.name, "vpn.example.net");
	assert_true(import.des);
	assert_false(import.modp1024);
	assert_true(noted(&import, "site"));
	assert_true(noted(&import, "eap-x"));
}

static void read_xl2tpd(struct import *import, const char *text, struct buf *policy)
{
	import_xl2tpd(import, "xl2tpd.conf", text);
	import_decide(import);
	import_policy(import, policy);
}

/* As the manual writes ranges. */
static void test_xl2tpd_range(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	read_xl2tpd(&import,
		    "[lns default]\nip range = 192.168.42.10 - 192.168.42.250\n"
		    "local ip = 192.168.42.1\nip range = 10.0.0.1 - 10.0.0.9\n"
		    "pppoptfile = /etc/ppp/ours\n[lac isp]\nlocal ip = 10.9.9.9\n"
		    "pppoptfile = /etc/ppp/isp\n",
		    &text);
	assert_int_equal(import.first, 0xc0a82a0a);
	assert_int_equal(import.last, 0xc0a82afa);
	assert_int_equal(import.local, 0xc0a82a01);
	assert_string_equal(import.options_file, "/etc/ppp/ours");
	assert_true(noted(&import, "only the first of several address ranges"));
	assert_true(noted(&import, "[lac isp]"));
	assert_false(noted(&import, "not understood"));
}

static void test_xl2tpd_local_without_range(void **state)
{
	static const char *const notes[] = { "range is not understood", "no ip range = 10.0.0.7",
					     "lac = 1.2.3.4",           "no lac = 1.2.3.5",
					     "local ip range = 10.1.",  "assign ip = no" };
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	read_xl2tpd(&import,
		    "[lns default]\nip range = here - there\nno ip range = 10.0.0.7\n"
		    "lac = 1.2.3.4\nno lac = 1.2.3.5\nlocal ip range = 10.1.0.1 - 10.1.0.9\n"
		    "assign ip = no\nlocal ip = 192.168.42.1\nlength bit = yes\n",
		    &text);
	for (size_t i = 0; i < array_size(notes); i++) {
		if (!noted(&import, notes[i]))
			fail_msg("no note about %s", notes[i]);
	}
	assert_false(noted(&import, "length bit"));
	assert_non_null(strstr(buf_text(&text), "\"local\": \"192.168.42.1\""));
	assert_null(strstr(buf_text(&text), "\"pool\""));
}

#define L2TP                                                                                       \
	"connections {\n l2tp {\n  local { id = vpn.example.net }\n  children { net { local_ts = " \
	"dynamic[udp/l2tp] } }\n }\n"
#define SITE                                                                               \
	" site {\n  local { id = gw.example.net }\n  remote { id = branch.example.net }\n" \
	"  children { net { local_ts = 10.0.0.0/8 } }\n }\n"

/* Which key is that of the clients, and what the gateway is called. */
static void test_swanctl_keys(void **state)
{
	static const struct {
		const char *what, *text, *psk, *left_out;
	} cases[] = {
		{ "for anybody",
		  L2TP SITE "}\nsecrets {\n ike-1 { secret = for-clients }\n"
			    " ike-2 { id = branch.example.net\n secret = for-site }\n}\n",
		  "for-clients", "secret ike-2: the key was left out" },
		{ "for %any",
		  L2TP SITE "}\nsecrets {\n ike-1 { id-1 = %any\n secret = for-clients }\n"
			    " ike-2 { id = branch.example.net\n secret = for-site }\n}\n",
		  "for-clients", "secret ike-2: the key was left out" },
		{ "for our name",
		  L2TP SITE
		  "}\nsecrets {\n ike-1 { id = @vpn.example.net\n secret = "
		  "for-clients }\n ike-2 { id = gw.example.net\n secret = for-site }\n}\n",
		  "for-clients", "secret ike-2: the key was left out" },
		{ "for our name and a peer",
		  L2TP SITE
		  "}\nsecrets {\n ike-1 { secret = for-clients }\n ike-2 { id-1 = "
		  "vpn.example.net\n id-2 = branch.example.net\n secret = for-site }\n}\n",
		  "for-clients", "secret ike-2: the key was left out" },
		{ "for a site only",
		  L2TP SITE "}\nsecrets {\n ike-2 { id = branch.example.net\n"
			    " secret = for-site }\n}\n",
		  NULL, "is not clear" },
		{ "for one client of L2TP",
		  L2TP " one { remote_addrs = 198.51.100.7\n children { x { local_ts = "
		       "dynamic[udp/1701] } } }\n}\nsecrets {\n ike-1 { secret = for-clients }\n "
		       "ike-2 { id = 198.51.100.7\n secret = for-site }\n}\n",
		  "for-clients", "secret ike-2: the key was left out" },
		{ "for those it knows",
		  "connections { one { local { id = vpn.example.net }\n remote_addrs = "
		  "198.51.100.7, 198.51.100.8\n children { x { local_ts = dynamic[udp/1701] } } } "
		  "}\n"
		  "secrets {\n ike-1 { secret = for-site }\n ike-2 { id = 198.51.100.8\n secret = "
		  "for-clients }\n}\n",
		  "for-clients", "the key was for certain peers" },
		{ "two alike",
		  L2TP "}\nsecrets {\n ike-1 { secret = for-clients }\n"
		       " ike-2 { secret = for-whom }\n}\n",
		  NULL, "is not clear" },
		{ "the same twice",
		  L2TP "}\nsecrets {\n ike-1 { secret = for-clients }\n"
		       " ike-2 { secret = for-clients }\n}\n",
		  "for-clients", "" },
		{ "the only one of all",
		  L2TP "}\nsecrets { ike-1 { id = 203.0.113.5\n secret = "
		       "for-clients } }\n",
		  "for-clients", "now it is for all clients" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };

		import_swanctl(&import, "swanctl.conf", cases[i].text);
		import_decide(&import);
		assert_true(import.conns > 0);
		assert_string_equal(import.name, "vpn.example.net");
		if (strcmp(import.psk ? import.psk : "", cases[i].psk ? cases[i].psk : ""))
			fail_msg("%s: %s", cases[i].what, import.psk);
		if (*cases[i].left_out && !noted(&import, cases[i].left_out))
			fail_msg("%s: no note", cases[i].what);
		assert_false(noted(&import, "for-site") || noted(&import, "for-clients"));
	}
}

/* swanctl.conf has its own ideas of where a value ends. */
static void test_swanctl_values(void **state)
{
	static const struct {
		const char *text, *psk;
	} cases[] = {
		{ "secrets { ike { secret = \"with { and } and # in it\" } }",
		  "with { and } and # in it" },
		{ "secrets { ike { secret = with{brace } }", "with{brace" },
		{ "secrets\n{\n ike # one\n {\n  secret = it's-one # ours\n }\n}", "it's-one" },
		{ "secrets { ike { secret = \"quoted \\\"word\\\" \\\\\" } }",
		  "quoted \"word\" \\" },
		{ "secrets { ike { secret = 0sc2VjcmV0IHRleHQ= } }", "secret text" },
		{ "secrets {\r\n ike {\r\n secret = from windows\r\n}\r\n}\r\n", "from windows" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };

		import_swanctl(&import, "swanctl.conf", cases[i].text);
		import_decide(&import);
		assert_non_null(import.psk);
		assert_string_equal(import.psk, cases[i].psk);
	}
}

/* The keys of ipsec.secrets are judged alike. */
static void test_ipsec_keys(void **state)
{
	static const char conf[] =
	    "conn l2tp\n auto=add\n left=203.0.113.5\n leftprotoport=17/1701\n right=%any\n"
	    "conn site\n auto=start\n left=203.0.113.5\n right=198.51.100.7\n";
	static const struct {
		const char *text, *psk;
	} cases[] = {
		{ "203.0.113.5 198.51.100.7 : PSK for-site\n%any %any : PSK for-clients\n",
		  "for-clients" },
		{ "%any %any : PSK for-clients\n203.0.113.5 198.51.100.7 : PSK for-site\n",
		  "for-clients" },
		{ ": PSK for-anybody\n203.0.113.5 %any : PSK for-clients\n", "for-clients" },
		{ "203.0.113.5 : PSK for-clients\n198.51.100.7 : PSK for-site\n", "for-clients" },
		{ "203.0.113.5 198.51.100.7 : PSK for-site\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };

		import_ipsec_secrets(&import, "ipsec.secrets", cases[i].text);
		import_ipsec_conf(&import, "ipsec.conf", conf);
		import_decide(&import);
		assert_string_equal(import.psk ? import.psk : "", cases[i].psk ? cases[i].psk : "");
		assert_int_equal(noted(&import, "is not clear"), !cases[i].psk);
		assert_true(noted(&import, "the key was left out"));
	}
}

/* ipsec.secrets(5) has no escapes, and keys that are not what is written. */
static void test_ipsec_key_notations(void **state)
{
	static const struct {
		const char *text, *psk, *noted;
	} cases[] = {
		{ ": PSK \"ab\\cdef\\\\g\"", "ab\\cdef\\\\g", NULL },
		{ ": PSK \"backslash\\\" # comment", "backslash\\", NULL },
		{ ": PSK 'a \"quoted\" word'", "a \"quoted\" word", NULL },
		{ ": PSK 0sc2VjcmV0IHRleHQ=", "secret text", NULL },
		{ ": PSK 0x736563726574207465787 4", NULL, "is neither Base64 nor hexadecimal" },
		{ ": PSK 0x7365637265742074657874", "secret text", NULL },
		{ ": PSK \"0x7365637265742074657874\"", "0x7365637265742074657874", NULL },
		{ ": PSK 0sAAECAwQFBgcICQ==", NULL,
		  "f:1: the key is not carried over: it may hold" },
		{ ": PSK 0x736563726574007465787400", NULL, "it may hold" },
		{ ": PSK 0s!secret!", NULL, "is neither" },
		{ ": PSK 0sc2Vj=ZQ", NULL, "is neither" },
		{ ": PSK \"caf\xe9 caf\xe9\"", NULL, "it may hold" },
		{ ": \"secret text\"", NULL, "f:1: left out: it is no pre-shared key" },
		{ ": secrettext", NULL, "f:1: left out: it is no pre-shared key" },
		{ "@x : XAUTH \"secret text\"", NULL, "a secret of kind XAUTH was left out" },
		{ ": RSA secret.pem", NULL, "a secret of kind RSA was left out" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };

		import_ipsec_secrets(&import, "f", cases[i].text);
		import_decide(&import);
		if (strcmp(import.psk ? import.psk : "", cases[i].psk ? cases[i].psk : ""))
			fail_msg("%s: %s", cases[i].text, import.psk);
		if (cases[i].noted && !noted(&import, cases[i].noted))
			fail_msg("%s: no note", cases[i].text);
		if (noted(&import, "secret text") || noted(&import, "secrettext") ||
		    noted(&import, "7365"))
			fail_msg("%s: the key is in a note", cases[i].text);
	}
}

static const struct import_user *user_of(const struct import *import, const char *name)
{
	for (size_t i = 0; i < import->users_count; i++) {
		if (!strcmp(import->users[i].name, name))
			return &import->users[i];
	}
	return NULL;
}

/* chap-secrets serves PPTP, and our own logins elsewhere, too; whichever file is read first. */
static void test_lines_of_another_server(void **state)
{
	static const char *const files[] = { "[lns default]\nname = l2tpd\n[lac isp]\nname = me\n",
					     "" };

	(void)state;
	for (size_t first = 0; first < 2; first++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };

		import_xl2tpd(&import, "xl2tpd.conf", files[first]);
		import_chap_secrets(&import, "f",
				    "eve pptpd a *\nme isp b *\nany * c *\nbob * d *\n"
				    "bob l2tpd e *\nbob * f *\nsys me g *\n");
		import_xl2tpd(&import, "xl2tpd.conf", files[!first]);
		import_decide(&import);
		assert_int_equal(import.users_count, 2);
		assert_string_equal(user_of(&import, "any")->password, "c");
		assert_string_equal(user_of(&import, "bob")->password, "e");
		assert_true(noted(&import, "f:1: left out: it is for server pptpd"));
		assert_true(noted(&import, "f:2: left out"));
		assert_true(noted(&import, "f:5: user bob is there already; the second one"));
		assert_true(noted(&import, "f:6: user bob is there already; the first one"));
		assert_true(noted(&import, "f:7: left out"));
	}
}

/* pppd reads its options behind what xl2tpd says. */
static void test_name_in_the_options(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };

	(void)state;
	import_xl2tpd(&import, "xl2tpd.conf", "[lns default]\nname = l2tpd\n");
	import_chap_secrets(&import, "f", "a l2tpd x *\nb vpn y *\n");
	import_ppp_options(&import, "options", "name vpn\n");
	import_decide(&import);
	assert_int_equal(import.users_count, 1);
	assert_non_null(user_of(&import, "b"));
}

static void test_no_name(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import one = { .arena = arena }, several = { .arena = arena };

	(void)state;
	import_chap_secrets(&one, "f", "a vpn x *\nb * y *\nc vpn z *\n");
	import_decide(&one);
	assert_int_equal(one.users_count, 3);
	assert_true(noted(&one, "the users of vpn"));

	import_chap_secrets(&several, "f", "a vpn x *\nb * y *\nc isp z *\n");
	import_decide(&several);
	assert_int_equal(several.users_count, 1);
	assert_true(noted(&several, "several servers"));
	assert_true(noted(&several, "f:3: left out"));
}

/* Without an address pppd refuses: whom it refused is not let in. */
static void test_users_without_address(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	import_chap_secrets(
	    &import, "f", "a * x\nb * x -\nc * x *\nd * x 10.0.0.5 10.0.0.6\ne * x !10.0.0.5 *\n");
	import_decide(&import);
	import_policy(&import, &text);
	assert_true(user_of(&import, "a")->disabled && user_of(&import, "b")->disabled);
	assert_false(user_of(&import, "c")->disabled || user_of(&import, "d")->disabled);
	assert_int_equal(user_of(&import, "d")->address, 0x0a000005);
	assert_non_null(strstr(buf_text(&text), "\"disabled\": true"));
	assert_true(noted(&import, "f:1: a may use no address"));
	assert_true(noted(&import, "f:2: b may use no address"));
	assert_false(noted(&import, "f:3"));
	assert_true(noted(&import, "f:4: only the first of the addresses of d"));
	assert_true(noted(&import, "f:5: the addresses of e"));
}

static void test_more_users_than_a_policy_takes(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i <= IMPORT_USERS_MAX + 1; i++)
		buf_printf(&text, "%05x * x *\n", i);
	import_chap_secrets(&import, "f", buf_text(&text));
	import_decide(&import);
	assert_int_equal(import.users_count, IMPORT_USERS_MAX);
	assert_true(noted(&import, "f:20001: left out, with what follows"));
	assert_false(noted(&import, "f:20002"));
}

static void test_pools(void **state)
{
	static const struct {
		uint32_t first, last;
		const char *pool;
	} cases[] = {
		{ 0x0a000002, 0x0a000005, "10.0.0.0/29" },
		{ 0x0a000001, 0x0a000006, "10.0.0.0/29" },
		{ 0x0a000000, 0x0a000007, "10.0.0.0/28" },
		{ 0x0a000005, 0x0a000005, "10.0.0.4/30" },
		{ 0x0a0000fe, 0x0a000102, "10.0.0.0/23" },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena,
					 .first = cases[i].first,
					 .last = cases[i].last };
		cleanup_buf struct buf text = BUF_INIT;

		import_policy(&import, &text);
		if (!strstr(buf_text(&text), cases[i].pool))
			fail_msg("%s is not in %s", cases[i].pool, buf_text(&text));
	}
}

#define ALSO4  " also=a\n also=b\n also=a\n also=b\n"
#define ALSO16 ALSO4 ALSO4 ALSO4 ALSO4

/* Connections that refer to each other, sections without end, quotes without end. */
static void test_nonsense_ends(void **state)
{
	static const char *const texts[] = { "conn a\n also=a\n leftprotoport=17/1701\n auto=add\n",
					     "conn a\n" ALSO16 "conn b\n" ALSO16,
					     "{{{{{{{{{{{{{{{{ a = b",
					     "}}}}",
					     "= = =\n\"",
					     "conn\n",
					     "a \"b",
					     "\\",
					     "[lns x\nip range = -\n",
					     ": PSK" };

	(void)state;
	for (size_t i = 0; i < array_size(texts); i++) {
		cleanup_arena struct arena *arena = arena_new();
		struct import import = { .arena = arena };
		cleanup_buf struct buf text = BUF_INIT;

		import_ipsec_conf(&import, "f", texts[i]);
		import_ipsec_secrets(&import, "f", texts[i]);
		import_swanctl(&import, "f", texts[i]);
		import_xl2tpd(&import, "f", texts[i]);
		import_ppp_options(&import, "f", texts[i]);
		import_chap_secrets(&import, "f", texts[i]);
		import_decide(&import);
		import_policy(&import, &text);
		assert_true(text.len > 0);
	}
}

static void test_latin1(void **state)
{
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	import_chap_secrets(&import, "f", "z\xf6\x65 * caf\xe9 *\n");
	import_decide(&import);
	import_policy(&import, &text);
	assert_non_null(strstr(buf_text(&text), "\"z\xc3\xb6\x65\""));
	assert_non_null(strstr(buf_text(&text), "\"caf\xc3\xa9\""));
}

/* Names in those files may hold what a terminal obeys. */
static void test_notes_are_only_text(void **state)
{
	static const char conf[] =
	    "include /tmp/\x1b[2J\nconn \a\xc2\x9bJ\xc3\xbcrgen\n auto=add\n";
	cleanup_arena struct arena *arena = arena_new();
	struct import import = { .arena = arena };

	(void)state;
	import_ipsec_conf(&import, "f", conf);
	import_decide(&import);
	assert_true(noted(&import, "/tmp/?[2J"));
	assert_true(noted(&import, "connection ???J\xc3\xbcrgen"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_setup_ipsec_vpn),
		cmocka_unit_test(test_what_is_left_out_is_said),
		cmocka_unit_test(test_ipsec_conf_over_files),
		cmocka_unit_test(test_swanctl),
		cmocka_unit_test(test_swanctl_keys),
		cmocka_unit_test(test_swanctl_values),
		cmocka_unit_test(test_ipsec_keys),
		cmocka_unit_test(test_ipsec_key_notations),
		cmocka_unit_test(test_xl2tpd_range),
		cmocka_unit_test(test_xl2tpd_local_without_range),
		cmocka_unit_test(test_lines_of_another_server),
		cmocka_unit_test(test_name_in_the_options),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_users_without_address),
		cmocka_unit_test(test_more_users_than_a_policy_takes),
		cmocka_unit_test(test_pools),
		cmocka_unit_test(test_nonsense_ends),
		cmocka_unit_test(test_latin1),
		cmocka_unit_test(test_notes_are_only_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
