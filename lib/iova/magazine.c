/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread caches: the ways that need no lock, and those that do.
 *
 * A thread says that it is busy in its cache, looks whether somebody has revoked it, and goes on. Somebody revokes it, makes every processor
 * that runs this process pass a barrier (membarrier), and waits until it is not busy. So the thread pays with a plain store and
 * a load that hits, and who revokes, which is rare, with a system call. Without membarrier the thread pays with an atomic exchange.
 */
#include <sched.h>
#ifdef __linux__
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "lib/iova/magazine.h"

#define T(order, n) (TAG_START | TAG_HELD | TAG_ORDER(order) | (n))
#define T4(order, n) T(order, n), T(order, (n) + 1), T(order, (n) + 2), T(order, (n) + 3)
const uint16_t mag_held_tag[MAG_LONGEST] = {
	T(0, 0), T(1, 1), T(2, 2), T(2, 3), T4(3, 4), T4(4, 8), T4(4, 12), T4(5, 16), T4(5, 20), T4(5, 24), T4(5, 28),
};

/* ---- Caches ------------------------------------------------------------------- */

/* The cache that this thread used last; spaces have ids, because memory is used again. */
static _Thread_local struct {
	uint64_t id;
	struct mag_cache *cache;
} recent __attribute__((tls_model("initial-exec")));

