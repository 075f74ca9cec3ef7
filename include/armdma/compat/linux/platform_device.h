/* SPDX-License-Identifier: BSD-2-Clause */
/* Platform devices and their drivers, which armdma/compat/board.h makes and binds. */
#ifndef ARMDMA_COMPAT_LINUX_PLATFORM_DEVICE_H
#define ARMDMA_COMPAT_LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>
#include <linux/io.h>
#include <linux/module.h>

#define PLATFORM_DEVID_NONE (-1)

typedef struct {
	int event;
} pm_message_t;

struct platform_device {
	const char *name;
	int id;
	struct device dev;
	u32 num_resources;
	struct resource *resource;
};

struct platform_driver {
	int (*probe)(struct platform_device *pdev);
	int (*remove)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	int (*suspend)(struct platform_device *pdev, pm_message_t state);
	int (*resume)(struct platform_device *pdev);
	struct device_driver driver;
	const struct platform_device_id *id_table;
	bool prevent_deferred_probe;
};

#define to_platform_device(d) container_of((d), struct platform_device, dev)

ARMDMA_INLINE void *platform_get_drvdata(const struct platform_device *pdev)
{
	return pdev->dev.driver_data;
}
ARMDMA_INLINE void platform_set_drvdata(struct platform_device *pdev, void *data)
{
	pdev->dev.driver_data = data;
}
/* The num-th resource of a type, or NULL; by name, too. */
ARMDMA_API struct resource *platform_get_resource(struct platform_device *pdev, unsigned int type, unsigned int num);
ARMDMA_API struct resource *platform_get_resource_byname(struct platform_device *pdev, unsigned int type,
							 const char *name);
/* The num-th interrupt, or -ENXIO with a line on the console (not with _optional). */
ARMDMA_API int platform_get_irq(struct platform_device *pdev, unsigned int num);
ARMDMA_API int platform_get_irq_optional(struct platform_device *pdev, unsigned int num);
ARMDMA_API void __iomem *devm_platform_ioremap_resource(struct platform_device *pdev, unsigned int num);
ARMDMA_API void __iomem *devm_platform_get_and_ioremap_resource(struct platform_device *pdev, unsigned int num,
								struct resource **res);

#define module_platform_driver(drv) armdma_compat_export_driver(drv)
#define builtin_platform_driver(drv) armdma_compat_export_driver(drv)

#endif
