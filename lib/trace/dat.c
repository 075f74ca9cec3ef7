/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The binary trace.dat of trace-cmd, version 6, for one CPU: a head that describes every event, then pages of the kernel's
 * ring buffer. The layout is that of the manual page trace-cmd.dat.v6(5); all numbers are little-endian.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trace/internal.h"

#define PAGE 4096u
#define PAGE_HEAD 16u		/* time of the first event, bytes used */
#define PAGE_MISSED (1u << 31)	/* events before this page were lost */
#define DELTA_MAX ((1u << 27) - 1)
#define COMMON 8u		/* type, flags, preempt count, pid */
#define EVENT_MAX 112u		/* bytes whose number fits into the head of an event */
#define FIRST_ID 100u
#define FLAG_IRQS_OFF 0x01u
#define FLAG_HARDIRQ 0x08u

/* ---- What the events look like ------------------------------------------- */

/* Where a field's value comes from. Strings, and what comes from DIR on, have 4 bytes, the others 8. */
enum from { END, IP, OFFSET, LEN, ADDR, PA, VALUE, IOVA_RET, DEV, WHO, DRIVER, LINE_NAME, DIR, NENTS, FLAGS, IRQ, HANDLED };

struct field {
	enum from from;
	const char *name;
};

#define CALL(rest) "\"(%ps) dev=\\\"%s\\\"" rest ", (void *)REC->__probe_ip, __get_str(dev)"

static const struct kernel_format {
	const char *system, *name;
	struct field fields[8];
	const char *print;
} formats[K_NR] = {
	[K_DMA_MAP_PAGE] = { "kprobes", "dma_map_page",
		{ { IP, "__probe_ip" }, { OFFSET, "offset" }, { LEN, "size" }, { VALUE, "attrs" },
		  { DEV, "dev" }, { DIR, "dir" } },
		CALL(" offset=0x%Lx size=%Lu dir=%u attrs=0x%Lx\"")
		", REC->offset, REC->size, REC->dir, REC->attrs" },
	[K_DMA_UNMAP_PAGE] = { "kprobes", "dma_unmap_page",
		{ { IP, "__probe_ip" }, { ADDR, "iova" }, { LEN, "size" }, { DEV, "dev" }, { DIR, "dir" } },
		CALL(" iova=0x%Lx size=%Lu dir=%u\"") ", REC->iova, REC->size, REC->dir" },
	[K_DMA_MAP_SG] = { "kprobes", "dma_map_sg",
		{ { IP, "__probe_ip" }, { DEV, "dev" }, { NENTS, "nents" }, { DIR, "dir" } },
		CALL(" nents=%d dir=%u\"") ", REC->nents, REC->dir" },
	[K_DMA_UNMAP_SG] = { "kprobes", "dma_unmap_sg",
		{ { IP, "__probe_ip" }, { ADDR, "iova" }, { DEV, "dev" }, { NENTS, "nents" }, { DIR, "dir" } },
		CALL(" iova=0x%Lx nents=%d dir=%u\"") ", REC->iova, REC->nents, REC->dir" },
	[K_DMA_ALLOC] = { "kprobes", "dma_alloc",
		{ { IP, "__probe_ip" }, { LEN, "size" }, { DEV, "dev" } },
		CALL(" size=%Lu\"") ", REC->size" },
	[K_DMA_FREE] = { "kprobes", "dma_free",
		{ { IP, "__probe_ip" }, { LEN, "size" }, { ADDR, "iova" }, { DEV, "dev" } },
		CALL(" size=%Lu iova=0x%Lx\"") ", REC->size, REC->iova" },
	[K_DMA_SYNC_CPU] = { "kprobes", "dma_sync_single_for_cpu",
		{ { IP, "__probe_ip" }, { ADDR, "iova" }, { LEN, "size" }, { DEV, "dev" }, { DIR, "dir" } },
		CALL(" iova=0x%Lx size=%Lu dir=%u\"") ", REC->iova, REC->size, REC->dir" },
	[K_DMA_SYNC_DEV] = { "kprobes", "dma_sync_single_for_device",
		{ { IP, "__probe_ip" }, { ADDR, "iova" }, { LEN, "size" }, { DEV, "dev" }, { DIR, "dir" } },
		CALL(" iova=0x%Lx size=%Lu dir=%u\"") ", REC->iova, REC->size, REC->dir" },
	[K_IOVA_ALLOC] = { "kprobes", "iova_alloc",
		{ { IP, "__probe_ip" }, { VALUE, "mapping" }, { LEN, "size" } },
		"\"(%ps) mapping=0x%Lx size=%Lu\", (void *)REC->__probe_ip, REC->mapping, REC->size" },
	[K_IOVA_ALLOC_RET] = { "kprobes", "iova_alloc_ret",
		{ { IP, "__probe_ip" }, { IOVA_RET, "iova" } },
		"\"(%ps) iova=0x%Lx\", (void *)REC->__probe_ip, REC->iova" },
	[K_MAP] = { "iommu", "map",
		{ { ADDR, "iova" }, { PA, "paddr" }, { LEN, "size" } },
		"\"IOMMU: iova=0x%016llx - 0x%016llx paddr=0x%016llx size=%zu\", REC->iova, REC->iova + REC->size, REC->paddr, REC->size" },
	[K_UNMAP] = { "iommu", "unmap",
		{ { ADDR, "iova" }, { LEN, "size" }, { VALUE, "unmapped_size" } },
		"\"IOMMU: iova=0x%016llx - 0x%016llx size=%zu unmapped_size=%zu\", REC->iova, REC->iova + REC->size, REC->size, REC->unmapped_size" },
	[K_PAGE_FAULT] = { "iommu", "io_page_fault",
		{ { ADDR, "iova" }, { DRIVER, "driver" }, { WHO, "device" }, { FLAGS, "flags" } },
		"\"IOMMU:%s %s iova=0x%016llx flags=0x%04x\", __get_str(driver), __get_str(device), REC->iova, REC->flags" },
	[K_IRQ_ENTRY] = { "irq", "irq_handler_entry",
		{ { IRQ, "irq" }, { LINE_NAME, "name" } },
		"\"irq=%d name=%s\", REC->irq, __get_str(name)" },
	[K_IRQ_EXIT] = { "irq", "irq_handler_exit",
		{ { IRQ, "irq" }, { HANDLED, "ret" } },
		"\"irq=%d ret=%s\", REC->irq, REC->ret ? \"handled\" : \"unhandled\"" },
};

