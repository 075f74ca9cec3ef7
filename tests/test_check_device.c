/* SPDX-License-Identifier: BSD-2-Clause */
/* What a device does on its bus, against what was mapped for it: each rule, and the nearest access that keeps it. */
#include <armdma/sgdma.h>

#include "tests/check_rig.h"

static uint8_t *buffer(struct cr *r, size_t len)
{
	uint8_t *p = armdma_kzalloc(r->m, len, ARMDMA_GFP_KERNEL);

	assert_non_null(p);
	return p;
}

/* An access that may fail on the bus. */
static void reads(struct cr *r, const char *who, armdma_dma_t addr, size_t len)
{
	uint8_t got[256];

	(void)armdma_hw_master_read_sync(r->hw, who, addr, got, len, CR_WAIT);
}

static void an_access_in_no_mapping_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	const struct cr_report *k;

	reads(r, "mdma", armdma_virt_to_phys(r->m, p), 64);
	k = cr_expects(r, ARMDMA_REPORT_DEVICE_UNMAPPED, "mdma reads 64 bytes");
	assert_int_equal(k->rep.len, 64);
	assert_int_equal(k->rep.addr, armdma_virt_to_phys(r->m, p));
	armdma_kfree(r->m, p);
}

static void an_access_to_another_devices_mapping_names_it(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	reads(r, "peer", a + 32, 64);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_DEVICE_UNMAPPED, "was mapped for mdma, not for peer")->rep.offset, 32);
	reads(r, "mdma", a + 32, 64);
	cr_silent(r);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

static void an_iommu_refuses_the_same_and_the_physical_address_is_known(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	reads(r, "mdma", armdma_virt_to_phys(r->m, p) + 8, 8);
	cr_expects(r, ARMDMA_REPORT_DEVICE_UNMAPPED, "is the physical address of what is mapped for mdma");
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

static void an_access_after_the_unmap_names_it(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);
	const struct cr_report *k;

	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	reads(r, "mdma", a + 16, 8);
	k = cr_expects(r, ARMDMA_REPORT_DEVICE_AFTER_UNMAP, "in a mapping of 512 bytes that ended in cycle");
	assert_int_equal(k->rep.offset, 16);
	assert_non_null(strstr(k->text, "ended:     an_access_after_the_unmap_names_it"));
	armdma_kfree(r->m, p);
}

/* All bursts of a transfer past the end are one mistake. */
static void an_access_past_the_end_is_told_once(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 500, ARMDMA_TO_DEVICE);
	const struct cr_report *k;

	reads(r, "mdma", a + 499, 1);
	cr_silent(r);
	reads(r, "mdma", a + 400, 112);
	reads(r, "mdma", a + 512, 64);
	k = cr_expects(r, ARMDMA_REPORT_DEVICE_OVERRUN, "past the end of a mapping of 500 bytes");
	assert_true(k->rep.offset >= 500 && k->rep.offset < 512);
	armdma_dma_unmap_single(r->dev, a, 500, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

static void a_write_to_what_is_only_read_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	reads(r, "mdma", a + 4, 4);
	cr_silent(r);
	cr_dev_write(r, a + 4, "abcd", 4);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_DEVICE_DIRECTION, "was mapped TO_DEVICE")->rep.offset, 4);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

static void a_read_of_what_is_only_written_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);

	cr_dev_write(r, a + 4, "abcd", 4);
	cr_silent(r);
	reads(r, "mdma", a + 4, 4);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_DEVICE_DIRECTION, "was mapped FROM_DEVICE")->rep.offset, 4);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

static void old_bytes_for_the_device_are_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);
	const struct cr_report *k;

	p[77] = 0x42;
	reads(r, "mdma", a, 77);
	reads(r, "mdma", a + 78, 32);
	cr_silent(r);
	reads(r, "mdma", a + 64, 64);
	k = cr_expects(r, ARMDMA_REPORT_STALE_DEVICE, "rewritten but never cleaned (first at offset 77)");
	assert_int_equal(k->rep.offset, 77);
	assert_int_equal(k->rep.expected, 0x42);
	assert_int_equal(k->rep.seen, 0);
	armdma_dma_sync_single_for_device(r->dev, a, 512, ARMDMA_TO_DEVICE);
	reads(r, "mdma", a + 64, 64);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void old_bytes_in_a_safe_buffer_are_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);

	reads(r, "mdma", a, 64);
	cr_silent(r);
	p[5] = 0x42;
	reads(r, "mdma", a, 64);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_STALE_DEVICE, "first at offset 5")->rep.offset, 5);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* What no block of a pool covers does not lie past the end of anything. */
