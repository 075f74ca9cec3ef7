/* SPDX-License-Identifier: BSD-2-Clause */
/* The camera interface: its registers, its interrupt, its life. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/string.h>

#include "sim/devices/fimc_internal.h"
#include "sim/devices/sensor_internal.h"
#include "sim/lock.h"

#define REG_WINDOW 0x1000
#define RING_AFTER_RESET 0xfu	/* sets 0..3 */

/* ---- Interrupt --------------------------------------------------------- */

static void update_level(struct fimc *f)
{
	uint32_t ctrl = fimc_reg(f, ARMDMA_FIMC_CIGCTRL);
	bool level = f->irq_pending && (ctrl & ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL) &&
		     (ctrl & ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE);

	irq_set(f->dev.hw, f->irq, &f->irq_high, level || clock_queued(&f->pulse));
}

static void pulse_over(struct clock_event *ev)
{
	update_level((struct fimc *)((char *)ev - offsetof(struct fimc, pulse)));
}

void fimc_raise(struct fimc *f)
{
	f->irq_pending = true;
	if (!(fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL))
		clock_schedule(f->dev.hw, &f->pulse, ARMDMA_FIMC_PULSE);
	update_level(f);
}

static void clear_irq(struct fimc *f)
{
	f->irq_pending = false;
	f->status &= ~(ARMDMA_FIMC_CISTATUS_FRAME_END | ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END);
}

/* ---- Registers --------------------------------------------------------- */

static void set_reg(struct fimc *f, uint32_t offset, uint32_t value)
{
	f->regs[offset / 4] = value;
}

static void reset(struct fimc *f)
{
	fimc_abort_frame(f);
	clock_cancel(f->dev.hw, &f->pulse);
	memset(f->regs, 0, sizeof(f->regs));
	set_reg(f, ARMDMA_FIMC_CIFCNTSEQ, RING_AFTER_RESET);
	set_reg(f, ARMDMA_FIMC_CICPTSEQ, ~0u);
	fimc_m2m_address(f);
	f->status = 0;
	f->irq_pending = f->last_irq = f->complained = false;
	f->last_set = -1;
	f->present = f->previous = 0;
	f->started = f->sequence = 0;
	update_level(f);
}

static void write_gctrl(struct fimc *f, uint32_t value)
{
	if (value & ARMDMA_FIMC_CIGCTRL_SWRST)
		reset(f);
	if (value & ARMDMA_FIMC_CIGCTRL_IRQ_CLR)
		clear_irq(f);
	set_reg(f, ARMDMA_FIMC_CIGCTRL, value & ~ARMDMA_FIMC_CIGCTRL_IRQ_CLR);
	update_level(f);
}

static void write_window(struct fimc *f, uint32_t value)
{
	static const uint32_t clears[][2] = {
		{ ARMDMA_FIMC_CIWDOFST_CLROVFIY, ARMDMA_FIMC_CISTATUS_OVFIY },
		{ ARMDMA_FIMC_CIWDOFST_CLROVFICB, ARMDMA_FIMC_CISTATUS_OVFICB },
		{ ARMDMA_FIMC_CIWDOFST_CLROVFICR, ARMDMA_FIMC_CISTATUS_OVFICR },
		{ ARMDMA_FIMC_CIWDOFST_CLROVRLB, ARMDMA_FIMC_CISTATUS_OVRLB },
	};

	for (size_t i = 0; i < sizeof(clears) / sizeof(clears[0]); i++)
		if (value & clears[i][0]) {
			f->status &= ~clears[i][1];
			value &= ~clears[i][0];
		}
	set_reg(f, ARMDMA_FIMC_CIWDOFST, value);
}

