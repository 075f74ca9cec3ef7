/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the registers ask for, as the shape of one frame; or in words why that cannot be done.
 * Nothing that software asks for is ignored in silence.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"
#include "sim/devices/sensor_internal.h"

#define FIELD(v, shift, bits) ((v) >> (shift) & ((1u << (bits)) - 1))

struct complaint {
	char *why;
	size_t size;
};

ARMDMA_PRINTF(2, 3)
static bool no(const struct complaint *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, c->size, fmt, ap);
	va_end(ap);
	return false;
}

/* Modes that exist in the silicon and not here. */
static bool check_modes(const struct fimc *f, bool memory, const struct complaint *c)
{
	enum { CAMERA = 1, MEMORY = 2, BOTH = 3 };
	static const struct {
		uint32_t reg, mask;
		const char *what;
		unsigned int sources;
	} missing[] = {
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_TESTPAT_MASK, "CIGCTRL: the internal test pattern", CAMERA },
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_CAM_JPEG, "CIGCTRL: JPEG input", CAMERA },
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_SELWB_A, "CIGCTRL: write-back input", CAMERA },
		{ ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_INTERLACE, "CIGCTRL: interlaced input", CAMERA },
		{ ARMDMA_FIMC_CITRGFMT, ARMDMA_FIMC_CITRGFMT_INROT90 | ARMDMA_FIMC_CITRGFMT_OUTROT90, "CITRGFMT: rotation of camera input", CAMERA },
		{ ARMDMA_FIMC_CITRGFMT, ARMDMA_FIMC_CITRGFMT_INROT90, "CITRGFMT: the input rotator", MEMORY },
		{ ARMDMA_FIMC_CIOCTRL, ARMDMA_FIMC_CIOCTRL_WEAVE, "CIOCTRL: weaving", BOTH },
		{ ARMDMA_FIMC_CISCCTRL, ARMDMA_FIMC_CISCCTRL_LCDPATHEN, "CISCCTRL: output to the LCD", BOTH },
		{ ARMDMA_FIMC_CISCCTRL, ARMDMA_FIMC_CISCCTRL_INTERLACE, "CISCCTRL: interlaced output", BOTH },
		{ ARMDMA_FIMC_CIIMGCPT, ARMDMA_FIMC_CIIMGCPT_CPT_FRMOD_CNT, "CIIMGCPT: counted capture", BOTH },
		{ ARMDMA_FIMC_CIIMGEFF, ARMDMA_FIMC_CIIMGEFF_ENABLE, "CIIMGEFF: image effects", BOTH },
		{ ARMDMA_FIMC_CIEXTEN, ARMDMA_FIMC_CIEXTEN_YUV444_OUT, "CIEXTEN: 4:4:4 output", BOTH },
		{ ARMDMA_FIMC_CIDMAPARAM, ARMDMA_FIMC_CIDMAPARAM_W_MODE_MASK, "CIDMAPARAM: tiled output", BOTH },
		{ ARMDMA_FIMC_CIDMAPARAM, ARMDMA_FIMC_CIDMAPARAM_R_MODE_MASK, "CIDMAPARAM: tiled input", MEMORY },
		{ ARMDMA_FIMC_CIREAL_ISIZE, ARMDMA_FIMC_CIREAL_ISIZE_AUTOLOAD, "CIREAL_ISIZE: automatic reload", MEMORY },
		{ ARMDMA_FIMC_MSCTRL, ARMDMA_FIMC_MSCTRL_FIELD, "MSCTRL: fields", MEMORY },
		{ ARMDMA_FIMC_CIILINESKIP_Y, 0xf000000, "line skip of the input", MEMORY },
		{ ARMDMA_FIMC_CIILINESKIP_CB, 0xf000000, "line skip of the input", MEMORY },
		{ ARMDMA_FIMC_CIILINESKIP_CR, 0xf000000, "line skip of the input", MEMORY },
	};

	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++)
		if ((missing[i].sources & (memory ? MEMORY : CAMERA)) &&
		    (fimc_reg(f, missing[i].reg) & missing[i].mask))
			return no(c, "%s is not modelled", missing[i].what);
	return true;
}

