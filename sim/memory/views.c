/* SPDX-License-Identifier: BSD-2-Clause */
/* How bus masters see RAM, and how tests look at the views. */
#include <errno.h>

#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/words.h"

bool mem_is_ram(const struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	return in_ram(hw->mem, pa, len);
}

/* A page mapped uncached: what the CPU stored may have to come out of the write buffer first. */
__attribute__((noinline))
static const void *peek_uncached(struct armdma_hw *hw, uint64_t off)
{
	struct mem *mem = hw->mem;
	uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);

	if (mem->pages[idx].flags & MP_WBUF)
		wbuf_master_reads(hw, &mem->pages[idx], off % PAGE_SIZE,
				  PAGE_SIZE - off % PAGE_SIZE < 64 ? PAGE_SIZE - off % PAGE_SIZE : 64);
	return page_d(mem, idx) + off % PAGE_SIZE;
}

const void *mem_peek(struct armdma_hw *hw, armdma_phys_t pa)
{
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base;

	if (__builtin_expect(off >= mem->size, 0))
		return NULL;
	choice_point(hw, pa, sizeof(uint32_t), false);
	if (__builtin_expect(mem->pages[off >> PAGE_SHIFT].flags & (MP_MOVED | MP_WBUF), 0))
		return peek_uncached(hw, off);
	return mem->d + off;
}

/* Bytes from pa, at most len, that end with the page. */
static size_t in_page(armdma_phys_t pa, size_t len)
{
	size_t left = PAGE_SIZE - pa % PAGE_SIZE;

	return len < left ? len : left;
}

/* A page of which D is not where it usually is, or is behind a write buffer. */
__attribute__((noinline))
static void read_uncached(struct armdma_hw *hw, uint64_t off, void *buf, size_t n)
{
	struct mem *mem = hw->mem;
	uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);

	if (mem->pages[idx].flags & MP_WBUF)
		wbuf_master_reads(hw, &mem->pages[idx], off % PAGE_SIZE, n);
	live_read(mem, buf, page_d(mem, idx) + off % PAGE_SIZE, n);
}

void mem_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len)
{
	struct mem *mem = hw->mem;
	uint64_t off = pa - mem->base;
	uint8_t *dst = buf;

	choice_point(hw, pa, len, false);
	for (;;) {
		const struct mem_page *p = &mem->pages[off >> PAGE_SHIFT];
		size_t n = in_page(off, len);

		if (__builtin_expect(!(p->flags & (MP_MOVED | MP_WBUF)), 1)) {
			/* As far as storage is flat, in one copy. */
			for (; n < len && !(p[1].flags & (MP_MOVED | MP_WBUF)); p++)
				n += len - n < PAGE_SIZE ? len - n : PAGE_SIZE;
			live_read(mem, dst, mem->d + off, n);
		} else {
			read_uncached(hw, off, dst, n);
		}
		if (n == len)
			return;
		off += n;
		dst += n;
		len -= n;
	}
}

static bool all_marked(const struct mem_page *p, unsigned int first, unsigned int last)
{
	for (unsigned int w = 0; w < LINE_WORDS; w++)
		if (~p->mark[w] & span_mask(w, first, last))
			return false;
	return true;
}

/*
 * Lines [first, last] of a page without outer or absent lines are about to be written behind the caches'
 * back: what is not marked yet gets the old bytes as undo line.
 */
static void mark_lines(struct mem *mem, uint32_t idx, unsigned int first, unsigned int last)
{
	struct mem_page *p = &mem->pages[idx];
	const uint8_t *d = page_d(mem, idx);
	unsigned int s = mem->line_shift;
	uint64_t old = 0;

	if (mem->coherent)
		return;
	if (p->flags & MP_MARKED && (p->undo || !mem->undo) && all_marked(p, first, last))
		return;
	if (p->flags & MP_MARKED)
		for (int w = 0; w < LINE_WORDS; w++)
			old |= p->mark[w] & span_mask(w, first, last);
	if (mem->undo)
		page_undo(mem, idx);
	if (p->undo && !old) {
		memcpy(p->undo + ((size_t)first << s), d + ((size_t)first << s),
		       (size_t)(last - first + 1) << s);
	} else if (p->undo) {
		for (unsigned int i = first; i <= last; i++)
			if (!bit(p->mark, i))
				memcpy(p->undo + ((size_t)i << s), d + ((size_t)i << s),
				       (size_t)1 << s);
	}
	for (int w = 0; w < LINE_WORDS; w++)
		p->mark[w] |= span_mask(w, first, last);
	p->flags |= MP_MARKED;
}

/* The same line by line; what is in no cache reaches the CPU at once. */
static void write_lines(struct mem *mem, uint32_t idx, size_t off, const uint8_t *src, size_t n)
{
	size_t lsize = (size_t)1 << mem->line_shift;

	while (n) {
		size_t left = lsize - off % lsize, part = n < left ? n : left;
		struct line l;

		line_open(&l, mem, idx, (unsigned int)(off >> mem->line_shift));
		if (line_mark(&l))
			memcpy(l.c + off % lsize, src, part);
		live_write(mem, l.page_d + off, src, part);
		line_close(&l);
		off += part;
		src += part;
		n -= part;
	}
	page_update(&mem->pages[idx]);
}

