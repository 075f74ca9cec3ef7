/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random lives of a device: buffers and streaming mappings come and go, the CPU and the device write into them by
 * the rules, calls fail and calls are wrong, and a plain copy of every buffer says what each side must see.
 */
#include <errno.h>
#include <stdio.h>

#include <armdma/event.h>

#include "tests/dma_helpers.h"

#define NR_BUFS 12
#define NR_STREAMS 40
#define CHECK_EVERY 64
#ifndef STEPS
#define STEPS 1000
#endif

struct cbuf {
	uint8_t *cpu, *ref;
	size_t size, npages;
	armdma_dma_t handle;
	unsigned long attrs;
	bool live, touchable;	/* still the API's; cpu is an address */
	struct armdma_vma vma;
	size_t user_off;
};

struct stream {
	uint8_t *cpu, *ref, *known;	/* known: this byte must be as in ref */
	size_t size;
	struct armdma_page *page;	/* NULL: kmalloc */
	unsigned int order;
	bool mapped, twin;
	armdma_dma_t addr, twin_addr;
	size_t off, len, twin_len;
	enum armdma_dir dir;
};

struct world {
	struct env *e;
	uint64_t seed, rnd;
	unsigned int misuses, step;
	bool coherent, pm;
	uint32_t line;
	struct cbuf bufs[NR_BUFS];
	struct stream streams[NR_STREAMS];
	uint64_t iova_used, maps, allocs;
	uint8_t tmp[16384];
};

#define CHECK(w, cond)                                                                           \
	do {                                                                                     \
		if (!(cond))                                                                     \
			fail_msg("seed 0x%llx, step %u: %s (%s)", (unsigned long long)(w)->seed, \
				 (w)->step, #cond, (w)->e->text);                                \
	} while (0)

static uint32_t below(struct world *w, uint32_t n)
{
	w->rnd = w->rnd * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((w->rnd >> 32) * n >> 32);
}

static void fill(struct world *w, uint8_t *to, size_t n)
{
	uint32_t x = below(w, UINT32_MAX) | 1;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		to[i] = (uint8_t)(x >> 8);
	}
}

static void on_misuse(void *ctx, const struct armdma_event *ev)
{
	struct world *w = ctx;

	(void)ev;
	w->misuses++;
}

static uint64_t pages_over(uint64_t at, uint64_t len)
{
	return ARMDMA_PAGE_ALIGN(at % ARMDMA_PAGE_SIZE + len);
}

/* ---- what must hold whatever happened ---- */

struct snapshot {
	struct armdma_mm_stats mm;
	struct armdma_dma_stats dma;
	struct armdma_iommu_stats iommu;
	uint64_t iova;
};

static struct snapshot look(struct world *w)
{
	struct snapshot s;
	struct armdma_iova_stats st = { 0 };

	memset(&s, 0, sizeof(s));
	armdma_mm_stats(w->e->m, &s.mm);
	armdma_dma_stats(w->e->dev, &s.dma);
	if (w->e->mapping) {
		armdma_mapping_iova_stats(w->e->mapping, &st);
		armdma_domain_stats(armdma_mapping_domain(w->e->mapping), &s.iommu);
	}
	s.iova = st.used;
	return s;
}

static void check_same(struct world *w, const struct snapshot *a)
{
	struct snapshot b = look(w);

	/* A buffer of several runs may leave an empty level-2 table behind, which the domain keeps. */
	if (a->iommu.l2_tables == b.iommu.l2_tables)
		CHECK(w, !memcmp(a->mm.pages_free, b.mm.pages_free, sizeof(b.mm.pages_free)));
	CHECK(w, !memcmp(a->iommu.entries, b.iommu.entries, sizeof(b.iommu.entries)));
	CHECK(w, a->mm.vm_areas == b.mm.vm_areas);
	CHECK(w, a->dma.live_allocs == b.dma.live_allocs);
	CHECK(w, a->dma.live_maps == b.dma.live_maps);
	CHECK(w, a->dma.live_bytes == b.dma.live_bytes);
	CHECK(w, a->iova == b.iova);
}

