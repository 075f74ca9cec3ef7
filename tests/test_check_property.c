/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random lives of a driver that keeps the rules of ownership: on every set of operations, under every cache, nothing is ever reported and
 * every byte is right. With one rule broken once, nothing is wrong in silence.
 *
 * Each step draws from a sequence of its own, so that steps can be left out: a failing run is made small by leaving out what it does not need.
 */
#include "tests/check_rig.h"

#define SLOTS 6u
#define LINES 24u			/* of a slot's buffer */
#define SIZE ((size_t)LINES * CR_LINE)
#define SG_ENTRIES 3u
#ifndef STEPS
#define STEPS 2600u
#endif
#define SEEDS_GOOD 2u
#define SEEDS_BROKEN 30u

enum breach {
	KEPT,
	NO_SYNC_FOR_CPU,
	NO_SYNC_FOR_DEVICE,
	STORE_TOO_EARLY,
	LOAD_TOO_EARLY,
	ACCESS_AFTER_UNMAP,
	OVERRUN,
	WRONG_WAY,
	UNMAP_SIZE,
	UNMAP_TWICE,
	LEFT_MAPPED,
	NR_BREACHES
};

#define KIND(k) (1ULL << ARMDMA_REPORT_##k)
static const struct {
	const char *name;
	uint64_t kinds;		/* that may tell of it */
	bool at_once;		/* it must be told in the very step; later for LEFT_MAPPED, at the end */
} breaches[] = {
	[NO_SYNC_FOR_CPU] = { "a missing sync for the CPU",
			      KIND(STALE_CPU) | KIND(CPU_WRITE) | KIND(CPU_READ) | KIND(LOST_STORE) | KIND(STALE_DEVICE), false },
	[NO_SYNC_FOR_DEVICE] = { "a missing sync for the device",
				 KIND(STALE_DEVICE) | KIND(LOST_STORE) | KIND(CPU_WRITE) | KIND(STALE_CPU), false },
	[STORE_TOO_EARLY] = { "a store to the device's buffer",
			      KIND(CPU_WRITE) | KIND(STALE_DEVICE) | KIND(LOST_STORE) | KIND(STALE_CPU), false },
	[LOAD_TOO_EARLY] = { "a load from the device's buffer", KIND(CPU_READ) | KIND(STALE_CPU), true },
	[ACCESS_AFTER_UNMAP] = { "an access after unmap", KIND(DEVICE_AFTER_UNMAP) | KIND(DEVICE_UNMAPPED), true },
	[OVERRUN] = { "an access past the end", KIND(DEVICE_OVERRUN) | KIND(DEVICE_AFTER_UNMAP), true },
	[WRONG_WAY] = { "an access against the direction", KIND(DEVICE_DIRECTION), true },
	[UNMAP_SIZE] = { "an unmap of another size", KIND(BAD_FREE), true },
	[UNMAP_TWICE] = { "a second unmap", KIND(BAD_FREE), true },
	[LEFT_MAPPED] = { "a mapping that stays", KIND(LEAK), false },
};

struct slot {
	uint8_t *cpu;			/* NULL: no memory */
	bool mapped, list, holes;
	enum armdma_dir dir;
	armdma_dma_t addr, old;		/* old: of the last mapping */
	uint8_t ref[SIZE];
	bool known[SIZE];
	bool cpus[LINES], dirty[LINES];	/* while mapped: whose line it is; stores that were not given yet */
	struct armdma_scatterlist sgl[SG_ENTRIES];
};

struct coherent {
	uint8_t *cpu;
	armdma_dma_t addr;
	size_t size;
	uint8_t ref[256];
};

struct world {
	struct cr r;
	uint64_t rnd;
	struct slot slots[SLOTS];
	struct coherent ring, block;
	struct armdma_dma_pool *pool;
	enum breach breach;
	unsigned int breach_at;		/* step from which on the first chance is taken */
	bool broken;			/* it was */
	unsigned int step, told_before;
	bool tell;			/* each call on stderr */
	char why[3072];			/* what went wrong; "": nothing */
};

#define TELL(w, ...)					\
	do {						\
		if ((w)->tell)				\
			fprintf(stderr, __VA_ARGS__);	\
	} while (0)

