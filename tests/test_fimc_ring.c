/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of address sets, what is latched when, interrupts, start, stop and reset. */
#include "fimc_rig.h"

#include <errno.h>

static struct fimc_want nv12(void)
{
	return (struct fimc_want){ .pic = { .fmt = ARMDMA_PIX_NV12 } };
}

/* A small sensor, the camera programmed, buffers 1..n in sets 0..n-1; not yet started. */
static void start(struct drig *r, struct fimc_want *w, unsigned int sets)
{
	struct armdma_sensor_config cfg = { .width = 64, .height = 48, .fps = 200, .seed = 2 };

	frig_sensor(r, &cfg);
	frig_program(r, w);
	for (unsigned int i = 0; i < sets; i++) {
		frig_blank(r, w, DRIG_RAM + 0x10000 * (i + 1));
		frig_buffer(r, w, i, DRIG_RAM + 0x10000 * (i + 1));
	}
}

static uint32_t buf(unsigned int set)
{
	return DRIG_RAM + 0x10000 * (set + 1);
}

static unsigned int present(struct drig *r)
{
	return ARMDMA_FIMC_CISTATUS2_PRESENT(drig_rd(r, FREG(CISTATUS2)));
}

static unsigned int previous(struct drig *r)
{
	return ARMDMA_FIMC_CISTATUS2_PREVIOUS(drig_rd(r, FREG(CISTATUS2)));
}

static void frames_go_round_the_four_sets_and_overwrite(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	assert_int_equal(drig_rd(r, FREG(CISTATUS2)), 0);
	frig_capture(r, true);
	for (unsigned int n = 0; n < 10; n++) {
		assert_int_equal(frig_wait(r, 20), 0);
		assert_int_equal(previous(r), n % 4 + 1);
		assert_int_equal(present(r), n % 4 + 1);
		frig_check(r, &w, buf(n % 4), n);
		if (n >= 4)
			frig_check(r, &w, buf((n + 1) % 4), n - 3);
	}
}

static void ring_takes_the_sets_of_the_mask_in_order(void **state)
{
	static const unsigned int order[] = { 1, 4, 30, 31, 1, 4 };
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 32);
	drig_wr(r, FREG(CIFCNTSEQ), 1u << 1 | 1u << 4 | 3u << 30);
	frig_capture(r, true);
	for (unsigned int n = 0; n < 6; n++) {
		assert_int_equal(frig_wait(r, 20), 0);
		assert_int_equal(previous(r), order[n] + 1);
		frig_check(r, &w, buf(order[n]), n);
	}
}

static void index_is_published_at_vsync_and_moved_at_the_end(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 20), 0);
	while (present(r) != 2)
		armdma_hw_advance(r->hw, 100);
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VSYNC);
	assert_int_equal(previous(r), 1);
	assert_int_equal(frig_wait(r, 20), 0);
	assert_int_equal(previous(r), 2);
}

static void addresses_written_during_a_frame_count_for_the_set_s_next_turn(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	drig_wr(r, FREG(CIFCNTSEQ), 1);
	frig_blank(r, &w, buf(9));
	frig_capture(r, true);
	while (!(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VVALID_A))
		armdma_hw_advance(r->hw, 500);
	frig_buffer(r, &w, 0, buf(9));
	assert_int_equal(frig_wait(r, 20), 0);
	frig_check(r, &w, buf(0), 0);
	assert_int_equal(frig_wait(r, 20), 0);
	frig_check(r, &w, buf(9), 1);
	frig_check(r, &w, buf(0), 0);
}

