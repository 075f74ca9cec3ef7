/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conformance suite: two threads in one space.
 *
 * Each granule has a mark that says whose it is. A thread marks what it got; a mark that is there already proves that both got it. Ranges
 * are also passed on, so that one thread frees what the other allocated.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/iova/selftest.h"

#define THREADS 2u
#define STEPS 4000u
#define HANDED 64u
#define GRANULES 4096u

struct range {
	armdma_dma_t addr;
	uint64_t size;
};

struct party {
	struct selftest *t;
	struct armdma_iova_space space;
	void *priv;
	atomic_uchar mark[GRANULES];
	atomic_uint overlap, refused;	/* how often; first granule + 1 */
	_Atomic uint64_t used;		/* bytes */
	/* Passed on: a slot is filled by one thread and emptied by the other. */
	struct { struct range r; atomic_uint full; } slot[THREADS][HANDED];
};

struct guest {
	struct party *p;
	pthread_t thread;
	unsigned int nr;
	uint64_t seed;
	struct range live[256];
	unsigned int nr_live;
};

static uint64_t guest_random(struct guest *g, uint64_t below)
{
	g->seed ^= g->seed << 13;
	g->seed ^= g->seed >> 7;
	g->seed ^= g->seed << 17;
	return g->seed % below;
}

static void mark(struct party *p, struct range r, unsigned int owner)
{
	uint64_t from = (r.addr - p->space.base) / p->space.granule, n = r.size / p->space.granule;

	for (uint64_t at = from; at < from + n && at < GRANULES; at++)
		if (atomic_exchange(&p->mark[at], (unsigned char)owner) && owner)
			atomic_store(&p->overlap, (unsigned int)at + 1);
}

static void get(struct guest *g)
{
	struct party *p = g->p;
	struct armdma_iova_request req = { .size = p->space.granule * (1 + guest_random(g, guest_random(g, 4) ? 4 : 40)) };
	struct range r = { .size = req.size };

	if (g->nr_live == 256 || p->t->policy->alloc(p->priv, &req, &r.addr))
		return;
	mark(p, r, g->nr + 1);
	atomic_fetch_add(&p->used, r.size);
	g->live[g->nr_live++] = r;
}

static void put(struct party *p, struct range r)
{
	mark(p, r, 0);
	atomic_fetch_sub(&p->used, r.size);
	if (p->t->policy->free(p->priv, r.addr, r.size))
		atomic_store(&p->refused, (unsigned int)((r.addr - p->space.base) / p->space.granule) + 1);
}

static void pass_on(struct guest *g)
{
	struct party *p = g->p;

	for (unsigned int i = 0; i < HANDED && g->nr_live; i++) {
		if (atomic_load(&p->slot[g->nr][i].full))
			continue;
		p->slot[g->nr][i].r = g->live[--g->nr_live];
		atomic_store(&p->slot[g->nr][i].full, 1);
		return;
	}
}

static void take_over(struct party *p, unsigned int from)
{
	for (unsigned int i = 0; i < HANDED; i++) {
		if (!atomic_load(&p->slot[from][i].full))
			continue;
		put(p, p->slot[from][i].r);
		atomic_store(&p->slot[from][i].full, 0);
	}
}

static void look(struct guest *g)
{
	struct party *p = g->p;
	struct armdma_iova_stats st;

	if (g->nr_live && !p->t->policy->query(p->priv, g->live[0].addr))
		atomic_store(&p->refused, (unsigned int)((g->live[0].addr - p->space.base) / p->space.granule) + 1);
	if (!guest_random(g, 8))
		p->t->policy->stats(p->priv, &st);
}

static void *guest_run(void *arg)
{
	struct guest *g = arg;

	for (unsigned int i = 0; i < STEPS; i++) {
		uint64_t dice = guest_random(g, 100);

		if (dice < 50)
			get(g);
		else if (dice < 85 && g->nr_live)
			put(g->p, g->live[--g->nr_live]);
		else if (dice < 92)
			pass_on(g);
		else if (dice < 98)
			take_over(g->p, (g->nr + 1) % THREADS);
		else
			look(g);
	}
	while (g->nr_live)
		put(g->p, g->live[--g->nr_live]);
	return NULL;
}

/* What is said when all is over and everything was freed. */
static void check(struct party *p)
{
	struct selftest *t = p->t;
	struct armdma_iova_stats st;
	struct armdma_error err = { "" };
	unsigned int at = atomic_load(&p->overlap);

	if (at)
		selftest_broken(t, RULE_THREADS, "two threads were both given 0x%llx",
				(unsigned long long)(p->space.base + (at - 1ULL) * p->space.granule));
	at = atomic_load(&p->refused);
	if (at)
		selftest_broken(t, RULE_THREADS, "0x%llx was allocated, but query() or free() by a thread said no",
				(unsigned long long)(p->space.base + (at - 1ULL) * p->space.granule));
	if (t->policy->validate(p->priv, &err))
		selftest_broken(t, RULE_THREADS, "after threads: %s", err.msg);
	t->policy->stats(p->priv, &st);
	if (st.used)
		selftest_broken(t, RULE_THREADS, "threads have freed everything, and %llu bytes are used",
				(unsigned long long)st.used);
}

static void run(struct party *p)
{
	struct guest guests[THREADS];
	unsigned int started;

	for (started = 0; started < THREADS; started++) {
		guests[started] = (struct guest){ .p = p, .nr = started, .seed = p->t->seed + started * 77 + 1 };
		if (pthread_create(&guests[started].thread, NULL, guest_run, &guests[started]))
			break;
	}
	for (unsigned int i = 0; i < started; i++)
		pthread_join(guests[i].thread, NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		take_over(p, i);
	if (started < THREADS)
		selftest_skipped(p->t, RULE_THREADS, "no second thread could be started");
}

void selftest_threads(struct selftest *t)
{
	struct party *p = calloc(1, sizeof(*p));
	struct armdma_error err = { "" };
	int ret;

	if (!p) {
		t->out_of_memory = true;
		return;
	}
	p->t = t;
	p->space = selftest_plain(0x40000000, GRANULES);
	p->space.flags = ARMDMA_IOVA_SHARED;
	ret = t->policy->create(t->policy, &p->priv, &p->space, &err);
	if (ret == -EOPNOTSUPP) {
		selftest_skipped(t, RULE_THREADS, "%s", err.msg[0] ? err.msg : "the policy has no shared mode");
	} else if (ret) {
		selftest_broken(t, RULE_THREADS, "a shared space: %d (%s); -EOPNOTSUPP says that there is none", ret, err.msg);
	} else {
		run(p);
		check(p);
		t->policy->destroy(p->priv);
	}
	free(p);
}
