/* SPDX-License-Identifier: BSD-2-Clause */
/* The lab's own trace format: what is written comes back, and what is damaged is noticed and never more than that. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"
#include "generate.h"
#include "tool.h"

struct bytes {
	char *p;
	size_t n;
};

static struct bytes written(const struct workload *w)
{
	struct bytes b;
	FILE *f = open_memstream(&b.p, &b.n);

	assert_non_null(f);
	assert_int_equal(format_write(w, f), 0);
	assert_int_equal(fclose(f), 0);
	return b;
}

static int parsed(const char *p, size_t n, struct workload *w, struct format_report *r)
{
	workload_init(w);
	return format_parse((const unsigned char *)p, n, w, r);
}

static void assert_equal_workloads(const struct workload *a, const struct workload *b, size_t nr_ops)
{
	assert_true(a->nr_ops >= nr_ops);
	assert_int_equal(b->nr_ops, nr_ops);
	for (size_t i = 0; i < nr_ops; i++) {
		const struct op *x = &a->ops[i], *y = &b->ops[i];

		assert_int_equal(x->kind, y->kind);
		assert_int_equal(x->flags, y->flags);
		assert_int_equal(x->dir, y->dir);
		assert_int_equal(x->align_lg2, y->align_lg2);
		assert_int_equal(x->space, y->space);
		assert_int_equal(x->thread, y->thread);
		assert_int_equal(x->nsecs, y->nsecs);
		if (x->kind != OP_RELIEF && (x->kind == OP_ALLOC || x->kind == OP_ROOM || x->flags & OP_PART)) {
			assert_int_equal(x->size, y->size);
			assert_int_equal(x->limit, y->limit);
		}
		if (x->kind <= OP_UNMAP)
			assert_int_equal(x->id, y->id);
		if (x->kind != OP_ALLOC)
			continue;
		assert_int_equal(x->recorded, y->recorded);
		assert_int_equal(x->nr_pieces, y->nr_pieces);
		for (uint32_t k = 0; k < x->nr_pieces; k++) {
			assert_int_equal(a->pieces[x->pieces + k].pa, b->pieces[y->pieces + k].pa);
			assert_int_equal(a->pieces[x->pieces + k].size, b->pieces[y->pieces + k].size);
		}
	}
}

/* Every kind of operation, with every property, values of all widths; more than one block of them. */
static void make_random(struct workload *w, uint64_t seed, unsigned int n)
{
	struct space s = { .name = "dev", .size = 1ull << 40, .granule = 4096, .align_order = 8 };
	uint32_t live[64], nr_live = 0;

	workload_init(w);
	w->seed = seed;
	assert_int_equal(workload_info(w, "source", "a\nb"), 0);
	assert_int_equal(workload_add_space(w, &s), 0);
	s.base = 1ull << 40;
	assert_int_equal(workload_add_space(w, &s), 1);
	for (unsigned int i = 0; i < n; i++) {
		uint32_t dice = tool_below(&seed, 10);
		struct op op = { .space = 0, .thread = (uint16_t)tool_below(&seed, 3), .nsecs = tool_random(&seed) >> tool_below(&seed, 64) };

		if (dice < 6 && nr_live < 64) {
			op.kind = OP_ALLOC;
			op.dir = (uint8_t)tool_below(&seed, 3);
			op.flags = dice == 0 ? OP_COHERENT : 0;
			op.size = 2 + (tool_random(&seed) >> (24 + tool_below(&seed, 39)));
			op.limit = dice == 1 ? tool_random(&seed) | 1 : 0;
			op.align_lg2 = dice == 2 ? (uint8_t)(1 + tool_below(&seed, 62)) : 0;
			op.recorded = dice > 2 ? tool_random(&seed) : WORKLOAD_NO_ADDR;
			op.space = (uint16_t)tool_below(&seed, 2);
			assert_int_equal(workload_add(w, &op), 0);
			live[nr_live++] = op.id;
			for (uint32_t k = tool_below(&seed, 4); k; k--)
				assert_int_equal(workload_add_piece(w, w->nr_ops - 1, tool_random(&seed), tool_random(&seed)), 0);
			continue;
		}
		if (dice >= 8 || !nr_live) {
			op.kind = dice == 8 ? OP_ROOM : OP_RELIEF;
			op.size = dice == 8 ? tool_random(&seed) : 0;
			op.target = dice == 8 ? tool_random(&seed) : 0;
		} else {
			uint32_t k = tool_below(&seed, nr_live);
			const struct op *a = NULL;

			for (size_t j = 0; !a; j++)
				if (w->ops[j].kind == OP_ALLOC && w->ops[j].id == live[k])
					a = &w->ops[j];
			op.space = a->space;
			op.id = live[k];
			op.kind = dice == 7 ? OP_UNMAP : OP_FREE;
			if (dice == 6 && tool_below(&seed, 2)) {
				op.flags = OP_PART;
				op.offset = a->size / 2;
				op.size = a->size - a->size / 2;
			}
			if (op.kind == OP_FREE)
				live[k] = live[--nr_live];
		}
		assert_int_equal(workload_add(w, &op), 0);
	}
}

