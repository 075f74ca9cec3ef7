/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the camera cannot honour is named on the console, once, and captures nothing; mended, it
 * captures.
 */
#include "fimc_rig.h"

#include <errno.h>

struct bad {
	uint32_t reg, set, clear;
	const char *says;
};

static void each_bad_register_is_named_and_captures_nothing(void **state)
{
	static const struct bad table[] = {
		{ ARMDMA_FIMC_CIGCTRL, 1u << 27, 0, "test pattern" },
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_CAM_JPEG, 0, "JPEG" },
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_INTERLACE, 0, "interlaced" },
		{ ARMDMA_FIMC_CITRGFMT, ARMDMA_FIMC_CITRGFMT_OUTROT90, 0, "rotation of camera input" },
		{ ARMDMA_FIMC_CIOCTRL, ARMDMA_FIMC_CIOCTRL_WEAVE, 0, "weaving" },
		{ ARMDMA_FIMC_CISCCTRL, ARMDMA_FIMC_CISCCTRL_LCDPATHEN, 0, "LCD" },
		{ ARMDMA_FIMC_CIIMGEFF, ARMDMA_FIMC_CIIMGEFF_ENABLE, 0, "effects" },
		{ ARMDMA_FIMC_CIEXTEN, ARMDMA_FIMC_CIEXTEN_YUV444_OUT, 0, "4:4:4" },
		{ ARMDMA_FIMC_CIDMAPARAM, 3u << 13, 0, "tiled" },
		{ ARMDMA_FIMC_CISRCFMT, 1u << 16, 0, "CISRCFMT says 65x48, the sensor sends 64x48" },
		{ ARMDMA_FIMC_CIWDOFST, 60u << 16, 0, "60 + 0 of 64 columns" },
		{ ARMDMA_FIMC_CIWDOFST, 3u << 16, 0, "3 columns left" },
		{ ARMDMA_FIMC_CITRGFMT, 1u << 16, 0, "a target of 65x48" },
		{ ARMDMA_FIMC_CITRGFMT, 0, 0x1fff, "a target of 64x0" },
		{ ARMDMA_FIMC_CITRGFMT, 0xf, 0x10, "47 lines" },
		{ ARMDMA_FIMC_CISCCTRL, 0, ARMDMA_FIMC_CISCCTRL_SCALERSTART, "neither started nor bypassed" },
		{ ARMDMA_FIMC_CISCCTRL, 0, 0x1ffu << 16, "horizontal main ratio 0x0" },
		{ ARMDMA_FIMC_CISCCTRL, 0, 0x1ff, "vertical main ratio 0x0" },
		{ ARMDMA_FIMC_CISCCTRL, 0xc0, 0, "vertical main ratio 0x7000" },
		{ ARMDMA_FIMC_CISCPREDST, 1, 0, "CISCPREDST says 64x49" },
		{ ARMDMA_FIMC_ORGOSIZE, 0, 0xffff, "lines of 0 pixels" },
		{ ARMDMA_FIMC_CIOCBOFF, 1, 0, "output offset 0x16c: 1 pixels" },
		{ ARMDMA_FIMC_CIOCTRL, 2u << 24, 0, "two-plane order 2" },
		{ ARMDMA_FIMC_CIFCNTSEQ, 0, ~0u, "CIFCNTSEQ is 0" },
		{ ARMDMA_FIMC_CIIMGCPT, 0, ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC, "bit 30" },
		{ ARMDMA_FIMC_CIIMGCPT, ARMDMA_FIMC_CIIMGCPT_CPT_FRMOD_CNT, 0, "counted" },
	};
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 500 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct drig *r = *state;

	frig_sensor(r, &cfg);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		uint32_t reg = DRIG_FIMC + table[i].reg, good;

		frig_program(r, &w);
		frig_buffer(r, &w, 0, FRIG_BUF(1));
		frig_blank(r, &w, FRIG_BUF(1));
		frig_capture(r, true);
		good = drig_rd(r, reg);
		drig_wr(r, reg, (good | table[i].set) & ~table[i].clear);
		r->logs = 0;
		assert_int_not_equal(frig_wait(r, 10), 0);
		if (r->logs != 1 || !strstr(r->last_log, table[i].says))
			fail_msg("%u lines, \"%s\" does not say \"%s\"", r->logs, r->last_log,
				 table[i].says);
		assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 0);
		drig_wr(r, reg, good);
		assert_int_equal(frig_wait(r, 10), 0);
	}
}

static void without_the_scaler_sizes_must_be_equal(void **state)
{
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 500 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12, .width = 32, .height = 24 } };
	struct drig *r = *state;

	frig_sensor(r, &cfg);
	frig_program(r, &w);
	frig_buffer(r, &w, 0, FRIG_BUF(1));
	drig_wr(r, FREG(CISCCTRL), ARMDMA_FIMC_CISCCTRL_SCALERBYPASS);
	frig_capture(r, true);
	assert_int_not_equal(frig_wait(r, 10), 0);
	assert_non_null(strstr(r->last_log, "a window of 64x48 for a target of 32x24 without the scaler"));
}

static void input_dma_needs_memory_as_its_input(void **state)
{
	struct drig *r = *state;

	drig_wr(r, FREG(MSCTRL), ARMDMA_FIMC_MSCTRL_ENVID);
	assert_int_equal(r->logs, 1);
	assert_non_null(strstr(r->last_log, "the camera is selected as input"));
	assert_int_equal(drig_rd(r, FREG(MSCTRL)), 0);
}

static void capture_without_a_sensor_waits_for_ever(void **state)
{
	struct drig *r = *state;

	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 10), -EDEADLK);	/* nothing will ever happen */
}

static void unknown_registers_are_named(void **state)
{
	struct drig *r = *state;

	drig_wr(r, DRIG_FIMC + 0x800, 5);
	assert_int_equal(r->logs, 1);
	assert_int_equal(drig_rd(r, DRIG_FIMC + 0x800), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		T(each_bad_register_is_named_and_captures_nothing),
		T(without_the_scaler_sizes_must_be_equal),
		T(input_dma_needs_memory_as_its_input),
		T(capture_without_a_sensor_waits_for_ever),
		T(unknown_registers_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
