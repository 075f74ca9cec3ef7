/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOMMU mappings: an IO address space (domain and IOVA allocator) that devices
 * are attached to.
 *
 * Creating and attaching are apart from allocation: an allocation never touches whether the SYSMMU is enabled.
 * Behaviour: Linux 6.1 arm_iommu_create_mapping(), attach, detach, release.
 */
#include <errno.h>
#include <stdlib.h>

#include <armdma/iommu.h>

#include "lib/dma/dma.h"
#include "lib/dma/pgsize.h"
#include "lib/iommu/iommu.h"

static void *set_error(int *error, int value)
{
	if (error)
		*error = value;
	return NULL;
}

/*
 * The API promises addresses that are multiples of the size's power of two. First fit counts from the base on, as Linux 6.1
 * does: in a space that starts elsewhere than at such a multiple, it must be told.
 */
static bool by_address(const struct armdma_iommu_mapping *mapping, bool counts_from_base)
{
	uint64_t cap = ARMDMA_PAGE_SIZE << mapping->m->cfg->iova_align_order;

	return counts_from_base && !as_linux(mapping->m) && mapping->base % cap;
}

struct armdma_iommu_mapping *dma_mapping_create(struct armdma_machine *m, armdma_dma_t base, uint64_t size,
						const struct armdma_iova_policy *policy, int *error)
{
	struct armdma_iova_space space = {
		.base = base, .size = size, .granule = (uint32_t)ARMDMA_PAGE_SIZE,
		.align_order = m->cfg->iova_align_order
	};
	struct armdma_iommu_mapping *mapping;
	struct armdma_error err;
	int ret;

	set_error(error, 0);
	if (size > 1ULL << 32 || base > (1ULL << 32) - size)
		return set_error(error, -ERANGE);
	if (size < ARMDMA_PAGE_SIZE || base % ARMDMA_PAGE_SIZE)
		return set_error(error, -EINVAL);
	mapping = calloc(1, sizeof(*mapping));
	if (!mapping)
		return set_error(error, -ENOMEM);
	mapping->m = m;
	mapping->base = base;
	mapping->size = size;
	mapping->refs = 1;
	if (as_linux(m) && !policy)
		space.flags = ARMDMA_IOVA_LINUX_SIZING;
	if (!policy)
		policy = as_linux(m) ? armdma_iova_linux_arm() : armdma_iova_find("first-fit");
	mapping->policy = policy;
	mapping->align_from_0 = by_address(mapping, policy == armdma_iova_find("first-fit"));
	ret = mapping->policy->create(mapping->policy, &mapping->iova, &space, &err);
	if (ret)
		goto free_mapping;
	mapping->domain = armdma_domain_alloc(m);
	if (mapping->domain) {
		iommu_region_rule(m, &mapping->region_align, &mapping->region_hole);
		LIST_INSERT_HEAD(&m->dma->mappings, mapping, link);
		return mapping;
	}
	ret = -ENOMEM;
	mapping->policy->destroy(mapping->iova);
free_mapping:
	free(mapping);
	return set_error(error, ret);
}

struct armdma_iommu_mapping *
armdma_iommu_create_mapping(struct armdma_machine *m, armdma_dma_t base, uint64_t size,
			    const struct armdma_iova_policy *policy, int *error)
{
	DMA_CALL(call, "arm_iommu_create_mapping");

	dma_enter_mapping(m, &call);
	might_sleep(m, NULL, call.name, call.site);
	return dma_mapping_create(m, base, size, policy, error);
}

static void mapping_free(struct armdma_iommu_mapping *mapping)
{
	LIST_REMOVE(mapping, link);
	armdma_domain_free(mapping->domain);
	mapping->policy->destroy(mapping->iova);
	free(mapping);
}

void dma_mapping_put(struct armdma_iommu_mapping *mapping)
{
	if (--mapping->refs == 0)
		mapping_free(mapping);
}

void dma_free_mappings(struct armdma_machine *m)
{
	struct armdma_iommu_mapping *mapping;

	while ((mapping = LIST_FIRST(&m->dma->mappings)))
		mapping_free(mapping);
}

