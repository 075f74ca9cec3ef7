/* SPDX-License-Identifier: BSD-2-Clause */
/* Page-size policies: from a driver's wish to blocks and entries. */
#include <errno.h>

#include <armdma/iommu.h>

#include "lib/dma/dma.h"
#include "lib/dma/pgsize.h"

#define SZ_4K 0x1000ull
#define SZ_64K 0x10000ull
#define SZ_1M 0x100000ull
#define SZ_2M 0x200000ull

struct armdma_pgsize_policy armdma_pgsize_linux(void)
{
	return (struct armdma_pgsize_policy){ 0 };
}

struct armdma_pgsize_policy armdma_pgsize_4k(void)
{
	return (struct armdma_pgsize_policy){ .preferred = SZ_4K, .max = SZ_4K };
}

struct armdma_pgsize_policy armdma_pgsize_strict(uint64_t size)
{
	return (struct armdma_pgsize_policy){ .min = size, .preferred = size, .max = size };
}

struct armdma_pgsize_policy armdma_pgsize_promote(void)
{
	return (struct armdma_pgsize_policy){ .preferred = SZ_4K, .promote = true };
}

static bool is_page_size(uint64_t size)
{
	return !size || size == SZ_4K || size == SZ_64K || size == SZ_1M || size == SZ_2M;
}

int armdma_device_set_pgsize_policy(struct armdma_device *dev, const struct armdma_pgsize_policy *policy)
{
	MACHINE_ENTER(dev->m);
	struct armdma_pgsize_policy p = policy ? *policy : armdma_pgsize_linux();
	int ret = 0;

	if (!is_page_size(p.min) || !is_page_size(p.preferred) || !is_page_size(p.max) ||
	    (p.iova_align & (p.iova_align - 1)) || (p.preferred && p.preferred < p.min))
		return -EINVAL;
	if (dev->mapping && p.promote != dev->pgsize.promote)
		ret = armdma_domain_set_promote(dev->mapping->domain, p.promote);
	if (!ret)
		dev->pgsize = p;
	return ret;
}

struct armdma_pgsize_policy armdma_device_pgsize_policy(const struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);

	return dev->pgsize;
}

int dma_pgsize_attach(const struct armdma_device *dev, struct armdma_domain *d)
{
	return dev->pgsize.promote ? armdma_domain_set_promote(d, true) : 0;
}

static uint64_t entries_up_to(uint64_t max)
{
	return max ? 2 * max - 1 : UINT64_MAX;
}

/* What the attributes of a buffer say goes before what its device's policy says. */
static struct armdma_pgsize_policy wish(const struct armdma_device *dev, unsigned long attrs)
{
	static const uint64_t size_of_attr[] = { 0, SZ_4K, SZ_64K, SZ_1M, 0, 0, 0, 0 };
	struct armdma_pgsize_policy p = dev->pgsize;
	uint64_t size = size_of_attr[(attrs & ARMDMA_ATTR_PGSIZE_MASK) / ARMDMA_ATTR_PGSIZE_4K];

	if (size) {
		p.min = p.preferred = size;
		if (p.max && p.max < size)
			p.max = size;
	} else if (attrs & ARMDMA_ATTR_ALLOC_SINGLE_PAGES && p.min <= SZ_4K) {
		p.preferred = SZ_4K;
	}
	if (!p.min)
		p.min = SZ_4K;
	if (!p.preferred)
		p.preferred = p.min > SZ_2M ? p.min : SZ_2M;
	return p;
}

void dma_pgsize_plan(const struct armdma_device *dev, unsigned long attrs, struct pgsize_plan *plan)
{
	static const uint64_t sizes[] = { SZ_2M, SZ_1M, SZ_64K, SZ_4K };
	const struct armdma_pgsize_policy p = wish(dev, attrs);
	unsigned int n = 0;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i] <= p.preferred && sizes[i] >= p.min)
			plan->orders[n++] = armdma_get_order((size_t)sizes[i]);
	}
	plan->last = plan->orders[n - 1];
	plan->entries = entries_up_to(p.max);
	/* Blocks are aligned to their size; at IOVAs that are not, no entry of that size could map them. */
	plan->iova_align = p.iova_align > p.min ? p.iova_align : p.min > SZ_4K ? p.min : p.iova_align;
}

size_t dma_pgsize_round(const struct armdma_device *dev, unsigned long attrs, size_t npages)
{
	size_t block = (size_t)wish(dev, attrs).min >> ARMDMA_PAGE_SHIFT;

	if (!dev->mapping || dev->coherent)
		return npages;
	return (npages + block - 1) / block * block;
}

uint64_t dma_pgsize_entries(const struct armdma_device *dev)
{
	return entries_up_to(dev->pgsize.max);
}
