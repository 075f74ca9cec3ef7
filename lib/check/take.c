/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A range is about to be taken back from the device: its lines tell who stored to them meanwhile.
 *
 * At the hand-over no line of the range held a store of the CPU, so one that does now was stored to since. A
 * store to the device's part is a bug. One to the CPU's own part is lost with the invalidate that follows. And one beside
 * the range, in a line that the device wrote, takes the device's data along when it is written back.
 */
#include <stdio.h>

#include <armdma/mm.h>

#include "lib/check/internal.h"

static uint8_t byte_at(struct checker *ck, armdma_phys_t pa, bool cpus)
{
	uint8_t byte = 0;

	if (cpus)
		armdma_hw_cache_read(ck->m->hw, pa, &byte, 1);
	else
		armdma_hw_phys_read(ck->m->hw, pa, &byte, 1);
	return byte;
}

static void say(struct checker *ck, enum armdma_report_kind kind, const struct track *t,
		const struct armdma_event *ev, uint64_t off, const char *what, const char *extra, const char *mend)
{
	struct armdma_report rep = report_about(kind, t, off, 1);
	char story[1024] = "", sentence[256];
	struct text s = { story, sizeof(story), 0 };

	rep.sites[ARMDMA_SITE_HERE] = ev->site;
	rep.has_bytes = true;
	rep.seen = byte_at(ck, t->pa + off, true);
	rep.expected = byte_at(ck, t->pa + off, false);
	text_add(&s, "    physical 0x%llx: the CPU stored 0x%02x, memory holds 0x%02x\n",
		 (unsigned long long)(t->pa + off), rep.seen, rep.expected);
	text_add(&s, "%s", extra);
	tell_mapping(&s, t, false);
	snprintf(sentence, sizeof(sentence), what, (long long)off, (unsigned long long)t->len);
	report_make(ck, &rep, sentence, story, mend);
}

/* Has a device changed the line since the caches were filled with it? */
static bool device_changed(struct checker *ck, armdma_phys_t pa)
{
	struct armdma_line_state st;

	return !armdma_hw_line_state(ck->m->hw, pa, &st) && st.stale;
}

static uint64_t store_in(struct checker *ck, const struct track *t, uint64_t from, uint64_t to)
{
	uint64_t at;

	if (from >= to)
		return UINT64_MAX;
	at = armdma_hw_find_store(ck->m->hw, t->pa + from, to - from);
	return at == to - from ? UINT64_MAX : from + at;
}

static void check_devices_part(struct checker *ck, const struct track *t, const struct armdma_event *ev,
			       uint64_t from, uint64_t to)
{
	uint64_t at = t->clean ? store_in(ck, t, from, to) : UINT64_MAX;

	if (at == UINT64_MAX)
		return;
	say(ck, ARMDMA_REPORT_CPU_WRITE, t, ev, at,
	    "the CPU wrote to byte %lld of a buffer of %llu bytes while it was the device's", "",
	    t->dir == ARMDMA_TO_DEVICE ?
		    "write before the buffer is mapped, or between dma_sync_single_for_cpu() and dma_sync_single_for_device()" :
		    "write only between dma_sync_single_for_cpu() and dma_sync_single_for_device(), and map BIDIRECTIONAL what both sides write");
}

/* Stores of the CPU to its own part, of which an invalidate is about to throw away whole lines. */
static void check_cpus_part(struct checker *ck, const struct track *t, const struct armdma_event *ev,
			    uint64_t from, uint64_t to)
{
	uint64_t line = ck->m->cfg->inner_line, at = store_in(ck, t, from, to);
	armdma_phys_t start;

	if (at == UINT64_MAX)
		return;
	start = (t->pa + at) & ~(line - 1);
	if (device_changed(ck, start))
		say(ck, ARMDMA_REPORT_CPU_WRITE, t, ev, at,
		    "the CPU wrote to byte %lld of a buffer of %llu bytes, did not give it back, and the device wrote there, too", "",
		    "call dma_sync_single_for_device() after the CPU's last store and before the device gets the buffer again");
	else if (start >= ev->pa && start + line <= ev->pa + ev->len)
		say(ck, ARMDMA_REPORT_LOST_STORE, t, ev, at,
		    "the CPU's store to byte %lld of a buffer of %llu bytes is thrown away by the invalidate of this call", "",
		    t->dir == ARMDMA_FROM_DEVICE ?
			    "copy what is to be kept, or map BIDIRECTIONAL and call dma_sync_single_for_device()" :
			    "call dma_sync_single_for_device() after the CPU's last store");
}

