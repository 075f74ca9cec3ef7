/* SPDX-License-Identifier: BSD-2-Clause */
/* A camera cannot wait: what happens to a frame when the bus does not take it in time. */
#include "fimc_rig.h"

#include <errno.h>

#include <armdma/sysmmu.h>

#define OVF_ALL (ARMDMA_FIMC_CISTATUS_OVFIY | ARMDMA_FIMC_CISTATUS_OVFICB | ARMDMA_FIMC_CISTATUS_OVFICR)
#define L1_TABLE (DRIG_RAM + 0x2000000u)

static void create(struct drig *r, const struct armdma_config *cfg, struct fimc_want *w, uint32_t width,
		   uint32_t height, uint32_t fps)
{
	struct armdma_sensor_config s = { .width = width, .height = height, .fps = fps };

	drig_create(r, cfg);
	frig_sensor(r, &s);
	frig_program(r, w);
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(r, w, i, FRIG_BUF(1));
	frig_blank(r, w, FRIG_BUF(1));
}

static uint64_t overflows(struct drig *r)
{
	struct armdma_hw_stats st;

	assert_int_equal(armdma_hw_unit_stats(r->hw, "fimc0", &st), 0);
	return st.overflows;
}

/* Identity mapping of RAM by 1 MiB sections; the one of `hole` is left out. */
static void map_ram(struct drig *r, uint32_t hole)
{
	uint8_t table[16384];

	memset(table, 0, sizeof(table));
	for (uint32_t va = DRIG_RAM; va < DRIG_RAM + DRIG_RAM_SIZE; va += 1u << 20) {
		uint32_t d = va == hole ? 0 : va | 2;

		for (int i = 0; i < 4; i++)
			table[(va >> 20) * 4 + (uint32_t)i] = (uint8_t)(d >> (8 * i));
	}
	drig_poke(r, L1_TABLE, table, sizeof(table));
	drig_wr(r, DRIG_MMU + ARMDMA_SYSMMU_REG_PT_BASE, L1_TABLE);
	drig_wr(r, DRIG_MMU + ARMDMA_SYSMMU_REG_FLUSH, 1);
	drig_wr(r, DRIG_MMU + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void fault_overflows_the_fifos_and_the_frame_ends_nevertheless(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUV420 } };
	struct drig r;
	uint8_t px[64], blank[64];

	(void)state;
	create(&r, &cfg, &w, 320, 240, 100);
	map_ram(&r, FRIG_BUF(1));
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	assert_int_equal(drig_rd(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR), FRIG_BUF(1));
	assert_int_equal(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL, OVF_ALL);
	assert_int_equal(overflows(&r), 1);
	memset(blank, FRIG_GUARD, sizeof(blank));
	drig_peek(&r, FRIG_BUF(1) + 64, px, 64);
	assert_memory_equal(px, blank, 64);
	armdma_hw_destroy(r.hw);
}

