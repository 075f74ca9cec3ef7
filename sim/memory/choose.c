/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What caches, write buffer and devices may do between two events, offered to a chooser one by one.
 *
 * The seeded adversary (config.cache_policy) is a chooser, a search through schedules is another; without one every choice is declined,
 * and this file has nothing to do. Only what makes a difference is offered: a line that is dirty or older than what lies below it, a
 * store that waits, a master's write that the CPU does not see yet. Lines of pages that neither masters nor maintenance ever worked on
 * are left out: nobody could tell.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim/memory/internal.h"

/* A list of up to so many pages is looked through at every point; of a longer one a part, in turns. */
#define ALL_PAGES 32u
#define SOME_PAGES 8u
#define MAX_PAGES 4096u
/* Words of the write buffer that are offered at one point, of each kind. */
#define MAX_WORDS 256u

/* ---- asking ------------------------------------------------------------ */

static bool ask(struct armdma_hw *hw, enum armdma_choice_kind kind, unsigned int levels, armdma_phys_t pa, uint32_t len)
{
	struct armdma_choice c = { .kind = kind, .levels = levels, .pa = pa, .len = len, .point = hw->mem->choices.point };
	struct armdma_event ev = {
		.type = ARMDMA_EV_CHOICE, .value = kind, .flags = levels, .pa = pa, .len = len, .addr = c.point,
	};

	if (!hw->chooser(hw->chooser_ctx, &c))
		return false;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_CHOICE))
		armdma_event_emit(&hw->ev.pub, &ev);
	return true;
}

/* ---- cache lines ------------------------------------------------------- */

struct place {
	struct armdma_hw *hw;
	struct line l;
	armdma_phys_t pa;
	uint32_t size;
	const uint8_t *c, *d;
};

static bool ask_line(const struct place *at, enum armdma_choice_kind kind, unsigned int levels)
{
	return ask(at->hw, kind, levels, at->pa, at->size);
}

/* Data that only the inner cache has goes to the outer one, or all the way; an older line there may go first. */
static void offer_dirty(struct place *at, bool outer_dirty)
{
	if (ask_line(at, ARMDMA_CHOICE_EVICT, ARMDMA_CACHE_ALL))
		line_flush(&at->l);
	else if (outer_dirty && ask_line(at, ARMDMA_CHOICE_EVICT, ARMDMA_CACHE_OUTER))
		line_outer_clean(&at->l);
	else if (ask_line(at, ARMDMA_CHOICE_EVICT, ARMDMA_CACHE_INNER))
		line_inner_clean(&at->l);
}

static bool inner_is_old(const struct place *at)
{
	return memcmp(at->c, line_outer(&at->l), at->size) != 0;
}

/* No level has stores: whatever is older than what lies below may be dropped. */
static void offer_clean(struct place *at)
{
	if (memcmp(at->c, at->d, at->size) && ask_line(at, ARMDMA_CHOICE_FILL, ARMDMA_CACHE_ALL)) {
		line_flush(&at->l);
		return;
	}
	if (memcmp(line_outer(&at->l), at->d, at->size) && ask_line(at, ARMDMA_CHOICE_FILL, ARMDMA_CACHE_OUTER))
		line_outer_inv(&at->l);
	if (inner_is_old(at) && ask_line(at, ARMDMA_CHOICE_FILL, ARMDMA_CACHE_INNER))
		line_inner_inv(&at->l);
}

static void offer_line(struct armdma_hw *hw, uint32_t idx, unsigned int i)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];
	size_t off = (size_t)i << mem->line_shift;
	bool outer_dirty = bit(p->odirty, i);
	struct place at;

	at.hw = hw;
	at.pa = mem->base + ((uint64_t)idx << PAGE_SHIFT) + off;
	at.size = 1u << mem->line_shift;
	at.c = page_c(mem, idx) + off;
	at.d = page_d(mem, idx) + off;
	line_open(&at.l, mem, idx, i);
	if (line_inner_dirty(&at.l)) {
		offer_dirty(&at, outer_dirty);
	} else if (outer_dirty) {
		if (ask_line(&at, ARMDMA_CHOICE_EVICT, ARMDMA_CACHE_OUTER))
			line_outer_clean(&at.l);
		else if (inner_is_old(&at) && ask_line(&at, ARMDMA_CHOICE_FILL, ARMDMA_CACHE_INNER))
			line_inner_inv(&at.l);
	} else {
		offer_clean(&at);
	}
	line_close(&at.l);
}

