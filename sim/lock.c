/* SPDX-License-Identifier: BSD-2-Clause */
/* The lock of a shared machine: taking it, giving it back, and what is called in between. */
#include <alloca.h>
#include <errno.h>
#include <stdlib.h>

#include "sim/irq.h"
#include "sim/lock.h"

/* Stack between a handler and the calls around it: a call from higher up has left the handler by longjmp. */
#define HANDLER_GAP 16384

uint64_t lock_self(void)
{
	static uint64_t last;
	static _Thread_local uint64_t self;

	if (!self)
		self = __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
	return self;
}

int lock_create(struct armdma_hw *hw)
{
	struct hw_lock *l;

	if (!hw->cfg.shared)
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	pthread_mutex_init(&l->mutex, NULL);
	SLIST_INIT(&l->threads);
	SLIST_INSERT_HEAD(&l->threads, &l->boot, link);
	l->tail = &l->head;
	l->next = 1;
	hw->lock = l;
	return 0;
}

void lock_destroy(struct armdma_hw *hw)
{
	struct hw_lock *l = hw->lock;
	struct armdma_deferred *d;
	struct hw_thread *t;

	if (!l)
		return;
	while ((d = l->head)) {
		l->head = d->next;
		d->fn(d, false);
	}
	while ((t = SLIST_FIRST(&l->threads))) {
		SLIST_REMOVE_HEAD(&l->threads, link);
		if (t != &l->boot)
			free(t);
	}
	pthread_mutex_destroy(&l->mutex);
	free(l);
	hw->lock = NULL;
}

/* ---- CPU state ------------------------------------------------------------- */

static struct hw_thread *find_thread(struct armdma_hw *hw, uint64_t id)
{
	struct hw_lock *l = hw->lock;
	struct hw_thread *t, *unused = NULL;

	/* Rarely more than one: only threads that are masked or in a handler have an entry of their own. */

	SLIST_FOREACH(t, &l->threads, link) {
		if (t->id == id)
			return t;
		if (!t->id)
			unused = t;
	}
	if (!unused) {
		unused = calloc(1, sizeof(*unused));
		if (!unused) {
			armdma_hw_log(hw, "out of memory: two threads share their interrupt state");
			return SLIST_FIRST(&l->threads);
		}
		SLIST_INSERT_HEAD(&l->threads, unused, link);
	}
	unused->id = id;
	return unused;
}

/* The thread's handler was left by longjmp: its line can be served again. */
static void forget_handler(struct armdma_hw *hw, struct hw_thread *t)
{
	irq_handler_left(hw, t->line);
	t->frame = 0;
	t->in_irq = t->irq_depth = 0;
}

static void switch_in(struct armdma_hw *hw, uint64_t id, uintptr_t frame)
{
	struct hw_lock *l = hw->lock;
	struct hw_thread *t = find_thread(hw, id);

	if (t->frame && frame > t->frame)
		forget_handler(hw, t);
	l->thread = t;
	hw->irq_depth = t->irq_depth;
	hw->in_irq = t->in_irq;
	hw->percpu = t->percpu;
	/* Nobody is in the middle of an event but who has left it by longjmp. */
	hw->clk.running = false;
}

static void switch_out(struct armdma_hw *hw)
{
	struct hw_thread *t = hw->lock->thread;

	t->irq_depth = hw->irq_depth;
	t->in_irq = hw->in_irq;
	t->percpu = hw->percpu;
	if (!t->irq_depth && !t->in_irq && !t->percpu)
		t->id = 0;
}

/* ---- Taking and giving ------------------------------------------------------ */

static void take(struct armdma_hw *hw, uint64_t self, unsigned int depth, uintptr_t frame)
{
	struct hw_lock *l = hw->lock;

	pthread_mutex_lock(&l->mutex);
	__atomic_store_n(&l->owner, self, __ATOMIC_RELAXED);
	l->depth = depth;
	l->first = l->next;
	switch_in(hw, self, frame);
}

static void give(struct armdma_hw *hw)
{
	struct hw_lock *l = hw->lock;

	switch_out(hw);
	l->depth = 0;
	__atomic_store_n(&l->owner, 0, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&l->mutex);
}

