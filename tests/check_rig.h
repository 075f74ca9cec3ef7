/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bench for the checker: machines with a DMA engine "mdma" on any set of operations, under any cache, whose reports are kept.
 */
#ifndef TESTS_CHECK_RIG_H
#define TESTS_CHECK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/access.h>
#include <armdma/dma.h>
#include <armdma/dmapool.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>
#include <armdma/scatterlist.h>
#include <armdma/site.h>

#define CR_MIB (1024ULL * 1024)
#define CR_WAIT 10000000u
#define CR_LINE 32u
#define PAGE ARMDMA_PAGE_SIZE

#define CR_KEPT 16u

struct cr_report {
	struct armdma_report rep;	/* its strings: below */
	char sentence[512];
	char text[2048];
};

/* What differs between machines. */
struct cr_kind {
	enum armdma_dma_opset set;
	enum armdma_cache_policy policy;
	enum armdma_fidelity fidelity;
	uint64_t seed;
};

struct cr {
	struct cr_kind kind;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev, *peer;	/* "mdma" on the set; "peer", a direct master */
	armdma_dma_t first;
	unsigned int nr;
	struct cr_report kept[CR_KEPT];
};

static inline void cr_report(void *ctx, const struct armdma_report *rep)
{
	struct cr *r = ctx;
	struct cr_report *k;

	if (r->nr++ >= CR_KEPT)
		return;
	k = &r->kept[r->nr - 1];
	k->rep = *rep;
	snprintf(k->sentence, sizeof(k->sentence), "%s", rep->sentence);
	snprintf(k->text, sizeof(k->text), "%s", rep->text);
}

static inline void cr_quiet(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static inline struct armdma_config cr_config(const struct cr_kind *kind)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	uint32_t mdma = 0;

	while (strcmp(cfg.devices[mdma].name, "mdma"))
		mdma++;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		if (!strcmp(cfg.sysmmus[i].name, cfg.devices[mdma].sysmmu))
			cfg.sysmmus[0] = cfg.sysmmus[i];
	cfg.devices[0] = cfg.devices[mdma];
	cfg.devices[1] = (struct armdma_device_config){ .name = "peer", .kind = ARMDMA_DEV_MASTER };
	cfg.nr_sysmmus = 1;
	cfg.nr_devices = 2;
	cfg.ram_size = 32 * CR_MIB;
	cfg.lowmem_size = 16 * CR_MIB;
	cfg.reserved_size = 1 * CR_MIB;
	cfg.cma_size = 4 * CR_MIB;
	cfg.cache_policy = kind->policy;
	cfg.cpu_speculates = kind->policy != ARMDMA_CACHE_NON_SPECULATING;
	cfg.fidelity = kind->fidelity;
	cfg.seed = kind->seed;
	return cfg;
}

static inline bool cr_is_iommu(const struct cr *r)
{
	return r->kind.set == ARMDMA_OPS_IOMMU || r->kind.set == ARMDMA_OPS_IOMMU_COHERENT;
}

static inline void cr_start(struct cr *r, const struct armdma_config *cfg)
{
	struct armdma_error err;
	int ret;

	if (armdma_machine_create(&r->m, cfg, &err))
		fail_msg("%s", err.msg);
	r->hw = armdma_machine_hw(r->m);
	armdma_set_report_fn(r->m, cr_report, r);
	armdma_hw_set_log(r->hw, cr_quiet, NULL);
	r->dev = armdma_device_find(r->m, "mdma");
	r->peer = armdma_device_find(r->m, "peer");
	ret = armdma_dma_set_ops(r->dev, r->kind.set);
	assert_int_equal(ret, 0);
	/* Linux 6.1 neither syncs nor unmaps the page at IOVA 0: nobody gets it. */
	if (cr_is_iommu(r) && cfg->fidelity == ARMDMA_AS_LINUX_6_1) {
		ret = armdma_mapping_iova_alloc(armdma_to_iommu_mapping(r->dev), PAGE, &r->first);
		assert_int_equal(ret, 0);
	}
}

static inline void cr_open(struct cr *r, struct cr_kind kind)
{
	struct armdma_config cfg = cr_config(&kind);

	memset(r, 0, sizeof(*r));
	r->kind = kind;
	cr_start(r, &cfg);
}

static inline void cr_close(struct cr *r)
{
	armdma_machine_destroy(r->m);
	r->m = NULL;
}

static inline const char *cr_policy(enum armdma_cache_policy p)
{
	static const char *const names[] = { "pessimal", "non-speculating", "adversary", "coherent" };

	return names[p];
}

static inline bool cr_is_coherent(const struct cr *r)
{
	return r->kind.set == ARMDMA_OPS_DIRECT_COHERENT || r->kind.set == ARMDMA_OPS_IOMMU_COHERENT;
}

