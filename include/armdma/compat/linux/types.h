/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of kernel code. Names of Linux 6.1 include/linux/types.h; addresses have 64 bits. */
#ifndef ARMDMA_COMPAT_LINUX_TYPES_H
#define ARMDMA_COMPAT_LINUX_TYPES_H
#pragma GCC system_header

#include_next <linux/types.h>	/* __u32, __le32, ... */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <armdma/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef unsigned char uchar;
/* As u64, so "%llx" prints them: the same values as armdma_dma_t and armdma_phys_t, not the same type. */
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef phys_addr_t resource_size_t;
typedef armdma_gfp_t gfp_t;
typedef unsigned int fmode_t;
typedef long long ktime_t;
typedef unsigned long irq_hw_number_t;
typedef unsigned long pgprot_t;

#define __iomem
#define __user
#define __kernel
#define __force
#define __percpu
#define __rcu

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next, *prev;
};

/*
 * struct scatterlist and struct sg_table are those of armdma/scatterlist.h, here already, so that a mere declaration means the same.
 * A variable of such a name is renamed with them: that does no harm.
 */
#define scatterlist armdma_scatterlist
#define sg_table armdma_sg_table

/* Who reads and who writes memory (values of Linux). */
enum dma_data_direction {
	DMA_BIDIRECTIONAL = ARMDMA_BIDIRECTIONAL,
	DMA_TO_DEVICE = ARMDMA_TO_DEVICE,
	DMA_FROM_DEVICE = ARMDMA_FROM_DEVICE,
	DMA_NONE = ARMDMA_NONE,
};

#define BITS_PER_LONG_LONG 64
#ifndef BITS_PER_LONG
#define BITS_PER_LONG (8 * (int)sizeof(long))
#endif
#define BITS_PER_BYTE 8
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#endif
