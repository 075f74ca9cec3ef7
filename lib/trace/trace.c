/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring of events, and the choice of an exporter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/machine.h>

#include "lib/trace/internal.h"

#define DEFAULT_CAPACITY 65536

/* ---- Names ------------------------------------------------------------- */

static const char *add_name(struct armdma_trace *t, const char *text)
{
	struct trace_name **names, *n;

	names = realloc(t->names, (t->nr_names + 1) * sizeof(*names));
	if (!names)
		return NULL;
	t->names = names;
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->lent = text;
	memcpy(n->text, text, strnlen(text, sizeof(n->text) - 1));
	names[t->nr_names++] = n;
	return n->text;
}

/* The trace's own copy of a unit's or device's name; NULL when there is none, or no memory for it. */
static const char *own_name(struct armdma_trace *t, const char *text)
{
	if (!text)
		return NULL;
	for (size_t i = 0; i < t->nr_names; i++)
		if (t->names[i]->lent == text && !strncmp(t->names[i]->text, text, sizeof(t->names[i]->text) - 1))
			return t->names[i]->text;
	for (size_t i = 0; i < t->nr_names; i++)
		if (!strncmp(t->names[i]->text, text, sizeof(t->names[i]->text) - 1)) {
			t->names[i]->lent = text;
			return t->names[i]->text;
		}
	return add_name(t, text);
}

/* ---- The ring ---------------------------------------------------------- */

/* Messages are each record's own. */
static void drop(struct armdma_trace_record *r)
{
	if (r->ev.type == ARMDMA_EV_MISUSE)
		free((char *)(uintptr_t)r->ev.who);
	r->ev.who = NULL;
}

static struct armdma_trace_record *next_place(struct armdma_trace *t)
{
	struct armdma_trace_record *r;

	if (t->len < t->capacity)
		return &t->ring[(t->first + t->len++) % t->capacity];
	r = &t->ring[t->first];
	drop(r);
	t->first = (t->first + 1) % t->capacity;
	t->lost++;
	return r;
}

static void record(void *ctx, const struct armdma_event *ev)
{
	struct armdma_trace *t = ctx;
	struct armdma_trace_record *r = next_place(t);

	r->ev = *ev;
	if (ev->type == ARMDMA_EV_MISUSE)
		r->ev.who = ev->who ? strdup(ev->who) : NULL;
	else
		r->ev.who = own_name(t, ev->who);
	r->dev = ev->dev ? own_name(t, armdma_device_name(ev->dev)) : NULL;
	r->in_irq = armdma_hw_in_irq(t->hw);
}

int armdma_trace_start(struct armdma_trace **out, struct armdma_hw *hw,
		       const struct armdma_trace_config *cfg)
{
	struct armdma_trace *t;

	*out = NULL;
#ifdef ARMDMA_NO_TRACE
	return -ENOSYS;
#endif
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->hw = hw;
	t->mask = cfg && cfg->mask ? cfg->mask & ARMDMA_EV_ALL : ARMDMA_EV_ALL;
	t->capacity = cfg && cfg->capacity ? cfg->capacity : DEFAULT_CAPACITY;
	t->ring = calloc(t->capacity, sizeof(*t->ring));
	if (!t->ring || armdma_event_subscribe_within(armdma_hw_events(hw), t->mask, record, t)) {
		free(t->ring);
		free(t);
		return -ENOMEM;
	}
	*out = t;
	return 0;
}

void armdma_trace_stop(struct armdma_trace *t)
{
	if (!t->hw)
		return;
	armdma_event_subscribe(armdma_hw_events(t->hw), 0, record, t);
	t->hw = NULL;
}

void armdma_trace_clear(struct armdma_trace *t)
{
	for (size_t i = 0; i < t->len; i++)
		drop(&t->ring[(t->first + i) % t->capacity]);
	t->first = t->len = 0;
	t->lost = 0;
}

void armdma_trace_free(struct armdma_trace *t)
{
	if (!t)
		return;
	armdma_trace_stop(t);
	armdma_trace_clear(t);
	for (size_t i = 0; i < t->nr_names; i++)
		free(t->names[i]);
	free(t->names);
	free(t->ring);
	free(t);
}

size_t armdma_trace_len(const struct armdma_trace *t)
{
	return t->len;
}

uint64_t armdma_trace_lost(const struct armdma_trace *t)
{
	return t->lost;
}

const struct armdma_trace_record *armdma_trace_get(const struct armdma_trace *t, size_t i)
{
	return i < t->len ? &t->ring[(t->first + i) % t->capacity] : NULL;
}

static bool is_named(const struct armdma_trace_record *r, const char *name)
{
	return (r->ev.who && !strcmp(r->ev.who, name)) || (r->dev && !strcmp(r->dev, name));
}

size_t armdma_trace_count(const struct armdma_trace *t, enum armdma_event_type type, const char *name)
{
	const struct armdma_trace_record *r;
	size_t n = 0;

	for (size_t i = 0; (r = armdma_trace_get(t, i)); i++)
		n += r->ev.type == type && (!name || is_named(r, name));
	return n;
}

/* ---- Files --------------------------------------------------------------- */

int armdma_trace_write(const struct armdma_trace *t, enum armdma_trace_format format, FILE *out)
{
	static int (*const writers[])(const struct armdma_trace *, FILE *) = {
		[ARMDMA_TRACE_FTRACE] = trace_write_ftrace,
		[ARMDMA_TRACE_DAT] = trace_write_dat,
		[ARMDMA_TRACE_JSON] = trace_write_json,
		[ARMDMA_TRACE_VCD] = trace_write_vcd,
	};
	int ret;

	if ((unsigned int)format >= sizeof(writers) / sizeof(writers[0]))
		return -EINVAL;
	errno = 0;
	ret = writers[format](t, out);
	if (ret)
		return ret;
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

int armdma_trace_save(const struct armdma_trace *t, enum armdma_trace_format format, const char *path)
{
	FILE *out = fopen(path, "wb");
	int ret;

	if (!out)
		return -errno;
	ret = armdma_trace_write(t, format, out);
	if (fclose(out) && !ret)
		ret = -errno;
	return ret;
}
