/* SPDX-License-Identifier: BSD-2-Clause */
/* Hash tables of numbers, forgotten at once. */
#include <stdlib.h>

#include "lib/explore/internal.h"

uint64_t hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static struct entry *place_of(const struct table *t, uint64_t key)
{
	size_t i = (size_t)hash_mix(1, key) & (t->cap - 1);

	while (t->entries[i].round == t->round && t->entries[i].key != key)
		i = (i + 1) & (t->cap - 1);
	return &t->entries[i];
}

static bool grow(struct table *t)
{
	struct table bigger = { .cap = t->cap ? 2 * t->cap : 256, .n = t->n, .round = 1 };

	bigger.entries = calloc(bigger.cap, sizeof(*bigger.entries));
	if (!bigger.entries)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->entries[i].round == t->round) {
			struct entry *e = place_of(&bigger, t->entries[i].key);

			*e = t->entries[i];
			e->round = 1;
		}
	free(t->entries);
	*t = bigger;
	return true;
}

uint64_t *table_get(struct table *t, uint64_t key, bool *is_new)
{
	struct entry *e;

	if (2 * (t->n + 1) > t->cap && !grow(t))
		return NULL;
	e = place_of(t, key);
	*is_new = e->round != t->round;
	if (*is_new) {
		e->key = key;
		e->value = 0;
		e->round = t->round;
		t->n++;
	}
	return &e->value;
}

bool table_has(const struct table *t, uint64_t key)
{
	return t->cap && place_of(t, key)->round == t->round;
}

void table_clear(struct table *t)
{
	t->round++;
	t->n = 0;
}

void table_free(struct table *t)
{
	free(t->entries);
}
