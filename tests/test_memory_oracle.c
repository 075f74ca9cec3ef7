/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory against an explicit two-level cache: each line with its inner data and fill value, its outer data and
 * dirty bit, and DRAM. Slow and obvious; compared after every one of many random operations.
 */
#include "memory_rig.h"
#include "sim/memory/internal.h"

#define PAGES 3u
#define BYTES (PAGES * (unsigned int)ARMDMA_PAGE_SIZE)
#define STEPS 200000u

struct oline {
	bool in_inner, in_outer;
	bool forced, odirty;
	bool master_wrote;
	uint8_t c[64];		/* what the CPU reads */
	uint8_t fill[64];	/* what the inner line was filled with */
	uint8_t o[64];		/* outer data */
	uint8_t d[64];		/* DRAM */
};

struct model {
	unsigned int lsize, nlines;
	bool refill, aliased;
	struct oline lines[BYTES / 32];
};

struct run {
	struct armdma_hw *hw;
	struct model m;
	uint8_t *cpu[2];	/* two cached mappings of the same pages */
	uint8_t *uncached;	/* or NULL */
	uint64_t rnd, seed;
	unsigned int step;
	const char *what;
	uint32_t from, to;	/* bytes that the step worked on */
	bool op_done;		/* what the adversary does now comes after the step */
	struct armdma_event later[1024];
	unsigned int nr_later, choices;
};

/* ---- the model --------------------------------------------------------- */

static const uint8_t *o_base(const struct oline *l)
{
	return l->in_inner ? l->fill : l->in_outer ? l->o : l->d;
}

static bool o_dirty(const struct model *m, const struct oline *l)
{
	return l->forced || memcmp(l->c, o_base(l), m->lsize);
}

/* A store allocates; it shows by the bytes it changed. */
static void o_settle(const struct model *m, struct oline *l)
{
	if (!l->in_inner && o_dirty(m, l)) {
		memcpy(l->fill, o_base(l), m->lsize);
		l->in_inner = true;
	}
}

static void o_inner_clean(const struct model *m, struct oline *l)
{
	o_settle(m, l);
	if (!o_dirty(m, l))
		return;
	memcpy(l->o, l->c, m->lsize);
	memcpy(l->fill, l->c, m->lsize);
	l->in_outer = l->odirty = true;
	l->forced = false;
}

static void o_outer_clean(const struct model *m, struct oline *l)
{
	o_settle(m, l);
	if (!l->odirty)
		return;
	memcpy(l->d, l->o, m->lsize);
	l->odirty = l->master_wrote = false;
}

static void o_inner_inv(const struct model *m, struct oline *l)
{
	const uint8_t *below = l->in_outer ? l->o : l->d;

	memcpy(l->c, below, m->lsize);
	memcpy(l->fill, below, m->lsize);
	l->forced = false;
	l->in_inner = m->refill;
	if (!memcmp(l->fill, l->d, m->lsize))
		l->master_wrote = false;
}

static void o_outer_inv(const struct model *m, struct oline *l)
{
	o_settle(m, l);
	l->odirty = false;
	l->in_outer = m->refill;
	memcpy(l->o, l->d, m->lsize);
	if (!l->in_inner)
		memcpy(l->c, l->d, m->lsize);
	l->master_wrote = memcmp(o_base(l), l->d, m->lsize);
}

static void o_flush(const struct model *m, struct oline *l)
{
	o_inner_clean(m, l);
	o_outer_clean(m, l);
	o_outer_inv(m, l);
	o_inner_inv(m, l);
}

static void o_level(const struct model *m, struct oline *l, unsigned int level, bool clean, bool inv)
{
	if (clean)
		level == ARMDMA_CACHE_INNER ? o_inner_clean(m, l) : o_outer_clean(m, l);
	if (inv)
		level == ARMDMA_CACHE_INNER ? o_inner_inv(m, l) : o_outer_inv(m, l);
}

