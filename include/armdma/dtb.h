/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine from the flattened device tree of a real board (library armdma::dtb, which needs libfdt).
 *
 *	struct armdma_machine *m;
 *
 *	ret = armdma_machine_from_dtb(&m, dtb, len, NULL, &err);
 *
 * What is taken from the tree: RAM, the interrupt combiner, each SYSMMU ("samsung,exynos-sysmmu": registers, interrupt, clocks,
 * power domain) and each master (a node with `iommus`: registers, interrupt, clocks, power domain, its SYSMMUs in order). A
 * camera interface of Exynos4 ("samsung,exynos4210-fimc", "samsung,exynos4212-fimc") becomes ARMDMA_DEV_FIMC, any other
 * master a bare bus master (ARMDMA_DEV_MASTER). Nodes whose status, or that of a node above, is not "okay" are not there,
 * as in Linux. Everything else, and what no tree says (caches, costs), is as in armdma_config_exynos4210().
 *
 * Names: a SYSMMU has the name of its node ("sysmmu@11a20000"). A master has its alias ("fimc0"), or the name of its node
 * without the address ("codec"); a name that is taken already gets "-1", "-2", ...
 */
#ifndef ARMDMA_DTB_H
#define ARMDMA_DTB_H

#include <armdma/config.h>
#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_dtb_options {
	/*
	 * Version word of every SYSMMU. No tree tells it, so 0 means an assumption by the SoC: 1.x for Exynos3250, 4210, 4212 and 4412,
	 * 3.1 for 5250, 3.3 for 5420, 5422 and 5800, 1.x for any other.
	 */
	uint32_t sysmmu_version;
	uint64_t ram_size;	/* at most that many bytes of RAM; 0: all of the first contiguous piece */
	bool disabled;		/* also units that the board has switched off */
	/* Called for whatever was assumed, left out or cut: one line each. NULL: nobody is told. */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
};

#define ARMDMA_DTB_MAX_CLOCKS 4
#define ARMDMA_DTB_MAX_UNITS (ARMDMA_MAX_SYSMMUS + ARMDMA_MAX_DEVICES)

/* What a tree says of a unit beyond what the configuration has room for. */
struct armdma_dtb_unit {
	char name[ARMDMA_NAME_LEN];	/* in the configuration */
	char path[96];			/* of its node */
	bool sysmmu, version_assumed;
	uint64_t reg_size;		/* bytes of its first register block */
	uint32_t nr_clocks;
	struct {
		char name[16];		/* clock-names: "sysmmu", "master" */
		uint32_t provider;	/* phandle */
		uint32_t id;		/* first cell of the specifier */
	} clocks[ARMDMA_DTB_MAX_CLOCKS];
	char power_domain[ARMDMA_NAME_LEN];	/* label of its domain ("CAM"); "" for none */
};

struct armdma_dtb {
	struct armdma_config cfg;
	uint32_t nr_units;	/* the SYSMMUs first, in the order of the configuration; then the masters */
	struct armdma_dtb_unit units[ARMDMA_DTB_MAX_UNITS];
};

/*
 * Read a tree of len bytes; opt NULL: the defaults. Returns 0; -EINVAL with *err (may be NULL) naming the node and what is
 * wrong with it, whatever the bytes are; -E2BIG: more units than a configuration has room for; -ENOMEM.
 */
ARMDMA_API int armdma_dtb_read(struct armdma_dtb *d, const void *dtb, size_t len,
			       const struct armdma_dtb_options *opt, struct armdma_error *err);
/* Read it and create the machine. Errors of both. */
ARMDMA_API int armdma_machine_from_dtb(struct armdma_machine **m, const void *dtb, size_t len,
				       const struct armdma_dtb_options *opt, struct armdma_error *err);

#ifdef __cplusplus
}
#endif
#endif
