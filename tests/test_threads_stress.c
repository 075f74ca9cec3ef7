/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two threads, one machine: 10^5 live mappings, 10^6 random operations, while an engine's interrupts come in whichever thread lets time
 * pass. Each thread knows what its own bytes must be and looks at them through the CPU and through devices.
 */
#include <armdma/access.h>
#include <armdma/sgdma.h>

#include "threads_rig.h"

/*
 * Each of two threads, on each of the two sets of operations. The thread sanitizer takes twenty times as long.
 */
#define SLOTS 50000u
#define OPS (UNDER_TSAN ? 50000u : 500000u)

#define LINE 32u
#define BLOCK 96u	/* of a page slot: three lines */
#define SG_ENTS 4u
#define POOL_BLOCK 64u

enum kind { SINGLE, PAGE, SHARED_LINE, LIST, COHERENT, POOL, NR_KINDS };
/* Slots of each kind in a thousand; the rest are SINGLE. Uncached pages are few: each barrier looks at all of them. */
static const unsigned int share[NR_KINDS] = { [PAGE] = 300, [SHARED_LINE] = 100, [LIST] = 50, [COHERENT] = 0, [POOL] = 20 };
#define NR_COHERENT 8u

struct slot {
	enum kind kind;
	bool live, cpu_owned, known;	/* known: every byte is what `seed` gives */
	enum armdma_dir dir;
	struct armdma_device *dev;
	uint8_t *cpu;
	size_t size;
	armdma_dma_t addr;
	uint32_t seed;
	struct armdma_page *page;
	size_t offset;
	struct armdma_scatterlist sg[SG_ENTS];
};

struct player {
	struct worker w;		/* first */
	struct slot *slots;
	struct armdma_dma_pool *pool;
	struct armdma_page *area;	/* of PAGE and LIST slots */
	uint8_t *area_cpu;
	uint8_t *lines;			/* of SHARED_LINE: half of each line is the other thread's */
	uint32_t next_seed;
	size_t live;			/* mappings: each segment of a list is one */
};

static const char *master(const struct slot *sl)
{
	return armdma_device_name(sl->dev);
}

/* ---- Slots -------------------------------------------------------------------- */

static void fill_slot(struct player *p, struct slot *sl)
{
	sl->seed = p->next_seed++;
	sl->known = true;
	if (sl->kind == LIST)
		for (unsigned int i = 0; i < SG_ENTS; i++)
			fill(sl->cpu + i * BLOCK, LINE, sl->seed + i);
	else
		fill(sl->cpu, sl->size, sl->seed);
}

static bool cpu_sees(const struct slot *sl)
{
	if (sl->kind != LIST)
		return filled(sl->cpu, sl->size, sl->seed);
	for (unsigned int i = 0; i < SG_ENTS; i++)
		if (!filled(sl->cpu + i * BLOCK, LINE, sl->seed + i))
			return false;
	return true;
}

static void map_slot(struct player *p, struct slot *sl)
{
	struct worker *w = &p->w;

	sl->dev = w->s->dev[draw(w, 2)];
	sl->dir = sl->kind == SHARED_LINE ? ARMDMA_TO_DEVICE : (enum armdma_dir)draw(w, 3);
	sl->cpu_owned = false;
	sl->known = false;
	if (sl->kind == SINGLE) {
		sl->size = LINE * (1 + draw(w, 4));
		sl->cpu = armdma_kmalloc(w->s->m, sl->size, ARMDMA_GFP_KERNEL);
		check(w, sl->cpu, "no memory for kmalloc");
		if (!sl->cpu)
			return;
	}
	if (sl->kind < COHERENT && sl->dir != ARMDMA_FROM_DEVICE)
		fill_slot(p, sl);
	switch (sl->kind) {
	case PAGE:
		sl->addr = armdma_dma_map_page(sl->dev, sl->page, sl->offset, sl->size, sl->dir);
		break;
	case LIST:
		armdma_sg_init_table(sl->sg, SG_ENTS);
		for (unsigned int i = 0; i < SG_ENTS; i++)
			armdma_sg_set_buf(w->s->m, &sl->sg[i], sl->cpu + i * BLOCK, LINE);
		sl->live = armdma_dma_map_sg(sl->dev, sl->sg, SG_ENTS, sl->dir) == SG_ENTS;
		check(w, sl->live, "a list cannot be mapped");
		p->live += sl->live ? SG_ENTS : 0;
		return;
	case COHERENT:
		sl->cpu = armdma_dma_alloc_coherent(sl->dev, sl->size, &sl->addr, ARMDMA_GFP_KERNEL);
		check(w, sl->cpu, "no coherent buffer");
		sl->live = sl->cpu;
		p->live += sl->live;
		return;
	case POOL:
		sl->dev = w->s->dev[w->nr];
		sl->cpu = armdma_dma_pool_alloc(p->pool, ARMDMA_GFP_KERNEL, &sl->addr);
		check(w, sl->cpu, "no block");
		sl->live = sl->cpu;
		p->live += sl->live;
		return;
	default:
		sl->addr = armdma_dma_map_single(sl->dev, sl->cpu, sl->size, sl->dir);
		break;
	}
	sl->live = !armdma_dma_mapping_error(sl->dev, sl->addr);
	check(w, sl->live, "a buffer of %zu bytes cannot be mapped", sl->size);
	p->live += sl->live;
}

