/* SPDX-License-Identifier: BSD-2-Clause */
/* Host addresses: disjoint spaces, remapping of scattered pages, the linear map, cookies, and their errors. */
#include <errno.h>
#include <stdlib.h>

#include "memory_rig.h"

static const armdma_phys_t scattered[] = {
	RIG_BASE + 5 * ARMDMA_PAGE_SIZE, RIG_HIGH + 9 * ARMDMA_PAGE_SIZE, RIG_BASE,
	RIG_BASE + 1 * ARMDMA_PAGE_SIZE, RIG_HIGH, RIG_BASE + 60 * ARMDMA_PAGE_SIZE,
};
#define N (sizeof(scattered) / sizeof(scattered[0]))

static void pfns_of(const armdma_phys_t *pa, size_t n, armdma_pfn_t *pfns)
{
	for (size_t i = 0; i < n; i++)
		pfns[i] = rig_pfn(pa[i]);
}

static uint8_t *map(struct armdma_hw *hw, enum armdma_space space, enum armdma_memtype mt)
{
	armdma_pfn_t pfns[N];
	void *cpu = NULL;

	pfns_of(scattered, N, pfns);
	assert_int_equal(armdma_hw_map(hw, space, pfns, N, mt, &cpu), 0);
	assert_non_null(cpu);
	return cpu;
}

/* Each page is tagged with its index through the view that masters write. */
static void tag(struct armdma_hw *hw)
{
	for (size_t i = 0; i < N; i++) {
		rig_master8(hw, scattered[i] + 100, (uint8_t)(i + 1));
		armdma_hw_evict(hw, scattered[i] + 100);
	}
}

static void cached_mapping_shows_scattered_pages_in_order(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *cpu;

	(void)state;
	tag(hw);
	cpu = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(cpu_get(cpu + i * RIG_PAGE + 100), i + 1);
		cpu_set(cpu + i * RIG_PAGE + 200, (uint8_t)(i + 11));
	}
	/* The same storage as the linear map. */
	assert_int_equal(cpu_get((uint8_t *)armdma_hw_linear(hw, scattered[0]) + 200), 11);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, RIG_RAM);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(rig_phys8(hw, scattered[i] + 200), i + 11);
	armdma_hw_destroy(hw);
}

static void uncached_mapping(uint32_t wbuf_max)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw;
	uint8_t *cpu, *twin;

	cfg.wbuf_max = wbuf_max;
	hw = rig_open(&cfg);
	tag(hw);
	cpu = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_UNCACHED);
	twin = map(hw, ARMDMA_SPACE_USER, ARMDMA_MT_UNCACHED);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(cpu_get(cpu + i * RIG_PAGE + 100), i + 1);
		cpu_set(cpu + i * RIG_PAGE + 200, (uint8_t)(i + 11));
		assert_int_equal(cpu_get(twin + i * RIG_PAGE + 200), i + 11);
	}
	armdma_hw_barrier(hw, ARMDMA_BARRIER_WMB);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(rig_phys8(hw, scattered[i] + 200), i + 11);
		rig_master8(hw, scattered[i] + 300, (uint8_t)(i + 21));
	}
	armdma_hw_barrier(hw, ARMDMA_BARRIER_RMB);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(cpu_get(cpu + i * RIG_PAGE + 300), i + 21);
	/* DRAM keeps everything when the storage goes. */
	cpu_set(cpu + 400, 31);
	assert_int_equal(armdma_hw_unmap(hw, cpu, N), 0);
	assert_int_equal(cpu_get(twin + 400), 31);
	assert_int_equal(armdma_hw_unmap(hw, twin, N), 0);
	assert_int_equal(rig_phys8(hw, scattered[0] + 400), 31);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(rig_phys8(hw, scattered[i] + 100), i + 1);
		assert_int_equal(rig_phys8(hw, scattered[i] + 300), i + 21);
	}
	armdma_hw_destroy(hw);
}

static void uncached_mapping_with_write_buffer_shows_scattered_pages_in_order(void **state)
{
	(void)state;
	uncached_mapping(64 * 1024);
}

static void uncached_mapping_without_write_buffer_shows_scattered_pages_in_order(void **state)
{
	(void)state;
	uncached_mapping(0);
}

