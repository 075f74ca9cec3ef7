/* SPDX-License-Identifier: BSD-2-Clause */
/* FIMC from memory to memory: formats, scaling, mirroring and rotation against the oracle; start, end, stop and reset. */
#include <errno.h>

#include "m2m_rig.h"
#include "sim/devices/fimc_internal.h"

static void every_format_becomes_every_other(void **state)
{
	struct drig *r = *state;

	for (int in = 0; in < ARMDMA_PIX_NR; in++)
		for (int out = 0; out < ARMDMA_PIX_NR; out++) {
			struct m2m_job j = m2m_plain((enum armdma_pixfmt)in, (enum armdma_pixfmt)out, 64, 48);

			j.alpha = 0x5a;
			m2m_run(r, &j, (uint32_t)(in * 100 + out + 1));
		}
}

static uint32_t random_to(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

static struct m2m_job random_job(uint32_t *seed)
{
	struct m2m_job j = {
		.in = (enum armdma_pixfmt)random_to(seed, ARMDMA_PIX_NR),
		.out = (enum armdma_pixfmt)random_to(seed, ARMDMA_PIX_NR),
		.x = 2 * random_to(seed, 9), .y = 2 * random_to(seed, 9),
		.w = 16 + 2 * random_to(seed, 60), .h = 16 + 2 * random_to(seed, 60),
		.tw = 16 + 2 * random_to(seed, 80), .th = 16 + 2 * random_to(seed, 80),
		.hoff = 2 * random_to(seed, 5), .voff = 2 * random_to(seed, 5),
		.alpha = (uint8_t)random_to(seed, 256),
	};

	j.full_w = j.x + j.w + 2 * random_to(seed, 5);
	j.full_h = j.y + j.h + 2 * random_to(seed, 5);
	j.in_mirror_x = random_to(seed, 2);
	j.in_mirror_y = random_to(seed, 2);
	j.mirror_x = random_to(seed, 2);
	j.mirror_y = random_to(seed, 2);
	j.bt709 = random_to(seed, 2);
	j.wide_in = random_to(seed, 2);
	j.wide_out = random_to(seed, 2);
	j.rotate = random_to(seed, 2) && (j.out <= ARMDMA_PIX_YUV420 || j.out >= ARMDMA_PIX_RGB565);
	j.out_full_w = (j.rotate ? j.th : j.tw) + j.hoff + 2 * random_to(seed, 5);
	return j;
}

static void crop_scale_mirror_rotate_and_convert_at_random(void **state)
{
	struct drig *r = *state;
	uint32_t seed = 2024;

	for (int i = 0; i < 250; i++) {
		struct m2m_job j = random_job(&seed);

		m2m_run(r, &j, seed);
	}
}

/* The top left pixel comes to lie at the top right. */
static void rotation_is_clockwise(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_RGB32, ARMDMA_PIX_RGB32, 32, 16);
	uint8_t data[32 * 16 * 4] = { 0 }, got[4];

	j.rotate = true;
	for (int i = 0; i < 8; i++)
		data[i] = 255;	/* two white pixels: a pair */
	drig_poke(r, M2M_IN, data, sizeof(data));
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	m2m_go(r);
	assert_int_equal(frig_wait(r, 10), 0);
	drig_peek(r, M2M_OUT + 4 * 15, got, 4);	/* 16 pixels wide now */
	assert_true(got[0] > 250 && got[1] > 250 && got[2] > 250);
	drig_peek(r, M2M_OUT, got, 4);
	assert_true(got[0] < 5 && got[1] < 5 && got[2] < 5);
	drig_peek(r, M2M_OUT + 4 * (16 + 15), got, 4);
	assert_true(got[0] > 250);
}

