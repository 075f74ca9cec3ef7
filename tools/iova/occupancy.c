/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of what is in use: see occupancy.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "occupancy.h"
#include "run.h"

#define SECTION_LG2 20u		/* 1 MiB: what one level-2 table covers */
#define MAX_UNITS 65536u	/* of a snapshot */
#define LEVELS 15u		/* of darkness */

struct snapshot {
	uint64_t first, n;	/* units */
	uint8_t *level;
};

struct occupancy {
	uint64_t granules, used, peak, touched, lowest, end, sections;
	unsigned int shift, section_shift;
	uint64_t *bits, *ever;
	uint32_t *in_section;
	/* history */
	uint32_t *freed;	/* allocation count + 1 at which each granule was freed last */
	unsigned int unit_lg2;	/* granules of a unit of the map */
	uint64_t units;
	uint32_t *in_unit;
	struct snapshot snap[RUN_COLUMNS];
};

static bool new_history(struct occupancy *o)
{
	o->unit_lg2 = o->shift < 16 ? 16 - o->shift : 0;
	while (o->granules >> o->unit_lg2 > MAX_UNITS)
		o->unit_lg2++;
	o->units = ((o->granules - 1) >> o->unit_lg2) + 1;
	o->in_unit = calloc(o->units, sizeof(*o->in_unit));
	o->freed = calloc(o->granules, sizeof(*o->freed));
	return o->in_unit && o->freed;
}

struct occupancy *occupancy_new(uint64_t granules, unsigned int shift, bool with_history)
{
	struct occupancy *o = calloc(1, sizeof(*o));
	uint64_t words = (granules + 63) / 64;

	if (!o)
		return NULL;
	o->granules = granules;
	o->shift = shift;
	o->lowest = granules;
	o->section_shift = shift < SECTION_LG2 ? SECTION_LG2 - shift : 0;
	o->bits = calloc(words, sizeof(*o->bits));
	o->ever = calloc(words, sizeof(*o->ever));
	o->in_section = calloc((granules >> o->section_shift) + 1, sizeof(*o->in_section));
	if (o->bits && o->ever && o->in_section && (!with_history || new_history(o)))
		return o;
	occupancy_free_all(o);
	return NULL;
}

void occupancy_free_all(struct occupancy *o)
{
	if (!o)
		return;
	for (unsigned int i = 0; i < RUN_COLUMNS; i++)
		free(o->snap[i].level);
	free(o->bits);
	free(o->ever);
	free(o->in_section);
	free(o->freed);
	free(o->in_unit);
	free(o);
}

/* Bits [at, at+n) of a word that begins at granule `word * 64`. */
static uint64_t word_mask(uint64_t word, uint64_t at, uint64_t end)
{
	uint64_t from = at > word * 64 ? at - word * 64 : 0, to = end - word * 64;
	uint64_t mask = ~0ull << from;

	return to < 64 ? mask & ((1ull << to) - 1) : mask;
}

bool occupancy_any(const struct occupancy *o, uint64_t at, uint64_t n)
{
	for (uint64_t w = at / 64; w * 64 < at + n; w++)
		if (o->bits[w] & word_mask(w, at, at + n))
			return true;
	return false;
}

bool occupancy_clear_in(const struct occupancy *o, uint64_t at, uint64_t n)
{
	for (uint64_t w = at / 64; w * 64 < at + n; w++)
		if (~o->bits[w] & word_mask(w, at, at + n))
			return true;
	return false;
}

/* Add n granules from `at` to, or with sign -1 take them from, counts of 2^lg2 granules each. Returns how many counts became or ceased to be 0. */
static uint64_t count(uint32_t *v, unsigned int lg2, uint64_t at, uint64_t n, int sign)
{
	uint64_t changed = 0;

	while (n) {
		uint64_t i = at >> lg2, room = ((i + 1) << lg2) - at, k = n < room ? n : room;

		changed += sign > 0 ? !v[i] : v[i] == k;
		v[i] = sign > 0 ? v[i] + (uint32_t)k : v[i] - (uint32_t)k;
		at += k;
		n -= k;
	}
	return changed;
}

static void note_reuse(const struct occupancy *o, uint64_t at, uint64_t n, uint64_t now, struct hist *reuse)
{
	uint32_t youngest = 0;

	for (uint64_t i = at; i < at + n; i++)
		if (o->freed[i] > youngest)
			youngest = o->freed[i];
	if (youngest)
		hist_add(reuse, (uint32_t)now + 1 - youngest);
}

