/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine that several threads drive, and threads that can fail: an assertion may leave by longjmp in the test's own thread
 * only, so what goes wrong elsewhere is written down and asserted when the threads have ended.
 */
#ifndef TESTS_THREADS_RIG_H
#define TESTS_THREADS_RIG_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/dmapool.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/report.h>
#include <armdma/scatterlist.h>

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

#define IOVA_BASE 0x10000000u
#define IOVA_SIZE 0x60000000u

struct shared {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev[2];
	struct armdma_iommu_mapping *mapping;	/* NULL: direct operations */
	unsigned int reports;
	char text[4096];			/* of the first */
};

static inline void shared_report(void *ctx, const struct armdma_report *rep)
{
	struct shared *s = ctx;

	if (!__atomic_fetch_add(&s->reports, 1, __ATOMIC_RELAXED))
		snprintf(s->text, sizeof(s->text), "%s", rep->text);
}

static inline struct armdma_config shared_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = 256u << 20;
	cfg.lowmem_size = 192u << 20;
	cfg.shared = true;
	return cfg;
}

static inline void shared_create(struct shared *s, const struct armdma_config *cfg, bool iommu)
{
	static const char *const names[2] = { "jpeg", "sss" };
	struct armdma_error err = { "" };
	int ret;

	memset(s, 0, sizeof(*s));
	if (armdma_machine_create(&s->m, cfg, &err))
		fail_msg("%s", err.msg);
	s->hw = armdma_machine_hw(s->m);
	armdma_set_report_fn(s->m, shared_report, s);
	if (iommu) {
		s->mapping = armdma_iommu_create_mapping(s->m, IOVA_BASE, IOVA_SIZE, NULL, &ret);
		assert_non_null(s->mapping);
	}
	for (int i = 0; i < 2; i++) {
		s->dev[i] = armdma_device_find(s->m, names[i]);
		assert_non_null(s->dev[i]);
		if (iommu)
			assert_int_equal(armdma_iommu_attach_device(s->dev[i], s->mapping), 0);
	}
}

static inline void shared_destroy(struct shared *s)
{
	if (s->mapping) {
		armdma_iommu_detach_device(s->dev[0]);
		armdma_iommu_detach_device(s->dev[1]);
		armdma_iommu_release_mapping(s->mapping);
	}
	armdma_machine_destroy(s->m);
	if (s->reports)
		fail_msg("%u reports; the first: %s", s->reports, s->text);
}

/* ---- Threads ----------------------------------------------------------------- */

struct worker {
	struct shared *s;
	unsigned int nr;
	uint64_t random;
	unsigned long failures;
	char first[256];
	pthread_t thread;
};

#define check(w, cond, ...)                                                           \
	do {                                                                          \
		if (!(cond) && !(w)->failures++)                                      \
			snprintf((w)->first, sizeof((w)->first), __VA_ARGS__);        \
	} while (0)

/* xorshift64* */
static inline uint32_t draw(struct worker *w, uint32_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (uint32_t)((w->random * 0x2545F4914F6CDD1DULL) >> 33) % below;
}

static inline void run_two(struct shared *s, struct worker *w, void *(*body)(void *))
{
	for (unsigned int i = 0; i < 2; i++) {
		w[i].s = s;
		w[i].nr = i;
		w[i].random = 0x9E3779B97F4A7C15ULL + i;
		assert_int_equal(pthread_create(&w[i].thread, NULL, body, &w[i]), 0);
	}
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
		if (w[i].failures)
			fail_msg("thread %u: %lu failures; the first: %s", i, w[i].failures, w[i].first);
	}
}

/* Bytes that say whose they are. */
static inline void fill(uint8_t *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((seed * 2654435761u >> 16) + i * 7);
}

static inline bool filled(const uint8_t *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != (uint8_t)((seed * 2654435761u >> 16) + i * 7))
			return false;
	return true;
}

#endif
