/* SPDX-License-Identifier: BSD-2-Clause */
/* Touching simulated memory that is not there: an event of its machine, or a message, then SIGSEGV. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory_rig.h"

struct death {
	int signal;
	char err[4096];
};

static void tell_trap(void *ctx, const struct armdma_event *ev)
{
	(void)ctx;
	fprintf(stderr, "trap: space %u, %s\n", (unsigned int)ev->flags, ev->value ? "write" : "read");
}

/* Run body in a child of its own and collect how it died and what it said. */
static struct death die(void (*body)(void *arg), void *arg)
{
	struct death d = { 0, "" };
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		body(arg);
		_exit(0);
	}
	close(fds[1]);
	while (len < sizeof(d.err) - 1 && (n = read(fds[0], d.err + len, sizeof(d.err) - 1 - len)) > 0)
		len += (size_t)n;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	d.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return d;
}

enum target { NEVER_OPENED, BEYOND_LOWMEM, HIDDEN, BEHIND_AREA, UNMAPPED, COOKIE };

static void touch_live(void *arg)
{
	struct armdma_hw *hw = rig();
	armdma_pfn_t pfn = rig_pfn(RIG_BASE);
	uint8_t *lin = armdma_hw_linear(hw, RIG_BASE);
	void *cpu;

	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_TRAP), tell_trap, NULL);
	if (armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, &pfn, 1, ARMDMA_MT_CACHED, &cpu))
		return;
	cpu_set(cpu, 1);
	cpu_set(lin, 1);
	switch (*(enum target *)arg) {
	case NEVER_OPENED:
		cpu_set(lin + 64 * RIG_PAGE, 1);
		break;
	case BEYOND_LOWMEM:
		cpu_get(lin + RIG_LOWMEM);
		break;
	case HIDDEN:
		armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE);
		cpu_get(lin);
		break;
	case BEHIND_AREA:
		cpu_set((uint8_t *)cpu + RIG_PAGE, 1);
		break;
	case UNMAPPED:
		armdma_hw_unmap(hw, cpu, 1);
		cpu_get(cpu);
		break;
	case COOKIE:
		cpu_get(armdma_hw_cookie_alloc(hw, 1));
		break;
	}
}

static void touch_of_unmapped_memory_is_an_event_and_ends_the_process(void **state)
{
	static const struct {
		enum target target;
		enum armdma_space space;
		bool write;
	} rows[] = {
		{ NEVER_OPENED, ARMDMA_SPACE_LINEAR, true },
		{ BEYOND_LOWMEM, ARMDMA_SPACE_NONE, false },
		{ HIDDEN, ARMDMA_SPACE_LINEAR, false },
		{ BEHIND_AREA, ARMDMA_SPACE_VMALLOC, true },
		{ UNMAPPED, ARMDMA_SPACE_VMALLOC, false },
		{ COOKIE, ARMDMA_SPACE_COOKIE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum target t = rows[i].target;
		struct death d = die(touch_live, &t);
		char want[64];

		assert_int_equal(d.signal, SIGSEGV);
#if defined(__x86_64__)
		snprintf(want, sizeof(want), "trap: space %d, %s\n", (int)rows[i].space,
			 rows[i].write ? "write" : "read");
#else
		snprintf(want, sizeof(want), "trap: space %d,", (int)rows[i].space);
#endif
		if (!strstr(d.err, want))
			fail_msg("row %zu: stderr is \"%s\", expected \"%s\"", i, d.err, want);
	}
}

static void touch_parked(void *arg)
{
	struct armdma_hw *hw = rig();
	armdma_pfn_t pfn = rig_pfn(RIG_BASE);
	uint8_t *lin = armdma_hw_linear(hw, RIG_BASE);
	void *cpu;

	if (armdma_hw_map(hw, ARMDMA_SPACE_USER, &pfn, 1, ARMDMA_MT_UNCACHED, &cpu))
		return;
	cpu_set(lin, 1);
	cpu_set(cpu, 1);
	armdma_hw_destroy(hw);
	cpu_get(*(int *)arg ? cpu : lin);
}

static void memory_of_a_destroyed_machine_traps_with_a_message(void **state)
{
	(void)state;
	for (int which = 0; which < 2; which++) {
		struct death d = die(touch_parked, &which);

		assert_int_equal(d.signal, SIGSEGV);
		assert_string_equal(d.err, "armdma: touched memory of a machine that has been destroyed\n");
	}
}

static void touch_foreign(void *arg)
{
	void *p = mmap(NULL, RIG_PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	rig();
	cpu_get(p);
}

static void other_faults_are_none_of_ours(void **state)
{
	struct death d = die(touch_foreign, NULL);

	(void)state;
	assert_int_equal(d.signal, SIGSEGV);
	assert_null(strstr(d.err, "armdma"));
}

static sigjmp_buf back;

static void runner(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* A test runner that had its handler there first gets the signal after us, and goes on. */
static void touch_with_runner(void *arg)
{
	struct armdma_hw *hw;
	struct armdma_hw_stats st;

	(void)arg;
	signal(SIGSEGV, runner);
	hw = rig();
	armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_BIT(ARMDMA_EV_TRAP), tell_trap, NULL);
	for (volatile int i = 0; i < 3; i++)
		if (!sigsetjmp(back, 0))
			cpu_get((uint8_t *)armdma_hw_linear(hw, RIG_BASE) + 64 * RIG_PAGE);
	armdma_hw_stats(hw, &st);
	armdma_hw_destroy(hw);
	fprintf(stderr, "alive\n");
}

static void previous_handler_may_jump_out_and_the_machine_lives(void **state)
{
	struct death d;

	(void)state;
	if (RIG_TSAN)
		skip();
	d = die(touch_with_runner, NULL);
	assert_int_equal(d.signal, 0);
	assert_non_null(strstr(d.err, "alive"));
	assert_non_null(strstr(d.err, "trap: space 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touch_of_unmapped_memory_is_an_event_and_ends_the_process),
		cmocka_unit_test(memory_of_a_destroyed_machine_traps_with_a_message),
		cmocka_unit_test(other_faults_are_none_of_ours),
		cmocka_unit_test(previous_handler_may_jump_out_and_the_machine_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
