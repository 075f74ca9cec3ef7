/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmalloc: objects of a few fixed sizes, cut from blocks of pages.
 *
 * Neighbours share pages, as on the real kernel, but never a cache line: the smallest object of ARM is a line
 * (ARCH_KMALLOC_MINALIGN), because drivers do DMA into what kmalloc gives. An empty slab goes back
 * to the page allocator at once, so that a failed call leaves the free pages as they were.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mm/internal.h"

/* Linux has 96 and 192 beside the powers of two; a line must divide the size. */
static const uint16_t class_size[MM_NR_CLASSES] = {
	32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192,
};
#define SMALL_MAX 8192u
/* A slab holds at least this many objects, as long as its block is not too large. */
#define SLAB_MIN_OBJECTS 8u
#define SLAB_MAX_ORDER 3u

static unsigned int find_class(const struct mm *mm, size_t size)
{
	unsigned int cls = 0;

	while (class_size[cls] < size || class_size[cls] % mm->line)
		cls++;
	return cls;
}

static unsigned int slab_order(unsigned int cls)
{
	unsigned int order = 0;

	while (order < SLAB_MAX_ORDER &&
	       (ARMDMA_PAGE_SIZE << order) / class_size[cls] < SLAB_MIN_OBJECTS)
		order++;
	return order;
}

static uint8_t *object_address(struct armdma_machine *m, const struct mm_slab *slab, unsigned int obj)
{
	uint8_t *start = armdma_hw_linear(m->hw, mm_phys(m->mm, slab->index));

	return start + (size_t)obj * class_size[slab->cls];
}

static bool object_live(const struct mm_slab *slab, unsigned int obj)
{
	return slab->map[obj / 64] >> (obj % 64) & 1;
}

/* ---- Slabs --------------------------------------------------------------- */

static struct mm_slab *slab_create(struct armdma_machine *m, unsigned int cls, unsigned int cache,
				   armdma_gfp_t gfp)
{
	unsigned int order = slab_order(cls), least = armdma_get_order(class_size[cls]);
	struct armdma_page *page;
	struct mm_slab *slab;
	unsigned int objects;

	page = mm_alloc_block(m, gfp, order, MM_PAGE_SLAB, order == least);
	if (!page && order > least)
		page = mm_alloc_block(m, gfp, least, MM_PAGE_SLAB, true);
	if (!page)
		return NULL;
	objects = (unsigned int)((ARMDMA_PAGE_SIZE << page->order) / class_size[cls]);
	slab = calloc(1, sizeof(*slab) + objects * sizeof(slab->asked[0]));
	if (!slab) {
		mm_free_block(m, page);
		return NULL;
	}
	slab->index = mm_index(m->mm, page);
	slab->cls = (uint8_t)cls;
	slab->cache = (uint8_t)cache;
	slab->objects = (uint16_t)objects;
	page->u.slab = slab;
	LIST_INSERT_HEAD(&m->mm->partial[cache][cls], slab, link);
	return slab;
}

/* The lowest free object of a slab that has one. */
static unsigned int slab_take(struct mm *mm, struct mm_slab *slab, size_t size)
{
	unsigned int word = 0, obj;

	while (slab->map[word] == UINT64_MAX)
		word++;
	obj = word * 64 + (unsigned int)__builtin_ctzll(~slab->map[word]);
	slab->map[word] |= 1ULL << (obj % 64);
	slab->asked[obj] = (uint16_t)size;
	if (++slab->used == slab->objects) {
		LIST_REMOVE(slab, link);
		LIST_INSERT_HEAD(&mm->full[slab->cache][slab->cls], slab, link);
	}
	return obj;
}

static void tell_free(struct armdma_machine *m, armdma_phys_t pa, uint64_t len)
{
	struct armdma_event ev = { .type = ARMDMA_EV_KFREE, .pa = pa, .len = len };

	armdma_event_emit(m->ev, &ev);
}

static void slab_give(struct armdma_machine *m, struct mm_slab *slab, unsigned int obj)
{
	struct mm *mm = m->mm;

	if (armdma_event_on(m->ev, ARMDMA_EV_KFREE))
		tell_free(m, mm_phys(mm, slab->index) + (uint64_t)obj * class_size[slab->cls], class_size[slab->cls]);
	slab->map[obj / 64] &= ~(1ULL << (obj % 64));
	mm->kmalloc_objects--;
	mm->kmalloc_bytes -= slab->asked[obj];
	if (slab->used-- == slab->objects) {
		LIST_REMOVE(slab, link);
		LIST_INSERT_HEAD(&mm->partial[slab->cache][slab->cls], slab, link);
	}
	if (slab->used)
		return;
	LIST_REMOVE(slab, link);
	mm_free_block(m, &mm->pages[slab->index]);
	free(slab);
}

static void free_list(struct mm_slab_list *list)
{
	struct mm_slab *slab;

	while ((slab = LIST_FIRST(list))) {
		LIST_REMOVE(slab, link);
		free(slab);
	}
}

