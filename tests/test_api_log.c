/* SPDX-License-Identifier: BSD-2-Clause */
/* What the calls do and in which order: pages, caches, IO addresses, translations, kernel mappings. */
#include "api_rig.h"

#define RANGES 8

/* Events about memory that was allocated or named since the log began; the page tables' own memory is not. */
struct log {
	struct rig *r;
	char text[4096];
	struct { armdma_phys_t pa; uint64_t len; } ranges[RANGES];
	unsigned int nr_ranges;
};

static void add(struct log *log, const char *fmt, ...) ARMDMA_PRINTF(2, 3);
static void add(struct log *log, const char *fmt, ...)
{
	size_t n = strlen(log->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(log->text + n, sizeof(log->text) - n, fmt, ap);
	va_end(ap);
}

static void watch(struct log *log, armdma_phys_t pa, uint64_t len)
{
	assert_true(log->nr_ranges < RANGES);
	log->ranges[log->nr_ranges].pa = pa;
	log->ranges[log->nr_ranges++].len = len;
}

/* Which range, by its letter, and the offset there. */
static void add_place(struct log *log, armdma_phys_t pa, uint64_t len)
{
	for (unsigned int i = log->nr_ranges; i-- > 0;) {
		uint64_t off = pa - log->ranges[i].pa;

		if (off < log->ranges[i].len) {
			add(log, " %c+%llx..%llx\n", 'a' + (char)i, (unsigned long long)off,
			    (unsigned long long)(off + len));
			return;
		}
	}
	fail_msg("0x%llx is in no range", (unsigned long long)pa);
}

static bool watched(const struct log *log, armdma_phys_t pa)
{
	for (unsigned int i = 0; i < log->nr_ranges; i++)
		if (pa - log->ranges[i].pa < log->ranges[i].len)
			return true;
	return false;
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	static const char *const ops[] = { "clean", "invalidate", "flush" };
	struct log *log = ctx;

	switch (ev->type) {
	case ARMDMA_EV_PAGE_ALLOC:
		watch(log, ev->pa, ev->len);
		add(log, "take %llu pages\n", (unsigned long long)(ev->len / PAGE));
		break;
	case ARMDMA_EV_PAGE_FREE:
		add(log, "give back %llu pages\n", (unsigned long long)(ev->len / PAGE));
		break;
	case ARMDMA_EV_CACHE_OP:
		if (!watched(log, ev->pa))
			break;
		add(log, "%s %s", ev->flags == ARMDMA_CACHE_INNER ? "inner" : "outer", ops[ev->value]);
		add_place(log, ev->pa, ev->len);
		break;
	case ARMDMA_EV_IOVA_ALLOC:
		add(log, "iova %llu pages%s\n", (unsigned long long)(ev->len / PAGE),
		    ev->addr % (32 * PAGE) ? "" : " aligned to 32");
		break;
	case ARMDMA_EV_IOVA_FREE:
		add(log, "free iova %llu pages\n", (unsigned long long)(ev->len / PAGE));
		break;
	case ARMDMA_EV_IOMMU_MAP:
		add(log, "translate");
		add_place(log, ev->pa, ev->len);
		break;
	case ARMDMA_EV_IOMMU_UNMAP:
		add(log, "untranslate %llu pages\n", (unsigned long long)(ev->len / PAGE));
		break;
	default:
		add(log, "vmap %llu pages\n", (unsigned long long)(ev->len / PAGE));
		break;
	}
}

#define WATCHED                                                                                       \
	(ARMDMA_EV_BIT(ARMDMA_EV_PAGE_ALLOC) | ARMDMA_EV_BIT(ARMDMA_EV_PAGE_FREE) |                   \
	 ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP) | ARMDMA_EV_BIT(ARMDMA_EV_IOVA_ALLOC) |                    \
	 ARMDMA_EV_BIT(ARMDMA_EV_IOVA_FREE) | ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_MAP) |                    \
	 ARMDMA_EV_BIT(ARMDMA_EV_IOMMU_UNMAP) | ARMDMA_EV_BIT(ARMDMA_EV_CPU_MAP))

