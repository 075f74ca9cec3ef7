/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that are not what a test says they are: the first wrong one, and why. */
#include <stdio.h>
#include <string.h>

#include <armdma/hw.h>

#include "internal.h"

#define SHOWN 16

static void print_bytes(const char *what, const uint8_t *bytes, size_t len)
{
	char line[4 * SHOWN + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < len && i < SHOWN; i++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, " %02x", bytes[i]);
	print_error("    %-10s%s\n", what, line);
}

/* Reads n bytes at an offset of what is looked at; false: there is nothing. */
typedef bool (*read_fn)(void *what, size_t off, uint8_t *buf, size_t n);

static void print_difference(read_fn read, void *what, const uint8_t *expected, size_t len)
{
	uint8_t got[SHOWN];
	size_t off, n;

	for (off = 0; off < len; off++)
		if (!read(what, off, got, 1) || got[0] != expected[off])
			break;
	n = len - off < SHOWN ? len - off : SHOWN;
	while (n && !read(what, off, got, n))
		n--;
	print_error("the first wrong byte of %zu is at offset %zu\n", len, off);
	print_bytes("expected:", expected + off, len - off);
	if (n)
		print_bytes("seen:", got, n);
	else
		print_error("    there is nothing to be seen\n");
}

struct cpu_range {
	struct armdma_machine *m;
	const uint8_t *at;
};

static bool read_cpu(void *what, size_t off, uint8_t *buf, size_t n)
{
	struct cpu_range *r = what;

	if (armdma_hw_space_of(armdma_machine_hw(r->m), r->at + off) == ARMDMA_SPACE_NONE) {
		memcpy(buf, r->at + off, n);
		return true;
	}
	return !armdma_hw_cpu_read(armdma_machine_hw(r->m), r->at + off, buf, n);
}

void armdma_cpu_sees_not(struct armdma_machine *m, const void *cpu, const void *expected, size_t len, const char *file,
			 int line)
{
	struct cpu_range range = { m, cpu };
	char story[4096];

	print_error("the CPU does not see what it should at %p: ", cpu);
	print_difference(read_cpu, &range, expected, len);
	armdma_explain(m, cpu, len, story, sizeof(story));
	cmocka_print(story);
	_fail(file, line);
}

struct device_range {
	struct armdma_device *dev;
	armdma_dma_t at;
};

static bool read_device(void *what, size_t off, uint8_t *buf, size_t n)
{
	struct device_range *r = what;

	return !armdma_device_view(r->dev, r->at + off, buf, n);
}

void armdma_device_sees_not(struct armdma_device *dev, armdma_dma_t addr, const void *expected, size_t len,
			    const char *file, int line)
{
	struct device_range range = { dev, addr };
	char story[4096];

	print_error("%s does not see what it should at DMA address 0x%llx: ", armdma_device_name(dev),
		    (unsigned long long)addr);
	print_difference(read_device, &range, expected, len);
	armdma_explain_device(dev, addr, len, story, sizeof(story));
	cmocka_print(story);
	_fail(file, line);
}
