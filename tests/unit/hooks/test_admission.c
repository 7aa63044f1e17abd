/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "base/messages.h"
#include "hooks/admission.h"

/* `text` has one field a line. */
static void fill(struct fields *answer, const char *text)
{
	char data[FIELDS_MAX];
	size_t len = strlen(text);

	memcpy(data, text, len);
	for (size_t i = 0; i < len; i++)
		if (data[i] == '\n')
			data[i] = '\0';
	assert_true(fields_decode(answer, data, len));
}

static void all_fields_are_taken(void **state)
{
	struct fields answer;
	struct admission admission;

	(void)state;
	fill(&answer,
	     "type=admitted\nmessage=S=12 M=Access granted\naddress=10.9.0.2\ndns1=10.0.0.1\n"
	     "dns2=10.0.0.2\n");
	admission = admission_read(&answer);
	assert_true(admission.admitted);
	assert_string_equal(admission.message, "S=12 M=Access granted");
	assert_int_equal(admission.address, 0x0a090002);
	assert_int_equal(admission.dns[0], 0x0a000001);
	assert_int_equal(admission.dns[1], 0x0a000002);
}

static void the_least(void **state)
{
	struct fields answer;
	struct admission admission;

	(void)state;
	fill(&answer, "type=admitted\nmessage=x\naddress=10.9.0.2\n");
	admission = admission_read(&answer);
	assert_true(admission.admitted);
	assert_int_equal(admission.dns[0], 0);
	assert_int_equal(admission.dns[1], 0);
}

static void refusals(void **state)
{
	static const char *const answers[] = {
		"message=x\naddress=10.9.0.2\n",
		"type=admit\nmessage=x\naddress=10.9.0.2\n",
		"type=admitted\naddress=10.9.0.2\n",
		"type=admitted\nmessage=\naddress=10.9.0.2\n",
		"type=admitted\nmessage=x\n",
		"type=admitted\nmessage=x\naddress=0.0.0.0\n",
		"type=admitted\nmessage=x\naddress=10.9.0.2/32\n",
		"type=admitted\nmessage=x\naddress=10.9.0.2\ndns1=no\n",
		"type=admitted\nmessage=x\naddress=10.9.0.2\ndns2=0.0.0.0\n",
	};
	struct fields answer;

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct admission admission;

		fill(&answer, answers[i]);
		admission = admission_read(&answer);
		assert_false(admission.admitted);
		assert_non_null(admission.reason);
		assert_null(admission.message);
	}
}

static void message_of_every_length(void **state)
{
	char text[300];
	struct fields answer;

	(void)state;
	for (size_t len = 1; len < sizeof(text); len++) {
		memset(text, 0xff, len);
		text[len] = '\0';
		fields_init(&answer);
		fields_put(&answer, MSG_TYPE, MSG_ADMITTED);
		fields_put(&answer, MSG_MESSAGE, text);
		fields_put(&answer, MSG_ADDRESS, "10.9.0.2");
		assert_int_equal(admission_read(&answer).admitted, len <= MSG_MESSAGE_MAX);
	}
}

static void denied_says_why(void **state)
{
	struct fields answer;

	(void)state;
	fill(&answer, "type=denied\nreason=user alice is disabled\n");
	assert_string_equal(admission_read(&answer).reason, "user alice is disabled");
	fill(&answer, "type=denied\n");
	assert_non_null(admission_read(&answer).reason);
}

static void protocols(void **state)
{
	(void)state;
	assert_string_equal(admission_protocol(0x81), "mschapv2");
	assert_string_equal(admission_protocol(0x80), "mschap");
	assert_string_equal(admission_protocol(5), "md5");
	assert_string_equal(admission_protocol(0), "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_fields_are_taken),
		cmocka_unit_test(the_least),
		cmocka_unit_test(refusals),
		cmocka_unit_test(denied_says_why),
		cmocka_unit_test(message_of_every_length),
		cmocka_unit_test(protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
