/* SPDX-License-Identifier: BSD-2-Clause */
/* C01 and so on: correct drivers that must never be reported. Scenarios first, then the table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/compat/board.h>
#include <armdma/sgdma.h>

#include "tests/bugs/bug.h"

CLEAN_DRIVER(c01); CLEAN_DRIVER(c02); CLEAN_DRIVER(c03); CLEAN_DRIVER(c04); CLEAN_DRIVER(c05); CLEAN_DRIVER(c06);
CLEAN_DRIVER(c07); CLEAN_DRIVER(c08); CLEAN_DRIVER(c09); CLEAN_DRIVER(c10); CLEAN_DRIVER(c11); CLEAN_DRIVER(c12);
CLEAN_DRIVER(c13); CLEAN_DRIVER(c14); CLEAN_DRIVER(c15); CLEAN_DRIVER(c16); CLEAN_DRIVER(c17); CLEAN_DRIVER(c18);
CLEAN_DRIVER(c19); CLEAN_DRIVER(c20); CLEAN_DRIVER(c21); CLEAN_DRIVER(c22); CLEAN_DRIVER(c23); CLEAN_DRIVER(c24);
CLEAN_DRIVER(c25);

#define KIB 1024u
#define RING 4
#define ROUNDS 3

static bool start(struct bug_run *r)
{
	int ret = bug_bind(r);

	if (!ret)
		ret = port_open(r);
	if (!ret || ret == -EOPNOTSUPP)
		return true;
	bug_check(r, !"the driver starts");
	return false;
}

/* A ring of RING buffers of len bytes, filled and emptied ROUNDS times; all frames are handed up. */
static void rounds_of(struct bug_run *r, size_t len)
{
	wire_delivers(r, ROUNDS * RING * len);
	if (!start(r))
		return;
	for (int i = 0; i < ROUNDS; i++) {
		bug_idle(r);
		bug_check(r, port_poll(r, RING) == RING);
	}
	bug_check(r, r->frames == ROUNDS * RING && r->right);
	port_stop(r);
}

static void rounds(struct bug_run *r)
{
	rounds_of(r, 1536);
}

/* C01: of each pair of frames the first is dropped. */
static void rounds_half_dropped(struct bug_run *r)
{
	wire_delivers(r, ROUNDS * RING * 1024);
	if (!start(r))
		return;
	for (unsigned int i = 0; i < ROUNDS * RING; i++) {
		bug_idle(r);
		r->wire_used = i * 1024;
		bug_check(r, port_poll(r, 1) == 1);
	}
	bug_check(r, r->frames == ROUNDS * RING / 2 && r->right);
	port_stop(r);
}

/* C02: three long frames and a short one. */
static void long_and_short(struct bug_run *r)
{
	wire_delivers(r, 3 * 1536 + 100);
	if (!start(r))
		return;
	bug_idle(r);
	bug_check(r, port_poll(r, RING) == RING);
	bug_idle(r);
	bug_check(r, r->frames == 4 && r->right);
	/* The next frames come into the buffers that were given back. */
	wire_delivers(r, 2 * 1536 + 200);
	port_poll(r, RING);
	bug_idle(r);
	port_poll(r, RING);
	bug_check(r, r->frames == 7 && r->right);
	port_stop(r);
}

static void poll_frames(struct bug_run *r, size_t len, unsigned int n)
{
	wire_delivers(r, len * n);
	if (!start(r))
		return;
	bug_check(r, port_poll(r, (int)n) == (int)n && r->frames == n && r->right);
	port_stop(r);
}

static void poll_kilobytes(struct bug_run *r)
{
	poll_frames(r, KIB, 5);
}

static void poll_two_kilobytes(struct bug_run *r)
{
	poll_frames(r, 2 * KIB, 3);
}

static void poll_quarters(struct bug_run *r)
{
	poll_frames(r, 256, 4);
}

