/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB's slow half: searching, filling, replacing, invalidating.
 *
 * Facts behind it: replacement is LRU when CFG says so; else round robin (assumed). 7.x has lines of four
 * consecutive pages. An invalidation by page number drops every entry of a page that covers it.
 */
#include <string.h>

#include "sim/sysmmu/tlb.h"

void sysmmu_tlb_init(struct tlb *t, unsigned int sets, unsigned int ways, unsigned int line, uint64_t seed)
{
	t->sets = (uint16_t)sets;
	t->ways = (uint16_t)ways;
	t->line = (uint8_t)line;
	t->nr = (uint16_t)(sets * ways * line);
	memset(t->entry, 0, (t->nr + 1u) * sizeof(t->entry[0]));
	memset(t->order, 0, (t->nr + 1u) * sizeof(t->order[0]));
	t->valid[0] = 1;	/* slot 0 is nobody's */
	t->rng = seed * 0x9E3779B97F4A7C15ULL + 1;
	t->policy = TLB_POLICY_ROUND_ROBIN;
}

/* One set of single entries: the ring and chains of large pages are in use. */
static bool is_flat(const struct tlb *t)
{
	return t->sets == 1 && t->line == 1;
}

void sysmmu_tlb_set_policy(struct tlb *t, enum tlb_policy policy)
{
	t->policy = (uint8_t)policy;
	t->lru = policy == TLB_POLICY_LRU && is_flat(t);
}

static unsigned int random_below(struct tlb *t, unsigned int n)
{
	t->rng ^= t->rng << 13;
	t->rng ^= t->rng >> 7;
	t->rng ^= t->rng << 17;
	return (unsigned int)((t->rng >> 32) * n >> 32);
}

/* ---- The index ---------------------------------------------------------- */

static void update_quick(struct tlb *t)
{
	bool one_size = !(t->sizes & (t->sizes - 1));

	t->quick = t->open && one_size && (t->sets == 1 || t->sizes <= 1u << TLB_4K);
}

static void set_sizes(struct tlb *t, unsigned int sizes)
{
	/* Without small pages the index of them holds guesses, which have to go. */
	if (!(t->sizes & 1u << TLB_4K) && t->sizes)
		memset(t->head, 0, sizeof(t->head));
	t->sizes = (uint8_t)sizes;
	update_quick(t);
}

