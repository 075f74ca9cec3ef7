/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test card: looks like one, and is a hash all the same.
 *
 * Bits 7:3 of each byte make the picture: colour bars, a ramp, smooth hues, a chequered foot,
 * brightness that rises down each band, and the frame number in a box. Bits 2:0 are a hash of seed,
 * frame, line and place in the line. pattern_pixel() is the definition; pattern_line() gets the
 * same bytes eight at a time from prepared rows.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/devices/bytes.h"
#include "sim/devices/source.h"

#define HASH_BITS 7u
#define PICTURE_BITS 0xf8u
#define NOISE_SPAN 65536u
#define ALL_BYTES 0x0101010101010101u

/* The number: six digits of 5 x 7 dots in cells 6 dots wide, a margin of one dot around. */
#define NR_DIGITS 6u
#define CELL 6u
#define BOX_COLS (NR_DIGITS * CELL + 2u)
#define BOX_ROWS 9u
#define DARK 0x10u
#define LIT 0xe8u
#define GREY 0x80u

enum band { BARS, RAMP, HUES, FOOT_A, FOOT_B, NR_BANDS };

struct pattern {
	struct frame_source src;
	uint64_t seed;
	uint32_t dot;			/* size of a dot of the digits, pixels; 0: no digits */
	uint32_t box_x, box_y;		/* even */
	uint64_t box_frame;		/* which number box_rows shows */
	bool box_valid;
	uint8_t *rows[NR_BANDS];	/* picture bits, packed */
	uint8_t *box_rows[BOX_ROWS];
	uint8_t *noise;			/* NOISE_SPAN + a line */
};

/* Rows of the digits, bit 4 is the left dot. */
static const uint8_t font[10][7] = {
	{ 14, 17, 19, 21, 25, 17, 14 }, { 4, 12, 4, 4, 4, 4, 14 },    { 14, 17, 1, 2, 4, 8, 31 },
	{ 31, 2, 4, 2, 1, 17, 14 },     { 2, 6, 10, 18, 31, 2, 2 },   { 31, 16, 30, 1, 1, 17, 14 },
	{ 6, 8, 16, 30, 17, 17, 14 },   { 31, 1, 2, 4, 8, 8, 8 },     { 14, 17, 17, 14, 17, 17, 14 },
	{ 14, 17, 17, 15, 1, 2, 12 },
};

/* White, yellow, cyan, green, magenta, red, blue, black at three quarters (BT.601): Y, Cb, Cr. */
static const uint8_t bars[8][3] = {
	{ 180, 128, 128 }, { 162, 44, 142 }, { 131, 156, 44 }, { 112, 72, 58 },
	{ 84, 184, 198 },  { 65, 100, 212 }, { 35, 212, 114 }, { 16, 128, 128 },
};

static struct pattern *pattern_of(struct frame_source *src)
{
	return (struct pattern *)src;
}

/* ---- Definition -------------------------------------------------------- */

/* The picture without brightness and digits; x even for chroma. */
static void band_colour(enum band band, uint32_t x, uint32_t width, uint8_t ycc[3])
{
	uint32_t ramp = 16 + x * 160 / width;

	switch (band) {
	case BARS:
		memcpy(ycc, bars[x * 8 / width], 3);
		break;
	case RAMP:
		ycc[0] = (uint8_t)ramp;
		ycc[1] = ycc[2] = GREY;
		break;
	case HUES:
		ycc[0] = 112;
		ycc[1] = (uint8_t)(40 + x * 176 / width);
		ycc[2] = (uint8_t)(216 - x * 176 / width);
		break;
	default:
		ycc[0] = (x / 16 + (band == FOOT_B)) % 2 ? 168 : 48;
		ycc[1] = (uint8_t)(176 - x * 96 / width);
		ycc[2] = (uint8_t)(80 + x * 48 / width);
		break;
	}
	for (int i = 0; i < 3; i++)
		ycc[i] &= PICTURE_BITS;
}

/* Which band a line is in, and how much brighter (a multiple of 8, at most 64) it is. */
static enum band band_of(uint32_t y, uint32_t height, uint8_t *brighter)
{
	uint32_t begin = 0, end = height * 11 / 20;
	enum band band = BARS;

