/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Correct drivers are right whatever the hardware chooses: in every set of operations, under every policy of the caches, with 200 seeds
 * of the adversary. And some wrong ones are not.
 */
#include "api_rig.h"

#define SEEDS 200u
#define SLOTS 4u
#define SIZE 192u	/* a slot: whole lines of 64 bytes */
#define RING 8u

struct machine_mode {
	enum armdma_cache_policy policy;
	enum armdma_cpu cpu;
	uint32_t intensity;
};

static void on_report(void *ctx, const struct armdma_report *rep)
{
	(void)ctx;
	fail_msg("%s", rep->text);
}

static void open_machine(struct rig *r, struct machine_mode mode, enum armdma_dma_opset set, uint64_t seed)
{
	struct armdma_config cfg = rig_config();
	struct armdma_error err = { "" };

	memset(r, 0, sizeof(*r));
	cfg.cache_policy = mode.policy;
	assert_int_equal(armdma_config_set_cpu(&cfg, mode.cpu), 0);
	cfg.adversary_intensity = mode.intensity;
	cfg.seed = seed;
	if (armdma_machine_create(&r->m, &cfg, &err))
		fail_msg("%s", err.msg);
	r->hw = armdma_machine_hw(r->m);
	r->dev = armdma_device_find(r->m, "mdma");
	r->set = set;
	armdma_set_report_fn(r->m, on_report, r);
	assert_int_equal(armdma_dma_set_ops(r->dev, set), 0);
}

/* ---- streaming ----------------------------------------------------------------- */

/* Buffers that stay mapped: the device fills them, the driver reads, strips the header and gives them back. */
static void receives(struct rig *r)
{
	uint8_t *buf[SLOTS], want[SIZE];
	armdma_dma_t dma[SLOTS];

	for (unsigned int i = 0; i < SLOTS; i++) {
		buf[i] = armdma_kmalloc(r->m, SIZE, ARMDMA_GFP_KERNEL);
		memset(buf[i], 0xee, SIZE);
		dma[i] = armdma_dma_map_single(r->dev, buf[i], SIZE, ARMDMA_FROM_DEVICE);
		assert_false(armdma_dma_mapping_error(r->dev, dma[i]));
	}
	for (unsigned int n = 0; n < 3 * SLOTS; n++) {
		unsigned int i = n % SLOTS;

		pattern(want, SIZE, n);
		dev_write(r, dma[i], want, SIZE);
		armdma_hw_cpu_relax(r->hw);
		armdma_dma_sync_single_for_cpu(r->dev, dma[i], SIZE, ARMDMA_FROM_DEVICE);
		assert_memory_equal(buf[i], want, SIZE);
		memset(buf[i], 0, 14);
		armdma_hw_cpu_relax(r->hw);
		assert_int_equal(buf[i][13], 0);
		assert_memory_equal(buf[i] + 14, want + 14, SIZE - 14);
		armdma_dma_sync_single_for_device(r->dev, dma[i], SIZE, ARMDMA_FROM_DEVICE);
	}
	for (unsigned int i = 0; i < SLOTS; i++) {
		pattern(want, SIZE, 100 + i);
		dev_write(r, dma[i], want, SIZE);
		armdma_dma_unmap_single(r->dev, dma[i], SIZE, ARMDMA_FROM_DEVICE);
		armdma_hw_cpu_relax(r->hw);
		assert_memory_equal(buf[i], want, SIZE);
		armdma_kfree(r->m, buf[i]);
	}
}

static void sends(struct rig *r)
{
	uint8_t *buf = armdma_kmalloc(r->m, SIZE, ARMDMA_GFP_KERNEL), want[SIZE];
	armdma_dma_t dma;

	pattern(want, SIZE, 1);
	memcpy(buf, want, SIZE);
	dma = armdma_dma_map_single(r->dev, buf, SIZE, ARMDMA_TO_DEVICE);
	assert_false(armdma_dma_mapping_error(r->dev, dma));
	for (unsigned int n = 0; n < 8; n++) {
		dev_expect(r, dma, want, SIZE);
		armdma_dma_sync_single_for_cpu(r->dev, dma, SIZE, ARMDMA_TO_DEVICE);
		pattern(want, SIZE, 2 + n);
		memcpy(buf, want, SIZE);
		armdma_hw_cpu_relax(r->hw);
		armdma_dma_sync_single_for_device(r->dev, dma, SIZE, ARMDMA_TO_DEVICE);
	}
	armdma_dma_unmap_single(r->dev, dma, SIZE, ARMDMA_TO_DEVICE);
	armdma_kfree(r->m, buf);
}

