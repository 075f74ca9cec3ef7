/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prefetch buffers: configuration, look-up, filling, and their registers.
 *
 * Facts: 3.0 and 3.1 have two buffers of 16 descriptors or one of 32; 3.2 has 16, 16 and 32, or 32 and 32, or one of
 * 64; later ones two sub-buffers of 16 each. The alignment that drivers of 3.1 to 3.3 give their regions against
 * the erratum equals what one buffer fetches.
 */
#include "sim/sysmmu/sysmmu_internal.h"

#define SUB_DESCS 16u

/* ---- Configuration ------------------------------------------------------ */

static void set_buffer(struct prefetch_buffer *b, bool on, unsigned int nr, unsigned int subs)
{
	/* What was fetched in another shape is of no use. */
	if (b->nr != nr || b->nr_subs != subs) {
		b->sub[0].present = 0;
		b->sub[1].present = 0;
		b->turn = 0;
	}
	b->on = on;
	b->nr = (uint8_t)nr;
	b->nr_subs = (uint8_t)subs;
	b->channels = 3;
	b->fills_tlb = true;
	b->ahead = false;
	b->by_id = false;
}

static void by_mode(struct sysmmu *mmu)
{
	unsigned int mode = mmu->mmu_cfg >> 28 & 3;

	set_buffer(&mmu->pb.buffer[0], mode != 0, mode == 3 ? 32 : 16, 1);
	set_buffer(&mmu->pb.buffer[1], mode == 2, 16, 1);
}

static void by_flags(struct sysmmu *mmu)
{
	uint32_t cfg = mmu->mmu_cfg;
	bool all = cfg & ARMDMA_SYSMMU_CFG_PB_ALL, two = cfg & ARMDMA_SYSMMU_CFG_PB_01;

	set_buffer(&mmu->pb.buffer[0], cfg & ARMDMA_SYSMMU_CFG_PB(0), all ? 64 : two ? 32 : 16, 1);
	set_buffer(&mmu->pb.buffer[1], cfg & ARMDMA_SYSMMU_CFG_PB(1) && !all && !two, 16, 1);
	set_buffer(&mmu->pb.buffer[2], cfg & ARMDMA_SYSMMU_CFG_PB(2) && !all, 32, 1);
}

/* Buffers that a layout preset leaves, as drivers count on it. */
static unsigned int usable(const struct prefetch *pb)
{
	static const uint8_t of_3[] = { 3, 2 }, of_4[] = { 4, 3, 2, 1 }, of_6[] = { 6, 5, 4, 3, 3, 2 };

	switch (pb->nr) {
	case 3:
		return of_3[pb->layout < sizeof(of_3) ? pb->layout : sizeof(of_3) - 1];
	case 4:
		return of_4[pb->layout < sizeof(of_4) ? pb->layout : sizeof(of_4) - 1];
	default:
		return of_6[pb->layout < sizeof(of_6) ? pb->layout : sizeof(of_6) - 1];
	}
}

static void indexed(struct sysmmu *mmu)
{
	unsigned int n = usable(&mmu->pb);

	for (unsigned int i = 0; i < mmu->pb.nr; i++) {
		struct prefetch_buffer *b = &mmu->pb.buffer[i];
		uint32_t cfg = mmu->pb.reg[i][PB_REG_CFG];

		set_buffer(b, i < n && cfg & ARMDMA_SYSMMU_PB_CFG_ENABLE, SUB_DESCS, 2);
		b->channels = cfg & ARMDMA_SYSMMU_PB_CFG_WRITE ? 2 : 1;
		b->ahead = cfg & ARMDMA_SYSMMU_PB_CFG_PREFETCH;
		b->ascending = cfg & ARMDMA_SYSMMU_PB_CFG_ASCENDING;
		b->fills_tlb = cfg & ARMDMA_SYSMMU_PB_CFG_TLB_UPDATE;
		b->by_id = cfg & ARMDMA_SYSMMU_PB_CFG_BY_ID &&
			   ARMDMA_SYSMMU_VERSION_MAJOR(mmu->variant->version) >= 6;
	}
}

