/* SPDX-License-Identifier: BSD-2-Clause */
/* The seeded adversary, coherent caches, and whoever else chooses what hardware is free to do. */
#include <errno.h>

#include "memory_rig.h"
#include "sim/hw.h"

#define SEEDS 200u
#define BYTES (2u * (unsigned int)RIG_PAGE)

static struct armdma_hw *machine(enum armdma_cache_policy policy, uint64_t seed, uint32_t intensity)
{
	struct armdma_config cfg = rig_config();

	cfg.cache_policy = policy;
	cfg.seed = seed;
	cfg.adversary_intensity = intensity;
	return rig_open(&cfg);
}

static uint8_t *map_uncached(struct armdma_hw *hw, armdma_phys_t pa, size_t npages)
{
	armdma_pfn_t pfns[4];
	void *cpu;

	for (size_t i = 0; i < npages; i++)
		pfns[i] = rig_pfn(pa) + i;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_VMALLOC, pfns, npages, ARMDMA_MT_UNCACHED, &cpu), 0);
	return cpu;
}

/* ---- one seed, one run --------------------------------------------------- */

static uint64_t mix(uint64_t h, const uint8_t *p, size_t n)
{
	while (n--)
		h = (h ^ *p++) * 0x100000001b3ULL;
	return h;
}

/* Everything that a machine shows while a fixed program of stores, device writes, maintenance and barriers runs on it. */
static uint64_t history(enum armdma_cache_policy policy, uint64_t seed, uint32_t intensity)
{
	struct armdma_hw *hw = machine(policy, seed, intensity);
	uint8_t *cpu = armdma_hw_linear(hw, RIG_BASE), *w = map_uncached(hw, RIG_HIGH, 1), buf[BYTES];
	uint64_t rnd = 99, h = 0;

	for (unsigned int step = 0; step < 400; step++) {
		uint32_t off = rig_below(&rnd, BYTES - 64);

		memset(buf, (int)step, 64);
		switch (rig_below(&rnd, 6)) {
		case 0:
			memset(cpu + off, (int)step, 40);
			break;
		case 1:
			mem_write(hw, RIG_BASE + off, buf, 50);
			break;
		case 2:
			armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, (enum armdma_cache_op)(step % 3), RIG_BASE + off, 64);
			break;
		case 3:
			cpu_set(w + off / 2, (uint8_t)step);
			break;
		case 4:
			mem_write(hw, RIG_HIGH + off / 2, buf, 3);
			break;
		default:
			armdma_hw_barrier(hw, (enum armdma_barrier)(step % 5));
		}
		assert_int_equal(armdma_hw_phys_read(hw, RIG_BASE, buf, BYTES), 0);
		h = mix(h, buf, BYTES);
		h = mix(mix(h, cpu, BYTES), w, RIG_PAGE);
		assert_int_equal(armdma_hw_phys_read(hw, RIG_HIGH, buf, RIG_PAGE), 0);
		h = mix(h, buf, RIG_PAGE);
	}
	armdma_hw_destroy(hw);
	return h;
}

static void same_seed_gives_the_same_run_to_the_byte(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++)
		assert_true(history(ARMDMA_CACHE_ADVERSARY, seed, 100) == history(ARMDMA_CACHE_ADVERSARY, seed, 100));
}

static void different_seeds_differ(void **state)
{
	uint64_t h[20];

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		h[i] = history(ARMDMA_CACHE_ADVERSARY, i, 100);
		for (unsigned int j = 0; j < i; j++)
			assert_true(h[i] != h[j]);
	}
}

static void intensity_0_is_the_pessimal_cache(void **state)
{
	uint64_t pessimal = history(ARMDMA_CACHE_PESSIMAL, 1, 100);

	(void)state;
	assert_true(history(ARMDMA_CACHE_ADVERSARY, 5, 0) == pessimal);
	assert_true(history(ARMDMA_CACHE_ADVERSARY, 5, 1) != pessimal);
}

