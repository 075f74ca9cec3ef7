/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver half: everything that would run in the kernel. It knows the camera's registers and the DMA
 * API, and uses nothing but libarmdma's public headers.
 *
 * Buffer n lives in address set n of the camera. Its bit in CIFCNTSEQ says whose it is: set, the camera may write it; clear,
 * it is the user's. The interrupt handler takes the bit away, queueing gives it back.
 */
#include "driver.h"

#include <errno.h>
#include <stdlib.h>

#include <armdma/fimc.h>
#include <armdma/machine.h>

/* The camera's IO address space: 128 MiB, apart from RAM, so that a physical address used by mistake faults. */
#define IOVA_BASE 0x20000000u
#define IOVA_SIZE 0x08000000u
/* How long the camera may need to stop, cycles: 200 ms. */
#define STOP_TIMEOUT (200u * 160000u)

enum buffer_state { IDLE, QUEUED, DONE };

struct buffer {
	enum buffer_state state;
	void *cpu;			/* write-combine: kernel address */
	armdma_dma_t addr;
	struct armdma_page *block;	/* cached */
	unsigned int flags;
	uint32_t sequence;
	bool error;
};

struct fimc_cap {
	struct armdma_device *dev;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	armdma_phys_t regs;
	struct fimc_cap_format fmt;
	uint32_t src_width, src_height;
	size_t size;			/* bytes of a picture */
	enum fimc_cap_memory memory;
	struct buffer bufs[FIMC_CAP_MAX_BUFFERS];
	unsigned int nr_bufs;
	unsigned int done[FIMC_CAP_MAX_BUFFERS];	/* indices, oldest first */
	unsigned int nr_done;
	uint32_t sequence;
	bool streaming, stopped;
};

/* No kernel user of the pages but this driver, and the camera does not care where they lie. */
#define BUFFER_ATTRS (ARMDMA_ATTR_WRITE_COMBINE | ARMDMA_ATTR_ALLOC_SINGLE_PAGES)

static uint32_t rd(const struct fimc_cap *cap, uint32_t reg)
{
	return armdma_hw_readl(cap->hw, cap->regs + reg);
}

static void wr(const struct fimc_cap *cap, uint32_t reg, uint32_t value)
{
	armdma_hw_writel(cap->hw, cap->regs + reg, value);
}

/* ---- Registers --------------------------------------------------------- */

static void reset(const struct fimc_cap *cap)
{
	wr(cap, ARMDMA_FIMC_CISRCFMT, rd(cap, ARMDMA_FIMC_CISRCFMT) | ARMDMA_FIMC_CISRCFMT_ITU601_8BIT);
	wr(cap, ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_SWRST | ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL);
	armdma_hw_udelay(cap->hw, 10);
	wr(cap, ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL);
	wr(cap, ARMDMA_FIMC_CIFCNTSEQ, 0);
}

static void program_source(const struct fimc_cap *cap)
{
	wr(cap, ARMDMA_FIMC_CIGCTRL, ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL | ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE |
					     ARMDMA_FIMC_CIGCTRL_SELCAM_ITU_A);
	wr(cap, ARMDMA_FIMC_CISRCFMT, ARMDMA_FIMC_CISRCFMT_ITU601_8BIT |
					      ARMDMA_FIMC_CISRCFMT_ORDER_YCBYCR |
					      ARMDMA_FIMC_CISRCFMT_WIDTH(cap->src_width) |
					      ARMDMA_FIMC_CISRCFMT_HEIGHT(cap->src_height));
	wr(cap, ARMDMA_FIMC_CIWDOFST, 0);
	wr(cap, ARMDMA_FIMC_CIWDOFST2, 0);
	wr(cap, ARMDMA_FIMC_MSCTRL, 0);		/* input: camera */
}

/* Largest power of two by which the pre-scaler may shrink first. */
static uint32_t pre_ratio(uint32_t from, uint32_t to)
{
	uint32_t pre = 1;

	while (pre < 64 && to * pre * 2 <= from)
		pre *= 2;
	return pre;
}

static uint32_t log2_of(uint32_t v)
{
	return v > 1 ? 1 + log2_of(v / 2) : 0;
}