/* C15: each frame is a byte shorter than the one before. */
static void poll_shrinking(struct bug_run *r)
{
	wire_delivers(r, 500 + 499 + 498);
	if (!start(r))
		return;
	bug_check(r, port_poll(r, 3) == 3 && r->frames == 3 && r->right);
}

/* ---- C05: a device that watches its ring ------------------------------------------------ */

#define LOOKS 200

/* One descriptor: look at its control word until it is the device's, then do what it says. */
static bool device_serves(struct bug_run *r, armdma_dma_t desc, void *data, size_t len)
{
	struct armdma_sgdma_desc d;
	uint32_t control;
	int looks;

	for (looks = 0; looks < LOOKS; looks++) {
		if (armdma_hw_master_read_sync(r->hw, "sgdma", desc + offsetof(struct armdma_sgdma_desc, control), &control, 4,
					       100000))
			return false;
		if (control & ARMDMA_SGDMA_OWN)
			break;
		armdma_hw_advance(r->hw, 50);
	}
	if (looks == LOOKS || armdma_hw_master_read_sync(r->hw, "sgdma", desc, &d, sizeof(d), 100000))
		return false;
	if (d.len != len || armdma_hw_master_read_sync(r->hw, "sgdma", d.src, data, len, 100000))
		return false;
	d.control &= ~ARMDMA_SGDMA_OWN;
	d.status = ARMDMA_SGDMA_ST_OK;
	d.done = d.len;
	return !armdma_hw_master_write_sync(r->hw, "sgdma", desc + offsetof(struct armdma_sgdma_desc, control), &d.control,
					    12, 100000);
}

static bool driver_notices(struct bug_run *r)
{
	for (int looks = 0; looks < LOOKS; looks++) {
		if (port_poll(r, 1))
			return true;
		armdma_hw_advance(r->hw, 50);
	}
	return false;
}

static void watched_ring(struct bug_run *r)
{
	uint8_t *data = armdma_kmalloc(r->m, 300, ARMDMA_GFP_KERNEL), got[300], copy[300];
	armdma_dma_t ring = 0;

	if (data && start(r)) {
		port_control(r, 0, (unsigned long)(uintptr_t)&ring);
		for (unsigned int i = 0; i < 6; i++) {
			bug_pattern(data, sizeof(got), i + 1);
			memcpy(copy, data, sizeof(copy));
			if (port_send(r, data, sizeof(got)))
				break;		/* the device would wait for ever */
			bug_check(r, device_serves(r, ring + i % RING * ARMDMA_SGDMA_DESC_SIZE, got, sizeof(got)));
			bug_check(r, !memcmp(got, copy, sizeof(got)) && driver_notices(r));
		}
		bug_check(r, r->sent == 6 && !r->send_errors);
		port_stop(r);
	}
	armdma_kfree(r->m, data);
}

/* ---- Two devices ----------------------------------------------------------------------------- */

static bool bind_both(struct bug_run *r)
{
	return !bug_bind(r) && !bug_bind_to(r, r->other);
}

static void unbind_both(struct bug_run *r)
{
	bug_idle(r);
	bug_unbind_from(r, r->other);
	armdma_sgdma_set_sink(r->hw, "other", NULL, 0);
}

/* C07 */
static void send_to_both(struct bug_run *r)
{
	uint8_t *data = armdma_kmalloc(r->m, 1000, ARMDMA_GFP_KERNEL), sink[1000], copy[1000];

	wire_records(r, sizeof(sink));
	armdma_sgdma_set_sink(r->hw, "other", sink, sizeof(sink));
	if (data && bind_both(r)) {
		bug_pattern(data, sizeof(copy), 7);
		memcpy(copy, data, sizeof(copy));
		bug_check(r, !port_send(r, data, sizeof(copy)));
		bug_check(r, !memcmp(r->sink, copy, sizeof(copy)) && !memcmp(sink, copy, sizeof(copy)));
	}
	unbind_both(r);
	armdma_kfree(r->m, data);
}

