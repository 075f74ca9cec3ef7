/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Models of devices and their drivers: what they map, for how long, in which order they give it back. Sizes are those of
 * common drivers and formats; rates only set the time stamps.
 */
#include <stdlib.h>
#include <string.h>

#include "generate.h"

#define KIB 1024u
#define MIB (1024u * KIB)
#define GIB (1ull << 30)

/* ---- Network card ---------------------------------------------------------- */

#define NIC_RX 256u
#define NIC_TX 1024u

struct nic {
	uint32_t rx[NIC_RX], rx_at;
	uint32_t tx[NIC_TX];
	uint32_t tx_head, tx_tail;
};

static uint32_t nic_rx_buffer(struct gen *g)
{
	uint32_t id = gen_alloc(g, GEN_PAGE, ARMDMA_FROM_DEVICE, false);

	gen_scattered(g, 0);
	return id;
}

/* A received packet: its buffer goes up the stack, a new one takes its place. NAPI takes several at a time. */
static void nic_receive(struct gen *g, struct nic *n)
{
	uint32_t packets = 1 + gen_below(g, 64);

	for (uint32_t i = 0; i < packets; i++) {
		gen_free(g, n->rx[n->rx_at % NIC_RX]);
		n->rx[n->rx_at++ % NIC_RX] = nic_rx_buffer(g);
		gen_wait(g, 1200);
	}
}

static void nic_tx_map(struct gen *g, struct nic *n, uint64_t size)
{
	n->tx[n->tx_head++ % NIC_TX] = gen_alloc(g, size, ARMDMA_TO_DEVICE, false);
	gen_contiguous(g);
}

/* A sent packet: its head, and for a large one fragments of up to 32 KiB. */
static void nic_send(struct gen *g, struct nic *n)
{
	nic_tx_map(g, n, GEN_PAGE);
	if (!gen_below(g, 2))
		for (uint32_t frags = 1 + gen_below(g, 3); frags; frags--)
			nic_tx_map(g, n, (uint64_t)GEN_PAGE << gen_below(g, 4));
	gen_wait(g, 2500);
}

static void nic_reap(struct gen *g, struct nic *n, uint32_t keep)
{
	while (n->tx_head - n->tx_tail > keep)
		gen_free(g, n->tx[n->tx_tail++ % NIC_TX]);
}

static void nic(struct gen *g)
{
	struct nic *n = calloc(1, sizeof(*n));

	if (!n) {
		g->failed = true;
		return;
	}
	for (unsigned int ring = 0; ring < 2; ring++) {
		gen_alloc(g, 16 * KIB, ARMDMA_BIDIRECTIONAL, true);
		gen_scattered(g, 0);
	}
	for (uint32_t i = 0; i < NIC_RX; i++)
		n->rx[i] = nic_rx_buffer(g);
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		if (gen_below(g, 2))
			nic_receive(g, n);
		else
			for (uint32_t i = 1 + gen_below(g, 32); i; i--)
				nic_send(g, n);
		nic_reap(g, n, gen_below(g, NIC_TX / 4));
	}
	free(n);
}

/* ---- NVMe ------------------------------------------------------------------ */

#define NVME_QUEUES 2u

/* Transfers of 4 KiB (3 of 5) to 1 MiB, up to --live in flight on each of two queues, done in any order. */
static void nvme(struct gen *g)
{
	static const uint32_t sizes[] = { 8, 16, 64, 128, 256, 512, 1024 };
	uint32_t depth = (uint32_t)g->opt.live, n[NVME_QUEUES] = { 0 };
	uint32_t *flight = calloc((size_t)depth * NVME_QUEUES, sizeof(*flight));

	if (!flight) {
		g->failed = true;
		return;
	}
	for (unsigned int i = 0; i < 2 * (NVME_QUEUES + 1); i++) {
		gen_alloc(g, i % 2 ? 16 * KIB : 64 * KIB, ARMDMA_BIDIRECTIONAL, true);
		gen_scattered(g, 0);
	}
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		uint16_t q = (uint16_t)gen_below(g, NVME_QUEUES);
		uint32_t *v = flight + (size_t)q * depth, kib = gen_below(g, 5) < 3 ? 4 : sizes[gen_below(g, 7)];

		g->thread = q;
		while (n[q] == depth || (n[q] && gen_below(g, 2))) {
			uint32_t k = gen_below(g, n[q]);

			gen_free(g, v[k]);
			v[k] = v[--n[q]];
		}
		gen_wait(g, 8000);
		v[n[q]++] = gen_alloc(g, (uint64_t)kib * KIB, gen_below(g, 2) ? ARMDMA_TO_DEVICE : ARMDMA_FROM_DEVICE, false);
		gen_scattered(g, gen_below(g, 4));
	}
	free(flight);
}