static bool barrier_everywhere(bool prepare)
{
#ifdef __NR_membarrier
	return !syscall(__NR_membarrier, prepare ? MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED :
						   MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
#else
	(void)prepare;
	return false;
#endif
}

static inline __attribute__((always_inline)) bool enter(struct mag_space *m, struct mag_cache *c, bool shared)
{
	if (!shared)
		return true;
	if (!m->biased)
		return !atomic_exchange_explicit(&c->busy, 1, memory_order_acquire);
	atomic_store_explicit(&c->busy, 1, memory_order_relaxed);
	/* The processor may turn the two around; the barrier of who revokes makes up for it. The compiler must not. */
	atomic_signal_fence(memory_order_seq_cst);
	if (__builtin_expect(!atomic_load_explicit(&c->revoked, memory_order_acquire), 1))
		return true;
	atomic_store_explicit(&c->busy, 0, memory_order_release);
	return false;
}

static inline __attribute__((always_inline)) void leave(struct mag_cache *c, bool shared)
{
	if (shared)
		atomic_store_explicit(&c->busy, 0, memory_order_release);
}

void mag_revoke_all(struct mag_space *m)
{
	if (m->only)
		return;
	for (struct mag_cache *c = m->caches; c && m->biased; c = c->next)
		atomic_store(&c->revoked, 1);
	if (m->biased)
		barrier_everywhere(false);
	for (struct mag_cache *c = m->caches; c; c = c->next)
		while (m->biased ? atomic_load_explicit(&c->busy, memory_order_acquire) :
				   atomic_exchange_explicit(&c->busy, 1, memory_order_acquire))
			sched_yield();
}

void mag_release_all(struct mag_space *m)
{
	for (struct mag_cache *c = m->caches; c && !m->only; c = c->next) {
		if (m->biased)
			atomic_store_explicit(&c->revoked, 0, memory_order_release);
		else
			atomic_store_explicit(&c->busy, 0, memory_order_release);
	}
}

static void *mem_get(struct mag_space *m, size_t size)
{
	void *p = iova_mem_get(&m->space, size);

	m->memory += p ? size : 0;
	return p;
}

static void mem_put(struct mag_space *m, void *p, size_t size)
{
	m->memory -= p ? size : 0;
	iova_mem_put(&m->space, p, size);
}

static void free_cache(struct mag_space *m, struct mag_cache *c)
{
	for (unsigned int order = 0; order < MAG_ORDERS; order++) {
		mem_put(m, c->loaded[order], sizeof(struct magazine));
		mem_put(m, c->prev[order], sizeof(struct magazine));
	}
	mem_put(m, c, sizeof(*c));
}

static struct mag_cache *new_cache(struct mag_space *m)
{
	struct mag_cache *c = mem_get(m, sizeof(*c));

	if (!c)
		return NULL;
	for (unsigned int order = 0; order < MAG_ORDERS; order++) {
		c->loaded[order] = mem_get(m, sizeof(struct magazine));
		c->prev[order] = mem_get(m, sizeof(struct magazine));
		if (!c->loaded[order] || !c->prev[order]) {
			free_cache(m, c);
			return NULL;
		}
	}
	c->thread = pthread_self();
	c->next = m->caches;
	m->caches = c;
	return c;
}

/* The thread's cache, found by its number: a thread that gets the number of one that has ended gets its cache. The lock is held. */
static struct mag_cache *my_cache_locked(struct mag_space *m)
{
	struct mag_cache *c;

	if (m->only)
		return m->only;
	for (c = m->caches; c; c = c->next)
		if (pthread_equal(c->thread, pthread_self()))
			break;
	c = c ? c : new_cache(m);
	if (c) {
		recent.id = m->id;
		recent.cache = c;
	}
	return c;
}

static inline void count_alloc(struct mag_cache *c, uint64_t n)
{
	c->allocs++;
	c->held += (int64_t)n;
	if (c->held > c->peak)
		c->peak = c->held;
}

static inline void count_free(struct mag_cache *c, uint64_t n)
{
	c->frees++;
	c->held -= (int64_t)n;
}

uint64_t mag_held(const struct mag_space *m)
{
	int64_t held = 0;

	for (const struct mag_cache *c = m->caches; c; c = c->next)
		held += c->held;
	return (uint64_t)held;
}

/* ---- Blocks below ------------------------------------------------------------- */

static armdma_dma_t addr_of(const struct mag_space *m, uint64_t at)
{
	return m->base + (at << m->shift);
}

/* Give granules back to the policy below; they are no part of a block any more. */
static void give_below(struct mag_space *m, uint64_t at, uint64_t n)
{
	m->below->free(m->inner, addr_of(m, at), n << m->shift);
}

static void set_tags(struct mag_space *m, uint64_t at, unsigned int order, unsigned int n)
{
	mag_set_tag(m, at, TAG_START | TAG_HELD | TAG_ORDER(order) | (n - 1));
	for (unsigned int i = 1; i < 1U << order; i++)
		mag_set_tag(m, at + i, TAG_INNER | i);
}

static void clear_tags(struct mag_space *m, uint64_t at, unsigned int order)
{
	for (unsigned int i = 0; i < 1U << order; i++)
		mag_set_tag(m, at + i, 0);
}

/* Everything in a magazine goes back below. */
static void empty(struct mag_space *m, struct magazine *mag, unsigned int order)
{
	for (uint32_t i = 0; i < mag->nr; i++) {
		clear_tags(m, mag->at[i], order);
		give_below(m, mag->at[i], 1ULL << order);
	}
	mag->nr = 0;
}

/* All that is kept goes back below. The lock is held, and the caches are the caller's. */
static void flush(struct mag_space *m)
{
	for (unsigned int order = 0; order < MAG_ORDERS; order++) {
		for (struct mag_cache *c = m->caches; c; c = c->next) {
			empty(m, c->loaded[order], order);
			empty(m, c->prev[order], order);
		}
		while (m->nr_depot[order]) {
			struct magazine *mag = m->depot[order][--m->nr_depot[order]];

			empty(m, mag, order);
			mem_put(m, mag, sizeof(*mag));
		}
	}
}

/* A held block becomes what the caller asked for, no more, and no block. */
static void dissolve(struct mag_space *m, uint64_t at, unsigned int tag)
{
	unsigned int order = TAG_ORDER_OF(tag), n = TAG_LOW(tag) + 1;

	clear_tags(m, at, order);
	if (n < 1U << order)
		give_below(m, at + n, (1ULL << order) - n);
}

/* First granule of the block that has this one. */
static uint64_t start_of(const struct mag_space *m, uint64_t at)
{
	unsigned int tag = mag_tag(m, at);

	return tag & TAG_INNER ? at - TAG_LOW(tag) : at;
}

static void dissolve_range(struct mag_space *m, uint64_t from, uint64_t end)
{
	for (uint64_t at = from; at < end; at++)
		if (mag_tag(m, at))
			dissolve(m, start_of(m, at), mag_tag(m, start_of(m, at)));
}

/* Are blocks longer than they had to be? All that is kept has been flushed, so what callers do not hold is that. */
static bool has_excess(struct mag_space *m)
{
	struct armdma_iova_stats st;

	m->below->stats(m->inner, &st);
	return st.used >> m->shift > mag_held(m);
}

/* ---- Allocation ------------------------------------------------------------------ */

/* A request as the fast way sees it: its granules - 1, if it belongs to a class. */
static inline uint64_t class_of(const struct mag_space *m, const struct armdma_iova_request *req)
{
	return req->align ? MAG_LONGEST : (req->size - 1) >> m->shift;
}

static inline unsigned int order_of(uint64_t n_less_1)
{
	return 63 - (unsigned int)__builtin_clzll(n_less_1 * 2 | 1);
}

/* The newest entry that lies below `end`; its place is taken by the newest. -1. */
static int64_t pop_below(struct magazine *mag, uint64_t len, uint64_t end)
{
	for (uint32_t i = mag->nr; i-- > 0;) {
		uint32_t at = mag->at[i];

		if (at + len > end)
			continue;
		mag->at[i] = mag->at[--mag->nr];
		return at;
	}
	return -1;
}

static int64_t pop(struct mag_space *m, struct magazine *mag, unsigned int order, armdma_dma_t limit)
{
	return pop_below(mag, 1ULL << order, iova_below(&m->space, m->shift, limit));
}

static inline void swap(struct mag_cache *c, unsigned int order)
{
	struct magazine *mag = c->loaded[order];

	c->loaded[order] = c->prev[order];
	c->prev[order] = mag;
}

static int64_t pop_cached(struct mag_space *m, struct mag_cache *c, unsigned int order, armdma_dma_t limit)
{
	if (!c->loaded[order]->nr) {
		if (!c->prev[order]->nr)
			return -1;
		swap(c, order);
	}
	return pop(m, c->loaded[order], order, limit);
}

static int64_t pop_depot(struct mag_space *m, struct mag_cache *c, unsigned int order, armdma_dma_t limit)
{
	if (c->loaded[order]->nr || c->prev[order]->nr || !m->nr_depot[order])
		return -1;
	mem_put(m, c->loaded[order], sizeof(struct magazine));
	c->loaded[order] = m->depot[order][--m->nr_depot[order]];
	return pop(m, c->loaded[order], order, limit);
}

/* As a request goes below; when there is no place, again after what is kept was given back, and what blocks are too long. */
static int alloc_below(struct mag_space *m, const struct armdma_iova_request *req, uint64_t *at)
{
	armdma_dma_t addr;
	int ret = m->below->alloc(m->inner, req, &addr);

	if (ret == -ENOMEM) {
		mag_revoke_all(m);
		flush(m);
		ret = m->below->alloc(m->inner, req, &addr);
		if (ret == -ENOMEM && has_excess(m)) {
			dissolve_range(m, 0, m->total);
			ret = m->below->alloc(m->inner, req, &addr);
		}
		mag_release_all(m);
	}
	if (!ret)
		*at = (addr - m->base) >> m->shift;
	return ret;
}

/* A block for n granules: kept in this thread, kept in the depot, or a new one. */
static int alloc_block(struct mag_space *m, struct mag_cache *c, const struct armdma_iova_request *req, unsigned int n, uint64_t *at)
{
	struct armdma_iova_request whole = *req;
	unsigned int order = order_of(n - 1);
	int64_t kept = pop_cached(m, c, order, req->limit);
	int ret;

	if (kept < 0)
		kept = pop_depot(m, c, order, req->limit);
	if (kept >= 0) {
		*at = (uint64_t)kept;
		mag_set_tag(m, *at, TAG_START | TAG_HELD | TAG_ORDER(order) | (n - 1));
		return 0;
	}
	whole.size = 1ULL << order << m->shift;
	ret = alloc_below(m, &whole, at);
	if (!ret)
		set_tags(m, *at, order, n);
	else if (n < 1U << order)
		ret = alloc_below(m, req, at);	/* it need not be a block */
	return ret;
}

__attribute__((noinline))
static int alloc_locked(struct mag_space *m, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct mag_cache *c = my_cache_locked(m);
	uint64_t n = class_of(m, req) + 1, at;
	int ret;

	*addr = ARMDMA_MAPPING_ERROR;
	if (!c)
		return -ENOMEM;
	if (n <= MAG_LONGEST && req->size)
		ret = alloc_block(m, c, req, (unsigned int)n, &at);
	else
		ret = alloc_below(m, req, &at);
	if (ret) {
		m->failures += ret == -ENOMEM;
		return ret;
	}
	count_alloc(c, ((req->size - 1) >> m->shift) + 1);
	*addr = addr_of(m, at);
	return 0;
}

static int alloc_slowly(struct mag_space *m, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret;

	iova_lock(&m->lock);
	ret = alloc_locked(m, req, addr);
	iova_unlock(&m->lock);
	return ret;
}

/* From the thread's cache, when there is a limit in the space or the first magazine is empty. -1: not from there. */
__attribute__((noinline))
static int64_t alloc_cached(struct mag_space *m, struct mag_cache *c, uint64_t n, armdma_dma_t limit)
{
	unsigned int order = order_of(n);
	int64_t at;

	if (n >= MAG_LONGEST || !enter(m, c, !m->only))
		return -1;
	at = pop_cached(m, c, order, limit);
	if (at >= 0) {
		mag_set_tag(m, (uint64_t)at, (unsigned int)(TAG_START | TAG_HELD | TAG_ORDER(order) | n));
		count_alloc(c, n + 1);
	}
	leave(c, !m->only);
	return at;
}

__attribute__((noinline))
static int alloc_otherwise(struct mag_space *m, struct mag_cache *c, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int64_t at = c ? alloc_cached(m, c, class_of(m, req), req->limit) : -1;

	if (at < 0)
		return alloc_slowly(m, req, addr);
	*addr = addr_of(m, (uint64_t)at);
	return 0;
}

/* Most requests: short, below no limit but the end of the space, and the thread has one. */
static inline __attribute__((always_inline)) int alloc_fast(struct mag_space *m, struct mag_cache *c, bool shared,
							     const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	uint64_t n = class_of(m, req);
	struct magazine *mag;
	unsigned int tag;
	uint32_t at;

	/* The limit - 1: none at all is more than any. */
	if (__builtin_expect(n >= MAG_LONGEST || req->limit - 1 < m->last - 1 || !enter(m, c, shared), 0))
		return alloc_otherwise(m, c, req, addr);
	tag = mag_held_tag[n];
	mag = c->loaded[TAG_ORDER_OF(tag)];
	if (__builtin_expect(!mag->nr, 0)) {
		leave(c, shared);
		return alloc_otherwise(m, c, req, addr);
	}
	at = mag->at[--mag->nr];
	mag_set_tag(m, at, tag);
	count_alloc(c, n + 1);
	leave(c, shared);
	*addr = addr_of(m, at);
	return 0;
}

int mag_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	struct mag_space *m = priv;

	if (m->only)
		return alloc_fast(m, m->only, false, req, addr);
	if (recent.id == m->id)
		return alloc_fast(m, recent.cache, true, req, addr);
	return alloc_otherwise(m, NULL, req, addr);
}

