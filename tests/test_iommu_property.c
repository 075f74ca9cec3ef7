/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random maps and unmaps against an oracle that is slow and obvious: one record for each 4 KiB page of
 * a window, and the page-size rule applied one entry at a time.
 */
#include <errno.h>

#include "lib/iommu/internal.h"
#include "tests/iommu_helpers.h"

#define BASE 0x3ff00000u	/* not a multiple of 16 MiB */
#define WINDOW_PAGES (49u * 256)
#define OPS 60000

struct record {
	uint32_t pa;		/* 0: not mapped */
	uint32_t head, pages;	/* the entry that the page belongs to: its first page, its size */
	unsigned int prot;
};

struct oracle {
	struct record p[WINDOW_PAGES];
	uint64_t sizes;
};

static uint64_t rng_state;
static unsigned int mapped, busy, failed, unmapped;	/* so that no run is empty of cases */
static uint32_t rnd(uint32_t n)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return (uint32_t)(rng_state >> 32) % n;
}

static bool oracle_free(const struct oracle *o, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		if (o->p[i].pa)
			return false;
	}
	return true;
}

static void oracle_map(struct oracle *o, uint32_t first, uint32_t pa, uint32_t n, unsigned int prot)
{
	while (n) {
		uint32_t iova = BASE + first * 4096, size = 0x1000000;

		while (!(o->sizes & size) || ((iova | pa) & (size - 1)) || size / 4096 > n)
			size >>= 4;
		for (uint32_t i = 0; i < size / 4096; i++)
			o->p[first + i] = (struct record){ pa + i * 4096, first, size / 4096, prot };
		first += size / 4096;
		n -= size / 4096;
		pa += size;
	}
}

static uint64_t oracle_unmap(struct oracle *o, uint32_t first, uint32_t n)
{
	uint64_t pages = 0;

	for (uint32_t i = first; i < first + n; i++) {
		struct record r = o->p[i];

		if (!r.pa)
			continue;
		memset(&o->p[r.head], 0, r.pages * sizeof(r));
		pages += r.pages;
	}
	return pages * 4096;
}

static int compare_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	struct oracle *o = ctx;
	const struct record *r = &o->p[(iova - BASE) / 4096];

	assert_int_equal(r->pa, pa);
	assert_int_equal(r->head, (iova - BASE) / 4096);
	assert_int_equal(r->pages * 4096ull, size);
	assert_int_equal(r->prot, prot);
	return 0;
}

static void compare_pages(struct fixture *f, const struct oracle *o, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		armdma_phys_t pa = armdma_iova_to_phys(f->d, BASE + i * 4096ull + 0x123);

		assert_int_equal(pa, o->p[i].pa ? o->p[i].pa + 0x123ull : ARMDMA_MAPPING_ERROR);
	}
}

static uint32_t random_length(void)
{
	static const uint32_t typical[] = { 1, 2, 15, 16, 17, 255, 256, 257, 512, 760, 4096, 4097 };

	return rnd(3) ? 1 + rnd(40) : typical[rnd(sizeof(typical) / sizeof(typical[0]))];
}

static void random_map(struct fixture *f, struct oracle *o)
{
	static const uint32_t masks[] = { 0xfff, 0xffff, 0xfffff, 0xffffff };
	uint32_t n = random_length(), first = rnd(WINDOW_PAGES - n), mask = masks[rnd(4)];
	/* Often the same place in the large page on both sides, so that large pages occur. */
	uint32_t iova = BASE + first * 4096, pa = 0x40000000 + (rnd(0x70000000) & ~mask) + (iova & mask & ~0xfffu);
	unsigned int prot = rnd(4) ? RW : RO;
	uint64_t nth = rnd(5) ? 0 : 1 + rnd(4), hits;
	int ret, want;

	armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, nth);
	ret = armdma_iommu_map(f->d, iova, pa, n * 4096ull, prot);
	hits = armdma_fail_hits(f->m, ARMDMA_FAIL_TABLE);
	armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 0);
	want = !oracle_free(o, first, n) ? -EADDRINUSE : (nth && hits == nth) ? -ENOMEM : 0;
	assert_int_equal(ret, want);
	mapped += !ret;
	busy += ret == -EADDRINUSE;
	failed += ret == -ENOMEM;
	if (!ret)
		oracle_map(o, first, pa, n, prot);
	compare_pages(f, o, first, n);
}

