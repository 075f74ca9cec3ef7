// SPDX-License-Identifier: BSD-2-Clause
/*
 * A serial port: bytes are appended to a ring that stays mapped, also while the engine reads those before them.
 *
 * Correct: the mapping is TO_DEVICE, what the engine reads is never changed, and what was appended is synced for the device before the
 * engine is told of it. A sync for the CPU would do nothing in this direction.
 */
#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "frame_port.h"
#include "sgdma_regs.h"

#define UART_RING 1024

struct uart {
	struct sgdma engine;
	u8 *ring;
	dma_addr_t dma;
	unsigned int head, tail;	/* next to append, next to send; free-running */
	unsigned int busy;		/* bytes that the engine is sending */
};

static void uart_start(struct device *dev, struct uart *uart)
{
	unsigned int at = uart->tail % UART_RING, len = uart->head - uart->tail;

	if (len > UART_RING - at)
		len = UART_RING - at;
	if (!len)
		return;
	dma_sync_single_for_device(dev, uart->dma + at, len, DMA_TO_DEVICE);
	uart->busy = len;
	sgdma_give(&uart->engine, 0, SGDMA_SEND, uart->dma + at, len, SGDMA_END);
	sgdma_start(&uart->engine, 0);
}

static int uart_append(struct uart *uart, const u8 *data, size_t len)
{
	if (len > UART_RING - (uart->head - uart->tail))
		return -EBUSY;
	while (len) {
		size_t at = uart->head % UART_RING, n = min_t(size_t, len, UART_RING - at);

		memcpy(uart->ring + at, data, n);
		uart->head += n;
		data += n;
		len -= n;
	}
	return 0;
}

static int uart_send(struct device *dev, void *data, size_t len)
{
	struct uart *uart = dev_get_drvdata(dev);
	int ret = uart_append(uart, data, len);

	if (!ret && !uart->busy)
		uart_start(dev, uart);
	return ret;
}

/* Has the engine got through? Then go on with what has come in meanwhile. Returns how many bytes are left. */
static int uart_poll(struct device *dev, int budget)
{
	struct uart *uart = dev_get_drvdata(dev);

	if (uart->busy && sgdma_is_done(&uart->engine, 0)) {
		uart->tail += uart->busy;
		uart->busy = 0;
		uart_start(dev, uart);
	}
	return uart->head - uart->tail;
}

static void uart_stop(struct device *dev)
{
	struct uart *uart = dev_get_drvdata(dev);

	sgdma_reset(&uart->engine);
	uart->busy = uart->head = uart->tail = 0;
}

static const struct frame_port_ops uart_ops = {
	.stop = uart_stop,
	.poll = uart_poll,
	.send = uart_send,
};

static int uart_alloc(struct device *dev, struct uart *uart)
{
	uart->ring = kmalloc(UART_RING, GFP_KERNEL);
	if (!uart->ring)
		return -ENOMEM;
	uart->dma = dma_map_single(dev, uart->ring, UART_RING, DMA_TO_DEVICE);
	if (!dma_mapping_error(dev, uart->dma))
		return 0;
	kfree(uart->ring);
	return -ENOMEM;
}

static void uart_free(struct device *dev, struct uart *uart)
{
	dma_unmap_single(dev, uart->dma, UART_RING, DMA_TO_DEVICE);
	kfree(uart->ring);
}

static int uart_probe(struct platform_device *pdev)
{
	struct uart *uart;
	int ret;

	uart = devm_kzalloc(&pdev->dev, sizeof(*uart), GFP_KERNEL);
	if (!uart)
		return -ENOMEM;
	ret = sgdma_init(&uart->engine, pdev, 1);
	if (ret)
		return ret;
	ret = uart_alloc(&pdev->dev, uart);
	if (ret)
		goto exit_engine;
	platform_set_drvdata(pdev, uart);
	ret = frame_port_register(&pdev->dev, &uart_ops);
	if (!ret)
		return 0;

	uart_free(&pdev->dev, uart);
exit_engine:
	sgdma_exit(&uart->engine);
	return ret;
}

static int uart_remove(struct platform_device *pdev)
{
	struct uart *uart = platform_get_drvdata(pdev);

	frame_port_unregister(&pdev->dev);
	uart_stop(&pdev->dev);
	uart_free(&pdev->dev, uart);
	sgdma_exit(&uart->engine);
	return 0;
}

static struct platform_driver uart_driver = {
	.probe = uart_probe,
	.remove = uart_remove,
	.driver = {
		.name = "sgdma-uart",
	},
};
module_platform_driver(uart_driver);

MODULE_DESCRIPTION("Serial port");
MODULE_LICENSE("Dual BSD/GPL");
