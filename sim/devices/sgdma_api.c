/* SPDX-License-Identifier: BSD-2-Clause */
/* What software and tests need around the DMA engine: descriptors as bytes, and the pattern generator. */
#include <string.h>

#include <armdma/sgdma.h>

#include "sim/devices/bytes.h"

void armdma_sgdma_fill_desc(struct armdma_sgdma_desc *desc, armdma_dma_t next, armdma_dma_t src,
			    armdma_dma_t dst, uint32_t len, uint32_t control)
{
	uint8_t *p = (uint8_t *)desc;

	dev_put_le32(p + 0x00, (uint32_t)next);
	dev_put_le32(p + 0x04, (uint32_t)src);
	dev_put_le32(p + 0x08, (uint32_t)dst);
	dev_put_le32(p + 0x0c, (uint32_t)(next >> 32 & 0xff) | (uint32_t)(src >> 32 & 0xff) << 8 |
				       (uint32_t)(dst >> 32 & 0xff) << 16);
	dev_put_le32(p + 0x10, len);
	dev_put_le32(p + 0x18, 0);
	dev_put_le32(p + 0x1c, 0);
	dev_put_le32(p + 0x14, control);
}

uint32_t armdma_sgdma_desc_control(const struct armdma_sgdma_desc *desc)
{
	return dev_get_le32((const uint8_t *)&desc->control);
}

uint32_t armdma_sgdma_desc_status(const struct armdma_sgdma_desc *desc)
{
	return dev_get_le32((const uint8_t *)&desc->status);
}

uint32_t armdma_sgdma_desc_done(const struct armdma_sgdma_desc *desc)
{
	return dev_get_le32((const uint8_t *)&desc->done);
}

/*
 * Eight bytes a hash; seed and position go through it one after the other, so that no two streams
 * are shifts of each other.
 */
static uint64_t pattern_word(uint32_t seed, uint64_t index)
{
	return dev_mix(dev_mix(seed) ^ index * 0xd6e8feb86659fd93u);
}

void armdma_sgdma_pattern(uint32_t seed, uint64_t pos, void *buf, size_t len)
{
	uint8_t *p = buf;

	while (len) {
		uint64_t w = pattern_word(seed, pos / 8);
		unsigned int at = (unsigned int)(pos % 8);

		for (; at < 8 && len; at++, len--, pos++)
			*p++ = dev_byte(w, at);
	}
}
