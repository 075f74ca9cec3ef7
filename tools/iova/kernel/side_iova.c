/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's side of the policies on drivers/iommu/iova.c. */
#include "shim.h"
#include <linux/iova.h>

#include "side.h"

void *side_iova_new(unsigned long granule, unsigned long first, bool caches)
{
	struct iova_domain *d = shim_alloc(sizeof(*d));

	if (!d)
		return NULL;
	if (iova_cache_get())
		goto fail;
	init_iova_domain(d, granule, first);
	if (!caches || !iova_domain_init_rcaches(d))
		return d;
	iova_cache_put();
fail:
	shim_free(d);
	return NULL;
}

void side_iova_delete(void *p, bool caches)
{
	struct iova_domain *d = p;

	/* put_iova_domain() ends the caches, which have to be there. */
	if (!caches && iova_domain_init_rcaches(d))
		abort();
	put_iova_domain(d);
	iova_cache_put();
	shim_free(d);
}

unsigned long side_iova_alloc(void *d, unsigned long n, unsigned long last, bool caches)
{
	struct iova *iova;

	if (caches)
		return alloc_iova_fast(d, n, last, true);
	iova = alloc_iova(d, n, last, true);
	return iova ? iova->pfn_lo : 0;
}

void side_iova_free(void *d, unsigned long at, unsigned long n, bool caches)
{
	if (caches)
		free_iova_fast(d, at, n);
	else
		free_iova(d, at);
}

bool side_iova_reserve(void *d, unsigned long at, unsigned long n)
{
	return reserve_iova(d, at, at + n - 1) != NULL;
}
