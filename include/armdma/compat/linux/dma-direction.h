/* SPDX-License-Identifier: BSD-2-Clause */
/* enum dma_data_direction. */
#ifndef ARMDMA_COMPAT_LINUX_DMA_DIRECTION_H
#define ARMDMA_COMPAT_LINUX_DMA_DIRECTION_H

#include <linux/types.h>

#endif
