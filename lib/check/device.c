/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device did on its bus, against what was mapped for it. */
#include <stdio.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/iommu.h>

#include "lib/check/internal.h"
#include "lib/dma/dma.h"
#include "lib/mm/mm.h"

/* ---- Who ------------------------------------------------------------------------ */

/* Further ports of a device are called "NAME:n". */
static struct armdma_device *device_named(struct armdma_machine *m, const char *who)
{
	const char *colon = strchr(who, ':');
	char name[ARMDMA_NAME_LEN];

	snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - who) : ARMDMA_NAME_LEN - 1, who);
	return armdma_device_find(m, name);
}

/* A master's name stays where it is as long as the machine. */
struct armdma_device *device_of(struct checker *ck, const char *who)
{
	struct master *e = &ck->masters[(uintptr_t)who / 64 % MASTERS];

	if (e->name != who) {
		e->name = who;
		e->dev = device_named(ck->m, who);
	}
	return e->dev;
}

/* ---- Outside of everything ------------------------------------------------------- */

struct access {
	struct armdma_device *dev;
	armdma_dma_t addr;
	armdma_phys_t pa;	/* or ARMDMA_MAPPING_ERROR */
	uint64_t len;
	bool write;
	bool answered;		/* by memory or a unit's registers */
};

static const char *verb(const struct access *a)
{
	return a->write ? "writes" : "reads";
}

/* The mapping or buffer that ends right before the address, or earlier in the same page. */
static const struct track *ends_before(struct checker *ck, const struct access *a)
{
	armdma_dma_t page = a->addr & ARMDMA_PAGE_MASK;
	const struct track *t = a->addr ? track_around(&ck->tracks, a->dev, a->addr - 1, ARMDMA_NONE) : NULL;

	for (armdma_dma_t at = a->addr; at-- > page && !t;)
		t = track_around(&ck->tracks, a->dev, at, ARMDMA_NONE);
	/* A buffer of the layer's own, of which this part is nobody's, does not end. */
	return t && a->addr - t->addr >= t->len ? t : NULL;
}

struct wrong_device {
	const struct armdma_device *dev;
	const struct track *by_pa;
};

static bool is_same_device(void *ctx, struct track *t)
{
	struct wrong_device *w = ctx;

	w->by_pa = t->dev == w->dev && t->addr != t->pa ? t : w->by_pa;
	return w->by_pa;
}

/* What else could the address be? */
static void guess(struct checker *ck, const struct access *a, struct armdma_report *rep, struct text *s)
{
	struct wrong_device w = { .dev = a->dev };
	struct armdma_device *other;

	if (track_each_pa(&ck->tracks, a->addr, 1, is_same_device, &w)) {
		text_add(s, "    0x%llx is the physical address of what is mapped for %s at DMA address 0x%llx\n",
			 (unsigned long long)a->addr, armdma_device_name(a->dev),
			 (unsigned long long)(w.by_pa->addr + (a->addr - w.by_pa->pa)));
		rep->sites[ARMDMA_SITE_MAP] = w.by_pa->map_site;
		rep->dir = w.by_pa->dir;
		rep->offset = a->addr - w.by_pa->pa;
		return;
	}
	SLIST_FOREACH(other, &ck->m->devices, link) {
		const struct track *t = other == a->dev ? NULL : track_find(ck, other, a->addr);

		if (!t)
			continue;
		text_add(s, "    the address was mapped for %s, not for %s\n", armdma_device_name(other),
			 armdma_device_name(a->dev));
		rep->sites[t->kind == TRACK_STREAM ? ARMDMA_SITE_MAP : ARMDMA_SITE_ALLOC] = t->map_site;
		rep->dir = t->dir;
		rep->offset = a->addr - t->addr;
		return;
	}
}

static void tell_access(struct checker *ck, const struct access *a, struct armdma_report *rep, const char *what,
			const char *story, const char *mend)
{
	char sentence[256];

	rep->dev = a->dev;
	rep->addr = a->addr;
	rep->len = a->len;
	rep->pa = a->pa;
	snprintf(sentence, sizeof(sentence), "%s %s %llu bytes at DMA address 0x%llx, %s", armdma_device_name(a->dev),
		 verb(a), (unsigned long long)a->len, (unsigned long long)a->addr, what);
	report_make(ck, rep, sentence, story, mend);
}

