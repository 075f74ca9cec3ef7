/* SPDX-License-Identifier: BSD-2-Clause */
#include <sched.h>

#include "lib/iova/lock.h"

#define FIRST_PAUSE 16u
#define LONGEST_PAUSE 1024u

static void pause_for(unsigned int turns)
{
	while (turns--) {
#if defined(__x86_64__) || defined(__i386__)
		__builtin_ia32_pause();
#else
		__asm__ volatile("" ::: "memory");
#endif
	}
}

void iova_lock_wait(struct iova_lock *l)
{
	unsigned int turns = FIRST_PAUSE;

	do {
		do {
			pause_for(turns);
			if (turns < LONGEST_PAUSE)
				turns *= 2;
			else
				sched_yield();
		} while (atomic_load_explicit(&l->held, memory_order_relaxed));
	} while (atomic_exchange_explicit(&l->held, 1, memory_order_acquire));
}
