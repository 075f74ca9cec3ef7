/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool of machine memory: a machine is as good as new, whatever the one before it did. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory_rig.h"
#include "sim/hw.h"
#include "sim/memory/internal.h"

#define TRACE_MAX 65536u

struct trace {
	struct armdma_hw *hw;
	size_t len;
	char text[TRACE_MAX];
};

/* All of an event but host addresses, which become offsets from the linear map. */
static void record(void *ctx, const struct armdma_event *ev)
{
	struct trace *t = ctx;
	intptr_t cpu = ev->cpu ? (const uint8_t *)ev->cpu - (uint8_t *)armdma_hw_linear(t->hw, RIG_BASE) : 0;
	int n = snprintf(t->text + t->len, TRACE_MAX - t->len,
			 "%llu %s %llx %llx %llx %llx %x %d %lx %s\n", (unsigned long long)ev->time,
			 armdma_event_name(ev->type), (unsigned long long)ev->addr,
			 (unsigned long long)ev->pa, (unsigned long long)ev->len,
			 (unsigned long long)ev->value, ev->flags, ev->result, (long)cpu,
			 ev->who ? ev->who : "-");

	if (n > 0 && t->len + (size_t)n < TRACE_MAX)
		t->len += (size_t)n;
}

static void say(struct trace *t, const char *what, unsigned int v)
{
	int n = snprintf(t->text + t->len, TRACE_MAX - t->len, "%s %u\n", what, v);

	if (n > 0 && t->len + (size_t)n < TRACE_MAX)
		t->len += (size_t)n;
}

static bool lower(void *ctx, uint32_t line)
{
	irq_set(((struct trace *)ctx)->hw, line, &(bool){ true }, false);
	return true;
}

/* Some of everything; what it reads goes into the trace. */
static void workload(struct trace *t, const struct armdma_config *cfg)
{
	armdma_pfn_t pfns[8];
	uint64_t rnd = 99;
	bool level = false;
	uint8_t *lin, *w, *big;
	void *cpu;

	t->len = 0;
	t->hw = rig_open(cfg);
	lin = armdma_hw_linear(t->hw, RIG_BASE);
	armdma_event_subscribe(armdma_hw_events(t->hw), ARMDMA_EV_ALL, record, t);
	for (size_t i = 0; i < 8; i++)
		pfns[i] = rig_pfn(RIG_HIGH) + (i * 5) % 8;
	armdma_hw_map(t->hw, ARMDMA_SPACE_VMALLOC, pfns, 2, ARMDMA_MT_UNCACHED, &cpu);
	w = cpu;
	armdma_hw_map(t->hw, ARMDMA_SPACE_USER, pfns, 8, ARMDMA_MT_CACHED, &cpu);
	big = cpu;
	armdma_hw_irq_request(t->hw, 7, lower, t);
	for (unsigned int i = 0; i < 200; i++) {
		uint32_t off = rig_below(&rnd, 16384), len = rig_below(&rnd, 200);
		uint8_t v;

		say(t, "c", cpu_get(lin + off));
		cpu_set(lin + off, (uint8_t)i);
		cpu_set(big + off, (uint8_t)i);
		armdma_hw_cache_op(t->hw, 1 + i % 7, (enum armdma_cache_op)(i % 3), RIG_BASE + off, len);
		armdma_hw_cache_op(t->hw, 3, (enum armdma_cache_op)(i % 3), RIG_HIGH + off, len);
		rig_master8(t->hw, RIG_BASE + rig_below(&rnd, 16384), (uint8_t)(i + 1));
		mem_read(t->hw, RIG_BASE + rig_below(&rnd, 16384), &v, 1);
		say(t, "d", v);
		cpu_set(w + off % 8192, (uint8_t)i);
		mem_read(t->hw, RIG_HIGH + off % 8192, &v, 1);
		say(t, "w", v);
		armdma_hw_barrier(t->hw, (enum armdma_barrier)(i % 5));
		if (i % 50 == 7) {
			level = false;
			irq_set(t->hw, 7, &level, true);
		}
	}
	say(t, "cookie", (unsigned int)((uint8_t *)armdma_hw_cookie_alloc(t->hw, 1) - lin));
	armdma_hw_destroy(t->hw);
}

