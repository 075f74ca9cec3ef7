/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver with every generation of SYSMMU: translation, permissions, faults, invalidation, registers. */
#include "tests/iommu_rig.h"
#include "tests/iommu_walk.h"

#define IOVA 0x12300000ull
#define PA 0x48300000ull

/* Run a test for every version. */
#define EACH_VERSION(fn) \
	static void fn##_for(struct rig *r); \
	static void fn(void **state) \
	{ \
		(void)state; \
		for (size_t i = 0; i < RIG_NR_VERSIONS; i++) { \
			struct rig r; \
			rig_open(&r, rig_versions[i]); \
			fn##_for(&r); \
			rig_close(&r); \
		} \
	} \
	static void fn##_for(struct rig *r)

/* Push everything out of a first-level TLB, but not out of the sets of a second one. */
#define CROWD 0x20000000ull
#define CROWD_PAGES 64u
static void crowd_map(struct rig *r)
{
	rig_map(r, CROWD, 0x49001000, CROWD_PAGES * 4096);
}

static void crowd(struct rig *r)
{
	uint32_t v;

	for (unsigned int i = 0; i < CROWD_PAGES; i++)
		assert_int_equal(rig_read(r, CROWD + i * 4096, &v), 0);
}

static const uint64_t page_sizes[] = { 4 * KiB, 64 * KiB, MiB, 2 * MiB, 16 * MiB };

static bool has_size(const struct rig *r, uint64_t size)
{
	return r->unit->variant->format->sizes & size;
}

EACH_VERSION(pages_of_every_size_lead_where_they_should)
{
	assert_int_equal(armdma_domain_set_pgsizes(r->f.d, r->unit->variant->format->sizes), 0);
	for (unsigned int i = 0; i < 5; i++) {
		uint64_t size = page_sizes[i], iova = 0x30000000 + i * 0x2000000, pa = 0x44000000 + i * 0x2000000;

		if (!has_size(r, size)) {
			assert_int_equal(armdma_domain_set_pgsizes(r->f.d, 4096 | size), -EINVAL);
			continue;
		}
		rig_map(r, iova, pa, size);
		assert_int_equal(stats_of(r->f.d).entries[i], 1);
		rig_assert_leads(r, iova, pa);
		rig_assert_leads(r, iova + size / 2 + 0x124, pa + size / 2 + 0x124);
		rig_assert_leads(r, iova + size - 4, pa + size - 4);
	}
	assert_valid(r->f.d);
	assert_int_equal(r->faults, 0);
}

/* Touch every page of a page of each size, so that each set of each TLB can hold it; then none may be left. */
EACH_VERSION(unmap_leaves_no_translation_behind)
{
	struct check c;

	rig_quiet(r);
	check_begin(&c, r->f.hw, RIG_UNIT, r->unit->regs);
	crowd_map(r);
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t size = page_sizes[i], iova = IOVA + i * 16 * MiB, pa = PA + i * 16 * MiB;

		rig_map(r, iova, pa, size);
		for (uint64_t at = 0; at < size; at += 4096) {
			if (r->version >> 28 == 2 && at < 0x40000)
				crowd(r);
			rig_assert_leads(r, iova + at, pa + at);
		}
		rig_unmap(r, iova, size);
		/* Each of them, since a second-level TLB may hold some. */
		for (uint64_t at = 0; at < size; at += size > 64 * KiB ? 0x10000 + 0x1000 : 4096)
			assert_true(rig_faults(r, iova + at));
	}
	if (r->version >> 28 == 2)
		check_passed(&c, 6, ((struct check_need[]){ { ARMDMA_EV_TLB_INV, 81 }, { ARMDMA_EV_FAULT, 1 }, { 0, 0 } }));
	check_end(&c);
}

