/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many bursts in one go must be the same as burst by burst.
 *
 * Two machines get the same random script, one of them with config.burst_by_burst. Everything that
 * can be seen is written down (ends of transfers, faults, interrupts, blocking, timers, status reads, each
 * with its time; the bus traffic of each channel as merged ranges) and compared, with memory and
 * counters at the end.
 */
#include <stdlib.h>

#include "tests/sysmmu_rig.h"

#define NR_XFERS 8
#define XFER_MAX 20000
#define DATA 0x50000000u	/* physical pages that transfers reach */
#define DATA_SIZE 0x00040000u
#define IOVA 0x10000000u
#define IOVA_PAGES 48u
#define MAX_NOTES 20000
#define NR_TIMERS 2

enum note { N_DONE, N_FAULT, N_IRQ, N_BLOCK, N_TIMER, N_STATUS, N_STEP, N_BUS };

struct record {
	uint64_t when, a, b;
	enum note what;
};

struct channel_log {
	const char *who;
	uint64_t from, to, pa;
	int result;
	unsigned int nr;
};

struct world;

struct timer {
	struct clock_event ev;
	struct world *w;
	uint32_t seed;
};

struct world {
	struct rig r;
	struct bus_master *plain, *snoop;
	struct bus_xfer x[NR_XFERS];
	uint8_t buf[NR_XFERS][XFER_MAX];
	bool busy[NR_XFERS];
	struct timer timer[NR_TIMERS];
	struct record *notes;
	size_t nr_notes;
	struct channel_log log[3][2];
	uint64_t bus_bytes;
	uint64_t rng, irq_rng;
};

static uint32_t next(uint64_t *rng, uint32_t n)
{
	*rng = *rng * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*rng >> 33) % n;
}

static void note(struct world *w, enum note what, uint64_t a, uint64_t b)
{
	assert_true(w->nr_notes < MAX_NOTES);
	w->notes[w->nr_notes++] =
		(struct record){ armdma_hw_now(w->r.hw), a, b, what };
}

/* Random table entry for one page: present most of the time, now and then read only or secure. */
static void remap(struct world *w, uint64_t *rng)
{
	uint32_t page = next(rng, IOVA_PAGES), va = IOVA + (page << 12);
	uint32_t pa = DATA + (next(rng, DATA_SIZE >> 12) << 12);

	switch (next(rng, 10)) {
	case 0:
		rig_put32(&w->r, rig_l2_slot(&w->r, va), 0);
		break;
	case 1:
		rig_map_4k(&w->r, va, pa, RIG_RO);
		break;
	case 2:
		rig_map_64k(&w->r, va & ~0xFFFFu, pa & ~0xFFFFu, RIG_RW);
		break;
	default:
		rig_map_4k(&w->r, va, pa, RIG_RW);
	}
}

static void make_valid(struct world *w, uint32_t va)
{
	uint32_t v = va & ~4095u;

	if (v < IOVA || v >= IOVA + (IOVA_PAGES << 12))
		return;
	rig_map_4k(&w->r, v, DATA + (v - IOVA) % DATA_SIZE, RIG_RW);
}

