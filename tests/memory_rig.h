/* SPDX-License-Identifier: BSD-2-Clause */
/* A bare machine for tests of memory, clock and interrupts: RAM and CPU port, no SYSMMU, no device. */
#ifndef TESTS_MEMORY_RIG_H
#define TESTS_MEMORY_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>

#include "sim/memory/memory.h"

/* ThreadSanitizer blocks all signals inside a handler, and needs host areas of its own. */
#if defined(__SANITIZE_THREAD__)
#define RIG_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RIG_TSAN 1
#endif
#endif
#ifndef RIG_TSAN
#define RIG_TSAN 0
#endif

#define RIG_BASE 0x40000000u
#define RIG_RAM (16u << 20)
#define RIG_LOWMEM (8u << 20)
#define RIG_PAGE ARMDMA_PAGE_SIZE
/* First highmem page. */
#define RIG_HIGH (RIG_BASE + RIG_LOWMEM)

static inline struct armdma_config rig_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	cfg.ram_base = RIG_BASE;
	cfg.ram_size = RIG_RAM;
	cfg.lowmem_size = RIG_LOWMEM;
	cfg.nr_sysmmus = cfg.nr_devices = 0;
	return cfg;
}

static inline struct armdma_hw *rig_create(const struct armdma_config *cfg)
{
	struct armdma_error err = { "" };
	struct armdma_hw *hw = NULL;

	if (armdma_hw_create(&hw, cfg, &err))
		fail_msg("armdma_hw_create: %s", err.msg);
	return hw;
}

/* Machine with its first 64 lowmem pages open. */
static inline struct armdma_hw *rig_open(const struct armdma_config *cfg)
{
	struct armdma_hw *hw = rig_create(cfg);

	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE, 64 * RIG_PAGE), 0);
	return hw;
}

static inline struct armdma_hw *rig(void)
{
	struct armdma_config cfg = rig_config();

	return rig_open(&cfg);
}

static inline armdma_pfn_t rig_pfn(armdma_phys_t pa)
{
	return pa >> ARMDMA_PAGE_SHIFT;
}

static inline uint8_t rig_phys8(struct armdma_hw *hw, armdma_phys_t pa)
{
	uint8_t v = 0;

	assert_int_equal(armdma_hw_phys_read(hw, pa, &v, 1), 0);
	return v;
}

static inline void rig_master8(struct armdma_hw *hw, armdma_phys_t pa, uint8_t v)
{
	mem_write(hw, pa, &v, 1);
}

static inline struct armdma_line_state rig_line(struct armdma_hw *hw, armdma_phys_t pa)
{
	struct armdma_line_state st;

	assert_int_equal(armdma_hw_line_state(hw, pa, &st), 0);
	return st;
}

/* One byte that the compiler must store and load. */
static inline void cpu_set(void *p, uint8_t v)
{
	*(volatile uint8_t *)p = v;
}

static inline uint8_t cpu_get(const void *p)
{
	return *(const volatile uint8_t *)p;
}

static inline uint64_t rig_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static inline uint32_t rig_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((rig_random(state) >> 33) % n);
}

#endif
