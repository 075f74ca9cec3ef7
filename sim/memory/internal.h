/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory room's own picture of RAM.
 *
 * Every page has a DRAM view D (what masters see). A page that has a cacheable mapping has a cache
 * view C as well (what loads through it see). No CPU store is intercepted; what the caches hold is
 * derived from the bytes, line by line, with two base values:
 *
 *	BI	what the inner line was filled with: the line is dirty when C != BI
 *	OC	what the outer line holds; it is dirty when odirty is set
 *
 *	mark outer
 *	 0    0		BI = OC = D: nobody wrote DRAM behind the caches' back (nearly every line)
 *	 1    0		BI = OC = undo: a master wrote D, the caches still hold the old line
 *	 0    1		BI = OC = outer data: an inner clean left the line in the outer cache
 *	 1    1		BI = undo, OC = outer data: the levels were maintained apart, or a master
 *			wrote DRAM behind an outer line
 *
 * A forced line is dirty whatever its bytes say. On CPUs that do not speculate an invalidated line
 * is absent from a level: without an outer line the inner one is filled from DRAM, and a master's
 * write to a line that is in neither cache reaches the CPU at once. A store brings the line in,
 * which shows as C != BI.
 *
 * A marked line of a page without undo buffer (undo lines switched off, or no host memory) counts
 * as filled with what it reads: it is not dirty unless forced.
 */
#ifndef SIM_MEMORY_INTERNAL_H
#define SIM_MEMORY_INTERNAL_H

#include <bsd/sys/tree.h>
#include <string.h>
#include <sys/types.h>

#include "sim/hw.h"
#include "sim/memory/cpu.h"
#include "sim/memory/memory.h"

#define PAGE_SIZE ARMDMA_PAGE_SIZE
#define PAGE_SHIFT ARMDMA_PAGE_SHIFT
/* Linear addresses are opened in granules of 64 pages: one word of the touched bitmap. */
#define GRANULE_PAGES 64u
#define LINE_WORDS 2	/* 64-bit words of line bits a page: 128 lines of 32 bytes */

#define MP_MARKED 1u	/* some mark bit is set */
#define MP_LINES 2u	/* some outer, forced, absent or oabsent bit is set */
#define MP_NOCACHE 4u	/* no cacheable mapping: no cache view */
#define MP_MOVED 8u	/* D is storage page `upage` (a large uncached mapping) */
#define MP_WBUF 16u	/* CPU stores go to storage page `upage`, D is behind a write buffer */
#define MP_ALIASED 32u	/* mapped uncached beside a cacheable view: every line stays marked */
/* What the copies of whole pages cannot treat. */
#define MP_SPECIAL (MP_MARKED | MP_LINES | MP_ALIASED)

struct mem_page {
	uint32_t flags;		/* 0: an ordinary cached page without marks */
	uint32_t upage;		/* 1 + index of its page in the uncached storage, 0: none */
	uint32_t nr_uncached;	/* uncached mappings */
	uint32_t nr_cached;	/* cached mappings beside the linear one */
	uint64_t mark[LINE_WORDS];
	uint64_t outer[LINE_WORDS];
	uint64_t odirty[LINE_WORDS];
	uint64_t forced[LINE_WORDS];
	uint64_t absent[LINE_WORDS];	/* not in the inner cache */
	uint64_t oabsent[LINE_WORDS];	/* not in the outer cache */
	uint8_t *undo;		/* one page, or NULL */
	uint8_t *outer_data;	/* one page, or NULL */
	struct wbuf *wbuf;
};

#define WBUF_CHUNK 64u	/* bytes that drain together */
#define WBUF_CHUNKS (ARMDMA_PAGE_SIZE / WBUF_CHUNK)

#define WBUF_WORD 4u	/* bytes that a chooser lets through together: ARMv7 without LPAE orders no two words */

/* Write buffer of one uncached page: W is the CPU's storage, S what W and D last agreed on. */
struct wbuf {
	struct wbuf *next, **prev;
	uint32_t page;		/* index of its RAM page */
	bool master_wrote;	/* D may differ from S */
	bool seen_any;
	uint64_t rung;		/* a bit a chunk: pending when a register was written, and not drained since */
	uint64_t seen[WBUF_CHUNKS]; /* 1 + time when a master first missed a pending store there */
	uint8_t *closed;	/* one page, or NULL; with has_closed: W at the last dma_wmb() */
	bool has_closed;
	uint8_t shadow[ARMDMA_PAGE_SIZE];
};

/* A word of stores that a dma_wmb() has put before all later ones, not yet visible. */
struct ordered_store {
	struct wbuf *wbuf;
	uint16_t off;		/* bytes, in its page */
	uint8_t mask;		/* which bytes were stored */
	uint8_t bytes[WBUF_WORD];
};
#define MAX_BATCHES 16u	/* when there are more, the oldest has drained */
struct batch {
	struct ordered_store *stores;
	size_t n, cap;
};

