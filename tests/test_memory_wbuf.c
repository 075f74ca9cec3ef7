/* SPDX-License-Identifier: BSD-2-Clause */
/* The write buffer of small uncached mappings: what drains it, what pulls, and how it ages. */
#include "memory_rig.h"
#include "sim/hw.h"

#define AGE 1600u

struct fixture {
	struct armdma_hw *hw;
	uint8_t *w;		/* uncached mapping of two highmem pages, RIG_HIGH */
	bool in_irq_saw;
	uint8_t irq_byte;
};

static uint8_t *map(struct armdma_hw *hw, armdma_phys_t pa, size_t n)
{
	armdma_pfn_t pfns[64];
	void *cpu;

	for (size_t i = 0; i < n; i++)
		pfns[i] = rig_pfn(pa) + i;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, n, ARMDMA_MT_UNCACHED, &cpu),
			 0);
	return cpu;
}

static struct fixture start(void)
{
	struct armdma_config cfg = rig_config();
	struct fixture f = { NULL, NULL, false, 0 };

	cfg.wbuf_age = AGE;
	f.hw = rig_create(&cfg);
	f.w = map(f.hw, RIG_HIGH, 2);
	return f;
}

/* What a master sees that looks once. */
static uint8_t look(struct fixture *f, uint32_t off)
{
	uint8_t v;

	mem_read(f->hw, RIG_HIGH + off, &v, 1);
	return v;
}

/* Write to a register that no unit has; the message is of no interest. */
static void quiet(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

/* ---- towards the device ------------------------------------------------ */

static void plain_store_stays_pending(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w, 1);
	assert_int_equal(cpu_get(f.w), 1);
	assert_int_equal(look(&f, 0), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_HIGH), 0);
	armdma_hw_destroy(f.hw);
}

static void wmb_mb_and_writel_drain(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_set_log(f.hw, quiet, NULL);
	cpu_set(f.w, 1);
	cpu_set(f.w + RIG_PAGE, 1);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(look(&f, 0), 1);
	assert_int_equal(look(&f, RIG_PAGE), 1);
	cpu_set(f.w, 2);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_MB);
	assert_int_equal(look(&f, 0), 2);
	cpu_set(f.w, 3);
	armdma_hw_writel(f.hw, 0x10000000, 0);
	assert_int_equal(look(&f, 0), 3);
	armdma_hw_destroy(f.hw);
}

static void dma_wmb_rmb_reads_and_relaxed_writes_drain_nothing(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_set_log(f.hw, quiet, NULL);
	cpu_set(f.w, 1);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_WMB);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_RMB);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_RMB);
	armdma_hw_writel_relaxed(f.hw, 0x10000000, 0);
	armdma_hw_readl_relaxed(f.hw, 0x10000000);
	armdma_hw_readl(f.hw, 0x10000000);
	armdma_hw_read_once(f.hw, f.w);
	assert_int_equal(rig_phys8(f.hw, RIG_HIGH), 0);
	armdma_hw_destroy(f.hw);
}

static void second_look_after_the_age_sees_the_store(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w, 1);
	armdma_hw_advance(f.hw, 10 * AGE);	/* time alone does nothing */
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_advance(f.hw, AGE - 1);
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_advance(f.hw, 1);
	assert_int_equal(look(&f, 0), 1);
	armdma_hw_destroy(f.hw);
}

static void store_elsewhere_without_barrier_may_come_later(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w + 512, 7);		/* payload */
	cpu_set(f.w, 1);		/* status */
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_advance(f.hw, AGE);
	assert_int_equal(look(&f, 0), 1);
	assert_int_equal(look(&f, 512), 0);
	armdma_hw_destroy(f.hw);
}

static void store_ordered_by_dma_wmb_never_comes_later(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w + RIG_PAGE, 7);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_WMB);
	cpu_set(f.w, 1);
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_advance(f.hw, AGE);
	assert_int_equal(look(&f, 0), 1);
	assert_int_equal(look(&f, RIG_PAGE), 7);
	armdma_hw_destroy(f.hw);
}

static void drain_forgets_the_age_of_what_was_looked_for(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w, 1);
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	armdma_hw_advance(f.hw, AGE);
	cpu_set(f.w, 2);
	assert_int_equal(look(&f, 0), 1);
	/* Also when nothing was pending any more. */
	cpu_set(f.w, 1);
	cpu_set(f.w + 64, 1);
	assert_int_equal(look(&f, 64), 0);
	cpu_set(f.w + 64, 0);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	armdma_hw_advance(f.hw, AGE);
	cpu_set(f.w + 64, 2);
	assert_int_equal(look(&f, 64), 0);
	armdma_hw_destroy(f.hw);
}

static void full_drain_ends_the_order_of_a_dma_wmb(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_WMB);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	cpu_set(f.w + 512, 7);
	cpu_set(f.w, 1);
	assert_int_equal(look(&f, 0), 0);
	armdma_hw_advance(f.hw, AGE);
	assert_int_equal(look(&f, 0), 1);
	assert_int_equal(look(&f, 512), 0);
	armdma_hw_destroy(f.hw);
}

