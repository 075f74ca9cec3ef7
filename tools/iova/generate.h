/* SPDX-License-Identifier: BSD-2-Clause */
/* Made-up workloads: W1 to W5 and models of devices. The same name, options and seed make the same workload. */
#ifndef TOOLS_IOVA_GENERATE_H
#define TOOLS_IOVA_GENERATE_H

#include <armdma/types.h>

#include "workload.h"

/* 0: the generator's own value. */
struct generate_options {
	uint64_t seed;
	uint64_t live;		/* allocations alive at once */
	uint64_t steps;
	uint64_t pages;		/* size of an allocation, where there is one size */
	uint64_t percent;	/* occupancy that W3 fills up to */
	uint64_t space;		/* bytes */
};

struct gen {
	struct workload *w;
	struct generate_options opt;
	uint64_t rng;
	uint64_t nsecs;		/* now */
	uint16_t thread, space;
	bool failed;
};

struct generator {
	const char *name;
	const char *what;	/* one line for people */
	struct generate_options def;
	void (*run)(struct gen *g);
};

extern const struct generator generators_w[], generators_device[];	/* end with a NULL name */
const struct generator *generate_find(const char *name);
/* Into an empty workload. 0, -ENOMEM, -EINVAL (an option that this generator cannot take; err says which). */
int generate(const struct generator *gen, const struct generate_options *opt, struct workload *w, char *err,
	     size_t errlen);

/* ---- For generators --------------------------------------------------------------- */

#define GEN_PAGE 4096u

/* Numbers of the new allocation; what is behind it is told by gen_contiguous() or gen_scattered() right after. */
uint32_t gen_alloc(struct gen *g, uint64_t size, enum armdma_dir dir, bool coherent);
void gen_free(struct gen *g, uint32_t id);
/* One physical piece, aligned as a buddy allocator aligns it (at most to 4 MiB). */
void gen_contiguous(struct gen *g);
/* Pieces of 2^order pages each, anywhere. */
void gen_scattered(struct gen *g, unsigned int order);
/* Time passes: between half and one and a half of it. */
void gen_wait(struct gen *g, uint64_t nsecs);
uint32_t gen_below(struct gen *g, uint32_t n);

#endif
