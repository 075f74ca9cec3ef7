/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A camera capture driver for FIMC, as its user sees it: the calls of a video device node (set the format, request
 * buffers, mmap, queue, dequeue, stream) without the file descriptor.
 *
 * Buffers travel: QUEUED by the user, written by the camera, taken back by dequeue. The camera never
 * writes a buffer that the user holds.
 */
#ifndef EXAMPLES_FIMC_CAPTURE_DRIVER_H
#define EXAMPLES_FIMC_CAPTURE_DRIVER_H

#include <armdma/dma.h>
#include <armdma/mm.h>
#include <armdma/sensor.h>

#define FIMC_CAP_MAX_BUFFERS 4u

/* What buffers are made of. */
enum fimc_cap_memory {
	/* Single pages from anywhere, gathered by the SYSMMU; write-combine for kernel and user. */
	FIMC_CAP_WRITE_COMBINE,
	/* One physically contiguous block, cached by the CPU and handed over with streaming DMA calls. */
	FIMC_CAP_CACHED,
};

/* Flag of queue: the user will not read this frame with the CPU, so dequeue need not invalidate the cache. */
#define FIMC_CAP_NO_CACHE_INVALIDATE 1u

struct fimc_cap_format {
	enum armdma_pixfmt fmt;		/* NV12, YUV420, RGB565 or RGB32 */
	uint32_t width, height;		/* pixels; scaled when the sensor's differ */
};

struct fimc_cap_frame {
	unsigned int index;		/* of the buffer */
	uint32_t sequence;		/* frames captured since stream on, from 0 */
	size_t bytes;
	bool error;			/* the camera lost data: the bus did not keep pace */
};

struct fimc_cap;

/* Bind the driver to a camera. Returns 0 and *cap, or negative errno. */
int fimc_cap_probe(struct armdma_device *dev, struct fimc_cap **cap);
/* Stop and free everything; user mappings must be gone. NULL is ignored. */
void fimc_cap_remove(struct fimc_cap *cap);

/* -EINVAL: a format that the camera does not have; -EBUSY: there are buffers; -ENODEV: no sensor. */
int fimc_cap_set_format(struct fimc_cap *cap, const struct fimc_cap_format *fmt);
/* Allocate n buffers (at most 4), freeing what there was; 0 only frees. Returns 0, -EBUSY (streaming), -EINVAL, -ENOMEM. */
int fimc_cap_request_buffers(struct fimc_cap *cap, unsigned int n, enum fimc_cap_memory memory);
/* Pages of one buffer; 0 when there is no such buffer. */
size_t fimc_cap_buffer_pages(const struct fimc_cap *cap, unsigned int index);
/* DMA address of a buffer. */
armdma_dma_t fimc_cap_buffer_addr(const struct fimc_cap *cap, unsigned int index);
/* The mmap method: vma->npages of buffer `index` into user space. Returns 0, -EINVAL, -ENOMEM, -ENXIO. */
int fimc_cap_mmap(struct fimc_cap *cap, unsigned int index, struct armdma_vma *vma);

/* Hand a buffer to the camera. -EINVAL: no such buffer, or not the user's. */
int fimc_cap_queue(struct fimc_cap *cap, unsigned int index, unsigned int flags);
/* Take the oldest captured frame back; waits up to max_cycles. 0; -ETIMEDOUT or -EDEADLK: none came; -EINVAL: not streaming. */
int fimc_cap_dequeue(struct fimc_cap *cap, struct fimc_cap_frame *frame, uint64_t max_cycles);
int fimc_cap_stream_on(struct fimc_cap *cap);
/* Waits for the end of the frame in progress. All buffers are the user's again. */
void fimc_cap_stream_off(struct fimc_cap *cap);

#endif
