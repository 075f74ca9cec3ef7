/* SPDX-License-Identifier: BSD-2-Clause */
/* Device models: each attaches registers, an interrupt source and a bus master to the hardware. */
#ifndef SIM_DEVICES_H
#define SIM_DEVICES_H

#include "sim/hw.h"

struct bus_port;

/* port: translation unit in front of the device, NULL for none. Return 0 or negative errno. */
int fimc_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port);
int sgdma_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port);
/* A bus port without registers. */
int master_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port);
/* Port n (from 1 on) of a device of any kind: the bus master "NAME:n". */
int master_add_port(struct armdma_hw *hw, const struct armdma_device_config *cfg, unsigned int n,
		    struct bus_port *port);

#endif