static void page_that_comes_twice_is_one_page(void **state)
{
	static const enum armdma_memtype types[] = { ARMDMA_MT_CACHED, ARMDMA_MT_UNCACHED };
	armdma_pfn_t pfns[3] = { rig_pfn(RIG_HIGH), rig_pfn(RIG_HIGH) + 1, rig_pfn(RIG_HIGH) };

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct armdma_config cfg = rig_config();
		struct armdma_hw *hw;
		void *cpu;
		uint8_t *p;

		cfg.wbuf_max = round & 2 ? 0 : 65536;
		hw = rig_create(&cfg);
		/* The storage set aside for the second time is not lost: there is one page of it for each of RAM. */
		for (int i = 0; i < 4200; i++) {
			assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 3,
						       types[round & 1], &cpu), 0);
			assert_int_equal(armdma_hw_unmap(hw, cpu, 3), 0);
		}
		assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 3, types[round & 1],
					       &cpu), 0);
		p = cpu;
		cpu_set(p + 7, 1);
		assert_int_equal(cpu_get(p + 2 * RIG_PAGE + 7), 1);
		cpu_set(p + 2 * RIG_PAGE + 7, 2);
		assert_int_equal(cpu_get(p + 7), 2);
		assert_int_equal(armdma_hw_unmap(hw, cpu, 3), 0);
		armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_HIGH, RIG_PAGE);
		assert_int_equal(rig_phys8(hw, RIG_HIGH + 7), 2);
		armdma_hw_destroy(hw);
	}
}

/* ---- addresses --------------------------------------------------------- */

static void spaces_are_disjoint_and_known_by_address(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *v = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	uint8_t *k = map(hw, ARMDMA_SPACE_KMAP, ARMDMA_MT_CACHED);
	uint8_t *u = map(hw, ARMDMA_SPACE_USER, ARMDMA_MT_UNCACHED);
	uint8_t *lin = armdma_hw_linear(hw, RIG_BASE);
	void *cookie = armdma_hw_cookie_alloc(hw, 4);

	(void)state;
	assert_int_equal(armdma_hw_space_of(hw, lin), ARMDMA_SPACE_LINEAR);
	assert_int_equal(armdma_hw_space_of(hw, lin + RIG_LOWMEM - 1), ARMDMA_SPACE_LINEAR);
	assert_int_equal(armdma_hw_space_of(hw, lin + RIG_LOWMEM), ARMDMA_SPACE_NONE);
	assert_int_equal(armdma_hw_space_of(hw, lin - 1), ARMDMA_SPACE_NONE);
	assert_int_equal(armdma_hw_space_of(hw, v), ARMDMA_SPACE_VMALLOC);
	assert_int_equal(armdma_hw_space_of(hw, v - 1), ARMDMA_SPACE_NONE);
	assert_int_equal(armdma_hw_space_of(hw, k), ARMDMA_SPACE_KMAP);
	assert_int_equal(armdma_hw_space_of(hw, u), ARMDMA_SPACE_USER);
	assert_int_equal(armdma_hw_space_of(hw, cookie), ARMDMA_SPACE_COOKIE);
	assert_int_equal(armdma_hw_space_of(hw, &hw), ARMDMA_SPACE_NONE);
	assert_int_equal(armdma_hw_space_of(hw, NULL), ARMDMA_SPACE_NONE);
	armdma_hw_destroy(hw);
}

static void linear_addresses_and_physical_ones_convert_both_ways(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *lin = armdma_hw_linear(hw, RIG_BASE);

	(void)state;
	assert_ptr_equal(armdma_hw_linear(hw, RIG_HIGH - 1), lin + RIG_LOWMEM - 1);
	assert_null(armdma_hw_linear(hw, RIG_HIGH));
	assert_null(armdma_hw_linear(hw, RIG_BASE - 1));
	assert_int_equal(armdma_hw_linear_to_phys(hw, lin + 0x1234), RIG_BASE + 0x1234);
	assert_true(armdma_hw_linear_to_phys(hw, lin - 1) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_hw_linear_to_phys(hw, lin + RIG_LOWMEM) == ARMDMA_MAPPING_ERROR);
	armdma_hw_destroy(hw);
}

static void cpu_to_phys_walks_every_mapping_also_inside(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *v = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	uint8_t *u = map(hw, ARMDMA_SPACE_USER, ARMDMA_MT_UNCACHED);
	void *cookie = armdma_hw_cookie_alloc(hw, 1);

	(void)state;
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(armdma_hw_cpu_to_phys(hw, v + i * RIG_PAGE), scattered[i]);
		assert_int_equal(armdma_hw_cpu_to_phys(hw, u + i * RIG_PAGE + 4095),
				 scattered[i] + 4095);
	}
	assert_int_equal(armdma_hw_cpu_to_phys(hw, armdma_hw_linear(hw, RIG_BASE + 77)), RIG_BASE + 77);
	assert_true(armdma_hw_linear_to_phys(hw, v) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_hw_cpu_to_phys(hw, v + N * RIG_PAGE) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_hw_cpu_to_phys(hw, v - 1) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_hw_cpu_to_phys(hw, cookie) == ARMDMA_MAPPING_ERROR);
	assert_true(armdma_hw_cpu_to_phys(hw, &hw) == ARMDMA_MAPPING_ERROR);
	assert_int_equal(armdma_hw_unmap(hw, v, N), 0);
	assert_true(armdma_hw_cpu_to_phys(hw, v) == ARMDMA_MAPPING_ERROR);
	armdma_hw_destroy(hw);
}

