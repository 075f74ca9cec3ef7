/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a sensor's pictures come from: a generated test card, or a file. */
#ifndef SIM_DEVICES_SOURCE_H
#define SIM_DEVICES_SOURCE_H

#include <armdma/types.h>

struct frame_source;

struct frame_source_ops {
	/* Line y of a frame as packed Y Cb Y Cr, 2 * width bytes. Returns 0 or negative errno. */
	int (*line)(struct frame_source *src, uint64_t frame, uint32_t y, uint8_t *packed);
	/*
	 * The same, one pixel at a time and by the definition of the source: Y, and Cb, Cr of the
	 * pair x belongs to.
	 */
	int (*pixel)(struct frame_source *src, uint64_t frame, uint32_t x, uint32_t y,
		     uint8_t ycc[3]);
	void (*destroy)(struct frame_source *src);
};

struct frame_source {
	const struct frame_source_ops *ops;
	uint32_t width, height;		/* pixels, width even */
	uint32_t fps, fps_den;		/* 0: does not say */
	uint64_t nr_frames;		/* 0: no end */
};

/* Returns 0 and *src, or negative errno with *err. */
int pattern_open(uint32_t width, uint32_t height, uint64_t seed, struct frame_source **src,
		 struct armdma_error *err);
int y4m_open(const char *path, struct frame_source **src, struct armdma_error *err);

/* Format *err (may be NULL) and return code. */
int source_error(struct armdma_error *err, int code, const char *fmt, ...) ARMDMA_PRINTF(3, 4);

#endif
