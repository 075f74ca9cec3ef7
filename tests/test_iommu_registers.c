/* SPDX-License-Identifier: BSD-2-Clause */
/* What the driver writes to SYSMMU registers, when, and for which unit; and a unit that does not stop. */
#include <errno.h>

#include "lib/iommu/internal.h"
#include "sim/hw.h"
#include "tests/iommu_helpers.h"

#define CTRL 0x000
#define CFG 0x004
#define STATUS 0x008
#define FLUSH 0x00c
#define FLUSH_ENTRY 0x010
#define PT_BASE 0x014

static struct reg_log rl;

struct want { uint32_t reg, value; };
#define assert_writes(...)                                                                         \
	do {                                                                                       \
		const struct want want_[] = { __VA_ARGS__ };                                       \
		assert_int_equal(rl.nr, sizeof(want_) / sizeof(want_[0]));                         \
		for (unsigned int i_ = 0; i_ < rl.nr; i_++) {                                      \
			assert_int_equal(rl.e[i_].reg, want_[i_].reg);                             \
			assert_int_equal(rl.e[i_].value, want_[i_].value);                         \
		}                                                                                  \
	} while (0)

static unsigned int count_writes(uint32_t unit, uint32_t reg)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < rl.nr; i++)
		n += rl.e[i].write && rl.e[i].reg == reg && (!unit || rl.e[i].unit == unit);
	return n;
}

static void init_version(struct fixture *f, uint32_t version)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		cfg.sysmmus[i].version = version;
	fixture_init(f, &cfg);
}

static struct armdma_device *fimc(const struct fixture *f, int n)
{
	char name[] = "fimc0";
	struct armdma_device *dev;

	name[4] = (char)('0' + n);
	dev = armdma_device_find(f->m, name);
	assert_non_null(dev);
	return dev;
}

static void attach(struct fixture *f)
{
	assert_int_equal(armdma_domain_attach(f->d, fimc(f, 0)), 0);
}

static void detach(struct fixture *f)
{
	assert_int_equal(armdma_domain_detach(f->d, fimc(f, 0)), 0);
}

/* ---- enable and disable ------------------------------------------------ */

static void enable_and_disable_write_the_versions_own_values(void **state)
{
	static const struct { uint32_t version, cfg; } cases[] = {
		{ ARMDMA_SYSMMU_V1_0, 0x785 }, { ARMDMA_SYSMMU_V1_2, 0x785 },
		{ ARMDMA_SYSMMU_V2_0, 0x785 }, { ARMDMA_SYSMMU_V2_1, 0x785 },
		{ ARMDMA_SYSMMU_V3_0, 0x785 }, { ARMDMA_SYSMMU_V3_1, 0x785 },
		{ ARMDMA_SYSMMU_V3_2, 0x00500785 }, { ARMDMA_SYSMMU_V3_3, 0x01100784 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		uint32_t table;

		init_version(&f, cases[i].version);
		table = (uint32_t)armdma_domain_table(f.d);
		reg_log_start(&f, &rl, true);
		attach(&f);
		assert_writes({ CTRL, 7 }, { CFG, cases[i].cfg }, { PT_BASE, table }, { FLUSH, 1 }, { CTRL, 5 });
		rl.nr = 0;
		detach(&f);
		assert_writes({ CTRL, 0 }, { CFG, 0 });
		reg_log_stop(&f, &rl);
		fixture_fini(&f);
	}
}

static void attach_follows_runtime_pm(void **state)
{
	struct fixture *f = *state;
	struct armdma_device *dev = fimc(f, 0);
	struct armdma_sysmmu_state st;

	armdma_pm_runtime_enable(dev);
	reg_log_start(f, &rl, true);
	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50000000, 4096, RW), 0);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10000000, 4096), 4096);
	assert_int_equal(rl.nr, 0);
	assert_int_equal(armdma_sysmmu_get_state(dev, &st), 0);
	assert_true(st.units == 1 && !st.enabled && !st.clk_enable_count && st.table == armdma_domain_table(f->d));
	armdma_pm_runtime_get(dev);
	assert_int_equal(rl.nr, 5);
	armdma_sysmmu_get_state(dev, &st);
	assert_true(st.enabled && st.clk_enable_count == 1);
	rl.nr = 0;
	armdma_pm_runtime_put(dev);
	assert_writes({ CTRL, 0 }, { CFG, 0 });
	rl.nr = 0;
	detach(f);
	assert_int_equal(rl.nr, 0);
	armdma_sysmmu_get_state(dev, &st);
	assert_true(!st.enabled && !st.clk_enable_count && !st.table);
}