static void areas_keep_an_unmapped_page_between_them(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *a = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	uint8_t *b = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	uint8_t *c;

	(void)state;
	assert_true(b >= a + (N + 1) * RIG_PAGE);
	assert_int_equal(armdma_hw_unmap(hw, a, N), 0);
	c = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	assert_ptr_equal(c, a);
	armdma_hw_destroy(hw);
}

static void cookies_are_distinct_until_freed(void **state)
{
	struct armdma_hw *hw = rig();
	uint8_t *a = armdma_hw_cookie_alloc(hw, 3), *b = armdma_hw_cookie_alloc(hw, 1);

	(void)state;
	assert_non_null(a);
	assert_true(b >= a + 3 * RIG_PAGE);
	armdma_hw_cookie_free(hw, a, 3);
	assert_ptr_equal(armdma_hw_cookie_alloc(hw, 3), a);
	armdma_hw_cookie_free(hw, &a, 1);	/* no cookie: ignored */
	assert_null(armdma_hw_cookie_alloc(hw, SIZE_MAX / 8192));
	armdma_hw_destroy(hw);
}

/* ---- errors ------------------------------------------------------------ */

static void bad_arguments_are_refused_and_change_nothing(void **state)
{
	struct armdma_hw *hw = rig();
	armdma_pfn_t pfns[2] = { rig_pfn(RIG_HIGH), rig_pfn(RIG_BASE + RIG_RAM) };
	void *cpu = &hw;
	uint8_t *v;

	(void)state;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 0, ARMDMA_MT_CACHED, &cpu), -EINVAL);
	assert_null(cpu);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 2, ARMDMA_MT_UNCACHED, &cpu), -EINVAL);
	pfns[1] = rig_pfn(RIG_BASE) - 1;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 2, ARMDMA_MT_CACHED, &cpu), -EINVAL);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_LINEAR, pfns, 1, ARMDMA_MT_CACHED, &cpu), -EINVAL);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_COOKIE, pfns, 1, ARMDMA_MT_CACHED, &cpu), -EINVAL);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 1, (enum armdma_memtype)2, &cpu), -EINVAL);
	assert_false(rig_line(hw, RIG_HIGH).uncached);

	v = map(hw, ARMDMA_SPACE_VMALLOC, ARMDMA_MT_CACHED);
	assert_int_equal(armdma_hw_unmap(hw, v, N - 1), -EINVAL);
	assert_int_equal(armdma_hw_unmap(hw, v + RIG_PAGE, N - 1), -EINVAL);
	assert_int_equal(armdma_hw_unmap(hw, armdma_hw_linear(hw, RIG_BASE), 1), -EINVAL);
	assert_int_equal(armdma_hw_unmap(hw, v, N), 0);
	assert_int_equal(armdma_hw_unmap(hw, v, N), -EINVAL);

	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE + 1, RIG_PAGE), -EINVAL);
	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE, 0), -EINVAL);
	assert_int_equal(armdma_hw_linear_open(hw, RIG_BASE, 100), -EINVAL);
	assert_int_equal(armdma_hw_linear_open(hw, RIG_HIGH, RIG_PAGE), -EINVAL);
	assert_int_equal(armdma_hw_linear_open(hw, RIG_HIGH - RIG_PAGE, 2 * RIG_PAGE), -EINVAL);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_HIGH, RIG_PAGE), -EINVAL);
	assert_int_equal(armdma_hw_linear_show(hw, RIG_BASE - RIG_PAGE, RIG_PAGE), -EINVAL);
	armdma_hw_destroy(hw);
}

