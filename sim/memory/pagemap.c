/* SPDX-License-Identifier: BSD-2-Clause */
/* First-fit hand-out of page runs in an address range. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sim/memory/internal.h"

static size_t words(size_t npages)
{
	return (npages + 63) / 64;
}

int pagemap_init(struct pagemap *pm, size_t npages)
{
	/* Lazily backed: a map of gigabytes costs nothing until it is used. */
	pm->used = mmap(NULL, words(npages) * 8, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pm->used == MAP_FAILED) {
		pm->used = NULL;
		return -ENOMEM;
	}
	pm->npages = npages;
	pm->hint = pm->high = 0;
	return 0;
}

void pagemap_fini(struct pagemap *pm)
{
	if (pm->used)
		munmap(pm->used, words(pm->npages) * 8);
	pm->used = NULL;
}

/* First page from `from` on whose bit equals `value`, or `end`. */
static size_t find(const uint64_t *map, size_t from, size_t end, bool value)
{
	uint64_t flip = value ? 0 : ~0ULL;
	size_t w = from / 64;
	uint64_t word;

	if (from >= end)
		return end;
	word = (map[w] ^ flip) & (~0ULL << (from % 64));
	while (!word) {
		if (++w >= words(end))
			return end;
		word = map[w] ^ flip;
	}
	w = 64 * w + (size_t)__builtin_ctzll(word);
	return w < end ? w : end;
}

static void set_range(uint64_t *map, size_t first, size_t n, bool value)
{
	size_t last = first + n - 1;

	for (size_t w = first / 64; w <= last / 64; w++) {
		uint64_t m = ~0ULL;

		if (w == first / 64)
			m &= ~0ULL << (first % 64);
		if (w == last / 64)
			m &= ~0ULL >> (63 - last % 64);
		if (value)
			map[w] |= m;
		else
			map[w] &= ~m;
	}
}

size_t pagemap_get(struct pagemap *pm, size_t n)
{
	size_t at = pm->hint, end;

	if (!n || n > pm->npages)
		return SIZE_MAX;
	for (;;) {
		at = find(pm->used, at, pm->npages, false);
		if (pm->npages - at < n)
			return SIZE_MAX;
		end = find(pm->used, at, at + n, true);
		if (end == at + n)
			break;
		at = end;
	}
	set_range(pm->used, at, n, true);
	if (at == pm->hint)
		pm->hint = at + n;
	if (at + n > pm->high)
		pm->high = at + n;
	return at;
}

void pagemap_put(struct pagemap *pm, size_t first, size_t n)
{
	set_range(pm->used, first, n, false);
	if (first < pm->hint)
		pm->hint = first;
}

void pagemap_clear(struct pagemap *pm)
{
	memset(pm->used, 0, words(pm->high) * 8);
	pm->hint = pm->high = 0;
}
