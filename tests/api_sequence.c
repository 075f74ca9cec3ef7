/* SPDX-License-Identifier: BSD-2-Clause */
/* Running a sequence against the oracle, and cutting it down. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/dmapool.h>
#include <armdma/report.h>

#include "api_sequence.h"

#define BLOCK_BYTES (4 * SEQ_LINE)

/*
 * The oracle of one buffer: which bytes each side must see, and who owns which line. Unknown lines are those that an
 * invalidate may have put back to whatever RAM held.
 */
struct slot {
	bool live, mapped;
	enum seq_kind kind;
	enum armdma_dir dir;
	unsigned int lines;
	uint8_t want[SEQ_MAX_LINES * SEQ_LINE];
	bool known[SEQ_MAX_LINES], device[SEQ_MAX_LINES];
	bool written[SEQ_MAX_LINES];	/* by the CPU while it has a line of a mapping back */
	/* what is under test */
	uint8_t *cpu;
	armdma_dma_t addr;
	struct armdma_page *page;
	struct armdma_scatterlist sgl[2];
};

struct run {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;
	struct armdma_dma_pool *pool;
	struct slot slots[SEQ_SLOTS];
	struct seq_result *res;
	size_t at;
	bool forget_syncs;
	uint8_t buf[SEQ_MAX_LINES * SEQ_LINE];
};

/* ---- Making ------------------------------------------------------------------- */

static uint32_t below(uint64_t *x, uint32_t n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (uint32_t)((*x >> 32) * n >> 32);
}

void seq_make(struct seq_op *ops, size_t n, uint64_t seed)
{
	/* What is likely, in the order of enum seq_what. */
	static const uint8_t share[SEQ_NR_WHATS] = { 16, 5, 19, 12, 16, 16, 4, 4, 4, 4 };
	uint64_t x = seed * 0x9e3779b97f4a7c15ULL + 0x1234567;

	for (size_t i = 0; i < n; i++) {
		struct seq_op *op = &ops[i];
		uint32_t dice = below(&x, 100);

		memset(op, 0, sizeof(*op));
		while (dice >= share[op->what])
			dice -= share[op->what++];
		op->slot = (uint8_t)below(&x, SEQ_SLOTS);
		op->kind = (uint8_t)below(&x, SEQ_NR_KINDS);
		op->dir = (uint8_t)below(&x, 3);
		op->lines = (uint8_t)(1 + below(&x, below(&x, 24) ? 6 : SEQ_MAX_LINES));
		op->from = (uint8_t)below(&x, 8);
		op->to = (uint8_t)(op->from + 1 + below(&x, SEQ_MAX_LINES - op->from));
		if (!below(&x, 3)) {
			op->from = 0;
			op->to = SEQ_MAX_LINES;
		}
		if (!below(&x, 8)) {
			op->step = (uint8_t)below(&x, ARMDMA_NR_FAIL_STEPS);
			op->nth = (uint8_t)(1 + below(&x, 3));
		}
		op->value = below(&x, UINT32_MAX);
	}
}

/* ---- Going wrong ------------------------------------------------------------------ */

static void wrong(struct run *r, const char *fmt, ...) ARMDMA_PRINTF(2, 3);
static void wrong(struct run *r, const char *fmt, ...)
{
	va_list ap;

	if (r->res->at != SIZE_MAX)
		return;
	r->res->at = r->at;
	va_start(ap, fmt);
	vsnprintf(r->res->why, sizeof(r->res->why), fmt, ap);
	va_end(ap);
}

/* The sequences are correct: nothing is to be reported. */
static void on_report(void *ctx, const struct armdma_report *rep)
{
	struct run *r = ctx;

	if (!r->forget_syncs)
		wrong(r, "reported: %s", rep->text);
}