/* In front of units of 3.3 regions start at multiples of 128 KiB, with a hole as large behind them. */
static bool iova_agrees(const struct world *w, uint64_t used)
{
	if (armdma_hw_config(w->e->hw)->sysmmus[0].version != ARMDMA_SYSMMU_V3_3)
		return used == w->iova_used;
	return used % 0x20000 == 0 && used >= w->iova_used && !used == !w->iova_used;
}

static void check_all(struct world *w)
{
	struct armdma_error err;
	struct snapshot s = look(w);

	if (armdma_mm_validate(w->e->m, &err))
		fail_msg("seed 0x%llx, step %u: %s", (unsigned long long)w->seed, w->step, err.msg);
	if (w->e->mapping && armdma_domain_validate(armdma_mapping_domain(w->e->mapping), &err))
		fail_msg("seed 0x%llx, step %u: %s", (unsigned long long)w->seed, w->step, err.msg);
	CHECK(w, s.dma.live_maps == w->maps);
	CHECK(w, s.dma.live_allocs == w->allocs);
	CHECK(w, !w->e->mapping || iova_agrees(w, s.iova));
	CHECK(w, !w->misuses);
}

/* ---- the device's side ---- */

static void device(struct world *w, armdma_dma_t addr, void *buf, size_t n, bool write)
{
	int ret;

	if (w->pm)
		armdma_pm_runtime_get(w->e->dev);
	ret = write ? armdma_hw_master_write_sync(w->e->hw, "mdma", addr, buf, n, LONG_WAIT) :
		      armdma_hw_master_read_sync(w->e->hw, "mdma", addr, buf, n, LONG_WAIT);
	if (w->pm)
		armdma_pm_runtime_put(w->e->dev);
	CHECK(w, ret == 0);
}

/* A random part of len bytes, small enough for one transfer. */
static size_t part(struct world *w, size_t len, size_t *n)
{
	size_t max = len < sizeof(w->tmp) ? len : sizeof(w->tmp);

	*n = 1 + below(w, (uint32_t)(below(w, 3) && max > 200 ? 200 : max));
	return below(w, (uint32_t)(len - *n + 1));
}

/* ---- coherent and write-combine buffers ---- */

static void arm(struct world *w)
{
	if (!below(w, 4))
		armdma_fail_nth(w->e->m, (enum armdma_fail_step)below(w, ARMDMA_NR_FAIL_STEPS), 1 + below(w, 6));
}

static void disarm(struct world *w)
{
	for (int i = 0; i < ARMDMA_NR_FAIL_STEPS; i++)
		armdma_fail_nth(w->e->m, (enum armdma_fail_step)i, 0);
}

static void buf_alloc(struct world *w, struct cbuf *b)
{
	static const unsigned long attrs[] = { 0, ARMDMA_ATTR_WRITE_COMBINE, ARMDMA_ATTR_NO_KERNEL_MAPPING,
		ARMDMA_ATTR_ALLOC_SINGLE_PAGES, ARMDMA_ATTR_WRITE_COMBINE | ARMDMA_ATTR_ALLOC_SINGLE_PAGES,
		ARMDMA_ATTR_NO_KERNEL_MAPPING | ARMDMA_ATTR_ALLOC_SINGLE_PAGES };
	uint32_t max = below(w, 12) ? (below(w, 3) ? 9000 : 300000) : 3 * 1024 * 1024;
	struct snapshot s = look(w);

	memset(b, 0, sizeof(*b));
	b->size = 1 + below(w, max);
	b->npages = ARMDMA_PAGE_ALIGN(b->size) / ARMDMA_PAGE_SIZE;
	b->attrs = attrs[below(w, 6)];
	arm(w);
	b->cpu = armdma_dma_alloc_attrs(w->e->dev, b->size, &b->handle, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN, b->attrs);
	disarm(w);
	if (!b->cpu) {
		CHECK(w, b->handle == ARMDMA_MAPPING_ERROR);
		check_same(w, &s);
		return;
	}
	b->live = true;
	b->touchable = armdma_hw_space_of(w->e->hw, b->cpu) != ARMDMA_SPACE_COOKIE;
	b->ref = calloc(b->npages, ARMDMA_PAGE_SIZE);
	assert_non_null(b->ref);
	w->allocs++;
	w->iova_used += b->npages * ARMDMA_PAGE_SIZE;
}

