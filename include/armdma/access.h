/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instrumented accesses: loads and stores that the code under test announces.
 *
 * Plain loads and stores are not intercepted. What goes through these functions is seen at the moment it happens: an access to a
 * buffer that a device owns is reported there and then, with its line. The compat headers' READ_ONCE(), WRITE_ONCE(), memcpy(),
 * memset() and their like call them; test programs may do so, too.
 */
#ifndef ARMDMA_ACCESS_H
#define ARMDMA_ACCESS_H

#include <armdma/report.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The CPU is about to load len bytes at cpu. Reported: bytes in a streaming buffer that a device owns (ARMDMA_REPORT_CPU_READ).
 * Any address; what is not memory of the machine is ignored. Any context. Site: the caller.
 */
ARMDMA_API void armdma_cpu_load(struct armdma_machine *m, const void *cpu, size_t len);
/*
 * The CPU is about to store len bytes at cpu, whatever was there: the lines count as dirty also where the value does not change.
 * Reported: bytes in a streaming buffer that a device owns (ARMDMA_REPORT_CPU_WRITE).
 */
ARMDMA_API void armdma_cpu_store(struct armdma_machine *m, const void *cpu, size_t len);
/*
 * len bytes at cpu leave the kernel (copy_to_user(), a packet that is sent). Reported: bytes that nobody has written since
 * their memory was allocated (ARMDMA_REPORT_UNINITIALISED); and what armdma_cpu_load() reports.
 */
ARMDMA_API void armdma_cpu_expose(struct armdma_machine *m, const void *cpu, size_t len);
/*
 * For layers above the API (the compat headers): report misuse that they find themselves. dev may be NULL. site: the call
 * that is to be named; NULL: the caller.
 */
ARMDMA_API void armdma_report_misuse(struct armdma_machine *m, enum armdma_report_kind kind, struct armdma_device *dev,
				     const void *site, const char *fmt, ...) ARMDMA_PRINTF(5, 6);

#ifdef __cplusplus
}
#endif
#endif
