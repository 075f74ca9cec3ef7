/* SPDX-License-Identifier: BSD-2-Clause */
/* Spaces and requests, as every policy understands them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/iova/iova.h"

int iova_fail(struct armdma_error *err, int ret, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return ret;
}

static void *heap_alloc(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void heap_free(void *ctx, void *p, size_t size)
{
	(void)ctx;
	(void)size;
	free(p);
}

struct armdma_iova_space iova_with_memory(const struct armdma_iova_space *space)
{
	struct armdma_iova_space s = *space;

	if (!s.mem_alloc) {
		s.mem_alloc = heap_alloc;
		s.mem_free = heap_free;
	}
	return s;
}

static int check_alignment(const struct armdma_iova_space *s, struct armdma_error *err)
{
	if ((unsigned int)s->align > ARMDMA_IOVA_ALIGN_PAGES)
		return iova_fail(err, -EINVAL, "align %d is no alignment rule", (int)s->align);
	if (s->align == ARMDMA_IOVA_ALIGN_PAGES && !s->page_sizes)
		return iova_fail(err, -EINVAL, "page_sizes is 0, so no page size can align anything");
	if (s->align_order > 62)
		return iova_fail(err, -EINVAL, "align_order %u: the cap is 62", s->align_order);
	return 0;
}

int armdma_iova_check_space(const struct armdma_iova_space *s, uint32_t flags, struct armdma_error *err)
{
	if (!s->granule || s->granule & (s->granule - 1))
		return iova_fail(err, -EINVAL, "granule %u is no power of two", s->granule);
	if (s->base % s->granule)
		return iova_fail(err, -EINVAL, "base 0x%llx is no multiple of the granule 0x%x",
				 (unsigned long long)s->base, s->granule);
	if (!s->size || s->size % s->granule)
		return iova_fail(err, -EINVAL, "size 0x%llx is no positive multiple of the granule 0x%x",
				 (unsigned long long)s->size, s->granule);
	if (s->size - 1 > UINT64_MAX - s->base)
		return iova_fail(err, -EINVAL, "size 0x%llx from base 0x%llx leaves 64 bits",
				 (unsigned long long)s->size, (unsigned long long)s->base);
	if (!s->mem_alloc != !s->mem_free)
		return iova_fail(err, -EINVAL, "mem_alloc and mem_free must be given together");
	if (s->flags & ~flags)
		return iova_fail(err, -EINVAL, "flags 0x%x: this policy does not know 0x%x", s->flags,
				 s->flags & ~flags);
	return check_alignment(s, err);
}

int armdma_iova_want(const struct armdma_iova_space *space, enum armdma_iova_align own,
		     const struct armdma_iova_request *req, struct armdma_iova_want *want)
{
	return iova_want(space, (unsigned int)__builtin_ctz(space->granule), own, req, want);
}
