/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "drive/program_version.h"

static const struct {
	const char *name;
	enum program program;
} parts[] = {
	{ "strongswan", PROGRAM_CHARON },
	{ "xl2tpd", PROGRAM_XL2TPD },
	{ "pppd", PROGRAM_PPPD },
};

/* What this was built with (CMakeLists.txt). */
static const char *const libraries[][2] = {
	{ "jansson", L2TPGW_WITH_JANSSON },      { "libnl", L2TPGW_WITH_LIBNL },
	{ "libnftables", L2TPGW_WITH_NFTABLES }, { "nettle", L2TPGW_WITH_NETTLE },
	{ "libsystemd", L2TPGW_WITH_SYSTEMD },
};

/* null: it is not installed, or does not say. */
static json_t *part_json(enum program program)
{
	struct err ignored = { .code = ERR_NONE };
	char version[32];

	if (!program_exists(program) ||
	    program_version(program, version, sizeof(version), &ignored) < 0)
		return json_null();
	return json_string(version);
}

static json_t *parts_json(void)
{
	json_t *json = json_object();

	for (size_t i = 0; i < array_size(parts); i++)
		(void)json_object_set_new(json, parts[i].name, part_json(parts[i].program));
	(void)json_object_set_new(json, "pppd_plugin", json_string(program_version_of_plugin()));
	return json;
}

static json_t *libraries_json(void)
{
	json_t *json = json_object();

	for (size_t i = 0; i < array_size(libraries); i++)
		(void)json_object_set_new(json, libraries[i][0], json_string(libraries[i][1]));
	return json;
}

static void print(const json_t *result)
{
	const json_t *installed = json_object_get(result, "parts");

	printf("l2tpgw %s, kernel %s\n", print_text(result, "version"),
	       print_text(result, "kernel"));
	printf("strongSwan %s, xl2tpd %s, pppd %s (our plugin is for %s)\n",
	       print_text(installed, "strongswan"), print_text(installed, "xl2tpd"),
	       print_text(installed, "pppd"), print_text(installed, "pppd_plugin"));
	printf("built with");
	for (size_t i = 0; i < array_size(libraries); i++)
		printf("%s %s %s", i ? "," : "", libraries[i][0], libraries[i][1]);
	putchar('\n');
}

int verb_version(const struct args *args, struct err *err)
{
	struct utsname kernel;
	json_t *result;

	(void)err;
	if (uname(&kernel) < 0)
		kernel.release[0] = '\0';
	result = json_pack("{s:s, s:s, s:s, s:o, s:o}", "schema", "l2tpgw.version/1", "version",
			   L2TPGW_VERSION, "kernel", kernel.release, "parts", parts_json(),
			   "libraries", libraries_json());
	if (args->given[OPTION_JSON])
		print_json(result);
	else
		print(result);
	json_decref(result);
	return 0;
}