static void intensity_1000_keeps_nothing_back(void **state)
{
	struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, 1, 1000);
	uint8_t *cpu = armdma_hw_linear(hw, RIG_BASE);

	(void)state;
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, 64);
	cpu_set(cpu, 1);
	armdma_hw_cpu_relax(hw);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 1);
	rig_master8(hw, RIG_BASE + 1, 2);
	armdma_hw_cpu_relax(hw);
	assert_int_equal(cpu_get(cpu + 1), 2);
	armdma_hw_destroy(hw);
}

/* ---- what shows under the adversary only ----------------------------------- */

/* The driver writes into its receive buffer while the device has it; a good one cleans or drops that first. */
static bool received_whole(uint64_t seed, bool hands_over)
{
	struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, seed, 100);
	uint8_t *rx = armdma_hw_linear(hw, RIG_BASE), packet[64];
	bool whole;

	memset(packet, 0x5a, sizeof(packet));
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 64);
	memset(rx, 1, 14);	/* headers of the last packet are stripped */
	if (hands_over)
		armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 64);
	mem_write(hw, RIG_BASE, packet, sizeof(packet));
	armdma_hw_cpu_relax(hw);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL | ARMDMA_CACHE_OUTER_FIRST, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 64);
	whole = !memcmp(rx, packet, sizeof(packet));
	armdma_hw_destroy(hw);
	return whole;
}

static void dirty_line_is_evicted_over_received_data(void **state)
{
	unsigned int lost = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		lost += !received_whole(seed, false);
		assert_true(received_whole(seed, true));
	}
	assert_in_range(lost, 20, SEEDS - 20);
}

/* A clean line is dropped, never written back: what the device wrote under it stays. */
static void clean_line_never_overwrites_memory(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, seed, 300);

		armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, 4096);
		for (uint8_t round = 1; round < 20; round++) {
			rig_master8(hw, RIG_BASE + round, round);
			armdma_hw_cpu_relax(hw);
			assert_int_equal(rig_phys8(hw, RIG_BASE + round), round);
		}
		armdma_hw_destroy(hw);
	}
}

/* Only a speculating CPU fills a line that was invalidated before the device wrote it. */
static void only_a_speculating_cpu_needs_the_second_invalidate(void **state)
{
	unsigned int stale = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		for (int speculates = 0; speculates < 2; speculates++) {
			struct armdma_config cfg = rig_config();
			struct armdma_hw *hw;

			cfg.cache_policy = ARMDMA_CACHE_ADVERSARY;
			cfg.cpu_speculates = speculates;
			cfg.seed = seed;
			hw = rig_open(&cfg);
			armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 32);
			rig_master8(hw, RIG_BASE, 1);
			armdma_hw_cpu_relax(hw);
			if (speculates)
				stale += cpu_get(armdma_hw_linear(hw, RIG_BASE)) != 1;
			else
				assert_int_equal(cpu_get(armdma_hw_linear(hw, RIG_BASE)), 1);
			armdma_hw_destroy(hw);
		}
	}
	assert_in_range(stale, 20, SEEDS - 20);
}

/* ---- the order of stores ----------------------------------------------------- */

#define WORDS 64u
#define STORES 3000u

/* Every store to uncached memory has a number of its own; dma_wmb() begins a new epoch. */
struct store_log {
	uint32_t word_of[STORES + 1], epoch_of[STORES + 1], last[WORDS];
	uint32_t n, epoch, drained;	/* drained: stores up to this one are visible for certain */
	uint32_t visible[WORDS];
};

static uint32_t device_word(struct armdma_hw *hw, uint32_t word)
{
	uint32_t v;

	assert_int_equal(armdma_hw_phys_read(hw, RIG_HIGH + word % 2 * RIG_PAGE + word / 2 * 4, &v, 4), 0);
	return v;
}

/*
 * What the device sees of each word is some store to it, never an older one than before; where it sees one, it sees everything that a
 * barrier put before it.
 */
