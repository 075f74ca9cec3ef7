/* SPDX-License-Identifier: BSD-2-Clause */
/* What the policies on the kernel's allocators share. */
#ifndef TOOLS_IOVA_KERNEL_PEERS_H
#define TOOLS_IOVA_KERNEL_PEERS_H

#include <armdma/iova.h>

struct peer {
	const struct armdma_iova_policy *policy;
	struct armdma_iova_space space;
	struct armdma_iova_stats st;
	unsigned int shift;
	uint64_t n;		/* granules */
	size_t memory;		/* the kernel's code held before */
};

extern const struct armdma_iova_policy peer_genalloc_first, peer_genalloc_best, peer_genalloc_order, peer_bitmap;

/* 0; -EINVAL, -EOPNOTSUPP with *err: the one alignment rule that the peer has is `own`. */
int peer_check(const struct armdma_iova_policy *self, const struct armdma_iova_space *s, enum armdma_iova_align own,
	       struct armdma_error *err);
void peer_init(struct peer *p, const struct armdma_iova_policy *self, const struct armdma_iova_space *s);
void peer_took(struct peer *p, uint64_t granules);
void peer_gave(struct peer *p, uint64_t granules);
/* Granules [*at, *at+*n) of a range; false when it leaves the space. */
bool peer_range(const struct peer *p, armdma_dma_t addr, uint64_t size, uint64_t *at, uint64_t *n);

#endif