/* C16 */
static void receive_and_pass_on(struct bug_run *r)
{
	uint8_t *sink = calloc(1, 8 * KIB);

	wire_delivers(r, 8 * KIB);
	armdma_sgdma_set_sink(r->hw, "other", sink, 8 * KIB);
	if (sink && bind_both(r)) {
		bug_check(r, !port_control(r, 0, 0));
		bug_check(r, !memcmp(sink, r->wire, 8 * KIB));
	}
	unbind_both(r);
	free(sink);
}

/* ---- Others ------------------------------------------------------------------------------------ */

#define PAGES 6u

/* C08: pages that lie together and apart, whole and in part. */
static void send_pages(struct bug_run *r)
{
	static const unsigned int order[PAGES] = { 0, 1, 4, 2, 3, 5 };
	struct armdma_page *block = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 3);
	struct armdma_scatterlist sg[PAGES];
	size_t len = 0, sizes[PAGES] = { 4096, 4096, 4096, 100, 4096, 17 };
	uint8_t *copy = calloc(PAGES, ARMDMA_PAGE_SIZE);

	wire_records(r, PAGES * ARMDMA_PAGE_SIZE);
	if (block && copy && start(r)) {
		armdma_sg_init_table(sg, PAGES);
		for (unsigned int i = 0; i < PAGES; i++) {
			struct armdma_page *page = armdma_nth_page(r->m, block, order[i]);

			bug_pattern(armdma_page_address(r->m, page), sizes[i], i + 1);
			memcpy(copy + len, armdma_page_address(r->m, page), sizes[i]);
			armdma_sg_set_page(&sg[i], page, (unsigned int)sizes[i], 0);
			len += sizes[i];
		}
		for (int n = 0; n < 2; n++) {
			wire_records(r, PAGES * ARMDMA_PAGE_SIZE);
			bug_check(r, !port_send_sg(r, sg, PAGES) && !memcmp(r->sink, copy, len));
		}
	}
	free(copy);
	if (block)
		armdma_free_pages(r->m, block, 3);
}

/* C09 */
static void reflect_frames(struct bug_run *r)
{
	wire_delivers(r, 4 * KIB);
	wire_records(r, 4 * KIB);
	if (!start(r))
		return;
	bug_check(r, port_poll(r, 4) == 4);
	for (size_t i = 0; i < 4 * KIB; i++)
		bug_check(r, r->sink[i] == (uint8_t)(r->wire[i] ^ (i % KIB < 16 ? 0xff : 0)));
}

/* C10: the driver draws, the user draws over it. */
static void draw_and_show(struct bug_run *r)
{
	struct vm_area_struct *vma = armdma_compat_vma(32, 0);
	uint8_t *user = NULL;

	wire_records(r, 128 * KIB);
	if (vma && start(r)) {
		bug_check(r, !port_control(r, 0, 0x11) && !port_mmap(r, vma));
		user = armdma_compat_vma_addr(vma);
		if (user)
			memset(user + 5000, 0x22, 70000);
		bug_check(r, !port_control(r, 1, 0));
		bug_check(r, user && r->sink[0] == 0x11 && r->sink[5000] == 0x22 && r->sink[74999] == 0x22 &&
			  r->sink[75000] == 0x11 && r->sink[128 * KIB - 1] == 0x11);
	}
	armdma_compat_munmap(r->m, vma);
}

/* C11: everything fails now and then. */
static void open_under_failures(struct bug_run *r)
{
	unsigned int good = 0, rounds = r->mode == BUG_DEFAULT ? 60 : 8;

	wire_delivers(r, 64 * KIB * 2);
	if (bug_bind(r))
		return;
	for (unsigned int i = 0; i < rounds; i++) {
		for (int step = 0; step < ARMDMA_NR_FAIL_STEPS && i + 1 < rounds; step++)
			armdma_fail_randomly(r->m, step, 60000, i * 100 + step + 1);
		if (!port_open(r)) {
			bug_check(r, port_poll(r, RING) > 0);
			good++;
			port_stop(r);
		}
		for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++)
			armdma_fail_randomly(r->m, step, 0, 0);
	}
	bug_check(r, good && r->right);
}

