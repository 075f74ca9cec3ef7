/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine with a DMA engine "sgdma" (direct) and a camera "fimc0", current in its thread, with what it reports and logs
 * kept for the test.
 */
#ifndef TESTS_COMPAT_RIG_H
#define TESTS_COMPAT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <armdma/compat/board.h>
#include <armdma/report.h>
#include <armdma/site.h>

#define RIG_SGDMA 0x10810000u
#define RIG_IRQ 34u

struct rig {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct platform_device *pdev;
	struct device *dev;
	void *own;		/* the test's */
	unsigned long long own_addr;	/* a dma_addr_t */
	/* The last report, and how many there were. */
	unsigned int reports;
	enum armdma_report_kind kind;
	struct armdma_site_info here;
	char sentence[256];
	/* The last line of the console, and how many. */
	unsigned int logs;
	char log[512];
};

static inline void rig_report(void *ctx, const struct armdma_report *report)
{
	struct rig *r = ctx;

	r->reports++;
	r->kind = report->kind;
	snprintf(r->sentence, sizeof(r->sentence), "%s", report->sentence);
	if (armdma_site_lookup(report->sites[ARMDMA_SITE_HERE], &r->here))
		r->here = (struct armdma_site_info){ .line = 0 };
}

static inline void rig_log(void *ctx, const char *line)
{
	struct rig *r = ctx;

	r->logs++;
	snprintf(r->log, sizeof(r->log), "%s", line);
}

static inline struct armdma_config rig_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_size = 64u << 20;
	cfg.lowmem_size = 48u << 20;	/* the rest is highmem */
	cfg.devices[0] = (struct armdma_device_config){
		.name = "sgdma", .kind = ARMDMA_DEV_SGDMA, .reg_base = RIG_SGDMA, .irq = RIG_IRQ,
	};
	cfg.nr_devices = 1;
	cfg.nr_sysmmus = 0;
	return cfg;
}

static inline int rig_setup(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_error err = { "" };
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	if (armdma_machine_create(&r->m, &cfg, &err))
		fail_msg("%s", err.msg);
	r->hw = armdma_machine_hw(r->m);
	armdma_set_report_fn(r->m, rig_report, r);
	armdma_hw_set_log(r->hw, rig_log, r);
	armdma_compat_set_machine(r->m);
	r->pdev = armdma_compat_device(r->m, "sgdma", NULL);
	assert_non_null(r->pdev);
	r->dev = armdma_compat_dev(r->pdev);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	struct rig *r = *state;

	armdma_machine_destroy(r->m);
	assert_null(armdma_compat_set_machine(NULL));
	free(r);
	return 0;
}

#define rig_test(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

/* One report came since the last call, of this kind. */
static inline void rig_assert_report(struct rig *r, enum armdma_report_kind kind)
{
	if (r->reports != 1 || r->kind != kind)
		fail_msg("%u reports, the last one %s (%s); wanted one %s", r->reports, armdma_report_name(r->kind), r->sentence,
			 armdma_report_name(kind));
	r->reports = 0;
}

#endif
