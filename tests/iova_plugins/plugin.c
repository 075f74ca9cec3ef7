/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared objects that are to be loaded as policies. Built once for each KIND: GOOD has two policies, the others have each one thing wrong.
 */
#include <armdma/iova.h>

/* Everything is left to first-fit. */
static int create(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
		  struct armdma_error *err)
{
	const struct armdma_iova_policy *below = armdma_iova_find("first-fit");

	(void)self;
	return below->create(below, priv, space, err);
}

static void destroy(void *priv)
{
	armdma_iova_find("first-fit")->destroy(priv);
}

static int alloc(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr)
{
	return armdma_iova_find("first-fit")->alloc(priv, req, addr);
}

static int give(void *priv, armdma_dma_t addr, uint64_t size)
{
	return armdma_iova_find("first-fit")->free(priv, addr, size);
}

static int reserve(void *priv, armdma_dma_t addr, uint64_t size)
{
	return armdma_iova_find("first-fit")->reserve(priv, addr, size);
}

static bool query(void *priv, armdma_dma_t addr)
{
	return armdma_iova_find("first-fit")->query(priv, addr);
}

static int walk(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	return armdma_iova_find("first-fit")->walk(priv, fn, ctx);
}

static int validate(void *priv, struct armdma_error *err)
{
	return armdma_iova_find("first-fit")->validate(priv, err);
}

static void stats(void *priv, struct armdma_iova_stats *st)
{
	armdma_iova_find("first-fit")->stats(priv, st);
}

#define POLICY(its_name, its_validate)                                                                      \
	{                                                                                                   \
		.name = its_name, .create = create, .destroy = destroy, .alloc = alloc, .free = give,       \
		.reserve = reserve, .query = query, .walk = walk, .validate = its_validate, .stats = stats, \
	}

__attribute__((unused))
static const struct armdma_iova_policy one = POLICY("plugin-one", validate), two = POLICY("plugin-two", validate);

#if defined(GOOD)
ARMDMA_IOVA_PLUGIN(&one, &two);
#elif defined(OLD)
extern const struct armdma_iova_plugin armdma_iova_plugin __attribute__((visibility("default")));
const struct armdma_iova_plugin armdma_iova_plugin = { ARMDMA_IOVA_ABI + 7, sizeof(one), NULL };
#elif defined(NONE)
extern const struct armdma_iova_policy *const armdma_iova_policies[] __attribute__((visibility("default")));
const struct armdma_iova_policy *const armdma_iova_policies[] = { &one, &two };
#elif defined(EMPTY)
extern const struct armdma_iova_plugin armdma_iova_plugin __attribute__((visibility("default")));
static const struct armdma_iova_policy *const nothing[] = { NULL };
const struct armdma_iova_plugin armdma_iova_plugin = { ARMDMA_IOVA_ABI, sizeof(one), nothing };
#elif defined(HALF)
static const struct armdma_iova_policy half = POLICY("half", NULL);
ARMDMA_IOVA_PLUGIN(&one, &half, &two);
#endif