/* What the camera would have made of its frame at once, by way of memory. */
static void captured_frame_is_converted_as_the_camera_would(void **state)
{
	static const struct { enum armdma_pixfmt fmt; uint32_t w, h; bool x, y; } outs[] = {
		{ ARMDMA_PIX_NV12, 128, 96, false, false }, { ARMDMA_PIX_RGB565, 64, 48, false, false },
		{ ARMDMA_PIX_UYVY, 200, 96, true, false }, { ARMDMA_PIX_YUV422P, 96, 120, false, true },
	};
	struct armdma_sensor_config cfg = { .width = 128, .height = 96, .fps = 200 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUYV } };
	struct drig *r = *state;
	uint64_t frame;

	frig_sensor(r, &cfg);
	frig_program(r, &w);
	for (unsigned int set = 0; set < 4; set++)
		frig_buffer(r, &w, set, M2M_IN);
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 50), 0);
	frig_capture(r, false);
	assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 0, &frame), 0);
	for (size_t i = 0; i < 4; i++) {
		struct m2m_job j = m2m_plain(ARMDMA_PIX_YUYV, outs[i].fmt, 128, 96);
		struct fimc_want want = { .pic = { .fmt = outs[i].fmt, .width = outs[i].w, .height = outs[i].h,
						   .mirror_x = outs[i].x, .mirror_y = outs[i].y } };

		j.tw = outs[i].w;
		j.th = outs[i].h;
		j.mirror_x = outs[i].x;
		j.mirror_y = outs[i].y;
		frig_complete(r, &want);
		frig_blank(r, &want, M2M_OUT);
		m2m_program(r, &j, M2M_IN, M2M_OUT);
		m2m_go(r);
		assert_int_equal(frig_wait(r, 50), 0);
		frig_check(r, &want, M2M_OUT, frame);
	}
}

static void rgb_of_18_bits_is_read(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_RGB32, ARMDMA_PIX_YUYV, 16, 16);
	uint8_t data[16 * 16 * 4], got[4];

	for (size_t i = 0; i < sizeof(data); i += 4) {
		data[i] = 0xC0;		/* red 63 in bits 17:12, green 3 in 11:6, blue 0 */
		data[i + 1] = 0xF0;
		data[i + 2] = 0xFF;	/* above bit 17: not looked at */
		data[i + 3] = 0xFF;
	}
	drig_poke(r, M2M_IN, data, sizeof(data));
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	drig_wr(r, FREG(CISCCTRL), (drig_rd(r, FREG(CISCCTRL)) & ~(3u << 13)) | ARMDMA_FIMC_CISCCTRL_INRGB_666);
	m2m_go(r);
	assert_int_equal(frig_wait(r, 10), 0);
	drig_peek(r, M2M_OUT, got, 4);
	/* Red 255, green 12. */
	assert_int_equal(got[0], ((66 * 255 + 129 * 12 + 128) >> 8) + 16);
	assert_int_equal(got[1], ((-38 * 255 - 74 * 12 + 128) >> 8) + 128);
	assert_int_equal(got[3], ((112 * 255 - 94 * 12 + 128) >> 8) + 128);
}

/* ---- Start and end -------------------------------------------------------------- */

static void one_frame_is_processed_and_envid_tells_busy(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_NV12, ARMDMA_PIX_RGB565, 320, 240);
	struct armdma_picture source;
	uint8_t *data = m2m_noise(r, &j, M2M_IN, 7, &source);
	struct armdma_hw_stats before, st;
	uint64_t start;

	m2m_blank(r, &j, M2M_OUT);
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	assert_false(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	armdma_hw_stats(r->hw, &before);
	m2m_go(r);
	start = armdma_hw_now(r->hw);
	assert_true(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_ENVID);
	assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 1);	/* present 1, previous none */
	m2m_go(r);	/* read-modify-write while busy: changes nothing */
	assert_false(frig_irq_high(r));
	assert_int_equal(armdma_hw_wait(r->hw, frig_irq_high, r, 100 * DRIG_MS), 0);
	/* A pixel a cycle at most. */
	assert_true(armdma_hw_now(r->hw) - start >= 320 * 240);
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
	assert_false(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_ENVID);
	assert_false(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 1 << 7 | 1);
	armdma_hw_stats(r->hw, &st);
	assert_int_equal(st.bytes_read - before.bytes_read, 320 * 240 * 3 / 2);
	assert_int_equal(st.bytes_written - before.bytes_written, 320 * 240 * 2);
	assert_int_equal(st.frames - before.frames, 1);
	/* Nothing goes on by itself. */
	assert_int_equal(frig_wait(r, 1), 0);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100 * DRIG_MS), 0);
	assert_false(frig_irq_high(r));
	m2m_check(r, &j, &source, M2M_OUT);
	free(data);
}

