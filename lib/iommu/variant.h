/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the driver has to know of a generation of SYSMMUs, as one description for each: where its registers lie, what is
 * written to them, what its interrupt bits mean, and what its silicon gets wrong. Nothing else in lib/iommu asks for a version.
 */
#ifndef LIB_IOMMU_VARIANT_H
#define LIB_IOMMU_VARIANT_H

#include "lib/iommu/format.h"

/* Versions as drivers compare them. */
#define UNIT_VERSION(major, minor) ((unsigned int)(major) << 7 | (minor))

/* Registers that lie at the same place everywhere. */
#define REG_CTRL ARMDMA_SYSMMU_REG_CTRL
#define REG_CFG ARMDMA_SYSMMU_REG_CFG
#define REG_STATUS ARMDMA_SYSMMU_REG_STATUS
#define REG_VERSION ARMDMA_SYSMMU_REG_VERSION
/* From 7.x on. */
#define REG_CAPA0 0x870u
#define CAPA0_HAS_CAPA1 (1u << 11)
#define REG_CAPA1 0x874u
#define CAPA1_VM (1u << 14)
#define CAPA1_NO_BLOCK (1u << 15)

/* 0: the generation has no such register (offset 0 is CTRL). */
struct unit_layout {
	uint32_t pt_base, flush_all, flush_entry;
	uint32_t flush_range, range_start, range_end;	/* the end is inclusive */
	uint32_t int_status, int_clear;
	uint32_t ctrl_vm, cfg_vm;	/* of the first virtual machine's register bank */
};

/* Prefetch buffers; how they are switched on, and where their registers lie. */
enum prefetch_kind {
	PREFETCH_BY_MODE,	/* a field of CFG; start and end of buffer n at 8 * n */
	PREFETCH_BY_FLAGS,	/* bits of CFG; the same */
	PREFETCH_INDEXED,	/* a buffer is indicated, then programmed */
};
struct unit_prefetch {
	enum prefetch_kind kind;
	uint32_t start, end;
	uint32_t info, layout, indicate, cfg;	/* PREFETCH_INDEXED */
};
#define MAX_PREFETCH 6

struct fault_kind {
	const char *what;
	uint32_t addr_reg;
	uint32_t info_reg;	/* AxID, AxLEN and, where direction_in_info, the direction; 0: none */
	bool write, direction_known, direction_in_info;
};

/* Bits of INT_STATUS from 7.x on come in groups of four, one for each virtual machine. */
struct fault_table {
	const struct fault_kind *kind;	/* by bit; what == NULL: no such fault */
	unsigned int nr;
	bool repeats;			/* bit n is kind n modulo nr */
};

/* Errata that the driver works around. Each can be switched off in a machine: then it shows what it is for. */
#define ERRATUM_INVALID_CACHED (1u << 0)	/* 3.0 to 3.3: invalid descriptors of neighbours stay cached */
#define ERRATUM_LEVEL1_KEPT (1u << 1)		/* cached level-1 words outlive invalidations of other pages */
#define ERRATUM_LEVEL1_PREFETCH (1u << 2)	/* 3.3: fetches level-1 words ahead, and faults on empty ones */

struct unit_variant {
	const char *name;
	unsigned int first, last;	/* versions */
	const struct unit_layout *at;
	const struct pt_format *format;
	const struct fault_table *faults;
	const struct unit_prefetch *prefetch;	/* NULL: no buffers */
	unsigned int base_shift;	/* PT_BASE holds the address >> base_shift */
	uint32_t cfg;			/* written when enabled */
	/* Pages of 4 KiB that one FLUSH_ENTRY reaches of a larger page: all of it (0), or only the set of that one. */
	unsigned int flush_sets;
	bool level1_cache;		/* replaced level-1 words need an invalidation */
	bool retries;			/* what a fault holds goes on once it is repaired */
	unsigned int errata;
	uint64_t region_align, region_hole;	/* bytes: ERRATUM_INVALID_CACHED wants IOVA regions apart */
};

/* Description for a version (UNIT_VERSION), or NULL. vm: with the register banks of virtual machines. */
const struct unit_variant *unit_variant_find(unsigned int version, bool vm);

#endif
