/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SGDMA: a scatter-gather DMA engine, libarmdma's own, for everything that is not a camera. It
 * works as network and storage controllers do: descriptors in memory, a doorbell, status written
 * back, a completion interrupt.
 *
 * Manual
 * ------
 * Software builds descriptors in memory (struct armdma_sgdma_desc, little-endian words), linked by
 * `next` as a list or a ring, hands each over by setting OWN in `control`, writes the address of
 * the first to HEAD and any value to DOORBELL. The engine then, all through its bus port (hence
 * through its SYSMMU):
 *  1. reads the 32 bytes of the descriptor at HEAD. OWN not set: it stops there and is idle
 *     (INT_IDLE); HEAD keeps pointing at it, so that a doorbell after handing over more goes on
 *     where it stopped. A doorbell that arrives while it works makes it look once more before it
 *     stops;
 *  2. moves the data, in pieces of at most 4 KiB, reading one piece while the one before is written:
 *	COPY		len bytes from src to dst
 *	FILL		len bytes at dst become the word src (little-endian, from dst on)
 *	TO_DEVICE	len bytes from src into the sink: a buffer set by
 *			armdma_sgdma_set_sink(), else nowhere
 *	FROM_DEVICE	len bytes to dst from the source: a buffer set by
 *			armdma_sgdma_set_source(), taken in sequence, else the pattern generator,
 *			from byte 0 of the stream of seed src on (armdma_sgdma_pattern())
 *	NOP		nothing
 *  3. writes the last 12 bytes of the descriptor back in one burst: control without OWN, status,
 *     done (bytes moved);
 *  4. sets INT_DONE if `control` had IRQ, counts the descriptor in COUNT, and goes on with `next`,
 *     or, if `control` had END, sets HEAD to `next` and stops as in 1.
 *
 * A failed descriptor (an error response of the bus, a bad operation, a source or sink at its end)
 * gets its error in `status`, INT_ERROR is set whether IRQ is set or not, ERROR and ERROR_ADDR say
 * more, and the engine goes on with the next. When a descriptor cannot be fetched or written back,
 * there is no next: STATUS_HALTED is set, and only a reset or a new HEAD helps. A transfer that a
 * SYSMMU fault holds is held until software lets it go on; CTRL_RESET drops it.
 *
 * Addresses have 40 bits, the upper 8 in the word `high`; the port drops what its address width
 * does not have.
 */
#ifndef ARMDMA_SGDMA_H
#define ARMDMA_SGDMA_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One descriptor: 32 bytes, one cache line of a Cortex-A9, aligned to 32 bytes. Every word is
 * little-endian.
 */
struct armdma_sgdma_desc {
	uint32_t next;		/* 0x00 address of the next descriptor, bits 31:0 */
	uint32_t src;		/* 0x04 source address; FILL: the word; FROM_DEVICE: the seed */
	uint32_t dst;		/* 0x08 destination address */
	uint32_t high;		/* 0x0c bits 39:32 of next (7:0), src (15:8), dst (23:16) */
	uint32_t len;		/* 0x10 bytes, 1 and more (NOP: any; CTRL_COUNT16: 0 is 64 KiB) */
	uint32_t control;	/* 0x14 */
	uint32_t status;	/* 0x18 written by the engine */
	uint32_t done;		/* 0x1c written by the engine: bytes that arrived */
};
#define ARMDMA_SGDMA_DESC_SIZE 32u

#define ARMDMA_SGDMA_OP(control) ((control) & 0xfu)
#define ARMDMA_SGDMA_NOP 0u
#define ARMDMA_SGDMA_COPY 1u
#define ARMDMA_SGDMA_FILL 2u
#define ARMDMA_SGDMA_TO_DEVICE 3u
#define ARMDMA_SGDMA_FROM_DEVICE 4u
#define ARMDMA_SGDMA_IRQ (1u << 8)	/* INT_DONE on completion */
#define ARMDMA_SGDMA_END (1u << 9)	/* stop after this one */
#define ARMDMA_SGDMA_OWN (1u << 31)	/* belongs to the engine */

/* status; exactly one of them in bits 7:0 */
#define ARMDMA_SGDMA_ST_OK 1u
#define ARMDMA_SGDMA_ST_SRC_SLVERR 2u
#define ARMDMA_SGDMA_ST_SRC_DECERR 3u
#define ARMDMA_SGDMA_ST_DST_SLVERR 4u
#define ARMDMA_SGDMA_ST_DST_DECERR 5u
#define ARMDMA_SGDMA_ST_BAD_DESC 6u	/* unknown operation or len 0 */
#define ARMDMA_SGDMA_ST_UNDERRUN 7u	/* the source buffer ended; what there was has been written */
#define ARMDMA_SGDMA_ST_OVERRUN 8u	/* the sink is full; what fitted is in it */
/* in ERROR only */
#define ARMDMA_SGDMA_ST_FETCH 9u	/* bus error reading a descriptor */
#define ARMDMA_SGDMA_ST_WRITEBACK 10u	/* bus error writing status */
#define ARMDMA_SGDMA_ST_ALIGN 11u	/* descriptor address not a multiple of 32 */