void sysmmu_pb_configure(struct sysmmu *mmu)
{
	struct prefetch *pb = &mmu->pb;

	if (mmu->variant->pb_kind == PB_BY_MODE)
		by_mode(mmu);
	else if (mmu->variant->pb_kind == PB_BY_FLAGS)
		by_flags(mmu);
	else if (mmu->variant->pb_kind == PB_INDEXED)
		indexed(mmu);
	pb->on = false;
	for (unsigned int i = 0; i < pb->nr; i++)
		pb->on |= pb->buffer[i].on;
	sysmmu_update(mmu);
}

void sysmmu_pb_reset(struct sysmmu *mmu)
{
	unsigned int nr = mmu->pb.nr;

	mmu->pb = (struct prefetch){ .nr = nr };
	sysmmu_pb_configure(mmu);
}

/* ---- Look-up --------------------------------------------------------------- */

/* On 3.0 and 3.1 the end of PB1 shares its register with a counter's event. */
static uint32_t end_of(const struct sysmmu *mmu, unsigned int i)
{
	if (mmu->variant->pb_kind == PB_BY_MODE && i == 1)
		return mmu->cnt.select[0];
	return mmu->pb.reg[i][PB_REG_END];
}

static bool serves(const struct sysmmu *mmu, unsigned int i, bool write, uint16_t id, uint32_t va)
{
	const struct prefetch_buffer *b = &mmu->pb.buffer[i];
	const uint32_t *reg = mmu->pb.reg[i];

	if (!b->on || !(b->channels >> write & 1))
		return false;
	if (b->by_id)
		return !((id ^ reg[PB_REG_ID]) & reg[PB_REG_ID] >> 16);
	return va >= reg[PB_REG_START] && va <= end_of(mmu, i);
}

static struct prefetch_buffer *find_buffer(struct sysmmu *mmu, bool write, uint16_t id, uint32_t va)
{
	for (unsigned int i = 0; i < mmu->pb.nr; i++)
		if (serves(mmu, i, write, id, va))
			return &mmu->pb.buffer[i];
	return NULL;
}

static uint32_t block_of(const struct prefetch_buffer *b, uint32_t vpn)
{
	return vpn & ~(b->nr - 1u);
}

static struct prefetch_sub *find_sub(struct prefetch_buffer *b, uint32_t vpn)
{
	for (unsigned int i = 0; i < b->nr_subs; i++)
		if (b->sub[i].present && b->sub[i].vpn == block_of(b, vpn))
			return &b->sub[i];
	return NULL;
}

/* ---- Filling ------------------------------------------------------------------ */

/* One burst brings the block around va from its level-2 table. */
static bool load(struct sysmmu *mmu, struct prefetch_buffer *b, struct prefetch_sub *sub, uint32_t va,
		 uint64_t table)
{
	uint32_t first = block_of(b, va >> 12), desc;

	sub->present = 0;
	for (unsigned int i = 0; i < b->nr; i += SUB_DESCS) {
		uint32_t at = (first + i) << 12;

		if (!sysmmu_fetch(mmu, at, table + 4 * ARMDMA_SYSMMU_L2_INDEX(at), 2, &desc))
			return false;
		for (unsigned int n = 0; n < SUB_DESCS; n++)
			sub->desc[i + n] = sysmmu_line_word(mmu, n);
	}
	sub->vpn = first;
	sub->present = b->nr < 64 ? (1ULL << b->nr) - 1 : ~0ULL;
	b->turn = (uint8_t)((sub == &b->sub[0]) & (b->nr_subs > 1));
	return true;
}

static uint64_t *walker_time(struct sysmmu *mmu, uint64_t *of, bool write)
{
	return &of[mmu->variant->walkers > 1 && write];
}

