/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIMC, the camera interface of Exynos4 (FIMC 5.1): registers and bit fields
 * as drivers and tests name them, and how far the model goes.
 *
 * Offsets and fields are those that the Linux 6.1 exynos4-is driver and the vendor's regs-fimc.h use.
 * What is marked (I) below is inferred from those drivers, not documented.
 *
 * What is modelled: camera capture through crop window, scaler (nearest neighbour), colour
 * conversion, flip and the output DMA into a ring of up to 32 address sets. A sensor is attached
 * with armdma/sensor.h. The other source is memory: see below. What is not modelled (rotation of camera
 * input, tiles, JPEG, effects, interlace, LCD output): a configuration that asks for it is named on the
 * machine's console when a frame would begin, and none does. It is never ignored.
 *
 * One frame, at each vsync of the sensor with capture enabled:
 *  - the next address set whose bit is set in CIFCNTSEQ is chosen, in rising order and round again, and
 *    everything that shapes the frame is latched; registers written later count for later frames. Under
 *    CIGCTRL_SHADOW_DISABLE the addresses of the set are used as they are written, line by line;
 *  - CISTATUS2 present = index of the set + 1;
 *  - each line that the sensor has delivered goes out while the next one arrives: Y in bursts of 8
 *    beats of 8 bytes, then the chroma of that line (every second line for 420);
 *  - at the end: CISTATUS2 previous = that index (present keeps it until the next vsync),
 *    CISTATUS_FRAME_END, interrupt.
 * A set that software did not renew is written again: the ring overwrites, it never waits.
 *
 * Behind each output plane are 512 bytes of FIFO. A camera cannot be held up: when the bus does not
 * take the data in time (a SYSMMU fault, a slow bus), what does not fit is lost to the end of that
 * line, the plane's CISTATUS overflow bit is set, and the frame goes on to its end without the lost
 * data. What is in the FIFO is written when the bus goes on.
 *
 * Interrupt: level until CIGCTRL_IRQ_CLR is written as 1, if CIGCTRL_IRQ_LEVEL is set. Else an
 * edge: a pulse of ARMDMA_FIMC_PULSE cycles, which a CPU that masks interrupts for longer misses,
 * because the lines of the simulated interrupt controller are level triggered.
 *
 * Memory to memory: with MSCTRL_INPUT_MEMORY vsyncs of the sensor start nothing; MSCTRL_ENVID written as 1 starts one frame, with
 * capture enabled as above. Lines of the picture that the input registers describe are read (16 beats a
 * burst, one channel of the bus), converted, scaled and written to the next address set (the other
 * channel), at most a pixel a cycle; reads of the next line go on beside writes of this one. Nothing
 * overflows: what the bus does not take holds up what is read. ENVID reads 1 until the frame has ended
 * (FRAME_END, interrupt, indices as above). ENVID written as 0 breaks it off after the line under way,
 * without interrupt (I). A bus error of a read gives zeros; both kinds make the frame's event an error.
 *
 * The output rotator (CITRGFMT_OUTROT90) turns the target clockwise, after mirroring (I): a target of HSIZE x VSIZE becomes VSIZE
 * pixels wide and HSIZE lines high in memory. It works on 16 lines at a time, which go out as columns of
 * 16 pixels, one burst for each line of the picture in memory. RGB and 4:2:0 only.
 *
 * Stopping: with CIIMGCPT_IMGCPTEN cleared, the current frame goes to its end. If CIOCTRL_LASTIRQEN
 * was set at that moment, one more interrupt comes at the next vsync with CISTATUS_LAST_CAPTURE_END
 * (the driver waits for it for 200 ms).
 */
#ifndef ARMDMA_FIMC_H
#define ARMDMA_FIMC_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ARMDMA_FIMC_NR_SETS 32u		/* output address sets */
#define ARMDMA_FIMC_FIFO 512u		/* bytes of FIFO behind each output plane */
#define ARMDMA_FIMC_PULSE 16u		/* cycles of an edge interrupt */
#define ARMDMA_FIMC_MIN_SIZE 16u	/* pixels, either direction */
#define ARMDMA_FIMC_MAX_WIDTH 8192u	/* pixels without scaler */
#define ARMDMA_FIMC_MAX_SCALER 4224u	/* pixels with scaler */
#define ARMDMA_FIMC_MAX_ROTATED 1920u	/* pixels of a target's line before rotation */

