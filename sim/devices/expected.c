/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The oracle: what a frame looks like in memory, one output byte after the other from its
 * definition. It shares nothing with the camera model but the source of pixels, which it asks pixel
 * by pixel.
 */
#include <errno.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"
#include "sim/devices/sensor_internal.h"
#include "sim/lock.h"

unsigned int armdma_pixfmt_planes(enum armdma_pixfmt fmt)
{
	switch (fmt) {
	case ARMDMA_PIX_YUV420:
	case ARMDMA_PIX_YUV422P:
		return 3;
	case ARMDMA_PIX_NV12:
	case ARMDMA_PIX_NV21:
	case ARMDMA_PIX_NV16:
	case ARMDMA_PIX_NV61:
		return 2;
	default:
		return (unsigned int)fmt < ARMDMA_PIX_NR ? 1 : 0;
	}
}

static bool halves_lines(enum armdma_pixfmt fmt)
{
	return fmt == ARMDMA_PIX_NV12 || fmt == ARMDMA_PIX_NV21 || fmt == ARMDMA_PIX_YUV420;
}

size_t armdma_pixfmt_line(enum armdma_pixfmt fmt, unsigned int plane, uint32_t width)
{
	unsigned int planes = armdma_pixfmt_planes(fmt);

	if (plane >= planes)
		return 0;
	if (planes == 1)
		return (fmt == ARMDMA_PIX_RGB32 ? 4 : 2) * (size_t)width;
	return plane && planes == 3 ? width / 2 : width;
}

uint32_t armdma_pixfmt_lines(enum armdma_pixfmt fmt, unsigned int plane, uint32_t height)
{
	if (plane >= armdma_pixfmt_planes(fmt))
		return 0;
	return plane && halves_lines(fmt) ? height / 2 : height;
}

size_t armdma_picture_layout(struct armdma_picture *pic, void *base)
{
	size_t total = 0;

	for (unsigned int i = 0; i < armdma_pixfmt_planes(pic->fmt); i++) {
		size_t line = armdma_pixfmt_line(pic->fmt, i, pic->width);

		if (base) {
			pic->plane[i] = (uint8_t *)base + total;
			pic->pitch[i] = line;
		}
		total += line * armdma_pixfmt_lines(pic->fmt, i, pic->height);
	}
	return total;
}

/* One frame being asked about. */
struct view {
	struct frame_source *src;
	uint64_t frame;
	struct armdma_picture pic;
	int error;
};

/*
 * Source coordinate of target coordinate i: the driver's choice of ratios, then the scaler's
 * arithmetic.
 */
static uint32_t from_target(uint32_t i, uint32_t target, uint32_t source)
{
	uint64_t pre = 1, ratio;

	while (target * pre * 2 <= source && pre < 64)
		pre *= 2;
	ratio = ((uint64_t)source << 14) / (target * pre);
	return (uint32_t)((i * ratio >> 14) * pre);
}

/* Y, Cb, Cr of target pixel x, y; chroma is that of the pair's first pixel in the camera's order. */
static void ycc_at(struct view *v, uint32_t x, uint32_t y, uint8_t ycc[3])
{
	const struct armdma_picture *p = &v->pic;
	uint32_t cx = p->mirror_x ? p->width - 1 - x : x, cy = p->mirror_y ? p->height - 1 - y : y;
	uint32_t sx = p->left + from_target(cx, p->width, p->crop_width);
	uint32_t pair = p->left + from_target(cx & ~1u, p->width, p->crop_width);
	uint32_t sy = p->top + from_target(cy, p->height, p->crop_height);
	uint8_t chroma[3] = { 0, 0, 0 };
	int ret;

	ret = v->src->ops->pixel(v->src, v->frame, sx, sy, ycc);
	if (!ret)
		ret = v->src->ops->pixel(v->src, v->frame, pair, sy, chroma);
	if (ret)
		v->error = ret;
	ycc[1] = chroma[1];
	ycc[2] = chroma[2];
}