static void works_both_ways(struct rig *r)
{
	uint8_t *buf = armdma_kmalloc(r->m, SIZE, ARMDMA_GFP_KERNEL), want[SIZE];
	armdma_dma_t dma;

	pattern(want, SIZE, 1);
	memcpy(buf, want, SIZE);
	dma = armdma_dma_map_single(r->dev, buf, SIZE, ARMDMA_BIDIRECTIONAL);
	assert_false(armdma_dma_mapping_error(r->dev, dma));
	for (unsigned int n = 0; n < 6; n++) {
		dev_expect(r, dma, want, SIZE);
		pattern(want, SIZE, 10 + n);
		dev_write(r, dma, want, SIZE);
		armdma_dma_sync_single_for_cpu(r->dev, dma, SIZE, ARMDMA_BIDIRECTIONAL);
		assert_memory_equal(buf, want, SIZE);
		pattern(want, SIZE, 20 + n);
		memcpy(buf, want, SIZE);
		armdma_hw_cpu_relax(r->hw);
		armdma_dma_sync_single_for_device(r->dev, dma, SIZE, ARMDMA_BIDIRECTIONAL);
	}
	armdma_dma_unmap_single(r->dev, dma, SIZE, ARMDMA_BIDIRECTIONAL);
	assert_memory_equal(buf, want, SIZE);
	armdma_kfree(r->m, buf);
}

/* A buffer that begins and ends inside cache lines: its neighbours are left alone while the device has it. */
static void leaves_its_edges_alone(struct rig *r)
{
	uint8_t *all = armdma_kmalloc(r->m, 256, ARMDMA_GFP_KERNEL), want[256], packet[100];
	armdma_dma_t dma;

	pattern(want, 256, 1);
	memcpy(all, want, 256);
	for (unsigned int n = 0; n < 4; n++) {
		dma = armdma_dma_map_single(r->dev, all + 70, 100, ARMDMA_FROM_DEVICE);
		assert_false(armdma_dma_mapping_error(r->dev, dma));
		pattern(packet, 100, 2 + n);
		dev_write(r, dma, packet, 100);
		armdma_hw_cpu_relax(r->hw);
		armdma_dma_unmap_single(r->dev, dma, 100, ARMDMA_FROM_DEVICE);
		memcpy(want + 70, packet, 100);
		assert_memory_equal(all, want, 256);
		/* Now they are its own again. */
		all[69] = want[69] = (uint8_t)n;
		all[170] = want[170] = (uint8_t)(n + 1);
		armdma_hw_cpu_relax(r->hw);
	}
	assert_memory_equal(all, want, 256);
	armdma_kfree(r->m, all);
}

static void gathers_and_scatters(struct rig *r)
{
	static const size_t lens[] = { 512, 64, 1024 };
	struct armdma_scatterlist sg[3], *s;
	uint8_t *buf[3], want[1024];
	int n, i;

	armdma_sg_init_table(sg, 3);
	for (i = 0; i < 3; i++) {
		buf[i] = armdma_kmalloc(r->m, lens[i], ARMDMA_GFP_KERNEL);
		pattern(buf[i], lens[i], (uint32_t)i);
		armdma_sg_set_buf(r->m, &sg[i], buf[i], (unsigned int)lens[i]);
	}
	n = (int)armdma_dma_map_sg(r->dev, sg, 3, ARMDMA_BIDIRECTIONAL);
	assert_int_equal(n, 3);
	for (uint32_t round = 0; round < 4; round++) {
		armdma_for_each_sg(sg, s, n, i) {
			pattern(want, lens[i], (uint32_t)i + 10 * round);
			dev_expect(r, armdma_sg_dma_address(s), want, lens[i]);
			pattern(want, lens[i], (uint32_t)i + 100 * round);
			dev_write(r, armdma_sg_dma_address(s), want, lens[i]);
		}
		armdma_dma_sync_sg_for_cpu(r->dev, sg, 3, ARMDMA_BIDIRECTIONAL);
		for (i = 0; i < 3; i++) {
			pattern(want, lens[i], (uint32_t)i + 100 * round);
			assert_memory_equal(buf[i], want, lens[i]);
			pattern(buf[i], lens[i], (uint32_t)i + 10 * (round + 1));
		}
		armdma_dma_sync_sg_for_device(r->dev, sg, 3, ARMDMA_BIDIRECTIONAL);
	}
	armdma_dma_unmap_sg(r->dev, sg, 3, ARMDMA_BIDIRECTIONAL);
	for (i = 0; i < 3; i++)
		armdma_kfree(r->m, buf[i]);
}

/* ---- coherent memory: a device that polls ------------------------------------------ */

struct cell {
	volatile uint32_t command[3], owner;	/* owner: 0 the CPU's, 1 the device's */
	volatile uint32_t answer[3], pad;
};

/* The device looks at a cell until it is its own, and answers. Returns whether the command was whole. */
static bool device_serves(struct rig *r, armdma_dma_t dma, uint32_t want)
{
	struct cell c;

	for (unsigned int looks = 0;; looks++) {
		assert_true(looks < 1000);
		dev_read(r, dma, &c, sizeof(c));
		if (c.owner)
			break;
		armdma_hw_advance(r->hw, 16);
	}
	/* It has seen the owner: what is read now was there before. */
	dev_read(r, dma, &c, sizeof(c));
	for (unsigned int i = 0; i < 3; i++) {
		c.answer[i] = c.command[i] + 1000;
		if (c.command[i] != want + i)
			return false;
	}
	dev_write(r, dma + offsetof(struct cell, answer), (const void *)(uintptr_t)c.answer, sizeof(c.answer));
	c.owner = 0;
	dev_write(r, dma + offsetof(struct cell, owner), (const void *)(uintptr_t)&c.owner, 4);
	return true;
}

