/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Units: probe, enable, disable.
 *
 * Every access goes through readl/writel with their barriers, so that table words that were cleaned
 * before are in DRAM when the register changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>
#include <armdma/mm.h>

#include "lib/iommu/internal.h"

uint32_t unit_read(struct sysmmu_unit *u, uint32_t reg)
{
	return armdma_hw_readl(u->m->hw, u->regs + reg);
}

void unit_write(struct sysmmu_unit *u, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(u->m->hw, u->regs + reg, value);
}

/* Some 1.0 units report a word that would decode as version 8; drivers compare it whole. */
static unsigned int decode_version(uint32_t word)
{
	return word == ARMDMA_SYSMMU_VERSION_BROKEN_1_0 ? UNIT_VERSION(1, 0)
							: ARMDMA_SYSMMU_VERSION_RAW(word);
}

static void read_description(struct sysmmu_unit *u)
{
	bool vm = false;

	u->clk_count++;
	u->version = decode_version(unit_read(u, REG_VERSION));
	if (u->version >= UNIT_VERSION(7, 0) && unit_read(u, REG_CAPA0) & CAPA0_HAS_CAPA1) {
		uint32_t capa1 = unit_read(u, REG_CAPA1);

		vm = capa1 & CAPA1_VM;
		u->no_block = capa1 & CAPA1_NO_BLOCK;
	}
	u->clk_count--;
	u->variant = unit_variant_find(u->version, vm);
}

static int unit_probe(struct armdma_machine *m, const struct armdma_sysmmu_config *cfg)
{
	struct sysmmu_unit *u = calloc(1, sizeof(*u));
	int ret;

	if (!u)
		return -ENOMEM;
	u->m = m;
	u->name = cfg->name;
	u->regs = cfg->reg_base;
	u->irq = cfg->irq;
	read_description(u);
	if (!u->variant) {
		armdma_hw_log(m->hw, "%s: SYSMMU version %u.%u is not supported", u->name, u->version >> 7,
			      u->version & 0x7f);
		free(u);
		return -ENODEV;
	}
	ret = armdma_irq_request(m, u->irq, unit_irq, u);
	if (ret) {
		armdma_hw_log(m->hw, "%s: no interrupt line %u", u->name, u->irq);
		free(u);
		return ret;
	}
	m->iommu->errata |= u->variant->errata;
	SLIST_INSERT_HEAD(&m->iommu->units, u, link);
	return 0;
}

/*
 * The zero link: units that fetch level-1 words ahead and fault on empty ones are given a pointer instead, to a level-2
 * table without entries that all empty MiBs share.
 */
static int make_zero_table(struct armdma_machine *m)
{
	struct iommu *iommu = m->iommu;

	if (!erratum(m, ERRATUM_LEVEL1_PREFETCH))
		return 0;
	iommu->zero_page = armdma_alloc_pages(m, ARMDMA_GFP_KERNEL, 0);
	if (!iommu->zero_page)
		return -ENOMEM;
	iommu->zero_table = armdma_page_to_phys(m, iommu->zero_page);
	armdma_hw_zero_flush(m->hw, iommu->zero_table, ARMDMA_PAGE_SIZE);
	return 0;
}

int iommu_create(struct armdma_machine *m)
{
	int ret = 0;

	m->iommu = calloc(1, sizeof(*m->iommu));
	if (!m->iommu)
		return -ENOMEM;
	SLIST_INIT(&m->iommu->units);
	LIST_INIT(&m->iommu->domains);
	LIST_INIT(&m->iommu->arena.partial);
	for (uint32_t i = 0; !ret && i < m->cfg->nr_sysmmus; i++)
		ret = unit_probe(m, &m->cfg->sysmmus[i]);
	if (!ret)
		ret = make_zero_table(m);
	if (ret)
		iommu_destroy(m);
	return ret;
}

/* Bookkeeping of a domain that a failed test left behind; its pages go with the machine. */
static void forget_domain(struct armdma_domain *d)
{
	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		struct l2_page *p = d->homes[s];

		if (!d->l2[s].words)
			continue;
		/* The last of its tables takes the page's bookkeeping along, unless the arena holds it. */
		if (!p->free)
			LIST_INSERT_HEAD(&d->m->iommu->arena.partial, p, link);
		p->free |= 1u << (d->l2[s].kib - (uint32_t)(p->pa >> 10));
	}
	LIST_REMOVE(d, link);
	free(d->lazy.range);
	free(d);
}

