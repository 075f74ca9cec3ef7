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

#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/words.h"
#include "sim/time.h"

/* What one READ_ONCE() loads, at most: a word of a 64-bit host's driver. */
#define READ_ONCE_BYTES 8u

static uint8_t *w_of(struct mem *mem, const struct wbuf *w)
{
	return page_u(mem, &mem->pages[w->page]);
}

const uint8_t *wbuf_cpu(struct mem *mem, const struct wbuf *w)
{
	return w_of(mem, w);
}

int wbuf_attach(struct mem *mem, uint32_t idx)
{
	struct mem_page *p = &mem->pages[idx];
	struct wbuf *w = malloc(sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->page = idx;
	w->master_wrote = w->seen_any = w->has_closed = false;
	w->closed = NULL;
	w->rung = 0;
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

/* Are there CPU stores in len bytes at off that D does not have? */
static bool pending(struct mem *mem, const struct wbuf *w, size_t off, size_t len)
{
	if (__builtin_expect(mem->shared, 0))
		return words_differ(w_of(mem, w) + off, w->shadow + off, len);
	return memcmp(w_of(mem, w) + off, w->shadow + off, len) != 0;
}

static void drain_chunk(struct mem *mem, struct wbuf *w, size_t chunk)
{
	uint8_t *d = mem->d + ((size_t)w->page << PAGE_SHIFT), copy[WBUF_CHUNK];
	size_t from = chunk * WBUF_CHUNK;
	const uint8_t *cpu = w_of(mem, w) + from;

	w->seen[chunk] = 0;
	w->rung &= ~(1ULL << chunk);
	if (!pending(mem, w, from, WBUF_CHUNK))
		return;
	if (mem->shared) {
		words_read(copy, cpu, WBUF_CHUNK);
		cpu = copy;
	}
	for (size_t i = 0; i < WBUF_CHUNK; i++)
		if (cpu[i] != w->shadow[from + i])
			d[from + i] = w->shadow[from + i] = cpu[i];
}

static void drain_page(struct mem *mem, struct wbuf *w)
{
	if (w->seen_any)
		memset(w->seen, 0, sizeof(w->seen));
	w->seen_any = false;
	w->rung = 0;
	if (!pending(mem, w, 0, PAGE_SIZE))
		return;
	for (size_t i = 0; i < WBUF_CHUNKS; i++)
		drain_chunk(mem, w, i);
}

bool cpu_has_stores(const struct armdma_hw *hw)
{
	return hw->mem->wbufs;
}

void cpu_rings(struct armdma_hw *hw, const char *unit, const void *site)
{
	struct mem *mem = hw->mem;

	mem->rung_unit = unit;
	mem->rung_site = site;
	for (struct wbuf *w = mem->wbufs; w; w = w->next) {
		w->rung = 0;
		if (!pending(mem, w, 0, PAGE_SIZE))
			continue;
		for (size_t i = 0; i < WBUF_CHUNKS; i++)
			if (pending(mem, w, i * WBUF_CHUNK, WBUF_CHUNK))
				w->rung |= 1ULL << i;
	}
}

/* A master reads [off, off+len) of a page, of which a register write has announced what it does not see. */
static void tell_missed(struct armdma_hw *hw, const struct wbuf *w, size_t off, size_t len)
{
	const uint8_t *cpu = w_of(hw->mem, w);
	struct armdma_event ev = {
		.type = ARMDMA_EV_STORE_MISSED, .who = hw->mem->rung_unit, .site = hw->mem->rung_site
	};

	if (!armdma_event_on(&hw->ev.pub, ARMDMA_EV_STORE_MISSED))
		return;
	for (size_t i = off; i < off + len; i++) {
		if (cpu[i] == w->shadow[i] || !(w->rung >> i / WBUF_CHUNK & 1))
			continue;
		ev.pa = hw->mem->base + ((uint64_t)w->page << PAGE_SHIFT) + i;
		ev.len = 1;
		ev.value = cpu[i];
		armdma_event_emit(&hw->ev.pub, &ev);
		return;
	}
}

static void pull_bytes(struct mem *mem, struct wbuf *w, size_t from, size_t to)
{
	uint8_t *cpu = w_of(mem, w), *d = mem->d + ((size_t)w->page << PAGE_SHIFT);

	if (__builtin_expect(mem->shared, 0)) {
		for (size_t i = from; i < to; i++)
			if (d[i] != w->shadow[i] && byte_replace(&cpu[i], w->shadow[i], d[i]))
				w->shadow[i] = d[i];
		return;
	}
	for (size_t i = from; i < to; i++)
		if (d[i] != w->shadow[i] && cpu[i] == w->shadow[i]) {
			cpu[i] = w->shadow[i] = d[i];
			if (w->has_closed)
				w->closed[i] = d[i];
		}
}

void wbuf_pull_word(struct mem *mem, struct wbuf *w, unsigned int off)
{
	pull_bytes(mem, w, off, off + WBUF_WORD);
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

	if (hw->mem->choices.nr_batches)
		cpu_drain(hw);
	drain_page(hw->mem, w);
	*w->prev = w->next;
	if (w->next)
		w->next->prev = w->prev;
	buffer_put(hw->mem, w->closed);
	free(w);
	p->wbuf = NULL;
	p->flags &= ~MP_WBUF;
}

/* The bytes [from, to) of one chunk are pending: has a master looked for them long enough? */
static bool aged(struct armdma_hw *hw, struct wbuf *w, size_t from, size_t to)
{
	uint64_t *seen = &w->seen[from / WBUF_CHUNK];

	if (!pending(hw->mem, w, from, to - from))
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

	if (!pending(hw->mem, w, off, len))
		return;
	if (w->rung)
		tell_missed(hw, w, off, len);
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

	st->store_pending = pending(mem, w, off, len);
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

/* ---- order, where a chooser lets words through --------------------------- */

static bool add_store(struct batch *b, const struct ordered_store *s)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? 2 * b->cap : 64;
		struct ordered_store *stores = realloc(b->stores, cap * sizeof(*stores));

		if (!stores)
			return false;
		b->stores = stores;
		b->cap = cap;
	}
	b->stores[b->n++] = *s;
	return true;
}

/* What was stored to a page since the barrier before this one. False: out of host memory. */
static bool close_page(struct mem *mem, struct wbuf *w, struct batch *b)
{
	const uint8_t *cpu = w_of(mem, w), *before = w->has_closed ? w->closed : w->shadow;

	if (!memcmp(cpu, before, PAGE_SIZE))
		return true;
	for (unsigned int off = 0; off < PAGE_SIZE; off += WBUF_WORD) {
		struct ordered_store s = { .wbuf = w, .off = (uint16_t)off };

		if (!memcmp(cpu + off, before + off, WBUF_WORD))
			continue;
		for (unsigned int i = 0; i < WBUF_WORD; i++)
			s.mask |= (uint8_t)((cpu[off + i] != before[off + i]) << i);
		memcpy(s.bytes, cpu + off, WBUF_WORD);
		if (!add_store(b, &s))
			return false;
	}
	if (!w->closed)
		w->closed = buffer_get(mem);
	if (!w->closed)
		return false;
	memcpy(w->closed, cpu, PAGE_SIZE);
	w->has_closed = true;
	return true;
}

static void let_through(struct mem *mem, const struct ordered_store *s)
{
	uint8_t *d = mem->d + ((size_t)s->wbuf->page << PAGE_SHIFT) + s->off, *shadow = s->wbuf->shadow + s->off;

	for (unsigned int i = 0; i < WBUF_WORD; i++)
		if (s->mask >> i & 1)
			d[i] = shadow[i] = s->bytes[i];
}

/* The oldest batch has drained: forget it, and keep its memory for a later one. */
static void drop_batch(struct choices *ch)
{
	struct batch b = ch->batches[0];

	memmove(&ch->batches[0], &ch->batches[1], (MAX_BATCHES - 1) * sizeof(b));
	b.n = 0;
	ch->batches[MAX_BATCHES - 1] = b;
	ch->nr_batches--;
}

static void drain_batch(struct mem *mem)
{
	struct batch *b = &mem->choices.batches[0];

	for (size_t i = 0; i < b->n; i++)
		let_through(mem, &b->stores[i]);
	drop_batch(&mem->choices);
}

void wbuf_close_batch(struct armdma_hw *hw)
{
	struct mem *mem = hw->mem;
	struct choices *ch = &mem->choices;
	struct batch *b;

	if (ch->nr_batches == MAX_BATCHES)
		drain_batch(mem);
	b = &ch->batches[ch->nr_batches];
	b->n = 0;
	for (struct wbuf *w = mem->wbufs; w; w = w->next)
		if (!close_page(mem, w, b)) {
			cpu_drain(hw);	/* visible now is in order, too */
			return;
		}
	if (b->n)
		ch->nr_batches++;
}

/* Once nothing of a chunk waits any more, later stores to it were announced by nobody. */
static void settle_rung(struct mem *mem, struct wbuf *w, unsigned int off)
{
	size_t chunk = off / WBUF_CHUNK;

	if (w->rung && !pending(mem, w, chunk * WBUF_CHUNK, WBUF_CHUNK))
		w->rung &= ~(1ULL << chunk);
}

void wbuf_drain_word(struct mem *mem, struct wbuf *w, unsigned int off, unsigned int k)
{
	struct choices *ch = &mem->choices;
	bool ordered = k < ch->nr_batches;
	struct batch *b = &ch->batches[0];
	uint8_t *cpu = w_of(mem, w), *d = mem->d + ((size_t)w->page << PAGE_SHIFT);

	while (k--)
		drain_batch(mem);
	if (ordered) {
		size_t i = 0;

		while (b->stores[i].wbuf != w || b->stores[i].off != off)
			i++;
		let_through(mem, &b->stores[i]);
		b->stores[i] = b->stores[--b->n];
		if (!b->n)
			drop_batch(ch);
		settle_rung(mem, w, off);
		return;
	}
	for (unsigned int i = off; i < off + WBUF_WORD; i++)
		if (cpu[i] != w->shadow[i])
			d[i] = w->shadow[i] = cpu[i];
	if (w->has_closed)
		memcpy(w->closed + off, cpu + off, WBUF_WORD);
	settle_rung(mem, w, off);
}

/* All stores are visible: there is no order left. */
static void forget_batches(struct mem *mem)
{
	mem->batch_closed = false;
	mem->choices.nr_batches = 0;
	for (struct wbuf *w = mem->wbufs; w; w = w->next)
		w->has_closed = false;
}

/* ---- barriers ------------------------------------------------------------ */

void cpu_drain(struct armdma_hw *hw)
{
	if (hw->mem->batch_closed)
		forget_batches(hw->mem);
	for (struct wbuf *w = hw->mem->wbufs; w; w = w->next)
		drain_page(hw->mem, w);
}

void cpu_complete(struct armdma_hw *hw)
{
	/* Some of what waits may come before the rest. */
	if (hw->mem->wbufs)
		choice_point(hw, 0, 0, true);
	cpu_drain(hw);
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
	HW_ENTER(hw);
	struct armdma_event ev = { .type = ARMDMA_EV_BARRIER, .value = kind };

	hw->st.barriers++;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_BARRIER))
		armdma_event_emit(&hw->ev.pub, &ev);
	if (kind == ARMDMA_BARRIER_MB || kind == ARMDMA_BARRIER_WMB) {
		cpu_complete(hw);
	} else if (kind == ARMDMA_BARRIER_DMA_WMB) {
		choice_point(hw, 0, 0, true);
		hw->mem->batch_closed = true;
		if (__builtin_expect(hw->chooser != NULL, 0))
			wbuf_close_batch(hw);
	}
	clock_pass(hw, hw->cfg.costs.barrier);
	/* A store barrier orders no loads, but nothing keeps them from being served by then. */
	if (kind != ARMDMA_BARRIER_DMA_WMB)
		cpu_pull(hw);
}

void armdma_hw_read_once(struct armdma_hw *hw, const void *cpu)
{
	HW_ENTER(hw);
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
	/* Loads of one line come in order where nothing is known of the order; a chooser has the others wait. */
	if (hw->chooser)
		lsize = READ_ONCE_BYTES;
	off = pa % PAGE_SIZE & ~(lsize - 1);
	pull_bytes(mem, p->wbuf, off, off + lsize);
}
