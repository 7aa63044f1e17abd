/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

/* What the log says of a file that somebody else changed, and that it is true. */
#include "../drive/tmpdir.h"
#include "apply/object.h"
#include "daemon/drift.h"

#define CONTENT "rendered\n"

struct world {
	struct gateway gateway;
	struct plan plan;
	struct plan_file file;
	struct drift *drift;
	char path[600];
	char log[4096];
};

static int world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct err err;

	if (tmpdir_make(state) < 0 || setenv("L2TPGW_RUN", tmpdir, 1) < 0 ||
	    setenv("L2TPGW_STATE", tmpdir, 1) < 0 || paths_load(&world->gateway.paths, &err) < 0)
		return -1;
	world->file = (struct plan_file){ .data = CONTENT, .len = strlen(CONTENT), .mode = 0600 };
	world->plan = (struct plan){
		.files = &world->file, .files_count = 1, .ruleset = "", .ruleset_digest = ""
	};
	world->gateway.plan = &world->plan;
	world->drift = drift_new(&world->gateway);
	*state = world;
	return 0;
}

static int world_free(void **state)
{
	struct world *world = *state;

	drift_free(world->drift);
	free(world);
	return tmpdir_remove(state);
}

/* The file of that name is compared and repaired; what is logged meanwhile is in world->log. */
static void repair(struct world *world, const char *name)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);

	(void)snprintf(world->path, sizeof(world->path), "%s/%s", tmpdir, name);
	world->file.path = world->path;
	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	drift_repair(world->drift, OBJECT_BIT(OBJECT_FILE));
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	(void)close(saved);
	rewind(file);
	world->log[fread(world->log, 1, sizeof(world->log) - 1, file)] = '\0';
	(void)fclose(file);
}

static void what_was_put_back_is_told(void **state)
{
	struct world *world = *state;

	repair(world, "strongswan.conf");
	assert_int_equal(access(world->path, F_OK), 0);
	assert_non_null(strstr(world->log, "strongswan.conf was removed; put back"));
	tmpdir_write("strongswan.conf", "something else\n");
	repair(world, "strongswan.conf");
	assert_non_null(strstr(world->log, "strongswan.conf was changed; put back"));
	repair(world, "strongswan.conf");
	assert_string_equal(world->log, "");
	assert_false(world->gateway.broken);
}

static void what_cannot_be_put_back_is_not_said_to_be(void **state)
{
	struct world *world = *state;

	repair(world, "missing/strongswan.conf");
	assert_non_null(strstr(world->log, "strongswan.conf was removed; not put back"));
	assert_null(strstr(world->log, "; put back"));
	assert_non_null(strstr(world->log, "cannot be put back: "));
	assert_true(world->gateway.broken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_put_back_is_told, world_make, world_free),
		cmocka_unit_test_setup_teardown(what_cannot_be_put_back_is_not_said_to_be,
						world_make, world_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
