/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Step 2: what a recorded kernel did with its DMA mappings, done again here, on a machine whose DMA layer behaves as that
 * kernel does. Each mapping is made through the DMA API, moves a payload of its own with the DMA engine, and is taken away again.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/iova/ftrace.h"
#include "replay.h"

int replay_fail(struct replay *r, int ret, const char *fmt, ...)
{
	size_t len = sizeof(r->res->error);
	va_list ap;
	int n;

	if (r->res->error[0])
		return ret;
	n = r->line ? snprintf(r->res->error, len, "line %lu: ", r->line) : 0;
	va_start(ap, fmt);
	vsnprintf(r->res->error + n, len - (size_t)n, fmt, ap);
	va_end(ap);
	return ret;
}

/* ---- Events ------------------------------------------------------------ */

static int on_call(struct replay *r, const struct ftrace_event *ev)
{
	struct call *c = &r->calls[r->nr_calls];

	if (r->nr_calls == MAX_CALLS)
		return replay_fail(r, -EINVAL, "%u calls without an iova_alloc", MAX_CALLS);
	r->nr_calls++;
	*c = (struct call){ .context = ev->context, .size = ev->size };
	if (ev->type == FTRACE_DMA_ALLOC) {
		c->kind = COHERENT;
		return 0;
	}
	c->kind = STREAM;
	c->offset = ev->offset;
	c->dir = (enum armdma_dir)ev->dir;
	return 0;
}

/* Take the newest call of this context off the stack. Without one (a scatter-gather list), a plain transfer to the device. */
static struct call take_call(struct replay *r, const struct ftrace_event *ev)
{
	struct call c = { .context = ev->context, .size = ev->size, .dir = ARMDMA_TO_DEVICE };

	for (unsigned int i = r->nr_calls; i--;) {
		if (r->calls[i].context != ev->context)
			continue;
		c = r->calls[i];
		r->nr_calls--;
		memmove(&r->calls[i], &r->calls[i + 1], (r->nr_calls - i) * sizeof(c));
		break;
	}
	return c;
}

static int on_iova_alloc(struct replay *r, const struct ftrace_event *ev)
{
	struct call c = take_call(r, ev);
	struct map *m;
	int ret;

	if (r->space && ev->space != r->space)
		return replay_fail(r, -EINVAL, "a second address space; the replay drives one device");
	r->space = ev->space;
	if (c.offset + c.size > ARMDMA_PAGE_SIZE << (ARMDMA_MAX_ORDER - 1))
		return replay_fail(r, -EINVAL, "a mapping of %llu bytes is larger than the largest block",
			    (unsigned long long)(c.offset + c.size));
	if (ev->size != ARMDMA_PAGE_ALIGN(c.offset + c.size))
		return replay_fail(r, -EINVAL, "iova_alloc of %llu bytes for %llu at offset %llu",
			    (unsigned long long)ev->size, (unsigned long long)c.size,
			    (unsigned long long)c.offset);
	m = calloc(1, sizeof(*m));
	if (!m)
		return replay_fail(r, -ENOMEM, "out of host memory");
	m->call = c;
	m->line = ev->line;
	m->alloc = ev->size;
	m->open = true;
	m->seed = (uint32_t)ev->line;
	ret = replay_map(r, m);
	if (ret) {
		free(m);
		return ret;
	}
	TAILQ_INSERT_TAIL(&r->live, m, link);
	r->res->iovas++;
	return 0;
}

static int on_iova_answer(struct replay *r, const struct ftrace_event *ev)
{
	struct map *m;

	TAILQ_FOREACH_REVERSE(m, &r->live, map_list, link)
		if (m->open && m->call.context == ev->context)
			break;
	if (!m)
		return replay_fail(r, -EINVAL, "iova_alloc_ret 0x%llx without an iova_alloc",
			    (unsigned long long)ev->iova);
	m->open = false;
	m->kernel = ev->iova;
	r->res->equal += m->iova == m->kernel;
	return replay_to_device(r, m);
}

