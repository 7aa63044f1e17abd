/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 16384

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *blocks;
};

void *mem_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		abort();
	return p;
}

void *mem_grow(void *p, size_t old_count, size_t count, size_t size)
{
	void *grown;

	if (size && count > SIZE_MAX / size)
		abort();
	grown = mem_alloc(count * size);
	if (old_count)
		memcpy(grown, p, old_count * size);
	mem_wipe_free(p, old_count * size);
	return grown;
}

char *mem_strdup(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(mem_alloc(len), text, len);
}

void mem_wipe_free(void *p, size_t size)
{
	if (!p)
		return;
	explicit_bzero(p, size);
	free(p);
}

struct arena *arena_new(void)
{
	return mem_alloc(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	struct block *next;

	if (!arena)
		return;
	for (struct block *b = arena->blocks; b; b = next) {
		next = b->next;
		mem_wipe_free(b, sizeof(*b) + b->size);
	}
	free(arena);
}

static struct block *arena_block(struct arena *arena, size_t size)
{
	size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
	struct block *b = mem_alloc(sizeof(*b) + room);

	b->size = room;
	b->next = arena->blocks;
	arena->blocks = b;
	return b;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct block *b = arena->blocks;
	void *p;

	if (!b || b->size - b->used < aligned)
		b = arena_block(arena, aligned);
	p = b->data + b->used;
	b->used += aligned;
	return p;
}

void *arena_memdup(struct arena *arena, const void *data, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len)
		memcpy(copy, data, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_memdup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int need;

	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0)
		abort();
	text = arena_alloc(arena, (size_t)need + 1);
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)need + 1, fmt, ap);
	va_end(ap);
	return text;
}

void *arena_push(struct arena *arena, void **array, size_t *count, size_t size)
{
	/* Capacities are powers of two, so the count alone says when the array is full. */
	if ((*count & (*count - 1)) == 0) {
		void *grown = arena_alloc(arena, (*count ? *count * 2 : 1) * size);

		if (*count)
			memcpy(grown, *array, *count * size);
		*array = grown;
	}
	return (char *)*array + (*count)++ * size;
}
