/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random maps and unmaps, in every format, against an oracle that is slow and obvious: one record for each 4 KiB page of
 * a window, and the page-size rule applied one entry at a time. What DRAM holds is walked as the manual says.
 */
#include <errno.h>

#include "lib/iommu/internal.h"
#include "tests/iommu_walk.h"

#define BASE 0x3ff00000u	/* not a multiple of 16 MiB */
#define WINDOW_PAGES (49u * 256)
#define OPS 60000

struct record {
	uint64_t pa;		/* 0: not mapped */
	uint32_t head, pages;	/* the entry that the page belongs to: its first page, its size */
	unsigned int prot;
};

struct oracle {
	struct record p[WINDOW_PAGES];
	uint64_t sizes;
	bool exact;		/* promotion: an unmap takes what it names, and no entry is told from its neighbours */
};

/* What is tested. */
struct kind {
	const struct pt_format *format;
	uint64_t pa_base;
	bool write_only;	/* is not read and write */
	bool promote, lazy;
};
static const struct kind v1 = { &pt_format_v1, 0x40000000, false, false, false };
static const struct kind v5 = { &pt_format_v5, 0x840000000, true, false, false };
static const struct kind v7 = { &pt_format_v7, 0xf40000000, true, false, false };
static const struct kind v1_promote = { &pt_format_v1, 0x40000000, false, true, false };
static const struct kind v5_promote = { &pt_format_v5, 0x840000000, true, true, false };
static const struct kind v1_lazy = { &pt_format_v1, 0x40000000, false, false, true };

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

static void oracle_map(struct oracle *o, uint32_t first, uint64_t pa, uint32_t n, unsigned int prot)
{
	while (n) {
		uint32_t iova = BASE + first * 4096, size = 0x1000000;

		while (!(o->sizes & size) || ((iova | pa) & (size - 1)) || size / 4096 > n)
			size >>= 1;
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
		if (o->exact) {
			o->p[i].pa = 0;
			pages++;
			continue;
		}
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
	assert_int_equal(r->prot, prot);
	for (uint32_t i = 0; o->exact && i < size / 4096; i++)
		assert_true(r[i].pa == pa + i * 4096 && r[i].prot == prot);
	if (o->exact)
		return 0;
	assert_int_equal(r->head, (iova - BASE) / 4096);
	assert_int_equal(r->pages * 4096ull, size);
	return 0;
}

static void compare_pages(struct fixture *f, const struct oracle *o, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		armdma_phys_t pa = armdma_iova_to_phys(f->d, BASE + i * 4096ull + 0x123);

		assert_int_equal(pa, o->p[i].pa ? o->p[i].pa + 0x123ull : ARMDMA_MAPPING_ERROR);
	}
}

static void compare_dram(struct fixture *f, const struct oracle *o, const struct kind *k, uint32_t i)
{
	uint64_t table = armdma_domain_table(f->d), iova = BASE + i * 4096ull + 0x123;
	struct walked w = k->format->shift ? walk_v5(f->hw, table, iova, k->format == &pt_format_v5) :
					     walk_v1(f->hw, table, iova);
	const struct record *r = &o->p[i];

	assert_int_equal(w.valid, r->pa != 0);
	if (!r->pa)
		return;
	assert_int_equal(w.pa, r->pa + 0x123);
	assert_int_equal(w.prot, r->prot);
	assert_true(o->exact || w.size == r->pages * 4096ull);
}

static uint32_t random_length(void)
{
	static const uint32_t typical[] = { 1, 2, 15, 16, 17, 255, 256, 257, 512, 760, 4096, 4097 };

	return rnd(3) ? 1 + rnd(40) : typical[rnd(sizeof(typical) / sizeof(typical[0]))];
}

static unsigned int random_prot(const struct kind *k, unsigned int *want)
{
	static const unsigned int prots[] = { RW, RW, RO, ARMDMA_IOMMU_WRITE };
	unsigned int prot = prots[rnd(4)];

	*want = prot == ARMDMA_IOMMU_WRITE && !k->write_only ? RW : prot;
	return prot;
}

static void random_map(struct fixture *f, struct oracle *o, const struct kind *k)
{
	static const uint32_t masks[] = { 0xfff, 0xffff, 0xfffff, 0x1fffff, 0xffffff };
	uint32_t n = random_length(), first = rnd(WINDOW_PAGES - n), mask = masks[rnd(5)];
	/* Often the same place in the large page on both sides, so that large pages occur. */
	uint32_t iova = BASE + first * 4096;
	uint64_t pa = k->pa_base + (rnd(0x70000000) & ~mask) + (iova & mask & ~0xfffu);
	unsigned int want_prot, prot = random_prot(k, &want_prot);
	uint64_t nth = rnd(5) ? 0 : 1 + rnd(4), hits;
	int ret, want;

	/* With promotion, mostly what continues the neighbour. */
	if (k->promote && first && o->p[first - 1].pa && rnd(8)) {
		pa = o->p[first - 1].pa + 4096;
		prot = want_prot = o->p[first - 1].prot;
	}
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
		oracle_map(o, first, pa, n, want_prot);
	compare_pages(f, o, first, n);
	compare_dram(f, o, k, first + rnd(n));
}

static void random_unmap(struct fixture *f, struct oracle *o, const struct kind *k)
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
	compare_dram(f, o, k, first + rnd(n));
}

