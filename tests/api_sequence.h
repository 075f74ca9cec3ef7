/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of DMA API calls as data: made from a seed, run against a plain oracle, cut down when they fail, printed as C.
 *
 * An operation on a slot that does not fit its state does nothing, so that every part of a sequence is a sequence.
 */
#ifndef TESTS_API_SEQUENCE_H
#define TESTS_API_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <armdma/dma.h>

#define SEQ_SLOTS 6u
#define SEQ_LINE 64u		/* ownership is by the line */
#define SEQ_MAX_LINES 128u	/* of one buffer: two pages */

enum seq_kind { SEQ_STREAM, SEQ_LIST, SEQ_COHERENT, SEQ_WC, SEQ_ATOMIC, SEQ_OWN, SEQ_BLOCK, SEQ_NR_KINDS };

enum seq_what {
	SEQ_NEW,	/* slot gets a buffer of `kind`, `lines` long */
	SEQ_DROP,
	SEQ_MAP,	/* SEQ_STREAM, SEQ_LIST: with direction `dir` */
	SEQ_UNMAP,
	SEQ_FOR_CPU,	/* lines [from, to), a list whole */
	SEQ_FOR_DEVICE,
	SEQ_CPU_WRITE,	/* what the side owns of [from, to) */
	SEQ_CPU_READ,
	SEQ_DEV_WRITE,
	SEQ_DEV_READ,
	SEQ_NR_WHATS
};

struct seq_op {
	uint8_t what, slot, kind, dir;
	uint8_t lines, from, to;
	uint8_t step, nth;	/* SEQ_NEW, SEQ_MAP: this injected failure (nth 0: none) */
	uint32_t value;		/* bytes written are a function of it */
};

struct seq_result {
	size_t at;		/* operation that went wrong; SIZE_MAX: none */
	uint64_t calls;		/* of the DMA API */
	char why[256];
};

/* Fill n operations from a seed. */
void seq_make(struct seq_op *ops, size_t n, uint64_t seed);
/* Run them on a machine of their own. forget_syncs: a planted bug, sync_for_cpu is not called. */
void seq_run(const struct seq_op *ops, size_t n, enum armdma_dma_opset set, bool forget_syncs,
	     struct seq_result *res);
/* Cut a failing sequence down: shorter and simpler ones that fail as well. Returns the new length. */
size_t seq_shrink(struct seq_op *ops, size_t n, enum armdma_dma_opset set, bool forget_syncs);
/* As a C function of public calls: void reproduce(struct armdma_machine *m, struct armdma_device *dev). */
void seq_print(const struct seq_op *ops, size_t n, enum armdma_dma_opset set, FILE *out);

#endif