/* Bits of the lines in a word that have more of a state than their bytes. */
static uint64_t special_lines(const struct mem_page *p, int w)
{
	return p->mark[w] | p->outer[w] | p->forced[w] | p->absent[w] | p->oabsent[w];
}

static void offer_page(struct armdma_hw *hw, uint32_t idx)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];
	const uint8_t *c = page_c(mem, idx), *d = page_d(mem, idx);
	size_t size = (size_t)1 << mem->line_shift;

	if (p->flags & MP_NOCACHE)
		return;
	if (!(p->flags & MP_SPECIAL) && !memcmp(c, d, PAGE_SIZE))
		return;
	for (unsigned int i = 0; i < mem->lines_per_page; i++) {
		/* Many lines have nothing to offer. */
		if (!(i % 8) && !(special_lines(p, (int)(i / 64)) >> (i % 64) & 0xff) && !memcmp(c + i * size, d + i * size, 8 * size)) {
			i += 7;
			continue;
		}
		if (special_lines(p, (int)(i / 64)) >> (i % 64) & 1 || memcmp(c + i * size, d + i * size, size))
			offer_line(hw, idx, i);
	}
	page_update(p);
	/* What was written back over an uncached mapping's memory shows there, too. */
	if (p->flags & MP_WBUF && memcmp(d, p->wbuf->shadow, PAGE_SIZE))
		wbuf_master_wrote(hw, p);
}

/* ---- which pages ------------------------------------------------------- */

