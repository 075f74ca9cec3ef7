/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: the transaction is held, the unit stops, the line goes high, until
 * software clears the interrupt and lets the unit run again.
 *
 * Then the held transaction is translated anew; if the cause is still there, it faults anew. Each
 * channel can hold one transaction. An address register belongs to the first fault that used it until
 * that one is cleared (assumed), and keeps its value afterwards.
 *
 * 5.x never lets a held transaction go on. 7.4 ends what faults with SLVERR and goes on, unless CTRL_VM
 * says that it holds it.
 */
#include "sim/sysmmu/sysmmu_internal.h"

void sysmmu_faults_init(struct sysmmu *mmu)
{
	const struct fault_map *map = mmu->variant->faults;

	for (unsigned int kind = 0; kind < FAULT_NR_KINDS; kind++)
		for (unsigned int write = 0; write < 2; write++)
			if (map->bit[kind][write] != FAULT_NONE)
				mmu->owners[map->reg[kind][write]] |= 1u << map->bit[kind][write];
}

static unsigned int register_of(const struct sysmmu *mmu, unsigned int bit)
{
	unsigned int r = 0;

	while (r < SYSMMU_FAULT_REGS - 1 && !(mmu->owners[r] >> bit & 1))
		r++;
	return r;
}

uint32_t sysmmu_fault_addr(struct sysmmu *mmu, unsigned int bit)
{
	return mmu->fault_va[register_of(mmu, bit)];
}

uint32_t sysmmu_fault_info(struct sysmmu *mmu, unsigned int bit)
{
	return mmu->fault_info[register_of(mmu, bit)];
}

void sysmmu_irq_update(struct sysmmu *mmu)
{
	irq_set(mmu->hw, mmu->cfg.irq, &mmu->irq,
		mmu->int_status && (mmu->ctrl & ARMDMA_SYSMMU_CTRL_INT_ENABLE));
}

static void emit_fault(struct sysmmu *mmu, bool write, uint32_t va, unsigned int bit)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_FAULT,
		.who = mmu->cfg.name,
		.addr = va,
		.value = bit,
		/* A write to memory is data from the device. */
		.dir = write ? ARMDMA_FROM_DEVICE : ARMDMA_TO_DEVICE,
	};

	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_FAULT))
		armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

/* Registers and status. */
static void record(struct sysmmu *mmu, bool write, uint16_t id, unsigned int beats, uint32_t va,
		   enum fault_kind kind)
{
	const struct fault_map *map = mmu->variant->faults;
	unsigned int bit = (unsigned int)map->bit[kind][write], reg = map->reg[kind][write];
	uint32_t info = id | ((beats - 1) & 0xFu) << 16 | (write ? ARMDMA_SYSMMU_TRANS_INFO_WRITE : 0);

	mmu->faults++;
	if (map->bit[kind][write] == FAULT_NONE)
		return;
	if (!(mmu->int_status & mmu->owners[reg])) {
		mmu->fault_va[reg] = va;
		mmu->fault_info[reg] = info;
	}
	if (!mmu->int_status)
		mmu->trans_info = info;
	mmu->int_status |= 1u << bit;
	emit_fault(mmu, write, va, bit);
}

/* Nobody waits for the answer of what faults. */
static bool terminates(const struct sysmmu *mmu, bool write, enum fault_kind kind)
{
	return mmu->variant->faults->bit[kind][write] == FAULT_NONE ||
	       (mmu->variant->fault_end == FAULT_END_STALL_BIT &&
		!(mmu->vm_ctrl & ARMDMA_SYSMMU_CTRL_FAULT_STALL));
}

enum bus_verdict sysmmu_fault(struct sysmmu *mmu, const struct bus_xfer *x, uint32_t va,
			      unsigned int beats, enum fault_kind kind)
{
	record(mmu, x->write, x->id, beats, va, kind);
	if (terminates(mmu, x->write, kind)) {
		sysmmu_irq_update(mmu);
		return BUS_SLVERR;
	}
	mmu->held[x->write] = x;
	mmu->held_va[x->write] = va;
	if (!mmu->faulted) {
		mmu->faulted = true;
		mmu->fault_time = mmu->hw->clk.now;
	}
	sysmmu_update(mmu);
	sysmmu_irq_update(mmu);
	return BUS_HOLD;
}

void sysmmu_emulated_fault(struct sysmmu *mmu, bool write, uint16_t id, uint32_t va, enum fault_kind kind)
{
	record(mmu, write, id, 1, va, kind);
	sysmmu_irq_update(mmu);
}

static void bury(struct sysmmu *mmu, unsigned int write)
{
	if (mmu->held[write])
		mmu->dead[write] = mmu->held[write];
}

static void resume(struct sysmmu *mmu)
{
	bool fatal = mmu->variant->fault_end == FAULT_END_FATAL && !mmu->cfg.recovers;

	mmu->faulted = false;
	if (!sysmmu_enabled(mmu)) {
		mmu->dead[0] = NULL;
		mmu->dead[1] = NULL;
	} else if (fatal) {
		bury(mmu, 0);
		bury(mmu, 1);
	}
	mmu->held[0] = NULL;
	mmu->held[1] = NULL;
	sysmmu_update(mmu);
	sysmmu_kick(mmu);
}

/* CTRL_VM has no block bit: there INT_CLEAR alone lets go. */
static bool resumes_on_clear(const struct sysmmu *mmu)
{
	return mmu->cfg.resume_on_int_clear || mmu->variant->fault_end == FAULT_END_STALL_BIT;
}

void sysmmu_int_clear(struct sysmmu *mmu, uint32_t bits)
{
	mmu->int_status &= ~bits;
	sysmmu_irq_update(mmu);
	if (resumes_on_clear(mmu) && mmu->faulted && !mmu->int_status && !sysmmu_blocked(mmu))
		resume(mmu);
}

/*
 * With translation off, the held access goes out with its virtual address as the physical one (as far as
 * drivers show): it reads or overwrites whatever is there.
 */
static void log_escape(struct sysmmu *mmu, unsigned int write)
{
	if (!mmu->held[write] && !mmu->dead[write])
		return;
	armdma_hw_log(mmu->hw,
		      "%s: disabled while a fault held a %s of 0x%08x: it goes on untranslated",
		      mmu->cfg.name, write ? "write" : "read", mmu->held_va[write]);
}

void sysmmu_fault_release(struct sysmmu *mmu)
{
	bool enabled = sysmmu_enabled(mmu);

	if (!mmu->faulted && (enabled || (!mmu->dead[0] && !mmu->dead[1])))
		return;
	if (enabled && resumes_on_clear(mmu) && mmu->int_status)
		return;
	if (!enabled) {
		log_escape(mmu, 0);
		log_escape(mmu, 1);
	}
	resume(mmu);
}
