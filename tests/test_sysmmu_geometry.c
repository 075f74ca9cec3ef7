/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLBs of sets, ways and lines, of every replacement policy, against a model that is slow and obvious: every way is looked
 * at, and nothing is remembered beside what the ways hold.
 */
#include <stdlib.h>

#include "tests/sysmmu_rig.h"

#define VA 0x10000000u
#define NR_PAGES 1024u		/* 4 MiB of addresses */
#define PA 0x50000000u

/* A piece of a page: 4 KiB of it in a line of four, all of it else. */
struct piece {
	bool valid;
	uint32_t va, pa, size;		/* what it answers for */
	uint32_t page_va, page_size;	/* the page that it belongs to */
};

struct way {
	struct piece piece[4];
	uint64_t used;
};

struct model {
	struct rig *r;
	unsigned int sets, ways, line, turn[128];
	bool lru;
	uint64_t now, misses;
	struct way way[128][256];
};

static uint64_t rng;

static uint32_t rnd(uint32_t n)
{
	rng = rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(rng >> 33) % n;
}

static bool covers(const struct piece *p, uint32_t va)
{
	return p->valid && va - p->va < p->size;
}

static unsigned int set_of(const struct model *m, uint32_t va)
{
	return va / 4096 / m->line % m->sets;
}

/* What the tables say. */
static struct piece walk(struct model *m, uint32_t va)
{
	uint32_t l1 = rig_get32(m->r, rig_l1_slot(va)), l2, size;
	struct piece p = { .valid = true };

	if ((l1 & 3) == 2) {
		size = 0x100000;
		p.pa = (m->r->regs->wide ? (l1 & ~0xFFFFu) << 4 : l1) & ~0xFFFFFu;
	} else {
		l2 = rig_get32(m->r, (uint32_t)rig_table_of(m->r, l1) + 4 * (va >> 12 & 0xFF));
		size = (l2 & 3) == 1 ? 0x10000 : 0x1000;
		p.valid = l2 & 3;
		p.pa = (m->r->regs->wide ? (l2 & ~0xFFu) << 4 : l2) & ~(size - 1);
	}
	p.page_va = va & ~(size - 1);
	p.page_size = size;
	p.va = p.page_va;
	p.size = size;
	if (m->line > 1) {
		p.va = va & ~0xFFFu;
		p.pa += p.va - p.page_va;
		p.size = 4096;
	}
	return p;
}

static bool is_empty(const struct model *m, const struct way *w)
{
	for (unsigned int i = 0; i < m->line; i++)
		if (w->piece[i].valid)
			return false;
	return true;
}

static bool has_line(const struct model *m, const struct way *w, uint32_t va)
{
	for (unsigned int i = 0; m->line > 1 && i < m->line; i++)
		if (w->piece[i].valid && w->piece[i].va / 16384 == va / 16384)
			return true;
	return false;
}

/* The way of the line, an empty one, the oldest, or the next in turn. */
static struct way *choose(struct model *m, uint32_t va)
{
	unsigned int set = set_of(m, va), best = 0;
	struct way *ways = m->way[set];

	for (unsigned int w = 0; w < m->ways; w++)
		if (has_line(m, &ways[w], va))
			return &ways[w];
	for (unsigned int w = 0; w < m->ways; w++)
		if (is_empty(m, &ways[w]))
			return &ways[w];
	for (unsigned int w = 0; w < m->ways; w++)
		if (ways[w].used < ways[best].used)
			best = w;
	if (!m->lru) {
		best = m->turn[set];
		m->turn[set] = (best + 1) % m->ways;
	}
	memset(&ways[best], 0, sizeof(ways[best]));
	return &ways[best];
}