/* Writes wherever it can, and leaves everything mapped, dirty, marked, pending and half done. */
static void wild_writer(const struct armdma_config *cfg)
{
	struct armdma_hw *hw = rig_create(cfg);
	uint8_t *lin = armdma_hw_linear(hw, RIG_BASE);
	armdma_pfn_t pfns[256];
	bool level = false;
	uint8_t junk[512];
	uint64_t rnd = 7;
	void *cpu;

	memset(junk, 0xee, sizeof(junk));
	for (size_t i = 0; i < 256; i++)
		pfns[i] = rig_pfn(RIG_HIGH) + i * 3;
	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE, 512 * RIG_PAGE), 0);
	for (size_t i = 0; i < 512; i += 3)
		memset(lin + i * RIG_PAGE, 0xdd, RIG_PAGE);
	for (int k = 0; k < 4; k++) {
		enum armdma_memtype mt = k & 1 ? ARMDMA_MT_UNCACHED : ARMDMA_MT_CACHED;
		size_t n = k & 2 ? 256 : 5;

		assert_int_equal(armdma_hw_map(hw, k & 2 ? ARMDMA_SPACE_USER : ARMDMA_SPACE_VMALLOC,
					       pfns + k, n - (size_t)k, mt, &cpu), 0);
		memset(cpu, 0xcc, (n - (size_t)k) * RIG_PAGE);
	}
	pfns[0] = rig_pfn(RIG_BASE);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_KMAP, pfns, 1, ARMDMA_MT_UNCACHED, &cpu), 0);
	cpu_set(cpu, 0xaa);
	for (int i = 0; i < 2000; i++) {
		armdma_phys_t pa = RIG_BASE + rig_below(&rnd, RIG_RAM - 512);

		if (pa >> 13 == (RIG_BASE + RIG_LOWMEM - 1) >> 13)
			continue;
		mem_write(hw, pa, junk, rig_below(&rnd, 512) + 1);
		armdma_hw_cache_op(hw, 1 + rig_below(&rnd, 7), (enum armdma_cache_op)rig_below(&rnd, 3),
				   pa, 100);
		armdma_hw_touch(hw, lin + rig_below(&rnd, 1 << 20), 100);
	}
	armdma_hw_touch(hw, lin + RIG_LOWMEM - RIG_PAGE, 64);	/* not even open */
	armdma_hw_linear_hide(hw, RIG_BASE + 4 * RIG_PAGE, 4 * RIG_PAGE);
	armdma_hw_zero_flush(hw, RIG_HIGH + 2 * RIG_PAGE, RIG_PAGE);
	armdma_hw_cookie_alloc(hw, 3);
	armdma_hw_irq_save(hw);
	irq_set(hw, 7, &level, true);
	armdma_hw_destroy(hw);
}

static void assert_zero(struct armdma_hw *hw, armdma_phys_t base, size_t len)
{
	static const uint8_t zero[65536];
	static uint8_t buf[65536];

	for (size_t off = 0; off < len; off += sizeof(buf)) {
		struct armdma_line_state st;

		assert_int_equal(armdma_hw_phys_read(hw, base + off, buf, sizeof(buf)), 0);
		assert_memory_equal(buf, zero, sizeof(buf));
		assert_int_equal(armdma_hw_cache_read(hw, base + off, buf, sizeof(buf)), 0);
		assert_memory_equal(buf, zero, sizeof(buf));
		for (size_t p = 0; p < sizeof(buf); p += RIG_PAGE / 4) {
			assert_int_equal(armdma_hw_line_state(hw, base + off + p, &st), 0);
			assert_false(st.dirty || st.outer_dirty || st.stale || st.absent || st.uncached);
		}
	}
}

static struct trace fresh, pooled;

