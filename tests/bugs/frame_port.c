/* SPDX-License-Identifier: BSD-2-Clause */
/* The subsystem's side of frame ports: who registers, and what a user does with frames. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bugs/bug.h"

static struct bug_port *find_port(const struct device *dev)
{
	struct bug_run *r = bug_current();

	for (unsigned int i = 0; i < BUG_MAX_PORTS; i++)
		if (r->ports[i].dev == dev)
			return &r->ports[i];
	return NULL;
}

int frame_port_register(struct device *dev, const struct frame_port_ops *ops)
{
	struct bug_port *p = find_port(dev) ? NULL : find_port(NULL);

	if (!p)
		return -EBUSY;
	p->dev = dev;
	p->ops = ops;
	return 0;
}

void frame_port_unregister(struct device *dev)
{
	struct bug_port *p = find_port(dev);

	if (p)
		*p = (struct bug_port){ NULL, NULL };
}

/* The user looks at every byte: the frame must be the next of the wire. */
void frame_port_rx(struct device *dev, const void *data, size_t len)
{
	struct bug_run *r = bug_current();

	(void)dev;
	r->frames++;
	if (len > r->wire_len - r->wire_used) {
		r->right = false;
		return;
	}
	if (!bug_relies_on(r, data, r->wire + r->wire_used, len, __builtin_return_address(0)))
		r->right = false;
	r->wire_used += len;
}

void frame_port_sent(struct device *dev, void *data, int error)
{
	struct bug_run *r = bug_current();

	(void)dev;
	(void)data;
	r->sent++;
	if (error)
		r->send_errors++;
}

/* ---- The user --------------------------------------------------------------------- */

/* Calls a method of port 0. */
#define CALL(r, method, ...)                                                   \
	((r)->ports[0].dev ? (r)->ports[0].ops->method ?                       \
		(r)->ports[0].ops->method((r)->ports[0].dev, __VA_ARGS__) :  \
		-EOPNOTSUPP : -ENODEV)

int port_open(struct bug_run *r)
{
	const struct bug_port *p = &r->ports[0];

	return p->dev ? p->ops->open ? p->ops->open(p->dev) : -EOPNOTSUPP : -ENODEV;
}

void port_stop(struct bug_run *r)
{
	const struct bug_port *p = &r->ports[0];

	if (p->dev && p->ops->stop)
		p->ops->stop(p->dev);
}

int port_poll(struct bug_run *r, int budget)
{
	return CALL(r, poll, budget);
}

int port_send(struct bug_run *r, void *data, size_t len)
{
	return CALL(r, send, data, len);
}

int port_send_sg(struct bug_run *r, struct armdma_scatterlist *sg, int nents)
{
	return CALL(r, send_sg, (struct scatterlist *)sg, nents);
}

int port_receive(struct bug_run *r, void *data, size_t len)
{
	return CALL(r, receive, data, len);
}

int port_receive_sg(struct bug_run *r, struct armdma_scatterlist *sg, int nents)
{
	return CALL(r, receive_sg, (struct scatterlist *)sg, nents);
}

int port_mmap(struct bug_run *r, struct vm_area_struct *vma)
{
	return CALL(r, mmap, vma);
}

int port_control(struct bug_run *r, unsigned int request, unsigned long arg)
{
	return CALL(r, control, request, arg);
}
