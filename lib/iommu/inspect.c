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

static armdma_phys_t page_address(const struct pt_format *f, uint32_t w, unsigned int size, uint32_t va)
{
	return format_pa(f, w, size) | (va & (size_bytes(size) - 1));
}

armdma_phys_t armdma_iova_to_phys(struct armdma_domain *d, armdma_dma_t iova)
{
	MACHINE_ENTER(d->m);
	unsigned int s = (unsigned int)(iova >> 20), size;
	uint32_t va = (uint32_t)iova, w;

	if (iova >= SZ_4G)
		return ARMDMA_MAPPING_ERROR;
	w = from_le32(d->l1[s]);
	if (l1_is_pointer(w)) {
		if (!d->l2[s].words)
			return ARMDMA_MAPPING_ERROR;	/* the zero link */
		w = from_le32(d->l2[s].words[(va >> 12) & (L2_ENTRIES - 1)]);
		if (l2_is_small(w))
			return page_address(d->format, w, SIZE_4K, va);
		return l2_is_large(w) ? page_address(d->format, w, SIZE_64K, va) : ARMDMA_MAPPING_ERROR;
	}
	size = l1_size(d->format, w);
	return size == NO_SIZE ? ARMDMA_MAPPING_ERROR : page_address(d->format, w, size, va);
}

static int walk_table(const struct armdma_domain *d, const struct l2_table *t, uint64_t base, walk_fn fn, void *ctx)
{
	for (unsigned int i = 0; i < L2_ENTRIES; i++) {
		uint32_t w = from_le32(t->words[i]);
		unsigned int size = l2_is_large(w) ? SIZE_64K : SIZE_4K;
		int ret;

		if (!w)
			continue;
		ret = fn(ctx, base + i * SZ_4K, format_pa(d->format, w, size), size_bytes(size),
			 format_prot(d->format, w, size));
		if (ret)
			return ret;
		i += size_words(size) - 1;
	}
	return 0;
}

int armdma_domain_walk(struct armdma_domain *d, walk_fn fn, void *ctx)
{
	MACHINE_ENTER(d->m);

	for (unsigned int s = 0; s < L1_ENTRIES; s++) {
		uint32_t w = from_le32(d->l1[s]);
		unsigned int size = l1_size(d->format, w);
		uint64_t base = (uint64_t)s << 20;
		int ret = 0;

		if (size != NO_SIZE) {
			ret = fn(ctx, base, format_pa(d->format, w, size), size_bytes(size), format_prot(d->format, w, size));
			s += size_words(size) - 1;
		} else if (l1_is_pointer(w) && d->l2[s].words) {
			ret = walk_table(d, &d->l2[s], base, fn, ctx);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- Validation -------------------------------------------------------- */

struct census {
	uint64_t entries[NR_SIZES], tables;
	unsigned int retired;
};

static int broken(struct armdma_error *err, unsigned int slot, const char *what)
{
	if (err)
		snprintf(err->msg, sizeof(err->msg), "domain table, MiB %#x: %s", slot, what);
	return -EIO;
}

static bool clean_in_dram(struct armdma_domain *d, const le32 *words, armdma_phys_t pa)
{
	uint8_t dram[ARMDMA_SYSMMU_L2_SIZE];

	return !armdma_hw_phys_read(d->m->hw, pa, dram, sizeof(dram)) &&
	       !memcmp(dram, words, sizeof(dram));
}

/* A page of several words: all equal, from a multiple of their number on. */
static bool copies_ok(const le32 *w, unsigned int i, unsigned int copies)
{
	if (i & (copies - 1))
		return false;
	for (unsigned int k = 1; k < copies; k++) {
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
		if (!format_prot(d->format, w, l2_is_large(w) ? SIZE_64K : SIZE_4K))
			return "a word that is no descriptor";
		if (l2_is_small(w)) {
			used++;
			continue;
		}
		if (!copies_ok(t->words, i, COPIES))
			return "copies of a 64 KiB entry are missing or differ";
		used += COPIES;
		large += COPIES;
		i += COPIES - 1;
	}
	if (used != t->used || large != t->large)
		return "use count of the level-2 table is wrong";
	if (!clean_in_dram(d, t->words, table_pa(t)))
		return "level-2 table is not clean in DRAM";
	c->entries[SIZE_4K] += used - large;
	c->entries[SIZE_64K] += large / COPIES;
	return NULL;
}

/* A section that was made of a table that is kept: it must say the same, since cutting brings it back. */
static const char *check_parked(struct armdma_domain *d, unsigned int s)
{
	uint32_t w = from_le32(d->l1[s]);
	const struct l2_table *t = &d->l2[s];
	struct census of_table = { { 0 }, 0, 0 };
	const char *what;

	if (l1_size(d->format, w) != SIZE_1M || !t->words)
		return "table put aside, but no section";
	what = check_table(d, s, &of_table);
	if (what)
		return what;
	for (unsigned int i = 0; i < L2_ENTRIES; i += COPIES) {
		uint32_t large = from_le32(t->words[i]);

		if (!l2_is_large(large) || format_pa(d->format, large, SIZE_64K) !=
						   format_pa(d->format, w, SIZE_1M) + i * SZ_4K ||
		    format_prot(d->format, large, SIZE_64K) != format_prot(d->format, w, SIZE_1M))
			return "section differs from the table it was made of";
	}
	return NULL;
}

static const char *check_slot(struct armdma_domain *d, unsigned int s, struct census *c)
{
	const struct l2_table *t = &d->l2[s];
	uint32_t w = from_le32(d->l1[s]);
	unsigned int size = l1_size(d->format, w), words;

	if (t->words) {
		const struct l2_page *p = d->homes[s];

		c->tables++;
		if (p->free & (1u << (t->kib - (uint32_t)(p->pa >> 10))))
			return "level-2 table in use is also free";
	}
	if (table_linked(d, s))
		return check_table(d, s, c);
	if (slot_parked(d, s)) {
		c->entries[SIZE_1M]++;
		return check_parked(d, s);
	}
	c->retired += t->words != NULL;
	if (d->l1[s] == d->empty)
		return NULL;
	if (t->words && t->used)
		return "level-2 table with entries, without a level-1 entry";
	if (size == NO_SIZE)
		return l1_is_pointer(w) ? "level-1 entry points to no table of this MiB" : "a word that is no descriptor";
	if (!format_prot(d->format, w, size))
		return "a word that is no descriptor";
	words = size_words(size);
	if (!copies_ok(d->l1, s & ~(words - 1), words))
		return "copies of a section's entry are missing or differ";
	c->entries[size] += !(s & (words - 1));
	return NULL;
}

int armdma_domain_validate(struct armdma_domain *d, struct armdma_error *err)
{
	MACHINE_ENTER(d->m);
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