static void sizes_written_during_a_frame_count_for_the_next(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12(), small = nv12();
	uint32_t all;

	start(r, &w, 4);
	drig_wr(r, FREG(CIFCNTSEQ), 1);
	frig_capture(r, true);
	while (present(r) != 1)
		armdma_hw_advance(r->hw, 100);
	all = drig_rd(r, FREG(CITRGFMT));
	drig_wr(r, FREG(CITRGFMT),
		ARMDMA_FIMC_CITRGFMT_HSIZE(32) | ARMDMA_FIMC_CITRGFMT_VSIZE(24));
	frig_scaler(r, 64, 48, 32, 24, 0);
	drig_wr(r, FREG(ORGOSIZE), ARMDMA_FIMC_ORGSIZE_HOR(32) | ARMDMA_FIMC_ORGSIZE_VER(24));
	assert_int_not_equal(all, drig_rd(r, FREG(CITRGFMT)));
	assert_int_equal(frig_wait(r, 20), 0);
	frig_check(r, &w, buf(0), 0);
	small.pic.width = 32;
	small.pic.height = 24;
	frig_complete(r, &small);
	frig_blank(r, &small, buf(9));
	frig_buffer(r, &small, 0, buf(9));
	assert_int_equal(frig_wait(r, 20), 0);
	frig_check(r, &small, buf(9), 1);
}

static void without_shadows_an_address_counts_from_the_next_line(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();
	uint8_t first[64], last[64], blank[64];

	w.gctrl = ARMDMA_FIMC_CIGCTRL_SHADOW_DISABLE;
	start(r, &w, 4);
	drig_wr(r, FREG(CIFCNTSEQ), 1);
	frig_blank(r, &w, buf(9));
	memset(blank, FRIG_GUARD, sizeof(blank));
	frig_capture(r, true);
	while (!(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VVALID_A))
		armdma_hw_advance(r->hw, 100);
	armdma_hw_advance(r->hw, 200000);
	frig_buffer(r, &w, 0, buf(9));
	assert_int_equal(frig_wait(r, 20), 0);
	drig_peek(r, buf(0), first, 64);
	assert_memory_not_equal(first, blank, 64);
	drig_peek(r, buf(9), first, 64);
	assert_memory_equal(first, blank, 64);
	drig_peek(r, buf(9) + 47 * 64, last, 64);
	assert_memory_not_equal(last, blank, 64);
}

static void level_interrupt_stays_until_cleared(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();
	uint32_t ctrl;

	start(r, &w, 4);
	frig_capture(r, true);
	assert_int_equal(armdma_hw_wait(r->hw, frig_irq_high, r, 20 * DRIG_MS), 0);
	armdma_hw_advance(r->hw, 30 * DRIG_MS);
	assert_true(frig_irq_high(r));
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
	ctrl = drig_rd(r, FREG(CIGCTRL));
	drig_wr(r, FREG(CIGCTRL), ctrl | ARMDMA_FIMC_CIGCTRL_IRQ_CLR);
	assert_false(frig_irq_high(r));
	assert_false(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
	assert_int_equal(drig_rd(r, FREG(CIGCTRL)), ctrl);
}

static bool count_irq(void *ctx, uint32_t line)
{
	(void)line;
	++*(unsigned int *)ctx;
	return true;
}

static void edge_interrupt_is_a_pulse(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();
	unsigned int irqs = 0;

	start(r, &w, 4);
	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE);
	assert_int_equal(armdma_hw_irq_request(r->hw, DRIG_FIMC_IRQ, count_irq, &irqs), 0);
	frig_capture(r, true);
	armdma_hw_advance(r->hw, 22 * DRIG_MS);
	assert_true(irqs >= 4);
	assert_false(frig_irq_high(r));
	assert_true(previous(r) != 0);
	armdma_hw_irq_free(r->hw, DRIG_FIMC_IRQ, count_irq, &irqs);
}

static void interrupt_can_be_disabled(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL);
	armdma_hw_advance(r->hw, 20 * DRIG_MS);
	assert_false(frig_irq_high(r));
	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL | ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE |
					  ARMDMA_FIMC_CIGCTRL_IRQ_END_DISABLE);
	armdma_hw_advance(r->hw, 20 * DRIG_MS);
	assert_false(frig_irq_high(r));
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
}

