/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies with one fault each, over first-fit: what the lab has to notice. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <armdma/iova.h>

static unsigned int calls;	/* of alloc in this process */
#define FAULT_AT 100u		/* the call that goes wrong */

static int create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space, struct armdma_error *err)
{
	const struct armdma_iova_policy *base = armdma_iova_find("first-fit");

	(void)self;
	calls = 0;
	return base->create(base, priv, space, err);
}

#define BASE armdma_iova_find("first-fit")

static int good_alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	calls++;
	return BASE->alloc(priv, req, addr);
}

static int overlap(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	static armdma_dma_t last;
	int ret = good_alloc(priv, req, addr);

	if (calls == FAULT_AT)
		*addr = last;
	last = *addr;
	return ret;
}

static int foreign(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	if (calls == FAULT_AT)
		*addr = 1ull << 45;
	return ret;
}

static int crooked(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	*addr += calls == FAULT_AT ? 16 : 0;
	return ret;
}

static int crash(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	if (calls == FAULT_AT)
		raise(SIGSEGV);
	return ret;
}

static int leave(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	if (calls == FAULT_AT)
		_exit(0);
	return ret;
}

static int hang(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	while (calls == FAULT_AT)
		pause();
	return ret;
}

static int strange_error(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	int ret = good_alloc(priv, req, addr);

	return calls == FAULT_AT ? -5 : ret;
}

static void destroy(void *priv)
{
	BASE->destroy(priv);
}

static int give(void *priv, armdma_dma_t addr, uint64_t size)
{
	return BASE->free(priv, addr, size);
}

static int keep(void *priv, armdma_dma_t addr, uint64_t size)
{
	return calls >= FAULT_AT ? -22 : give(priv, addr, size);
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	return BASE->reserve(priv, addr, size);
}

static bool query(void *priv, armdma_dma_t addr)
{
	return BASE->query(priv, addr);
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	return BASE->walk(priv, fn, ctx);
}

static int validate(void *priv, struct armdma_error *err)
{
	return BASE->validate(priv, err);
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	BASE->stats(priv, st);
}

#define POLICY(id, allocate, release)                                                                                      \
	static const struct armdma_iova_policy policy_##id = {                                                             \
		.name = #id, .create = create, .destroy = destroy, .alloc = allocate, .free = release, .reserve = reserve, \
		.query = query, .walk = walk, .validate = validate, .stats = stats,                                        \
	}

POLICY(good, good_alloc, give);
POLICY(overlap, overlap, give);
POLICY(foreign, foreign, give);
POLICY(crooked, crooked, give);
POLICY(crash, crash, give);
POLICY(leave, leave, give);
POLICY(hang, hang, give);
POLICY(strange, strange_error, give);
POLICY(keep, good_alloc, keep);
ARMDMA_IOVA_PLUGIN(&policy_good, &policy_overlap, &policy_foreign, &policy_crooked, &policy_crash, &policy_leave, &policy_hang,
		   &policy_strange, &policy_keep);