/* barriers: 0 both, 1 no dma_wmb(), 2 no dma_rmb(). Returns whether everything arrived whole. */
static bool talks(struct rig *r, int barriers)
{
	armdma_dma_t dma;
	struct cell *ring = armdma_dma_alloc_coherent(r->dev, RING * sizeof(*ring), &dma, ARMDMA_GFP_KERNEL);
	bool whole = true;

	assert_non_null(ring);
	for (uint32_t n = 1; n <= 2 * RING && whole; n++) {
		struct cell *c = &ring[n % RING];
		unsigned int turns = 0;

		for (uint32_t i = 0; i < 3; i++)
			c->command[i] = 16 * n + i;
		if (barriers != 1)
			armdma_hw_barrier(r->hw, ARMDMA_BARRIER_DMA_WMB);
		c->owner = 1;
		whole = device_serves(r, dma + n % RING * sizeof(*c), 16 * n);
		while (whole && c->owner) {
			assert_true(turns++ < 10000);
			armdma_hw_cpu_relax(r->hw);
		}
		if (barriers != 2)
			armdma_hw_barrier(r->hw, ARMDMA_BARRIER_DMA_RMB);
		for (uint32_t i = 0; i < 3; i++)
			whole &= c->answer[i] == 16 * n + i + 1000;
	}
	armdma_dma_free_coherent(r->dev, RING * sizeof(*ring), ring, dma);
	return whole;
}

static void talks_with_order_alone(struct rig *r)
{
	assert_true(talks(r, 0));
}

/* ---- all of them everywhere ------------------------------------------------------------ */

static void in_every_set(void (*body)(struct rig *r), struct machine_mode mode, uint64_t seed)
{
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		struct rig r;

		open_machine(&r, mode, (enum armdma_dma_opset)set, seed);
		body(&r);
		armdma_machine_destroy(r.m);
	}
}

static void in_every_mode(void (*body)(struct rig *r))
{
	static const uint32_t intensities[] = { 100, 10, 300 };
	static const enum armdma_cpu cpus[] = { ARMDMA_CPU_CORTEX_A9, ARMDMA_CPU_CORTEX_A15, ARMDMA_CPU_ARM926 };

	for (size_t c = 0; c < 3; c++) {
		in_every_set(body, (struct machine_mode){ ARMDMA_CACHE_PESSIMAL, cpus[c], 0 }, 1);
		in_every_set(body, (struct machine_mode){ ARMDMA_CACHE_NON_SPECULATING, cpus[c], 0 }, 1);
		in_every_set(body, (struct machine_mode){ ARMDMA_CACHE_COHERENT, cpus[c], 0 }, 1);
	}
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		in_every_set(body, (struct machine_mode){ ARMDMA_CACHE_ADVERSARY, cpus[seed % 8 < 6 ? 0 : seed % 2 + 1],
							  intensities[seed % 3] }, seed);
}

#define EVERYWHERE(body)					\
	static void driver_that_##body(void **state)		\
	{							\
		(void)state;					\
		in_every_mode(body);				\
	}
EVERYWHERE(receives)
EVERYWHERE(sends)
EVERYWHERE(works_both_ways)
EVERYWHERE(leaves_its_edges_alone)
EVERYWHERE(gathers_and_scatters)
EVERYWHERE(talks_with_order_alone)

/* ---- and wrong ones somewhere -------------------------------------------------------------- */

static unsigned int torn(int barriers, enum armdma_cache_policy policy)
{
	unsigned int n = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct rig r;

		open_machine(&r, (struct machine_mode){ policy, ARMDMA_CPU_CORTEX_A9, 100 }, ARMDMA_OPS_DIRECT, seed);
		n += !talks(&r, barriers);
		armdma_machine_destroy(r.m);
	}
	return n;
}

static void missing_order_of_stores_shows_under_some_seed(void **state)
{
	(void)state;
	assert_in_range(torn(1, ARMDMA_CACHE_ADVERSARY), 50, SEEDS);
	assert_int_equal(torn(1, ARMDMA_CACHE_COHERENT), 0);
}

static void missing_order_of_loads_shows_under_some_seed(void **state)
{
	(void)state;
	assert_in_range(torn(2, ARMDMA_CACHE_ADVERSARY), 50, SEEDS);
	assert_int_equal(torn(2, ARMDMA_CACHE_COHERENT), 0);
}

#define T(body) cmocka_unit_test(driver_that_##body)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(receives),
		T(sends),
		T(works_both_ways),
		T(leaves_its_edges_alone),
		T(gathers_and_scatters),
		T(talks_with_order_alone),
		cmocka_unit_test(missing_order_of_stores_shows_under_some_seed),
		cmocka_unit_test(missing_order_of_loads_shows_under_some_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