/* ---- Frames ---------------------------------------------------------------- */

struct frame {
	uint32_t luma, chroma;
};

/* NV12 in two planes, each its own buffer. */
static struct frame frame_map(struct gen *g, uint32_t width, uint32_t height)
{
	struct frame f;

	f.luma = gen_alloc(g, (uint64_t)width * height, ARMDMA_FROM_DEVICE, false);
	gen_contiguous(g);
	f.chroma = gen_alloc(g, (uint64_t)width * height / 2, ARMDMA_FROM_DEVICE, false);
	gen_contiguous(g);
	return f;
}

static void frame_unmap(struct gen *g, struct frame f)
{
	gen_free(g, f.luma);
	gen_free(g, f.chroma);
}

#define FRAMES_RESTART 300u	/* the user stops and starts the stream */
#define FRAMES_STILL 90u	/* a still picture now and then, at another size */

/*
 * A camera's ring: the oldest frame goes to the user and its buffer comes back, mapped anew. Now and then a still of
 * full sensor size, and the stream is stopped and started.
 */
static void frames(struct gen *g, uint32_t width, uint32_t height)
{
	uint32_t n = (uint32_t)g->opt.live;
	struct frame *ring = calloc(n, sizeof(*ring));

	if (!ring) {
		g->failed = true;
		return;
	}
	gen_alloc(g, 4 * KIB, ARMDMA_BIDIRECTIONAL, true);
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		struct frame *f = &ring[step % n];

		if (step % FRAMES_RESTART == 0)
			for (uint32_t i = 0; i < n; i++) {
				if (step)
					frame_unmap(g, ring[i]);
				ring[i] = frame_map(g, width, height);
			}
		gen_wait(g, 16666667);
		frame_unmap(g, *f);
		if (step % FRAMES_STILL == FRAMES_STILL - 1)
			frame_unmap(g, frame_map(g, 4656, 3496));
		*f = frame_map(g, width, height);
	}
	free(ring);
}

static void frames_1080p(struct gen *g)
{
	frames(g, 1920, 1080);
}

static void frames_4k(struct gen *g)
{
	frames(g, 3840, 2160);
}

/* ---- Video decoder --------------------------------------------------------- */

#define DPB 17u		/* 16 reference frames and the one being decoded */

struct decoder {
	struct frame dpb[DPB];
	uint32_t motion[DPB];	/* motion vectors beside each frame */
	uint32_t used, bitstream[4];
	uint32_t width, height;
};

static void decoder_drop(struct gen *g, struct decoder *d, uint32_t i)
{
	frame_unmap(g, d->dpb[i]);
	gen_free(g, d->motion[i]);
	d->used--;
	d->dpb[i] = d->dpb[d->used];
	d->motion[i] = d->motion[d->used];
}

static void decoder_picture(struct gen *g, struct decoder *d, uint64_t step)
{
	uint32_t *bits = &d->bitstream[step % 4];
	bool intra = step % 60 == 0;

	if (step >= 4)
		gen_free(g, *bits);
	*bits = gen_alloc(g, intra ? 200 * KIB + gen_below(g, 800 * KIB) : 8 * KIB + gen_below(g, 120 * KIB), ARMDMA_TO_DEVICE, false);
	gen_scattered(g, 2);
	while (d->used >= 4 && (d->used == DPB || !gen_below(g, 3)))
		decoder_drop(g, d, gen_below(g, d->used));	/* no longer a reference */
	d->dpb[d->used] = frame_map(g, d->width, d->height);
	d->motion[d->used] = gen_alloc(g, (uint64_t)d->width * d->height / 32, ARMDMA_BIDIRECTIONAL, false);
	gen_contiguous(g);
	d->used++;
	gen_wait(g, 16666667);
}

/* H.264: reference frames live long and leave out of order; the stream changes its size. */
static void decoder(struct gen *g)
{
	static const uint32_t sizes[][2] = { { 1920, 1088 }, { 1280, 720 }, { 854, 480 }, { 1920, 1088 } };
	struct decoder d = { .used = 0 };

	gen_alloc(g, 512 * KIB, ARMDMA_BIDIRECTIONAL, true);	/* firmware context */
	gen_contiguous(g);
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		uint32_t scene = (uint32_t)(step / 500 % 4);

		if (step % 500 == 0) {
			while (d.used)
				decoder_drop(g, &d, d.used - 1);
			d.width = sizes[scene][0];
			d.height = sizes[scene][1];
		}
		decoder_picture(g, &d, step);
	}
}

