/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Under AddressSanitizer the program's own loads and stores of what a device owns are reported where they happen, and no others.
 * This program is built with it, whatever the library is. Each body runs in a process of its own, which ASan ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/dmabounce.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/options.h>
#include <armdma/report.h>

#define CAUGHT 97
#define LEN 256u

const char *__asan_default_options(void);
__attribute__((used)) const char *__asan_default_options(void)
{
	return "exitcode=97:detect_leaks=0";
}

static struct {
	struct armdma_machine *m;
	struct armdma_device *dev;
	uint8_t *buf;
	armdma_dma_t addr;
	char said[16384];
} rig;

static void ignore(void *ctx, const struct armdma_report *rep)
{
	(void)ctx;
	(void)rep;
}

static void boot(const struct armdma_config *cfg)
{
	struct armdma_error err;

	if (armdma_machine_create(&rig.m, cfg, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		_exit(1);
	}
	armdma_set_report_fn(rig.m, ignore, NULL);
	rig.dev = armdma_device_find(rig.m, "mdma");
	rig.buf = armdma_kzalloc(rig.m, LEN, ARMDMA_GFP_KERNEL);
}

static void set_poison(enum armdma_poison poison)
{
	struct armdma_options opt = *armdma_get_options(rig.m);

	opt.poison = poison;
	armdma_set_options(rig.m, &opt, NULL);
}

static void map(size_t off, size_t len, enum armdma_dir dir)
{
	rig.addr = armdma_dma_map_single(rig.dev, rig.buf + off, len, dir);
	if (armdma_dma_mapping_error(rig.dev, rig.addr))
		_exit(1);
}

__attribute__((noinline)) static uint8_t driver_loads(size_t off)
{
	return *(volatile uint8_t *)(rig.buf + off);
}

__attribute__((noinline)) static void driver_stores(size_t off)
{
	*(volatile uint8_t *)(rig.buf + off) = 1;
}

/* Run a body in a child. Returns whether ASan caught it; what it printed is in rig.said. */
static bool caught(void (*body)(void))
{
	size_t used = 0;
	int fds[2], status;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		unsetenv("ARMDMA_OPTIONS");
		boot(NULL);
		body();
		armdma_machine_destroy(rig.m);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], rig.said + used, sizeof(rig.said) - 1 - used)) > 0)
		used += (size_t)n;
	rig.said[used] = 0;
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) && WEXITSTATUS(status) != CAUGHT)
		fail_msg("exit status %d\n%s", WEXITSTATUS(status), rig.said);
	return WEXITSTATUS(status) == CAUGHT;
}

static void must_be_caught(void (*body)(void), const char *kind, const char *function)
{
	const char *ours;

	if (!caught(body))
		fail_msg("nothing was reported");
	ours = strstr(rig.said, "==== armdma: ");
	if (!ours || !strstr(ours, kind) || !strstr(ours, function))
		fail_msg("no %s in %s:\n%s", kind, function, rig.said);
}

static void must_be_silent(void (*body)(void))
{
	if (caught(body))
		fail_msg("a false alarm:\n%s", rig.said);
}

/* ---- Owner changes ------------------------------------------------------------------- */

static void load_while_mapped(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	driver_loads(5);
}

static void store_while_mapped(void)
{
	map(0, LEN, ARMDMA_BIDIRECTIONAL);
	driver_stores(LEN - 1);
}

static void copy_while_mapped(void)
{
	char copy[64];

	map(0, LEN, ARMDMA_FROM_DEVICE);
	memcpy(copy, rig.buf + 32, sizeof(copy));
	*(volatile char *)copy = copy[1];
}

static void a_load_of_what_a_device_owns_is_reported_at_its_line(void **state)
{
	(void)state;
	must_be_caught(load_while_mapped, "cpu-read-device-owned", "driver_loads at ");
	assert_non_null(strstr(rig.said, "mapped:    map at "));
}

static void a_store_to_what_a_device_owns_is_reported_at_its_line(void **state)
{
	(void)state;
	must_be_caught(store_while_mapped, "cpu-write-device-owned", "driver_stores at ");
}

static void a_copy_from_what_a_device_owns_names_who_called_memcpy(void **state)
{
	(void)state;
	must_be_caught(copy_while_mapped, "cpu-read-device-owned", "copy_while_mapped at ");
}