static void log_start(struct log *log, struct rig *r)
{
	memset(log, 0, sizeof(*log));
	log->r = r;
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->m), WATCHED, on_event, log), 0);
}

static void expect(struct log *log, const char *want)
{
	assert_string_equal(log->text, want);
	log->text[0] = 0;
}

static void log_stop(struct log *log)
{
	armdma_event_subscribe(armdma_machine_events(log->r->m), 0, on_event, log);
}

/* A mapping that stays: behind an IOMMU the level-2 table exists then, and the first IOVA is taken. */
struct hold {
	struct armdma_page *page;
	armdma_dma_t addr;
};

static struct hold hold(struct rig *r)
{
	struct hold h = { .page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0) };

	h.addr = armdma_dma_map_page(r->dev, h.page, 0, PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_dma_mapping_error(r->dev, h.addr), 0);
	return h;
}

static void release(struct rig *r, struct hold h)
{
	armdma_dma_unmap_page(r->dev, h.addr, PAGE, ARMDMA_TO_DEVICE);
	armdma_free_pages(r->m, h.page, 0);
}

static void no_contiguous_memory(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->cma_size = ARMDMA_NO_CMA;
}

/* ---- The logs -------------------------------------------------------------- */

static void buffer_of_three_pages_returns_the_fourth(struct rig *r)
{
	armdma_dma_t handle;
	struct log log;
	void *p;

	rig_needs(r, RIG_CONTIGUOUS);
	rig_needs(r, RIG_UNCACHED);
	log_start(&log, r);
	p = armdma_dma_alloc_coherent(r->dev, 3 * PAGE, &handle, ARMDMA_GFP_KERNEL);
	expect(&log, "take 4 pages\n"
		     "give back 1 pages\n"
		     "inner flush a+0..3000\n"
		     "outer flush a+0..3000\n"
		     "vmap 3 pages\n");
	armdma_dma_free_coherent(r->dev, 3 * PAGE, p, handle);
	expect(&log, "give back 1 pages\ngive back 1 pages\ngive back 1 pages\n");
	log_stop(&log);
}

static void buffer_of_17_pages_is_16_and_1_behind_an_iommu(struct rig *r)
{
	armdma_dma_t handle;
	struct hold held;
	struct log log;
	void *p;

	rig_needs(r, RIG_IOVA);
	rig_needs(r, RIG_UNCACHED);
	held = hold(r);
	log_start(&log, r);
	p = armdma_dma_alloc_coherent(r->dev, 17 * PAGE, &handle, ARMDMA_GFP_KERNEL);
	expect(&log, "take 16 pages\n"
		     "inner flush a+0..10000\n"
		     "outer flush a+0..10000\n"
		     "take 1 pages\n"
		     "inner flush b+0..1000\n"
		     "outer flush b+0..1000\n"
		     "iova 17 pages aligned to 32\n"
		     "translate a+0..11000\n"	/* they lie behind each other: one run */
		     "vmap 17 pages\n");
	armdma_dma_free_coherent(r->dev, 17 * PAGE, p, handle);
	assert_int_equal(strncmp(log.text, "untranslate 17 pages\nfree iova 17 pages\ngive back", 49), 0);
	log_stop(&log);
	release(r, held);
}

