/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads store to the same cache line, each to bytes of its own, while either cleans and invalidates the line. No store is
 * lost: the hardware's caches work on lines, but never undo a CPU's store to a byte that nobody else writes.
 */
#include "threads_rig.h"

#define LINE 32u
#define HALF (LINE / 2)
#define ROUNDS (UNDER_TSAN ? 20000u : 100000u)

struct half {
	struct worker w;	/* first */
	volatile uint64_t *own;	/* two words of the line */
	uint8_t *cpu;
	armdma_dma_t dma;
	struct armdma_device *dev;
	struct half *other;
	bool over;		/* read by the other thread */
};

static void run(struct shared *s, struct half *h, void *(*body)(void *))
{
	for (unsigned int i = 0; i < 2; i++) {
		h[i].w.s = s;
		h[i].w.nr = i;
		assert_int_equal(pthread_create(&h[i].w.thread, NULL, body, &h[i]), 0);
	}
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(h[i].w.thread, NULL), 0);
	for (unsigned int i = 0; i < 2; i++)
		if (h[i].w.failures)
			fail_msg("thread %u: %lu failures; the first: %s", i, h[i].w.failures, h[i].w.first);
}

static void share(struct half *h, const struct shared *s, uint8_t *line)
{
	memset(h, 0, 2 * sizeof(*h));
	for (unsigned int i = 0; i < 2; i++) {
		h[i].dev = s->dev[i];
		h[i].cpu = line + i * HALF;
		h[i].other = &h[!i];
		h[i].own = (volatile uint64_t *)h[i].cpu;
	}
}

static void device_reads(struct half *h, uint64_t v)
{
	struct worker *w = &h->w;
	uint64_t got[2];
	int ret = armdma_hw_master_read_sync(w->s->hw, armdma_device_name(h->dev), h->dma, got, sizeof(got),
					     10000000);

	check(w, !ret && got[0] == v && got[1] == ~v, "round %llu: a device reads %llx, %llx after a clean (%d)",
	      (unsigned long long)v, (unsigned long long)got[0], (unsigned long long)got[1], ret);
}

static void store(struct half *h, uint64_t v)
{
	struct worker *w = &h->w;

	check(w, !v || h->own[0] == v - 1, "round %llu: a store was lost: %llx", (unsigned long long)v,
	      (unsigned long long)h->own[0]);
	h->own[0] = v;
	h->own[1] = ~v;
}

/* The thread that only stores goes on as long as the other works. */
static bool other_works(struct half *h)
{
	return !__atomic_load_n(&h->other->over, __ATOMIC_RELAXED);
}

static void *only_store(struct half *h)
{
	for (uint64_t v = 0; other_works(h) && !h->w.failures; v++)
		store(h, v);
	return NULL;
}

static void *clean_and_read(void *arg)
{
	struct half *h = arg;
	struct armdma_device *dev = h->dev;

	for (uint64_t v = 0; v < ROUNDS && !h->w.failures; v++) {
		store(h, v);
		h->dma = armdma_dma_map_single(dev, h->cpu, HALF, ARMDMA_TO_DEVICE);
		check(&h->w, !armdma_dma_mapping_error(dev, h->dma), "cannot map");
		device_reads(h, v);
		armdma_dma_unmap_single(dev, h->dma, HALF, ARMDMA_TO_DEVICE);
	}
	return NULL;
}

static void a_clean_by_one_thread_loses_no_store_of_the_other(void **state)
{
	struct armdma_config cfg = shared_config();
	struct shared s;
	struct half h[2];
	uint8_t *line;

	(void)state;
	shared_create(&s, &cfg, false);
	line = armdma_kzalloc(s.m, LINE, ARMDMA_GFP_KERNEL);
	share(h, &s, line);
	run(&s, h, clean_and_read);
	armdma_kfree(s.m, line);
	shared_destroy(&s);
}

/* ---- Invalidation ---------------------------------------------------------------------- */

/* Thread 0 receives into its half, which invalidates the line again and again; thread 1 only stores and looks. */
static void *receive_beside_stores(void *arg)
{
	struct half *h = arg;
	struct worker *w = &h->w;
	armdma_phys_t pa = armdma_virt_to_phys(w->s->m, h->cpu);

	if (w->nr)
		return only_store(h);
	for (uint64_t v = 0; v < ROUNDS && !w->failures; v++) {
		uint64_t in[2] = { v, ~v };

		/* What happens to a buffer that a device writes, at the doors: in a driver a shared line would be reported. */
		armdma_hw_cache_op(w->s->hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, pa, HALF);
		armdma_hw_master_write_sync(w->s->hw, armdma_device_name(h->dev), pa, in, sizeof(in), 10000000);
		armdma_hw_cache_op(w->s->hw, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST, ARMDMA_CACHE_INVALIDATE, pa,
				   HALF);
		if (!(v % 64))
			armdma_hw_evict(w->s->hw, pa);
	}
	__atomic_store_n(&h->over, true, __ATOMIC_RELAXED);
	return NULL;
}

static void invalidate(enum armdma_cache_policy policy, bool undo)
{
	struct armdma_config cfg = shared_config();
	struct shared s;
	struct half h[2];
	uint8_t *line;

	cfg.cache_policy = policy;
	cfg.undo = undo;
	shared_create(&s, &cfg, false);
	armdma_checker_enable(s.m, false);
	line = armdma_kzalloc(s.m, LINE, ARMDMA_GFP_KERNEL);
	share(h, &s, line);
	run(&s, h, receive_beside_stores);
	armdma_kfree(s.m, line);
	shared_destroy(&s);
}