/* Is a missing sync a bug that shows: caches to maintain, or copies to make? */
static inline bool cr_needs_sync(const struct cr *r)
{
	return !cr_is_coherent(r);
}

/* For messages. */
static inline const char *cr_name(const struct cr *r)
{
	static char name[128];

	snprintf(name, sizeof(name), "%s, %s caches, %s, seed %llu", armdma_dma_ops_name(r->kind.set),
		 cr_policy(r->kind.policy), r->kind.fidelity == ARMDMA_AS_LINUX_6_1 ? "as Linux 6.1" : "as documented",
		 (unsigned long long)r->kind.seed);
	return name;
}

/* Exactly one report since the last look: of this kind, with these words in its text. It is valid until the next. */
static inline const struct cr_report *cr_expects(struct cr *r, enum armdma_report_kind kind, const char *words)
{
	const struct cr_report *k = &r->kept[0];

	if (r->nr != 1)
		fail_msg("%u reports instead of one of %s: %s", r->nr, armdma_report_name(kind), r->nr ? k->text : "");
	if (k->rep.kind != kind || !strstr(k->text, words))
		fail_msg("no %s with \"%s\", but: %s", armdma_report_name(kind), words, k->text);
	r->nr = 0;
	return k;
}

static inline void cr_silent(struct cr *r)
{
	if (r->nr)
		fail_msg("%u reports, first: %s", r->nr, r->kept[0].text);
}

/* A checked mapping. */
static inline armdma_dma_t cr_map(struct cr *r, void *p, size_t len, enum armdma_dir dir)
{
	armdma_dma_t addr = armdma_dma_map_single(r->dev, p, len, dir);

	assert_int_equal(armdma_dma_mapping_error(r->dev, addr), 0);
	return addr;
}

static inline void cr_dev_write(struct cr *r, armdma_dma_t addr, const void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_write_sync(r->hw, "mdma", addr, buf, len, CR_WAIT), 0);
}

static inline void cr_dev_read(struct cr *r, armdma_dma_t addr, void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "mdma", addr, buf, len, CR_WAIT), 0);
}

static inline void cr_pattern(void *buf, size_t len, uint32_t seed)
{
	uint8_t *b = buf;

	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)((i * 2654435761u + seed * 40503u) >> 11 ^ i >> 12 ^ seed);
}

/* What the device reads at addr is the pattern. */
static inline void cr_dev_expects(struct cr *r, armdma_dma_t addr, size_t len, uint32_t seed)
{
	uint8_t *want = malloc(len), *got = malloc(len);

	assert_true(want && got);
	cr_pattern(want, len, seed);
	cr_dev_read(r, addr, got, len);
	if (memcmp(got, want, len))
		fail_msg("the device does not see pattern %u on %s", seed, cr_name(r));
	free(want);
	free(got);
}

/* The device writes the pattern at addr. */
static inline void cr_dev_fills(struct cr *r, armdma_dma_t addr, size_t len, uint32_t seed)
{
	uint8_t *buf = malloc(len);

	assert_non_null(buf);
	cr_pattern(buf, len, seed);
	cr_dev_write(r, addr, buf, len);
	free(buf);
}

static inline void cr_cpu_expects(struct cr *r, const void *p, size_t len, uint32_t seed)
{
	uint8_t *want = malloc(len);

	assert_non_null(want);
	cr_pattern(want, len, seed);
	if (!armdma_cpu_sees(r->m, p, want, len))
		fail_msg("the CPU does not see pattern %u on %s", seed, cr_name(r));
	assert_memory_equal(p, want, len);
	free(want);
}

/* Setup and teardown of tests on one kind of machine. */
static inline struct cr *cr_new(enum armdma_dma_opset set)
{
	struct cr *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	cr_open(r, (struct cr_kind){ .set = set });
	return r;
}
static inline int cr_setup(void **state)
{
	*state = cr_new(ARMDMA_OPS_DIRECT);
	return 0;
}
static inline int cr_setup_iommu(void **state)
{
	*state = cr_new(ARMDMA_OPS_IOMMU);
	return 0;
}
static inline int cr_setup_bounce(void **state)
{
	*state = cr_new(ARMDMA_OPS_BOUNCE);
	return 0;
}
static inline int cr_teardown(void **state)
{
	struct cr *r = *state;
	unsigned int nr = r->nr;

	cr_close(r);
	if (r->nr != nr || nr)
		fprintf(stderr, "%s", r->kept[0].text);
	nr = r->nr;
	free(r);
	return nr ? -1 : 0;
}

#define CR_TEST(fn) cmocka_unit_test_setup_teardown(fn, cr_setup, cr_teardown)
#define CR_TEST_ON(fn, setup) cmocka_unit_test_setup_teardown(fn, setup, cr_teardown)

#endif