static uint8_t *buf_view(struct world *w, struct cbuf *b, size_t *off, size_t *len)
{
	*off = 0;
	*len = b->npages * ARMDMA_PAGE_SIZE;
	if (b->vma.addr && (!b->live || !b->touchable || below(w, 2))) {
		*off = b->vma.pgoff * ARMDMA_PAGE_SIZE;
		*len = b->vma.npages * ARMDMA_PAGE_SIZE;
		return b->vma.addr;
	}
	return b->live && b->touchable ? b->cpu : NULL;
}

static void buf_cpu(struct world *w, struct cbuf *b)
{
	size_t off, len, n, at;
	uint8_t *v = buf_view(w, b, &off, &len);

	if (!v)
		return;
	at = part(w, len, &n);
	armdma_hw_barrier(w->e->hw, ARMDMA_BARRIER_MB);
	CHECK(w, !memcmp(v + at, b->ref + off + at, n));
	if (below(w, 2))
		return;
	fill(w, w->tmp, n);
	memcpy(v + at, w->tmp, n);
	memcpy(b->ref + off + at, w->tmp, n);
	armdma_hw_barrier(w->e->hw, ARMDMA_BARRIER_MB);
}

static void buf_device(struct world *w, struct cbuf *b)
{
	size_t n, at = part(w, b->npages * ARMDMA_PAGE_SIZE, &n);

	if (!b->live)
		return;
	if (below(w, 2)) {
		fill(w, w->tmp, n);
		memcpy(b->ref + at, w->tmp, n);
		device(w, b->handle + at, w->tmp, n, true);
	} else {
		device(w, b->handle + at, w->tmp, n, false);
		CHECK(w, !memcmp(w->tmp, b->ref + at, n));
	}
}

static void buf_mmap(struct world *w, struct cbuf *b)
{
	struct snapshot s = look(w);
	int ret;

	if (b->vma.addr || !b->live)
		return;
	b->vma.pgoff = below(w, (uint32_t)b->npages);
	b->vma.npages = 1 + below(w, (uint32_t)(b->npages - b->vma.pgoff));
	arm(w);
	ret = armdma_dma_mmap_attrs(w->e->dev, &b->vma, b->cpu, b->handle, b->size, b->attrs);
	disarm(w);
	if (ret) {
		CHECK(w, ret == -ENOMEM && !b->vma.addr);
		check_same(w, &s);
	}
}

/* The last of the API and the user lets the pages go. */
static void buf_drop(struct world *w, struct cbuf *b, bool user)
{
	if (user && b->vma.addr) {
		armdma_munmap(w->e->m, &b->vma);
		b->vma.addr = NULL;
	} else if (!user && b->live) {
		unsigned int misuses = w->misuses;

		armdma_dma_free_attrs(w->e->dev, b->size, b->cpu, b->handle, b->attrs);
		/* A user still has it: that is told, and his pages stay. */
		CHECK(w, w->misuses == misuses + (b->vma.addr != NULL));
		w->misuses = misuses;
		b->live = false;
		w->allocs--;
		w->iova_used -= b->npages * ARMDMA_PAGE_SIZE;
	}
	if (!b->live && !b->vma.addr) {
		free(b->ref);
		b->ref = NULL;
	}
}

static void buf_step(struct world *w)
{
	struct cbuf *b = &w->bufs[below(w, NR_BUFS)];

	if (!b->ref) {
		buf_alloc(w, b);
		return;
	}
	switch (below(w, 10)) {
	case 0: case 1: case 2:
		buf_cpu(w, b);
		break;
	case 3: case 4: case 5:
		buf_device(w, b);
		break;
	case 6:
		buf_mmap(w, b);
		break;
	case 7:
		buf_drop(w, b, true);
		break;
	case 8:
		buf_drop(w, b, false);
		break;
	default:
		break;
	}
}

/* ---- streaming mappings ---- */

