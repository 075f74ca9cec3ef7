/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables and a TLB behind the policy: a simulated Exynos4210 whose memory DMA engine sits behind a System MMU.
 *
 * The busiest space of the workload becomes a domain. Each allocation is mapped over its physical pieces where the
 * recording tells them, else over scattered pages; physical addresses are folded into a window of RAM, which keeps their alignment up to
 * a section. The engine then visits each page of the allocation in order, one burst a page (up to a limit), to the device right after
 * the map, from the device right before the unmap; a coherent buffer, as one with descriptors, is visited once with
 * every such transfer. So the hit rate is one of page visits, not of bursts: within a page nearly all bursts hit.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/iommu.h>
#include <armdma/machine.h>

#include "run.h"
#include "tool.h"

#define MASTER "mdma"
#define UNIT "sysmmu-mdma"
#define WINDOW (64ull << 20)	/* of RAM that physical addresses are folded into */
#define MAX_VISITS 1024u	/* of one allocation */
#define VISIT_BUDGET 1500000u	/* of the whole pass; then it ends early */
#define MAX_CYCLES 1000000u
#define BURST 64u

struct mapped {
	armdma_dma_t addr;
	uint64_t size;		/* bytes; 0: not mapped */
	uint8_t dir, coherent;
};

struct backing {
	struct run *r;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_domain *d;
	struct armdma_config cfg;
	void *priv;
	struct mapped *allocs;	/* by id */
	uint32_t *live;		/* ids, for what depends on chance */
	uint32_t *index;
	uint32_t nr_live;
	uint64_t used;
	uint64_t rng;
	uint32_t ring;		/* id + 1 of the newest coherent buffer */
	uint64_t ring_at;
	bool last_failed;
	uint64_t visits, ops;
	/* sums over samples */
	uint64_t nr_samples, l2_sum, l2_max, bytes_sum, entries_sum;
	json_t *l2;
};

static void complain(struct backing *b, const char *what, int ret)
{
	snprintf(b->r->err.msg, sizeof(b->r->err.msg), "page tables: %s: %s", what, strerror(-ret));
}

/* ---- Mapping --------------------------------------------------------------- */

static uint64_t fold(const struct backing *b, uint64_t pa)
{
	return b->cfg.ram_base + WINDOW + pa % WINDOW;
}

/* Map [iova, iova+size) to pa, cut where the window ends. */
static int map_piece(struct backing *b, armdma_dma_t iova, uint64_t pa, uint64_t size)
{
	while (size) {
		uint64_t at = fold(b, pa), room = b->cfg.ram_base + 2 * WINDOW - at, n = size < room ? size : room;
		int ret = armdma_iommu_map(b->d, iova, at, n, ARMDMA_IOMMU_READ | ARMDMA_IOMMU_WRITE);

		if (ret)
			return ret;
		iova += n;
		pa += n;
		size -= n;
	}
	return 0;
}

static int map_alloc(struct backing *b, const struct op *op, const struct mapped *m)
{
	uint64_t done = 0, hash = op->id * 0x9e3779b97f4a7c15ull;
	int ret = 0;

	for (uint32_t i = 0; i < op->nr_pieces && done < m->size && !ret; i++) {
		const struct piece *p = &b->r->w->pieces[op->pieces + i];
		uint64_t n = ARMDMA_PAGE_ALIGN(p->size);

		if (n > m->size - done)
			n = m->size - done;
		ret = map_piece(b, m->addr + done, p->pa & ARMDMA_PAGE_MASK, n);
		done += n;
	}
	for (; done < m->size && !ret; done += ARMDMA_PAGE_SIZE) {
		hash ^= hash << 13, hash ^= hash >> 7, hash ^= hash << 17;
		ret = map_piece(b, m->addr + done, (hash | 1) * ARMDMA_PAGE_SIZE, ARMDMA_PAGE_SIZE);
	}
	return ret;
}

static int visit(struct backing *b, armdma_dma_t addr)
{
	unsigned char buf[BURST];
	int ret = armdma_hw_master_read_sync(b->hw, MASTER, addr, buf, sizeof(buf), MAX_CYCLES);

	b->visits++;
	if (ret)
		complain(b, "the device's access", ret);
	return ret;
}