/* ---- GPU ------------------------------------------------------------------- */

/* Sizes over four decades: many small ones, few of up to 32 MiB. */
static uint64_t gpu_size(struct gen *g)
{
	uint32_t order = gen_below(g, 10);
	uint64_t pages = 1ull << order;

	if (!gen_below(g, 12))
		pages <<= 4;
	return (pages + gen_below(g, (uint32_t)pages)) * GEN_PAGE;
}

/* Buffers of a frame die with it; textures live on and are evicted at random. */
static void gpu(struct gen *g)
{
	uint32_t max = (uint32_t)g->opt.live, n = 0, frame[8], nframe = 0;
	uint32_t *live = calloc(max, sizeof(*live));

	if (!live) {
		g->failed = true;
		return;
	}
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		while (nframe)
			gen_free(g, frame[--nframe]);
		for (uint32_t want = 1 + gen_below(g, 8); nframe < want; nframe++) {
			frame[nframe] = gen_alloc(g, (uint64_t)GEN_PAGE << gen_below(g, 5), ARMDMA_TO_DEVICE, false);
			gen_scattered(g, 0);
		}
		for (uint32_t k = gen_below(g, 4); k; k--) {
			if (n == max || (n > max / 2 && gen_below(g, 2))) {
				uint32_t i = gen_below(g, n);

				gen_free(g, live[i]);
				live[i] = live[--n];
			}
			live[n++] = gen_alloc(g, gpu_size(g), ARMDMA_BIDIRECTIONAL, false);
			gen_scattered(g, gen_below(g, 9));
		}
		gen_wait(g, 16666667);
	}
	free(live);
}

/* ---- Audio ----------------------------------------------------------------- */

#define AUDIO_STREAMS 6u

/* Streams open and close; each has a ring of periods and a page of descriptors, coherent, for as long as it plays. */
static void audio(struct gen *g)
{
	uint32_t ring[AUDIO_STREAMS], desc[AUDIO_STREAMS];
	bool open[AUDIO_STREAMS] = { false };

	memset(ring, 0, sizeof(ring));
	for (uint64_t step = 0; step < g->opt.steps && !g->failed; step++) {
		uint32_t s = gen_below(g, AUDIO_STREAMS);

		gen_wait(g, 3000000000ull);
		if (open[s]) {
			gen_free(g, ring[s]);
			gen_free(g, desc[s]);
		} else {
			desc[s] = gen_alloc(g, GEN_PAGE, ARMDMA_BIDIRECTIONAL, true);
			gen_scattered(g, 0);
			ring[s] = gen_alloc(g, 16ull * KIB << gen_below(g, 4), s % 2 ? ARMDMA_FROM_DEVICE : ARMDMA_TO_DEVICE, true);
			gen_contiguous(g);
		}
		open[s] = !open[s];
	}
}

const struct generator generators_device[] = {
	{ "nic", "network card: rings of receive pages, sent packets with fragments",
	  { .seed = 1, .steps = 4000, .space = 4 * GIB }, nic },
	{ "nvme", "NVMe: two queues, 4 KiB to 1 MiB, done in any order",
	  { .seed = 1, .live = 128, .steps = 60000, .space = 4 * GIB }, nvme },
	{ "frames-1080p", "camera ring, 1920x1080 NV12 in two planes, stills between",
	  { .seed = 1, .live = 8, .steps = 20000, .space = 4 * GIB }, frames_1080p },
	{ "frames-4k", "camera ring, 3840x2160 NV12 in two planes, stills between",
	  { .seed = 1, .live = 8, .steps = 20000, .space = 4 * GIB }, frames_4k },
	{ "decoder", "H.264 decoder: up to 16 reference frames, bitstream buffers, changes of size",
	  { .seed = 1, .steps = 20000, .space = 4 * GIB }, decoder },
	{ "gpu", "GPU: command buffers of a frame, textures of 4 KiB to 32 MiB",
	  { .seed = 1, .live = 600, .steps = 20000, .space = 4 * GIB }, gpu },
	{ "audio", "sound: coherent rings of streams that open and close",
	  { .seed = 1, .steps = 5000, .space = 4 * GIB }, audio },
	{ .name = NULL },
};
