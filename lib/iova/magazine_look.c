/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread caches: what can be asked of them, and whether they are sound. What is kept in a magazine is free, as far as a caller
 * is concerned, and so is what a block has too much.
 */
#include "lib/iova/magazine.h"

#define RUNS 128u

/* The lock is held. */
static bool is_held(const struct mag_space *m, uint64_t at)
{
	unsigned int tag = mag_tag(m, at), distance = 0;

	if (!tag)
		return m->below->query(m->inner, m->base + (at << m->shift));
	if (tag & TAG_INNER) {
		distance = TAG_LOW(tag);
		tag = mag_tag(m, at - distance);
	}
	return tag & TAG_HELD && distance <= TAG_LOW(tag);
}

bool mag_query(void *priv, armdma_dma_t addr)
{
	struct mag_space *m = priv;
	bool held;

	if (addr < m->base || addr - m->base >= m->size)
		return false;
	iova_lock(&m->lock);
	held = is_held(m, (addr - m->base) >> m->shift);
	iova_unlock(&m->lock);
	return held;
}

/* ---- Runs ----------------------------------------------------------------------- */

/* Runs that are held, from a granule on: as many as fit. */
struct runs {
	const struct mag_space *m;
	uint64_t from;
	unsigned int nr;
	struct { uint64_t from, end; } run[RUNS];
};

/* A run of the policy below, less what is kept in it. Stops when there is no more room. */
static int cut_run(void *ctx, armdma_dma_t addr, uint64_t size)
{
	struct runs *r = ctx;
	uint64_t at = (addr - r->m->base) >> r->m->shift, end = at + (size >> r->m->shift), from;

	at = at < r->from ? r->from : at;
	while (at < end) {
		while (at < end && mag_tag(r->m, at) && !is_held(r->m, at))
			at++;
		for (from = at; at < end && (!mag_tag(r->m, at) || is_held(r->m, at));)
			at++;
		if (from == at)
			continue;
		r->run[r->nr].from = from;
		r->run[r->nr].end = at;
		if (++r->nr == RUNS)
			return 1;
	}
	return 0;
}

/* The next runs; false at the end. The lock is not held after it, so that a caller's function may use the policy. */
static bool next_runs(struct mag_space *m, struct runs *r)
{
	r->from = r->nr ? r->run[r->nr - 1].end : 0;
	r->m = m;
	r->nr = 0;
	iova_lock(&m->lock);
	m->below->walk(m->inner, cut_run, r);
	iova_unlock(&m->lock);
	return r->nr;
}

int mag_walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	struct mag_space *m = priv;
	struct runs r = { .nr = 0 };
	int ret;

	while (next_runs(m, &r))
		for (unsigned int i = 0; i < r.nr; i++) {
			ret = fn(ctx, m->base + (r.run[i].from << m->shift), (r.run[i].end - r.run[i].from) << m->shift);
			if (ret)
				return ret;
		}
	return 0;
}

void mag_stats(void *priv, struct armdma_iova_stats *st)
{
	struct mag_space *m = priv;
	struct runs r = { .nr = 0 };
	uint64_t at = 0, largest = 0;

	while (next_runs(m, &r))
		for (unsigned int i = 0; i < r.nr; i++) {
			largest = r.run[i].from - at > largest ? r.run[i].from - at : largest;
			at = r.run[i].end;
		}
	iova_lock(&m->lock);
	mag_revoke_all(m);
	m->below->stats(m->inner, st);
	largest = m->total - at > largest ? m->total - at : largest;
	st->used = mag_held(m) << m->shift;
	st->largest_free = largest << m->shift;
	if (st->largest_free > st->total - st->used)
		st->largest_free = st->total - st->used;	/* not all of the space can be had below */
	st->peak = st->allocs = st->frees = 0;
	/* Each thread knows its own peak. They need not have been at the same time: shared, the sum is never too little. */
	for (const struct mag_cache *c = m->caches; c; c = c->next) {
		st->allocs += c->allocs;
		st->frees += c->frees;
		st->peak += (uint64_t)c->peak << m->shift;
	}
	st->failures = m->failures;
	st->memory += m->memory;
	mag_release_all(m);
	iova_unlock(&m->lock);
}

