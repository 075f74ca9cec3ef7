/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From lines of a camera to lines of memory: crop, scale, mirror, then split into planes or convert
 * to RGB. All are plain loops that compilers turn into vector code.
 */
#include <string.h>

#include "sim/devices/bytes.h"
#include "sim/devices/fimc_internal.h"

const struct fimc_csc *fimc_csc(bool bt709, bool wide)
{
	static const struct fimc_csc table[2][2] = {
		{ { 16, 298, 409, 100, 208, 516 }, { 0, 256, 359, 88, 183, 454 } },
		{ { 16, 298, 459, 55, 136, 541 }, { 0, 256, 403, 48, 120, 475 } },
	};

	return &table[bt709][wide];
}

/* ---- Resampling -------------------------------------------------------- */

uint32_t fimc_scale(uint32_t i, uint32_t main_ratio, uint32_t pre_ratio)
{
	return (uint32_t)((uint64_t)i * main_ratio >> 14) * pre_ratio;
}

void fimc_fill_map(const struct fimc_shape *g, uint16_t *xmap)
{
	for (uint32_t i = 0; i < g->tw; i++) {
		uint32_t from = g->flip_x ? g->tw - 1 - i : i;

		xmap[i] = (uint16_t)(g->left + fimc_scale(from, g->main_h, g->pre_h));
	}
	for (uint32_t k = 0; k < g->tw / 2; k++) {
		/* A pair shares the chroma of its first pixel in camera order. */
		uint32_t from = g->flip_x ? g->tw - 2 - 2 * k : 2 * k;

		xmap[g->tw + k] =
			(uint16_t)((g->left + fimc_scale(from, g->main_h, g->pre_h)) / 2);
	}
}

void fimc_resample(const struct fimc_shape *g, const uint16_t *xmap, const uint8_t *src, uint8_t *dst)
{
	/* Where Y, Cb and Cr are in a pair of pixels, by CISRCFMT order. */
	static const uint8_t y_at[4] = { 0, 0, 1, 1 }, cb_at[4] = { 1, 3, 0, 2 },
			     cr_at[4] = { 3, 1, 2, 0 };
	const uint8_t *y = src + y_at[g->order_in], *cb = src + cb_at[g->order_in],
		      *cr = src + cr_at[g->order_in];
	const uint16_t *pairs = xmap + g->tw;

	for (uint32_t k = 0; k < g->tw / 2; k++) {
		dst[4 * k] = y[2 * xmap[2 * k]];
		dst[4 * k + 1] = cb[4 * pairs[k]];
		dst[4 * k + 2] = y[2 * xmap[2 * k + 1]];
		dst[4 * k + 3] = cr[4 * pairs[k]];
	}
}

/* ---- YCbCr ------------------------------------------------------------- */

DEV_VECTORIZE
static void split_y(const uint8_t *restrict packed, uint8_t *restrict y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		y[i] = packed[2 * i];
}

DEV_VECTORIZE
static void split_2(const uint8_t *restrict packed, uint8_t *restrict y, uint8_t *restrict c,
		    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		y[i] = packed[2 * i];
		c[i] = packed[2 * i + 1];
	}
}

DEV_VECTORIZE
static void split_2_swapped(const uint8_t *restrict packed, uint8_t *restrict y,
			    uint8_t *restrict c, size_t pairs)
{
	for (size_t k = 0; k < pairs; k++) {
		y[2 * k] = packed[4 * k];
		c[2 * k] = packed[4 * k + 3];
		y[2 * k + 1] = packed[4 * k + 2];
		c[2 * k + 1] = packed[4 * k + 1];
	}
}

void fimc_to_2plane(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	if (!out[1]) {
		split_y(packed, out[0], g->tw);
		return;
	}
	if (g->order_out)
		split_2_swapped(packed, out[0], out[1], g->tw / 2);
	else
		split_2(packed, out[0], out[1], g->tw);
}

DEV_VECTORIZE
static void split_c(const uint8_t *restrict packed, uint8_t *restrict cb, uint8_t *restrict cr,
		    size_t pairs)
{
	for (size_t k = 0; k < pairs; k++) {
		cb[k] = packed[4 * k + 1];
		cr[k] = packed[4 * k + 3];
	}
}

void fimc_to_3plane(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	split_y(packed, out[0], g->tw);
	if (out[1])
		split_c(packed, out[1], out[2], g->tw / 2);
}

/* Cr and Cb change places. */
DEV_VECTORIZE
static void swap_chroma(const uint8_t *restrict packed, uint8_t *restrict out, size_t pairs)
{
	for (size_t k = 0; k < pairs; k++) {
		out[4 * k] = packed[4 * k];
		out[4 * k + 1] = packed[4 * k + 3];
		out[4 * k + 2] = packed[4 * k + 2];
		out[4 * k + 3] = packed[4 * k + 1];
	}
}

/* Chroma first: every two bytes change places. */
DEV_VECTORIZE
static void chroma_first(uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t luma = out[2 * i];

		out[2 * i] = out[2 * i + 1];
		out[2 * i + 1] = luma;
	}
}

