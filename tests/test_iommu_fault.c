/* SPDX-License-Identifier: BSD-2-Clause */
/* End to end with the hardware: what a device behind the SYSMMU reads and writes, and what happens when it faults. */
#include <errno.h>

#include "lib/iommu/internal.h"
#include "tests/iommu_helpers.h"

#define VA 0x20000000u
#define LONG 1000000u	/* cycles */

static struct reg_log rl;

/* A page whose bytes in DRAM are a pattern of its own. */
static armdma_phys_t pattern_page(struct fixture *f, uint8_t seed)
{
	struct armdma_page *page = armdma_alloc_pages(f->m, ARMDMA_GFP_KERNEL, 0);
	uint8_t buf[4096];

	assert_non_null(page);
	for (size_t i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(seed * 31 + i * 7 + (i >> 8));
	armdma_hw_phys_write(f->hw, armdma_page_to_phys(f->m, page), buf, sizeof(buf));
	return armdma_page_to_phys(f->m, page);
}

static void assert_reads(struct fixture *f, uint64_t iova, armdma_phys_t pa)
{
	uint8_t got[4096], want[4096];

	memset(got, 0, sizeof(got));
	assert_int_equal(armdma_hw_master_read_sync(f->hw, "fimc0", iova, got, sizeof(got), LONG), 0);
	armdma_hw_phys_read(f->hw, pa, want, sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
}

static int read_byte(struct fixture *f, uint64_t iova)
{
	uint8_t b[16];

	return armdma_hw_master_read_sync(f->hw, "fimc0", iova, b, sizeof(b), LONG);
}

static struct armdma_device *dev_of(struct fixture *f)
{
	return armdma_device_find(f->m, "fimc0");
}

static void attach(struct fixture *f)
{
	assert_int_equal(armdma_domain_attach(f->d, dev_of(f)), 0);
}

static void detach(struct fixture *f)
{
	assert_int_equal(armdma_domain_detach(f->d, dev_of(f)), 0);
}

static void map_page(struct fixture *f, uint64_t iova, armdma_phys_t pa, unsigned int prot)
{
	assert_int_equal(armdma_iommu_map(f->d, iova, pa, 4096, prot), 0);
}

static void init_version(struct fixture *f, uint32_t version)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		cfg.sysmmus[i].version = version;
	fixture_init(f, &cfg);
}

static unsigned int faults_reported(struct fixture *f)
{
	return armdma_report_count(f->m, ARMDMA_REPORT_FAULT);
}

/* ---- data -------------------------------------------------------------- */

static void data_arrives_through_scattered_pages(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa[8];
	uint8_t out[4096], in[4096];

	attach(f);
	for (unsigned int i = 0; i < 8; i++) {
		pa[i] = pattern_page(f, (uint8_t)i);
		map_page(f, VA + (7 - i) * 4096, pa[i], RW);
	}
	for (unsigned int i = 0; i < 8; i++)
		assert_reads(f, VA + (7 - i) * 4096, pa[i]);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 13 + 5);
	/* Across two pages that are not neighbours in RAM. */
	assert_int_equal(armdma_hw_master_write_sync(f->hw, "fimc0", VA + 0x800, out, sizeof(out), LONG), 0);
	armdma_hw_phys_read(f->hw, pa[7] + 0x800, in, 0x800);
	armdma_hw_phys_read(f->hw, pa[6], in + 0x800, 0x800);
	assert_memory_equal(in, out, sizeof(out));
	detach(f);
}

static void an_unmapped_page_is_gone_for_the_device(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 1), other = pattern_page(f, 2);

	attach(f);
	map_page(f, VA, pa, RW);
	assert_reads(f, VA, pa);
	assert_int_equal(armdma_iommu_unmap(f->d, VA, 4096), 4096);
	map_page(f, VA, other, RW);
	assert_reads(f, VA, other);
	armdma_iommu_unmap(f->d, VA, 4096);
	assert_int_equal(read_byte(f, VA), -ETIMEDOUT);
	detach(f);
}

/* Why unmap has to tell the TLB: this is what the device does when it is not told. */
static void without_invalidation_the_device_uses_the_old_page(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 1), other = pattern_page(f, 2);
	unsigned int units;

	attach(f);
	map_page(f, VA, pa, RW);
	assert_reads(f, VA, pa);
	units = f->d->active_units;
	f->d->active_units = 0;
	armdma_iommu_unmap(f->d, VA, 4096);
	f->d->active_units = units;
	map_page(f, VA, other, RW);
	assert_reads(f, VA, pa);
	detach(f);
}

