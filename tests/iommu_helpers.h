/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of lib/iommu share: a machine, a domain, and tables as the walker sees them. */
#ifndef TESTS_IOMMU_HELPERS_H
#define TESTS_IOMMU_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>
#include <armdma/sysmmu.h>

#define RW (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)
#define RO ARMDMA_IOMMU_READ
#define KiB (1ull << 10)
#define MiB (1ull << 20)

struct fixture {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_domain *d;
	unsigned int reports;
};

/* Tests look at the counts; a report without a callback would be the process's exit status. */
static inline void fixture_report(void *ctx, const struct armdma_report *report)
{
	(void)report;
	++*(unsigned int *)ctx;
}

static inline void fixture_init(struct fixture *f, const struct armdma_config *cfg)
{
	struct armdma_error err = { "" };

	if (armdma_machine_create(&f->m, cfg, &err))
		fail_msg("%s", err.msg);
	f->reports = 0;
	armdma_set_report_fn(f->m, fixture_report, &f->reports);
	f->hw = armdma_machine_hw(f->m);
	f->d = armdma_domain_alloc(f->m);
	assert_non_null(f->d);
}

static inline void fixture_fini(struct fixture *f)
{
	armdma_domain_free(f->d);
	armdma_machine_destroy(f->m);
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	fixture_init(f, NULL);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	fixture_fini(f);
	free(f);
	return 0;
}

/* A word of RAM as the table walker reads it. */
static inline uint32_t dram_word(struct armdma_hw *hw, armdma_phys_t pa)
{
	uint8_t b[4];

	assert_int_equal(armdma_hw_phys_read(hw, pa, b, sizeof(b)), 0);
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline uint32_t l1_word(const struct fixture *f, uint64_t iova)
{
	return dram_word(f->hw, armdma_domain_table(f->d) + (iova >> 20) * 4);
}

static inline uint32_t l2_word(const struct fixture *f, uint64_t iova)
{
	uint32_t l1 = l1_word(f, iova);

	assert_int_equal(l1 & 3, 1);
	return dram_word(f->hw, (l1 & 0xfffffc00u) + (iova >> 12 & 0xff) * 4);
}

static inline void assert_valid(struct armdma_domain *d)
{
	struct armdma_error err = { "" };

	if (armdma_domain_validate(d, &err))
		fail_msg("%s", err.msg);
}

static inline struct armdma_iommu_stats stats_of(const struct armdma_domain *d)
{
	struct armdma_iommu_stats st;

	armdma_domain_stats(d, &st);
	return st;
}

/* Register accesses of SYSMMUs as they went over the bus. */
struct reg_log {
	unsigned int nr;
	struct { bool write; uint32_t unit, reg, value; } e[4096];
};

static inline void reg_log_event(void *ctx, const struct armdma_event *ev)
{
	struct reg_log *l = ctx;

	if (l->nr == 4096)
		return;
	l->e[l->nr].write = ev->type == ARMDMA_EV_REG_WRITE;
	l->e[l->nr].unit = (uint32_t)ev->addr & ~0xfffu;
	l->e[l->nr].reg = (uint32_t)ev->addr & 0xfff;
	l->e[l->nr++].value = (uint32_t)ev->value;
}

static inline void reg_log_start(struct fixture *f, struct reg_log *l, bool reads)
{
	uint64_t mask = ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE);

	l->nr = 0;
	if (reads)
		mask |= ARMDMA_EV_BIT(ARMDMA_EV_REG_READ);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(f->m), mask, reg_log_event, l), 0);
}

static inline void reg_log_stop(struct fixture *f, struct reg_log *l)
{
	armdma_event_subscribe(armdma_machine_events(f->m), 0, reg_log_event, l);
}

#endif