/* What the choices of hardware need (choose.c). */
struct choices {
	uint64_t point, wait;	/* wait: nothing is offered before this point */
	bool busy;		/* a choice point does not lie inside another */
	bool held_up;		/* the CPU is, by a choice: it is not asked again */
	uint64_t rnd;		/* the seeded adversary's */
	uint32_t *pages;	/* RAM pages that masters or maintenance have worked on, ascending */
	size_t nr_pages, cap;
	uint32_t next;		/* of a long list: where the next point goes on */
	struct batch batches[MAX_BATCHES];	/* oldest first */
	unsigned int nr_batches;
};

/* Pages of a range handed out first fit, lowest address first. */
struct pagemap {
	uint64_t *used;
	size_t npages, hint, high;	/* no free page below hint; nothing used from high on */
};

/* One mapping made by armdma_hw_map(). */
struct mapping {
	RB_ENTRY(mapping) entry;
	uint8_t *cpu;
	size_t npages;
	enum armdma_space space;
	enum armdma_memtype mt;
	uint32_t pages[];	/* indices of RAM pages */
};
RB_HEAD(mapping_tree, mapping);

/* Host memory of one machine; kept in the process's pool when the machine is gone. */
struct block {
	struct block *next;
	pid_t pid;		/* a forked child shares C with its parent and must not reuse it */
	struct armdma_hw *volatile hw;	/* NULL: parked */
	bool in_use;
	uint64_t ram_size, lowmem_size;
	int c_fd, u_fd;
	uint8_t *c;		/* cache view of all RAM, for sim/ */
	uint8_t *d;		/* DRAM view of all RAM */
	uint8_t *u;		/* storage of uncached mappings, for sim/ */
	struct mem_page *pages;
	uint64_t *touched;	/* a bit a page: may differ from a fresh machine's */
	uint64_t *touched_sum;	/* a bit a word of touched */
	uint8_t *cpu;		/* the software's addresses: one reservation */
	size_t cpu_size;
	size_t linear, vmalloc, kmap, user, cookie;	/* offsets of the spaces in it, guards between */
	size_t vmalloc_size, kmap_size, user_size, cookie_size;
	struct pagemap umap, vmap, kmapmap, usermap, cookiemap;
	bool u_used, spaces_used;
	struct chunk *chunks;	/* page buffers (buffers.c) */
	uint8_t *spare, *fresh;	/* free list, and what was never handed out */
	size_t nr_chunks, nr_fresh;
};

struct mem {
	struct block *b;
	armdma_phys_t base;	/* of RAM */
	uint64_t size;
	uint32_t npages;
	uint8_t *c, *d;		/* copies of b's, for the fast paths */
	struct mem_page *pages;
	unsigned int line_shift, lines_per_page;
	bool shared;		/* other threads store to lines while they are worked on */
	bool undo, refill;	/* refill: invalidated lines come back at once (a speculating CPU) */
	bool coherent;		/* ARMDMA_CACHE_COHERENT: C and D are the same memory */
	uint64_t plain_size;	/* bytes of RAM for the short ways of maintenance: 0 where they would leave something out */
	struct choices choices;
	struct wbuf *wbufs;
	const char *rung_unit;	/* whose register that was */
	const void *rung_site;
	bool batch_closed;	/* a dma_wmb() since the last full drain: pending stores have an order */
	bool master_wrote;	/* some wbuf has master_wrote */
	uint64_t master_wrote_at;
	struct mapping_tree maps;
};


/* ---- shared by the files of the room ---- */

static inline uint8_t *page_c(const struct mem *mem, uint32_t idx)
{
	return mem->c + ((size_t)idx << PAGE_SHIFT);
}

static inline uint8_t *page_u(const struct mem *mem, const struct mem_page *p)
{
	return mem->b->u + ((size_t)(p->upage - 1) << PAGE_SHIFT);
}

static inline uint8_t *page_d(const struct mem *mem, uint32_t idx)
{
	const struct mem_page *p = &mem->pages[idx];

	if (__builtin_expect(p->flags & MP_MOVED, 0))
		return page_u(mem, p);
	return mem->d + ((size_t)idx << PAGE_SHIFT);
}

static inline bool in_ram(const struct mem *mem, armdma_phys_t pa, size_t len)
{
	return pa - mem->base < mem->size && len <= mem->size - (pa - mem->base);
}

static inline void touch_page(struct block *b, uint32_t idx)
{
	uint32_t w = idx / 64;

	b->touched[w] |= 1ULL << (idx % 64);
	b->touched_sum[w / 64] |= 1ULL << (w % 64);
}

static inline bool bit(const uint64_t *w, unsigned int i)
{
	return w[i / 64] >> (i % 64) & 1;
}
static inline void set_bit(uint64_t *w, unsigned int i)
{
	w[i / 64] |= 1ULL << (i % 64);
}
static inline void clear_bit(uint64_t *w, unsigned int i)
{
	w[i / 64] &= ~(1ULL << (i % 64));
}
/* Mask of the bits of word w that lie in [first, last]. */
static inline uint64_t span_mask(unsigned int w, unsigned int first, unsigned int last)
{
	unsigned int lo = 64 * w, hi = lo + 63;
	uint64_t m = ~0ULL;

	if (first > hi || last < lo)
		return 0;
	if (first > lo)
		m &= ~0ULL << (first - lo);
	if (last < hi)
		m &= ~0ULL >> (hi - last);
	return m;
}