static void every_set_forgets_a_large_page(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V3_1,
					     ARMDMA_SYSMMU_V3_3 };

	(void)state;
	for (size_t v = 0; v < 4; v++) {
		for (uint64_t size = 64 * KiB; size <= MiB; size <<= 4) {
			struct fixture f;

			init_version(&f, versions[v]);
			attach(&f);
			assert_int_equal(armdma_iommu_map(f.d, VA, 0x50000000, size, RW), 0);
			for (uint64_t at = VA; at < VA + size; at += 4096)
				assert_int_equal(read_byte(&f, at), 0);
			assert_int_equal(armdma_iommu_unmap(f.d, VA, size), size);
			for (uint64_t at = VA; at < VA + size; at += 4096) {
				assert_int_equal(read_byte(&f, at), -ETIMEDOUT);
				assert_int_equal(armdma_iommu_recover(dev_of(&f)), 0);
			}
			detach(&f);
			fixture_fini(&f);
		}
	}
}

static void resume_forgets_what_was_unmapped_while_suspended(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 1), other = pattern_page(f, 2);

	armdma_pm_runtime_enable(dev_of(f));
	attach(f);
	armdma_pm_runtime_get(dev_of(f));
	map_page(f, VA, pa, RW);
	assert_reads(f, VA, pa);
	armdma_pm_runtime_put(dev_of(f));
	armdma_iommu_unmap(f->d, VA, 4096);
	map_page(f, VA, other, RW);
	armdma_pm_runtime_get(dev_of(f));
	assert_reads(f, VA, other);
	armdma_pm_runtime_put(dev_of(f));
	detach(f);
}

static void a_section_over_an_empty_table_translates(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V3_2,
					     ARMDMA_SYSMMU_V3_3 };

	(void)state;
	for (size_t v = 0; v < 4; v++) {
		struct fixture f;
		armdma_phys_t pa;

		init_version(&f, versions[v]);
		pa = pattern_page(&f, 3);
		attach(&f);
		map_page(&f, VA, pa, RW);
		assert_reads(&f, VA, pa);
		armdma_iommu_unmap(f.d, VA, 4096);
		assert_int_equal(armdma_iommu_map(f.d, VA, pa & ~(MiB - 1), MiB, RW), 0);
		assert_reads(&f, VA + (pa & (MiB - 1)), pa);
		assert_valid(f.d);
		detach(&f);
		fixture_fini(&f);
	}
}

/* ---- faults ------------------------------------------------------------ */

struct handler {
	struct fixture *f;
	armdma_phys_t pa;	/* mapped by the handler; 0: nothing is repaired */
	bool unmap_other;
	unsigned int calls;
	struct armdma_fault last;
};

static int on_fault(void *ctx, const struct armdma_fault *fault)
{
	struct handler *h = ctx;

	h->calls++;
	h->last = *fault;
	assert_true(armdma_hw_in_irq(h->f->hw));
	if (h->unmap_other)
		armdma_iommu_unmap(h->f->d, VA + 0x100000, 4096);
	if (!h->pa)
		return -EFAULT;
	armdma_iommu_unmap(h->f->d, fault->iova & ~0xfffull, 4096);
	return armdma_iommu_map(h->f->d, fault->iova & ~0xfffull, h->pa, 4096, RW);
}

static void a_handler_that_repairs_lets_the_transfer_go_on(void **state)
{
	struct fixture *f = *state;
	struct handler h = { .f = f, .pa = pattern_page(f, 9), .unmap_other = true };
	armdma_phys_t pa = pattern_page(f, 8);

	attach(f);
	map_page(f, VA, pa, RW);
	map_page(f, VA + 0x100000, pa, RW);
	armdma_domain_set_fault_handler(f->d, on_fault, &h);
	assert_reads(f, VA, pa);
	assert_reads(f, VA + 0x1000, h.pa);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.last.iova, VA + 0x1000);
	assert_int_equal(h.last.bit, 0);
	assert_string_equal(h.last.what, "page fault");
	assert_string_equal(h.last.unit, dev_of(f)->units[0]->name);
	assert_ptr_equal(h.last.dev, dev_of(f));
	assert_false(h.last.direction_known);
	assert_int_equal(stats_of(f->d).faults, 1);
	assert_int_equal(faults_reported(f), 0);
	assert_reads(f, VA + 0x1000, h.pa);
	detach(f);
}

static void a_write_to_a_read_only_page_is_an_access_fault(void **state)
{
	struct fixture *f = *state;
	struct handler h = { .f = f, .pa = pattern_page(f, 9) };
	uint8_t b[64] = { 1, 2, 3 }, got[64];

	attach(f);
	map_page(f, VA, pattern_page(f, 8), RO);
	armdma_domain_set_fault_handler(f->d, on_fault, &h);
	assert_int_equal(read_byte(f, VA), 0);
	assert_int_equal(armdma_hw_master_write_sync(f->hw, "fimc0", VA + 0x40, b, sizeof(b), LONG), 0);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h.last.bit, 7);
	assert_int_equal(h.last.iova, VA + 0x40);
	assert_true(h.last.direction_known && h.last.write);
	armdma_hw_phys_read(f->hw, h.pa + 0x40, got, sizeof(got));
	assert_memory_equal(got, b, sizeof(b));
	detach(f);
}

