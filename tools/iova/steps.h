/* SPDX-License-Identifier: BSD-2-Clause */
/* Repeating the steps of the watching pass, as fast as can be. */
#ifndef TOOLS_IOVA_STEPS_H
#define TOOLS_IOVA_STEPS_H

#include "run.h"

/* Bytes behind a whole allocation are not in its step's request when it was the allocation: those in granules are. */
static inline int step_alloc(const struct armdma_iova_policy *policy, void *const *privs, const struct run_request *requests,
			     const struct step *s, armdma_dma_t *addrs)
{
	const struct run_request *q = &requests[s->request];
	struct armdma_iova_request req = { .size = q->size, .limit = q->limit, .align = q->align };
	armdma_dma_t addr;
	int ret = policy->alloc(privs[s->space], &req, &addr);

	addrs[s->slot] = ret ? ARMDMA_MAPPING_ERROR : addr;
	return ret;
}

/* What could not be allocated is not freed. */
static inline int step_free(const struct armdma_iova_policy *policy, void *const *privs, const struct run_request *requests,
			    const struct step *s, const armdma_dma_t *addrs)
{
	const struct run_request *q = &requests[s->request];
	armdma_dma_t addr = addrs[s->slot];

	return addr == ARMDMA_MAPPING_ERROR ? 0 : policy->free(privs[s->space], addr + q->offset, q->size);
}

static inline void steps_run(const struct armdma_iova_policy *policy, void *const *privs, const struct run_request *requests,
			     const struct step *from, const struct step *end, armdma_dma_t *addrs)
{
	for (; from < end; from++)
		if (from->kind == STEP_ALLOC)
			step_alloc(policy, privs, requests, from, addrs);
		else
			step_free(policy, privs, requests, from, addrs);
}

/* One address for each slot. NULL with r->err. */
armdma_dma_t *steps_addrs(struct run *r);
/* CPU time of this thread, seconds. */
double steps_cpu_time(void);

/* The reference: dependent loads in a random cycle of 16 KiB, 64 bytes apart. */
struct chase;
struct chase *chase_new(void);
void chase_free(struct chase *c);
/* Seconds of CPU time that one step takes now. */
double chase_step(struct chase *c);

#endif