static void what_is_written_comes_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct workload w, back;
		struct format_report r;
		struct bytes b;

		make_random(&w, seed, seed == 1 ? 0 : seed == 2 ? 10000 : 300);
		b = written(&w);
		assert_int_equal(parsed(b.p, b.n, &back, &r), 0);
		assert_equal_workloads(&w, &back, w.nr_ops);
		assert_int_equal(w.nr_spaces, back.nr_spaces);
		assert_string_equal(w.info, back.info);
		assert_int_equal(w.seed, back.seed);
		assert_true(format_identity(&w) == format_identity(&back));
		for (size_t i = 0; i < w.nr_spaces; i++) {
			assert_string_equal(w.spaces[i].name, back.spaces[i].name);
			assert_int_equal(w.spaces[i].base, back.spaces[i].base);
			assert_int_equal(w.spaces[i].size, back.spaces[i].size);
			assert_int_equal(w.spaces[i].granule, back.spaces[i].granule);
		}
		workload_free(&w);
		workload_free(&back);
		free(b.p);
	}
}

/* Whole blocks before the cut are kept, and it is always said. */
static void every_truncation_is_noticed(void **state)
{
	struct workload w, back;
	struct format_report r;
	struct bytes b;
	size_t most = 0;

	(void)state;
	make_random(&w, 7, 9000);
	b = written(&w);
	for (size_t n = 0; n < b.n; n += n < 400 || n > b.n - 400 ? 1 : 97) {
		assert_int_equal(parsed(b.p, n, &back, &r), -EINVAL);
		assert_true(r.why[0] != 0);
		assert_equal_workloads(&w, &back, back.nr_ops);
		assert_true(back.nr_ops >= most || back.nr_ops == 0);
		most = back.nr_ops;
		workload_free(&back);
	}
	assert_true(most > 8000);
	workload_free(&w);
	free(b.p);
}

static void no_changed_bit_goes_unnoticed(void **state)
{
	struct workload w, back;
	struct format_report r;
	struct bytes b;

	(void)state;
	make_random(&w, 9, 120);
	b = written(&w);
	for (size_t i = 0; i < b.n * 8; i++) {
		b.p[i / 8] ^= (char)(1 << i % 8);
		assert_int_equal(parsed(b.p, b.n, &back, &r), -EINVAL);
		workload_free(&back);
		b.p[i / 8] ^= (char)(1 << i % 8);
	}
	workload_free(&w);
	free(b.p);
}

/* A damaged file whose checksum is right still makes no sense: the words are wrong, not the bytes. */
static void senseless_operations_are_refused(void **state)
{
	static const struct { struct op op; const char *why; } v[] = {
		{ { .kind = OP_FREE, .id = 0, .space = 1 }, "another space" },
		{ { .kind = OP_FREE, .id = 0, .flags = OP_PART, .offset = 4096, .size = 8192 }, "leaves its allocation" },
		{ { .kind = OP_FREE, .id = 0, .flags = OP_PART, .size = 0 }, "leaves its allocation" },
		{ { .kind = OP_ALLOC, .size = 0, .recorded = WORKLOAD_NO_ADDR }, "no size" },
		{ { .kind = OP_ALLOC, .size = 1ull << 41, .recorded = WORKLOAD_NO_ADDR }, "larger than its space" },
		{ { .kind = OP_ALLOC, .size = 1, .space = 2, .recorded = WORKLOAD_NO_ADDR }, "space that does not exist" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct op first = { .kind = OP_ALLOC, .size = 8192, .recorded = WORKLOAD_NO_ADDR }, op = v[i].op;
		struct workload w, back;
		struct format_report r;
		struct bytes b;

		make_random(&w, 3, 0);
		assert_int_equal(workload_add(&w, &first), 0);
		assert_int_equal(workload_add(&w, &op), 0);
		b = written(&w);
		assert_int_equal(parsed(b.p, b.n, &back, &r), -EINVAL);
		if (!strstr(r.why, v[i].why))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, r.why, v[i].why);
		assert_int_equal(back.nr_ops, 0);
		workload_free(&w);
		free(b.p);
	}
}