static void stop_ends_the_frame_and_gives_one_more_interrupt(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	while (present(r) != 1)
		armdma_hw_advance(r->hw, 100);
	/* As the driver does: last interrupt on, capture off, last interrupt off. */
	drig_wr(r, FREG(CIOCTRL), drig_rd(r, FREG(CIOCTRL)) | ARMDMA_FIMC_CIOCTRL_LASTIRQEN);
	frig_capture(r, false);
	drig_wr(r, FREG(CIOCTRL), drig_rd(r, FREG(CIOCTRL)) & ~ARMDMA_FIMC_CIOCTRL_LASTIRQEN);
	assert_int_equal(frig_wait(r, 20), 0);
	frig_check(r, &w, buf(0), 0);
	assert_int_equal(armdma_hw_wait(r->hw, frig_irq_high, r, 20 * DRIG_MS), 0);
	assert_true(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END);
	assert_int_equal(present(r), 1);
	assert_int_equal(frig_wait(r, 1), 0);
	assert_int_equal(frig_wait(r, 50), -ETIMEDOUT);
	frig_blank(r, &w, buf(1));
}

static void stop_without_last_irq_gives_no_extra_interrupt(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	while (present(r) != 1)
		armdma_hw_advance(r->hw, 100);
	frig_capture(r, false);
	assert_int_equal(frig_wait(r, 20), 0);
	assert_int_equal(frig_wait(r, 50), -ETIMEDOUT);
}

static void capture_sequence_skips_frames(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();
	uint64_t frame;

	start(r, &w, 4);
	drig_wr(r, FREG(CICPTSEQ), 0x24);	/* frames 2 and 5 of 32 */
	drig_wr(r, FREG(CIIMGCPT), ARMDMA_FIMC_CIIMGCPT_IMGCPTEN | ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC |
					   ARMDMA_FIMC_CIIMGCPT_CPT_FREN);
	assert_int_equal(frig_wait(r, 50), 0);
	assert_int_equal(frig_wait(r, 50), 0);
	assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 0, &frame), 0);
	assert_int_equal(frame, 2);
	assert_int_equal(armdma_fimc_captured(r->hw, "fimc0", 1, &frame), 0);
	assert_int_equal(frame, 5);
}

static void reset_clears_everything(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	assert_int_equal(frig_wait(r, 20), 0);
	while (present(r) != 2)
		armdma_hw_advance(r->hw, 100);
	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_SWRST);
	drig_wr(r, FREG(CITRGFMT), 1);	/* lost */
	drig_wr(r, FREG(CIGCTRL), 0);
	for (uint32_t off = 0; off < 0x400; off += 4) {
		uint32_t want = off == ARMDMA_FIMC_CIFCNTSEQ ? 0xf : off == ARMDMA_FIMC_CICPTSEQ ? ~0u : 0;

		if (off != ARMDMA_FIMC_CISTATUS)
			assert_int_equal(drig_rd(r, DRIG_FIMC + off), want);
	}
	assert_false(frig_irq_high(r));
	frig_blank(r, &w, buf(1));
	armdma_hw_advance(r->hw, 20 * DRIG_MS);
	assert_false(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_FRAME_END);
}

struct seen {
	unsigned int n;
	struct armdma_event ev[8];
};

static void note(void *ctx, const struct armdma_event *ev)
{
	struct seen *s = ctx;

	if (s->n < 8)
		s->ev[s->n++] = *ev;
}