/* Registers */
#define ARMDMA_SGDMA_ID 0x00u		/* RO */
#define ARMDMA_SGDMA_ID_VALUE 0x5344a001u
#define ARMDMA_SGDMA_CTRL 0x04u
#define ARMDMA_SGDMA_CTRL_ENABLE (1u << 0)	/* 0: finish the current descriptor, then pause */
/* Self-clearing: drops everything, registers to their reset values, all 0. */
#define ARMDMA_SGDMA_CTRL_RESET (1u << 1)
/* Count with 16 bits, as many engines do: of `len` bits 15:0 count, and 0 stands for 64 KiB. */
#define ARMDMA_SGDMA_CTRL_COUNT16 (1u << 2)
#define ARMDMA_SGDMA_STATUS 0x08u		/* RO */
#define ARMDMA_SGDMA_STATUS_BUSY (1u << 0)
#define ARMDMA_SGDMA_STATUS_HALTED (1u << 1)
#define ARMDMA_SGDMA_INT_STATUS 0x0cu	/* RO; the interrupt line is high while INT_STATUS & INT_ENABLE */
#define ARMDMA_SGDMA_INT_CLEAR 0x10u	/* W1 clears bits of INT_STATUS */
#define ARMDMA_SGDMA_INT_ENABLE 0x14u
#define ARMDMA_SGDMA_INT_DONE (1u << 0)
#define ARMDMA_SGDMA_INT_ERROR (1u << 1)
#define ARMDMA_SGDMA_INT_IDLE (1u << 2)
/* Address of the descriptor to read next, bits 31:0. A write while busy is logged and lost. */
#define ARMDMA_SGDMA_HEAD 0x18u
#define ARMDMA_SGDMA_HEAD_HIGH 0x1cu	/* bits 39:32; write it before HEAD */
#define ARMDMA_SGDMA_DOORBELL 0x20u	/* WO */
#define ARMDMA_SGDMA_ERROR 0x24u	/* RO: status code of the last failure, 0 none */
#define ARMDMA_SGDMA_ERROR_ADDR 0x28u	/* RO: bits 31:0 of that descriptor's address */
#define ARMDMA_SGDMA_COUNT 0x2cu	/* RO: descriptors completed since reset, failed ones included */

/* Largest piece moved at once, bytes. */
#define ARMDMA_SGDMA_PIECE 4096u

/*
 * What FROM_DEVICE takes its bytes from, or TO_DEVICE puts them into. The buffer belongs to the
 * caller and must live until it is replaced; NULL: back to the pattern generator, or to nowhere.
 * Begins at its first byte. Returns 0, or -ENOENT when no engine has that name.
 */
ARMDMA_API int armdma_sgdma_set_source(struct armdma_hw *hw, const char *name, const void *buf,
				       size_t len);
ARMDMA_API int armdma_sgdma_set_sink(struct armdma_hw *hw, const char *name, void *buf, size_t len);
/* Bytes taken from the source or put into the sink since it was set; 0 when there is no such engine. */
ARMDMA_API size_t armdma_sgdma_source_used(const struct armdma_hw *hw, const char *name);
ARMDMA_API size_t armdma_sgdma_sink_used(const struct armdma_hw *hw, const char *name);
/*
 * Bytes [pos, pos+len) of the pattern generator's stream of a seed: different for each seed and
 * position.
 */
ARMDMA_API void armdma_sgdma_pattern(uint32_t seed, uint64_t pos, void *buf, size_t len);

/*
 * Fill in a descriptor at desc (CPU memory), words little-endian, OWN set last by a plain store:
 * before the engine may see it, software needs its own barrier or cache maintenance. Addresses as
 * the engine puts them on its bus.
 */
ARMDMA_API void armdma_sgdma_fill_desc(struct armdma_sgdma_desc *desc, armdma_dma_t next,
				       armdma_dma_t src, armdma_dma_t dst, uint32_t len,
				       uint32_t control);
/* Words of a descriptor as host integers. */
ARMDMA_API uint32_t armdma_sgdma_desc_control(const struct armdma_sgdma_desc *desc);
ARMDMA_API uint32_t armdma_sgdma_desc_status(const struct armdma_sgdma_desc *desc);
ARMDMA_API uint32_t armdma_sgdma_desc_done(const struct armdma_sgdma_desc *desc);

#ifdef __cplusplus
}
#endif
#endif
