/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures on demand: let the nth call of a step fail. */
#include "lib/machine.h"

void armdma_fail_nth(struct armdma_machine *m, enum armdma_fail_step step, uint64_t nth)
{
	if ((unsigned int)step >= ARMDMA_NR_FAIL_STEPS)
		return;
	m->fail[step].nth = nth;
	m->fail[step].hits = 0;
}

uint64_t armdma_fail_hits(const struct armdma_machine *m, enum armdma_fail_step step)
{
	return (unsigned int)step < ARMDMA_NR_FAIL_STEPS ? m->fail[step].hits : 0;
}

bool fail_now(struct armdma_machine *m, enum armdma_fail_step step)
{
	return ++m->fail[step].hits == m->fail[step].nth;
}