/* Colour conversion sits in the scaler, so that it is in the way even for 1:1. */
static void program_scaler(const struct fimc_cap *cap)
{
	uint32_t ph = pre_ratio(cap->src_width, cap->fmt.width);
	uint32_t pv = pre_ratio(cap->src_height, cap->fmt.height);
	uint32_t mh = (cap->src_width << 14) / (cap->fmt.width * ph);
	uint32_t mv = (cap->src_height << 14) / (cap->fmt.height * pv);
	uint32_t ctrl = ARMDMA_FIMC_CISCCTRL_MHRATIO(mh) | ARMDMA_FIMC_CISCCTRL_MVRATIO(mv);

	if (cap->fmt.width >= cap->src_width)
		ctrl |= ARMDMA_FIMC_CISCCTRL_SCALEUP_H;
	if (cap->fmt.height >= cap->src_height)
		ctrl |= ARMDMA_FIMC_CISCCTRL_SCALEUP_V;
	if (cap->fmt.fmt == ARMDMA_PIX_RGB32)
		ctrl |= ARMDMA_FIMC_CISCCTRL_OUTRGB_888;
	wr(cap, ARMDMA_FIMC_CISCPRERATIO,
	   ARMDMA_FIMC_CISCPRERATIO_SHFACTOR(10 - log2_of(ph) - log2_of(pv)) |
		   ARMDMA_FIMC_CISCPRERATIO_HOR(ph) | ARMDMA_FIMC_CISCPRERATIO_VER(pv));
	wr(cap, ARMDMA_FIMC_CISCPREDST, ARMDMA_FIMC_CISCPREDST_WIDTH(cap->src_width / ph) |
						ARMDMA_FIMC_CISCPREDST_HEIGHT(cap->src_height / pv));
	wr(cap, ARMDMA_FIMC_CIEXTEN,
	   ARMDMA_FIMC_CIEXTEN_MHRATIO_EXT(mh) | ARMDMA_FIMC_CIEXTEN_MVRATIO_EXT(mv));
	wr(cap, ARMDMA_FIMC_CISCCTRL, ctrl);
}

static void program_target(const struct fimc_cap *cap)
{
	bool rgb = cap->fmt.fmt == ARMDMA_PIX_RGB565 || cap->fmt.fmt == ARMDMA_PIX_RGB32;
	uint32_t w = cap->fmt.width, h = cap->fmt.height;

	wr(cap, ARMDMA_FIMC_CITRGFMT,
	   (rgb ? ARMDMA_FIMC_CITRGFMT_RGB : ARMDMA_FIMC_CITRGFMT_YCBCR420) |
		   ARMDMA_FIMC_CITRGFMT_HSIZE(w) | ARMDMA_FIMC_CITRGFMT_VSIZE(h));
	wr(cap, ARMDMA_FIMC_CITAREA, w * h);
	wr(cap, ARMDMA_FIMC_CIOYOFF, 0);
	wr(cap, ARMDMA_FIMC_CIOCBOFF, 0);
	wr(cap, ARMDMA_FIMC_CIOCROFF, 0);
	wr(cap, ARMDMA_FIMC_ORGOSIZE, ARMDMA_FIMC_ORGSIZE_HOR(w) | ARMDMA_FIMC_ORGSIZE_VER(h));
	wr(cap, ARMDMA_FIMC_CIOCTRL, cap->fmt.fmt == ARMDMA_PIX_NV12 ?
		   ARMDMA_FIMC_CIOCTRL_2PLANE | ARMDMA_FIMC_CIOCTRL_ORDER2P_CBCR : 0);
}

/* Address set n: the planes of buffer n, one behind the other. */
static void program_set(const struct fimc_cap *cap, unsigned int n)
{
	uint32_t y = (uint32_t)cap->bufs[n].addr, pixels = cap->fmt.width * cap->fmt.height;

	wr(cap, ARMDMA_FIMC_CIOYSA(n), y);
	wr(cap, ARMDMA_FIMC_CIOCBSA(n), y + pixels);
	wr(cap, ARMDMA_FIMC_CIOCRSA(n), y + pixels + pixels / 4);
}

#define CAPTURE_ON (ARMDMA_FIMC_CIIMGCPT_IMGCPTEN | ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC)

/* Hand a buffer to the camera; the first one sets capture going (again). */
static void give_set(const struct fimc_cap *cap, unsigned int n)
{
	unsigned int flags = armdma_hw_irq_save(cap->hw);

	program_set(cap, n);
	wr(cap, ARMDMA_FIMC_CIFCNTSEQ, rd(cap, ARMDMA_FIMC_CIFCNTSEQ) | 1u << n);
	wr(cap, ARMDMA_FIMC_CIIMGCPT, CAPTURE_ON);
	armdma_hw_irq_restore(cap->hw, flags);
}

/* Take it away; without any, frames pass by until the user queues one. */
static void take_set(const struct fimc_cap *cap, unsigned int n)
{
	uint32_t ring = rd(cap, ARMDMA_FIMC_CIFCNTSEQ) & ~(1u << n);

	if (!ring)
		wr(cap, ARMDMA_FIMC_CIIMGCPT, 0);
	wr(cap, ARMDMA_FIMC_CIFCNTSEQ, ring);
}

