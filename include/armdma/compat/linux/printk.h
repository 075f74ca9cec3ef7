/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages, to the machine's console (armdma_hw_set_log()). Of the kernel's own conversions there are %pad, %pap (%pa), %pe,
 * %pK, %px and %pM.
 */
#ifndef ARMDMA_COMPAT_LINUX_PRINTK_H
#define ARMDMA_COMPAT_LINUX_PRINTK_H
#pragma GCC system_header

#include <stdarg.h>

#include <armdma/compat/core.h>
#include <linux/types.h>

#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_CONT KERN_SOH "c"

ARMDMA_API int armdma_compat_printk(const char *fmt, ...) ARMDMA_PRINTF(1, 2);
ARMDMA_API int armdma_compat_scnprintf(char *buf, size_t size, const char *fmt, ...) ARMDMA_PRINTF(3, 4);
ARMDMA_API void armdma_compat_warn(const char *file, int line, const char *function, const char *fmt, ...)
	ARMDMA_PRINTF(4, 5);

#define printk armdma_compat_printk
#define _printk armdma_compat_printk
#define no_printk(...)                       \
	__extension__({                      \
		if (0)                       \
			printk(__VA_ARGS__); \
		0;                           \
	})

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_emerg(fmt, ...) printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...) printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...) printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...) printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...) printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...) printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...) printk(KERN_CONT fmt, ##__VA_ARGS__)
#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif

#endif
