/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory to memory in tests: jobs, the registers that ask for them, and an oracle that computes each pixel of the result by itself
 * from the pixels of the source, as armdma/fimc.h says.
 */
#ifndef TESTS_M2M_RIG_H
#define TESTS_M2M_RIG_H

#include "fimc_rig.h"

struct m2m_job {
	/* in */
	enum armdma_pixfmt in;
	uint32_t full_w, full_h;	/* the image in memory */
	uint32_t x, y, w, h;		/* what is read of it */
	bool in_mirror_x, in_mirror_y;
	/* out */
	enum armdma_pixfmt out;
	uint32_t tw, th;		/* before rotation */
	bool mirror_x, mirror_y, rotate;
	uint32_t out_full_w, hoff, voff;
	bool bt709, wide_in, wide_out;
	uint8_t alpha;
};

/* ---- Registers ------------------------------------------------------------- */

static inline uint32_t m2m_input_format(enum armdma_pixfmt fmt)
{
	static const uint32_t table[ARMDMA_PIX_NR] = {
		[ARMDMA_PIX_NV12] = ARMDMA_FIMC_MSCTRL_YCBCR420 | ARMDMA_FIMC_MSCTRL_2PLANE,
		[ARMDMA_PIX_NV21] = ARMDMA_FIMC_MSCTRL_YCBCR420 | ARMDMA_FIMC_MSCTRL_2PLANE | ARMDMA_FIMC_MSCTRL_ORDER2P_CRCB,
		[ARMDMA_PIX_YUV420] = ARMDMA_FIMC_MSCTRL_YCBCR420,
		[ARMDMA_PIX_NV16] = ARMDMA_FIMC_MSCTRL_YCBCR422 | ARMDMA_FIMC_MSCTRL_2PLANE,
		[ARMDMA_PIX_NV61] = ARMDMA_FIMC_MSCTRL_YCBCR422 | ARMDMA_FIMC_MSCTRL_2PLANE | ARMDMA_FIMC_MSCTRL_ORDER2P_CRCB,
		[ARMDMA_PIX_YUV422P] = ARMDMA_FIMC_MSCTRL_YCBCR422,
		[ARMDMA_PIX_YUYV] = ARMDMA_FIMC_MSCTRL_YCBCR422_1P | ARMDMA_FIMC_MSCTRL_ORDER422_YCBYCR,
		[ARMDMA_PIX_YVYU] = ARMDMA_FIMC_MSCTRL_YCBCR422_1P | ARMDMA_FIMC_MSCTRL_ORDER422_YCRYCB,
		[ARMDMA_PIX_UYVY] = ARMDMA_FIMC_MSCTRL_YCBCR422_1P | ARMDMA_FIMC_MSCTRL_ORDER422_CBYCRY,
		[ARMDMA_PIX_VYUY] = ARMDMA_FIMC_MSCTRL_YCBCR422_1P | ARMDMA_FIMC_MSCTRL_ORDER422_CRYCBY,
		[ARMDMA_PIX_RGB565] = ARMDMA_FIMC_MSCTRL_RGB,
		[ARMDMA_PIX_RGB32] = ARMDMA_FIMC_MSCTRL_RGB,
	};

	return table[fmt];
}

/* Planes one behind the other from an address on. */
static inline void m2m_addresses(enum armdma_pixfmt fmt, uint32_t w, uint32_t h, uint32_t at, uint32_t *plane)
{
	plane[0] = plane[1] = plane[2] = at;
	for (unsigned int i = 0; i + 1 < armdma_pixfmt_planes(fmt); i++)
		plane[i + 1] = plane[i] + (uint32_t)(armdma_pixfmt_line(fmt, i, w) * armdma_pixfmt_lines(fmt, i, h));
}

static inline void m2m_input_address(struct drig *r, const struct m2m_job *j, uint32_t at)
{
	uint32_t plane[3];

	m2m_addresses(j->in, j->full_w, j->full_h, at, plane);
	drig_wr(r, FREG(CIIYSA0), plane[0]);
	drig_wr(r, FREG(CIICBSA0), plane[1]);
	drig_wr(r, FREG(CIICRSA0), plane[2]);
}

/* The whole picture of the target in memory, offsets included. */
static inline uint32_t m2m_out_w(const struct m2m_job *j)
{
	return j->out_full_w ? j->out_full_w : (j->rotate ? j->th : j->tw) + j->hoff;
}

static inline uint32_t m2m_out_h(const struct m2m_job *j)
{
	return (j->rotate ? j->tw : j->th) + j->voff;
}

