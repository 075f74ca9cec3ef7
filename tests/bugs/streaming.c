/* SPDX-License-Identifier: BSD-2-Clause */
/* Boards and users of the drivers of B01 to B28: each makes a port do its work, and looks at what comes out. */
#include <stdlib.h>
#include <string.h>

#include <armdma/mm.h>
#include <armdma/scatterlist.h>

#include "tests/bugs/bug.h"
#include "tests/bugs/streaming.h"

#define FRAME 1536
#define RING 4
#define PAGES 4
#define PAGE ARMDMA_PAGE_SIZE

/* Bind and open; a port that has no open() is open. */
static bool ready(struct bug_run *r)
{
	bool ok = !bug_bind(r);

	if (ok && r->ports[0].ops && r->ports[0].ops->open)
		ok = !port_open(r);
	bug_check(r, ok);
	return ok;
}

static void *user_memory(struct bug_run *r, size_t len)
{
	void *p = armdma_kmalloc(r->m, len, ARMDMA_GFP_KERNEL);

	bug_check(r, p);
	return p;
}

/* How a port's frames look on its wire: head bytes of the port's own, the frame, of which the first `skip` bytes are the port's, padding. */
struct framing {
	size_t len, head, skip, pad;
};

static void check_sent(struct bug_run *r, unsigned int nth, const uint8_t *frame, const struct framing *f)
{
	size_t at = nth * (f->head + f->len + f->pad) + f->head;

	bug_check(r, at + f->len <= r->sink_len && !memcmp(r->sink + at + f->skip, frame + f->skip, f->len - f->skip));
}

/* Three frames, of which no two are alike, from one piece of memory. */
static void send_three(struct bug_run *r, const struct framing *f)
{
	uint8_t *frame;

	wire_records(r, 3 * (f->head + f->len + f->pad));
	if (!ready(r))
		return;
	frame = user_memory(r, f->len);
	for (unsigned int i = 0; frame && i < 3; i++) {
		int ret;

		bug_pattern(frame, f->len, i + 1);
		ret = port_send(r, frame, f->len);
		bug_check(r, !ret);
		if (!ret)
			check_sent(r, i, frame, f);
	}
	armdma_kfree(r->m, frame);
	port_stop(r);
}

void send_frames(struct bug_run *r)
{
	send_three(r, &(struct framing){ .len = FRAME });
}

void send_short_frames(struct bug_run *r)
{
	send_three(r, &(struct framing){ .len = 42, .pad = 18 });
}

void send_frames_with_head(struct bug_run *r)
{
	send_three(r, &(struct framing){ .len = FRAME, .head = 64 });
}

void send_numbered_frames(struct bug_run *r)
{
	send_three(r, &(struct framing){ .len = FRAME, .skip = 4 });
}

/* ---- Lists ----------------------------------------------------------------------------- */

struct pages {
	struct armdma_page *block;
	struct armdma_scatterlist sg[PAGES];
};

/* A block of pages, each an entry of its own. */
static bool pages_alloc(struct bug_run *r, struct pages *p, unsigned int n)
{
	p->block = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL | ARMDMA__GFP_ZERO, armdma_get_order(n * PAGE));
	bug_check(r, p->block);
	if (!p->block)
		return false;
	armdma_sg_init_table(p->sg, n);
	for (unsigned int i = 0; i < n; i++)
		armdma_sg_set_page(&p->sg[i], armdma_nth_page(r->m, p->block, i), PAGE, 0);
	return true;
}

static void send_list(struct bug_run *r, unsigned int n)
{
	struct pages p;

	wire_records(r, n * PAGE);
	if (!ready(r))
		return;
	if (pages_alloc(r, &p, n)) {
		int ret;

		bug_pattern(armdma_page_address(r->m, p.block), n * PAGE, 7);
		ret = port_send_sg(r, p.sg, (int)n);
		bug_check(r, !ret);
		if (!ret)
			bug_check(r, !memcmp(r->sink, armdma_page_address(r->m, p.block), n * PAGE));
		armdma_free_pages(r->m, p.block, armdma_get_order(n * PAGE));
	}
	port_stop(r);
}

void send_one_entry(struct bug_run *r)
{
	send_list(r, 1);
}

void send_pages(struct bug_run *r)
{
	send_list(r, PAGES);
}

void receive_pages(struct bug_run *r)
{
	struct pages p;

	wire_delivers(r, PAGES * PAGE);
	if (!ready(r))
		return;
	if (pages_alloc(r, &p, PAGES)) {
		int ret = port_receive_sg(r, p.sg, PAGES);

		bug_check(r, !ret);
		if (!ret)
			bug_check(r, !memcmp(r->wire, armdma_page_address(r->m, p.block), PAGES * PAGE));
		armdma_free_pages(r->m, p.block, armdma_get_order(PAGES * PAGE));
	}
	port_stop(r);
}

