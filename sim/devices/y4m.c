/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * YUV4MPEG2 files as a source of frames. The whole file is walked once when it is opened, so that what is
 * wrong with it is said then, and frames can be read in any order.
 */
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/devices/source.h"

#define MAGIC "YUV4MPEG2"
#define MAX_HEADER 1024
#define MAX_SIZE 8192u

/* Chroma planes: how many bits smaller than luma. */
struct chroma {
	const char *name;
	uint8_t xshift, yshift;
	bool mono;
};

static const struct chroma chromas[] = {
	{ "420jpeg", 1, 1, false },  { "420mpeg2", 1, 1, false }, { "420paldv", 1, 1, false },
	{ "420", 1, 1, false },	     { "422", 1, 0, false },	  { "444", 0, 0, false },
	{ "mono", 0, 0, true },
};

struct y4m {
	struct frame_source src;
	FILE *file;
	char name[128];		/* for messages */
	const struct chroma *chroma;
	size_t luma_size, chroma_size, frame_size;	/* bytes */
	off_t *offsets;		/* of each frame's data */
	size_t cap;
	uint64_t loaded;	/* which frame data holds, if valid */
	bool valid;
	uint8_t *data;
};

int source_error(struct armdma_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return code;
}

static struct y4m *y4m_of(struct frame_source *src)
{
	return (struct y4m *)src;
}

/* ---- Frames ------------------------------------------------------------ */

static int load(struct y4m *f, uint64_t frame)
{
	if (f->valid && f->loaded == frame)
		return 0;
	f->valid = false;
	if (frame >= f->src.nr_frames)
		return -ENOENT;
	if (fseeko(f->file, f->offsets[frame], SEEK_SET) ||
	    fread(f->data, 1, f->frame_size, f->file) != f->frame_size)
		return -EIO;
	f->loaded = frame;
	f->valid = true;
	return 0;
}

static int y4m_line(struct frame_source *src, uint64_t frame, uint32_t y, uint8_t *packed)
{
	struct y4m *f = y4m_of(src);
	const struct chroma *c = f->chroma;
	uint32_t cw = src->width >> c->xshift, step = c->xshift ? 1 : 2;
	const uint8_t *luma, *cb, *cr;
	int ret = load(f, frame);

	if (ret)
		return ret;
	luma = f->data + (size_t)y * src->width;
	if (c->mono) {
		for (uint32_t x = 0; x < src->width; x++) {
			packed[2 * x] = luma[x];
			packed[2 * x + 1] = 128;
		}
		return 0;
	}
	cb = f->data + f->luma_size + (size_t)(y >> c->yshift) * cw;
	cr = cb + f->chroma_size;
	for (uint32_t k = 0; k < src->width / 2; k++) {
		packed[4 * k] = luma[2 * k];
		packed[4 * k + 1] = cb[k * step];
		packed[4 * k + 2] = luma[2 * k + 1];
		packed[4 * k + 3] = cr[k * step];
	}
	return 0;
}

static int y4m_pixel(struct frame_source *src, uint64_t frame, uint32_t x, uint32_t y,
		     uint8_t ycc[3])
{
	struct y4m *f = y4m_of(src);
	size_t at = f->luma_size;
	int ret = load(f, frame);

	if (ret)
		return ret;
	ycc[0] = f->data[(size_t)y * src->width + x];
	ycc[1] = ycc[2] = 128;
	if (f->chroma->mono)
		return 0;
	at += (size_t)(y >> f->chroma->yshift) * (src->width >> f->chroma->xshift);
	at += (x & ~1u) >> f->chroma->xshift;
	ycc[1] = f->data[at];
	ycc[2] = f->data[at + f->chroma_size];
	return 0;
}

static void y4m_destroy(struct frame_source *src)
{
	struct y4m *f = y4m_of(src);

	if (f->file)
		fclose(f->file);
	free(f->offsets);
	free(f->data);
	free(f);
}

