/* SPDX-License-Identifier: BSD-2-Clause */
/* The capture driver of examples/fimc_capture: formats, scaling, misuse, and allocations that fail. */
#include <errno.h>

#include <armdma/dma.h>
#include <armdma/fimc.h>

#include "examples/fimc_capture/user.h"
#define DEMO_DIR "demo-driver"
#include "tests/demo_helpers.h"

struct shot {
	struct rig r;
	struct fimc_cap *cap;
	struct fimc_cap_format fmt;
	unsigned int good;
};

static void shot_open(struct shot *s)
{
	struct demo_options opt = small_options();

	s->good = 0;
	assert_int_equal(rig_open(&s->r, &opt), 0);
	assert_int_equal(fimc_cap_probe(armdma_device_find(s->r.d.m, DEMO_CAMERA), &s->cap), 0);
}

static void shot_close(struct shot *s)
{
	fimc_cap_remove(s->cap);
	assert_nothing_lost(&s->r);
	assert_int_equal(s->r.d.unexpected, 0);
	rig_close(&s->r);
}

static int compare(void *ctx, const struct user_frame *f)
{
	struct shot *s = ctx;
	struct armdma_picture pic = { .fmt = s->fmt.fmt, .width = s->fmt.width, .height = s->fmt.height };
	uint8_t *want = malloc(f->info.bytes);
	uint64_t number;

	assert_int_equal(armdma_picture_layout(&pic, want), f->info.bytes);
	assert_int_equal(armdma_fimc_captured(s->r.d.hw, DEMO_CAMERA, f->info.index, &number), 0);
	assert_int_equal(armdma_sensor_expected(s->r.d.hw, DEMO_CAMERA, number, &pic, NULL), 0);
	if (pic.fmt == ARMDMA_PIX_RGB32)
		/* alpha: CIOCTRL has 0 */
		for (size_t i = 3; i < f->info.bytes; i += 4)
			assert_int_equal(f->data[i], 0);
	assert_memory_equal(f->data, want, f->info.bytes);
	s->good++;
	free(want);
	return 0;
}

static int run(struct shot *s, enum fimc_cap_memory memory, unsigned int buffers, unsigned int frames)
{
	struct user_capture uc = { .fmt = s->fmt, .memory = memory, .buffers = buffers, .frames = frames,
				   .frame = compare, .ctx = s };

	return user_capture_run(s->r.d.m, s->cap, &uc, NULL);
}

static void every_format_arrives_in_either_memory(void **state)
{
	static const enum armdma_pixfmt fmts[] = { ARMDMA_PIX_NV12, ARMDMA_PIX_YUV420, ARMDMA_PIX_RGB565,
						   ARMDMA_PIX_RGB32 };
	struct shot s;

	(void)state;
	shot_open(&s);
	for (size_t i = 0; i < sizeof(fmts) / sizeof(fmts[0]); i++) {
		s.fmt = (struct fimc_cap_format){ fmts[i], 320, 240 };
		assert_int_equal(run(&s, FIMC_CAP_WRITE_COMBINE, 4, 3), 0);
		assert_int_equal(run(&s, FIMC_CAP_CACHED, 2, 3), 0);
	}
	assert_int_equal(s.good, 24);
	shot_close(&s);
}

static void camera_scales_to_the_size_asked_for(void **state)
{
	static const uint32_t sizes[][2] = { { 160, 120 }, { 100, 50 }, { 640, 480 }, { 322, 238 } };
	struct shot s;

	(void)state;
	shot_open(&s);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		s.fmt = (struct fimc_cap_format){ ARMDMA_PIX_NV12, sizes[i][0], sizes[i][1] };
		assert_int_equal(run(&s, FIMC_CAP_WRITE_COMBINE, 2, 2), 0);
	}
	assert_int_equal(s.good, 8);
	shot_close(&s);
}

/* One buffer: capture pauses while the user has it. */
static void one_buffer_is_enough(void **state)
{
	struct shot s;

	(void)state;
	shot_open(&s);
	s.fmt = (struct fimc_cap_format){ ARMDMA_PIX_NV12, 320, 240 };
	assert_int_equal(run(&s, FIMC_CAP_WRITE_COMBINE, 1, 4), 0);
	assert_int_equal(s.good, 4);
	shot_close(&s);
}

static void camera_never_writes_what_the_user_holds(void **state)
{
	struct fimc_cap_frame frame;
	static uint8_t before[115200];
	struct armdma_vma vma = { .npages = 29 };
	struct shot s;

	(void)state;
	shot_open(&s);
	s.fmt = (struct fimc_cap_format){ ARMDMA_PIX_NV12, 320, 240 };
	assert_int_equal(fimc_cap_set_format(s.cap, &s.fmt), 0);
	assert_int_equal(fimc_cap_request_buffers(s.cap, 2, FIMC_CAP_WRITE_COMBINE), 0);
	for (unsigned int i = 0; i < 2; i++)
		assert_int_equal(fimc_cap_queue(s.cap, i, 0), 0);
	assert_int_equal(fimc_cap_mmap(s.cap, 0, &vma), 0);
	assert_int_equal(fimc_cap_stream_on(s.cap), 0);
	assert_int_equal(fimc_cap_dequeue(s.cap, &frame, 160000000), 0);
	assert_int_equal(frame.index, 0);
	memcpy(before, vma.addr, sizeof(before));
	armdma_hw_advance(s.r.d.hw, 10 * 160000000 / 30);
	assert_memory_equal(before, vma.addr, sizeof(before));
	fimc_cap_stream_off(s.cap);
	armdma_munmap(s.r.d.m, &vma);
	shot_close(&s);
}

