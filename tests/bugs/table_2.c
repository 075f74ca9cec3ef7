/* SPDX-License-Identifier: BSD-2-Clause */
/* B29 to B56: devices, coherent memory, barriers, lists and lifetimes. Scenarios first, then the table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/compat/board.h>
#include <armdma/sgdma.h>

#include "tests/bugs/bug.h"

BUG_DRIVER(b29); BUG_DRIVER(b30); BUG_DRIVER(b31); BUG_DRIVER(b32); BUG_DRIVER(b33); BUG_DRIVER(b34); BUG_DRIVER(b35);
BUG_DRIVER(b36); BUG_DRIVER(b37); BUG_DRIVER(b38); BUG_DRIVER(b39); BUG_DRIVER(b40); BUG_DRIVER(b41); BUG_DRIVER(b42);
BUG_DRIVER(b43); BUG_DRIVER(b44); BUG_DRIVER(b45); BUG_DRIVER(b46); BUG_DRIVER(b47); BUG_DRIVER(b48); BUG_DRIVER(b49);
BUG_DRIVER(b50); BUG_DRIVER(b51); BUG_DRIVER(b52); BUG_DRIVER(b53); BUG_DRIVER(b54); BUG_DRIVER(b55); BUG_DRIVER(b56);

#define KIB 1024ULL
#define MIB (1024ULL * 1024)
#define FRAME 1024

/* ---- What users do ------------------------------------------------------------------ */

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

/* Send three frames of len bytes, each of memory of its own that stays until the port has stopped, and look at what the wire got of them. */
static void send_frames(struct bug_run *r, size_t len)
{
	uint8_t *data[3], copy[FRAME];

	wire_records(r, len * 3);
	if (!start(r))
		return;
	for (unsigned int i = 0; i < 3; i++) {
		data[i] = armdma_kmalloc(r->m, len, ARMDMA_GFP_KERNEL);
		if (!data[i])
			continue;
		bug_pattern(data[i], len, i + 1);
		memcpy(copy, data[i], len);
		bug_check(r, !port_send(r, data[i], len));
		bug_idle(r);
		bug_check(r, !memcmp(r->sink + i * len, copy, len));
	}
	port_stop(r);
	for (unsigned int i = 0; i < 3; i++)
		armdma_kfree(r->m, data[i]);
}

static void three_frames(struct bug_run *r)
{
	send_frames(r, FRAME);
}

static void three_frames_with_interrupts(struct bug_run *r)
{
	send_frames(r, FRAME);
	bug_check(r, r->sent == 3 && !r->send_errors);
}

/* Receive n frames of len bytes; the driver waits for each. */
static void poll_frames(struct bug_run *r, size_t len, unsigned int n)
{
	wire_delivers(r, len * n);
	if (!start(r))
		return;
	bug_check(r, port_poll(r, (int)n) == (int)n);
	bug_check(r, r->frames == n && r->right);
	port_stop(r);
}

static void poll_three(struct bug_run *r)
{
	poll_frames(r, FRAME, 3);
}

static void poll_three_short(struct bug_run *r)
{
	poll_frames(r, 512, 3);
}

static void poll_big(struct bug_run *r)
{
	poll_frames(r, 256 * KIB, 1);
}

static void poll_block(struct bug_run *r)
{
	poll_frames(r, 32 * KIB, 1);
}

/* B31 */
static void forward_frame(struct bug_run *r)
{
	uint8_t *sink = calloc(1, FRAME);

	if (!sink)
		return;
	wire_delivers(r, FRAME);
	armdma_sgdma_set_sink(r->hw, "other", sink, FRAME);
	if (!bug_bind(r)) {
		if (!bug_bind_to(r, r->other)) {
			bug_check(r, !port_control(r, FRAME, 0));
			bug_check(r, !memcmp(sink, r->wire, FRAME));
			bug_unbind_from(r, r->other);
		}
	}
	bug_idle(r);
	armdma_sgdma_set_sink(r->hw, "other", NULL, 0);
	free(sink);
}

/* B33: frames arrive by themselves, and are fetched later. */
static void frames_arrive(struct bug_run *r)
{
	wire_delivers(r, 4 * FRAME);
	if (!start(r))
		return;
	bug_idle(r);
	bug_check(r, port_poll(r, 8) == 4 && r->frames == 4 && r->right);
	port_stop(r);
}

/* B36 */
static void resize_and_send(struct bug_run *r)
{
	if (!start(r))
		return;
	bug_check(r, !port_control(r, 1, 12 * KIB));
	bug_unbind(r);
	three_frames(r);
}

