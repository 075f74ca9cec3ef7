/* SPDX-License-Identifier: BSD-2-Clause */
/* Masters that want more than memory gives share it: first come, first served, and nobody starves. */
#include <stdlib.h>

#include "sim/bus/bus_internal.h"
#include "tests/sysmmu_rig.h"

#define NR_MASTERS 6
#define LEN 65536u

struct bench {
	struct rig r;
	struct bus_master *m[NR_MASTERS];
	uint8_t buf[NR_MASTERS][LEN];
	uint64_t ended[NR_MASTERS];	/* cycles after the start */
	struct armdma_hw *hw;
};

struct note {
	struct bench *b;
	unsigned int who;
};

static void open_bench(struct bench *b, uint32_t mem_beats, bool burst_by_burst)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V1_2);

	cfg.costs.mem_beats = mem_beats;
	cfg.burst_by_burst = burst_by_burst;
	rig_open(&b->r, &cfg);
	b->hw = b->r.hw;
	for (unsigned int i = 0; i < NR_MASTERS; i++) {
		b->m[i] = bus_master_create(b->hw, names[i], 32, 8, false, NULL);
		assert_non_null(b->m[i]);
		b->ended[i] = 0;
	}
}

static void ended(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	struct note *n = ctx;

	assert_int_equal(resp, ARMDMA_RESP_OKAY);
	assert_int_equal(bytes, LEN);
	n->b->ended[n->who] = armdma_hw_now(n->b->hw);
}

/* n masters stream at once, every second one writes. Cycles until the last one ends. */
static uint64_t stream(struct bench *b, unsigned int n)
{
	struct note notes[NR_MASTERS];
	uint64_t start = armdma_hw_now(b->hw), last = 0;

	for (unsigned int i = 0; i < n; i++) {
		armdma_dma_t addr = 0x50000000 + i * 0x100000;

		notes[i] = (struct note){ b, i };
		if (i % 2)
			assert_int_equal(armdma_hw_master_write(b->hw, bus_master_name(b->m[i]), addr, b->buf[i], LEN,
								ended, &notes[i]), 0);
		else
			assert_int_equal(armdma_hw_master_read(b->hw, bus_master_name(b->m[i]), addr, b->buf[i], LEN,
							       ended, &notes[i]), 0);
	}
	assert_int_equal(armdma_hw_run_until_idle(b->hw, 10000000), 0);
	for (unsigned int i = 0; i < n; i++) {
		b->ended[i] -= start;
		if (b->ended[i] > last)
			last = b->ended[i];
	}
	return last;
}

static uint64_t time_of(uint32_t mem_beats, unsigned int n)
{
	struct bench *b = malloc(sizeof(*b));
	uint64_t t;

	assert_non_null(b);
	open_bench(b, mem_beats, false);
	t = stream(b, n);
	rig_free(&b->r);
	free(b);
	return t;
}

/* A burst of 16 beats takes 24 cycles, of which memory is busy for 16 at one beat a cycle. */
#define BURSTS (LEN / 128)
#define ALONE (BURSTS * 24ull)

static void one_master_is_not_slowed_down(void **state)
{
	(void)state;
	assert_int_equal(time_of(0, 1), ALONE);
	assert_int_equal(time_of(1, 1), ALONE);
	assert_int_equal(time_of(5, 1), ALONE);
}

static void without_a_limit_masters_do_not_meet(void **state)
{
	(void)state;
	assert_int_equal(time_of(0, NR_MASTERS), ALONE);
}

static void memory_time_is_shared_out_completely(void **state)
{
	(void)state;
	for (unsigned int n = 2; n <= NR_MASTERS; n++) {
		uint64_t t = time_of(1, n), least = (uint64_t)n * BURSTS * 16;

		/* Nothing is faster than memory; address phases overlap, so little is lost. */
		assert_true(t >= least);
		assert_true(t <= least + least / 50 + 24);
	}
	/* 6.4 GB/s carry five masters of 1.28 GB/s; each leaves a third of its time, so a sixth fits, too. */
	assert_true(time_of(5, 5) <= ALONE + ALONE / 10);
}

static void all_go_round(void **state)
{
	struct bench *b = malloc(sizeof(*b));

	(void)state;
	assert_non_null(b);
	open_bench(b, 1, false);
	stream(b, NR_MASTERS);
	for (unsigned int i = 1; i < NR_MASTERS; i++) {
		uint64_t apart = b->ended[i] > b->ended[0] ? b->ended[i] - b->ended[0] : b->ended[0] - b->ended[i];

		assert_true(apart <= NR_MASTERS * 24);
	}
	rig_free(&b->r);
	free(b);
}

static void runs_of_bursts_share_as_single_bursts_do(void **state)
{
	static const uint32_t beats[] = { 1, 2, 5 };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct bench *fast = malloc(sizeof(*fast)), *slow = malloc(sizeof(*slow));

		assert_true(fast && slow);
		open_bench(fast, beats[k], false);
		open_bench(slow, beats[k], true);
		stream(fast, NR_MASTERS);
		stream(slow, NR_MASTERS);
		for (unsigned int i = 0; i < NR_MASTERS; i++)
			assert_int_equal(fast->ended[i], slow->ended[i]);
		rig_free(&fast->r);
		rig_free(&slow->r);
		free(fast);
		free(slow);
	}
}

/* A slot that was granted for later does not keep away what fits before it. */
static void short_bursts_use_the_gap_before_a_slot_of_the_future(void **state)
{
	struct bus_slot slots[] = { { 100, 116 }, { 50, 54 } };
	struct bus *bus = calloc(1, sizeof(*bus));

	(void)state;
	assert_non_null(bus);
	for (size_t i = 0; i < 2; i++)
		bus_take_memory(bus, 0, slots[i].from, slots[i].to - slots[i].from);
	assert_int_equal(bus_wait_for_memory(bus, 10, 16), 0);
	assert_int_equal(bus_wait_for_memory(bus, 40, 16), 14);
	assert_int_equal(bus_wait_for_memory(bus, 60, 40), 0);
	assert_int_equal(bus_wait_for_memory(bus, 60, 41), 56);
	assert_int_equal(bus_wait_for_memory(bus, 116, 16), 0);
	/* What has ended is forgotten. */
	bus_take_memory(bus, 60, 200, 4);
	assert_int_equal(bus->nr_slots, 2);
	free(bus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_master_is_not_slowed_down),
		cmocka_unit_test(without_a_limit_masters_do_not_meet),
		cmocka_unit_test(memory_time_is_shared_out_completely),
		cmocka_unit_test(all_go_round),
		cmocka_unit_test(runs_of_bursts_share_as_single_bursts_do),
		cmocka_unit_test(short_bursts_use_the_gap_before_a_slot_of_the_future),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
