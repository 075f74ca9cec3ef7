/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ring driver under every choice of hardware, up to three of them: what a correct one survives, and what finds which bug.
 *
 * The driver receives packets: descriptors in coherent memory, buffers in streaming mappings that it keeps and gives back, completion by
 * the descriptor's OWN bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/explore.h>
#include <armdma/mm.h>
#include <armdma/sgdma.h>

/* ---- the driver ------------------------------------------------------------ */

#define RING 4u
#define BUF 64u
#define HEADER 16u

enum bug {
	NO_BUG,
	NO_WMB,			/* B38: nothing orders the descriptor's fields before its OWN bit */
	NO_RMB,			/* B39: nothing orders the OWN bit before the byte count */
	NO_SYNC_FOR_DEVICE,	/* B17: the header is cleared, and the buffer given back as it is */
	NO_SYNC_FOR_CPU,	/* B15 */
};

struct ring {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	enum bug bug;
	volatile struct armdma_sgdma_desc *desc;
	armdma_dma_t desc_dma;
	uint8_t *buf[RING];
	armdma_dma_t dma[RING];
	unsigned int head, tail;	/* next to post, next to complete */
};

static void ring_writel(struct ring *r, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(r->hw, armdma_device_regs(r->dev) + reg, value);
}

static int ring_open(struct ring *r, struct armdma_machine *m, enum bug bug)
{
	void *cpu;

	memset(r, 0, sizeof(*r));
	r->m = m;
	r->hw = armdma_machine_hw(m);
	r->dev = armdma_device_find(m, "mdma");
	r->bug = bug;
	cpu = armdma_dma_alloc_coherent(r->dev, RING * sizeof(*r->desc), &r->desc_dma, ARMDMA_GFP_KERNEL);
	if (!cpu)
		return -1;
	r->desc = cpu;
	for (unsigned int i = 0; i < RING; i++) {
		r->buf[i] = armdma_kzalloc(m, BUF, ARMDMA_GFP_KERNEL);
		r->dma[i] = armdma_dma_map_single(r->dev, r->buf[i], BUF, ARMDMA_FROM_DEVICE);
		if (armdma_dma_mapping_error(r->dev, r->dma[i]))
			return -1;
	}
	ring_writel(r, ARMDMA_SGDMA_HEAD_HIGH, 0);
	ring_writel(r, ARMDMA_SGDMA_HEAD, (uint32_t)r->desc_dma);
	ring_writel(r, ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_ENABLE);
	return 0;
}

static void ring_post(struct ring *r, uint32_t packet)
{
	unsigned int i = r->head++ % RING;
	volatile struct armdma_sgdma_desc *d = &r->desc[i];

	d->next = (uint32_t)(r->desc_dma + r->head % RING * sizeof(*d));
	d->src = packet;
	d->dst = (uint32_t)r->dma[i];
	d->high = 0;
	d->len = BUF;
	d->status = 0;
	d->done = 0;
	if (r->bug != NO_WMB)
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_DMA_WMB);
	d->control = ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_OWN;
}

/* The oldest packet, if it is there: its bytes and their number; its buffer goes back to the engine. */
static bool ring_receive(struct ring *r, uint8_t *packet, uint32_t *len)
{
	unsigned int i = r->tail % RING;
	volatile struct armdma_sgdma_desc *d = &r->desc[i];

	if (r->tail == r->head || d->control & ARMDMA_SGDMA_OWN)
		return false;
	if (r->bug != NO_RMB)
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_DMA_RMB);
	*len = d->done;
	if (r->bug != NO_SYNC_FOR_CPU)
		armdma_dma_sync_single_for_cpu(r->dev, r->dma[i], BUF, ARMDMA_FROM_DEVICE);
	memcpy(packet, r->buf[i], BUF);
	memset(r->buf[i], 0, HEADER);	/* the next one's is filled in field by field */
	if (r->bug != NO_SYNC_FOR_DEVICE)
		armdma_dma_sync_single_for_device(r->dev, r->dma[i], BUF, ARMDMA_FROM_DEVICE);
	r->tail++;
	return true;
}