static void check_order(struct armdma_hw *hw, struct store_log *log, uint64_t seed)
{
	uint32_t seen_epoch = 0;

	for (uint32_t word = 0; word < WORDS; word++) {
		uint32_t v = device_word(hw, word);

		if (v > log->n || (v && log->word_of[v] != word) || v < log->visible[word])
			fail_msg("seed %llu: word %u shows store %u after %u", (unsigned long long)seed, word, v,
				 log->visible[word]);
		log->visible[word] = v;
		if (v && log->epoch_of[v] > seen_epoch)
			seen_epoch = log->epoch_of[v];
	}
	for (uint32_t i = 1; i <= log->n; i++)
		if ((log->epoch_of[i] < seen_epoch || i <= log->drained) && log->visible[log->word_of[i]] < i)
			fail_msg("seed %llu: store %u of epoch %u is not visible, one of epoch %u is",
				 (unsigned long long)seed, i, log->epoch_of[i], seen_epoch);
}

static bool is_reordered(const struct store_log *log)
{
	uint32_t newest = 0;

	for (uint32_t word = 0; word < WORDS; word++)
		if (log->visible[word] > newest)
			newest = log->visible[word];
	for (uint32_t i = 1; i < newest; i++)
		if (log->visible[log->word_of[i]] < i)
			return true;
	return false;
}

static void stores_come_in_any_order_that_the_barriers_allow(void **state)
{
	static struct store_log log;
	unsigned int reordered = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, seed, seed % 2 ? 100 : 10);
		uint8_t *w = map_uncached(hw, RIG_HIGH, 2);
		uint64_t rnd = seed;

		memset(&log, 0, sizeof(log));
		while (log.n < STORES / 10) {
			uint32_t word = rig_below(&rnd, WORDS), die = rig_below(&rnd, 100);

			if (die < 70) {
				log.n++;
				log.word_of[log.n] = word;
				log.epoch_of[log.n] = log.epoch;
				*(volatile uint32_t *)(w + word % 2 * RIG_PAGE + word / 2 * 4) = log.n;
				continue;
			}
			if (die < 85) {
				armdma_hw_barrier(hw, ARMDMA_BARRIER_DMA_WMB);
				log.epoch++;
			} else if (die < 98) {
				armdma_hw_cpu_relax(hw);
			} else {
				armdma_hw_barrier(hw, ARMDMA_BARRIER_WMB);
				log.drained = log.n;
				log.epoch++;
			}
			check_order(hw, &log, seed);
			reordered += is_reordered(&log);
		}
		armdma_hw_destroy(hw);
	}
	assert_true(reordered > 100);
}

/* What a device wrote first is not always what the CPU sees first, unless a barrier stands between. */
static void status_may_come_before_the_payload(void **state)
{
	unsigned int torn = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, seed, 100);
		uint8_t *w = map_uncached(hw, RIG_HIGH, 1);
		unsigned int turns = 0;

		rig_master8(hw, RIG_HIGH + 8, 7);	/* payload, in the line of the status */
		rig_master8(hw, RIG_HIGH, 1);
		while (!cpu_get(w) && turns++ < 100000)
			armdma_hw_cpu_relax(hw);
		assert_int_equal(cpu_get(w), 1);
		torn += cpu_get(w + 8) != 7;
		armdma_hw_barrier(hw, ARMDMA_BARRIER_DMA_RMB);
		assert_int_equal(cpu_get(w + 8), 7);
		armdma_hw_destroy(hw);
	}
	assert_in_range(torn, 20, SEEDS - 20);
}

static void read_once_brings_its_own_word_only(void **state)
{
	struct armdma_hw *hw = machine(ARMDMA_CACHE_ADVERSARY, 1, 1);
	uint8_t *w = map_uncached(hw, RIG_HIGH, 1);

	(void)state;
	rig_master8(hw, RIG_HIGH + 16, 7);
	rig_master8(hw, RIG_HIGH, 1);
	armdma_hw_read_once(hw, w);
	assert_int_equal(cpu_get(w), 1);
	assert_int_equal(cpu_get(w + 16), 0);
	armdma_hw_destroy(hw);
}

/* ---- coherent caches ----------------------------------------------------------- */

