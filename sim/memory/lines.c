/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each cache operation does to one line, by the table in internal.h.
 *
 * This is the exact form; maint.c takes whole pages at once where the outcome is the same.
 */
#include <errno.h>

#include "sim/memory/internal.h"
#include "sim/memory/words.h"

/* ---- one line ---------------------------------------------------------- */

static size_t size(const struct line *l)
{
	return (size_t)1 << l->mem->line_shift;
}

static size_t off(const struct line *l)
{
	return (size_t)l->i << l->mem->line_shift;
}

static uint8_t *c(const struct line *l)
{
	return l->c;
}

static uint8_t *d(const struct line *l)
{
	return l->page_d + off(l);
}

void line_open(struct line *l, struct mem *mem, uint32_t idx, unsigned int i)
{
	l->mem = mem;
	l->p = &mem->pages[idx];
	l->page_c = page_c(mem, idx);
	l->page_d = page_d(mem, idx);
	l->i = i;
	l->c = l->page_c + off(l);
	if (__builtin_expect(!mem->shared, 1))
		return;
	words_read(l->was, l->c, size(l));
	memcpy(l->now, l->was, size(l));
	l->c = l->now;
}

void line_close(struct line *l)
{
	if (__builtin_expect(l->mem->shared, 0))
		words_merge(l->page_c + off(l), l->was, l->now, size(l));
}

static bool is_marked(const struct line *l)
{
	return bit(l->p->mark, l->i);
}

static bool has_outer(const struct line *l)
{
	return bit(l->p->outer, l->i);
}

static bool same(const struct line *l, const uint8_t *a, const uint8_t *b)
{
	return a == b || !memcmp(a, b, size(l));
}

/* What the inner line was filled with. */
static const uint8_t *inner_base(const struct line *l)
{
	if (is_marked(l))
		return l->p->undo ? l->p->undo + off(l) : c(l);
	if (has_outer(l))
		return l->p->outer_data + off(l);
	return d(l);
}

const uint8_t *line_outer(const struct line *l)
{
	if (has_outer(l))
		return l->p->outer_data + off(l);
	if (is_marked(l))
		return l->p->undo ? l->p->undo + off(l) : c(l);
	return d(l);
}

bool line_inner_dirty(const struct line *l)
{
	return bit(l->p->forced, l->i) || !same(l, c(l), inner_base(l));
}

bool line_stale(const struct line *l)
{
	return is_marked(l) && !same(l, inner_base(l), d(l));
}

bool line_absent(const struct line *l)
{
	return bit(l->p->absent, l->i) && bit(l->p->oabsent, l->i) && !line_inner_dirty(l);
}

/*
 * Make the outer line explicit with these bytes. Out of host memory: false; the caller then lets
 * the data pass to DRAM, the state in which nothing is lost.
 */
static bool set_outer(struct line *l, const uint8_t *bytes)
{
	if (!l->p->outer_data) {
		l->p->outer_data = buffer_get(l->mem);
		if (!l->p->outer_data)
			return false;
	}
	memmove(l->p->outer_data + off(l), bytes, size(l));
	set_bit(l->p->outer, l->i);
	return true;
}

static uint8_t *undo_of(struct mem *mem, struct mem_page *p, const uint8_t *view)
{
	if (!p->undo) {
		p->undo = buffer_get(mem);
		/* Lines marked so far counted as filled with what they read. */
		if (p->undo && p->flags & MP_MARKED)
			live_read(mem, p->undo, view, PAGE_SIZE);
	}
	return p->undo;
}

uint8_t *page_undo(struct mem *mem, uint32_t idx)
{
	return undo_of(mem, &mem->pages[idx], page_c(mem, idx));
}

/* Set the mark: BI = bytes. */
static bool set_inner_base(struct line *l, const uint8_t *bytes)
{
	if (!undo_of(l->mem, l->p, l->page_c))
		return false;
	memmove(l->p->undo + off(l), bytes, size(l));
	set_bit(l->p->mark, l->i);
	l->p->flags |= MP_MARKED;
	return true;
}

/*
 * Bring the line into the plainest form that says the same; only an aliased line keeps its base, since D
 * may change without notice.
 */
static void normalise(struct line *l)
{
	bool aliased = l->p->flags & MP_ALIASED;

	if (aliased && !is_marked(l))
		set_inner_base(l, inner_base(l));
	if (has_outer(l) && !bit(l->p->odirty, l->i) && same(l, line_outer(l), d(l)) &&
	    (!is_marked(l) || (l->p->undo && same(l, inner_base(l), d(l)))))
		clear_bit(l->p->outer, l->i);
	if (!aliased && is_marked(l) && !has_outer(l) && l->p->undo && same(l, inner_base(l), d(l)))
		clear_bit(l->p->mark, l->i);
}

/* Does an invalidated line stay out? An alias that the bus cannot see is kept stale. */
static bool stays_out(const struct line *l)
{
	return !l->mem->refill && !(l->p->flags & MP_ALIASED);
}

/* A store has brought the line into the inner cache, or it was there anyway. */
static bool in_inner(struct line *l)
{
	if (bit(l->p->absent, l->i) && line_inner_dirty(l))
		clear_bit(l->p->absent, l->i);
	return !bit(l->p->absent, l->i);
}

void line_inner_clean(struct line *l)
{
	if (!line_inner_dirty(l))
		return;
	if (set_outer(l, c(l)))
		set_bit(l->p->odirty, l->i);
	else
		memcpy(d(l), c(l), size(l));
	/* The mark stays: what a master wrote in DRAM is in neither cache. */
	if (is_marked(l)) {
		if (l->p->undo)
			memcpy(l->p->undo + off(l), c(l), size(l));
		else
			clear_bit(l->p->mark, l->i);
	}
	clear_bit(l->p->forced, l->i);
	clear_bit(l->p->absent, l->i);
	clear_bit(l->p->oabsent, l->i);
	normalise(l);
}