	if (y >= end) {
		begin = end;
		end = height * 7 / 10;
		band = RAMP;
	}
	if (y >= end) {
		begin = end;
		end = height * 17 / 20;
		band = HUES;
	}
	if (y >= end) {
		begin = end;
		end = height;
		band = (y - begin) / 16 % 2 ? FOOT_B : FOOT_A;
	}
	*brighter = (uint8_t)((y - begin) * 65 / (end - begin)) & PICTURE_BITS;
	return band;
}

/* Is the dot of the box lit that shows number n? */
static bool box_dot(uint64_t n, uint32_t col, uint32_t row)
{
	uint32_t digit, dot;

	if (!col || !row || row > 7)
		return false;
	digit = (col - 1) / CELL;
	dot = (col - 1) % CELL;
	if (digit >= NR_DIGITS || dot == 5)
		return false;
	for (uint32_t i = digit; i < NR_DIGITS - 1; i++)
		n /= 10;
	return font[n % 10][row - 1] >> (4 - dot) & 1;
}

static uint32_t noise_offset(const struct pattern *p, uint64_t frame, uint32_t y)
{
	return (uint32_t)(dev_mix(p->seed ^ frame) + (uint64_t)y * 40503u) % NOISE_SPAN;
}

static uint64_t noise_key(const struct pattern *p, uint64_t frame, uint32_t y)
{
	return dev_mix(dev_mix(p->seed + frame) ^ ((uint64_t)y << 32));
}

static uint8_t noise_at(const struct pattern *p, uint64_t frame, uint32_t y, uint32_t at)
{
	uint32_t i = noise_offset(p, frame, y) + at;
	uint8_t table = dev_byte(dev_mix(p->seed + i / 8 * 0x632be59bd9b4e019u), i % 8);

	return (table ^ dev_byte(noise_key(p, frame, y), at % 8)) & HASH_BITS;
}

static bool in_box(const struct pattern *p, uint32_t x, uint32_t y)
{
	return p->dot && x >= p->box_x && x < p->box_x + BOX_COLS * p->dot && y >= p->box_y &&
	       y < p->box_y + BOX_ROWS * p->dot;
}

static int pattern_pixel(struct frame_source *src, uint64_t frame, uint32_t x, uint32_t y,
			 uint8_t ycc[3])
{
	const struct pattern *p = pattern_of(src);
	uint32_t pair = x & ~1u;
	uint8_t even[3], brighter;
	enum band band = band_of(y, src->height, &brighter);

	band_colour(band, x, src->width, ycc);
	band_colour(band, pair, src->width, even);
	ycc[0] = (uint8_t)(ycc[0] + brighter);
	ycc[1] = even[1];
	ycc[2] = even[2];
	if (in_box(p, x, y)) {
		bool lit = box_dot(frame, (x - p->box_x) / p->dot, (y - p->box_y) / p->dot);

		ycc[0] = lit ? LIT : DARK;
		ycc[1] = ycc[2] = GREY;
	}
	ycc[0] |= noise_at(p, frame, y, 2 * x);
	ycc[1] |= noise_at(p, frame, y, 2 * pair + 1);
	ycc[2] |= noise_at(p, frame, y, 2 * pair + 3);
	return 0;
}

/* ---- Lines ------------------------------------------------------------- */

/*
 * dst = picture + add, with the hash in the low bits; no byte of picture + add overflows. n: a
 * multiple of 4.
 */
static void mix_line(uint8_t *dst, const uint8_t *picture, uint64_t add, const uint8_t *noise,
		     uint64_t key, size_t n)
{
	uint64_t a, b;
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		memcpy(&a, picture + i, 8);
		memcpy(&b, noise + i, 8);
		a = (a + add) | ((b ^ key) & HASH_BITS * ALL_BYTES);
		memcpy(dst + i, &a, 8);
	}
	if (i == n)
		return;
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	memcpy(&a, picture + i, n - i);
	memcpy(&b, noise + i, n - i);
	a = (a + add) | ((b ^ key) & HASH_BITS * ALL_BYTES);
	memcpy(dst + i, &a, n - i);
}

/* Eight bytes in the order in which memory holds them. */
static uint64_t in_memory_order(uint64_t v)
{
	uint8_t bytes[8];
	uint64_t w;

	for (unsigned int i = 0; i < 8; i++)
		bytes[i] = dev_byte(v, i);
	memcpy(&w, bytes, 8);
	return w;
}