static struct map *find(struct replay *r, const struct ftrace_event *ev)
{
	struct map *m;

	TAILQ_FOREACH_REVERSE(m, &r->live, map_list, link)
		if (!m->open && ev->iova - m->kernel < m->alloc)
			return m;
	return NULL;
}

static int on_unmap(struct replay *r, const struct ftrace_event *ev)
{
	struct map *m = find(r, ev);
	uint64_t lead;
	int ret;

	if (!m)
		return replay_fail(r, -EINVAL, "unmap of IOVA 0x%llx, %llu bytes, which was never mapped",
			    (unsigned long long)ev->iova, (unsigned long long)ev->size);
	lead = m->call.offset & ARMDMA_PAGE_MASK;
	if (ev->iova != m->kernel + lead || ev->size != m->alloc - lead)
		return replay_fail(r, -EINVAL, "unmap of IOVA 0x%llx, %llu bytes; line %lu mapped 0x%llx, %llu bytes",
			    (unsigned long long)ev->iova, (unsigned long long)ev->size, m->line,
			    (unsigned long long)m->kernel, (unsigned long long)m->alloc);
	ret = replay_from_device(r, m);
	if (!ret)
		replay_unmap(r, m, true);
	return ret;
}

static int on_event(struct replay *r, const struct ftrace_event *ev)
{
	r->line = ev->line;
	switch (ev->type) {
	case FTRACE_DMA_MAP_PAGE:
	case FTRACE_DMA_ALLOC:
		return on_call(r, ev);
	case FTRACE_IOVA_ALLOC:
		return on_iova_alloc(r, ev);
	case FTRACE_IOVA_ALLOC_RET:
		return on_iova_answer(r, ev);
	case FTRACE_UNMAP:
		return on_unmap(r, ev);
	default:
		return 0;
	}
}

static int read_trace(struct replay *r, const char *path)
{
	char why[200];
	struct ftrace *f = ftrace_open(path, why, sizeof(why));
	struct ftrace_event ev;
	const struct ftrace_stats *st;
	int more, ret = 0;

	if (!f)
		return replay_fail(r, -ENOENT, "%s", why);
	st = ftrace_stats(f);
	while (!ret && (more = ftrace_next(f, &ev)) > 0)
		ret = on_event(r, &ev);
	if (!ret) {
		r->line = 0;
		if (more < 0)
			ret = replay_fail(r, more, "%s", st->error);
		else if (st->malformed)
			ret = replay_fail(r, -EINVAL, "%lu lines cannot be read, the first is %lu: %s",
				   st->malformed, st->bad[0].line, st->bad[0].why);
		else if (!r->res->iovas)
			ret = replay_fail(r, -EINVAL, "%s has no iova_alloc lines", path);
	}
	ftrace_close(f);
	return ret;
}

/* ---- Beginning and end ------------------------------------------------- */

static int begin(struct replay *r)
{
	int ret;

	TAILQ_INIT(&r->live);
	TAILQ_INIT(&r->leaked);
	r->dev = armdma_device_find(r->m, DEMO_ENGINE);
	/* The recorded space: 4 GiB from address 0 on. */
	r->mapping = armdma_iommu_create_mapping(r->m, 0, 1ull << 32, NULL, &ret);
	if (!r->mapping)
		return replay_fail(r, ret, "no IO address space: %s", strerror(-ret));
	ret = armdma_iommu_attach_device(r->dev, r->mapping);
	if (!ret)
		return 0;
	armdma_iommu_release_mapping(r->mapping);
	r->mapping = NULL;
	return replay_fail(r, ret, "cannot attach %s: %s", DEMO_ENGINE, strerror(-ret));
}

/* Take back what the recording left mapped, the descriptors last. */
static void unmap_rest(struct replay *r)
{
	struct map *m, *next;

	for (m = TAILQ_FIRST(&r->live); m; m = next) {
		next = TAILQ_NEXT(m, link);
		replay_unmap(r, m, false);
	}
}