static void write_capture(struct fimc *f, uint32_t value)
{
	uint32_t changed = value ^ fimc_reg(f, ARMDMA_FIMC_CIIMGCPT);

	set_reg(f, ARMDMA_FIMC_CIIMGCPT, value);
	if (!(changed & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN))
		return;
	if (value & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN) {
		f->sequence = 0;
		f->last_irq = false;
	} else if (fimc_reg(f, ARMDMA_FIMC_CIOCTRL) & ARMDMA_FIMC_CIOCTRL_LASTIRQEN) {
		f->last_irq = true;
	}
}

static void write_msctrl(struct fimc *f, uint32_t value)
{
	uint32_t go = ARMDMA_FIMC_MSCTRL_ENVID, memory = ARMDMA_FIMC_MSCTRL_INPUT_MEMORY;

	set_reg(f, ARMDMA_FIMC_MSCTRL, value & ~go);
	f->complained = false;
	if (!(value & go))
		fimc_m2m_stop(f);
	else if (!fimc_m2m_busy(f) && (value & memory))
		fimc_m2m_start(f);
	else if (!(value & memory))
		fimc_complain(f, "MSCTRL: input DMA is started, but the camera is selected as input");
}

static void fimc_write(void *ctx, uint32_t offset, uint32_t value)
{
	struct fimc *f = ctx;

	if (offset / 4 >= FIMC_NR_REGS) {
		armdma_hw_log(f->dev.hw, "%s: write of 0x%08x to unknown register 0x%03x", f->dev.name,
			      value, offset);
		return;
	}
	/* A unit that is held in reset takes nothing but the end of it. */
	if ((fimc_reg(f, ARMDMA_FIMC_CIGCTRL) & ARMDMA_FIMC_CIGCTRL_SWRST) &&
	    offset != ARMDMA_FIMC_CIGCTRL) {
		armdma_hw_log(f->dev.hw, "%s: write of 0x%08x to register 0x%03x in reset is lost",
			      f->dev.name, value, offset);
		return;
	}
	switch (offset) {
	case ARMDMA_FIMC_CISTATUS:
	case ARMDMA_FIMC_CISTATUS2:
		return;
	case ARMDMA_FIMC_CIGCTRL:
		write_gctrl(f, value);
		break;
	case ARMDMA_FIMC_CIWDOFST:
		write_window(f, value);
		break;
	case ARMDMA_FIMC_CIIMGCPT:
		write_capture(f, value);
		break;
	case ARMDMA_FIMC_MSCTRL:
		write_msctrl(f, value);
		return;
	case ARMDMA_FIMC_CIREAL_ISIZE:
	case ARMDMA_FIMC_CIIYSA0:
	case ARMDMA_FIMC_CIICBSA0:
	case ARMDMA_FIMC_CIICRSA0:
		set_reg(f, offset, value);
		fimc_m2m_address(f);
		break;
	default:
		set_reg(f, offset, value);
		break;
	}
	f->complained = false;
}

/* Bits that tell where in its frame the sensor is. */
static uint32_t sensor_status(const struct fimc *f)
{
	const struct sensor *s = f->sensor;
	uint64_t now = f->dev.hw->clk.now;

	if (!s || !s->streaming || !s->sent || now >= s->end)
		return 0;
	if (now < s->start + s->back_porch * sensor_line_cycles(s))
		return ARMDMA_FIMC_CISTATUS_VSYNC | ARMDMA_FIMC_CISTATUS_VSYNC_A;
	return now <= sensor_line_time(s, s->height - 1) ? ARMDMA_FIMC_CISTATUS_VVALID_A : 0;
}

static uint32_t read_status(const struct fimc *f)
{
	uint32_t cpt = fimc_reg(f, ARMDMA_FIMC_CIIMGCPT), v = f->status | sensor_status(f);

	v |= (uint32_t)(f->started & 3) << 26;
	if (fimc_reg(f, ARMDMA_FIMC_CIWDOFST) & ARMDMA_FIMC_CIWDOFST_WINOFSEN)
		v |= ARMDMA_FIMC_CISTATUS_WINOFF_EN;
	if (cpt & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN)
		v |= ARMDMA_FIMC_CISTATUS_IMGCPT_EN;
	if (cpt & ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC)
		v |= ARMDMA_FIMC_CISTATUS_IMGCPT_SCEN;
	if (fimc_m2m_busy(f))
		v |= ARMDMA_FIMC_CISTATUS_ENVID;
	return v;
}

