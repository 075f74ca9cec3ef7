/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Value change dump: signals of the units that the trace names, a scope for each.
 *
 * Things that happen in an instant (a TLB fill, a register access) are variables of type event, with what they were about in
 * vectors beside them. A bus channel is high as long as its bursts take.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trace/internal.h"

#define PS_PER_CYCLE (1000000u / ARMDMA_CLOCK_MHZ)
#define UNIT_PS 10u	/* of the file's time */

enum var_type { EVENT, WIRE, REG };

struct var {
	const char *name;
	enum var_type type;
	unsigned int bits;
};

/* Groups of signals. The first is the one that an event of the group fires, or the wire that it drives. */
enum group { BUS_READ, BUS_WRITE, FILL, INVALIDATE, WALK, FAULT, BLOCKED, REG_READ, REG_WRITE, FRAME, LINE, CPU, NR_GROUPS };

#define MAX_VARS 5

static const struct group_shape {
	const char *scope;
	struct var vars[MAX_VARS];
} shapes[NR_GROUPS] = {
	[BUS_READ] = { "bus", { { "read", WIRE, 1 }, { "read_iova", REG, 40 }, { "read_pa", REG, 40 },
				{ "read_bytes", REG, 32 }, { "read_resp", REG, 2 } } },
	[BUS_WRITE] = { "bus", { { "write", WIRE, 1 }, { "write_iova", REG, 40 }, { "write_pa", REG, 40 },
				 { "write_bytes", REG, 32 }, { "write_resp", REG, 2 } } },
	[FILL] = { "tlb", { { "fill", EVENT, 1 }, { "fill_iova", REG, 32 }, { "fill_pa", REG, 40 },
			    { "fill_bytes", REG, 32 } } },
	[INVALIDATE] = { "tlb", { { "inv", EVENT, 1 }, { "inv_iova", REG, 32 }, { "inv_bytes", REG, 32 },
				  { "inv_dropped", REG, 16 } } },
	[WALK] = { "tlb", { { "walk", EVENT, 1 }, { "walk_iova", REG, 32 }, { "walk_pa", REG, 40 },
			    { "walk_word", REG, 32 }, { "walk_level", REG, 2 } } },
	[FAULT] = { "tlb", { { "fault", EVENT, 1 }, { "fault_iova", REG, 32 }, { "fault_bit", REG, 5 },
			     { "fault_write", REG, 1 } } },
	[BLOCKED] = { "tlb", { { "blocked", WIRE, 1 } } },
	[REG_READ] = { "registers", { { "rd", EVENT, 1 }, { "rd_addr", REG, 40 }, { "rd_data", REG, 32 } } },
	[REG_WRITE] = { "registers", { { "wr", EVENT, 1 }, { "wr_addr", REG, 40 }, { "wr_data", REG, 32 } } },
	[FRAME] = { "camera", { { "frame", EVENT, 1 }, { "frame_number", REG, 32 }, { "frame_buffer", REG, 6 },
				{ "frame_lost", REG, 1 } } },
	[LINE] = { "irq", { { "level", WIRE, 1 } } },
	[CPU] = { "irq", { { "in_handler", WIRE, 1 }, { "handling", REG, 8 } } },
};

/* The signals of one group of one unit. */
struct signals {
	enum group group;
	const char *who;	/* the trace's name; NULL for interrupts */
	uint64_t line;		/* LINE only */
	unsigned int id;	/* of the first variable */
	uint64_t falls;		/* BUS_*: cycle in which the channel is idle again; 0: it is */
};

struct vcd {
	FILE *out;
	struct signals *at;
	size_t nr, cap;
	unsigned int next_id;
	uint64_t now;		/* cycle whose time was written last */
	bool started;
};

/* ---- Which signals there are ------------------------------------------------ */

static int group_of(enum armdma_event_type type)
{
	switch (type) {
	case ARMDMA_EV_BUS_READ: return BUS_READ;
	case ARMDMA_EV_BUS_WRITE: return BUS_WRITE;
	case ARMDMA_EV_TLB_FILL: return FILL;
	case ARMDMA_EV_TLB_INV: return INVALIDATE;
	case ARMDMA_EV_WALK: return WALK;
	case ARMDMA_EV_FAULT: return FAULT;
	case ARMDMA_EV_BLOCK: return BLOCKED;
	case ARMDMA_EV_REG_READ: return REG_READ;
	case ARMDMA_EV_REG_WRITE: return REG_WRITE;
	case ARMDMA_EV_FRAME: return FRAME;
	case ARMDMA_EV_IRQ_LEVEL: return LINE;
	case ARMDMA_EV_IRQ_ENTER:
	case ARMDMA_EV_IRQ_EXIT: return CPU;
	default: return -1;
	}
}

