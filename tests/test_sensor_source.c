/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where frames come from: the test card is what its definition says, files are read bit for bit,
 * bad ones are refused in words.
 */
#include "fimc_rig.h"

#include <errno.h>

#include "sim/devices/source.h"

static void card_lines_equal_the_definition_pixel_by_pixel(void **state)
{
	static const uint32_t sizes[][2] = { { 16, 16 }, { 34, 18 }, { 322, 242 }, { 640, 480 }, { 1926, 200 } };
	static const uint64_t frames[] = { 0, 1, 9, 10, 123456, 999999, 1000000, 1ULL << 40 };
	uint8_t line[2 * 1926], ycc[3];

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct frame_source *src;

		assert_int_equal(pattern_open(sizes[s][0], sizes[s][1], s, &src, NULL), 0);
		for (size_t f = 0; f < sizeof(frames) / sizeof(frames[0]); f++)
			for (uint32_t y = 0; y < sizes[s][1]; y++) {
				assert_int_equal(src->ops->line(src, frames[f], y, line), 0);
				for (uint32_t x = 0; x < sizes[s][0]; x++) {
					src->ops->pixel(src, frames[f], x, y, ycc);
					assert_int_equal(line[2 * x], ycc[0]);
					assert_int_equal(line[2 * x + 1], ycc[1 + x % 2]);
				}
			}
		src->ops->destroy(src);
	}
}

/* No 64-byte burst of a line occurs at another place, line or frame. */
static void no_burst_of_the_card_occurs_twice(void **state)
{
	enum { W = 320, H = 60, N = 4, BURSTS = N * H * (2 * W / 64) };
	uint64_t *sum = malloc(BURSTS * sizeof(*sum));
	uint8_t line[2 * W];
	struct frame_source *src;
	size_t n = 0;

	(void)state;
	assert_int_equal(pattern_open(W, H, 7, &src, NULL), 0);
	for (uint64_t f = 0; f < N; f++)
		for (uint32_t y = 0; y < H; y++) {
			src->ops->line(src, f, y, line);
			for (size_t i = 0; i < sizeof(line); i += 64) {
				uint64_t h = 14695981039346656037u;

				for (size_t k = 0; k < 64; k++)
					h = (h ^ line[i + k]) * 1099511628211u;
				sum[n++] = h;
			}
		}
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			assert_true(sum[i] != sum[j]);
	src->ops->destroy(src);
	free(sum);
}

static void frame_number_can_be_read_in_the_picture(void **state)
{
	struct frame_source *src;
	uint8_t ycc[3];
	unsigned int lit = 0;

	(void)state;
	assert_int_equal(pattern_open(640, 480, 0, &src, NULL), 0);
	/* The last digit's cell, dots of 8 pixels: "1" has ten lit dots. */
	for (uint32_t y = 204; y < 276; y++)
		for (uint32_t x = 168 + 31 * 8; x < 168 + 37 * 8; x++) {
			src->ops->pixel(src, 1, x, y, ycc);
			assert_true((ycc[0] & 0xf8) == 0xe8 || (ycc[0] & 0xf8) == 0x10);
			lit += ycc[0] >= 0xe8;
		}
	assert_int_equal(lit, 10 * 64);
	src->ops->destroy(src);
}

/* ---- Files ------------------------------------------------------------- */

struct file {
	uint8_t data[20000];
	size_t len;
};

static void file_text(struct file *f, const char *text)
{
	memcpy(f->data + f->len, text, strlen(text));
	f->len += strlen(text);
}

static void file_frame(struct file *f, size_t len, uint32_t seed)
{
	file_text(f, "FRAME\n");
	drig_noise(f->data + f->len, len, seed);
	f->len += len;
}

static void yuv420_file_arrives_bit_for_bit(void **state)
{
	enum { W = 32, H = 24, LEN = W * H * 3 / 2 };
	struct drig *r = *state;
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUV420 } };
	struct file f = { .len = 0 };
	struct armdma_sensor_config cfg = { .loop = true };
	uint8_t got[LEN];
	int fd;

	file_text(&f, "YUV4MPEG2 W32 H24 F100:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\n");
	for (uint32_t i = 0; i < 3; i++)
		file_frame(&f, LEN, i);
	cfg.y4m = frig_file(&fd, f.data, f.len);
	frig_sensor(r, &cfg);
	frig_program(r, &w);
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(r, &w, i, FRIG_BUF(1));
	frig_capture(r, true);
	for (uint32_t i = 0; i < 7; i++) {
		uint8_t want[LEN];

		assert_int_equal(frig_wait(r, 30), 0);
		drig_noise(want, LEN, i % 3);
		drig_peek(r, FRIG_BUF(1), got, LEN);
		assert_memory_equal(got, want, LEN);
	}
	close(fd);
}

