/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload: what was asked of IOVA allocators, in order. Importers and generators make one, files keep it
 * (docs/iova-trace-format.md), the replay runs it.
 *
 * Allocations are numbered from 0 in the order of their ALLOC operations, over all address spaces. What is freed names
 * the number, never an address: each policy gives its own.
 */
#ifndef TOOLS_IOVA_WORKLOAD_H
#define TOOLS_IOVA_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKLOAD_NAME_LEN 32
#define WORKLOAD_MAX_SPACES 4096u
#define WORKLOAD_MAX_THREADS 256u
#define WORKLOAD_NO_ADDR UINT64_MAX

enum op_kind {
	OP_ALLOC,
	OP_FREE,	/* an allocation, or the part [offset, offset+size) of it */
	OP_UNMAP,	/* its translation goes, its addresses stay taken: the IOVA is freed later (lazy mode) */
	/* Decided by the replay, since it depends on what the policy could serve: */
	OP_ROOM,	/* free random live allocations of the space until used + size <= target */
	OP_RELIEF,	/* if the space's last allocation failed, free one random live one */
	OP_KINDS
};

enum op_flags {
	OP_COHERENT = 1,	/* dma_alloc: lives long, the device comes back to it with every transfer */
	OP_PART = 2,		/* FREE and UNMAP of a part */
};

struct op {
	uint8_t kind, flags;
	uint8_t dir;		/* ALLOC: enum armdma_dir */
	uint8_t align_lg2;	/* ALLOC: explicit alignment, log2 of bytes; 0: the policy's own rule */
	uint16_t space;
	uint16_t thread;	/* CPU that did it */
	uint32_t id;		/* ALLOC: its number; FREE, UNMAP: of the allocation */
	uint32_t pieces, nr_pieces;	/* ALLOC: physical pieces behind it; none: unknown */
	uint64_t nsecs;		/* since the first operation */
	uint64_t size;		/* bytes; FREE and UNMAP: of the part; ROOM: of the allocation that follows */
	union {
		uint64_t limit;		/* ALLOC: last byte must be <= limit; 0: none */
		uint64_t offset;	/* FREE, UNMAP with OP_PART */
		uint64_t target;	/* ROOM: bytes */
	};
	uint64_t recorded;	/* ALLOC: address that the recorded kernel gave, or WORKLOAD_NO_ADDR */
};

/* Physically contiguous piece behind an allocation, in the order of its addresses. */
struct piece {
	uint64_t pa, size;
};

struct space {
	char name[WORKLOAD_NAME_LEN];	/* device */
	uint64_t base, size;		/* bytes */
	uint32_t granule;		/* bytes */
	uint32_t align_order;		/* cap of the alignment as the recorded kernel has it */
};

struct workload {
	char *info;		/* where it comes from: lines "key=value" */
	uint64_t seed;		/* of OP_ROOM and OP_RELIEF; never 0 */
	struct space *spaces;
	size_t nr_spaces, cap_spaces;
	struct op *ops;
	size_t nr_ops, cap_ops;
	struct piece *pieces;
	size_t nr_pieces, cap_pieces;
	uint32_t nr_allocs;
	unsigned int nr_threads;	/* highest thread + 1 */
};

void workload_init(struct workload *w);
void workload_free(struct workload *w);
/* Add a line to info. 0 or -ENOMEM. */
int workload_info(struct workload *w, const char *key, const char *value);
/* Value of a key of info in buf; false when there is none. */
bool workload_info_get(const struct workload *w, const char *key, char *buf, size_t len);
/* Its index, or -ENOMEM; -E2BIG. */
int workload_add_space(struct workload *w, const struct space *s);
/* Append a copy; an ALLOC gets its number, which is left in op->id. 0, -ENOMEM, -E2BIG. */
int workload_add(struct workload *w, struct op *op);
/* A piece of the allocation appended last, or of op index `at` if that one's pieces are the newest. 0, -ENOMEM. */
int workload_add_piece(struct workload *w, size_t at, uint64_t pa, uint64_t size);
/*
 * Does it make sense: every operation in a space that there is, sizes positive, no free of what was not allocated or is
 * gone, parts inside. 0, or -EINVAL with the reason and the number of the operation in err.
 */
int workload_check(const struct workload *w, char *err, size_t errlen);

#endif
