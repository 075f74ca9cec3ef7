/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One SYSMMU of v1.x to v3.x: probe, enable, disable, block, TLB invalidation.
 *
 * Every access goes through readl/writel with their barriers, so that table words that were cleaned
 * before are in DRAM when the register changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

/* Reads of STATUS before a block is given up; one more decides. */
#define BLOCK_POLLS 120
/* Attempts to block before an invalidation is done without. */
#define BLOCK_TRIES 3

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

static uint32_t cfg_value(unsigned int version)
{
	if (version <= UNIT_VERSION(3, 1))
		return CFG_V1;
	return version == UNIT_VERSION(3, 2) ? CFG_V3_2 : CFG_V3_3;
}

static int unit_probe(struct armdma_machine *m, const struct armdma_sysmmu_config *cfg)
{
	struct sysmmu_unit *u = calloc(1, sizeof(*u));
	unsigned int major;
	int ret;

	if (!u)
		return -ENOMEM;
	u->m = m;
	u->name = cfg->name;
	u->regs = cfg->reg_base;
	u->irq = cfg->irq;
	u->clk_count++;
	u->version = decode_version(unit_read(u, ARMDMA_SYSMMU_REG_VERSION));
	u->clk_count--;
	major = u->version >> 7;
	if (major < 1 || major > 3) {
		armdma_hw_log(m->hw, "%s: SYSMMU version %u.%u is not supported", u->name, major,
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
	SLIST_INSERT_HEAD(&m->iommu->units, u, link);
	return 0;
}

int iommu_create(struct armdma_machine *m)
{
	int ret;

	m->iommu = calloc(1, sizeof(*m->iommu));
	if (!m->iommu)
		return -ENOMEM;
	SLIST_INIT(&m->iommu->units);
	LIST_INIT(&m->iommu->domains);
	LIST_INIT(&m->iommu->arena.partial);
	for (uint32_t i = 0; i < m->cfg->nr_sysmmus; i++) {
		ret = unit_probe(m, &m->cfg->sysmmus[i]);
		if (ret) {
			iommu_destroy(m);
			return ret;
		}
	}
	return 0;
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
		p->free |= 1u << ((d->l2[s].pa - p->pa) / ARMDMA_SYSMMU_L2_SIZE);
	}
	LIST_REMOVE(d, link);
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

void unit_enable(struct sysmmu_unit *u, struct armdma_domain *d)
{
	u->clk_count++;
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	unit_write(u, ARMDMA_SYSMMU_REG_CFG, cfg_value(u->version));
	unit_write(u, ARMDMA_SYSMMU_REG_PT_BASE, d->l1_pa);
	unit_write(u, ARMDMA_SYSMMU_REG_FLUSH, ARMDMA_SYSMMU_FLUSH_ALL);
	u->enabled = true;
	u->held = u->needs_flush = u->timed_out = false;
	d->active_units++;
	d->st.flush_all++;
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

void unit_disable(struct sysmmu_unit *u)
{
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
	unit_write(u, ARMDMA_SYSMMU_REG_CFG, 0);
	/* A fault that nobody repaired would come back as an interrupt of the next domain. */
	if (u->held)
		unit_write(u, ARMDMA_SYSMMU_REG_INT_CLEAR, unit_read(u, ARMDMA_SYSMMU_REG_INT_STATUS));
	u->held = u->enabled = false;
	u->domain->active_units--;
	u->clk_count--;
}

/* Stop translation. A busy master lets the unit stop only when its bursts have drained. */
static bool unit_block(struct sysmmu_unit *u)
{
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	for (int i = 0; i < BLOCK_POLLS; i++) {
		if (unit_read(u, ARMDMA_SYSMMU_REG_STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED)
			break;
	}
	if (unit_read(u, ARMDMA_SYSMMU_REG_STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED)
		return true;
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	return false;
}

/*
 * SYSMMU 2.x has a second-level TLB of 8 ways x 64 sets, indexed by the page number that was accessed: a
 * large page may sit in each of its 4 KiB pages' sets. Elsewhere one write drops a page of any size.
 */
static unsigned int flush_writes(const struct sysmmu_unit *u, uint32_t size)
{
	unsigned int n = size >> ARMDMA_PAGE_SHIFT;

	if (u->version >> 7 != 2)
		return 1;
	return n < 64 ? n : 64;
}

static bool flush_whole(const struct sysmmu_unit *u, const struct tlb_batch *b)
{
	unsigned int writes = 0;

	if (u->needs_flush || u->domain->retired || b->entries > FLUSH_ENTRY_MAX)
		return true;
	for (unsigned int i = 0; i < b->nr; i++)
		writes += flush_writes(u, b->size[i]);
	return writes > FLUSH_ENTRY_MAX;
}

static void flush_entries(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	for (unsigned int i = 0; i < b->nr; i++) {
		unsigned int n = flush_writes(u, b->size[i]);

		for (uint32_t va = b->iova[i]; n--; va += (uint32_t)ARMDMA_PAGE_SIZE) {
			unit_write(u, ARMDMA_SYSMMU_REG_FLUSH_ENTRY, va | ARMDMA_SYSMMU_FLUSH_GO);
			u->domain->st.flush_entry++;
		}
	}
}

static void unit_invalidate(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	bool blocked = false;

	/* A fault has blocked the unit already, and CTRL must not change before it is resolved. */
	if (!u->held) {
		for (int i = 0; i < BLOCK_TRIES && !blocked; i++)
			blocked = unit_block(u);
		u->timed_out = !blocked;
	}
	/*
	 * A unit that does not stop is flushed while it runs. A walk in progress may still bring back an old entry, so
	 * that it is flushed again as soon as it stops; skipping the flush would leave the device with freed memory for certain.
	 */
	if (u->timed_out || flush_whole(u, b)) {
		unit_write(u, ARMDMA_SYSMMU_REG_FLUSH, ARMDMA_SYSMMU_FLUSH_ALL);
		u->domain->st.flush_all++;
		u->needs_flush = u->timed_out;
	} else {
		flush_entries(u, b);
	}
	if (blocked)
		unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void report_timeouts(struct armdma_domain *d, uint64_t iova, uint64_t len)
{
	struct armdma_device *dev;

	LIST_FOREACH(dev, &d->devices, domain_link) {
		for (unsigned int i = 0; i < dev->nr_units; i++) {
			struct sysmmu_unit *u = dev->units[i];

			if (!u->timed_out)
				continue;
			u->timed_out = false;
			d->st.block_timeouts++;
			misuse(d->m, ARMDMA_REPORT_BLOCK_TIMEOUT, dev, NULL, iova, len,
			       "%s did not stop within %d x %d status reads: its TLB was flushed while it ran and may hold old entries",
			       u->name, BLOCK_TRIES, BLOCK_POLLS + 1);
		}
	}
}

void domain_invalidate(struct armdma_domain *d, const struct tlb_batch *b, uint64_t iova, uint64_t len)
{
	struct armdma_device *dev;
	bool timed_out = false;
	unsigned int flags;

	if (!d->active_units) {
		domain_free_retired(d);
		return;
	}
	/* A fault's handler would unblock the unit in the middle. */
	flags = armdma_hw_irq_save(d->m->hw);
	LIST_FOREACH(dev, &d->devices, domain_link) {
		for (unsigned int i = 0; i < dev->nr_units; i++) {
			if (!dev->units[i]->enabled)
				continue;
			unit_invalidate(dev->units[i], b);
			timed_out |= dev->units[i]->timed_out;
		}
	}
	/* Also after a timeout: the old pointers went long ago, and the flush dropped what caches had of them. */
	domain_free_retired(d);
	armdma_hw_irq_restore(d->m->hw, flags);
	if (timed_out)
		report_timeouts(d, iova, len);
}

bool domain_caches_level1(const struct armdma_domain *d)
{
	const struct armdma_device *dev;

	LIST_FOREACH(dev, &d->devices, domain_link) {
		for (unsigned int i = 0; i < dev->nr_units; i++) {
			if (dev->units[i]->enabled &&
			    dev->units[i]->version >= UNIT_VERSION(3, 2))
				return true;
		}
	}
	return false;
}