/* The address space goes first, then the memory that was still mapped in it. */
static void finish(struct replay *r)
{
	if (r->mapping) {
		armdma_iommu_detach_device(r->dev);
		/* The library would name what a driver left allocated here. What that kernel itself lost is no driver's. */
		armdma_iommu_release_mapping(r->mapping);
	}
	replay_free_memory(r);
}

static int judge(struct replay *r)
{
	const struct demo_replay *res = r->res;

	r->line = 0;
	if (res->bad)
		return replay_fail(r, -EBADMSG, "%lu of %lu transfers moved wrong bytes", res->bad, res->transfers);
	if (res->faults)
		return replay_fail(r, -EPROTO, "%llu SYSMMU faults", (unsigned long long)res->faults);
	if (r->d->opt.trace_exact && res->equal != res->iovas)
		return replay_fail(r, -EPROTO, "%lu IOVAs differ from the recorded kernel's", res->iovas - res->equal);
	if (res->iova_left != res->pages_left)
		return replay_fail(r, -EPROTO, "%llu bytes of IOVA are left, the recording leaves %llu",
			    (unsigned long long)res->iova_left, (unsigned long long)res->pages_left);
	return 0;
}

static void tell(struct demo *d, const struct demo_replay *res)
{
	demo_say(d, "   DMA API      as Linux 6.1: %lu maps, %lu unmaps, %lu coherent buffers", res->maps,
		 res->unmaps, res->allocs);
	demo_say(d, "   engine       %lu transfers, %llu bytes, %lu with a wrong payload", res->transfers,
		 (unsigned long long)res->bytes, res->bad);
	demo_say(d, "   SYSMMU       TLB hits %.2f %% of bursts, %llu faults",
		 100 * (double)res->hits / (double)(res->hits + res->misses ? res->hits + res->misses : 1),
		 (unsigned long long)res->faults);
	demo_say(d, "   IOVAs        %lu of %lu equal to the recorded kernel's; peak use %llu KiB", res->equal,
		 res->iovas, (unsigned long long)res->iova_peak >> 10);
	demo_say(d, "   lost         %llu KiB of IOVA in %lu mappings, as by the recorded kernel:",
		 (unsigned long long)res->iova_left >> 10, res->leaked);
	demo_say(d, "                its unmap_page misses the pages before a large offset");
	demo_say(d, "   time         %.2f s here", res->seconds);
}

int demo_replay(struct demo *d, struct demo_replay *res)
{
	const char *name = strrchr(d->opt.trace, '/');
	struct replay r = { .d = d, .res = res, .m = d->linux_m, .hw = armdma_machine_hw(d->linux_m) };
	unsigned int unexpected = d->unexpected;
	struct armdma_hw_stats before, after;
	struct armdma_iova_stats iova;
	double start = demo_seconds();
	int ret;

	*res = (struct demo_replay){ .maps = 0 };
	demo_say(d, "2. Replay: %s", name ? name + 1 : d->opt.trace);
	armdma_hw_unit_stats(r.hw, "sysmmu-" DEMO_ENGINE, &before);
	ret = begin(&r);
	if (!ret) {
		ret = read_trace(&r, d->opt.trace);
		unmap_rest(&r);
		armdma_mapping_iova_stats(r.mapping, &iova);
		res->iova_peak = iova.peak;
		res->iova_left = iova.used;
	}
	finish(&r);
	armdma_hw_unit_stats(r.hw, "sysmmu-" DEMO_ENGINE, &after);
	res->hits = after.tlb_hits - before.tlb_hits;
	res->misses = after.tlb_misses - before.tlb_misses;
	res->faults = after.faults - before.faults;
	res->seconds = demo_seconds() - start;
	if (!ret)
		tell(d, res);
	if (!ret)
		ret = judge(&r);
	if (!ret && d->unexpected != unexpected)
		ret = replay_fail(&r, -EPROTO, "the library reported what nobody expected");
	if (ret)
		demo_say(d, "      replay failed: %s", res->error);
	return ret;
}
