/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of translation tables: what the driver has to know of a format, as data.
 *
 * Two levels in every generation: 4096 words of one MiB, 256 words of 4 KiB. A format says which page sizes it
 * has, how an address lies in a word (physical address >> shift), and type and access bits of each size. A word is then
 * `address >> shift | bits[size][prot]`, and reading one is the inverse: what this driver did not write so is no descriptor.
 */
#ifndef LIB_IOMMU_FORMAT_H
#define LIB_IOMMU_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include <armdma/iommu.h>
#include <armdma/sysmmu.h>

#define L1_ENTRIES ARMDMA_SYSMMU_L1_ENTRIES
#define L2_ENTRIES ARMDMA_SYSMMU_L2_ENTRIES

#define SZ_4K 0x1000ull
#define SZ_64K 0x10000ull
#define SZ_1M 0x100000ull
#define SZ_2M 0x200000ull
#define SZ_16M 0x1000000ull
#define SZ_4G 0x100000000ull
#define SZ_64G 0x1000000000ull

/* Page sizes, and words that one page takes: of level 2 for the first two, of level 1 for the others. */
enum {
	SIZE_4K = ARMDMA_IOMMU_4K,
	SIZE_64K = ARMDMA_IOMMU_64K,
	SIZE_1M = ARMDMA_IOMMU_1M,
	SIZE_2M = ARMDMA_IOMMU_2M,
	SIZE_16M = ARMDMA_IOMMU_16M,
	NR_SIZES = ARMDMA_IOMMU_NR_SIZES,
};
#define NO_SIZE NR_SIZES

static inline uint64_t size_bytes(unsigned int size)
{
	static const uint64_t bytes[NR_SIZES] = { SZ_4K, SZ_64K, SZ_1M, SZ_2M, SZ_16M };

	return bytes[size];
}

static inline unsigned int size_words(unsigned int size)
{
	static const uint8_t words[NR_SIZES] = { 1, 16, 1, 2, 16 };

	return words[size];
}

/* Words of a 64 KiB page. */
#define COPIES 16u

/* A word whose bits under mask are value. */
struct pt_type {
	uint32_t mask, value;
};

struct pt_format {
	const char *name;
	unsigned int shift;		/* of addresses in words */
	uint64_t pa_end;		/* physical addresses below it fit a word */
	uint64_t sizes;			/* page sizes, as a bit mask */
	struct pt_type section[NR_SIZES];	/* level-1 types; a size that the format lacks matches nothing */
	uint32_t bits[NR_SIZES][4];	/* type and access, by ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE */
};

/*
 * 1.x to 3.x; 5.x and 6.x; from 7.x on. There is no write-only before 5.x: write alone grants both. The last two differ in their sizes
 * alone.
 */
extern const struct pt_format pt_format_v1, pt_format_v5, pt_format_v7;

/* Tables of one can be read by units of the other, if their page sizes are. */
static inline bool format_same_words(const struct pt_format *a, const struct pt_format *b)
{
	return a->shift == b->shift;
}

static inline uint32_t format_address_mask(const struct pt_format *f, unsigned int size)
{
	return ~(uint32_t)((size_bytes(size) - 1) >> f->shift);
}

static inline uint64_t format_pa(const struct pt_format *f, uint32_t w, unsigned int size)
{
	return (uint64_t)(w & format_address_mask(f, size)) << f->shift;
}

/* Access rights of a page of this size; 0: not a word that this driver writes. */
static inline unsigned int format_prot(const struct pt_format *f, uint32_t w, unsigned int size)
{
	static const uint8_t order[] = { 1, 3, 2 };	/* where 2 is written as 3, it is read as 3 */
	uint32_t bits = w & ~format_address_mask(f, size);

	for (unsigned int i = 0; i < sizeof(order); i++) {
		if (bits == f->bits[size][order[i]])
			return order[i];
	}
	return 0;
}

/* Level-1 word of a level-2 table at this address, 1 KiB aligned. */
static inline uint32_t format_pointer(const struct pt_format *f, uint64_t table)
{
	return (uint32_t)(table >> f->shift) | 1;
}

/* The types of pointers to tables, of small and of large pages are the same in all formats. */
static inline bool l1_is_pointer(uint32_t w)
{
	return (w & 7) == 1;
}
static inline bool l2_is_large(uint32_t w)
{
	return (w & 3) == 1;
}
/* Bit 0 of a small entry means nothing. */
static inline bool l2_is_small(uint32_t w)
{
	return w & 2;
}

/* Page size of a level-1 word, or NO_SIZE: a pointer or nothing. */
static inline unsigned int l1_size(const struct pt_format *f, uint32_t w)
{
	for (unsigned int size = SIZE_16M; size >= SIZE_1M; size--) {
		if ((w & f->section[size].mask) == f->section[size].value)
			return size;
	}
	return NO_SIZE;
}

#endif
