/* SPDX-License-Identifier: BSD-2-Clause */
/* The DMA engine by its manual: chains, rings, each operation, each error. */
#include "device_rig.h"

#include <errno.h>

#include <armdma/sgdma.h>
#include <armdma/sysmmu.h>

#define DESC DRIG_RAM
#define SRC (DRIG_RAM + 0x100000u)
#define DST (DRIG_RAM + 0x200000u)
#define NO_RAM 0x20000000u
#define REG(name) (DRIG_SGDMA + ARMDMA_SGDMA_##name)
#define ALL_INTS (ARMDMA_SGDMA_INT_DONE | ARMDMA_SGDMA_INT_ERROR | ARMDMA_SGDMA_INT_IDLE)
#define OWN_END (ARMDMA_SGDMA_OWN | ARMDMA_SGDMA_END)

static void put_desc(struct drig *r, unsigned int i, unsigned int next, armdma_dma_t src,
		     armdma_dma_t dst, uint32_t len, uint32_t control)
{
	struct armdma_sgdma_desc d;

	armdma_sgdma_fill_desc(&d, DESC + 32 * next, src, dst, len, control);
	drig_poke(r, DESC + 32 * i, &d, sizeof(d));
}

static struct armdma_sgdma_desc get_desc(struct drig *r, unsigned int i)
{
	struct armdma_sgdma_desc d;

	drig_peek(r, DESC + 32 * i, &d, sizeof(d));
	return d;
}

static void ring_bell(struct drig *r)
{
	drig_wr(r, REG(DOORBELL), 1);
}

static void run(struct drig *r)
{
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100 * DRIG_MS), 0);
}

/* Enable, point at descriptor 0, ring, wait. */
static void go(struct drig *r)
{
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	run(r);
}

static void assert_desc(struct drig *r, unsigned int i, uint32_t status, uint32_t done)
{
	struct armdma_sgdma_desc d = get_desc(r, i);

	assert_int_equal(armdma_sgdma_desc_status(&d), status);
	assert_int_equal(armdma_sgdma_desc_done(&d), done);
	assert_int_equal(armdma_sgdma_desc_control(&d) & ARMDMA_SGDMA_OWN, 0);
}

static void assert_mem(struct drig *r, armdma_phys_t pa, const uint8_t *want, size_t len)
{
	uint8_t *got = malloc(len);

	drig_peek(r, pa, got, len);
	assert_memory_equal(got, want, len);
	free(got);
}

static void descriptor_words_are_little_endian(void **state)
{
	struct armdma_sgdma_desc d;
	static const uint8_t want[32] = {
		0x44, 0x33, 0x22, 0x11, 0x88, 0x77, 0x66, 0x55, 0xcc, 0xbb, 0xaa, 0x99, 0x01, 0x02,
		0x03, 0x00, 0x78, 0x56, 0x34, 0x12, 0x01, 0x01, 0x00, 0x80,
	};

	(void)state;
	armdma_sgdma_fill_desc(&d, 0x0111223344u, 0x0255667788u, 0x0399aabbccu, 0x12345678,
			       ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_IRQ | ARMDMA_SGDMA_OWN);
	assert_memory_equal(&d, want, sizeof(d));
}

static void copy_moves_every_length_and_alignment_and_nothing_else(void **state)
{
	static const uint32_t lens[] = { 1, 7, 8, 63, 4095, 4096, 4097, 8192, 12345, 100000 };
	static const uint32_t offs[][2] = { { 0, 0 }, { 1, 0 }, { 0, 3 }, { 4093, 5 } };
	struct drig *r = *state;
	uint8_t *src = malloc(120000), *all = malloc(120000);

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		for (size_t j = 0; j < sizeof(offs) / sizeof(offs[0]); j++) {
			drig_noise(src, lens[i], (uint32_t)(i * 7 + j));
			memset(all, 0x5a, 120000);
			drig_poke(r, DST, all, 120000);
			drig_poke(r, SRC + offs[j][0], src, lens[i]);
			put_desc(r, 0, 1, SRC + offs[j][0], DST + offs[j][1], lens[i],
				 ARMDMA_SGDMA_COPY | OWN_END);
			go(r);
			assert_desc(r, 0, ARMDMA_SGDMA_ST_OK, lens[i]);
			memcpy(all + offs[j][1], src, lens[i]);
			assert_mem(r, DST, all, 120000);
		}
	free(src);
	free(all);
}

static void fill_repeats_the_word_little_endian_from_the_first_byte(void **state)
{
	struct drig *r = *state;
	uint8_t want[5003];

	for (size_t i = 0; i < sizeof(want); i++)
		want[i] = (uint8_t)(0x44332211u >> (8 * (i % 4)));
	put_desc(r, 0, 1, 0x44332211, DST + 3, sizeof(want), ARMDMA_SGDMA_FILL | OWN_END);
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_OK, sizeof(want));
	assert_mem(r, DST + 3, want, sizeof(want));
}

