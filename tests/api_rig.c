/* SPDX-License-Identifier: BSD-2-Clause */
/* The rig that runs one test body in every set of operations. */
#include "tests/api_rig.h"

#define LONG_WAIT 10000000

static char tsv_path[512];

/* ---- What a set cannot do ---------------------------------------------------- */

/* The only list of what is skipped where. */
static const struct {
	enum rig_need need;
	const char *name;
	unsigned int lacking;	/* bits of enum armdma_dma_opset */
	const char *why;
} lacks[RIG_NR_NEEDS] = {
#define SET(x) (1u << ARMDMA_OPS_##x)
	{ RIG_MERGES, "merged segments", SET(DIRECT) | SET(DIRECT_COHERENT) | SET(BOUNCE),
	  "without translation entries stay where they are" },
	{ RIG_ENTRY_BY_ENTRY, "entries that never merge", SET(IOMMU) | SET(IOMMU_COHERENT),
	  "behind an IOMMU they do" },
	{ RIG_IOVA, "IO address space", SET(DIRECT) | SET(DIRECT_COHERENT) | SET(BOUNCE),
	  "DMA addresses are physical ones" },
	{ RIG_MAINTENANCE, "cache maintenance", SET(DIRECT_COHERENT) | SET(IOMMU_COHERENT) | SET(BOUNCE),
	  "a coherent device needs none, a safe buffer is uncached" },
	{ RIG_STALE, "unsynced data", SET(DIRECT_COHERENT) | SET(IOMMU_COHERENT),
	  "a coherent device sees the caches" },
	{ RIG_UNCACHED, "uncached buffers", SET(DIRECT_COHERENT) | SET(IOMMU_COHERENT),
	  "a coherent device's buffers are cached" },
	{ RIG_CACHED, "cached buffers", SET(DIRECT) | SET(IOMMU) | SET(BOUNCE),
	  "for a device that does not snoop they are uncached" },
	{ RIG_COPIES, "safe buffers", SET(DIRECT) | SET(DIRECT_COHERENT) | SET(IOMMU) | SET(IOMMU_COHERENT),
	  "only dmabounce copies" },
	{ RIG_IN_PLACE, "the device in the driver's pages", SET(BOUNCE), "it works on the copy" },
	{ RIG_CONTIGUOUS, "contiguous coherent memory", SET(IOMMU) | SET(IOMMU_COHERENT),
	  "behind an IOMMU buffers are scattered, or of other allocators" },
	{ RIG_WINDOWS, "bus windows", SET(IOMMU) | SET(IOMMU_COHERENT),
	  "a device has a window or an IOMMU in front of it" },
#undef SET
};

const char *rig_lacks(enum armdma_dma_opset set, enum rig_need need)
{
	return lacks[need].lacking >> set & 1 ? lacks[need].why : NULL;
}

static FILE *tsv_open(void)
{
	FILE *f = fopen(tsv_path, "a");

	if (!f)
		fail_msg("%s cannot be written", tsv_path);
	return f;
}

void rig_needs(struct rig *r, enum rig_need need)
{
	FILE *f;

	if (!rig_lacks(r->set, need))
		return;
	f = tsv_open();
	fprintf(f, "skip\t%s\t%s\t%s\t%s\n", lacks[need].name, armdma_dma_ops_name(r->set), r->test->name,
		lacks[need].why);
	fclose(f);
	skip();
}

/* ---- The machine ---------------------------------------------------------------- */

struct armdma_config rig_config(void)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	uint32_t mdma = 0;

	while (strcmp(cfg.devices[mdma].name, "mdma"))
		mdma++;
	for (uint32_t i = 0; i < cfg.nr_sysmmus; i++)
		if (!strcmp(cfg.sysmmus[i].name, cfg.devices[mdma].sysmmu))
			cfg.sysmmus[0] = cfg.sysmmus[i];
	cfg.devices[0] = cfg.devices[mdma];
	cfg.devices[1] = (struct armdma_device_config){ .name = "peer", .kind = ARMDMA_DEV_MASTER };
	cfg.nr_sysmmus = 1;
	cfg.nr_devices = 2;
	cfg.ram_size = 32 * MIB;
	cfg.lowmem_size = 16 * MIB;
	cfg.cma_size = 4 * MIB;
	cfg.atomic_pool_size = 256 * KIB;
	return cfg;
}

static void note(struct rig *r, enum armdma_report_kind kind, const char *text)
{
	if (!r->reports)
		snprintf(r->text, sizeof(r->text), "%s", text);
	r->reports++;
	r->kind = kind;
}

/* One site is reported once for each kind; tables of misuse have one site, so what is told from misuse is counted there. */
static void on_report(void *ctx, const struct armdma_report *rep)
{
	struct rig *r = ctx;

	if (rep->kind != ARMDMA_REPORT_TRAP && rep->kind != ARMDMA_REPORT_STALE_CPU &&
	    rep->kind != ARMDMA_REPORT_STALE_DEVICE)
		return;
	note(r, rep->kind, rep->text);
	r->last = *rep;
	r->last.text = r->text;
	if (rep->kind == ARMDMA_REPORT_TRAP && r->trapped)
		longjmp(*r->trapped, 1);
	if (rep->kind == ARMDMA_REPORT_TRAP)
		fail_msg("%s", rep->text);
}