/* One FLUSH_ENTRY for a large page is enough but for 2.x: there other sets keep theirs. */
static void without_the_64_sets_2_x_keeps_old_translations(void **state)
{
	static const uint32_t versions[] = { ARMDMA_SYSMMU_V2_0, ARMDMA_SYSMMU_V2_1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct unit_variant forgetful;
		struct rig r;
		uint32_t v;

		rig_open(&r, versions[i]);
		forgetful = *r.unit->variant;
		forgetful.flush_sets = 0;
		r.unit->variant = &forgetful;
		crowd_map(&r);
		rig_map(&r, IOVA, PA, 64 * KiB);
		for (uint64_t at = 0; at < 64 * KiB; at += 4096) {
			crowd(&r);
			rig_assert_leads(&r, IOVA + at, PA + at);
		}
		rig_unmap(&r, IOVA, 64 * KiB);
		/* The first-level TLB knew the page once, each set of the second still does. */
		assert_int_equal(rig_read(&r, IOVA + 0x5000, &v), 0);
		assert_int_equal(r.faults, 0);
		rig_close(&r);
	}
}

/* A handler that maps the page lets the held transfer end; units of 5.x cannot go on, and the driver says so. */
EACH_VERSION(a_fault_is_decoded_repaired_and_retried)
{
	struct check c;
	bool retries = r->version >> 28 != 5;

	rig_quiet(r);
	check_begin(&c, r->f.hw, RIG_UNIT, r->unit->regs);
	rig_map(r, IOVA, PA, 4096);	/* so that the table is there */
	for (int write = 0; write < 2; write++) {
		uint64_t iova = IOVA + 0x1000 + (unsigned int)write * 0x1000;
		uint32_t v = 0;
		int ret;

		r->repair_iova = iova;
		r->repair_pa = PA + 0x10000;
		r->repair_prot = RW;
		ret = write ? rig_write(r, iova + 0x124, 1) : rig_read(r, iova + 0x124, &v);
		assert_int_equal(r->faults, write + 1);
		assert_int_equal(r->last.iova, iova + 0x124);
		assert_string_equal(r->last.unit, RIG_UNIT);
		assert_int_equal(strncmp(r->last.what, "page fault", 10), 0);
		assert_int_equal(r->last.retries, retries);
		/* Up to 3.2 nothing tells the direction of a page fault. */
		assert_int_equal(r->last.direction_known, r->unit->version >= UNIT_VERSION(3, 3));
		if (r->last.direction_known)
			assert_int_equal(r->last.write, write);
		if (r->last.info_known)
			assert_int_equal(r->last.beats, 1);
		assert_int_equal(ret, retries ? 0 : -ETIMEDOUT);
		armdma_domain_detach(r->f.d, r->dev);
		rig_attach(r);
		rig_unmap(r, iova, 4096);
	}
	if (retries)
		check_passed(&c, 12, ((struct check_need[]){ { ARMDMA_EV_FAULT, 2 }, { ARMDMA_EV_IRQ_ENTER, 2 }, { 0, 0 } }));
	check_end(&c);
}

EACH_VERSION(access_rights_are_kept)
{
	bool write_only = r->version >> 28 >= 5 && r->version != ARMDMA_SYSMMU_V1_0;
	uint32_t v = 0;

	rig_quiet(r);
	assert_int_equal(armdma_iommu_map(r->f.d, IOVA, PA, 4096, RO), 0);
	assert_int_equal(armdma_iommu_map(r->f.d, IOVA + MiB, PA + MiB, MiB, RO), 0);
	assert_int_equal(armdma_iommu_map(r->f.d, IOVA + 2 * MiB, PA, 4096, ARMDMA_IOMMU_WRITE), 0);
	assert_int_equal(rig_read(r, IOVA, &v), 0);
	assert_int_equal(rig_read(r, IOVA + MiB, &v), 0);
	assert_int_equal(rig_write(r, IOVA + 2 * MiB, 7), 0);
	assert_int_equal(r->faults, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_write(r, IOVA + (unsigned int)i * MiB, 7), -ETIMEDOUT);
		assert_int_equal(r->faults, i + 1);
		assert_int_equal(strncmp(r->last.what, "access protection", 17), 0);
		assert_true(r->last.direction_known && r->last.write);
		armdma_domain_detach(r->f.d, r->dev);
		rig_attach(r);
	}
	/* Up to 3.x there is no write-only. */
	assert_int_equal(rig_read(r, IOVA + 2 * MiB, &v), write_only ? -ETIMEDOUT : 0);
	assert_int_equal(r->faults, write_only ? 3 : 2);
}

/* ---- registers ------------------------------------------------------------ */

