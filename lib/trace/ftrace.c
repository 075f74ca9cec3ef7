/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's text of a trace buffer, as its file "trace" shows it. */
#include "lib/trace/internal.h"

struct writer {
	FILE *out;
	struct trace_sites sites;
};

static int count_one(void *ctx, const struct kernel_event *ev)
{
	(void)ev;
	++*(unsigned long *)ctx;
	return 0;
}

static void write_head(FILE *out, unsigned long kept, uint64_t lost)
{
	fprintf(out, "# tracer: nop\n#\n# entries-in-buffer/entries-written: %lu/%llu   #P:1\n#\n", kept,
		(unsigned long long)(kept + lost));
	fputs("#                                _-----=> irqs-off/BH-disabled\n"
	      "#                               / _----=> need-resched\n"
	      "#                              | / _---=> hardirq/softirq\n"
	      "#                              || / _--=> preempt-depth\n"
	      "#                              ||| / _-=> migrate-disable\n"
	      "#                              |||| /     delay\n"
	      "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
	      "#              | |         |   |||||     |         |\n", out);
}

static const char *name(const char *text)
{
	return text ? text : "";
}

static void write_call(struct writer *w, const struct kernel_event *kev)
{
	static const char *const names[K_NR] = {
		[K_DMA_MAP_PAGE] = "dma_map_page", [K_DMA_UNMAP_PAGE] = "dma_unmap_page",
		[K_DMA_MAP_SG] = "dma_map_sg", [K_DMA_UNMAP_SG] = "dma_unmap_sg",
		[K_DMA_ALLOC] = "dma_alloc", [K_DMA_FREE] = "dma_free",
		[K_DMA_SYNC_CPU] = "dma_sync_single_for_cpu",
		[K_DMA_SYNC_DEV] = "dma_sync_single_for_device",
	};
	const struct armdma_event *ev = &kev->rec->ev;
	unsigned long long addr = ev->addr, len = ev->len, attrs = ev->value, pa = ev->pa;

	fprintf(w->out, "%s: (%s) dev=\"%s\"", names[kev->type],
		w->sites.at[trace_site_index(&w->sites, ev->site)].function, name(kev->rec->dev));
	switch (kev->type) {
	case K_DMA_MAP_PAGE:
		fprintf(w->out, " offset=0x%llx size=%llu dir=%u attrs=0x%llx",
			pa & (ARMDMA_PAGE_SIZE - 1), len, ev->dir, attrs);
		break;
	case K_DMA_MAP_SG:
		fprintf(w->out, " nents=%d dir=%u", kev->nents, ev->dir);
		break;
	case K_DMA_UNMAP_SG:
		fprintf(w->out, " iova=0x%llx nents=%d dir=%u", addr, kev->nents, ev->dir);
		break;
	case K_DMA_ALLOC:
		fprintf(w->out, " size=%llu", len);
		break;
	case K_DMA_FREE:
		fprintf(w->out, " size=%llu iova=0x%llx", len, addr);
		break;
	default:
		fprintf(w->out, " iova=0x%llx size=%llu dir=%u", addr, len, ev->dir);
		break;
	}
}

static void write_values(struct writer *w, const struct kernel_event *kev)
{
	const struct armdma_event *ev = &kev->rec->ev;
	unsigned long long addr = ev->addr, len = ev->len, value = ev->value, pa = ev->pa;

	switch (kev->type) {
	case K_IOVA_ALLOC:
		fprintf(w->out, "iova_alloc: (iova_alloc) mapping=0x%llx size=%llu", value, len);
		break;
	case K_IOVA_ALLOC_RET:
		fprintf(w->out, "iova_alloc_ret: (iova_alloc) iova=0x%llx",
			ev->result ? (unsigned long long)ARMDMA_MAPPING_ERROR : addr);
		break;
	case K_MAP:
		fprintf(w->out, "map: IOMMU: iova=0x%016llx - 0x%016llx paddr=0x%016llx size=%llu", addr,
			addr + len, pa, len);
		break;
	case K_UNMAP:
		fprintf(w->out, "unmap: IOMMU: iova=0x%016llx - 0x%016llx size=%llu unmapped_size=%llu",
			addr, addr + len, len, value);
		break;
	case K_PAGE_FAULT:
		fprintf(w->out, "io_page_fault: IOMMU:exynos-sysmmu %s iova=0x%016llx flags=0x%04x",
			name(ev->who), addr, ev->dir == ARMDMA_FROM_DEVICE);
		break;
	case K_IRQ_ENTRY:
		fprintf(w->out, "irq_handler_entry: irq=%llu name=line%llu", addr, addr);
		break;
	case K_IRQ_EXIT:
		fprintf(w->out, "irq_handler_exit: irq=%llu ret=%s", addr, value ? "handled" : "unhandled");
		break;
	default:
		write_call(w, kev);
		break;
	}
}

static int write_event(void *ctx, const struct kernel_event *kev)
{
	struct writer *w = ctx;
	uint64_t usecs = kev->time / ARMDMA_CLOCK_MHZ;

	fprintf(w->out, "%16s-%-7d [000] %s %5llu.%06llu: ", TRACE_TASK, TRACE_PID,
		kev->rec->in_irq ? "d.h.." : ".....", (unsigned long long)(usecs / 1000000),
		(unsigned long long)(usecs % 1000000));
	write_values(w, kev);
	fputc('\n', w->out);
	return 0;
}

int trace_write_ftrace(const struct armdma_trace *t, FILE *out)
{
	struct writer w = { .out = out };
	unsigned long kept = 0;
	int ret = trace_sites_collect(t, &w.sites);

	if (!ret)
		ret = trace_walk_kernel(t, count_one, &kept);
	if (!ret) {
		write_head(out, kept, t->lost);
		ret = trace_walk_kernel(t, write_event, &w);
	}
	trace_sites_free(&w.sites);
	return ret;
}
