/* SPDX-License-Identifier: BSD-2-Clause */
/* What a driver says it is for. */
#ifndef ARMDMA_COMPAT_LINUX_MOD_DEVICETABLE_H
#define ARMDMA_COMPAT_LINUX_MOD_DEVICETABLE_H

#include <linux/types.h>

typedef unsigned long kernel_ulong_t;

struct of_device_id {
	char name[32];
	char type[32];
	char compatible[128];
	const void *data;
};

struct platform_device_id {
	char name[20];
	kernel_ulong_t driver_data;
};

#endif
