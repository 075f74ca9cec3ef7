/* SPDX-License-Identifier: BSD-2-Clause */
/* What the code under test, or a device, relies on seeing: wrong bytes with a proof are reported. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>

#include "lib/check/look.h"

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

static const char mend_sync[] =
	"call dma_sync_single_for_cpu() or dma_unmap_single() for the range after the transfer and before the CPU reads it";

static const char *mend_stale_cpu(const struct finding *f, const struct track *tr)
{
	if (f->bytes[BYTE_UNSEEN])
		return "read the device's status with readl(), or call dma_rmb(), before the payload";
	if (tr && tr->ended && tr->dir == ARMDMA_TO_DEVICE)
		return "map with DMA_FROM_DEVICE or DMA_BIDIRECTIONAL what the device writes";
	if (tr && tr->ended && tr->write_time <= tr->end_time)
		return "unmap with the size and direction of the mapping, without SKIP_CPU_SYNC";
	return mend_sync;
}

/* The mapping or buffer that a report is about. */
static void fill_from_track(struct armdma_report *rep, const struct track *tr)
{
	bool inside = rep->pa != ARMDMA_MAPPING_ERROR && rep->pa - tr->pa < tr->len;

	rep->dev = tr->dev;
	rep->offset = inside ? rep->pa - tr->pa : 0;
	rep->addr = tr->addr + rep->offset;
	report_origin(rep, tr);
}

/* A proof only if the CPU really sees what a device has overwritten: its own stores are no device's. */
void report_stale_cpu(struct armdma_machine *m, const void *cpu, const uint8_t *expected, size_t len, const void *site)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_STALE_CPU, .cpu = cpu, .len = len,
				     .addr = ARMDMA_MAPPING_ERROR };
	char story[2048] = "", sentence[160];
	struct text t = { story, sizeof(story), 0 };
	struct finding f = look(m, cpu, len);
	struct track *tr;

	if (!f.bytes[BYTE_STALE] && !f.bytes[BYTE_CONFLICT] && !f.bytes[BYTE_UNSEEN])
		return;
	tr = tell_finding(m, &f, cpu, len, true, &t);
	rep.pa = f.spans[0].pa;
	if (!f.bytes[BYTE_STALE] && !f.bytes[BYTE_CONFLICT])
		rep.kind = ARMDMA_REPORT_MISSING_RMB;
	rep.has_bytes = true;
	rep.expected = expected ? expected[f.spans[0].off] : f.spans[0].ram[0];
	rep.seen = f.spans[0].cpu[0];
	rep.sites[ARMDMA_SITE_HERE] = site;
	if (tr)
		fill_from_track(&rep, tr);
	snprintf(sentence, sizeof(sentence),
		 "the CPU reads %zu bytes at %p that a device has rewritten, and gets old ones", len,
		 cpu);
	report_make(m->check, &rep, sentence, story, mend_stale_cpu(&f, tr));
}

/* Are the bytes that loads return the expected ones? What is no memory of the machine is read as it is. */
static bool loads_return(struct armdma_machine *m, const uint8_t *cpu, const uint8_t *expected, size_t len)
{
	uint8_t got[ARMDMA_PAGE_SIZE];

	while (len) {
		size_t n = ARMDMA_PAGE_SIZE - (uintptr_t)cpu % ARMDMA_PAGE_SIZE;

		if (n > len)
			n = len;
		if (armdma_hw_cpu_read(m->hw, cpu, got, n))
			return !memcmp(cpu, expected, len);
		if (memcmp(got, expected, n))
			return false;
		cpu += n;
		expected += n;
		len -= n;
	}
	return true;
}

/* The live bounced mapping that the byte lies in, or NULL. */
static struct track *bounced_at(struct armdma_machine *m, const void *cpu, uint64_t *off)
{
	armdma_phys_t pa = armdma_hw_linear_to_phys(m->hw, cpu);
	struct track *tr = pa == ARMDMA_MAPPING_ERROR ? NULL : track_find_pa(m->check, pa);

	if (!tr || tr->ended || tr->kind != TRACK_STREAM || !(tr->flags & ARMDMA_MAP_BOUNCED))
		return NULL;
	*off = pa - tr->pa;
	return tr;
}

