/* SPDX-License-Identifier: BSD-2-Clause */
/* The second level of the TLB: a plain array of sets and ways. */
#include <stdlib.h>
#include <string.h>

#include "sim/sysmmu/tlb2.h"

struct tlb2 *sysmmu_tlb2_new(unsigned int sets, unsigned int ways, bool one_set, uint64_t seed)
{
	struct tlb2 *l2 = calloc(1, sizeof(*l2) + sizeof(l2->way[0]) * sets * ways);

	if (!l2)
		return NULL;
	l2->next_victim = calloc(sets, sizeof(l2->next_victim[0]));
	if (!l2->next_victim) {
		free(l2);
		return NULL;
	}
	l2->sets = sets;
	l2->ways = ways;
	l2->one_set = one_set;
	l2->policy = TLB_POLICY_ROUND_ROBIN;
	l2->generation = 1;
	l2->rng = seed * 0x9E3779B97F4A7C15ULL + 3;
	return l2;
}

void sysmmu_tlb2_free(struct tlb2 *l2)
{
	if (!l2)
		return;
	free(l2->next_victim);
	free(l2);
}

static uint32_t first_of(const struct tlb_page *page)
{
	return page->vpn;
}

static uint32_t last_of(const struct tlb_page *page)
{
	return page->vpn + ((1u << tlb_size_order(page->size)) - 1);
}

static bool matches(const struct tlb2 *l2, const struct tlb2_way *w, uint32_t first, uint32_t last)
{
	return w->generation == l2->generation && first_of(&w->page) <= last && last_of(&w->page) >= first;
}

static struct tlb2_way *set_of(struct tlb2 *l2, uint32_t vpn)
{
	return &l2->way[(size_t)(vpn % l2->sets) * l2->ways];
}

unsigned int sysmmu_tlb2_find(struct tlb2 *l2, uint32_t vpn, struct tlb_page *page)
{
	struct tlb2_way *set = set_of(l2, vpn), *found = NULL;
	unsigned int n = 0;

	for (unsigned int i = 0; i < l2->ways; i++)
		if (matches(l2, &set[i], vpn, vpn)) {
			found = &set[i];
			n++;
		}
	if (n == 1) {
		found->used = ++l2->clock;
		*page = found->page;
	}
	return n;
}

static unsigned int random_below(struct tlb2 *l2, unsigned int n)
{
	l2->rng ^= l2->rng << 13;
	l2->rng ^= l2->rng >> 7;
	l2->rng ^= l2->rng << 17;
	return (unsigned int)((l2->rng >> 32) * n >> 32);
}

static unsigned int victim(struct tlb2 *l2, uint32_t vpn)
{
	struct tlb2_way *way = set_of(l2, vpn);
	uint16_t *turn = &l2->next_victim[vpn % l2->sets];
	unsigned int oldest = 0;

	for (unsigned int i = 0; i < l2->ways; i++) {
		if (way[i].generation != l2->generation)
			return i;
		if (way[i].used < way[oldest].used)
			oldest = i;
	}
	if (l2->policy == TLB_POLICY_LRU)
		return oldest;
	if (l2->policy == TLB_POLICY_RANDOM)
		return random_below(l2, l2->ways);
	oldest = *turn;
	*turn = (uint16_t)((oldest + 1) % l2->ways);
	return oldest;
}

void sysmmu_tlb2_fill(struct tlb2 *l2, uint32_t vpn, const struct tlb_page *page)
{
	struct tlb2_way *w = set_of(l2, vpn) + victim(l2, vpn);

	w->page = *page;
	w->generation = l2->generation;
	w->used = ++l2->clock;
}

static unsigned int drop(struct tlb2 *l2, struct tlb2_way *way, size_t n, uint32_t first, uint32_t last)
{
	unsigned int dropped = 0;

	for (size_t i = 0; i < n; i++)
		if (matches(l2, &way[i], first, last)) {
			way[i].generation = 0;
			dropped++;
		}
	return dropped;
}

unsigned int sysmmu_tlb2_invalidate(struct tlb2 *l2, uint32_t first_vpn, uint32_t last_vpn)
{
	if (first_vpn == last_vpn && l2->one_set)
		return drop(l2, set_of(l2, first_vpn), l2->ways, first_vpn, first_vpn);
	return drop(l2, l2->way, (size_t)l2->sets * l2->ways, first_vpn, last_vpn);
}

unsigned int sysmmu_tlb2_invalidate_all(struct tlb2 *l2)
{
	size_t nr = (size_t)l2->sets * l2->ways;
	unsigned int n = 0;

	for (size_t i = 0; i < nr; i++)
		n += l2->way[i].generation == l2->generation;
	if (++l2->generation == 0) {
		memset(l2->way, 0, nr * sizeof(l2->way[0]));
		l2->generation = 1;
	}
	return n;
}

const struct tlb_page *sysmmu_tlb2_at(const struct tlb2 *l2, unsigned int set, unsigned int way)
{
	const struct tlb2_way *w;

	if (set >= l2->sets || way >= l2->ways)
		return NULL;
	w = &l2->way[(size_t)set * l2->ways + way];
	return w->generation == l2->generation ? &w->page : NULL;
}
