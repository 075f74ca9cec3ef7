/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading of the tracepoints dma:* (Linux 6.12 and later), and of iommu:map and iommu:unmap alone.
 *
 * dma:* name the device and the address as the driver knows it. The range of the IOVA allocator is not among
 * what they tell: it is the pages that the mapping touches, as iommu_dma_map_page() asks for. A scatter-gather list lies in one range when its
 * segments follow each other, page by page; where they do not, a new allocation begins. dma_unmap_sg names the physical
 * addresses only, so it ends the newest live mapping of the same ones.
 *
 * iommu:map tells a physically contiguous piece, iommu:unmap a whole range, and neither the device: pieces become one
 * allocation when an unmap takes them together, and an address that is given while it is live belongs to another space.
 */
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "tool.h"

static uint64_t page_down(const struct import *im, uint64_t addr)
{
	return addr >> im->shift << im->shift;
}

static uint64_t page_up(const struct import *im, uint64_t addr)
{
	return page_down(im, addr + (1ull << im->shift) - 1);
}

/* The pages that [addr, addr+size) touches; 0 when they leave 64 bits. */
static uint64_t span(const struct import *im, uint64_t addr, uint64_t size)
{
	uint64_t end = addr + size;

	if (end < addr || page_up(im, end) < end)
		return 0;
	return page_up(im, end) - page_down(im, addr);
}

static uint32_t map_range(struct import *im, const struct ftrace_event *ev, uint64_t addr, uint64_t size, bool coherent)
{
	int space = import_space(im, 0, ev->dev);
	uint64_t len = span(im, addr, size);
	uint32_t op;

	if (space < 0)
		return 0;
	if (!len) {
		import_lose(im, LOSS_SIZE, ev->line);
		return 0;
	}
	op = import_alloc(im, space, ev, len, ev->dir, coherent);
	if (op)
		import_answer(im, op, page_down(im, addr), ev->line);
	return op && im->w->ops[op - 1].kind == OP_ALLOC ? op : 0;
}

static void unmap_range(struct import *im, const struct ftrace_event *ev)
{
	int space = import_space(im, 0, ev->dev);
	uint64_t len = span(im, ev->iova, ev->size);

	if (space < 0)
		return;
	if (len)
		import_release(im, OP_FREE, (unsigned int)space, page_down(im, ev->iova), len, ev);
	else
		import_lose(im, LOSS_RANGE, ev->line);
}

static void on_map(struct import *im, const struct ftrace_event *ev, bool coherent)
{
	uint32_t op;

	if (ev->iova == UINT64_MAX || (coherent && !ev->iova)) {
		import_lose(im, LOSS_FAILED, ev->line);
		return;
	}
	op = map_range(im, ev, ev->iova, ev->size, coherent);
	if (op && ev->type == FTRACE_TP_MAP)
		im->failed |= workload_add_piece(im->w, op - 1, page_down(im, ev->paddr), im->w->ops[op - 1].size) != 0;
}

/* ---- Scatter-gather -------------------------------------------------------- */

static uint64_t list_key(const struct ftrace_event *ev)
{
	uint64_t key = 0xcbf29ce484222325ull;

	for (const char *s = ev->dev; *s; s++)
		key = (key ^ (unsigned char)*s) * 0x100000001b3ull;
	for (size_t i = 0; i < ev->nr_paddrs; i++)
		key = (key ^ ev->paddrs[i]) * 0x100000001b3ull;
	return key;
}

static void on_map_sg(struct import *im, const struct ftrace_event *ev)
{
	struct import_sg sg = { .key = list_key(ev), .first = (uint32_t)im->nr_allocs };
	void *p;

	for (size_t i = 0; i < ev->nr_addrs;) {
		uint64_t start = ev->addrs[i], end = start + ev->sizes[i];

		for (i++; i < ev->nr_addrs && page_down(im, ev->addrs[i]) == page_up(im, end); i++)
			end = ev->addrs[i] + ev->sizes[i];
		if (end > start && !map_range(im, ev, start, end - start, false))
			break;
	}
	sg.n = (uint32_t)im->nr_allocs - sg.first;
	p = tool_grow(im->sgs, im->nr_sgs, &im->cap_sgs, sizeof(sg));
	if (!p) {
		im->failed = true;
		return;
	}
	im->sgs = p;
	im->sgs[im->nr_sgs++] = sg;
}

