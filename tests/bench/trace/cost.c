/* SPDX-License-Identifier: BSD-2-Clause */
/* Work for cost.sh: each row is a function of its own, so that callgrind can count what happens inside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/machine.h>
#include <armdma/mm.h>

#define ROUNDS 2000
#define BASE 0x20000000u
#define SPAN 0x8000000u

struct bench {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	uint8_t *buf;
	armdma_dma_t addr;
	uint8_t data[65536];
};

void row_map_unmap(struct bench *b);
void row_stream(struct bench *b);
void row_miss(struct bench *b);
void row_registers(struct bench *b);

static void check(int ret, const char *what)
{
	if (!ret)
		return;
	fprintf(stderr, "%s: %d\n", what, ret);
	exit(1);
}

/* A page mapped and unmapped, the unit running. */
__attribute__((noinline))
void row_map_unmap(struct bench *b)
{
	for (int i = 0; i < ROUNDS; i++) {
		armdma_dma_t a = armdma_dma_map_single(b->dev, b->buf, ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);

		armdma_dma_unmap_single(b->dev, a, ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);
	}
}

/* 64 KiB in bursts through the TLB. */
__attribute__((noinline))
void row_stream(struct bench *b)
{
	for (int i = 0; i < ROUNDS / 20; i++)
		check(armdma_hw_master_read_sync(b->hw, "mdma", b->addr, b->data, sizeof(b->data), 1000000), "stream");
}

/* One word a page, more pages than the TLB has entries. */
__attribute__((noinline))
void row_miss(struct bench *b)
{
	for (int i = 0; i < ROUNDS; i++)
		check(armdma_hw_master_read_sync(b->hw, "mdma", b->addr + (unsigned int)(i % 64) * ARMDMA_PAGE_SIZE,
						 b->data, 8, 1000000), "miss");
}

__attribute__((noinline))
void row_registers(struct bench *b)
{
	for (int i = 0; i < ROUNDS; i++)
		armdma_hw_writel(b->hw, 0x10810000u, armdma_hw_readl(b->hw, 0x10810000u));
}

int main(void)
{
	static struct bench b;
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_iommu_mapping *mapping;
	struct armdma_error err = { "" };

	cfg.ram_size = 64u << 20;
	cfg.lowmem_size = 48u << 20;
	if (armdma_machine_create(&b.m, &cfg, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	b.hw = armdma_machine_hw(b.m);
	b.dev = armdma_device_find(b.m, "mdma");
	mapping = armdma_iommu_create_mapping(b.m, BASE, SPAN, NULL, NULL);
	check(!mapping || armdma_iommu_attach_device(b.dev, mapping), "attach");
	b.buf = armdma_kzalloc(b.m, 65 * ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL);
	b.addr = armdma_dma_map_single(b.dev, b.buf, 64 * ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);
	row_map_unmap(&b);
	row_stream(&b);
	row_miss(&b);
	row_registers(&b);
	armdma_dma_unmap_single(b.dev, b.addr, 64 * ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);
	armdma_kfree(b.m, b.buf);
	armdma_iommu_detach_device(b.dev);
	armdma_iommu_release_mapping(mapping);
	armdma_machine_destroy(b.m);
	return 0;
}