/* ---- towards the CPU --------------------------------------------------- */

static void masters_write_waits_for_a_barrier(void **state)
{
	static const enum armdma_barrier pulls[] = {
		ARMDMA_BARRIER_RMB, ARMDMA_BARRIER_DMA_RMB, ARMDMA_BARRIER_MB, ARMDMA_BARRIER_WMB,
	};
	struct fixture f = start();

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		rig_master8(f.hw, RIG_HIGH, (uint8_t)(i + 1));
		assert_int_equal(cpu_get(f.w), i);
		armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_WMB);
		assert_int_equal(cpu_get(f.w), i);
		armdma_hw_barrier(f.hw, pulls[i]);
		assert_int_equal(cpu_get(f.w), i + 1);
	}
	armdma_hw_destroy(f.hw);
}

static void readl_pulls_and_relaxed_read_does_not(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_set_log(f.hw, quiet, NULL);
	rig_master8(f.hw, RIG_HIGH, 1);
	armdma_hw_readl_relaxed(f.hw, 0x10000000);
	armdma_hw_writel_relaxed(f.hw, 0x10000000, 0);
	assert_int_equal(cpu_get(f.w), 0);
	armdma_hw_readl(f.hw, 0x10000000);
	assert_int_equal(cpu_get(f.w), 1);
	armdma_hw_destroy(f.hw);
}

/* A ring that is set up anew: zeroes over zeroes that a device has overwritten in the meantime are stores all the same. */
static void memset_after_a_register_write_replaces_what_the_device_wrote(void **state)
{
	struct fixture f = start();

	(void)state;
	armdma_hw_set_log(f.hw, quiet, NULL);
	rig_master8(f.hw, RIG_HIGH, 0x80);
	armdma_hw_writel(f.hw, 0x10000000, 0);	/* reset of the device */
	cpu_set(f.w, 0);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(rig_phys8(f.hw, RIG_HIGH), 0);
	assert_int_equal(cpu_get(f.w), 0);
	armdma_hw_destroy(f.hw);
}

static bool handler(void *ctx, uint32_t line)
{
	struct fixture *f = ctx;

	(void)line;
	f->in_irq_saw = true;
	f->irq_byte = cpu_get(f->w);
	return true;
}

static void interrupt_entry_pulls(void **state)
{
	struct fixture f = start();
	bool level = false;

	(void)state;
	assert_int_equal(armdma_hw_irq_request(f.hw, 5, handler, &f), 0);
	rig_master8(f.hw, RIG_HIGH, 1);
	irq_set(f.hw, 5, &level, true);
	armdma_hw_advance(f.hw, 1);
	assert_true(f.in_irq_saw);
	assert_int_equal(f.irq_byte, 1);
	armdma_hw_destroy(f.hw);
}

static void read_once_pulls_one_line_only(void **state)
{
	struct fixture f = start();
	uint8_t data[64];

	(void)state;
	memset(data, 1, sizeof(data));
	mem_write(f.hw, RIG_HIGH, data, sizeof(data));
	armdma_hw_read_once(f.hw, f.w + 40);
	assert_int_equal(cpu_get(f.w + 31), 0);
	assert_int_equal(cpu_get(f.w + 32), 1);
	assert_int_equal(cpu_get(f.w + 63), 1);
	/* Status first, payload without a barrier: old. With one: new. */
	assert_int_equal(cpu_get(f.w), 0);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_RMB);
	assert_int_equal(cpu_get(f.w), 1);
	/* Anything else is ignored. */
	rig_master8(f.hw, RIG_HIGH, 2);
	armdma_hw_read_once(f.hw, &f);
	armdma_hw_read_once(f.hw, armdma_hw_linear(f.hw, RIG_BASE));
	assert_int_equal(cpu_get(f.w), 1);
	armdma_hw_destroy(f.hw);
}

static void waiting_loop_sees_a_masters_write_by_age(void **state)
{
	struct fixture f = start();
	unsigned int turns = 0;

	(void)state;
	rig_master8(f.hw, RIG_HIGH, 1);
	armdma_hw_cpu_relax(f.hw);
	assert_int_equal(cpu_get(f.w), 0);
	while (!cpu_get(f.w) && turns++ < 10000)
		armdma_hw_cpu_relax(f.hw);
	assert_int_equal(cpu_get(f.w), 1);
	assert_true(armdma_hw_now(f.hw) >= AGE);
	rig_master8(f.hw, RIG_HIGH, 2);
	armdma_hw_udelay(f.hw, 11);
	assert_int_equal(cpu_get(f.w), 2);
	armdma_hw_destroy(f.hw);
}

static bool seen(void *ctx)
{
	return cpu_get(((struct fixture *)ctx)->w) == 1;
}

static void nothing(struct clock_event *ev)
{
	(void)ev;
}