static const char *const dirs[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE" };

/* ---- Chance -------------------------------------------------------------------- */

static uint32_t below(struct world *w, uint32_t n)
{
	w->rnd = w->rnd * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((w->rnd >> 32) * n >> 32);
}

static void bytes(struct world *w, uint8_t *to, size_t n)
{
	uint32_t x = below(w, UINT32_MAX) | 1;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		to[i] = (uint8_t)(x >> 8);
	}
}

/* The one chance to break the rule in question. */
static bool breaks(struct world *w, enum breach b)
{
	if (w->breach != b || w->broken || w->step < w->breach_at)
		return false;
	w->broken = true;
	TELL(w, "step %u: %s:\n", w->step, breaches[b].name);
	w->told_before = w->r.nr;
	return true;
}

static void wrong(struct world *w, const char *what, unsigned int slot)
{
	if (!w->why[0])
		snprintf(w->why, sizeof(w->why), "step %u, slot %u: %s", w->step, slot, what);
}

/* ---- Both sides ------------------------------------------------------------------- */

/* A store that was not given before the safe buffer is copied back leaves no trace either. */
static bool is_copied_over(const struct world *w)
{
	return w->broken && w->breach == NO_SYNC_FOR_DEVICE && w->r.kind.set == ARMDMA_OPS_BOUNCE;
}

static void wrong_bytes(struct world *w, const char *who, unsigned int slot, size_t at)
{
	char what[128];

	/* After a breach wrong bytes are no surprise, as long as somebody told. */
	if (is_copied_over(w) || (w->broken && (w->r.nr || w->slots[slot].holes)))
		return;
	snprintf(what, sizeof(what), "%s sees a wrong byte %zu, and nothing was reported", who, at);
	wrong(w, what, slot);
}

static void cpu_looks(struct world *w, unsigned int n, size_t from, size_t to)
{
	struct slot *s = &w->slots[n];

	while (from < to && !s->known[from])
		from++;
	for (size_t end = from; end < to && s->known[end];)
		if (++end == to || !s->known[end]) {
			if (!armdma_cpu_sees(w->r.m, s->cpu + from, s->ref + from, end - from))
				wrong_bytes(w, "the CPU", n, from);
			break;
		}
}

static void cpu_stores(struct world *w, struct slot *s, size_t from, size_t to)
{
	TELL(w, "step %u: slot %d: the CPU stores [%zu, %zu)\n", w->step, (int)(s - w->slots), from, to);
	bytes(w, s->ref + from, to - from);
	memset(s->known + from, true, to - from);
	if (below(w, 2))
		armdma_cpu_store(w->r.m, s->cpu + from, to - from);
	memcpy(s->cpu + from, s->ref + from, to - from);
}

/* Device address of a byte: lists are in pieces. */
static armdma_dma_t at(const struct slot *s, size_t off, size_t *len)
{
	size_t start = 0;

	*len = SIZE - off;
	if (!s->list)
		return s->addr + off;
	for (unsigned int i = 0; i < SG_ENTRIES; i++) {
		size_t n = armdma_sg_dma_len(&s->sgl[i]);

		if (off < start + n) {
			*len = start + n - off;
			return armdma_sg_dma_address(&s->sgl[i]) + (off - start);
		}
		start += n;
	}
	fail_msg("no segment has byte %zu", off);
	return 0;
}

static void device_reads(struct world *w, unsigned int slot, size_t from, size_t to)
{
	struct slot *s = &w->slots[slot];
	uint8_t got[SIZE];
	size_t n;

	TELL(w, "step %u: slot %u: the device reads [%zu, %zu)\n", w->step, slot, from, to);
	for (; from < to; from += n) {
		armdma_dma_t addr = at(s, from, &n);

		if (n > to - from)
			n = to - from;
		cr_dev_read(&w->r, addr, got, n);
		for (size_t i = 0; i < n; i++)
			if (s->known[from + i] && got[i] != s->ref[from + i]) {
				wrong_bytes(w, "the device", slot, from + i);
				break;
			}
	}
}