void mm_slab_destroy(struct mm *mm)
{
	for (int cache = 0; cache < MM_NR_CACHES; cache++)
		for (int cls = 0; cls < MM_NR_CLASSES; cls++) {
			free_list(&mm->partial[cache][cls]);
			free_list(&mm->full[cache][cls]);
		}
}

/* ---- Allocation ---------------------------------------------------------- */

static void *alloc_large(struct armdma_machine *m, size_t size, armdma_gfp_t gfp)
{
	struct armdma_page *page =
		mm_alloc_block(m, gfp, armdma_get_order(size), MM_PAGE_LARGE, true);

	if (!page)
		return NULL;
	page->u.bytes = (uint32_t)size;
	return armdma_hw_linear(m->hw, mm_phys(m->mm, mm_index(m->mm, page)));
}

static void *alloc_small(struct armdma_machine *m, size_t size, unsigned int cls, armdma_gfp_t gfp)
{
	struct mm *mm = m->mm;
	unsigned int cache = (gfp & ARMDMA__GFP_DMA) != 0;
	struct mm_slab *slab = LIST_FIRST(&mm->partial[cache][cls]);

	if (!slab)
		slab = slab_create(m, cls, cache, gfp);
	return slab ? object_address(m, slab, slab_take(mm, slab, size)) : NULL;
}

static void *alloc(struct armdma_machine *m, size_t size, armdma_gfp_t gfp, const char *call,
		   const void *site)
{
	struct mm *mm = m->mm;
	size_t usable;
	void *p;

	if (gfp & ARMDMA__GFP_DIRECT_RECLAIM)
		might_sleep(m, NULL, call, site);
	if (!size || fail_now(m, ARMDMA_FAIL_KMALLOC))
		return NULL;
	gfp &= ~ARMDMA__GFP_HIGHMEM;
	if (size > SMALL_MAX) {
		p = alloc_large(m, size, gfp);
		usable = size;
	} else {
		unsigned int cls = find_class(mm, size);

		p = alloc_small(m, size, cls, gfp);
		usable = class_size[cls];
	}
	if (!p)
		return NULL;
	/* A neighbour in the slab page, or who had it last, may have left lines that a device wrote since. */
	armdma_hw_cache_settle(m->hw, armdma_hw_linear_to_phys(m->hw, p), usable);
	mm->kmalloc_objects++;
	mm->kmalloc_bytes += size;
	if (gfp & ARMDMA__GFP_ZERO)
		memset(p, 0, usable);
	else if (wanted(m, ARMDMA_REPORT_UNINITIALISED))
		mm_mark_unwritten(m, armdma_hw_linear_to_phys(m->hw, p), usable & ~(size_t)7);
	return p;
}

void *armdma_kmalloc(struct armdma_machine *m, size_t size, armdma_gfp_t gfp)
{
	MACHINE_ENTER(m);

	return alloc(m, size, gfp, "armdma_kmalloc", __builtin_return_address(0));
}

void *armdma_kzalloc(struct armdma_machine *m, size_t size, armdma_gfp_t gfp)
{
	MACHINE_ENTER(m);

	return alloc(m, size, gfp | ARMDMA__GFP_ZERO, "armdma_kzalloc", __builtin_return_address(0));
}

/* ---- From an address to its object ---------------------------------------- */

/* What lies at an address. */
struct object {
	const char *trouble;		/* NULL: a live object */
	struct armdma_page *head;	/* of its block, or NULL */
	struct mm_slab *slab;		/* NULL: a block of its own */
	unsigned int obj;
	uint8_t *start;
	size_t size;
};

static struct object find_object(struct armdma_machine *m, const void *p)
{
	struct armdma_page *page = mm_linear_page(m, p);
	struct object o = { .trouble = NULL };

	o.head = page ? mm_head(m->mm, mm_index(m->mm, page)) : NULL;
	if (!page)
		o.trouble = "which is no linear address";
	else if (!o.head)
		o.trouble = "which was never allocated";
	else if (o.head->state == MM_PAGE_FREE)
		o.trouble = "whose page is free already";
	else if (o.head->state == MM_PAGE_USED)
		o.trouble = "which is a page of armdma_alloc_pages";
	if (o.trouble)
		return o;
	o.start = armdma_hw_linear(m->hw, mm_phys(m->mm, mm_index(m->mm, o.head)));
	o.size = ARMDMA_PAGE_SIZE << o.head->order;
	if (o.head->state == MM_PAGE_LARGE)
		return o;
	o.slab = o.head->u.slab;
	o.size = class_size[o.slab->cls];
	o.obj = (unsigned int)((size_t)((const uint8_t *)p - o.start) / o.size);
	o.start += o.obj * o.size;
	if (o.obj >= o.slab->objects)
		o.trouble = "which lies behind the last object of its slab";
	else if (!object_live(o.slab, o.obj))
		o.trouble = "which is free already";
	return o;
}

