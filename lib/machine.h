/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine as the rooms of lib/ see it. */
#ifndef LIB_MACHINE_H
#define LIB_MACHINE_H

#include <sys/queue.h>

#include <armdma/hw.h>
#include <armdma/machine.h>
#include <armdma/pgsize.h>
#include <armdma/report.h>

struct mm;		/* lib/mm/mm.h */
struct iommu;		/* lib/iommu/iommu.h */
struct dma_state;	/* lib/dma/dma.h: live buffers and mappings */
struct dma_device;	/* lib/dma/dma.h: masks, limits, counters of one device */
struct checker;		/* lib/check/check.h */
struct irqchip;		/* lib/irq */
struct sysmmu_unit;	/* lib/iommu: the driver's view of one SYSMMU */
struct armdma_domain;
struct armdma_iommu_mapping;
struct armdma_dma_ops;

#define DEV_MAX_UNITS 4

/* A device as the kernel knows it (struct device). */
struct armdma_device {
	SLIST_ENTRY(armdma_device) link;
	struct armdma_machine *m;
	char name[ARMDMA_NAME_LEN];
	armdma_phys_t regs;
	uint32_t irq;
	bool coherent;
	/* DMA */
	const struct armdma_dma_ops *ops;
	struct armdma_iommu_mapping *mapping;
	struct dma_device *dma;
	/* IOMMU */
	struct sysmmu_unit *units[DEV_MAX_UNITS];	/* SYSMMUs in front of it */
	unsigned int nr_units;
	struct armdma_pgsize_policy pgsize;
	struct armdma_domain *domain;
	LIST_ENTRY(armdma_device) domain_link;
	/* runtime PM */
	bool pm_enabled;
	unsigned int pm_count;
};

SLIST_HEAD(device_list, armdma_device);

struct armdma_machine {
	struct armdma_hw *hw;
	struct armdma_events *ev;
	const struct armdma_config *cfg;
	bool shared;		/* several threads drive it: public calls take the machine's lock */
	struct mm *mm;
	struct iommu *iommu;
	struct dma_state *dma;
	struct checker *check;
	struct irqchip *irqchip;
	struct device_list devices;
	struct { uint64_t nth, hits, random; uint32_t ppm; } fail[ARMDMA_NR_FAIL_STEPS];
	/* A layer above. */
	void *layer;
	void (*layer_gone)(struct armdma_machine *m, void *layer);
	uint64_t wanted;	/* a bit a report kind: somebody wants to know; what costs something to find out is not looked for otherwise */
	bool abandoned;		/* its test failed: what is left over is no news */
};

static inline struct armdma_hw *machine_enter(const struct armdma_machine *m)
{
	if (__builtin_expect(!m->shared, 1))
		return NULL;
	armdma_hw_lock(m->hw);
	return m->hw;
}

static inline void machine_leave(struct armdma_hw **held)
{
	if (__builtin_expect(*held != NULL, 0))
		armdma_hw_unlock(*held);
}

/*
 * First line of a public call: it is one step for the other threads of a shared machine. The lock is given back at the end of the
 * function, however that is left; what the call put off (reports) is called then.
 */
#define MACHINE_ENTER(m) \
	struct armdma_hw *machine_held __attribute__((cleanup(machine_leave), unused)) = machine_enter(m)

/* Add a device of the configuration. 0 or -ENOMEM. */
int device_add(struct armdma_machine *m, const struct armdma_device_config *cfg);

/* Is this machine's DMA layer to behave as Linux 6.1 does, quirks included? */
static inline bool as_linux(const struct armdma_machine *m)
{
	return m->cfg->fidelity == ARMDMA_AS_LINUX_6_1;
}

/* Does an observer want to know about misuse of this kind? */
static inline bool wanted(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	return m->wanted >> kind & 1;
}

/* `call`, made at `site`, may sleep: reported where that is not possible. Returns whether it is. */
bool might_sleep(struct armdma_machine *m, struct armdma_device *dev, const char *call,
		 const void *site);

/* `call` is about to take away what the device's DMA goes through: reported while that runs. */
void device_check_idle(struct armdma_device *dev, const char *call, const void *site);

/* True when failure injection wants this call of the step to fail. */
bool fail_now(struct armdma_machine *m, enum armdma_fail_step step);

/*
 * Tell the observers about misuse by the code under test (becomes a report). fmt: one sentence.
 * dev may be NULL; addr and len are what the call was about.
 */
void misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
	    const void *site, uint64_t addr, uint64_t len, const char *fmt, ...) ARMDMA_PRINTF(7, 8);
/* The same about memory that belongs to somebody: the report names the buffer or mapping at pa. */
void misuse_of_page(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
		    const void *site, armdma_phys_t pa, uint64_t len, const char *fmt, ...) ARMDMA_PRINTF(7, 8);

#endif
