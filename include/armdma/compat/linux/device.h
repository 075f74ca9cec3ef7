/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices, what is freed with their drivers (devm_*), and messages about them. struct device has the fields that drivers use;
 * what the DMA API knows of a device is behind `armdma`: NULL for one that does no DMA.
 */
#ifndef ARMDMA_COMPAT_LINUX_DEVICE_H
#define ARMDMA_COMPAT_LINUX_DEVICE_H
#pragma GCC system_header

#include <armdma/compat/core.h>
#include <asm/barrier.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/types.h>

struct bus_type {
	const char *name;
};
struct device_node;
struct dev_pm_ops {
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
};
struct module;

struct device_driver {
	const char *name;
	struct module *owner;
	const struct of_device_id *of_match_table;
	const struct dev_pm_ops *pm;
	bool suppress_bind_attrs;
};

struct device {
	struct device *parent;
	const char *init_name;
	struct device_driver *driver;
	void *platform_data;
	void *driver_data;
	struct device_node *of_node;
	struct armdma_device *armdma;
	const struct of_device_id *of_match;	/* the entry of the driver's table that it was bound by */
	struct armdma_compat_devres *devres;	/* newest first */
	int pm_usage;
};

ARMDMA_INLINE const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : "(none)";
}
ARMDMA_INLINE void *dev_get_drvdata(const struct device *dev)
{
	return dev->driver_data;
}
ARMDMA_INLINE void dev_set_drvdata(struct device *dev, void *data)
{
	dev->driver_data = data;
}
ARMDMA_INLINE void *dev_get_platdata(const struct device *dev)
{
	return dev->platform_data;
}
ARMDMA_INLINE struct device *get_device(struct device *dev)
{
	return dev;
}
ARMDMA_INLINE void put_device(struct device *dev)
{
	(void)dev;
}

/* ---- devm_* ------------------------------------------------------------------ */

/*
 * When the driver lets go of dev, call fn(data); last added first. key: by what armdma_compat_devm_take() finds it again. size, addr:
 * kept for it. 0 or -ENOMEM; -EINVAL with a report that names `call`: dev is NULL.
 */
ARMDMA_API int armdma_compat_devm_add(struct device *dev, void (*fn)(void *), void *data, const char *call);
/* Drop the newest entry of this function and data without calling it; false: there is none. */
ARMDMA_API bool armdma_compat_devm_take(struct device *dev, void (*fn)(void *), const void *data);
/* kfree() as such a function. */
ARMDMA_API void armdma_compat_kfree(void *p);

ARMDMA_INLINE void *devm_kmalloc(struct device *dev, size_t size, gfp_t gfp)
{
	void *p = kmalloc(size, gfp);

	if (!ZERO_OR_NULL_PTR(p) && armdma_compat_devm_add(dev, armdma_compat_kfree, p, "devm_kmalloc")) {
		kfree(p);
		return NULL;
	}
	return p;
}
ARMDMA_INLINE void *devm_kzalloc(struct device *dev, size_t size, gfp_t gfp)
{
	return devm_kmalloc(dev, size, gfp | __GFP_ZERO);
}
ARMDMA_INLINE void *devm_kcalloc(struct device *dev, size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return devm_kmalloc(dev, bytes, gfp | __GFP_ZERO);
}
#define devm_kmalloc_array(dev, n, size, gfp) devm_kcalloc(dev, n, size, gfp)
ARMDMA_INLINE void *devm_kmemdup(struct device *dev, const void *src, size_t len, gfp_t gfp)
{
	void *p = devm_kmalloc(dev, len, gfp);

	if (p)
		memcpy(p, src, len);
	return p;
}
ARMDMA_INLINE void devm_kfree(struct device *dev, const void *p)
{
	if (armdma_compat_devm_take(dev, armdma_compat_kfree, p))
		kfree(p);
}
ARMDMA_INLINE int devm_add_action(struct device *dev, void (*fn)(void *), void *data)
{
	return armdma_compat_devm_add(dev, fn, data, "devm_add_action");
}
ARMDMA_INLINE int devm_add_action_or_reset(struct device *dev, void (*fn)(void *), void *data)
{
	int ret = armdma_compat_devm_add(dev, fn, data, "devm_add_action_or_reset");

	if (ret)
		fn(data);
	return ret;
}
/* The cookie of a register block (linux/io.h), or an error pointer. */
ARMDMA_API void __iomem *devm_ioremap_resource(struct device *dev, const struct resource *res);
ARMDMA_API void __iomem *devm_ioremap(struct device *dev, resource_size_t start, resource_size_t size);

/* ---- messages --------------------------------------------------------------------- */

ARMDMA_API void armdma_compat_dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
	ARMDMA_PRINTF(3, 4);
ARMDMA_API int dev_err_probe(const struct device *dev, int err, const char *fmt, ...) ARMDMA_PRINTF(3, 4);

#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif
#define dev_printk(level, dev, fmt, ...) armdma_compat_dev_printk(level, dev, fmt, ##__VA_ARGS__)
#define dev_emerg(dev, fmt, ...) armdma_compat_dev_printk(KERN_EMERG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...) armdma_compat_dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...) armdma_compat_dev_printk(KERN_ERR, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...) armdma_compat_dev_printk(KERN_WARNING, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...) armdma_compat_dev_printk(KERN_NOTICE, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...) armdma_compat_dev_printk(KERN_INFO, dev, dev_fmt(fmt), ##__VA_ARGS__)
#ifdef DEBUG
#define dev_dbg(dev, fmt, ...) armdma_compat_dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#else
#define dev_dbg(dev, fmt, ...)                                                                    \
	do {                                                                                      \
		if (0)                                                                            \
			armdma_compat_dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__); \
	} while (0)
#endif
#define dev_warn_once(dev, fmt, ...) dev_warn(dev, fmt, ##__VA_ARGS__)
#define dev_err_ratelimited(dev, fmt, ...) dev_err(dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...) dev_warn(dev, fmt, ##__VA_ARGS__)

#endif
