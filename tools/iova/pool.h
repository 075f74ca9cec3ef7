/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs in processes of their own: a policy that crashes, hangs or leaves ends its own run and no other. */
#ifndef TOOLS_IOVA_POOL_H
#define TOOLS_IOVA_POOL_H

#include "run.h"

struct pool_job {
	struct run_params p;
	const struct workload *w;
	const char *trace;
	uint64_t identity;
};

/*
 * done(): takes the result over, in the order in which runs end; nonzero: start no further ones. Returns what done()
 * said, or -ENOMEM or the errno of fork and pipe, negative.
 */
typedef int (*pool_done_fn)(void *ctx, const struct pool_job *job, json_t *result);
int pool_run(const struct pool_job *jobs, size_t n, unsigned int parallel, pool_done_fn done, void *ctx);

#endif
