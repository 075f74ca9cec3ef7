/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IOVA allocation policies.
 *
 * A policy hands out ranges of an IO address space. The DMA layer knows only this interface, so a mapping can use any
 * policy. Addresses and sizes are bytes; a policy works in granules of the space.
 *
 *	const struct armdma_iova_policy *p = armdma_iova_find("first-fit");
 *	struct armdma_iova_space space = { .size = 1ULL << 32, .granule = 4096, .align_order = 8 };
 *	struct armdma_iova_request req = { .size = 65536 };
 *
 *	p->create(p, &priv, &space, &err);
 *	p->alloc(priv, &req, &addr);
 *	p->free(priv, addr, req.size);
 *	p->destroy(priv);
 *
 * docs/iova-policies.md tells what each policy does and costs.
 */
#ifndef ARMDMA_IOVA_H
#define ARMDMA_IOVA_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How an allocation is aligned whose request does not say it. */
enum armdma_iova_align {
	ARMDMA_IOVA_ALIGN_OWN,		/* the policy's own rule */
	ARMDMA_IOVA_ALIGN_NONE,		/* any granule */
	ARMDMA_IOVA_ALIGN_CAPPED,	/* power of two that holds the size, at most 2^align_order granules, from the base on */
	ARMDMA_IOVA_ALIGN_FULL,		/* power of two that holds the size, from address 0 on */
	ARMDMA_IOVA_ALIGN_PAGES,	/* largest of page_sizes that is no larger than the size, from address 0 on */
};

/* More than one thread may call at once: the policy locks. Without it the caller sees to it that none do. */
#define ARMDMA_IOVA_SHARED 1u
/*
 * Sized as Linux 6.1 does it, not exactly: the number of bitmaps rounded down, a space that is shorter than a bitmap rounded up
 * to 32 granules (so that what lies behind it is handed out), and a request longer than a bitmap uses up one that
 * could still be added. Only linux-arm and linux-arm-order know it; -EINVAL elsewhere.
 */
#define ARMDMA_IOVA_LINUX_SIZING 2u

/* The address space [base, base+size). */
struct armdma_iova_space {
	armdma_dma_t base;	/* multiple of the granule, as is the size */
	uint64_t size;
	uint32_t granule;	/* bytes, power of two: the unit of allocation */
	uint32_t align_order;	/* cap of ALIGN_CAPPED (ARM default 8) */
	/* Every allocation of the policy's own memory; NULL: malloc/free. alloc returns zeroed memory or NULL. */
	void *(*mem_alloc)(void *ctx, size_t size);
	void (*mem_free)(void *ctx, void *p, size_t size);
	void *mem_ctx;
	enum armdma_iova_align align;
	uint32_t flags;		/* ARMDMA_IOVA_* */
	uint64_t page_sizes;	/* of ALIGN_PAGES: mask of powers of two */
};

struct armdma_iova_request {
	uint64_t size;		/* bytes, > 0; rounded up to granules */
	armdma_dma_t limit;	/* last byte must be <= limit; 0: no limit */
	uint64_t align;		/* bytes, power of two, from address 0 on; 0: the space's rule */
	armdma_dma_t hint;	/* where to look first; policies may ignore it; 0: none */
};

struct armdma_iova_stats {
	uint64_t total;		/* bytes that can be handed out at all */
	uint64_t used;		/* bytes */
	uint64_t peak;		/* most that was ever used */
	uint64_t largest_free;	/* longest free run, bytes */
	uint64_t allocs, frees, failures;
	uint64_t memory;	/* bytes of the policy's own memory */
};

struct armdma_iova_policy {
	const char *name;
	const void *data;	/* the policy's own: what tells members of a family apart */
	/* 0; -EINVAL, -EOPNOTSUPP (no such mode), -ENOMEM: *err (may be NULL) says why, and *priv is NULL. */
	int (*create)(const struct armdma_iova_policy *self, void **priv, const struct armdma_iova_space *space,
		      struct armdma_error *err);
	void (*destroy)(void *priv);	/* NULL is ignored */
	/* 0 and *addr; else ARMDMA_MAPPING_ERROR there and -ENOMEM (no such hole), -EINVAL (size 0, bad alignment). */
	int (*alloc)(void *priv, const struct armdma_iova_request *req, armdma_dma_t *addr);
	/*
	 * 0; -EINVAL when any part of the range is not allocated or outside the space: nothing is freed then. The size is
	 * rounded up to granules. Part of an allocation may be freed; a policy that cannot do that says -EINVAL.
	 */
	int (*free)(void *priv, armdma_dma_t addr, uint64_t size);
	/* Take a range of whole granules out of circulation, until it is freed. 0, -EBUSY, -EINVAL, -ENOMEM. */
	int (*reserve)(void *priv, armdma_dma_t addr, uint64_t size);
	/* Is the granule that contains addr allocated (or reserved)? */
	bool (*query)(void *priv, armdma_dma_t addr);
	/* Call fn for every maximal allocated run in ascending order until it returns nonzero; returns that. */
	int (*walk)(void *priv, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx);
	/* 0, or -EIO with *err naming the broken invariant. No thread may be in another call. */
	int (*validate)(void *priv, struct armdma_error *err);
	void (*stats)(void *priv, struct armdma_iova_stats *st);
};