/* ---- Free ---------------------------------------------------------------------------- */

static bool push_cached(struct mag_cache *c, unsigned int order, uint64_t at)
{
	if (c->loaded[order]->nr == MAG_ENTRIES) {
		if (c->prev[order]->nr == MAG_ENTRIES)
			return false;
		swap(c, order);
	}
	c->loaded[order]->at[c->loaded[order]->nr++] = (uint32_t)at;
	return true;
}

/* Both magazines are full: one goes to the depot, or is emptied. False when there is no memory for another. */
static bool make_room(struct mag_space *m, struct mag_cache *c, unsigned int order)
{
	struct magazine *mag;

	if (m->nr_depot[order] == MAG_DEPOT) {
		empty(m, c->loaded[order], order);
		return true;
	}
	mag = mem_get(m, sizeof(*mag));
	if (!mag)
		return false;
	m->depot[order][m->nr_depot[order]++] = c->loaded[order];
	c->loaded[order] = mag;
	return true;
}

static void free_block(struct mag_space *m, struct mag_cache *c, uint64_t at, unsigned int order)
{
	mag_set_tag(m, at, TAG_START | TAG_ORDER(order));
	if (push_cached(c, order, at) || (make_room(m, c, order) && push_cached(c, order, at)))
		return;
	clear_tags(m, at, order);
	give_below(m, at, 1ULL << order);
}