bool occupancy_set(struct occupancy *o, uint64_t at, uint64_t n, uint64_t now, struct hist *reuse)
{
	uint64_t before = o->touched;

	if (o->freed && reuse)
		note_reuse(o, at, n, now, reuse);
	for (uint64_t w = at / 64; w * 64 < at + n; w++) {
		uint64_t mask = word_mask(w, at, at + n);

		o->bits[w] |= mask;
		o->touched += (uint64_t)__builtin_popcountll(mask & ~o->ever[w]);
		o->ever[w] |= mask;
	}
	o->sections += count(o->in_section, o->section_shift, at, n, 1);
	if (o->in_unit)
		count(o->in_unit, o->unit_lg2, at, n, 1);
	o->used += n;
	if (o->used > o->peak)
		o->peak = o->used;
	if (at < o->lowest)
		o->lowest = at;
	if (at + n > o->end)
		o->end = at + n;
	return o->touched - before == n;
}

void occupancy_clear(struct occupancy *o, uint64_t at, uint64_t n, uint64_t now)
{
	for (uint64_t w = at / 64; w * 64 < at + n; w++)
		o->bits[w] &= ~word_mask(w, at, at + n);
	o->sections -= count(o->in_section, o->section_shift, at, n, -1);
	if (o->in_unit)
		count(o->in_unit, o->unit_lg2, at, n, -1);
	o->used -= n;
	if (o->freed)
		for (uint64_t i = at; i < at + n; i++)
			o->freed[i] = (uint32_t)now + 1;
}

uint64_t occupancy_used(const struct occupancy *o)
{
	return o->used;
}

uint64_t occupancy_free(const struct occupancy *o)
{
	return o->granules - o->used;
}

uint64_t occupancy_sections(const struct occupancy *o)
{
	return o->sections;
}

uint64_t occupancy_largest_free(const struct occupancy *o)
{
	uint64_t run = 0, best = 0;

	for (uint64_t at = 0; at < o->granules;) {
		uint64_t word = o->bits[at / 64] >> at % 64, left = 64 - at % 64, n;

		if (left > o->granules - at)
			left = o->granules - at;
		n = word ? (uint64_t)__builtin_ctzll(word) : left;
		if (n >= left) {
			run += left;
			at += left;
		} else if (n) {
			run += n;
			at += n;
		} else {
			run = 0;
			word = ~word;
			n = word ? (uint64_t)__builtin_ctzll(word) : left;
			at += n < left ? n : left;
		}
		if (run > best)
			best = run;
	}
	return best;
}

void occupancy_extent(const struct occupancy *o, uint64_t *lowest, uint64_t *end, uint64_t *touched, uint64_t *peak)
{
	*lowest = o->touched ? o->lowest : 0;
	*end = o->end;
	*touched = o->touched;
	*peak = o->peak;
}

/* ---- The map --------------------------------------------------------------- */

int occupancy_snapshot(struct occupancy *o, unsigned int column)
{
	struct snapshot *s = &o->snap[column];
	uint64_t last;

	if (!o->in_unit || !o->touched)
		return 0;
	s->first = o->lowest >> o->unit_lg2;
	last = (o->end - 1) >> o->unit_lg2;
	s->n = last - s->first + 1;
	s->level = malloc(s->n);
	if (!s->level)
		return -ENOMEM;
	/* 255 is full; the least use shows. */
	for (uint64_t i = 0; i < s->n; i++) {
		uint64_t used = o->in_unit[s->first + i];

		s->level[i] = (uint8_t)(used ? 1 + used * 254 / (1ull << o->unit_lg2) : 0);
	}
	return 0;
}

/* Mean level of units [from, from+n) in a snapshot, as a digit. */
static char digit(const struct snapshot *s, uint64_t from, uint64_t n)
{
	uint64_t sum = 0, level;

	for (uint64_t i = from; i < from + n; i++)
		if (s->level && i >= s->first && i - s->first < s->n)
			sum += s->level[i - s->first];
	level = sum ? 1 + sum * (LEVELS - 1) / (255 * n) : 0;
	return "0123456789abcdef"[level > LEVELS ? LEVELS : level];
}

void occupancy_map(const struct occupancy *o, struct check_result *c)
{
	uint64_t first, last, each;

	if (!o->in_unit || !o->touched)
		return;
	first = o->lowest >> o->unit_lg2;
	last = (o->end - 1) >> o->unit_lg2;
	each = (last - first) / RUN_MAX_ROWS + 1;
	c->map_base = first << (o->unit_lg2 + o->shift);
	c->map_unit = each << (o->unit_lg2 + o->shift);
	c->map_rows = (unsigned int)((last - first) / each) + 1;
	for (unsigned int row = 0; row < c->map_rows; row++) {
		for (unsigned int col = 0; col < c->nr_samples; col++)
			c->map[row][col] = digit(&o->snap[col], first + row * each, each);
		c->map[row][c->nr_samples] = 0;
	}
}