/* B37: the user's mapping outlives the driver's stop. */
static void map_and_stop(struct bug_run *r)
{
	struct vm_area_struct *vma = armdma_compat_vma(2, 0);
	uint8_t *user;

	wire_records(r, FRAME);
	if (!start(r)) {
		armdma_compat_munmap(r->m, vma);
		return;
	}
	bug_check(r, vma && !port_mmap(r, vma));
	user = vma ? armdma_compat_vma_addr(vma) : NULL;
	if (user) {
		memset(user, 0x5a, FRAME);
		bug_check(r, !port_control(r, 0, FRAME) && !memcmp(r->sink, user, FRAME));
	}
	port_stop(r);
	armdma_compat_munmap(r->m, vma);
}

/* B40 */
static void send_and_poll(struct bug_run *r)
{
	three_frames(r);
	wire_delivers(r, FRAME);
	bug_check(r, port_poll(r, 1) == 1 && r->frames == 1 && r->right);
}

/* B45 */
static void relay_frame(struct bug_run *r)
{
	wire_delivers(r, 8 * KIB);
	wire_records(r, 8 * KIB);
	if (!start(r))
		return;
	bug_check(r, !port_control(r, 8 * KIB, 0));
	bug_check(r, !memcmp(r->sink, r->wire, 8 * KIB));
}

#define PIECES 4u

/* A list of whole pages of which none follows another in memory; sends it, if it can. What the driver answered goes to *ret. */
static void send_pages(struct bug_run *r, int *ret, uint8_t *copy)
{
	struct armdma_scatterlist sg[PIECES];
	struct armdma_page *pages[2 * PIECES];
	unsigned int i, got;

	armdma_sg_init_table(sg, PIECES);
	for (got = 0; got < 2 * PIECES; got++) {
		pages[got] = armdma_alloc_pages(r->m, ARMDMA_GFP_KERNEL, 0);
		if (!pages[got])
			break;
		bug_pattern(armdma_page_address(r->m, pages[got]), ARMDMA_PAGE_SIZE, got + 1);
	}
	for (i = 0; i < PIECES && got == 2 * PIECES; i++) {
		armdma_sg_set_page(&sg[i], pages[2 * i], ARMDMA_PAGE_SIZE, 0);
		memcpy(copy + i * ARMDMA_PAGE_SIZE, armdma_page_address(r->m, pages[2 * i]), ARMDMA_PAGE_SIZE);
	}
	if (got == 2 * PIECES) {
		*ret = port_send_sg(r, sg, PIECES);
		bug_idle(r);
	}
	while (got)
		armdma_free_pages(r->m, pages[--got], 0);
}

/* B47 */
static void send_pieces(struct bug_run *r)
{
	size_t len = PIECES * ARMDMA_PAGE_SIZE;
	uint8_t *copy = calloc(1, len);
	int ret = -1;

	wire_records(r, len);
	if (copy && start(r)) {
		send_pages(r, &ret, copy);
		bug_check(r, !ret && !memcmp(r->sink, copy, len));
	}
	free(copy);
}

/* B55: the wire takes only the first page. */
static void send_into_full_wire(struct bug_run *r)
{
	uint8_t *copy = calloc(PIECES, ARMDMA_PAGE_SIZE);
	int ret = 0;

	wire_records(r, ARMDMA_PAGE_SIZE);
	if (copy && start(r)) {
		send_pages(r, &ret, copy);
		bug_check(r, ret == -EIO && !memcmp(r->sink, copy, ARMDMA_PAGE_SIZE));
	}
	free(copy);
}

/* B51: frames of 100 bytes. */
static void read_short_frame(struct bug_run *r)
{
	uint8_t *user = calloc(1, 2 * KIB);

	wire_delivers(r, 100);
	if (user && start(r)) {
		bug_check(r, port_control(r, 0, (unsigned long)(uintptr_t)user) == 100);
		bug_check(r, !memcmp(user, r->wire, 100));
	}
	free(user);
}

/* B52 */
static void send_and_receive(struct bug_run *r)
{
	void *data;

	three_frames(r);
	data = armdma_kmalloc(r->m, FRAME, ARMDMA_GFP_KERNEL);
	if (!data)
		return;
	wire_delivers(r, FRAME);
	bug_check(r, !port_receive(r, data, FRAME) && armdma_cpu_sees(r->m, data, r->wire, FRAME));
	armdma_kfree(r->m, data);
}

