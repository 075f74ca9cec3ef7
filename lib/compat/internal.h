/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's names keep of a machine. */
#ifndef LIB_COMPAT_INTERNAL_H
#define LIB_COMPAT_INTERNAL_H

#include <pthread.h>
#include <sys/queue.h>

#include <armdma/compat/board.h>
#include <armdma/compat/deferred.h>
#include <linux/interrupt.h>
#include <linux/platform_device.h>

/* One handler of an interrupt. */
struct irq_action {
	TAILQ_ENTRY(irq_action) link;
	struct armdma_machine *m;
	unsigned int irq;
	irq_handler_t handler, thread_fn;
	unsigned long flags;
	void *dev_id;
	unsigned int disabled;	/* nested disable_irq() */
	bool requested;		/* it is on its line */
	bool wanted;		/* its thread is to run */
	bool busy;		/* it is, or runs */
};

/* A window of one page. */
struct kmap_window {
	TAILQ_ENTRY(kmap_window) link;
	struct armdma_page *page;
	void *addr;
};

/* Pages at contiguous kernel addresses: vmalloc() (which owns them) or vmap(). */
struct vm_area {
	TAILQ_ENTRY(vm_area) link;
	void *addr;
	unsigned int npages;
	struct armdma_page **pages;	/* NULL: vmap() */
};

/* A tasklet, a timer, or work, queued. */
struct deferred {
	TAILQ_ENTRY(deferred) link;
	enum armdma_compat_later kind;
	void (*fn)(void *what);
	void *what;
	uint64_t due;		/* cycles */
	uint64_t seq;		/* order of queueing */
};

struct board_device {
	TAILQ_ENTRY(board_device) link;
	struct armdma_machine *m;
	struct platform_device pdev;
	struct platform_driver *driver;
	struct resource resources[2];
	char name[64];
	const char *compatible;
	unsigned int clks, clks_on;	/* that its driver got, and enabled */
};

/* What is kept of a machine. The lock is held for a look at a list or a change of it, never while a function is called. */
struct compat {
	pthread_mutex_t lock;
	TAILQ_HEAD(, irq_action) actions;
	TAILQ_HEAD(, kmap_window) windows;
	TAILQ_HEAD(, vm_area) areas;
	TAILQ_HEAD(, board_device) devices;
	TAILQ_HEAD(, deferred) deferred;
	uint64_t seq;		/* of the next that is deferred */
};

/* State of a machine, made at first use. NULL: no memory. */
struct compat *compat_of(struct armdma_machine *m);

static inline void compat_unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

/* From here to the end of the block. */
#define COMPAT_LOCKED(c)                                                                              \
	pthread_mutex_t *compat_held __attribute__((cleanup(compat_unlock), unused)) = &(c)->lock; \
	pthread_mutex_lock(compat_held)

/* Threads of interrupts that wait for their turn: is there one; run them all, in task context. True: there was one. */
bool irq_threads_wanted(struct compat *c);
bool irq_threads_run(struct compat *c);

/* All that was left for later and is due, threads of interrupts included: is there any; run it, in task context. */
bool later_wanted(struct armdma_machine *m, struct compat *c);
void later_run(struct armdma_machine *m, struct compat *c);
/* When the next is due, in cycles; UINT64_MAX: none. */
uint64_t later_next(struct compat *c);

/* Put fn(data) on what is released with dev's driver; own: data is freed then. 0 or -ENOMEM. */
int devres_push(struct device *dev, void (*fn)(void *data), void *data, bool own);
/* Release everything that dev's driver left to it, last first; or only forget it, with its machine. */
void devres_release(struct device *dev);
void devres_forget(struct device *dev);

/* vsnprintf() with the kernel's pointers. Returns the length, always terminated. */
int compat_format(char *buf, size_t size, const char *fmt, va_list ap);

#endif