static void attach_checks_its_arguments(void **state)
{
	struct fixture *f = *state;
	struct armdma_domain *other = armdma_domain_alloc(f->m);
	struct armdma_device bare = { .m = f->m };
	struct armdma_sysmmu_state st;

	assert_int_equal(armdma_domain_attach(f->d, &bare), -ENODEV);
	assert_int_equal(armdma_sysmmu_get_state(&bare, &st), -ENODEV);
	assert_int_equal(armdma_iommu_recover(&bare), -ENODEV);
	attach(f);
	assert_int_equal(armdma_domain_attach(other, fimc(f, 0)), -EBUSY);
	assert_int_equal(armdma_domain_attach(f->d, fimc(f, 0)), -EBUSY);
	assert_int_equal(armdma_domain_detach(other, fimc(f, 0)), -EINVAL);
	detach(f);
	assert_int_equal(armdma_domain_detach(f->d, fimc(f, 0)), -EINVAL);
	armdma_domain_free(other);
}

static void freeing_an_attached_domain_detaches_it_and_is_reported(void **state)
{
	struct fixture *f = *state;
	unsigned int n = armdma_report_count(f->m, ARMDMA_REPORT_BAD_FREE);
	struct armdma_sysmmu_state st;

	attach(f);
	armdma_domain_free(f->d);
	f->d = NULL;
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_BAD_FREE), n + 1);
	armdma_sysmmu_get_state(fimc(f, 0), &st);
	assert_false(st.enabled);
}

/* ---- map and unmap ----------------------------------------------------- */

static void mapping_writes_no_register(void **state)
{
	struct fixture *f = *state;

	attach(f);
	reg_log_start(f, &rl, true);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50001000, 4 * MiB, RW), 0);
	assert_int_equal(armdma_iommu_map(f->d, 0x20000000, 0x50000000, 4 * MiB, RW), 0);
	armdma_fail_nth(f->m, ARMDMA_FAIL_TABLE, 2);
	assert_int_equal(armdma_iommu_map(f->d, 0x30000000, 0x50001000, 4 * MiB, RW), -ENOMEM);
	assert_int_equal(rl.nr, 0);
	reg_log_stop(f, &rl);
	detach(f);
}

static void one_page_costs_five_accesses(void **state)
{
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x12345000, 0x50000000, 4096, RW), 0);
	reg_log_start(f, &rl, true);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x12345000, 4096), 4096);
	assert_writes({ CTRL, 7 }, { STATUS, 1 }, { STATUS, 1 }, { FLUSH_ENTRY, 0x12345001 }, { CTRL, 5 });
	rl.nr = 0;
	assert_int_equal(armdma_iommu_unmap(f->d, 0x12345000, 4096), 0);
	assert_int_equal(rl.nr, 0);
	reg_log_stop(f, &rl);
	detach(f);
}

struct entry_case { uint64_t size; unsigned int v2, others; };

static void number_of_invalidations_depends_on_version_and_size(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1,
					     ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_3 };
	static const struct entry_case cases[] = { { 4 * KiB, 1, 1 }, { 64 * KiB, 16, 1 }, { MiB, 64, 1 } };

	(void)state;
	for (size_t v = 0; v < 5; v++) {
		struct fixture f;

		init_version(&f, versions[v]);
		attach(&f);
		for (size_t i = 0; i < 3; i++) {
			unsigned int n = versions[v] >> 28 == 2 ? cases[i].v2 : cases[i].others;

			assert_int_equal(armdma_iommu_map(f.d, 0x12300000, 0x50000000, cases[i].size, RW), 0);
			/* A section replaced a table: its flush is not what is counted here. */
			armdma_iommu_unmap(f.d, 0x12300000, cases[i].size);
			assert_int_equal(armdma_iommu_map(f.d, 0x13300000, 0x50000000, cases[i].size, RW), 0);
			armdma_iommu_unmap(f.d, 0x13300000, cases[i].size);
			assert_int_equal(armdma_iommu_map(f.d, 0x40300000 + i * 16 * MiB, 0x50000000,
							  cases[i].size, RW), 0);
			reg_log_start(&f, &rl, false);
			armdma_iommu_unmap(f.d, 0x40300000 + i * 16 * MiB, cases[i].size);
			reg_log_stop(&f, &rl);
			assert_int_equal(rl.nr, n + 2);
			for (unsigned int k = 0; k < n; k++) {
				assert_int_equal(rl.e[k + 1].reg, FLUSH_ENTRY);
				assert_int_equal(rl.e[k + 1].value,
						 (0x40300000 + i * 16 * MiB + k * 4096) | 1);
			}
		}
		detach(&f);
		fixture_fini(&f);
	}
}

