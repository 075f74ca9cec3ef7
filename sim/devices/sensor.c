/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sensors: a clock that says when frames and lines come. It runs freely; a camera that is not
 * ready at a vsync misses the frame.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/devices/fimc_internal.h"
#include "sim/devices/sensor_internal.h"
#include "sim/lock.h"
#include "sim/time.h"

#define CLOCK_HZ (CLOCK_MHZ * 1000000ULL)
#define MIN_VBLANK 8u
#define MAX_BLANK 65535u

static struct sensor *sensor_of(struct clock_event *ev)
{
	return (struct sensor *)((char *)ev - offsetof(struct sensor, vsync));
}

static uint64_t frame_length(struct sensor *s)
{
	uint64_t len = s->quot;

	s->carry += s->rem;
	if (s->carry >= s->rate) {
		s->carry -= s->rate;
		len++;
	}
	return len;
}

static void vsync(struct clock_event *ev)
{
	struct sensor *s = sensor_of(ev);
	uint64_t now = s->hw->clk.now;
	bool over = s->src->nr_frames && !s->loop && s->sent == s->src->nr_frames;

	if (s->stopping || over) {
		s->streaming = s->stopping = false;
		return;
	}
	s->start = s->end;
	s->end += frame_length(s);
	s->sent++;
	clock_schedule(s->hw, &s->vsync, s->end > now ? s->end - now : 0);
	fimc_vsync(s->camera);
}

uint64_t sensor_line_cycles(const struct sensor *s)
{
	return (s->end - s->start) / (s->height + s->vblank);
}

/* A line has arrived when its last pixel has; the blank between lines follows it. */
uint64_t sensor_line_time(const struct sensor *s, uint32_t y)
{
	uint64_t htotal = s->width + s->hblank, vtotal = s->height + s->vblank;
	uint64_t clocks = (s->back_porch + y) * htotal + s->width;

	return s->start + clocks * (s->end - s->start) / (htotal * vtotal);
}

int sensor_line(struct sensor *s, uint64_t frame, uint32_t y, uint8_t *packed)
{
	uint64_t n = s->src->nr_frames;
	int ret = s->src->ops->line(s->src, n ? frame % n : frame, y, packed);

	if (ret) {
		armdma_hw_log(s->hw, "%s: sensor stops: frame %llu cannot be read: %s",
			      s->camera->dev.name, (unsigned long long)frame, strerror(-ret));
		s->stopping = true;
	}
	return ret;
}

/* ---- Attaching --------------------------------------------------------- */

static int check_size(const struct sensor *s, struct armdma_error *err)
{
	if (s->width < ARMDMA_FIMC_MIN_SIZE || s->width > ARMDMA_FIMC_MAX_WIDTH || s->width % 2)
		return source_error(err, -EINVAL, "sensor width %u is not an even number in %u..%u",
				    s->width, ARMDMA_FIMC_MIN_SIZE, ARMDMA_FIMC_MAX_WIDTH);
	if (s->height < ARMDMA_FIMC_MIN_SIZE || s->height > ARMDMA_FIMC_MAX_WIDTH)
		return source_error(err, -EINVAL, "sensor height %u is not in %u..%u", s->height,
				    ARMDMA_FIMC_MIN_SIZE, ARMDMA_FIMC_MAX_WIDTH);
	return 0;
}

static int open_source(struct sensor *s, const struct armdma_sensor_config *cfg,
		       struct armdma_error *err)
{
	int ret;

	s->width = cfg->width;
	s->height = cfg->height;
	if (!cfg->y4m) {
		ret = check_size(s, err);
		return ret ? ret : pattern_open(s->width, s->height, cfg->seed, &s->src, err);
	}
	ret = y4m_open(cfg->y4m, &s->src, err);
	if (ret)
		return ret;
	if ((s->width && s->width != s->src->width) || (s->height && s->height != s->src->height))
		return source_error(err, -EINVAL, "sensor of %ux%u with a file of %ux%u", s->width,
				    s->height, s->src->width, s->src->height);
	s->width = s->src->width;
	s->height = s->src->height;
	return check_size(s, err);
}

static int set_timing(struct sensor *s, const struct armdma_sensor_config *cfg,
		      struct armdma_error *err)
{
	uint64_t num = cfg->fps, den = cfg->fps_den ? cfg->fps_den : 1, clocks;

