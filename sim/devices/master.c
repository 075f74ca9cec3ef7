/* SPDX-License-Identifier: BSD-2-Clause */
/* Bus ports: a device that is nothing else, and the further ports of one that has several. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <bsd/string.h>

#include "sim/bus/bus.h"
#include "sim/devices/devices.h"

#define BEAT_BYTES 8	/* media masters of Exynos4 have 64 bits */

static int add_master(struct armdma_hw *hw, const struct armdma_device_config *cfg, const char *name,
		      struct bus_port *port)
{
	return bus_master_create(hw, name, cfg->addr_bits ? cfg->addr_bits : 32, BEAT_BYTES, cfg->coherent, port) ?
		       0 : -ENOMEM;
}

/* Masters are the bus's: nothing else is left to free. */
static void master_destroy(struct sim_device *dev)
{
	free(dev);
}

int master_create(struct armdma_hw *hw, const struct armdma_device_config *cfg, struct bus_port *port)
{
	struct sim_device *dev = calloc(1, sizeof(*dev));
	int ret;

	if (!dev)
		return -ENOMEM;
	strlcpy(dev->name, cfg->name, sizeof(dev->name));
	dev->kind = ARMDMA_DEV_MASTER;
	dev->hw = hw;
	dev->destroy = master_destroy;
	ret = add_master(hw, cfg, cfg->name, port);
	if (ret) {
		free(dev);
		return ret;
	}
	SLIST_INSERT_HEAD(&hw->devices, dev, link);
	return 0;
}

int master_add_port(struct armdma_hw *hw, const struct armdma_device_config *cfg, unsigned int n,
		    struct bus_port *port)
{
	char name[ARMDMA_NAME_LEN];

	if (snprintf(name, sizeof(name), "%s:%u", cfg->name, n) >= (int)sizeof(name))
		return -EINVAL;
	return add_master(hw, cfg, name, port);
}
