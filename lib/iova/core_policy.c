/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policies on the hierarchical bitmap: the same structure, asked differently.
 *
 * first-fit: the lowest place; nothing lies across a multiple of 32768 granules. Its addresses are those of linux-arm, whatever the state.
 * next-fit: the lowest place behind the last one (or from the hint on), then from the start.
 * best-fit: up to 255 granules, the block of 256 whose longest natural request is shortest and long enough; one granule, the
 * lowest; more, the shortest run of free blocks. The lowest of several.
 * top-down: the highest place below the last one, then below the limit, aligned to the power of two that holds the
 * size. The address of the last one goes up again when something above it is freed: the cached node of
 * Linux 6.1 (drivers/iommu/iova.c), one for addresses below 2^32 and one above.
 */
#include "lib/iova/core.h"

#define SPAN 32768u
#define UNBOUND UINT64_MAX

static int create(void **priv, const struct armdma_iova_space *space, enum armdma_iova_align own, struct armdma_error *err)
{
	struct iova_core *c;
	int ret = core_create(&c, space, own, err);

	*priv = c;
	return ret;
}

static int capped_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			 struct armdma_error *err)
{
	(void)self;
	return create(priv, space, ARMDMA_IOVA_ALIGN_CAPPED, err);
}

static void destroy(void *priv)
{
	core_destroy(priv);
}

/* ---- Allocation ------------------------------------------------------------- */

/* Take what was found, if something was. */
static inline int take(struct iova_core *c, uint64_t at, uint64_t count, armdma_dma_t *addr)
{
	if (at != BASE_NONE)
		core_take(c, at, at + count);
	return base_answer(&c->base, at, addr);
}

/* One granule anywhere. The limit - 1: none at all is more than any. */
static inline bool is_plain(const struct iova_core *c, const struct armdma_iova_request *req)
{
	return req->size - 1 < c->base.space.granule && !req->align && req->limit - 1 >= c->base.last - 1;
}

__attribute__((noinline))
static int first_fit_any(struct iova_core *c, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct armdma_iova_want w;
	uint64_t at;
	int ret = base_want(&c->base, req, &w, addr);

	if (ret)
		return ret;
	if (w.count == 1 && !w.mask) {
		at = core_first_one(c);
		return take(c, at < w.end ? at : BASE_NONE, 1, addr);
	}
	return take(c, core_first(c, &w, 0, SPAN), w.count, addr);
}

/* Most requests. The same as the general way, in half as many steps. */
static inline int first_fit_one(struct iova_core *c, armdma_dma_t *addr)
{
	uint32_t word = core_first_open(c);
	uint64_t used, at;

	if (__builtin_expect(word == c->nr_words, 0))
		return take(c, BASE_NONE, 1, addr);
	used = c->base.used[word];
	at = (uint64_t)word * 64 + (unsigned int)__builtin_ctzll(~used);
	core_take_one(c, at);
	c->base.allocs++;
	*addr = c->base.space.base + (at << c->base.shift);
	return 0;
}

static int first_fit_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_core *c = priv;
	int ret;

	iova_lock(&c->base.lock);
	ret = __builtin_expect(is_plain(c, req), 1) ? first_fit_one(c, addr) : first_fit_any(c, req, addr);
	iova_unlock(&c->base.lock);
	return ret;
}

static int best_fit_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_core *c = priv;
	struct armdma_iova_want w;
	int ret;

	iova_lock(&c->base.lock);
	ret = base_want(&c->base, req, &w, addr);
	if (!ret)
		ret = take(c, core_best(c, &w), w.count, addr);
	iova_unlock(&c->base.lock);
	return ret;
}

static uint64_t find_next(const struct iova_core *c, const struct armdma_iova_request *req, const struct armdma_iova_want *w)
{
	uint64_t from = c->cursor[0], at;

	if (req->hint && req->hint >= c->base.space.base && req->hint - c->base.space.base < c->base.space.size)
		from = (req->hint - c->base.space.base) >> c->base.shift;
	at = core_first(c, w, from, UNBOUND);
	return at == BASE_NONE && from ? core_first(c, w, 0, UNBOUND) : at;
}

static int next_fit_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_core *c = priv;
	struct armdma_iova_want w;
	uint64_t at;
	int ret;

	iova_lock(&c->base.lock);
	ret = base_want(&c->base, req, &w, addr);
	if (!ret) {
		at = find_next(c, req, &w);
		ret = take(c, at, w.count, addr);
		if (!ret)
			c->cursor[0] = at + w.count < c->base.total ? at + w.count : 0;
	}
	iova_unlock(&c->base.lock);
	return ret;
}

/* ---- From the top down -------------------------------------------------------- */