/* Does the safe buffer hold what the CPU should see? Then a sync would have copied it. */
static void report_not_copied(struct armdma_machine *m, const uint8_t *cpu, const uint8_t *expected, size_t len,
			      const void *site)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_STALE_CPU, .cpu = cpu, .len = len, .has_bytes = true };
	uint8_t got[ARMDMA_PAGE_SIZE], old = 0;
	char story[1024] = "", sentence[160];
	struct text t = { story, sizeof(story), 0 };
	uint64_t at;
	struct track *tr;
	size_t first = 0, there;

	/* The bytes may lie in several mappings: one of them is enough to prove it. */
	while (!armdma_hw_cpu_read(m->hw, cpu + first, &old, 1) && old == expected[first])
		first++;
	tr = bounced_at(m, cpu + first, &at);
	if (!tr || !tr->device_wrote)
		return;
	there = len - first < tr->len - at ? len - first : (size_t)(tr->len - at);
	for (size_t off = 0; off < there; off += sizeof(got)) {
		size_t n = there - off < sizeof(got) ? there - off : sizeof(got);

		if (armdma_device_view(tr->dev, tr->addr + at + off, got, n) ||
		    memcmp(got, expected + first + off, n))
			return;
	}
	rep.pa = tr->pa + at;
	rep.expected = expected[first];
	rep.seen = old;
	rep.sites[ARMDMA_SITE_HERE] = site;
	fill_from_track(&rep, tr);
	tell_mapping(&t, tr, false);
	snprintf(sentence, sizeof(sentence),
		 "the CPU reads %zu bytes at %p while what the device wrote is still in the safe buffer", len,
		 (const void *)cpu);
	report_make(m->check, &rep, sentence, story,
		    mend_sync);
}

bool armdma_cpu_sees_at(struct armdma_machine *m, const void *cpu, const void *expected, size_t len,
			const void *site)
{
	MACHINE_ENTER(m);

	if (loads_return(m, cpu, expected, len))
		return true;
	if (!m->check->on)
		return false;
	if (memory_has(m, cpu, expected, len))
		report_stale_cpu(m, cpu, expected, len, site);
	else
		report_not_copied(m, cpu, expected, len, site);
	return false;
}

bool armdma_cpu_sees(struct armdma_machine *m, const void *cpu, const void *expected, size_t len)
{
	MACHINE_ENTER(m);

	return armdma_cpu_sees_at(m, cpu, expected, len, __builtin_return_address(0));
}

/* What a device reads at a physical address: a coherent one finds the newest bytes. */
static int device_read(const struct armdma_device *dev, armdma_phys_t pa, void *buf, size_t n)
{
	if (pa == ARMDMA_MAPPING_ERROR)
		return -1;
	return dev->coherent ? armdma_hw_snoop_read(dev->m->hw, pa, buf, n) :
			       armdma_hw_phys_read(dev->m->hw, pa, buf, n);
}

int armdma_device_view(struct armdma_device *dev, armdma_dma_t addr, void *buf, size_t len)
{
	MACHINE_ENTER(dev->m);
	uint8_t *dst = buf;

	while (len) {
		size_t n = ARMDMA_PAGE_SIZE - addr % ARMDMA_PAGE_SIZE;

		if (n > len)
			n = len;
		if (device_read(dev, dma_to_phys(dev, addr), dst, n))
			return -EFAULT;
		addr += n;
		dst += n;
		len -= n;
	}
	return 0;
}

/*
 * Would the n bytes at pa be the wanted ones, had the CPU's stores to them reached DRAM? Then these stores, and
 * nothing else, are what the device misses. cpu: where the CPU reaches them uncached; or NULL.
 */
static bool stores_explain(struct armdma_machine *m, armdma_phys_t pa, const void *cpu, const uint8_t *want, size_t n)
{
	uint32_t lsize = m->cfg->inner_line;
	uint8_t newest[ARMDMA_PAGE_SIZE];
	bool stores = false, waiting = false;
	struct armdma_line_state st;

	if (pa == ARMDMA_MAPPING_ERROR)
		return false;
	for (armdma_phys_t at = pa & ~(uint64_t)(lsize - 1); at < pa + n; at += lsize) {
		if (armdma_hw_line_state(m->hw, at, &st))
			return false;
		stores |= st.dirty || st.outer_dirty;
		waiting |= st.store_pending;
	}
	if (waiting)
		return cpu && !armdma_hw_cpu_read(m->hw, cpu, newest, n) && !memcmp(newest, want, n);
	return stores && !armdma_hw_snoop_read(m->hw, pa, newest, n) && !memcmp(newest, want, n);
}

