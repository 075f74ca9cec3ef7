/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB's slow half: searching, filling, replacing, invalidating.
 *
 * Facts behind it: 2.x has a second level of 8 ways and 64 sets whose set is chosen by the low six
 * bits of the page number *accessed*, whatever the page's size, so that a 64 KiB page may sit in 16
 * sets and a 1 MiB page in all of them. Replacement is LRU when CFG says so; else round robin (assumed).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sysmmu/tlb.h"

static uint32_t size_mask(unsigned int size)
{
	return ~((1u << tlb_size_order(size)) - 1);
}

int sysmmu_tlb_init(struct tlb *t, unsigned int entries, bool l2)
{
	memset(t, 0, sizeof(*t));
	t->nr = (uint8_t)entries;
	t->oldest = TLB_NONE;
	memset(t->head, TLB_NONE, sizeof(t->head));
	memset(t->large, TLB_NONE, sizeof(t->large));
	if (!l2)
		return 0;
	t->l2 = calloc(1, sizeof(*t->l2));
	if (!t->l2)
		return -ENOMEM;
	t->l2->generation = 1;
	return 0;
}

void sysmmu_tlb_fini(struct tlb *t)
{
	free(t->l2);
	t->l2 = NULL;
}

/* ---- First level ------------------------------------------------------- */

static void set_sizes(struct tlb *t, unsigned int sizes)
{
	/* Without small pages the index of them holds guesses, which have to go. */
	if (!(t->sizes & 1u << TLB_4K) && t->sizes)
		memset(t->head, TLB_NONE, sizeof(t->head));
	t->sizes = (uint8_t)sizes;
	t->quick = t->open && !(sizes & (sizes - 1));
}

void sysmmu_tlb_open(struct tlb *t, bool open)
{
	t->open = open;
	t->quick = open && !(t->sizes & (t->sizes - 1));
}

static void count_in(struct tlb *t, unsigned int size)
{
	if (!t->nr_of[size]++)
		set_sizes(t, t->sizes | 1u << size);
}

static void count_out(struct tlb *t, unsigned int size)
{
	if (!--t->nr_of[size])
		set_sizes(t, t->sizes & ~(1u << size));
}

static uint8_t *bucket_of(struct tlb *t, uint32_t va, unsigned int size)
{
	return size == TLB_4K ? &t->head[tlb_bucket(va)] : &t->large[tlb_large_bucket(va, size)];
}

static void unchain(struct tlb *t, unsigned int i)
{
	const struct tlb_entry *e = &t->entry[i];
	uint8_t *link = bucket_of(t, e->va, e->size);

	while (*link != i)
		link = &t->entry[*link].chain;
	*link = e->chain;
}

static void ring_insert(struct tlb *t, unsigned int i, unsigned int older)
{
	unsigned int newer = t->entry[older].newer;

	t->entry[i].older = (uint8_t)older;
	t->entry[i].newer = (uint8_t)newer;
	t->entry[older].newer = (uint8_t)i;
	t->entry[newer].older = (uint8_t)i;
}

static void ring_remove(struct tlb *t, unsigned int i)
{
	unsigned int older = t->entry[i].older, newer = t->entry[i].newer;

	t->entry[older].newer = (uint8_t)newer;
	t->entry[newer].older = (uint8_t)older;
	if (t->oldest == i)
		t->oldest = newer == i ? TLB_NONE : (uint8_t)newer;
}

/* An entry outside the ring becomes the newest. */
static void ring_append(struct tlb *t, unsigned int i)
{
	struct tlb_entry *e = &t->entry[i];

	if (t->oldest != TLB_NONE) {
		ring_insert(t, i, t->entry[t->oldest].older);
		return;
	}
	e->older = (uint8_t)i;
	e->newer = (uint8_t)i;
	t->oldest = (uint8_t)i;
}

static void drop(struct tlb *t, unsigned int i)
{
	unchain(t, i);
	ring_remove(t, i);
	count_out(t, t->entry[i].size);
	t->entry[i].reach[0] = 0;
	t->entry[i].reach[1] = 0;
	t->valid[i / 64] &= ~(1ULL << (i % 64));
	t->nr_valid--;
}

/* The first free slot; there is one. */
static unsigned int take_free(struct tlb *t)
{
	unsigned int w = ~t->valid[0] ? 0 : 1;
	unsigned int bit = (unsigned int)__builtin_ctzll(~t->valid[w]);

	t->valid[w] |= 1ULL << bit;
	t->nr_valid++;
	return 64 * w + bit;
}