/* B50: a command of 32 bytes, of which all but eight are zero. */
static void send_block(struct bug_run *r)
{
	static const uint8_t block[32] = { 0x01, 0, 0, 0, 0x34, 0x12 };

	wire_records(r, sizeof(block));
	if (!start(r))
		return;
	bug_check(r, !port_control(r, 1, 0x1234) && !memcmp(r->sink, block, sizeof(block)));
}

/* B53: a message of 200 bytes, an answer of 256. */
static void exchange_messages(struct bug_run *r)
{
	wire_delivers(r, 256);
	wire_records(r, 256);
	if (!start(r))
		return;
	bug_check(r, !port_send(r, "hello", 6));
	bug_check(r, !memcmp(r->sink, "hello", 6) && r->frames == 1 && r->right);
}

/* B56: a frame that is in time, and one that is late. */
static void late_frame(struct bug_run *r)
{
	wire_delivers(r, 128 * KIB);
	if (!start(r))
		return;
	bug_check(r, !port_control(r, 256, 0) && r->frames == 1 && r->right);
	bug_check(r, port_control(r, 64 * KIB, 0) == -ETIMEDOUT);
	bug_idle(r);
}

/* ---- Boards --------------------------------------------------------------------------- */

/* B29: where nothing translates, the bus shows memory elsewhere. */
static void behind_window(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	struct armdma_device_config *dev = &cfg->devices[0];

	if (set == ARMDMA_OPS_IOMMU || set == ARMDMA_OPS_IOMMU_COHERENT)
		return;
	dev->sysmmu[0] = '\0';
	dev->nr_dma_ranges = 1;
	dev->dma_ranges[0] = (struct armdma_dma_range){
		.cpu_start = cfg->ram_base, .dma_start = 0x80000000, .size = cfg->ram_size
	};
}

/* B30: an engine with 30 address lines, and half of the memory beyond them. */
static void across_a_gigabyte(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->ram_base = 1024 * MIB - 16 * MIB;
	cfg->dma_zone_size = 16 * MIB;
	cfg->lowmem_size = cfg->ram_size;
	cfg->cma_size = ARMDMA_NO_CMA;
	cfg->devices[0].addr_bits = 30;
}

/* B34 */
static void small_atomic_pool(struct armdma_config *cfg, enum armdma_dma_opset set)
{
	(void)set;
	cfg->atomic_pool_size = 64 * KIB;
}

/* ---- The table -------------------------------------------------------------------------- */

