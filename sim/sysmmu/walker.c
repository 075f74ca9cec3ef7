/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Table walks: what the tables in DRAM say about an address.
 *
 * The walker is a plain bus master that sees DRAM, never the CPU's caches. It reads the one
 * descriptor that the address selects and does not round down to the first of 16 copies. Descriptors
 * come in aligned groups: single words on 1.x and 2.x, 64 bytes on 3.x (16 descriptors, as the reach
 * of the 3.3 speculative fetch shows).
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
	uint32_t group = mmu->variant->fetch, offset = pa & (group - 1);
	const void *dram = mem_peek(mmu->hw, pa - offset);

	if (__builtin_expect(!dram, 0)) {
		if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_WALK))
			emit_walk(mmu, va, pa, 0, level, -EFAULT);
		return false;
	}
	if (group == sizeof(uint32_t))
		memcpy(mmu->line.data, dram, sizeof(uint32_t));
	else
		memcpy(mmu->line.data, dram, sizeof(mmu->line.data));
	*desc = load_le32(&mmu->line.data[offset]);
	if (armdma_event_on(&mmu->hw->ev.pub, ARMDMA_EV_WALK))
		emit_walk(mmu, va, pa, *desc, level, 0);
	return true;
}

static uint8_t decode_prot(const struct sysmmu *mmu, uint32_t ap)
{
	return mmu->prot_of_ap >> (2 * ap) & (SYSMMU_MAY_READ | SYSMMU_MAY_WRITE);
}

static void set_page(struct tlb_page *page, uint32_t va, enum tlb_size size, uint32_t pa,
		     uint8_t prot)
{
	uint32_t vpn = va >> ARMDMA_PAGE_SHIFT;

	page->vpn = vpn & ~((1u << tlb_size_order(size)) - 1);
	page->pa = pa;
	page->size = (uint8_t)size;
	page->prot = prot;
}

static void decode_section(const struct sysmmu *mmu, uint32_t va, uint32_t desc,
			   struct tlb_page *page)
{
	uint32_t ap = (desc >> ARMDMA_SYSMMU_L1_AP_SHIFT & 3) |
		      (desc & ARMDMA_SYSMMU_L1_AP2 ? 4 : 0);
	uint8_t prot = decode_prot(mmu, ap);

	if (desc & ARMDMA_SYSMMU_L1_SUPER_BIT)
		set_page(page, va, TLB_16M, desc & ARMDMA_SYSMMU_L1_SUPER_MASK, prot);
	else
		set_page(page, va, TLB_1M, desc & ARMDMA_SYSMMU_L1_SECTION_MASK, prot);
}

static enum walk_result walk_level2(struct sysmmu *mmu, uint32_t va, uint32_t table,
				    struct tlb_page *page)
{
	uint32_t desc, ap;
	uint8_t prot;

	if (!fetch(mmu, va, table + 4 * ARMDMA_SYSMMU_L2_INDEX(va), 2, &desc))
		return WALK_BUS_ERROR;
	ap = (desc >> ARMDMA_SYSMMU_L2_AP_SHIFT & 3) | (desc & ARMDMA_SYSMMU_L2_AP2 ? 4 : 0);
	prot = decode_prot(mmu, ap);
	if (desc & ARMDMA_SYSMMU_L2_SMALL)
		set_page(page, va, TLB_4K, desc & ARMDMA_SYSMMU_L2_SMALL_MASK, prot);
	else if ((desc & ARMDMA_SYSMMU_L2_TYPE) == ARMDMA_SYSMMU_L2_LARGE)
		set_page(page, va, TLB_64K, desc & ARMDMA_SYSMMU_L2_LARGE_MASK, prot);
	else
		return WALK_INVALID;
	return WALK_OK;
}

enum walk_result sysmmu_walk(struct sysmmu *mmu, uint32_t va, struct tlb_page *page,
			     unsigned int *reads)
{
	uint32_t base = mmu->pt_base & ARMDMA_SYSMMU_PT_BASE_MASK, desc;

	*reads = 1;
	if (!fetch(mmu, va, base + 4 * ARMDMA_SYSMMU_L1_INDEX(va), 1, &desc))
		return WALK_BUS_ERROR;
	switch (desc & ARMDMA_SYSMMU_L1_TYPE) {
	case ARMDMA_SYSMMU_L1_TABLE:
		*reads = 2;
		return walk_level2(mmu, va, desc & ARMDMA_SYSMMU_L1_TABLE_MASK, page);
	case ARMDMA_SYSMMU_L1_SECTION:
		decode_section(mmu, va, desc, page);
		return WALK_OK;
	default:
		return WALK_INVALID;
	}
}
