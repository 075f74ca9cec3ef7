/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Questions to a tree: cells, addresses through `ranges`, interrupts through their parents.
 *
 * The bytes may be anything that libfdt takes for a tree: no length, phandle or string is believed without a look.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "lib/dtb/internal.h"

/* ---- Messages ---------------------------------------------------------------- */

static void name_of(const struct dtb_tree *t, int node, char *buf, size_t size)
{
	const char *name = node >= 0 ? fdt_get_name(t->fdt, node, NULL) : NULL;

	snprintf(buf, size, "%s%s", name ? name : "device tree", name && !*name ? "/" : "");
}

int dtb_bad(const struct dtb_tree *t, int node, const char *fmt, ...)
{
	char name[64], text[160];
	va_list ap;

	if (!t->err)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	name_of(t, node, name, sizeof(name));
	snprintf(t->err->msg, sizeof(t->err->msg), "%s: %s", name, text);
	return -EINVAL;
}

void dtb_note(const struct dtb_tree *t, int node, const char *fmt, ...)
{
	char name[64], text[160], line[256];
	va_list ap;

	if (!t->opt->note)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	name_of(t, node, name, sizeof(name));
	snprintf(line, sizeof(line), "%s: %s", name, text);
	t->opt->note(t->opt->note_ctx, line);
}

void dtb_copy(char *to, const char *from, size_t size)
{
	size_t n = strnlen(from, size - 1);

	memcpy(to, from, n);
	to[n] = 0;
}

/* ---- Properties ---------------------------------------------------------------- */

static const fdt32_t *cells_of(const struct dtb_tree *t, int node, const char *prop, uint32_t *n)
{
	int len = 0;
	const void *p = node >= 0 ? fdt_getprop(t->fdt, node, prop, &len) : NULL;

	*n = p && len > 0 && len % 4 == 0 ? (uint32_t)len / 4 : 0;
	return *n ? p : NULL;
}

uint32_t dtb_cells(const struct dtb_tree *t, int node, const char *prop)
{
	uint32_t n;

	cells_of(t, node, prop, &n);
	return n;
}

uint32_t dtb_cell(const struct dtb_tree *t, int node, const char *prop, uint32_t i)
{
	uint32_t n;
	const fdt32_t *p = cells_of(t, node, prop, &n);

	return i < n ? fdt32_ld(p + i) : 0;
}

bool dtb_has(const struct dtb_tree *t, int node, const char *prop)
{
	return fdt_getprop(t->fdt, node, prop, NULL);
}

bool dtb_compatible(const struct dtb_tree *t, int node, const char *what)
{
	int len = 0;
	const char *list = fdt_getprop(t->fdt, node, "compatible", &len);

	return list && len > 0 && fdt_stringlist_contains(list, len, what);
}

static bool is_okay(const struct dtb_tree *t, int node)
{
	int len = 0;
	const char *s = fdt_getprop(t->fdt, node, "status", &len);

	return !s || (len >= 3 && (!strncmp(s, "okay", (size_t)len) || !strncmp(s, "ok", (size_t)len)));
}

bool dtb_enabled(const struct dtb_tree *t, int node)
{
	if (t->opt->disabled)
		return true;
	for (int depth = 0; node >= 0 && depth < DTB_MAX_DEPTH; depth++) {
		if (!is_okay(t, node))
			return false;
		node = fdt_parent_offset(t->fdt, node);
	}
	return true;
}

int dtb_node(const struct dtb_tree *t, uint32_t phandle)
{
	return phandle ? fdt_node_offset_by_phandle(t->fdt, phandle) : -FDT_ERR_BADPHANDLE;
}

int dtb_next(const struct dtb_tree *t, int node, const char *compatible)
{
	return fdt_node_offset_by_compatible(t->fdt, node, compatible);
}

/* ---- Addresses ------------------------------------------------------------------ */

/* "#address-cells" or "#size-cells" for the children of a node: 1 or 2; 0: neither. */
static uint32_t cells_for(const struct dtb_tree *t, int node, const char *prop, uint32_t otherwise)
{
	uint32_t n = dtb_has(t, node, prop) ? dtb_cell(t, node, prop, 0) : otherwise;

	return n <= 2 ? n : 0;
}

static uint64_t number(const struct dtb_tree *t, int node, const char *prop, uint32_t at, uint32_t cells)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < cells; i++)
		v = v << 32 | dtb_cell(t, node, prop, at + i);
	return v;
}

/* From the address space of a bus's children to that of the bus itself. False: no way. */
static bool translate(const struct dtb_tree *t, int bus, int above, uint64_t *addr, uint64_t size)
{
	uint32_t child = cells_for(t, bus, "#address-cells", 2), sizes = cells_for(t, bus, "#size-cells", 1);
	uint32_t parent = cells_for(t, above, "#address-cells", 2), n = dtb_cells(t, bus, "ranges");
	uint32_t entry = child + parent + sizes;

	if (!dtb_has(t, bus, "ranges"))
		return false;
	if (!n)
		return true;	/* empty: the same addresses */
	if (!child || !parent || !sizes)
		return false;
	for (uint32_t i = 0; i + entry <= n; i += entry) {
		uint64_t from = number(t, bus, "ranges", i, child);
		uint64_t to = number(t, bus, "ranges", i + child, parent);
		uint64_t len = number(t, bus, "ranges", i + child + parent, sizes);

		if (*addr < from || *addr - from >= len || size > len - (*addr - from))
			continue;
		*addr = to + (*addr - from);
		return true;
	}
	return false;
}

