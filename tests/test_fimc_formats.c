/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every output format, flip, crop, scale and placement: the bytes in memory are the oracle's, and
 * no other byte changed.
 */
#include "fimc_rig.h"

static void capture_and_check(struct drig *r, struct fimc_want *w)
{
	uint64_t frame;

	frig_program(r, w);
	frig_blank(r, w, FRIG_BUF(1));
	frig_buffer(r, w, 0, FRIG_BUF(1));
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 100), 0);
	frig_capture(r, false);
	assert_string_equal(r->last_log, "");
	assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 0, &frame), 0);
	frig_check(r, w, FRIG_BUF(1), frame);
}

static void attach(struct drig *r, uint32_t width, uint32_t height)
{
	struct armdma_sensor_config cfg = { .width = width, .height = height, .fps = 100, .seed = 4 };

	frig_sensor(r, &cfg);
}

static void every_format_holds_the_frame(void **state)
{
	struct drig *r = *state;

	attach(r, 160, 96);
	for (int fmt = 0; fmt < ARMDMA_PIX_NR; fmt++) {
		struct fimc_want w = { .pic = { .fmt = fmt, .alpha = 0x7f } };

		capture_and_check(r, &w);
	}
}

static void every_flip_of_every_format(void **state)
{
	struct drig *r = *state;

	attach(r, 64, 48);
	for (int fmt = 0; fmt < ARMDMA_PIX_NR; fmt++)
		for (int flip = 1; flip < 4; flip++) {
			struct fimc_want w = {
				.pic = { .fmt = fmt, .mirror_x = flip & 1, .mirror_y = flip & 2 },
			};

			capture_and_check(r, &w);
		}
}

static void crop_takes_the_window(void **state)
{
	struct drig *r = *state;

	attach(r, 160, 96);
	for (int fmt = 0; fmt < ARMDMA_PIX_NR; fmt++) {
		struct fimc_want w = {
			.pic = { .fmt = fmt, .left = 14, .top = 7, .crop_width = 100, .crop_height = 60 },
		};

		capture_and_check(r, &w);
	}
}

static void picture_lies_where_offsets_and_pitch_put_it(void **state)
{
	struct drig *r = *state;

	attach(r, 64, 48);
	for (int fmt = 0; fmt < ARMDMA_PIX_NR; fmt++) {
		struct fimc_want w = {
			.pic = { .fmt = fmt }, .full_width = 200, .hoff = 34, .voff = 6,
		};

		capture_and_check(r, &w);
	}
}

static void scaler_picks_the_nearest_pixel_by_its_ratios(void **state)
{
	static const uint32_t sizes[][2] = {
		{ 320, 240 }, { 318, 238 }, { 160, 120 }, { 100, 50 }, { 40, 30 }, { 400, 300 }, { 640, 160 },
		{ 16, 16 }, { 322, 1024 },
	};
	static const enum armdma_pixfmt fmts[] = { ARMDMA_PIX_NV12, ARMDMA_PIX_YUV422P, ARMDMA_PIX_RGB565 };
	struct drig *r = *state;

	attach(r, 320, 240);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(fmts) / sizeof(fmts[0]); j++) {
			struct fimc_want w = {
				.pic = { .fmt = fmts[j], .width = sizes[i][0], .height = sizes[i][1] },
			};

			capture_and_check(r, &w);
		}
}

static void crop_scale_flip_and_offset_go_together(void **state)
{
	struct drig *r = *state;

	attach(r, 320, 240);
	for (int fmt = 0; fmt < ARMDMA_PIX_NR; fmt++) {
		struct fimc_want w = {
			.pic = { .fmt = fmt, .left = 20, .top = 10, .crop_width = 250, .crop_height = 201,
				 .width = 90, .height = 70, .mirror_x = true, .mirror_y = true },
			.full_width = 128, .hoff = 8, .voff = 4,
		};

		capture_and_check(r, &w);
	}
}

static void colour_conversion_has_four_tables(void **state)
{
	struct drig *r = *state;

	attach(r, 160, 96);
	for (int i = 0; i < 4; i++) {
		struct fimc_want w = {
			.pic = { .fmt = ARMDMA_PIX_RGB32, .bt709 = i & 1, .wide = i & 2, .alpha = 0xff },
		};

		capture_and_check(r, &w);
	}
}

/* The oracle's own conversion is held against textbook values. */
static void conversion_gives_the_textbook_colours(void **state)
{
	static const struct {
		uint8_t ycc[3], rgb[3];
	} table[] = {	/* BT.601, 16..235 */
		{ { 16, 128, 128 }, { 0, 0, 0 } },    { { 235, 128, 128 }, { 255, 255, 255 } },
		{ { 81, 90, 240 }, { 255, 0, 0 } },   { { 145, 54, 34 }, { 0, 255, 1 } },
		{ { 41, 240, 110 }, { 0, 0, 255 } },
	};
	struct drig *r = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		static const char head[] = "YUV4MPEG2 W16 H16 F50:1 C444\nFRAME\n";
		uint8_t file[sizeof(head) - 1 + 3 * 256], px[3];
		struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_RGB32 } };
		struct armdma_sensor_config cfg = { .loop = true };
		int fd;

		memcpy(file, head, sizeof(head) - 1);
		for (int p = 0; p < 3; p++)
			memset(file + sizeof(head) - 1 + 256 * p, table[i].ycc[p], 256);
		cfg.y4m = frig_file(&fd, file, sizeof(file));
		frig_sensor(r, &cfg);
		capture_and_check(r, &w);
		drig_peek(r, FRIG_BUF(1), px, 3);
		for (int k = 0; k < 3; k++)
			assert_in_range(px[2 - k] + 1, table[i].rgb[k], table[i].rgb[k] + 2);
		assert_int_equal(armdma_sensor_detach(r->hw, "fimc0"), 0);
		close(fd);
	}
}

static void bypassed_scaler_captures_at_the_window_s_size(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };

	attach(r, 160, 96);
	frig_program(r, &w);
	drig_wr(r, FREG(CISCCTRL), ARMDMA_FIMC_CISCCTRL_SCALERBYPASS);
	frig_blank(r, &w, FRIG_BUF(1));
	frig_buffer(r, &w, 0, FRIG_BUF(1));
	drig_wr(r, FREG(CIIMGCPT), ARMDMA_FIMC_CIIMGCPT_IMGCPTEN);
	assert_int_equal(frig_wait(r, 100), 0);
	frig_check(r, &w, FRIG_BUF(1), 0);
}

static void wrong_input_order_swaps_colours(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } }, swapped = { .pic = { .fmt = ARMDMA_PIX_NV21 } };

	attach(r, 64, 48);
	frig_program(r, &w);
	frig_complete(r, &swapped);
	drig_wr(r, FREG(CISRCFMT), drig_rd(r, FREG(CISRCFMT)) | ARMDMA_FIMC_CISRCFMT_ORDER_YCRYCB);
	frig_blank(r, &w, FRIG_BUF(1));
	frig_buffer(r, &w, 0, FRIG_BUF(1));
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 100), 0);
	frig_check(r, &swapped, FRIG_BUF(1), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		T(every_format_holds_the_frame),
		T(every_flip_of_every_format),
		T(crop_takes_the_window),
		T(picture_lies_where_offsets_and_pitch_put_it),
		T(scaler_picks_the_nearest_pixel_by_its_ratios),
		T(crop_scale_flip_and_offset_go_together),
		T(colour_conversion_has_four_tables),
		T(conversion_gives_the_textbook_colours),
		T(bypassed_scaler_captures_at_the_window_s_size),
		T(wrong_input_order_swaps_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
