/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIMC behind every generation of SYSMMU, with the driver: faults of both channels, a stalled capture, the ring, stop and reset.
 * Names and cells are those of the SYSMMU checklist.
 */
#include <errno.h>

#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/report.h>
#include <armdma/sysmmu.h>

#include "checklist.h"
#include "m2m_rig.h"

#define SHIFT 0x10000000u	/* what is at PA has PA + SHIFT as its IOVA */
#define IOVA_IN (M2M_IN + SHIFT)
#define IOVA_OUT (M2M_OUT + SHIFT)
#define AREA 0x200000u		/* mapped of each */
#define RW (ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE)
#define MMU "sysmmu-fimc0"

struct bench {
	struct drig r;		/* what the rigs of devices take */
	struct armdma_machine *m;
	struct armdma_device *dev;
	struct armdma_domain *d;
	struct check check;
	unsigned int reads, writes, unknown;	/* faults by direction */
	unsigned int in_source, in_target;	/* and by address */
	unsigned int reports;
	bool refuse;
	unsigned long delay_us;			/* what a handler takes its time for */
};

static void on_report(void *ctx, const struct armdma_report *rep)
{
	(void)rep;
	((struct bench *)ctx)->reports++;
}

/* Map what is missing, and what was mapped with too few rights. */
static int on_fault(void *ctx, const struct armdma_fault *f)
{
	struct bench *b = ctx;
	armdma_dma_t page = f->iova & ARMDMA_PAGE_MASK;

	if (b->refuse)
		return -EAGAIN;
	if (!f->direction_known)
		b->unknown++;
	else if (f->write)
		b->writes++;
	else
		b->reads++;
	b->in_source += f->iova >= IOVA_IN && f->iova < IOVA_IN + AREA;
	b->in_target += f->iova >= IOVA_OUT && f->iova < IOVA_OUT + AREA;
	if (b->delay_us)
		armdma_hw_udelay(b->r.hw, b->delay_us);
	armdma_iommu_unmap(b->d, page, ARMDMA_PAGE_SIZE);
	return armdma_iommu_map(b->d, page, page - SHIFT, ARMDMA_PAGE_SIZE, RW);
}

static void map(struct bench *b, armdma_phys_t pa, uint64_t size, unsigned int prot)
{
	assert_int_equal(armdma_iommu_map(b->d, pa + SHIFT, pa, size, prot), 0);
}

static bool is_5(uint32_t version)
{
	return ARMDMA_SYSMMU_VERSION_MAJOR(version) == 5;
}

static void bench_open(struct bench *b, uint32_t version)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_error err = { "" };

	memset(b, 0, sizeof(*b));
	cfg.ram_size = 64u << 20;
	cfg.lowmem_size = 48u << 20;
	cfg.sysmmus[0].version = version;
	cfg.sysmmus[0].recovers = is_5(version);
	assert_string_equal(cfg.sysmmus[0].name, MMU);
	if (armdma_machine_create(&b->m, &cfg, &err))
		fail_msg("%s", err.msg);
	b->r.hw = armdma_machine_hw(b->m);
	armdma_hw_set_log(b->r.hw, drig_log, &b->r);
	armdma_set_report_fn(b->m, on_report, b);
	b->dev = armdma_device_find(b->m, "fimc0");
	b->d = armdma_domain_alloc(b->m);
	assert_non_null(b->d);
	armdma_domain_set_pgsizes(b->d, 4096);
	armdma_domain_set_fault_handler(b->d, on_fault, b);
	assert_int_equal(armdma_domain_attach(b->d, b->dev), 0);
	check_begin(&b->check, b->r.hw, MMU, cfg.sysmmus[0].reg_base);
}

static void bench_close(struct bench *b)
{
	check_end(&b->check);
	assert_int_equal(armdma_domain_detach(b->d, b->dev), 0);
	armdma_domain_free(b->d);
	armdma_machine_destroy(b->m);
}

static const uint32_t versions[] = {
	ARMDMA_SYSMMU_V1_0, ARMDMA_SYSMMU_V1_2, ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1, ARMDMA_SYSMMU_V3_0,
	ARMDMA_SYSMMU_V3_1, ARMDMA_SYSMMU_V3_2, ARMDMA_SYSMMU_V3_3, ARMDMA_SYSMMU_V5_0, ARMDMA_SYSMMU_V5_1,
	ARMDMA_SYSMMU_V6_0, ARMDMA_SYSMMU_V7_0, ARMDMA_SYSMMU_V7_2, ARMDMA_SYSMMU_V7_4,
};