void iommu_destroy(struct armdma_machine *m)
{
	struct armdma_domain *d;
	struct sysmmu_unit *u;
	struct l2_page *p;

	if (!m->iommu)
		return;
	while ((d = LIST_FIRST(&m->iommu->domains)))
		forget_domain(d);
	while ((p = LIST_FIRST(&m->iommu->arena.partial))) {
		LIST_REMOVE(p, link);
		free(p);
	}
	while ((u = SLIST_FIRST(&m->iommu->units))) {
		SLIST_REMOVE_HEAD(&m->iommu->units, link);
		armdma_irq_free(m, u->irq, unit_irq, u);
		free(u);
	}
	free(m->iommu);
	m->iommu = NULL;
}

struct sysmmu_unit *iommu_find_unit(struct armdma_machine *m, const char *name)
{
	struct sysmmu_unit *u;

	SLIST_FOREACH(u, &m->iommu->units, link) {
		if (!strncmp(u->name, name, ARMDMA_NAME_LEN))
			return u;
	}
	return NULL;
}

void iommu_region_rule(const struct armdma_machine *m, uint64_t *align, uint64_t *hole)
{
	const struct sysmmu_unit *u;

	*align = *hole = 0;
	if (!erratum(m, ERRATUM_INVALID_CACHED))
		return;
	SLIST_FOREACH(u, &m->iommu->units, link) {
		if (u->variant->region_align > *align)
			*align = u->variant->region_align;
		if (u->variant->region_hole > *hole)
			*hole = u->variant->region_hole;
	}
}

void iommu_set_workarounds(struct armdma_machine *m, unsigned int errata)
{
	const struct sysmmu_unit *u;
	unsigned int have = 0;

	SLIST_FOREACH(u, &m->iommu->units, link)
		have |= u->variant->errata;
	m->iommu->errata = have & errata;
}

/* The bank of the first virtual machine translates only if it is switched on as well, and holds what faults. */
#define CTRL_VM_ENABLE (1u << 0)
#define CTRL_VM_STALL (1u << 3)

void unit_enable(struct sysmmu_unit *u, struct armdma_domain *d)
{
	const struct unit_layout *at = u->variant->at;

	u->clk_count++;
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	unit_write(u, REG_CFG, u->variant->cfg);
	unit_program_prefetch(u);
	unit_write(u, at->pt_base, (uint32_t)(d->l1_pa >> u->variant->base_shift));
	unit_write(u, at->flush_all, ARMDMA_SYSMMU_FLUSH_ALL);
	if (at->cfg_vm)
		unit_write(u, at->cfg_vm, ARMDMA_SYSMMU_CFG_EAP);
	if (at->ctrl_vm)
		unit_write(u, at->ctrl_vm, unit_read(u, at->ctrl_vm) | CTRL_VM_ENABLE | CTRL_VM_STALL);
	u->enabled = true;
	u->held = u->needs_flush = u->timed_out = false;
	d->active_units++;
	d->st.flush_all++;
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

void unit_disable(struct sysmmu_unit *u)
{
	const struct unit_layout *at = u->variant->at;

	/* What was accepted may end with the old tables; what comes later waits. */
	if (u->hold_when_off && !u->held)
		unit_block(u);
	unit_write(u, REG_CTRL, u->hold_when_off ? ARMDMA_SYSMMU_CTRL_STOPPED : ARMDMA_SYSMMU_CTRL_DISABLED);
	unit_write(u, REG_CFG, 0);
	if (at->ctrl_vm && !u->hold_when_off)
		unit_write(u, at->ctrl_vm, 0);
	/* A fault that nobody repaired would come back as an interrupt of the next domain. */
	if (u->held)
		unit_write(u, at->int_clear, unit_read(u, at->int_status));
	u->held = u->enabled = false;
	u->domain->active_units--;
	u->clk_count--;
}