static void ring_close(struct ring *r)
{
	ring_writel(r, ARMDMA_SGDMA_CTRL, ARMDMA_SGDMA_CTRL_RESET);
	for (unsigned int i = 0; i < RING; i++) {
		armdma_dma_unmap_single(r->dev, r->dma[i], BUF, ARMDMA_FROM_DEVICE);
		armdma_kfree(r->m, r->buf[i]);
	}
	armdma_dma_free_coherent(r->dev, RING * sizeof(*r->desc), (void *)(uintptr_t)r->desc, r->desc_dma);
}

/* ---- the test: packets come through whole, in order ---------------------------- */

struct test {
	enum bug bug;
	unsigned int packets;
	bool unchecked;		/* nothing is reported: bytes alone tell */
	bool iommu;
};

static int receive_one(struct ring *r, uint32_t packet)
{
	uint8_t got[BUF], want[BUF];
	uint32_t len = 0;

	for (int turns = 0; !ring_receive(r, got, &len) && turns < 4000; turns++)
		armdma_hw_cpu_relax(r->hw);
	armdma_sgdma_pattern(packet, 0, want, BUF);
	return len == BUF && !memcmp(got, want, BUF) ? 0 : 1;
}

/* The engine has two descriptors at a time: it works on one while the driver fills the other. */
static int packets_come_whole(struct armdma_machine *m, void *ctx)
{
	const struct test *t = ctx;
	struct ring r;
	int ret = 1;

	armdma_checker_enable(m, !t->unchecked);
	if (t->iommu && armdma_dma_set_ops(armdma_device_find(m, "mdma"), ARMDMA_OPS_IOMMU))
		return 1;
	if (ring_open(&r, m, t->bug))
		return 1;
	ring_post(&r, 1);
	ring_writel(&r, ARMDMA_SGDMA_DOORBELL, 1);
	for (unsigned int i = 1; i <= t->packets; i++) {
		if (i < t->packets) {
			ring_post(&r, i + 1);
			ring_writel(&r, ARMDMA_SGDMA_DOORBELL, 1);
		}
		if (receive_one(&r, i))
			goto out;
	}
	ret = 0;
out:
	ring_close(&r);
	return ret;
}

/* ---- exploring it ----------------------------------------------------------------- */

static struct armdma_config small_machine(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	uint32_t mdma = 0;

	while (strcmp(cfg.devices[mdma].name, "mdma"))
		mdma++;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		if (!strcmp(cfg.sysmmus[i].name, cfg.devices[mdma].sysmmu))
			cfg.sysmmus[0] = cfg.sysmmus[i];
	cfg.devices[0] = cfg.devices[mdma];
	cfg.nr_devices = cfg.nr_sysmmus = 1;
	cfg.ram_size = cfg.lowmem_size = 16u << 20;
	cfg.cma_size = ARMDMA_NO_CMA;
	cfg.atomic_pool_size = 0;
	return cfg;
}

static struct armdma_explore_result explore_on(const struct armdma_config *machine, struct test t, unsigned int bound)
{
	struct armdma_explore_config cfg = armdma_explore_defaults(packets_come_whole, &t);
	struct armdma_explore_result res;
	struct timespec from, to;

	cfg.machine = machine;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (armdma_explore(&cfg, bound, &res) < 0)
		fail_msg("%s", res.text);
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("bug %d, %u packets, bound %u: %llu runs, %llu choices in the first, %.2f s\n%s", (int)t.bug, t.packets, bound,
		      (unsigned long long)res.runs, (unsigned long long)res.choices,
		      (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9, res.text);
	return res;
}

static struct armdma_explore_result explore(enum bug bug, unsigned int packets, bool unchecked, unsigned int bound)
{
	struct armdma_config machine = small_machine();

	return explore_on(&machine, (struct test){ bug, packets, unchecked, false }, bound);
}

static void correct_driver_survives_any_three_departures(void **state)
{
	struct armdma_explore_result res = explore(NO_BUG, 2, false, 3);

	(void)state;
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_PASSED);
	assert_int_equal(res.departures, 3);
	assert_true(res.choices > 10 && res.runs > res.choices);
}

