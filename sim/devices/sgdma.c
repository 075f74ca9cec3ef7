/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scatter-gather DMA engine: a loop of fetch, move, write back, driven by the completions of
 * its own bus transfers. Its manual is armdma/sgdma.h.
 *
 * Data passes through two pieces of FIFO: one is read while the other is written, so both channels of
 * the bus (and both kinds of SYSMMU fault) are busy at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include <armdma/sgdma.h>

#include "sim/bus/bus.h"
#include "sim/devices/bytes.h"
#include "sim/devices/devices.h"
#include "sim/lock.h"

#define REG_WINDOW 0x1000
#define WRITEBACK_AT 0x14
#define PIECES 2

struct sgdma {
	struct sim_device dev;
	struct bus_master *master;
	uint32_t irq;
	bool irq_high;

	uint32_t ctrl, int_status, int_enable, error, error_addr, count;
	uint64_t head;
	bool busy, halted;
	bool paused;		/* disabled between two descriptors */
	bool again;		/* a doorbell came while busy */

	uint8_t raw[ARMDMA_SGDMA_DESC_SIZE];
	uint64_t next, src, dst;
	uint32_t len, control, status;
	struct bus_xfer desc_xfer;

	/* pieces are filled and emptied in turn */
	uint8_t fifo[PIECES][ARMDMA_SGDMA_PIECE];
	size_t fifo_len[PIECES];
	unsigned int first, filled;
	bool reading, writing;
	uint32_t rd_pos, wr_pos;	/* bytes asked for, bytes that arrived */
	struct bus_xfer rd_xfer, wr_xfer;

	const uint8_t *source;
	uint8_t *sink;
	size_t source_len, source_used, sink_len, sink_used;
};

static void fetch(struct sgdma *s);

static void update_irq(struct sgdma *s)
{
	irq_set(s->dev.hw, s->irq, &s->irq_high, (s->int_status & s->int_enable) != 0);
}

static void raise_int(struct sgdma *s, uint32_t bits)
{
	s->int_status |= bits;
	update_irq(s);
}

static void note_error(struct sgdma *s, uint32_t code)
{
	s->error = code;
	s->error_addr = (uint32_t)s->head;
	s->int_status |= ARMDMA_SGDMA_INT_ERROR;
}

static void halt(struct sgdma *s, uint32_t code)
{
	s->busy = false;
	s->halted = true;
	s->again = false;
	note_error(s, code);
	update_irq(s);
}

static void stop(struct sgdma *s)
{
	if (s->again) {
		s->again = false;
		fetch(s);
		return;
	}
	s->busy = false;
	raise_int(s, ARMDMA_SGDMA_INT_IDLE);
}

/* ---- Moving data ------------------------------------------------------- */

static void written_back(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct sgdma *s = x->ctx;

	if (resp != ARMDMA_RESP_OKAY) {
		halt(s, ARMDMA_SGDMA_ST_WRITEBACK);
		return;
	}
	s->count++;
	if (s->status != ARMDMA_SGDMA_ST_OK)
		note_error(s, s->status);
	if (s->control & ARMDMA_SGDMA_IRQ)
		s->int_status |= ARMDMA_SGDMA_INT_DONE;
	update_irq(s);
	s->head = s->next;
	if (s->control & ARMDMA_SGDMA_END) {
		stop(s);
	} else if (!(s->ctrl & ARMDMA_SGDMA_CTRL_ENABLE)) {
		s->busy = false;
		s->paused = true;
	} else {
		fetch(s);
	}
}

static void submit(struct sgdma *s, struct bus_xfer *x, uint64_t addr, void *buf, size_t len,
		   bool write, void (*done)(struct bus_xfer *, enum armdma_bus_resp))
{
	*x = (struct bus_xfer){
		.addr = addr, .buf = buf, .len = len, .write = write, .done = done, .ctx = s,
	};
	bus_submit(s->master, x);
}

static void complete(struct sgdma *s)
{
	dev_put_le32(s->raw + WRITEBACK_AT, s->control & ~ARMDMA_SGDMA_OWN);
	dev_put_le32(s->raw + 0x18, s->status);
	dev_put_le32(s->raw + 0x1c, s->wr_pos);
	submit(s, &s->desc_xfer, s->head + WRITEBACK_AT, s->raw + WRITEBACK_AT,
	       ARMDMA_SGDMA_DESC_SIZE - WRITEBACK_AT, true, written_back);
}

static void pump(struct sgdma *s);

