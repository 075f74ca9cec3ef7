/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Telling the TLBs of what left the tables.
 *
 * Up to 5.0 a unit is blocked for it, so that no walk in progress brings an old entry back. From 5.1 on a
 * range is invalidated while the unit runs.
 */
#include <errno.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

/* Reads of STATUS before a block is given up; one more decides. */
#define BLOCK_POLLS 120
/* Attempts to block before an invalidation is done without. */
#define BLOCK_TRIES 3

bool unit_block(struct sysmmu_unit *u)
{
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	/* A busy master lets the unit stop only when its bursts have drained. */
	for (int i = 0; i < BLOCK_POLLS; i++) {
		if (unit_read(u, REG_STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED)
			break;
	}
	if (unit_read(u, REG_STATUS) & ARMDMA_SYSMMU_STATUS_BLOCKED) {
		u->domain->st.blocks++;
		return true;
	}
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	return false;
}

static bool try_to_block(struct sysmmu_unit *u)
{
	for (int i = 0; i < BLOCK_TRIES; i++) {
		if (unit_block(u))
			return true;
	}
	return false;
}

/* Writes to FLUSH_ENTRY that a page of this size takes. */
static unsigned int flush_writes(const struct sysmmu_unit *u, uint32_t size)
{
	unsigned int n = size >> ARMDMA_PAGE_SHIFT, sets = u->variant->flush_sets;

	if (!sets)
		return 1;
	return n < sets ? n : sets;
}

static bool flush_whole(const struct sysmmu_unit *u, const struct tlb_batch *b)
{
	unsigned int writes = 0;

	if (u->needs_flush || u->domain->retired || b->entries > FLUSH_ENTRY_MAX)
		return true;
	/* Buffers hold invalid neighbours of what goes now: whoever is mapped there next would meet them. */
	if (u->nr_prefetch && erratum(u->m, ERRATUM_INVALID_CACHED) && u->variant->errata & ERRATUM_INVALID_CACHED)
		return true;
	for (unsigned int i = 0; i < b->nr; i++)
		writes += flush_writes(u, b->size[i]);
	return writes > FLUSH_ENTRY_MAX;
}

static void flush_all(struct sysmmu_unit *u)
{
	unit_write(u, u->variant->at->flush_all, ARMDMA_SYSMMU_FLUSH_ALL);
	u->domain->st.flush_all++;
}

static void flush_entries(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	for (unsigned int i = 0; i < b->nr; i++) {
		unsigned int n = flush_writes(u, b->size[i]);

		for (uint32_t va = b->iova[i]; n--; va += (uint32_t)ARMDMA_PAGE_SIZE) {
			unit_write(u, u->variant->at->flush_entry, va | ARMDMA_SYSMMU_FLUSH_GO);
			u->domain->st.flush_entry++;
		}
	}
}

/* Vendors write the last byte, Linux the last page's first, and hardware ignores what is below a page. */
static void flush_range(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	const struct unit_layout *at = u->variant->at;

	unit_write(u, at->range_start, (uint32_t)b->first);
	unit_write(u, at->range_end, (uint32_t)(b->end - ARMDMA_PAGE_SIZE));
	unit_write(u, at->flush_range, ARMDMA_SYSMMU_FLUSH_GO);
	u->domain->st.flush_range++;
}

/* Without a block where the hardware does not need it. True: that was all. */
static bool flush_running(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	if (u->variant->at->flush_range && !u->needs_flush && !u->domain->retired && b->end > b->first) {
		flush_range(u, b);
		return true;
	}
	if (u->no_block) {
		flush_all(u);
		return true;
	}
	return false;
}

static void unit_invalidate(struct sysmmu_unit *u, const struct tlb_batch *b)
{
	bool blocked = false;

	if (flush_running(u, b))
		return;
	/* A fault has blocked the unit already, and CTRL must not change before it is resolved. */
	if (!u->held && !u->stopped) {
		blocked = try_to_block(u);
		u->timed_out = !blocked;
	}
	/*
	 * A unit that does not stop is flushed while it runs. A walk in progress may still bring back an old entry, so
	 * that it is flushed again as soon as it stops; skipping the flush would leave the device with freed memory for certain.
	 */
	if (u->timed_out || flush_whole(u, b)) {
		flush_all(u);
		u->needs_flush = u->timed_out;
	} else {
		flush_entries(u, b);
	}
	if (blocked)
		unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

/* ---- Domains -------------------------------------------------------------- */

#define domain_for_each_unit(d, dev, i) \
	LIST_FOREACH(dev, &(d)->devices, domain_link) \
		for (unsigned int i = 0; i < (dev)->nr_units; i++)

static void report_timeouts(struct armdma_domain *d, uint64_t iova, uint64_t len)
{
	struct armdma_device *dev;

	domain_for_each_unit(d, dev, i) {
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
	domain_for_each_unit(d, dev, i) {
		if (!dev->units[i]->enabled)
			continue;
		unit_invalidate(dev->units[i], b);
		timed_out |= dev->units[i]->timed_out;
	}
	/* Also after a timeout: the old pointers went long ago, and the flush dropped what caches had of them. */
	domain_free_retired(d);
	armdma_hw_irq_restore(d->m->hw, flags);
	if (timed_out)
		report_timeouts(d, iova, len);
}

/* What 3.2 and 3.3 get wrong is how later units are meant: only for those it can be left out, to see why it is done. */
static bool caches_level1(const struct sysmmu_unit *u)
{
	return u->variant->level1_cache &&
	       (!(u->variant->errata & ERRATUM_LEVEL1_KEPT) || erratum(u->m, ERRATUM_LEVEL1_KEPT));
}

bool domain_caches_level1(const struct armdma_domain *d)
{
	const struct armdma_device *dev;

	domain_for_each_unit(d, dev, i) {
		if (dev->units[i]->enabled && caches_level1(dev->units[i]))
			return true;
	}
	return false;
}

/* A unit that holds a fault accepts nothing, and stays so. */
static bool stop_unit(struct sysmmu_unit *u)
{
	if (!u->enabled || u->held)
		return true;
	if (u->no_block)
		return false;
	u->stopped = try_to_block(u);
	return u->stopped;
}

int domain_stop(struct armdma_domain *d)
{
	struct armdma_device *dev;

	if (!d->active_units)
		return 0;
	domain_for_each_unit(d, dev, i) {
		if (stop_unit(dev->units[i]))
			continue;
		domain_go(d);
		return -EBUSY;
	}
	return 0;
}

void domain_go(struct armdma_domain *d)
{
	struct armdma_device *dev;

	domain_for_each_unit(d, dev, i) {
		struct sysmmu_unit *u = dev->units[i];

		if (u->stopped)
			unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
		u->stopped = false;
	}
}