static void an_invalidate_by_one_thread_loses_no_store_of_the_other(void **state)
{
	(void)state;
	invalidate(ARMDMA_CACHE_PESSIMAL, true);
}

static void nor_does_one_on_a_cpu_that_does_not_speculate(void **state)
{
	(void)state;
	invalidate(ARMDMA_CACHE_NON_SPECULATING, true);
}

/* ---- Coherent devices --------------------------------------------------------------------- */

static void *snoop_beside_stores(void *arg)
{
	struct half *h = arg;
	struct worker *w = &h->w;
	armdma_phys_t pa = armdma_virt_to_phys(w->s->m, h->cpu);

	if (w->nr)
		return only_store(h);
	for (uint64_t v = 0; v < ROUNDS && !w->failures; v++) {
		uint64_t in[2] = { v, ~v };

		armdma_hw_master_write_sync(w->s->hw, "jpeg", pa, in, sizeof(in), 10000000);
		check(w, h->own[0] == v && h->own[1] == ~v, "round %llu: a snooping device's bytes are not there",
		      (unsigned long long)v);
	}
	__atomic_store_n(&h->over, true, __ATOMIC_RELAXED);
	return NULL;
}

static void a_snooping_device_and_the_other_thread_share_a_line(void **state)
{
	struct armdma_config cfg = shared_config();
	struct shared s;
	struct half h[2];
	uint8_t *line;

	(void)state;
	shared_create(&s, &cfg, false);
	armdma_checker_enable(s.m, false);
	assert_int_equal(armdma_hw_set_coherent(s.hw, "jpeg", true), 0);
	line = armdma_kzalloc(s.m, LINE, ARMDMA_GFP_KERNEL);
	share(h, &s, line);
	run(&s, h, snoop_beside_stores);
	armdma_kfree(s.m, line);
	shared_destroy(&s);
}

/* ---- The write buffer --------------------------------------------------------------------------- */

/* Each round a message to the device, and one of its, in the thread's half of one uncached line. */
static void *converse(void *arg)
{
	struct half *h = arg;
	struct worker *w = &h->w;
	const char *master = armdma_device_name(h->dev);

	for (uint64_t v = 1; v < ROUNDS && !w->failures; v++) {
		uint64_t in = ~v << 8;

		h->own[0] = v;
		h->own[1] = ~v;
		armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_WMB);
		device_reads(h, v);
		armdma_hw_master_write_sync(w->s->hw, master, h->dma, &in, sizeof(in), 10000000);
		armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_RMB);
		check(w, h->own[0] == in && h->own[1] == ~v, "round %llu: the CPU reads %llx, %llx after a barrier",
		      (unsigned long long)v, (unsigned long long)h->own[0], (unsigned long long)h->own[1]);
	}
	return NULL;
}

/* Thread 0 pulls what devices wrote again and again; thread 1 has stored to the word since, which comes later in memory. */
static void *store_over_a_devices_write(void *arg)
{
	struct half *h = arg;
	struct worker *w = &h->w;

	if (!w->nr) {
		while (other_works(h))
			armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_RMB);
		return NULL;
	}
	for (uint64_t round = 1; round < ROUNDS / 4 && !w->failures; round++) {
		/* Each byte changes: a store of what is there already is seen by nobody. */
		uint64_t in = ~0ULL, v = 0x0101010101010101ULL * (round % 250);

		armdma_hw_master_write_sync(w->s->hw, armdma_device_name(h->dev), h->dma, &in, sizeof(in), 10000000);
		h->own[0] = v;
		for (int i = 0; i < 1000; i++)
			check(w, h->own[0] == v, "round %llu: a store to uncached memory was undone: %llx",
			      (unsigned long long)round, (unsigned long long)h->own[0]);
		armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_WMB);
	}
	__atomic_store_n(&h->over, true, __ATOMIC_RELAXED);
	return NULL;
}

static void uncached(uint32_t wbuf_max, void *(*body)(void *))
{
	struct armdma_config cfg = shared_config();
	struct shared s;
	struct half h[2];
	armdma_dma_t dma;
	uint8_t *p;

	cfg.wbuf_max = wbuf_max;
	shared_create(&s, &cfg, false);
	p = armdma_dma_alloc_coherent(s.dev[0], LINE, &dma, ARMDMA_GFP_KERNEL);
	assert_non_null(p);
	share(h, &s, p);
	for (unsigned int i = 0; i < 2; i++) {
		h[i].dev = s.dev[0];
		h[i].dma = dma + i * HALF;
	}
	run(&s, h, body);
	armdma_dma_free_coherent(s.dev[0], LINE, p, dma);
	shared_destroy(&s);
}

static void barriers_of_one_thread_lose_nothing_of_the_other(void **state)
{
	(void)state;
	uncached(64 * 1024, converse);
}

static void a_pull_by_one_thread_undoes_no_store_of_the_other(void **state)
{
	(void)state;
	uncached(64 * 1024, store_over_a_devices_write);
}

static void nor_is_anything_lost_in_uncached_memory_without_a_write_buffer(void **state)
{
	(void)state;
	uncached(0, converse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_by_one_thread_loses_no_store_of_the_other),
		cmocka_unit_test(an_invalidate_by_one_thread_loses_no_store_of_the_other),
		cmocka_unit_test(nor_does_one_on_a_cpu_that_does_not_speculate),
		cmocka_unit_test(a_snooping_device_and_the_other_thread_share_a_line),
		cmocka_unit_test(barriers_of_one_thread_lose_nothing_of_the_other),
		cmocka_unit_test(a_pull_by_one_thread_undoes_no_store_of_the_other),
		cmocka_unit_test(nor_is_anything_lost_in_uncached_memory_without_a_write_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
