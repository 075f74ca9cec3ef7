/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Table walks: what the tables in DRAM say about an address.
 *
 * The walker is a plain bus master that sees DRAM, never the CPU's caches. It reads the one
 * descriptor that the address selects and does not round down to the first of 16 copies. Descriptors
 * come in aligned groups: single words on 1.x and 2.x, 64 bytes on 3.x (16 descriptors, as the reach
 * of the 3.3 speculative fetch shows). A line buffer holds the group that was fetched last.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "sim/memory/memory.h"
#include "sim/sysmmu/sysmmu_internal.h"

static inline uint32_t load_le32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

__attribute__((noinline))
static void emit_walk(struct sysmmu *mmu, uint32_t va, uint32_t pa, uint32_t desc, uint32_t level,
		      int result)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_WALK,
		.who = mmu->cfg.name,
		.addr = va,
		.pa = pa,
		.value = desc,
		.flags = level,
		.result = result,
	};

	armdma_event_emit(&mmu->hw->ev.pub, &ev);
}

/* Fetch the group around pa and take the descriptor at pa out of it. False: nothing answers there. */
static inline bool fetch(struct sysmmu *mmu, uint32_t va, uint32_t pa, uint32_t level,
			 uint32_t *desc)
{
	uint32_t offset = pa & mmu->fetch_mask;
	const void *dram = mem_peek(mmu->hw, pa - offset);

	if (__builtin_expect(!dram, 0)) {
		if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_WALK))
			emit_walk(mmu, va, pa, 0, level, -EFAULT);
		return false;
	}
	if (mmu->fetch_mask < sizeof(uint32_t))
		memcpy(mmu->line, dram, sizeof(uint32_t));
	else
		memcpy(mmu->line, dram, sizeof(mmu->line));
	*desc = load_le32(mmu->line + offset);
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_WALK))
		emit_walk(mmu, va, pa, *desc, level, 0);
	return true;
}

static uint8_t decode_prot(const struct sysmmu *mmu, uint32_t ap)
{
	return mmu->prot_of_ap >> (2 * ap) & (SYSMMU_MAY_READ | SYSMMU_MAY_WRITE);
}

static uint32_t nothing(enum walk_result why, uint32_t reads)
{
	return reads << WALK_READS_SHIFT | (uint32_t)why;
}

static uint32_t page_at(enum tlb_size size, uint32_t pa, uint32_t prot, uint32_t reads)
{
	return pa | (uint32_t)size << WALK_SIZE_SHIFT | prot << WALK_PROT_SHIFT | nothing(WALK_OK, reads);
}

static uint32_t decode_section(const struct sysmmu *mmu, uint32_t desc)
{
	uint32_t ap = (desc >> ARMDMA_SYSMMU_L1_AP_SHIFT & 3) |
		      (desc & ARMDMA_SYSMMU_L1_AP2 ? 4 : 0);
	uint8_t prot = decode_prot(mmu, ap);

	if (desc & ARMDMA_SYSMMU_L1_SUPER_BIT)
		return page_at(TLB_16M, desc & ARMDMA_SYSMMU_L1_SUPER_MASK, prot, 1);
	return page_at(TLB_1M, desc & ARMDMA_SYSMMU_L1_SECTION_MASK, prot, 1);
}

static inline uint32_t walk_level2(struct sysmmu *mmu, uint32_t va, uint32_t table)
{
	uint32_t desc, ap;
	uint8_t prot;

	if (!fetch(mmu, va, table + 4 * ARMDMA_SYSMMU_L2_INDEX(va), 2, &desc))
		return nothing(WALK_BUS_ERROR, 2);
	ap = (desc >> ARMDMA_SYSMMU_L2_AP_SHIFT & 3) | (desc & ARMDMA_SYSMMU_L2_AP2 ? 4 : 0);
	prot = decode_prot(mmu, ap);
	if (desc & ARMDMA_SYSMMU_L2_SMALL)
		return page_at(TLB_4K, desc & ARMDMA_SYSMMU_L2_SMALL_MASK, prot, 2);
	if ((desc & ARMDMA_SYSMMU_L2_TYPE) == ARMDMA_SYSMMU_L2_LARGE)
		return page_at(TLB_64K, desc & ARMDMA_SYSMMU_L2_LARGE_MASK, prot, 2);
	return nothing(WALK_INVALID, 2);
}

uint32_t sysmmu_walk(struct sysmmu *mmu, uint32_t va)
{
	uint32_t base = mmu->pt_base & ARMDMA_SYSMMU_PT_BASE_MASK, desc;

	if (!fetch(mmu, va, base + 4 * ARMDMA_SYSMMU_L1_INDEX(va), 1, &desc))
		return nothing(WALK_BUS_ERROR, 1);
	switch (desc & ARMDMA_SYSMMU_L1_TYPE) {
	case ARMDMA_SYSMMU_L1_TABLE:
		return walk_level2(mmu, va, desc & ARMDMA_SYSMMU_L1_TABLE_MASK);
	case ARMDMA_SYSMMU_L1_SECTION:
		return decode_section(mmu, desc);
	default:
		return nothing(WALK_INVALID, 1);
	}
}