/* The order of the driver: input, scaler, target, output, addresses, capture. Not yet the start. */
static inline void m2m_program(struct drig *r, const struct m2m_job *j, uint32_t in, uint32_t out)
{
	struct frig_format f = frig_format(j->out);
	uint32_t size = ARMDMA_FIMC_CIREAL_ISIZE_WIDTH(j->w) | ARMDMA_FIMC_CIREAL_ISIZE_HEIGHT(j->h), plane[3];
	uint32_t ioff = ARMDMA_FIMC_CIOOFF_VER(j->y) | ARMDMA_FIMC_CIOOFF_HOR(j->x);
	uint32_t ooff = ARMDMA_FIMC_CIOOFF_VER(j->voff) | ARMDMA_FIMC_CIOOFF_HOR(j->hoff);

	drig_wr(r, FREG(CIGCTRL), ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL | ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE |
					  (j->bt709 ? ARMDMA_FIMC_CIGCTRL_CSC_ITU709 : 0));
	drig_wr(r, FREG(MSCTRL), ARMDMA_FIMC_MSCTRL_INPUT_MEMORY | ARMDMA_FIMC_MSCTRL_BURST_CNT(4) |
					 ARMDMA_FIMC_MSCTRL_FIFO_CTRL_FULL | m2m_input_format(j->in) |
					 (j->in_mirror_x ? ARMDMA_FIMC_MSCTRL_FLIP_X_MIRROR : 0) |
					 (j->in_mirror_y ? ARMDMA_FIMC_MSCTRL_FLIP_Y_MIRROR : 0));
	drig_wr(r, FREG(CIIYOFF), ioff);
	drig_wr(r, FREG(CIICBOFF), ioff);
	drig_wr(r, FREG(CIICROFF), ioff);
	drig_wr(r, FREG(ORGISIZE), ARMDMA_FIMC_ORGSIZE_HOR(j->full_w) | ARMDMA_FIMC_ORGSIZE_VER(j->full_h));
	drig_wr(r, FREG(CIREAL_ISIZE), size);
	frig_scaler(r, j->w, j->h, j->tw, j->th,
		    f.scctrl | (j->wide_out ? ARMDMA_FIMC_CISCCTRL_CSCY2R_WIDE : 0) |
			    (j->wide_in ? ARMDMA_FIMC_CISCCTRL_CSCR2Y_WIDE : 0) |
			    (j->in == ARMDMA_PIX_RGB32 ? ARMDMA_FIMC_CISCCTRL_INRGB_888 : 0));
	drig_wr(r, FREG(CITRGFMT), f.trgfmt | ARMDMA_FIMC_CITRGFMT_HSIZE(j->tw) | ARMDMA_FIMC_CITRGFMT_VSIZE(j->th) |
					   (j->mirror_x ? ARMDMA_FIMC_CITRGFMT_FLIP_X_MIRROR : 0) |
					   (j->mirror_y ? ARMDMA_FIMC_CITRGFMT_FLIP_Y_MIRROR : 0) |
					   (j->rotate ? ARMDMA_FIMC_CITRGFMT_OUTROT90 : 0));
	drig_wr(r, FREG(CIOYOFF), ooff);
	drig_wr(r, FREG(CIOCBOFF), ooff);
	drig_wr(r, FREG(CIOCROFF), ooff);
	drig_wr(r, FREG(ORGOSIZE), ARMDMA_FIMC_ORGSIZE_HOR(m2m_out_w(j)) | ARMDMA_FIMC_ORGSIZE_VER(m2m_out_h(j)));
	drig_wr(r, FREG(CIOCTRL), f.octrl | ARMDMA_FIMC_CIOCTRL_ALPHA(j->alpha));
	drig_wr(r, FREG(CIREAL_ISIZE), size | ARMDMA_FIMC_CIREAL_ISIZE_ADDR_CH_DIS);
	m2m_input_address(r, j, in);
	drig_wr(r, FREG(CIREAL_ISIZE), size);
	m2m_addresses(j->out, m2m_out_w(j), m2m_out_h(j), out, plane);
	for (unsigned int set = 0; set < 4; set++) {
		drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOYSA(set), plane[0]);
		drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOCBSA(set), plane[1]);
		drig_wr(r, DRIG_FIMC + ARMDMA_FIMC_CIOCRSA(set), plane[2]);
	}
	frig_capture(r, true);
}

static inline void m2m_go(struct drig *r)
{
	drig_wr(r, FREG(MSCTRL), drig_rd(r, FREG(MSCTRL)) | ARMDMA_FIMC_MSCTRL_ENVID);
}

