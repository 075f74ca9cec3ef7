/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DMA layer's self-check: what holds between any two calls, looked at from the records, the IO address spaces and
 * the page tables, none of which takes the others' word.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <armdma/iommu.h>

#include "lib/dma/dma.h"
#include "lib/dma/region.h"

/* What is being checked: one IO address space, and how much of it the records claim. */
struct look {
	struct armdma_machine *m;
	struct armdma_iommu_mapping *mapping;
	uint64_t claimed;	/* bytes */
	struct armdma_error *err;
	int ret;
};

ARMDMA_PRINTF(2, 3)
static void broken(struct look *l, const char *fmt, ...)
{
	va_list ap;

	if (l->ret)
		return;
	l->ret = -EIO;
	if (!l->err)
		return;
	va_start(ap, fmt);
	vsnprintf(l->err->msg, sizeof(l->err->msg), fmt, ap);
	va_end(ap);
}

/* Each page of [addr, addr+size) is taken in the space and leads to the physical page that the record says. */
static void check_page(struct look *l, armdma_dma_t iova, armdma_phys_t want, const char *what)
{
	armdma_phys_t pa = armdma_iova_to_phys(l->mapping->domain, iova);

	if (!l->mapping->policy->query(l->mapping->iova, iova))
		broken(l, "IOVA 0x%llx of %s is free in its space", (unsigned long long)iova, what);
	else if (pa != want)
		broken(l, "IOVA 0x%llx of %s leads to 0x%llx, its memory is at 0x%llx", (unsigned long long)iova,
		       what, (unsigned long long)pa, (unsigned long long)want);
	l->claimed += ARMDMA_PAGE_SIZE;
}

static void check_range(struct look *l, armdma_dma_t addr, armdma_phys_t pa, uint64_t size, const char *what)
{
	armdma_dma_t iova = addr & ARMDMA_PAGE_MASK;

	if (addr == ARMDMA_MAPPING_ERROR || (addr ^ pa) % ARMDMA_PAGE_SIZE)
		broken(l, "%s is live at 0x%llx", what, (unsigned long long)addr);
	for (; iova < addr + size && !l->ret; iova += ARMDMA_PAGE_SIZE)
		check_page(l, iova, (pa & ARMDMA_PAGE_MASK) + (iova - (addr & ARMDMA_PAGE_MASK)), what);
}

static void check_stream(void *ctx, const struct dma_stream *st)
{
	struct look *l = ctx;

	if (st->mapping == l->mapping && st->kind != DMA_KIND_SG)
		check_range(l, st->addr, st->pa, st->size, "a streaming mapping");
}

static void check_list(void *ctx, const struct dma_sg *sg)
{
	struct look *l = ctx;
	uint64_t segs = 0, entries = 0;

	if (sg->mapping != l->mapping)
		return;
	for (unsigned int i = 0; i < sg->nents; i++) {
		check_range(l, sg->src[i].addr, sg->src[i].pa, sg->src[i].length, "an entry of a list");
		entries += sg->src[i].length;
		if (sg->src[i].offset >= ARMDMA_PAGE_SIZE)	/* mapped from its page on */
			l->claimed += sg->src[i].offset & ARMDMA_PAGE_MASK;
	}
	for (unsigned int i = 0; i < sg->nsegs; i++)
		segs += sg->segs[i]->size;
	if (segs != entries)
		broken(l, "the segments of a list have %llu bytes, its entries %llu", (unsigned long long)segs,
		       (unsigned long long)entries);
}

static void check_buffer(struct look *l, const struct dma_buffer *buf)
{
	for (size_t i = 0; i < buf->npages && !l->ret; i++)
		check_range(l, buf->handle + i * ARMDMA_PAGE_SIZE, armdma_page_to_phys(l->m, buf->pages[i]),
			    ARMDMA_PAGE_SIZE, "a buffer");
}

static int sum_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	struct look *l = ctx;

	(void)pa;
	(void)prot;
	if (iova < l->mapping->base || iova + size > l->mapping->base + l->mapping->size)
		broken(l, "a translation at 0x%llx lies outside the space at 0x%llx+0x%llx",
		       (unsigned long long)iova, (unsigned long long)l->mapping->base,
		       (unsigned long long)l->mapping->size);
	l->claimed += size;
	return l->ret;
}

/* As Linux 6.1, spaces are handed out beyond their end, garbage is mapped and ranges are lost: only what is right by its rules is checked. */
static int check_mapping(struct armdma_machine *m, struct armdma_iommu_mapping *mapping,
			 struct armdma_error *err)
{
	struct look l = { .m = m, .mapping = mapping, .err = err };
	struct armdma_iommu_stats iommu;
	struct armdma_iova_stats st;
	struct dma_buffer *buf;
	uint64_t claimed;
	int ret = mapping->policy->validate(mapping->iova, err);

	if (!ret)
		ret = armdma_domain_validate(mapping->domain, err);
	if (ret || as_linux(m))
		return ret;
	RB_FOREACH(buf, dma_buffer_tree, &m->dma->buffers)
		if (buf->mapping == mapping)
			check_buffer(&l, buf);
	dma_streams_walk(&m->dma->streams, check_stream, &l);
	dma_lists_walk(&m->dma->streams, check_list, &l);
	claimed = l.claimed;
	mapping->policy->stats(mapping->iova, &st);
	armdma_domain_stats(mapping->domain, &iommu);
	/* Regions with holes, and what waits for a lazy flush, are in use without an owner. */
	if (mapping->region_align || iommu.lazy_waiting)
		return l.ret;
	if (st.used != claimed + mapping->manual)
		broken(&l, "%llu bytes of IO address space are in use, live buffers and mappings have %llu",
		       (unsigned long long)st.used, (unsigned long long)(claimed + mapping->manual));
	l.claimed = 0;
	armdma_domain_walk(mapping->domain, sum_entry, &l);
	if (l.claimed != claimed)
		broken(&l, "%llu bytes are translated, live buffers and mappings have %llu",
		       (unsigned long long)l.claimed, (unsigned long long)claimed);
	return l.ret;
}

static int check_pool(struct armdma_machine *m, struct armdma_error *err)
{
	struct look l = { .m = m, .err = err };
	const struct dma_region *r = m->dma->atomic_pool;
	size_t pages = 0;
	struct dma_buffer *buf;

	if (!r)
		return 0;
	RB_FOREACH(buf, dma_buffer_tree, &m->dma->buffers)
		if (buf->region == r)
			pages += buf->region_pages;
	if (pages > r->used)
		broken(&l, "the atomic pool counts %zu pages in use, live buffers have %zu", r->used, pages);
	return l.ret;
}

int armdma_dma_validate(struct armdma_machine *m, struct armdma_error *err)
{
	MACHINE_ENTER(m);
	struct armdma_iommu_mapping *mapping;
	int ret = check_pool(m, err);

	LIST_FOREACH(mapping, &m->dma->mappings, link) {
		if (ret)
			return ret;
		ret = check_mapping(m, mapping, err);
	}
	return ret ? ret : armdma_mm_validate(m, err);
}