static void after_the_fault_is_mended_frames_are_whole_again(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig r;
	uint64_t frame;
	unsigned int i, set;

	(void)state;
	create(&r, &cfg, &w, 320, 240, 100);
	map_ram(&r, FRIG_BUF(1));
	drig_wr(&r, FREG(CIFCNTSEQ), 1);
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	map_ram(&r, 0);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	/* The frame that was under way may be hurt, the one after it not. */
	for (i = 0; i < 3; i++)
		assert_int_equal(frig_wait(&r, 50), 0);
	set = ARMDMA_FIMC_CISTATUS2_PREVIOUS(drig_rd(&r, FREG(CISTATUS2))) - 1;
	assert_int_equal(armdma_fimc_captured(r.hw, "fimc0", set, &frame), 0);
	frig_check(&r, &w, FRIG_BUF(1), frame);
	/* Overflow bits stay until cleared, each by its own bit. */
	assert_true(drig_rd(&r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFIY);
	drig_wr(&r, FREG(CIWDOFST), drig_rd(&r, FREG(CIWDOFST)) | ARMDMA_FIMC_CIWDOFST_CLROVFIY);
	assert_false(drig_rd(&r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFIY);
	assert_true(drig_rd(&r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFICB);
	drig_wr(&r, FREG(CIWDOFST), drig_rd(&r, FREG(CIWDOFST)) | ARMDMA_FIMC_CIWDOFST_CLROVFICB);
	assert_false(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL);
	assert_int_equal(drig_rd(&r, FREG(CIWDOFST)), ARMDMA_FIMC_CIWDOFST_WINOFSEN);
	/* What was captured before is not what is in the buffer now. */
	map_ram(&r, FRIG_BUF(1));
	for (i = 0; i < 2; i++)
		assert_int_equal(frig_wait(&r, 50), 0);
	assert_int_equal(armdma_fimc_captured(r.hw, "fimc0", set, &frame), -ENODATA);
	armdma_hw_destroy(r.hw);
}

/*
 * A hole in the middle: lines before it are right; the FIFO's bytes are written when the bus goes
 * on; lines long after are right.
 */
static void short_stall_loses_only_what_did_not_fit(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_RGB32 } };
	uint32_t hole = FRIG_BUF(1) + (1u << 20);	/* line 409 and the 1st of its 640 pixels' bytes */
	struct armdma_picture pic = { .fmt = ARMDMA_PIX_RGB32, .width = 640, .height = 480 };
	size_t len = armdma_picture_layout(&pic, NULL), first = SIZE_MAX, last = 0;
	uint8_t *want = malloc(len), *got = malloc(len);
	uint64_t end;
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 640, 480, 50);
	map_ram(&r, hole);
	frig_capture(&r, true);
	while (!drig_rd(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_STATUS))
		armdma_hw_advance(r.hw, 100);
	/* Ten lines long. */
	end = armdma_hw_now(r.hw) + 10 * (3200000 / 500);
	while (armdma_hw_now(r.hw) < end)
		armdma_hw_advance(r.hw, 100);
	map_ram(&r, 0);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_int_equal(frig_wait(&r, 50), 0);
	assert_int_equal(overflows(&r), 1);
	armdma_picture_layout(&pic, want);
	assert_int_equal(armdma_sensor_expected(r.hw, "fimc0", 0, &pic, NULL), 0);
	drig_peek(&r, FRIG_BUF(1), got, len);
	for (size_t i = 0; i < len; i++)
		if (got[i] != want[i]) {
			assert_int_equal(got[i], FRIG_GUARD);
			if (first == SIZE_MAX)
				first = i;
			last = i;
		}
	/* The FIFO's bytes arrived, then whole lines from some line on, and nothing in between. */
	assert_int_equal(first, (1u << 20) + ARMDMA_FIMC_FIFO);
	assert_int_equal((last + 1) % 2560, 0);
	for (size_t i = first; i <= last; i++)
		assert_int_equal(got[i], FRIG_GUARD);
	assert_in_range(last - first, 9 * 2560, 12 * 2560);
	assert_int_equal(armdma_fimc_captured(r.hw, "fimc0", 0, &end), -ENODATA);
	armdma_hw_destroy(r.hw);
	free(want);
	free(got);
}

/*
 * Overflows of a frame whose bus stands still for that many cycles, 1536 bytes into a line of 2560
 * bytes in 6400 cycles.
 */
static uint64_t stall(uint32_t cycles)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_RGB32 } };
	struct drig r;
	uint64_t n;

	create(&r, &cfg, &w, 640, 480, 50);
	map_ram(&r, FRIG_BUF(1) + (1u << 20));
	frig_capture(&r, true);
	while (!drig_rd(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_STATUS))
		armdma_hw_advance(r.hw, 10);
	armdma_hw_advance(r.hw, cycles);
	map_ram(&r, 0);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	assert_int_equal(frig_wait(&r, 50), 0);
	n = overflows(&r);
	if (!n)
		frig_check(&r, &w, FRIG_BUF(1), 0);
	armdma_hw_destroy(r.hw);
	return n;
}

static void fifo_bridges_a_stall_of_512_bytes_and_no_more(void **state)
{
	(void)state;
	/*
	 * The bus stops about 450 cycles into the line's way; byte 1536 + 512 is due 5120 cycles
	 * into it.
	 */
	assert_int_equal(stall(4200), 0);
	assert_int_equal(stall(4900), 1);
}

static void data_left_in_the_fifo_at_the_next_vsync_is_an_overflow(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_RGB32 } };
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 640, 480, 50);
	frig_buffer(&r, &w, 0, FRIG_BUF(2) + 256 - 640 * 480 * 4);
	map_ram(&r, FRIG_BUF(2));
	frig_capture(&r, true);
	while (!(drig_rd(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_STATUS)))
		armdma_hw_advance(r.hw, 100);
	armdma_hw_advance(r.hw, 6400 * 4);
	assert_false(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL);
	assert_false(frig_irq_high(&r));
	assert_int_equal(frig_wait(&r, 20), 0);
	assert_int_equal(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL, ARMDMA_FIMC_CISTATUS_OVFIY);
	assert_int_equal(overflows(&r), 1);
	armdma_hw_destroy(r.hw);
}

static void slow_bus_overflows(void **state)
{
	struct armdma_config cfg = drig_config(false);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig r;

	(void)state;
	cfg.costs.beat = 60;
	create(&r, &cfg, &w, 640, 480, 60);
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	assert_true(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL);
	armdma_hw_destroy(r.hw);
}