/* C13 */
static void exchange_in_place(struct bug_run *r)
{
	uint8_t *data = armdma_kmalloc(r->m, 700, ARMDMA_GFP_KERNEL);

	wire_delivers(r, 700);
	wire_records(r, 1400);
	if (data && start(r)) {
		bug_pattern(data, 700, 3);
		bug_check(r, !port_send(r, data, 700) && r->frames == 1 && r->right);
		bug_check(r, r->sink[700] == (uint8_t)(r->sink[0] + 1) && !memcmp(r->sink + 1, r->sink + 701, 699));
	}
	armdma_kfree(r->m, data);
}

/* C17: all values that fresh memory might hold. */
static void send_constants(struct bug_run *r)
{
	uint8_t user[256];

	if (!start(r))
		return;
	/* One run does all of them; with caches that choose some are enough. */
	for (unsigned int byte = 0; byte < 256; byte += r->mode == BUG_DEFAULT ? 1 : 51) {
		wire_records(r, sizeof(user));
		bug_check(r, !port_control(r, byte, (unsigned long)(uintptr_t)user));
		for (unsigned int i = 0; i < sizeof(user); i++)
			bug_check(r, user[i] == byte && r->sink[i] == byte);
	}
}

/* C18: frames are added while others are sent. */
static void keep_ring_moving(struct bug_run *r)
{
	enum { FRAMES = 40, LEN = 700 };
	uint8_t *data = armdma_kmalloc(r->m, FRAMES * LEN, ARMDMA_GFP_KERNEL), *copy = malloc(FRAMES * LEN);
	unsigned int given = 0, tries;

	wire_records(r, FRAMES * LEN);
	if (data && copy && start(r)) {
		bug_pattern(data, FRAMES * LEN, 5);
		memcpy(copy, data, FRAMES * LEN);
		for (tries = 0; tries < 4000 && r->sent < FRAMES; tries++) {
			if (given < FRAMES && !port_send(r, data + given * LEN, LEN))
				given++;
			armdma_hw_advance(r->hw, 1 + tries % 60);
			if (tries % 3 == 0)
				port_poll(r, 2);
		}
		bug_check(r, r->sent == FRAMES && !r->send_errors && !memcmp(r->sink, copy, FRAMES * LEN));
		port_stop(r);
	}
	free(copy);
	armdma_kfree(r->m, data);
}

/* C19, C21, C23 */
static void send_three(struct bug_run *r)
{
	uint8_t *data = armdma_kmalloc(r->m, 500, ARMDMA_GFP_KERNEL);

	if (data && start(r)) {
		for (unsigned int i = 1; i < 4; i++) {
			bug_pattern(data, 500, i);
			wire_records(r, 500);
			bug_check(r, !port_send(r, data, 500) && !memcmp(r->sink, data, 500));
		}
	}
	armdma_kfree(r->m, data);
}

/* C20: pieces of odd lengths, so that they share cache lines. */
static void append_bytes(struct bug_run *r)
{
	enum { ALL = 6000 };
	uint8_t data[ALL];
	size_t at = 0;

	bug_pattern(data, ALL, 9);
	wire_records(r, ALL);
	if (!start(r))
		return;
	for (unsigned int tries = 0; tries < 20000 && (at < ALL || port_poll(r, 1) > 0); tries++) {
		size_t len = 1 + tries * 37 % 200;

		if (len > ALL - at)
			len = ALL - at;
		if (len && !port_send(r, data + at, len))
			at += len;
		armdma_hw_advance(r->hw, 1 + tries % 90);
		if (tries % 2)
			port_poll(r, 1);
	}
	bug_check(r, !memcmp(r->sink, data, ALL));
	port_stop(r);
}