static void on_log(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

/* ---- Buffers -------------------------------------------------------------------------- */

static bool is_shared(const struct slot *s)
{
	return s->kind == SEQ_COHERENT || s->kind == SEQ_WC || s->kind == SEQ_ATOMIC || s->kind == SEQ_BLOCK;
}

static size_t bytes_of(const struct slot *s)
{
	return s->lines * (size_t)SEQ_LINE;
}

static void hand_over(struct slot *s, bool device)
{
	for (unsigned int i = 0; i < s->lines; i++)
		s->device[i] = device;
}

static void new_memory(struct run *r, struct slot *s)
{
	size_t len = bytes_of(s);

	switch (s->kind) {
	case SEQ_STREAM:
	case SEQ_LIST:
		s->page = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, 1);
		s->cpu = s->page ? armdma_page_address(r->m, s->page) : NULL;
		break;
	case SEQ_COHERENT:
		s->cpu = armdma_dma_alloc_coherent(r->dev, len, &s->addr, ARMDMA_GFP_KERNEL);
		break;
	case SEQ_WC:
		s->cpu = armdma_dma_alloc_wc(r->dev, len, &s->addr, ARMDMA_GFP_KERNEL);
		break;
	case SEQ_ATOMIC:
		s->cpu = armdma_dma_alloc_coherent(r->dev, len, &s->addr, ARMDMA_GFP_ATOMIC);
		break;
	case SEQ_OWN:
		s->cpu = armdma_dma_alloc_noncoherent(r->dev, len, &s->addr, s->dir, ARMDMA_GFP_KERNEL);
		break;
	default:
		s->cpu = armdma_dma_pool_zalloc(r->pool, ARMDMA_GFP_KERNEL, &s->addr);
		break;
	}
	r->res->calls += s->kind != SEQ_STREAM && s->kind != SEQ_LIST;
}

static void seq_new(struct run *r, struct slot *s, const struct seq_op *op)
{
	if (s->live)
		return;
	memset(s, 0, sizeof(*s));
	s->kind = (enum seq_kind)op->kind;
	s->dir = (enum armdma_dir)op->dir;
	s->lines = s->kind == SEQ_BLOCK ? BLOCK_BYTES / SEQ_LINE : op->lines;
	new_memory(r, s);
	if (!s->cpu) {
		if (!op->nth)
			wrong(r, "an allocation fails without reason");
		return;
	}
	s->live = true;
	for (unsigned int i = 0; i < s->lines; i++)
		s->known[i] = true;
	s->mapped = s->kind == SEQ_OWN;	/* and the CPU's, until it is synced for the device */
}

static void seq_map(struct run *r, struct slot *s, const struct seq_op *op)
{
	size_t len = bytes_of(s), half = ARMDMA_PAGE_SIZE;
	bool ok;

	if (!s->live || s->mapped || s->kind > SEQ_LIST)
		return;
	s->dir = (enum armdma_dir)op->dir;
	if (s->kind == SEQ_STREAM) {
		s->addr = op->value & 1 ? armdma_dma_map_page(r->dev, s->page, 0, len, s->dir) :
					  armdma_dma_map_single(r->dev, s->cpu, len, s->dir);
		ok = !armdma_dma_mapping_error(r->dev, s->addr);
	} else {
		unsigned int n = len > half ? 2 : 1;

		armdma_sg_init_table(s->sgl, n);
		armdma_sg_set_page(&s->sgl[0], s->page, (unsigned int)(n == 1 ? len : half), 0);
		if (n == 2)
			armdma_sg_set_page(&s->sgl[1], armdma_nth_page(r->m, s->page, 1), (unsigned int)(len - half), 0);
		ok = armdma_dma_map_sg(r->dev, s->sgl, (int)n, s->dir) > 0;
	}
	r->res->calls += 2;
	if (!ok) {
		/* What a failed map did to the caches of a buffer for the device to write cannot be told. */
		for (unsigned int i = 0; s->dir == ARMDMA_FROM_DEVICE && i < s->lines; i++)
			s->known[i] = false;
		if (!op->nth)
			wrong(r, "a mapping fails without reason");
		return;
	}
	s->mapped = true;
	hand_over(s, true);
	for (unsigned int i = 0; s->dir == ARMDMA_FROM_DEVICE && i < s->lines; i++)
		s->known[i] = false;
}

static int entries(const struct slot *s)
{
	return bytes_of(s) > ARMDMA_PAGE_SIZE ? 2 : 1;
}