/* What a device sees of a range, against what it should. */
struct sight {
	bool same, explained;	/* all bytes are right; stores on their way explain the others */
	size_t first;		/* offset of the first wrong byte */
	uint8_t seen;		/* there */
	bool readable;
};

static void note_wrong(struct sight *s, size_t off, const uint8_t *got, const uint8_t *want, size_t n)
{
	size_t i = 0;

	if (!s->same)
		return;
	while (got && i + 1 < n && got[i] == want[i])
		i++;
	s->same = false;
	s->first = off + i;
	s->readable = got;
	s->seen = got ? got[i] : 0;
}

static struct sight look_as_device(struct armdma_device *dev, armdma_dma_t addr, const uint8_t *want, size_t len,
				   const struct track *tr)
{
	struct sight s = { .same = true, .explained = true };
	const uint8_t *cpu = tr && tr->kind == TRACK_BUFFER && tr->cpu ? (const uint8_t *)tr->cpu + (addr - tr->addr) : NULL;
	uint8_t got[ARMDMA_PAGE_SIZE];

	for (size_t off = 0; off < len;) {
		size_t n = ARMDMA_PAGE_SIZE - (addr + off) % ARMDMA_PAGE_SIZE;
		armdma_phys_t pa = dma_to_phys(dev, addr + off);
		bool readable;

		if (n > len - off)
			n = len - off;
		readable = !device_read(dev, pa, got, n);
		if (!readable || memcmp(got, want + off, n)) {
			note_wrong(&s, off, readable ? got : NULL, want + off, n);
			s.explained &= stores_explain(dev->m, pa, cpu ? cpu + off : NULL, want + off, n);
		}
		off += n;
	}
	return s;
}

static void report_stale_device(struct armdma_device *dev, armdma_dma_t addr, const uint8_t *want, size_t len,
				const struct sight *s, const struct track *tr, const void *site)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_STALE_DEVICE, .len = len, .has_bytes = s->readable,
				     .expected = want[s->first], .seen = s->seen };
	bool buffer = tr && tr->kind == TRACK_BUFFER;
	char story[1024] = "", sentence[160];
	struct text t = { story, sizeof(story), 0 };

	rep.addr = addr + s->first;
	rep.pa = dma_to_phys(dev, rep.addr);
	if (tr) {
		tell_mapping(&t, tr, false);
		fill_from_track(&rep, tr);
		rep.addr = addr + s->first;
		rep.offset = rep.addr - tr->addr;
		rep.cpu = buffer ? (const char *)tr->cpu + rep.offset : armdma_hw_linear(dev->m->hw, rep.pa);
	}
	rep.dev = dev;
	rep.sites[ARMDMA_SITE_HERE] = site;
	snprintf(sentence, sizeof(sentence),
		 buffer ? "%s reads %zu bytes at 0x%llx of which the CPU's stores wait in the write buffer" :
			  "%s reads %zu bytes at 0x%llx that the CPU has rewritten but never cleaned",
		 armdma_device_name(dev), len, (unsigned long long)addr);
	report_make(dev->m->check, &rep, sentence, story, buffer ?
		    "call wmb() after the last store and before the device is told, or write the register with writel()" :
		    "call dma_sync_single_for_device() after the CPU's last store and before the device starts");
}

bool armdma_device_sees(struct armdma_device *dev, armdma_dma_t addr, const void *expected, size_t len)
{
	MACHINE_ENTER(dev->m);
	const void *site = __builtin_return_address(0);
	struct checker *ck = dev->m->check;
	struct track *tr = track_find(ck, dev, addr);
	struct sight s = look_as_device(dev, addr, expected, len, tr);

	if (s.same)
		return true;
	/* Without a store on its way the bytes are wrong, but no sync would make them right. */
	if (ck->on && s.explained && !dev->coherent)
		report_stale_device(dev, addr, expected, len, &s, tr, site);
	return false;
}