static void each_frame_is_an_event_and_counted(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();
	struct armdma_hw_stats st;
	struct seen seen = { 0 };

	start(r, &w, 4);
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(r->hw),
						ARMDMA_EV_BIT(ARMDMA_EV_FRAME), note, &seen), 0);
	frig_capture(r, true);
	for (int i = 0; i < 5; i++)
		assert_int_equal(frig_wait(r, 20), 0);
	assert_int_equal(seen.n, 5);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(seen.ev[i].addr, i);
		assert_int_equal(seen.ev[i].value, i % 4 + 1);
		assert_int_equal(seen.ev[i].result, 0);
	}
	assert_int_equal(armdma_hw_unit_stats(r->hw, "fimc0", &st), 0);
	assert_int_equal(st.frames, 5);
	assert_int_equal(st.overflows, 0);
	assert_int_equal(st.bytes_written, 5 * 64 * 48 * 3 / 2);
	/* 64-byte bursts: one a line of Y, one for two lines of chroma */
	assert_int_equal(st.bursts_write, 5 * (48 + 24));
}

static struct armdma_hw_stats run_frames(bool burst_by_burst, uint8_t *mem, size_t len)
{
	struct armdma_sensor_config s = { .width = 640, .height = 120, .fps = 100, .seed = 3 };
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_NV12 }, .full_width = 700, .hoff = 10 };
	struct armdma_config cfg = drig_config(true);
	struct armdma_hw_stats st;
	struct drig r;

	cfg.burst_by_burst = burst_by_burst;
	cfg.costs.burst = 90;
	drig_create(&r, &cfg);
	frig_sensor(&r, &s);
	frig_program(&r, &w);
	for (unsigned int i = 0; i < 4; i++)
		frig_buffer(&r, &w, i, FRIG_BUF(1));
	frig_capture(&r, true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(frig_wait(&r, 50), 0);
	drig_peek(&r, FRIG_BUF(1), mem, len);
	armdma_hw_stats(r.hw, &st);
	armdma_hw_destroy(r.hw);
	return st;
}

static void burst_by_burst_gives_the_same_bytes_counters_and_time(void **state)
{
	enum { LEN = 700 * 180 };
	uint8_t *a = malloc(LEN), *b = malloc(LEN);
	struct armdma_hw_stats fast, slow;

	(void)state;
	fast = run_frames(false, a, LEN);
	slow = run_frames(true, b, LEN);
	assert_memory_equal(a, b, LEN);
	assert_memory_equal(&fast, &slow, sizeof(fast));
	free(a);
	free(b);
}

static void sensor_taken_off_in_a_frame_ends_it_in_silence(void **state)
{
	struct drig *r = *state;
	struct fimc_want w = nv12();

	start(r, &w, 4);
	frig_capture(r, true);
	while (!(drig_rd(r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VVALID_A))
		armdma_hw_advance(r->hw, 500);
	assert_int_equal(armdma_sensor_detach(r->hw, "fimc0"), 0);
	assert_int_equal(armdma_sensor_detach(r->hw, "fimc0"), -ENOENT);
	assert_int_equal(armdma_hw_run_until_idle(r->hw, DRIG_MS), 0);
	assert_false(frig_irq_high(r));
	assert_int_equal(previous(r), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, drig_setup, drig_teardown)
	const struct CMUnitTest tests[] = {
		T(frames_go_round_the_four_sets_and_overwrite),
		T(ring_takes_the_sets_of_the_mask_in_order),
		T(index_is_published_at_vsync_and_moved_at_the_end),
		T(addresses_written_during_a_frame_count_for_the_set_s_next_turn),
		T(sizes_written_during_a_frame_count_for_the_next),
		T(without_shadows_an_address_counts_from_the_next_line),
		T(level_interrupt_stays_until_cleared),
		T(edge_interrupt_is_a_pulse),
		T(interrupt_can_be_disabled),
		T(stop_ends_the_frame_and_gives_one_more_interrupt),
		T(stop_without_last_irq_gives_no_extra_interrupt),
		T(capture_sequence_skips_frames),
		T(reset_clears_everything),
		T(each_frame_is_an_event_and_counted),
		cmocka_unit_test(burst_by_burst_gives_the_same_bytes_counters_and_time),
		T(sensor_taken_off_in_a_frame_ends_it_in_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