/* Source format */
#define ARMDMA_FIMC_CISRCFMT 0x00u
#define ARMDMA_FIMC_CISRCFMT_ITU601_8BIT (1u << 31)
#define ARMDMA_FIMC_CISRCFMT_ITU601_16BIT (1u << 29)
#define ARMDMA_FIMC_CISRCFMT_WIDTH(x) (((x) & 0x1fffu) << 16)
/*
 * Order of the incoming bytes; sensors of armdma/sensor.h send YCBYCR, another order here swaps the
 * colours.
 */
#define ARMDMA_FIMC_CISRCFMT_ORDER_YCBYCR (0u << 14)
#define ARMDMA_FIMC_CISRCFMT_ORDER_YCRYCB (1u << 14)
#define ARMDMA_FIMC_CISRCFMT_ORDER_CBYCRY (2u << 14)
#define ARMDMA_FIMC_CISRCFMT_ORDER_CRYCBY (3u << 14)
#define ARMDMA_FIMC_CISRCFMT_HEIGHT(x) ((x) & 0x1fffu)

/* Window (crop): offsets from left and top here, from right and bottom in CIWDOFST2 */
#define ARMDMA_FIMC_CIWDOFST 0x04u
#define ARMDMA_FIMC_CIWDOFST_WINOFSEN (1u << 31)
#define ARMDMA_FIMC_CIWDOFST_CLROVFIY (1u << 30) /* W1: clears CISTATUS_OVFIY */
#define ARMDMA_FIMC_CIWDOFST_CLROVRLB (1u << 29) /* W1: clears CISTATUS_OVRLB */
#define ARMDMA_FIMC_CIWDOFST_HOROFF(x) (((x) & 0x7ffu) << 16)
#define ARMDMA_FIMC_CIWDOFST_CLROVFICB (1u << 15)
#define ARMDMA_FIMC_CIWDOFST_CLROVFICR (1u << 14)
#define ARMDMA_FIMC_CIWDOFST_VEROFF(x) ((x) & 0xfffu)
#define ARMDMA_FIMC_CIWDOFST2 0x14u
#define ARMDMA_FIMC_CIWDOFST2_HOROFF(x) (((x) & 0xfffu) << 16)
#define ARMDMA_FIMC_CIWDOFST2_VEROFF(x) ((x) & 0xfffu)

/* Global control */
#define ARMDMA_FIMC_CIGCTRL 0x08u
#define ARMDMA_FIMC_CIGCTRL_SWRST (1u << 31)	/* 1: everything to reset values, transfers dropped */
#define ARMDMA_FIMC_CIGCTRL_CAMRST_A (1u << 30)
#define ARMDMA_FIMC_CIGCTRL_SELCAM_ITU_A (1u << 29)
#define ARMDMA_FIMC_CIGCTRL_TESTPAT_MASK (3u << 27)
#define ARMDMA_FIMC_CIGCTRL_INVPOLPCLK (1u << 26)
#define ARMDMA_FIMC_CIGCTRL_INVPOLVSYNC (1u << 25)
#define ARMDMA_FIMC_CIGCTRL_INVPOLHREF (1u << 24)
#define ARMDMA_FIMC_CIGCTRL_IRQ_OVFEN (1u << 22) /* overflow interrupts too, at once */
#define ARMDMA_FIMC_CIGCTRL_IRQ_LEVEL (1u << 20)
#define ARMDMA_FIMC_CIGCTRL_IRQ_CLR (1u << 19)	/* W1 */
#define ARMDMA_FIMC_CIGCTRL_IRQ_END_DISABLE (1u << 18)
#define ARMDMA_FIMC_CIGCTRL_IRQ_ENABLE (1u << 16)
#define ARMDMA_FIMC_CIGCTRL_SHADOW_DISABLE (1u << 12)
#define ARMDMA_FIMC_CIGCTRL_CAM_JPEG (1u << 8)
#define ARMDMA_FIMC_CIGCTRL_SELCAM_MIPI_A (1u << 7)
#define ARMDMA_FIMC_CIGCTRL_SELWB_A (1u << 6)
#define ARMDMA_FIMC_CIGCTRL_CSC_ITU709 (1u << 5) /* else ITU-601 */
#define ARMDMA_FIMC_CIGCTRL_SELCAM_MIPI (1u << 3)
#define ARMDMA_FIMC_CIGCTRL_INTERLACE (1u << 0)