/* Writes of a call, with the register's whole offset: the bank of 7.4 is at 0x8000. */
struct write { uint32_t reg, value; };
struct writes { unsigned int nr; struct write w[80]; armdma_phys_t regs; };
static void log_write(void *ctx, const struct armdma_event *ev)
{
	struct writes *w = ctx;

	if (ev->addr < w->regs || ev->addr >= w->regs + 0x9000 || w->nr == 80)
		return;
	w->w[w->nr].reg = (uint32_t)(ev->addr - w->regs);
	w->w[w->nr++].value = (uint32_t)ev->value;
}

static void expect_writes(const struct writes *got, const struct write *want, unsigned int n)
{
	assert_int_equal(got->nr, n);
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(got->w[i].reg, want[i].reg);
		assert_int_equal(got->w[i].value, want[i].value);
	}
}

#define EXPECT(got, ...) \
	expect_writes(got, (const struct write[]){ __VA_ARGS__ }, \
		      sizeof((const struct write[]){ __VA_ARGS__ }) / sizeof(struct write))

/* The register sequences of the Linux driver, written down here once more. */
EACH_VERSION(enable_unmap_and_disable_write_what_the_generation_wants)
{
	struct writes w = { .regs = r->unit->regs };
	uint32_t table = (uint32_t)armdma_domain_table(r->f.d), ppn = table >> 12;

	armdma_domain_detach(r->f.d, r->dev);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->f.m), ARMDMA_EV_BIT(ARMDMA_EV_REG_WRITE),
						log_write, &w), 0);
	rig_attach(r);
	switch (r->version) {
	case ARMDMA_SYSMMU_V7_4:
		EXPECT(&w, { 0, 7 }, { 4, 0x01100784 }, { 0x800c, ppn }, { 0x8010, 1 }, { 0x8004, 4 }, { 0x8000, 9 }, { 0, 5 });
		break;
	case ARMDMA_SYSMMU_V5_0: case ARMDMA_SYSMMU_V5_1: case ARMDMA_SYSMMU_V6_0: case ARMDMA_SYSMMU_V7_0:
	case ARMDMA_SYSMMU_V7_2:
		EXPECT(&w, { 0, 7 }, { 4, 0x01100784 }, { 0xc, ppn }, { 0x10, 1 }, { 0, 5 });
		break;
	case ARMDMA_SYSMMU_V3_3:
		EXPECT(&w, { 0, 7 }, { 4, 0x01100784 }, { 0x14, table }, { 0xc, 1 }, { 0, 5 });
		break;
	case ARMDMA_SYSMMU_V3_2:
		EXPECT(&w, { 0, 7 }, { 4, 0x00500785 }, { 0x14, table }, { 0xc, 1 }, { 0, 5 });
		break;
	default:
		EXPECT(&w, { 0, 7 }, { 4, 0x785 }, { 0x14, table }, { 0xc, 1 }, { 0, 5 });
	}
	rig_map(r, IOVA, PA, 0x3000);
	w.nr = 0;
	rig_unmap(r, IOVA + 0x1000, 0x2000);
	switch (r->version) {
	case ARMDMA_SYSMMU_V7_4:
		EXPECT(&w, { 0x8020, 0x12301000 }, { 0x8024, 0x12302000 }, { 0x8018, 1 });
		break;
	case ARMDMA_SYSMMU_V5_1: case ARMDMA_SYSMMU_V6_0: case ARMDMA_SYSMMU_V7_0: case ARMDMA_SYSMMU_V7_2:
		EXPECT(&w, { 0x20, 0x12301000 }, { 0x24, 0x12302000 }, { 0x18, 1 });
		break;
	case ARMDMA_SYSMMU_V5_0:
		EXPECT(&w, { 0, 7 }, { 0x14, 0x12301001 }, { 0x14, 0x12302001 }, { 0, 5 });
		break;
	default:
		EXPECT(&w, { 0, 7 }, { 0x10, 0x12301001 }, { 0x10, 0x12302001 }, { 0, 5 });
	}
	w.nr = 0;
	armdma_domain_detach(r->f.d, r->dev);
	if (r->version == ARMDMA_SYSMMU_V7_4)
		EXPECT(&w, { 0, 0 }, { 4, 0 }, { 0x8000, 0 });
	else
		EXPECT(&w, { 0, 0 }, { 4, 0 });
	armdma_event_subscribe(armdma_machine_events(r->f.m), 0, log_write, &w);
}

