/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frame ports: the small subsystem that the drivers of this catalogue plug into, as network drivers plug into theirs.
 * A port moves frames between memory and a wire, or between two places of memory.
 */
#ifndef FRAME_PORT_H
#define FRAME_PORT_H

#include <linux/types.h>

struct device;
struct scatterlist;
struct vm_area_struct;

/* Methods of a port; what a port cannot do is NULL. They return 0 (poll: the number of frames) or a negative error. */
struct frame_port_ops {
	/* Start and stop. */
	int (*open)(struct device *dev);
	void (*stop)(struct device *dev);
	/* Hand over what has arrived, at most budget frames, with frame_port_rx(). */
	int (*poll)(struct device *dev, int budget);
	/*
	 * Send a frame; done when it returns 0, or, where a port calls frame_port_sent(), then. The memory is the caller's: kmalloc'ed, unless
	 * the port is one that says otherwise.
	 */
	int (*send)(struct device *dev, void *data, size_t len);
	int (*send_sg)(struct device *dev, struct scatterlist *sg, int nents);
	/* Fill the caller's memory from the wire; done when it returns. */
	int (*receive)(struct device *dev, void *data, size_t len);
	int (*receive_sg)(struct device *dev, struct scatterlist *sg, int nents);
	int (*mmap)(struct device *dev, struct vm_area_struct *vma);
	/* Anything else, by a number that the driver's header or its text explains. */
	int (*control)(struct device *dev, unsigned int request, unsigned long arg);
};

/* The device has a port from here on; -EBUSY if it has one. */
int frame_port_register(struct device *dev, const struct frame_port_ops *ops);
void frame_port_unregister(struct device *dev);

/* A frame has arrived: the subsystem reads it before this returns. */
void frame_port_rx(struct device *dev, const void *data, size_t len);
/* A frame of send() has gone, or failed: its memory is the caller's again. */
void frame_port_sent(struct device *dev, void *data, int error);

#endif
