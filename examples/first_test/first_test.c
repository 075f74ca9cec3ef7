/* SPDX-License-Identifier: BSD-2-Clause */
/* cc -g first_test.c $(pkg-config --cflags --libs armdma-cmocka) -o first_test && ./first_test */
#include <armdma/cmocka.h>
#include <armdma/dma.h>
static void rx_driver_reads_what_the_device_wrote(void **state)
{
	struct armdma_machine *m = armdma_test_machine(state);
	struct armdma_device *dev = armdma_device_find(m, "mdma");
	char *buf = armdma_kzalloc(m, 64, ARMDMA_GFP_KERNEL);
	armdma_dma_t addr = armdma_dma_map_single(dev, buf, 64, ARMDMA_FROM_DEVICE);

	armdma_hw_master_write_sync(armdma_machine_hw(m), "mdma", addr, "packet", 6, 10000);
	/* Forgotten: armdma_dma_sync_single_for_cpu(dev, addr, 64, ARMDMA_FROM_DEVICE); */
	assert_true(armdma_cpu_sees(m, buf, "packet", 6));
}
int main(void)
{
	const struct CMUnitTest tests[] = { armdma_unit_test(rx_driver_reads_what_the_device_wrote) };
	return armdma_run_group_tests(tests, NULL, NULL);
}