static void above_64_pages_one_block_and_one_flush(void **state)
{
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50001000, 129 * 4096, RW), 0);
	reg_log_start(f, &rl, false);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10000000, 65 * 4096), 65 * 4096);
	assert_writes({ CTRL, 7 }, { FLUSH, 1 }, { CTRL, 5 });
	rl.nr = 0;
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10041000, 64 * 4096), 64 * 4096);
	assert_int_equal(rl.nr, 66);
	assert_int_equal(count_writes(0, FLUSH_ENTRY), 64);
	reg_log_stop(f, &rl);
	detach(f);
}

static void every_unit_of_every_device_of_a_domain_is_told(void **state)
{
	struct fixture *f = *state;
	struct armdma_device *a = fimc(f, 0), *b = fimc(f, 1);
	struct sysmmu_unit *third = fimc(f, 2)->units[0];
	uint32_t regs[3] = { (uint32_t)a->units[0]->regs, (uint32_t)b->units[0]->regs, (uint32_t)third->regs };

	b->units[b->nr_units++] = third;
	attach(f);
	assert_int_equal(armdma_domain_attach(f->d, b), 0);
	/* Its unit is b's now. */
	assert_int_equal(armdma_domain_attach(f->d, fimc(f, 2)), -EBUSY);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50000000, 4096, RW), 0);
	reg_log_start(f, &rl, false);
	armdma_iommu_unmap(f->d, 0x10000000, 4096);
	for (int i = 0; i < 3; i++)
		assert_int_equal(count_writes(regs[i], FLUSH_ENTRY), 1);
	rl.nr = 0;
	detach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50000000, 4096, RW), 0);
	rl.nr = 0;
	armdma_iommu_unmap(f->d, 0x10000000, 4096);
	assert_int_equal(count_writes(regs[0], FLUSH_ENTRY), 0);
	assert_int_equal(count_writes(regs[1], FLUSH_ENTRY), 1);
	assert_int_equal(count_writes(regs[2], FLUSH_ENTRY), 1);
	reg_log_stop(f, &rl);
	assert_int_equal(armdma_domain_detach(f->d, b), 0);
	b->nr_units--;
}

/* A table that a section replaced lives until a flush of the whole TLB has ended all walks through it. */
static void a_replaced_table_is_freed_by_the_next_flush(void **state)
{
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50000000, 4096, RW), 0);
	armdma_iommu_unmap(f->d, 0x12300000, 4096);
	reg_log_start(f, &rl, false);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50000000, MiB, RW), 0);
	assert_int_equal(rl.nr, 0);
	assert_int_equal(stats_of(f->d).l2_tables, 1);
	assert_valid(f->d);
	armdma_iommu_unmap(f->d, 0x12300000, MiB);
	assert_writes({ CTRL, 7 }, { FLUSH, 1 }, { CTRL, 5 });
	assert_int_equal(stats_of(f->d).l2_tables, 0);
	assert_valid(f->d);
	reg_log_stop(f, &rl);
	detach(f);
}

/* From 3.2 on a cache of level-1 descriptors would go on using the pointer to the old table. */
static void with_a_level1_cache_the_flush_is_due_at_once(void **state)
{
	struct fixture f;

	(void)state;
	init_version(&f, ARMDMA_SYSMMU_V3_2);
	attach(&f);
	assert_int_equal(armdma_iommu_map(f.d, 0x12300000, 0x50000000, 4096, RW), 0);
	armdma_iommu_unmap(f.d, 0x12300000, 4096);
	reg_log_start(&f, &rl, false);
	assert_int_equal(armdma_iommu_map(f.d, 0x12300000, 0x50000000, MiB, RW), 0);
	assert_writes({ CTRL, 7 }, { FLUSH, 1 }, { CTRL, 5 });
	assert_int_equal(stats_of(f.d).l2_tables, 0);
	reg_log_stop(&f, &rl);
	detach(&f);
	fixture_fini(&f);
}

