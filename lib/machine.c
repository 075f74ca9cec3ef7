/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine: hardware with the kernel software booted on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>

#include "lib/check/check.h"
#include "lib/dma/dma.h"
#include "lib/iommu/iommu.h"
#include "lib/irq/irq.h"
#include "lib/machine.h"
#include "lib/mm/mm.h"

static int boot(struct armdma_machine *m)
{
	int ret = irqchip_create(m);

	if (!ret)
		ret = mm_create(m);
	if (!ret)
		ret = iommu_create(m);
	if (!ret)
		ret = dma_create(m);
	for (uint32_t i = 0; !ret && i < m->cfg->nr_devices; i++)
		ret = device_add(m, &m->cfg->devices[i]);
	return ret;
}

int armdma_machine_create(struct armdma_machine **out, const struct armdma_config *cfg,
			  struct armdma_error *err)
{
	struct armdma_config preset;
	struct armdma_machine *m;
	int ret;

	*out = NULL;
	if (!cfg) {
		preset = armdma_config_exynos4210();
		cfg = &preset;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	SLIST_INIT(&m->devices);
	ret = armdma_hw_create(&m->hw, cfg, err);
	if (ret) {
		free(m);
		return ret;
	}
	m->ev = armdma_hw_events(m->hw);
	m->cfg = armdma_hw_config(m->hw);
	m->shared = m->cfg->shared;
	ret = check_create(m, err);
	if (ret) {
		armdma_hw_destroy(m->hw);
		free(m);
		return ret;
	}
	ret = boot(m);
	if (ret) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "cannot boot on %llu MiB of RAM: %s",
				 (unsigned long long)(m->cfg->ram_size >> 20), strerror(-ret));
		m->abandoned = true;
		armdma_machine_destroy(m);
		return ret;
	}
	*out = m;
	return 0;
}

/* Reports may be told by functions that leave by longjmp: not inside the lock. */
static void report_leaks(struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	dma_report_leaks(m, NULL);
}

void armdma_machine_destroy(struct armdma_machine *m)
{
	struct armdma_device *dev;

	if (!m)
		return;
	/* Nothing may happen any more: a failed test's buffers and handlers are gone. */
	armdma_hw_power_off(m->hw);
	if (m->layer_gone)
		m->layer_gone(m, m->layer);
	if (m->check)
		check_settle(m);
	report_leaks(m);
	while ((dev = SLIST_FIRST(&m->devices))) {
		if (dev->mapping)
			dma_detach_quietly(dev);
		dma_device_fini(dev);
		SLIST_REMOVE_HEAD(&m->devices, link);
		free(dev);
	}
	dma_destroy(m);
	iommu_destroy(m);
	mm_destroy(m);
	irqchip_destroy(m);
	check_destroy(m);
	armdma_hw_destroy(m->hw);
	free(m);
}

void armdma_machine_abandon(struct armdma_machine *m)
{
	MACHINE_ENTER(m);

	m->abandoned = true;
	armdma_hw_power_off(m->hw);
}

void armdma_machine_set_layer(struct armdma_machine *m, void *layer,
			      void (*gone)(struct armdma_machine *m, void *layer))
{
	m->layer_gone = gone;
	__atomic_store_n(&m->layer, layer, __ATOMIC_RELEASE);
}

void *armdma_machine_layer(const struct armdma_machine *m)
{
	return __atomic_load_n(&m->layer, __ATOMIC_ACQUIRE);
}

struct armdma_hw *armdma_machine_hw(struct armdma_machine *m)
{
	return m->hw;
}

struct armdma_events *armdma_machine_events(struct armdma_machine *m)
{
	return m->ev;
}