void armdma_iommu_release_mapping(struct armdma_iommu_mapping *mapping)
{
	DMA_CALL(call, "arm_iommu_release_mapping");
	struct armdma_iova_stats st;

	if (!mapping)
		return;
	dma_enter_mapping(mapping->m, &call);
	might_sleep(mapping->m, NULL, call.name, call.site);
	if (mapping->refs == 1) {
		armdma_domain_flush(mapping->domain);
		mapping->policy->stats(mapping->iova, &st);
		if (st.used > mapping->lost && !mapping->m->abandoned)
			misuse(mapping->m, ARMDMA_REPORT_LEAK, NULL, call.site,
			       ARMDMA_MAPPING_ERROR, st.used - mapping->lost,
			       "%llu bytes of IO address space are still allocated in a mapping that is released",
			       (unsigned long long)(st.used - mapping->lost));
	}
	dma_mapping_put(mapping);
}

int dma_attach(struct armdma_device *dev, struct armdma_iommu_mapping *mapping)
{
	int ret;

	if (dev->mapping || dev->dma->bounce)
		return -EBUSY;
	ret = dma_pgsize_attach(dev, mapping->domain);
	if (ret)
		return ret;
	ret = armdma_domain_attach(mapping->domain, dev);
	if (ret)
		return ret;
	mapping->refs++;
	dev->mapping = mapping;
	dev->ops = dma_iommu_ops(dev->coherent);
	return 0;
}

int armdma_iommu_attach_device(struct armdma_device *dev, struct armdma_iommu_mapping *mapping)
{
	DMA_CALL(call, "arm_iommu_attach_device");

	if (!dma_enter(dev, &call) || !mapping)
		return -EINVAL;
	might_sleep(dev->m, dev, call.name, call.site);
	return dma_attach(dev, mapping);
}

void dma_detach_quietly(struct armdma_device *dev)
{
	struct armdma_iommu_mapping *mapping = dev->mapping;

	armdma_domain_detach(mapping->domain, dev);
	dev->mapping = NULL;
	dev->ops = dma_direct_ops(dev->coherent);
	dma_mapping_put(mapping);
}

void armdma_iommu_detach_device(struct armdma_device *dev)
{
	DMA_CALL(call, "arm_iommu_detach_device");

	if (!dma_enter(dev, &call))
		return;
	might_sleep(dev->m, dev, call.name, call.site);
	if (!dev->mapping) {
		misuse(dev->m, ARMDMA_REPORT_BAD_ARGUMENT, dev, call.site,
		       ARMDMA_MAPPING_ERROR, 0, "%s is detached but was not attached", dev->name);
		return;
	}
	device_check_idle(dev, call.name, call.site);
	if ((dev->dma->live_allocs || dev->dma->live_maps) && !dev->m->abandoned)
		misuse(dev->m, ARMDMA_REPORT_LEAK, dev, call.site,
		       ARMDMA_MAPPING_ERROR, dev->dma->live_bytes,
		       "%s is detached with %llu buffers and %llu streaming mappings still live",
		       dev->name, (unsigned long long)dev->dma->live_allocs,
		       (unsigned long long)dev->dma->live_maps);
	dma_detach_quietly(dev);
}

struct armdma_iommu_mapping *armdma_to_iommu_mapping(const struct armdma_device *dev)
{
	DMA_CALL(call, "to_dma_iommu_mapping");

	return dma_given(dev, &call) ? dev->mapping : NULL;
}

struct armdma_domain *armdma_mapping_domain(const struct armdma_iommu_mapping *mapping)
{
	return mapping->domain;
}

void armdma_mapping_iova_stats(const struct armdma_iommu_mapping *mapping,
			       struct armdma_iova_stats *st)
{
	MACHINE_ENTER(mapping->m);

	mapping->policy->stats(mapping->iova, st);
}

/* ---- IOVAs ------------------------------------------------------------- */

__attribute__((noinline))
static void emit(struct armdma_iommu_mapping *mapping, enum armdma_event_type type,
		 armdma_dma_t addr, uint64_t size, int result)
{
	struct armdma_event ev = { .type = type, .addr = addr, .len = size, .result = result,
				   .value = armdma_domain_table(mapping->domain) };

	armdma_event_emit(mapping->m->ev, &ev);
}

/* IOVAs that wait for a flush come back. True: there were some. */
static bool flush_lazy(struct armdma_iommu_mapping *mapping)
{
	struct armdma_iommu_stats st;

	armdma_domain_stats(mapping->domain, &st);
	armdma_domain_flush(mapping->domain);
	return st.lazy_waiting;
}

/* Bytes that a region takes: with the hole behind it, up to where the next may start. */
static uint64_t region_size(const struct armdma_iommu_mapping *mapping, uint64_t size)
{
	uint64_t align = mapping->region_align;

	return align ? (size + mapping->region_hole + align - 1) & ~(align - 1) : size;
}

