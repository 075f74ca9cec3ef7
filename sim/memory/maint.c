/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cache maintenance by range.
 *
 * A clean of both levels copies C to D for lines without marks: a line that differs is dirty, and
 * writing back one that does not changes nothing. An invalidate of both levels copies D to C. Everything
 * less usual goes line by line.
 */
#include <errno.h>

#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/words.h"
#include "sim/time.h"

static void emit_op(struct armdma_hw *hw, unsigned int level, enum armdma_cache_op op,
		    armdma_phys_t pa, uint64_t len)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_CACHE_OP, .pa = pa, .len = len, .value = op, .flags = level
	};

	armdma_event_emit(&hw->ev.pub, &ev);
}

/* One level's operations, with the partial lines at the edges of an invalidate apart. */
static void log_level(struct armdma_hw *hw, unsigned int level, enum armdma_cache_op op,
		      armdma_phys_t pa, size_t len)
{
	uint64_t lsize = 1ULL << hw->mem->line_shift, mask = lsize - 1;
	armdma_phys_t start = pa & ~mask, end = (pa + len + mask) & ~mask;
	armdma_phys_t first = start, last = end;

	if (op != ARMDMA_CACHE_INVALIDATE) {
		emit_op(hw, level, op, start, end - start);
		return;
	}
	if (pa & mask) {
		emit_op(hw, level, ARMDMA_CACHE_FLUSH, start, lsize);
		first += lsize;
	}
	if ((pa + len) & mask && end - lsize >= first)
		last -= lsize;
	if (last > first)
		emit_op(hw, level, ARMDMA_CACHE_INVALIDATE, first, last - first);
	if (last < end)
		emit_op(hw, level, ARMDMA_CACHE_FLUSH, last, lsize);
}

static void log_op(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
		   armdma_phys_t pa, size_t len)
{
	if ((levels & ARMDMA_CACHE_OUTER_FIRST) && (levels & ARMDMA_CACHE_OUTER))
		log_level(hw, ARMDMA_CACHE_OUTER, op, pa, len);
	if (levels & ARMDMA_CACHE_INNER)
		log_level(hw, ARMDMA_CACHE_INNER, op, pa, len);
	if (!(levels & ARMDMA_CACHE_OUTER_FIRST) && (levels & ARMDMA_CACHE_OUTER))
		log_level(hw, ARMDMA_CACHE_OUTER, op, pa, len);
}

static void count_op(struct armdma_hw *hw, enum armdma_cache_op op, uint64_t levels)
{
	if (op == ARMDMA_CACHE_CLEAN)
		hw->st.cache_cleans += levels;
	else if (op == ARMDMA_CACHE_INVALIDATE)
		hw->st.cache_invalidates += levels;
	else
		hw->st.cache_flushes += levels;
}

/* Count the operation and let its time pass: so many lines on each level, and the outer sync. */
static void account(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
		    uint64_t nlines)
{
	const struct armdma_costs *costs = &hw->cfg.costs;
	uint64_t cycles = 0;

	if (levels & ARMDMA_CACHE_INNER) {
		count_op(hw, op, 1);
		hw->st.cache_lines += nlines;
		cycles += nlines * costs->inner_line;
	}
	if (levels & ARMDMA_CACHE_OUTER) {
		count_op(hw, op, 1);
		hw->st.cache_lines += nlines;
		cycles += nlines * costs->outer_line + costs->outer_sync;
	}
	clock_pass(hw, cycles);
}

static void one_level(struct line *l, unsigned int level, bool clean, bool inv)
{
	if (level == ARMDMA_CACHE_INNER) {
		if (clean)
			line_inner_clean(l);
		if (inv)
			line_inner_inv(l);
	} else {
		if (clean)
			line_outer_clean(l);
		if (inv)
			line_outer_inv(l);
	}
}

struct range_op {
	struct armdma_hw *hw;
	struct mem *mem;
	unsigned int levels;
	enum armdma_cache_op op;
	bool partial;	/* of a shared machine, with bytes outside the range, which others may be storing to */
};