void sysmmu_tlb_open(struct tlb *t, bool open)
{
	t->open = open;
	update_quick(t);
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

static uint16_t *bucket_of(struct tlb *t, uint32_t va, unsigned int size)
{
	return size == TLB_4K ? &t->head[tlb_bucket(va)] : &t->large[tlb_large_bucket(va, size)];
}

static void unchain(struct tlb *t, unsigned int i)
{
	const struct tlb_entry *e = &t->entry[i];
	uint16_t *link = bucket_of(t, e->va, e->size);

	while (*link != i)
		link = &t->entry[*link].chain;
	*link = e->chain;
}

/* ---- The order of use ---------------------------------------------------- */

static void ring_insert(struct tlb *t, unsigned int i, unsigned int older)
{
	unsigned int newer = t->order[older].newer;

	t->order[i].older = (uint16_t)older;
	t->order[i].newer = (uint16_t)newer;
	t->order[older].newer = (uint16_t)i;
	t->order[newer].older = (uint16_t)i;
}

static void ring_remove(struct tlb *t, unsigned int i)
{
	unsigned int older = t->order[i].older, newer = t->order[i].newer;

	t->order[older].newer = (uint16_t)newer;
	t->order[newer].older = (uint16_t)older;
	if (t->oldest == i)
		t->oldest = newer == i ? TLB_NONE : (uint16_t)newer;
}

/* An entry outside the ring becomes the newest. */
static void ring_append(struct tlb *t, unsigned int i)
{
	struct tlb_order *e = &t->order[i];

	if (t->oldest != TLB_NONE) {
		ring_insert(t, i, t->order[t->oldest].older);
		return;
	}
	e->older = (uint16_t)i;
	e->newer = (uint16_t)i;
	t->oldest = (uint16_t)i;
}

/* The first of the ring moves to where it belongs by its last use, which is behind the next one. */
static void replace_oldest(struct tlb *t, unsigned int i)
{
	uint64_t used = t->entry[i].used;
	unsigned int at = t->order[i].older;

	t->order[i].placed = used;
	t->oldest = t->order[i].newer;
	if (t->order[at].placed <= used)
		return;		/* the newest: the ring has only turned */
	ring_remove(t, i);
	while (t->order[at].placed > used)
		at = t->order[at].older;
	ring_insert(t, i, at);
}

/*
 * The first of the ring is the least recently used one if no other was placed before its last use: the
 * others were used later than placed. The victim is the newest of the ring afterwards.
 */
static unsigned int least_recently_used(struct tlb *t)
{
	for (;;) {
		unsigned int i = t->oldest, next = t->order[i].newer;

		if (next == i || t->entry[i].used < t->order[next].placed) {
			t->oldest = (uint16_t)next;
			return i;
		}
		replace_oldest(t, i);
	}
}

/* The line is as old as its latest use, also when the page that was used goes. */
static void hand_on_age(struct tlb *t, unsigned int i)
{
	unsigned int first = i - (i - 1) % t->line;

	for (unsigned int n = first; n < first + t->line; n++)
		if (n != i && tlb_is_valid(t, n) && t->entry[n].used < t->entry[i].used)
			t->entry[n].used = t->entry[i].used;
}

static void drop(struct tlb *t, unsigned int i)
{
	struct tlb_entry *e = &t->entry[i];

	if (t->line > 1)
		hand_on_age(t, i);
	unchain(t, i);
	if (tlb_is_locked(t, i)) {
		t->locked[i / 64] &= ~(1ULL << (i % 64));
		t->nr_locked--;
	} else if (is_flat(t)) {
		ring_remove(t, i);
	}
	t->nr_cut -= e->page != e->size;
	count_out(t, e->size);
	e->reach[0] = 0;
	e->reach[1] = 0;
	t->valid[i / 64] &= ~(1ULL << (i % 64));
	t->nr_valid--;
}

/* ---- Filling: one set of single entries ---------------------------------- */

static void resize(struct tlb *t, unsigned int from, unsigned int to)
{
	count_out(t, from);
	count_in(t, to);
}

static void make_valid(struct tlb *t, unsigned int i)
{
	t->valid[i / 64] |= 1ULL << (i % 64);
	t->nr_valid++;
}

/* The first free slot; there is one. */
static unsigned int first_free(const struct tlb *t)
{
	unsigned int w = 0;

	while (!~t->valid[w])
		w++;
	return 64 * w + (unsigned int)__builtin_ctzll(~t->valid[w]);
}

/* Locked entries are passed over; there is another one. */
static unsigned int next_in_turn(struct tlb *t)
{
	unsigned int i;

	do {
		i = 1 + t->next_victim[0];
		t->next_victim[0] = (uint16_t)(i < t->nr ? i : 0);
	} while (tlb_is_locked(t, i));
	return i;
}

static unsigned int at_random(struct tlb *t)
{
	unsigned int i;

	do
		i = 1 + random_below(t, t->nr);
	while (tlb_is_locked(t, i));
	return i;
}

static unsigned int choose_victim(struct tlb *t)
{
	unsigned int i;

	if (t->lru)
		return least_recently_used(t);
	i = t->policy == TLB_POLICY_RANDOM ? at_random(t) : next_in_turn(t);
	ring_remove(t, i);
	ring_append(t, i);
	return i;
}

static unsigned int fill_flat(struct tlb *t, const struct tlb_page *page, uint64_t now)
{
	uint32_t va = page->vpn << 12;
	unsigned int i;

	if (t->nr_valid < t->nr) {
		i = first_free(t);
		make_valid(t, i);
		count_in(t, page->size);
		ring_append(t, i);
	} else {
		i = choose_victim(t);
		unchain(t, i);
		if (t->entry[i].size != page->size)
			resize(t, t->entry[i].size, page->size);
	}
	tlb_set(t, i, va, page->pa, page->size, page->prot, bucket_of(t, va, page->size), now);
	return i;
}

/* ---- Filling: sets, ways, lines ------------------------------------------- */

static bool way_is_empty(const struct tlb *t, unsigned int first)
{
	for (unsigned int i = 0; i < t->line; i++)
		if (tlb_is_valid(t, first + i))
			return false;
	return true;
}

static uint64_t way_used(const struct tlb *t, unsigned int first)
{
	uint64_t used = 0;

	for (unsigned int i = 0; i < t->line; i++)
		if (tlb_is_valid(t, first + i) && t->entry[first + i].used > used)
			used = t->entry[first + i].used;
	return used;
}

static bool may_use(unsigned int way, uint64_t allowed)
{
	return allowed >> (way % 64) & 1;
}

static unsigned int oldest_way(const struct tlb *t, unsigned int set, uint64_t allowed)
{
	unsigned int best = t->ways;

	for (unsigned int w = 0; w < t->ways; w++)
		if (may_use(w, allowed) &&
		    (best == t->ways || way_used(t, tlb_slot_at(t, set, w, 0)) <
						way_used(t, tlb_slot_at(t, set, best, 0))))
			best = w;
	return best;
}

static unsigned int way_in_turn(struct tlb *t, unsigned int set, uint64_t allowed)
{
	unsigned int w;

	do {
		w = t->next_victim[set];
		t->next_victim[set] = (uint16_t)((w + 1) % t->ways);
	} while (!may_use(w, allowed));
	return w;
}

static unsigned int random_way(struct tlb *t, uint64_t allowed)
{
	unsigned int w;

	do
		w = random_below(t, t->ways);
	while (!may_use(w, allowed));
	return w;
}

/* The way that holds other pages of the line of va, an empty one, or the one to be replaced. */
static unsigned int way_for(struct tlb *t, uint32_t va, uint64_t allowed)
{
	unsigned int set = tlb_set_of(t, va), empty = t->ways;

	for (unsigned int w = 0; w < t->ways; w++) {
		unsigned int first = tlb_slot_at(t, set, w, 0);

		for (unsigned int i = 0; t->line > 1 && i < t->line; i++)
			if (tlb_is_valid(t, first + i) && !((t->entry[first + i].va ^ va) >> 12 & ~(t->line - 1u)))
				return w;
		if (empty == t->ways && may_use(w, allowed) && way_is_empty(t, first))
			empty = w;
	}
	if (empty < t->ways)
		return empty;
	if (t->policy == TLB_POLICY_LRU)
		return oldest_way(t, set, allowed);
	return t->policy == TLB_POLICY_RANDOM ? random_way(t, allowed) : way_in_turn(t, set, allowed);
}

static uint64_t ways_that_exist(const struct tlb *t, uint64_t allowed)
{
	uint64_t all = t->ways < 64 ? (1ULL << t->ways) - 1 : ~0ULL;

	return allowed & all ? allowed & all : all;
}

static unsigned int fill_set(struct tlb *t, const struct tlb_page *page, uint32_t va, uint64_t allowed,
			     uint64_t now)
{
	unsigned int way = way_for(t, va, ways_that_exist(t, allowed));
	unsigned int first = tlb_slot_at(t, tlb_set_of(t, va), way, 0);
	unsigned int i = first + (va >> 12) % t->line, size = page->size;
	uint32_t start = page->vpn << 12;
	uint64_t pa = page->pa;

	/* A line that makes room goes as a whole. */
	for (unsigned int n = first; n < first + t->line; n++)
		if (tlb_is_valid(t, n) &&
		    (n == i || ((t->entry[n].va ^ va) >> 12 & ~(t->line - 1u))))
			drop(t, n);
	if (t->line > 1) {
		size = TLB_4K;
		pa += (va & ~0xFFFu) - start;
		start = va & ~0xFFFu;
	}
	make_valid(t, i);
	count_in(t, size);
	tlb_set(t, i, start, pa, size, page->prot, bucket_of(t, start, size), now);
	t->entry[i].page = page->size;
	t->nr_cut += page->size != size;
	return i;
}

unsigned int sysmmu_tlb_fill(struct tlb *t, const struct tlb_page *page, uint32_t va, uint64_t allowed,
			     uint64_t now)
{
	return is_flat(t) ? fill_flat(t, page, now) : fill_set(t, page, va, allowed, now);
}

/* ---- Look-up with several page sizes --------------------------------------- */

static unsigned int find_in_set(const struct tlb *t, uint32_t va)
{
	unsigned int found = TLB_NONE, set = tlb_set_of(t, va);

	for (unsigned int w = 0; w < t->ways; w++) {
		unsigned int i = tlb_slot_at(t, set, w, 0);
		const struct tlb_entry *e = &t->entry[i];

		if (!tlb_is_valid(t, i) || (va ^ e->va) >> tlb_size_shift(e->size))
			continue;
		if (found != TLB_NONE)
			return TLB_SEVERAL;
		found = i;
	}
	return found;
}

unsigned int sysmmu_tlb_find_any(const struct tlb *t, uint32_t va)
{
	unsigned int found = TLB_NONE;

	if (t->sets > 1)
		return find_in_set(t, va);
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

/* ---- Locked entries --------------------------------------------------------- */

bool sysmmu_tlb_lock(struct tlb *t, unsigned int slot)
{
	if (tlb_is_locked(t, slot))
		return true;
	if (!is_flat(t) || t->nr_locked + 1 >= t->nr)
		return false;
	ring_remove(t, slot);
	t->locked[slot / 64] |= 1ULL << (slot % 64);
	t->nr_locked++;
	return true;
}

void sysmmu_tlb_release(struct tlb *t, uint64_t now)
{
	for (unsigned int i = 1; i <= t->nr && t->nr_locked; i++) {
		if (!tlb_is_locked(t, i))
			continue;
		t->locked[i / 64] &= ~(1ULL << (i % 64));
		t->nr_locked--;
		t->entry[i].used = now;
		t->order[i].placed = now;
		ring_append(t, i);
	}
}

/* ---- Invalidation ------------------------------------------------------------ */

static bool overlaps(const struct tlb_entry *e, uint32_t first, uint32_t last)
{
	uint32_t pages = (1u << tlb_size_order(e->page)) - 1;
	uint32_t start = e->va >> 12 & ~pages;

	return start <= last && start + pages >= first;
}

static unsigned int drop_overlapping(struct tlb *t, uint32_t first, uint32_t last)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i <= t->nr; i++)
		if (tlb_is_valid(t, i) && overlaps(&t->entry[i], first, last)) {
			drop(t, i);
			n++;
		}
	return n;
}

