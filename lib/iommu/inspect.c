/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at tables: software walk, iteration, and the check that everything the driver remembers
 * agrees with the words in the cache, and those with the words in DRAM.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"
#include "lib/iommu/runs.h"

typedef int (*walk_fn)(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size,
		       unsigned int prot);

static unsigned int prot_of(uint32_t word, uint32_t ro_bit)
{
	return ARMDMA_IOMMU_READ | ((word & ro_bit) ? 0 : ARMDMA_IOMMU_WRITE);
}

armdma_phys_t armdma_iova_to_phys(struct armdma_domain *d, armdma_dma_t iova)
{
	unsigned int s = (unsigned int)(iova >> 20);
	uint32_t va = (uint32_t)iova, w;

	if (iova >= SZ_4G)
		return ARMDMA_MAPPING_ERROR;
	w = from_le32(d->l1[s]);
	if (l1_is_super(w))
		return (w & ARMDMA_SYSMMU_L1_SUPER_MASK) | (va & ~ARMDMA_SYSMMU_L1_SUPER_MASK);
	if (l1_is_section(w))
		return (w & ARMDMA_SYSMMU_L1_SECTION_MASK) | (va & ~ARMDMA_SYSMMU_L1_SECTION_MASK);
	if (!l1_is_pointer(w))
		return ARMDMA_MAPPING_ERROR;
	w = from_le32(d->l2[s].words[(va >> 12) & (L2_ENTRIES - 1)]);
	if (l2_is_small(w))
		return (w & ARMDMA_SYSMMU_L2_SMALL_MASK) | (va & ~ARMDMA_SYSMMU_L2_SMALL_MASK);
	if (l2_is_large(w))
		return (w & ARMDMA_SYSMMU_L2_LARGE_MASK) | (va & ~ARMDMA_SYSMMU_L2_LARGE_MASK);
	return ARMDMA_MAPPING_ERROR;
}

static int walk_table(const struct l2_table *t, uint64_t base, walk_fn fn, void *ctx)
{
	for (unsigned int i = 0; i < L2_ENTRIES; i++) {
		uint32_t w = from_le32(t->words[i]);
		bool large = l2_is_large(w);
		int ret;

		if (!w)
			continue;
		ret = fn(ctx, base + i * SZ_4K, w & (large ? ARMDMA_SYSMMU_L2_LARGE_MASK : ARMDMA_SYSMMU_L2_SMALL_MASK),
			 large ? SZ_64K : SZ_4K, prot_of(w, ARMDMA_SYSMMU_L2_AP2));
		if (ret)
			return ret;
		if (large)
			i += COPIES - 1;
	}
	return 0;
}

int armdma_domain_walk(struct armdma_domain *d, walk_fn fn, void *ctx)
{
	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		uint32_t w = from_le32(d->l1[s]);
		uint64_t base = (uint64_t)s << 20;
		int ret = 0;

		if (l1_is_pointer(w)) {
			ret = walk_table(&d->l2[s], base, fn, ctx);
		} else if (l1_is_super(w)) {
			ret = fn(ctx, base, w & ARMDMA_SYSMMU_L1_SUPER_MASK, SZ_16M, prot_of(w, ARMDMA_SYSMMU_L1_AP2));
			s += COPIES - 1;
		} else if (l1_is_section(w)) {
			ret = fn(ctx, base, w & ARMDMA_SYSMMU_L1_SECTION_MASK, SZ_1M, prot_of(w, ARMDMA_SYSMMU_L1_AP2));
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- Validation -------------------------------------------------------- */

struct census {
	uint64_t entries[4], tables;
	unsigned int retired;
};

static int broken(struct armdma_error *err, unsigned int slot, const char *what)
{
	if (err)
		snprintf(err->msg, sizeof(err->msg), "domain table, MiB %#x: %s", slot, what);
	return -EIO;
}

static bool clean_in_dram(struct armdma_domain *d, const le32 *words, uint32_t pa)
{
	uint8_t dram[ARMDMA_SYSMMU_L2_SIZE];

	return !armdma_hw_phys_read(d->m->hw, pa, dram, sizeof(dram)) &&
	       !memcmp(dram, words, sizeof(dram));
}

/* A large page or supersection: 16 equal words from a multiple of 16 on. */
static bool copies_ok(const le32 *w, unsigned int i)
{
	if (i & (COPIES - 1))
		return false;
	for (unsigned int k = 1; k < COPIES; k++) {
		if (w[i + k] != w[i])
			return false;
	}
	return true;
}

static const char *check_table(struct armdma_domain *d, unsigned int s, struct census *c)
{
	const struct l2_table *t = &d->l2[s];
	unsigned int used = 0, large = 0;

	for (unsigned int i = 0; i < L2_ENTRIES; i++) {
		uint32_t w = from_le32(t->words[i]);

		if (!w)
			continue;
		if (l2_is_small(w)) {
			used++;
			continue;
		}
		if (!l2_is_large(w))
			return "a word that is no descriptor";
		if (!copies_ok(t->words, i))
			return "copies of a 64 KiB entry are missing or differ";
		used += COPIES;
		large += COPIES;
		i += COPIES - 1;
	}
	if (used != t->used || large != t->large)
		return "use count of the level-2 table is wrong";
	if (!clean_in_dram(d, t->words, t->pa))
		return "level-2 table is not clean in DRAM";
	c->entries[SIZE_4K] += used - large;
	c->entries[SIZE_64K] += large / COPIES;
	return NULL;
}

static const char *check_slot(struct armdma_domain *d, unsigned int s, struct census *c)
{
	const struct l2_table *t = &d->l2[s];
	uint32_t w = from_le32(d->l1[s]);

	if (t->words) {
		const struct l2_page *p = d->homes[s];

		c->tables++;
		if (p->free & (1u << ((t->pa - p->pa) / ARMDMA_SYSMMU_L2_SIZE)))
			return "level-2 table in use is also free";
	}
	if (l1_is_pointer(w)) {
		if (!t->words || (w & ARMDMA_SYSMMU_L1_TABLE_MASK) != t->pa)
			return "level-1 entry points to no table of this MiB";
		return check_table(d, s, c);
	}
	c->retired += t->words != NULL;
	if (t->words && (t->used || !w))
		return "level-2 table without a level-1 entry";
	if (l1_is_super(w)) {
		if (!copies_ok(d->l1, s & ~(COPIES - 1)))
			return "copies of a 16 MiB entry are missing or differ";
		c->entries[SIZE_16M] += !(s & (COPIES - 1));
	} else if (l1_is_section(w)) {
		c->entries[SIZE_1M]++;
	} else if (w) {
		return "a word that is no descriptor";
	}
	return NULL;
}

int armdma_domain_validate(struct armdma_domain *d, struct armdma_error *err)
{
	struct census c = { { 0 }, 0, 0 };

	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		const char *what = check_slot(d, s, &c);

		if (what)
			return broken(err, s, what);
		if (s % L2_ENTRIES == 0 && !clean_in_dram(d, d->l1 + s, d->l1_pa + s * 4u))
			return broken(err, s, "level-1 table is not clean in DRAM");
	}
	if (memcmp(c.entries, d->st.entries, sizeof(c.entries)) || c.tables != d->st.l2_tables)
		return broken(err, 0, "statistics do not add up");
	if (c.retired != d->retired)
		return broken(err, 0, "replaced tables are miscounted");
	return 0;
}