/* Lines [first, last] of a page, one by one, both levels in order. A level works on the range before the next does. */
static void slow_lines(const struct range_op *r, uint32_t idx, unsigned int first,
		       unsigned int last, enum armdma_cache_op op)
{
	bool clean = op != ARMDMA_CACHE_INVALIDATE, inv = op != ARMDMA_CACHE_CLEAN;
	unsigned int order[2] = { ARMDMA_CACHE_INNER, ARMDMA_CACHE_OUTER };

	if (r->levels & ARMDMA_CACHE_OUTER_FIRST) {
		order[0] = ARMDMA_CACHE_OUTER;
		order[1] = ARMDMA_CACHE_INNER;
	}
	for (unsigned int i = first; i <= last; i++) {
		struct line l;

		line_open(&l, r->mem, idx, i);
		for (int k = 0; k < 2; k++)
			if (r->levels & order[k])
				one_level(&l, order[k], clean, inv);
		line_close(&l);
	}
	page_update(&r->mem->pages[idx]);
	/* What was written back over an uncached mapping's memory shows there, too. */
	if (clean && r->mem->pages[idx].flags & MP_WBUF)
		wbuf_master_wrote(r->hw, &r->mem->pages[idx]);
}

static bool both(const struct range_op *r)
{
	return (r->levels & ARMDMA_CACHE_ALL) == ARMDMA_CACHE_ALL;
}

/* Whole lines [first, last] of a page. */
static void page_lines(const struct range_op *r, uint32_t idx, unsigned int first,
		       unsigned int last, enum armdma_cache_op op)
{
	struct mem *mem = r->mem;
	struct mem_page *p = &mem->pages[idx];
	size_t from = (size_t)first << mem->line_shift;
	size_t n = (size_t)(last - first + 1) << mem->line_shift;
	bool outer_first = r->levels & ARMDMA_CACHE_OUTER_FIRST;
	uint32_t special = p->flags & MP_SPECIAL;

	if (p->flags & MP_NOCACHE)
		return;
	touch_page(mem->b, idx);
	if (both(r) && op != ARMDMA_CACHE_INVALIDATE && !outer_first && !special &&
	    (mem->refill || op == ARMDMA_CACHE_CLEAN)) {
		if (r->partial)
			words_read(page_d(mem, idx) + from, page_c(mem, idx) + from, n);
		else
			memcpy(page_d(mem, idx) + from, page_c(mem, idx) + from, n);
		return;
	}
	/* Outer first, then inner: whatever was there, the CPU sees DRAM afterwards. */
	if (both(r) && op == ARMDMA_CACHE_INVALIDATE && mem->refill &&
	    !(p->flags & MP_ALIASED) && (outer_first || !special)) {
		memcpy(page_c(mem, idx) + from, page_d(mem, idx) + from, n);
		if (special) {
			for (int w = 0; w < LINE_WORDS; w++) {
				uint64_t m = ~span_mask(w, first, last);

				p->mark[w] &= m;
				p->outer[w] &= m;
				p->odirty[w] &= m;
				p->forced[w] &= m;
			}
			page_update(p);
		}
		return;
	}
	slow_lines(r, idx, first, last, op);
}

/* [start, end) line aligned, inside RAM. */
static void lines_range(const struct range_op *r, uint64_t start, uint64_t end,
			enum armdma_cache_op op)
{
	while (start < end) {
		uint32_t idx = (uint32_t)(start >> PAGE_SHIFT);
		uint64_t page_end = ((uint64_t)idx + 1) << PAGE_SHIFT;
		uint64_t stop = end < page_end ? end : page_end;

		page_lines(r, idx, (unsigned int)(start % PAGE_SIZE >> r->mem->line_shift),
			   (unsigned int)((stop - 1) % PAGE_SIZE >> r->mem->line_shift), op);
		start = stop;
	}
}

/* Plain pages next to each other: one copy. Returns where it stopped. */
static uint64_t plain_run(const struct range_op *r, uint64_t start, uint64_t end)
{
	struct mem *mem = r->mem;
	uint64_t at = start;

	if (!both(r) || !mem->refill)
		return start;
	if (r->op != ARMDMA_CACHE_INVALIDATE && (r->levels & ARMDMA_CACHE_OUTER_FIRST))
		return start;
	while (at < end) {
		uint32_t idx = (uint32_t)(at >> PAGE_SHIFT);

		if (mem->pages[idx].flags)
			break;
		touch_page(mem->b, idx);
		at = ((uint64_t)idx + 1) << PAGE_SHIFT;
	}
	if (at > end)
		at = end;
	if (at > start) {
		if (r->op == ARMDMA_CACHE_INVALIDATE)
			memcpy(mem->c + start, mem->d + start, at - start);
		else
			memcpy(mem->d + start, mem->c + start, at - start);
	}
	return at;
}

