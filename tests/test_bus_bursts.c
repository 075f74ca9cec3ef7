/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules of the bus: how transfers are cut into bursts, what they cost, how they end. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/bus/bus.h"
#include "sim/hw.h"

#define RAM 0x40000000u
#define MAX_STEPS 64

/* A port under the test's control. */
struct gate {
	struct bus_port port;
	enum bus_verdict verdict;
	uint64_t span, offset;
	unsigned int asked, repeated, forgotten;
	unsigned int beats[MAX_STEPS];
	armdma_dma_t addr[MAX_STEPS];
};

struct bench {
	struct armdma_hw *hw;
	struct gate gate;
	struct bus_master *m;	/* behind the gate, one burst a span by default */
	struct bus_master *plain;
	unsigned int done;
	uint64_t done_at[8];
	struct bus_xfer *done_x[8];
	enum armdma_bus_resp resp[8];
};

static enum bus_verdict gate_translate(struct bus_port *port, const struct bus_xfer *x,
				       armdma_dma_t addr, unsigned int beats,
				       struct bus_translation *tr)
{
	struct gate *g = (struct gate *)port;

	(void)x;
	if (g->asked < MAX_STEPS) {
		g->addr[g->asked] = addr;
		g->beats[g->asked] = beats;
	}
	g->asked++;
	tr->pa = addr + g->offset;
	tr->span = g->span;
	tr->cycles = 7;
	tr->hit_cycles = 2;
	return g->verdict;
}

static void gate_repeat(struct bus_port *port, const struct bus_xfer *x, uint64_t n)
{
	(void)x;
	((struct gate *)port)->repeated += (unsigned int)n;
}

static void gate_forget(struct bus_port *port, const struct bus_xfer *x)
{
	(void)x;
	((struct gate *)port)->forgotten++;
}

static const struct bus_port_ops gate_ops = { gate_translate, gate_repeat, gate_forget };

static void on_done(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct bench *b = x->ctx;

	b->done_at[b->done] = armdma_hw_now(b->hw);
	b->done_x[b->done] = x;
	b->resp[b->done++] = resp;
}

static void bench_open(struct bench *b, bool burst_by_burst)
{
	struct armdma_config cfg = armdma_config_exynos4210();

	memset(b, 0, sizeof(*b));
	cfg.nr_devices = 0;
	cfg.nr_sysmmus = 0;
	cfg.burst_by_burst = burst_by_burst;
	assert_int_equal(armdma_hw_create(&b->hw, &cfg, NULL), 0);
	b->gate.port.ops = &gate_ops;
	b->gate.span = 4096;
	b->m = bus_master_create(b->hw, "gated", 32, 8, false, &b->gate.port);
	b->plain = bus_master_create(b->hw, "plain", 32, 8, false, NULL);
	assert_non_null(b->m);
	assert_non_null(b->plain);
}

static int set_up(void **state)
{
	static struct bench b;

	bench_open(&b, false);
	*state = &b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	armdma_hw_destroy(b->hw);
	return 0;
}

static struct bus_xfer xfer(struct bench *b, bool write, uint32_t addr, void *buf, size_t len)
{
	return (struct bus_xfer){
		.addr = addr, .buf = buf, .len = len, .write = write, .done = on_done, .ctx = b
	};
}

static struct armdma_hw_stats stats_of(const struct bus_master *m)
{
	struct armdma_hw_stats st = { 0 };

	bus_master_stats(m, &st);
	return st;
}

/* Cycles of a transfer on the plain master. */
static uint64_t cost(struct bench *b, uint32_t addr, size_t len, uint8_t beats, uint64_t *bursts)
{
	static uint8_t buf[65536];
	struct bus_xfer x = xfer(b, false, addr, buf, len);
	uint64_t start = armdma_hw_now(b->hw), before = stats_of(b->plain).bursts_read;

	x.burst_beats = beats;
	b->done = 0;
	bus_submit(b->plain, &x);
	armdma_hw_run_until_idle(b->hw, 1000000);
	assert_int_equal(b->done, 1);
	assert_int_equal(b->resp[0], ARMDMA_RESP_OKAY);
	*bursts = stats_of(b->plain).bursts_read - before;
	return b->done_at[0] - start;
}