/* Whose byte is it that lies beside the buffer? */
static void tell_neighbour(struct checker *ck, const struct track *t, armdma_phys_t pa, struct text *s)
{
	struct armdma_machine *m = ck->m;
	uint8_t *byte = armdma_phys_to_virt(m, pa), *buffer = armdma_phys_to_virt(m, t->pa);
	void *start = NULL, *of_buffer = NULL;
	size_t size;

	if (!byte)
		return;
	size = armdma_ksize(m, byte, &start);
	if (!size)
		return;
	if (buffer)
		armdma_ksize(m, buffer, &of_buffer);
	text_add(s, "    the neighbour: byte %zu of the kmalloc object of %zu bytes at %p%s\n",
		 (size_t)(byte - (uint8_t *)start), size, start,
		 start == of_buffer ? ", in which the buffer lies, too" : "");
}

/* Bytes [from, to) beside the taken range, in one line with its byte `inside` (an offset in the mapping). */
static void check_edge(struct checker *ck, const struct track *t, const struct armdma_event *ev, armdma_phys_t from,
		       armdma_phys_t to, uint64_t inside)
{
	bool outside = from < t->pa || from >= t->pa + t->len;
	char story[256] = "";
	struct text s = { story, sizeof(story), 0 };
	uint64_t at = armdma_hw_find_store(ck->m->hw, from, to - from);

	if (at == to - from)
		return;
	/* Until the device has written to the line nothing is lost; but it may at any time, while the buffer is its own. */
	if (!device_changed(ck, from) && (!outside || !t->clean || track_cpu_owns(t, inside)))
		return;
	tell_neighbour(ck, t, from + at, &s);
	say(ck, ARMDMA_REPORT_SHARED_LINE, t, ev, from + at - t->pa,
	    outside ? "the CPU wrote beside the buffer, at offset %lld of %llu bytes, into a cache line that the buffer shares" :
		      "the CPU wrote beside the part that is synced, at offset %lld of %llu bytes, into a cache line that the device wrote",
	    story,
	    outside ? "give the buffer cache lines of its own: allocate it apart, or align and pad it to dma_get_cache_alignment()" :
		      "sync whole cache lines: round offset and size to dma_get_cache_alignment()");
}

static void check_edges(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	uint64_t mask = (uint64_t)ck->m->cfg->inner_line - 1;
	armdma_phys_t start = ev->pa, end = ev->pa + ev->len;
	armdma_phys_t first = start & ~mask, last = (end + mask) & ~mask, stop = t->pa + t->len;

	/* Beside the buffer, and beside a part of it that is synced alone. */
	if (first < t->pa)
		check_edge(ck, t, ev, first, t->pa, start - t->pa);
	if (first < start && t->pa < start)
		check_edge(ck, t, ev, first > t->pa ? first : t->pa, start, start - t->pa);
	if (end < last && end < stop)
		check_edge(ck, t, ev, end, last < stop ? last : stop, end - 1 - t->pa);
	if (stop < last)
		check_edge(ck, t, ev, stop, last, end - 1 - t->pa);
}

void take_check(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	uint64_t from = ev->addr - t->addr, to = from + ev->len;
	uint64_t cpu_from = t->part.from, cpu_to = t->part.to;

	/* Without maintenance lines tell nothing; of a bounced buffer they tell only about the safe one. */
	if (t->dev->coherent || ev->value & ARMDMA_ATTR_SKIP_CPU_SYNC ||
	    t->flags & (ARMDMA_MAP_BOUNCED | ARMDMA_MAP_RESOURCE))
		return;
	if (cpu_from >= cpu_to)
		cpu_from = cpu_to = to;
	if (ck->rule[ARMDMA_REPORT_CPU_WRITE]) {
		check_devices_part(ck, t, ev, from, cpu_from < to ? cpu_from : to);
		check_devices_part(ck, t, ev, cpu_to > from ? cpu_to : from, to);
	}
	/* Nothing is invalidated, also where a buffer of both ways is synced one way. */
	if (t->dir == ARMDMA_TO_DEVICE || ev->dir == ARMDMA_TO_DEVICE)
		return;
	if (!t->part.rough)
		check_cpus_part(ck, t, ev, cpu_from > from ? cpu_from : from, cpu_to < to ? cpu_to : to);
	if (ck->rule[ARMDMA_REPORT_SHARED_LINE])
		check_edges(ck, t, ev);
}