/* Recompute MP_MARKED and MP_LINES from the bits. */
void page_update(struct mem_page *p);
/* One page of buffer memory; NULL when the host is out of memory. */
uint8_t *buffer_get(struct mem *mem);
void buffer_put(struct mem *mem, uint8_t *buf);
/* Give all of them back to the host / those that are too many to keep. */
void buffers_free(struct block *b);
void buffers_park(struct block *b);

/* Line operations on line i of a page that has a cache view (slow, exact). */
#define LINE_MAX 64
struct line {
	struct mem *mem;
	struct mem_page *p;
	uint8_t *page_c, *page_d;
	uint8_t *c;	/* the line in the cache view; in a shared machine, `now` */
	unsigned int i;
	/*
	 * Shared: the line as it was found, and as the operation makes it. Another thread's stores that come between are kept: to the
	 * operation they are stores that come after it.
	 */
	_Alignas(8) uint8_t was[LINE_MAX], now[LINE_MAX];
};
/* Operations on a line lie between these two. */
void line_open(struct line *l, struct mem *mem, uint32_t idx, unsigned int i);
void line_close(struct line *l);
void line_inner_clean(struct line *l);
void line_inner_inv(struct line *l);
void line_outer_clean(struct line *l);
void line_outer_inv(struct line *l);
/* Out of both caches, dirty data to DRAM first; C equals D afterwards. */
void line_flush(struct line *l);
/*
 * A master is about to write D: the line keeps its old content as base. Returns true when the line
 * is in no cache, so that the CPU sees the write at once.
 */
bool line_mark(struct line *l);
/* C and D were both written: they are the base of an aliased line, too. */
void line_rebase(struct line *l);
bool line_inner_dirty(const struct line *l);
/* DRAM has bytes of a master that the inner line lacks. */
bool line_stale(const struct line *l);
/* Neither cache has the line. */
bool line_absent(const struct line *l);
/* What the outer level holds. */
const uint8_t *line_outer(const struct line *l);
/* The page's undo buffer, made if there is none; NULL when the host is out of memory. */
uint8_t *page_undo(struct mem *mem, uint32_t idx);
/* Clean and invalidate all lines of a page that has a cache view. */
void page_flush(struct mem *mem, uint32_t idx);
/* Forget all line state; C and D must agree already. */
void page_reset_lines(struct mem_page *p);
/*
 * The cached alias of an uncached page, C and D agreeing: all its lines are stale as soon as D changes,
 * none is dirty by that. Returns 0 or -ENOMEM.
 */
int page_alias(struct mem *mem, uint32_t idx);
/* A page without cache view gets one: loads through it fetch from DRAM. Returns 0 or -ENOMEM. */
int page_give_view(struct mem *mem, uint32_t idx);

/* write buffer */
int wbuf_attach(struct mem *mem, uint32_t idx);
void wbuf_detach(struct armdma_hw *hw, uint32_t idx);
void wbuf_master_reads(struct armdma_hw *hw, struct mem_page *p, unsigned int off, size_t len);
/* Fill in what is pending in len bytes at off. */
void wbuf_state(struct mem *mem, const struct mem_page *p, size_t off, size_t len,
		struct armdma_line_state *st);
void wbuf_master_wrote(struct armdma_hw *hw, struct mem_page *p);

/* With a chooser stores become visible word by word, and each dma_wmb() closes a batch. */
void wbuf_close_batch(struct armdma_hw *hw);
/* Let a word through that stands in batch k, or (k = nr_batches) that no barrier has ordered yet; all earlier batches go first. */
void wbuf_drain_word(struct mem *mem, struct wbuf *w, unsigned int off, unsigned int k);
void wbuf_pull_word(struct mem *mem, struct wbuf *w, unsigned int off);
const uint8_t *wbuf_cpu(struct mem *mem, const struct wbuf *w);

/* choose.c */
void choices_init(struct armdma_hw *hw);
void choices_fini(struct mem *mem);
/* The page of a RAM offset is worth looking at: lines that no master can see make no difference. */
void choices_note(struct mem *mem, uint64_t off, uint64_t len);

/* pages of address ranges */
int pagemap_init(struct pagemap *pm, size_t npages);
void pagemap_fini(struct pagemap *pm);
/* First run of n free pages, marked used; SIZE_MAX when there is none. */
size_t pagemap_get(struct pagemap *pm, size_t n);
void pagemap_put(struct pagemap *pm, size_t first, size_t n);
void pagemap_clear(struct pagemap *pm);

/* pool.c */
struct block *block_get(const struct armdma_config *cfg, struct armdma_error *err);
void block_park(struct block *b);
/* Host addresses that trap again, whatever was mapped there. */
void range_close(uint8_t *cpu, size_t len);

#endif