static bool is_mine(const struct hw_lock *l)
{
	return __atomic_load_n(&l->owner, __ATOMIC_RELAXED) == lock_self();
}

__attribute__((noinline))
void armdma_hw_lock(struct armdma_hw *hw)
{
	struct hw_lock *l = hw->lock;

	if (!l)
		return;
	if (is_mine(l))
		l->depth++;
	else
		take(hw, lock_self(), 1, (uintptr_t)__builtin_frame_address(0));
}

struct armdma_hold armdma_hw_release(struct armdma_hw *hw)
{
	struct hw_lock *l = hw->lock;
	struct armdma_hold hold = { 0, 0 };

	if (!l || !is_mine(l))
		return hold;
	hold.depth = l->depth;
	hold.first = l->first;
	give(hw);
	return hold;
}

void armdma_hw_reacquire(struct armdma_hw *hw, struct armdma_hold hold)
{
	if (!hold.depth)
		return;
	take(hw, lock_self(), hold.depth, 0);
	hw->lock->first = hold.first;
}

/* ---- What was put off --------------------------------------------------------- */

void armdma_hw_defer(struct armdma_hw *hw, struct armdma_deferred *d)
{
	struct hw_lock *l = hw->lock;

	if (!l || !is_mine(l)) {
		d->fn(d, true);
		return;
	}
	d->next = NULL;
	d->owner = lock_self();
	d->nr = l->next++;
	*l->tail = d;
	l->tail = &d->next;
}

/* The oldest that this call has put off. What an earlier call left behind (by longjmp) stays where it is. */
static struct armdma_deferred *next_deferred(struct hw_lock *l)
{
	uint64_t self = lock_self();
	struct armdma_deferred **link, *d;

	for (link = &l->head; (d = *link); link = &d->next) {
		if (d->owner != self || d->nr < l->first)
			continue;
		*link = d->next;
		if (!d->next)
			l->tail = link;
		return d;
	}
	return NULL;
}

static void run_deferred(struct armdma_hw *hw)
{
	struct armdma_deferred *d;

	while ((d = next_deferred(hw->lock))) {
		struct armdma_hold hold = armdma_hw_release(hw);

		d->fn(d, true);
		armdma_hw_reacquire(hw, hold);
	}
}

void lock_breathe(struct armdma_hw *hw)
{
	if (hw->lock->depth == 1 && hw->lock->head)
		run_deferred(hw);
}

void armdma_hw_unlock(struct armdma_hw *hw)
{
	struct hw_lock *l = hw->lock;

	if (!l)
		return;
	if (l->depth > 1) {
		l->depth--;
		return;
	}
	lock_breathe(hw);
	if (hw->nr_pending) {
		irq_deliver(hw);
		lock_breathe(hw);
	}
	give(hw);
}

struct armdma_hold lock_leave_trap(struct armdma_hw *hw)
{
	struct armdma_hold hold = { 0, 0 };

	if (!hw->lock)
		return hold;
	run_deferred(hw);
	hold = armdma_hw_release(hw);
	hold.depth--;
	return hold;
}

/* ---- Handlers --------------------------------------------------------------------- */

__attribute__((noinline))
static bool call_below(struct armdma_hw *hw, armdma_irq_fn fn, void *ctx, uint32_t line)
{
	struct hw_thread *t = hw->lock->thread;
	struct armdma_hold hold;
	bool handled;

	t->line = line;
	t->frame = (uintptr_t)__builtin_frame_address(0);
	hold = armdma_hw_release(hw);
	handled = fn(ctx, line);
	armdma_hw_reacquire(hw, hold);
	hw->lock->thread->frame = 0;
	return handled;
}

__attribute__((noinline))
bool lock_call_handler(struct armdma_hw *hw, armdma_irq_fn fn, void *ctx, uint32_t line)
{
	volatile char *gap = alloca(HANDLER_GAP);
	bool handled;

	gap[0] = 0;
	handled = call_below(hw, fn, ctx, line);
	return handled && !gap[0];
}

unsigned long *armdma_hw_percpu(struct armdma_hw *hw)
{
	return &hw->percpu;
}
