/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small machine for the tests of memory management: three zones with crooked borders, misuse and console
 * lines caught instead of printed.
 */
#ifndef TEST_MM_ENV_H
#define TEST_MM_ENV_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/event.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>

#define KIB 1024ULL
#define MIB (1024ULL * KIB)
#define PAGE 4096ULL
#define BASE 0x40000000ULL
/* Pages of the zones: 0..517, 518..2550, 2551..4095. */
#define DMA_PAGES 518u
#define LOWMEM_PAGES 2551u
#define RAM_PAGES 4096u

struct env {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	unsigned int misuses;
	enum armdma_report_kind kind;	/* of the last */
	char text[512];
	uint64_t addr;
	const void *site;
	unsigned int lines;
	char line[512];			/* the console's last */
	unsigned int allocs, frees;	/* page events */
	uint64_t pa, len;		/* of the last */
};

static inline void env_event(void *ctx, const struct armdma_event *ev)
{
	struct env *e = ctx;

	if (ev->type == ARMDMA_EV_MISUSE) {
		e->misuses++;
		e->kind = (enum armdma_report_kind)ev->flags;
		e->addr = ev->addr;
		e->site = ev->site;
		snprintf(e->text, sizeof(e->text), "%s", ev->who);
		return;
	}
	e->allocs += ev->type == ARMDMA_EV_PAGE_ALLOC;
	e->frees += ev->type == ARMDMA_EV_PAGE_FREE;
	e->pa = ev->pa;
	e->len = ev->len;
}

static inline void env_log(void *ctx, const char *line)
{
	struct env *e = ctx;

	e->lines++;
	snprintf(e->line, sizeof(e->line), "%s", line);
}

static inline void env_report(void *ctx, const struct armdma_report *report)
{
	(void)ctx;
	(void)report;
}

static inline struct armdma_config env_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = RAM_PAGES * PAGE;
	cfg.lowmem_size = LOWMEM_PAGES * PAGE;
	cfg.dma_zone_size = DMA_PAGES * PAGE;
	return cfg;
}

static inline void env_boot(struct env *e, const struct armdma_config *cfg)
{
	struct armdma_error err;

	memset(e, 0, sizeof(*e));
	if (armdma_machine_create(&e->m, cfg, &err))
		fail_msg("%s", err.msg);
	e->hw = armdma_machine_hw(e->m);
	armdma_set_report_fn(e->m, env_report, e);
	armdma_hw_set_log(e->hw, env_log, e);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(e->m),
						ARMDMA_EV_BIT(ARMDMA_EV_MISUSE) |
							ARMDMA_EV_BIT(ARMDMA_EV_PAGE_ALLOC) |
							ARMDMA_EV_BIT(ARMDMA_EV_PAGE_FREE),
						env_event, e), 0);
}

static inline int env_setup(void **state)
{
	struct armdma_config cfg = env_config();
	struct env *e = calloc(1, sizeof(*e));

	*state = e;
	env_boot(e, &cfg);
	return 0;
}

static inline int env_teardown(void **state)
{
	struct env *e = *state;

	armdma_machine_destroy(e->m);
	free(e);
	return 0;
}

static inline void env_valid(struct env *e)
{
	struct armdma_error err = { "" };

	if (armdma_mm_validate(e->m, &err))
		fail_msg("%s", err.msg);
}

/* The last call was misuse, in words that hold `word`; forgotten then. */
static inline void env_misused(struct env *e, enum armdma_report_kind kind, const char *word)
{
	env_valid(e);
	assert_int_equal(e->misuses, 1);
	assert_int_equal(e->kind, kind);
	if (!strstr(e->text, word))
		fail_msg("\"%s\" does not say \"%s\"", e->text, word);
	e->misuses = 0;
}

static inline struct armdma_mm_stats env_stats(struct env *e)
{
	struct armdma_mm_stats st;

	armdma_mm_stats(e->m, &st);
	return st;
}

static inline void env_same(struct env *e, const struct armdma_mm_stats *before)
{
	struct armdma_mm_stats now = env_stats(e);

	env_valid(e);
	for (int z = 0; z < ARMDMA_NR_ZONES; z++)
		assert_int_equal(now.pages_free[z], before->pages_free[z]);
	assert_int_equal(now.kmalloc_objects, before->kmalloc_objects);
	assert_int_equal(now.kmalloc_bytes, before->kmalloc_bytes);
	assert_int_equal(now.vm_areas, before->vm_areas);
}

/* Number of a page in RAM. */
static inline uint64_t env_nr(struct env *e, const struct armdma_page *page)
{
	return (armdma_page_to_phys(e->m, page) - BASE) / PAGE;
}

#define MM_TEST(f) cmocka_unit_test_setup_teardown(f, env_setup, env_teardown)

#endif