static void coherent_caches_show_everything_at_once(void **state)
{
	struct armdma_hw *hw = machine(ARMDMA_CACHE_COHERENT, 1, 100);
	uint8_t *cpu = armdma_hw_linear(hw, RIG_BASE), *w = map_uncached(hw, RIG_HIGH, 2);
	struct armdma_line_state st;
	uint8_t v;

	(void)state;
	cpu_set(cpu, 1);
	mem_read(hw, RIG_BASE, &v, 1);
	assert_int_equal(v, 1);
	rig_master8(hw, RIG_BASE + 1, 2);
	assert_int_equal(cpu_get(cpu + 1), 2);
	st = rig_line(hw, RIG_BASE);
	assert_false(st.dirty || st.stale || st.outer_dirty || st.absent);
	cpu_set(w + RIG_PAGE, 3);
	assert_int_equal(*(const uint8_t *)mem_peek(hw, RIG_HIGH + RIG_PAGE), 3);
	rig_master8(hw, RIG_HIGH, 4);
	assert_int_equal(cpu_get(w), 4);
	/* Maintenance has nothing to do, and does nothing. */
	cpu_set(cpu, 5);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_INVALIDATE, RIG_BASE, 32);
	armdma_hw_touch(hw, cpu, 1);
	armdma_hw_evict(hw, RIG_BASE);
	assert_int_equal(cpu_get(cpu), 5);
	assert_int_equal(armdma_hw_unmap(hw, w, 2), 0);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 4);
	armdma_hw_destroy(hw);
}

static void coherent_page_keeps_its_bytes_through_every_mapping(void **state)
{
	struct armdma_hw *hw = machine(ARMDMA_CACHE_COHERENT, 1, 100);
	uint8_t *cpu = armdma_hw_linear(hw, RIG_BASE), *w, *big, v;
	armdma_pfn_t pfns[64];
	void *p;

	(void)state;
	cpu_set(cpu + 9, 1);
	w = map_uncached(hw, RIG_BASE, 1);
	assert_int_equal(cpu_get(w + 9), 1);
	assert_int_equal(armdma_hw_linear_hide(hw, RIG_BASE, RIG_PAGE), 0);
	cpu_set(w + 9, 2);
	assert_int_equal(rig_phys8(hw, RIG_BASE + 9), 2);
	assert_int_equal(armdma_hw_cpu_read(hw, w + 9, &v, 1), 0);
	assert_int_equal(v, 2);
	assert_int_equal(armdma_hw_unmap(hw, w, 1), 0);
	assert_int_equal(armdma_hw_linear_show(hw, RIG_BASE, RIG_PAGE), 0);
	assert_int_equal(cpu_get(cpu + 9), 2);
	/* Larger than the write buffer takes. */
	for (size_t i = 0; i < 64; i++)
		pfns[i] = rig_pfn(RIG_HIGH) + i;
	assert_int_equal(armdma_hw_map(hw, ARMDMA_SPACE_USER, pfns, 64, ARMDMA_MT_UNCACHED, &p), 0);
	big = p;
	cpu_set(big + 63 * RIG_PAGE, 6);
	assert_int_equal(rig_phys8(hw, RIG_HIGH + 63 * RIG_PAGE), 6);
	armdma_hw_zero_flush(hw, RIG_HIGH, 64 * RIG_PAGE);
	assert_int_equal(cpu_get(big + 63 * RIG_PAGE), 0);
	assert_int_equal(armdma_hw_unmap(hw, big, 64), 0);
	armdma_hw_destroy(hw);
}

/* ---- choosers -------------------------------------------------------------------- */

struct chooser {
	struct armdma_hw *hw;
	unsigned int offers[ARMDMA_NR_CHOICES];
	enum armdma_choice_kind take;	/* ARMDMA_NR_CHOICES: none */
	uint32_t levels;		/* 0: any */
	uint64_t last_point, state;
};

static bool choose(void *ctx, const struct armdma_choice *c)
{
	struct chooser *ch = ctx;

	assert_true(c->point >= ch->last_point);
	ch->last_point = c->point;
	ch->offers[c->kind]++;
	ch->state = armdma_hw_choice_state(ch->hw, c);
	return c->kind == ch->take && (!ch->levels || c->levels == ch->levels);
}

