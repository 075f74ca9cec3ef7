/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: the transaction is held, the unit stops, the line goes high, until
 * software clears the interrupt and lets the unit run again.
 *
 * Then the held transaction is translated anew; if the cause is still there, it faults anew. Each
 * channel can hold one transaction. An address register belongs to the first fault that used it until
 * that one is cleared (assumed), and keeps its value afterwards.
 */
#include "sim/sysmmu/sysmmu_internal.h"

/* Kinds of fault that share an address register, as bits of INT_STATUS. */
#define AR_FAULTS (1u << ARMDMA_SYSMMU_FAULT_AR_MULTI_HIT | 1u << ARMDMA_SYSMMU_FAULT_AR_SECURITY | \
		   1u << ARMDMA_SYSMMU_FAULT_AR_ACCESS)
#define AW_FAULTS (1u << ARMDMA_SYSMMU_FAULT_AW_MULTI_HIT | 1u << ARMDMA_SYSMMU_FAULT_AW_SECURITY | \
		   1u << ARMDMA_SYSMMU_FAULT_AW_ACCESS)

static uint32_t sharers(unsigned int bit)
{
	if (AR_FAULTS >> bit & 1)
		return AR_FAULTS;
	if (AW_FAULTS >> bit & 1)
		return AW_FAULTS;
	return 1u << bit;
}

static uint32_t *addr_register(struct sysmmu *mmu, unsigned int bit)
{
	return &mmu->fault_addr[__builtin_ctz(sharers(bit))];
}

uint32_t sysmmu_fault_addr(struct sysmmu *mmu, unsigned int bit)
{
	return *addr_register(mmu, bit);
}

void sysmmu_irq_update(struct sysmmu *mmu)
{
	irq_set(mmu->hw, mmu->cfg.irq, &mmu->irq,
		mmu->int_status && (mmu->ctrl & ARMDMA_SYSMMU_CTRL_INT_ENABLE));
}

static void emit_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va, unsigned int bit)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_FAULT,
		.who = mmu->cfg.name,
		.addr = va,
		.value = bit,
		/* A write to memory is data from the device. */
		.dir = x->write ? ARMDMA_FROM_DEVICE : ARMDMA_TO_DEVICE,
	};

	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_FAULT))
		armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

enum bus_verdict sysmmu_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			      unsigned int beats, unsigned int bit)
{
	if (!(mmu->int_status & sharers(bit)))
		*addr_register(mmu, bit) = va;
	if (!mmu->int_status)
		mmu->trans_info = x->id | ((beats - 1) & 0xFu) << 16 |
				  (x->write ? ARMDMA_SYSMMU_TRANS_INFO_WRITE : 0);
	mmu->int_status |= 1u << bit;
	mmu->faults++;
	mmu->held[x->write] = x;
	mmu->held_va[x->write] = va;
	if (!mmu->faulted) {
		mmu->faulted = true;
		mmu->fault_time = mmu->hw->clk.now;
	}
	emit_fault(mmu, x, va, bit);
	sysmmu_update(mmu);
	sysmmu_irq_update(mmu);
	return BUS_HOLD;
}

static void resume(struct sysmmu *mmu)
{
	mmu->faulted = false;
	mmu->held[0] = NULL;
	mmu->held[1] = NULL;
	sysmmu_update(mmu);
	sysmmu_kick(mmu);
}

void sysmmu_int_clear(struct sysmmu *mmu, uint32_t bits)
{
	mmu->int_status &= ~bits;
	sysmmu_irq_update(mmu);
	if (mmu->cfg.resume_on_int_clear && mmu->faulted && !mmu->int_status &&
	    !(mmu->ctrl & ARMDMA_SYSMMU_CTRL_BLOCK))
		resume(mmu);
}

/*
 * With translation off, the held access goes out with its virtual address as the physical one (as far as
 * drivers show): it reads or overwrites whatever is there.
 */
static void log_escape(struct sysmmu *mmu, unsigned int write)
{
	if (!mmu->held[write])
		return;
	armdma_hw_log(mmu->hw,
		      "%s: disabled while a fault held a %s of 0x%08x: it goes on untranslated",
		      mmu->cfg.name, write ? "write" : "read", mmu->held_va[write]);
}

void sysmmu_fault_release(struct sysmmu *mmu)
{
	bool enabled = mmu->ctrl & ARMDMA_SYSMMU_CTRL_ENABLE;

	if (!mmu->faulted)
		return;
	if (enabled && mmu->cfg.resume_on_int_clear && mmu->int_status)
		return;
	if (!enabled) {
		log_escape(mmu, 0);
		log_escape(mmu, 1);
	}
	resume(mmu);
}