/* Orders: YCbYCr, YCrYCb, CbYCrY, CrYCbY. */
void fimc_to_packed(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	if (g->order_out & 1)
		swap_chroma(packed, out[0], g->tw / 2);
	else
		memcpy(out[0], packed, 2 * (size_t)g->tw);
	if (g->order_out & 2)
		chroma_first(out[0], g->tw);
}

/* ---- RGB --------------------------------------------------------------- */

#define CHUNK 64u	/* pixels converted at a time */

static inline int clamp(int v)
{
	v = v < 0 ? 0 : v;
	return v > 0xffff ? 0xffff : v;
}

/*
 * Pairs of pixels to words with red in bits 23:16, green, blue. Separate loops, so that each can be
 * vector code.
 */
DEV_VECTORIZE
static void to_rgb(const struct fimc_csc *c, const uint8_t *restrict packed, uint32_t *restrict rgb,
		   size_t pairs)
{
	int r[CHUNK], g[CHUNK], b[CHUNK], y[CHUNK];

	for (size_t k = 0; k < pairs; k++) {
		int cb = packed[4 * k + 1] - 128, cr = packed[4 * k + 3] - 128;

		r[2 * k] = r[2 * k + 1] = c->rv * cr + 128;
		g[2 * k] = g[2 * k + 1] = 128 - c->gu * cb - c->gv * cr;
		b[2 * k] = b[2 * k + 1] = c->bu * cb + 128;
	}
	for (size_t x = 0; x < 2 * pairs; x++)
		y[x] = c->yk * (packed[2 * x] - c->y0);
	for (size_t x = 0; x < 2 * pairs; x++) {
		uint32_t red = (uint32_t)clamp(y[x] + r[x]) >> 8;
		uint32_t green = (uint32_t)clamp(y[x] + g[x]) >> 8;
		uint32_t blue = (uint32_t)clamp(y[x] + b[x]) >> 8;

		rgb[x] = red << 16 | green << 8 | blue;
	}
}

static inline void put_le16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline size_t chunk(const struct fimc_shape *g, size_t x)
{
	return g->tw - x < CHUNK ? g->tw - x : CHUNK;
}

DEV_VECTORIZE
void fimc_to_rgb16(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	uint8_t *restrict o = out[0];
	uint32_t p[CHUNK];

	for (size_t x = 0; x < g->tw; x += CHUNK) {
		size_t n = chunk(g, x);

		to_rgb(g->csc, packed + 2 * x, p, n / 2);
		for (size_t i = 0; i < n; i++)
			put_le16(o + 2 * (x + i), (p[i] >> 8 & 0xf800) | (p[i] >> 5 & 0x7e0) | (p[i] >> 3 & 0x1f));
	}
}

DEV_VECTORIZE
void fimc_to_argb1555(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	uint8_t *restrict o = out[0];
	uint32_t p[CHUNK];
	uint32_t a = g->alpha >> 7 << 15;

	for (size_t x = 0; x < g->tw; x += CHUNK) {
		size_t n = chunk(g, x);

		to_rgb(g->csc, packed + 2 * x, p, n / 2);
		for (size_t i = 0; i < n; i++)
			put_le16(o + 2 * (x + i), a | (p[i] >> 9 & 0x7c00) | (p[i] >> 6 & 0x3e0) | (p[i] >> 3 & 0x1f));
	}
}

DEV_VECTORIZE
void fimc_to_argb4444(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	uint8_t *restrict o = out[0];
	uint32_t p[CHUNK];
	uint32_t a = g->alpha >> 4 << 12;

	for (size_t x = 0; x < g->tw; x += CHUNK) {
		size_t n = chunk(g, x);

		to_rgb(g->csc, packed + 2 * x, p, n / 2);
		for (size_t i = 0; i < n; i++)
			put_le16(o + 2 * (x + i), a | (p[i] >> 12 & 0xf00) | (p[i] >> 8 & 0xf0) | (p[i] >> 4 & 0xf));
	}
}

DEV_VECTORIZE
void fimc_to_rgb666(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	uint8_t *restrict o = out[0];
	uint32_t p[CHUNK];

	for (size_t x = 0; x < g->tw; x += CHUNK) {
		size_t n = chunk(g, x);

		to_rgb(g->csc, packed + 2 * x, p, n / 2);
		for (size_t i = 0; i < n; i++)
			dev_put_le32(o + 4 * (x + i), (p[i] >> 6 & 0x3f000) | (p[i] >> 4 & 0xfc0) | (p[i] >> 2 & 0x3f));
	}
}

DEV_VECTORIZE
void fimc_to_rgb32(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out)
{
	uint8_t *restrict o = out[0];
	uint32_t p[CHUNK];
	uint32_t alpha = g->alpha << 24;

	for (size_t x = 0; x < g->tw; x += CHUNK) {
		size_t n = chunk(g, x);

		to_rgb(g->csc, packed + 2 * x, p, n / 2);
		for (size_t i = 0; i < n; i++)
			dev_put_le32(o + 4 * (x + i), alpha | p[i]);
	}
}
