/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_BASE_MEM_H
#define L2TPGW_BASE_MEM_H

/*
 * Allocation that cannot fail (running out of memory ends the process), and arenas: everything
 * that belongs to one generation (a policy, a plan) is allocated from one arena and released, and
 * wiped, at once.
 */
#include <stddef.h>

void *mem_alloc(size_t size);                                         /* zeroed */
void *mem_grow(void *p, size_t old_count, size_t count, size_t size); /* new part zeroed */
char *mem_strdup(const char *text);
void mem_wipe_free(void *p, size_t size); /* p may be NULL */

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);                /* wipes; NULL is fine */
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type */
void *arena_memdup(struct arena *arena, const void *data, size_t len); /* plus a NUL */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends room for one more element of `size` to an arena array of *count elements; returns it. */
void *arena_push(struct arena *arena, void **array, size_t *count, size_t size);

static inline void cleanup_arena_(struct arena **arena)
{
	arena_free(*arena);
}
#define cleanup_arena __attribute__((cleanup(cleanup_arena_)))

#endif
