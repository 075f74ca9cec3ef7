/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a machine, and of the DMA API's buffers in it.
 *
 * A machine is created for each test case: with 64 pages touched in both views (the CPU stores, a master
 * writes) and all of it restored when it goes. The first machine of a process finds no pool, so a new
 * process is started for each measurement and measures itself.
 */
#include "bench.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <armdma/dma.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>

extern char **environ;

/* ---- machine/ ---------------------------------------------------------- */

/* One life: the order of pages (2^order) is touched in both views. */
static int live(unsigned int npages)
{
	struct armdma_machine *m;
	struct armdma_page *page;
	unsigned char *cpu;
	armdma_phys_t pa;

	if (armdma_machine_create(&m, NULL, NULL))
		return -1;
	page = npages ? armdma_alloc_pages(m, ARMDMA_GFP_KERNEL, armdma_get_order(npages * ARMDMA_PAGE_SIZE)) :
			NULL;
	if (page) {
		cpu = armdma_page_address(m, page);
		pa = armdma_page_to_phys(m, page);
		for (size_t i = 0; i < npages; i++) {
			cpu[i * ARMDMA_PAGE_SIZE] = 1;
			armdma_hw_phys_write(armdma_machine_hw(m), pa + i * ARMDMA_PAGE_SIZE + 64, "x", 1);
		}
		armdma_free_pages(m, page, armdma_get_order(npages * ARMDMA_PAGE_SIZE));
	}
	armdma_machine_destroy(m);
	return 0;
}

static void *life_setup(const struct bench_row *row)
{
	if (live(row->arg[0]))
		return bench_failed(row, "creating a machine");
	return (void *)(uintptr_t)row;
}

static void life_run(void *state, size_t n)
{
	const struct bench_row *row = state;

	while (n--)
		live(row->arg[0]);
}

static void nothing_to_free(void *state)
{
	(void)state;
}

int bench_first_machine(void)
{
	double start = bench_cpu_time();

	if (live(32))
		return EXIT_FAILURE;
	printf("%.9f\n", bench_cpu_time() - start);
	return EXIT_SUCCESS;
}

/* Start this program anew and read what it measured. */
static double first_timed(void *state)
{
	char self[] = "/proc/self/exe", arg[] = "--first-machine", text[64];
	char *argv[] = { self, arg, NULL };
	posix_spawn_file_actions_t fa;
	int fd[2], status = -1;
	ssize_t len = 0;
	pid_t pid;

	(void)state;
	if (pipe(fd))
		return -1;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fd[1], STDOUT_FILENO);
	if (!posix_spawn(&pid, self, &fa, NULL, argv, environ)) {
		len = read(fd[0], text, sizeof(text) - 1);
		waitpid(pid, &status, 0);
	}
	posix_spawn_file_actions_destroy(&fa);
	close(fd[0]);
	close(fd[1]);
	if (len <= 0 || status)
		return -1;
	text[len] = 0;
	return strtod(text, NULL);
}

/* ---- alloc_free/ ------------------------------------------------------- */

struct alloc_env {
	struct armdma_machine *m;
	struct armdma_device *dev;
	struct armdma_iommu_mapping *mapping;
	size_t size;
	unsigned long attrs;
};

static void alloc_teardown(void *state)
{
	struct alloc_env *e = state;

	if (e->mapping && armdma_to_iommu_mapping(e->dev))
		armdma_iommu_detach_device(e->dev);
	armdma_iommu_release_mapping(e->mapping);
	armdma_machine_destroy(e->m);
	free(e);
}

static void alloc_run(void *state, size_t n)
{
	struct alloc_env *e = state;
	armdma_dma_t handle;

	while (n--) {
		void *cpu = armdma_dma_alloc_attrs(e->dev, e->size, &handle, ARMDMA_GFP_KERNEL, e->attrs);

		armdma_dma_free_attrs(e->dev, e->size, cpu, handle, e->attrs);
	}
}

static void *alloc_setup(const struct bench_row *row)
{
	struct alloc_env *e = calloc(1, sizeof(*e));
	struct armdma_dma_stats st;

	if (!e || armdma_machine_create(&e->m, NULL, NULL)) {
		free(e);
		return bench_failed(row, "creating a machine");
	}
	armdma_checker_enable(e->m, false);
	e->dev = armdma_device_find(e->m, "mdma");
	e->size = row->arg[0];
	e->attrs = row->arg[1];
	e->mapping = armdma_iommu_create_mapping(e->m, 0x20000000, 1u << 30, NULL, NULL);
	if (e->mapping && !armdma_iommu_attach_device(e->dev, e->mapping)) {
		alloc_run(e, 1);
		armdma_dma_stats(e->dev, &st);
		if (st.allocs == 1 && st.frees == 1)
			return e;
	}
	alloc_teardown(e);
	return bench_failed(row, "a first allocation");
}

/* ---- The rows ---------------------------------------------------------- */

#define LIFE(n, g, pages) \
	{ .name = "machine/" n, .unit = BENCH_US, .goal = g, .arg = { pages }, .setup = life_setup, \
	  .run = life_run, .teardown = nothing_to_free }
#define ALLOC(n, size, attrs) \
	{ .name = "alloc_free/" n, .unit = BENCH_STEPS, .arg = { size, attrs }, .setup = alloc_setup, \
	  .run = alloc_run, .teardown = alloc_teardown }
#define ALLOC_PAIR(n, size) \
	ALLOC(n, size, 0), ALLOC(n "/no_kernel_mapping", size, ARMDMA_ATTR_NO_KERNEL_MAPPING)

static const struct bench_row rows[] = {
	LIFE("create_destroy", 20, 64),
	LIFE("create_destroy/untouched", 0, 0),
	{ .name = "machine/first_of_process", .unit = BENCH_US, .goal = 100, .setup = life_setup,
	  .timed = first_timed, .teardown = nothing_to_free },
	ALLOC_PAIR("4K", 4096),
	ALLOC_PAIR("64K", 64 * 1024),
	ALLOC_PAIR("1M", 1024 * 1024),
	ALLOC_PAIR("8M", 8 * 1024 * 1024),
};

const struct bench_rows bench_rows_machine = { rows, sizeof(rows) / sizeof(rows[0]) };