static void blocks_of_pools_are_told_apart(void **state)
{
	struct cr *r = *state;
	struct armdma_dma_pool *pool = armdma_dma_pool_create("ring", r->dev, 64, 64, 0);
	armdma_dma_t a;
	uint8_t *p = armdma_dma_pool_zalloc(pool, ARMDMA_GFP_KERNEL, &a);

	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	reads(r, "mdma", a, 64);
	cr_silent(r);
	armdma_dma_pool_free(pool, p, a);
	reads(r, "mdma", a + 8, 8);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_DEVICE_AFTER_UNMAP, "free block of 64 bytes of the DMA pool \"ring\"")->rep.offset, 8);
	armdma_dma_pool_destroy(pool);
	/* 42 blocks of 96 bytes leave 64 of a page. */
	pool = armdma_dma_pool_create("odd", r->dev, 96, 32, 0);
	p = armdma_dma_pool_zalloc(pool, ARMDMA_GFP_KERNEL, &a);
	reads(r, "mdma", (a & ARMDMA_PAGE_MASK) + 42 * 96, 8);
	cr_expects(r, ARMDMA_REPORT_DEVICE_UNMAPPED, "where nothing was ever mapped for it");
	armdma_dma_pool_free(pool, p, a);
	armdma_dma_pool_destroy(pool);
}

static void unwritten_bytes_that_leave_are_told(void **state)
{
	struct cr *r = *state;
	uint8_t *p = armdma_kmalloc(r->m, 512, ARMDMA_GFP_KERNEL);
	armdma_dma_t a;

	memset(p, 0, 64);
	a = cr_map(r, p, 512, ARMDMA_TO_DEVICE);
	reads(r, "mdma", a, 64);
	cr_silent(r);
	reads(r, "mdma", a, 96);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_UNINITIALISED, "reads byte 64 of a buffer of 512 bytes")->rep.offset, 64);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, p);
}

/* A descriptor whose stores still wait when the engine is woken. */
static void a_doorbell_before_its_stores_is_told(void **state)
{
	struct cr *r = *state;
	const armdma_phys_t regs = armdma_device_regs(r->dev);
	const struct cr_report *k;
	armdma_dma_t ring;
	struct armdma_sgdma_desc *d = armdma_dma_alloc_coherent(r->dev, 2 * sizeof(*d), &ring, ARMDMA_GFP_KERNEL);

	assert_non_null(d);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_HEAD, (uint32_t)ring);
	armdma_sgdma_fill_desc(&d[0], ring, 0, 0, 4, ARMDMA_SGDMA_NOP | ARMDMA_SGDMA_OWN | ARMDMA_SGDMA_END);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	armdma_hw_writel_relaxed(r->hw, regs + ARMDMA_SGDMA_DOORBELL, 1);
	armdma_hw_run_until_idle(r->hw, CR_WAIT);
	cr_silent(r);
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_HEAD, (uint32_t)(ring + sizeof(*d)));
	armdma_sgdma_fill_desc(&d[1], ring, 0, 0, 4, ARMDMA_SGDMA_NOP | ARMDMA_SGDMA_OWN | ARMDMA_SGDMA_END);
	armdma_hw_writel_relaxed(r->hw, regs + ARMDMA_SGDMA_DOORBELL, 1);
	armdma_hw_run_until_idle(r->hw, CR_WAIT);
	k = cr_expects(r, ARMDMA_REPORT_MISSING_WMB, "from before the doorbell still waits");
	assert_non_null(strstr(k->text, "here:      a_doorbell_before_its_stores_is_told"));
	armdma_hw_writel(r->hw, regs + ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	armdma_dma_free_coherent(r->dev, 2 * sizeof(*d), d, ring);
}

/* A suspicion: off unless asked for. */
static void a_device_in_the_cpus_turn_is_a_suspicion(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);

	armdma_dma_sync_single_for_cpu(r->dev, a, 128, ARMDMA_FROM_DEVICE);
	cr_dev_write(r, a, "abcd", 4);
	cr_silent(r);
	armdma_checker_rule(r->m, ARMDMA_REPORT_DEVICE_CPU_OWNED, true);
	cr_dev_write(r, a + 128, "abcd", 4);
	cr_silent(r);
	cr_dev_write(r, a + 120, "abcd", 4);
	assert_int_equal(cr_expects(r, ARMDMA_REPORT_DEVICE_CPU_OWNED, "is the CPU's since the last sync")->rep.offset, 120);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	armdma_kfree(r->m, p);
}

/* Between two parts that the CPU took the buffer is the device's. */
static void a_device_between_the_cpus_parts_is_none(void **state)
{
	struct cr *r = *state;
	uint8_t *p = buffer(r, 512);
	armdma_dma_t a = cr_map(r, p, 512, ARMDMA_FROM_DEVICE);

	armdma_checker_rule(r->m, ARMDMA_REPORT_DEVICE_CPU_OWNED, true);
	armdma_dma_sync_single_for_cpu(r->dev, a, 64, ARMDMA_FROM_DEVICE);
	armdma_dma_sync_single_range_for_cpu(r->dev, a, 448, 64, ARMDMA_FROM_DEVICE);
	cr_dev_write(r, a + 256, "abcd", 4);
	cr_silent(r);
	armdma_dma_unmap_single(r->dev, a, 512, ARMDMA_FROM_DEVICE);
	cr_silent(r);
	armdma_kfree(r->m, p);
}