/* Two entries that meet: maintenance and translation entry by entry; back, the translation goes first. */
static void merged_list_is_maintained_entry_by_entry(struct rig *r)
{
	struct armdma_scatterlist sgl[2];
	struct armdma_page *page;
	struct hold held;
	struct log log;

	rig_needs(r, RIG_MERGES);
	rig_needs(r, RIG_MAINTENANCE);
	held = hold(r);
	page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 2);
	armdma_sg_init_table(sgl, 2);
	armdma_sg_set_page(&sgl[0], armdma_nth_page(r->m, page, 2), PAGE, 0);
	armdma_sg_set_page(&sgl[1], page, PAGE, 0);
	log_start(&log, r);
	watch(&log, armdma_page_to_phys(r->m, page), 4 * PAGE);
	assert_int_equal(armdma_dma_map_sg(r->dev, sgl, 2, ARMDMA_FROM_DEVICE), 1);
	expect(&log, "iova 2 pages\n"
		     "inner invalidate a+2000..3000\n"
		     "outer invalidate a+2000..3000\n"
		     "translate a+2000..3000\n"
		     "inner invalidate a+0..1000\n"
		     "outer invalidate a+0..1000\n"
		     "translate a+0..1000\n");
	armdma_dma_sync_sg_for_cpu(r->dev, sgl, 2, ARMDMA_FROM_DEVICE);
	expect(&log, "outer invalidate a+2000..3000\n"
		     "inner invalidate a+2000..3000\n"
		     "outer invalidate a+0..1000\n"
		     "inner invalidate a+0..1000\n");
	armdma_dma_sync_sg_for_device(r->dev, sgl, 2, ARMDMA_FROM_DEVICE);
	expect(&log, "inner invalidate a+2000..3000\n"
		     "outer invalidate a+2000..3000\n"
		     "inner invalidate a+0..1000\n"
		     "outer invalidate a+0..1000\n");
	armdma_dma_unmap_sg(r->dev, sgl, 2, ARMDMA_FROM_DEVICE);
	expect(&log, "untranslate 2 pages\n"
		     "free iova 2 pages\n"
		     "outer invalidate a+2000..3000\n"
		     "inner invalidate a+2000..3000\n"
		     "outer invalidate a+0..1000\n"
		     "inner invalidate a+0..1000\n");
	log_stop(&log);
	armdma_free_pages(r->m, page, 2);
	release(r, held);
}

/* The same calls, set by set: the maintenance is the same wherever there is any. */
static void single_mapping_is_maintained_by_direction(struct rig *r)
{
	static const struct {
		enum armdma_dir dir;
		const char *map, *unmap;
	} rows[] = {
		{ ARMDMA_TO_DEVICE, "inner clean a+0..40\nouter clean a+0..40\n", "" },
		{ ARMDMA_FROM_DEVICE, "inner invalidate a+0..40\nouter invalidate a+0..40\n",
		  "outer invalidate a+0..40\ninner invalidate a+0..40\n" },
		{ ARMDMA_BIDIRECTIONAL, "inner clean a+0..40\nouter clean a+0..40\n",
		  "outer invalidate a+0..40\ninner invalidate a+0..40\n" },
	};
	struct hold held;
	char want[512];
	struct log log;
	uint8_t *buf;

	rig_needs(r, RIG_IN_PLACE);
	held = hold(r);
	buf = armdma_kmalloc(r->m, PAGE, ARMDMA_GFP_KERNEL);
	log_start(&log, r);
	watch(&log, armdma_virt_to_phys(r->m, buf), PAGE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *map = rig_is_coherent(r) ? "" : rows[i].map;
		const char *unmap = rig_is_coherent(r) ? "" : rows[i].unmap;
		armdma_dma_t a = armdma_dma_map_single(r->dev, buf, 64, rows[i].dir);

		snprintf(want, sizeof(want), "%s%s", map,
			 rig_is_iommu(r) ? "iova 1 pages\ntranslate a+0..1000\n" : "");
		expect(&log, want);
		armdma_dma_sync_single_for_cpu(r->dev, a, 64, rows[i].dir);
		expect(&log, unmap);
		armdma_dma_sync_single_for_device(r->dev, a, 64, rows[i].dir);
		expect(&log, map);
		armdma_dma_unmap_single(r->dev, a, 64, rows[i].dir);
		snprintf(want, sizeof(want), "%s%s", unmap,
			 rig_is_iommu(r) ? "untranslate 1 pages\nfree iova 1 pages\n" : "");
		expect(&log, want);
	}
	log_stop(&log);
	armdma_kfree(r->m, buf);
	release(r, held);
}

/* ---- Whether the SYSMMU is enabled is nobody's business but attach's and runtime PM's ---- */

struct unit {
	armdma_phys_t ctrl;
	unsigned int disabled;
};

static void on_write(void *ctx, const struct armdma_event *ev)
{
	struct unit *u = ctx;

	if (ev->addr == u->ctrl && !(ev->value & 1))
		u->disabled++;
}

