/* SPDX-License-Identifier: BSD-2-Clause */
/* What the kernel's names keep of a machine. */
#ifndef LIB_COMPAT_INTERNAL_H
#define LIB_COMPAT_INTERNAL_H

#include <sys/queue.h>

#include <armdma/compat/board.h>
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
	bool wanted;		/* its thread is to run */
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

struct board_device {
	TAILQ_ENTRY(board_device) link;
	struct armdma_machine *m;
	struct platform_device pdev;
	struct platform_driver *driver;
	struct resource resources[2];
	char name[64];
	const char *compatible;
};

struct compat {
	TAILQ_HEAD(, irq_action) actions;
	TAILQ_HEAD(, kmap_window) windows;
	TAILQ_HEAD(, vm_area) areas;
	TAILQ_HEAD(, board_device) devices;
};

/* State of a machine, made at first use. NULL: no memory. */
struct compat *compat_of(struct armdma_machine *m);

/* Threads of interrupts that wait for their turn: is there one; run them all, in task context. */
bool irq_threads_wanted(struct compat *c);
void irq_threads_run(struct compat *c);

/* Release everything that dev's driver left to it, last first; or only forget it, with its machine. */
void devres_release(struct device *dev);
void devres_forget(struct device *dev);

/* vsnprintf() with the kernel's pointers. Returns the length, always terminated. */
int compat_format(char *buf, size_t size, const char *fmt, va_list ap);

#endif