/* ---- Oracle ------------------------------------------------------------------- */

static inline int m2m_clamp(int v)
{
	return v < 0 ? 0 : v > 255 ? 255 : v;
}

/* R, G, B of a pixel of an RGB picture. */
static inline void m2m_rgb(const struct armdma_picture *p, uint32_t x, uint32_t y, int *rgb)
{
	const uint8_t *line = (const uint8_t *)p->plane[0] + y * p->pitch[0];

	if (p->fmt == ARMDMA_PIX_RGB32) {
		rgb[0] = line[4 * x + 2];
		rgb[1] = line[4 * x + 1];
		rgb[2] = line[4 * x];
	} else {
		int v = line[2 * x] | line[2 * x + 1] << 8;

		rgb[0] = (v >> 11) * 8 + (v >> 11) / 4;
		rgb[1] = (v >> 5 & 63) * 4 + (v >> 5 & 63) / 16;
		rgb[2] = (v & 31) * 8 + (v & 31) / 4;
	}
}

/* Component (0: Y, 1: Cb, 2: Cr) of an RGB pixel. */
static inline int m2m_from_rgb(const struct m2m_job *j, const int *rgb, int comp)
{
	static const int k601[2][3][3] = { { { 66, 129, 25 }, { -38, -74, 112 }, { 112, -94, -18 } },
					   { { 77, 150, 29 }, { -43, -85, 128 }, { 128, -107, -21 } } };
	static const int k709[2][3][3] = { { { 47, 157, 16 }, { -26, -86, 112 }, { 112, -102, -10 } },
					   { { 54, 183, 19 }, { -29, -99, 128 }, { 128, -116, -12 } } };
	const int *k = j->bt709 ? k709[j->wide_in][comp] : k601[j->wide_in][comp];
	double sum = k[0] * rgb[0] + k[1] * rgb[1] + k[2] * rgb[2] + 128;
	int v = (int)(sum / 256 < 0 && (int)sum % 256 ? sum / 256 - 1 : sum / 256);	/* rounds down */

	return m2m_clamp(v + (comp ? 128 : j->wide_in ? 0 : 16));
}

/* Component of the source picture at a pixel of the part that is read, mirrored as the input is. */
static inline int m2m_source(const struct m2m_job *j, const struct armdma_picture *p, uint32_t x, uint32_t y, int comp)
{
	uint32_t px, py;
	const uint8_t *pl[3] = { NULL, NULL, NULL };
	int rgb[3];

	if (comp)
		x = x / 2 * 2;	/* chroma of its pair */
	px = j->x + (j->in_mirror_x ? (comp ? j->w - 2 - x : j->w - 1 - x) : x);
	py = j->y + (j->in_mirror_y ? j->h - 1 - y : y);
	for (unsigned int i = 0; i < armdma_pixfmt_planes(p->fmt); i++)
		pl[i] = (const uint8_t *)p->plane[i] + p->pitch[i] * (armdma_pixfmt_lines(p->fmt, i, 2) == 1 ? py / 2 : py);
	switch (p->fmt) {
	case ARMDMA_PIX_NV12:
	case ARMDMA_PIX_NV16:
		return comp ? pl[1][px + (uint32_t)comp - 1] : pl[0][px];
	case ARMDMA_PIX_NV21:
	case ARMDMA_PIX_NV61:
		return comp ? pl[1][px + 2 - (uint32_t)comp] : pl[0][px];
	case ARMDMA_PIX_YUV420:
	case ARMDMA_PIX_YUV422P:
		return comp ? pl[comp][px / 2] : pl[0][px];
	case ARMDMA_PIX_YUYV:
		return comp ? pl[0][2 * px + (comp == 1 ? 1 : 3)] : pl[0][2 * px];
	case ARMDMA_PIX_YVYU:
		return comp ? pl[0][2 * px + (comp == 1 ? 3 : 1)] : pl[0][2 * px];
	case ARMDMA_PIX_UYVY:
		return comp ? pl[0][2 * px + (comp == 1 ? 0 : 2)] : pl[0][2 * px + 1];
	case ARMDMA_PIX_VYUY:
		return comp ? pl[0][2 * px + (comp == 1 ? 2 : 0)] : pl[0][2 * px + 1];
	default:
		m2m_rgb(p, px, py, rgb);
		return m2m_from_rgb(j, rgb, comp);
	}
}

static inline uint32_t m2m_scale(uint32_t i, uint32_t from, uint32_t to)
{
	uint32_t pre = frig_prescale(from, to), ratio = (from << 14) / (to * pre);

	return (uint32_t)((uint64_t)i * ratio / 16384) * pre;
}