/* From 5.1 on a range goes without a block, its end inclusive; 5.0 has no such register. */
EACH_VERSION(a_range_is_invalidated_while_the_unit_runs)
{
	struct armdma_iommu_stats st, before;
	struct check c;

	rig_quiet(r);
	check_begin(&c, r->f.hw, RIG_UNIT, r->unit->regs);
	rig_map(r, IOVA, PA, 0x4000);
	before = stats_of(r->f.d);
	for (uint64_t at = 0; at < 0x4000; at += 4096)
		rig_assert_leads(r, IOVA + at, PA + at);
	rig_unmap(r, IOVA + 0x1000, 0x2000);
	st = stats_of(r->f.d);
	if (r->unit->version >= UNIT_VERSION(5, 1)) {
		assert_int_equal(st.flush_range, 1);
		assert_int_equal(st.blocks, 0);
		check_passed(&c, 21, ((struct check_need[]){ { ARMDMA_EV_TLB_INV, 1 }, { ARMDMA_EV_REG_WRITE, 3 }, { 0, 0 } }));
	} else {
		assert_int_equal(st.flush_range, 0);
		assert_int_equal(st.blocks, before.blocks + 1);
		assert_int_equal(st.flush_entry, before.flush_entry + 2);
	}
	rig_assert_leads(r, IOVA, PA);
	rig_assert_leads(r, IOVA + 0x3000, PA + 0x3000);
	assert_true(rig_faults(r, IOVA + 0x1000));
	assert_true(rig_faults(r, IOVA + 0x2000));
	check_end(&c);
}

/* Tables change while the device sleeps; it wakes up with the SYSMMU on, and nothing old in it. */
EACH_VERSION(suspend_and_resume_keep_the_domain)
{
	struct check c;
	uint32_t v;

	check_begin(&c, r->f.hw, RIG_UNIT, r->unit->regs);
	rig_map(r, IOVA, PA, 4096);
	rig_assert_leads(r, IOVA, PA);
	armdma_pm_runtime_enable(r->dev);
	rig_unmap(r, IOVA, 4096);
	rig_map(r, IOVA, PA + MiB, 4096);
	rig_map(r, IOVA + 0x1000, PA + 0x5000, 4096);
	armdma_pm_runtime_get(r->dev);
	rig_assert_leads(r, IOVA, PA + MiB);
	rig_assert_leads(r, IOVA + 0x1000, PA + 0x5000);
	armdma_pm_runtime_put(r->dev);
	armdma_pm_runtime_get(r->dev);
	assert_int_equal(rig_read(r, IOVA, &v), 0);
	assert_int_equal(r->faults, 0);
	check_passed(&c, 24, ((struct check_need[]){ { ARMDMA_EV_REG_WRITE, 8 }, { ARMDMA_EV_WALK, 2 }, { 0, 0 } }));
	check_end(&c);
}