static void sync_and_touch(void)
{
	map(0, LEN, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_cpu(rig.dev, rig.addr, LEN, ARMDMA_BIDIRECTIONAL);
	for (size_t i = 0; i < LEN; i++)
		driver_stores(i);
}

static void give_back_and_touch(void)
{
	sync_and_touch();
	armdma_dma_sync_single_for_device(rig.dev, rig.addr, LEN, ARMDMA_BIDIRECTIONAL);
	driver_loads(0);
}

static void unmap_and_touch(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	armdma_dma_unmap_single(rig.dev, rig.addr, LEN, ARMDMA_FROM_DEVICE);
	for (size_t i = 0; i < LEN; i++)
		driver_stores(i);
}

static void what_the_cpu_took_back_is_its_own_until_it_is_given_back(void **state)
{
	(void)state;
	must_be_silent(sync_and_touch);
	must_be_caught(give_back_and_touch, "cpu-read-device-owned", "driver_loads at ");
	must_be_silent(unmap_and_touch);
}

/* ---- Parts -------------------------------------------------------------------------------- */

static void take(size_t off, size_t len)
{
	armdma_dma_sync_single_range_for_cpu(rig.dev, rig.addr, off, len, ARMDMA_FROM_DEVICE);
}

static void touch_taken_part(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	take(61, 70);
	for (size_t i = 61; i < 61 + 70; i++)
		driver_loads(i);
}

static void touch_before_part(void)
{
	touch_taken_part();
	driver_loads(48);
}

static void touch_behind_part(void)
{
	touch_taken_part();
	driver_loads(136);
}

static void touch_between_parts(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	take(0, 32);
	take(128, 32);
	driver_loads(64);
}

static void of_a_part_that_was_taken_only_the_rest_is_the_devices(void **state)
{
	(void)state;
	must_be_silent(touch_taken_part);
	must_be_caught(touch_before_part, "cpu-read-device-owned", "driver_loads at ");
	must_be_caught(touch_behind_part, "cpu-read-device-owned", "driver_loads at ");
}

static void between_two_parts_nothing_is_said(void **state)
{
	(void)state;
	must_be_silent(touch_between_parts);
}

static void touch_neighbours(void)
{
	for (size_t off = 0; off < 16; off++)
		for (size_t len = 1; len < 32; len++) {
			map(32 + off, len, ARMDMA_FROM_DEVICE);
			for (size_t i = 0; i < LEN; i++)
				if (i < 32 + off || i >= 32 + off + len)
					driver_loads(i);
			armdma_dma_unmap_single(rig.dev, rig.addr, len, ARMDMA_FROM_DEVICE);
		}
}

static void touch_first_whole_granule(void)
{
	map(35, 20, ARMDMA_FROM_DEVICE);
	driver_loads(40);
}

static void a_neighbours_byte_is_never_hidden(void **state)
{
	(void)state;
	must_be_silent(touch_neighbours);
	must_be_caught(touch_first_whole_granule, "cpu-read-device-owned", "driver_loads at ");
}

/* ---- What is no proof ------------------------------------------------------------------------ */

static void load_to_device(void)
{
	map(0, LEN, ARMDMA_TO_DEVICE);
	driver_loads(0);
}

static void load_to_device_strictly(void)
{
	set_poison(ARMDMA_POISON_STRICT);
	load_to_device();
}

static void load_switched_off(void)
{
	set_poison(ARMDMA_POISON_OFF);
	load_while_mapped();
}

static void load_switched_off_late(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	set_poison(ARMDMA_POISON_OFF);
	driver_loads(0);
}

static void load_skipped(void)
{
	rig.addr = armdma_dma_map_single_attrs(rig.dev, rig.buf, LEN, ARMDMA_FROM_DEVICE, ARMDMA_ATTR_SKIP_CPU_SYNC);
	driver_loads(0);
}

static void load_unchecked(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	armdma_checker_enable(rig.m, false);
	driver_loads(0);
}

static void load_coherent(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	for (uint32_t i = 0; i < cfg.nr_devices; i++)
		cfg.devices[i].coherent = true;
	armdma_machine_destroy(rig.m);
	boot(&cfg);
	load_while_mapped();
}

static void nothing_is_reported_that_is_no_proof(void **state)
{
	(void)state;
	must_be_silent(load_to_device);
	must_be_silent(load_switched_off);
	must_be_silent(load_switched_off_late);
	must_be_silent(load_skipped);
	must_be_silent(load_unchecked);
	must_be_silent(load_coherent);
}

static void strict_counts_loads_of_what_is_mapped_to_the_device(void **state)
{
	(void)state;
	must_be_caught(load_to_device_strictly, "cpu-read-device-owned", "driver_loads at ");
}

static armdma_dma_t map_twice(void)
{
	armdma_dma_t first;

	map(0, LEN, ARMDMA_BIDIRECTIONAL);
	first = rig.addr;
	map(64, 64, ARMDMA_FROM_DEVICE);
	take(0, 64);
	driver_loads(64);
	driver_loads(127);
	return first;
}

static void load_of_one_mapping(void)
{
	map_twice();
}

static void load_after_that_mapping(void)
{
	map_twice();
	armdma_dma_unmap_single(rig.dev, rig.addr, 64, ARMDMA_FROM_DEVICE);
	driver_loads(64);
}

static void what_one_of_two_mappings_leaves_to_the_cpu_is_not_hidden(void **state)
{
	(void)state;
	must_be_silent(load_of_one_mapping);
	must_be_caught(load_after_that_mapping, "cpu-read-device-owned", "driver_loads at ");
}

static void bounce(void)
{
	map(0, LEN, ARMDMA_BIDIRECTIONAL);
	armdma_dma_sync_single_for_device(rig.dev, rig.addr, LEN, ARMDMA_BIDIRECTIONAL);
	take(0, 64);
	driver_loads(0);
	armdma_dma_unmap_single(rig.dev, rig.addr, LEN, ARMDMA_BIDIRECTIONAL);
	driver_loads(LEN - 1);
}

static bool always(struct armdma_device *dev, armdma_dma_t addr, size_t size)
{
	(void)dev;
	(void)addr;
	(void)size;
	return true;
}

static void bounce_correctly(void)
{
	if (armdma_dmabounce_register_dev(rig.dev, 512, 0, always))
		_exit(1);
	bounce();
}

static void bounce_and_load(void)
{
	bounce_correctly();
	map(0, LEN, ARMDMA_FROM_DEVICE);
	driver_loads(0);
}

static void copies_to_and_from_safe_buffers_are_none_of_the_drivers(void **state)
{
	(void)state;
	must_be_silent(bounce_correctly);
	must_be_caught(bounce_and_load, "cpu-read-device-owned", "driver_loads at ");
}

/* ---- Memory that goes on to somebody else --------------------------------------------------------- */

static void free_while_mapped(void)
{
	uint8_t *was = rig.buf;

	map(0, LEN, ARMDMA_FROM_DEVICE);
	armdma_kfree(rig.m, rig.buf);
	rig.buf = armdma_kzalloc(rig.m, LEN, ARMDMA_GFP_KERNEL);
	if (rig.buf != was)
		_exit(1);
	driver_stores(0);
	take(0, 8);
	armdma_dma_sync_single_for_device(rig.dev, rig.addr, LEN, ARMDMA_FROM_DEVICE);
	driver_stores(0);
}

static void free_pages_while_mapped(void)
{
	struct armdma_page *page = armdma_alloc_pages(rig.m, ARMDMA_GFP_KERNEL, 0);

	rig.buf = armdma_page_address(rig.m, page);
	map(0, ARMDMA_PAGE_SIZE, ARMDMA_FROM_DEVICE);
	armdma_free_pages(rig.m, page, 0);
	driver_stores(0);
}

static void memory_that_is_freed_while_it_is_mapped_is_its_next_owners(void **state)
{
	(void)state;
	must_be_silent(free_while_mapped);
	must_be_silent(free_pages_while_mapped);
}

static void next_machine(void)
{
	uint8_t *was = rig.buf;

	map(0, LEN, ARMDMA_FROM_DEVICE);
	armdma_machine_destroy(rig.m);
	boot(NULL);
	if (rig.buf != was)
		_exit(1);
	for (size_t i = 0; i < LEN; i++)
		driver_stores(i);
}

static jmp_buf out;

static void leave(void)
{
	map(0, LEN, ARMDMA_FROM_DEVICE);
	longjmp(out, 1);
}

static void next_machine_after_longjmp(void)
{
	if (!setjmp(out))
		leave();
	armdma_machine_destroy(rig.m);
	boot(NULL);
	driver_stores(0);
}

static void the_next_machine_of_the_pool_starts_with_nothing_hidden(void **state)
{
	(void)state;
	must_be_silent(next_machine);
	must_be_silent(next_machine_after_longjmp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_of_what_a_device_owns_is_reported_at_its_line),
		cmocka_unit_test(a_store_to_what_a_device_owns_is_reported_at_its_line),
		cmocka_unit_test(a_copy_from_what_a_device_owns_names_who_called_memcpy),
		cmocka_unit_test(what_the_cpu_took_back_is_its_own_until_it_is_given_back),
		cmocka_unit_test(of_a_part_that_was_taken_only_the_rest_is_the_devices),
		cmocka_unit_test(between_two_parts_nothing_is_said),
		cmocka_unit_test(a_neighbours_byte_is_never_hidden),
		cmocka_unit_test(nothing_is_reported_that_is_no_proof),
		cmocka_unit_test(strict_counts_loads_of_what_is_mapped_to_the_device),
		cmocka_unit_test(what_one_of_two_mappings_leaves_to_the_cpu_is_not_hidden),
		cmocka_unit_test(copies_to_and_from_safe_buffers_are_none_of_the_drivers),
		cmocka_unit_test(memory_that_is_freed_while_it_is_mapped_is_its_next_owners),
		cmocka_unit_test(the_next_machine_of_the_pool_starts_with_nothing_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