static void bursts_have_16_beats_and_the_last_one_is_shorter(void **state)
{
	struct bench *b = *state;
	const struct armdma_costs *c = &b->hw->cfg.costs;
	uint64_t bursts;

	assert_int_equal(cost(b, RAM, 128, 0, &bursts), c->burst + 16 * c->beat);
	assert_int_equal(bursts, 1);
	assert_int_equal(cost(b, RAM, 129, 0, &bursts), 2 * c->burst + 17 * c->beat);
	assert_int_equal(bursts, 2);
	assert_int_equal(cost(b, RAM, 4096, 0, &bursts), 32 * c->burst + 512 * c->beat);
	assert_int_equal(bursts, 32);
	assert_int_equal(cost(b, RAM, 4096, 4, &bursts), 128 * c->burst + 512 * c->beat);
	assert_int_equal(bursts, 128);
	/* AXI3 has four bits of length. */
	cost(b, RAM, 4096, 255, &bursts);
	assert_int_equal(bursts, 32);
	assert_int_equal(cost(b, RAM, 1, 0, &bursts), c->burst + c->beat);
}

static void no_burst_crosses_4_KiB(void **state)
{
	struct bench *b = *state;
	uint64_t bursts;

	cost(b, RAM + 4096 - 8, 16, 0, &bursts);
	assert_int_equal(bursts, 2);
	cost(b, RAM + 4096 - 64, 128, 0, &bursts);
	assert_int_equal(bursts, 2);
	/* 12 beats of 8 bytes do not divide a page: 42 full ones and a rest in each. */
	cost(b, RAM, 8192, 12, &bursts);
	assert_int_equal(bursts, 2 * 43);
}

static void unaligned_start_shortens_the_first_burst_to_a_beat_boundary(void **state)
{
	struct bench *b = *state;
	const struct armdma_costs *c = &b->hw->cfg.costs;
	uint64_t bursts;

	/* 3 bytes off: the first burst ends at byte 128, 125 bytes in 16 beats. */
	assert_int_equal(cost(b, RAM + 3, 125, 0, &bursts), c->burst + 16 * c->beat);
	assert_int_equal(bursts, 1);
	assert_int_equal(cost(b, RAM + 3, 126, 0, &bursts), 2 * c->burst + 17 * c->beat);
	assert_int_equal(bursts, 2);
	assert_int_equal(cost(b, RAM + 7, 2, 0, &bursts), c->burst + 2 * c->beat);
	assert_int_equal(bursts, 1);
}

static void port_sees_the_first_byte_and_the_beats_of_each_burst(void **state)
{
	uint8_t buf[300] = { 0 };
	struct bus_xfer x;
	struct bench b;

	(void)state;
	bench_open(&b, true);
	x = xfer(&b, true, RAM + 0x1005, buf, sizeof(buf));
	bus_submit(b.m, &x);
	armdma_hw_run_until_idle(b.hw, 100000);
	assert_int_equal(b.done, 1);
	assert_int_equal(b.gate.asked, 3);
	assert_int_equal(b.gate.addr[0], RAM + 0x1005);
	assert_int_equal(b.gate.beats[0], 16);
	assert_int_equal(b.gate.addr[1], RAM + 0x1080);
	assert_int_equal(b.gate.beats[1], 16);
	assert_int_equal(b.gate.addr[2], RAM + 0x1100);
	assert_int_equal(b.gate.beats[2], 7);
	armdma_hw_destroy(b.hw);
}

static void further_bursts_of_a_span_are_counted_by_repeat_at_the_hit_cost(void **state)
{
	struct bench *b = *state;
	const struct armdma_costs *c = &b->hw->cfg.costs;
	static uint8_t buf[4096];
	struct bus_xfer x = xfer(b, true, RAM, buf, sizeof(buf));

	bus_submit(b->m, &x);
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_int_equal(b->gate.asked + b->gate.repeated, 32);
	assert_int_equal(b->done_at[0], 7 + 31 * 2 + 32 * c->burst + 512 * c->beat);
	assert_int_equal(bus_master_busy_until(b->m), b->done_at[0]);
}

static void data_moves_both_ways_at_any_alignment(void **state)
{
	struct bench *b = *state;
	static uint8_t out[10000], in[10000];
	struct bus_xfer w, r;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7 + i / 256);
	w = xfer(b, true, RAM + 0x2FFD, out, sizeof(out));
	bus_submit(b->plain, &w);
	armdma_hw_run_until_idle(b->hw, 100000);
	r = xfer(b, false, RAM + 0x2FFD, in, sizeof(in));
	bus_submit(b->plain, &r);
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_memory_equal(in, out, sizeof(in));
	assert_int_equal(stats_of(b->plain).bytes_written, sizeof(out));
	assert_int_equal(stats_of(b->plain).bytes_read, sizeof(in));
}