/* Component of the target before rotation; chroma is that of its pair. line: before mirroring in Y. */
static inline int m2m_target(const struct m2m_job *j, const struct armdma_picture *p, uint32_t x, uint32_t line, int comp)
{
	uint32_t from;

	if (comp)
		from = j->mirror_x ? j->tw - 2 - x / 2 * 2 : x / 2 * 2;
	else
		from = j->mirror_x ? j->tw - 1 - x : x;
	return m2m_source(j, p, m2m_scale(from, j->w, j->tw), m2m_scale(line, j->h, j->th), comp);
}

static inline void m2m_put_rgb(const struct m2m_job *j, uint8_t *to, int y, int cb, int cr)
{
	static const int k[4][6] = { { 16, 298, 409, 100, 208, 516 }, { 0, 256, 359, 88, 183, 454 },
				     { 16, 298, 459, 55, 136, 541 }, { 0, 256, 403, 48, 120, 475 } };
	const int *t = k[2 * j->bt709 + j->wide_out];
	int r = t[1] * (y - t[0]) + t[2] * (cr - 128) + 128;
	int g = t[1] * (y - t[0]) - t[3] * (cb - 128) - t[4] * (cr - 128) + 128;
	int b = t[1] * (y - t[0]) + t[5] * (cb - 128) + 128;

	r = m2m_clamp(r < 0 ? -1 : r / 256);
	g = m2m_clamp(g < 0 ? -1 : g / 256);
	b = m2m_clamp(b < 0 ? -1 : b / 256);
	if (j->out == ARMDMA_PIX_RGB32) {
		to[0] = (uint8_t)b;
		to[1] = (uint8_t)g;
		to[2] = (uint8_t)r;
		to[3] = j->alpha;
	} else {
		int v = r / 8 << 11 | g / 4 << 5 | b / 8;

		to[0] = (uint8_t)v;
		to[1] = (uint8_t)(v >> 8);
	}
}

/* Samples of a plane: how many bytes, and how much smaller than the picture it is. */
static inline void m2m_plane(enum armdma_pixfmt fmt, unsigned int plane, uint32_t *bpp, uint32_t *hsub, uint32_t *vsub)
{
	bool rgb = fmt == ARMDMA_PIX_RGB565 || fmt == ARMDMA_PIX_RGB32;
	bool two = armdma_pixfmt_planes(fmt) == 2;

	*hsub = plane ? 2 : 1;
	*vsub = plane && armdma_pixfmt_lines(fmt, plane, 2) == 1 ? 2 : 1;
	*bpp = rgb ? (fmt == ARMDMA_PIX_RGB32 ? 4 : 2) : armdma_pixfmt_planes(fmt) == 1 ? 2 : plane && two ? 2 : 1;
}

/* One sample of a plane of the target, before rotation, at its column and (mirrored) row. */
static inline void m2m_sample(const struct m2m_job *j, const struct armdma_picture *p, unsigned int plane, uint32_t col,
			      uint32_t row, uint8_t *to)
{
	static const int first_cr[ARMDMA_PIX_NR] = { [ARMDMA_PIX_NV21] = 1, [ARMDMA_PIX_NV61] = 1 };
	uint32_t bpp, hsub, vsub, x, line;

	m2m_plane(j->out, plane, &bpp, &hsub, &vsub);
	x = col * hsub;
	line = vsub * (j->mirror_y ? j->th / vsub - 1 - row : row);
	if (j->out == ARMDMA_PIX_RGB565 || j->out == ARMDMA_PIX_RGB32) {
		m2m_put_rgb(j, to, m2m_target(j, p, x, line, 0), m2m_target(j, p, x, line, 1),
			    m2m_target(j, p, x, line, 2));
	} else if (armdma_pixfmt_planes(j->out) == 1) {
		static const uint8_t y_at[4] = { 0, 0, 1, 1 }, cb_even[4] = { 1, 0, 1, 0 };
		unsigned int order = j->out - ARMDMA_PIX_YUYV;
		bool cb = (x % 2 == 0) == cb_even[order];

		to[y_at[order]] = (uint8_t)m2m_target(j, p, x, line, 0);
		to[!y_at[order]] = (uint8_t)m2m_target(j, p, x, line, cb ? 1 : 2);
	} else if (!plane) {
		to[0] = (uint8_t)m2m_target(j, p, x, line, 0);
	} else if (bpp == 2) {
		to[first_cr[j->out]] = (uint8_t)m2m_target(j, p, x, line, 1);
		to[!first_cr[j->out]] = (uint8_t)m2m_target(j, p, x, line, 2);
	} else {
		to[0] = (uint8_t)m2m_target(j, p, x, line, (int)plane);
	}
}

