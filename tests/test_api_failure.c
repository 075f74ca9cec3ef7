/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a call that fails leaves behind: nothing.
 *
 * Every public call that can fail, on every set of operations, with every step of it failing in turn and then each with a
 * probability: the error is the documented one, nothing is lost or reported, and the same call works right afterwards.
 */
#include <errno.h>
#include <stdio.h>

#include "api_calls.h"

#define MANY 5000	/* more steps than any call has */
#define SEEDS 30

/* Which steps some call of a set came past. */
static unsigned char reached[ARMDMA_NR_OPSETS][ARMDMA_NR_FAIL_STEPS];

/* ---- before and after ---- */

struct snapshot {
	struct armdma_mm_stats mm;
	struct armdma_dma_stats dma;
	struct armdma_atomic_pool_stats pool;
	struct armdma_iova_stats iova;
	uint64_t entries, tables;	/* hash of what is translated; level-2 tables */
	uint64_t bounced;
	enum armdma_dma_opset set;
	struct armdma_iommu_mapping *mapping;
	uint64_t mask;
	struct armdma_sysmmu_state mmu;
	uint32_t ctrl, cfg, base;	/* registers of the SYSMMU */
};

static int hash_entry(void *ctx, armdma_dma_t iova, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	uint64_t *h = ctx;

	*h = (*h ^ iova ^ pa << 7 ^ size << 13 ^ prot) * 1099511628211ULL + 1;
	return 0;
}

/* Empty level-2 tables may stay: they are taken away first, so that all else can be compared. */
static void look(struct rig *r, struct snapshot *s)
{
	armdma_phys_t regs = armdma_hw_config(r->e->hw)->sysmmus[0].reg_base;
	struct armdma_dmabounce_stats bounce;
	struct armdma_iommu_stats iommu;

	memset(s, 0, sizeof(*s));
	s->mapping = armdma_to_iommu_mapping(r->dev);
	if (s->mapping) {
		struct armdma_domain *d = armdma_mapping_domain(s->mapping);

		armdma_domain_trim(d);
		armdma_domain_walk(d, hash_entry, &s->entries);
		armdma_domain_stats(d, &iommu);
		s->tables = iommu.l2_tables;
		armdma_mapping_iova_stats(s->mapping, &s->iova);
		s->iova = (struct armdma_iova_stats){ .used = s->iova.used, .largest_free = s->iova.largest_free };
	}
	armdma_mm_stats(r->m, &s->mm);
	memset(s->mm.free_blocks, 0, sizeof(s->mm.free_blocks));	/* blocks may have been split */
	armdma_dma_stats(r->dev, &s->dma);
	s->dma = (struct armdma_dma_stats){ .live_allocs = s->dma.live_allocs, .live_maps = s->dma.live_maps,
					    .live_bytes = s->dma.live_bytes };
	armdma_atomic_pool_stats(r->m, &s->pool);
	if (!armdma_dmabounce_stats(r->dev, &bounce))
		s->bounced = bounce.live;
	s->set = armdma_dma_get_ops(r->dev);
	s->mask = armdma_dma_get_mask(r->dev);
	armdma_sysmmu_get_state(r->dev, &s->mmu);
	s->ctrl = armdma_hw_readl(r->e->hw, regs + 0x0);
	s->cfg = armdma_hw_readl(r->e->hw, regs + 0x4);
	s->base = armdma_hw_readl(r->e->hw, regs + 0x14);
}

static void must_be_same(struct rig *r, const struct snapshot *a, const char *what)
{
	struct armdma_error err;
	struct snapshot b;

	look(r, &b);
	if (r->e->reports)
		fail_msg("%s: %s", what, r->e->text);
	if (armdma_dma_validate(r->m, &err))
		fail_msg("%s: %s", what, err.msg);
	if (memcmp(a, &b, sizeof(b)))
		fail_msg("%s: something is left (pages %lld, cma %lld, areas %lld, objects %lld, buffers %lld, maps %lld, atomic pool %lld, iova %lld, translations %d, tables %lld, bounced %lld, set %s -> %s, space %d, SYSMMU %d)",
			 what,
			 (long long)(a->mm.pages_free[1] + a->mm.pages_free[2] - b.mm.pages_free[1] - b.mm.pages_free[2]),
			 (long long)(a->mm.cma_free - b.mm.cma_free), (long long)(b.mm.vm_areas - a->mm.vm_areas),
			 (long long)(b.mm.kmalloc_objects - a->mm.kmalloc_objects),
			 (long long)(b.dma.live_allocs - a->dma.live_allocs),
			 (long long)(b.dma.live_maps - a->dma.live_maps), (long long)(b.pool.used - a->pool.used),
			 (long long)(b.iova.used - a->iova.used), a->entries != b.entries,
			 (long long)(b.tables - a->tables), (long long)(b.bounced - a->bounced),
			 armdma_dma_ops_name(a->set), armdma_dma_ops_name(b.set), a->mapping != b.mapping,
			 a->ctrl != b.ctrl || a->cfg != b.cfg || a->base != b.base ||
				 memcmp(&a->mmu, &b.mmu, sizeof(b.mmu)));
}