static unsigned int nr_vars(enum group g)
{
	unsigned int n = 0;

	while (n < MAX_VARS && shapes[g].vars[n].name)
		n++;
	return n;
}

static struct signals *find(const struct vcd *v, enum group g, const struct armdma_trace_record *r)
{
	uint64_t line = g == LINE ? r->ev.addr : 0;

	for (size_t i = 0; i < v->nr; i++)
		if (v->at[i].group == g && v->at[i].who == r->ev.who && v->at[i].line == line)
			return &v->at[i];
	return NULL;
}

static int by_scope(const void *a, const void *b)
{
	const struct signals *x = a, *y = b;
	int order = strcmp(shapes[x->group].scope, shapes[y->group].scope);

	if (!order)
		order = strcmp(x->who ? x->who : "", y->who ? y->who : "");
	if (!order && x->line != y->line)
		order = x->line < y->line ? -1 : 1;
	return order ? order : (int)x->group - (int)y->group;
}

static int collect(struct vcd *v, const struct armdma_trace *t)
{
	const struct armdma_trace_record *r;

	for (size_t i = 0; (r = armdma_trace_get(t, i)); i++) {
		int g = group_of(r->ev.type);

		if (g < 0 || find(v, (enum group)g, r))
			continue;
		if (v->nr == v->cap) {
			size_t cap = v->cap ? 2 * v->cap : 64;
			struct signals *at = realloc(v->at, cap * sizeof(*at));

			if (!at)
				return -ENOMEM;
			v->at = at;
			v->cap = cap;
		}
		v->at[v->nr++] = (struct signals){
			.group = (enum group)g, .who = r->ev.who, .line = g == LINE ? r->ev.addr : 0,
		};
	}
	if (v->nr)
		qsort(v->at, v->nr, sizeof(*v->at), by_scope);
	for (size_t i = 0; i < v->nr; i++) {
		v->at[i].id = v->next_id;
		v->next_id += nr_vars(v->at[i].group);
	}
	return 0;
}

/* ---- The head ----------------------------------------------------------------- */

/* Identifiers are numbers in the printable characters. */
static void write_id(FILE *out, unsigned int id)
{
	do {
		fputc('!' + (int)(id % 94), out);
		id /= 94;
	} while (id);
}

static void write_var(FILE *out, const struct var *var, const struct signals *s, unsigned int id)
{
	static const char *const types[] = { [EVENT] = "event", [WIRE] = "wire", [REG] = "reg" };

	fprintf(out, "$var %s %u ", types[var->type], var->bits);
	write_id(out, id);
	if (s->group == LINE && s->line >= ARMDMA_NR_IRQS)
		fprintf(out, " combiner_%" PRIu64 "_%" PRIu64 " $end\n", (s->line - ARMDMA_NR_IRQS) / 8,
			s->line % 8);
	else if (s->group == LINE)
		fprintf(out, " line%" PRIu64 " $end\n", s->line);
	else if (var->bits > 1)
		fprintf(out, " %s [%u:0] $end\n", var->name, var->bits - 1);
	else
		fprintf(out, " %s $end\n", var->name);
}

/* A name as identifiers of hardware languages are. */
static void write_scope(FILE *out, const char *name)
{
	fputs("$scope module ", out);
	for (; *name; name++)
		fputc(strchr("-. []", *name) ? '_' : *name, out);
	fputs(" $end\n", out);
}

static bool same_unit(const struct signals *a, const struct signals *b)
{
	return a->who == b->who && !strcmp(shapes[a->group].scope, shapes[b->group].scope);
}

static void write_head(struct vcd *v)
{
	fprintf(v->out, "$version libarmdma $end\n$timescale %u ps $end\n", UNIT_PS);
	write_scope(v->out, "armdma");
	for (size_t i = 0; i < v->nr; i++) {
		struct signals *s = &v->at[i], *before = i ? s - 1 : NULL, *after = i + 1 < v->nr ? s + 1 : NULL;
		const char *scope = shapes[s->group].scope;

		if (!before || strcmp(scope, shapes[before->group].scope))
			write_scope(v->out, scope);
		if (s->who && (!before || !same_unit(s, before)))
			write_scope(v->out, s->who);
		for (unsigned int k = 0; k < nr_vars(s->group); k++)
			write_var(v->out, &shapes[s->group].vars[k], s, s->id + k);
		if (s->who && (!after || !same_unit(s, after)))
			fputs("$upscope $end\n", v->out);
		if (!after || strcmp(scope, shapes[after->group].scope))
			fputs("$upscope $end\n", v->out);
	}
	fputs("$upscope $end\n$enddefinitions $end\n", v->out);
}

/* ---- Changes -------------------------------------------------------------------- */