static void use_everything(struct rig *r)
{
	struct armdma_page *page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 6), *own;
	struct armdma_scatterlist sgl[1];
	struct armdma_dma_pool *pool = armdma_dma_pool_create("p", r->dev, 64, 0, 0);
	struct armdma_sg_table *sgt;
	armdma_dma_t a;
	void *p;

	assert_non_null(page);
	a = armdma_dma_map_page(r->dev, page, 0, 60 * PAGE, ARMDMA_BIDIRECTIONAL);
	if (!armdma_dma_mapping_error(r->dev, a))
		armdma_dma_unmap_page(r->dev, a, 60 * PAGE, ARMDMA_BIDIRECTIONAL);
	armdma_sg_init_table(sgl, 1);
	armdma_sg_set_page(sgl, page, 60 * PAGE, 0);
	if (armdma_dma_map_sg(r->dev, sgl, 1, ARMDMA_TO_DEVICE))
		armdma_dma_unmap_sg(r->dev, sgl, 1, ARMDMA_TO_DEVICE);
	a = armdma_dma_map_resource(r->dev, 0x10000000, PAGE, ARMDMA_BIDIRECTIONAL, 0);
	if (!armdma_dma_mapping_error(r->dev, a))
		armdma_dma_unmap_resource(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL, 0);
	p = armdma_dma_alloc_coherent(r->dev, 100 * PAGE, &a, ARMDMA_GFP_KERNEL | ARMDMA__GFP_NOWARN);
	armdma_dma_free_coherent(r->dev, 100 * PAGE, p, a);
	p = armdma_dma_alloc_coherent(r->dev, PAGE, &a, ARMDMA_GFP_ATOMIC);
	armdma_dma_free_coherent(r->dev, PAGE, p, a);
	own = armdma_dma_alloc_pages(r->dev, 3 * PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);
	if (own)
		armdma_dma_free_pages(r->dev, 3 * PAGE, own, a, ARMDMA_BIDIRECTIONAL);
	sgt = armdma_dma_alloc_noncontiguous(r->dev, 9 * PAGE, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL, 0);
	armdma_dma_free_noncontiguous(r->dev, 9 * PAGE, sgt, ARMDMA_BIDIRECTIONAL);
	p = pool ? armdma_dma_pool_alloc(pool, ARMDMA_GFP_KERNEL, &a) : NULL;
	if (p)
		armdma_dma_pool_free(pool, p, a);
	armdma_dma_pool_destroy(pool);
	armdma_free_pages(r->m, page, 6);
}

static void no_call_changes_whether_the_unit_translates(struct rig *r)
{
	struct unit u = { .ctrl = armdma_hw_config(r->hw)->sysmmus[0].reg_base };
	struct armdma_sysmmu_state before, after;

	use_everything(r);	/* the atomic pool is mapped at its first use */
	assert_int_equal(armdma_sysmmu_get_state(r->dev, &before), 0);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->m), ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE),
						on_write, &u), 0);
	use_everything(r);
	/* And with a share of all steps failing. */
	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		if (step != ARMDMA_FAIL_PAGE)
			armdma_fail_randomly(r->m, (enum armdma_fail_step)step, 300000, (uint64_t)step + 1);
	for (unsigned int i = 0; i < 30; i++)
		use_everything(r);
	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
		armdma_fail_randomly(r->m, (enum armdma_fail_step)step, 0, 0);
	armdma_event_subscribe(armdma_machine_events(r->m), 0, on_write, &u);
	assert_int_equal(armdma_sysmmu_get_state(r->dev, &after), 0);
	assert_int_equal(u.disabled, 0);
	assert_int_equal(after.enabled, before.enabled);
	assert_int_equal(after.clk_enable_count, before.clk_enable_count);
	assert_int_equal(after.table, before.table);
}

int main(void)
{
	static const struct rig_test tests[] = {
		RIG_TEST_ON(buffer_of_three_pages_returns_the_fourth, no_contiguous_memory),
		RIG_TEST(buffer_of_17_pages_is_16_and_1_behind_an_iommu),
		RIG_TEST(merged_list_is_maintained_entry_by_entry),
		RIG_TEST(single_mapping_is_maintained_by_direction),
		RIG_TEST(no_call_changes_whether_the_unit_translates),
	};

	return rig_main("api_log", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
}