static unsigned int drop_page(struct tlb *t, uint32_t vpn)
{
	unsigned int n = 0;

	for (unsigned int sizes = t->sizes; sizes; sizes &= sizes - 1) {
		unsigned int i = tlb_find_size(t, (unsigned int)__builtin_ctz(sizes), vpn << 12);

		if (i != TLB_NONE) {
			drop(t, i);
			n++;
		}
	}
	return n;
}

unsigned int sysmmu_tlb_invalidate(struct tlb *t, uint32_t first_vpn, uint32_t last_vpn)
{
	/* A large page may be in several sets, and in pieces. */
	if (first_vpn != last_vpn || t->nr_cut || (t->sets > 1 && t->sizes > 1u << TLB_4K))
		return drop_overlapping(t, first_vpn, last_vpn);
	return drop_page(t, first_vpn);
}

unsigned int sysmmu_tlb_invalidate_all(struct tlb *t)
{
	unsigned int n = t->nr_valid;

	if (n) {
		memset(t->head, 0, sizeof(t->head));
		memset(t->large, 0, sizeof(t->large));
	}
	memset(t->nr_of, 0, sizeof(t->nr_of));
	memset(t->valid, 0, sizeof(t->valid));
	memset(t->locked, 0, sizeof(t->locked));
	t->valid[0] = 1;
	t->nr_valid = 0;
	t->nr_locked = 0;
	t->nr_cut = 0;
	t->oldest = TLB_NONE;
	set_sizes(t, 0);
	return n;
}

