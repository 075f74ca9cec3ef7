/* SPDX-License-Identifier: BSD-2-Clause */
/* The register decoder, the console, and the hub of events. */
#include <errno.h>

#include "memory_rig.h"
#include "sim/hw.h"

struct unit {
	uint32_t regs[4];
	unsigned int reads, writes;
	uint32_t last;
};

static uint32_t read_reg(void *ctx, uint32_t offset)
{
	struct unit *u = ctx;

	u->reads++;
	u->last = offset;
	return u->regs[offset / 4 % 4];
}

static void write_reg(void *ctx, uint32_t offset, uint32_t value)
{
	struct unit *u = ctx;

	u->writes++;
	u->last = offset;
	u->regs[offset / 4 % 4] = value;
}

static struct mmio_region region(struct unit *u, armdma_phys_t base, uint64_t size, const char *name)
{
	return (struct mmio_region){ base, size, name, read_reg, write_reg, u, NULL };
}

static int add(struct armdma_hw *hw, struct unit *u, armdma_phys_t base, uint64_t size)
{
	struct mmio_region r = region(u, base, size, "unit");

	return mmio_add(hw, &r);
}

static struct armdma_hw *start(void)
{
	struct armdma_config cfg = rig_config();

	return rig_create(&cfg);
}

static void note(void *ctx, const char *line)
{
	strncpy(ctx, line, 255);
}

static void address_reaches_the_unit_that_decodes_it(void **state)
{
	struct armdma_hw *hw = start();
	static const armdma_phys_t bases[] = { 0x30000, 0x10000, 0x50000, 0x20000, 0x40000 };
	struct unit u[5];

	(void)state;
	memset(u, 0, sizeof(u));
	for (int i = 0; i < 5; i++)
		assert_int_equal(add(hw, &u[i], bases[i], 0x1000), 0);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5; i++) {
			armdma_hw_writel(hw, bases[i] + 0xffc, (uint32_t)i + 1);
			assert_int_equal(u[i].last, 0xffc);
			assert_int_equal(armdma_hw_readl(hw, bases[i] + 0xc), i + 1);
			armdma_hw_writel_relaxed(hw, bases[i] + 4, 77);
			assert_int_equal(armdma_hw_readl_relaxed(hw, bases[i] + 4), 77);
		}
	for (int i = 0; i < 5; i++) {
		assert_int_equal(u[i].reads, 4);
		assert_int_equal(u[i].writes, 4);
	}
	armdma_hw_destroy(hw);
}

static void overlapping_regions_are_refused(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = { .reads = 0 };

	(void)state;
	assert_int_equal(add(hw, &u, 0x10000, 0x1000), 0);
	assert_int_equal(add(hw, &u, 0x10000, 0x1000), -EBUSY);
	assert_int_equal(add(hw, &u, 0x10ffc, 0x1000), -EBUSY);
	assert_int_equal(add(hw, &u, 0xf000, 0x1004), -EBUSY);
	assert_int_equal(add(hw, &u, 0x10800, 4), -EBUSY);
	assert_int_equal(add(hw, &u, 0xf000, 0x1000), 0);
	assert_int_equal(add(hw, &u, 0x11000, 0x1000), 0);
	armdma_hw_destroy(hw);
}

static void unknown_register_reads_0_and_is_logged_with_its_address(void **state)
{
	struct armdma_hw *hw = start();
	struct unit u = { .regs = { 5, 5, 5, 5 } };
	char line[256] = "";

	(void)state;
	armdma_hw_set_log(hw, note, line);
	add(hw, &u, 0x10000, 0x1000);
	assert_int_equal(armdma_hw_readl(hw, 0x11000), 0);
	assert_non_null(strstr(line, "read"));
	assert_non_null(strstr(line, "0x11000"));
	armdma_hw_writel(hw, 0xfffc, 0xabcd);
	assert_non_null(strstr(line, "write of 0x0000abcd"));
	assert_non_null(strstr(line, "0xfffc"));
	/* An unaligned access reaches no unit either. */
	assert_int_equal(armdma_hw_readl(hw, 0x10002), 0);
	assert_non_null(strstr(line, "0x10002"));
	armdma_hw_writel(hw, 0x10001, 1);
	assert_int_equal(u.reads + u.writes, 0);
	/* RAM is no register. */
	assert_int_equal(armdma_hw_readl(hw, RIG_BASE), 0);
	assert_non_null(strstr(line, "0x40000000"));
	armdma_hw_destroy(hw);
}

