/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator: buddies in zones.
 *
 * A zone starts without any free list. Blocks of the largest order come from its frontier when the lists run dry, so that
 * making a machine costs nothing of the size of RAM, and RAM is used from the lowest address upwards. A split keeps
 * the lower half and frees the upper; the block freed last is used first.
 *
 * A block that is not split is one thing: its pages share one reference count, and it goes back as a whole when the last
 * reference to any of its pages goes (as compound pages of Linux). Splitting gives each page a count of its own.
 */
#include <errno.h>

#include "lib/mm/internal.h"

/* ---- Free lists ---------------------------------------------------------- */

static void list_push(struct mm *mm, struct mm_zone *z, uint32_t index, unsigned int order)
{
	struct armdma_page *page = &mm->pages[index];

	page->count = 0;
	page->state = MM_PAGE_FREE;
	page->order = (uint8_t)order;
	page->owned = false;
	page->u.list.prev = 0;
	page->u.list.next = z->lists[order];
	if (z->lists[order])
		mm->pages[z->lists[order] - 1].u.list.prev = index + 1;
	z->lists[order] = index + 1;
	z->nonempty |= 1u << order;
	z->blocks[order]++;
	z->free_pages += 1u << order;
}

/* Take a free block off its list; it is then part of nothing (MM_PAGE_NONE). */
static void list_remove(struct mm *mm, struct mm_zone *z, struct armdma_page *page)
{
	unsigned int order = page->order;
	uint32_t next = page->u.list.next, prev = page->u.list.prev;

	if (next)
		mm->pages[next - 1].u.list.prev = prev;
	if (prev)
		mm->pages[prev - 1].u.list.next = next;
	else
		z->lists[order] = next;
	if (!z->lists[order])
		z->nonempty &= ~(1u << order);
	z->blocks[order]--;
	z->free_pages -= 1u << order;
	page->state = MM_PAGE_NONE;
}

/* Move the frontier over the largest aligned block. False at the end of the zone. */
static bool zone_grow(struct mm *mm, struct mm_zone *z)
{
	unsigned int order = ARMDMA_MAX_ORDER - 1;
	uint32_t at = z->frontier;

	if (at == z->end)
		return false;
	while (at & ((1u << order) - 1) || z->end - at < 1u << order)
		order--;
	z->frontier += 1u << order;
	list_push(mm, z, at, order);
	return true;
}

static struct armdma_page *zone_alloc(struct mm *mm, struct mm_zone *z, unsigned int order)
{
	struct armdma_page *page;
	unsigned int from;
	uint32_t index;

	while (!(z->nonempty >> order))
		if (!zone_grow(mm, z))
			return NULL;
	from = order + (unsigned int)__builtin_ctz(z->nonempty >> order);
	index = z->lists[from] - 1;
	page = &mm->pages[index];
	list_remove(mm, z, page);
	while (from > order) {
		from--;
		list_push(mm, z, index + (1u << from), from);
	}
	page->order = (uint8_t)order;
	return page;
}

/* Blocks never lie in two zones, and nothing beyond the frontier is on a list. */
static void zone_free(struct mm *mm, struct mm_zone *z, uint32_t index, unsigned int order)
{
	mm->pages[index].state = MM_PAGE_NONE;
	for (; order < ARMDMA_MAX_ORDER - 1; order++) {
		uint32_t buddy = index ^ (1u << order);
		struct armdma_page *page = &mm->pages[buddy];

		if (buddy < z->start || buddy >= z->frontier)
			break;
		if (page->state != MM_PAGE_FREE || page->order != order)
			break;
		list_remove(mm, z, page);
		index &= ~(1u << order);
	}
	list_push(mm, z, index, order);
}

/* ---- Blocks -------------------------------------------------------------- */

struct armdma_page *mm_head(const struct mm *mm, uint32_t index)
{
	for (unsigned int order = 0; order < ARMDMA_MAX_ORDER; order++) {
		struct armdma_page *page = &mm->pages[index & ~((1u << order) - 1)];

		if (page->state == MM_PAGE_NONE)
			continue;
		return page->order >= order ? page : NULL;
	}
	return NULL;
}

static bool granule_open(const struct mm *mm, uint32_t g)
{
	return mm->opened[g / 64] >> (g % 64) & 1;
}

/* RAM that was never handed out traps: open the block's surroundings, once a granule. */
int mm_open_linear(struct armdma_machine *m, uint32_t index, uint32_t npages)
{
	struct mm *mm = m->mm;
	uint32_t g = index / MM_GRANULE, last = (index + npages - 1) / MM_GRANULE;
	int ret;

	if (index >= mm->lowmem_pages)
		return 0;
	while (g <= last) {
		uint32_t first = g, end;

		if (granule_open(mm, g)) {
			g++;
			continue;
		}
		while (g <= last && !granule_open(mm, g))
			g++;
		end = g * MM_GRANULE < mm->lowmem_pages ? g * MM_GRANULE : mm->lowmem_pages;
		ret = armdma_hw_linear_open(m->hw, mm_phys(mm, first * MM_GRANULE),
					    (size_t)(end - first * MM_GRANULE) << ARMDMA_PAGE_SHIFT);
		if (ret)
			return ret;
		for (; first < g; first++)
			mm->opened[first / 64] |= 1ULL << (first % 64);
	}
	return 0;
}

