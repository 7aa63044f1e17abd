/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/apply.h"

#include <string.h>

struct wish {
	struct object object;
	struct object_value value;
};

struct wishes {
	struct wish *list;
	size_t count;
};

static struct wish *wish_add(struct arena *arena, struct wishes *wishes, enum object_kind kind)
{
	struct wish *wish =
	    arena_push(arena, (void **)&wishes->list, &wishes->count, sizeof(*wish));

	wish->object.kind = kind;
	wish->value.present = true;
	return wish;
}

static void wish_files(const struct plan *plan, struct arena *arena, struct wishes *wishes)
{
	for (size_t i = 0; i < plan->files_count; i++) {
		const struct plan_file *file = &plan->files[i];
		struct wish *wish = wish_add(arena, wishes, OBJECT_FILE);

		wish->object.name = file->path;
		wish->value.data = file->data;
		wish->value.len = file->len;
		wish->value.mode = file->mode;
	}
}

static void wish_xfrm(const struct plan *plan, struct arena *arena, struct wishes *wishes)
{
	for (size_t i = 0; i < plan->xfrm_policies_count; i++) {
		const struct plan_xfrm_policy *policy = &plan->xfrm_policies[i];

		wish_add(arena, wishes, OBJECT_XFRM)->object.xfrm = (struct xfrm_rule){
			.out = policy->out,
			.block = policy->block,
			.proto = policy->proto,
			.sport = policy->sport,
			.dport = policy->dport,
			.src = policy->src,
			.priority = policy->priority,
		};
	}
}

static void wish_sysctls(const struct plan *plan, struct arena *arena, struct wishes *wishes)
{
	for (size_t i = 0; i < plan->sysctls_count; i++) {
		struct wish *wish = wish_add(arena, wishes, OBJECT_SYSCTL);

		wish->object.name = plan->sysctls[i].name;
		wish->value.data = plan->sysctls[i].value;
		wish->value.len = strlen(plan->sysctls[i].value);
	}
}

/* In the order of enum object_kind. */
static void wishes_make(const struct plan *plan, struct arena *arena, struct wishes *wishes)
{
	struct wish *ruleset;

	if (!plan)
		return;
	wish_files(plan, arena, wishes);
	ruleset = wish_add(arena, wishes, OBJECT_RULESET);
	ruleset->value.data = plan->ruleset;
	ruleset->value.len = strlen(plan->ruleset);
	wish_xfrm(plan, arena, wishes);
	for (size_t i = 0; i < plan->routes_count; i++)
		wish_add(arena, wishes, OBJECT_ROUTE)->object.route = plan->routes[i];
	for (size_t i = 0; i < plan->addresses_count; i++)
		wish_add(arena, wishes, OBJECT_ADDRESS)->object.address = plan->addresses[i];
	wish_sysctls(plan, arena, wishes);
}

static bool wished(const struct wishes *wishes, const struct object *object)
{
	for (size_t i = 0; i < wishes->count; i++) {
		if (object_same(&wishes->list[i].object, object))
			return true;
	}
	return false;
}

static int step_add(const struct machine *machine, struct arena *arena, struct steps *steps,
		    const struct object *object, const struct object_value *after, struct err *err)
{
	struct object_value before;
	struct step *step;

	if (machine->get(machine->user, arena, object, &before, err) < 0)
		return -1;
	if (object_value_equal(&before, after))
		return 0;
	step = arena_push(arena, (void **)&steps->list, &steps->count, sizeof(*step));
	*step = (struct step){ *object, before, *after };
	return 0;
}

int apply_diff(const struct machine *machine, const struct plan *plan, unsigned kinds,
	       struct arena *arena, struct steps *steps, struct err *err)
{
	static const struct object_value absent = { .present = false };
	struct wishes wishes = { NULL, 0 };
	struct object_list found;

	*steps = (struct steps){ NULL, 0 };
	wishes_make(plan, arena, &wishes);
	for (size_t i = 0; i < wishes.count; i++) {
		if ((kinds & OBJECT_BIT(wishes.list[i].object.kind)) &&
		    step_add(machine, arena, steps, &wishes.list[i].object, &wishes.list[i].value,
			     err) < 0)
			return -1;
	}
	if (machine->find(machine->user, kinds, arena, &found, err) < 0)
		return -1;
	/* Removals last and backwards: what protects goes after what it protected. */
	for (size_t i = found.count; i-- > 0;) {
		if (!wished(&wishes, &found.list[i]) &&
		    step_add(machine, arena, steps, &found.list[i], &absent, err) < 0)
			return -1;
	}
	return 0;
}

/* A new worker needs its configuration and its address; clients find it by the ruleset. */
static bool comes_first(const struct step *step)
{
	return step->after.present && step->object.kind != OBJECT_RULESET &&
	       step->object.kind != OBJECT_SYSCTL;
}

size_t apply_order_running(struct steps *steps, struct arena *arena)
{
	struct step *ordered = arena_alloc(arena, (steps->count + 1) * sizeof(*ordered));
	size_t first = 0, at;

	for (size_t i = 0; i < steps->count; i++) {
		if (comes_first(&steps->list[i]))
			ordered[first++] = steps->list[i];
	}
	at = first;
	for (size_t i = 0; i < steps->count; i++) {
		if (!comes_first(&steps->list[i]))
			ordered[at++] = steps->list[i];
	}
	steps->list = ordered;
	return first;
}

int apply_do(const struct machine *machine, const struct steps *steps, size_t *done, size_t end,
	     struct err *err)
{
	char what[160];

	while (*done < end) {
		const struct step *step = &steps->list[(*done)++];

		if (machine->set(machine->user, &step->object, &step->after, err) < 0)
			return err_wrap(err, "%s", object_text(&step->object, what, sizeof(what)));
	}
	return 0;
}

int apply_undo(const struct machine *machine, const struct steps *steps, size_t done,
	       struct err *err)
{
	struct err undo = { .code = ERR_NONE };
	char what[160];
	int failed = 0;

	while (done-- > 0) {
		const struct step *step = &steps->list[done];

		if (machine->set(machine->user, &step->object, &step->before, &undo) == 0)
			continue;
		failed = err_wrap(err, "not undone: %s (%s)",
				  object_text(&step->object, what, sizeof(what)), undo.text);
	}
	return failed;
}

int apply_run(const struct machine *machine, const struct steps *steps, struct err *err)
{
	size_t done = 0;

	if (apply_do(machine, steps, &done, steps->count, err) == 0)
		return 0;
	if (apply_undo(machine, steps, done, err) == 0)
		(void)err_wrap(err, "nothing was changed");
	return -1;
}