/* Output plane start addresses of set n, 0..31 */
#define ARMDMA_FIMC_CIOYSA(n) ((n) < 4u ? 0x18u + 4u * (n) : 0x200u + 4u * ((n)-4u))
#define ARMDMA_FIMC_CIOCBSA(n) ((n) < 4u ? 0x28u + 4u * (n) : 0x270u + 4u * ((n)-4u))
#define ARMDMA_FIMC_CIOCRSA(n) ((n) < 4u ? 0x38u + 4u * (n) : 0x2e0u + 4u * ((n)-4u))

/* Target format */
#define ARMDMA_FIMC_CITRGFMT 0x48u
#define ARMDMA_FIMC_CITRGFMT_INROT90 (1u << 31)
#define ARMDMA_FIMC_CITRGFMT_YCBCR420 (0u << 29)
#define ARMDMA_FIMC_CITRGFMT_YCBCR422 (1u << 29)
#define ARMDMA_FIMC_CITRGFMT_YCBCR422_1P (2u << 29)
#define ARMDMA_FIMC_CITRGFMT_RGB (3u << 29)
#define ARMDMA_FIMC_CITRGFMT_HSIZE(x) (((x) & 0x1fffu) << 16)
#define ARMDMA_FIMC_CITRGFMT_FLIP_X_MIRROR (1u << 14)
#define ARMDMA_FIMC_CITRGFMT_FLIP_Y_MIRROR (2u << 14)
#define ARMDMA_FIMC_CITRGFMT_FLIP_180 (3u << 14)
#define ARMDMA_FIMC_CITRGFMT_OUTROT90 (1u << 13)
#define ARMDMA_FIMC_CITRGFMT_VSIZE(x) ((x) & 0x1fffu)

/* Output DMA control */
#define ARMDMA_FIMC_CIOCTRL 0x4cu
#define ARMDMA_FIMC_CIOCTRL_WEAVE (1u << 31)
#define ARMDMA_FIMC_CIOCTRL_LASTENDEN (1u << 30)
#define ARMDMA_FIMC_CIOCTRL_ORDER2P_CBCR (0u << 24) /* NV12, NV16 */
#define ARMDMA_FIMC_CIOCTRL_ORDER2P_CRCB (1u << 24) /* NV21, NV61 */
#define ARMDMA_FIMC_CIOCTRL_RGB16_565 (0u << 16)
#define ARMDMA_FIMC_CIOCTRL_RGB16_1555 (1u << 16)
#define ARMDMA_FIMC_CIOCTRL_RGB16_4444 (2u << 16)
#define ARMDMA_FIMC_CIOCTRL_ALPHA(x) (((x) & 0xffu) << 4)
#define ARMDMA_FIMC_CIOCTRL_2PLANE (1u << 3)	/* else three planes */
#define ARMDMA_FIMC_CIOCTRL_LASTIRQEN (1u << 2)
#define ARMDMA_FIMC_CIOCTRL_ORDER422_YCBYCR 0u	/* packed output: YUYV */
#define ARMDMA_FIMC_CIOCTRL_ORDER422_YCRYCB 1u	/* YVYU */
#define ARMDMA_FIMC_CIOCTRL_ORDER422_CBYCRY 2u	/* UYVY */
#define ARMDMA_FIMC_CIOCTRL_ORDER422_CRYCBY 3u	/* VYUY */

/*
 * Scaler. Source pixel of target pixel i: (i * main ratio >> 14) * pre-ratio, both directions,
 * nearest neighbour (the silicon filters). The main ratio has 14 bits of fraction: bits 14:6 in
 * CISCCTRL, bits 5:0 in CIEXTEN. A pre-ratio of 0 counts as 1. For a window of sw and a target of
 * tw pixels: pre = the largest power of two with tw * pre <= sw; main = (sw << 14) / (tw * pre).
 */
#define ARMDMA_FIMC_CISCPRERATIO 0x50u
/* 10 - (log2 pre h + log2 pre v); stored, not used */
#define ARMDMA_FIMC_CISCPRERATIO_SHFACTOR(x) (((x) & 0xfu) << 28)
#define ARMDMA_FIMC_CISCPRERATIO_HOR(x) (((x) & 0x7fu) << 16)
#define ARMDMA_FIMC_CISCPRERATIO_VER(x) ((x) & 0x7fu)
#define ARMDMA_FIMC_CISCPREDST 0x54u
#define ARMDMA_FIMC_CISCPREDST_WIDTH(x) (((x) & 0xfffu) << 16)
#define ARMDMA_FIMC_CISCPREDST_HEIGHT(x) ((x) & 0xfffu)