static bool read_window(const struct fimc *f, struct fimc_shape *g, const struct complaint *c)
{
	uint32_t src = fimc_reg(f, ARMDMA_FIMC_CISRCFMT), w = FIELD(src, 16, 13), h = FIELD(src, 0, 13);
	uint32_t a = fimc_reg(f, ARMDMA_FIMC_CIWDOFST), b = fimc_reg(f, ARMDMA_FIMC_CIWDOFST2);
	uint32_t right = 0, bottom = 0;

	if (w != f->sensor->width || h != f->sensor->height)
		return no(c, "CISRCFMT says %ux%u, the sensor sends %ux%u", w, h, f->sensor->width,
			  f->sensor->height);
	g->order_in = FIELD(src, 14, 2);
	if (a & ARMDMA_FIMC_CIWDOFST_WINOFSEN) {
		g->left = FIELD(a, 16, 11);
		g->top = FIELD(a, 0, 12);
		right = FIELD(b, 16, 12);
		bottom = FIELD(b, 0, 12);
	}
	if (g->left + right + ARMDMA_FIMC_MIN_SIZE > w || g->top + bottom + ARMDMA_FIMC_MIN_SIZE > h)
		return no(c, "CIWDOFST: %u + %u of %u columns, %u + %u of %u lines cut off leave less than %u",
			  g->left, right, w, g->top, bottom, h, ARMDMA_FIMC_MIN_SIZE);
	if (g->left % 2 || right % 2)
		return no(c, "CIWDOFST: %u columns left, %u right: pixels come in pairs", g->left, right);
	g->sw = w - g->left - right;
	g->sh = h - g->top - bottom;
	return true;
}

/* The main ratio, and whether the last target pixel still lies in the window. */
static bool check_ratio(const struct complaint *c, const char *dir, uint32_t from, uint32_t to,
			uint32_t main_ratio, uint32_t pre)
{
	if (!main_ratio || main_ratio < ARMDMA_FIMC_RATIO_1_1 / FIMC_MAX_UPSCALE)
		return no(c, "CISCCTRL: %s main ratio 0x%x (1:1 is 0x%x)", dir, main_ratio,
			  ARMDMA_FIMC_RATIO_1_1);
	if (fimc_scale(to - 1, main_ratio, pre) >= from)
		return no(c, "CISCCTRL: %s main ratio 0x%x with pre-ratio %u needs more than the %u pixels there are for %u",
			  dir, main_ratio, pre, from, to);
	return true;
}

static bool read_ratios(const struct fimc *f, struct fimc_shape *g, const struct complaint *c)
{
	uint32_t pre = fimc_reg(f, ARMDMA_FIMC_CISCPRERATIO), sc = fimc_reg(f, ARMDMA_FIMC_CISCCTRL);
	uint32_t ext = fimc_reg(f, ARMDMA_FIMC_CIEXTEN), dst = fimc_reg(f, ARMDMA_FIMC_CISCPREDST);

	if (FIELD(pre, 16, 7))
		g->pre_h = FIELD(pre, 16, 7);
	if (FIELD(pre, 0, 7))
		g->pre_v = FIELD(pre, 0, 7);
	if (dst && (FIELD(dst, 16, 12) != ((g->sw / g->pre_h) & 0xfff) ||
		    FIELD(dst, 0, 12) != ((g->sh / g->pre_v) & 0xfff)))
		return no(c, "CISCPREDST says %ux%u, a window of %ux%u with pre-ratios %u, %u gives %ux%u",
			  FIELD(dst, 16, 12), FIELD(dst, 0, 12), g->sw, g->sh, g->pre_h, g->pre_v,
			  g->sw / g->pre_h, g->sh / g->pre_v);
	g->main_h = FIELD(sc, 16, 9) << 6 | FIELD(ext, 10, 6);
	g->main_v = FIELD(sc, 0, 9) << 6 | FIELD(ext, 0, 6);
	return check_ratio(c, "horizontal", g->sw, g->tw, g->main_h, g->pre_h) &&
	       check_ratio(c, "vertical", g->sh, g->th, g->main_v, g->pre_v);
}

