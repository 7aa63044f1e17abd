/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_TESTS_MODEL_H
#define L2TPGW_TESTS_MODEL_H

/*
 * A machine in memory: objects with values, and a fault at will. And random plans and states of it,
 * made of few enough objects that they meet often.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/apply.h"
#include "base/cleanup.h"

#define MODEL_OBJECTS_MAX 64

struct model_object {
	struct object object;
	mode_t mode;
	const char *data; /* lives as long as the plan or the steps it came from */
	size_t len;
};

struct model {
	struct model_object list[MODEL_OBJECTS_MAX];
	size_t count;
	unsigned calls;           /* of set */
	unsigned fail_from, fail; /* `fail` calls from this one on fail; from 1, 0 = none */
	bool half;                /* what fails leaves another value behind */
};

static uint64_t model_seed = 0x9e3779b97f4a7c15u;

static inline uint32_t model_random(uint32_t below)
{
	model_seed ^= model_seed << 13;
	model_seed ^= model_seed >> 7;
	model_seed ^= model_seed << 17;
	return (uint32_t)(model_seed >> 33) % below;
}

static const char *const model_files[] = { "/run/l2tpgw/strongswan.conf", "/run/l2tpgw/ppp-options",
					   "/run/l2tpgw/xl2tpd-1.conf", "/run/l2tpgw/xl2tpd-2.conf",
					   "/run/l2tpgw/xl2tpd-3.conf" };
static const char *const model_sysctls[] = { "net/ipv4/ip_forward", "net/core/xfrm_acq_expires",
					     "net/ipv4/conf/all/accept_redirects" };
static const char *const model_values[] = { "0", "1", "one text", "another text", "" };

static inline struct model_object *model_find(struct model *model, const struct object *object)
{
	for (size_t i = 0; i < model->count; i++) {
		if (object_same(&model->list[i].object, object))
			return &model->list[i];
	}
	return NULL;
}

static inline void model_put(struct model *model, const struct object *object,
			     const struct object_value *value)
{
	struct model_object *at = model_find(model, object);

	if (!value->present) {
		if (at)
			*at = model->list[--model->count];
		return;
	}
	assert_true(at || model->count < MODEL_OBJECTS_MAX);
	at = at ? at : &model->list[model->count++];
	*at = (struct model_object){ *object, value->mode, value->data, value->len };
}

static inline int model_get_(const void *user, struct arena *arena, const struct object *object,
			     struct object_value *value, struct err *err)
{
	const struct model_object *at = model_find((struct model *)user, object);

	(void)err;
	*value = (struct object_value){ .present = at != NULL };
	if (!at)
		return 0;
	value->mode = at->mode;
	value->len = at->len;
	value->data = at->len ? arena_memdup(arena, at->data, at->len) : NULL;
	return 0;
}

static inline bool model_has_data(const struct object *object)
{
	return object->kind == OBJECT_FILE || object->kind == OBJECT_RULESET ||
	       object->kind == OBJECT_SYSCTL;
}

static inline int model_set_(const void *user, const struct object *object,
			     const struct object_value *value, struct err *err)
{
	struct model *model = (struct model *)user;
	const struct object_value half = { .present = true, .data = "half", .len = 4 };
	unsigned call = ++model->calls;

	if (!model->fail_from || call < model->fail_from ||
	    call >= model->fail_from + model->fail) {
		model_put(model, object, value);
		return 0;
	}
	if (model->half && value->present && model_has_data(object))
		model_put(model, object, &half);
	return err_set(err, ERR_FAILED, "no space left");
}

static inline int model_find_(const void *user, unsigned kinds, struct arena *arena,
			      struct object_list *found, struct err *err)
{
	const struct model *model = user;