/*
 * Capture runs either with the scaler bypassed (SCALERBYPASS; the window must have the size of the
 * target) or through it: SCALERSTART here and IMGCPTEN_SC in CIIMGCPT, with main ratios (1:1 is
 * ARMDMA_FIMC_RATIO_1_1) or ONE2ONE.
 */
#define ARMDMA_FIMC_CISCCTRL 0x58u
#define ARMDMA_FIMC_CISCCTRL_SCALERBYPASS (1u << 31)
#define ARMDMA_FIMC_CISCCTRL_SCALEUP_H (1u << 30)
#define ARMDMA_FIMC_CISCCTRL_SCALEUP_V (1u << 29)
#define ARMDMA_FIMC_CISCCTRL_CSCR2Y_WIDE (1u << 28)
#define ARMDMA_FIMC_CISCCTRL_CSCY2R_WIDE (1u << 27) /* YCbCr uses 0..255, else 16..235 */
#define ARMDMA_FIMC_CISCCTRL_LCDPATHEN (1u << 26)
#define ARMDMA_FIMC_CISCCTRL_INTERLACE (1u << 25)
#define ARMDMA_FIMC_CISCCTRL_MHRATIO(r) ((((r) >> 6) & 0x1ffu) << 16) /* r: 14-bit fraction */
#define ARMDMA_FIMC_CISCCTRL_SCALERSTART (1u << 15)
#define ARMDMA_FIMC_CISCCTRL_INRGB_565 (0u << 13) /* input from memory: 16-bit words, red on top */
#define ARMDMA_FIMC_CISCCTRL_INRGB_666 (1u << 13) /* 18 low bits of 32 */
#define ARMDMA_FIMC_CISCCTRL_INRGB_888 (2u << 13) /* bytes B, G, R, ignored */
#define ARMDMA_FIMC_CISCCTRL_OUTRGB_565 (0u << 11) /* 16 bits, which ones: CIOCTRL_RGB16 */
#define ARMDMA_FIMC_CISCCTRL_OUTRGB_666 (1u << 11)
#define ARMDMA_FIMC_CISCCTRL_OUTRGB_888 (2u << 11) /* bytes B, G, R, alpha of CIOCTRL */
#define ARMDMA_FIMC_CISCCTRL_RGB_EXT (1u << 10)
#define ARMDMA_FIMC_CISCCTRL_ONE2ONE (1u << 9)
#define ARMDMA_FIMC_CISCCTRL_MVRATIO(r) (((r) >> 6) & 0x1ffu)
#define ARMDMA_FIMC_RATIO_1_1 (1u << 14)

#define ARMDMA_FIMC_CITAREA 0x5cu /* width * height of the target; stored, not used */

/* Status, read only */
#define ARMDMA_FIMC_CISTATUS 0x64u
#define ARMDMA_FIMC_CISTATUS_OVFIY (1u << 31)
#define ARMDMA_FIMC_CISTATUS_OVFICB (1u << 30)
#define ARMDMA_FIMC_CISTATUS_OVFICR (1u << 29)
#define ARMDMA_FIMC_CISTATUS_VSYNC (1u << 28)
#define ARMDMA_FIMC_CISTATUS_FRAMECNT(v) (((v) >> 26) & 3u) /* frames started, mod 4 */
#define ARMDMA_FIMC_CISTATUS_WINOFF_EN (1u << 25)
#define ARMDMA_FIMC_CISTATUS_IMGCPT_EN (1u << 22)
#define ARMDMA_FIMC_CISTATUS_IMGCPT_SCEN (1u << 21)
#define ARMDMA_FIMC_CISTATUS_VSYNC_A (1u << 20)
#define ARMDMA_FIMC_CISTATUS_ENVID (1u << 8)	/* the input DMA is at work */
#define ARMDMA_FIMC_CISTATUS_OVRLB (1u << 18)
#define ARMDMA_FIMC_CISTATUS_FRAME_END (1u << 17)	/* until IRQ_CLR or the next frame's start */
#define ARMDMA_FIMC_CISTATUS_LAST_CAPTURE_END (1u << 16) /* until IRQ_CLR */
#define ARMDMA_FIMC_CISTATUS_VVALID_A (1u << 15)