static void declining_chooser_is_the_pessimal_cache(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_NR_CHOICES };
	uint8_t *cpu = armdma_hw_linear(hw, RIG_BASE), *w = map_uncached(hw, RIG_HIGH, 1);

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	armdma_hw_cache_op(hw, ARMDMA_CACHE_ALL, ARMDMA_CACHE_CLEAN, RIG_BASE, 4096);
	cpu_set(cpu, 1);
	rig_master8(hw, RIG_BASE + 64, 2);
	cpu_set(w, 3);
	rig_master8(hw, RIG_HIGH + 8, 4);
	armdma_hw_cpu_relax(hw);
	assert_int_equal(rig_phys8(hw, RIG_BASE), 0);
	assert_int_equal(cpu_get(cpu + 64), 0);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 0);
	assert_int_equal(cpu_get(w + 8), 0);
	for (int k = ARMDMA_CHOICE_EVICT; k <= ARMDMA_CHOICE_PULL; k++)
		assert_true(ch.offers[k] > 0);
	armdma_hw_destroy(hw);
}

/* Of too many barriers' stores the oldest have come through, and none overtakes another. */
static void oldest_of_many_ordered_stores_comes_through_first(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_NR_CHOICES };
	uint8_t *w = map_uncached(hw, RIG_HIGH, 1);

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	for (unsigned int i = 0; i < 40; i++) {
		cpu_set(w + 4 * i, 1);
		armdma_hw_barrier(hw, ARMDMA_BARRIER_DMA_WMB);
		for (unsigned int j = 0; j <= i; j++)
			assert_int_equal(rig_phys8(hw, RIG_HIGH + 4 * j), j + 16 <= i);
	}
	armdma_hw_barrier(hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(rig_phys8(hw, RIG_HIGH + 4 * 39), 1);
	armdma_hw_destroy(hw);
}

/* A store that has come through does not come again: what a master writes over it stays. */
static void store_becomes_visible_once(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_NR_CHOICES };
	uint8_t *w = map_uncached(hw, RIG_HIGH, 1);

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	cpu_set(w + 4, 1);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_DMA_WMB);
	cpu_set(w, 2);
	ch.take = ARMDMA_CHOICE_DRAIN;
	armdma_hw_cpu_relax(hw);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 2);
	rig_master8(hw, RIG_HIGH, 3);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_DMA_WMB);
	armdma_hw_cpu_relax(hw);
	armdma_hw_barrier(hw, ARMDMA_BARRIER_WMB);
	assert_int_equal(rig_phys8(hw, RIG_HIGH), 3);
	assert_int_equal(cpu_get(w), 3);
	armdma_hw_destroy(hw);
}

static void choice_that_is_taken_is_done_and_told(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_CHOICE_FILL };

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	rig_master8(hw, RIG_BASE, 2);
	armdma_hw_cpu_relax(hw);
	assert_int_equal(cpu_get(armdma_hw_linear(hw, RIG_BASE)), 2);
	assert_int_equal(ch.offers[ARMDMA_CHOICE_FILL], 1);
	armdma_hw_destroy(hw);
}

static void nothing(struct clock_event *ev)
{
	(void)ev;
}

static void quiet(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

/* Two events under way, and a register read. Returns the time that has passed. */
static uint64_t held_up(uint32_t levels, unsigned int *happened)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_CHOICE_PROGRESS, .levels = levels };
	struct clock_event ev, later, never;
	uint64_t now;

	armdma_hw_set_log(hw, quiet, NULL);
	clock_event_init(&ev, nothing);
	clock_event_init(&later, nothing);
	clock_event_init(&never, nothing);
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	armdma_hw_readl(hw, 0x1000);
	assert_int_equal(ch.offers[ARMDMA_CHOICE_PROGRESS], 0);	/* nothing can happen */
	clock_schedule(hw, &ev, 5000);
	clock_schedule(hw, &later, 9000);
	clock_schedule(hw, &never, 900000);
	armdma_hw_readl(hw, 0x1000);
	*happened = !clock_queued(&ev) + !clock_queued(&later) + !clock_queued(&never);
	now = armdma_hw_now(hw);
	clock_cancel(hw, &later);
	clock_cancel(hw, &never);
	armdma_hw_destroy(hw);
	return now;
}

