/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads of a device: rings of frames as a camera or display has them, and objects that a GPU reads here and there. */
#include <stdlib.h>
#include <string.h>

#include "study.h"

#define RING 4
#define BURST 64u

/* ---- Rings of frames ---------------------------------------------------------- */

static size_t frame_size(const struct study_load *load)
{
	return (size_t)load->width * load->height * 3 / 2;
}

/* NV12, as the camera interface writes it: a line of luma, and with every second one a line of chroma. */
static int write_lines(struct study *s, const struct study_load *load, armdma_dma_t frame)
{
	armdma_dma_t chroma = frame + (armdma_dma_t)load->width * load->height;

	for (unsigned int y = 0; y < load->height; y++) {
		if (study_transfer(s, true, frame + (armdma_dma_t)y * load->width, load->width))
			return -1;
		if (y % 2 && study_transfer(s, true, chroma + (armdma_dma_t)(y / 2) * load->width, load->width))
			return -1;
	}
	return 0;
}

/* Rotation by 90 degrees reads columns: each burst lies a line further on. */
static int read_columns(struct study *s, const struct study_load *load, armdma_dma_t frame)
{
	for (unsigned int x = 0; x + BURST <= load->width; x += BURST) {
		for (unsigned int y = 0; y < load->height; y++) {
			if (study_transfer(s, false, frame + (armdma_dma_t)y * load->width + x, BURST))
				return -1;
		}
	}
	return 0;
}

static int run_ring(struct study *s, const struct study_load *load)
{
	struct study_buffer ring[RING] = { { NULL, 0, 0 } };
	int ret = 0;

	for (unsigned int i = 0; i < RING; i++)
		study_alloc(s, &ring[i], frame_size(load));
	study_start(s);
	for (unsigned int f = 0; f < s->opt->frames && !ret; f++) {
		const struct study_buffer *b = &ring[f % RING];

		if (b->cpu)
			ret = load->rotated ? read_columns(s, load, b->iova) : write_lines(s, load, b->iova);
	}
	study_stop(s);
	if (!ret)
		study_measure_reach(s, ring, RING);
	for (unsigned int i = 0; i < RING; i++)
		study_free(s, &ring[i]);
	return ret;
}

/* ---- Scattered objects ---------------------------------------------------------- */

#define OBJECTS 256u
#define ACCESSES 60000u
#define ACCESSES_A_LIFE 250u	/* between two deaths */
#define TILE_LINES 4u
#define TILE_BYTES 256u

/* From a page to 2 MiB, each order as likely as the other. */
static size_t object_size(uint64_t *x)
{
	size_t order = study_below(x, 10);

	return (ARMDMA_PAGE_SIZE << order) - study_below(x, ARMDMA_PAGE_SIZE / 2);
}

/* A few are hot: the square of an even choice. */
static unsigned int choose(uint64_t *x)
{
	uint32_t a = study_below(x, 65536);

	return (unsigned int)(((uint64_t)a * a >> 16) * OBJECTS >> 16);
}

/* A tile: a few lines, a pitch apart. */
static int read_tile(struct study *s, const struct study_buffer *b)
{
	size_t pitch = b->size >= (1u << 20) ? 4096 : 1024, span = (TILE_LINES - 1) * pitch + TILE_BYTES;
	size_t at;

	if (b->size < span)
		return study_transfer(s, false, b->iova, TILE_BYTES);
	at = study_below(&s->rng, (uint32_t)(b->size - span + 1));
	for (unsigned int i = 0; i < TILE_LINES; i++) {
		if (study_transfer(s, false, b->iova + at + i * pitch, TILE_BYTES))
			return -1;
	}
	return 0;
}

static int run_objects(struct study *s, const struct study_load *load)
{
	struct study_buffer obj[OBJECTS] = { { NULL, 0, 0 } };
	int ret = 0;

	(void)load;
	for (unsigned int i = 0; i < OBJECTS; i++)
		study_alloc(s, &obj[i], object_size(&s->rng));
	study_start(s);
	for (unsigned int i = 0; i < ACCESSES && !ret; i++) {
		struct study_buffer *b = &obj[choose(&s->rng)];

		if (b->cpu)
			ret = read_tile(s, b);
		if (i % ACCESSES_A_LIFE)
			continue;
		study_stop(s);
		b = &obj[study_below(&s->rng, OBJECTS)];
		study_free(s, b);
		study_alloc(s, b, object_size(&s->rng));
		study_start(s);
	}
	study_stop(s);
	if (!ret)
		study_measure_reach(s, obj, OBJECTS);
	for (unsigned int i = 0; i < OBJECTS; i++)
		study_free(s, &obj[i]);
	return ret;
}

#define NV12(w, h) ((size_t)(w) * (h) * 3 / 2)

const struct study_load study_loads[] = {
	{ "ring-1080p", "four NV12 frames of 1920 x 1080, written line by line", run_ring, 1920, 1080, false, NV12(1920, 1080) },
	{ "ring-4k", "four NV12 frames of 3840 x 2160, written line by line", run_ring, 3840, 2160, false, NV12(3840, 2160) },
	{ "rotate-1080p", "luma of four 1920 x 1080 frames, read by columns", run_ring, 1920, 1080, true, NV12(1920, 1080) },
	{ "gpu", "tiles of 256 objects of 4 KiB to 2 MiB, which come and go", run_objects, 0, 0, false, 0 },
	{ "trace", "a recording: each mapping is a buffer, read once", study_trace_run, 0, 0, false, 0 },
};
const unsigned int study_nr_loads = sizeof(study_loads) / sizeof(study_loads[0]);

const struct study_load *study_load_find(const char *name)
{
	for (unsigned int i = 0; i < study_nr_loads; i++) {
		if (!strcmp(study_loads[i].name, name))
			return &study_loads[i];
	}
	return NULL;
}