/* Frame indices, 1-based, 0: none. Read only. */
#define ARMDMA_FIMC_CISTATUS2 0x68u
#define ARMDMA_FIMC_CISTATUS2_PREVIOUS(v) (((v) >> 7) & 0x3fu)
#define ARMDMA_FIMC_CISTATUS2_PRESENT(v) ((v)&0x3fu)

/* Capture control */
#define ARMDMA_FIMC_CIIMGCPT 0xc0u
#define ARMDMA_FIMC_CIIMGCPT_IMGCPTEN (1u << 31)
#define ARMDMA_FIMC_CIIMGCPT_IMGCPTEN_SC (1u << 30)
/* Frame n since capture began is captured only if bit n % 32 of CICPTSEQ is set (I). */
#define ARMDMA_FIMC_CIIMGCPT_CPT_FREN (1u << 25)
#define ARMDMA_FIMC_CIIMGCPT_CPT_FRMOD_CNT (1u << 18)
#define ARMDMA_FIMC_CICPTSEQ 0xc4u /* reset: all ones (I) */

#define ARMDMA_FIMC_CIIMGEFF 0xd0u
#define ARMDMA_FIMC_CIIMGEFF_ENABLE (1u << 30)

/* Input DMA: where the picture is that memory to memory works on. */
#define ARMDMA_FIMC_CIIYSA0 0xd4u
#define ARMDMA_FIMC_CIICBSA0 0xd8u
#define ARMDMA_FIMC_CIICRSA0 0xdcu
#define ARMDMA_FIMC_CIILINESKIP_Y 0xecu		/* 27:24; 0 */
#define ARMDMA_FIMC_CIILINESKIP_CB 0xf0u
#define ARMDMA_FIMC_CIILINESKIP_CR 0xf4u
/* Size of what is read of it, pixels. */
#define ARMDMA_FIMC_CIREAL_ISIZE 0xf8u
#define ARMDMA_FIMC_CIREAL_ISIZE_AUTOLOAD (1u << 31)
/* While set, frames use the addresses that were in the three registers before; then all three change together. */
#define ARMDMA_FIMC_CIREAL_ISIZE_ADDR_CH_DIS (1u << 30)
#define ARMDMA_FIMC_CIREAL_ISIZE_HEIGHT(x) (((x) & 0x3fffu) << 16)
#define ARMDMA_FIMC_CIREAL_ISIZE_WIDTH(x) ((x) & 0x3fffu)
#define ARMDMA_FIMC_MSCTRL 0xfcu
#define ARMDMA_FIMC_MSCTRL_FIELD (1u << 31)
#define ARMDMA_FIMC_MSCTRL_BURST_CNT(x) (((x) & 0xfu) << 24)	/* stored, not used */
#define ARMDMA_FIMC_MSCTRL_ORDER2P_CBCR (0u << 16)
#define ARMDMA_FIMC_MSCTRL_ORDER2P_CRCB (1u << 16)
#define ARMDMA_FIMC_MSCTRL_2PLANE (1u << 15)	/* else three planes */
#define ARMDMA_FIMC_MSCTRL_FLIP_X_MIRROR (1u << 13)	/* of the input, before scaling */
#define ARMDMA_FIMC_MSCTRL_FLIP_Y_MIRROR (2u << 13)
#define ARMDMA_FIMC_MSCTRL_FIFO_CTRL_FULL (1u << 12)
#define ARMDMA_FIMC_MSCTRL_ORDER422_CRYCBY (0u << 4)	/* not the numbers of CIOCTRL */
#define ARMDMA_FIMC_MSCTRL_ORDER422_YCRYCB (1u << 4)
#define ARMDMA_FIMC_MSCTRL_ORDER422_CBYCRY (2u << 4)
#define ARMDMA_FIMC_MSCTRL_ORDER422_YCBYCR (3u << 4)
#define ARMDMA_FIMC_MSCTRL_INPUT_MEMORY (1u << 3)	/* else the camera */
#define ARMDMA_FIMC_MSCTRL_YCBCR420 (0u << 1)
#define ARMDMA_FIMC_MSCTRL_YCBCR422 (1u << 1)
#define ARMDMA_FIMC_MSCTRL_YCBCR422_1P (2u << 1)
#define ARMDMA_FIMC_MSCTRL_RGB (3u << 1)	/* which: CISCCTRL_INRGB */
#define ARMDMA_FIMC_MSCTRL_ENVID (1u << 0)	/* 1: go; reads 1 while busy */
/* Input offsets, as those of the output below; pitch from ORGISIZE. */
#define ARMDMA_FIMC_CIIYOFF 0x174u
#define ARMDMA_FIMC_CIICBOFF 0x178u
#define ARMDMA_FIMC_CIICROFF 0x17cu

