/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capture engine: one frame from vsync to its interrupt.
 *
 * A line of the sensor is in a line buffer when it has arrived, and flows from there through the FIFOs
 * while the next one comes in. So each line is handed to the bus in one transfer a plane, and what
 * is left to check is that the bus keeps pace: bytes that have flowed (evenly over a line time)
 * minus bytes that the bus has taken may never exceed the FIFO. The check is an event at the
 * earliest moment at which that could happen; on a healthy bus it finds nothing left to do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"
#include "sim/devices/sensor_internal.h"

#define BURST_BEATS 8	/* 64 bytes on the 64-bit bus */

static void frame_end(struct fimc *f);

/* ---- FIFO -------------------------------------------------------------- */

static struct fimc_slot *slot_at(const struct fimc_plane *p, uint32_t i)
{
	return &p->slots[(p->first + i) % p->nr_slots];
}

/* Bytes handed to the bus and not yet taken by it. */
static uint64_t pending(const struct fimc_plane *p)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct bus_xfer *x = &slot_at(p, i)->x;

		n += x->len - x->pos;
	}
	return n;
}

static bool all_done(const struct fimc *f)
{
	for (uint32_t i = 0; i < FIMC_PLANES; i++)
		if (f->planes[i].count)
			return false;
	return true;
}

static void line_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct fimc *f = x->ctx;
	struct fimc_slot *slot = (struct fimc_slot *)x;
	struct fimc_plane *p = &f->planes[slot->plane];

	p->first = (p->first + 1) % p->nr_slots;
	p->count--;
	if (resp != ARMDMA_RESP_OKAY && !f->bus_error) {
		/* The unit has no register for it: the data is lost in silence. */
		f->bus_error = true;
		armdma_hw_log(f->dev.hw, "%s: bus error writing 0x%llx", f->dev.name,
			      (unsigned long long)(x->addr + x->pos));
	}
	if (f->active && f->drained && all_done(f))
		frame_end(f);
}

static void overflow(struct fimc *f, uint32_t plane)
{
	static const uint32_t bits[FIMC_PLANES] = {
		ARMDMA_FIMC_CISTATUS_OVFIY, ARMDMA_FIMC_CISTATUS_OVFICB, ARMDMA_FIMC_CISTATUS_OVFICR,
	};
	uint32_t irqs = ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE | ARMDMA_FIMC_CIGCTRL_IRQ_OVFEN;

	f->status |= bits[plane];
	if (!f->overflowed)
		f->overflows++;
	f->overflowed = true;
	if ((fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & irqs) == irqs)
		fimc_raise(f);
}

/* Keep what is in the FIFO, the oldest bytes; what has not got in, of this line, is lost. */
static void cut(struct fimc *f, struct fimc_plane *p)
{
	uint64_t room = ARMDMA_FIMC_FIFO;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < p->count; i++) {
		struct bus_xfer *x = &slot_at(p, i)->x;
		uint64_t left = x->len - x->pos;

		if (left && !room) {
			bus_withdraw(f->master, x);
			continue;
		}
		if (left > room) {
			left = room;
			x->len = x->pos + (size_t)left;	/* not started yet: may shrink */
		}
		room -= left;
		kept = i + 1;
	}
	p->count = kept;
}

/*
 * When will the plane overflow if the bus takes nothing from now on? Cycles since the batch began;
 * UINT64_MAX: never.
 */
static uint64_t deadline(const struct fimc *f, const struct fimc_plane *p)
{
	uint64_t left = pending(p), in_fifo = left > p->batch ? left - p->batch : 0;
	uint64_t taken = p->batch + in_fifo - left;

	/* flowed(t) - taken + in_fifo > FIFO, with flowed(t) = batch * t / cycles */
	if (left <= ARMDMA_FIMC_FIFO || !p->batch)
		return UINT64_MAX;
	if (in_fifo > ARMDMA_FIMC_FIFO)
		return 0;
	return (ARMDMA_FIMC_FIFO + 1 - in_fifo + taken) * f->batch_cycles / p->batch;
}

