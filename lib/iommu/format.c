/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats of translation tables. Facts: Linux 6.1 drivers/iommu/exynos-iommu.c; 16 MiB and 2 MiB pages: vendor kernels. */
#include "lib/iommu/format.h"

#define NOTHING { 0, 1 }

/* Access bits of 1.x to 3.x: ARMv7's for a privileged master. AP[2] takes the right to write away. */
#define V1_L2(type) { 0, (type) | 0x210, (type) | 0x010, (type) | 0x010 }
#define V1_L1(type) { 0, (type) | 0x8400, (type) | 0x0400, (type) | 0x0400 }

const struct pt_format pt_format_v1 = {
	.name = "1.x to 3.x",
	.shift = 0,
	.pa_end = SZ_4G,
	.sizes = SZ_4K | SZ_64K | SZ_1M | SZ_16M,
	.section = {
		[SIZE_4K] = NOTHING, [SIZE_64K] = NOTHING, [SIZE_2M] = NOTHING,
		[SIZE_1M] = { 0x00040003, 0x00000002 },
		[SIZE_16M] = { 0x00040003, 0x00040002 },
	},
	.bits = {
		[SIZE_4K] = V1_L2(2), [SIZE_64K] = V1_L2(1), [SIZE_1M] = V1_L1(2), [SIZE_16M] = V1_L1(0x40002),
	},
};

/* From 5.x on: two bits, read and write, as ARMDMA_IOMMU_READ and ARMDMA_IOMMU_WRITE are. */
#define V5_L2(type) { 0, (type) | 0x4, (type) | 0x8, (type) | 0xc }
#define V5_L1(type) { 0, (type) | 0x10, (type) | 0x20, (type) | 0x30 }

const struct pt_format pt_format_v5 = {
	.name = "5.x and 6.x",
	.shift = 4,
	.pa_end = SZ_64G,
	.sizes = SZ_4K | SZ_64K | SZ_1M | SZ_2M | SZ_16M,
	.section = {
		[SIZE_4K] = NOTHING, [SIZE_64K] = NOTHING,
		[SIZE_1M] = { 7, 2 }, [SIZE_2M] = { 7, 4 }, [SIZE_16M] = { 7, 6 },
	},
	.bits = {
		[SIZE_4K] = V5_L2(2), [SIZE_64K] = V5_L2(1), [SIZE_1M] = V5_L1(2), [SIZE_2M] = V5_L1(4),
		[SIZE_16M] = V5_L1(6),
	},
};

const struct pt_format pt_format_v7 = {
	.name = "7.x",
	.shift = 4,
	.pa_end = SZ_64G,
	.sizes = SZ_4K | SZ_64K | SZ_1M,
	.section = {
		[SIZE_4K] = NOTHING, [SIZE_64K] = NOTHING, [SIZE_2M] = NOTHING, [SIZE_16M] = NOTHING,
		[SIZE_1M] = { 7, 2 },
	},
	.bits = { [SIZE_4K] = V5_L2(2), [SIZE_64K] = V5_L2(1), [SIZE_1M] = V5_L1(2) },
};