/* The handler repairs what faulted, sometimes only at the second attempt. */
static bool on_irq(void *ctx, uint32_t line)
{
	struct world *w = ctx;
	uint32_t status = rig_r(&w->r, ARMDMA_SYSMMU_REG_INT_STATUS);
	uint32_t addr[4];

	(void)line;
	if (!status)
		return false;
	addr[0] = rig_r(&w->r, ARMDMA_SYSMMU_REG_PAGE_FAULT_ADDR);
	addr[1] = rig_r(&w->r, ARMDMA_SYSMMU_REG_AR_FAULT_ADDR);
	addr[2] = rig_r(&w->r, ARMDMA_SYSMMU_REG_AW_FAULT_ADDR);
	addr[3] = rig_r(&w->r, ARMDMA_SYSMMU_REG_DEFAULT_SLAVE_ADDR);
	note(w, N_IRQ, status, addr[0] ^ addr[1] ^ addr[2] ^ addr[3]);
	/* A lazy handler leaves the line high for once. */
	if (next(&w->irq_rng, 4) == 0)
		return true;
	for (int i = 0; i < 4; i++) {
		make_valid(w, addr[i]);
		if (addr[i])
			rig_flush_entry(&w->r, addr[i]);
	}
	rig_w(&w->r, ARMDMA_SYSMMU_REG_INT_CLEAR, status);
	rig_w(&w->r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	return true;
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	struct world *w = ctx;
	struct channel_log *l;
	int who, write = ev->type == ARMDMA_EV_BUS_WRITE;

	if (ev->type == ARMDMA_EV_FAULT) {
		note(w, N_FAULT, ev->addr, ev->value * 4 + ev->dir);
		return;
	}
	if (ev->type == ARMDMA_EV_BLOCK) {
		note(w, N_BLOCK, ev->value, 0);
		return;
	}
	who = ev->who[0] == 'm' ? 0 : ev->who[0] == 'p' ? 1 : 2;
	l = &w->log[who][write];
	if (ev->result == ARMDMA_RESP_OKAY)
		w->bus_bytes += ev->len;
	/* Merge what continues the range before; write a range down when it has ended. */
	if (l->nr && l->to == ev->addr && l->pa + (l->to - l->from) == ev->pa && l->result == 0 &&
	    ev->result == 0) {
		l->to += ev->len;
		return;
	}
	*l = (struct channel_log){ ev->who, ev->addr, ev->addr + ev->len, ev->pa, ev->result,
				   l->nr + 1 };
}

static void on_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct world *w = x->ctx;
	size_t i = (size_t)(x - w->x);
	const struct channel_log *l = &w->log[x->master == w->r.m     ? 0 :
					      x->master == w->plain ? 1 :
								      2][x->write];

	w->busy[i] = false;
	note(w, N_DONE, i << 8 | resp, x->pos);
	/* Where the channel's traffic stands by now. */
	note(w, N_BUS, l->to, l->pa + (uint64_t)l->nr);
}

static void on_timer(struct clock_event *ev)
{
	struct timer *t = (struct timer *)((char *)ev - offsetof(struct timer, ev));
	struct world *w = t->w;
	uint64_t rng = t->seed;

	note(w, N_TIMER, t->seed, bus_master_busy_until(w->r.m));
	switch (next(&rng, 4)) {
	case 0:
		remap(w, &rng);
		break;
	case 1:
		sysmmu_reg_write(w->r.mmu, ARMDMA_SYSMMU_REG_FLUSH_ENTRY,
				 IOVA + (next(&rng, IOVA_PAGES) << 12) + 1);
		break;
	case 2:
		rig_put32(&w->r, DATA + next(&rng, DATA_SIZE / 4) * 4, next(&rng, 1u << 30));
		break;
	default:
		break;
	}
}

static void start_xfer(struct world *w)
{
	uint32_t i = next(&w->rng, NR_XFERS), kind = next(&w->rng, 10);
	struct bus_master *m = kind < 7 ? w->r.m : kind < 9 ? w->plain : w->snoop;
	uint32_t len = 1 + next(&w->rng, next(&w->rng, 2) ? 300 : XFER_MAX);
	uint32_t off = next(&w->rng, (IOVA_PAGES << 12) - len);
	uint32_t beats = next(&w->rng, 3) ? 16 : 1 + next(&w->rng, 16);
	bool write = next(&w->rng, 2);
	uint64_t base = m == w->r.m ? IOVA : DATA;

	if (next(&w->rng, 40) == 0)
		base = w->r.hw->cfg.ram_base + w->r.hw->cfg.ram_size - off - len / 2;
	if (w->busy[i])
		return;
	for (uint32_t k = 0; write && k < len; k++)
		w->buf[i][k] = (uint8_t)(next(&w->rng, 256));
	w->x[i] = (struct bus_xfer){
		.addr = base + off, .buf = w->buf[i], .len = len, .write = write,
		.burst_beats = (uint8_t)beats, .id = (uint16_t)i, .done = on_done, .ctx = w,
	};
	w->busy[i] = true;
	bus_submit(m, &w->x[i]);
}

