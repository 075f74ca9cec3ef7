/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose is a range of RAM? For those who are about to hand it to a device. */
#include <stdio.h>

#include "lib/mm/internal.h"
#include "lib/mm/unwritten.h"

/*
 * First page behind the block (or the page of a contiguous area) that contains page idx; *what: why it is nobody's, or NULL; *block: its
 * first page, or NULL if the buddy allocator did not hand it out.
 */
static uint32_t block_end(struct mm *mm, uint32_t idx, const char **what, const struct armdma_page **block)
{
	const struct mm_cma *cma = mm_cma_of(mm, idx);
	const struct armdma_page *head;

	*what = NULL;
	*block = NULL;
	if (cma) {
		if (!mm_cma_taken(cma, idx))
			*what = "is free memory of a contiguous area";
		return idx + 1;
	}
	if (idx >= mm->reserved_start)
		return idx + 1;
	head = mm_head(mm, idx);
	if (!head)
		*what = "was never allocated";
	else if (head->state == MM_PAGE_FREE)
		*what = "is free";
	*block = head;
	return head ? mm_index(mm, head) + (1u << head->order) : idx + 1;
}

static bool is_kmalloc(struct mm *mm, uint32_t idx)
{
	const struct armdma_page *head = mm_cma_of(mm, idx) ? NULL : mm_head(mm, idx);

	return head && (head->state == MM_PAGE_SLAB || head->state == MM_PAGE_LARGE);
}

/* Blocks next to each other may well be one owner's; but not pages and kmalloc memory, nor two kmalloc blocks. */
static const char *next_block(struct mm *mm, uint32_t first, uint32_t idx)
{
	if (is_kmalloc(mm, first))
		return "lies behind the kmalloc object";
	if (is_kmalloc(mm, idx))
		return "is kmalloc memory";
	return mm->pages[idx].coherent && !mm->pages[first].coherent ? "is memory of a coherent buffer" : NULL;
}

bool mm_is_nobodys(struct armdma_machine *m, armdma_phys_t pa, size_t size, struct mm_trouble *t)
{
	struct mm *mm = m->mm;
	uint32_t first = (uint32_t)((pa - mm->base) >> ARMDMA_PAGE_SHIFT);
	uint32_t last = (uint32_t)((pa + size - 1 - mm->base) >> ARMDMA_PAGE_SHIFT);
	const struct armdma_page *head = NULL, *block;

	for (uint32_t idx = first; idx <= last;) {
		uint32_t end = block_end(mm, idx, &t->what, &block);

		if (idx == first)
			head = block;
		if (!t->what && idx != first)
			t->what = next_block(mm, first, idx);
		if (t->what) {
			t->pa = idx == first ? pa : mm_phys(mm, idx);
			return true;
		}
		idx = end;
	}
	if (!head || head->state != MM_PAGE_SLAB)
		return false;
	return mm_slab_nobodys(m, head, pa, size, t);
}

bool mm_is_managed(const struct armdma_machine *m, armdma_phys_t pa)
{
	return (pa - m->mm->base) >> ARMDMA_PAGE_SHIFT < m->mm->reserved_start;
}

bool mm_is_kmalloc(struct armdma_machine *m, armdma_phys_t pa)
{
	uint64_t idx = (pa - m->mm->base) >> ARMDMA_PAGE_SHIFT;

	return idx < m->mm->nr_pages && is_kmalloc(m->mm, (uint32_t)idx);
}

/* ---- Memory that nobody has written since it was allocated --------------------- */

static void fill_unwritten(uint64_t *words, size_t nr, uint64_t seed, armdma_phys_t pa)
{
	while (nr) {
		size_t n = (MM_UNWRITTEN_RUN - pa % MM_UNWRITTEN_RUN) / sizeof(*words);
		uint64_t word = mm_unwritten(mm_unwritten_hash(seed, pa), pa);

		if (n > nr)
			n = nr;
		for (size_t i = 0; i < n; i++, word += MM_UNWRITTEN_STEP)
			words[i] = word;
		words += n;
		nr -= n;
		pa += n * sizeof(*words);
	}
}

void mm_mark_unwritten(struct armdma_machine *m, armdma_phys_t pa, size_t len)
{
	uint64_t words[64];

	for (size_t done = 0; done < len;) {
		size_t n = len - done < sizeof(words) ? len - done : sizeof(words);

		fill_unwritten(words, n / sizeof(words[0]), m->cfg->seed, pa + done);
		armdma_hw_ram_content(m->hw, pa + done, words, n);
		done += n;
	}
}