/* The first failure names the descriptor's status; nothing more is read for it. */
static void fail(struct sgdma *s, uint32_t code)
{
	if (s->status == ARMDMA_SGDMA_ST_OK)
		s->status = code;
	s->len = s->rd_pos;
}

static void push_piece(struct sgdma *s, size_t len)
{
	if (!len)
		return;
	s->fifo_len[(s->first + s->filled) % PIECES] = len;
	s->filled++;
}

static void read_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct sgdma *s = x->ctx;
	bool ok = resp == ARMDMA_RESP_OKAY;

	s->reading = false;
	if (!ok)
		fail(s, resp == ARMDMA_RESP_SLVERR ? ARMDMA_SGDMA_ST_SRC_SLVERR :
						     ARMDMA_SGDMA_ST_SRC_DECERR);
	push_piece(s, ok ? x->len : x->pos);
	pump(s);
}

static void write_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct sgdma *s = x->ctx;

	s->writing = false;
	if (resp == ARMDMA_RESP_OKAY) {
		s->wr_pos += (uint32_t)x->len;
		s->first = (s->first + 1) % PIECES;
		s->filled--;
	} else {
		s->wr_pos += (uint32_t)x->pos;
		s->filled = 0;
		fail(s, resp == ARMDMA_RESP_SLVERR ? ARMDMA_SGDMA_ST_DST_SLVERR :
						     ARMDMA_SGDMA_ST_DST_DECERR);
	}
	pump(s);
}

static void fill_word(struct sgdma *s, uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		p[i] = dev_byte(s->src, (s->rd_pos + i) % 4);
}

static size_t take_source(struct sgdma *s, uint8_t *p, size_t len)
{
	size_t left = s->source_len - s->source_used;

	if (!s->source) {
		armdma_sgdma_pattern((uint32_t)s->src, s->rd_pos, p, len);
		return len;
	}
	if (len > left)
		len = left;
	memcpy(p, s->source + s->source_used, len);
	s->source_used += len;
	return len;
}

/* Get the next piece on its way into the FIFO. */
static void produce(struct sgdma *s)
{
	uint8_t *p = s->fifo[(s->first + s->filled) % PIECES];
	uint32_t n = s->len - s->rd_pos;
	size_t got;

	if (n > ARMDMA_SGDMA_PIECE)
		n = ARMDMA_SGDMA_PIECE;
	switch (ARMDMA_SGDMA_OP(s->control)) {
	case ARMDMA_SGDMA_COPY:
	case ARMDMA_SGDMA_TO_DEVICE:
		s->reading = true;
		submit(s, &s->rd_xfer, s->src + s->rd_pos, p, n, false, read_done);
		s->rd_pos += n;
		return;
	case ARMDMA_SGDMA_FILL:
		fill_word(s, p, n);
		got = n;
		break;
	default:
		got = take_source(s, p, n);
		break;
	}
	s->rd_pos += (uint32_t)got;
	if (got < n)
		fail(s, ARMDMA_SGDMA_ST_UNDERRUN);
	push_piece(s, got);
}

static void put_sink(struct sgdma *s)
{
	size_t n = s->fifo_len[s->first], left = s->sink_len - s->sink_used;
	bool full = s->sink && n > left;

	if (full)
		n = left;
	if (s->sink && n) {
		memcpy(s->sink + s->sink_used, s->fifo[s->first], n);
		s->sink_used += n;
	}
	s->wr_pos += (uint32_t)n;
	s->first = (s->first + 1) % PIECES;
	s->filled--;
	if (full) {
		s->filled = 0;
		fail(s, ARMDMA_SGDMA_ST_OVERRUN);
	}
}

static void consume(struct sgdma *s)
{
	if (ARMDMA_SGDMA_OP(s->control) == ARMDMA_SGDMA_TO_DEVICE) {
		put_sink(s);
		return;
	}
	s->writing = true;
	submit(s, &s->wr_xfer, s->dst + s->wr_pos, s->fifo[s->first], s->fifo_len[s->first], true,
	       write_done);
}

/* A write that failed leaves nothing to do for what is still being read: wait for it, then drop it. */
static bool dst_failed(const struct sgdma *s)
{
	return s->status == ARMDMA_SGDMA_ST_DST_SLVERR || s->status == ARMDMA_SGDMA_ST_DST_DECERR ||
	       s->status == ARMDMA_SGDMA_ST_OVERRUN;
}

static void pump(struct sgdma *s)
{
	bool moved = true;

	while (moved) {
		moved = false;
		if (dst_failed(s))
			s->filled = 0;
		if (!s->reading && s->filled < PIECES && s->rd_pos < s->len) {
			produce(s);
			moved = !s->reading;
		}
		if (!s->writing && s->filled) {
			consume(s);
			moved = !s->writing;
		}
	}
	if (!s->reading && !s->writing && !s->filled && s->rd_pos >= s->len)
		complete(s);
}