static bool after_unmap(struct checker *ck, const struct access *a)
{
	const struct track *t = track_find_dead(ck, a->dev, a->addr);
	struct armdma_report rep;
	char story[1024] = "", what[128];
	struct text s = { story, sizeof(story), 0 };

	if (!t)
		return false;
	rep = report_about(ARMDMA_REPORT_DEVICE_AFTER_UNMAP, t, a->addr - t->addr, a->len);
	tell_mapping(&s, t, false);
	if (a->dev->domain && a->pa != ARMDMA_MAPPING_ERROR && armdma_iova_to_phys(a->dev->domain, a->addr) != a->pa)
		text_add(&s, "    the table entry of IOVA 0x%llx went with the unmap; the TLB of %s's SYSMMU still has it, and was not invalidated since\n",
			 (unsigned long long)(a->addr & ARMDMA_PAGE_MASK), armdma_device_name(a->dev));
	snprintf(what, sizeof(what), "in a %s of %llu bytes that ended in cycle %llu",
		 t->kind == TRACK_STREAM ? "mapping" : "buffer", (unsigned long long)t->len,
		 (unsigned long long)t->end_time);
	tell_access(ck, a, &rep, what, story,
		    "stop the device, or wait until it has finished, before the buffer is unmapped or freed");
	return true;
}

/* Chunks of pools are mapped as a whole, but the device is to use only blocks that are out. */
static bool free_block(struct checker *ck, const struct access *a)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_DEVICE_AFTER_UNMAP };
	struct dma_block block;
	char what[128];

	if (!dma_pool_block_at(a->dev, a->addr, &block) || block.out)
		return false;
	rep.sites[ARMDMA_SITE_ALLOC] = block.site;
	rep.offset = a->addr - block.addr;
	snprintf(what, sizeof(what), "in a free block of %zu bytes of the DMA pool \"%s\"", block.size, block.pool);
	tell_access(ck, a, &rep, what, "",
		    "free a block only when the device has finished with it; take its address from dma_pool_alloc()");
	return true;
}

static bool past_the_end(struct checker *ck, const struct access *a)
{
	const struct track *t = ends_before(ck, a);
	struct armdma_report rep;
	char story[1024] = "", what[128];
	struct text s = { story, sizeof(story), 0 };

	if (!t)
		return false;
	rep = report_about(ARMDMA_REPORT_DEVICE_OVERRUN, t, a->addr - t->addr, a->len);
	tell_mapping(&s, t, false);
	snprintf(what, sizeof(what), "%llu bytes past the end of a %s of %llu bytes",
		 (unsigned long long)(a->addr - t->addr - t->len), t->kind == TRACK_STREAM ? "mapping" : "buffer",
		 (unsigned long long)t->len);
	tell_access(ck, a, &rep, what, story,
		    "give the device the length that was mapped, segment by segment of a list (sg_dma_len())");
	return true;
}

static void nowhere(struct checker *ck, const struct access *a)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_DEVICE_UNMAPPED };
	char story[512] = "";
	struct text s = { story, sizeof(story), 0 };

	guess(ck, a, &rep, &s);
	tell_access(ck, a, &rep, "where nothing was ever mapped for it", story,
		    "map the buffer for this very device before it is started, and give the device the handle");
}

/*
 * May an access be judged that no record explains? Behind an IOMMU whoever has the domain can map what it likes: there only what the DMA
 * API mapped, and what lies right behind it, is known. On a plain bus drivers give a device the address of another's registers, or of memory
 * that firmware set aside, without asking the API.
 */
static bool is_ours(struct checker *ck, const struct access *a)
{
	return !a->dev->domain && (!a->answered || mm_is_managed(ck->m, a->pa));
}

/* Does a live mapping or buffer of the device touch the page of the address? */
static bool is_page_in_use(struct checker *ck, const struct access *a)
{
	armdma_dma_t page = a->addr & ARMDMA_PAGE_MASK;

	for (armdma_dma_t at = page; at < page + ARMDMA_PAGE_SIZE; at++)
		if (track_find(ck, a->dev, at))
			return true;
	return false;
}

/* Behind an IOMMU: somebody else than the DMA API has put a translation there. */
static bool is_mapped_by_hand(struct checker *ck, const struct access *a)
{
	if (!a->dev->domain || !a->answered)
		return false;
	if (!a->dev->mapping)
		return true;
	return armdma_iova_to_phys(armdma_mapping_domain(a->dev->mapping), a->addr) != ARMDMA_MAPPING_ERROR &&
	       !is_page_in_use(ck, a);
}

