/* SPDX-License-Identifier: BSD-2-Clause */
/* Programming a camera in tests: registers as a driver writes them, and comparison with the oracle. */
#ifndef TESTS_FIMC_RIG_H
#define TESTS_FIMC_RIG_H

#include "device_rig.h"

#include <sys/mman.h>
#include <unistd.h>

#include <armdma/fimc.h>
#include <armdma/sensor.h>

#define FREG(name) (DRIG_FIMC + ARMDMA_FIMC_##name)
#define FRIG_BUF(n) (DRIG_RAM + 0x800000u * (n))	/* up to 8 MiB a buffer */
#define FRIG_GUARD 0xa5u

/* What to capture: a picture, as the oracle takes it, plus how it lies in a larger image. */
struct fimc_want {
	struct armdma_picture pic;
	uint32_t full_width;		/* of the image in memory; 0: the picture's */
	uint32_t hoff, voff;		/* where in it the picture goes */
	uint32_t gctrl;			/* more bits of CIGCTRL */
};

static inline void frig_sensor(struct drig *r, const struct armdma_sensor_config *cfg)
{
	struct armdma_error err = { "" };

	if (armdma_sensor_attach(r->hw, "fimc0", cfg, &err))
		fail_msg("%s", err.msg);
}

static inline void frig_reset(struct drig *r)
{
	uint32_t v = drig_rd(r, FREG(CIGCTRL));

	drig_wr(r, FREG(CISRCFMT), ARMDMA_FIMC_CISRCFMT_ITU601_8BIT);
	drig_wr(r, FREG(CIGCTRL), v | ARMDMA_FIMC_CIGCTRL_SWRST | ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL);
	armdma_hw_udelay(r->hw, 10);
	drig_wr(r, FREG(CIGCTRL), (v & ~ARMDMA_FIMC_CIGCTRL_SWRST) | ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL);
	drig_wr(r, FREG(CIFCNTSEQ), 0xf);
}

static inline uint32_t frig_prescale(uint32_t source, uint32_t target)
{
	uint32_t pre = 1;

	while (target * pre * 2 <= source && pre < 64)
		pre *= 2;
	return pre;
}

static inline void frig_scaler(struct drig *r, uint32_t sw, uint32_t sh, uint32_t tw, uint32_t th,
			       uint32_t ctrl)
{
	uint32_t ph = frig_prescale(sw, tw), pv = frig_prescale(sh, th);
	uint32_t mh = (sw << 14) / (tw * ph), mv = (sh << 14) / (th * pv);

	drig_wr(r, FREG(CISCPRERATIO),
		ARMDMA_FIMC_CISCPRERATIO_HOR(ph) | ARMDMA_FIMC_CISCPRERATIO_VER(pv));
	drig_wr(r, FREG(CISCPREDST),
		ARMDMA_FIMC_CISCPREDST_WIDTH(sw / ph) | ARMDMA_FIMC_CISCPREDST_HEIGHT(sh / pv));
	drig_wr(r, FREG(CISCCTRL), ctrl | ARMDMA_FIMC_CISCCTRL_MHRATIO(mh) |
					   ARMDMA_FIMC_CISCCTRL_MVRATIO(mv) |
					   ARMDMA_FIMC_CISCCTRL_SCALERSTART);
	drig_wr(r, FREG(CIEXTEN),
		ARMDMA_FIMC_CIEXTEN_MHRATIO_EXT(mh) | ARMDMA_FIMC_CIEXTEN_MVRATIO_EXT(mv));
}

struct frig_format {
	uint32_t trgfmt, octrl, scctrl;
};