static void on_misuse(void *ctx, const struct armdma_event *ev)
{
	struct rig *r = ctx;

	/* The lists of these tests are to show what happens to them, not what a device can take. */
	if (ev->flags == ARMDMA_REPORT_SEGMENT)
		return;
	note(r, (enum armdma_report_kind)ev->flags, ev->who);
	r->site = ev->site;
}

static void on_log(void *ctx, const char *line)
{
	struct rig *r = ctx;

	snprintf(r->log, sizeof(r->log), "%s", line);
}

static void on_call(void *ctx, const struct armdma_event *ev)
{
	struct rig *r = ctx;
	/* An address space has no set: that of the device whose test it is. */
	unsigned int set = ev->flags < ARMDMA_NR_OPSETS ? ev->flags : armdma_dma_get_ops(r->dev), i;

	for (i = 0; i < r->nr_calls; i++)
		if (r->calls[i].set == set && !strcmp(r->calls[i].name, ev->who))
			break;
	assert_true(i < RIG_CALLS);
	if (i == r->nr_calls) {
		snprintf(r->calls[i].name, sizeof(r->calls[i].name), "%s", ev->who);
		r->calls[i].set = set;
		r->nr_calls++;
	}
	r->calls[i].count++;
}

/* What is made at its first use and stays does not count as left behind. */
static void warm_up(struct rig *r)
{
	armdma_dma_t handle;
	void *p = armdma_dma_alloc_coherent(r->dev, PAGE, &handle, ARMDMA_GFP_ATOMIC);

	if (p)
		armdma_dma_free_coherent(r->dev, PAGE, p, handle);
}

static void start(struct rig *r)
{
	struct armdma_config cfg = rig_config();
	struct armdma_error err;
	int ret;

	if (r->test->configure)
		r->test->configure(&cfg, r->set);
	if (armdma_machine_create(&r->m, &cfg, &err))
		fail_msg("%s", err.msg);
	r->hw = armdma_machine_hw(r->m);
	r->dev = armdma_device_find(r->m, "mdma");
	r->peer = armdma_device_find(r->m, "peer");
	armdma_set_report_fn(r->m, on_report, r);
	armdma_hw_set_log(r->hw, on_log, r);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->m), ARMDMA_EV_BIT(ARMDMA_EV_MISUSE),
						on_misuse, r), 0);
	warm_up(r);
	armdma_mm_stats(r->m, &r->baseline);
	ret = armdma_dma_set_ops(r->dev, r->set);
	/* Without a SYSMMU in front: rig_needs() says so. */
	if (ret && !(rig_is_iommu(r) && !cfg.nr_sysmmus))
		fail_msg("%s: %d", armdma_dma_ops_name(r->set), ret);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->m),
						ARMDMA_EV_BIT(ARMDMA_EV_DMA_CALL), on_call, r), 0);
}

/* ---- Checks ------------------------------------------------------------------------- */

void rig_expect(struct rig *r, enum armdma_report_kind kind, const char *words)
{
	if (r->reports != 1)
		fail_msg("%u reports instead of one (%s, \"%s\"): %s", r->reports, armdma_report_name(kind), words,
			 r->reports ? r->text : "");
	if (r->kind != kind || !strstr(r->text, words))
		fail_msg("no %s report with \"%s\", but %s: %s", armdma_report_name(kind), words,
			 armdma_report_name(r->kind), r->text);
	r->reports = 0;
}

void rig_validate(struct rig *r)
{
	struct armdma_error err;

	if (armdma_dma_validate(r->m, &err) || armdma_mm_validate(r->m, &err))
		fail_msg("%s", err.msg);
}

static void check_stats(const struct armdma_mm_stats *was, const struct armdma_mm_stats *is)
{
	for (unsigned int z = 0; z < ARMDMA_NR_ZONES; z++)
		if (was->pages_free[z] != is->pages_free[z])
			fail_msg("zone %u has %llu free pages instead of %llu", z,
				 (unsigned long long)is->pages_free[z], (unsigned long long)was->pages_free[z]);
	assert_int_equal(is->cma_free, was->cma_free);
	assert_int_equal(is->vm_areas, was->vm_areas);
	assert_int_equal(is->kmalloc_objects, was->kmalloc_objects);
}

