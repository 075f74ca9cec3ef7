/* SPDX-License-Identifier: BSD-2-Clause */
/* Managed things of a driver: released when it lets go of its device, last first (devres). */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"

struct dma_managed {
	TAILQ_ENTRY(dma_managed) link;	/* newest first */
	RB_ENTRY(dma_managed) entry;	/* by key */
	dma_release_fn release;
	const void *key;		/* what a driver would name it by: CPU address, pool */
	void *what;
};

static int managed_cmp(const struct dma_managed *a, const struct dma_managed *b)
{
	return (uintptr_t)a->key < (uintptr_t)b->key ? -1 : (uintptr_t)a->key > (uintptr_t)b->key;
}

RB_GENERATE_INTERNAL(dma_managed_tree, dma_managed, entry, managed_cmp, static __attribute__((unused)))

/* A managed buffer, as its record would have to be freed. */
struct managed_buffer {
	void *cpu;
	size_t size;
	armdma_dma_t handle;
	unsigned long attrs;
};

int dma_managed_add(struct armdma_device *dev, dma_release_fn release, const void *key, void *what)
{
	struct dma_managed *d = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->release = release;
	d->key = key;
	d->what = what;
	TAILQ_INSERT_HEAD(&dev->dma->managed, d, link);
	RB_INSERT(dma_managed_tree, &dev->dma->managed_by_key, d);
	return 0;
}

static struct dma_managed *find(struct armdma_device *dev, dma_release_fn release, const void *key)
{
	struct dma_managed want = { .key = key };
	struct dma_managed *d = RB_FIND(dma_managed_tree, &dev->dma->managed_by_key, &want);

	return d && d->release == release ? d : NULL;
}

/* Off the books; what it stood for. */
static void *take(struct armdma_device *dev, struct dma_managed *d)
{
	void *what = d->what;

	TAILQ_REMOVE(&dev->dma->managed, d, link);
	RB_REMOVE(dma_managed_tree, &dev->dma->managed_by_key, d);
	free(d);
	return what;
}

bool dma_managed_holds(struct armdma_device *dev, const void *key)
{
	struct dma_managed want = { .key = key };

	return RB_FIND(dma_managed_tree, &dev->dma->managed_by_key, &want);
}

bool dma_managed_forget(struct armdma_device *dev, dma_release_fn release, const void *key)
{
	struct dma_managed *d = find(dev, release, key);

	if (d)
		take(dev, d);
	return d != NULL;
}

static void release_buffer(struct armdma_device *dev, void *what)
{
	struct dma_call call = { .name = "dmam_alloc_attrs (released with the driver)", .site = NULL };
	struct managed_buffer *mb = what;

	dma_free(dev, mb->size, mb->cpu, mb->handle, mb->attrs, &call);
	free(mb);
}

static void *alloc_managed(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp,
			   unsigned long attrs, const struct dma_call *call)
{
	struct managed_buffer *mb = malloc(sizeof(*mb));
	void *cpu = mb ? dma_alloc(dev, size, handle, gfp, attrs, call) : NULL;

	if (!cpu)
		goto free_record;
	*mb = (struct managed_buffer){ cpu, size, *handle, attrs };
	if (!dma_managed_add(dev, release_buffer, cpu, mb))
		return cpu;
	dma_free(dev, size, cpu, *handle, attrs, call);
	*handle = ARMDMA_MAPPING_ERROR;
	dev->dma->failures++;
free_record:
	free(mb);
	return NULL;
}

void *armdma_dmam_alloc_attrs(struct armdma_device *dev, size_t size, armdma_dma_t *handle, armdma_gfp_t gfp,
			      unsigned long attrs)
{
	DMA_CALL(call, "dmam_alloc_attrs");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? alloc_managed(dev, size, handle, gfp, attrs, &call) : NULL;
}

void *armdma_dmam_alloc_coherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				 armdma_gfp_t gfp)
{
	DMA_CALL(call, "dmam_alloc_coherent");

	*handle = ARMDMA_MAPPING_ERROR;
	if (!dma_enter(dev, &call))
		return NULL;
	return alloc_managed(dev, size, handle, gfp, gfp & ARMDMA__GFP_NOWARN ? ARMDMA_ATTR_NO_WARN : 0, &call);
}

void armdma_dmam_free_coherent(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle)
{
	DMA_CALL(call, "dmam_free_coherent");
	struct managed_buffer *mb;
	struct dma_managed *d;

	if (!dma_enter(dev, &call) || !cpu)
		return;
	d = find(dev, release_buffer, cpu);
	mb = d ? d->what : NULL;
	if (!mb || mb->size != size || mb->handle != handle) {
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call.site, handle, size,
		       "%s of %p, %zu bytes, handle 0x%llx, which is no managed buffer of %s", call.name, cpu,
		       size, (unsigned long long)handle, dev->name);
		return;
	}
	take(dev, d);
	dma_free(dev, size, cpu, handle, mb->attrs, &call);
	free(mb);
}

void armdma_device_unbind(struct armdma_device *dev)
{
	DMA_CALL(call, "armdma_device_unbind");
	struct dma_managed *d;

	if (!dma_enter(dev, &call))
		return;
	might_sleep(dev->m, dev, call.name, call.site);
	while ((d = TAILQ_FIRST(&dev->dma->managed))) {
		dma_release_fn release = d->release;

		release(dev, take(dev, d));
	}
	dma_report_leaks(dev->m, dev);
}

void dma_managed_destroy(struct armdma_device *dev)
{
	struct dma_managed *d;

	while ((d = TAILQ_FIRST(&dev->dma->managed))) {
		bool buffer = d->release == release_buffer;
		void *what = take(dev, d);

		if (buffer)
			free(what);
	}
}