/* The first of the ring moves to where it belongs by its last use, which is behind the next one. */
static void replace_oldest(struct tlb *t, unsigned int i)
{
	struct tlb_entry *e = &t->entry[i];
	unsigned int at = e->older;

	t->placed[i] = e->used;
	t->oldest = e->newer;
	if (t->placed[at] <= e->used)
		return;		/* the newest: the ring has only turned */
	ring_remove(t, i);
	while (t->placed[at] > e->used)
		at = t->entry[at].older;
	ring_insert(t, i, at);
}

/*
 * The first of the ring is the least recently used one if no other was placed before its last use: the
 * others were used later than placed. The victim is the newest of the ring afterwards.
 */
static unsigned int least_recently_used(struct tlb *t)
{
	for (;;) {
		unsigned int i = t->oldest, next = t->entry[i].newer;

		if (next == i || t->entry[i].used < t->placed[next]) {
			t->oldest = (uint8_t)next;
			return i;
		}
		replace_oldest(t, i);
	}
}

static unsigned int choose_victim(struct tlb *t)
{
	unsigned int i;

	if (t->lru)
		return least_recently_used(t);
	i = t->next_victim;
	t->next_victim = (uint8_t)(i + 1 < t->nr ? i + 1 : 0);
	ring_remove(t, i);
	ring_append(t, i);
	return i;
}

static unsigned int fill_free(struct tlb *t, unsigned int size)
{
	unsigned int i = take_free(t);

	count_in(t, size);
	ring_append(t, i);
	return i;
}

static void resize(struct tlb *t, unsigned int from, unsigned int to)
{
	count_out(t, from);
	count_in(t, to);
}

unsigned int sysmmu_tlb_fill(struct tlb *t, const struct tlb_page *page, uint64_t now)
{
	uint32_t va = page->vpn << 12;
	unsigned int i;

	if (t->nr_valid < t->nr) {
		i = fill_free(t, page->size);
	} else {
		i = choose_victim(t);
		unchain(t, i);
		if (t->entry[i].size != page->size)
			resize(t, t->entry[i].size, page->size);
	}
	tlb_set(t, i, va, page->pa, page->size, page->prot, bucket_of(t, va, page->size), now);
	return i;
}

unsigned int sysmmu_tlb_find_any(const struct tlb *t, uint32_t va)
{
	unsigned int found = TLB_NONE;

	for (unsigned int sizes = t->sizes; sizes; sizes &= sizes - 1) {
		unsigned int i = tlb_find_size(t, (unsigned int)__builtin_ctz(sizes), va);

		if (i == TLB_NONE)
			continue;
		if (found != TLB_NONE)
			return TLB_SEVERAL;
		found = i;
	}
	return found;
}

/* ---- Second level ------------------------------------------------------ */

static bool l2_matches(const struct tlb_l2 *l2, const struct tlb_l2_way *w, uint32_t vpn)
{
	return w->generation == l2->generation && w->page.vpn == (vpn & size_mask(w->page.size));
}

unsigned int sysmmu_tlb_l2_find(struct tlb *t, uint32_t vpn, struct tlb_page *page)
{
	struct tlb_l2 *l2 = t->l2;
	struct tlb_l2_way *set = l2->way[vpn % TLB_L2_SETS], *found = NULL;
	unsigned int n = 0;

	for (unsigned int i = 0; i < TLB_L2_WAYS; i++)
		if (l2_matches(l2, &set[i], vpn)) {
			found = &set[i];
			n++;
		}
	if (n == 1) {
		found->used = ++l2->clock;
		*page = found->page;
	}
	return n;
}

static unsigned int l2_victim(struct tlb *t, unsigned int set)
{
	struct tlb_l2 *l2 = t->l2;
	struct tlb_l2_way *way = l2->way[set];
	unsigned int oldest = 0;

	for (unsigned int i = 0; i < TLB_L2_WAYS; i++) {
		if (way[i].generation != l2->generation)
			return i;
		if (way[i].used < way[oldest].used)
			oldest = i;
	}
	if (t->lru)
		return oldest;
	oldest = l2->next_victim[set];
	l2->next_victim[set] = (uint8_t)((oldest + 1) % TLB_L2_WAYS);
	return oldest;
}

void sysmmu_tlb_l2_fill(struct tlb *t, uint32_t vpn, const struct tlb_page *page)
{
	struct tlb_l2 *l2 = t->l2;
	unsigned int set = vpn % TLB_L2_SETS;
	struct tlb_l2_way *w = &l2->way[set][l2_victim(t, set)];

	w->page = *page;
	w->generation = l2->generation;
	w->used = ++l2->clock;
}

/* ---- Invalidation ------------------------------------------------------ */