static void sets_of_the_ring_take_turns(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUYV, ARMDMA_PIX_YUYV, 32, 16);

	m2m_program(r, &j, M2M_IN, M2M_OUT);
	for (uint32_t i = 0; i < 6; i++) {
		uint64_t frame;

		m2m_go(r);
		assert_int_equal(frig_wait(r, 10), 0);
		assert_int_equal(ARMDMA_FIMC_CISTATUS2_PREVIOUS(drig_rd(r, FREG(CISTATUS2))), i % 4 + 1);
		assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", i % 4, &frame), 0);
		assert_int_equal(frame, i);
	}
}

static void input_addresses_change_together(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUV420, ARMDMA_PIX_YUV420, 64, 32);
	struct armdma_picture first, second;
	uint8_t *a = m2m_noise(r, &j, M2M_IN, 1, &first), *b = m2m_noise(r, &j, FRIG_BUF(2), 2, &second);
	uint32_t size;

	m2m_blank(r, &j, M2M_OUT);
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	size = drig_rd(r, FREG(CIREAL_ISIZE));
	drig_wr(r, FREG(CIREAL_ISIZE), size | ARMDMA_FIMC_CIREAL_ISIZE_ADDR_CH_DIS);
	m2m_input_address(r, &j, FRIG_BUF(2));
	m2m_go(r);
	assert_int_equal(frig_wait(r, 10), 0);
	m2m_check(r, &j, &first, M2M_OUT);
	drig_wr(r, FREG(CIREAL_ISIZE), size);
	m2m_go(r);
	assert_int_equal(frig_wait(r, 10), 0);
	m2m_check(r, &j, &second, M2M_OUT);
	free(a);
	free(b);
}

static void registers_written_during_the_frame_count_for_the_next(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_NV12, ARMDMA_PIX_NV12, 128, 64);
	struct armdma_picture source;
	uint8_t *data = m2m_noise(r, &j, M2M_IN, 3, &source);

	m2m_blank(r, &j, M2M_OUT);
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	m2m_go(r);
	armdma_hw_advance(r->hw, 2000);
	drig_wr(r, FREG(CITRGFMT), ARMDMA_FIMC_CITRGFMT_HSIZE(64) | ARMDMA_FIMC_CITRGFMT_VSIZE(64) |
					   ARMDMA_FIMC_CITRGFMT_FLIP_X_MIRROR);
	drig_wr(r, FREG(CIIYSA0), FRIG_BUF(2));
	assert_int_equal(frig_wait(r, 10), 0);
	m2m_check(r, &j, &source, M2M_OUT);
	free(data);
}

static void camera_is_deaf_while_memory_is_the_input(void **state)
{
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 1000 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig *r = *state;

	frig_sensor(r, &cfg);
	frig_program(r, &w);
	frig_buffer(r, &w, 0, M2M_OUT);
	drig_wr(r, FREG(MSCTRL), ARMDMA_FIMC_MSCTRL_INPUT_MEMORY);
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 5), -ETIMEDOUT);
	assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 0);
	drig_wr(r, FREG(MSCTRL), 0);
	assert_int_equal(frig_wait(r, 5), 0);
	/* In a frame of the camera the input DMA cannot start. */
	drig_wr(r, FREG(CIGCTRL), drig_rd(r, FREG(CIGCTRL)) | ARMDMA_FIMC_CIGCTRL_IRQ_CLR);
	while (!(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VVALID_A))
		armdma_hw_advance(r->hw, 10);
	r->logs = 0;
	drig_wr(r, FREG(MSCTRL), ARMDMA_FIMC_MSCTRL_INPUT_MEMORY | ARMDMA_FIMC_MSCTRL_ENVID);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "a frame of the camera is under way"));
	assert_false(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
}

static void burst_by_burst_gives_the_same_bytes_and_time(void **state)
{
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUV422P, ARMDMA_PIX_NV21, 256, 64);
	struct armdma_hw_stats st[2];

	(void)state;
	j.tw = 160;
	for (int slow = 0; slow < 2; slow++) {
		struct armdma_config cfg = drig_config(false);
		struct drig r;

		cfg.burst_by_burst = slow;
		drig_create(&r, &cfg);
		m2m_run(&r, &j, 5);
		armdma_hw_stats(r.hw, &st[slow]);
		armdma_hw_destroy(r.hw);
	}
	assert_memory_equal(&st[0], &st[1], sizeof(st[0]));
}

