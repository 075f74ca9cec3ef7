/* SPDX-License-Identifier: BSD-2-Clause */
/* Statistics by one call: sums that agree with each part's own, and a text that leaves nothing out. */
#include <errno.h>
#include <stdio.h>

#include <armdma/stats.h>

#include "dma_helpers.h"

static void sums_are_those_of_the_parts(void **state)
{
	struct env *e = *state;
	uint8_t *buf = armdma_kzalloc(e->m, 4 * ARMDMA_PAGE_SIZE, ARMDMA_GFP_KERNEL), got[64];
	armdma_dma_t addr = armdma_dma_map_single(e->dev, buf, 4 * ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);
	struct armdma_iommu_stats iommu;
	struct armdma_iova_stats iova;
	struct armdma_hw_stats hw;
	struct armdma_dma_stats dma;
	struct armdma_mm_stats mm;
	struct armdma_stats st;

	dev_read(e, addr, got, sizeof(got));
	armdma_stats(e->m, &st);
	armdma_hw_stats(e->hw, &hw);
	assert_memory_equal(&st.hw, &hw, sizeof(hw));
	assert_int_equal(st.hw.bytes_read, sizeof(got));
	armdma_mm_stats(e->m, &mm);
	assert_memory_equal(&st.mm, &mm, sizeof(mm));
	armdma_dma_stats(e->dev, &dma);
	assert_memory_equal(&st.dma, &dma, sizeof(dma));
	assert_int_equal(st.dma.live_maps, 1);
	armdma_domain_stats(armdma_mapping_domain(e->mapping), &iommu);
	assert_memory_equal(&st.iommu, &iommu, sizeof(iommu));
	assert_int_equal(st.iommu.entries[0], 4);
	armdma_mapping_iova_stats(e->mapping, &iova);
	assert_memory_equal(&st.iova, &iova, sizeof(iova));
	assert_int_equal(st.domains, 1);
	assert_int_equal(st.mappings, 1);
	assert_int_equal(st.devices, 1);
	assert_int_equal(st.reports, 0);
	armdma_dma_unmap_single(e->dev, addr, 4 * ARMDMA_PAGE_SIZE, ARMDMA_TO_DEVICE);
	armdma_kfree(e->m, buf);
}

/* A second space adds to the sums; a hole in one is fragmentation. */
static void spaces_add_up_and_holes_are_fragmentation(void **state)
{
	struct env *e = *state;
	struct armdma_iommu_mapping *more = armdma_iommu_create_mapping(e->m, 0x60000000, 64 * MIB, NULL, NULL);
	armdma_dma_t a, b;
	struct armdma_stats st;
	struct armdma_iova_stats one;

	assert_non_null(more);
	armdma_stats(e->m, &st);
	assert_int_equal(st.domains, 2);
	assert_int_equal(st.mappings, 2);
	assert_int_equal(st.iova.total, DMA_SIZE + 64 * MIB);
	assert_int_equal(st.iova_fragmentation, 0);
	assert_int_equal(armdma_mapping_iova_alloc(more, 32 * MIB, &a), 0);
	assert_int_equal(armdma_mapping_iova_alloc(more, ARMDMA_PAGE_SIZE, &b), 0);
	assert_int_equal(armdma_mapping_iova_free(more, a, 32 * MIB), 0);
	armdma_mapping_iova_stats(more, &one);
	armdma_stats(e->m, &st);
	assert_int_equal(st.iova.used, ARMDMA_PAGE_SIZE);
	assert_int_equal(st.iova_fragmentation,
			 (one.total - one.used - one.largest_free) * 1000 / (st.iova.total - st.iova.used));
	assert_true(st.iova_fragmentation > 150);
	assert_int_equal(armdma_mapping_iova_free(more, b, ARMDMA_PAGE_SIZE), 0);
	armdma_iommu_release_mapping(more);
}

/* Every counter of the structure is in the text: its words, in order. */
static void text_has_every_counter(void **state)
{
	struct env *e = *state;
	struct armdma_stats st;
	size_t len, words = 0, numbers = 0;
	char *text;
	FILE *out = open_memstream(&text, &len);

	armdma_stats(e->m, &st);
	assert_int_equal(armdma_stats_write_json(&st, out), 0);
	fclose(out);
	words = (sizeof(st.hw) + sizeof(st.mm) + sizeof(st.dma) + sizeof(st.iommu) + sizeof(st.iova)) / 8 + 5;
	for (const char *p = text; *p; p++)
		numbers += *p >= '0' && *p <= '9' && (p[-1] == ':' || p[-1] == ',' || p[-1] == '[');
	assert_int_equal(numbers, words);
	assert_int_equal(text[len - 1], '\n');
	free(text);
	/* A full disk is told. */
	out = fopen("/dev/full", "w");
	assert_int_equal(armdma_stats_write_json(&st, out), -EIO);
	fclose(out);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, env_setup_iommu, env_teardown)
	const struct CMUnitTest tests[] = {
		T(sums_are_those_of_the_parts),
		T(spaces_add_up_and_holes_are_fragmentation),
		T(text_has_every_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
