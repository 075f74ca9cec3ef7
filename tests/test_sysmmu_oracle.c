/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB and the walker against a second TLB and walker that are slow and
 * obvious: arrays searched from end to end, nothing remembered beside the entries.
 */
#include <stdlib.h>

#include "tests/sysmmu_rig.h"

#define REGION 0x10000000u		/* 32 MiB of addresses are played with */
#define REGION_SIZE 0x02000000u
#define NR_TABLES 4
#define TABLE(n) (0x40020000u + 0x400u * (n))
#define BASE(n) (0x40004000u + 0x4000u * (n))
#define NR_HOT 48
#define GO (-1)

struct entry {
	bool valid, may_read, may_write;
	uint32_t va, pa;
	uint64_t size, used;
};

struct oracle {
	struct rig *r;
	unsigned int nr;
	bool has_l2, can_lru, lru, eap;
	uint32_t base;
	struct entry l1[127], l2[64][8];
	unsigned int turn, l2_turn[64];
	uint64_t now, lookups, misses, l2_misses, walks, reads;
};

static bool covers(const struct entry *e, uint32_t va)
{
	return e->valid && va >= e->va && (uint64_t)va < e->va + e->size;
}

static unsigned int matches(struct entry *e, unsigned int n, uint32_t va, struct entry **found)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++)
		if (covers(&e[i], va)) {
			*found = &e[i];
			count++;
		}
	return count;
}

static struct entry *replace(struct oracle *o, struct entry *e, unsigned int n, unsigned int *turn)
{
	struct entry *oldest = &e[0];

	for (unsigned int i = 0; i < n; i++)
		if (!e[i].valid)
			return &e[i];
	if (!o->lru) {
		oldest = &e[*turn];
		*turn = (*turn + 1) % n;
		return oldest;
	}
	for (unsigned int i = 1; i < n; i++)
		if (e[i].used < oldest->used)
			oldest = &e[i];
	return oldest;
}

static void set_access(const struct oracle *o, struct entry *e, uint32_t ap2, uint32_t ap)
{
	e->may_read = !o->eap || ap != 0;
	e->may_write = !o->eap || (ap != 0 && !ap2);
}

/* GO, or the number of the fault. */
static int walk(struct oracle *o, uint32_t va, struct entry *e)
{
	uint32_t d, table;

	o->walks++;
	o->reads++;
	d = rig_get32(o->r, o->base + va / 0x100000 * 4);
	memset(e, 0, sizeof(*e));
	e->valid = true;
	if (d % 4 == 2) {
		e->size = d & 1 << 18 ? 0x1000000 : 0x100000;
		e->va = va - va % e->size;
		e->pa = d - d % e->size;
		set_access(o, e, d >> 15 & 1, d >> 10 & 3);
		return GO;
	}
	if (d % 4 != 1)
		return 0;
	o->reads++;
	table = d - d % 1024;
	if (!mem_is_ram(o->r->hw, table, 1024))
		return 3;
	d = rig_get32(o->r, table + va / 4096 % 256 * 4);
	if (d % 4 == 0)
		return 0;
	e->size = d % 4 == 1 ? 0x10000 : 0x1000;
	e->va = va - va % e->size;
	e->pa = d - d % e->size;
	set_access(o, e, d >> 9 & 1, d >> 4 & 3);
	return GO;
}

static int translate(struct oracle *o, uint32_t va, bool write, uint32_t *pa)
{
	struct entry *e = NULL, *e2 = NULL, fresh;
	unsigned int n = matches(o->l1, o->nr, va, &e), set = va / 4096 % 64;
	int fault;

	o->lookups++;
	if (n > 1)
		return write ? 2 : 1;
	if (n == 0) {
		o->misses++;
		n = o->has_l2 ? matches(o->l2[set], 8, va, &e2) : 0;
		if (n > 1)
			return write ? 2 : 1;
		if (n == 1) {
			e2->used = ++o->now;
			fresh = *e2;
		} else {
			o->l2_misses++;
			fault = walk(o, va, &fresh);
			if (fault != GO)
				return fault;
			if (o->has_l2) {
				e2 = replace(o, o->l2[set], 8, &o->l2_turn[set]);
				fresh.used = ++o->now;
				*e2 = fresh;
			}
		}
		e = replace(o, o->l1, o->nr, &o->turn);
		*e = fresh;
	}
	e->used = ++o->now;
	if (write ? !e->may_write : !e->may_read)
		return write ? 7 : 5;
	*pa = e->pa + (va - e->va);
	return GO;
}