static void higher_address_bits_are_dropped(void **state)
{
	struct bench *b = *state;
	uint8_t out[4] = { 1, 2, 3, 4 }, in[4] = { 0 };
	struct bus_master *wide = bus_master_create(b->hw, "wide", 40, 8, false, NULL);
	struct bus_xfer x = xfer(b, true, 0, out, 4);

	x.addr = 0xFF00000000ULL + RAM;
	bus_submit(b->plain, &x);
	armdma_hw_run_until_idle(b->hw, 1000);
	assert_int_equal(b->resp[0], ARMDMA_RESP_OKAY);
	assert_int_equal(armdma_hw_phys_read(b->hw, RAM, in, 4), 0);
	assert_memory_equal(in, out, 4);
	bus_submit(wide, &x);
	armdma_hw_run_until_idle(b->hw, 1000);
	assert_int_equal(b->resp[1], ARMDMA_RESP_DECERR);
}

static void default_slave_ends_the_transfer_with_decerr_and_counts_what_was_done(void **state)
{
	struct bench *b = *state;
	uint64_t end = b->hw->cfg.ram_base + b->hw->cfg.ram_size;
	static uint8_t buf[1000];
	struct bus_xfer x = xfer(b, true, (uint32_t)(end - 300), buf, sizeof(buf));
	struct armdma_hw_stats st;

	bus_submit(b->plain, &x);
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_int_equal(b->resp[0], ARMDMA_RESP_DECERR);
	assert_int_equal(x.pos, 300);
	st = stats_of(b->plain);
	assert_int_equal(st.bytes_written, 300);
	assert_int_equal(st.decerr, 1);
	/* 300 bytes up to a page end are three bursts; the fourth failed. */
	assert_int_equal(st.bursts_write, 4);
}

static void slverr_of_the_port_ends_the_transfer(void **state)
{
	struct bench *b = *state;
	uint8_t buf[64];
	struct bus_xfer x = xfer(b, false, RAM, buf, sizeof(buf)), y = x;

	b->gate.verdict = BUS_SLVERR;
	bus_submit(b->m, &x);
	bus_submit(b->m, &y);
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_int_equal(b->done, 2);
	assert_int_equal(b->resp[0], ARMDMA_RESP_SLVERR);
	assert_int_equal(x.pos, 0);
	assert_int_equal(stats_of(b->m).slverr, 2);
}

static void transfers_of_one_channel_run_in_order_and_the_channels_are_independent(void **state)
{
	struct bench *b = *state;
	static uint8_t buf[4096];
	struct bus_xfer r1 = xfer(b, false, RAM, buf, 4096), r2 = xfer(b, false, RAM, buf, 64);
	struct bus_xfer w = xfer(b, true, RAM + 8192, buf, 64);

	bus_submit(b->plain, &r1);
	bus_submit(b->plain, &r2);
	bus_submit(b->plain, &w);
	assert_true(bus_master_active(b->plain));
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_false(bus_master_active(b->plain));
	assert_ptr_equal(b->done_x[0], &w);
	assert_ptr_equal(b->done_x[1], &r1);
	assert_ptr_equal(b->done_x[2], &r2);
}

static void held_transfer_stays_at_the_head_until_kicked(void **state)
{
	struct bench *b = *state;
	uint8_t buf[64] = { 0 };
	struct bus_xfer x = xfer(b, true, RAM, buf, 64), y = xfer(b, true, RAM, buf, 64);

	b->gate.verdict = BUS_HOLD;
	bus_submit(b->m, &x);
	bus_submit(b->m, &y);
	armdma_hw_advance(b->hw, 10000);
	assert_int_equal(b->gate.asked, 1);
	bus_master_kick(b->m);
	armdma_hw_advance(b->hw, 10000);
	assert_int_equal(b->gate.asked, 2);
	b->gate.verdict = BUS_GO;
	bus_master_kick(b->m);
	armdma_hw_advance(b->hw, 10000);
	assert_int_equal(b->done, 2);
	assert_ptr_equal(b->done_x[0], &x);
}

static void withdrawn_head_is_forgotten_by_the_port_and_the_next_goes_on(void **state)
{
	struct bench *b = *state;
	uint8_t buf[64] = { 0 };
	struct bus_xfer x = xfer(b, true, RAM, buf, 64), y = x, z = x;

	b->gate.verdict = BUS_HOLD;
	bus_submit(b->m, &x);
	bus_submit(b->m, &y);
	bus_submit(b->m, &z);
	armdma_hw_advance(b->hw, 1000);
	bus_withdraw(b->m, &y);
	assert_int_equal(b->gate.forgotten, 0);
	bus_withdraw(b->m, &x);
	assert_int_equal(b->gate.forgotten, 1);
	b->gate.verdict = BUS_GO;
	armdma_hw_advance(b->hw, 1000);
	assert_int_equal(b->done, 1);
	assert_ptr_equal(b->done_x[0], &z);
}

