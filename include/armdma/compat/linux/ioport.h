/* SPDX-License-Identifier: BSD-2-Clause */
/* Resources of a device: where its registers are, which interrupts it has. */
#ifndef ARMDMA_COMPAT_LINUX_IOPORT_H
#define ARMDMA_COMPAT_LINUX_IOPORT_H

#include <linux/types.h>

#define IORESOURCE_MEM 0x00000200ul
#define IORESOURCE_IRQ 0x00000400ul

struct resource {
	resource_size_t start, end;	/* end: the last */
	const char *name;
	unsigned long flags;
};

ARMDMA_INLINE resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

#endif