/* ---- Validation -------------------------------------------------------------------- */

/* Every entry is a block that is kept, and all of it is used below. */
static int check_magazine(const struct mag_space *m, const struct magazine *mag, unsigned int order, uint64_t *kept,
			  struct armdma_error *err)
{
	if (mag->nr > MAG_ENTRIES)
		return iova_fail(err, -EIO, "a magazine has %u entries", mag->nr);
	for (uint32_t i = 0; i < mag->nr; i++)
		if (mag_tag(m, mag->at[i]) != (TAG_START | TAG_ORDER(order)))
			return iova_fail(err, -EIO, "granule %u is in a magazine of order %u and has tag 0x%x", mag->at[i],
					 order, mag_tag(m, mag->at[i]));
	*kept += mag->nr;
	return 0;
}

static int check_magazines(const struct mag_space *m, uint64_t *kept, struct armdma_error *err)
{
	int ret = 0;

	for (unsigned int order = 0; order < MAG_ORDERS && !ret; order++) {
		for (const struct mag_cache *c = m->caches; c && !ret; c = c->next) {
			ret = check_magazine(m, c->loaded[order], order, kept, err);
			if (!ret)
				ret = check_magazine(m, c->prev[order], order, kept, err);
		}
		for (unsigned int i = 0; i < m->nr_depot[order] && !ret; i++)
			ret = check_magazine(m, m->depot[order][i], order, kept, err);
	}
	return ret;
}

static int check_block(const struct mag_space *m, uint64_t at, unsigned int tag, struct armdma_error *err)
{
	unsigned int order = TAG_ORDER_OF(tag), len = 1U << order;

	if (tag & TAG_HELD && TAG_LOW(tag) >= len)
		return iova_fail(err, -EIO, "the block at granule %llu has order %u and is %u long", (unsigned long long)at,
				 order, TAG_LOW(tag) + 1);
	for (unsigned int i = 0; i < len; i++) {
		if (i && (at + i >= m->total || mag_tag(m, at + i) != (TAG_INNER | i)))
			return iova_fail(err, -EIO, "the block at granule %llu is broken at %u", (unsigned long long)at, i);
		if (!m->below->query(m->inner, m->base + ((at + i) << m->shift)))
			return iova_fail(err, -EIO, "granule %llu is part of a block, but free below",
					 (unsigned long long)(at + i));
	}
	return 0;
}

int mag_validate(void *priv, struct armdma_error *err)
{
	struct mag_space *m = priv;
	uint64_t kept = 0, found = 0, held = 0;
	int ret = m->below->validate(m->inner, err);

	if (!ret)
		ret = check_magazines(m, &kept, err);
	for (uint64_t at = 0; !ret && at < m->total; at++) {
		unsigned int tag = mag_tag(m, at);

		found += tag & TAG_START && !(tag & TAG_HELD);
		held += is_held(m, at);
		if (tag & TAG_START)
			ret = check_block(m, at, tag, err);
		else if (tag & TAG_INNER && (at < TAG_LOW(tag) || !(mag_tag(m, at - TAG_LOW(tag)) & TAG_START)))
			ret = iova_fail(err, -EIO, "granule %llu belongs to a block that is none", (unsigned long long)at);
	}
	if (!ret && (found != kept || held != mag_held(m)))
		ret = iova_fail(err, -EIO, "counted: %llu blocks kept, %llu granules held; tags: %llu and %llu",
				(unsigned long long)kept, (unsigned long long)mag_held(m), (unsigned long long)found,
				(unsigned long long)held);
	return ret;
}
