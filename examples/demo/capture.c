/* SPDX-License-Identifier: BSD-2-Clause */
/* Step 1: the camera writes frames through its SYSMMU into pages from all over memory; user space sees them in one piece. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dma.h>
#include <armdma/fimc.h>
#include <armdma/iommu.h>

#include "../fimc_capture/user.h"
#include "demo.h"

#define BUFFERS 4u

struct step {
	struct demo *d;
	struct demo_capture *res;
	uint8_t *expected;
	uint64_t first;		/* sensor's number of the first frame */
};

/*
 * A machine that has just been booted hands out pages in a row. Make it look lived in: take twice the pages that
 * the buffers need, one by one, and give every second one back. pages has room for 2 n.
 */
static void fragment(struct armdma_machine *m, struct armdma_page **pages, size_t n)
{
	armdma_gfp_t gfp = ARMDMA_GFP_KERNEL | ARMDMA__GFP_HIGHMEM | ARMDMA__GFP_NOWARN;

	for (size_t i = 0; i < 2 * n; i++)
		pages[i] = armdma_alloc_pages(m, gfp, 0);
	for (size_t i = 0; i < 2 * n; i += 2) {
		if (pages[i])
			armdma_free_pages(m, pages[i], 0);
		pages[i] = NULL;
	}
}

static void defragment(struct armdma_machine *m, struct armdma_page **pages, size_t n)
{
	for (size_t i = 0; pages && i < 2 * n; i++)
		if (pages[i])
			armdma_free_pages(m, pages[i], 0);
	free(pages);
}

/* Physically contiguous runs of the buffers, as the SYSMMU's tables say. */
static int count_pieces(void *ctx, struct fimc_cap *cap)
{
	struct step *s = ctx;
	struct armdma_device *dev = armdma_device_find(s->d->m, DEMO_CAMERA);
	struct armdma_domain *dom = armdma_mapping_domain(armdma_to_iommu_mapping(dev));

	for (unsigned int i = 0; i < BUFFERS; i++) {
		armdma_dma_t addr = fimc_cap_buffer_addr(cap, i);
		armdma_phys_t last = 0;

		for (size_t p = 0; p < fimc_cap_buffer_pages(cap, i); p++) {
			armdma_phys_t pa = armdma_iova_to_phys(dom, addr + p * ARMDMA_PAGE_SIZE);

			s->res->pages++;
			s->res->pieces += pa != last + ARMDMA_PAGE_SIZE;
			last = pa;
		}
	}
	return 0;
}

static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return i;
}

static int check_frame(struct step *s, const struct user_frame *f)
{
	struct demo *d = s->d;
	uint64_t number;
	int ret = armdma_fimc_captured(d->hw, DEMO_CAMERA, f->info.index, &number);

	if (ret || f->info.error) {
		demo_say(d, "      frame %u: the camera lost data", f->info.sequence);
		return ret ? ret : -EIO;
	}
	if (!s->res->frames)
		s->first = number;
	if (number != s->first + f->info.sequence) {
		demo_say(d, "      frame %u is number %llu of the sensor: frames were missed",
			 f->info.sequence, (unsigned long long)number);
		return -EPROTO;
	}
	ret = demo_expected(d, number, s->expected);
	if (ret)
		return ret;
	if (memcmp(f->data, s->expected, f->info.bytes)) {
		demo_say(d, "      frame %u: byte %zu is not what the sensor sent",
			 f->info.sequence, first_difference(f->data, s->expected, f->info.bytes));
		return -EBADMSG;
	}
	if (!s->res->frames++)
		ret = demo_picture(d, "frame.png", f->data, s->res->picture);
	s->res->bytes += f->info.bytes;
	return ret;
}

static int on_frame(void *ctx, const struct user_frame *f)
{
	struct step *s = ctx;
	double start = demo_seconds();
	int ret = check_frame(s, f);

	s->res->checking += demo_seconds() - start;
	return ret;
}

static int run(struct step *s)
{
	struct demo *d = s->d;
	const struct user_capture uc = {
		.fmt = { ARMDMA_PIX_NV12, d->width, d->height },
		.memory = FIMC_CAP_WRITE_COMBINE, .buffers = BUFFERS, .frames = d->opt.frames,
		.ready = count_pieces, .frame = on_frame, .ctx = s,
	};
	const char *stage = "probe";
	struct fimc_cap *cap;
	int ret = fimc_cap_probe(armdma_device_find(d->m, DEMO_CAMERA), &cap);

	if (!ret) {
		ret = user_capture_run(d->m, cap, &uc, &stage);
		fimc_cap_remove(cap);
	}
	if (ret)
		demo_say(d, "      capture failed (%s): %s", stage, strerror(-ret));
	return ret;
}

static void tell(struct demo *d, const struct demo_capture *res, uint64_t cycles)
{
	demo_say(d, "   user space   %u buffers by mmap, %zu pages in %zu pieces of memory", BUFFERS,
		 res->pages, res->pieces);
	demo_say(d, "   checked      %llu bytes of %u frames: all as the sensor sent them",
		 (unsigned long long)res->bytes, res->frames);
	demo_say(d, "   SYSMMU       TLB hits %.2f %% of bursts, %llu faults; camera overflows: %llu",
		 100 * res->hit_rate, (unsigned long long)res->faults,
		 (unsigned long long)res->overflows);
	demo_say(d, "   time         %.2f s on the board; here %.2f s and %.2f s of checking",
		 (double)cycles / 160e6, res->seconds - res->checking, res->checking);
}

static int judge(struct demo *d, const struct demo_capture *res, unsigned int unexpected)
{
	if (res->faults || res->overflows)
		demo_say(d, "      the camera was not to fault or overflow");
	if (d->unexpected != unexpected)
		demo_say(d, "      the library was not to report anything");
	return res->faults || res->overflows || d->unexpected != unexpected ? -EPROTO : 0;
}

int demo_capture(struct demo *d, struct demo_capture *res)
{
	size_t size = (size_t)d->width * d->height * 3 / 2;
	size_t pages = (size_t)(ARMDMA_PAGE_ALIGN(size) >> ARMDMA_PAGE_SHIFT) * BUFFERS;
	struct armdma_page **taken = calloc(2 * pages, sizeof(struct armdma_page *));
	struct step s = { .d = d, .res = res, .expected = malloc(size) };
	unsigned int unexpected = d->unexpected;
	struct armdma_hw_stats before, after;
	double start = demo_seconds();
	int ret = -ENOMEM;

	*res = (struct demo_capture){ .frames = 0 };
	demo_say(d, "1. Capture: %u frames of %ux%u NV12, " DEMO_CAMERA " through its SYSMMU",
		 d->opt.frames, d->width, d->height);
	if (taken && s.expected) {
		armdma_hw_stats(d->hw, &before);
		fragment(d->m, taken, pages);
		ret = run(&s);
		armdma_hw_stats(d->hw, &after);
	}
	defragment(d->m, taken, pages);
	free(s.expected);
	if (ret)
		return ret;
	res->faults = after.faults - before.faults;
	res->overflows = after.overflows - before.overflows;
	res->hit_rate = (double)(after.tlb_hits - before.tlb_hits) /
			(double)(after.tlb_hits + after.tlb_misses - before.tlb_hits - before.tlb_misses);
	res->seconds = demo_seconds() - start;
	tell(d, res, after.cycles - before.cycles);
	return judge(d, res, unexpected);
}
