/* SPDX-License-Identifier: BSD-2-Clause */
/* The operation log of cache maintenance: level, kind and range of each operation, and what they cost. */
#include "memory_rig.h"

#define IN ARMDMA_CACHE_INNER
#define OUT ARMDMA_CACHE_OUTER
#define UP ARMDMA_CACHE_OUTER_FIRST
#define C ARMDMA_CACHE_CLEAN
#define I ARMDMA_CACHE_INVALIDATE
#define F ARMDMA_CACHE_FLUSH

struct op {
	uint32_t level;
	enum armdma_cache_op op;
	uint32_t start, end;	/* offsets from RIG_BASE */
};

struct log {
	struct op ops[16];
	unsigned int n;
};

static void record(void *ctx, const struct armdma_event *ev)
{
	struct log *log = ctx;

	if (log->n < 16)
		log->ops[log->n] = (struct op){
			ev->flags, (enum armdma_cache_op)ev->value, (uint32_t)(ev->pa - RIG_BASE),
			(uint32_t)(ev->pa + ev->len - RIG_BASE),
		};
	log->n++;
}

struct row {
	const char *what;
	unsigned int levels;
	enum armdma_cache_op op;
	uint32_t start, len, line;
	unsigned int n;
	struct op want[6];
};

static const struct row rows[] = {
	{ "map TO_DEVICE of [0x1010,+0x30)", IN | OUT, C, 0x1010, 0x30, 32, 2,
	  { { IN, C, 0x1000, 0x1040 }, { OUT, C, 0x1000, 0x1040 } } },
	{ "map FROM_DEVICE of [0x1000,+0x40)", IN | OUT, I, 0x1000, 0x40, 32, 2,
	  { { IN, I, 0x1000, 0x1040 }, { OUT, I, 0x1000, 0x1040 } } },
	{ "its unmap", IN | OUT | UP, I, 0x1000, 0x40, 32, 2,
	  { { OUT, I, 0x1000, 0x1040 }, { IN, I, 0x1000, 0x1040 } } },
	{ "map FROM_DEVICE of [0x1010,+0x40)", IN | OUT, I, 0x1010, 0x40, 32, 6,
	  { { IN, F, 0x1000, 0x1020 }, { IN, I, 0x1020, 0x1040 }, { IN, F, 0x1040, 0x1060 },
	    { OUT, F, 0x1000, 0x1020 }, { OUT, I, 0x1020, 0x1040 }, { OUT, F, 0x1040, 0x1060 } } },
	{ "its unmap", IN | OUT | UP, I, 0x1010, 0x40, 32, 6,
	  { { OUT, F, 0x1000, 0x1020 }, { OUT, I, 0x1020, 0x1040 }, { OUT, F, 0x1040, 0x1060 },
	    { IN, F, 0x1000, 0x1020 }, { IN, I, 0x1020, 0x1040 }, { IN, F, 0x1040, 0x1060 } } },
	{ "invalidate inside one line", IN, I, 0x1008, 8, 32, 1, { { IN, F, 0x1000, 0x1020 } } },
	{ "invalidate of two partial lines", OUT, I, 0x1010, 0x20, 32, 2,
	  { { OUT, F, 0x1000, 0x1020 }, { OUT, F, 0x1020, 0x1040 } } },
	{ "invalidate with a partial end", IN, I, 0x1000, 0x30, 32, 2,
	  { { IN, I, 0x1000, 0x1020 }, { IN, F, 0x1020, 0x1040 } } },
	{ "flush of an allocation", IN | OUT, F, 0x1000, 0x3000, 32, 2,
	  { { IN, F, 0x1000, 0x4000 }, { OUT, F, 0x1000, 0x4000 } } },
	{ "clean of nothing still takes one line", IN, C, 0x1010, 0, 32, 1, { { IN, C, 0x1000, 0x1020 } } },
	{ "invalidate of nothing", IN | OUT, I, 0x1000, 0, 32, 0, { { 0, C, 0, 0 } } },
	{ "no level", 0, C, 0x1000, 64, 32, 0, { { 0, C, 0, 0 } } },
	{ "lines of 64 bytes", IN | OUT, I, 0x1010, 0x80, 64, 6,
	  { { IN, F, 0x1000, 0x1040 }, { IN, I, 0x1040, 0x1080 }, { IN, F, 0x1080, 0x10c0 },
	    { OUT, F, 0x1000, 0x1040 }, { OUT, I, 0x1040, 0x1080 }, { OUT, F, 0x1080, 0x10c0 } } },
};