/* ---- Stop, reset, errors ------------------------------------------------------------ */

static void envid_cleared_breaks_the_frame_off(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_NV12, ARMDMA_PIX_NV12, 320, 240);
	uint8_t got;

	m2m_blank(r, &j, M2M_OUT);
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	m2m_go(r);
	armdma_hw_advance(r->hw, 20000);	/* of at least 76800 */
	drig_wr(r, FREG(MSCTRL), drig_rd(r, FREG(MSCTRL)) & ~ARMDMA_FIMC_MSCTRL_ENVID);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100 * DRIG_MS), 0);
	assert_false(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	assert_false(frig_irq_high(r));
	assert_false(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
	drig_peek(r, M2M_OUT + 320 * 239, &got, 1);
	assert_int_equal(got, FRIG_GUARD);	/* it did not get there */
	m2m_run(r, &j, 9);
}

static void reset_drops_everything_at_once(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_RGB32, ARMDMA_PIX_RGB32, 320, 240);

	for (int rotate = 0; rotate < 2; rotate++) {
		struct armdma_hw_stats before, after;

		j.rotate = rotate;
		m2m_program(r, &j, M2M_IN, M2M_OUT);
		m2m_go(r);
		armdma_hw_advance(r->hw, 30000);
		frig_reset(r);
		armdma_hw_stats(r->hw, &before);
		assert_int_equal(armdma_hw_run_until_idle(r->hw, 100 * DRIG_MS), 0);
		armdma_hw_stats(r->hw, &after);
		assert_int_equal(after.bytes_written, before.bytes_written);
		assert_false(frig_irq_high(r));
		assert_int_equal(drig_rd(r, FREG(MSCTRL)), 0);
		assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 0);
		assert_int_equal(drig_rd(r, FREG(CIIYSA0)), 0);
		m2m_run(r, &j, 11);
	}
}

static void bus_errors_end_in_zeros_and_an_error_of_the_frame(void **state)
{
	struct drig *r = *state;
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUYV, ARMDMA_PIX_YUYV, 64, 32);
	struct armdma_hw_stats st;
	uint8_t got[64 * 2];
	uint64_t frame;

	m2m_blank(r, &j, M2M_OUT);
	m2m_program(r, &j, 0x20000000, M2M_OUT);	/* no memory there */
	m2m_go(r);
	assert_int_equal(frig_wait(r, 50), 0);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "bus error reading 0x20000000"));
	drig_peek(r, M2M_OUT, got, sizeof(got));
	for (size_t i = 0; i < sizeof(got); i++)
		assert_int_equal(got[i], 0);
	assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 0, &frame), -ENODATA);
	armdma_hw_stats(r->hw, &st);
	assert_int_equal(st.decerr, 32);
	for (int rotate = 0; rotate < 2; rotate++) {
		j.out = ARMDMA_PIX_RGB565;
		j.rotate = rotate;
		m2m_program(r, &j, M2M_IN, 0x20000000);
		m2m_go(r);
		assert_int_equal(frig_wait(r, 50), 0);
		assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 1 + (unsigned int)rotate, &frame), -ENODATA);
	}
	m2m_run(r, &j, 4);
}