static void every_colour_space_goes_through(void **state)
{
	static const struct {
		const char *name;
		size_t len;
	} spaces[] = {
		{ "C420jpeg", 16 * 16 * 3 / 2 }, { "C420mpeg2", 16 * 16 * 3 / 2 },
		{ "C420paldv", 16 * 16 * 3 / 2 }, { "C420", 16 * 16 * 3 / 2 }, { "", 16 * 16 * 3 / 2 },
		{ "C422", 16 * 16 * 2 }, { "C444", 16 * 16 * 3 }, { "Cmono", 16 * 16 },
	};
	struct drig *r = *state;

	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_UYVY } };
		struct armdma_sensor_config cfg = { .fps = 100 };
		struct file f = { .len = 0 };
		char head[100];
		uint8_t px[4];
		int fd;

		snprintf(head, sizeof(head), "YUV4MPEG2 W16 H16 F0:0 %s\n", spaces[i].name);
		file_text(&f, head);
		file_frame(&f, spaces[i].len, 3);
		cfg.y4m = frig_file(&fd, f.data, f.len);
		frig_sensor(r, &cfg);
		frig_program(r, &w);
		frig_buffer(r, &w, 0, FRIG_BUF(1));
		frig_blank(r, &w, FRIG_BUF(1));
		frig_capture(r, true);
		assert_int_equal(frig_wait(r, 30), 0);
		frig_check(r, &w, FRIG_BUF(1), 0);
		/* Pixel 2 of line 3, by hand. */
		drig_peek(r, FRIG_BUF(1) + 3 * 32 + 4, px, 4);
		assert_int_equal(px[1], f.data[strlen(head) + 6 + 3 * 16 + 2]);
		assert_int_equal(px[0], !strcmp(spaces[i].name, "Cmono") ? 128 :
				 f.data[strlen(head) + 6 + 256 +
					(!strcmp(spaces[i].name, "C422") ? 3 * 8 + 1 :
					 !strcmp(spaces[i].name, "C444") ? 3 * 16 + 2 : 8 + 1)]);
		assert_int_equal(armdma_sensor_detach(r->hw, "fimc0"), 0);
		close(fd);
	}
}

static void sensor_stops_at_the_end_of_a_file(void **state)
{
	struct drig *r = *state;
	struct armdma_sensor_config cfg = { .fps = 100 };
	struct armdma_sensor_info info;
	struct armdma_picture pic = { .fmt = ARMDMA_PIX_NV12, .width = 16, .height = 16 };
	struct armdma_error err;
	uint8_t mem[384];
	struct file f = { .len = 0 };
	int fd;

	file_text(&f, "YUV4MPEG2 W16 H16\n");
	file_frame(&f, 384, 0);
	file_frame(&f, 384, 1);
	cfg.y4m = frig_file(&fd, f.data, f.len);
	frig_sensor(r, &cfg);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 100 * DRIG_MS), 0);
	assert_int_equal(armdma_sensor_info(r->hw, "fimc0", &info), 0);
	assert_int_equal(info.nr_frames, 2);
	assert_int_equal(info.sent, 2);
	assert_false(info.streaming);
	armdma_picture_layout(&pic, mem);
	assert_int_equal(armdma_sensor_expected(r->hw, "fimc0", 1, &pic, NULL), 0);
	assert_int_equal(armdma_sensor_expected(r->hw, "fimc0", 2, &pic, &err), -ENOENT);
	assert_string_equal(err.msg, "frame 2 of a file of 2");
	/* It can be started again. */
	assert_int_equal(armdma_sensor_stream(r->hw, "fimc0", true), 0);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 5 * DRIG_MS), -ETIMEDOUT);
	close(fd);
}

static void file_that_shrinks_while_it_plays_stops_the_sensor(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };
	struct armdma_sensor_config cfg = { .fps = 100, .loop = true };
	struct file f = { .len = 0 };
	int fd;

	file_text(&f, "YUV4MPEG2 W16 H16\n");
	for (uint32_t i = 0; i < 40; i++)
		file_frame(&f, 384, i);
	cfg.y4m = frig_file(&fd, f.data, f.len);
	frig_sensor(r, &cfg);
	frig_program(r, &w);
	frig_buffer(r, &w, 0, FRIG_BUF(1));
	frig_capture(r, true);
	assert_int_equal(ftruncate(fd, 300), 0);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 500 * DRIG_MS), 0);
	assert_non_null(strstr(r->last_log, "sensor stops: frame"));
	close(fd);
}