static void whole_lines(const struct range_op *r, uint64_t start, uint64_t end)
{
	while (start < end) {
		uint64_t at = plain_run(r, start, end);
		uint64_t page_end = (at | (PAGE_SIZE - 1)) + 1;

		start = at;
		if (start >= end)
			break;
		if (page_end > end)
			page_end = end;
		lines_range(r, start, page_end, r->op);
		start = page_end;
	}
}

/* Clean or flush [start, end), lines around [from, to), those that are not all of the range's by themselves. */
static void edges_apart(struct range_op *r, uint64_t from, uint64_t to, uint64_t start, uint64_t end)
{
	uint64_t lsize = 1ULL << r->mem->line_shift, first = start, last = end;

	r->partial = true;
	if (from > start || to < start + lsize) {
		lines_range(r, start, start + lsize, r->op);
		first += lsize;
	}
	if (to < end && last > first) {
		last -= lsize;
		lines_range(r, last, end, r->op);
	}
	r->partial = false;
	whole_lines(r, first, last);
}

/* Clip [pa, pa+len) to RAM; false when nothing is left. An empty range inside RAM stays. */
static bool clip(const struct mem *mem, armdma_phys_t *pa, size_t *len)
{
	if (*pa < mem->base) {
		if (*len <= mem->base - *pa)
			return false;
		*len -= (size_t)(mem->base - *pa);
		*pa = mem->base;
	}
	if (*pa - mem->base >= mem->size)
		return false;
	if (*len > mem->size - (*pa - mem->base))
		*len = (size_t)(mem->size - (*pa - mem->base));
	return true;
}

/* Coherent caches have nothing to write back or to drop; the operation is logged and takes its time. */
static void nothing_to_do(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op, armdma_phys_t pa, size_t len)
{
	uint64_t lmask = (1ULL << hw->mem->line_shift) - 1, start = pa & ~lmask;

	if (!len && op == ARMDMA_CACHE_INVALIDATE)
		return;
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_CACHE_OP))
		log_op(hw, levels, op, pa, len ? len : 1);
	account(hw, levels, op, len ? ((pa + len + lmask) - start) >> hw->mem->line_shift : 1);
}

/* Any range, any levels. */
__attribute__((noinline))
static void any_range(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
		      armdma_phys_t pa, size_t len)
{
	struct mem *mem = hw->mem;
	uint64_t lmask = (1ULL << mem->line_shift) - 1;
	struct range_op r = { hw, mem, levels, op, false };
	uint64_t off, start, end;

	if (!(levels & ARMDMA_CACHE_ALL) || !clip(mem, &pa, &len))
		return;
	if (__builtin_expect(!mem->plain_size, 0)) {
		if (mem->coherent) {
			nothing_to_do(hw, levels, op, pa, len);
			return;
		}
		choice_point(hw, pa, len, true);
	}
	off = pa - mem->base;
	start = off & ~lmask;
	end = (off + len + lmask) & ~lmask;
	if (op != ARMDMA_CACHE_INVALIDATE) {
		/* At least one line, also for an empty range: that is how the loop of the CPU's routine runs. */
		if (end == start)
			end = start + lmask + 1;
		if (mem->shared)
			edges_apart(&r, off, off + len, start, end);
		else
			whole_lines(&r, start, end);
	} else {
		uint64_t first = start, last = end;

		if (!len)
			return;
		r.partial = mem->shared;
		if (off & lmask) {
			lines_range(&r, start, start + lmask + 1, ARMDMA_CACHE_FLUSH);
			first += lmask + 1;
		}
		if (((off + len) & lmask) && end - lmask - 1 >= first) {
			last -= lmask + 1;
			lines_range(&r, last, end, ARMDMA_CACHE_FLUSH);
		}
		r.partial = false;
		whole_lines(&r, first, last);
	}
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_CACHE_OP))
		log_op(hw, levels, op, pa, len ? len : 1);
	account(hw, levels, op, (end - start) >> mem->line_shift);
}

/* A clean of both levels that touches one plain page and that nobody watches: no line has a history to look at. */
static inline bool is_plain(const struct armdma_hw *hw, uint64_t first, uint64_t last)
{
	const struct mem *mem = hw->mem;

	return first < mem->plain_size && first >> PAGE_SHIFT == last >> PAGE_SHIFT &&
	       !mem->pages[first >> PAGE_SHIFT].flags && !armdma_event_on(&hw->ev.pub, ARMDMA_EV_CACHE_OP);
}