/* Is it part of a block that is held, and no further in it than was asked for? */
static bool is_held(const struct mag_space *m, uint64_t at)
{
	uint64_t start = start_of(m, at);
	unsigned int tag = mag_tag(m, start);

	return tag & TAG_HELD && at - start <= TAG_LOW(tag);
}

/* Anything but a whole block: parts of blocks, several, long ranges. */
static int free_range(struct mag_space *m, uint64_t from, uint64_t end)
{
	for (uint64_t at = from; at < end; at++) {
		if (mag_tag(m, at) ? !is_held(m, at) : !m->below->query(m->inner, addr_of(m, at)))
			return -EINVAL;
	}
	for (uint64_t at = from; at < end; at++)
		if (mag_tag(m, at))
			dissolve(m, start_of(m, at), mag_tag(m, start_of(m, at)));
	return m->below->free(m->inner, addr_of(m, from), (end - from) << m->shift);
}

/* No part of a block: the policy below looks at it itself. Long ranges are common here, so four tags at a time. */
static bool is_plain(const struct mag_space *m, uint64_t from, uint64_t end)
{
	while (from < end) {
		if (from % 4 == 0 && from + 4 <= end &&
		    !__atomic_load_n((const uint64_t *)(const void *)&m->tags[from], __ATOMIC_RELAXED)) {
			from += 4;
			continue;
		}
		if (mag_tag(m, from))
			return false;
		from++;
	}
	return true;
}

