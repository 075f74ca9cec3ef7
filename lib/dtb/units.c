/* SPDX-License-Identifier: BSD-2-Clause */
/* From a tree to a configuration: RAM, combiner, SYSMMUs, masters. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <armdma/combiner.h>

#include "lib/dtb/internal.h"

#define SYSMMU "samsung,exynos-sysmmu"
#define MIB (1024ULL * 1024)
#define RAM_UNIT (4 * MIB)
#define LOWMEM_MAX (760 * MIB)	/* Linux: 240 MiB of the kernel's 1 GiB are for vmalloc */
#define RAM_END_MAX (1ULL << 40)
#define MAX_BANKS 16

struct reader {
	struct dtb_tree tree;
	struct armdma_dtb *d;
	int nodes[ARMDMA_DTB_MAX_UNITS];	/* of d->units */
};

/* ---- The SoC ------------------------------------------------------------------ */

static const struct { const char *compatible, *soc; uint32_t version; } socs[] = {
	{ "samsung,exynos3250", "exynos3250", ARMDMA_SYSMMU_V1_2 },
	{ "samsung,exynos4210", "exynos4210", ARMDMA_SYSMMU_V1_2 },
	{ "samsung,exynos4212", "exynos4212", ARMDMA_SYSMMU_V1_2 },
	{ "samsung,exynos4412", "exynos4412", ARMDMA_SYSMMU_V1_2 },
	{ "samsung,exynos5250", "exynos5250", ARMDMA_SYSMMU_V3_1 },
	{ "samsung,exynos5420", "exynos5420", ARMDMA_SYSMMU_V3_3 },
	{ "samsung,exynos5422", "exynos5422", ARMDMA_SYSMMU_V3_3 },
	{ "samsung,exynos5800", "exynos5800", ARMDMA_SYSMMU_V3_3 },
};

static uint32_t read_soc(struct reader *r)
{
	const struct armdma_dtb_options *opt = r->tree.opt;
	uint32_t version = ARMDMA_SYSMMU_V1_2;

	dtb_copy(r->d->cfg.soc, "unknown", sizeof(r->d->cfg.soc));
	for (size_t i = 0; i < sizeof(socs) / sizeof(socs[0]); i++)
		if (dtb_compatible(&r->tree, 0, socs[i].compatible)) {
			dtb_copy(r->d->cfg.soc, socs[i].soc, sizeof(r->d->cfg.soc));
			version = socs[i].version;
			break;
		}
	return opt->sysmmu_version ? opt->sysmmu_version : version;
}

/* ---- RAM ------------------------------------------------------------------------ */

struct bank {
	uint64_t base, size;
};

static int by_base(const void *a, const void *b)
{
	const struct bank *x = a, *y = b;

	return x->base < y->base ? -1 : x->base > y->base;
}

static bool is_memory(const struct dtb_tree *t, int node)
{
	int len = 0;
	const char *type = fdt_getprop(t->fdt, node, "device_type", &len);

	return type && len == 7 && !memcmp(type, "memory", 7);
}

static int read_banks(struct reader *r, struct bank *banks, uint32_t *n)
{
	const struct dtb_tree *t = &r->tree;
	int node, ret;

	fdt_for_each_subnode(node, t->fdt, 0) {
		uint64_t base, size;
		uint32_t cells;

		if (!is_memory(t, node) || !dtb_enabled(t, node))
			continue;
		ret = dtb_reg(t, node, 0, &base, &size);
		if (ret)
			return ret;
		cells = dtb_cell(t, 0, "#address-cells", 0) + dtb_cell(t, 0, "#size-cells", 0);
		for (uint32_t i = 0; i < dtb_cells(t, node, "reg") / (cells ? cells : 1) && *n < MAX_BANKS; i++) {
			ret = dtb_reg(t, node, i, &base, &size);
			if (ret)
				return ret;
			if (size && base + size < base)
				return dtb_bad(t, node, "reg: bank %u wraps", i);
			if (size)
				banks[(*n)++] = (struct bank){ base, size };
		}
	}
	return *n ? 0 : dtb_bad(t, -1, "no memory: no node with device_type \"memory\" that has a size");
}