/* Ranges are served where the generation has buffers, also after the device slept; elsewhere the driver says so. */
EACH_VERSION(prefetch_buffers_serve_the_ranges_that_they_are_given)
{
	const struct armdma_prefetch range = { .start = IOVA, .size = 64 * KiB }, empty = { .start = IOVA };
	const struct armdma_prefetch many[7] = { range, range, range, range, range, range, range };
	bool has = r->version != ARMDMA_SYSMMU_V1_0 && r->version >> 28 >= 3 && r->version >> 28 <= 6;
	struct armdma_hw_stats before, after;
	uint32_t v;

	assert_int_equal(armdma_iommu_set_prefetch(r->dev, &empty, 1), -EINVAL);
	assert_int_equal(armdma_iommu_set_prefetch(r->dev, &range, 1), has ? 0 : -EOPNOTSUPP);
	assert_int_equal(armdma_iommu_set_prefetch(r->dev, NULL, 0), 0);
	if (!has)
		return;
	assert_int_equal(armdma_iommu_set_prefetch(r->dev, many, 7), -ENOSPC);
	assert_int_equal(armdma_iommu_set_prefetch(r->dev, &range, 1), 0);
	rig_map(r, IOVA, PA + 4096, 64 * KiB);
	rig_map(r, IOVA + MiB, PA + 4096, 4096);
	armdma_domain_detach(r->f.d, r->dev);
	rig_attach(r);
	armdma_hw_stats(r->f.hw, &before);
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(rig_read(r, IOVA + i * 4096, &v), 0);
	assert_int_equal(rig_read(r, IOVA + MiB, &v), 0);
	armdma_hw_stats(r->f.hw, &after);
	assert_int_equal(after.pb_lookups - before.pb_lookups, 16);
	assert_true(after.pb_misses - before.pb_misses <= 2);
	/* And what leaves the tables leaves the buffers. */
	rig_quiet(r);
	rig_unmap(r, IOVA + 0x3000, 4096);
	assert_true(rig_faults(r, IOVA + 0x3000));
	assert_int_equal(rig_read(r, IOVA + 0x4000, &v), 0);
	assert_int_equal(armdma_iommu_set_prefetch(r->dev, NULL, 0), 0);
	armdma_hw_stats(r->f.hw, &before);
	assert_int_equal(rig_read(r, IOVA + 0x5000, &v), 0);
	armdma_hw_stats(r->f.hw, &after);
	assert_int_equal(after.pb_lookups, before.pb_lookups);
}

/* ---- one domain, several units ---------------------------------------------- */

/* Two masters, one of them with two SYSMMUs: one table, and every TLB hears of an unmap. */
EACH_VERSION(a_shared_domain_is_invalidated_in_every_unit)
{
	struct armdma_device *other = armdma_device_find(r->f.m, "fimc1");
	uint32_t v = 0;

	rig_quiet(r);
	assert_int_equal(armdma_domain_attach(r->f.d, other), 0);
	rig_map(r, IOVA, PA, 4096);
	rig_assert_leads(r, IOVA, PA);
	assert_int_equal(armdma_hw_master_read_sync(r->f.hw, "fimc1", IOVA, &v, 4, RIG_TIME), 0);
	rig_unmap(r, IOVA, 4096);
	assert_int_equal(armdma_hw_master_read_sync(r->f.hw, "fimc1", IOVA, &v, 4, RIG_TIME), -ETIMEDOUT);
	assert_int_equal(r->faults, 1);
	assert_ptr_equal(r->last.dev, other);
	assert_true(rig_faults(r, IOVA));
	assert_int_equal(armdma_domain_detach(r->f.d, other), 0);
}

/* The ports of one master, each with a SYSMMU of its own, as the video codec has them. */
static void a_master_with_two_units_sees_one_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_config cfg = rig_config(rig_versions[i]);
		uint32_t v = 0;
		struct rig r;

		/* The second port takes the SYSMMU of fimc1, which has none then. */
		memcpy(cfg.devices[0].more_sysmmus[0], cfg.devices[1].sysmmu, ARMDMA_NAME_LEN);
		cfg.devices[1].sysmmu[0] = 0;
		rig_open_cfg(&r, &cfg);
		rig_quiet(&r);
		assert_int_equal(r.dev->nr_units, 2);
		rig_attach(&r);
		rig_map(&r, IOVA, PA, 4096);
		rig_assert_leads(&r, IOVA, PA);
		assert_int_equal(armdma_hw_master_read_sync(r.f.hw, "fimc0:1", IOVA, &v, 4, RIG_TIME), 0);
		rig_unmap(&r, IOVA, 4096);
		assert_int_equal(armdma_hw_master_read_sync(r.f.hw, "fimc0:1", IOVA, &v, 4, RIG_TIME), -ETIMEDOUT);
		assert_int_equal(r.faults, 1);
		assert_true(rig_faults(&r, IOVA));
		rig_close(&r);
	}
}

/* ---- formats ------------------------------------------------------------------ */