/* A transfer comes in bursts: what goes on where the last stray one ended is the same mistake. */
static bool goes_on(struct checker *ck, const struct access *a)
{
	bool same = ck->stray_dev == a->dev && a->addr >= ck->stray_from && a->addr <= ck->stray_to;

	if (!same)
		ck->stray_from = a->addr;
	ck->stray_dev = a->dev;
	if (!same || a->addr + a->len > ck->stray_to)
		ck->stray_to = a->addr + a->len;
	return same;
}

static void stray(struct checker *ck, const struct access *a)
{
	if (goes_on(ck, a))
		return;
	if (ck->blind || is_mapped_by_hand(ck, a) || after_unmap(ck, a) || free_block(ck, a) || past_the_end(ck, a))
		return;
	if (is_ours(ck, a))
		nowhere(ck, a);
}

enum armdma_report_kind device_fault(struct checker *ck, struct armdma_device *dev, armdma_dma_t addr,
				     struct armdma_report *rep, struct text *s)
{
	const struct access a = { .dev = dev, .addr = addr, .pa = ARMDMA_MAPPING_ERROR };
	const struct track *t = track_find(ck, dev, addr);
	enum armdma_report_kind kind = ARMDMA_REPORT_FAULT;

	if (t && t->kind == TRACK_STREAM && t->dir != ARMDMA_BIDIRECTIONAL)
		kind = ARMDMA_REPORT_DEVICE_DIRECTION;
	if (!t && (t = track_find_dead(ck, dev, addr)))
		kind = ARMDMA_REPORT_DEVICE_AFTER_UNMAP;
	if (!t && (t = ends_before(ck, &a))) {
		kind = ARMDMA_REPORT_DEVICE_OVERRUN;
		text_add(s, "    %llu bytes past the end of:\n", (unsigned long long)(addr - t->addr - t->len));
	}
	if (!t) {
		guess(ck, &a, rep, s);
		/* Whoever drives the domain himself maps for himself. */
		return dev->mapping && !ck->blind ? ARMDMA_REPORT_DEVICE_UNMAPPED : ARMDMA_REPORT_FAULT;
	}
	tell_mapping(s, t, false);
	rep->offset = addr - t->addr;
	rep->dir = t->dir;
	rep->sites[t->kind == TRACK_STREAM ? ARMDMA_SITE_MAP : ARMDMA_SITE_ALLOC] = t->map_site;
	rep->sites[ARMDMA_SITE_SYNC] = t->sync_site;
	rep->sites[ARMDMA_SITE_END] = t->end_site;
	return kind;
}

/* ---- Inside of a mapping ------------------------------------------------------------ */

static void wrong_way(struct checker *ck, const struct access *a, const struct track *t)
{
	struct armdma_report rep = report_about(ARMDMA_REPORT_DEVICE_DIRECTION, t, a->addr - t->addr, a->len);
	char story[1024] = "", what[128];
	struct text s = { story, sizeof(story), 0 };

	tell_mapping(&s, t, false);
	snprintf(what, sizeof(what), "which was mapped %s", dir_name(t->dir));
	tell_access(ck, a, &rep, what, story, a->write ? "map FROM_DEVICE or BIDIRECTIONAL what the device writes" :
							 "map TO_DEVICE or BIDIRECTIONAL what the device reads");
}

/* The CPU's newest byte beside the one that the device got. */
static void old_bytes(struct checker *ck, const struct access *a, const struct track *t, uint64_t at, armdma_phys_t cpus)
{
	struct armdma_report rep = report_about(ARMDMA_REPORT_STALE_DEVICE, t, a->addr - t->addr + at, a->len - at);
	char story[1024] = "", what[160];
	struct text s = { story, sizeof(story), 0 };

	rep.has_bytes = true;
	armdma_hw_cache_read(ck->m->hw, cpus, &rep.expected, 1);
	armdma_hw_phys_read(ck->m->hw, a->pa + at, &rep.seen, 1);
	text_add(&s, "    at offset %llu: the CPU stored 0x%02x, the device got 0x%02x\n",
		 (unsigned long long)rep.offset, rep.expected, rep.seen);
	tell_mapping(&s, t, false);
	snprintf(what, sizeof(what), "which the CPU has rewritten but never cleaned (first at offset %llu)",
		 (unsigned long long)rep.offset);
	tell_access(ck, a, &rep, what, story,
		    "call dma_sync_single_for_device() after the CPU's last store and before the device starts");
}