static void block_and_unblock(struct world *w)
{
	unsigned int reads = 0;

	rig_w(&w->r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_BLOCKED);
	while (!rig_r(&w->r, ARMDMA_SYSMMU_REG_STATUS) && reads < 120)
		reads++;
	note(w, N_STATUS, reads, bus_master_busy_until(w->r.m));
	rig_flush_entry(&w->r, IOVA + (next(&w->rng, IOVA_PAGES) << 12));
	rig_w(&w->r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
}

static void step(struct world *w)
{
	uint32_t what = next(&w->rng, 100);
	struct timer *t;

	if (what < 40) {
		start_xfer(w);
	} else if (what < 60) {
		armdma_hw_advance(w->r.hw, next(&w->rng, next(&w->rng, 2) ? 50 : 3000));
	} else if (what < 75) {
		t = &w->timer[next(&w->rng, NR_TIMERS)];
		t->seed = next(&w->rng, 1u << 30);
		if (!clock_queued(&t->ev))
			clock_schedule(w->r.hw, &t->ev, next(&w->rng, 1500));
	} else if (what < 80) {
		remap(w, &w->rng);
	} else if (what < 85) {
		block_and_unblock(w);
	} else if (what < 88) {
		rig_w(&w->r, ARMDMA_SYSMMU_REG_FLUSH, 1);
	} else if (what < 90) {
		uint32_t i = next(&w->rng, NR_XFERS);

		if (w->busy[i]) {
			bus_withdraw(w->x[i].master, &w->x[i]);
			w->busy[i] = false;
		}
	} else if (what < 92) {
		sysmmu_inject_security(w->r.mmu, next(&w->rng, 2), 0);
		rig_w(&w->r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_DISABLED);
		armdma_hw_advance(w->r.hw, next(&w->rng, 500));
		rig_w(&w->r, ARMDMA_SYSMMU_REG_CTRL, ARMDMA_SYSMMU_CTRL_RUN);
	} else {
		unsigned int flags = armdma_hw_irq_save(w->r.hw);

		armdma_hw_advance(w->r.hw, next(&w->rng, 400));
		armdma_hw_irq_restore(w->r.hw, flags);
	}
	note(w, N_STEP, what, 0);
}

static void world_open(struct world *w, uint32_t version, uint32_t seed, bool slow)
{
	struct armdma_config cfg = rig_config(version);

	memset(w, 0, sizeof(*w));
	cfg.burst_by_burst = slow;
	cfg.sysmmus[0].tlb_entries = 1 + seed % 20;
	rig_open(&w->r, &cfg);
	w->notes = calloc(MAX_NOTES, sizeof(*w->notes));
	assert_non_null(w->notes);
	w->rng = seed;
	w->irq_rng = seed + 1;
	w->plain = bus_master_create(w->r.hw, "plain", 32, 16, false, NULL);
	w->snoop = bus_master_create(w->r.hw, "snoop", 32, 4, true, NULL);
	for (int i = 0; i < NR_TIMERS; i++) {
		clock_event_init(&w->timer[i].ev, on_timer);
		w->timer[i].w = w;
	}
	for (uint32_t p = 0; p < IOVA_PAGES; p++)
		rig_map_4k(&w->r, IOVA + (p << 12), DATA + (next(&w->rng, DATA_SIZE >> 12) << 12),
			   RIG_RW);
	for (uint32_t a = 0; a < DATA_SIZE; a += 4)
		rig_put32(&w->r, DATA + a, a * 2654435761u);
	rig_enable(&w->r, seed % 2 ? 5 : 4);
	assert_int_equal(armdma_hw_irq_request(w->r.hw, RIG_IRQ, on_irq, w), 0);
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(w->r.hw),
						ARMDMA_EV_BIT(ARMDMA_EV_BUS_READ) |
							ARMDMA_EV_BIT(ARMDMA_EV_BUS_WRITE) |
							ARMDMA_EV_BIT(ARMDMA_EV_FAULT) |
							ARMDMA_EV_BIT(ARMDMA_EV_BLOCK),
						on_event, w),
			 0);
}

