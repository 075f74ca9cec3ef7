/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Table walks: what the tables in DRAM say about an address, in any format.
 *
 * The walker is a plain bus master that sees DRAM, never the CPU's caches. It reads the one
 * descriptor that the address selects and does not round down to the first of 16 copies. Descriptors
 * come in aligned groups: single words on 1.x and 2.x, 64 bytes on 3.x (16 descriptors, as the reach
 * of the 3.3 speculative fetch shows) and later. A line buffer holds the group that was fetched last.
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
static void emit_walk(struct sysmmu *mmu, uint32_t va, uint64_t pa, uint32_t desc, uint32_t level,
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
static inline bool fetch(struct sysmmu *mmu, uint32_t va, uint64_t pa, uint32_t level,
			 uint32_t *desc)
{
	uint32_t offset = (uint32_t)pa & mmu->fetch_mask;
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

bool sysmmu_fetch(struct sysmmu *mmu, uint32_t va, uint64_t pa, uint32_t level, uint32_t *desc)
{
	return fetch(mmu, va, pa, level, desc);
}

uint32_t sysmmu_line_word(const struct sysmmu *mmu, unsigned int i)
{
	return load_le32(mmu->line + 4 * i);
}

/* ---- Decoding ----------------------------------------------------------- */

static inline uint32_t access_of(const struct sysmmu *mmu, uint32_t desc, unsigned int ap, unsigned int ap2)
{
	uint32_t code = (desc >> ap & 3) | (desc >> ap2 & mmu->format.ap2_mask);

	return mmu->prot_of_ap >> (2 * code) & (SYSMMU_MAY_READ | SYSMMU_MAY_WRITE);
}

static inline uint64_t address_of(const struct sysmmu *mmu, uint32_t desc, uint32_t mask)
{
	return (uint64_t)(desc & mask) << mmu->format.shift & mmu->pa_mask;
}

static inline uint64_t nothing(enum walk_result why, uint32_t reads)
{
	return reads << WALK_READS_SHIFT | (uint32_t)why;
}

static inline uint64_t page_at(enum tlb_size size, uint64_t pa, uint32_t prot, uint32_t reads)
{
	return pa | (uint32_t)size << WALK_SIZE_SHIFT | prot << WALK_PROT_SHIFT | nothing(WALK_OK, reads);
}

static inline enum l1_kind l1_kind(const struct sysmmu *mmu, uint32_t desc)
{
	enum l1_kind kind = (enum l1_kind)mmu->format.l1_kind[desc & 7];

	return kind == L1_SECTION && desc & mmu->format.super_bit ? L1_SUPER : kind;
}

enum l1_kind sysmmu_l1_kind(const struct sysmmu *mmu, uint32_t desc)
{
	return l1_kind(mmu, desc);
}

static uint64_t decode_section(const struct sysmmu *mmu, uint32_t desc, enum l1_kind kind, uint32_t reads)
{
	static const uint8_t size_of[L1_NR_KINDS] = {
		[L1_SECTION] = TLB_1M, [L1_DOUBLE] = TLB_2M, [L1_SUPER] = TLB_16M,
	};

	return page_at((enum tlb_size)size_of[kind], address_of(mmu, desc, mmu->format.l1_mask[kind]),
		       access_of(mmu, desc, mmu->format.l1_ap, mmu->format.l1_ap2), reads);
}

static inline uint64_t decode_level2(const struct sysmmu *mmu, uint32_t desc, uint32_t reads)
{
	uint32_t prot = access_of(mmu, desc, mmu->format.l2_ap, mmu->format.l2_ap2);

	/* Bit 0 of a small page does not matter. */
	if (desc & ARMDMA_SYSMMU_L2_SMALL)
		return page_at(TLB_4K, address_of(mmu, desc, mmu->format.small_mask), prot, reads);
	if (desc & ARMDMA_SYSMMU_L2_LARGE)
		return page_at(TLB_64K, address_of(mmu, desc, mmu->format.large_mask), prot, reads);
	return nothing(WALK_INVALID, reads);
}

uint64_t sysmmu_decode_level2(const struct sysmmu *mmu, uint32_t desc, uint32_t reads)
{
	return decode_level2(mmu, desc, reads);
}

/* ---- Level 1, through the cache of its descriptors ------------------------ */

/* Without the erratum the unit notices that the table has changed. */
static bool is_outdated(const struct sysmmu *mmu, uint64_t pa, uint32_t desc)
{
	const uint8_t *dram;

	if (mmu->errata & ARMDMA_SYSMMU_ERRATUM_STALE_FLPD ||
	    !(mmu->variant->errata & ARMDMA_SYSMMU_ERRATUM_STALE_FLPD))
		return false;
	dram = mem_peek(mmu->hw, pa & ~63ULL);
	return !dram || load_le32(dram + (pa & 63)) != desc;
}

static void keep_level1(struct sysmmu *mmu, uint32_t mib, uint32_t desc)
{
	uint32_t group[FLPD_GROUP], empty = 0;

	if (mmu->flpd.speculative) {
		for (unsigned int i = 0; i < FLPD_GROUP; i++) {
			group[i] = sysmmu_line_word(mmu, i);
			if (l1_kind(mmu, group[i]) == L1_FAULT)
				empty |= 1u << i;
		}
		sysmmu_flpd_fill_group(&mmu->flpd, mib, group, empty);
	} else if (l1_kind(mmu, desc) == L1_TABLE) {
		sysmmu_flpd_fill(&mmu->flpd, mib, desc);
	}
}

__attribute__((noinline))
static bool level1_by_cache(struct sysmmu *mmu, uint32_t va, uint64_t pa, bool write, uint32_t *desc,
			    uint32_t *reads)
{
	uint32_t mib = va >> 20;

	mmu->flpd_hit = sysmmu_flpd_find(&mmu->flpd, mib, desc) && !is_outdated(mmu, pa, *desc);
	if (mmu->flpd_hit) {
		mmu->flpd_hits[write]++;
		*reads = 0;
		return true;
	}
	mmu->flpd_misses[write]++;
	*reads = 1;
	if (!fetch(mmu, va, pa, 1, desc))
		return false;
	keep_level1(mmu, mib, *desc);
	return true;
}

static inline bool level1(struct sysmmu *mmu, uint32_t va, bool write, uint32_t *desc, uint32_t *reads)
{
	uint64_t pa = mmu->pt_base + 4 * ARMDMA_SYSMMU_L1_INDEX(va);

	if (__builtin_expect(mmu->flpd_on, 0))
		return level1_by_cache(mmu, va, pa, write, desc, reads);
	*reads = 1;
	return fetch(mmu, va, pa, 1, desc);
}

/* ---- Walks ----------------------------------------------------------------- */

enum l1_kind sysmmu_walk_level1(struct sysmmu *mmu, uint32_t va, bool write, uint64_t *table,
				uint32_t *reads, uint64_t *answer)
{
	enum l1_kind kind;
	uint32_t desc;

	if (!level1(mmu, va, write, &desc, reads)) {
		*answer = nothing(WALK_BUS_ERROR, *reads);
		return L1_FAULT;
	}
	kind = l1_kind(mmu, desc);
	if (kind == L1_TABLE)
		*table = address_of(mmu, desc, mmu->format.l1_mask[L1_TABLE]);
	else if (kind == L1_FAULT)
		*answer = nothing(WALK_INVALID, *reads);
	else
		*answer = decode_section(mmu, desc, kind, *reads);
	return kind;
}

uint64_t sysmmu_walk(struct sysmmu *mmu, uint32_t va, bool write)
{
	uint32_t desc, reads;
	enum l1_kind kind;
	uint64_t table;

	if (!level1(mmu, va, write, &desc, &reads))
		return nothing(WALK_BUS_ERROR, reads);
	kind = l1_kind(mmu, desc);
	if (kind == L1_FAULT)
		return nothing(WALK_INVALID, reads);
	if (kind != L1_TABLE)
		return decode_section(mmu, desc, kind, reads);
	table = address_of(mmu, desc, mmu->format.l1_mask[L1_TABLE]);
	if (!fetch(mmu, va, table + 4 * ARMDMA_SYSMMU_L2_INDEX(va), 2, &desc))
		return nothing(WALK_BUS_ERROR, reads + 1);
	return decode_level2(mmu, desc, reads + 1);
}