static void operations_are_logged_level_by_level_with_edges_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct armdma_config cfg = rig_config();
		struct log log = { .n = 0 };
		struct armdma_hw *hw;

		cfg.inner_line = cfg.outer_line = row->line;
		hw = rig_open(&cfg);
		armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP),
				       record, &log);
		armdma_hw_cache_op(hw, row->levels, row->op, RIG_BASE + row->start, row->len);
		if (log.n != row->n)
			fail_msg("%s: %u operations, expected %u", row->what, log.n, row->n);
		for (unsigned int k = 0; k < row->n; k++) {
			const struct op *is = &log.ops[k], *want = &row->want[k];

			if (is->level != want->level || is->op != want->op ||
			    is->start != want->start || is->end != want->end)
				fail_msg("%s, operation %u: level %u kind %d 0x%x..0x%x", row->what, k,
					 is->level, (int)is->op, is->start, is->end);
		}
		armdma_hw_destroy(hw);
	}
}

static void zero_flush_is_logged_as_inner_then_outer_flush(void **state)
{
	struct armdma_hw *hw = rig();
	struct log log = { .n = 0 };

	(void)state;
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP), record, &log);
	armdma_hw_zero_flush(hw, RIG_BASE, 2 * RIG_PAGE);
	assert_int_equal(log.n, 2);
	assert_int_equal(log.ops[0].level, IN);
	assert_int_equal(log.ops[1].level, OUT);
	assert_int_equal(log.ops[1].op, F);
	assert_int_equal(log.ops[1].end, 2 * RIG_PAGE);
	armdma_hw_zero_cached(hw, RIG_BASE, RIG_PAGE);
	assert_int_equal(log.n, 2);
	armdma_hw_destroy(hw);
}

static void eviction_is_no_operation_of_software(void **state)
{
	struct armdma_hw *hw = rig();
	struct log log = { .n = 0 };

	(void)state;
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_CACHE_OP), record, &log);
	armdma_hw_evict(hw, RIG_BASE);
	assert_int_equal(log.n, 0);
	assert_int_equal(armdma_hw_now(hw), 0);
	armdma_hw_destroy(hw);
}

static void operations_are_counted_and_cost_time_by_lines_and_levels(void **state)
{
	struct armdma_hw *hw = rig();
	const struct armdma_costs *c = &armdma_hw_config(hw)->costs;
	struct armdma_hw_stats st;

	(void)state;
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, C, RIG_BASE + 16, 64);
	assert_int_equal(armdma_hw_now(hw), 3 * (c->inner_line + c->outer_line) + c->outer_sync);
	armdma_hw_cache_op(hw, IN, I, RIG_BASE, 32);
	armdma_hw_cache_op(hw, OUT, F, RIG_BASE, 32);
	armdma_hw_stats(hw, &st);
	assert_int_equal(st.cache_cleans, 2);
	assert_int_equal(st.cache_invalidates, 1);
	assert_int_equal(st.cache_flushes, 1);
	assert_int_equal(st.cache_lines, 8);
	armdma_hw_destroy(hw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_are_logged_level_by_level_with_edges_apart),
		cmocka_unit_test(zero_flush_is_logged_as_inner_then_outer_flush),
		cmocka_unit_test(eviction_is_no_operation_of_software),
		cmocka_unit_test(operations_are_counted_and_cost_time_by_lines_and_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