/*
 * Output offsets, pixels of the picture in all three registers (even ones for chroma that is
 * halved) (I: Exynos4 counts pixels). Address of line y of a plane: start + (V + y) * pitch + H,
 * with V, H and y halved as that plane's chroma is. Pitch of Y and packed planes: ORGOSIZE width *
 * bytes a pixel; of two-plane chroma the same; of three-plane chroma half.
 */
#define ARMDMA_FIMC_CIOYOFF 0x168u
#define ARMDMA_FIMC_CIOCBOFF 0x16cu
#define ARMDMA_FIMC_CIOCROFF 0x170u
#define ARMDMA_FIMC_CIOOFF_VER(x) (((x) & 0xffffu) << 16)
#define ARMDMA_FIMC_CIOOFF_HOR(x) ((x) & 0xffffu)
#define ARMDMA_FIMC_ORGISIZE 0x180u
#define ARMDMA_FIMC_ORGOSIZE 0x184u
#define ARMDMA_FIMC_ORGSIZE_VER(x) (((x) & 0xffffu) << 16)
#define ARMDMA_FIMC_ORGSIZE_HOR(x) ((x) & 0xffffu)

#define ARMDMA_FIMC_CIEXTEN 0x188u
#define ARMDMA_FIMC_CIEXTEN_YUV444_OUT (1u << 22)
#define ARMDMA_FIMC_CIEXTEN_MHRATIO_EXT(r) (((r) & 0x3fu) << 10)
#define ARMDMA_FIMC_CIEXTEN_MVRATIO_EXT(r) ((r) & 0x3fu)

#define ARMDMA_FIMC_CIDMAPARAM 0x18cu
#define ARMDMA_FIMC_CIDMAPARAM_R_MODE_MASK (3u << 29) /* 0: linear */
#define ARMDMA_FIMC_CIDMAPARAM_W_MODE_MASK (3u << 13) /* 0: linear */
#define ARMDMA_FIMC_CSIIMGFMT 0x194u
#define ARMDMA_FIMC_MISC_FIMC 0x198u

/* Bit n: address set n takes part in the ring. Reset: sets 0..3. */
#define ARMDMA_FIMC_CIFCNTSEQ 0x1fcu

/*
 * Colour conversion to RGB, integers, one rounding (v clamped to 0..255 after the shift):
 *	R = (yk (Y - y0) + rv (Cr - 128) + 128) >> 8
 *	G = (yk (Y - y0) - gu (Cb - 128) - gv (Cr - 128) + 128) >> 8
 *	B = (yk (Y - y0) + bu (Cb - 128) + 128) >> 8
 *			y0   yk   rv   gu   gv   bu
 *	601		16  298  409  100  208  516
 *	601 wide	 0  256  359   88  183  454
 *	709		16  298  459   55  136  541
 *	709 wide	 0  256  403   48  120  475
 * and from RGB (input from memory, chroma of a pair from its first pixel):
 *	Y  = ((ry R + gy G + by B + 128) >> 8) + y0
 *	Cb = ((rb R + gb G + bb B + 128) >> 8) + 128,	Cr = ((rr R + gr G + br B + 128) >> 8) + 128
 *			y0   ry   gy   by   rb   gb   bb   rr   gr   br
 *	601		16   66  129   25  -38  -74  112  112  -94  -18
 *	601 wide	 0   77  150   29  -43  -85  128  128 -107  -21
 *	709		16   47  157   16  -26  -86  112  112 -102  -10
 *	709 wide	 0   54  183   19  -29  -99  128  128 -116  -12
 * clamped to 0..255. Colours of 5 or 6 bits are widened by repeating their high bits. RGB to RGB
 * goes by way of YCbCr 4:2:2, too. The silicon's own rounding is not documented.
 */

/*
 * Which frame of the sensor was last written completely to address set `set` (0-based).
 * Returns 0 and *frame; -ENOENT: no FIMC of that name; -EINVAL: no such set; -ENODATA: none yet.
 */
ARMDMA_API int armdma_fimc_captured(const struct armdma_hw *hw, const char *camera, unsigned int set,
				    uint64_t *frame);

#ifdef __cplusplus
}
#endif
#endif
