/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test's side of driver code that is written with the kernel's own names (component armdma::compat).
 *
 *	ARMDMA_COMPAT_DRIVER(ring_driver);	// module_platform_driver(ring_driver) in the driver
 *
 *	armdma_compat_set_machine(m);
 *	pdev = armdma_compat_device(m, "sgdma", NULL);
 *	assert_int_equal(armdma_compat_bind(pdev, ARMDMA_COMPAT_DRIVER_OF(ring_driver)), 0);
 *	...
 *	armdma_compat_unbind(pdev);		// remove(), managed resources, then leaks are reported
 */
#ifndef ARMDMA_COMPAT_BOARD_H
#define ARMDMA_COMPAT_BOARD_H

#include <armdma/machine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct device;
struct page;
struct platform_device;
struct platform_driver;
struct vm_area_struct;

/*
 * The machine that this thread's kernel code runs on (NULL: none). Returns the one before. A machine that is destroyed is
 * nobody's current one any more in the thread that destroys it.
 */
ARMDMA_API struct armdma_machine *armdma_compat_set_machine(struct armdma_machine *m);

/*
 * A platform device for a device of the machine ("sgdma"): its registers and its interrupt are its resources.
 * compatible (may be NULL): which entry of a driver's of_match_table it is. It belongs to the machine. NULL: no such device, or no memory.
 * Asked for again, the same one comes back, with the newer compatible string.
 */
ARMDMA_API struct platform_device *armdma_compat_device(struct armdma_machine *m, const char *name,
							const char *compatible);
/* A platform device that does no DMA: it has no resources, and no device of the machine is behind it. */
ARMDMA_API struct platform_device *armdma_compat_plain_device(struct armdma_machine *m, const char *name);
/* Its struct device. */
ARMDMA_API struct device *armdma_compat_dev(struct platform_device *pdev);

/*
 * Let the driver probe the device, on the device's machine whatever the current one is. Returns 0, what probe() returned, -EBUSY (it has a driver), -ENODEV (its table
 * does not have the device's compatible string). After a failed probe everything managed is freed, and what is left is
 * reported as leaked.
 */
ARMDMA_API int armdma_compat_bind(struct platform_device *pdev, struct platform_driver *drv);
/* remove(), then managed resources, last first, then armdma_device_unbind(): leaks are reported. Not bound: nothing. */
ARMDMA_API void armdma_compat_unbind(struct platform_device *pdev);

/*
 * A user's mmap() of npages pages from page pgoff on, for a driver's mmap method (needs linux/mm.h to look inside). NULL: no memory.
 * armdma_compat_munmap() undoes it and frees it. armdma_compat_vma_addr(): the user's address, NULL before it is mapped.
 */
ARMDMA_API struct vm_area_struct *armdma_compat_vma(size_t npages, size_t pgoff);
ARMDMA_API void *armdma_compat_vma_addr(const struct vm_area_struct *vma);
ARMDMA_API void armdma_compat_munmap(struct armdma_machine *m, struct vm_area_struct *vma);

/* Declare the pointer that module_platform_driver(drv) defines, and name it. */
#define ARMDMA_COMPAT_DRIVER(drv) extern struct platform_driver *const armdma_driver_##drv
#define ARMDMA_COMPAT_DRIVER_OF(drv) (armdma_driver_##drv)

#ifdef __cplusplus
}
#endif
#endif