static void watch(struct clock_event *ev)
{
	struct fimc *f = (struct fimc *)((char *)ev - offsetof(struct fimc, watch));
	uint64_t now = f->dev.hw->clk.now, since = now - f->batch_start, next = UINT64_MAX;

	for (uint32_t i = 0; i < f->shape.nr_planes; i++) {
		struct fimc_plane *p = &f->planes[i];
		uint64_t t = deadline(f, p);

		if (t <= since) {
			overflow(f, i);
			cut(f, p);
		} else if (t < next) {
			next = t;
		}
	}
	if (next != UINT64_MAX)
		clock_schedule(f->dev.hw, &f->watch, next - since);
}

/* ---- Lines ------------------------------------------------------------- */

uint32_t fimc_plane_row(const struct fimc_shape *g, const struct fimc_plane_shape *p, uint32_t line)
{
	uint32_t row = line / p->every;

	return g->flip_y ? g->th / p->every - 1 - row : row;
}

static void send(struct fimc *f, uint32_t plane, uint32_t line)
{
	const struct fimc_plane_shape *g = &f->shape.plane[plane];
	struct fimc_plane *p = &f->planes[plane];
	struct fimc_slot *slot;
	armdma_dma_t base = f->base[plane];

	/* More lines than a full FIFO can hold are waiting. */
	if (p->count == p->nr_slots) {
		overflow(f, plane);
		return;
	}
	if (fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_SHADOW_DISABLE)
		base = fimc_plane_address(f, plane, f->set);
	slot = slot_at(p, p->count++);
	slot->x.addr = base + (uint64_t)(g->voff + fimc_plane_row(&f->shape, g, line)) * g->pitch + g->hoff;
	slot->x.len = g->line;
	p->batch += g->line;
	bus_submit(f->master, &slot->x);
}

static void make_line(struct fimc *f, const uint8_t *packed, uint32_t line)
{
	const struct fimc_shape *g = &f->shape;
	uint8_t *out[FIMC_PLANES] = { NULL, NULL, NULL };

	for (uint32_t i = 0; i < g->nr_planes; i++) {
		const struct fimc_plane *p = &f->planes[i];

		if (line % g->plane[i].every)
			continue;
		out[i] = p->count < p->nr_slots ? slot_at(p, p->count)->buf :
						  p->storage + (size_t)p->nr_slots * g->plane[i].line;
	}
	g->format(g, packed, out);
	for (uint32_t i = 0; i < g->nr_planes; i++)
		if (out[i])
			send(f, i, line);
}

/* The sensor's line (within the window) that a line of the target is made from. */
static uint32_t source_line(const struct fimc *f, uint32_t line)
{
	return fimc_scale(line, f->shape.main_v, f->shape.pre_v);
}

static void schedule_line(struct fimc *f)
{
	uint64_t now = f->dev.hw->clk.now, when;

	when = sensor_line_time(f->sensor, f->shape.top + source_line(f, f->next_line));
	clock_schedule(f->dev.hw, &f->line, when > now ? when - now : 0);
}

static void start_watch(struct fimc *f)
{
	uint64_t next = UINT64_MAX;

	for (uint32_t i = 0; i < f->shape.nr_planes; i++) {
		uint64_t t = deadline(f, &f->planes[i]);

		if (t < next)
			next = t;
	}
	if (next != UINT64_MAX)
		clock_schedule(f->dev.hw, &f->watch, next);
}

/* A line that is needed has arrived. */
static void line_event(struct clock_event *ev)
{
	struct fimc *f = (struct fimc *)((char *)ev - offsetof(struct fimc, line));
	const struct fimc_shape *g = &f->shape;
	uint32_t from = source_line(f, f->next_line);
	const uint8_t *packed = f->packed + 2 * (size_t)g->left;

	if (sensor_line(f->sensor, f->frame, g->top + from, f->packed)) {
		fimc_abort_frame(f);
		return;
	}
	if (!g->plain) {
		fimc_resample(g, f->xmap, f->packed, f->scaled);
		packed = f->scaled;
	}
	f->batch_start = f->dev.hw->clk.now;
	f->batch_cycles = sensor_line_cycles(f->sensor);
	for (uint32_t i = 0; i < g->nr_planes; i++)
		f->planes[i].batch = 0;
	while (f->next_line < g->th && source_line(f, f->next_line) == from)
		make_line(f, packed, f->next_line++);
	start_watch(f);
	if (f->next_line < g->th) {
		schedule_line(f);
		return;
	}
	f->drained = true;
	if (all_done(f))
		frame_end(f);
}