static uint32_t translate(struct model *m, uint32_t va)
{
	struct way *ways = m->way[set_of(m, va)], *w;

	m->now++;
	for (unsigned int i = 0; i < m->ways; i++)
		for (unsigned int k = 0; k < m->line; k++)
			if (covers(&ways[i].piece[k], va)) {
				ways[i].used = m->now;
				return ways[i].piece[k].pa + (va - ways[i].piece[k].va);
			}
	m->misses++;
	w = choose(m, va);
	w->used = m->now;
	/* A line comes with one fetch: its other pages, too, as far as they are mapped. */
	for (unsigned int k = 0; k < m->line; k++) {
		uint32_t at = m->line > 1 ? (va & ~0x3FFFu) + k * 4096 : va;
		struct piece p = walk(m, at);

		if (p.valid)
			w->piece[k] = p;
	}
	return w->piece[m->line > 1 ? va / 4096 % 4 : 0].pa + (va - w->piece[m->line > 1 ? va / 4096 % 4 : 0].va);
}

static void invalidate(struct model *m, uint32_t first, uint32_t last)
{
	for (unsigned int s = 0; s < m->sets; s++)
		for (unsigned int w = 0; w < m->ways; w++)
			for (unsigned int k = 0; k < m->line; k++) {
				struct piece *p = &m->way[s][w].piece[k];

				if (p->valid && p->page_va <= last && p->page_va + p->page_size - 1 >= first)
					p->valid = false;
			}
}

static void map_everything(struct rig *r)
{
	for (uint32_t p = 0; p < NR_PAGES;) {
		uint32_t va = VA + (p << 12), pa = PA + (rnd(0x100) << 20);

		if (p % 256 == 0 && rnd(4) == 0) {
			rig_map_1m(r, va, pa, RIG_RW);
			p += 256;
		} else if (p % 16 == 0 && rnd(3) == 0) {
			rig_map_64k(r, va, pa, RIG_RW);
			p += 16;
		} else {
			rig_map_4k(r, va, pa + (p << 12), RIG_RW);
			p++;
		}
	}
}

static void one_access(struct model *m, uint32_t va)
{
	struct sysmmu *mmu = m->r->mmu;
	struct bus_xfer x = { .write = rnd(2) };
	struct bus_translation tr;
	uint32_t pa = translate(m, va);

	assert_int_equal(mmu->port.ops->translate(&mmu->port, &x, va, 1, &tr), BUS_GO);
	assert_int_equal(tr.pa, pa);
	if (mmu->misses[0] + mmu->misses[1] != m->misses)
		fail_msg("version 0x%08x, %u sets of %u ways, access %llu of 0x%08x: %llu misses, not %llu", m->r->version,
			 m->sets, m->ways, (unsigned long long)m->now, va,
			 (unsigned long long)(mmu->misses[0] + mmu->misses[1]), (unsigned long long)m->misses);
}

static void play(uint32_t version, uint32_t entries, uint32_t sets, enum armdma_tlb_replacement policy)
{
	struct armdma_config cfg = rig_config(version);
	struct model *m = calloc(1, sizeof(*m));
	struct rig r;

	assert_non_null(m);
	rng = version + entries * 131 + sets * 17 + policy;
	cfg.sysmmus[0].tlb_entries = entries;
	cfg.sysmmus[0].tlb_sets = sets;
	cfg.sysmmus[0].tlb_replacement = policy;
	rig_open(&r, &cfg);
	m->r = &r;
	m->sets = sets;
	m->ways = entries / sets;
	m->line = rig_has_lines(&r) ? 4 : 1;
	m->lru = policy == ARMDMA_TLB_LRU;
	map_everything(&r);
	rig_enable(&r, 0);
	for (int i = 0; i < 20000; i++) {
		uint32_t va = VA + (rnd(4) ? rnd(48) * 5 : rnd(NR_PAGES)) * 4096 + rnd(4096), last;

		switch (rnd(60)) {
		case 0:
			sysmmu_reg_write(r.mmu, r.regs->flush_entry, (va & ~4095u) | 1);
			/* 2.x would look into one set only. */
			invalidate(m, va & ~4095u, va | 4095);
			break;
		case 1:
			last = va + rnd(0x40000);
			if (r.regs->flush_range != RIG_NO_REG) {
				sysmmu_reg_write(r.mmu, r.regs->range_start, va);
				sysmmu_reg_write(r.mmu, r.regs->range_end, last);
				sysmmu_reg_write(r.mmu, r.regs->flush_range, 1);
				invalidate(m, va & ~4095u, last | 4095);
			}
			break;
		default:
			one_access(m, va);
		}
		if (i % 500 == 0)
			assert_true(sysmmu_tlb_validate(&r.mmu->tlb));
	}
	assert_true(m->misses > 100);
	rig_free(&r);
	free(m);
}