static inline struct frig_format frig_format(enum armdma_pixfmt fmt)
{
	static const struct frig_format table[ARMDMA_PIX_NR] = {
		[ARMDMA_PIX_NV12] = { ARMDMA_FIMC_CITRGFMT_YCBCR420, ARMDMA_FIMC_CIOCTRL_2PLANE, 0 },
		[ARMDMA_PIX_NV21] = { ARMDMA_FIMC_CITRGFMT_YCBCR420,
				      ARMDMA_FIMC_CIOCTRL_2PLANE | ARMDMA_FIMC_CIOCTRL_ORDER2P_CRCB, 0 },
		[ARMDMA_PIX_YUV420] = { ARMDMA_FIMC_CITRGFMT_YCBCR420, 0, 0 },
		[ARMDMA_PIX_NV16] = { ARMDMA_FIMC_CITRGFMT_YCBCR422, ARMDMA_FIMC_CIOCTRL_2PLANE, 0 },
		[ARMDMA_PIX_NV61] = { ARMDMA_FIMC_CITRGFMT_YCBCR422,
				      ARMDMA_FIMC_CIOCTRL_2PLANE | ARMDMA_FIMC_CIOCTRL_ORDER2P_CRCB, 0 },
		[ARMDMA_PIX_YUV422P] = { ARMDMA_FIMC_CITRGFMT_YCBCR422, 0, 0 },
		[ARMDMA_PIX_YUYV] = { ARMDMA_FIMC_CITRGFMT_YCBCR422_1P, 0, 0 },
		[ARMDMA_PIX_YVYU] = { ARMDMA_FIMC_CITRGFMT_YCBCR422_1P, 1, 0 },
		[ARMDMA_PIX_UYVY] = { ARMDMA_FIMC_CITRGFMT_YCBCR422_1P, 2, 0 },
		[ARMDMA_PIX_VYUY] = { ARMDMA_FIMC_CITRGFMT_YCBCR422_1P, 3, 0 },
		[ARMDMA_PIX_RGB565] = { ARMDMA_FIMC_CITRGFMT_RGB, 0, ARMDMA_FIMC_CISCCTRL_OUTRGB_565 },
		[ARMDMA_PIX_RGB32] = { ARMDMA_FIMC_CITRGFMT_RGB, 0, ARMDMA_FIMC_CISCCTRL_OUTRGB_888 },
	};

	return table[fmt];
}

/* A file that has a name but no place on disk; close *fd when done. */
static inline const char *frig_file(int *fd, const void *data, size_t len)
{
	static _Thread_local char path[64];

	*fd = memfd_create("test.y4m", 0);
	assert_true(*fd >= 0);
	assert_int_equal(write(*fd, data, len), len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", *fd);
	return path;
}

/* Fill in what is left to defaults, as the oracle does. */
static inline void frig_complete(struct drig *r, struct fimc_want *w)
{
	struct armdma_sensor_info info;
	struct armdma_picture *p = &w->pic;

	assert_int_equal(armdma_sensor_info(r->hw, "fimc0", &info), 0);
	if (!p->crop_width)
		p->crop_width = info.width - p->left;
	if (!p->crop_height)
		p->crop_height = info.height - p->top;
	if (!p->width)
		p->width = p->crop_width;
	if (!p->height)
		p->height = p->crop_height;
	if (!w->full_width)
		w->full_width = p->width + w->hoff;
}

/* Everything but addresses and capture enable. */
static inline void frig_program(struct drig *r, struct fimc_want *w)
{
	const struct armdma_picture *p = &w->pic;
	struct frig_format f = frig_format(p->fmt);
	struct armdma_sensor_info info;
	uint32_t off;

	frig_complete(r, w);
	assert_int_equal(armdma_sensor_info(r->hw, "fimc0", &info), 0);
	off = ARMDMA_FIMC_CIOOFF_VER(w->voff) | ARMDMA_FIMC_CIOOFF_HOR(w->hoff);
	frig_reset(r);
	drig_wr(r, FREG(CISRCFMT), ARMDMA_FIMC_CISRCFMT_ITU601_8BIT |
					   ARMDMA_FIMC_CISRCFMT_WIDTH(info.width) |
					   ARMDMA_FIMC_CISRCFMT_HEIGHT(info.height));
	drig_wr(r, FREG(CIWDOFST), ARMDMA_FIMC_CIWDOFST_WINOFSEN | ARMDMA_FIMC_CIWDOFST_HOROFF(p->left) |
					   ARMDMA_FIMC_CIWDOFST_VEROFF(p->top));
	drig_wr(r, FREG(CIWDOFST2),
		ARMDMA_FIMC_CIWDOFST2_HOROFF(info.width - p->left - p->crop_width) |
			ARMDMA_FIMC_CIWDOFST2_VEROFF(info.height - p->top - p->crop_height));
	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL | ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE |
					  (p->bt709 ? ARMDMA_FIMC_CIGCTRL_CSC_ITU709 : 0) | w->gctrl);
	frig_scaler(r, p->crop_width, p->crop_height, p->width, p->height,
		    f.scctrl | (p->wide ? ARMDMA_FIMC_CISCCTRL_CSCY2R_WIDE : 0));
	drig_wr(r, FREG(CITRGFMT), f.trgfmt | ARMDMA_FIMC_CITRGFMT_HSIZE(p->width) |
					   ARMDMA_FIMC_CITRGFMT_VSIZE(p->height) |
					   (p->mirror_x ? ARMDMA_FIMC_CITRGFMT_FLIP_X_MIRROR : 0) |
					   (p->mirror_y ? ARMDMA_FIMC_CITRGFMT_FLIP_Y_MIRROR : 0));
	drig_wr(r, FREG(CITAREA), p->width * p->height);
	drig_wr(r, FREG(CIOYOFF), off);
	drig_wr(r, FREG(CIOCBOFF), off);
	drig_wr(r, FREG(CIOCROFF), off);
	drig_wr(r, FREG(ORGOSIZE), ARMDMA_FIMC_ORGSIZE_HOR(w->full_width) |
					   ARMDMA_FIMC_ORGSIZE_VER(p->height + w->voff));
	drig_wr(r, FREG(CIOCTRL), f.octrl | ARMDMA_FIMC_CIOCTRL_ALPHA(p->alpha));
}

