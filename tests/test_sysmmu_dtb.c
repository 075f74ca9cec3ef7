/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines from device trees: small trees made here, right and broken ones. Trees of real boards: sysmmu_dtb_boards_test.sh.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include <armdma/dma.h>
#include <armdma/dtb.h>
#include <armdma/iommu.h>

#define SIZE 8192
#define MIB (1024u * 1024u)

enum { GIC = 1, COMBINER, CLOCK, PD_CAM, PD_PARENT, MMU_FIMC, MMU_L, MMU_R, PMU };

/* What differs from the tree that is right. */
struct spoil {
	const char *node, *prop;	/* prop is left out; or has these cells */
	uint32_t nr, cells[8];
	const char *text;		/* or is this string */
};

struct maker {
	void *fdt;
	const struct spoil *spoil;
	const char *node;
};

static bool spoilt(struct maker *m, const char *prop)
{
	const struct spoil *s = m->spoil;
	fdt32_t cells[8];

	if (!s || strcmp(s->node, m->node) || strcmp(s->prop, prop))
		return false;
	if (s->text) {
		assert_int_equal(fdt_property_string(m->fdt, prop, s->text), 0);
	} else if (s->nr) {
		for (uint32_t i = 0; i < s->nr; i++)
			cells[i] = cpu_to_fdt32(s->cells[i]);
		assert_int_equal(fdt_property(m->fdt, prop, cells, 4 * (int)s->nr), 0);
	}
	return true;
}

static void node(struct maker *m, const char *name)
{
	assert_int_equal(fdt_begin_node(m->fdt, name), 0);
	m->node = name;
}

static void end(struct maker *m)
{
	assert_int_equal(fdt_end_node(m->fdt), 0);
}

static void text(struct maker *m, const char *prop, const char *value)
{
	if (!spoilt(m, prop))
		assert_int_equal(fdt_property_string(m->fdt, prop, value), 0);
}

