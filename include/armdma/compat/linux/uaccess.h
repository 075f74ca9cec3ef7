/* SPDX-License-Identifier: BSD-2-Clause */
/* User memory is plain memory of the host program. What is copied to it leaves the kernel (armdma_cpu_expose()). May sleep. */
#ifndef ARMDMA_COMPAT_LINUX_UACCESS_H
#define ARMDMA_COMPAT_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/string.h>

/* Return the number of bytes that could not be copied: 0. */
ARMDMA_INLINE unsigned long copy_to_user(void __user *to, const void *from, unsigned long len)
{
	struct armdma_machine *m = armdma_compat_machine();

	if (m)
		armdma_compat_sleeps(m, "copy_to_user");
	if (m && len && armdma_compat_memory(from))
		armdma_cpu_expose(m, from, len);
	(memcpy)(to, from, len);
	return 0;
}
ARMDMA_INLINE unsigned long copy_from_user(void *to, const void __user *from, unsigned long len)
{
	struct armdma_machine *m = armdma_compat_machine();

	if (m)
		armdma_compat_sleeps(m, "copy_from_user");
	armdma_compat_store(to, len);
	(memcpy)(to, from, len);
	return 0;
}
#define put_user(x, ptr)                                                 \
	__extension__({                                                  \
		__typeof__(*(ptr)) armdma_u_ = (x);                      \
		(int)copy_to_user((ptr), &armdma_u_, sizeof(armdma_u_)); \
	})
#define get_user(x, ptr)                                          \
	__extension__({                                           \
		__typeof__(*(ptr)) armdma_u_;                     \
		copy_from_user(&armdma_u_, (ptr), sizeof(armdma_u_)); \
		(x) = armdma_u_;                                  \
		0;                                                \
	})

#endif
