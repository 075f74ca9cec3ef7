// SPDX-License-Identifier: BSD-2-Clause
/*
 * The driver's test, on a machine of its own for each test: what is copied, what happens when something fails, and that nothing
 * is left behind. Every test runs with the engine on physical addresses and behind its SYSMMU.
 */
#include <stdlib.h>

#include <armdma/cmocka.h>
#include <armdma/compat/board.h>
#include <armdma/dma.h>
#include <armdma/explore.h>

#include <linux/slab.h>

#include "ring_driver.h"

ARMDMA_COMPAT_DRIVER(ring_driver);

#define REG_CTRL 0x04

/* An engine with a SYSMMU in front. */
static struct armdma_config board(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.nr_sysmmus = 1;
	cfg.sysmmus[0] = (struct armdma_sysmmu_config){
		.name = "sysmmu", .reg_base = 0x10A40000, .irq = 4, .version = ARMDMA_SYSMMU_V1_2,
	};
	cfg.nr_devices = 1;
	cfg.devices[0] = (struct armdma_device_config){
		.name = "sgdma", .kind = ARMDMA_DEV_SGDMA, .reg_base = 0x10810000, .irq = 34, .sysmmu = "sysmmu",
	};
	return cfg;
}

struct rig {
	struct platform_device *pdev;
	struct device *dev;
	struct armdma_device *engine;
};

static int setup_on(void **state, enum armdma_dma_opset ops)
{
	struct armdma_config cfg = board();
	struct rig *r = calloc(1, sizeof(*r));
	struct armdma_machine *m;

	if (armdma_test_setup_with(state, &cfg, r))
		return -1;
	m = armdma_test_machine(state);
	armdma_compat_set_machine(m);
	r->engine = armdma_device_find(m, "sgdma");
	if (armdma_dma_set_ops(r->engine, ops))
		return -1;
	r->pdev = armdma_compat_device(m, "sgdma", "armdma,sgdma");
	r->dev = armdma_compat_dev(r->pdev);
	return armdma_compat_bind(r->pdev, ARMDMA_COMPAT_DRIVER_OF(ring_driver));
}

static int setup_direct(void **state)
{
	return setup_on(state, ARMDMA_OPS_DIRECT);
}

static int setup_iommu(void **state)
{
	return setup_on(state, ARMDMA_OPS_IOMMU);
}

/* The driver goes, and what it has not given back is reported. */
static int teardown(void **state)
{
	struct rig *r = armdma_test_user(state);
	int ret;

	armdma_compat_unbind(r->pdev);
	ret = armdma_test_teardown(state);
	free(r);
	return ret;
}

static uint8_t *buffer(size_t len, unsigned int seed)
{
	uint8_t *p = kmalloc(len, GFP_KERNEL);

	assert_non_null(p);
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(i * 31 + (i >> 8) + seed);
	return p;
}

static void a_copy_has_every_byte_of_its_source(void **state)
{
	static const size_t lens[] = { 1, 31, 32, 33, 1500, 4096, 65537 };
	struct rig *r = armdma_test_user(state);

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		uint8_t *src = buffer(lens[i], 1), *dst = buffer(lens[i], 99);

		assert_int_equal(ring_copy(r->dev, dst, src, lens[i]), 0);
		assert_true(armdma_cpu_sees(armdma_test_machine(state), dst, src, lens[i]));
		kfree(src);
		kfree(dst);
	}
}

/* More at once than the ring has room for: submitting waits for room. */
#define MANY 40

static void more_copies_than_the_ring_holds_all_come_through(void **state)
{
	struct rig *r = armdma_test_user(state);
	struct ring_request reqs[MANY];

	for (unsigned int i = 0; i < MANY; i++) {
		reqs[i] = (struct ring_request){ .src = buffer(512, i), .dst = buffer(512, 77), .len = 512 };
		assert_int_equal(ring_submit(r->dev, &reqs[i]), 0);
	}
	for (unsigned int i = 0; i < MANY; i++) {
		assert_int_equal(ring_wait(r->dev, &reqs[i]), 0);
		assert_memory_equal(reqs[i].dst, reqs[i].src, 512);
		kfree(reqs[i].dst);
		kfree(reqs[i].src);
	}
}