static void device_writes(struct world *w, struct slot *s, size_t from, size_t to)
{
	size_t n;

	TELL(w, "step %u: slot %d: the device writes [%zu, %zu)\n", w->step, (int)(s - w->slots), from, to);
	bytes(w, s->ref + from, to - from);
	memset(s->known + from, true, to - from);
	for (; from < to; from += n) {
		armdma_dma_t addr = at(s, from, &n);

		if (n > to - from)
			n = to - from;
		cr_dev_write(&w->r, addr, s->ref + from, n);
	}
}

/* ---- What the driver does ------------------------------------------------------------ */

static bool some_line(const bool *lines, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		if (lines[i])
			return true;
	return false;
}

static void draw_lines(struct world *w, const struct slot *s, unsigned int *from, unsigned int *to)
{
	*from = below(w, LINES);
	*to = *from + 1 + below(w, LINES - *from);
	if (s->list || below(w, 4) == 0) {
		*from = 0;
		*to = LINES;
	}
}

static void sync_lines(struct world *w, struct slot *s, unsigned int from, unsigned int to, bool for_cpu)
{
	struct armdma_device *dev = w->r.dev;
	size_t off = (size_t)from * CR_LINE, len = (size_t)(to - from) * CR_LINE;

	TELL(w, "step %u: slot %d: sync [%zu, %zu) for the %s%s\n", w->step, (int)(s - w->slots), off, off + len,
	     for_cpu ? "CPU" : "device", s->list ? ", the list" : "");
	if (s->list && for_cpu)
		armdma_dma_sync_sg_for_cpu(dev, s->sgl, SG_ENTRIES, s->dir);
	else if (s->list)
		armdma_dma_sync_sg_for_device(dev, s->sgl, SG_ENTRIES, s->dir);
	else if (for_cpu && below(w, 2))
		armdma_dma_sync_single_range_for_cpu(dev, s->addr, off, len, s->dir);
	else if (for_cpu)
		armdma_dma_sync_single_for_cpu(dev, s->addr + off, len, s->dir);
	else if (below(w, 2))
		armdma_dma_sync_single_range_for_device(dev, s->addr, off, len, s->dir);
	else
		armdma_dma_sync_single_for_device(dev, s->addr + off, len, s->dir);
}

/* The checker remembers one run of bytes that are the CPU's, and says nothing of a run with holes until all of it is given back. */
static void note_holes(const struct world *w, struct slot *s)
{
	unsigned int from = 0, to = LINES;

	while (from < LINES && !s->cpus[from])
		from++;
	while (to > from && !s->cpus[to - 1])
		to--;
	/* What the driver forgot to give back was not given. */
	if (from == to && !w->broken)
		s->holes = false;
	for (unsigned int i = from; i < to; i++)
		s->holes |= !s->cpus[i];
}

static void take(struct world *w, unsigned int n)
{
	struct slot *s = &w->slots[n];
	unsigned int from, to;

	draw_lines(w, s, &from, &to);
	if (!s->mapped || some_line(s->dirty, from, to))
		return;
	if (s->dir == ARMDMA_TO_DEVICE || some_line(s->cpus, from, to) || !breaks(w, NO_SYNC_FOR_CPU))
		sync_lines(w, s, from, to, true);
	for (unsigned int i = from; i < to; i++)
		s->cpus[i] = true;
	note_holes(w, s);
	cpu_looks(w, n, (size_t)from * CR_LINE, (size_t)to * CR_LINE);
}

static void give(struct world *w, unsigned int n)
{
	struct slot *s = &w->slots[n];
	unsigned int from, to;

	draw_lines(w, s, &from, &to);
	if (!s->mapped)
		return;
	/* What the device wrote would be written over, where it was never taken: safe buffers are copied whole. */
	for (unsigned int i = from; i < to; i++)
		if (s->dir == ARMDMA_BIDIRECTIONAL && !s->cpus[i])
			return;
	if (!some_line(s->dirty, from, to) || s->dir == ARMDMA_FROM_DEVICE || !breaks(w, NO_SYNC_FOR_DEVICE))
		sync_lines(w, s, from, to, false);
	for (unsigned int i = from; i < to; i++) {
		/* What is only received is thrown away where the CPU wrote over it. */
		if (s->dir == ARMDMA_FROM_DEVICE && s->dirty[i])
			memset(s->known + (size_t)i * CR_LINE, false, CR_LINE);
		s->cpus[i] = s->dirty[i] = false;
	}
	note_holes(w, s);
}

