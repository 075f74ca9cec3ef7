/* SPDX-License-Identifier: BSD-2-Clause */
/* From lines of memory to lines as a camera sends them: the mirror of fimc_format.c. */
#include <string.h>

#include "sim/devices/bytes.h"
#include "sim/devices/fimc_internal.h"

const struct fimc_r2y *fimc_r2y(bool bt709, bool wide)
{
	static const struct fimc_r2y table[2][2] = {
		{ { 16, { { 66, 129, 25 }, { -38, -74, 112 }, { 112, -94, -18 } } },
		  { 0, { { 77, 150, 29 }, { -43, -85, 128 }, { 128, -107, -21 } } } },
		{ { 16, { { 47, 157, 16 }, { -26, -86, 112 }, { 112, -102, -10 } } },
		  { 0, { { 54, 183, 19 }, { -29, -99, 128 }, { 128, -116, -12 } } } },
	};

	return &table[bt709][wide];
}

/* ---- YCbCr ------------------------------------------------------------- */

void fimc_from_packed(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed)
{
	memcpy(packed, raw[0], 2 * (size_t)src->width);
}

DEV_VECTORIZE
static void join_2(const uint8_t *restrict y, const uint8_t *restrict c, uint8_t *restrict packed, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		packed[2 * i] = y[i];
		packed[2 * i + 1] = c[i];
	}
}

DEV_VECTORIZE
static void join_2_swapped(const uint8_t *restrict y, const uint8_t *restrict c, uint8_t *restrict packed,
			   size_t pairs)
{
	for (size_t k = 0; k < pairs; k++) {
		packed[4 * k] = y[2 * k];
		packed[4 * k + 1] = c[2 * k + 1];
		packed[4 * k + 2] = y[2 * k + 1];
		packed[4 * k + 3] = c[2 * k];
	}
}

void fimc_from_2plane(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed)
{
	if (src->order)
		join_2_swapped(raw[0], raw[1], packed, src->width / 2);
	else
		join_2(raw[0], raw[1], packed, src->width);
}

DEV_VECTORIZE
static void join_3(const uint8_t *restrict y, const uint8_t *restrict cb, const uint8_t *restrict cr,
		   uint8_t *restrict packed, size_t pairs)
{
	for (size_t k = 0; k < pairs; k++) {
		packed[4 * k] = y[2 * k];
		packed[4 * k + 1] = cb[k];
		packed[4 * k + 2] = y[2 * k + 1];
		packed[4 * k + 3] = cr[k];
	}
}

void fimc_from_3plane(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed)
{
	join_3(raw[0], raw[1], raw[2], packed, src->width / 2);
}

/* ---- RGB --------------------------------------------------------------- */

static int clamp8(int v)
{
	return v < 0 ? 0 : v > 255 ? 255 : v;
}

static int widen5(uint32_t v)
{
	return (int)((v & 0x1f) << 3 | (v & 0x1f) >> 2);
}

static int widen6(uint32_t v)
{
	return (int)((v & 0x3f) << 2 | (v & 0x3f) >> 4);
}

static void get_rgb(const struct fimc_source *src, const uint8_t *raw, uint32_t x, int *rgb)
{
	uint32_t v;

	if (src->rgb == 0) {
		v = raw[2 * x] | (uint32_t)raw[2 * x + 1] << 8;
		rgb[0] = widen5(v >> 11);
		rgb[1] = widen6(v >> 5);
		rgb[2] = widen5(v);
		return;
	}
	v = dev_get_le32(raw + 4 * (size_t)x);
	if (src->rgb == 1) {
		rgb[0] = widen6(v >> 12);
		rgb[1] = widen6(v >> 6);
		rgb[2] = widen6(v);
	} else {
		rgb[0] = v >> 16 & 0xff;
		rgb[1] = v >> 8 & 0xff;
		rgb[2] = v & 0xff;
	}
}

static uint8_t component(const struct fimc_r2y *m, int i, const int *rgb)
{
	int sum = m->k[i][0] * rgb[0] + m->k[i][1] * rgb[1] + m->k[i][2] * rgb[2] + 128;

	return (uint8_t)clamp8((sum >> 8) + (i ? 128 : m->y0));
}

void fimc_from_rgb(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed)
{
	for (uint32_t x = 0; x < src->width; x++) {
		int rgb[3];

		get_rgb(src, raw[0], x, rgb);
		packed[2 * x] = component(src->r2y, 0, rgb);
		if (x % 2)
			continue;
		packed[2 * x + 1] = component(src->r2y, 1, rgb);
		packed[2 * x + 3] = component(src->r2y, 2, rgb);
	}
}

/* ---- Mirror ------------------------------------------------------------ */

/* Pairs change places, and the two Y of each; its chroma stays with it. */
void fimc_mirror(uint8_t *packed, uint32_t width, bool chroma_first)
{
	uint32_t pairs = width / 2, y = chroma_first;

	for (uint32_t a = 0, b = pairs - 1; a < b; a++, b--) {
		uint8_t tmp[4];

		memcpy(tmp, packed + 4 * (size_t)a, 4);
		memcpy(packed + 4 * (size_t)a, packed + 4 * (size_t)b, 4);
		memcpy(packed + 4 * (size_t)b, tmp, 4);
	}
	for (uint32_t k = 0; k < pairs; k++) {
		uint8_t *p = packed + 4 * (size_t)k + y, first = p[0];

		p[0] = p[2];
		p[2] = first;
	}
}