static int read_ram(struct reader *r)
{
	struct bank banks[MAX_BANKS], ram;
	const struct dtb_tree *t = &r->tree;
	struct armdma_config *cfg = &r->d->cfg;
	uint64_t all = 0, end;
	uint32_t n = 0;
	int ret = read_banks(r, banks, &n);

	if (ret)
		return ret;
	qsort(banks, n, sizeof(banks[0]), by_base);
	ram = banks[0];
	for (uint32_t i = 0; i < n; i++) {
		all += banks[i].size;
		if (i && banks[i].base == ram.base + ram.size)
			ram.size += banks[i].size;
	}
	if (ram.size < all)
		dtb_note(t, -1, "RAM: only the first piece is used, %llu of %llu MiB",
			 (unsigned long long)(ram.size / MIB), (unsigned long long)(all / MIB));
	end = ram.base + ram.size < RAM_END_MAX ? ram.base + ram.size : RAM_END_MAX;
	cfg->ram_base = (ram.base + RAM_UNIT - 1) / RAM_UNIT * RAM_UNIT;
	end = end / RAM_UNIT * RAM_UNIT;
	if (end <= cfg->ram_base)
		return dtb_bad(t, -1, "RAM of 0x%llx bytes at 0x%llx has no whole 4 MiB below 1 TiB",
			       (unsigned long long)ram.size, (unsigned long long)ram.base);
	cfg->ram_size = end - cfg->ram_base;
	if (cfg->ram_size != ram.size)
		dtb_note(t, -1, "RAM: cut to whole 4 MiB, %llu MiB", (unsigned long long)(cfg->ram_size / MIB));
	if (t->opt->ram_size && t->opt->ram_size < cfg->ram_size)
		cfg->ram_size = t->opt->ram_size / RAM_UNIT * RAM_UNIT;
	cfg->lowmem_size = cfg->ram_size < LOWMEM_MAX ? cfg->ram_size : LOWMEM_MAX;
	return 0;
}

/* ---- Combiner ----------------------------------------------------------------------- */

static int read_combiner(struct reader *r)
{
	struct armdma_combiner_config *co = &r->d->cfg.combiner;
	const struct dtb_tree *t = &r->tree;
	int node = dtb_next(t, -1, "samsung,exynos4210-combiner"), ret;
	uint64_t base, size;
	uint32_t n;

	memset(co, 0, sizeof(*co));
	if (node < 0 || !dtb_enabled(t, node))
		return 0;
	ret = dtb_reg(t, node, 0, &base, &size);
	if (ret)
		return ret;
	n = dtb_has(t, node, "samsung,combiner-nr") ? dtb_cell(t, node, "samsung,combiner-nr", 0) : 16;
	if (!n || n > ARMDMA_MAX_COMBINER_GROUPS || dtb_cells(t, node, "interrupts") < 3 * n)
		return dtb_bad(t, node, "%u groups, interrupts for %u", n, dtb_cells(t, node, "interrupts") / 3);
	for (uint32_t g = 0; g < n; g++) {
		co->irq[g] = dtb_cell(t, node, "interrupts", 3 * g + 1);
		if (dtb_cell(t, node, "interrupts", 3 * g) || co->irq[g] >= ARMDMA_NR_IRQS)
			return dtb_bad(t, node, "group %u: <%u %u> is no SPI below %d", g,
				       dtb_cell(t, node, "interrupts", 3 * g), co->irq[g], ARMDMA_NR_IRQS);
	}
	co->reg_base = base;
	co->nr_groups = n;
	return 0;
}

/* ---- What SYSMMUs and masters have in common --------------------------------------------- */

static void read_clocks(const struct dtb_tree *t, int node, struct armdma_dtb_unit *u)
{
	uint32_t n = dtb_cells(t, node, "clocks");

	for (uint32_t i = 0; i < n && u->nr_clocks < ARMDMA_DTB_MAX_CLOCKS;) {
		uint32_t phandle = dtb_cell(t, node, "clocks", i), cells;
		int provider = dtb_node(t, phandle), k = (int)u->nr_clocks, len = 0;
		const char *name;

		if (provider < 0) {
			dtb_note(t, node, "clock %d: there is no provider <%u>", k, phandle);
			return;
		}
		cells = dtb_cell(t, provider, "#clock-cells", 0);
		if (cells > n - i - 1) {
			dtb_note(t, node, "clock %d: its provider wants %u cells, there are %u", k, cells, n - i - 1);
			return;
		}
		name = fdt_stringlist_get(t->fdt, node, "clock-names", k, &len);
		if (name)
			dtb_copy(u->clocks[k].name, name, sizeof(u->clocks[k].name));
		u->clocks[k].provider = phandle;
		u->clocks[k].id = cells ? dtb_cell(t, node, "clocks", i + 1) : 0;
		u->nr_clocks++;
		i += 1 + cells;
	}
}