/* The walker goes on with the next block in the stream's direction: nobody waits, unless for the walker. */
static void fetch_ahead(struct sysmmu *mmu, struct prefetch_buffer *b, const struct prefetch_sub *now,
			bool write)
{
	uint32_t next = b->ascending ? now->vpn + b->nr : now->vpn - b->nr, reads;
	struct prefetch_sub *other = &b->sub[now == &b->sub[0]];
	uint64_t misses = mmu->flpd_misses[write], start = mmu->hw->clk.now, table, answer, *until;

	/* Past the end of the address space. */
	if (next > 0xFFFFF)
		return;
	if (other->present && other->vpn == next)
		return;
	if (sysmmu_walk_level1(mmu, next << 12, write, &table, &reads, &answer) == L1_TABLE) {
		load(mmu, b, other, next << 12, table);
		reads++;
	}
	mmu->walk_reads += reads;
	/* The cache's own count is of demand. */
	mmu->prefetch_flpd_misses[write] += mmu->flpd_misses[write] - misses;
	mmu->flpd_misses[write] = misses;
	until = walker_time(mmu, mmu->walk_until, write);
	if (*until > start)
		start = *until;
	*until = start + (uint64_t)reads * mmu->hw->cfg.costs.mem_read;
	*walker_time(mmu, mmu->prefetch_until, write) = *until;
}

/* On 3.x an invalid descriptor answers as a valid one does: with a fault. */
static bool answers(const struct sysmmu *mmu, const struct prefetch_sub *sub, uint32_t vpn)
{
	unsigned int i = vpn - sub->vpn;

	if (!(sub->present >> i & 1))
		return false;
	return mmu->errata & ARMDMA_SYSMMU_ERRATUM_FAULTY_PREFETCH ||
	       walk_result(sysmmu_decode_level2(mmu, sub->desc[i], 0)) == WALK_OK;
}

static uint64_t answer_of(const struct sysmmu *mmu, const struct prefetch_sub *sub, uint32_t vpn,
			  uint32_t reads)
{
	return sysmmu_decode_level2(mmu, sub->desc[vpn - sub->vpn], reads);
}

enum pb_result sysmmu_pb_translate(struct sysmmu *mmu, bool write, uint16_t id, uint32_t va,
				   uint64_t *found, bool *fills_tlb, uint32_t *cycles)
{
	struct prefetch_buffer *b = find_buffer(mmu, write, id, va);
	struct prefetch_sub *sub;
	uint32_t reads;
	uint64_t table;

	mmu->pb.last = NULL;
	if (!b)
		return PB_NOBODY;
	mmu->pb_lookups[write]++;
	*cycles += mmu->hw->cfg.costs.pb_hit;
	*fills_tlb = b->fills_tlb;
	sub = find_sub(b, va >> 12);
	if (sub && answers(mmu, sub, va >> 12)) {
		*found = answer_of(mmu, sub, va >> 12, 0);
		mmu->pb.last = b;
		mmu->pb.last_sub = sub;
		return PB_HIT;
	}
	mmu->pb_misses[write]++;
	*fills_tlb = true;
	if (sysmmu_walk_level1(mmu, va, write, &table, &reads, found) != L1_TABLE)
		return PB_MISS;
	if (!sub)
		sub = &b->sub[b->turn];
	if (!load(mmu, b, sub, va, table)) {
		*found = (uint64_t)(reads + 1) << WALK_READS_SHIFT | WALK_BUS_ERROR;
		return PB_MISS;
	}
	*found = answer_of(mmu, sub, va >> 12, reads + 1);
	mmu->pb.last = b;
	mmu->pb.last_sub = sub;
	return PB_MISS;
}

void sysmmu_pb_run_ahead(struct sysmmu *mmu, bool write)
{
	struct prefetch_buffer *b = mmu->pb.last;

	if (b && b->ahead)
		fetch_ahead(mmu, b, mmu->pb.last_sub, write);
}

/* ---- Invalidation --------------------------------------------------------------- */

unsigned int sysmmu_pb_drop(struct sysmmu *mmu, uint32_t first_vpn, uint32_t last_vpn)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < mmu->pb.nr; i++)
		for (unsigned int s = 0; s < 2; s++) {
			struct prefetch_sub *sub = &mmu->pb.buffer[i].sub[s];

			for (unsigned int d = 0; sub->present && d < mmu->pb.buffer[i].nr; d++) {
				uint64_t answer = sysmmu_decode_level2(mmu, sub->desc[d], 0);
				uint32_t pages = walk_result(answer) == WALK_OK ?
					(1u << tlb_size_order(walk_size(answer))) - 1 : 0;
				uint32_t start = (sub->vpn + d) & ~pages;

				if (!(sub->present >> d & 1) || start > last_vpn || start + pages < first_vpn)
					continue;
				sub->present &= ~(1ULL << d);
				n++;
			}
		}
	return n;
}