static inline void account_plain(struct armdma_hw *hw, uint64_t n)
{
	const struct armdma_costs *costs = &hw->cfg.costs;

	hw->st.cache_cleans += 2;
	hw->st.cache_lines += 2 * n;
	clock_pass(hw, n * ((uint64_t)costs->inner_line + costs->outer_line) + costs->outer_sync);
}

/* Part of one page, at best: what small buffers and runs of table entries need. */
__attribute__((noinline))
static void clean_range(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	struct mem *mem = hw->mem;
	uint64_t lmask = (1ULL << mem->line_shift) - 1, first = pa - mem->base, last = first + len - 1;

	if (!len || len > PAGE_SIZE || !is_plain(hw, first, last)) {
		any_range(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, pa, len);
		return;
	}
	first &= ~lmask;
	last |= lmask;
	memcpy(mem->d + first, mem->c + first, last - first + 1);
	touch_page(mem->b, (uint32_t)(first >> PAGE_SHIFT));
	account_plain(hw, (last - first + 1) >> mem->line_shift);
}

/* n lines of 32 bytes in one page; n is a constant. False: not that simple, nothing is done. */
ARMDMA_INLINE bool clean_lines(struct armdma_hw *hw, uint64_t line, size_t n)
{
	struct mem *mem = hw->mem;

	if (mem->line_shift != 5 || !is_plain(hw, line, line + 32 * (n - 1)))
		return false;
	memcpy(mem->d + line, mem->c + line, 32 * n);
	if (!bit(mem->b->touched, (unsigned int)(line >> PAGE_SHIFT)))
		touch_page(mem->b, (uint32_t)(line >> PAGE_SHIFT));
	account_plain(hw, n);
	return true;
}

__attribute__((noinline))
static void clean_two_lines(struct armdma_hw *hw, armdma_phys_t pa, size_t len, uint64_t line)
{
	if (!clean_lines(hw, line, 2))
		clean_range(hw, pa, len);
}

__attribute__((noinline))
static void op_shared(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);

	any_range(hw, levels, op, pa, len);
}

/*
 * One line of 32 bytes, what a table entry needs, is done without anything that would need registers saved: tables are
 * written one entry at a time, and then this is most of the work.
 */
void armdma_hw_cache_op(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
			armdma_phys_t pa, size_t len)
{
	uint64_t first = pa - hw->mem->base, line = first & ~31ULL, span = ((first + len - 1) & ~31ULL) - line;

	if (__builtin_expect(hw->lock != NULL, 0))
		op_shared(hw, levels, op, pa, len);
	else if (op != ARMDMA_CACHE_CLEAN || levels != ARMDMA_CACHE_ALL)
		any_range(hw, levels, op, pa, len);
	else if (span == 32 && len <= 64)
		clean_two_lines(hw, pa, len, line);
	else if (span || len > 32 || !clean_lines(hw, line, 1))
		clean_range(hw, pa, len);
}

/* Zero n bytes of a page in all views; the lines end out of the caches. */
static void zero_everywhere(struct armdma_hw *hw, uint32_t idx, size_t in, size_t n)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];
	unsigned int first = (unsigned int)(in >> mem->line_shift);
	unsigned int last = (unsigned int)((in + n - 1) >> mem->line_shift);

	if (p->flags & MP_NOCACHE) {
		memset(page_d(mem, idx) + in, 0, n);
	} else if (n == PAGE_SIZE && mem->refill && !(p->flags & MP_ALIASED)) {
		page_reset_lines(p);
		memset(page_d(mem, idx), 0, PAGE_SIZE);
		memset(page_c(mem, idx), 0, PAGE_SIZE);
	} else {
		for (unsigned int i = first; i <= last; i++) {
			struct line l;

			line_open(&l, mem, idx, i);
			line_flush(&l);
			line_close(&l);
		}
		memset(page_d(mem, idx) + in, 0, n);
		memset(page_c(mem, idx) + in, 0, n);
		for (unsigned int i = first; i <= last; i++) {
			struct line l;

			line_open(&l, mem, idx, i);
			line_rebase(&l);
			line_close(&l);
		}
		page_update(p);
	}
	if (p->flags & MP_WBUF)
		wbuf_master_wrote(hw, p);
}

