/* SPDX-License-Identifier: BSD-2-Clause */
/* Why bytes read as they do: the views side by side, and who wrote and synced what when. */
#include <stdlib.h>
#include <string.h>

#include "lib/check/look.h"
#include "lib/dma/dma.h"

/* ---- mappings ------------------------------------------------------------------- */

/* The DMA address of a byte of a buffer: behind an IOMMU its pages lie anywhere. */
static armdma_dma_t dma_of(const struct track *tr, armdma_phys_t pa)
{
	for (uint64_t off = 0; off < tr->len; off += ARMDMA_PAGE_SIZE)
		if (dma_to_phys(tr->dev, tr->addr + off) == (pa & ARMDMA_PAGE_MASK))
			return tr->addr + off + pa % ARMDMA_PAGE_SIZE;
	return tr->addr + (pa - tr->pa);
}

/* Pools are cut from buffers of the DMA layer's own. */
static void tell_pool(struct text *t, struct checker *ck, armdma_phys_t pa)
{
	struct track *tr = track_find_own(ck, pa);
	struct dma_block block;

	if (!tr || !dma_pool_block_at(tr->dev, dma_of(tr, pa), &block))
		return;
	text_add(t, "    a block of DMA pool '%s' of %s: %zu bytes at DMA address 0x%llx, %s\n", block.pool,
		 armdma_device_name(tr->dev), block.size, (unsigned long long)block.addr, block.out ? "handed out" : "free");
	text_site(t, "pool made:", block.site);
}

/* ---- bytes ------------------------------------------------------------------------ */

static void tell_counts(struct text *t, const struct finding *f, size_t len)
{
	static const struct { const char *words; bool first; } states[BYTE_NR_STATES] = {
		[BYTE_STALE] = { "are stale in the CPU's cache", true },
		[BYTE_DIRTY] = { "are CPU stores that have not left the cache", true },
		[BYTE_CONFLICT] = { "are in lines that the CPU stored to and a device wrote: one side's data will be lost", false },
		[BYTE_UNSTORED] = { "are CPU stores that wait in the write buffer", false },
		[BYTE_UNSEEN] = { "were written by a device and wait for a read barrier", false },
		[BYTE_UNMAPPED] = { "are not mapped there: a load traps", true },
	};
	const char *sep = "";

	text_add(t, "    of %zu bytes:", len);
	for (int i = BYTE_SAME + 1; i < BYTE_NR_STATES; i++) {
		if (!f->bytes[i])
			continue;
		text_add(t, "%s %zu %s", sep, f->bytes[i], states[i].words);
		if (states[i].first)
			text_add(t, " (first at offset %zu)", f->first[i]);
		sep = ",";
	}
	text_add(t, "%s\n", *sep ? "" : " the CPU and memory agree on all");
}

static void tell_bytes(struct text *t, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len && i < SPAN_SHOWN; i++)
		text_add(t, " %02x", bytes[i]);
	if (len > SPAN_SHOWN)
		text_add(t, " ...");
}

/* What a load returns there, and why. */
static void tell_span(struct text *t, const struct span *s)
{
	static const char *const why[BYTE_NR_STATES] = {
		[BYTE_STALE] = "kept by the cache; in memory, from a device:",
		[BYTE_DIRTY] = "stored by the CPU, not cleaned; in memory:",
		[BYTE_CONFLICT] = "line stored to by the CPU; in memory, from a device:",
		[BYTE_UNSTORED] = "stored by the CPU, in the write buffer; in memory:",
		[BYTE_UNSEEN] = "what the CPU saw last; in memory, from a device:",
	};

	text_add(t, "      offset %zu", s->off);
	if (s->len > 1)
		text_add(t, " to %zu", s->off + s->len - 1);
	if (s->state == BYTE_UNMAPPED) {
		text_add(t, ": a load traps\n");
		return;
	}
	text_add(t, ": loads return");
	tell_bytes(t, s->cpu, s->len);
	text_add(t, ", %s", why[s->state]);
	tell_bytes(t, s->ram, s->len);
	text_add(t, "\n");
}

/* The live mapping or buffer there, or one that has ended. */
static struct track *owner_of(struct armdma_machine *m, armdma_phys_t pa)
{
	if (!m->check->on || pa == ARMDMA_MAPPING_ERROR)
		return NULL;
	return track_find_pa(m->check, pa);
}