/* One level's loop over a range, as the CPU's routines run it. */
static void o_range(struct model *m, unsigned int level, enum armdma_cache_op op, uint32_t off, uint32_t len)
{
	uint32_t first = off / m->lsize, end = (off + len + m->lsize - 1) / m->lsize;

	if (op != ARMDMA_CACHE_INVALIDATE) {
		if (end == first)
			end++;
		for (uint32_t i = first; i < end; i++)
			o_level(m, &m->lines[i], level, true, op == ARMDMA_CACHE_FLUSH);
		return;
	}
	if (!len)
		return;
	for (uint32_t i = first; i < end; i++) {
		bool edge = (i == first && off % m->lsize) ||
			    (i == end - 1 && (off + len) % m->lsize);

		o_level(m, &m->lines[i], level, edge, true);
	}
}

static void o_cache_op(struct model *m, unsigned int levels, enum armdma_cache_op op, uint32_t off, uint32_t len)
{
	bool outer_first = levels & ARMDMA_CACHE_OUTER_FIRST;

	if (outer_first && levels & ARMDMA_CACHE_OUTER)
		o_range(m, ARMDMA_CACHE_OUTER, op, off, len);
	if (levels & ARMDMA_CACHE_INNER)
		o_range(m, ARMDMA_CACHE_INNER, op, off, len);
	if (!outer_first && levels & ARMDMA_CACHE_OUTER)
		o_range(m, ARMDMA_CACHE_OUTER, op, off, len);
}

static void o_store(struct model *m, uint32_t off, uint8_t v)
{
	m->lines[off / m->lsize].c[off % m->lsize] = v;
}

static void o_master_write(struct model *m, uint32_t off, const uint8_t *buf, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		struct oline *l = &m->lines[(off + i) / m->lsize];
		uint32_t b = (off + i) % m->lsize;

		if (i == 0 || b == 0) {
			o_settle(m, l);
			if (l->in_inner || l->in_outer)
				l->master_wrote = true;
		}
		l->d[b] = buf[i];
		if (!l->in_inner && !l->in_outer)
			l->c[b] = buf[i];
	}
}

static void o_coherent_write(struct model *m, uint32_t off, const uint8_t *buf, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		struct oline *l = &m->lines[(off + i) / m->lsize];
		uint32_t b = (off + i) % m->lsize;

		if (i == 0 || b == 0)
			o_flush(m, l);
		l->c[b] = l->d[b] = l->o[b] = l->fill[b] = buf[i];
	}
}

static uint8_t o_coherent_byte(const struct model *m, uint32_t off)
{
	const struct oline *l = &m->lines[off / m->lsize];
	const uint8_t *from = o_dirty(m, l) ? l->c : l->odirty ? l->o : l->d;

	return from[off % m->lsize];
}

static void o_zero_flush(struct model *m, uint32_t off, uint32_t len)
{
	for (uint32_t i = off / m->lsize; i < (off + len) / m->lsize; i++) {
		struct oline *l = &m->lines[i];

		memset(l, 0, sizeof(*l));
		l->in_inner = l->in_outer = m->refill;
	}
}

static struct armdma_line_state o_state(const struct model *m, const struct oline *l)
{
	struct armdma_line_state st = { .dirty = o_dirty(m, l), .outer_dirty = l->odirty };

	st.absent = !l->in_inner && !l->in_outer && !st.dirty;
	/* Beside an uncached mapping nobody can tell who changed DRAM. */
	st.stale = memcmp(o_base(l), l->d, m->lsize) &&
		   (!l->odirty || l->master_wrote || m->aliased);
	return st;
}

/* ---- comparing --------------------------------------------------------- */

static void wrong(const struct run *r, const char *view, uint32_t off, unsigned int is, unsigned int want)
{
	fail_msg("seed %llu step %u (%s of 0x%x..0x%x): %s at 0x%x is 0x%x, expected 0x%x",
		 (unsigned long long)r->seed, r->step, r->what, r->from, r->to, view, off, is, want);
}