/* ---- a call, failing ---- */

static void say(char *what, size_t len, const struct rig *r, const struct call *c, const char *step, uint64_t n)
{
	snprintf(what, len, "%s, %s, %s failure %llu", armdma_dma_ops_name(r->set), c->name, step,
		 (unsigned long long)n);
}

/* Every run starts on fresh operations: an empty address space, pools without chunks. */
static void begin(struct rig *r, const struct call *c)
{
	assert_int_equal(armdma_dma_set_ops(r->dev, r->set), 0);
	r->space = NULL;
	if (armdma_to_iommu_mapping(r->dev)) {
		/* A small space: 4 GiB are validated slowly. */
		armdma_iommu_detach_device(r->dev);
		r->space = armdma_iommu_create_mapping(r->m, DMA_BASE, SPACE_SIZE, NULL, NULL);
		assert_int_equal(armdma_iommu_attach_device(r->dev, r->space), 0);
	}
	assert_int_equal(armdma_dma_get_ops(r->dev), r->set);
	if (c->prepare)
		c->prepare(r);
}

static void end(struct rig *r, const struct call *c)
{
	if (c->finish)
		c->finish(r);
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_DIRECT), 0);
	armdma_iommu_release_mapping(r->space);
}

/* Pools keep their chunks; those of bounce buffers are looked at when they go with the set. */
static void must_be_same_inside(struct rig *r, const struct snapshot *before, const char *what)
{
	struct snapshot a = *before, b;

	if (r->set == ARMDMA_OPS_BOUNCE) {
		look(r, &b);
		a.mm = b.mm;
		a.pool = b.pool;
	}
	must_be_same(r, &a, what);
}

/* After a failure: as before, and the call works. */
static void after_failure(struct rig *r, const struct call *c, const struct snapshot *before, const char *what)
{
	must_be_same_inside(r, before, what);
	if (!c->run(r))
		fail_msg("%s: the same call fails again", what);
	c->undo(r);
}

/* Returns whether the nth occurrence of the step was reached. */
static bool fail_step(struct rig *r, const struct call *c, enum armdma_fail_step step, uint64_t nth)
{
	struct snapshot outside, inside;
	char what[200];
	bool ok, hit;

	say(what, sizeof(what), r, c, armdma_fail_step_name(step), nth);
	look(r, &outside);
	begin(r, c);
	look(r, &inside);
	armdma_fail_nth(r->m, step, nth);
	ok = c->run(r);
	hit = armdma_fail_hits(r->m, step) >= nth;
	armdma_fail_nth(r->m, step, 0);
	if (!ok && !hit)
		fail_msg("%s: failed although nothing was made to fail", what);
	if (!ok)
		after_failure(r, c, &inside, what);
	else
		c->undo(r);
	end(r, c);
	must_be_same(r, &outside, what);
	if (hit && !ok)
		reached[r->set][step] = 1;
	return hit;
}

static void fail_at_random(struct rig *r, const struct call *c, uint64_t seed)
{
	struct snapshot outside, inside;
	char what[200];

	say(what, sizeof(what), r, c, "random", seed);
	look(r, &outside);
	begin(r, c);
	look(r, &inside);
	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		armdma_fail_randomly(r->m, (enum armdma_fail_step)step, 150000, seed * 16 + (uint64_t)step);
	for (int i = 0; i < 4; i++) {
		if (c->run(r)) {
			c->undo(r);
			look(r, &inside);	/* a pool keeps its chunk */
		} else {
			must_be_same_inside(r, &inside, what);
		}
		if (r->e->reports)
			fail_msg("%s: %s", what, r->e->text);
	}
	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		armdma_fail_randomly(r->m, (enum armdma_fail_step)step, 0, 0);
	after_failure(r, c, &inside, what);
	end(r, c);
	must_be_same(r, &outside, what);
}