static void for_each_version(void (*test)(struct bench *b, uint32_t version))
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct bench b;

		bench_open(&b, versions[i]);
		test(&b, versions[i]);
		bench_close(&b);
	}
}

/* ---- 30 ----------------------------------------------------------------------- */

static bool since_5(uint32_t version)
{
	return version != ARMDMA_SYSMMU_V1_0 && ARMDMA_SYSMMU_VERSION_MAJOR(version) >= 5;
}

/*
 * Of the source a page is missing, or from 5.0 on (where that exists) write only; of the target one is missing and
 * one read only. Each fault is told apart by its address and, where the unit says it, its direction; and the
 * picture is whole in the end. On 7.4 all three are missing: EAP is in the VM's CFG there, which the driver leaves alone.
 */
static void both_channels_fault(struct bench *b, uint32_t version)
{
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUYV, ARMDMA_PIX_RGB32, 160, 120);
	struct armdma_picture source;
	uint8_t *data = m2m_noise(&b->r, &j, M2M_IN, version | 1, &source);

	m2m_blank(&b->r, &j, M2M_OUT);
	map(b, M2M_IN, 3 * 4096, RW);
	if (since_5(version) && version != ARMDMA_SYSMMU_V7_4)
		map(b, M2M_IN + 3 * 4096, 4096, ARMDMA_IOMMU_WRITE);
	map(b, M2M_IN + 4 * 4096, AREA - 4 * 4096, RW);
	map(b, M2M_OUT, 2 * 4096, RW);
	if (version != ARMDMA_SYSMMU_V7_4)
		map(b, M2M_OUT + 2 * 4096, 4096, ARMDMA_IOMMU_READ);
	map(b, M2M_OUT + 4 * 4096, AREA - 4 * 4096, RW);
	m2m_program(&b->r, &j, IOVA_IN, IOVA_OUT);
	m2m_go(&b->r);
	if (frig_wait(&b->r, 50))
		fail_msg("version 0x%08x: no end; %u faults", version, b->reads + b->writes + b->unknown);
	m2m_check(&b->r, &j, &source, M2M_OUT);
	if (b->in_source != 1 || b->in_target != 2)
		fail_msg("version 0x%08x: %u faults of the source, %u of the target", version, b->in_source, b->in_target);
	assert_true(b->writes >= 1);	/* the access fault in any case */
	if (version == ARMDMA_SYSMMU_V3_3 || since_5(version)) {
		assert_int_equal(b->reads, 1);
		assert_int_equal(b->writes, 2);
	} else {
		assert_int_equal(b->unknown, 2);	/* page faults of 1.x to 3.2 do not tell */
	}
	assert_int_equal(b->reports, 0);
	check_passed_in(&b->check, 30, (struct check_need[]){ { ARMDMA_EV_FAULT, 3 }, { ARMDMA_EV_TLB_FILL, 3 },
			{ ARMDMA_EV_FRAME, 1 }, { 0 } }, "m2m_read_and_write_faults_are_distinguished_and_recoverable");
	free(data);
}

static void m2m_read_and_write_faults_are_distinguished_and_recoverable(void **state)
{
	(void)state;
	for_each_version(both_channels_fault);
}

/* Nothing of the source and nothing of the target is mapped: both channels are held again and again. */
static void every_page_faults(struct bench *b, uint32_t version)
{
	struct m2m_job j = m2m_plain(ARMDMA_PIX_NV12, ARMDMA_PIX_NV16, 128, 96);
	struct armdma_picture source;
	uint8_t *data = m2m_noise(&b->r, &j, M2M_IN, version | 1, &source);

	for (int rotate = 0; rotate < 2; rotate++) {
		unsigned int before = b->in_target;

		j.rotate = rotate;
		j.out = rotate ? ARMDMA_PIX_NV21 : ARMDMA_PIX_NV16;
		armdma_iommu_unmap(b->d, IOVA_IN, AREA);
		armdma_iommu_unmap(b->d, IOVA_OUT, AREA);
		m2m_blank(&b->r, &j, M2M_OUT);
		m2m_program(&b->r, &j, IOVA_IN, IOVA_OUT);
		m2m_go(&b->r);
		assert_int_equal(frig_wait(&b->r, 100), 0);
		m2m_check(&b->r, &j, &source, M2M_OUT);
		assert_int_equal(b->in_target - before, rotate ? 5 : 6);	/* pages of 18432 and 24576 bytes */
		assert_int_equal(b->in_source, 5 * (rotate + 1));
	}
	assert_int_equal(b->reports, 0);
	free(data);
}

