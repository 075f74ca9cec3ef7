/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prefetch buffers of 3.x to 6.x: asked when the TLB misses. A buffer serves a range of addresses and holds the
 * level-2 descriptors of an aligned block of it, fetched with one burst.
 *
 * 3.0 to 3.2 have buffers of 16 or 32 descriptors that can be combined; later ones have two sub-buffers of 16, of
 * which one can run ahead of the stream. On 3.x what is fetched is kept even when it is an invalid descriptor (an
 * erratum): a mapping made there later faults until it is invalidated.
 */
#ifndef SIM_SYSMMU_PREFETCH_H
#define SIM_SYSMMU_PREFETCH_H

#include <stdbool.h>
#include <stdint.h>

struct sysmmu;
struct bus_xfer;

#define PREFETCH_MAX_BUFFERS 6
#define PREFETCH_MAX_DESCS 64

struct prefetch_sub {
	uint32_t vpn;			/* of the first descriptor */
	uint64_t present;		/* bit n: descriptor n is there */
	uint32_t desc[PREFETCH_MAX_DESCS];
};

/* One buffer as it is configured now. */
struct prefetch_buffer {
	bool on;
	bool ahead, ascending;		/* fetches ahead */
	bool fills_tlb;
	bool by_id;
	uint8_t channels;		/* bit 0 reads, bit 1 writes */
	uint8_t nr;			/* descriptors of a (sub-)buffer */
	uint8_t nr_subs, turn;		/* turn: which sub-buffer is replaced next */
	struct prefetch_sub sub[2];
};

struct prefetch {
	bool on;			/* some buffer is */
	unsigned int nr;		/* buffers in hardware */
	uint32_t index, layout;		/* PB_INDICATE, PB_LMM */
	/* Registers of each buffer: CFG, START, END, AXI ID. */
	uint32_t reg[PREFETCH_MAX_BUFFERS][4];
	uint32_t latch;			/* descriptor selected for reading */
	struct prefetch_buffer buffer[PREFETCH_MAX_BUFFERS];
	/* Buffer that answered last, or NULL. */
	struct prefetch_buffer *last;
	const struct prefetch_sub *last_sub;
};

enum { PB_REG_CFG, PB_REG_START, PB_REG_END, PB_REG_ID };

/* Work out which buffers are on; what they hold stays where it still fits. Updates the unit. */
void sysmmu_pb_configure(struct sysmmu *mmu);
void sysmmu_pb_reset(struct sysmmu *mmu);
enum pb_result { PB_NOBODY, PB_HIT, PB_MISS };
/*
 * Ask the buffers about an access that the TLB missed. PB_NOBODY: none serves it. Else *found is an answer as of a walk (on
 * PB_MISS there was one), *fills_tlb whether it belongs into the TLB; *cycles grows by the cost of the look-up.
 */
enum pb_result sysmmu_pb_translate(struct sysmmu *mmu, bool write, uint16_t id, uint32_t va,
				   uint64_t *found, bool *fills_tlb, uint32_t *cycles);
/* Once the access has its answer: the buffer that gave it may go on with the next block. */
void sysmmu_pb_run_ahead(struct sysmmu *mmu, bool write);
/* Drop descriptors of pages of [first, last]; returns how many. */
unsigned int sysmmu_pb_drop(struct sysmmu *mmu, uint32_t first_vpn, uint32_t last_vpn);
unsigned int sysmmu_pb_drop_all(struct sysmmu *mmu);

/* Registers. arg: buffer * 4 + PB_REG_*, or PB_REG_* of the indicated one. */
uint32_t sysmmu_pb_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_pb_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_pb_read_indicated(struct sysmmu *mmu, unsigned int arg);
void sysmmu_pb_write_indicated(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_pb_index_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_pb_index_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_pb_layout_read(struct sysmmu *mmu, unsigned int arg);
void sysmmu_pb_layout_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_pb_info_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_pb_group_state_read(struct sysmmu *mmu, unsigned int arg);
/* VA that buffer arg holds now (its block's start). */
uint32_t sysmmu_pb_va_read(struct sysmmu *mmu, unsigned int arg);
/* Latch descriptor value >> 4 of buffer arg when bit 0 is set; read the latch. */
void sysmmu_pb_select_write(struct sysmmu *mmu, unsigned int arg, uint32_t value);
uint32_t sysmmu_pb_data_read(struct sysmmu *mmu, unsigned int arg);
/* 3.3: VPN of the indicated sub-buffer. 6.x: start, end, valid mask of sub-buffer arg / 3. */
uint32_t sysmmu_spb_base_read(struct sysmmu *mmu, unsigned int arg);
uint32_t sysmmu_spb_read(struct sysmmu *mmu, unsigned int arg);

#endif