static void expect_refusal(struct drig *r, const char *text, size_t frames, size_t len, size_t cut, int code,
			   const char *says)
{
	struct armdma_sensor_config cfg = { .fps = 0 };
	struct armdma_error err = { "" };
	struct armdma_sensor_info info;
	struct file f = { .len = 0 };
	int fd, ret;

	file_text(&f, text);
	for (size_t i = 0; i < frames; i++)
		file_frame(&f, len, (uint32_t)i);
	cfg.y4m = frig_file(&fd, f.data, f.len - cut);
	ret = armdma_sensor_attach(r->hw, "fimc0", &cfg, &err);
	if (ret != code || !strstr(err.msg, says))
		fail_msg("%d \"%s\", not %d with \"%s\"", ret, err.msg, code, says);
	assert_int_equal(armdma_sensor_info(r->hw, "fimc0", &info), -ENOENT);
	assert_int_equal(armdma_sensor_attach(r->hw, "fimc0", &cfg, NULL), code);
	close(fd);
}

static void bad_files_are_refused_naming_value_and_frame(void **state)
{
	struct drig *r = *state;
	char big[3000];

	expect_refusal(r, "", 0, 0, 0, -EINVAL, "does not begin with a YUV4MPEG2 line");
	expect_refusal(r, "RIFF....", 0, 0, 0, -EINVAL, "does not begin");
	expect_refusal(r, "YUV4MPEG2X W16 H16\n", 1, 384, 0, -EINVAL, "does not begin");
	memset(big, 'X', sizeof(big));
	memcpy(big, "YUV4MPEG2 ", 10);
	big[sizeof(big) - 1] = 0;
	expect_refusal(r, big, 0, 0, 0, -EINVAL, "does not begin");
	expect_refusal(r, "YUV4MPEG2 H16\n", 1, 384, 0, -EINVAL, "gives no width");
	expect_refusal(r, "YUV4MPEG2 W16\n", 1, 384, 0, -EINVAL, "gives no height");
	expect_refusal(r, "YUV4MPEG2 W0 H16\n", 1, 384, 0, -EINVAL, "width \"0\"");
	expect_refusal(r, "YUV4MPEG2 W16 H-16\n", 1, 384, 0, -EINVAL, "height \"-16\"");
	expect_refusal(r, "YUV4MPEG2 W16 H16x\n", 1, 384, 0, -EINVAL, "height \"16x\"");
	expect_refusal(r, "YUV4MPEG2 W99999999999999999999 H16\n", 1, 384, 0, -EINVAL, "width \"9999");
	expect_refusal(r, "YUV4MPEG2 W17 H16\n", 1, 384, 0, -EINVAL, "17x16");
	expect_refusal(r, "YUV4MPEG2 W16 H17\n", 1, 384, 0, -EINVAL, "pairs of lines");
	expect_refusal(r, "YUV4MPEG2 W16 H16 F30\n", 1, 384, 0, -EINVAL, "\"30\"");
	expect_refusal(r, "YUV4MPEG2 W16 H16 F30:0\n", 1, 384, 0, -EINVAL, "\"30:0\"");
	expect_refusal(r, "YUV4MPEG2 W16 H16 F1:30\n", 1, 384, 0, -EINVAL, "1/30");
	expect_refusal(r, "YUV4MPEG2 W16 H16 C420p10\n", 1, 384, 0, -EINVAL, "\"420p10\"");
	expect_refusal(r, "YUV4MPEG2 W16 H16 It\n", 1, 384, 0, -EINVAL, "interlacing \"t\"");
	expect_refusal(r, "YUV4MPEG2 W8 H8\n", 1, 96, 0, -EINVAL, "width 8");
	expect_refusal(r, "YUV4MPEG2 W16 H16\n", 0, 0, 0, -EINVAL, "has no frame");
	expect_refusal(r, "YUV4MPEG2 W16 H16\n", 3, 384, 100, -EINVAL,
		       "ends early: frame 2 has 284 of 384 bytes");
	expect_refusal(r, "YUV4MPEG2 W16 H16\n", 3, 384, 384, -EINVAL,
		       "ends early: frame 2 has 0 of 384 bytes");
	expect_refusal(r, "YUV4MPEG2 W16 H16\n", 3, 384, 387, -EINVAL, "frame 2 does not begin with FRAME");
	expect_refusal(r, "YUV4MPEG2 W16 H16\n", 3, 380, 0, -EINVAL, "frame 1 does not begin with FRAME");
}