const struct bug bug_table_2[] = {
	{
		.id = "B29",
		.file = "b29_phys_address.c",
		.title = "the device is given a physical address",
		.symptom = "Works where bus and CPU see memory at the same addresses. Behind an IOMMU: faults, or another buffer's data. Behind a bus with a window: bus errors, or memory that is not meant.",
		.mend = "Give the device what `dma_map_single()`, `dma_alloc_coherent()` or `sg_dma_address()` returned, never `virt_to_phys()` or `page_to_phys()`.",
		.limits = "Where both addresses are the same number nothing can tell them apart: test on a machine where they differ.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_UNMAPPED, .function = "push_send", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b29),
		.scenario = three_frames,
		.configure = behind_window,
	},
	{
		.id = "B30",
		.file = "b30_wide_mask.c",
		.title = "a DMA mask wider than the device's address bus",
		.symptom = "The upper bits of an address are lost on the way: transfers land in other memory. Only on boards with more of it.",
		.mend = "Set the mask that the hardware has with `dma_set_mask_and_coherent()` before the first allocation, and fail when that fails.",
		.sets = ON_ANY_DIRECT,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_TRUNCATED, .function = "sgdma_init", .site = ARMDMA_SITE_ALLOC } },
		.drivers = BUG_TWINS(b30),
		.scenario = three_frames,
		.configure = across_a_gigabyte,
	},
	{
		.id = "B31",
		.file = "b31_wrong_device.c",
		.title = "an address that was mapped for another device",
		.symptom = "Works without an IOMMU. With one: a fault, as the other device's table does not have the page, or has another one there.",
		.mend = "Map for the device that does the DMA: often that is the parent, or the DMA controller's device (`chan->device->dev`).",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_UNMAPPED, .function = "bridge_forward", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b31),
		.scenario = forward_frame,
	},
	{
		.id = "B32",
		.file = "b32_no_device.c",
		.title = "a DMA call without a device",
		.symptom = "Older kernels allocated something for an ISA bus; newer ones crash or refuse, and the probe fails.",
		.mend = "Pass the device that does the DMA.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_ARGUMENT, .function = "isa_probe" } },
		.drivers = BUG_TWINS(b32),
		.scenario = three_frames,
	},
	{
		.id = "B33",
		.file = "b33_alloc_in_irq.c",
		.title = "a coherent allocation that may sleep in an interrupt handler",
		.symptom = "`BUG: sleeping function called from invalid context`, or a hang under memory pressure.",
		.mend = "`GFP_ATOMIC` in atomic context, and a way on when it fails; or allocate beforehand.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_CONTEXT, .function = "grab_next" } },
		.drivers = BUG_TWINS(b33),
		.scenario = frames_arrive,
	},
	{
		.id = "B34",
		.file = "b34_atomic_probe.c",
		.title = "GFP_ATOMIC where the driver could sleep: the atomic pool runs dry",
		.symptom = "The probe fails with -12, of this driver or of the next; the log asks for a larger `coherent_pool=`.",
		.mend = "`GFP_KERNEL` wherever the code may sleep.",
		.limits = "Reported when the pool is empty: as long as it suffices, the call is only wasteful.",
		.sets = ON_DIRECT | ON_IOMMU | ON_BOUNCE,
		.wanted = { { .kind = ARMDMA_REPORT_ATOMIC_POOL, .function = "slots_alloc" } },
		.drivers = BUG_TWINS(b34),
		.scenario = three_frames,
		.configure = small_atomic_pool,
	},
	{
		.id = "B35",
		.file = "b35_free_irqs_off.c",
		.title = "coherent memory freed with interrupts off",
		.symptom = "A warning from `dma_free_attrs()`, and a crash in the kernel's vunmap on some machines.",
		.mend = "Take the buffer out under the lock, free it after the unlock.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_CONTEXT, .function = "shut_stop" } },
		.drivers = BUG_TWINS(b35),
		.scenario = three_frames,
	},
	{
		.id = "B36",
		.file = "b36_free_size.c",
		.title = "coherent memory freed with another size",
		.symptom = "Leaked or foreign pages: \"Bad page state\" later, somewhere else.",
		.mend = "Keep the size that was allocated beside the buffer, and free with it.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_FREE, .function = "resize_control" } },
		.drivers = BUG_TWINS(b36),
		.scenario = resize_and_send,
	},
	{
		.id = "B37",
		.file = "b37_free_while_mapped.c",
		.title = "coherent memory freed while the user has it mapped",
		.symptom = "The user sees, and changes, what the next owner of the pages keeps there.",
		.mend = "Free when the last mapping is gone: count them in the vma's open and close, or let the buffer live as long as the device.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_IN_USE, .function = "show_free" } },
		.drivers = BUG_TWINS(b37),
		.scenario = map_and_stop,
	},
	{
		.id = "B38",
		.file = "b38_relaxed_doorbell.c",
		.title = "no barrier between a descriptor and its doorbell",
		.symptom = "Now and then the device finds the old descriptor and stops, or works on half of a new one. Not on older CPUs.",
		.mend = "`writel()` for the doorbell, or `wmb()` before a `writel_relaxed()`; `dma_wmb()` before the word that hands a descriptor over.",
		.sets = ON_DIRECT | ON_IOMMU | ON_BOUNCE,
		.wanted = { { .kind = ARMDMA_REPORT_MISSING_WMB, .function = "bell_send" } },
		.drivers = BUG_TWINS(b38),
		.scenario = three_frames_with_interrupts,
	},
	{
		.id = "B39",
		.file = "b39_no_read_barrier.c",
		.title = "no barrier between a status and the data that it announces",
		.symptom = "Now and then the data is older than the status. Under load, on some CPUs only.",
		.mend = "`dma_rmb()` after the status has been seen, before anything else is read.",
		.sets = ON_DIRECT | ON_IOMMU | ON_BOUNCE,
		.wanted = { { .kind = ARMDMA_REPORT_MISSING_RMB, .function = "peek_poll" } },
		.drivers = BUG_TWINS(b39),
		.scenario = poll_three_short,
	},
	{
		.id = "B40",
		.file = "b40_streaming_of_coherent.c",
		.title = "streaming calls on coherent memory",
		.symptom = "Maintenance through an address that has no cached alias, or through the wrong one: old lines over new data, or an oops.",
		.mend = "Coherent memory needs barriers only: use its handle as it is.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_MEMORY, .function = "both_send", .sets = ON_DIRECT | ON_IOMMU | ON_BOUNCE },
			    { .kind = ARMDMA_REPORT_BAD_ARGUMENT, .function = "both_poll" } },
		.limits = "A coherent device's buffer lies in the linear map as any other memory: that it is mapped again is not reported there.",
		.drivers = BUG_TWINS(b40),
		.scenario = send_and_poll,
	},
	{
		.id = "B41",
		.file = "b41_cached_alias.c",
		.title = "coherent memory touched through the linear map",
		.symptom = "Old data, or data lost when a line of the alias is written back. Architecturally undefined.",
		.mend = "Use the address that the allocation returned.",
		.sets = ON_DIRECT | ON_BOUNCE,
		.wanted = { { .kind = ARMDMA_REPORT_TRAP, .function = "alias_poll" } },
		.drivers = BUG_TWINS(b41),
		.scenario = poll_three,
	},
	{
		.id = "B42",
		.file = "b42_mapped_twice.c",
		.title = "two mappings of the same bytes at once",
		.symptom = "What the device wrote through one is lost by the maintenance of the other, depending on what is cached.",
		.mend = "One mapping; `dma_sync_single_for_cpu()` of the part that is looked at.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_OVERLAP, .function = "twice_receive" } },
		.drivers = BUG_TWINS(b42),
		.scenario = poll_three,
	},
	{
		.id = "B43",
		.file = "b43_skipped_sync.c",
		.title = "DMA_ATTR_SKIP_CPU_SYNC without syncs of one's own",
		.symptom = "The data that was in the cache before; or the cache's old data over the device's.",
		.mend = "Sync by hand what the attribute leaves out: for the device before the transfer, for the CPU after it.",
		.class = BUG_EVIDENCE,
		.sets = ON_CACHED,
		.wanted = { { .kind = ARMDMA_REPORT_STALE_CPU, .function = "skip_poll" } },
		.drivers = BUG_TWINS(b43),
		.scenario = poll_three,
	},
	{
		.id = "B44",
		.file = "b44_cookie_touched.c",
		.title = "the cookie of a buffer without kernel mapping is dereferenced",
		.symptom = "On ARM the cookie is a page array: the kernel's own records are overwritten.",
		.mend = "Leave out DMA_ATTR_NO_KERNEL_MAPPING when the CPU touches the buffer.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_TRAP, .function = "cookie_send" } },
		.drivers = BUG_TWINS(b44),
		.scenario = three_frames,
	},
	{
		.id = "B45",
		.file = "b45_attrs_not_repeated.c",
		.title = "freed without the attributes of the allocation",
		.symptom = "A leak, or the wrong allocator takes the wrong pages back.",
		.mend = "`dma_free_attrs()` with the attributes of `dma_alloc_attrs()`; the same at mmap.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_FREE, .function = "relay_free" } },
		.drivers = BUG_TWINS(b45),
		.scenario = relay_frame,
	},
	{
		.id = "B46",
		.file = "b46_segment_too_big.c",
		.title = "a segment larger than the device's limit",
		.symptom = "The device's length counter wraps: short transfers, for big contiguous memory only.",
		.mend = "`dma_set_max_seg_size()`, and tables made with that limit (`sg_alloc_table_from_pages_segment()`).",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_SEGMENT, .function = "big_poll" } },
		.drivers = BUG_TWINS(b46),
		.scenario = poll_big,
	},
	{
		.id = "B47",
		.file = "b47_one_segment.c",
		.title = "a list taken for one segment",
		.symptom = "Works behind an IOMMU, which makes one range of it. Without one, the second page goes to, or comes from, memory that is not meant.",
		.mend = "Program every segment that `dma_map_sg()` returned; refuse more than the device can do.",
		.limits = "Where the segments happen to lie side by side, as bounce buffers often do, nothing goes wrong and nothing is reported.",
		.sets = ON_DIRECT | ON_DIRECT_COHERENT,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_OVERRUN, .function = "pieces_send_sg", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b47),
		.scenario = send_pieces,
	},
	{
		.id = "B48",
		.file = "b48_cpu_alignment.c",
		.title = "a coherent buffer's CPU address is taken for aligned as the handle is",
		.symptom = "The device's part of the buffer is not the CPU's, and reaches beyond its end. Works where uncached memory lies in the linear map.",
		.mend = "Only the handle is aligned to the buffer's size: compute offsets from it and apply them to the CPU address.",
		.sets = ON_DIRECT | ON_IOMMU | ON_BOUNCE,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_OVERRUN, .function = "block_alloc", .site = ARMDMA_SITE_ALLOC } },
		.drivers = BUG_TWINS(b48),
		.scenario = poll_block,
	},
	{
		.id = "B49",
		.file = "b49_pool_block_twice.c",
		.title = "a block of a DMA pool is freed twice",
		.symptom = "The pool hands the same block to two owners: descriptors overwrite each other.",
		.mend = "Forget the pointer with the block.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_FREE, .function = "pooled_stop" } },
		.drivers = BUG_TWINS(b49),
		.scenario = three_frames,
	},
	{
		.id = "B50",
		.file = "b50_unset_fields.c",
		.title = "bytes that nobody has written go to the device",
		.symptom = "Reserved fields have what the memory's last user left there: it works until a revision of the hardware gives them a meaning, and others' data leaves the machine.",
		.mend = "`kzalloc()`, or set every field, reserved ones and padding included.",
		.limits = "Known of memory of kmalloc(), by whole aligned words of 8 bytes. Of coherent memory and pools nothing is said: a device may well fetch fields that only it writes.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_UNINITIALISED, .function = "block_write", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b50),
		.scenario = send_block,
	},
	{
		.id = "B51",
		.file = "b51_short_frame.c",
		.title = "more is used of a received frame than the device wrote",
		.symptom = "The user gets what the memory held before: other users' data.",
		.mend = "Use the length that the device reports.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_UNINITIALISED, .function = "little_control" } },
		.drivers = BUG_TWINS(b51),
		.scenario = read_short_frame,
	},
	{
		.id = "B52",
		.file = "b52_bidirectional.c",
		.title = "DMA_BIDIRECTIONAL for everything",
		.symptom = "Works, slowly: maintenance in both directions for every buffer.",
		.mend = "The direction in which the data goes.",
		.class = BUG_FINDING,
		.mode = BUG_PERFORMANCE,
		.sets = ON_CACHED,
		.wanted = { { .kind = ARMDMA_REPORT_BIDIRECTIONAL, .function = "lazy_move" } },
		.drivers = BUG_TWINS(b52),
		.scenario = send_and_receive,
	},
	{
		.id = "B53",
		.file = "b53_device_writes_tx.c",
		.title = "the device writes into a buffer that is mapped for it to read",
		.symptom = "A write fault of the IOMMU. Without one, the CPU does not see the data, as nothing invalidates its lines.",
		.mend = "DMA_FROM_DEVICE for what the device writes, DMA_BIDIRECTIONAL for what it also reads.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_DIRECTION, .function = "mail_exchange", .site = ARMDMA_SITE_MAP },
			    { .kind = ARMDMA_REPORT_STALE_CPU, .function = "mail_send", .sets = ON_DIRECT } },
		.drivers = BUG_TWINS(b53),
		.scenario = exchange_messages,
	},
	{
		.id = "B54",
		.file = "b54_suspended_early.c",
		.title = "a device is suspended while its DMA runs",
		.symptom = "The SYSMMU goes off under the transfer: addresses go to the bus untranslated, or the bus locks up.",
		.mend = "`pm_runtime_put()` when the transfer has ended, not when it has started.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_IN_USE, .function = "nap_send" } },
		.drivers = BUG_TWINS(b54),
		.scenario = three_frames_with_interrupts,
	},
	{
		.id = "B55",
		.file = "b55_mapped_again.c",
		.title = "a list is mapped again without unmap",
		.symptom = "The first mapping's addresses are lost: IO address space runs out, cache maintenance is wrong.",
		.mend = "Unmap on every way out before the next map.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_BAD_ARGUMENT, .function = "again_send_sg" }, { .kind = ARMDMA_REPORT_LEAK, .function = "again_send_sg", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b55),
		.scenario = send_into_full_wire,
	},
	{
		.id = "B56",
		.file = "b56_timeout_frees.c",
		.title = "memory is freed after a timeout, with the device still at work",
		.symptom = "Memory of somebody else changes, long after. Rare, under load.",
		.mend = "Stop the device (and see that it has stopped) before the memory goes.",
		.sets = ON_ALL,
		.wanted = { { .kind = ARMDMA_REPORT_DEVICE_AFTER_UNMAP, .function = "late_control", .site = ARMDMA_SITE_MAP } },
		.drivers = BUG_TWINS(b56),
		.scenario = late_frame,
	},
	{ 0 }
};
