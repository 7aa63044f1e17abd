/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real user.rules as ufw 0.36.2 wrote it, shortened. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "drive/ufw.h"
#include "unit.h"

static const char rules[] =
    "*filter\n:ufw-user-input - [0:0]\n### RULES ###\n\n"
    "### tuple ### allow udp 500 0.0.0.0/0 any 0.0.0.0/0 in comment=6c327470677720696b65\n"
    "-A ufw-user-input -p udp --dport 500 -j ACCEPT\n\n"
    "### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n"
    "-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n\n"
    "### tuple ### route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_l2tpgw+ "
    "comment=6c3274706777206573703030\n"
    "-A ufw-user-forward -i l2tpgw+ -j ACCEPT\n"
    "# comment=6c32747067772065737021\n";

static bool have(const char *comment)
{
	return ufw_rules_have(rules, strlen(rules), comment);
}

static void test_comments(void **state)
{
	(void)state;
	assert_true(have("l2tpgw ike"));
	assert_true(have("l2tpgw esp00"));
	assert_false(have("l2tpgw esp"));  /* a comment that only begins so */
	assert_false(have("l2tpgw esp!")); /* not in a tuple */
	assert_false(have("ike"));
	assert_false(have("l2tpgw clients"));
	assert_false(ufw_rules_have("", 0, "l2tpgw ike"));
}

/* An administrator's, which ufw would take for ours. */
static void test_others(void **state)
{
	static const struct {
		const char *rules, *rule;
		enum ufw_other other;
	} cases[] = {
		{ rules, "allow proto udp to 0.0.0.0/0 port 500", UFW_OTHER_ALLOWS },
		{ rules, "allow proto udp to 0.0.0.0/0 port 50", UFW_NO_OTHER },
		{ rules, "allow proto udp to 198.18.0.0/28 port 500", UFW_NO_OTHER },
		{ rules, "allow proto esp to 0.0.0.0/0", UFW_NO_OTHER },
		{ rules, "route allow in on l2tpgw+ from 0.0.0.0/0", UFW_OTHER_ALLOWS },
		{ "### tuple ### deny udp 500 0.0.0.0/0 any 0.0.0.0/0 in",
		  "allow proto udp to 0.0.0.0/0 port 500", UFW_OTHER_REFUSES },
		{ "### tuple ### limit_log udp 500 0.0.0.0/0 any 0.0.0.0/0 in comment=41\n",
		  "allow proto udp to 0.0.0.0/0 port 500", UFW_OTHER_REFUSES },
		{ "### tuple ### allow udp 500 0.0.0.0/0 any 10.0.0.0/8 in\n",
		  "allow proto udp to 0.0.0.0/0 port 500", UFW_NO_OTHER },
		{ "### tuple ### deny udp 500 0.0.0.0/0 any 0.0.0.0/0 in_eth0\n",
		  "allow proto udp to 0.0.0.0/0 port 500", UFW_NO_OTHER },
		{ "### tuple ### reject esp any 0.0.0.0/0 any 0.0.0.0/0 in\n",
		  "allow proto esp to 0.0.0.0/0", UFW_OTHER_REFUSES },
		{ "### tuple ### route:deny any any 0.0.0.0/0 any 0.0.0.0/0 in_l2tpgw+\n",
		  "route allow in on l2tpgw+ from 0.0.0.0/0", UFW_OTHER_REFUSES },
		{ "### tuple ### deny any any 0.0.0.0/0 any 0.0.0.0/0 in_l2tpgw+\n",
		  "route allow in on l2tpgw+ from 0.0.0.0/0", UFW_NO_OTHER },
		{ "# deny udp 500 0.0.0.0/0 any 0.0.0.0/0 in\n",
		  "allow proto udp to 0.0.0.0/0 port 500", UFW_NO_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < array_size(cases); i++) {
		if (ufw_rules_other(cases[i].rules, strlen(cases[i].rules), cases[i].rule) !=
		    cases[i].other)
			fail_msg("case %zu", i);
	}
}

/* The text ends wherever it likes. */
static void test_cut_texts(void **state)
{
	(void)state;
	for (size_t len = 0; len <= strlen(rules); len++) {
		char *copy = mem_alloc(len + 1);

		memcpy(copy, rules, len);
		(void)ufw_rules_have(copy, len, "l2tpgw esp00");
		(void)ufw_rules_other(copy, len, "route allow in on l2tpgw+ from 0.0.0.0/0");
		free(copy);
	}
}

static void expect_words(const char *rule, const char *verb, const char *wanted)
{
	const char *words[UFW_WORDS_MAX + 1];
	cleanup_free char *copy = mem_strdup(rule);
	char text[256] = "";

	assert_true(ufw_words(copy, verb, words));
	for (size_t i = 0; words[i]; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			       i ? "|" : "", words[i]);
	assert_string_equal(text, wanted);
}

static void test_words(void **state)
{
	const char *words[UFW_WORDS_MAX + 1];
	char many[] = "a b c d e f g h i j k l m n o p q r s";

	(void)state;
	expect_words("allow proto esp", NULL, "allow|proto|esp");
	expect_words("allow proto esp", "delete", "delete|allow|proto|esp");
	expect_words("route allow in on x", NULL, "route|allow|in|on|x");
	expect_words("route allow in on x", "delete", "route|delete|allow|in|on|x");
	assert_false(ufw_words(many, NULL, words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut_texts),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