/* ---- Operations on a live slot -------------------------------------------------- */

static void sync_slot(struct player *p, struct slot *sl)
{
	struct worker *w = &p->w;

	if (sl->kind >= COHERENT)
		return;
	if (sl->kind == LIST && sl->cpu_owned)
		armdma_dma_sync_sg_for_device(sl->dev, sl->sg, SG_ENTS, sl->dir);
	else if (sl->kind == LIST)
		armdma_dma_sync_sg_for_cpu(sl->dev, sl->sg, SG_ENTS, sl->dir);
	else if (sl->cpu_owned)
		armdma_dma_sync_single_for_device(sl->dev, sl->addr, sl->size, sl->dir);
	else
		armdma_dma_sync_single_for_cpu(sl->dev, sl->addr, sl->size, sl->dir);
	sl->cpu_owned = !sl->cpu_owned;
	if (!sl->cpu_owned)
		return;
	check(w, !sl->known || cpu_sees(sl), "the CPU does not see its bytes after a sync (kind %d)", (int)sl->kind);
	if (sl->dir != ARMDMA_FROM_DEVICE)
		fill_slot(p, sl);
}

static void unmap_slot(struct player *p, struct slot *sl)
{
	struct worker *w = &p->w;

	/* What the CPU has stored since would be thrown away. */
	if (sl->cpu_owned && sl->dir == ARMDMA_BIDIRECTIONAL)
		sync_slot(p, sl);
	p->live -= sl->kind == LIST ? SG_ENTS : 1;
	sl->live = false;
	switch (sl->kind) {
	case PAGE:
		armdma_dma_unmap_page(sl->dev, sl->addr, sl->size, sl->dir);
		break;
	case LIST:
		armdma_dma_unmap_sg(sl->dev, sl->sg, SG_ENTS, sl->dir);
		break;
	case COHERENT:
		armdma_dma_free_coherent(sl->dev, sl->size, sl->cpu, sl->addr);
		return;
	case POOL:
		armdma_dma_pool_free(p->pool, sl->cpu, sl->addr);
		return;
	default:
		armdma_dma_unmap_single(sl->dev, sl->addr, sl->size, sl->dir);
		break;
	}
	check(w, !sl->known || cpu_sees(sl), "the CPU does not see its bytes after an unmap (kind %d)", (int)sl->kind);
	if (sl->kind == SINGLE)
		armdma_kfree(w->s->m, sl->cpu);
}

static armdma_dma_t part(const struct slot *sl, unsigned int i)
{
	return sl->kind == LIST ? armdma_sg_dma_address(&sl->sg[i]) : sl->addr;
}

static void device_reads(struct player *p, const struct slot *sl)
{
	unsigned int parts = sl->kind == LIST ? SG_ENTS : 1;
	size_t n = sl->kind == LIST ? LINE : sl->size;
	struct worker *w = &p->w;
	uint8_t buf[ARMDMA_PAGE_SIZE];

	if (sl->kind >= COHERENT)
		armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_WMB);
	for (unsigned int i = 0; i < parts; i++) {
		int ret = armdma_hw_master_read_sync(w->s->hw, master(sl), part(sl, i), buf, n, 10000000);

		check(w, !ret, "a device cannot read: %d", ret);
		check(w, ret || filled(buf, n, sl->seed + i), "a device reads other bytes (kind %d)", (int)sl->kind);
	}
}

