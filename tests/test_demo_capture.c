/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 1 of the demo, end to end: sensor, camera, SYSMMU, scattered pages, user mapping, picture. */
#include <errno.h>

#define DEMO_DIR "demo-capture"
#include "tests/demo_helpers.h"

#define W 64
#define H 48
#define Y4M_FRAME (W * H * 3 / 2)

static void frames_reach_user_space_byte_for_byte(void **state)
{
	struct demo_options opt = small_options();
	struct demo_capture res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &res));
	assert_int_equal(res.frames, 3);
	assert_int_equal(res.bytes, 3 * 320 * 240 * 3 / 2);
	assert_int_equal(res.faults, 0);
	assert_int_equal(res.overflows, 0);
	assert_true(res.hit_rate > 0.5 && res.hit_rate < 1);
	assert_nothing_lost(&r);
	rig_close(&r);
}

static void buffers_are_scattered_over_memory(void **state)
{
	struct demo_options opt = small_options();
	struct demo_capture res;
	struct rig r;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &res));
	assert_int_equal(res.pages, 4 * 29);	/* 115200 bytes each */
	/* In blocks that were free in between, a pair may meet by chance. */
	assert_true(res.pieces > res.pages * 9 / 10);
	rig_close(&r);
}

static void first_frame_becomes_a_png(void **state)
{
	static const unsigned char magic[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13,
					       'I', 'H', 'D', 'R', 0, 0, 320 >> 8, 320 & 255, 0, 0, 0, 240 };
	struct demo_options opt = small_options();
	unsigned char head[sizeof(magic)];
	struct demo_capture res;
	struct rig r;
	FILE *f;

	(void)state;
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &res));
	f = fopen(res.picture, "rb");
	assert_non_null(f);
	assert_int_equal(fread(head, 1, sizeof(head), f), sizeof(head));
	assert_memory_equal(head, magic, sizeof(magic));
	fclose(f);
	unlink(res.picture);
	rig_close(&r);
}

static void picture_that_cannot_be_written_fails_the_step(void **state)
{
	struct demo_options opt = small_options();
	struct demo_capture res;
	struct rig r;

	(void)state;
	opt.dir = "/proc/no-such-place";
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_int_not_equal(demo_capture(&r.d, &res), 0);
	assert_says(&r, "/proc/no-such-place/frame.png");
	assert_nothing_lost(&r);
	rig_close(&r);
}

static size_t make_y4m(uint8_t *buf, unsigned int frames)
{
	int n = sprintf((char *)buf, "YUV4MPEG2 W%d H%d F30:1 Ip C420jpeg\n", W, H);
	uint8_t *p = buf + n;

	for (unsigned int f = 0; f < frames; f++) {
		p += sprintf((char *)p, "FRAME\n");
		for (int i = 0; i < Y4M_FRAME; i++)
			*p++ = (uint8_t)(i * 7 + i / 256 + (int)f * 31);
	}
	return (size_t)(p - buf);
}

static void video_file_is_captured(void **state)
{
	static uint8_t file[4 * Y4M_FRAME];
	struct demo_options opt = small_options();
	struct demo_capture res;
	char path[512];
	struct rig r;

	(void)state;
	write_file(path, "demo-capture.y4m", file, make_y4m(file, 2));
	opt.input = path;
	opt.frames = 5;		/* more than it has: it begins again */
	assert_int_equal(rig_open(&r, &opt), 0);
	assert_step(&r, demo_capture(&r.d, &res));
	assert_int_equal(res.frames, 5);
	assert_int_equal(res.bytes, 5 * Y4M_FRAME);
	rig_close(&r);
	unlink(path);
}

static void video_that_ends_early_is_refused(void **state)
{
	static uint8_t file[4 * Y4M_FRAME];
	struct demo_options opt = small_options();
	char path[512];
	struct rig r;

	(void)state;
	write_file(path, "demo-short.y4m", file, make_y4m(file, 2) - 100);
	opt.input = path;
	assert_int_not_equal(rig_open(&r, &opt), 0);
	assert_says(&r, "demo-short.y4m");
	rig_close(&r);
	unlink(path);
}

static void missing_video_is_named(void **state)
{
	struct demo_options opt = small_options();
	struct rig r;

	(void)state;
	opt.input = "no/such/video.y4m";
	assert_int_equal(rig_open(&r, &opt), -ENOENT);
	assert_says(&r, "no/such/video.y4m");
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_reach_user_space_byte_for_byte),
		cmocka_unit_test(buffers_are_scattered_over_memory),
		cmocka_unit_test(first_frame_becomes_a_png),
		cmocka_unit_test(picture_that_cannot_be_written_fails_the_step),
		cmocka_unit_test(video_file_is_captured),
		cmocka_unit_test(video_that_ends_early_is_refused),
		cmocka_unit_test(missing_video_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