static void picture_is_whole_when_every_page_faults(void **state)
{
	(void)state;
	for_each_version(every_page_faults);
}

/* ---- Capture ------------------------------------------------------------------------ */

static void film(struct bench *b, struct fimc_want *w, bool stream)
{
	struct armdma_sensor_config cfg = { .width = 320, .height = 48, .fps = 500, .standby = true };

	frig_sensor(&b->r, &cfg);
	w->pic.fmt = ARMDMA_PIX_YUYV;
	frig_program(&b->r, w);
	for (unsigned int set = 0; set < 4; set++)
		frig_buffer(&b->r, w, set, IOVA_OUT + set * 0x20000);
	frig_capture(&b->r, true);
	armdma_sensor_stream(b->r.hw, "fimc0", stream);
}

/* 28: nobody renews a set: frame 4 is where frame 0 was. */
static void ring_overwrites(struct bench *b, uint32_t version)
{
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUYV } };

	(void)version;
	map(b, M2M_OUT, AREA, RW);
	film(b, &w, true);
	for (unsigned int n = 0; n < 6; n++) {
		uint32_t index;

		assert_int_equal(frig_wait(&b->r, 10), 0);
		index = drig_rd(&b->r, FREG(CISTATUS2));
		assert_int_equal(ARMDMA_FIMC_CISTATUS2_PREVIOUS(index), n % 4 + 1);
		frig_check(&b->r, &w, M2M_OUT + n % 4 * 0x20000, n);
	}
	frig_check(&b->r, &w, M2M_OUT + 0x20000, 5);
	frig_check(&b->r, &w, M2M_OUT + 2 * 0x20000, 2);
	frig_capture(&b->r, false);
	check_passed_in(&b->check, 28, (struct check_need[]){ { ARMDMA_EV_FRAME, 6 }, { ARMDMA_EV_TLB_FILL, 4 }, { 0 } },
			"ring_overwrites_when_software_is_late");
}

static void blank_sets(struct bench *b)
{
	static const uint8_t guard[0x20000] = { 0 };
	uint8_t *mem = malloc(sizeof(guard));

	memset(mem, FRIG_GUARD, sizeof(guard));
	for (unsigned int set = 0; set < 4; set++)
		drig_poke(&b->r, M2M_OUT + set * 0x20000, mem, sizeof(guard));
	free(mem);
}

static void ring_test(struct bench *b, uint32_t version)
{
	blank_sets(b);
	ring_overwrites(b, version);
}

static void ring_overwrites_when_software_is_late(void **state)
{
	(void)state;
	for_each_version(ring_test);
}