static struct armdma_page *alloc_from_zones(struct armdma_machine *m, armdma_gfp_t gfp,
					    unsigned int order)
{
	struct mm *mm = m->mm;
	struct armdma_page *page = NULL;
	int z = ARMDMA_ZONE_NORMAL, last = ARMDMA_ZONE_DMA;

	if (gfp & ARMDMA__GFP_DMA) {
		/* A kernel without ZONE_DMA takes its DMA memory from the normal zone (gfp_zone()). */
		if (mm->zones[ARMDMA_ZONE_DMA].end)
			z = ARMDMA_ZONE_DMA;
	} else if (gfp & ARMDMA__GFP_HIGHMEM) {
		z = ARMDMA_ZONE_HIGHMEM;
	}
	for (; z >= last && !page; z--)
		page = zone_alloc(mm, &mm->zones[z], order);
	if (page && mm_open_linear(m, mm_index(mm, page), 1u << order)) {
		uint32_t index = mm_index(mm, page);

		zone_free(mm, &mm->zones[mm_zone_of(mm, index)], index, order);
		return NULL;
	}
	return page;
}

static void log_failure(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order)
{
	struct armdma_mm_stats st;

	armdma_mm_stats(m, &st);
	armdma_hw_log(m->hw,
		      "page allocation failure: order %u, gfp 0x%x; free pages: DMA %llu, normal %llu, highmem %llu",
		      order, gfp, (unsigned long long)st.pages_free[ARMDMA_ZONE_DMA],
		      (unsigned long long)st.pages_free[ARMDMA_ZONE_NORMAL],
		      (unsigned long long)st.pages_free[ARMDMA_ZONE_HIGHMEM]);
}

void mm_emit(struct armdma_machine *m, enum armdma_event_type type, uint32_t index, uint64_t npages)
{
	struct armdma_event ev = {
		.type = type,
		.pa = mm_phys(m->mm, index),
		.len = npages << ARMDMA_PAGE_SHIFT,
	};

	armdma_event_emit(m->ev, &ev);
}

struct armdma_page *mm_alloc_block(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order,
				   enum mm_page_state state, bool warn)
{
	struct armdma_page *page = NULL;

	if (order < ARMDMA_MAX_ORDER && !fail_now(m, ARMDMA_FAIL_PAGE))
		page = alloc_from_zones(m, gfp, order);
	if (!page) {
		if (warn && !(gfp & ARMDMA__GFP_NOWARN))
			log_failure(m, gfp, order);
		return NULL;
	}
	page->state = (uint8_t)state;
	page->count = 1;
	page->owned = true;
	armdma_hw_cache_settle(m->hw, mm_phys(m->mm, mm_index(m->mm, page)),
			       ARMDMA_PAGE_SIZE << order);
	if (armdma_event_on(m->ev, ARMDMA_EV_PAGE_ALLOC))
		mm_emit(m, ARMDMA_EV_PAGE_ALLOC, mm_index(m->mm, page), 1u << order);
	return page;
}

void mm_free_block(struct armdma_machine *m, struct armdma_page *head)
{
	uint32_t index = mm_index(m->mm, head);
	unsigned int order = head->order;
	struct mm_cma *cma;

	head->count = 0;
	head->owned = false;
	head->coherent = false;
	cma = mm_cma_of(m->mm, index);
	if (cma) {
		head->state = MM_PAGE_NONE;
		mm_cma_freed(cma, index);
	} else if (index >= m->mm->reserved_start) {
		head->state = MM_PAGE_NONE;
		m->mm->reserved_used--;
	} else {
		zone_free(m->mm, &m->mm->zones[mm_zone_of(m->mm, index)], index, order);
	}
	if (armdma_event_on(m->ev, ARMDMA_EV_PAGE_FREE))
		mm_emit(m, ARMDMA_EV_PAGE_FREE, index, 1u << order);
}

struct armdma_page *armdma_alloc_pages(struct armdma_machine *m, armdma_gfp_t gfp,
				       unsigned int order)
{
	MACHINE_ENTER(m);

	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM)
		might_sleep(m, NULL, "armdma_alloc_pages", __builtin_return_address(0));
	return mm_alloc_pages(m, gfp, order);
}

struct armdma_page *mm_alloc_pages(struct armdma_machine *m, armdma_gfp_t gfp, unsigned int order)
{
	struct armdma_page *page = mm_alloc_block(m, gfp, order, MM_PAGE_USED, true);

	if (page && gfp & ARMDMA__GFP_ZERO)
		armdma_hw_zero_cached(m->hw, mm_phys(m->mm, mm_index(m->mm, page)),
				      ARMDMA_PAGE_SIZE << order);
	return page;
}

/* ---- Misuse -------------------------------------------------------------- */