/* A safe buffer holds what the driver's held when it was last handed over. */
static void check_safe_buffer(struct checker *ck, const struct access *a, const struct track *t)
{
	uint8_t cpus[256], devices[256];
	uint64_t off = a->addr - t->addr;

	struct armdma_line_state st;

	if (t->device_wrote || t->attrs & ARMDMA_ATTR_SKIP_CPU_SYNC)
		return;
	for (uint64_t at = 0; at < a->len; at += sizeof(cpus)) {
		size_t n = a->len - at < sizeof(cpus) ? (size_t)(a->len - at) : sizeof(cpus), i = 0;

		if (armdma_hw_cache_read(ck->m->hw, t->pa + off + at, cpus, n) ||
		    armdma_hw_phys_read(ck->m->hw, a->pa + at, devices, n))
			return;
		while (i < n && cpus[i] == devices[i])
			i++;
		/* A copy that waits in the write buffer is a missing barrier, not a missing sync. */
		if (i < n && !armdma_hw_line_state(ck->m->hw, a->pa + at + i, &st) && st.store_pending)
			return;
		if (i < n) {
			old_bytes(ck, a, t, at + i, t->pa + off + at + i);
			return;
		}
	}
}

static void check_read(struct checker *ck, const struct access *a, const struct track *t)
{
	uint64_t at;

	if (t->kind == TRACK_BUFFER || t->flags & ARMDMA_MAP_RESOURCE)
		return;
	if (ck->rule[ARMDMA_REPORT_UNINITIALISED])
		check_written(ck, t, a->addr - t->addr, a->len, a->pa);
	if (!ck->rule[ARMDMA_REPORT_STALE_DEVICE])
		return;
	if (t->flags & ARMDMA_MAP_BOUNCED) {
		check_safe_buffer(ck, a, t);
		return;
	}
	if (t->dev->coherent)
		return;
	at = armdma_hw_find_store(ck->m->hw, a->pa, a->len);
	/*
	 * A ring of descriptors in memory that is synced by hand (dma_alloc_noncoherent()): the device may look at one while the CPU fills it
	 * in its turn, and finds that it is not its own yet.
	 */
	if (t->flags & ARMDMA_MAP_OWN && track_cpu_owns(t, a->addr - t->addr + at))
		return;
	if (at < a->len)
		old_bytes(ck, a, t, at, a->pa + at);
}

static void check_owner(struct checker *ck, const struct access *a, const struct track *t)
{
	struct armdma_report rep;

	if (!ck->rule[ARMDMA_REPORT_DEVICE_CPU_OWNED] || t->part.rough || !track_cpu_owns(t, a->addr - t->addr))
		return;
	rep = report_about(ARMDMA_REPORT_DEVICE_CPU_OWNED, t, a->addr - t->addr, a->len);
	tell_access(ck, a, &rep, "which is the CPU's since the last sync", "",
		    "call dma_sync_single_for_device() before the device gets the buffer again");
}

/* The address that the device used led elsewhere than the mapping does: its TLB is older than the table. */
static void check_translation(struct checker *ck, const struct access *a, const struct track *t)
{
	struct armdma_report rep;
	char what[160], story[1024] = "";
	struct text s = { story, sizeof(story), 0 };

	if (!a->dev->mapping || t->kind != TRACK_STREAM || t->flags & ARMDMA_MAP_BOUNCED ||
	    a->pa == t->pa + (a->addr - t->addr))
		return;
	rep = report_about(ARMDMA_REPORT_STALE_TLB, t, a->addr - t->addr, a->len);
	snprintf(what, sizeof(what), "and its TLB leads to physical 0x%llx, where the table says 0x%llx",
		 (unsigned long long)a->pa, (unsigned long long)(t->pa + (a->addr - t->addr)));
	text_add(&s, "    the table entry of IOVA 0x%llx changed in cycle %llu; the TLB of %s's SYSMMU was not invalidated since\n",
		 (unsigned long long)(a->addr & ARMDMA_PAGE_MASK), (unsigned long long)t->map_time,
		 armdma_device_name(a->dev));
	tell_mapping(&s, t, false);
	tell_access(ck, a, &rep, what, story, "invalidate the TLB of every SYSMMU that carries the table when an entry changes");
}

static void missed_store(struct checker *ck, const struct access *a, const struct track *t)
{
	struct armdma_report rep = report_about(ARMDMA_REPORT_MISSING_WMB, t, a->addr - t->addr, a->len);
	char story[1024] = "", what[160];
	struct text s = { story, sizeof(story), 0 };

	rep.sites[ARMDMA_SITE_HERE] = ck->missed.site;
	rep.pa = ck->missed.pa;
	rep.has_bytes = true;
	rep.expected = ck->missed.byte;
	armdma_hw_phys_read(ck->m->hw, ck->missed.pa, &rep.seen, 1);
	rep.offset += ck->missed.pa - a->pa;
	tell_mapping(&s, t, false);
	snprintf(what, sizeof(what), "where a store of the CPU from before the doorbell still waits in the write buffer (offset %llu)",
		 (unsigned long long)rep.offset);
	tell_access(ck, a, &rep, what, story,
		    "call wmb() between the last store to coherent memory and writel_relaxed(), or use writel()");
}

