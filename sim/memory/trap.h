/* SPDX-License-Identifier: BSD-2-Clause */
/* Host faults on simulated memory. */
#ifndef SIM_MEMORY_TRAP_H
#define SIM_MEMORY_TRAP_H

struct block;

/* First block of the process's pool, for the signal handler. */
struct block *pool_first(void);
/* Install the handler unless it is installed. */
void trap_arm(void);

#endif