/* ---- the machine ---- */

static struct rig *rig_new(void)
{
	struct armdma_config cfg = env_config();
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	cfg.ram_size = 20 * MIB;
	cfg.lowmem_size = 16 * MIB;
	cfg.cma_size = 4 * MIB;
	cfg.reserved_size = 1 * MIB;
	r->e = env_new(&cfg);
	r->m = r->e->m;
	r->dev = r->e->dev;
	r->block = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 4);
	r->high = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM, 0);
	assert_null(armdma_page_address(r->m, r->high));
	r->object = armdma_kmalloc(r->m, 5000, ARMDMA_GFP_KERNEL);
	for (unsigned int i = 0; i < NR_ENTRIES; i++)
		r->pages[i] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	return r;
}

static void rig_delete(struct rig *r)
{
	armdma_free_pages(r->m, r->block, 4);
	armdma_free_pages(r->m, r->high, 0);
	armdma_kfree(r->m, r->object);
	for (unsigned int i = 0; i < NR_ENTRIES; i++)
		armdma_free_pages(r->m, r->pages[i], 0);
	armdma_machine_destroy(r->m);
	if (r->e->reports)
		fail_msg("%s", r->e->text);
	free(r->e);
	free(r);
}

/* The atomic pool is made once, by the first who needs it; and the machine's own lists grow. */
static void warm_up(struct rig *r, const struct call *c)
{
	begin(r, c);
	assert_true(c->run(r));
	c->undo(r);
	end(r, c);
}

static void on_every_set(void (*fn)(struct rig *r, const struct call *c))
{
	struct rig *r = rig_new();

	for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
		for (size_t i = 0; i < NR_CALLS; i++) {
			if (!(calls[i].sets & 1u << set))
				continue;
			r->set = (enum armdma_dma_opset)set;
			warm_up(r, &calls[i]);
			fn(r, &calls[i]);
		}
	rig_delete(r);
}

static void every_step(struct rig *r, const struct call *c)
{
	bool any = false;

	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++) {
		uint64_t nth = 1;

		while (fail_step(r, c, (enum armdma_fail_step)step, nth)) {
			any = true;
			assert_true(++nth < MANY);
		}
	}
	/* A call of which no step can fail does not belong into the table. */
	if (!any && r->set == ARMDMA_OPS_IOMMU)
		fail_msg("%s: none of its steps can fail", c->name);
}

static void every_call_fails_cleanly_at_every_step_on_every_set(void **state)
{
	/* Steps that a set has not; every other cell must have been filled by a failing call. */
	static const unsigned int none[ARMDMA_NR_OPSETS] = {
		[ARMDMA_OPS_DIRECT] = 1u << ARMDMA_FAIL_IOVA | 1u << ARMDMA_FAIL_BOUNCE,
		/* A coherent device needs no uncached memory for atomic allocations. */
		[ARMDMA_OPS_DIRECT_COHERENT] =
			1u << ARMDMA_FAIL_IOVA | 1u << ARMDMA_FAIL_BOUNCE | 1u << ARMDMA_FAIL_ATOMIC_POOL,
		[ARMDMA_OPS_IOMMU] = 1u << ARMDMA_FAIL_BOUNCE,
		[ARMDMA_OPS_IOMMU_COHERENT] = 1u << ARMDMA_FAIL_BOUNCE | 1u << ARMDMA_FAIL_ATOMIC_POOL,
		[ARMDMA_OPS_BOUNCE] = 1u << ARMDMA_FAIL_IOVA,
	};

	(void)state;
	on_every_set(every_step);
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++)
		for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
			if (reached[set][step] == (none[set] >> step & 1))
				fail_msg("%s: step %s is %s", armdma_dma_ops_name((enum armdma_dma_opset)set),
					 armdma_fail_step_name((enum armdma_fail_step)step),
					 reached[set][step] ? "reached, and listed as impossible" : "never reached");
}

static void random_failures(struct rig *r, const struct call *c)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		fail_at_random(r, c, seed);
}