/* Place of a page in the list, or where it would have to go. */
static size_t find_page(const struct choices *ch, uint32_t idx)
{
	size_t lo = 0, hi = ch->nr_pages;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (ch->pages[mid] < idx)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool grow(struct choices *ch)
{
	size_t cap = ch->cap ? 2 * ch->cap : 64;
	uint32_t *pages = realloc(ch->pages, cap * sizeof(*pages));

	if (!pages)
		return false;
	ch->pages = pages;
	ch->cap = cap;
	return true;
}

void choices_note(struct mem *mem, uint64_t off, uint64_t len)
{
	struct choices *ch = &mem->choices;
	uint32_t idx = (uint32_t)(off >> PAGE_SHIFT), end;

	if (off >= mem->size || !len)
		return;
	if (len > mem->size - off)
		len = mem->size - off;
	end = (uint32_t)((off + len - 1) >> PAGE_SHIFT) + 1;
	for (; idx < end && ch->nr_pages < MAX_PAGES; idx++) {
		size_t at = find_page(ch, idx);

		if (at < ch->nr_pages && ch->pages[at] == idx)
			continue;
		if (ch->nr_pages == ch->cap && !grow(ch))
			return;
		memmove(&ch->pages[at + 1], &ch->pages[at], (ch->nr_pages - at) * sizeof(ch->pages[0]));
		ch->pages[at] = idx;
		ch->nr_pages++;
	}
}

/* All pages of a short list; of a long one those of the event at hand and some others, in turns. */
static void offer_lines(struct armdma_hw *hw, uint64_t off, uint64_t len)
{
	struct choices *ch = &hw->mem->choices;
	uint32_t first = 1, last = 0;

	if (ch->nr_pages <= ALL_PAGES) {
		for (size_t i = 0; i < ch->nr_pages; i++)
			offer_page(hw, ch->pages[i]);
		return;
	}
	if (off < hw->mem->size && len) {
		uint64_t max = hw->mem->size - off;

		first = (uint32_t)(off >> PAGE_SHIFT);
		last = (uint32_t)((off + (len < max ? len : max) - 1) >> PAGE_SHIFT);
		if (last - first >= ALL_PAGES)
			last = first + ALL_PAGES - 1;
		for (uint32_t idx = first; idx <= last; idx++)
			offer_page(hw, idx);
	}
	for (unsigned int i = 0; i < SOME_PAGES; i++) {
		uint32_t idx = ch->pages[ch->next++ % ch->nr_pages];

		if (idx < first || idx > last)
			offer_page(hw, idx);
	}
}

/* ---- the write buffer -------------------------------------------------- */

static armdma_phys_t word_at(const struct mem *mem, const struct wbuf *w, unsigned int off)
{
	return mem->base + ((uint64_t)w->page << PAGE_SHIFT) + off;
}

/* Stores that barriers have put in an order: any of the oldest batch, or a later one after all that stand before it. */
static void offer_ordered(struct armdma_hw *hw)
{
	struct mem *mem = hw->mem;
	struct choices *ch = &mem->choices;
	unsigned int offered = 0;

	for (unsigned int k = 0; k < ch->nr_batches; k++) {
		for (size_t i = 0; i < ch->batches[k].n && offered < MAX_WORDS;) {
			const struct ordered_store *s = &ch->batches[k].stores[i];

			offered++;
			if (!ask(hw, ARMDMA_CHOICE_DRAIN, 0, word_at(mem, s->wbuf, s->off), WBUF_WORD)) {
				i++;
				continue;
			}
			if (ch->batches[k].n == 1)
				i = 0;
			wbuf_drain_word(mem, s->wbuf, s->off, k);
			k = 0;
			if (!ch->nr_batches)
				return;
		}
	}
}

static void offer_words(struct armdma_hw *hw, struct wbuf *w, bool drain, unsigned int *offered)
{
	struct mem *mem = hw->mem;
	const uint8_t *cpu = wbuf_cpu(mem, w), *d = mem->d + ((size_t)w->page << PAGE_SHIFT);
	const uint8_t *view = drain ? cpu : d;

	if (!memcmp(view, w->shadow, PAGE_SIZE))
		return;
	for (unsigned int off = 0; off < PAGE_SIZE && *offered < MAX_WORDS; off += WBUF_WORD) {
		if (!(off % WBUF_CHUNK) && !memcmp(view + off, w->shadow + off, WBUF_CHUNK)) {
			off += WBUF_CHUNK - WBUF_WORD;
			continue;
		}
		if (!memcmp(view + off, w->shadow + off, WBUF_WORD))
			continue;
		/* Stored and closed by a barrier already: offered with its batch. */
		if (drain && w->has_closed && !memcmp(cpu + off, w->closed + off, WBUF_WORD))
			continue;
		++*offered;
		if (!ask(hw, drain ? ARMDMA_CHOICE_DRAIN : ARMDMA_CHOICE_PULL, 0, word_at(mem, w, off), WBUF_WORD))
			continue;
		if (drain)
			wbuf_drain_word(mem, w, off, mem->choices.nr_batches);
		else
			wbuf_pull_word(mem, w, off);
	}
}

static void offer_wbufs(struct armdma_hw *hw)
{
	unsigned int stores = 0, loads = 0;

	offer_ordered(hw);
	for (struct wbuf *w = hw->mem->wbufs; w; w = w->next) {
		offer_words(hw, w, true, &stores);
		if (w->master_wrote)
			offer_words(hw, w, false, &loads);
	}
}

/* ---- choice points ----------------------------------------------------- */

static void offer_progress(struct armdma_hw *hw)
{
	struct choices *ch = &hw->mem->choices;
	struct clock *c = &hw->clk;

	if (c->running || !c->len || ch->held_up)
		return;
	ch->held_up = true;
	if (ask(hw, ARMDMA_CHOICE_PROGRESS, ARMDMA_PROGRESS_IDLE, 0, 0))
		armdma_hw_run_until_idle(hw, ARMDMA_PROGRESS_US * ARMDMA_CLOCK_MHZ);
	else if (ask(hw, ARMDMA_CHOICE_PROGRESS, ARMDMA_PROGRESS_STEP, 0, 0))
		armdma_hw_advance(hw, c->heap[0]->when > c->now ? c->heap[0]->when - c->now : 0);
	ch->held_up = false;
}

__attribute__((noinline))
void choose_here(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len, bool cpu)
{
	struct mem *mem = hw->mem;
	struct choices *ch = &mem->choices;

	if (ch->busy)
		return;
	if (++ch->point < ch->wait) {
		choices_note(mem, pa - mem->base, len);
		return;
	}
	ch->busy = true;
	choices_note(mem, pa - mem->base, len);
	offer_lines(hw, pa - mem->base, len);
	offer_wbufs(hw);
	ch->busy = false;
	if (cpu)
		offer_progress(hw);
}

/* ---- the state of a choice --------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

static uint64_t mix_bytes(uint64_t h, const uint8_t *p, size_t n)
{
	for (uint64_t v; n; p += 4, n -= 4) {
		v = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
		h = mix(h, v);
	}
	return h;
}

static uint64_t line_hash(struct mem *mem, uint64_t off)
{
	uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
	size_t in = off % PAGE_SIZE >> mem->line_shift << mem->line_shift, size = (size_t)1 << mem->line_shift;
	uint64_t bits, h;
	struct line l;

	line_open(&l, mem, idx, (unsigned int)(in >> mem->line_shift));
	bits = (uint64_t)bit(l.p->mark, l.i) | (uint64_t)bit(l.p->odirty, l.i) << 1 |
	       (uint64_t)line_inner_dirty(&l) << 2 | (uint64_t)bit(l.p->absent, l.i) << 3 |
	       (uint64_t)bit(l.p->oabsent, l.i) << 4;
	h = mix_bytes(mix_bytes(mix_bytes(mix(1, bits), l.c, size), l.page_d + in, size), line_outer(&l), size);
	line_close(&l);
	return h;
}

static uint64_t word_hash(struct mem *mem, uint64_t off)
{
	const struct wbuf *w = mem->pages[off >> PAGE_SHIFT].wbuf;
	unsigned int in = off % PAGE_SIZE;

	if (!w)
		return 0;
	return mix_bytes(mix_bytes(mix(2, 0), wbuf_cpu(mem, w) + in, WBUF_WORD), mem->d + off, WBUF_WORD);
}

/* What the CPU has told devices since makes a difference to when they go on; what it read of them does not. */
static uint64_t progress_hash(const struct armdma_hw *hw)
{
	const struct armdma_hw_stats *st = &hw->st;
	uint64_t h = mix(3, hw->clk.len ? hw->clk.heap[0]->seq : 0);

	return mix(mix(mix(h, st->reg_writes), st->barriers), st->cache_cleans + st->cache_invalidates + st->cache_flushes);
}

uint64_t armdma_hw_choice_state(struct armdma_hw *hw, const struct armdma_choice *c)
{
	uint64_t off = c->pa - hw->mem->base;

	if (c->kind == ARMDMA_CHOICE_PROGRESS)
		return progress_hash(hw);
	if (off >= hw->mem->size)
		return 0;
	if (c->kind == ARMDMA_CHOICE_EVICT || c->kind == ARMDMA_CHOICE_FILL)
		return line_hash(hw->mem, off);
	return word_hash(hw->mem, off & ~(uint64_t)(WBUF_WORD - 1));
}

const char *armdma_choice_name(enum armdma_choice_kind kind)
{
	static const char *const names[ARMDMA_NR_CHOICES] = { "evict", "fill", "drain", "pull", "progress" };

	return (unsigned int)kind < ARMDMA_NR_CHOICES ? names[kind] : "unknown";
}

/* ---- choosers ---------------------------------------------------------- */

static bool adversary(void *ctx, const struct armdma_choice *choice)
{
	struct armdma_hw *hw = ctx;
	uint64_t *x = &hw->mem->choices.rnd;

	/* The devices keep their pace: tests count cycles. */
	if (choice->kind == ARMDMA_CHOICE_PROGRESS)
		return false;
	*x ^= *x >> 12;
	*x ^= *x << 25;
	*x ^= *x >> 27;
	return (*x * 0x2545f4914f6cdd1dULL >> 33) % 1000 < hw->cfg.adversary_intensity;
}

static void set_chooser(struct armdma_hw *hw, armdma_chooser_fn fn, void *ctx)
{
	struct mem *mem = hw->mem;

	if (!fn && hw->cfg.cache_policy == ARMDMA_CACHE_ADVERSARY && hw->cfg.adversary_intensity) {
		fn = adversary;
		ctx = hw;
	}
	if (hw->chooser)
		cpu_drain(hw);	/* the order of stores is kept for a chooser only */
	mem->choices.point = mem->choices.wait = 0;
	mem->choices.rnd = mix(hw->cfg.seed, 0x5eed) | 1;
	mem->plain_size = fn || mem->coherent ? 0 : mem->size;
	hw->clk.attention += (uint32_t)(fn != NULL) - (uint32_t)(hw->chooser != NULL);
	hw->chooser = fn;
	hw->chooser_ctx = ctx;
}

int armdma_hw_set_chooser(struct armdma_hw *hw, armdma_chooser_fn fn, void *ctx)
{
	if (fn && (!hw->cfg.undo || hw->mem->coherent || hw->cfg.shared))
		return -EINVAL;
	set_chooser(hw, fn, ctx);
	return 0;
}

void armdma_hw_chooser_wait(struct armdma_hw *hw, uint64_t point)
{
	hw->mem->choices.wait = point;
}

void choices_init(struct armdma_hw *hw)
{
	set_chooser(hw, NULL, NULL);
}

void choices_fini(struct mem *mem)
{
	for (unsigned int i = 0; i < MAX_BATCHES; i++)
		free(mem->choices.batches[i].stores);
	free(mem->choices.pages);
}