static void stream_new(struct world *w, struct stream *st)
{
	bool pages = below(w, 2);

	memset(st, 0, sizeof(*st));
	st->size = (1 + below(w, (below(w, 3) ? 3000 : 40000) / w->line)) * w->line;
	if (pages) {
		st->order = armdma_get_order(st->size);
		st->page = armdma_alloc_pages(w->e->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN, st->order);
		st->cpu = st->page ? armdma_page_address(w->e->m, st->page) : NULL;
	} else {
		st->cpu = armdma_kmalloc(w->e->m, st->size, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN);
	}
	if (!st->cpu) {
		memset(st, 0, sizeof(*st));
		return;
	}
	st->ref = malloc(st->size);
	st->known = malloc(st->size);
	assert_true(st->ref && st->known);
	fill(w, st->ref, st->size);
	memcpy(st->cpu, st->ref, st->size);
	memset(st->known, 1, st->size);
}

static void stream_free(struct world *w, struct stream *st)
{
	if (st->page)
		armdma_free_pages(w->e->m, st->page, st->order);
	else
		armdma_kfree(w->e->m, st->cpu);
	free(st->ref);
	free(st->known);
	memset(st, 0, sizeof(*st));
}

static void check_bytes(struct world *w, const struct stream *st, const uint8_t *got, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (st->known[at + i] && got[i] != st->ref[at + i])
			fail_msg("seed 0x%llx, step %u: dir %d off %zu len %zu of %zu: byte %zu is %02x, not %02x",
				 (unsigned long long)w->seed, w->step, st->dir, st->off, st->len, st->size,
				 at + i, got[i], st->ref[at + i]);
}

/* Nobody but the CPU has it: what is there now stays. */
static void settle(struct world *w, struct stream *st)
{
	check_bytes(w, st, st->cpu, 0, st->size);
	for (size_t i = 0; i < st->size; i++)
		if (!st->known[i])
			st->ref[i] = st->cpu[i];
	memset(st->known, 1, st->size);
}

static void stream_cpu(struct world *w, struct stream *st)
{
	size_t n, at = part(w, st->size, &n);

	check_bytes(w, st, st->cpu + at, at, n);
	fill(w, st->ref + at, n);
	memcpy(st->cpu + at, st->ref + at, n);
}

static armdma_dma_t map(struct world *w, struct stream *st, size_t len)
{
	struct snapshot s = look(w);
	armdma_dma_t addr;

	arm(w);
	addr = st->page && below(w, 2) ?
		       armdma_dma_map_page(w->e->dev, st->page, st->off, len, st->dir) :
		       armdma_dma_map_single(w->e->dev, st->cpu + st->off, len, st->dir);
	disarm(w);
	if (addr == ARMDMA_MAPPING_ERROR) {
		check_same(w, &s);
		return addr;
	}
	w->maps++;
	w->iova_used += pages_over(addr, len);
	return addr;
}

/* Handing lines over to a device that is to fill them loses what the CPU had stored there. */
static void forget(struct world *w, struct stream *st, size_t off, size_t len)
{
	uintptr_t from = (uintptr_t)st->cpu + off, end = from + len, l = w->line - 1;

	from = (from + l) & ~l;
	end &= ~l;
	if (!w->coherent && from < end)
		memset(st->known + (from - (uintptr_t)st->cpu), 0, end - from);
}

static void stream_map(struct world *w, struct stream *st)
{
	st->off = below(w, 2) ? below(w, (uint32_t)st->size) : 0;
	st->len = below(w, 2) ? 1 + below(w, (uint32_t)(st->size - st->off)) : st->size - st->off;
	st->dir = (enum armdma_dir)below(w, 3);
	st->addr = map(w, st, st->len);
	if (st->dir == ARMDMA_FROM_DEVICE)	/* a failed call, too, may have begun */
		forget(w, st, st->off, st->len);
	st->mapped = st->addr != ARMDMA_MAPPING_ERROR;
	if (!st->mapped)
		settle(w, st);
}

static void stream_twin(struct world *w, struct stream *st)
{
	if (st->twin || st->dir != ARMDMA_TO_DEVICE)
		return;
	st->twin_len = 1 + below(w, (uint32_t)(st->size - st->off));
	st->twin_addr = map(w, st, st->twin_len);
	st->twin = st->twin_addr != ARMDMA_MAPPING_ERROR;
}

static void unmap(struct world *w, armdma_dma_t addr, size_t len, enum armdma_dir dir)
{
	armdma_dma_unmap_page(w->e->dev, addr, len, dir);
	w->maps--;
	w->iova_used -= pages_over(addr, len);
}

