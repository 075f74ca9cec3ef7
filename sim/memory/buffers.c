/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of host memory for undo and outer lines.
 *
 * They stay with the machine's block when the machine goes: the next one finds them resident, and a test that
 * makes a machine of its own pays for no page fault.
 */
#include <sys/mman.h>

#include "sim/memory/internal.h"

#define CHUNK_PAGES 64u
/* Chunks that a parked block keeps: 16 MiB. */
#define KEEP_CHUNKS 64u

/* The first page of a chunk holds this; the others are handed out. */
struct chunk {
	struct chunk *next;
};

static bool grow(struct block *b)
{
	struct chunk *ch = mmap(NULL, (CHUNK_PAGES + 1) * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (ch == MAP_FAILED)
		return false;
	ch->next = b->chunks;
	b->chunks = ch;
	b->nr_chunks++;
	b->fresh = (uint8_t *)ch + PAGE_SIZE;
	b->nr_fresh = CHUNK_PAGES;
	return true;
}

uint8_t *buffer_get(struct mem *mem)
{
	struct block *b = mem->b;
	uint8_t *buf = b->spare;

	if (buf) {
		memcpy(&b->spare, buf, sizeof(b->spare));
		return buf;
	}
	if (!b->nr_fresh && !grow(b))
		return NULL;
	b->nr_fresh--;
	buf = b->fresh;
	b->fresh += PAGE_SIZE;
	return buf;
}

void buffer_put(struct mem *mem, uint8_t *buf)
{
	if (!buf)
		return;
	memcpy(buf, &mem->b->spare, sizeof(mem->b->spare));
	mem->b->spare = buf;
}

void buffers_free(struct block *b)
{
	struct chunk *ch;

	while ((ch = b->chunks)) {
		b->chunks = ch->next;
		munmap(ch, (CHUNK_PAGES + 1) * PAGE_SIZE);
	}
	b->spare = b->fresh = NULL;
	b->nr_chunks = b->nr_fresh = 0;
}

void buffers_park(struct block *b)
{
	if (b->nr_chunks > KEEP_CHUNKS)
		buffers_free(b);
}