static void draw_box(struct pattern *p, uint64_t frame)
{
	for (uint32_t row = 0; row < BOX_ROWS; row++)
		for (uint32_t x = 0; x < BOX_COLS * p->dot; x++) {
			p->box_rows[row][2 * x] = box_dot(frame, x / p->dot, row) ? LIT : DARK;
			p->box_rows[row][2 * x + 1] = GREY;
		}
	p->box_frame = frame;
	p->box_valid = true;
}

static int pattern_line(struct frame_source *src, uint64_t frame, uint32_t y, uint8_t *packed)
{
	struct pattern *p = pattern_of(src);
	const uint8_t *noise = p->noise + noise_offset(p, frame, y);
	uint64_t key = in_memory_order(noise_key(p, frame, y));
	size_t len = 2 * (size_t)src->width;
	uint8_t brighter;
	const uint8_t *row = p->rows[band_of(y, src->height, &brighter)];
	uint64_t add = in_memory_order(0x0001000100010001u * brighter);

	mix_line(packed, row, add, noise, key, len);
	if (in_box(p, p->box_x, y)) {
		/* The key has a period of 8 bytes: begin where the line does. */
		size_t at = 2 * (size_t)p->box_x;

		if (!p->box_valid || p->box_frame != frame)
			draw_box(p, frame);
		mix_line(packed + at, p->box_rows[(y - p->box_y) / p->dot], 0, noise + at, key,
			 2 * (size_t)BOX_COLS * p->dot);
	}
	return 0;
}

/* ---- Life -------------------------------------------------------------- */

static void pattern_destroy(struct frame_source *src)
{
	struct pattern *p = pattern_of(src);

	for (int i = 0; i < NR_BANDS; i++)
		free(p->rows[i]);
	free(p->box_rows[0]);
	free(p->noise);
	free(p);
}

static const struct frame_source_ops pattern_ops = {
	.line = pattern_line, .pixel = pattern_pixel, .destroy = pattern_destroy,
};

static bool fill_rows(struct pattern *p)
{
	uint32_t w = p->src.width;
	uint8_t ycc[3], even[3];

	for (int b = 0; b < NR_BANDS; b++) {
		p->rows[b] = malloc(2 * (size_t)w);
		if (!p->rows[b])
			return false;
		for (uint32_t x = 0; x < w; x++) {
			band_colour(b, x, w, ycc);
			band_colour(b, x & ~1u, w, even);
			p->rows[b][2 * x] = ycc[0];
			p->rows[b][2 * x + 1] = even[1 + x % 2];
		}
	}
	return true;
}

static bool fill_noise(struct pattern *p)
{
	size_t n = (NOISE_SPAN + 2 * (size_t)p->src.width + 7) / 8;

	p->noise = malloc(8 * n);
	if (!p->noise)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint64_t w = in_memory_order(dev_mix(p->seed + i * 0x632be59bd9b4e019u));

		memcpy(p->noise + 8 * i, &w, 8);
	}
	return true;
}

/* At most half the width and a quarter of the height, in the middle. Columns on multiples of 4 pixels. */
static bool place_box(struct pattern *p)
{
	uint32_t by_width = p->src.width / 2 / BOX_COLS, by_height = p->src.height / 4 / BOX_ROWS;
	size_t row;

	p->dot = by_width < by_height ? by_width : by_height;
	if (!p->dot)
		return true;
	p->box_x = (p->src.width - BOX_COLS * p->dot) / 2 & ~3u;
	p->box_y = (p->src.height - BOX_ROWS * p->dot) / 2;
	row = 2 * (size_t)BOX_COLS * p->dot;
	p->box_rows[0] = malloc(BOX_ROWS * row);
	for (size_t i = 1; p->box_rows[0] && i < BOX_ROWS; i++)
		p->box_rows[i] = p->box_rows[0] + i * row;
	return p->box_rows[0];
}

int pattern_open(uint32_t width, uint32_t height, uint64_t seed, struct frame_source **src,
		 struct armdma_error *err)
{
	struct pattern *p = calloc(1, sizeof(*p));

	if (!p)
		return source_error(err, -ENOMEM, "test card: out of host memory");
	p->src.ops = &pattern_ops;
	p->src.width = width;
	p->src.height = height;
	p->seed = dev_mix(seed);
	if (!fill_rows(p) || !fill_noise(p) || !place_box(p)) {
		pattern_destroy(&p->src);
		return source_error(err, -ENOMEM, "test card: out of host memory");
	}
	*src = &p->src;
	return 0;
}