/* A new domain has no tables: now and then, so that taking them is what can fail. */
static void fresh_domain(struct fixture *f, struct oracle *o, const struct kind *k, struct armdma_device *dev,
			 bool plain)
{
	const struct armdma_lazy lazy = { .entries = 1 + rnd(40), .bytes = rnd(2) ? 64 * MiB : 0 };

	if (dev)
		assert_int_equal(armdma_domain_detach(f->d, dev), 0);
	armdma_domain_free(f->d);
	f->d = armdma_domain_alloc(f->m);
	assert_non_null(f->d);
	domain_set_format(f->d, k->format);
	if (plain)
		f->d->wide = false;
	if (k->lazy)
		assert_int_equal(armdma_domain_set_lazy(f->d, &lazy), 0);
	if (dev)
		assert_int_equal(armdma_domain_attach(f->d, dev), 0);
	memset(o, 0, sizeof(*o));
	o->exact = k->promote;
	o->sizes = 0x1000 | (rnd(4) ? 0x10000 : 0) | (rnd(4) ? 0x100000 : 0) | (rnd(2) ? 0x200000 : 0) |
		   (rnd(2) ? 0x1000000 : 0);
	/* Supersections are no work of a promotion: one that is cut would have no table to go back to. */
	o->sizes &= k->promote ? 0x111000 : k->format->sizes;
	assert_int_equal(armdma_domain_set_pgsizes(f->d, o->sizes), 0);
	assert_int_equal(armdma_domain_set_promote(f->d, k->promote), 0);
}

static uint64_t promotions, cuts;

static void run(struct fixture *f, uint64_t seed, const struct kind *k, struct armdma_device *dev, bool plain)
{
	struct oracle *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	rng_state = seed * 0x9e3779b97f4a7c15ull + 1;
	mapped = busy = failed = unmapped = 0;
	promotions = cuts = 0;
	for (uint32_t i = 0; i < OPS; i++) {
		if (i % 250 == 0) {
			promotions += stats_of(f->d).promotions;
			cuts += stats_of(f->d).cuts;
			fresh_domain(f, o, k, dev, plain);
		}
		if (rnd(2))
			random_map(f, o, k);
		else
			random_unmap(f, o, k);
		if (rnd(500) == 0)
			armdma_domain_trim(f->d);
		if (i % 64 == 0)
			assert_valid(f->d);
		if (i % 512 == 0) {
			armdma_domain_walk(f->d, compare_entry, o);
			compare_pages(f, o, 0, WINDOW_PAGES);
		}
	}
	assert_int_equal(armdma_iommu_unmap(f->d, 0, 1ull << 32), oracle_unmap(o, 0, WINDOW_PAGES));
	armdma_domain_flush(f->d);
	armdma_domain_trim(f->d);
	assert_valid(f->d);
	assert_int_equal(stats_of(f->d).l2_tables, 0);
	assert_true(mapped > OPS / 10 && busy > OPS / 100 && failed > OPS / 250 && unmapped > OPS / 10);
	free(o);
}

static void suspended_device_equals_the_oracle(void **state)
{
	run(*state, 1, &v1, NULL, false);
}

/* A host with wide vectors runs the code of one without. */
static void plain_twin_equals_the_oracle(void **state)
{
	run(*state, 3, &v1, NULL, true);
}

/* With a running unit replaced tables live on until the next flush. */
static void run_attached(struct fixture *f, uint64_t seed, const struct kind *k)
{
	struct armdma_device *dev = armdma_device_find(f->m, "fimc0");

	assert_int_equal(armdma_domain_attach(f->d, dev), 0);
	run(f, seed, k, dev, false);
	assert_int_equal(armdma_domain_detach(f->d, dev), 0);
}

static void attached_device_equals_the_oracle(void **state)
{
	run_attached(*state, 2, &v1);
}

static void format_of_5_equals_the_oracle(void **state)
{
	run(*state, 4, &v5, NULL, false);
}

static void format_of_7_equals_the_oracle(void **state)
{
	run(*state, 5, &v7, NULL, false);
}

/* Units of 3.3: empty MiBs hold the zero link. */
static void zero_link_equals_the_oracle(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct fixture f;

	(void)state;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		cfg.sysmmus[i].version = ARMDMA_SYSMMU_V3_3;
	fixture_init(&f, &cfg);
	assert_true(f.d->empty);
	run_attached(&f, 6, &v1);
	fixture_fini(&f);
}

static void lazy_domain_equals_the_oracle(void **state)
{
	run_attached(*state, 7, &v1_lazy);
}

static void promoted_domain_equals_the_oracle(void **state)
{
	run(*state, 8, &v1_promote, NULL, false);
	assert_true(promotions > 300 && cuts > 1000);
	run(*state, 9, &v5_promote, NULL, false);
	assert_true(promotions > 300 && cuts > 1000);
	run_attached(*state, 10, &v1_promote);
	assert_true(promotions > 300 && cuts > 1000);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(suspended_device_equals_the_oracle),
		T(plain_twin_equals_the_oracle),
		T(attached_device_equals_the_oracle),
		T(format_of_5_equals_the_oracle),
		T(format_of_7_equals_the_oracle),
		cmocka_unit_test(zero_link_equals_the_oracle),
		T(lazy_domain_equals_the_oracle),
		T(promoted_domain_equals_the_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