static void version_3_3_tells_the_direction_of_a_page_fault(void **state)
{
	struct fixture f;
	struct handler h;
	uint8_t b[64] = { 0 };

	(void)state;
	init_version(&f, ARMDMA_SYSMMU_V3_3);
	h = (struct handler){ .f = &f, .pa = pattern_page(&f, 9) };
	attach(&f);
	armdma_domain_set_fault_handler(f.d, on_fault, &h);
	assert_int_equal(armdma_hw_master_write_sync(f.hw, "fimc0", VA, b, sizeof(b), LONG), 0);
	assert_true(h.last.direction_known && h.last.write);
	assert_int_equal(read_byte(&f, VA + 0x1000), 0);
	assert_true(h.last.direction_known && !h.last.write);
	detach(&f);
	fixture_fini(&f);
}

static void an_unhandled_fault_is_reported_once_and_holds_the_device(void **state)
{
	struct fixture *f = *state;
	uint32_t line = dev_of(f)->units[0]->irq;
	struct armdma_hw_stats before, after;

	attach(f);
	armdma_hw_stats(f->hw, &before);
	assert_int_equal(read_byte(f, VA + 0x234), -ETIMEDOUT);
	armdma_hw_stats(f->hw, &after);
	assert_int_equal(faults_reported(f), 1);
	assert_int_equal(after.irqs - before.irqs, 1);
	assert_false(armdma_hw_irq_level(f->hw, line));
	armdma_hw_advance(f->hw, LONG);
	assert_int_equal(faults_reported(f), 1);
	assert_int_equal(stats_of(f->d).faults, 1);
	detach(f);
}

static void a_handler_that_refuses_is_as_good_as_none(void **state)
{
	struct fixture *f = *state;
	struct handler h = { .f = f };

	attach(f);
	armdma_domain_set_fault_handler(f->d, on_fault, &h);
	assert_int_equal(read_byte(f, VA), -ETIMEDOUT);
	assert_int_equal(h.calls, 1);
	assert_int_equal(faults_reported(f), 1);
	detach(f);
}

struct done { bool done; enum armdma_bus_resp resp; };
static void on_done(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	struct done *d = ctx;

	(void)bytes;
	d->done = true;
	d->resp = resp;
}

static void recover_retries_what_is_held(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 5);
	uint8_t got[256], want[256];
	struct done d = { false, ARMDMA_RESP_DECERR };

	attach(f);
	assert_int_equal(armdma_hw_master_read(f->hw, "fimc0", VA, got, sizeof(got), on_done, &d), 0);
	armdma_hw_advance(f->hw, LONG);
	assert_int_equal(faults_reported(f), 1);
	assert_false(d.done);
	map_page(f, VA, pa, RW);
	armdma_hw_advance(f->hw, LONG);
	assert_false(d.done);
	assert_int_equal(armdma_iommu_recover(dev_of(f)), 0);
	armdma_hw_advance(f->hw, LONG);
	assert_true(d.done);
	assert_int_equal(d.resp, ARMDMA_RESP_OKAY);
	armdma_hw_phys_read(f->hw, pa, want, sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	/* Recovered without a repair: it faults and is reported again. */
	assert_int_equal(read_byte(f, VA + 0x5000), -ETIMEDOUT);
	assert_int_equal(faults_reported(f), 2);
	detach(f);
}

static void unmapping_while_held_leaves_ctrl_alone(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 5);

	attach(f);
	map_page(f, VA + 0x1000, pa, RW);
	assert_reads(f, VA + 0x1000, pa);
	assert_int_equal(read_byte(f, VA), -ETIMEDOUT);
	reg_log_start(f, &rl, false);
	assert_int_equal(armdma_iommu_unmap(f->d, VA + 0x1000, 4096), 4096);
	reg_log_stop(f, &rl);
	assert_int_equal(rl.nr, 1);
	assert_int_equal(rl.e[0].reg, ARMDMA_SYSMMU_REG_FLUSH_ENTRY);
	assert_int_equal(armdma_iommu_recover(dev_of(f)), 0);
	assert_int_equal(read_byte(f, VA + 0x1000), -ETIMEDOUT);
	detach(f);
}

static void a_fault_does_not_outlive_detach(void **state)
{
	struct fixture *f = *state;
	armdma_phys_t pa = pattern_page(f, 5);

	attach(f);
	assert_int_equal(read_byte(f, VA), -ETIMEDOUT);
	detach(f);
	map_page(f, VA, pa, RW);
	attach(f);
	assert_reads(f, VA, pa);
	assert_int_equal(faults_reported(f), 1);
	assert_int_equal(stats_of(f->d).faults, 1);
	detach(f);
}