static void random_unmap(struct fixture *f, struct oracle *o)
{
	uint32_t n = random_length(), first = rnd(WINDOW_PAGES - n);
	uint64_t bytes;

	if (rnd(4)) {	/* mostly a whole entry that is there */
		for (uint32_t i = 0; i < 2000 && !o->p[first].pa; i++)
			first = (first + 1) % (WINDOW_PAGES - n);
		if (o->p[first].pa && rnd(2)) {
			n = o->p[first].pages;
			first = o->p[first].head;
		}
	}
	bytes = armdma_iommu_unmap(f->d, BASE + first * 4096ull, n * 4096ull);
	assert_int_equal(bytes, oracle_unmap(o, first, n));
	unmapped += bytes != 0;
	compare_pages(f, o, first, n);
}

/* A new domain has no tables: now and then, so that taking them is what can fail. */
static void fresh_domain(struct fixture *f, struct oracle *o, struct armdma_device *dev, bool plain)
{
	if (dev)
		assert_int_equal(armdma_domain_detach(f->d, dev), 0);
	armdma_domain_free(f->d);
	f->d = armdma_domain_alloc(f->m);
	assert_non_null(f->d);
	if (plain)
		f->d->wide = false;
	if (dev)
		assert_int_equal(armdma_domain_attach(f->d, dev), 0);
	memset(o, 0, sizeof(*o));
}

static void run(struct fixture *f, uint64_t seed, struct armdma_device *dev, bool plain)
{
	struct oracle *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	rng_state = seed * 0x9e3779b97f4a7c15ull + 1;
	mapped = busy = failed = unmapped = 0;
	for (uint32_t i = 0; i < OPS; i++) {
		if (i % 250 == 0) {
			fresh_domain(f, o, dev, plain);
			o->sizes = 0x1000 | (rnd(4) ? 0x10000 : 0) | (rnd(4) ? 0x100000 : 0) |
				   (rnd(2) ? 0x1000000 : 0);
			assert_int_equal(armdma_domain_set_pgsizes(f->d, o->sizes), 0);
		}
		if (rnd(2))
			random_map(f, o);
		else
			random_unmap(f, o);
		if (i % 64 == 0)
			assert_valid(f->d);
		if (i % 512 == 0) {
			armdma_domain_walk(f->d, compare_entry, o);
			compare_pages(f, o, 0, WINDOW_PAGES);
		}
	}
	assert_int_equal(armdma_iommu_unmap(f->d, 0, 1ull << 32), oracle_unmap(o, 0, WINDOW_PAGES));
	assert_valid(f->d);
	assert_true(mapped > OPS / 10 && busy > OPS / 100 && failed > OPS / 200 && unmapped > OPS / 10);
	free(o);
}

static void suspended_device_equals_the_oracle(void **state)
{
	run(*state, 1, NULL, false);
}

/* A host with wide vectors runs the code of one without. */
static void plain_twin_equals_the_oracle(void **state)
{
	run(*state, 3, NULL, true);
}

/* With a running unit replaced tables live on until the next flush. */
static void attached_device_equals_the_oracle(void **state)
{
	struct fixture *f = *state;
	struct armdma_device *dev = armdma_device_find(f->m, "fimc0");

	assert_int_equal(armdma_domain_attach(f->d, dev), 0);
	run(f, 2, dev, false);
	assert_int_equal(armdma_domain_detach(f->d, dev), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(suspended_device_equals_the_oracle, setup, teardown),
		cmocka_unit_test_setup_teardown(plain_twin_equals_the_oracle, setup, teardown),
		cmocka_unit_test_setup_teardown(attached_device_equals_the_oracle, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
