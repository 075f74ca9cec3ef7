/* SPDX-License-Identifier: BSD-2-Clause */
/* Which bytes of a range differ between caches and DRAM, and why: the evidence of observers. */
#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/words.h"

/* Offset of the first differing byte of n; n: none. */
static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	if (!memcmp(a, b, n))
		return n;
	while (a[i] == b[i])
		i++;
	return i;
}

/* The same where other threads may be storing to a; n is at most a page. */
static size_t live_difference(const struct mem *mem, const uint8_t *a, const uint8_t *b, size_t n)
{
	uint8_t copy[PAGE_SIZE];

	if (!mem->shared)
		return first_difference(a, b, n);
	words_read(copy, a, n);
	return first_difference(copy, b, n);
}

/* Part of a line, at an offset of its page, in the cache view. */
static const uint8_t *cached(const struct line *l, size_t off)
{
	return l->c + (off & (((size_t)1 << l->mem->line_shift) - 1));
}

/* What the CPU stored last to a part of a line, against what DRAM holds of it. */
static size_t line_store(const struct line *l, size_t off, size_t n)
{
	const uint8_t *cache = cached(l, off), *base;
	size_t at;

	if (bit(l->p->mark, l->i))
		base = l->p->undo ? l->p->undo + off : cache;
	else
		base = (bit(l->p->outer, l->i) ? l->p->outer_data : l->page_d) + off;
	at = first_difference(cache, base, n);
	/* An outer line over which a master has written differs from DRAM in the master's bytes, too: which are the CPU's cannot be told. */
	if (at < n || !bit(l->p->odirty, l->i) || bit(l->p->mark, l->i))
		return at;
	return first_difference(l->p->outer_data + off, l->page_d + off, n);
}

static size_t line_old(const struct line *l, size_t off, size_t n)
{
	if (!bit(l->p->mark, l->i) || !l->p->undo)
		return n;
	/* Only a byte that was not stored to since. */
	for (size_t i = off; i < off + n; i++)
		if (*cached(l, i) != l->page_d[i] && *cached(l, i) == l->p->undo[i])
			return i - off;
	return n;
}

static bool all_lines(const uint64_t *bits, unsigned int first, unsigned int last)
{
	for (unsigned int w = 0; w < LINE_WORDS; w++)
		if (~bits[w] & span_mask(w, first, last))
			return false;
	return true;
}

static bool no_line(const uint64_t *bits, unsigned int first, unsigned int last)
{
	for (unsigned int w = 0; w < LINE_WORDS; w++)
		if (bits[w] & span_mask(w, first, last))
			return false;
	return true;
}

typedef size_t (*line_fn)(const struct line *l, size_t off, size_t n);

/* Line by line over [off, off+n) of a page. */
static size_t by_line(struct mem *mem, uint32_t idx, size_t off, size_t n, line_fn fn)
{
	size_t lsize = (size_t)1 << mem->line_shift, at = off, end = off + n;

	while (at < end) {
		size_t stop = (at & ~(lsize - 1)) + lsize, found;
		struct line l;

		if (stop > end)
			stop = end;
		line_open(&l, mem, idx, (unsigned int)(at >> mem->line_shift));
		found = fn(&l, at, stop - at);
		line_close(&l);
		if (found < stop - at)
			return at + found - off;
		at = stop;
	}
	return n;
}

static size_t page_store(struct mem *mem, uint32_t idx, size_t off, size_t n)
{
	const struct mem_page *p = &mem->pages[idx];
	unsigned int first = (unsigned int)(off >> mem->line_shift);
	unsigned int last = (unsigned int)((off + n - 1) >> mem->line_shift);
	const uint8_t *c = page_c(mem, idx);

	if (p->flags & MP_NOCACHE)
		return n;
	if (!(p->flags & MP_SPECIAL))
		return live_difference(mem, c + off, page_d(mem, idx) + off, n);
	/* What a device has just filled, or has not touched, in one comparison. */
	if (!(p->flags & MP_LINES) && p->undo && all_lines(p->mark, first, last))
		return live_difference(mem, c + off, p->undo + off, n);
	if (!(p->flags & MP_LINES) && no_line(p->mark, first, last))
		return live_difference(mem, c + off, page_d(mem, idx) + off, n);
	return by_line(mem, idx, off, n, line_store);
}

static size_t page_old(struct mem *mem, uint32_t idx, size_t off, size_t n)
{
	const struct mem_page *p = &mem->pages[idx];

	if (p->flags & MP_NOCACHE || !(p->flags & MP_MARKED))
		return n;
	return by_line(mem, idx, off, n, line_old);
}

static uint64_t find(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len,
		     size_t (*page)(struct mem *mem, uint32_t idx, size_t off, size_t n))
{
	struct mem *mem = hw->mem;

	if (!in_ram(mem, pa, len))
		return len;
	for (uint64_t done = 0; done < len;) {
		uint64_t off = pa - mem->base + done;
		size_t in = off % PAGE_SIZE, n = PAGE_SIZE - in, at;

		if (n > len - done)
			n = (size_t)(len - done);
		at = page(mem, (uint32_t)(off >> PAGE_SHIFT), in, n);
		if (at < n)
			return done + at;
		done += n;
	}
	return len;
}

uint64_t armdma_hw_find_store(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len)
{
	HW_ENTER(hw);

	return find(hw, pa, len, page_store);
}

uint64_t armdma_hw_find_stale(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len)
{
	HW_ENTER(hw);

	return find(hw, pa, len, page_old);
}