/* Alignment by size, up to the cap, that a policy would choose by itself if it were not asked for the region rule's. */
static uint64_t region_alignment(const struct armdma_iommu_mapping *mapping, uint64_t size)
{
	uint64_t align = mapping->region_align, cap = ARMDMA_PAGE_SIZE << mapping->m->cfg->iova_align_order;

	if (!align)
		align = ARMDMA_PAGE_SIZE;

	while (align < size && align < cap)
		align *= 2;
	return align;
}

static inline int iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size, uint64_t limit, uint64_t align,
			     armdma_dma_t *addr)
{
	struct armdma_iova_request req = { .size = size, .limit = limit, .align = align };
	int ret = -ENOMEM;

	if (limit == UINT64_MAX)
		req.limit = 0;
	if (mapping->region_align || mapping->align_from_0) {
		req.size = region_size(mapping, size);
		if (region_alignment(mapping, size) > align)
			req.align = region_alignment(mapping, size);
	}
	if (!fail_now(mapping->m, ARMDMA_FAIL_IOVA)) {
		ret = mapping->policy->alloc(mapping->iova, &req, addr);
		if (ret == -ENOMEM && flush_lazy(mapping))
			ret = mapping->policy->alloc(mapping->iova, &req, addr);
	}
	return ret;
}

__attribute__((noinline))
static armdma_dma_t iova_alloc_watched(struct armdma_iommu_mapping *mapping, uint64_t size, uint64_t limit,
				       uint64_t align)
{
	armdma_dma_t addr = ARMDMA_MAPPING_ERROR;
	int ret = iova_alloc(mapping, size, limit, align, &addr);

	emit(mapping, ARMDMA_EV_IOVA_ALLOC, addr, size, ret);
	return ret ? ARMDMA_MAPPING_ERROR : addr;
}

armdma_dma_t dma_iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size, uint64_t limit, uint64_t align)
{
	armdma_dma_t addr = ARMDMA_MAPPING_ERROR;

	if (armdma_event_on(mapping->m->ev, ARMDMA_EV_IOVA_ALLOC))
		return iova_alloc_watched(mapping, size, limit, align);
	return iova_alloc(mapping, size, limit, align, &addr) ? ARMDMA_MAPPING_ERROR : addr;
}

/* Apart, so that the usual way needs no registers saved. */
__attribute__((noinline))
static int iova_free_watched(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size)
{
	emit(mapping, ARMDMA_EV_IOVA_FREE, addr, size, 0);
	return mapping->policy->free(mapping->iova, addr, region_size(mapping, size));
}

int dma_iova_free(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size)
{
	if (armdma_event_on(mapping->m->ev, ARMDMA_EV_IOVA_FREE))
		return iova_free_watched(mapping, addr, size);
	return mapping->policy->free(mapping->iova, addr, region_size(mapping, size));
}

static void release_iova(void *ctx, armdma_dma_t addr, uint64_t size)
{
	dma_iova_free(ctx, addr, size);
}

void dma_iova_unmap(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size)
{
	iommu_unmap_release(mapping->domain, addr, size, release_iova, mapping);
}

int armdma_mapping_iova_alloc(struct armdma_iommu_mapping *mapping, uint64_t size,
			      armdma_dma_t *addr)
{
	DMA_CALL(call, "mapping_iova_alloc");

	dma_enter_mapping(mapping->m, &call);
	if (!size)
		return -EINVAL;
	*addr = dma_iova_alloc(mapping, ARMDMA_PAGE_ALIGN(size), UINT64_MAX, 0);
	if (*addr == ARMDMA_MAPPING_ERROR)
		return -ENOMEM;
	mapping->manual += ARMDMA_PAGE_ALIGN(size);
	return 0;
}

int armdma_mapping_iova_free(struct armdma_iommu_mapping *mapping, armdma_dma_t addr, uint64_t size)
{
	DMA_CALL(call, "mapping_iova_free");
	int ret;

	dma_enter_mapping(mapping->m, &call);
	ret = dma_iova_free(mapping, addr, ARMDMA_PAGE_ALIGN(size));
	if (!ret)
		mapping->manual -= mapping->manual < ARMDMA_PAGE_ALIGN(size) ? mapping->manual : ARMDMA_PAGE_ALIGN(size);
	else
		misuse(mapping->m, ARMDMA_REPORT_BAD_FREE, NULL, call.site, addr,
		       size, "IOVA range 0x%llx+%llu is not allocated, nothing freed",
		       (unsigned long long)addr, (unsigned long long)size);
	return ret;
}
