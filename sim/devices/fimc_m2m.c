/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory to memory: lines are read on one channel of the bus, and written on the other.
 *
 * A row of the source is in `raw` when its planes have arrived, in `packed` when it is worked on; while the lines of the target
 * that it gives are made and written, the next row that is needed is read. Two lines of the target may be on their way out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"

#define READ_BEATS 16
#define WRITE_BEATS 8
#define READ_IDS 4u		/* AxID of plane 0 of the input (assumed) */
#define GROUPS 2u		/* lines of the target on their way out */
#define NONE UINT32_MAX

struct read {
	struct bus_xfer x;	/* first: what done() gets is the read */
	uint32_t plane;
};

/* One line of the target. */
struct group {
	struct fimc_m2m *m;
	struct bus_xfer x[FIMC_PLANES];
	uint8_t *buf[FIMC_PLANES];
	uint32_t pending;
};

struct fimc_m2m {
	struct fimc *f;
	struct clock_event pace;
	bool busy, stopping;
	struct fimc_source src;
	struct fimc_shape shape;
	armdma_dma_t latched[FIMC_PLANES];	/* input addresses that the next frame uses */
	armdma_dma_t in[FIMC_PLANES], out[FIMC_PLANES];
	uint8_t *raw[FIMC_PLANES], *packed, *scaled;
	uint16_t *xmap;
	struct read reads[FIMC_PLANES];
	uint32_t reading;			/* planes that have not arrived */
	uint32_t raw_row[FIMC_PLANES];		/* row of each plane that is in raw */
	uint32_t arrived, current;		/* row of the source in raw, in packed */
	uint32_t next_line;			/* of the target */
	uint64_t ready_at;			/* when the pixels of the line before have been made */
	struct group groups[GROUPS];
	struct fimc_rotator *rot;
	uint64_t frames;
};

static void step(struct fimc_m2m *m);

bool fimc_m2m_busy(const struct fimc *f)
{
	return f->m2m->busy;
}

/* ---- Reading ----------------------------------------------------------- */

static void note_error(struct fimc_m2m *m, const struct bus_xfer *x, const char *what)
{
	if (!m->f->bus_error)
		armdma_hw_log(m->f->dev.hw, "%s: bus error %s 0x%llx", m->f->dev.name, what,
			      (unsigned long long)(x->addr + x->pos));
	m->f->bus_error = true;
}

static void read_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct fimc_m2m *m = x->ctx;

	if (resp != ARMDMA_RESP_OKAY) {
		note_error(m, x, "reading");
		memset(x->buf, 0, x->len);
	}
	m->reading--;
	step(m);
}

static uint32_t source_row(const struct fimc_m2m *m, uint32_t line)
{
	return fimc_scale(line, m->shape.main_v, m->shape.pre_v);
}

/* Ask for what raw does not have of a row: two rows of 4:2:0 share their chroma. */
static void start_read(struct fimc_m2m *m, uint32_t row)
{
	uint32_t in_memory = m->src.flip_y ? m->src.height - 1 - row : row;

	m->arrived = row;
	for (uint32_t i = 0; i < m->src.nr_planes; i++) {
		const struct fimc_plane_shape *p = &m->src.plane[i];
		uint32_t plane_row = in_memory / p->every;
		struct bus_xfer *x = &m->reads[i].x;

		if (m->raw_row[i] == plane_row)
			continue;
		m->raw_row[i] = plane_row;
		x->addr = m->in[i] + (uint64_t)(p->voff + plane_row) * p->pitch + p->hoff;
		x->len = p->line;
		m->reading++;
		bus_submit(m->f->master, x);
	}
}

/* The first row that comes after this one. */
static uint32_t row_after(const struct fimc_m2m *m, uint32_t row)
{
	for (uint32_t line = m->next_line; line < m->shape.th; line++)
		if (source_row(m, line) != row)
			return source_row(m, line);
	return NONE;
}

/* What has arrived is worked on, and the next row asked for. */
static void take_row(struct fimc_m2m *m)
{
	uint32_t next = row_after(m, m->arrived);

	m->src.unpack(&m->src, m->raw, m->packed);
	if (m->src.flip_x)
		fimc_mirror(m->packed, m->src.width, m->shape.order_in >= 2);
	m->current = m->arrived;
	if (next != NONE && !m->stopping)
		start_read(m, next);
}

/* ---- Writing ----------------------------------------------------------- */

static void write_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct group *gr = x->ctx;

	if (resp != ARMDMA_RESP_OKAY)
		note_error(gr->m, x, "writing");
	gr->pending--;
	step(gr->m);
}

static struct group *free_group(struct fimc_m2m *m)
{
	for (uint32_t i = 0; i < GROUPS; i++)
		if (!m->groups[i].pending)
			return &m->groups[i];
	return NULL;
}

