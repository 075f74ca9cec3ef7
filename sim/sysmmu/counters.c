/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Performance counters: four that count a selectable event, and one of cycles.
 *
 * The unit keeps running totals anyway; a counter is the difference of a total between the times at
 * which counting was switched on and off. So counting costs nothing per access.
 */
#include "sim/sysmmu/sysmmu_internal.h"

#define CYCLES ARMDMA_SYSMMU_NR_COUNTERS

static uint64_t source(const struct sysmmu *mmu, unsigned int n)
{
	const struct event_codes *ev = mmu->variant->events;
	const struct {
		const uint8_t *code;
		const uint64_t *total;
	} sources[] = {
		{ ev->total, mmu->lookups },
		{ ev->miss, mmu->misses },
		{ ev->l2_miss, mmu->l2_misses },
		{ ev->flpd_miss, mmu->flpd_misses },
		{ ev->pb_lookup, mmu->pb_lookups },
		{ ev->pb_miss, mmu->pb_misses },
		{ ev->prefetch_blocks, mmu->prefetch_blocks },
		{ ev->prefetch_cycles, mmu->prefetch_cycles },
		{ ev->prefetch_flpd_miss, mmu->prefetch_flpd_misses },
	};

	if (n == CYCLES)
		return mmu->hw->clk.now;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		for (unsigned int w = 0; w < 2; w++)
			if (mmu->cnt.select[n] == sources[i].code[w] && sources[i].code[w] != EVENT_NONE)
				return sources[i].total[w];
	return 0;
}

static uint32_t enable_bit(unsigned int n)
{
	return n == CYCLES ? ARMDMA_SYSMMU_CNT_CYCLES : 1u << n;
}

static bool counting(const struct sysmmu *mmu, unsigned int n)
{
	return mmu->cnt.on && mmu->cnt.enabled & enable_bit(n);
}

/* Bring counter n up to now. */
static void fold(struct sysmmu *mmu, unsigned int n)
{
	struct counters *c = &mmu->cnt;
	uint64_t now = source(mmu, n);

	if (counting(mmu, n))
		c->sum[n] += now - c->from[n];
	c->from[n] = now;
	if (c->sum[n] > UINT32_MAX) {
		c->sum[n] = (uint32_t)c->sum[n];
		c->overflow |= enable_bit(n);
	}
}

static void fold_all(struct sysmmu *mmu)
{
	for (unsigned int n = 0; n <= CYCLES; n++)
		fold(mmu, n);
}

void sysmmu_counters_reset(struct sysmmu *mmu)
{
	mmu->cnt = (struct counters){ 0 };
}

uint32_t sysmmu_counters_get(struct sysmmu *mmu, unsigned int n)
{
	fold(mmu, n);
	return (uint32_t)mmu->cnt.sum[n];
}

void sysmmu_counters_set(struct sysmmu *mmu, unsigned int n, uint32_t value)
{
	fold(mmu, n);
	mmu->cnt.sum[n] = value;
}

uint32_t sysmmu_counters_get_select(struct sysmmu *mmu, unsigned int n)
{
	return mmu->cnt.select[n];
}

void sysmmu_counters_set_select(struct sysmmu *mmu, unsigned int n, uint32_t event)
{
	if (n >= ARMDMA_SYSMMU_NR_COUNTERS)
		return;
	fold(mmu, n);
	mmu->cnt.select[n] = event;
	mmu->cnt.from[n] = source(mmu, n);
	/* On 3.0 and 3.1 one of these registers is the end of a prefetch buffer, too. */
	if (mmu->variant->pb_kind == PB_BY_MODE)
		sysmmu_pb_configure(mmu);
}

uint32_t sysmmu_counters_get_on(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->cnt.on;
}

void sysmmu_counters_set_on(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	fold_all(mmu);
	mmu->cnt.on = value & 1;
}

uint32_t sysmmu_counters_get_enabled(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->cnt.enabled;
}

void sysmmu_counters_enable(struct sysmmu *mmu, unsigned int arg, uint32_t bits)
{
	(void)arg;
	fold_all(mmu);
	mmu->cnt.enabled |= bits;
}

void sysmmu_counters_disable(struct sysmmu *mmu, unsigned int arg, uint32_t bits)
{
	(void)arg;
	fold_all(mmu);
	mmu->cnt.enabled &= ~bits;
}

uint32_t sysmmu_counters_get_interrupts(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->cnt.interrupts;
}

void sysmmu_counters_interrupts_on(struct sysmmu *mmu, unsigned int arg, uint32_t bits)
{
	(void)arg;
	mmu->cnt.interrupts |= bits;
}

void sysmmu_counters_interrupts_off(struct sysmmu *mmu, unsigned int arg, uint32_t bits)
{
	(void)arg;
	mmu->cnt.interrupts &= ~bits;
}

uint32_t sysmmu_counters_get_overflow(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	fold_all(mmu);
	return mmu->cnt.overflow;
}

void sysmmu_counters_clear_overflow(struct sysmmu *mmu, unsigned int arg, uint32_t bits)
{
	(void)arg;
	fold_all(mmu);
	mmu->cnt.overflow &= ~bits;
}