void rig_check_clean(struct rig *r)
{
	struct armdma_atomic_pool_stats pool;
	struct armdma_dma_stats st, peer;
	struct armdma_mm_stats mm;

	if (r->reports)
		fail_msg("%u reports that the test does not expect: %s", r->reports, r->text);
	armdma_dma_stats(r->dev, &st);
	armdma_dma_stats(r->peer, &peer);
	assert_int_equal(st.live_allocs + st.live_maps + peer.live_allocs + peer.live_maps, 0);
	rig_validate(r);
	/* The set's own memory goes with the set. */
	assert_int_equal(armdma_dma_set_ops(r->dev, ARMDMA_OPS_DIRECT), 0);
	rig_validate(r);
	armdma_mm_stats(r->m, &mm);
	check_stats(&r->baseline, &mm);
	armdma_atomic_pool_stats(r->m, &pool);
	assert_int_equal(pool.used, 0);
	if (r->reports)
		fail_msg("%s", r->text);
}

/* ---- Running ------------------------------------------------------------------------- */

static void write_calls(const struct rig *r)
{
	FILE *f = tsv_open();

	for (unsigned int i = 0; i < r->nr_calls; i++)
		fprintf(f, "call\t%s\t%s\t%s\t%u\n", r->calls[i].name,
			armdma_dma_ops_name((enum armdma_dma_opset)r->calls[i].set), r->test->name,
			r->calls[i].count);
	fclose(f);
}

static void run(void **state)
{
	struct rig *r = *state;

	/* The runner takes the signals before each test. */
	armdma_trap_arm();
	start(r);
	armdma_trap_arm();
	r->test->body(r);
	assert_int_equal(armdma_event_subscribe(armdma_machine_events(r->m), 0, on_call, r), 0);
	rig_check_clean(r);
	r->passed = true;
}

static int teardown(void **state)
{
	struct rig *r = *state;

	if (!r->passed && r->m)
		armdma_machine_abandon(r->m);
	r->trapped = NULL;
	armdma_machine_destroy(r->m);
	r->m = NULL;
	if (!r->passed)
		return 0;
	write_calls(r);
	if (!r->reports)
		return 0;
	fprintf(stderr, "reported when the machine went: %s\n", r->text);
	return -1;
}

/* A test for each body and set, with a name that tells both. */
static void fill(struct CMUnitTest *t, struct rig *r, const struct rig_test *test, enum armdma_dma_opset set)
{
	size_t len = strlen(test->name) + 32;
	char *name = malloc(len);

	if (!name)
		abort();
	snprintf(name, len, "%s [%s]", test->name, armdma_dma_ops_name(set));
	r->test = test;
	r->set = set;
	*t = (struct CMUnitTest){ .name = name, .test_func = run, .teardown_func = teardown, .initial_state = r };
}

int rig_main(const char *name, const char *output_dir, const struct rig_test *tests, size_t ntests)
{
	size_t n = ntests * ARMDMA_NR_OPSETS;
	struct CMUnitTest *all = calloc(n, sizeof(*all));
	struct rig *rigs = calloc(n, sizeof(*rigs));
	FILE *f;
	int failed;

	if (!all || !rigs)
		abort();
	snprintf(tsv_path, sizeof(tsv_path), "%s/%s.api.tsv", output_dir, name);
	f = fopen(tsv_path, "w");	/* what an earlier run wrote goes */
	if (!f) {
		perror(tsv_path);
		return 1;
	}
	fclose(f);
	for (size_t i = 0; i < n; i++)
		fill(&all[i], &rigs[i], &tests[i / ARMDMA_NR_OPSETS],
		     (enum armdma_dma_opset)(i % ARMDMA_NR_OPSETS));
	failed = _cmocka_run_group_tests(name, all, n, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)all[i].name);
	free(all);
	free(rigs);
	return failed;
}

/* ---- Bytes ---------------------------------------------------------------------------- */

void pattern(void *buf, size_t len, uint32_t seed)
{
	uint8_t *p = buf;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)((i * 2654435761u + seed * 40503u) >> 11 ^ i >> 12 ^ seed);
}

void dev_read(struct rig *r, armdma_dma_t addr, void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_read_sync(r->hw, "mdma", addr, buf, len, LONG_WAIT), 0);
}

void dev_write(struct rig *r, armdma_dma_t addr, const void *buf, size_t len)
{
	assert_int_equal(armdma_hw_master_write_sync(r->hw, "mdma", addr, buf, len, LONG_WAIT), 0);
}

void dev_expect(struct rig *r, armdma_dma_t addr, const void *want, size_t len)
{
	uint8_t *got = malloc(len);

	assert_non_null(got);
	dev_read(r, addr, got, len);
	assert_memory_equal(got, want, len);
	free(got);
}

void rig_assert_shared(struct rig *r, void *cpu, armdma_dma_t addr, size_t len)
{
	uint8_t *bytes = malloc(len);

	assert_non_null(bytes);
	pattern(bytes, len, 11);
	memcpy(cpu, bytes, len);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_WMB);
	dev_expect(r, addr, bytes, len);
	pattern(bytes, len, 12);
	dev_write(r, addr, bytes, len);
	armdma_hw_barrier(r->hw, ARMDMA_BARRIER_RMB);
	assert_memory_equal(cpu, bytes, len);
	free(bytes);
}
