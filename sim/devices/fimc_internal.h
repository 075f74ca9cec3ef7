/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The camera interface, as its files share it: fimc.c has the registers, fimc_config.c turns them
 * into the shape of a frame, fimc_format.c makes lines of memory out of lines of camera,
 * fimc_capture.c moves them. fimc_input.c makes lines of camera out of lines of memory, and
 * fimc_m2m.c moves those, with fimc_rotate.c.
 */
#ifndef SIM_DEVICES_FIMC_INTERNAL_H
#define SIM_DEVICES_FIMC_INTERNAL_H

#include <armdma/fimc.h>

#include "sim/bus/bus.h"
#include "sim/devices/devices.h"

struct sensor;

#define FIMC_NR_REGS 256u	/* words of register storage */
#define FIMC_PLANES 3u
#define FIMC_MAX_UPSCALE 16u

/* Factors of the colour conversion, armdma/fimc.h. */
struct fimc_csc {
	int y0, yk, rv, gu, gv, bu;
};

struct fimc_shape;
/*
 * Make one line of each plane out of a packed Y Cb Y Cr line of the target's width. out[1] and
 * out[2] are NULL on lines whose chroma is not sent.
 */
typedef void (*fimc_format_fn)(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);

/* One output plane of a frame. */
struct fimc_plane_shape {
	uint32_t line;		/* bytes of a line */
	uint32_t pitch;		/* bytes from line to line */
	uint32_t hoff, voff;	/* offset into the full image: bytes, lines of this plane */
	uint32_t every;		/* a line of this plane for every n lines of the picture */
	uint32_t bpp;		/* bytes of a sample (a pair of two-plane chroma, a pixel) */
};

/* All that shapes a frame, latched at vsync. */
struct fimc_shape {
	uint32_t left, top, sw, sh;		/* window in the sensor's picture */
	uint32_t tw, th;			/* target */
	uint32_t pre_h, main_h, pre_v, main_v;
	uint32_t order_in;			/* CISRCFMT byte order, 0..3 */
	uint32_t order_out;			/* packed or two-plane order */
	uint32_t flip_x, flip_y;
	uint32_t rotate;			/* clockwise, memory to memory only */
	uint32_t plain;				/* packed lines can be used as they come */
	uint32_t alpha;
	uint32_t nr_planes;
	struct fimc_plane_shape plane[FIMC_PLANES];
	fimc_format_fn format;
	const struct fimc_csc *csc;
};

/* Factors from RGB, armdma/fimc.h: to Y, Cb, Cr from R, G, B. */
struct fimc_r2y {
	int y0, k[3][3];
};

struct fimc_source;
/* Make a packed Y Cb Y Cr line (in the shape's input order) out of one line of each plane. */
typedef void (*fimc_unpack_fn)(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed);

/* The picture in memory that is read. */
struct fimc_source {
	uint32_t width, height;		/* of what is read */
	uint32_t nr_planes;
	struct fimc_plane_shape plane[FIMC_PLANES];
	uint32_t order;			/* two-plane order */
	uint32_t rgb;			/* CISCCTRL input RGB */
	uint32_t flip_x, flip_y;
	fimc_unpack_fn unpack;
	const struct fimc_r2y *r2y;
};

struct fimc;

/* A line under way: in the FIFO, or still flowing into it. */
struct fimc_slot {
	struct bus_xfer x;
	uint32_t plane;
	bool busy;
	uint8_t *buf;
};

/* One output plane with its FIFO: slots in use are [first, first + count), oldest first. */
struct fimc_plane {
	struct fimc_slot *slots;
	uint8_t *storage;	/* nr_slots lines, and one to throw away */
	uint32_t nr_slots, first, count;
	uint64_t batch;		/* bytes that the current line of the sensor adds */
};

struct fimc {
	struct sim_device dev;
	struct bus_master *master;
	uint32_t irq;
	bool irq_high;		/* our level of the line */
	bool irq_pending;	/* latched until IRQ_CLR */
	struct clock_event pulse;
	uint32_t regs[FIMC_NR_REGS];
	uint32_t status;	/* latched bits of CISTATUS */
	bool complained;	/* about the registers as they are */

	struct sensor *sensor;

	/* ring */
	int last_set;		/* -1: none yet */
	uint32_t present, previous;
	uint64_t started;	/* frames since reset */
	uint64_t sequence;	/* vsyncs since capture was switched on */
	bool last_irq;		/* one more interrupt at the next vsync */