/* Only of the device whose register was written: another one may look whenever it likes. */
static void check_missed(struct checker *ck, const struct access *a, const struct track *t)
{
	if (ck->missed.dev == a->dev && ck->missed.pa - a->pa < a->len)
		missed_store(ck, a, t);
	ck->missed.dev = NULL;
}

static void inside(struct checker *ck, const struct access *a, struct track *t)
{
	uint64_t off = a->addr - t->addr;

	if (ck->stray_dev == a->dev)
		ck->stray_dev = NULL;
	if (ck->missed.dev && !a->write)
		check_missed(ck, a, t);
	check_translation(ck, a, t);
	if (t->dir == (a->write ? ARMDMA_TO_DEVICE : ARMDMA_FROM_DEVICE))
		wrong_way(ck, a, t);
	else if (!a->write)
		check_read(ck, a, t);
	check_owner(ck, a, t);
	if (!a->write) {
		t->device_read = true;
		return;
	}
	t->device_wrote = true;
	t->written_since_sync = true;
	t->write_time = armdma_hw_now(ck->m->hw);
	t->write_off = off;
	t->write_len = a->len;
}

/* ---- Events ------------------------------------------------------------------------------ */

/* A buffer of the layer's own is a pool's chunk, or a safe buffer that nobody uses. */
static bool is_mapped(const struct access *a, const struct track *t)
{
	struct dma_block block;

	if (!t)
		return false;
	if (t->kind == TRACK_STREAM || !(t->flags & ARMDMA_MAP_OWN))
		return true;
	return dma_pool_block_at(a->dev, a->addr, &block) && block.out;
}

void access_check(struct checker *ck, const struct armdma_event *ev)
{
	struct access a = {
		.dev = device_of(ck, ev->who), .addr = ev->addr, .pa = ev->pa, .write = ev->type == ARMDMA_EV_BUS_WRITE,
		.answered = ev->result == ARMDMA_RESP_OKAY,
	};
	uint64_t left = ev->len;

	/* What an IOMMU refused is told as its fault. */
	if (!a.dev || (ev->result != ARMDMA_RESP_OKAY && a.dev->domain))
		return;
	while (left) {
		struct track *t = track_around(&ck->tracks, a.dev, a.addr,
					       a.write ? ARMDMA_FROM_DEVICE : ARMDMA_TO_DEVICE);
		uint64_t there;

		if (!is_mapped(&a, t)) {
			a.len = left;
			stray(ck, &a);
			return;
		}
		there = t->len - (a.addr - t->addr);
		a.len = left < there ? left : there;
		inside(ck, &a, t);
		a.addr += a.len;
		a.pa += a.len;
		left -= a.len;
	}
}

void truncation_check(struct checker *ck, const struct armdma_event *ev)
{
	struct armdma_report rep = { .kind = ARMDMA_REPORT_DEVICE_TRUNCATED, .pa = ARMDMA_MAPPING_ERROR,
				     .addr = ev->addr, .len = ev->len };
	const struct track *t;
	char sentence[256], story[512] = "";
	struct text s = { story, sizeof(story), 0 };

	rep.dev = device_of(ck, ev->who);
	if (!rep.dev)
		return;
	t = track_find(ck, rep.dev, ev->addr);
	if (t) {
		rep.offset = ev->addr - t->addr;
		rep.sites[t->kind == TRACK_STREAM ? ARMDMA_SITE_MAP : ARMDMA_SITE_ALLOC] = t->map_site;
		tell_mapping(&s, t, false);
	}
	snprintf(sentence, sizeof(sentence), "%s uses DMA address 0x%llx, of which its bus carries only 0x%llx",
		 ev->who, (unsigned long long)ev->addr, (unsigned long long)ev->value);
	/* What becomes of it on the bus is the same mistake. */
	ck->stray_dev = rep.dev;
	ck->stray_from = ev->value;
	ck->stray_to = ev->value + ev->len;
	report_make(ck, &rep, sentence, story,
		    "call dma_set_mask_and_coherent() with the width that the device has, look at its result, and map afterwards");
}
