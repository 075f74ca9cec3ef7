/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares what loads return with what DRAM holds, byte by byte, and asks the hardware why they differ. */
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/check/look.h"

static enum byte_state reason(const struct armdma_line_state *st)
{
	bool dirty = st->dirty || st->outer_dirty;

	if (st->uncached)
		return st->load_pending ? BYTE_UNSEEN : BYTE_UNSTORED;
	if (dirty)
		return st->stale ? BYTE_CONFLICT : BYTE_DIRTY;
	return BYTE_STALE;
}

static void note(struct finding *f, enum byte_state state, size_t off, armdma_phys_t pa, uint8_t cpu, uint8_t ram)
{
	struct span *last = f->nr_spans && f->nr_spans <= MAX_SPANS ? &f->spans[f->nr_spans - 1] : NULL;

	if (!f->bytes[state]++)
		f->first[state] = off;
	if (!last || last->state != state || last->off + last->len != off) {
		if (f->nr_spans++ >= MAX_SPANS)
			return;
		last = &f->spans[f->nr_spans - 1];
		last->state = state;
		last->off = off;
		last->len = 0;
		last->pa = pa;
	}
	if (last->len < SPAN_SHOWN) {
		last->cpu[last->len] = cpu;
		last->ram[last->len] = ram;
	}
	last->len++;
}

/* n bytes from off on, in one page. */
static void look_at(struct armdma_machine *m, const uint8_t *cpu, size_t off, size_t n, struct finding *f)
{
	uint8_t ram[ARMDMA_PAGE_SIZE], seen[ARMDMA_PAGE_SIZE];
	armdma_phys_t pa = armdma_hw_cpu_to_phys(m->hw, cpu + off);
	uint64_t line = 1;	/* of which st is the state; 1: none */
	struct armdma_line_state st;

	if (pa == ARMDMA_MAPPING_ERROR || armdma_hw_cpu_read(m->hw, cpu + off, seen, n) ||
	    armdma_hw_phys_read(m->hw, pa, ram, n)) {
		for (size_t i = 0; i < n; i++)
			note(f, BYTE_UNMAPPED, off + i, pa == ARMDMA_MAPPING_ERROR ? pa : pa + i, 0, 0);
		return;
	}
	if (!memcmp(seen, ram, n)) {
		f->bytes[BYTE_SAME] += n;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t at = (pa + i) & ~(uint64_t)(m->cfg->inner_line - 1);

		if (seen[i] == ram[i]) {
			f->bytes[BYTE_SAME]++;
			continue;
		}
		if (at != line && armdma_hw_line_state(m->hw, pa + i, &st))
			continue;
		line = at;
		note(f, reason(&st), off + i, pa + i, seen[i], ram[i]);
	}
}

struct finding look(struct armdma_machine *m, const void *cpu, size_t len)
{
	struct finding f = { .nr_spans = 0 };

	for (size_t off = 0; off < len;) {
		size_t n = ARMDMA_PAGE_SIZE - ((uintptr_t)cpu + off) % ARMDMA_PAGE_SIZE;

		if (n > len - off)
			n = len - off;
		look_at(m, cpu, off, n, &f);
		off += n;
	}
	return f;
}

armdma_phys_t dma_to_phys(struct armdma_device *dev, armdma_dma_t addr)
{
	struct armdma_iommu_mapping *mapping = armdma_to_iommu_mapping(dev);
	armdma_phys_t pa;

	if (mapping)
		return armdma_iova_to_phys(armdma_mapping_domain(mapping), addr);
	pa = armdma_dma_to_phys(dev, addr);
	return armdma_phys_to_page(dev->m, pa) ? pa : ARMDMA_MAPPING_ERROR;
}
