/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that is counted, in one structure. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <armdma/stats.h>

#include "lib/dma/dma.h"
#include "lib/iommu/internal.h"
#include "lib/machine.h"

/* ---- Sums ------------------------------------------------------------------ */

static void add_device(struct armdma_dma_stats *sum, const struct armdma_device *dev)
{
	struct armdma_dma_stats st;

	armdma_dma_stats(dev, &st);
	sum->live_allocs += st.live_allocs;
	sum->live_maps += st.live_maps;
	sum->live_bytes += st.live_bytes;
	sum->allocs += st.allocs;
	sum->frees += st.frees;
	sum->maps += st.maps;
	sum->unmaps += st.unmaps;
	sum->syncs += st.syncs;
	sum->failures += st.failures;
}

static void add_domain(struct armdma_iommu_stats *sum, const struct armdma_domain *d)
{
	struct armdma_iommu_stats st;

	armdma_domain_stats(d, &st);
	sum->maps += st.maps;
	sum->unmaps += st.unmaps;
	for (int i = 0; i < ARMDMA_IOMMU_NR_SIZES; i++)
		sum->entries[i] += st.entries[i];
	sum->l2_tables += st.l2_tables;
	sum->flush_all += st.flush_all;
	sum->flush_entry += st.flush_entry;
	sum->flush_range += st.flush_range;
	sum->blocks += st.blocks;
	sum->lazy_queued += st.lazy_queued;
	sum->lazy_flushes += st.lazy_flushes;
	sum->lazy_waiting += st.lazy_waiting;
	sum->promotions += st.promotions;
	sum->cuts += st.cuts;
	sum->block_timeouts += st.block_timeouts;
	sum->faults += st.faults;
}

/* Returns the free bytes outside the largest run. */
static uint64_t add_mapping(struct armdma_iova_stats *sum, const struct armdma_iommu_mapping *mapping)
{
	struct armdma_iova_stats st;

	armdma_mapping_iova_stats(mapping, &st);
	sum->total += st.total;
	sum->used += st.used;
	sum->peak += st.peak;
	if (st.largest_free > sum->largest_free)
		sum->largest_free = st.largest_free;
	sum->allocs += st.allocs;
	sum->frees += st.frees;
	sum->failures += st.failures;
	sum->memory += st.memory;
	return st.total - st.used - st.largest_free;
}

void armdma_stats(struct armdma_machine *m, struct armdma_stats *st)
{
	MACHINE_ENTER(m);
	const struct armdma_iommu_mapping *mapping;
	const struct armdma_device *dev;
	const struct armdma_domain *d;
	uint64_t scattered = 0;

	memset(st, 0, sizeof(*st));
	armdma_hw_stats(m->hw, &st->hw);
	armdma_mm_stats(m, &st->mm);
	SLIST_FOREACH(dev, &m->devices, link) {
		add_device(&st->dma, dev);
		st->devices++;
	}
	LIST_FOREACH(d, &m->iommu->domains, link) {
		add_domain(&st->iommu, d);
		st->domains++;
	}
	LIST_FOREACH(mapping, &m->dma->mappings, link) {
		scattered += add_mapping(&st->iova, mapping);
		st->mappings++;
	}
	if (st->iova.total > st->iova.used)
		st->iova_fragmentation = (uint32_t)(scattered * 1000 / (st->iova.total - st->iova.used));
	st->reports = armdma_report_count(m, ARMDMA_REPORT_NONE);
}

/* ---- JSON ------------------------------------------------------------------- */

struct writer {
	FILE *out;
	const char *sep;
};

static void number(struct writer *w, const char *name, uint64_t v)
{
	fprintf(w->out, "%s\"%s\":%" PRIu64, w->sep, name, v);
	w->sep = ",";
}

static void open_object(struct writer *w, const char *name)
{
	fprintf(w->out, "%s\"%s\":{", w->sep, name);
	w->sep = "";
}

