/* SPDX-License-Identifier: BSD-2-Clause */
/* Call sites name the function and line of the call, whatever was inlined. Built at -O0 and -O2. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <armdma/cmocka.h>
#include <armdma/dma.h>
#include <armdma/event.h>
#include <armdma/site.h>

#include "lib/site/internal.h"
#include "tests/site/armdma/wrap.h"

__attribute__((noinline)) const void *armdma_test_record(void)
{
	const void *site = __builtin_return_address(0);

	__asm__ volatile("" : "+r"(site));
	return site;
}

struct place {
	const void *site;
	int line;
	int n;
};

static void assert_site(const void *site, const char *function, int line)
{
	struct armdma_site_info info;
	const char *name;

	assert_int_equal(armdma_site_lookup(site, &info), 0);
	assert_string_equal(info.function, function);
	name = strrchr(info.file, '/');
	assert_string_equal(name ? name + 1 : info.file, "test_site_lookup.c");
	assert_int_equal(info.line, line);
}

static __attribute__((noinline)) void calls_directly(struct place *p)
{
	p->line = __LINE__ + 1;
	p->site = armdma_test_record();
	p->n++;
}

static void site_of_a_static_function_is_its_call(void **state)
{
	struct place p = { 0 };

	(void)state;
	calls_directly(&p);
	assert_site(p.site, "calls_directly", p.line);
}

static __attribute__((noinline)) void calls_wrapper(struct place *p)
{
	p->line = __LINE__ + 1;
	p->site = armdma_test_wrap(&p->n);
}

static void wrapper_of_the_library_is_looked_through(void **state)
{
	struct place p = { 0 };

	(void)state;
	calls_wrapper(&p);
	assert_site(p.site, "calls_wrapper", p.line);
}

static __attribute__((noinline)) void calls_nested_wrapper(struct place *p)
{
	for (int i = 0; i < 2; i++) {
		struct place *inner = p;

		inner->line = __LINE__ + 1;
		inner->site = armdma_test_wrap_twice(&inner->n);
	}
}

static void nested_wrappers_are_looked_through(void **state)
{
	struct place p = { 0 };

	(void)state;
	calls_nested_wrapper(&p);
	assert_site(p.site, "calls_nested_wrapper", p.line);
}

static inline __attribute__((always_inline)) void inline_of_the_user(struct place *p)
{
	p->line = __LINE__ + 1;
	p->site = armdma_test_wrap_twice(&p->n);
}

static __attribute__((noinline)) void outer_of_the_user(struct place *p)
{
	inline_of_the_user(p);
	p->n++;
}

static void inlined_function_of_the_user_is_named_itself(void **state)
{
	struct place p = { 0 };

	(void)state;
	outer_of_the_user(&p);
	assert_site(p.site, "inline_of_the_user", p.line);
}

/* A call in the last statement becomes a jump at -O2, and the return address is in the caller. */
static __attribute__((noinline)) const void *ends_in_a_call(int *line)
{
	*line = __LINE__ + 1;
	return armdma_test_record();
}

static __attribute__((noinline)) const void *calls_what_ends_in_a_call(int *line)
{
	const void *site = ends_in_a_call(line);

	__asm__ volatile("" : "+r"(site));
	return site;
}

static void tail_call_is_found(void **state)
{
	const void *site;
	int line;

	(void)state;
	site = calls_what_ends_in_a_call(&line);
	assert_site(site, "ends_in_a_call", line);
}