__attribute__((noinline))
static int free_locked(struct mag_space *m, armdma_dma_t addr, uint64_t size)
{
	struct mag_cache *c = my_cache_locked(m);
	uint64_t from, end, n;
	unsigned int order, tag;
	int ret = 0;

	if (!c)
		return -ENOMEM;
	if (!iova_range(&m->space, m->shift, addr, size, &from, &end))
		return -EINVAL;
	n = end - from;
	order = order_of(n - 1);
	tag = mag_tag(m, from);
	if (n <= MAG_LONGEST && tag == (TAG_START | TAG_HELD | TAG_ORDER(order) | (n - 1)))
		free_block(m, c, from, order);
	else if (is_plain(m, from, end))
		ret = m->below->free(m->inner, addr, size);
	else
		ret = free_range(m, from, end);
	if (!ret)
		count_free(c, n);
	return ret;
}

static int free_slowly(struct mag_space *m, armdma_dma_t addr, uint64_t size)
{
	int ret;

	iova_lock(&m->lock);
	ret = free_locked(m, addr, size);
	iova_unlock(&m->lock);
	return ret;
}

static inline __attribute__((always_inline)) int free_fast(struct mag_space *m, struct mag_cache *c, bool shared,
							    armdma_dma_t addr, uint64_t size)
{
	uint64_t offset = addr - m->base, at = offset >> m->shift, n = (size - 1) >> m->shift;
	struct magazine *mag;
	unsigned int tag;

	if (__builtin_expect(n >= MAG_LONGEST || offset >= m->size || at << m->shift != offset, 0))
		return free_slowly(m, addr, size);
	tag = mag_held_tag[n];
	if (__builtin_expect(mag_tag(m, at) != tag || !enter(m, c, shared), 0))
		return free_slowly(m, addr, size);
	mag = c->loaded[TAG_ORDER_OF(tag)];
	if (__builtin_expect(mag->nr == MAG_ENTRIES, 0)) {
		leave(c, shared);
		return free_slowly(m, addr, size);
	}
	mag->at[mag->nr++] = (uint32_t)at;
	mag_set_tag(m, at, tag & ~(TAG_HELD | 31u));
	count_free(c, n + 1);
	leave(c, shared);
	return 0;
}

