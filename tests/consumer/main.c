/* SPDX-License-Identifier: BSD-2-Clause */
/* The smallest user: a machine, a buffer, goodbye. Its names are ones that the library uses inside. */
#include <stdio.h>

#include <armdma/dma.h>
#include <armdma/site.h>

int misuse(void);
int fail_now(void);
int misuse(void) { return 0; }
int fail_now(void) { return 0; }

int main(void)
{
	struct armdma_machine *m;
	struct armdma_error err;
	armdma_dma_t handle;
	void *cpu;

	if (armdma_machine_create(&m, NULL, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 1;
	}
	cpu = armdma_dma_alloc_coherent(armdma_device_find(m, "fimc0"), 4096, &handle,
					ARMDMA_GFP_KERNEL);
	if (!cpu)
		return 1;
	armdma_dma_free_coherent(armdma_device_find(m, "fimc0"), 4096, cpu, handle);
	armdma_machine_destroy(m);
	puts("consumer: ok");
	return misuse() + fail_now();
}