static void invalidate(struct oracle *o, uint32_t va)
{
	for (unsigned int i = 0; i < o->nr; i++)
		if (covers(&o->l1[i], va))
			o->l1[i].valid = false;
	for (unsigned int i = 0; i < 8; i++)
		if (covers(&o->l2[va / 4096 % 64][i], va))
			o->l2[va / 4096 % 64][i].valid = false;
}

static void invalidate_all(struct oracle *o)
{
	for (unsigned int i = 0; i < o->nr; i++)
		o->l1[i].valid = false;
	for (unsigned int s = 0; s < 64; s++)
		for (unsigned int i = 0; i < 8; i++)
			o->l2[s][i].valid = false;
}

/* ---- Random play ------------------------------------------------------- */

static uint64_t rng;

static uint32_t rnd(uint32_t n)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(rng >> 33) % n;
}

static void rewrite_l1(struct rig *r)
{
	uint32_t base = BASE(rnd(2)), slot = REGION / 0x100000 + rnd(32);
	uint32_t ap = rnd(4) << 10 | rnd(2) << 15;

	switch (rnd(10)) {
	case 0:
		rig_put32(r, base + 4 * slot, rnd(0x1000) << 20 | ap | 2);
		break;
	case 1:
		rig_put32(r, base + 4 * slot, rnd(0x100) << 24 | ap | 0x40002);
		break;
	case 2:
		rig_put32(r, base + 4 * slot, rnd(2) ? 0 : 3);
		break;
	case 3:
		rig_put32(r, base + 4 * slot, 0x10000000 | 1);
		break;
	default:
		rig_put32(r, base + 4 * slot, TABLE(rnd(NR_TABLES)) | 1);
	}
}

static void rewrite_l2(struct rig *r)
{
	uint32_t slot = TABLE(rnd(NR_TABLES)) + 4 * rnd(256), ap = rnd(4) << 4 | rnd(2) << 9;

	switch (rnd(5)) {
	case 0:
		rig_put32(r, slot, 0);
		break;
	case 1:
		rig_put32(r, slot, rnd(0x10000) << 16 | ap | 1);
		break;
	default:
		rig_put32(r, slot, rnd(0x100000) << 12 | ap | 2 | rnd(2));
	}
}

static uint32_t hot[NR_HOT];

static uint32_t pick_va(void)
{
	uint32_t page = rnd(20) ? hot[rnd(NR_HOT)] : REGION + (rnd(REGION_SIZE / 4096) << 12);

	return page + rnd(4096);
}

/* The whole span has one answer. */
static void check_span(struct oracle *o, uint32_t va, const struct bus_translation *tr)
{
	struct entry *e = NULL;

	assert_true(tr->span >= 4096 - va % 4096);
	for (int i = 0; i < 4; i++) {
		uint64_t off = i ? (uint64_t)rnd(0x40000000) % tr->span : tr->span - 1;

		assert_int_equal(matches(o->l1, o->nr, va + (uint32_t)off, &e), 1);
		assert_int_equal(e->pa + (va + (uint32_t)off - e->va), tr->pa + off);
	}
}

static void access_both(struct oracle *o)
{
	struct sysmmu *mmu = o->r->mmu;
	struct bus_xfer x = { .write = rnd(2) };
	struct bus_translation tr;
	uint32_t va = pick_va(), pa = 0;
	int expected = translate(o, va, x.write, &pa);
	enum bus_verdict verdict = mmu->port.ops->translate(&mmu->port, &x, va, 1, &tr);

	if (expected == GO) {
		assert_int_equal(verdict, BUS_GO);
		assert_int_equal(tr.pa, pa);
		check_span(o, va, &tr);
		return;
	}
	assert_int_equal(verdict, BUS_HOLD);
	assert_int_equal(mmu->int_status, 1u << expected);
	assert_int_equal(sysmmu_fault_addr(mmu, (unsigned int)expected), va);
	sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_INT_CLEAR, 0xFF);
	sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void write_reg_blocked(struct sysmmu *mmu, uint32_t reg, uint32_t value)
{
	sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	sysmmu_reg_write(mmu, reg, value);
	sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void one_step(struct oracle *o)
{
	struct sysmmu *mmu = o->r->mmu;
	uint32_t what = rnd(1000), va;

	if (what < 800) {
		access_both(o);
	} else if (what < 860) {
		rewrite_l2(o->r);
	} else if (what < 880) {
		rewrite_l1(o->r);
	} else if (what < 960) {
		va = pick_va() & ~4095u;
		sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_FLUSH_ENTRY, va | 1);
		invalidate(o, va);
	} else if (what < 985) {
		hot[rnd(NR_HOT)] = REGION + (rnd(REGION_SIZE / 4096) << 12);
	} else if (what < 990) {
		sysmmu_reg_write(mmu, ARMDMA_SYSMMU_REG_FLUSH, 1);
		invalidate_all(o);
	} else if (what < 995) {
		o->eap = rnd(2);
		o->lru = o->can_lru && rnd(2);
		write_reg_blocked(mmu, ARMDMA_SYSMMU_REG_CFG, (o->eap ? 4 : 0) | (o->lru ? 1 : 0));
	} else {
		o->base = BASE(rnd(2));
		write_reg_blocked(mmu, ARMDMA_SYSMMU_REG_PT_BASE, o->base);
	}
}