/* C22 */
static void exchange_parts(struct bug_run *r)
{
	wire_delivers(r, 3 * 128);
	wire_records(r, 3 * 128);
	if (!start(r))
		return;
	for (unsigned int i = 0; i < 3; i++) {
		uint8_t text[100];

		bug_pattern(text, sizeof(text), i);
		bug_check(r, !port_send(r, text, sizeof(text)) && !memcmp(r->sink + i * 128, text, sizeof(text)));
	}
	bug_check(r, r->frames == 3 && r->right);
}

/* C24 */
static void share_with_user(struct bug_run *r)
{
	struct vm_area_struct *vma = armdma_compat_vma(2, 0);
	uint8_t *user = NULL;

	wire_records(r, 6000);
	wire_delivers(r, 5000);
	if (vma && start(r) && !port_mmap(r, vma))
		user = armdma_compat_vma_addr(vma);
	bug_check(r, user);
	if (user) {
		for (unsigned int i = 0; i < 2 * ARMDMA_PAGE_SIZE; i++)
			((volatile uint8_t *)user)[i] = (uint8_t)(i * 7);
		bug_check(r, !port_control(r, 0, 6000) && r->sink[5999] == (uint8_t)(5999 * 7) && !r->sink[0]);
		bug_check(r, !port_control(r, 1, 5000) && !memcmp(user, r->wire, 5000));
		bug_check(r, user[5000] == (uint8_t)(5000 * 7));
	}
	armdma_compat_munmap(r->m, vma);
}

/* C25 */
static void loop_frame(struct bug_run *r)
{
	uint8_t data[1500];

	bug_pattern(data, sizeof(data), 11);
	wire_records(r, sizeof(data));
	wire_delivers(r, sizeof(data));
	if (!start(r))
		return;
	bug_check(r, !port_send(r, data, sizeof(data)) && !memcmp(r->sink, data, sizeof(data)));
	bug_check(r, r->frames == 1 && r->right);
}