static void calls_out_of_order_are_refused(void **state)
{
	struct armdma_vma vma = { .npages = 30 };
	struct fimc_cap_frame frame;
	struct fimc_cap_format fmt = { ARMDMA_PIX_NV12, 320, 240 };
	struct shot s;

	(void)state;
	shot_open(&s);
	assert_int_equal(fimc_cap_request_buffers(s.cap, 1, FIMC_CAP_CACHED), -EINVAL);
	assert_int_equal(fimc_cap_stream_on(s.cap), -EINVAL);
	fmt.width = 321;
	assert_int_equal(fimc_cap_set_format(s.cap, &fmt), -EINVAL);
	fmt.width = 320;
	fmt.fmt = ARMDMA_PIX_NV16;
	assert_int_equal(fimc_cap_set_format(s.cap, &fmt), -EINVAL);
	fmt.fmt = ARMDMA_PIX_NV12;
	assert_int_equal(fimc_cap_set_format(s.cap, &fmt), 0);
	assert_int_equal(fimc_cap_request_buffers(s.cap, 5, FIMC_CAP_CACHED), -EINVAL);
	assert_int_equal(fimc_cap_request_buffers(s.cap, 2, FIMC_CAP_CACHED), 0);
	assert_int_equal(fimc_cap_set_format(s.cap, &fmt), -EBUSY);
	assert_int_equal(fimc_cap_mmap(s.cap, 0, &vma), -EINVAL);
	vma.npages = 1;
	assert_int_equal(fimc_cap_mmap(s.cap, 2, &vma), -EINVAL);
	assert_int_equal(fimc_cap_dequeue(s.cap, &frame, 1000), -EINVAL);
	assert_int_equal(fimc_cap_queue(s.cap, 0, 0), 0);
	assert_int_equal(fimc_cap_queue(s.cap, 0, 0), -EINVAL);
	assert_int_equal(fimc_cap_queue(s.cap, 2, 0), -EINVAL);
	assert_int_equal(fimc_cap_stream_on(s.cap), 0);
	assert_int_equal(fimc_cap_stream_on(s.cap), -EINVAL);
	assert_int_equal(fimc_cap_request_buffers(s.cap, 0, FIMC_CAP_CACHED), -EBUSY);
	assert_int_equal(fimc_cap_dequeue(s.cap, &frame, 10), -ETIMEDOUT);
	shot_close(&s);		/* while it streams */
}

static void no_log(void *ctx, const char *line)
{
	(void)ctx, (void)line;
}

static void failing_allocations_leave_nothing_behind(void **state)
{
	static const enum armdma_fail_step steps[] = { ARMDMA_FAIL_PAGE, ARMDMA_FAIL_IOVA, ARMDMA_FAIL_TABLE,
						       ARMDMA_FAIL_VMAP, ARMDMA_FAIL_KMALLOC };
	struct armdma_iova_stats iova;
	struct shot s;

	(void)state;
	shot_open(&s);
	armdma_hw_set_log(s.r.d.hw, no_log, NULL);	/* a line for each failed page */
	s.fmt = (struct fimc_cap_format){ ARMDMA_PIX_NV12, 320, 240 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		for (int cached = 0; cached < 2; cached++)
			for (uint64_t nth = 1;; nth++) {
				int ret;

				armdma_fail_nth(s.r.d.m, steps[i], nth);
				ret = run(&s, cached ? FIMC_CAP_CACHED : FIMC_CAP_WRITE_COMBINE, 2, 1);
				if (!ret)
					assert_true(armdma_fail_hits(s.r.d.m, steps[i]) < nth);
				armdma_mapping_iova_stats(armdma_to_iommu_mapping(
					armdma_device_find(s.r.d.m, DEMO_CAMERA)), &iova);
				assert_int_equal(iova.used, 0);
				if (!ret)
					break;
				assert_int_equal(ret, -ENOMEM);
			}
	armdma_fail_nth(s.r.d.m, ARMDMA_FAIL_PAGE, 0);
	shot_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_format_arrives_in_either_memory),
		cmocka_unit_test(camera_scales_to_the_size_asked_for),
		cmocka_unit_test(one_buffer_is_enough),
		cmocka_unit_test(camera_never_writes_what_the_user_holds),
		cmocka_unit_test(calls_out_of_order_are_refused),
		cmocka_unit_test(failing_allocations_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