static void unmap(struct run *r, struct slot *s)
{
	if (s->kind == SEQ_STREAM)
		armdma_dma_unmap_page(r->dev, s->addr, bytes_of(s), s->dir);
	else
		armdma_dma_unmap_sg(r->dev, s->sgl, entries(s), s->dir);
	r->res->calls++;
	s->mapped = false;
	hand_over(s, false);
	/* What the CPU wrote and did not hand over, the unmap's invalidate may drop. */
	for (unsigned int i = 0; i < s->lines; i++) {
		s->known[i] &= !s->written[i] || s->dir == ARMDMA_TO_DEVICE;
		s->written[i] = false;
	}
}

static void drop(struct run *r, struct slot *s)
{
	if (!s->live)
		return;
	if (s->mapped && s->kind <= SEQ_LIST)
		unmap(r, s);
	if (s->kind <= SEQ_LIST)
		armdma_free_pages(r->m, s->page, 1);
	else if (s->kind == SEQ_OWN)
		armdma_dma_free_noncoherent(r->dev, bytes_of(s), s->cpu, s->addr, s->dir);
	else if (s->kind == SEQ_BLOCK)
		armdma_dma_pool_free(r->pool, s->cpu, s->addr);
	else
		armdma_dma_free_attrs(r->dev, bytes_of(s), s->cpu, s->addr,
				      s->kind == SEQ_WC ? ARMDMA_ATTR_WRITE_COMBINE : 0);
	r->res->calls++;
	s->live = false;
}

static void sync_lines(struct run *r, struct slot *s, unsigned int from, unsigned int to, bool for_cpu)
{
	size_t off = from * (size_t)SEQ_LINE, len = (to - from) * (size_t)SEQ_LINE;

	if (!s->live || !s->mapped || is_shared(s))
		return;
	if (s->kind == SEQ_LIST) {
		from = 0;
		to = s->lines;
	}
	/* A side hands over what it owns: to sync again what one has already would lose what was written since. */
	for (unsigned int i = from; i < to; i++)
		if (s->device[i] != for_cpu)
			return;
	if (s->kind == SEQ_LIST && for_cpu)
		armdma_dma_sync_sg_for_cpu(r->dev, s->sgl, entries(s), s->dir);
	else if (s->kind == SEQ_LIST)
		armdma_dma_sync_sg_for_device(r->dev, s->sgl, entries(s), s->dir);
	else if (for_cpu && !r->forget_syncs)
		armdma_dma_sync_single_range_for_cpu(r->dev, s->addr, off, len, s->dir);
	else if (!for_cpu)
		armdma_dma_sync_single_for_device(r->dev, s->addr + off, len, s->dir);
	r->res->calls++;
	for (unsigned int i = from; i < to; i++) {
		/* An invalidate towards the device drops what the CPU wrote before the first hand-over. */
		if (!for_cpu && !s->device[i] && s->dir == ARMDMA_FROM_DEVICE && s->kind == SEQ_OWN)
			s->known[i] = false;
		s->device[i] = !for_cpu;
		s->written[i] = false;
	}
}

/* ---- Bytes -------------------------------------------------------------------------------- */

static void fill(uint8_t *p, size_t len, uint32_t value)
{
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)((i * 2654435761u + value) >> 13 ^ value >> 3);
}

static bool cpu_may(const struct slot *s, unsigned int line, bool write)
{
	if (is_shared(s) || !s->mapped)
		return true;
	return !s->device[line] && !(write && s->dir == ARMDMA_FROM_DEVICE);
}

static bool device_may(const struct slot *s, unsigned int line, bool write)
{
	if (is_shared(s))
		return true;
	return s->mapped && s->device[line] && s->dir != (write ? ARMDMA_TO_DEVICE : ARMDMA_FROM_DEVICE);
}

static armdma_dma_t where(const struct slot *s, size_t off)
{
	if (s->kind != SEQ_LIST)
		return s->addr + off;
	for (int i = 0; i < entries(s); i++) {
		if (off < armdma_sg_dma_len(&s->sgl[i]))
			return armdma_sg_dma_address(&s->sgl[i]) + off;
		off -= armdma_sg_dma_len(&s->sgl[i]);
	}
	return ARMDMA_MAPPING_ERROR;
}

static void compare(struct run *r, const struct slot *s, unsigned int line, const uint8_t *got, const char *who)
{
	if (s->known[line] && memcmp(got, s->want + line * SEQ_LINE, SEQ_LINE))
		wrong(r, "%s sees wrong bytes in line %u of a buffer of kind %d", who, line, (int)s->kind);
}

