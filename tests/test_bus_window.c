/* SPDX-License-Identifier: BSD-2-Clause */
/* Where bus addresses lead beside RAM at its own address: windows of a bridge, registers, nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>

#define MIB (1024ULL * 1024)
#define WAIT 100000

static struct armdma_hw *machine(bool windows)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_device_config *dev = NULL;
	struct armdma_error err;
	struct armdma_hw *hw;

	for (uint32_t i = 0; i < cfg.nr_devices; i++)
		if (!strcmp(cfg.devices[i].name, "mdma"))
			dev = &cfg.devices[i];
	assert_non_null(dev);
	cfg.ram_size = 64 * MIB;
	cfg.lowmem_size = 32 * MIB;
	memset(dev->sysmmu, 0, sizeof(dev->sysmmu));
	if (windows) {
		dev->nr_dma_ranges = 2;
		dev->dma_ranges[0] = (struct armdma_dma_range){ 0x40000000, 0x80000000, 16 * MIB };
		dev->dma_ranges[1] = (struct armdma_dma_range){ 0x42000000, 0x10000000, 4 * MIB };
	}
	if (armdma_hw_create(&hw, &cfg, &err))
		fail_msg("%s", err.msg);
	return hw;
}

static int bus_write(struct armdma_hw *hw, armdma_dma_t addr, const void *buf, size_t len)
{
	return armdma_hw_master_write_sync(hw, "mdma", addr, buf, len, WAIT);
}

static void window_adds_its_offset(void **state)
{
	struct armdma_hw *hw = machine(true);
	char got[8];

	(void)state;
	assert_int_equal(bus_write(hw, 0x80000100, "window 0", 8), 0);
	assert_int_equal(armdma_hw_phys_read(hw, 0x40000100, got, 8), 0);
	assert_memory_equal(got, "window 0", 8);
	assert_int_equal(bus_write(hw, 0x103ffff8, "window 1", 8), 0);
	assert_int_equal(armdma_hw_phys_read(hw, 0x423ffff8, got, 8), 0);
	assert_memory_equal(got, "window 1", 8);
	armdma_hw_destroy(hw);
}

/* Neither the physical address nor what lies behind a window leads anywhere; what came before it arrived. */
static void outside_the_windows_is_a_decode_error(void **state)
{
	struct armdma_hw *hw = machine(true);
	struct armdma_hw_stats st;
	static uint8_t buf[8192];
	uint8_t got[4096];

	(void)state;
	assert_int_equal(bus_write(hw, 0x40000100, buf, 8), -EIO);
	memset(buf, 0x5a, sizeof(buf));
	assert_int_equal(bus_write(hw, 0x80fff000, buf, sizeof(buf)), -EIO);
	armdma_hw_stats(hw, &st);
	assert_int_equal(st.decerr, 2);
	assert_int_equal(armdma_hw_phys_read(hw, 0x40fff000, got, sizeof(got)), 0);
	assert_memory_equal(got, buf, sizeof(got));
	armdma_hw_destroy(hw);
}

/* A master's words reach a unit's registers, as a FIFO is fed. */
static void master_reaches_registers_word_by_word(void **state)
{
	struct armdma_hw *hw = machine(false);
	const struct armdma_config *cfg = armdma_hw_config(hw);
	armdma_phys_t regs = cfg->sysmmus[0].reg_base;
	uint8_t word[4] = { 0x00, 0x40, 0x20, 0x50 }, got[4];

	(void)state;
	assert_int_equal(bus_write(hw, regs + 0x14, word, 4), 0);
	assert_int_equal(armdma_hw_readl(hw, regs + 0x14), 0x50204000);
	assert_int_equal(armdma_hw_master_read_sync(hw, "mdma", regs + 0x14, got, 4, WAIT), 0);
	assert_memory_equal(got, word, 4);
	armdma_hw_destroy(hw);
}

static void half_a_register_is_a_decode_error(void **state)
{
	struct armdma_hw *hw = machine(false);
	armdma_phys_t regs = armdma_hw_config(hw)->sysmmus[0].reg_base;

	(void)state;
	assert_int_equal(bus_write(hw, regs + 0x14, "ab", 2), -EIO);
	assert_int_equal(armdma_hw_readl(hw, regs + 0x14), 0);
	assert_int_equal(bus_write(hw, regs + 0x16, "abcd", 4), -EIO);
	armdma_hw_destroy(hw);
}

static void ranges_and_a_sysmmu_exclude_each_other(void **state)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_error err;

	(void)state;
	cfg.devices[0].nr_dma_ranges = 1;
	cfg.devices[0].dma_ranges[0] = (struct armdma_dma_range){ 0x40000000, 0, MIB };
	assert_int_equal(armdma_config_check(&cfg, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "exclude each other"));
	memset(cfg.devices[0].sysmmu, 0, sizeof(cfg.devices[0].sysmmu));
	cfg.devices[0].dma_ranges[0].size = 100;
	assert_int_equal(armdma_config_check(&cfg, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "DMA range 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(window_adds_its_offset),
		cmocka_unit_test(outside_the_windows_is_a_decode_error),
		cmocka_unit_test(master_reaches_registers_word_by_word),
		cmocka_unit_test(half_a_register_is_a_decode_error),
		cmocka_unit_test(ranges_and_a_sysmmu_exclude_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