static void device_writes(struct player *p, struct slot *sl)
{
	unsigned int parts = sl->kind == LIST ? SG_ENTS : 1;
	size_t n = sl->kind == LIST ? LINE : sl->size;
	struct worker *w = &p->w;
	uint8_t buf[ARMDMA_PAGE_SIZE];

	sl->seed = p->next_seed++;
	sl->known = true;
	for (unsigned int i = 0; i < parts; i++) {
		int ret;

		fill(buf, n, sl->seed + i);
		ret = armdma_hw_master_write_sync(w->s->hw, master(sl), part(sl, i), buf, n, 10000000);
		check(w, !ret, "a device cannot write: %d", ret);
	}
	if (sl->kind < COHERENT)
		return;
	armdma_hw_barrier(w->s->hw, ARMDMA_BARRIER_RMB);
	check(w, cpu_sees(sl), "the CPU does not see a device's bytes in uncached memory (kind %d)", (int)sl->kind);
}

static void transfer(struct player *p, struct slot *sl)
{
	if (sl->kind >= COHERENT && draw(&p->w, 2)) {
		fill_slot(p, sl);
		device_reads(p, sl);
	} else if (sl->kind >= COHERENT) {
		device_writes(p, sl);
	} else if (sl->cpu_owned) {
		return;
	} else if (sl->dir == ARMDMA_TO_DEVICE || (sl->dir == ARMDMA_BIDIRECTIONAL && draw(&p->w, 2))) {
		device_reads(p, sl);
	} else {
		device_writes(p, sl);
	}
}

/* ---- Operations on nothing in particular ------------------------------------------ */

static void pages(struct player *p)
{
	struct worker *w = &p->w;
	unsigned int order = draw(w, 3);
	struct armdma_page *page = armdma_alloc_pages(w->s->m, ARMDMA_GFP_KERNEL, order);
	struct armdma_page *list[4];
	void *v;

	check(w, page, "no pages");
	if (!page)
		return;
	for (unsigned int i = 0; i < 1u << order; i++)
		list[i] = armdma_nth_page(w->s->m, page, i);
	if (!draw(w, 8)) {
		v = armdma_vmap(w->s->m, list, 1u << order, ARMDMA_MT_CACHED);
		check(w, v, "no room in the vmalloc area");
		if (v) {
			fill(v, ARMDMA_PAGE_SIZE << order, w->nr);
			check(w, filled(v, ARMDMA_PAGE_SIZE << order, w->nr), "two threads have the same page");
			armdma_vunmap(w->s->m, v, 1u << order);
		}
	}
	armdma_free_pages(w->s->m, page, order);
}

static void objects(struct player *p)
{
	struct worker *w = &p->w;
	size_t n = 1 + draw(w, 2000);
	uint8_t *q = armdma_kzalloc(w->s->m, n, ARMDMA_GFP_ATOMIC);

	check(w, q, "no memory for kzalloc");
	if (!q)
		return;
	armdma_cpu_store(w->s->m, q, n);
	fill(q, n, p->next_seed);
	armdma_cpu_load(w->s->m, q, n);
	check(w, filled(q, n, p->next_seed), "two threads have the same object");
	check(w, armdma_ksize(w->s->m, q, NULL) >= n, "the object is smaller than asked for");
	armdma_kfree(w->s->m, q);
}

static void doors(struct player *p)
{
	struct armdma_hw *hw = p->w.s->hw;
	unsigned int flags = armdma_hw_irq_save(hw);

	check(&p->w, armdma_hw_irqs_disabled(hw), "interrupts are not masked");
	armdma_hw_advance(hw, draw(&p->w, 200));
	armdma_hw_irq_restore(hw, flags);
	check(&p->w, !armdma_hw_irqs_disabled(hw), "interrupts stay masked");
	armdma_hw_cpu_relax(hw);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_MB);
}

static void step(struct player *p)
{
	struct slot *sl = &p->slots[draw(&p->w, SLOTS)];
	uint32_t what = draw(&p->w, 100);

	if (what < 2)
		pages(p);
	else if (what < 10)
		objects(p);
	else if (what < 12)
		doors(p);
	else if (!sl->live)
		map_slot(p, sl);
	else if (what < 45)
		sync_slot(p, sl);
	else if (what < 65)
		transfer(p, sl);
	else {
		unmap_slot(p, sl);
		map_slot(p, sl);
	}
}