static void from_device_writes_the_pattern_of_the_seed(void **state)
{
	struct drig *r = *state;
	uint8_t want[9000], other[9000];

	put_desc(r, 0, 1, 77, DST, sizeof(want), ARMDMA_SGDMA_FROM_DEVICE | OWN_END);
	go(r);
	armdma_sgdma_pattern(77, 0, want, sizeof(want));
	assert_mem(r, DST, want, sizeof(want));
	armdma_sgdma_pattern(78, 0, other, sizeof(other));
	assert_memory_not_equal(want, other, 64);
	/* Any part of the stream can be asked for. */
	armdma_sgdma_pattern(77, 4099, other, 100);
	assert_memory_equal(want + 4099, other, 100);
}

static void source_and_sink_buffers_are_used_in_sequence(void **state)
{
	struct drig *r = *state;
	uint8_t src[6000], sink[6000], want[3000];

	drig_noise(src, sizeof(src), 5);
	assert_int_equal(armdma_sgdma_set_source(r->hw, "sgdma", src, sizeof(src)), 0);
	assert_int_equal(armdma_sgdma_set_sink(r->hw, "sgdma", sink, sizeof(sink)), 0);
	put_desc(r, 0, 1, 0, DST, 5000, ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, 0, DST + 5000, 1000, ARMDMA_SGDMA_FROM_DEVICE | ARMDMA_SGDMA_OWN);
	put_desc(r, 2, 3, DST, 0, 3000, ARMDMA_SGDMA_TO_DEVICE | ARMDMA_SGDMA_OWN);
	put_desc(r, 3, 4, SRC, 0, 3000, ARMDMA_SGDMA_TO_DEVICE | OWN_END);
	drig_noise(want, sizeof(want), 9);
	drig_poke(r, SRC, want, sizeof(want));
	go(r);
	assert_mem(r, DST, src, sizeof(src));
	assert_memory_equal(sink, src, 3000);
	assert_memory_equal(sink + 3000, want, 3000);
	assert_int_equal(armdma_sgdma_source_used(r->hw, "sgdma"), 6000);
	assert_int_equal(armdma_sgdma_sink_used(r->hw, "sgdma"), 6000);
	assert_int_equal(armdma_sgdma_set_sink(r->hw, "fimc0", sink, 1), -ENOENT);
}

static void source_that_ends_is_an_underrun_with_what_there_was(void **state)
{
	struct drig *r = *state;
	uint8_t src[5000], want[6000];

	drig_noise(src, sizeof(src), 6);
	memset(want, 0xee, sizeof(want));
	drig_poke(r, DST, want, sizeof(want));
	armdma_sgdma_set_source(r->hw, "sgdma", src, sizeof(src));
	put_desc(r, 0, 1, 0, DST, 6000, ARMDMA_SGDMA_FROM_DEVICE | OWN_END);
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_UNDERRUN, 5000);
	memcpy(want, src, sizeof(src));
	assert_mem(r, DST, want, sizeof(want));
}

static void sink_that_is_full_is_an_overrun_with_what_fitted(void **state)
{
	struct drig *r = *state;
	uint8_t src[10000], sink[5001];

	drig_noise(src, sizeof(src), 8);
	drig_poke(r, SRC, src, sizeof(src));
	sink[5000] = 0x77;
	armdma_sgdma_set_sink(r->hw, "sgdma", sink, 5000);
	put_desc(r, 0, 1, SRC, 0, sizeof(src), ARMDMA_SGDMA_TO_DEVICE | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, SRC, DST, 100, ARMDMA_SGDMA_COPY | OWN_END);
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_OVERRUN, 5000);
	assert_desc(r, 1, ARMDMA_SGDMA_ST_OK, 100);
	assert_memory_equal(sink, src, 5000);
	assert_int_equal(sink[5000], 0x77);
}

static void engine_stops_at_a_descriptor_it_does_not_own_and_goes_on_after_a_doorbell(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 64, ARMDMA_SGDMA_FILL | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, 2, DST + 64, 64, ARMDMA_SGDMA_FILL);
	go(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 1);
	assert_int_equal(drig_rd(r, REG(HEAD)), DESC + 32);
	assert_int_equal(drig_rd(r, REG(STATUS)), 0);
	assert_int_equal(drig_rd(r, REG(INT_STATUS)), ARMDMA_SGDMA_INT_IDLE);
	put_desc(r, 1, 0, 2, DST + 64, 64, ARMDMA_SGDMA_FILL | OWN_END);
	ring_bell(r);
	run(r);
	assert_desc(r, 1, ARMDMA_SGDMA_ST_OK, 64);
	assert_int_equal(drig_rd(r, REG(HEAD)), DESC);
}

