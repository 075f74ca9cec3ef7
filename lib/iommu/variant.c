/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generations. Registers and CFG values: Linux 6.1 drivers/iommu/exynos-iommu.c; range invalidation and register banks: vendor
 * kernels 3.18 to 5.x; meaning of interrupt bits: Linux 6.2 and later; region rules: vendor kernel 3.10.
 */
#include <stddef.h>

#include "lib/iommu/variant.h"

/* ---- Registers ----------------------------------------------------------- */

static const struct unit_layout layout_v1 = {
	.pt_base = 0x014, .flush_all = 0x00c, .flush_entry = 0x010, .int_status = 0x018, .int_clear = 0x01c,
};

#define LAYOUT_V5 \
	.pt_base = 0x00c, .flush_all = 0x010, .flush_entry = 0x014, .int_status = 0x060, .int_clear = 0x064

static const struct unit_layout layout_v5 = { LAYOUT_V5 };

static const struct unit_layout layout_v5_range = {
	LAYOUT_V5, .flush_range = 0x018, .range_start = 0x020, .range_end = 0x024,
};

static const struct unit_layout layout_vm = {
	.pt_base = 0x800c, .flush_all = 0x8010, .flush_entry = 0x8014,
	.flush_range = 0x8018, .range_start = 0x8020, .range_end = 0x8024,
	.int_status = 0x060, .int_clear = 0x064, .ctrl_vm = 0x8000, .cfg_vm = 0x8004,
};

static const struct unit_prefetch prefetch_v30 = { .kind = PREFETCH_BY_MODE, .start = 0x04c, .end = 0x050 };
static const struct unit_prefetch prefetch_v32 = { .kind = PREFETCH_BY_FLAGS, .start = 0x070, .end = 0x074 };
static const struct unit_prefetch prefetch_v33 = {
	.kind = PREFETCH_INDEXED, .info = 0x400, .layout = 0x404, .indicate = 0x408, .cfg = 0x40c,
	.start = 0x410, .end = 0x414,
};
static const struct unit_prefetch prefetch_v5 = {
	.kind = PREFETCH_INDEXED, .info = 0x350, .layout = 0x300, .indicate = 0x308, .cfg = 0x310,
	.start = 0x320, .end = 0x328,
};

/* ---- Faults -------------------------------------------------------------- */

#define UNKNOWN_DIR(text, reg) { .what = text, .addr_reg = (reg) }
#define READ(text, reg, info) { .what = text " (read)", .addr_reg = (reg), .info_reg = (info), .direction_known = true }
#define WRITE(text, reg, info) \
	{ .what = text " (write)", .addr_reg = (reg), .info_reg = (info), .write = true, .direction_known = true }

static const struct fault_kind kinds_v1[] = {
	UNKNOWN_DIR("page fault", 0x024),
	READ("multiple TLB hits", 0x02c, 0),
	WRITE("multiple TLB hits", 0x028, 0),
	UNKNOWN_DIR("bus error in the table walk", 0x030),
	READ("security protection", 0x02c, 0),
	READ("access protection", 0x02c, 0),
	WRITE("security protection", 0x028, 0),
	WRITE("access protection", 0x028, 0),
};

/* From 3.3 on a register tells the direction of a page fault, too. */
#define V33(text, reg) { .what = text, .addr_reg = (reg), .info_reg = 0x04c, .direction_in_info = true }
#define V33_READ(text) { .what = text " (read)", .addr_reg = 0x02c, .info_reg = 0x04c, .direction_known = true }
#define V33_WRITE(text) \
	{ .what = text " (write)", .addr_reg = 0x028, .info_reg = 0x04c, .write = true, .direction_known = true }

static const struct fault_kind kinds_v33[] = {
	V33("page fault", 0x024),
	V33_READ("multiple TLB hits"),
	V33_WRITE("multiple TLB hits"),
	V33("bus error in the table walk", 0x030),
	V33_READ("security protection"),
	V33_READ("access protection"),
	V33_WRITE("security protection"),
	V33_WRITE("access protection"),
};

/* Five kinds from bit 0 on for reads, from bit 16 on for writes; each channel has its own address register. */
#define V5_CHANNEL(first, dir, addr, info) \
	[(first) + 0] = dir("bus error in the table walk", addr, info), \
	[(first) + 1] = dir("page fault", addr, info), \
	[(first) + 2] = dir("multiple TLB hits", addr, info), \
	[(first) + 3] = dir("access protection", addr, info), \
	[(first) + 4] = dir("security protection", addr, info)

static const struct fault_kind kinds_v5[] = {
	V5_CHANNEL(0, READ, 0x070, 0x078),
	V5_CHANNEL(16, WRITE, 0x080, 0x088),
};

/*
 * 7.x: one address register, and the direction in the information. Bits as kernels of Exynos9810/9820 have them; with register banks
 * four bits are one machine's.
 */
#define V7(text, addr, info) { .what = text, .addr_reg = (addr), .info_reg = (info), .direction_in_info = true }

static const struct fault_kind kinds_v7[] = {
	V7("bus error in the table walk", 0x070, 0x078),
	V7("page fault", 0x070, 0x078),
	V7("multiple TLB hits", 0x070, 0x078),
	V7("access protection", 0x070, 0x078),
	V7("security protection", 0x070, 0x078),
};

static const struct fault_kind kinds_vm[] = {
	V7("bus error in the table walk", 0x1000, 0x1004),
	V7("page fault", 0x1000, 0x1004),
	V7("access protection", 0x1000, 0x1004),
	V7("reserved fault", 0x1000, 0x1004),
};