/* ---- Buffers ----------------------------------------------------------- */

void fimc_free_buffers(struct fimc *f)
{
	for (uint32_t i = 0; i < FIMC_PLANES; i++) {
		struct fimc_plane *p = &f->planes[i];

		free(p->slots);
		free(p->storage);
		*p = (struct fimc_plane){ 0 };
	}
	free(f->packed);
	free(f->scaled);
	free(f->xmap);
	f->packed = f->scaled = NULL;
	f->xmap = NULL;
	f->buffers_valid = false;
}

static bool alloc_plane(struct fimc *f, uint32_t plane)
{
	struct fimc_plane *p = &f->planes[plane];
	uint32_t line = f->shape.plane[plane].line;

	/* All lines that share the FIFO, and as many as one line of the sensor becomes when scaled up. */
	p->nr_slots = ARMDMA_FIMC_FIFO / line + 2 +
		      (ARMDMA_FIMC_RATIO_1_1 + f->shape.main_v - 1) / f->shape.main_v;
	p->slots = calloc(p->nr_slots, sizeof(*p->slots));
	p->storage = malloc((size_t)(p->nr_slots + 1) * line);
	if (!p->slots || !p->storage)
		return false;
	for (uint32_t i = 0; i < p->nr_slots; i++) {
		struct fimc_slot *s = &p->slots[i];

		s->plane = plane;
		s->buf = p->storage + (size_t)i * line;
		s->x = (struct bus_xfer){
			.buf = s->buf, .write = true, .burst_beats = BURST_BEATS, .id = (uint16_t)plane,
			.done = line_done, .ctx = f,
		};
	}
	return true;
}

static bool alloc_buffers(struct fimc *f)
{
	const struct fimc_shape *g = &f->shape;

	fimc_free_buffers(f);
	f->packed = malloc(2 * (size_t)f->sensor->width);
	f->scaled = malloc(2 * (size_t)g->tw);
	f->xmap = malloc(sizeof(*f->xmap) * (g->tw + g->tw / 2));
	if (!f->packed || !f->scaled || !f->xmap)
		return false;
	f->packed_width = f->sensor->width;
	for (uint32_t i = 0; i < g->nr_planes; i++)
		if (!alloc_plane(f, i))
			return false;
	fimc_fill_map(g, f->xmap);
	f->buffers_valid = true;
	return true;
}

/* ---- Frames ------------------------------------------------------------ */

static void drop_transfers(struct fimc *f)
{
	bus_master_reset(f->master);
	for (uint32_t i = 0; i < FIMC_PLANES; i++)
		f->planes[i].count = 0;
}

void fimc_abort_frame(struct fimc *f)
{
	clock_cancel(f->dev.hw, &f->line);
	clock_cancel(f->dev.hw, &f->watch);
	drop_transfers(f);
	fimc_m2m_abort(f);
	f->active = false;
}

static void emit_frame(struct fimc *f)
{
	struct armdma_events *evs = &f->dev.hw->ev.pub;
	struct armdma_event ev = {
		.type = ARMDMA_EV_FRAME,
		.who = f->dev.name,
		.addr = f->frame,
		.value = f->set + 1,
		.result = f->overflowed ? -EOVERFLOW : f->bus_error ? -EIO : 0,
	};

	if (armdma_event_on(evs, ARMDMA_EV_FRAME))
		armdma_event_emit(evs, &ev);
}

void fimc_frame_ends(struct fimc *f)
{
	uint32_t ctrl = fimc_reg(f, ARMDMA_FIMC_CIGCTRL);

	f->previous = f->set + 1;
	f->status |= ARMDMA_FIMC_CISTATUS_FRAME_END;
	f->frames++;
	if (!f->overflowed && !f->bus_error)
		f->captured[f->set] = f->frame + 1;
	emit_frame(f);
	if ((ctrl & ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE) && !(ctrl & ARMDMA_FIMC_CIGCTRL_IRQ_END_DISABLE))
		fimc_raise(f);
}

