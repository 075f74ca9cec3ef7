/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One mapping of the replay: made, used by the engine, taken away.
 *
 * The recorded kernel (32-bit ARM Linux 6.1) loses pages. Its map_page, given an offset of a page or more, maps from the
 * first page of the compound page on; its unmap_page starts at the page of the address. The pages in between stay mapped. And it
 * unmaps nothing at IOVA 0. The machine of the replay does the same (config.fidelity); what is lost that way stays
 * within the device's reach until the address space goes, and so must the memory behind it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

/* ---- Memory ------------------------------------------------------------ */

static void retire(struct replay *r, struct armdma_page *page, unsigned int order)
{
	struct block *b = &r->quarantine[r->oldest++ % QUARANTINE];

	if (b->page)
		armdma_free_pages(r->m, b->page, b->order);
	*b = (struct block){ page, order };
}

static unsigned int order_of(const struct map *m)
{
	return armdma_get_order((size_t)(m->call.offset + m->call.size));
}

static int need_room(struct replay *r, size_t len)
{
	uint8_t *payload, *sink;

	if (len <= r->room)
		return 0;
	payload = realloc(r->payload, len);
	if (payload)
		r->payload = payload;
	sink = realloc(r->sink, len);
	if (sink)
		r->sink = sink;
	if (!payload || !sink)
		return replay_fail(r, -ENOMEM, "out of host memory");
	r->room = len;
	return 0;
}

/* ---- Transfers --------------------------------------------------------- */

static int transfer(struct replay *r, const struct map *m, uint32_t op)
{
	int ret;

	if (!r->ring)
		return replay_fail(r, -EINVAL, "a mapping before any dma_alloc: the engine has no memory for its descriptors");
	ret = mdma_transfer(&r->engine, op, m->iova + m->call.offset, (uint32_t)m->call.size, m->seed);
	if (ret)
		return replay_fail(r, ret, "transfer of %llu bytes at IOVA 0x%llx: %s",
			    (unsigned long long)m->call.size,
			    (unsigned long long)(m->iova + m->call.offset), strerror(-ret));
	r->res->transfers++;
	r->res->bytes += m->call.size;
	return 0;
}

/* The engine reads what the CPU wrote before the map. */
int replay_to_device(struct replay *r, const struct map *m)
{
	size_t len = (size_t)m->call.size;
	int ret;

	if (m->call.kind != STREAM || m->call.dir == ARMDMA_FROM_DEVICE)
		return 0;
	memset(r->sink, 0, len);
	armdma_sgdma_set_sink(r->hw, DEMO_ENGINE, r->sink, len);
	ret = transfer(r, m, ARMDMA_SGDMA_TO_DEVICE);
	armdma_sgdma_set_sink(r->hw, DEMO_ENGINE, NULL, 0);
	if (ret)
		return ret;
	armdma_sgdma_pattern(m->seed, 0, r->payload, len);
	r->res->bad += memcmp(r->sink, r->payload, len) != 0;
	return 0;
}

/* After the unmap the CPU must see what the engine wrote. */
static void check_written(struct replay *r, const struct map *m)
{
	armdma_sgdma_pattern(~m->seed, 0, r->payload, (size_t)m->call.size);
	r->res->bad += !armdma_cpu_sees(r->m, m->cpu + m->call.offset, r->payload,
					(size_t)m->call.size);
}

int replay_from_device(struct replay *r, const struct map *m)
{
	struct map other = *m;

	if (m->call.kind != STREAM || m->call.dir == ARMDMA_TO_DEVICE)
		return 0;
	other.seed = ~m->seed;	/* not what the engine may have read from there */
	return transfer(r, &other, ARMDMA_SGDMA_FROM_DEVICE);
}

/* ---- Mapping ----------------------------------------------------------- */

static int map_page(struct replay *r, struct map *m)
{
	const struct call *c = &m->call;
	armdma_dma_t addr = armdma_dma_map_page(r->dev, m->page, (size_t)c->offset, (size_t)c->size,
						c->dir);

	m->iova = addr - c->offset;
	return armdma_dma_mapping_error(r->dev, addr);
}