void mem_write(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len)
{
	struct mem *mem = hw->mem;
	const uint8_t *src = buf;

	choice_point(hw, pa, len, false);
	while (len) {
		uint64_t off = pa - mem->base;
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
		struct mem_page *p = &mem->pages[idx];
		size_t n = in_page(pa, len), in = off % PAGE_SIZE;

		touch_page(mem->b, idx);
		if (p->flags & MP_LINES && !(p->flags & MP_NOCACHE)) {
			write_lines(mem, idx, in, src, n);
		} else {
			if (!(p->flags & MP_NOCACHE))
				mark_lines(mem, idx, (unsigned int)(in >> mem->line_shift),
					   (unsigned int)((in + n - 1) >> mem->line_shift));
			live_write(mem, page_d(mem, idx) + in, src, n);
		}
		if (p->flags & MP_WBUF)
			wbuf_master_wrote(hw, p);
		pa += n;
		src += n;
		len -= n;
	}
}

/* The newest bytes of a line, wherever they are. */
static const uint8_t *newest(const struct line *l, const uint8_t *c, const uint8_t *d)
{
	if (line_inner_dirty(l))
		return c;
	return bit(l->p->odirty, l->i) ? line_outer(l) : d;
}

void mem_read_coherent(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len)
{
	struct mem *mem = hw->mem;
	uint8_t *dst = buf;

	choice_point(hw, pa, len, false);
	while (len) {
		uint64_t off = pa - mem->base;
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
		struct mem_page *p = &mem->pages[idx];
		size_t in = off % PAGE_SIZE, n;

		if (p->flags & MP_NOCACHE) {
			n = in_page(pa, len);
			mem_read(hw, pa, dst, n);
		} else if (!(p->flags & MP_SPECIAL)) {
			n = in_page(pa, len);
			live_read(mem, dst, page_c(mem, idx) + in, n);
		} else {
			size_t lsize = (size_t)1 << mem->line_shift, lo = in & ~(lsize - 1);
			struct line l;

			line_open(&l, mem, idx, (unsigned int)(in >> mem->line_shift));
			n = lo + lsize - in < len ? lo + lsize - in : len;
			memcpy(dst, newest(&l, l.c, l.page_d + lo) + (in - lo), n);
			line_close(&l);
		}
		pa += n;
		dst += n;
		len -= n;
	}
}

/* Caches and DRAM get the bytes together; dirty neighbours in the edge lines are written back. */
static void write_both(struct mem *mem, uint32_t idx, size_t off, const uint8_t *src, size_t n)
{
	size_t lsize = (size_t)1 << mem->line_shift;

	while (n) {
		size_t left = lsize - off % lsize, part = n < left ? n : left;
		struct line l;

		line_open(&l, mem, idx, (unsigned int)(off >> mem->line_shift));
		line_flush(&l);
		live_write(mem, l.page_d + off, src, part);
		memcpy(l.c + off % lsize, src, part);
		line_rebase(&l);
		line_close(&l);
		off += part;
		src += part;
		n -= part;
	}
	page_update(&mem->pages[idx]);
}

void mem_write_coherent(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len)
{
	struct mem *mem = hw->mem;
	const uint8_t *src = buf;

	choice_point(hw, pa, len, false);
	while (len) {
		uint64_t off = pa - mem->base;
		uint32_t idx = (uint32_t)(off >> PAGE_SHIFT);
		struct mem_page *p = &mem->pages[idx];
		size_t in = off % PAGE_SIZE, n = in_page(pa, len);

		if (p->flags & MP_NOCACHE || mem->coherent) {
			mem_write(hw, pa, src, n);
		} else {
			touch_page(mem->b, idx);
			write_both(mem, idx, in, src, n);
			if (p->flags & MP_WBUF)
				wbuf_master_wrote(hw, p);
		}
		pa += n;
		src += n;
		len -= n;
	}
}

int armdma_hw_phys_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	uint8_t *dst = buf;

	if (!in_ram(mem, pa, len))
		return -EFAULT;
	while (len) {
		size_t n = in_page(pa, len);

		/* Only looking: the write buffer does not age by it. */
		live_read(mem, dst, page_d(mem, (uint32_t)((pa - mem->base) >> PAGE_SHIFT)) + pa % PAGE_SIZE, n);
		pa += n;
		dst += n;
		len -= n;
	}
	return 0;
}

int armdma_hw_phys_write(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len)
{
	HW_ENTER(hw);

	if (!in_ram(hw->mem, pa, len))
		return -EFAULT;
	mem_write(hw, pa, buf, len);
	return 0;
}

int armdma_hw_snoop_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len)
{
	HW_ENTER(hw);

	if (!in_ram(hw->mem, pa, len))
		return -EFAULT;
	mem_read_coherent(hw, pa, buf, len);
	return 0;
}

int armdma_hw_cache_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len)
{
	HW_ENTER(hw);

	if (!in_ram(hw->mem, pa, len))
		return -EFAULT;
	live_read(hw->mem, buf, hw->mem->c + (pa - hw->mem->base), len);
	return 0;
}

int armdma_hw_line_state(struct armdma_hw *hw, armdma_phys_t pa, struct armdma_line_state *st)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	struct line l;
	uint32_t idx;

	memset(st, 0, sizeof(*st));
	if (!in_ram(mem, pa, 1))
		return -EFAULT;
	idx = (uint32_t)((pa - mem->base) >> PAGE_SHIFT);
	if (mem->pages[idx].flags & MP_NOCACHE) {
		st->uncached = true;
		if (mem->pages[idx].flags & MP_WBUF)
			wbuf_state(mem, &mem->pages[idx], pa % PAGE_SIZE >> mem->line_shift << mem->line_shift,
				   (size_t)1 << mem->line_shift, st);
		return 0;
	}
	line_open(&l, mem, idx, (unsigned int)(pa % PAGE_SIZE >> mem->line_shift));
	st->dirty = line_inner_dirty(&l);
	st->outer_dirty = bit(l.p->odirty, l.i);
	st->absent = line_absent(&l);
	st->stale = line_stale(&l);
	line_close(&l);
	return 0;
}