static void cpu_works(struct world *w, unsigned int n)
{
	struct slot *s = &w->slots[n];
	size_t from = below(w, SIZE), to = from + 1 + below(w, (uint32_t)(SIZE - from));
	unsigned int first = (unsigned int)(from / CR_LINE), last = (unsigned int)((to + CR_LINE - 1) / CR_LINE);
	bool store = below(w, 2);

	if (!s->cpu)
		return;
	for (unsigned int i = first; s->mapped && i < last; i++)
		if (!s->cpus[i]) {
			if (s->dir == ARMDMA_TO_DEVICE || cr_is_coherent(&w->r) || s->holes)
				return;
			if (breaks(w, STORE_TOO_EARLY)) {
				/* A plain store beside a copy leaves no trace. */
				if (w->r.kind.set == ARMDMA_OPS_BOUNCE)
					armdma_cpu_store(w->r.m, s->cpu + (size_t)i * CR_LINE, 4);
				cpu_stores(w, s, (size_t)i * CR_LINE, (size_t)i * CR_LINE + 4);
				/* In a buffer that is only received nobody asks for it. */
				if (s->dir == ARMDMA_FROM_DEVICE)
					memset(s->known + (size_t)i * CR_LINE, false, 4);
			} else if (breaks(w, LOAD_TOO_EARLY))
				armdma_cpu_load(w->r.m, s->cpu + (size_t)i * CR_LINE, 4);
			return;
		}
	if (!store) {
		if (below(w, 2))
			armdma_cpu_load(w->r.m, s->cpu + from, to - from);
		cpu_looks(w, n, from, to);
		return;
	}
	cpu_stores(w, s, from, to);
	if (s->mapped)
		memset(s->dirty + first, true, last - first);
}

static void device_works(struct world *w, unsigned int n)
{
	struct slot *s = &w->slots[n];
	unsigned int line = below(w, LINES), end;
	size_t from, to;
	bool write;

	if (!s->mapped || s->cpus[line])
		return;
	for (end = line; end < LINES && !s->cpus[end];)
		end++;
	from = (size_t)line * CR_LINE + below(w, CR_LINE);
	to = from + 1 + below(w, (uint32_t)((size_t)end * CR_LINE - from));
	write = s->dir == ARMDMA_FROM_DEVICE || (s->dir == ARMDMA_BIDIRECTIONAL && below(w, 2));
	if (s->dir != ARMDMA_BIDIRECTIONAL && !cr_is_iommu(&w->r) && breaks(w, WRONG_WAY)) {
		uint8_t byte = 0;
		size_t len;

		if (s->dir == ARMDMA_TO_DEVICE)
			cr_dev_write(&w->r, at(s, from, &len), &byte, 1);
		else
			cr_dev_read(&w->r, at(s, from, &len), &byte, 1);
		return;
	}
	if (!s->list && !write && end == LINES && !cr_is_iommu(&w->r) && w->r.kind.set != ARMDMA_OPS_BOUNCE &&
	    breaks(w, OVERRUN)) {
		uint8_t got[64];

		cr_dev_read(&w->r, s->addr + SIZE - 32, got, 64);
		return;
	}
	if (write)
		device_writes(w, s, from, to);
	else
		device_reads(w, n, from, to);
}