static void accesses_cost_time_and_are_counted(void **state)
{
	struct armdma_hw *hw = start();
	const struct armdma_costs *c = &armdma_hw_config(hw)->costs;
	struct unit u = { .reads = 0 };
	struct armdma_hw_stats st;

	(void)state;
	add(hw, &u, 0x10000, 0x1000);
	armdma_hw_readl(hw, 0x10000);
	armdma_hw_readl_relaxed(hw, 0x10000);
	armdma_hw_writel(hw, 0x10000, 1);
	assert_int_equal(armdma_hw_now(hw), 2 * c->reg_read + c->reg_write);
	armdma_hw_stats(hw, &st);
	assert_int_equal(st.reg_reads, 2);
	assert_int_equal(st.reg_writes, 1);
	assert_int_equal(st.cycles, armdma_hw_now(hw));
	armdma_hw_destroy(hw);
}

struct order {
	struct armdma_hw *hw;
	uint8_t dram, cpu;
	uint8_t *w;
	struct clock_event ev;
};

static void order_write(void *ctx, uint32_t offset, uint32_t value)
{
	struct order *o = ctx;

	(void)offset;
	(void)value;
	o->dram = rig_phys8(o->hw, RIG_HIGH);
}

static uint32_t order_read(void *ctx, uint32_t offset)
{
	struct order *o = ctx;

	(void)offset;
	rig_master8(o->hw, RIG_HIGH + 64, 9);	/* what the device wrote before it answered */
	return 1;
}

static void writel_drains_before_the_write_and_readl_pulls_after_the_read(void **state)
{
	struct order o = { .hw = start() };
	struct mmio_region r = { 0x10000, 0x1000, "doorbell", order_read, order_write, &o, NULL };
	armdma_pfn_t pfn = rig_pfn(RIG_HIGH);
	void *cpu;

	(void)state;
	assert_int_equal(mmio_add(o.hw, &r), 0);
	assert_int_equal(armdma_hw_map(o.hw, ARMDMA_SPACE_VMALLOC, &pfn, 1, ARMDMA_MT_UNCACHED, &cpu), 0);
	o.w = cpu;
	cpu_set(o.w, 1);
	armdma_hw_writel_relaxed(o.hw, 0x10000, 1);
	assert_int_equal(o.dram, 0);
	armdma_hw_writel(o.hw, 0x10000, 1);
	assert_int_equal(o.dram, 1);
	armdma_hw_readl_relaxed(o.hw, 0x10000);
	assert_int_equal(cpu_get(o.w + 64), 0);
	armdma_hw_readl(o.hw, 0x10000);
	assert_int_equal(cpu_get(o.w + 64), 9);
	armdma_hw_destroy(o.hw);
}

struct later {
	struct clock_event ev;	/* first */
	uint32_t reg;
};

static void set_register(struct clock_event *ev)
{
	((struct later *)ev)->reg = 1;
}

static void poll_loop_ends(void **state)
{
	struct armdma_hw *hw = start();
	struct later later = { .reg = 0 };
	struct unit u = { .reads = 0 };
	struct mmio_region r = region(&u, 0x10000, 0x1000, "unit");
	unsigned int turns = 0;

	(void)state;
	mmio_add(hw, &r);
	clock_event_init(&later.ev, set_register);
	clock_schedule(hw, &later.ev, 1000);
	while (!later.reg && turns < 100000) {
		armdma_hw_readl_relaxed(hw, 0x10000);
		turns++;
	}
	assert_int_equal(turns, 1000 / armdma_hw_config(hw)->costs.reg_read);
	armdma_hw_destroy(hw);
}

