/* SPDX-License-Identifier: BSD-2-Clause */
/* Why bytes read as they do: the views side by side, and who wrote and synced what when. */
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/check/internal.h"

/* What differs between the CPU's bytes and DRAM in a range. */
struct finding {
	size_t stale, dirty, both, unstored, unseen;	/* bytes */
	size_t first_stale, first_dirty;	/* offsets; SIZE_MAX: none */
	armdma_phys_t pa;		/* of the first differing byte */
	uint8_t cpu_byte, ram_byte;
};

static void note(struct finding *f, size_t off, armdma_phys_t pa, uint8_t cpu, uint8_t ram)
{
	if (f->pa != ARMDMA_MAPPING_ERROR)
		return;
	f->pa = pa;
	f->cpu_byte = cpu;
	f->ram_byte = ram;
	(void)off;
}

/* Bytes of one page: at most a page from cpu on. */
static void look_at(struct armdma_machine *m, const uint8_t *cpu, size_t off, size_t n,
		    struct finding *f)
{
	uint8_t ram[ARMDMA_PAGE_SIZE];
	armdma_phys_t pa = armdma_hw_cpu_to_phys(m->hw, cpu + off);

	if (pa == ARMDMA_MAPPING_ERROR || armdma_hw_phys_read(m->hw, pa, ram, n))
		return;
	for (size_t i = 0; i < n; i++) {
		struct armdma_line_state st;

		if (cpu[off + i] == ram[i])
			continue;
		armdma_hw_line_state(m->hw, pa + i, &st);
		note(f, off + i, pa + i, cpu[off + i], ram[i]);
		if (st.uncached && st.load_pending) {
			f->unseen++;
		} else if (st.uncached) {
			f->unstored++;
		} else if (st.stale && (st.dirty || st.outer_dirty)) {
			f->both++;
		} else if (st.dirty || st.outer_dirty) {
			f->dirty++;
			if (f->first_dirty == SIZE_MAX)
				f->first_dirty = off + i;
		} else {
			f->stale++;
			if (f->first_stale == SIZE_MAX)
				f->first_stale = off + i;
		}
	}
}

static struct finding look(struct armdma_machine *m, const void *cpu, size_t len)
{
	struct finding f = { .first_stale = SIZE_MAX, .first_dirty = SIZE_MAX,
			     .pa = ARMDMA_MAPPING_ERROR };

	for (size_t off = 0; off < len;) {
		size_t n = ARMDMA_PAGE_SIZE - ((uintptr_t)cpu + off) % ARMDMA_PAGE_SIZE;

		if (n > len - off)
			n = len - off;
		look_at(m, cpu, off, n, &f);
		off += n;
	}
	return f;
}

static struct track *tell(struct armdma_machine *m, const struct finding *f, size_t len,
			  struct text *t)
{
	struct track *tr = NULL;

	text_add(t, "    of %zu bytes:", len);
	if (f->stale)
		text_add(t, " %zu are stale in the CPU's cache (first at offset %zu)", f->stale,
			 f->first_stale);
	if (f->dirty)
		text_add(t, "%s %zu are CPU stores that have not left the cache (first at offset %zu)",
			 f->stale ? "," : "", f->dirty, f->first_dirty);
	if (f->both)
		text_add(t, "%s %zu are in lines that the CPU stored to and a device wrote: one side's data will be lost",
			 f->stale || f->dirty ? "," : "", f->both);
	if (f->unstored)
		text_add(t, "%s %zu are CPU stores that wait in the write buffer",
			 f->stale || f->dirty || f->both ? "," : "", f->unstored);
	if (f->unseen)
		text_add(t, "%s %zu were written by a device and wait for a read barrier",
			 f->stale || f->dirty || f->both || f->unstored ? "," : "", f->unseen);
	if (f->pa == ARMDMA_MAPPING_ERROR) {
		text_add(t, " the CPU and memory agree on all\n");
		return NULL;
	}
	text_add(t, "\n    physical 0x%llx: the CPU sees 0x%02x, memory holds 0x%02x\n",
		 (unsigned long long)f->pa, f->cpu_byte, f->ram_byte);
	if (m->check->on)
		tr = track_find_pa(m->check, f->pa);
	if (tr)
		tell_mapping(t, tr, true);
	return tr;
}

bool armdma_explain(struct armdma_machine *m, const void *cpu, size_t len, char *buf, size_t buflen)
{
	struct text t = { buf, buflen, 0 };
	struct finding f = look(m, cpu, len);

	if (buflen)
		buf[0] = 0;
	tell(m, &f, len, &t);
	return f.pa != ARMDMA_MAPPING_ERROR;
}

/* Does memory hold what the CPU should see? Then a device delivered it and only the CPU's view is old. */
static bool memory_has(struct armdma_machine *m, const uint8_t *cpu, const uint8_t *expected,
		       size_t len)
{
	for (size_t off = 0; off < len;) {
		uint8_t ram[ARMDMA_PAGE_SIZE];
		size_t n = ARMDMA_PAGE_SIZE - ((uintptr_t)cpu + off) % ARMDMA_PAGE_SIZE;
		armdma_phys_t pa = armdma_hw_cpu_to_phys(m->hw, cpu + off);

		if (n > len - off)
			n = len - off;
		if (pa == ARMDMA_MAPPING_ERROR || armdma_hw_phys_read(m->hw, pa, ram, n) ||
		    memcmp(ram, expected + off, n))
			return false;
		off += n;
	}
	return true;
}

