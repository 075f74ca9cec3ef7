/* SPDX-License-Identifier: BSD-2-Clause */
/* Sparse map of pages: leaves of 512 pages in a hash table. */
#include <errno.h>
#include <stdlib.h>

#include "owners.h"

#define LEAF_PAGES 512u

struct owners_leaf {
	uint64_t key;
	unsigned int space;
	uint32_t v[LEAF_PAGES];
};

void owners_free(struct owners *m)
{
	for (size_t i = 0; i < m->cap; i++)
		free(m->slots[i]);
	free(m->slots);
	*m = (struct owners){ .slots = NULL };
}

static size_t slot_of(const struct owners *m, unsigned int space, uint64_t key)
{
	uint64_t h = (key + space * 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
	size_t i = (size_t)(h >> 32) & (m->cap - 1);

	while (m->slots[i] && (m->slots[i]->key != key || m->slots[i]->space != space))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static int grow(struct owners *m)
{
	struct owners bigger = { .cap = m->cap ? 2 * m->cap : 64, .used = m->used };

	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i])
			bigger.slots[slot_of(&bigger, m->slots[i]->space, m->slots[i]->key)] = m->slots[i];
	free(m->slots);
	*m = bigger;
	return 0;
}

uint32_t owners_get(const struct owners *m, unsigned int space, uint64_t page)
{
	const struct owners_leaf *leaf = m->cap ? m->slots[slot_of(m, space, page / LEAF_PAGES)] : NULL;

	return leaf ? leaf->v[page % LEAF_PAGES] : 0;
}

static struct owners_leaf *leaf_for(struct owners *m, unsigned int space, uint64_t key)
{
	size_t i;

	if (m->used >= m->cap / 2 && grow(m))
		return NULL;
	i = slot_of(m, space, key);
	if (m->slots[i])
		return m->slots[i];
	m->slots[i] = calloc(1, sizeof(*m->slots[i]));
	if (!m->slots[i])
		return NULL;
	m->slots[i]->key = key;
	m->slots[i]->space = space;
	m->used++;
	return m->slots[i];
}

int owners_set(struct owners *m, unsigned int space, uint64_t page, uint64_t npages, uint32_t value)
{
	while (npages) {
		struct owners_leaf *leaf = leaf_for(m, space, page / LEAF_PAGES);
		uint64_t at = page % LEAF_PAGES, n = LEAF_PAGES - at < npages ? LEAF_PAGES - at : npages;

		if (!leaf)
			return -ENOMEM;
		for (uint64_t i = 0; i < n; i++)
			leaf->v[at + i] = value;
		page += n;
		npages -= n;
	}
	return 0;
}