/* Granules below address 2^32. */
static uint64_t low_end(const struct iova_core *c)
{
	if (c->base.space.base >> 32)
		return 0;
	return (((1ULL << 32) - c->base.space.base) >> c->base.shift) < c->base.total ? ((1ULL << 32) - c->base.space.base) >> c->base.shift : c->base.total;
}

static int top_down_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			   struct armdma_error *err)
{
	int ret = create(priv, space, ARMDMA_IOVA_ALIGN_FULL, err);
	struct iova_core *c = *priv;

	(void)self;
	if (!ret)
		c->cursor[0] = c->cursor[1] = UINT64_MAX;
	return ret;
}

static int top_down_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct iova_core *c = priv;
	struct armdma_iova_want w;
	uint64_t at, *cursor;
	int ret;

	iova_lock(&c->base.lock);
	ret = base_want(&c->base, req, &w, addr);
	if (!ret) {
		cursor = &c->cursor[w.end > low_end(c)];
		at = core_last(c, &w, *cursor);
		if (at == BASE_NONE && *cursor < w.end)
			at = core_last(c, &w, w.end);
		ret = take(c, at, w.count, addr);
		if (!ret)
			c->cursor[at + w.count > low_end(c)] = at;
	}
	iova_unlock(&c->base.lock);
	return ret;
}

/* What was freed is no place to begin below any more: begin below what lies above it. */
static void raise_cursors(struct iova_core *c, uint64_t from, uint64_t end)
{
	uint64_t above = UINT64_MAX;

	if (from < c->cursor[0] && from < c->cursor[1])
		return;
	above = iova_next_set(c->base.used, (uint32_t)end, (uint32_t)c->base.total);
	if (above == c->base.total)
		above = UINT64_MAX;
	if (from >= c->cursor[0] && end <= low_end(c))
		c->cursor[0] = above;
	if (from >= c->cursor[1])
		c->cursor[1] = above;
}

/* ---- Free, reserve ---------------------------------------------------------------- */

/* A range of any length. */
__attribute__((noinline))
static int give_any(struct iova_core *c, armdma_dma_t addr, uint64_t size, bool top_down)
{
	uint64_t from, end;

	if (!base_used_range(&c->base, addr, size, &from, &end))
		return -EINVAL;
	core_give(c, from, end);
	if (top_down)
		raise_cursors(c, from, end);
	c->base.frees++;
	return 0;
}

/* One granule has its own way. */
static inline int give(struct iova_core *c, armdma_dma_t addr, uint64_t size)
{
	uint64_t offset = addr - c->base.space.base, at = offset >> c->base.shift;

	if (__builtin_expect(size - 1 >= c->base.space.granule || offset >= c->base.space.size || at << c->base.shift != offset, 0))
		return give_any(c, addr, size, false);
	if (__builtin_expect(!(c->base.used[at / 64] >> at % 64 & 1), 0))
		return -EINVAL;
	core_give_one(c, at);
	c->base.frees++;
	return 0;
}

static int core_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_core *c = priv;
	int ret;

	iova_lock(&c->base.lock);
	ret = give(c, addr, size);
	iova_unlock(&c->base.lock);
	return ret;
}

static int top_down_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_core *c = priv;
	int ret;

	iova_lock(&c->base.lock);
	ret = give_any(c, addr, size, true);
	iova_unlock(&c->base.lock);
	return ret;
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct iova_core *c = priv;
	uint64_t from, end;
	int ret = -EBUSY;

	if (!iova_range(&c->base.space, c->base.shift, addr, size, &from, &end) || size % c->base.space.granule)
		return -EINVAL;
	iova_lock(&c->base.lock);
	if (iova_next_set(c->base.used, (uint32_t)from, (uint32_t)end) == end) {
		core_take(c, from, end);
		ret = 0;
	}
	iova_unlock(&c->base.lock);
	return ret;
}

/* ---- The policies -------------------------------------------------------------------- */

static bool query(void *priv, armdma_dma_t addr)
{
	return base_query(priv, addr);
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	return base_walk(priv, fn, ctx);
}

static int validate(void *priv, struct armdma_error *err)
{
	return core_validate(priv, err);
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	base_stats(priv, st);
}

#define POLICY(its_name, its_create, its_alloc, its_free)                                                  \
	{                                                                                                   \
		.name = its_name, .create = its_create, .destroy = destroy, .alloc = its_alloc,             \
		.free = its_free, .reserve = reserve, .query = query, .walk = walk, .validate = validate,   \
		.stats = stats,                                                                             \
	}

const struct armdma_iova_policy
	iova_policy_first_fit = POLICY("first-fit", capped_create, first_fit_alloc, core_free),
	iova_policy_next_fit = POLICY("next-fit", capped_create, next_fit_alloc, core_free),
	iova_policy_best_fit = POLICY("best-fit", capped_create, best_fit_alloc, core_free),
	iova_policy_top_down = POLICY("top-down", top_down_create, top_down_alloc, top_down_free);