static const uint8_t *resampled(struct fimc_m2m *m)
{
	if (m->shape.plain)
		return m->packed;
	fimc_resample(&m->shape, m->xmap, m->packed, m->scaled);
	return m->scaled;
}

static void write_line(struct fimc_m2m *m, struct group *gr, uint32_t line)
{
	const struct fimc_shape *g = &m->shape;
	uint8_t *out[FIMC_PLANES] = { NULL, NULL, NULL };

	for (uint32_t i = 0; i < g->nr_planes; i++)
		if (line % g->plane[i].every == 0)
			out[i] = gr->buf[i];
	g->format(g, resampled(m), out);
	for (uint32_t i = 0; i < g->nr_planes; i++) {
		const struct fimc_plane_shape *p = &g->plane[i];
		struct bus_xfer *x = &gr->x[i];

		if (!out[i])
			continue;
		x->addr = m->out[i] + (uint64_t)(p->voff + fimc_plane_row(g, p, line)) * p->pitch + p->hoff;
		x->len = p->line;
		gr->pending++;
		bus_submit(m->f->master, x);
	}
}

static void rotate_line(struct fimc_m2m *m, uint32_t line)
{
	uint8_t *out[FIMC_PLANES] = { NULL, NULL, NULL };

	fimc_rotator_line(m->rot, line, out);
	m->shape.format(&m->shape, resampled(m), out);
	if ((line + 1) % FIMC_ROTATE_LINES == 0 || line + 1 == m->shape.th)
		fimc_rotator_send(m->rot, line, m->out);
}

/* Make and send the next line of the target. False: there is no room for it yet. */
static bool make_line(struct fimc_m2m *m)
{
	struct group *gr;

	if (m->rot) {
		if (fimc_rotator_busy(m->rot))
			return false;
		rotate_line(m, m->next_line++);
	} else {
		gr = free_group(m);
		if (!gr)
			return false;
		write_line(m, gr, m->next_line++);
	}
	/* A pixel a cycle, read or written. */
	m->ready_at = m->f->dev.hw->clk.now + (m->shape.tw > m->src.width ? m->shape.tw : m->src.width);
	return true;
}

/* ---- A frame ----------------------------------------------------------- */

static bool all_quiet(const struct fimc_m2m *m)
{
	if (m->reading || (m->rot && fimc_rotator_busy(m->rot)))
		return false;
	for (uint32_t i = 0; i < GROUPS; i++)
		if (m->groups[i].pending)
			return false;
	return true;
}

static void finish(struct fimc_m2m *m)
{
	struct fimc *f = m->f;

	if (!all_quiet(m))
		return;
	m->busy = false;
	if (m->stopping)
		return;
	if (m->rot && fimc_rotator_failed(m->rot))
		f->bus_error = true;
	fimc_frame_ends(f);
}

/* Whatever can be done now. */
static void step(struct fimc_m2m *m)
{
	uint64_t now = m->f->dev.hw->clk.now;

	while (m->busy) {
		uint32_t row;

		if (m->stopping || (m->next_line == m->shape.th && now >= m->ready_at)) {
			finish(m);
			return;
		}
		if (m->next_line == m->shape.th) {
			clock_schedule(m->f->dev.hw, &m->pace, m->ready_at - now);
			return;
		}
		row = source_row(m, m->next_line);
		if (m->current == row) {
			if (now < m->ready_at) {
				clock_schedule(m->f->dev.hw, &m->pace, m->ready_at - now);
				return;
			}
			if (!make_line(m))
				return;
		} else if (m->reading) {
			return;
		} else if (m->arrived == row) {
			take_row(m);
		} else {
			start_read(m, row);
		}
	}
}

static void pace_event(struct clock_event *ev)
{
	step((struct fimc_m2m *)((char *)ev - offsetof(struct fimc_m2m, pace)));
}

static void rotator_idle(struct fimc *f)
{
	step(f->m2m);
}

/* ---- Buffers ----------------------------------------------------------- */

static void free_buffers(struct fimc_m2m *m)
{
	for (uint32_t i = 0; i < FIMC_PLANES; i++) {
		free(m->raw[i]);
		m->raw[i] = NULL;
		for (uint32_t k = 0; k < GROUPS; k++) {
			free(m->groups[k].buf[i]);
			m->groups[k].buf[i] = NULL;
		}
	}
	free(m->packed);
	free(m->scaled);
	free(m->xmap);
	m->packed = m->scaled = NULL;
	m->xmap = NULL;
	fimc_rotator_free(m->rot);
	m->rot = NULL;
}