static void *play(void *arg)
{
	struct player *p = arg;

	for (unsigned int i = 0; i < SLOTS; i++)
		map_slot(p, &p->slots[i]);
	check(&p->w, p->live >= 50000, "only %zu mappings are live", p->live);
	for (unsigned int i = 0; i < OPS && !p->w.failures; i++)
		step(p);
	return NULL;
}

/* ---- An engine whose interrupts come all the time ------------------------------------ */

#define ENGINE 0x10810000u
#define ENGINE_IRQ 34u

struct engine {
	struct shared *s;
	struct armdma_device *dev;
	struct armdma_sgdma_desc *desc;		/* a ring of one */
	armdma_dma_t desc_dma, data_dma;
	uint8_t *data;
	unsigned long interrupts;
};

static void engine_arm(struct engine *e)
{
	armdma_sgdma_fill_desc(e->desc, (uint32_t)e->desc_dma, 0, e->data_dma, ARMDMA_PAGE_SIZE,
			       ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_IRQ | ARMDMA_SGDMA_END | ARMDMA_SGDMA_OWN);
	armdma_hw_writel(e->s->hw, ENGINE + ARMDMA_SGDMA_DOORBELL, 1);
}

static bool engine_irq(void *ctx, uint32_t line)
{
	struct engine *e = ctx;

	(void)line;
	if (!armdma_hw_readl(e->s->hw, ENGINE + ARMDMA_SGDMA_INT_STATUS))
		return false;
	armdma_hw_writel(e->s->hw, ENGINE + ARMDMA_SGDMA_INT_CLEAR, ~0u);
	/* Handlers of one line never run beside each other: no atomic access. */
	e->interrupts++;
	engine_arm(e);
	return true;
}

