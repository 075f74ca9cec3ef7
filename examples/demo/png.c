/* SPDX-License-Identifier: BSD-2-Clause */
/* NV12 as a PNG file: BT.601, 16..235. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <png.h>

#include "demo.h"

static png_byte clamp(int v)
{
	v >>= 8;
	return (png_byte)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static void convert_line(const uint8_t *y, const uint8_t *uv, uint32_t width, png_bytep rgb)
{
	for (uint32_t x = 0; x < width; x++) {
		int c = 298 * (y[x] - 16) + 128;
		int u = uv[x & ~1u] - 128, v = uv[x | 1u] - 128;

		*rgb++ = clamp(c + 409 * v);
		*rgb++ = clamp(c - 100 * u - 208 * v);
		*rgb++ = clamp(c + 516 * u);
	}
}

/* libpng reports errors by longjmp, so what it may skip lives in the caller. */
static int write_lines(png_structp png, png_infop info, FILE *f, const uint8_t *nv12, uint32_t width,
		       uint32_t height, png_bytep line)
{
	const uint8_t *chroma = nv12 + (size_t)width * height;

	if (setjmp(png_jmpbuf(png)))
		return -EIO;
	png_init_io(png, f);
	png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(png, 3);
	png_write_info(png, info);
	for (uint32_t y = 0; y < height; y++) {
		convert_line(nv12 + (size_t)y * width, chroma + (size_t)(y / 2) * width, width, line);
		png_write_row(png, line);
	}
	png_write_end(png, NULL);
	return 0;
}

int png_write_nv12(const char *path, const uint8_t *nv12, uint32_t width, uint32_t height)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	png_bytep line = malloc((size_t)width * 3);
	FILE *f = fopen(path, "wb");
	int ret = -errno;

	if (f && info && line)
		ret = write_lines(png, info, f, nv12, width, height, line);
	else if (f)
		ret = -ENOMEM;
	if (f && fclose(f) && !ret)
		ret = -errno;
	free(line);
	png_destroy_write_struct(&png, &info);
	return ret;
}
