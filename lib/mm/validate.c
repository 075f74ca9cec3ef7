/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The allocator's self-check: the page array, the free lists and the counters tell one story.
 *
 * Every page below a zone's frontier lies in exactly one block; blocks are aligned, and only their first page has a state.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/mm/internal.h"

int mm_broken(struct armdma_error *err, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return -EIO;
}

struct zone_sum {
	uint64_t free_pages;
	uint32_t blocks[ARMDMA_MAX_ORDER];
};

static int check_free(const struct mm *mm, const struct mm_zone *z, uint32_t index,
		      struct armdma_error *err)
{
	const struct armdma_page *page = &mm->pages[index];
	uint32_t buddy = index ^ (1u << page->order);

	if (page->count || page->owned)
		return mm_broken(err, "free block at page %u has %u references", index, page->count);
	if (page->order == ARMDMA_MAX_ORDER - 1 || buddy < z->start || buddy >= z->frontier)
		return 0;
	if (mm->pages[buddy].state == MM_PAGE_FREE && mm->pages[buddy].order == page->order)
		return mm_broken(err, "free buddies of order %u at pages %u and %u are not merged",
				 page->order, index, buddy);
	return 0;
}

static int check_used(const struct mm *mm, uint32_t index, struct mm_kmalloc_sum *km,
		      struct armdma_error *err)
{
	const struct armdma_page *page = &mm->pages[index];

	if (!page->count)
		return mm_broken(err, "allocated block at page %u has no reference", index);
	if (index < mm->lowmem_pages)
		for (uint32_t i = 0; i < 1u << page->order; i++) {
			uint32_t g = (index + i) / MM_GRANULE;

			if (!(mm->opened[g / 64] >> (g % 64) & 1))
				return mm_broken(err, "page %u is in use, its linear address closed",
						 index + i);
		}
	if (page->state == MM_PAGE_SLAB) {
		km->slabs++;
		if (!page->u.slab || page->u.slab->index != index)
			return mm_broken(err, "slab at page %u has lost its record", index);
	}
	if (page->state == MM_PAGE_LARGE) {
		km->large++;
		km->large_bytes += page->u.bytes;
		if (page->u.bytes > ARMDMA_PAGE_SIZE << page->order)
			return mm_broken(err, "kmalloc block at page %u of order %u holds %u bytes",
					 index, page->order, page->u.bytes);
	}
	return 0;
}

static int check_block(const struct mm *mm, const struct mm_zone *z, uint32_t index,
		       struct zone_sum *sum, struct mm_kmalloc_sum *km, struct armdma_error *err)
{
	const struct armdma_page *page = &mm->pages[index];
	uint32_t n;

	if (page->state == MM_PAGE_NONE || page->state > MM_PAGE_LARGE)
		return mm_broken(err, "page %u belongs to no block", index);
	if (page->order >= ARMDMA_MAX_ORDER)
		return mm_broken(err, "block at page %u has order %u", index, page->order);
	n = 1u << page->order;
	if (index & (n - 1) || z->frontier - index < n)
		return mm_broken(err, "block of order %u at page %u is misplaced", page->order, index);
	for (uint32_t i = 1; i < n; i++)
		if (page[i].state != MM_PAGE_NONE)
			return mm_broken(err, "page %u inside the block of order %u at page %u has state %u",
					 index + i, page->order, index, page[i].state);
	if (page->state != MM_PAGE_FREE)
		return check_used(mm, index, km, err);
	sum->free_pages += n;
	sum->blocks[page->order]++;
	return check_free(mm, z, index, err);
}

static int check_list(const struct mm *mm, const struct mm_zone *z, unsigned int order,
		      const struct zone_sum *sum, struct armdma_error *err)
{
	uint32_t prev = 0, n = 0;

	for (uint32_t at = z->lists[order]; at; at = mm->pages[at - 1].u.list.next) {
		const struct armdma_page *page;

		if (at - 1 < z->start || at - 1 >= z->frontier || n++ > z->blocks[order])
			return mm_broken(err, "free list %u of the zone at page %u runs wild", order,
					 z->start);
		page = &mm->pages[at - 1];
		if (page->state != MM_PAGE_FREE || page->order != order || page->u.list.prev != prev)
			return mm_broken(err, "page %u is on free list %u, but has state %u, order %u",
					 at - 1, order, page->state, page->order);
		prev = at;
	}
	if (n != z->blocks[order] || n != sum->blocks[order])
		return mm_broken(err, "free list %u: %u blocks on it, %u counted, %u in the page array",
				 order, n, z->blocks[order], sum->blocks[order]);
	if (!n != !(z->nonempty >> order & 1))
		return mm_broken(err, "free list %u has %u blocks, its summary bit says otherwise",
				 order, n);
	return 0;
}

static int check_zone(const struct mm *mm, const struct mm_zone *z, struct mm_kmalloc_sum *km,
		      struct armdma_error *err)
{
	struct zone_sum sum = { 0 };
	int ret;

	if (z->frontier < z->start || z->frontier > z->end)
		return mm_broken(err, "frontier %u is outside the zone of pages %u..%u", z->frontier,
				 z->start, z->end);
	for (uint32_t at = z->start; at < z->frontier; at += 1u << mm->pages[at].order) {
		ret = check_block(mm, z, at, &sum, km, err);
		if (ret)
			return ret;
	}
	/* The next block only: a look at all of them would make the host back the array. */
	for (uint32_t at = z->frontier; at < z->end && at - z->frontier < MM_GRANULE; at++)
		if (mm->pages[at].state != MM_PAGE_NONE)
			return mm_broken(err, "page %u beyond the frontier %u has state %u", at,
					 z->frontier, mm->pages[at].state);
	for (unsigned int order = 0; order < ARMDMA_MAX_ORDER; order++) {
		ret = check_list(mm, z, order, &sum, err);
		if (ret)
			return ret;
	}
	if (sum.free_pages != z->free_pages)
		return mm_broken(err, "zone at page %u counts %u free pages and has %llu", z->start,
				 z->free_pages, (unsigned long long)sum.free_pages);
	return 0;
}

int armdma_mm_validate(struct armdma_machine *m, struct armdma_error *err)
{
	MACHINE_ENTER(m);
	const struct mm *mm = m->mm;
	struct mm_kmalloc_sum km = { 0 };
	int ret;

	for (int i = 0; i < ARMDMA_NR_ZONES; i++) {
		ret = check_zone(mm, &mm->zones[i], &km, err);
		if (ret)
			return ret;
	}
	ret = mm_cma_validate(mm, err);
	if (ret)
		return ret;
	ret = mm_umap_validate(m, err);
	if (ret)
		return ret;
	return mm_slab_validate(mm, &km, err);
}