static uint32_t limit(int v)
{
	if (v < 0)
		return 0;
	v /= 256;
	return v > 255 ? 255 : (uint32_t)v;
}

static void rgb_of(const struct armdma_picture *p, const uint8_t ycc[3], uint32_t rgb[3])
{
	int y = ycc[0], u = ycc[1] - 128, v = ycc[2] - 128;

	if (!p->wide) {
		y = 298 * (y - 16) + 128;
		rgb[0] = limit(y + (p->bt709 ? 459 : 409) * v);
		rgb[1] = limit(p->bt709 ? y - 55 * u - 136 * v : y - 100 * u - 208 * v);
		rgb[2] = limit(y + (p->bt709 ? 541 : 516) * u);
		return;
	}
	y = 256 * y + 128;
	rgb[0] = limit(y + (p->bt709 ? 403 : 359) * v);
	rgb[1] = limit(p->bt709 ? y - 48 * u - 120 * v : y - 88 * u - 183 * v);
	rgb[2] = limit(y + (p->bt709 ? 475 : 454) * u);
}

static uint8_t *at(const struct armdma_picture *p, unsigned int plane, uint32_t line, size_t byte)
{
	return (uint8_t *)p->plane[plane] + line * p->pitch[plane] + byte;
}

static void put_rgb(const struct armdma_picture *p, uint32_t x, uint32_t y, const uint8_t ycc[3])
{
	uint32_t rgb[3], word;

	rgb_of(p, ycc, rgb);
	if (p->fmt == ARMDMA_PIX_RGB32) {
		*at(p, 0, y, 4 * (size_t)x) = (uint8_t)rgb[2];
		*at(p, 0, y, 4 * (size_t)x + 1) = (uint8_t)rgb[1];
		*at(p, 0, y, 4 * (size_t)x + 2) = (uint8_t)rgb[0];
		*at(p, 0, y, 4 * (size_t)x + 3) = p->alpha;
		return;
	}
	word = rgb[0] / 8 * 2048 + rgb[1] / 4 * 32 + rgb[2] / 8;
	*at(p, 0, y, 2 * (size_t)x) = (uint8_t)(word % 256);
	*at(p, 0, y, 2 * (size_t)x + 1) = (uint8_t)(word / 256);
}

/* A pixel of packed 4:2:2: its luma byte, and for the even one its pair's chroma. */
static void put_packed(const struct armdma_picture *p, uint32_t x, uint32_t y, const uint8_t ycc[3])
{
	bool luma_first = p->fmt == ARMDMA_PIX_YUYV || p->fmt == ARMDMA_PIX_YVYU;
	bool cb_first = p->fmt == ARMDMA_PIX_YUYV || p->fmt == ARMDMA_PIX_UYVY;
	size_t pair = 4 * (size_t)(x / 2);

	*at(p, 0, y, 2 * (size_t)x + (luma_first ? 0 : 1)) = ycc[0];
	if (x % 2)
		return;
	*at(p, 0, y, pair + (luma_first ? 1 : 0)) = cb_first ? ycc[1] : ycc[2];
	*at(p, 0, y, pair + (luma_first ? 3 : 2)) = cb_first ? ycc[2] : ycc[1];
}

static void put_chroma(struct view *v, uint32_t k, uint32_t row)
{
	const struct armdma_picture *p = &v->pic;
	bool cr_first = p->fmt == ARMDMA_PIX_NV21 || p->fmt == ARMDMA_PIX_NV61;
	uint32_t y = row;
	uint8_t ycc[3];

	/*
	 * Chroma is that of the even lines as the camera sends them: with lines mirrored, the lower
	 * one of two.
	 */
	if (halves_lines(p->fmt))
		y = p->mirror_y ? 2 * row + 1 : 2 * row;
	ycc_at(v, 2 * k, y, ycc);
	if (armdma_pixfmt_planes(p->fmt) == 3) {
		*at(p, 1, row, k) = ycc[1];
		*at(p, 2, row, k) = ycc[2];
		return;
	}
	*at(p, 1, row, 2 * (size_t)k) = cr_first ? ycc[2] : ycc[1];
	*at(p, 1, row, 2 * (size_t)k + 1) = cr_first ? ycc[1] : ycc[2];
}