	if (!num) {
		num = s->src->fps ? s->src->fps : 30;
		den = s->src->fps ? s->src->fps_den : 1;
	}
	if (num < den || num > 1000 * den || den > 1000000)
		return source_error(err, -EINVAL,
				    "sensor rate %llu/%llu is not in 1..1000 frames a second",
				    (unsigned long long)num, (unsigned long long)den);
	if (cfg->hblank > MAX_BLANK || cfg->vblank > MAX_BLANK ||
	    (cfg->vblank && cfg->vblank < MIN_VBLANK))
		return source_error(err, -EINVAL,
				    "sensor blanking %u clocks, %u lines: at most %u, and %u lines or more",
				    cfg->hblank, cfg->vblank, MAX_BLANK, MIN_VBLANK);
	/* 1920x1080 gives 2200 x 1125, as in the HDTV standard. */
	s->hblank = cfg->hblank ? cfg->hblank : s->width * 7 / 48;
	s->vblank = cfg->vblank ? cfg->vblank : s->height / 24;
	if (s->vblank < MIN_VBLANK)
		s->vblank = MIN_VBLANK;
	s->back_porch = s->vblank / 2;
	clocks = (uint64_t)(s->width + s->hblank) * (s->height + s->vblank);
	if (clocks * num > CLOCK_HZ * den)
		return source_error(err, -EINVAL,
				    "sensor %ux%u at %llu/%llu frames a second needs %llu pixels a second, the camera takes %llu",
				    s->width, s->height, (unsigned long long)num,
				    (unsigned long long)den,
				    (unsigned long long)(clocks * num / den), CLOCK_HZ);
	s->rate = num;
	s->quot = CLOCK_HZ * den / num;
	s->rem = CLOCK_HZ * den % num;
	return 0;
}

static void stream_on(struct sensor *s)
{
	uint64_t lead = s->quot / (s->height + s->vblank);

	if (s->streaming) {
		s->stopping = false;
		return;
	}
	s->streaming = true;
	s->stopping = false;
	s->sent = 0;
	s->carry = 0;
	s->start = s->end = s->hw->clk.now + lead;
	clock_schedule(s->hw, &s->vsync, lead);
}

void sensor_destroy(struct sensor *s)
{
	clock_cancel(s->hw, &s->vsync);
	if (s->src)
		s->src->ops->destroy(s->src);
	free(s);
}

int armdma_sensor_attach(struct armdma_hw *hw, const char *camera,
			 const struct armdma_sensor_config *cfg, struct armdma_error *err)
{
	HW_ENTER(hw);
	struct fimc *f = fimc_find(hw, camera);
	struct sensor *s;
	int ret;

	if (!f)
		return source_error(err, -ENOENT, "there is no camera \"%s\"", camera);
	if (f->sensor)
		return source_error(err, -EBUSY, "%s has a sensor already", camera);
	s = calloc(1, sizeof(*s));
	if (!s)
		return source_error(err, -ENOMEM, "out of host memory");
	s->hw = hw;
	s->camera = f;
	s->loop = cfg->loop;
	clock_event_init(&s->vsync, vsync);
	ret = open_source(s, cfg, err);
	if (!ret)
		ret = set_timing(s, cfg, err);
	if (ret) {
		sensor_destroy(s);
		return ret;
	}
	f->sensor = s;
	if (!cfg->standby)
		stream_on(s);
	return 0;
}

int armdma_sensor_detach(struct armdma_hw *hw, const char *camera)
{
	HW_ENTER(hw);
	struct fimc *f = fimc_find(hw, camera);

	if (!f || !f->sensor)
		return -ENOENT;
	fimc_abort_frame(f);
	sensor_destroy(f->sensor);
	f->sensor = NULL;
	return 0;
}

int armdma_sensor_stream(struct armdma_hw *hw, const char *camera, bool on)
{
	HW_ENTER(hw);
	struct fimc *f = fimc_find(hw, camera);

	if (!f || !f->sensor)
		return -ENOENT;
	if (on)
		stream_on(f->sensor);
	else if (f->sensor->streaming)
		f->sensor->stopping = true;
	return 0;
}

int armdma_sensor_info(const struct armdma_hw *hw, const char *camera,
		       struct armdma_sensor_info *info)
{
	HW_ENTER(hw);
	const struct fimc *f = fimc_find(hw, camera);
	const struct sensor *s;

	if (!f || !f->sensor)
		return -ENOENT;
	s = f->sensor;
	*info = (struct armdma_sensor_info){
		.width = s->width,
		.height = s->height,
		.hblank = s->hblank,
		.vblank = s->vblank,
		.nr_frames = s->src->nr_frames,
		.sent = s->sent,
		.frame_cycles = s->quot,
		.streaming = s->streaming,
	};
	return 0;
}