/* What a report calls the state of a block that is not an allocated one of armdma_alloc_pages(). */
static const char *state_name(const struct armdma_page *head)
{
	if (!head)
		return "was never allocated";
	switch (head->state) {
	case MM_PAGE_FREE:
		return "is free already";
	case MM_PAGE_SLAB:
	case MM_PAGE_LARGE:
		return "belongs to kmalloc";
	default:
		return "is in use";
	}
}

/*
 * The live block of armdma_alloc_pages() that contains page. NULL, and reported, when there is none.
 * `call` names the public function.
 */
static struct armdma_page *live_block(struct armdma_machine *m, const struct armdma_page *page,
				      const char *call, const void *site)
{
	struct mm *mm = m->mm;
	struct armdma_page *head;

	if (!mm_is_page(mm, page)) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, ARMDMA_MAPPING_ERROR, 0,
		       "%s of %p, which is no page of this machine", call, (const void *)page);
		return NULL;
	}
	head = mm_head(mm, mm_index(mm, page));
	if (head && head->state == MM_PAGE_USED)
		return head;
	misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, mm_phys(mm, mm_index(mm, page)),
	       ARMDMA_PAGE_SIZE, "%s of the page at 0x%llx, which %s", call,
	       (unsigned long long)mm_phys(mm, mm_index(mm, page)), state_name(head));
	return NULL;
}

/* The same for calls that take a whole block by its first page and order. */
static struct armdma_page *whole_block(struct armdma_machine *m, struct armdma_page *page,
				       unsigned int order, const char *call, const void *site)
{
	struct armdma_page *head = live_block(m, page, call, site);
	armdma_phys_t pa;

	if (!head)
		return NULL;
	pa = mm_phys(m->mm, mm_index(m->mm, page));
	if (head != page)
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, pa, ARMDMA_PAGE_SIZE,
		       "%s of the page at 0x%llx, which is inside a block of order %u at 0x%llx",
		       call, (unsigned long long)pa, head->order,
		       (unsigned long long)mm_phys(m->mm, mm_index(m->mm, head)));
	else if (head->order != order)
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, pa, ARMDMA_PAGE_SIZE << head->order,
		       "%s of the block at 0x%llx with order %u, but its order is %u", call,
		       (unsigned long long)pa, order, head->order);
	else if (!head->owned)
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, pa, ARMDMA_PAGE_SIZE << order,
		       "%s of the block at 0x%llx, which its owner has freed; other references: %u",
		       call, (unsigned long long)pa, head->count);
	else
		return head;
	return NULL;
}

/* ---- References ---------------------------------------------------------- */

void armdma_free_pages(struct armdma_machine *m, struct armdma_page *page, unsigned int order)
{
	MACHINE_ENTER(m);
	struct armdma_page *head;

	if (!page)
		return;
	head = whole_block(m, page, order, "armdma_free_pages", __builtin_return_address(0));
	if (!head)
		return;
	head->owned = false;
	if (!--head->count)
		mm_free_block(m, head);
}

void armdma_split_page(struct armdma_machine *m, struct armdma_page *page, unsigned int order)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);
	struct armdma_page *head = whole_block(m, page, order, "armdma_split_page", site);

	if (!head)
		return;
	if (head->count != 1) {
		/* Nobody knows which of the pages the other references are to. */
		misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, site,
		       mm_phys(m->mm, mm_index(m->mm, head)), ARMDMA_PAGE_SIZE << order,
		       "armdma_split_page of the block at 0x%llx, which has %u references instead of 1",
		       (unsigned long long)mm_phys(m->mm, mm_index(m->mm, head)), head->count);
		return;
	}
	for (uint32_t i = 0; i < 1u << order; i++) {
		head[i].count = 1;
		head[i].state = MM_PAGE_USED;
		head[i].order = 0;
		head[i].owned = true;
	}
}

void armdma_get_page(struct armdma_machine *m, struct armdma_page *page)
{
	MACHINE_ENTER(m);
	struct armdma_page *head =
		live_block(m, page, "armdma_get_page", __builtin_return_address(0));

	if (head)
		head->count++;
}

void armdma_put_page(struct armdma_machine *m, struct armdma_page *page)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);
	struct armdma_page *head;

	if (!page)
		return;
	head = live_block(m, page, "armdma_put_page", site);
	if (!head)
		return;
	if (head->count == 1 && head->owned && head->order) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site,
		       mm_phys(m->mm, mm_index(m->mm, head)), ARMDMA_PAGE_SIZE << head->order,
		       "armdma_put_page would drop the owner's reference to the block of order %u at 0x%llx; armdma_free_pages does that",
		       head->order, (unsigned long long)mm_phys(m->mm, mm_index(m->mm, head)));
		return;
	}
	if (!--head->count)
		mm_free_block(m, head);
}

unsigned int armdma_page_count(struct armdma_machine *m, const struct armdma_page *page)
{
	MACHINE_ENTER(m);
	const struct armdma_page *head;

	if (!mm_is_page(m->mm, page))
		return 0;
	head = mm_head(m->mm, mm_index(m->mm, page));
	return head ? head->count : 0;
}