int mag_free(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct mag_space *m = priv;

	if (m->only)
		return free_fast(m, m->only, false, addr, size);
	if (recent.id == m->id)
		return free_fast(m, recent.cache, true, addr, size);
	return free_slowly(m, addr, size);
}

int mag_reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	struct mag_space *m = priv;
	struct mag_cache *c;
	uint64_t from, end;
	int ret = -ENOMEM;

	if (!iova_range(&m->space, m->shift, addr, size, &from, &end) || size % m->space.granule)
		return -EINVAL;
	iova_lock(&m->lock);
	c = my_cache_locked(m);
	if (c) {
		if (!is_plain(m, from, end)) {
			mag_revoke_all(m);
			flush(m);
			dissolve_range(m, from, end);
			mag_release_all(m);
		}
		ret = m->below->reserve(m->inner, addr, size);
	}
	if (!ret) {
		count_alloc(c, end - from);
		c->allocs--;
	}
	iova_unlock(&m->lock);
	return ret;
}

/* ---- Life ------------------------------------------------------------------------------ */

void mag_destroy(void *priv)
{
	struct mag_space *m = priv;
	struct armdma_iova_space s;
	struct mag_cache *next;

	if (!m)
		return;
	for (unsigned int order = 0; order < MAG_ORDERS; order++)
		while (m->nr_depot[order])
			mem_put(m, m->depot[order][--m->nr_depot[order]], sizeof(struct magazine));
	for (struct mag_cache *c = m->caches; c; c = next) {
		next = c->next;
		free_cache(m, c);
	}
	if (m->inner)
		m->below->destroy(m->inner);
	s = m->space;
	iova_mem_put(&s, m->tags, (size_t)m->total * sizeof(*m->tags));
	iova_mem_put(&s, m, sizeof(*m));
}

static int fill(struct mag_space *m, struct armdma_error *err)
{
	struct armdma_iova_space s = m->space;
	int ret;

	m->tags = mem_get(m, (size_t)m->total * sizeof(*m->tags));
	if (!m->tags)
		return iova_fail(err, -ENOMEM, "no memory for the tags of %llu granules", (unsigned long long)m->total);
	s.flags &= ~ARMDMA_IOVA_SHARED;	/* it is called under the lock */
	ret = m->below->create(m->below, &m->inner, &s, err);
	if (ret)
		return ret;
	if (m->lock.shared) {
		m->biased = barrier_everywhere(true);
		return 0;
	}
	m->only = new_cache(m);
	return m->only ? 0 : iova_fail(err, -ENOMEM, "no memory for a cache");
}

int mag_create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
			 struct armdma_error *err)
{
	static _Atomic uint64_t last_id;
	struct armdma_iova_space s;
	struct mag_space *m;
	int ret;

	*priv = NULL;
	ret = armdma_iova_check_space(space, ARMDMA_IOVA_SHARED, err);
	if (ret)
		return ret;
	s = iova_with_memory(space);
	if (s.size >> __builtin_ctz(s.granule) > 1ULL << 31)
		return iova_fail(err, -EINVAL, "%llu granules are more than the 2^31 that this policy can have",
				 (unsigned long long)(s.size / s.granule));
	m = iova_mem_get(&s, sizeof(*m));
	if (!m)
		return iova_fail(err, -ENOMEM, "no memory for thread caches");
	m->space = s;
	m->memory = sizeof(*m);
	m->id = atomic_fetch_add(&last_id, 1) + 1;
	m->below = self->data;
	m->shift = (unsigned int)__builtin_ctz(s.granule);
	m->base = s.base;
	m->size = s.size;
	m->last = s.base + (s.size - 1);
	m->total = s.size >> m->shift;
	m->lock.shared = s.flags & ARMDMA_IOVA_SHARED;
	ret = fill(m, err);
	if (ret) {
		mag_destroy(m);
		return ret;
	}
	*priv = m;
	return 0;
}