static const struct frame_source_ops y4m_ops = {
	.line = y4m_line, .pixel = y4m_pixel, .destroy = y4m_destroy,
};

/* ---- Opening ----------------------------------------------------------- */

/*
 * One header line without its newline. Returns its length, -ENODATA at the end of the file,
 * -EINVAL: no newline in reach.
 */
static int read_line(FILE *file, char *buf, size_t size)
{
	size_t n = 0;
	int c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (n + 1 >= size || !c)
			return -EINVAL;
		buf[n++] = (char)c;
	}
	if (c == EOF)
		return n ? -EINVAL : -ENODATA;
	buf[n] = 0;
	return (int)n;
}

static int parse_number(const struct y4m *f, const char *tag, uint32_t *v, struct armdma_error *err)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(tag + 1, &end, 10);
	if (errno || end == tag + 1 || *end || tag[1] == '-' || tag[1] == '+' || !n || n > MAX_SIZE)
		return source_error(err, -EINVAL, "%s: %s \"%.20s\" is not in 1..%u", f->name,
				    tag[0] == 'W' ? "width" : "height", tag + 1, MAX_SIZE);
	*v = (uint32_t)n;
	return 0;
}

static int parse_rate(struct y4m *f, const char *tag, struct armdma_error *err)
{
	unsigned int num, den;
	char rest;

	if (sscanf(tag + 1, "%9u:%9u%c", &num, &den, &rest) != 2 || (!num != !den))
		return source_error(err, -EINVAL, "%s: frame rate \"%.40s\" is not N:D", f->name,
				    tag + 1);
	f->src.fps = num;	/* 0:0 is "unknown" */
	f->src.fps_den = den;
	return 0;
}

static int parse_chroma(struct y4m *f, const char *tag, struct armdma_error *err)
{
	for (size_t i = 0; i < sizeof(chromas) / sizeof(chromas[0]); i++)
		if (!strcmp(tag + 1, chromas[i].name)) {
			f->chroma = &chromas[i];
			return 0;
		}
	return source_error(err, -EINVAL,
			    "%s: colour space \"%.40s\" is none of 420*, 422, 444, mono with 8 bits",
			    f->name, tag + 1);
}

static int parse_tag(struct y4m *f, const char *tag, struct armdma_error *err)
{
	switch (tag[0]) {
	case 'W':
		return parse_number(f, tag, &f->src.width, err);
	case 'H':
		return parse_number(f, tag, &f->src.height, err);
	case 'F':
		return parse_rate(f, tag, err);
	case 'C':
		return parse_chroma(f, tag, err);
	case 'I':
		if (tag[1] != 'p' && tag[1] != '?')
			return source_error(err, -EINVAL, "%s: interlacing \"%.20s\" is not p",
					    f->name, tag + 1);
		return 0;
	default:
		return 0;	/* aspect, comments */
	}
}

static int parse_header(struct y4m *f, struct armdma_error *err)
{
	char line[MAX_HEADER], *save, *tag;
	int ret = read_line(f->file, line, sizeof(line));

	if (ret < 0 || strncmp(line, MAGIC, strlen(MAGIC)) ||
	    (line[strlen(MAGIC)] && line[strlen(MAGIC)] != ' '))
		return source_error(err, -EINVAL, "%s: does not begin with a " MAGIC " line",
				    f->name);
	f->chroma = &chromas[0];
	for (tag = strtok_r(line + strlen(MAGIC), " ", &save); tag; tag = strtok_r(NULL, " ", &save)) {
		ret = parse_tag(f, tag, err);
		if (ret)
			return ret;
	}
	if (!f->src.width || !f->src.height)
		return source_error(err, -EINVAL, "%s: the header gives no %s", f->name,
				    f->src.width ? "height" : "width");
	if (f->src.width % 2 || (f->chroma->yshift && f->src.height % 2))
		return source_error(err, -EINVAL, "%s: %ux%u: a camera sends pairs of pixels%s",
				    f->name, f->src.width, f->src.height,
				    f->src.width % 2 ? "" : " and 4:2:0 needs pairs of lines");
	f->luma_size = (size_t)f->src.width * f->src.height;
	if (!f->chroma->mono)
		f->chroma_size = (size_t)(f->src.width >> f->chroma->xshift) *
				 (f->src.height >> f->chroma->yshift);
	f->frame_size = f->luma_size + 2 * f->chroma_size;
	return 0;
}