static void ring_goes_round_until_it_meets_its_own_work(void **state)
{
	struct drig *r = *state;

	for (unsigned int i = 0; i < 4; i++)
		put_desc(r, i, (i + 1) % 4, i, DST + 64 * i, 64, ARMDMA_SGDMA_FILL | ARMDMA_SGDMA_OWN);
	go(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 4);
	assert_int_equal(drig_rd(r, REG(HEAD)), DESC);
}

static void doorbell_while_busy_is_not_lost(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 65536, ARMDMA_SGDMA_FILL | OWN_END);
	put_desc(r, 1, 2, 2, DST, 64, ARMDMA_SGDMA_FILL | OWN_END);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	assert_int_equal(drig_rd(r, REG(STATUS)), ARMDMA_SGDMA_STATUS_BUSY);
	ring_bell(r);
	run(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 2);
}

static void interrupt_is_a_level_of_enabled_bits(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 64, ARMDMA_SGDMA_FILL | ARMDMA_SGDMA_IRQ | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, 1, DST, 64, ARMDMA_SGDMA_FILL | OWN_END);
	go(r);
	assert_false(armdma_hw_irq_level(r->hw, DRIG_SGDMA_IRQ));
	assert_int_equal(drig_rd(r, REG(INT_STATUS)), ARMDMA_SGDMA_INT_DONE | ARMDMA_SGDMA_INT_IDLE);
	drig_wr(r, REG(INT_ENABLE), ARMDMA_SGDMA_INT_DONE);
	assert_true(armdma_hw_irq_level(r->hw, DRIG_SGDMA_IRQ));
	drig_wr(r, REG(INT_CLEAR), ARMDMA_SGDMA_INT_IDLE);
	assert_true(armdma_hw_irq_level(r->hw, DRIG_SGDMA_IRQ));
	drig_wr(r, REG(INT_CLEAR), ARMDMA_SGDMA_INT_DONE);
	assert_false(armdma_hw_irq_level(r->hw, DRIG_SGDMA_IRQ));
	assert_int_equal(drig_rd(r, REG(INT_STATUS)), 0);
}

static void bus_errors_end_the_descriptor_and_the_chain_goes_on(void **state)
{
	struct drig *r = *state;
	uint8_t src[4096];

	drig_noise(src, sizeof(src), 3);
	drig_poke(r, DRIG_RAM + DRIG_RAM_SIZE - 4096, src, sizeof(src));
	put_desc(r, 0, 1, NO_RAM, DST, 64, ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, SRC, NO_RAM, 9000, ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	/* Runs off the end of RAM: what was read before arrives. */
	put_desc(r, 2, 3, DRIG_RAM + DRIG_RAM_SIZE - 4096, DST, 9000,
		 ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	put_desc(r, 3, 4, 9, DST + 8192, 64, ARMDMA_SGDMA_FILL | OWN_END);
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_SRC_DECERR, 0);
	assert_desc(r, 1, ARMDMA_SGDMA_ST_DST_DECERR, 0);
	assert_desc(r, 2, ARMDMA_SGDMA_ST_SRC_DECERR, 4096);
	assert_desc(r, 3, ARMDMA_SGDMA_ST_OK, 64);
	assert_mem(r, DST, src, sizeof(src));
	assert_int_equal(drig_rd(r, REG(INT_STATUS)), ARMDMA_SGDMA_INT_ERROR | ARMDMA_SGDMA_INT_IDLE);
	assert_int_equal(drig_rd(r, REG(ERROR)), ARMDMA_SGDMA_ST_SRC_DECERR);
	assert_int_equal(drig_rd(r, REG(ERROR_ADDR)), DESC + 64);
	assert_int_equal(drig_rd(r, REG(COUNT)), 4);
}

static void bad_descriptors_are_refused(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, SRC, DST, 0, ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, SRC, DST, 8, 9u | ARMDMA_SGDMA_OWN);
	put_desc(r, 2, 3, 0, 0, 0, ARMDMA_SGDMA_NOP | OWN_END);
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_BAD_DESC, 0);
	assert_desc(r, 1, ARMDMA_SGDMA_ST_BAD_DESC, 0);
	assert_desc(r, 2, ARMDMA_SGDMA_ST_OK, 0);
}

static void counter_of_16_bits_takes_0_for_64_kib_and_drops_what_is_above(void **state)
{
	struct drig *r = *state;

	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE | ARMDMA_SGDMA_CTRL_COUNT16);
	put_desc(r, 0, 1, SRC, DST, 0, ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, SRC, DST, 0x10000 + 12, ARMDMA_SGDMA_COPY | ARMDMA_SGDMA_OWN);
	put_desc(r, 2, 3, SRC, DST, 0xffff, ARMDMA_SGDMA_COPY | OWN_END);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	run(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_OK, 0x10000);
	assert_desc(r, 1, ARMDMA_SGDMA_ST_OK, 12);
	assert_desc(r, 2, ARMDMA_SGDMA_ST_OK, 0xffff);
}