static const char *const systems[] = { "iommu", "irq", "kprobes" };
#define NR_SYSTEMS (sizeof(systems) / sizeof(systems[0]))

static bool is_string(enum from from)
{
	return from == DEV || from == WHO || from == DRIVER || from == LINE_NAME;
}

static unsigned int field_size(enum from from)
{
	return is_string(from) || from >= DIR ? 4 : 8;
}

/* ---- The head -------------------------------------------------------------- */

static void put(FILE *out, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		fputc((int)(value >> 8 * i & 0xFF), out);
}

/* Text behind its length. */
static void put_text(FILE *out, const char *text, unsigned int bytes)
{
	put(out, strlen(text), bytes);
	fputs(text, out);
}

static const char *c_type(enum from from)
{
	if (is_string(from))
		return "__data_loc char[]";
	if (from == IP)
		return "unsigned long";
	return field_size(from) == 4 ? "int" : "u64";
}

static int describe(FILE *out, enum kernel_type type)
{
	const struct kernel_format *f = &formats[type];
	unsigned int at = COMMON;
	char *text = NULL;
	size_t len;
	FILE *m = open_memstream(&text, &len);

	if (!m)
		return -ENOMEM;
	fprintf(m, "name: %s\nID: %u\nformat:\n", f->name, FIRST_ID + type);
	fputs("\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	      "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	      "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	      "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n", m);
	for (const struct field *fl = f->fields; fl->from != END; fl++) {
		unsigned int size = field_size(fl->from);

		fprintf(m, "\tfield:%s %s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", c_type(fl->from),
			fl->name, at, size, size == 4);
		at += size;
	}
	fprintf(m, "\nprint fmt: %s\n", f->print);
	if (fclose(m)) {
		free(text);
		return -ENOMEM;
	}
	put_text(out, text, 8);
	free(text);
	return 0;
}

static int describe_all(FILE *out)
{
	int ret = 0;

	put(out, NR_SYSTEMS, 4);
	for (size_t s = 0; s < NR_SYSTEMS; s++) {
		unsigned int n = 0;

		for (unsigned int k = 0; k < K_NR; k++)
			n += !strcmp(formats[k].system, systems[s]);
		fwrite(systems[s], 1, strlen(systems[s]) + 1, out);
		put(out, n, 4);
		for (unsigned int k = 0; k < K_NR && !ret; k++)
			if (!strcmp(formats[k].system, systems[s]))
				ret = describe(out, (enum kernel_type)k);
	}
	return ret;
}

/* Sites get addresses by their number, the same in each run; the last one is the allocator of IOVAs. */
static uint64_t address_of(size_t site)
{
	return 0xc0008000u + 0x1000 * (uint64_t)site;
}

static int put_symbols(FILE *out, const struct trace_sites *sites)
{
	char *text = NULL;
	size_t len;
	FILE *m = open_memstream(&text, &len);

	if (!m)
		return -ENOMEM;
	for (size_t i = 0; i < sites->nr; i++)
		fprintf(m, "%016llx T %s\n", (unsigned long long)address_of(i), sites->at[i].function);
	fprintf(m, "%016llx T iova_alloc\n", (unsigned long long)address_of(sites->nr));
	if (fclose(m)) {
		free(text);
		return -ENOMEM;
	}
	put_text(out, text, 4);
	free(text);
	return 0;
}

static int put_head(FILE *out, const struct trace_sites *sites)
{
	char task[64];
	int ret;

	fwrite("\x17\x08\x44tracing6\0", 1, 12, out);
	put(out, 0, 1);		/* little-endian */
	put(out, 8, 1);		/* bytes of a long */
	put(out, PAGE, 4);
	fwrite("header_page", 1, 12, out);
	put_text(out, "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		      "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		      "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		      "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n", 8);
	fwrite("header_event", 1, 13, out);
	put_text(out, "# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n"
		      "\tarray       :   32 bits\n\n\tpadding     : type == 29\n"
		      "\ttime_extend : type == 30\n\ttime_stamp : type == 31\n"
		      "\tdata max type_len  == 28\n", 8);
	put(out, 0, 4);		/* no events of the function tracer */
	ret = describe_all(out);
	if (!ret)
		ret = put_symbols(out, sites);
	put(out, 0, 4);		/* no formats of trace_printk() */
	snprintf(task, sizeof(task), "%d %s\n", TRACE_PID, TRACE_TASK);
	put_text(out, task, 8);
	put(out, 1, 4);		/* CPUs */
	fwrite("options  ", 1, 10, out);
	put(out, 0, 2);
	fwrite("flyrecord", 1, 10, out);
	return ret;
}

/* ---- The pages ------------------------------------------------------------- */

struct pages {
	FILE *out;
	const struct trace_sites *sites;
	uint8_t page[PAGE];
	unsigned int used;	/* bytes behind the page's head */
	uint64_t last;		/* time of the event before */
	uint32_t missed;	/* PAGE_MISSED for the first page of a ring that overflowed */
	uint64_t nr;
};

static void poke(uint8_t *p, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void end_page(struct pages *p)
{
	if (!p->used)
		return;
	poke(p->page + 8, p->used | p->missed, 8);
	fwrite(p->page, 1, PAGE, p->out);
	memset(p->page, 0, PAGE);
	p->used = 0;
	p->missed = 0;
	p->nr++;
}

static uint64_t number(const struct pages *p, enum from from, const struct kernel_event *kev)
{
	const struct armdma_event *ev = &kev->rec->ev;

	switch (from) {
	case IP:
		if (kev->type == K_IOVA_ALLOC || kev->type == K_IOVA_ALLOC_RET)
			return address_of(p->sites->nr);
		return address_of(trace_site_index(p->sites, ev->site));
	case OFFSET: return ev->pa & (ARMDMA_PAGE_SIZE - 1);
	case LEN: return ev->len;
	case ADDR: return ev->addr;
	case PA: return ev->pa;
	case IOVA_RET: return ev->result ? ARMDMA_MAPPING_ERROR : ev->addr;
	case DIR: return ev->dir;
	case NENTS: return (uint32_t)kev->nents;
	case FLAGS: return ev->dir == ARMDMA_FROM_DEVICE;
	case IRQ: return ev->addr;
	default: return ev->value;
	}
}

static void string(enum from from, const struct kernel_event *kev, char *buf, size_t size)
{
	const char *text = from == DEV ? kev->rec->dev : kev->rec->ev.who;

	if (from == LINE_NAME)
		snprintf(buf, size, "line%llu", (unsigned long long)kev->rec->ev.addr);
	else
		snprintf(buf, size, "%s", from == DRIVER ? "exynos-sysmmu" : text ? text : "");
}

/* The event's bytes; returns how many, a multiple of 4. */
static unsigned int pack(const struct pages *p, const struct kernel_event *kev, uint8_t *buf)
{
	const struct field *fields = formats[kev->type].fields;
	unsigned int at = COMMON, end = COMMON;
	char text[32];

	for (const struct field *f = fields; f->from != END; f++)
		end += field_size(f->from);
	poke(buf, FIRST_ID + kev->type, 2);
	poke(buf + 2, kev->rec->in_irq ? FLAG_IRQS_OFF | FLAG_HARDIRQ : 0, 1);
	poke(buf + 4, TRACE_PID, 4);
	for (const struct field *f = fields; f->from != END; f++) {
		if (is_string(f->from)) {
			unsigned int len;

			string(f->from, kev, text, sizeof(text));
			len = (unsigned int)strlen(text) + 1;
			memcpy(buf + end, text, len);
			poke(buf + at, len << 16 | end, 4);
			end += len;
		} else {
			poke(buf + at, number(p, f->from, kev), field_size(f->from));
		}
		at += field_size(f->from);
	}
	return (end + 3) & ~3u;
}

static int put_event(void *ctx, const struct kernel_event *kev)
{
	struct pages *p = ctx;
	uint8_t buf[EVENT_MAX + 32] = { 0 };
	uint64_t ns = kev->time * 1000 / ARMDMA_CLOCK_MHZ;
	unsigned int len = pack(p, kev, buf);

	if (PAGE_HEAD + p->used + 4 + len > PAGE || ns - p->last > DELTA_MAX)
		end_page(p);
	if (!p->used) {
		poke(p->page, ns, 8);
		p->last = ns;
	}
	poke(p->page + PAGE_HEAD + p->used, len / 4 | (ns - p->last) << 5, 4);
	memcpy(p->page + PAGE_HEAD + p->used + 4, buf, len);
	p->used += 4 + len;
	p->last = ns;
	return 0;
}

/* The pages go into memory first: the head says how many bytes they are. */
static int make_pages(const struct armdma_trace *t, const struct trace_sites *sites, char **data,
		      size_t *len)
{
	struct pages *p = calloc(1, sizeof(*p));
	int ret = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->sites = sites;
	p->missed = t->lost ? PAGE_MISSED : 0;
	p->out = open_memstream(data, len);
	if (p->out) {
		ret = trace_walk_kernel(t, put_event, p);
		end_page(p);
		if (fclose(p->out))
			ret = -ENOMEM;
	}
	free(p);
	return ret;
}

int trace_write_dat(const struct armdma_trace *t, FILE *out)
{
	char *head = NULL, *data = NULL;
	size_t head_len = 0, data_len = 0, start;
	struct trace_sites sites;
	FILE *m = NULL;
	int ret = trace_sites_collect(t, &sites);

	if (!ret)
		ret = make_pages(t, &sites, &data, &data_len);
	if (!ret) {
		m = open_memstream(&head, &head_len);
		ret = m ? put_head(m, &sites) : -ENOMEM;
	}
	if (m && fclose(m))
		ret = -ENOMEM;
	if (!ret) {
		fwrite(head, 1, head_len, out);
		start = (head_len + 16 + PAGE - 1) / PAGE * PAGE;
		put(out, start, 8);
		put(out, data_len, 8);
		for (size_t i = head_len + 16; i < start; i++)
			fputc(0, out);
		fwrite(data, 1, data_len, out);
	}
	free(head);
	free(data);
	trace_sites_free(&sites);
	return ret;
}
