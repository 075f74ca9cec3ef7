/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for memcheck: it reads a buffer while that is the device's, if asked to; everything else it does is right. */
#include <stdio.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/machine.h>
#include <armdma/mm.h>

#define LEN 100u

__attribute__((noinline)) static int rx_poll(const volatile unsigned char *status)
{
	return *status;
}

int main(int argc, char **argv)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_machine *m;
	struct armdma_device *dev;
	unsigned char *buf;
	armdma_dma_t addr;
	int seen = 0;

	/* Whatever memcheck sets permissions for takes its time. */
	cfg.ram_size = cfg.lowmem_size = 64u << 20;
	cfg.dma_zone_size = 0;
	if (armdma_machine_create(&m, &cfg, NULL))
		return 3;
	dev = armdma_device_find(m, "mdma");
	buf = armdma_kzalloc(m, 128, ARMDMA_GFP_KERNEL);
	addr = armdma_dma_map_single(dev, buf, LEN, ARMDMA_BIDIRECTIONAL);
	if (armdma_dma_mapping_error(dev, addr))
		return 3;
	seen += rx_poll(buf + LEN);
	if (argc > 1)
		seen += rx_poll(buf + LEN - 1);
	armdma_dma_sync_single_range_for_cpu(dev, addr, 7, 50, ARMDMA_BIDIRECTIONAL);
	for (unsigned int i = 7; i < 57; i++)
		seen += rx_poll(buf + i);
	armdma_dma_unmap_single(dev, addr, LEN, ARMDMA_BIDIRECTIONAL);
	memset(buf, 1, 128);
	armdma_kfree(m, buf);
	armdma_machine_destroy(m);
	printf("%d\n", seen);
	return 0;
}
