/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 4: one table of what the hardware and the software counted, and whether everything was given back. */
#include <errno.h>

#include <armdma/dma.h>

#include "demo.h"

typedef unsigned long long ull;

/* All counters of it are of one type. */
#define NR_COUNTERS (sizeof(struct armdma_hw_stats) / sizeof(uint64_t))

static void both_machines(const struct demo *d, struct armdma_hw_stats *sum)
{
	struct armdma_hw_stats other;

	armdma_hw_stats(d->hw, sum);
	armdma_hw_stats(armdma_machine_hw(d->linux_m), &other);
	for (size_t i = 0; i < NR_COUNTERS; i++)
		((uint64_t *)sum)[i] += ((const uint64_t *)&other)[i];
}

static void hardware(struct demo *d)
{
	struct armdma_hw_stats st;

	both_machines(d, &st);
	demo_say(d, "   %-9s %11llu cycles     %11llu interrupts  %11llu barriers", "machines",
		 (ull)st.cycles, (ull)st.irqs, (ull)st.barriers);
	demo_say(d, "   %-9s %11llu reads      %11llu writes", "registers", (ull)st.reg_reads,
		 (ull)st.reg_writes);
	demo_say(d, "   %-9s %11llu bursts in  %11llu bytes in    %11llu errors", "bus",
		 (ull)st.bursts_read, (ull)st.bytes_read, (ull)(st.slverr + st.decerr));
	demo_say(d, "   %-9s %11llu bursts out %11llu bytes out", "", (ull)st.bursts_write,
		 (ull)st.bytes_written);
	demo_say(d, "   %-9s %11llu TLB hits   %11llu TLB misses  %11llu faults", "SYSMMU",
		 (ull)st.tlb_hits, (ull)st.tlb_misses, (ull)st.faults);
	demo_say(d, "   %-9s %11llu walks      %11llu descriptors %11llu flushes", "",
		 (ull)st.walks, (ull)st.walk_reads, (ull)st.tlb_invalidations);
	demo_say(d, "   %-9s %11llu cleans     %11llu invalidates %11llu lines", "caches",
		 (ull)st.cache_cleans, (ull)st.cache_invalidates, (ull)st.cache_lines);
	demo_say(d, "   %-9s %11llu frames     %11llu overflows", "camera", (ull)st.frames,
		 (ull)st.overflows);
}

/* Returns what is still live of the device. */
static uint64_t device(struct demo *d, const char *name)
{
	struct armdma_dma_stats st, other;

	armdma_dma_stats(armdma_device_find(d->m, name), &st);
	armdma_dma_stats(armdma_device_find(d->linux_m, name), &other);
	demo_say(d, "   %-9s %11llu buffers    %11llu maps        %11llu syncs", name,
		 (ull)(st.allocs + other.allocs), (ull)(st.maps + other.maps), (ull)(st.syncs + other.syncs));
	return st.live_allocs + st.live_maps + other.live_allocs + other.live_maps;
}

/* Pages of a machine that were free at boot and are no more; its kernel mappings are added to *areas. */
static uint64_t missing_pages(struct armdma_machine *m, const struct armdma_mm_stats *boot, uint64_t *areas)
{
	struct armdma_mm_stats now;
	uint64_t missing = 0;

	armdma_mm_stats(m, &now);
	for (int z = 0; z < ARMDMA_NR_ZONES; z++)
		missing += boot->pages_free[z] - now.pages_free[z];
	*areas += now.vm_areas;
	return missing;
}

int demo_table(struct demo *d)
{
	uint64_t live, missing;

	demo_say(d, "4. Statistics of the whole run");
	hardware(d);
	live = device(d, DEMO_CAMERA) + device(d, DEMO_ENGINE);
	missing = missing_pages(d->m, &d->boot, &live) + missing_pages(d->linux_m, &d->linux_boot, &live);
	demo_say(d, "   %-9s %11llu pages and %llu mappings not given back; %u surprises", "memory",
		 (ull)missing, (ull)live, d->unexpected);
	demo_say(d, "   open       %s/frame.png", d->opt.dir);
	demo_say(d, "   compare    %s/sent.png and what the user saw, %s/stale.png", d->opt.dir, d->opt.dir);
	demo_say(d, "   trace      of step 3: %s/trace.json for ui.perfetto.dev,", d->opt.dir);
	demo_say(d, "              trace.vcd for GTKWave, trace.dat for trace-cmd, ftrace text");
	return live || missing || d->unexpected ? -EPROTO : 0;
}