void armdma_kfree(struct armdma_machine *m, const void *p)
{
	MACHINE_ENTER(m);
	const void *site = __builtin_return_address(0);
	struct object o;

	if (!p)
		return;
	o = find_object(m, p);
	if (o.trouble) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, armdma_hw_linear_to_phys(m->hw, p), 0,
		       "armdma_kfree of %p, %s", p, o.trouble);
		return;
	}
	if (p != o.start) {
		misuse(m, ARMDMA_REPORT_BAD_FREE, NULL, site, armdma_hw_linear_to_phys(m->hw, p),
		       o.size, "armdma_kfree of %p, which is inside the object of %zu bytes at %p",
		       p, o.size, (void *)o.start);
		return;
	}
	if (o.slab) {
		slab_give(m, o.slab, o.obj);
		return;
	}
	m->mm->kmalloc_objects--;
	m->mm->kmalloc_bytes -= o.head->u.bytes;
	mm_free_block(m, o.head);
}

size_t armdma_ksize(struct armdma_machine *m, const void *p, void **start)
{
	MACHINE_ENTER(m);
	struct object o = find_object(m, p);

	if (start)
		*start = o.trouble ? NULL : o.start;
	return o.trouble ? 0 : o.size;
}

bool mm_slab_nobodys(struct armdma_machine *m, const struct armdma_page *head, armdma_phys_t pa, size_t size,
		     struct mm_trouble *t)
{
	const struct mm_slab *slab = head->u.slab;
	armdma_phys_t start = mm_phys(m->mm, slab->index);
	unsigned int obj = (unsigned int)((pa - start) / class_size[slab->cls]);
	armdma_phys_t end = start + (uint64_t)(obj + 1) * class_size[slab->cls];

	t->pa = pa;
	if (obj >= slab->objects || !object_live(slab, obj))
		t->what = "is a kmalloc object that is free";
	else if (pa + size > end)
		t->what = "lies behind the kmalloc object";
	else
		return false;
	if (obj < slab->objects && object_live(slab, obj))
		t->pa = end;
	return true;
}

/* ---- Self-check ----------------------------------------------------------- */

struct slab_sum {
	uint64_t slabs, objects, bytes;
};

static int check_slab(const struct mm *mm, const struct mm_slab *slab, bool full,
		      struct slab_sum *sum, struct armdma_error *err)
{
	const struct armdma_page *page = &mm->pages[slab->index];
	unsigned int live = 0;

	if (page->state != MM_PAGE_SLAB || page->u.slab != slab)
		return mm_broken(err, "the record of a slab names page %u, which has state %u",
				 slab->index, page->state);
	for (unsigned int obj = 0; obj < MM_SLAB_MAX_OBJECTS; obj++) {
		if (!object_live(slab, obj))
			continue;
		if (obj >= slab->objects || slab->asked[obj] > class_size[slab->cls])
			return mm_broken(err, "object %u of the slab at page %u cannot be", obj,
					 slab->index);
		live++;
		sum->bytes += slab->asked[obj];
	}
	if (live != slab->used || !live || full != (live == slab->objects))
		return mm_broken(err, "slab at page %u: %u of %u objects live, %u counted, listed as %s",
				 slab->index, live, slab->objects, slab->used,
				 full ? "full" : "partial");
	sum->slabs++;
	sum->objects += live;
	return 0;
}

static int check_slabs(const struct mm *mm, const struct mm_slab_list *list, bool full,
		       struct slab_sum *sum, struct armdma_error *err)
{
	const struct mm_slab *slab;
	int ret;

	LIST_FOREACH(slab, list, link) {
		ret = check_slab(mm, slab, full, sum, err);
		if (ret)
			return ret;
	}
	return 0;
}

int mm_slab_validate(const struct mm *mm, const struct mm_kmalloc_sum *km, struct armdma_error *err)
{
	struct slab_sum sum = { 0 };
	int ret = 0;

	for (int cache = 0; cache < MM_NR_CACHES && !ret; cache++)
		for (int cls = 0; cls < MM_NR_CLASSES && !ret; cls++) {
			ret = check_slabs(mm, &mm->partial[cache][cls], false, &sum, err);
			if (!ret)
				ret = check_slabs(mm, &mm->full[cache][cls], true, &sum, err);
		}
	if (ret)
		return ret;
	if (sum.slabs != km->slabs)
		return mm_broken(err, "%llu slabs on lists, %llu in the page array",
				 (unsigned long long)sum.slabs, (unsigned long long)km->slabs);
	if (sum.objects + km->large != mm->kmalloc_objects ||
	    sum.bytes + km->large_bytes != mm->kmalloc_bytes)
		return mm_broken(err, "kmalloc counts %llu objects of %llu bytes, there are %llu of %llu",
				 (unsigned long long)mm->kmalloc_objects,
				 (unsigned long long)mm->kmalloc_bytes,
				 (unsigned long long)(sum.objects + km->large),
				 (unsigned long long)(sum.bytes + km->large_bytes));
	return 0;
}
