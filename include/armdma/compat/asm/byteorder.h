/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte order. */
#ifndef ARMDMA_COMPAT_ASM_BYTEORDER_H
#define ARMDMA_COMPAT_ASM_BYTEORDER_H
#pragma GCC system_header

#include_next <asm/byteorder.h>

#define cpu_to_le16 __cpu_to_le16
#define cpu_to_le32 __cpu_to_le32
#define cpu_to_le64 __cpu_to_le64
#define le16_to_cpu __le16_to_cpu
#define le32_to_cpu __le32_to_cpu
#define le64_to_cpu __le64_to_cpu
#define cpu_to_be16 __cpu_to_be16
#define cpu_to_be32 __cpu_to_be32
#define cpu_to_be64 __cpu_to_be64
#define be16_to_cpu __be16_to_cpu
#define be32_to_cpu __be32_to_cpu
#define be64_to_cpu __be64_to_cpu
#define swab16 __swab16
#define swab32 __swab32
#define swab64 __swab64

#endif