static void check_line(const struct run *r, uint32_t i)
{
	struct armdma_line_state want = o_state(&r->m, &r->m.lines[i]);
	struct armdma_line_state is;
	uint32_t off = i * r->m.lsize;

	assert_int_equal(armdma_hw_line_state(r->hw, RIG_BASE + off, &is), 0);
	if (is.dirty != want.dirty)
		wrong(r, "dirty", off, is.dirty, want.dirty);
	if (is.outer_dirty != want.outer_dirty)
		wrong(r, "outer_dirty", off, is.outer_dirty, want.outer_dirty);
	if (is.stale != want.stale)
		wrong(r, "stale", off, is.stale, want.stale);
	if (is.absent != want.absent)
		wrong(r, "absent", off, is.absent, want.absent);
	assert_false(is.uncached);
}

static void check_bytes(const struct run *r)
{
	static _Thread_local uint8_t dram[BYTES];

	/* Only looking: no time passes, nobody chooses. */
	assert_int_equal(armdma_hw_phys_read(r->hw, RIG_BASE, dram, BYTES), 0);
	for (uint32_t i = 0; i < r->m.nlines; i++) {
		const struct oline *l = &r->m.lines[i];
		uint32_t off = i * r->m.lsize;

		if (memcmp(r->cpu[0] + off, l->c, r->m.lsize))
			for (uint32_t b = 0; b < r->m.lsize; b++)
				if (r->cpu[0][off + b] != l->c[b])
					wrong(r, "CPU's byte", off + b, r->cpu[0][off + b], l->c[b]);
		if (memcmp(dram + off, l->d, r->m.lsize))
			for (uint32_t b = 0; b < r->m.lsize; b++)
				if (dram[off + b] != l->d[b])
					wrong(r, "DRAM", off + b, dram[off + b], l->d[b]);
	}
	if (r->uncached && memcmp(r->uncached, dram, BYTES))
		wrong(r, "the uncached mapping", 0, 0, 0);
}

/* What the bits of a page must satisfy whatever happened. */
static void check_page(const struct run *r, uint32_t idx)
{
	const struct mem_page *p = &r->hw->mem->pages[idx];
	uint64_t marks = 0, lines = 0;

	for (int w = 0; w < LINE_WORDS; w++) {
		marks |= p->mark[w];
		lines |= p->outer[w] | p->forced[w] | p->absent[w] | p->oabsent[w];
		if (p->odirty[w] & ~p->outer[w])
			wrong(r, "odirty without outer", idx, w, 0);
		if (p->oabsent[w] & p->outer[w])
			wrong(r, "outer line that is absent", idx, w, 0);
		if (p->absent[w] & p->oabsent[w] & p->mark[w])
			wrong(r, "absent line with a mark", idx, w, 0);
	}
	if (marks && !(p->flags & MP_MARKED))
		wrong(r, "MP_MARKED missing in page", idx, 0, 1);
	if (lines && !(p->flags & MP_LINES))
		wrong(r, "MP_LINES missing in page", idx, 0, 1);
	if (r->m.refill)
		for (int w = 0; w < LINE_WORDS; w++)
			if (p->absent[w] | p->oabsent[w])
				wrong(r, "absent line in page", idx, 1, 0);
}

static void check(const struct run *r)
{
	uint32_t first = r->from / r->m.lsize, last = r->to / r->m.lsize;

	check_bytes(r);
	if (r->step % 512 == 0) {
		first = 0;
		last = r->m.nlines - 1;
	}
	if (last >= r->m.nlines)
		last = r->m.nlines - 1;
	for (uint32_t i = first; i <= last; i++)
		check_line(r, i);
	for (uint32_t p = 0; p < PAGES; p++)
		check_page(r, p);
}

/* ---- the adversary ----------------------------------------------------- */