static void map(struct world *w, unsigned int n)
{
	struct armdma_device *dev = w->r.dev;
	struct slot *s = &w->slots[n];
	bool skip = below(w, 4) == 0;

	if (s->mapped)
		return;
	if (!s->cpu) {
		s->cpu = armdma_kzalloc(w->r.m, SIZE, ARMDMA_GFP_KERNEL);
		assert_non_null(s->cpu);
		memset(s->ref, 0, SIZE);
		memset(s->known, true, SIZE);
	}
	s->dir = (enum armdma_dir)below(w, 3);
	s->list = below(w, 4) == 0;
	if (!w->broken)
		s->holes = false;
	memset(s->cpus, 0, sizeof(s->cpus));
	memset(s->dirty, 0, sizeof(s->dirty));
	if (s->list) {
		size_t each = SIZE / SG_ENTRIES;

		armdma_sg_init_table(s->sgl, SG_ENTRIES);
		for (unsigned int i = 0; i < SG_ENTRIES; i++)
			armdma_sg_set_buf(w->r.m, &s->sgl[i], s->cpu + (size_t)i * each, (unsigned int)each);
		if (!armdma_dma_map_sg(dev, s->sgl, SG_ENTRIES, s->dir))
			fail_msg("dma_map_sg failed");
		s->addr = armdma_sg_dma_address(s->sgl);
	} else {
		s->addr = armdma_dma_map_single_attrs(dev, s->cpu, SIZE, s->dir, skip ? ARMDMA_ATTR_SKIP_CPU_SYNC : 0);
		if (armdma_dma_mapping_error(dev, s->addr))
			fail_msg("dma_map_single failed");
		if (skip)
			armdma_dma_sync_single_for_device(dev, s->addr, SIZE, s->dir);
	}
	s->mapped = true;
	TELL(w, "step %u: slot %u: map %s%s%s\n", w->step, n, dirs[s->dir], s->list ? ", a list" : "",
	     skip && !s->list ? ", SKIP_CPU_SYNC and a sync" : "");
	if (s->dir == ARMDMA_FROM_DEVICE)
		memset(s->known, false, SIZE);
}

static void unmap(struct world *w, unsigned int n)
{
	struct armdma_device *dev = w->r.dev;
	struct slot *s = &w->slots[n];
	uint8_t got[16];
	unsigned long attrs = 0;

	if (!s->mapped || (s->dir != ARMDMA_TO_DEVICE && some_line(s->dirty, 0, LINES)))
		return;
	if (!s->list && breaks(w, LEFT_MAPPED)) {
		memset(s, 0, sizeof(*s));	/* forgotten */
		return;
	}
	if (s->list) {
		armdma_dma_unmap_sg(dev, s->sgl, SG_ENTRIES, s->dir);
	} else {
		if (breaks(w, UNMAP_SIZE))
			armdma_dma_unmap_single(dev, s->addr, SIZE / 2, s->dir);
		for (unsigned int i = 0; i < LINES && s->cpus[i]; i++)
			attrs = i == LINES - 1 ? ARMDMA_ATTR_SKIP_CPU_SYNC : 0;	/* all of it was taken already */
		armdma_dma_unmap_single_attrs(dev, s->addr, SIZE, s->dir, attrs);
		if (breaks(w, UNMAP_TWICE))
			armdma_dma_unmap_single_attrs(dev, s->addr, SIZE, s->dir, attrs);
	}
	TELL(w, "step %u: slot %u: unmap%s\n", w->step, n, attrs ? ", SKIP_CPU_SYNC" : "");
	s->mapped = false;
	if (!cr_is_iommu(&w->r) && !s->list && breaks(w, ACCESS_AFTER_UNMAP))
		cr_dev_read(&w->r, s->addr, got, sizeof(got));
	cpu_looks(w, n, 0, SIZE);
	if (below(w, 3) == 0) {
		armdma_kfree(w->r.m, s->cpu);
		s->cpu = NULL;
	}
}

static void coherent_works(struct world *w)
{
	struct coherent *c = below(w, 2) ? &w->ring : &w->block;
	size_t from = below(w, (uint32_t)c->size), n = 1 + below(w, (uint32_t)(c->size - from));
	uint8_t got[256];

	bytes(w, c->ref + from, n);
	if (below(w, 2)) {
		memcpy(c->cpu + from, c->ref + from, n);
		armdma_hw_barrier(w->r.hw, ARMDMA_BARRIER_WMB);
	} else {
		cr_dev_write(&w->r, c->addr + from, c->ref + from, n);
		armdma_hw_barrier(w->r.hw, ARMDMA_BARRIER_RMB);
	}
	if (!armdma_cpu_sees(w->r.m, c->cpu, c->ref, c->size))
		wrong(w, "the CPU sees wrong coherent bytes", 0);
	cr_dev_read(&w->r, c->addr, got, c->size);
	if (memcmp(got, c->ref, c->size))
		wrong(w, "the device sees wrong coherent bytes", 0);
}

