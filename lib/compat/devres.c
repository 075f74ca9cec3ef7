/* SPDX-License-Identifier: BSD-2-Clause */
/* What is freed with a driver: a stack of functions to call. */
#include <stdlib.h>

#include <linux/dma-mapping.h>

#include "lib/compat/internal.h"

struct armdma_compat_devres {
	struct armdma_compat_devres *next;
	void (*fn)(void *data);
	void *data;
	bool own;	/* data goes with the entry */
};

int devres_push(struct device *dev, void (*fn)(void *data), void *data, bool own)
{
	struct armdma_compat_devres *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = (struct armdma_compat_devres){ .next = dev->devres, .fn = fn, .data = data, .own = own };
	dev->devres = r;
	return 0;
}

static void drop(struct armdma_compat_devres *r)
{
	if (r->own)
		free(r->data);
	free(r);
}

int armdma_compat_devm_add(struct device *dev, void (*fn)(void *data), void *data, const char *call)
{
	struct armdma_machine *m = dev ? NULL : armdma_compat_need(call);

	if (m)
		armdma_report_misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, __builtin_return_address(0),
				     "%s() is called without a device (NULL)", call);
	return dev ? devres_push(dev, fn, data, false) : -EINVAL;
}

/* Unlink the newest entry that fits; NULL: none. */
static struct armdma_compat_devres *take(struct device *dev, void (*fn)(void *data),
					 bool (*fits)(const void *data, const void *key), const void *key)
{
	struct armdma_compat_devres **p, *r;

	for (p = &dev->devres; (r = *p); p = &r->next) {
		if (r->fn == fn && fits(r->data, key)) {
			*p = r->next;
			return r;
		}
	}
	return NULL;
}

static bool same(const void *data, const void *key)
{
	return data == key;
}

static bool forget(struct device *dev, void (*fn)(void *data), bool (*fits)(const void *data, const void *key),
		   const void *key)
{
	struct armdma_compat_devres *r = dev ? take(dev, fn, fits, key) : NULL;

	if (r)
		drop(r);
	return r;
}

bool armdma_compat_devm_take(struct device *dev, void (*fn)(void *data), const void *data)
{
	return forget(dev, fn, same, data);
}

void devres_release(struct device *dev)
{
	struct armdma_compat_devres *r;

	while ((r = dev->devres)) {
		dev->devres = r->next;
		r->fn(r->data);
		drop(r);
	}
}

void devres_forget(struct device *dev)
{
	struct armdma_compat_devres *r;

	while ((r = dev->devres)) {
		dev->devres = r->next;
		drop(r);
	}
}

void armdma_compat_kfree(void *p)
{
	kfree(p);
}

/* ---- coherent buffers ------------------------------------------------------------ */

struct dmam {
	struct armdma_device *dev;
	size_t size;
	void *cpu;
	dma_addr_t handle;
};

static void dmam_release(void *data)
{
	struct dmam *d = data;

	armdma_dmam_free_coherent(d->dev, d->size, d->cpu, d->handle);
}

int armdma_compat_dmam_add(struct device *dev, size_t size, void *cpu, dma_addr_t handle)
{
	struct dmam *d = malloc(sizeof(*d));
	int ret;

	if (!d)
		return -ENOMEM;
	*d = (struct dmam){ .dev = dev->armdma, .size = size, .cpu = cpu, .handle = handle };
	ret = devres_push(dev, dmam_release, d, true);
	if (ret)
		free(d);
	return ret;
}

static bool is_buffer(const void *data, const void *key)
{
	return ((const struct dmam *)data)->cpu == key;
}

void armdma_compat_dmam_take(struct device *dev, const void *cpu)
{
	forget(dev, dmam_release, is_buffer, cpu);
}

/* ---- pools -------------------------------------------------------------------------- */

void armdma_compat_pool_destroy(void *pool)
{
	armdma_dmam_pool_destroy(pool);
}

/* Which device's it is, nobody says: it is looked for. */
void armdma_compat_pool_forget(struct armdma_dma_pool *pool)
{
	struct armdma_machine *m = armdma_compat_machine();
	struct compat *c = m ? compat_of(m) : NULL;
	struct board_device *b;

	if (!c)
		return;
	TAILQ_FOREACH(b, &c->devices, link)
		if (armdma_compat_devm_take(&b->pdev.dev, armdma_compat_pool_destroy, pool))
			return;
}

/* ---- interrupts ------------------------------------------------------------------------ */

struct irqres {
	struct armdma_machine *m;
	unsigned int irq;
	void *dev_id;
};

static void irq_release(void *data)
{
	struct irqres *r = data;

	armdma_compat_free_irq(r->m, r->irq, r->dev_id);
}

int armdma_compat_devm_irq(struct device *dev, unsigned int irq, void *dev_id)
{
	struct armdma_machine *m = armdma_compat_machine();
	struct irqres *r = malloc(sizeof(*r));

	if (r)
		*r = (struct irqres){ .m = m, .irq = irq, .dev_id = dev_id };
	if (r && !devres_push(dev, irq_release, r, true))
		return 0;
	free(r);
	armdma_compat_free_irq(m, irq, dev_id);
	return -ENOMEM;
}

static bool is_irq(const void *data, const void *key)
{
	const struct irqres *r = data, *k = key;

	return r->irq == k->irq && r->dev_id == k->dev_id;
}

bool armdma_compat_devm_irq_take(struct device *dev, unsigned int irq, void *dev_id)
{
	struct irqres key = { .irq = irq, .dev_id = dev_id };

	return forget(dev, irq_release, is_irq, &key);
}
