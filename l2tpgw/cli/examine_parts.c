/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/examine.h"
#include "cli/package_manager.h"
#include "drive/ability.h"
#include "drive/machine.h"
#include "drive/modules.h"
#include "drive/program_version.h"

static const char *module_remedy(enum ability ability)
{
	char container[64];

	machine_container(container, sizeof(container));
	if (*container)
		return "this is a container, whose host decides: load it there, and give the "
		       "container /dev/ppp and CAP_NET_ADMIN; module";
	switch (module_state(ability_module(ability))) {
	case MODULE_BUILTIN:
	case MODULE_LOADED:
		return "the module is there, but refuses (dmesg may say why):";
	case MODULE_LOADABLE:
	case MODULE_BLACKLISTED:
		return "load it: modprobe";
	case MODULE_DISABLED:
		return "an install line in /etc/modprobe.d keeps it from being loaded: remove that "
		       "line, then modprobe";
	case MODULE_MISSING:
		return "this kernel lacks it: install the full kernel package (linux-image-amd64, "
		       "not the cloud one; kernel-modules-extra on RHEL) and reboot into it; "
		       "module";
	}
	return "";
}

static bool is_able(enum ability ability, bool load, struct err *err)
{
	if (ability_probe(ability, err) == 0)
		return true;
	return load && module_load(ability_module(ability), err) == 0 &&
	       ability_probe(ability, err) == 0;
}

/* What `up` and the unit load, by name, to which a blacklist does not apply. */
static bool is_loaded_when_needed(struct findings *findings, enum ability ability)
{
	const char *module = ability_module(ability);
	enum module_state state = module_state(module);
	const char *how =
	    state == MODULE_LOADABLE ? "there, and loaded" : "blacklisted, and loaded by name";

	if (state != MODULE_LOADABLE && state != MODULE_BLACKLISTED)
		return false;
	finding_add(findings, "kernel", FINDING_GOOD, "%s: module %s is %s when it is needed",
		    ability_text(ability), module, how);
	return true;
}

void examine_kernel(struct findings *findings, bool load)
{
	for (enum ability ability = 0; ability < ABILITY_COUNT; ability++) {
		const char *module = ability_module(ability);
		struct err err = { .code = ERR_NONE };

		if (is_able(ability, load, &err)) {
			finding_add(findings, "kernel", FINDING_GOOD, "%s works",
				    ability_text(ability));
			continue;
		}
		if (!load && is_loaded_when_needed(findings, ability))
			continue;
		finding_add(findings, "kernel", FINDING_PROBLEM, "%s is missing: %.300s",
			    ability_text(ability), err.text);
		finding_remedy(findings, "%s %s", module_remedy(ability), module);
	}
}

static const struct {
	enum program program;
	const char *what;
	enum package package;
} programs[] = {
	{ PROGRAM_CHARON, "strongSwan's IKE daemon", PACKAGE_CHARON },
	{ PROGRAM_XL2TPD, "the L2TP daemon", PACKAGE_XL2TPD },
	{ PROGRAM_PPPD, "the PPP daemon", PACKAGE_PPP },
};

/* Without swanctl nobody knows charon's; it works all the same. */
static void examine_version(struct findings *findings, enum program program, const char *what)
{
	struct err err = { .code = ERR_NONE };
	char version[32] = "";

	if (program_version(program, version, sizeof(version), &err) < 0 &&
	    program != PROGRAM_CHARON) {
		finding_add(findings, "packages", FINDING_WARNING, "%.300s", err.text);
		return;
	}
	if (program != PROGRAM_PPPD || !strcmp(version, program_version_of_plugin())) {
		finding_add(findings, "packages", FINDING_GOOD, "%s is %s%s%s", what,
			    program_path(program), *version ? ", version " : "", version);
		return;
	}
	finding_add(findings, "packages", FINDING_PROBLEM,
		    "pppd is version %s, but our plugin was built for %s, and pppd takes no other",
		    version, program_version_of_plugin());
	finding_remedy(findings, "install the l2tpgw that was built for this release");
}

static void examine_plugin(struct findings *findings, const struct paths *paths)
{
	if (access(paths->plugin, R_OK) == 0) {
		finding_add(findings, "packages", FINDING_GOOD, "our pppd plugin is %s",
			    paths->plugin);
		return;
	}
	finding_add(findings, "packages", FINDING_PROBLEM, "our pppd plugin %s is missing",
		    paths->plugin);
	finding_remedy(findings, "install l2tpgw whole, or name it in L2TPGW_PLUGIN");
}

void examine_packages(struct findings *findings, const struct paths *paths, bool managed)
{
	char install[64];

	for (size_t i = 0; i < array_size(programs); i++) {
		if (programs[i].program == PROGRAM_CHARON && !managed)
			continue;
		if (program_exists(programs[i].program)) {
			examine_version(findings, programs[i].program, programs[i].what);
			continue;
		}
		finding_add(findings, "packages", FINDING_PROBLEM, "%s (%s) is not installed",
			    programs[i].what, program_path(programs[i].program));
		finding_remedy(findings, "%s",
			       package_install(programs[i].package, install, sizeof(install)));
	}
	examine_plugin(findings, paths);
}