static void correct_driver_survives_on_other_cpus(void **state)
{
	static const enum armdma_cpu cpus[] = { ARMDMA_CPU_ARM926, ARMDMA_CPU_CORTEX_A15 };

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		struct armdma_config machine = small_machine();

		assert_int_equal(armdma_config_set_cpu(&machine, cpus[i]), 0);
		assert_int_equal(explore_on(&machine, (struct test){ NO_BUG, 2, false, false }, 2).verdict, ARMDMA_EXPLORE_PASSED);
	}
}

/* The translation tables are lines that a device touches, too: the SYSMMU's driver cleans what it writes, in time. */
static void correct_driver_behind_a_sysmmu_survives(void **state)
{
	struct armdma_config machine = small_machine();
	struct armdma_explore_result direct = explore(NO_BUG, 1, false, 1);
	struct armdma_explore_result res = explore_on(&machine, (struct test){ NO_BUG, 1, false, true }, 2);

	(void)state;
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_PASSED);
	assert_true(res.choices > direct.choices);
}

/* The bug does not show in the pessimal run; a few departures are enough, and the printed schedule shows it again. */
static void found_by(enum bug bug, unsigned int packets, unsigned int departures, const char *choice)
{
	struct armdma_config machine = small_machine();
	struct armdma_explore_result res, again;
	struct test t = { bug, packets, true, false };
	struct armdma_explore_config cfg = armdma_explore_defaults(packets_come_whole, &t);

	assert_int_equal(explore(bug, packets, true, departures - 1).verdict, ARMDMA_EXPLORE_PASSED);
	res = explore(bug, packets, true, 3);
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.departures, departures);
	assert_non_null(strstr(res.schedule, choice));
	assert_non_null(strstr(res.text, res.schedule));
	cfg.machine = &machine;
	assert_int_equal(armdma_explore_replay(&cfg, res.schedule, &again), ARMDMA_EXPLORE_FAILED);
	assert_string_equal(again.schedule, res.schedule);
	assert_int_equal(again.runs, 1);
}

/* The OWN bit comes through early, and the engine looks before the rest does. */
static void missing_write_barrier_is_found(void **state)
{
	(void)state;
	found_by(NO_WMB, 2, 2, ":drain:");
}

static void missing_read_barrier_is_found(void **state)
{
	(void)state;
	found_by(NO_RMB, 1, 1, ":pull:");
}

static void missing_sync_for_device_is_found(void **state)
{
	(void)state;
	found_by(NO_SYNC_FOR_DEVICE, RING + 1, 1, ":evict:");
}

/* What the checker proves needs no departure. */
static void report_of_the_checker_fails_a_run(void **state)
{
	struct armdma_explore_result res = explore(NO_SYNC_FOR_DEVICE, RING + 1, false, 3);

	(void)state;
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.departures, 0);
	assert_int_equal(res.report, ARMDMA_REPORT_CPU_WRITE);
	assert_int_equal(res.ret, 0);
	assert_non_null(strstr(res.text, "ring_receive"));
	assert_non_null(strstr(res.text, "ARMDMA_SCHEDULE='none'"));
}

static void missing_sync_for_cpu_needs_no_departure(void **state)
{
	struct armdma_explore_result res = explore(NO_SYNC_FOR_CPU, 1, true, 3);

	(void)state;
	assert_int_equal(res.verdict, ARMDMA_EXPLORE_FAILED);
	assert_int_equal(res.departures, 0);
	assert_int_equal(res.ret, 1);
	assert_string_equal(res.schedule, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(correct_driver_survives_any_three_departures),
		cmocka_unit_test(correct_driver_survives_on_other_cpus),
		cmocka_unit_test(correct_driver_behind_a_sysmmu_survives),
		cmocka_unit_test(missing_write_barrier_is_found),
		cmocka_unit_test(missing_read_barrier_is_found),
		cmocka_unit_test(missing_sync_for_device_is_found),
		cmocka_unit_test(report_of_the_checker_fails_a_run),
		cmocka_unit_test(missing_sync_for_cpu_needs_no_departure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
