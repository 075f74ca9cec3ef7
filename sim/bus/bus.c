/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Masters and their transfers, burst by burst or many bursts at a time.
 *
 * A burst is translated, checked and moved at the instant at which it starts; its
 * master's channel is then busy until it ends. Between the start of a run of bursts and the next thing
 * due nobody can see or change anything, so all bursts that start in between are done in one go, and
 * time is set to where the last of them leaves the channel. Both ways give the same result.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "sim/bus/bus_internal.h"
#include "sim/lock.h"
#include "sim/memory/memory.h"

/* AXI: no burst crosses a 4 KiB boundary, so one translation a burst is enough. */
#define BURST_BOUNDARY 4096u
/* AXI3: AxLEN has four bits. */
#define MAX_BEATS 16u

/* Bursts that go out together: one translation, contiguous in both address spaces. */
struct bus_run {
	uint64_t bytes, bursts, cycles;
};

static struct bus_channel *channel_of(struct clock_event *ev)
{
	return (struct bus_channel *)((char *)ev - offsetof(struct bus_channel, ev));
}

static unsigned int full_beats(const struct bus_xfer *x)
{
	return x->burst_beats && x->burst_beats < MAX_BEATS ? x->burst_beats : MAX_BEATS;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Bytes of a burst at addr with `avail` bytes to go. An unaligned start makes the first beat a partial one. */
static uint32_t burst_bytes(const struct burst_shape *s, armdma_dma_t addr, uint64_t avail)
{
	uint32_t off = (uint32_t)addr & ((1u << s->beat_lg2) - 1);
	uint32_t to_boundary = BURST_BOUNDARY - ((uint32_t)addr & (BURST_BOUNDARY - 1));

	return (uint32_t)min_u64(avail, min_u64(to_boundary, s->full - off));
}

static unsigned int beats_of(const struct burst_shape *s, armdma_dma_t addr, uint32_t bytes)
{
	uint32_t beat = 1u << s->beat_lg2;

	return (((uint32_t)addr & (beat - 1)) + bytes + beat - 1) >> s->beat_lg2;
}

/* Full bursts only, none of which meets a page's end. */
static inline bool whole_bursts(const struct burst_shape *s, armdma_dma_t addr, uint64_t bytes)
{
	return s->full_lg2 && !((addr | bytes) & (s->full - 1));
}

/* Bursts in the part of [addr, addr+len) that lies in the page of addr. */
static uint64_t bursts_in(const struct burst_shape *s, uint64_t off_and_len)
{
	return (off_and_len + s->full - 1) >> s->full_lg2;
}

/*
 * All of [addr, addr+avail) at once, when bursts divide a page. From the second page on everything is
 * aligned.
 */
static void measure_all(const struct burst_shape *s, armdma_dma_t addr, uint64_t avail,
			uint32_t hit_cycles, uint64_t extra, struct bus_run *r)
{
	uint32_t beat_mask = (1u << s->beat_lg2) - 1;
	uint64_t off = addr & beat_mask;
	uint64_t in_first = min_u64(avail, BURST_BOUNDARY - (addr & (BURST_BOUNDARY - 1)));
	uint64_t rest = avail - in_first, beats;

	r->bytes = avail;
	r->bursts = bursts_in(s, off + in_first) + bursts_in(s, rest);
	beats = ((off + in_first + beat_mask) >> s->beat_lg2) + ((rest + beat_mask) >> s->beat_lg2);
	r->cycles = extra + r->bursts * (s->cost + hit_cycles) + beats * s->beat_cost;
}

/*
 * Count the bursts of [addr, addr+avail) that start before `limit`, the first of them, at `start`, in any
 * case; page by page.
 */
static void measure_part(const struct burst_shape *s, armdma_dma_t addr, uint64_t avail,
			 uint32_t hit_cycles, uint64_t extra, uint64_t start, uint64_t limit,
			 struct bus_run *r)
{
	uint32_t beat_mask = (1u << s->beat_lg2) - 1;
	uint64_t cost = (uint64_t)s->cost + hit_cycles;
	uint64_t full_cost = cost + (uint64_t)s->beats * s->beat_cost;

	*r = (struct bus_run){ 0 };
	while (r->bytes < avail) {
		uint32_t off = (uint32_t)addr & beat_mask;
		uint32_t room = (uint32_t)min_u64(avail - r->bytes,
						  BURST_BOUNDARY - (addr & (BURST_BOUNDARY - 1)));
		uint32_t bursts = (off + room + s->full - 1) / s->full;
		uint32_t beats = (off + room + beat_mask) >> s->beat_lg2;
		uint64_t t = start + r->cycles, last = extra + (bursts - 1) * full_cost;

		if (r->bursts && t >= limit)
			return;
		if (bursts > 1 && t + last >= limit) {
			uint64_t left = limit > t + extra ? limit - t - extra : 0;
			uint64_t n = left ? (left + full_cost - 1) / full_cost : 1;

			r->bytes += n * s->full - off;
			r->bursts += n;
			r->cycles += extra + n * full_cost;
			return;
		}
		r->bytes += room;
		r->bursts += bursts;
		r->cycles += extra + (uint64_t)bursts * cost + (uint64_t)beats * s->beat_cost;
		addr += room;
		extra = 0;
	}
}

/* The same with a closer look only where a burst may start after `limit`. */
__attribute__((noinline))
static struct bus_run measure(const struct burst_shape *s, armdma_dma_t addr, uint64_t avail,
			      const struct bus_translation *tr, uint64_t start, uint64_t limit)
{
	uint64_t extra = tr->cycles - tr->hit_cycles;
	struct bus_run r;

	if (s->full_lg2) {
		measure_all(s, addr, avail, tr->hit_cycles, extra, &r);
		if (start + r.cycles < limit)
			return r;
	}
	measure_part(s, addr, avail, tr->hit_cycles, extra, start, limit, &r);
	return r;
}

/* Full bursts of whole beats, the usual case. */
static inline struct bus_run measure_whole(const struct burst_shape *s, uint64_t avail,
					   const struct bus_translation *tr)
{
	uint64_t bursts = avail >> s->full_lg2;

	return (struct bus_run){
		.bytes = avail,
		.bursts = bursts,
		.cycles = tr->cycles - tr->hit_cycles + bursts * (s->cost + tr->hit_cycles) +
			  (avail >> s->beat_lg2) * s->beat_cost,
	};
}

__attribute__((noinline))
static void emit(struct bus_channel *ch, armdma_dma_t addr, armdma_phys_t pa, uint64_t len,
		 uint64_t cycles, enum armdma_bus_resp resp)
{
	struct armdma_event ev = {
		.type = ch->write ? ARMDMA_EV_BUS_WRITE : ARMDMA_EV_BUS_READ,
		.who = ch->master->name,
		.addr = addr,
		.pa = pa,
		.len = len,
		.value = cycles,
		.result = (int)resp,
	};

	armdma_event_emit(&ch->master->hw->ev.pub, &ev);
}

static inline bool watched(const struct bus_channel *ch)
{
	return armdma_event_on(&ch->master->hw->ev.pub,
			       ch->write ? ARMDMA_EV_BUS_WRITE : ARMDMA_EV_BUS_READ);
}

static inline void move(struct bus_channel *ch, struct bus_xfer *x, armdma_phys_t pa, size_t len)
{
	struct armdma_hw *hw = ch->master->hw;
	uint8_t *buf = (uint8_t *)x->buf + x->pos;

	if (ch->write) {
		if (ch->master->coherent)
			mem_write_coherent(hw, pa, buf, len);
		else
			mem_write(hw, pa, buf, len);
	} else {
		if (ch->master->coherent)
			mem_read_coherent(hw, pa, buf, len);
		else
			mem_read(hw, pa, buf, len);
	}
}

/* The burst at the head ends in an error: so does the transfer, when the burst is over. */
__attribute__((noinline))
static void fail(struct bus_channel *ch, const struct burst_shape *s, armdma_dma_t addr,
		 const struct bus_translation *tr, uint32_t bytes, enum armdma_bus_resp resp)
{
	uint64_t cycles = tr->cycles + s->cost + (uint64_t)beats_of(s, addr, bytes) * s->beat_cost;
	const struct bus_xfer *x = STAILQ_FIRST(&ch->queue);

	if (watched(ch))
		emit(ch, addr, tr->pa, bytes, cycles, resp);
	/* A read that the port ended brings zeros (assumed). */
	if (resp == ARMDMA_RESP_SLVERR && !ch->write)
		memset((uint8_t *)x->buf + x->pos, 0, bytes);
	if (resp == ARMDMA_RESP_DECERR)
		ch->decerr++;
	else
		ch->slverr++;
	ch->bursts++;
	ch->busy_until += cycles;
	ch->resp = resp;
	ch->ending = true;
}

static inline enum bus_verdict translate(struct bus_master *m, const struct bus_xfer *x,
					 armdma_dma_t addr, unsigned int beats, struct bus_translation *tr)
{
	if (m->port)
		return m->port->ops->translate(m->port, x, addr, beats, tr);
	tr->pa = addr;
	tr->span = m->addr_mask - addr + 1;
	if (!tr->span)
		tr->span = UINT64_MAX;
	tr->cycles = 0;
	tr->hit_cycles = 0;
	return BUS_GO;
}

static void set_shape(const struct bus_master *m, struct burst_shape *s, unsigned int beats)
{
	const struct armdma_costs *costs = &m->hw->cfg.costs;

	s->beats = beats;
	s->beat_lg2 = m->beat_lg2;
	s->full = beats << s->beat_lg2;
	s->full_lg2 = 0;
	if (!(s->full & (s->full - 1)) && s->full <= BURST_BOUNDARY)
		s->full_lg2 = (uint8_t)__builtin_ctz(s->full);
	s->beat_cost = costs->beat;
	s->cost = costs->burst;
	s->mem_beats = costs->mem_beats;
	s->mem_cycles = s->mem_beats ? (beats + s->mem_beats - 1) / s->mem_beats : 0;
}

static inline bool shape_fits(const struct bus_channel *ch, const struct bus_xfer *x)
{
	const struct armdma_costs *costs = &ch->master->hw->cfg.costs;
	const struct burst_shape *s = &ch->shape;

	return full_beats(x) == s->beats && costs->beat == s->beat_cost && costs->burst == s->cost &&
	       costs->mem_beats == s->mem_beats;
}

/* The port does not let the burst through. */
__attribute__((noinline))
static void refuse(struct bus_channel *ch, armdma_dma_t addr, uint32_t bytes,
		   enum bus_verdict verdict)
{
	struct bus_translation none = { 0 };

	if (verdict == BUS_HOLD)
		ch->held = true;
	else
		fail(ch, &ch->shape, addr, &none, bytes, ARMDMA_RESP_SLVERR);
}

/*
 * Some burst of the run meets no memory. One at a time finds which: it may be a unit's registers (a FIFO that
 * dma_map_resource() led to), else the default slave answers.
 */
__attribute__((noinline))
static bool move_elsewhere(struct bus_channel *ch, struct bus_xfer *x, armdma_dma_t addr, uint32_t first,
			   const struct bus_translation *tr, struct bus_run *run)
{
	struct armdma_hw *hw = ch->master->hw;
	uint64_t now = ch->busy_until;

	*run = measure(&ch->shape, addr, first, tr, now, now);
	if (mem_is_ram(hw, tr->pa, run->bytes)) {
		move(ch, x, tr->pa, run->bytes);
		return true;
	}
	if (mmio_by_master(hw, tr->pa, (uint8_t *)x->buf + x->pos, run->bytes, ch->write))
		return true;
	fail(ch, &ch->shape, addr, tr, first, ARMDMA_RESP_DECERR);
	return false;
}

/* The first burst of a run may have to wait until memory is free: as if its look-up took longer. */
static inline void ask_memory(struct bus_channel *ch, unsigned int beats, struct bus_translation *tr)
{
	const struct burst_shape *s = &ch->shape;
	struct armdma_hw *hw = ch->master->hw;
	uint64_t data = hw->clk.now + tr->cycles + s->cost;

	if (__builtin_expect(hw->bus->mem_until > data, 0))
		tr->cycles += (uint32_t)bus_wait_for_memory(hw->bus, data, bus_memory_cycles(s, beats));
}

/* Nobody else acts before a run's last burst starts: of all its bursts only that one can meet others. */
static inline void take_memory(struct bus_channel *ch, armdma_dma_t addr, const struct bus_run *run)
{
	const struct burst_shape *s = &ch->shape;
	struct armdma_hw *hw = ch->master->hw;
	armdma_dma_t last = addr + run->bytes - 1, start = addr & ~(armdma_dma_t)((1u << s->beat_lg2) - 1);
	uint64_t now = hw->clk.now;
	unsigned int beats;

	if (start < (last & ~(armdma_dma_t)(BURST_BOUNDARY - 1)))
		start = last & ~(armdma_dma_t)(BURST_BOUNDARY - 1);
	beats = (unsigned int)((s->full_lg2 ? (last - start) & (s->full - 1) : (last - start) % s->full) >> s->beat_lg2) + 1;
	bus_take_memory(hw->bus, now, now + run->cycles - (uint64_t)beats * s->beat_cost, bus_memory_cycles(s, beats));
}

/* Start the burst at the head's position now, and those of its span that start before `limit`. */
static inline void start_bursts(struct bus_channel *ch, struct bus_xfer *x, uint64_t limit)
{
	const struct burst_shape *s = &ch->shape;
	struct bus_master *m = ch->master;
	struct armdma_hw *hw = m->hw;
	uint64_t now = hw->clk.now, avail = x->len - x->pos;
	armdma_dma_t addr = (x->addr + x->pos) & m->addr_mask;
	bool whole = whole_bursts(s, addr, avail);
	uint32_t first = whole ? s->full : burst_bytes(s, addr, avail);
	struct bus_translation tr;
	enum bus_verdict verdict;
	struct bus_run run;

	ch->busy_until = now;
	verdict = translate(m, x, addr, whole ? s->beats : beats_of(s, addr, first), &tr);
	if (__builtin_expect(verdict != BUS_GO, 0)) {
		refuse(ch, addr, first, verdict);
		return;
	}
	avail = min_u64(avail, tr.span ? tr.span : first);
	if (s->mem_beats) {
		ask_memory(ch, whole ? s->beats : beats_of(s, addr, first), &tr);
		/* While others have slots to come, each burst has to look. */
		if (__builtin_expect(hw->bus->mem_until > now, 0))
			limit = now;
	}
	run = measure_whole(s, avail, &tr);
	if (__builtin_expect(!whole || avail & (s->full - 1) || now + run.cycles >= limit, 0))
		run = measure(s, addr, avail, &tr, now, limit);
	if (__builtin_expect(mem_is_ram(hw, tr.pa, run.bytes), 1))
		move(ch, x, tr.pa, run.bytes);
	else if (!move_elsewhere(ch, x, addr, first, &tr, &run))
		return;
	if (s->mem_beats)
		take_memory(ch, addr, &run);
	if (run.bursts > 1 && m->port)
		m->port->ops->repeat(m->port, x, run.bursts - 1);
	if (watched(ch))
		emit(ch, addr, tr.pa, run.bytes, run.cycles, ARMDMA_RESP_OKAY);
	ch->bursts += run.bursts;
	ch->bytes += run.bytes;
	ch->busy_until = now + run.cycles;
	x->pos += run.bytes;
	if (x->pos == x->len) {
		ch->resp = ARMDMA_RESP_OKAY;
		ch->ending = true;
	}
}

static void schedule_at(struct bus_channel *ch, uint64_t when)
{
	struct armdma_hw *hw = ch->master->hw;
	uint64_t now = hw->clk.now;

	clock_schedule(hw, &ch->ev, when > now ? when - now : 0);
}

static void finish(struct bus_channel *ch)
{
	struct bus_xfer *x = STAILQ_FIRST(&ch->queue);

	STAILQ_REMOVE_HEAD(&ch->queue, link);
	ch->ending = false;
	/* Before done(): it may wait for transfers of its own. */
	if (!STAILQ_EMPTY(&ch->queue))
		schedule_at(ch, 0);
	x->done(x, ch->resp);
}

/* A level interrupt that stays high is delivered after every event: then each burst has to be one. */
static bool irq_waits(const struct armdma_hw *hw)
{
	return hw->nr_pending && !hw->irq_depth && !hw->in_irq;
}

/* Go on with the head: one burst, or with `many` whatever can be done at once. */
static void run_channel(struct bus_channel *ch, bool many)
{
	struct armdma_hw *hw = ch->master->hw;
	struct bus_xfer *x = STAILQ_FIRST(&ch->queue);
	uint64_t limit = 0;

	if (!x)
		return;
	if (__builtin_expect(!shape_fits(ch, x), 0))
		set_shape(ch->master, &ch->shape, full_beats(x));
	if (many && !hw->cfg.burst_by_burst && !irq_waits(hw))
		limit = clock_next_due(hw);
	for (;;) {
		start_bursts(ch, x, limit);
		if (ch->held)
			return;
		if (ch->busy_until >= limit) {
			schedule_at(ch, ch->busy_until);
			return;
		}
		hw->clk.now = ch->busy_until;
		if (ch->ending) {
			finish(ch);
			return;
		}
	}
}

/*
 * Read and write addresses of one cycle reach the port together: when one of them is held, the other
 * must not come later just because software's interrupt handler runs in between.
 */
static void start_twin(struct bus_channel *ch)
{
	struct bus_channel *twin = &ch->master->ch[!ch->write];

	if (!clock_queued(&twin->ev) || twin->ev.when > ch->master->hw->clk.now || twin->ending)
		return;
	clock_cancel(ch->master->hw, &twin->ev);
	run_channel(twin, false);
}

static void channel_event(struct clock_event *ev)
{
	struct bus_channel *ch = channel_of(ev);

	if (ch->ending) {
		finish(ch);
		return;
	}
	run_channel(ch, true);
	if (ch->held)
		start_twin(ch);
}

__attribute__((noinline))
static void tell_truncation(const struct bus_master *m, const struct bus_xfer *x)
{
	struct armdma_event ev = {
		.type = ARMDMA_EV_BUS_TRUNCATED, .who = m->name, .addr = x->addr, .len = x->len,
		.value = x->addr & m->addr_mask
	};

	if (armdma_event_on(&m->hw->ev.pub, ARMDMA_EV_BUS_TRUNCATED))
		armdma_event_emit(&m->hw->ev.pub, &ev);
}

void bus_submit(struct bus_master *m, struct bus_xfer *x)
{
	struct bus_channel *ch = &m->ch[x->write];

	if (__builtin_expect(((x->addr | (x->addr + x->len - 1)) & ~m->addr_mask) != 0, 0))
		tell_truncation(m, x);
	x->pos = 0;
	x->master = m;
	STAILQ_INSERT_TAIL(&ch->queue, x, link);
	if (!ch->held && !clock_queued(&ch->ev))
		schedule_at(ch, ch->busy_until);
}

void bus_withdraw(struct bus_master *m, struct bus_xfer *x)
{
	struct bus_channel *ch = &m->ch[x->write];
	bool head = x == STAILQ_FIRST(&ch->queue);

	STAILQ_REMOVE(&ch->queue, x, bus_xfer, link);
	if (!head)
		return;
	ch->ending = false;
	if (!ch->held)
		return;
	ch->held = false;
	m->port->ops->forget(m->port, x);
	if (!STAILQ_EMPTY(&ch->queue))
		schedule_at(ch, 0);
}

void bus_master_reset(struct bus_master *m)
{
	for (int i = 0; i < 2; i++) {
		struct bus_channel *ch = &m->ch[i];

		if (ch->held)
			m->port->ops->forget(m->port, STAILQ_FIRST(&ch->queue));
		STAILQ_INIT(&ch->queue);
		ch->held = false;
		ch->ending = false;
		clock_cancel(m->hw, &ch->ev);
	}
}

void bus_master_kick(struct bus_master *m)
{
	for (int i = 0; i < 2; i++) {
		struct bus_channel *ch = &m->ch[i];

		if (!ch->held)
			continue;
		ch->held = false;
		schedule_at(ch, 0);
	}
}

uint64_t bus_master_busy_until(const struct bus_master *m)
{
	uint64_t r = m->ch[0].busy_until, w = m->ch[1].busy_until;

	return r > w ? r : w;
}

bool bus_master_active(const struct bus_master *m)
{
	return !STAILQ_EMPTY(&m->ch[0].queue) || !STAILQ_EMPTY(&m->ch[1].queue);
}

void bus_master_stats(const struct bus_master *m, struct armdma_hw_stats *st)
{
	st->bursts_read += m->ch[0].bursts;
	st->bursts_write += m->ch[1].bursts;
	st->bytes_read += m->ch[0].bytes;
	st->bytes_written += m->ch[1].bytes;
	st->slverr += m->ch[0].slverr + m->ch[1].slverr;
	st->decerr += m->ch[0].decerr + m->ch[1].decerr;
}

bool armdma_hw_master_busy(const struct armdma_hw *hw, const char *master)
{
	HW_ENTER(hw);
	const struct bus_master *m = bus_find_master(hw, master);

	return m && bus_master_active(m);
}

const char *bus_master_name(const struct bus_master *m)
{
	return m->name;
}

struct bus_master *bus_find_master(const struct armdma_hw *hw, const char *name)
{
	struct bus_master *m;

	SLIST_FOREACH(m, &hw->bus->masters, link)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

struct bus_master *bus_master_create(struct armdma_hw *hw, const char *name, unsigned int addr_bits,
				     unsigned int beat_bytes, bool coherent, struct bus_port *port)
{
	struct bus_master *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	strlcpy(m->name, name, sizeof(m->name));
	m->hw = hw;
	m->port = port;
	m->addr_mask = ARMDMA_BIT_MASK(addr_bits ? addr_bits : 32);
	/* AxSIZE is a power of two. */
	while (beat_bytes >> (m->beat_lg2 + 1))
		m->beat_lg2++;
	m->coherent = coherent;
	for (int i = 0; i < 2; i++) {
		clock_event_init(&m->ch[i].ev, channel_event);
		m->ch[i].master = m;
		m->ch[i].write = i;
		STAILQ_INIT(&m->ch[i].queue);
	}
	if (port)
		port->master = m;
	SLIST_INSERT_HEAD(&hw->bus->masters, m, link);
	return m;
}

int armdma_hw_set_coherent(struct armdma_hw *hw, const char *master, bool coherent)
{
	HW_ENTER(hw);
	struct bus_master *m = bus_find_master(hw, master);

	if (!m)
		return -ENOENT;
	if (bus_master_active(m))
		return -EBUSY;
	m->coherent = coherent;
	return 0;
}

int bus_create(struct armdma_hw *hw)
{
	struct bus *bus = calloc(1, sizeof(*bus));

	if (!bus)
		return -ENOMEM;
	SLIST_INIT(&bus->masters);
	LIST_INIT(&bus->probes);
	LIST_INIT(&bus->spare);
	SLIST_INIT(&bus->windows);
	hw->bus = bus;
	return 0;
}

void bus_destroy(struct armdma_hw *hw)
{
	struct bus_master *m;

	/* Transfers belong to whoever submitted them: they are not looked at. */
	while ((m = SLIST_FIRST(&hw->bus->masters))) {
		SLIST_REMOVE_HEAD(&hw->bus->masters, link);
		clock_cancel(hw, &m->ch[0].ev);
		clock_cancel(hw, &m->ch[1].ev);
		free(m);
	}
	bus_windows_free(hw->bus);
	bus_probes_free(hw->bus);
	free(hw->bus);
	hw->bus = NULL;
}