static int read_power_domain(const struct dtb_tree *t, int node, struct armdma_dtb_unit *u)
{
	const char *label;
	int pd, len = 0;

	if (!dtb_has(t, node, "power-domains"))
		return 0;
	pd = dtb_node(t, dtb_cell(t, node, "power-domains", 0));
	if (pd < 0)
		return dtb_bad(t, node, "power-domains: there is no node <%u>", dtb_cell(t, node, "power-domains", 0));
	label = fdt_stringlist_get(t->fdt, pd, "label", 0, &len);
	if (!label || !*label)
		label = fdt_get_name(t->fdt, pd, &len);
	/* Names of nodes are "power-domain@ADDRESS": the address tells them apart. */
	if (label && strlen(label) >= sizeof(u->power_domain) && strchr(label, '@'))
		label = strchr(label, '@');
	dtb_copy(u->power_domain, label ? label : "", sizeof(u->power_domain));
	return 0;
}

/* Room for a unit, with all but its name. */
static int add_unit(struct reader *r, int node, struct armdma_dtb_unit **out)
{
	struct armdma_dtb *d = r->d;
	struct armdma_dtb_unit *u = &d->units[d->nr_units];
	int ret;

	memset(u, 0, sizeof(*u));
	if (fdt_get_path(r->tree.fdt, node, u->path, sizeof(u->path)))
		dtb_copy(u->path, "(too long)", sizeof(u->path));
	read_clocks(&r->tree, node, u);
	ret = read_power_domain(&r->tree, node, u);
	if (ret)
		return ret;
	r->nodes[d->nr_units++] = node;
	*out = u;
	return 0;
}

static int too_many(const struct reader *r, int node, const char *what, int max)
{
	dtb_bad(&r->tree, node, "more than %d %s", max, what);
	return -E2BIG;
}

/* ---- SYSMMUs -------------------------------------------------------------------------- */

static int add_sysmmu(struct reader *r, int node, uint32_t version)
{
	struct armdma_config *cfg = &r->d->cfg;
	struct armdma_sysmmu_config *mmu = &cfg->sysmmus[cfg->nr_sysmmus];
	struct armdma_dtb_unit *u;
	const char *name = fdt_get_name(r->tree.fdt, node, NULL);
	uint64_t base;
	int ret;

	if (cfg->nr_sysmmus == ARMDMA_MAX_SYSMMUS)
		return too_many(r, node, "SYSMMUs", ARMDMA_MAX_SYSMMUS);
	ret = add_unit(r, node, &u);
	if (ret)
		return ret;
	ret = dtb_reg(&r->tree, node, 0, &base, &u->reg_size);
	if (!ret)
		ret = dtb_irq(&r->tree, node, &mmu->irq);
	if (ret == -ENOENT)
		return dtb_bad(&r->tree, node, "has no interrupt");
	if (ret)
		return ret;
	if (!name || strlen(name) >= sizeof(mmu->name))
		return dtb_bad(&r->tree, node, "the name is longer than %zu characters", sizeof(mmu->name) - 1);
	dtb_copy(mmu->name, name, sizeof(mmu->name));
	dtb_copy(u->name, name, sizeof(u->name));
	mmu->reg_base = base;
	mmu->version = version;
	dtb_copy(mmu->power_domain, u->power_domain, sizeof(mmu->power_domain));
	u->sysmmu = true;
	u->version_assumed = !r->tree.opt->sysmmu_version;
	if (u->version_assumed)
		dtb_note(&r->tree, node, "version %u.%u is assumed, the tree does not say it", version >> 28,
			 version >> 21 & 0x7F);
	cfg->nr_sysmmus++;
	return 0;
}