static void at_time(struct vcd *v, uint64_t cycles)
{
	if (v->started && cycles == v->now)
		return;
	fprintf(v->out, "#%" PRIu64 "\n", cycles * (PS_PER_CYCLE / UNIT_PS));
	v->now = cycles;
	v->started = true;
}

static void change(struct vcd *v, const struct signals *s, unsigned int k, uint64_t value)
{
	const struct var *var = &shapes[s->group].vars[k];

	if (var->bits == 1) {
		fputc('0' + (int)(value & 1), v->out);
	} else {
		int top = (int)var->bits - 1;

		while (top > 0 && !(value >> top & 1))
			top--;
		fputc('b', v->out);
		for (; top >= 0; top--)
			fputc('0' + (int)(value >> top & 1), v->out);
		fputc(' ', v->out);
	}
	write_id(v->out, s->id + k);
	fputc('\n', v->out);
}

/* Before the first event: wires are low unless the ring has lost how they came to be, the rest is not known. */
static void write_initial(struct vcd *v, const struct armdma_trace *t)
{
	const struct armdma_trace_record *first = armdma_trace_get(t, 0);

	at_time(v, first && t->lost ? first->ev.time : 0);
	fputs("$dumpvars\n", v->out);
	for (size_t i = 0; i < v->nr; i++)
		for (unsigned int k = 0; k < nr_vars(v->at[i].group); k++) {
			const struct var *var = &shapes[v->at[i].group].vars[k];
			bool known = var->type == WIRE &&
				     (!t->lost || v->at[i].group == BUS_READ || v->at[i].group == BUS_WRITE);

			if (var->type == EVENT)
				continue;
			if (known)
				fputc('0', v->out);
			else
				fputs(var->bits == 1 ? "x" : "bx ", v->out);
			write_id(v->out, v->at[i].id + k);
			fputc('\n', v->out);
		}
	fputs("$end\n", v->out);
}

/* Channels whose bursts have ended by then, in the order of time. */
static void let_fall(struct vcd *v, uint64_t until)
{
	for (;;) {
		struct signals *next = NULL;

		for (size_t i = 0; i < v->nr; i++)
			if (v->at[i].falls && v->at[i].falls <= until &&
			    (!next || v->at[i].falls < next->falls))
				next = &v->at[i];
		if (!next)
			return;
		at_time(v, next->falls);
		change(v, next, 0, 0);
		next->falls = 0;
	}
}

/* Values of a group's variables from the second on. */
static void values_of(enum group g, const struct armdma_event *ev, uint64_t *val)
{
	val[1] = ev->addr;
	val[2] = ev->pa;
	val[3] = ev->len;
	switch (g) {
	case BUS_READ:
	case BUS_WRITE:
		val[4] = (uint64_t)ev->result;
		break;
	case INVALIDATE:
		val[2] = ev->len;
		val[3] = ev->value;
		break;
	case WALK:
		val[3] = ev->value;
		val[4] = ev->flags;
		break;
	case FAULT:
		val[2] = ev->value;
		val[3] = ev->dir == ARMDMA_FROM_DEVICE;
		break;
	case REG_READ:
	case REG_WRITE:
		val[2] = ev->value;
		break;
	case FRAME:
		val[2] = ev->value;
		val[3] = ev->result != 0;
		break;
	default:
		break;
	}
}

static uint64_t level_of(enum group g, const struct armdma_event *ev)
{
	if (g == CPU)
		return ev->type == ARMDMA_EV_IRQ_ENTER;
	return g == LINE || g == BLOCKED ? ev->value : 1;
}

static void write_record(struct vcd *v, const struct armdma_trace_record *r)
{
	uint64_t val[MAX_VARS];
	int group = group_of(r->ev.type);
	struct signals *s;

	if (group < 0)
		return;
	s = find(v, (enum group)group, r);
	let_fall(v, r->ev.time);
	at_time(v, r->ev.time);
	values_of(s->group, &r->ev, val);
	for (unsigned int k = 1; k < nr_vars(s->group); k++)
		change(v, s, k, val[k]);
	change(v, s, 0, level_of(s->group, &r->ev));
	if (s->group == BUS_READ || s->group == BUS_WRITE)
		s->falls = r->ev.time + (r->ev.value ? r->ev.value : 1);
}

int trace_write_vcd(const struct armdma_trace *t, FILE *out)
{
	struct vcd v = { .out = out };
	const struct armdma_trace_record *r;
	int ret = collect(&v, t);

	if (!ret) {
		write_head(&v);
		write_initial(&v, t);
		for (size_t i = 0; (r = armdma_trace_get(t, i)); i++)
			write_record(&v, r);
		let_fall(&v, UINT64_MAX);
	}
	free(v.at);
	return ret;
}