	(void)err;
	*found = (struct object_list){ NULL, 0 };
	for (enum object_kind kind = 0; kind < OBJECT_KINDS; kind++) {
		for (size_t i = 0; i < model->count; i++) {
			if (model->list[i].object.kind == kind && (kinds & OBJECT_BIT(kind)))
				*(struct object *)arena_push(arena, (void **)&found->list,
							     &found->count, sizeof(struct object)) =
				    model->list[i].object;
		}
	}
	return 0;
}

static inline struct machine model_machine(const struct model *model)
{
	return (struct machine){
		.get = model_get_, .set = model_set_, .find = model_find_, .user = model
	};
}

static inline bool model_same(const struct model *a, const struct model *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct model_object *x = &a->list[i];
		const struct model_object *y = model_find((struct model *)b, &x->object);

		if (!y || x->len != y->len || x->mode != y->mode ||
		    (x->len && memcmp(x->data, y->data, x->len) != 0))
			return false;
	}
	return true;
}

/* ---- random ones ---- */

static inline const char *model_value(void)
{
	return model_values[model_random(array_size(model_values))];
}

static inline struct plan_xfrm_policy model_xfrm(uint32_t n)
{
	return (struct plan_xfrm_policy){
		.out = n & 1, .block = n & 2, .proto = 17, .dport = 1701, .priority = n
	};
}

static inline void model_add_plan_file(struct plan *plan, const char *path)
{
	struct plan_file *file =
	    arena_push(plan->arena, (void **)&plan->files, &plan->files_count, sizeof(*file));

	file->path = path;
	file->data = model_value();
	file->len = strlen(file->data);
	file->mode = model_random(2) ? 0644 : 0600;
}

static inline void model_add_plan_rest(struct plan *plan)
{
	for (uint32_t n = 0; n < 4; n++) {
		if (model_random(2))
			*(uint32_t *)arena_push(plan->arena, (void **)&plan->addresses,
						&plan->addresses_count, sizeof(uint32_t)) =
			    0xc6120001u + n;
		if (model_random(2))
			*(struct plan_xfrm_policy *)arena_push(
			    plan->arena, (void **)&plan->xfrm_policies, &plan->xfrm_policies_count,
			    sizeof(struct plan_xfrm_policy)) = model_xfrm(n);
		if (model_random(2))
			*(struct ip4_net *)arena_push(plan->arena, (void **)&plan->routes,
						      &plan->routes_count, sizeof(struct ip4_net)) =
			    (struct ip4_net){ 0xc6121000u, (uint8_t)(20 + n) };
	}
}

static inline struct plan *model_plan(void)
{
	struct arena *arena = arena_new();
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	plan->arena = arena;
	plan->ruleset = model_value();
	for (size_t i = 0; i < array_size(model_files); i++) {
		if (model_random(3))
			model_add_plan_file(plan, model_files[i]);
	}
	for (size_t i = 0; i < array_size(model_sysctls); i++) {
		struct plan_sysctl *sysctl;

		if (!model_random(3))
			continue;
		sysctl = arena_push(plan->arena, (void **)&plan->sysctls, &plan->sysctls_count,
				    sizeof(*sysctl));
		sysctl->name = model_sysctls[i];
		sysctl->value = model_value();
	}
	model_add_plan_rest(plan);
	return plan;
}

/* What a machine is that some plan was made true on, and others changed since. */
static inline void model_state(struct model *model)
{
	struct plan *plan = model_plan();
	cleanup_arena struct arena *arena = arena_new();
	struct machine machine = model_machine(model);
	struct steps steps;
	struct err err;

	*model = (struct model){ .count = 0 };
	if (model_random(8)) {
		assert_int_equal(apply_diff(&machine, plan, OBJECT_ALL, arena, &steps, &err), 0);
		assert_int_equal(apply_run(&machine, &steps, &err), 0);
	}
	for (unsigned n = model_random(4); n > 0 && model->count; n--) {
		size_t gone = model_random((uint32_t)model->count);

		model->list[gone] = model->list[--model->count];
	}
	plan_free(plan);
	model->calls = 0;
}

#endif