static void world_close(struct world *w)
{
	for (int i = 0; i < NR_TIMERS; i++)
		clock_cancel(w->r.hw, &w->timer[i].ev);
	free(w->notes);
	rig_free(&w->r);
}

static void compare(struct world *a, struct world *b, uint32_t version, uint32_t seed)
{
	struct armdma_hw_stats sa = { 0 }, sb = { 0 };
	static uint8_t ma[DATA_SIZE], mb[DATA_SIZE];

	for (size_t i = 0; i < a->nr_notes && i < b->nr_notes; i++) {
		const struct record *ra = &a->notes[i], *rb = &b->notes[i];

		if (ra->what != rb->what || ra->when != rb->when || ra->a != rb->a ||
		    ra->b != rb->b)
			fail_msg("version 0x%08x seed %u note %zu: fast %d at %llu (%llx, %llx), slow %d at %llu (%llx, %llx)",
				 version, seed, i, ra->what, (unsigned long long)ra->when,
				 (unsigned long long)ra->a, (unsigned long long)ra->b, rb->what,
				 (unsigned long long)rb->when, (unsigned long long)rb->a,
				 (unsigned long long)rb->b);
	}
	assert_int_equal(a->nr_notes, b->nr_notes);
	assert_int_equal(a->bus_bytes, b->bus_bytes);
	assert_int_equal(armdma_hw_now(a->r.hw), armdma_hw_now(b->r.hw));
	sysmmu_stats(a->r.mmu, &sa);
	sysmmu_stats(b->r.mmu, &sb);
	bus_master_stats(a->r.m, &sa);
	bus_master_stats(b->r.m, &sb);
	bus_master_stats(a->plain, &sa);
	bus_master_stats(b->plain, &sb);
	bus_master_stats(a->snoop, &sa);
	bus_master_stats(b->snoop, &sb);
	assert_memory_equal(&sa, &sb, sizeof(sa));
	assert_int_equal(armdma_hw_phys_read(a->r.hw, DATA, ma, DATA_SIZE), 0);
	assert_int_equal(armdma_hw_phys_read(b->r.hw, DATA, mb, DATA_SIZE), 0);
	assert_memory_equal(ma, mb, DATA_SIZE);
	assert_memory_equal(a->buf, b->buf, sizeof(a->buf));
}

static void play(uint32_t version, uint32_t seed, unsigned int *faults, unsigned int *dones)
{
	struct world *fast = malloc(sizeof(*fast)), *slow = malloc(sizeof(*slow));

	assert_non_null(fast);
	assert_non_null(slow);
	world_open(fast, version, seed, false);
	world_open(slow, version, seed, true);
	for (int i = 0; i < 150; i++) {
		step(fast);
		step(slow);
	}
	compare(fast, slow, version, seed);
	for (size_t i = 0; i < fast->nr_notes; i++) {
		*faults += fast->notes[i].what == N_FAULT;
		*dones += fast->notes[i].what == N_DONE;
	}
	world_close(fast);
	world_close(slow);
	free(fast);
	free(slow);
}

static void run_of_bursts_is_the_same_as_burst_by_burst(void **state)
{
	unsigned int faults = 0, dones = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 120; seed++)
		play(rig_versions[seed % RIG_NR_VERSIONS], seed, &faults, &dones);
	/* The scripts were worth something. */
	assert_true(faults > 500);
	assert_true(dones > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_of_bursts_is_the_same_as_burst_by_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
