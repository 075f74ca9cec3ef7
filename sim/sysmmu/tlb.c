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
	t->generation = 1;
	memset(t->head, TLB_NONE, sizeof(t->head));
	t->order[TLB_ENDS].older = TLB_ENDS;
	t->order[TLB_ENDS].newer = TLB_ENDS;
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

/* ---- Memos ------------------------------------------------------------- */

static void forget_all(struct tlb *t)
{
	/* Generation 0 is never valid; after 2^32 of them old memos would come back to life. */
	if (++t->generation == 0) {
		memset(t->memo, 0, sizeof(t->memo));
		t->generation = 1;
	}
}

/*
 * How far the answer of a page holds: to its end, but where a smaller page is cached as well the next
 * 4 KiB may match two entries.
 */
static uint32_t last_of(const struct tlb *t, const struct tlb_page *page, uint32_t vpn)
{
	if (t->sizes & ((1u << page->size) - 1))
		return vpn << 12 | 0xFFF;
	return (page->vpn | ~size_mask(page->size)) << 12 | 0xFFF;
}

struct tlb_memo *sysmmu_tlb_remember(struct tlb *t, uint32_t vpn, unsigned int slot)
{
	const struct tlb_page *page = &t->page[slot];
	struct tlb_memo *m = &t->memo[vpn % TLB_MEMOS];

	m->key = (uint64_t)t->generation << 32 | vpn;
	m->slot = (uint8_t)slot;
	m->prot = page->prot;
	if (page->size == TLB_4K) {
		m->pa = page->pa;
		m->last = vpn << 12 | 0xFFF;
	} else {
		m->pa = page->pa + ((vpn - page->vpn) << 12);
		m->last = last_of(t, page, vpn);
	}
	return m;
}

/* A page has gone. */
static void forget(struct tlb *t, const struct tlb_page *page)
{
	struct tlb_memo *m = &t->memo[page->vpn % TLB_MEMOS];

	if (page->size != TLB_4K)
		forget_all(t);
	else if ((uint32_t)m->key == page->vpn)
		m->key = 0;
}

/* ---- First level ------------------------------------------------------- */

static uint8_t *bucket_of(struct tlb *t, uint32_t vpn, unsigned int size)
{
	return &t->head[size][(vpn >> tlb_size_order(size)) % TLB_BUCKETS];
}

static void insert_after(struct tlb *t, unsigned int i, unsigned int older)
{
	unsigned int newer = t->order[older].newer;

	t->order[i].placed = t->order[i].used;
	t->order[i].older = (uint8_t)older;
	t->order[i].newer = (uint8_t)newer;
	t->order[older].newer = (uint8_t)i;
	t->order[newer].older = (uint8_t)i;
}

static void take_out(struct tlb *t, unsigned int i)
{
	unsigned int older = t->order[i].older, newer = t->order[i].newer;

	t->order[older].newer = (uint8_t)newer;
	t->order[newer].older = (uint8_t)older;
}

/* Take an entry out of index, order and memos. Its slot is to be filled or marked free. */
static void unlink_entry(struct tlb *t, unsigned int i)
{
	const struct tlb_page *page = &t->page[i];
	uint8_t *link = bucket_of(t, page->vpn, page->size);

	while (*link != i)
		link = &t->chain[*link];
	*link = t->chain[i];
	take_out(t, i);
	forget(t, page);
}

static void count_in(struct tlb *t, unsigned int size)
{
	t->nr_of[size]++;
	t->sizes |= (uint8_t)(1u << size);
}

static void count_out(struct tlb *t, unsigned int size)
{
	if (--t->nr_of[size] == 0)
		t->sizes &= (uint8_t)~(1u << size);
}