/* ---- Receiving into the user's memory -------------------------------------------------------- */

static void receive(struct bug_run *r, unsigned int on_wire, unsigned int wanted)
{
	uint8_t *frame;

	wire_delivers(r, on_wire * FRAME);
	if (!ready(r))
		return;
	frame = user_memory(r, FRAME);
	if (frame)
		bug_pattern(frame, FRAME, 3);
	for (unsigned int i = 0; frame && i < wanted; i++)
		bug_check(r, !port_receive(r, frame, FRAME) == (i < on_wire));
	bug_check(r, r->frames == on_wire && r->right);
	armdma_kfree(r->m, frame);
	port_stop(r);
}

void receive_frame(struct bug_run *r)
{
	receive(r, 1, 1);
}

void receive_frames(struct bug_run *r)
{
	receive(r, 2, 2);
}

void receive_until_dry(struct bug_run *r)
{
	receive(r, 1, 2);
}

/* ---- Rings ------------------------------------------------------------------------------------- */

#define SENT 5

void send_through_ring(struct bug_run *r)
{
	uint8_t *frames[SENT] = { NULL };

	wire_records(r, SENT * FRAME);
	if (!ready(r))
		return;
	for (unsigned int i = 0; i < SENT; i++) {
		frames[i] = user_memory(r, FRAME);
		if (!frames[i])
			break;
		bug_pattern(frames[i], FRAME, i + 1);
		bug_check(r, !port_send(r, frames[i], FRAME));
		if (i == 2) {
			bug_idle(r);
			bug_check(r, port_poll(r, SENT) == 3);
		}
	}
	bug_idle(r);
	bug_check(r, r->sent == 3 && !r->send_errors);
	for (unsigned int i = 0; i < SENT; i++)
		bug_check(r, frames[i] && !memcmp(r->sink + i * FRAME, frames[i], FRAME));
	port_stop(r);
	for (unsigned int i = 0; i < SENT; i++)
		armdma_kfree(r->m, frames[i]);
}

void stop_while_running(struct bug_run *r)
{
	wire_delivers(r, 1 << 20);
	if (!ready(r))
		return;
	armdma_hw_advance(r->hw, 1000);
	port_stop(r);
	bug_idle(r);
}

void two_rounds(struct bug_run *r)
{
	wire_delivers(r, 2 * RING * FRAME);
	if (!ready(r))
		return;
	for (int i = 0; i < 2; i++) {
		bug_idle(r);
		bug_check(r, port_poll(r, RING) == RING);
	}
	bug_check(r, r->frames == 2 * RING && r->right);
	port_stop(r);
}

/* ---- Small things ---------------------------------------------------------------------------------- */

static void poll_three(struct bug_run *r, size_t len)
{
	wire_delivers(r, 3 * len);
	if (!ready(r))
		return;
	bug_check(r, port_poll(r, 3) == 3);
	bug_check(r, r->frames == 3 && r->right);
	port_stop(r);
}

void exchange_messages(struct bug_run *r)
{
	poll_three(r, 48);
}

void poll_small_frames(struct bug_run *r)
{
	poll_three(r, 80);
}

void poll_page(struct bug_run *r)
{
	poll_three(r, PAGE);
}

void send_command(struct bug_run *r)
{
	wire_records(r, 16);
	if (!ready(r))
		return;
	bug_check(r, !port_control(r, 0, 0));
	port_stop(r);
}

/* As many single pages as this were somebody's when the port took its own; they are given back one after the other. */
#define FRAGMENTS 64

static void free_every_other(struct bug_run *r, struct armdma_page **pages, unsigned int first)
{
	for (unsigned int i = first; i < FRAGMENTS; i += 2)
		if (pages[i])
			armdma_free_pages(r->m, pages[i], 0);
}

void send_bulk(struct bug_run *r)
{
	struct armdma_page *pages[FRAGMENTS];
	uint8_t *bulk = malloc(PAGES * PAGE);
	bool ok;

	for (unsigned int i = 0; i < FRAGMENTS; i++)
		pages[i] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
	free_every_other(r, pages, 0);
	wire_records(r, PAGES * PAGE);
	ok = ready(r) && bulk;
	free_every_other(r, pages, 1);
	if (ok) {
		bug_pattern(bulk, PAGES * PAGE, 9);
		bug_check(r, !port_send(r, bulk, PAGES * PAGE));
		bug_check(r, !memcmp(r->sink, bulk, PAGES * PAGE));
		port_stop(r);
	}
	free(bulk);
}
