/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conformance suite: a policy beside a plain model of one byte a granule.
 *
 * Every call goes through the model, which knows what may come back. Whatever is wrong is told as the rule that it breaks, not as the
 * scenario that found it; of each rule the first violation is kept.
 */
#ifndef LIB_IOVA_SELFTEST_H
#define LIB_IOVA_SELFTEST_H

#include "lib/iova/iova.h"

enum selftest_rule {
	RULE_CREATE, RULE_INSIDE, RULE_OVERLAP, RULE_ALIGNMENT, RULE_LIMIT, RULE_BAD_REQUEST, RULE_EXHAUSTION, RULE_RECOVERY,
	RULE_RESERVATION, RULE_FREE, RULE_DOUBLE_FREE, RULE_FOREIGN_FREE, RULE_QUERY, RULE_WALK, RULE_STATS, RULE_VALIDATE,
	RULE_MEMORY, RULE_NO_MEMORY, RULE_SPACES, RULE_THREADS,
	NR_RULES
};

struct selftest {
	const struct armdma_iova_policy *policy;
	uint64_t seed;
	struct armdma_iova_verdict verdict[NR_RULES];
	bool out_of_memory;		/* the suite's own */
	bool lost;			/* the model and the policy have parted: what follows in this space proves nothing */
};

#define SELFTEST_LIVE 1024u

/* A space of the policy, and what is known about it. */
struct selftest_space {
	struct selftest *t;
	struct armdma_iova_space space;
	void *priv;
	uint64_t total;			/* granules */
	unsigned char *used;		/* a byte a granule */
	uint64_t nr_used, peak, allocs, frees, failures;
	struct { uint64_t at, n; } live[SELFTEST_LIVE];
	unsigned int nr_live;
	/* The call-outs. */
	uint64_t memory;		/* bytes */
	struct selftest_piece *pieces;	/* all of it that is out */
	long allow;			/* allocations still granted; negative: all */
	bool foreign_memory;		/* something was freed that is none of it */
};

/* The rule is broken; returns false. */
ARMDMA_PRINTF(3, 4) bool selftest_broken(struct selftest *t, enum selftest_rule rule, const char *fmt, ...);
ARMDMA_PRINTF(3, 4) void selftest_skipped(struct selftest *t, enum selftest_rule rule, const char *fmt, ...);
uint64_t selftest_random(struct selftest *t, uint64_t below);

/* A plain space of 4 KiB granules. */
struct armdma_iova_space selftest_plain(armdma_dma_t base, uint64_t granules);
/* Open one; false when the policy did not (RULE_CREATE is broken then) or the suite has no memory. */
bool selftest_open(struct selftest *t, struct selftest_space *s, const struct armdma_iova_space *space);
/* Close it; what is left of its memory breaks RULE_MEMORY. */
void selftest_close(struct selftest_space *s);

/* Allocate through the model. What the policy returned; *at is the granule. A wrong answer is told, and as good as -EIO. */
int selftest_alloc(struct selftest_space *s, const struct armdma_iova_request *req, uint64_t *at);
/* The same, and remembered as live. */
int selftest_get(struct selftest_space *s, uint64_t granules);
/* Free the i-th live range. */
void selftest_put(struct selftest_space *s, unsigned int i);
void selftest_put_all(struct selftest_space *s);
/* The policy says what the model says: query, walk, stats, validate. */
void selftest_compare(struct selftest_space *s);

/* The part with threads. */
void selftest_threads(struct selftest *t);

#endif