void line_outer_clean(struct line *l)
{
	in_inner(l);
	if (!bit(l->p->odirty, l->i))
		return;
	memcpy(d(l), l->p->outer_data + off(l), size(l));
	clear_bit(l->p->odirty, l->i);
	normalise(l);
}

void line_inner_inv(struct line *l)
{
	clear_bit(l->p->forced, l->i);
	if (bit(l->p->oabsent, l->i)) {
		memcpy(c(l), d(l), size(l));
		clear_bit(l->p->mark, l->i);
	} else {
		const uint8_t *oc = line_outer(l);

		if (oc != c(l))
			memcpy(c(l), oc, size(l));
		if (has_outer(l) && is_marked(l)) {	/* BI = OC */
			if (l->p->undo && !same(l, oc, d(l)))
				memcpy(l->p->undo + off(l), oc, size(l));
			else
				clear_bit(l->p->mark, l->i);
		}
	}
	if (stays_out(l))
		set_bit(l->p->absent, l->i);
	normalise(l);
}

void line_outer_inv(struct line *l)
{
	bool inner = in_inner(l);

	clear_bit(l->p->odirty, l->i);
	if (!inner) {
		/* In no cache at all now: the next load gets DRAM. */
		clear_bit(l->p->mark, l->i);
		clear_bit(l->p->outer, l->i);
		set_bit(l->p->oabsent, l->i);
		memcpy(c(l), d(l), size(l));
		normalise(l);
		return;
	}
	/* The inner line stays what it is. Without memory for its base the outer one stays as well. */
	if (has_outer(l) && !is_marked(l) && !set_inner_base(l, line_outer(l)))
		return;
	if (stays_out(l)) {
		clear_bit(l->p->outer, l->i);
		set_bit(l->p->oabsent, l->i);
	} else if (is_marked(l)) {
		set_outer(l, d(l));
	}
	normalise(l);
}

void line_flush(struct line *l)
{
	line_inner_clean(l);
	line_outer_clean(l);
	memcpy(c(l), d(l), size(l));
	clear_bit(l->p->mark, l->i);
	clear_bit(l->p->outer, l->i);
	clear_bit(l->p->forced, l->i);
	if (stays_out(l)) {
		set_bit(l->p->absent, l->i);
		set_bit(l->p->oabsent, l->i);
	}
	normalise(l);
}

bool line_mark(struct line *l)
{
	if (!in_inner(l) && bit(l->p->oabsent, l->i))
		return true;
	if (is_marked(l))
		return false;
	if (l->mem->undo)
		undo_of(l->mem, l->p, l->page_c);
	if (l->p->undo)
		memcpy(l->p->undo + off(l), inner_base(l), size(l));
	set_bit(l->p->mark, l->i);
	l->p->flags |= MP_MARKED;
	return false;
}

void line_rebase(struct line *l)
{
	if (is_marked(l))
		set_inner_base(l, c(l));
}

/* ---- all lines of a page ----------------------------------------------- */

void page_update(struct mem_page *p)
{
	uint64_t marks = 0, lines = 0;

	for (int w = 0; w < LINE_WORDS; w++) {
		marks |= p->mark[w];
		lines |= p->outer[w] | p->forced[w] | p->absent[w] | p->oabsent[w];
	}
	p->flags = (p->flags & ~(MP_MARKED | MP_LINES)) | (marks ? MP_MARKED : 0) |
		   (lines ? MP_LINES : 0);
}

void page_reset_lines(struct mem_page *p)
{
	if (!(p->flags & MP_SPECIAL))
		return;
	for (int w = 0; w < LINE_WORDS; w++)
		p->mark[w] = p->outer[w] = p->odirty[w] = p->forced[w] = p->absent[w] =
			p->oabsent[w] = 0;
	p->flags &= ~MP_SPECIAL;
}

void page_flush(struct mem *mem, uint32_t idx)
{
	struct mem_page *p = &mem->pages[idx];

	if (mem->coherent)
		return;
	if (!(p->flags & MP_SPECIAL) && mem->refill) {
		memcpy(page_d(mem, idx), page_c(mem, idx), PAGE_SIZE);
		return;
	}
	for (unsigned int i = 0; i < mem->lines_per_page; i++) {
		struct line l;

		line_open(&l, mem, idx, i);
		line_flush(&l);
		line_close(&l);
	}
	page_update(p);
}

int page_alias(struct mem *mem, uint32_t idx)
{
	struct mem_page *p = &mem->pages[idx];

	if (p->flags & MP_ALIASED)
		return 0;
	if (!page_undo(mem, idx))
		return -ENOMEM;
	page_reset_lines(p);
	memcpy(p->undo, page_c(mem, idx), PAGE_SIZE);
	for (unsigned int i = 0; i < mem->lines_per_page; i += 64)
		p->mark[i / 64] = ~0ULL;
	p->flags |= MP_MARKED | MP_ALIASED;
	return 0;
}

int page_give_view(struct mem *mem, uint32_t idx)
{
	struct mem_page *p = &mem->pages[idx];
	int ret;

	if (!(p->flags & MP_NOCACHE))
		return 0;
	if (mem->coherent) {
		p->flags &= ~MP_NOCACHE;
		return 0;
	}
	memcpy(page_c(mem, idx), page_d(mem, idx), PAGE_SIZE);
	/* Still mapped uncached elsewhere: the new alias goes stale. */
	ret = p->nr_uncached ? page_alias(mem, idx) : 0;
	if (!ret)
		p->flags &= ~MP_NOCACHE;
	return ret;
}