static void play(uint32_t version, unsigned int entries, unsigned int steps)
{
	struct armdma_config cfg = rig_config(version);
	struct oracle *o = calloc(1, sizeof(*o));
	struct rig r;

	assert_non_null(o);
	cfg.sysmmus[0].tlb_entries = entries;
	rig_open(&r, &cfg);
	o->r = &r;
	o->nr = r.mmu->tlb.nr;
	o->has_l2 = ARMDMA_SYSMMU_VERSION_MAJOR(version) == 2;
	o->can_lru = version != ARMDMA_SYSMMU_V3_3;
	o->base = BASE(0);
	rng = version + entries;
	for (int i = 0; i < NR_HOT; i++)
		hot[i] = REGION + (rnd(i % 2 ? 512 : REGION_SIZE / 4096) << 12);
	for (int i = 0; i < 64; i++)
		rewrite_l1(&r);
	for (int i = 0; i < 2000; i++)
		rewrite_l2(&r);
	sysmmu_reg_write(r.mmu, ARMDMA_SYSMMU_REG_PT_BASE, o->base);
	sysmmu_reg_write(r.mmu, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	for (unsigned int i = 0; i < steps; i++) {
		one_step(o);
		if (i % 1000 == 0)
			assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
	}
	assert_int_equal(r.mmu->lookups[0] + r.mmu->lookups[1], o->lookups);
	assert_int_equal(r.mmu->misses[0] + r.mmu->misses[1], o->misses);
	if (o->has_l2)
		assert_int_equal(r.mmu->l2_misses[0] + r.mmu->l2_misses[1], o->l2_misses);
	assert_int_equal(r.mmu->walks, o->walks);
	assert_int_equal(r.mmu->walk_reads, o->reads);
	/* The play was worth something: hits, misses and walks all happened. */
	assert_true(o->misses < o->lookups);
	assert_true(o->walks > steps / 100);
	rig_free(&r);
	free(o);
}

static void random_operations_agree_with_the_slow_tlb_on_every_version(void **state)
{
	static const unsigned int sizes[] = { 0, 1, 5, 127 };

	(void)state;
	for (size_t v = 0; v < RIG_NR_VERSIONS && !rig_regs_of(rig_versions[v])->wide; v++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			play(rig_versions[v], sizes[s], 30000);
}

/* LRU at its purest: 4 KiB pages only, one more page than entries, uneven use. */
static void lru_order_is_exact(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V1_2);
	struct oracle *o = calloc(1, sizeof(*o));
	struct rig r;

	(void)state;
	assert_non_null(o);
	rig_open(&r, &cfg);
	o->r = &r;
	o->nr = 16;
	o->lru = true;
	o->base = RIG_L1;
	rng = 7;
	for (uint32_t p = 0; p < 256; p++)
		rig_map_4k(&r, REGION + (p << 12), 0x50000000 + (p << 12), 1);
	rig_enable(&r, ARMDMA_SYSMMU_CFG_LRU);
	for (int i = 0; i < 100000; i++) {
		uint32_t va = REGION + ((rnd(3) ? rnd(18) : (uint32_t)i % 64) << 12), pa;
		struct bus_xfer x = { .write = false };
		struct bus_translation tr;

		assert_int_equal(translate(o, va, false, &pa), GO);
		assert_int_equal(r.mmu->port.ops->translate(&r.mmu->port, &x, va, 1, &tr), BUS_GO);
		assert_int_equal(tr.pa, pa);
		assert_int_equal(r.mmu->misses[0], o->misses);
	}
	rig_free(&r);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_agree_with_the_slow_tlb_on_every_version),
		cmocka_unit_test(lru_order_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
