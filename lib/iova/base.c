/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/iova/base.h"

int base_init(struct iova_base *b, const struct armdma_iova_space *space, enum armdma_iova_align own, struct armdma_error *err)
{
	int ret = armdma_iova_check_space(space, ARMDMA_IOVA_SHARED, err);

	if (ret)
		return ret;
	b->space = iova_with_memory(space);
	b->lock.shared = space->flags & ARMDMA_IOVA_SHARED;
	b->own = own;
	b->shift = (unsigned int)__builtin_ctz(space->granule);
	b->total = space->size >> b->shift;
	b->last = space->base + (space->size - 1);
	if (b->total > BASE_MAX)
		return iova_fail(err, -EINVAL, "%llu granules are more than the 2^31 that this policy can have",
				 (unsigned long long)b->total);
	return 0;
}

size_t base_put(size_t *bytes, size_t len)
{
	size_t at = *bytes;

	*bytes += (len + 63) / 64 * 64;
	return at;
}

bool base_query(struct iova_base *b, armdma_dma_t addr)
{
	bool used;

	if (addr < b->space.base || addr - b->space.base >= b->space.size)
		return false;
	iova_lock(&b->lock);
	used = base_is_used(b, (addr - b->space.base) >> b->shift);
	iova_unlock(&b->lock);
	return used;
}

/* The lock is not held while fn runs, so that it may call the policy. */
static bool next_run(struct iova_base *b, bool used, uint64_t *from, uint64_t *end)
{
	uint64_t invert = used ? 0 : UINT64_MAX;

	iova_lock(&b->lock);
	*from = iova_find_bit(b->used, (uint32_t)*from, (uint32_t)b->total, invert);
	*end = iova_find_bit(b->used, (uint32_t)*from, (uint32_t)b->total, ~invert);
	iova_unlock(&b->lock);
	return *from < b->total;
}

int base_walk(struct iova_base *b, int (*fn)(void *ctx, armdma_dma_t addr, uint64_t size), void *ctx)
{
	uint64_t from = 0, end;
	int ret;

	for (; next_run(b, true, &from, &end); from = end) {
		ret = fn(ctx, b->space.base + (from << b->shift), (end - from) << b->shift);
		if (ret)
			return ret;
	}
	return 0;
}

void base_stats(struct iova_base *b, struct armdma_iova_stats *st)
{
	uint64_t from, end, largest = 0;

	for (from = 0; next_run(b, false, &from, &end); from = end)
		if (end - from > largest)
			largest = end - from;
	iova_lock(&b->lock);
	st->total = b->space.size;
	st->used = b->nr_used << b->shift;
	st->peak = b->peak << b->shift;
	st->largest_free = largest << b->shift;
	st->allocs = b->allocs;
	st->frees = b->frees;
	st->failures = b->failures;
	st->memory = b->bytes;
	iova_unlock(&b->lock);
}

int base_validate(const struct iova_base *b, uint64_t nr_bits, struct armdma_error *err)
{
	uint64_t free = 0;

	for (uint64_t word = 0; word < nr_bits / 64; word++)
		free += (uint64_t)__builtin_popcountll(~b->used[word]);
	if (b->nr_used != b->total - free || b->peak < b->nr_used)
		return iova_fail(err, -EIO, "counted: %llu used, %llu peak; bits: %llu used", (unsigned long long)b->nr_used,
				 (unsigned long long)b->peak, (unsigned long long)(b->total - free));
	for (uint64_t at = b->total; at < nr_bits; at++)
		if (!base_is_used(b, at))
			return iova_fail(err, -EIO, "granule %llu is free, but the space ends at %llu",
					 (unsigned long long)at, (unsigned long long)b->total);
	return 0;
}