static void blocks_of_later_versions_are_skipped(void **state)
{
	struct workload w, back;
	struct format_report r;
	struct bytes b;
	char *more;

	(void)state;
	make_random(&w, 5, 40);
	b = written(&w);
	/* Block 9 of 3 bytes before the first: the head has to come first, so that is refused; the unknown type alone is not. */
	more = malloc(b.n + 5);
	assert_non_null(more);
	memcpy(more, b.p, 8);
	memcpy(more + 8, "\x09\x03xyz", 5);
	memcpy(more + 13, b.p + 8, b.n - 8);
	assert_int_equal(parsed(more, b.n + 5, &back, &r), -EINVAL);
	assert_non_null(strstr(r.why, "no head"));
	/* Behind the head. */
	memcpy(more, b.p, 8 + 2 + (size_t)b.p[9]);
	memcpy(more + 10 + b.p[9], "\x09\x03xyz", 5);
	memcpy(more + 15 + b.p[9], b.p + 10 + b.p[9], b.n - 10 - (size_t)b.p[9]);
	assert_int_equal(parsed(more, b.n + 5, &back, &r), -EINVAL);	/* the checksum covers it */
	assert_string_equal(r.why, "the checksum is wrong");
	assert_equal_workloads(&w, &back, w.nr_ops);
	workload_free(&back);
	workload_free(&w);
	free(more);
	free(b.p);
}

static void same_seed_makes_the_same_workload(void **state)
{
	const struct generator *const lists[] = { generators_w, generators_device };

	(void)state;
	for (unsigned int l = 0; l < 2; l++)
		for (const struct generator *g = lists[l]; g->name; g++) {
			struct generate_options opt = { .steps = 600, .live = g->def.live > 200 ? 200 : 0 };
			struct workload w[3];
			char err[200];

			for (unsigned int i = 0; i < 3; i++) {
				opt.seed = i < 2 ? 0 : 99;
				workload_init(&w[i]);
				if (generate(g, &opt, &w[i], err, sizeof(err)))
					fail_msg("%s: %s", g->name, err);
				if (workload_check(&w[i], err, sizeof(err)))
					fail_msg("%s: %s", g->name, err);
			}
			assert_true(w[0].nr_allocs > 100);
			assert_equal_workloads(&w[0], &w[1], w[0].nr_ops);
			if (strcmp(g->name, "w2"))	/* a ring has nothing to do with chance */
				assert_true(format_identity(&w[0]) != format_identity(&w[2]));
			for (unsigned int i = 0; i < 3; i++)
				workload_free(&w[i]);
		}
}

static void w1_keeps_n_alive(void **state)
{
	struct generate_options opt = { .live = 50, .steps = 1000 };
	struct workload w;
	unsigned int live = 0;
	char err[200];

	(void)state;
	workload_init(&w);
	assert_int_equal(generate(generate_find("w1"), &opt, &w, err, sizeof(err)), 0);
	for (size_t i = 0; i < w.nr_ops; i++) {
		live += w.ops[i].kind == OP_ALLOC ? 1 : -1u;
		assert_true(live <= 50);
		assert_true(i < 50 || live >= 49);
		assert_int_equal(w.ops[i].kind == OP_ALLOC ? w.ops[i].size : 4096, 4096);
	}
	assert_int_equal(w.nr_ops, 50 + 2 * 1000);
	workload_free(&w);
}

static void generator_refuses_what_it_has_no_use_for(void **state)
{
	static const struct { const char *name; struct generate_options opt; const char *why; } v[] = {
		{ "w3", { .live = 5 }, "--live" },
		{ "w1", { .percent = 5 }, "--percent" },
		{ "w1", { .live = 300000 }, "do not fit" },
		{ "w1", { .space = 5000 }, "multiple" },
		{ "nic", { .pages = 2 }, "--pages" },
		{ "w3", { .percent = 101 }, "at most" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct workload w;
		char err[200];

		workload_init(&w);
		assert_int_equal(generate(generate_find(v[i].name), &v[i].opt, &w, err, sizeof(err)), -EINVAL);
		assert_non_null(strstr(err, v[i].why));
		workload_free(&w);
	}
	assert_null(generate_find("w9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(every_truncation_is_noticed),
		cmocka_unit_test(no_changed_bit_goes_unnoticed),
		cmocka_unit_test(senseless_operations_are_refused),
		cmocka_unit_test(blocks_of_later_versions_are_skipped),
		cmocka_unit_test(same_seed_makes_the_same_workload),
		cmocka_unit_test(w1_keeps_n_alive),
		cmocka_unit_test(generator_refuses_what_it_has_no_use_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