static void paint(struct view *v)
{
	const struct armdma_picture *p = &v->pic;
	unsigned int planes = armdma_pixfmt_planes(p->fmt);
	uint8_t ycc[3];

	for (uint32_t y = 0; y < p->height && !v->error; y++)
		for (uint32_t x = 0; x < p->width; x++) {
			ycc_at(v, x, y, ycc);
			if (planes > 1)
				*at(p, 0, y, x) = ycc[0];
			else if (p->fmt == ARMDMA_PIX_RGB565 || p->fmt == ARMDMA_PIX_RGB32)
				put_rgb(p, x, y, ycc);
			else
				put_packed(p, x, y, ycc);
		}
	if (planes == 1)
		return;
	for (uint32_t row = 0; row < armdma_pixfmt_lines(p->fmt, 1, p->height) && !v->error; row++)
		for (uint32_t k = 0; k < p->width / 2; k++)
			put_chroma(v, k, row);
}

static int check(struct view *v, const struct sensor *s, struct armdma_error *err)
{
	struct armdma_picture *p = &v->pic;
	unsigned int planes = armdma_pixfmt_planes(p->fmt);

	if (!planes)
		return source_error(err, -EINVAL, "picture format %d is unknown", (int)p->fmt);
	if (p->left >= s->width || p->top >= s->height || p->left % 2)
		return source_error(err, -EINVAL, "crop at %u,%u of a sensor of %ux%u", p->left, p->top,
				    s->width, s->height);
	if (!p->crop_width)
		p->crop_width = s->width - p->left;
	if (!p->crop_height)
		p->crop_height = s->height - p->top;
	if (p->crop_width > s->width - p->left || p->crop_height > s->height - p->top)
		return source_error(err, -EINVAL, "crop of %ux%u at %u,%u of a sensor of %ux%u",
				    p->crop_width, p->crop_height, p->left, p->top, s->width,
				    s->height);
	if (!p->width)
		p->width = p->crop_width;
	if (!p->height)
		p->height = p->crop_height;
	if (p->width % 2 || (halves_lines(p->fmt) && p->height % 2))
		return source_error(err, -EINVAL, "a picture of %ux%u has half a chroma sample",
				    p->width, p->height);
	for (unsigned int i = 0; i < planes; i++)
		if (!p->plane[i] || p->pitch[i] < armdma_pixfmt_line(p->fmt, i, p->width))
			return source_error(err, -EINVAL, "plane %u: %s, lines of %zu bytes", i,
					    p->plane[i] ? "too narrow" : "no memory", p->pitch[i]);
	return 0;
}

int armdma_sensor_expected(struct armdma_hw *hw, const char *camera, uint64_t frame,
			   const struct armdma_picture *pic, struct armdma_error *err)
{
	HW_ENTER(hw);
	const struct fimc *f = fimc_find(hw, camera);
	struct view v = { .frame = frame, .pic = *pic };
	const struct sensor *s;
	int ret;

	if (!f || !f->sensor)
		return source_error(err, -ENOENT, "there is no sensor at \"%s\"", camera);
	s = f->sensor;
	v.src = s->src;
	ret = check(&v, s, err);
	if (ret)
		return ret;
	if (v.src->nr_frames && s->loop)
		v.frame %= v.src->nr_frames;
	if (v.src->nr_frames && v.frame >= v.src->nr_frames)
		return source_error(err, -ENOENT, "frame %llu of a file of %llu",
				    (unsigned long long)frame,
				    (unsigned long long)v.src->nr_frames);
	paint(&v);
	if (v.error)
		return source_error(err, v.error, "frame %llu cannot be read: %s",
				    (unsigned long long)frame, strerror(-v.error));
	return 0;
}
