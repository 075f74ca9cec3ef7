/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between the two sides: what is compiled against the kernel's headers, and the policies, which are compiled against this
 * library's. Numbers are granules, counted from the base of the space.
 */
#ifndef TOOLS_IOVA_KERNEL_SIDE_H
#define TOOLS_IOVA_KERNEL_SIDE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that the kernel's code holds in this process. */
size_t side_memory(void);

/* drivers/iommu/iova.c. First: the lowest granule that may be given (at least 1: 0 means failure there). */
void *side_iova_new(unsigned long granule, unsigned long first, bool caches);
void side_iova_delete(void *d, bool caches);
/* n granules, a power of two aligned to itself, none above `last`; 0: failure. */
unsigned long side_iova_alloc(void *d, unsigned long n, unsigned long last, bool caches);
void side_iova_free(void *d, unsigned long at, unsigned long n, bool caches);
/* false: out of memory. */
bool side_iova_reserve(void *d, unsigned long at, unsigned long n);

/* lib/genalloc.c */
enum side_fit { SIDE_FIRST_FIT, SIDE_BEST_FIT, SIDE_ORDER_ALIGN };
void *side_genalloc_new(unsigned int granule_lg2, unsigned long n);
void side_genalloc_delete(void *g);
/* n granules below `end`, at a multiple of mask + 1 (first fit only; else 0); false: failure. */
bool side_genalloc_alloc(void *g, enum side_fit fit, unsigned long n, unsigned long mask, unsigned long end, unsigned long *at);
void side_genalloc_free(void *g, unsigned long at, unsigned long n);
unsigned long *side_genalloc_bits(void *g);

/* lib/bitmap.c, lib/find_bit.c */
unsigned long side_find_area(unsigned long *map, unsigned long size, unsigned long start, unsigned int n, unsigned long mask);
void side_set(unsigned long *map, unsigned int at, unsigned int n);
void side_clear(unsigned long *map, unsigned int at, unsigned int n);
unsigned long side_next_one(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long side_next_zero(const unsigned long *map, unsigned long size, unsigned long from);

#endif