const struct bug clean_table[] = {
	{
		.id = "C01", .file = "c01_drop_unread.c", .drivers = CLEAN_ONE(c01), .scenario = rounds_half_dropped,
		.title = "a received frame is dropped unread and its buffer given back without any sync",
	},
	{
		.id = "C02", .file = "c02_copybreak.c", .drivers = CLEAN_ONE(c02), .scenario = long_and_short,
		.title = "short frames are copied out of the ring after a sync of their part alone",
	},
	{
		.id = "C03", .file = "c03_zero_then_map.c", .drivers = CLEAN_ONE(c03), .scenario = poll_kilobytes,
		.title = "memory is cleared and then mapped for the device to write, which throws the zeroes away",
	},
	{
		.id = "C04", .file = "c04_read_only.c", .drivers = CLEAN_ONE(c04), .scenario = rounds,
		.title = "a receive buffer that the CPU only read goes back without a sync for the device",
	},
	{
		.id = "C05", .file = "c05_device_polls.c", .drivers = CLEAN_ONE(c05), .scenario = watched_ring,
		.title = "a ring in coherent memory that the device watches by itself, with `dma_wmb()` and no other barrier",
	},
	{
		.id = "C06", .file = "c06_halves.c", .drivers = CLEAN_ONE(c06), .scenario = poll_kilobytes,
		.title = "one half of a mapping is the CPU's while the device has the other, with syncs of whole cache lines",
	},
	{
		.id = "C07", .file = "c07_two_readers.c", .drivers = CLEAN_ONE(c07), .scenario = send_to_both,
		.title = "the same memory is mapped TO_DEVICE for two devices at once",
	},
	{
		.id = "C08", .file = "c08_pool_chain.c", .drivers = CLEAN_ONE(c08), .scenario = send_pages,
		.title = "descriptors from `dma_pool_alloc()`, not cleared, of which every word is set; a list is mapped, unmapped and mapped again",
	},
	{
		.id = "C09", .file = "c09_page_recycled.c", .drivers = CLEAN_ONE(c09), .scenario = reflect_frames,
		.title = "DMA_ATTR_SKIP_CPU_SYNC with partial syncs by hand, of a bidirectional mapping in single directions",
	},
	{
		.id = "C10", .file = "c10_frame_buffer.c", .drivers = CLEAN_ONE(c10), .scenario = draw_and_show,
		.title = "a write-combined frame buffer that driver and user draw into, with no sync at all",
	},
	{
		.id = "C11", .file = "c11_unwinds.c", .drivers = CLEAN_ONE(c11), .scenario = open_under_failures,
		.title = "error paths that take apart exactly what there is, while any step fails at random",
	},
	{
		.id = "C12", .file = "c12_high_pages.c", .drivers = CLEAN_ONE(c12), .scenario = poll_two_kilobytes,
		.title = "pages without a kernel address, mapped from the middle",
	},
	{
		.id = "C13", .file = "c13_in_place.c", .drivers = CLEAN_ONE(c13), .scenario = exchange_in_place,
		.title = "a bidirectional mapping that device and CPU change in turn",
	},
	{
		.id = "C14", .file = "c14_own_line.c", .drivers = CLEAN_ONE(c14), .scenario = poll_quarters,
		.title = "the CPU writes beside a buffer that the device has, in another cache line of the same object",
	},
	{
		.id = "C15", .file = "c15_read_neighbour.c", .drivers = CLEAN_ONE(c15), .scenario = poll_shrinking,
		.title = "the CPU reads, and only reads, a neighbour in the same cache line while the device writes",
	},
	{
		.id = "C16", .file = "c16_exported_buffer.c", .drivers = CLEAN_ONE(c16), .scenario = receive_and_pass_on,
		.works_on = ON_ALL & ~ON_BOUNCE,
		.title = "a coherent buffer of one device is mapped for another, by the table of `dma_get_sgtable()`",
	},
	{
		.id = "C17", .file = "c17_plain_stores.c", .drivers = CLEAN_ONE(c17), .scenario = send_constants,
		.title = "fresh memory is filled by plain stores, also with the value that it held by chance",
	},
	{
		.id = "C18", .file = "c18_ring_in_motion.c", .drivers = CLEAN_ONE(c18), .scenario = keep_ring_moving,
		.title = "descriptors are added to a ring that the device is reading, with relaxed register writes and one barrier before the doorbell",
	},
	{
		.id = "C19", .file = "c19_tx_neighbour.c", .drivers = CLEAN_ONE(c19), .scenario = send_three,
		.title = "the CPU writes beside a buffer, in the same cache line, from which the device only reads",
	},
	{
		.id = "C20", .file = "c20_tx_ring_of_bytes.c", .drivers = CLEAN_ONE(c20), .scenario = append_bytes,
		.title = "bytes are appended to a mapped ring while the device reads those before them",
	},
	{
		.id = "C21", .file = "c21_tx_rewritten.c", .drivers = CLEAN_ONE(c21), .scenario = send_three,
		.title = "a transmit buffer that stays mapped is written anew between syncs",
	},
	{
		.id = "C22", .file = "c22_neighbour_mappings.c", .drivers = CLEAN_ONE(c22), .scenario = exchange_parts,
		.title = "parts of one object are mapped apart and in different directions, and checked after their descriptors have been written",
	},
	{
		.id = "C23", .file = "c23_high_send.c", .drivers = CLEAN_ONE(c23), .scenario = send_three,
		.title = "a page without a kernel address is written through `kmap()` and mapped when the window is closed",
	},
	{
		.id = "C24", .file = "c24_synced_by_hand.c", .drivers = CLEAN_ONE(c24), .scenario = share_with_user,
		.works_on = ON_DIRECT | ON_DIRECT_COHERENT,
		.title = "cached pages of `dma_alloc_noncoherent()`, which the user reads and writes through a mapping of his own",
	},
	{
		.id = "C25", .file = "c25_list_loop.c", .drivers = CLEAN_ONE(c25), .scenario = loop_frame,
		.title = "a bidirectional list whose pieces share cache lines with each other",
	},
	{ 0 }
};