struct clean_before_flush { bool cleaned, wrong; };
static void clean_comes_first(void *ctx, const struct armdma_event *ev)
{
	struct clean_before_flush *c = ctx;

	if (ev->type == ARMDMA_EV_CACHE_OP)
		c->cleaned = true;
	else if (!c->cleaned)
		c->wrong = true;
}

static void unmap_cleans_before_it_invalidates(void **state)
{
	struct fixture *f = *state;
	struct clean_before_flush c = { false, false };

	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x12300000, 0x50000000, 4096, RW), 0);
	armdma_event_subscribe(armdma_machine_events(f->m),
			       ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP) | ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE),
			       clean_comes_first, &c);
	armdma_iommu_unmap(f->d, 0x12300000, 4096);
	armdma_event_subscribe(armdma_machine_events(f->m), 0, clean_comes_first, &c);
	assert_true(c.cleaned && !c.wrong);
	detach(f);
}

/* ---- a unit that does not stop ----------------------------------------- */

#define FAKE_REGS 0x1e000000u

/* Registers of a unit whose master never pauses, until told. */
struct fake { uint32_t ctrl; bool stops; unsigned int polls; };
static uint32_t fake_read(void *ctx, uint32_t reg)
{
	struct fake *k = ctx;

	if (reg != STATUS)
		return 0;
	k->polls++;
	return k->stops && (k->ctrl & 2);
}
static void fake_write(void *ctx, uint32_t reg, uint32_t value)
{
	if (reg == CTRL)
		((struct fake *)ctx)->ctrl = value;
}

static void a_unit_that_does_not_stop_is_flushed_and_reported(void **state)
{
	struct fixture *f = *state;
	struct fake k = { 0, false, 0 };
	struct mmio_region r = { FAKE_REGS, 0x1000, "fake", fake_read, fake_write, &k, NULL };
	struct sysmmu_unit *u = fimc(f, 0)->units[0];
	armdma_phys_t regs = u->regs;

	assert_int_equal(mmio_add(f->hw, &r), 0);
	u->regs = FAKE_REGS;
	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, 0x10000000, 0x50000000, 4 * 4096, RW), 0);
	reg_log_start(f, &rl, false);
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10000000, 4096), 4096);
	assert_writes({ CTRL, 7 }, { CTRL, 5 }, { CTRL, 7 }, { CTRL, 5 }, { CTRL, 7 }, { CTRL, 5 }, { FLUSH, 1 });
	assert_int_equal(k.polls, 3 * 121);
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_BLOCK_TIMEOUT), 1);
	assert_int_equal(stats_of(f->d).block_timeouts, 1);
	/* The next time it stops it is flushed whole, once. */
	k.stops = true;
	rl.nr = 0;
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10001000, 4096), 4096);
	assert_writes({ CTRL, 7 }, { FLUSH, 1 }, { CTRL, 5 });
	rl.nr = 0;
	assert_int_equal(armdma_iommu_unmap(f->d, 0x10002000, 4096), 4096);
	assert_writes({ CTRL, 7 }, { FLUSH_ENTRY, 0x10002001 }, { CTRL, 5 });
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_BLOCK_TIMEOUT), 1);
	reg_log_stop(f, &rl);
	detach(f);
	u->regs = regs;
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enable_and_disable_write_the_versions_own_values),
		T(attach_follows_runtime_pm),
		T(attach_checks_its_arguments),
		T(freeing_an_attached_domain_detaches_it_and_is_reported),
		T(mapping_writes_no_register),
		T(one_page_costs_five_accesses),
		cmocka_unit_test(number_of_invalidations_depends_on_version_and_size),
		T(above_64_pages_one_block_and_one_flush),
		T(every_unit_of_every_device_of_a_domain_is_told),
		T(a_replaced_table_is_freed_by_the_next_flush),
		cmocka_unit_test(with_a_level1_cache_the_flush_is_due_at_once),
		T(unmap_cleans_before_it_invalidates),
		T(a_unit_that_does_not_stop_is_flushed_and_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