static void withdrawal_in_flight_keeps_the_channel_busy_until_the_burst_ends(void **state)
{
	struct bench *b = *state;
	static uint8_t buf[4096];
	struct bus_xfer x = xfer(b, true, RAM, buf, 4096), y = xfer(b, true, RAM, buf, 64);
	uint64_t busy;

	bus_submit(b->plain, &x);
	armdma_hw_advance(b->hw, 5);
	busy = bus_master_busy_until(b->plain);
	assert_true(busy > armdma_hw_now(b->hw));
	bus_withdraw(b->plain, &x);
	bus_submit(b->plain, &y);
	armdma_hw_advance(b->hw, 10000);
	assert_int_equal(b->done, 1);
	assert_int_equal(b->done_at[0], busy + b->hw->cfg.costs.burst + 8 * b->hw->cfg.costs.beat);
}

static void reset_drops_everything(void **state)
{
	struct bench *b = *state;
	static uint8_t buf[4096];
	struct bus_xfer r = xfer(b, false, RAM, buf, 4096), w = xfer(b, true, RAM, buf, 4096);

	bus_submit(b->m, &r);
	bus_submit(b->m, &w);
	armdma_hw_advance(b->hw, 5);
	bus_master_reset(b->m);
	assert_false(bus_master_active(b->m));
	armdma_hw_advance(b->hw, 100000);
	assert_int_equal(b->done, 0);
}

static void no_burst_starts_beyond_the_time_that_software_lets_pass(void **state)
{
	struct bench *b = *state;
	const struct armdma_costs *c = &b->hw->cfg.costs;
	const uint64_t burst = c->burst + 16 * c->beat;
	static uint8_t buf[65536];
	struct bus_xfer x = xfer(b, true, RAM, buf, sizeof(buf));

	bus_submit(b->plain, &x);
	/* Bursts start at 0, 1, 2, 3 times their length; the fourth not before its cycle. */
	armdma_hw_advance(b->hw, 3 * burst - 1);
	assert_int_equal(stats_of(b->plain).bursts_write, 3);
	assert_int_equal(armdma_hw_now(b->hw), 3 * burst - 1);
	armdma_hw_advance(b->hw, 1);
	assert_int_equal(stats_of(b->plain).bursts_write, 4);
	assert_int_equal(bus_master_busy_until(b->plain), 4 * burst);
}

static void resubmit(struct bus_xfer *x, enum armdma_bus_resp resp)
{
	struct bench *b = x->ctx;

	on_done(x, resp);
	if (b->done < 5)
		bus_submit(x->master, x);
}

static void done_may_submit_the_same_transfer_again(void **state)
{
	struct bench *b = *state;
	uint8_t buf[64];
	struct bus_xfer x = xfer(b, false, RAM, buf, 64);

	x.done = resubmit;
	bus_submit(b->plain, &x);
	armdma_hw_run_until_idle(b->hw, 100000);
	assert_int_equal(b->done, 5);
	assert_int_equal(b->done_at[4], 5 * b->done_at[0]);
}

static void coherent_master_sees_the_cpus_newest_data(void **state)
{
	struct bench *b = *state;
	struct bus_master *snoop = bus_master_create(b->hw, "snoop", 32, 8, true, NULL);
	uint8_t *cpu = armdma_hw_linear(b->hw, RAM), in[4] = { 0 };
	struct bus_xfer x = xfer(b, false, RAM, in, 4);

	assert_int_equal(armdma_hw_linear_open(b->hw, RAM, 4096), 0);
	memcpy(cpu, "new!", 4);
	bus_submit(b->plain, &x);
	armdma_hw_run_until_idle(b->hw, 1000);
	assert_memory_not_equal(in, "new!", 4);
	bus_submit(snoop, &x);
	armdma_hw_run_until_idle(b->hw, 1000);
	assert_memory_equal(in, "new!", 4);
}