static void engine_start(struct engine *e, struct shared *s)
{
	memset(e, 0, sizeof(*e));
	e->s = s;
	e->dev = armdma_device_find(s->m, "mdma");
	if (s->mapping)
		assert_int_equal(armdma_iommu_attach_device(e->dev, s->mapping), 0);
	e->desc = armdma_dma_alloc_coherent(e->dev, sizeof(*e->desc), &e->desc_dma, ARMDMA_GFP_KERNEL);
	e->data = armdma_dma_alloc_coherent(e->dev, ARMDMA_PAGE_SIZE, &e->data_dma, ARMDMA_GFP_KERNEL);
	assert_non_null(e->desc);
	assert_non_null(e->data);
	assert_int_equal(armdma_irq_request(s->m, ENGINE_IRQ, engine_irq, e), 0);
	armdma_hw_writel(s->hw, ENGINE + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	armdma_hw_writel(s->hw, ENGINE + ARMDMA_SGDMA_INT_ENABLE, ARMDMA_SGDMA_INT_DONE);
	armdma_hw_writel(s->hw, ENGINE + ARMDMA_SGDMA_HEAD, (uint32_t)e->desc_dma);
	engine_arm(e);
}

static void engine_stop(struct engine *e)
{
	armdma_hw_writel(e->s->hw, ENGINE + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	armdma_irq_free(e->s->m, ENGINE_IRQ, engine_irq, e);
	armdma_dma_free_coherent(e->dev, ARMDMA_PAGE_SIZE, e->data, e->data_dma);
	armdma_dma_free_coherent(e->dev, sizeof(*e->desc), e->desc, e->desc_dma);
	if (e->s->mapping)
		armdma_iommu_detach_device(e->dev);
}

/* ---- The test ---------------------------------------------------------------------------- */

static enum kind kind_of(unsigned int i)
{
	unsigned int at = i % 1000, sum = 0;

	if (i < NR_COHERENT)
		return COHERENT;
	for (int k = PAGE; k < NR_KINDS; k++) {
		sum += share[k];
		if (at < sum)
			return (enum kind)k;
	}
	return SINGLE;
}

static void player_init(struct player *p, struct shared *s, unsigned int nr, uint8_t *lines)
{
	uint8_t *at;

	memset(p, 0, sizeof(*p));
	p->w.s = s;
	p->slots = calloc(SLOTS, sizeof(*p->slots));
	p->pool = armdma_dma_pool_create("stress", s->dev[nr], POOL_BLOCK, POOL_BLOCK, 0);
	p->area_cpu = at = NULL;
	p->lines = lines + nr * LINE / 2;
	p->next_seed = 1 + nr * 0x40000000u;
	assert_non_null(p->slots);
	assert_non_null(p->pool);
	for (unsigned int i = 0; i < SLOTS; i++) {
		struct slot *sl = &p->slots[i];

		sl->kind = kind_of(i);
		sl->size = sl->kind == COHERENT ? ARMDMA_PAGE_SIZE : POOL_BLOCK;
		if (sl->kind == SHARED_LINE) {
			sl->cpu = p->lines + (size_t)i * LINE;
			sl->size = LINE / 2;
		}
		if (sl->kind != PAGE && sl->kind != LIST)
			continue;
		/* Blocks of pages, cut into pieces that end with a line. */
		if (!at || at + SG_ENTS * BLOCK > p->area_cpu + ARMDMA_PAGE_SIZE) {
			struct armdma_page *page = armdma_alloc_pages(s->m, ARMDMA_GFP_KERNEL, 0);

			assert_non_null(page);
			p->area = page;
			p->area_cpu = at = armdma_page_address(s->m, page);
		}
		sl->cpu = at;
		sl->page = p->area;
		sl->offset = (size_t)(at - p->area_cpu);
		sl->size = BLOCK;
		at += sl->kind == LIST ? SG_ENTS * BLOCK : BLOCK;
	}
}

static void player_fini(struct player *p)
{
	struct armdma_page *last = NULL;

	for (unsigned int i = 0; i < SLOTS; i++)
		if (p->slots[i].live)
			unmap_slot(p, &p->slots[i]);
	for (unsigned int i = 0; i < SLOTS; i++) {
		struct slot *sl = &p->slots[i];

		if ((sl->kind == PAGE || sl->kind == LIST) && sl->page != last) {
			last = sl->page;
			armdma_free_pages(p->w.s->m, last, 0);
		}
	}
	armdma_dma_pool_destroy(p->pool);
	free(p->slots);
}

static void validate(const struct shared *s)
{
	struct armdma_error err = { "" };

	if (armdma_dma_validate(s->m, &err) || armdma_mm_validate(s->m, &err))
		fail_msg("%s", err.msg);
}

static void stress(bool iommu)
{
	struct armdma_config cfg = shared_config();
	unsigned int order = armdma_get_order((size_t)SLOTS * LINE);
	struct armdma_page *line_pages;
	struct player p[2];
	struct engine e;
	struct shared s;

	/* Driving an IOMMU is writing registers, each of which drains all write buffers: without them here, with them there. */
	if (iommu)
		cfg.wbuf_max = 0;
	shared_create(&s, &cfg, iommu);
	line_pages = armdma_alloc_pages(s.m, ARMDMA_GFP_KERNEL, order);
	assert_non_null(line_pages);
	for (unsigned int i = 0; i < 2; i++)
		player_init(&p[i], &s, i, armdma_page_address(s.m, line_pages));
	engine_start(&e, &s);
	{
		struct worker *w[2] = { &p[0].w, &p[1].w };

		for (unsigned int i = 0; i < 2; i++) {
			w[i]->nr = i;
			w[i]->random = 0x9E3779B97F4A7C15ULL + i;
			assert_int_equal(pthread_create(&w[i]->thread, NULL, play, &p[i]), 0);
		}
		for (unsigned int i = 0; i < 2; i++)
			assert_int_equal(pthread_join(w[i]->thread, NULL), 0);
		for (unsigned int i = 0; i < 2; i++)
			if (w[i]->failures)
				fail_msg("thread %u: %lu failures; the first: %s", i, w[i]->failures, w[i]->first);
	}
	validate(&s);
	assert_true(p[0].live + p[1].live >= 100000);
	assert_true(e.interrupts > 1000);
	for (unsigned int i = 0; i < 2; i++)
		player_fini(&p[i]);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(p[i].w.failures, 0);
	engine_stop(&e);
	armdma_free_pages(s.m, line_pages, order);
	validate(&s);
	print_message("%u operations on %s addresses, %lu interrupts\n", 2 * OPS, iommu ? "IO" : "direct", e.interrupts);
	shared_destroy(&s);
}

static void two_threads_on_direct_devices_never_see_each_other(void **state)
{
	(void)state;
	stress(false);
}

static void two_threads_behind_one_iommu_never_see_each_other(void **state)
{
	(void)state;
	stress(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_threads_on_direct_devices_never_see_each_other),
		cmocka_unit_test(two_threads_behind_one_iommu_never_see_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