/* Physical addresses of 36 bits: tables and memory above 4 GiB. */
static void tables_above_4_gib_are_for_5_0_and_later(void **state)
{
	(void)state;
	for (size_t i = 0; i < RIG_NR_VERSIONS; i++) {
		struct armdma_config cfg = rig_config(rig_versions[i]);
		struct armdma_machine *m;
		struct rig r;

		cfg.ram_base = 0x840000000;
		for (uint32_t k = 0; k < cfg.nr_devices; k++)
			cfg.devices[k].addr_bits = 0;
		if (rig_versions[i] >> 28 < 5 || rig_versions[i] == ARMDMA_SYSMMU_V1_0) {
			/* A table of 32-bit units cannot lie there. */
			if (!armdma_machine_create(&m, &cfg, NULL)) {
				assert_null(armdma_domain_alloc(m));
				armdma_machine_destroy(m);
			}
			continue;
		}
		rig_open_cfg(&r, &cfg);
		rig_attach(&r);
		assert_true(armdma_domain_table(r.f.d) >= 0x840000000);
		assert_int_equal(armdma_iommu_map(r.f.d, IOVA, 0x1000000000 - 0x1000, 0x2000, RW), -EINVAL);
		rig_map(&r, IOVA, 0x848300000, MiB);
		rig_map(&r, IOVA + MiB, 0x848412000, 4096);
		rig_assert_leads(&r, IOVA + 0x12344, 0x848312344);
		rig_assert_leads(&r, IOVA + MiB, 0x848412000);
		assert_int_equal(armdma_iova_to_phys(r.f.d, IOVA + MiB + 5), 0x848412005);
		assert_valid(r.f.d);
		rig_close(&r);
	}
}

/* Generations in one machine: an empty domain takes on the device's format, one with entries is refused. */
static void a_domain_takes_on_the_format_of_its_first_device(void **state)
{
	struct armdma_config cfg = rig_config(ARMDMA_SYSMMU_V1_2);
	struct armdma_device *newer;
	struct rig r;

	(void)state;
	cfg.sysmmus[1].version = ARMDMA_SYSMMU_V6_0;
	cfg.sysmmus[2].version = ARMDMA_SYSMMU_V7_4;
	cfg.sysmmus[2].reg_base = 0x11b00000;
	rig_open_cfg(&r, &cfg);
	newer = armdma_device_find(r.f.m, "fimc1");
	rig_map(&r, IOVA, PA, 4096);
	assert_int_equal(armdma_domain_attach(r.f.d, newer), -EINVAL);
	rig_unmap(&r, IOVA, 4096);
	assert_int_equal(armdma_domain_attach(r.f.d, newer), 0);
	assert_int_equal(armdma_domain_set_pgsizes(r.f.d, 0x1000 | 2 * MiB), 0);
	rig_map(&r, IOVA, PA, 4096);
	assert_int_equal(walk_v5(r.f.hw, armdma_domain_table(r.f.d), IOVA, true).pa, PA);
	/* While it carries words of 6.x, no unit of 1.2 can read it; and none of 7.x its pages of 2 MiB. */
	assert_int_equal(armdma_domain_attach(r.f.d, r.dev), -EINVAL);
	assert_int_equal(armdma_domain_attach(r.f.d, armdma_device_find(r.f.m, "fimc2")), -EINVAL);
	assert_int_equal(armdma_domain_detach(r.f.d, newer), 0);
	rig_unmap(&r, IOVA, 4096);
	rig_attach(&r);
	rig_map(&r, IOVA, PA, 4096);
	rig_assert_leads(&r, IOVA, PA);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_every_size_lead_where_they_should),
		cmocka_unit_test(unmap_leaves_no_translation_behind),
		cmocka_unit_test(without_the_64_sets_2_x_keeps_old_translations),
		cmocka_unit_test(a_fault_is_decoded_repaired_and_retried),
		cmocka_unit_test(access_rights_are_kept),
		cmocka_unit_test(enable_unmap_and_disable_write_what_the_generation_wants),
		cmocka_unit_test(a_range_is_invalidated_while_the_unit_runs),
		cmocka_unit_test(suspend_and_resume_keep_the_domain),
		cmocka_unit_test(prefetch_buffers_serve_the_ranges_that_they_are_given),
		cmocka_unit_test(a_shared_domain_is_invalidated_in_every_unit),
		cmocka_unit_test(a_master_with_two_units_sees_one_table),
		cmocka_unit_test(tables_above_4_gib_are_for_5_0_and_later),
		cmocka_unit_test(a_domain_takes_on_the_format_of_its_first_device),
	};

	checklist_start("iommu_generations");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