unsigned int sysmmu_tlb_invalidate(struct tlb *t, uint32_t vpn)
{
	unsigned int n = 0;

	for (unsigned int sizes = t->sizes; sizes; sizes &= sizes - 1) {
		unsigned int i = tlb_find_size(t, (unsigned int)__builtin_ctz(sizes), vpn << 12);

		if (i != TLB_NONE) {
			drop(t, i);
			n++;
		}
	}
	if (!t->l2)
		return n;
	for (unsigned int i = 0; i < TLB_L2_WAYS; i++) {
		struct tlb_l2_way *w = &t->l2->way[vpn % TLB_L2_SETS][i];

		if (l2_matches(t->l2, w, vpn)) {
			w->generation = 0;
			n++;
		}
	}
	return n;
}

static unsigned int l2_invalidate_all(struct tlb_l2 *l2)
{
	unsigned int n = 0;

	for (unsigned int set = 0; set < TLB_L2_SETS; set++)
		for (unsigned int i = 0; i < TLB_L2_WAYS; i++)
			n += l2->way[set][i].generation == l2->generation;
	if (++l2->generation == 0) {
		memset(l2->way, 0, sizeof(l2->way));
		l2->generation = 1;
	}
	return n;
}

unsigned int sysmmu_tlb_invalidate_all(struct tlb *t)
{
	unsigned int n = t->nr_valid;

	if (n) {
		memset(t->head, TLB_NONE, sizeof(t->head));
		memset(t->large, TLB_NONE, sizeof(t->large));
	}
	memset(t->nr_of, 0, sizeof(t->nr_of));
	t->valid[0] = 0;
	t->valid[1] = 0;
	t->nr_valid = 0;
	t->oldest = TLB_NONE;
	set_sizes(t, 0);
	return n + (t->l2 ? l2_invalidate_all(t->l2) : 0);
}

/* ---- Self-check -------------------------------------------------------- */

static bool is_valid(const struct tlb *t, unsigned int i)
{
	return t->valid[i / 64] >> (i % 64) & 1;
}

static bool chain_is_sound(const struct tlb *t, unsigned int i, unsigned int *chained)
{
	for (; i != TLB_NONE; i = t->entry[i].chain)
		if (!is_valid(t, i) || ++*chained > t->nr_valid)
			return false;
	return true;
}

static bool entries_are_sound(const struct tlb *t)
{
	unsigned int of_size[TLB_NR_SIZES] = { 0 }, chained = 0;

	for (unsigned int i = 0; i < TLB_SLOTS; i++) {
		const struct tlb_entry *e = &t->entry[i];

		if (!is_valid(t, i))
			continue;
		if (i >= t->nr || e->size >= TLB_NR_SIZES || e->used < t->placed[i] ||
		    e->va & ((1u << tlb_size_shift(e->size)) - 1) ||
		    tlb_find_size(t, e->size, e->va) != i)
			return false;
		of_size[e->size]++;
	}
	if (t->sizes & 1u << TLB_4K)
		for (unsigned int b = 0; b < TLB_BUCKETS; b++)
			if (!chain_is_sound(t, t->head[b], &chained))
				return false;
	for (unsigned int b = 0; b < TLB_LARGE_BUCKETS; b++)
		if (!chain_is_sound(t, t->large[b], &chained))
			return false;
	for (unsigned int s = 0; s < TLB_NR_SIZES; s++)
		if (of_size[s] != t->nr_of[s] || !of_size[s] != !(t->sizes >> s & 1))
			return false;
	return chained == t->nr_valid && !t->entry[TLB_NONE].reach[0] && !t->entry[TLB_NONE].reach[1];
}

static bool order_is_sound(const struct tlb *t)
{
	unsigned int n = 0, i = t->oldest;

	if (i != TLB_NONE)
		do {
			unsigned int newer = t->entry[i].newer;

			if (!is_valid(t, i) || t->entry[newer].older != i || ++n > t->nr_valid)
				return false;
			if (newer != t->oldest && t->placed[newer] < t->placed[i])
				return false;
			i = newer;
		} while (i != t->oldest);
	return n == t->nr_valid &&
	       n == (unsigned int)(__builtin_popcountll(t->valid[0]) +
				   __builtin_popcountll(t->valid[1]));
}

/* Where the short way goes somewhere, a full look-up ends there, too. */
static bool way_is_sound(const struct tlb *t)
{
	if (!t->quick)
		return true;
	if (!t->open || t->sizes & (t->sizes - 1))
		return false;
	for (unsigned int b = 0; b < TLB_BUCKETS; b++) {
		unsigned int i = t->head[b];
		const struct tlb_entry *e = &t->entry[i];

		if ((e->reach[0] || e->reach[1]) && sysmmu_tlb_find_any(t, e->va) != i)
			return false;
	}
	return true;
}

bool sysmmu_tlb_validate(const struct tlb *t)
{
	return entries_are_sound(t) && order_is_sound(t) && way_is_sound(t);
}
