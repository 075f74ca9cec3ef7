/* SPDX-License-Identifier: BSD-2-Clause */
/* One run: which choice is taken, which others there would have been, and which lines devices touch. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/explore/internal.h"

bool list_add(struct choice_list *l, const struct departure *d)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct departure *bigger = realloc(l->d, cap * sizeof(*bigger));

		if (!bigger)
			return false;
		l->d = bigger;
		l->cap = cap;
	}
	l->d[l->n++] = *d;
	return true;
}

/* ---- what devices touch ---------------------------------------------------- */

static void touch(struct armdma_explorer *x, armdma_phys_t pa, uint64_t len)
{
	armdma_phys_t line = pa & ~(armdma_phys_t)(x->line - 1);

	for (; line < pa + len; line += x->line) {
		struct departure d = { .pa = line };
		bool is_new = false;

		if (!table_get(&x->touched, line + 1, &is_new) || (is_new && !list_add(&x->lines, &d)))
			x->out_of_memory = true;
	}
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	struct armdma_explorer *x = ctx;

	if (ev->pa != ARMDMA_MAPPING_ERROR)
		touch(x, ev->pa, ev->type == ARMDMA_EV_WALK ? 4 : ev->len);
}

/* ---- states that came up before ----------------------------------------------- */

static uint64_t memory_hash(const struct armdma_explorer *x)
{
	struct armdma_hw *hw = armdma_machine_hw(x->m);
	uint64_t h = 1;

	for (size_t i = 0; i < x->lines.n; i++) {
		uint64_t words[2][8] = { { 0 } };	/* of 64 bytes at most */

		armdma_hw_phys_read(hw, x->lines.d[i].pa, words[0], x->line);
		armdma_hw_cache_read(hw, x->lines.d[i].pa, words[1], x->line);
		for (unsigned int w = 0; w < x->line / 8; w++)
			h = hash_mix(hash_mix(h, words[0][w]), words[1][w]);
	}
	return h;
}

/* From here on another run has gone, with no more departures: this one need not be followed. */
static bool is_known(struct armdma_explorer *x)
{
	uint64_t key = hash_mix(memory_hash(x), x->cfg.hash(x->m, x->cfg.ctx)) | 1, *run;
	bool is_new;

	run = table_get(&x->visited, key, &is_new);
	if (!run) {
		x->out_of_memory = true;
		return false;
	}
	if (is_new)
		*run = x->res.runs;
	return *run != x->res.runs;
}

/* ---- choices ---------------------------------------------------------------------- */

static bool same(const struct departure *d, const struct armdma_choice *c)
{
	return d->point == c->point && d->kind == c->kind && d->levels == c->levels && d->pa == c->pa;
}

/* Is this the next departure of the schedule? One that has not come up by now never will. */
static bool is_due(struct armdma_explorer *x, const struct armdma_choice *c)
{
	const struct departure *d = &x->s.d[x->taken];

	if (x->taken == x->s.n || x->lost)
		return false;
	if (c->point > d->point) {
		x->lost = true;
		return false;
	}
	if (!same(d, c))
		return false;
	if (d->before && d->before != x->offered) {
		x->lost = true;
		return false;
	}
	return true;
}

/* Declined before in this very state: the other branch has been a candidate already. */
static bool is_repeated(struct armdma_explorer *x, const struct armdma_choice *c)
{
	uint64_t key = hash_mix(hash_mix(c->kind + 1u, c->levels), c->pa) | 1, *was;
	uint64_t state = armdma_hw_choice_state(armdma_machine_hw(x->m), c);
	bool is_new;

	was = table_get(&x->declined, key, &is_new);
	if (!was) {
		x->out_of_memory = true;
		return false;
	}
	if (!is_new && *was == state)
		return true;
	*was = state;
	return false;
}

static bool wanted(const struct armdma_explorer *x, const struct armdma_choice *c)
{
	if (!(x->cfg.kinds >> c->kind & 1))
		return false;
	if (c->kind != ARMDMA_CHOICE_EVICT && c->kind != ARMDMA_CHOICE_FILL)
		return true;
	return x->cfg.single_levels || c->levels == ARMDMA_CACHE_ALL ||
	       (c->kind == ARMDMA_CHOICE_EVICT && c->levels == ARMDMA_CACHE_OUTER);
}

static void add_child(struct armdma_explorer *x, const struct armdma_choice *c, uint64_t before)
{
	struct departure d = {
		.point = c->point, .pa = c->pa, .kind = (uint8_t)c->kind, .levels = (uint8_t)c->levels, .before = before,
	};

	if (!list_add(&x->children, &d))
		x->out_of_memory = true;
}

/* After the last departure of a schedule that no other goes on from, nothing is of interest. */
static void look_ahead(struct armdma_explorer *x)
{
	if (!x->expanding && x->taken == x->s.n)
		armdma_hw_chooser_wait(armdma_machine_hw(x->m), UINT64_MAX);
}

static bool choose(void *ctx, const struct armdma_choice *c)
{
	struct armdma_explorer *x = ctx;
	bool past = x->taken == x->s.n && x->expanding;

	x->offered = hash_mix(hash_mix(hash_mix(x->offered, c->point), (uint64_t)c->kind << 8 | c->levels), c->pa) | 1;
	if (past && x->cfg.hash && c->point != x->last_point && is_known(x)) {
		past = x->expanding = false;
		look_ahead(x);
	}
	x->last_point = c->point;
	if (is_due(x, c)) {
		x->taken++;
		look_ahead(x);
		return true;
	}
	if (!x->expanding || !wanted(x, c))
		return false;
	if (!x->cfg.every_point && is_repeated(x, c))
		return false;
	if (past)
		add_child(x, c, x->offered);
	return false;
}

int watch_attach(struct armdma_explorer *x, struct armdma_machine *m)
{
	uint64_t mask = ARMDMA_EV_BIT(ARMDMA_EV_BUS_READ) | ARMDMA_EV_BIT(ARMDMA_EV_BUS_WRITE) | ARMDMA_EV_BIT(ARMDMA_EV_WALK);
	int ret = armdma_event_subscribe(armdma_machine_events(m), mask, on_event, x);

	if (ret)
		return ret;
	x->m = m;
	x->line = armdma_hw_config(armdma_machine_hw(m))->inner_line;
	ret = armdma_hw_set_chooser(armdma_machine_hw(m), choose, x);
	if (!ret)
		look_ahead(x);
	return ret;
}