/*
 * Just fast enough: at 60 frames a second a line of 640 pixels takes 5128 cycles, its bursts 20 (10
 * on average for chroma).
 */
static void bus_that_keeps_pace_loses_nothing(void **state)
{
	struct armdma_config cfg = drig_config(false);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUV422P } };
	struct drig r;

	(void)state;
	cfg.costs.burst = 5000 / 20 - 8;	/* 97 % of the bus, and all but a line's share in use */
	create(&r, &cfg, &w, 640, 480, 60);
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	assert_false(drig_rd(&r, FREG(CISTATUS)) & OVF_ALL);
	frig_check(&r, &w, FRIG_BUF(1), 0);
	armdma_hw_destroy(r.hw);
}

static void overflow_interrupt_comes_at_once_when_enabled(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 }, .gctrl = ARMDMA_FIMC_CIGCTRL_IRQ_OVFEN };
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 640, 480, 60);
	map_ram(&r, FRIG_BUF(1));
	frig_capture(&r, true);
	assert_int_equal(armdma_hw_wait(r.hw, frig_irq_high, &r, 50 * DRIG_MS), 0);
	assert_false(drig_rd(&r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
	assert_true(drig_rd(&r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFIY);
	armdma_hw_destroy(r.hw);
}

static void bus_error_loses_data_and_is_logged_once_a_frame(void **state)
{
	struct armdma_config cfg = drig_config(false);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 64, 48, 100);
	frig_buffer(&r, &w, 0, 0x20000000);
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	assert_int_equal(r.logs, 1);
	assert_non_null(strstr(r.last_log, "0x20000000"));
	assert_int_equal(overflows(&r), 0);
	armdma_hw_destroy(r.hw);
}

static void new_size_after_a_held_frame_drops_its_remains(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct fimc_want small = { .pic = { .fmt = ARMDMA_PIX_NV12, .width = 160, .height = 120 } };
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 320, 240, 100);
	map_ram(&r, FRIG_BUF(1));
	frig_capture(&r, true);
	assert_int_equal(frig_wait(&r, 50), 0);
	frig_complete(&r, &small);
	frig_scaler(&r, 320, 240, 160, 120, 0);
	drig_wr(&r, FREG(CITRGFMT), ARMDMA_FIMC_CITRGFMT_HSIZE(160) | ARMDMA_FIMC_CITRGFMT_VSIZE(120));
	drig_wr(&r, FREG(ORGOSIZE), ARMDMA_FIMC_ORGSIZE_HOR(160));
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(&r, &small, i, FRIG_BUF(2));
	frig_blank(&r, &small, FRIG_BUF(2));
	assert_int_equal(frig_wait(&r, 50), 0);
	map_ram(&r, 0);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_INT_CLEAR, 1);
	drig_wr(&r, DRIG_MMU + ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	for (int i = 0; i < 2; i++)
		assert_int_equal(frig_wait(&r, 50), 0);
	frig_check(&r, &small, FRIG_BUF(2), 3);
	armdma_hw_destroy(r.hw);
}

static void machine_can_be_destroyed_in_a_held_frame(void **state)
{
	struct armdma_config cfg = drig_config(true);
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig r;

	(void)state;
	create(&r, &cfg, &w, 320, 240, 100);
	map_ram(&r, FRIG_BUF(1));
	frig_capture(&r, true);
	armdma_hw_advance(r.hw, 15 * DRIG_MS);
	frig_reset(&r);
	frig_program(&r, &w);
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(&r, &w, i, FRIG_BUF(1));
	frig_capture(&r, true);
	armdma_hw_advance(r.hw, 15 * DRIG_MS);
	armdma_hw_destroy(r.hw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_overflows_the_fifos_and_the_frame_ends_nevertheless),
		cmocka_unit_test(after_the_fault_is_mended_frames_are_whole_again),
		cmocka_unit_test(short_stall_loses_only_what_did_not_fit),
		cmocka_unit_test(fifo_bridges_a_stall_of_512_bytes_and_no_more),
		cmocka_unit_test(data_left_in_the_fifo_at_the_next_vsync_is_an_overflow),
		cmocka_unit_test(slow_bus_overflows),
		cmocka_unit_test(bus_that_keeps_pace_loses_nothing),
		cmocka_unit_test(overflow_interrupt_comes_at_once_when_enabled),
		cmocka_unit_test(bus_error_loses_data_and_is_logged_once_a_frame),
		cmocka_unit_test(new_size_after_a_held_frame_drops_its_remains),
		cmocka_unit_test(machine_can_be_destroyed_in_a_held_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