/* The full image in memory. */
static inline struct armdma_picture frig_image(const struct fimc_want *w)
{
	struct armdma_picture img = w->pic;

	img.width = w->full_width;
	img.height = w->pic.height + w->voff;
	return img;
}

/* Addresses of set n: the planes one behind the other at pa. */
static inline void frig_buffer(struct drig *r, const struct fimc_want *w, unsigned int set, uint32_t pa)
{
	struct armdma_picture img = frig_image(w);
	uint32_t plane[3] = { pa, pa, pa };

	for (unsigned int i = 0; i + 1 < armdma_pixfmt_planes(img.fmt); i++)
		plane[i + 1] = plane[i] + (uint32_t)(armdma_pixfmt_line(img.fmt, i, img.width) *
						     armdma_pixfmt_lines(img.fmt, i, img.height));
	drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOYSA(set), plane[0]);
	drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOCBSA(set), plane[1]);
	drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOCRSA(set), plane[2]);
}

static inline void frig_capture(struct drig *r, bool on)
{
	drig_wr(r, FREG(CIIMGCPT),
		on ? ARMDMA_FIMC_CIIMGCPT_IMGCPTEN | ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC : 0);
}

static inline bool frig_irq_high(void *ctx)
{
	return armdma_hw_irq_level(((struct drig *)ctx)->hw, DRIG_FIMC_IRQ);
}

/* Wait for the frame-end interrupt and acknowledge it. */
static inline int frig_wait(struct drig *r, unsigned int ms)
{
	int ret = armdma_hw_wait(r->hw, frig_irq_high, r, (uint64_t)ms * DRIG_MS);

	if (!ret)
		drig_wr(r, FREG(CIGCTRL), drig_rd(r, FREG(CIGCTRL)) | ARMDMA_FIMC_CIGCTRL_IRQ_CLR);
	return ret;
}

/* Fill a buffer's memory so that bytes which nobody wrote can be told. */
static inline size_t frig_blank(struct drig *r, const struct fimc_want *w, uint32_t pa)
{
	struct armdma_picture img = frig_image(w);
	size_t len = armdma_picture_layout(&img, NULL) + 256;
	uint8_t *mem = malloc(len);

	memset(mem, FRIG_GUARD, len);
	drig_poke(r, pa, mem, len);
	free(mem);
	return len;
}

/* Compare memory at pa with the oracle's frame, and everything around the picture with the blank. */
static inline void frig_check(struct drig *r, const struct fimc_want *w, uint32_t pa, uint64_t frame)
{
	struct armdma_picture img = frig_image(w), pic = w->pic;
	size_t len = armdma_picture_layout(&img, NULL) + 256;
	uint8_t *want = malloc(len), *got = malloc(len);
	struct armdma_error err = { "" };

	memset(want, FRIG_GUARD, len);
	armdma_picture_layout(&img, want);
	for (unsigned int i = 0; i < armdma_pixfmt_planes(pic.fmt); i++) {
		uint32_t lines = armdma_pixfmt_lines(pic.fmt, i, w->voff);

		pic.pitch[i] = img.pitch[i];
		pic.plane[i] = (uint8_t *)img.plane[i] + lines * img.pitch[i] +
			       armdma_pixfmt_line(pic.fmt, i, w->hoff);
	}
	if (armdma_sensor_expected(r->hw, "fimc0", frame, &pic, &err))
		fail_msg("%s", err.msg);
	drig_peek(r, pa, got, len);
	for (size_t i = 0; i < len; i++)
		if (got[i] != want[i])
			fail_msg("format %d, frame %u: byte %zu of %zu is 0x%02x, not 0x%02x",
				 (int)pic.fmt, (unsigned int)frame, i, len, got[i], want[i]);
	free(want);
	free(got);
}

#endif