static void bad_registers_are_named_and_nothing_starts(void **state)
{
	static const struct { uint32_t reg, set, clear; const char *says; } table[] = {
		{ ARMDMA_FIMC_CIIMGCPT, 0, ARMDMA_FIMC_CIIMGCPT_IMGCPTEN, "capture is off" },
		{ ARMDMA_FIMC_CITRGFMT, ARMDMA_FIMC_CITRGFMT_INROT90, 0, "input rotator" },
		{ ARMDMA_FIMC_CIDMAPARAM, 1u << 29, 0, "tiled input" },
		{ ARMDMA_FIMC_CIDMAPARAM, 1u << 13, 0, "tiled output" },
		{ ARMDMA_FIMC_CIREAL_ISIZE, ARMDMA_FIMC_CIREAL_ISIZE_AUTOLOAD, 0, "automatic reload" },
		{ ARMDMA_FIMC_MSCTRL, ARMDMA_FIMC_MSCTRL_FIELD, 0, "fields" },
		{ ARMDMA_FIMC_CIILINESKIP_CB, 1u << 24, 0, "line skip" },
		{ ARMDMA_FIMC_CIREAL_ISIZE, 1, 0, "an input of 65x48" },
		{ ARMDMA_FIMC_CIREAL_ISIZE, 0, 0x3fffu << 16, "an input of 64x0" },
		{ ARMDMA_FIMC_CIREAL_ISIZE, 0xfu << 16, 0x10u << 16, "47 lines of 4:2:0" },
		{ ARMDMA_FIMC_ORGISIZE, 0, 0x40, "an image of 0x48" },
		{ ARMDMA_FIMC_CIIYOFF, 2, 0, "at 2, 0" },
		{ ARMDMA_FIMC_CIICBOFF, 1, 0, "input offset 0x178: 1 pixels" },
		{ ARMDMA_FIMC_MSCTRL, 2u << 16, 0, "two-plane order 2" },
		{ ARMDMA_FIMC_CISCCTRL, 0, ARMDMA_FIMC_CISCCTRL_SCALERSTART, "neither started nor bypassed" },
		{ ARMDMA_FIMC_CIFCNTSEQ, 0, ~0u, "CIFCNTSEQ is 0" },
		{ ARMDMA_FIMC_ORGOSIZE, 0, 0x7f, "lines of 0 pixels" },
	};
	struct m2m_job j = m2m_plain(ARMDMA_PIX_NV12, ARMDMA_PIX_NV12, 64, 48);
	struct drig *r = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint32_t reg = DRIG_FIMC + table[i].reg, good;

		m2m_program(r, &j, M2M_IN, M2M_OUT);
		good = drig_rd(r, reg);
		drig_wr(r, reg, (good | table[i].set) & ~table[i].clear);
		r->logs = 0;
		m2m_go(r);
		if (r->logs != 1 || !strstr(r->last_log, table[i].says))
			fail_msg("row %zu: %u lines, \"%s\" does not say \"%s\"", i, r->logs, r->last_log, table[i].says);
		assert_false(drig_rd(r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
		drig_wr(r, reg, good);
	}
	j.rotate = true;
	j.out = ARMDMA_PIX_NV16;
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	m2m_go(r);
	assert_non_null(strstr(r->last_log, "4:2:2 cannot be rotated"));
	j = m2m_plain(ARMDMA_PIX_RGB565, ARMDMA_PIX_RGB565, 1922, 16);
	j.rotate = true;
	m2m_program(r, &j, M2M_IN, M2M_OUT);
	m2m_go(r);
	assert_non_null(strstr(r->last_log, "the rotator does at most 1920"));
}

static void machine_can_be_destroyed_in_the_middle(void **state)
{
	(void)state;
	for (int rotate = 0; rotate < 2; rotate++) {
		struct m2m_job j = m2m_plain(ARMDMA_PIX_RGB32, ARMDMA_PIX_RGB32, 320, 240);
		struct armdma_config cfg = drig_config(false);
		struct drig r;

		j.rotate = rotate;
		drig_create(&r, &cfg);
		m2m_program(&r, &j, M2M_IN, M2M_OUT);
		m2m_go(&r);
		armdma_hw_advance(r.hw, 30000);
		assert_true(drig_rd(&r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
		armdma_hw_destroy(r.hw);
	}
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		T(every_format_becomes_every_other),
		T(crop_scale_mirror_rotate_and_convert_at_random),
		T(rotation_is_clockwise),
		T(captured_frame_is_converted_as_the_camera_would),
		T(rgb_of_18_bits_is_read),
		T(one_frame_is_processed_and_envid_tells_busy),
		T(sets_of_the_ring_take_turns),
		T(input_addresses_change_together),
		T(registers_written_during_the_frame_count_for_the_next),
		T(camera_is_deaf_while_memory_is_the_input),
		cmocka_unit_test(burst_by_burst_gives_the_same_bytes_and_time),
		T(envid_cleared_breaks_the_frame_off),
		T(reset_drops_everything_at_once),
		T(bus_errors_end_in_zeros_and_an_error_of_the_frame),
		T(bad_registers_are_named_and_nothing_starts),
		cmocka_unit_test(machine_can_be_destroyed_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