static uint32_t fimc_read(void *ctx, uint32_t offset)
{
	const struct fimc *f = ctx;

	if (offset / 4 >= FIMC_NR_REGS)
		return 0;
	switch (offset) {
	case ARMDMA_FIMC_CISTATUS:
		return read_status(f);
	case ARMDMA_FIMC_CISTATUS2:
		return f->previous << 7 | f->present;
	case ARMDMA_FIMC_MSCTRL:
		return fimc_reg(f, offset) | (fimc_m2m_busy(f) ? ARMDMA_FIMC_MSCTRL_ENVID : 0);
	default:
		return fimc_reg(f, offset);
	}
}

/* ---- Life -------------------------------------------------------------- */

static void fimc_destroy(struct sim_device *dev)
{
	struct fimc *f = (struct fimc *)dev;

	fimc_abort_frame(f);
	clock_cancel(dev->hw, &f->pulse);
	irq_set(dev->hw, f->irq, &f->irq_high, false);
	if (f->sensor)
		sensor_destroy(f->sensor);
	fimc_free_buffers(f);
	fimc_m2m_destroy(f);
	free(f);
}

static void fimc_stats(const struct sim_device *dev, struct armdma_hw_stats *st)
{
	const struct fimc *f = (const struct fimc *)dev;

	st->frames += f->frames;
	st->overflows += f->overflows;
}

static void fimc_reset(struct sim_device *dev)
{
	struct fimc *f = (struct fimc *)dev;

	bus_master_reset(f->master);
	reset(f);
}

int fimc_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port)
{
	struct fimc *f = calloc(1, sizeof(*f));
	struct mmio_region region = {
		.base = cfg->reg_base, .size = REG_WINDOW, .read = fimc_read, .write = fimc_write,
	};
	int ret = -ENOMEM;

	if (!f)
		return -ENOMEM;
	strlcpy(f->dev.name, cfg->name, sizeof(f->dev.name));
	f->dev.kind = ARMDMA_DEV_FIMC;
	f->dev.hw = hw;
	f->dev.destroy = fimc_destroy;
	f->dev.reset = fimc_reset;
	f->dev.stats = fimc_stats;
	f->irq = cfg->irq;
	clock_event_init(&f->pulse, pulse_over);
	fimc_capture_init(f);
	ret = fimc_m2m_create(f);
	if (ret)
		goto fail;
	ret = -ENOMEM;
	f->master = bus_master_create(hw, cfg->name, cfg->addr_bits ? cfg->addr_bits : 32, 8,
				      cfg->coherent, port);
	if (!f->master)
		goto fail;
	reset(f);
	region.name = f->dev.name;
	region.ctx = f;
	region.power = &f->dev.power;
	ret = mmio_add(hw, &region);
	if (ret)
		goto fail;
	SLIST_INSERT_HEAD(&hw->devices, &f->dev, link);
	return 0;
fail:
	fimc_m2m_destroy(f);
	free(f);
	return ret;
}

struct fimc *fimc_find(const struct armdma_hw *hw, const char *name)
{
	struct sim_device *dev = hw_find_device(hw, name);

	return dev && dev->kind == ARMDMA_DEV_FIMC ? (struct fimc *)dev : NULL;
}

int armdma_fimc_captured(const struct armdma_hw *hw, const char *camera, unsigned int set,
			 uint64_t *frame)
{
	HW_ENTER(hw);
	const struct fimc *f = fimc_find(hw, camera);

	if (!f)
		return -ENOENT;
	if (set >= ARMDMA_FIMC_NR_SETS)
		return -EINVAL;
	if (!f->captured[set])
		return -ENODATA;
	*frame = f->captured[set] - 1;
	return 0;
}