static void bad_configurations_are_refused_naming_the_value(void **state)
{
	static const struct {
		struct armdma_sensor_config cfg;
		const char *says;
	} table[] = {
		{ { .width = 0, .height = 480 }, "width 0" },
		{ { .width = 641, .height = 480 }, "width 641" },
		{ { .width = 640, .height = 0 }, "height 0" },
		{ { .width = 640, .height = 8193 }, "height 8193" },
		{ { .width = 640, .height = 480, .fps = 2000 }, "2000/1" },
		{ { .width = 640, .height = 480, .fps = 1, .fps_den = 2 }, "1/2" },
		{ { .width = 640, .height = 480, .vblank = 7 }, "7 lines" },
		{ { .width = 640, .height = 480, .hblank = 70000 }, "70000 clocks" },
		{ { .width = 3840, .height = 2160, .fps = 30 }, "297000000 pixels a second" },
	};
	struct drig *r = *state;
	struct armdma_sensor_config ok = { .width = 640, .height = 480 }, missing = { .y4m = "/nonexistent/x.y4m" };
	struct armdma_error err;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(armdma_sensor_attach(r->hw, "fimc0", &table[i].cfg, &err), -EINVAL);
		if (!strstr(err.msg, table[i].says))
			fail_msg("\"%s\" does not say \"%s\"", err.msg, table[i].says);
	}
	assert_int_equal(armdma_sensor_attach(r->hw, "fimc0", &missing, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonexistent/x.y4m"));
	missing.y4m = "/";
	assert_int_not_equal(armdma_sensor_attach(r->hw, "fimc0", &missing, &err), 0);
	assert_int_equal(armdma_sensor_attach(r->hw, "fimc9", &ok, &err), -ENOENT);
	assert_string_equal(err.msg, "there is no camera \"fimc9\"");
	assert_int_equal(armdma_sensor_attach(r->hw, "sgdma", &ok, &err), -ENOENT);
	assert_int_equal(armdma_sensor_attach(r->hw, "fimc0", &ok, &err), 0);
	assert_int_equal(armdma_sensor_attach(r->hw, "fimc0", &ok, &err), -EBUSY);
}

static uint64_t frame_times[64];
static unsigned int nr_times;

static void note_time(void *ctx, const struct armdma_event *ev)
{
	(void)ctx;
	if (nr_times < 64)
		frame_times[nr_times++] = ev->time;
}

static void frames_come_at_their_exact_rate(void **state)
{
	struct drig *r = *state;
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 30000, .fps_den = 1001 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 } };

	nr_times = 0;
	frig_sensor(r, &cfg);
	frig_program(r, &w);
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(r, &w, i, FRIG_BUF(1));
	armdma_event_subscribe(armdma_hw_events(r->hw), ARMDMA_EV_BIT(ARMDMA_EV_FRAME), note_time, NULL);
	frig_capture(r, true);
	for (unsigned int i = 0; i < 61; i++)
		assert_int_equal(frig_wait(r, 100), 0);
	/* 160 MHz * 1001 / 30000 = 5338666.67 cycles a frame. */
	for (unsigned int i = 1; i < 61; i++) {
		uint64_t want = (uint64_t)i * 160000000 * 1001 / 30000;

		assert_in_range(frame_times[i] - frame_times[0], want - 2, want + 2);
	}
}

static void stream_goes_on_and_off_between_frames(void **state)
{
	struct drig *r = *state;
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 100, .standby = true };
	struct armdma_sensor_info info;

	frig_sensor(r, &cfg);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, DRIG_MS), 0);
	assert_int_equal(armdma_sensor_stream(r->hw, "fimc0", true), 0);
	armdma_hw_advance(r->hw, 25 * DRIG_MS);
	assert_int_equal(armdma_sensor_stream(r->hw, "fimc0", false), 0);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, 20 * DRIG_MS), 0);
	assert_int_equal(armdma_sensor_info(r->hw, "fimc0", &info), 0);
	assert_int_equal(info.sent, 3);
	assert_int_equal(armdma_sensor_stream(r->hw, "sgdma", true), -ENOENT);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(card_lines_equal_the_definition_pixel_by_pixel),
		cmocka_unit_test(no_burst_of_the_card_occurs_twice),
		cmocka_unit_test(frame_number_can_be_read_in_the_picture),
		T(yuv420_file_arrives_bit_for_bit),
		T(every_colour_space_goes_through),
		T(sensor_stops_at_the_end_of_a_file),
		T(file_that_shrinks_while_it_plays_stops_the_sensor),
		T(bad_files_are_refused_naming_value_and_frame),
		T(bad_configurations_are_refused_naming_the_value),
		T(frames_come_at_their_exact_rate),
		T(stream_goes_on_and_off_between_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
