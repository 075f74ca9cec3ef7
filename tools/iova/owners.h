/* SPDX-License-Identifier: BSD-2-Clause */
/* Which allocation a page belongs to: a sparse map from (space, page number) to a 32-bit value. */
#ifndef TOOLS_IOVA_OWNERS_H
#define TOOLS_IOVA_OWNERS_H

#include <stddef.h>
#include <stdint.h>

struct owners {
	struct owners_leaf **slots;	/* open addressing */
	size_t cap, used;
};

/* All zero is an empty map. */
void owners_free(struct owners *m);
/* 0 when nothing was set there. */
uint32_t owners_get(const struct owners *m, unsigned int space, uint64_t page);
/* 0 or -ENOMEM. */
int owners_set(struct owners *m, unsigned int space, uint64_t page, uint64_t npages, uint32_t value);

#endif
