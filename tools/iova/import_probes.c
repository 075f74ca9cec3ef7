/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading of kprobe events on the DMA-mapping code.
 *
 * Mapping: the call names the device, iova_alloc asks, iova_alloc_ret answers, map events tell what lies behind; all from one
 * context. Unmapping on arm64: the call, unmap, and later iova_free, in pages, of an iovad that belongs to one device and is
 * not the domain of the allocation: it is joined to the device over a free that fits just one. On 32-bit ARM
 * the free follows the unmap at once, without an event of its own.
 */
#include <string.h>

#include "import.h"

static void on_call(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);

	if (!c)
		return;
	c->in_call = true;
	c->coherent = ev->type == FTRACE_DMA_ALLOC;
	c->dir = (uint8_t)ev->dir;
	memcpy(c->dev, ev->dev, sizeof(c->dev));
	if (c->pending) {
		import_lose(im, LOSS_NO_ANSWER, ev->line);
		import_drop(im, c->pending);
		c->pending = 0;
	}
	c->last = 0;
}

static void on_request(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);
	const char *dev;
	int space;

	if (!c)
		return;
	if (c->pending) {
		import_lose(im, LOSS_NO_ANSWER, ev->line);
		import_drop(im, c->pending);
	}
	im->free_events |= ev->dev[0] != 0;
	dev = ev->dev[0] ? ev->dev : c->in_call ? c->dev : "";
	space = import_space(im, ev->space, dev);
	c->pending = space < 0 ? 0 : import_alloc(im, space, ev, ev->size, c->in_call ? c->dir : 0, c->in_call ? c->coherent : true);
	c->last = 0;
}

static void on_answer(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);
	/* iommu_dma_alloc_iova() says 0 for a failure, __alloc_iova() DMA_MAPPING_ERROR. */
	bool failed = ev->iova == UINT32_MAX || ev->iova == UINT64_MAX || (im->free_events && !ev->iova);

	if (!c)
		return;
	if (!c->pending) {
		import_lose(im, LOSS_ANSWER, ev->line);
		return;
	}
	if (failed) {
		import_lose(im, LOSS_FAILED, ev->line);
		import_drop(im, c->pending);
	} else {
		import_answer(im, c->pending, ev->iova, ev->line);
		c->last = c->pending;
	}
	c->pending = 0;
}

/* A piece belongs to the allocation of its context, or to the one allocation that is there. */
static void on_map(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);
	uint32_t op = c ? c->last : 0, id;
	int found = -1;
	bool ghost;

	if (op) {
		const struct alloc_state *a = &im->allocs[im->w->ops[op - 1].id];

		if (ev->iova - a->addr < a->size) {
			im->failed |= workload_add_piece(im->w, op - 1, ev->paddr, ev->size) != 0;
			return;
		}
	}
	for (size_t i = 0; i < im->w->nr_spaces; i++) {
		id = import_at(im, (unsigned int)i, ev->iova, &ghost);
		if (!id || ghost)
			continue;
		if (found >= 0) {
			found = -1;
			break;
		}
		found = (int)im->allocs[id - 1].op;
	}
	if (found < 0)
		im->rep->outside++;
	else
		im->failed |= workload_add_piece(im->w, (size_t)found, ev->paddr, ev->size) != 0;
}

static void on_unmap_call(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);

	if (c)
		memcpy(c->unmap_dev, ev->dev, sizeof(c->unmap_dev));
}

static void on_unmap(struct import *im, const struct ftrace_event *ev)
{
	struct import_context *c = import_context(im, ev->context);
	int space = c ? import_find_device(im, c->unmap_dev) : -1;

	if (space < 0)
		space = import_guess_space(im, ev->iova, ev->size, false);
	if (space < 0) {
		import_lose(im, (enum import_loss)(-1 - space), ev->line);
		return;
	}
	import_release(im, im->free_events ? OP_UNMAP : OP_FREE, (unsigned int)space, ev->iova, ev->size, ev);
	if (c)
		c->freed = ev->iova + 1;
}

/* Space of an iovad: known, or that of the unmap just before in this context, or the one where it fits. */
static int space_of_iovad(struct import *im, const struct ftrace_event *ev, uint64_t addr, uint64_t size)
{
	struct import_context *c = import_context(im, ev->context);
	int space = -1;

	for (size_t i = 0; i < im->w->nr_spaces; i++)
		if (ev->space && im->keys[i].iovad == ev->space)
			return (int)i;
	if (c && c->freed == addr + 1)
		space = import_find_device(im, c->unmap_dev);
	if (space < 0)
		space = import_guess_space(im, addr, size, true);
	if (space < 0)
		space = import_guess_space(im, addr, size, false);
	if (space >= 0 && !im->keys[space].iovad)
		im->keys[space].iovad = ev->space;
	return space;
}

static void on_free(struct import *im, const struct ftrace_event *ev)
{
	uint64_t addr = ev->iova << im->shift, size = ev->size << im->shift;
	int space;

	im->free_events = true;
	if (addr >> im->shift != ev->iova || size >> im->shift != ev->size) {
		import_lose(im, LOSS_RANGE, ev->line);
		return;
	}
	space = space_of_iovad(im, ev, addr, size);
	if (space < 0)
		import_lose(im, (enum import_loss)(-1 - space), ev->line);
	else
		import_release(im, OP_FREE, (unsigned int)space, addr, size, ev);
}

void import_probes(struct import *im, const struct ftrace_event *ev)
{
	switch (ev->type) {
	case FTRACE_DMA_MAP_PAGE:
	case FTRACE_DMA_MAP_SG:
	case FTRACE_DMA_ALLOC:
		on_call(im, ev);
		break;
	case FTRACE_IOVA_ALLOC:
		on_request(im, ev);
		break;
	case FTRACE_IOVA_ALLOC_RET:
		on_answer(im, ev);
		break;
	case FTRACE_MAP:
		on_map(im, ev);
		break;
	case FTRACE_DMA_UNMAP_PAGE:
	case FTRACE_DMA_UNMAP_SG:
	case FTRACE_DMA_FREE:
		on_unmap_call(im, ev);
		break;
	case FTRACE_UNMAP:
		on_unmap(im, ev);
		break;
	case FTRACE_IOVA_FREE:
		on_free(im, ev);
		break;
	default:
		break;
	}
}
