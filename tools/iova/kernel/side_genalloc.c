/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's side of the policies on lib/genalloc.c. */
#include "shim.h"
#include <linux/bitmap.h>
#include <linux/genalloc.h>

#include "side.h"

/* An address of 0 means failure there: the pool begins elsewhere. */
#define START (1UL << 62)

struct side_pool {
	struct gen_pool *pool;
	struct gen_pool_chunk *chunk;
	unsigned int shift;
	unsigned long n;
};

static void note_chunk(struct gen_pool *pool, struct gen_pool_chunk *chunk, void *data)
{
	(void)pool;
	*(struct gen_pool_chunk **)data = chunk;
}

void *side_genalloc_new(unsigned int granule_lg2, unsigned long n)
{
	struct side_pool *s = shim_alloc(sizeof(*s));

	if (!s)
		return NULL;
	s->shift = granule_lg2;
	s->n = n;
	s->pool = gen_pool_create((int)granule_lg2, -1);
	if (s->pool && !gen_pool_add(s->pool, START, n << granule_lg2, -1)) {
		gen_pool_for_each_chunk(s->pool, note_chunk, &s->chunk);
		return s;
	}
	if (s->pool)
		gen_pool_destroy(s->pool);
	shim_free(s);
	return NULL;
}

void side_genalloc_delete(void *p)
{
	struct side_pool *s = p;

	/* gen_pool_destroy() wants it empty. */
	bitmap_clear(s->chunk->bits, 0, (unsigned int)s->n);
	gen_pool_destroy(s->pool);
	shim_free(s);
}

/* What the pool's own search is told beside its arguments. */
struct search {
	unsigned long end, mask;
	enum side_fit fit;
};

static unsigned long find(unsigned long *map, unsigned long size, unsigned long start, unsigned int nr, void *data,
			  struct gen_pool *pool, unsigned long start_addr)
{
	const struct search *q = data;
	struct genpool_data_align align;
	unsigned long end = q->end < size ? q->end : size, at;

	switch (q->fit) {
	case SIDE_BEST_FIT:
		at = gen_pool_best_fit(map, end, start, nr, NULL, pool, start_addr);
		break;
	case SIDE_ORDER_ALIGN:
		at = gen_pool_first_fit_order_align(map, end, start, nr, NULL, pool, start_addr);
		break;
	default:
		if (!q->mask) {
			at = gen_pool_first_fit(map, end, start, nr, NULL, pool, start_addr);
			break;
		}
		align.align = (int)((q->mask + 1) << pool->min_alloc_order);
		at = gen_pool_first_fit_align(map, end, start, nr, &align, pool, start_addr);
		break;
	}
	return at >= end ? size : at;
}

bool side_genalloc_alloc(void *p, enum side_fit fit, unsigned long n, unsigned long mask, unsigned long end, unsigned long *at)
{
	struct side_pool *s = p;
	struct search q = { .end = end, .mask = mask, .fit = fit };
	unsigned long addr = gen_pool_alloc_algo_owner(s->pool, n << s->shift, find, &q, NULL);

	*at = (addr - START) >> s->shift;
	return addr != 0;
}

void side_genalloc_free(void *p, unsigned long at, unsigned long n)
{
	struct side_pool *s = p;

	gen_pool_free_owner(s->pool, START + (at << s->shift), n << s->shift, NULL);
}

unsigned long *side_genalloc_bits(void *p)
{
	return ((struct side_pool *)p)->chunk->bits;
}