/* ---- Handing over --------------------------------------------------------------- */

struct neighbour {
	armdma_phys_t byte;	/* that a device has written and the CPU not */
	struct track *found;
};

static bool is_in(void *ctx, struct track *t)
{
	struct neighbour *n = ctx;

	if (t->dir != ARMDMA_TO_DEVICE && t->device_wrote)
		n->found = t;
	return n->found;
}

/* [from, to) lies beside what is handed over, in one line with it: is a device's data in it about to be written over? */
static void check_given_edge(struct checker *ck, const struct armdma_event *ev, armdma_phys_t from, armdma_phys_t to)
{
	uint64_t lsize = ck->m->cfg->inner_line, at = armdma_hw_find_stale(ck->m->hw, from, to - from);
	armdma_phys_t line = from & ~(lsize - 1);
	struct neighbour n = { .byte = from + at };
	struct armdma_report rep;
	char story[1024] = "";
	struct text s = { story, sizeof(story), 0 };

	/* A line without a store of the CPU is not written back. What nobody has mapped any more is nobody's loss. */
	if (at == to - from || armdma_hw_find_store(ck->m->hw, line, lsize) == lsize ||
	    !track_each_pa(&ck->tracks, n.byte, 1, is_in, &n))
		return;
	rep = report_about(ARMDMA_REPORT_SHARED_LINE, n.found, n.byte - n.found->pa, 1);
	rep.sites[ARMDMA_SITE_HERE] = ev->site;
	rep.has_bytes = true;
	rep.expected = byte_at(ck, n.byte, false);
	rep.seen = byte_at(ck, n.byte, true);
	text_add(&s, "    handed over: %llu bytes at physical 0x%llx\n", (unsigned long long)ev->len,
		 (unsigned long long)ev->pa);
	tell_mapping(&s, n.found, false);
	report_make(ck, &rep, "this call writes back a cache line, and with it old bytes over what a device has just written beside",
		    story, "give what the device writes cache lines of its own: align and pad it to dma_get_cache_alignment()");
}

/*
 * Is the CPU's store in a line that the device has changed, both in its part of the mapping, about to be written back? The rest of the
 * line goes with it, over what the device wrote.
 */
static void check_given_part(struct checker *ck, const struct track *t, const struct armdma_event *ev, uint64_t from,
			     uint64_t to)
{
	uint64_t line = ck->m->cfg->inner_line, at;

	while ((at = store_in(ck, t, from, to)) != UINT64_MAX) {
		if (device_changed(ck, t->pa + at)) {
			say(ck, ARMDMA_REPORT_CPU_WRITE, t, ev, at,
			    "the CPU wrote to byte %lld of a buffer of %llu bytes while it was the device's, which wrote there, too", "",
			    "call dma_sync_single_for_cpu() before the CPU writes, dma_sync_single_for_device() afterwards");
			return;
		}
		from = ((t->pa + at) | (line - 1)) + 1 - t->pa;
	}
}

static void check_given(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	uint64_t from = ev->addr - t->addr, to = from + ev->len, cpu_from = t->part.from, cpu_to = t->part.to;

	if (t->kind != TRACK_STREAM || t->dir != ARMDMA_BIDIRECTIONAL || ev->dir == ARMDMA_FROM_DEVICE || !t->clean ||
	    !t->written_since_sync)
		return;
	if (cpu_from >= cpu_to)
		cpu_from = cpu_to = to;
	check_given_part(ck, t, ev, from, cpu_from < to ? cpu_from : to);
	check_given_part(ck, t, ev, cpu_to > from ? cpu_to : from, to);
}

void give_check(struct checker *ck, const struct track *t, const struct armdma_event *ev)
{
	uint64_t mask = (uint64_t)ck->m->cfg->inner_line - 1;
	armdma_phys_t start = ev->pa, end = ev->pa + ev->len;

	if (ev->dev->coherent || ev->value & ARMDMA_ATTR_SKIP_CPU_SYNC || ev->flags & ARMDMA_MAP_BOUNCED)
		return;
	if (t && ck->rule[ARMDMA_REPORT_CPU_WRITE])
		check_given(ck, t, ev);
	if (!ck->rule[ARMDMA_REPORT_SHARED_LINE] || !((start | end) & mask))
		return;
	if (start & mask)
		check_given_edge(ck, ev, start & ~mask, start);
	if (end & mask)
		check_given_edge(ck, ev, end, (end | mask) + 1);
}
