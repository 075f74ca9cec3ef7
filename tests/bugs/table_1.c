/* SPDX-License-Identifier: BSD-2-Clause */
/* B01 to B28: the streaming interface. Scenarios first, then the table. */
#include "tests/bugs/bug.h"

BUG_DRIVER(b15);

#define FRAME 1536
#define RING 4

/* Two rounds through a ring of RING buffers. */
static void two_rounds(struct bug_run *r)
{
	wire_delivers(r, 2 * RING * FRAME);
	if (bug_bind(r) || port_open(r)) {
		bug_check(r, !"the driver starts");
		return;
	}
	for (int i = 0; i < 2; i++) {
		bug_idle(r);
		bug_check(r, port_poll(r, RING) == RING);
	}
	bug_check(r, r->frames == 2 * RING && r->right);
	port_stop(r);
}

const struct bug bug_table_1[] = {
	{
		.id = "B15",
		.file = "b15_rx_no_sync_for_cpu.c",
		.title = "no sync for the CPU before a reused receive buffer is read",
		.symptom = "Now and then the CPU reads the frame that was in the buffer before: it depends on what the cache still holds, and on what a speculating "
			   "CPU has fetched while the device was writing.",
		.mend = "`dma_sync_single_for_cpu()` after the transfer and before the first look at the data.",
		.limits = "A frame that nobody looks at proves nothing; nor does one that equals the frame before.",
		.class = BUG_EVIDENCE,
		.sets = ON_CACHED | ON_BOUNCE,
		.wanted = { { ARMDMA_REPORT_STALE_CPU, "rx_poll" } },
		.drivers = BUG_TWINS(b15),
		.scenario = two_rounds,
	},
	{ 0 }
};