static int read_sysmmus(struct reader *r, uint32_t version)
{
	int node, ret;

	for (node = dtb_next(&r->tree, -1, SYSMMU); node >= 0; node = dtb_next(&r->tree, node, SYSMMU)) {
		if (!dtb_enabled(&r->tree, node))
			continue;
		ret = add_sysmmu(r, node, version);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- Masters ---------------------------------------------------------------------------- */

static bool taken(const struct armdma_config *cfg, const char *name)
{
	for (uint32_t i = 0; i < cfg->nr_devices; i++)
		if (!strcmp(cfg->devices[i].name, name))
			return true;
	for (uint32_t i = 0; i < cfg->nr_sysmmus; i++)
		if (!strcmp(cfg->sysmmus[i].name, name))
			return true;
	return false;
}

/* Alias that leads to the node, or NULL. */
static const char *alias_of(const struct dtb_tree *t, int node)
{
	int aliases = fdt_path_offset(t->fdt, "/aliases"), prop;

	if (aliases < 0)
		return NULL;
	fdt_for_each_property_offset(prop, t->fdt, aliases) {
		const char *name, *path;
		int len = 0;

		path = fdt_getprop_by_offset(t->fdt, prop, &name, &len);
		if (path && len > 1 && !path[len - 1] && path[0] == '/' &&
		    fdt_path_offset_namelen(t->fdt, path, (int)strlen(path)) == node)
			return name;
	}
	return NULL;
}

static void name_master(const struct reader *r, int node, char *name)
{
	const char *from = alias_of(&r->tree, node);
	char base[ARMDMA_NAME_LEN];
	size_t len;

	if (!from)
		from = fdt_get_name(r->tree.fdt, node, NULL);
	if (!from || !*from)
		from = "master";
	len = strcspn(from, "@");
	snprintf(base, sizeof(base), "%.*s", (int)(len < 12 ? len : 12), from);
	dtb_copy(name, base, ARMDMA_NAME_LEN);
	for (unsigned int i = 1; taken(&r->d->cfg, name) && i < 100; i++)
		snprintf(name, ARMDMA_NAME_LEN, "%.12s-%u", base, i);
}

/* Name of the SYSMMU of a phandle; NULL: it is switched off. */
static int find_sysmmu(const struct reader *r, int node, uint32_t phandle, const char **name)
{
	int mmu = dtb_node(&r->tree, phandle);

	*name = NULL;
	if (mmu < 0)
		return dtb_bad(&r->tree, node, "iommus: there is no node <%u>", phandle);
	if (!dtb_compatible(&r->tree, mmu, SYSMMU))
		return dtb_bad(&r->tree, node, "iommus: <%u> is no SYSMMU", phandle);
	if (dtb_cell(&r->tree, mmu, "#iommu-cells", 0))
		return dtb_bad(&r->tree, node, "iommus: a SYSMMU has no #iommu-cells, this one %u",
			       dtb_cell(&r->tree, mmu, "#iommu-cells", 0));
	for (uint32_t i = 0; i < r->d->cfg.nr_sysmmus; i++)
		if (r->nodes[i] == mmu)
			*name = r->d->cfg.sysmmus[i].name;
	return 0;
}

static bool in_use(const struct armdma_config *cfg, const char *sysmmu)
{
	for (uint32_t i = 0; i <= cfg->nr_devices && i < ARMDMA_MAX_DEVICES; i++) {
		const struct armdma_device_config *dev = &cfg->devices[i];

		if (!strcmp(dev->sysmmu, sysmmu))
			return true;
		for (int k = 0; k < ARMDMA_MAX_PORTS - 1; k++)
			if (!strcmp(dev->more_sysmmus[k], sysmmu))
				return true;
	}
	return false;
}

static int connect(struct reader *r, int node, struct armdma_device_config *dev)
{
	uint32_t n = dtb_cells(&r->tree, node, "iommus"), port = 0;
	const char *mmu;
	int ret;

	if (!n)
		return dtb_bad(&r->tree, node, "iommus: no phandle");
	for (uint32_t i = 0; i < n; i++) {
		ret = find_sysmmu(r, node, dtb_cell(&r->tree, node, "iommus", i), &mmu);
		if (ret)
			return ret;
		if (!mmu) {
			dtb_note(&r->tree, node, "its SYSMMU <%u> is switched off: physical addresses there",
				 dtb_cell(&r->tree, node, "iommus", i));
			continue;
		}
		if (in_use(&r->d->cfg, mmu))
			return dtb_bad(&r->tree, node, "iommus: %s already has a master", mmu);
		if (port == ARMDMA_MAX_PORTS)
			return dtb_bad(&r->tree, node, "iommus: more than %d SYSMMUs", ARMDMA_MAX_PORTS);
		dtb_copy(port ? dev->more_sysmmus[port - 1] : dev->sysmmu, mmu, ARMDMA_NAME_LEN);
		port++;
	}
	return 0;
}

static int add_master(struct reader *r, int node)
{
	struct armdma_config *cfg = &r->d->cfg;
	struct armdma_device_config *dev = &cfg->devices[cfg->nr_devices];
	struct armdma_dtb_unit *u;
	uint64_t base;
	int ret;

	if (cfg->nr_devices == ARMDMA_MAX_DEVICES)
		return too_many(r, node, "masters", ARMDMA_MAX_DEVICES);
	memset(dev, 0, sizeof(*dev));
	ret = connect(r, node, dev);
	if (!ret)
		ret = add_unit(r, node, &u);
	if (!ret)
		ret = dtb_reg(&r->tree, node, 0, &base, &u->reg_size);
	if (ret)
		return ret;
	name_master(r, node, dev->name);
	dtb_copy(u->name, dev->name, sizeof(u->name));
	dtb_copy(dev->power_domain, u->power_domain, sizeof(dev->power_domain));
	dev->kind = ARMDMA_DEV_MASTER;
	if (dtb_compatible(&r->tree, node, "samsung,exynos4210-fimc") ||
	    dtb_compatible(&r->tree, node, "samsung,exynos4212-fimc"))
		dev->kind = ARMDMA_DEV_FIMC;
	dev->reg_base = base;
	dev->addr_bits = 32;
	dev->coherent = dtb_has(&r->tree, node, "dma-coherent");
	ret = dtb_irq(&r->tree, node, &dev->irq);
	if (ret == -ENOENT)
		dtb_note(&r->tree, node, "has no interrupt that reaches a line");
	else if (ret)
		return ret;
	cfg->nr_devices++;
	return 0;
}

static int read_masters(struct reader *r)
{
	int depth = 0, node, ret;

	for (node = fdt_next_node(r->tree.fdt, -1, &depth); node >= 0;
	     node = fdt_next_node(r->tree.fdt, node, &depth)) {
		if (!dtb_has(&r->tree, node, "iommus") || !dtb_enabled(&r->tree, node))
			continue;
		ret = add_master(r, node);
		if (ret)
			return ret;
	}
	return 0;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static int read_all(struct reader *r)
{
	uint32_t version = read_soc(r);
	int ret = read_ram(r);

	if (!ret)
		ret = read_combiner(r);
	if (!ret)
		ret = read_sysmmus(r, version);
	if (!ret)
		ret = read_masters(r);
	return ret ? ret : armdma_config_check(&r->d->cfg, r->tree.err);
}

int armdma_dtb_read(struct armdma_dtb *d, const void *dtb, size_t len,
		    const struct armdma_dtb_options *opt, struct armdma_error *err)
{
	static const struct armdma_dtb_options defaults;
	struct reader r = { .tree = { .err = err, .opt = opt ? opt : &defaults }, .d = d };
	void *copy;
	int ret;

	memset(d, 0, sizeof(*d));
	d->cfg = armdma_config_exynos4210();
	d->cfg.nr_sysmmus = d->cfg.nr_devices = 0;
	memset(d->cfg.sysmmus, 0, sizeof(d->cfg.sysmmus));
	memset(d->cfg.devices, 0, sizeof(d->cfg.devices));
	/* libfdt wants it aligned. */
	copy = malloc(len ? len : 1);
	if (!copy)
		return -ENOMEM;
	if (len)
		memcpy(copy, dtb, len);
	r.tree.fdt = copy;
	ret = fdt_check_full(copy, len);
	if (ret)
		ret = dtb_bad(&r.tree, -1, "%zu bytes that are no flattened tree: %s", len, fdt_strerror(ret));
	else
		ret = read_all(&r);
	free(copy);
	return ret;
}

int armdma_machine_from_dtb(struct armdma_machine **m, const void *dtb, size_t len,
			    const struct armdma_dtb_options *opt, struct armdma_error *err)
{
	struct armdma_dtb *d = malloc(sizeof(*d));
	int ret;

	*m = NULL;
	if (!d)
		return -ENOMEM;
	ret = armdma_dtb_read(d, dtb, len, opt, err);
	if (!ret)
		ret = armdma_machine_create(m, &d->cfg, err);
	free(d);
	return ret;
}
