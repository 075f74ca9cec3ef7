/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The output rotator: 16 lines of the target become 16 columns of the picture in memory.
 *
 * A line lies in a block buffer until the block is full; then each of its columns is one short line in memory, a burst of its
 * own: that is why rotation makes a TLB miss so often.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"

#define SLOTS 4u		/* outstanding writes */
#define MAX_BPP 4u
#define BURST_BEATS 8

struct slot {
	struct bus_xfer x;
	bool busy;
	uint8_t buf[FIMC_ROTATE_LINES * MAX_BPP];
};

struct fimc_rotator {
	struct fimc *f;
	const struct fimc_shape *g;
	void (*idle)(struct fimc *f);
	uint8_t *block[FIMC_PLANES];	/* lines of each plane, the first of the block first */
	armdma_dma_t base[FIMC_PLANES];
	uint32_t first, nr;		/* lines of the target that are being sent */
	uint32_t plane, column;		/* what is sent next */
	bool sending, failed;
	uint32_t outstanding;
	struct slot slots[SLOTS];
};

static void column_done(struct bus_xfer *x, enum armdma_bus_resp resp);

struct fimc_rotator *fimc_rotator_create(struct fimc *f, const struct fimc_shape *g, void (*idle)(struct fimc *f))
{
	struct fimc_rotator *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->f = f;
	r->g = g;
	r->idle = idle;
	for (uint32_t i = 0; i < g->nr_planes; i++) {
		r->block[i] = malloc((size_t)FIMC_ROTATE_LINES * g->plane[i].line);
		if (!r->block[i]) {
			fimc_rotator_free(r);
			return NULL;
		}
	}
	for (uint32_t i = 0; i < SLOTS; i++)
		r->slots[i].x = (struct bus_xfer){
			.buf = r->slots[i].buf, .write = true, .burst_beats = BURST_BEATS,
			.done = column_done, .ctx = r,
		};
	return r;
}

void fimc_rotator_free(struct fimc_rotator *r)
{
	if (!r)
		return;
	for (uint32_t i = 0; i < FIMC_PLANES; i++)
		free(r->block[i]);
	free(r);
}

bool fimc_rotator_busy(const struct fimc_rotator *r)
{
	return r->sending;
}

bool fimc_rotator_failed(const struct fimc_rotator *r)
{
	return r->failed;
}

void fimc_rotator_line(struct fimc_rotator *r, uint32_t line, uint8_t **out)
{
	uint32_t in_block = line % FIMC_ROTATE_LINES;

	for (uint32_t i = 0; i < r->g->nr_planes; i++) {
		const struct fimc_plane_shape *p = &r->g->plane[i];

		out[i] = line % p->every ? NULL : r->block[i] + (size_t)(in_block / p->every) * p->line;
	}
}

/*
 * The column of the block as bytes of one line in memory. Clockwise: the first line of the target is the rightmost
 * column; mirrored in Y, the leftmost.
 */
static size_t gather(const struct fimc_rotator *r, const struct fimc_plane_shape *p, uint32_t plane,
		     uint32_t column, uint8_t *buf, uint32_t *x)
{
	uint32_t first = r->first / p->every, n = (r->nr + p->every - 1) / p->every;
	uint32_t lines = r->g->th / p->every;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = r->g->flip_y ? i : n - 1 - i;

		memcpy(buf + (size_t)at * p->bpp,
		       r->block[plane] + (size_t)i * p->line + (size_t)column * p->bpp, p->bpp);
	}
	*x = r->g->flip_y ? first : lines - first - n;
	return (size_t)n * p->bpp;
}

static void send_column(struct fimc_rotator *r, struct slot *s)
{
	const struct fimc_plane_shape *p = &r->g->plane[r->plane];
	uint32_t x;

	s->x.len = gather(r, p, r->plane, r->column, s->buf, &x);
	s->x.addr = r->base[r->plane] + (uint64_t)(p->voff + r->column) * p->pitch + p->hoff + (uint64_t)x * p->bpp;
	s->x.id = (uint16_t)r->plane;
	s->busy = true;
	r->outstanding++;
	if (++r->column == p->line / p->bpp) {
		r->column = 0;
		r->plane++;
	}
	bus_submit(r->f->master, &s->x);
}

static void fill_slots(struct fimc_rotator *r)
{
	for (uint32_t i = 0; i < SLOTS && r->plane < r->g->nr_planes; i++)
		if (!r->slots[i].busy)
			send_column(r, &r->slots[i]);
}

static void column_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct fimc_rotator *r = x->ctx;

	((struct slot *)x)->busy = false;
	r->outstanding--;
	r->failed |= resp != ARMDMA_RESP_OKAY;
	fill_slots(r);
	if (r->outstanding)
		return;
	r->sending = false;
	r->idle(r->f);
}

void fimc_rotator_send(struct fimc_rotator *r, uint32_t line, const armdma_dma_t *base)
{
	r->nr = line % FIMC_ROTATE_LINES + 1;
	r->first = line + 1 - r->nr;
	r->plane = r->column = 0;
	memcpy(r->base, base, sizeof(r->base));
	r->sending = true;
	fill_slots(r);
}
