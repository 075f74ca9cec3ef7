/* SPDX-License-Identifier: BSD-2-Clause */
/* The process's cells of coverage: one for each combination that was met. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/sys/tree.h>

#include "lib/check/coverage.h"

struct cell {
	RB_ENTRY(cell) entry;
	struct armdma_coverage c;
};
RB_HEAD(cell_tree, cell);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cell_tree cells = RB_INITIALIZER(&cells);

#define differ(a, b) ((a) < (b) ? -1 : (a) > (b))

static int cell_cmp(const struct cell *a, const struct cell *b)
{
	const struct armdma_coverage *x = &a->c, *y = &b->c;
	int d = strcmp(x->function, y->function);

	if (!d)
		d = differ(x->dir, y->dir);
	if (!d)
		d = differ(x->policy, y->policy);
	if (!d)
		d = differ(x->set, y->set);
	if (!d)
		d = differ(x->coherent, y->coherent);
	if (!d)
		d = differ(x->outcome, y->outcome);
	return d;
}

RB_GENERATE_INTERNAL(cell_tree, cell, entry, cell_cmp, static __attribute__((unused)))

void coverage_add(const struct armdma_coverage *cell, int64_t n)
{
	struct cell key = { .c = *cell }, *c;

	pthread_mutex_lock(&lock);
	c = RB_FIND(cell_tree, &cells, &key);
	if (!c) {
		c = malloc(sizeof(*c));
		if (c) {
			*c = key;
			c->c.count = 0;
			RB_INSERT(cell_tree, &cells, c);
		}
	}
	if (c)
		c->c.count += (uint64_t)n;
	pthread_mutex_unlock(&lock);
}

void armdma_coverage_walk(armdma_coverage_fn fn, void *ctx)
{
	struct cell *c;

	pthread_mutex_lock(&lock);
	RB_FOREACH(c, cell_tree, &cells)
		if (c->c.count)
			fn(ctx, &c->c);
	pthread_mutex_unlock(&lock);
}

void armdma_coverage_clear(void)
{
	struct cell *c;

	pthread_mutex_lock(&lock);
	while ((c = RB_ROOT(&cells))) {
		RB_REMOVE(cell_tree, &cells, c);
		free(c);
	}
	pthread_mutex_unlock(&lock);
}