static void on_unmap_sg(struct import *im, const struct ftrace_event *ev)
{
	uint64_t key = list_key(ev);
	size_t i = im->nr_sgs;

	while (i && im->sgs[i - 1].key != key)
		i--;
	if (!i) {
		import_lose(im, LOSS_NEVER, ev->line);
		return;
	}
	for (uint32_t k = 0; k < im->sgs[i - 1].n; k++) {
		const struct alloc_state *a = &im->allocs[im->sgs[i - 1].first + k];

		if (a->left)
			import_release(im, OP_FREE, a->space, a->addr, a->size, ev);
	}
	memmove(&im->sgs[i - 1], &im->sgs[i], (im->nr_sgs - i) * sizeof(im->sgs[0]));
	im->nr_sgs--;
}

void import_tracepoints(struct import *im, const struct ftrace_event *ev)
{
	switch (ev->type) {
	case FTRACE_TP_MAP:
	case FTRACE_TP_ALLOC:
		on_map(im, ev, ev->type == FTRACE_TP_ALLOC);
		break;
	case FTRACE_TP_UNMAP:
	case FTRACE_TP_FREE:
		unmap_range(im, ev);
		break;
	case FTRACE_TP_MAP_SG:
		on_map_sg(im, ev);
		break;
	case FTRACE_TP_UNMAP_SG:
		on_unmap_sg(im, ev);
		break;
	default:
		break;
	}
}

/* ---- iommu:map and iommu:unmap alone --------------------------------------- */

/* The first space where nothing of the piece is live. */
static int free_space(struct import *im, uint64_t addr, uint64_t size)
{
	char name[FTRACE_NAME_LEN];
	bool ghost;
	size_t i;

	for (i = 0; i < im->w->nr_spaces; i++) {
		uint64_t at = 0;

		while (at < size && (!import_at(im, (unsigned int)i, addr + at, &ghost) || ghost))
			at += 1ull << im->shift;
		if (at >= size)
			return (int)i;
	}
	snprintf(name, sizeof(name), "space %zu", i);
	return import_space(im, 0, name);
}

static void on_piece(struct import *im, const struct ftrace_event *ev)
{
	int space;
	uint32_t op;

	if (ev->size > 1ull << 32 || ev->iova + ev->size < ev->iova) {
		import_lose(im, LOSS_SIZE, ev->line);
		return;
	}
	space = free_space(im, ev->iova, ev->size);
	op = space < 0 ? 0 : import_alloc(im, space, ev, ev->size, 0, false);
	if (!op)
		return;
	import_answer(im, op, ev->iova, ev->line);
	im->failed |= workload_add_piece(im->w, op - 1, ev->paddr, ev->size) != 0;
}

/* Are there, in this space, whole allocations side by side that make up the range? Then make them one. */
static bool join(struct import *im, unsigned int space, uint64_t addr, uint64_t size)
{
	struct alloc_state *first = NULL;
	uint64_t at = addr;

	for (unsigned int pass = 0; pass < 2; pass++) {
		for (at = addr; at - addr < size;) {
			bool ghost;
			uint32_t id = import_at(im, space, at, &ghost);
			struct alloc_state *a = id && !ghost ? &im->allocs[id - 1] : NULL;

			if (!a || a->addr != at || a->left != a->size)
				return false;
			at += a->size;
			if (!pass)
				continue;
			if (!first) {
				first = a;
				continue;
			}
			for (uint32_t i = 0; i < im->w->ops[a->op].nr_pieces; i++) {
				struct piece p = im->w->pieces[im->w->ops[a->op].pieces + i];

				im->failed |= workload_add_piece(im->w, first->op, p.pa, p.size) != 0;
			}
			import_drop(im, a->op + 1);
			first->size += a->size;
		}
		if (at - addr != size)
			return false;
	}
	first->left = im->w->ops[first->op].size = first->size;
	im->failed |= owners_set(&im->pages, space, addr >> im->shift, size >> im->shift,
				  im->w->ops[first->op].id + 1) != 0;
	return true;
}

void import_iommu(struct import *im, const struct ftrace_event *ev)
{
	int space = -1;

	if (ev->type == FTRACE_MAP)
		on_piece(im, ev);
	if (ev->type != FTRACE_UNMAP)
		return;
	for (size_t i = 0; i < im->w->nr_spaces && space < 0; i++)
		if (join(im, (unsigned int)i, ev->iova, ev->size))
			space = (int)i;
	if (space < 0)
		space = import_guess_space(im, ev->iova, ev->size, false);
	if (space < 0)
		import_lose(im, (enum import_loss)(-1 - space), ev->line);
	else
		import_release(im, OP_FREE, (unsigned int)space, ev->iova, ev->size, ev);
}