static void full_space_is_out_of_memory(void **state)
{
	struct armdma_hw *hw = rig();
	armdma_pfn_t *pfns = calloc(1024, sizeof(*pfns));
	void *cpu;

	(void)state;
	assert_non_null(pfns);
	for (size_t i = 0; i < 1024; i++)
		pfns[i] = rig_pfn(RIG_BASE);
	/* The kmap window has 1024 pages, one of them the guard. */
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_KMAP, pfns, 1024, ARMDMA_MT_UNCACHED, &cpu), -ENOMEM);
	assert_null(cpu);
	assert_false(rig_line(hw, RIG_BASE).stale);
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_KMAP, pfns, 1023, ARMDMA_MT_CACHED, &cpu), 0);
	free(pfns);
	armdma_hw_destroy(hw);
}

/* Areas of this process, as the host counts them. */
static int areas(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	int c, n = 0;

	while (f && (c = getc(f)) != EOF)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

static void note(void *ctx, const char *line)
{
	strncpy(ctx, line, 255);
}

/* More single pages than the host allows areas: nothing is left behind, and the machine goes on. */
static void hosts_limit_of_areas_is_a_clear_error_and_unwinds(void **state)
{
	struct armdma_config cfg = rig_config();
	const size_t n = 70000;
	armdma_pfn_t *pfns = calloc(n, sizeof(*pfns));
	char line[256] = "";
	struct armdma_hw *hw;
	FILE *f = fopen("/proc/sys/vm/max_map_count", "r");
	int limit = 0, before;
	void *cpu;

	(void)state;
	if (!f || fscanf(f, "%d", &limit) != 1 || limit > 69000 || RIG_TSAN) {
		if (f)
			fclose(f);
		free(pfns);
		skip();
	}
	fclose(f);
	assert_non_null(pfns);
	cfg.ram_size = 512u << 20;
	cfg.lowmem_size = 256u << 20;
	hw = rig_create(&cfg);
	armdma_hw_set_log(hw, note, line);
	before = areas();
	/* No two backing pages follow each other. */
	for (size_t i = 0; i < n; i++)
		pfns[i] = rig_pfn(RIG_BASE) + (i * 2) % 131072;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, n, ARMDMA_MT_CACHED, &cpu),
			 -ENOSPC);
	assert_null(cpu);
	assert_non_null(strstr(line, "max_map_count"));
	assert_true(areas() < before + 10);
	/* The host's memory calls work again, and so does the machine. */
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, 10, ARMDMA_MT_CACHED, &cpu), 0);
	cpu_set(cpu, 1);
	assert_int_equal(armdma_hw_unmap(hw, cpu, 10), 0);
	free(pfns);
	armdma_hw_destroy(hw);
}

struct seen {
	unsigned int maps, unmaps;
	struct armdma_event last;
};

static void watch(void *ctx, const struct armdma_event *ev)
{
	struct seen *s = ctx;

	s->maps += ev->type == ARMDMA_EV_CPU_MAP;
	s->unmaps += ev->type == ARMDMA_EV_CPU_UNMAP;
	s->last = *ev;
}

static void mappings_are_events(void **state)
{
	struct armdma_hw *hw = rig();
	struct seen s = { 0, 0, { .len = 0 } };
	uint8_t *u;

	(void)state;
	armdma_event_subscribe(armdma_hw_events(hw),
			       ARMDMA_EV_BIT(ARMDMA_EV_CPU_MAP) | ARMDMA_EV_BIT(ARMDMA_EV_CPU_UNMAP),
			       watch, &s);
	u = map(hw, ARMDMA_SPACE_USER, ARMDMA_MT_UNCACHED);
	assert_int_equal(s.maps, 1);
	assert_ptr_equal(s.last.cpu, u);
	assert_int_equal(s.last.len, N * RIG_PAGE);
	assert_int_equal(s.last.value, ARMDMA_MT_UNCACHED);
	assert_int_equal(s.last.flags, ARMDMA_SPACE_USER);
	armdma_hw_unmap(hw, u, N);
	assert_int_equal(s.unmaps, 1);
	armdma_hw_destroy(hw);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(cached_mapping_shows_scattered_pages_in_order),
		T(uncached_mapping_with_write_buffer_shows_scattered_pages_in_order),
		T(uncached_mapping_without_write_buffer_shows_scattered_pages_in_order),
		T(page_that_comes_twice_is_one_page),
		T(spaces_are_disjoint_and_known_by_address),
		T(linear_addresses_and_physical_ones_convert_both_ways),
		T(cpu_to_phys_walks_every_mapping_also_inside),
		T(areas_keep_an_unmapped_page_between_them),
		T(cookies_are_distinct_until_freed),
		T(mappings_are_events),
		T(bad_arguments_are_refused_and_change_nothing),
		T(full_space_is_out_of_memory),
		T(hosts_limit_of_areas_is_a_clear_error_and_unwinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