static bool alloc_input(struct fimc_m2m *m)
{
	for (uint32_t i = 0; i < m->src.nr_planes; i++) {
		m->raw[i] = malloc(m->src.plane[i].line);
		if (!m->raw[i])
			return false;
		m->raw_row[i] = NONE;
		m->reads[i].plane = i;
		m->reads[i].x = (struct bus_xfer){
			.buf = m->raw[i], .burst_beats = READ_BEATS, .id = (uint16_t)(READ_IDS + i),
			.done = read_done, .ctx = m,
		};
	}
	return true;
}

static bool alloc_output(struct fimc_m2m *m)
{
	const struct fimc_shape *g = &m->shape;

	if (g->rotate) {
		m->rot = fimc_rotator_create(m->f, g, rotator_idle);
		return m->rot;
	}
	for (uint32_t k = 0; k < GROUPS; k++) {
		struct group *gr = &m->groups[k];

		gr->m = m;
		gr->pending = 0;
		for (uint32_t i = 0; i < g->nr_planes; i++) {
			gr->buf[i] = malloc(g->plane[i].line);
			if (!gr->buf[i])
				return false;
			gr->x[i] = (struct bus_xfer){
				.buf = gr->buf[i], .write = true, .burst_beats = WRITE_BEATS, .id = (uint16_t)i,
				.done = write_done, .ctx = gr,
			};
		}
	}
	return true;
}

static bool alloc_buffers(struct fimc_m2m *m)
{
	free_buffers(m);
	m->packed = malloc(2 * (size_t)m->src.width);
	m->scaled = malloc(2 * (size_t)m->shape.tw);
	m->xmap = malloc(sizeof(*m->xmap) * (m->shape.tw + m->shape.tw / 2));
	if (!m->packed || !m->scaled || !m->xmap || !alloc_input(m) || !alloc_output(m)) {
		free_buffers(m);
		return false;
	}
	fimc_fill_map(&m->shape, m->xmap);
	return true;
}

/* ---- Control ----------------------------------------------------------- */

void fimc_m2m_address(struct fimc *f)
{
	static const uint32_t regs[FIMC_PLANES] = { ARMDMA_FIMC_CIIYSA0, ARMDMA_FIMC_CIICBSA0, ARMDMA_FIMC_CIICRSA0 };

	if (fimc_reg(f, ARMDMA_FIMC_CIREAL_ISIZE) & ARMDMA_FIMC_CIREAL_ISIZE_ADDR_CH_DIS)
		return;
	for (uint32_t i = 0; i < FIMC_PLANES; i++)
		f->m2m->latched[i] = fimc_reg(f, regs[i]);
}

void fimc_m2m_start(struct fimc *f)
{
	struct fimc_m2m *m = f->m2m;
	char why[200];

	if (f->active) {
		fimc_complain(f, "MSCTRL: a frame of the camera is under way");
		return;
	}
	if (!fimc_read_m2m_shape(f, &m->src, &m->shape, why, sizeof(why))) {
		fimc_complain(f, why);
		return;
	}
	if (!alloc_buffers(m)) {
		fimc_complain(f, "out of host memory");
		return;
	}
	if (!fimc_frame_begins(f))
		return;
	f->frame = m->frames++;
	for (uint32_t i = 0; i < FIMC_PLANES; i++) {
		m->in[i] = m->latched[i];
		m->out[i] = fimc_plane_address(f, i, f->set);
	}
	m->arrived = m->current = NONE;
	m->next_line = 0;
	m->ready_at = f->dev.hw->clk.now;
	m->stopping = false;
	m->reading = 0;
	m->busy = true;
	step(m);
}

void fimc_m2m_stop(struct fimc *f)
{
	if (!f->m2m->busy)
		return;
	f->m2m->stopping = true;
	step(f->m2m);
}

/* The transfers themselves are dropped with all others of the master. */
void fimc_m2m_abort(struct fimc *f)
{
	struct fimc_m2m *m = f->m2m;

	clock_cancel(f->dev.hw, &m->pace);
	m->busy = m->stopping = false;
	m->reading = 0;
	for (uint32_t i = 0; i < GROUPS; i++)
		m->groups[i].pending = 0;
	fimc_rotator_free(m->rot);
	m->rot = NULL;
}

int fimc_m2m_create(struct fimc *f)
{
	f->m2m = calloc(1, sizeof(*f->m2m));
	if (!f->m2m)
		return -ENOMEM;
	f->m2m->f = f;
	clock_event_init(&f->m2m->pace, pace_event);
	return 0;
}

void fimc_m2m_destroy(struct fimc *f)
{
	if (!f->m2m)
		return;
	clock_cancel(f->dev.hw, &f->m2m->pace);
	free_buffers(f->m2m);
	free(f->m2m);
	f->m2m = NULL;
}