static void a_failing_mapping_is_an_error_and_leaves_nothing(void **state)
{
	struct rig *r = armdma_test_user(state);
	uint8_t *src = buffer(64, 1), *dst = buffer(64, 2);

	/* The first mapping fails, then the second; each needs a record. */
	for (uint64_t nth = 1; nth <= 2; nth++) {
		armdma_fail_nth(armdma_test_machine(state), ARMDMA_FAIL_KMALLOC, nth);
		assert_int_equal(ring_copy(r->dev, dst, src, 64), -ENOMEM);
	}
	assert_int_equal(ring_copy(r->dev, dst, src, 64), 0);
	kfree(src);
	kfree(dst);
}

static void an_engine_that_hangs_is_reset_and_works_again(void **state)
{
	struct rig *r = armdma_test_user(state);
	struct armdma_hw *hw = armdma_machine_hw(armdma_test_machine(state));
	uint8_t *src = buffer(64, 1), *dst = buffer(64, 2);

	/* Somebody pauses it behind the driver's back. */
	armdma_hw_writel(hw, armdma_device_regs(r->engine) + REG_CTRL, 0);
	assert_int_equal(ring_copy(r->dev, dst, src, 64), -ETIMEDOUT);
	assert_int_equal(ring_copy(r->dev, dst, src, 64), 0);
	assert_memory_equal(dst, src, 64);
	kfree(src);
	kfree(dst);
}

static void no_bytes_are_no_copy(void **state)
{
	struct rig *r = armdma_test_user(state);

	assert_int_equal(ring_copy(r->dev, NULL, NULL, 0), -EINVAL);
}

/* ---- under every choice of the hardware ------------------------------------------------ */

/* Two copies at once: the engine may look at the second descriptor while the driver fills it in. */
static bool copy_two(struct device *dev)
{
	struct ring_request reqs[2];
	bool right = true;

	for (unsigned int i = 0; i < 2; i++) {
		reqs[i] = (struct ring_request){ .src = buffer(64, i), .dst = buffer(64, 99), .len = 64 };
		if (ring_submit(dev, &reqs[i]))
			return false;
	}
	for (unsigned int i = 0; i < 2; i++) {
		right = !ring_wait(dev, &reqs[i]) && right;
		right = right && !memcmp(reqs[i].dst, reqs[i].src, 64);
		kfree(reqs[i].src);
		kfree(reqs[i].dst);
	}
	return right;
}

/* From probe to remove, on a machine that is made for it. */
static int two_copies(struct armdma_machine *m, void *ctx)
{
	struct platform_device *pdev;
	bool right;

	(void)ctx;
	armdma_compat_set_machine(m);
	pdev = armdma_compat_device(m, "sgdma", "armdma,sgdma");
	if (armdma_compat_bind(pdev, ARMDMA_COMPAT_DRIVER_OF(ring_driver)))
		return 1;
	right = copy_two(armdma_compat_dev(pdev));
	armdma_compat_unbind(pdev);
	return right ? 0 : 2;
}

static void copies_are_right_whatever_caches_and_write_buffers_do(void **state)
{
	struct armdma_config machine = board();
	struct armdma_explore_config cfg = armdma_explore_defaults(two_copies, NULL);
	struct armdma_explore_result res;

	(void)state;
	machine.nr_sysmmus = 0;		/* small is fast */
	machine.devices[0].sysmmu[0] = '\0';
	machine.ram_size = 16 << 20;
	machine.lowmem_size = 16 << 20;
	cfg.machine = &machine;
	if (armdma_explore(&cfg, 2, &res))
		fail_msg("%s", res.text);
	print_message("%llu schedules of up to %u departures from %llu choices\n", (unsigned long long)res.runs,
		      res.departures, (unsigned long long)res.choices);
	assert_true(res.choices > 0);
}

int main(void)
{
#define ON_BOTH(f)                                                                         \
	{ #f " (direct)", f, setup_direct, teardown, NULL }, { #f " (behind a SYSMMU)", f, \
		setup_iommu, teardown, NULL }
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_copy_has_every_byte_of_its_source),
		ON_BOTH(more_copies_than_the_ring_holds_all_come_through),
		ON_BOTH(a_failing_mapping_is_an_error_and_leaves_nothing),
		ON_BOTH(an_engine_that_hangs_is_reset_and_works_again),
		ON_BOTH(no_bytes_are_no_copy),
		cmocka_unit_test(copies_are_right_whatever_caches_and_write_buffers_do),
	};

	return armdma_run_group_tests(tests, NULL, NULL);
}