/* ---- Descriptors ------------------------------------------------------- */

static void begin(struct sgdma *s)
{
	uint32_t op = ARMDMA_SGDMA_OP(s->control);

	s->first = s->filled = 0;
	s->rd_pos = s->wr_pos = 0;
	s->status = ARMDMA_SGDMA_ST_OK;
	if (op > ARMDMA_SGDMA_FROM_DEVICE || (op != ARMDMA_SGDMA_NOP && !s->len))
		fail(s, ARMDMA_SGDMA_ST_BAD_DESC);
	if (op == ARMDMA_SGDMA_NOP)
		s->len = 0;
	pump(s);
}

static void fetched(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct sgdma *s = x->ctx;
	uint64_t high;

	if (resp != ARMDMA_RESP_OKAY) {
		halt(s, ARMDMA_SGDMA_ST_FETCH);
		return;
	}
	high = dev_get_le32(s->raw + 0x0c);
	s->next = dev_get_le32(s->raw + 0x00) | (high & 0xff) << 32;
	s->src = dev_get_le32(s->raw + 0x04) | (high >> 8 & 0xff) << 32;
	s->dst = dev_get_le32(s->raw + 0x08) | (high >> 16 & 0xff) << 32;
	s->len = dev_get_le32(s->raw + 0x10);
	if (s->ctrl & ARMDMA_SGDMA_CTRL_COUNT16)
		s->len = ((s->len - 1) & 0xffff) + 1;
	s->control = dev_get_le32(s->raw + WRITEBACK_AT);
	if (s->control & ARMDMA_SGDMA_OWN)
		begin(s);
	else
		stop(s);
}

static void fetch(struct sgdma *s)
{
	if (s->head % ARMDMA_SGDMA_DESC_SIZE) {
		halt(s, ARMDMA_SGDMA_ST_ALIGN);
		return;
	}
	submit(s, &s->desc_xfer, s->head, s->raw, sizeof(s->raw), false, fetched);
}

/* ---- Registers --------------------------------------------------------- */

static void reset(struct sgdma *s)
{
	bus_master_reset(s->master);
	s->ctrl = s->int_status = s->int_enable = s->error = s->error_addr = s->count = 0;
	s->head = 0;
	s->busy = s->halted = s->paused = s->again = false;
	s->reading = s->writing = false;
	s->filled = 0;
	update_irq(s);
}

static void write_ctrl(struct sgdma *s, uint32_t value)
{
	if (value & ARMDMA_SGDMA_CTRL_RESET) {
		reset(s);
		return;
	}
	s->ctrl = value & (ARMDMA_SGDMA_CTRL_ENABLE | ARMDMA_SGDMA_CTRL_COUNT16);
	if (s->ctrl & ARMDMA_SGDMA_CTRL_ENABLE && s->paused) {
		s->paused = false;
		s->busy = true;
		fetch(s);
	}
}

static void doorbell(struct sgdma *s)
{
	if (s->halted || !(s->ctrl & ARMDMA_SGDMA_CTRL_ENABLE)) {
		armdma_hw_log(s->dev.hw, "%s: doorbell while %s is lost", s->dev.name,
			      s->halted ? "halted by an error" : "disabled");
		return;
	}
	if (s->busy) {
		s->again = true;
		return;
	}
	s->busy = true;
	fetch(s);
}

static void write_head(struct sgdma *s, uint64_t head)
{
	if (s->busy) {
		armdma_hw_log(s->dev.hw, "%s: HEAD = 0x%llx written while busy is lost", s->dev.name,
			      (unsigned long long)head);
		return;
	}
	s->head = head;
	s->halted = s->paused = false;
}

static void sgdma_write(void *ctx, uint32_t offset, uint32_t value)
{
	struct sgdma *s = ctx;

	switch (offset) {
	case ARMDMA_SGDMA_CTRL:
		write_ctrl(s, value);
		break;
	case ARMDMA_SGDMA_INT_CLEAR:
		s->int_status &= ~value;
		update_irq(s);
		break;
	case ARMDMA_SGDMA_INT_ENABLE:
		s->int_enable = value & 7;
		update_irq(s);
		break;
	case ARMDMA_SGDMA_HEAD:
		write_head(s, (s->head & ~0xffffffffULL) | value);
		break;
	case ARMDMA_SGDMA_HEAD_HIGH:
		write_head(s, (s->head & 0xffffffffULL) | (uint64_t)(value & 0xff) << 32);
		break;
	case ARMDMA_SGDMA_DOORBELL:
		doorbell(s);
		break;
	default:
		armdma_hw_log(s->dev.hw, "%s: write of 0x%08x to read-only register 0x%02x",
			      s->dev.name, value, offset);
	}
}

