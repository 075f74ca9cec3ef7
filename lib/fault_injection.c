/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures on demand: the nth call of a step, or each with a probability. */
#include "lib/machine.h"

void armdma_fail_nth(struct armdma_machine *m, enum armdma_fail_step step, uint64_t nth)
{
	MACHINE_ENTER(m);

	if ((unsigned int)step >= ARMDMA_NR_FAIL_STEPS)
		return;
	m->fail[step].nth = nth;
	m->fail[step].hits = 0;
}

void armdma_fail_randomly(struct armdma_machine *m, enum armdma_fail_step step, uint32_t ppm,
			  uint64_t seed)
{
	MACHINE_ENTER(m);

	if ((unsigned int)step >= ARMDMA_NR_FAIL_STEPS)
		return;
	m->fail[step].ppm = ppm;
	m->fail[step].random = seed;
}

const char *armdma_fail_step_name(enum armdma_fail_step step)
{
	static const char *const names[ARMDMA_NR_FAIL_STEPS] = {
		[ARMDMA_FAIL_PAGE] = "page",
		[ARMDMA_FAIL_IOVA] = "iova",
		[ARMDMA_FAIL_TABLE] = "table",
		[ARMDMA_FAIL_VMAP] = "vmap",
		[ARMDMA_FAIL_KMALLOC] = "kmalloc",
		[ARMDMA_FAIL_CMA] = "cma",
		[ARMDMA_FAIL_ATOMIC_POOL] = "atomic-pool",
		[ARMDMA_FAIL_DECLARED] = "declared",
		[ARMDMA_FAIL_BOUNCE] = "bounce",
	};

	return (unsigned int)step < ARMDMA_NR_FAIL_STEPS ? names[step] : "unknown";
}

uint64_t armdma_fail_hits(const struct armdma_machine *m, enum armdma_fail_step step)
{
	MACHINE_ENTER(m);

	return (unsigned int)step < ARMDMA_NR_FAIL_STEPS ? m->fail[step].hits : 0;
}

/* SplitMix64. */
static uint64_t draw(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

bool fail_now(struct armdma_machine *m, enum armdma_fail_step step)
{
	if (++m->fail[step].hits == m->fail[step].nth)
		return true;
	return __builtin_expect(m->fail[step].ppm, 0) &&
	       draw(&m->fail[step].random) % 1000000 < m->fail[step].ppm;
}