/* What caches may do to a line by themselves: write back what is dirty, drop what is not. */
static void o_choice(struct run *r, const struct armdma_event *ev)
{
	uint32_t off = (uint32_t)(ev->pa - RIG_BASE);
	struct oline *l = &r->m.lines[off / r->m.lsize];
	bool inner = ev->flags & ARMDMA_CACHE_INNER, outer = ev->flags & ARMDMA_CACHE_OUTER;

	assert_true(off < BYTES && off % r->m.lsize == 0 && ev->len == r->m.lsize);
	o_settle(&r->m, l);
	if (ev->value == ARMDMA_CHOICE_EVICT) {
		if (inner && !o_dirty(&r->m, l))
			wrong(r, "eviction of a clean inner line", off, 1, 0);
		if (outer && !inner && !l->odirty)
			wrong(r, "eviction of a clean outer line", off, 1, 0);
		if (inner)
			o_inner_clean(&r->m, l);
		if (outer)
			o_outer_clean(&r->m, l);
		if (!inner || !outer)
			return;
	} else {
		assert_int_equal(ev->value, ARMDMA_CHOICE_FILL);
		if (inner && o_dirty(&r->m, l))
			wrong(r, "fill over a dirty inner line", off, 1, 0);
		if (outer && l->odirty)
			wrong(r, "fill over a dirty outer line", off, 1, 0);
	}
	if (outer)
		o_outer_inv(&r->m, l);
	if (inner)
		o_inner_inv(&r->m, l);
}

/* Choices come before a step and after it; the model does the step when the memory has. */
static void on_event(void *ctx, const struct armdma_event *ev)
{
	struct run *r = ctx;

	if (ev->type == ARMDMA_EV_CACHE_OP) {
		r->op_done = true;
		return;
	}
	r->choices++;
	if (!r->op_done) {
		o_choice(r, ev);
		return;
	}
	assert_true(r->nr_later < sizeof(r->later) / sizeof(r->later[0]));
	r->later[r->nr_later++] = *ev;
}

/* ---- the operations ---------------------------------------------------- */

/* Mostly a few lines around the first page's end, so that things meet. */
static void pick_range(struct run *r, uint32_t maxlen)
{
	uint32_t len = rig_below(&r->rnd, maxlen + 1), off;

	if (rig_below(&r->rnd, 8))
		off = (uint32_t)ARMDMA_PAGE_SIZE - 160 + rig_below(&r->rnd, 320);
	else
		off = rig_below(&r->rnd, BYTES);
	if (!rig_below(&r->rnd, 3))
		off &= ~31u;
	if (!rig_below(&r->rnd, 3))
		len = (len + 31) & ~31u;
	if (off + len > BYTES)
		len = BYTES - off;
	r->from = off;
	r->to = off + len;
}

static void do_store(struct run *r)
{
	uint8_t *cpu = r->cpu[rig_below(&r->rnd, 2)];

	r->what = "store";
	pick_range(r, 40);
	for (uint32_t i = r->from; i < r->to; i++) {
		/* Few values: many stores are silent. */
		uint8_t v = (uint8_t)rig_below(&r->rnd, 3);

		cpu_set(cpu + i, v);
		o_store(&r->m, i, v);
	}
}

static void do_cache_op(struct run *r)
{
	static const unsigned int levels[] = {
		ARMDMA_CACHE_INNER, ARMDMA_CACHE_OUTER, ARMDMA_CACHE_ALL,
		ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST,
		ARMDMA_CACHE_OUTER | ARMDMA_CACHE_OUTER_FIRST,
	};
	static const char *const names[] = { "clean", "invalidate", "flush" };
	enum armdma_cache_op op = (enum armdma_cache_op)rig_below(&r->rnd, 3);
	unsigned int l = levels[rig_below(&r->rnd, 5)];
	uint32_t max = rig_below(&r->rnd, 50) ? 120 : BYTES;

	r->what = names[op];
	pick_range(r, max);
	armdma_hw_cache_op(r->hw, l, op, RIG_BASE + r->from, r->to - r->from);
	o_cache_op(&r->m, l, op, r->from, r->to - r->from);
}

static void do_master(struct run *r)
{
	uint8_t buf[256];
	uint32_t len;
	bool coherent = !rig_below(&r->rnd, 4);

	r->what = coherent ? "coherent write" : "master's write";
	pick_range(r, 100);
	len = r->to - r->from;
	if (!len)
		return;
	for (uint32_t i = 0; i < len; i++)
		buf[i] = (uint8_t)rig_below(&r->rnd, 3);
	if (coherent) {
		mem_write_coherent(r->hw, RIG_BASE + r->from, buf, len);
		o_coherent_write(&r->m, r->from, buf, len);
	} else if (r->uncached && rig_below(&r->rnd, 2)) {
		r->what = "uncached store";
		memcpy(r->uncached + r->from, buf, len);
		o_master_write(&r->m, r->from, buf, len);
	} else {
		mem_write(r->hw, RIG_BASE + r->from, buf, len);
		o_master_write(&r->m, r->from, buf, len);
	}
}