static void machine_after_a_wild_writer_has_zero_memory(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;

	(void)state;
	for (int policy = 0; policy < 2; policy++) {
		cfg.cache_policy = policy ? ARMDMA_CACHE_NON_SPECULATING : ARMDMA_CACHE_PESSIMAL;
		wild_writer(&cfg);
		hw = rig_create(&cfg);
		assert_zero(hw, RIG_BASE, RIG_RAM);
		armdma_hw_destroy(hw);
	}
}

static void workload_after_a_wild_writer_gives_the_fresh_machines_trace(void **state)
{
	struct armdma_config cfg = rig_config();

	(void)state;
	armdma_hw_pool_drain();
	workload(&fresh, &cfg);
	assert_true(fresh.len > 10000);
	for (int i = 0; i < 3; i++) {
		wild_writer(&cfg);
		workload(&pooled, &cfg);
		assert_int_equal(pooled.len, fresh.len);
		assert_memory_equal(pooled.text, fresh.text, fresh.len);
	}
}

/* Read what a child writes into a pipe. */
static size_t from_child(void (*body)(int fd), char *buf, size_t size)
{
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		body(fds[1]);
		_exit(0);
	}
	close(fds[1]);
	while (len < size && (n = read(fds[0], buf + len, size - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	return len;
}

static void child_workload(int fd)
{
	struct armdma_config cfg = rig_config();

	workload(&pooled, &cfg);
	for (size_t at = 0; at < pooled.len;) {
		ssize_t n = write(fd, pooled.text + at, pooled.len - at);

		if (n <= 0)
			_exit(1);
		at += (size_t)n;
	}
}

static void another_process_gives_the_same_trace(void **state)
{
	static char buf[TRACE_MAX];
	struct armdma_config cfg = rig_config();
	size_t len;

	(void)state;
	wild_writer(&cfg);
	workload(&fresh, &cfg);
	len = from_child(child_workload, buf, sizeof(buf));
	assert_int_equal(len, fresh.len);
	assert_memory_equal(buf, fresh.text, len);
}

static void child_scribbles(int fd)
{
	struct armdma_hw *hw = rig();

	(void)fd;
	memset(armdma_hw_linear(hw, RIG_BASE), 0x55, 64 * RIG_PAGE);
}

static void forked_child_never_writes_into_the_parents_parked_memory(void **state)
{
	struct armdma_hw *hw;
	char buf[1];

	(void)state;
	armdma_hw_destroy(rig());
	from_child(child_scribbles, buf, 1);
	hw = rig();
	assert_int_equal(cpu_get(armdma_hw_linear(hw, RIG_BASE)), 0);
	armdma_hw_destroy(hw);
}

static struct armdma_hw *inherited;

static void child_destroys(int fd)
{
	(void)fd;
	armdma_hw_destroy(inherited);
	armdma_hw_destroy(rig());
	armdma_hw_pool_drain();
}

static void forked_child_may_destroy_what_it_inherited_without_harm(void **state)
{
	uint8_t *lin;
	char buf[1];

	(void)state;
	inherited = rig();
	lin = armdma_hw_linear(inherited, RIG_BASE);
	cpu_set(lin, 7);
	from_child(child_destroys, buf, 1);
	assert_int_equal(cpu_get(lin), 7);
	armdma_hw_destroy(inherited);
}

static void machine_that_touched_very_much_is_restored_too(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;

	(void)state;
	cfg.ram_size = 96u << 20;
	cfg.lowmem_size = 80u << 20;
	hw = rig_create(&cfg);
	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE, (size_t)cfg.lowmem_size), 0);
	memset(armdma_hw_linear(hw, RIG_BASE), 1, (size_t)cfg.lowmem_size);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, (size_t)cfg.lowmem_size);
	armdma_hw_destroy(hw);
	hw = rig_create(&cfg);
	assert_zero(hw, RIG_BASE, (size_t)cfg.ram_size);
	armdma_hw_destroy(hw);
	armdma_hw_pool_drain();
}

static void storage_of_uncached_mappings_left_behind_is_free_again(void **state)
{
	struct armdma_config cfg = rig_config();
	armdma_pfn_t pfns[512];
	void *cpu;

	(void)state;
	for (size_t i = 0; i < 512; i++)
		pfns[i] = rig_pfn(RIG_HIGH) + i;
	for (int i = 0; i < 10; i++) {
		struct armdma_hw *hw = rig_create(&cfg);

		assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_USER, pfns, 512, ARMDMA_MT_UNCACHED, &cpu), 0);
		armdma_hw_destroy(hw);
	}
}