static int map_stream(struct replay *r, struct map *m)
{
	const struct call *c = &m->call;

	m->page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, order_of(m));
	if (!m->page)
		return replay_fail(r, -ENOMEM, "no block of %llu bytes",
			    (unsigned long long)(c->offset + c->size));
	m->cpu = armdma_page_address(r->m, m->page);
	if (c->dir != ARMDMA_FROM_DEVICE)
		armdma_sgdma_pattern(m->seed, 0, m->cpu + c->offset, (size_t)c->size);
	if (map_page(r, m)) {
		armdma_free_pages(r->m, m->page, order_of(m));
		return replay_fail(r, -ENOMEM, "map_page of %llu bytes failed", (unsigned long long)c->size);
	}
	r->res->maps++;
	return 0;
}

/* The recorded driver keeps its rings in such memory; the first of them carries our engine's. */
static int map_coherent(struct replay *r, struct map *m)
{
	size_t size = (size_t)m->call.size;

	m->cpu = armdma_dma_alloc_coherent(r->dev, size, &m->iova, ARMDMA_GFP_KERNEL);
	if (!m->cpu)
		return replay_fail(r, -ENOMEM, "dma_alloc of %zu bytes failed", size);
	r->res->allocs++;
	if (r->ring || size < ARMDMA_SGDMA_DESC_SIZE)
		return 0;
	if (mdma_start(&r->engine, r->dev, m->cpu, m->iova, size))
		return replay_fail(r, -ENODEV, "there is no DMA engine");
	r->ring = m;
	return 0;
}

static void unmap_coherent(struct replay *r, struct map *m)
{
	if (r->ring == m) {
		mdma_stop(&r->engine);
		r->ring = NULL;
	}
	armdma_dma_free_coherent(r->dev, (size_t)m->call.size, m->cpu, m->iova);
	r->res->frees++;
}

int replay_map(struct replay *r, struct map *m)
{
	int ret = need_room(r, (size_t)m->call.size);

	if (ret)
		return ret;
	return m->call.kind == COHERENT ? map_coherent(r, m) : map_stream(r, m);
}

/* Bytes that stay mapped when the recorded kernel unmaps this. */
static uint64_t lost(const struct map *m)
{
	if (m->call.kind == COHERENT)
		return 0;
	if (m->iova + m->call.offset < ARMDMA_PAGE_SIZE)
		return m->alloc;
	return m->call.offset & ARMDMA_PAGE_MASK;
}

static void unmap_stream(struct replay *r, struct map *m, bool check)
{
	armdma_dma_unmap_page(r->dev, m->iova + m->call.offset, (size_t)m->call.size, m->call.dir);
	r->res->unmaps++;
	r->res->pages_left += lost(m);
	if (check && m->call.dir != ARMDMA_TO_DEVICE)
		check_written(r, m);
}

void replay_unmap(struct replay *r, struct map *m, bool check)
{
	TAILQ_REMOVE(&r->live, m, link);
	if (m->call.kind == COHERENT) {
		unmap_coherent(r, m);
		free(m);
		return;
	}
	unmap_stream(r, m, check);
	if (lost(m)) {
		/* The engine can still reach these pages: they must not become anybody else's. */
		TAILQ_INSERT_TAIL(&r->leaked, m, link);
		r->res->leaked++;
		return;
	}
	retire(r, m->page, order_of(m));
	free(m);
}

void replay_free_memory(struct replay *r)
{
	struct map *m;

	while ((m = TAILQ_FIRST(&r->leaked))) {
		TAILQ_REMOVE(&r->leaked, m, link);
		armdma_free_pages(r->m, m->page, order_of(m));
		free(m);
	}
	for (unsigned int i = 0; i < QUARANTINE; i++)
		if (r->quarantine[i].page)
			armdma_free_pages(r->m, r->quarantine[i].page, r->quarantine[i].order);
	free(r->payload);
	free(r->sink);
}
