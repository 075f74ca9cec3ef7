/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Aged memory. All of it is handed out page by page, as file pages and processes have it, and given back in random
 * order, but for some pages, at random places, that their owners keep. What is free afterwards is what the page allocator could
 * merge; single pages come from its fragments first, far from each other.
 */
#include <stdlib.h>

#include "study.h"

uint64_t study_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

uint32_t study_below(uint64_t *x, uint32_t n)
{
	return (uint32_t)((study_random(x) >> 32) * n >> 32);
}

static void shuffle(struct armdma_page **page, size_t n, uint64_t *x)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = study_below(x, (uint32_t)i);
		struct armdma_page *p = page[i - 1];

		page[i - 1] = page[j];
		page[j] = p;
	}
}

int study_age(struct armdma_machine *m, double pinned, uint64_t seed, struct study_aged *held)
{
	const armdma_gfp_t gfp = ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM | ARMDMA__GFP_NOWARN;
	size_t all = (size_t)(armdma_hw_config(armdma_machine_hw(m))->ram_size >> ARMDMA_PAGE_SHIFT);
	size_t n = 0, keep = (size_t)((double)all * pinned / 100);
	uint64_t x = seed * 0x9e3779b97f4a7c15ull + 1;

	held->nr = 0;
	held->page = calloc(all, sizeof(held->page[0]));
	if (!held->page)
		return -1;
	while (n < all && (held->page[n] = armdma_alloc_pages(m, gfp, 0)))
		n++;
	shuffle(held->page, n, &x);
	held->nr = keep < n ? keep : n;
	while (n > held->nr)
		armdma_free_pages(m, held->page[--n], 0);
	return 0;
}

void study_unage(struct armdma_machine *m, struct study_aged *held)
{
	while (held->nr)
		armdma_free_pages(m, held->page[--held->nr], 0);
	free(held->page);
	held->page = NULL;
}