/* ---- Self-check ---------------------------------------------------------------- */

static bool chain_is_sound(const struct tlb *t, unsigned int i, unsigned int *chained)
{
	for (; i != TLB_NONE; i = t->entry[i].chain)
		if (!tlb_is_valid(t, i) || ++*chained > t->nr_valid)
			return false;
	return true;
}

static bool place_is_sound(const struct tlb *t, unsigned int i)
{
	const struct tlb_entry *e = &t->entry[i];

	if (is_flat(t))
		return tlb_find_size(t, e->size, e->va) == i && e->page == e->size;
	if (t->line > 1 && (e->size != TLB_4K || (e->va >> 12) % t->line != (i - 1) % t->line))
		return false;
	return e->size != TLB_4K || (tlb_find_small(t, e->va) == i &&
				     tlb_set_of(t, e->va) == (i - 1) / (t->ways * t->line));
}

static bool entries_are_sound(const struct tlb *t)
{
	unsigned int of_size[TLB_NR_SIZES] = { 0 }, chained = 0, cut = 0;

	for (unsigned int i = 1; i < TLB_SLOTS; i++) {
		const struct tlb_entry *e = &t->entry[i];

		if (!tlb_is_valid(t, i))
			continue;
		if (i > t->nr || e->size >= TLB_NR_SIZES || e->used < t->order[i].placed ||
		    e->va & ((1u << tlb_size_shift(e->size)) - 1) || !place_is_sound(t, i))
			return false;
		of_size[e->size]++;
		cut += e->page != e->size;
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
	return chained == t->nr_valid && cut == t->nr_cut && !t->entry[TLB_NONE].reach[0] &&
	       !t->entry[TLB_NONE].reach[1];
}

static bool order_is_sound(const struct tlb *t)
{
	unsigned int n = 0, i = t->oldest, valid = 0, locked = 0;

	for (unsigned int w = 0; w < TLB_WORDS; w++) {
		valid += (unsigned int)__builtin_popcountll(t->valid[w]);
		locked += (unsigned int)__builtin_popcountll(t->locked[w]);
		if (t->locked[w] & ~t->valid[w])
			return false;
	}
	if (i != TLB_NONE)
		do {
			unsigned int newer = t->order[i].newer;

			if (!tlb_is_valid(t, i) || tlb_is_locked(t, i) || t->order[newer].older != i ||
			    ++n > t->nr_valid)
				return false;
			if (newer != t->oldest && t->order[newer].placed < t->order[i].placed)
				return false;
			i = newer;
		} while (i != t->oldest);
	return valid == t->nr_valid + 1u && locked == t->nr_locked &&
	       (!is_flat(t) || n + locked == t->nr_valid);
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

		if ((e->reach[0] || e->reach[1]) && tlb_find(t, e->va) != i)
			return false;
	}
	return true;
}

bool sysmmu_tlb_validate(const struct tlb *t)
{
	return entries_are_sound(t) && order_is_sound(t) && way_is_sound(t);
}