/* The device moves what is in the mapping; it looks at its descriptors first. */
static int transfer(struct backing *b, const struct mapped *m)
{
	uint64_t pages = m->size / ARMDMA_PAGE_SIZE, step = pages > MAX_VISITS ? pages / MAX_VISITS : 1;
	const struct mapped *ring = b->ring ? &b->allocs[b->ring - 1] : NULL;
	int ret = 0;

	if (ring && ring->size) {
		ret = visit(b, ring->addr + b->ring_at % ring->size);
		b->ring_at += BURST;
	}
	for (uint64_t i = 0; i < pages && !ret; i += step)
		ret = visit(b, m->addr + i * ARMDMA_PAGE_SIZE);
	return ret;
}

/* ---- Operations ------------------------------------------------------------ */

static int do_alloc(struct backing *b, const struct op *op)
{
	struct mapped *m = &b->allocs[op->id];
	struct armdma_iova_request req = { .size = op->size, .limit = op->limit, .align = op->align_lg2 ? 1ull << op->align_lg2 : 0 };
	int ret;

	b->last_failed = b->r->policy->alloc(b->priv, &req, &m->addr) != 0;
	if (b->last_failed)
		return 0;
	m->size = ARMDMA_PAGE_ALIGN(op->size);
	m->dir = op->dir;
	m->coherent = (op->flags & OP_COHERENT) != 0;
	b->index[op->id] = b->nr_live;
	b->live[b->nr_live++] = op->id;
	b->used += m->size;
	ret = map_alloc(b, op, m);
	if (ret) {
		complain(b, "map", ret);
		return ret;
	}
	if (m->coherent)
		b->ring = op->id + 1;
	return m->coherent || m->dir == ARMDMA_FROM_DEVICE ? 0 : transfer(b, m);
}

static int unmap(struct backing *b, uint32_t id)
{
	struct mapped *m = &b->allocs[id];
	int ret = 0;

	if (!m->size)
		return 0;
	if (!m->coherent && m->dir == ARMDMA_FROM_DEVICE)
		ret = transfer(b, m);
	if (b->ring == id + 1)
		b->ring = 0;
	armdma_iommu_unmap(b->d, m->addr, m->size);
	return ret;
}

static int do_free(struct backing *b, uint32_t id)
{
	struct mapped *m = &b->allocs[id];
	uint32_t last;
	int ret = unmap(b, id);

	if (ret || !m->size)
		return ret;
	ret = b->r->policy->free(b->priv, m->addr, m->size);
	if (ret)
		complain(b, "the policy's free", ret);
	b->used -= m->size;
	m->size = 0;
	last = b->live[--b->nr_live];
	b->live[b->index[id]] = last;
	b->index[last] = b->index[id];
	return ret;
}

static int free_random(struct backing *b)
{
	return do_free(b, b->live[tool_below(&b->rng, b->nr_live)]);
}

static int do_op(struct backing *b, const struct op *op)
{
	int ret = 0;

	switch (op->kind) {
	case OP_ALLOC:
		return do_alloc(b, op);
	case OP_FREE:
		/* A part that is freed goes with the whole here: what is left would never be visited again. */
		return do_free(b, op->id);
	case OP_ROOM:
		while (!ret && b->nr_live && b->used + op->size > op->target)
			ret = free_random(b);
		return ret;
	case OP_RELIEF:
		return b->last_failed && b->nr_live ? free_random(b) : 0;
	default:
		return 0;
	}
}

static void sample(struct backing *b)
{
	static const uint64_t sizes[] = { 4096, 65536, 1u << 20, 16u << 20 };
	struct armdma_iommu_stats st;

	armdma_domain_stats(b->d, &st);
	for (unsigned int i = 0; i < 4; i++) {
		b->bytes_sum += st.entries[i] * sizes[i];
		b->entries_sum += st.entries[i];
	}
	b->l2_sum += st.l2_tables;
	if (st.l2_tables > b->l2_max)
		b->l2_max = st.l2_tables;
	b->nr_samples++;
	json_array_append_new(b->l2, json_integer((json_int_t)st.l2_tables));
}

static int all_ops(struct backing *b)
{
	const struct workload *w = b->r->w;
	size_t next = 0, n = 0;
	int ret = 0;

	for (size_t i = 0; i < w->nr_ops && !ret && b->visits < VISIT_BUDGET; i++) {
		if (w->ops[i].space == b->r->check.space)
			ret = do_op(b, &w->ops[i]);
		if (!ret && i >= next) {
			sample(b);
			next = w->nr_ops * ++n / RUN_COLUMNS;
		}
		b->r->progress->done = b->ops = i + 1;
	}
	return ret;
}