static void stream_unmap(struct world *w, struct stream *st)
{
	bool first = below(w, 2);

	if (st->twin && first)
		unmap(w, st->twin_addr, st->twin_len, st->dir);
	unmap(w, st->addr, st->len, st->dir);
	if (st->twin && !first)
		unmap(w, st->twin_addr, st->twin_len, st->dir);
	st->twin = st->mapped = false;
	settle(w, st);
}

static void stream_device(struct world *w, struct stream *st)
{
	size_t n, at = part(w, st->len, &n);

	if (st->dir != ARMDMA_TO_DEVICE && below(w, 2)) {
		fill(w, st->ref + st->off + at, n);
		memset(st->known + st->off + at, 1, n);
		device(w, st->addr + at, st->ref + st->off + at, n, true);
		return;
	}
	device(w, st->addr + at, w->tmp, n, false);
	check_bytes(w, st, w->tmp, st->off + at, n);
}

static void stream_sync(struct world *w, struct stream *st)
{
	size_t n, at = part(w, st->len, &n), off = st->off + at, m, sub;

	armdma_dma_sync_single_range_for_cpu(w->e->dev, st->addr, at, n, st->dir);
	check_bytes(w, st, st->cpu + off, off, n);
	if (st->dir != ARMDMA_FROM_DEVICE && below(w, 2)) {
		sub = off + part(w, n, &m);
		fill(w, st->ref + sub, m);
		memcpy(st->cpu + sub, st->ref + sub, m);
	}
	armdma_dma_sync_single_range_for_device(w->e->dev, st->addr, at, n, st->dir);
}

static void stream_step(struct world *w)
{
	struct stream *st = &w->streams[below(w, NR_STREAMS)];
	uint32_t what = below(w, 10);

	if (!st->cpu)
		stream_new(w, st);
	else if (!st->mapped && what < 2)
		stream_cpu(w, st);
	else if (!st->mapped && what < 9)
		stream_map(w, st);
	else if (!st->mapped)
		stream_free(w, st);
	else if (what < 4)
		stream_device(w, st);
	else if (what < 6)
		stream_sync(w, st);
	else if (what < 7)
		stream_twin(w, st);
	else if (what < 9)
		stream_unmap(w, st);
}

/* ---- wrong calls: told, and nothing changes ---- */

static bool wrong_buf(struct world *w)
{
	struct cbuf *b = &w->bufs[below(w, NR_BUFS)];
	struct armdma_device *dev = w->e->dev;

	if (!b->ref || !b->live)
		return false;
	switch (below(w, 5)) {
	case 0:
		armdma_dma_free_attrs(dev, b->size + ARMDMA_PAGE_SIZE, b->cpu, b->handle, b->attrs);
		break;
	case 1:
		armdma_dma_free_attrs(dev, b->size, b->cpu, b->handle ^ 0x1000, b->attrs);
		break;
	case 2:
		armdma_dma_free_attrs(dev, b->size, b->cpu, b->handle, b->attrs ^ ARMDMA_ATTR_WRITE_COMBINE);
		break;
	case 3:
		armdma_dma_free_attrs(dev, b->size, b->cpu + 1, b->handle, b->attrs);
		break;
	default:
		armdma_dma_unmap_page(dev, b->handle, b->size, ARMDMA_BIDIRECTIONAL);
		break;
	}
	return true;
}

static bool wrong_stream(struct world *w)
{
	struct stream *st = &w->streams[below(w, NR_STREAMS)];
	struct armdma_device *dev = w->e->dev;
	armdma_dma_t a;

	switch (st->mapped ? below(w, 7) : 7) {
	case 0:
		armdma_dma_unmap_page(dev, st->addr, st->len + 1 + (st->twin && st->twin_len == st->len + 1), st->dir);
		break;
	case 1:
		armdma_dma_unmap_page(dev, st->addr, st->len, (enum armdma_dir)((st->dir + 1) % 3));
		break;
	case 2:
		armdma_dma_unmap_page(dev, st->addr + 1, st->len, st->dir);
		break;
	case 3:
		armdma_dma_unmap_page(dev, st->addr, 0, st->dir);
		break;
	case 4:
		armdma_dma_unmap_page(dev, st->addr, st->len, ARMDMA_NONE);
		break;
	case 5:
		a = armdma_dma_map_single(dev, w->tmp, 100, st->dir);
		CHECK(w, a == ARMDMA_MAPPING_ERROR);
		break;
	case 6:
		a = armdma_dma_map_single(dev, st->cpu, 0, st->dir);
		CHECK(w, a == ARMDMA_MAPPING_ERROR);
		break;
	default:
		armdma_dma_unmap_page(dev, ARMDMA_MAPPING_ERROR, 10, ARMDMA_TO_DEVICE);
		break;
	}
	return true;
}