static void fetch_error_halts_until_a_new_head(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 64, ARMDMA_SGDMA_FILL | OWN_END);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(r, REG(HEAD), NO_RAM);
	ring_bell(r);
	run(r);
	assert_int_equal(drig_rd(r, REG(STATUS)), ARMDMA_SGDMA_STATUS_HALTED);
	assert_int_equal(drig_rd(r, REG(ERROR)), ARMDMA_SGDMA_ST_FETCH);
	ring_bell(r);
	run(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 0);
	assert_int_equal(r->logs, 1);
	drig_wr(r, REG(HEAD), DESC + 4);
	ring_bell(r);
	assert_int_equal(drig_rd(r, REG(ERROR)), ARMDMA_SGDMA_ST_ALIGN);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	run(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_OK, 64);
}

static void disable_pauses_between_descriptors(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 65536, ARMDMA_SGDMA_FILL | ARMDMA_SGDMA_OWN);
	put_desc(r, 1, 2, 2, DST, 64, ARMDMA_SGDMA_FILL | OWN_END);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	drig_wr(r, REG(CTRL), 0);
	run(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 1);
	assert_int_equal(drig_rd(r, REG(STATUS)), 0);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	run(r);
	assert_int_equal(drig_rd(r, REG(COUNT)), 2);
}

static void reset_drops_a_transfer_at_once(void **state)
{
	struct drig *r = *state;

	put_desc(r, 0, 1, 1, DST, 1 << 20, ARMDMA_SGDMA_FILL | OWN_END);
	drig_wr(r, REG(INT_ENABLE), ALL_INTS);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(r, REG(HEAD), DESC);
	ring_bell(r);
	armdma_hw_advance(r->hw, 1000);
	drig_wr(r, REG(CTRL), ARMDMA_SGDMA_CTRL_RESET);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 10), 0);
	assert_int_equal(drig_rd(r, REG(STATUS)), 0);
	assert_int_equal(drig_rd(r, REG(HEAD)), 0);
	assert_false(armdma_hw_irq_level(r->hw, DRIG_SGDMA_IRQ));
	go(r);
	assert_desc(r, 0, ARMDMA_SGDMA_ST_OK, 1 << 20);
}

static void sysmmu_fault_holds_the_engine_until_reset(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct drig r;

	(void)state;
	drig_create(&r, &cfg);
	/* An empty table: the descriptor itself faults. */
	drig_wr(&r, DRIG_SGDMA_MMU + ARMDMA_SYSMMU_REG_PT_BASE, DRIG_RAM + 0x300000);
	drig_wr(&r, DRIG_SGDMA_MMU + ARMDMA_SYSMMU_REG_CTRL, 5);
	drig_wr(&r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	drig_wr(&r, REG(HEAD), DESC);
	ring_bell(&r);
	armdma_hw_advance(r.hw, DRIG_MS);
	assert_int_equal(drig_rd(&r, REG(STATUS)), ARMDMA_SGDMA_STATUS_BUSY);
	drig_wr(&r, REG(CTRL), ARMDMA_SGDMA_CTRL_RESET);
	assert_int_equal(drig_rd(&r, REG(STATUS)), 0);
	/* A machine can be taken apart while it is held. */
	drig_wr(&r, REG(CTRL), ARMDMA_SGDMA_CTRL_ENABLE);
	ring_bell(&r);
	armdma_hw_advance(r.hw, DRIG_MS);
	armdma_hw_destroy(r.hw);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptor_words_are_little_endian),
		T(copy_moves_every_length_and_alignment_and_nothing_else),
		T(fill_repeats_the_word_little_endian_from_the_first_byte),
		T(from_device_writes_the_pattern_of_the_seed),
		T(source_and_sink_buffers_are_used_in_sequence),
		T(source_that_ends_is_an_underrun_with_what_there_was),
		T(sink_that_is_full_is_an_overrun_with_what_fitted),
		T(engine_stops_at_a_descriptor_it_does_not_own_and_goes_on_after_a_doorbell),
		T(ring_goes_round_until_it_meets_its_own_work),
		T(doorbell_while_busy_is_not_lost),
		T(interrupt_is_a_level_of_enabled_bits),
		T(bus_errors_end_the_descriptor_and_the_chain_goes_on),
		T(bad_descriptors_are_refused),
		T(counter_of_16_bits_takes_0_for_64_kib_and_drops_what_is_above),
		T(fetch_error_halts_until_a_new_head),
		T(disable_pauses_between_descriptors),
		T(reset_drops_a_transfer_at_once),
		cmocka_unit_test(sysmmu_fault_holds_the_engine_until_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