static bool read_scaler(const struct fimc *f, struct fimc_shape *g, const struct complaint *c)
{
	uint32_t sc = fimc_reg(f, ARMDMA_FIMC_CISCCTRL), trg = fimc_reg(f, ARMDMA_FIMC_CITRGFMT);
	bool bypass = sc & ARMDMA_FIMC_CISCCTRL_SCALERBYPASS;
	uint32_t max = bypass ? ARMDMA_FIMC_MAX_WIDTH : ARMDMA_FIMC_MAX_SCALER;

	g->tw = FIELD(trg, 16, 13);
	g->th = FIELD(trg, 0, 13);
	g->flip_x = FIELD(trg, 14, 1);
	g->flip_y = FIELD(trg, 15, 1);
	g->pre_h = g->pre_v = 1;
	g->main_h = g->main_v = ARMDMA_FIMC_RATIO_1_1;
	if (g->tw < ARMDMA_FIMC_MIN_SIZE || g->th < ARMDMA_FIMC_MIN_SIZE || g->tw % 2)
		return no(c, "CITRGFMT: a target of %ux%u (at least %u each way, width even)", g->tw,
			  g->th, ARMDMA_FIMC_MIN_SIZE);
	if (g->sw > max || g->tw > max)
		return no(c, "%u to %u pixels wide, %s does at most %u", g->sw, g->tw,
			  bypass ? "FIMC" : "the scaler", max);
	if (!bypass && !(sc & ARMDMA_FIMC_CISCCTRL_SCALERSTART))
		return no(c, "CISCCTRL 0x%08x: the scaler is neither started nor bypassed", sc);
	if (!bypass && !(fimc_reg(f, ARMDMA_FIMC_CIIMGCPT) & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC))
		return no(c, "CIIMGCPT 0x%08x: the scaler is used but its capture (bit 30) is off",
			  fimc_reg(f, ARMDMA_FIMC_CIIMGCPT));
	if (!bypass && !(sc & ARMDMA_FIMC_CISCCTRL_ONE2ONE))
		return read_ratios(f, g, c);
	if (g->sw != g->tw || g->sh != g->th)
		return no(c, "a window of %ux%u for a target of %ux%u without the scaler", g->sw, g->sh,
			  g->tw, g->th);
	return true;
}

/* ---- Planes ------------------------------------------------------------ */

static bool read_rgb(const struct fimc *f, struct fimc_shape *g, uint32_t *bpp,
		     const struct complaint *c)
{
	uint32_t sc = fimc_reg(f, ARMDMA_FIMC_CISCCTRL), o = fimc_reg(f, ARMDMA_FIMC_CIOCTRL);

	g->alpha = FIELD(o, 4, 8);
	g->csc = fimc_csc(fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_CSC_ITU709,
			  sc & ARMDMA_FIMC_CISCCTRL_CSCY2R_WIDE);
	*bpp = 4;
	switch (FIELD(sc, 11, 2)) {
	case 1:
		g->format = fimc_to_rgb666;
		return true;
	case 2:
		g->format = fimc_to_rgb32;
		return true;
	case 3:
		return no(c, "CISCCTRL: output RGB format 3 does not exist");
	default:
		break;
	}
	*bpp = 2;
	switch (FIELD(o, 16, 2)) {
	case 0:
		g->format = fimc_to_rgb16;
		return true;
	case 1:
		g->format = fimc_to_argb1555;
		return true;
	case 2:
		g->format = fimc_to_argb4444;
		return true;
	default:
		return no(c, "CIOCTRL: RGB16 format 3 does not exist");
	}
}

/*
 * hsub, vsub: how much smaller than the picture the plane is; bpp: bytes of its samples. width: pixels of a line; full: of one
 * of the whole image.
 */
static bool set_plane(struct fimc_plane_shape *p, uint32_t offset_reg, uint32_t off, uint32_t width, uint32_t full,
		      uint32_t hsub, uint32_t vsub, uint32_t bpp, const struct complaint *c)
{
	uint32_t h = FIELD(off, 0, 16), v = FIELD(off, 16, 16);

	if (h % hsub || v % vsub)
		return no(c, "%s offset 0x%03x: %u pixels, %u lines, but chroma goes by %u and %u",
			  offset_reg >= ARMDMA_FIMC_CIIYOFF ? "input" : "output", offset_reg, h, v, hsub, vsub);
	p->line = width / hsub * bpp;
	p->pitch = full / hsub * bpp;
	p->hoff = h / hsub * bpp;
	p->voff = v / vsub;
	p->every = vsub;
	p->bpp = bpp;
	return true;
}

static bool add_plane(const struct fimc *f, struct fimc_shape *g, uint32_t offset_reg, uint32_t hsub,
		      uint32_t vsub, uint32_t bpp, const struct complaint *c)
{
	return set_plane(&g->plane[g->nr_planes++], offset_reg, fimc_reg(f, offset_reg), g->tw,
			 fimc_reg(f, ARMDMA_FIMC_ORGOSIZE) & 0xffff, hsub, vsub, bpp, c);
}

