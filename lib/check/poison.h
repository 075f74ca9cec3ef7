/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that the program must not touch, told to the tool under which it runs.
 *
 * AddressSanitizer is the program's choice, not the library's: its functions are looked for when the program is linked or
 * loaded. Valgrind is asked by its client requests, if its header was there when the library was built. Without both everything
 * here is empty.
 */
#ifndef LIB_CHECK_POISON_H
#define LIB_CHECK_POISON_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__) && defined(__ELF__)
#define ARMDMA_WEAK __attribute__((weak))
void __asan_poison_memory_region(const volatile void *addr, size_t size) ARMDMA_WEAK;
void __asan_unpoison_memory_region(const volatile void *addr, size_t size) ARMDMA_WEAK;
void __asan_set_error_report_callback(void (*fn)(const char *text)) ARMDMA_WEAK;
void *__asan_get_report_address(void) ARMDMA_WEAK;
void *__asan_get_report_pc(void) ARMDMA_WEAK;
int __asan_get_report_access_type(void) ARMDMA_WEAK;
size_t __asan_get_report_access_size(void) ARMDMA_WEAK;

static inline bool tool_has_asan(void)
{
	return __asan_poison_memory_region && __asan_unpoison_memory_region;
}

static inline void tool_asan_hide(const void *addr, size_t len)
{
	if (tool_has_asan())
		__asan_poison_memory_region(addr, len);
}

static inline void tool_asan_show(const void *addr, size_t len)
{
	if (tool_has_asan())
		__asan_unpoison_memory_region(addr, len);
}
#else
#define ARMDMA_NO_WEAK
static inline bool tool_has_asan(void)
{
	return false;
}

static inline void tool_asan_hide(const void *addr, size_t len)
{
	(void)addr;
	(void)len;
}

static inline void tool_asan_show(const void *addr, size_t len)
{
	(void)addr;
	(void)len;
}
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define ARMDMA_VALGRIND
#endif
#endif

#ifdef ARMDMA_VALGRIND
/* Memcheck, that is: valgrind's other tools keep no such state, and do not answer. */
static inline bool tool_has_valgrind(void)
{
	unsigned char byte = 0, bits;

	return RUNNING_ON_VALGRIND && VALGRIND_GET_VBITS(&byte, &bits, 1) == 1;
}

static inline void tool_valgrind_hide(const void *addr, size_t len)
{
	VALGRIND_MAKE_MEM_NOACCESS(addr, len);
}

/* What the device wrote is defined, what it left alone was before. */
static inline void tool_valgrind_show(const void *addr, size_t len)
{
	VALGRIND_MAKE_MEM_DEFINED(addr, len);
}

/* Valgrind describes addresses there by this text and by the stack of this call. For tool_valgrind_forget(). */
static inline int tool_valgrind_name(const void *addr, size_t len, const char *text)
{
	return (int)VALGRIND_CREATE_BLOCK(addr, len, text);
}

static inline void tool_valgrind_forget(int handle)
{
	VALGRIND_DISCARD(handle);
}
#else
static inline bool tool_has_valgrind(void)
{
	return false;
}

static inline void tool_valgrind_hide(const void *addr, size_t len)
{
	(void)addr;
	(void)len;
}

static inline void tool_valgrind_show(const void *addr, size_t len)
{
	(void)addr;
	(void)len;
}

static inline int tool_valgrind_name(const void *addr, size_t len, const char *text)
{
	(void)addr;
	(void)len;
	(void)text;
	return 0;
}

static inline void tool_valgrind_forget(int handle)
{
	(void)handle;
}
#endif

#endif