static uint32_t sgdma_read(void *ctx, uint32_t offset)
{
	const struct sgdma *s = ctx;

	switch (offset) {
	case ARMDMA_SGDMA_ID:
		return ARMDMA_SGDMA_ID_VALUE;
	case ARMDMA_SGDMA_CTRL:
		return s->ctrl;
	case ARMDMA_SGDMA_STATUS:
		return (s->busy ? ARMDMA_SGDMA_STATUS_BUSY : 0) |
		       (s->halted ? ARMDMA_SGDMA_STATUS_HALTED : 0);
	case ARMDMA_SGDMA_INT_STATUS:
		return s->int_status;
	case ARMDMA_SGDMA_INT_ENABLE:
		return s->int_enable;
	case ARMDMA_SGDMA_HEAD:
		return (uint32_t)s->head;
	case ARMDMA_SGDMA_HEAD_HIGH:
		return (uint32_t)(s->head >> 32);
	case ARMDMA_SGDMA_ERROR:
		return s->error;
	case ARMDMA_SGDMA_ERROR_ADDR:
		return s->error_addr;
	case ARMDMA_SGDMA_COUNT:
		return s->count;
	default:
		return 0;
	}
}

/* ---- Life -------------------------------------------------------------- */

static void sgdma_destroy(struct sim_device *dev)
{
	struct sgdma *s = (struct sgdma *)dev;

	bus_master_reset(s->master);
	irq_set(dev->hw, s->irq, &s->irq_high, false);
	free(s);
}

static void sgdma_reset(struct sim_device *dev)
{
	struct sgdma *s = (struct sgdma *)dev;

	bus_master_reset(s->master);
	reset(s);
}

int sgdma_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port)
{
	struct sgdma *s = calloc(1, sizeof(*s));
	struct mmio_region region = {
		.base = cfg->reg_base, .size = REG_WINDOW, .read = sgdma_read, .write = sgdma_write,
	};
	int ret = -ENOMEM;

	if (!s)
		return -ENOMEM;
	strlcpy(s->dev.name, cfg->name, sizeof(s->dev.name));
	s->dev.kind = ARMDMA_DEV_SGDMA;
	s->dev.hw = hw;
	s->dev.destroy = sgdma_destroy;
	s->dev.reset = sgdma_reset;
	s->irq = cfg->irq;
	s->master = bus_master_create(hw, cfg->name, cfg->addr_bits ? cfg->addr_bits : 32, 8,
				      cfg->coherent, port);
	if (!s->master)
		goto fail;
	region.name = s->dev.name;
	region.ctx = s;
	region.power = &s->dev.power;
	ret = mmio_add(hw, &region);
	if (ret)
		goto fail;
	SLIST_INSERT_HEAD(&hw->devices, &s->dev, link);
	return 0;
fail:
	free(s);
	return ret;
}

static struct sgdma *find(const struct armdma_hw *hw, const char *name)
{
	struct sim_device *dev = hw_find_device(hw, name);

	return dev && dev->kind == ARMDMA_DEV_SGDMA ? (struct sgdma *)dev : NULL;
}

int armdma_sgdma_set_source(struct armdma_hw *hw, const char *name, const void *buf, size_t len)
{
	HW_ENTER(hw);
	struct sgdma *s = find(hw, name);

	if (!s)
		return -ENOENT;
	s->source = buf;
	s->source_len = len;
	s->source_used = 0;
	return 0;
}

int armdma_sgdma_set_sink(struct armdma_hw *hw, const char *name, void *buf, size_t len)
{
	HW_ENTER(hw);
	struct sgdma *s = find(hw, name);

	if (!s)
		return -ENOENT;
	s->sink = buf;
	s->sink_len = len;
	s->sink_used = 0;
	return 0;
}

size_t armdma_sgdma_source_used(const struct armdma_hw *hw, const char *name)
{
	HW_ENTER(hw);
	const struct sgdma *s = find(hw, name);

	return s ? s->source_used : 0;
}

size_t armdma_sgdma_sink_used(const struct armdma_hw *hw, const char *name)
{
	HW_ENTER(hw);
	const struct sgdma *s = find(hw, name);

	return s ? s->sink_used : 0;
}