static void frame_end(struct fimc *f)
{
	clock_cancel(f->dev.hw, &f->watch);
	f->active = false;
	fimc_frame_ends(f);
}

/* The bus did not let the frame end before the next one begins. */
static void force_end(struct fimc *f)
{
	clock_cancel(f->dev.hw, &f->line);
	for (uint32_t i = 0; i < f->shape.nr_planes; i++)
		if (f->planes[i].count)
			overflow(f, i);
	frame_end(f);
}

static int next_set(const struct fimc *f)
{
	uint32_t ring = fimc_reg(f, ARMDMA_FIMC_CIFCNTSEQ);

	for (uint32_t i = 1; i <= ARMDMA_FIMC_NR_SETS; i++) {
		uint32_t set = (uint32_t)(f->last_set + (int)i) % ARMDMA_FIMC_NR_SETS;

		if (ring >> set & 1)
			return (int)set;
	}
	return -1;
}

void fimc_complain(struct fimc *f, const char *why)
{
	if (!f->complained)
		armdma_hw_log(f->dev.hw, "%s: no frame: %s", f->dev.name, why);
	f->complained = true;
}

/* Latch the shape of the next frame and have buffers for it. */
static bool latch(struct fimc *f)
{
	struct fimc_shape g;
	char why[200];

	if (!fimc_read_shape(f, &g, why, sizeof(why))) {
		fimc_complain(f, why);
		return false;
	}
	if (f->buffers_valid && f->packed_width == f->sensor->width &&
	    !memcmp(&g, &f->shape, sizeof(g)))
		return true;
	/* Remains of the last frame cannot outlive its buffers. */
	drop_transfers(f);
	memcpy(&f->shape, &g, sizeof(g));
	if (alloc_buffers(f))
		return true;
	fimc_free_buffers(f);
	fimc_complain(f, "out of host memory");
	return false;
}

bool fimc_frame_begins(struct fimc *f)
{
	int set = next_set(f);

	if (set < 0) {
		fimc_complain(f, "CIFCNTSEQ is 0: no output address set");
		return false;
	}
	f->set = (uint32_t)set;
	f->last_set = set;
	f->present = f->set + 1;
	f->captured[f->set] = 0;
	f->started++;
	f->status &= ~ARMDMA_FIMC_CISTATUS_FRAME_END;
	f->overflowed = f->bus_error = false;
	return true;
}

static void start_frame(struct fimc *f)
{
	if (!latch(f) || !fimc_frame_begins(f))
		return;
	for (uint32_t i = 0; i < f->shape.nr_planes; i++)
		f->base[i] = fimc_plane_address(f, i, f->set);
	f->frame = sensor_frame(f->sensor);
	f->next_line = 0;
	f->active = true;
	f->drained = false;
	schedule_line(f);
}

void fimc_vsync(struct fimc *f)
{
	uint32_t cpt = fimc_reg(f, ARMDMA_FIMC_CIIMGCPT);

	if (f->active)
		force_end(f);
	if (f->last_irq) {
		f->last_irq = false;
		f->status |= ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END;
		if (fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE)
			fimc_raise(f);
	}
	if (!(cpt & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN) || fimc_m2m_busy(f) ||
	    (fimc_reg(f, ARMDMA_FIMC_MSCTRL) & ARMDMA_FIMC_MSCTRL_INPUT_MEMORY))
		return;
	f->sequence++;
	if ((cpt & ARMDMA_FIMC_CIIMGCPT_CPT_FREN) &&
	    !(fimc_reg(f, ARMDMA_FIMC_CICPTSEQ) >> ((f->sequence - 1) % 32) & 1))
		return;
	start_frame(f);
}

void fimc_capture_init(struct fimc *f)
{
	clock_event_init(&f->line, line_event);
	clock_event_init(&f->watch, watch);
}