void armdma_hw_zero_flush(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base, end = off + len;

	if (!in_ram(mem, pa, len) || !len)
		return;
	choice_point(hw, pa, len, false);
	for (size_t n; off < end; off += n) {
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
		struct mem_page *p = &mem->pages[idx];

		n = PAGE_SIZE - off % PAGE_SIZE;
		if (n > end - off)
			n = end - off;
		touch_page(mem->b, idx);
		/* A highmem page that nobody has mapped cached is in no cache. */
		if (off >= mem->b->lowmem_size && !p->nr_cached && n == PAGE_SIZE) {
			page_reset_lines(p);
			p->flags |= MP_NOCACHE;
		}
		zero_everywhere(hw, idx, off % PAGE_SIZE, n);
	}
	if (armdma_event_on(&hw->ev.pub, ARMDMA_EV_CACHE_OP))
		log_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_FLUSH, pa, len);
	account(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_FLUSH, len >> mem->line_shift);
}

void armdma_hw_zero_cached(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base, end = off + len;

	if (!in_ram(mem, pa, len))
		return;
	for (size_t n; off < end; off += n) {
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);

		n = PAGE_SIZE - off % PAGE_SIZE;
		if (n > end - off)
			n = end - off;
		touch_page(mem->b, idx);
		/* Getting a cacheable view again, if it has none: the zeroes are its first stores. */
		page_give_view(mem, idx);
		memset(page_c(mem, idx) + off % PAGE_SIZE, 0, n);
	}
}

void armdma_hw_cache_settle(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base, end = off + len;

	if (!in_ram(mem, pa, len) || !len || mem->coherent)
		return;
	for (uint64_t next; off < end; off = next) {
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
		struct mem_page *p = &mem->pages[idx];

		next = ((uint64_t)idx + 1) << PAGE_SHIFT;
		if (!(p->flags & MP_SPECIAL) || p->flags & MP_NOCACHE || p->nr_uncached)
			continue;
		p->flags &= ~MP_ALIASED;
		if (next > end)
			next = end;
		for (unsigned int i = (unsigned int)(off % PAGE_SIZE >> mem->line_shift);
		     i <= (unsigned int)((next - 1) % PAGE_SIZE >> mem->line_shift); i++) {
			struct line l;

			line_open(&l, mem, idx, i);
			line_flush(&l);
			line_close(&l);
		}
		page_update(p);
	}
}

void armdma_hw_ram_content(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len)
{
	struct mem *mem = hw->mem;
	const uint8_t *src = buf;

	if (!in_ram(mem, pa, len))
		return;
	for (size_t n; len; len -= n, pa += n, src += n) {
		uint32_t idx = (uint32_t)((pa - mem->base) >> PAGE_SHIFT);

		n = PAGE_SIZE - pa % PAGE_SIZE < len ? PAGE_SIZE - pa % PAGE_SIZE : len;
		touch_page(mem->b, idx);
		memcpy(page_d(mem, idx) + pa % PAGE_SIZE, src, n);
		if (!(mem->pages[idx].flags & MP_NOCACHE))
			memcpy(page_c(mem, idx) + pa % PAGE_SIZE, src, n);
	}
}

void armdma_hw_touch(struct armdma_hw *hw, const void *cpu, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uintptr_t at = (uintptr_t)cpu, end = at + len;
	size_t lsize = (size_t)1 << mem->line_shift;

	if (mem->coherent)
		return;
	while (at < end) {
		armdma_phys_t pa = armdma_hw_cpu_to_phys(hw, (const void *)at);

		if (pa != ARMDMA_MAPPING_ERROR) {
			struct mem_page *p = &mem->pages[(pa - mem->base) >> PAGE_SHIFT];

			if (!(p->flags & (MP_NOCACHE | MP_ALIASED))) {
				touch_page(mem->b, (uint32_t)((pa - mem->base) >> PAGE_SHIFT));
				set_bit(p->forced, (unsigned int)(pa % PAGE_SIZE >> mem->line_shift));
				p->flags |= MP_LINES;
			}
		}
		at = (at & ~(uintptr_t)(lsize - 1)) + lsize;
	}
}

void armdma_hw_evict(struct armdma_hw *hw, armdma_phys_t pa)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base;
	uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
	struct mem_page *p;
	struct line l;

	if (off >= mem->size || mem->pages[idx].flags & MP_NOCACHE || mem->coherent)
		return;
	p = &mem->pages[idx];
	touch_page(mem->b, idx);
	/* Out of the inner cache into the outer, out of that into DRAM, and back on a later load. */
	line_open(&l, mem, idx, (unsigned int)(off % PAGE_SIZE >> mem->line_shift));
	line_flush(&l);
	line_close(&l);
	page_update(p);
	if (p->flags & MP_WBUF)
		wbuf_master_wrote(hw, p);
}