static int add_frame(struct y4m *f, off_t at, struct armdma_error *err)
{
	if (f->src.nr_frames == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 64;
		off_t *o = realloc(f->offsets, cap * sizeof(*o));

		if (!o)
			return source_error(err, -ENOMEM, "%s: out of host memory", f->name);
		f->offsets = o;
		f->cap = cap;
	}
	f->offsets[f->src.nr_frames++] = at;
	return 0;
}

static int index_frames(struct y4m *f, off_t size, struct armdma_error *err)
{
	char line[MAX_HEADER];
	int ret;

	while ((ret = read_line(f->file, line, sizeof(line))) != -ENODATA) {
		uint64_t n = f->src.nr_frames;
		off_t at;

		if (ret < 0 || strncmp(line, "FRAME", 5) || (line[5] && line[5] != ' '))
			return source_error(err, -EINVAL,
					    "%s: frame %" PRIu64 " does not begin with FRAME", f->name,
					    n);
		at = ftello(f->file);
		if (at < 0 || (uint64_t)(size - at) < f->frame_size)
			return source_error(err, -EINVAL,
					    "%s: ends early: frame %" PRIu64 " has %lld of %zu bytes",
					    f->name, n, (long long)(size - at), f->frame_size);
		ret = add_frame(f, at, err);
		if (ret)
			return ret;
		if (fseeko(f->file, (off_t)f->frame_size, SEEK_CUR))
			return source_error(err, -EIO, "%s: frame %" PRIu64 ": %s", f->name, n,
					    strerror(errno));
	}
	if (ferror(f->file))
		return source_error(err, -EIO, "%s: cannot be read", f->name);
	if (!f->src.nr_frames)
		return source_error(err, -EINVAL, "%s: has no frame", f->name);
	return 0;
}

static int open_file(struct y4m *f, const char *path, off_t *size, struct armdma_error *err)
{
	struct stat st;
	int code;

	f->file = fopen(path, "rb");
	if (!f->file || fstat(fileno(f->file), &st)) {
		code = errno == ENOENT ? -ENOENT : -EIO;
		return source_error(err, code, "%s: %s", f->name, strerror(errno));
	}
	if (!S_ISREG(st.st_mode))
		return source_error(err, -EINVAL, "%s: not a regular file", f->name);
	*size = st.st_size;
	return 0;
}

int y4m_open(const char *path, struct frame_source **src, struct armdma_error *err)
{
	struct y4m *f = calloc(1, sizeof(*f));
	size_t len = strlen(path);
	off_t size = 0;
	int ret;

	if (!f)
		return source_error(err, -ENOMEM, "out of host memory");
	f->src.ops = &y4m_ops;
	/* The end of a path says more than its beginning. */
	snprintf(f->name, sizeof(f->name), "%s",
		 len < sizeof(f->name) ? path : path + len - (sizeof(f->name) - 1));
	ret = open_file(f, path, &size, err);
	if (!ret)
		ret = parse_header(f, err);
	if (!ret)
		ret = index_frames(f, size, err);
	if (!ret) {
		f->data = malloc(f->frame_size);
		if (!f->data)
			ret = source_error(err, -ENOMEM, "%s: out of host memory", f->name);
	}
	if (ret) {
		y4m_destroy(&f->src);
		return ret;
	}
	*src = &f->src;
	return 0;
}