static void every_call_fails_cleanly_at_random_on_every_set(void **state)
{
	(void)state;
	on_every_set(random_failures);
}

/* ---- calls that need a state of their own ---- */

/* From each set to each other one; the device is then where it was. */
static void switching_sets_fails_cleanly(void **state)
{
	struct rig *r = rig_new();

	(void)state;
	assert_true(alloc_atomic(r));	/* the atomic pool is there from now on */
	undo_alloc_atomic(r);
	for (int from = 0; from < ARMDMA_NR_OPSETS; from++)
		for (int to = 0; to < ARMDMA_NR_OPSETS; to++)
			for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
				for (uint64_t nth = 1;; nth++) {
					struct snapshot before;
					bool hit;
					int ret;

					assert_int_equal(armdma_dma_set_ops(r->dev, (enum armdma_dma_opset)from), 0);
					look(r, &before);
					armdma_fail_nth(r->m, (enum armdma_fail_step)step, nth);
					ret = armdma_dma_set_ops(r->dev, (enum armdma_dma_opset)to);
					hit = armdma_fail_hits(r->m, (enum armdma_fail_step)step) >= nth;
					armdma_fail_nth(r->m, (enum armdma_fail_step)step, 0);
					assert_int_equal(ret, hit ? -ENOMEM : 0);
					if (hit) {
						must_be_same(r, &before, armdma_dma_ops_name((enum armdma_dma_opset)to));
						assert_true(map_page(r));
						undo_map_page(r);
						continue;
					}
					assert_int_equal(armdma_dma_get_ops(r->dev), to);
					break;
				}
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_DIRECT), 0);
	rig_delete(r);
}

/* A device on an address space that its driver made keeps it. */
static void failed_switch_leaves_a_shared_space_attached(void **state)
{
	struct rig *r = rig_new();
	struct snapshot before;

	(void)state;
	assert_true(create_mapping(r));
	assert_int_equal(armdma_iommu_attach_device(r->dev, r->mapping), 0);
	look(r, &before);
	armdma_fail_nth(r->m, ARMDMA_FAIL_KMALLOC, 1);
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_BOUNCE), -ENOMEM);
	armdma_fail_nth(r->m, ARMDMA_FAIL_KMALLOC, 0);
	must_be_same(r, &before, "switching away from a shared space");
	assert_true(map_page(r));
	undo_map_page(r);
	armdma_iommu_detach_device(r->dev);
	armdma_iommu_release_mapping(r->mapping);
	rig_delete(r);
}

/* The pool is made at its first use: each step of that fails, on a machine without contiguous memory as well. */
static void first_atomic_allocation_fails_cleanly(bool cma)
{
	static const enum armdma_fail_step steps[] = { ARMDMA_FAIL_PAGE, ARMDMA_FAIL_VMAP, ARMDMA_FAIL_KMALLOC,
						       ARMDMA_FAIL_CMA, ARMDMA_FAIL_ATOMIC_POOL };
	struct armdma_config cfg = env_config();

	cfg.cma_size = cma ? 0 : ARMDMA_NO_CMA;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		for (uint64_t nth = 1, hit = 1; hit; nth++) {
			struct rig r = { .e = env_new(&cfg) };
			struct snapshot before, made;
			bool ok;

			r.m = r.e->m;
			r.dev = r.e->dev;
			look(&r, &before);
			armdma_fail_nth(r.m, steps[i], nth);
			ok = alloc_atomic(&r);
			hit = armdma_fail_hits(r.m, steps[i]) >= nth;
			armdma_fail_nth(r.m, steps[i], 0);
			assert_int_equal(ok, !hit);
			if (!ok) {
				look(&r, &made);
				/* The pool may be there, and is then for good. */
				if (!made.pool.size)
					must_be_same(&r, &before, "no pool");
				assert_int_equal(made.pool.used, 0);
				assert_true(alloc_atomic(&r));
			}
			undo_alloc_atomic(&r);
			look(&r, &made);
			assert_int_equal(made.pool.size, cfg.atomic_pool_size);
			assert_int_equal(made.pool.used, 0);
			armdma_machine_destroy(r.m);
			assert_int_equal(r.e->reports, 0);
			free(r.e);
		}
}

static void atomic_pool_is_made_whole_or_not_at_all(void **state)
{
	(void)state;
	first_atomic_allocation_fails_cleanly(true);
	first_atomic_allocation_fails_cleanly(false);
}