/* What memory must hold from the output address on, guard bytes included. Freed by the caller. */
static inline uint8_t *m2m_expected(const struct m2m_job *j, const struct armdma_picture *source, size_t *len)
{
	struct armdma_picture img = { .fmt = j->out, .width = m2m_out_w(j), .height = m2m_out_h(j) };
	uint8_t *want;

	*len = armdma_picture_layout(&img, NULL) + 256;
	want = malloc(*len);
	memset(want, FRIG_GUARD, *len);
	armdma_picture_layout(&img, want);
	for (unsigned int plane = 0; plane < armdma_pixfmt_planes(j->out); plane++) {
		uint32_t bpp, hsub, vsub;

		m2m_plane(j->out, plane, &bpp, &hsub, &vsub);
		for (uint32_t row = 0; row < j->th / vsub; row++)
			for (uint32_t col = 0; col < j->tw / hsub; col++) {
				uint32_t x = j->rotate ? j->th / vsub - 1 - row : col, y = j->rotate ? col : row;

				m2m_sample(j, source, plane, col, row,
					   (uint8_t *)img.plane[plane] + (j->voff / vsub + y) * img.pitch[plane] +
						   (j->hoff / hsub + x) * bpp);
			}
	}
	return want;
}

/* A source picture of noise at an address; *p describes the host's copy, whose planes begin at what is returned. */
static inline uint8_t *m2m_noise(struct drig *r, const struct m2m_job *j, uint32_t at, uint32_t seed, struct armdma_picture *p)
{
	uint8_t *data;
	size_t len;

	*p = (struct armdma_picture){ .fmt = j->in, .width = j->full_w, .height = j->full_h };
	len = armdma_picture_layout(p, NULL);
	data = malloc(len);
	drig_noise(data, len, seed);
	armdma_picture_layout(p, data);
	drig_poke(r, at, data, len);
	return data;
}

static inline void m2m_blank(struct drig *r, const struct m2m_job *j, uint32_t at)
{
	struct armdma_picture img = { .fmt = j->out, .width = m2m_out_w(j), .height = m2m_out_h(j) };
	size_t len = armdma_picture_layout(&img, NULL) + 256;
	uint8_t *mem = malloc(len);

	memset(mem, FRIG_GUARD, len);
	drig_poke(r, at, mem, len);
	free(mem);
}

static inline void m2m_check(struct drig *r, const struct m2m_job *j, const struct armdma_picture *source, uint32_t at)
{
	size_t len;
	uint8_t *want = m2m_expected(j, source, &len), *got = malloc(len);

	drig_peek(r, at, got, len);
	for (size_t i = 0; i < len; i++)
		if (got[i] != want[i])
			fail_msg("%d to %d, %ux%u to %ux%u%s%s%s%s%s: byte %zu of %zu is 0x%02x, not 0x%02x", (int)j->in,
				 (int)j->out, j->w, j->h, j->tw, j->th, j->rotate ? " rotated" : "",
				 j->mirror_x ? " mirrored in x" : "", j->mirror_y ? " in y" : "",
				 j->in_mirror_x ? ", input in x" : "", j->in_mirror_y ? ", input in y" : "", i, len,
				 got[i], want[i]);
	free(want);
	free(got);
}

#define M2M_IN FRIG_BUF(1)
#define M2M_OUT FRIG_BUF(3)

/* All of it: noise in, the oracle's picture out. */
static inline void m2m_run(struct drig *r, const struct m2m_job *j, uint32_t seed)
{
	struct armdma_picture source;
	uint8_t *data = m2m_noise(r, j, M2M_IN, seed, &source);

	m2m_blank(r, j, M2M_OUT);
	m2m_program(r, j, M2M_IN, M2M_OUT);
	r->logs = 0;
	m2m_go(r);
	if (frig_wait(r, 100))
		fail_msg("no interrupt: %s", r->last_log);
	assert_int_equal(r->logs, 0);
	m2m_check(r, j, &source, M2M_OUT);
	free(data);
}

static inline struct m2m_job m2m_plain(enum armdma_pixfmt in, enum armdma_pixfmt out, uint32_t w, uint32_t h)
{
	return (struct m2m_job){ .in = in, .out = out, .full_w = w, .full_h = h, .w = w, .h = h, .tw = w, .th = h };
}

#endif