static void zero_costs_do_not_hang_the_clock(void **state)
{
	struct bench *b = *state;
	static uint8_t buf[8192];
	struct bus_xfer x = xfer(b, false, RAM, buf, sizeof(buf));

	b->hw->cfg.costs.beat = 0;
	b->hw->cfg.costs.burst = 0;
	bus_submit(b->plain, &x);
	assert_int_equal(armdma_hw_run_until_idle(b->hw, 1000), 0);
	assert_int_equal(b->done, 1);
	assert_int_equal(armdma_hw_now(b->hw), 0);
}

static void probe_end(void *ctx, enum armdma_bus_resp resp, size_t bytes)
{
	(void)resp;
	*(size_t *)ctx = bytes;
}

static void probes_name_their_master_and_refuse_nonsense(void **state)
{
	struct bench *b = *state;
	uint8_t out[16] = "fifteen letters", in[16];
	size_t bytes = 0;

	assert_int_equal(armdma_hw_master_read_sync(b->hw, "nobody", RAM, in, 4, 100), -ENOENT);
	assert_int_equal(armdma_hw_master_read(b->hw, "plain", RAM, in, 0, NULL, NULL), -EINVAL);
	assert_int_equal(armdma_hw_master_write_sync(b->hw, "plain", RAM, out, 16, 100), 0);
	assert_int_equal(armdma_hw_master_read_sync(b->hw, "plain", RAM, in, 16, 100), 0);
	assert_memory_equal(in, out, 16);
	assert_int_equal(armdma_hw_master_read_sync(b->hw, "plain", 0x1000, in, 16, 100), -EIO);
	assert_int_equal(armdma_hw_master_write(b->hw, "plain", RAM, out, 16, probe_end, &bytes), 0);
	assert_int_equal(bytes, 0);
	armdma_hw_run_until_idle(b->hw, 1000);
	assert_int_equal(bytes, 16);
	/* Without anybody to tell. */
	assert_int_equal(armdma_hw_master_write(b->hw, "plain", RAM, out, 16, NULL, NULL), 0);
	armdma_hw_run_until_idle(b->hw, 1000);
}

static void probe_that_is_held_times_out_and_is_withdrawn(void **state)
{
	struct bench *b = *state;
	uint8_t buf[16];

	b->gate.verdict = BUS_HOLD;
	assert_int_equal(armdma_hw_master_read_sync(b->hw, "gated", RAM, buf, 16, 500), -ETIMEDOUT);
	assert_false(bus_master_active(b->m));
	assert_int_equal(b->gate.forgotten, 1);
	b->gate.verdict = BUS_GO;
	/* Too slow is the same. */
	assert_int_equal(armdma_hw_master_read_sync(b->hw, "gated", RAM, buf, 16, 3), -ETIMEDOUT);
	assert_int_equal(armdma_hw_master_read_sync(b->hw, "gated", RAM, buf, 16, 500), 0);
}

static void probe_in_flight_is_freed_with_the_hardware(void **state)
{
	struct bench *b = *state;
	static uint8_t buf[4096];

	assert_int_equal(armdma_hw_master_read(b->hw, "plain", RAM, buf, 4096, NULL, NULL), 0);
	armdma_hw_advance(b->hw, 10);
}

#define RULE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(bursts_have_16_beats_and_the_last_one_is_shorter),
		RULE(no_burst_crosses_4_KiB),
		RULE(unaligned_start_shortens_the_first_burst_to_a_beat_boundary),
		cmocka_unit_test(port_sees_the_first_byte_and_the_beats_of_each_burst),
		RULE(further_bursts_of_a_span_are_counted_by_repeat_at_the_hit_cost),
		RULE(data_moves_both_ways_at_any_alignment),
		RULE(higher_address_bits_are_dropped),
		RULE(default_slave_ends_the_transfer_with_decerr_and_counts_what_was_done),
		RULE(slverr_of_the_port_ends_the_transfer),
		RULE(transfers_of_one_channel_run_in_order_and_the_channels_are_independent),
		RULE(held_transfer_stays_at_the_head_until_kicked),
		RULE(withdrawn_head_is_forgotten_by_the_port_and_the_next_goes_on),
		RULE(withdrawal_in_flight_keeps_the_channel_busy_until_the_burst_ends),
		RULE(reset_drops_everything),
		RULE(no_burst_starts_beyond_the_time_that_software_lets_pass),
		RULE(done_may_submit_the_same_transfer_again),
		RULE(coherent_master_sees_the_cpus_newest_data),
		RULE(zero_costs_do_not_hang_the_clock),
		RULE(probes_name_their_master_and_refuse_nonsense),
		RULE(probe_that_is_held_times_out_and_is_withdrawn),
		RULE(probe_in_flight_is_freed_with_the_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