/* ---- The machine ----------------------------------------------------------- */

static int open_machine(struct backing *b)
{
	struct run *r = b->r;
	const struct workload *w = r->w;
	size_t n = w->nr_allocs ? w->nr_allocs : 1;
	int ret;

	b->cfg = armdma_config_exynos4210();
	for (uint32_t i = 0; i < b->cfg.nr_sysmmus; i++)
		if (!strcmp(b->cfg.sysmmus[i].name, UNIT))
			b->cfg.sysmmus[i].tlb_entries = r->p->tlb_entries;
	b->allocs = calloc(n, sizeof(*b->allocs));
	b->live = calloc(n, sizeof(*b->live));
	b->index = calloc(n, sizeof(*b->index));
	if (!b->allocs || !b->live || !b->index) {
		complain(b, "memory", -ENOMEM);
		return -ENOMEM;
	}
	ret = armdma_machine_create(&b->m, &b->cfg, &r->err);
	if (ret)
		return ret;
	b->hw = armdma_machine_hw(b->m);
	b->dev = armdma_device_find(b->m, MASTER);
	b->d = armdma_domain_alloc(b->m);
	ret = b->d && b->dev ? armdma_domain_attach(b->d, b->dev) : -ENODEV;
	if (ret) {
		complain(b, "attach", ret);
		return ret;
	}
	return run_create(r, r->check.space, r->p->shared ? ARMDMA_IOVA_SHARED : 0, &b->priv);
}

static void close_machine(struct backing *b)
{
	if (b->priv)
		b->r->policy->destroy(b->priv);
	if (b->d && b->dev)
		armdma_domain_detach(b->d, b->dev);
	armdma_domain_free(b->d);
	armdma_machine_destroy(b->m);
	free(b->allocs);
	free(b->live);
	free(b->index);
}

static void tell(struct backing *b, json_t *out)
{
	struct armdma_hw_stats st = { .cycles = 0 };
	uint64_t looks, entries = b->r->p->tlb_entries;
	double mean_entry = b->entries_sum ? (double)b->bytes_sum / (double)b->entries_sum : 0;

	armdma_hw_unit_stats(b->hw, UNIT, &st);
	looks = st.tlb_hits + st.tlb_misses;
	if (!entries)
		entries = 16;	/* of System MMU 1.x */
	json_object_set_new(out, "visits", json_integer((json_int_t)b->visits));
	json_object_set_new(out, "whole", json_boolean(b->ops == b->r->w->nr_ops));
	json_object_set_new(out, "ops", json_integer((json_int_t)b->ops));
	json_object_set_new(out, "tlb_entries", json_integer((json_int_t)entries));
	json_object_set_new(out, "tlb_hit_rate", json_real(looks ? (double)st.tlb_hits / (double)looks : 0));
	json_object_set_new(out, "walks", json_integer((json_int_t)st.walks));
	json_object_set_new(out, "mean_entry_bytes", json_real(mean_entry));
	json_object_set_new(out, "tlb_reach_bytes", json_real(mean_entry * (double)entries));
	json_object_set_new(out, "l2_tables_mean", json_real(b->nr_samples ? (double)b->l2_sum / (double)b->nr_samples : 0));
	json_object_set_new(out, "l2_tables_max", json_integer((json_int_t)b->l2_max));
	json_object_set(out, "l2_tables", b->l2);
}

int run_tables(struct run *r, json_t *out)
{
	const struct space *s = &r->w->spaces[r->check.space];
	struct backing b = { .r = r, .rng = r->w->seed ? r->w->seed : 1, .l2 = json_array() };
	int ret;

	r->progress->pass = PASS_TABLES;
	r->progress->done = 0;
	r->progress->total = r->w->nr_ops;
	if (s->granule < ARMDMA_PAGE_SIZE || s->base + (r->p->space ? r->p->space : s->size) > 1ull << 32) {
		snprintf(r->err.msg, sizeof(r->err.msg), "page tables: the System MMU translates 32 bits of address in pages of 4 KiB");
		json_decref(b.l2);
		return -ENOTSUP;
	}
	ret = open_machine(&b);
	if (!ret)
		ret = all_ops(&b);
	if (!ret)
		tell(&b, out);
	close_machine(&b);
	json_decref(b.l2);
	return ret;
}
