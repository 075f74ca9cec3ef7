/* SPDX-License-Identifier: BSD-2-Clause */
/* The same test on two machines: one whose DMA layer does what the API promises, one that has the quirks of Linux 6.1. */
#ifndef TESTS_FIDELITY_RIG_H
#define TESTS_FIDELITY_RIG_H

#include <stdio.h>

#include "dma_helpers.h"

#define PAGE ARMDMA_PAGE_SIZE
#define QUIET (ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN)

/* A machine with its device on direct operations (size 0), or in a space of its own. */
static inline struct env *start(bool linux61, bool coherent, uint64_t base, uint64_t size)
{
	struct armdma_config cfg = env_config();
	struct env *e;

	cfg.fidelity = linux61 ? ARMDMA_AS_LINUX_6_1 : ARMDMA_AS_DOCUMENTED;
	cfg.devices[0].coherent = coherent;
	e = env_new(&cfg);
	if (size)
		env_attach(e, base, size);
	return e;
}

static inline struct env *start_iommu(bool linux61)
{
	return start(linux61, false, DMA_BASE, DMA_SIZE);
}

/* What Linux 6.1 loses stays lost: only the other machine must have nothing to complain about. */
static inline void stop(struct env *e, bool linux61, unsigned int reports)
{
	struct armdma_error err = { "" };

	if (armdma_dma_validate(e->m, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(e->reports, reports);
	if (linux61)
		armdma_checker_enable(e->m, false);
	if (e->mapping) {
		armdma_iommu_detach_device(e->dev);
		armdma_iommu_release_mapping(e->mapping);
	}
	armdma_machine_destroy(e->m);
	if (e->reports != reports)
		fail_msg("%u reports, not %u: %s", e->reports, reports, e->text);
	free(e);
}

static inline struct armdma_domain *domain(struct env *e)
{
	return armdma_mapping_domain(e->mapping);
}

/* Bytes of IO address space in use. */
static inline uint64_t iova_used(struct env *e)
{
	struct armdma_iova_stats st;

	armdma_mapping_iova_stats(e->mapping, &st);
	return st.used;
}

static inline bool is_mapped(struct env *e, armdma_dma_t iova)
{
	return armdma_iova_to_phys(domain(e), iova) != ARMDMA_MAPPING_ERROR;
}

static inline uint64_t free_pages(struct env *e)
{
	struct armdma_mm_stats st;
	uint64_t n;

	armdma_mm_stats(e->m, &st);
	n = st.cma_free;
	for (int z = 0; z < ARMDMA_NR_ZONES; z++)
		n += st.pages_free[z];
	return n;
}

/* Both machines, the documented one first. */
#define FOR_BOTH(linux61) for (int linux61 = 0; linux61 < 2; linux61++)

#endif