/* A proof only if the CPU really sees what a device has overwritten: its own stores are no device's. */
static void report_stale_cpu(struct armdma_machine *m, const void *cpu, size_t len,
			     const void *site)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_STALE_CPU, .cpu = cpu, .len = len,
				     .addr = ARMDMA_MAPPING_ERROR };
	const char *mend = "call dma_sync_single_for_cpu() or dma_unmap_single() for the range after the transfer and before the CPU reads it";
	char story[2048] = "", sentence[160];
	struct text t = { story, sizeof(story), 0 };
	struct finding f = look(m, cpu, len);
	struct track *tr;

	if (!f.stale && !f.both && !f.unseen)
		return;
	tr = tell(m, &f, len, &t);
	rep.pa = f.pa;
	rep.sites[ARMDMA_SITE_HERE] = site;
	if (tr) {
		rep.dev = tr->dev;
		rep.addr = tr->addr;
		rep.dir = tr->dir;
		if (tr->ended && tr->dir == ARMDMA_TO_DEVICE)
			mend = "map with DMA_FROM_DEVICE or DMA_BIDIRECTIONAL what the device writes";
		else if (tr->ended && tr->write_time <= tr->end_time)
			mend = "unmap with the size and direction of the mapping, without SKIP_CPU_SYNC";
	}
	if (f.unseen)
		mend = "read the device's status with readl(), or call dma_rmb(), before the payload";
	snprintf(sentence, sizeof(sentence),
		 "the CPU reads %zu bytes at %p that a device has rewritten, and gets old ones", len,
		 cpu);
	report_make(m->check, &rep, sentence, story, mend);
}

bool armdma_cpu_sees_at(struct armdma_machine *m, const void *cpu, const void *expected, size_t len,
			const void *site)
{
	if (!memcmp(cpu, expected, len))
		return true;
	if (m->check->on && memory_has(m, cpu, expected, len))
		report_stale_cpu(m, cpu, len, site);
	return false;
}

bool armdma_cpu_sees(struct armdma_machine *m, const void *cpu, const void *expected, size_t len)
{
	return armdma_cpu_sees_at(m, cpu, expected, len, __builtin_return_address(0));
}

static armdma_phys_t dma_to_phys(struct armdma_device *dev, armdma_dma_t addr)
{
	struct armdma_iommu_mapping *mapping = armdma_to_iommu_mapping(dev);
	armdma_phys_t pa;

	if (mapping)
		return armdma_iova_to_phys(armdma_mapping_domain(mapping), addr);
	pa = armdma_dma_to_phys(dev, addr);
	return armdma_phys_to_page(dev->m, pa) ? pa : ARMDMA_MAPPING_ERROR;
}

/* What a device reads at a physical address: a coherent one finds the newest bytes. */
static int device_read(const struct armdma_device *dev, armdma_phys_t pa, void *buf, size_t n)
{
	if (pa == ARMDMA_MAPPING_ERROR)
		return -1;
	return dev->coherent ? armdma_hw_snoop_read(dev->m->hw, pa, buf, n) :
			       armdma_hw_phys_read(dev->m->hw, pa, buf, n);
}

/*
 * Would the n bytes at pa be the wanted ones, had the CPU's stores to them reached DRAM? Then these stores, and
 * nothing else, are what the device misses.
 */
static bool stores_explain(struct armdma_machine *m, armdma_phys_t pa, const uint8_t *want,
			   size_t n)
{
	uint32_t lsize = m->cfg->inner_line;
	uint8_t newest[ARMDMA_PAGE_SIZE];
	bool stores = false, waiting = false;
	struct armdma_line_state st;

	if (pa == ARMDMA_MAPPING_ERROR || armdma_hw_snoop_read(m->hw, pa, newest, n))
		return false;
	for (armdma_phys_t at = pa & ~(uint64_t)(lsize - 1); at < pa + n; at += lsize) {
		if (armdma_hw_line_state(m->hw, at, &st))
			return false;
		stores |= st.dirty || st.outer_dirty;
		waiting |= st.store_pending;
	}
	return waiting || (stores && !memcmp(newest, want, n));
}

bool armdma_device_sees(struct armdma_device *dev, armdma_dma_t addr, const void *expected,
			size_t len)
{
	const void *site = __builtin_return_address(0);
	const uint8_t *want = expected;
	uint8_t got[ARMDMA_PAGE_SIZE];
	struct armdma_machine *m = dev->m;
	struct armdma_report rep = { .kind = ARMDMA_REPORT_STALE_DEVICE, .dev = dev, .addr = addr,
				     .len = len, .pa = dma_to_phys(dev, addr) };
	char story[1024] = "", sentence[160];
	struct text t = { story, sizeof(story), 0 };
	bool same = true, explained = true;
	struct track *tr;

	for (size_t off = 0; off < len;) {
		size_t n = ARMDMA_PAGE_SIZE - (addr + off) % ARMDMA_PAGE_SIZE;
		armdma_phys_t pa = dma_to_phys(dev, addr + off);

		if (n > len - off)
			n = len - off;
		if (device_read(dev, pa, got, n) || memcmp(got, want + off, n)) {
			same = false;
			explained &= stores_explain(m, pa, want + off, n);
		}
		off += n;
	}
	if (same)
		return true;
	/* Without a store on its way the bytes are wrong, but no sync would make them right. */
	if (!m->check->on || !explained || dev->coherent)
		return false;
	tr = track_find(m->check, dev, addr);
	if (tr)
		tell_mapping(&t, tr, true);
	rep.sites[ARMDMA_SITE_HERE] = site;
	snprintf(sentence, sizeof(sentence),
		 "%s reads %zu bytes at 0x%llx that the CPU has rewritten but never cleaned",
		 armdma_device_name(dev), len, (unsigned long long)addr);
	report_make(m->check, &rep, sentence, story,
		    "call dma_sync_single_for_device() after the CPU's last store and before the device starts");
	return false;
}
