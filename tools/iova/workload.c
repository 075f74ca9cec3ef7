/* SPDX-License-Identifier: BSD-2-Clause */
/* Workloads in memory: see workload.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"
#include "workload.h"

void workload_init(struct workload *w)
{
	*w = (struct workload){ .seed = 1 };
}

void workload_free(struct workload *w)
{
	free(w->info);
	free(w->spaces);
	free(w->ops);
	free(w->pieces);
	workload_init(w);
}

int workload_info(struct workload *w, const char *key, const char *value)
{
	size_t old = w->info ? strlen(w->info) : 0;
	size_t need = old + strlen(key) + strlen(value) + 3;
	char *p = realloc(w->info, need);

	if (!p)
		return -ENOMEM;
	w->info = p;
	snprintf(p + old, need - old, "%s=%s\n", key, value);
	for (p += old; *p; p++)	/* one line */
		if (*p == '\n' && p[1])
			*p = ' ';
	return 0;
}

bool workload_info_get(const struct workload *w, const char *key, char *buf, size_t len)
{
	size_t keylen = strlen(key);

	for (const char *s = w->info; s && *s; s = strchr(s, '\n') + 1) {
		if (strncmp(s, key, keylen) || s[keylen] != '=')
			continue;
		s += keylen + 1;
		snprintf(buf, len, "%.*s", (int)strcspn(s, "\n"), s);
		return true;
	}
	return false;
}

int workload_add_space(struct workload *w, const struct space *s)
{
	void *p;

	if (w->nr_spaces >= WORKLOAD_MAX_SPACES)
		return -E2BIG;
	p = tool_grow(w->spaces, w->nr_spaces, &w->cap_spaces, sizeof(*s));
	if (!p)
		return -ENOMEM;
	w->spaces = p;
	w->spaces[w->nr_spaces] = *s;
	return (int)w->nr_spaces++;
}

int workload_add(struct workload *w, struct op *op)
{
	void *p;

	if (w->nr_ops >= UINT32_MAX)
		return -E2BIG;
	p = tool_grow(w->ops, w->nr_ops, &w->cap_ops, sizeof(*op));
	if (!p)
		return -ENOMEM;
	w->ops = p;
	if (op->kind == OP_ALLOC)
		op->id = w->nr_allocs++;
	if (op->thread >= w->nr_threads)
		w->nr_threads = op->thread + 1u;
	w->ops[w->nr_ops++] = *op;
	return 0;
}

int workload_add_piece(struct workload *w, size_t at, uint64_t pa, uint64_t size)
{
	struct op *op = &w->ops[at];
	void *p;

	if (op->nr_pieces && op->pieces + op->nr_pieces != w->nr_pieces) {
		/* Another allocation's pieces lie in between: move these behind them. */
		uint32_t from = op->pieces, n = op->nr_pieces;

		op->nr_pieces = 0;
		for (uint32_t i = 0; i < n; i++) {
			struct piece old = w->pieces[from + i];
			int ret = workload_add_piece(w, at, old.pa, old.size);

			if (ret)
				return ret;
		}
	}
	if (w->nr_pieces >= UINT32_MAX)
		return -E2BIG;
	p = tool_grow(w->pieces, w->nr_pieces, &w->cap_pieces, sizeof(*w->pieces));
	if (!p)
		return -ENOMEM;
	w->pieces = p;
	if (!op->nr_pieces)
		op->pieces = (uint32_t)w->nr_pieces;
	w->pieces[w->nr_pieces++] = (struct piece){ pa, size };
	op->nr_pieces++;
	return 0;
}

/* ---- Does it make sense ---------------------------------------------------- */

struct checked {
	uint64_t left;		/* bytes not yet freed */
	uint64_t size;
	uint16_t space;
};

static const char *check_alloc(const struct workload *w, const struct op *op, struct checked *c, uint32_t *next)
{
	const struct space *s = &w->spaces[op->space];

	if (op->id != (*next)++)
		return "an allocation out of order";
	if (!op->size || op->size > s->size)
		return "an allocation of no size, or larger than its space";
	if (op->align_lg2 > 63 || op->dir > 2)
		return "an alignment or direction that does not exist";
	if (op->nr_pieces > w->nr_pieces || op->pieces > w->nr_pieces - op->nr_pieces)
		return "pieces beyond the list of pieces";
	c[op->id] = (struct checked){ op->size, op->size, op->space };
	return NULL;
}

static const char *check_free(const struct op *op, struct checked *c, uint32_t next)
{
	struct checked *a = &c[op->id];

	if (op->id >= next)
		return "a free of what is not allocated yet";
	if (a->space != op->space)
		return "a free in another space than the allocation";
	if (op->flags & OP_PART && (!op->size || op->offset > a->size || op->size > a->size - op->offset))
		return "a part that leaves its allocation";
	if (op->kind == OP_UNMAP)
		return a->left ? NULL : "an unmap of what is freed already";
	if (!a->left || (op->flags & OP_PART && op->size > a->left))
		return "a free of what is freed already";
	a->left = op->flags & OP_PART ? a->left - op->size : 0;
	return NULL;
}

static const char *check_space(const struct space *s)
{
	if (!s->granule || s->granule & (s->granule - 1) || s->granule > 1u << 30)
		return "a granule that is no power of two";
	if (!s->size || s->size % s->granule || s->base % s->granule || s->size - 1 > UINT64_MAX - s->base)
		return "a space whose base or size is no multiple of its granule";
	return s->align_order > 62 ? "an alignment cap beyond 62" : NULL;
}

int workload_check(const struct workload *w, char *err, size_t errlen)
{
	struct checked *c = calloc(w->nr_allocs ? w->nr_allocs : 1, sizeof(*c));
	const char *why = NULL;
	uint32_t next = 0;
	size_t i;

	if (!c) {
		snprintf(err, errlen, "out of memory");
		return -ENOMEM;
	}
	for (i = 0; i < w->nr_spaces && !why; i++)
		why = check_space(&w->spaces[i]);
	if (why) {
		snprintf(err, errlen, "space %zu: %s", i - 1, why);
		free(c);
		return -EINVAL;
	}
	for (i = 0; i < w->nr_ops && !why; i++) {
		const struct op *op = &w->ops[i];

		if (op->space >= w->nr_spaces)
			why = "a space that does not exist";
		else if (op->kind == OP_ALLOC)
			why = check_alloc(w, op, c, &next);
		else if (op->kind == OP_FREE || op->kind == OP_UNMAP)
			why = check_free(op, c, next);
	}
	free(c);
	if (!why)
		return 0;
	snprintf(err, errlen, "operation %zu: %s", i - 1, why);
	return -EINVAL;
}