static void held_up_cpu_lets_devices_go_on_a_step_or_as_far_as_they_can(void **state)
{
	unsigned int happened;

	(void)state;
	assert_in_range(held_up(ARMDMA_PROGRESS_STEP, &happened), 5000, 5100);
	assert_int_equal(happened, 1);
	assert_in_range(held_up(ARMDMA_PROGRESS_IDLE, &happened), ARMDMA_PROGRESS_US * ARMDMA_CLOCK_MHZ,
			ARMDMA_PROGRESS_US * ARMDMA_CLOCK_MHZ + 100);
	assert_int_equal(happened, 2);
}

/* What is offered before the point that a chooser waits for is declined unasked. */
static void chooser_may_wait_for_a_point(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_CHOICE_FILL };
	unsigned int turns = 0;

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	armdma_hw_chooser_wait(hw, 9);
	rig_master8(hw, RIG_BASE, 2);
	while (!cpu_get(armdma_hw_linear(hw, RIG_BASE)) && turns++ < 100)
		armdma_hw_cpu_relax(hw);
	assert_int_equal(ch.last_point, 9);
	assert_int_equal(ch.offers[ARMDMA_CHOICE_FILL], 1);
	armdma_hw_chooser_wait(hw, UINT64_MAX);
	rig_master8(hw, RIG_BASE, 3);
	armdma_hw_advance(hw, 1000);
	assert_int_equal(cpu_get(armdma_hw_linear(hw, RIG_BASE)), 2);
	armdma_hw_destroy(hw);
}

static void state_of_a_choice_changes_with_its_bytes_only(void **state)
{
	struct armdma_hw *hw = rig();
	struct chooser ch = { .hw = hw, .take = ARMDMA_NR_CHOICES };
	uint8_t *w = map_uncached(hw, RIG_HIGH, 1);
	uint64_t was;

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), 0);
	cpu_set(w, 1);
	armdma_hw_cpu_relax(hw);
	was = ch.state;
	armdma_hw_cpu_relax(hw);
	assert_true(ch.state == was);
	cpu_set(w, 2);
	armdma_hw_cpu_relax(hw);
	assert_true(ch.state != was);
	armdma_hw_destroy(hw);
}

static void chooser_needs_caches_with_something_to_choose(void **state)
{
	struct armdma_config cfg = rig_config();
	struct armdma_hw *hw = machine(ARMDMA_CACHE_COHERENT, 1, 1);
	struct chooser ch = { .hw = hw };

	(void)state;
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), -EINVAL);
	armdma_hw_destroy(hw);
	cfg.undo = false;
	hw = rig_open(&cfg);
	assert_int_equal(armdma_hw_set_chooser(hw, choose, &ch), -EINVAL);
	assert_int_equal(armdma_hw_set_chooser(hw, NULL, NULL), 0);
	armdma_hw_destroy(hw);
}

static void choices_have_names(void **state)
{
	(void)state;
	assert_string_equal(armdma_choice_name(ARMDMA_CHOICE_EVICT), "evict");
	assert_string_equal(armdma_choice_name(ARMDMA_CHOICE_PROGRESS), "progress");
	assert_string_equal(armdma_choice_name(ARMDMA_NR_CHOICES), "unknown");
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(same_seed_gives_the_same_run_to_the_byte),
		T(different_seeds_differ),
		T(intensity_0_is_the_pessimal_cache),
		T(intensity_1000_keeps_nothing_back),
		T(dirty_line_is_evicted_over_received_data),
		T(clean_line_never_overwrites_memory),
		T(only_a_speculating_cpu_needs_the_second_invalidate),
		T(stores_come_in_any_order_that_the_barriers_allow),
		T(status_may_come_before_the_payload),
		T(read_once_brings_its_own_word_only),
		T(coherent_caches_show_everything_at_once),
		T(coherent_page_keeps_its_bytes_through_every_mapping),
		T(declining_chooser_is_the_pessimal_cache),
		T(oldest_of_many_ordered_stores_comes_through_first),
		T(store_becomes_visible_once),
		T(choice_that_is_taken_is_done_and_told),
		T(held_up_cpu_lets_devices_go_on_a_step_or_as_far_as_they_can),
		T(chooser_may_wait_for_a_point),
		T(state_of_a_choice_changes_with_its_bytes_only),
		T(chooser_needs_caches_with_something_to_choose),
		T(choices_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
