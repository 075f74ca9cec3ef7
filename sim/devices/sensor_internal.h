/* SPDX-License-Identifier: BSD-2-Clause */
/* An image sensor as its camera sees it: when frames and lines come, and what is in them. */
#ifndef SIM_DEVICES_SENSOR_INTERNAL_H
#define SIM_DEVICES_SENSOR_INTERNAL_H

#include <armdma/sensor.h>

#include "sim/devices/source.h"
#include "sim/hw.h"

struct fimc;

struct sensor {
	struct armdma_hw *hw;
	struct fimc *camera;
	struct frame_source *src;
	uint32_t width, height, hblank, vblank;
	uint32_t back_porch;		/* lines between vsync and the first line */
	bool loop;
	bool streaming, stopping;
	struct clock_event vsync;
	/* A frame takes quot + rem / rate cycles: exact in the long run. */
	uint64_t quot, rem, rate, carry;
	uint64_t start, end;		/* of the current frame, cycles */
	uint64_t sent;			/* frames begun; the current one is number sent - 1 */
};

static inline uint64_t sensor_frame(const struct sensor *s)
{
	return s->sent - 1;
}

/* When line y of the current frame has arrived, and how long a line takes, cycles. */
uint64_t sensor_line_time(const struct sensor *s, uint32_t y);
uint64_t sensor_line_cycles(const struct sensor *s);
/* Packed line y of a frame. Returns 0 or negative errno (logged; the sensor stops). */
int sensor_line(struct sensor *s, uint64_t frame, uint32_t y, uint8_t *packed);
void sensor_destroy(struct sensor *s);

#endif