static void site_in_a_shared_object_loaded_later(void **state)
{
	const void *(*module_site)(const void *(*record)(void), int *line);
	struct armdma_site_info info;
	const void *site;
	void *module, *fn;
	int line = 0;

	(void)state;
	/* Open debugging information before the module is there. */
	armdma_site_lookup((const char *)__builtin_return_address(0), &info);
	module = dlopen(SITE_MODULE, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(module);
	fn = dlsym(module, "module_site");
	assert_non_null(fn);
	memcpy(&module_site, &fn, sizeof(fn));
	site = module_site(armdma_test_record, &line);
	assert_int_equal(armdma_site_lookup(site, &info), 0);
	assert_string_equal(info.function, "hidden_in_module");
	assert_int_equal(info.line, line);
	assert_non_null(strstr(info.module, "site_module"));
	dlclose(module);
}

static void format_is_one_line(void **state)
{
	char buf[512], expected[64];
	struct place p = { 0 };

	(void)state;
	calls_directly(&p);
	armdma_site_format(p.site, buf, sizeof(buf));
	assert_memory_equal(buf, "calls_directly at ", 18);
	snprintf(expected, sizeof(expected), "test_site_lookup.c:%d", p.line);
	assert_string_equal(buf + strlen(buf) - strlen(expected), expected);
}

static void format_is_terminated_in_any_length(void **state)
{
	struct place p = { 0 };
	char buf[8];

	(void)state;
	calls_directly(&p);
	for (size_t len = 1; len <= sizeof(buf); len++) {
		memset(buf, 'x', sizeof(buf));
		assert_ptr_equal(armdma_site_format(p.site, buf, len), buf);
		assert_int_equal(strnlen(buf, sizeof(buf)), len - 1);
	}
	buf[0] = 'x';
	armdma_site_format(p.site, buf, 0);
	assert_int_equal(buf[0], 'x');
}

static void address_of_no_code_is_unknown(void **state)
{
	struct armdma_site_info info;
	char buf[64];

	(void)state;
	assert_int_equal(armdma_site_lookup(NULL, &info), -ENOENT);
	assert_int_equal(armdma_site_lookup((void *)0x10, &info), -ENOENT);
	assert_int_equal(info.line, 0);
	armdma_site_format((void *)0x10, buf, sizeof(buf));
	assert_string_equal(buf, "0x10");
}

static void function_of_libc_is_named(void **state)
{
	struct armdma_site_info info;
	void *fn = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");

	(void)state;
	assert_non_null(fn);
	assert_int_equal(armdma_site_lookup((const char *)fn + 5, &info), 0);
	assert_non_null(strstr(info.module, "libc"));
	assert_true(info.function[0]);
}

static void own_headers_are_told_by_their_folder(void **state)
{
	(void)state;
	assert_true(site_is_own_header("/usr/include/armdma/dma.h"));
	assert_true(site_is_own_header("armdma/dma.h"));
	assert_true(site_is_own_header("/p/include/armdma/compat/linux/dma-mapping.h"));
	assert_true(site_is_own_header("/src/armdma/include/armdma/dma.h"));
	assert_false(site_is_own_header("/src/armdma/driver.c"));
	assert_false(site_is_own_header("/src/armdma/drivers/rx.h"));
	assert_false(site_is_own_header("/src/libarmdma/rx.h"));
	assert_false(site_is_own_header("/usr/include/linux/dma.h"));
	assert_false(site_is_own_header(""));
}

/* ---- with the library's own wrappers -------------------------------------- */

static void keep_site(void *ctx, const struct armdma_event *ev)
{
	*(const void **)ctx = ev->site;
}

static void coherent_allocation_names_its_caller(void **state)
{
	struct armdma_machine *m = armdma_test_machine(state);
	struct armdma_device *dev = armdma_device_find(m, "fimc0");
	const void *site = NULL;
	armdma_dma_t handle;
	void *cpu;
	int line;

	assert_int_equal(armdma_event_subscribe(armdma_machine_events(m),
						ARMDMA_EV_BIT(ARMDMA_EV_DMA_ALLOC), keep_site,
						&site), 0);
	line = __LINE__ + 1;
	cpu = armdma_dma_alloc_coherent(dev, 4096, &handle, ARMDMA_GFP_KERNEL);
	assert_non_null(cpu);
	armdma_event_subscribe(armdma_machine_events(m), 0, keep_site, &site);
	assert_site(site, "coherent_allocation_names_its_caller", line);
	armdma_dma_free_coherent(dev, 4096, cpu, handle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(site_of_a_static_function_is_its_call),
		cmocka_unit_test(wrapper_of_the_library_is_looked_through),
		cmocka_unit_test(nested_wrappers_are_looked_through),
		cmocka_unit_test(inlined_function_of_the_user_is_named_itself),
		cmocka_unit_test(tail_call_is_found),
		cmocka_unit_test(site_in_a_shared_object_loaded_later),
		cmocka_unit_test(format_is_one_line),
		cmocka_unit_test(format_is_terminated_in_any_length),
		cmocka_unit_test(address_of_no_code_is_unknown),
		cmocka_unit_test(function_of_libc_is_named),
		cmocka_unit_test(own_headers_are_told_by_their_folder),
		armdma_unit_test(coherent_allocation_names_its_caller),
	};

	return armdma_run_group_tests(tests, NULL, NULL);
}