#define CELLS(m, prop, ...) \
	put_cells(m, prop, (uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4)
static void put_cells(struct maker *m, const char *prop, const uint32_t *v, size_t n)
{
	fdt32_t cells[64];

	if (spoilt(m, prop))
		return;
	assert_in_range(n, 1, 64);
	for (size_t i = 0; i < n; i++)
		cells[i] = cpu_to_fdt32(v[i]);
	assert_int_equal(fdt_property(m->fdt, prop, cells, 4 * (int)n), 0);
}

static void empty(struct maker *m, const char *prop)
{
	if (!spoilt(m, prop))
		assert_int_equal(fdt_property(m->fdt, prop, NULL, 0), 0);
}

static void sysmmu(struct maker *m, const char *name, uint32_t base, uint32_t group, uint32_t input, uint32_t phandle)
{
	node(m, name);
	text(m, "compatible", "samsung,exynos-sysmmu");
	CELLS(m, "reg", base, 0x1000);
	CELLS(m, "interrupt-parent", COMBINER);
	CELLS(m, "interrupts", group, input);
	CELLS(m, "clocks", CLOCK, 0x107, CLOCK, 0x100);
	if (!spoilt(m, "clock-names"))
		assert_int_equal(fdt_property(m->fdt, "clock-names", "sysmmu\0master", 14), 0);
	CELLS(m, "power-domains", PD_CAM);
	CELLS(m, "#iommu-cells", 0);
	CELLS(m, "phandle", phandle);
	end(m);
}

static void controllers(struct maker *m)
{
	uint32_t spis[48];

	node(m, "interrupt-controller@10490000");
	text(m, "compatible", "arm,cortex-a9-gic");
	CELLS(m, "#interrupt-cells", 3);
	empty(m, "interrupt-controller");
	CELLS(m, "reg", 0x10490000, 0x1000);
	CELLS(m, "phandle", GIC);
	end(m);
	node(m, "interrupt-controller@10440000");
	text(m, "compatible", "samsung,exynos4210-combiner");
	CELLS(m, "#interrupt-cells", 2);
	CELLS(m, "reg", 0x10440000, 0x1000);
	CELLS(m, "samsung,combiner-nr", 16);
	for (uint32_t g = 0; g < 16; g++) {
		spis[3 * g] = 0;
		spis[3 * g + 1] = g;
		spis[3 * g + 2] = 4;
	}
	put_cells(m, "interrupts", spis, 48);
	CELLS(m, "phandle", COMBINER);
	end(m);
	/* Hands interrupts on to the GIC. */
	node(m, "pmu@10020000");
	text(m, "compatible", "samsung,exynos4210-pmu");
	CELLS(m, "#interrupt-cells", 3);
	CELLS(m, "interrupt-parent", GIC);
	CELLS(m, "phandle", PMU);
	end(m);
}

static void soc(struct maker *m)
{
	node(m, "soc");
	text(m, "compatible", "simple-bus");
	CELLS(m, "#address-cells", 1);
	CELLS(m, "#size-cells", 1);
	empty(m, "ranges");
	controllers(m);
	node(m, "clock@10030000");
	CELLS(m, "#clock-cells", 1);
	CELLS(m, "phandle", CLOCK);
	end(m);
	node(m, "pd@10023c00");
	text(m, "compatible", "samsung,exynos4210-pd");
	text(m, "label", "CAM");
	CELLS(m, "phandle", PD_CAM);
	end(m);
	node(m, "camera");
	/* Its children's addresses are offsets. */
	CELLS(m, "#address-cells", 1);
	CELLS(m, "#size-cells", 1);
	CELLS(m, "ranges", 0x1800000, 0x11800000, 0x100000);
	text(m, "status", "okay");
	node(m, "fimc@11800000");
	text(m, "compatible", "samsung,exynos4210-fimc");
	CELLS(m, "reg", 0x1800000, 0x1000);
	CELLS(m, "interrupts", 0, 84, 4);
	CELLS(m, "iommus", MMU_FIMC);
	CELLS(m, "clocks", CLOCK, 0x100);
	CELLS(m, "power-domains", PD_CAM);
	end(m);
	end(m);
	sysmmu(m, "sysmmu@11a20000", 0x11A20000, 4, 2, MMU_FIMC);
	sysmmu(m, "sysmmu@13620000", 0x13620000, 5, 5, MMU_L);
	sysmmu(m, "sysmmu@13630000", 0x13630000, 5, 6, MMU_R);
	node(m, "codec@13400000");
	text(m, "compatible", "samsung,mfc-v5");
	CELLS(m, "reg", 0x13400000, 0x10000);
	CELLS(m, "interrupt-parent", PMU);
	CELLS(m, "interrupts", 0, 94, 4);
	CELLS(m, "iommus", MMU_L, MMU_R);
	end(m);
	end(m);
}

static size_t make(void *buf, const struct spoil *spoil)
{
	struct maker m = { .fdt = buf, .spoil = spoil };

	assert_int_equal(fdt_create(buf, SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(buf), 0);
	node(&m, "");
	CELLS(&m, "#address-cells", 1);
	CELLS(&m, "#size-cells", 1);
	CELLS(&m, "interrupt-parent", GIC);
	if (!spoilt(&m, "compatible"))
		assert_int_equal(fdt_property(buf, "compatible", "test,board\0samsung,exynos4210", 29), 0);
	node(&m, "aliases");
	text(&m, "fimc0", "/soc/camera/fimc@11800000");
	end(&m);
	node(&m, "memory@40000000");
	text(&m, "device_type", "memory");
	CELLS(&m, "reg", 0x40000000, 32 * MIB, 0x42000000, 32 * MIB);
	end(&m);
	soc(&m);
	end(&m);
	assert_int_equal(fdt_finish(buf), 0);
	return fdt_totalsize(buf);
}

/* ---- Trees that are right ---------------------------------------------------------- */

struct notes {
	unsigned int nr;
	char text[4096];
};

static void on_note(void *ctx, const char *line)
{
	struct notes *n = ctx;
	size_t at = strlen(n->text);

	n->nr++;
	snprintf(n->text + at, sizeof(n->text) - at, "%s\n", line);
}

static const struct armdma_dtb_unit *unit(const struct armdma_dtb *d, const char *name)
{
	for (uint32_t i = 0; i < d->nr_units; i++)
		if (!strcmp(d->units[i].name, name))
			return &d->units[i];
	fail_msg("there is no unit %s", name);
	return NULL;
}

static struct armdma_dtb *read_tree(const struct spoil *spoil, const struct armdma_dtb_options *opt)
{
	static struct armdma_dtb d;
	struct armdma_error err = { "" };
	char buf[SIZE];
	size_t len = make(buf, spoil);

	if (armdma_dtb_read(&d, buf, len, opt, &err))
		fail_msg("%s", err.msg);
	return &d;
}

static void tree_becomes_the_configuration(void **state)
{
	struct notes notes = { .nr = 0 };
	struct armdma_dtb_options opt = { .note = on_note, .note_ctx = &notes };
	const struct armdma_dtb *d = read_tree(NULL, &opt);
	const struct armdma_config *c = &d->cfg;
	const struct armdma_dtb_unit *u;

	(void)state;
	assert_string_equal(c->soc, "exynos4210");
	assert_int_equal(c->ram_base, 0x40000000);
	assert_int_equal(c->ram_size, 64 * MIB);	/* two banks side by side */
	assert_int_equal(c->combiner.reg_base, 0x10440000);
	assert_int_equal(c->combiner.nr_groups, 16);
	assert_int_equal(c->combiner.irq[15], 15);
	assert_int_equal(c->nr_sysmmus, 3);
	assert_string_equal(c->sysmmus[0].name, "sysmmu@11a20000");
	assert_int_equal(c->sysmmus[0].reg_base, 0x11A20000);
	assert_int_equal(c->sysmmus[0].irq, ARMDMA_IRQ_COMBINER(4, 2));
	assert_int_equal(c->sysmmus[0].version, ARMDMA_SYSMMU_V1_2);
	assert_string_equal(c->sysmmus[0].power_domain, "CAM");
	assert_int_equal(c->sysmmus[2].irq, ARMDMA_IRQ_COMBINER(5, 6));
	assert_int_equal(c->nr_devices, 2);
	assert_string_equal(c->devices[0].name, "fimc0");
	assert_int_equal(c->devices[0].kind, ARMDMA_DEV_FIMC);
	assert_int_equal(c->devices[0].reg_base, 0x11800000);	/* through the ranges of its bus */
	assert_int_equal(c->devices[0].irq, 84);
	assert_string_equal(c->devices[0].sysmmu, "sysmmu@11a20000");
	assert_string_equal(c->devices[1].name, "codec");
	assert_int_equal(c->devices[1].kind, ARMDMA_DEV_MASTER);
	assert_int_equal(c->devices[1].irq, 94);	/* through the PMU */
	assert_string_equal(c->devices[1].sysmmu, "sysmmu@13620000");
	assert_string_equal(c->devices[1].more_sysmmus[0], "sysmmu@13630000");
	assert_string_equal(c->devices[1].more_sysmmus[1], "");
	assert_int_equal(d->nr_units, 5);
	u = unit(d, "sysmmu@11a20000");
	assert_true(u->sysmmu);
	assert_true(u->version_assumed);
	assert_string_equal(u->path, "/soc/sysmmu@11a20000");
	assert_int_equal(u->nr_clocks, 2);
	assert_string_equal(u->clocks[0].name, "sysmmu");
	assert_int_equal(u->clocks[0].provider, CLOCK);
	assert_int_equal(u->clocks[0].id, 0x107);
	assert_string_equal(u->clocks[1].name, "master");
	assert_int_equal(u->clocks[1].id, 0x100);
	u = unit(d, "fimc0");
	assert_false(u->sysmmu || u->version_assumed);
	assert_string_equal(u->path, "/soc/camera/fimc@11800000");
	assert_int_equal(u->reg_size, 0x1000);
	assert_string_equal(u->power_domain, "CAM");
	assert_string_equal(unit(d, "codec")->power_domain, "");
	/* The three versions are assumptions, and nothing else is to be said. */
	assert_int_equal(notes.nr, 3);
	assert_non_null(strstr(notes.text, "sysmmu@11a20000: version 1.2 is assumed"));
}

static void version_is_the_callers_or_assumed_by_soc(void **state)
{
	static const struct { const char *compatible; uint32_t version; } socs[] = {
		{ "samsung,exynos4412", ARMDMA_SYSMMU_V1_2 }, { "samsung,exynos5250", ARMDMA_SYSMMU_V3_1 },
		{ "samsung,exynos5420", ARMDMA_SYSMMU_V3_3 }, { "vendor,other", ARMDMA_SYSMMU_V1_2 },
	};
	struct notes notes = { .nr = 0 };
	struct armdma_dtb_options opt = { .note = on_note, .note_ctx = &notes, .sysmmu_version = ARMDMA_SYSMMU_V2_1 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct spoil s = { "", "compatible", .text = socs[i].compatible };

		assert_int_equal(read_tree(&s, NULL)->cfg.sysmmus[1].version, socs[i].version);
	}
	assert_int_equal(read_tree(NULL, &opt)->cfg.sysmmus[1].version, ARMDMA_SYSMMU_V2_1);
	assert_false(unit(read_tree(NULL, &opt), "sysmmu@13620000")->version_assumed);
	assert_int_equal(notes.nr, 0);
}

static void what_is_switched_off_is_not_there(void **state)
{
	struct spoil camera = { "camera", "status", .text = "disabled" };
	struct spoil mmu = { "sysmmu@13620000", "clock-names", .text = "x" };
	struct armdma_dtb_options all = { .disabled = true };
	struct notes notes = { .nr = 0 };
	struct armdma_dtb_options opt = { .note = on_note, .note_ctx = &notes };
	const struct armdma_dtb *d = read_tree(&camera, NULL);
	char buf[SIZE];

	(void)state;
	assert_int_equal(d->cfg.nr_devices, 1);
	assert_string_equal(d->cfg.devices[0].name, "codec");
	assert_int_equal(d->cfg.nr_sysmmus, 3);
	assert_int_equal(read_tree(&camera, &all)->cfg.nr_devices, 2);
	/* A SYSMMU that is off: its master reaches physical addresses there, and that is told. */
	make(buf, &mmu);
	assert_int_equal(fdt_open_into(buf, buf, SIZE), 0);
	assert_int_equal(fdt_setprop_string(buf, fdt_path_offset(buf, "/soc/sysmmu@13620000"), "status", "disabled"), 0);
	{
		static struct armdma_dtb off;

		assert_int_equal(armdma_dtb_read(&off, buf, SIZE, &opt, NULL), 0);
		assert_int_equal(off.cfg.nr_sysmmus, 2);
		assert_string_equal(off.cfg.devices[1].sysmmu, "sysmmu@13630000");
		assert_string_equal(off.cfg.devices[1].more_sysmmus[0], "");
		assert_non_null(strstr(notes.text, "codec@13400000: its SYSMMU <7> is switched off"));
	}
}

static void ram_is_the_first_piece_in_whole_4_mib(void **state)
{
	struct spoil hole = { "memory@40000000", "reg", 4, { 0x50000000, 64 * MIB, 0x40000000, 32 * MIB + 4096 }, NULL };
	struct notes notes = { .nr = 0 };
	struct armdma_dtb_options opt = { .note = on_note, .note_ctx = &notes, .sysmmu_version = ARMDMA_SYSMMU_V1_2 };
	struct armdma_dtb_options little = { .ram_size = 17 * MIB };
	const struct armdma_dtb *d = read_tree(&hole, &opt);

	(void)state;
	assert_int_equal(d->cfg.ram_base, 0x40000000);
	assert_int_equal(d->cfg.ram_size, 32 * MIB);
	assert_int_equal(notes.nr, 2);
	assert_non_null(strstr(notes.text, "only the first piece is used, 32 of 96 MiB"));
	assert_int_equal(read_tree(NULL, &little)->cfg.ram_size, 16 * MIB);
}

/* ---- The machine runs ------------------------------------------------------------------ */

static int repair(void *ctx, const struct armdma_fault *f)
{
	struct armdma_domain *d = ctx;

	return armdma_iommu_map(d, f->iova & ARMDMA_PAGE_MASK, 0x40800000, ARMDMA_PAGE_SIZE,
				ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);
}

static void machine_translates_and_faults_through_the_combiner(void **state)
{
	static const char *const masters[] = { "fimc0", "codec" };
	struct armdma_error err = { "" };
	uint8_t data[64], got[64];
	struct armdma_machine *m;
	char buf[SIZE];

	(void)state;
	if (armdma_machine_from_dtb(&m, buf, make(buf, NULL), NULL, &err))
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < 2; i++) {
		struct armdma_device *dev = armdma_device_find(m, masters[i]);
		struct armdma_domain *d = armdma_domain_alloc(m);

		assert_non_null(dev);
		assert_int_equal(armdma_domain_attach(d, dev), 0);
		armdma_domain_set_fault_handler(d, repair, d);
		memset(data, (int)i + 1, sizeof(data));
		assert_int_equal(armdma_hw_master_write_sync(armdma_machine_hw(m), masters[i], 0x12345000, data, 64,
							     100000), 0);
		armdma_hw_phys_read(armdma_machine_hw(m), 0x40800000, got, 64);
		assert_memory_equal(got, data, 64);
		assert_int_equal(armdma_domain_detach(d, dev), 0);
		armdma_domain_free(d);
	}
	armdma_machine_destroy(m);
}

/* Both ports of the codec carry one table: what is mapped once translates on the left and on the right. */
static void two_sysmmus_of_a_master_share_a_table(void **state)
{
	static const char *const ports[] = { "codec", "codec:1" };
	uint8_t data[64] = { 1, 2, 3 }, got[64];
	struct armdma_machine *m;
	struct armdma_domain *d;
	char buf[SIZE];

	(void)state;
	assert_int_equal(armdma_machine_from_dtb(&m, buf, make(buf, NULL), NULL, NULL), 0);
	d = armdma_domain_alloc(m);
	assert_int_equal(armdma_domain_attach(d, armdma_device_find(m, "codec")), 0);
	for (unsigned int i = 0; i < 2; i++) {
		armdma_dma_t iova = 0x10000000 + i * 0x1000;
		armdma_phys_t pa = 0x41000000 + i * 0x1000;

		assert_int_equal(armdma_iommu_map(d, iova, pa, 4096, ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE), 0);
		for (int k = 0; k < 2; k++) {
			data[3] = (uint8_t)(2 * i + (unsigned int)k);
			assert_int_equal(armdma_hw_master_write_sync(armdma_machine_hw(m), ports[k], iova, data, 64,
								     100000), 0);
			armdma_hw_phys_read(armdma_machine_hw(m), pa, got, 64);
			assert_memory_equal(got, data, 64);
		}
	}
	assert_int_equal(armdma_domain_detach(d, armdma_device_find(m, "codec")), 0);
	armdma_domain_free(d);
	armdma_machine_destroy(m);
}

/* ---- Trees that are not right -------------------------------------------------------------- */

static void broken_trees_are_refused_with_the_node_and_the_reason(void **state)
{
	static const struct { struct spoil spoil; const char *says[2]; } rows[] = {
		{ { "sysmmu@11a20000", "reg", 0, { 0 }, NULL }, { "sysmmu@11a20000: reg" } },
		{ { "sysmmu@11a20000", "reg", 1, { 0x11A20000 }, NULL }, { "sysmmu@11a20000: reg" } },
		{ { "sysmmu@11a20000", "reg", 2, { 0x11A20010, 0x1000 }, NULL }, { "sysmmu@11a20000", "4 KiB" } },
		{ { "sysmmu@11a20000", "reg", 2, { 0x41000000, 0x1000 }, NULL }, { "sysmmu@11a20000", "RAM" } },
		{ { "sysmmu@11a20000", "reg", 2, { 0x13620000, 0x1000 }, NULL }, { "sysmmu@11a20000", "overlap" } },
		{ { "sysmmu@11a20000", "interrupts", 0, { 0 }, NULL }, { "sysmmu@11a20000: has no interrupt" } },
		{ { "sysmmu@11a20000", "interrupts", 1, { 4 }, NULL }, { "sysmmu@11a20000: interrupts", "wants 2" } },
		{ { "sysmmu@11a20000", "interrupts", 2, { 16, 0 }, NULL }, { "sysmmu@11a20000", "interrupt 384" } },
		{ { "sysmmu@11a20000", "interrupts", 2, { 4, 8 }, NULL }, { "sysmmu@11a20000", "<4 8>" } },
		{ { "sysmmu@11a20000", "interrupt-parent", 1, { 77 }, NULL }, { "sysmmu@11a20000", "no such interrupt controller" } },
		{ { "sysmmu@11a20000", "#iommu-cells", 1, { 1 }, NULL }, { "fimc@11800000: iommus", "#iommu-cells" } },
		{ { "sysmmu@11a20000", "power-domains", 1, { 77 }, NULL }, { "sysmmu@11a20000: power-domains" } },
		{ { "sysmmu@11a20000", "phandle", 0, { 0 }, NULL }, { "fimc@11800000: iommus", "<6>" } },
		{ { "sysmmu@11a20000", "phandle", 1, { MMU_L }, NULL }, { "" } },
		{ { "fimc@11800000", "iommus", 1, { CLOCK }, NULL }, { "fimc@11800000: iommus", "no SYSMMU" } },
		{ { "fimc@11800000", "iommus", 1, { MMU_L }, NULL }, { "codec@13400000: iommus", "already has a master" } },
		{ { "fimc@11800000", "iommus", .text = "xy" }, { "fimc@11800000: iommus: no phandle" } },
		{ { "fimc@11800000", "reg", 0, { 0 }, NULL }, { "fimc@11800000: reg" } },
		{ { "fimc@11800000", "reg", 2, { 0x1900000, 0x1000 }, NULL }, { "fimc@11800000: reg", "ranges" } },
		{ { "camera", "ranges", 0, { 0 }, NULL }, { "fimc@11800000: reg", "ranges" } },
		{ { "camera", "#size-cells", 1, { 3 }, NULL }, { "fimc@11800000" } },
		{ { "fimc@11800000", "interrupts", 3, { 0, 300, 4 }, NULL }, { "fimc@11800000", "<0 300>" } },
		{ { "codec@13400000", "iommus", 2, { MMU_L, MMU_L }, NULL }, { "codec@13400000: iommus", "already" } },
		{ { "pmu@10020000", "interrupt-parent", 1, { PMU }, NULL }, { "codec@13400000", "no end" } },
		{ { "interrupt-controller@10440000", "samsung,combiner-nr", 1, { 33 }, NULL }, { "interrupt-controller@10440000", "33" } },
		{ { "interrupt-controller@10440000", "samsung,combiner-nr", 1, { 17 }, NULL }, { "interrupt-controller@10440000", "17" } },
		{ { "interrupt-controller@10440000", "compatible", .text = "other" }, { "sysmmu@11a20000: has no interrupt" } },
		{ { "memory@40000000", "reg", 0, { 0 }, NULL }, { "memory@40000000: reg" } },
		{ { "memory@40000000", "reg", 2, { 0x40000000, 0 }, NULL }, { "no memory" } },
		{ { "memory@40000000", "reg", 2, { 0x40100000, 0x100000 }, NULL }, { "RAM", "4 MiB" } },
		{ { "memory@40000000", "device_type", .text = "other" }, { "no memory" } },
		{ { "", "#address-cells", 1, { 0 }, NULL }, { "memory@40000000", "cells" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct spoil *s = &rows[i].spoil;
		static struct armdma_dtb d;
		struct armdma_error err = { "" };
		struct armdma_machine *m = NULL;
		char buf[SIZE];
		size_t len = make(buf, s);

		if (armdma_dtb_read(&d, buf, len, NULL, &err) != -EINVAL)
			fail_msg("row %zu, %s of %s: accepted", i, s->prop, s->node);
		for (int k = 0; k < 2 && rows[i].says[k]; k++)
			if (!strstr(err.msg, rows[i].says[k]))
				fail_msg("row %zu, %s of %s: \"%s\" does not say \"%s\"", i, s->prop, s->node, err.msg,
					 rows[i].says[k]);
		assert_int_equal(armdma_machine_from_dtb(&m, buf, len, NULL, NULL), -EINVAL);
		assert_null(m);
	}
}

/* Each controller is the other's parent, and each bus is deep: the reader comes to an end all the same. */
static void trees_without_end_are_refused(void **state)
{
	static struct armdma_dtb d;
	struct armdma_error err = { "" };
	char buf[SIZE];
	int n;

	(void)state;
	make(buf, NULL);
	assert_int_equal(fdt_open_into(buf, buf, SIZE), 0);
	n = fdt_path_offset(buf, "/soc/pmu@10020000");
	assert_int_equal(fdt_setprop_u32(buf, n, "interrupt-parent", 99), 0);
	n = fdt_add_subnode(buf, 0, "loop");
	assert_int_equal(fdt_setprop_u32(buf, n, "phandle", 99), 0);
	assert_int_equal(fdt_setprop_u32(buf, n, "#interrupt-cells", 3), 0);
	assert_int_equal(fdt_setprop_u32(buf, n, "interrupt-parent", PMU), 0);
	assert_int_equal(armdma_dtb_read(&d, buf, SIZE, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "codec@13400000: its interrupt comes to no end"));

	make(buf, NULL);
	assert_int_equal(fdt_open_into(buf, buf, SIZE), 0);
	n = fdt_path_offset(buf, "/soc");
	for (int depth = 0; depth < 20; depth++) {
		n = fdt_add_subnode(buf, n, "bus");
		assert_true(n >= 0);
		assert_int_equal(fdt_setprop(buf, n, "ranges", NULL, 0), 0);
		assert_int_equal(fdt_setprop_u32(buf, n, "#address-cells", 1), 0);
		assert_int_equal(fdt_setprop_u32(buf, n, "#size-cells", 1), 0);
	}
	assert_int_equal(fdt_setprop_string(buf, n, "compatible", "samsung,exynos-sysmmu"), 0);
	assert_int_equal(fdt_setprop_u32(buf, n, "reg", 0x12000000), 0);
	assert_int_equal(fdt_appendprop_u32(buf, n, "reg", 0x1000), 0);
	assert_int_equal(armdma_dtb_read(&d, buf, SIZE, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "too deep"));
}

static void more_units_than_there_is_room_for(void **state)
{
	static struct armdma_dtb d;
	static char big[16 * SIZE];
	struct armdma_error err = { "" };
	char buf[SIZE], name[32];
	int n;

	(void)state;
	make(buf, NULL);
	assert_int_equal(fdt_open_into(buf, big, sizeof(big)), 0);
	for (uint32_t i = 0; i < ARMDMA_MAX_SYSMMUS - 2; i++) {
		uint32_t base = 0x14000000 + i * 0x10000;

		snprintf(name, sizeof(name), "sysmmu@%x", base);
		n = fdt_add_subnode(big, fdt_path_offset(big, "/soc"), name);
		assert_true(n >= 0);
		assert_int_equal(fdt_setprop_string(big, n, "compatible", "samsung,exynos-sysmmu"), 0);
		assert_int_equal(fdt_setprop_u32(big, n, "reg", base), 0);
		assert_int_equal(fdt_appendprop_u32(big, n, "reg", 0x1000), 0);
		assert_int_equal(fdt_setprop_u32(big, n, "interrupts", 0), 0);
		assert_int_equal(fdt_appendprop_u32(big, n, "interrupts", 50 + i), 0);
		assert_int_equal(fdt_appendprop_u32(big, n, "interrupts", 4), 0);
		assert_int_equal(armdma_dtb_read(&d, big, sizeof(big), NULL, &err),
				 i + 4 <= ARMDMA_MAX_SYSMMUS ? 0 : -E2BIG);
	}
	assert_non_null(strstr(err.msg, "more than 24 SYSMMUs"));
}

/* A description that is accepted is one that hardware can be built from. */
static void try_bytes(const char *buf, size_t len, unsigned int *accepted)
{
	static struct armdma_dtb d;
	struct armdma_error err = { "" };
	int ret = armdma_dtb_read(&d, buf, len, NULL, &err);

	if (!ret) {
		assert_int_equal(armdma_config_check(&d.cfg, NULL), 0);
		++*accepted;
		return;
	}
	assert_true(ret == -EINVAL || ret == -E2BIG);
	assert_true(err.msg[0]);
}

static void every_truncation_is_refused(void **state)
{
	unsigned int accepted = 0;
	char buf[SIZE];
	size_t len = make(buf, NULL);

	(void)state;
	for (size_t n = 0; n < len; n++) {
		char *cut = malloc(n + 1);	/* so that a look beyond is seen by sanitizers */

		memcpy(cut, buf, n);
		try_bytes(cut, n, &accepted);
		free(cut);
	}
	assert_int_equal(accepted, 0);
	try_bytes(buf, len, &accepted);
	assert_int_equal(accepted, 1);
}

static void no_bit_flip_does_harm(void **state)
{
	unsigned int accepted = 0, tried = 0;
	char buf[SIZE], *flipped;
	size_t len = make(buf, NULL);

	(void)state;
	flipped = malloc(len);
	/* One bit in 3 of all, each bit of a byte in turn. */
	for (size_t bit = 0; bit < 8 * len; bit += 3, tried++) {
		memcpy(flipped, buf, len);
		flipped[bit / 8] ^= (char)(1 << bit % 8);
		try_bytes(flipped, len, &accepted);
	}
	/* Many flips leave a tree of sense: other names, addresses, numbers. Many do not. */
	assert_in_range(accepted, tried / 20, tried - tried / 20);
	free(flipped);
}

static void random_words_in_random_places(void **state)
{
	unsigned int accepted = 0;
	uint32_t seed = 99;
	char buf[SIZE], *bad;
	size_t len = make(buf, NULL);

	(void)state;
	bad = malloc(len);
	for (int round = 0; round < 3000; round++) {
		memcpy(bad, buf, len);
		for (int k = 0; k <= round % 4; k++) {
			size_t at;

			seed = seed * 1664525u + 1013904223u;
			at = (seed >> 8) % (len / 4) * 4;
			seed = seed * 1664525u + 1013904223u;
			/* Small numbers are phandles and cell counts, large ones lengths that wrap. */
			bad[at] = bad[at + 1] = bad[at + 2] = seed >> 31 ? (char)0xFF : 0;
			bad[at + 3] = (char)(seed >> 16 & 0xF);
		}
		try_bytes(bad, len, &accepted);
	}
	assert_in_range(accepted, 1, 2999);
	free(bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_becomes_the_configuration),
		cmocka_unit_test(version_is_the_callers_or_assumed_by_soc),
		cmocka_unit_test(what_is_switched_off_is_not_there),
		cmocka_unit_test(ram_is_the_first_piece_in_whole_4_mib),
		cmocka_unit_test(machine_translates_and_faults_through_the_combiner),
		cmocka_unit_test(two_sysmmus_of_a_master_share_a_table),
		cmocka_unit_test(broken_trees_are_refused_with_the_node_and_the_reason),
		cmocka_unit_test(trees_without_end_are_refused),
		cmocka_unit_test(more_units_than_there_is_room_for),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(no_bit_flip_does_harm),
		cmocka_unit_test(random_words_in_random_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
