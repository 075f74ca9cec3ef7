/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: from the interrupt to the domain's handler and back to the held transaction.
 *
 * A unit that faults stops by itself and holds the transaction until the interrupt bit is cleared and
 * CTRL is written to run again; the transaction is then translated anew.
 */
#include <errno.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

/* What the interrupt bits of v1 to v3 mean, and which register has the address. */
static const struct fault_kind {
	const char *what;
	uint32_t addr_reg;
	bool write, direction_known;
} fault_kinds[ARMDMA_SYSMMU_NR_FAULTS] = {
	{ "page fault", ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR, false, false },
	{ "multiple TLB hits (read)", ARMDMA_SYSMMU_REG_AR_FAULT_ADDR, false, true },
	{ "multiple TLB hits (write)", ARMDMA_SYSMMU_REG_AW_FAULT_ADDR, true, true },
	{ "bus error in the table walk", ARMDMA_SYSMMU_REG_DEFAULT_SLAVE_ADDR, false, false },
	{ "security protection (read)", ARMDMA_SYSMMU_REG_AR_FAULT_ADDR, false, true },
	{ "access protection (read)", ARMDMA_SYSMMU_REG_AR_FAULT_ADDR, false, true },
	{ "security protection (write)", ARMDMA_SYSMMU_REG_AW_FAULT_ADDR, true, true },
	{ "access protection (write)", ARMDMA_SYSMMU_REG_AW_FAULT_ADDR, true, true },
};

static struct armdma_fault decode_fault(struct sysmmu_unit *u, unsigned int bit)
{
	const struct fault_kind *k = &fault_kinds[bit];
	struct armdma_fault f = {
		.dev = u->dev,
		.unit = u->name,
		.what = k->what,
		.iova = unit_read(u, k->addr_reg),
		.bit = bit,
		.write = k->write,
		.direction_known = k->direction_known,
	};

	/* From 3.3 on a register tells the direction of a page fault too. */
	if (!k->direction_known && u->version >= UNIT_VERSION(3, 3)) {
		f.write = unit_read(u, ARMDMA_SYSMMU_V33_REG_FAULT_TRANS_INFO) & ARMDMA_SYSMMU_TRANS_INFO_WRITE;
		f.direction_known = true;
	}
	return f;
}

void unit_resume(struct sysmmu_unit *u, uint32_t bits)
{
	u->held = false;
	unit_write(u, ARMDMA_SYSMMU_REG_INT_CLEAR, bits);
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

bool unit_irq(void *ctx, uint32_t line)
{
	struct sysmmu_unit *u = ctx;
	struct armdma_domain *d = u->domain;
	struct armdma_fault f;
	uint32_t status;
	int ret = -ENOSYS;

	(void)line;
	/* The line is shared: an unclocked unit must not be touched, a held one is waiting for recovery. */
	if (!u->enabled || u->held)
		return false;
	status = unit_read(u, ARMDMA_SYSMMU_REG_INT_STATUS) & ((1u << ARMDMA_SYSMMU_NR_FAULTS) - 1);
	if (!status)
		return false;
	f = decode_fault(u, (unsigned int)__builtin_ctz(status));
	d->st.faults++;
	u->held = true;
	if (d->fault)
		ret = d->fault(d->fault_ctx, &f);
	/* The handler may have recovered or detached the device itself. */
	if (!u->enabled || !u->held)
		return true;
	if (!ret) {
		unit_resume(u, 1u << f.bit);
		return true;
	}
	/* Blocked with the interrupt masked: the line falls, the transaction stays where it is. */
	unit_write(u, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_STOPPED);
	misuse(u->m, ARMDMA_REPORT_FAULT, f.dev, NULL, f.iova, 1,
	       "%s: %s at IOVA %#llx%s; the device is held until it is recovered or detached",
	       f.unit, f.what, (unsigned long long)f.iova,
	       !f.direction_known ? "" : f.write ? " (write)" : " (read)");
	return true;
}

int armdma_iommu_recover(struct armdma_device *dev)
{
	unsigned int flags;

	if (!dev->nr_units)
		return -ENODEV;
	flags = armdma_hw_irq_save(dev->m->hw);
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		struct sysmmu_unit *u = dev->units[i];
		uint32_t status;

		if (!u->enabled)
			continue;
		status = unit_read(u, ARMDMA_SYSMMU_REG_INT_STATUS);
		if (status || u->held)
			unit_resume(u, status);
	}
	armdma_hw_irq_restore(dev->m->hw, flags);
	return 0;
}