static void time_passes(struct world *w, unsigned int n)
{
	(void)n;
	armdma_hw_advance(w->r.hw, below(w, 400));
}

static void coherent_step(struct world *w, unsigned int n)
{
	(void)n;
	coherent_works(w);
}

static void step(struct world *w, uint64_t seed)
{
	static void (*const what[16])(struct world *w, unsigned int n) = {
		map, map, map, unmap, take, take, give, give, cpu_works, cpu_works, cpu_works,
		device_works, device_works, device_works, coherent_step, time_passes,
	};
	unsigned int n;

	w->rnd = (seed << 20 ^ w->step) * 0x9e3779b97f4a7c15u + 1;
	below(w, 2);
	n = below(w, SLOTS);
	what[below(w, 16)](w, n);
}

/* ---- A life ---------------------------------------------------------------------------- */

struct life {
	struct cr_kind kind;
	uint64_t seed;
	enum breach breach;
	bool *left_out;		/* steps */
	bool tell;
	char why[3072];
};

static void begin(struct world *w)
{
	memset(w->ring.ref, 0, sizeof(w->ring.ref));
	w->ring.size = 200;
	w->ring.cpu = armdma_dma_alloc_coherent(w->r.dev, w->ring.size, &w->ring.addr, ARMDMA_GFP_KERNEL);
	w->pool = armdma_dma_pool_create("blocks", w->r.dev, 96, 32, 0);
	w->block.size = 96;
	w->block.cpu = armdma_dma_pool_zalloc(w->pool, ARMDMA_GFP_KERNEL, &w->block.addr);
	assert_true(w->ring.cpu && w->block.cpu);
	armdma_hw_barrier(w->r.hw, ARMDMA_BARRIER_WMB);
}

/* Everything is given back and let go. */
static void finish(struct world *w)
{
	for (unsigned int n = 0; n < SLOTS; n++) {
		struct slot *s = &w->slots[n];

		if (s->mapped) {
			for (unsigned int i = 0; i < LINES; i++)
				if (s->cpus[i] && (!s->list || !i))
					sync_lines(w, s, i, i + 1, false);
			if (s->dir == ARMDMA_FROM_DEVICE)
				memset(s->known, false, SIZE);
			memset(s->dirty, false, sizeof(s->dirty));
			memset(s->cpus, false, sizeof(s->cpus));
			w->rnd = 1;
			unmap(w, n);
		}
		armdma_kfree(w->r.m, s->cpu);
	}
	armdma_dma_pool_free(w->pool, w->block.cpu, w->block.addr);
	armdma_dma_pool_destroy(w->pool);
	armdma_dma_free_coherent(w->r.dev, w->ring.size, w->ring.cpu, w->ring.addr);
}

/* What the reports so far mean. False: the life is over. */
static bool judge(struct world *w, bool just_broken)
{
	const struct cr_report *k = &w->r.kept[0];

	if (w->why[0])
		return false;
	if (w->r.nr && !w->broken)
		snprintf(w->why, sizeof(w->why), "step %u: %s", w->step, k->text);
	else if (w->r.nr && !(breaches[w->breach].kinds >> k->rep.kind & 1))
		snprintf(w->why, sizeof(w->why), "step %u: %s is told as\n%s", w->step, breaches[w->breach].name, k->text);
	else if (just_broken && breaches[w->breach].at_once && !w->r.nr)
		snprintf(w->why, sizeof(w->why), "step %u: %s is not told", w->step, breaches[w->breach].name);
	else
		return !w->r.nr;
	return false;
}

static bool lives(struct life *l)
{
	struct world *w = calloc(1, sizeof(*w));
	bool go = true;

	assert_non_null(w);
	w->breach = l->breach;
	w->tell = l->tell;
	w->breach_at = (unsigned int)(l->seed * 97 % 300);
	cr_open(&w->r, l->kind);
	begin(w);
	for (w->step = 0; go && w->step < (l->breach ? STEPS / 4 : STEPS); w->step++) {
		bool was = w->broken;

		if (l->left_out && l->left_out[w->step])
			continue;
		step(w, l->seed);
		go = judge(w, w->broken && !was);
	}
	if (go)
		finish(w);
	else
		armdma_machine_abandon(w->r.m);
	cr_close(&w->r);
	if (go && judge(w, false) && w->broken && w->breach == LEFT_MAPPED)
		wrong(w, "a mapping that stayed is not told", 0);
	memcpy(l->why, w->why, sizeof(l->why));
	free(w);
	return !l->why[0];
}