static void wrong_step(struct world *w)
{
	struct snapshot s = look(w);

	if (below(w, 2) ? wrong_buf(w) : wrong_stream(w))
		CHECK(w, w->misuses == 1);
	CHECK(w, w->misuses <= 1);
	w->misuses = 0;
	check_same(w, &s);
}

/* ---- one life ---- */

static void finish(struct world *w)
{
	struct armdma_dma_stats st;

	for (int i = 0; i < NR_BUFS; i++)
		if (w->bufs[i].ref) {
			bool user = below(w, 2);

			buf_drop(w, &w->bufs[i], user);
			if (w->bufs[i].ref)
				buf_drop(w, &w->bufs[i], !user);
		}
	for (int i = 0; i < NR_STREAMS; i++) {
		if (w->streams[i].mapped)
			stream_unmap(w, &w->streams[i]);
		if (w->streams[i].cpu)
			stream_free(w, &w->streams[i]);
	}
	check_all(w);
	armdma_dma_stats(w->e->dev, &st);
	CHECK(w, !st.live_allocs && !st.live_maps && !st.live_bytes);
	CHECK(w, !w->iova_used);
}

static void live(const struct armdma_config *cfg, bool iommu, bool pm, uint64_t seed, unsigned int steps)
{
	struct world *w = calloc(1, sizeof(*w));
	void *state;

	assert_non_null(w);
	w->e = env_new(cfg);
	w->seed = seed;
	w->rnd = seed * 0x9E3779B97F4A7C15u + 12345;
	w->coherent = cfg->devices[0].coherent;
	w->line = cfg->inner_line;
	w->pm = pm;
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(w->e->m),
						ARMDMA_EV_BIT(ARMDMA_EV_MISUSE), on_misuse, w), 0);
	if (pm)
		armdma_pm_runtime_enable(w->e->dev);
	if (iommu)
		env_attach(w->e, DMA_BASE, DMA_SIZE);
	for (w->step = 0; w->step < steps; w->step++) {
		uint32_t what = below(w, 100);

		if (what < 30)
			buf_step(w);
		else if (what < 95)
			stream_step(w);
		else
			wrong_step(w);
		CHECK(w, !w->misuses);
		if (w->step % CHECK_EVERY == 0)
			check_all(w);
	}
	finish(w);
	armdma_event_subscribe(armdma_machine_events(w->e->m), 0, on_misuse, w);
	state = w->e;
	assert_int_equal(env_teardown(&state), 0);
	free(w);
}

/* The machine that a seed stands for. */
static void one_seed(uint64_t seed, unsigned int steps)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V1_2, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V3_3 };
	struct armdma_config cfg = env_config();

	cfg.sysmmus[0].version = versions[seed % 3];
	cfg.devices[0].coherent = seed / 2 % 4 == 3;
	cfg.inner_line = cfg.outer_line = seed / 3 % 2 ? 64 : 32;
	cfg.cache_policy = seed / 5 % 2 ? ARMDMA_CACHE_NON_SPECULATING : ARMDMA_CACHE_PESSIMAL;
	cfg.alias_mode = seed / 7 % 2 ? ARMDMA_ALIAS_KEEP : ARMDMA_ALIAS_TRAP;
	live(&cfg, seed % 4 != 0, seed / 4 % 2, seed, steps);
}

static void each_side_sees_what_the_rules_promise(void **state)
{
	const char *from = getenv("PROP_SEED"), *count = getenv("PROP_COUNT");
	uint64_t seed = from ? strtoull(from, NULL, 0) : 1, n = count ? strtoull(count, NULL, 0) : 24;

	(void)state;
	for (uint64_t i = 0; i < n; i++)
		one_seed(seed + i, STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_side_sees_what_the_rules_promise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