#define TABLE(k) { k, sizeof(k) / sizeof((k)[0]), false }
static const struct fault_table faults_v1 = TABLE(kinds_v1), faults_v33 = TABLE(kinds_v33), faults_v5 = TABLE(kinds_v5),
				faults_v7 = TABLE(kinds_v7);
static const struct fault_table faults_vm = { kinds_vm, sizeof(kinds_vm) / sizeof(kinds_vm[0]), true };

/* ---- The table ----------------------------------------------------------- */

/* CFG as Linux 6.1 writes it: up to 3.1, to 3.2, from 3.3 on. */
#define CFG_COMMON (ARMDMA_SYSMMU_CFG_QOS(15) | ARMDMA_SYSMMU_CFG_EAP)
#define CFG_V1 (CFG_COMMON | ARMDMA_SYSMMU_CFG_LRU)
#define CFG_V3_2 (CFG_V1 | ARMDMA_SYSMMU_CFG_FLPDCACHE | ARMDMA_SYSMMU_CFG_SYSSEL)
#define CFG_V3_3 (CFG_COMMON | ARMDMA_SYSMMU_CFG_FLPDCACHE | ARMDMA_SYSMMU_CFG_ACGEN)

#define KiB 1024ull

static const struct unit_variant variants[] = {
	{
		.name = "1.x", .first = UNIT_VERSION(1, 0), .last = UNIT_VERSION(1, 127), .at = &layout_v1,
		.format = &pt_format_v1, .faults = &faults_v1, .cfg = CFG_V1, .retries = true,
	}, {
		/* The second-level TLB has 64 sets, indexed by the page that was accessed. */
		.name = "2.x", .first = UNIT_VERSION(2, 0), .last = UNIT_VERSION(2, 127), .at = &layout_v1,
		.format = &pt_format_v1, .faults = &faults_v1, .cfg = CFG_V1, .retries = true, .flush_sets = 64,
	}, {
		/* Regions apart by what the prefetch buffers hold: 32 descriptors. */
		.name = "3.0, 3.1", .first = UNIT_VERSION(3, 0), .last = UNIT_VERSION(3, 1), .at = &layout_v1,
		.format = &pt_format_v1, .faults = &faults_v1, .cfg = CFG_V1, .retries = true,
		.prefetch = &prefetch_v30, .errata = ERRATUM_INVALID_CACHED, .region_align = 128 * KiB,
	}, {
		.name = "3.2", .first = UNIT_VERSION(3, 2), .last = UNIT_VERSION(3, 2), .at = &layout_v1,
		.format = &pt_format_v1, .faults = &faults_v1, .cfg = CFG_V3_2, .retries = true,
		.prefetch = &prefetch_v32, .level1_cache = true,
		.errata = ERRATUM_INVALID_CACHED | ERRATUM_LEVEL1_KEPT, .region_align = 256 * KiB,
	}, {
		/* Prefetches the block behind as well: nothing may lie there. */
		.name = "3.3", .first = UNIT_VERSION(3, 3), .last = UNIT_VERSION(3, 127), .at = &layout_v1,
		.format = &pt_format_v1, .faults = &faults_v33, .cfg = CFG_V3_3, .retries = true,
		.prefetch = &prefetch_v33, .level1_cache = true,
		.errata = ERRATUM_INVALID_CACHED | ERRATUM_LEVEL1_KEPT | ERRATUM_LEVEL1_PREFETCH,
		.region_align = 128 * KiB, .region_hole = 128 * KiB,
	}, {
		.name = "5.0", .first = UNIT_VERSION(5, 0), .last = UNIT_VERSION(5, 0), .at = &layout_v5,
		.format = &pt_format_v5, .faults = &faults_v5, .base_shift = 12, .cfg = CFG_V3_3,
		.prefetch = &prefetch_v5, .level1_cache = true,
	}, {
		.name = "5.1", .first = UNIT_VERSION(5, 1), .last = UNIT_VERSION(5, 127), .at = &layout_v5_range,
		.format = &pt_format_v5, .faults = &faults_v5, .base_shift = 12, .cfg = CFG_V3_3,
		.prefetch = &prefetch_v5, .level1_cache = true,
	}, {
		.name = "6.x", .first = UNIT_VERSION(6, 0), .last = UNIT_VERSION(6, 127), .at = &layout_v5_range,
		.format = &pt_format_v5, .faults = &faults_v5, .base_shift = 12, .cfg = CFG_V3_3, .retries = true,
		.prefetch = &prefetch_v5, .level1_cache = true,
	}, {
		.name = "7.x", .first = UNIT_VERSION(7, 0), .last = UNIT_VERSION(8, 127), .at = &layout_v5_range,
		.format = &pt_format_v7, .faults = &faults_v7, .base_shift = 12, .cfg = CFG_V3_3, .retries = true,
		.level1_cache = true,
	},
};

static const struct unit_variant variant_vm = {
	.name = "7.x with register banks", .first = UNIT_VERSION(7, 0), .last = UNIT_VERSION(8, 127), .at = &layout_vm,
	.format = &pt_format_v7, .faults = &faults_vm, .base_shift = 12, .cfg = CFG_V3_3, .retries = true,
	.level1_cache = true,
};

const struct unit_variant *unit_variant_find(unsigned int version, bool vm)
{
	if (vm)
		return &variant_vm;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		if (version >= variants[i].first && version <= variants[i].last)
			return &variants[i];
	}
	return NULL;
}
