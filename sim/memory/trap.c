/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Touching memory that is not mapped: the host's SIGSEGV becomes an event of
 * the machine whose address it was, and then goes to whoever handled the signal
 * before (a test runner fails the test, the default ends the process).
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include <armdma/machine.h>

#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/trap.h"

/* Signal dispositions belong to the process, so these do too. */
static pthread_mutex_t arm_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous_segv, previous_bus;

static struct block *block_of(const uint8_t *addr)
{
	struct block *b;

	for (b = pool_first(); b; b = b->next)
		if ((size_t)(addr - b->cpu) < b->cpu_size)
			return b;
	return NULL;
}

static bool is_write(const void *context)
{
#if defined(__x86_64__)
	const ucontext_t *uc = context;

	return uc->uc_mcontext.gregs[REG_ERR] & 2;
#else
	(void)context;
	return false;
#endif
}

static const void *fault_pc(const void *context)
{
#if defined(__x86_64__)
	const ucontext_t *uc = context;

	/* A site is a return address: one past the instruction. */
	return (const void *)(uintptr_t)(uc->uc_mcontext.gregs[REG_RIP] + 1);
#elif defined(__aarch64__)
	const ucontext_t *uc = context;

	return (const void *)(uintptr_t)(uc->uc_mcontext.pc + 1);
#else
	(void)context;
	return NULL;
#endif
}

/* Returns how the lock was held by this thread; it is free now, since who handles the signal next may not come back. */
static struct armdma_hold tell(struct block *b, void *addr, const void *context)
{
	static const char parked[] =
		"armdma: touched memory of a machine that has been destroyed\n";
	struct armdma_hw *hw = b->hw;
	struct armdma_event ev = {
		.type = ARMDMA_EV_TRAP,
		.cpu = addr,
		.value = is_write(context),
		.site = fault_pc(context),
	};
	struct armdma_hold none = { 0, 0 };

	if (!hw) {
		if (write(STDERR_FILENO, parked, sizeof(parked) - 1) < 0)
			return none;
		return none;
	}
	ev.flags = armdma_hw_space_of(hw, addr);
	armdma_hw_lock(hw);
	armdma_event_emit(&hw->ev.pub, &ev);
	return lock_leave_trap(hw);
}

static void handler(int sig, siginfo_t *info, void *context)
{
	struct sigaction *prev = sig == SIGSEGV ? &previous_segv : &previous_bus;
	struct block *b = block_of(info->si_addr);
	struct armdma_hold hold = { 0, 0 };

	if (b)
		hold = tell(b, info->si_addr, context);
	if (prev->sa_flags & SA_SIGINFO) {
		prev->sa_sigaction(sig, info, context);
	} else if (prev->sa_handler != SIG_DFL && prev->sa_handler != SIG_IGN) {
		prev->sa_handler(sig);
	} else {
		/* Nobody else: the instruction faults again and ends the process. */
		signal(sig, SIG_DFL);
	}
	if (hold.depth)
		armdma_hw_reacquire(b->hw, hold);
}

static void arm(int sig, struct sigaction *prev)
{
	struct sigaction now, sa;

	if (sigaction(sig, NULL, &now))
		return;
	if (now.sa_sigaction == handler) {
		/* Put back by signal(), which forgets the flags: nobody new to hand on to. */
		if (now.sa_flags & SA_SIGINFO)
			return;
		now = *prev;
	}
	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = handler;
	/* A runner leaves the handler by longjmp: the signal must not stay blocked. */
	sa.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&sa.sa_mask);
	*prev = now;
	sigaction(sig, &sa, NULL);
}

void trap_arm(void)
{
	pthread_mutex_lock(&arm_lock);
	arm(SIGSEGV, &previous_segv);
	arm(SIGBUS, &previous_bus);
	pthread_mutex_unlock(&arm_lock);
}

void armdma_trap_arm(void)
{
	trap_arm();
}
