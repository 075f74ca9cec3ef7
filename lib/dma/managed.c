/* SPDX-License-Identifier: BSD-2-Clause */
/* Managed things of a driver: released when it lets go of its device, last first (devres). */
#include <errno.h>
#include <stdlib.h>

#include "lib/dma/dma.h"

struct dma_managed {
	struct dma_managed *next;
	dma_release_fn release;
	void *what;
};

/* A managed buffer, as its record would have to be freed. */
struct managed_buffer {
	void *cpu;
	size_t size;
	armdma_dma_t handle;
	unsigned long attrs;
};

int dma_managed_add(struct armdma_device *dev, dma_release_fn release, void *what)
{
	struct dma_managed *d = NULL;

	if (!fail_now(dev->m, ARMDMA_FAIL_KMALLOC))
		d = malloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->release = release;
	d->what = what;
	d->next = dev->dma->managed;
	dev->dma->managed = d;
	return 0;
}

static void *take(struct armdma_device *dev, dma_release_fn release,
		  bool (*match)(const void *what, const void *key), const void *key)
{
	struct dma_managed **link = &dev->dma->managed, *d;
	void *what;

	while ((d = *link) && !(d->release == release && match(d->what, key)))
		link = &d->next;
	if (!d)
		return NULL;
	*link = d->next;
	what = d->what;
	free(d);
	return what;
}

static bool is_it(const void *what, const void *key)
{
	return what == key;
}

bool dma_managed_forget(struct armdma_device *dev, dma_release_fn release, const void *what)
{
	return take(dev, release, is_it, what) != NULL;
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
	if (!dma_managed_add(dev, release_buffer, mb))
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
	struct dma_call call = DMA_CALL("dmam_alloc_attrs");

	*handle = ARMDMA_MAPPING_ERROR;
	return dma_enter(dev, &call) ? alloc_managed(dev, size, handle, gfp, attrs, &call) : NULL;
}

void *armdma_dmam_alloc_coherent(struct armdma_device *dev, size_t size, armdma_dma_t *handle,
				 armdma_gfp_t gfp)
{
	struct dma_call call = DMA_CALL("dmam_alloc_coherent");

	*handle = ARMDMA_MAPPING_ERROR;
	if (!dma_enter(dev, &call))
		return NULL;
	return alloc_managed(dev, size, handle, gfp, gfp & ARMDMA__GFP_NOWARN ? ARMDMA_ATTR_NO_WARN : 0, &call);
}

static bool same_buffer(const void *what, const void *key)
{
	const struct managed_buffer *a = what, *b = key;

	return a->cpu == b->cpu && a->size == b->size && a->handle == b->handle;
}

void armdma_dmam_free_coherent(struct armdma_device *dev, size_t size, void *cpu, armdma_dma_t handle)
{
	struct dma_call call = DMA_CALL("dmam_free_coherent");
	struct managed_buffer key = { cpu, size, handle, 0 }, *mb;

	if (!dma_enter(dev, &call) || !cpu)
		return;
	mb = take(dev, release_buffer, same_buffer, &key);
	if (!mb) {
		misuse(dev->m, ARMDMA_REPORT_BAD_FREE, dev, call.site, handle, size,
		       "%s of %p, %zu bytes, handle 0x%llx, which is no managed buffer of %s", call.name, cpu,
		       size, (unsigned long long)handle, dev->name);
		return;
	}
	dma_free(dev, size, cpu, handle, mb->attrs, &call);
	free(mb);
}

void armdma_device_unbind(struct armdma_device *dev)
{
	struct dma_managed *d;

	if (!dev)
		return;
	might_sleep(dev->m, dev, "armdma_device_unbind", __builtin_return_address(0));
	while ((d = dev->dma->managed)) {
		dev->dma->managed = d->next;
		d->release(dev, d->what);
		free(d);
	}
	dma_report_leaks(dev->m, dev);
}

void dma_managed_destroy(struct armdma_device *dev)
{
	struct dma_managed *d;

	while ((d = dev->dma->managed)) {
		dev->dma->managed = d->next;
		if (d->release == release_buffer)
			free(d->what);
		free(d);
	}
}