static void a_fault_in_the_drivers_own_domain_is_told_as_such(void **state)
{
	struct cr *r = *state;
	struct armdma_domain *d = armdma_domain_alloc(r->m);

	assert_int_equal(armdma_domain_attach(d, r->dev), 0);
	reads(r, "mdma", 0x1000, 4);
	cr_expects(r, ARMDMA_REPORT_FAULT, "0x1000");
	armdma_domain_detach(d, r->dev);
	armdma_domain_free(d);
}

static void a_ring_synced_by_hand_may_be_looked_at_in_the_cpus_turn(void **state)
{
	struct cr *r = *state;
	armdma_dma_t a;
	uint8_t *ring = armdma_dma_alloc_noncoherent(r->dev, PAGE, &a, ARMDMA_BIDIRECTIONAL, ARMDMA_GFP_KERNEL);

	assert_non_null(ring);
	armdma_dma_sync_single_for_device(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(r->dev, a + 64, 32, ARMDMA_BIDIRECTIONAL);
	memset(ring + 64, 1, 32);
	reads(r, "mdma", a + 64, 32);
	cr_silent(r);
	armdma_dma_sync_single_for_device(r->dev, a + 64, 32, ARMDMA_BIDIRECTIONAL);
	/* Not in its turn. */
	memset(ring + 128, 1, 32);
	reads(r, "mdma", a + 128, 32);
	cr_expects(r, ARMDMA_REPORT_STALE_DEVICE, "never cleaned");
	armdma_dma_sync_single_for_device(r->dev, a, PAGE, ARMDMA_BIDIRECTIONAL);
	armdma_dma_free_noncoherent(r->dev, PAGE, ring, a, ARMDMA_BIDIRECTIONAL);
}

/* The invalidation went to a unit whose clock was gated: it is lost, and the TLB still leads to the page of the mapping before. */
static void a_tlb_older_than_its_table_is_told(void **state)
{
	struct cr *r = *state;
	uint8_t *old = buffer(r, PAGE), *new = buffer(r, PAGE);
	armdma_dma_t a = cr_map(r, old, PAGE, ARMDMA_TO_DEVICE);
	const char *unit = armdma_hw_config(r->hw)->sysmmus[0].name;
	const struct cr_report *k;

	reads(r, "mdma", a, 64);
	assert_int_equal(armdma_hw_clock_gate(r->hw, unit, false), 0);
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	assert_int_equal(armdma_hw_clock_gate(r->hw, unit, true), 0);
	cr_expects(r, ARMDMA_REPORT_BLOCK_TIMEOUT, "may hold old entries");
	assert_int_equal(cr_map(r, new, PAGE, ARMDMA_TO_DEVICE), a);
	reads(r, "mdma", a, 64);
	k = cr_expects(r, ARMDMA_REPORT_STALE_TLB, "its TLB leads to physical");
	assert_non_null(strstr(k->text, "was not invalidated since"));
	armdma_dma_unmap_single(r->dev, a, PAGE, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, old);
	armdma_kfree(r->m, new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CR_TEST(a_ring_synced_by_hand_may_be_looked_at_in_the_cpus_turn),
		CR_TEST_ON(a_tlb_older_than_its_table_is_told, cr_setup_iommu),
		CR_TEST(an_access_in_no_mapping_is_told),
		CR_TEST(an_access_to_another_devices_mapping_names_it),
		CR_TEST_ON(an_iommu_refuses_the_same_and_the_physical_address_is_known, cr_setup_iommu),
		CR_TEST(an_access_after_the_unmap_names_it),
		CR_TEST(an_access_past_the_end_is_told_once),
		CR_TEST(a_write_to_what_is_only_read_is_told),
		CR_TEST(a_read_of_what_is_only_written_is_told),
		CR_TEST(old_bytes_for_the_device_are_told),
		CR_TEST_ON(old_bytes_in_a_safe_buffer_are_told, cr_setup_bounce),
		CR_TEST(blocks_of_pools_are_told_apart),
		CR_TEST(unwritten_bytes_that_leave_are_told),
		CR_TEST(a_doorbell_before_its_stores_is_told),
		CR_TEST(a_device_in_the_cpus_turn_is_a_suspicion),
		CR_TEST(a_device_between_the_cpus_parts_is_none),
		CR_TEST(a_fault_in_the_drivers_own_domain_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