static void every_geometry_agrees_with_the_slow_model(void **state)
{
	static const struct { uint32_t version, entries, sets; } rows[] = {
		{ ARMDMA_SYSMMU_V1_2, 16, 4 }, { ARMDMA_SYSMMU_V3_1, 32, 32 }, { ARMDMA_SYSMMU_V3_3, 24, 8 },
		{ ARMDMA_SYSMMU_V5_0, 128, 16 }, { ARMDMA_SYSMMU_V5_1, 32, 2 }, { ARMDMA_SYSMMU_V6_0, 255, 1 },
		{ ARMDMA_SYSMMU_V7_0, 2, 2 }, { ARMDMA_SYSMMU_V7_0, 32, 4 }, { ARMDMA_SYSMMU_V7_2, 1, 1 },
		{ ARMDMA_SYSMMU_V7_2, 128, 16 }, { ARMDMA_SYSMMU_V7_4, 24, 8 }, { ARMDMA_SYSMMU_V7_4, 128, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* Two sizes may match in one set or in the whole: that is a fault of its own, not for this model. */
		play(rows[i].version, rows[i].entries, rows[i].sets, ARMDMA_TLB_LRU);
		play(rows[i].version, rows[i].entries, rows[i].sets, ARMDMA_TLB_ROUND_ROBIN);
	}
}

/* Random replacement is no policy to predict: it is right, it differs by seed, and it does not favour a way. */
static void random_replacement_reaches_every_way(void **state)
{
	static const struct { uint32_t version, entries, sets; } rows[] = {
		{ ARMDMA_SYSMMU_V5_0, 8, 1 }, { ARMDMA_SYSMMU_V5_0, 32, 4 }, { ARMDMA_SYSMMU_V7_2, 8, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct armdma_config cfg = rig_config(rows[i].version);
		unsigned int hits[8] = { 0 };
		struct rig r;

		cfg.sysmmus[0].tlb_entries = rows[i].entries;
		cfg.sysmmus[0].tlb_sets = rows[i].sets;
		cfg.sysmmus[0].tlb_replacement = ARMDMA_TLB_RANDOM;
		rig_open(&r, &cfg);
		rig_map_1m(&r, VA, PA, RIG_RW);
		rig_map_1m(&r, VA + 0x100000, PA + 0x100000, RIG_RW);
		for (uint32_t p = 0; p < 256; p++)
			rig_map_4k(&r, VA + (p << 12), PA + (p << 12), RIG_RW);
		rig_enable(&r, 0);
		for (int n = 0; n < 4000; n++) {
			struct tlb *t = &r.mmu->tlb;
			struct bus_xfer x = { .write = false };
			uint32_t va = VA + (uint32_t)(n % 64) * rows[i].sets * t->line % 256 * 4096;
			struct bus_translation tr;

			assert_int_equal(r.mmu->port.ops->translate(&r.mmu->port, &x, va, 1, &tr), BUS_GO);
			assert_int_equal(tr.pa, PA + (va - VA));
			hits[(tlb_find(t, va) - 1) / t->line % t->ways]++;
		}
		for (unsigned int w = 0; w < rows[i].entries / rows[i].sets; w++)
			assert_in_range(hits[w], 300, 700);
		rig_free(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_geometry_agrees_with_the_slow_model),
		cmocka_unit_test(random_replacement_reaches_every_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
