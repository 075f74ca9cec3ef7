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

static const struct fault_kind unknown = { .what = "unknown fault" };

static const struct fault_kind *kind_of(const struct sysmmu_unit *u, unsigned int bit)
{
	const struct fault_table *t = u->variant->faults;

	if (t->repeats)
		bit %= t->nr;
	return bit < t->nr && t->kind[bit].what ? &t->kind[bit] : &unknown;
}

static struct armdma_fault decode_fault(struct sysmmu_unit *u, unsigned int bit)
{
	const struct fault_kind *k = kind_of(u, bit);
	struct armdma_fault f = {
		.dev = u->dev,
		.unit = u->name,
		.what = k->what,
		.iova = k->addr_reg ? unit_read(u, k->addr_reg) : 0,
		.bit = bit,
		.write = k->write,
		.direction_known = k->direction_known,
		.retries = u->variant->retries,
	};
	uint32_t info;

	if (!k->info_reg)
		return f;
	info = unit_read(u, k->info_reg);
	f.info_known = true;
	f.id = ARMDMA_SYSMMU_TRANS_INFO_ID(info);
	f.beats = ARMDMA_SYSMMU_TRANS_INFO_LEN(info) + 1;
	if (k->direction_in_info) {
		f.write = info & ARMDMA_SYSMMU_TRANS_INFO_WRITE;
		f.direction_known = true;
	}
	return f;
}

void unit_resume(struct sysmmu_unit *u, uint32_t bits)
{
	u->held = false;
	unit_write(u, u->variant->at->int_clear, bits);
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

/* The user's function; it may leave by longjmp. */
static int call_handler(struct armdma_hw *hw, armdma_fault_fn fn, void *ctx, const struct armdma_fault *f)
{
	struct armdma_hold hold = armdma_hw_release(hw);
	int ret = fn(ctx, f);

	armdma_hw_reacquire(hw, hold);
	return ret;
}

bool unit_irq(void *ctx, uint32_t line)
{
	MACHINE_ENTER(((struct sysmmu_unit *)ctx)->m);
	struct sysmmu_unit *u = ctx;
	struct armdma_domain *d = u->domain;
	struct armdma_fault f;
	uint32_t status;
	int ret = -ENOSYS;

	(void)line;
	/* The line is shared: an unclocked unit must not be touched, a held one is waiting for recovery. */
	if (!u->enabled || u->held)
		return false;
	status = unit_read(u, u->variant->at->int_status);
	if (!status)
		return false;
	f = decode_fault(u, (unsigned int)__builtin_ctz(status));
	d->st.faults++;
	u->held = true;
	if (d->fault)
		ret = call_handler(u->m->hw, d->fault, d->fault_ctx, &f);
	/* The handler may have recovered or detached the device itself. */
	if (!u->enabled || !u->held)
		return true;
	if (!ret) {
		unit_resume(u, 1u << f.bit);
		return true;
	}
	/* Blocked with the interrupt masked: the line falls, the transaction stays where it is. */
	unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_STOPPED);
	misuse(u->m, ARMDMA_REPORT_FAULT, f.dev, NULL, f.iova, 1,
	       "%s: %s at IOVA %#llx%s; the device is held until it is recovered or detached",
	       f.unit, f.what, (unsigned long long)f.iova,
	       !f.direction_known ? "" : f.write ? " (write)" : " (read)");
	return true;
}

int armdma_iommu_recover(struct armdma_device *dev)
{
	MACHINE_ENTER(dev->m);
	unsigned int flags;

	if (!dev->nr_units)
		return -ENODEV;
	flags = armdma_hw_irq_save(dev->m->hw);
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		struct sysmmu_unit *u = dev->units[i];
		uint32_t status;

		if (!u->enabled)
			continue;
		status = unit_read(u, u->variant->at->int_status);
		if (status || u->held)
			unit_resume(u, status);
	}
	armdma_hw_irq_restore(dev->m->hw, flags);
	return 0;
}