/* ---- console and events ------------------------------------------------ */

static void console_lines_go_to_the_log_function(void **state)
{
	struct armdma_hw *hw = start();
	char line[256] = "", longer[700];

	(void)state;
	armdma_hw_set_log(hw, note, line);
	armdma_hw_log(hw, "%s %d", "value", 42);
	assert_string_equal(line, "value 42");
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	armdma_hw_log(hw, "%s", longer);
	assert_int_equal(strnlen(line, 255), 255);
	armdma_hw_set_log(hw, NULL, NULL);
	armdma_hw_destroy(hw);
}

struct observer {
	struct armdma_hw *hw;
	unsigned int calls;
	struct armdma_event last;
	bool leave;
};

static void observe(void *ctx, const struct armdma_event *ev)
{
	struct observer *o = ctx;

	o->calls++;
	o->last = *ev;
	if (o->leave)
		armdma_event_subscribe(armdma_hw_events(o->hw), 0, observe, o);
}

static void observers_get_what_their_mask_names(void **state)
{
	struct armdma_hw *hw = start();
	struct armdma_events *evs = armdma_hw_events(hw);
	struct observer a = { .hw = hw }, b = { .hw = hw };
	struct unit u = { .reads = 0 };

	(void)state;
	add(hw, &u, 0x10000, 0x1000);
	assert_int_equal(evs->mask, 0);
	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_REG_READ), observe, &a);
	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE) | ARMDMA_EV_BIT(ARMDMA_EV_REG_READ),
			       observe, &b);
	u.regs[1] = 3;
	armdma_hw_readl(hw, 0x10004);
	armdma_hw_writel(hw, 0x10008, 7);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 2);
	assert_int_equal(a.last.type, ARMDMA_EV_REG_READ);
	assert_int_equal(a.last.addr, 0x10004);
	assert_int_equal(a.last.value, 3);
	assert_string_equal(a.last.who, "unit");
	assert_int_equal(b.last.value, 7);
	assert_int_equal(b.last.time, armdma_hw_now(hw));
	/* The same pair again changes the mask; 0 removes. */
	armdma_event_subscribe(evs, ARMDMA_EV_BIT(ARMDMA_EV_REG_READ), observe, &b);
	armdma_hw_writel(hw, 0x10008, 7);
	assert_int_equal(b.calls, 2);
	armdma_event_subscribe(evs, 0, observe, &a);
	assert_true(armdma_event_on(evs, ARMDMA_EV_REG_READ));
	armdma_event_subscribe(evs, 0, observe, &b);
	armdma_event_subscribe(evs, 0, observe, &b);
	assert_int_equal(evs->mask, 0);
	armdma_hw_destroy(hw);
}

static void observer_may_remove_itself_inside_its_call(void **state)
{
	struct armdma_hw *hw = start();
	struct observer a = { .hw = hw, .leave = true }, b = { .hw = hw };

	(void)state;
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_ALL, observe, &b);
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_ALL, observe, &a);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_MB);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_MB);
	assert_int_equal(a.calls, 1);
	assert_int_equal(b.calls, 2);
	armdma_hw_destroy(hw);
}

static void every_event_type_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < ARMDMA_EV_NR; i++) {
		assert_string_not_equal(armdma_event_name((enum armdma_event_type)i), "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(armdma_event_name((enum armdma_event_type)i),
						armdma_event_name((enum armdma_event_type)j));
	}
	assert_string_equal(armdma_event_name(ARMDMA_EV_NR), "unknown");
	assert_string_equal(armdma_event_name((enum armdma_event_type)-1), "unknown");
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(address_reaches_the_unit_that_decodes_it),
		T(overlapping_regions_are_refused),
		T(unknown_register_reads_0_and_is_logged_with_its_address),
		T(accesses_cost_time_and_are_counted),
		T(writel_drains_before_the_write_and_readl_pulls_after_the_read),
		T(poll_loop_ends),
		T(console_lines_go_to_the_log_function),
		T(observers_get_what_their_mask_names),
		T(observer_may_remove_itself_inside_its_call),
		T(every_event_type_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
