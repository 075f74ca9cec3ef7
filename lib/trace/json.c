/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chrome's trace-event format: an array of objects, one a line. Process 1 is the software, with a thread for calls and one for
 * interrupt handlers; process 2 is the hardware, with a thread for each unit and master.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/sys/tree.h>

#include "lib/trace/internal.h"

enum { PID_SOFTWARE = 1, PID_HARDWARE = 2 };
enum { TID_CALLS = 1, TID_IRQ = 2, TID_UNITS = 10 };

/* Something that lives from one event to another. */
struct life {
	RB_ENTRY(life) entry;
	const struct armdma_trace_record *begin;
	uint64_t id;
};
RB_HEAD(life_tree, life);

struct json {
	FILE *out;
	const struct armdma_trace *t;
	struct trace_sites sites;
	struct life_tree lives;
	uint64_t next_id, unmatched;
	uint64_t live_bytes;
	bool some;		/* an object was written: the next one needs a comma */
};

/* ---- Writing -------------------------------------------------------------- */

static void write_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(out, "\\u%04x", (unsigned char)*s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

/* Cycles as microseconds, exactly: a cycle is 0.00625 us. */
static void write_usecs(FILE *out, uint64_t cycles)
{
	fprintf(out, "%" PRIu64 ".%05" PRIu64, cycles / ARMDMA_CLOCK_MHZ,
		cycles % ARMDMA_CLOCK_MHZ * (100000 / ARMDMA_CLOCK_MHZ));
}

static void begin(struct json *j, const char *phase, const char *name, unsigned int pid, unsigned int tid)
{
	fprintf(j->out, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%u,\"name\":", j->some ? ",\n" : "", phase, pid,
		tid);
	write_string(j->out, name);
	j->some = true;
}

static void write_time(struct json *j, uint64_t cycles)
{
	fputs(",\"ts\":", j->out);
	write_usecs(j->out, cycles);
}

static void write_args(struct json *j, const struct armdma_trace_record *r)
{
	const struct armdma_event *ev = &r->ev;
	const char *sep = "";

#define NUMBER(key, cond, fmt, v)                                              \
	do {                                                                   \
		if (cond) {                                                    \
			fprintf(j->out, "%s\"" key "\":" fmt, sep, v);         \
			sep = ",";                                             \
		}                                                              \
	} while (0)
#define TEXT(key, cond, v)                                                     \
	do {                                                                   \
		if (cond) {                                                    \
			fprintf(j->out, "%s\"" key "\":", sep);                \
			write_string(j->out, v);                               \
			sep = ",";                                             \
		}                                                              \
	} while (0)
	fputs(",\"args\":{", j->out);
	NUMBER("addr", true, "\"0x%" PRIx64 "\"", ev->addr);
	NUMBER("pa", ev->pa, "\"0x%" PRIx64 "\"", ev->pa);
	NUMBER("len", ev->len, "%" PRIu64, ev->len);
	NUMBER("value", ev->value, "\"0x%" PRIx64 "\"", ev->value);
	NUMBER("flags", ev->flags, "%u", ev->flags);
	NUMBER("dir", ev->dir, "%d", (int)ev->dir);
	NUMBER("result", ev->result, "%d", ev->result);
	TEXT("device", r->dev, r->dev);
	TEXT("message", ev->type == ARMDMA_EV_MISUSE && ev->who, ev->who);
	TEXT("site", ev->site, j->sites.at[trace_site_index(&j->sites, ev->site)].where);
	fputs("}}", j->out);
#undef NUMBER
#undef TEXT
}

/* ---- Lives ---------------------------------------------------------------- */

static const char *kind_of(enum armdma_event_type type)
{
	switch (type) {
	case ARMDMA_EV_DMA_MAP:
	case ARMDMA_EV_DMA_UNMAP:
		return "dma_map";
	case ARMDMA_EV_DMA_ALLOC:
	case ARMDMA_EV_DMA_FREE:
		return "dma_alloc";
	case ARMDMA_EV_IOVA_ALLOC:
	case ARMDMA_EV_IOVA_FREE:
		return "iova";
	default:
		return NULL;
	}
}

/* Two mappings of one page by one device may have all in common: then the older one ends first. */
static int compare(const struct life *a, const struct life *b)
{
	const struct armdma_event *x = &a->begin->ev, *y = &b->begin->ev;
	const char *kx = kind_of(x->type), *ky = kind_of(y->type);
	int order = strcmp(kx, ky);

	if (order)
		return order;
	if (a->begin->dev != b->begin->dev)
		return strcmp(a->begin->dev ? a->begin->dev : "", b->begin->dev ? b->begin->dev : "");
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (!strcmp(kx, "iova") && x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	if (x->dir != y->dir)
		return x->dir < y->dir ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}
RB_GENERATE_INTERNAL(life_tree, life, entry, compare, static __attribute__((unused)))

static void write_life(struct json *j, const char *phase, const struct life *l,
		       const struct armdma_trace_record *now)
{
	static const char *const dirs[] = { "BIDIRECTIONAL", "TO_DEVICE", "FROM_DEVICE", "NONE" };
	const struct armdma_trace_record *r = l->begin;
	const char *kind = kind_of(r->ev.type);
	char name[96];

	snprintf(name, sizeof(name), "%s %s%" PRIu64 " bytes", r->dev ? r->dev : kind,
		 !strcmp(kind, "dma_map") ? dirs[r->ev.dir & 3] : "", r->ev.len);
	begin(j, phase, name, PID_SOFTWARE, TID_CALLS);
	fprintf(j->out, ",\"cat\":\"%s\",\"id\":\"0x%" PRIx64 "\"", kind, l->id);
	write_time(j, now->ev.time);
	write_args(j, now);
}

static int life_begins(struct json *j, const struct armdma_trace_record *r)
{
	struct life *l;

	if (r->ev.result)
		return 0;
	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->begin = r;
	l->id = ++j->next_id;
	RB_INSERT(life_tree, &j->lives, l);
	write_life(j, "b", l, r);
	return 0;
}

static void life_ends(struct json *j, const struct armdma_trace_record *r)
{
	struct life key = { .begin = r }, *l = RB_NFIND(life_tree, &j->lives, &key);

	if (l) {
		key.id = l->id;
		if (compare(&key, l))
			l = NULL;
	}
	if (!l) {
		j->unmatched++;	/* it began before the oldest event that is kept */
		return;
	}
	write_life(j, "e", l, r);
	RB_REMOVE(life_tree, &j->lives, l);
	free(l);
}

static void count_bytes(struct json *j, const struct armdma_trace_record *r, bool up)
{
	if (!up && j->live_bytes < r->ev.len)
		return;
	j->live_bytes += up ? r->ev.len : -r->ev.len;
	begin(j, "C", "mapped bytes", PID_SOFTWARE, TID_CALLS);
	write_time(j, r->ev.time);
	fprintf(j->out, ",\"args\":{\"bytes\":%" PRIu64 "}}", j->live_bytes);
}

/* ---- Events --------------------------------------------------------------- */

/* The trace's names are unique pointers: their number is the thread's. */
static unsigned int thread_of(const struct json *j, const char *who)
{
	for (size_t i = 0; i < j->t->nr_names; i++)
		if (j->t->names[i]->text == who)
			return TID_UNITS + (unsigned int)i;
	return TID_UNITS - 1;
}

/* `who` is a unit or master of the hardware. */
static bool has_unit(const struct armdma_event *ev)
{
	return ev->who && ev->type != ARMDMA_EV_MISUSE && ev->type != ARMDMA_EV_DMA_CALL;
}

static void write_instant(struct json *j, const struct armdma_trace_record *r)
{
	bool unit = has_unit(&r->ev);

	begin(j, "i", r->ev.type == ARMDMA_EV_DMA_CALL ? r->ev.who : armdma_event_name(r->ev.type), unit ? PID_HARDWARE : PID_SOFTWARE,
	      unit ? thread_of(j, r->ev.who) : r->in_irq ? TID_IRQ : TID_CALLS);
	fputs(",\"s\":\"t\"", j->out);
	write_time(j, r->ev.time);
	write_args(j, r);
}

static void write_bus(struct json *j, const struct armdma_trace_record *r)
{
	begin(j, "X", r->ev.type == ARMDMA_EV_BUS_READ ? "read" : "write", PID_HARDWARE,
	      thread_of(j, r->ev.who));
	write_time(j, r->ev.time);
	fputs(",\"dur\":", j->out);
	write_usecs(j->out, r->ev.value);
	write_args(j, r);
}

static void write_irq(struct json *j, const struct armdma_trace_record *r)
{
	char name[32];

	snprintf(name, sizeof(name), "irq %" PRIu64, r->ev.addr);
	begin(j, r->ev.type == ARMDMA_EV_IRQ_ENTER ? "B" : "E", name, PID_SOFTWARE, TID_IRQ);
	write_time(j, r->ev.time);
	fputc('}', j->out);
}

static int write_record(struct json *j, const struct armdma_trace_record *r)
{
	switch (r->ev.type) {
	case ARMDMA_EV_BUS_READ:
	case ARMDMA_EV_BUS_WRITE:
		write_bus(j, r);
		return 0;
	case ARMDMA_EV_IRQ_ENTER:
	case ARMDMA_EV_IRQ_EXIT:
		write_irq(j, r);
		return 0;
	case ARMDMA_EV_DMA_MAP:
	case ARMDMA_EV_DMA_ALLOC:
		if (!r->ev.result)
			count_bytes(j, r, true);
		return life_begins(j, r);
	case ARMDMA_EV_IOVA_ALLOC:
		return life_begins(j, r);
	case ARMDMA_EV_DMA_UNMAP:
	case ARMDMA_EV_DMA_FREE:
		count_bytes(j, r, false);
		life_ends(j, r);
		return 0;
	case ARMDMA_EV_IOVA_FREE:
		life_ends(j, r);
		return 0;
	default:
		write_instant(j, r);
		return 0;
	}
}

static void write_label(struct json *j, const char *what, unsigned int pid, unsigned int tid,
			const char *label)
{
	begin(j, "M", what, pid, tid);
	fputs(",\"args\":{\"name\":", j->out);
	write_string(j->out, label);
	fputs("}}", j->out);
}

static bool names_unit(const struct json *j, const char *name)
{
	const struct armdma_trace_record *r;

	for (size_t i = 0; (r = armdma_trace_get(j->t, i)); i++)
		if (r->ev.who == name && has_unit(&r->ev))
			return true;
	return false;
}

static void write_labels(struct json *j)
{
	write_label(j, "process_name", PID_SOFTWARE, 0, "software");
	write_label(j, "process_name", PID_HARDWARE, 0, "hardware");
	write_label(j, "thread_name", PID_SOFTWARE, TID_CALLS, "calls");
	write_label(j, "thread_name", PID_SOFTWARE, TID_IRQ, "interrupt handlers");
	for (size_t i = 0; i < j->t->nr_names; i++)
		if (names_unit(j, j->t->names[i]->text))
			write_label(j, "thread_name", PID_HARDWARE, TID_UNITS + (unsigned int)i,
				    j->t->names[i]->text);
}

int trace_write_json(const struct armdma_trace *t, FILE *out)
{
	struct json j = { .out = out, .t = t };
	const struct armdma_trace_record *r;
	struct life *l;
	int ret = trace_sites_collect(t, &j.sites);

	RB_INIT(&j.lives);
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n", out);
	write_labels(&j);
	for (size_t i = 0; !ret && (r = armdma_trace_get(t, i)); i++)
		ret = write_record(&j, r);
	fprintf(out, "\n],\"otherData\":{\"lost\":%" PRIu64 ",\"endsWithoutBegin\":%" PRIu64 "}}\n", t->lost,
		j.unmatched);
	while ((l = RB_ROOT(&j.lives))) {
		RB_REMOVE(life_tree, &j.lives, l);
		free(l);
	}
	trace_sites_free(&j.sites);
	return ret;
}
