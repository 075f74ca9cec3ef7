/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The write buffer: CPU stores to small uncached mappings wait in storage of
 * their own (W) until a barrier, or until a master has looked in vain for long
 * enough; what a master writes reaches the CPU's loads at the next barrier.
 *
 * S is the content on which W and D last agreed, so a byte is pending when W != S.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim/memory/internal.h"
#include "sim/time.h"

static uint8_t *w_of(struct mem *mem, const struct wbuf *w)
{
	return page_u(mem, &mem->pages[w->page]);
}

int wbuf_attach(struct mem *mem, uint32_t idx)
{
	struct mem_page *p = &mem->pages[idx];
	struct wbuf *w = malloc(sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->page = idx;
	w->master_wrote = w->seen_any = false;
	memset(w->seen, 0, sizeof(w->seen));
	p->wbuf = w;
	p->flags |= MP_WBUF;
	memcpy(w->shadow, mem->d + ((size_t)idx << PAGE_SHIFT), PAGE_SIZE);
	memcpy(w_of(mem, w), w->shadow, PAGE_SIZE);
	w->next = mem->wbufs;
	w->prev = &mem->wbufs;
	if (w->next)
		w->next->prev = &w->next;
	mem->wbufs = w;
	return 0;
}

static void drain_chunk(struct mem *mem, struct wbuf *w, size_t chunk)
{
	uint8_t *cpu = w_of(mem, w), *d = mem->d + ((size_t)w->page << PAGE_SHIFT);
	size_t from = chunk * WBUF_CHUNK;

	w->seen[chunk] = 0;
	if (!memcmp(cpu + from, w->shadow + from, WBUF_CHUNK))
		return;
	for (size_t i = from; i < from + WBUF_CHUNK; i++)
		if (cpu[i] != w->shadow[i])
			d[i] = w->shadow[i] = cpu[i];
}

static void drain_page(struct mem *mem, struct wbuf *w)
{
	if (w->seen_any)
		memset(w->seen, 0, sizeof(w->seen));
	w->seen_any = false;
	if (!memcmp(w_of(mem, w), w->shadow, PAGE_SIZE))
		return;
	for (size_t i = 0; i < WBUF_CHUNKS; i++)
		drain_chunk(mem, w, i);
}

static void pull_bytes(struct mem *mem, struct wbuf *w, size_t from, size_t to)
{
	uint8_t *cpu = w_of(mem, w), *d = mem->d + ((size_t)w->page << PAGE_SHIFT);

	for (size_t i = from; i < to; i++)
		if (d[i] != w->shadow[i] && cpu[i] == w->shadow[i])
			cpu[i] = w->shadow[i] = d[i];
}

static void pull_page(struct mem *mem, struct wbuf *w)
{
	w->master_wrote = false;
	pull_bytes(mem, w, 0, PAGE_SIZE);
}

void wbuf_detach(struct armdma_hw *hw, uint32_t idx)
{
	struct mem_page *p = &hw->mem->pages[idx];
	struct wbuf *w = p->wbuf;

	drain_page(hw->mem, w);
	*w->prev = w->next;
	if (w->next)
		w->next->prev = w->prev;
	free(w);
	p->wbuf = NULL;
	p->flags &= ~MP_WBUF;
}

/* The bytes [from, to) of one chunk are pending: has a master looked for them long enough? */
static bool aged(struct armdma_hw *hw, struct wbuf *w, size_t from, size_t to)
{
	uint64_t *seen = &w->seen[from / WBUF_CHUNK];

	if (!memcmp(w_of(hw->mem, w) + from, w->shadow + from, to - from))
		return false;
	if (!*seen) {
		*seen = hw->clk.now + 1;
		w->seen_any = true;
		return false;
	}
	return hw->clk.now + 1 - *seen >= hw->cfg.wbuf_age;
}

/*
 * Stores reach a master that keeps looking. Chunk by chunk, so that what the CPU stored elsewhere
 * without a barrier may come later; once a dma_wmb() has ordered them, none overtakes another.
 */
void wbuf_master_reads(struct armdma_hw *hw, struct mem_page *p, unsigned int off, size_t len)
{
	struct wbuf *w = p->wbuf;
	size_t end = off + len;

	if (!memcmp(w_of(hw->mem, w) + off, w->shadow + off, len))
		return;
	for (size_t at = off, to; at < end; at = to) {
		to = (at | (WBUF_CHUNK - 1)) + 1;
		if (to > end)
			to = end;
		if (!aged(hw, w, at, to))
			continue;
		if (hw->mem->batch_closed) {
			cpu_drain(hw);
			return;
		}
		drain_chunk(hw->mem, w, at / WBUF_CHUNK);
	}
}

void wbuf_state(struct mem *mem, const struct mem_page *p, size_t off, size_t len,
		struct armdma_line_state *st)
{
	const struct wbuf *w = p->wbuf;

	st->store_pending = memcmp(w_of(mem, w) + off, w->shadow + off, len) != 0;
	st->load_pending = memcmp(mem->d + ((size_t)w->page << PAGE_SHIFT) + off, w->shadow + off,
				  len) != 0;
}

void wbuf_master_wrote(struct armdma_hw *hw, struct mem_page *p)
{
	struct mem *mem = hw->mem;

	p->wbuf->master_wrote = true;
	if (!mem->master_wrote)
		mem->master_wrote_at = hw->clk.now;
	mem->master_wrote = true;
}

void cpu_drain(struct armdma_hw *hw)
{
	hw->mem->batch_closed = false;
	for (struct wbuf *w = hw->mem->wbufs; w; w = w->next)
		drain_page(hw->mem, w);
}

void cpu_pull(struct armdma_hw *hw)
{
	struct mem *mem = hw->mem;

	if (!mem->master_wrote)
		return;
	mem->master_wrote = false;
	for (struct wbuf *w = mem->wbufs; w; w = w->next)
		if (w->master_wrote)
			pull_page(mem, w);
}

void cpu_age(struct armdma_hw *hw)
{
	struct mem *mem = hw->mem;

	if (mem->master_wrote && hw->clk.now - mem->master_wrote_at >= hw->cfg.wbuf_age)
		cpu_pull(hw);
}

void armdma_hw_barrier(struct armdma_hw *hw, enum armdma_barrier kind)
{
	struct armdma_event ev = { .type = ARMDMA_EV_BARRIER, .value = kind };

	hw->st.barriers++;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_BARRIER))
		armdma_event_emit(&hw->ev.pub, &ev);
	if (kind == ARMDMA_BARRIER_MB || kind == ARMDMA_BARRIER_WMB)
		cpu_drain(hw);
	else if (kind == ARMDMA_BARRIER_DMA_WMB)
		hw->mem->batch_closed = true;
	clock_pass(hw, hw->cfg.costs.barrier);
	/* A store barrier orders no loads, but nothing keeps them from being served by then. */
	if (kind != ARMDMA_BARRIER_DMA_WMB)
		cpu_pull(hw);
}

void armdma_hw_read_once(struct armdma_hw *hw, const void *cpu)
{
	struct mem *mem = hw->mem;
	armdma_phys_t pa;
	struct mem_page *p;
	size_t lsize = (size_t)1 << mem->line_shift, off;

	if (!mem->master_wrote)
		return;
	pa = armdma_hw_cpu_to_phys(hw, cpu);
	if (pa == ARMDMA_MAPPING_ERROR)
		return;
	p = &mem->pages[(pa - mem->base) >> PAGE_SHIFT];
	if (!(p->flags & MP_WBUF))
		return;
	off = pa % PAGE_SIZE & ~(lsize - 1);
	pull_bytes(mem, p->wbuf, off, off + lsize);
}