static void close_object(struct writer *w)
{
	fputc('}', w->out);
	w->sep = ",";
}

static void numbers(struct writer *w, const char *name, const uint64_t *v, size_t n)
{
	fprintf(w->out, "%s\"%s\":[", w->sep, name);
	for (size_t i = 0; i < n; i++)
		fprintf(w->out, "%s%" PRIu64, i ? "," : "", v[i]);
	fputc(']', w->out);
	w->sep = ",";
}

#define N(object, field) number(w, #field, (object)->field)

static void write_hw(struct writer *w, const struct armdma_hw_stats *st)
{
	open_object(w, "hw");
	N(st, cycles); N(st, reg_reads); N(st, reg_writes); N(st, cache_cleans); N(st, cache_invalidates);
	N(st, cache_flushes); N(st, cache_lines); N(st, barriers); N(st, irqs); N(st, bursts_read);
	N(st, bursts_write); N(st, bytes_read); N(st, bytes_written); N(st, slverr); N(st, decerr);
	N(st, tlb_hits); N(st, tlb_misses); N(st, walks); N(st, walk_reads); N(st, tlb_invalidations);
	N(st, faults); N(st, frames); N(st, overflows);
	N(st, flpd_hits); N(st, flpd_misses); N(st, pb_lookups); N(st, pb_misses);
	close_object(w);
}

static void write_mm(struct writer *w, const struct armdma_mm_stats *st)
{
	open_object(w, "mm");
	numbers(w, "pages_total", st->pages_total, ARMDMA_NR_ZONES);
	numbers(w, "pages_free", st->pages_free, ARMDMA_NR_ZONES);
	for (int z = 0; z < ARMDMA_NR_ZONES; z++) {
		char name[32];

		snprintf(name, sizeof(name), "free_blocks_%d", z);
		numbers(w, name, st->free_blocks[z], ARMDMA_MAX_ORDER);
	}
	N(st, cma_total); N(st, cma_free); N(st, kmalloc_objects); N(st, kmalloc_bytes); N(st, vm_areas);
	close_object(w);
}

static void write_software(struct writer *w, const struct armdma_stats *st)
{
	open_object(w, "dma");
	N(&st->dma, live_allocs); N(&st->dma, live_maps); N(&st->dma, live_bytes); N(&st->dma, allocs);
	N(&st->dma, frees); N(&st->dma, maps); N(&st->dma, unmaps); N(&st->dma, syncs); N(&st->dma, failures);
	close_object(w);
	open_object(w, "iommu");
	N(&st->iommu, maps); N(&st->iommu, unmaps);
	numbers(w, "entries", st->iommu.entries, ARMDMA_IOMMU_NR_SIZES);
	N(&st->iommu, l2_tables); N(&st->iommu, flush_all); N(&st->iommu, flush_entry);
	N(&st->iommu, flush_range); N(&st->iommu, blocks); N(&st->iommu, lazy_queued);
	N(&st->iommu, lazy_flushes); N(&st->iommu, lazy_waiting); N(&st->iommu, promotions);
	N(&st->iommu, cuts);
	N(&st->iommu, block_timeouts); N(&st->iommu, faults);
	close_object(w);
	open_object(w, "iova");
	N(&st->iova, total); N(&st->iova, used); N(&st->iova, peak); N(&st->iova, largest_free);
	N(&st->iova, allocs); N(&st->iova, frees); N(&st->iova, failures); N(&st->iova, memory);
	close_object(w);
	N(st, devices); N(st, domains); N(st, mappings); N(st, iova_fragmentation); N(st, reports);
}

int armdma_stats_write_json(const struct armdma_stats *st, FILE *out)
{
	struct writer w = { .out = out, .sep = "" };

	fputc('{', out);
	write_hw(&w, &st->hw);
	write_mm(&w, &st->mm);
	write_software(&w, st);
	fputs("}\n", out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