/* ---- Interrupt --------------------------------------------------------- */

#define OVERFLOWS \
	(ARMDMA_FIMC_CISTATUS_OVFIY | ARMDMA_FIMC_CISTATUS_OVFICB | ARMDMA_FIMC_CISTATUS_OVFICR)

static void frame_done(struct fimc_cap *cap, uint32_t status)
{
	unsigned int n = ARMDMA_FIMC_CISTATUS2_PREVIOUS(rd(cap, ARMDMA_FIMC_CISTATUS2)) - 1;
	struct buffer *buf = &cap->bufs[n];

	if (n >= cap->nr_bufs || buf->state != QUEUED)
		return;
	take_set(cap, n);
	buf->error = status & OVERFLOWS;
	if (buf->error)
		wr(cap, ARMDMA_FIMC_CIWDOFST, rd(cap, ARMDMA_FIMC_CIWDOFST) |
						      ARMDMA_FIMC_CIWDOFST_CLROVFIY |
						      ARMDMA_FIMC_CIWDOFST_CLROVFICB |
						      ARMDMA_FIMC_CIWDOFST_CLROVFICR);
	buf->sequence = cap->sequence++;
	buf->state = DONE;
	cap->done[cap->nr_done++] = n;
}

static bool fimc_irq(void *ctx, uint32_t line)
{
	struct fimc_cap *cap = ctx;
	uint32_t status = rd(cap, ARMDMA_FIMC_CISTATUS);

	(void)line;
	if (!(status & (ARMDMA_FIMC_CISTATUS_FRAME_END | ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END)))
		return false;
	wr(cap, ARMDMA_FIMC_CIGCTRL, rd(cap, ARMDMA_FIMC_CIGCTRL) | ARMDMA_FIMC_CIGCTRL_IRQ_CLR);
	if (status & ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END)
		cap->stopped = true;
	if (status & ARMDMA_FIMC_CISTATUS_FRAME_END)
		frame_done(cap, status);
	return true;
}

/* ---- Buffers ----------------------------------------------------------- */

static int alloc_cached(struct fimc_cap *cap, struct buffer *buf)
{
	unsigned int order = armdma_get_order(cap->size);

	buf->block = armdma_alloc_pages(cap->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, order);
	if (!buf->block)
		return -ENOMEM;
	buf->addr = armdma_dma_map_page(cap->dev, buf->block, 0, cap->size, ARMDMA_FROM_DEVICE);
	if (!armdma_dma_mapping_error(cap->dev, buf->addr))
		return 0;
	armdma_free_pages(cap->m, buf->block, order);
	return -ENOMEM;
}

static int alloc_buffer(struct fimc_cap *cap, struct buffer *buf)
{
	*buf = (struct buffer){ .state = IDLE };
	if (cap->memory == FIMC_CAP_CACHED)
		return alloc_cached(cap, buf);
	buf->cpu = armdma_dma_alloc_attrs(cap->dev, cap->size, &buf->addr, ARMDMA_GFP_KERNEL,
					  BUFFER_ATTRS);
	return buf->cpu ? 0 : -ENOMEM;
}

static void free_buffer(struct fimc_cap *cap, struct buffer *buf)
{
	if (cap->memory == FIMC_CAP_CACHED) {
		armdma_dma_unmap_page(cap->dev, buf->addr, cap->size, ARMDMA_FROM_DEVICE);
		armdma_free_pages(cap->m, buf->block, armdma_get_order(cap->size));
	} else {
		armdma_dma_free_attrs(cap->dev, cap->size, buf->cpu, buf->addr, BUFFER_ATTRS);
	}
}

int fimc_cap_request_buffers(struct fimc_cap *cap, unsigned int n, enum fimc_cap_memory memory)
{
	if (cap->streaming)
		return -EBUSY;
	if (n > FIMC_CAP_MAX_BUFFERS || (n && !cap->size))
		return -EINVAL;
	while (cap->nr_bufs)
		free_buffer(cap, &cap->bufs[--cap->nr_bufs]);
	cap->memory = memory;
	for (; cap->nr_bufs < n; cap->nr_bufs++)
		if (alloc_buffer(cap, &cap->bufs[cap->nr_bufs]))
			goto free_bufs;
	return 0;

free_bufs:
	while (cap->nr_bufs)
		free_buffer(cap, &cap->bufs[--cap->nr_bufs]);
	return -ENOMEM;
}