/* ---- Policies by name ------------------------------------------------------ */

/* A policy of this library, "magazine:NAME" for thread caches over another; NULL: no such name. */
ARMDMA_API const struct armdma_iova_policy *armdma_iova_find(const char *name);
/* The policies of this library, one after the other: NULL gives the first, the last gives NULL. */
ARMDMA_API const struct armdma_iova_policy *armdma_iova_next(const struct armdma_iova_policy *policy);
/*
 * As armdma_iova_find(), and shared objects. With a slash in it the name is a path, ":NAME" behind it one of several policies there; else
 * armdma-iova-NAME.so is looked for in the directories of ARMDMA_IOVA_PATH and where the dynamic linker looks. 0, or *err says what
 * is wrong: -ENOENT (no such name or file), -ENOEXEC (no shared object, no policy in it, another ABI), -ENOMEM.
 * What was loaded stays until the process ends.
 */
ARMDMA_API int armdma_iova_load(const char *name, const struct armdma_iova_policy **policy, struct armdma_error *err);

/* In a shared object, once: ARMDMA_IOVA_PLUGIN(&policy, ...); */
#define ARMDMA_IOVA_ABI 1u
struct armdma_iova_plugin {
	uint32_t abi, policy_size;
	const struct armdma_iova_policy *const *policies;	/* NULL behind the last */
};
#define ARMDMA_IOVA_PLUGIN(...)                                                                            \
	static const struct armdma_iova_policy *const armdma_iova_plugin_list[] = { __VA_ARGS__, NULL };    \
	extern const struct armdma_iova_plugin armdma_iova_plugin __attribute__((visibility("default")));   \
	const struct armdma_iova_plugin armdma_iova_plugin = {                                              \
		ARMDMA_IOVA_ABI, (uint32_t)sizeof(struct armdma_iova_policy), armdma_iova_plugin_list       \
	}

/* First fit in 128 MiB bitmaps, addresses of Linux 6.1's ARM DMA layer: armdma_iova_find("linux-arm"). */
ARMDMA_API const struct armdma_iova_policy *armdma_iova_linux_arm(void);

/* ---- For authors of policies ------------------------------------------------ */

/* A request in granules from the base on: a place `at` with (at + skew) & mask == 0 and at + count <= end. */
struct armdma_iova_want {
	uint64_t count, mask, skew, end;
};
/* 0, -EINVAL (the request makes no sense), -ENOMEM (longer than the space). own: the rule that ALIGN_OWN stands for. */
ARMDMA_API int armdma_iova_want(const struct armdma_iova_space *space, enum armdma_iova_align own,
				const struct armdma_iova_request *req, struct armdma_iova_want *want);
/* -EINVAL and *err when the space makes no sense, or has flags that are not in `flags`. */
ARMDMA_API int armdma_iova_check_space(const struct armdma_iova_space *space, uint32_t flags, struct armdma_error *err);

enum armdma_iova_result { ARMDMA_IOVA_KEPT, ARMDMA_IOVA_BROKEN, ARMDMA_IOVA_SKIPPED };
struct armdma_iova_verdict {
	const char *rule;	/* "alignment", "double-free", ... */
	const char *means;	/* the rule in a sentence */
	enum armdma_iova_result result;
	struct armdma_error why;	/* not KEPT: what was asked, seen and expected */
};
/*
 * Is it a policy? Each rule of this interface is tried against a plain model; fn (may be NULL) hears each verdict. Returns how many rules are
 * broken, or -ENOMEM. A policy that crashes takes the caller along.
 */
ARMDMA_API int armdma_iova_selftest(const struct armdma_iova_policy *policy, uint64_t seed,
				    void (*fn)(void *ctx, const struct armdma_iova_verdict *verdict), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