static void drop(struct tlb *t, unsigned int i)
{
	unlink_entry(t, i);
	count_out(t, t->page[i].size);
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

/*
 * The first of the list is the least recently used one if no other was placed before its last use: the
 * others were used later than placed. Otherwise it moves to where it belongs by now, and the next one is tried.
 */
static unsigned int least_recently_used(struct tlb *t)
{
	for (;;) {
		unsigned int i = t->order[TLB_ENDS].newer, next = t->order[i].newer, at;

		if (next == TLB_ENDS || t->order[i].used < t->order[next].placed)
			return i;
		take_out(t, i);
		at = t->order[TLB_ENDS].older;
		while (at != TLB_ENDS && t->order[at].placed > t->order[i].used)
			at = t->order[at].older;
		insert_after(t, i, at);
	}
}

static unsigned int choose_victim(struct tlb *t)
{
	unsigned int i;

	if (t->lru)
		return least_recently_used(t);
	i = t->next_victim;
	t->next_victim = (uint8_t)(i + 1 < t->nr ? i + 1 : 0);
	return i;
}

unsigned int sysmmu_tlb_fill(struct tlb *t, uint32_t vpn, uint32_t pa, uint8_t size, uint8_t prot)
{
	uint8_t *bucket;
	unsigned int i;

	if (t->nr_valid < t->nr) {
		i = take_free(t);
		count_in(t, size);
	} else {
		i = choose_victim(t);
		unlink_entry(t, i);
		if (t->page[i].size != size) {
			count_out(t, t->page[i].size);
			count_in(t, size);
		}
	}
	t->page[i].vpn = vpn;
	t->page[i].pa = pa;
	t->page[i].size = size;
	t->page[i].prot = prot;
	bucket = bucket_of(t, vpn, size);
	t->chain[i] = *bucket;
	*bucket = (uint8_t)i;
	tlb_use(t, i);
	insert_after(t, i, t->order[TLB_ENDS].older);
	/* Pages of different sizes may overlap: what was the only match may be one of two now. */
	if (t->sizes & ~(1u << size))
		forget_all(t);
	return i;
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
		unsigned int i = tlb_find_size(t, (unsigned int)__builtin_ctz(sizes), vpn);

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
	unsigned int n = 0;

	for (unsigned int s = 0; s < TLB_NR_SIZES; s++) {
		if (t->nr_of[s])
			memset(t->head[s], TLB_NONE, sizeof(t->head[s]));
		n += t->nr_of[s];
		t->nr_of[s] = 0;
	}
	t->valid[0] = 0;
	t->valid[1] = 0;
	t->nr_valid = 0;
	t->order[TLB_ENDS].older = TLB_ENDS;
	t->order[TLB_ENDS].newer = TLB_ENDS;
	t->sizes = 0;
	forget_all(t);
	return n + (t->l2 ? l2_invalidate_all(t->l2) : 0);
}

/* ---- Self-check -------------------------------------------------------- */

static bool is_valid(const struct tlb *t, unsigned int i)
{
	return t->valid[i / 64] >> (i % 64) & 1;
}

static bool entries_are_sound(const struct tlb *t)
{
	unsigned int of_size[TLB_NR_SIZES] = { 0 };

	for (unsigned int i = 0; i < TLB_SLOTS; i++) {
		const struct tlb_page *page = &t->page[i];

		if (!is_valid(t, i))
			continue;
		if (i >= t->nr || page->size >= TLB_NR_SIZES || page->vpn & ~size_mask(page->size) ||
		    t->order[i].used < t->order[i].placed ||
		    tlb_find_size(t, page->size, page->vpn) != i)
			return false;
		of_size[page->size]++;
	}
	for (unsigned int s = 0; s < TLB_NR_SIZES; s++) {
		unsigned int chained = 0;

		for (unsigned int b = 0; b < TLB_BUCKETS; b++)
			for (unsigned int i = t->head[s][b]; i != TLB_NONE; i = t->chain[i])
				if (++chained > TLB_SLOTS)
					return false;
		if (of_size[s] != t->nr_of[s] || chained != of_size[s] ||
		    !of_size[s] != !(t->sizes >> s & 1))
			return false;
	}
	return true;
}

static bool order_is_sound(const struct tlb *t)
{
	unsigned int n = 0;

	for (unsigned int i = t->order[TLB_ENDS].newer; i != TLB_ENDS; i = t->order[i].newer) {
		unsigned int newer = t->order[i].newer;

		if (!is_valid(t, i) || t->order[newer].older != i || ++n > t->nr_valid)
			return false;
		if (newer != TLB_ENDS && t->order[newer].placed < t->order[i].placed)
			return false;
	}
	return n == t->nr_valid &&
	       n == (unsigned int)(__builtin_popcountll(t->valid[0]) +
				   __builtin_popcountll(t->valid[1]));
}

static bool memo_is_sound(const struct tlb *t, const struct tlb_memo *m)
{
	uint32_t vpn = (uint32_t)m->key;
	unsigned int slot;

	if (m->key >> 32 != t->generation)
		return true;
	if (tlb_find(t, vpn, &slot) != 1 || slot != m->slot || t->page[slot].prot != m->prot ||
	    m->pa != t->page[slot].pa + ((vpn - t->page[slot].vpn) << 12))
		return false;
	/* Every page up to the last one has this one answer. */
	for (uint32_t v = vpn; v <= m->last >> 12; v++)
		if (tlb_find(t, v, &slot) != 1 || slot != m->slot)
			return false;
	return true;
}

bool sysmmu_tlb_validate(const struct tlb *t)
{
	if (!entries_are_sound(t) || !order_is_sound(t))
		return false;
	for (unsigned int i = 0; i < TLB_MEMOS; i++)
		if (!memo_is_sound(t, &t->memo[i]))
			return false;
	return true;
}