static void sleeping_wait_sees_a_masters_write_by_age(void **state)
{
	struct fixture f = start();
	struct clock_event ev;

	(void)state;
	rig_master8(f.hw, RIG_HIGH, 1);
	clock_event_init(&ev, nothing);
	clock_schedule(f.hw, &ev, 2 * AGE);
	assert_int_equal(armdma_hw_wait(f.hw, seen, &f, 10 * AGE), 0);
	assert_int_equal(armdma_hw_now(f.hw), 2 * AGE);
	armdma_hw_destroy(f.hw);
}

static void pending_store_beats_a_masters_write_of_the_same_byte(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w, 1);
	rig_master8(f.hw, RIG_HIGH, 5);
	rig_master8(f.hw, RIG_HIGH + 1, 6);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_RMB);
	assert_int_equal(cpu_get(f.w), 1);
	assert_int_equal(cpu_get(f.w + 1), 6);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(look(&f, 0), 1);
	assert_int_equal(look(&f, 1), 6);
	armdma_hw_destroy(f.hw);
}

/* ---- sizes and life ---------------------------------------------------- */

static void mapping_above_wbuf_max_needs_no_barrier(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;
	uint8_t *big, *small;

	(void)state;
	cfg.wbuf_max = 2 * (uint32_t)RIG_PAGE;
	hw = rig_create(&cfg);
	small = map(hw, RIG_HIGH, 2);
	big = map(hw, RIG_HIGH + 4 * RIG_PAGE, 3);
	cpu_set(small, 1);
	cpu_set(big, 1);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 0);
	assert_int_equal(rig_phys8(hw, RIG_HIGH + 4 * RIG_PAGE), 1);
	rig_master8(hw, RIG_HIGH + 4 * RIG_PAGE, 2);
	assert_int_equal(cpu_get(big), 2);
	armdma_hw_destroy(hw);
}

static void unmap_drains(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w + 5, 1);
	assert_int_equal(armdma_hw_unmap(f.hw, f.w, 2), 0);
	assert_int_equal(rig_phys8(f.hw, RIG_HIGH + 5), 1);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_MB);
	armdma_hw_destroy(f.hw);
}

static void second_mapping_shares_the_write_buffer(void **state)
{
	struct fixture f = start();
	uint8_t *twin = map(f.hw, RIG_HIGH, 1);

	(void)state;
	cpu_set(f.w, 1);
	assert_int_equal(cpu_get(twin), 1);
	assert_int_equal(look(&f, 0), 0);
	assert_int_equal(armdma_hw_unmap(f.hw, f.w, 2), 0);
	assert_int_equal(look(&f, 0), 0);
	assert_int_equal(cpu_get(twin), 1);
	assert_int_equal(armdma_hw_unmap(f.hw, twin, 1), 0);
	assert_int_equal(look(&f, 0), 1);
	armdma_hw_destroy(f.hw);
}

static void table_walker_sees_aged_stores_too(void **state)
{
	struct fixture f = start();

	(void)state;
	cpu_set(f.w + 60, 1);
	assert_int_equal(((const uint8_t *)mem_peek(f.hw, RIG_HIGH))[60], 0);
	armdma_hw_advance(f.hw, AGE);
	assert_int_equal(((const uint8_t *)mem_peek(f.hw, RIG_HIGH))[60], 1);
	armdma_hw_destroy(f.hw);
}

static void barriers_are_counted_logged_and_cost_time(void **state)
{
	struct fixture f = start();
	struct armdma_hw_stats st;

	(void)state;
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_WMB);
	armdma_hw_barrier(f.hw, ARMDMA_BARRIER_DMA_RMB);
	armdma_hw_stats(f.hw, &st);
	assert_int_equal(st.barriers, 2);
	assert_int_equal(armdma_hw_now(f.hw), 2 * armdma_hw_config(f.hw)->costs.barrier);
	armdma_hw_destroy(f.hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(plain_store_stays_pending),
		T(wmb_mb_and_writel_drain),
		T(dma_wmb_rmb_reads_and_relaxed_writes_drain_nothing),
		T(second_look_after_the_age_sees_the_store),
		T(store_elsewhere_without_barrier_may_come_later),
		T(store_ordered_by_dma_wmb_never_comes_later),
		T(drain_forgets_the_age_of_what_was_looked_for),
		T(full_drain_ends_the_order_of_a_dma_wmb),
		T(masters_write_waits_for_a_barrier),
		T(readl_pulls_and_relaxed_read_does_not),
		T(memset_after_a_register_write_replaces_what_the_device_wrote),
		T(interrupt_entry_pulls),
		T(read_once_pulls_one_line_only),
		T(waiting_loop_sees_a_masters_write_by_age),
		T(sleeping_wait_sees_a_masters_write_by_age),
		T(pending_store_beats_a_masters_write_of_the_same_byte),
		T(mapping_above_wbuf_max_needs_no_barrier),
		T(unmap_drains),
		T(second_mapping_shares_the_write_buffer),
		T(table_walker_sees_aged_stores_too),
		T(barriers_are_counted_logged_and_cost_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
