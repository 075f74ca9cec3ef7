/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lazy invalidation: a bounded queue of ranges that are out of the tables, and perhaps still in TLBs. One flush of
 * everything serves all of them.
 */
#include <errno.h>
#include <stdlib.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

#define MAX_ENTRIES 65536u

static bool too_old(const struct armdma_domain *d)
{
	const struct lazy_queue *q = &d->lazy;

	return q->nr && q->limits.age && armdma_hw_now(d->m->hw) - q->since >= q->limits.age;
}

void lazy_flush(struct armdma_domain *d)
{
	struct lazy_queue *q = &d->lazy;
	unsigned int nr = q->nr;
	uint64_t first = SZ_4G;
	struct tlb_batch b;

	if (!nr)
		return;
	batch_init(&b);
	b.entries = FLUSH_ENTRY_MAX + 1;	/* of everything */
	for (unsigned int i = 0; i < nr; i++) {
		batch_span(&b, q->range[i].iova, q->range[i].iova + q->range[i].len);
		first = q->range[i].iova < first ? q->range[i].iova : first;
	}
	domain_invalidate(d, &b, first, b.end - first);
	d->st.lazy_flushes++;
	q->nr = 0;
	q->bytes = 0;
	domain_set_slow(d);
	for (unsigned int i = 0; i < nr; i++) {
		if (q->range[i].release)
			q->range[i].release(q->range[i].ctx, q->range[i].iova, q->range[i].len);
	}
}

bool lazy_queue_range(struct armdma_domain *d, uint64_t iova, uint64_t len, iommu_release_fn release, void *ctx)
{
	struct lazy_queue *q = &d->lazy;

	if (!q->range)
		return false;
	if (!q->nr)
		q->since = armdma_hw_now(d->m->hw);
	q->range[q->nr++] = (struct lazy_range){ iova, len, release, ctx };
	q->bytes += len;
	d->st.lazy_queued++;
	d->slow = true;
	if (q->nr == q->limits.entries || (q->limits.bytes && q->bytes >= q->limits.bytes) || too_old(d))
		lazy_flush(d);
	return true;
}

void lazy_settle(struct armdma_domain *d, uint64_t iova, uint64_t end)
{
	const struct lazy_queue *q = &d->lazy;
	bool wanted = too_old(d);

	for (unsigned int i = 0; i < q->nr && !wanted; i++)
		wanted = q->range[i].iova < end && iova < q->range[i].iova + q->range[i].len;
	if (wanted)
		lazy_flush(d);
}

void armdma_domain_flush(struct armdma_domain *d)
{
	MACHINE_ENTER(d->m);
	unsigned int flags = armdma_hw_irq_save(d->m->hw);

	lazy_flush(d);
	armdma_hw_irq_restore(d->m->hw, flags);
}

int armdma_domain_set_lazy(struct armdma_domain *d, const struct armdma_lazy *lazy)
{
	MACHINE_ENTER(d->m);
	struct lazy_range *range = NULL;

	if (lazy && (!lazy->entries || lazy->entries > MAX_ENTRIES))
		return -EINVAL;
	if (lazy) {
		range = calloc(lazy->entries, sizeof(*range));
		if (!range)
			return -ENOMEM;
	}
	armdma_domain_flush(d);
	free(d->lazy.range);
	d->lazy = (struct lazy_queue){ .range = range };
	if (lazy)
		d->lazy.limits = *lazy;
	return 0;
}