/* Nothing is worse than an unmap that fails: it cannot say so. */
static void bounced_bytes_of_highmem_arrive_when_address_space_is_short(void **state)
{
	struct rig *r = rig_new();
	uint8_t sent[64], got[64], *p;

	(void)state;
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_BOUNCE), 0);
	p = armdma_kmap(r->m, r->high);
	pattern(p, 64, 1);
	pattern(sent, 64, 1);
	armdma_kunmap(r->m, r->high, p);
	armdma_fail_randomly(r->m, ARMDMA_FAIL_VMAP, 1000000, 1);
	r->handle = armdma_dma_map_page(r->dev, r->high, 0, 64, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mapping_error(r->dev, r->handle), -ENOMEM);	/* no chunk for the safe buffer */
	armdma_fail_randomly(r->m, ARMDMA_FAIL_VMAP, 0, 0);
	r->handle = armdma_dma_map_page(r->dev, r->high, 0, 64, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(armdma_dma_mapping_error(r->dev, r->handle), 0);
	dev_read(r->e, r->handle, got, 64);
	assert_memory_equal(got, sent, 64);
	pattern(sent, 64, 2);
	dev_write(r->e, r->handle, sent, 64);
	armdma_fail_randomly(r->m, ARMDMA_FAIL_VMAP, 1000000, 1);
	armdma_dma_unmap_page(r->dev, r->handle, 64, ARMDMA_BIDIRECTIONAL);
	armdma_fail_randomly(r->m, ARMDMA_FAIL_VMAP, 0, 0);
	p = armdma_kmap(r->m, r->high);
	assert_memory_equal(p, sent, 64);
	armdma_kunmap(r->m, r->high, p);
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_DIRECT), 0);
	rig_delete(r);
}

/* ---- the injector ---- */

static void same_seed_gives_the_same_failures(void **state)
{
	struct env *e = *state;
	uint64_t pattern_of[2] = { 0, 0 };

	for (int round = 0; round < 2; round++) {
		armdma_fail_randomly(e->m, ARMDMA_FAIL_KMALLOC, 500000, 42);
		for (int i = 0; i < 64; i++) {
			void *p = armdma_kmalloc(e->m, 32, ARMDMA_GFP_KERNEL);

			pattern_of[round] |= (uint64_t)!p << i;
			armdma_kfree(e->m, p);
		}
		armdma_fail_randomly(e->m, ARMDMA_FAIL_KMALLOC, 0, 0);
	}
	assert_true(pattern_of[0] == pattern_of[1]);
	assert_true(pattern_of[0] != 0 && ~pattern_of[0] != 0);
}

static void nth_failure_comes_once_and_only_at_the_nth(void **state)
{
	struct env *e = *state;

	armdma_fail_nth(e->m, ARMDMA_FAIL_PAGE, 3);
	for (unsigned int i = 1; i < 6; i++) {
		struct armdma_page *page = armdma_alloc_pages(e->m, QUIET, 0);

		assert_int_equal(!page, i == 3);
		assert_int_equal(armdma_fail_hits(e->m, ARMDMA_FAIL_PAGE), i);
		if (page)
			armdma_free_pages(e->m, page, 0);
	}
	armdma_fail_nth(e->m, ARMDMA_NR_FAIL_STEPS, 1);
	assert_int_equal(armdma_fail_hits(e->m, ARMDMA_NR_FAIL_STEPS), 0);
	assert_string_equal(armdma_fail_step_name(ARMDMA_NR_FAIL_STEPS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(same_seed_gives_the_same_failures, env_setup_direct, env_teardown),
		cmocka_unit_test_setup_teardown(nth_failure_comes_once_and_only_at_the_nth, env_setup_direct,
						env_teardown),
		cmocka_unit_test(switching_sets_fails_cleanly),
		cmocka_unit_test(failed_switch_leaves_a_shared_space_attached),
		cmocka_unit_test(atomic_pool_is_made_whole_or_not_at_all),
		cmocka_unit_test(bounced_bytes_of_highmem_arrive_when_address_space_is_short),
		cmocka_unit_test(every_call_fails_cleanly_at_every_step_on_every_set),
		cmocka_unit_test(every_call_fails_cleanly_at_random_on_every_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