static bool read_ycbcr(const struct fimc *f, struct fimc_shape *g, uint32_t vsub,
		       const struct complaint *c)
{
	uint32_t o = fimc_reg(f, ARMDMA_FIMC_CIOCTRL);
	bool two = o & ARMDMA_FIMC_CIOCTRL_2PLANE;

	if (g->th % vsub)
		return no(c, "CITRGFMT: %u lines of 4:2:0: chroma lines come for pairs", g->th);
	if (!add_plane(f, g, ARMDMA_FIMC_CIOYOFF, 1, 1, 1, c))
		return false;
	if (!two) {
		g->format = fimc_to_3plane;
		return add_plane(f, g, ARMDMA_FIMC_CIOCBOFF, 2, vsub, 1, c) &&
		       add_plane(f, g, ARMDMA_FIMC_CIOCROFF, 2, vsub, 1, c);
	}
	g->format = fimc_to_2plane;
	g->order_out = FIELD(o, 24, 2);
	if (g->order_out > 1)
		return no(c, "CIOCTRL: two-plane order %u is not modelled (0: Cb first, 1: Cr first)",
			  g->order_out);
	return add_plane(f, g, ARMDMA_FIMC_CIOCBOFF, 2, vsub, 2, c);
}

static bool read_output(const struct fimc *f, struct fimc_shape *g, const struct complaint *c)
{
	uint32_t trg = fimc_reg(f, ARMDMA_FIMC_CITRGFMT), org = fimc_reg(f, ARMDMA_FIMC_ORGOSIZE) & 0xffff;
	uint32_t bpp = 2, width = g->rotate ? g->th : g->tw;

	if (org < width + (fimc_reg(f, ARMDMA_FIMC_CIOYOFF) & 0xffff))
		return no(c, "ORGOSIZE: lines of %u pixels for a target of %u at offset %u", org, width,
			  fimc_reg(f, ARMDMA_FIMC_CIOYOFF) & 0xffff);
	if (g->rotate && (FIELD(trg, 29, 2) == 1 || FIELD(trg, 29, 2) == 2))
		return no(c, "CITRGFMT: 4:2:2 cannot be rotated");
	if (g->rotate && g->tw > ARMDMA_FIMC_MAX_ROTATED)
		return no(c, "CITRGFMT: %u pixels wide, the rotator does at most %u", g->tw,
			  ARMDMA_FIMC_MAX_ROTATED);
	switch (FIELD(trg, 29, 2)) {
	case 0:
		return read_ycbcr(f, g, 2, c);
	case 1:
		return read_ycbcr(f, g, 1, c);
	case 2:
		g->format = fimc_to_packed;
		g->order_out = fimc_reg(f, ARMDMA_FIMC_CIOCTRL) & 3;
		break;
	default:
		if (!read_rgb(f, g, &bpp, c))
			return false;
		break;
	}
	return add_plane(f, g, ARMDMA_FIMC_CIOYOFF, 1, 1, bpp, c);
}

/* Where packed lines need no resampling. */
static bool is_plain(const struct fimc_shape *g)
{
	return !g->flip_x && !g->order_in && g->tw == g->sw && g->pre_h == 1 && g->main_h == ARMDMA_FIMC_RATIO_1_1;
}

bool fimc_read_shape(const struct fimc *f, struct fimc_shape *g, char *why, size_t size)
{
	struct complaint c = { why, size };

	memset(g, 0, sizeof(*g));
	if (!check_modes(f, false, &c) || !read_window(f, g, &c) || !read_scaler(f, g, &c) ||
	    !read_output(f, g, &c))
		return false;
	g->plain = is_plain(g);
	return true;
}

/* ---- Input from memory ------------------------------------------------- */

static bool add_input_plane(const struct fimc *f, struct fimc_source *src, uint32_t offset_reg, uint32_t hsub,
			    uint32_t vsub, uint32_t bpp, const struct complaint *c)
{
	return set_plane(&src->plane[src->nr_planes++], offset_reg, fimc_reg(f, offset_reg), src->width,
			 fimc_reg(f, ARMDMA_FIMC_ORGISIZE) & 0xffff, hsub, vsub, bpp, c);
}

static bool read_input_planes(const struct fimc *f, struct fimc_source *src, uint32_t vsub,
			      const struct complaint *c)
{
	uint32_t ms = fimc_reg(f, ARMDMA_FIMC_MSCTRL);

	if (src->height % vsub)
		return no(c, "CIREAL_ISIZE: %u lines of 4:2:0: chroma lines come for pairs", src->height);
	if (!add_input_plane(f, src, ARMDMA_FIMC_CIIYOFF, 1, 1, 1, c))
		return false;
	if (!(ms & ARMDMA_FIMC_MSCTRL_2PLANE)) {
		src->unpack = fimc_from_3plane;
		return add_input_plane(f, src, ARMDMA_FIMC_CIICBOFF, 2, vsub, 1, c) &&
		       add_input_plane(f, src, ARMDMA_FIMC_CIICROFF, 2, vsub, 1, c);
	}
	src->unpack = fimc_from_2plane;
	src->order = FIELD(ms, 16, 2);
	if (src->order > 1)
		return no(c, "MSCTRL: two-plane order %u is not modelled (0: Cb first, 1: Cr first)", src->order);
	return add_input_plane(f, src, ARMDMA_FIMC_CIICBOFF, 2, vsub, 2, c);
}