	/* the frame under way */
	bool active;
	bool drained;		/* all lines have been sent off */
	bool overflowed, bus_error;
	uint64_t frame;		/* the sensor's number */
	struct fimc_shape shape;
	armdma_dma_t base[FIMC_PLANES];
	uint32_t set;
	uint32_t next_line;	/* of the target, in the order in which they are made */
	uint64_t batch_start, batch_cycles;
	struct clock_event line, watch;
	struct fimc_plane planes[FIMC_PLANES];
	uint8_t *packed, *scaled;
	uint16_t *xmap;		/* source column of each target column, then source pair of each target pair */
	uint32_t packed_width;	/* pixels that `packed` holds */
	bool buffers_valid;	/* buffers and xmap fit shape */

	struct fimc_m2m *m2m;

	uint64_t captured[ARMDMA_FIMC_NR_SETS];	/* frame number + 1 */
	uint64_t frames, overflows;
};

static inline uint32_t fimc_reg(const struct fimc *f, uint32_t offset)
{
	return f->regs[offset / 4];
}

struct fimc *fimc_find(const struct armdma_hw *hw, const char *name);

/* fimc_config.c: read the registers for the next frame. False: cannot be honoured, `why` says what. */
bool fimc_read_shape(const struct fimc *f, struct fimc_shape *g, char *why, size_t size);
/* The same for memory to memory. */
bool fimc_read_m2m_shape(const struct fimc *f, struct fimc_source *src, struct fimc_shape *g, char *why, size_t size);
armdma_dma_t fimc_plane_address(const struct fimc *f, uint32_t plane, uint32_t set);

/* fimc_format.c */
const struct fimc_csc *fimc_csc(bool bt709, bool wide);
void fimc_to_2plane(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_3plane(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_packed(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_rgb16(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_argb1555(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_argb4444(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_rgb666(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
void fimc_to_rgb32(const struct fimc_shape *g, const uint8_t *packed, uint8_t *const *out);
/* Source column of target column i, within the window. */
uint32_t fimc_scale(uint32_t i, uint32_t main_ratio, uint32_t pre_ratio);
void fimc_fill_map(const struct fimc_shape *g, uint16_t *xmap);
/* Crop, scale, mirror and reorder one line: dst is Y Cb Y Cr of the target's width. */
void fimc_resample(const struct fimc_shape *g, const uint16_t *xmap, const uint8_t *src, uint8_t *dst);

/* fimc_input.c */
const struct fimc_r2y *fimc_r2y(bool bt709, bool wide);
void fimc_from_packed(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed);
void fimc_from_2plane(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed);
void fimc_from_3plane(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed);
void fimc_from_rgb(const struct fimc_source *src, uint8_t *const *raw, uint8_t *packed);
/* Mirror a packed line of any order. */
void fimc_mirror(uint8_t *packed, uint32_t width, bool chroma_first);

/* fimc_m2m.c */
int fimc_m2m_create(struct fimc *f);
void fimc_m2m_destroy(struct fimc *f);
void fimc_m2m_start(struct fimc *f);
void fimc_m2m_stop(struct fimc *f);		/* after the line under way */
void fimc_m2m_abort(struct fimc *f);		/* at once, with all transfers */
bool fimc_m2m_busy(const struct fimc *f);
/* One of the three input addresses, or the bit that holds them, was written. */
void fimc_m2m_address(struct fimc *f);

/* fimc_rotate.c: columns of 16 lines at a time. */
#define FIMC_ROTATE_LINES 16u
struct fimc_rotator;
struct fimc_rotator *fimc_rotator_create(struct fimc *f, const struct fimc_shape *g, void (*idle)(struct fimc *f));
void fimc_rotator_free(struct fimc_rotator *r);
/* The lines of the block that line `line` of the target belongs to, to be filled; out[] as fimc_format_fn takes it. */
void fimc_rotator_line(struct fimc_rotator *r, uint32_t line, uint8_t **out);
/* Send the block that ends with `line`; idle() is called when all of it is in memory. */
void fimc_rotator_send(struct fimc_rotator *r, uint32_t line, const armdma_dma_t *base);
bool fimc_rotator_busy(const struct fimc_rotator *r);
bool fimc_rotator_failed(const struct fimc_rotator *r);

/* fimc_capture.c */
/* The row of a plane in which a line of the target comes to lie, before rotation. */
uint32_t fimc_plane_row(const struct fimc_shape *g, const struct fimc_plane_shape *p, uint32_t line);
/* Choose the next address set of the ring and begin a frame in it: indices, status, count. False: told on the console. */
bool fimc_frame_begins(struct fimc *f);
void fimc_frame_ends(struct fimc *f);
void fimc_complain(struct fimc *f, const char *why);
void fimc_capture_init(struct fimc *f);
void fimc_vsync(struct fimc *f);		/* the sensor begins a frame */
void fimc_abort_frame(struct fimc *f);		/* drop it and all transfers, no interrupt */
void fimc_free_buffers(struct fimc *f);

/* fimc.c: latch an interrupt of a kind that the caller found enabled. */
void fimc_raise(struct fimc *f);

#endif