static void do_coherent_read(struct run *r)
{
	uint8_t buf[256];

	r->what = "coherent read";
	pick_range(r, 100);
	mem_read_coherent(r->hw, RIG_BASE + r->from, buf, r->to - r->from);
	for (uint32_t i = r->from; i < r->to; i++)
		if (buf[i - r->from] != o_coherent_byte(&r->m, i))
			wrong(r, "coherent byte", i, buf[i - r->from], o_coherent_byte(&r->m, i));
}

static void do_evict(struct run *r)
{
	r->what = "eviction";
	pick_range(r, 0);
	if (r->from >= BYTES)
		r->from = r->to = BYTES - 1;
	armdma_hw_evict(r->hw, RIG_BASE + r->from);
	o_flush(&r->m, &r->m.lines[r->from / r->m.lsize]);
}

static void do_touch(struct run *r)
{
	r->what = "touch";
	pick_range(r, 40);
	armdma_hw_touch(r->hw, r->cpu[rig_below(&r->rnd, 2)] + r->from, r->to - r->from);
	for (uint32_t i = r->from; i < r->to; i++)
		r->m.lines[i / r->m.lsize].forced |= !r->m.aliased;
}

static void do_zero(struct run *r)
{
	uint32_t page = rig_below(&r->rnd, PAGES) * (uint32_t)ARMDMA_PAGE_SIZE;

	r->from = page;
	r->to = page + (uint32_t)ARMDMA_PAGE_SIZE;
	if (rig_below(&r->rnd, 2)) {
		r->what = "zero_flush";
		armdma_hw_zero_flush(r->hw, RIG_BASE + page, ARMDMA_PAGE_SIZE);
		o_zero_flush(&r->m, page, (uint32_t)ARMDMA_PAGE_SIZE);
	} else {
		r->what = "zero_cached";
		armdma_hw_zero_cached(r->hw, RIG_BASE + page, ARMDMA_PAGE_SIZE);
		for (uint32_t i = r->from; i < r->to; i++)
			o_store(&r->m, i, 0);
	}
}

static void step(struct run *r)
{
	uint32_t die = rig_below(&r->rnd, 1000);

	r->op_done = false;
	if (die < 350)
		do_store(r);
	else if (die < 700)
		do_cache_op(r);
	else if (die < 880)
		do_master(r);
	else if (die < 910)
		do_coherent_read(r);
	else if (die < 940)
		do_evict(r);
	else if (die < 997)
		do_touch(r);
	else
		do_zero(r);
	for (unsigned int i = 0; i < r->nr_later; i++)
		o_choice(r, &r->later[i]);
	r->nr_later = 0;
}

