/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 4: one table of what the hardware and the software counted, and whether everything was given back. */
#include <errno.h>

#include <armdma/dma.h>

#include "demo.h"

typedef unsigned long long ull;

static void hardware(struct demo *d)
{
	struct armdma_hw_stats st;

	armdma_hw_stats(d->hw, &st);
	demo_say(d, "   %-9s %11llu cycles     %11llu interrupts  %11llu barriers", "machine",
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
	struct armdma_dma_stats st;

	armdma_dma_stats(armdma_device_find(d->m, name), &st);
	demo_say(d, "   %-9s %11llu buffers    %11llu maps        %11llu syncs", name, (ull)st.allocs,
		 (ull)st.maps, (ull)st.syncs);
	return st.live_allocs + st.live_maps;
}

/* Pages that were free at boot and are no more. */
static uint64_t missing_pages(struct demo *d, const struct armdma_mm_stats *now)
{
	uint64_t missing = 0;

	for (int z = 0; z < ARMDMA_NR_ZONES; z++)
		missing += d->boot.pages_free[z] - now->pages_free[z];
	return missing;
}

int demo_table(struct demo *d)
{
	struct armdma_mm_stats mm;
	uint64_t live, missing;

	demo_say(d, "4. Statistics of the whole run");
	hardware(d);
	live = device(d, DEMO_CAMERA) + device(d, DEMO_ENGINE);
	armdma_mm_stats(d->m, &mm);
	missing = missing_pages(d, &mm);
	demo_say(d, "   %-9s %11llu pages and %llu mappings not given back; %u surprises", "memory",
		 (ull)missing, (ull)(live + mm.vm_areas), d->unexpected);
	demo_say(d, "   open       %s/frame.png", d->opt.dir);
	demo_say(d, "   compare    %s/sent.png and what the user saw, %s/stale.png", d->opt.dir, d->opt.dir);
	demo_say(d, "   trace      of step 3: %s/trace.json for ui.perfetto.dev,", d->opt.dir);
	demo_say(d, "              trace.vcd for GTKWave, trace.dat for trace-cmd, ftrace text");
	return live || missing || mm.vm_areas || d->unexpected ? -EPROTO : 0;
}