/* Combined interrupts: several units on one line, each looks at its own status. */
static void a_shared_line_wakes_the_unit_that_faulted(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_device *other;
	struct armdma_domain *d2;
	struct handler h, h2;
	struct fixture f;
	uint8_t b[16];

	(void)state;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		cfg.sysmmus[i].irq = cfg.sysmmus[0].irq;
	fixture_init(&f, &cfg);
	h = (struct handler){ .f = &f, .pa = pattern_page(&f, 1) };
	h2 = h;
	other = armdma_device_find(f.m, "fimc1");
	d2 = armdma_domain_alloc(f.m);
	attach(&f);
	assert_int_equal(armdma_domain_attach(d2, other), 0);
	armdma_domain_set_fault_handler(f.d, on_fault, &h);
	armdma_domain_set_fault_handler(d2, on_fault, &h2);
	/* One unit is held for good; the other's faults still arrive. */
	h2.pa = 0;
	assert_int_equal(armdma_hw_master_read_sync(f.hw, "fimc1", VA, b, sizeof(b), LONG), -ETIMEDOUT);
	assert_reads(&f, VA, h.pa);
	assert_int_equal(h.calls, 1);
	assert_int_equal(h2.calls, 1);
	detach(&f);
	assert_int_equal(armdma_domain_detach(d2, other), 0);
	armdma_domain_free(d2);
	fixture_fini(&f);
}

static int recover_in_handler(void *ctx, const struct armdma_fault *fault)
{
	struct handler *h = ctx;

	h->calls++;
	armdma_iommu_map(h->f->d, fault->iova & ~0xfffull, h->pa, 4096, RW);
	armdma_iommu_recover(fault->dev);
	return -EFAULT;
}

static void a_handler_may_recover_the_device_itself(void **state)
{
	struct fixture *f = *state;
	struct handler h = { .f = f, .pa = pattern_page(f, 1) };

	attach(f);
	armdma_domain_set_fault_handler(f->d, recover_in_handler, &h);
	assert_reads(f, VA, h.pa);
	assert_int_equal(h.calls, 1);
	assert_int_equal(faults_reported(f), 0);
	detach(f);
}

/* The unit stops only when the bursts in flight have ended; nothing that is mapped gets lost. */
static void unmap_beside_a_running_transfer(void **state)
{
	struct fixture *f = *state;
	struct done d = { false, ARMDMA_RESP_DECERR };
	static uint8_t got[64 * 1024], want[64 * 1024];

	attach(f);
	assert_int_equal(armdma_iommu_map(f->d, VA, 0x50001000, sizeof(got), RW), 0);
	map_page(f, VA + 0x100000, 0x58000000, RW);
	for (size_t i = 0; i < sizeof(want); i++)
		want[i] = (uint8_t)(i * 3 + (i >> 9));
	armdma_hw_phys_write(f->hw, 0x50001000, want, sizeof(want));
	assert_int_equal(armdma_hw_master_read(f->hw, "fimc0", VA, got, sizeof(got), on_done, &d), 0);
	armdma_hw_advance(f->hw, 100);
	assert_false(d.done);
	assert_int_equal(armdma_iommu_unmap(f->d, VA + 0x100000, 4096), 4096);
	armdma_hw_advance(f->hw, LONG);
	assert_true(d.done);
	assert_memory_equal(got, want, sizeof(want));
	assert_int_equal(armdma_report_count(f->m, ARMDMA_REPORT_NONE), 0);
	detach(f);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(data_arrives_through_scattered_pages),
		T(an_unmapped_page_is_gone_for_the_device),
		T(without_invalidation_the_device_uses_the_old_page),
		cmocka_unit_test(every_set_forgets_a_large_page),
		T(resume_forgets_what_was_unmapped_while_suspended),
		cmocka_unit_test(a_section_over_an_empty_table_translates),
		T(a_handler_that_repairs_lets_the_transfer_go_on),
		T(a_write_to_a_read_only_page_is_an_access_fault),
		cmocka_unit_test(version_3_3_tells_the_direction_of_a_page_fault),
		T(an_unhandled_fault_is_reported_once_and_holds_the_device),
		T(a_handler_that_refuses_is_as_good_as_none),
		T(recover_retries_what_is_held),
		T(unmapping_while_held_leaves_ctrl_alone),
		T(a_fault_does_not_outlive_detach),
		cmocka_unit_test(a_shared_line_wakes_the_unit_that_faulted),
		T(a_handler_may_recover_the_device_itself),
		T(unmap_beside_a_running_transfer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