/* 29: the frame under way goes to its end, one more interrupt comes, then reset clears what is left. */
static void stops_and_resets(struct bench *b, uint32_t version)
{
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUYV } };

	(void)version;
	blank_sets(b);
	map(b, M2M_OUT, AREA, RW);
	film(b, &w, true);
	assert_int_equal(frig_wait(&b->r, 10), 0);
	/* In the middle of the second frame. */
	while (!(drig_rd(&b->r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_VVALID_A))
		armdma_hw_advance(b->r.hw, 100);
	drig_wr(&b->r, FREG(CIOCTRL), drig_rd(&b->r, FREG(CIOCTRL)) | ARMDMA_FIMC_CIOCTRL_LASTIRQEN);
	frig_capture(&b->r, false);
	assert_int_equal(frig_wait(&b->r, 10), 0);
	frig_check(&b->r, &w, M2M_OUT + 0x20000, 1);
	assert_int_equal(armdma_hw_wait(b->r.hw, frig_irq_high, &b->r, 10 * DRIG_MS), 0);
	assert_true(drig_rd(&b->r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END);
	frig_reset(&b->r);
	assert_false(frig_irq_high(&b->r));
	assert_int_equal(drig_rd(&b->r, FREG(CISTATUS2)), 0);
	assert_int_equal(drig_rd(&b->r, FREG(CIOYSA(0))), 0);
	assert_int_equal(drig_rd(&b->r, FREG(CIIMGCPT)), 0);
	assert_int_equal(frig_wait(&b->r, 10), -ETIMEDOUT);
	check_passed_in(&b->check, 29, (struct check_need[]){ { ARMDMA_EV_FRAME, 2 }, { ARMDMA_EV_TLB_FILL, 2 }, { 0 } },
			"stop_waits_for_one_more_interrupt_and_reset_clears_everything");
}

static void stop_waits_for_one_more_interrupt_and_reset_clears_everything(void **state)
{
	(void)state;
	for_each_version(stops_and_resets);
}

/*
 * A handler that takes longer than the FIFO holds out: the write channel stalls, the FIFO overflows, the frame ends nevertheless and is
 * marked; nothing is written outside the picture, and the next frame is whole.
 */
static void stalls(struct bench *b, uint32_t version)
{
	struct fimc_want w = { .pic = { .fmt = ARMDMA_PIX_YUYV } };
	struct armdma_hw_stats st;

	blank_sets(b);
	map(b, M2M_OUT, 4096, RW);
	map(b, M2M_OUT + 2 * 4096, AREA - 2 * 4096, RW);
	b->delay_us = 300;	/* several lines */
	film(b, &w, true);
	if (frig_wait(&b->r, 10))
		fail_msg("version 0x%08x: no end of the stalled frame", version);
	assert_true(drig_rd(&b->r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFIY);
	armdma_hw_stats(b->r.hw, &st);
	assert_int_equal(st.overflows, 1);
	assert_int_equal(b->in_target, 1);
	drig_wr(&b->r, FREG(CIWDOFST), drig_rd(&b->r, FREG(CIWDOFST)) | ARMDMA_FIMC_CIWDOFST_CLROVFIY);
	assert_int_equal(frig_wait(&b->r, 10), 0);
	assert_false(drig_rd(&b->r, FREG(CISTATUS)) & ARMDMA_FIMC_CISTATUS_OVFIY);
	frig_check(&b->r, &w, M2M_OUT + 0x20000, 1);
	frig_capture(&b->r, false);
}

static void overflow_in_a_stalled_fault_marks_that_frame_only(void **state)
{
	(void)state;
	for_each_version(stalls);
}

/* ---- Reset while a fault holds the transfer --------------------------------------------- */

static void resets_while_held(struct bench *b, uint32_t version)
{
	struct m2m_job j = m2m_plain(ARMDMA_PIX_YUYV, ARMDMA_PIX_YUYV, 64, 32);
	struct armdma_picture source;
	uint8_t *data = m2m_noise(&b->r, &j, M2M_IN, version | 1, &source);

	map(b, M2M_OUT, AREA, RW);
	b->refuse = true;
	m2m_program(&b->r, &j, IOVA_IN, IOVA_OUT);
	m2m_go(&b->r);
	assert_int_equal(frig_wait(&b->r, 5), -EDEADLK);	/* held, and nothing else to happen */
	assert_true(drig_rd(&b->r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	assert_int_equal(b->reports, 1);
	frig_reset(&b->r);
	assert_false(drig_rd(&b->r, FREG(MSCTRL)) & ARMDMA_FIMC_MSCTRL_ENVID);
	b->refuse = false;
	assert_int_equal(armdma_iommu_recover(b->dev), 0);
	m2m_blank(&b->r, &j, M2M_OUT);
	m2m_program(&b->r, &j, IOVA_IN, IOVA_OUT);
	m2m_go(&b->r);
	assert_int_equal(frig_wait(&b->r, 20), 0);
	m2m_check(&b->r, &j, &source, M2M_OUT);
	assert_int_equal(b->reports, 1);
	free(data);
}

static void reset_frees_a_transfer_that_a_fault_holds(void **state)
{
	(void)state;
	for_each_version(resets_while_held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(m2m_read_and_write_faults_are_distinguished_and_recoverable),
		cmocka_unit_test(picture_is_whole_when_every_page_faults),
		cmocka_unit_test(ring_overwrites_when_software_is_late),
		cmocka_unit_test(stop_waits_for_one_more_interrupt_and_reset_clears_everything),
		cmocka_unit_test(overflow_in_a_stalled_fault_marks_that_frame_only),
		cmocka_unit_test(reset_frees_a_transfer_that_a_fault_holds),
	};

	checklist_start("sysmmu_fimc");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
