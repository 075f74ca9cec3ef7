/* SPDX-License-Identifier: BSD-2-Clause */
/* Which allocation a page belongs to: a sparse map from (space, page number) to a 32-bit value. */
#ifndef TOOLS_IOVA_PAGEMAP_H
#define TOOLS_IOVA_PAGEMAP_H

#include <stddef.h>
#include <stdint.h>

struct pagemap {
	struct pagemap_leaf **slots;	/* open addressing */
	size_t cap, used;
};

/* All zero is an empty map. */
void pagemap_free(struct pagemap *m);
/* 0 when nothing was set there. */
uint32_t pagemap_get(const struct pagemap *m, unsigned int space, uint64_t page);
/* 0 or -ENOMEM. */
int pagemap_set(struct pagemap *m, unsigned int space, uint64_t page, uint64_t npages, uint32_t value);

#endif
