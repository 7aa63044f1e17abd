/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "iptables-legacy -S" (1.8.9) printed, judged. */
#include <string.h>

#include "apply/legacy.h"
#include "apply/opening.h"
#include "base/buf.h"
#include "unit.h"

static const char docker[] =
    "-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N DOCKER\n-N DOCKER-USER\n"
    "-A FORWARD -j DOCKER-USER\n"
    "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
    "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT\n-A FORWARD -o docker0 -j DOCKER\n"
    "-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT\n";
static const char docker_open[] =
    "-A DOCKER-USER -o l2tpgw+ -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "
    "\"l2tpgw answers\" -j ACCEPT\n"
    "-A DOCKER-USER -i l2tpgw+ -m comment --comment \"l2tpgw clients\" -j ACCEPT\n";
static const char by_hand[] =
    "-P INPUT DROP\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n"
    "-A INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT\n"
    "-A INPUT -p tcp -m tcp --dport 8000:8010 -m comment --comment \"a \\\"b\\\" c\" -j ACCEPT\n"
    "-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n"
    "-A INPUT -j LOG --log-prefix \"x y \"\n"
    "-A INPUT -j REJECT --reject-with icmp-host-prohibited\n";

/* "Docker? 4 legacy filter FORWARD\n": tool, "?" if it is not certain, need, chain, ">" if it is
 * sent elsewhere. */
static void expect(const char *legacy, const char *text)
{
	static const char nft[] = "{\"nftables\": []}";
	const struct neighbour_rules rules = { nft, strlen(nft), legacy, strlen(legacy) };
	cleanup_arena struct arena *arena = arena_new();
	cleanup_buf struct buf got = BUF_INIT;
	struct neighbour_blocks blocks;
	struct err err;

	assert_int_equal(neighbours_judge(arena, &rules,
					  &(struct neighbour_traffic){ .wan = "wan" }, &blocks,
					  &err),
			 0);
	for (size_t i = 0; i < blocks.count; i++)
		buf_printf(&got, "%s%s %d %s%s\n", neighbour_tool_name(blocks.list[i].tool),
			   blocks.list[i].certain ? "" : "?", blocks.list[i].need,
			   blocks.list[i].chain, blocks.list[i].away ? " >" : "");
	assert_string_equal(buf_text(&got), text);
}

static void test_docker(void **state)
{
	cleanup_buf struct buf open = BUF_INIT;

	(void)state;
	expect(docker, "Docker 4 legacy filter FORWARD\nDocker 5 legacy filter FORWARD\n");
	buf_printf(&open, "%s%s", docker, docker_open);
	expect(buf_text(&open), "");
}

static void test_by_hand(void **state)
{
	(void)state;
	expect(by_hand, "iptables 2 legacy filter INPUT\niptables 3 legacy filter INPUT\n");
	expect("", "");
	expect("-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n", "");
}

/* Other tables, and what leaves the machine. */
static void test_other_hooks(void **state)
{
	(void)state;
	expect("-P OUTPUT DROP\n-A OUTPUT -p tcp -m tcp --sport 22 -j ACCEPT\n",
	       "iptables 6 legacy filter OUTPUT\n");
	expect("-P OUTPUT DROP\n-A OUTPUT -p esp -j ACCEPT\n"
	       "-A OUTPUT -p udp -m multiport --sports 500,4500,1701 -j ACCEPT\n",
	       "");
	expect("*filter\n-P INPUT ACCEPT\n*raw\n-P PREROUTING ACCEPT\n-P OUTPUT ACCEPT\n"
	       "-A PREROUTING -i wan -p udp -m udp --dport 4500 -j DROP\n",
	       "iptables 1 legacy raw PREROUTING\n");
	/* Common, and no matter of ours: it is not told on a mere suspicion. */
	expect("*mangle\n-P PREROUTING ACCEPT\n-A PREROUTING -d 10.0.0.2/32 -j DROP\n", "");
}

static void test_some_senders(void **state)
{
	(void)state;
	expect("-P INPUT ACCEPT\n-A INPUT -s 10.0.0.0/8 -p esp -j DROP\n", "");
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m recent --rcheck --name x -j DROP\n", "");
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m set --match-set bad src -j DROP\n", "");
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m iprange --src-range 1.2.3.4-1.2.3.9 -j DROP\n",
	       "");
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m set ! --match-set good src -j DROP\n",
	       "iptables? 2 legacy filter INPUT\n");
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m set --match-set ours dst -j DROP\n",
	       "iptables? 2 legacy filter INPUT\n");
	expect("-P INPUT DROP\n-A INPUT -p udp -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\n",
	       "iptables 2 legacy filter INPUT\n");
	expect(
	    "-P INPUT DROP\n-A INPUT -p udp -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -p esp -j ACCEPT\n",
	    "iptables? 2 legacy filter INPUT\n");
}

#define NAT "*nat\n-P PREROUTING ACCEPT\n-N DOCKER\n"

static void test_elsewhere(void **state)
{
	(void)state;
	expect(NAT "-A PREROUTING -p udp -m multiport --dports 500,4500 -j DNAT --to-destination "
		   "10.0.0.1\n",
	       "iptables 0 legacy nat PREROUTING >\niptables 1 legacy nat PREROUTING >\n");
	expect(NAT "-A PREROUTING -p udp -m udp --dport 500 -j REDIRECT --to-ports 600\n",
	       "iptables 0 legacy nat PREROUTING >\n");
	expect(NAT "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
		   "-A DOCKER ! -i docker0 -p udp -m udp --dport 500 -j DNAT --to-destination "
		   "172.17.0.2:500\n",
	       "iptables 0 legacy nat PREROUTING >\n");
	expect(NAT "-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
		   "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination "
		   "172.17.0.2:80\n",
	       "");
	expect(NAT "-A PREROUTING -d 192.0.2.9/32 -p udp -m udp --dport 500 -j DNAT "
		   "--to-destination 10.0.0.1\n",
	       "");
}

static void test_what_is_not_understood(void **state)
{
	(void)state;
	/* An extension may match or not. */
	expect("-P INPUT ACCEPT\n-A INPUT -p esp -m length --length 0:100 -j DROP\n",
	       "iptables? 2 legacy filter INPUT\n");
	/* A chain that is not there, or a target of an extension, ends nothing. */
	expect("-P INPUT ACCEPT\n-A INPUT -j NOWHERE\n", "");
	expect("-P INPUT ACCEPT\n-A INPUT ! -p udp -j DROP\n", "iptables 2 legacy filter INPUT\n");
	expect("-P INPUT ACCEPT\n-A INPUT -p 50 -j DROP\n-A INPUT",
	       "iptables 2 legacy filter INPUT\n");
}

/* Lines end wherever they like. */
static void test_cut_texts(void **state)
{
	(void)state;
	for (size_t len = 0; len <= strlen(by_hand); len++) {
		json_t *list = json_array();

		legacy_read(by_hand, len, list);
		json_decref(list);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docker),       cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_other_hooks),  cmocka_unit_test(test_what_is_not_understood),
		cmocka_unit_test(test_some_senders), cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_cut_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