unsigned int sysmmu_pb_drop_all(struct sysmmu *mmu)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < mmu->pb.nr; i++)
		for (unsigned int s = 0; s < 2; s++) {
			n += (unsigned int)__builtin_popcountll(mmu->pb.buffer[i].sub[s].present);
			mmu->pb.buffer[i].sub[s].present = 0;
		}
	return n;
}

/* ---- Registers -------------------------------------------------------------------- */

uint32_t sysmmu_pb_read(struct sysmmu *mmu, unsigned int arg)
{
	return mmu->pb.reg[arg / 4][arg % 4];
}

void sysmmu_pb_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	mmu->pb.reg[arg / 4][arg % 4] = value;
	sysmmu_pb_configure(mmu);
}

/* INDICATE's low byte; a buffer that is not there reads 0 and drops writes. */
static unsigned int indicated(const struct sysmmu *mmu)
{
	return mmu->pb.index & 0xFF;
}

uint32_t sysmmu_pb_read_indicated(struct sysmmu *mmu, unsigned int arg)
{
	return indicated(mmu) < mmu->pb.nr ? mmu->pb.reg[indicated(mmu)][arg] : 0;
}

void sysmmu_pb_write_indicated(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	if (indicated(mmu) >= mmu->pb.nr)
		return;
	mmu->pb.reg[indicated(mmu)][arg] = value;
	sysmmu_pb_configure(mmu);
}

uint32_t sysmmu_pb_index_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb.index;
}

void sysmmu_pb_index_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->pb.index = value;
}

uint32_t sysmmu_pb_layout_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb.layout;
}

void sysmmu_pb_layout_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	(void)arg;
	mmu->pb.layout = value;
	sysmmu_pb_configure(mmu);
}

uint32_t sysmmu_pb_info_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb.nr;
}

uint32_t sysmmu_pb_group_state_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb.on;
}

uint32_t sysmmu_pb_va_read(struct sysmmu *mmu, unsigned int arg)
{
	const struct prefetch_sub *sub = &mmu->pb.buffer[arg].sub[0];

	return sub->present ? sub->vpn << 12 : 0;
}

void sysmmu_pb_select_write(struct sysmmu *mmu, unsigned int arg, uint32_t value)
{
	const struct prefetch_buffer *b = &mmu->pb.buffer[arg];
	uint32_t i = value >> 4;

	if (!(value & 1))
		return;
	mmu->pb.latch = i < b->nr && b->sub[0].present >> i & 1 ? b->sub[0].desc[i] : 0;
}

uint32_t sysmmu_pb_data_read(struct sysmmu *mmu, unsigned int arg)
{
	(void)arg;
	return mmu->pb.latch;
}

uint32_t sysmmu_spb_base_read(struct sysmmu *mmu, unsigned int arg)
{
	const struct prefetch_sub *sub;

	(void)arg;
	if (indicated(mmu) >= mmu->pb.nr)
		return 0;
	sub = &mmu->pb.buffer[indicated(mmu)].sub[!!(mmu->pb.index & ARMDMA_SYSMMU_PB_INDICATE_SUB1)];
	return sub->present ? sub->vpn : 0;
}

uint32_t sysmmu_spb_read(struct sysmmu *mmu, unsigned int arg)
{
	const struct prefetch_sub *sub;
	uint32_t valid = 0;

	if (indicated(mmu) >= mmu->pb.nr)
		return 0;
	sub = &mmu->pb.buffer[indicated(mmu)].sub[arg / 3];
	if (!sub->present)
		return 0;
	for (unsigned int i = 0; i < SUB_DESCS; i++)
		if (sub->present >> i & 1 &&
		    walk_result(sysmmu_decode_level2(mmu, sub->desc[i], 0)) == WALK_OK)
			valid |= 1u << i;
	return arg % 3 == 0 ? sub->vpn : arg % 3 == 1 ? sub->vpn + SUB_DESCS - 1 : valid;
}
