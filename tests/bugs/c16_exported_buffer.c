// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receives through one engine into a coherent buffer, which a second engine sends from: the buffer is exported as a table of pages
 * that the second device maps.
 *
 * Correct: what dma_get_sgtable() gives is for dma_map_sgtable(), although the memory is a coherent buffer: it is another device's.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define EXPORT_SIZE 8192

struct export {
	struct device *dev;
	struct sgdma engine;
	void *cpu;			/* of the first only */
	dma_addr_t dma;
};

/* The first device that is probed owns the buffer and the port. */
static struct export *exporter, *importer;

static int export_send(struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;
	int ret;

	ret = dma_map_sgtable(importer->dev, sgt, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	if (ret)
		return ret;
	for_each_sgtable_dma_sg(sgt, sg, i) {
		ret = sgdma_move(&importer->engine, SGDMA_SEND, sg_dma_address(sg), sg_dma_len(sg));
		if (ret)
			break;
	}
	dma_unmap_sgtable(importer->dev, sgt, DMA_TO_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
	return ret;
}

/* Receive one buffer full, and send it on. */
static int export_control(struct device *dev, unsigned int request, unsigned long arg)
{
	struct sg_table sgt;
	int ret;

	if (!importer)
		return -ENODEV;
	ret = sgdma_move(&exporter->engine, SGDMA_RECEIVE, exporter->dma, EXPORT_SIZE);
	if (ret)
		return ret;
	ret = dma_get_sgtable(dev, &sgt, exporter->cpu, exporter->dma, EXPORT_SIZE);
	if (ret)
		return ret;
	ret = export_send(&sgt);
	sg_free_table(&sgt);
	return ret;
}

static const struct frame_port_ops export_ops = {
	.control = export_control,
};

static int export_first(struct export *export)
{
	int ret;

	export->cpu = dma_alloc_coherent(export->dev, EXPORT_SIZE, &export->dma, GFP_KERNEL);
	if (!export->cpu)
		return -ENOMEM;
	ret = frame_port_register(export->dev, &export_ops);
	if (ret)
		dma_free_coherent(export->dev, EXPORT_SIZE, export->cpu, export->dma);
	else
		exporter = export;
	return ret;
}

static int export_probe(struct platform_device *pdev)
{
	struct export *export;
	int ret;

	export = devm_kzalloc(&pdev->dev, sizeof(*export), GFP_KERNEL);
	if (!export)
		return -ENOMEM;
	export->dev = &pdev->dev;
	ret = sgdma_init(&export->engine, pdev, 1);
	if (ret)
		return ret;
	platform_set_drvdata(pdev, export);
	if (exporter) {
		importer = export;
		return 0;
	}
	ret = export_first(export);
	if (ret)
		sgdma_exit(&export->engine);
	return ret;
}

static int export_remove(struct platform_device *pdev)
{
	struct export *export = platform_get_drvdata(pdev);

	if (export == importer) {
		importer = NULL;
	} else {
		frame_port_unregister(&pdev->dev);
		dma_free_coherent(&pdev->dev, EXPORT_SIZE, export->cpu, export->dma);
		exporter = NULL;
	}
	sgdma_exit(&export->engine);
	return 0;
}

static struct platform_driver export_driver = {
	.probe = export_probe,
	.remove = export_remove,
	.driver = {
		.name = "sgdma-export",
	},
};
module_platform_driver(export_driver);

MODULE_DESCRIPTION("Exports a coherent buffer");
MODULE_LICENSE("Dual BSD/GPL");