/* Leave out what the failure does not need, in ever smaller parts. */
static void shrink(struct life *l)
{
	static bool left_out[STEPS];

	memset(left_out, 0, sizeof(left_out));
	l->left_out = left_out;
	for (unsigned int part = STEPS / 2; part; part /= 2)
		for (unsigned int i = 0; i < STEPS; i += part) {
			bool saved[STEPS];

			memcpy(saved, left_out, sizeof(saved));
			for (unsigned int k = i; k < i + part && k < STEPS; k++)
				left_out[k] = true;
			if (memcmp(saved, left_out, sizeof(saved)) && lives(l))
				memcpy(left_out, saved, sizeof(saved));
		}
	l->tell = true;
	lives(l);
}

static void live_on(struct life *l)
{
	if (lives(l))
		return;
	shrink(l);
	fail_msg("%s on %s, %s caches, seed %llu: %s", l->breach ? breaches[l->breach].name : "a correct driver",
		 armdma_dma_ops_name(l->kind.set), cr_policy(l->kind.policy), (unsigned long long)l->seed, l->why);
}

static void live_everywhere(enum breach breach, uint64_t seeds)
{
	for (unsigned int set = 0; set < ARMDMA_NR_OPSETS; set++)
		for (unsigned int policy = 0; policy <= ARMDMA_CACHE_COHERENT; policy++)
			for (uint64_t seed = 0; seed < seeds; seed++) {
				struct life l = { .seed = seed * 31 + set * 5 + policy, .breach = breach };

				l.kind = (struct cr_kind){ (enum armdma_dma_opset)set, (enum armdma_cache_policy)policy,
							   ARMDMA_AS_DOCUMENTED, seed };
				live_on(&l);
			}
}

static void a_driver_that_keeps_the_rules_is_never_reported(void **state)
{
	(void)state;
	live_everywhere(KEPT, SEEDS_GOOD);
}

#define BROKEN(fn, which)		\
	static void fn(void **state)	\
	{				\
		(void)state;		\
		live_everywhere(which, SEEDS_BROKEN); \
	}
BROKEN(a_missing_sync_for_the_cpu_is_told_or_harmless, NO_SYNC_FOR_CPU)
BROKEN(a_missing_sync_for_the_device_is_told_or_harmless, NO_SYNC_FOR_DEVICE)
BROKEN(an_early_store_is_told_or_harmless, STORE_TOO_EARLY)
BROKEN(an_early_load_is_told, LOAD_TOO_EARLY)
BROKEN(an_access_after_unmap_is_told, ACCESS_AFTER_UNMAP)
BROKEN(an_overrun_is_told, OVERRUN)
BROKEN(an_access_against_the_direction_is_told, WRONG_WAY)
BROKEN(an_unmap_of_another_size_is_told, UNMAP_SIZE)
BROKEN(a_second_unmap_is_told, UNMAP_TWICE)
BROKEN(a_mapping_that_stays_is_told, LEFT_MAPPED)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_driver_that_keeps_the_rules_is_never_reported),
		cmocka_unit_test(a_missing_sync_for_the_cpu_is_told_or_harmless),
		cmocka_unit_test(a_missing_sync_for_the_device_is_told_or_harmless),
		cmocka_unit_test(an_early_store_is_told_or_harmless),
		cmocka_unit_test(an_early_load_is_told),
		cmocka_unit_test(an_access_after_unmap_is_told),
		cmocka_unit_test(an_overrun_is_told),
		cmocka_unit_test(an_access_against_the_direction_is_told),
		cmocka_unit_test(an_unmap_of_another_size_is_told),
		cmocka_unit_test(a_second_unmap_is_told),
		cmocka_unit_test(a_mapping_that_stays_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
