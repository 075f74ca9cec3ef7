/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prefetch buffers: which IOVA ranges a unit's buffers serve. Registers lose it with the unit's power, so it is kept
 * here and written at each enable.
 *
 * Programming order and layout presets: vendor kernel 3.10 (exynos5-iommu, exynos7-iommu).
 */
#include <errno.h>

#include <armdma/hw.h>

#include "lib/iommu/internal.h"

/* CFG of 3.2. */
#define CFG_PB(n) (1u << (16 + (n)))
#define CFG_PB_ALL_AS_ONE (1u << 19)
#define CFG_PB_FIRST_TWO_AS_ONE (1u << 21)
/* CFG of 3.0 and 3.1: 29:28. */
#define CFG_PB_MODE_SEPARATE (2u << 28)
#define CFG_PB_MODE_AS_ONE (3u << 28)
/* CFG of a buffer from 3.3 on. */
#define PB_ENABLE (1u << 0)
#define PB_WRITE (1u << 4)
#define PB_AHEAD (1u << 8)
#define PB_ASCENDING (1u << 12)
#define PB_TLB_UPDATE (1u << 16)

/* Preset of the layout for 1, 2, .. buffers wanted. */
struct preset {
	unsigned int buffers;	/* in hardware */
	uint8_t lmm[6];
};
static const struct preset presets[] = {
	{ 3, { 1, 1, 0 } },
	{ 4, { 3, 2, 1, 0 } },
	{ 6, { 5, 5, 4, 2, 1, 0 } },
};

static const struct preset *preset_of(unsigned int buffers)
{
	for (unsigned int i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		if (presets[i].buffers == buffers)
			return &presets[i];
	}
	return NULL;
}

static uint32_t last_of(const struct armdma_prefetch *p)
{
	return (uint32_t)(p->start + p->size - 1);
}

/* Which buffer serves range i of n on 3.2: they differ in size, and the first range gets the largest. */
static unsigned int buffer_of_32(unsigned int i, unsigned int n)
{
	if (n == 1)
		return 0;
	if (n == 2)
		return i ? 0 : 2;
	return 2 - i;
}

static uint32_t cfg_bits(const struct sysmmu_unit *u)
{
	unsigned int n = u->nr_prefetch;

	switch (n ? u->variant->prefetch->kind : PREFETCH_INDEXED) {
	case PREFETCH_BY_MODE:
		return n == 1 ? CFG_PB_MODE_AS_ONE : CFG_PB_MODE_SEPARATE;
	case PREFETCH_BY_FLAGS:
		if (n == 1)
			return CFG_PB_ALL_AS_ONE | CFG_PB(0);
		return n == 2 ? CFG_PB_FIRST_TWO_AS_ONE | CFG_PB(0) | CFG_PB(2) : CFG_PB(0) | CFG_PB(1) | CFG_PB(2);
	default:
		return 0;
	}
}

static void program_indexed(struct sysmmu_unit *u)
{
	const struct unit_prefetch *at = u->variant->prefetch;
	unsigned int nr = unit_read(u, at->info) & 0xff, n = u->nr_prefetch;
	const struct preset *preset = preset_of(nr);

	for (unsigned int i = 0; i < nr; i++) {
		unit_write(u, at->indicate, i);
		unit_write(u, at->cfg, 0);
	}
	if (!n || !preset)
		return;
	unit_write(u, u->variant->at->flush_all, ARMDMA_SYSMMU_FLUSH_ALL);
	unit_write(u, at->layout, preset->lmm[n - 1]);
	for (unsigned int i = 0; i < n; i++) {
		const struct armdma_prefetch *p = &u->prefetch[i];

		unit_write(u, at->indicate, i);
		unit_write(u, at->start, (uint32_t)p->start);
		unit_write(u, at->end, last_of(p));
		unit_write(u, at->cfg, PB_ENABLE | PB_AHEAD | (p->write ? PB_WRITE : 0) |
			   (p->descending ? 0 : PB_ASCENDING) | (p->columns ? 0 : PB_TLB_UPDATE));
	}
}

/* The unit is blocked, and flushed afterwards. */
void unit_program_prefetch(struct sysmmu_unit *u)
{
	const struct unit_prefetch *at = u->variant->prefetch;

	if (!at || !u->prefetch_known)
		return;
	if (at->kind == PREFETCH_INDEXED) {
		program_indexed(u);
		return;
	}
	for (unsigned int i = 0; i < u->nr_prefetch; i++) {
		unsigned int buffer = at->kind == PREFETCH_BY_FLAGS ? buffer_of_32(i, u->nr_prefetch) : i;

		unit_write(u, at->start + 8 * buffer, (uint32_t)u->prefetch[i].start);
		unit_write(u, at->end + 8 * buffer, last_of(&u->prefetch[i]));
	}
	unit_write(u, REG_CFG, u->variant->cfg | cfg_bits(u));
}

/* How many ranges the unit's buffers can serve. */
static unsigned int capacity(struct sysmmu_unit *u)
{
	const struct unit_prefetch *at = u->variant->prefetch;
	const struct preset *preset;

	if (!at)
		return 0;
	if (at->kind != PREFETCH_INDEXED)
		return at->kind == PREFETCH_BY_MODE ? 2 : 3;
	preset = preset_of(unit_read(u, at->info) & 0xff);
	return preset ? preset->buffers : 0;
}

static int check(const struct armdma_prefetch *buf, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!buf[i].size || buf[i].start >= SZ_4G || buf[i].size > SZ_4G - buf[i].start)
			return -EINVAL;
	}
	return 0;
}

static void set_unit(struct sysmmu_unit *u, const struct armdma_prefetch *buf, unsigned int n)
{
	bool blocked;

	for (unsigned int i = 0; i < n; i++)
		u->prefetch[i] = buf[i];
	u->nr_prefetch = n;
	u->prefetch_known = true;
	if (!u->enabled)
		return;
	blocked = !u->held && unit_block(u);
	unit_program_prefetch(u);
	unit_write(u, u->variant->at->flush_all, ARMDMA_SYSMMU_FLUSH_ALL);
	u->domain->st.flush_all++;
	if (blocked)
		unit_write(u, REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

int armdma_iommu_set_prefetch(struct armdma_device *dev, const struct armdma_prefetch *buf, unsigned int n)
{
	MACHINE_ENTER(dev->m);
	unsigned int flags;
	int ret = check(buf, n);

	if (!dev->nr_units)
		return -ENODEV;
	if (ret)
		return ret;
	for (unsigned int i = 0; i < dev->nr_units; i++) {
		if (n && !capacity(dev->units[i]))
			return -EOPNOTSUPP;
		if (n > capacity(dev->units[i]))
			return -ENOSPC;
	}
	flags = armdma_hw_irq_save(dev->m->hw);
	for (unsigned int i = 0; i < dev->nr_units; i++)
		set_unit(dev->units[i], buf, n);
	armdma_hw_irq_restore(dev->m->hw, flags);
	return 0;
}