size_t fimc_cap_buffer_pages(const struct fimc_cap *cap, unsigned int index)
{
	return index < cap->nr_bufs ? (size_t)(ARMDMA_PAGE_ALIGN(cap->size) >> ARMDMA_PAGE_SHIFT) : 0;
}

armdma_dma_t fimc_cap_buffer_addr(const struct fimc_cap *cap, unsigned int index)
{
	return index < cap->nr_bufs ? cap->bufs[index].addr : ARMDMA_MAPPING_ERROR;
}

static int mmap_cached(struct fimc_cap *cap, const struct buffer *buf, struct armdma_vma *vma)
{
	struct armdma_page **pages = calloc(vma->npages, sizeof(struct armdma_page *));
	int ret;

	if (!pages)
		return -ENOMEM;
	for (size_t i = 0; i < vma->npages; i++)
		pages[i] = armdma_nth_page(cap->m, buf->block, vma->pgoff + i);
	ret = armdma_vm_map_pages(cap->m, vma, pages, ARMDMA_MT_CACHED);
	free(pages);
	return ret;
}

int fimc_cap_mmap(struct fimc_cap *cap, unsigned int index, struct armdma_vma *vma)
{
	size_t pages = fimc_cap_buffer_pages(cap, index);
	struct buffer *buf = &cap->bufs[index];

	if (!vma->npages || vma->npages > pages || vma->pgoff > pages - vma->npages)
		return -EINVAL;
	if (cap->memory == FIMC_CAP_CACHED)
		return mmap_cached(cap, buf, vma);
	return armdma_dma_mmap_attrs(cap->dev, vma, buf->cpu, buf->addr, cap->size, BUFFER_ATTRS);
}

int fimc_cap_queue(struct fimc_cap *cap, unsigned int index, unsigned int flags)
{
	struct buffer *buf = &cap->bufs[index];

	if (index >= cap->nr_bufs || buf->state != IDLE)
		return -EINVAL;
	if (cap->memory == FIMC_CAP_CACHED)
		armdma_dma_sync_single_for_device(cap->dev, buf->addr, cap->size,
						  ARMDMA_FROM_DEVICE);
	buf->flags = flags;
	buf->state = QUEUED;
	if (cap->streaming)
		give_set(cap, index);
	return 0;
}

static bool frame_ready(void *ctx)
{
	return ((struct fimc_cap *)ctx)->nr_done > 0;
}

/* The oldest finished buffer. The handler appends to the same list. */
static unsigned int pop_done(struct fimc_cap *cap)
{
	unsigned int flags = armdma_hw_irq_save(cap->hw), n = cap->done[0];

	cap->nr_done--;
	for (unsigned int i = 0; i < cap->nr_done; i++)
		cap->done[i] = cap->done[i + 1];
	armdma_hw_irq_restore(cap->hw, flags);
	return n;
}

int fimc_cap_dequeue(struct fimc_cap *cap, struct fimc_cap_frame *frame, uint64_t max_cycles)
{
	struct buffer *buf;
	int ret;

	if (!cap->streaming)
		return -EINVAL;
	ret = armdma_hw_wait(cap->hw, frame_ready, cap, max_cycles);
	if (ret)
		return ret;
	frame->index = pop_done(cap);
	buf = &cap->bufs[frame->index];
	if (cap->memory == FIMC_CAP_CACHED && !(buf->flags & FIMC_CAP_NO_CACHE_INVALIDATE))
		armdma_dma_sync_single_for_cpu(cap->dev, buf->addr, cap->size, ARMDMA_FROM_DEVICE);
	buf->state = IDLE;
	frame->sequence = buf->sequence;
	frame->bytes = cap->size;
	frame->error = buf->error;
	return 0;
}

/* ---- Streaming --------------------------------------------------------- */

int fimc_cap_set_format(struct fimc_cap *cap, const struct fimc_cap_format *fmt)
{
	struct armdma_picture pic = { .fmt = fmt->fmt, .width = fmt->width, .height = fmt->height };
	struct armdma_sensor_info sensor;

	if (cap->nr_bufs)
		return -EBUSY;
	if (fmt->fmt != ARMDMA_PIX_NV12 && fmt->fmt != ARMDMA_PIX_YUV420 &&
	    fmt->fmt != ARMDMA_PIX_RGB565 && fmt->fmt != ARMDMA_PIX_RGB32)
		return -EINVAL;
	if (fmt->width < ARMDMA_FIMC_MIN_SIZE || fmt->width > ARMDMA_FIMC_MAX_SCALER ||
	    fmt->height < ARMDMA_FIMC_MIN_SIZE || fmt->height > ARMDMA_FIMC_MAX_SCALER ||
	    fmt->width % 2 || fmt->height % 2)
		return -EINVAL;
	if (armdma_sensor_info(cap->hw, armdma_device_name(cap->dev), &sensor))
		return -ENODEV;
	cap->src_width = sensor.width;
	cap->src_height = sensor.height;
	cap->fmt = *fmt;
	cap->size = armdma_picture_layout(&pic, NULL);
	return 0;
}

