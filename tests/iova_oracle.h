/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slow and obvious model of an IO address space: one byte a granule, places tried one after the other.
 *
 * It decides where a policy has to put a request, by the rule of the policy, and is told what became of it.
 */
#ifndef TESTS_IOVA_ORACLE_H
#define TESTS_IOVA_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/iova.h>

struct oracle {
	struct armdma_iova_space space;
	enum armdma_iova_align rule;	/* in force */
	uint64_t total, nr_used, peak;
	unsigned char *used;
	uint64_t cursor;		/* of next-fit and top-down; granules */
};

static inline void oracle_open(struct oracle *o, const struct armdma_iova_space *space, enum armdma_iova_align own)
{
	*o = (struct oracle){ .space = *space, .rule = space->align ? space->align : own };
	o->total = space->size / space->granule;
	o->used = calloc(1, (size_t)o->total + 1);
}

static inline void oracle_close(struct oracle *o)
{
	free(o->used);
	o->used = NULL;
}

/* All granules of the range have the value. */
static inline bool oracle_all(const struct oracle *o, uint64_t at, uint64_t n, unsigned char value)
{
	return !memchr(o->used + at, !value, (size_t)n);
}

static inline void oracle_paint(struct oracle *o, uint64_t at, uint64_t n, unsigned char value)
{
	memset(o->used + at, value, (size_t)n);
	o->nr_used += value ? n : -n;
	if (o->nr_used > o->peak)
		o->peak = o->nr_used;
}

/* Places of a request for n granules are at first, first + step, first + 2 step... */
static inline void oracle_places(const struct oracle *o, const struct armdma_iova_request *req, uint64_t n, uint64_t *first,
				 uint64_t *step)
{
	uint64_t g = o->space.granule, page;
	bool absolute = true;

	*step = 1;
	*first = 0;
	if (req->align) {
		*step = req->align > g ? req->align / g : 1;
	} else if (o->rule == ARMDMA_IOVA_ALIGN_CAPPED) {
		for (unsigned int order = 0; order < o->space.align_order && *step < n; order++)
			*step *= 2;
		absolute = false;
	} else if (o->rule == ARMDMA_IOVA_ALIGN_FULL) {
		while (*step < n)
			*step *= 2;
	} else if (o->rule == ARMDMA_IOVA_ALIGN_PAGES) {
		for (page = g; page && page <= n * g; page *= 2)
			if (o->space.page_sizes & page)
				*step = page / g;
	}
	if (absolute && (o->space.base / g) % *step)
		*first = *step - (o->space.base / g) % *step;
}

/* How many granules, from the base on, lie below the limit as a whole. */
static inline uint64_t oracle_end(const struct oracle *o, const struct armdma_iova_request *req)
{
	uint64_t end = o->total;

	if (!req->limit || req->limit >= o->space.base + (o->space.size - 1))
		return end;
	if (req->limit < o->space.base)
		return 0;
	return (req->limit - o->space.base + 1) / o->space.granule;
}

static inline uint64_t oracle_count(const struct oracle *o, const struct armdma_iova_request *req)
{
	return (req->size - 1) / o->space.granule + 1;
}

/* The lowest place from `from` on, or -1; nothing crosses a multiple of span. */
static inline int64_t oracle_first(const struct oracle *o, const struct armdma_iova_request *req, uint64_t from, uint64_t span)
{
	uint64_t n = oracle_count(o, req), end = oracle_end(o, req), first, step, at;

	oracle_places(o, req, n, &first, &step);
	at = first;
	if (at < from)
		at += (from - at + step - 1) / step * step;
	while (at + n <= end) {
		const unsigned char *busy = memchr(o->used + at, 1, (size_t)n), *idle;

		if (!busy && at / span == (at + n - 1) / span)
			return (int64_t)at;
		/* On to the first place behind what is in the way, at a granule that is free. */
		idle = busy ? memchr(busy, 0, (size_t)(o->used + end - busy)) : o->used + at + 1;
		if (!idle)
			return -1;
		at += ((uint64_t)(idle - o->used) - at + step - 1) / step * step;
	}
	return -1;
}

/* The highest place that ends at or below end, or -1. */
static inline int64_t oracle_last(const struct oracle *o, const struct armdma_iova_request *req, uint64_t end)
{
	uint64_t n = oracle_count(o, req), first, step, at;

	if (oracle_end(o, req) < end)
		end = oracle_end(o, req);
	oracle_places(o, req, n, &first, &step);
	if (end < n || end - n < first)
		return -1;
	for (at = first + (end - n - first) / step * step;; at -= step) {
		if (oracle_all(o, at, n, 0))
			return (int64_t)at;
		if (at < first + step)
			return -1;
	}
}

static inline uint64_t oracle_longest_free(const struct oracle *o)
{
	uint64_t run = 0, longest = 0;

	for (uint64_t i = 0; i < o->total; i++) {
		run = o->used[i] ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	return longest;
}

#endif