static void memory_is_reused_by_shape(void **state)
{
	struct armdma_config cfg = rig_config(), other = rig_config();
	struct armdma_hw *a = rig_create(&cfg), *b = rig_create(&cfg), *c;
	struct block *block = a->mem->b;

	(void)state;
	assert_ptr_not_equal(block, b->mem->b);
	armdma_hw_destroy(a);
	other.lowmem_size -= RIG_PAGE;
	c = rig_create(&other);
	assert_ptr_not_equal(c->mem->b, block);
	a = rig_create(&cfg);
	assert_ptr_equal(a->mem->b, block);
	armdma_hw_destroy(a);
	armdma_hw_destroy(b);
	armdma_hw_destroy(c);
	armdma_hw_pool_drain();
	armdma_hw_pool_drain();
	armdma_hw_destroy(NULL);
}

static void two_machines_do_not_see_each_other(void **state)
{
	struct armdma_hw *a = rig(), *b = rig();

	(void)state;
	cpu_set(armdma_hw_linear(a, RIG_BASE), 1);
	cpu_set(armdma_hw_linear(b, RIG_BASE), 2);
	rig_master8(a, RIG_BASE + 64, 3);
	armdma_hw_advance(a, 100);
	assert_int_equal(cpu_get(armdma_hw_linear(a, RIG_BASE)), 1);
	assert_int_equal(rig_phys8(b, RIG_BASE + 64), 0);
	assert_int_equal(armdma_hw_now(b), 0);
	assert_int_equal(armdma_hw_space_of(a, armdma_hw_linear(b, RIG_BASE)), ARMDMA_SPACE_NONE);
	armdma_hw_destroy(a);
	assert_int_equal(cpu_get(armdma_hw_linear(b, RIG_BASE)), 2);
	armdma_hw_destroy(b);
}

struct worker {
	pthread_t thread;
	bool same;
	struct trace t;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct armdma_config cfg = rig_config();

	w->same = true;
	for (int i = 0; i < 8; i++) {
		struct armdma_hw *extra = rig();

		cpu_set(armdma_hw_linear(extra, RIG_BASE), 1);
		workload(&w->t, &cfg);
		w->same &= w->t.len == fresh.len && !memcmp(w->t.text, fresh.text, fresh.len);
		armdma_hw_destroy(extra);
	}
	return NULL;
}

static void machines_in_parallel_threads_are_independent(void **state)
{
	static struct worker workers[4];
	struct armdma_config cfg = rig_config();

	(void)state;
	workload(&fresh, &cfg);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_true(workers[i].same);
	}
}

static void ram_that_cannot_be_had_is_a_clear_error(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_error err = { "" };
	struct armdma_hw *hw = (struct armdma_hw *)&cfg;
	struct rlimit was, none;
	int ret;

	(void)state;
	armdma_hw_pool_drain();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 3;	/* no descriptor for the memory object */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	ret = armdma_hw_create(&hw, &cfg, &err);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(ret, -ENOMEM);
	assert_null(hw);
	assert_non_null(strstr(err.msg, "16 MiB"));
	assert_non_null(strstr(err.msg, "ram_size"));
	armdma_hw_destroy(rig());
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(machine_after_a_wild_writer_has_zero_memory),
		T(workload_after_a_wild_writer_gives_the_fresh_machines_trace),
		T(another_process_gives_the_same_trace),
		T(forked_child_never_writes_into_the_parents_parked_memory),
		T(forked_child_may_destroy_what_it_inherited_without_harm),
		T(machine_that_touched_very_much_is_restored_too),
		T(storage_of_uncached_mappings_left_behind_is_free_again),
		T(memory_is_reused_by_shape),
		T(two_machines_do_not_see_each_other),
		T(machines_in_parallel_threads_are_independent),
		T(ram_that_cannot_be_had_is_a_clear_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