static void cpu_line(struct run *r, struct slot *s, unsigned int line, bool write, uint32_t value)
{
	uint8_t *p = s->cpu + line * SEQ_LINE, *want = s->want + line * SEQ_LINE;

	if (!cpu_may(s, line, write))
		return;
	if (!write) {
		compare(r, s, line, p, "the CPU");
		return;
	}
	fill(want, SEQ_LINE, value + line);
	memcpy(p, want, SEQ_LINE);
	s->known[line] = true;
	s->written[line] = s->mapped;
}

static void device_line(struct run *r, struct slot *s, unsigned int line, bool write, uint32_t value)
{
	uint8_t *want = s->want + line * SEQ_LINE;
	armdma_dma_t addr = where(s, line * (size_t)SEQ_LINE);
	int ret;

	if (!device_may(s, line, write))
		return;
	if (write) {
		fill(want, SEQ_LINE, ~value + line);
		ret = armdma_hw_master_write_sync(r->hw, "mdma", addr, want, SEQ_LINE, 100000);
		s->known[line] = true;
	} else {
		ret = armdma_hw_master_read_sync(r->hw, "mdma", addr, r->buf, SEQ_LINE, 100000);
		compare(r, s, line, r->buf, "the device");
	}
	if (ret)
		wrong(r, "the device cannot reach line %u: %d", line, ret);
}

static void bytes(struct run *r, struct slot *s, const struct seq_op *op, unsigned int to)
{
	bool device = op->what >= SEQ_DEV_WRITE, write = op->what == SEQ_DEV_WRITE || op->what == SEQ_CPU_WRITE;

	if (!s->live)
		return;
	if (is_shared(s))
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_MB);
	for (unsigned int i = op->from; i < to; i++)
		if (device)
			device_line(r, s, i, write, op->value);
		else
			cpu_line(r, s, i, write, op->value);
	if (is_shared(s))
		armdma_hw_barrier(r->hw, ARMDMA_BARRIER_MB);
}

/* ---- Running ----------------------------------------------------------------------------------- */

static void step(struct run *r, const struct seq_op *op)
{
	struct slot *s = &r->slots[op->slot];
	unsigned int to = op->to < s->lines ? op->to : s->lines;
	bool fails = op->nth && (op->what == SEQ_NEW || op->what == SEQ_MAP);

	if (fails)
		armdma_fail_nth(r->m, (enum armdma_fail_step)op->step, op->nth);
	if (op->what == SEQ_NEW)
		seq_new(r, s, op);
	else if (op->what == SEQ_MAP)
		seq_map(r, s, op);
	else if (op->what == SEQ_DROP)
		drop(r, s);
	else if (op->what == SEQ_UNMAP && s->live && s->mapped && s->kind <= SEQ_LIST)
		unmap(r, s);
	else if ((op->what == SEQ_FOR_CPU || op->what == SEQ_FOR_DEVICE) && op->from < to)
		sync_lines(r, s, op->from, to, op->what == SEQ_FOR_CPU);
	else if (op->what >= SEQ_CPU_WRITE)
		bytes(r, s, op, to);
	if (fails)
		armdma_fail_nth(r->m, (enum armdma_fail_step)op->step, 0);
}

static struct armdma_config config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	uint32_t i = 0;

	while (strcmp(cfg.devices[i].name, "mdma"))
		i++;
	for (uint32_t u = 0; u < cfg.nr_sysmmus; u++)
		if (!strcmp(cfg.sysmmus[u].name, cfg.devices[i].sysmmu))
			cfg.sysmmus[0] = cfg.sysmmus[u];
	cfg.devices[0] = cfg.devices[i];
	cfg.nr_devices = cfg.nr_sysmmus = 1;
	cfg.ram_size = 64ULL << 20;
	cfg.lowmem_size = 32ULL << 20;
	return cfg;
}

void seq_run(const struct seq_op *ops, size_t n, enum armdma_dma_opset set, bool forget_syncs,
	     struct seq_result *res)
{
	struct run *r = calloc(1, sizeof(*r));
	struct armdma_config cfg = config();
	/* Looking at a whole address space of 4 GiB takes as long as hundreds of calls: one sequence in 32 is. */
	bool thorough = n && ops[0].value % 32 == 0;
	struct armdma_error err = { "" };

