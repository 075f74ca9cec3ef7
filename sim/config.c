/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of a machine's description. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bsd/string.h>

#include <armdma/config.h>
#include <armdma/hw.h>

#include "sim/sysmmu/sysmmu.h"

#define MIB (1024ULL * 1024)
/* RAM comes in blocks of the largest allocation of the page allocator. */
#define RAM_UNIT (4 * MIB)
#define REG_WINDOW 0x1000

ARMDMA_PRINTF(2, 3)
static int bad(struct armdma_error *err, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static bool named(const char *name)
{
	return name[0] && memchr(name, 0, ARMDMA_NAME_LEN);
}

static uint64_t contiguous_zone(const struct armdma_config *c)
{
	return c->dma_zone_size ? c->dma_zone_size : c->lowmem_size;
}

uint64_t armdma_config_cma_size(const struct armdma_config *c)
{
	uint64_t zone = contiguous_zone(c), eighth = zone / 8 / RAM_UNIT * RAM_UNIT;

	if (c->cma_size == ARMDMA_NO_CMA)
		return 0;
	if (c->cma_size)
		return c->cma_size;
	if (zone % RAM_UNIT)
		return 0;
	return eighth < 16 * MIB ? eighth : 16 * MIB;	/* CONFIG_CMA_SIZE_MBYTES */
}

/* Contiguous memory of all areas, bytes; UINT64_MAX when a size is impossible. */
static uint64_t contiguous(const struct armdma_config *c)
{
	uint64_t sum = armdma_config_cma_size(c);

	if (sum % RAM_UNIT || sum > c->ram_size)
		return UINT64_MAX;
	for (uint32_t i = 0; i < c->nr_devices && i < ARMDMA_MAX_DEVICES; i++) {
		uint64_t size = c->devices[i].cma_size;

		if (size % RAM_UNIT || size > c->ram_size)
			return UINT64_MAX;
		sum += size;
	}
	return sum;
}

static int check_areas(const struct armdma_config *c, struct armdma_error *err)
{
	uint64_t zone = contiguous_zone(c);

	if (contiguous(c) >= zone)
		return bad(err, "the contiguous areas (cma_size 0x%llx and the devices') are no multiples of 4 MiB that leave something of the 0x%llx bytes they come from",
			   (unsigned long long)c->cma_size, (unsigned long long)zone);
	if (contiguous(c) && zone % RAM_UNIT)
		return bad(err, "contiguous areas need an end of lowmem (or ZONE_DMA) aligned to 4 MiB, not 0x%llx",
			   (unsigned long long)zone);
	if (c->reserved_size % ARMDMA_PAGE_SIZE || c->reserved_size > c->ram_size - c->lowmem_size)
		return bad(err, "reserved_size 0x%llx is not a page-aligned part of highmem (0x%llx bytes)",
			   (unsigned long long)c->reserved_size,
			   (unsigned long long)(c->ram_size - c->lowmem_size));
	if (c->atomic_pool_size % ARMDMA_PAGE_SIZE || c->atomic_pool_size > RAM_UNIT)
		return bad(err, "atomic_pool_size 0x%llx is not page aligned or above 4 MiB",
			   (unsigned long long)c->atomic_pool_size);
	if (c->fidelity > ARMDMA_AS_LINUX_6_1)
		return bad(err, "fidelity %d is unknown", (int)c->fidelity);
	return 0;
}

static int check_memory(const struct armdma_config *c, struct armdma_error *err)
{
	if (!memchr(c->soc, 0, sizeof(c->soc)))
		return bad(err, "soc \"%.*s\" is not terminated", ARMDMA_NAME_LEN, c->soc);
	if (c->ram_base % RAM_UNIT)
		return bad(err, "ram_base 0x%llx is not a multiple of 4 MiB",
			   (unsigned long long)c->ram_base);
	if (!c->ram_size || c->ram_size % RAM_UNIT)
		return bad(err, "ram_size 0x%llx is not a positive multiple of 4 MiB",
			   (unsigned long long)c->ram_size);
	if (c->ram_base + c->ram_size < c->ram_base || c->ram_base + c->ram_size > 1ULL << 40)
		return bad(err, "RAM of 0x%llx bytes at 0x%llx does not fit into 40 address bits",
			   (unsigned long long)c->ram_size, (unsigned long long)c->ram_base);
	if (!c->lowmem_size || c->lowmem_size > c->ram_size || c->lowmem_size % ARMDMA_PAGE_SIZE)
		return bad(err, "lowmem_size 0x%llx is not a page-aligned part of ram_size 0x%llx",
			   (unsigned long long)c->lowmem_size, (unsigned long long)c->ram_size);
	if (c->dma_zone_size > c->lowmem_size || c->dma_zone_size % ARMDMA_PAGE_SIZE)
		return bad(err, "dma_zone_size 0x%llx is not a page-aligned part of lowmem 0x%llx",
			   (unsigned long long)c->dma_zone_size,
			   (unsigned long long)c->lowmem_size);
	if (c->inner_line != 32 && c->inner_line != 64)
		return bad(err, "inner_line %u: cache lines have 32 or 64 bytes", c->inner_line);
	if (c->outer_line != c->inner_line)
		return bad(err, "outer_line %u differs from inner_line %u", c->outer_line,
			   c->inner_line);
	if (c->cache_policy > ARMDMA_CACHE_COHERENT)
		return bad(err, "cache_policy %d is unknown", (int)c->cache_policy);
	if (c->adversary_intensity > 1000)
		return bad(err, "adversary_intensity %u is beyond 1000 in a thousand", c->adversary_intensity);
	/* Without them a store into a line that a device wrote cannot be told from a clean line. */
	if (c->cache_policy == ARMDMA_CACHE_ADVERSARY && !c->undo)
		return bad(err, "cache_policy ARMDMA_CACHE_ADVERSARY needs undo lines: undo is false");
	if (c->shared && c->cache_policy == ARMDMA_CACHE_ADVERSARY)
		return bad(err, "cache_policy ARMDMA_CACHE_ADVERSARY and shared exclude each other: what the caches choose is reproducible with one driving thread only");
	if (c->alias_mode > ARMDMA_ALIAS_KEEP)
		return bad(err, "alias_mode %d is unknown", (int)c->alias_mode);
	if (c->iova_align_order > 20)
		return bad(err, "iova_align_order %u is beyond 20", c->iova_align_order);
	return 0;
}

/* A register block. */
struct block {
	const char *name;
	armdma_phys_t base;
	uint64_t size;
};

static bool overlaps(const struct block *a, const struct block *b)
{
	return a->base < b->base + b->size && b->base < a->base + a->size;
}

static int check_regs(const struct armdma_config *c, const char *name, armdma_phys_t base, uint64_t size,
		      uint32_t irq, struct armdma_error *err)
{
	if (!named(name))
		return bad(err, "a unit at 0x%llx has no name", (unsigned long long)base);
	if (base % REG_WINDOW)
		return bad(err, "%s: reg_base 0x%llx is not 4 KiB aligned", name,
			   (unsigned long long)base);
	if (base + size > c->ram_base && base < c->ram_base + c->ram_size)
		return bad(err, "%s: registers at 0x%llx lie in RAM", name,
			   (unsigned long long)base);
	if (irq >= ARMDMA_NR_IRQS + 8 * c->combiner.nr_groups)
		return bad(err, "%s: interrupt %u is beyond %u lines and %u groups of the combiner", name, irq,
			   ARMDMA_NR_IRQS, c->combiner.nr_groups);
	return 0;
}

static int check_combiner(const struct armdma_config *c, struct armdma_error *err)
{
	const struct armdma_combiner_config *co = &c->combiner;

	if (co->nr_groups > ARMDMA_MAX_COMBINER_GROUPS)
		return bad(err, "combiner: %u groups, at most %d", co->nr_groups, ARMDMA_MAX_COMBINER_GROUPS);
	for (uint32_t g = 0; g < co->nr_groups; g++)
		if (co->irq[g] >= ARMDMA_NR_IRQS)
			return bad(err, "combiner: line %u of group %u is beyond %u", co->irq[g], g,
				   ARMDMA_NR_IRQS - 1);
	return co->nr_groups ? check_regs(c, "combiner", co->reg_base, REG_WINDOW, 0, err) : 0;
}

static int check_ranges(const struct armdma_device_config *dev, struct armdma_error *err)
{
	if (dev->nr_dma_ranges > ARMDMA_MAX_DMA_RANGES)
		return bad(err, "%s: %u DMA ranges, at most %d", dev->name, dev->nr_dma_ranges,
			   ARMDMA_MAX_DMA_RANGES);
	if (dev->nr_dma_ranges && dev->sysmmu[0])
		return bad(err, "%s: DMA ranges and a SYSMMU exclude each other", dev->name);
	for (uint32_t i = 0; i < dev->nr_dma_ranges; i++) {
		const struct armdma_dma_range *r = &dev->dma_ranges[i];

		if (!r->size || (r->size | r->cpu_start | r->dma_start) % ARMDMA_PAGE_SIZE ||
		    r->cpu_start + r->size < r->cpu_start || r->dma_start + r->size < r->dma_start)
			return bad(err, "%s: DMA range %u (0x%llx bytes at 0x%llx) is empty, not page aligned or wraps",
				   dev->name, i, (unsigned long long)r->size,
				   (unsigned long long)r->dma_start);
	}
	return 0;
}

static int check_domain_name(const char *unit, const char *domain, struct armdma_error *err)
{
	if (memchr(domain, 0, ARMDMA_NAME_LEN))
		return 0;
	return bad(err, "%s: power_domain \"%.*s\" is not terminated", unit, ARMDMA_NAME_LEN, domain);
}

static int check_sysmmu(const struct armdma_config *c, const struct armdma_sysmmu_config *mmu,
			struct armdma_error *err)
{
	uint64_t size = sysmmu_reg_size(mmu->version);
	int ret = check_regs(c, mmu->name, mmu->reg_base, size ? size : REG_WINDOW, mmu->irq, err);

	if (!ret)
		ret = sysmmu_check(mmu, err);
	return ret ? ret : check_domain_name(mmu->name, mmu->power_domain, err);
}

/* SYSMMU in front of port n, "" for none. */
static const char *port_sysmmu(const struct armdma_device_config *dev, unsigned int n)
{
	return n ? dev->more_sysmmus[n - 1] : dev->sysmmu;
}

static unsigned int users_of(const struct armdma_config *c, const char *sysmmu)
{
	unsigned int users = 0;

	for (uint32_t i = 0; i < c->nr_devices; i++)
		for (unsigned int n = 0; n < ARMDMA_MAX_PORTS; n++)
			users += !strncmp(port_sysmmu(&c->devices[i], n), sysmmu, ARMDMA_NAME_LEN);
	return users;
}

static int check_port(const struct armdma_config *c, const struct armdma_device_config *dev, unsigned int n,
		      struct armdma_error *err)
{
	const char *sysmmu = port_sysmmu(dev, n);
	uint32_t j;

	if (!sysmmu[0])
		return 0;
	for (j = 0; j < c->nr_sysmmus; j++)
		if (!strncmp(c->sysmmus[j].name, sysmmu, ARMDMA_NAME_LEN))
			break;
	if (j == c->nr_sysmmus)
		return bad(err, "%s: there is no SYSMMU \"%.*s\"", dev->name, ARMDMA_NAME_LEN, sysmmu);
	if (users_of(c, sysmmu) > 1)
		return bad(err, "SYSMMU \"%s\" stands in front of %u devices, it has one port", sysmmu,
			   users_of(c, sysmmu));
	if (n && !port_sysmmu(dev, n - 1)[0])
		return bad(err, "%s: port %u has a SYSMMU (\"%s\"), the one before it has none", dev->name, n,
			   sysmmu);
	/* Its bus master is called NAME:n. */
	if (n && strlen(dev->name) + 2 >= ARMDMA_NAME_LEN)
		return bad(err, "%s: the name is too long for a device with several ports", dev->name);
	return 0;
}

static int check_device(const struct armdma_config *c, const struct armdma_device_config *dev,
			struct armdma_error *err)
{
	int ret = check_regs(c, dev->name, dev->reg_base, REG_WINDOW, dev->irq, err);

	if (ret)
		return ret;
	if (dev->kind > ARMDMA_DEV_MASTER)
		return bad(err, "%s: device kind %d is unknown", dev->name, (int)dev->kind);
	if (dev->addr_bits && (dev->addr_bits < 16 || dev->addr_bits > 40))
		return bad(err, "%s: addr_bits %u is not in 16..40", dev->name, dev->addr_bits);
	ret = check_ranges(dev, err);
	if (!ret)
		ret = check_domain_name(dev->name, dev->power_domain, err);
	for (unsigned int n = 0; !ret && n < ARMDMA_MAX_PORTS; n++)
		ret = check_port(c, dev, n, err);
	return ret;
}

static int check_units(const struct armdma_config *c, struct armdma_error *err)
{
	struct block blocks[1 + ARMDMA_MAX_SYSMMUS + ARMDMA_MAX_DEVICES];
	uint32_t n = 0;
	int ret;

	if (c->nr_sysmmus > ARMDMA_MAX_SYSMMUS || c->nr_devices > ARMDMA_MAX_DEVICES)
		return bad(err, "%u SYSMMUs and %u devices: at most %d of each", c->nr_sysmmus,
			   c->nr_devices, ARMDMA_MAX_DEVICES);
	ret = check_combiner(c, err);
	if (ret)
		return ret;
	if (c->combiner.nr_groups)
		blocks[n++] = (struct block){ "combiner", c->combiner.reg_base, REG_WINDOW };
	for (uint32_t i = 0; i < c->nr_sysmmus; i++) {
		const struct armdma_sysmmu_config *mmu = &c->sysmmus[i];

		ret = check_sysmmu(c, mmu, err);
		if (ret)
			return ret;
		blocks[n++] = (struct block){ mmu->name, mmu->reg_base, sysmmu_reg_size(mmu->version) };
	}
	for (uint32_t i = 0; i < c->nr_devices; i++) {
		ret = check_device(c, &c->devices[i], err);
		if (ret)
			return ret;
		blocks[n++] = (struct block){ c->devices[i].name, c->devices[i].reg_base, REG_WINDOW };
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < i; j++) {
			if (!strncmp(blocks[i].name, blocks[j].name, ARMDMA_NAME_LEN))
				return bad(err, "two units are named \"%s\"", blocks[i].name);
			if (overlaps(&blocks[i], &blocks[j]))
				return bad(err, "registers of %s and %s overlap at 0x%llx",
					   blocks[j].name, blocks[i].name,
					   (unsigned long long)blocks[i].base);
		}
	return 0;
}

int armdma_config_check(const struct armdma_config *cfg, struct armdma_error *err)
{
	int ret = check_memory(cfg, err);

	if (!ret)
		ret = check_areas(cfg, err);
	return ret ? ret : check_units(cfg, err);
}