static void run_config(struct armdma_config cfg, uint32_t line, bool aliased, uint64_t seed, unsigned int steps)
{
	static _Thread_local struct run r;
	armdma_pfn_t pfns[PAGES];

	cfg.inner_line = cfg.outer_line = line;
	cfg.wbuf_max = 0;
	memset(&r, 0, sizeof(r));
	r.hw = rig_open(&cfg);
	r.rnd = r.seed = seed;
	r.m.lsize = line;
	r.m.nlines = BYTES / line;
	r.m.aliased = aliased;
	r.m.refill = aliased || (cfg.cpu_speculates && cfg.cache_policy != ARMDMA_CACHE_NON_SPECULATING);
	for (uint32_t i = 0; i < r.m.nlines; i++)
		r.m.lines[i].in_inner = r.m.lines[i].in_outer = true;
	for (uint32_t i = 0; i < PAGES; i++)
		pfns[i] = rig_pfn(RIG_BASE) + i;
	r.cpu[0] = armdma_hw_linear(r.hw, RIG_BASE);
	assert_int_equal(armdma_hw_map(r.hw, ARMDMA_SPACE_VMALLOC, pfns, PAGES, ARMDMA_MT_CACHED,
				       (void **)&r.cpu[1]), 0);
	if (aliased)
		assert_int_equal(armdma_hw_map(r.hw, ARMDMA_SPACE_USER, pfns, PAGES,
					       ARMDMA_MT_UNCACHED, (void **)&r.uncached), 0);
	if (cfg.cache_policy == ARMDMA_CACHE_ADVERSARY)
		assert_int_equal(armdma_event_subscribe(armdma_hw_events(r.hw), ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP) |
							ARMDMA_EV_BIT(ARMDMA_EV_CHOICE), on_event, &r), 0);
	for (r.step = 1; r.step <= steps; r.step++) {
		step(&r);
		check(&r);
	}
	if (cfg.cache_policy == ARMDMA_CACHE_ADVERSARY)
		assert_true(r.choices > steps / 4);
	armdma_hw_destroy(r.hw);
}

static void run(uint32_t line, enum armdma_cache_policy policy, bool aliased, uint64_t seed)
{
	struct armdma_config cfg = rig_config();

	cfg.cache_policy = policy;
	run_config(cfg, line, aliased, seed, STEPS);
}

/* Every choice is legal where it is made, does what the model says, and nothing else changes. */
static void run_adversary(uint32_t line, bool speculates, bool aliased, uint32_t intensity, uint64_t seed)
{
	struct armdma_config cfg = rig_config();

	cfg.cache_policy = ARMDMA_CACHE_ADVERSARY;
	cfg.adversary_intensity = intensity;
	cfg.cpu_speculates = speculates;
	cfg.seed = seed;
	run_config(cfg, line, aliased, seed, STEPS / 5);
}

static void pessimal_cache_with_32_byte_lines_equals_the_model(void **state)
{
	(void)state;
	run(32, ARMDMA_CACHE_PESSIMAL, false, 1);
}

static void pessimal_cache_with_64_byte_lines_equals_the_model(void **state)
{
	(void)state;
	run(64, ARMDMA_CACHE_PESSIMAL, false, 2);
}

static void non_speculating_cache_with_32_byte_lines_equals_the_model(void **state)
{
	(void)state;
	run(32, ARMDMA_CACHE_NON_SPECULATING, false, 3);
}

static void non_speculating_cache_with_64_byte_lines_equals_the_model(void **state)
{
	(void)state;
	run(64, ARMDMA_CACHE_NON_SPECULATING, false, 4);
}

static void cached_alias_of_uncached_pages_equals_the_model(void **state)
{
	(void)state;
	run(32, ARMDMA_CACHE_PESSIMAL, true, 5);
	run(64, ARMDMA_CACHE_NON_SPECULATING, true, 6);
}

static void adversary_does_what_a_speculating_cache_may(void **state)
{
	(void)state;
	run_adversary(32, true, false, 20, 7);
	run_adversary(32, true, false, 300, 8);
	run_adversary(64, true, false, 20, 9);
}

static void adversary_does_what_a_non_speculating_cache_may(void **state)
{
	(void)state;
	run_adversary(32, false, false, 20, 10);
	run_adversary(64, false, false, 100, 11);
}

static void adversary_spares_no_alias_of_uncached_pages(void **state)
{
	(void)state;
	run_adversary(32, true, true, 20, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pessimal_cache_with_32_byte_lines_equals_the_model),
		cmocka_unit_test(pessimal_cache_with_64_byte_lines_equals_the_model),
		cmocka_unit_test(non_speculating_cache_with_32_byte_lines_equals_the_model),
		cmocka_unit_test(non_speculating_cache_with_64_byte_lines_equals_the_model),
		cmocka_unit_test(cached_alias_of_uncached_pages_equals_the_model),
		cmocka_unit_test(adversary_does_what_a_speculating_cache_may),
		cmocka_unit_test(adversary_does_what_a_non_speculating_cache_may),
		cmocka_unit_test(adversary_spares_no_alias_of_uncached_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