struct track *tell_finding(struct armdma_machine *m, const struct finding *f, const void *cpu, size_t len, bool in_report,
			   struct text *t)
{
	const struct span *first = first_difference(f);
	armdma_phys_t pa = first ? first->pa : len ? armdma_hw_cpu_to_phys(m->hw, cpu) : ARMDMA_MAPPING_ERROR;
	struct track *told = owner_of(m, pa), *tr;
	unsigned int shown = f->nr_spans < MAX_SPANS ? f->nr_spans : MAX_SPANS;

	tell_counts(t, f, len);
	for (unsigned int i = 0; i < shown; i++)
		tell_span(t, &f->spans[i]);
	if (f->nr_spans > MAX_SPANS)
		text_add(t, "      and %u more\n", f->nr_spans - MAX_SPANS);
	if (!in_report && first && first->state != BYTE_UNMAPPED)
		text_add(t, "    physical 0x%llx: the CPU sees 0x%02x, memory holds 0x%02x\n", (unsigned long long)pa,
			 first->cpu[0], first->ram[0]);
	if (told)
		tell_mapping(t, told, !in_report);
	else if (m->check->on && pa != ARMDMA_MAPPING_ERROR)
		tell_pool(t, m->check, pa);
	for (unsigned int i = 1; i < shown; i++) {
		tr = owner_of(m, f->spans[i].pa);
		if (tr && tr != told && tr != owner_of(m, f->spans[i - 1].pa))
			tell_mapping(t, tr, true);
	}
	return told;
}

bool armdma_explain(struct armdma_machine *m, const void *cpu, size_t len, char *buf, size_t buflen)
{
	MACHINE_ENTER(m);
	struct text t = { buf, buflen, 0 };
	struct finding f = look(m, cpu, len);

	if (buflen)
		buf[0] = 0;
	tell_finding(m, &f, cpu, len, false, &t);
	return f.nr_spans > 0;
}

/* Where the CPU reaches a byte of a device's address; NULL: nowhere that is known. */
static const void *cpu_of(struct armdma_device *dev, const struct track *tr, armdma_dma_t addr)
{
	armdma_phys_t pa = dma_to_phys(dev, addr);

	if (tr && tr->kind == TRACK_BUFFER && armdma_hw_cpu_to_phys(dev->m->hw, tr->cpu) != ARMDMA_MAPPING_ERROR)
		return (const char *)tr->cpu + (addr - tr->addr);
	return pa == ARMDMA_MAPPING_ERROR ? NULL : armdma_hw_linear(dev->m->hw, pa);
}

/* The bytes of a page, at most: their finding is told as the CPU's, which is where stores wait. */
static bool explain_part(struct armdma_device *dev, const struct track *tr, armdma_dma_t addr, size_t len, struct text *t)
{
	armdma_phys_t pa = dma_to_phys(dev, addr);
	const void *cpu = cpu_of(dev, tr, addr);
	struct finding f;

	if (pa == ARMDMA_MAPPING_ERROR) {
		text_add(t, "    DMA address 0x%llx leads nowhere for %s\n", (unsigned long long)addr,
			 armdma_device_name(dev));
		return true;
	}
	text_add(t, "    DMA address 0x%llx leads %s to physical 0x%llx\n", (unsigned long long)addr,
		 armdma_device_name(dev), (unsigned long long)pa);
	if (!cpu)
		return false;
	f = look(dev->m, cpu, len);
	tell_counts(t, &f, len);
	for (unsigned int i = 0; i < f.nr_spans && i < MAX_SPANS; i++)
		tell_span(t, &f.spans[i]);
	return f.nr_spans > 0;
}

bool armdma_explain_device(struct armdma_device *dev, armdma_dma_t addr, size_t len, char *buf, size_t buflen)
{
	MACHINE_ENTER(dev->m);
	struct checker *ck = dev->m->check;
	struct track *tr = ck->on ? track_find(ck, dev, addr) : NULL;
	struct text t = { buf, buflen, 0 };
	bool differs = false;

	if (buflen)
		buf[0] = 0;
	for (size_t off = 0; off < len;) {
		size_t n = ARMDMA_PAGE_SIZE - (addr + off) % ARMDMA_PAGE_SIZE;

		if (n > len - off)
			n = len - off;
		differs |= explain_part(dev, tr, addr + off, n, &t);
		off += n;
	}
	if (!tr && ck->on)
		tr = track_find_dead(ck, dev, addr);
	if (tr)
		tell_mapping(&t, tr, true);
	return differs;
}