static bool read_input_rgb(const struct fimc *f, struct fimc_source *src, const struct complaint *c)
{
	uint32_t sc = fimc_reg(f, ARMDMA_FIMC_CISCCTRL);

	src->rgb = FIELD(sc, 13, 2);
	if (src->rgb == 3)
		return no(c, "CISCCTRL: input RGB format 3 does not exist");
	src->unpack = fimc_from_rgb;
	src->r2y = fimc_r2y(fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_CSC_ITU709,
			    sc & ARMDMA_FIMC_CISCCTRL_CSCR2Y_WIDE);
	return add_input_plane(f, src, ARMDMA_FIMC_CIIYOFF, 1, 1, src->rgb ? 4 : 2, c);
}

static bool read_input(const struct fimc *f, struct fimc_source *src, struct fimc_shape *g,
		       const struct complaint *c)
{
	uint32_t size = fimc_reg(f, ARMDMA_FIMC_CIREAL_ISIZE), org = fimc_reg(f, ARMDMA_FIMC_ORGISIZE);
	uint32_t ms = fimc_reg(f, ARMDMA_FIMC_MSCTRL), off = fimc_reg(f, ARMDMA_FIMC_CIIYOFF);
	static const uint32_t orders[4] = { 3, 1, 2, 0 };	/* of MSCTRL, as CISRCFMT numbers them */

	src->width = g->sw = FIELD(size, 0, 14);
	src->height = g->sh = FIELD(size, 16, 14);
	src->flip_x = FIELD(ms, 13, 1);
	src->flip_y = FIELD(ms, 14, 1);
	if (src->width < ARMDMA_FIMC_MIN_SIZE || src->height < ARMDMA_FIMC_MIN_SIZE || src->width % 2)
		return no(c, "CIREAL_ISIZE: an input of %ux%u (at least %u each way, width even)", src->width,
			  src->height, ARMDMA_FIMC_MIN_SIZE);
	if ((org & 0xffff) < src->width + FIELD(off, 0, 16) || org >> 16 < src->height + FIELD(off, 16, 16))
		return no(c, "ORGISIZE: an image of %ux%u for an input of %ux%u at %u, %u", org & 0xffff, org >> 16,
			  src->width, src->height, FIELD(off, 0, 16), FIELD(off, 16, 16));
	switch (FIELD(ms, 1, 2)) {
	case 0:
		return read_input_planes(f, src, 2, c);
	case 1:
		return read_input_planes(f, src, 1, c);
	case 2:
		g->order_in = orders[FIELD(ms, 4, 2)];
		src->unpack = fimc_from_packed;
		return add_input_plane(f, src, ARMDMA_FIMC_CIIYOFF, 1, 1, 2, c);
	default:
		return read_input_rgb(f, src, c);
	}
}

bool fimc_read_m2m_shape(const struct fimc *f, struct fimc_source *src, struct fimc_shape *g, char *why, size_t size)
{
	struct complaint c = { why, size };

	memset(g, 0, sizeof(*g));
	memset(src, 0, sizeof(*src));
	if (!(fimc_reg(f, ARMDMA_FIMC_CIIMGCPT) & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN))
		return no(&c, "CIIMGCPT 0x%08x: capture is off, nothing would be written",
			  fimc_reg(f, ARMDMA_FIMC_CIIMGCPT));
	g->rotate = FIELD(fimc_reg(f, ARMDMA_FIMC_CITRGFMT), 13, 1);
	if (!check_modes(f, true, &c) || !read_input(f, src, g, &c) || !read_scaler(f, g, &c) ||
	    !read_output(f, g, &c))
		return false;
	g->plain = is_plain(g);
	return true;
}

armdma_dma_t fimc_plane_address(const struct fimc *f, uint32_t plane, uint32_t set)
{
	switch (plane) {
	case 0:
		return fimc_reg(f, ARMDMA_FIMC_CIOYSA(set));
	case 1:
		return fimc_reg(f, ARMDMA_FIMC_CIOCBSA(set));
	default:
		return fimc_reg(f, ARMDMA_FIMC_CIOCRSA(set));
	}
}