	*res = (struct seq_result){ .at = SIZE_MAX };
	if (!r || armdma_machine_create(&r->m, &cfg, &err))
		abort();
	r->res = res;
	r->forget_syncs = forget_syncs;
	r->hw = armdma_machine_hw(r->m);
	r->dev = armdma_device_find(r->m, "mdma");
	armdma_set_report_fn(r->m, on_report, r);
	/* What the CPU stores to its own part before an unmap is gone afterwards: the model knows, and does it on purpose. */
	armdma_checker_rule(r->m, ARMDMA_REPORT_LOST_STORE, false);
	armdma_hw_set_log(r->hw, on_log, r);
	if (armdma_dma_set_ops(r->dev, set))
		abort();
	r->pool = armdma_dma_pool_create("sequence", r->dev, BLOCK_BYTES, SEQ_LINE, 0);
	for (r->at = 0; r->at < n && res->at == SIZE_MAX; r->at++) {
		step(r, &ops[r->at]);
		if (thorough && r->at % 256 == 255 && armdma_dma_validate(r->m, &err))
			wrong(r, "%s", err.msg);
	}
	r->at = n - 1;
	for (unsigned int i = 0; i < SEQ_SLOTS; i++)
		drop(r, &r->slots[i]);
	armdma_dma_pool_destroy(r->pool);
	if (thorough && armdma_dma_validate(r->m, &err))
		wrong(r, "%s", err.msg);
	armdma_machine_destroy(r->m);
	free(r);
}

/* ---- Cutting down ---------------------------------------------------------------------------------- */

static bool fails(const struct seq_op *ops, size_t n, enum armdma_dma_opset set, bool forget_syncs)
{
	struct seq_result res;

	if (!n)
		return false;
	seq_run(ops, n, set, forget_syncs, &res);
	return res.at != SIZE_MAX;
}

/* Take out pieces of `len` operations as long as what is left fails. */
static size_t without_pieces(struct seq_op *ops, size_t n, size_t len, enum armdma_dma_opset set, bool forget)
{
	struct seq_op *less = malloc(n * sizeof(*less));

	for (size_t at = 0; less && at < n;) {
		size_t cut = len < n - at ? len : n - at;

		memcpy(less, ops, at * sizeof(*ops));
		memcpy(less + at, ops + at + cut, (n - at - cut) * sizeof(*ops));
		if (!fails(less, n - cut, set, forget)) {
			at += cut;
			continue;
		}
		n -= cut;
		memcpy(ops, less, n * sizeof(*ops));
	}
	free(less);
	return n;
}

static void simpler(struct seq_op *ops, size_t n, size_t i, struct seq_op candidate, enum armdma_dma_opset set,
		    bool forget)
{
	struct seq_op old = ops[i];

	ops[i] = candidate;
	if (!fails(ops, n, set, forget))
		ops[i] = old;
}

size_t seq_shrink(struct seq_op *ops, size_t n, enum armdma_dma_opset set, bool forget)
{
	struct seq_result res;

	seq_run(ops, n, set, forget, &res);
	if (res.at == SIZE_MAX)
		return n;
	if (res.at + 1 < n && fails(ops, res.at + 1, set, forget))
		n = res.at + 1;
	for (size_t len = n / 2; len; len /= 2)
		n = without_pieces(ops, n, len, set, forget);
	for (size_t i = 0; i < n; i++) {
		struct seq_op c = ops[i];

		c.nth = 0;
		c.step = 0;
		simpler(ops, n, i, c, set, forget);
		c = ops[i];
		c.lines = 1;
		simpler(ops, n, i, c, set, forget);
		c = ops[i];
		c.from = 0;
		c.to = 1;
		simpler(ops, n, i, c, set, forget);
		c = ops[i];
		c.kind = SEQ_STREAM;
		simpler(ops, n, i, c, set, forget);
		c = ops[i];
		c.value = 0;
		simpler(ops, n, i, c, set, forget);
	}
	return without_pieces(ops, n, 1, set, forget);
}