int dtb_reg(const struct dtb_tree *t, int node, uint32_t i, uint64_t *base, uint64_t *size)
{
	int bus = fdt_parent_offset(t->fdt, node);
	uint32_t addrs, sizes, entry;

	if (bus < 0)
		return dtb_bad(t, node, "has no parent");
	addrs = cells_for(t, bus, "#address-cells", 2);
	sizes = cells_for(t, bus, "#size-cells", 1);
	entry = addrs + sizes;
	if (!addrs || !sizes)
		return dtb_bad(t, node, "its bus has no 1 or 2 #address-cells and #size-cells");
	if (dtb_cells(t, node, "reg") < (i + 1) * entry)
		return dtb_bad(t, node, "reg: %u cells, block %u needs %u of %u", dtb_cells(t, node, "reg"), i,
			       (i + 1) * entry, entry);
	*base = number(t, node, "reg", i * entry, addrs);
	*size = number(t, node, "reg", i * entry + addrs, sizes);
	for (int depth = 0; depth < DTB_MAX_DEPTH; depth++) {
		int above = fdt_parent_offset(t->fdt, bus);

		if (above < 0)
			return 0;	/* the bus is the root */
		if (!translate(t, bus, above, base, *size))
			return dtb_bad(t, node, "reg: 0x%llx is not in the ranges of a bus above",
				       (unsigned long long)*base);
		bus = above;
	}
	return dtb_bad(t, node, "lies too deep in the tree");
}

/* ---- Interrupts ------------------------------------------------------------------ */

/* One interrupt on its way up. */
struct interrupt {
	int controller;
	uint32_t cells[4];
	uint32_t nr_cells;
};

static int parent_of(const struct dtb_tree *t, int node)
{
	for (int depth = 0; node >= 0 && depth < DTB_MAX_DEPTH; depth++) {
		if (dtb_has(t, node, "interrupt-parent"))
			return dtb_node(t, dtb_cell(t, node, "interrupt-parent", 0));
		node = fdt_parent_offset(t->fdt, node);
	}
	return -FDT_ERR_NOTFOUND;
}

/* The first interrupt as its own controller knows it. */
static int first_interrupt(const struct dtb_tree *t, int node, struct interrupt *irq)
{
	bool extended = dtb_has(t, node, "interrupts-extended");
	const char *prop = extended ? "interrupts-extended" : "interrupts";

	if (!extended && !dtb_has(t, node, prop))
		return -ENOENT;
	irq->controller = extended ? dtb_node(t, dtb_cell(t, node, prop, 0)) : parent_of(t, node);
	if (irq->controller < 0)
		return dtb_bad(t, node, "%s: there is no such interrupt controller", prop);
	irq->nr_cells = dtb_cell(t, irq->controller, "#interrupt-cells", 0);
	if (!irq->nr_cells || irq->nr_cells > 4 || dtb_cells(t, node, prop) < irq->nr_cells + extended)
		return dtb_bad(t, node, "%s: %u cells, its controller wants %u", prop,
			       dtb_cells(t, node, prop), irq->nr_cells);
	for (uint32_t i = 0; i < irq->nr_cells; i++)
		irq->cells[i] = dtb_cell(t, node, prop, i + extended);
	return 0;
}

static bool is_gic(const struct dtb_tree *t, int node)
{
	static const char *const gics[] = { "arm,cortex-a9-gic", "arm,cortex-a15-gic", "arm,cortex-a7-gic",
					    "arm,gic-400", "arm,arm11mp-gic" };

	for (size_t i = 0; i < sizeof(gics) / sizeof(gics[0]); i++)
		if (dtb_compatible(t, node, gics[i]))
			return true;
	return false;
}

static int at_gic(const struct dtb_tree *t, int node, const struct interrupt *irq, uint32_t *nr)
{
	if (irq->nr_cells != 3)
		return dtb_bad(t, node, "an interrupt of %u cells at a GIC", irq->nr_cells);
	if (irq->cells[0] == 1)
		return -ENOENT;	/* private to a CPU */
	if (irq->cells[0] || irq->cells[1] >= ARMDMA_NR_IRQS)
		return dtb_bad(t, node, "interrupt <%u %u> is no SPI below %d", irq->cells[0], irq->cells[1],
			       ARMDMA_NR_IRQS);
	*nr = irq->cells[1];
	return 0;
}

int dtb_irq(const struct dtb_tree *t, int node, uint32_t *nr)
{
	struct interrupt irq = { .controller = -1 };
	int ret = first_interrupt(t, node, &irq);

	/* A controller that only watches interrupts on their way (the PMU's, for wake-up) hands them on as they are. */
	for (int depth = 0; !ret && depth < DTB_MAX_DEPTH; depth++) {
		int above;

		if (is_gic(t, irq.controller))
			return at_gic(t, node, &irq, nr);
		if (dtb_compatible(t, irq.controller, "samsung,exynos4210-combiner")) {
			if (irq.nr_cells != 2 || irq.cells[0] >= ARMDMA_MAX_COMBINER_GROUPS || irq.cells[1] > 7)
				return dtb_bad(t, node, "interrupt <%u %u> is no input of the combiner",
					       irq.cells[0], irq.cells[1]);
			*nr = ARMDMA_IRQ_COMBINER(irq.cells[0], irq.cells[1]);
			return 0;
		}
		above = parent_of(t, irq.controller);
		if (above < 0 || dtb_cell(t, above, "#interrupt-cells", 0) != irq.nr_cells)
			return -ENOENT;
		irq.controller = above;
	}
	return ret ? ret : dtb_bad(t, node, "its interrupt comes to no end: controllers are each other's parents");
}