int fimc_cap_stream_on(struct fimc_cap *cap)
{
	if (cap->streaming || !cap->nr_bufs)
		return -EINVAL;
	armdma_pm_runtime_get(cap->dev);	/* the SYSMMU first, then the camera */
	reset(cap);
	program_source(cap);
	program_scaler(cap);
	program_target(cap);
	cap->sequence = 0;
	cap->nr_done = 0;
	cap->stopped = false;
	cap->streaming = true;
	wr(cap, ARMDMA_FIMC_CISCCTRL, rd(cap, ARMDMA_FIMC_CISCCTRL) | ARMDMA_FIMC_CISCCTRL_SCALERSTART);
	for (unsigned int i = 0; i < cap->nr_bufs; i++)
		if (cap->bufs[i].state == QUEUED)
			give_set(cap, i);
	armdma_sensor_stream(cap->hw, armdma_device_name(cap->dev), true);
	return 0;
}

static bool has_stopped(void *ctx)
{
	return ((struct fimc_cap *)ctx)->stopped;
}

/* Capture off, with one more interrupt behind the frame in progress. */
static void stop_capture(struct fimc_cap *cap)
{
	uint32_t ctrl = rd(cap, ARMDMA_FIMC_CIOCTRL);

	if (!rd(cap, ARMDMA_FIMC_CIIMGCPT))
		return;
	wr(cap, ARMDMA_FIMC_CIOCTRL, ctrl | ARMDMA_FIMC_CIOCTRL_LASTIRQEN);
	wr(cap, ARMDMA_FIMC_CIIMGCPT, 0);
	wr(cap, ARMDMA_FIMC_CIOCTRL, ctrl);
	/* A sensor that sends no more gives no last interrupt; the reset ends what is left. */
	armdma_hw_wait(cap->hw, has_stopped, cap, STOP_TIMEOUT);
}

void fimc_cap_stream_off(struct fimc_cap *cap)
{
	if (!cap->streaming)
		return;
	stop_capture(cap);
	armdma_sensor_stream(cap->hw, armdma_device_name(cap->dev), false);
	reset(cap);
	armdma_pm_runtime_put(cap->dev);
	cap->streaming = false;
	for (unsigned int i = 0; i < cap->nr_bufs; i++)
		cap->bufs[i].state = IDLE;
}

/* ---- Binding ----------------------------------------------------------- */

int fimc_cap_probe(struct armdma_device *dev, struct fimc_cap **out)
{
	struct armdma_machine *m = armdma_device_machine(dev);
	struct armdma_iommu_mapping *mapping;
	struct fimc_cap *cap = calloc(1, sizeof(*cap));
	int ret = -ENOMEM;

	if (!cap)
		return ret;
	cap->dev = dev;
	cap->m = m;
	cap->hw = armdma_machine_hw(m);
	cap->regs = armdma_device_regs(dev);
	ret = armdma_dma_set_mask_and_coherent(dev, ARMDMA_BIT_MASK(32));
	if (ret)
		goto free_cap;
	mapping = armdma_iommu_create_mapping(m, IOVA_BASE, IOVA_SIZE, NULL, &ret);
	if (!mapping)
		goto free_cap;
	ret = armdma_iommu_attach_device(dev, mapping);
	if (!ret)
		ret = armdma_hw_irq_request(cap->hw, armdma_device_irq(dev), fimc_irq, cap);
	if (ret)
		goto release;
	armdma_pm_runtime_enable(dev);
	*out = cap;
	return 0;

release:
	if (armdma_to_iommu_mapping(dev) == mapping)
		armdma_iommu_detach_device(dev);
	armdma_iommu_release_mapping(mapping);
free_cap:
	free(cap);
	return ret;
}

void fimc_cap_remove(struct fimc_cap *cap)
{
	struct armdma_iommu_mapping *mapping;

	if (!cap)
		return;
	fimc_cap_stream_off(cap);
	fimc_cap_request_buffers(cap, 0, cap->memory);
	armdma_hw_irq_free(cap->hw, armdma_device_irq(cap->dev), fimc_irq, cap);
	mapping = armdma_to_iommu_mapping(cap->dev);
	armdma_iommu_detach_device(cap->dev);
	armdma_iommu_release_mapping(mapping);
	free(cap);
}
